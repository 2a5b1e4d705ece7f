/* SPDX-License-Identifier: MIT */
/* The SQLite driver against real files: values, limits, places of errors, and
 * every known way to write through a read-only connection. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "tests/unit/lib_rows.h"

static char folder[64];
static char path[96];
static struct source *source;
static struct rows rows;

static void
make_file(const char *name, const char *sql)
{
	char *file = xasprintf("%s/%s", folder, name), *message = NULL;
	sqlite3 *db;

	assert_int_equal(sqlite3_open(file, &db), SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, &message) != SQLITE_OK)
		fail_msg("%s", message);
	sqlite3_close(db);
	free(file);
}

static int
setup(void **state)
{
	static const char sql[] =
		"CREATE TABLE t (id INTEGER PRIMARY KEY, name VARCHAR(20), amount DECIMAL(10,2),"
		" ok BOOLEAN, d DATE, ts TIMESTAMP, tm TIME, j JSON, b BLOB, r REAL);"
		"INSERT INTO t VALUES (1, 'é中🎉', 12.5, 1, '2024-01-02', '2024-01-02 03:04:05',"
		" '03:04:05.5', '{\"a\":1}', x'00ff', 1.5);"
		"INSERT INTO t VALUES (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);"
		"INSERT INTO t VALUES (-9223372036854775807 - 1, CAST(x'61ff62' AS TEXT), 7, 5,"
		" 'soon', 'never', 'late', 'x', 'text', 1e300);"
		"CREATE VIEW v AS SELECT id, name FROM t;"
		"CREATE TABLE big (n INTEGER);"
		"WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM c WHERE n < 25000)"
		" INSERT INTO big SELECT n FROM c;"
		"CREATE VIRTUAL TABLE docs USING fts5(body);"
		"INSERT INTO docs VALUES ('the quick fox');";

	(void)state;
	snprintf(folder, sizeof(folder), "%s", "/tmp/dpt-sqlite.XXXXXX");
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "path=%s/t.db", folder);
	make_file("t.db", sql);
	source = rows_open("sqlite", path);
	rows_init(&rows);
	return 0;
}

static int
teardown(void **state)
{
	char *command[] = { "rm", "-rf", folder, NULL };
	pid_t pid;

	(void)state;
	source_close(source);
	rows_fini(&rows);
	pid = fork();
	if (pid == 0) {
		execvp(command[0], command);
		_exit(127);
	}
	return 0;
}

static void
expect_error(const char *sql, enum err_code code, int line, int column)
{
	if (rows_query(&rows, source, sql, 100))
		fail_msg("passed: %s", sql);
	if (rows.err.code != code || (line && (rows.err.line != line ||
						rows.err.column != column)))
		fail_msg("%s: %s at %d:%d: %s", sql, err_code_name(rows.err.code), rows.err.line,
			rows.err.column, rows.err.msg);
}

static void
test_values(void **state)
{
	(void)state;
	assert_true(rows_query(&rows, source, "SELECT * FROM t ORDER BY id DESC;", 100));
	assert_string_equal(buf_text(&rows.head),
		"id:int(INTEGER)|name:text(VARCHAR(20))|amount:decimal(DECIMAL(10,2))|"
		"ok:bool(BOOLEAN)|d:date(DATE)|ts:timestamp(TIMESTAMP)|tm:time(TIME)|j:json(JSON)|"
		"b:bytes(BLOB)|r:float(REAL)");
	assert_string_equal(buf_text(&rows.text),
		"int:2|null|null|null|null|null|null|null|null|null\n"
		"int:1|text:é中🎉|decimal:12.5|bool:true|date:2024-01-02|"
		"timestamp:2024-01-02 03:04:05|time:03:04:05.5|json:{\"a\":1}|bytes:00ff|float:1.5\n"
		"int:-9223372036854775808|text:a\xEF\xBF\xBD" "b|decimal:7|int:5|text:soon|text:never|"
		"text:late|json:x|text:text|float:1.0e+300\n");
	assert_int_equal(rows.end.rows, 3);
	assert_false(rows.end.truncated);
}

static void
test_expressions(void **state)
{
	(void)state;
	assert_true(rows_query(&rows, source,
		"SELECT count(*) AS n, 1.0/2, x'', '', NULL, zeroblob(2), 'a''b' AS \"q|r\" FROM t", 9));
	assert_string_equal(buf_text(&rows.head),
		"n:int()|1.0/2:float()|x'':bytes()|'':text()|NULL:null()|zeroblob(2):bytes()|q|r:text()");
	assert_string_equal(buf_text(&rows.text), "int:3|float:0.5|bytes:|text:|null|bytes:0000|text:a'b\n");
	assert_true(rows_query(&rows, source, "SELECT body FROM docs WHERE docs MATCH 'fox'", 9));
	assert_string_equal(buf_text(&rows.text), "text:the quick fox\n");
	assert_true(rows_query(&rows, source, "SELECT id FROM t WHERE 0", 9));
	assert_string_equal(buf_text(&rows.head), "id:int(INTEGER)");
	assert_int_equal(rows.columns_seen, 1);
	assert_true(rows_query(&rows, source, "EXPLAIN QUERY PLAN SELECT * FROM t", 9));
	assert_true(rows_query(&rows, source, "SELECT name FROM pragma_table_info('v')", 9));
	assert_string_equal(buf_text(&rows.text), "text:id\ntext:name\n");
	assert_true(rows_query(&rows, source, "PRAGMA user_version", 9));
	assert_string_equal(buf_text(&rows.text), "int:0\n");
}

/* Floats read as SQLite writes them, whichever way they were written. */
static void
test_floats(void **state)
{
	static const char list[] =
		"WITH RECURSIVE c(n, x) AS (SELECT 0, 1 UNION ALL SELECT n + 1,"
		" (x * 48271) % 2147483647 FROM c WHERE n < 20000), v(f) AS (SELECT"
		" (x - 1073741823) / CAST(CASE n % 9 WHEN 0 THEN 1 WHEN 1 THEN 10 WHEN 2 THEN 100"
		" WHEN 3 THEN 8 WHEN 4 THEN 1000000 WHEN 5 THEN 10000000 WHEN 6 THEN 7"
		" WHEN 7 THEN 0.001 ELSE 1000 END AS REAL) FROM c"
		" UNION ALL VALUES (0.0), (-0.0), (1e9), (-1e9), (999999999.999999), (0.000001), (0.0001), (0.000099), (0.00012),"
		" (-0.5), (1e-7), (0.1 + 0.2), (1e300), (-9e999), (123456.7890125), (-0.000001))"
		" SELECT f, CAST(f AS TEXT) FROM v";

	(void)state;
	if (!rows_query(&rows, source, list, 30000))
		fail_msg("%s", rows.err.msg);
	assert_true(rows.row_count > 20000);
	for (struct str all = buf_str(&rows.text), line; all.len;) {
		size_t end = str_find(all, STR("\n"), 0), bar;

		line = str_slice(all, 0, end);
		bar = str_find(line, STR("|"), 0);
		if (!str_equal(str_slice(line, strlen("float:"), bar),
			    str_slice(line, bar + 1 + strlen("text:"), line.len)))
			fail_msg("%.*s", STR_ARG(line));
		all = str_slice(all, end + 1, all.len);
	}
}

