/* SPDX-License-Identifier: MIT */
/* What the life cycle asks of planning. */
#ifndef DP_WORKSPACE_PLAN_H
#define DP_WORKSPACE_PLAN_H

#include "src/workspace/version.h"

/* Stores the task's first slot after `after_us` as its next one. */
bool plan_task(struct workspace *ws, int64_t task_id, int64_t after_us, struct err *err);
/* What zone_data_stamp says, as table meta keeps it (src/run/idle.c reads it). */
void plan_zone_stamp(char stamp[24]);

#endif
