/* SPDX-License-Identifier: MIT */
/* A text in the person's own editor: $VISUAL, $EDITOR or the config's `editor`. The
 * studio leaves the terminal meanwhile. */
#ifndef DP_UI_EXTERNAL_H
#define DP_UI_EXTERNAL_H

#include "ui/editor.h"

/* The editor's text goes through a private file that ends in `suffix` (".sql"), and comes
 * back as one change. When the program cannot run or ends with an error, that is said and
 * the text stays as it was. */
void external_edit(struct editor *e, const char *suffix);
/* The config's `editor`; NULL: by the environment. */
void external_set_editor(const char *command);

#endif
