/* SPDX-License-Identifier: MIT */
#include "src/cli/session.h"

#include <stdlib.h>
#include <unistd.h>

#include "src/base/module.h"
#include "src/base/studio.h"
#include "src/cli/input.h"

static char *
default_path(struct err *err)
{
	const char *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");

	if (data && data[0] == '/')
		return xasprintf("%s/dpstudio/workspace.db", data);
	if (home && home[0] == '/')
		return xasprintf("%s/.local/share/dpstudio/workspace.db", home);
	err_set(err, ERR_WORKSPACE, "no workspace is named, and $HOME is not set");
	err_hint(err, "say which: dpstudio -w FILE …, or set DPSTUDIO_WORKSPACE");
	return NULL;
}

char *
session_workspace_path(const struct cli *cli, struct err *err)
{
	const char *named = cli->workspace_path;

	if (!named)
		named = getenv("DPSTUDIO_WORKSPACE");
	if (named && *named)
		return input_absolute_path(named, err);
	return default_path(err);
}

bool
session_studio(struct cli *cli, struct err *err)
{
	const struct studio_ops *ops = module_ops("studio", err);
	char *path = ops ? session_workspace_path(cli, err) : NULL;
	const struct studio_options options = { .workspace_path = path };
	bool ok = path && ops->run(&options, &cli->status, err);

	free(path);
	return ok;
}

void
session_end(struct cli *cli)
{
	(void)cli;
}
