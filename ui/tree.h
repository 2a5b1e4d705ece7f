/* SPDX-License-Identifier: MIT */
/* A tree or tree of rows that its owner keeps: the tree asks for the rows that are
 * on the screen and for no others, so a million rows cost what forty do. `/` filters
 * (then, and only then, every row's text is asked for). Moves with arrows, hjkl,
 * g G, PgUp PgDn, mouse; Enter and a double click activate; Left and Right open and
 * close the branches of a tree. */
#ifndef DP_UI_TREE_H
#define DP_UI_TREE_H

#include "ui/line.h"
#include "ui/ui.h"

enum tree_branch { BRANCH_NONE, BRANCH_CLOSED, BRANCH_OPEN };

struct tree_row {
	bool text_alone; /* asked by the filter: the rest may stay as it is */
	int depth;
	enum tree_branch branch;
	enum role role;
	enum role right_role;
	char right[48]; /* text at the right edge; "" none */
};

struct tree;

struct tree_ops {
	/* Text and looks of one row; info comes zeroed (ROLE_TEXT). */
	void (*row)(struct tree *tree, size_t row, struct buf *text, struct tree_row *info);
	void (*activate)(struct tree *tree, size_t row); /* NULL: nothing */
	void (*moved)(struct tree *tree, size_t row);	 /* the current row changed */
	void (*toggle)(struct tree *tree, size_t row, bool open); /* trees */
};

struct tree {
	struct pane pane;
	const struct tree_ops *tree_ops;
	void *context; /* the owner's */
	const char *empty; /* N_(): shown when there are no rows */
	size_t count, current, top;
	/* With a filter: indices of the rows that match. */
	bool filtering, filtered;
	struct line filter;
	size_t *match;
	size_t match_count;
};

void tree_init(struct tree *tree, const struct tree_ops *ops, const char *title, void *context);
void tree_fini(struct tree *tree);
/* The owner's rows changed: how many there are now. The current row stays, or is the last. */
void tree_set_count(struct tree *tree, size_t count);
/* SIZE_MAX when there are none. */
size_t tree_current(const struct tree *tree);
void tree_select(struct tree *tree, size_t row);
/* Starts (or ends) the filter line. */
void tree_filter(struct tree *tree, bool on);

#endif
