/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "src/base/clock.h"
#include "src/schedule/calendar.h"
#include "tests/unit/lib_schedule.h"

#define MAX_SCHEDULES 4

struct setting {
	struct schedule list[MAX_SCHEDULES];
	struct plan plan;
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

static int64_t
instant(const struct zone *z, const char *text)
{
	struct err err = ERR_INIT;
	int64_t at = 0;

	if (!zone_parse(str_from(text), z, &at, &err))
		fail_msg("%s: %s", text, err.msg);
	return at;
}

/* Schedules separated by " + ". */
static void
set(struct setting *s, const char *zone_text, const char *schedules)
{
	static char copies[8][256];
	static size_t used;
	char *p = copies[used++ % ARRAY_LEN(copies)];
	struct err err = ERR_INIT;

	*s = (struct setting){ .plan = { .default_zone = zone(zone_text) } };
	s->plan.schedules = s->list;
	snprintf(p, sizeof(copies[0]), "%s", schedules);
	while (p) {
		char *next = strstr(p, " + ");

		if (next) {
			*next = '\0';
			next += 3;
		}
		if (!lib_schedule_read(p, &s->list[s->plan.count++], &err))
			fail_msg("%s: %s", p, err.msg);
		p = next;
	}
}

static void
add_slot(struct buf *to, const struct zone *z, const struct slot *slot)
{
	char at[40], date[11];

	zone_format(z, slot->at_us, at);
	date_format(slot->business_date, date);
	buf_addf(to, "%.5sT%.5s%s", at + 5, at + 11, strlen(at) > 19 ? at + 19 : "");
	buf_addf(to, "/%s", date + 5);
	if (slot->reason != SLOT_PLAIN)
		buf_addf(to, "/%s", slot_reason_name(slot->reason));
	buf_addc(to, ' ');
}

/* The slots from an instant on as MM-DDTHH:MM+offset/business[/reason], and the
 * same ones backwards must be the same. */
static void
check_slots(const struct setting *s, const char *from, const char *expected)
{
	const struct zone *z = s->plan.default_zone;
	int64_t at = instant(z, from), first = at;
	struct slot slot, slots[64];
	struct buf got = BUF_INIT;
	struct err err = ERR_INIT;
	size_t wanted = 0, n = 0;

	for (const char *p = expected; *p; p++)
		wanted += *p == ' ';
	while (n < wanted && schedule_next(&s->plan, at, &slot, &err)) {
		add_slot(&got, z, &slot);
		slots[n++] = slot;
		at = slot.at_us + 1;
	}
	if (n < wanted)
		buf_adds(&got, "never ");
	if (strcmp(buf_text(&got), expected) != 0)
		fail_msg("from %s\n got      %s\n expected %s", from, buf_text(&got), expected);
	while (n-- > 0) {
		if (!schedule_previous(&s->plan, at, &slot, &err) ||
			slot.at_us != slots[n].at_us || slot.reason != slots[n].reason ||
			date_compare(slot.business_date, slots[n].business_date) != 0) {
			buf_clear(&got);
			add_slot(&got, z, &slot);
			fail_msg("from %s, backwards at %zu: %s", from, n, buf_text(&got));
		}
		at = slot.at_us;
	}
	if (schedule_previous(&s->plan, at, &slot, &err))
		assert_true(slot.at_us < first);
	buf_fini(&got);
}

static const struct {
	const char *zone, *schedules, *from, *expected;
} table[] = {
	/* the pages' examples */
	{ "Asia/Shanghai", "month 1 08:00", "2026-01-15 00:00",
		"02-01T08:00+08:00/01-31 03-01T08:00+08:00/02-28 " },
	{ "Asia/Shanghai", "month 31 08:00", "2026-01-01 00:00",
		"01-31T08:00+08:00/01-30 03-31T08:00+08:00/03-30 05-31T08:00+08:00/05-30 " },
	{ "Asia/Shanghai", "month 1,L 08:00", "2024-02-01 09:00",
		"02-29T08:00+08:00/02-28 03-01T08:00+08:00/02-29 03-31T08:00+08:00/03-30 " },
	{ "Asia/Shanghai", "week mon 09:00", "2026-01-01 00:00",
		"01-05T09:00+08:00/01-04 01-12T09:00+08:00/01-11 " },
	{ "Asia/Shanghai", "day 08:00", "2026-01-01 08:00",
		"01-01T08:00+08:00/12-31 01-02T08:00+08:00/01-01 " },
	{ "Asia/Shanghai", "day 08:00", "2026-01-01 08:00:01", "01-02T08:00+08:00/01-01 " },
	{ "Asia/Shanghai", "step 00:00 03:00 1", "2026-01-01 00:30",
		"01-01T01:00+08:00/12-31 01-01T02:00+08:00/12-31 01-01T03:00+08:00/12-31 "
		"01-02T00:00+08:00/01-01 " },
	{ "Asia/Shanghai", "step 00:00 23:59 6", "2026-01-01 00:00",
		"01-01T00:00+08:00/12-31 01-01T06:00+08:00/12-31 01-01T12:00+08:00/12-31 "
		"01-01T18:00+08:00/12-31 01-02T00:00+08:00/01-01 " },
	{ "Asia/Shanghai", "step 00:10 20:00 3", "2026-01-01 12:11",
		"01-01T15:10+08:00/12-31 01-01T18:10+08:00/12-31 01-02T00:10+08:00/01-01 " },
	{ "Asia/Shanghai", "hours 0,1 10", "2026-01-01 00:00",
		"01-01T00:10+08:00/12-31 01-01T01:10+08:00/12-31 01-02T00:10+08:00/01-01 " },
	/* fixed wall times in a gap and in a repeated hour */
	{ "America/New_York", "day 02:30", "2026-03-07 12:00",
		"03-08T03:00-04:00/03-07/gap 03-09T02:30-04:00/03-08 " },
	{ "America/New_York", "day 01:30", "2026-10-31 12:00",
		"11-01T01:30-04:00/10-31/repeated 11-02T01:30-05:00/11-01 " },
	{ "America/New_York", "hours 1,2,3 0", "2026-03-08 00:00",
		"03-08T01:00-05:00/03-07 03-08T03:00-04:00/03-07 03-09T01:00-04:00/03-08 " },
	{ "America/New_York", "step 00:30 23:59 1", "2026-03-08 01:00",
		"03-08T01:30-05:00/03-07 03-08T03:00-04:00/03-07/gap 03-08T03:30-04:00/03-07 " },
	{ "America/New_York", "cron 30 2 * * *", "2026-03-08 00:00",
		"03-08T03:00-04:00/03-07/gap 03-09T02:30-04:00/03-08 " },
	{ "Australia/Lord_Howe", "day 02:10", "2026-10-04 00:00",
		"10-04T02:30+11:00/10-03/gap 10-05T02:10+11:00/10-04 " },
	{ "America/Sao_Paulo", "day 00:00", "2018-11-03 12:00",
		"11-04T01:00-02:00/11-03/gap 11-05T00:00-02:00/11-04 " },
	/* a whole day left out: all of it lands on the next one's first minute */
	{ "Pacific/Apia", "day 08:00", "2011-12-29 09:00",
		"12-31T00:00+14:00/12-29/gap 12-31T08:00+14:00/12-30 " },
	{ "Pacific/Apia", "step 00:00 23:59 8", "2011-12-29 12:00",
		"12-29T16:00-10:00/12-28 12-31T00:00+14:00/12-30 12-31T08:00+14:00/12-30 " },
	{ "Pacific/Apia", "hours 8,20 0", "2011-12-29 12:00",
		"12-29T20:00-10:00/12-28 12-31T00:00+14:00/12-29/gap 12-31T08:00+14:00/12-30 " },
	/* an offset with seconds: the first whole minute after the gap */
	{ "Africa/Monrovia", "day 00:10", "1972-01-06 12:00",
		"01-07T00:45+00:00/01-06/gap 01-08T00:10+00:00/01-07 " },
	/* cron that follows elapsed time */
	{ "America/New_York", "cron */30 * * * *", "2026-03-08 01:00",
		"03-08T01:00-05:00/03-07 03-08T01:30-05:00/03-07 03-08T03:00-04:00/03-07 " },
	{ "America/New_York", "cron */30 * * * *", "2026-11-01 01:30",
		"11-01T01:30-04:00/10-31 11-01T01:00-05:00/10-31 11-01T01:30-05:00/10-31 "
		"11-01T02:00-05:00/10-31 " },
	{ "America/New_York", "cron 0 */2 * * *", "2026-03-08 00:00",
		"03-08T00:00-05:00/03-07 03-08T04:00-04:00/03-07 " },
	{ "America/New_York", "cron 30 * * * *", "2026-11-01 01:00",
		"11-01T01:30-04:00/10-31 11-01T01:30-05:00/10-31 11-01T02:30-05:00/10-31 " },
	{ "America/New_York", "cron * 2 * * *", "2026-03-08 00:00", "03-09T02:00-04:00/03-08 " },
	{ "America/St_Johns", "cron 0,30 * * * *", "2010-11-06 23:30",
		"11-06T23:30-02:30/11-05 11-07T00:00-02:30/11-06 11-06T23:30-03:30/11-05 "
		"11-07T00:00-03:30/11-06 11-07T00:30-03:30/11-06 " },
	{ "Pacific/Apia", "cron 0 */12 * * *", "2011-12-29 12:00",
		"12-29T12:00-10:00/12-28 12-31T00:00+14:00/12-30 12-31T12:00+14:00/12-30 " },
	/* cron's days */
	{ "UTC", "cron 0 0 31 2 *", "2026-01-01 00:00", "never " },
	{ "UTC", "cron 0 0 29 2 *", "2097-01-01 00:00", "02-29T00:00+00:00/02-28 " },
	{ "UTC", "cron 0 0 13 * fri", "2026-02-01 00:00",
		"02-06T00:00+00:00/02-05 02-13T00:00+00:00/02-12 02-20T00:00+00:00/02-19 " },
	{ "UTC", "cron 0 0 13 5 fri", "2026-05-09 00:00",
		"05-13T00:00+00:00/05-12 05-15T00:00+00:00/05-14 05-22T00:00+00:00/05-21 " },
	{ "UTC", "cron 0 0 */2 * fri", "2026-02-01 00:00",
		"02-13T00:00+00:00/02-12 02-27T00:00+00:00/02-26 " },
	{ "UTC", "cron 0 0 L * *", "2024-02-01 00:00",
		"02-29T00:00+00:00/02-28 03-31T00:00+00:00/03-30 04-30T00:00+00:00/04-29 " },
	{ "UTC", "cron 0 0 * * 5L", "2026-01-01 00:00",
		"01-30T00:00+00:00/01-29 02-27T00:00+00:00/02-26 03-27T00:00+00:00/03-26 " },
	{ "UTC", "cron 0 0 * * fri#2", "2026-01-01 00:00",
		"01-09T00:00+00:00/01-08 02-13T00:00+00:00/02-12 " },
	{ "UTC", "cron 0 0 * * sun#5", "2026-01-01 00:00",
		"03-29T00:00+00:00/03-28 05-31T00:00+00:00/05-30 " },
	{ "UTC", "cron @yearly", "2026-01-01 00:01", "01-01T00:00+00:00/12-31 " },
	/* several schedules */
	{ "Asia/Shanghai", "day 08:00 + week mon 08:00 + cron 0 12 * * 1", "2026-01-04 12:00",
		"01-05T08:00+08:00/01-04 01-05T12:00+08:00/01-04 01-06T08:00+08:00/01-05 " },
	{ "America/New_York", "day 02:30 + day 03:00", "2026-03-08 00:00",
		"03-08T03:00-04:00/03-07 03-09T02:30-04:00/03-08 03-09T03:00-04:00/03-08 " },
	{ "Pacific/Apia", "day 08:00 + cron */30 * * * *", "2011-12-29 23:30",
		"12-29T23:30-10:00/12-28 12-31T00:00+14:00/12-30 12-31T00:30+14:00/12-30 " },
	{ "UTC", "Asia/Shanghai day 08:00 + America/New_York day 19:00", "2026-01-01 00:00",
		"01-01T00:00+00:00/12-30 01-02T00:00+00:00/12-31 " },
};

static void
test_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		struct setting s;

