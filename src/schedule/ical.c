/* SPDX-License-Identifier: MIT */
/* Free days out of iCalendar text (RFC 5545): whole-day events and their yearly
 * repetitions. What would give wrong days if it were passed over is an error. */
#include <stdlib.h>

#include "src/base/buf.h"
#include "src/schedule/days.h"

#define REPEAT_UNTIL 2150 /* the year to which an endless yearly rule is followed */
#define MAX_LIST 2000	  /* days in the RDATE and EXDATE of one event */
#define MAX_LINE 65536

struct property {
	struct str name, parameters, value;
};

struct repeat {
	bool on;
	int interval, count; /* count 0: no limit */
	struct date until;   /* year 0: none */
	int month, month_day; /* 0: as the event begins */
	int nth, weekday;     /* BYDAY: nth weekday of the month; nth 0: none */
};

struct event {
	struct date start, end; /* end exclusive; year 0: absent */
	int64_t duration;	/* days; 0: absent */
	bool timed, cancelled, work;
	struct repeat repeat;
	struct days extra, except; /* RDATE, EXDATE */
};

struct ical {
	struct calendar *calendar;
	int depth;     /* components inside the event */
	bool in_event;
	struct event event;
	struct err *err;
};

static bool
property_is(const struct property *p, const char *name)
{
	return str_equal_nocase(p->name, str_from(name));
}

static bool
contains_nocase(struct str text, const char *word)
{
	struct str w = str_from(word);

	for (size_t i = 0; i + w.len <= text.len; i++)
		if (str_equal_nocase(str_slice(text, i, i + w.len), w))
			return true;
	return false;
}

/* NAME;PARAMETERS:VALUE, where a parameter may be quoted. */
static bool
property_split(struct str line, struct property *p)
{
	size_t name = 0, colon;
	bool quoted = false;

	while (name < line.len && line.p[name] != ';' && line.p[name] != ':')
		name++;
	for (colon = name; colon < line.len && (quoted || line.p[colon] != ':'); colon++)
		if (line.p[colon] == '"')
			quoted = !quoted;
	if (colon == line.len)
		return false;
	*p = (struct property){ str_slice(line, 0, name), str_slice(line, name, colon),
		str_slice(line, colon + 1, line.len) };
	return true;
}

/* YYYYMMDD with or without a time; *timed when the time is not midnight. */
static bool
read_day(struct str text, struct date *d, bool *timed, struct err *err)
{
	struct str time = str_slice(text, 8, text.len);

	if (time.len && (time.p[0] != 'T' || time.len < 7))
		return err_set(err, ERR_INPUT, "\"%.*s\" is not a date",
			STR_ARG(str_slice(text, 0, 40)));
	*timed = time.len && !str_starts(time, STR("T000000"));
	return date_parse(str_slice(text, 0, 8), d, err);
}

static bool
read_day_list(struct days *days, struct str text, struct err *err)
{
	size_t from = 0;

	while (from <= text.len) {
		size_t to = str_find(text, STR(","), from);
		struct str one;
		struct date d;
		bool timed;

		if (to == SIZE_MAX)
			to = text.len;
		/* of a period only its beginning counts */
		one = str_slice(text, from, to < from + 16 ? to : from + 16);
		if (!read_day(one, &d, &timed, err))
			return false;
		if (days->count >= MAX_LIST)
			return err_set(err, ERR_LIMIT, "an event lists more than %d days",
				MAX_LIST);
		if (!days_add(days, date_to_days(d), date_to_days(d), err))
			return false;
		from = to + 1;
	}
	return true;
}

/* PnD and PnW; parts of a day do not make a day free. */
static int64_t
read_duration(struct str text)
{
	int64_t n;

	if (text.len < 3 || text.p[0] != 'P' || !str_to_int64(str_slice(text, 1, text.len - 1), &n))
		return 0;
	if (n < 1 || n > CALENDAR_MAX_FREE_RUN)
		return 0;
	if (text.p[text.len - 1] == 'W')
		return n * 7;
	return text.p[text.len - 1] == 'D' ? n : 0;
}

/* --- yearly rules ----------------------------------------------------------------- */

static bool
repeat_unknown(struct str part, struct err *err)
{
	err_set(err, ERR_INPUT, "the rule \"%.*s\" is not supported",
		STR_ARG(str_slice(part, 0, 60)));
	return err_hint(err, "only yearly events repeat here: list the days instead");
}

