/* SPDX-License-Identifier: MIT */
/* The ODBC driver over three real ones: tests/integration/test_source_odbc makes the
 * databases and gives their settings in DPSTUDIO_TEST_ODBC_SQLITE, _POSTGRES,
 * _POSTGRES_WIDE and _MARIADB, blanks in values as "%20". */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/lib_rows.h"

static const char *const names[] = { "SQLITE", "POSTGRES", "POSTGRES_WIDE", "MARIADB" };
static const char *settings_of[ARRAY_LEN(names)];
static struct rows rows;

/* "Driver=PostgreSQL%20Unicode" in an environment of words. */
static void
set_words(struct settings *settings, const char *words)
{
	char *copy = xstrdup(words), *to = copy;

	for (const char *p = words; *p; p++) {
		bool blank = strncmp(p, "%20", 3) == 0;

		*to++ = blank ? '\x01' : *p;
		p += blank ? 2 : 0;
	}
	*to = '\0';
	rows_settings(settings, "odbc", copy);
	for (size_t i = 0; i < settings->count; i++)
		for (char *p = settings->list[i].value; *p; p++)
			if (*p == '\x01')
				*p = ' ';
	free(copy);
}

static struct source *
try_open(const char *words, struct err *err)
{
	struct settings settings = SETTINGS_INIT;
	struct deadline deadline = deadline_in_us(20 * CLOCK_SECOND);
	struct source *s;

	set_words(&settings, words);
	s = source_open(source_kind_find("odbc"), &settings, &deadline, err);
	settings_fini(&settings);
	return s;
}

static struct source *
must_open(const char *words)
{
	struct err err = ERR_INIT;
	struct source *s = try_open(words, &err);

	if (!s)
		fail_msg("%s: %s", words, err.msg);
	return s;
}

static int
setup(void **state)
{
	(void)state;
	rows_init(&rows);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		char *name = xasprintf("DPSTUDIO_TEST_ODBC_%s", names[i]);

		settings_of[i] = getenv(name);
		free(name);
	}
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	rows_fini(&rows);
	return 0;
}

#define NEED_SERVER()                                                                         \
	do {                                                                                  \
		(void)state;                                                                  \
		if (!settings_of[0])                                                          \
			skip();                                                               \
	} while (0)

static void
must(struct source *s, size_t i, const char *sql)
{
	if (!rows_query(&rows, s, sql, 1000))
		fail_msg("%s: %s: %s", names[i], sql, rows.err.msg);
}

static void
test_values(void **state)
{
	NEED_SERVER();
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct source *s = must_open(settings_of[i]);
		/* SQLite's driver says VARCHAR for DECIMAL and gives 12.5. */
		const char *decimal = i == 0 ? "text:12.5" : "decimal:12.50";
		char *want = xasprintf("int:1|%s|text:é中🎉|date:2024-01-02|"
				       "timestamp:2024-01-02 03:04:05%%s|bytes:00ff\n"
				       "int:2|null|text:|null|null|bytes:\n",
			decimal);
		const char *at = strstr(want, "%s");
		char *plain = xasprintf("%.*s%s", (int)(at - want), want, at + 2);
		char *fraction = xasprintf("%.*s.000000%s", (int)(at - want), want, at + 2);

		must(s, i, "SELECT i, n, t, d, ts, b FROM odd ORDER BY i;");
		if (strcmp(buf_text(&rows.text), plain) != 0 &&
			strcmp(buf_text(&rows.text), fraction) != 0)
			fail_msg("%s: %s not %s", names[i], buf_text(&rows.text), plain);
		free(want);
		free(plain);
		free(fraction);
		source_close(s);
	}
}

static void
test_long_cells(void **state)
{
	NEED_SERVER();
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct source *s = must_open(settings_of[i]);
		struct buf want = BUF_INIT;

		must(s, i, "SELECT long_text FROM longs");
		buf_adds(&want, "text:");
		buf_add_repeat(&want, "é中🎉x", 7000);
		buf_addc(&want, '\n');
		if (strcmp(buf_text(&want), buf_text(&rows.text)) != 0)
			fail_msg("%s: %zu bytes, not %zu", names[i], rows.text.len, want.len);
		buf_fini(&want);
		source_close(s);
	}
}

static void
test_cut(void **state)
{
	NEED_SERVER();
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct source *s = must_open(settings_of[i]);
		int64_t max[] = { 0, 1, 999, 1000, 1001, INT64_MAX };

		for (size_t k = 0; k < ARRAY_LEN(max); k++) {
			int64_t rows_there = max[k] < 1000 ? max[k] : 1000;

			assert_true(rows_query(&rows, s, "SELECT n FROM many", max[k]));
			assert_int_equal(rows.end.rows, rows_there);
			assert_int_equal(rows.row_count, rows_there);
			assert_int_equal(rows.end.truncated, max[k] < 1000);
		}
		assert_true(rows_query(&rows, s, "SELECT n FROM many LIMIT 3", 2));
		assert_true(rows.end.truncated);
		source_close(s);
	}
}

