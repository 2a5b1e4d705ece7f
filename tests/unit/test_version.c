/* SPDX-License-Identifier: MIT */
/* The life cycle of dataworks.md 2.9, each allowed and each refused step. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>

#undef run_test /* cmocka has a macro of that name */
#include "src/run/run.h"

#include "src/base/clock.h"
#include "src/workspace/audit.h"
#include "src/workspace/store_calendar.h"
#include "src/workspace/store_destination.h"
#include "src/workspace/store_source.h"
#include "src/workspace/version.h"
#include "tests/unit/lib_workspace.h"

#define HOUR (3600 * CLOCK_SECOND)
#define DAY (24 * HOUR)

static int64_t
submit(struct workspace *ws, const char *task)
{
	struct err err = ERR_INIT;
	int64_t number = 0;

	if (!version_submit(ws, task, "note", &number, &err))
		fail_msg("%s", err.msg);
	return number;
}

static void
publish(struct workspace *ws, const char *task, int64_t number)
{
	struct err err = ERR_INIT;

	if (!version_publish(ws, task, number, NULL, &err))
		fail_msg("%s", err.msg);
}

static void
edit(struct workspace *ws, const char *task, struct str text)
{
	struct arena a = ARENA_INIT;
	struct err err = ERR_INIT;
	struct task_row row = task_of(ws, &a, task);
	int64_t revision;

	if (!task_draft_save(ws, row.id, row.draft_revision, text, &revision, &err))
		fail_msg("%s", err.msg);
	arena_fini(&a);
}

static enum version_state
state_of(struct workspace *ws, int64_t task_id, int64_t number)
{
	struct arena a = ARENA_INIT;
	struct err err = ERR_INIT;
	struct version_row row;

	assert_true(version_get(ws, task_id, number, &a, &row, &err));
	arena_fini(&a);
	return row.state;
}

static enum draft_state
draft_of(struct workspace *ws, const char *task)
{
	struct arena a = ARENA_INIT;
	enum draft_state s = task_of(ws, &a, task).draft;

	arena_fini(&a);
	return s;
}

/* Task "t": SELECT 1, daily 08:00 Shanghai, with its source and destination. */
static int64_t
begin(struct workspace *ws)
{
	add_connections(ws);
	return add_task(ws, "t", definition("t", "SELECT 1", "shop", "ops", "08:00"));
}

static void
submit_needs_a_test(void **state)
{
	struct workspace *ws = *state;
	struct err err = ERR_INIT;
	int64_t number;

	begin(ws);
	assert_int_equal(draft_of(ws, "t"), DRAFT_DIRTY);
	check_refused(version_submit(ws, "t", NULL, &number, &err), &err, ERR_STATE,
		"has no passed test", "dpstudio test t");
	pass_test(ws, "t");
	assert_int_equal(draft_of(ws, "t"), DRAFT_TESTED);
	assert_int_equal(submit(ws, "t"), 1);
	assert_int_equal(draft_of(ws, "t"), DRAFT_SUBMITTED);
	check_refused(version_submit(ws, "tt", NULL, &number, &err), &err, ERR_NOT_FOUND, "'tt'",
		"t?");
}

static void
what_a_test_vouches_for(void **state)
{
	struct workspace *ws = *state;
	struct err err = ERR_INIT;
	int64_t number;

	begin(ws);
	pass_test(ws, "t");
	/* Schedule and destinations may change. */
	edit(ws, "t", definition("t", "SELECT 1", "shop", "other", "09:30"));
	assert_int_equal(draft_of(ws, "t"), DRAFT_TESTED);
	/* SQL may not, nor the data source named. */
	edit(ws, "t", definition("t", "SELECT 2", "shop", "ops", "08:00"));
	assert_int_equal(draft_of(ws, "t"), DRAFT_DIRTY);
	check_refused(version_submit(ws, "t", NULL, &number, &err), &err, ERR_STATE,
		"changed since its last passed test", "dpstudio test t");
	edit(ws, "t", definition("t", "SELECT 1", "elsewhere", "ops", "08:00"));
	assert_int_equal(draft_of(ws, "t"), DRAFT_DIRTY);
	/* The very content that was tested counts again. */
	edit(ws, "t", definition("t", "SELECT 1", "shop", "ops", "08:00"));
	assert_int_equal(draft_of(ws, "t"), DRAFT_TESTED);
	submit(ws, "t");
}

