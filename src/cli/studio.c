/* SPDX-License-Identifier: MIT */
/* studio: what dpstudio alone does, with a task to begin with. */
#include "src/cli/session.h"

static bool
run_studio(struct cli *cli, struct err *err)
{
	return session_studio(cli, cli_arg(cli, 0), NULL, err);
}

const struct command command_studio = {
	.name = "studio", .args = "[TASK]", .help = "open the studio, as dpstudio alone does",
	.group = GROUP_START, .run = run_studio,
};
