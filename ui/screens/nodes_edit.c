/* SPDX-License-Identifier: MIT */
/* What can be done with the nodes of a task: another one, another branch or name, one away,
 * and to its text. */
#include <stdio.h>
#include <stdlib.h>

#include "src/task/task_json.h"
#include "ui/dialog.h"
#include "ui/screens/nodes_private.h"
#include "ui/screens/studio_private.h"

void
nodes_go(struct nodes *n, const struct node *node)
{
	struct studio *s = n->studio;
	char *name = xstrdup(node->name);
	bool push = node->kind == NODE_PUSH;
	struct err err = ERR_INIT;

	if (push)
		studio_show_push(s, name);
	if (!ui_open(n->screen.ui, "studio", "", &err)) {
		ui_error(n->screen.ui, &err);
	} else if (s->desk && push) {
		desk_content_read(s->desk);
		desk_go(s->desk, &s->desk->content.tree.pane);
	} else if (s->desk) {
		desk_query_show_node(s->desk, name);
		desk_go(s->desk, &s->desk->query.editor.pane);
	}
	free(name);
}

/* --- another one -------------------- */

struct adding { /* lives as long as its dialogs */
	struct nodes *n;
	enum node_kind kind;
};

/* What it comes after: the row that is chosen, where that makes sense. */
static struct name_list
first_after(struct nodes *n, enum node_kind kind)
{
	size_t part;
	const struct node *at = nodes_current(n, &part);
	bool branch = at && at->kind == NODE_BRANCH && part != NODES_WHOLE;
	struct name_list after = { model_array(n->model, 1, sizeof(*after.list)), 0 };
	char *word;

	if (!at || at->kind == NODE_PUSH || (at->kind == NODE_BRANCH && !branch) ||
		((kind == NODE_QUERY || kind == NODE_ASSIGN) && !branch))
		return after;
	word = branch ? xasprintf("%s.%s", at->name, at->branches[part].name) : xstrdup(at->name);
	after.list[after.count++] = model_text(n->model, str_from(word));
	free(word);
	return after;
}

static const char *
first_source(const struct task *t)
{
	for (size_t i = 0; i < t->node_count; i++)
		if (*t->nodes[i].source)
			return t->nodes[i].source;
	return "";
}

static struct node
new_node(struct nodes *n, const struct task *t, enum node_kind kind, const char *name)
{
	struct node node;

	node_init(&node);
	node.kind = kind;
	node.name = model_text(n->model, str_from(name));
	node.after = first_after(n, kind);
	if (kind == NODE_QUERY || kind == NODE_ASSIGN)
		node.source = first_source(t);
	if (kind == NODE_BRANCH) {
		node.branches = model_array(n->model, 1, sizeof(*node.branches));
		node.branches[node.branch_count++] = (struct branch){ "yes", "" };
	}
	return node;
}

/* Behind the node that is chosen. */
static void
add_node(struct nodes *n, enum node_kind kind, const char *name)
{
	struct task *t = model_step(n->model, N_("a node was added"), NULL);
	const struct node *at = nodes_current(n, NULL);
	size_t place = at ? (size_t)(at - t->nodes) + 1 : 0;
	struct node node = new_node(n, t, kind, name);
	struct node *list = model_array(n->model, t->node_count + 1, sizeof(*list));

	if (place)
		memcpy(list, t->nodes, place * sizeof(*list));
	if (t->node_count > place)
		memcpy(list + place + 1, t->nodes + place,
			(t->node_count - place) * sizeof(*list));
	list[place] = node;
	t->nodes = list;
	t->node_count++;
	nodes_tell(n);
	nodes_select(n, place, NODES_WHOLE);
	form_go(&n->form, kind == NODE_QUERY ? "pushes" : "after");
	nodes_to_form(n);
}

static void
named(void *context, const char *text)
{
	struct adding *a = context;

	if (text && model_is_open(a->n->model) && nodes_may_be_named(a->n->studio, text))
		add_node(a->n, a->kind, text);
	free(a);
}

