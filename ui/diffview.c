/* SPDX-License-Identifier: MIT */
#include "ui/diffview.h"

#include <stdio.h>
#include <stdlib.h>

#include "src/base/utf8.h"

#define NUMBER_COLS 5
#define SIDE_BY_SIDE 70 /* columns; narrower panes show one column */

static void draw(struct pane *pane, struct canvas *c);
static bool handle_key(struct pane *pane, const struct key *k);
static bool handle_mouse(struct pane *pane, const struct mouse *m);

static const struct pane_ops pane_ops = {
	.draw = draw,
	.key = handle_key,
	.mouse = handle_mouse,
	.keys_help = N_("n N\tNext, previous change\nArrows hjkl PgUp PgDn g G\tScroll"),
};

void
diffview_init(struct diffview *d, const char *title)
{
	*d = (struct diffview){ .has_diff = false };
	pane_init(&d->pane, &pane_ops, title);
}

void
diffview_fini(struct diffview *d)
{
	if (d->has_diff)
		diff_fini(&d->diff);
	d->has_diff = false;
	buf_fini(&d->before);
	buf_fini(&d->after);
	free(d->left_name);
	free(d->right_name);
	d->left_name = d->right_name = NULL;
}

void
diffview_set(struct diffview *d, const char *left_name, struct str before, const char *right_name,
	struct str after)
{
	diffview_fini(d);
	d->left_name = xstrdup(left_name);
	d->right_name = xstrdup(right_name);
	buf_add_str(&d->before, before);
	buf_add_str(&d->after, after);
	diff_make(&d->diff, buf_str(&d->before), buf_str(&d->after));
	d->has_diff = true;
	d->top = d->left = 0;
	pane_dirty(&d->pane);
}

static bool
is_wide(const struct diffview *d)
{
	return d->pane.rect.cols >= SIDE_BY_SIDE;
}

static size_t
row_count(const struct diffview *d)
{
	if (!d->has_diff)
		return 0;
	return is_wide(d) ? d->diff.row_count : d->diff.count;
}

static bool
is_change(const struct diffview *d, size_t row)
{
	return is_wide(d) ? d->diff.rows[row].changed : d->diff.lines[row].kind != DIFF_SAME;
}

/* --- drawing ----------------------------------------------------------------------------- */

static void
draw_half(struct diffview *d, struct canvas *c, int y, const struct diff_line *line, int number)
{
	enum role role = line->kind == DIFF_ADDED     ? ROLE_DIFF_ADD
			 : line->kind == DIFF_REMOVED ? ROLE_DIFF_DELETE
						      : ROLE_TEXT;
	struct canvas text = canvas_sub(c,
		(struct rect){ y, NUMBER_COLS + 2, 1, c->cols - NUMBER_COLS - 2 });

	if (number)
		canvas_printf(c, y, 0, ROLE_LINE_NUMBER, "%*d", NUMBER_COLS - 1, number);
	canvas_puts(c, y, NUMBER_COLS, role,
		line->kind == DIFF_ADDED ? "+" : line->kind == DIFF_REMOVED ? "-" : " ");
	canvas_text(&text, 0, -(int)d->left, role, line->text);
}

static void
draw_wide(struct diffview *d, struct canvas *c, int rows)
{
	int half = (c->cols - 1) / 2;
	struct canvas left = canvas_sub(c, (struct rect){ 0, 0, c->rows, half });
	struct canvas right = canvas_sub(c, (struct rect){ 0, half + 1, c->rows, c->cols - half - 2 });

	canvas_field(c, 0, 0, half, ROLE_HEADER, 'l', str_from(d->left_name));
	canvas_field(c, 0, half + 1, c->cols - half - 1, ROLE_HEADER, 'l', str_from(d->right_name));
	canvas_vline(c, 0, half, c->rows, ROLE_BORDER);
	for (int y = 0; y < rows && d->top + (size_t)y < d->diff.row_count; y++) {
		const struct diff_row *row = &d->diff.rows[d->top + (size_t)y];

		if (row->left != SIZE_MAX)
			draw_half(d, &left, y + 1, &d->diff.lines[row->left],
				d->diff.lines[row->left].old_line);
		if (row->right != SIZE_MAX)
			draw_half(d, &right, y + 1, &d->diff.lines[row->right],
				d->diff.lines[row->right].new_line);
	}
}

