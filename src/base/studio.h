/* SPDX-License-Identifier: MIT */
/* What the module `studio` (ui/) offers to the program: module_ops("studio"). */
#ifndef DP_BASE_STUDIO_H
#define DP_BASE_STUDIO_H

#include "src/base/err.h"

struct studio_options {
	const char *workspace_path; /* absolute; NULL only with `file` */
	const char *file;	    /* edit this file instead, alone */
	const char *task;	    /* open this task first; NULL: as it was left */
};

struct studio_ops {
	/* Takes the terminal, runs until the person leaves, gives it back. False with
	 * err when it could not begin; then nothing was drawn. With DPSTUDIO_SCRIPT=FILE
	 * in the environment it follows that script without a terminal (ui/script.h). */
	bool (*run)(const struct studio_options *options, int *exit_status, struct err *err);
};

#endif
