/* SPDX-License-Identifier: MIT */
/* The PostgreSQL driver against a real server: tests/integration/test_source_postgres
 * starts it and names it in DPSTUDIO_TEST_PG (plain) and DPSTUDIO_TEST_PG_TLS with
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
	setenv("PGOPTIONS", "-c DateStyle=German", 1);
	setenv("PGSSLMODE", "verify-full", 1);
	setenv("PGSERVICE", "nowhere", 1);
	setenv("PGUSER", "nobody", 1);
	setenv("PGHOSTADDR", "192.0.2.1", 1);
	setenv("PGTZ", "Asia/Tokyo", 1);
	rows_init(&rows);
	server = getenv("DPSTUDIO_TEST_PG");
	if (server)
		source = rows_open("postgres", server);
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
	must("SELECT * FROM kinds ORDER BY i DESC NULLS LAST");
	assert_string_equal(buf_text(&rows.head),
		"b:bool(boolean)|s:int(smallint)|i:int(integer)|l:int(bigint)|n:decimal(numeric)|"
		"d2:decimal(numeric(10,2))|r:float(real)|f:float(double precision)|t:text(text)|"
		"v:text(character varying(9))|c:text(character(3))|y:bytes(bytea)|d:date(date)|"
		"ti:time(time without time zone)|ts:timestamp(timestamp without time zone)|"
		"tz:timestamptz(timestamp with time zone)|iv:text(interval)|j:json(json)|"
		"jb:json(jsonb)|u:text(uuid)|a:text(integer[])|e:text()");
	assert_string_equal(buf_text(&rows.text),
		"bool:true|int:-5|int:7|int:9223372036854775807|"
		"decimal:123456789012345678901234567890.5|decimal:12.50|float:1.5|float:0.1|"
		"text:é中🎉|text:vc|text:ab |bytes:00ff|date:2024-01-02|time:03:04:05.5|"
		"timestamp:2024-01-02 03:04:05|timestamptz:2024-01-02 03:04:05.25+00:00|"
		"text:1 day 02:00:00|json:{\"a\": 1}|json:{\"a\": 1}|"
		"text:01234567-89ab-cdef-0123-456789abcdef|text:{1,NULL,3}|text:good\n"
		"bool:false|null|int:1|null|decimal:NaN|null|float:NaN|float:-Infinity|text:|null|"
		"null|bytes:|text:infinity|null|text:0044-03-15 10:00:00 BC|text:infinity|null|null|"
		"null|null|null|null\n"
		"null|null|null|null|null|null|null|null|null|null|null|null|null|null|null|null|"
		"null|null|null|null|null|null\n");
	assert_int_equal(rows.end.rows, 3);
}

static void
test_shapes(void **state)
{
	NEED_SERVER();
	must("SELECT 1 AS a WHERE false;");
	assert_string_equal(buf_text(&rows.head), "a:int(integer)");
	assert_int_equal(rows.columns_seen, 1);
	assert_int_equal(rows.end.rows, 0);
	must("SELECT FROM generate_series(1, 3)");
	assert_int_equal(rows.end.rows, 3);
	must("VALUES (1, 'x'), (2, NULL)");
	assert_string_equal(buf_text(&rows.text), "int:1|text:x\nint:2|null\n");
	must("(SELECT 1) UNION (SELECT 2) ORDER BY 1");
	must("/* a /* nested */ */ -- b\n WITH x AS (SELECT 5 AS n) SELECT n FROM x -- end");
	assert_string_equal(buf_text(&rows.text), "int:5\n");
	must("SHOW transaction_read_only");
	assert_string_equal(buf_text(&rows.text), "text:on\n");
	must("TABLE kinds");
	must("EXPLAIN SELECT * FROM kinds");
	must("SELECT '2024-01-02'::timestamptz AT TIME ZONE 'UTC', current_setting('TimeZone')");
	assert_non_null(strstr(buf_text(&rows.text), "text:Etc/UTC"));
}

