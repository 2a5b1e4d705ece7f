/* SPDX-License-Identifier: MIT */
/* The stack of screens and the overlays above them. */
#include "ui/core.h"
#include "ui/screens/screens.h"

struct screen *
ui_screen(const struct ui *ui)
{
	return ui->screen_count ? ui->screens[ui->screen_count - 1] : NULL;
}

void
ui_push_screen(struct ui *ui, struct screen *screen)
{
	ui->screens = xreallocarray(ui->screens, ui->screen_count + 1, sizeof(*ui->screens));
	ui->screens[ui->screen_count++] = screen;
	ui->relayout = true;
	ui->grabbed = NULL;
}

/* The place in a text is that of the screen in front, if it has one. */
static void
forget_place(struct ui *ui)
{
	ui_state(ui, 0, ROLE_DIM, "");
}

void
ui_close_screen(struct ui *ui, struct screen *screen)
{
	size_t i = 0;

	while (i < ui->screen_count && ui->screens[i] != screen)
		i++;
	if (i == ui->screen_count)
		return;
	memmove(&ui->screens[i], &ui->screens[i + 1],
		sizeof(*ui->screens) * (ui->screen_count - i - 1));
	ui->screen_count--;
	ui->grabbed = NULL;
	screen->ops->close(screen);
	ui->relayout = true;
	forget_place(ui);
	screen = ui_screen(ui);
	if (!screen)
		ui_quit(ui, 0);
	else if (screen->ops->shown)
		screen->ops->shown(screen);
}

static bool
raise_screen(struct ui *ui, const struct screen_ops *ops)
{
	for (size_t i = 0; i < ui->screen_count; i++) {
		struct screen *found = ui->screens[i];

		if (found->ops != ops)
			continue;
		memmove(&ui->screens[i], &ui->screens[i + 1],
			sizeof(*ui->screens) * (ui->screen_count - i - 1));
		ui->screens[ui->screen_count - 1] = found;
		ui->relayout = true;
		forget_place(ui);
		if (ops->shown)
			ops->shown(found);
		return true;
	}
	return false;
}

bool
ui_open(struct ui *ui, const char *name, const char *argument, struct err *err)
{
	const struct screen_ops *ops = screens_find(name);
	struct screen *screen;

	if (!ops)
		return err_set(err, ERR_NOT_FOUND, _("there is no screen '%s'"), name);
	if (!*argument && raise_screen(ui, ops))
		return true;
	forget_place(ui);
	screen = ops->open(ui, argument, err);
	if (!screen)
		return false;
	ui_push_screen(ui, screen);
	return true;
}

void
ui_place_overlay(struct ui *ui, struct pane *pane)
{
	if (pane->ops->place)
		pane->ops->place(pane, ui_area(ui));
}

void
ui_push_overlay(struct ui *ui, struct pane *pane, bool modal)
{
	ui->overlays = xreallocarray(ui->overlays, ui->overlay_count + 1, sizeof(*ui->overlays));
	ui->overlays[ui->overlay_count++] = (struct overlay){ pane, modal };
	pane->ui = ui;
	pane->focused = true;
	ui_place_overlay(ui, pane);
	ui->dirty_overlays = true;
}

void
ui_close_overlay(struct ui *ui, struct pane *pane)
{
	for (size_t i = 0; i < ui->overlay_count; i++) {
		if (ui->overlays[i].pane != pane)
			continue;
		memmove(&ui->overlays[i], &ui->overlays[i + 1],
			sizeof(*ui->overlays) * (ui->overlay_count - i - 1));
		ui->overlay_count--;
		ui->dirty_all = true;
		if (ui->grabbed == pane)
			ui->grabbed = NULL;
		if (pane->ops->free)
			pane->ops->free(pane);
		return;
	}
}

bool
ui_has_overlay(const struct ui *ui, const struct pane *pane)
{
	for (size_t i = 0; i < ui->overlay_count; i++)
		if (ui->overlays[i].pane == pane)
			return true;
	return false;
}

struct rect
ui_area(const struct ui *ui)
{
	return (struct rect){ 0, 0, ui->cells.rows, ui->cells.cols };
}

struct rect
ui_centre(struct rect screen, int rows, int cols)
{
	if (rows > screen.rows)
		rows = screen.rows;
	if (cols > screen.cols)
		cols = screen.cols;
	return (struct rect){ screen.row + (screen.rows - rows) / 2,
		screen.col + (screen.cols - cols) / 2, rows, cols };
}
