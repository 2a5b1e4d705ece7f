/* SPDX-License-Identifier: MIT */
#include "ui/scroll.h"

#define GAIN_MIN 60  /* cells a scroll must save */
#define EDGE_CELLS 8 /* a row with no more differences may stay out of a scroll */
#define STEPS 3	     /* rows a scroll by which is always thought of */

static int
row_differences(const struct cells *shown, const struct cells *cells, int old_row, int new_row)
{
	const struct screen_cell *old = &shown->cells[old_row * cells->cols];
	const struct screen_cell *new = &cells->cells[new_row * cells->cols];
	int n = 0;

	if (memcmp(old, new, sizeof(*old) * (size_t)cells->cols) == 0)
		return 0;
	for (int i = 0; i < cells->cols; i++)
		n += !cell_equal(&old[i], &new[i]);
	return n;
}

static int
row_glyphs(const struct cells *cells, int row)
{
	const struct screen_cell *new = &cells->cells[row * cells->cols];
	int n = 0;

	for (int i = 0; i < cells->cols; i++)
		n += new[i].glyph != ' ';
	return n;
}

/* Cells to write when rows top..bottom had moved by `by` (up when positive). */
static int
scrolled_differences(const struct cells *shown, const struct cells *cells, int top, int bottom,
	int by, int limit)
{
	int n = 0;

	for (int row = top; row <= bottom && n < limit; row++) {
		int from = row + by;

		if (from >= top && from <= bottom)
			n += row_differences(shown, cells, from, row);
		else
			n += row_glyphs(cells, row);
	}
	return n;
}

static void
weigh_scroll(const struct cells *shown, const struct cells *cells, struct scroll *s, int by)
{
	int n = scrolled_differences(shown, cells, s->top, s->bottom, by, s->left);

	if (n < s->left) {
		s->left = n;
		s->by = by;
	}
}

/* A page further its first row may be one of the last that are shown, and the other
 * way round: those are found by their text. */
static void
weigh_pages(const struct cells *shown, const struct cells *cells, struct scroll *s)
{
	bool down = row_glyphs(cells, s->top) > 0, up = row_glyphs(cells, s->bottom) > 0;

	for (int k = STEPS + 1; k <= s->bottom - s->top; k++) {
		if (down && row_differences(shown, cells, s->top + k, s->top) == 0)
			weigh_scroll(shown, cells, s, k);
		if (up && row_differences(shown, cells, s->bottom - k, s->bottom) == 0)
			weigh_scroll(shown, cells, s, -k);
	}
}

/* The best scroll of the rows between those at the edges that differ by at most `few`
 * cells. */
static struct scroll
find_between(const struct cells *shown, const struct cells *cells, int few)
{
	struct scroll s = { .bottom = cells->rows - 1 };
	int still, changed = 0;

	while (s.top < s.bottom && row_differences(shown, cells, s.top, s.top) <= few)
		s.top++;
	while (s.bottom > s.top && row_differences(shown, cells, s.bottom, s.bottom) <= few)
		s.bottom--;
	for (int row = s.top; row <= s.bottom; row++)
		changed += row_differences(shown, cells, row, row) > 0;
	/* A key typed changes its row and what is said of it, far below. */
	if (s.bottom - s.top < 3 || changed * 4 < s.bottom - s.top)
		return s;
	still = s.left = scrolled_differences(shown, cells, s.top, s.bottom, 0, INT32_MAX);
	s.left -= GAIN_MIN;
	for (int k = 1; k <= STEPS && s.left > 0; k++) {
		weigh_scroll(shown, cells, &s, -k);
		weigh_scroll(shown, cells, &s, k);
	}
	if (s.left > 0)
		weigh_pages(shown, cells, &s);
	s.gain = s.by ? still - s.left : 0;
	return s;
}

struct scroll
scroll_find(const struct cells *shown, const struct cells *cells)
{
	struct scroll all = find_between(shown, cells, 0);
	/* A line and column number below the text need not scroll with it. */
	struct scroll text = find_between(shown, cells, EDGE_CELLS);

	return text.gain > all.gain ? text : all;
}
