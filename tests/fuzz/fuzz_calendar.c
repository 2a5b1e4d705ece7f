/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "src/schedule/calendar.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require(bool ok)
{
	if (!ok)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = ERR_INIT;
	struct calendar *c = calendar_parse((struct str){ (const char *)data, size }, &err);
	struct date day = { 2026, 1, 1 }, next, previous;

	if (!c) {
		require(err.code != ERR_NONE && err.msg[0]);
		return 0;
	}
	calendar_count(c, &next, &previous);
	for (int i = 0; i < 40; i++, day = date_add_days(day, 11)) {
		if (!calendar_next_working(c, day, &next))
			continue;
		require(calendar_is_working(c, next) && date_compare(next, day) >= 0);
		require(calendar_is_working(c, day) == (date_compare(next, day) == 0));
		if (calendar_previous_working(c, next, &previous))
			require(date_compare(previous, next) == 0);
	}
	calendar_free(c);
	return 0;
}
