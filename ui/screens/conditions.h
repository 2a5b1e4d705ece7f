/* SPDX-License-Identifier: MIT */
/* The conditions of the open task's runs, for other screens. */
#ifndef DP_UI_SCREENS_CONDITIONS_H
#define DP_UI_SCREENS_CONDITIONS_H

#include "src/task/task.h"

/* "sales rows() > 0, …"; nothing when there are none. */
void conditions_say(const struct task *t, struct buf *to);

#endif
