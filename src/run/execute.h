/* SPDX-License-Identifier: MIT */
/* Runs the nodes of a task in order, up to but not including the pushes: queries,
 * assignments, branches and merges (dataworks.md 3). What a node gave stays here
 * until execution_fini. */
#ifndef DP_RUN_EXECUTE_H
#define DP_RUN_EXECUTE_H

#include "src/run/params.h"
#include "src/run/worker.h"

enum node_end { NODE_PENDING, NODE_SUCCEEDED, NODE_FAILED, NODE_SKIPPED };

struct node_run {
	enum node_end end;
	struct result *results; /* one a statement, or the list of a script */
	size_t result_count;
	bool is_list; /* of a shell or python node */
	bool taken[TASK_MAX_BRANCHES];
	struct err err; /* NODE_FAILED */
};

struct execution {
	struct worker *w;
	struct request *r;
	const struct task *task;
	const struct param_set *params;
	const struct timeexpr_base *base;
	enum source_env env; /* what ENV_AUTO means in this run: ENV_DEV or ENV_PROD */
	struct deadline deadline;
	struct node_run *nodes; /* as task->nodes */
};

void execution_init(struct execution *e);
void execution_fini(struct execution *e);
/* False: the run failed; err names the node. Pushes that are to go out end as
 * NODE_SUCCEEDED, those behind a branch not taken as NODE_SKIPPED. */
bool execution_run(struct execution *e, struct err *err);
/* Whether the task's conditions hold; otherwise why not. */
bool execution_conditions(struct execution *e, bool *hold, struct buf *why, struct err *err);
/* What the node of that name gave; NULL when it is none. */
struct node_run *execution_node(struct execution *e, const char *name);

#endif
