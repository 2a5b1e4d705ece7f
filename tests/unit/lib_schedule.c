/* SPDX-License-Identifier: MIT */
#include "tests/unit/lib_schedule.h"

#include <ctype.h>
#include <stdio.h>

static const char *
skip_word(const char *p)
{
	p += strcspn(p, " ");
	return p + strspn(p, " ");
}

static bool
word_is(const char *p, const char *word)
{
	return strcspn(p, " ") == strlen(word) && strncmp(p, word, strlen(word)) == 0;
}

static int
minute_of(const char *p)
{
	int hour = 0, minute = 0;

	sscanf(p, "%d:%d", &hour, &minute);
	return hour * 60 + minute;
}

/* A list of numbers, L (bit 0) and weekday names. */
static uint32_t
bits_of(const char *p)
{
	static const char names[] = "sunmontuewedthufrisat";
	uint32_t bits = 0;
	int n;

	for (; *p && *p != ' '; p += strcspn(p, ", "), p += *p == ',') {
		if (*p == 'L')
			bits |= 1;
		else if (sscanf(p, "%d", &n) == 1)
			bits |= UINT32_C(1) << n;
		for (int i = 0; i < 7; i++)
			if (strncmp(p, names + i * 3, 3) == 0)
				bits |= UINT32_C(1) << i;
	}
	return bits;
}

bool
lib_schedule_read(const char *text, struct schedule *s, struct err *err)
{
	static char zones[64][64];
	static size_t used;
	const char *p = text, *rest;

	*s = (struct schedule){ .timezone = "" };
	if (isupper((unsigned char)*p)) {
		char *zone = zones[used++ % ARRAY_LEN(zones)];

		snprintf(zone, sizeof(zones[0]), "%.*s", (int)strcspn(p, " "), p);
		s->timezone = zone;
		p = skip_word(p);
	}
	rest = skip_word(p);
	s->minute_of_day = minute_of(rest);
	if (word_is(p, "month")) {
		s->every = EVERY_MONTH;
		s->days = bits_of(rest);
		s->minute_of_day = minute_of(skip_word(rest));
	} else if (word_is(p, "week")) {
		s->every = EVERY_WEEK;
		s->weekdays = (uint8_t)bits_of(rest);
		s->minute_of_day = minute_of(skip_word(rest));
	} else if (word_is(p, "day")) {
		s->every = EVERY_DAY;
	} else if (word_is(p, "step")) {
		s->every = EVERY_HOUR_STEP;
		s->to_minute = minute_of(skip_word(rest));
		sscanf(skip_word(skip_word(rest)), "%d", &s->step_hours);
	} else if (word_is(p, "hours")) {
		s->every = EVERY_HOUR_LIST;
		s->hours = bits_of(rest);
		sscanf(skip_word(rest), "%d", &s->minute);
	} else if (word_is(p, "cron")) {
		s->every = EVERY_CRON;
		s->cron_text = rest;
		return cron_parse(str_from(rest), &s->cron, err);
	} else {
		return err_set(err, ERR_INPUT, "schedule \"%s\" is not known", text);
	}
	return true;
}
