/* SPDX-License-Identifier: MIT */
/* Shared by the files that read a task's JSON: values of a key, copied into the
 * task's arena, or an error with the path. All return false with err. */
#ifndef DP_TASK_READER_H
#define DP_TASK_READER_H

#include "src/base/json.h"
#include "src/task/task.h"
#include "src/task/words.h"

struct task_reader {
	struct task *task;
	struct err *err;
};

/* Where a reader is: the object, and the way to it. */
struct place {
	const cJSON *json;
	struct json_path path;	     /* of `json`; up is NULL at the root */
	const struct json_path *way; /* &path, NULL at the root */
};

/* The value of a key; its json is NULL when absent. */
void place_key(struct place *to, const struct place *at, const char *key);
void place_item(struct place *to, const struct place *at, const cJSON *json, size_t index);
bool place_fail(struct task_reader *r, const struct place *at, const char *fmt, ...)
	DP_PRINTF(3, 4);
/* The same for a key of it, present or not. */
bool place_fail_key(struct task_reader *r, const struct place *at, const char *key,
	const char *fmt, ...) DP_PRINTF(4, 5);

bool read_object(struct task_reader *r, const struct place *at, const char *const *keys);
/* A list of at most `max`; absent: count 0. */
bool read_list(struct task_reader *r, const struct place *at, size_t max, size_t *count);
/* Absent: "". */
bool read_text(struct task_reader *r, const struct place *at, const char *key,
	const char **text);
/* A text that must be there and not be empty. */
bool read_needed(struct task_reader *r, const struct place *at, const char *key,
	const char **text);
/* The same, and fit for a name by task_name_check. */
bool read_name(struct task_reader *r, const struct place *at, const char *key, const char *what,
	const char **name);
bool place_check_name(struct task_reader *r, const struct place *at, const char *name,
	const char *what);
/* A text, or a whole number as text. */
bool read_scalar(struct task_reader *r, const struct place *at, const char **text);
bool read_word(struct task_reader *r, const struct place *at, const char *key,
	const struct words *words, int otherwise, int *value);
bool read_duration(struct task_reader *r, const struct place *at, const char *key,
	int64_t otherwise, int64_t min, int64_t max, int64_t *seconds);
bool read_names(struct task_reader *r, const struct place *at, const char *key, size_t max,
	struct name_list *names);
bool read_op(struct task_reader *r, const struct place *at, enum cond_op *op,
	const char **value, const char **value2);

/* One node; schedules; a push node's own keys. */
bool read_schedules(struct task_reader *r, const struct place *at);
bool read_node(struct task_reader *r, const struct place *at, struct node *node);
bool read_push(struct task_reader *r, const struct place *at, struct node *node);

#endif
