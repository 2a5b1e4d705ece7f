/* SPDX-License-Identifier: MIT */
/* The history: runs, and of the one chosen its time line, deliveries with every answer,
 * and the exact message that was sent. */
#include <stdio.h>
#include <stdlib.h>

#include "src/base/json.h"
#include "src/workspace/ledger.h"
#include "ui/choice.h"
#include "ui/dialog.h"
#include "ui/editor.h"
#include "ui/screens/screens.h"
#include "ui/studio.h"
#include "ui/table.h"
#include "ui/tree.h"
#include "ui/work.h"

#define RUNS_SHOWN 200
#define REFRESH_US (2 * CLOCK_SECOND)

struct detail { /* a line under the run */
	int64_t at_us;
	char *text;
	enum role role;
	int depth;
	size_t delivery; /* SIZE_MAX none */
};

struct runs {
	struct screen screen;
	struct studio *studio;
	struct table table;
	struct tree tree;
	struct editor message;
	char *task; /* NULL: of every task */
	struct arena arena, run_arena;
	struct run_list list;
	struct delivery_list deliveries;
	struct detail *details;
	size_t detail_count, shown; /* delivery in the message pane */
	bool exact;		    /* JSON as it was sent, not laid out */
	struct ui_child *child;
	struct timer refresh;
};

static const struct table_head heads[] = {
	{ N_("Run"), true }, { N_("Task"), false }, { N_("Version"), true }, { N_("State"), false },
	{ N_("Trigger"), false }, { N_("Scheduled"), false }, { N_("Business date"), false },
	{ N_("Started"), false }, { N_("Took"), true }, { N_("Error"), false },
};

static const struct {
	enum role role;
	const char *mark;
} run_looks[RUN_STATE_COUNT] = {
	[RUN_WAITING] = { ROLE_WARNING, "…" }, [RUN_RUNNING] = { ROLE_INFO, "▸" },
	[RUN_SUCCEEDED] = { ROLE_OK, "✓" }, [RUN_FAILED] = { ROLE_ERROR, "✗" },
	[RUN_SKIPPED] = { ROLE_DIM, "–" }, [RUN_CANCELLED] = { ROLE_DIM, "■" },
}, delivery_looks[DELIVERY_STATE_COUNT] = {
	[DELIVERY_PLANNED] = { ROLE_DIM, "·" }, [DELIVERY_SENDING] = { ROLE_INFO, "▸" },
	[DELIVERY_ACCEPTED] = { ROLE_OK, "✓" }, [DELIVERY_QUEUED] = { ROLE_OK, "✓" },
	[DELIVERY_REJECTED] = { ROLE_ERROR, "✗" }, [DELIVERY_DEFERRED] = { ROLE_WARNING, "…" },
	[DELIVERY_UNKNOWN] = { ROLE_ERROR, "?" },
};

/* --- the list ------------------------------------------------------------------------------ */

static void
add_took(struct runs *r, const struct run_row *run)
{
	if (run->started_us && run->finished_us)
		table_addf(&r->table, ROLE_NUMBER, "%.1f s",
			(double)(run->finished_us - run->started_us) / 1e6);
	else
		table_add(&r->table, ROLE_DIM, "");
}

static void
fill(struct runs *r)
{
	char when[24], date[11];

	table_begin(&r->table);
	for (size_t i = 0; i < r->list.count; i++) {
		const struct run_row *run = &r->list.rows[i];

		table_addf(&r->table, ROLE_NUMBER, "%lld", (long long)run->id);
		table_add(&r->table, ROLE_TEXT, run->task);
		if (run->version)
			table_addf(&r->table, ROLE_NUMBER, "v%lld", (long long)run->version);
		else
			table_add(&r->table, ROLE_DIM, _("draft"));
		table_addf(&r->table, run_looks[run->state].role, "%s %s",
			run_looks[run->state].mark, choice_label(run_state_name(run->state)));
		table_add(&r->table, ROLE_TEXT, choice_label(run_cause_name(run->cause)));
		studio_time(r->studio, run->slot_us, when);
		table_add(&r->table, ROLE_TEXT, when);
		date_format(run->business_date, date);
		table_add(&r->table, ROLE_TEXT, date);
		studio_time_seconds(r->studio, run->started_us, when);
		table_add(&r->table, ROLE_TEXT, when);
		add_took(r, run);
		table_add(&r->table, ROLE_ERROR,
			run->state == RUN_SKIPPED || !*run->error ? run->reason : run->error);
	}
	table_end(&r->table);
}

static const struct run_row *
current(struct runs *r)
{
	size_t row = table_row(&r->table);

	return row < r->list.count ? &r->list.rows[row] : NULL;
}

/* --- one run --------------------------------------------------------------------------------- */

