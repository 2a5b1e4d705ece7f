/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

#include "src/base/buf.h"
#include "src/sql/split.h"

/* Expected: "label@line:column text" joined by " | ". */
static const struct {
	enum sql_dialect dialect;
	bool script;
	const char *text, *expected;
} cases[] = {
	{ SQL_GENERIC, false, "", "" },
	{ SQL_GENERIC, false, " ;; -- nothing\n;/* a */", "" },
	{ SQL_GENERIC, false, "select 1", "q1@1:1 select 1" },
	{ SQL_GENERIC, false, "select 1;\n  select 2 ; ", "q1@1:1 select 1 | q2@2:3 select 2" },
	{ SQL_GENERIC, false, "-- a\nselect ';', \";\" -- ;\n;b",
		"q1@2:1 select ';', \";\" | q2@3:2 b" },
	{ SQL_GENERIC, true, "set a=1;\nselect 2;", "q1@1:1 set a=1;\nselect 2;" },
	{ SQL_GENERIC, false, "a '${x|join:\";\"}' b;c",
		"q1@1:1 a '${x|join:\";\"}' b | q2@1:21 c" },
	{ SQL_POSTGRES, false, "a $t$;$t$;/* /* ; */ ; */b", "q1@1:1 a $t$;$t$ | q2@1:26 b" },
	{ SQL_GENERIC, false, "a /* /* ; */ b", "q1@1:1 a /* /* ; */ b" },
	{ SQL_POSTGRES, false, "a '\\'; b", "q1@1:1 a '\\' | q2@1:8 b" },
	{ SQL_POSTGRES, false, "a E'\\';' b", "q1@1:1 a E'\\';' b" },
	{ SQL_MYSQL, false, "a '\\'; b", "q1@1:1 a '\\'; b" },
	{ SQL_MYSQL, false, "a \"\\\";\" #;\n; b", "q1@1:1 a \"\\\";\" | q2@2:3 b" },
	{ SQL_MYSQL, false, "a --;b", "q1@1:1 a -- | q2@1:6 b" },
	{ SQL_GENERIC, false, "a --;b", "q1@1:1 a" },
	{ SQL_MYSQL, false, "select `a;b`; c", "q1@1:1 select `a;b` | q2@1:15 c" },
	{ SQL_HIVE, false, "a 'x\\';y'; b", "q1@1:1 a 'x\\';y' | q2@1:12 b" },
	{ SQL_CLICKHOUSE, false, "a # ;\n; b", "q1@1:1 a | q2@2:3 b" },
	{ SQL_SQLITE, false, "a [b;c] ; d", "q1@1:1 a [b;c] | q2@1:11 d" },
};

static void
statements_by_dialect(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct str text = str_from(cases[i].text);
		struct buf got = BUF_INIT;
		struct sql_split s;
		char label[64];

		sql_split(&s, cases[i].dialect, text, cases[i].script);
		for (size_t k = 0; k < s.count; k++) {
			sql_statement_label(&s, k, label);
			buf_addf(&got, "%s%s@%d:%d %.*s", k ? " | " : "", label, s.list[k].line,
				s.list[k].column, STR_ARG(sql_statement_text(&s.list[k], text)));
		}
		assert_string_equal(buf_text(&got), cases[i].expected);
		sql_split_fini(&s);
		buf_fini(&got);
	}
}

static void
names_come_from_comments(void **state)
{
	struct str text = STR("-- @name daily\nselect 1; /* @name 每月 */ select 2; -- @namex\n"
			      "select 3;\n# @name no\n");
	struct sql_split s;
	char label[64];

	(void)state;
	sql_split(&s, SQL_GENERIC, text, false);
	assert_int_equal(s.count, 4); /* "# @name no" is code here */
	sql_statement_label(&s, 0, label);
	assert_string_equal(label, "daily");
	assert_int_equal(s.list[0].name_pos, 9);
	sql_statement_label(&s, 1, label);
	assert_string_equal(label, "每月");
	sql_statement_label(&s, 2, label);
	assert_string_equal(label, "q3");
	assert_int_equal(sql_split_find(&s, STR("daily")), 0);
	assert_int_equal(sql_split_find(&s, STR("q1")), 0);
	assert_int_equal(sql_split_find(&s, STR("q3")), 2);
	assert_int_equal(sql_split_find(&s, STR("q9")), SIZE_MAX);
	assert_int_equal(sql_split_find(&s, STR("q0")), SIZE_MAX);
	assert_int_equal(sql_split_find(&s, STR("q-1")), SIZE_MAX);
	assert_int_equal(sql_split_find(&s, STR("q")), SIZE_MAX);
	sql_split_fini(&s);
}

static void
cursor_finds_its_statement(void **state)
{
	/*                0         1           2
	 *                0123456789 0 123456789 01234567 */
	struct str text = STR("select a;  \n-- c\n b;c\n\n");
	static const struct {
		size_t pos, expected;
	} rows[] = { { 0, 0 }, { 8, 0 }, { 9, 0 }, { 11, 0 }, { 12, 1 }, { 14, 1 }, { 18, 1 },
		{ 19, 1 }, { 20, 2 }, { 21, 2 }, { 23, 2 } };
	struct sql_split s;

	(void)state;
	sql_split(&s, SQL_GENERIC, text, false);
	assert_int_equal(s.count, 3);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(sql_split_at(&s, text, rows[i].pos), rows[i].expected);
	sql_split_fini(&s);
	sql_split(&s, SQL_GENERIC, STR_NONE, false);
	assert_int_equal(sql_split_at(&s, STR_NONE, 0), SIZE_MAX);
	sql_split_fini(&s);
}

static void
unfinished_text_says_where_it_began(void **state)
{
	static const struct {
		const char *text, *what;
		int line, column;
	} rows[] = { { "select 1", NULL, 0, 0 }, { "select 'a", "string", 1, 8 },
		{ "select\n 'a${x}b", "string", 2, 2 }, { "a\n/* b", "comment", 2, 1 },
		{ "\"a", "quoted name", 1, 1 }, { "$x$ a", "string", 1, 1 },
		{ "a -- b", NULL, 0, 0 }, { "'a${x}'", NULL, 0, 0 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct sql_split s;

		sql_split(&s, SQL_POSTGRES, str_from(rows[i].text), false);
		assert_int_equal(s.unfinished, rows[i].what != NULL);
		if (rows[i].what) {
			assert_string_equal(s.unfinished_what, rows[i].what);
			assert_int_equal(s.unfinished_line, rows[i].line);
			assert_int_equal(s.unfinished_column, rows[i].column);
		}
		sql_split_fini(&s);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(statements_by_dialect),
		cmocka_unit_test(names_come_from_comments),
		cmocka_unit_test(cursor_finds_its_statement),
		cmocka_unit_test(unfinished_text_says_where_it_began),
	};

	return cmocka_run_group_tests_name("sql_split", tests, NULL, NULL);
}