static void
test_describe(void **state)
{
	NEED_SERVER();
	assert_true(rows_describe(&rows, source,
		"SELECT d2, v, pg_sleep(100), count(*) AS n FROM kinds GROUP BY 1, 2;"));
	assert_string_equal(buf_text(&rows.head),
		"d2:decimal(numeric(10,2))|v:text(character varying(9))|pg_sleep:text()|n:int(bigint)");
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
	expect_error("SELECT 1 FRM kinds x", ERR_SQL, 1, 14);
	expect_error("SELECT 1 FROM missing_table", ERR_SQL, 1, 15);
	expect_error("SELECT 1; SELECT 2", ERR_SQL, 0, 0);
	expect_error("SELECT 1/0", ERR_SQL, 0, 0);
	expect_error("SELECT 10/(5-i) FROM generate_series(1, 9) i", ERR_SQL, 0, 0);
	expect_error("", ERR_SQL, 0, 0);
	expect_error("-- nothing\n;", ERR_SQL, 0, 0);
	expect_error("SELECT 'a\xff'", ERR_SQL, 0, 0);
	expect_error("SELECT 'open", ERR_SQL, 1, 8);
	expect_error("SELECT coutn(*) FROM kinds", ERR_SQL, 1, 8);
	assert_non_null(strstr(rows.err.msg, "coutn"));
	assert_true(rows.err.hint[0] != '\0');
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
			"SELECT i, repeat('x', 100) FROM generate_series(1, 3000) i", cases[i].max));
		assert_int_equal(rows.row_count, cases[i].rows);
		assert_int_equal(rows.end.rows, cases[i].rows);
		assert_int_equal(rows.end.truncated, cases[i].truncated);
	}
	/* One that would run for ages is stopped, and the session is fine after it. */
	for (int i = 0; i < 3; i++) {
		assert_true(rows_query(&rows, source,
			"SELECT generate_series(1, 1000000000), repeat('x', 1000)", 10));
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
	assert_false(rows_query(&rows, source, "SELECT generate_series(1, 100000000)", 100));
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
		"TRUNCATE victim",
		"CREATE TABLE u (a int)",
		"CREATE TEMP TABLE u (a int)",
		"DROP TABLE victim",
		"WITH x AS (DELETE FROM victim RETURNING a) SELECT * FROM x",
		"WITH x AS (INSERT INTO victim VALUES (3) RETURNING a) SELECT * FROM x",
		"SELECT * INTO u FROM victim",
		"EXPLAIN ANALYZE DELETE FROM victim",
		"SELECT nextval('counter')",
		"SELECT * FROM victim FOR UPDATE",
		"COPY victim FROM '/etc/passwd'",
		"COPY (SELECT 1) TO PROGRAM 'touch /tmp/dpt-hole'",
		"COPY (SELECT 1) TO STDOUT",
		"/* x */ -- y\n COPY (SELECT 1) TO '/tmp/dpt-hole'",
		"SET default_transaction_read_only = off",
		"SET TRANSACTION READ WRITE",
		"SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE",
		"BEGIN READ WRITE",
		"START TRANSACTION READ WRITE",
		"COMMIT",
		"END",
		"ROLLBACK",
		"ABORT",
		"RESET ALL",
		"DISCARD ALL",
		"LOCK victim",
		"LISTEN a",
		"NOTIFY a",
		"DO $$ BEGIN DELETE FROM victim; END $$",
		"CALL wipe()",
		"PREPARE p AS DELETE FROM victim",
		"EXECUTE p",
		"VACUUM victim",
		"GRANT ALL ON victim TO PUBLIC",
		"ALTER SYSTEM SET port = 1",
		"SELECT wipe_now()",
	};

	NEED_SERVER();
	for (size_t i = 0; i < ARRAY_LEN(hostile); i++) {
		if (rows_query(&rows, source, hostile[i], 10))
			fail_msg("passed: %s", hostile[i]);
		if (rows.err.code != ERR_READ_ONLY)
			fail_msg("%s: %s: %s", hostile[i], err_code_name(rows.err.code),
				rows.err.msg);
	}
	expect_error("SELECT set_config('transaction_read_only', 'off', false)", ERR_SQL, 0, 0);
	/* Allowed by the server, but rolled back with the rest. */
	must("SELECT set_config('default_transaction_read_only', 'off', false)");
	must("SHOW default_transaction_read_only");
	assert_string_equal(buf_text(&rows.text), "text:off\n");
	expect_error("WITH x AS (DELETE FROM victim RETURNING a) SELECT * FROM x", ERR_READ_ONLY,
		0, 0);
	must("SELECT lo_create(0)");
	must("SELECT count(*) FROM pg_largeobject_metadata");
	assert_string_equal(buf_text(&rows.text), "int:0\n");
	must("SELECT a FROM victim");
	assert_string_equal(buf_text(&rows.text), "int:1\n");
	assert_int_equal(access("/tmp/dpt-hole", F_OK), -1);
}

