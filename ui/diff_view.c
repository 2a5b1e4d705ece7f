/* SPDX-License-Identifier: MIT */
#include "ui/diff_view.h"

#include <stdio.h>

#include "src/base/utf8.h"

#define SIDE_COLS 56 /* narrower than that: one below the other */
#define TAB_COLS 4
#define LEFT_STEP 8

static bool
is_wide(const struct diff_view *v)
{
	return v->pane.rect.cols >= SIDE_COLS;
}

static size_t
row_count(const struct diff_view *v)
{
	if (!v->there)
		return 0;
	return is_wide(v) ? v->diff.row_count : v->diff.count;
}

static bool
is_change(const struct diff_view *v, size_t row)
{
	return is_wide(v) ? v->diff.rows[row].changed : v->diff.lines[row].kind != DIFF_SAME;
}

/* --- drawing --------------------------------------------------------------------------- */

/* Blanks for tabs, then the part from column `left` on. */
static void
draw_text(struct canvas *c, int y, int col, int width, enum role role, struct str text,
	size_t left)
{
	struct canvas part = canvas_sub(c, (struct rect){ y, col, 1, width });
	struct buf plain = BUF_INIT;
	size_t used, cut;

	for (size_t i = 0; i < text.len; i++)
		if (text.p[i] == '\t')
			buf_add_repeat(&plain, " ", TAB_COLS);
		else
			buf_addc(&plain, text.p[i]);
	cut = utf8_fit(buf_str(&plain), left, &used);
	canvas_text(&part, 0, 0, role, str_slice(buf_str(&plain), cut, plain.len));
	buf_fini(&plain);
}

static void
draw_half(const struct diff_view *v, struct canvas *c, int y, int col, int width, size_t line)
{
	const struct diff_line *l;
	enum role role = ROLE_TEXT;
	const char *mark = " ";

	if (line == SIZE_MAX)
		return;
	l = &v->diff.lines[line];
	if (l->kind == DIFF_REMOVED) {
		role = ROLE_DIFF_DELETE;
		mark = "-";
	} else if (l->kind == DIFF_ADDED) {
		role = ROLE_DIFF_ADD;
		mark = "+";
	}
	canvas_printf(c, y, col, ROLE_LINE_NUMBER, "%4d",
		l->kind == DIFF_ADDED || !l->old_line ? l->new_line : l->old_line);
	canvas_puts(c, y, col + 5, role, mark);
	draw_text(c, y, col + 7, width - 7, role, l->text, v->left);
}

static void
draw_wide(const struct diff_view *v, struct canvas *c, int rows)
{
	int half = (c->cols - 1) / 2;

	canvas_fill(c, 0, 0, 1, c->cols, ROLE_HEADER);
	canvas_field(c, 0, 1, half - 2, ROLE_HEADER, 'l', str_from(v->names[0]));
	canvas_field(c, 0, half + 2, half - 2, ROLE_HEADER, 'l', str_from(v->names[1]));
	canvas_vline(c, 1, half, rows, ROLE_BORDER);
	for (int y = 0; y < rows && v->top + (size_t)y < v->diff.row_count; y++) {
		const struct diff_row *r = &v->diff.rows[v->top + (size_t)y];

		draw_half(v, c, y + 1, 0, half, r->left);
		draw_half(v, c, y + 1, half + 1, c->cols - half - 2, r->right);
	}
}

static void
draw_narrow(const struct diff_view *v, struct canvas *c, int rows)
{
	canvas_fill(c, 0, 0, 1, c->cols, ROLE_HEADER);
	canvas_printf(c, 0, 1, ROLE_HEADER, "%s → %s", v->names[0], v->names[1]);
	for (int y = 0; y < rows && v->top + (size_t)y < v->diff.count; y++)
		draw_half(v, c, y + 1, 0, c->cols - 1, v->top + (size_t)y);
}

static void
draw(struct pane *pane, struct canvas *c)
{
	struct diff_view *v = (struct diff_view *)pane;
	int rows = c->rows - 1;
	size_t count = row_count(v);

	canvas_clear(c, ROLE_TEXT);
	if (!v->there) {
		canvas_puts(c, 0, 1, ROLE_DIM, _("nothing to compare"));
		return;
	}
	if (v->top >= count)
		v->top = count ? count - 1 : 0;
	if (is_wide(v))
		draw_wide(v, c, rows);
	else
		draw_narrow(v, c, rows);
	if (rows > 0)
		canvas_scrollbar(c, 1, c->cols - 1, rows, v->top, (size_t)rows, count);
}

