/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "src/workspace/audit.h"
#include "tests/unit/lib_workspace.h"

static void
add_three(struct workspace *ws)
{
	struct err err = ERR_INIT;

	assert_true(audit_add(ws, "publish", "task a", "version 1", &err));
	assert_true(audit_add(ws, "publish", "task b", NULL, &err));
	assert_true(audit_add(ws, "unpublish", "task a", "version 1", &err));
}

static void
reading(void **state)
{
	struct workspace *ws = *state;
	struct err err = ERR_INIT;
	struct arena a = ARENA_INIT;
	struct audit_list list;
	int64_t rows;

	add_three(ws);
	assert_true(audit_list(ws, NULL, 0, &a, &list, &err));
	assert_int_equal(list.count, 4); /* init is the first */
	assert_string_equal(list.rows[0].action, "unpublish");
	assert_string_equal(list.rows[3].action, "init");
	assert_string_equal(list.rows[1].detail, "");
	assert_string_equal(list.rows[0].who, audit_who());
	assert_true(list.rows[0].at_us == TEST_EPOCH_US);
	assert_true(audit_list(ws, NULL, 2, &a, &list, &err));
	assert_int_equal(list.count, 2);
	assert_true(audit_list(ws, "task a", 0, &a, &list, &err));
	assert_int_equal(list.count, 2);
	assert_true(audit_list(ws, "task", 0, &a, &list, &err));
	assert_int_equal(list.count, 0);
	assert_true(audit_verify(ws, &rows, &err));
	assert_int_equal(rows, 4);
	assert_true(audit_who()[0] != '\0');
	arena_fini(&a);
}

static void
only_ever_added_to(void **state)
{
	static const char *const attempts[] = {
		"UPDATE audit SET who = 'x'",
		"DELETE FROM audit WHERE id = 2",
		"INSERT OR REPLACE INTO audit VALUES (2, 0, 'x', 'x', 'x', '', x'00')",
		"INSERT INTO audit VALUES (2, 0, 'x', 'x', 'x', '', x'00')"
			" ON CONFLICT (id) DO UPDATE SET who = 'x'",
	};
	struct err err = ERR_INIT;
	int64_t rows;

	add_three(*state);
	for (size_t i = 0; i < ARRAY_LEN(attempts); i++)
		check_refused(db_script(workspace_db(*state), attempts[i], &err), &err, ERR_STATE,
			"only ever added to", NULL);
	assert_true(audit_verify(*state, &rows, &err));
	assert_int_equal(rows, 4);
}

/* Whoever takes the triggers away and changes the file is found out. */
static void
a_forged_row_shows(void **state)
{
	static const struct {
		const char *change, *words;
	} cases[] = {
		{ "UPDATE audit SET who = 'x' WHERE id = 3", "row 3 was changed" },
		{ "UPDATE audit SET at_us = at_us + 1 WHERE id = 2", "row 2 was changed" },
		{ "UPDATE audit SET action = action || 't', object = substr(object, 2) WHERE id = 2",
			"row 2 was changed" },
		{ "UPDATE audit SET digest = x'00' WHERE id = 4", "row 4 was changed" },
		{ "DELETE FROM audit WHERE id = 2", "row 3 was changed" },
		{ "DELETE FROM audit WHERE id = 1", "row 2 was changed" },
		{ "DELETE FROM audit WHERE id = 4", "row 3 is not the last one" },
		{ "DELETE FROM audit", "row 0 is not the last one" },
	};
	struct db *db = workspace_db(*state);
	struct err err = ERR_INIT;
	int64_t rows;

	add_three(*state);
	assert_true(db_script(db, "DROP TRIGGER audit_no_update; DROP TRIGGER audit_no_delete",
		&err));
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_true(db_begin(db, &err));
		assert_true(db_script(db, cases[i].change, &err));
		check_refused(audit_verify(*state, &rows, &err), &err, ERR_WORKSPACE,
			cases[i].words, "backup");
		db_rollback(db);
		assert_true(audit_verify(*state, &rows, &err));
	}
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, workspace_enter, workspace_leave)
	const struct CMUnitTest tests[] = {
		TEST(reading),
		TEST(only_ever_added_to),
		TEST(a_forged_row_shows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