static void
forget_details(struct runs *r)
{
	for (size_t i = 0; i < r->detail_count; i++)
		free(r->details[i].text);
	r->detail_count = 0;
	r->deliveries = (struct delivery_list){ 0 };
	arena_fini(&r->run_arena);
	r->run_arena = (struct arena)ARENA_INIT;
}

static struct detail *
add_detail(struct runs *r, int64_t at_us, enum role role, int depth, size_t delivery, char *text)
{
	r->details = xreallocarray(r->details, r->detail_count + 1, sizeof(*r->details));
	r->details[r->detail_count] = (struct detail){ at_us, text, role, depth, delivery };
	return &r->details[r->detail_count++];
}

static void
add_head(struct runs *r, const struct run_row *run)
{
	if (*run->error)
		add_detail(r, run->finished_us, ROLE_ERROR, 0, SIZE_MAX, xstrdup(run->error));
	if (*run->hint)
		add_detail(r, 0, ROLE_WARNING, 1, SIZE_MAX, xstrdup(run->hint));
	if (*run->parameters)
		add_detail(r, 0, ROLE_DIM, 0, SIZE_MAX,
			xasprintf(_("parameters %s"), run->parameters));
	if (run->created_us)
		add_detail(r, run->created_us, ROLE_TEXT, 0, SIZE_MAX,
			xasprintf(_("planned (%s)%s%s"), choice_label(run_cause_name(run->cause)),
				*run->reason ? ": " : "", run->reason));
	if (run->started_us)
		add_detail(r, run->started_us, ROLE_TEXT, 0, SIZE_MAX, xstrdup(_("started")));
}

static void
add_delivery(struct runs *r, size_t i)
{
	const struct delivery_row *d = &r->deliveries.rows[i];
	struct attempt_list attempts = { 0 };
	struct err err = ERR_INIT;

	add_detail(r, d->sent_us ? d->sent_us : d->created_us, delivery_looks[d->state].role, 0, i,
		xasprintf("%s d%lld %s (%s) %lld/%lld %s%s%s", delivery_looks[d->state].mark,
			(long long)d->id, d->destination, d->channel, (long long)d->part,
			(long long)d->parts, choice_label(delivery_state_name(d->state)), *d->message ? ": " : "",
			d->message));
	if (*d->advice)
		add_detail(r, 0, ROLE_WARNING, 1, i, xstrdup(d->advice));
	if (!ledger_attempts(r->studio->ws, d->id, &r->run_arena, &attempts, &err))
		return;
	for (size_t k = 0; k < attempts.count; k++) {
		const struct attempt_row *a = &attempts.rows[k];

		add_detail(r, a->started_us, ROLE_DIM, 1, i,
			xasprintf(_("attempt %lld: %s %lld %s"), (long long)a->number,
				choice_label(a->state),
				(long long)a->code, a->message));
	}
}

static void
read_run(struct runs *r)
{
	const struct run_row *run = current(r);
	struct event_list events = { 0 };
	struct err err = ERR_INIT;
	bool ok;

	forget_details(r);
	if (!run) {
		tree_set_count(&r->tree, 0);
		return;
	}
	ok = ledger_deliveries(r->studio->ws, run->id, true, &r->run_arena, &r->deliveries, &err) &&
	     ledger_events(r->studio->ws, run->id, &r->run_arena, &events, &err);
	if (!ok && err.code != ERR_BUSY)
		ui_error(r->screen.ui, &err);
	add_head(r, run);
	for (size_t i = 0; i < events.count; i++) {
		const struct event_row *e = &events.rows[i];
		bool ended = strcmp(e->kind, "end") == 0; /* with the state */

		add_detail(r, e->at_us, ROLE_TEXT, 0, SIZE_MAX,
			xasprintf("%s: %s", choice_label(e->kind),
				ended ? choice_label(e->message) : e->message));
	}
	for (size_t i = 0; i < r->deliveries.count; i++)
		add_delivery(r, i);
	if (run->finished_us)
		add_detail(r, run->finished_us, run_looks[run->state].role, 0, SIZE_MAX,
			xstrdup(choice_label(run_state_name(run->state))));
	tree_set_count(&r->tree, r->detail_count);
	pane_set_title(&r->tree.pane, _("Run %lld"), (long long)run->id);
	pane_dirty(&r->tree.pane);
}

/* --- the message ----------------------------------------------------------------------------- */

static void
show_message(struct runs *r)
{
	const struct delivery_row *d;
	struct err err = ERR_INIT;
	struct buf text = BUF_INIT;
	cJSON *json = NULL;

	if (r->shown >= r->deliveries.count) {
		editor_set_text(&r->message, STR_NONE);
		pane_set_title(&r->message.pane, "%s", _("Message"));
		return;
	}
	d = &r->deliveries.rows[r->shown];
	if (!r->exact && strstr(d->content_type, "json"))
		json = json_parse(d->body, &err);
	if (json)
		json_print(&text, json);
	editor_set_text(&r->message, json ? buf_str(&text) : d->body);
	pane_set_title(&r->message.pane, _("Message d%lld · %s · %lld bytes%s"), (long long)d->id,
		d->content_type, (long long)d->bytes, json ? _(" · laid out (b: as sent)") : "");
	cJSON_Delete(json);
	buf_fini(&text);
}

