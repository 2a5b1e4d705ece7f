/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "src/sql/select_list.h"

/* Names joined by "," ("?" when the server chooses), then flags: r yields rows,
 * k all known, * star, o ORDER BY, 1 one row. */
static const struct {
	enum sql_dialect dialect;
	const char *text, *expected;
} cases[] = {
	{ SQL_GENERIC, "select a, b from t", "a,b rk" },
	{ SQL_GENERIC, "SELECT a x, b AS y, c \"Z z\" FROM t ORDER BY 1", "x,y,Z z rko" },
	{ SQL_GENERIC, "select t.a, db.t.b from t", "a,b rk" },
	{ SQL_GENERIC, "select * from t", " r*" },
	{ SQL_GENERIC, "select a, t.* from t", "a r*" },
	{ SQL_GENERIC, "select a*2, a*2 as b from t", "?,b r" },
	{ SQL_GENERIC, "select count(*) n from t", "n rk1" },
	{ SQL_GENERIC, "select count(*) from t", "? r1" },
	{ SQL_GENERIC, "select d, count(*) n from t group by d", "d,n rk" },
	{ SQL_GENERIC, "select sum(x) over (order by y) s from t", "s rk" },
	{ SQL_GENERIC, "select max(a, b) m from t", "m rk" },
	{ SQL_GENERIC, "select a from t order by a limit 1", "a rko1" },
	{ SQL_MYSQL, "select a from t limit 1, 10", "a rk" },
	{ SQL_GENERIC, "select 1 one", "one rk" },
	{ SQL_GENERIC, "select distinct a from t", "a rk" },
	{ SQL_POSTGRES, "select distinct on (a, b) a, c from t", "a,c rk" },
	{ SQL_GENERIC, "select top 5 a from t", "a rk" },
	{ SQL_GENERIC, "with x as (select q from y order by 1) select a from x", "a rk" },
	{ SQL_GENERIC, "with x as (select 1) insert into t select a from x", " " },
	{ SQL_GENERIC, "insert into t values (1)", " " },
	{ SQL_GENERIC, "update t set a = 1", " " },
	{ SQL_GENERIC, "values (1), (2)", " r" },
	{ SQL_GENERIC, "show tables", " r" },
	{ SQL_GENERIC, "(select a from t order by a) union (select b from u)", "a rk" },
	{ SQL_GENERIC, "select a from t union all select b from u order by 1", "a rko" },
	{ SQL_GENERIC, "select a from t order by a union select b from u", "a rk" },
	{ SQL_GENERIC, "select case when a > 1 then 'x' else 'y' end kind, b from t",
		"kind,b rk" },
	{ SQL_GENERIC, "select a is distinct from b as d from t", "d rk" },
	{ SQL_GENERIC, "select (select z from q order by 1) s, b from t", "s,b rk" },
	{ SQL_GENERIC, "select -- x, y\n a /* , b */ from t", "a rk" },
	{ SQL_GENERIC, "select '${date}' as d, ${col} c, ${col}, '${a}' from t",
		"d,c,?,? r" },
	{ SQL_GENERIC, "select a as ${x} from t", "? r" },
	{ SQL_GENERIC, "select interval '1' day, a at time zone 'utc' from t", "?,? r" },
	{ SQL_GENERIC, "select a, from t", "a rk" },
	{ SQL_GENERIC, "from t select a", "a rk" },
	{ SQL_GENERIC, "", " " },
	{ SQL_GENERIC, "select", " r" },
	{ SQL_MYSQL, "select a 'b c', `d``e` from t", "?,d`e r" },
	{ SQL_POSTGRES, "select Id, \"Id\", Count(*), x::int, lower(a)::text, t.y::text from t",
		"id,Id,count,x,?,y r1" },
	{ SQL_POSTGRES, "select a::character varying from t", "? r" },
	{ SQL_POSTGRES, "select sum(a) filter (where b > 1) from t", "? r1" },
	{ SQL_CLICKHOUSE, "select t.a, b, t.c as d from t format JSON", "?,b,d r" },
	{ SQL_HIVE, "select a from t sort by a", "a rk" },
	{ SQL_HIVE, "select arr[0] x, m['k'] from t", "x,? r" },
	{ SQL_GENERIC, "select a from t for update", "a rk" },
	{ SQL_GENERIC, "select current_date, null, true x", "?,?,x r" },
};

static void
columns_by_statement(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf got = BUF_INIT;
		struct select_list s;

		select_list_read(&s, cases[i].dialect, str_from(cases[i].text));
		for (size_t k = 0; k < s.count; k++)
			buf_addf(&got, "%s%s", k ? "," : "",
				*s.columns[k].name ? s.columns[k].name : "?");
		buf_addf(&got, " %s%s%s%s%s", s.yields_rows ? "r" : "", s.is_known ? "k" : "",
			s.has_star ? "*" : "", s.has_order_by ? "o" : "",
			s.is_one_row ? "1" : "");
		assert_string_equal(buf_text(&got), cases[i].expected);
		select_list_fini(&s);
		buf_fini(&got);
	}
}

static void
columns_are_found_by_name(void **state)
{
	struct select_list s;

	(void)state;
	select_list_read(&s, SQL_GENERIC, STR("select a, A, Revenue from t"));
	assert_int_equal(select_list_find(&s, STR("A")), 1);
	assert_int_equal(select_list_find(&s, STR("revenue")), 2);
	assert_int_equal(select_list_find(&s, STR("b")), SIZE_MAX);
	assert_int_equal(s.columns[2].pos, 13);
	select_list_fini(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(columns_by_statement),
		cmocka_unit_test(columns_are_found_by_name),
	};

	return cmocka_run_group_tests_name("sql_select_list", tests, NULL, NULL);
}
