/* SPDX-License-Identifier: MIT */
/* One schedule: which fields it has depends on how it repeats. */
#include <stdio.h>
#include <stdlib.h>

#include "src/task/task_json.h"
#include "ui/screens/push_private.h"

#define EIGHT (8 * 60)

static const char *const every_words[EVERY_COUNT] = {
	[EVERY_MONTH] = "month", [EVERY_WEEK] = "week", [EVERY_DAY] = "day",
	[EVERY_HOUR_STEP] = "hour", [EVERY_HOUR_LIST] = "hours", [EVERY_CRON] = "cron",
};

struct schedule *
push_current_schedule(struct push *p, struct task *t)
{
	size_t i = tree_current(&p->schedules);

	return t && i < t->schedule_count ? &t->schedules[i] : NULL;
}

void
push_schedule_default(struct schedule *s)
{
	*s = (struct schedule){ .every = EVERY_DAY, .minute_of_day = EIGHT, .timezone = "" };
}

/* --- saying -------------------- */

static void
say_clock(struct buf *to, int minute_of_day)
{
	buf_addf(to, "%02d:%02d", minute_of_day / 60, minute_of_day % 60);
}

static void
say_numbers(struct buf *to, uint32_t bits, int from, int last)
{
	for (int i = from; i <= last; i++)
		if (bits & (1u << i))
			buf_addf(to, "%s%d", to->len ? ", " : "", i);
}

static void
say_month_days(struct buf *to, uint32_t days)
{
	say_numbers(to, days, 1, 31);
	if (days & 1)
		buf_addf(to, "%sL", to->len ? ", " : "");
}

static void
say_weekdays(struct buf *to, uint8_t days)
{
	for (int i = 1; i <= 7; i++)
		if (days & (1u << i % 7))
			buf_addf(to, "%s%s", to->len ? ", " : "", weekday_name(i % 7));
}

/* --- taking -------------------- */

static bool
take_clock(const char *text, int *minute, struct err *err)
{
	if (clock_time_parse(str_from(text), minute))
		return true;
	return err_set(err, ERR_INPUT, _("\"%s\" is not a time of day like 08:00"), text);
}

/* Calls one() for every word. */
static bool
each_word(const char *text, bool (*one)(struct str word, uint32_t *bits), uint32_t *bits,
	const char *expected, struct err *err)
{
	struct str s = str_from(text);

	*bits = 0;
	while (s.len) {
		size_t n = 0;

		while (n < s.len && s.p[n] != ',' && s.p[n] != ' ')
			n++;
		if (n && !one(str_slice(s, 0, n), bits)) {
			err_set(err, ERR_INPUT, _("\"%.*s\" does not fit here"), (int)n, s.p);
			return err_hint(err, "%s", expected);
		}
		s = str_slice(s, n + 1, s.len);
	}
	if (*bits)
		return true;
	err_set(err, ERR_INPUT, "%s", _("at least one is needed"));
	return err_hint(err, "%s", expected);
}

static bool
one_month_day(struct str word, uint32_t *bits)
{
	int64_t n;

	if (str_is(word, "L") || str_is(word, "l"))
		*bits |= 1;
	else if (str_to_int64(word, &n) && n >= 1 && n <= 31)
		*bits |= 1u << n;
	else
		return false;
	return true;
}

static bool
one_weekday(struct str word, uint32_t *bits)
{
	size_t dash = str_find(word, STR("-"), 0);
	int from = -1, to = -1;

	for (int i = 0; i < 7; i++) {
		if (str_equal_nocase(str_slice(word, 0, dash), str_from(weekday_name(i))))
			from = i;
		if (dash != SIZE_MAX && str_equal_nocase(str_slice(word, dash + 1, word.len),
					       str_from(weekday_name(i))))
			to = i;
	}
	if (from < 0 || (dash != SIZE_MAX && to < 0))
		return false;
	*bits |= 1u << from;
	for (; to >= 0 && from != to; from = (from + 1) % 7)
		*bits |= 1u << (from + 1) % 7;
	return true;
}

static bool
one_hour(struct str word, uint32_t *bits)
{
	int64_t n;

	if (!str_to_int64(word, &n) || n < 0 || n > 23)
		return false;
	*bits |= 1u << n;
	return true;
}