		set(&s, table[i].zone, table[i].schedules);
		check_slots(&s, table[i].from, table[i].expected);
	}
}

static void
test_effective(void **state)
{
	struct setting s;

	(void)state;
	set(&s, "Asia/Shanghai", "day 08:00");
	s.plan.from = (struct date){ 2026, 1, 10 };
	s.plan.to = (struct date){ 2026, 1, 11 };
	check_slots(&s, "2025-01-01 00:00",
		"01-10T08:00+08:00/01-09 01-11T08:00+08:00/01-10 never ");
	s.plan.from.year = 1990; /* 40 years are searched */
	check_slots(&s, "1951-01-01 00:00", "01-10T08:00+08:00/01-09 ");
	check_slots(&s, "1940-01-01 00:00", "never ");
	s.plan.to.year = 0;
	s.plan.from = (struct date){ 2200, 1, 1 };
	check_slots(&s, "2026-01-01 00:00", "never ");
	s.plan.from = (struct date){ 0 };
	s.plan.to = (struct date){ 1960, 12, 31 };
	check_slots(&s, "2026-01-01 00:00", "never ");
	/* the planned day counts, also when a gap moves its slot out of the range */
	set(&s, "Pacific/Apia", "day 08:00");
	s.plan.from = (struct date){ 2011, 12, 30 };
	s.plan.to = (struct date){ 2011, 12, 30 };
	check_slots(&s, "2011-01-01 00:00", "12-31T00:00+14:00/12-29/gap never ");
}

