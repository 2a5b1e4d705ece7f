/* SPDX-License-Identifier: MIT */
/* What published versions need of the workspace: so that nothing is taken away from
 * under them. */
#ifndef DP_WORKSPACE_USAGE_H
#define DP_WORKSPACE_USAGE_H

#include "src/task/task.h"
#include "src/workspace/workspace.h"

/* Names of published tasks that use the thing; kind is "source", "destination" or
 * "calendar". */
bool usage_tasks(struct workspace *ws, const char *kind, const char *name, struct arena *a,
	struct name_list *tasks, struct err *err);
/* ERR_STATE that names them when there are any. `what` is for people: "data source". */
bool usage_check_free(struct workspace *ws, const char *kind, const char *what,
	const char *name, struct err *err);

/* Sources (with environment), destinations and calendar of a definition. Strings are
 * the task's. */
struct usage {
	const char *kind, *name, *env;
};
struct usage_list {
	struct usage *rows;
	size_t count;
};
void usage_of_task(const struct task *t, struct arena *a, struct usage_list *list);
/* Source names with ", " between, and the environment they share ("auto" when they
 * differ). */
void usage_sources(const struct usage_list *list, struct buf *names, const char **env);

#endif
