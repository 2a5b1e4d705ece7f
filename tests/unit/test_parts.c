/* SPDX-License-Identifier: MIT */
#include "src/base/json.h"
#include "src/base/utf8.h"
#include "src/content/parts.h"
#include "src/content/render_markdown.h"
#include "tests/unit/lib_doc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#pragma GCC diagnostic ignored "-Wformat-nonliteral"

static struct unit *
add_rows(struct unit_list *l, const char *head, const char *tail, size_t rows, const char *fmt)
{
	struct unit *u = unit_list_add(l, UNIT_ROWS);

	u->head = str_from(head);
	u->tail = str_from(tail);
	u->between = STR("\n");
	u->row_count = rows;
	u->is_table = true;
	u->rows = arena_array(l->arena, struct str, rows + 1);
	for (size_t i = 0; i < rows; i++)
		u->rows[i] = str_from(arena_printf(l->arena, fmt, (int)i));
	return u;
}


struct trial {
	struct document doc;
	struct unit_list units;
	struct parts_options o;
	struct parts parts;
	struct err err;
};

static void
plan_init(struct trial *p, size_t budget)
{
	*p = (struct trial){ .doc = DOCUMENT_INIT, .err = ERR_INIT };
	unit_list_init(&p->units, &p->doc.arena);
	p->o = (struct parts_options){ .budget = budget, .separator = "\n\n", .channel = "Test",
		.unit_name = "bytes" };
}

static void
plan_check(struct trial *p, const char *const *expected, size_t count)
{
	if (!parts_plan(&p->o, &p->units, &p->doc, &p->parts, &p->err))
		fail_msg("%s", p->err.msg);
	for (size_t i = 0; i < p->parts.count && i < count; i++)
		if (!str_is(p->parts.list[i].text, expected[i]))
			fail_msg("part %zu is\n%.*s\nnot\n%s", i, STR_ARG(p->parts.list[i].text),
				expected[i]);
	assert_int_equal(p->parts.count, count);
}

static void
test_rows_split_with_head(void **state)
{
	static const char *const expected[] = { "intro\n\nH\nr0\nr1\nT", "H\nr2\nr3\nr4\nr5\nT",
		"H\nr6\nT\n\nend" };
	struct trial p;

	(void)state;
	plan_init(&p, 16);
	unit_list_add_text(&p.units, UNIT_TEXT, STR("intro"));
	add_rows(&p.units, "H\n", "\nT", 7, "r%d");
	unit_list_add_text(&p.units, UNIT_TEXT, STR("end"));
	plan_check(&p, expected, 3);
	assert_int_equal(p.parts.list[0].cost, 16);
	assert_int_equal(p.parts.list[1].rows, 4);
	assert_int_equal(p.parts.list[2].rows, 1);
	document_fini(&p.doc);
}

static void
test_heading_stays_with_what_follows(void **state)
{
	static const char *const expected[] = { "aaaaaaaa", "# h\n\nH\nr0\nr1\nT" };
	struct trial p;

	(void)state;
	plan_init(&p, 16);
	unit_list_add_text(&p.units, UNIT_TEXT, STR("aaaaaaaa"));
	unit_list_add_text(&p.units, UNIT_TEXT, STR("# h"))->keep_with_next = true;
	add_rows(&p.units, "H\n", "\nT", 2, "r%d");
	plan_check(&p, expected, 2);
	document_fini(&p.doc);
}

static void
test_exact_budget(void **state)
{
	static const char *const one[] = { "H\nr0\nr1\nr2\nT" };
	static const char *const two[] = { "H\nr0\nr1\nT", "H\nr2\nT" };
	struct trial p;

	(void)state;
	for (size_t budget = 11; budget <= 13; budget++) {
		plan_init(&p, budget);
		add_rows(&p.units, "H\n", "\nT", 3, "r%d");
		if (budget < 12)
			plan_check(&p, two, 2);
		else
			plan_check(&p, one, 1);
		document_fini(&p.doc);
	}
}

static void
test_long_text(void **state)
{
	static const char *const lines[] = { "one two three\nfour", "five six\nseven" };
	static const char *const wide[] = { "日报日报", "日报" };
	struct trial p;

	(void)state;
	plan_init(&p, 20);
	unit_list_add_text(&p.units, UNIT_TEXT, STR("one two three\nfour\nfive six\nseven"));
	plan_check(&p, lines, 2);
	document_fini(&p.doc);
	plan_init(&p, 13); /* never inside a character */
	unit_list_add_text(&p.units, UNIT_TEXT, STR("日报日报日报"));
	plan_check(&p, wide, 2);
	document_fini(&p.doc);
}

