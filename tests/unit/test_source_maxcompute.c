/* SPDX-License-Identifier: MIT */
/* The MaxCompute driver: signatures and a download stream against vectors of the
 * vendor's own client, and the whole against a double that checks every request
 * (tests/integration/test_source_maxcompute names it in DPSTUDIO_TEST_MAXCOMPUTE). */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "src/source/maxcompute.h"
#include "tests/unit/lib_rows.h"

static const char *server;
static struct source *source;
static struct rows rows;

static int
setup(void **state)
{
	(void)state;
	rows_init(&rows);
	server = getenv("DPSTUDIO_TEST_MAXCOMPUTE");
	if (server)
		source = rows_open("maxcompute", server);
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
	if (!rows_query(&rows, source, sql, 10000))
		fail_msg("%s: %s", sql, rows.err.msg);
}

static void
expect_error(const char *sql, enum err_code code, int line, int column, const char *word)
{
	if (rows_query(&rows, source, sql, 100))
		fail_msg("passed: %s", sql);
	if (rows.err.code != code || !strstr(rows.err.msg, word) ||
		(line && (rows.err.line != line || rows.err.column != column)))
		fail_msg("%s: %s at %d:%d: %s", sql, err_code_name(rows.err.code), rows.err.line,
			rows.err.column, rows.err.msg);
}

