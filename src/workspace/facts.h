/* SPDX-License-Identifier: MIT */
/* What the workspace has to know of a definition: read once when it is saved, so that
 * lists and refusals need not read it again. */
#ifndef DP_WORKSPACE_FACTS_H
#define DP_WORKSPACE_FACTS_H

#include "src/task/task_json.h"
#include "src/workspace/usage.h"

struct facts {
	struct task task;
	struct arena arena;
	struct usage_list uses;
	struct buf sources;	/* names, ", " between */
	const char *env, *mode, *group;
	char content_digest[TASK_DIGEST_SIZE], digest[TASK_DIGEST_SIZE];
};

/* False with ERR_INPUT: nothing to free then. */
bool facts_read(struct facts *f, struct str text, struct err *err);
/* The same with the task's name changed; `canonical` is its text. */
bool facts_read_as(struct facts *f, struct str text, const char *name, struct buf *canonical,
	struct err *err);
void facts_fini(struct facts *f);

#endif
