/* SPDX-License-Identifier: MIT */
/* When published tasks run next: task.next_us, which makes an idle pass one read. */
#include <stdio.h>
#include <string.h>

#include "src/base/clock.h"
#include "src/task/task_json.h"
#include "src/workspace/handle.h"
#include "src/workspace/plan.h"
#include "src/workspace/store_calendar.h"

DB_SQL(publications, "SELECT p.number, p.from_us, p.until_us, v.content FROM publication p"
	" JOIN version v ON v.task_id = p.task_id AND v.number = p.number"
	" WHERE p.task_id = $1 AND p.from_us >= $2 AND (p.until_us IS NULL OR p.until_us > $3)"
	" ORDER BY p.from_us, p.id");
DB_SQL(online_since, "SELECT online_us FROM task WHERE id = $1 AND online_us IS NOT NULL");
DB_SQL(set_next, "UPDATE task SET next_us = $2, next_slot_us = $3 WHERE id = $1");
DB_SQL(planned, "SELECT id, next_slot_us FROM task WHERE published > 0 AND frozen = 0");

/* --- one definition -------------------------------------------------------------------- */

/* The same for a task in every run and on every host (FNV-1a). */
static int64_t
jitter_share(struct workspace *ws, int64_t task_id, int64_t jitter_s)
{
	uint64_t hash = UINT64_C(14695981039346656037);
	char text[64];

	if (jitter_s <= 0 || task_id == 0)
		return 0;
	snprintf(text, sizeof(text), "%.32s %lld", ws->uuid, (long long)task_id);
	for (const char *p = text; *p; p++)
		hash = (hash ^ (unsigned char)*p) * UINT64_C(1099511628211);
	return (int64_t)((hash >> 20) % (uint64_t)(jitter_s + 1)) * CLOCK_SECOND;
}

bool
task_plan_init(struct workspace *ws, const struct task *task, int64_t task_id,
	struct task_plan *p, struct err *err)
{
	*p = (struct task_plan){ 0 };
	p->plan = (struct plan){ .schedules = task->schedules, .count = task->schedule_count,
		.from = task->from, .to = task->to, .calendar_rule = task->calendar_rule };
	p->plan.default_zone = workspace_zone(ws, err);
	if (!p->plan.default_zone)
		return false;
	if (task->calendar[0]) {
		p->calendar = store_calendar_get(ws, task->calendar, err);
		if (!p->calendar)
			return false;
		p->plan.calendar = p->calendar;
	}
	p->jitter_us = jitter_share(ws, task_id, task->jitter_s);
	return true;
}

void
task_plan_fini(struct task_plan *p)
{
	calendar_free(p->calendar);
	*p = (struct task_plan){ 0 };
}

bool
task_plan_next(const struct task_plan *p, int64_t after_us, struct slot *slot, bool *found,
	struct err *err)
{
	struct err failure = ERR_INIT;

	*found = p->plan.count > 0 && schedule_next(&p->plan, after_us + 1, slot, &failure);
	if (*found || failure.code == ERR_NONE)
		return true;
	*err = failure;
	return false;
}

/* --- a published task ------------------------------------------------------------------------ */

struct publication {
	int64_t number, from_us, until_us; /* until INT64_MAX: still */
	struct str text;
};

static bool
next_of_publication(struct workspace *ws, int64_t task_id, const struct publication *p,
	int64_t after_us, struct version_slot *slot, bool *found, struct err *err)
{
	struct task_plan plan;
	struct task task;
	bool ok;

	if (after_us < p->from_us - 1)
		after_us = p->from_us - 1; /* its very first instant is its own */
	if (!task_from_text(&task, p->text, err))
		return err_wrap(err, "version %lld", (long long)p->number);
	ok = task_plan_init(ws, &task, task_id, &plan, err) &&
		task_plan_next(&plan, after_us, &slot->slot, found, err);
	if (ok && *found && slot->slot.at_us >= p->until_us)
		*found = false;
	slot->version = p->number;
	slot->wake_us = ok && *found ? slot->slot.at_us + plan.jitter_us : 0;
	task_plan_fini(&plan);
	task_fini(&task);
	return ok;
}

