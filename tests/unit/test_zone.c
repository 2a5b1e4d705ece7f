/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "src/base/clock.h"
#include "src/base/zone.h"

static const struct zone *
zone(const char *name)
{
	struct err err = ERR_INIT;
	const struct zone *z = zone_get(name, &err);

	if (!z)
		fail_msg("%s: %s", name, err.msg);
	return z;
}

static struct civil
civil(const char *text)
{
	struct civil c = { { 0 }, 0, 0, 0 };

	assert_int_equal(sscanf(text, "%d-%d-%d %d:%d:%d", &c.date.year, &c.date.month,
				 &c.date.day, &c.hour, &c.minute, &c.second) >= 5, 1);
	return c;
}

static int64_t
instant(const char *text)
{
	struct err err = ERR_INIT;
	int64_t at = 0;

	if (!zone_parse(str_from(text), zone("UTC"), &at, &err))
		fail_msg("%s: %s", text, err.msg);
	return at;
}

static void
test_date_days(void **state)
{
	struct date d = { 1, 1, 1 };
	int64_t first = date_to_days(d), last = date_to_days((struct date){ 9999, 12, 31 });

	(void)state;
	assert_int_equal(first, -719162);
	assert_int_equal(date_to_days((struct date){ 1970, 1, 1 }), 0);
	assert_int_equal(date_to_days((struct date){ 2000, 2, 29 }), 11016);
	for (int64_t day = first; day <= last; day++) {
		struct date back = date_from_days(day);

		if (date_compare(back, d) != 0 || date_to_days(d) != day || !date_is_valid(d))
			fail_msg("day %lld", (long long)day);
		if (d.day++ == date_days_in_month(d.year, d.month)) {
			d.day = 1;
			if (d.month++ == 12) {
				d.month = 1;
				d.year++;
			}
		}
	}
}

static void
test_date_arithmetic(void **state)
{
	static const struct {
		struct date from;
		int64_t months;
		struct date to;
	} table[] = {
		{ { 2025, 3, 31 }, -1, { 2025, 2, 28 } }, { { 2024, 2, 29 }, 12, { 2025, 2, 28 } },
		{ { 2024, 2, 29 }, 48, { 2028, 2, 29 } }, { { 2025, 12, 31 }, 2, { 2026, 2, 28 } },
		{ { 2025, 1, 15 }, -13, { 2023, 12, 15 } }, { { 2025, 1, 15 }, 0, { 2025, 1, 15 } },
		{ { 1, 1, 1 }, -1, { 0, 12, 1 } }, { { 9999, 12, 31 }, 1, { 10000, 1, 31 } },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		assert_int_equal(date_compare(date_add_months(table[i].from, table[i].months),
					 table[i].to), 0);
	assert_int_equal(date_weekday((struct date){ 2022, 8, 26 }), 5);
	assert_int_equal(date_weekday((struct date){ 1, 1, 1 }), 1);
	assert_int_equal(date_weekday((struct date){ 9999, 12, 31 }), 5);
	assert_int_equal(date_compare(date_add_days((struct date){ 2024, 2, 28 }, 2),
				 (struct date){ 2024, 3, 1 }), 0);
	assert_false(date_is_valid(date_add_days((struct date){ 9999, 12, 31 }, 1)));
	assert_false(date_is_valid(date_add_days((struct date){ 1, 1, 1 }, INT64_MIN)));
	assert_false(date_is_valid(date_add_months((struct date){ 1, 1, 1 }, INT64_MAX)));
	assert_false(date_is_valid((struct date){ 2025, 2, 29 }));
	assert_false(date_is_valid((struct date){ 2025, 13, 1 }));
	assert_int_equal(date_days_in_month(1900, 2), 28);
	assert_int_equal(date_days_in_month(2000, 2), 29);
}

static void
test_date_text(void **state)
{
	static const char *const good[] = { "2026-01-02", "20260102" };
	static const char *const bad[] = { "", "2026-1-2", "2026-02-29", "2026/01/02", "0000-01-01",
		"2026-01-02 ", "2026010", "+2260102", "2026-00-10", "abcdefgh" };
	struct err err = ERR_INIT;
	struct date d;
	char text[11];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		assert_true(date_parse(str_from(good[i]), &d, &err));
		date_format(d, text);
		assert_string_equal(text, "2026-01-02");
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		err_clear(&err);
		assert_false(date_parse(str_from(bad[i]), &d, &err));
		assert_int_equal(err.code, ERR_INPUT);
	}
	date_format((struct date){ 7, 3, 4 }, text);
	assert_string_equal(text, "0007-03-04");
}

