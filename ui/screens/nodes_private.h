/* SPDX-License-Identifier: MIT */
/* The inside of the screen of all nodes: nodes.c (the list), nodes_edit.c (what can be
 * done), nodes_form.c (the fields of the row that is chosen). */
#ifndef DP_UI_SCREENS_NODES_PRIVATE_H
#define DP_UI_SCREENS_NODES_PRIVATE_H

#include "ui/form.h"
#include "ui/screens/draft.h"
#include "ui/screens/nodes.h"
#include "ui/tabs.h"
#include "ui/tree.h"

#define NODES_WHOLE SIZE_MAX

/* A node, or below it one of its branches or of the ways into a merge. */
struct nodes_row {
	size_t node;
	size_t part; /* index of the branch, or of the word in `after`; NODES_WHOLE */
};

struct nodes {
	struct screen screen;
	struct studio *studio;
	struct model *model;
	struct tabs tabs;
	struct tree list;
	struct nodes_row *rows;
	size_t row_count;
	struct form form;
	struct notes notes;
	bool own_change;
};

/* nodes.c */
/* NULL: there is none. */
struct node *nodes_current(struct nodes *n, size_t *part);
/* The draft was changed by this screen: the rows follow, the form stays. */
void nodes_tell(struct nodes *n);
/* Chooses the row of a node, or of a part of it. */
void nodes_select(struct nodes *n, size_t node, size_t part);
void nodes_show_row(struct nodes *n); /* the form and the notes are those of the row */
void nodes_to_form(struct nodes *n);

/* nodes_edit.c */
#define NODES_COMMANDS 5
extern const struct command nodes_commands[NODES_COMMANDS];
/* Leaves for the studio, to the text or the message of the node. */
void nodes_go(struct nodes *n, const struct node *node);
/* Another name for the branch of the current row. */
void nodes_rename_branch(struct nodes *n);

/* nodes_form.c */
/* "succeeded, skipped": what a merge accepts of the word of `after`. */
void nodes_say_accepted(const struct node *merge, const char *after, struct buf *to);
/* What it says of words that stand no more in its `after`. */
void nodes_drop_accepted(struct node *merge);
void nodes_form_fill(struct nodes *n);
/* Of the form: changed, suggest, activate. */
void nodes_form_changed(void *context, const char *name);
bool nodes_form_suggest(void *context, const char *name, struct buf *items);
bool nodes_form_activate(void *context, const char *name);

#endif