static void
test_limits_of_units_and_tables(void **state)
{
	static const char *const expected[] = { "a\n\nH\nr0\nT", "H\nr0\nT\n\nb" };
	struct trial p;

	(void)state;
	plan_init(&p, 0);
	p.o.max_tables = 1;
	unit_list_add_text(&p.units, UNIT_TEXT, STR("a"));
	add_rows(&p.units, "H\n", "\nT", 1, "r%d");
	add_rows(&p.units, "H\n", "\nT", 1, "r%d");
	unit_list_add_text(&p.units, UNIT_TEXT, STR("b"));
	plan_check(&p, expected, 2);
	p.o.max_tables = 0;
	p.o.max_units = 2;
	plan_check(&p, expected, 2);
	document_fini(&p.doc);
}

static void
test_truncate(void **state)
{
	struct trial p;
	struct str text;

	(void)state;
	plan_init(&p, 400);
	p.o.oversize = OVERSIZE_TRUNCATE;
	unit_list_add_text(&p.units, UNIT_TEXT, STR("intro"));
	add_rows(&p.units, "H\n", "\nT", 10000, "row %04d");
	unit_list_add_text(&p.units, UNIT_TEXT, STR("end"));
	assert_true(parts_plan(&p.o, &p.units, &p.doc, &p.parts, &p.err));
	assert_int_equal(p.parts.count, 1);
	text = p.parts.list[0].text;
	assert_true(text.len <= 400 && text.len > 360);
	assert_true(str_find(text, STR(" of 10,000 rows\n\nend"), 0) != SIZE_MAX);
	assert_int_equal(p.parts.rows_left_out + p.parts.list[0].rows, 10000);
	assert_true(p.parts.list[0].rows > 30);
	assert_int_equal(p.parts.list[0].cost, text.len);
	assert_string_equal(p.doc.warnings[0].code, "W_TRUNCATED");
	document_fini(&p.doc);
}

static void
test_fail(void **state)
{
	struct trial p;

	(void)state;
	plan_init(&p, 20);
	p.o.oversize = OVERSIZE_FAIL;
	add_rows(&p.units, "H\n", "\nT", 10, "r%d");
	assert_false(parts_plan(&p.o, &p.units, &p.doc, &p.parts, &p.err));
	assert_int_equal(p.err.code, ERR_LIMIT);
	assert_non_null(strstr(p.err.hint, "split"));
	p.o.budget = 200;
	assert_true(parts_plan(&p.o, &p.units, &p.doc, &p.parts, &p.err));
	document_fini(&p.doc);
}

static void
test_solid_too_large(void **state)
{
	struct trial p;

	(void)state;
	plan_init(&p, 4);
	unit_list_add_text(&p.units, UNIT_SOLID, STR("12345"));
	assert_false(parts_plan(&p.o, &p.units, &p.doc, &p.parts, &p.err));
	assert_int_equal(p.err.code, ERR_LIMIT);
	document_fini(&p.doc);
}

static void
test_row_too_large(void **state)
{
	static char longest[3000];
	const char *rows[] = { "1|short", longest, "3|short" };
	struct block block = { .kind = BLOCK_TABLE, .text = "" };
	struct fixture f;
	struct trial p;

	(void)state;
	memset(longest, 'x', sizeof(longest) - 1);
	memcpy(longest, "2|", 2);
	lib_plain(&f);
	lib_result(&f.results[0], "q1", "a:int,b:text", rows, 3);
	f.list[0] = &f.results[0];
	f.inputs[0].result_count = 1;
	lib_blocks(&f, &block, 1);
	assert_true(lib_compose(&f));
	plan_init(&p, 300);
	p.o.shorten = render_markdown_shorten;
	p.o.context = (void *)&md_dialect_gfm;
	render_markdown_table_unit(&p.units, &f.doc.blocks[0].table, &md_dialect_gfm);
	assert_true(parts_plan(&p.o, &p.units, &p.doc, &p.parts, &p.err));
	assert_int_equal(p.parts.count, 3);
	assert_true(p.parts.list[1].text.len <= 300);
	assert_true(p.parts.list[1].text.len > 280);
	assert_true(str_find(p.parts.list[1].text, STR("xxx… |\n\nSome cells are shortened"), 0) !=
		    SIZE_MAX);
	assert_string_equal(p.doc.warnings[0].code, "W_CUT_ROW");
	document_fini(&p.doc);
	lib_fini(&f);
}

