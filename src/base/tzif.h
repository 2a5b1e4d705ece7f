/* SPDX-License-Identifier: MIT */
/* A zone as read from a TZif file (RFC 8536, versions 1 to 4): a sorted table of
 * changes, and the POSIX rule for what comes after the last one. Internal to
 * zone.c and tzif.c. Times are whole seconds since 1970 UTC; everything that is
 * in here was checked when it was read. */
#ifndef DP_BASE_TZIF_H
#define DP_BASE_TZIF_H

#include "src/base/err.h"
#include "src/base/str.h"

#define TZIF_MAX_BYTES ((size_t)1 << 20)
#define TZIF_NEVER INT64_MAX
/* No offset is as far from UTC as this. */
#define TZIF_OFFSET_LIMIT 93600

/* One change of the year in a POSIX rule. */
struct tz_date {
	enum { TZ_JULIAN, TZ_DAY_OF_YEAR, TZ_MONTH_WEEK_DAY } kind;
	int day;	 /* Jn: 1..365; n: 0..365; M: weekday 0..6 */
	int month, week; /* M only */
	int time;	 /* seconds after local midnight, -167..167 hours */
};

struct tz_tail {
	bool present, has_dst;
	int std_offset, dst_offset; /* seconds east of UTC */
	struct tz_date start, end;
};

struct zone {
	char *name;
	int64_t *at; /* ascending */
	int32_t *offset; /* from at[i] on */
	size_t count;
	int32_t first_offset; /* before at[0] */
	struct tz_tail tail;
};

/* Fills all but the name. ERR_INPUT says what is wrong with the file. */
bool tzif_read(struct zone *zone, struct str data, struct err *err);
/* The footer's text without its newlines; "" is a valid absence. */
bool tzif_read_tail(struct tz_tail *tail, struct str text, struct err *err);
/* Offset by the rule alone, and its next change of offset after `at`. */
int tzif_tail_offset(const struct tz_tail *tail, int64_t at);
int64_t tzif_tail_next(const struct tz_tail *tail, int64_t at);

#endif
