/* SPDX-License-Identifier: MIT */
#include "ui/draw.h"

#include <stdio.h>
#include <stdlib.h>

#define NCURSES_NOMACROS
#include <curses.h>
#include <term.h>

#include "ui/scroll.h"

#define UTF8_REPLACEMENT 0xFFFD /* utf8.h and term.h do not go together */

#define UNKNOWN (-1)
#define JUMP 4	    /* cells that are cheaper written again than jumped over */
#define LINES_MOST 3 /* rows down that are cheaper by newlines than by their number */
#define SHIFT_MIN 14 /* cells that are cheaper shifted by the terminal than written */

struct draw {
	struct colours colours;
	struct cells front; /* what the terminal shows; clusters belong to the cells drawn */
	bool known;
	int row, col;	    /* the terminal's cursor; UNKNOWN */
	bool hidden;	    /* the cursor is */
	struct look look;   /* as the terminal writes now */
	/* Capabilities; NULL where the terminal has none. */
	const char *cup, *hpa, *cuf, *cub, *el, *ech, *ich, *dch, *csr, *ind, *ri, *clear,
		*civis, *cnorm;
	bool bce; /* erasing takes the background colour */
};

static const char *
capability(const char *name)
{
	const char *s = tigetstr(name);

	return s && s != (const char *)-1 ? s : NULL;
}

