/* SPDX-License-Identifier: MIT */
/* The main screen: what dpstudio opens with. */
#include <stdlib.h>

#include "ui/screens/studio_private.h"

void
desk_open_task(struct desk *d, const char *name)
{
	struct err err = ERR_INIT;

	if (!model_open(d->model, name, &err)) {
		ui_error(d->screen.ui, &err);
		return;
	}
	studio_remember_task(d->studio, name);
}

static void
on_model(void *context, enum model_event event)
{
	struct desk *d = context;

	if (event == MODEL_OPENED || event == MODEL_STORED)
		desk_tasks_read(d);
}

static void
open_first_task(struct desk *d, const char *name)
{
	struct arena a = ARENA_INIT;

	if (!*name)
		name = studio_last_task(d->studio, &a);
	if (!*name && d->tasks.list.count)
		name = d->tasks.list.rows[0].name;
	if (*name)
		desk_open_task(d, name);
	arena_fini(&a);
}

static struct screen *
open_studio(struct ui *ui, const char *argument, struct err *err)
{
	struct studio *studio = studio_need(ui, err);
	struct desk *d;

	if (!studio)
		return NULL;
	d = xcalloc(1, sizeof(*d));
	screen_init(&d->screen, &screen_studio_ops, ui);
	d->studio = studio;
	d->model = studio->model;
	desk_tasks_init(d);
	screen_add_pane(&d->screen, &d->tasks.tree.pane);
	desk_tasks_read(d);
	model_listen(d->model, on_model, d);
	open_first_task(d, argument);
	return &d->screen;
}

static void
close_studio(struct screen *screen)
{
	struct desk *d = (struct desk *)screen;

	(void)model_task(d->model);
	model_unlisten(d->model, d);
	desk_tasks_fini(d);
	free(d);
}

static void
layout(struct screen *screen, struct rect area)
{
	struct desk *d = (struct desk *)screen;

	pane_place(&d->tasks.tree.pane, area, FRAME_BOX);
}

const struct screen_ops screen_studio_ops = {
	.name = "studio",
	.title = N_("Studio"),
	.open = open_studio,
	.close = close_studio,
	.layout = layout,
};
