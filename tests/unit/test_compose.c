/* SPDX-License-Identifier: MIT */
#include "src/content/composer.h"
#include "tests/unit/lib_doc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

/* Text of the first block after substitution, data in ‹›. */
static char *
spans(const struct text *t)
{
	struct buf b = BUF_INIT;

	for (size_t i = 0; i < t->count; i++) {
		if (t->spans[i].is_data)
			buf_adds(&b, "‹");
		buf_add_str(&b, t->spans[i].text);
		if (t->spans[i].is_data)
			buf_adds(&b, "›");
	}
	buf_addc(&b, '\0');
	return buf_take(&b);
}

static void
check_text(struct fixture *f, const char *source, const char *expected)
{
	struct block block = { .kind = BLOCK_MARKDOWN, .text = source, .source_mode = true };
	char *got;

	lib_blocks(f, &block, 1);
	if (!lib_compose(f))
		fail_msg("%s: %s", source, f->err.msg);
	got = spans(&f->doc.blocks[0].source);
	assert_string_equal(got, expected);
	free(got);
}

static void
check_fault(struct fixture *f, const char *source, const char *code, int line, int column)
{
	struct block block = { .kind = BLOCK_MARKDOWN, .text = source, .source_mode = true };
	char *got;

	lib_blocks(f, &block, 1);
	assert_false(lib_compose(f));
	if (strncmp(f->err.msg, code, strlen(code)) != 0)
		fail_msg("%s: %s", source, f->err.msg);
	assert_int_equal(f->err.line, line);
	assert_int_equal(f->err.column, column);
	assert_int_equal(f->err.code, ERR_INPUT);
	f->in.is_preview = true; /* there it is a warning, and the text stays */
	assert_true(lib_compose(f));
	f->in.is_preview = false;
	assert_true(f->doc.warning_count > 0);
	assert_string_equal(f->doc.warnings[0].code, code);
	got = spans(&f->doc.blocks[0].source);
	free(got);
}

static void
test_sales_table(void **state)
{
	struct fixture f;
	struct block block = lib_sales_table();
	const struct doc_table *t;
	static const char *const shown[3][4] = {
		{ "1", "Dept. 1", "11000", "-1000 CNY" },
		{ "2", "Dept. 2", "20000", "-1000 CNY" },
		{ "3", "Dept. 3", "10000", "5000 CNY" },
	};

	(void)state;
	lib_sales(&f);
	lib_blocks(&f, &block, 1);
	assert_true(lib_compose(&f));
	assert_int_equal(f.doc.title.count, 2);
	assert_true(str_is(f.doc.title.spans[0].text, "Sales "));
	assert_true(str_is(f.doc.title.spans[1].text, "20240102"));
	assert_true(f.doc.title.spans[1].is_data);
	t = &f.doc.blocks[0].table;
	assert_int_equal(t->column_count, 4);
	assert_int_equal(t->row_count, 3);
	assert_true(str_is(t->name, "q1"));
	assert_true(str_is(t->columns[0].header, "id"));
	assert_true(str_is(t->columns[3].header, "Change"));
	assert_int_equal(t->columns[1].align, ALIGN_LEFT);
	assert_int_equal(t->columns[3].align, ALIGN_RIGHT);
	for (size_t i = 0; i < 12; i++)
		assert_true(str_is(table_cell(t, i / 4, i % 4).text, shown[i / 4][i % 4]));
	for (size_t i = 0; i < 3; i++) {
		struct cell c = table_cell(t, i, 3);

		assert_int_equal(c.color, i < 2 ? COLOR_RED : COLOR_DEFAULT);
		assert_true(str_is(c.mark, i < 2 ? "▼" : ""));
		assert_true(str_is(c.suffix, " CNY"));
	}
	assert_true(t->has_color);
	assert_int_equal(f.doc.warning_count, 0);
	assert_false(f.doc.is_empty);
	lib_fini(&f);
}