static void
show_run(struct runs *r)
{
	read_run(r);
	r->shown = 0;
	show_message(r);
}

static void
run_moved(void *context, size_t row)
{
	(void)row;
	show_run(context);
}

static void
detail_row(struct tree *tree, size_t i, struct buf *text, struct tree_row *info)
{
	struct runs *r = tree->context;
	const struct detail *d = &r->details[i];
	char when[24];

	studio_time_seconds(r->studio, d->at_us, when);
	buf_addf(text, "%-8s %s", *when ? when + 11 : "", d->text);
	info->depth = d->depth;
	info->role = d->role;
}

static void
detail_moved(struct tree *tree, size_t i)
{
	struct runs *r = tree->context;

	if (r->details[i].delivery == SIZE_MAX || r->details[i].delivery == r->shown)
		return;
	r->shown = r->details[i].delivery;
	show_message(r);
}

static void
detail_activate(struct tree *tree, size_t i)
{
	struct runs *r = tree->context;

	dialog_tell(r->screen.ui, _("Time line"), r->details[i].text);
}

static const struct tree_ops tree_ops = { .row = detail_row, .moved = detail_moved,
	.activate = detail_activate };

/* --- reading again ----------------------------------------------------------------------------- */

static bool
read_list(struct runs *r, struct err *err)
{
	struct arena a = ARENA_INIT;
	struct run_list list = { 0 };
	struct task_row task = { .id = 0 };

	if ((r->task && !task_store_find(r->studio->ws, r->task, &a, &task, err)) ||
		!ledger_runs(r->studio->ws, task.id, RUNS_SHOWN, &a, &list, err)) {
		arena_fini(&a);
		return false;
	}
	arena_fini(&r->arena);
	r->arena = a;
	r->list = list;
	fill(r);
	if (r->task)
		pane_set_title(&r->table.grid.pane, _("Runs of %s (t: all tasks)"), r->task);
	else
		pane_set_title(&r->table.grid.pane, "%s", _("Runs of all tasks"));
	return true;
}

static bool
is_open(const struct run_row *run)
{
	return run->state == RUN_RUNNING || run->state == RUN_WAITING;
}

/* While something runs the screen follows it. */
static void
follow(struct runs *r)
{
	for (size_t i = 0; i < r->list.count; i++)
		if (is_open(&r->list.rows[i])) {
			loop_timer(ui_loop(r->screen.ui), &r->refresh, REFRESH_US);
			return;
		}
}

static void
refresh(void *context)
{
	struct runs *r = context;
	struct err err = ERR_INIT;
	size_t shown = r->shown;

	if (read_list(r, &err)) {
		read_run(r);
		r->shown = shown;
		show_message(r);
	} else if (err.code != ERR_BUSY) {
		ui_error(r->screen.ui, &err);
	}
	follow(r);
}

/* --- doing ---------------------------------------------------------------------------------------- */

