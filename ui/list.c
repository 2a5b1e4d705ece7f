/* SPDX-License-Identifier: MIT */
#include "ui/list.h"

#include <stdio.h>
#include <stdlib.h>

#include "src/base/utf8.h"

static void draw(struct pane *pane, struct canvas *c);
static bool handle_key(struct pane *pane, const struct key *k);
static bool handle_mouse(struct pane *pane, const struct mouse *m);
static void handle_paste(struct pane *pane, struct str text);
static void handle_focus(struct pane *pane, bool on);

static const struct pane_ops pane_ops = {
	.draw = draw,
	.key = handle_key,
	.mouse = handle_mouse,
	.paste = handle_paste,
	.focus = handle_focus,
	.keys_help = N_("Up Down k j\tMove\nPgUp PgDn g G\tPage, first, last\n"
			"Right l / Left h\tOpen, close a branch\nEnter\tOpen\n/\tFilter (Esc clears)"),
};

void
list_init(struct list *list, const struct list_ops *ops, const char *title, void *context)
{
	*list = (struct list){ .list_ops = ops, .context = context };
	pane_init(&list->pane, &pane_ops, title);
	line_init(&list->filter, "");
}

void
list_fini(struct list *list)
{
	line_fini(&list->filter);
	free(list->match);
	list->match = NULL;
}

/* Rows as they are seen: all, or those that match. */
static size_t
shown_count(const struct list *list)
{
	return list->filtered ? list->match_count : list->count;
}

static size_t
row_at(const struct list *list, size_t shown)
{
	return list->filtered ? list->match[shown] : shown;
}

static size_t
shown_of(const struct list *list, size_t row)
{
	for (size_t i = 0; list->filtered && i < list->match_count; i++)
		if (list->match[i] >= row)
			return i;
	return row;
}

size_t
list_current(const struct list *list)
{
	return list->current < shown_count(list) ? row_at(list, list->current) : SIZE_MAX;
}

static void
tell(struct list *list)
{
	size_t row = list_current(list);

	if (row != SIZE_MAX && list->list_ops->moved)
		list->list_ops->moved(list, row);
}

static void
go(struct list *list, size_t shown)
{
	size_t count = shown_count(list);

	if (count == 0)
		return;
	if (shown >= count)
		shown = count - 1;
	if (shown == list->current)
		return;
	list->current = shown;
	pane_dirty(&list->pane);
	tell(list);
}

static bool
contains_nocase(struct str text, struct str part)
{
	for (size_t i = 0; i + part.len <= text.len; i++)
		if (str_equal_nocase(str_slice(text, i, i + part.len), part))
			return true;
	return false;
}

static void
apply_filter(struct list *list)
{
	struct str wanted = line_text(&list->filter);
	struct buf text = BUF_INIT;

	list->filtered = wanted.len > 0;
	list->match_count = 0;
	if (list->filtered)
		list->match = xreallocarray(list->match, list->count + 1, sizeof(size_t));
	for (size_t i = 0; list->filtered && i < list->count; i++) {
		struct list_row info = { .role = ROLE_TEXT };

		buf_clear(&text);
		list->list_ops->row(list, i, &text, &info);
		if (contains_nocase(buf_str(&text), wanted))
			list->match[list->match_count++] = i;
	}
	buf_fini(&text);
	if (list->current >= shown_count(list))
		list->current = shown_count(list) ? shown_count(list) - 1 : 0;
	pane_dirty(&list->pane);
}

void
list_filter(struct list *list, bool on)
{
	size_t row = list_current(list);

	list->filtering = on;
	list->pane.typing = on;
	if (!on) {
		line_set(&list->filter, STR_NONE);
		list->filtered = false;
		list->current = row == SIZE_MAX ? 0 : row;
	}
	pane_dirty(&list->pane);
}

void
list_set_count(struct list *list, size_t count)
{
	size_t before = list_current(list);

	list->count = count;
	if (list->filtered) {
		apply_filter(list);
		list->current = before == SIZE_MAX ? 0 : shown_of(list, before);
	}
	if (list->current >= shown_count(list))
		list->current = shown_count(list) ? shown_count(list) - 1 : 0;
	pane_dirty(&list->pane);
}

