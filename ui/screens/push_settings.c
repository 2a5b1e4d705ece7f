/* SPDX-License-Identifier: MIT */
/* The task's own push settings: each field with how the draft says and takes it. */
#include <stdlib.h>

#include "src/task/task_json.h"
#include "ui/screens/conditions.h"
#include "ui/screens/mentions.h"
#include "ui/screens/ping.h"
#include "ui/screens/push_private.h"

#define DAY_S INT64_C(86400)

bool
push_set_choice(const char *const *words, int count, const char *text, int *value,
	struct err *err)
{
	for (int i = 0; i < count; i++)
		if (strcmp(words[i], text) == 0) {
			*value = i;
			return true;
		}
	return err_set(err, ERR_INPUT, _("\"%s\" is none of the choices"), text);
}

/* A choice of an enum by its word. */
#define CHOICE(id, member, type, count, word)                                                  \
	static void get_##id(struct push *p, const struct task *t, struct buf *to)             \
	{                                                                                      \
		(void)p;                                                                       \
		buf_adds(to, word(t->member));                                                 \
	}                                                                                      \
	static bool set_##id(struct push *p, struct task *t, const char *text, struct err *err) \
	{                                                                                      \
		(void)p;                                                                       \
		for (int i = 0; i < (int)(count); i++)                                         \
			if (strcmp(word((type)i), text) == 0) {                                \
				t->member = (type)i;                                           \
				return true;                                                   \
			}                                                                      \
		return err_set(err, ERR_INPUT, _("\"%s\" is none of the choices"), text);      \
	}
CHOICE(missed, missed, enum missed, MISSED_COUNT, missed_name)
CHOICE(overlap, overlap, enum overlap, OVERLAP_COUNT, overlap_name)
CHOICE(when_empty, when_empty, enum when_empty, EMPTY_COUNT, when_empty_name)
CHOICE(oversize, oversize, enum oversize, OVERSIZE_COUNT, oversize_name)
CHOICE(mode, mode, enum task_mode, MODE_COUNT, task_mode_name)
CHOICE(calendar_rule, calendar_rule, enum calendar_rule, CALENDAR_RULE_COUNT, calendar_rule_name)

static bool
take_number(const char *text, int64_t from, int64_t to, int64_t *value, struct err *err)
{
	int64_t n;

	if (!str_to_int64(str_trim(str_from(text)), &n) || n < from || n > to)
		return err_set(err, ERR_INPUT, _("a whole number from %lld to %lld"),
			(long long)from, (long long)to);
	*value = n;
	return true;
}

static bool
take_duration(const char *text, int64_t from, int64_t to, int64_t *seconds, struct err *err)
{
	char least[24], most[24];
	int64_t n;

	if (duration_parse(str_trim(str_from(text)), &n) && n >= from && n <= to) {
		*seconds = n;
		return true;
	}
	duration_format(from, least);
	duration_format(to, most);
	return err_set(err, ERR_INPUT, _("a duration from %s to %s, like 90m"), least, most);
}

static void
say_duration(struct buf *to, int64_t seconds)
{
	char text[24];

	duration_format(seconds, text);
	buf_adds(to, text);
}

static void
say_date(struct buf *to, struct date date)
{
	char text[11];

	if (date.year == 0)
		return;
	date_format(date, text);
	buf_adds(to, text);
}

static bool
take_date(const char *text, struct date *date, struct err *err)
{
	struct str s = str_trim(str_from(text));

	if (s.len == 0) {
		*date = (struct date){ 0 };
		return true;
	}
	return date_parse(s, date, err);
}

#define GET(id) \
	static void get_##id(struct push *p, const struct task *t, struct buf *to)
#define SET(id) \
	static bool set_##id(struct push *p, struct task *t, const char *text, struct err *err)

GET(title)
{
	const struct node *push = draft_find_push(p->studio, t, NULL, NULL);

	buf_adds(to, push ? push->title : "");
}

SET(title)
{
	struct node *push = draft_push(p->studio);

	(void)t;
	(void)err;
	if (push)
		push->title = model_text(p->model, str_from(text));
	return true;
}

