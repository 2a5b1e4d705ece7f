/* SPDX-License-Identifier: MIT */
/* The tasks of a workspace and their drafts. A draft is the task's JSON text (design
 * section 5); whoever saves names the revision that was read, so that two editors never
 * overwrite each other unseen. Whatever replaces a draft keeps the old one in the
 * journal, and is refused while a studio holds unsaved work. */
#ifndef DP_WORKSPACE_TASK_STORE_H
#define DP_WORKSPACE_TASK_STORE_H

#include "src/base/settings.h"
#include "src/task/task.h"
#include "src/workspace/workspace.h"

#define DRAFT_MAX_BYTES ((size_t)8 << 20)
#define DRAFT_JOURNAL_KEEP 50		      /* entries a task */
#define DRAFT_JOURNAL_EVERY_US (300 * INT64_C(1000000)) /* while it is being edited */

enum draft_state {
	DRAFT_DIRTY,	 /* needs a test before it can be submitted */
	DRAFT_TESTED,	 /* may be submitted */
	DRAFT_SUBMITTED, /* the newest version has this very content */
	DRAFT_STATE_COUNT
};
DP_API const char *draft_state_name(enum draft_state s); /* "dirty" … */

/* One line of `list`. Strings in the reader's arena, never NULL. Source, env, mode
 * and group are those of the published version, else of the draft. */
struct task_row {
	int64_t id;
	const char *name, *folder, *owner, *uuid;
	enum draft_state draft;
	int64_t draft_revision, draft_us;
	int64_t version;	/* published; 0 none */
	int64_t latest_version; /* newest number; 0 none */
	const char *source;	/* names, ", " between */
	const char *env, *mode, *group;
	const char *published_by;
	int64_t published_us;	/* 0 none */
	int64_t online_us;	/* went online; 0: is not */
	int64_t next_us;	/* a pass has to look at it then (slot and jitter); 0 none */
	int64_t next_slot_us;	/* the scheduled time behind next_us */
	bool frozen;
};
struct task_list {
	struct task_row *rows; /* by folder and name */
	size_t count;
};

/* A new task with this draft; its "name" must be `name`. ERR_STATE when it exists. */
DP_API bool task_store_create(struct workspace *ws, const char *name, struct str definition,
	int64_t *task_id, struct err *err);
/* A copy of another's draft under a new name. */
DP_API bool task_store_copy(struct workspace *ws, const char *from, const char *name,
	int64_t *task_id, struct err *err);
/* ERR_NOT_FOUND with the nearest name. */
DP_API bool task_store_find(struct workspace *ws, const char *name, struct arena *a,
	struct task_row *row, struct err *err);
DP_API bool task_store_by_id(struct workspace *ws, int64_t task_id, struct arena *a,
	struct task_row *row, struct err *err);
DP_API bool task_store_list(struct workspace *ws, bool only_published, struct arena *a,
	struct task_list *list, struct err *err);
/* The same with no more than id, folder and name of each; task_store_by_id has the rest. */
DP_API bool task_store_outline(struct workspace *ws, struct arena *a, struct task_list *list,
	struct err *err);
/* Names alone that begin with `prefix`, sorted. */
DP_API bool task_store_names(struct workspace *ws, struct str prefix,
	void (*fn)(void *context, struct str name), void *context, struct err *err);
/* Refused while a studio holds unsaved work on it (unless `force`). */
DP_API bool task_store_rename(struct workspace *ws, const char *name, const char *to, bool force,
	struct err *err);
/* Refused while it is published. Its runs stay in the ledger. */
DP_API bool task_store_remove(struct workspace *ws, const char *name, bool force,
	struct err *err);

/* --- draft -------------------------------------------------------------------- */

struct draft {
	struct str text; /* in the reader's arena, NUL-terminated */
	int64_t revision;
	int64_t saved_us;
	const char *saved_by;
};

DP_API bool task_draft_get(struct workspace *ws, int64_t task_id, struct arena *a,
	struct draft *draft, struct err *err);
/* Saves what was edited from `revision`. ERR_STATE when another has saved since (names
 * who and when), ERR_INPUT when it is not a JSON object of that task. */
DP_API bool task_draft_save(struct workspace *ws, int64_t task_id, int64_t revision,
	struct str text, int64_t *new_revision, struct err *err);
/* Puts another text in place (import, edit, restore): the old one goes to the journal
 * with `why`. Refused while a studio holds unsaved work, unless `force`. */
DP_API bool task_draft_replace(struct workspace *ws, int64_t task_id, struct str text,
	const char *why, bool force, struct err *err);

struct draft_entry {
	int64_t id, saved_us, bytes;
	const char *saved_by;
	const char *why; /* what ended it: "edit", "import", "rollback to 3", "restore" */
};
struct draft_journal {
	struct draft_entry *rows; /* newest first */
	size_t count;
};

DP_API bool task_drafts(struct workspace *ws, int64_t task_id, struct arena *a,
	struct draft_journal *list, struct err *err);
/* Text of one entry. */
DP_API bool task_draft_entry(struct workspace *ws, int64_t task_id, int64_t entry_id,
	struct arena *a, struct str *text, struct err *err);
/* entry_id 0: the newest. */
DP_API bool task_draft_restore(struct workspace *ws, int64_t task_id, int64_t entry_id,
	bool force, struct err *err);

/* --- unsaved work ----------------------------------------------------------------- */

/* Held by a studio while it has work on a draft that is not saved yet. It lives as long
 * as the lock on the task's record of WORKSPACE-leases: a studio that dies lets go. The
 * database is not touched. */
struct draft_lease {
	int fd; /* -1: none */
	int64_t task_id;
};
#define DRAFT_LEASE_NONE { -1, 0 }

/* ERR_STATE when another holds it (names who). Taking it again is fine. */
DP_API bool draft_lease_take(struct workspace *ws, int64_t task_id, struct draft_lease *lease,
	struct err *err);
DP_API void draft_lease_release(struct workspace *ws, struct draft_lease *lease);
/* True when nobody (but the holder of `own`, which may be NULL) has unsaved work. */
DP_API bool draft_lease_check(struct workspace *ws, int64_t task_id,
	const struct draft_lease *own, struct err *err);

/* --- dead-man URL -------------------------------------------------------------------- */

/* Whether it is a URL that can be pinged; ERR_USAGE with a hint. */
DP_API bool task_ping_check(struct str url, struct err *err);
/* Pinged after each succeeded run. Empty: none. */
DP_API bool task_ping_set(struct workspace *ws, int64_t task_id, struct str url,
	struct err *err);
DP_API bool task_ping_get(struct workspace *ws, int64_t task_id, struct secret *url,
	struct err *err);

/* --- what a scheduler pass needs ---------------------------------------------------------- */

struct due_task {
	int64_t id, version, online_us, next_us, next_slot_us;
	const char *name, *group;
};
struct due_list {
	struct due_task *rows; /* earliest first */
	size_t count;
};

/* Published, not frozen, with next_us <= now: one indexed read. */
DP_API bool task_due(struct workspace *ws, int64_t now_us, int64_t limit, struct arena *a,
	struct due_list *list, struct err *err);
/* Moves on from the slot that was claimed; next_us 0: no further one. ERR_STATE when
 * the task is no longer at that slot (another pass was faster, or it was published
 * anew): roll back and look again. */
DP_API bool task_move_next(struct workspace *ws, int64_t task_id, int64_t from_next_us,
	int64_t next_us, int64_t next_slot_us, struct err *err);

#endif
