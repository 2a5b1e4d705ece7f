/* SPDX-License-Identifier: MIT */
#include "src/run/supervise.h"

#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/run/claim.h"
#include "src/run/ends.h"
#include "src/task/task_json.h"
#include "src/workspace/version.h"

#define CANCEL_LOOK_US CLOCK_SECOND /* how often a person's cancel is looked for */
#define LIMIT_LOOK_US (CLOCK_SECOND / 4)
#define STALL_US (10 * CLOCK_SECOND) /* the loop turns each second */
#define QUIET_MS 20 /* commits reach the disk after as long without news */
#define KEEP_BYTES (4 << 20) /* of freed memory: a pass asks for it again at once */
#define QUIT_US (8 * CLOCK_SECOND) /* after SIGTERM */

volatile int supervisor_stop;
static struct sigaction old_term, old_int, old_pipe;

static void
on_stop(int sig)
{
	supervisor_stop = sig;
}

bool
supervisor_init(struct supervisor *s, struct workspace *ws, int jobs, struct pass_summary *summary,
	struct err *err)
{
	struct sigaction stop = { .sa_handler = on_stop }, ignore = { .sa_handler = SIG_IGN };

	*s = (struct supervisor){ .ws = ws, .summary = summary, .sync_err = ERR_INIT };
	mallopt(M_TRIM_THRESHOLD, KEEP_BYTES);
	for (int i = 0; i < MAX_WORKERS; i++)
		s->crew[i].child.fd = -1;
	if (jobs <= 0 && !workspace_jobs(ws, &jobs, err))
		return false;
	if (!workspace_source_jobs(ws, &s->source_jobs, err))
		return false;
	s->jobs = jobs < 1 ? 1 : jobs > MAX_WORKERS ? MAX_WORKERS : jobs;
	if (!db_relax(workspace_db(ws), true, err) || !pass_begin(ws, &s->pass, err))
		return false;
	s->ends = ends_new();
	supervisor_stop = 0;
	sigemptyset(&stop.sa_mask);
	sigaction(SIGTERM, &stop, &old_term);
	sigaction(SIGINT, &stop, &old_int);
	/* Whoever reads what -v says may go; the runs go on. */
	sigemptyset(&ignore.sa_mask);
	sigaction(SIGPIPE, &ignore, &old_pipe);
	return true;
}

static void
active_free(struct active *a)
{
	for (size_t i = 0; i < a->part_count; i++)
		free(a->parts[i].plan_bytes);
	free(a->parts);
	free(a->parameters);
	if (a->has_task)
		task_fini(&a->task);
	arena_fini(&a->arena);
	free(a);
}

/* From here on each commit is durable by itself again. */
static void
end_relaxed(struct supervisor *s)
{
	struct err ignored = ERR_INIT, err = ERR_INIT;

	pass_end(s->ws, &s->pass);
	db_relax(workspace_db(s->ws), false, &ignored);
	if (!db_sync(workspace_db(s->ws), &err) && s->sync_err.code == ERR_NONE)
		fprintf(stderr, "dpstudio: %s\n", err.msg);
}

void
supervisor_fini(struct supervisor *s)
{
	/* Workers end while the ledger is brought to the disk. */
	crew_dismiss(s);
	end_relaxed(s);
	crew_end(s);
	notice_free(s);
	claim_close(s->claim);
	ends_free(s->ends);
	while (s->actives) {
		struct active *next = s->actives->next;

		active_free(s->actives);
		s->actives = next;
	}
	sigaction(SIGTERM, &old_term, NULL);
	sigaction(SIGINT, &old_int, NULL);
	sigaction(SIGPIPE, &old_pipe, NULL);
}

/* --- taking a run over -------------------------------------------------------------------- */

static bool
load_definition(struct supervisor *s, struct active *a, struct err *err)
{
	struct version_row version;

	if (a->run.version == 0) {
		a->definition = str_from(a->run.definition);
	} else {
		if (!version_get(s->ws, a->run.task_id, a->run.version, &a->arena, &version, err))
			return false;
		a->definition = version.text;
	}
	a->has_task = task_from_text(&a->task, a->definition, err);
	return a->has_task;
}

