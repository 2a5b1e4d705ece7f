/* SPDX-License-Identifier: MIT */
#include "src/base/utf8.h"
#include "src/content/html_text.h"
#include "src/content/render_text.h"
#include "tests/unit/lib_doc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static void
check_wrap(const char *text, int columns, const char *expected)
{
	struct render_text_options o = { .columns = columns };
	struct buf b = BUF_INIT;

	render_text_wrap(&b, str_from(text), &o);
	if (strcmp(buf_text(&b), expected) != 0)
		fail_msg("'%s' at %d is\n%s\nnot\n%s", text, columns, buf_text(&b), expected);
	buf_fini(&b);
}

static void
test_wrap(void **state)
{
	(void)state;
	check_wrap("", 20, "\n");
	check_wrap("one two three", 7, "one two\nthree\n");
	check_wrap("one two three", 8, "one two\nthree\n");
	check_wrap("one two three", 20, "one two three\n");
	check_wrap("one two three", 0, "one two three\n");
	check_wrap("abcdefghij", 4, "abcd\nefgh\nij\n");
	check_wrap("a abcdefghij", 4, "a\nabcd\nefgh\nij\n");
	check_wrap("日报日报日报", 6, "日报日\n报日报\n");
	check_wrap("日报日报", 5, "日报\n日报\n");
	check_wrap("销售额，完成", 6, "销售\n额，完\n成\n"); /* no line begins with ， */
	check_wrap("x 日报日报", 6, "x 日报\n日报\n");
	check_wrap("a\nb", 10, "a\nb\n");
	check_wrap("e\xCC\x81" "e\xCC\x81 e\xCC\x81", 4, "e\xCC\x81" "e\xCC\x81 e\xCC\x81\n");
	check_wrap("👩‍👩‍👧 ok ok", 5, "👩‍👩‍👧 ok\nok\n");
}

static void
render(struct fixture *f, struct block *blocks, size_t count, int columns, bool ascii,
	struct buf *to)
{
	struct render_text_options o = { .columns = columns, .ascii = ascii };

	lib_blocks(f, blocks, count);
	if (!lib_compose(f))
		fail_msg("%s", f->err.msg);
	render_text(to, &f->doc, &o);
}

static void
test_sales(void **state)
{
	struct block block = lib_sales_table();
	struct buf b = BUF_INIT;
	struct fixture f;

	(void)state;
	lib_sales(&f);
	render(&f, &block, 1, 60, false, &b);
	assert_string_equal(buf_text(&b),
		"Sales 20240102\n"
		"\n"
		"┌────┬────────────┬─────────┬─────────────┐\n"
		"│ id │ Department │ Revenue │      Change │\n"
		"├────┼────────────┼─────────┼─────────────┤\n"
		"│  1 │ Dept. 1    │   11000 │ -1000 CNY ▼ │\n"
		"│  2 │ Dept. 2    │   20000 │ -1000 CNY ▼ │\n"
		"│  3 │ Dept. 3    │   10000 │    5000 CNY │\n"
		"└────┴────────────┴─────────┴─────────────┘\n");
	buf_clear(&b);
	render(&f, &block, 1, 38, true, &b); /* numbers are never cut */
	assert_string_equal(buf_text(&b),
		"Sales 20240102\n"
		"\n"
		"+----+-------+---------+-------------+\n"
		"| id | Depa… | Revenue |      Change |\n"
		"+----+-------+---------+-------------+\n"
		"|  1 | Dept… |   11000 | -1000 CNY ▼ |\n"
		"|  2 | Dept… |   20000 | -1000 CNY ▼ |\n"
		"|  3 | Dept… |   10000 |    5000 CNY |\n"
		"+----+-------+---------+-------------+\n");
	buf_clear(&b);
	render(&f, &block, 1, 24, false, &b); /* too narrow for a box */
	assert_non_null(strstr(buf_text(&b), "Department: Dept. 1\nRevenue: 11000\n"));
	buf_fini(&b);
	lib_fini(&f);
}

/* Every line of a box is as wide as the others, whatever stands in it. */
static void
test_wide_characters_align(void **state)
{
	static const char *const rows[] = { "销售部|1", "e\xCC\x81t\xC3\xA9|22", "👩‍👩‍👧|3", "ｆｕｌｌ|4",
		"|5", "a very long name that has to be cut somewhere|6" };
	struct block block = { .kind = BLOCK_TABLE, .text = "" };
	struct fixture f;

	(void)state;
	lib_plain(&f);
	lib_result(&f.results[0], "q1", "部门:text,n:int", rows, ARRAY_LEN(rows));
	f.list[0] = &f.results[0];
	f.inputs[0].result_count = 1;
	for (int columns = 14; columns < 60; columns += 5) {
		struct buf b = BUF_INIT;
		struct str rest;
		size_t width = 0;

		render(&f, &block, 1, columns, columns % 2, &b);
		rest = buf_str(&b);
		rest = str_slice(rest, str_find(rest, STR("\n\n"), 0) + 2, rest.len);
		while (rest.len) {
			size_t end = str_find(rest, STR("\n"), 0);
			size_t w = utf8_width(str_slice(rest, 0, end));

			assert_true(width == 0 || w == width);
			assert_true(w <= (size_t)columns);
			width = w;
			rest = str_slice(rest, end + 1, rest.len);
		}
		buf_fini(&b);
	}
	lib_fini(&f);
}

