/* SPDX-License-Identifier: MIT */
#include "ui/tree.h"

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
tree_init(struct tree *tree, const struct tree_ops *ops, const char *title, void *context)
{
	*tree = (struct tree){ .tree_ops = ops, .context = context };
	pane_init(&tree->pane, &pane_ops, title);
	line_init(&tree->filter, "");
}

void
tree_fini(struct tree *tree)
{
	line_fini(&tree->filter);
	free(tree->match);
	tree->match = NULL;
}

/* Rows as they are seen: all, or those that match. */
static size_t
shown_count(const struct tree *tree)
{
	return tree->filtered ? tree->match_count : tree->count;
}

static size_t
row_at(const struct tree *tree, size_t shown)
{
	return tree->filtered ? tree->match[shown] : shown;
}

static size_t
shown_of(const struct tree *tree, size_t row)
{
	for (size_t i = 0; tree->filtered && i < tree->match_count; i++)
		if (tree->match[i] >= row)
			return i;
	return row;
}

size_t
tree_current(const struct tree *tree)
{
	return tree->current < shown_count(tree) ? row_at(tree, tree->current) : SIZE_MAX;
}

static void
tell(struct tree *tree)
{
	size_t row = tree_current(tree);

	if (row != SIZE_MAX && tree->tree_ops->moved)
		tree->tree_ops->moved(tree, row);
}

static void
go(struct tree *tree, size_t shown)
{
	size_t count = shown_count(tree);

	if (count == 0)
		return;
	if (shown >= count)
		shown = count - 1;
	if (shown == tree->current)
		return;
	tree->current = shown;
	pane_dirty(&tree->pane);
	tell(tree);
}

static void
apply_filter(struct tree *tree)
{
	struct str wanted = line_text(&tree->filter);
	struct buf text = BUF_INIT;

	tree->filtered = wanted.len > 0;
	tree->match_count = 0;
	if (tree->filtered)
		tree->match = xreallocarray(tree->match, tree->count + 1, sizeof(size_t));
	for (size_t i = 0; tree->filtered && i < tree->count; i++) {
		struct tree_row info = { .role = ROLE_TEXT, .text_alone = true };

		buf_clear(&text);
		tree->tree_ops->row(tree, i, &text, &info);
		if (str_has_nocase(buf_str(&text), wanted))
			tree->match[tree->match_count++] = i;
	}
	buf_fini(&text);
	if (tree->current >= shown_count(tree))
		tree->current = shown_count(tree) ? shown_count(tree) - 1 : 0;
	pane_dirty(&tree->pane);
}

void
tree_filter(struct tree *tree, bool on)
{
	size_t row = tree_current(tree);

	tree->filtering = on;
	tree->pane.typing = on;
	if (!on) {
		line_set(&tree->filter, STR_NONE);
		tree->filtered = false;
		tree->current = row == SIZE_MAX ? 0 : row;
	}
	pane_dirty(&tree->pane);
}

void
tree_set_count(struct tree *tree, size_t count)
{
	size_t before = tree_current(tree);

	tree->count = count;
	if (tree->filtered) {
		apply_filter(tree);
		tree->current = before == SIZE_MAX ? 0 : shown_of(tree, before);
	}
	if (tree->current >= shown_count(tree))
		tree->current = shown_count(tree) ? shown_count(tree) - 1 : 0;
	pane_dirty(&tree->pane);
}

void
tree_select(struct tree *tree, size_t row)
{
	go(tree, shown_of(tree, row));
}

/* --- drawing -------------------------------------------------------------------------- */

static int
visible_rows(const struct tree *tree)
{
	return tree->pane.rect.rows - (tree->filtering || tree->filtered ? 1 : 0);
}

static void
draw_row(struct tree *tree, struct canvas *c, int y, size_t shown, struct buf *text)
{
	struct tree_row info = { .role = ROLE_TEXT, .right_role = ROLE_DIM };
	bool current = shown == tree->current;
	int col, right;

	buf_clear(text);
	tree->tree_ops->row(tree, row_at(tree, shown), text, &info);
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
			tree->pane.focused ? ROLE_SELECTED : ROLE_SELECTED_QUIET);
}

static void
draw_filter(struct tree *tree, struct canvas *c)
{
	int y = c->rows - 1;

	canvas_fill(c, y, 0, 1, c->cols, ROLE_INPUT);
	canvas_puts(c, y, 0, ROLE_INPUT_LABEL, "/");
	line_draw(&tree->filter, c, y, 1, c->cols - 1, ROLE_INPUT,
		tree->filtering && tree->pane.focused);
}

static void
draw(struct pane *pane, struct canvas *c)
{
	struct tree *tree = (struct tree *)pane;
	size_t rows = (size_t)(visible_rows(tree) > 0 ? visible_rows(tree) : 0);
	size_t count = shown_count(tree);
	struct buf text = BUF_INIT;

	if (tree->current < tree->top)
		tree->top = tree->current;
	if (rows && tree->current >= tree->top + rows)
		tree->top = tree->current - rows + 1;
	if (tree->top + rows > count)
		tree->top = count > rows ? count - rows : 0;
	canvas_clear(c, ROLE_TEXT);
	for (size_t i = 0; i < rows && tree->top + i < count; i++)
		draw_row(tree, c, (int)i, tree->top + i, &text);
	if (count == 0 && rows)
		canvas_puts(c, 0, 1, ROLE_DIM,
			tree->filtered ? _("nothing matches") : tree->empty ? _(tree->empty) : "");
	if (rows)
		canvas_scrollbar(c, 0, c->cols - 1, (int)rows, tree->top, rows, count);
	if (tree->filtering || tree->filtered)
		draw_filter(tree, c);
	else if (count)
		canvas_cursor(c, (int)(tree->current - tree->top), 0);
	buf_fini(&text);
}

