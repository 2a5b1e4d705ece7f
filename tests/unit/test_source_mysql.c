/* SPDX-License-Identifier: MIT */
/* The MySQL driver against a real MariaDB: tests/integration/test_source_mysql starts
 * it and names it in DPSTUDIO_TEST_MYSQL (plain) and DPSTUDIO_TEST_MYSQL_TLS with
 * DPSTUDIO_TEST_CA. Without them everything is skipped. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/lib_rows.h"

static const char *server;
static struct source *source;
static struct rows rows;

static int
setup(void **state)
{
	(void)state;
	/* Anything that would lead elsewhere must be ignored. */
	setenv("MYSQL_PWD", "wrong", 1);
	setenv("MYSQL_TCP_PORT", "1", 1);
	setenv("MARIADB_PLUGIN_DIR", "/tmp", 1);
	rows_init(&rows);
	server = getenv("DPSTUDIO_TEST_MYSQL");
	if (server)
		source = rows_open("mysql", server);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	source_close(source);
	rows_fini(&rows);
	return 0;
}

#define NEED_SERVER()                                                                         \
	do {                                                                                  \
		(void)state;                                                                  \
		if (!server)                                                                  \
			skip();                                                               \
	} while (0)

static void
must(const char *sql)
{
	if (!rows_query(&rows, source, sql, 1000))
		fail_msg("%s: %s", sql, rows.err.msg);
}

static void
expect_error(const char *sql, enum err_code code, int line, int column)
{
	if (rows_query(&rows, source, sql, 100))
		fail_msg("passed: %s", sql);
	if (rows.err.code != code ||
		(line && (rows.err.line != line || rows.err.column != column)))
		fail_msg("%s: %s at %d:%d: %s", sql, err_code_name(rows.err.code), rows.err.line,
			rows.err.column, rows.err.msg);
}

static void
test_values(void **state)
{
	NEED_SERVER();
	must("SELECT * FROM kinds ORDER BY l DESC");
	assert_string_equal(buf_text(&rows.head),
		"b:int(tinyint)|s:int(smallint)|i:int(int unsigned)|l:int(bigint)|"
		"d2:decimal(decimal(10,2))|n:decimal(decimal(40,5))|r:float(float)|f:float(double)|"
		"t:text(text)|v:text(varchar(9))|c:text(char(3))|y:bytes(varbinary(9))|bl:bytes(blob)|"
		"d:date(date)|ti:time(time)|ts:timestamp(datetime)|st:timestamp(timestamp)|"
		"yr:int(year)|bi:int(bit)|e:text(enum)|se:text(set)|j:json(json)|u:text(uuid)");
	assert_string_equal(buf_text(&rows.text),
		"int:1|int:-5|int:4294967295|int:9223372036854775807|decimal:12.50|"
		"decimal:12345678901234567890123456789012345.00001|float:1.5|float:0.1|"
		"text:é中🎉|text:vc|text:ab|bytes:00ff|bytes:01|date:2024-01-02|time:03:04:05.50|"
		"timestamp:2024-01-02 03:04:05.250000|timestamp:2024-01-02 03:04:05|int:2024|int:258|"
		"text:good|text:a,b|json:{\"a\": 1}|text:123e4567-e89b-12d3-a456-426614174000\n"
		"int:5|null|int:0|int:1|null|null|null|null|text:|null|null|bytes:|null|"
		"text:0000-00-00|text:-838:59:59.00|text:2024-00-00 00:00:00.000000|null|null|null|null|"
		"text:|null|null\n");
	assert_int_equal(rows.end.rows, 2);
}

