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

static void
add_time(struct buf *to, int minute_of_day)
{
	buf_addf(to, "%02d:%02d", minute_of_day / 60, minute_of_day % 60);
}

static void
add_days(struct buf *to, uint32_t days)
{
	uint32_t numbered = days & ~UINT32_C(1);
	const char *comma = "";

	buf_adds(to, numbered & (numbered - 1) ? " on days " : numbered ? " on day " : " on ");
	for (int day = 1; day <= 31; day++) {
		if (!(days >> day & 1))
			continue;
		buf_addf(to, "%s%d", comma, day);
		comma = ", ";
	}
	if (days & 1)
		buf_addf(to, "%sthe last day", numbered ? " and " : "");
	buf_adds(to, " of the month");
}

static void
add_weekdays(struct buf *to, uint8_t weekdays)
{
	static const char *const names[] = { "sun", "mon", "tue", "wed", "thu", "fri", "sat" };
	const char *comma = "";

	if ((weekdays & 0x7f) == 0x7f) {
		buf_adds(to, " daily");
		return;
	}
	buf_adds(to, " on ");
	for (int i = 1; i <= 7; i++) { /* monday first */
		if (!(weekdays >> i % 7 & 1))
			continue;
		buf_addf(to, "%s%s", comma, names[i % 7]);
		comma = ", ";
	}
}

static void
add_hours(struct buf *to, const struct schedule *s)
{
	const char *comma = "";

	for (int hour = 0; hour < 24; hour++) {
		if (!(s->hours >> hour & 1))
			continue;
		buf_adds(to, comma);
		add_time(to, hour * 60 + s->minute);
		comma = ", ";
	}
	buf_adds(to, " daily");
}

static void
add_hour_step(struct buf *to, const struct schedule *s)
{
	if (s->step_hours > 1)
		buf_addf(to, "every %d hours", s->step_hours);
	else
		buf_adds(to, "hourly");
	buf_adds(to, " from ");
	add_time(to, s->minute_of_day);
	buf_adds(to, " to ");
	add_time(to, s->to_minute);
}

void
schedule_describe(const struct schedule *s, struct buf *to)
{
	switch (s->every) {
	case EVERY_MONTH:
		add_time(to, s->minute_of_day);
		add_days(to, s->days);
		break;
	case EVERY_WEEK:
		add_time(to, s->minute_of_day);
		add_weekdays(to, s->weekdays);
		break;
	case EVERY_DAY:
		add_time(to, s->minute_of_day);
		buf_adds(to, " daily");
		break;
	case EVERY_HOUR_STEP:
		add_hour_step(to, s);
		break;
	case EVERY_HOUR_LIST:
		add_hours(to, s);
		break;
	case EVERY_CRON:
		buf_addf(to, "cron %s", s->cron_text ? s->cron_text : "");
		break;
	case EVERY_COUNT:
		break;
	}
	if (s->timezone && s->timezone[0])
		buf_addf(to, " \xC2\xB7 %s", s->timezone);
}