/* From the tz database's own sources and the press of the day. */
static const struct {
	const char *zone, *utc, *local;
} instants[] = {
	{ "UTC", "2026-01-02T03:04:05Z", "2026-01-02T03:04:05+00:00" },
	{ "Asia/Shanghai", "2026-01-02T00:00:00Z", "2026-01-02T08:00:00+08:00" },
	{ "Asia/Shanghai", "1988-07-01T00:00:00Z", "1988-07-01T09:00:00+09:00" },
	{ "Asia/Kathmandu", "2026-01-02T00:00:00Z", "2026-01-02T05:45:00+05:45" },
	{ "America/New_York", "2026-03-08T06:59:59Z", "2026-03-08T01:59:59-05:00" },
	{ "America/New_York", "2026-03-08T07:00:00Z", "2026-03-08T03:00:00-04:00" },
	{ "America/New_York", "2026-11-01T05:59:59Z", "2026-11-01T01:59:59-04:00" },
	{ "America/New_York", "2026-11-01T06:00:00Z", "2026-11-01T01:00:00-05:00" },
	{ "America/New_York", "2399-07-01T12:00:00Z", "2399-07-01T08:00:00-04:00" },
	{ "America/New_York", "9999-12-31T12:00:00Z", "9999-12-31T07:00:00-05:00" },
	{ "Australia/Lord_Howe", "2026-04-04T15:00:00Z", "2026-04-05T01:30:00+10:30" },
	{ "Australia/Lord_Howe", "2026-04-04T14:59:00Z", "2026-04-05T01:59:00+11:00" },
	{ "Pacific/Apia", "2011-12-30T09:59:59Z", "2011-12-29T23:59:59-10:00" },
	{ "Pacific/Apia", "2011-12-30T10:00:00Z", "2011-12-31T00:00:00+14:00" },
	{ "America/Sao_Paulo", "2018-11-04T03:00:00Z", "2018-11-04T01:00:00-02:00" },
	{ "Africa/Casablanca", "2026-03-01T12:00:00Z", "2026-03-01T12:00:00+00:00" },
	{ "Africa/Casablanca", "2026-06-01T12:00:00Z", "2026-06-01T13:00:00+01:00" },
	{ "Europe/Dublin", "2040-01-01T12:00:00Z", "2040-01-01T12:00:00+00:00" },
	{ "Europe/Dublin", "2040-07-01T12:00:00Z", "2040-07-01T13:00:00+01:00" },
	{ "Antarctica/Troll", "2026-07-01T12:00:00Z", "2026-07-01T14:00:00+02:00" },
	{ "America/Nuuk", "2050-07-01T12:00:00Z", "2050-07-01T11:00:00-01:00" },
	{ "Asia/Gaza", "2026-07-01T12:00:00Z", "2026-07-01T15:00:00+03:00" },
};

static void
test_instants(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(instants); i++) {
		struct err err = ERR_INIT;
		int64_t at = instant(instants[i].utc), back;
		char text[40];

		zone_format(zone(instants[i].zone), at, text);
		assert_string_equal(text, instants[i].local);
		assert_true(zone_parse(str_from(text), zone("UTC"), &back, &err));
		assert_int_equal(back, at);
	}
}

