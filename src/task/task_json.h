/* SPDX-License-Identifier: MIT */
/* The canonical JSON of a task (design section 5): keys in a fixed order, defaults
 * left out, so that equal tasks give equal bytes and reading what was written gives
 * the same text again.
 *
 * Reading is strict in names, types and values (faults are named by JSON path with
 * the nearest right name) but not in completeness: a draft may still lack its SQL,
 * its content or its destinations; what is missing is then empty, and check.h says
 * so. Only `format` and `name`, and a node's `name` and `kind`, must be there. */
#ifndef DP_TASK_TASK_JSON_H
#define DP_TASK_TASK_JSON_H

#include "src/base/json.h"
#include "src/task/task.h"

#define TASK_DIGEST_SIZE 65 /* hex and NUL */
#define TASK_MAX_BYTES ((size_t)8 << 20) /* of a definition with its texts */

/* Fills a task that task_init has not been called on, or one to be replaced after
 * task_fini. On failure `t` holds nothing. */
DP_API bool task_from_json(struct task *t, const cJSON *json, struct err *err);
DP_API bool task_from_text(struct task *t, struct str text, struct err *err);
/* The caller frees with cJSON_Delete. */
DP_API cJSON *task_to_json(const struct task *t);
DP_API void task_to_text(const struct task *t, struct buf *to);

/* Of what a test proves: SQL, code, content, parameters and source names; not of
 * destinations, schedule and push settings, which may change after it. Lower-case
 * hex. The name of the task does not count. */
DP_API void task_content_digest(const struct task *t, char digest[TASK_DIGEST_SIZE]);
/* Of the whole definition. */
DP_API void task_digest(const struct task *t, char digest[TASK_DIGEST_SIZE]);

/* The words of the JSON, for forms and output. */
DP_API const char *node_kind_name(enum node_kind kind);
DP_API const char *source_env_name(enum source_env env);
DP_API const char *block_kind_name(enum block_kind kind);
DP_API const char *align_name(enum align align);
DP_API const char *color_name(enum color color);
DP_API const char *cond_op_name(enum cond_op op);
DP_API const char *missed_name(enum missed missed);
DP_API const char *overlap_name(enum overlap overlap);
DP_API const char *when_empty_name(enum when_empty when_empty);
DP_API const char *oversize_name(enum oversize oversize);
DP_API const char *task_mode_name(enum task_mode mode);
DP_API const char *calendar_rule_name(enum calendar_rule rule);
DP_API const char *weekday_name(int weekday); /* 0 "sun" */

/* "90m", "1d", "30s": a whole number and s, m, h or d. */
DP_API bool duration_parse(struct str text, int64_t *seconds);
/* In the largest unit that fits without a rest. */
DP_API void duration_format(int64_t seconds, char text[24]);
/* "08:00" */
DP_API bool clock_time_parse(struct str text, int *minute_of_day);

#endif
