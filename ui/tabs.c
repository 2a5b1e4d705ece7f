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

/* Calls for each tab until fn says stop; columns scroll so that the current one shows. */
static int
first_col(const struct screen *s, int cols)
{
	int col = 0, current = 0, end = 0;

	for (size_t i = 0; i < s->pane_count; i++) {
		int width = (int)utf8_width(label(s->panes[i])) + 2;

		if (!is_tab(s, i))
			continue;
		if (i == s->focus) {
			current = col;
			end = col + width;
		}
		col += width + GAP;
	}
	return end > cols ? -(current < end - cols ? current : end - cols) : 0;
}

static void
draw(struct pane *pane, struct canvas *c)
{
	const struct screen *s = pane->screen;
	int col = first_col(s, c->cols);

	canvas_clear(c, ROLE_TAB);
	for (size_t i = 0; i < s->pane_count; i++) {
		enum role role = i == s->focus ? ROLE_TAB_CURRENT : ROLE_TAB;
		struct str text = label(s->panes[i]);
		int width = (int)utf8_width(text) + 2;

		if (!is_tab(s, i))
			continue;
		canvas_fill(c, 0, col, 1, width, role);
		canvas_text(c, 0, col + 1, role, text);
		/* Not by colour alone. */
		if (i == s->focus) {
			canvas_puts(c, 0, col, role, "[");
			canvas_puts(c, 0, col + width - 1, role, "]");
		}
		col += width + GAP;
	}
}

static bool
handle_mouse(struct pane *pane, const struct mouse *m)
{
	struct screen *s = pane->screen;
	int col = first_col(s, pane->rect.cols);

	for (size_t i = 0; m->kind == MOUSE_PRESS && i < s->pane_count; i++) {
		int width = (int)utf8_width(label(s->panes[i])) + 2;

		if (!is_tab(s, i))
			continue;
		if (m->col >= col && m->col < col + width) {
			screen_focus(s, s->panes[i]);
			return true;
		}
		col += width + GAP;
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
