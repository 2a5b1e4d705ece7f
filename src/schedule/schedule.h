/* SPDX-License-Identifier: MIT */
/* When a task runs: month, week, day, hour and cron rules in a time zone, with
 * the Rules of time of design section 7. */
#ifndef DP_SCHEDULE_SCHEDULE_H
#define DP_SCHEDULE_SCHEDULE_H

#include "src/base/err.h"
#include "src/base/mark.h"
#include "src/base/zone.h"

enum every { EVERY_MONTH, EVERY_WEEK, EVERY_DAY, EVERY_HOUR_STEP, EVERY_HOUR_LIST, EVERY_CRON,
	EVERY_COUNT };

struct cron {
	uint64_t minutes; /* bit 0..59 */
	uint32_t hours;	  /* bit 0..23 */
	uint32_t days;	  /* bit 1..31; bit 0: last day of the month (L) */
	uint16_t months;  /* bit 1..12 */
	uint8_t weekdays; /* bit 0 (sunday) .. 6 */
	uint8_t weekday_last;	/* "5L": bit per weekday */
	uint8_t weekday_nth[7]; /* "fri#2": bit 1..5 per weekday */
	bool day_any, weekday_any;	/* field begins with * */
	bool elapsed;	/* minute or hour field begins with *: follows real elapsed time */
};

/* One schedule object. A value: no pointers but the zone's and cron's text, which
 * live in the owner's arena. */
struct schedule {
	enum every every;
	uint32_t days;	  /* month: bit 1..31; bit 0: L */
	uint8_t weekdays; /* week: bit 0 (sunday) .. 6 */
	int minute_of_day; /* at, or from of an hour step */
	int to_minute;	  /* hour step: last minute of day, inclusive */
	int step_hours;	  /* hour step: 1.. */
	uint32_t hours;	  /* hour list: bit 0..23 */
	int minute;	  /* hour list: 0..59 */
	struct cron cron;
	const char *cron_text; /* as written; NULL when not cron */
	const char *timezone;  /* "" : the workspace's */
};

/* Why an instant is what it is. */
enum slot_reason { SLOT_PLAIN, SLOT_GAP, SLOT_REPEATED, SLOT_CALENDAR_NEXT,
	SLOT_CALENDAR_PREVIOUS, SLOT_REASON_COUNT };

struct slot {
	int64_t at_us;		   /* the scheduled time: an instant */
	struct date business_date; /* day before the *planned* local day */
	enum slot_reason reason;
	const struct zone *zone; /* of the schedule that planned it: its values are read there */
};

/* Parses five fields or @daily …; ERR_INPUT with the field and the right spelling. */
DP_API bool cron_parse(struct str text, struct cron *cron, struct err *err);

struct calendar; /* schedule/calendar.h */

/* What becomes of a slot on a day that the calendar calls free. */
enum calendar_rule { CALENDAR_SKIP, CALENDAR_NEXT, CALENDAR_PREVIOUS, CALENDAR_RULE_COUNT };

/* The schedules of one task, evaluated together: one plan, one zone each. */
struct plan {
	const struct schedule *schedules;
	size_t count;
	const struct zone *default_zone; /* for schedules without a timezone */
	struct date from, to;		 /* effective days, inclusive; year 0: open */
	const struct calendar *calendar; /* NULL none */
	enum calendar_rule calendar_rule;
};

/* First slot at or after `from_us` (schedule_next) or the last one before
 * `before_us` (schedule_previous). False, with err untouched, when there is none
 * within 40 years; false with err when a zone is unknown. */
DP_API bool schedule_next(const struct plan *plan, int64_t from_us, struct slot *slot,
	struct err *err);
DP_API bool schedule_previous(const struct plan *plan, int64_t before_us, struct slot *slot,
	struct err *err);
/* The slot for a business date: its first planned one on the day after; false when
 * none. For backfill and `--date`. */
DP_API bool schedule_for_date(const struct plan *plan, struct date business_date,
	struct slot *slot, struct err *err);
/* "08:00 daily · Asia/Shanghai". `say` translates; NULL: English. */
DP_API void schedule_describe(const struct schedule *s, say_fn say, struct buf *to);
DP_API const char *slot_reason_name(enum slot_reason reason);

#endif