static void
child_done(void *context, const struct ui_child_end *end)
{
	struct runs *r = context;
	char *words = str_dup(str_trim(end->errors));

	r->child = NULL;
	refresh(r);
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

static const struct delivery_row *
chosen_delivery(struct runs *r)
{
	size_t i = tree_current(&r->tree);

	if (screen_focused(&r->screen) != &r->tree.pane || i == SIZE_MAX ||
		r->details[i].delivery == SIZE_MAX)
		return NULL;
	return &r->deliveries.rows[r->details[i].delivery];
}

/* The delivery chosen in the time line, else the run: "d42", "15". */
static bool
chosen_id(struct runs *r, char id[32])
{
	const struct delivery_row *d = chosen_delivery(r);
	const struct run_row *run = current(r);

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
	const struct run_row *run = current(r);
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

	if (button == 1 && chosen_delivery(r) && chosen_id(r, id))
		start(r, "accept", id);
}

static void
run_accept(struct screen *screen)
{
	struct runs *r = (struct runs *)screen;
	const struct delivery_row *d = chosen_delivery(r);

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
	const struct run_row *run = current(r);
	char id[32];

	if (!run)
		return;
	snprintf(id, sizeof(id), "%lld", (long long)run->id);
	start(r, "cancel", id);
}

static bool
can_cancel(const struct screen *screen)
{
	const struct run_row *run = current((struct runs *)(uintptr_t)screen);

	return run && is_open(run);
}

static bool
has_run(const struct screen *screen)
{
	return current((struct runs *)(uintptr_t)screen) != NULL;
}

static void
run_refresh(struct screen *screen)
{
	refresh(screen);
}

static void
run_exact(struct screen *screen)
{
	struct runs *r = (struct runs *)screen;

	r->exact = !r->exact;
	show_message(r);
}

/* This run's task alone, or all again. */
static void
run_only(struct screen *screen)
{
	struct runs *r = (struct runs *)screen;
	const struct run_row *run = current(r);

	if (r->task) {
		free(r->task);
		r->task = NULL;
	} else if (run) {
		r->task = xstrdup(run->task);
	}
	refresh(r);
}

static const struct command commands[] = {
	{ "refresh", N_("Read again"), N_("View"), "F5", N_("Refresh"), run_refresh, NULL },
	{ "resend", N_("Resend…"), N_("Push"), "F6 s", N_("Resend"), run_resend, has_run },
	{ "accept", N_("Accept an unknown delivery…"), N_("Push"), "F7 a", N_("Accept"), run_accept,
		has_run },
	{ "rerun", N_("Run again…"), N_("Push"), "F8 r", N_("Run again"), run_rerun, has_run },
	{ "cancel-run", N_("Cancel the run"), N_("Push"), "x", NULL, run_cancel, can_cancel },
	{ "only-task", N_("This task only, or all"), N_("View"), "t", NULL, run_only, has_run },
	{ "exact", N_("Message as sent, or laid out"), N_("View"), "b", NULL, run_exact, has_run },
};

/* --- the screen ----------------------------------------------------------------------------- */

static struct screen *
open_runs(struct ui *ui, const char *argument, struct err *err)
{
	struct studio *studio = studio_need(ui, err);
	struct runs *r;

	if (!studio)
		return NULL;
	r = xcalloc(1, sizeof(*r));
	screen_init(&r->screen, &screen_runs_ops, ui);
	r->studio = studio;
	r->task = *argument ? xstrdup(argument) : NULL;
	r->refresh = (struct timer){ .fn = refresh, .context = r, .quiet = true };
	table_init(&r->table, _("Runs"), heads, ARRAY_LEN(heads), r);
	r->table.grid.empty = N_("nothing has run yet");
	r->table.moved = run_moved;
	tree_init(&r->tree, &tree_ops, _("Time line"), r);
	editor_init(&r->message, _("Message"), LANGUAGE_PLAIN);
	editor_set_read_only(&r->message, true);
	screen_add_pane(&r->screen, &r->table.grid.pane);
	screen_add_pane(&r->screen, &r->tree.pane);
	screen_add_pane(&r->screen, &r->message.pane);
	if (read_list(r, err)) {
		show_run(r);
		follow(r);
		return &r->screen;
	}
	screen_runs_ops.close(&r->screen);
	return NULL;
}

static void
close_runs(struct screen *screen)
{
	struct runs *r = (struct runs *)screen;

	loop_timer_cancel(ui_loop(screen->ui), &r->refresh);
	ui_child_free(r->child);
	forget_details(r);
	free(r->details);
	table_fini(&r->table);
	tree_fini(&r->tree);
	editor_fini(&r->message);
	arena_fini(&r->arena);
	free(r->task);
	free(r);
}

static void
layout(struct screen *screen, struct rect a)
{
	struct runs *r = (struct runs *)screen;
	int top = a.rows * 2 / 5, left = a.cols / 2;

	if (a.cols >= 100) {
		pane_place(&r->table.grid.pane, (struct rect){ a.row, a.col, top, a.cols }, FRAME_BOX);
		pane_place(&r->tree.pane, (struct rect){ a.row + top, a.col, a.rows - top, left },
			FRAME_BOX);
		pane_place(&r->message.pane,
			(struct rect){ a.row + top, a.col + left, a.rows - top, a.cols - left },
			FRAME_BOX);
		return;
	}
	top = a.rows / 3;
	pane_place(&r->table.grid.pane, (struct rect){ a.row, a.col, top, a.cols },
		FRAME_BOX | FRAME_OPEN);
	pane_place(&r->tree.pane, (struct rect){ a.row + top, a.col, top, a.cols },
		FRAME_BOX | FRAME_JOIN | FRAME_OPEN);
	pane_place(&r->message.pane,
		(struct rect){ a.row + 2 * top, a.col, a.rows - 2 * top, a.cols },
		FRAME_BOX | FRAME_JOIN);
}

static void
shown(struct screen *screen)
{
	refresh(screen);
}

const struct screen_ops screen_runs_ops = {
	.name = "runs",
	.title = N_("Runs"),
	.open = open_runs,
	.close = close_runs,
	.layout = layout,
	.shown = shown,
	.commands = commands,
	.command_count = ARRAY_LEN(commands),
};
