/* SPDX-License-Identifier: MIT */
#include "src/run/claim.h"

#include <stdio.h>
#include <stdlib.h>

#include "src/task/task_json.h"

#define MOST_TASKS 10000 /* in one pass */
#define MAX_SLOTS 1000 /* of one task in one pass */
#define MAX_STEPS 4000 /* while looking for them */

/* A version of the due task, parsed and ready to be asked for slots. */
struct loaded {
	struct arena arena;
	struct task task;
	struct task_plan plan;
	int64_t number;
	bool has_task, has_plan;
};

static void
unload(struct loaded *l)
{
	if (l->has_plan)
		task_plan_fini(&l->plan);
	if (l->has_task)
		task_fini(&l->task);
	arena_fini(&l->arena);
	*l = (struct loaded){ .arena = ARENA_INIT };
}

static bool
load(struct workspace *ws, int64_t task_id, int64_t number, struct loaded *l, struct err *err)
{
	struct version_row row;

	if (l->has_plan && l->number == number)
		return true;
	unload(l);
	if (!version_get(ws, task_id, number, &l->arena, &row, err))
		return false;
	l->number = number;
	l->has_task = task_from_text(&l->task, row.text, err);
	l->has_plan = l->has_task && task_plan_init(ws, &l->task, task_id, &l->plan, err);
	return l->has_plan;
}

struct due_slot {
	struct slot slot;
	int64_t version;
};

struct due_slots {
	struct due_slot list[MAX_SLOTS]; /* newest first */
	size_t count;
};

struct claim {
	struct arena arena;
	struct due_list list;
	size_t at; /* of list: claimed before it */
	const char *group;
	int64_t now_us;
	struct due_slots slots;
};

/* The newest slot before `before_us` by the plan of `number`; *found false: none. */
static bool
newest_before(struct loaded *l, int64_t before_us, struct slot *slot, bool *found, struct err *err)
{
	struct err why = ERR_INIT;

	*found = schedule_previous(&l->plan.plan, before_us, slot, &why);
	if (!*found && why.code != ERR_NONE) {
		*err = why;
		return false;
	}
	return true;
}

/* Newest first, from now back to the first one not handled yet. Versions may have
 * changed in between: a slot counts when its own version was published at it. */
static bool
collect(struct workspace *ws, const struct due_task *due, struct loaded *l, int64_t now_us,
	size_t most, struct due_slots *slots, struct err *err)
{
	int64_t before = now_us - l->plan.jitter_us + 1, version = due->version;

	slots->count = 0;
	for (int step = 0; step < MAX_STEPS && slots->count < most; step++) {
		struct slot slot;
		int64_t at;
		bool found;

		if (!load(ws, due->id, version, l, err) ||
			!newest_before(l, before, &slot, &found, err))
			return false;
		if (!found || slot.at_us < due->next_slot_us)
			break;
		if (!version_at(ws, due->id, slot.at_us, &at, err))
			return false;
		if (at == version) {
			slots->list[slots->count++] = (struct due_slot){ slot, version };
			before = slot.at_us;
		} else if (at == 0) {
			before = slot.at_us;
		} else {
			version = at;
		}
	}
	return true;
}

static size_t
wanted_slots(const struct task *task)
{
	if (task->missed != MISSED_ALL)
		return 1;
	return task->missed_max > 0 && task->missed_max < MAX_SLOTS ? (size_t)task->missed_max
								    : MAX_SLOTS;
}

/* What the policy leaves out although it is due. */
static bool
is_missed(const struct task *task, const struct due_slot *s, int64_t now_us)
{
	int64_t age = now_us - s->slot.at_us;

	if (task->missed == MISSED_SKIP)
		return age > MISSED_GRACE_US + task->jitter_s * CLOCK_SECOND;
	return task->missed == MISSED_ALL && task->missed_age_s > 0 &&
	       age > task->missed_age_s * CLOCK_SECOND;
}

DB_SQL(open_run_sql,
	"SELECT id, fence FROM run WHERE task_id = $1 AND state IN ('waiting', 'running')"
	" AND cause = 'schedule' AND id <> $2 ORDER BY id LIMIT 1");

/* What becomes of a new run while an older one of its task is still open. */
static bool
overlap(struct workspace *ws, const struct due_task *due, const struct task *task, int64_t run_id,
	struct err *err)
{
	struct run_row self = { .id = run_id, .fence = 1 };
	struct run_finish skip = { .state = RUN_SKIPPED,
		.skip_reason = "the run before it is still going (overlap is skip)" };
	int64_t open_id = 0, fence = 0;
	bool found;

	if (task->overlap == OVERLAP_QUEUE)
		return true;
	if (!db_row(workspace_db(ws), &open_run_sql, NULL, &found, err, "ii>ii", due->id, run_id,
		    &open_id, &fence))
		return false;
	if (!found)
		return true;
	if (task->overlap == OVERLAP_SKIP)
		return ledger_finish(ws, &self, &skip, err);
	return ledger_cancel(ws, open_id, err);
}

