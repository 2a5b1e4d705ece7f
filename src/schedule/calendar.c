/* SPDX-License-Identifier: MIT */
#include "src/schedule/calendar.h"

#include <stdlib.h>

#include "src/schedule/days.h"

#define SUNDAY 0x01
#define SATURDAY 0x40

static const char *const weekday_names[] = { "sun", "mon", "tue", "wed", "thu", "fri", "sat" };

bool
days_add(struct days *days, int64_t first, int64_t last, struct err *err)
{
	if (last < first)
		return err_set(err, ERR_INPUT, "the range ends before it begins");
	if (last - first >= CALENDAR_MAX_FREE_RUN)
		return err_set(err, ERR_LIMIT, "the range is longer than %d days",
			CALENDAR_MAX_FREE_RUN);
	for (int64_t day = first; day <= last; day++) {
		if (days->count == CALENDAR_MAX_DAYS)
			return err_set(err, ERR_LIMIT, "a calendar holds at most %d days",
				CALENDAR_MAX_DAYS);
		if (days->count == days->cap) {
			days->cap = days->cap ? days->cap * 2 : 64;
			days->list = xreallocarray(days->list, days->cap, sizeof(*days->list));
		}
		days->list[days->count++] = day;
	}
	return true;
}

static int
by_day(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

static void
days_sort(struct days *days)
{
	size_t kept = 0;

	if (days->count)
		qsort(days->list, days->count, sizeof(*days->list), by_day);
	for (size_t i = 0; i < days->count; i++)
		if (kept == 0 || days->list[kept - 1] != days->list[i])
			days->list[kept++] = days->list[i];
	days->count = kept;
}

static bool
days_has(const struct days *days, int64_t day)
{
	return days->count && bsearch(&day, days->list, days->count, sizeof(day), by_day);
}

bool
days_line(struct str text, size_t *pos, struct str *line)
{
	size_t end;

	if (*pos >= text.len)
		return false;
	end = str_find(text, STR("\n"), *pos);
	if (end == SIZE_MAX)
		end = text.len;
	*line = str_slice(text, *pos, end);
	*pos = end + 1;
	if (line->len && line->p[line->len - 1] == '\r')
		line->len--;
	return true;
}

/* --- the plain form ------------------------------------------------------------- */

static bool
take_word(struct str *line, struct str *word)
{
	size_t n = 0;

	*line = str_trim(*line);
	while (n < line->len && line->p[n] != ' ' && line->p[n] != '\t')
		n++;
	*word = str_slice(*line, 0, n);
	*line = str_slice(*line, n, line->len);
	return n > 0;
}

static bool
read_weekend(struct calendar *c, struct str line, struct err *err)
{
	struct str word;
	uint8_t found = 0;

	while (take_word(&line, &word)) {
		bool known = str_equal_nocase(word, STR("none"));

		for (int i = 0; i < 7; i++) {
			if (str_equal_nocase(word, str_from(weekday_names[i]))) {
				found |= (uint8_t)(1u << i);
				known = true;
			}
		}
		if (!known) {
			err_set(err, ERR_INPUT, "\"%.*s\" is not a weekday",
				STR_ARG(str_slice(word, 0, 40)));
			return err_hint(err, "write weekend sat sun, or weekend none");
		}
	}
	c->weekend = found;
	return true;
}

/* MM-DD. */
static bool
read_yearly(struct calendar *c, struct str word, bool *matched)
{
	int month, day;

	*matched = word.len == 5 && word.p[2] == '-';
	for (size_t i = 0; *matched && i < 5; i++)
		*matched = i == 2 || (word.p[i] >= '0' && word.p[i] <= '9');
	if (!*matched)
		return true;
	month = (word.p[0] - '0') * 10 + word.p[1] - '0';
	day = (word.p[3] - '0') * 10 + word.p[4] - '0';
	if (day < 1 || day > date_days_in_month(2000, month))
		return false;
	c->yearly[month] |= UINT32_C(1) << day;
	return true;
}

static bool
read_range(struct days *days, struct str word, struct err *err)
{
	size_t dots = str_find(word, STR(".."), 0);
	struct date first, last;

	if (dots == SIZE_MAX)
		dots = word.len;
	if (!date_parse(str_slice(word, 0, dots), &first, err))
		return false;
	last = first;
	if (dots < word.len && !date_parse(str_slice(word, dots + 2, word.len), &last, err))
		return false;
	return days_add(days, date_to_days(first), date_to_days(last), err);
}

static bool
plain_line(struct calendar *c, struct str line, struct err *err)
{
	struct str word;
	bool yearly;

	line = str_slice(line, 0, str_find(line, STR("#"), 0));
	if (!take_word(&line, &word))
		return true;
	if (str_equal_nocase(word, STR("weekend")))
		return read_weekend(c, line, err);
	if (str_equal_nocase(word, STR("work"))) {
		if (!take_word(&line, &word))
			return err_set(err, ERR_INPUT, "\"work\" needs a date");
		return read_range(&c->work, word, err);
	}
	if (!read_yearly(c, word, &yearly))
		return err_set(err, ERR_INPUT, "there is no day \"%.*s\"", STR_ARG(word));
	return yearly || read_range(&c->free, word, err);
}

static bool
plain_read(struct calendar *c, struct str text, struct err *err)
{
	struct str line;
	size_t pos = 0;

	for (int number = 1; days_line(text, &pos, &line); number++) {
		if (plain_line(c, line, err))
			continue;
		err_wrap(err, "calendar line %d", number);
		return err_at(err, number, -1);
	}
	return true;
}

/* --- use -------------------------------------------------------------------------- */

struct calendar *
calendar_parse(struct str text, struct err *err)
{
	struct calendar *c;
	bool ok;

	if (text.len > CALENDAR_MAX_TEXT) {
		err_set(err, ERR_LIMIT, "a calendar's text is at most %zu bytes",
			CALENDAR_MAX_TEXT);
		return NULL;
	}
	c = xcalloc(1, sizeof(*c));
	c->weekend = SUNDAY | SATURDAY;
	if (str_starts(text, STR("\xEF\xBB\xBF")))
		text = str_slice(text, 3, text.len);
	if (str_equal_nocase(str_slice(str_trim(text), 0, 15), STR("BEGIN:VCALENDAR")))
		ok = ical_read(c, text, err);
	else
		ok = plain_read(c, text, err);
	if (!ok) {
		calendar_free(c);
		return NULL;
	}
	days_sort(&c->free);
	days_sort(&c->work);
	return c;
}

void
calendar_free(struct calendar *calendar)
{
	if (!calendar)
		return;
	free(calendar->free.list);
	free(calendar->work.list);
	free(calendar);
}

bool
calendar_is_working(const struct calendar *calendar, struct date d)
{
	int64_t day;

	if (!calendar)
		return true;
	day = date_to_days(d);
	if (days_has(&calendar->work, day))
		return true;
	return !(calendar->weekend >> date_weekday(d) & 1) &&
	       !(calendar->yearly[d.month] >> d.day & 1) && !days_has(&calendar->free, day);
}

static bool
find_working(const struct calendar *calendar, struct date d, int step, struct date *working)
{
	for (int i = 0; i <= CALENDAR_MAX_FREE_RUN; i++) {
		if (calendar_is_working(calendar, d)) {
			*working = d;
			return true;
		}
		d = date_add_days(d, step);
	}
	return false;
}

bool
calendar_next_working(const struct calendar *calendar, struct date d, struct date *working)
{
	return find_working(calendar, d, 1, working);
}

bool
calendar_previous_working(const struct calendar *calendar, struct date d, struct date *working)
{
	return find_working(calendar, d, -1, working);
}

size_t
calendar_count(const struct calendar *calendar, struct date *first, struct date *last)
{
	const struct days *days = &calendar->free;

	*first = *last = (struct date){ 0 };
	if (days->count) {
		*first = date_from_days(days->list[0]);
		*last = date_from_days(days->list[days->count - 1]);
	}
	return days->count;
}
