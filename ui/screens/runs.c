/* SPDX-License-Identifier: MIT */
/* The history: the list of runs, followed while something runs. */
#include <stdlib.h>

#include "ui/screens/runs_private.h"

#define RUNS_SHOWN 200
#define REFRESH_US (2 * CLOCK_SECOND)

static const struct table_head heads[] = {
	{ N_("Run"), true }, { N_("Task"), false }, { N_("Version"), true }, { N_("State"), false },
	{ N_("Trigger"), false }, { N_("Scheduled"), false }, { N_("Business date"), false },
	{ N_("Started"), false }, { N_("Took"), true }, { N_("Error"), false },
};

const struct runs_look runs_looks[RUN_STATE_COUNT] = {
	[RUN_WAITING] = { ROLE_WARNING, "…" }, [RUN_RUNNING] = { ROLE_INFO, "▸" },
	[RUN_SUCCEEDED] = { ROLE_OK, "✓" }, [RUN_FAILED] = { ROLE_ERROR, "✗" },
	[RUN_SKIPPED] = { ROLE_DIM, "–" }, [RUN_CANCELLED] = { ROLE_DIM, "■" },
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
		table_addf(&r->table, runs_looks[run->state].role, "%s %s",
			runs_looks[run->state].mark, choice_label(run_state_name(run->state)));
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

const struct run_row *
runs_current(struct runs *r)
{
	size_t row = table_row(&r->table);

	return row < r->list.count ? &r->list.rows[row] : NULL;
}

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

/* While something runs the screen follows it. */
static void
follow(struct runs *r)
{
	for (size_t i = 0; i < r->list.count; i++)
		if (runs_is_open(&r->list.rows[i])) {
			loop_timer(ui_loop(r->screen.ui), &r->refresh, REFRESH_US);
			return;
		}
}

void
runs_refresh(void *context)
{
	struct runs *r = context;
	struct err err = ERR_INIT;
	size_t shown = r->shown;

	if (read_list(r, &err)) {
		runs_line_read(r);
		r->shown = shown;
		runs_message_show(r);
	} else if (err.code != ERR_BUSY) {
		ui_error(r->screen.ui, &err);
	}
	follow(r);
}

/* --- the screen ----------------------------------------------------------------------------- */

static void
run_moved(void *context, size_t row)
{
	(void)row;
	runs_line_show(context);
}

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
	r->refresh = (struct timer){ .fn = runs_refresh, .context = r, .quiet = true };
	table_init(&r->table, _("Runs"), heads, ARRAY_LEN(heads), r);
	r->table.grid.no_rows = N_("nothing has run yet");
	r->table.moved = run_moved;
	runs_line_init(r);
	screen_add_pane(&r->screen, &r->table.grid.pane);
	screen_add_pane(&r->screen, &r->tree.pane);
	screen_add_pane(&r->screen, &r->message.pane);
	if (read_list(r, err)) {
		runs_line_show(r);
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
	runs_line_fini(r);
	table_fini(&r->table);
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
	runs_refresh(screen);
}

const struct screen_ops screen_runs_ops = {
	.name = "runs",
	.title = N_("Runs"),
	.open = open_runs,
	.close = close_runs,
	.layout = layout,
	.shown = shown,
	.commands = runs_commands,
	.command_count = RUNS_COMMANDS,
};
