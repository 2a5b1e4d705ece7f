/* SPDX-License-Identifier: MIT */
#include "ui/tabs.h"

#include "src/base/utf8.h"

#define GAP 1

static bool
is_tab(const struct screen *s, size_t i)
{
	return !s->panes[i]->no_focus;
}

/* What a tab says: the title up to its first " · ", which is detail. */
static struct str
label(const struct pane *p)
{
	struct str title = str_from(p->title);

	return str_slice(title, 0, str_find(title, STR(" · "), 0));
}

static int
tab_width(const struct screen *s, size_t i)
{
	return (int)utf8_width(label(s->panes[i])) + 2;
}

/* Column of tab i when `from` is the first; ‹ says that others stand before it. */
static int
tab_col(const struct screen *s, size_t from, size_t i)
{
	int col = from > 0;

	for (size_t k = from; k < i; k++)
		if (is_tab(s, k))
			col += tab_width(s, k) + GAP;
	return col;
}

/* Whole, and with room for the › before what follows. */
static bool
tab_fits(const struct screen *s, size_t from, size_t i, int cols)
{
	int end = tab_col(s, from, i) + tab_width(s, i);

	for (size_t k = i + 1; k < s->pane_count; k++)
		if (is_tab(s, k))
			return end < cols;
	return end <= cols;
}

/* The first tab of the line, so that the current one is whole. */
static size_t
first_tab(const struct screen *s, int cols)
{
	size_t from = 0;

	while (from < s->focus && !tab_fits(s, from, s->focus, cols))
		from++;
	return from;
}

static void
draw(struct pane *pane, struct canvas *c)
{
	const struct screen *s = pane->screen;
	size_t from = first_tab(s, c->cols);

	canvas_clear(c, ROLE_TAB);
	if (from > 0)
		canvas_puts(c, 0, 0, ROLE_TAB, "‹");
	for (size_t i = from; i < s->pane_count; i++) {
		enum role role = i == s->focus ? ROLE_TAB_CURRENT : ROLE_TAB;
		int width = tab_width(s, i), col = tab_col(s, from, i);

		if (!is_tab(s, i))
			continue;
		if (i != s->focus && !tab_fits(s, from, i, c->cols)) {
			canvas_puts(c, 0, c->cols - 1, ROLE_TAB, "›");
			break;
		}
		canvas_fill(c, 0, col, 1, width, role);
		canvas_text(c, 0, col + 1, role, label(s->panes[i]));
		/* Not by colour alone. */
		if (i == s->focus) {
			canvas_puts(c, 0, col, role, "[");
			canvas_puts(c, 0, col + width - 1, role, "]");
		}
	}
}

static bool
handle_mouse(struct pane *pane, const struct mouse *m)
{
	struct screen *s = pane->screen;
	size_t from = first_tab(s, pane->rect.cols);

	/* ‹ leads to the tab before the first that is seen. */
	for (size_t i = 0; m->kind == MOUSE_PRESS && i < s->pane_count; i++) {
		int col = i + 1 == from ? 0 : tab_col(s, from, i);

		if (is_tab(s, i) && i + 1 >= from && m->col >= col &&
			m->col < (i < from ? 1 : col + tab_width(s, i))) {
			screen_focus(s, s->panes[i]);
			return true;
		}
	}
	return true;
}

static const struct pane_ops tabs_ops = { .draw = draw, .mouse = handle_mouse };

void
tabs_init(struct tabs *tabs)
{
	pane_init(&tabs->pane, &tabs_ops, "");
	tabs->pane.no_focus = true;
}

void
tabs_layout(struct tabs *tabs, struct rect area)
{
	struct screen *s = tabs->pane.screen;
	struct rect below = { area.row + 1, area.col, area.rows - 1, area.cols };
	bool line = area.rows > 2;

	if (line)
		pane_place(&tabs->pane, (struct rect){ area.row, area.col, 1, area.cols }, FRAME_NONE);
	else
		pane_hide(&tabs->pane);
	s->as_tabs = true;
	for (size_t i = 0; i < s->pane_count; i++) {
		if (!is_tab(s, i))
			continue;
		if (i == s->focus)
			pane_place(s->panes[i], line ? below : area, FRAME_NONE);
		else
			pane_hide(s->panes[i]);
	}
}

void
tabs_hide(struct tabs *tabs)
{
	tabs->pane.screen->as_tabs = false;
	pane_hide(&tabs->pane);
}

bool
tabs_is_shown(const struct tabs *tabs)
{
	return pane_is_shown(&tabs->pane);
}

void
tabs_go(struct screen *screen, size_t n)
{
	for (size_t i = 0; i < screen->pane_count; i++)
		if (is_tab(screen, i) && n-- == 0) {
			screen_focus(screen, screen->panes[i]);
			return;
		}
}