static void
test_shapes(void **state)
{
	NEED_SERVER();
	must("SELECT 1 AS a FROM kinds WHERE false;");
	assert_string_equal(buf_text(&rows.head), "a:int(int)");
	assert_int_equal(rows.columns_seen, 1);
	assert_int_equal(rows.end.rows, 0);
	must("(SELECT 1) UNION (SELECT 2) ORDER BY 1");
	assert_string_equal(buf_text(&rows.text), "int:1\nint:2\n");
	must("/* a */ -- b\n # c\n WITH x AS (SELECT 5 AS n) SELECT n FROM x -- end");
	assert_string_equal(buf_text(&rows.text), "int:5\n");
	must("VALUES (1, 'x'), (2, NULL)");
	must("SHOW TABLES");
	must("DESCRIBE kinds");
	must("EXPLAIN SELECT * FROM kinds");
	must("SELECT 1 /*! + 1 */ AS two");
	assert_string_equal(buf_text(&rows.text), "int:2\n");
	must("SELECT replace('abc', 'b', 'x'), 'DELETE FROM victim', `delete` FROM"
	     " (SELECT 3 AS `delete`) t");
	assert_string_equal(buf_text(&rows.text), "text:axc|text:DELETE FROM victim|int:3\n");
	must("SELECT NULL, @a := 5, USER() LIKE 'tester@%', TRUE");
	assert_string_equal(buf_text(&rows.text), "null|int:5|int:1|int:1\n");
}

static void
test_describe(void **state)
{
	NEED_SERVER();
	assert_true(rows_describe(&rows, source,
		"SELECT d2, v, SLEEP(100) AS z, count(*) AS n FROM kinds GROUP BY 1, 2;"));
	assert_string_equal(buf_text(&rows.head),
		"d2:decimal(decimal(10,2))|v:text(varchar(9))|z:int(int)|n:int(bigint)");
	assert_int_equal(rows.row_count, 0);
	assert_false(rows_describe(&rows, source, "SELECT 1,\n 'é中', nope FROM kinds"));
	assert_int_equal(rows.err.code, ERR_SQL);
	assert_int_equal(rows.err.line, 2);
	assert_int_equal(rows.err.column, 8);
	assert_false(rows_describe(&rows, source, "SELECT 1; SELECT 2"));
	assert_int_equal(rows.err.code, ERR_SQL);
	assert_false(rows_describe(&rows, source, "DELETE FROM kinds"));
	assert_int_equal(rows.err.code, ERR_READ_ONLY);
	must("SELECT 1");
}

static void
test_places(void **state)
{
	NEED_SERVER();
	expect_error("SELECT i,\n  'é中', nope\nFROM kinds", ERR_SQL, 2, 9);
	expect_error("SELECT 1 FROM kinds WHRE a = 1", ERR_SQL, 1, 26);
	expect_error("SELECT 1,\n2 FROM kinds WHERE (a = 1", ERR_SQL, 2, 26);
	expect_error("SELECT 1 FROM missing_table", ERR_SQL, 1, 15);
	expect_error("SELECT 1; SELECT 2", ERR_SQL, 1, 11);
	expect_error("SELECT coutn(i) FROM kinds", ERR_SQL, 1, 8);
	expect_error("SELECT nope, nope FROM kinds", ERR_SQL, 0, 0);
	expect_error("SELECT exp(710) FROM kinds", ERR_SQL, 0, 0);
	expect_error("SELECT (SELECT l FROM kinds)", ERR_SQL, 0, 0);
	expect_error("", ERR_SQL, 0, 0);
	expect_error("-- nothing\n;", ERR_SQL, 0, 0);
	expect_error("SELECT 'a\xff'", ERR_SQL, 0, 0);
	expect_error("SELECT 'open", ERR_SQL, 1, 8);
	must("SELECT 1");
}