static void
test_cut(void **state)
{
	static const struct {
		int64_t max, rows;
		bool truncated;
	} cases[] = { { 0, 0, true }, { 1, 1, true }, { 24999, 24999, true },
		{ 25000, 25000, false }, { 25001, 25000, false }, { INT64_MAX, 25000, false } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_true(rows_query(&rows, source, "SELECT n FROM big", cases[i].max));
		assert_int_equal(rows.row_count, cases[i].rows);
		assert_int_equal(rows.end.rows, cases[i].rows);
		assert_int_equal(rows.end.truncated, cases[i].truncated);
	}
	assert_true(rows_query(&rows, source, "SELECT n FROM big WHERE n < 0", 0));
	assert_false(rows.end.truncated);
}

static void
test_sink_stops(void **state)
{
	(void)state;
	rows.fail_at = 5;
	assert_false(rows_query(&rows, source, "SELECT n FROM big", 100));
	rows.fail_at = -1;
	assert_int_equal(rows.err.code, ERR_IO);
	assert_true(rows_query(&rows, source, "SELECT 1", 100));
}

static void
test_describe(void **state)
{
	(void)state;
	assert_true(rows_describe(&rows, source, "SELECT id, amount*2 AS twice, name FROM t -- all"));
	assert_string_equal(buf_text(&rows.head),
		"id:int(INTEGER)|twice:null()|name:text(VARCHAR(20))");
	assert_int_equal(rows.row_count, 0);
	assert_false(rows_describe(&rows, source, "SELECT nope FROM t"));
	assert_int_equal(rows.err.code, ERR_SQL);
	assert_false(rows_describe(&rows, source, "DELETE FROM t"));
	assert_int_equal(rows.err.code, ERR_READ_ONLY);
}