static void
change_source(struct workspace *ws, const char *path)
{
	struct settings s = SETTINGS_INIT;
	struct err err = ERR_INIT;

	settings_set(&s, "path", str_from(path), false);
	assert_true(store_source_update(ws, "shop", ENV_AUTO, &s, &err));
	settings_fini(&s);
}

static void
a_changed_source_undoes_the_test(void **state)
{
	struct workspace *ws = *state;
	struct err err = ERR_INIT;
	struct test_ticket ticket;
	struct arena a = ARENA_INIT;
	struct draft draft;
	int64_t number, id = begin(ws);

	pass_test(ws, "t");
	change_source(ws, "/tmp/shop.db"); /* the same as before */
	assert_int_equal(draft_of(ws, "t"), DRAFT_TESTED);
	change_source(ws, "/tmp/other.db");
	assert_int_equal(draft_of(ws, "t"), DRAFT_DIRTY);
	check_refused(version_submit(ws, "t", NULL, &number, &err), &err, ERR_STATE,
		"data source shop changed", "dpstudio test t");
	/* Changed while the test ran. */
	assert_true(task_draft_get(ws, id, &a, &draft, &err));
	assert_true(version_test_begin(ws, id, draft.text, &ticket, &err));
	change_source(ws, "/tmp/third.db");
	assert_true(version_test_passed(ws, &ticket, 1, &err));
	assert_int_equal(draft_of(ws, "t"), DRAFT_DIRTY);
	pass_test(ws, "t");
	assert_int_equal(draft_of(ws, "t"), DRAFT_TESTED);
	/* Taken away and made anew is another one. */
	assert_true(store_source_remove(ws, "shop", ENV_AUTO, &err));
	check_refused(version_submit(ws, "t", NULL, &number, &err), &err, ERR_STATE,
		"data source shop", NULL);
	arena_fini(&a);
}

static void
publishing(void **state)
{
	struct workspace *ws = *state;
	struct err err = ERR_INIT;
	struct arena a = ARENA_INIT;
	struct task_row row;
	int64_t id = begin(ws), number;

	check_refused(version_publish(ws, "t", 0, NULL, &err), &err, ERR_STATE,
		"no version of 't' waits", "dpstudio submit t");
	check_refused(version_publish(ws, "t", 1, NULL, &err), &err, ERR_NOT_FOUND,
		"no version 1", "none yet");
	pass_test(ws, "t");
	submit(ws, "t");
	publish(ws, "t", 1);
	assert_int_equal(state_of(ws, id, 1), VERSION_PUBLISHED);
	row = task_of(ws, &a, "t");
	assert_int_equal(row.version, 1);
	assert_string_equal(row.source, "shop");
	assert_true(row.online_us == TEST_EPOCH_US);
	/* 00:00 UTC is 08:00 in Shanghai: that slot does not lie after now. */
	assert_true(row.next_us == TEST_EPOCH_US + DAY);
	check_refused(version_publish(ws, "t", 1, NULL, &err), &err, ERR_STATE,
		"is published already", NULL);
	check_refused(version_publish(ws, "t", 0, NULL, &err), &err, ERR_STATE, "waits", NULL);

	submit(ws, "t");
	submit(ws, "t");
	clock_step(HOUR);
	assert_true(version_publish(ws, "t", 0, &number, &err)); /* the newest */
	assert_int_equal(number, 3);
	assert_int_equal(state_of(ws, id, 1), VERSION_OFF_LINE);
	assert_int_equal(state_of(ws, id, 2), VERSION_READY);
	assert_int_equal(state_of(ws, id, 3), VERSION_PUBLISHED);
	row = task_of(ws, &a, "t");
	assert_true(row.online_us == TEST_EPOCH_US); /* on-line since then */
	/* 2 is older than what is published: it has to be named. */
	check_refused(version_publish(ws, "t", 0, NULL, &err), &err, ERR_STATE, "waits", NULL);
	check_refused(version_publish(ws, "t", 1, NULL, &err), &err, ERR_STATE,
		"is off-line and cannot be published again", "rollback t 1 --publish");
	publish(ws, "t", 2);
	assert_int_equal(state_of(ws, id, 3), VERSION_OFF_LINE);
	arena_fini(&a);
}

