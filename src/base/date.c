/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "src/base/mark.h"
#include "src/base/zone.h"

/* Far beyond year 9999 either way, and still safe to compute with. */
#define DAYS_LIMIT INT64_C(200000000)

static int64_t
floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

/* Both count in years that begin in March, so that the leap day comes last, and in
 * eras of 400 years, after which the calendar repeats. */
int64_t
date_to_days(struct date d)
{
	int64_t year = (int64_t)d.year - (d.month <= 2);
	int64_t era = floor_div(year, 400);
	int64_t year_of_era = year - era * 400;
	int64_t month = (d.month + 9) % 12;
	int64_t day_of_year = (153 * month + 2) / 5 + d.day - 1;

	return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 +
	       day_of_year - 719468;
}

struct date
date_from_days(int64_t days)
{
	int64_t era, day, year, day_of_year, month;

	if (days > DAYS_LIMIT)
		days = DAYS_LIMIT;
	if (days < -DAYS_LIMIT)
		days = -DAYS_LIMIT;
	days += 719468;
	era = floor_div(days, 146097);
	day = days - era * 146097;
	year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
	day_of_year = day - (365 * year + year / 4 - year / 100);
	month = (5 * day_of_year + 2) / 153;
	return (struct date){
		.year = (int)(year + era * 400 + (month >= 10)),
		.month = (int)(month < 10 ? month + 3 : month - 9),
		.day = (int)(day_of_year - (153 * month + 2) / 5 + 1),
	};
}

int
date_days_in_month(int year, int month)
{
	static const unsigned char days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	if (month < 1 || month > 12)
		return 0;
	return days[month - 1] + (month == 2 && leap);
}

bool
date_is_valid(struct date d)
{
	return d.year >= 1 && d.year <= 9999 && d.day >= 1 &&
	       d.day <= date_days_in_month(d.year, d.month);
}

int
date_weekday(struct date d)
{
	int64_t days = date_to_days(d) + 4; /* 1970-01-01 was a thursday */

	return (int)(days - floor_div(days, 7) * 7);
}

int
date_compare(struct date a, struct date b)
{
	if (a.year != b.year)
		return a.year < b.year ? -1 : 1;
	if (a.month != b.month)
		return a.month < b.month ? -1 : 1;
	return a.day < b.day ? -1 : a.day > b.day;
}

struct date
date_add_days(struct date d, int64_t days)
{
	if (days > DAYS_LIMIT)
		days = DAYS_LIMIT;
	if (days < -DAYS_LIMIT)
		days = -DAYS_LIMIT;
	return date_from_days(date_to_days(d) + days);
}

struct date
date_add_months(struct date d, int64_t months)
{
	int64_t total;
	int last;

	if (months > DAYS_LIMIT)
		months = DAYS_LIMIT;
	if (months < -DAYS_LIMIT)
		months = -DAYS_LIMIT;
	total = (int64_t)d.year * 12 + d.month - 1 + months;
	d.year = (int)floor_div(total, 12);
	d.month = (int)(total - (int64_t)d.year * 12) + 1;
	last = date_days_in_month(d.year, d.month);
	if (d.day > last)
		d.day = last;
	return d;
}

static bool
digits(const char *p, int count, int *value)
{
	*value = 0;
	for (int i = 0; i < count; i++) {
		if (p[i] < '0' || p[i] > '9')
			return false;
		*value = *value * 10 + (p[i] - '0');
	}
	return true;
}

bool
date_parse(struct str text, struct date *d, struct err *err)
{
	struct date found;
	const char *p = text.p;
	bool dashed = text.len == 10 && p[4] == '-' && p[7] == '-';

	if ((!dashed && text.len != 8) || !digits(p, 4, &found.year) ||
		!digits(p + (dashed ? 5 : 4), 2, &found.month) ||
		!digits(p + (dashed ? 8 : 6), 2, &found.day)) {
		err_set(err, ERR_INPUT, spoken("\"%.*s\" is not a date"), STR_ARG(str_slice(text, 0, 60)));
		return err_hint(err, spoken("write YYYY-MM-DD or YYYYMMDD"));
	}
	if (!date_is_valid(found))
		return err_set(err, ERR_INPUT, spoken("there is no day \"%.*s\""), STR_ARG(text));
	*d = found;
	return true;
}

void
date_format(struct date d, char text[11])
{
	if (!date_is_valid(d))
		d = (struct date){ 0 };
	snprintf(text, 11, "%04u-%02u-%02u", (unsigned)d.year % 10000, (unsigned)d.month % 100,
		(unsigned)d.day % 100);
}
