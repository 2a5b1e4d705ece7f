/* SPDX-License-Identifier: MIT */
/* Every form of schedule is a predicate on days and one set of minutes for each of
 * them. A search walks local days, decides each with a few bit tests, and looks at
 * instants only on a day that matches; offsets change inside a day at most a few
 * times, so a day is one or two spans of constant offset. */
#include "src/schedule/schedule.h"

#include "src/base/clock.h"
#include "src/schedule/calendar.h"

#define DAY 86400
#define SEARCH_DAYS (40 * 366)
/* No offset is farther from UTC (RFC 8536). */
#define OFFSET_LIMIT 93600
#define MAX_SPANS 16

struct rule {
	const struct schedule *s;
	const struct plan *plan;
	const struct zone *zone;
	uint32_t hours;	  /* the times of a day are hours x minutes */
	uint64_t minutes;
	bool elapsed;
	int64_t from_day, to_day; /* effective, inclusive */
};

/* A stretch of constant offset, in seconds since 1970 UTC. */
struct span {
	int64_t start, end;
	int offset;
};

static int64_t
floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

static int64_t
ceil_div(int64_t a, int64_t b)
{
	return -floor_div(-a, b);
}

/* --- rules -------------------------------------------------------------------- */

static void
rule_set_times(struct rule *r)
{
	const struct schedule *s = r->s;
	int step = s->step_hours > 0 ? s->step_hours : 1;

	r->hours = UINT32_C(1) << s->minute_of_day / 60 % 24;
	r->minutes = UINT64_C(1) << s->minute_of_day % 60;
	switch (s->every) {
	case EVERY_HOUR_STEP:
		r->hours = 0;
		for (int m = s->minute_of_day; m <= s->to_minute && m < 1440; m += 60 * step)
			r->hours |= UINT32_C(1) << m / 60;
		break;
	case EVERY_HOUR_LIST:
		r->hours = s->hours;
		r->minutes = UINT64_C(1) << s->minute % 60;
		break;
	case EVERY_CRON:
		r->hours = s->cron.hours;
		r->minutes = s->cron.minutes;
		r->elapsed = s->cron.elapsed;
		break;
	case EVERY_MONTH:
	case EVERY_WEEK:
	case EVERY_DAY:
	case EVERY_COUNT:
		break;
	}
}

static bool
rule_init(struct rule *r, const struct plan *plan, size_t index, struct err *err)
{
	const struct schedule *s = &plan->schedules[index];
	bool own = s->timezone && s->timezone[0];

	*r = (struct rule){ .s = s, .plan = plan };
	r->zone = own ? zone_get(s->timezone, err) : plan->default_zone;
	if (!r->zone)
		return false;
	rule_set_times(r);
	r->from_day = plan->from.year ? date_to_days(plan->from) : INT64_MIN;
	r->to_day = plan->to.year ? date_to_days(plan->to) : INT64_MAX;
	return true;
}

static bool
cron_has_day(const struct cron *c, struct date d, int weekday)
{
	int last = date_days_in_month(d.year, d.month);
	bool day = (c->days >> d.day & 1) || ((c->days & 1) && d.day == last);
	bool week = (c->weekdays >> weekday & 1) ||
		    ((c->weekday_last >> weekday & 1) && d.day + 7 > last) ||
		    (c->weekday_nth[weekday] >> ((d.day - 1) / 7 + 1) & 1);

	if (!(c->months >> d.month & 1))
		return false;
	return c->day_any || c->weekday_any ? day && week : day || week;
}

/* Whether the rule plans the day, whatever the calendar says. */
static bool
rule_plans(const struct rule *r, int64_t day)
{
	const struct schedule *s = r->s;
	struct date d;
	int weekday;

	if (day < r->from_day || day > r->to_day)
		return false;
	d = date_from_days(day);
	weekday = (int)(day + 4 - floor_div(day + 4, 7) * 7);
	switch (s->every) {
	case EVERY_MONTH:
		return (s->days >> d.day & 1) ||
		       ((s->days & 1) && d.day == date_days_in_month(d.year, d.month));
	case EVERY_WEEK:
		return s->weekdays >> weekday & 1;
	case EVERY_CRON:
		return cron_has_day(&s->cron, d, weekday);
	case EVERY_DAY:
	case EVERY_HOUR_STEP:
	case EVERY_HOUR_LIST:
	case EVERY_COUNT:
		break;
	}
	return true;
}

/* Whether something runs on a day; *planned is the day it was planned for, the
 * nearest one when the calendar moves several here. */
