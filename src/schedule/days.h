/* SPDX-License-Identifier: MIT */
/* What a calendar is made of, as its two readers fill it. Internal to calendar.c
 * and ical.c. Days are counted from 1970-01-01. */
#ifndef DP_SCHEDULE_DAYS_H
#define DP_SCHEDULE_DAYS_H

#include "src/schedule/calendar.h"

struct days {
	int64_t *list; /* sorted once reading is done */
	size_t count, cap;
};

struct calendar {
	struct days free, work;
	uint32_t yearly[13]; /* bit per day of each month */
	uint8_t weekend;     /* bit 0 (sunday) .. 6 */
};

/* first..last inclusive; false with ERR_LIMIT beyond CALENDAR_MAX_DAYS in all or
 * CALENDAR_MAX_FREE_RUN at once. */
bool days_add(struct days *days, int64_t first, int64_t last, struct err *err);
/* The next line of `text` from `*pos` on, without its end; false at the end. */
bool days_line(struct str text, size_t *pos, struct str *line);
bool ical_read(struct calendar *calendar, struct str text, struct err *err);

#endif
