/* SPDX-License-Identifier: MIT */
/* A pane of short facts: lines of a label and a text, each with its role, wrapped to
 * the width and scrolled when they are many. The screens' details, answers and
 * previews are made of it. */
#ifndef DP_UI_SCREENS_NOTES_H
#define DP_UI_SCREENS_NOTES_H

#include "ui/ui.h"

struct notes_line {
	enum role role;
	size_t label, label_len, text, text_len; /* in the pane's buf */
};

struct notes {
	struct pane pane;
	struct buf texts;
	struct notes_line *lines;
	size_t count;
	int label_cols;
	int top, rows; /* first row shown; rows there are at this width */
};

void notes_init(struct notes *n, const char *title);
void notes_fini(struct notes *n);
void notes_clear(struct notes *n);
/* `label` NULL: the text takes the whole width. */
void notes_add(struct notes *n, enum role role, const char *label, const char *fmt, ...)
	DP_PRINTF(4, 5);
/* The message, and its hint below it. */
void notes_add_error(struct notes *n, const struct err *err);

#endif