static void
publish_needs_what_it_names(void **state)
{
	struct workspace *ws = *state;
	struct settings s = SETTINGS_INIT;
	struct err err = ERR_INIT;
	struct arena a = ARENA_INIT;

	settings_set(&s, "path", STR("/tmp/dev.db"), false);
	assert_true(store_source_add(ws, "shop", "sqlite", ENV_DEV, &s, &err));
	add_task(ws, "t", definition("t", "SELECT 1", "shop", "ops", "08:00"));
	pass_test(ws, "t");
	submit(ws, "t");
	check_refused(version_publish(ws, "t", 1, NULL, &err), &err, ERR_STATE,
		"the destination 'ops', which is not there", "destination add ops");
	assert_true(store_destination_add(ws, "ops", "file", &s, &err));
	check_refused(version_publish(ws, "t", 1, NULL, &err), &err, ERR_STATE,
		"'shop', which has no prod variant", "--env prod");
	assert_true(store_source_add(ws, "shop", "sqlite", ENV_PROD, &s, &err));
	publish(ws, "t", 1);
	assert_int_equal(task_of(ws, &a, "t").version, 1);

	/* And nobody takes it away from under it. */
	check_refused(store_source_remove(ws, "shop", ENV_AUTO, &err), &err, ERR_STATE,
		"published task t", "unpublish");
	check_refused(store_source_remove(ws, "shop", ENV_PROD, &err), &err, ERR_STATE,
		"published task t", NULL);
	assert_true(store_source_remove(ws, "shop", ENV_DEV, &err));
	check_refused(store_destination_remove(ws, "ops", &err), &err, ERR_STATE,
		"published task t", "unpublish");
	check_refused(task_store_remove(ws, "t", false, &err), &err, ERR_STATE, "is published",
		"unpublish t");
	assert_true(version_unpublish(ws, "t", &err));
	assert_true(store_destination_remove(ws, "ops", &err));
	assert_true(store_source_remove(ws, "shop", ENV_AUTO, &err));
	assert_true(task_store_remove(ws, "t", false, &err));
	settings_fini(&s);
	arena_fini(&a);
}

static void
off_line_and_deprecated(void **state)
{
	struct workspace *ws = *state;
	struct err err = ERR_INIT;
	struct arena a = ARENA_INIT;
	struct task_row row;
	int64_t id = begin(ws);

	check_refused(version_unpublish(ws, "t", &err), &err, ERR_STATE, "is not published",
		"publish t");
	check_refused(version_deprecate(ws, "t", 1, &err), &err, ERR_NOT_FOUND, "version 1",
		NULL);
	pass_test(ws, "t");
	submit(ws, "t");
	submit(ws, "t");
	publish(ws, "t", 1);
	check_refused(version_deprecate(ws, "t", 1, &err), &err, ERR_STATE,
		"is published and cannot be deprecated", "unpublish");
	assert_true(version_deprecate(ws, "t", 2, &err));
	assert_int_equal(state_of(ws, id, 2), VERSION_DEPRECATED);
	check_refused(version_deprecate(ws, "t", 2, &err), &err, ERR_STATE, "is deprecated",
		NULL);
	check_refused(version_publish(ws, "t", 2, NULL, &err), &err, ERR_STATE,
		"is deprecated and cannot be published", "rollback t 2");

	assert_true(version_unpublish(ws, "t", &err));
	assert_int_equal(state_of(ws, id, 1), VERSION_OFF_LINE);
	row = task_of(ws, &a, "t");
	assert_int_equal(row.version, 0);
	assert_true(row.online_us == 0 && row.next_us == 0);
	check_refused(version_unpublish(ws, "t", &err), &err, ERR_STATE, "is not published",
		NULL);
	check_refused(version_deprecate(ws, "t", 1, &err), &err, ERR_STATE,
		"is off-line and cannot be deprecated", NULL);
	check_refused(version_get(ws, id, 0, &a, &(struct version_row){ 0 }, &err), &err,
		ERR_STATE, "no version of this task is published", NULL);

	/* On-line again counts from then. */
	clock_step(3 * HOUR);
	submit(ws, "t");
	publish(ws, "t", 0);
	assert_true(task_of(ws, &a, "t").online_us == TEST_EPOCH_US + 3 * HOUR);
	arena_fini(&a);
}