static bool
take_number(const char *text, int from, int to, int *value, struct err *err)
{
	int64_t n;

	if (!str_to_int64(str_trim(str_from(text)), &n) || n < from || n > to)
		return err_set(err, ERR_INPUT, _("a whole number from %d to %d"), from, to);
	*value = (int)n;
	return true;
}

static bool
set_cron(struct push *p, struct schedule *s, const char *text, struct err *err)
{
	struct cron cron;

	if (!cron_parse(str_from(text), &cron, err))
		return false;
	s->cron = cron;
	s->cron_text = model_text(p->model, str_from(text));
	return true;
}

static bool
set_zone(struct push *p, struct schedule *s, const char *text, struct err *err)
{
	struct str name = str_trim(str_from(text));

	text = model_text(p->model, name);
	if (name.len && !zone_get(text, err))
		return false;
	s->timezone = text;
	return true;
}

/* Another way to repeat: what it needs gets a first value. */
static bool
set_every(struct push *p, struct schedule *s, const char *text, struct err *err)
{
	int every;

	if (!push_set_choice(every_words, EVERY_COUNT, text, &every, err))
		return false;
	if (s->every == EVERY_HOUR_STEP)
		s->minute_of_day = EIGHT;
	s->every = (enum every)every;
	if (s->every == EVERY_MONTH && !s->days)
		s->days = 1u << 1;
	if (s->every == EVERY_WEEK && !s->weekdays)
		s->weekdays = 1u << 1;
	if (s->every == EVERY_HOUR_STEP) {
		s->minute_of_day = 0;
		s->to_minute = 24 * 60 - 1;
		s->step_hours = s->step_hours ? s->step_hours : 1;
	}
	if (s->every == EVERY_HOUR_LIST && !s->hours)
		s->hours = 1u << 9 | 1u << 15;
	return s->every != EVERY_CRON || s->cron_text || set_cron(p, s, "0 8 * * mon-fri", err);
}

/* --- the fields -------------------- */

enum schedule_field { S_EVERY, S_DAYS, S_WEEKDAYS, S_AT, S_FROM, S_TO, S_STEP, S_HOURS, S_MINUTE,
	S_CRON, S_ZONE, S_COUNT };

#define DAYS_HELP N_("days of the month, L for the last: 1, 15, L")
#define WEEKDAYS_HELP N_("mon to sun, or a range: mon-fri")
#define HOURS_HELP N_("hours of the day from 0 to 23: 9, 12, 18")

static const struct field fields[S_COUNT] = {
	[S_EVERY] = { .name = "every", .label = N_("Repeats"), .kind = FIELD_CHOICE,
		.initial = "day", .choices = "month|week|day|hour|hours|cron",
		.help = N_("every month, week, day or hour, at listed hours, or a cron line") },
	[S_DAYS] = { .name = "days", .label = N_("Days"), .kind = FIELD_LIST, .help = DAYS_HELP },
	[S_WEEKDAYS] = { .name = "weekdays", .label = N_("Days"), .kind = FIELD_LIST,
		.help = WEEKDAYS_HELP },
	[S_AT] = { .name = "at", .label = N_("At"), .help = N_("time of day: 08:00") },
	[S_FROM] = { .name = "from", .label = N_("From"), .help = N_("first time of day: 09:00") },
	[S_TO] = { .name = "to", .label = N_("To"), .help = N_("last time of day: 18:00") },
	[S_STEP] = { .name = "step", .label = N_("Every … hours"), .kind = FIELD_INTEGER,
		.help = N_("1 to 23") },
	[S_HOURS] = { .name = "hours", .label = N_("Hours"), .kind = FIELD_LIST,
		.help = HOURS_HELP },
	[S_MINUTE] = { .name = "minute", .label = N_("Minute"), .kind = FIELD_INTEGER,
		.help = N_("0 to 59 past each of these hours") },
	[S_CRON] = { .name = "cron", .label = N_("Cron"),
		.help = N_("minute hour day month weekday: */30 9-18 * * mon-fri") },
	[S_ZONE] = { .name = "timezone", .label = N_("Time zone"),
		.help = N_("empty: the workspace's; Ctrl-Space lists them") },
};