static bool
rule_runs_on(const struct rule *r, int64_t day, int64_t *planned)
{
	const struct calendar *calendar = r->plan->calendar;
	int64_t step = r->plan->calendar_rule == CALENDAR_NEXT ? -1 : 1;

	*planned = day;
	if (!calendar)
		return rule_plans(r, day);
	if (!calendar_is_working(calendar, date_from_days(day)))
		return false;
	if (rule_plans(r, day))
		return true;
	if (r->plan->calendar_rule == CALENDAR_SKIP)
		return false;
	for (int i = 0; i < CALENDAR_MAX_FREE_RUN; i++) {
		*planned += step;
		if (calendar_is_working(calendar, date_from_days(*planned)))
			return false;
		if (rule_plans(r, *planned))
			return true;
	}
	return false;
}

/* The first day at or after `day` (step 1), or the last at or before it (-1), that
 * may match: jumps over months that a cron line leaves out. */
static int64_t
rule_skip(const struct rule *r, int64_t day, int step)
{
	struct date d;

	if (r->s->every != EVERY_CRON || r->plan->calendar || r->s->cron.months == 0x1ffe)
		return day;
	d = date_from_days(day);
	for (int i = 0; i < 12 && !(r->s->cron.months >> d.month & 1); i++) {
		d.day = 1;
		if (step < 0) {
			day = date_to_days(d) - 1;
			d = date_from_days(day);
		} else {
			d = date_add_months(d, 1);
			day = date_to_days(d);
		}
	}
	return day;
}

/* The first time of day at or after `minute`; 1440 when there is none. */
static int
rule_minute_from(const struct rule *r, int64_t minute)
{
	int from = minute < 0 ? 0 : minute > 1440 ? 1440 : (int)minute;

	for (int hour = from / 60; hour < 24; hour++, from = hour * 60) {
		uint64_t left = r->minutes >> from % 60;

		if ((r->hours >> hour & 1) && left)
			return from + __builtin_ctzll(left);
	}
	return 1440;
}

/* The last time of day at or before `minute`; -1 when there is none. */
static int
rule_minute_until(const struct rule *r, int64_t minute)
{
	int until = minute < 0 ? -1 : minute > 1439 ? 1439 : (int)minute;

	for (int hour = until / 60; until >= 0; hour--, until = hour * 60 + 59) {
		uint64_t left = r->minutes << (63 - until % 60);

		if ((r->hours >> hour & 1) && left)
			return until - __builtin_clzll(left);
	}
	return -1;
}

/* --- instants ------------------------------------------------------------------ */

static size_t
spans_of_day(const struct zone *zone, int64_t day, struct span spans[MAX_SPANS])
{
	int64_t end = (day + 1) * DAY + OFFSET_LIMIT;
	int64_t start = day * DAY - OFFSET_LIMIT;
	size_t n = 0;

	while (start < end && n < MAX_SPANS) {
		int64_t next = zone_next_transition(zone, start * CLOCK_SECOND);

		spans[n].start = start;
		spans[n].offset = zone_offset(zone, start * CLOCK_SECOND);
		start = next == INT64_MAX ? end : next / CLOCK_SECOND;
		if (start > end)
			start = end;
		spans[n++].end = start;
	}
	return n;
}

/* A fixed wall time as the scheduled time it gives. */
static struct slot
wall_slot(const struct rule *r, int64_t day, int minute, int64_t planned)
{
	struct civil wall = { date_from_days(day), minute / 60, minute % 60, 0 };
	struct slot slot = { .business_date = date_from_days(planned - 1), .zone = r->zone };
	int second;

	if (planned != day)
		slot.reason = planned < day ? SLOT_CALENDAR_NEXT : SLOT_CALENDAR_PREVIOUS;
	switch (zone_instant(r->zone, wall, &slot.at_us, NULL)) {
	case ZONE_UNIQUE:
		break;
	case ZONE_REPEATED:
		if (planned == day)
			slot.reason = SLOT_REPEATED;
		break;
	case ZONE_GAP:
		slot.reason = SLOT_GAP;
		second = zone_civil(r->zone, slot.at_us).second;
		slot.at_us += (second ? 60 - second : 0) * CLOCK_SECOND;
		break;
	}
	return slot;
}

static struct slot
elapsed_slot(const struct rule *r, int64_t at, int64_t day, int64_t planned)
{
	struct slot slot = { .at_us = at * CLOCK_SECOND, .zone = r->zone,
		.business_date = date_from_days(planned - 1) };

	if (planned != day)
		slot.reason = planned < day ? SLOT_CALENDAR_NEXT : SLOT_CALENDAR_PREVIOUS;
	return slot;
}

/* The wall minute of `day` from which on instants are at or after `at`. Scheduled
 * times never go back while wall time goes on, so halving finds it. */
