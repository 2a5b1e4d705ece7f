/* SPDX-License-Identifier: MIT */
/* init: a new workspace, with the sales example when asked. */
#include <stdlib.h>

#include "src/base/path.h"
#include "src/cli/demo.h"
#include "src/cli/session.h"

static bool
say_created(struct cli *cli, struct err *err)
{
	const struct zone *zone = session_zone(cli, err);
	struct buf origin = BUF_INIT;
	bool ok = zone && workspace_key_origin(cli->workspace, &origin, err);

	if (ok) {
		print_talk("workspace   %s", workspace_path(cli->workspace));
		print_talk("key         %s", buf_text(&origin));
		print_talk("time zone   %s (for schedules that name none)", zone_name(zone));
	}
	buf_fini(&origin);
	return ok;
}

static bool
run_init(struct cli *cli, struct err *err)
{
	struct workspace_options options = { .timezone = cli_option(cli, "timezone"),
		.key_command = cli_option(cli, "key-command") };
	const char *key = cli_option(cli, "key");
	char *path = workspace_resolve(cli->workspace_path, err), *key_path = NULL;
	bool ok = path != NULL;

	if (ok && key) {
		key_path = path_absolute(key, err);
		options.key_path = key_path;
		ok = key_path != NULL;
	}
	ok = ok && (!cli_flag(cli, "demo") || demo_check(path, err));
	ok = ok && workspace_create(path, &options, err) &&
	     session_workspace(cli, WORKSPACE_WRITE, err) && say_created(cli, err);
	if (ok && cli_flag(cli, "demo"))
		ok = demo_fill(cli, err);
	else if (ok)
		print_talk("Next: dpstudio source add --kind KIND, or dpstudio alone for the studio");
	free(key_path);
	free(path);
	return ok;
}

static const struct command_option init_options[] = {
	{ "demo", 0, false, NULL, "with the sales example, published and ready to run" },
	{ "timezone", 0, false, "ZONE", "for schedules that name none (the host's)" },
	{ "key", 0, false, "FILE", "where the key of the secrets is or is to be" },
	{ "key-command", 0, false, "COMMAND", "a command that prints the key, instead of a file" },
	{ 0 },
};

const struct command command_init = {
	.name = "init", .args = "", .help = "create a workspace",
	.options = init_options, .group = GROUP_START, .words_only = true, .run = run_init,
};
