/* SPDX-License-Identifier: MIT */
/* The ways to make a task run: the scheduler pass, by hand, again, for past dates. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "src/run/chosen.h"
#include "src/run/claim.h"
#include "src/run/metrics.h"
#include "src/run/supervise.h"
#include "src/task/task_json.h"

/* Mixed endings: unknown over refused over interrupted over failed (design section 6). */
static void
set_exit_status(struct pass_summary *sum)
{
	if (sum->unknown)
		sum->exit_status = 7;
	else if (sum->refused)
		sum->exit_status = 6;
	else if (supervisor_stop > 0)
		sum->exit_status = 128 + supervisor_stop;
	else if (sum->failed || sum->cancelled)
		sum->exit_status = sum->failed && sum->failed == sum->not_connected ? 5 : 1;
	else if (sum->waiting || sum->deferred)
		sum->exit_status = 1;
	else
		sum->exit_status = 0;
}

/* --- by hand --------------------------------------------------------------------------- */

/* A new run of a task for a chosen slot, held by the pass. */
static bool
add_chosen(struct supervisor *s, const struct run_choice *choice, struct new_run *run,
	const struct task_row *task, const struct task *definition, struct err *err)
{
	const struct zone *zone;
	struct slot slot;
	int64_t run_id;
	char text[40];

	if (!run_choice_slot(s->ws, definition, choice, &slot, &zone, err))
		return false;
	run->task_id = task->id;
	run->task = task->name;
	run->slot_us = slot.at_us;
	run->business_date = slot.business_date;
	run->reason = slot.reason ? slot_reason_name(slot.reason) : "";
	run->group = definition->group;
	if (!ledger_add_run(s->ws, run, s->pass.id, &run_id, err))
		return false;
	if (run_id)
		return true;
	zone_format(zone, slot.at_us, text);
	err_set(err, ERR_STATE, "task %s has its run for %s already", task->name, text);
	return err_hint(err, "dpstudio runs %s lists it; rerun RUN repeats it", task->name);
}

static bool
add_by_hand(struct supervisor *s, const char *name, const struct pass_options *options,
	struct err *err)
{
	struct run_choice choice = { .task = name, .version = -1, .has_at = options->has_at,
		.at_us = options->at_us };
	struct new_run run = { .cause = CAUSE_MANUAL, .is_slot = options->has_at };
	struct chosen chosen = CHOSEN_INIT;
	bool ok = chosen_load(s->ws, &choice, &chosen, err);

	if (ok) {
		run.version = chosen.number;
		ok = add_chosen(s, &choice, &run, &chosen.row, &chosen.task, err);
	}
	chosen_fini(&chosen);
	return ok;
}

static void
say_due(void *context, const char *task, int64_t version, const struct slot *slot)
{
	struct err ignored = ERR_INIT;
	char text[40];

	zone_format(context ? context : zone_get("UTC", &ignored), slot->at_us, text);
	printf("would run %s version %lld for %s\n", task, (long long)version, text);
}

static bool
dry_run(struct workspace *ws, const struct pass_options *options, struct err *err)
{
	int64_t now = options->has_at ? options->at_us : clock_now_us();

	return claim_preview(ws, options->group, now, say_due, (void *)workspace_zone(ws, err), err);
}

bool
run_pass(struct workspace *ws, const struct pass_options *options, struct pass_summary *summary,
	struct err *err)
{
	struct supervisor s;
	struct crew ahead;
	bool ok = true;

	*summary = (struct pass_summary){ 0 };
	if (options->dry_run)
		return dry_run(ws, options, err);
	ahead_start(&ahead, ws, options);
	if (!supervisor_init(&s, ws, options->jobs, summary, err)) {
		ahead_end(&ahead);
		return false;
	}
	s.crew[0] = ahead;
	s.verbose = options->verbose;
	for (size_t i = 0; ok && i < options->task_count; i++)
		ok = add_by_hand(&s, options->tasks[i], options, err);
	if (options->task_count == 0)
		ok = take_open(&s, options->group, err);
	/* What was added before a mistake in the words must not stay behind. */
	ok = take_held(&s, ok ? err : &(struct err)ERR_INIT) && ok;
	if (!ok && options->task_count)
		supervisor_stop = SUPERVISOR_STOP;
	ok = supervisor_loop(&s, ok ? err : &(struct err)ERR_INIT) && ok;
	supervisor_fini(&s);
	metrics_after_pass(ws);
	set_exit_status(summary);
	return ok;
}

/* --- tests ---------------------------------------------------------------------------------- */

static bool
draft_passed(const struct pass_summary *sum)
{
	return sum->runs == sum->succeeded + sum->skipped && sum->runs > 0;
}