static void
kind_chosen(void *context, int kind)
{
	struct adding *a = context;
	const struct task *t = kind < 0 ? NULL : model_task(a->n->model);
	char name[48];

	if (!t) {
		free(a);
		return;
	}
	a->kind = (enum node_kind)kind;
	snprintf(name, sizeof(name), "%s", node_kind_name(a->kind));
	for (int i = 2; task_find_node(t, name); i++)
		snprintf(name, sizeof(name), "%s%d", node_kind_name(a->kind), i);
	dialog_line(a->n->screen.ui, _("Another node"), _("Its name, by which others come after it:"),
		name, false, named, a);
}

static void
run_add(struct screen *screen)
{
	static const char *const kinds[NODE_KIND_COUNT] = {
		[NODE_QUERY] = N_("Query: rows for a message"),
		[NODE_ASSIGN] = N_("Assignment: a value, by SQL or a script"),
		[NODE_BRANCH] = N_("Branch: what goes on, by conditions"),
		[NODE_MERGE] = N_("Merge: goes on after several"),
		[NODE_PUSH] = N_("Push: a message to its destinations"),
	};
	struct nodes *n = (struct nodes *)screen;
	const struct task *t = model_task(n->model);
	struct adding *a;
	struct buf items = BUF_INIT;

	if (!t || t->node_count >= TASK_MAX_NODES) {
		ui_warn(screen->ui, _("a task has at most %d nodes"), TASK_MAX_NODES);
		return;
	}
	for (int i = 0; i < NODE_KIND_COUNT; i++)
		buf_addf(&items, "%s%s", i ? "\n" : "", _(kinds[i]));
	a = xcalloc(1, sizeof(*a));
	a->n = n;
	dialog_pick(screen->ui, _("Another node"), buf_text(&items), NODE_ASSIGN, kind_chosen, a);
	buf_fini(&items);
}

/* --- branches -------------------- */

static bool
is_branch(const struct screen *screen)
{
	const struct node *node = nodes_current((struct nodes *)(uintptr_t)screen, NULL);

	return node && node->kind == NODE_BRANCH;
}

static bool
has_branch(const struct node *node, const char *name)
{
	for (size_t i = 0; i < node->branch_count; i++)
		if (strcmp(node->branches[i].name, name) == 0)
			return true;
	return false;
}

static bool
may_be_branch(struct nodes *n, const struct node *node, const char *name)
{
	struct err err = ERR_INIT;

	if (has_branch(node, name))
		err_set(&err, ERR_INPUT, _("there is a branch '%s' already"), name);
	if (!err.code && task_name_check(name, _("the branch's name"), &err))
		return true;
	ui_error(n->screen.ui, &err);
	return false;
}

static void
branch_named(void *context, const char *text)
{
	struct nodes *n = context;
	const struct node *shown = text ? nodes_current(n, NULL) : NULL;
	struct branch *list;
	struct node *node;

	if (!shown || shown->kind != NODE_BRANCH || !may_be_branch(n, shown, text))
		return;
	(void)model_step(n->model, N_("a branch was added"), NULL);
	node = nodes_current(n, NULL);
	list = model_array(n->model, node->branch_count + 1, sizeof(*list));
	if (node->branch_count)
		memcpy(list, node->branches, node->branch_count * sizeof(*list));
	list[node->branch_count] = (struct branch){ model_text(n->model, str_from(text)), "" };
	node->branches = list;
	node->branch_count++;
	nodes_tell(n);
	nodes_select(n, n->rows[tree_current(&n->list)].node, node->branch_count - 1);
	form_go(&n->form, "condition");
	nodes_to_form(n);
}

static void
run_add_branch(struct screen *screen)
{
	struct nodes *n = (struct nodes *)screen;
	const struct node *node = nodes_current(n, NULL);
	char name[24] = "yes";

	if (node->branch_count >= TASK_MAX_BRANCHES) {
		ui_warn(screen->ui, _("a node has at most %d branches"), TASK_MAX_BRANCHES);
		return;
	}
	for (int i = 0; has_branch(node, name); i++)
		snprintf(name, sizeof(name), i ? "no%d" : "no", i + 1);
	dialog_line(screen->ui, _("Another branch"), _("Its name; nodes come after node.branch:"), name,
		false, branch_named, n);
}

