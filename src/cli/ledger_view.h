/* SPDX-License-Identifier: MIT */
/* Runs and deliveries of the ledger, for people and as the stable JSON. */
#ifndef DP_CLI_LEDGER_VIEW_H
#define DP_CLI_LEDGER_VIEW_H

#include "src/cli/session.h"
#include "src/workspace/ledger.h"

enum ledger_view {
	LEDGER_VIEW_RESULT, /* how it ended and where it went: after a test, a rerun */
	LEDGER_VIEW_FULL,   /* with attempts, events and parameters */
	LEDGER_VIEW_BODY,   /* and the exact messages */
};

/* One run; JSON when cli->json. */
bool ledger_view_run(struct cli *cli, int64_t run_id, enum ledger_view view, struct err *err);
/* The newest runs; task_id 0: of every task. */
bool ledger_view_runs(struct cli *cli, int64_t task_id, int64_t limit, struct err *err);
/* "15", "r15" -> 15. "d42" is a delivery: *is_delivery when it may be one (NULL: not). */
bool ledger_view_id(const char *text, int64_t *id, bool *is_delivery, struct err *err);

#endif
