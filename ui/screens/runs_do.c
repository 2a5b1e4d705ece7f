/* SPDX-License-Identifier: MIT */
/* What can be done with a run or one of its deliveries. */
#include <stdio.h>
#include <stdlib.h>

#include "ui/dialog.h"
#include "ui/screens/runs_private.h"

static void
child_done(void *context, const struct ui_child_end *end)
{
	struct runs *r = context;
	char *words = str_dup(str_trim(end->errors));

	r->child = NULL;
	runs_refresh(r);
	if (end->status == 0)
		ui_say(r->screen.ui, "%s", *words ? words : _("Done"));
	else
		dialog_tell(r->screen.ui, _("It did not end well"), *words ? words : "?");
	free(words);
}

/* These commands write the ledger and may wait: the program itself does them. */
static void
start(struct runs *r, const char *command, const char *id)
{
	const char *argv[] = { command, id, NULL };
	struct err err = ERR_INIT;

	if (r->child) {
		ui_warn(r->screen.ui, _("Something is under way: one moment"));
		return;
	}
	r->child = ui_child_start(r->screen.ui, workspace_path(r->studio->ws), argv, child_done, r,
		&err);
	if (r->child)
		ui_say(r->screen.ui, "%s %s…", command, id);
	else
		ui_error(r->screen.ui, &err);
}

/* The delivery chosen in the time line, else the run: "d42", "15". */
static bool
chosen_id(struct runs *r, char id[32])
{
	const struct delivery_row *d = runs_delivery(r);
	const struct run_row *run = runs_current(r);

	if (d)
		snprintf(id, 32, "d%lld", (long long)d->id);
	else if (run)
		snprintf(id, 32, "%lld", (long long)run->id);
	return d || run;
}

static void
resend_answered(void *context, int button)
{
	struct runs *r = context;
	char id[32];

	if (button == 1 && chosen_id(r, id))
		start(r, "resend", id);
}

static void
run_resend(struct screen *screen)
{
	struct runs *r = (struct runs *)screen;
	char id[32];
	char *text;

	if (!chosen_id(r, id))
		return;
	text = xasprintf(id[0] == 'd' ? _("Send delivery %s again? The next pass sends it.")
				      : _("Send again every delivery of run %s that was refused, put "
					  "off or has an unknown outcome? The next pass sends them."),
		id);
	dialog_ask(screen->ui, _("Resend"), text, N_("Back|Resend"), resend_answered, r);
	free(text);
}

static void
rerun_answered(void *context, int button)
{
	struct runs *r = context;
	const struct run_row *run = runs_current(r);
	char id[32];

	if (button != 1 || !run)
		return;
	snprintf(id, sizeof(id), "%lld", (long long)run->id);
	start(r, "rerun", id);
}

static void
run_rerun(struct screen *screen)
{
	dialog_ask(screen->ui, _("Run again"),
		_("Run it again with the same version, scheduled time and values? It really sends."),
		N_("Back|Run again"), rerun_answered, screen);
}

static void
accept_answered(void *context, int button)
{
	struct runs *r = context;
	char id[32];

	if (button == 1 && runs_delivery(r) && chosen_id(r, id))
		start(r, "accept", id);
}

static void
run_accept(struct screen *screen)
{
	struct runs *r = (struct runs *)screen;
	const struct delivery_row *d = runs_delivery(r);

	if (!d || d->state != DELIVERY_UNKNOWN)
		dialog_tell(screen->ui, _("Accept"),
			_("Choose a delivery whose outcome is unknown in the time line. Accepting it "
			  "says that somebody saw it arrive."));
	else
		dialog_ask(screen->ui, _("Accept"),
			_("Did somebody see this message arrive? Then it counts as accepted."),
			N_("Back|It arrived"), accept_answered, r);
}

static void
run_cancel(struct screen *screen)
{
	struct runs *r = (struct runs *)screen;
	const struct run_row *run = runs_current(r);
	char id[32];

	if (!run)
		return;
	snprintf(id, sizeof(id), "%lld", (long long)run->id);
	start(r, "cancel", id);
}

static bool
can_cancel(const struct screen *screen)
{
	const struct run_row *run = runs_current((struct runs *)(uintptr_t)screen);

	return run && runs_is_open(run);
}

static bool
has_run(const struct screen *screen)
{
	return runs_current((struct runs *)(uintptr_t)screen) != NULL;
}

static void
run_refresh(struct screen *screen)
{
	runs_refresh(screen);
}

static void
run_exact(struct screen *screen)
{
	struct runs *r = (struct runs *)screen;

	r->exact = !r->exact;
	runs_message_show(r);
}

/* This run's task alone, or all again. */
static void
run_only(struct screen *screen)
{
	struct runs *r = (struct runs *)screen;
	const struct run_row *run = runs_current(r);

	if (r->task) {
		free(r->task);
		r->task = NULL;
	} else if (run) {
		r->task = xstrdup(run->task);
	}
	runs_refresh(r);
}

const struct command runs_commands[RUNS_COMMANDS] = {
	{ "refresh", N_("Read again"), N_("View"), "F5", N_("Refresh"), run_refresh, NULL },
	{ "resend", N_("Resend…"), N_("Push"), "F6 s", N_("Resend"), run_resend, has_run },
	{ "accept", N_("Accept an unknown delivery…"), N_("Push"), "F7 a", N_("Accept"), run_accept,
		has_run },
	{ "rerun", N_("Run again…"), N_("Push"), "F8 r", N_("Run again"), run_rerun, has_run },
	{ "cancel-run", N_("Cancel the run"), N_("Push"), "x", NULL, run_cancel, can_cancel },
	{ "only-task", N_("This task only, or all"), N_("View"), "t", NULL, run_only, has_run },
	{ "exact", N_("Message as sent, or laid out"), N_("View"), "b", NULL, run_exact, has_run },
};
