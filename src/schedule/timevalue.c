/* SPDX-License-Identifier: MIT */
#include "src/base/clock.h"
#include "src/schedule/timepiece.h"

static const struct {
	const char *text;
	enum part part;
} tokens[] = { /* longest first */
	{ "yyyy", PART_YEAR4 },
	{ "hh24", PART_HOUR24 },
	{ "hh12", PART_HOUR12 },
	{ "yy", PART_YEAR2 },
	{ "mm", PART_MONTH },
	{ "dd", PART_DAY },
	{ "hh", PART_HOUR12 },
	{ "mi", PART_MINUTE },
	{ "ss", PART_SECOND },
};

size_t
timepiece_token(struct str s, enum part *part)
{
	for (size_t i = 0; i < ARRAY_LEN(tokens); i++) {
		struct str text = str_from(tokens[i].text);

		if (str_starts(s, text)) {
			*part = tokens[i].part;
			return text.len;
		}
	}
	return 0;
}

/* --- exact seconds ------------------------------------------------------------ */

static __int128
greatest_divisor(__int128 a, __int128 b)
{
	while (b) {
		__int128 rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

void
seconds_init(struct seconds *s)
{
	*s = (struct seconds){ 0, 0, 1 };
}

bool
seconds_add(struct seconds *s, int sign, int64_t num, int64_t den)
{
	int64_t whole = num * 86400 / den, rest = num * 86400 % den;
	__int128 divisor, common, a, b;

	if (sign < 0) {
		whole = -whole - (rest > 0);
		rest = rest ? den - rest : 0;
	}
	divisor = greatest_divisor(s->den, den);
	if (__builtin_mul_overflow(s->den / divisor, (__int128)den, &common) ||
		__builtin_mul_overflow(s->num, den / divisor, &a) ||
		__builtin_mul_overflow((__int128)rest, s->den / divisor, &b) ||
		__builtin_add_overflow(a, b, &a) ||
		__builtin_add_overflow(s->whole, whole, &s->whole))
		return false;
	if (a >= common) {
		a -= common;
		if (__builtin_add_overflow(s->whole, 1, &s->whole))
			return false;
	}
	divisor = greatest_divisor(common, a);
	s->num = a / divisor;
	s->den = common / divisor;
	return true;
}

/* To whole seconds, halves away from zero. */
static int64_t
seconds_round(const struct seconds *s)
{
	__int128 rest = s->den - s->num;

	if (s->num > rest || (s->num == rest && s->whole >= 0))
		return s->whole + 1;
	return s->whole;
}

/* --- rendering ---------------------------------------------------------------- */

static int
part_value(const struct civil *c, enum part part)
{
	switch (part) {
	case PART_YEAR4:
		return c->date.year;
	case PART_YEAR2:
		return c->date.year % 100;
	case PART_MONTH:
		return c->date.month;
	case PART_DAY:
		return c->date.day;
	case PART_HOUR24:
		return c->hour;
	case PART_HOUR12:
		return (c->hour + 11) % 12 + 1;
	case PART_MINUTE:
		return c->minute;
	case PART_SECOND:
		return c->second;
	case PART_COUNT:
		break;
	}
	return 0;
}

static void
render(struct str format, const struct civil *c, struct buf *to)
{
	while (format.len) {
		enum part part = PART_COUNT;
		size_t len = timepiece_token(format, &part);

		if (len)
			buf_addf(to, "%0*d", part == PART_YEAR4 ? 4 : 2, part_value(c, part));
		else
			buf_addc(to, format.p[0]);
		format = str_slice(format, len ? len : 1, format.len);
	}
}

/* ISO 8601 week: the year is the one that its thursday lies in. Year and week are
 * joined by what stands between the first two tokens of the format. */
static void
render_week(struct str format, struct date d, struct buf *to)
{
	struct date thursday = date_add_days(d, 3 - (date_weekday(d) + 6) % 7);
	struct date first = { thursday.year, 1, 1 };
	int week = (int)((date_to_days(thursday) - date_to_days(first)) / 7) + 1;
	enum part part;
	size_t from = 0, until;

	while (timepiece_token(str_slice(format, from, format.len), &part) == 0)
		from++;
	from += timepiece_token(str_slice(format, from, format.len), &part);
	until = from;
	while (until < format.len &&
		timepiece_token(str_slice(format, until, format.len), &part) == 0)
		until++;
	buf_addf(to, "%04d", thursday.year);
	if (until < format.len)
		buf_add_str(to, str_slice(format, from, until));
	buf_addf(to, "%02d", week);
}

/* --- evaluation --------------------------------------------------------------- */

static struct date
business_date(const struct timeexpr_base *base)
{
	if (base->business_date.year)
		return base->business_date;
	return date_add_days(zone_civil(base->zone, base->scheduled_us).date, -1);
}

static bool
eval_curly(const struct piece *piece, const struct timeexpr_base *base, struct buf *to)
{
	struct civil c = { .date = business_date(base) };

	if (piece->parts & PART_BIT(PART_DAY))
		c.date = date_add_days(c.date, piece->steps);
	else if (piece->parts & PART_BIT(PART_MONTH))
		c.date = date_add_months(c.date, piece->steps);
	else
		c.date = date_add_months(c.date, piece->steps * 12);
	if (!date_is_valid(c.date))
		return false;
	render(piece->format, &c, to);
	return true;
}

static struct date
apply_function(enum function function, int64_t n, struct date d)
{
	struct date first = { d.year, d.month, 1 };
	int64_t monday = -((date_weekday(d) + 6) % 7);

	switch (function) {
	case FN_ADD_MONTHS:
		return date_add_months(d, n);
	case FN_LAST_DAY: /* yesterday, not the end of the month */
		return date_add_days(d, -1);
	case FN_MONTH_FIRST_DAY:
		return date_add_months(first, n);
	case FN_MONTH_LAST_DAY:
		first = date_add_months(first, n);
		first.day = date_days_in_month(first.year, first.month);
		return first;
	case FN_WEEK_FIRST_DAY:
		return date_add_days(d, monday + n * 7);
	case FN_WEEK_LAST_DAY:
		return date_add_days(d, monday + n * 7 + 6);
	case FN_NONE:
	case FN_THIS_DAY:
	case FN_YEAR_WEEK:
	case FN_COUNT:
		break;
	}
	return d;
}

/* Whole days move the calendar and keep the wall clock, fractions of a day move
 * the instant. A scheduled time that no calendar step moves stays the instant it
 * is, also in the second pass of a repeated hour. */
static bool
eval_square(const struct piece *piece, const struct timeexpr_base *base, struct buf *to)
{
	struct civil c = zone_civil(base->zone, base->scheduled_us);
	struct date moved = apply_function(piece->function, piece->number, c.date);
	int64_t at = base->scheduled_us, us;

	if (!date_is_valid(moved))
		return false;
	moved = date_add_days(moved, piece->steps);
	if (!date_is_valid(moved))
		return false;
	if (date_compare(moved, c.date) != 0) {
		c.date = moved;
		at = zone_instant_before_gap(base->zone, c);
	}
	if (__builtin_mul_overflow(seconds_round(&piece->seconds), CLOCK_SECOND, &us) ||
		__builtin_add_overflow(at, us, &at))
		return false;
	c = zone_civil(base->zone, at);
	if (!date_is_valid(c.date))
		return false;
	if (piece->function == FN_YEAR_WEEK)
		render_week(piece->format, c.date, to);
	else
		render(piece->format, &c, to);
	return true;
}

static bool
eval_builtin(enum builtin builtin, const struct timeexpr_base *base, struct buf *to)
{
	struct civil c = zone_civil(base->zone, base->scheduled_us);
	struct date business = business_date(base);
	struct date current = date_add_days(business, 1);
	const char *id = NULL;

	switch (builtin) {
	case BUILTIN_BIZDATE:
		c.date = business;
		render(STR("yyyymmdd"), &c, to);
		return date_is_valid(business);
	case BUILTIN_CYCTIME:
		render(STR("yyyymmddhh24miss"), &c, to);
		return date_is_valid(c.date);
	case BUILTIN_GMTDATE:
		c.date = current;
		render(STR("yyyymmdd"), &c, to);
		return date_is_valid(current);
	case BUILTIN_BIZMONTH: /* the last complete month */
		c.date = business;
		if (business.month == current.month)
			c.date = date_add_months(business, -1);
		render(STR("yyyymm"), &c, to);
		return date_is_valid(c.date);
	case BUILTIN_JOBID:
		id = base->job_id;
		break;
	case BUILTIN_NODEID:
		id = base->node_id;
		break;
	case BUILTIN_TASKID:
		id = base->task_id;
		break;
	case BUILTIN_COUNT:
		break;
	}
	buf_adds(to, id ? id : "0");
	return true;
}

bool
timepiece_eval(const struct piece *piece, const struct timeexpr_base *base, struct buf *to)
{
	switch (piece->kind) {
	case PIECE_CURLY:
		return eval_curly(piece, base, to);
	case PIECE_SQUARE:
		return eval_square(piece, base, to);
	case PIECE_BUILTIN:
		break;
	}
	return eval_builtin(piece->builtin, base, to);
}
