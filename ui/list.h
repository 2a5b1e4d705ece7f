/* SPDX-License-Identifier: MIT */
/* A list or tree of rows that its owner keeps: the list asks for the rows that are
 * on the screen and for no others, so a million rows cost what forty do. `/` filters
 * (then, and only then, every row's text is asked for). Moves with arrows, hjkl,
 * g G, PgUp PgDn, mouse; Enter and a double click activate; Left and Right open and
 * close the branches of a tree. */
#ifndef DP_UI_LIST_H
#define DP_UI_LIST_H

#include "ui/line.h"
#include "ui/ui.h"

enum list_branch { BRANCH_NONE, BRANCH_CLOSED, BRANCH_OPEN };

struct list_row {
	int depth;
	enum list_branch branch;
	enum role role;
	enum role right_role;
	char right[48]; /* text at the right edge; "" none */
};

struct list;

struct list_ops {
	/* Text and looks of one row; info comes zeroed (ROLE_TEXT). */
	void (*row)(struct list *list, size_t row, struct buf *text, struct list_row *info);
	void (*activate)(struct list *list, size_t row); /* NULL: nothing */
	void (*moved)(struct list *list, size_t row);	 /* the current row changed */
	void (*toggle)(struct list *list, size_t row, bool open); /* trees */
};

struct list {
	struct pane pane;
	const struct list_ops *list_ops;
	void *context; /* the owner's */
	const char *empty; /* N_(): shown when there are no rows */
	size_t count, current, top;
	/* With a filter: indices of the rows that match. */
	bool filtering, filtered;
	struct line filter;
	size_t *match;
	size_t match_count;
};

void list_init(struct list *list, const struct list_ops *ops, const char *title, void *context);
void list_fini(struct list *list);
/* The owner's rows changed: how many there are now. The current row stays, or is the last. */
void list_set_count(struct list *list, size_t count);
/* SIZE_MAX when there are none. */
size_t list_current(const struct list *list);
void list_select(struct list *list, size_t row);
/* Starts (or ends) the filter line. */
void list_filter(struct list *list, bool on);

#endif
