/* SPDX-License-Identifier: MIT */
/* Two texts side by side with what changed between them; on narrow screens one below
 * the other, with - and +. Arrows scroll, n and N go from change to change. */
#ifndef DP_UI_DIFF_VIEW_H
#define DP_UI_DIFF_VIEW_H

#include "src/task/diff.h"
#include "ui/ui.h"

struct diff_view {
	struct pane pane;
	struct buf before, after;
	struct diff diff;
	bool there; /* diff_make was called */
	bool fresh; /* not shown yet: it will go to its first change */
	size_t top, left;
	char names[2][48]; /* of the sides, in the head line */
};

void diff_view_init(struct diff_view *v, const char *title);
void diff_view_fini(struct diff_view *v);
/* Copies the texts. */
void diff_view_show(struct diff_view *v, const char *left, struct str before, const char *right,
	struct str after);
void diff_view_clear(struct diff_view *v);

#endif