static void
a_slot_runs_with_its_version(void **state)
{
	struct workspace *ws = *state;
	struct err err = ERR_INIT;
	struct version_slot slot;
	int64_t id = begin(ws), number;
	bool found;

	pass_test(ws, "t");
	submit(ws, "t");
	submit(ws, "t");
	clock_step(-HOUR);
	publish(ws, "t", 1);	/* 07:00 in Shanghai */
	clock_step(HOUR + HOUR / 12);
	publish(ws, "t", 2);	/* 08:05 */

	assert_true(version_at(ws, id, TEST_EPOCH_US, &number, &err));
	assert_int_equal(number, 1);
	assert_true(version_at(ws, id, TEST_EPOCH_US + HOUR, &number, &err));
	assert_int_equal(number, 2);
	assert_true(version_at(ws, id, TEST_EPOCH_US - 2 * HOUR, &number, &err));
	assert_int_equal(number, 0);

	/* 08:00 has not run: it is still the next one, and of version 1. */
	assert_true(version_next_slot(ws, id, 0, &slot, &found, &err));
	assert_true(found && slot.slot.at_us == TEST_EPOCH_US);
	assert_int_equal(slot.version, 1);
	assert_true(version_next_slot(ws, id, slot.slot.at_us, &slot, &found, &err));
	assert_true(found && slot.slot.at_us == TEST_EPOCH_US + DAY);
	assert_int_equal(slot.version, 2);
	{
		struct arena a = ARENA_INIT;

		assert_true(task_of(ws, &a, "t").next_us == TEST_EPOCH_US);
		arena_fini(&a);
	}

	/* What came before going on-line again is not made up for. */
	assert_true(version_unpublish(ws, "t", &err));
	assert_true(version_next_slot(ws, id, 0, &slot, &found, &err));
	assert_false(found);
	assert_true(version_at(ws, id, TEST_EPOCH_US + HOUR, &number, &err));
	assert_int_equal(number, 0);
	submit(ws, "t");
	publish(ws, "t", 3);
	assert_true(version_next_slot(ws, id, 0, &slot, &found, &err));
	assert_true(found && slot.slot.at_us == TEST_EPOCH_US + DAY);
	assert_int_equal(slot.version, 3);
}

static void
another_schedule_takes_over(void **state)
{
	struct workspace *ws = *state;
	struct err err = ERR_INIT;
	struct version_slot slot;
	int64_t id = begin(ws);
	bool found;

	pass_test(ws, "t");
	submit(ws, "t");
	clock_step(-HOUR);
	publish(ws, "t", 1);
	edit(ws, "t", definition("t", "SELECT 1", "shop", "ops", "07:30"));
	submit(ws, "t");
	clock_step(HOUR / 4);
	publish(ws, "t", 2); /* 07:15: 08:00 is no slot any more, 07:30 is one */
	assert_true(version_next_slot(ws, id, 0, &slot, &found, &err));
	assert_true(found && slot.slot.at_us == TEST_EPOCH_US - HOUR / 2);
	assert_int_equal(slot.version, 2);
	/* A version without a schedule never runs by itself. */
	edit(ws, "t", definition("t", "SELECT 1", "shop", "ops", NULL));
	submit(ws, "t");
	publish(ws, "t", 3);
	assert_true(version_next_slot(ws, id, 0, &slot, &found, &err));
	assert_false(found);
}

