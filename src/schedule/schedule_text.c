/* SPDX-License-Identifier: MIT */
#include "src/schedule/schedule.h"

static const char *const reason_names[SLOT_REASON_COUNT] = {
	[SLOT_PLAIN] = "plain",
	[SLOT_GAP] = "gap",
	[SLOT_REPEATED] = "repeated",
	[SLOT_CALENDAR_NEXT] = "calendar-next",
	[SLOT_CALENDAR_PREVIOUS] = "calendar-previous",
};

const char *
slot_reason_name(enum slot_reason reason)
{
	return reason < SLOT_REASON_COUNT ? reason_names[reason] : "";
}

static const char *said(say_fn say, const char *text) DP_FORMAT_ARG(2);

/* A text of ours in the person's language. */
static const char *
said(say_fn say, const char *text)
{
	return say ? say(text) : text;
}

static void
add_time(struct buf *to, int minute_of_day)
{
	buf_addf(to, "%02d:%02d", minute_of_day / 60, minute_of_day % 60);
}

/* `when` is the time of day, or several. */
static void
add_days(struct buf *to, const char *when, uint32_t days, say_fn say)
{
	uint32_t numbered = days & ~UINT32_C(1);
	bool many = numbered & (numbered - 1);
	struct buf list = BUF_INIT;

	for (int day = 1; day <= 31; day++)
		if (days >> day & 1)
			buf_addf(&list, "%s%d", list.len ? ", " : "", day);
	if (!numbered)
		buf_addf(to, said(say, N_("%s on the last day of the month")), when);
	else if (days & 1)
		buf_addf(to,
			many ? said(say, N_("%s on days %s and the last day of the month"))
			     : said(say, N_("%s on day %s and the last day of the month")),
			when, buf_text(&list));
	else
		buf_addf(to,
			many ? said(say, N_("%s on days %s of the month"))
			     : said(say, N_("%s on day %s of the month")),
			when, buf_text(&list));
	buf_fini(&list);
}

static void
add_weekdays(struct buf *to, const char *when, uint8_t weekdays, say_fn say)
{
	static const char *const names[] = { N_("sun"), N_("mon"), N_("tue"), N_("wed"), N_("thu"),
		N_("fri"), N_("sat") };
	struct buf list = BUF_INIT;

	if ((weekdays & 0x7f) == 0x7f) {
		buf_addf(to, said(say, N_("%s daily")), when);
		return;
	}
	for (int i = 1; i <= 7; i++) /* monday first */
		if (weekdays >> i % 7 & 1)
			buf_addf(&list, "%s%s", list.len ? ", " : "", said(say, names[i % 7]));
	buf_addf(to, said(say, N_("%s on %s")), when, buf_text(&list));
	buf_fini(&list);
}

static void
add_hour_step(struct buf *to, const char *from, const struct schedule *s, say_fn say)
{
	struct buf until = BUF_INIT;

	add_time(&until, s->to_minute);
	if (s->step_hours > 1)
		buf_addf(to, said(say, N_("every %d hours from %s to %s")), s->step_hours, from,
			buf_text(&until));
	else
		buf_addf(to, said(say, N_("hourly from %s to %s")), from, buf_text(&until));
	buf_fini(&until);
}

/* The time of day at which it runs, or the several of listed hours. */
static void
add_when(struct buf *to, const struct schedule *s)
{
	if (s->every != EVERY_HOUR_LIST) {
		add_time(to, s->minute_of_day);
		return;
	}
	for (int hour = 0; hour < 24; hour++) {
		if (!(s->hours >> hour & 1))
			continue;
		buf_adds(to, to->len ? ", " : "");
		add_time(to, hour * 60 + s->minute);
	}
}

void
schedule_describe(const struct schedule *s, say_fn say, struct buf *to)
{
	struct buf when = BUF_INIT;

	add_when(&when, s);
	switch (s->every) {
	case EVERY_MONTH:
		add_days(to, buf_text(&when), s->days, say);
		break;
	case EVERY_WEEK:
		add_weekdays(to, buf_text(&when), s->weekdays, say);
		break;
	case EVERY_DAY:
	case EVERY_HOUR_LIST:
		buf_addf(to, said(say, N_("%s daily")), buf_text(&when));
		break;
	case EVERY_HOUR_STEP:
		add_hour_step(to, buf_text(&when), s, say);
		break;
	case EVERY_CRON:
		buf_addf(to, "cron %s", s->cron_text ? s->cron_text : "");
		break;
	case EVERY_COUNT:
		break;
	}
	if (s->timezone && s->timezone[0])
		buf_addf(to, " \xC2\xB7 %s", s->timezone);
	buf_fini(&when);
}
