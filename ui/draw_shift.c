/* SPDX-License-Identifier: MIT */
#include "ui/draw_private.h"
#include "ui/scroll.h"

#define SHIFT_MIN 14 /* cells that are cheaper shifted by the terminal than written */

/* --- within a row ------------------------------------------------------- */

static bool
all_ascii(const struct screen_cell *cells, int from, int to)
{
	for (int i = from; i < to; i++)
		if (!cell_is_ascii(&cells[i]))
			return false;
	return true;
}

/* Columns by which new[from..last] is old text moved right (by > 0) or left. */
static int
moved_from(const struct screen_cell *old, const struct screen_cell *new, int first, int last,
	int by)
{
	int col = last;

	if (by > 0) {
		while (col - by >= first && cell_equal(&new[col], &old[col - by]))
			col--;
		return col + 1;
	}
	col = last + by;
	while (col >= first && cell_equal(&new[col], &old[col - by]))
		col--;
	return col + 1;
}

static void
edit_cells(struct draw *d, struct buf *out, int cols, int row, int col, int by)
{
	struct screen_cell *line = &d->front.cells[row * cols];
	struct screen_cell blank = { .glyph = ' ', .width = 1 };

	draw_move(d, out, row, col);
	if (by > 0) {
		draw_put_number(out, d->ich, by);
		memmove(line + col + by, line + col, sizeof(*line) * (size_t)(cols - col - by));
		for (int i = 0; i < by; i++)
			line[col + i] = blank;
	} else {
		draw_put_number(out, d->dch, -by);
		memmove(line + col, line + col - by, sizeof(*line) * (size_t)(cols - col + by));
		for (int i = cols + by; i < cols; i++)
			line[i] = blank;
	}
}

/* Text that moved by one or two columns inside the row (a key typed or deleted):
 * the terminal moves it. What stands behind it is pulled out and pushed back. */
void
draw_try_shift(struct draw *d, struct buf *out, const struct cells *cells, int row)
{
	const struct screen_cell *new = &cells->cells[row * cells->cols];
	const struct screen_cell *old = &d->front.cells[row * cells->cols];
	int last = draw_last_difference(d, cells, row), first = 0;

	while (first < last && cell_equal(&old[first], &new[first]))
		first++;
	if (!d->ich || !d->dch || last - first < SHIFT_MIN ||
		!all_ascii(old, first, last + 1) || !all_ascii(new, first, last + 1))
		return;
	for (int k = 1; k <= 4; k++) {
		int by = (k & 1 ? 1 : -1) * (k + 1) / 2;
		int width = by > 0 ? by : -by;
		int from = moved_from(old, new, first, last, by);
		int kept = last + 1 - from - (by > 0 ? 0 : width);

		if (kept < SHIFT_MIN || from - first > kept)
			continue;
		draw_use_look(d, out, look_plain);
		/* First the deletion, so that nothing falls off the row's end. */
		edit_cells(d, out, cells->cols, row, by > 0 ? last + 1 - by : from, -width);
		edit_cells(d, out, cells->cols, row, by > 0 ? from - by : last + 1 - width, width);
		return;
	}
}

/* --- scrolling -------------------------------------------------------------------- */

static void
scroll_rows(struct draw *d, struct buf *out, int cols, int top, int bottom, int by)
{
	struct screen_cell *first = &d->front.cells[top * cols];
	size_t line = sizeof(*first) * (size_t)cols;
	int rows = bottom - top + 1, n = by > 0 ? by : -by;
	int blank_at = by > 0 ? rows - n : 0;

	draw_use_look(d, out, look_plain);
	draw_put_place(out, d->csr, top, bottom);
	draw_put_place(out, d->cup, by > 0 ? bottom : top, 0);
	draw_put_number(out, by > 0 ? d->ind : d->ri, n);
	if (d->colours.ansi)
		buf_adds(out, "\033[r");
	else
		draw_put_place(out, d->csr, 0, d->front.rows - 1);
	d->row = d->col = UNKNOWN;
	if (by > 0)
		memmove(first, first + n * cols, line * (size_t)(rows - n));
	else
		memmove(first + n * cols, first, line * (size_t)(rows - n));
	for (int i = blank_at * cols; i < (blank_at + n) * cols; i++)
		first[i] = (struct screen_cell){ .glyph = ' ', .width = 1 };
}

void
draw_try_scroll(struct draw *d, struct buf *out, const struct cells *cells)
{
	struct scroll s;

	if (!d->csr || !d->ind || !d->ri)
		return;
	s = scroll_find(&d->front, cells);
	if (s.by)
		scroll_rows(d, out, cells->cols, s.top, s.bottom, s.by);
}
