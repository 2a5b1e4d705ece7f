/* SPDX-License-Identifier: MIT */
/* Schedules from short text, for tests:
 *
 *	month 1,15,L 08:00	week mon,fri 09:00	day 08:00
 *	step 00:10 20:00 3	hours 0,1 10		cron 5 * * * *
 *
 * a zone may come first: "Asia/Shanghai day 08:00". */
#ifndef DP_TEST_LIB_SCHEDULE_H
#define DP_TEST_LIB_SCHEDULE_H

#include "src/schedule/schedule.h"

/* `text` must outlive the schedule. False with err when it makes no sense. */
bool lib_schedule_read(const char *text, struct schedule *s, struct err *err);

#endif
