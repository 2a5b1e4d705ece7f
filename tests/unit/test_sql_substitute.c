/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "src/sql/split.h"
#include "src/sql/substitute.h"

static const char *const values[][2] = { { "date", "20240102" }, { "empty", "" },
	{ "lines", "a\nbb\nccc" }, { "evil", "';drop" } };

static enum lookup
find_value(void *context, const struct template_item *ref, struct buf *to, struct err *err)
{
	int *calls = context;

	(*calls)++;
	if (str_is(ref->name, "broken")) {
		err_set(err, ERR_INPUT, "E_FMT: no");
		return LOOKUP_FAILED;
	}
	for (size_t i = 0; i < ARRAY_LEN(values); i++) {
		if (!str_is(ref->name, values[i][0]))
			continue;
		buf_adds(to, values[i][1]);
		return LOOKUP_FOUND;
	}
	return LOOKUP_UNASSIGNED;
}

static void
values_take_their_places(void **state)
{
	static const struct {
		enum sql_dialect dialect;
		const char *text, *expected;
		int calls;
	} rows[] = {
		{ SQL_GENERIC, "", "", 0 },
		{ SQL_GENERIC, "select 1", "select 1", 0 },
		{ SQL_GENERIC, "ds='${date}' and ${date}${empty}x", "ds='20240102' and 20240102x",
			3 },
		{ SQL_GENERIC, "a -- ${nope}\n/* ${nope} */ b", "a -- ${nope}\n/* ${nope} */ b",
			0 },
		{ SQL_GENERIC, "'$${date}' ${date}", "'${date}' 20240102", 1 },
		{ SQL_HIVE, "/*+ m(${date}) */", "/*+ m(20240102) */", 1 },
		{ SQL_MYSQL, "# ${nope}\n\"${date}\"", "# ${nope}\n\"20240102\"", 1 },
		{ SQL_POSTGRES, "$q$ ${date} $q$", "$q$ 20240102 $q$", 1 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct str text = str_from(rows[i].text);
		struct substituted s;
		struct err err = ERR_INIT;
		int calls = 0;

		assert_true(sql_substitute(&s, rows[i].dialect, text, 0, text.len, find_value,
			&calls, &err));
		assert_string_equal(buf_text(&s.text), rows[i].expected);
		assert_int_equal(calls, rows[i].calls);
		substituted_fini(&s);
	}
}

static void
faults_name_their_place(void **state)
{
	static const struct {
		const char *text, *word;
		int line, column;
	} rows[] = {
		{ "select\n  '${nope}'", "E_UNASSIGNED", 2, 4 },
		{ "sélect ${nope.x}", "${nope.x} has no value", 1, 8 },
		{ "a\n\n${", "E_REFERENCE", 3, 1 },
		{ "a ${b c}", "E_REFERENCE", 1, 3 },
		{ "${date}\n ${broken}", "line 2, column 2: E_FMT: no", 2, 2 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct str text = str_from(rows[i].text);
		struct substituted s;
		struct err err = ERR_INIT;
		int calls = 0;

		assert_false(sql_substitute(&s, SQL_GENERIC, text, 0, text.len, find_value,
			&calls, &err));
		assert_int_equal(err.code, ERR_INPUT);
		assert_non_null(strstr(err.msg, rows[i].word));
		assert_int_equal(err.line, rows[i].line);
		assert_int_equal(err.column, rows[i].column);
		substituted_fini(&s);
	}
}

/* Each place of the substituted text leads to the author's. */
static void
places_lead_back(void **state)
{
	struct str text = STR("select 0;\nselect '${lines}', x,\n  ü ${date}+y;");
	/* second statement: select 'a\nbb\nccc', x,\n  ü 20240102+y */
	static const struct {
		int line, column, source_line, source_column;
	} rows[] = {
		{ 1, 1, 2, 1 }, { 1, 8, 2, 8 }, { 1, 9, 2, 9 }, { 2, 1, 2, 9 }, { 2, 2, 2, 9 },
		{ 3, 3, 2, 9 }, { 3, 4, 2, 17 }, { 3, 7, 2, 20 }, { 4, 3, 3, 3 }, { 4, 5, 3, 5 },
		{ 4, 12, 3, 5 }, { 4, 13, 3, 12 }, { 4, 14, 3, 13 }, { 3, -1, 2, -1 },
		{ 4, -1, 3, -1 },
	};
	struct sql_split split;
	struct substituted s;
	struct err err = ERR_INIT;
	int calls = 0;

	(void)state;
	sql_split(&split, SQL_GENERIC, text, false);
	assert_int_equal(split.count, 2);
	assert_true(sql_substitute(&s, SQL_GENERIC, text, split.list[1].pos,
		split.list[1].pos + split.list[1].len, find_value, &calls, &err));
	assert_string_equal(buf_text(&s.text), "select 'a\nbb\nccc', x,\n  ü 20240102+y");
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		err_set(&err, ERR_SQL, "no such column");
		err_at(&err, rows[i].line, rows[i].column);
		substituted_fix_err(&s, &err);
		assert_int_equal(err.line, rows[i].source_line);
		assert_int_equal(err.column, rows[i].source_column);
	}
	err_set(&err, ERR_SQL, "no place");
	substituted_fix_err(&s, &err);
	assert_int_equal(err.line, -1);
	substituted_fini(&s);
	sql_split_fini(&split);
}

static void
other_texts_know_no_comments(void **state)
{
	struct substituted s;
	struct err err = ERR_INIT;
	int calls = 0;

	(void)state;
	assert_true(text_substitute(&s, STR("# ${date} -- ${date} $${x}"), find_value, &calls,
		&err));
	assert_string_equal(buf_text(&s.text), "# 20240102 -- 20240102 ${x}");
	assert_int_equal(calls, 2);
	substituted_fini(&s);
}

static void
positions_and_places(void **state)
{
	struct str text = STR("aü\n\nb");
	int line, column;

	(void)state;
	text_place(text, 3, &line, &column);
	assert_int_equal(line, 1);
	assert_int_equal(column, 3);
	text_place(text, 99, &line, &column);
	assert_int_equal(line, 3);
	assert_int_equal(text_pos(text, 1, 2), 1);
	assert_int_equal(text_pos(text, 1, 3), 3);
	assert_int_equal(text_pos(text, 1, 9), 3);
	assert_int_equal(text_pos(text, 3, 1), 5);
	assert_int_equal(text_pos(text, 9, 1), 6);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_take_their_places),
		cmocka_unit_test(faults_name_their_place),
		cmocka_unit_test(places_lead_back),
		cmocka_unit_test(other_texts_know_no_comments),
		cmocka_unit_test(positions_and_places),
	};

	return cmocka_run_group_tests_name("sql_substitute", tests, NULL, NULL);
}
