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

#endif
