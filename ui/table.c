/* SPDX-License-Identifier: MIT */
#include "ui/table.h"

#include <stdarg.h>
#include <stdlib.h>

static struct grid_column
column(struct grid *grid, size_t i)
{
	const struct table *t = grid->context;

	return (struct grid_column){ str_from(_(t->heads[i].name)), t->heads[i].right };
}

static struct str
cell(struct grid *grid, size_t row, size_t i, enum role *role)
{
	const struct table *t = grid->context;
	const struct table_cell *c = &t->cells[row * t->columns + i];

	*role = c->role;
	return c->text;
}

static void
activate(struct grid *grid, size_t row, size_t i)
{
	struct table *t = grid->context;

	(void)i;
	if (t->activate)
		t->activate(t->context, row);
}

static void
moved(struct grid *grid, size_t row, size_t i)
{
	struct table *t = grid->context;

	(void)i;
	if (t->moved)
		t->moved(t->context, row);
}

static const struct grid_ops grid_ops = { .column = column, .cell = cell, .activate = activate,
	.moved = moved };

void
table_init(struct table *t, const char *title, const struct table_head *heads, size_t columns,
	void *context)
{
	*t = (struct table){ .heads = heads, .columns = columns, .context = context };
	grid_init(&t->grid, &grid_ops, title, t);
	grid_set_size(&t->grid, 0, columns);
}

void
table_fini(struct table *t)
{
	grid_fini(&t->grid);
	arena_fini(&t->arena);
	free(t->cells);
}

void
table_begin(struct table *t)
{
	t->row = t->grid.row;
	grid_set_rows(&t->grid, 0);
	arena_clear(&t->arena);
	t->count = 0;
}

void
table_add(struct table *t, enum role role, const char *text)
{
	if (t->count == t->room) {
		t->room = t->room ? t->room * 2 : 64;
		t->cells = xreallocarray(t->cells, t->room, sizeof(*t->cells));
	}
	t->cells[t->count++] = (struct table_cell){ arena_str(&t->arena, str_from(text)), role };
}

void
table_addf(struct table *t, enum role role, const char *fmt, ...)
{
	struct buf text = BUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	buf_vaddf(&text, fmt, ap);
	va_end(ap);
	table_add(t, role, buf_text(&text));
	buf_fini(&text);
}

void
table_end(struct table *t)
{
	size_t row = t->row, column_ = t->grid.column, rows = t->count / t->columns;

	/* Widths are those of the new texts. */
	grid_set_size(&t->grid, rows, t->columns);
	if (rows)
		grid_select(&t->grid, row < rows ? row : rows - 1, column_);
}

size_t
table_row(const struct table *t)
{
	return t->grid.rows ? t->grid.row : SIZE_MAX;
}
