/* SPDX-License-Identifier: MIT */
/* The values of a task's parameters, fixed once from the scheduled time. */
#ifndef DP_RUN_PARAMS_H
#define DP_RUN_PARAMS_H

#include "src/base/json.h"
#include "src/schedule/timeexpr.h"
#include "src/task/task.h"

struct param_set {
	struct arena arena;
	struct parameter *list; /* name and value, no longer an expression */
	size_t count;
};

#define PARAM_SET_INIT { .arena = ARENA_INIT }

/* `overrides` is an object name -> value taken as it is (may be NULL); a name that
 * the task does not assign is added. ERR_INPUT names the parameter. */
DP_API bool params_resolve(struct param_set *set, const struct task *task,
	const struct timeexpr_base *base, const cJSON *overrides, struct err *err);
DP_API void params_fini(struct param_set *set);
/* NULL when there is none of that name. */
DP_API const char *params_get(const struct param_set *set, struct str name);
/* {"name":"value"} in one line. */
DP_API void params_to_json(const struct param_set *set, struct buf *to);

#endif