static const struct {
	const char *zone, *wall;
	enum zone_fold fold;
	const char *first, *second, *before_gap;
} folds[] = {
	{ "UTC", "2026-03-08 02:30", ZONE_UNIQUE, "2026-03-08T02:30:00Z", NULL, NULL },
	{ "America/New_York", "2026-03-08 02:30", ZONE_GAP, "2026-03-08T07:00:00Z", NULL,
		"2026-03-08T07:30:00Z" },
	{ "America/New_York", "2026-03-08 03:00", ZONE_UNIQUE, "2026-03-08T07:00:00Z", NULL, NULL },
	{ "America/New_York", "2026-11-01 01:30", ZONE_REPEATED, "2026-11-01T05:30:00Z",
		"2026-11-01T06:30:00Z", NULL },
	{ "America/New_York", "2026-11-01 02:00", ZONE_UNIQUE, "2026-11-01T07:00:00Z", NULL, NULL },
	{ "Australia/Lord_Howe", "2026-10-04 02:10", ZONE_GAP, "2026-10-03T15:30:00Z", NULL,
		"2026-10-03T15:40:00Z" },
	{ "Australia/Lord_Howe", "2026-04-05 01:30", ZONE_REPEATED, "2026-04-04T14:30:00Z",
		"2026-04-04T15:00:00Z", NULL },
	{ "Pacific/Apia", "2011-12-30 08:00", ZONE_GAP, "2011-12-30T10:00:00Z", NULL,
		"2011-12-30T18:00:00Z" },
	{ "Pacific/Kwajalein", "1969-09-30 12:00", ZONE_REPEATED, "1969-09-30T01:00:00Z",
		"1969-10-01T00:00:00Z", NULL },
	{ "America/Sao_Paulo", "2018-11-04 00:00", ZONE_GAP, "2018-11-04T03:00:00Z", NULL,
		"2018-11-04T03:00:00Z" },
	{ "Africa/Monrovia", "1972-01-07 00:10", ZONE_GAP, "1972-01-07T00:44:30Z", NULL,
		"1972-01-07T00:54:30Z" },
	{ "Europe/Berlin", "2125-03-25 02:30", ZONE_GAP, "2125-03-25T01:00:00Z", NULL,
		"2125-03-25T01:30:00Z" },
};

static void
test_folds(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(folds); i++) {
		const struct zone *z = zone(folds[i].zone);
		struct civil wall = civil(folds[i].wall);
		int64_t first, second, gap;

		assert_int_equal(zone_instant(z, wall, &first, &second), folds[i].fold);
		assert_int_equal(first, instant(folds[i].first));
		assert_int_equal(second, instant(folds[i].second ? folds[i].second : folds[i].first));
		gap = zone_instant_before_gap(z, wall);
		assert_int_equal(gap, folds[i].before_gap ? instant(folds[i].before_gap) : first);
		assert_int_equal(zone_instant(z, wall, &second, NULL), folds[i].fold);
	}
}

static void
test_transitions(void **state)
{
	const struct zone *z = zone("America/New_York");
	int64_t at = instant("2026-01-01T00:00:00Z");

	(void)state;
	at = zone_next_transition(z, at);
	assert_int_equal(at, instant("2026-03-08T07:00:00Z"));
	assert_int_equal(zone_next_transition(z, at - 1), at);
	at = zone_next_transition(z, at);
	assert_int_equal(at, instant("2026-11-01T06:00:00Z"));
	assert_int_equal(zone_next_transition(z, instant("2300-01-01T00:00:00Z")),
		instant("2300-03-11T07:00:00Z"));
	assert_int_equal(zone_next_transition(zone("UTC"), at), INT64_MAX);
	assert_int_equal(zone_next_transition(zone("Asia/Shanghai"), at), INT64_MAX);
	/* a change of name or of the daylight flag alone is none */
	assert_int_equal(zone_next_transition(zone("Europe/Istanbul"), at), INT64_MAX);
	for (int64_t t = INT64_MIN, n = 0; n < 400 && t != INT64_MAX; n++) {
		int64_t next = zone_next_transition(z, t);

		assert_true(next > t);
		if (next != INT64_MAX)
			assert_int_not_equal(zone_offset(z, next), zone_offset(z, next - 1));
		t = next;
	}
	assert_int_equal(zone_offset(z, INT64_MIN), -17762);
	assert_int_equal(zone_civil(z, INT64_MAX).second < 60, 1);
}

