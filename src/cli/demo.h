/* SPDX-License-Identifier: MIT */
/* The sales example of `init --demo`: a SQLite database of sales, a destination that
 * is a folder, and the task daily-sales, tested, submitted and published. */
#ifndef DP_CLI_DEMO_H
#define DP_CLI_DEMO_H

#include "src/cli/cli.h"

/* Whether the example can stand beside a workspace that is to be made at `path`; asked
 * before, so that nothing is left half made. */
bool demo_check(const char *path, struct err *err);
/* Fills the workspace that cli has open. */
bool demo_fill(struct cli *cli, struct err *err);

#endif
