/* SPDX-License-Identifier: MIT */
/* Fields to fill in, made from `struct field` tables: text, secrets (masked, and a
 * stored one never shown), numbers, yes or no, choices. The form holds what is typed
 * and nothing else; the owner reads it, checks it and saves it. */
#ifndef DP_UI_FORM_H
#define DP_UI_FORM_H

#include "src/base/settings.h"
#include "ui/line.h"
#include "ui/ui.h"

#define FORM_FIELDS_MAX 48

struct form_field {
	const struct field *field;
	struct line line;  /* also the text of a choice and "true"/"false" */
	char *error;	   /* NULL: fine */
	bool changed;	   /* by the person */
	bool stored;	   /* a secret is kept already; untouched means: keep it */
	bool read_only;
};

struct form {
	struct pane pane;
	struct form_field fields[FORM_FIELDS_MAX];
	size_t count, current, top;
	int label_cols;
	const char *empty; /* N_(): shown while there are no fields */
	/* Enter on the last field; F2 and the like are the screen's commands. */
	void (*submit)(void *context);
	void (*changed)(void *context, const char *name);
	/* Values to choose from for a text field (N rows of "a\nb\n"); false: none. */
	bool (*suggest)(void *context, const char *name, struct buf *items);
	/* Enter on a field; true: it was for the owner (a field that opens something). */
	bool (*activate)(void *context, const char *name);
	void *context;
};

void form_init(struct form *form, const char *title, void *context);
void form_fini(struct form *form); /* secrets are wiped */
/* All fields go; for another kind of source or channel. */
void form_clear(struct form *form);
/* `value` NULL: the field's initial one. The table must outlive the form. */
void form_add(struct form *form, const struct field *field, const char *value);
void form_add_table(struct form *form, const struct field *fields, size_t count,
	const struct settings *values);
void form_set_read_only(struct form *form, const char *name);

/* Borrowed; "" when there is no such field. */
const char *form_get(const struct form *form, const char *name);
bool form_get_bool(const struct form *form, const char *name);
void form_set(struct form *form, const char *name, const char *value);
bool form_is_changed(const struct form *form);
/* A secret that is stored and was not touched. */
bool form_keeps_secret(const struct form *form, const char *name);
/* Everything that was filled in, but secrets that are kept. */
void form_read(const struct form *form, struct settings *to);
/* Shows what is wrong at a field (found by the word 'name' in the text when NULL)
 * and goes there. */
void form_error(struct form *form, const char *name, const struct err *err);
void form_go(struct form *form, const char *name);

/* A form in a dialog: `buttons` as for dialog_ask; done(context, form, button) is
 * called with the button's number, -1 for Esc. Return true to close it. The dialog
 * owns the form. */
typedef bool (*form_done_fn)(void *context, struct form *form, int button);
struct form *form_dialog(struct ui *ui, const char *title, const char *buttons,
	form_done_fn done, void *context);

#endif
