/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/embedded.h"
#include "src/base/path.h"
#include "src/workspace/db.h"
#include "tests/unit/lib_scratch.h"

DB_SQL(add, "INSERT INTO thing (id, name, data, share) VALUES ($1, $2, $3, $4)");
DB_SQL(add_reversed, "INSERT INTO thing (id, name) VALUES ($2, $1)");
DB_SQL(add_returning, "INSERT INTO thing (name) VALUES ($1) ON CONFLICT (name) DO NOTHING"
	" RETURNING id");
DB_SQL(all, "SELECT id, name, data, share FROM thing ORDER BY id");
DB_SQL(count, "SELECT count(*) FROM thing");
DB_SQL(by_name, "SELECT id, name, data, share FROM thing WHERE name = $1");
DB_SQL(rename_all, "UPDATE thing SET name = name || $1");
DB_SQL(refuse, "DELETE FROM thing WHERE id = $1");

static const char schema[] =
	"CREATE TABLE thing (id INTEGER PRIMARY KEY, name TEXT UNIQUE, data BLOB, share REAL);"
	"CREATE TRIGGER keep BEFORE DELETE ON thing BEGIN SELECT RAISE (ABORT, 'things stay'); END;"
	"PRAGMA application_id = 1685091188; PRAGMA user_version = 7; PRAGMA journal_mode = WAL";

static const char *path;

static int
enter(void **state)
{
	struct err err = ERR_INIT;
	struct db *db;

	scratch_enter();
	path = scratch_path("test.db");
	db = db_open(path, DB_CREATE, 100, &err);
	if (!db || !db_script(db, schema, &err))
		return -1;
	db_close(db);
	db = db_open(path, DB_WRITE, 0, &err);
	*state = db;
	return db ? 0 : -1;
}

static int
leave(void **state)
{
	db_close(*state);
	scratch_leave();
	return 0;
}

static int64_t
things(struct db *db)
{
	struct err err = ERR_INIT;
	int64_t n = -1;

	assert_true(db_row(db, &count, NULL, NULL, &err, ">i", &n));
	return n;
}

static void
values_come_back(void **state)
{
	struct db *db = *state;
	struct err err = ERR_INIT;
	struct arena a = ARENA_INIT;
	struct str bytes = { "\0\1\2", 3 };
	struct db_stmt *s;
	const char *name;
	int64_t id, changed;
	double share;
	bool failed, found;

	assert_true(db_exec(db, &add, &changed, &err, "itbd", INT64_MIN, "ä", bytes, 0.5));
	assert_int_equal(changed, 1);
	assert_true(db_exec(db, &add, NULL, &err, "zsnn", INT64_C(0),
		(struct str){ "a\0b", 3 }));
	assert_true(db_exec(db, &add_reversed, NULL, &err, "ti", NULL, INT64_MAX));
	s = db_query(db, &all, &err, "");
	assert_true(db_next(s, &failed, &err));
	assert_true(db_int(s, 0) == INT64_MIN);
	assert_string_equal(db_text(s, 1, &a), "ä");
	assert_true(str_equal(db_bytes(s, 2), bytes));
	assert_true(db_double(s, 3) == 0.5);
	assert_true(db_next(s, &failed, &err));
	assert_int_equal(db_bytes(s, 1).len, 3);
	assert_true(db_is_null(s, 2));
	assert_true(db_next(s, &failed, &err));
	assert_true(db_int(s, 0) == INT64_MAX);
	assert_string_equal(db_text(s, 1, &a), ""); /* null */
	assert_false(db_next(s, &failed, &err));
	assert_false(failed);

	assert_true(db_row(db, &by_name, &a, &found, &err, "t>itsd", "ä", &id, &name, &bytes,
		&share));
	assert_true(found);
	assert_true(id == INT64_MIN && share == 0.5);
	assert_true(db_row(db, &by_name, &a, &found, &err, "t>i", "none", &id));
	assert_false(found);
	assert_false(db_row(db, &by_name, &a, NULL, &err, "t>i", "none", &id));
	assert_int_equal(err.code, ERR_INTERNAL);
	assert_true(db_exec(db, &rename_all, &changed, &err, "t", "x"));
	assert_int_equal(changed, 3);
	arena_fini(&a);
}

static void
returning(void **state)
{
	struct db *db = *state;
	struct err err = ERR_INIT;
	int64_t id = 0;
	bool found;

	assert_true(db_row(db, &add_returning, NULL, &found, &err, "t>i", "n", &id));
	assert_true(found && id == 1);
	assert_true(db_row(db, &add_returning, NULL, &found, &err, "t>i", "n", &id));
	assert_false(found);
	assert_int_equal(things(db), 1);
}

