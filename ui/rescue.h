/* SPDX-License-Identifier: MIT */
/* Drafts that could not be saved, kept aside in the person's state folder: one file for
 * a workspace, task and process. The next studio that opens the task offers it. */
#ifndef DP_UI_RESCUE_H
#define DP_UI_RESCUE_H

#include <stdbool.h>

#include "src/base/buf.h"

struct workspace;

/* False: not even there. */
bool rescue_write(struct workspace *ws, int64_t task_id, struct str text);
/* What this process kept is needed no more. */
void rescue_drop(struct workspace *ws, int64_t task_id);

/* The newest that a studio which has ended left of this task. */
struct rescued {
	char *path;
	int64_t at_us; /* written */
	struct buf text;
};
bool rescue_find(struct workspace *ws, int64_t task_id, struct rescued *r);
void rescued_fini(struct rescued *r);
/* Off the disk: it was taken, or is not wanted. */
void rescue_forget(const struct rescued *r);

#endif
