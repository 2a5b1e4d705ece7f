/* SPDX-License-Identifier: MIT */
/* The studio's main screen in parts: one file and one struct each (tasks, sources, SQL
 * and results, content, preview, steps), and the desk that they stand on. */
#ifndef DP_UI_SCREENS_STUDIO_PRIVATE_H
#define DP_UI_SCREENS_STUDIO_PRIVATE_H

#include "ui/screens/screens.h"
#include "ui/studio.h"
#include "ui/tree.h"

struct desk_task_row { /* a folder (task SIZE_MAX) or a task of the list */
	const char *folder;
	size_t task;
	bool open;
};

struct desk_tasks {
	struct tree tree;
	struct arena arena;
	struct task_list list;
	struct desk_task_row *rows;
	size_t count;
	char **closed; /* folders that are shut */
	size_t closed_count;
};

struct desk {
	struct screen screen;
	struct studio *studio;
	struct model *model;
	struct desk_tasks tasks;
};

/* studio.c */
void desk_open_task(struct desk *d, const char *name);

/* studio_tasks.c */
void desk_tasks_init(struct desk *d);
void desk_tasks_fini(struct desk *d);
void desk_tasks_read(struct desk *d);
/* NULL: on a folder, or there is none. */
const struct task_row *desk_tasks_current(struct desk *d);

#endif