struct draw *
draw_new(void)
{
	struct draw *d = xcalloc(1, sizeof(*d));

	colours_init(&d->colours);
	cells_init(&d->front);
	d->cup = capability("cup");
	d->hpa = capability("hpa");
	d->cuf = capability("cuf");
	d->cub = capability("cub");
	d->el = capability("el");
	d->ech = capability("ech");
	d->ich = capability("ich");
	d->dch = capability("dch");
	d->csr = capability("csr");
	d->ind = capability("indn");
	d->ri = capability("rin");
	d->clear = capability("clear");
	d->civis = capability("civis");
	d->cnorm = capability("cnorm");
	d->bce = tigetflag("bce") > 0;
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

/* --- control sequences --------------------------------------------------------- */

static struct buf *padded; /* tputs' destination: its callback has no context */

static int
put_padded(int c)
{
	buf_addc(padded, (char)c);
	return c;
}

static void
put_plain(struct buf *out, const char *s)
{
	if (!s)
		return;
	if (!strchr(s, '$')) {
		buf_adds(out, s);
		return;
	}
	padded = out;
	tputs(s, 1, put_padded);
}

/* The usual sequences are written without asking tparm, which is slow. */
static void
put_number(struct buf *out, const char *s, int n)
{
	size_t len = strlen(s);

	if (len == 8 && strncmp(s, "\033[%p1%d", 7) == 0) {
		if (n == 1)
			buf_addf(out, "\033[%c", s[7]);
		else
			buf_addf(out, "\033[%d%c", n, s[7]);
		return;
	}
	put_plain(out, tparm((char *)(uintptr_t)s, n, 0, 0, 0, 0, 0, 0, 0, 0));
}

static void
put_place(struct buf *out, const char *cup, int row, int col)
{
	if (strcmp(cup, "\033[%i%p1%d;%p2%dH") != 0)
		put_plain(out, tparm((char *)(uintptr_t)cup, row, col, 0, 0, 0, 0, 0, 0, 0));
	else if (col > 0)
		buf_addf(out, "\033[%d;%dH", row + 1, col + 1);
	else if (row > 0)
		buf_addf(out, "\033[%dH", row + 1);
	else
		buf_adds(out, "\033[H");
}

static void
use_look(struct draw *d, struct buf *out, struct look look)
{
	colours_change(&d->colours, out, d->look, look);
	d->look = look;
}

static struct look
look_of(const struct draw *d, const struct screen_cell *cell)
{
	return colours_look(&d->colours, cell->role, cell->over);
}

static bool
is_ascii(const struct screen_cell *cell)
{
	return cell->glyph >= 0x20 && cell->glyph < 0x7F;
}

/* The cell can be written without another look than the terminal's now. */
static bool
is_in_look(const struct draw *d, const struct screen_cell *cell)
{
	struct look look = look_of(d, cell);

	return is_ascii(cell) && (cell->glyph == ' ' ? look_blank_equal(d->look, look)
						     : look_equal(d->look, look));
}

static int
digits(int n)
{
	return n < 10 ? 1 : n < 100 ? 2 : n < 1000 ? 3 : 4;
}

static void
put_column(struct buf *out, const char *hpa, int col)
{
	if (strcmp(hpa, "\033[%i%p1%dG") == 0)
		buf_addf(out, "\033[%dG", col + 1);
	else
		put_plain(out, tparm((char *)(uintptr_t)hpa, col, 0, 0, 0, 0, 0, 0, 0, 0));
}

static void
move_right(struct draw *d, struct buf *out, int row, int col)
{
	int by = col - d->col;
	bool forward = d->cuf && (!d->hpa || by < 2 || digits(by) <= digits(col + 1));

	if (forward)
		put_number(out, d->cuf, by);
	else if (d->hpa)
		put_column(out, d->hpa, col);
	else
		put_place(out, d->cup, row, col);
}

/* The first cells of a row are written again, as they are shown; 0 when that needs
 * another look, or more bytes than a jump. */
static int
rewritable(const struct draw *d, int row, int col)
{
	const struct screen_cell *cell = &d->front.cells[row * d->front.cols];

	if (col > JUMP)
		return 0;
	for (int i = 0; i < col; i++)
		if (!is_in_look(d, &cell[i]))
			return 0;
	return col;
}

/* Down by newlines: output is not processed, so that one keeps the column. */
static bool
move_by_lines(struct draw *d, struct buf *out, int row, int col)
{
	int by = row - d->row, again = d->row == UNKNOWN ? 0 : rewritable(d, row, col);

	if (d->row == UNKNOWN || by < 1 || by > LINES_MOST)
		return false;
	if (col == d->col) {
		buf_add_repeat(out, "\n", (size_t)by);
		return true;
	}
	if (!again && col && (!d->cuf || by > digits(row + 1)))
		return false;
	buf_addc(out, '\r');
	buf_add_repeat(out, "\n", (size_t)by);
	for (int i = 0; i < again; i++)
		buf_addc(out, (char)d->front.cells[row * d->front.cols + i].glyph);
	if (col && !again)
		put_number(out, d->cuf, col);
	return true;
}

static void
move_to(struct draw *d, struct buf *out, int row, int col)
{
	if (row == d->row && col == d->col)
		return;
	if (row == d->row && d->col != UNKNOWN && col > d->col)
		move_right(d, out, row, col);
	else if (row == d->row && col == 0)
		buf_addc(out, '\r');
	else if (row == d->row && d->col != UNKNOWN && d->col - col <= 4)
		buf_add_repeat(out, "\b", (size_t)(d->col - col));
	else if (row == d->row && d->hpa)
		put_column(out, d->hpa, col);
	else if (!move_by_lines(d, out, row, col))
		put_place(out, d->cup, row, col);
	d->row = row;
	d->col = col;
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
	struct look look = look_of(d, cell);
	char scratch[8];

	move_to(d, out, row, col);
	if (cell->glyph == ' ' ? !look_blank_equal(d->look, look) : true)
		use_look(d, out, look);
	if (is_ascii(cell)) {
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
			move_to(d, out, row, col);
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
	struct look look = look_of(d, cell);
	int n = 0;

	if (cell->glyph != ' ' || (look.attrs & (ATTR_REVERSE | ATTR_UNDERLINE)) ||
		(look.bg.kind != COLOUR_DEFAULT && !d->bce))
		return 0;
	while (col + n < cells->cols && cell[n].glyph == ' ' &&
		(cell_equal(&cell[n], cell) || look_blank_equal(look_of(d, &cell[n]), look)))
		n++;
	return n;
}

static int
last_difference(const struct draw *d, const struct cells *cells, int row)
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
	struct look look = look_of(d, &cells->cells[row * cells->cols + col]);

	move_to(d, out, row, col);
	if (!look_blank_equal(d->look, look) ||
		(d->look.attrs & (ATTR_REVERSE | ATTR_UNDERLINE)))
		use_look(d, out, look);
	if (col + n == cells->cols && d->el)
		put_plain(out, d->el);
	else
		put_number(out, d->ech, n);
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
	struct look target = look_of(d, &cell[next]);
	int i = col;

	if (next - col > JUMP || d->row != row || d->col != col)
		return false;
	while (i < next && is_in_look(d, &cell[i]))
		i++;
	while (i < next && is_ascii(&cell[i]) && look_equal(target, look_of(d, &cell[i])))
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
	int last = last_difference(d, cells, row), col = 0;
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
		forced = !is_ascii(&new[col]) && new[col].width == 1;
		col += new[col].width ? new[col].width : 1;
	}
}

