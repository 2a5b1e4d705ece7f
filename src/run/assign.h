/* SPDX-License-Identifier: MIT */
/* The code of an assignment node that is not SQL: a shell or Python script whose
 * last non-empty line, split at commas, is the node's list (dataworks.md 3.4). */
#ifndef DP_RUN_ASSIGN_H
#define DP_RUN_ASSIGN_H

#include "src/base/clock.h"
#include "src/result/result.h"

#define ASSIGN_MAX ((size_t)2 << 20) /* bytes of the value */

/* Runs `code` by /bin/sh or /usr/bin/python3 in its own process group, with no
 * input and a bare environment, killed at the deadline. `result` gets one column
 * "value" with a row an item. */
DP_API bool assign_run(const char *language, const char *code, const struct deadline *deadline,
	struct result *result, struct err *err);
/* The last non-empty line of `output` into items: "\," is a comma, "\\" a backslash. */
DP_API bool assign_split(struct str output, struct result *result, struct err *err);

#endif
