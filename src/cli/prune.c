/* SPDX-License-Identifier: MIT */
/* prune: old runs out of the ledger. */
#include "src/base/clock.h"
#include "src/cli/session.h"
#include "src/task/task_json.h"
#include "src/workspace/ledger.h"

#define PRUNE_KEEP 20 /* newest runs of each task stay, whatever their age */

static bool
read_age(struct cli *cli, int64_t *age_us, struct err *err)
{
	const char *text = cli_option(cli, "older");
	int64_t seconds;

	if (!text)
		return workspace_retention_us(cli->workspace, age_us, err);
	if (!duration_parse(str_from(text), &seconds))
		return err_set(err, ERR_USAGE, "--older is a time like 90d, not '%s'", text);
	*age_us = seconds * CLOCK_SECOND;
	return true;
}

static bool
run_prune(struct cli *cli, struct err *err)
{
	struct workspace *ws = session_workspace(cli, WORKSPACE_WRITE, err);
	int64_t age_us, keep, removed = 0;

	if (!ws || !read_age(cli, &age_us, err) ||
		!cli_option_integer(cli, "keep", PRUNE_KEEP, 0, 1000000, &keep, err))
		return false;
	if (age_us == 0 && !cli_option(cli, "older")) {
		print_talk("the workspace keeps its runs for ever (retention)");
		return true;
	}
	if (!ledger_prune(ws, clock_now_us() - age_us, keep, &removed, err) ||
		!workspace_compact(ws, err))
		return false;
	print_talk("%lld run%s removed", (long long)removed, removed == 1 ? "" : "s");
	return true;
}

static const struct command_option prune_options[] = {
	{ "older", 0, false, "TIME", "than that, as 90d (the workspace's retention)" },
	{ "keep", 0, false, "N", "newest runs of each task that stay whatever their age (20)" },
	{ 0 },
};

const struct command command_prune = {
	.name = "prune", .args = "", .help = "remove old ended runs from the ledger",
	.options = prune_options, .group = GROUP_HOUSE, .run = run_prune,
};