void
list_select(struct list *list, size_t row)
{
	go(list, shown_of(list, row));
}

/* --- drawing -------------------------------------------------------------------------- */

static int
visible_rows(const struct list *list)
{
	return list->pane.rect.rows - (list->filtering || list->filtered ? 1 : 0);
}

static void
draw_row(struct list *list, struct canvas *c, int y, size_t shown, struct buf *text)
{
	struct list_row info = { .role = ROLE_TEXT, .right_role = ROLE_DIM };
	bool current = shown == list->current;
	int col, right;

	buf_clear(text);
	list->list_ops->row(list, row_at(list, shown), text, &info);
	right = (int)utf8_width(str_from(info.right));
	col = info.depth * 2;
	if (info.branch != BRANCH_NONE)
		canvas_puts(c, y, col, ROLE_DIM, info.branch == BRANCH_OPEN ? "▾" : "▸");
	col += 2;
	canvas_field(c, y, col, c->cols - col - (right ? right + 2 : 1), info.role, 'l',
		buf_str(text));
	if (right)
		canvas_puts(c, y, c->cols - right - 1, info.right_role, info.right);
	if (current)
		canvas_over(c, y, 0, c->cols,
			list->pane.focused ? ROLE_SELECTED : ROLE_SELECTED_QUIET);
}

static void
draw_filter(struct list *list, struct canvas *c)
{
	int y = c->rows - 1;

	canvas_fill(c, y, 0, 1, c->cols, ROLE_INPUT);
	canvas_puts(c, y, 0, ROLE_INPUT_LABEL, "/");
	line_draw(&list->filter, c, y, 1, c->cols - 1, ROLE_INPUT,
		list->filtering && list->pane.focused);
}

static void
draw(struct pane *pane, struct canvas *c)
{
	struct list *list = (struct list *)pane;
	size_t rows = (size_t)(visible_rows(list) > 0 ? visible_rows(list) : 0);
	size_t count = shown_count(list);
	struct buf text = BUF_INIT;

	if (list->current < list->top)
		list->top = list->current;
	if (rows && list->current >= list->top + rows)
		list->top = list->current - rows + 1;
	if (list->top + rows > count)
		list->top = count > rows ? count - rows : 0;
	canvas_clear(c, ROLE_TEXT);
	for (size_t i = 0; i < rows && list->top + i < count; i++)
		draw_row(list, c, (int)i, list->top + i, &text);
	if (count == 0 && rows)
		canvas_puts(c, 0, 1, ROLE_DIM,
			list->filtered ? _("nothing matches") : list->empty ? _(list->empty) : "");
	if (rows)
		canvas_scrollbar(c, 0, c->cols - 1, (int)rows, list->top, rows, count);
	if (list->filtering || list->filtered)
		draw_filter(list, c);
	else if (count)
		canvas_cursor(c, (int)(list->current - list->top), 0);
	buf_fini(&text);
}

/* --- keys ------------------------------------------------------------------------------ */

static bool
filter_key(struct list *list, const struct key *k)
{
	bool changed;

	if (k->code == K_ESC) {
		list_filter(list, false);
		return true;
	}
	if (k->code == K_ENTER || k->code == K_DOWN || k->code == K_UP) {
		list->filtering = list->pane.typing = false;
		pane_dirty(&list->pane);
		return k->code == K_ENTER;
	}
	if (!line_key(&list->filter, k, &changed))
		return false;
	if (changed) {
		apply_filter(list);
		tell(list);
	}
	pane_dirty(&list->pane);
	return true;
}

static void
go_to_parent(struct list *list)
{
	struct list_row own = { .role = ROLE_TEXT }, info;
	struct buf text = BUF_INIT;
	size_t at = list->current;

	list->list_ops->row(list, row_at(list, at), &text, &own);
	while (at-- > 0) {
		info = (struct list_row){ .role = ROLE_TEXT };
		buf_clear(&text);
		list->list_ops->row(list, row_at(list, at), &text, &info);
		if (info.depth < own.depth) {
			go(list, at);
			break;
		}
	}
	buf_fini(&text);
}

