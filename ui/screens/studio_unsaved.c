/* SPDX-License-Identifier: MIT */
/* Work that could not be saved: asked about before the studio ends, and offered when the
 * task is opened again. */
#include <stdlib.h>

#include "ui/dialog.h"
#include "ui/rescue.h"
#include "ui/screens/studio_private.h"

enum { LATER, TAKE, FORGET };

static void
offered(void *context, int button)
{
	struct desk *d = context;
	struct err err = ERR_INIT;
	struct rescued r;

	if (button <= LATER || !rescue_find(d->studio->ws, model_task_id(d->model), &r))
		return;
	if (button == TAKE && !model_take_text(d->model, buf_str(&r.text),
				      N_("work that was not saved"), &err)) {
		dialog_error(d->screen.ui, _("Not taken"), &err);
	} else {
		rescue_forget(&r);
		if (button == TAKE)
			ui_say(d->screen.ui, _("Here it is. u takes it back"));
	}
	rescued_fini(&r);
}

static void
offer(void *context)
{
	struct desk *d = context;
	struct rescued r;
	char when[24], *text;

	if (!model_is_open(d->model) ||
		!rescue_find(d->studio->ws, model_task_id(d->model), &r))
		return;
	studio_time(d->studio, r.at_us, when);
	text = xasprintf(_("A studio ended at %s before it could save its last changes of %s. They "
			   "were kept aside. Take them?"),
		when, model_row(d->model)->name);
	dialog_ask(d->screen.ui, _("Work that was not saved"), text,
		N_("Later|Take it|Throw it away"), offered, d);
	free(text);
	rescued_fini(&r);
}

/* In the next turn: the screen may not be there yet. */
void
desk_unsaved_offer(struct desk *d)
{
	d->unsaved = (struct timer){ .fn = offer, .context = d };
	loop_timer(ui_loop(d->screen.ui), &d->unsaved, 1);
}

static void
leave_answered(void *context, int button)
{
	struct desk *d = context;

	if (button == 1)
		ui_quit(d->screen.ui, 0);
}

bool
desk_unsaved_may_close(struct screen *screen)
{
	struct desk *d = (struct desk *)screen;
	struct err err = ERR_INIT;
	char *text;

	if (!model_is_open(d->model))
		return true;
	/* In a conflict this only keeps the last letters aside too. */
	if (model_save(d->model, &err))
		return true;
	text = xasprintf("%s\n\n%s", err.msg,
		model_is_aside(d->model) || err.code == ERR_BUSY
			? _("When you leave, your changes are kept aside, and offered when you come "
			    "back.")
			: _("They could not be kept aside either: when you leave, your last "
			    "changes are lost."));
	dialog_ask(screen->ui, _("Not saved"), text, N_("Stay|Leave"), leave_answered, d);
	free(text);
	return false;
}