static const struct {
	const char *text, *zone, *utc; /* utc NULL: refused */
} times[] = {
	{ "2026-01-02T08:00:00+08:00", "UTC", "2026-01-02T00:00:00Z" },
	{ "2026-01-02t08:00:00z", "UTC", "2026-01-02T08:00:00Z" },
	{ "2026-01-02 08:00:00-05:30", "UTC", "2026-01-02T13:30:00Z" },
	{ "2026-01-02 08:00", "Asia/Shanghai", "2026-01-02T00:00:00Z" },
	{ "2026-01-02 08:00:30", "Asia/Shanghai", "2026-01-02T00:00:30Z" },
	{ "2026-03-08 02:30", "America/New_York", "2026-03-08T07:00:00Z" },
	{ "2026-11-01 01:30", "America/New_York", "2026-11-01T05:30:00Z" },
	{ "2026-01-02T08:00:00", "UTC", NULL },
	{ "2026-01-02", "UTC", NULL },
	{ "2026-01-02 8:00", "UTC", NULL },
	{ "2026-01-02 24:00", "UTC", NULL },
	{ "2026-01-02 08:60", "UTC", NULL },
	{ "2026-01-02 08:00:60", "UTC", NULL },
	{ "2026-02-30 08:00", "UTC", NULL },
	{ "2026-01-02T08:00:00+0800", "UTC", NULL },
	{ "2026-01-02T08:00:00+24:00", "UTC", NULL },
	{ "2026-01-02T08:00:00Z ", "UTC", NULL },
	{ "2026-01-02T08:00:00.Z", "UTC", NULL },
	{ "2026/01/02 08:00:00", "UTC", NULL },
	{ "", "UTC", NULL },
};

static void
test_parse(void **state)
{
	struct err err = ERR_INIT;
	char text[40];
	int64_t at;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(times); i++) {
		bool ok = zone_parse(str_from(times[i].text), zone(times[i].zone), &at, &err);

		if (ok != (times[i].utc != NULL))
			fail_msg("\"%s\"", times[i].text);
		if (ok)
			assert_int_equal(at, instant(times[i].utc));
		else
			assert_true(err.hint[0] || err.msg[0]);
	}
	assert_true(zone_parse(STR("1969-12-31T23:59:59.75Z"), zone("UTC"), &at, &err));
	assert_int_equal(at, -250000);
	zone_format(zone("UTC"), at, text);
	assert_string_equal(text, "1969-12-31T23:59:59.75+00:00");
	assert_true(zone_parse(STR("2026-01-02T08:00:00.1234567Z"), zone("UTC"), &at, &err));
	assert_int_equal(at % CLOCK_SECOND, 123456);
}

static void
test_names(void **state)
{
	static const struct {
		const char *name, *hint;
	} bad[] = {
		{ "", NULL }, { "/etc/passwd", NULL }, { "../../etc/passwd", NULL },
		{ "Europe/../UTC", NULL }, { "Europe//Berlin", NULL }, { "Europe/", NULL },
		{ "Europe", NULL }, { "zone.tab", NULL }, { "Europe/Berlin\n", "Europe/Berlin" },
		{ "Europe/Berln", "Europe/Berlin" }, { "asia/shanghai", "Asia/Shanghai" },
		{ "Shanghai", "Asia/Shanghai" },
	};
	struct err err = ERR_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		err_clear(&err);
		assert_null(zone_get(bad[i].name, &err));
		assert_int_equal(err.code, ERR_INPUT);
		if (bad[i].hint && !strstr(err.hint, bad[i].hint))
			fail_msg("\"%s\": hint \"%s\"", bad[i].name, err.hint);
	}
	assert_ptr_equal(zone("Europe/Berlin"), zone("Europe/Berlin"));
	assert_string_equal(zone_name(zone("Etc/UTC")), "Etc/UTC");
}

