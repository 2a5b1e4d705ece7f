/* SPDX-License-Identifier: MIT */
/* The module's entry: options, the first screen, the loop. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include "src/base/module.h"
#include "src/base/studio.h"
#include "ui/studio.h"
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

/* The screens go first: what they hold of the draft is saved then. */
static void
close_all(struct ui *ui, struct studio *studio)
{
	while (ui && ui_screen(ui))
		ui_close_screen(ui, ui_screen(ui));
	studio_close(studio);
	ui_free(ui);
}

static bool
open_first(struct ui *ui, struct studio *studio, const struct studio_options *options,
	struct err *err)
{
	if (!studio)
		return ui_open(ui, "edit", options->file, err);
	studio_attach(studio, ui);
	return ui_open(ui, "studio", options->task ? options->task : "", err);
}

static bool
run(const struct studio_options *options, int *exit_status, struct err *err)
{
	struct ui_options ui_options = { 0 };
	struct studio *studio = NULL;
	struct ui *ui;
	bool ok;

	if (!read_script(&ui_options, err))
		return false;
	if (!options->file) {
		studio = studio_open(options->workspace_path, err);
		if (!studio)
			return false;
	}
	ui = ui_new(&ui_options, err);
	ok = ui && open_first(ui, studio, options, err);
	if (ok)
		*exit_status = ui_run(ui);
	close_all(ui, studio);
	return ok;
}

static const struct studio_ops studio_ops = { .run = run };

DP_MODULE(studio, &studio_ops);
