/* SPDX-License-Identifier: MIT */
/* The draft being edited: one task of the workspace in memory, with its revision. Every
 * change is saved by itself within a second; a locked workspace is tried again on a
 * timer, kept aside meanwhile (rescue.h), and the status line shows saved, saving or why
 * not. While there is unsaved work
 * the task's lease is held, so that import and rollback elsewhere keep off.
 *
 * To change it: t = model_step(m, what, group), put in strings from model_text(m, …),
 * arrays from model_array(m, …), then model_changed(m). Everything borrowed from the task
 * is borrowed until control returns to the loop. */
#ifndef DP_UI_MODEL_H
#define DP_UI_MODEL_H

#include "src/task/task.h"
#include "src/workspace/task_store.h"
#include "ui/ui.h"

struct model;

enum model_event {
	MODEL_COLLECT, /* about to be read or saved: put in what is typed and not yet told */
	MODEL_OPENED,  /* another task, none, or its draft was replaced: read it all again */
	MODEL_CHANGED, /* model_changed was called */
	MODEL_REPLACED, /* a step was taken back or done again: any part may be another */
	MODEL_STORED,  /* saved: revision and draft state are new */
};
typedef void (*model_fn)(void *context, enum model_event event);

enum model_state { MODEL_SAVED, MODEL_UNSAVED, MODEL_RETRYING, MODEL_CONFLICT, MODEL_FAILED };

struct model *model_new(struct ui *ui, struct workspace *ws);
/* Saves what is left, waiting for a locked workspace if it must. */
void model_free(struct model *m);
void model_listen(struct model *m, model_fn fn, void *context);
void model_unlisten(struct model *m, void *context);

/* Saves what is open first; NULL opens none. On failure the old one stays. */
bool model_open(struct model *m, const char *task, struct err *err);
/* The draft as the workspace has it now, after something replaced it there. */
bool model_reload(struct model *m, struct err *err);

bool model_is_open(const struct model *m);
/* With all that is typed. NULL: none is open. */
const struct task *model_task(struct model *m);
int64_t model_task_id(const struct model *m);
/* The task's line in the workspace as of the last read: draft state, versions. */
const struct task_row *model_row(struct model *m);
/* Reads that line again (after submit, publish, a test). */
void model_refresh_row(struct model *m);

struct task *model_edit(struct model *m);
/* As model_edit, for a change that can be taken back; history.h says what `what` (N_())
 * and `group` (NULL: none) are. */
struct task *model_step(struct model *m, const char *what, const void *group);
/* Takes the last step back (-1) or does it again (1), and says so. */
void model_travel(struct model *m, int by);
bool model_can_travel(const struct model *m, int by);
/* Another definition in place of this one, as a step; the name stays. */
bool model_take_text(struct model *m, struct str text, const char *what, struct err *err);
const char *model_text(struct model *m, struct str text);
/* `count` zeroed elements of `size` bytes. */
void *model_array(struct model *m, size_t count, size_t size);
void model_changed(struct model *m);
/* Something was typed that MODEL_COLLECT will bring: only starts the timer. */
void model_touched(struct model *m);
/* Grows with each change. */
uint64_t model_generation(const struct model *m);

/* Saves now. False: why not; ERR_BUSY is tried again by itself. */
bool model_save(struct model *m, struct err *err);
/* MODEL_CONFLICT: ours replaces theirs, which stays in the journal of drafts. */
bool model_save_over(struct model *m, struct err *err);
enum model_state model_state(const struct model *m);
/* What could not be saved is kept aside (rescue.h), the last change too. */
bool model_is_aside(const struct model *m);
const struct err *model_error(const struct model *m); /* of the last save that failed */

/* The first query node and push node that a plain Data Push task has; NULL none. */
struct node *model_find_kind(struct task *t, enum node_kind kind);

#endif
