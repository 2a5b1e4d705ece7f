/* SPDX-License-Identifier: MIT */
#include "ui/draw.h"

#include <stdlib.h>

#include "src/base/utf8.h"
#include "ui/draw_private.h"

struct draw *
draw_new(void)
{
	struct draw *d = xcalloc(1, sizeof(*d));

	colours_init(&d->colours);
	cells_init(&d->front);
	draw_capabilities(d);
	return d;
}

void
draw_free(struct draw *d)
{
	if (!d)
		return;
	cells_fini(&d->front);
	free(d);
}

void
draw_use_theme(struct draw *d, const struct theme *theme)
{
	colours_use(&d->colours, theme);
	d->known = false;
}

enum depth
draw_depth(const struct draw *d)
{
	return d->colours.depth;
}

void
draw_forget(struct draw *d)
{
	d->known = false;
}

/* --- rows ------------------------------------------------------------------------ */

/* Wide characters that every terminal knows as such. */
static bool
is_surely_wide(uint32_t c)
{
	return (c >= 0x1100 && c < 0x1160) || (c >= 0x2E80 && c < 0xA4D0 && c != 0x303F) ||
	       (c >= 0xAC00 && c < 0xD7A4) || (c >= 0xF900 && c < 0xFB00) ||
	       (c >= 0xFF01 && c < 0xFF61) || (c >= 0x20000 && c < 0x30000);
}

/* And narrow ones that none takes for a combining mark. */
static bool
is_surely_narrow(uint32_t c)
{
	return (c > 0xA0 && c < 0x300 && c != 0xAD) || (c >= 0x370 && c < 0x483) ||
	       (c >= 0x48A && c < 0x590) || (c >= 0x1E00 && c < 0x2000) ||
	       (c >= 0x2010 && c < 0x2028) || (c >= 0x2030 && c < 0x2060) ||
	       (c >= 0x20A0 && c < 0x20C0) || (c >= 0x2100 && c < 0x2300) ||
	       (c >= 0x2500 && c < 0x2600) || c == UTF8_REPLACEMENT;
}

/* Writes one cell; afterwards the cursor's place is known only behind ASCII. */
static void
put_cell(struct draw *d, struct buf *out, const struct cells *cells, int row, int col)
{
	const struct screen_cell *cell = &cells->cells[row * cells->cols + col];
	struct screen_cell *shown = &d->front.cells[row * cells->cols + col];
	struct look look = draw_look_of(d, cell);
	char scratch[8];

	draw_move(d, out, row, col);
	if (cell->glyph == ' ' ? !look_blank_equal(d->look, look) : true)
		draw_use_look(d, out, look);
	if (cell_is_ascii(cell)) {
		buf_addc(out, (char)cell->glyph);
		d->col = col + 1 < cells->cols ? col + 1 : UNKNOWN;
		if (d->col == UNKNOWN)
			d->row = UNKNOWN;
	} else {
		/* A terminal that takes it for narrower must not leave what was there. */
		if (!(cell->width == 2 ? is_surely_wide(cell->glyph)
				       : is_surely_narrow(cell->glyph))) {
			buf_add_repeat(out, " ", cell->width);
			d->col = col + cell->width < cells->cols ? col + cell->width : UNKNOWN;
			if (d->col == UNKNOWN)
				d->row = UNKNOWN;
			draw_move(d, out, row, col);
		}
		buf_add_str(out, cells_glyph(cells, cell, scratch));
		d->col = UNKNOWN;
		if (col + 4 >= cells->cols)
			d->row = UNKNOWN;
	}
	*shown = *cell;
	if (cell->width == 2)
		shown[1] = cell[1];
}

/* Equal blanks from col on; what they look like must be what erasing leaves. */
static int
blank_run(const struct draw *d, const struct cells *cells, int row, int col)
{
	const struct screen_cell *cell = &cells->cells[row * cells->cols + col];
	struct look look = draw_look_of(d, cell);
	int n = 0;

	if (cell->glyph != ' ' || (look.attrs & (ATTR_REVERSE | ATTR_UNDERLINE)) ||
		(look.bg.kind != COLOUR_DEFAULT && !d->bce))
		return 0;
	while (col + n < cells->cols && cell[n].glyph == ' ' &&
		(cell_equal(&cell[n], cell) || look_blank_equal(draw_look_of(d, &cell[n]), look)))
		n++;
	return n;
}

int
draw_last_difference(const struct draw *d, const struct cells *cells, int row)
{
	const struct screen_cell *old = &d->front.cells[row * cells->cols];
	const struct screen_cell *new = &cells->cells[row * cells->cols];
	int col = cells->cols - 1;

	while (col >= 0 && cell_equal(&old[col], &new[col]))
		col--;
	return col;
}

