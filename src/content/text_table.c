/* SPDX-License-Identifier: MIT */
#include "src/content/text_table.h"

#include <stdlib.h>

#include "src/base/utf8.h"
#include "src/content/text_wrap.h"

#define NARROW 3 /* no column is made narrower than this */

struct box {
	const char *horizontal, *vertical;
	const char *top[3], *middle[3], *bottom[3]; /* left, crossing, right */
};

static const struct box boxes[] = {
	{ "─", "│", { "┌", "┬", "┐" }, { "├", "┼", "┤" }, { "└", "┴", "┘" } },
	{ "-", "|", { "+", "+", "+" }, { "+", "+", "+" }, { "+", "+", "+" } },
};

void
text_grid_init(struct text_grid *g, size_t columns, size_t rows)
{
	*g = (struct text_grid){ .columns = columns, .rows = rows };
	g->cells = xcalloc(columns * rows + 1, sizeof(*g->cells));
	g->aligns = xcalloc(columns + 1, sizeof(*g->aligns));
	arena_alloc(&g->arena, 1);
}

void
text_grid_fini(struct text_grid *g)
{
	arena_fini(&g->arena);
	free(g->cells);
	free(g->aligns);
}

void
text_grid_set(struct text_grid *g, size_t row, size_t column, struct str styled)
{
	g->cells[row * g->columns + column] = arena_str(&g->arena, styled);
}

static struct str
text_grid_at(const struct text_grid *g, size_t row, size_t column)
{
	return g->cells[row * g->columns + column];
}

static void
add_rule(struct buf *to, const struct text_grid *g, const size_t *widths, const struct box *box,
	const char *const ends[3])
{
	buf_adds(to, ends[0]);
	for (size_t i = 0; i < g->columns; i++) {
		if (i)
			buf_adds(to, ends[1]);
		buf_add_repeat(to, box->horizontal, widths[i] + 2);
	}
	buf_adds(to, ends[2]);
}

static void
add_row(struct buf *to, const struct text_grid *g, const size_t *widths, const struct box *box,
	size_t row, bool styled)
{
	for (size_t i = 0; i < g->columns; i++) {
		if (styled)
			text_role_add(to, TEXT_BOX);
		buf_adds(to, box->vertical);
		if (styled)
			text_role_add(to, row == 0 ? TEXT_HEADER : TEXT_PLAIN);
		buf_addc(to, ' ');
		styled_add_padded(to, text_grid_at(g, row, i), widths[i], g->aligns[i]);
		buf_addc(to, ' ');
	}
	if (styled)
		text_role_add(to, TEXT_BOX);
	buf_adds(to, box->vertical);
	if (styled)
		text_role_add(to, TEXT_PLAIN);
}

/* The widest column that may become narrower; numbers never do, since a cut number
 * reads as another one. SIZE_MAX: none. */
static size_t
find_widest(const struct text_grid *g, const size_t *widths, size_t *second)
{
	size_t widest = SIZE_MAX;

	for (size_t i = 0; i < g->columns; i++)
		if (g->aligns[i] != ALIGN_RIGHT && widths[i] > NARROW &&
			(widest == SIZE_MAX || widths[i] > widths[widest]))
			widest = i;
	*second = NARROW;
	for (size_t i = 0; widest != SIZE_MAX && i < g->columns; i++)
		if (g->aligns[i] != ALIGN_RIGHT && widths[i] < widths[widest] &&
			widths[i] > *second)
			*second = widths[i];
	return widest;
}

/* Takes columns from the widest ones until `room` is kept; false when it cannot. */
static bool
shrink(const struct text_grid *g, size_t *widths, size_t room)
{
	size_t total = 0;

	for (size_t i = 0; i < g->columns; i++)
		total += widths[i];
	while (total > room) {
		size_t second, widest = find_widest(g, widths, &second), take;

		if (widest == SIZE_MAX)
			return false;
		take = widths[widest] - second;
		if (take == 0 || take > total - room)
			take = take ? total - room : 1;
		widths[widest] -= take;
		total -= take;
	}
	return true;
}

/* A table too wide for boxes: one "header: value" line a cell. */
static void
put_list(struct line_writer *w, const struct text_grid *g)
{
	struct buf line = BUF_INIT;

	for (size_t row = 1; row < g->rows; row++) {
		for (size_t i = 0; i < g->columns; i++) {
			buf_clear(&line);
			buf_add_str(&line, text_grid_at(g, 0, i));
			buf_adds(&line, ": ");
			buf_add_str(&line, text_grid_at(g, row, i));
			line_writer_wrap(w, buf_str(&line));
		}
		if (row + 1 < g->rows)
			line_writer_line(w, STR_NONE);
	}
	buf_fini(&line);
}

