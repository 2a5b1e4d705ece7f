/* SPDX-License-Identifier: MIT */
/* test: a run of the draft on development sources that really sends. */
#include "src/cli/choice.h"
#include "src/cli/interrupt.h"
#include "src/cli/ledger_view.h"

static bool
run_test_command(struct cli *cli, struct err *err)
{
	struct pass_summary summary = { 0 };
	struct choice choice;
	int64_t run_id = 0;
	bool ok;

	ok = choice_read(&choice, cli, WORKSPACE_WRITE, err) &&
	     run_test(cli->workspace, &choice.run, &run_id, &summary, err);
	if (ok) {
		ok = ledger_view_run(cli, run_id, LEDGER_VIEW_RESULT, err);
		cli->status = summary.exit_status;
	}
	if (ok && cli->status == 0 && choice.run.version == 0)
		print_talk("passed. Next: dpstudio submit %s", cli->args[0]);
	choice_fini(&choice);
	return ok;
}

static const struct command_option test_options[] = {
	CHOICE_OPTIONS,
	{ 0 },
};

const struct command command_test = {
	.name = "test", .args = "TASK",
	.help = "run it on development sources and really send; a pass allows submit",
	.more = "Name a destination of your own with --to. What was sent is in the ledger. With\n"
		"--version or --published it tests that version instead of the draft.",
	.options = test_options, .group = GROUP_RELEASE, .json = true, .run = run_test_command,
};
