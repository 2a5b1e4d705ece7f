/* SPDX-License-Identifier: MIT */
/* Due slots become runs: which ones, by the task's policies for missed slots and
 * overlap, each with the version that was published at its instant. */
#ifndef DP_RUN_CLAIM_H
#define DP_RUN_CLAIM_H

#include "src/run/run.h"
#include "src/workspace/version.h"

/* A slot this much older than now was missed (policy "skip"). */
#define MISSED_GRACE_US (600 * CLOCK_SECOND)

struct claim;

/* What is due at now_us, of one runner group (borrowed; NULL all); nothing is written. */
DP_API struct claim *claim_open(struct workspace *ws, const char *group, int64_t now_us,
	struct err *err);
/* Claims up to `count` more tasks for the pass, in the caller's transaction: their runs
 * stand in the ledger, held by it. */
DP_API bool claim_some(struct claim *c, struct workspace *ws, const struct pass *pass,
	size_t count, struct err *err);
DP_API bool claim_is_over(const struct claim *c); /* also when c is NULL */
DP_API void claim_close(struct claim *c);
/* The same without writing anything: calls `fn` for each slot that would be claimed. */
DP_API bool claim_preview(struct workspace *ws, const char *group, int64_t now_us,
	void (*fn)(void *context, const char *task, int64_t version, const struct slot *slot),
	void *context, struct err *err);

/* The zone a task's times are shown and evaluated in: of its first schedule, else the
 * workspace's. */
DP_API const struct zone *claim_zone(struct workspace *ws, const struct task *task,
	struct err *err);
/* The zone of the schedule that planned a slot; claim_zone when none did. */
DP_API const struct zone *claim_slot_zone(struct workspace *ws, const struct task *task,
	int64_t slot_us, struct err *err);

#endif
