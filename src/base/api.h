/* SPDX-License-Identifier: MIT */
/* What every header may rely on: visibility, attributes, small helpers. */
#ifndef DP_BASE_API_H
#define DP_BASE_API_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DP_VERSION "0.1.0"

/* Functions and data that modules (share/doc/DESIGN.md, "Modules") may use. */
#define DP_API __attribute__((visibility("default")))
#define DP_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define DP_FORMAT_ARG(arg) __attribute__((format_arg(arg)))
#define DP_CHECK __attribute__((warn_unused_result))
#define DP_NORETURN __attribute__((noreturn))

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* Memory that must be there: these never return NULL. When the system has none
 * left the process ends with one line on stderr and exit status 4; drafts and
 * ledger are safe in the workspace. Free with free(). */
DP_API void *xmalloc(size_t size);
DP_API void *xcalloc(size_t count, size_t size);
DP_API void *xrealloc(void *p, size_t size);
DP_API void *xreallocarray(void *p, size_t count, size_t size);
DP_API char *xstrdup(const char *s);
DP_API char *xstrndup(const char *s, size_t len);
DP_API char *xasprintf(const char *fmt, ...) DP_PRINTF(1, 2);
/* That end, for libraries that say so instead. */
DP_API void out_of_memory(void) DP_NORETURN;

#endif
