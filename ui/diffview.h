/* SPDX-License-Identifier: MIT */
/* Two texts side by side, line by line, with what was added, removed and changed: the
 * left one red with '-', the right one green with '+'. On a narrow pane one below the
 * other. n and N go to the next and previous change; else as viewer.h. */
#ifndef DP_UI_DIFFVIEW_H
#define DP_UI_DIFFVIEW_H

#include "src/task/diff.h"
#include "ui/ui.h"

struct diffview {
	struct pane pane;
	struct buf before, after;
	struct diff diff;
	char *left_name, *right_name;
	size_t top, left;
	bool has_diff;
};

void diffview_init(struct diffview *d, const char *title);
void diffview_fini(struct diffview *d);
/* Copies both. */
void diffview_set(struct diffview *d, const char *left_name, struct str before,
	const char *right_name, struct str after);

#endif
