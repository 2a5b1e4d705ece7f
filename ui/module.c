/* SPDX-License-Identifier: MIT */
/* The module's entry: options, the first screen, the loop. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include "src/base/module.h"
#include "src/base/studio.h"
#include "ui/ui.h"

/* DPSTUDIO_SCRIPT=FILE: the studio follows a script, DPSTUDIO_SIZE=ROWSxCOLS. */
static bool
read_script(struct ui_options *options, struct err *err)
{
	const char *path = getenv("DPSTUDIO_SCRIPT"), *size = getenv("DPSTUDIO_SIZE");

	options->script_fd = -1;
	if (!path)
		return true;
	if (size)
		(void)sscanf(size, "%dx%d", &options->rows, &options->cols);
	options->script_fd = open(path, O_RDONLY | O_CLOEXEC);
	return options->script_fd >= 0 || err_errno(err, "cannot read the script %s", path);
}

static bool
run(const struct studio_options *options, int *exit_status, struct err *err)
{
	struct ui_options ui_options = { 0 };
	struct ui *ui;
	bool ok;

	if (!read_script(&ui_options, err))
		return false;
	ui = ui_new(&ui_options, err);
	if (!ui)
		return false;
	ok = options->file ? ui_open(ui, "edit", options->file, err) : ui_open(ui, "themes", "", err);
	if (ok)
		*exit_status = ui_run(ui);
	ui_free(ui);
	return ok;
}

static const struct studio_ops studio_ops = { .run = run };

DP_MODULE(studio, &studio_ops);