static void
rolling_back(void **state)
{
	struct workspace *ws = *state;
	struct err err = ERR_INIT;
	struct arena a = ARENA_INIT;
	struct draft_journal journal;
	struct draft draft;
	struct str text;
	int64_t id = begin(ws), number;

	pass_test(ws, "t");
	submit(ws, "t");
	publish(ws, "t", 1);
	edit(ws, "t", definition("t", "SELECT 2", "shop", "ops", "08:00"));
	pass_test(ws, "t");
	submit(ws, "t");
	edit(ws, "t", definition("t", "SELECT 3", "shop", "ops", "08:00"));
	check_refused(version_rollback(ws, "t", 9, false, &err), &err, ERR_NOT_FOUND,
		"no version 9", "1 to 2");
	assert_true(version_rollback(ws, "t", 1, false, &err));
	assert_true(task_draft_get(ws, id, &a, &draft, &err));
	assert_true(str_find(draft.text, STR("SELECT 1"), 0) != SIZE_MAX);
	assert_int_equal(task_of(ws, &a, "t").version, 1); /* production is not touched */
	/* Its own test does not count for the draft. */
	assert_int_equal(draft_of(ws, "t"), DRAFT_DIRTY);
	check_refused(version_submit(ws, "t", NULL, &number, &err), &err, ERR_STATE,
		"rolled back and not tested since", "test t");
	pass_test(ws, "t");
	assert_int_equal(submit(ws, "t"), 3);
	/* The former draft is kept. */
	assert_true(task_drafts(ws, id, &a, &journal, &err));
	assert_int_equal(journal.count, 1);
	assert_string_equal(journal.rows[0].why, "rollback to 1");
	assert_true(task_draft_entry(ws, id, journal.rows[0].id, &a, &text, &err));
	assert_true(str_find(text, STR("SELECT 3"), 0) != SIZE_MAX);
	assert_true(task_draft_restore(ws, id, 0, false, &err));
	assert_true(task_draft_get(ws, id, &a, &draft, &err));
	assert_true(str_find(draft.text, STR("SELECT 3"), 0) != SIZE_MAX);
	arena_fini(&a);
}

static void
rolling_back_at_once(void **state)
{
	struct workspace *ws = *state;
	struct err err = ERR_INIT;
	struct arena a = ARENA_INIT;
	struct test_ticket ticket;
	struct version_row version;
	int64_t id = begin(ws), number = 0;

	pass_test(ws, "t");
	submit(ws, "t");
	publish(ws, "t", 1);
	edit(ws, "t", definition("t", "SELECT 2", "shop", "ops", "08:00"));
	pass_test(ws, "t");
	submit(ws, "t");
	publish(ws, "t", 2);
	assert_true(version_rollback_publish(ws, "t", 1, false, &number, &err));
	assert_int_equal(number, 3);
	assert_int_equal(state_of(ws, id, 1), VERSION_OFF_LINE);
	assert_int_equal(state_of(ws, id, 2), VERSION_OFF_LINE);
	assert_true(version_get(ws, id, 0, &a, &version, &err));
	assert_int_equal(version.number, 3);
	assert_true(str_find(version.text, STR("SELECT 1"), 0) != SIZE_MAX);
	assert_true(version.tested);

	/* A source that changed since its test: not without a new one. */
	change_source(ws, "/tmp/moved.db");
	check_refused(version_rollback_publish(ws, "t", 2, false, &number, &err), &err,
		ERR_STATE, "shop changed since version 2", "test t --version 2");
	assert_true(version_get(ws, id, 2, &a, &version, &err));
	assert_false(version.tested);
	assert_true(version_test_begin(ws, id, version.text, &ticket, &err));
	assert_true(version_test_passed(ws, &ticket, 1, &err));
	assert_true(version_rollback_publish(ws, "t", 2, false, &number, &err));
	assert_int_equal(number, 4);

	pass_test(ws, "t");
	submit(ws, "t");
	assert_true(version_deprecate(ws, "t", 5, &err));
	check_refused(version_rollback_publish(ws, "t", 5, false, &number, &err), &err,
		ERR_STATE, "is deprecated", "roll back without --publish");
	assert_true(version_rollback(ws, "t", 5, false, &err)); /* of any state */
	arena_fini(&a);
}