struct seen {
	size_t count;
	bool shanghai, sorted;
	char last[101];
};

static bool
see(void *context, const char *name)
{
	struct seen *s = context;

	s->sorted = s->sorted && strcmp(s->last, name) < 0;
	s->shanghai = s->shanghai || strcmp(name, "Asia/Shanghai") == 0;
	snprintf(s->last, sizeof(s->last), "%s", name);
	assert_non_null(zone(name));
	return ++s->count < 1000;
}

static bool
see_one(void *context, const char *name)
{
	(void)name;
	return ++*(int *)context < 1;
}

static void
test_each(void **state)
{
	struct seen s = { .sorted = true };
	int one = 0;

	(void)state;
	zone_each(see, &s);
	assert_true(s.count > 300 && s.shanghai && s.sorted);
	zone_each(see_one, &one);
	assert_int_equal(one, 1);
}

static void
test_without_files(void **state)
{
	char folder[] = "/tmp/test_zone.XXXXXX";
	const struct zone *berlin = zone("Europe/Berlin");
	int64_t july = instant("2026-07-01T00:00:00Z");
	uint64_t stamp = zone_data_stamp();
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(stamp, zone_data_stamp());
	assert_non_null(mkdtemp(folder));
	setenv("TZDIR", folder, 1);
	assert_int_not_equal(stamp, zone_data_stamp());
	assert_non_null(zone_get("UTC", &err));
	assert_null(zone_get("posix/Europe/Vienna", &err));
	zone_reload();
	assert_ptr_equal(berlin, zone("Europe/Berlin"));
	assert_int_equal(zone_offset(berlin, july), 7200);
	unsetenv("TZDIR");
	zone_reload();
	assert_int_equal(zone_offset(berlin, july), 7200);
	setenv("TZ", ":Asia/Kathmandu", 1);
	assert_string_equal(zone_host_name(), "Asia/Kathmandu");
	setenv("TZ", "/usr/share/zoneinfo/Asia/Tokyo", 1);
	assert_string_equal(zone_host_name(), "Asia/Tokyo");
	setenv("TZ", "../../etc/passwd", 1);
	assert_non_null(zone_get(zone_host_name(), &err));
	unsetenv("TZ");
	assert_non_null(zone_get(zone_host_name(), &err));
	rmdir(folder);
}

/* --- files made by hand ------------------------------------------------------- */

static void
put32(struct buf *b, uint32_t v)
{
	for (int shift = 24; shift >= 0; shift -= 8)
		buf_addc(b, (char)(v >> shift));
}

static void
put64(struct buf *b, int64_t v)
{
	put32(b, (uint32_t)((uint64_t)v >> 32));
	put32(b, (uint32_t)(uint64_t)v);
}

static void
put_header(struct buf *b, char version, uint32_t leaps, uint32_t times_count, uint32_t types)
{
	buf_add(b, "TZif", 4);
	buf_addc(b, version);
	buf_add_repeat(b, "0", 15);
	put32(b, 0);
	put32(b, 0);
	put32(b, leaps);
	put32(b, times_count);
	put32(b, types);
	put32(b, 4);
}

/* A version 3 file with a change at each of `at` between +1:00 and +2:00. */
static struct buf
make(const int64_t *at, size_t count, const char *footer)
{
	struct buf b = BUF_INIT;

	put_header(&b, '3', 0, 0, 1);
	buf_add(&b, "\0\0\0\0\0\0ABC\0", 10);
	put_header(&b, '3', 0, (uint32_t)count, 2);
	for (size_t i = 0; i < count; i++)
		put64(&b, at[i]);
	for (size_t i = 0; i < count; i++)
		buf_addc(&b, (char)(1 - i % 2));
	put32(&b, 3600);
	buf_add(&b, "\0\0", 2);
	put32(&b, 7200);
	buf_add(&b, "\1\0", 2);
	buf_add(&b, "ABC\0", 4);
	buf_adds(&b, footer);
	return b;
}

