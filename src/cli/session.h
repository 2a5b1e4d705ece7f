/* SPDX-License-Identifier: MIT */
/* What most commands need around their work: the workspace, the studio. */
#ifndef DP_CLI_SESSION_H
#define DP_CLI_SESSION_H

#include "src/cli/cli.h"

/* The file of -w, $DPSTUDIO_WORKSPACE or the default place, absolute; heap string. */
char *session_workspace_path(const struct cli *cli, struct err *err);
/* Opens the studio; ERR_USAGE when there is no terminal. Its exit status in cli. */
bool session_studio(struct cli *cli, struct err *err);
void session_end(struct cli *cli);

#endif