static void
copy_row(struct active *a, const struct run_row *run)
{
	const char **const texts[] = { &a->run.task, &a->run.reason, &a->run.error_code,
		&a->run.error, &a->run.hint, &a->run.group, &a->run.definition, &a->run.overrides,
		&a->run.parameters };

	a->run = *run;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		*texts[i] = arena_strdup(&a->arena, *texts[i] ? *texts[i] : "");
}

/* Where a run stands that was begun before: parts to send, or to be run anew. */
static bool
resume(struct supervisor *s, struct active *a, struct err *err)
{
	if (!deliver_resume(s, a, err))
		return false;
	if (a->part_count) {
		a->phase = ACTIVE_SENDING;
	} else if (a->run.starts >= MAX_STARTS + a->run.retries) {
		err_set(&a->err, ERR_FAILED, "worker died: it was begun %lld times and never ended",
			(long long)a->run.starts);
		a->phase = ACTIVE_SENDING;
	}
	return true;
}

bool
supervisor_add(struct supervisor *s, const struct run_row *run, struct err *err)
{
	struct active *a = xcalloc(1, sizeof(*a)), **link = &s->actives;

	copy_row(a, run);
	a->env = run->cause == CAUSE_TEST ? ENV_DEV : ENV_PROD;
	while (*link)
		link = &(*link)->next;
	*link = a;
	a->is_behind = run->cause == CAUSE_SCHEDULE && begin_is_behind(s, a);
	s->dirty = true;
	if (!load_definition(s, a, &a->err)) {
		a->phase = ACTIVE_SENDING; /* ends with its error in the first turn */
		return true;
	}
	if (a->run.cancel_wanted) {
		err_set(&a->err, ERR_CANCELLED, "cancelled by hand");
		a->stop_code = ERR_CANCELLED;
		a->phase = ACTIVE_SENDING;
		return true;
	}
	return resume(s, a, err);
}

bool
active_forget_lost(struct active *a, struct err *err)
{
	if (err->code != ERR_STATE)
		return false;
	a->phase = ACTIVE_DONE;
	a->worker = NULL;
	err_clear(err);
	return true;
}

/* --- one turn --------------------------------------------------------------------------------- */

void
active_say_stopped(struct active *a)
{
	if (a->stop_code == ERR_TIMEOUT)
		err_set(&a->err, ERR_TIMEOUT, "timeout: it ran longer than %lld s",
			(long long)a->task.timeout_s);
	else
		err_set(&a->err, a->stop_code, "cancelled");
}

/* What a planned or failed run has to write. False: the workspace failed. */
static bool
advance(struct supervisor *s, struct active *a, struct err *err)
{
	if (a->phase != ACTIVE_SENDING)
		return true;
	if (a->parameters) {
		if (!ledger_parameters(s->ws, &a->run, a->parameters, err))
			return false;
		free(a->parameters);
		a->parameters = NULL;
	}
	if (a->part_count && !a->planned_in_ledger && a->err.code == ERR_NONE &&
		!deliver_plan(s, a, err))
		return false;
	if (a->planned_in_ledger && a->err.code == ERR_NONE && !a->stop_code &&
		!deliver_choose(s, a, err))
		return false;
	if (a->stop_code && a->err.code == ERR_NONE)
		active_say_stopped(a);
	if (!deliver_is_over(s, a) && (a->err.code == ERR_NONE || deliver_in_flight(a)))
		return true;
	return finish_run(s, a, err);
}

static void
drop_done(struct supervisor *s)
{
	struct active **link = &s->actives;

	while (*link) {
		struct active *a = *link;
		if (a->phase == ACTIVE_DONE) {
			*link = a->next;
			begin_next(s, a->run.task_id);
			crew_forget(s, a);
			active_free(a);
		} else {
			link = &a->next;
		}
	}
}

static bool
write_turn(struct supervisor *s, struct err *err)
{
	bool ok = true;

	s->dirty = false;
	for (struct active *a = s->actives; ok && a; a = a->next)
		ok = advance(s, a, err) || active_forget_lost(a, err);
	ok = ok && begin_some(s, err);
	crew_flush(s); /* what was given begins while the disk is waited for */
	return ok;
}

