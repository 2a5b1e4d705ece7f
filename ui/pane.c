/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stdio.h>

#include "ui/core.h"

void
pane_init(struct pane *pane, const struct pane_ops *ops, const char *title)
{
	*pane = (struct pane){ .ops = ops, .dirty = true };
	snprintf(pane->title, sizeof(pane->title), "%s", title ? title : "");
}

void
pane_set_title(struct pane *pane, const char *fmt, ...)
{
	char title[sizeof(pane->title)];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(title, sizeof(title), fmt, ap);
	va_end(ap);
	if (strcmp(title, pane->title) == 0)
		return;
	memcpy(pane->title, title, sizeof(title));
	pane_dirty(pane);
}

void
pane_dirty(struct pane *pane)
{
	pane->dirty = true;
	if (pane->ui && !pane->screen)
		pane->ui->dirty_overlays = true;
}

void
pane_place(struct pane *pane, struct rect outer, unsigned frame)
{
	struct rect r = outer;

	if (frame & FRAME_BOX) {
		r.row++;
		r.col++;
		r.cols -= 2;
		r.rows -= frame & FRAME_OPEN ? 1 : 2;
	}
	if (r.rows <= 0 || r.cols <= 0) {
		pane_hide(pane);
		return;
	}
	pane->outer = outer;
	pane->rect = r;
	pane->frame = frame;
	pane_dirty(pane);
	if (pane->ops->layout)
		pane->ops->layout(pane);
}

void
pane_hide(struct pane *pane)
{
	pane->outer = pane->rect = (struct rect){ 0, 0, 0, 0 };
	pane->frame = 0;
}

/* The frame is drawn line by line: a joined pane shares its top line's ends. */
static void
draw_frame(struct pane *pane, struct cells *cells)
{
	struct canvas whole = canvas_whole(cells), c;
	struct rect r = pane->outer;
	enum role role = pane->focused ? ROLE_BORDER_FOCUS : ROLE_BORDER;
	int right = r.cols - 1;

	/* An open frame's bottom line belongs to the pane below: draw it, then forget it. */
	c = canvas_sub(&whole, r);
	c.rows += pane->frame & FRAME_OPEN ? 1 : 0;
	canvas_box(&c, role, pane->focused ? ROLE_TITLE_FOCUS : ROLE_TITLE,
		str_from(pane->title));
	if (pane->frame & FRAME_JOIN) {
		canvas_puts(&c, 0, 0, role, "├");
		canvas_puts(&c, 0, right, role, "┤");
	}
}

void
pane_draw(struct pane *pane, struct cells *cells, bool cursor)
{
	struct canvas whole = canvas_whole(cells), c;

	pane->dirty = false;
	if (!pane_is_shown(pane))
		return;
	if (pane->frame & FRAME_BOX)
		draw_frame(pane, cells);
	c = canvas_sub(&whole, pane->rect);
	c.focused = cursor;
	if (cursor)
		cells->cursor_row = cells->cursor_col = -1;
	pane->ops->draw(pane, &c);
}

void
screen_init(struct screen *screen, const struct screen_ops *ops, struct ui *ui)
{
	*screen = (struct screen){ .ops = ops, .ui = ui };
}

void
screen_add_pane(struct screen *screen, struct pane *pane)
{
	if (screen->pane_count == SCREEN_PANES_MAX)
		return;
	pane->ui = screen->ui;
	pane->screen = screen;
	screen->panes[screen->pane_count++] = pane;
	if (screen->pane_count == 1)
		pane->focused = true;
}

struct pane *
screen_focused(const struct screen *screen)
{
	return screen->pane_count ? screen->panes[screen->focus] : NULL;
}

void
screen_focus(struct screen *screen, struct pane *pane)
{
	struct pane *old = screen_focused(screen);

	if (old == pane)
		return;
	for (size_t i = 0; i < screen->pane_count; i++) {
		if (screen->panes[i] != pane)
			continue;
		screen->focus = i;
		old->focused = false;
		pane->focused = true;
		if (old->ops->focus)
			old->ops->focus(old, false);
		if (pane->ops->focus)
			pane->ops->focus(pane, true);
		/* Frames share lines: all of them are drawn anew. */
		screen->ui->dirty_all = true;
		screen->ui->relayout |= screen->as_tabs;
	}
}

void
screen_relayout(struct screen *screen)
{
	screen->ui->relayout = true;
}
