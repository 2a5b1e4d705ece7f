/* SPDX-License-Identifier: MIT */
/* The inside of a connection screen: connection.c (list, detail, layout, commands),
 * connection_form.c (add and change), connection_test.c (the test). */
#ifndef DP_UI_SCREENS_CONNECTION_PRIVATE_H
#define DP_UI_SCREENS_CONNECTION_PRIVATE_H

#include "ui/form.h"
#include "ui/screens/connection.h"
#include "ui/screens/notes.h"
#include "ui/studio.h"
#include "ui/tree.h"
#include "ui/work.h"

struct connections {
	struct screen screen;
	const struct connection_type *type;
	struct studio *studio;
	struct tree list;
	struct notes detail; /* of the current row */
	struct form form;    /* in the detail's place while editing */
	struct notes answer; /* of the last test, or why it could not be saved */
	struct arena arena;  /* of the list */
	struct connection_list rows;
	/* the form */
	bool editing, adding;
	struct connection_kind kind;
	char *name; /* of the one that is changed */
	enum source_env env;
	struct settings stored; /* its settings, secrets opened */
	/* saving to a workspace that is busy */
	struct timer again;
	int tries;
	/* the test */
	struct ui_job *job;
	struct timer tick;
	char *tested;
	bool outcome_came;
};

#define CONNECTION_NAME "(name)"
#define CONNECTION_ENV "(env)"

/* connection.c */
void connection_load(struct connections *c);
void connection_show(struct connections *c);
void connection_select(struct connections *c, const char *name, enum source_env env);
const struct connection_row *connection_current(const struct connections *c);
bool connection_find_kind(const struct connections *c, const char *name,
	struct connection_kind *kind);
const char *connection_env_label(enum source_env env);

/* connection_form.c */
void connection_add(struct connections *c);
void connection_edit(struct connections *c);
void connection_save(struct connections *c);
void connection_leave_form(struct connections *c);
/* What the form says, secrets that are kept put in. False: the error is shown. */
bool connection_read_form(struct connections *c, struct settings *settings);

/* connection_test.c */
void connection_test(struct connections *c);
void connection_test_end(struct connections *c);

#endif
