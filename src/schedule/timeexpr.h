/* SPDX-License-Identifier: MIT */
/* Time expressions: the values of a task's parameters. A value is a sequence of
 * ${…} (business date), $[…] (scheduled time), $builtin and plain text. The
 * grammar, codes and arithmetic are those of share/doc/TIME.md; the rules about
 * zones are design section 7. Nothing is read but the base given: no clock, no
 * TZ, no locale. One matching pair of quotes around a value is stripped first.
 * Positions are bytes from 0 in the value as it was given, quotes included. */
#ifndef DP_SCHEDULE_TIMEEXPR_H
#define DP_SCHEDULE_TIMEEXPR_H

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/base/zone.h"

/* A longer value is E_RANGE. */
#define TIMEEXPR_MAX 4096

enum timeexpr_code {
	TIMEEXPR_NONE,
	TIMEEXPR_CHAR,	   /* E_CHAR: white space or = in a value */
	TIMEEXPR_PREC,	   /* E_PREC: hour, minute, second in ${} */
	TIMEEXPR_FRAC,	   /* E_FRAC: / in a ${} offset, or in a number of months */
	TIMEEXPR_FMT,	   /* E_FMT: unknown letter or digit, no date part, wrong arguments */
	TIMEEXPR_DIV0,	   /* E_DIV0 */
	TIMEEXPR_BUILTIN,  /* E_BUILTIN: unknown $name or function */
	TIMEEXPR_UNCLOSED, /* E_UNCLOSED */
	TIMEEXPR_RANGE,	   /* E_RANGE: year outside 0001..9999, number above 9 digits */
	TIMEEXPR_LEADING_ZERO,	    /* W_LEADING_ZERO: ${yyyy-mm-01} is one month back */
	TIMEEXPR_DAYS_ON_COARSE,    /* W_DAY_OFFSET_ON_COARSE_FORMAT: $[yyyymm-1] is a day */
	TIMEEXPR_CODE_COUNT
};

/* One fault or warning, and where. */
struct timeexpr_note {
	enum timeexpr_code code;
	size_t pos, len; /* bytes of the value; len may be 0 */
	char text[160];	 /* one sentence, without code */
	char hint[120];	 /* the right spelling; may be empty */
};

/* What an expression is evaluated for. */
struct timeexpr_base {
	const struct zone *zone;   /* of the schedule */
	int64_t scheduled_us;	   /* the scheduled time */
	struct date business_date; /* of the slot; year 0: the day before the scheduled
				    * local day */
	/* $jobid, $nodeid, $taskid; NULL: "0", as in a preview. */
	const char *job_id, *node_id, *task_id;
};

/* "E_CHAR", "W_LEADING_ZERO", … */
DP_API const char *timeexpr_code_name(enum timeexpr_code code);

/* Appends the value to `to`. On failure nothing is appended, err is ERR_INPUT with
 * "E_CODE at byte N: …" (N from 1) and `note`, when not NULL, holds the leftmost
 * fault. */
DP_API bool timeexpr_eval(struct str value, const struct timeexpr_base *base, struct buf *to,
	struct timeexpr_note *note, struct err *err);
/* The same without a base: everything but what depends on the date. */
DP_API bool timeexpr_check(struct str value, struct timeexpr_note *note, struct err *err);
/* Warnings, left to right, at most `max`; those before the first fault when the
 * value is wrong. Returns how many were written. */
DP_API size_t timeexpr_lint(struct str value, struct timeexpr_note *notes, size_t max);
/* Whether the value holds no expression (no "$"). */
DP_API bool timeexpr_is_constant(struct str value);

#endif
