/* SPDX-License-Identifier: MIT */
#define NCURSES_NOMACROS
#include <curses.h>
#include <term.h>

#include "ui/draw_private.h"

#define LINES_MOST 3 /* rows down that are cheaper by newlines than by their number */

static const char *
capability(const char *name)
{
	const char *s = tigetstr(name);

	return s && s != (const char *)-1 ? s : NULL;
}

void
draw_capabilities(struct draw *d)
{
	d->cup = capability("cup");
	d->hpa = capability("hpa");
	d->cuf = capability("cuf");
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
}

/* --- control sequences --------------------------------------------------------- */

static struct buf *padded; /* tputs' destination: its callback has no context */

static int
put_padded(int c)
{
	buf_addc(padded, (char)c);
	return c;
}

void
draw_put(struct buf *out, const char *s)
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
void
draw_put_number(struct buf *out, const char *s, int n)
{
	size_t len = strlen(s);

	if (len == 8 && strncmp(s, "\033[%p1%d", 7) == 0) {
		if (n == 1)
			buf_addf(out, "\033[%c", s[7]);
		else
			buf_addf(out, "\033[%d%c", n, s[7]);
		return;
	}
	draw_put(out, tparm((char *)(uintptr_t)s, n, 0, 0, 0, 0, 0, 0, 0, 0));
}

void
draw_put_place(struct buf *out, const char *cup, int row, int col)
{
	if (strcmp(cup, "\033[%i%p1%d;%p2%dH") != 0)
		draw_put(out, tparm((char *)(uintptr_t)cup, row, col, 0, 0, 0, 0, 0, 0, 0));
	else if (col > 0)
		buf_addf(out, "\033[%d;%dH", row + 1, col + 1);
	else if (row > 0)
		buf_addf(out, "\033[%dH", row + 1);
	else
		buf_adds(out, "\033[H");
}

void
draw_use_look(struct draw *d, struct buf *out, struct look look)
{
	colours_change(&d->colours, out, d->look, look);
	d->look = look;
}

/* --- the cursor ---------------------------------------------------------------------- */

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
		draw_put(out, tparm((char *)(uintptr_t)hpa, col, 0, 0, 0, 0, 0, 0, 0, 0));
}

static void
move_right(struct draw *d, struct buf *out, int row, int col)
{
	int by = col - d->col;
	bool forward = d->cuf && (!d->hpa || by < 2 || digits(by) <= digits(col + 1));

	if (forward)
		draw_put_number(out, d->cuf, by);
	else if (d->hpa)
		put_column(out, d->hpa, col);
	else
		draw_put_place(out, d->cup, row, col);
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
		if (!draw_is_in_look(d, &cell[i]))
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
		draw_put_number(out, d->cuf, col);
	return true;
}

void
draw_move(struct draw *d, struct buf *out, int row, int col)
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
		draw_put_place(out, d->cup, row, col);
	d->row = row;
	d->col = col;
}