/* --- shifting within a row ------------------------------------------------------- */

static bool
all_ascii(const struct screen_cell *cells, int from, int to)
{
	for (int i = from; i < to; i++)
		if (!is_ascii(&cells[i]))
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

	move_to(d, out, row, col);
	if (by > 0) {
		put_number(out, d->ich, by);
		memmove(line + col + by, line + col, sizeof(*line) * (size_t)(cols - col - by));
		for (int i = 0; i < by; i++)
			line[col + i] = blank;
	} else {
		put_number(out, d->dch, -by);
		memmove(line + col, line + col - by, sizeof(*line) * (size_t)(cols - col + by));
		for (int i = cols + by; i < cols; i++)
			line[i] = blank;
	}
}

/* Text that moved by one or two columns inside the row (a key typed or deleted):
 * the terminal moves it. What stands behind it is pulled out and pushed back. */
static void
try_shift(struct draw *d, struct buf *out, const struct cells *cells, int row)
{
	const struct screen_cell *new = &cells->cells[row * cells->cols];
	const struct screen_cell *old = &d->front.cells[row * cells->cols];
	int last = last_difference(d, cells, row), first = 0;
	struct look plain = { .attrs = 0 };

	plain.fg.kind = plain.bg.kind = COLOUR_DEFAULT;
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
		use_look(d, out, plain);
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
	struct look plain = { .attrs = 0 };

	plain.fg.kind = plain.bg.kind = COLOUR_DEFAULT;
	use_look(d, out, plain);
	put_place(out, d->csr, top, bottom);
	put_place(out, d->cup, by > 0 ? bottom : top, 0);
	put_number(out, by > 0 ? d->ind : d->ri, n);
	if (d->colours.ansi)
		buf_adds(out, "\033[r");
	else
		put_place(out, d->csr, 0, d->front.rows - 1);
	d->row = d->col = UNKNOWN;
	if (by > 0)
		memmove(first, first + n * cols, line * (size_t)(rows - n));
	else
		memmove(first + n * cols, first, line * (size_t)(rows - n));
	for (int i = blank_at * cols; i < (blank_at + n) * cols; i++)
		first[i] = (struct screen_cell){ .glyph = ' ', .width = 1 };
}

static void
try_scroll(struct draw *d, struct buf *out, const struct cells *cells)
{
	struct scroll s;

	if (!d->csr || !d->ind || !d->ri)
		return;
	s = scroll_find(&d->front, cells);
	if (s.by)
		scroll_rows(d, out, cells->cols, s.top, s.bottom, s.by);
}

/* --- the whole --------------------------------------------------------------------- */

static void
start_fresh(struct draw *d, const struct cells *cells, struct buf *out)
{
	struct look plain = { .attrs = 0 };

	plain.fg.kind = plain.bg.kind = COLOUR_DEFAULT;
	cells_resize(&d->front, cells->rows, cells->cols);
	buf_adds(out, d->colours.ansi ? "\033[m" : "");
	d->look = plain;
	put_plain(out, d->clear);
	d->row = d->col = 0;
	d->known = true;
}

static void
place_cursor(struct draw *d, const struct cells *cells, struct buf *out)
{
	bool hide = cells->cursor_row < 0;

	if (!hide)
		move_to(d, out, cells->cursor_row, cells->cursor_col);
	if (hide != d->hidden)
		put_plain(out, hide ? d->civis : d->cnorm);
	d->hidden = hide;
}

void
draw_update(struct draw *d, const struct cells *cells, struct buf *out)
{
	size_t line = sizeof(struct screen_cell) * (size_t)cells->cols;
	int cursor_row = cells->cursor_row;

	if (!d->known || d->front.rows != cells->rows || d->front.cols != cells->cols) {
		if (!d->hidden)
			put_plain(out, d->civis);
		d->hidden = d->civis != NULL;
		start_fresh(d, cells, out);
	} else {
		try_scroll(d, out, cells);
	}
	for (int i = 0; i <= cells->rows; i++) {
		/* The cursor's row comes last: the cursor is nearly there then. */
		int row = i < cells->rows ? i : cursor_row;

		if (row < 0 || (i < cells->rows && row == cursor_row))
			continue;
		if (memcmp(&d->front.cells[row * cells->cols], &cells->cells[row * cells->cols],
			    line) == 0)
			continue;
		try_shift(d, out, cells, row);
		update_cells(d, out, cells, row);
	}
	place_cursor(d, cells, out);
}
