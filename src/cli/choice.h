/* SPDX-License-Identifier: MIT */
/* Which task, version, time and values a preview, test or `params` is about: the
 * options they share, read into a run_choice. */
#ifndef DP_CLI_CHOICE_H
#define DP_CLI_CHOICE_H

#include "src/cli/session.h"
#include "src/run/run.h"

#define CHOICE_TIME_OPTIONS                                                                \
	{ "date", 'd', false, "BIZDATE", "for that business date, as 2026-01-01" },       \
	{ "at", 0, false, "TIME", "for that scheduled time" },                            \
	SESSION_VERSION_OPTIONS

#define CHOICE_OPTIONS                                                                     \
	{ "to", 0, true, "DEST", "to that destination instead of the task's own" },       \
	{ "set", 's', true, "NAME=VALUE", "a parameter's value" },                        \
	CHOICE_TIME_OPTIONS

struct choice {
	struct run_choice run;
	const char **set, **to; /* owned arrays of argv's strings */
};

/* Opens the workspace for `mode` when needed. choice_fini in any case. */
bool choice_read(struct choice *c, struct cli *cli, enum workspace_mode mode, struct err *err);
void choice_fini(struct choice *c);

/* The zone a task's times are in: of its first schedule, else the workspace's. */
const struct zone *choice_task_zone(struct cli *cli, const char *task, int64_t version,
	struct err *err);

#endif