static bool
branch_key(struct list *list, bool open)
{
	struct list_row info = { .role = ROLE_TEXT };
	struct buf text = BUF_INIT;
	size_t row = list_current(list);

	if (!list->list_ops->toggle || row == SIZE_MAX)
		return false;
	list->list_ops->row(list, row, &text, &info);
	buf_fini(&text);
	if (info.branch == (open ? BRANCH_CLOSED : BRANCH_OPEN))
		list->list_ops->toggle(list, row, open);
	else if (open && info.branch == BRANCH_OPEN)
		go(list, list->current + 1);
	else if (!open)
		go_to_parent(list);
	return true;
}

static bool
activate(struct list *list)
{
	size_t row = list_current(list);

	if (row == SIZE_MAX || !list->list_ops->activate)
		return false;
	list->list_ops->activate(list, row);
	return true;
}

static bool
letter_key(struct list *list, uint32_t letter)
{
	size_t page = (size_t)(visible_rows(list) > 1 ? visible_rows(list) - 1 : 1);
	size_t at = list->current;

	switch (letter) {
	case 'j':
	case K_DOWN:
		go(list, at + 1);
		return true;
	case 'k':
	case K_UP:
		go(list, at ? at - 1 : 0);
		return true;
	case 'g':
	case K_HOME:
		go(list, 0);
		return true;
	case 'G':
	case K_END:
		go(list, SIZE_MAX);
		return true;
	case K_PAGE_DOWN:
		go(list, at + page);
		return true;
	case K_PAGE_UP:
		go(list, at > page ? at - page : 0);
		return true;
	case 'l':
	case K_RIGHT:
		return branch_key(list, true);
	case 'h':
	case K_LEFT:
		return branch_key(list, false);
	case K_ENTER:
		return activate(list);
	case '/':
		list_filter(list, true);
		return true;
	case K_ESC:
		if (!list->filtered)
			return false;
		list_filter(list, false);
		return true;
	default:
		return false;
	}
}

static bool
handle_key(struct pane *pane, const struct key *k)
{
	struct list *list = (struct list *)pane;

	if (list->filtering && filter_key(list, k))
		return true;
	return (k->mods & ~(unsigned)MOD_SHIFT) == 0 && letter_key(list, k->code);
}

static bool
handle_mouse(struct pane *pane, const struct mouse *m)
{
	struct list *list = (struct list *)pane;
	size_t at = list->current;

	if (m->kind == MOUSE_WHEEL_DOWN)
		go(list, at + 3);
	else if (m->kind == MOUSE_WHEEL_UP)
		go(list, at > 3 ? at - 3 : 0);
	else if (m->kind == MOUSE_PRESS && m->row >= 0 && m->row < visible_rows(list) &&
		 list->top + (size_t)m->row < shown_count(list)) {
		size_t hit = list->top + (size_t)m->row;
		bool again = hit == list->current;
		struct list_row info = { .role = ROLE_TEXT };
		struct buf text = BUF_INIT;

		go(list, hit);
		list->list_ops->row(list, row_at(list, hit), &text, &info);
		buf_fini(&text);
		if (info.branch != BRANCH_NONE && list->list_ops->toggle &&
			(m->col < info.depth * 2 + 2 || (again && m->clicks == 2)))
			list->list_ops->toggle(list, row_at(list, hit),
				info.branch == BRANCH_CLOSED);
		else if (again && m->clicks == 2)
			activate(list);
	}
	return true;
}

static void
handle_paste(struct pane *pane, struct str text)
{
	struct list *list = (struct list *)pane;

	if (!list->filtering)
		return;
	line_paste(&list->filter, text);
	apply_filter(list);
}

static void
handle_focus(struct pane *pane, bool on)
{
	struct list *list = (struct list *)pane;

	if (!on && list->filtering) {
		list->filtering = pane->typing = false;
		pane_dirty(pane);
	}
}
