/* SPDX-License-Identifier: MIT */
/* Small questions, above everything: a text with buttons, a line to type, or a
 * choice. The answer comes by callback after the dialog has closed; closing it with
 * Esc answers -1 (or NULL). Nothing waits. */
#ifndef DP_UI_DIALOG_H
#define DP_UI_DIALOG_H

#include "ui/ui.h"

typedef void (*dialog_button_fn)(void *context, int button);
typedef void (*dialog_text_fn)(void *context, const char *text);

/* `buttons` are separated by |, the first has the focus: N_("Cancel|Delete"). The
 * text may have several lines; it is wrapped. fn may be NULL. */
void dialog_ask(struct ui *ui, const char *title, const char *text, const char *buttons,
	dialog_button_fn fn, void *context);
void dialog_tell(struct ui *ui, const char *title, const char *text);
void dialog_error(struct ui *ui, const char *title, const struct err *err);
/* One line; `secret` masks it. */
void dialog_line(struct ui *ui, const char *title, const char *text, const char *initial,
	bool secret, dialog_text_fn fn, void *context);
/* What hurts needs the name typed: fn(context, 1) only when it was. */
void dialog_confirm_name(struct ui *ui, const char *title, const char *text, const char *name,
	dialog_button_fn fn, void *context);
/* Items separated by "\n"; answers the index. */
void dialog_pick(struct ui *ui, const char *title, const char *items, int current,
	dialog_button_fn fn, void *context);

#endif
