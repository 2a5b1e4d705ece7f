/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "src/base/clock.h"
#include "src/schedule/timeexpr.h"

static const struct {
	const char *row, *scheduled, *business, *value, *expected;
} vectors[] = {
#include "tests/unit/vectors_timeexpr.h"
};

static const struct zone *
zone(const char *name)
{
	struct err err = ERR_INIT;
	const struct zone *z = zone_get(name, &err);

	if (!z)
		fail_msg("%s", err.msg);
	return z;
}

static struct timeexpr_base
base_at(const char *zone_name_, const char *scheduled, const char *business)
{
	struct timeexpr_base base = { .zone = zone(zone_name_) };
	struct err err = ERR_INIT;

	if (!zone_parse(str_from(scheduled), base.zone, &base.scheduled_us, &err) ||
		(business && !date_parse(str_from(business), &base.business_date, &err)))
		fail_msg("%s", err.msg);
	return base;
}

static void
check_value(const char *row, const struct timeexpr_base *base, const char *value,
	const char *expected)
{
	struct buf out = BUF_INIT;
	struct err err = ERR_INIT;

	if (!timeexpr_eval(str_from(value), base, &out, NULL, &err))
		fail_msg("%s %s: %s", row, value, err.msg);
	if (strcmp(buf_text(&out), expected) != 0)
		fail_msg("%s %s: \"%s\", not \"%s\"", row, value, buf_text(&out), expected);
	assert_true(timeexpr_check(str_from(value), NULL, &err));
	buf_fini(&out);
}

/* In a zone without changes and in one with them: none of the rows is near one. */
static void
test_vectors(void **state)
{
	(void)state;
	assert_int_equal(ARRAY_LEN(vectors), 150);
	for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
		struct timeexpr_base base = base_at("Asia/Shanghai", vectors[i].scheduled,
			vectors[i].business);

		check_value(vectors[i].row, &base, vectors[i].value, vectors[i].expected);
		base = base_at("America/New_York", vectors[i].scheduled, NULL);
		check_value(vectors[i].row, &base, vectors[i].value, vectors[i].expected);
	}
}

/* What some help pages print and the rules do not give. */
static const struct {
	const char *scheduled, *value, *wrong;
} errata[] = {
	{ "2025-07-20 10:30:00", "${dd}", "20" },
	{ "2025-07-20 10:30:00", "$[add_months(yyyymmdd,-12)]", "2024" },
	{ "2025-07-20 10:30:00", "$[add_months(yyyymmdd,-12)]", "2024-07-20" },
	{ "2025-07-20 10:30:00", "$[add_months(yyyymmdd,-1)]", "2025-06-20" },
	{ "2025-07-20 10:30:00", "$[yyyymmddhh24miss-1]", "2025071910:30:00" },
	{ "2025-03-15 00:00:00", "$[yyyymmddhh24miss]", "2025031500000000" },
	{ "2025-11-01 02:30:45", "$[hh24:mi:ss-1/24/60]", "02:30:45" },
	{ "2025-07-27 00:05:00", "$[yyyymmddhh24-1/24]", "20250726230000" },
	{ "2025-07-27 00:05:00", "$[yyyymmddhh24]", "20250727000000" },
	{ "2018-07-22 00:00:00", "${yyyy-2}", "2018" },
	{ "2014-05-15 10:30:00", "$[add_months(yyyymmdd,-1)]", "2014-04-15" },
};

static void
test_errata(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(errata); i++) {
		struct timeexpr_base base = base_at("UTC", errata[i].scheduled, NULL);
		struct buf out = BUF_INIT;
		struct err err = ERR_INIT;

		assert_true(timeexpr_eval(str_from(errata[i].value), &base, &out, NULL, &err));
		assert_string_not_equal(buf_text(&out), errata[i].wrong);
		buf_fini(&out);
	}
}

