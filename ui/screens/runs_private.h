/* SPDX-License-Identifier: MIT */
/* The screen "runs" in parts: the list and the screen (runs.c), of the run chosen its time
 * line and message (runs_line.c), what can be done with it (runs_do.c). */
#ifndef DP_UI_SCREENS_RUNS_PRIVATE_H
#define DP_UI_SCREENS_RUNS_PRIVATE_H

#include "src/workspace/ledger.h"
#include "ui/choice.h"
#include "ui/editor.h"
#include "ui/screens/screens.h"
#include "ui/studio.h"
#include "ui/table.h"
#include "ui/tree.h"
#include "ui/work.h"

struct detail { /* a line under the run */
	int64_t at_us;
	char *text;
	enum role role;
	int depth;
	size_t delivery; /* SIZE_MAX none */
};

struct runs {
	struct screen screen;
	struct studio *studio;
	struct table table;
	struct tree tree;
	struct editor message;
	char *task; /* NULL: of every task */
	struct arena arena, run_arena;
	struct run_list list;
	struct delivery_list deliveries;
	struct detail *details;
	size_t detail_count, shown; /* delivery in the message pane */
	bool exact;		    /* JSON as it was sent, not laid out */
	struct ui_child *child;
	struct timer refresh;
};

struct runs_look {
	enum role role;
	const char *mark;
};

/* runs.c */
extern const struct runs_look runs_looks[RUN_STATE_COUNT];
/* Borrowed until the list is read again; NULL: there is none. */
const struct run_row *runs_current(struct runs *r);
void runs_refresh(void *runs); /* all that is shown is read again */

static inline bool
runs_is_open(const struct run_row *run)
{
	return run->state == RUN_RUNNING || run->state == RUN_WAITING;
}

/* runs_line.c */
void runs_line_init(struct runs *r);
void runs_line_fini(struct runs *r);
void runs_line_read(struct runs *r); /* of the current run */
void runs_line_show(struct runs *r); /* and its first message */
void runs_message_show(struct runs *r);
/* The delivery chosen in the time line, while that has the focus; NULL: none. */
const struct delivery_row *runs_delivery(struct runs *r);

/* runs_do.c */
#define RUNS_COMMANDS 7
extern const struct command runs_commands[RUNS_COMMANDS];

#endif
