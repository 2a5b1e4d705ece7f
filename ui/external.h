/* SPDX-License-Identifier: MIT */
/* A text in the person's own editor: $VISUAL, $EDITOR or the config's `editor`. The
 * studio leaves the terminal meanwhile. */
#ifndef DP_UI_EXTERNAL_H
#define DP_UI_EXTERNAL_H

#include "src/base/buf.h"
#include "ui/ui.h"

/* Writes `text` to a private file that ends in `suffix` (".sql"), runs the editor on
 * it and reads it back. False with err when it could not run; *changed false when the
 * editor ended with an error (which discards) or the text is as it was. */
bool external_edit(struct ui *ui, struct str text, const char *suffix, struct buf *to,
	bool *changed, struct err *err);
/* The config's `editor`; NULL: by the environment. */
void external_set_editor(const char *command);

#endif