static void
unsaved_work_is_respected(void **state)
{
	struct workspace *ws = *state;
	struct err err = ERR_INIT;
	struct draft_lease lease = DRAFT_LEASE_NONE;
	int64_t id = begin(ws), number;

	pass_test(ws, "t");
	submit(ws, "t");
	assert_true(draft_lease_take(ws, id, &lease, &err));
	check_refused(version_rollback(ws, "t", 1, false, &err), &err, ERR_STATE, "unsaved work",
		"--force");
	check_refused(version_rollback_publish(ws, "t", 1, false, &number, &err), &err,
		ERR_STATE, "unsaved work", "--force");
	assert_true(version_rollback(ws, "t", 1, true, &err));
	draft_lease_release(ws, &lease);
	assert_true(version_rollback(ws, "t", 1, false, &err));
}

static void
freezing(void **state)
{
	struct workspace *ws = *state;
	struct err err = ERR_INIT;
	struct arena a = ARENA_INIT;
	struct due_list list;

	begin(ws);
	check_refused(version_freeze(ws, "t", true, &err), &err, ERR_STATE, "is not published",
		NULL);
	pass_test(ws, "t");
	submit(ws, "t");
	publish(ws, "t", 1);
	assert_true(version_freeze(ws, "t", true, &err));
	assert_true(version_freeze(ws, "t", true, &err));
	assert_true(task_of(ws, &a, "t").frozen);
	clock_step(2 * DAY + HOUR);
	assert_true(task_due(ws, clock_now_us(), 0, &a, &list, &err));
	assert_int_equal(list.count, 0);
	submit(ws, "t");
	publish(ws, "t", 2); /* stays frozen */
	assert_true(task_of(ws, &a, "t").frozen);
	assert_true(task_of(ws, &a, "t").next_us == 0);
	assert_true(version_freeze(ws, "t", false, &err));
	assert_true(task_of(ws, &a, "t").next_us == TEST_EPOCH_US + 3 * DAY);
	assert_true(version_freeze(ws, "t", true, &err));
	assert_true(version_unpublish(ws, "t", &err));
	assert_false(task_of(ws, &a, "t").frozen);
	arena_fini(&a);
}

static void
what_is_due(void **state)
{
	struct workspace *ws = *state;
	struct err err = ERR_INIT;
	struct arena a = ARENA_INIT;
	struct due_list list;
	int64_t id = begin(ws);

	pass_test(ws, "t");
	submit(ws, "t");
	publish(ws, "t", 1);
	assert_true(task_due(ws, TEST_EPOCH_US + DAY - 1, 0, &a, &list, &err));
	assert_int_equal(list.count, 0);
	assert_true(task_due(ws, TEST_EPOCH_US + DAY, 0, &a, &list, &err));
	assert_int_equal(list.count, 1);
	assert_string_equal(list.rows[0].name, "t");
	assert_string_equal(list.rows[0].group, "default");
	assert_true(list.rows[0].next_slot_us == TEST_EPOCH_US + DAY);
	assert_true(task_move_next(ws, id, TEST_EPOCH_US + DAY, TEST_EPOCH_US + 2 * DAY,
		TEST_EPOCH_US + 2 * DAY, &err));
	check_refused(task_move_next(ws, id, TEST_EPOCH_US + DAY, 0, 0, &err), &err, ERR_STATE,
		"moved on", NULL);
	assert_true(task_move_next(ws, id, TEST_EPOCH_US + 2 * DAY, 0, 0, &err));
	assert_true(task_due(ws, INT64_MAX, 0, &a, &list, &err));
	assert_int_equal(list.count, 0);
	arena_fini(&a);
}

/* src/run/idle.c reads the tables past this module: they have to agree. */
static void
an_idle_pass_is_idle(void **state)
{
	struct workspace *ws = *state;
	struct err err = ERR_INIT;
	bool idle = false;

	begin(ws);
	assert_true(run_idle_check(workspace_path(ws), &idle, &err));
	assert_true(idle);
	pass_test(ws, "t");
	submit(ws, "t");
	publish(ws, "t", 1);
	clock_step(DAY - 1);
	assert_true(run_idle_check(workspace_path(ws), &idle, &err));
	assert_true(idle);
	clock_step(1);
	assert_true(run_idle_check(workspace_path(ws), &idle, &err));
	assert_false(idle);
	assert_true(version_freeze(ws, "t", true, &err));
	assert_true(run_idle_check(workspace_path(ws), &idle, &err));
	assert_true(idle);
	assert_true(workspace_meta_set(ws, "zone_stamp", "1", &err));
	assert_true(run_idle_check(workspace_path(ws), &idle, &err));
	assert_false(idle);
	assert_true(version_replan(ws, false, &err));
	assert_true(run_idle_check(workspace_path(ws), &idle, &err));
	assert_true(idle);
}