/* Computed with the vendor's Python client (sources.md 1.2). */
static void
test_signatures(void **state)
{
	static const char date[] = "Tue, 02 Jan 2024 03:04:05 GMT";
	static const struct mc_arg submit_args[] = { { "curr_project", "my_proj" } };
	static const struct mc_arg result_args[] = { { "result", "" },
		{ "curr_project", "my_proj" } };
	static const char *const agent[] = { "x-odps-user-agent: dpstudio/1.0" };
	static const struct {
		struct mc_request request;
		size_t x_count;
		const char *text, *region, *want;
	} cases[] = {
		{ { .method = "POST", .path = "/projects/my_proj/instances", .args = submit_args,
			  .arg_count = 1, .content_type = "application/xml" },
			1,
			"POST\n\napplication/xml\nTue, 02 Jan 2024 03:04:05 GMT\n"
			"x-odps-user-agent:dpstudio/1.0\n"
			"/projects/my_proj/instances?curr_project=my_proj",
			"", "ODPS testAccessId:9b96KUjcJHNDy1hZBOauVCzJgfc=" },
		{ { .method = "POST", .path = "/projects/my_proj/instances", .args = submit_args,
			  .arg_count = 1, .content_type = "application/xml" },
			1,
			"POST\n\napplication/xml\nTue, 02 Jan 2024 03:04:05 GMT\n"
			"x-odps-user-agent:dpstudio/1.0\n"
			"/projects/my_proj/instances?curr_project=my_proj",
			"cn-hangzhou",
			"ODPS testAccessId/20240102/cn-hangzhou/odps/aliyun_v4_request:"
			"p69KVtbuY/9uyP79jHKhjp5wIBk=" },
		{ { .method = "GET", .path = "/projects/my_proj/instances/20240102030405abc",
			  .args = result_args, .arg_count = 2 },
			0,
			"GET\n\n\nTue, 02 Jan 2024 03:04:05 GMT\n"
			"/projects/my_proj/instances/20240102030405abc?curr_project=my_proj&result",
			"", "ODPS testAccessId:R1OOZ8h5Eb4EqK1IcNFlcv4AmTk=" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf text = BUF_INIT, auth = BUF_INIT;
		struct err err = ERR_INIT;

		mc_text_to_sign(&text, &cases[i].request, date, agent, cases[i].x_count);
		assert_string_equal(buf_text(&text), cases[i].text);
		assert_true(mc_authorization(&auth, buf_str(&text), "testAccessId",
			"testAccessKey", cases[i].region, "20240102", &err));
		assert_string_equal(buf_text(&auth), cases[i].want);
		buf_fini(&text);
		buf_fini(&auth);
	}
}

/* Written by the vendor's Python client (sources.md 1.7). */
static const char stream_hex[] =
	"08021203e4b8ad19000000000000f83f220531322e353028013098b40280c0ff7f9080b8fa0f0803280080c0"
	"ff7f88b7c5d106f0ffff7f04f8ffff7fcfb2e6be03";
static const char stream_schema[] =
	"{\"columns\":[{\"name\":\"id\",\"type\":\"bigint\"},{\"name\":\"name\",\"type\":\"string\"},"
	"{\"name\":\"amt\",\"type\":\"double\"},{\"name\":\"dec\",\"type\":\"decimal(10,2)\"},"
	"{\"name\":\"ok\",\"type\":\"boolean\"},{\"name\":\"d\",\"type\":\"date\"}]}";

static size_t
unhex(const char *hex, unsigned char *to)
{
	size_t n = strlen(hex) / 2;
	unsigned byte;

	for (size_t i = 0; i < n; i++) {
		assert_int_equal(sscanf(hex + 2 * i, "%2x", &byte), 1);
		to[i] = (unsigned char)byte;
	}
	return n;
}

/* Feeds bytes in pieces; true when all were taken and the end was right. */
static bool
feed(const unsigned char *bytes, size_t len, size_t piece, struct err *err)
{
	struct query_end end = { 0 };
	struct mc mc = { .zone = NULL };
	struct mc_rows r = { .mc = &mc, .sink = &rows.sink, .end = &end, .max_rows = 100 };
	cJSON *schema = cJSON_Parse(stream_schema);
	struct mc_stream s;
	bool good = mc_take_schema(&r, schema, err);

	rows.columns_seen = 1;
	rows.row_count = 0;
	buf_clear(&rows.text);
	mc_stream_init(&s, &r);
	for (size_t i = 0; good && i < len; i += piece)
		good = mc_stream_take(&s, (struct str){ (const char *)bytes + i,
			len - i < piece ? len - i : piece }, err);
	good = good && mc_stream_end(&s, err);
	mc_stream_fini(&s);
	mc_rows_fini(&r);
	cJSON_Delete(schema);
	return good;
}

static void
test_stream(void **state)
{
	unsigned char bytes[128];
	size_t len = unhex(stream_hex, bytes);
	struct err err = ERR_INIT;

	(void)state;
	for (size_t piece = 1; piece <= len; piece++) {
		if (!feed(bytes, len, piece, &err))
			fail_msg("in pieces of %zu: %s", piece, err.msg);
		assert_string_equal(buf_text(&rows.text),
			"int:1|text:中|float:1.5|decimal:12.50|bool:true|date:2024-01-02\n"
			"int:-2|null|null|null|bool:false|null\n");
	}
}

/* Every cut and every changed bit is found out. */
static void
test_damaged_stream(void **state)
{
	unsigned char bytes[128], bad[128];
	size_t len = unhex(stream_hex, bytes);
	struct err err = ERR_INIT;

	(void)state;
	for (size_t cut = 0; cut < len; cut++)
		assert_false(feed(bytes, cut, 7, &err));
	for (size_t bit = 0; bit < len * 8; bit++) {
		memcpy(bad, bytes, len);
		bad[bit / 8] ^= (unsigned char)(1 << bit % 8);
		if (feed(bad, len, len, &err))
			fail_msg("bit %zu", bit);
	}
}

static void
test_csv(void **state)
{
	static const char csv[] = "id,\"na\"\"me\"\n1,\"a,\"\"b\"\"\n中\"\r\n2,\\N\n3,\n";
	struct query_end end = { 0 };
	struct mc_rows r = { .sink = &rows.sink, .end = &end, .max_rows = 100 };
	struct err err = ERR_INIT;

	(void)state;
	rows.columns_seen = 0;
	buf_clear(&rows.head);
	buf_clear(&rows.text);
	assert_true(mc_take_csv(&r, str_from(csv), STR_NONE, &err));
	assert_string_equal(buf_text(&rows.head), "id:null()|na\"me:null()");
	assert_string_equal(buf_text(&rows.text), "text:1|text:a,\"b\"\n中\ntext:2|null\n"
						   "text:3|text:\n");
	mc_rows_fini(&r);
}

static void
test_hostile_xml(void **state)
{
	static const char *const bad[] = { "", "<a>", "<a></b>", "<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>",
		"<a><b><c><d><e><f><g><h><i><j><k><l><m><n><o><p><q><r/></q></p></o></n></m></l></k>"
		"</j></i></h></g></f></e></d></c></b></a>", "<a b=\"\xff\"/>" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct arena arena = ARENA_INIT;
		struct xml_item *items;
		struct err err = ERR_INIT;
		size_t count;

		if (xml_read(&arena, str_from(bad[i]), &items, &count, &err))
			fail_msg("read: %s", bad[i]);
		arena_fini(&arena);
	}
}

static void
test_values(void **state)
{
	NEED_SERVER();
	must("SELECT * FROM typed");
	assert_string_equal(buf_text(&rows.head),
		"id:int(bigint)|name:text(string)|amt:decimal(decimal(10,2))|ok:bool(boolean)|"
		"d:date(date)|dt:timestamp(datetime)|f:float(double)");
	assert_string_equal(buf_text(&rows.text),
		"int:1|text:é中🎉 & <\"x\">|decimal:12.50|bool:true|date:2024-01-02|"
		"timestamp:2024-01-02 03:04:05|float:1.5\nint:2|null|null|null|null|null|null\n");
	must("SELECT * FROM untyped;");
	assert_string_equal(buf_text(&rows.head), "id:null()|name:null()");
	must("SELECT 1 WHERE false");
	assert_int_equal(rows.end.rows, 0);
	assert_string_equal(buf_text(&rows.head), "_c0:int(int)");
	must("SHOW TABLES");
	assert_string_equal(buf_text(&rows.text), "text:p:a\ntext:p:b\n");
	assert_true(strstr(source->ops->version(source), "my_proj") != NULL);
}

static void
test_cut(void **state)
{
	static const struct {
		const char *sql;
		int64_t max, rows;
		bool truncated;
	} cases[] = {
		{ "SELECT n FROM many", 0, 0, true },
		{ "SELECT n FROM many", 10, 10, true },
		{ "SELECT n FROM many", 10000, 10000, true }, /* the server cut */
		{ "SELECT n FROM many", 12000, 12000, true },
		{ "SELECT n FROM many", 20000, 20000, false },
		{ "SELECT n FROM many", INT64_MAX, 20000, false },
		{ "SELECT n FROM five", 5, 5, false },
		{ "SELECT n FROM unreadable", 100, 100, true }, /* not by CSV */
	};

	NEED_SERVER();
	rows.quiet = true;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		if (!rows_query(&rows, source, cases[i].sql, cases[i].max))
			fail_msg("%s: %s", cases[i].sql, rows.err.msg);
		if (rows.end.rows != cases[i].rows || rows.row_count != cases[i].rows ||
			rows.end.truncated != cases[i].truncated)
			fail_msg("case %zu: %d rows, %d", i, (int)rows.end.rows, rows.end.truncated);
	}
	rows.quiet = false;
}

