/* SPDX-License-Identifier: MIT */
#include "src/base/zone.h"

#include <stdlib.h>

#include "src/base/clock.h"
#include "src/base/tzif.h"
#include "src/base/zonefile.h"

/* Loaded zones, sorted by name. They stay where they are for the life of the
 * process; zone_reload refreshes them in place. */
static struct zone **zones;
static size_t zone_count;

static int64_t
floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

static void
zone_empty(struct zone *zone)
{
	char *name = zone->name;

	free(zone->at);
	free(zone->offset);
	*zone = (struct zone){ .name = name };
}

void
zone_free(struct zone *zone)
{
	if (!zone)
		return;
	zone_empty(zone);
	free(zone->name);
	free(zone);
}

struct zone *
zone_from_data(const char *name, struct str data, struct err *err)
{
	struct zone *zone = xcalloc(1, sizeof(*zone));

	zone->name = xstrdup(name);
	if (tzif_read(zone, data, err))
		return zone;
	zone_free(zone);
	return NULL;
}

static bool
is_utc(const char *name)
{
	static const char *const names[] = { "UTC", "Etc/UTC", "GMT", "Etc/GMT" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

static struct zone *
zone_load(const char *name, struct err *err)
{
	struct buf data = BUF_MAX(TZIF_MAX_BYTES + 1);
	struct zone *zone = NULL;

	if (is_utc(name)) {
		zone = xcalloc(1, sizeof(*zone));
		zone->name = xstrdup(name);
	} else if (zonefile_read(name, &data, err)) {
		zone = zone_from_data(name, buf_str(&data), err);
		if (!zone)
			err_wrap(err, "time zone \"%s\"", name);
	}
	buf_fini(&data);
	return zone;
}

const struct zone *
zone_get(const char *name, struct err *err)
{
	size_t low = 0, high = zone_count;
	struct zone *zone;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int c = strcmp(name, zones[middle]->name);

		if (c == 0)
			return zones[middle];
		if (c < 0)
			high = middle;
		else
			low = middle + 1;
	}
	zone = zone_load(name, err);
	if (!zone)
		return NULL;
	zones = xreallocarray(zones, zone_count + 1, sizeof(*zones));
	memmove(zones + low + 1, zones + low, (zone_count - low) * sizeof(*zones));
	zones[low] = zone;
	zone_count++;
	return zone;
}

void
zone_reload(void)
{
	for (size_t i = 0; i < zone_count; i++) {
		struct err ignored = ERR_INIT;
		struct zone *fresh = zone_load(zones[i]->name, &ignored);
		struct zone old;

		if (!fresh)
			continue; /* what was true a moment ago is the best there is */
		old = *zones[i];
		*zones[i] = *fresh;
		*fresh = old;
		zone_free(fresh);
	}
}

const char *
zone_name(const struct zone *zone)
{
	return zone->name;
}

/* How many changes are at or before `at`. */
static size_t
changes_until(const struct zone *zone, int64_t at)
{
	size_t low = 0, high = zone->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (zone->at[middle] <= at)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static int
offset_at(const struct zone *zone, int64_t at)
{
	size_t n = changes_until(zone, at);

	if (n == zone->count && zone->tail.present)
		return tzif_tail_offset(&zone->tail, at);
	return n ? zone->offset[n - 1] : zone->first_offset;
}

/* The next second at which the offset is another one; TZIF_NEVER. */
static int64_t
next_change(const struct zone *zone, int64_t at)
{
	size_t i = changes_until(zone, at);
	int now = offset_at(zone, at);

	for (; i < zone->count; i++)
		if (offset_at(zone, zone->at[i]) != now)
			return zone->at[i];
	if (!zone->tail.present)
		return TZIF_NEVER;
	if (zone->count && at < zone->at[zone->count - 1])
		at = zone->at[zone->count - 1];
	return tzif_tail_next(&zone->tail, at);
}

int
zone_offset(const struct zone *zone, int64_t at_us)
{
	return offset_at(zone, floor_div(at_us, CLOCK_SECOND));
}

struct civil
zone_civil(const struct zone *zone, int64_t at_us)
{
	int64_t at = floor_div(at_us, CLOCK_SECOND);
	int64_t local = at + offset_at(zone, at);
	int64_t days = floor_div(local, 86400);
	int second = (int)(local - days * 86400);

	return (struct civil){ date_from_days(days), second / 3600, second / 60 % 60, second % 60 };
}

int64_t
zone_next_transition(const struct zone *zone, int64_t at_us)
{
	int64_t next = next_change(zone, floor_div(at_us, CLOCK_SECOND));

	if (next > INT64_MAX / CLOCK_SECOND)
		return INT64_MAX;
	return next < INT64_MIN / CLOCK_SECOND ? INT64_MIN : next * CLOCK_SECOND;
}

/* Where a wall time falls: its occurrences, or the gap that swallowed it. */
struct place {
	int found; /* occurrences, at most 2 kept */
	int64_t at[2];
	bool gap;
	int64_t gap_at;
	int offset_before; /* in force before the gap */
};

static void
place_find(const struct zone *zone, int64_t wall, struct place *place)
{
	int64_t at = wall - TZIF_OFFSET_LIMIT;
	int offset = offset_at(zone, at);

	*place = (struct place){ 0 };
	for (;;) {
		int64_t next = next_change(zone, at);
		int64_t hit = wall - offset;
		int after;

		if (hit >= at && hit < next && place->found < 2)
			place->at[place->found++] = hit;
		if (next > wall + TZIF_OFFSET_LIMIT)
			return;
		after = offset_at(zone, next);
		if (!place->gap && next + offset <= wall && wall < next + after) {
			place->gap = true;
			place->gap_at = next;
			place->offset_before = offset;
		}
		at = next;
		offset = after;
	}
}

static int64_t
wall_seconds(struct civil wall)
{
	return date_to_days(wall.date) * 86400 + wall.hour * 3600 + wall.minute * 60 +
	       wall.second;
}

enum zone_fold
zone_instant(const struct zone *zone, struct civil wall, int64_t *at_us, int64_t *second_us)
{
	struct place place;

	place_find(zone, wall_seconds(wall), &place);
	*at_us = (place.found ? place.at[0] : place.gap_at) * CLOCK_SECOND;
	if (second_us)
		*second_us = place.found == 2 ? place.at[1] * CLOCK_SECOND : *at_us;
	if (place.found == 0)
		return ZONE_GAP;
	return place.found == 2 ? ZONE_REPEATED : ZONE_UNIQUE;
}

int64_t
zone_instant_before_gap(const struct zone *zone, struct civil wall)
{
	int64_t local = wall_seconds(wall);
	struct place place;

	place_find(zone, local, &place);
	return (place.found ? place.at[0] : local - place.offset_before) * CLOCK_SECOND;
}