static const char china[] =
	"# 2026, shortened\n"
	"2026-10-01..2026-10-07 National Day\n"
	"work 2026-10-10  a saturday\r\n"
	"12-25\n";

static void
test_calendars(void **state)
{
	static const struct {
		const char *schedules;
		enum calendar_rule rule;
		const char *from, *expected;
	} rows[] = {
		{ "day 08:00", CALENDAR_SKIP, "2026-09-29 00:00",
			"09-29T08:00+08:00/09-28 09-30T08:00+08:00/09-29 10-08T08:00+08:00/10-07 "
			"10-09T08:00+08:00/10-08 10-10T08:00+08:00/10-09 10-12T08:00+08:00/10-11 " },
		{ "day 08:00", CALENDAR_NEXT, "2026-09-30 00:00",
			"09-30T08:00+08:00/09-29 10-08T08:00+08:00/10-07 " },
		{ "month 1 08:00", CALENDAR_NEXT, "2026-09-29 00:00",
			"10-08T08:00+08:00/09-30/calendar-next "
			"11-02T08:00+08:00/10-31/calendar-next 12-01T08:00+08:00/11-30 " },
		{ "month 1 08:00", CALENDAR_PREVIOUS, "2026-09-02 00:00",
			"09-30T08:00+08:00/09-30/calendar-previous "
			"10-30T08:00+08:00/10-31/calendar-previous 12-01T08:00+08:00/11-30 " },
		{ "month 1 08:00", CALENDAR_SKIP, "2026-09-02 00:00", "12-01T08:00+08:00/11-30 " },
		{ "week sat,sun 08:00", CALENDAR_NEXT, "2026-10-08 09:00",
			"10-10T08:00+08:00/10-09 10-12T08:00+08:00/10-10/calendar-next " },
		{ "week sat,sun 08:00", CALENDAR_PREVIOUS, "2026-10-12 09:00",
			"10-16T08:00+08:00/10-16/calendar-previous " },
		{ "month 1 08:00 + day 09:00", CALENDAR_NEXT, "2026-10-01 00:00",
			"10-08T08:00+08:00/09-30/calendar-next 10-08T09:00+08:00/10-07 " },
		{ "month 1 08:00 + day 08:00", CALENDAR_NEXT, "2026-10-01 00:00",
			"10-08T08:00+08:00/10-07 " },
		{ "cron 0 0 25 12 *", CALENDAR_NEXT, "2026-10-01 00:00",
			"12-28T00:00+08:00/12-24/calendar-next " },
		{ "cron */30 23 * * *", CALENDAR_SKIP, "2026-12-24 00:00",
			"12-24T23:00+08:00/12-23 12-24T23:30+08:00/12-23 12-28T23:00+08:00/12-27 " },
	};
	struct err err = ERR_INIT;
	struct calendar *c = calendar_parse(str_from(china), &err);
	struct date d;

	(void)state;
	assert_non_null(c);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct setting s;

		set(&s, "Asia/Shanghai", rows[i].schedules);
		s.plan.calendar = c;
		s.plan.calendar_rule = rows[i].rule;
		check_slots(&s, rows[i].from, rows[i].expected);
	}
	assert_true(calendar_next_working(c, (struct date){ 2026, 10, 1 }, &d));
	assert_int_equal(d.day, 8);
	assert_true(calendar_previous_working(c, (struct date){ 2026, 10, 7 }, &d));
	assert_int_equal(d.day, 30);
	calendar_free(c);
}

