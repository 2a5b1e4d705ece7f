/* SPDX-License-Identifier: MIT */
/* Working-day calendars: which days are free. Read once from text, either
 * iCalendar (RFC 5545: whole-day events are free days, yearly rules included;
 * CATEGORIES:WORKDAY or X-APPLE-SPECIAL-DAY:ALTERNATE-WORKDAY makes a working
 * day; weekend saturday and sunday) or plain lines:
 *
 *	weekend fri sat              default: sat sun; "weekend none"
 *	2026-10-01 National Day      a free day, with a remark
 *	2026-10-01..2026-10-07       a range of free days
 *	12-25                        every year
 *	work 2026-10-10              a working day though weekend or listed
 *
 * "#" begins a comment. A calendar is immutable and owns all it holds. */
#ifndef DP_SCHEDULE_CALENDAR_H
#define DP_SCHEDULE_CALENDAR_H

#include "src/base/err.h"
#include "src/base/str.h"
#include "src/base/zone.h"

/* Bounds: bytes of text, and days listed. */
#define CALENDAR_MAX_TEXT ((size_t)4 << 20)
#define CALENDAR_MAX_DAYS 100000
/* As far as next and previous look for a working day. */
#define CALENDAR_MAX_FREE_RUN 366

struct calendar;

/* NULL with ERR_INPUT and the line. */
DP_API struct calendar *calendar_parse(struct str text, struct err *err);
DP_API void calendar_free(struct calendar *calendar);
/* NULL calendar: every day works. */
DP_API bool calendar_is_working(const struct calendar *calendar, struct date d);
/* The working day at or after (at or before) `d`; false when there is none within
 * CALENDAR_MAX_FREE_RUN days. */
DP_API bool calendar_next_working(const struct calendar *calendar, struct date d,
	struct date *working);
DP_API bool calendar_previous_working(const struct calendar *calendar, struct date d,
	struct date *working);
/* How many days are listed as free, and first and last of them: for `show`. */
DP_API size_t calendar_count(const struct calendar *calendar, struct date *first,
	struct date *last);

#endif