static const struct {
	const char *footer, *utc;
	int offset; /* 0: the file is refused */
} tails[] = {
	{ "\n\n", "2030-01-01T00:00:00Z", 3600 },
	{ "\nABC-3\n", "2030-01-01T00:00:00Z", 10800 },
	{ "\n<+0330>-3:30\n", "2030-01-01T00:00:00Z", 12600 },
	{ "\nCET-1CEST,M3.5.0,M10.5.0/3\n", "2030-03-31T00:59:59Z", 3600 },
	{ "\nCET-1CEST,M3.5.0,M10.5.0/3\n", "2030-03-31T01:00:00Z", 7200 },
	{ "\nCET-1CEST,M3.5.0,M10.5.0/3\n", "2030-10-27T00:59:59Z", 7200 },
	{ "\nCET-1CEST,M3.5.0,M10.5.0/3\n", "2030-10-27T01:00:00Z", 3600 },
	{ "\nIST-1GMT0,M10.5.0,M3.5.0/1\n", "2030-01-01T00:00:00Z", -1 },
	{ "\nIST-1GMT0,M10.5.0,M3.5.0/1\n", "2030-07-01T00:00:00Z", 3600 },
	/* daylight time all year: RFC 8536 3.3.1 */
	{ "\nXXX3EDT4,0/0,J365/23\n", "2030-01-01T03:00:00Z", -14400 },
	{ "\nXXX3EDT4,0/0,J365/23\n", "2030-07-01T00:00:00Z", -14400 },
	{ "\nXXX3EDT4,0/0,J365/23\n", "2030-12-31T23:30:00Z", -14400 },
	{ "\n<-03>3<-02>,M3.5.0/-2,M10.5.0/-1\n", "2030-03-31T00:59:59Z", -10800 },
	{ "\n<-03>3<-02>,M3.5.0/-2,M10.5.0/-1\n", "2030-03-31T01:00:00Z", -7200 },
	{ "\nEET-2EEST,M3.4.4/50,M10.4.4/50\n", "2030-03-30T00:00:00Z", 10800 },
	{ "\nEET-2EEST,M3.4.4/50,M10.4.4/50\n", "2030-03-29T23:59:59Z", 7200 },
	{ "\nAAA-1BBB,J60/0,J300/0\n", "2028-02-29T22:59:59Z", 3600 },
	{ "\nAAA-1BBB,J60/0,J300/0\n", "2028-02-29T23:00:00Z", 7200 },
	{ "\nAAA-1BBB,59/0,300/0\n", "2028-02-28T23:00:00Z", 7200 },
	{ "", "2030-01-01T00:00:00Z", 0 },
	{ "\nCET-1", "2030-01-01T00:00:00Z", 0 },
	{ "\nCET-1CEST\n", "2030-01-01T00:00:00Z", 0 },
	{ "\nCE-1\n", "2030-01-01T00:00:00Z", 0 },
	{ "\nCET-1CEST,M13.1.0,M10.5.0\n", "2030-01-01T00:00:00Z", 0 },
	{ "\nCET-1CEST,M3.6.0,M10.5.0\n", "2030-01-01T00:00:00Z", 0 },
	{ "\nCET-1CEST,M3.5.7,M10.5.0\n", "2030-01-01T00:00:00Z", 0 },
	{ "\nCET-1CEST,M3.5.0/168,M10.5.0\n", "2030-01-01T00:00:00Z", 0 },
	{ "\nCET-1CEST,J0,M10.5.0\n", "2030-01-01T00:00:00Z", 0 },
	{ "\nCET-1CEST,M3.5.0,M10.5.0 \n", "2030-01-01T00:00:00Z", 0 },
	{ "\nCET-26\n", "2030-01-01T00:00:00Z", 0 },
	{ "\nCET-25CEST,M3.5.0,M10.5.0\n", "2030-01-01T00:00:00Z", 0 },
	{ "\n<+01-1\n", "2030-01-01T00:00:00Z", 0 },
};