/* Exports take another way through the server: the same must come of it. */
static void
test_export(void **state)
{
	static const char *const same[] = {
		"SELECT * FROM kinds ORDER BY i DESC NULLS LAST; -- all",
		"SELECT E'a\\tb\\nc\\\\d\\re\\bf\\fg\\vh', E'\\\\N', '\\N', NULL, '', E'\\\\x', 'a,b'",
		"VALUES (1, 'x'), (2, NULL);",
		"TABLE victim",
		"SELECT 1 WHERE false",
		"(SELECT 1) UNION (SELECT 2) ORDER BY 1",
		"WITH x AS (SELECT generate_series(1, 3) AS n) SELECT n FROM x /* end */ ;",
		"SELECT FROM generate_series(1, 3)",
		"SHOW transaction_read_only",
		"SELECT E'\\\\x00ff0a'::bytea, '{\"a\\tb\",NULL}'::text[]",
	};
	static const struct {
		const char *sql;
		enum err_code code;
	} wrong[] = {
		{ "SELECT nope FROM kinds", ERR_SQL },
		{ "SELECT 10/(5000-i) FROM generate_series(1, 9000) i", ERR_SQL },
		{ "SELECT 1) TO PROGRAM 'touch /tmp/dpt-hole' --", ERR_SQL },
		{ "SELECT 1; DELETE FROM victim", ERR_SQL },
		{ "SELECT * INTO u FROM victim", ERR_READ_ONLY },
		{ "WITH x AS (DELETE FROM victim RETURNING a) SELECT * FROM x", ERR_READ_ONLY },
		{ "SELECT wipe_now()", ERR_READ_ONLY },
	};
	struct buf text = BUF_INIT;

	NEED_SERVER();
	for (size_t i = 0; i < ARRAY_LEN(same); i++) {
		must(same[i]);
		buf_clear(&text);
		buf_addf(&text, "%s\n%s", buf_text(&rows.head), buf_text(&rows.text));
		if (!rows_query(&rows, source, same[i], INT64_MAX))
			fail_msg("%s: %s", same[i], rows.err.msg);
		if (!str_starts(buf_str(&text), buf_str(&rows.head)) ||
			!str_ends(buf_str(&text), buf_str(&rows.text)) ||
			text.len != rows.head.len + rows.text.len + 1)
			fail_msg("%s: %s: %s", same[i], buf_text(&text), buf_text(&rows.text));
	}
	buf_fini(&text);
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		assert_false(rows_query(&rows, source, wrong[i].sql, INT64_MAX));
		if (rows.err.code != wrong[i].code)
			fail_msg("%s: %s", wrong[i].sql, rows.err.msg);
	}
	assert_int_equal(access("/tmp/dpt-hole", F_OK), -1);
	rows.quiet = true;
	assert_true(rows_query(&rows, source, "SELECT generate_series(1, 1000000000)", 20000));
	assert_int_equal(rows.row_count, 20000);
	assert_true(rows.end.truncated);
	rows.fail_at = 5;
	assert_false(rows_query(&rows, source, "SELECT generate_series(1, 1000000000)", INT64_MAX));
	rows.fail_at = -1;
	assert_int_equal(rows.err.code, ERR_IO);
	rows.quiet = false;
	must("SELECT a FROM victim");
	assert_string_equal(buf_text(&rows.text), "int:1\n");
}

static bool
query_within(const char *sql, struct deadline deadline)
{
	struct query_limits limits = { INT64_MAX, deadline };

	rows_query(&rows, source, "SELECT 1 WHERE false", 1);
	rows.columns_seen = 0;
	rows.quiet = true;
	bool done = source->ops->query(source, str_from(sql), &limits, &rows.sink, &rows.end,
		&rows.err);
	rows.quiet = false;
	return done;
}