static void
jitter_is_stable(void **state)
{
	struct workspace *ws = *state;
	struct err err = ERR_INIT;
	struct arena a = ARENA_INIT;
	int64_t shifts[3];

	add_connections(ws);
	for (int i = 0; i < 3; i++) {
		char name[16], text[2048];
		struct task_row row;

		snprintf(name, sizeof(name), "t%d", i);
		snprintf(text, sizeof(text), "%.*s, \"jitter\": 600}",
			STR_ARG(str_slice(definition(name, "SELECT 1", "shop", "ops", "08:00"), 0,
				definition(name, "SELECT 1", "shop", "ops", "08:00").len - 1)));
		add_task(ws, name, str_from(text));
		pass_test(ws, name);
		submit(ws, name);
		publish(ws, name, 1);
		row = task_of(ws, &a, name);
		assert_true(row.next_slot_us == TEST_EPOCH_US + DAY);
		shifts[i] = row.next_us - row.next_slot_us;
		assert_true(shifts[i] >= 0 && shifts[i] <= 600 * CLOCK_SECOND);
		assert_true(version_replan(ws, true, &err));
		assert_true(task_of(ws, &a, name).next_us == row.next_us);
	}
	assert_false(shifts[0] == shifts[1] && shifts[1] == shifts[2]);
	arena_fini(&a);
}

static void
planned_anew(void **state)
{
	struct workspace *ws = *state;
	struct err err = ERR_INIT;
	struct arena a = ARENA_INIT;

	begin(ws);
	pass_test(ws, "t");
	submit(ws, "t");
	publish(ws, "t", 1);
	assert_true(workspace_set(ws, "timezone", "UTC", &err));
	assert_true(task_of(ws, &a, "t").next_us == TEST_EPOCH_US + 8 * HOUR);
	/* What is due stays due. */
	clock_step(9 * HOUR);
	assert_true(workspace_set(ws, "timezone", "Asia/Tokyo", &err));
	assert_true(task_of(ws, &a, "t").next_us == TEST_EPOCH_US + 8 * HOUR);
	/* Zone data of another day: planned anew at the next look. */
	assert_true(workspace_meta_set(ws, "zone_stamp", "1", &err));
	clock_step(-8 * HOUR);
	assert_true(version_replan(ws, false, &err));
	assert_true(task_of(ws, &a, "t").next_us == TEST_EPOCH_US + 23 * HOUR);
	arena_fini(&a);
}

static void
calendars(void **state)
{
	struct workspace *ws = *state;
	struct err err = ERR_INIT;
	struct arena a = ARENA_INIT;
	struct calendar_list list;
	struct str text = definition("t", "SELECT 1", "shop", "ops", "08:00");
	char with[2048];

	add_connections(ws);
	snprintf(with, sizeof(with), "%.*s, \"calendar\": {\"name\": \"cn\", \"rule\": \"skip\"}}",
		(int)text.len - 1, text.p);
	add_task(ws, "t", str_from(with));
	pass_test(ws, "t");
	submit(ws, "t");
	check_refused(version_publish(ws, "t", 1, NULL, &err), &err, ERR_STATE,
		"the calendar 'cn'", NULL);
	assert_true(store_calendar_put(ws, "cn", STR("weekend none\n2026-01-03\n"), &err));
	publish(ws, "t", 1);
	assert_true(task_of(ws, &a, "t").next_us == TEST_EPOCH_US + 2 * DAY);
	assert_true(store_calendar_put(ws, "cn", STR("weekend none\n"), &err));
	assert_true(task_of(ws, &a, "t").next_us == TEST_EPOCH_US + DAY);
	check_refused(store_calendar_remove(ws, "cn", &err), &err, ERR_STATE, "published task t",
		NULL);
	assert_true(version_unpublish(ws, "t", &err));
	assert_true(store_calendar_list(ws, &a, &list, &err));
	assert_int_equal(list.count, 1);
	assert_true(store_calendar_remove(ws, "cn", &err));
	check_refused(store_calendar_remove(ws, "cn", &err), &err, ERR_NOT_FOUND, "'cn'", NULL);
	check_refused(store_calendar_put(ws, "x", STR("2026-99-01\n"), &err), &err, ERR_INPUT,
		"", NULL);
	arena_fini(&a);
}

