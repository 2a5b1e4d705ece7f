/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "src/base/clock.h"
#include "src/base/zone.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require(bool ok)
{
	if (!ok)
		abort();
}

/* Wall time and instant agree, whatever the file says. */
static void
check_at(const struct zone *zone, int64_t at)
{
	struct civil wall = zone_civil(zone, at);
	int64_t first, second, next = zone_next_transition(zone, at);
	char text[40];

	require(next > at);
	require(zone_instant(zone, wall, &first, &second) != ZONE_GAP);
	require(first <= at && first <= second);
	require(zone_instant_before_gap(zone, wall) == first);
	zone_format(zone, at, text);
	if (next == INT64_MAX)
		return;
	require(zone_offset(zone, next) != zone_offset(zone, next - 1));
	wall = zone_civil(zone, next - 1);
	wall.minute += 30;
	require(zone_instant(zone, wall, &first, &second) <= ZONE_REPEATED);
	zone_instant_before_gap(zone, wall);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int64_t seconds[] = { INT64_C(-62135596800), -1, 0, 951782400, 1772956800,
		INT64_C(4102444800), INT64_C(253402300799) };
	struct err err = ERR_INIT;
	struct zone *zone = zone_from_data("fuzz", (struct str){ (const char *)data, size }, &err);

	if (!zone) {
		require(err.code == ERR_INPUT && err.msg[0]);
		return 0;
	}
	for (size_t i = 0; i < ARRAY_LEN(seconds); i++) {
		int64_t at = seconds[i] * CLOCK_SECOND;

		for (int n = 0; n < 4 && at != INT64_MAX && at < INT64_MAX / 4; n++) {
			check_at(zone, at);
			at = zone_next_transition(zone, at);
		}
	}
	zone_free(zone);
	return 0;
}
