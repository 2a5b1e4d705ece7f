/* SPDX-License-Identifier: MIT */
/* One piece of a value as timeexpr.c reads it and timevalue.c evaluates it.
 * Internal to the two. */
#ifndef DP_SCHEDULE_TIMEPIECE_H
#define DP_SCHEDULE_TIMEPIECE_H

#include "src/schedule/timeexpr.h"

enum part { PART_YEAR4, PART_YEAR2, PART_MONTH, PART_DAY, PART_HOUR24, PART_HOUR12, PART_MINUTE,
	PART_SECOND, PART_COUNT };

#define PART_BIT(part) (1u << (part))
#define PARTS_YEAR (PART_BIT(PART_YEAR4) | PART_BIT(PART_YEAR2))
#define PARTS_TIME (PART_BIT(PART_HOUR24) | PART_BIT(PART_HOUR12) | PART_BIT(PART_MINUTE) | \
	PART_BIT(PART_SECOND))

enum function { FN_NONE, FN_ADD_MONTHS, FN_THIS_DAY, FN_LAST_DAY, FN_MONTH_FIRST_DAY,
	FN_MONTH_LAST_DAY, FN_WEEK_FIRST_DAY, FN_WEEK_LAST_DAY, FN_YEAR_WEEK, FN_COUNT };

enum builtin { BUILTIN_BIZDATE, BUILTIN_CYCTIME, BUILTIN_GMTDATE, BUILTIN_BIZMONTH,
	BUILTIN_JOBID, BUILTIN_NODEID, BUILTIN_TASKID, BUILTIN_COUNT };

/* An exact sum of fractions of a day, in seconds: whole + num / den, where
 * 0 <= num < den. */
struct seconds {
	int64_t whole;
	__int128 num, den;
};

struct piece {
	enum { PIECE_CURLY, PIECE_SQUARE, PIECE_BUILTIN } kind;
	struct str format; /* tokens and separators, already checked */
	unsigned parts;	   /* PART_BIT of those it has */
	enum function function;
	int64_t number;	   /* the function's second argument */
	int64_t steps;	   /* terms without "/": days; in ${} its smallest unit */
	struct seconds seconds; /* terms with "/" */
	bool has_offset;
	enum builtin builtin;
};

/* The token at the head of `s`, longest first; its length, 0 when there is none. */
size_t timepiece_token(struct str s, enum part *part);
void seconds_init(struct seconds *s);
/* Adds sign * num / den days; false when the exact sum does not fit. */
bool seconds_add(struct seconds *s, int sign, int64_t num, int64_t den);
/* Appends the piece's value; false when a date leaves years 1..9999. */
bool timepiece_eval(const struct piece *piece, const struct timeexpr_base *base, struct buf *to);

#endif