static void
test_errors(void **state)
{
	NEED_SERVER();
	expect_error("SELECT 1,\n  SLEECT", ERR_SQL, 2, 3, "ODPS-0130161");
	expect_error("SELECT * FROM missing", ERR_SQL, 0, 0, "ODPS-0130131");
	expect_error("SELECT refused", ERR_SQL, 0, 0, "NoPermission");
	expect_error("", ERR_SQL, 0, 0, "no statement");
	expect_error("SELECT damaged", ERR_CONNECT, 0, 0, "XML");
	must("SELECT busy");
	assert_false(rows_query(&rows, source, "SELECT broken", 20000));
	assert_int_equal(rows.err.code, ERR_CONNECT);
	assert_false(rows_query(&rows, source, "SELECT nested", 20000));
	assert_non_null(strstr(rows.err.hint, "TO_JSON"));
}

static void
test_read_only(void **state)
{
	static const char *const hostile[] = {
		"INSERT INTO t VALUES (1)",
		"INSERT OVERWRITE TABLE t SELECT 1",
		"FROM t INSERT OVERWRITE TABLE u SELECT *",
		"DROP TABLE t",
		"CREATE TABLE u AS SELECT 1",
		"TRUNCATE TABLE t",
		"MERGE INTO t USING u ON t.a = u.a WHEN MATCHED THEN DELETE",
		"@x := SELECT 1; DROP TABLE t;",
		"SET a=b; DELETE FROM t",
	};

	NEED_SERVER();
	for (size_t i = 0; i < ARRAY_LEN(hostile); i++)
		expect_error(hostile[i], ERR_READ_ONLY, 0, 0, "not allowed");
}

static void
test_script_and_hints(void **state)
{
	NEED_SERVER();
	must("SET odps.sql.allow.fullscan=true;");
	assert_int_equal(rows.end.rows, 0);
	must("SELECT settings");
	assert_non_null(strstr(buf_text(&rows.text), "\"odps.sql.allow.fullscan\": \"true\""));
	assert_null(strstr(buf_text(&rows.text), "script"));
	must("@x := SELECT 1;\nSELECT settings FROM @x;");
	assert_non_null(strstr(buf_text(&rows.text), "\"odps.sql.submit.mode\": \"script\""));
}

