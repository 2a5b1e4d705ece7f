/* SPDX-License-Identifier: MIT */
/* All nodes of the open task in one list: what each comes after, the branches of a
 * branch node, what a merge accepts; added, renamed and removed here. SQL, scripts and
 * messages are written in the studio. What the check says of a node stands below it. */
#include <stdio.h>
#include <stdlib.h>

#include "src/task/task_json.h"
#include "ui/choice.h"
#include "ui/dialog.h"
#include "ui/screens/nodes_private.h"
#include "ui/screens/screens.h"
#include "ui/screens/studio_private.h"

struct node *
nodes_current(struct nodes *n, size_t *part)
{
	struct task *t = model_edit(n->model);
	size_t i = tree_current(&n->list);

	if (!t || i >= n->row_count || n->rows[i].node >= t->node_count)
		return NULL;
	if (part)
		*part = n->rows[i].part;
	return &t->nodes[n->rows[i].node];
}

/* --- the list -------------------- */

/* What stands below a node: its branches, or what it merges. */
static size_t
parts_of(const struct node *node)
{
	return node->kind == NODE_BRANCH ? node->branch_count
	       : node->kind == NODE_MERGE ? node->after.count
					  : 0;
}

static void
add_row(struct nodes *n, size_t node, size_t part)
{
	n->rows = xreallocarray(n->rows, n->row_count + 1, sizeof(*n->rows));
	n->rows[n->row_count++] = (struct nodes_row){ node, part };
}

static void
lay_rows(struct nodes *n)
{
	const struct task *t = model_task(n->model);

	n->row_count = 0;
	for (size_t i = 0; t && i < t->node_count; i++) {
		add_row(n, i, NODES_WHOLE);
		for (size_t k = 0; k < parts_of(&t->nodes[i]); k++)
			add_row(n, i, k);
	}
	tree_set_count(&n->list, n->row_count);
}

static void
say_part(const struct node *node, size_t part, struct buf *text, struct tree_row *info)
{
	struct buf states = BUF_INIT;

	info->depth = 1;
	if (node->kind == NODE_BRANCH) {
		buf_addf(text, "%s  %s", node->branches[part].name, node->branches[part].condition);
		return;
	}
	nodes_say_accepted(node, node->after.list[part], &states);
	buf_addf(text, "%s  %s", node->after.list[part], buf_text(&states));
	buf_fini(&states);
}

static void
row(struct tree *tree, size_t i, struct buf *text, struct tree_row *info)
{
	struct nodes *n = tree->context;
	const struct nodes_row *r = &n->rows[i];
	const struct node *node = &model_task(n->model)->nodes[r->node];

	if (r->part != NODES_WHOLE) {
		say_part(node, r->part, text, info);
		return;
	}
	buf_adds(text, node->name);
	for (size_t k = 0; k < node->after.count && node->kind != NODE_MERGE; k++)
		buf_addf(text, "%s%s", k ? ", " : "  ← ", node->after.list[k]);
	snprintf(info->right, sizeof(info->right), "%s", choice_label(node_kind_name(node->kind)));
	info->right_role = ROLE_DIM;
}

/* --- what is said of it -------------------- */

static void
show_notes(struct nodes *n)
{
	static const char *const about[NODE_KIND_COUNT] = {
		[NODE_QUERY] = N_("A query reads rows; a message takes them."),
		[NODE_ASSIGN] = N_("An assignment gives a value to what comes directly after it: the "
				   "rows of its last SELECT, or the last line a script prints. "
				   "${inputs[0][0]} is its first cell."),
		[NODE_BRANCH] = N_("Each branch whose condition holds is taken: what comes after "
				   "node.branch runs, the rest is skipped. F5 adds a branch."),
		[NODE_MERGE] = N_("A merge waits for all that it comes after, and goes on when they "
				  "ended as it accepts."),
		[NODE_PUSH] = N_("A push node sends a message, to destinations of its own."),
	};
	const struct node *node = nodes_current(n, NULL);
	char way[32];

	notes_clear(&n->notes);
	if (!node)
		return;
	snprintf(way, sizeof(way), "$.nodes[%zu]", n->rows[tree_current(&n->list)].node);
	draft_note_problems(n->model, way, &n->notes);
	notes_add(&n->notes, ROLE_DIM, NULL, "%s", _(about[node->kind]));
}

static void
show_row(struct nodes *n)
{
	size_t part;
	const struct node *node = nodes_current(n, &part);

	pane_set_title(&n->form.pane, "%s%s%s", _("Node"), node ? " · " : "",
		node ? node->name : "");
	nodes_form_fill(n);
	show_notes(n);
	ui_refresh_chrome(n->screen.ui); /* the keys are those of the row's kind */
}

static void
moved(struct tree *tree, size_t i)
{
	(void)i;
	show_row(tree->context);
}

static void
to_form(struct nodes *n)
{
	screen_focus(&n->screen, &n->form.pane);
	screen_relayout(&n->screen);
}

static void
activate(struct tree *tree, size_t i)
{
	(void)i;
	to_form(tree->context);
}

static const struct tree_ops tree_ops = { .row = row, .moved = moved, .activate = activate };

/* --- following the draft -------------------- */