static void
test_lines(void **state)
{
	struct fixture f;

	(void)state;
	lib_sales(&f);
	check_text(&f, "On ${date}", "On ‹20240102›");
	check_text(&f, "Departments: ${department}.",
		"Departments: ‹Dept. 1›, ‹Dept. 2›, ‹Dept. 3›.");
	check_text(&f, "- ${department}: ${revenue}\nend",
		"- ‹Dept. 1›: ‹11000›\n- ‹Dept. 2›: ‹20000›\n- ‹Dept. 3›: ‹10000›\nend");
	check_text(&f, "  > 1. ${id} on ${date}",
		"  > 1. ‹1› on ‹20240102›\n  > 1. ‹2› on ‹20240102›\n  > 1. ‹3› on ‹20240102›");
	check_text(&f, "|a|b|\n|-|-|\n|${department}|${diff}|\n",
		"|a|b|\n|-|-|\n|‹Dept. 1›|‹-1000›|\n|‹Dept. 2›|‹-1000›|\n|‹Dept. 3›|‹5000›|\n");
	check_text(&f, "* ${date} only", "* ‹20240102› only");
	check_text(&f, "**${id}**", "**‹1›, ‹2›, ‹3›**");
	check_text(&f, "- total ${revenue|sum}", "- total ‹41000›");
	check_text(&f, "- ${department} of ${department|count}",
		"- ‹Dept. 1› of ‹3›\n- ‹Dept. 2› of ‹3›\n- ‹Dept. 3› of ‹3›");
	lib_fini(&f);
}

static void
test_references(void **state)
{
	struct fixture f;

	(void)state;
	lib_sales(&f);
	check_text(&f, "${department[0]} ${department[-1]}", "‹Dept. 1› ‹Dept. 3›");
	check_text(&f, "${q2.diff[2]} ${inputs.revenue[0]} ${inputs.q2.diff[0]}",
		"‹5000› ‹11000› ‹-1000›");
	check_text(&f, "${inputs[0][1]} ${inputs[2][3]}", "‹Dept. 1› ‹5000›");
	check_text(&f, "${inputs[1]}", "‹2,Dept. 2,20000,-1000›");
	check_text(&f, "${inputs}",
		"‹1,Dept. 1,11000,-1000›  \n‹2,Dept. 2,20000,-1000›  \n‹3,Dept. 3,10000,5000›");
	check_text(&f, "${DEPARTMENT|first}", "‹Dept. 1›");
	check_text(&f, "$${date} costs $5 {x}", "${date} costs $5 {x}");
	check_text(&f, "${revenue|join:\" / \"}", "‹11000› / ‹20000› / ‹10000›");
	check_text(&f, "${revenue|sum|fmt:\"%'.2f CNY\"}", "‹41,000.00 CNY›");
	check_text(&f, "- ${revenue|fmt:%.1f}", "- ‹11000.0›\n- ‹20000.0›\n- ‹10000.0›");
	check_text(&f, "${department|first} ${id|count}", "‹Dept. 1› ‹3›");
	f.push.title = "Top: ${department} ${revenue|sum}";
	check_text(&f, "x", "x");
	assert_int_equal(f.doc.title.count, 4);
	assert_true(str_is(f.doc.title.spans[1].text, "Dept. 1"));
	assert_true(str_is(f.doc.title.spans[3].text, "41000"));
	lib_fini(&f);
}

static void
test_array_vectors(void **state)
{
	static const char *const rows[] = { "A|3", "B|5" };
	static const char *const items[] = { "10", "20" };
	struct fixture f;

	(void)state;
	lib_plain(&f);
	lib_result(&f.results[0], "q1", "cat:text,n:text", rows, 2);
	f.list[0] = &f.results[0];
	f.inputs[0].result_count = 1;
	check_text(&f, "${inputs[0][0]}", "‹A›");
	check_text(&f, "${inputs[1][1]}", "‹5›");
	check_text(&f, "${inputs[1]}", "‹B,5›");
	check_text(&f, "- ${cat}", "- ‹A›\n- ‹B›");
	check_fault(&f, "a\nb ${inputs[2][0]}", "E_INDEX", 2, 3);
	check_fault(&f, "${inputs2[0][0]}", "E_UNASSIGNED", 1, 1);
	result_fini(&f.results[0]);
	lib_result(&f.results[0], "q1", "value:text", items, 2);
	f.inputs[0].is_list = true;
	check_text(&f, "${inputs} and ${inputs[1]}", "‹10›, ‹20› and ‹20›");
	check_text(&f, "- ${inputs}", "- ‹10›\n- ‹20›");
	lib_fini(&f);
}

