/* SPDX-License-Identifier: MIT */
/* What most commands need around their work: the workspace, its zone, a task's
 * definition as the options choose it, times and states in the forms that people and
 * scripts read. */
#ifndef DP_CLI_SESSION_H
#define DP_CLI_SESSION_H

#include "src/cli/cli.h"
#include "src/cli/print.h"
#include "src/workspace/task_store.h"

/* Opens the workspace of -w once; it is closed by cli_main. NULL on failure. */
struct workspace *session_workspace(struct cli *cli, enum workspace_mode mode, struct err *err);
/* The workspace's zone. */
const struct zone *session_zone(struct cli *cli, struct err *err);
/* Opens the studio, on a task (NULL: as it was left) or alone on a file (NULL: none).
 * ERR_USAGE when there is no terminal. Its exit status in cli. */
bool session_studio(struct cli *cli, const char *task, const char *file, struct err *err);
void session_end(struct cli *cli);

/* The options --version and --published of commands that read the draft otherwise. */
#define SESSION_VERSION_OPTIONS                                                            \
	{ "version", 0, false, "VERSION", "that version instead of the draft" },           \
	{ "published", 0, false, NULL, "the published version instead of the draft" }
/* 0: the draft; -1: the published one; else a number. */
bool session_version(const struct cli *cli, int64_t *version, struct err *err);
/* A version's number as an operand. */
bool session_version_number(const char *text, int64_t *version, struct err *err);
/* A task's definition, of `version` as above. task_fini frees on success. */
bool session_task(struct cli *cli, const char *name, int64_t version, struct task *task,
	struct task_row *row, struct arena *a, struct err *err);

/* "2026-01-02 08:00:05", "" for 0. */
void session_time(const struct zone *zone, int64_t at_us, char text[40]);
/* RFC 3339, null for 0. */
void session_json_time(cJSON *object, const char *key, const struct zone *zone, int64_t at_us);
/* A text, null when it is "". */
void session_json_text(cJSON *object, const char *key, const char *text);
/* Reading what a worker says: "" and 0 when it is not there or of another type. */
const char *reply_text(const cJSON *object, const char *key);
double reply_number(const cJSON *object, const char *key);
void session_json_integer(cJSON *object, const char *key, int64_t value);

#endif
