/* SPDX-License-Identifier: MIT */
/* The ClickHouse driver against a real server and against recorded answers of newer
 * ones: tests/integration/test_source_clickhouse starts both and names them in
 * DPSTUDIO_TEST_CLICKHOUSE and DPSTUDIO_TEST_CLICKHOUSE_NEW. Without them only the
 * stream reader is tested. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "src/source/clickhouse.h"
#include "tests/unit/lib_rows.h"

static const char *server;
static struct source *source;
static struct rows rows;

/* Another process, made before this one has connections: reads a token, cancels. */
static int canceller = -1;

static void
cancel_when_told(int from)
{
	struct deadline deadline = deadline_in_us(60 * CLOCK_SECOND);
	struct settings settings = SETTINGS_INIT;
	struct err err = ERR_INIT;
	char token[128] = "";
	bool done;

	rows_settings(&settings, "clickhouse", server);
	if (read(from, token, sizeof(token) - 1) <= 0)
		_exit(0);
	usleep(300000);
	done = source_cancel(source_kind_find("clickhouse"), &settings, token, &deadline, &err);
	_exit(done ? 0 : 1);
}

static int
setup(void **state)
{
	int ends[2];

	(void)state;
	rows_init(&rows);
	server = getenv("DPSTUDIO_TEST_CLICKHOUSE");
	if (!server)
		return 0;
	if (pipe(ends) != 0)
		return -1;
	canceller = ends[1];
	if (fork() == 0) {
		close(ends[1]);
		cancel_when_told(ends[0]);
	}
	close(ends[0]);
	source = rows_open("clickhouse", server);
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

/* The same stream in pieces of every size gives the same rows. */
static void
test_stream(void **state)
{
	static const char text[] = "a\tb\\tc\nInt32\tNullable(String)\n1\tx\\ty\\\\\n-2\t\\N\n3\t\n";

	(void)state;
	for (size_t piece = 1; piece < sizeof(text); piece++) {
		struct tsv t;
		bool good = true;

		rows.columns_seen = 0;
		rows.row_count = 0;
		buf_clear(&rows.head);
		buf_clear(&rows.text);
		rows.end = (struct query_end){ 0 };
		tsv_init(&t, &rows.sink, &rows.end, 100);
		for (size_t i = 0; good && i < sizeof(text) - 1; i += piece)
			good = tsv_take(&t, str_slice(STR(text), i, i + piece), &rows.err);
		assert_true(good && tsv_is_whole(&t));
		assert_string_equal(buf_text(&rows.head), "a:int(Int32)|b\tc:text(Nullable(String))");
		assert_string_equal(buf_text(&rows.text), "int:1|text:x\ty\\\nint:-2|null\n"
							   "int:3|text:\n");
		tsv_fini(&t);
	}
}

static void
test_stream_refuses(void **state)
{
	static const char *const bad[] = { "a\tb\nInt32\n1\n", "a\nInt32\n1\t2\n",
		"a\tb\nInt32\tInt32\n1\n" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct tsv t;

		rows.columns_seen = 0;
		rows.end = (struct query_end){ 0 };
		tsv_init(&t, &rows.sink, &rows.end, 100);
		assert_false(tsv_take(&t, str_from(bad[i]), &rows.err));
		assert_int_equal(rows.err.code, ERR_SQL);
		tsv_fini(&t);
	}
}

static void
test_values(void **state)
{
	NEED_SERVER();
	must("SELECT * FROM kinds ORDER BY i");
	assert_string_equal(buf_text(&rows.head),
		"i:int(Int32)|u:int(UInt64)|l:int(Nullable(Int64))|f:float(Float64)|"
		"d2:decimal(Decimal(10, 2))|t:text(String)|n:text(Nullable(String))|d:date(Date)|"
		"ts:timestamp(DateTime)|e:text(Enum8('good' = 1, 'bad' = 2))|a:text(Array(String))|"
		"fs:text(FixedString(5))|x:text(UUID)");
	assert_string_equal(buf_text(&rows.text),
		"int:-7|int:18446744073709551615|null|float:nan|decimal:-0.50|text:|null|"
		"date:2024-01-02|timestamp:2024-01-02 03:04:05|text:bad|text:[]|text:|"
		"text:00000000-0000-0000-0000-000000000000\n"
		"int:5|int:0|int:-9223372036854775808|float:0.1|decimal:12.50|text:é中🎉\t\n\\'|"
		"text:\\N|date:2024-01-02|timestamp:2024-01-02 03:04:05|text:good|text:['x','y\\'z']|"
		"text:ab|text:123e4567-e89b-12d3-a456-426614174000\n");
}

static void
test_shapes(void **state)
{
	NEED_SERVER();
	must("SELECT i FROM kinds WHERE 0;");
	assert_string_equal(buf_text(&rows.head), "i:int(Int32)");
	assert_int_equal(rows.columns_seen, 1);
	assert_int_equal(rows.end.rows, 0);
	must("/* a */ -- b\nSELECT 1 AS one -- end");
	assert_string_equal(buf_text(&rows.text), "int:1\n");
	must("SHOW TABLES");
	must("DESCRIBE TABLE kinds");
	must("SELECT unhex('61FF62')");
	assert_string_equal(buf_text(&rows.text), "text:a\xEF\xBF\xBD" "b\n");
	must("SELECT 1 AS format, 2 AS b");
	must("SELECT 'Code: 62, e.displayText() = DB::Exception: x'");
	must("SELECT number FROM system.numbers LIMIT 3 SETTINGS max_threads = 1");
}

static void
test_describe(void **state)
{
	NEED_SERVER();
	assert_true(rows_describe(&rows, source, "SELECT d2, n, count() AS c FROM kinds"
		" GROUP BY d2, n; -- all"));
	assert_string_equal(buf_text(&rows.head),
		"d2:decimal(Decimal(10, 2))|n:text(Nullable(String))|c:int(UInt64)");
	assert_int_equal(rows.row_count, 0);
	assert_true(rows_describe(&rows, source, "SHOW TABLES"));
	assert_string_equal(buf_text(&rows.head), "name:text(String)");
	assert_false(rows_describe(&rows, source, "SELECT nope FROM kinds"));
	assert_int_equal(rows.err.code, ERR_SQL);
	assert_false(rows_describe(&rows, source, "SELECT 1,\n  FRM FRM kinds"));
	assert_int_equal(rows.err.code, ERR_SQL);
	assert_int_equal(rows.err.line, 2);
	assert_false(rows_describe(&rows, source, "DROP TABLE kinds"));
	assert_int_equal(rows.err.code, ERR_READ_ONLY);
}

static void
test_places(void **state)
{
	NEED_SERVER();
	expect_error("SELECT 1,\n  'é中' 2 FROM kinds", ERR_SQL, 2, 8);
	expect_error("SELECT 1 FRM FRM kinds", ERR_SQL, 1, 14);
	expect_error("SELECT 1,\n nope FROM kinds", ERR_SQL, 2, 2);
	expect_error("SELECT nope", ERR_SQL, 1, 8);
	expect_error("SELECT coutn(1)", ERR_SQL, 1, 8);
	expect_error("SELECT 1 FROM missing_table", ERR_SQL, 1, 15);
	expect_error("SELECT 1; SELECT 2", ERR_SQL, 0, 0);
	expect_error("SELECT throwIf(number = 5000) FROM system.numbers LIMIT 100000", ERR_SQL, 0, 0);
	expect_error("SELECT 1 FORMAT JSON", ERR_SQL, 1, 10);
	expect_error("SELECT i FROM kinds\nFORMAT TSV SETTINGS max_threads = 1;", ERR_SQL, 2, 1);
	expect_error("", ERR_SQL, 0, 0);
	expect_error("-- nothing\n;", ERR_SQL, 0, 0);
}

static void
test_cut(void **state)
{
	static const struct {
		int64_t max, rows;
		bool truncated;
	} cases[] = { { 0, 0, true }, { 1, 1, true }, { 299999, 299999, true },
		{ 300000, 300000, false }, { 300001, 300000, false }, { INT64_MAX, 300000, false } };
	int64_t start = clock_mono_us();

	NEED_SERVER();
	rows.quiet = true;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		if (!rows_query(&rows, source, "SELECT number, toString(number) FROM system.numbers"
			" LIMIT 300000", cases[i].max))
			fail_msg("%s", rows.err.msg);
		assert_int_equal(rows.row_count, cases[i].rows);
		assert_int_equal(rows.end.rows, cases[i].rows);
		assert_int_equal(rows.end.truncated, cases[i].truncated);
	}
	for (int i = 0; i < 2; i++) {
		assert_true(rows_query(&rows, source, "SELECT number FROM system.numbers",
			i ? 10 : 1000000));
		assert_true(rows.end.truncated);
	}
	rows.quiet = false;
	assert_true(clock_mono_us() - start < 15 * CLOCK_SECOND);
	must("SELECT count() FROM system.processes WHERE query LIKE '%system.numbers'");
	assert_string_equal(buf_text(&rows.text), "int:0\n");
}

