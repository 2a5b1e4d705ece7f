/* SPDX-License-Identifier: MIT */
/* Tasks and drafts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "src/base/clock.h"
#include "src/workspace/audit.h"
#include "src/workspace/task_store.h"
#include "tests/unit/lib_scratch.h"
#include "tests/unit/lib_workspace.h"

static struct str
sql(const char *name, const char *text)
{
	return definition(name, text, "shop", "ops", NULL);
}

static bool
draft_holds(struct workspace *ws, int64_t id, const char *word)
{
	struct arena a = ARENA_INIT;
	struct err err = ERR_INIT;
	struct draft draft;
	bool holds;

	assert_true(task_draft_get(ws, id, &a, &draft, &err));
	holds = str_find(draft.text, str_from(word), 0) != SIZE_MAX;
	arena_fini(&a);
	return holds;
}

static void
creating(void **state)
{
	struct workspace *ws = *state;
	struct err err = ERR_INIT;
	struct arena a = ARENA_INIT;
	struct task_list list;
	struct task_row row;
	int64_t id, other;

	id = add_task(ws, "sales", sql("sales", "SELECT 1"));
	check_refused(task_store_create(ws, "sales", sql("sales", "SELECT 1"), &other, &err), &err,
		ERR_STATE, "'sales' already", "edit sales");
	check_refused(task_store_create(ws, "a/b", sql("a/b", ""), &other, &err), &err, ERR_INPUT,
		"", NULL);
	check_refused(task_store_create(ws, "x", sql("y", ""), &other, &err), &err, ERR_INPUT,
		"of 'y', the task is 'x'", "rename");
	check_refused(task_store_create(ws, "x", STR("{"), &other, &err), &err, ERR_INPUT, "",
		NULL);
	check_refused(task_store_create(ws, "x", STR("{\"format\":1,\"name\":\"x\",\"nods\":[]}"),
		&other, &err), &err, ERR_INPUT, "nods", NULL);
	assert_true(task_store_copy(ws, "sales", "销售", &other, &err));
	assert_true(draft_holds(ws, other, "\"销售\""));
	assert_true(draft_holds(ws, other, "SELECT 1"));
	check_refused(task_store_copy(ws, "sale", "z", &other, &err), &err, ERR_NOT_FOUND,
		"'sale'", "sales");
	row = task_of(ws, &a, "sales");
	assert_true(row.id == id);
	assert_string_equal(row.owner, audit_who());
	assert_string_equal(row.source, "shop");
	assert_string_equal(row.mode, "normal");
	assert_string_equal(row.group, "default");
	assert_string_equal(row.env, "auto");
	assert_int_equal(row.draft_revision, 1);
	assert_int_equal(row.latest_version, 0);
	assert_true(task_store_list(ws, false, &a, &list, &err));
	assert_int_equal(list.count, 2);
	assert_true(task_store_list(ws, true, &a, &list, &err));
	assert_int_equal(list.count, 0);
	arena_fini(&a);
}

static void
saving(void **state)
{
	struct workspace *ws = *state;
	struct err err = ERR_INIT;
	int64_t id = add_task(ws, "t", sql("t", "SELECT 1")), revision = 1, unused = 0;

	assert_true(task_draft_save(ws, id, 1, sql("t", "SELECT 2"), &revision, &err));
	assert_int_equal(revision, 2);
	/* Another editor began from revision 1. */
	check_refused(task_draft_save(ws, id, 1, sql("t", "SELECT 3"), &unused, &err), &err,
		ERR_STATE, "was saved by", "read it again");
	assert_non_null(strstr(err.msg, "2026-01-02T08:00:00")); /* in the workspace's zone */
	assert_int_equal(unused, 0);
	assert_true(draft_holds(ws, id, "SELECT 2"));
	check_refused(task_draft_save(ws, id, 2, sql("u", "SELECT 3"), &unused, &err), &err,
		ERR_INPUT, "of 'u'", NULL);
	check_refused(task_draft_save(ws, id, 2, STR("[]"), &unused, &err), &err, ERR_INPUT, "",
		NULL);
	check_refused(task_draft_save(ws, 99, 1, sql("t", ""), &unused, &err), &err,
		ERR_NOT_FOUND, "", NULL);
}

