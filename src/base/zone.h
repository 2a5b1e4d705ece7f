/* SPDX-License-Identifier: MIT */
/* Time zones by an own reader of TZif files (RFC 8536, with the POSIX tail for
 * instants after the last transition), so that a run's time never depends on TZ,
 * the C library or the locale. Zones are loaded once and live as long as the
 * process; zone_reload drops them when the zone data changed on disk. */
#ifndef DP_BASE_ZONE_H
#define DP_BASE_ZONE_H

#include "src/base/buf.h"
#include "src/base/err.h"

struct zone;

struct date {
	int year, month, day; /* proleptic Gregorian, 1..12, 1..31; year 0: none */
};

struct civil {
	struct date date;
	int hour, minute, second;
};

/* Days since 1970-01-01, and back. */
DP_API int64_t date_to_days(struct date d);
DP_API struct date date_from_days(int64_t days);
DP_API bool date_is_valid(struct date d); /* year 1..9999 */
DP_API int date_days_in_month(int year, int month);
/* 0 sunday .. 6 saturday. */
DP_API int date_weekday(struct date d);
DP_API int date_compare(struct date a, struct date b);
DP_API struct date date_add_days(struct date d, int64_t days);
/* Day clamped to the target month's last. */
DP_API struct date date_add_months(struct date d, int64_t months);
/* YYYY-MM-DD or YYYYMMDD. */
DP_API bool date_parse(struct str text, struct date *d, struct err *err);
DP_API void date_format(struct date d, char text[11]); /* YYYY-MM-DD */

/* By tz database name ("Asia/Shanghai", "UTC"). NULL with ERR_INPUT and the
 * nearest name as hint. Owned by the module. */
DP_API const struct zone *zone_get(const char *name, struct err *err);
DP_API const char *zone_name(const struct zone *zone);
/* The host's zone name: $TZ, /etc/timezone, /etc/localtime; "UTC" when unknown. */
DP_API const char *zone_host_name(void);
/* Changes whenever the zone data on disk changes (tzdata version and mtime). */
DP_API uint64_t zone_data_stamp(void);
DP_API void zone_reload(void);
/* Each zone name, sorted; false stops. For completion and forms. */
DP_API void zone_each(bool (*fn)(void *context, const char *name), void *context);

/* Seconds east of UTC at an instant. */
DP_API int zone_offset(const struct zone *zone, int64_t at_us);
DP_API struct civil zone_civil(const struct zone *zone, int64_t at_us);

enum zone_fold { ZONE_UNIQUE, ZONE_GAP, ZONE_REPEATED };
/* The instant of a wall clock time. In a gap: the first valid instant after it in
 * `*at_us`; when repeated: its first occurrence (the second in *second_us when not
 * NULL). */
DP_API enum zone_fold zone_instant(const struct zone *zone, struct civil wall, int64_t *at_us,
	int64_t *second_us);
/* The wall time taken with the offset in force before the gap: what a calendar
 * step that lands in a gap uses (design, Rules of time). */
DP_API int64_t zone_instant_before_gap(const struct zone *zone, struct civil wall);
/* Next change of offset strictly after `at_us`; INT64_MAX none. */
DP_API int64_t zone_next_transition(const struct zone *zone, int64_t at_us);

/* A zone from the bytes of a TZif file, outside the module's list: for tests and
 * fuzzers. The caller's to zone_free(). */
DP_API struct zone *zone_from_data(const char *name, struct str data, struct err *err);
DP_API void zone_free(struct zone *zone);

/* RFC 3339 with the zone's offset: 2026-01-02T08:00:00+08:00 (fraction only when
 * not zero). */
DP_API void zone_format(const struct zone *zone, int64_t at_us, char text[40]);
/* RFC 3339 (needs offset or Z), or YYYY-MM-DD HH:MM[:SS] in `zone`. */
DP_API bool zone_parse(struct str text, const struct zone *zone, int64_t *at_us,
	struct err *err);

#endif
