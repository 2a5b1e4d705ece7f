/* SPDX-License-Identifier: MIT */
#include "src/base/module.h"
#include "src/base/studio.h"
#include "src/cli/cli.h"

static bool
run(struct cli *cli, struct err *err)
{
	const struct studio_ops *ops = module_ops("studio", err);
	const struct studio_options options = { .file = cli->args[0] };

	return ops && ops->run(&options, &cli->status, err);
}

const struct command command_edit = {
	.name = "edit",
	.args = "FILE",
	.help = "Edit a file with the studio's editor",
	.more = "SQL and Markdown are coloured by the file's name. Serves as $EDITOR too.",
	.group = GROUP_HOUSE,
	.run = run,
};