static void
versions_never_change(void **state)
{
	struct workspace *ws = *state;
	struct err err = ERR_INIT;
	struct arena a = ARENA_INIT;
	struct version_list list;
	struct version_row row;
	int64_t id = begin(ws);

	pass_test(ws, "t");
	submit(ws, "t");
	check_refused(db_script(workspace_db(ws), "UPDATE version SET content = 'x'", &err), &err,
		ERR_STATE, "never changes", NULL);
	assert_true(version_get(ws, id, 1, &a, &row, &err));
	assert_string_equal(row.note, "note");
	assert_string_equal(row.submitted_by, audit_who());
	assert_true(row.submitted_us == TEST_EPOCH_US && row.published_us == 0);
	assert_true(version_list(ws, id, &a, &list, &err));
	assert_int_equal(list.count, 1);
	assert_int_equal(list.rows[0].text.len, 0);
	assert_string_equal(version_state_name(list.rows[0].state), "can-be-published");
	/* A rename does not need a new test, and its next version has the new name. */
	assert_true(task_store_rename(ws, "t", "u", false, &err));
	assert_int_equal(submit(ws, "u"), 2);
	assert_true(version_get(ws, id, 2, &a, &row, &err));
	assert_true(str_find(row.text, STR("\"u\""), 0) != SIZE_MAX);
	arena_fini(&a);
}

static void
each_step_is_audited(void **state)
{
	static const char *const expected[] = { "unpublish", "publish", "submit", "rollback",
		"unfreeze", "freeze", "publish", "submit", "create" };
	struct workspace *ws = *state;
	struct err err = ERR_INIT;
	struct arena a = ARENA_INIT;
	struct audit_list list;
	int64_t rows, number;

	begin(ws);
	pass_test(ws, "t");
	submit(ws, "t");
	publish(ws, "t", 1);
	assert_true(version_freeze(ws, "t", true, &err));
	assert_true(version_freeze(ws, "t", false, &err));
	assert_true(version_rollback_publish(ws, "t", 1, false, &number, &err));
	assert_true(version_unpublish(ws, "t", &err));
	assert_true(audit_list(ws, "task t", 0, &a, &list, &err));
	assert_int_equal(list.count, ARRAY_LEN(expected));
	for (size_t i = 0; i < list.count; i++)
		assert_string_equal(list.rows[i].action, expected[i]);
	assert_true(audit_verify(ws, &rows, &err));
	/* A refused step leaves nothing. */
	assert_false(version_unpublish(ws, "t", &err));
	assert_true(audit_list(ws, "task t", 0, &a, &list, &err));
	assert_int_equal(list.count, ARRAY_LEN(expected));
	arena_fini(&a);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, workspace_enter, workspace_leave)
	const struct CMUnitTest tests[] = {
		TEST(submit_needs_a_test),
		TEST(what_a_test_vouches_for),
		TEST(a_changed_source_undoes_the_test),
		TEST(publishing),
		TEST(publish_needs_what_it_names),
		TEST(off_line_and_deprecated),
		TEST(a_slot_runs_with_its_version),
		TEST(another_schedule_takes_over),
		TEST(rolling_back),
		TEST(rolling_back_at_once),
		TEST(unsaved_work_is_respected),
		TEST(freezing),
		TEST(what_is_due),
		TEST(an_idle_pass_is_idle),
		TEST(jitter_is_stable),
		TEST(planned_anew),
		TEST(calendars),
		TEST(versions_never_change),
		TEST(each_step_is_audited),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
