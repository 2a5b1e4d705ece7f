/* SPDX-License-Identifier: MIT */
/* All nodes of the open task in one list: what each comes after, the branches of a
 * branch node, what a merge accepts; added, renamed and removed here. SQL, scripts and
 * messages are written in the studio. What the check says of a node stands below it. */
#include <stdio.h>
#include <stdlib.h>

#include "src/task/task_json.h"
#include "ui/choice.h"
#include "ui/screens/nodes_private.h"
#include "ui/screens/screens.h"

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

void
nodes_show_row(struct nodes *n)
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
	nodes_show_row(tree->context);
}

void
nodes_to_form(struct nodes *n)
{
	screen_focus(&n->screen, &n->form.pane);
	screen_relayout(&n->screen);
}

static void
activate(struct tree *tree, size_t i)
{
	(void)i;
	nodes_to_form(tree->context);
}

static const struct tree_ops tree_ops = { .row = row, .moved = moved, .activate = activate };

/* --- following the draft -------------------- */

static void
reload(struct nodes *n)
{
	const struct task *t = model_task(n->model);

	pane_set_title(&n->list.pane, _("Nodes · %s"), t ? t->name : "");
	lay_rows(n);
	nodes_show_row(n);
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

void
nodes_select(struct nodes *n, size_t node, size_t part)
{
	for (size_t i = 0; i < n->row_count; i++)
		if (n->rows[i].node == node && n->rows[i].part == part)
			tree_select(&n->list, i);
	nodes_show_row(n);
}

static void
select_node(struct nodes *n, const char *name)
{
	const struct task *t = model_task(n->model);
	const struct node *node = t ? task_find_node(t, name) : NULL;

	if (node)
		nodes_select(n, (size_t)(node - t->nodes), NODES_WHOLE);
}

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
	n->form.empty = N_("no node yet: Ins adds one");
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
	.commands = nodes_commands,
	.command_count = NODES_COMMANDS,
};
