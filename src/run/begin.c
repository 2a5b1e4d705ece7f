/* SPDX-License-Identifier: MIT */
/* Which waiting runs may begin now: one after the other of a task, within the limits of
 * workspace and sources, as many as there are workers. */
#include "src/run/supervise.h"

#define QUEUE_LOOK_US (30 * CLOCK_SECOND)

bool
begin_is_behind(const struct supervisor *s, const struct active *a)
{
	for (const struct active *o = s->actives; o; o = o->next)
		if (o->run.task_id == a->run.task_id && o->run.id < a->run.id &&
			o->run.cause == CAUSE_SCHEDULE && o->phase != ACTIVE_DONE)
			return true;
	return false;
}

void
begin_next(struct supervisor *s, int64_t task_id)
{
	struct active *next = NULL;

	for (struct active *a = s->actives; a; a = a->next)
		if (a->run.task_id == task_id && a->is_behind && (!next || a->run.id < next->run.id))
			next = a;
	if (!next)
		return;
	next->is_behind = begin_is_behind(s, next);
	s->dirty = true;
}

/* An older run of the same task goes first (overlap queue and replace). When it is not
 * in this pass, this one does not linger: the run goes back for a later pass. */
static bool
must_wait(struct supervisor *s, struct active *a, bool *wait, struct err *err)
{
	int64_t older = 0;

	*wait = false;
	if (a->run.cause != CAUSE_SCHEDULE)
		return true;
	if (!ledger_older_open(s->ws, &a->run, &older, err))
		return false;
	*wait = older > 0;
	if (!*wait || begin_is_behind(s, a))
		return true;
	a->phase = ACTIVE_DONE;
	return ledger_release(s->ws, &a->run, clock_now_us() + QUEUE_LOOK_US, err) ||
	       active_forget_lost(a, err);
}

/* It ends without a worker: the next turn, which must come, writes why. */
static void
end_unstarted(struct supervisor *s, struct active *a)
{
	a->phase = ACTIVE_SENDING;
	s->dirty = true;
}

static bool
start_run(struct supervisor *s, struct active *a, struct crew *c, struct err *err)
{
	const char *sources[TASK_MAX_NODES];
	size_t count = 0;

	for (size_t i = 0; i < a->task.node_count && count < TASK_MAX_NODES; i++)
		if (a->task.nodes[i].source[0])
			sources[count++] = a->task.nodes[i].source;
	if (!crew_give(s, a, c, &a->err)) {
		end_unstarted(s, a);
		return true;
	}
	a->run.starts++;
	return ledger_started(s->ws, &a->run, sources, count, err);
}

static bool
dry_or_paused(struct supervisor *s, struct active *a)
{
	if (a->run.cause == CAUSE_TEST || a->task.mode == MODE_NORMAL)
		return false;
	a->skip_reason = a->task.mode == MODE_PAUSED ? "the task is paused (mode)"
						     : "the task is on dry-run (mode)";
	end_unstarted(s, a);
	return true;
}

/* How many more runs may begin now, with those of all passes. */
static bool
room_for_runs(struct supervisor *s, int64_t *room, struct err *err)
{
	int64_t others;

	if (!ledger_running_elsewhere(s->ws, &s->pass, &others, err))
		return false;
	*room = s->jobs - others;
	return true;
}

/* Whether one of its data sources is used by as many runs as may. */
static bool
source_is_full(struct supervisor *s, const struct active *a, bool *full, struct err *err)
{
	*full = false;
	for (size_t i = 0; s->source_jobs && !*full && i < a->task.node_count; i++) {
		const char *source = a->task.nodes[i].source;
		int64_t count = 0;

		if (source[0] && !ledger_source_use(s->ws, source, a->run.id, &count, err))
			return false;
		*full = count >= s->source_jobs;
	}
	return true;
}

/* Given to a worker and not planned yet. */
static int64_t
count_executing(const struct supervisor *s)
{
	int64_t n = 0;

	for (const struct active *a = s->actives; a; a = a->next)
		n += a->phase == ACTIVE_GIVEN || a->phase == ACTIVE_RUNNING;
	return n;
}

/* Whether this waiting run may begin now, but for a free worker. */
static bool
may_begin(struct supervisor *s, struct active *a, int64_t room, bool *may, struct err *err)
{
	bool blocked;

	*may = false;
	if (a->phase != ACTIVE_WAITING || s->quitting || dry_or_paused(s, a) || a->is_behind)
		return true;
	if (!must_wait(s, a, &blocked, err))
		return false;
	if (!blocked && room > 0 && !source_is_full(s, a, &blocked, err))
		return false;
	*may = !blocked && room > 0;
	s->held_back = s->held_back || !*may;
	return true;
}

/* A worker for each that may begin; few small jobs for many workers are queued ahead. */
static bool
give_to_workers(struct supervisor *s, int64_t room, bool may_queue, struct err *err)
{
	for (struct active *a = s->actives; a; a = a->next) {
		struct err why = ERR_INIT;
		struct crew *c;
		bool may;

		if (!may_begin(s, a, room, &may, err))
			return false;
		if (!may)
			continue;
		c = crew_free(s, may_queue, &why);
		if (!c && why.code == ERR_NONE)
			break;
		if (!c) {
			a->err = why;
			end_unstarted(s, a);
		} else if (!start_run(s, a, c, err)) {
			return false;
		}
		room--;
	}
	return true;
}

bool
begin_some(struct supervisor *s, struct err *err)
{
	int64_t room = 0, waiting = 0;

	for (struct active *a = s->actives; a; a = a->next)
		waiting += a->phase == ACTIVE_WAITING;
	s->held_back = false;
	if (waiting == 0)
		return true;
	if (!room_for_runs(s, &room, err))
		return false;
	/* Alone, it may queue small jobs ahead; with others it keeps to its share. */
	room = room < s->jobs ? room - count_executing(s) : INT64_MAX;
	return give_to_workers(s, room, waiting > s->jobs, err);
}
