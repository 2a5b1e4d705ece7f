/* SPDX-License-Identifier: MIT */
/* The steps by which a draft was changed, so that each can be taken back: the whole
 * definition before and after, as text. What is typed into SQL and content texts is no
 * step (their editors undo it): it stays as it is when a step is taken back. */
#ifndef DP_UI_HISTORY_H
#define DP_UI_HISTORY_H

#include "src/task/task.h"

struct history_step;

struct history {
	struct history_step *list;
	size_t count, at; /* steps; those before `at` are done, the others taken back */
	size_t bytes;
	/* between begin and end */
	bool open;
	const char *what;
	const void *group;
	struct buf before;
};

#define HISTORY_INIT { .list = NULL }

void history_clear(struct history *h);
/* Before a change of `now`. `what` names it, untranslated; it must stay. A change with
 * the `group` of the one before (typing in one field) goes on with that step. */
void history_begin(struct history *h, const struct task *now, const char *what,
	const void *group);
/* After it. One that changed nothing, or was begun and never ended, leaves no step. */
void history_end(struct history *h, const struct task *now);
/* What `by` (-1 back, 1 forth) would take back or do again; NULL nothing. */
const char *history_next(const struct history *h, int by);
/* Makes the task as it was; `to` is the caller's. Only when history_next has one. */
bool history_go(struct history *h, const struct task *now, int by, struct task *to,
	struct err *err);

#endif