static void
test_places(void **state)
{
	(void)state;
	expect_error("SELECT id,\n  nope\nFROM t", ERR_SQL, 2, 3);
	expect_error("SELECT '中中', nope FROM t", ERR_SQL, 1, 14);
	expect_error("SELECT 1 FRM t WHERE", ERR_SQL, 1, 14);
	expect_error("SELECT 1 FROM missing", ERR_SQL, 0, 0);
	expect_error("SELECT \"typo\" FROM t", ERR_SQL, 1, 8);
	expect_error("SELECT 1; SELECT 2", ERR_SQL, 1, 11);
	expect_error("SELECT 1;\n-- then\n;/* c */ DELETE FROM t;", ERR_SQL, 3, 10);
	expect_error("", ERR_SQL, 0, 0);
	expect_error(" -- only\n/* comments */ ;;", ERR_SQL, 0, 0);
	expect_error("SELECT '\xff'", ERR_SQL, 0, 0);
	expect_error("SELECT 'open", ERR_SQL, 0, 0);
	assert_true(rows_query(&rows, source, "/* a */ SELECT 1 ; -- b\n ;; /* open", 9));
}

static void
test_nul_byte(void **state)
{
	static const char text[] = "SELECT 1\n \0; DELETE FROM t";
	struct query_limits limits = { 10, DEADLINE_NONE };

	(void)state;
	rows_query(&rows, source, "SELECT 1", 1);
	assert_false(source->ops->query(source, (struct str){ text, sizeof(text) - 1 }, &limits,
		&rows.sink, &rows.end, &rows.err));
	assert_int_equal(rows.err.code, ERR_SQL);
	assert_int_equal(rows.err.line, 2);
	assert_int_equal(rows.err.column, 2);
}

static void
test_read_only(void **state)
{
	static const char *const hostile[] = {
		"INSERT INTO t(id) VALUES (9)",
		"UPDATE t SET name = 'x'",
		"DELETE FROM t",
		"REPLACE INTO t(id) VALUES (9)",
		"INSERT INTO t(id) VALUES (9) RETURNING id",
		"WITH x AS (SELECT 1) DELETE FROM t",
		"DROP TABLE t",
		"ALTER TABLE t RENAME TO u",
		"CREATE TABLE u (a)",
		"CREATE TEMP TABLE u (a)",
		"CREATE VIEW u AS SELECT 1",
		"CREATE VIRTUAL TABLE u USING fts5(a)",
		"CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END",
		"CREATE INDEX i ON t(name)",
		"ATTACH '%s/new.db' AS other",
		"DETACH main",
		"VACUUM",
		"VACUUM INTO '%s/new.db'",
		"PRAGMA query_only = 0",
		"PRAGMA query_only(0)",
		"PRAGMA writable_schema = 1",
		"PRAGMA journal_mode = DELETE",
		"PRAGMA user_version = 5",
		"PRAGMA main.user_version = 5",
		"PRAGMA temp_store_directory = '/tmp'",
		"PRAGMA wal_checkpoint(TRUNCATE)",
		"PRAGMA incremental_vacuum",
		"PRAGMA optimize",
		"PRAGMA mmap_size = 1000000000",
		"BEGIN IMMEDIATE",
		"COMMIT",
		"SAVEPOINT a",
		"REINDEX",
		"ANALYZE",
		"SELECT load_extension('%s/evil')",
		"EXPLAIN DELETE FROM t",
		"INSERT INTO docs(docs) VALUES('optimize')",
		"DELETE FROM docs",
	};
	char *file = xasprintf("%s/new.db", folder);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(hostile); i++) {
		const char *at = strstr(hostile[i], "%s");
		char *sql = at ? xasprintf("%.*s%s%s", (int)(at - hostile[i]), hostile[i], folder,
					 at + 2) : xstrdup(hostile[i]);

		if (rows_query(&rows, source, sql, 10))
			fail_msg("passed: %s", sql);
		if (rows.err.code != ERR_READ_ONLY)
			fail_msg("%s: %s: %s", sql, err_code_name(rows.err.code), rows.err.msg);
		free(sql);
	}
	assert_int_equal(access(file, F_OK), -1);
	free(file);
	/* These are unknown to the library: an error of the statement, not a write. */
	expect_error("SELECT readfile('/etc/passwd')", ERR_SQL, 0, 0);
	expect_error("SELECT writefile('/tmp/x', 'y')", ERR_SQL, 0, 0);
	expect_error("DELETE FROM sqlite_master", ERR_SQL, 0, 0);
	expect_error("UPDATE sqlite_master SET sql = 'x'", ERR_SQL, 0, 0);
	expect_error("EXPLAIN UPDATE sqlite_schema SET sql = 'x'", ERR_SQL, 0, 0);
	assert_true(rows_query(&rows, source, "SELECT count(*) FROM t", 10));
	assert_string_equal(buf_text(&rows.text), "int:3\n");
}

