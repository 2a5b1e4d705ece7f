/* SPDX-License-Identifier: MIT */
/* The life of a task's versions (dataworks.md 2.9): a draft that passed its test is
 * submitted as an immutable, numbered version; a version is published, goes off-line
 * or is deprecated; any version can be rolled back to. Refusals are ERR_STATE and say
 * why and what to do. Every step is audited and in one transaction. */
#ifndef DP_WORKSPACE_VERSION_H
#define DP_WORKSPACE_VERSION_H

#include "src/workspace/task_store.h"

enum version_state {
	VERSION_READY,	    /* can-be-published */
	VERSION_PUBLISHED,
	VERSION_OFF_LINE,
	VERSION_DEPRECATED,
	VERSION_STATE_COUNT
};
DP_API const char *version_state_name(enum version_state s); /* "can-be-published" … */

struct version_row { /* strings in the reader's arena, never NULL */
	int64_t number;
	enum version_state state;
	const char *submitted_by, *published_by, *note;
	int64_t submitted_us, published_us; /* 0: never */
	bool tested;	   /* its own test still counts: no data source changed since */
	struct str text;   /* canonical JSON; empty in lists */
};
struct version_list {
	struct version_row *rows; /* newest first */
	size_t count;
};

/* --- tests ------------------------------------------------------------------------ */

/* Taken before a test reads the data sources, so that a change during the test counts
 * as one. */
struct test_ticket {
	int64_t task_id;
	int64_t revision; /* of all data sources */
	char digest[65];  /* of what a test vouches for: not schedule and destinations */
};

/* `text` is the draft or a version's text. */
DP_API bool version_test_begin(struct workspace *ws, int64_t task_id, struct str text,
	struct test_ticket *ticket, struct err *err);
/* The test passed: this content may be submitted while it and its sources stay. */
DP_API bool version_test_passed(struct workspace *ws, const struct test_ticket *ticket,
	int64_t run_id, struct err *err);

/* --- life cycle ------------------------------------------------------------------- */

/* The draft becomes a version. `note` may be NULL. */
DP_API bool version_submit(struct workspace *ws, const char *task, const char *note,
	int64_t *number, struct err *err);
/* number 0: the newest that can be published. The one published before goes off-line.
 * Plans the task's next run. */
DP_API bool version_publish(struct workspace *ws, const char *task, int64_t number,
	int64_t *published, struct err *err);
DP_API bool version_unpublish(struct workspace *ws, const char *task, struct err *err);
DP_API bool version_deprecate(struct workspace *ws, const char *task, int64_t number,
	struct err *err);
/* Its content becomes the draft, which counts as tested only by a new test. */
DP_API bool version_rollback(struct workspace *ws, const char *task, int64_t number, bool force,
	struct err *err);
/* And makes a new version of it and publishes that, on the strength of the version's own
 * test; refused when a data source changed since, or it is deprecated. */
DP_API bool version_rollback_publish(struct workspace *ws, const char *task, int64_t number,
	bool force, int64_t *new_number, struct err *err);
/* Frozen: published, but not run by its schedule. What falls into the time of freezing
 * is not made up for. Nothing happens when it is so already. */
DP_API bool version_freeze(struct workspace *ws, const char *task, bool frozen,
	struct err *err);

/* --- reading ---------------------------------------------------------------------- */

DP_API bool version_list(struct workspace *ws, int64_t task_id, struct arena *a,
	struct version_list *list, struct err *err);
/* With its text. number 0: the published one (ERR_STATE when none is). */
DP_API bool version_get(struct workspace *ws, int64_t task_id, int64_t number, struct arena *a,
	struct version_row *row, struct err *err);
/* The version that was published at an instant; 0: none was. */
DP_API bool version_at(struct workspace *ws, int64_t task_id, int64_t at_us, int64_t *number,
	struct err *err);

/* --- planning --------------------------------------------------------------------- */

/* A definition's schedules, ready to evaluate with the workspace's zone. */
struct task_plan {
	struct plan plan;
	struct calendar *calendar; /* owned; NULL none */
	int64_t jitter_us;	   /* this task's share of its jitter: runs start so much later */
};

/* Borrows from `task`. task_id 0 (a draft): no jitter. */
DP_API bool task_plan_init(struct workspace *ws, const struct task *task, int64_t task_id,
	struct task_plan *p, struct err *err);
DP_API void task_plan_fini(struct task_plan *p);
/* First slot after `after_us`; *found false: none. */
DP_API bool task_plan_next(const struct task_plan *p, int64_t after_us, struct slot *slot,
	bool *found, struct err *err);

/* A slot of a published task with the version that was, or is, published at its
 * instant. */
struct version_slot {
	struct slot slot;
	int64_t version;
	int64_t wake_us; /* slot and jitter: task.next_us */
};
/* The first one after `after_us` and after the task went online, through every version
 * that was published since. *found false: none. */
DP_API bool version_next_slot(struct workspace *ws, int64_t task_id, int64_t after_us,
	struct version_slot *slot, bool *found, struct err *err);
/* Plans every published task anew from now on when the zone data on disk is not what it
 * was at the last time (or `always`). Slots that are due already stay due. */
DP_API bool version_replan(struct workspace *ws, bool always, struct err *err);

#endif