static void
test_describe(void **state)
{
	NEED_SERVER();
	assert_false(rows_describe(&rows, source, "SELECT 1"));
	assert_int_equal(rows.err.code, ERR_STATE);
	assert_false(rows_describe(&rows, source, "DROP TABLE t"));
	assert_int_equal(rows.err.code, ERR_READ_ONLY);
}

static bool
query_within(const char *sql, struct deadline deadline)
{
	struct query_limits limits = { 100, deadline };

	rows.columns_seen = 0;
	return source->ops->query(source, str_from(sql), &limits, &rows.sink, &rows.end, &rows.err);
}

static volatile int cancelled;

static void
on_alarm(int number)
{
	(void)number;
	cancelled = 1;
}

/* The instance is stopped, which the double reports. */
static void
test_stopping(void **state)
{
	int64_t start = clock_mono_us();

	NEED_SERVER();
	assert_false(query_within("SELECT forever", deadline_in_us(500000)));
	assert_int_equal(rows.err.code, ERR_TIMEOUT);
	must("SELECT stopped");
	assert_string_equal(buf_text(&rows.text), "int:1\n");
	signal(SIGALRM, on_alarm);
	ualarm(300000, 0);
	assert_false(query_within("SELECT forever", (struct deadline){ INT64_MAX, &cancelled }));
	assert_int_equal(rows.err.code, ERR_CANCELLED);
	must("SELECT stopped");
	assert_string_equal(buf_text(&rows.text), "int:2\n");
	assert_true(clock_mono_us() - start < 6 * CLOCK_SECOND);
}

static void
expect_open(const char *more, enum err_code code)
{
	struct settings settings = SETTINGS_INIT;
	struct deadline deadline = deadline_in_us(20 * CLOCK_SECOND);
	char *words = xasprintf("%s %s", server, more);
	struct err err = ERR_INIT;
	struct source *s;

	rows_settings(&settings, "maxcompute", words);
	s = source_open(source_kind_find("maxcompute"), &settings, &deadline, &err);
	if (!!s != (code == ERR_NONE) || err.code != code)
		fail_msg("%s: %s: %s", words, s ? "opened" : err_code_name(err.code), err.msg);
	if (s && !rows_query(&rows, s, "SELECT n FROM five", 10))
		fail_msg("%s: %s", words, rows.err.msg);
	if (strstr(err.msg, "secret") || strstr(err.hint, "secret"))
		fail_msg("a secret shows: %s", err.msg);
	source_close(s);
	settings_fini(&settings);
	free(words);
}

static void
test_login(void **state)
{
	NEED_SERVER();
	expect_open("access_key=wrong-secret", ERR_CONNECT);
	expect_open("access_id=nobody", ERR_CONNECT);
	expect_open("project=other", ERR_CONNECT);
	expect_open("project=a/b", ERR_CONFIG);
	expect_open("endpoint=ftp://x", ERR_CONFIG);
	expect_open("endpoint=http://192.0.2.1/api", ERR_INPUT);
	expect_open("region=cn-hangzhou", ERR_NONE);	/* version 4 */
	expect_open("region=cn-old", ERR_NONE);		/* falls back to version 2 */
	expect_open("sts_token=temporary-secret", ERR_NONE);
	expect_open("access_id=skewed", ERR_NONE);	/* our clock is wrong */
}

static void
test_schema(void **state)
{
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;

	NEED_SERVER();
	assert_true(rows_schema(&text, source, NULL, NULL, &err));
	assert_string_equal(buf_text(&text), ".sales table\n.users table\n");
	assert_true(rows_schema(&text, source, NULL, "sales", &err));
	assert_string_equal(buf_text(&text), ".sales.id bigint\n.sales.ds string\n");
	assert_false(rows_schema(&text, source, NULL, "no_such", &err));
	buf_fini(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_signatures),
		cmocka_unit_test(test_stream),
		cmocka_unit_test(test_damaged_stream),
		cmocka_unit_test(test_csv),
		cmocka_unit_test(test_hostile_xml),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_read_only),
		cmocka_unit_test(test_script_and_hints),
		cmocka_unit_test(test_describe),
		cmocka_unit_test(test_stopping),
		cmocka_unit_test(test_login),
		cmocka_unit_test(test_schema),
	};

	return cmocka_run_group_tests_name("source_maxcompute", tests, setup, teardown);
}
