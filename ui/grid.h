/* SPDX-License-Identifier: MIT */
/* A table of any size with a frozen header and first column: the result of a query,
 * runs, differences. It asks for the cells that are on the screen only; a column's
 * width comes from its header and its first rows when it is first seen. Arrows and
 * hjkl move the cell cursor, Enter shows the whole cell, y copies it, f freezes or
 * frees the first column, < > go to the first and last column, / finds. */
#ifndef DP_UI_GRID_H
#define DP_UI_GRID_H

#include "src/result/result.h"
#include "ui/line.h"
#include "ui/ui.h"

struct grid;

struct grid_column {
	struct str name;
	bool right; /* numbers */
};

struct grid_ops {
	/* Borrowed until the next call. */
	struct grid_column (*column)(struct grid *grid, size_t column);
	/* The whole text of a cell; `role` comes as ROLE_TEXT. */
	struct str (*cell)(struct grid *grid, size_t row, size_t column, enum role *role);
	void (*activate)(struct grid *grid, size_t row, size_t column); /* NULL: shows it */
	void (*moved)(struct grid *grid, size_t row, size_t column);
};

struct grid {
	struct pane pane;
	const struct grid_ops *grid_ops;
	void *context;
	const char *empty; /* N_(): shown when there are no columns */
	const char *no_rows; /* N_(): for a table without rows; NULL: "no rows" */
	size_t rows, columns;
	size_t row, column; /* the cell cursor */
	size_t top, left;
	size_t frozen; /* columns that stay: 0 or 1 */
	int *widths;   /* 0: not known yet */
	bool finding;
	struct line find;
	struct buf scratch;
};

void grid_init(struct grid *grid, const struct grid_ops *ops, const char *title, void *context);
void grid_fini(struct grid *grid);
/* New contents: widths are forgotten, the cursor goes to the first cell. */
void grid_set_size(struct grid *grid, size_t rows, size_t columns);
/* More or fewer rows of the same columns: the cursor stays. */
void grid_set_rows(struct grid *grid, size_t rows);
void grid_select(struct grid *grid, size_t row, size_t column);
/* Shows a query's result; it must live as long as the grid shows it. NULL: nothing. */
void grid_init_result(struct grid *grid, const char *title);
void grid_show_result(struct grid *grid, const struct result *result);

#endif