static bool
read_weekday(struct repeat *r, struct str value)
{
	static const char *const names[] = { "SU", "MO", "TU", "WE", "TH", "FR", "SA" };
	int64_t nth;

	if (value.len < 3 || !str_to_int64(str_slice(value, 0, value.len - 2), &nth) || nth < -5 ||
		nth > 5 || nth == 0)
		return false;
	r->nth = (int)nth;
	for (int i = 0; i < 7; i++) {
		if (str_is(str_slice(value, value.len - 2, value.len), names[i])) {
			r->weekday = i;
			return true;
		}
	}
	return false;
}

static bool
read_small(struct str text, int least, int most, int *value)
{
	int64_t n;

	if (!str_to_int64(text, &n) || n < least || n > most)
		return false;
	*value = (int)n;
	return true;
}

static bool
read_rule_part(struct repeat *r, struct str name, struct str value, struct err *err)
{
	bool timed;

	if (str_is(name, "FREQ"))
		return str_is(value, "YEARLY");
	if (str_is(name, "INTERVAL"))
		return read_small(value, 1, 1000, &r->interval);
	if (str_is(name, "COUNT"))
		return read_small(value, 1, 100000, &r->count);
	if (str_is(name, "UNTIL"))
		return read_day(value, &r->until, &timed, err);
	if (str_is(name, "BYMONTH"))
		return read_small(value, 1, 12, &r->month);
	if (str_is(name, "BYMONTHDAY"))
		return read_small(value, 1, 31, &r->month_day);
	if (str_is(name, "BYDAY"))
		return read_weekday(r, value);
	return str_is(name, "WKST");
}

static bool
read_rule(struct repeat *r, struct str text, struct err *err)
{
	size_t from = 0;

	*r = (struct repeat){ .on = true, .interval = 1 };
	while (from <= text.len) {
		size_t to = str_find(text, STR(";"), from), equals;
		struct str part;

		if (to == SIZE_MAX)
			to = text.len;
		part = str_slice(text, from, to);
		equals = str_find(part, STR("="), 0);
		if (equals == SIZE_MAX ||
			!read_rule_part(r, str_slice(part, 0, equals),
				str_slice(part, equals + 1, part.len), err))
			return repeat_unknown(part, err);
		from = to + 1;
	}
	/* a day of every month, and two rules at once, are more than yearly days */
	if (!contains_nocase(text, "FREQ=YEARLY") || (r->nth && r->month_day) ||
		((r->nth || r->month_day) && !r->month))
		return repeat_unknown(text, err);
	return true;
}

/* The day of the rule in a year; false when that year has none. */
static bool
repeat_day(const struct event *e, int year, struct date *d)
{
	const struct repeat *r = &e->repeat;
	int days, first;

	*d = (struct date){ year, r->month ? r->month : e->start.month,
		r->month_day ? r->month_day : e->start.day };
	days = date_days_in_month(year, d->month);
	if (r->nth) {
		d->day = r->nth > 0 ? 1 : days;
		first = date_weekday(*d);
		if (r->nth > 0)
			d->day += (r->weekday - first + 7) % 7 + (r->nth - 1) * 7;
		else
			d->day -= (first - r->weekday + 7) % 7 + (-r->nth - 1) * 7;
	}
	return d->day >= 1 && d->day <= days;
}

/* --- events ------------------------------------------------------------------------ */

static bool
is_excepted(const struct event *e, int64_t day)
{
	for (size_t i = 0; i < e->except.count; i++)
		if (e->except.list[i] == day)
			return true;
	return false;
}

static bool
event_add_one(struct ical *ical, struct date d, int64_t length)
{
	struct event *e = &ical->event;
	int64_t day = date_to_days(d);

	if (is_excepted(e, day))
		return true;
	return days_add(e->work ? &ical->calendar->work : &ical->calendar->free, day,
		day + length - 1, ical->err);
}

static bool
event_add_repeats(struct ical *ical, int64_t length)
{
	const struct event *e = &ical->event;
	int year = e->start.year, left = e->repeat.count ? e->repeat.count : REPEAT_UNTIL;

	for (; year <= REPEAT_UNTIL && left > 0; year += e->repeat.interval) {
		struct date d;

		if (!repeat_day(e, year, &d) || date_compare(d, e->start) < 0)
			continue;
		if (e->repeat.until.year && date_compare(d, e->repeat.until) > 0)
			break;
		if (!event_add_one(ical, d, length))
			return false;
		left--;
	}
	return true;
}