/* --- keys ------------------------------------------------------------------------------ */

static bool
filter_key(struct tree *tree, const struct key *k)
{
	bool changed;

	if (k->code == K_ESC) {
		tree_filter(tree, false);
		return true;
	}
	if (k->code == K_ENTER || k->code == K_DOWN || k->code == K_UP) {
		tree->filtering = tree->pane.typing = false;
		pane_dirty(&tree->pane);
		return k->code == K_ENTER;
	}
	if (!line_key(&tree->filter, k, &changed))
		return false;
	if (changed) {
		apply_filter(tree);
		tell(tree);
	}
	pane_dirty(&tree->pane);
	return true;
}

static void
go_to_parent(struct tree *tree)
{
	struct tree_row own = { .role = ROLE_TEXT }, info;
	struct buf text = BUF_INIT;
	size_t at = tree->current;

	tree->tree_ops->row(tree, row_at(tree, at), &text, &own);
	while (at-- > 0) {
		info = (struct tree_row){ .role = ROLE_TEXT };
		buf_clear(&text);
		tree->tree_ops->row(tree, row_at(tree, at), &text, &info);
		if (info.depth < own.depth) {
			go(tree, at);
			break;
		}
	}
	buf_fini(&text);
}

static bool
branch_key(struct tree *tree, bool open)
{
	struct tree_row info = { .role = ROLE_TEXT };
	struct buf text = BUF_INIT;
	size_t row = tree_current(tree);

	if (!tree->tree_ops->toggle || row == SIZE_MAX)
		return false;
	tree->tree_ops->row(tree, row, &text, &info);
	buf_fini(&text);
	if (info.branch == (open ? BRANCH_CLOSED : BRANCH_OPEN))
		tree->tree_ops->toggle(tree, row, open);
	else if (open && info.branch == BRANCH_OPEN)
		go(tree, tree->current + 1);
	else if (!open)
		go_to_parent(tree);
	return true;
}

static bool
activate(struct tree *tree)
{
	size_t row = tree_current(tree);

	if (row == SIZE_MAX || !tree->tree_ops->activate)
		return false;
	tree->tree_ops->activate(tree, row);
	return true;
}

static bool
letter_key(struct tree *tree, uint32_t letter)
{
	size_t page = (size_t)(visible_rows(tree) > 1 ? visible_rows(tree) - 1 : 1);
	size_t at = tree->current;

	switch (letter) {
	case 'j':
	case K_DOWN:
		go(tree, at + 1);
		return true;
	case 'k':
	case K_UP:
		go(tree, at ? at - 1 : 0);
		return true;
	case 'g':
	case K_HOME:
		go(tree, 0);
		return true;
	case 'G':
	case K_END:
		go(tree, SIZE_MAX);
		return true;
	case K_PAGE_DOWN:
		go(tree, at + page);
		return true;
	case K_PAGE_UP:
		go(tree, at > page ? at - page : 0);
		return true;
	case 'l':
	case K_RIGHT:
		return branch_key(tree, true);
	case 'h':
	case K_LEFT:
		return branch_key(tree, false);
	case K_ENTER:
		return activate(tree);
	case '/':
		tree_filter(tree, true);
		return true;
	case K_ESC:
		if (!tree->filtered)
			return false;
		tree_filter(tree, false);
		return true;
	default:
		return false;
	}
}

static bool
handle_key(struct pane *pane, const struct key *k)
{
	struct tree *tree = (struct tree *)pane;

	if (tree->filtering && filter_key(tree, k))
		return true;
	return (k->mods & ~(unsigned)MOD_SHIFT) == 0 && letter_key(tree, k->code);
}

static bool
handle_mouse(struct pane *pane, const struct mouse *m)
{
	struct tree *tree = (struct tree *)pane;
	size_t at = tree->current;

	if (m->kind == MOUSE_WHEEL_DOWN)
		go(tree, at + 3);
	else if (m->kind == MOUSE_WHEEL_UP)
		go(tree, at > 3 ? at - 3 : 0);
	else if (m->kind == MOUSE_PRESS && m->row >= 0 && m->row < visible_rows(tree) &&
		 tree->top + (size_t)m->row < shown_count(tree)) {
		size_t hit = tree->top + (size_t)m->row;
		bool again = hit == tree->current;
		struct tree_row info = { .role = ROLE_TEXT };
		struct buf text = BUF_INIT;

		go(tree, hit);
		tree->tree_ops->row(tree, row_at(tree, hit), &text, &info);
		buf_fini(&text);
		if (info.branch != BRANCH_NONE && tree->tree_ops->toggle &&
			(m->col < info.depth * 2 + 2 || (again && m->clicks == 2)))
			tree->tree_ops->toggle(tree, row_at(tree, hit),
				info.branch == BRANCH_CLOSED);
		else if (again && m->clicks == 2)
			activate(tree);
	}
	return true;
}

static void
handle_paste(struct pane *pane, struct str text)
{
	struct tree *tree = (struct tree *)pane;

	if (!tree->filtering)
		return;
	line_paste(&tree->filter, text);
	apply_filter(tree);
}

static void
handle_focus(struct pane *pane, bool on)
{
	struct tree *tree = (struct tree *)pane;

	if (!on && tree->filtering) {
		tree->filtering = pane->typing = false;
		pane_dirty(pane);
	}
}