static void
put_ruled(struct line_writer *w, const struct text_grid *g, const size_t *widths,
	const char *const ends[3], const struct box *box)
{
	struct buf line = BUF_INIT;

	if (w->options->styled)
		text_role_add(&line, TEXT_BOX);
	add_rule(&line, g, widths, box, ends);
	if (w->options->styled)
		text_role_add(&line, TEXT_PLAIN);
	line_writer_line(w, buf_str(&line));
	buf_fini(&line);
}

static void
put_boxed(struct line_writer *w, const struct text_grid *g, const size_t *widths)
{
	const struct box *box = &boxes[w->options->ascii];
	struct buf line = BUF_INIT;

	put_ruled(w, g, widths, box->top, box);
	for (size_t row = 0; row < g->rows; row++) {
		buf_clear(&line);
		add_row(&line, g, widths, box, row, w->options->styled);
		line_writer_line(w, buf_str(&line));
		if (row == 0 && g->rows > 1)
			put_ruled(w, g, widths, box->middle, box);
	}
	put_ruled(w, g, widths, box->bottom, box);
	buf_fini(&line);
}

void
text_grid_put(struct line_writer *w, const struct text_grid *g)
{
	size_t *widths = xcalloc(g->columns + 1, sizeof(*widths));
	size_t frame = 3 * g->columns + 1 + styled_width(buf_str(&w->prefix));
	size_t columns = w->options->columns > 0 ? (size_t)w->options->columns : 0;
	bool fits = true;

	for (size_t row = 0; row < g->rows; row++)
		for (size_t i = 0; i < g->columns; i++) {
			size_t width = styled_width(text_grid_at(g, row, i));

			if (width > widths[i])
				widths[i] = width;
		}
	if (columns)
		fits = columns > frame && shrink(g, widths, columns - frame);
	if (g->columns && fits)
		put_boxed(w, g, widths);
	else if (g->columns)
		put_list(w, g);
	free(widths);
}

static void
set_cell(struct text_grid *g, size_t row, size_t column, struct cell cell, bool styled)
{
	struct buf text = BUF_INIT;
	bool colored = styled && cell.color != COLOR_DEFAULT;

	if (colored)
		text_role_add(&text, text_role_of_color(cell.color));
	buf_add_str(&text, cell.text);
	if (cell.mark.len) {
		if (cell.text.len)
			buf_addc(&text, ' ');
		buf_add_str(&text, cell.mark);
	}
	if (colored)
		text_role_add(&text, TEXT_PLAIN);
	text_grid_set(g, row, column, buf_str(&text));
	buf_fini(&text);
}

static void
put_note(struct line_writer *w, const struct doc_table *table, size_t shown)
{
	struct buf note = BUF_INIT;

	if (w->options->styled)
		text_role_add(&note, TEXT_MUTED);
	if (shown < table->row_count) {
		buf_adds(&note, w->options->ascii ? "... " : "… ");
		thousands_add(&note, table->row_count - shown);
		buf_adds(&note, table->truncated ? " more rows; " : " more rows");
	}
	if (table->truncated) {
		buf_adds(&note, "only the first ");
		thousands_add(&note, table->total_rows);
		buf_adds(&note, " rows of the query");
	}
	if (w->options->styled)
		text_role_add(&note, TEXT_PLAIN);
	if (shown < table->row_count || table->truncated)
		line_writer_wrap(w, buf_str(&note));
	buf_fini(&note);
}

void
render_text_table(struct buf *to, const struct doc_table *table,
	const struct render_text_options *options)
{
	size_t max = options->max_rows, rows = table->row_count;
	struct line_writer w;
	struct text_grid g;

	if (max && rows > max)
		rows = max;
	line_writer_init(&w, to, options);
	text_grid_init(&g, table->column_count, rows + 1);
	for (size_t i = 0; i < table->column_count; i++) {
		g.aligns[i] = table->columns[i].align;
		text_grid_set(&g, 0, i, table->columns[i].header);
		for (size_t row = 0; row < rows; row++)
			set_cell(&g, row + 1, i, table_cell(table, row, i), options->styled);
	}
	text_grid_put(&w, &g);
	put_note(&w, table, rows);
	text_grid_fini(&g);
	line_writer_fini(&w);
}
