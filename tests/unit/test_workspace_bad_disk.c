/* SPDX-License-Identifier: MIT */
/* Each change of the workspace on a disk that fails at its n-th write or sync, for every
 * n: the change is refused as a whole or done as a whole, the error says what is wrong
 * with which file, and the file stays sound. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>

#include "src/workspace/audit.h"
#include "src/workspace/store_destination.h"
#include "src/workspace/store_source.h"
#include "src/workspace/version.h"
#include "tests/unit/lib_bad_disk.h"
#include "tests/unit/lib_scratch.h"
#include "tests/unit/lib_workspace.h"

#define MOST 400 /* calls a change may need: far above what it does */

/* --- changes: each can be done once on the workspace that prepare() makes -------------- */

static bool
do_create(struct workspace *ws, struct err *err)
{
	int64_t id;

	return task_store_create(ws, "new", definition("new", "SELECT 1", "shop", "ops", NULL),
		&id, err);
}

static bool
do_save(struct workspace *ws, struct err *err)
{
	int64_t revision;

	return task_draft_save(ws, 1, 1, definition("t", "SELECT 2", "shop", "ops", "09:00"),
		&revision, err);
}

static bool
do_submit(struct workspace *ws, struct err *err)
{
	int64_t number;

	return version_submit(ws, "t", "again", &number, err);
}

static bool
do_publish(struct workspace *ws, struct err *err)
{
	return version_publish(ws, "t", 2, NULL, err);
}

static bool
do_rollback(struct workspace *ws, struct err *err)
{
	return version_rollback_publish(ws, "t", 1, false, NULL, err);
}

static bool
do_unpublish(struct workspace *ws, struct err *err)
{
	return version_unpublish(ws, "t", err);
}

static bool
do_edit_source(struct workspace *ws, struct err *err)
{
	struct settings s = SETTINGS_INIT;
	bool ok;

	settings_set(&s, "path", STR("/tmp/moved.db"), false);
	settings_set(&s, "password", STR("secret"), true);
	ok = store_source_update(ws, "shop", ENV_AUTO, &s, err);
	settings_fini(&s);
	return ok;
}

static const struct change {
	const char *name, *audited;
	bool (*make)(struct workspace *ws, struct err *err);
} changes[] = {
	{ "create", "create", do_create },
	{ "save", NULL, do_save },
	{ "submit", "submit", do_submit },
	{ "publish", "publish", do_publish },
	{ "rollback", "rollback", do_rollback },
	{ "unpublish", "unpublish", do_unpublish },
	{ "edit source", "edit", do_edit_source },
};

/* Task 1, "t": version 1 published, version 2 can be. */
static void
prepare(struct workspace *ws)
{
	struct err err = ERR_INIT;
	int64_t number;

	add_connections(ws);
	add_task(ws, "t", definition("t", "SELECT 1", "shop", "ops", "08:00"));
	pass_test(ws, "t");
	assert_true(version_submit(ws, "t", NULL, &number, &err));
	assert_true(version_publish(ws, "t", 1, NULL, &err));
	assert_true(version_submit(ws, "t", NULL, &number, &err));
}

/* --- what must hold ---------------------------------------------------------------------- */

/* A line that tells the states apart. */
static void
describe(struct workspace *ws, struct buf *to)
{
	struct arena a = ARENA_INIT;
	struct err err = ERR_INIT;
	struct version_list versions;
	struct settings source = SETTINGS_INIT;
	struct task_list tasks;
	struct draft draft;
	struct audit_list trail;

	assert_true(task_store_list(ws, false, &a, &tasks, &err));
	for (size_t i = 0; i < tasks.count; i++)
		buf_addf(to, "%s %d %lld %lld;", tasks.rows[i].name, (int)tasks.rows[i].draft,
			(long long)tasks.rows[i].version, (long long)tasks.rows[i].next_us);
	assert_true(version_list(ws, 1, &a, &versions, &err));
	for (size_t i = 0; i < versions.count; i++)
		buf_addf(to, "%d", (int)versions.rows[i].state);
	assert_true(task_draft_get(ws, 1, &a, &draft, &err));
	buf_addf(to, ";%lld;", (long long)draft.revision);
	if (!store_source_get(ws, "shop", ENV_AUTO, &a, NULL, &source, &err))
		fail_msg("%s", err.msg);
	buf_adds(to, settings_get(&source, "path"));
	assert_true(audit_list(ws, NULL, 0, &a, &trail, &err));
	buf_addf(to, ";%zu", trail.count);
	settings_fini(&source);
	arena_fini(&a);
}

static void
check_error(const struct change *c, enum disk_fault fault, const struct err *err)
{
	const char *word = fault == DISK_FULL ? "the disk is full" : "cannot be read or written";

	if (err->code != ERR_WORKSPACE ||
		(!strstr(err->msg, word) && !strstr(err->msg, "given up")))
		fail_msg("%s: %s: %s", c->name, err_code_name(err->code), err->msg);
	assert_non_null(strstr(err->msg, "ws.db"));
}

/* One change with the n-th call failing. False: it needs fewer calls than that. */
static bool
try(struct workspace **ws, const struct change *c, enum disk_fault fault, int n, bool stays)
{
	struct buf before = BUF_INIT, after = BUF_INIT;
	struct err err = ERR_INIT;
	bool failed, done;

	describe(*ws, &before);
	bad_disk_arm(fault, n, stays);
	done = c->make(*ws, &err);
	failed = bad_disk_disarm();
	if (!done) {
		assert_true(failed);
		check_error(c, fault, &err);
	}
	assert_false(db_in_transaction(workspace_db(*ws)));
	*ws = workspace_again(*ws);
	if (!workspace_check(*ws, &err))
		fail_msg("%s, call %d: %s", c->name, n, err.msg);
	describe(*ws, &after);
	if (done == str_equal(buf_str(&before), buf_str(&after)))
		fail_msg("%s, call %d: %s, but\n%s\n%s", c->name, n, done ? "done" : "refused",
			buf_text(&before), buf_text(&after));
	buf_fini(&before);
	buf_fini(&after);
	return !done;
}

static void
each_call_fails(enum disk_fault fault, bool stays)
{
	for (size_t i = 0; i < ARRAY_LEN(changes); i++) {
		struct workspace *ws;
		int n = 1;

		assert_int_equal(workspace_enter((void **)&ws), 0);
		prepare(ws);
		while (n < MOST && try(&ws, &changes[i], fault, n, stays))
			n++;
		if (n < 2 || n == MOST)
			fail_msg("%s: failed %d times", changes[i].name, n - 1);
		workspace_leave((void **)&ws);
	}
}

static void
full(void **state)
{
	(void)state;
	each_call_fails(DISK_FULL, true);
}

static void
full_once(void **state)
{
	(void)state;
	each_call_fails(DISK_FULL, false);
}

static void
torn_writes(void **state)
{
	(void)state;
	each_call_fails(DISK_WRITE_ERROR, true);
}

static void
failed_syncs(void **state)
{
	(void)state;
	each_call_fails(DISK_SYNC_ERROR, true);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(full),
		cmocka_unit_test(full_once),
		cmocka_unit_test(torn_writes),
		cmocka_unit_test(failed_syncs),
	};

	bad_disk_install();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
