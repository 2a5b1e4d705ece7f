/* SPDX-License-Identifier: MIT */
/* The task's nodes: another query, one away, another name, and how much each reads. */
#include <stdio.h>
#include <stdlib.h>

#include "src/task/task_json.h"
#include "ui/dialog.h"
#include "ui/form.h"
#include "ui/screens/nodes.h"
#include "ui/screens/studio_private.h"

#define ROWS_MAX 10000000 /* as the definition takes */
#define SEGMENTS_MAX 100000

/* --- another one -------------------- */

/* Behind the query that is shown, its rows to the push node that is shown, so that the push node keeps its place at the end. */
static void
add_node(struct desk *d, struct task *t, const char *name)
{
	const struct node *shown = desk_query_node(d);
	size_t at = shown ? (size_t)(shown - t->nodes) + 1 : 0;
	struct node *nodes = model_array(d->model, t->node_count + 1, sizeof(*nodes));

	memcpy(nodes, t->nodes, at * sizeof(*nodes));
	if (t->node_count > at)
		memcpy(nodes + at + 1, t->nodes + at, (t->node_count - at) * sizeof(*nodes));
	node_init(&nodes[at]);
	nodes[at].name = name;
	nodes[at].source = shown ? shown->source : "";
	nodes[at].env = shown ? shown->env : ENV_AUTO;
	t->nodes = nodes;
	t->node_count++;
	if (d->content.push >= at && d->content.push != SIZE_MAX)
		d->content.push++;
	if (d->content.push < t->node_count)
		nodes_take_rows(d->model, t, &t->nodes[d->content.push], name);
}

bool
nodes_may_be_named(struct studio *s, const char *name)
{
	struct err err = ERR_INIT;

	if (task_find_node(model_task(s->model), name))
		err_set(&err, ERR_INPUT, _("there is a node '%s' already"), name);
	if (!err.code && task_name_check(name, _("the node's name"), &err))
		return true;
	ui_error(s->ui, &err);
	return false;
}

static void
named(void *context, const char *text)
{
	struct desk *d = context;
	const struct task *t = text ? model_task(d->model) : NULL;
	const char *name;

	if (!t || !nodes_may_be_named(d->studio, text))
		return;
	if (t->node_count >= TASK_MAX_NODES) {
		ui_warn(d->screen.ui, _("a task has at most %d nodes"), TASK_MAX_NODES);
		return;
	}
	name = model_text(d->model, str_from(text));
	add_node(d, model_step(d->model, N_("a query node was added"), NULL), name);
	model_changed(d->model);
	desk_query_show_node(d, name);
	desk_go(d, &d->query.editor.pane);
}

void
desk_nodes_add(struct desk *d)
{
	const struct task *t = model_task(d->model);
	char name[32];

	if (!t)
		return;
	for (int i = 2; snprintf(name, sizeof(name), "query%d", i), task_find_node(t, name); i++)
		;
	dialog_line(d->screen.ui, _("Another query"),
		_("Name of its node. Its rows go into the message as ${name.column}:"), name, false,
		named, d);
}

/* --- another name -------------------- */

static void
rename_to(struct studio *s, size_t at, const char *name)
{
	struct task *t = model_step(s->model, N_("a node was renamed"), NULL);

	if (s->desk)
		desk_query_renamed(s->desk, t->nodes[at].name, name);
	if (t->nodes[at].kind == NODE_PUSH)
		studio_show_push(s, name);
	task_rename_node(t, at, name);
	model_changed(s->model);
	if (s->desk) {
		desk_query_reload(s->desk);
		desk_content_read(s->desk);
	}
}

struct renaming { /* lives as long as its dialog */
	struct studio *studio;
	char *name;
};

static void
renamed(void *context, const char *text)
{
	struct renaming *r = context;
	const struct task *t = text ? model_task(r->studio->model) : NULL;
	const struct node *node = t ? task_find_node(t, r->name) : NULL;

	if (node && strcmp(text, r->name) != 0 && nodes_may_be_named(r->studio, text))
		rename_to(r->studio, (size_t)(node - t->nodes), text);
	free(r->name);
	free(r);
}

void
nodes_rename(struct studio *s, const char *node)
{
	struct renaming *r = xcalloc(1, sizeof(*r));

	*r = (struct renaming){ s, xstrdup(node) };
	dialog_line(s->ui, _("Rename node"),
		_("The new name; what names the node in the task follows:"), node, false, renamed,
		r);
}

void
desk_nodes_rename(struct desk *d)
{
	bool content = screen_focused(&d->screen) == &d->content.tree.pane;
	const struct node *node = content ? desk_content_push(d) : desk_query_node(d);

	if (node)
		nodes_rename(d->studio, node->name);
	else
		ui_warn(d->screen.ui, _("There is no node to rename"));
}

