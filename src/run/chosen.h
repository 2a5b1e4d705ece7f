/* SPDX-License-Identifier: MIT */
/* What a person chose to run: draft or version, slot, values. Internal to src/run. */
#ifndef DP_RUN_CHOSEN_H
#define DP_RUN_CHOSEN_H

#include "src/run/run.h"
#include "src/task/task.h"
#include "src/workspace/version.h"

struct chosen {
	struct arena arena;
	struct task_row row;
	struct task task;
	bool has_task;
	struct str text;
	int64_t number; /* 0: the draft */
};

#define CHOSEN_INIT { .arena = ARENA_INIT }

bool chosen_load(struct workspace *ws, const struct run_choice *choice, struct chosen *chosen,
	struct err *err);
void chosen_fini(struct chosen *chosen);
/* {"set":{…},"to":[…]}; nothing when neither is given. ERR_USAGE for a --set without =. */
bool chosen_overrides(const struct run_choice *choice, struct buf *to, struct err *err);

#endif
