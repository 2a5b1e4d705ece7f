/* SPDX-License-Identifier: MIT */
/* Whether the host of a destination answers: a connection is made and closed, nothing
 * is sent. */
#ifndef DP_CLI_REACH_H
#define DP_CLI_REACH_H

#include "src/base/err.h"
#include "src/base/settings.h"

/* By the URL or the mail server in its settings. False: it does not answer, and why.
 * True as well when nothing in them names a host (a folder). */
bool reach_destination(const struct settings *settings, int timeout_ms, struct err *err);

#endif
