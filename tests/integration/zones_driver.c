/* SPDX-License-Identifier: MIT */
/* What zones.py compares itself with: slots of schedules in windows of time.
 * Reads lines, each field after a tab:
 *
 *	calendar TEXT		";" stands for the end of a line
 *	schedule RULE FROM TO SCHEDULES
 *				RULE: none skip next previous; dates or "-";
 *				schedules as in lib_schedule.h, joined by " + "
 *	window ZONE START END	seconds since 1970 UTC
 *
 * and answers a window, for each schedule, with a number of slots and the slots
 * { int64 at, int32 business day, int32 reason }, then the slots for each business
 * date of the window in the same form. The last slots are also walked backwards. */
#include <stdio.h>
#include <stdlib.h>

#include "src/base/clock.h"
#include "src/schedule/calendar.h"
#include "tests/unit/lib_schedule.h"

#define MAX_PLANS 64
#define MAX_EACH 4
#define BACKWARDS 64

struct record {
	int64_t at;
	int32_t business, reason;
};

static struct schedule schedules[MAX_PLANS][MAX_EACH];
static struct plan plans[MAX_PLANS];
static char texts[MAX_PLANS][256]; /* what schedules borrow */
static size_t plan_count;
static struct calendar *calendar;

DP_NORETURN static void
die(const char *what, const struct err *err)
{
	fprintf(stderr, "zones_driver: %s: %s\n", what, err ? err->msg : "");
	exit(1);
}

static struct date
read_date(const char *text)
{
	struct date d = { 0, 0, 0 };
	struct err err = ERR_INIT;

	if (strcmp(text, "-") != 0 && !date_parse(str_from(text), &d, &err))
		die(text, &err);
	return d;
}

static void
read_schedules(char *rule, char *from, char *to, char *text)
{
	struct plan *plan = &plans[plan_count];
	struct err err = ERR_INIT;

	*plan = (struct plan){ .schedules = schedules[plan_count], .from = read_date(from),
		.to = read_date(to), .calendar = *rule == 'n' && rule[1] == 'o' ? NULL : calendar };
	plan->calendar_rule = *rule == 's' ? CALENDAR_SKIP : *rule == 'n' ? CALENDAR_NEXT :
		CALENDAR_PREVIOUS;
	snprintf(texts[plan_count], sizeof(texts[0]), "%s", text);
	text = texts[plan_count];
	while (text) {
		char *next = strstr(text, " + ");

		if (next)
			*next = '\0';
		if (!lib_schedule_read(text, &schedules[plan_count][plan->count++], &err))
			die(text, &err);
		text = next ? next + 3 : NULL;
	}
	plan_count++;
}

static struct record
record(const struct slot *slot)
{
	return (struct record){ slot->at_us / CLOCK_SECOND,
		(int32_t)date_to_days(slot->business_date), (int32_t)slot->reason };
}

static void
check_backwards(const struct plan *plan, const struct record *list, size_t count, int64_t end)
{
	int64_t before = end * CLOCK_SECOND;
	struct err err = ERR_INIT;

	for (size_t i = count; i > 0 && count - i < BACKWARDS; i--) {
		struct record r = { 0, 0, 0 };
		struct slot slot;

		if (schedule_previous(plan, before, &slot, &err))
			r = record(&slot);
		if (memcmp(&r, &list[i - 1], sizeof(r)) != 0) {
			fprintf(stderr,
				"plan %td in %s: before %lld is %lld/%d/%d, not %lld/%d/%d\n",
				plan - plans, zone_name(plan->default_zone), (long long)before,
				(long long)r.at, r.business, r.reason, (long long)list[i - 1].at,
				list[i - 1].business, list[i - 1].reason);
			exit(1);
		}
		before = slot.at_us;
	}
}

static void
put(const struct record *list, size_t count)
{
	int64_t n = (int64_t)count;

	fwrite(&n, sizeof(n), 1, stdout);
	fwrite(list, sizeof(*list), count, stdout);
}

static void
answer(struct plan *plan, int64_t start, int64_t end)
{
	static struct record list[1 << 16];
	struct err err = ERR_INIT;
	struct slot slot;
	size_t n = 0;

	for (int64_t at = start * CLOCK_SECOND; schedule_next(plan, at, &slot, &err) &&
		slot.at_us < end * CLOCK_SECOND && n < ARRAY_LEN(list); at = slot.at_us + 1)
		list[n++] = record(&slot);
	if (err.code)
		die("schedule_next", &err);
	put(list, n);
	check_backwards(plan, list, n, end);
	n = 0;
	for (int64_t day = start / 86400 + 1; day < end / 86400 - 2; day++)
		if (schedule_for_date(plan, date_from_days(day), &slot, &err))
			list[n++] = record(&slot);
	put(list, n);
}

static void
read_window(const char *name, const char *start, const char *end)
{
	struct err err = ERR_INIT;
	const struct zone *zone = zone_get(name, &err);

	if (!zone)
		die(name, &err);
	for (size_t i = 0; i < plan_count; i++) {
		plans[i].default_zone = zone;
		answer(&plans[i], strtoll(start, NULL, 10), strtoll(end, NULL, 10));
	}
	fflush(stdout);
}

static void
read_line(char *line)
{
	char *word[5] = { line };
	struct err err = ERR_INIT;

	line[strcspn(line, "\n")] = '\0';
	for (int i = 1; i < 5 && word[i - 1] && (word[i] = strchr(word[i - 1], '\t')); i++)
		*word[i]++ = '\0';
	if (strcmp(word[0], "calendar") == 0 && word[1]) {
		for (char *p = word[1]; *p; p++)
			if (*p == ';')
				*p = '\n';
		calendar = calendar_parse(str_from(word[1]), &err);
		if (!calendar)
			die("calendar", &err);
	} else if (strcmp(word[0], "schedule") == 0 && word[4] && plan_count < MAX_PLANS) {
		read_schedules(word[1], word[2], word[3], word[4]);
	} else if (strcmp(word[0], "window") == 0 && word[3]) {
		read_window(word[1], word[2], word[3]);
	} else {
		die(line, NULL);
	}
}

int
main(void)
{
	static char line[4096];

	while (fgets(line, sizeof(line), stdin))
		read_line(line);
	calendar_free(calendar);
	return 0;
}