bool
run_test(struct workspace *ws, const struct run_choice *choice, int64_t *run_id,
	struct pass_summary *summary, struct err *err)
{
	struct chosen chosen = CHOSEN_INIT;
	struct test_ticket ticket;
	struct buf overrides = BUF_INIT;
	struct supervisor s;
	bool ok;

	*summary = (struct pass_summary){ 0 };
	ok = chosen_load(ws, choice, &chosen, err) &&
	     version_test_begin(ws, chosen.row.id, chosen.text, &ticket, err) &&
	     chosen_overrides(choice, &overrides, err);
	if (ok && supervisor_init(&s, ws, 1, summary, err)) {
		struct new_run run = { .cause = CAUSE_TEST, .version = chosen.number,
			.definition = chosen.number ? NULL : chosen.text.p,
			.overrides = overrides.len ? buf_text(&overrides) : NULL };

		s.quiet = s.no_retry = true;
		ok = add_chosen(&s, choice, &run, &chosen.row, &chosen.task, err) &&
		     take_held(&s, err) && supervisor_loop(&s, err);
		supervisor_fini(&s);
		*run_id = summary->last_run_id;
		if (ok && draft_passed(summary))
			ok = version_test_passed(ws, &ticket, *run_id, err);
	} else {
		ok = false;
	}
	set_exit_status(summary);
	buf_fini(&overrides);
	chosen_fini(&chosen);
	return ok;
}

/* --- again ------------------------------------------------------------------------------------ */

static bool
loop_once(struct supervisor *s, struct err *err)
{
	return take_held(s, err) && supervisor_loop(s, err);
}

bool
run_rerun(struct workspace *ws, int64_t run_id, int64_t *new_run_id, struct pass_summary *summary,
	struct err *err)
{
	struct arena a = ARENA_INIT;
	struct supervisor s;
	struct run_row old;
	bool ok = ledger_run(ws, run_id, &a, &old, err);

	*summary = (struct pass_summary){ 0 };
	if (ok && (old.state == RUN_RUNNING || old.state == RUN_WAITING)) {
		ok = err_set(err, ERR_STATE, "run %lld has not ended (%s)", (long long)run_id,
			run_state_name(old.state));
		err_hint(err, "cancel it first: dpstudio cancel %lld", (long long)run_id);
	}
	if (ok && supervisor_init(&s, ws, 1, summary, err)) {
		struct new_run run = { .task_id = old.task_id, .task = old.task,
			.version = old.version, .slot_us = old.slot_us, .reason = old.reason,
			.business_date = old.business_date, .repeats = old.id,
			.group = old.group, .definition = old.definition[0] ? old.definition : NULL,
			.overrides = old.overrides[0] ? old.overrides : NULL,
			.cause = CAUSE_RERUN };

		s.no_retry = true;
		ok = ledger_add_run(ws, &run, s.pass.id, new_run_id, err) && loop_once(&s, err);
		supervisor_fini(&s);
	} else {
		ok = false;
	}
	set_exit_status(summary);
	arena_fini(&a);
	return ok;
}

/* One run for the slot of each business date; dates without one are left out. */
static bool
add_backfill(struct supervisor *s, struct chosen *chosen, struct date from, struct date to,
	struct err *err)
{
	for (struct date d = from; date_compare(d, to) <= 0; d = date_add_days(d, 1)) {
		struct run_choice choice = { .has_date = true, .business_date = d, .version = -1 };
		struct new_run run = { .cause = CAUSE_BACKFILL, .version = chosen->number };

		if (!add_chosen(s, &choice, &run, &chosen->row, &chosen->task, err)) {
			if (err->code != ERR_NOT_FOUND)
				return false;
			err_clear(err);
		}
	}
	return true;
}

bool
run_backfill(struct workspace *ws, const char *task, struct date from, struct date to, int groups,
	struct pass_summary *summary, struct err *err)
{
	struct run_choice choice = { .task = task, .version = -1 };
	struct chosen chosen = CHOSEN_INIT;
	struct supervisor s;
	bool ok;

	*summary = (struct pass_summary){ 0 };
	if (date_compare(to, from) < 0)
		return err_set(err, ERR_USAGE, "the last date lies before the first");
	ok = chosen_load(ws, &choice, &chosen, err) &&
	     supervisor_init(&s, ws, groups > 0 ? groups : 1, summary, err);
	if (ok) {
		s.no_retry = true;
		s.verbose = isatty(STDERR_FILENO);
		ok = add_backfill(&s, &chosen, from, to, err) && loop_once(&s, err);
		supervisor_fini(&s);
	}
	set_exit_status(summary);
	chosen_fini(&chosen);
	return ok;
}
