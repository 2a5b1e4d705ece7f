/* SPDX-License-Identifier: MIT */
/* studio: what dpstudio alone does, with a task or a file to begin with. */
#include "src/base/path.h"
#include "src/cli/session.h"

#include <stdlib.h>

static bool
run_studio(struct cli *cli, struct err *err)
{
	const char *file = cli_option(cli, "file");
	char *path = file ? path_absolute(file, err) : NULL;
	bool ok = (!file || path) && session_studio(cli, cli_arg(cli, 0), path, err);

	free(path);
	return ok;
}

static const struct command_option studio_options[] = {
	{ "file", 'f', false, "FILE", "edit this SQL file alone, without a workspace" },
	{ 0 },
};

const struct command command_studio = {
	.name = "studio", .args = "[TASK]", .help = "open the studio, as dpstudio alone does",
	.options = studio_options, .group = GROUP_START, .run = run_studio,
};
