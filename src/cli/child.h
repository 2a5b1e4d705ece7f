/* SPDX-License-Identifier: MIT */
/* Other programs that a command needs for a moment: crontab, systemctl, an editor. */
#ifndef DP_CLI_CHILD_H
#define DP_CLI_CHILD_H

#include "src/base/buf.h"
#include "src/base/err.h"

/* Runs argv (found in PATH) with `input` on its standard input and its standard output
 * into `output` (either may be NULL); *status is its exit status. Its standard error is
 * thrown away when output is given. False when it could not be started. */
bool child_run(const char *const *argv, const struct str *input, struct buf *output, int *status,
	struct err *err);
/* The person's editor on these files, at this terminal, until it ends well. */
bool child_edit(const char *const *files, struct err *err);

#endif