static void
test_describe(void **state)
{
	NEED_SERVER();
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct source *s = must_open(settings_of[i]);

		assert_true(rows_describe(&rows, s, "SELECT i, t AS other FROM odd"));
		assert_true(strncmp(buf_text(&rows.head), "i:int(", 6) == 0);
		assert_non_null(strstr(buf_text(&rows.head), "|other:text("));
		assert_int_equal(rows.row_count, 0);
		assert_false(rows_describe(&rows, s, "SELECT nope FROM odd"));
		assert_int_equal(rows.err.code, ERR_SQL);
		must(s, i, "SELECT 1");
		source_close(s);
	}
}

static void
test_read_only(void **state)
{
	static const struct {
		const char *sql;
		enum err_code code;
	} hostile[] = {
		{ "INSERT INTO victim VALUES (2)", ERR_READ_ONLY },
		{ "DELETE FROM victim", ERR_READ_ONLY },
		{ "CREATE TABLE u (a int)", ERR_READ_ONLY },
		{ "DROP TABLE victim", ERR_READ_ONLY },
		{ "SELECT 1; DELETE FROM victim", ERR_READ_ONLY },
		{ "SELECT 1; SELECT 2", ERR_SQL },
		{ "SELECT 1 DELETE FROM victim", ERR_READ_ONLY },
		{ "WITH x AS (DELETE FROM victim RETURNING a) SELECT * FROM x", ERR_READ_ONLY },
		{ "SELECT a INTO u FROM victim", ERR_READ_ONLY },
		{ "COMMIT", ERR_READ_ONLY },
		{ "", ERR_SQL },
		{ "-- nothing", ERR_SQL },
	};

	NEED_SERVER();
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct source *s = must_open(settings_of[i]);

		for (size_t k = 0; k < ARRAY_LEN(hostile); k++) {
			if (rows_query(&rows, s, hostile[k].sql, 10))
				fail_msg("%s: passed: %s", names[i], hostile[k].sql);
			if (rows.err.code != hostile[k].code)
				fail_msg("%s: %s: %s: %s", names[i], hostile[k].sql,
					err_code_name(rows.err.code), rows.err.msg);
		}
		must(s, i, "SELECT a FROM victim");
		assert_string_equal(buf_text(&rows.text), "int:1\n");
		source_close(s);
	}
}

/* What the words do not show is rolled back. */
static void
test_rolled_back(void **state)
{
	NEED_SERVER();
	for (size_t i = 1; i < ARRAY_LEN(names); i++) {
		struct source *s = must_open(settings_of[i]);

		rows_query(&rows, s, "SELECT wipe_now()", 10);
		must(s, i, "SELECT count(*) FROM victim");
		assert_string_equal(buf_text(&rows.text), "int:1\n");
		source_close(s);
	}
}

static void
test_schema(void **state)
{
	NEED_SERVER();
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct source *s = must_open(settings_of[i]);
		struct buf text = BUF_INIT;
		struct err err = ERR_INIT;

		assert_true(rows_schema(&text, s, NULL, NULL, &err));
		assert_non_null(strstr(buf_text(&text), ".victim table\n"));
		assert_true(rows_schema(&text, s, NULL, "victim", &err));
		if (!strstr(buf_text(&text), "victim.a int") &&
			!strstr(buf_text(&text), "victim.a INT"))
			fail_msg("%s: %s", names[i], buf_text(&text));
		assert_false(rows_schema(&text, s, NULL, "no_such", &err));
		assert_int_equal(err.code, ERR_NOT_FOUND);
		buf_fini(&text);
		source_close(s);
	}
}

static void
test_connecting(void **state)
{
	struct err err = ERR_INIT;
	struct source *s;
	struct deadline deadline = deadline_in_us(5 * CLOCK_SECOND);

	NEED_SERVER();
	assert_null(try_open("connection=Driver=Nonesuch", &err));
	assert_int_equal(err.code, ERR_CONFIG);
	assert_null(try_open("connection=Driver=SQLite3;pwd=secret", &err));
	assert_int_equal(err.code, ERR_INPUT);
	assert_null(strstr(err.msg, "=secret"));
	assert_null(try_open("connection=Driver=PostgreSQL%20Unicode;Server=127.0.0.1;Port=1;"
			     "Database=x user=y password=z-secret", &err));
	assert_int_equal(err.code, ERR_CONNECT);
	assert_null(strstr(err.msg, "secret"));
	s = must_open(settings_of[1]);
	assert_true(s->ops->ping(s, &deadline, &err));
	assert_true(strncmp(s->ops->version(s), "PostgreSQL ", 11) == 0);
	source_close(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_long_cells),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_describe),
		cmocka_unit_test(test_read_only),
		cmocka_unit_test(test_rolled_back),
		cmocka_unit_test(test_schema),
		cmocka_unit_test(test_connecting),
	};

	return cmocka_run_group_tests_name("source_odbc", tests, setup, teardown);
}
