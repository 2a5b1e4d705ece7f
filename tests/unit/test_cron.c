/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "src/base/buf.h"
#include "src/schedule/schedule.h"

static void
add_bits(struct buf *to, char name, uint64_t bits)
{
	buf_addc(to, name);
	for (int first = 0; first < 64; first++) {
		int last = first;

		if (!(bits >> first & 1))
			continue;
		while (last < 63 && (bits >> (last + 1) & 1))
			last++;
		if (last > first)
			buf_addf(to, "%d-%d,", first, last);
		else
			buf_addf(to, "%d,", first);
		first = last;
	}
	buf_addc(to, ' ');
}

static void
add_cron(struct buf *to, const struct cron *c)
{
	add_bits(to, 'm', c->minutes);
	add_bits(to, 'h', c->hours);
	add_bits(to, 'd', c->days);
	add_bits(to, 'M', c->months);
	add_bits(to, 'w', c->weekdays);
	if (c->weekday_last)
		add_bits(to, 'l', c->weekday_last);
	for (int i = 0; i < 7; i++) {
		if (!c->weekday_nth[i])
			continue;
		buf_addf(to, "%d#", i);
		add_bits(to, 'n', c->weekday_nth[i]);
	}
	buf_addf(to, "%s%s%s", c->day_any ? "D" : "", c->weekday_any ? "W" : "",
		c->elapsed ? "E" : "");
}

#define ALL "m0-59, h0-23, d1-31, M1-12, w0-6, "

static const struct {
	const char *text, *bits;
} good[] = {
	{ "* * * * *", ALL "DWE" },
	{ "  *\t*  * * *  ", ALL "DWE" },
	{ "0 8 * * *", "m0, h8, d1-31, M1-12, w0-6, DW" },
	{ "*/5 9-18 * * mon-fri",
		"m0,5,10,15,20,25,30,35,40,45,50,55, h9-18, d1-31, M1-12, w1-5, DE" },
	{ "0 */2 * * *", "m0, h0,2,4,6,8,10,12,14,16,18,20,22, d1-31, M1-12, w0-6, DWE" },
	{ "10/20 8 * * *", "m10,30,50, h8, d1-31, M1-12, w0-6, DW" },
	{ "0 20/2 * * *", "m0, h20,22, d1-31, M1-12, w0-6, DW" },
	{ "0-10/4 8 * * *", "m0,4,8, h8, d1-31, M1-12, w0-6, DW" },
	{ "1,2,50-52 0,23 1,15 1,12 0,6", "m1-2,50-52, h0,23, d1,15, M1,12, w0,6, " },
	{ "0 0 L * *", "m0, h0, d0, M1-12, w0-6, W" },
	{ "0 0 1,L * *", "m0, h0, d0-1, M1-12, w0-6, W" },
	{ "0 0 * * 5L", "m0, h0, d1-31, M1-12, w l5, D" },
	{ "0 0 * * friL,mon", "m0, h0, d1-31, M1-12, w1, l5, D" },
	{ "0 0 * * fri#2", "m0, h0, d1-31, M1-12, w 5#n2, D" },
	{ "0 0 * * 1#1,1#3", "m0, h0, d1-31, M1-12, w 1#n1,3, D" },
	{ "0 0 * * 7", "m0, h0, d1-31, M1-12, w0, D" },
	{ "0 0 * * 7L", "m0, h0, d1-31, M1-12, w l0, D" },
	{ "0 0 * * 5-7", "m0, h0, d1-31, M1-12, w0,5-6, D" },
	{ "0 0 * * 0-7", "m0, h0, d1-31, M1-12, w0-6, D" },
	{ "0 0 * * 1/2", "m0, h0, d1-31, M1-12, w1,3,5, D" },
	{ "0 0 * * */2", "m0, h0, d1-31, M1-12, w0,2,4,6, DW" },
	{ "0 0 */10 * *", "m0, h0, d1,11,21,31, M1-12, w0-6, DW" },
	{ "0 0 1 JAN-mar,Dec SUN", "m0, h0, d1, M1-3,12, w0, " },
	{ "0 0 31 2 *", "m0, h0, d31, M2, w0-6, W" },
	{ "*/90 0 1 1 *", "m0, h0, d1, M1, w0-6, WE" },
	{ "@hourly", "m0, h0-23, d1-31, M1-12, w0-6, DWE" },
	{ "@daily", "m0, h0, d1-31, M1-12, w0-6, DW" },
	{ "@weekly", "m0, h0, d1-31, M1-12, w0, D" },
	{ "@monthly", "m0, h0, d1, M1-12, w0-6, W" },
	{ "@yearly", "m0, h0, d1, M1, w0-6, W" },
};