static void
refusals(void **state)
{
	struct db *db = *state;
	struct err err = ERR_INIT;

	assert_true(db_exec(db, &add, NULL, &err, "itnn", INT64_C(1), "n"));
	assert_false(db_exec(db, &add, NULL, &err, "itnn", INT64_C(2), "n"));
	assert_int_equal(err.code, ERR_INTERNAL);
	assert_false(db_exec(db, &refuse, NULL, &err, "i", INT64_C(1)));
	assert_int_equal(err.code, ERR_STATE);
	assert_string_equal(err.msg, "things stay");
	assert_int_equal(things(db), 1);
}

static void
transactions_nest(void **state)
{
	struct db *db = *state;
	struct err err = ERR_INIT;

	assert_true(db_begin(db, &err));
	assert_true(db_exec(db, &add, NULL, &err, "itnn", INT64_C(1), "outer"));
	assert_true(db_begin(db, &err));
	assert_true(db_exec(db, &add, NULL, &err, "itnn", INT64_C(2), "inner kept"));
	assert_true(db_commit(db, &err));
	assert_true(db_begin(db, &err));
	assert_true(db_exec(db, &add, NULL, &err, "itnn", INT64_C(3), "inner dropped"));
	assert_true(db_begin(db, &err));
	assert_true(db_exec(db, &add, NULL, &err, "itnn", INT64_C(4), "innermost"));
	assert_true(db_commit(db, &err));
	db_rollback(db);
	assert_int_equal(things(db), 2);
	assert_true(db_finish(db, true, &err));
	assert_false(db_in_transaction(db));
	assert_int_equal(things(db), 2);
	assert_true(db_begin(db, &err));
	assert_true(db_exec(db, &add, NULL, &err, "itnn", INT64_C(5), "dropped"));
	assert_false(db_finish(db, false, &err));
	assert_int_equal(things(db), 2);
}

/* SQLite gives a whole transaction up by itself after some errors: what follows must
 * not be committed one by one. */
static void
given_up_by_sqlite(void **state)
{
	struct db *db = *state;
	struct err err = ERR_INIT;

	assert_true(db_begin(db, &err));
	assert_true(db_begin(db, &err));
	assert_true(db_script(db, "ROLLBACK", &err));
	assert_false(db_exec(db, &add, NULL, &err, "itnn", INT64_C(1), "n"));
	assert_int_equal(err.code, ERR_WORKSPACE);
	assert_false(db_commit(db, &err));
	db_rollback(db);
	assert_false(db_in_transaction(db));
	assert_int_equal(things(db), 0);
}

static void
locked_by_another(void **state)
{
	struct db *db = *state, *other;
	struct err err = ERR_INIT;

	other = db_open(path, DB_WRITE, 0, &err);
	assert_non_null(other);
	assert_true(db_begin(other, &err));
	assert_false(db_begin(db, &err));
	assert_int_equal(err.code, ERR_BUSY);
	assert_false(db_in_transaction(db));
	assert_int_equal(things(db), 0); /* readers are not held up */
	assert_true(db_exec(other, &add, NULL, &err, "itnn", INT64_C(1), "n"));
	assert_true(db_commit(other, &err));
	assert_true(db_begin(db, &err));
	db_rollback(db);
	db_close(other);
	assert_int_equal(things(db), 1);
}

static void
reading_only(void **state)
{
	struct db *db;
	struct err err = ERR_INIT;
	int64_t number;

	(void)state;
	db = db_open(path, DB_READ, 0, &err);
	assert_non_null(db);
	assert_true(db_schema_number(db, &number, &err));
	assert_int_equal(number, 7);
	assert_int_equal(things(db), 0);
	assert_false(db_exec(db, &add, NULL, &err, "itnn", INT64_C(1), "n"));
	assert_int_equal(err.code, ERR_WORKSPACE);
	assert_non_null(strstr(err.msg, "read-only"));
	db_close(db);
}

static void
refuse_file(const char *name, struct str content, const char *word)
{
	struct err err = ERR_INIT;
	const char *file = scratch_path(name);

	if (content.p)
		assert_true(path_write_atomic(file, content, 0600, &err));
	for (int mode = DB_READ; mode <= DB_WRITE; mode++) {
		assert_null(db_open(file, (enum db_mode)mode, 0, &err));
		assert_int_equal(err.code, ERR_WORKSPACE);
		assert_non_null(strstr(err.msg, name));
		if (!strstr(err.msg, word))
			fail_msg("'%s' does not say '%s'", err.msg, word);
		assert_true(err.hint[0] != '\0');
	}
}