static void
reload(struct nodes *n)
{
	const struct task *t = model_task(n->model);

	pane_set_title(&n->list.pane, _("Nodes · %s"), t ? t->name : "");
	lay_rows(n);
	show_row(n);
}

static void
told(void *context, enum model_event event)
{
	struct nodes *n = context;

	if (event == MODEL_OPENED || event == MODEL_REPLACED ||
		(event == MODEL_CHANGED && !n->own_change))
		reload(n);
}

void
nodes_tell(struct nodes *n)
{
	n->own_change = true;
	model_changed(n->model);
	n->own_change = false;
	lay_rows(n);
	show_notes(n);
	pane_dirty(&n->list.pane);
}

/* The row of a node, or of a part of it. */
static void
select_row(struct nodes *n, size_t node, size_t part)
{
	for (size_t i = 0; i < n->row_count; i++)
		if (n->rows[i].node == node && n->rows[i].part == part)
			tree_select(&n->list, i);
	show_row(n);
}

static void
select_node(struct nodes *n, const char *name)
{
	const struct task *t = model_task(n->model);
	const struct node *node = t ? task_find_node(t, name) : NULL;

	if (node)
		select_row(n, (size_t)(node - t->nodes), NODES_WHOLE);
}

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
	select_row(n, place, NODES_WHOLE);
	form_go(&n->form, "after");
	to_form(n);
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
	select_row(n, n->rows[tree_current(&n->list)].node, node->branch_count - 1);
	form_go(&n->form, "condition");
	to_form(n);
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
	show_row(n);
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
	show_row(n);
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
		to_form(n);
	else
		nodes_go(n, node);
}

static bool
has_node(const struct screen *screen)
{
	return nodes_current((struct nodes *)(uintptr_t)screen, NULL) != NULL;
}

static const struct command commands[] = {
	{ "add-node", N_("Add a node…"), N_("Edit"), "Ins F4", N_("Add"), run_add, NULL },
	{ "add-branch", N_("Add a branch…"), N_("Edit"), "F5", N_("Branch"), run_add_branch, is_branch },
	{ "rename-node", N_("Rename the node…"), N_("Edit"), "F6", N_("Rename"), run_rename, has_node },
	{ "node-text", N_("Its SQL, script or message"), N_("View"), "F7", N_("Text"), run_go, has_node },
	{ "remove-node", N_("Remove the node"), N_("Edit"), "Del F8", N_("Remove"), run_remove,
		can_remove },
};

/* --- the screen -------------------- */

static void
submit(void *context)
{
	struct nodes *n = context;

	screen_focus(&n->screen, &n->list.pane);
	screen_relayout(&n->screen);
}

/* `argument`: the node to begin with. */
static struct screen *
open_nodes(struct ui *ui, const char *argument, struct err *err)
{
	struct studio *s = draft_open(ui, "", err);
	struct nodes *n;

	if (!s)
		return NULL;
	n = xcalloc(1, sizeof(*n));
	screen_init(&n->screen, &screen_nodes_ops, ui);
	n->studio = s;
	n->model = s->model;
	tabs_init(&n->tabs);
	tree_init(&n->list, &tree_ops, "", n);
	n->list.empty = N_("no node yet: Ins adds one");
	form_init(&n->form, _("Node"), n);
	n->form.changed = nodes_form_changed;
	n->form.suggest = nodes_form_suggest;
	n->form.activate = nodes_form_activate;
	n->form.submit = submit;
	notes_init(&n->notes, _("What it means"));
	screen_add_pane(&n->screen, &n->list.pane);
	screen_add_pane(&n->screen, &n->form.pane);
	screen_add_pane(&n->screen, &n->notes.pane);
	screen_add_pane(&n->screen, &n->tabs.pane);
	model_listen(n->model, told, n);
	reload(n);
	select_node(n, argument);
	return &n->screen;
}

static void
close_nodes(struct screen *screen)
{
	struct nodes *n = (struct nodes *)screen;

	model_unlisten(n->model, n);
	tree_fini(&n->list);
	form_fini(&n->form);
	notes_fini(&n->notes);
	free(n->rows);
	free(n);
}

static void
layout(struct screen *screen, struct rect a)
{
	struct nodes *n = (struct nodes *)screen;
	int left = a.cols / 2, form = 10;

	if (a.cols < 70 || a.rows < 15) {
		tabs_layout(&n->tabs, a);
		return;
	}
	tabs_hide(&n->tabs);
	pane_place(&n->list.pane, (struct rect){ a.row, a.col, a.rows, left }, FRAME_BOX);
	pane_place(&n->form.pane, (struct rect){ a.row, a.col + left, form, a.cols - left },
		FRAME_BOX);
	pane_place(&n->notes.pane,
		(struct rect){ a.row + form, a.col + left, a.rows - form, a.cols - left }, FRAME_BOX);
}

static void
shown(struct screen *screen)
{
	reload((struct nodes *)screen);
}

const struct screen_ops screen_nodes_ops = {
	.name = "nodes",
	.title = N_("Nodes"),
	.open = open_nodes,
	.close = close_nodes,
	.layout = layout,
	.shown = shown,
	.commands = commands,
	.command_count = ARRAY_LEN(commands),
};