static const struct {
	const char *zone, *scheduled, *value, *expected;
} zoned[] = {
	/* the DST table; scheduled times are instants */
	{ "Europe/Berlin", "2025-03-30T03:00:00+02:00", "$[hh24-1/24]", "01" },
	{ "Europe/Berlin", "2025-03-30T03:00:00+02:00", "$[hh24mi]", "0300" },
	{ "Europe/Berlin", "2025-03-30T03:00:00+02:00", "$[hh24:mi-10/24/60]", "01:50" },
	{ "Europe/Berlin", "2025-10-26T03:00:00+01:00", "$[hh24-2/24]", "02" },
	{ "Europe/Berlin", "2025-10-26T02:00:00+02:00", "$[hh24-1/24]", "01" },
	{ "Europe/Berlin", "2025-10-26T02:00:00+01:00", "$[hh24-1/24]", "02" },
	{ "Europe/Berlin", "2025-10-26T02:00:00+01:00", "$[hh24:mi-10/24/60]", "02:50" },
	/* whole days are of the calendar: the night after the change */
	{ "Europe/Berlin", "2025-03-31T00:30:00+02:00", "$[yyyymmdd-1]", "20250330" },
	{ "Europe/Berlin", "2025-03-31T00:30:00+02:00", "$[yyyymmddhh24-24/24]", "2025032923" },
	{ "Europe/Berlin", "2025-03-31T00:30:00+02:00", "$[yyyymmddhh24mi-1-1/24]", "202503292330" },
	/* a step into a gap takes the offset before, into a repeated hour the first */
	{ "America/New_York", "2026-03-09T02:30:00-04:00", "$[yyyymmddhh24mi-1]", "202603080330" },
	{ "America/New_York", "2026-03-07T02:30:00-05:00", "$[yyyymmddhh24mi+1]", "202603080330" },
	{ "America/New_York", "2026-10-31T01:30:00-04:00", "$[hh24mi+1+1/24]", "0130" },
	{ "America/New_York", "2026-10-31T01:30:00-04:00", "$[hh24mi+1+2/24]", "0230" },
	{ "America/New_York", "2026-11-01T01:30:00-05:00", "$[hh24mi+1/24]", "0230" },
	{ "America/New_York", "2026-11-01T01:30:00-05:00", "$[hh24mi-0+1/24]", "0230" },
	{ "America/New_York", "2026-02-08T02:30:00-05:00", "$[add_months(yyyymmddhh24mi,1)]",
		"202603080330" },
	{ "America/New_York", "2026-10-01T01:30:00-04:00", "$[add_months(hh24mi,1)+1/24]", "0130" },
	{ "Pacific/Apia", "2011-12-31T08:00:00+14:00", "$[yyyymmddhh24-1]", "2011123108" },
	{ "Australia/Lord_Howe", "2026-10-04T02:30:00+11:00", "$[hh24mi-30/24/60]", "0130" },
	/* rounding is on the sum, halves away from zero */
	{ "UTC", "2026-01-01T00:00:00Z", "$[hh24miss+1/7+1/7+1/7+1/7+1/7+1/7+1/7]", "000000" },
	{ "UTC", "2026-01-01T00:00:00Z", "$[dd+1/7+1/7+1/7+1/7+1/7+1/7+1/7]", "02" },
	{ "UTC", "2026-01-01T00:00:00Z", "$[hh24miss+1/172800]", "000001" },
	{ "UTC", "2026-01-01T00:00:00Z", "$[hh24miss-1/172800]", "235959" },
	{ "UTC", "2026-01-01T00:00:00Z", "$[hh24miss+1/172801]", "000000" },
	{ "UTC", "2026-01-01T00:00:00Z", "$[hh24miss-1/172801]", "000000" },
	{ "UTC", "2026-01-01T00:00:00Z", "$[hh24miss+1/172800-1/172800]", "000000" },
	{ "UTC", "2026-01-01T00:00:00Z", "$[hh24miss+1/24/60/60*2]", "000002" },
	{ "UTC", "2026-01-01T00:00:00Z", "$[hh24+2*3/24]", "06" },
	{ "UTC", "2026-01-01T00:00:00Z", "$[hh24miss+1/172800+1/345600]", "000001" },
	/* extension functions; a friday */
	{ "UTC", "2022-08-26T08:00:00Z", "$[this_day(yyyy-mm-dd)]", "2022-08-26" },
	{ "UTC", "2022-08-26T08:00:00Z", "$[last_day(yyyy-mm-dd)]", "2022-08-25" },
	{ "UTC", "2022-08-26T08:00:00Z", "$[month_first_day(yyyy-mm-dd,-1)]", "2022-07-01" },
	{ "UTC", "2022-08-26T08:00:00Z", "$[month_last_day(yyyy-mm-dd,-1)]", "2022-07-31" },
	{ "UTC", "2022-08-26T08:00:00Z", "$[month_last_day(yyyy-mm-dd,-6)]", "2022-02-28" },
	{ "UTC", "2022-08-26T08:00:00Z", "$[month_last_day(yyyymmdd)]", "20220831" },
	{ "UTC", "2022-08-26T08:00:00Z", "$[week_first_day(yyyy-mm-dd,-1)]", "2022-08-15" },
	{ "UTC", "2022-08-26T08:00:00Z", "$[week_last_day(yyyy-mm-dd,-1)]", "2022-08-21" },
	{ "UTC", "2022-08-28T08:00:00Z", "$[week_first_day(yyyymmdd,0)]", "20220822" },
	{ "UTC", "2022-08-28T08:00:00Z", "$[week_last_day(yyyymmdd,0)]", "20220828" },
	{ "UTC", "2022-08-26T08:00:00Z", "$[year_week(yyyy-mm-dd)]", "2022-34" },
	{ "UTC", "2022-08-26T08:00:00Z", "$[year_week(yyyymmdd)-7]", "202233" },
	{ "UTC", "2021-01-03T08:00:00Z", "$[year_week(yyyy-mm-dd)]", "2020-53" },
	{ "UTC", "2024-12-30T08:00:00Z", "$[year_week(yyyy/mm/dd)]", "2025/01" },
	{ "UTC", "2022-08-26T08:00:00Z", "$[month_first_day(yyyymmddhh24,0)-1-1/24]", "2022073107" },
	{ "UTC", "2022-08-26T08:00:00Z", "$[add_months(yyyymm,12*-1)]", "202108" },
	{ "UTC", "2022-08-26T08:00:00Z", "$[add_months(yyyymm,+2*3)]", "202302" },
	/* built-ins are letters only; quotes; text around */
	{ "UTC", "2022-08-26T08:00:00Z", "$bizdate01", "2022082501" },
	{ "UTC", "2022-08-26T08:00:00Z", "$bizdate_$gmtdate", "20220825_20220826" },
	{ "UTC", "2022-08-26T08:00:00Z", "'123'", "123" },
	{ "UTC", "2022-08-26T08:00:00Z", "\"${yyyy}\"", "2022" },
	{ "UTC", "2022-08-26T08:00:00Z", "''a''", "'a'" },
	{ "UTC", "2022-08-26T08:00:00Z", "'a\"", "'a\"" },
	{ "UTC", "2022-08-26T08:00:00Z", "'", "'" },
	{ "UTC", "2022-08-26T08:00:00Z", "''", "" },
	{ "UTC", "2022-08-26T08:00:00Z", "", "" },
	{ "UTC", "2022-08-26T08:00:00Z", "abc", "abc" },
	{ "UTC", "2022-08-26T08:00:00Z", "0.5", "0.5" },
	{ "UTC", "2022-08-26T08:00:00Z", "部门}]", "部门}]" },
	{ "UTC", "2022-08-26T08:00:00Z", "dt_${yyyy-mm}-01/x", "dt_2022-08-01/x" },
	{ "UTC", "2022-08-26T08:00:00Z", "${yyyy-mm-01}", "2022-07" },
	{ "UTC", "2022-08-26T08:00:00Z", "$[yyyy+mm|dd]", "2022+08|26" },
	{ "UTC", "2022-08-26T08:00:00Z", "$[yyyyyy]", "202222" },
	{ "UTC", "2022-08-26T08:00:00Z", "$[hhmi]", "0800" },
	{ "UTC", "2022-08-26T13:00:00Z", "$[hh12]", "01" },
	{ "UTC", "2022-08-26T12:00:00Z", "$[hh]", "12" },
	{ "UTC", "2022-08-26T08:00:00Z", "$[yyyymmdd+0]", "20220826" },
	{ "UTC", "0001-01-03T08:00:00Z", "${yyyymmdd-1}", "00010101" },
	{ "UTC", "9999-12-31T08:00:00Z", "$[yyyymmdd]", "99991231" },
	{ "UTC", "2022-08-26T08:00:00Z", "$jobid/$nodeid/$taskid", "0/0/0" },
};