static void
test_empty_and_null(void **state)
{
	static const char *const rows[] = { "1|\\N", "2|x" };
	struct fixture f;

	(void)state;
	lib_plain(&f);
	lib_result(&f.results[0], "q1", "a:int,b:text", rows, 2);
	lib_result(&f.results[1], "q2", "c:int", NULL, 0);
	f.list[0] = &f.results[0];
	f.list[1] = &f.results[1];
	f.inputs[0].result_count = 2;
	check_text(&f, "- ${a}:${b}", "- ‹1›:\n- ‹2›:‹x›");
	check_text(&f, "c=${c}.\n- gone ${c}\n- stays\n", "c=.\n- stays\n");
	check_text(&f, "${c[0]}${c|sum}${c|count}", "‹0›‹0›");
	assert_false(f.doc.is_empty);
	check_text(&f, "- ${a} ${c}", "- ‹1› \n- ‹2› ");
	assert_int_equal(f.doc.warning_count, 1);
	assert_string_equal(f.doc.warnings[0].code, "W_ROWCOUNT");
	result_fini(&f.results[0]);
	lib_result(&f.results[0], "q1", "a:int,b:text", NULL, 0);
	check_text(&f, "x", "x");
	assert_true(f.doc.is_empty);
	lib_fini(&f);
}

static void
test_faults(void **state)
{
	struct fixture f;

	(void)state;
	lib_sales(&f);
	check_fault(&f, "x ${nosuch}", "E_UNASSIGNED", 1, 3);
	check_fault(&f, "日报 ${departmnt}", "E_UNASSIGNED", 1, 4);
	f.push.title = "${departmnt}";
	assert_false(lib_compose(&f));
	assert_non_null(strstr(f.err.hint, "did you mean ${department}?"));
	f.push.title = "T";
	check_fault(&f, "${revenue[9]}", "E_INDEX", 1, 1);
	check_fault(&f, "${date[0]}", "E_INDEX", 1, 1);
	check_fault(&f, "one\ntwo ${", "E_UNCLOSED", 2, 5);
	check_fault(&f, "${department|sum}", "E_FILTER", 1, 1);
	result_fini(&f.results[1]);
	lib_result(&f.results[1], "q2", "revenue:int", NULL, 0);
	check_fault(&f, "${revenue}", "E_AMBIGUOUS", 1, 1);
	check_text(&f, "${q1.revenue[0]}", "‹11000›");
	f.list[1] = f.list[0]; /* one result twice is not ambiguous */
	check_text(&f, "${revenue[0]}", "‹11000›");
	lib_fini(&f);
}

static void
test_named_statement_and_hostile_values(void **state)
{
	static const char *const rows[] = { "**bold** ${date}\n- x" };
	struct fixture f;

	(void)state;
	lib_plain(&f);
	lib_result(&f.results[0], "daily", "x:text", rows, 1);
	f.list[0] = &f.results[0];
	f.inputs[0].result_count = 1;
	f.parameters[0] = (struct parameter){ "date", "D" };
	f.in.parameter_count = 1;
	check_text(&f, "${daily.x}", "‹**bold** ${date} - x›"); /* read once, one line */
	lib_fini(&f);
}

