/* SPDX-License-Identifier: MIT */
/* cJSON with what this program adds to it: strict reading with the place of the
 * fault, unknown keys refused by name, canonical output. */
#ifndef DP_BASE_JSON_H
#define DP_BASE_JSON_H

#include <cjson/cJSON.h>

#include "src/base/buf.h"
#include "src/base/err.h"

/* Once, when the process begins: each cJSON call that finds no memory ends it, as xmalloc
 * does. A text is not called wrong, nor a definition left without a part, for lack of it. */
DP_API void json_use_checked_memory(void);
/* Parses the whole text (nothing may follow), refusing duplicate keys, NUL (escaped
 * too), invalid UTF-8, more than 100 levels or 10,000 keys of one object. ERR_INPUT
 * with line and column. The caller
 * frees with cJSON_Delete. */
DP_API cJSON *json_parse(struct str text, struct err *err);
/* Keys in the order they stand, two spaces a level, "\n" at the end; short
 * arrays and objects of scalars stay on one line. UTF-8 as it is. */
DP_API void json_print(struct buf *to, const cJSON *value);
/* As it stands in an array or object `depth` levels down, without what follows it. */
DP_API void json_print_inside(struct buf *to, const cJSON *value, size_t depth);
/* One line, no spaces. */
DP_API void json_print_compact(struct buf *to, const cJSON *value);
/* Appends "…" with JSON escapes; UTF-8 is left as it is. */
DP_API void json_add_string(struct buf *to, struct str s);
/* The escaped characters without the quotes: for counting budgets. */
DP_API void json_add_escaped(struct buf *to, struct str s);

/* "$.nodes[1].content[0]": where a reader is. A stack of such on the C stack. */
struct json_path {
	const struct json_path *up;
	const char *key; /* NULL: index */
	size_t index;
};

DP_API void json_path_add(struct buf *to, const struct json_path *path);
/* ERR_INPUT "$.path: message". */
DP_API bool json_fail(struct err *err, const struct json_path *path, const char *fmt, ...)
	DP_PRINTF(3, 4);
/* Refuses a key that is not in the NULL-terminated list, naming the nearest. */
DP_API bool json_only_keys(const cJSON *object, const struct json_path *path,
	const char *const *keys, struct err *err);
/* Borrowed string of a key; absent: *value = otherwise. Wrong type: false. */
DP_API bool json_get_string(const cJSON *object, const struct json_path *path, const char *key,
	const char *otherwise, const char **value, struct err *err);
DP_API bool json_get_integer(const cJSON *object, const struct json_path *path, const char *key,
	int64_t otherwise, int64_t min, int64_t max, int64_t *value, struct err *err);
DP_API bool json_get_bool(const cJSON *object, const struct json_path *path, const char *key,
	bool otherwise, bool *value, struct err *err);

#endif
