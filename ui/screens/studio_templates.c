/* SPDX-License-Identifier: MIT */
/* Templates (share/templates): a new task from one, or its SQL into the editor. */
#include <stdio.h>

#include "src/task/task_json.h"
#include "ui/dialog.h"
#include "ui/screens/studio_private.h"

#define SUFFIX ".template.json"

static bool
is_template(const struct embedded *e)
{
	return str_ends(str_from(e->name), STR(SUFFIX));
}

static struct str
name_of(const struct embedded *e)
{
	return str_slice(str_from(e->name), 0, strlen(e->name) - strlen(SUFFIX));
}

const struct embedded *
desk_template(const char *name)
{
	for (const struct embedded *e = embedded; e->name; e++)
		if (is_template(e) && str_is(name_of(e), name))
			return e;
	return NULL;
}

static const struct embedded *
nth_template(int n)
{
	for (const struct embedded *e = embedded; e->name; e++)
		if (is_template(e) && n-- == 0)
			return e;
	return NULL;
}

static void
pick(struct desk *d, const char *title, dialog_button_fn chosen)
{
	struct buf items = BUF_INIT;
	struct err err = ERR_INIT;
	struct task t;

	for (const struct embedded *e = embedded; e->name; e++) {
		if (!is_template(e) || !task_from_text(&t, (struct str){ e->text, e->len }, &err))
			continue;
		buf_addf(&items, "%s%-11.*s %s", items.len ? "\n" : "", STR_ARG(name_of(e)),
			_(t.description));
		task_fini(&t);
	}
	dialog_pick(d->screen.ui, title, buf_text(&items), 0, chosen, d);
	buf_fini(&items);
}

/* --- a new task -------------------- */

static void
new_chosen(void *context, int n)
{
	const struct embedded *e = n < 0 ? NULL : nth_template(n);

	if (e)
		desk_life_new(context, e);
}

void
desk_templates_new(struct desk *d)
{
	pick(d, _("A new task that begins as"), new_chosen);
}

/* --- code help -------------------- */

/* Next Token needs to be told how it goes through the table. */
static void
take_segment(struct desk *d, const struct segment *from)
{
	struct node *node = desk_query_node(d);

	if (!from->on || !node || node->segment.on || node->kind != NODE_QUERY)
		return;
	(void)model_step(d->model, N_("reading in segments"), NULL);
	node->segment = *from;
	node->segment.key = model_text(d->model, str_from(from->key));
	node->segment.start = model_text(d->model, str_from(from->start));
	model_changed(d->model);
	ui_say(d->screen.ui, _("The query is read in segments by the key %s from now on"), from->key);
}

static void
insert(struct desk *d, const struct task *t)
{
	for (size_t i = 0; i < t->node_count; i++) {
		const struct node *n = &t->nodes[i];

		if (!*n->sql)
			continue;
		editor_insert(&d->query.editor, str_from(n->sql));
		take_segment(d, &n->segment);
		desk_go(d, &d->query.editor.pane);
		return;
	}
}

static void
code_chosen(void *context, int n)
{
	struct desk *d = context;
	const struct embedded *e = n < 0 ? NULL : nth_template(n);
	struct err err = ERR_INIT;
	struct task t;

	if (!e || !task_from_text(&t, (struct str){ e->text, e->len }, &err))
		return;
	insert(d, &t);
	task_fini(&t);
}

void
desk_templates_insert(struct desk *d)
{
	if (desk_query_node(d))
		pick(d, _("SQL of a template into the editor"), code_chosen);
	else
		ui_warn(d->screen.ui, _("There is no query node in this task"));
}