static const struct {
	const char *zone, *schedules, *business, *expected; /* NULL: no slot */
} dates[] = {
	{ "Asia/Shanghai", "day 02:30", "2024-02-28", "02-29T02:30+08:00/02-28 " },
	{ "Asia/Shanghai", "day 02:30", "2024-12-31", "01-01T02:30+08:00/12-31 " },
	{ "Asia/Shanghai", "month 1 02:30", "2025-02-27", NULL },
	{ "Asia/Shanghai", "month 1 02:30", "2025-02-28", "03-01T02:30+08:00/02-28 " },
	{ "Asia/Shanghai", "month 1 02:30", "2025-03-01", NULL },
	{ "Asia/Shanghai", "step 09:00 18:00 1", "2025-03-01", "03-02T09:00+08:00/03-01 " },
	{ "Asia/Shanghai", "day 08:00 + day 02:30", "2025-03-01", "03-02T02:30+08:00/03-01 " },
	{ "America/New_York", "day 02:30", "2026-03-07", "03-08T03:00-04:00/03-07/gap " },
	{ "America/New_York", "cron */15 * * * *", "2026-03-07", "03-08T00:00-05:00/03-07 " },
	{ "Pacific/Apia", "day 08:00", "2011-12-29", "12-31T00:00+14:00/12-29/gap " },
	{ "Pacific/Apia", "day 08:00", "2011-12-30", "12-31T08:00+14:00/12-30 " },
	{ "Pacific/Apia", "step 00:00 23:59 8", "2011-12-29", NULL },
	{ "Pacific/Apia", "cron */15 * * * *", "2011-12-29", NULL },
	{ "UTC", "Asia/Shanghai day 08:00 + America/New_York day 19:30", "2026-01-01",
		"01-02T00:00+00:00/01-01 " },
	{ "UTC", "America/New_York day 19:30", "2026-01-01", "01-03T00:30+00:00/01-01 " },
	{ "UTC", "cron 0 0 31 2 *", "2026-01-01", NULL },
};