static void
files_that_are_not_ours(void **state)
{
	char garbage[4096];
	sqlite3 *foreign;

	(void)state;
	refuse_file("missing.db", STR_NONE, "there is no workspace");
	refuse_file("empty.db", STR(""), "empty");
	memset(garbage, 'g', sizeof(garbage));
	refuse_file("garbage.db", (struct str){ garbage, sizeof(garbage) }, "not an SQLite file");
	refuse_file("short.db", STR("SQLite"), "not an SQLite file");
	assert_int_equal(sqlite3_open(scratch_path("foreign.db"), &foreign), SQLITE_OK);
	assert_int_equal(sqlite3_exec(foreign, "CREATE TABLE t (a)", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(foreign);
	refuse_file("foreign.db", STR_NONE, "another program");
}

static void
damaged_pages(void **state)
{
	struct db *db = *state;
	struct err err = ERR_INIT;
	char junk[2048];
	int fd;

	for (int64_t i = 1; i < 2000; i++)
		assert_true(db_exec(db, &add, NULL, &err, "innn", i));
	db_close(db);
	*state = NULL;
	fd = open(path, O_WRONLY);
	memset(junk, 0xAA, sizeof(junk));
	assert_int_equal(pwrite(fd, junk, sizeof(junk), 4096), sizeof(junk));
	close(fd);
	db = db_open(path, DB_WRITE, 0, &err);
	assert_non_null(db);
	assert_false(db_check(db, &err));
	assert_int_equal(err.code, ERR_WORKSPACE);
	assert_non_null(strstr(err.msg, "damaged"));
	db_close(db);
}

static void
copies(void **state)
{
	struct db *db = *state, *copy;
	struct err err = ERR_INIT;
	const char *to = scratch_path("copy.db");
	struct stat st;

	umask(0);
	assert_true(db_exec(db, &add, NULL, &err, "itnn", INT64_C(1), "n"));
	assert_true(db_check(db, &err));
	assert_true(db_copy_to(db, to, &err));
	assert_int_equal(stat(to, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_false(path_exists(scratch_path("copy.db-wal")));
	assert_false(db_copy_to(db, to, &err));
	assert_int_equal(err.code, ERR_IO);
	copy = db_open(to, DB_READ, 0, &err);
	assert_non_null(copy);
	assert_int_equal(things(copy), 1);
	db_close(copy);
	assert_true(db_compact(db, &err));
}

/* An idle pass must not make and remove files. */
static void
wal_files_stay(void **state)
{
	struct err err = ERR_INIT;
	struct stat before, after;
	struct db *db;

	assert_true(db_exec(*state, &add, NULL, &err, "itnn", INT64_C(1), "n"));
	db_close(*state);
	*state = NULL;
	assert_int_equal(stat(scratch_path("test.db-wal"), &before), 0);
	db = db_open(path, DB_READ, 0, &err);
	assert_int_equal(things(db), 1);
	db_close(db);
	assert_int_equal(stat(scratch_path("test.db-wal"), &after), 0);
	assert_int_equal(before.st_ino, after.st_ino);
}

static void
busy_statement_is_reset(void **state)
{
	struct db *db = *state;
	struct err err = ERR_INIT;
	struct db_stmt *s;
	bool failed;

	for (int64_t i = 1; i <= 3; i++)
		assert_true(db_exec(db, &add, NULL, &err, "intn", i, "x"));
	s = db_query(db, &all, &err, "");
	assert_true(db_next(s, &failed, &err));
	db_end(s);
	db_end(s);
	db_end(NULL);
	s = db_query(db, &all, &err, "");
	assert_true(db_next(s, &failed, &err));
	db_end(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(values_come_back, enter, leave),
		cmocka_unit_test_setup_teardown(returning, enter, leave),
		cmocka_unit_test_setup_teardown(refusals, enter, leave),
		cmocka_unit_test_setup_teardown(transactions_nest, enter, leave),
		cmocka_unit_test_setup_teardown(given_up_by_sqlite, enter, leave),
		cmocka_unit_test_setup_teardown(locked_by_another, enter, leave),
		cmocka_unit_test_setup_teardown(reading_only, enter, leave),
		cmocka_unit_test_setup_teardown(files_that_are_not_ours, enter, leave),
		cmocka_unit_test_setup_teardown(damaged_pages, enter, leave),
		cmocka_unit_test_setup_teardown(copies, enter, leave),
		cmocka_unit_test_setup_teardown(wal_files_stay, enter, leave),
		cmocka_unit_test_setup_teardown(busy_statement_is_reset, enter, leave),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
