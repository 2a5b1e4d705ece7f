/* SPDX-License-Identifier: MIT */
/* The program's own diary: JSON lines in $XDG_STATE_HOME/dpstudio/log.jsonl, at most
 * LOG_MAX_FILES files of LOG_MAX_BYTES, shared by all processes. It never fails its
 * caller: what cannot be written is dropped. Nothing is opened before the first line.
 * URLs are cut behind their host, so that a token in one never gets in. */
#ifndef DP_BASE_LOG_H
#define DP_BASE_LOG_H

#include "src/base/buf.h"
#include "src/base/err.h"

#define LOG_MAX_BYTES ((size_t)1 << 20)
#define LOG_MAX_FILES 4 /* log.jsonl, log.jsonl.1 … .3 */
#define LOG_MAX_LINE 4096

enum log_level { LEVEL_ERROR, LEVEL_WARNING, LEVEL_INFO, LEVEL_DEBUG, LEVEL_COUNT };

/* Lines above this level are dropped; LEVEL_INFO unless set or $DPSTUDIO_LOG says
 * error, warning, info or debug. */
DP_API void log_set_level(enum log_level level);
DP_API bool log_is_on(enum log_level level);
/* One line: {"at","level","pid","area","text"}. `area` is a module's name. */
DP_API void log_line(enum log_level level, const char *area, const char *fmt, ...)
	DP_PRINTF(3, 4);
/* The error's message, hint and code. */
DP_API void log_error(const char *area, const struct err *err);
DP_API void log_close(void);
/* Appends text with everything behind the host of a URL, and its user part, taken
 * out. */
DP_API void log_scrub(struct buf *to, struct str text);
/* Where the lines go; NULL when there is no home. The caller's to free(). */
DP_API char *log_path(void);

#endif
