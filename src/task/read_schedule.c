/* SPDX-License-Identifier: MIT */
#include "src/task/reader.h"

#include "src/task/task_json.h"

#define MAX_SCHEDULES 32

static bool
read_clock(struct task_reader *r, const struct place *at, const char *key, int otherwise,
	int *minute)
{
	const char *text;

	if (!json_get_string(at->json, at->way, key, NULL, &text, r->err))
		return false;
	*minute = otherwise;
	if (!text)
		return otherwise >= 0 || place_fail_key(r, at, key, "is missing (like \"08:00\")");
	return clock_time_parse(str_from(text), minute) ||
	       place_fail_key(r, at, key, "\"%s\" is not a time of day like \"08:00\"", text);
}

static bool
read_days(struct task_reader *r, const struct place *at, uint32_t *days)
{
	struct place list, item;
	const cJSON *c;
	size_t count, i = 0;

	place_key(&list, at, "days");
	if (!read_list(r, &list, 32, &count))
		return false;
	if (count == 0)
		return place_fail(r, &list, "is missing (like [1, 15, \"L\"])");
	cJSON_ArrayForEach(c, list.json) {
		double d = cJSON_IsNumber(c) ? c->valuedouble : 0;

		place_item(&item, &list, c, i++);
		if (cJSON_IsString(c) && strcmp(c->valuestring, "L") == 0)
			*days |= 1;
		else if (d >= 1 && d <= 31 && d == (int)d)
			*days |= 1u << (int)d;
		else
			return place_fail(r, &item, "must be a day from 1 to 31, or \"L\"");
	}
	return true;
}

static bool
read_weekdays(struct task_reader *r, const struct place *at, uint8_t *weekdays)
{
	struct place list, item;
	const cJSON *c;
	size_t count, i = 0;

	place_key(&list, at, "days");
	if (!read_list(r, &list, 7, &count))
		return false;
	if (count == 0)
		return place_fail(r, &list, "is missing (like [\"mon\", \"fri\"])");
	cJSON_ArrayForEach(c, list.json) {
		int day = cJSON_IsString(c) ? words_find(&weekday_words, str_from(c->valuestring))
					    : -1;

		place_item(&item, &list, c, i++);
		if (day < 0)
			return place_fail(r, &item,
				"must be one of mon, tue, wed, thu, fri, sat, sun");
		*weekdays |= (uint8_t)(1 << day);
	}
	return true;
}

static bool
read_hours(struct task_reader *r, const struct place *at, uint32_t *hours)
{
	struct place list, item;
	const cJSON *c;
	size_t count, i = 0;

	place_key(&list, at, "hours");
	if (!read_list(r, &list, 24, &count))
		return false;
	if (count == 0)
		return place_fail(r, &list, "is empty");
	cJSON_ArrayForEach(c, list.json) {
		double d = cJSON_IsNumber(c) ? c->valuedouble : -1;

		place_item(&item, &list, c, i++);
		if (d < 0 || d > 23 || d != (int)d)
			return place_fail(r, &item, "must be an hour from 0 to 23");
		*hours |= 1u << (int)d;
	}
	return true;
}

static bool
read_month(struct task_reader *r, const struct place *at, struct schedule *s)
{
	static const char *const keys[] = { "every", "days", "at", "timezone", NULL };

	s->every = EVERY_MONTH;
	return read_object(r, at, keys) && read_days(r, at, &s->days) &&
	       read_clock(r, at, "at", -1, &s->minute_of_day);
}

static bool
read_week(struct task_reader *r, const struct place *at, struct schedule *s)
{
	static const char *const keys[] = { "every", "days", "at", "timezone", NULL };

	s->every = EVERY_WEEK;
	return read_object(r, at, keys) && read_weekdays(r, at, &s->weekdays) &&
	       read_clock(r, at, "at", -1, &s->minute_of_day);
}

static bool
read_day(struct task_reader *r, const struct place *at, struct schedule *s)
{
	static const char *const keys[] = { "every", "at", "timezone", NULL };

	s->every = EVERY_DAY;
	return read_object(r, at, keys) && read_clock(r, at, "at", -1, &s->minute_of_day);
}

static bool
read_hour(struct task_reader *r, const struct place *at, struct schedule *s)
{
	static const char *const step_keys[] = { "every", "from", "to", "step", "timezone", NULL };
	static const char *const list_keys[] = { "every", "hours", "minute", "timezone", NULL };
	int64_t n = 0;
	bool ok;

	if (cJSON_GetObjectItemCaseSensitive(at->json, "hours")) {
		s->every = EVERY_HOUR_LIST;
		ok = read_object(r, at, list_keys) && read_hours(r, at, &s->hours) &&
		     json_get_integer(at->json, at->way, "minute", 0, 0, 59, &n, r->err);
		s->minute = (int)n;
		return ok;
	}
	s->every = EVERY_HOUR_STEP;
	ok = read_object(r, at, step_keys) && read_clock(r, at, "from", 0, &s->minute_of_day) &&
	     read_clock(r, at, "to", 24 * 60 - 1, &s->to_minute) &&
	     json_get_integer(at->json, at->way, "step", 1, 1, 23, &n, r->err);
	s->step_hours = (int)n;
	if (ok && s->to_minute < s->minute_of_day)
		return place_fail_key(r, at, "to", "is before \"from\"");
	return ok;
}

static bool
read_cron(struct task_reader *r, const struct place *at, struct schedule *s)
{
	static const char *const keys[] = { "cron", "timezone", NULL };
	struct buf where = BUF_INIT;
	struct place inner;

	s->every = EVERY_CRON;
	if (!read_object(r, at, keys) || !read_needed(r, at, "cron", &s->cron_text))
		return false;
	if (cron_parse(str_from(s->cron_text), &s->cron, r->err))
		return true;
	place_key(&inner, at, "cron");
	json_path_add(&where, inner.way);
	err_wrap(r->err, "%s", buf_text(&where));
	buf_fini(&where);
	return false;
}

static bool
read_schedule(struct task_reader *r, const struct place *at, struct schedule *s)
{
	static const struct {
		const char *every;
		bool (*read)(struct task_reader *r, const struct place *at, struct schedule *s);
	} kinds[] = { { "month", read_month }, { "week", read_week }, { "day", read_day },
		{ "hour", read_hour } };
	const char *every;

	if (!cJSON_IsObject(at->json))
		return place_fail(r, at, "must be an object in braces");
	if (!read_text(r, at, "timezone", &s->timezone))
		return false;
	if (cJSON_GetObjectItemCaseSensitive(at->json, "cron"))
		return read_cron(r, at, s);
	if (!json_get_string(at->json, at->way, "every", "", &every, r->err))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (strcmp(every, kinds[i].every) == 0)
			return kinds[i].read(r, at, s);
	return place_fail_key(r, at, "every", "must be month, week, day or hour (or write "
		"\"cron\" instead)");
}

bool
read_schedules(struct task_reader *r, const struct place *at)
{
	bool is_list = cJSON_IsArray(at->json);
	struct place item;
	const cJSON *c = is_list ? at->json->child : at->json;
	size_t count = at->json ? 1 : 0;

	if (is_list && !read_list(r, at, MAX_SCHEDULES, &count))
		return false;
	r->task->schedules = arena_array(&r->task->arena, struct schedule, count);
	for (size_t i = 0; i < count; i++, c = c->next) {
		if (is_list)
			place_item(&item, at, c, i);
		if (!read_schedule(r, is_list ? &item : at, &r->task->schedules[i]))
			return false;
		r->task->schedule_count++;
	}
	return true;
}