static void
test_markdown_blocks(void **state)
{
	struct block block = { .kind = BLOCK_MARKDOWN,
		.text = "## H\n\npara **b** `c` [t](http://h/?a=1)\n\n- a\n  1. x\n- [x] b\n\n> q\n> r\n\n"
			"```\ncode\n  more\n```\n\n***\n\n| a | b |\n|---|--:|\n| 1 | 日 |\n" };
	struct buf b = BUF_INIT;
	struct fixture f;

	(void)state;
	lib_plain(&f);
	f.in.input_count = 0;
	f.push.title = "";
	render(&f, &block, 1, 0, true, &b);
	assert_string_equal(buf_text(&b),
		"## H\n\npara b c t (http://h/?a=1)\n\n- a\n  1. x\n[x] b\n\n> q r\n\n"
		"    code\n      more\n\n----------------------------------------\n\n"
		"+---+----+\n| a |  b |\n+---+----+\n| 1 | 日 |\n+---+----+\n");
	buf_fini(&b);
	lib_fini(&f);
}

/* Marks never change what is read, and every run has its role. */
static void
test_styles(void **state)
{
	struct block block = lib_sales_table();
	struct render_text_options plain = { .columns = 50 }, styled = plain;
	struct buf a = BUF_INIT, b = BUF_INIT, stripped = BUF_INIT;
	enum text_role role = TEXT_PLAIN;
	struct str rest, run;
	bool red = false, heading = false, box = false;
	struct fixture f;

	(void)state;
	styled.styled = true;
	lib_sales(&f);
	lib_blocks(&f, &block, 1);
	assert_true(lib_compose(&f));
	render_text(&a, &f.doc, &plain);
	render_text(&b, &f.doc, &styled);
	text_role_strip(&stripped, buf_str(&b));
	assert_string_equal(buf_text(&stripped), buf_text(&a));
	rest = buf_str(&b);
	while (text_run_next(&rest, &role, &run)) {
		red = red || (role == TEXT_RED && str_is(run, "-1000 CNY ▼"));
		heading = heading || (role == TEXT_HEADING && str_is(run, "Sales 20240102"));
		box = box || (role == TEXT_BOX && str_find(run, STR("┌────"), 0) == 0);
	}
	assert_true(red && heading && box);
	assert_int_equal(role, TEXT_PLAIN);
	for (int r = 0; r < TEXT_ROLE_COUNT; r++)
		assert_true(text_role_name((enum text_role)r)[0]);
	buf_fini(&a);
	buf_fini(&b);
	buf_fini(&stripped);
	lib_fini(&f);
}

static void
test_row_limit_and_notes(void **state)
{
	static const char *const rows[] = { "1", "2", "3" };
	struct block block = { .kind = BLOCK_TABLE, .text = "" };
	struct render_text_options o = { .columns = 70, .max_rows = 1, .no_title = true };
	struct buf b = BUF_INIT;
	struct fixture f;

	(void)state;
	lib_plain(&f);
	lib_result(&f.results[0], "q1", "a:int", rows, 3);
	f.results[0].truncated = true;
	f.list[0] = &f.results[0];
	f.inputs[0].result_count = 1;
	lib_blocks(&f, &block, 1);
	assert_true(lib_compose(&f));
	render_text(&b, &f.doc, &o);
	assert_string_equal(buf_text(&b), "┌───┐\n│ a │\n├───┤\n│ 1 │\n└───┘\n"
		"… 2 more rows; only the first 3 rows of the query\n");
	buf_fini(&b);
	lib_fini(&f);
}

static void
test_control_characters_never_pass(void **state)
{
	static const char *const rows[] = { "\x1b[31mred\x07\x9b \xEF\xB7\x95\xE2\x80\xAE x" };
	struct block blocks[] = { { .kind = BLOCK_TABLE, .text = "" },
		{ .kind = BLOCK_MARKDOWN, .text = "\x1b]0;t\x07 ${a}" } };
	struct buf b = BUF_INIT;
	struct fixture f;

	(void)state;
	lib_plain(&f);
	f.push.title = "\x1b[2J${a}";
	lib_result(&f.results[0], "q1", "a:text", rows, 1);
	f.list[0] = &f.results[0];
	f.inputs[0].result_count = 1;
	render(&f, blocks, 2, 60, false, &b);
	for (size_t i = 0; i < b.len; i++)
		assert_true(b.p[i] == '\n' || (unsigned char)b.p[i] >= 0x20);
	assert_null(strstr(buf_text(&b), "\xEF\xB7\x95"));
	assert_null(strstr(buf_text(&b), "\xE2\x80\xAE"));
	buf_fini(&b);
	lib_fini(&f);
}

static void
test_html_as_text(void **state)
{
	static const struct {
		const char *html, *text;
	} rows[] = {
		{ "<p>a</p><p>b &amp; c</p>", "a\nb & c\n" },
		{ "a<br/>b", "a\nb" },
		{ "<style>x{}</style>y<script>z</script>", "y" },
		{ "<ul><li>a<li>b</ul>", "- a\n- b\n" },
		{ "1 < 2 &#65; &#x42; &bogus; &#xFDD5;", "1 < 2 A B &bogus; " },
		{ "<!-- c -->d<title>t</title>", "d" },
		{ "<script>never closed", "" },
		{ "a  \n  b", "a b" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct buf b = BUF_INIT;

		html_to_text(&b, str_from(rows[i].html));
		assert_string_equal(buf_text(&b), rows[i].text);
		buf_fini(&b);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wrap),
		cmocka_unit_test(test_sales),
		cmocka_unit_test(test_wide_characters_align),
		cmocka_unit_test(test_markdown_blocks),
		cmocka_unit_test(test_styles),
		cmocka_unit_test(test_row_limit_and_notes),
		cmocka_unit_test(test_control_characters_never_pass),
		cmocka_unit_test(test_html_as_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
