/* SPDX-License-Identifier: MIT */
/* What published tasks work with: a guess at which modules a pass will load. */
#ifndef DP_WORKSPACE_NEEDS_H
#define DP_WORKSPACE_NEEDS_H

#include "src/workspace/workspace.h"

/* `use` is "source" or "destination", `kind` the source's kind or the channel. */
typedef void (*needs_fn)(void *context, const char *use, const char *kind);

/* Of one task, or (task NULL) of the first few that are due at now_us. */
bool needs_of_tasks(struct workspace *ws, const char *task, int64_t now_us, needs_fn fn,
	void *context, struct err *err);

#endif