static void
test_zoned(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(zoned); i++) {
		struct timeexpr_base base = base_at(zoned[i].zone, zoned[i].scheduled, NULL);

		check_value(zoned[i].scheduled, &base, zoned[i].value, zoned[i].expected);
	}
}

/* The business date is given, not computed: a slot that a gap moved over midnight. */
static void
test_given_business_date(void **state)
{
	struct timeexpr_base base = base_at("Pacific/Apia", "2011-12-31 00:00", "2011-12-29");

	(void)state;
	base.job_id = "7";
	base.node_id = "n-1";
	base.task_id = "run9";
	check_value("apia", &base, "${yyyymmdd}", "20111229");
	check_value("apia", &base, "$gmtdate", "20111230");
	check_value("apia", &base, "$cyctime", "20111231000000");
	check_value("apia", &base, "$bizmonth", "201111");
	check_value("apia", &base, "$jobid.$nodeid.$taskid", "7.n-1.run9");
}

static void
test_backfill(void **state)
{
	static const struct {
		const char *scheduled, *business, *tomorrow, *cyctime;
	} table[] = {
		{ "2025-03-16 00:00", "20250315", "20250316", "20250316000000" },
		{ "2014-05-11 02:30", "20140510", "20140511", "20140511023000" },
		{ "2024-02-29 02:30", "20240228", "20240229", "20240229023000" },
		{ "2025-01-01 02:30", "20241231", "20250101", "20250101023000" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		struct timeexpr_base base = base_at("Asia/Shanghai", table[i].scheduled,
			table[i].business);

		check_value("backfill", &base, "${yyyymmdd}", table[i].business);
		check_value("backfill", &base, "$bizdate", table[i].business);
		check_value("backfill", &base, "$[yyyymmdd]", table[i].tomorrow);
		check_value("backfill", &base, "$gmtdate", table[i].tomorrow);
		check_value("backfill", &base, "$cyctime", table[i].cyctime);
	}
}

static const struct {
	const char *value, *code;
	size_t pos;
} faults[] = {
	{ "dt=${yyyymmdd}", "E_CHAR", 2 },
	{ "a b", "E_CHAR", 1 },
	{ "a\tb", "E_CHAR", 1 },
	{ "'a b'", "E_CHAR", 2 },
	{ "$[yyyy-mm-dd hh24:mi:ss]", "E_CHAR", 12 },
	{ "$[yyyy=mm]", "E_CHAR", 6 },
	{ "$[add_months(yyyymmdd, -1)]", "E_CHAR", 22 },
	{ "$[add_months(yyyymmdd,-1) -1]", "E_CHAR", 25 },
	{ "${hh24}", "E_PREC", 2 },
	{ "${yyyymmddhh24}", "E_PREC", 10 },
	{ "${mmss}", "E_PREC", 4 },
	{ "${yyyy-mm-dd-1/24}", "E_FRAC", 14 },
	{ "${yyyy-1/0}", "E_FRAC", 8 },
	{ "$[add_months(yyyymmdd,1/2)]", "E_FRAC", 23 },
	{ "$[yyyyMMdd]", "E_FMT", 6 },
	{ "$[yyyyqq]", "E_FMT", 6 },
	{ "$[]", "E_FMT", 2 },
	{ "${}", "E_FMT", 2 },
	{ "$[-]", "E_FMT", 2 },
	{ "$[-1]", "E_FMT", 2 },
	{ "${foo}", "E_FMT", 2 },
	{ "${b}", "E_FMT", 2 },
	{ "${yyyymm01}", "E_FMT", 8 },
	{ "${yyy}", "E_FMT", 4 },
	{ "$[yyyy年]", "E_FMT", 6 },
	{ "$[hh24*2]", "E_FMT", 6 },
	{ "$[yyyy,mm]", "E_FMT", 6 },
	{ "$[(yyyy)]", "E_FMT", 2 },
	{ "$[add_months(yyyymmdd)]", "E_FMT", 21 },
	{ "$[add_months(,1)]", "E_FMT", 13 },
	{ "$[add_months(yyyymmdd,)]", "E_FMT", 22 },
	{ "$[add_months(yyyymmdd,x)]", "E_FMT", 22 },
	{ "$[add_months(yyyymmdd,1,2)]", "E_FMT", 23 },
	{ "$[add_months(yyyymmdd,1*)]", "E_FMT", 24 },
	{ "$[add_months(yyyymmdd,1)x]", "E_FMT", 24 },
	{ "$[add_months(yyyymmdd,1)-]", "E_FMT", 24 },
	{ "$[add_months(yyyymmdd-1,1)]", "E_FMT", 22 },
	{ "$[this_day(yyyymmdd,1)]", "E_FMT", 19 },
	{ "$[next_day(yyyymmdd)]", "E_FMT", 2 },
	{ "$[hh24-1/0]", "E_DIV0", 9 },
	{ "$[hh24-1/24/00]", "E_DIV0", 12 },
	{ "$foo", "E_BUILTIN", 0 },
	{ "$bizdates", "E_BUILTIN", 0 },
	{ "$BIZDATE", "E_BUILTIN", 0 },
	{ "x$", "E_BUILTIN", 1 },
	{ "$1", "E_BUILTIN", 0 },
	{ "$$bizdate", "E_BUILTIN", 0 },
	{ "${yyyymmdd", "E_UNCLOSED", 0 },
	{ "$[yyyymmdd", "E_UNCLOSED", 0 },
	{ "'$[yyyymmdd'", "E_UNCLOSED", 1 },
	{ "$[add_months(yyyymmdd,1]", "E_UNCLOSED", 12 },
	{ "${yyyymmdd-9999999}", "E_RANGE", 0 },
	{ "${yyyy+8000}", "E_RANGE", 0 },
	{ "$[yyyymmdd+999999999]", "E_RANGE", 0 },
	{ "$[yyyymmdd-1234567890]", "E_RANGE", 11 },
	{ "$[yyyymmdd-100000*100000]", "E_RANGE", 18 },
	{ "$[yyyymmdd-1/100000/100000]", "E_RANGE", 20 },
	{ "$[add_months(yyyymmdd,100000)]", "E_RANGE", 0 },
	{ "$[hh24+999999999/1]", "E_RANGE", 0 },
	/* the leftmost of several */
	{ "a b$foo", "E_CHAR", 1 },
	{ "$foo a", "E_BUILTIN", 0 },
	{ "${yyyymmdd-9999999}$foo", "E_RANGE", 0 },
	{ "$[yyyyMM dd]", "E_FMT", 6 },
	{ "$[yyyy MM]", "E_CHAR", 6 },
	{ "${yyyyhh24-1/0}", "E_PREC", 6 },
};

static void
test_faults(void **state)
{
	struct timeexpr_base base = base_at("UTC", "2026-01-02 08:00", NULL);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(faults); i++) {
		struct buf out = BUF_INIT;
		struct err err = ERR_INIT;
		struct timeexpr_note note = { 0 };

		buf_adds(&out, "kept");
		if (timeexpr_eval(str_from(faults[i].value), &base, &out, &note, &err))
			fail_msg("%s gives %s", faults[i].value, buf_text(&out));
		if (strcmp(timeexpr_code_name(note.code), faults[i].code) != 0 ||
			note.pos != faults[i].pos)
			fail_msg("%s: %s at %zu (%s)", faults[i].value,
				timeexpr_code_name(note.code), note.pos, note.text);
		assert_string_equal(buf_text(&out), "kept");
		assert_int_equal(err.code, ERR_INPUT);
		assert_int_equal(err.column, faults[i].pos + 1);
		assert_non_null(strstr(err.msg, faults[i].code));
		assert_true(note.pos + note.len <= strlen(faults[i].value));
		buf_fini(&out);
	}
}