static void
draw_narrow(struct diffview *d, struct canvas *c, int rows)
{
	struct buf names = BUF_INIT;

	buf_addf(&names, "- %s  + %s", d->left_name, d->right_name);
	canvas_field(c, 0, 0, c->cols, ROLE_HEADER, 'l', buf_str(&names));
	buf_fini(&names);
	for (int y = 0; y < rows && d->top + (size_t)y < d->diff.count; y++) {
		const struct diff_line *line = &d->diff.lines[d->top + (size_t)y];

		draw_half(d, c, y + 1, line, line->new_line ? line->new_line : line->old_line);
	}
}

static int
visible_rows(const struct diffview *d)
{
	return d->pane.rect.rows > 1 ? d->pane.rect.rows - 1 : 1;
}

static void
draw(struct pane *pane, struct canvas *c)
{
	struct diffview *d = (struct diffview *)pane;
	int rows = visible_rows(d);

	canvas_clear(c, ROLE_TEXT);
	if (!d->has_diff)
		return;
	if (d->diff.added + d->diff.removed == 0)
		canvas_puts(c, c->rows / 2, 1, ROLE_DIM, _("no difference"));
	if (is_wide(d))
		draw_wide(d, c, rows);
	else
		draw_narrow(d, c, rows);
	canvas_scrollbar(c, 1, c->cols - 1, rows, d->top, (size_t)rows, row_count(d));
	canvas_cursor(c, 1, 0);
}

/* --- keys --------------------------------------------------------------------------------- */

static void
scroll(struct diffview *d, long rows, long cols)
{
	long top = (long)d->top + rows, left = (long)d->left + cols;
	long most = (long)row_count(d) - visible_rows(d);

	top = top > most ? most : top;
	d->top = top < 0 ? 0 : (size_t)top;
	d->left = left < 0 ? 0 : (size_t)left;
	pane_dirty(&d->pane);
}

static void
go_to_change(struct diffview *d, bool back)
{
	size_t count = row_count(d), row = d->top;

	/* Out of the change the top is in, then to the next one. */
	while (row < count && is_change(d, row) && row == d->top)
		row = back ? (row ? row - 1 : count) : row + 1;
	while (row < count) {
		bool begins = is_change(d, row) && (row == 0 || !is_change(d, row - 1));

		if (begins && row != d->top) {
			scroll(d, (long)row - (long)d->top, 0);
			return;
		}
		row = back ? (row ? row - 1 : count) : row + 1;
	}
	ui_say(d->pane.ui, _("No further change"));
}

static bool
handle_key(struct pane *pane, const struct key *k)
{
	struct diffview *d = (struct diffview *)pane;
	long page = visible_rows(d) > 1 ? visible_rows(d) - 1 : 1;

	if (k->mods & ~(unsigned)MOD_SHIFT)
		return false;
	switch (k->code) {
	case 'j': case K_DOWN:
		scroll(d, 1, 0);
		return true;
	case 'k': case K_UP:
		scroll(d, -1, 0);
		return true;
	case 'l': case K_RIGHT:
		scroll(d, 0, 4);
		return true;
	case 'h': case K_LEFT:
		scroll(d, 0, -4);
		return true;
	case ' ': case K_PAGE_DOWN:
		scroll(d, page, 0);
		return true;
	case K_PAGE_UP:
		scroll(d, -page, 0);
		return true;
	case 'g': case K_HOME:
		scroll(d, -(long)d->top, 0);
		return true;
	case 'G': case K_END:
		scroll(d, (long)row_count(d), 0);
		return true;
	case 'n': case 'N':
		go_to_change(d, k->code == 'N');
		return true;
	default:
		return false;
	}
}

static bool
handle_mouse(struct pane *pane, const struct mouse *m)
{
	if (m->kind == MOUSE_WHEEL_DOWN)
		scroll((struct diffview *)pane, 3, 0);
	else if (m->kind == MOUSE_WHEEL_UP)
		scroll((struct diffview *)pane, -3, 0);
	return true;
}