static void
test_for_date(void **state)
{
	struct err err = ERR_INIT;
	struct slot slot;
	struct setting s;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(dates); i++) {
		struct buf got = BUF_INIT;
		struct date d;

		set(&s, dates[i].zone, dates[i].schedules);
		assert_true(date_parse(str_from(dates[i].business), &d, &err));
		if (schedule_for_date(&s.plan, d, &slot, &err))
			add_slot(&got, s.plan.default_zone, &slot);
		if (strcmp(buf_text(&got), dates[i].expected ? dates[i].expected : "") != 0)
			fail_msg("%s %s: %s", dates[i].schedules, dates[i].business,
				buf_text(&got));
		buf_fini(&got);
	}
	set(&s, "UTC", "America/New_York day 19:30 + day 08:00");
	assert_true(schedule_next(&s.plan, instant(zone("UTC"), "2026-01-01 09:00"), &slot, &err));
	assert_ptr_equal(slot.zone, zone("America/New_York"));
	assert_true(schedule_next(&s.plan, slot.at_us + 1, &slot, &err));
	assert_ptr_equal(slot.zone, zone("UTC"));
	assert_false(schedule_for_date(&s.plan, (struct date){ 2025, 2, 29 }, &slot, &err));
	assert_int_equal(err.code, ERR_NONE);
}

static void
test_edges(void **state)
{
	struct err err = ERR_INIT;
	struct setting s;
	struct slot slot;

	(void)state;
	set(&s, "UTC", "day 08:00");
	assert_true(schedule_next(&s.plan, INT64_MIN, &slot, &err));
	assert_true(schedule_previous(&s.plan, INT64_MAX, &slot, &err));
	assert_int_equal(slot.at_us, instant(zone("UTC"), "9999-12-31 08:00"));
	schedule_next(&s.plan, INT64_MAX, &slot, &err);
	schedule_previous(&s.plan, INT64_MIN, &slot, &err);
	assert_true(schedule_next(&s.plan, -1, &slot, &err));
	assert_int_equal(slot.at_us, 8 * 3600 * CLOCK_SECOND);
	assert_true(schedule_previous(&s.plan, slot.at_us + 1, &slot, &err));
	assert_int_equal(slot.at_us, 8 * 3600 * CLOCK_SECOND);
	s.plan.count = 0;
	assert_false(schedule_next(&s.plan, 0, &slot, &err));
	assert_int_equal(err.code, ERR_NONE);
	set(&s, "UTC", "Nowhere/Land day 08:00");
	assert_false(schedule_next(&s.plan, 0, &slot, &err));
	assert_int_equal(err.code, ERR_INPUT);
	err_clear(&err);
	assert_false(schedule_previous(&s.plan, 0, &slot, &err));
	assert_int_equal(err.code, ERR_INPUT);
	err_clear(&err);
	assert_false(schedule_for_date(&s.plan, (struct date){ 2026, 1, 1 }, &slot, &err));
	assert_int_equal(err.code, ERR_INPUT);
}