static void
test_deadline(void **state)
{
	static const char *const slow[] = { "SELECT pg_sleep(60)",
		"SELECT generate_series(1, 10000000000)",
		"SELECT count(*) FROM generate_series(1, 1000000000)" };

	NEED_SERVER();
	for (size_t i = 0; i < ARRAY_LEN(slow); i++) {
		int64_t start = clock_mono_us();

		assert_false(query_within(slow[i], deadline_in_us(200000)));
		if (rows.err.code != ERR_TIMEOUT)
			fail_msg("%s: %s", slow[i], rows.err.msg);
		assert_true(clock_mono_us() - start < 4 * CLOCK_SECOND);
		must("SELECT 1");
	}
	/* The server's own limit also holds when the client is not there to cancel. */
	must("SELECT current_setting('statement_timeout') <> '0'");
	assert_string_equal(buf_text(&rows.text), "bool:true\n");
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
	assert_false(query_within("SELECT pg_sleep(60)", deadline));
	assert_int_equal(rows.err.code, ERR_CANCELLED);
	assert_true(clock_mono_us() - start < 4 * CLOCK_SECOND);
	assert_false(query_within("SELECT 1", deadline));
	assert_int_equal(rows.err.code, ERR_CANCELLED);
	must("SELECT 1");
}

static void
test_killed(void **state)
{
	struct source *other;
	struct deadline deadline = deadline_in_us(5 * CLOCK_SECOND);
	char *sql;

	NEED_SERVER();
	other = rows_open("postgres", server);
	assert_true(rows_query(&rows, other, "SELECT pg_backend_pid()", 1));
	sql = xasprintf("SELECT pg_terminate_backend(%s)", buf_text(&rows.text) + strlen("int:"));
	must(sql);
	free(sql);
	assert_false(rows_query(&rows, other, "SELECT 1", 1));
	assert_int_equal(rows.err.code, ERR_CONNECT);
	if (!strstr(rows.err.msg, "terminating connection"))
		fail_msg("%s", rows.err.msg);
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

	rows_settings(&settings, "postgres", words);
	s = source_open(source_kind_find("postgres"), &settings, &deadline, err);
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
	expect_open(server, "user=reader password=wrong-secret", "authentication failed");
	expect_open(server, "user=reader", "no password supplied");
	expect_open(server, "database=nowhere", "does not exist");
	expect_open(server, "port=1", "Connection refused");
	expect_open(server, "host=no-such-host.invalid", "could not translate");
	expect_open(server, "sslmode=require", "does not support SSL");
	expect_open(server, "sslmode=verify-full", "does not support SSL");
	expect_open(server, "sslmode=disable", NULL);
}

static void
test_tls(void **state)
{
	const char *secured = getenv("DPSTUDIO_TEST_PG_TLS");
	char *ca, *named;

	NEED_SERVER();
	assert_non_null(secured);
	ca = xasprintf("sslmode=verify-full sslrootcert=%s", getenv("DPSTUDIO_TEST_CA"));
	named = xasprintf("%s host=localhost", ca);
	expect_open(secured, ca, NULL);
	expect_open(secured, named, NULL);
	expect_open(secured, "sslmode=verify-full", "certificate verify failed");
	expect_open(secured, "sslmode=verify-ca", "certificate verify failed");
	expect_open(secured, "sslmode=require", NULL);
	expect_open(secured, "", NULL);
	free(ca);
	free(named);
	named = xasprintf("%s host=127.0.0.2 sslmode=verify-full sslrootcert=%s", secured,
		getenv("DPSTUDIO_TEST_CA"));
	expect_open(named, "", "does not match host");
	free(named);
}

static void
test_schema(void **state)
{
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;

	NEED_SERVER();
	assert_true(rows_schema(&text, source, NULL, NULL, &err));
	assert_string_equal(buf_text(&text), "other.kinds table\npublic.counting view\n"
					     "public.kinds table\npublic.victim table\n");
	assert_true(rows_schema(&text, source, "other", "kinds", &err));
	assert_string_equal(buf_text(&text), "other.kinds.single numeric(5,1)\n");
	assert_true(rows_schema(&text, source, NULL, "victim", &err));
	assert_string_equal(buf_text(&text), "public.victim.a integer\n");
	assert_false(rows_schema(&text, source, NULL, "x'; DROP TABLE victim; --", &err));
	assert_int_equal(err.code, ERR_NOT_FOUND);
	buf_fini(&text);
}

