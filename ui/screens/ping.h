/* SPDX-License-Identifier: MIT */
/* The open task's dead-man URL: a secret of the workspace, asked for in a dialog. */
#ifndef DP_UI_SCREENS_PING_H
#define DP_UI_SCREENS_PING_H

#include "ui/studio.h"

void ping_ask(struct studio *s);

#endif