/* Any mix of units into any budget: within it, complete, in order, valid UTF-8. */
static void
test_random_plans(void **state)
{
	unsigned seed = 12345;

	(void)state;
	for (int round = 0; round < 300; round++) {
		struct trial p;
		size_t rows = 0, got = 0;

		seed = seed * 1103515245 + 12345;
		plan_init(&p, 60 + (seed >> 16) % 200);
		p.o.measure = round % 2 ? parts_measure_json : NULL;
		p.o.max_tables = round % 3 ? 0 : 2;
		for (int i = 0; i < 8; i++) {
			seed = seed * 1103515245 + 12345;
			if ((seed >> 16) % 3 == 0) {
				size_t n = (seed >> 20) % 30;

				add_rows(&p.units, "| head |\n", "", n, "| \"日\" %05d |");
				rows += n;
			} else {
				struct buf b = BUF_INIT;

				buf_add_repeat(&b, "报告 \"x\" ", (seed >> 20) % 40 + 1);
				unit_list_add_text(&p.units, UNIT_TEXT, str_trim(buf_str(&b)))
					->keep_with_next = (seed >> 18) % 5 == 0;
				buf_fini(&b);
			}
		}
		if (!parts_plan(&p.o, &p.units, &p.doc, &p.parts, &p.err))
			fail_msg("round %d: %s", round, p.err.msg);
		for (size_t i = 0; i < p.parts.count; i++) {
			struct planned_part *part = &p.parts.list[i];
			size_t cost = p.o.measure ? p.o.measure(part->text) : part->text.len;

			assert_int_equal(cost, part->cost);
			assert_true(cost <= p.o.budget);
			assert_true(part->text.len > 0);
			assert_true(utf8_is_valid(part->text));
			got += part->rows;
		}
		assert_int_equal(got, rows);
		p.o.oversize = OVERSIZE_TRUNCATE;
		assert_true(parts_plan(&p.o, &p.units, &p.doc, &p.parts, &p.err));
		assert_int_equal(p.parts.count, 1);
		assert_true(p.parts.list[0].cost <= p.o.budget);
		assert_int_equal(p.parts.list[0].cost, p.o.measure
				? p.o.measure(p.parts.list[0].text) : p.parts.list[0].text.len);
		assert_int_equal(p.parts.list[0].rows + p.parts.rows_left_out, rows);
		document_fini(&p.doc);
	}
}

static void
test_measures(void **state)
{
	static const char text[] = "a\"b\\\n\t\x01 日😀";
	struct buf b = BUF_INIT;

	(void)state;
	json_add_escaped(&b, STR(text));
	assert_int_equal(parts_measure_json(STR(text)), b.len);
	assert_int_equal(parts_measure_utf16(STR("a日😀")), 4);
	assert_int_equal(parts_measure_html(STR("<b>a&amp;b</b>😀")), 5);
	assert_int_equal(parts_measure_bytes(STR("日")), 3);
	buf_fini(&b);
}

static void
test_title(void **state)
{
	struct buf b = BUF_INIT;

	(void)state;
	parts_add_title(&b, STR("Sales"), 1, 1);
	assert_string_equal(buf_text(&b), "Sales");
	buf_clear(&b);
	parts_add_title(&b, STR("Sales"), 2, 3);
	assert_string_equal(buf_text(&b), "Sales (2/3)");
	assert_true(strlen(" (999/999)") <= PARTS_TITLE_RESERVE);
	buf_fini(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows_split_with_head),
		cmocka_unit_test(test_heading_stays_with_what_follows),
		cmocka_unit_test(test_exact_budget),
		cmocka_unit_test(test_long_text),
		cmocka_unit_test(test_limits_of_units_and_tables),
		cmocka_unit_test(test_truncate),
		cmocka_unit_test(test_fail),
		cmocka_unit_test(test_solid_too_large),
		cmocka_unit_test(test_row_too_large),
		cmocka_unit_test(test_random_plans),
		cmocka_unit_test(test_measures),
		cmocka_unit_test(test_title),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