static void
test_table_padding(void **state)
{
	static const char *const q1[] = { "1", "2", "3" };
	static const char *const q2[] = { "x" };
	struct block block = { .kind = BLOCK_TABLE, .text = "" };
	struct fixture f;
	const struct doc_table *t;

	(void)state;
	lib_plain(&f);
	lib_result(&f.results[0], "q1", "a:int", q1, 3);
	lib_result(&f.results[1], "q2", "b:text", q2, 1);
	f.results[1].truncated = true;
	f.list[0] = &f.results[0];
	f.list[1] = &f.results[1];
	f.inputs[0].result_count = 2;
	lib_blocks(&f, &block, 1);
	assert_true(lib_compose(&f));
	t = &f.doc.blocks[0].table;
	assert_int_equal(t->row_count, 3);
	assert_int_equal(t->column_count, 2);
	assert_true(str_is(table_cell(t, 0, 1).text, "x"));
	assert_true(str_is(table_cell(t, 2, 1).text, ""));
	assert_int_equal(table_cell(t, 2, 1).value.kind, VALUE_NULL);
	assert_true(t->truncated);
	assert_int_equal(f.doc.warning_count, 2);
	assert_string_equal(f.doc.warnings[0].code, "W_ROWCOUNT");
	assert_string_equal(f.doc.warnings[1].code, "W_TRUNCATED");
	block.query = 2;
	assert_true(lib_compose(&f));
	assert_int_equal(f.doc.blocks[0].table.column_count, 1);
	assert_int_equal(f.doc.blocks[0].table.row_count, 1);
	block.query = 3;
	assert_false(lib_compose(&f));
	assert_non_null(strstr(f.err.msg, "there is no statement 3"));
	f.in.input_count = 0;
	block.query = 0;
	assert_false(lib_compose(&f));
	assert_non_null(strstr(f.err.msg, "no result to show"));
	f.in.is_preview = true;
	assert_true(lib_compose(&f));
	lib_fini(&f);
}

static void
test_table_preview_without_results(void **state)
{
	struct block block = lib_sales_table();
	struct fixture f;

	(void)state;
	lib_plain(&f);
	lib_blocks(&f, &block, 1);
	assert_false(lib_compose(&f));
	assert_non_null(strstr(f.err.msg, "no result has a column 'id'"));
	f.in.is_preview = true;
	assert_true(lib_compose(&f));
	assert_int_equal(f.doc.blocks[0].table.row_count, 1);
	assert_true(str_is(table_cell(&f.doc.blocks[0].table, 0, 1).text, "${department}"));
	lib_fini(&f);
}