static bool
event_add(struct ical *ical)
{
	struct event *e = &ical->event;
	int64_t length = e->duration ? e->duration : 1;

	if (e->timed || e->cancelled || !e->start.year)
		return true;
	if (e->end.year)
		length = date_to_days(e->end) - date_to_days(e->start);
	if (length < 1) /* some programs write an end equal to the start */
		length = 1;
	for (size_t i = 0; i < e->extra.count; i++)
		if (!event_add_one(ical, date_from_days(e->extra.list[i]), length))
			return false;
	if (e->repeat.on)
		return event_add_repeats(ical, length);
	return event_add_one(ical, e->start, length);
}

static void
event_clear(struct event *e)
{
	free(e->extra.list);
	free(e->except.list);
	*e = (struct event){ 0 };
}

static bool
event_property(struct ical *ical, const struct property *p)
{
	struct event *e = &ical->event;
	bool timed = false;

	if (property_is(p, "DTSTART")) {
		if (!read_day(p->value, &e->start, &timed, ical->err))
			return false;
		e->timed = e->timed || timed;
		return true;
	}
	if (property_is(p, "DTEND")) {
		if (!read_day(p->value, &e->end, &timed, ical->err))
			return false;
		e->timed = e->timed || timed;
		return true;
	}
	if (property_is(p, "DURATION")) {
		e->duration = read_duration(p->value);
		e->timed = e->timed || e->duration == 0;
		return true;
	}
	if (property_is(p, "RRULE"))
		return read_rule(&e->repeat, p->value, ical->err);
	if (property_is(p, "RDATE"))
		return read_day_list(&e->extra, p->value, ical->err);
	if (property_is(p, "EXDATE"))
		return read_day_list(&e->except, p->value, ical->err);
	if (property_is(p, "STATUS"))
		e->cancelled = str_equal_nocase(p->value, STR("CANCELLED"));
	if (property_is(p, "CATEGORIES") && contains_nocase(p->value, "WORKDAY"))
		e->work = true;
	if (property_is(p, "X-APPLE-SPECIAL-DAY") && contains_nocase(p->value, "ALTERNATE-WORKDAY"))
		e->work = true;
	if (property_is(p, "RECURRENCE-ID"))
		return err_set(ical->err, ERR_INPUT,
			"a moved repetition (RECURRENCE-ID) is not supported");
	return true;
}

static bool
ical_property(struct ical *ical, const struct property *p)
{
	bool ok;

	if (!ical->in_event) {
		ical->in_event = property_is(p, "BEGIN") &&
				 str_equal_nocase(p->value, STR("VEVENT"));
		return true;
	}
	if (property_is(p, "BEGIN")) {
		ical->depth++;
		return true;
	}
	if (property_is(p, "END") && ical->depth > 0) {
		ical->depth--;
		return true;
	}
	if (property_is(p, "END")) {
		ok = event_add(ical);
		event_clear(&ical->event);
		ical->in_event = false;
		return ok;
	}
	return ical->depth > 0 || event_property(ical, p);
}

static bool
ical_line(struct ical *ical, const struct buf *line, int number)
{
	struct property p;

	if (buf_is_over(line))
		err_set(ical->err, ERR_LIMIT, "the line is longer than %d bytes", MAX_LINE);
	else if (!property_split(buf_str(line), &p) || ical_property(ical, &p))
		return true;
	err_wrap(ical->err, "calendar line %d", number);
	return err_at(ical->err, number, -1);
}

bool
ical_read(struct calendar *calendar, struct str text, struct err *err)
{
	struct ical ical = { .calendar = calendar, .err = err };
	struct buf whole = BUF_MAX(MAX_LINE); /* a line with what was folded under it */
	struct str line;
	size_t pos = 0;
	int number = 0, began = 1;
	bool ok = true;

	while (ok && days_line(text, &pos, &line)) {
		number++;
		if (line.len && (line.p[0] == ' ' || line.p[0] == '\t')) {
			buf_add_str(&whole, str_slice(line, 1, line.len));
			continue;
		}
		ok = ical_line(&ical, &whole, began);
		buf_clear(&whole);
		buf_add_str(&whole, line);
		began = number;
	}
	ok = ok && ical_line(&ical, &whole, began);
	if (ok && ical.in_event) {
		err_set(err, ERR_INPUT, "calendar line %d: an event has no end", number);
		ok = err_at(err, number, -1);
	}
	event_clear(&ical.event);
	buf_fini(&whole);
	return ok;
}