GET(from)
{
	(void)p;
	say_date(to, t->from);
}

GET(to)
{
	(void)p;
	say_date(to, t->to);
}

static bool
check_order(struct date from, struct date to, struct err *err)
{
	if (from.year && to.year && date_compare(from, to) > 0)
		return err_set(err, ERR_INPUT, "%s", _("the last day is before the first"));
	return true;
}

SET(from)
{
	struct date date = { 0 };

	(void)p;
	if (!take_date(text, &date, err) || !check_order(date, t->to, err))
		return false;
	t->from = date;
	return true;
}

SET(to)
{
	struct date date = { 0 };

	(void)p;
	if (!take_date(text, &date, err) || !check_order(t->from, date, err))
		return false;
	t->to = date;
	return true;
}

GET(timeout)
{
	(void)p;
	if (!t->timeout_default)
		say_duration(to, t->timeout_s);
}

SET(timeout)
{
	bool none = str_trim(str_from(text)).len == 0;

	(void)p;
	if (none)
		t->timeout_s = TASK_TIMEOUT_DEFAULT_S;
	else if (!take_duration(text, 60, 168 * 3600, &t->timeout_s, err))
		return false;
	t->timeout_default = none;
	return true;
}

GET(missed_max)
{
	(void)p;
	buf_addf(to, "%lld", (long long)t->missed_max);
}

SET(missed_max)
{
	(void)p;
	return take_number(text, 1, 10000, &t->missed_max, err);
}

GET(missed_age)
{
	(void)p;
	say_duration(to, t->missed_age_s);
}

SET(missed_age)
{
	(void)p;
	return take_duration(text, 60, 366 * DAY_S, &t->missed_age_s, err);
}

GET(retry_times)
{
	(void)p;
	buf_addf(to, "%d", t->retry_times);
}

SET(retry_times)
{
	int64_t n = 0;

	(void)p;
	if (!take_number(text, 0, 10, &n, err))
		return false;
	t->retry_times = (int)n;
	return true;
}

GET(retry_interval)
{
	(void)p;
	say_duration(to, t->retry_interval_s);
}

SET(retry_interval)
{
	(void)p;
	return take_duration(text, 60, 1800, &t->retry_interval_s, err);
}

GET(group)
{
	(void)p;
	buf_adds(to, t->group);
}

SET(group)
{
	struct str name = str_trim(str_from(text));

	text = model_text(p->model, name.len ? name : STR("default"));
	if (!task_name_check(text, _("the group"), err))
		return false;
	t->group = text;
	return true;
}

GET(jitter)
{
	(void)p;
	buf_addf(to, "%lld", (long long)t->jitter_s);
}

SET(jitter)
{
	(void)p;
	return take_number(text, 0, 86400, &t->jitter_s, err);
}

GET(calendar)
{
	(void)p;
	buf_adds(to, t->calendar);
}

SET(calendar)
{
	struct str name = str_trim(str_from(text));

	(void)err;
	t->calendar = model_text(p->model, name);
	return true;
}

GET(on_failure)
{
	(void)p;
	for (size_t i = 0; i < t->on_failure.count; i++)
		buf_addf(to, "%s%s", i ? ", " : "", t->on_failure.list[i]);
}

SET(on_failure)
{
	(void)err;
	t->on_failure = draft_words(p->model, text);
	return true;
}

/* --- what is asked for elsewhere -------------------- */

GET(mentions)
{
	const struct node *push = draft_find_push(p->studio, t, NULL, NULL);

	if (push && mentions_count(&push->mentions))
		mentions_say(&push->mentions, to);
	else
		buf_adds(to, _("nobody"));
}

static void
go_mentions(struct push *p)
{
	const struct node *push = draft_push(p->studio);

	if (push)
		mentions_ask(p->studio, push->name);
}

GET(conditions)
{
	(void)p;
	if (t->condition_count)
		conditions_say(t, to);
	else
		buf_adds(to, _("always"));
}

static void
go_conditions(struct push *p)
{
	struct err err = ERR_INIT;

	if (!ui_open(p->screen.ui, "conditions", "", &err))
		ui_error(p->screen.ui, &err);
}