static void
journal(void **state)
{
	struct workspace *ws = *state;
	struct err err = ERR_INIT;
	struct arena a = ARENA_INIT;
	struct draft_journal list;
	struct str text;
	int64_t id = add_task(ws, "t", sql("t", "SELECT 0")), revision = 1;
	char word[32];

	/* Saved each second: one entry in five minutes. */
	for (int i = 1; i <= 700; i++) {
		snprintf(word, sizeof(word), "SELECT %d", i);
		clock_step(CLOCK_SECOND);
		assert_true(task_draft_save(ws, id, revision, sql("t", word), &revision, &err));
	}
	assert_true(task_drafts(ws, id, &a, &list, &err));
	assert_int_equal(list.count, 2);
	assert_string_equal(list.rows[0].why, "edit");
	assert_true(list.rows[0].id > list.rows[1].id);
	assert_true(task_draft_entry(ws, id, list.rows[0].id, &a, &text, &err));
	assert_true(str_find(text, STR("SELECT 599"), 0) != SIZE_MAX);

	assert_true(task_draft_replace(ws, id, sql("t", "SELECT 999"), "import", false, &err));
	assert_true(task_drafts(ws, id, &a, &list, &err));
	assert_int_equal(list.count, 3);
	assert_string_equal(list.rows[0].why, "import");
	assert_true(task_draft_restore(ws, id, 0, false, &err));
	assert_true(draft_holds(ws, id, "SELECT 700"));
	assert_true(task_draft_restore(ws, id, 0, false, &err)); /* and what that replaced */
	assert_true(draft_holds(ws, id, "SELECT 999"));
	assert_true(task_draft_restore(ws, id, list.rows[2].id, false, &err));
	assert_true(draft_holds(ws, id, "SELECT 299"));
	check_refused(task_draft_restore(ws, id, 12345, false, &err), &err, ERR_NOT_FOUND,
		"12345", "drafts");
	/* The same text again changes nothing. */
	assert_true(task_drafts(ws, id, &a, &list, &err));
	assert_true(task_draft_replace(ws, id, sql("t", "SELECT 1000"), "edit", false, &err));
	assert_true(task_draft_replace(ws, id, sql("t", "SELECT 1000"), "edit", false, &err));
	{
		struct draft_journal now;

		assert_true(task_drafts(ws, id, &a, &now, &err));
		assert_int_equal(now.count, list.count + 1);
	}
	for (int i = 0; i < DRAFT_JOURNAL_KEEP + 20; i++) {
		snprintf(word, sizeof(word), "SELECT %d", i);
		assert_true(task_draft_replace(ws, id, sql("t", word), "import", false, &err));
	}
	assert_true(task_drafts(ws, id, &a, &list, &err));
	assert_int_equal(list.count, DRAFT_JOURNAL_KEEP);
	arena_fini(&a);
}

static void
nothing_to_restore(void **state)
{
	struct workspace *ws = *state;
	struct err err = ERR_INIT;
	int64_t id = add_task(ws, "t", sql("t", "SELECT 1"));

	check_refused(task_draft_restore(ws, id, 0, false, &err), &err, ERR_STATE, "no former",
		NULL);
}

/* A restored draft has the task's present name. */
static void
renaming(void **state)
{
	struct workspace *ws = *state;
	struct err err = ERR_INIT;
	struct arena a = ARENA_INIT;
	int64_t id = add_task(ws, "t", sql("t", "SELECT 1")), revision;

	add_task(ws, "taken", sql("taken", "SELECT 1"));
	assert_true(task_draft_replace(ws, id, sql("t", "SELECT 2"), "import", false, &err));
	check_refused(task_store_rename(ws, "t", "taken", false, &err), &err, ERR_STATE,
		"'taken' already", NULL);
	check_refused(task_store_rename(ws, "x", "y", false, &err), &err, ERR_NOT_FOUND, "'x'",
		NULL);
	assert_true(task_store_rename(ws, "t", "t", false, &err));
	assert_true(task_store_rename(ws, "t", "u", false, &err));
	assert_true(draft_holds(ws, id, "\"u\""));
	/* Who edited "t" meanwhile is told. */
	check_refused(task_draft_save(ws, id, 2, sql("t", "SELECT 3"), &revision, &err), &err,
		ERR_INPUT, "the task is 'u'", NULL);
	assert_true(task_draft_restore(ws, id, 0, false, &err));
	assert_true(draft_holds(ws, id, "\"u\""));
	assert_true(draft_holds(ws, id, "SELECT 1"));
	assert_true(task_store_remove(ws, "u", false, &err));
	check_refused(task_store_by_id(ws, id, &a, &(struct task_row){ 0 }, &err), &err,
		ERR_NOT_FOUND, "", NULL);
	/* An id is never used again: runs refer to it. */
	assert_true(add_task(ws, "u", sql("u", "SELECT 1")) > id);
	arena_fini(&a);
}