static void
test_good(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		struct buf bits = BUF_INIT;
		struct err err = ERR_INIT;
		struct cron c;

		if (!cron_parse(str_from(good[i].text), &c, &err))
			fail_msg("%s: %s", good[i].text, err.msg);
		add_cron(&bits, &c);
		if (strcmp(buf_text(&bits), good[i].bits) != 0)
			fail_msg("%s: \"%s\"", good[i].text, buf_text(&bits));
		buf_fini(&bits);
	}
}

static const struct {
	const char *text, *message, *hint;
	int column;
} bad[] = {
	{ "", "has five fields, this one has 0", "minute hour", -1 },
	{ "0 8 * *", "this one has 4", "minute hour", -1 },
	{ "0 0 8 * * ?", "this one has 6", "without seconds", -1 },
	{ "60 * * * *", "minute \"60\": 60 is not between 0 and 59", "", 1 },
	{ "0 24 * * *", "24 is not between 0 and 23", "", 3 },
	{ "0 0 0 * *", "0 is not between 1 and 31", "", 5 },
	{ "0 0 32 * *", "32 is not between", "", 5 },
	{ "0 0 * 13 *", "month \"13\"", "", 7 },
	{ "0 0 * 0 *", "month \"0\"", "", 7 },
	{ "0 0 * * 8", "weekday \"8\"", "", 9 },
	{ "0 0 * * monday", "not understood", "", 9 },
	{ "0 0 * * mo", "neither a number nor a name", "three letters", 9 },
	{ "0 0 * january *", "not understood", "", 7 },
	{ "x * * * *", "not a number", "", 1 },
	{ "-5 * * * *", "not a number", "", 1 },
	{ "5- * * * *", "not a number", "", 1 },
	{ "1,,2 * * * *", "nothing between two commas", "", 3 },
	{ "1, * * * *", "nothing between two commas", "", 3 },
	{ "*/0 * * * *", "a step", "*/5", 1 },
	{ "*/ * * * *", "a step", "*/5", 1 },
	{ "*5 * * * *", "not understood", "", 1 },
	{ "1-5-7 * * * *", "not understood", "", 1 },
	{ "0 22-6 * * *", "ends before it begins", "write 22-23,0-6", 3 },
	{ "0 23-0 * * *", "ends before it begins", "write 23,0", 3 },
	{ "0 0 28-3 * *", "ends before it begins", "write 28-31,1-3", 5 },
	{ "0 0 * nov-feb *", "ends before it begins", "write nov-dec,jan-feb", 7 },
	{ "0 0 * * fri-mon", "ends before it begins", "write fri-sat,sun-mon", 9 },
	{ "0 0 * * sat-sun", "ends before it begins", "write sat,sun", 9 },
	{ "0 0 * * 5-1", "ends before it begins", "write 5-6,0-1", 9 },
	{ "0 0 * * L", "L alone names no weekday", "5L", 9 },
	{ "0 0 * * mon,L", "L alone names no weekday", "5L", 13 },
	{ "0 0 * * 5L/2", "not understood", "", 9 },
	{ "0 0 * * fri#6", "1 to 5", "", 9 },
	{ "0 0 * * fri#0", "1 to 5", "", 9 },
	{ "0 0 * * fri#", "1 to 5", "", 9 },
	{ "0 0 15W * *", "not understood", "L for the last", 5 },
	{ "0 0 L-3 * *", "not a number", "", 5 },
	{ "L * * * *", "not a number", "", 1 },
	{ "0 0 ? * mon", "not a number", "write * for any", 5 },
	{ "@reboot", "not known", "@daily", -1 },
	{ "99999999999999999999 * * * *", "is not between", "", 1 },
};

static void
test_bad(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct err err = ERR_INIT;
		struct cron c = { .minutes = 42 };

		if (cron_parse(str_from(bad[i].text), &c, &err))
			fail_msg("\"%s\" is taken", bad[i].text);
		assert_int_equal(err.code, ERR_INPUT);
		assert_int_equal(c.minutes, 42);
		if (!strstr(err.msg, bad[i].message) || !strstr(err.hint, bad[i].hint) ||
			err.column != bad[i].column)
			fail_msg("\"%s\": %s (%s) at %d", bad[i].text, err.msg, err.hint,
				err.column);
	}
}

/* What a hint proposes is right. */
static void
test_hints(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct err err = ERR_INIT;
		struct buf line = BUF_INIT;
		struct cron c;
		int blanks = 0;

		cron_parse(str_from(bad[i].text), &c, &err);
		if (strncmp(err.hint, "write ", 6) != 0 || err.column < 0 ||
			!strstr(err.msg, "ends before"))
			continue;
		for (int k = 0; k < err.column; k++)
			blanks += bad[i].text[k] == ' ';
		for (int field = 0; field < 5; field++)
			buf_addf(&line, "%s ", field == blanks ? err.hint + 6 : "*");
		if (!cron_parse(buf_str(&line), &c, &err))
			fail_msg("%s: %s", buf_text(&line), err.msg);
		buf_fini(&line);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_hints),
	};

	return cmocka_run_group_tests_name("cron", tests, NULL, NULL);
}
