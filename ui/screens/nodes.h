/* SPDX-License-Identifier: MIT */
/* The nodes of the open task: what the studio and the screen of all nodes share. */
#ifndef DP_UI_SCREENS_NODES_H
#define DP_UI_SCREENS_NODES_H

#include "ui/studio.h"

/* Whether the open task may have a node of that name; shows why not. */
bool nodes_may_be_named(struct studio *s, const char *name);
/* Asks for another name; all that names the node follows. */
void nodes_rename(struct studio *s, const char *node);
/* Takes it away with what names it, as a step that can be taken back. */
void nodes_remove(struct studio *s, const char *node);

/* Whether the message of a push node takes the rows of a query; false for other nodes. */
bool nodes_takes_rows(const struct node *push, const char *query);
/* From now on it does, and the others keep the names they have in it. `query` lives in the
 * model's memory. */
void nodes_take_rows(struct model *m, const struct task *t, struct node *push, const char *query);
void nodes_leave_rows(struct node *push, const char *query);

#endif