static void
say(const struct schedule *s, enum schedule_field field, struct buf *to)
{
	switch (field) {
	case S_EVERY: buf_adds(to, every_words[s->every]); break;
	case S_DAYS: say_month_days(to, s->days); break;
	case S_WEEKDAYS: say_weekdays(to, s->weekdays); break;
	case S_AT:
	case S_FROM: say_clock(to, s->minute_of_day); break;
	case S_TO: say_clock(to, s->to_minute); break;
	case S_STEP: buf_addf(to, "%d", s->step_hours); break;
	case S_HOURS: say_numbers(to, s->hours, 0, 23); break;
	case S_MINUTE: buf_addf(to, "%d", s->minute); break;
	case S_CRON: buf_adds(to, s->cron_text ? s->cron_text : ""); break;
	case S_ZONE: buf_adds(to, s->timezone); break;
	case S_COUNT: break;
	}
}

/* Into *s, which is a copy: the draft's own is replaced when all is well. */
static bool
take(struct push *p, struct schedule *s, enum schedule_field field, const char *text,
	struct err *err)
{
	uint32_t bits = 0;
	bool ok = true;

	switch (field) {
	case S_EVERY: return set_every(p, s, text, err);
	case S_DAYS:
		return each_word(text, one_month_day, &s->days, _(DAYS_HELP), err);
	case S_WEEKDAYS:
		ok = each_word(text, one_weekday, &bits, _(WEEKDAYS_HELP), err);
		s->weekdays = (uint8_t)bits;
		return ok;
	case S_AT: return take_clock(text, &s->minute_of_day, err);
	case S_FROM:
	case S_TO:
		ok = take_clock(text, field == S_FROM ? &s->minute_of_day : &s->to_minute, err);
		if (ok && s->to_minute < s->minute_of_day)
			ok = err_set(err, ERR_INPUT, "%s", _("the last time is before the first"));
		return ok;
	case S_STEP: return take_number(text, 1, 23, &s->step_hours, err);
	case S_HOURS: return each_word(text, one_hour, &s->hours, _(HOURS_HELP), err);
	case S_MINUTE: return take_number(text, 0, 59, &s->minute, err);
	case S_CRON: return set_cron(p, s, text, err);
	case S_ZONE: return set_zone(p, s, text, err);
	case S_COUNT: break;
	}
	return ok;
}

static const uint16_t fields_of[EVERY_COUNT] = {
	[EVERY_MONTH] = 1u << S_DAYS | 1u << S_AT,
	[EVERY_WEEK] = 1u << S_WEEKDAYS | 1u << S_AT,
	[EVERY_DAY] = 1u << S_AT,
	[EVERY_HOUR_STEP] = 1u << S_FROM | 1u << S_TO | 1u << S_STEP,
	[EVERY_HOUR_LIST] = 1u << S_HOURS | 1u << S_MINUTE,
	[EVERY_CRON] = 1u << S_CRON,
};

void
push_schedule_fill(struct push *p)
{
	struct task *t = model_edit(p->model);
	const struct schedule *s = push_current_schedule(p, t);
	size_t at = p->schedule.current;

	form_clear(&p->schedule);
	for (int i = 0; s && i < S_COUNT; i++) {
		struct buf text = BUF_INIT;

		if (i != S_EVERY && i != S_ZONE && !(fields_of[s->every] & (1u << i)))
			continue;
		say(s, (enum schedule_field)i, &text);
		form_add(&p->schedule, &fields[i], buf_text(&text));
		buf_fini(&text);
	}
	p->schedule.current = at < p->schedule.count ? at : 0;
}

void
push_schedule_changed(void *context, const char *name)
{
	struct push *p = context;
	struct task *t = model_edit(p->model);
	struct schedule *s = push_current_schedule(p, t), changed;
	const char *text = form_get(&p->schedule, name);
	struct err err = ERR_INIT;
	int field = 0;

	while (field < S_COUNT && strcmp(fields[field].name, name) != 0)
		field++;
	if (!s || field == S_COUNT)
		return;
	changed = *s;
	if (!take(p, &changed, (enum schedule_field)field, text, &err)) {
		form_error(&p->schedule, name, &err);
		return;
	}
	(void)model_step(p->model, N_("a schedule"), (const char *)s + field);
	*s = changed;
	push_tell(p);
	if (field == S_EVERY)
		push_schedule_fill(p);
}