static int
wall_minute_from(const struct rule *r, int64_t day, const struct span *spans, size_t count,
	int64_t at)
{
	int low = 0, high = 1440;

	if (count == 1) {
		int64_t minute = ceil_div(at + spans[0].offset - day * DAY, 60);

		return minute < 0 ? 0 : minute > 1440 ? 1440 : (int)minute;
	}
	while (low < high) {
		int middle = (low + high) / 2;

		if (wall_slot(r, day, middle, day).at_us >= at * CLOCK_SECOND)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

/* The first slot of a day at or after `at`. */
static bool
day_first(const struct rule *r, int64_t day, int64_t at, struct slot *slot)
{
	struct span spans[MAX_SPANS];
	int64_t planned;
	size_t count;
	int minute;

	if (!rule_runs_on(r, day, &planned))
		return false;
	count = spans_of_day(r->zone, day, spans);
	if (!r->elapsed) {
		minute = rule_minute_from(r, wall_minute_from(r, day, spans, count, at));
		if (minute < 1440)
			*slot = wall_slot(r, day, minute, planned);
		return minute < 1440;
	}
	for (size_t i = 0; i < count; i++) {
		int64_t start = spans[i].start > at ? spans[i].start : at;
		int64_t found;

		minute = rule_minute_from(r, ceil_div(start + spans[i].offset - day * DAY, 60));
		found = day * DAY + minute * 60 - spans[i].offset;
		if (minute < 1440 && found < spans[i].end) {
			*slot = elapsed_slot(r, found, day, planned);
			return true;
		}
	}
	return false;
}

/* The last slot of a day before `at`. */
static bool
day_last(const struct rule *r, int64_t day, int64_t at, struct slot *slot)
{
	struct span spans[MAX_SPANS];
	int64_t planned;
	size_t count;
	int minute;

	if (!rule_runs_on(r, day, &planned))
		return false;
	count = spans_of_day(r->zone, day, spans);
	if (!r->elapsed) {
		minute = rule_minute_until(r,
			(int64_t)wall_minute_from(r, day, spans, count, at) - 1);
		if (minute >= 0)
			*slot = wall_slot(r, day, minute, planned);
		return minute >= 0;
	}
	for (size_t i = count; i-- > 0;) {
		int64_t end = spans[i].end < at ? spans[i].end : at;
		int64_t found;

		minute = rule_minute_until(r,
			floor_div(end - 1 + spans[i].offset - day * DAY, 60));
		found = day * DAY + minute * 60 - spans[i].offset;
		if (minute >= 0 && found >= spans[i].start) {
			*slot = elapsed_slot(r, found, day, planned);
			return true;
		}
	}
	return false;
}

/* --- one rule ------------------------------------------------------------------- */

static int64_t
local_day(const struct rule *r, int64_t at)
{
	return floor_div(at + zone_offset(r->zone, at * CLOCK_SECOND), DAY);
}

/* A time that a gap moved gives way to one planned for the minute it lands on. */
static void
prefer_planned(const struct rule *r, struct slot *slot)
{
	int64_t at = slot->at_us / CLOCK_SECOND, day = local_day(r, at), planned;
	struct civil c;
	int minute;

	if (slot->reason != SLOT_GAP)
		return;
	c = zone_civil(r->zone, slot->at_us);
	minute = c.hour * 60 + c.minute;
	if (rule_minute_from(r, minute) == minute && rule_runs_on(r, day, &planned)) {
		struct slot other = wall_slot(r, day, minute, planned);

		if (other.at_us == slot->at_us)
			*slot = other;
	}
}

static bool
rule_next(const struct rule *r, int64_t at, struct slot *slot)
{
	int64_t first = local_day(r, at) - 2, last = first + SEARCH_DAYS;
	struct slot other;

	if (r->to_day < last - CALENDAR_MAX_FREE_RUN)
		last = r->to_day + CALENDAR_MAX_FREE_RUN;
	if (r->from_day > first && r->from_day - CALENDAR_MAX_FREE_RUN > first)
		first = r->from_day - CALENDAR_MAX_FREE_RUN;
	for (int64_t day = rule_skip(r, first, 1); day <= last; day = rule_skip(r, day + 1, 1)) {
		if (!day_first(r, day, at, slot))
			continue;
		/* a repeated hour may reach back over midnight */
		if (r->elapsed && day_first(r, day + 1, at, &other) && other.at_us < slot->at_us)
			*slot = other;
		prefer_planned(r, slot);
		return true;
	}
	return false;
}

static bool
rule_previous(const struct rule *r, int64_t at, struct slot *slot)
{
	int64_t first = local_day(r, at) + 2, last = first - SEARCH_DAYS;
	struct slot other;

	if (r->from_day > last + CALENDAR_MAX_FREE_RUN)
		last = r->from_day - CALENDAR_MAX_FREE_RUN;
	if (r->to_day < first && r->to_day + CALENDAR_MAX_FREE_RUN < first)
		first = r->to_day + CALENDAR_MAX_FREE_RUN;
	for (int64_t day = rule_skip(r, first, -1); day >= last; day = rule_skip(r, day - 1, -1)) {
		if (!day_last(r, day, at, slot))
			continue;
		if (r->elapsed && day_last(r, day - 1, at, &other) && other.at_us > slot->at_us)
			*slot = other;
		/* of several that a gap moved to one minute the first one counts */
		if (slot->reason == SLOT_GAP)
			return rule_next(r, slot->at_us / CLOCK_SECOND, slot);
		return true;
	}
	return false;
}

/* --- plans ---------------------------------------------------------------------- */

/* Which of two slots of one instant stands for it: the one planned for that
 * minute, then one that the calendar moved, then one that a gap moved. */
static bool
slot_is_better(const struct slot *a, const struct slot *b)
{
	static const unsigned char rank[SLOT_REASON_COUNT] = {
		[SLOT_PLAIN] = 0, [SLOT_REPEATED] = 0, [SLOT_CALENDAR_NEXT] = 1,
		[SLOT_CALENDAR_PREVIOUS] = 1, [SLOT_GAP] = 2,
	};
	int c = date_compare(a->business_date, b->business_date);

	if (rank[a->reason] != rank[b->reason])
		return rank[a->reason] < rank[b->reason];
	return a->reason == SLOT_CALENDAR_NEXT ? c > 0 : c < 0;
}

/* Seconds of the years that have dates. */
static int64_t
clamp_seconds(int64_t at)
{
	const int64_t least = INT64_C(-62135596800), most = INT64_C(253402300800);

	return at < least ? least : at > most ? most : at;
}

bool
schedule_next(const struct plan *plan, int64_t from_us, struct slot *slot, struct err *err)
{
	int64_t at = clamp_seconds(floor_div(from_us, CLOCK_SECOND) +
				   (from_us % CLOCK_SECOND != 0));
	bool found = false;

	for (size_t i = 0; i < plan->count; i++) {
		struct slot candidate;
		struct rule r;

		if (!rule_init(&r, plan, i, err))
			return false;
		if (!rule_next(&r, at, &candidate))
			continue;
		if (!found || candidate.at_us < slot->at_us ||
			(candidate.at_us == slot->at_us && slot_is_better(&candidate, slot)))
			*slot = candidate;
		found = true;
	}
	return found;
}

bool
schedule_previous(const struct plan *plan, int64_t before_us, struct slot *slot, struct err *err)
{
	int64_t at = clamp_seconds(floor_div(before_us, CLOCK_SECOND) +
				   (before_us % CLOCK_SECOND != 0));
	bool found = false;

	for (size_t i = 0; i < plan->count; i++) {
		struct slot candidate;
		struct rule r;

		if (!rule_init(&r, plan, i, err))
			return false;
		if (!rule_previous(&r, at, &candidate))
			continue;
		if (!found || candidate.at_us > slot->at_us ||
			(candidate.at_us == slot->at_us && slot_is_better(&candidate, slot)))
			*slot = candidate;
		found = true;
	}
	return found;
}

/* The day on which what is planned for `day` runs. */
static bool
plan_day(const struct plan *plan, struct date day, struct date *runs)
{
	*runs = day;
	if (!plan->calendar || calendar_is_working(plan->calendar, day))
		return true;
	switch (plan->calendar_rule) {
	case CALENDAR_NEXT:
		return calendar_next_working(plan->calendar, day, runs);
	case CALENDAR_PREVIOUS:
		return calendar_previous_working(plan->calendar, day, runs);
	case CALENDAR_SKIP:
	case CALENDAR_RULE_COUNT:
		break;
	}
	return false;
}

bool
schedule_for_date(const struct plan *plan, struct date business_date, struct slot *slot,
	struct err *err)
{
	int64_t from = INT64_MAX, until = INT64_MIN;
	struct slot candidate;
	struct date runs;

	if (!date_is_valid(business_date) ||
		!plan_day(plan, date_add_days(business_date, 1), &runs))
		return false;
	for (size_t i = 0; i < plan->count; i++) {
		struct civil start = { runs, 0, 0, 0 }, end = { date_add_days(runs, 1), 0, 0, 0 };
		int64_t first, last;
		struct rule r;

		if (!rule_init(&r, plan, i, err))
			return false;
		zone_instant(r.zone, start, &first, NULL);
		from = first < from ? first : from;
		zone_instant(r.zone, end, &first, &last);
		until = last > until ? last : until;
	}
	/* a gap may move the day's last ones to the next day's first minute */
	while (from <= until + 60 * CLOCK_SECOND && schedule_next(plan, from, &candidate, err) &&
		candidate.at_us <= until + 60 * CLOCK_SECOND) {
		if (date_compare(candidate.business_date, business_date) == 0) {
			*slot = candidate;
			return true;
		}
		from = candidate.at_us + 1;
	}
	return false;
}