/* Days are walked, not minutes: else this would not end while one waits. */
static void
test_never(void **state)
{
	struct err err = ERR_INIT;
	struct setting s;
	struct slot slot;

	(void)state;
	set(&s, "America/New_York", "cron 0 0 31 2 * + cron */5 * 31 4,6,9 *");
	for (int i = 0; i < 200; i++) {
		assert_false(schedule_next(&s.plan, i, &slot, &err));
		assert_false(schedule_previous(&s.plan, i, &slot, &err));
	}
}

static const struct {
	const char *schedule, *text;
} described[] = {
	{ "Asia/Shanghai day 08:00", "08:00 daily · Asia/Shanghai" },
	{ "day 08:00", "08:00 daily" },
	{ "month 1 08:00", "08:00 on day 1 of the month" },
	{ "month 1,15,L 08:00", "08:00 on days 1, 15 and the last day of the month" },
	{ "month L 08:00", "08:00 on the last day of the month" },
	{ "month 1,L 08:00", "08:00 on day 1 and the last day of the month" },
	{ "week mon,sun 09:05", "09:05 on mon, sun" },
	{ "week sun,mon,tue,wed,thu,fri,sat 09:00", "09:00 daily" },
	{ "step 00:00 23:59 1", "hourly from 00:00 to 23:59" },
	{ "step 00:10 20:00 3", "every 3 hours from 00:10 to 20:00" },
	{ "hours 0,1 10", "00:10, 01:10 daily" },
	{ "UTC cron */5 9-18 * * mon-fri", "cron */5 9-18 * * mon-fri · UTC" },
};

static void
test_describe(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(described); i++) {
		struct buf text = BUF_INIT;
		struct err err = ERR_INIT;
		struct schedule s;

		assert_true(lib_schedule_read(described[i].schedule, &s, &err));
		schedule_describe(&s, NULL, &text);
		assert_string_equal(buf_text(&text), described[i].text);
		buf_fini(&text);
	}
}

/* --- calendar text ---------------------------------------------------------------- */

static const struct {
	const char *text, *free_days, *working_days;
} calendars[] = {
	{ "", "2026-01-03 2026-01-04", "2026-01-01 2026-01-05" },
	{ "weekend fri sat\n20260105", "2026-01-02 2026-01-03 2026-01-05", "2026-01-04" },
	{ "weekend none # all work\n02-29", "2028-02-29", "2026-01-03 2026-01-04 2026-03-01" },
	{ "\xEF\xBB\xBF" "2026-01-01 x\nwork 2026-01-03..2026-01-04\n", "2026-01-01",
		"2026-01-03 2026-01-04" },
	{ "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20260105\r\n"
	  "DTEND;VALUE=DATE:20260107\r\nSUMMARY:two\r\n  days: folded\r\nEND:VEVENT\r\n"
	  "BEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20260112\r\nBEGIN:VALARM\r\n"
	  "DTSTART:20260120\r\nEND:VALARM\r\nEND:VEVENT\r\n"
	  "BEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20260110\r\n"
	  "X-APPLE-SPECIAL-DAY:ALTERNATE-WORKDAY\r\nEND:VEVENT\r\n"
	  "BEGIN:VEVENT\r\nDTSTART;TZID=\"a:b\":20260113T090000\r\n"
	  "DTEND:20260113T100000\r\nEND:VEVENT\r\n"
	  "BEGIN:VEVENT\r\nDTSTART:20260115\r\nSTATUS:CANCELLED\r\nEND:VEVENT\r\n"
	  "BEGIN:VEVENT\r\nDTSTART:20260119T000000\r\nDURATION:P2D\r\nEND:VEVENT\r\n"
	  "END:VCALENDAR\r\n",
		"2026-01-05 2026-01-06 2026-01-12 2026-01-19 2026-01-20 2026-01-11",
		"2026-01-07 2026-01-10 2026-01-13 2026-01-15 2026-01-21 2026-01-09" },
	{ "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20200101\nRRULE:FREQ=YEARLY\n"
	  "EXDATE;VALUE=DATE:20270101,20280101\nEND:VEVENT\n"
	  "BEGIN:VEVENT\nDTSTART:20201126\nRRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH\nEND:VEVENT\n"
	  "BEGIN:VEVENT\nDTSTART:20200525\nRRULE:FREQ=YEARLY;BYDAY=-1MO;BYMONTH=5\nEND:VEVENT\n"
	  "BEGIN:VEVENT\nDTSTART:20240701\nRRULE:FREQ=YEARLY;COUNT=2\nEND:VEVENT\n"
	  "BEGIN:VEVENT\nDTSTART:20240801\nRRULE:FREQ=YEARLY;UNTIL=20250801\nEND:VEVENT\n"
	  "BEGIN:VEVENT\nDTSTART:20240229\nRRULE:FREQ=YEARLY;INTERVAL=2\nRDATE:20260303,20260304\n"
	  "END:VEVENT\nEND:VCALENDAR",
		"2026-01-01 2029-01-01 2026-11-26 2026-05-25 2025-07-01 2025-08-01 2028-02-29 "
		"2026-03-03 2026-03-04",
		"2027-01-01 2026-11-19 2026-05-18 2026-07-01 2026-08-03 2025-02-28 2019-01-01" },
};