static void
test_cut(void **state)
{
	static const struct {
		int64_t max, rows;
		bool truncated;
	} cases[] = { { 0, 0, true }, { 1, 1, true }, { 2999, 2999, true },
		{ 3000, 3000, false }, { 3001, 3000, false }, { INT64_MAX, 3000, false } };
	int64_t start = clock_mono_us();

	NEED_SERVER();
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_true(rows_query(&rows, source,
			"SELECT seq, repeat('x', 100) FROM seq_1_to_3000", cases[i].max));
		assert_int_equal(rows.row_count, cases[i].rows);
		assert_int_equal(rows.end.rows, cases[i].rows);
		assert_int_equal(rows.end.truncated, cases[i].truncated);
	}
	/* An own LIMIT is above the session's bound: such a one is stopped by KILL, and
	 * the session is fine after it. */
	for (int i = 0; i < 3; i++) {
		assert_true(rows_query(&rows, source, "SELECT seq, repeat('x', 1000)"
			" FROM seq_1_to_1000000000 LIMIT 900000000", 10));
		assert_int_equal(rows.end.rows, 10);
		assert_true(rows.end.truncated);
		must("SELECT 1");
	}
	assert_true(clock_mono_us() - start < 15 * CLOCK_SECOND);
}

static void
test_sink_stops(void **state)
{
	NEED_SERVER();
	rows.fail_at = 5;
	assert_false(rows_query(&rows, source, "SELECT seq FROM seq_1_to_100000000", INT64_MAX));
	rows.fail_at = -1;
	assert_int_equal(rows.err.code, ERR_IO);
	must("SELECT 1");
}

static void
test_large_cell(void **state)
{
	NEED_SERVER();
	rows.quiet = true;
	must("SELECT repeat('\u4e2d', 4000000)");
	rows.quiet = false;
	assert_int_equal(rows.row_count, 1);
}

static void
test_read_only(void **state)
{
	static const char *const hostile[] = {
		"INSERT INTO victim VALUES (2)",
		"UPDATE victim SET a = 2",
		"DELETE FROM victim",
		"REPLACE INTO victim VALUES (2)",
		"TRUNCATE victim",
		"CREATE TABLE u (a int)",
		"CREATE TEMPORARY TABLE u (a int)",
		"DROP TABLE victim",
		"SELECT * FROM victim INTO OUTFILE '/tmp/dpt-hole'",
		"SELECT 'x' INTO DUMPFILE '/tmp/dpt-hole'",
		"SELECT * INTO /* x */ OUTFILE '/tmp/dpt-hole' FROM victim",
		"SELECT 1 /*! INTO OUTFILE '/tmp/dpt-hole' */",
		"SELECT 1 /*!50000 INTO */ OUTFILE '/tmp/dpt-hole'",
		"/*!50000 DELETE FROM victim */",
		"/*M! DELETE FROM victim */",
		"SELECT 1 /*M! INTO OUTFILE '/tmp/dpt-hole' */",
		"SELECT 1 /*!99999 ' */ INTO OUTFILE '/tmp/dpt-hole' -- '",
		"/*!99999 SELECT */ SET SESSION TRANSACTION READ WRITE",
		"/*M!999999 SELECT */ DELETE FROM victim",
		"SELECT wipe_now()",
		"SELECT NEXTVAL(counter)",
		"ANALYZE DELETE FROM victim",
		"ANALYZE TABLE victim",
		"EXPLAIN ANALYZE DELETE FROM victim",
		"SET SESSION TRANSACTION READ WRITE",
		"SET STATEMENT max_statement_time = 1 FOR DELETE FROM victim",
		"SET GLOBAL read_only = 0",
		"START TRANSACTION READ WRITE",
		"BEGIN",
		"COMMIT",
		"ROLLBACK",
		"CALL wipe()",
		"DO wipe_now()",
		"PREPARE p FROM 'DELETE FROM victim'",
		"EXECUTE IMMEDIATE 'DELETE FROM victim'",
		"LOAD DATA LOCAL INFILE '/etc/passwd' INTO TABLE victim",
		"LOCK TABLES victim WRITE",
		"FLUSH TABLES",
		"KILL 1",
		"HANDLER victim OPEN",
		"USE mysql",
		"GRANT ALL ON *.* TO reader@'127.0.0.1'",
		"OPTIMIZE TABLE victim",
		"SHUTDOWN",
		"BEGIN NOT ATOMIC DELETE FROM victim; END",
		"IF 1 THEN DELETE FROM victim; END IF",
	};

	NEED_SERVER();
	for (size_t i = 0; i < ARRAY_LEN(hostile); i++) {
		if (rows_query(&rows, source, hostile[i], 10))
			fail_msg("passed: %s", hostile[i]);
		if (rows.err.code != ERR_READ_ONLY)
			fail_msg("%s: %s: %s", hostile[i], err_code_name(rows.err.code),
				rows.err.msg);
	}
	must("SELECT a FROM victim");
	assert_string_equal(buf_text(&rows.text), "int:1\n");
	assert_int_equal(access("/tmp/dpt-hole", F_OK), -1);
}