static void
test_conditions(void **state)
{
	static const struct {
		enum cond_op op;
		const char *value, *operand, *operand2;
		bool matches;
	} rows[] = {
		{ OP_LT, "-1000", "0", "", true },
		{ OP_LT, "10", "9", "", false },
		{ OP_GT, "10", "9", "", true },
		{ OP_GT, "10x", "9", "", false }, /* bytes */
		{ OP_EQ, "1.0", "1", "", true },
		{ OP_EQ, "a", "a", "", true },
		{ OP_NE, "a", "A", "", true },
		{ OP_GE, "5", "5.0", "", true },
		{ OP_LE, "5.01", "5", "", false },
		{ OP_BETWEEN, "5", "1", "10", true },
		{ OP_BETWEEN, "11", "1", "10", false },
		{ OP_CONTAINS, "hello", "ell", "", true },
		{ OP_CONTAINS, "hello", "x", "", false },
		{ OP_NULL, "x", "", "", false },
		{ OP_NULL, NULL, "", "", true },
		{ OP_LT, NULL, "5", "", false },
		{ OP_NE, NULL, "5", "", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct value v = { rows[i].value ? VALUE_TEXT : VALUE_NULL,
			str_from(rows[i].value) };

		if (compose_matches(&v, rows[i].op, str_from(rows[i].operand),
			    str_from(rows[i].operand2)) != rows[i].matches)
			fail_msg("row %zu", i);
	}
}

static void
test_first_match_and_else(void **state)
{
	static struct cell_rule when[] = {
		{ .op = OP_GE, .value = "20000", .value2 = "", .color = COLOR_GREEN, .mark = "▲" },
		{ .op = OP_GE, .value = "${limit}", .value2 = "", .color = COLOR_ORANGE, .mark = "" },
	};
	static struct table_column columns[] = {
		{ .field = "q1.revenue", .header = "Revenue ${date}", .prefix = "¥", .suffix = "",
			.when = when, .when_count = 2, .has_else = true,
			.otherwise = { .color = COLOR_GREY, .mark = "-", .value = "" } },
	};
	struct block block = { .kind = BLOCK_TABLE, .text = "", .columns = columns,
		.column_count = 1 };
	struct fixture f;
	struct cell cells[3];

	(void)state;
	lib_sales(&f);
	f.parameters[2] = (struct parameter){ "limit", "10500" };
	f.in.parameter_count = 3;
	lib_blocks(&f, &block, 1);
	assert_true(lib_compose(&f));
	for (size_t i = 0; i < 3; i++)
		cells[i] = table_cell(&f.doc.blocks[0].table, i, 0);
	assert_true(str_is(f.doc.blocks[0].table.columns[0].header, "Revenue 20240102"));
	assert_int_equal(cells[0].color, COLOR_ORANGE);
	assert_int_equal(cells[1].color, COLOR_GREEN);
	assert_int_equal(cells[2].color, COLOR_GREY);
	assert_true(str_is(cells[1].text, "¥20000"));
	assert_true(str_is(cells[1].mark, "▲"));
	assert_true(str_is(cells[2].mark, "-"));
	lib_fini(&f);
}

static void
test_fmt(void **state)
{
	static const struct {
		const char *fmt, *text, *expected; /* NULL: no number */
	} rows[] = {
		{ "%.2f", "3", "3.00" },
		{ "%.2f", "1.005", "1.01" },
		{ "%d", "2.5", "3" },
		{ "%'d", "1234567", "1,234,567" },
		{ "%+.1f", "2", "+2.0" },
		{ "%08.2f", "-3.5", "-0003.50" },
		{ "%-6d|", "42", "42    |" },
		{ "%6d", "42", "    42" },
		{ "%.1f%%", "12.34", "12.3%" },
		{ "%e", "12345", "1.234500e+04" },
		{ "%g", "0.0001", "0.0001" },
		{ "%f", "1", "1.000000" },
		{ "%.2f", "n/a", NULL },
		{ "%.2f", "", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct buf b = BUF_INIT;
		bool ok = fmt_number(&b, str_from(rows[i].fmt), str_from(rows[i].text));

		assert_int_equal(ok, rows[i].expected != NULL);
		if (ok)
			assert_string_equal(buf_text(&b), rows[i].expected);
		buf_fini(&b);
	}
}

static void
test_ten_thousand_rows(void **state)
{
	static const char *const one[] = { "1|some department|12345.67|2024-01-01|ok" };
	struct block blocks[2] = { { .kind = BLOCK_TABLE, .text = "" },
		{ .kind = BLOCK_MARKDOWN, .text = "- ${b}: ${c}", .source_mode = true } };
	struct value values[5];
	struct fixture f;

	(void)state;
	lib_plain(&f);
	lib_result(&f.results[0], "q1", "a:int,b:text,c:decimal,d:date,e:text", one, 1);
	for (size_t i = 0; i < 5; i++)
		values[i] = result_at(&f.results[0], 0, i);
	for (size_t i = 1; i < 10000; i++)
		assert_true(result_add_row(&f.results[0], values, &f.err));
	f.list[0] = &f.results[0];
	f.inputs[0].result_count = 1;
	lib_blocks(&f, blocks, 2);
	assert_true(lib_compose(&f));
	assert_int_equal(f.doc.blocks[0].table.row_count, 10000);
	assert_int_equal(f.doc.blocks[1].source.count, 10000 * 4 + 9999);
	lib_fini(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sales_table),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_references),
		cmocka_unit_test(test_array_vectors),
		cmocka_unit_test(test_empty_and_null),
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_named_statement_and_hostile_values),
		cmocka_unit_test(test_table_padding),
		cmocka_unit_test(test_table_preview_without_results),
		cmocka_unit_test(test_conditions),
		cmocka_unit_test(test_first_match_and_else),
		cmocka_unit_test(test_fmt),
		cmocka_unit_test(test_ten_thousand_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
