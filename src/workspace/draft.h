/* SPDX-License-Identifier: MIT */
/* Drafts as rows: what task_store.c and version.c share of them. All of it inside the
 * caller's transaction. */
#ifndef DP_WORKSPACE_DRAFT_H
#define DP_WORKSPACE_DRAFT_H

#include "src/workspace/facts.h"
#include "src/workspace/task_store.h"

bool draft_check_size(struct str text, struct err *err);
bool draft_check_name(const struct facts *f, const char *name, struct err *err);
/* A first draft. */
bool draft_insert(struct workspace *ws, int64_t task_id, const struct facts *f, struct str text,
	struct err *err);
/* The next revision. The former text goes to the journal with `why`; NULL: only when
 * the last entry is old. ERR_STATE when the draft is not at `revision`. */
bool draft_store(struct workspace *ws, int64_t task_id, int64_t revision,
	const struct facts *f, struct str text, const char *why, struct err *err);
/* Tests made so far do not count for it. */
bool draft_needs_new_test(struct workspace *ws, int64_t task_id, struct err *err);
bool task_note_in_trail(struct workspace *ws, const char *action, const char *task,
	const char *detail, struct err *err);

#endif