static bool
query_within(const char *sql, struct deadline deadline)
{
	struct query_limits limits = { INT64_MAX, deadline };
	bool done;

	rows_query(&rows, source, "SELECT 1 FROM victim WHERE false", 1);
	rows.columns_seen = 0;
	rows.quiet = true;
	done = source->ops->query(source, str_from(sql), &limits, &rows.sink, &rows.end, &rows.err);
	rows.quiet = false;
	return done;
}

static void
test_deadline(void **state)
{
	static const char *const slow[] = { "SELECT SLEEP(60)",
		"SELECT seq, repeat('x', 100) FROM seq_1_to_10000000000",
		"SELECT count(*) FROM seq_1_to_100000 a, seq_1_to_100000 b" };

	NEED_SERVER();
	for (size_t i = 0; i < ARRAY_LEN(slow); i++) {
		int64_t start = clock_mono_us();

		assert_false(query_within(slow[i], deadline_in_us(200000)));
		if (rows.err.code != ERR_TIMEOUT)
			fail_msg("%s: %s", slow[i], rows.err.msg);
		assert_true(clock_mono_us() - start < 4 * CLOCK_SECOND);
		must("SELECT 1");
	}
	/* The server's own limit also holds when the client is not there to kill. */
	must("SELECT @@max_statement_time BETWEEN 1 AND 30");
	assert_string_equal(buf_text(&rows.text), "int:1\n");
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
	struct deadline deadline = { INT64_MAX, &cancelled };
	int64_t start = clock_mono_us();

	NEED_SERVER();
	signal(SIGALRM, on_alarm);
	ualarm(100000, 0);
	assert_false(query_within("SELECT SLEEP(60)", deadline));
	assert_int_equal(rows.err.code, ERR_CANCELLED);
	assert_true(clock_mono_us() - start < 4 * CLOCK_SECOND);
	assert_false(query_within("SELECT 1", deadline));
	assert_int_equal(rows.err.code, ERR_CANCELLED);
	must("SELECT 1");
}

/* The way of the supervisor: another process knows only the token. */
static void
test_cancel_token(void **state)
{
	struct deadline deadline = deadline_in_us(10 * CLOCK_SECOND);
	const struct source_kind *kind = source_kind_find("mysql");
	struct settings settings = SETTINGS_INIT;
	struct err err = ERR_INIT;
	char token[128];
	pid_t pid;

	NEED_SERVER();
	source->ops->cancel_token(source, token);
	assert_true(strlen(token) > 0);
	rows_settings(&settings, "mysql", server);
	pid = fork();
	if (pid == 0) {
		usleep(200000);
		_exit(source_cancel(kind, &settings, token, &deadline, &err) ? 0 : 1);
	}
	assert_false(query_within("SELECT SLEEP(60)", deadline));
	assert_non_null(strstr(rows.err.msg, "interrupted"));
	assert_false(source_cancel(kind, &settings, "1; DROP TABLE victim", &deadline, &err));
	settings_fini(&settings);
	must("SELECT 1");
}

