/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "src/base/buf.h"
#include "src/base/clock.h"
#include "src/schedule/schedule.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require(bool ok)
{
	if (!ok)
		abort();
}

/* The next slot is found again from behind, and on its own business date. */
static void
check_slots(const struct schedule *s, const struct zone *zone, int64_t from)
{
	struct plan plan = { .schedules = s, .count = 1, .default_zone = zone };
	struct err err = ERR_INIT;
	struct slot slot, back, dated;

	if (!schedule_next(&plan, from, &slot, &err)) {
		require(err.code == ERR_NONE);
		return;
	}
	require(slot.at_us >= from && slot.at_us % CLOCK_SECOND == 0);
	require(schedule_previous(&plan, slot.at_us + 1, &back, &err));
	require(back.at_us == slot.at_us && back.reason == slot.reason);
	if (schedule_previous(&plan, slot.at_us, &back, &err))
		require(back.at_us < from);
	require(schedule_for_date(&plan, slot.business_date, &dated, &err));
	require(dated.at_us <= slot.at_us);
	require(date_compare(dated.business_date, slot.business_date) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const zones[] = { "UTC", "America/New_York" };
	struct schedule s = { .every = EVERY_CRON, .timezone = "", .cron_text = "" };
	struct err err = ERR_INIT;
	struct buf text = BUF_INIT;

	if (!cron_parse((struct str){ (const char *)data, size }, &s.cron, &err)) {
		require(err.code == ERR_INPUT && err.msg[0]);
		require(err.column >= -1 && err.column <= (int)size + 1);
		return 0;
	}
	require(s.cron.minutes && s.cron.hours && s.cron.months);
	for (size_t i = 0; i < ARRAY_LEN(zones); i++) {
		const struct zone *zone = zone_get(zones[i], &err);

		if (!zone)
			continue;
		check_slots(&s, zone, INT64_C(1772870400000000));
		check_slots(&s, zone, INT64_C(1793476800000000));
	}
	schedule_describe(&s, NULL, &text);
	buf_fini(&text);
	return 0;
}
