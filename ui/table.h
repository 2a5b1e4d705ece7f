/* SPDX-License-Identifier: MIT */
/* A grid of texts that are few enough to be held: versions, runs, published tasks. The
 * owner fills it row by row; the cursor stays in its row when it is filled again. */
#ifndef DP_UI_TABLE_H
#define DP_UI_TABLE_H

#include "src/base/arena.h"
#include "ui/grid.h"

struct table_head {
	const char *name; /* N_() */
	bool right;
};

struct table_cell {
	struct str text;
	enum role role;
};

struct table {
	struct grid grid;
	const struct table_head *heads;
	size_t columns;
	struct arena arena;
	struct table_cell *cells;
	size_t count, room; /* cells */
	size_t row;	    /* the cursor's, while it is filled */
	void (*activate)(void *context, size_t row);
	void (*moved)(void *context, size_t row);
	void *context;
};

void table_init(struct table *t, const char *title, const struct table_head *heads,
	size_t columns, void *context);
void table_fini(struct table *t);
void table_begin(struct table *t);
void table_add(struct table *t, enum role role, const char *text);
void table_addf(struct table *t, enum role role, const char *fmt, ...) DP_PRINTF(3, 4);
void table_end(struct table *t);
/* SIZE_MAX: there are no rows. */
size_t table_row(const struct table *t);

#endif