static void
erase_cells(struct draw *d, struct buf *out, const struct cells *cells, int row, int col, int n)
{
	struct look look = draw_look_of(d, &cells->cells[row * cells->cols + col]);

	draw_move(d, out, row, col);
	if (!look_blank_equal(d->look, look) ||
		(d->look.attrs & (ATTR_REVERSE | ATTR_UNDERLINE)))
		draw_use_look(d, out, look);
	if (col + n == cells->cols && d->el)
		draw_put(out, d->el);
	else
		draw_put_number(out, d->ech, n);
	for (int i = col; i < col + n; i++)
		d->front.cells[row * cells->cols + i] = cells->cells[row * cells->cols + i];
}

/* Erases what is blank from `col` on when that is shorter; columns done. */
static int
try_erase(struct draw *d, struct buf *out, const struct cells *cells, int row, int col, int last)
{
	int n = blank_run(d, cells, row, col);

	if (n > 3 && col + n == cells->cols && d->el) {
		erase_cells(d, out, cells, row, col, n);
		return n;
	}
	if (col + n > last + 1)
		n = last + 1 - col;
	if (d->ech && (n > 10 || (n > 4 && col + n == last + 1))) {
		erase_cells(d, out, cells, row, col, n);
		return n;
	}
	return 0;
}

/* Cells up to the next difference are written rather than jumped over? Not when that
 * costs a change of look that the jump does not need. */
static bool
is_short_gap(const struct draw *d, const struct cells *cells, int row, int col, int next)
{
	const struct screen_cell *cell = &cells->cells[row * cells->cols];
	struct look target = draw_look_of(d, &cell[next]);
	int i = col;

	if (next - col > JUMP || d->row != row || d->col != col)
		return false;
	while (i < next && draw_is_in_look(d, &cell[i]))
		i++;
	while (i < next && cell_is_ascii(&cell[i]) && look_equal(target, draw_look_of(d, &cell[i])))
		i++;
	return i == next;
}

/* The first column of the grapheme that col belongs to. */
static int
head_of(const struct screen_cell *row, int col)
{
	return col > 0 && row[col].width == 0 ? col - 1 : col;
}

static void
update_cells(struct draw *d, struct buf *out, const struct cells *cells, int row)
{
	const struct screen_cell *new = &cells->cells[row * cells->cols];
	struct screen_cell *old = &d->front.cells[row * cells->cols];
	int last = draw_last_difference(d, cells, row), col = 0;
	bool forced = false;

	while (col < cells->cols && (col <= last || forced)) {
		int next = col, done;

		while (next < cells->cols - 1 && !forced && cell_equal(&old[next], &new[next]))
			next++;
		next = head_of(new, next);
		if (next > col && is_short_gap(d, cells, row, col, next))
			next = col;
		col = next;
		done = try_erase(d, out, cells, row, col, last < col ? col : last);
		if (done) {
			col += done;
			forced = false;
			continue;
		}
		put_cell(d, out, cells, row, col);
		/* A terminal that takes it for wide has written over the next cell. */
		forced = !cell_is_ascii(&new[col]) && new[col].width == 1;
		col += new[col].width ? new[col].width : 1;
	}
}

/* --- the whole --------------------------------------------------------------------- */

static void
start_fresh(struct draw *d, const struct cells *cells, struct buf *out)
{
	cells_resize(&d->front, cells->rows, cells->cols);
	buf_adds(out, d->colours.ansi ? "\033[m" : "");
	d->look = look_plain;
	draw_put(out, d->clear);
	d->row = d->col = 0;
	d->known = true;
}

static void
place_cursor(struct draw *d, const struct cells *cells, struct buf *out)
{
	bool hide = cells->cursor_row < 0;

	if (!hide)
		draw_move(d, out, cells->cursor_row, cells->cursor_col);
	if (hide != d->hidden)
		draw_put(out, hide ? d->civis : d->cnorm);
	d->hidden = hide;
}

void
draw_update(struct draw *d, const struct cells *cells, struct buf *out)
{
	size_t line = sizeof(struct screen_cell) * (size_t)cells->cols;
	int cursor_row = cells->cursor_row;

	if (!d->known || d->front.rows != cells->rows || d->front.cols != cells->cols) {
		if (!d->hidden)
			draw_put(out, d->civis);
		d->hidden = d->civis != NULL;
		start_fresh(d, cells, out);
	} else {
		draw_try_scroll(d, out, cells);
	}
	for (int i = 0; i <= cells->rows; i++) {
		/* The cursor's row comes last: the cursor is nearly there then. */
		int row = i < cells->rows ? i : cursor_row;

		if (row < 0 || (i < cells->rows && row == cursor_row))
			continue;
		if (memcmp(&d->front.cells[row * cells->cols], &cells->cells[row * cells->cols],
			    line) == 0)
			continue;
		draw_try_shift(d, out, cells, row);
		update_cells(d, out, cells, row);
	}
	place_cursor(d, cells, out);
}
