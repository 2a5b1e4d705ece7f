/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "src/sql/template.h"

/* "T:text", "R:name[scope/field][r][c]|filter(argument)", "E", "B" with line:column. */
static void
dump(struct buf *to, struct str text)
{
	struct template_scanner s;
	struct template_item item;
	size_t end = 0;

	template_init(&s, text);
	while (template_next(&s, &item)) {
		assert_int_equal(item.pos, end);
		end += item.len;
		if (to->len)
			buf_addc(to, ' ');
		if (item.kind == TEMPLATE_TEXT) {
			buf_addf(to, "T:%.*s", (int)item.len, text.p + item.pos);
			continue;
		}
		buf_addf(to, "%c%d:%d", "TREB"[item.kind], item.line, item.column);
		if (item.kind != TEMPLATE_REF)
			continue;
		buf_addf(to, ":%.*s", STR_ARG(item.field));
		if (item.scope.len)
			buf_addf(to, "<%.*s", STR_ARG(item.scope));
		for (int i = 0; i < item.index_count; i++)
			buf_addf(to, "[%d]", (int)item.index[i]);
		for (int i = 0; i < item.filter_count; i++) {
			buf_addf(to, "|%s", filter_name(item.filters[i].kind));
			if (item.filters[i].argument.len) {
				buf_addc(to, '(');
				filter_argument(&item.filters[i], to);
				buf_addc(to, ')');
			}
		}
	}
	assert_int_equal(end, text.len);
}

static const char *const cases[][2] = {
	{ "", "" },
	{ "plain $ {x}", "T:plain $ {x}" },
	{ "${date}", "R1:1:date" },
	{ "a ${b}c", "T:a  R1:3:b T:c" },
	{ "x\nü${b}", "T:x\nü R2:2:b" },
	{ "${name[0]}${name[-1]}", "R1:1:name[0] R1:11:name[-1]" },
	{ "${inputs[0][1]}", "R1:1:inputs[0][1]" },
	{ "${input.column[2]}", "R1:1:column<input[2]" },
	{ "${q2.revenue}", "R1:1:revenue<q2" },
	{ "${bdp.system.bizdate}", "R1:1:bizdate<bdp.system" },
	{ "${\"Total sales\"}", "R1:1:Total sales" },
	{ "${q1.\"a}b\"[1]}", "R1:1:a}b<q1[1]" },
	{ "${部门}", "R1:1:部门" },
	{ "${n|join:\" / \"}", "R1:1:n|join( / )" },
	{ "${n|join:\"\\n}\\\"\"}", "R1:1:n|join(\n}\")" },
	{ "${n | sum | fmt:%.2f}", "R1:1:n|sum|fmt(%.2f)" },
	{ "${n|fmt:\"%d CNY\"}", "R1:1:n|fmt(%d CNY)" },
	{ "${n|count}${n|first}", "R1:1:n|count R1:11:n|first" },
	/* Literal ${ */
	{ "$${a}", "E1:1 T:a}" },
	{ "$$${a}", "T:$ E1:2 T:a}" },
	{ "a$${", "T:a E1:2" },
	/* Bad ones take two bytes, so that nothing behind them is swallowed. */
	{ "${}", "B1:1 T:}" },
	{ "${", "B1:1" },
	{ "${a", "B1:1 T:a" },
	{ "${a\n}", "B1:1 T:a\n}" },
	{ "${a b}", "B1:1 T:a b}" },
	{ "${yyyy-mm-dd}", "B1:1 T:yyyy-mm-dd}" },
	{ "${.a}", "B1:1 T:.a}" },
	{ "${a.}", "B1:1 T:a.}" },
	{ "${a[x]}", "B1:1 T:a[x]}" },
	{ "${a[1][2][3]}", "B1:1 T:a[1][2][3]}" },
	{ "${a[99999999999]}", "B1:1 T:a[99999999999]}" },
	{ "${a|nope}", "B1:1 T:a|nope}" },
	{ "${a|sum:1}", "B1:1 T:a|sum:1}" },
	{ "${a|join}", "B1:1 T:a|join}" },
	{ "${a|fmt:%s}", "B1:1 T:a|fmt:%s}" },
	{ "${a|fmt:%n}", "B1:1 T:a|fmt:%n}" },
	{ "${a|sum|sum|sum|sum|sum}", "B1:1 T:a|sum|sum|sum|sum|sum}" },
	{ "${\"a}", "B1:1 T:\"a}" },
	{ "${'${b}", "B1:1 T:' R1:4:b" },
};

static void
items(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf got = BUF_INIT;

		dump(&got, str_from(cases[i][0]));
		assert_string_equal(buf_text(&got), cases[i][1]);
		buf_fini(&got);
	}
}

static void
bad_ones_say_why(void **state)
{
	static const char *const rows[][2] = { { "${a", "not closed" }, { "${}", "missing" },
		{ "${a|nope}", "no such filter" }, { "${a|fmt:%s}", "fmt takes" },
		{ "${a b}", "letters" }, { "${a[", "row" } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct template_item item;

		assert_int_equal(template_read(str_from(rows[i][0]), &item), 2);
		assert_int_equal(item.kind, TEMPLATE_BAD);
		assert_non_null(strstr(item.message, rows[i][1]));
	}
	assert_int_equal(template_read(STR("x${a}"), &(struct template_item){ 0 }), 0);
}

static void
number_forms(void **state)
{
	static const char *const good[] = { "%d", "%.2f", "%8.3e", "%g", "%+d", "%'d", "%05i",
		"%d%%", "CNY %.2f!" };
	static const char *const bad[] = { "", "x", "%", "%s", "%d%d", "%ld", "%.999f", "%*d",
		"%n", "%%" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		assert_true(filter_fmt_is_valid(str_from(good[i])));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(filter_fmt_is_valid(str_from(bad[i])));
}

static void
only_references(void **state)
{
	struct template_scanner s;
	struct template_item item;

	(void)state;
	template_init(&s, STR("a $${x} ${b} ${ c"));
	assert_true(template_next_ref(&s, &item));
	assert_true(str_is(item.name, "b"));
	assert_true(template_next_ref(&s, &item));
	assert_int_equal(item.kind, TEMPLATE_BAD);
	assert_int_equal(item.column, 14);
	assert_false(template_next_ref(&s, &item));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(items),
		cmocka_unit_test(bad_ones_say_why),
		cmocka_unit_test(number_forms),
		cmocka_unit_test(only_references),
	};

	return cmocka_run_group_tests_name("template", tests, NULL, NULL);
}
