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

/* Bytes that both sides of a row begin with, and end with, whole characters. */
static void
common_ends(const struct diff_view *v, const struct diff_row *r, size_t *first, size_t *last)
{
	struct str a, b;

	*first = *last = 0;
	if (r->left == SIZE_MAX || r->right == SIZE_MAX)
		return;
	a = v->diff.lines[r->left].text;
	b = v->diff.lines[r->right].text;
	while (*first < a.len && *first < b.len && a.p[*first] == b.p[*first])
		(*first)++;
	while (*first > 0 && *first < a.len && (a.p[*first] & 0xC0) == 0x80)
		(*first)--;
	while (*last + *first < a.len && *last + *first < b.len &&
		a.p[a.len - *last - 1] == b.p[b.len - *last - 1])
		(*last)++;
	while (*last > 0 && (a.p[a.len - *last] & 0xC0) == 0x80)
		(*last)--;
}

static size_t
columns_of(struct str text)
{
	size_t columns = utf8_width(text);

	for (size_t i = 0; i < text.len; i++)
		columns += text.p[i] == '\t' ? TAB_COLS : 0;
	return columns;
}

/* What of a changed line is not as on the other side. */
static void
mark_change(const struct diff_view *v, struct canvas *c, int y, int col, int width,
	const struct diff_row *r, size_t line)
{
	size_t first, last, from, to;
	struct str text;

	common_ends(v, r, &first, &last);
	if (line == SIZE_MAX || !r->changed || first + last == 0)
		return;
	text = v->diff.lines[line].text;
	from = columns_of(str_slice(text, 0, first));
	to = columns_of(str_slice(text, 0, text.len - last));
	from = from > v->left ? from - v->left : 0;
	to = to > v->left ? to - v->left : 0;
	to = to < (size_t)width - 7 ? to : (size_t)width - 7;
	if (to > from)
		canvas_over(c, y, col + 7 + (int)from, (int)(to - from), ROLE_DIFF_CHANGE);
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
		mark_change(v, c, y + 1, 0, half, r, r->left);
		mark_change(v, c, y + 1, half + 1, c->cols - half - 2, r, r->right);
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

/* Sideways to where the row begins to differ, when that is out of sight. */
static void
show_difference(struct diff_view *v, size_t row)
{
	size_t width = v->pane.rect.cols > 40 ? (size_t)v->pane.rect.cols / 2 - 10 : 20;
	size_t first, last, col;

	v->left = 0;
	if (!is_wide(v) || row >= v->diff.row_count || v->diff.rows[row].left == SIZE_MAX)
		return;
	common_ends(v, &v->diff.rows[row], &first, &last);
	col = columns_of(str_slice(v->diff.lines[v->diff.rows[row].left].text, 0, first));
	if (col + LEFT_STEP > width)
		v->left = col - width / 2;
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
	if (row < count) {
		v->top = row;
		show_difference(v, row);
	}
	pane_dirty(&v->pane);
}

static void
first_change(struct diff_view *v)
{
	v->fresh = v->pane.rect.cols == 0;
	v->top = v->left = 0;
	if (!v->fresh && row_count(v) && is_change(v, 0))
		show_difference(v, 0);
	else if (!v->fresh)
		next_change(v);
	v->top -= v->top > 2 ? 2 : v->top;
}

static void
previous_change(struct diff_view *v)
{
	size_t row = v->top;

	while (row > 0 && !is_change(v, row - 1))
		row--;
	while (row > 0 && is_change(v, row - 1))
		row--;
	if (row_count(v) && is_change(v, row)) {
		v->top = row;
		show_difference(v, row);
	}
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
	else if (k->code == K_LEFT || k->code == 'h')
		v->left -= v->left > LEFT_STEP ? LEFT_STEP : v->left;
	else
		return false;
	pane_dirty(pane);
	return true;
}

/* The first change is gone to when there is a width to show it in. */
static void
handle_layout(struct pane *pane)
{
	struct diff_view *v = (struct diff_view *)pane;

	if (v->fresh && v->there)
		first_change(v);
}

static bool
handle_mouse(struct pane *pane, const struct mouse *m)
{
	if (m->kind == MOUSE_WHEEL_DOWN || m->kind == MOUSE_WHEEL_UP)
		scroll((struct diff_view *)pane, m->kind == MOUSE_WHEEL_DOWN ? 3 : -3);
	return true;
}

static const struct pane_ops pane_ops = {
	.layout = handle_layout,
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
	first_change(v);
}