static void
test_long(void **state)
{
	struct timeexpr_base base = base_at("UTC", "2026-01-02 08:00", NULL);
	struct buf value = BUF_INIT, out = BUF_INIT;
	struct timeexpr_note note;
	struct err err = ERR_INIT;

	(void)state;
	buf_adds(&value, "$[hh24");
	for (int i = 1; i < 300; i++)
		buf_addf(&value, "+1/%d", 999999999 - i);
	buf_adds(&value, "]");
	assert_false(timeexpr_eval(buf_str(&value), &base, &out, &note, &err));
	assert_int_equal(note.code, TIMEEXPR_RANGE);
	buf_clear(&value);
	buf_add_repeat(&value, "x", TIMEEXPR_MAX);
	assert_true(timeexpr_eval(buf_str(&value), &base, &out, &note, &err));
	assert_int_equal(out.len, TIMEEXPR_MAX);
	buf_addc(&value, 'x');
	assert_false(timeexpr_eval(buf_str(&value), &base, &out, &note, &err));
	assert_int_equal(note.code, TIMEEXPR_RANGE);
	buf_fini(&value);
	buf_fini(&out);
}

static void
test_lint(void **state)
{
	static const struct {
		const char *value, *codes, *hint;
	} table[] = {
		{ "${yyyy-mm-01}", "W_LEADING_ZERO@9 ", "${yyyy-mm}-01" },
		{ "$[yyyymmdd]x${yyyymm-01}", "W_LEADING_ZERO@20 ", "${yyyymm}-01" },
		{ "$[yyyy-1]", "W_DAY_OFFSET_ON_COARSE_FORMAT@6 ", "add_months" },
		{ "$[mm-1]", "W_DAY_OFFSET_ON_COARSE_FORMAT@4 ", "add_months" },
		{ "$[yyyy-mm-01]", "W_LEADING_ZERO@9 W_DAY_OFFSET_ON_COARSE_FORMAT@9 ", NULL },
		{ "$[yyyymm-15/24/60]", "", NULL },
		{ "$[yyyymm-1-1/24]", "W_DAY_OFFSET_ON_COARSE_FORMAT@8 ", NULL },
		{ "$[yyyymmdd-1]", "", NULL },
		{ "${yyyymm-1}", "", NULL },
		{ "${yyyymm-10}", "", NULL },
		{ "${yyyymm-0}", "", NULL },
		{ "${yyyy-mm}-01", "", NULL },
		{ "$[add_months(yyyymm,-1)]01", "", NULL },
		{ "$[mm-1]$foo$[mm-1]", "W_DAY_OFFSET_ON_COARSE_FORMAT@4 ", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		struct timeexpr_note notes[4];
		size_t n = timeexpr_lint(str_from(table[i].value), notes, 4);
		struct buf codes = BUF_INIT;

		for (size_t k = 0; k < n; k++)
			buf_addf(&codes, "%s@%zu ", timeexpr_code_name(notes[k].code), notes[k].pos);
		assert_string_equal(buf_text(&codes), table[i].codes);
		if (table[i].hint && !strstr(notes[0].hint, table[i].hint))
			fail_msg("%s: %s", table[i].value, notes[0].hint);
		buf_fini(&codes);
	}
	assert_int_equal(timeexpr_lint(STR("$[mm-1]$[mm-1]"), NULL, 0), 0);
	assert_true(timeexpr_is_constant(STR("abc")));
	assert_true(timeexpr_is_constant(STR("")));
	assert_false(timeexpr_is_constant(STR("a$bizdate")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_errata),
		cmocka_unit_test(test_zoned),
		cmocka_unit_test(test_given_business_date),
		cmocka_unit_test(test_backfill),
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_lint),
	};

	return cmocka_run_group_tests_name("timeexpr", tests, NULL, NULL);
}