static void
test_too_large(void **state)
{
	(void)state;
	expect_error("SELECT zeroblob(200000000)", ERR_LIMIT, 0, 0);
	expect_error("SELECT hex(zeroblob(60000000))", ERR_LIMIT, 0, 0);
}

static const char endless[] =
	"WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM c) SELECT max(n) FROM c";

static void
test_deadline(void **state)
{
	struct query_limits limits = { 10, deadline_in_us(50000) };
	int64_t start = clock_mono_us();

	(void)state;
	rows_query(&rows, source, "SELECT 1", 1);
	assert_false(source->ops->query(source, str_from(endless), &limits, &rows.sink, &rows.end,
		&rows.err));
	assert_int_equal(rows.err.code, ERR_TIMEOUT);
	assert_true(clock_mono_us() - start < 5 * CLOCK_SECOND);
	assert_true(rows_query(&rows, source, "SELECT 1", 100));
}

static int
count_rows_and_cancel(struct rows *r, volatile int *cancelled)
{
	struct query_limits limits = { INT64_MAX, { INT64_MAX, cancelled } };

	rows_query(r, source, "SELECT 1", 1);
	assert_false(source->ops->query(source, str_from(endless), &limits, &r->sink, &r->end,
		&r->err));
	return r->err.code;
}

static volatile int cancelled;

static void
on_alarm(int number)
{
	(void)number;
	cancelled = 1;
}

static void
test_cancel(void **state)
{
	(void)state;
	signal(SIGALRM, on_alarm);
	ualarm(50000, 0);
	assert_int_equal(count_rows_and_cancel(&rows, &cancelled), ERR_CANCELLED);
	assert_true(rows_query(&rows, source, "SELECT 1", 100));
}

static struct source *
try_open(const char *words, struct err *err)
{
	struct settings settings = SETTINGS_INIT;
	struct deadline deadline = deadline_in_us(20 * CLOCK_SECOND);
	struct source *s;

	rows_settings(&settings, "sqlite", words);
	s = source_open(source_kind_find("sqlite"), &settings, &deadline, err);
	settings_fini(&settings);
	return s;
}

static void
expect_no_open(const char *name, const char *word)
{
	char *words = xasprintf("path=%s/%s", folder, name);
	struct err err = ERR_INIT;

	if (try_open(words, &err))
		fail_msg("%s was opened", name);
	assert_int_equal(err.code, ERR_CONNECT);
	if (!strstr(err.msg, word))
		fail_msg("%s: %s", name, err.msg);
	free(words);
}

static void
test_open(void **state)
{
	char *file = xasprintf("%s/noise.db", folder), *missing = xasprintf("%s/no.db", folder);
	FILE *f = fopen(file, "w");

	(void)state;
	for (int i = 0; i < 2000; i++)
		fputs("noise ", f);
	fclose(f);
	expect_no_open("no.db", "No such file");
	assert_int_equal(access(missing, F_OK), -1);
	expect_no_open("", "folder");
	expect_no_open("noise.db", "not a SQLite database");
	free(file);
	free(missing);
}