static void
test_killed(void **state)
{
	struct source *other;
	struct deadline deadline = deadline_in_us(5 * CLOCK_SECOND);

	NEED_SERVER();
	other = rows_open("mysql", server);
	/* The session kills itself: only the server process knows how. */
	assert_false(rows_query(&rows, other, "SELECT kill_me()", 1) &&
		     rows_query(&rows, other, "SELECT 1", 1));
	if (rows.err.code != ERR_CONNECT)
		fail_msg("%s: %s", err_code_name(rows.err.code), rows.err.msg);
	assert_false(other->ops->ping(other, &deadline, &rows.err));
	assert_int_equal(rows.err.code, ERR_CONNECT);
	source_close(other);
	assert_true(source->ops->ping(source, &deadline, &rows.err));
}

static struct source *
try_open(const char *words, struct err *err)
{
	struct settings settings = SETTINGS_INIT;
	struct deadline deadline = deadline_in_us(20 * CLOCK_SECOND);
	struct source *s;

	rows_settings(&settings, "mysql", words);
	s = source_open(source_kind_find("mysql"), &settings, &deadline, err);
	settings_fini(&settings);
	return s;
}

/* Opens the server with more words; the error's message must hold `word`, NULL: it
 * must open. */
static void
expect_open(const char *first, const char *more, const char *word)
{
	char *words = xasprintf("%s %s", first, more);
	struct err err = ERR_INIT;
	struct source *s = try_open(words, &err);

	if (!!s != !word)
		fail_msg("%s: %s", words, s ? "opened" : err.msg);
	if (word && !strstr(err.msg, word))
		fail_msg("%s: %s", words, err.msg);
	if (word && err.code != ERR_CONNECT)
		fail_msg("%s: %s", words, err_code_name(err.code));
	if (strstr(err.msg, "secret") || strstr(err.hint, "secret"))
		fail_msg("a password shows: %s", err.msg);
	source_close(s);
	free(words);
}

static void
test_login(void **state)
{
	NEED_SERVER();
	expect_open(server, "user=reader password=reader-secret", NULL);
	expect_open(server, "host=localhost", NULL);
	expect_open(server, "user=reader password=wrong-secret", "Access denied");
	expect_open(server, "user=reader", "Access denied");
	expect_open(server, "database=nowhere", "Unknown database");
	expect_open(server, "port=1", "Can't connect");
	expect_open(server, "host=no-such-host.invalid", "Unknown server host");
	expect_open(server, "sslmode=require", "does not support");
	expect_open(server, "sslmode=verify-full", "does not support");
	expect_open(server, "sslmode=prefer", NULL);
	expect_open(server, "sslmode=disable", NULL);
}

static void
test_tls(void **state)
{
	const char *secured = getenv("DPSTUDIO_TEST_MYSQL_TLS");
	char *ca, *named;

	NEED_SERVER();
	assert_non_null(secured);
	ca = xasprintf("sslmode=verify-full sslrootcert=%s", getenv("DPSTUDIO_TEST_CA"));
	named = xasprintf("%s host=localhost", ca);
	expect_open(secured, ca, NULL);
	expect_open(secured, named, NULL);
	expect_open(secured, "sslmode=verify-full", "certificate");
	expect_open(secured, "sslmode=require", NULL);
	expect_open(secured, "", NULL);
	free(named);
	named = xasprintf("%s host=127.0.0.2", ca);
	expect_open(secured, named, "alid");
	free(ca);
	free(named);
}

static void
test_schema(void **state)
{
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;

	NEED_SERVER();
	assert_true(rows_schema(&text, source, NULL, NULL, &err));
	assert_string_equal(buf_text(&text), "test.counter table\ntest.counting view\n"
					     "test.kinds table\ntest.victim table\n");
	assert_true(rows_schema(&text, source, "other", "kinds", &err));
	assert_string_equal(buf_text(&text), "other.kinds.single decimal(5,1)\n");
	assert_true(rows_schema(&text, source, NULL, "victim", &err));
	assert_string_equal(buf_text(&text), "test.victim.a int(11)\n");
	assert_false(rows_schema(&text, source, NULL, "x'; DROP TABLE victim; --\\' ", &err));
	assert_int_equal(err.code, ERR_NOT_FOUND);
	buf_fini(&text);
}