static void
look_for_cancels(struct supervisor *s)
{
	struct err ignored = ERR_INIT;
	struct arena arena = ARENA_INIT;
	struct run_list held;

	if (clock_mono_us() < s->next_cancel_look_us)
		return;
	s->next_cancel_look_us = clock_mono_us() + CANCEL_LOOK_US;
	if (ledger_held_runs(s->ws, s->pass.id, &arena, &held, &ignored))
		for (size_t i = 0; i < held.count; i++)
			for (struct active *a = s->actives; a && held.rows[i].cancel_wanted; a = a->next)
				if (a->run.id == held.rows[i].id && a->phase != ACTIVE_DONE) {
					crew_cancel(s, a, ERR_CANCELLED);
					a->stop_code = ERR_CANCELLED;
					if (a->phase == ACTIVE_WAITING)
						a->phase = ACTIVE_SENDING;
					s->dirty = true;
				}
	arena_fini(&arena);
}

static void
look_at_deadlines(struct supervisor *s)
{
	int64_t now = clock_mono_us();

	/* After a stop of everything (SIGSTOP, a suspended host) workers get time to speak. */
	for (int i = 0; now - s->looked_us > STALL_US && i < s->jobs; i++)
		s->crew[i].heard_us = now;
	s->looked_us = now;
	for (struct active *a = s->actives; a; a = a->next)
		if (a->phase == ACTIVE_RUNNING && now >= a->deadline_us)
			crew_cancel(s, a, ERR_TIMEOUT);
	crew_climb(s);
	crew_end_silent(s);
	crew_unqueue(s);
}

/* SIGTERM, SIGINT: nothing new begins, what is being sent is finished. Of the rest, what
 * the schedule began goes back to wait for another pass; what a person began ends. */
static bool
quit(struct supervisor *s, struct err *err)
{
	if (s->quitting)
		return true;
	s->quitting = true;
	s->quit_by_us = clock_mono_us() + QUIT_US;
	s->dirty = true;
	for (struct active *a = s->actives; a; a = a->next) {
		if (a->phase != ACTIVE_WAITING && a->phase != ACTIVE_GIVEN &&
			a->phase != ACTIVE_RUNNING)
			continue;
		if (a->worker)
			crew_cancel(s, a, ERR_CANCELLED);
		if (a->run.cause != CAUSE_SCHEDULE) {
			a->stop_code = ERR_CANCELLED;
			if (a->phase == ACTIVE_WAITING)
				a->phase = ACTIVE_SENDING;
			continue;
		}
		if (!ledger_release(s->ws, &a->run, clock_now_us(), err) && !active_forget_lost(a, err))
			return false;
		a->phase = ACTIVE_DONE;
	}
	return true;
}

static int
poll_timeout(const struct supervisor *s)
{
	int64_t wall = INT64_MAX, now = clock_now_us();
	bool any = false;

	for (const struct active *a = s->actives; a; a = a->next) {
		int64_t next = a->phase == ACTIVE_SENDING ? deliver_next_us(a) : INT64_MAX;

		any = any || a->phase == ACTIVE_RUNNING || a->phase == ACTIVE_GIVEN;
		if (next < wall)
			wall = next;
	}
	if (s->dirty || take_is_wanted(s))
		return 0;
	if (wall != INT64_MAX && wall - now < 1000000)
		return wall > now ? (int)((wall - now) / 1000) + 1 : 1;
	return any || s->held_back ? 250 : 1000;
}

/* After a short quiet the disk gets what it has not yet. */
static int
poll_quietly(struct supervisor *s, struct pollfd *fds, nfds_t n)
{
	int timeout = poll_timeout(s), ready;

	if (!s->unsynced || timeout <= QUIET_MS)
		return poll(fds, n, timeout);
	ready = poll(fds, n, QUIET_MS);
	if (ready != 0)
		return ready;
	s->unsynced = false;
	if (!db_sync(workspace_db(s->ws), &s->sync_err))
		s->dirty = true; /* the turn that comes now ends the pass */
	return poll(fds, n, timeout - QUIET_MS);
}