/* An exception after the first rows went out with status 200. */
static void
test_late_exception(void **state)
{
	NEED_SERVER();
	rows.quiet = true;
	assert_false(rows_query(&rows, source, "SELECT number, throwIf(number = 3000000)"
		" FROM system.numbers LIMIT 5000000", INT64_MAX));
	rows.quiet = false;
	if (rows.err.code != ERR_SQL)
		fail_msg("%s: %s", err_code_name(rows.err.code), rows.err.msg);
	assert_true(rows.row_count > 0);
}

static void
test_sink_stops(void **state)
{
	NEED_SERVER();
	rows.fail_at = 5;
	assert_false(rows_query(&rows, source, "SELECT number FROM system.numbers", INT64_MAX));
	rows.fail_at = -1;
	assert_int_equal(rows.err.code, ERR_IO);
	must("SELECT 1");
}

static void
test_read_only(void **state)
{
	static const char *const hostile[] = {
		"INSERT INTO victim VALUES (2)",
		"INSERT INTO victim SELECT 2",
		"CREATE TABLE u (a Int32) ENGINE = Memory",
		"CREATE TEMPORARY TABLE u (a Int32)",
		"DROP TABLE victim",
		"ALTER TABLE victim DELETE WHERE 1",
		"TRUNCATE TABLE victim",
		"RENAME TABLE victim TO u",
		"OPTIMIZE TABLE victim",
		"SET readonly = 0",
		"USE system",
		"KILL QUERY WHERE 1",
		"SYSTEM RELOAD CONFIG",
		"ATTACH TABLE victim",
		"DETACH TABLE victim",
		"SELECT 1 INTO OUTFILE '/tmp/dpt-hole'",
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
}

static bool
query_within(struct source *s, const char *sql, struct deadline deadline)
{
	struct query_limits limits = { INT64_MAX, deadline };
	bool done;

	rows_query(&rows, source, "SELECT 1 WHERE 0", 1);
	rows.columns_seen = 0;
	rows.quiet = true;
	done = s->ops->query(s, str_from(sql), &limits, &rows.sink, &rows.end, &rows.err);
	rows.quiet = false;
	return done;
}

static const char slow[] = "SELECT count() FROM system.numbers WHERE NOT ignore(sleep(0.01))";

static void
test_deadline(void **state)
{
	int64_t start = clock_mono_us();

	NEED_SERVER();
	assert_false(query_within(source, slow, deadline_in_us(300000)));
	if (rows.err.code != ERR_TIMEOUT)
		fail_msg("%s: %s", err_code_name(rows.err.code), rows.err.msg);
	assert_true(clock_mono_us() - start < 6 * CLOCK_SECOND);
	assert_false(query_within(source, "SELECT number FROM system.numbers", deadline_in_us(300000)));
	assert_int_equal(rows.err.code, ERR_TIMEOUT);
	sleep(1);
	must("SELECT count() FROM system.processes WHERE query LIKE '%system.numbers%'"
	     " AND query NOT LIKE '%processes%'");
	assert_string_equal(buf_text(&rows.text), "int:0\n");
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
	ualarm(200000, 0);
	assert_false(query_within(source, slow, deadline));
	assert_int_equal(rows.err.code, ERR_CANCELLED);
	assert_true(clock_mono_us() - start < 6 * CLOCK_SECOND);
	must("SELECT 1");
}

static void
test_cancel_token(void **state)
{
	struct deadline deadline = deadline_in_us(15 * CLOCK_SECOND);
	const struct source_kind *kind = source_kind_find("clickhouse");
	struct settings settings = SETTINGS_INIT;
	struct err err = ERR_INIT;
	char token[128];

	NEED_SERVER();
	source->ops->cancel_token(source, token);
	rows_settings(&settings, "clickhouse", server);
	assert_true(write(canceller, token, strlen(token)) > 0);
	assert_false(query_within(source, slow, deadline));
	if (!strstr(rows.err.msg, "cancelled"))
		fail_msg("%s", rows.err.msg);
	assert_false(source_cancel(kind, &settings, "x' OR 1 --", &deadline, &err));
	settings_fini(&settings);
	must("SELECT 1");
}

static struct source *
try_open(const char *words, struct err *err)
{
	struct settings settings = SETTINGS_INIT;
	struct deadline deadline = deadline_in_us(20 * CLOCK_SECOND);
	struct source *s;

	rows_settings(&settings, "clickhouse", words);
	s = source_open(source_kind_find("clickhouse"), &settings, &deadline, err);
	settings_fini(&settings);
	return s;
}

static void
expect_open(const char *first, const char *more, enum err_code code)
{
	char *words = xasprintf("%s %s", first, more);
	struct err err = ERR_INIT;
	struct source *s = try_open(words, &err);

	if (!!s != (code == ERR_NONE) || err.code != code)
		fail_msg("%s: %s", words, s ? "opened" : err.msg);
	if (strstr(err.msg, "secret") || strstr(err.hint, "secret"))
		fail_msg("a password shows: %s", err.msg);
	source_close(s);
	free(words);
}

static void
test_login(void **state)
{
	NEED_SERVER();
	expect_open(server, "user=reader password=reader-secret", ERR_NONE);
	expect_open(server, "user=reader password=wrong-secret", ERR_CONNECT);
	expect_open(server, "user=nobody", ERR_CONNECT);
	expect_open(server, "url=http://127.0.0.1:1", ERR_CONNECT);
	expect_open(server, "url=ftp://127.0.0.1", ERR_CONFIG);
	expect_open(server, "url=http://reader:secret@127.0.0.1:1", ERR_CONFIG);
	expect_open(server, "url=http://192.0.2.1:8123", ERR_INPUT);
	expect_open(server, "database=nowhere", ERR_CONNECT);
	assert_true(strncmp(source->ops->version(source), "ClickHouse 1", 12) == 0);
}

/* An account whose profile is read-only lets no setting be set: it works without. */
static void
test_read_only_account(void **state)
{
	char *words;
	struct source *reader;

	NEED_SERVER();
	words = xasprintf("%s user=reader password=reader-secret", server);
	reader = rows_open("clickhouse", words);
	rows.quiet = true;
	if (!rows_query(&rows, reader, "SELECT number FROM system.numbers", 10))
		fail_msg("%s", rows.err.msg);
	rows.quiet = false;
	assert_int_equal(rows.end.rows, 10);
	assert_true(rows.end.truncated);
	assert_false(query_within(reader, slow, deadline_in_us(300000)));
	assert_int_equal(rows.err.code, ERR_TIMEOUT);
	source_close(reader);
	free(words);
}

static void
test_schema(void **state)
{
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;

	NEED_SERVER();
	assert_true(rows_schema(&text, source, NULL, NULL, &err));
	assert_string_equal(buf_text(&text), "default.counting view\ndefault.kinds table\n"
					     "default.victim table\n");
	assert_true(rows_schema(&text, source, "other", "kinds", &err));
	assert_string_equal(buf_text(&text), "other.kinds.single Decimal(5, 1)\n");
	assert_false(rows_schema(&text, source, NULL, "x\\'; DROP TABLE victim; --", &err));
	assert_int_equal(err.code, ERR_NOT_FOUND);
	buf_fini(&text);
}

/* What newer servers answer, as recorded. */
static void
test_newer(void **state)
{
	static const struct {
		const char *sql;
		enum err_code code;
		int line, column;
		const char *word;
	} cases[] = {
		{ "SELECT 1 FRM\nFRM t", ERR_SQL, 2, 1, "Syntax error" },
		{ "SELECT late", ERR_SQL, -1, -1, "Value passed to 'throwIf'" },
		{ "SELECT tagged", ERR_SQL, -1, -1, "Value passed to 'throwIf'" },
		{ "SELECT cutoff", ERR_CONNECT, -1, -1, "middle of a row" },
		{ "SELECT slow", ERR_SQL, -1, -1, "Timeout exceeded" },
		{ "SELECT proxy", ERR_CONNECT, -1, -1, "HTTP status 502" },
		{ "SELECT other", ERR_SQL, -1, -1, "format" },
	};
	const char *words = getenv("DPSTUDIO_TEST_CLICKHOUSE_NEW");
	struct source *new;
	char *wrong;

	NEED_SERVER();
	assert_non_null(words);
	new = rows_open("clickhouse", words);
	assert_string_equal(new->ops->version(new), "ClickHouse 24.8.4.13");
	assert_true(rows_query(&rows, new, "SELECT good", INT64_MAX));
	assert_string_equal(buf_text(&rows.head),
		"b:bool(Bool)|t:timestamp(DateTime64(3, 'UTC'))|s:text(LowCardinality(Nullable(String)))");
	assert_string_equal(buf_text(&rows.text),
		"bool:true|timestamp:2024-01-02 03:04:05.250|null\n");
	/* Text that reads like an error is a row when more rows follow. */
	rows.quiet = true;
	if (!rows_query(&rows, new, "SELECT log", INT64_MAX))
		fail_msg("%s", rows.err.msg);
	rows.quiet = false;
	assert_int_equal(rows.end.rows, 3000);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_false(rows_query(&rows, new, cases[i].sql, INT64_MAX));
		if (rows.err.code != cases[i].code || !strstr(rows.err.msg, cases[i].word) ||
			rows.err.line != cases[i].line || rows.err.column != cases[i].column)
			fail_msg("%s: %s at %d:%d: %s", cases[i].sql,
				err_code_name(rows.err.code), rows.err.line, rows.err.column,
				rows.err.msg);
	}
	source_close(new);
	wrong = xasprintf("%s user=wrong password=wrong-secret", words);
	expect_open(wrong, "", ERR_CONNECT);
	free(wrong);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stream),
		cmocka_unit_test(test_stream_refuses),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_shapes),
		cmocka_unit_test(test_describe),
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_late_exception),
		cmocka_unit_test(test_sink_stops),
		cmocka_unit_test(test_read_only),
		cmocka_unit_test(test_deadline),
		cmocka_unit_test(test_cancel),
		cmocka_unit_test(test_cancel_token),
		cmocka_unit_test(test_login),
		cmocka_unit_test(test_read_only_account),
		cmocka_unit_test(test_schema),
		cmocka_unit_test(test_newer),
	};

	return cmocka_run_group_tests_name("source_clickhouse", tests, setup, teardown);
}