static void
test_relatives(void **state)
{
	static const char *const kinds[] = { "starrocks", "doris", "adb-mysql" };

	NEED_SERVER();
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		struct source *s = rows_open(kinds[i], server);

		assert_true(rows_query(&rows, s, "SELECT 1", 1));
		source_close(s);
	}
	assert_true(strncmp(source->ops->version(source), "MariaDB 1", 9) == 0);
}

/* The words of a double with the behaviour that its database name picks. */
static struct source *
open_double(const char *behaviour, int64_t within_us, struct err *err)
{
	struct settings settings = SETTINGS_INIT;
	struct deadline deadline = deadline_in_us(within_us);
	char *words = xasprintf("%s user=x password=y-secret database=%s",
		getenv("DPSTUDIO_TEST_MYSQL_DOUBLE"), behaviour);
	struct source *s;

	rows_settings(&settings, "mysql", words);
	s = source_open(source_kind_find("mysql"), &settings, &deadline, err);
	settings_fini(&settings);
	free(words);
	return s;
}

/* A server that prepares nothing and knows other settings; where it may not protect,
 * words do. */
static void
test_lesser_relatives(void **state)
{
	struct err err = ERR_INIT;
	struct source *s;

	NEED_SERVER();
	s = open_double("starrocks", 5 * CLOCK_SECOND, &err);
	if (!s)
		fail_msg("%s", err.msg);
	assert_true(rows_describe(&rows, s, "SELECT n;"));
	assert_string_equal(buf_text(&rows.head), "n:int(int)");
	assert_true(rows_describe(&rows, s, "SELECT n"));
	for (int i = 0; i < 2; i++) {
		if (!rows_query(&rows, s, "SELECT n", 10))
			fail_msg("%s", rows.err.msg);
		assert_string_equal(buf_text(&rows.text), "int:42\n");
	}
	assert_false(rows_query(&rows, s, "WITH x AS (SELECT 1) DELETE FROM t", 10));
	assert_int_equal(rows.err.code, ERR_READ_ONLY);
	source_close(s);
}

/* What they got shows in the script: neither a file nor a password in clear. */
static void
test_bad_peers(void **state)
{
	static const char *const silent[] = { "hang", "garbage", "cleartext" };
	int64_t start = clock_mono_us();
	struct err err = ERR_INIT;
	struct source *s;

	NEED_SERVER();
	for (size_t i = 0; i < ARRAY_LEN(silent); i++) {
		s = open_double(silent[i], 500000, &err);
		if (s || err.code != ERR_CONNECT)
			fail_msg("%s: %s", silent[i], s ? "opened" : err.msg);
	}
	s = open_double("cut", 5 * CLOCK_SECOND, &err);
	assert_non_null(s);
	assert_false(rows_query(&rows, s, "SELECT n", 10));
	if (rows.err.code != ERR_CONNECT)
		fail_msg("%s", rows.err.msg);
	source_close(s);
	s = open_double("infile", 5 * CLOCK_SECOND, &err);
	assert_non_null(s);
	assert_false(rows_query(&rows, s, "SELECT n", 10));
	source_close(s);
	assert_true(clock_mono_us() - start < 12 * CLOCK_SECOND);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_shapes),
		cmocka_unit_test(test_describe),
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_sink_stops),
		cmocka_unit_test(test_large_cell),
		cmocka_unit_test(test_read_only),
		cmocka_unit_test(test_deadline),
		cmocka_unit_test(test_cancel),
		cmocka_unit_test(test_cancel_token),
		cmocka_unit_test(test_killed),
		cmocka_unit_test(test_login),
		cmocka_unit_test(test_tls),
		cmocka_unit_test(test_schema),
		cmocka_unit_test(test_relatives),
		cmocka_unit_test(test_lesser_relatives),
		cmocka_unit_test(test_bad_peers),
	};

	return cmocka_run_group_tests_name("source_mysql", tests, setup, teardown);
}
