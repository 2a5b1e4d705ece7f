/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "src/base/mark.h"
#include "src/schedule/schedule.h"

static const char *const month_names[] = { "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug",
	"sep", "oct", "nov", "dec", NULL };
static const char *const weekday_names[] = { "sun", "mon", "tue", "wed", "thu", "fri", "sat",
	NULL };

enum { FIELD_MINUTE, FIELD_HOUR, FIELD_DAY, FIELD_MONTH, FIELD_WEEKDAY, FIELD_COUNT };

static const struct field_kind {
	const char *name;
	int min, max;
	const char *const *names; /* of min, min + 1, … */
} fields[FIELD_COUNT] = {
	{ "minute", 0, 59, NULL },
	{ "hour", 0, 23, NULL },
	{ "day of month", 1, 31, NULL },
	{ "month", 1, 12, month_names },
	{ "weekday", 0, 7, weekday_names }, /* 7 is sunday too */
};

static const struct {
	const char *name, *fields;
} nicknames[] = {
	{ "@hourly", "0 * * * *" },   { "@daily", "0 0 * * *" },   { "@midnight", "0 0 * * *" },
	{ "@weekly", "0 0 * * 0" },   { "@monthly", "0 0 1 * *" }, { "@yearly", "0 0 1 1 *" },
	{ "@annually", "0 0 1 1 *" },
};

struct reader {
	const struct field_kind *kind;
	struct str whole; /* the line, for columns */
	struct str item;  /* the item being read */
	struct str rest;  /* what is left of it */
	struct cron *cron;
	struct err *err;
};

static bool
fault(struct reader *r, const char *what)
{
	err_set(r->err, ERR_INPUT, spoken("cron %s \"%.*s\": %s"), r->kind->name,
		STR_ARG(str_slice(r->item, 0, 40)), what);
	return err_at(r->err, 1, (int)(r->item.p - r->whole.p) + 1);
}

static bool
take(struct reader *r, char c)
{
	if (r->rest.len == 0 || r->rest.p[0] != c)
		return false;
	r->rest = str_slice(r->rest, 1, r->rest.len);
	return true;
}

static bool
take_number(struct reader *r, int *value)
{
	size_t n = 0;

	for (*value = 0; n < r->rest.len && n < 4; n++) {
		if (r->rest.p[n] < '0' || r->rest.p[n] > '9')
			break;
		*value = *value * 10 + (r->rest.p[n] - '0');
	}
	r->rest = str_slice(r->rest, n, r->rest.len);
	return n > 0;
}

static bool
take_name(struct reader *r, int *value)
{
	for (int i = 0; r->kind->names && r->kind->names[i]; i++) {
		struct str name = str_from(r->kind->names[i]);

		if (str_equal_nocase(str_slice(r->rest, 0, name.len), name)) {
			*value = r->kind->min + i;
			r->rest = str_slice(r->rest, name.len, r->rest.len);
			return true;
		}
	}
	return false;
}

static bool
read_value(struct reader *r, int *value)
{
	char what[80];

	if (take_name(r, value))
		return true;
	if (!take_number(r, value)) {
		fault(r, r->kind->names ? spoken("neither a number nor a name") : spoken("not a number"));
		if (str_is(r->item, "?"))
			err_hint(r->err, spoken("write * for any"));
		else if (r->kind->names)
			err_hint(r->err, spoken("names have three letters: %s, %s, …"), r->kind->names[0],
				r->kind->names[1]);
		return false;
	}
	if (*value >= r->kind->min && *value <= r->kind->max)
		return true;
	snprintf(what, sizeof(what), spoken("%d is not between %d and %d"), *value, r->kind->min,
		r->kind->max);
	return fault(r, what);
}

/* "5" or "fri", as the author wrote the item. */
static void
value_text(const struct reader *r, int value, char text[8])
{
	bool named = r->kind->names && r->item.p[0] > '9';

	if (named)
		snprintf(text, 8, "%s", r->kind->names[value - r->kind->min]);
	else
		snprintf(text, 8, "%d", value);
}

/* A range that wraps, and how to write it. */
static bool
fault_wraps(struct reader *r, int first, int last)
{
	int max = r->kind == &fields[FIELD_WEEKDAY] ? 6 : r->kind->max;
	char a[8], b[8], low[8], high[8];

	value_text(r, first, a);
	value_text(r, last, b);
	value_text(r, r->kind->min, low);
	value_text(r, max, high);
	fault(r, spoken("the range ends before it begins"));
	return err_hint(r->err, spoken("write %s%s%s,%s%s%s"), a, first == max ? "" : "-",
		first == max ? "" : high, last == r->kind->min ? "" : low,
		last == r->kind->min ? "" : "-", b);
}

static bool
read_step(struct reader *r, int *step)
{
	*step = 1;
	if (!take(r, '/'))
		return true;
	if (!take_number(r, step) || *step == 0) {
		fault(r, spoken("a step is a number from 1"));
		return err_hint(r->err, spoken("write */5 for every fifth"));
	}
	return true;
}

/* "5L" and "fri#2". */
static bool
read_weekday_mark(struct reader *r, int value, bool *done)
{
	int n;

	*done = true;
	if (take(r, 'L') || take(r, 'l')) {
		r->cron->weekday_last |= (uint8_t)(1u << value % 7);
		return true;
	}
	if (take(r, '#')) {
		if (!take_number(r, &n) || n < 1 || n > 5)
			return fault(r, spoken("the number after # is 1 to 5"));
		r->cron->weekday_nth[value % 7] |= (uint8_t)(1u << n);
		return true;
	}
	*done = false;
	return true;
}