static bool
next_slot(struct workspace *ws, int64_t task_id, int64_t after_us, struct arena *a,
	struct version_slot *slot, bool *found, struct err *err)
{
	struct publication *list = NULL;
	size_t count = 0;
	struct db_stmt *s;
	int64_t online;
	bool failed = true;

	if (!db_row(ws->db, &online_since, NULL, found, err, "i>i", task_id, &online))
		return false;
	if (!*found)
		return true;
	if (after_us < online)
		after_us = online; /* a slot is due when it lies after it */
	s = db_query(ws->db, &publications, err, "iii", task_id, online, after_us);
	while (s && db_next(s, &failed, err)) {
		list = rows_room(a, list, count, sizeof(*list));
		list[count++] = (struct publication){ db_int(s, 0), db_int(s, 1),
			db_is_null(s, 2) ? INT64_MAX : db_int(s, 2),
			arena_str(a, db_bytes(s, 3)) };
	}
	*found = false;
	for (size_t i = 0; !failed && !*found && i < count; i++)
		if (!next_of_publication(ws, task_id, &list[i], after_us, slot, found, err))
			return false;
	return !failed;
}

bool
version_next_slot(struct workspace *ws, int64_t task_id, int64_t after_us,
	struct version_slot *slot, bool *found, struct err *err)
{
	struct arena a = ARENA_INIT;
	bool ok;

	*found = false;
	if (!db_begin_read(ws->db, err))
		return false;
	ok = next_slot(ws, task_id, after_us, &a, slot, found, err);
	db_rollback(ws->db);
	arena_fini(&a);
	return ok;
}

bool
plan_task(struct workspace *ws, int64_t task_id, int64_t after_us, struct err *err)
{
	struct version_slot slot;
	bool found;

	if (!version_next_slot(ws, task_id, after_us, &slot, &found, err))
		return false;
	if (!found)
		return db_exec(ws->db, &set_next, NULL, err, "inn", task_id);
	return db_exec(ws->db, &set_next, NULL, err, "iii", task_id, slot.wake_us,
		slot.slot.at_us);
}

/* --- all of them --------------------------------------------------------------------------------- */

static bool
stamp_is_current(struct workspace *ws, const char *stamp, bool *current, struct err *err)
{
	struct arena a = ARENA_INIT;
	const char *noted;
	bool ok = workspace_meta_get(ws, META_ZONE_STAMP, &a, &noted, err);

	*current = ok && strcmp(noted, stamp) == 0;
	arena_fini(&a);
	return ok;
}

static bool
plan_all(struct workspace *ws, const char *stamp, struct arena *a, struct err *err)
{
	int64_t now = clock_now_us(), *ids = NULL;
	struct db_stmt *s = db_query(ws->db, &planned, err, "");
	bool failed = true;
	size_t count = 0;

	while (s && db_next(s, &failed, err)) {
		if (!db_is_null(s, 1) && db_int(s, 1) <= now)
			continue; /* due: it stays so */
		ids = rows_room(a, ids, count, sizeof(*ids));
		ids[count++] = db_int(s, 0);
	}
	for (size_t i = 0; !failed && i < count; i++)
		if (!plan_task(ws, ids[i], now - 1, err))
			return false;
	return !failed && workspace_meta_set(ws, META_ZONE_STAMP, stamp, err);
}

void
plan_zone_stamp(char stamp[24])
{
	snprintf(stamp, 24, "%llu", (unsigned long long)zone_data_stamp());
}

bool
version_replan(struct workspace *ws, bool always, struct err *err)
{
	struct arena a = ARENA_INIT;
	bool current, ok;
	char stamp[24];

	plan_zone_stamp(stamp);
	if (!stamp_is_current(ws, stamp, &current, err))
		return false;
	if (current && !always)
		return true;
	if (!current)
		zone_reload();
	ok = db_begin(ws->db, err) && db_finish(ws->db, plan_all(ws, stamp, &a, err), err);
	arena_fini(&a);
	return ok;
}