static void
test_tails(void **state)
{
	const int64_t at[] = { 0, 1000000000 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(tails); i++) {
		struct buf b = make(at, 2, tails[i].footer);
		struct err err = ERR_INIT;
		struct zone *z = zone_from_data("test", buf_str(&b), &err);
		int expected = tails[i].offset == -1 ? 0 : tails[i].offset;

		if ((z != NULL) != (tails[i].offset != 0))
			fail_msg("\"%s\": %s", tails[i].footer, err.msg);
		if (z && zone_offset(z, instant(tails[i].utc)) != expected)
			fail_msg("\"%s\" at %s: %d", tails[i].footer, tails[i].utc,
				zone_offset(z, instant(tails[i].utc)));
		if (z && strncmp(tails[i].footer, "\nXXX", 4) == 0)
			assert_int_equal(zone_next_transition(z, instant("2030-06-01T00:00:00Z")),
				INT64_MAX);
		zone_free(z);
		buf_fini(&b);
	}
}

static void
test_damaged_files(void **state)
{
	const int64_t good[] = { INT64_MIN, 0, 1000000000, INT64_MAX }, bad[] = { 5, 5 };
	struct buf b = make(good, 4, "\nABC-1\n");
	struct err err = ERR_INIT;
	struct zone *z = zone_from_data("test", buf_str(&b), &err);

	(void)state;
	assert_non_null(z);
	assert_int_equal(zone_next_transition(z, 0), 1000000000 * CLOCK_SECOND);
	zone_free(z);
	for (size_t len = 0; len < b.len; len++) {
		char *cut = xmalloc(len + 1); /* so that the sanitizer sees one byte too far */

		memcpy(cut, b.p, len);
		z = zone_from_data("test", (struct str){ cut, len }, &err);
		assert_null(z);
		assert_int_equal(err.code, ERR_INPUT);
		free(cut);
	}
	buf_fini(&b);
	b = make(bad, 2, "\nABC-1\n");
	assert_null(zone_from_data("test", buf_str(&b), &err));
	buf_fini(&b);
	b = make(good, 4, "\nABC-1\n");
	b.p[54 + 44 + 32] = 2; /* a type that is not there */
	assert_null(zone_from_data("test", buf_str(&b), &err));
	b.p[54 + 44 + 32] = 1;
	b.p[54 + 44 + 36] = 1; /* an offset of 194 days */
	assert_null(zone_from_data("test", buf_str(&b), &err));
	b.p[54 + 44 + 36] = 0;
	b.p[54 + 31] = 1; /* a leap second */
	assert_null(zone_from_data("test", buf_str(&b), &err));
	buf_fini(&b);
}

static void
test_version_1(void **state)
{
	struct buf b = BUF_INIT;
	struct err err = ERR_INIT;
	struct zone *z;

	(void)state;
	put_header(&b, '\0', 0, 1, 2);
	put32(&b, 1000);
	buf_addc(&b, 1);
	put32(&b, 3600);
	buf_add(&b, "\0\0", 2);
	put32(&b, (uint32_t)-3600);
	buf_add(&b, "\0\0ABC\0", 6);
	z = zone_from_data("test", buf_str(&b), &err);
	assert_non_null(z);
	assert_int_equal(zone_offset(z, 0), 3600);
	assert_int_equal(zone_offset(z, INT64_MAX), -3600);
	zone_free(z);
	buf_fini(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_date_days),
		cmocka_unit_test(test_date_arithmetic),
		cmocka_unit_test(test_date_text),
		cmocka_unit_test(test_instants),
		cmocka_unit_test(test_folds),
		cmocka_unit_test(test_transitions),
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_each),
		cmocka_unit_test(test_without_files),
		cmocka_unit_test(test_tails),
		cmocka_unit_test(test_damaged_files),
		cmocka_unit_test(test_version_1),
	};

	return cmocka_run_group_tests_name("zone", tests, NULL, NULL);
}