/* Waits; says which workers have something to tell. Reads nothing. */
static bool
poll_crew(struct supervisor *s)
{
	struct pollfd fds[MAX_WORKERS];
	struct crew *of[MAX_WORKERS];
	bool any = false;
	nfds_t n = 0;

	for (int i = 0; i < s->jobs; i++) {
		struct crew *c = &s->crew[i];

		if (!c->alive)
			continue;
		of[n] = c;
		fds[n++] = (struct pollfd){ c->child.fd,
			(short)(POLLIN | (c->io.out_pos < c->io.out.len ? POLLOUT : 0)), 0 };
	}
	if (poll_quietly(s, fds, n) <= 0)
		return false;
	for (nfds_t i = 0; i < n; i++) {
		of[i]->ready = fds[i].revents != 0;
		any = any || of[i]->ready;
	}
	return any;
}

/* Whether a turn would find something to write. */
static bool
needs_turn(struct supervisor *s)
{
	int64_t now = clock_now_us();

	if (s->dirty || take_is_wanted(s) || (supervisor_stop && !s->quitting))
		return true;
	if (s->held_back && clock_mono_us() >= s->next_limit_look_us) {
		s->next_limit_look_us = clock_mono_us() + LIMIT_LOOK_US;
		return true;
	}
	for (const struct active *a = s->actives; a; a = a->next)
		if (a->phase == ACTIVE_SENDING && deliver_next_us(a) <= now)
			return true;
	return false;
}

static bool
has_work(const struct supervisor *s)
{
	for (const struct active *a = s->actives; a; a = a->next)
		if (a->phase != ACTIVE_DONE)
			return true;
	return !take_is_over(s);
}

/* What a GO depends on is on the disk before it leaves. */
static bool
sync_turn(struct supervisor *s, struct err *err)
{
	/* A sync that failed once may well succeed next, with nothing on the disk. */
	if (s->sync_err.code != ERR_NONE) {
		*err = s->sync_err;
		return false;
	}
	s->unsynced = true;
	if (!s->must_sync)
		return true;
	s->must_sync = s->unsynced = false;
	return db_sync(workspace_db(s->ws), err);
}

/* Frames are read inside the transaction: what they say is written with it. */
static bool
turn(struct supervisor *s, struct err *err)
{
	struct db *db = workspace_db(s->ws);
	bool ok;

	if (!db_begin(db, err))
		return false;
	for (int i = 0; i < s->jobs; i++)
		if (s->crew[i].alive && s->crew[i].ready) {
			s->crew[i].ready = false;
			crew_turn(s, &s->crew[i]);
		}
	ok = !supervisor_stop || quit(s, err);
	ok = ok && take_more(s, err) && write_turn(s, err);
	if (!db_finish(db, ok, err) || !sync_turn(s, err))
		return false;
	for (struct active *a = s->actives; a; a = a->next)
		deliver_go(s, a);
	crew_flush(s);
	drop_done(s);
	return true;
}

/* Out of patience after SIGTERM: what is still in flight is not known. */
static bool
give_up(struct supervisor *s, struct err *err)
{
	struct db *db = workspace_db(s->ws);
	bool ok = true;

	if (!has_work(s))
		return true;
	if (!db_begin(db, err))
		return false;
	for (struct active *a = s->actives; a; a = a->next)
		for (int i = 0; a->phase == ACTIVE_SENDING && i < s->jobs; i++)
			ok = deliver_lost(s, a, &s->crew[i], err) && ok;
	ok = ok && write_turn(s, err);
	return db_finish(db, ok, err);
}

bool
supervisor_loop(struct supervisor *s, struct err *err)
{
	bool ready = true;

	while (has_work(s) || s->notes) {
		if ((ready || needs_turn(s)) && !turn(s, err))
			return err_wrap(err, "the ledger cannot be written");
		if (!notice_turn(s) && !has_work(s))
			break;
		if (s->quitting && clock_mono_us() > s->quit_by_us)
			break;
		/* Before the wait, and after a turn: a pass that was stopped for long reads
		 * what its workers had finished before it calls them late. */
		look_for_cancels(s);
		look_at_deadlines(s);
		ready = poll_crew(s);
	}
	return give_up(s, err);
}