static void
check_days(const struct calendar *c, const char *days, bool working)
{
	struct err err = ERR_INIT;
	struct date d;

	for (; *days; days += strcspn(days, " "), days += *days == ' ') {
		assert_true(date_parse(str_slice(str_from(days), 0, 10), &d, &err));
		if (calendar_is_working(c, d) != working)
			fail_msg("%.10s", days);
	}
}

static void
test_calendar_text(void **state)
{
	static const struct {
		const char *text, *message;
		int line;
	} bad[] = {
		{ "2026-13-01", "there is no day", 1 },
		{ "2026-01-01\nmonday", "\"monday\" is not a date", 2 },
		{ "02-30", "there is no day", 1 },
		{ "weekend caturday", "not a weekday", 1 },
		{ "work", "needs a date", 1 },
		{ "2026-01-02..2026-01-01", "ends before", 1 },
		{ "2020-01-01..2026-01-01", "longer than 366", 1 },
		{ "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:2026-01-01\nEND:VEVENT", "not a date", 3 },
		{ "BEGIN:VCALENDAR\nBEGIN:VEVENT\nRRULE:FREQ=WEEKLY\nEND:VEVENT", "not supported", 3 },
		{ "BEGIN:VCALENDAR\nBEGIN:VEVENT\nRRULE:FREQ=YEARLY;BYDAY=MO\nEND:VEVENT",
			"not supported", 3 },
		{ "BEGIN:VCALENDAR\nBEGIN:VEVENT\nRRULE:BYMONTH=1\nEND:VEVENT", "not supported", 3 },
		{ "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20260101\n", "no end", 3 },
	};
	struct err err = ERR_INIT;
	struct date first, last;
	struct calendar *c;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(calendars); i++) {
		c = calendar_parse(str_from(calendars[i].text), &err);
		if (!c)
			fail_msg("%s", err.msg);
		check_days(c, calendars[i].free_days, false);
		check_days(c, calendars[i].working_days, true);
		calendar_free(c);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		err_clear(&err);
		c = calendar_parse(str_from(bad[i].text), &err);
		assert_null(c);
		if (!strstr(err.msg, bad[i].message) || err.line != bad[i].line)
			fail_msg("%s: %s (line %d)", bad[i].text, err.msg, err.line);
	}
	assert_true(calendar_is_working(NULL, (struct date){ 2026, 1, 3 }));
	c = calendar_parse(STR("weekend sun mon tue wed thu fri sat\n2026-02-03\n2026-01-01"),
		&err);
	assert_false(calendar_next_working(c, (struct date){ 2026, 1, 1 }, &first));
	assert_int_equal(calendar_count(c, &first, &last), 2);
	assert_int_equal(first.month, 1);
	assert_int_equal(last.month, 2);
	calendar_free(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_effective),
		cmocka_unit_test(test_calendars),
		cmocka_unit_test(test_for_date),
		cmocka_unit_test(test_edges),
		cmocka_unit_test(test_never),
		cmocka_unit_test(test_describe),
		cmocka_unit_test(test_calendar_text),
	};

	return cmocka_run_group_tests_name("schedule", tests, NULL, NULL);
}