static void
branch_renamed(void *context, const char *text)
{
	struct nodes *n = context;
	size_t part;
	const struct node *node = text ? nodes_current(n, &part) : NULL;
	struct task *t;

	if (!node || node->kind != NODE_BRANCH || part == NODES_WHOLE ||
		strcmp(node->branches[part].name, text) == 0 || !may_be_branch(n, node, text))
		return;
	t = model_step(n->model, N_("a branch was renamed"), NULL);
	task_rename_branch(t, n->rows[tree_current(&n->list)].node, part, text);
	nodes_tell(n);
	nodes_show_row(n);
}

void
nodes_rename_branch(struct nodes *n)
{
	size_t part;
	const struct node *node = nodes_current(n, &part);

	dialog_line(n->screen.ui, _("Rename branch"), _("The new name; what comes after it follows:"),
		node->branches[part].name, false, branch_renamed, n);
}

/* --- one away -------------------- */

static void
remove_part(struct nodes *n, size_t part)
{
	size_t at = n->rows[tree_current(&n->list)].node;
	bool branch = nodes_current(n, NULL)->kind == NODE_BRANCH;
	struct task *t = model_step(n->model,
		branch ? N_("a branch was removed") : N_("a way into a merge was removed"), NULL);
	struct node *node = &t->nodes[at];

	if (branch) {
		task_remove_branch(t, at, part);
	} else {
		node->after.count--;
		memmove(&node->after.list[part], &node->after.list[part + 1],
			(node->after.count - part) * sizeof(*node->after.list));
		nodes_drop_accepted(node);
	}
	nodes_tell(n);
	nodes_show_row(n);
	ui_say(n->screen.ui, _("Removed. u takes that back"));
}

static void
run_remove(struct screen *screen)
{
	struct nodes *n = (struct nodes *)screen;
	size_t part;
	const struct node *node = nodes_current(n, &part);

	if (part == NODES_WHOLE)
		nodes_remove(n->studio, node->name);
	else
		remove_part(n, part);
}

static bool
can_remove(const struct screen *screen)
{
	const struct nodes *n = (const struct nodes *)screen;

	return screen_focused(screen) != &n->form.pane && n->row_count > 0;
}

static void
run_rename(struct screen *screen)
{
	struct nodes *n = (struct nodes *)screen;
	size_t part;
	const struct node *node = nodes_current(n, &part);

	if (node->kind == NODE_BRANCH && part != NODES_WHOLE)
		nodes_rename_branch(n);
	else
		nodes_rename(n->studio, node->name);
}

static void
run_go(struct screen *screen)
{
	struct nodes *n = (struct nodes *)screen;
	const struct node *node = nodes_current(n, NULL);

	if (node->kind == NODE_BRANCH || node->kind == NODE_MERGE)
		nodes_to_form(n);
	else
		nodes_go(n, node);
}

static bool
has_node(const struct screen *screen)
{
	return nodes_current((struct nodes *)(uintptr_t)screen, NULL) != NULL;
}

const struct command nodes_commands[NODES_COMMANDS] = {
	{ "add-node", N_("Add a node…"), N_("Edit"), "F4 Ins", N_("Add"), run_add, NULL },
	{ "add-branch", N_("Add a branch…"), N_("Edit"), "F5", N_("Branch"), run_add_branch, is_branch },
	{ "rename-node", N_("Rename the node…"), N_("Edit"), "F6", N_("Rename"), run_rename, has_node },
	{ "node-text", N_("Its SQL, script or message"), N_("View"), "F7", N_("Text"), run_go, has_node },
	{ "remove-node", N_("Remove the node"), N_("Edit"), "Del F8", N_("Remove"), run_remove,
		can_remove },
};
