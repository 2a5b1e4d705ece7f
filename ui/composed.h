/* SPDX-License-Identifier: MIT */
/* A message composed beside this process (aside.h) for one destination, as text in roles for the
 * preview, with what the channel's budget says. The same code runs compose with. Keeps
 * the engine's document out of sight of the screens (both have a `struct cell`). */
#ifndef DP_UI_COMPOSED_H
#define DP_UI_COMPOSED_H

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/result/result.h"
#include "src/task/task.h"
#include "ui/theme.h"

struct workspace;

struct composed {
	struct buf text; /* styled: read it with composed_next */
	struct buf warnings; /* one a line */
	size_t *lines;	     /* where each line begins in text */
	unsigned char *roles; /* and in which role of the renderer */
	size_t line_count;
	char channel[64], unit[24]; /* "" when there is no destination */
	size_t measured, budget;
	int parts;
	double sending_s; /* that the parts take at the bot's pace */
	bool waits; /* a query it uses has not been run yet: warnings say no more than that */
	bool failed;
	struct err error;
};

/* What a node gave when it was run last; NULL and 0: nothing yet. */
typedef struct result *const *(*composed_results_fn)(void *context, const char *node,
	size_t *count);

struct composed_input {
	struct workspace *ws;
	const struct task *task;
	const struct node *push;
	const char *destination; /* NULL: as no channel in particular */
	struct date date; /* business date; year 0: as a test now would have it */
	int columns;
	composed_results_fn results;
	void *context;
};

struct loop;
struct composing;
typedef void (*composed_done_fn)(void *context, const struct composed *fresh);

/* Reads what it needs of the workspace and composes aside; `done` comes once with what
 * was made, to be taken by composed_take. What `in` points to must stay only for this
 * call. NULL: done has been called already, with an error. */
struct composing *composed_start(struct loop *loop, const struct composed_input *in,
	composed_done_fn done, void *context);
/* Ends it; done does not come. NULL is fine. */
void composing_free(struct composing *composing);
/* Moves `fresh` (of done) into `c`. */
void composed_take(struct composed *c, const struct composed *fresh);
void composed_fini(struct composed *c);
/* The runs of one line, left to right: begin with *pos 0. False at its end. */
bool composed_next(const struct composed *c, size_t line, size_t *pos, enum role *role,
	struct str *run);
/* A text wrapped to `columns`, each line ended by a newline. */
void composed_wrap(struct buf *to, struct str text, int columns);

#endif