/* --- keys ---------------------------------------------------------------------------------- */

static void
scroll(struct diff_view *v, int by)
{
	size_t count = row_count(v);

	if (by < 0)
		v->top -= v->top > (size_t)-by ? (size_t)-by : v->top;
	else if (count)
		v->top = v->top + (size_t)by < count ? v->top + (size_t)by : count - 1;
	pane_dirty(&v->pane);
}

/* The first row of the next change; the view stays when there is none. */
static void
next_change(struct diff_view *v)
{
	size_t row = v->top, count = row_count(v);

	while (row < count && is_change(v, row))
		row++;
	while (row < count && !is_change(v, row))
		row++;
	if (row < count)
		v->top = row;
	pane_dirty(&v->pane);
}

static void
previous_change(struct diff_view *v)
{
	size_t row = v->top;

	while (row > 0 && !is_change(v, row - 1))
		row--;
	while (row > 0 && is_change(v, row - 1))
		row--;
	if (row_count(v) && is_change(v, row))
		v->top = row;
	pane_dirty(&v->pane);
}

static bool
handle_key(struct pane *pane, const struct key *k)
{
	struct diff_view *v = (struct diff_view *)pane;
	int page = pane->rect.rows > 3 ? pane->rect.rows - 3 : 1;

	if (k->mods & ~(unsigned)MOD_SHIFT)
		return false;
	if (k->code == K_DOWN || k->code == 'j')
		scroll(v, 1);
	else if (k->code == K_UP || k->code == 'k')
		scroll(v, -1);
	else if (k->code == K_PAGE_DOWN || k->code == ' ')
		scroll(v, page);
	else if (k->code == K_PAGE_UP)
		scroll(v, -page);
	else if (k->code == K_HOME || k->code == 'g')
		scroll(v, -(int)v->top);
	else if (k->code == K_END || k->code == 'G')
		scroll(v, (int)row_count(v));
	else if (k->code == 'n')
		next_change(v);
	else if (k->code == 'N')
		previous_change(v);
	else if (k->code == K_RIGHT || k->code == 'l')
		v->left += LEFT_STEP;
	else if ((k->code == K_LEFT || k->code == 'h') && v->left > 0)
		v->left -= LEFT_STEP;
	else
		return false;
	pane_dirty(pane);
	return true;
}

static bool
handle_mouse(struct pane *pane, const struct mouse *m)
{
	if (m->kind == MOUSE_WHEEL_DOWN || m->kind == MOUSE_WHEEL_UP)
		scroll((struct diff_view *)pane, m->kind == MOUSE_WHEEL_DOWN ? 3 : -3);
	return true;
}

static const struct pane_ops pane_ops = {
	.draw = draw,
	.key = handle_key,
	.mouse = handle_mouse,
	.keys_help = N_("Up Down PgUp PgDn g G\tScroll\nLeft Right\tScroll sideways\n"
			"n N\tNext, previous change"),
};

/* --- texts --------------------------------------------------------------------------------- */

void
diff_view_init(struct diff_view *v, const char *title)
{
	*v = (struct diff_view){ .there = false };
	pane_init(&v->pane, &pane_ops, title);
}

void
diff_view_clear(struct diff_view *v)
{
	if (v->there)
		diff_fini(&v->diff);
	v->there = false;
	v->top = v->left = 0;
	buf_clear(&v->before);
	buf_clear(&v->after);
	pane_dirty(&v->pane);
}

void
diff_view_fini(struct diff_view *v)
{
	diff_view_clear(v);
	buf_fini(&v->before);
	buf_fini(&v->after);
}

void
diff_view_show(struct diff_view *v, const char *left, struct str before, const char *right,
	struct str after)
{
	diff_view_clear(v);
	buf_add_str(&v->before, before);
	buf_add_str(&v->after, after);
	snprintf(v->names[0], sizeof(v->names[0]), "%s", left);
	snprintf(v->names[1], sizeof(v->names[1]), "%s", right);
	diff_make(&v->diff, buf_str(&v->before), buf_str(&v->after));
	v->there = true;
	if (v->diff.added + v->diff.removed)
		next_change(v);
	if (v->top > 2)
		v->top -= 2;
}