static void
test_bytes_of_no_encoding(void **state)
{
	char *words;
	struct source *raw;

	NEED_SERVER();
	words = xasprintf("%s database=raw", server);
	raw = rows_open("postgres", words);
	/* The server itself refuses to send what is not UTF-8. */
	assert_false(rows_query(&rows, raw, "SELECT t FROM noise", 10));
	assert_int_equal(rows.err.code, ERR_SQL);
	assert_true(rows_query(&rows, raw, "SELECT t::bytea FROM noise", 10));
	assert_string_equal(buf_text(&rows.text), "bytes:61ff62\n");
	source_close(raw);
	free(words);
}

static void
test_relatives(void **state)
{
	static const char *const kinds[] = { "hologres", "redshift", "adb-postgres" };

	NEED_SERVER();
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		struct source *s = rows_open(kinds[i], server);

		assert_true(rows_query(&rows, s, "SELECT 1", 1));
		source_close(s);
	}
	assert_true(strncmp(source->ops->version(source), "PostgreSQL 1", 12) == 0);
}

/* The words of a double with the behaviour that its database name picks. */
static struct source *
open_double(const char *behaviour, int64_t within_us, struct err *err)
{
	struct settings settings = SETTINGS_INIT;
	struct deadline deadline = deadline_in_us(within_us);
	char *words = xasprintf("%s user=x database=%s", getenv("DPSTUDIO_TEST_PG_DOUBLE"),
		behaviour);
	struct source *s;

	rows_settings(&settings, "postgres", words);
	s = source_open(source_kind_find("postgres"), &settings, &deadline, err);
	settings_fini(&settings);
	free(words);
	return s;
}

/* Relatives that know no SET LOCAL or no READ ONLY transaction still work; where the
 * server does not protect, words do. */
static void
test_lesser_relatives(void **state)
{
	static const char *const names[] = { "redshift", "hologres" };
	struct err err = ERR_INIT;

	NEED_SERVER();
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct source *s = open_double(names[i], 5 * CLOCK_SECOND, &err);

		if (!s)
			fail_msg("%s: %s", names[i], err.msg);
		for (int k = 0; k < 2; k++) {
			if (!rows_query(&rows, s, "SELECT n", k ? 10 : INT64_MAX))
				fail_msg("%s: %s", names[i], rows.err.msg);
			assert_string_equal(buf_text(&rows.text), "int:42\n");
		}
		assert_int_equal(rows_query(&rows, s, "WITH x AS (DELETE FROM t RETURNING a) "
			"SELECT * FROM x", 10), i == 0);
		assert_true(i == 0 || rows.err.code == ERR_READ_ONLY);
		source_close(s);
	}
}

static void
test_bad_peers(void **state)
{
	int64_t start = clock_mono_us();
	struct err err = ERR_INIT;
	struct source *s;

	NEED_SERVER();
	assert_null(open_double("hang", 300000, &err));
	assert_int_equal(err.code, ERR_CONNECT);
	assert_null(open_double("garbage", 5 * CLOCK_SECOND, &err));
	assert_int_equal(err.code, ERR_CONNECT);
	s = open_double("cut", 5 * CLOCK_SECOND, &err);
	assert_non_null(s);
	assert_false(rows_query(&rows, s, "SELECT n", 10));
	assert_int_equal(rows.err.code, ERR_CONNECT);
	source_close(s);
	/* One that goes on whatever is asked: the session is given up. */
	s = open_double("deaf", 5 * CLOCK_SECOND, &err);
	assert_non_null(s);
	assert_true(rows_query(&rows, s, "SELECT n", 1));
	assert_true(rows.end.truncated);
	assert_false(rows_query(&rows, s, "SELECT n", 1));
	assert_int_equal(rows.err.code, ERR_CONNECT);
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
		cmocka_unit_test(test_export),
		cmocka_unit_test(test_deadline),
		cmocka_unit_test(test_cancel),
		cmocka_unit_test(test_killed),
		cmocka_unit_test(test_login),
		cmocka_unit_test(test_tls),
		cmocka_unit_test(test_schema),
		cmocka_unit_test(test_bytes_of_no_encoding),
		cmocka_unit_test(test_relatives),
		cmocka_unit_test(test_lesser_relatives),
		cmocka_unit_test(test_bad_peers),
	};

	return cmocka_run_group_tests_name("source_postgres", tests, setup, teardown);
}