static void
folders_and_owners(void **state)
{
	struct workspace *ws = *state;
	struct err err = ERR_INIT;
	struct arena a = ARENA_INIT;
	struct task_list list;

	add_task(ws, "b", STR("{\"format\": 1, \"name\": \"b\", \"folder\": \"finance\","
		"\"owner\": \"someone\", \"mode\": \"paused\", \"group\": \"night\", \"nodes\": []}"));
	add_task(ws, "a", sql("a", "SELECT 1"));
	assert_true(task_store_list(ws, false, &a, &list, &err));
	assert_string_equal(list.rows[0].name, "a");
	assert_string_equal(list.rows[1].folder, "finance");
	assert_string_equal(list.rows[1].owner, "someone");
	assert_string_equal(list.rows[1].mode, "paused");
	assert_string_equal(list.rows[1].group, "night");
	assert_string_equal(list.rows[1].source, "");
	assert_string_equal(draft_state_name(list.rows[1].draft), "dirty");
	arena_fini(&a);
}

static void
leases(void **state)
{
	struct workspace *ws = *state, *other;
	struct draft_lease mine = DRAFT_LEASE_NONE, theirs = DRAFT_LEASE_NONE;
	struct err err = ERR_INIT;
	int64_t id = add_task(ws, "t", sql("t", "SELECT 1"));
	int64_t id2 = add_task(ws, "u", sql("u", "SELECT 1"));

	assert_true(draft_lease_check(ws, id, NULL, &err)); /* before there is a file */
	other = workspace_open(scratch_path("ws.db"), WORKSPACE_UI, &err);
	assert_true(draft_lease_take(other, id, &theirs, &err));
	assert_true(draft_lease_take(other, id, &theirs, &err));
	check_refused(draft_lease_take(ws, id, &mine, &err), &err, ERR_STATE, "process",
		"--force");
	assert_true(draft_lease_take(ws, id2, &mine, &err));
	assert_true(draft_lease_check(other, id, &theirs, &err));
	check_refused(draft_lease_check(ws, id, &mine, &err), &err, ERR_STATE, audit_who(), NULL);
	check_refused(task_draft_replace(ws, id, sql("t", "SELECT 2"), "import", false, &err),
		&err, ERR_STATE, "unsaved work", NULL);
	check_refused(task_store_rename(ws, "t", "v", false, &err), &err, ERR_STATE, "unsaved",
		NULL);
	check_refused(task_store_remove(ws, "t", false, &err), &err, ERR_STATE, "unsaved", NULL);
	assert_true(task_draft_replace(ws, id, sql("t", "SELECT 2"), "import", true, &err));
	draft_lease_release(other, &theirs);
	draft_lease_release(other, &theirs);
	assert_true(draft_lease_check(ws, id, NULL, &err));
	draft_lease_release(ws, &mine);
	workspace_close(other);
}

/* A copy of the process (the studio's preview is composed in one) holds nothing back. */
static void
a_copy_of_the_holder(void **state)
{
	struct workspace *ws = *state;
	struct draft_lease mine = DRAFT_LEASE_NONE;
	struct err err = ERR_INIT;
	int64_t id = add_task(ws, "t", sql("t", "SELECT 1"));
	int hold[2];
	pid_t copy;

	assert_true(draft_lease_take(ws, id, &mine, &err));
	assert_int_equal(pipe(hold), 0);
	copy = fork();
	if (copy == 0) {
		char byte;

		close(hold[1]);
		(void)!read(hold[0], &byte, 1);
		_exit(0);
	}
	draft_lease_release(ws, &mine);
	assert_true(draft_lease_check(ws, id, NULL, &err));
	assert_true(draft_lease_take(ws, id, &mine, &err));
	draft_lease_release(ws, &mine);
	close(hold[0]);
	close(hold[1]);
	assert_int_equal(waitpid(copy, NULL, 0), copy);
}

/* A studio that is killed lets go. */
static void
a_dead_holder(void **state)
{
	struct workspace *ws = *state;
	struct err err = ERR_INIT;
	int64_t id = add_task(ws, "t", sql("t", "SELECT 1"));
	int ready[2];
	char byte;
	pid_t pid;

	assert_int_equal(pipe(ready), 0);
	pid = fork();
	if (pid == 0) {
		struct draft_lease lease = DRAFT_LEASE_NONE;
		bool ok = draft_lease_take(ws, id, &lease, &err);

		if (write(ready[1], ok ? "y" : "n", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	assert_int_equal(byte, 'y');
	assert_false(draft_lease_check(ws, id, NULL, &err));
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	assert_true(draft_lease_check(ws, id, NULL, &err));
	close(ready[0]);
	close(ready[1]);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, workspace_enter, workspace_leave)
	const struct CMUnitTest tests[] = {
		TEST(creating),
		TEST(saving),
		TEST(journal),
		TEST(nothing_to_restore),
		TEST(renaming),
		TEST(folders_and_owners),
		TEST(leases),
		TEST(a_copy_of_the_holder),
		TEST(a_dead_holder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