GET(ping)
{
	(void)p;
	buf_adds(to, t->has_ping ? _("a URL is pinged") : _("none"));
}

static void
go_ping(struct push *p)
{
	ping_ask(p->studio);
}

/* Enter on one of them. */
bool
push_settings_go(void *context, const char *name)
{
	struct push *p = context;

	for (size_t i = 0; i < push_settings_count; i++)
		if (push_settings_fields[i].go && strcmp(push_settings_fields[i].field.name, name) == 0) {
			push_settings_fields[i].go(p);
			return true;
		}
	return false;
}

#define PLACE(id, label_, help_)                                                               \
	{                                                                                      \
		{ .name = #id, .label = label_, .kind = FIELD_TEXT, .initial = "",             \
			.help = help_ },                                                       \
			get_##id, NULL, go_##id                                                \
	}
#define FIELD(id, label_, kind_, choices_, help_)                                              \
	{                                                                                      \
		{ .name = #id, .label = label_, .kind = kind_, .choices = choices_,            \
			.initial = "", .help = help_ },                                                       \
			get_##id, set_##id, NULL                                               \
	}

const struct push_field push_settings_fields[] = {
	FIELD(title, N_("Title"), FIELD_TEXT, NULL, N_("of the message; ${date} and the like work")),
	FIELD(mode, N_("Mode"), FIELD_CHOICE, "normal|dry-run|paused",
		N_("dry-run: runs, sends nothing; paused: does not run")),
	FIELD(from, N_("From day"), FIELD_TEXT, NULL, N_("YYYY-MM-DD; empty: from now on")),
	FIELD(to, N_("To day"), FIELD_TEXT, NULL, N_("YYYY-MM-DD, inclusive; empty: for ever")),
	PLACE(mentions, N_("Mentions"), N_("Enter: whom the message mentions")),
	PLACE(conditions, N_("Only if"),
		N_("Enter: what must hold in the results, else the run is skipped")),
	FIELD(when_empty, N_("Without rows"), FIELD_CHOICE, "send|skip|fail",
		N_("when every query gave no rows")),
	FIELD(oversize, N_("Too large"), FIELD_CHOICE, "split|truncate|fail|attach",
		N_("when a message is larger than its channel takes")),
	FIELD(missed, N_("Missed runs"), FIELD_CHOICE, "once|skip|all",
		N_("when nothing ran at the time: the latest once, none, or all of them")),
	FIELD(missed_max, N_("All: at most"), FIELD_INTEGER, NULL, N_("runs to make up for")),
	FIELD(missed_age, N_("All: not older"), FIELD_TEXT, NULL, N_("than this: 1d")),
	FIELD(overlap, N_("Overlap"), FIELD_CHOICE, "skip|queue|replace",
		N_("when the run before is still under way")),
	FIELD(retry_times, N_("Retries"), FIELD_INTEGER, NULL,
		N_("0 to 10, of a run that failed before it sent anything")),
	FIELD(retry_interval, N_("Retry after"), FIELD_TEXT, NULL, N_("1m to 30m")),
	FIELD(timeout, N_("Timeout"), FIELD_TEXT, NULL, N_("90m; empty: 3 days")),
	FIELD(on_failure, N_("Tell failures"), FIELD_LIST, NULL,
		N_("destinations; empty: the workspace's notify")),
	PLACE(ping, N_("Dead-man URL"), N_("Enter: a URL that hears of each succeeded run")),
	FIELD(calendar, N_("Calendar"), FIELD_TEXT, NULL,
		N_("working days; empty: every day; Ctrl-Space lists them")),
	FIELD(calendar_rule, N_("On free days"), FIELD_CHOICE, "skip|next|previous",
		N_("no run, the next working day, or the one before")),
	FIELD(group, N_("Runner group"), FIELD_TEXT, NULL, N_("passes with --group take only theirs")),
	FIELD(jitter, N_("Jitter"), FIELD_INTEGER, NULL,
		N_("seconds to spread starts over, the same for this task every time")),
};
const size_t push_settings_count = ARRAY_LEN(push_settings_fields);