static bool
read_last(struct reader *r, bool *done)
{
	*done = str_equal_nocase(r->item, STR("L"));
	if (!*done)
		return true;
	r->rest = STR_NONE;
	if (r->kind == &fields[FIELD_DAY]) {
		r->cron->days |= 1;
		return true;
	}
	fault(r, spoken("L alone names no weekday"));
	return err_hint(r->err, spoken("write 5L for the last friday of the month, 6 for every saturday"));
}

static bool
read_range(struct reader *r, uint64_t *bits)
{
	int first = r->kind->min, last = r->kind->max, step;
	bool any = take(r, '*'), ranged = any, done = false;

	if (!any) {
		if (!read_value(r, &first))
			return false;
		last = first;
		if (r->kind == &fields[FIELD_WEEKDAY] && !read_weekday_mark(r, first, &done))
			return false;
		if (done)
			return true;
		ranged = take(r, '-');
		if (ranged && !read_value(r, &last))
			return false;
		if (last < first)
			return fault_wraps(r, first, last);
	}
	if (r->rest.len && r->rest.p[0] == '/' && !ranged)
		last = r->kind == &fields[FIELD_WEEKDAY] ? 6 : r->kind->max;
	if (any && r->kind == &fields[FIELD_WEEKDAY])
		last = 6;
	if (!read_step(r, &step))
		return false;
	for (int v = first; v <= last; v += step)
		*bits |= UINT64_C(1) << v;
	return true;
}

static bool
read_item(struct reader *r, uint64_t *bits)
{
	bool done = false;

	r->rest = r->item;
	if (r->item.len == 0)
		return fault(r, spoken("there is nothing between two commas"));
	if ((r->kind == &fields[FIELD_DAY] || r->kind == &fields[FIELD_WEEKDAY]) &&
		!read_last(r, &done))
		return false;
	if (!done && !read_range(r, bits))
		return false;
	if (r->rest.len == 0)
		return true;
	fault(r, spoken("not understood"));
	if (r->kind == &fields[FIELD_DAY])
		return err_hint(r->err, spoken("a day is 1 to 31, or L for the last of the month"));
	return err_hint(r->err, spoken("write 5, 1-5, */5, 10/5 or a list of these"));
}

static bool
read_field(struct reader *r, struct str text, uint64_t *bits)
{
	size_t from = 0, to;

	*bits = 0;
	do {
		to = str_find(text, STR(","), from);
		if (to == SIZE_MAX)
			to = text.len;
		r->item = (struct str){ text.p + from, to - from };
		if (!read_item(r, bits))
			return false;
		from = to + 1;
	} while (to < text.len);
	return true;
}

static size_t
split(struct str text, struct str list[FIELD_COUNT])
{
	size_t count = 0, i = 0;

	while (i < text.len) {
		size_t from;

		while (i < text.len && (text.p[i] == ' ' || text.p[i] == '\t'))
			i++;
		from = i;
		while (i < text.len && text.p[i] != ' ' && text.p[i] != '\t')
			i++;
		if (i > from && count < FIELD_COUNT)
			list[count] = str_slice(text, from, i);
		count += i > from;
	}
	return count;
}

static bool
expand(struct str *text, struct err *err)
{
	if (text->len == 0 || text->p[0] != '@')
		return true;
	for (size_t i = 0; i < ARRAY_LEN(nicknames); i++) {
		if (str_is(*text, nicknames[i].name)) {
			*text = str_from(nicknames[i].fields);
			return true;
		}
	}
	err_set(err, ERR_INPUT, spoken("cron \"%.*s\" is not known"), STR_ARG(str_slice(*text, 0, 40)));
	return err_hint(err, spoken("there are @hourly @daily @weekly @monthly @yearly"));
}

bool
cron_parse(struct str text, struct cron *cron, struct err *err)
{
	struct cron found = { 0 };
	struct reader r = { .cron = &found, .err = err };
	struct str list[FIELD_COUNT];
	uint64_t bits[FIELD_COUNT];
	size_t count;

	text = str_trim(text);
	if (!expand(&text, err))
		return false;
	r.whole = text;
	count = split(text, list);
	if (count != FIELD_COUNT) {
		err_set(err, ERR_INPUT, spoken("a cron line has five fields, this one has %zu"), count);
		return err_hint(err, spoken("minute hour day-of-month month weekday%s"),
			count > FIELD_COUNT ? spoken(", without seconds or year") : "");
	}
	for (int i = 0; i < FIELD_COUNT; i++) {
		r.kind = &fields[i];
		if (!read_field(&r, list[i], &bits[i]))
			return false;
	}
	found.minutes = bits[FIELD_MINUTE];
	found.hours = (uint32_t)bits[FIELD_HOUR];
	found.days |= (uint32_t)bits[FIELD_DAY];
	found.months = (uint16_t)bits[FIELD_MONTH];
	found.weekdays = (uint8_t)((bits[FIELD_WEEKDAY] & 0x7f) | bits[FIELD_WEEKDAY] >> 7);
	found.day_any = list[FIELD_DAY].p[0] == '*';
	found.weekday_any = list[FIELD_WEEKDAY].p[0] == '*';
	found.elapsed = list[FIELD_MINUTE].p[0] == '*' || list[FIELD_HOUR].p[0] == '*';
	*cron = found;
	return true;
}