static bool
add_runs(struct workspace *ws, const struct pass *pass, const struct due_task *due,
	struct loaded *l, const struct due_slots *slots, int64_t now_us, struct err *err)
{
	for (size_t i = slots->count; i-- > 0;) {
		const struct due_slot *s = &slots->list[i];
		struct new_run run = { .task_id = due->id, .version = s->version,
			.slot_us = s->slot.at_us, .task = due->name, .group = due->group,
			.reason = s->slot.reason ? slot_reason_name(s->slot.reason) : "",
			.cause = CAUSE_SCHEDULE, .business_date = s->slot.business_date,
			.is_slot = true };
		int64_t run_id;

		if (is_missed(&l->task, s, now_us))
			continue;
		if (!ledger_add_run(ws, &run, pass->id, &run_id, err))
			return false;
		if (run_id && i + 1 == slots->count && !overlap(ws, due, &l->task, run_id, err))
			return false;
	}
	return true;
}

/* Only the task that still stands at that time is claimed. What can fail for one task
 * alone comes before the first write. */
static bool
claim_one(struct claim *c, struct workspace *ws, const struct pass *pass,
	const struct due_task *due, struct err *err)
{
	struct loaded l = { .arena = ARENA_INIT };
	struct version_slot next;
	bool found;
	bool ok = load(ws, due->id, due->version, &l, err) &&
		  collect(ws, due, &l, c->now_us, wanted_slots(&l.task), &c->slots, err) &&
		  load(ws, due->id, due->version, &l, err) &&
		  version_next_slot(ws, due->id, c->now_us - l.plan.jitter_us, &next, &found, err) &&
		  task_move_next(ws, due->id, due->next_us, found ? next.wake_us : 0,
			  found ? next.slot.at_us : 0, err) &&
		  add_runs(ws, pass, due, &l, &c->slots, c->now_us, err);

	unload(&l);
	return ok;
}

/* One task's trouble (a definition that cannot be read) is no other's. False: it is the
 * workspace's. */
static bool
tell_trouble(const struct due_task *due, const struct err *err)
{
	if (err->code == ERR_WORKSPACE || err->code == ERR_BUSY || err->code == ERR_INTERNAL)
		return false;
	if (err->code != ERR_STATE)
		fprintf(stderr, "dpstudio: task %s cannot be scheduled: %s\n", due->name, err->msg);
	return true;
}

struct claim *
claim_open(struct workspace *ws, const char *group, int64_t now_us, struct err *err)
{
	struct claim *c = xcalloc(1, sizeof(*c));

	c->group = group;
	c->now_us = now_us;
	if (task_due(ws, now_us, MOST_TASKS, &c->arena, &c->list, err))
		return c;
	claim_close(c);
	return NULL;
}

bool
claim_some(struct claim *c, struct workspace *ws, const struct pass *pass, size_t count,
	struct err *err)
{
	for (; count > 0 && c->at < c->list.count; c->at++) {
		const struct due_task *due = &c->list.rows[c->at];
		struct err why = ERR_INIT;

		if (c->group && strcmp(c->group, due->group) != 0)
			continue;
		count--;
		if (!claim_one(c, ws, pass, due, &why) && !tell_trouble(due, &why)) {
			*err = why;
			return false;
		}
	}
	return true;
}

bool
claim_is_over(const struct claim *c)
{
	return !c || c->at == c->list.count;
}

void
claim_close(struct claim *c)
{
	if (!c)
		return;
	arena_fini(&c->arena);
	free(c);
}

bool
claim_preview(struct workspace *ws, const char *group, int64_t now_us,
	void (*fn)(void *context, const char *task, int64_t version, const struct slot *slot),
	void *context, struct err *err)
{
	struct due_slots *slots = xmalloc(sizeof(*slots));
	struct arena a = ARENA_INIT;
	struct due_list list;
	bool ok = task_due(ws, now_us, MOST_TASKS, &a, &list, err);

	for (size_t i = 0; ok && i < list.count; i++) {
		struct loaded l = { .arena = ARENA_INIT };
		const struct due_task *due = &list.rows[i];

		if (group && strcmp(group, due->group) != 0)
			continue;
		ok = load(ws, due->id, due->version, &l, err) &&
		     collect(ws, due, &l, now_us, wanted_slots(&l.task), slots, err);
		for (size_t k = slots->count; ok && k-- > 0;)
			if (!is_missed(&l.task, &slots->list[k], now_us))
				fn(context, due->name, slots->list[k].version, &slots->list[k].slot);
		unload(&l);
	}
	arena_fini(&a);
	free(slots);
	return ok;
}

const struct zone *
claim_zone(struct workspace *ws, const struct task *task, struct err *err)
{
	if (task->schedule_count && task->schedules[0].timezone[0])
		return zone_get(task->schedules[0].timezone, err);
	return workspace_zone(ws, err);
}

const struct zone *
claim_slot_zone(struct workspace *ws, const struct task *task, int64_t slot_us, struct err *err)
{
	const struct zone *zone = claim_zone(ws, task, err);
	struct err why = ERR_INIT;
	struct task_plan plan;
	struct slot slot;

	if (!zone || task->schedule_count < 2 || !task_plan_init(ws, task, 0, &plan, &why))
		return zone;
	if (schedule_next(&plan.plan, slot_us, &slot, &why) && slot.at_us == slot_us)
		zone = slot.zone;
	task_plan_fini(&plan);
	return zone;
}
