/* SPDX-License-Identifier: MIT */
/* Branch conditions (dataworks.md 3.5): comparisons as in Python over numbers,
 * quoted texts, True and False, with and, or, not, parentheses and chains. Values
 * come in as tokens, never as text to be parsed again, so no data can change what
 * a condition means. */
#ifndef DP_RUN_CONDITION_H
#define DP_RUN_CONDITION_H

#include "src/base/buf.h"
#include "src/base/err.h"

#define CONDITION_MAX_DEPTH 50

/* Appends the value of one "${…}" (given with its braces). */
typedef bool (*condition_value_fn)(void *context, struct str placeholder, struct buf *to,
	struct err *err);

/* ERR_INPUT with the column of what is wrong: a number against a text, an empty
 * value without quotes, syntax. */
DP_API bool condition_eval(struct str text, condition_value_fn value, void *context,
	bool *result, struct err *err);

#endif