static void
test_locked(void **state)
{
	struct deadline deadline = deadline_in_us(100000);
	struct err err = ERR_INIT;
	char *file = xasprintf("%s/t.db", folder);
	sqlite3 *db;

	(void)state;
	assert_int_equal(sqlite3_open(file, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "BEGIN EXCLUSIVE", NULL, NULL, NULL), SQLITE_OK);
	assert_false(source->ops->ping(source, &deadline, &err));
	assert_int_equal(err.code, ERR_CONNECT);
	sqlite3_close(db);
	deadline = deadline_in_us(CLOCK_SECOND);
	assert_true(source->ops->ping(source, &deadline, &err));
	free(file);
}

static void
test_write_ahead_log(void **state)
{
	char *words = xasprintf("path=%s/wal.db", folder);
	struct source *s;

	(void)state;
	make_file("wal.db", "PRAGMA journal_mode = WAL; CREATE TABLE w (a); INSERT INTO w VALUES (4)");
	s = rows_open("sqlite", words);
	assert_true(rows_query(&rows, s, "SELECT a FROM w", 9));
	assert_string_equal(buf_text(&rows.text), "int:4\n");
	source_close(s);
	free(words);
}

/* In another account that may not write beside the file: the exit status tells. */
static int
read_as_nobody(const char *words)
{
	struct err err = ERR_INIT;
	struct source *s;

	if (geteuid() == 0 && setuid(65534) != 0)
		return 2;
	s = try_open(words, &err);
	if (!s || !rows_query(&rows, s, "SELECT a FROM w", 9))
		return 3;
	return strcmp(buf_text(&rows.text), "int:4\n") == 0 ? 0 : 4;
}

static void
test_frozen_log(void **state)
{
	char *place = xasprintf("%s/frozen", folder), *file = xasprintf("%s/w.db", place);
	char *words = xasprintf("path=%s", file);
	int status;
	pid_t pid;

	(void)state;
	assert_int_equal(mkdir(place, 0755), 0);
	make_file("frozen/w.db",
		"PRAGMA journal_mode = WAL; CREATE TABLE w (a); INSERT INTO w VALUES (4)");
	chmod(folder, 0755);
	chmod(file, 0444);
	chmod(place, 0555);
	pid = fork();
	if (pid == 0)
		_exit(read_as_nobody(words));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	chmod(place, 0755);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	free(place);
	free(file);
	free(words);
}

static void
test_schema(void **state)
{
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;

	(void)state;
	assert_true(rows_schema(&text, source, NULL, NULL, &err));
	assert_string_equal(buf_text(&text), ".big table\n.docs table\n.t table\n.v view\n");
	assert_true(rows_schema(&text, source, NULL, "v", &err));
	assert_string_equal(buf_text(&text), ".v.id INTEGER\n.v.name VARCHAR(20)\n");
	assert_false(rows_schema(&text, source, NULL, "x'; DROP TABLE t; --", &err));
	assert_int_equal(err.code, ERR_NOT_FOUND);
	buf_fini(&text);
}

static void
test_settings(void **state)
{
	const struct source_kind *kind = source_kind_find("sqlite");
	struct settings settings = SETTINGS_INIT;
	struct err err = ERR_INIT;

	(void)state;
	assert_false(source_settings_check(kind, &settings, &err));
	settings_set(&settings, "paht", STR("/x"), false);
	assert_false(source_settings_check(kind, &settings, &err));
	assert_string_equal(err.hint, "did you mean path?");
	settings_fini(&settings);
	assert_null(source_kind_find("oracle9"));
	for (size_t i = 0; i < source_kind_count(); i++)
		assert_ptr_equal(source_kind_find(source_kind_at(i)->name), source_kind_at(i));
	assert_null(source_kind_at(source_kind_count()));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_expressions),
		cmocka_unit_test(test_floats),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_sink_stops),
		cmocka_unit_test(test_describe),
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_nul_byte),
		cmocka_unit_test(test_read_only),
		cmocka_unit_test(test_too_large),
		cmocka_unit_test(test_deadline),
		cmocka_unit_test(test_cancel),
		cmocka_unit_test(test_open),
		cmocka_unit_test(test_locked),
		cmocka_unit_test(test_write_ahead_log),
		cmocka_unit_test(test_frozen_log),
		cmocka_unit_test(test_schema),
		cmocka_unit_test(test_settings),
	};

	return cmocka_run_group_tests_name("source_sqlite", tests, setup, teardown);
}