/* --- one away -------------------- */

void
nodes_remove(struct studio *s, const char *node)
{
	struct task *t = model_step(s->model, N_("a node was removed"), NULL);
	const struct node *found = t ? task_find_node(t, node) : NULL;
	char *name = xstrdup(node);

	if (found)
		task_remove_node(t, (size_t)(found - t->nodes));
	model_changed(s->model);
	ui_say(s->ui, _("The node %s was removed. u takes that back"), name);
	if (found && s->desk)
		desk_query_reload(s->desk);
	free(name);
}

void
desk_nodes_remove(struct desk *d)
{
	const struct node *shown = desk_query_node(d);

	if (shown)
		nodes_remove(d->studio, shown->name);
	else
		ui_warn(d->screen.ui, _("There is no query node in this task"));
}

/* --- how much it reads -------------------- */

static const struct field fields[] = {
	{ .name = "max_rows", .label = N_("At most rows"), .kind = FIELD_INTEGER, .required = true,
		.help = N_("of each statement; what is more is cut, and that is said") },
	{ .name = "env", .label = N_("Environment"), .kind = FIELD_CHOICE, .initial = "auto",
		.choices = "auto|dev|prod",
		.help = N_("auto: tests use dev, runs use prod") },
	{ .name = "script", .label = N_("One script"), .kind = FIELD_BOOL, .initial = "false",
		.help = N_("the text goes to MaxCompute whole, not statement by statement") },
	{ .name = "key", .label = N_("Segment key"), .initial = "",
		.help = N_("Next Token: the column a large table is read by; empty: in one go") },
	{ .name = "size", .label = N_("Segment rows"), .kind = FIELD_INTEGER,
		.help = N_("${segment_size} in the SQL") },
	{ .name = "start", .label = N_("First token"), .initial = "",
		.help = N_("${next_token} of the first segment") },
	{ .name = "max", .label = N_("At most segments"), .kind = FIELD_INTEGER,
		.help = N_("then the rest is cut, and that is said") },
};

static bool
take_number(struct form *form, const char *name, int64_t most, int64_t *value)
{
	struct err err = ERR_INIT;
	int64_t n;

	if (str_to_int64(str_trim(str_from(form_get(form, name))), &n) && n >= 1 && n <= most) {
		*value = n;
		return true;
	}
	err_set(&err, ERR_INPUT, _("a whole number from %lld to %lld"), 1LL, (long long)most);
	form_error(form, name, &err);
	return false;
}

static bool
answered(void *context, struct form *form, int button)
{
	struct desk *d = context;
	struct node *node = desk_query_node(d);
	const char *env = form_get(form, "env");
	struct str key = str_trim(str_from(form_get(form, "key")));
	int64_t rows, size = 0, most = 0;

	if (button != 0 || !node)
		return true;
	if (!take_number(form, "max_rows", ROWS_MAX, &rows) ||
		(key.len && (!take_number(form, "size", ROWS_MAX, &size) ||
				    !take_number(form, "max", SEGMENTS_MAX, &most))))
		return false;
	(void)model_step(d->model, N_("the settings of a query"), NULL);
	node->max_rows = rows;
	node->env = strcmp(env, "dev") == 0 ? ENV_DEV : strcmp(env, "prod") == 0 ? ENV_PROD : ENV_AUTO;
	node->script = form_get_bool(form, "script");
	node->segment.on = key.len > 0;
	if (key.len) {
		node->segment.key = model_text(d->model, key);
		node->segment.start = model_text(d->model, str_from(form_get(form, "start")));
		node->segment.size = size;
		node->segment.max = most;
	}
	model_changed(d->model);
	return true;
}

static void
add_number(struct form *form, const struct field *field, int64_t n)
{
	char text[24];

	snprintf(text, sizeof(text), "%lld", (long long)n);
	form_add(form, field, text);
}

void
desk_nodes_settings(struct desk *d)
{
	const struct node *node = desk_query_node(d);
	struct form *form;
	char *title;

	if (!node) {
		ui_warn(d->screen.ui, _("There is no query node in this task"));
		return;
	}
	title = xasprintf(_("Query %s"), node->name);
	form = form_dialog(d->screen.ui, title, N_("OK|Back"), answered, d);
	free(title);
	add_number(form, &fields[0], node->max_rows);
	form_add(form, &fields[1], source_env_name(node->env));
	form_add(form, &fields[2], node->script ? "true" : "false");
	form_add(form, &fields[3], node->segment.on ? node->segment.key : "");
	add_number(form, &fields[4], node->segment.size);
	form_add(form, &fields[5], node->segment.start);
	add_number(form, &fields[6], node->segment.max);
}
