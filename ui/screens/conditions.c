/* SPDX-License-Identifier: MIT */
/* The conditions of the open task's runs: what must hold in the results before anything
 * is sent. What is right goes into the draft at once; what the check says about a
 * condition stands below it. */
#include "ui/screens/conditions.h"

#include <stdio.h>
#include <stdlib.h>

#include "src/task/task_json.h"
#include "ui/choice.h"
#include "ui/form.h"
#include "ui/screens/draft.h"
#include "ui/screens/screens.h"
#include "ui/tabs.h"
#include "ui/tree.h"

#define CONDITIONS_MAX 100 /* as the definition takes */

struct conditions {
	struct screen screen;
	struct studio *studio;
	struct model *model;
	struct tabs tabs;
	struct tree list;
	struct form form;
	struct notes notes;
	bool own_change;
};

static const struct field fields[] = {
	{ .name = "node", .label = N_("Node"), .required = true,
		.help = N_("the query or assign node that gives the result; Ctrl-Space lists them") },
	{ .name = "column", .label = N_("Column"), .required = true,
		.help = N_("of the first row; rows(): how many rows there are") },
	{ .name = "op", .label = N_("Must be"), .kind = FIELD_CHOICE,
		.initial = ">", .choices = "=|!=|>|>=|<|<=|between|contains|null",
		.help = N_("compared as numbers when both are numbers") },
	{ .name = "value", .label = N_("Value"), .initial = "",
		.help = N_("a number, a text, or a time expression like ${yyyymmdd}") },
	{ .name = "value2", .label = N_("And"), .initial = "",
		.help = N_("the upper end, for between") },
};

static void
say(const struct condition *c, struct buf *to)
{
	buf_addf(to, "%s %s ", c->node, c->column);
	if (c->op == OP_NULL)
		buf_adds(to, _("is null"));
	else
		buf_addf(to, "%s %s", choice_label(cond_op_name(c->op)), c->value);
	if (c->op == OP_BETWEEN)
		buf_addf(to, _(" and %s"), c->value2);
}

void
conditions_say(const struct task *t, struct buf *to)
{
	for (size_t i = 0; i < t->condition_count; i++) {
		buf_adds(to, i ? ", " : "");
		say(&t->conditions[i], to);
	}
}

static struct condition *
current(struct conditions *c)
{
	struct task *t = model_edit(c->model);
	size_t i = tree_current(&c->list);

	return t && i < t->condition_count ? &t->conditions[i] : NULL;
}

/* --- what is said about it -------------------- */

static void
show_notes(struct conditions *c)
{
	const struct task *t = model_task(c->model);
	char way[32];

	notes_clear(&c->notes);
	if (t && t->condition_count) {
		snprintf(way, sizeof(way), "$.conditions[%zu]", tree_current(&c->list));
		draft_note_problems(c->model, way, &c->notes);
	}
	notes_add(&c->notes, ROLE_DIM, NULL, "%s",
		_("All of them must hold, else the run is skipped, with the reason in its history. "
		  "Ins adds one."));
}

/* --- list and form -------------------- */

static void
row(struct tree *tree, size_t i, struct buf *text, struct tree_row *info)
{
	struct conditions *c = tree->context;

	(void)info;
	say(&model_task(c->model)->conditions[i], text);
}

static void
fill_form(struct conditions *c)
{
	const struct condition *one = current(c);
	size_t at = c->form.current;

	form_clear(&c->form);
	if (!one)
		return;
	form_add(&c->form, &fields[0], one->node);
	form_add(&c->form, &fields[1], one->column);
	form_add(&c->form, &fields[2], cond_op_name(one->op));
	if (one->op != OP_NULL)
		form_add(&c->form, &fields[3], one->value);
	if (one->op == OP_BETWEEN)
		form_add(&c->form, &fields[4], one->value2);
	c->form.current = at < c->form.count ? at : 0;
}

static void
moved(struct tree *tree, size_t i)
{
	(void)i;
	fill_form(tree->context);
	show_notes(tree->context);
}

static void
activate(struct tree *tree, size_t i)
{
	struct conditions *c = tree->context;

	(void)i;
	screen_focus(&c->screen, &c->form.pane);
	screen_relayout(&c->screen);
}

static const struct tree_ops tree_ops = { .row = row, .moved = moved, .activate = activate };

static void
reload(struct conditions *c)
{
	const struct task *t = model_task(c->model);

	pane_set_title(&c->list.pane, _("Only if · %s"), t ? t->name : "");
	tree_set_count(&c->list, t ? t->condition_count : 0);
	fill_form(c);
	show_notes(c);
}

static void
told(void *context, enum model_event event)
{
	struct conditions *c = context;

	if (event == MODEL_OPENED || event == MODEL_REPLACED ||
		(event == MODEL_CHANGED && !c->own_change))
		reload(c);
}

static void
tell(struct conditions *c)
{
	c->own_change = true;
	model_changed(c->model);
	c->own_change = false;
	show_notes(c);
	pane_dirty(&c->list.pane);
}

static void
set_op(struct condition *one, const char *word)
{
	for (int i = 0; i < OP_COUNT; i++)
		if (strcmp(cond_op_name((enum cond_op)i), word) == 0)
			one->op = (enum cond_op)i;
}

static void
changed(void *context, const char *name)
{
	struct conditions *c = context;
	struct condition *one = current(c);
	const char *text = form_get(&c->form, name);
	bool is_name = strcmp(name, "node") == 0 || strcmp(name, "column") == 0;
	struct err err = ERR_INIT;

	if (!one)
		return;
	if (is_name && str_trim(str_from(text)).len == 0) {
		err_set(&err, ERR_INPUT, "%s", _("a condition needs its node and column"));
		form_error(&c->form, name, &err);
		return;
	}
	(void)model_step(c->model, N_("a condition"), one);
	text = model_text(c->model, is_name ? str_trim(str_from(text)) : str_from(text));
	if (strcmp(name, "node") == 0)
		one->node = text;
	else if (strcmp(name, "column") == 0)
		one->column = text;
	else if (strcmp(name, "value") == 0)
		one->value = text;
	else if (strcmp(name, "value2") == 0)
		one->value2 = text;
	else
		set_op(one, text);
	tell(c);
	if (strcmp(name, "op") == 0)
		fill_form(c);
}

static bool
suggest(void *context, const char *name, struct buf *items)
{
	struct conditions *c = context;
	const struct task *t = model_task(c->model);

	for (size_t i = 0; strcmp(name, "node") == 0 && i < t->node_count; i++)
		if (t->nodes[i].kind == NODE_QUERY || t->nodes[i].kind == NODE_ASSIGN)
			buf_addf(items, "%s\n", t->nodes[i].name);
	if (strcmp(name, "column") == 0)
		draft_add_columns(c->studio, form_get(&c->form, "node"), items);
	return items->len > 0;
}

static void
submit(void *context)
{
	struct conditions *c = context;

	screen_focus(&c->screen, &c->list.pane);
	screen_relayout(&c->screen);
}

/* --- commands -------------------- */

static const char *
first_result(const struct task *t)
{
	for (size_t i = 0; i < t->node_count; i++)
		if (t->nodes[i].kind == NODE_QUERY || t->nodes[i].kind == NODE_ASSIGN)
			return t->nodes[i].name;
	return NULL;
}

static void
run_add(struct screen *screen)
{
	struct conditions *c = (struct conditions *)screen;
	struct task *t = model_step(c->model, N_("a condition was added"), NULL);
	const char *node = t ? first_result(t) : NULL;
	struct condition *list;

	if (!node || t->condition_count >= CONDITIONS_MAX) {
		ui_warn(screen->ui, node ? _("There are too many conditions")
					 : _("No query gives a result to judge"));
		return;
	}
	list = model_array(c->model, t->condition_count + 1, sizeof(*list));
	if (t->condition_count)
		memcpy(list, t->conditions, t->condition_count * sizeof(*list));
	list[t->condition_count++] = (struct condition){ .node = node, .column = "rows()",
		.op = OP_GT, .value = "0", .value2 = "" };
	t->conditions = list;
	tell(c);
	tree_set_count(&c->list, t->condition_count);
	tree_select(&c->list, t->condition_count - 1);
	fill_form(c);
	show_notes(c);
	form_go(&c->form, "column");
	screen_focus(screen, &c->form.pane);
	screen_relayout(screen);
}

static void
run_remove(struct screen *screen)
{
	struct conditions *c = (struct conditions *)screen;
	struct task *t = model_step(c->model, N_("a condition was removed"), NULL);
	size_t i = tree_current(&c->list);

	if (!t || i >= t->condition_count)
		return;
	t->condition_count--;
	memmove(&t->conditions[i], &t->conditions[i + 1],
		(t->condition_count - i) * sizeof(t->conditions[0]));
	tell(c);
	reload(c);
	ui_say(screen->ui, _("Removed. u takes that back"));
}

static bool
can_remove(const struct screen *screen)
{
	const struct conditions *c = (const struct conditions *)screen;

	return screen_focused(screen) != &c->form.pane && c->list.count > 0;
}

static const struct command commands[] = {
	{ "add-condition", N_("Add a condition"), N_("Edit"), "Ins F4", N_("Add"), run_add, NULL },
	{ "remove-condition", N_("Remove the condition"), N_("Edit"), "Del F8", N_("Remove"),
		run_remove, can_remove },
};

/* --- the screen -------------------- */

static struct screen *
open_conditions(struct ui *ui, const char *argument, struct err *err)
{
	struct studio *s = draft_open(ui, argument, err);
	struct conditions *c;

	if (!s)
		return NULL;
	c = xcalloc(1, sizeof(*c));
	screen_init(&c->screen, &screen_conditions_ops, ui);
	c->studio = s;
	c->model = s->model;
	tabs_init(&c->tabs);
	tree_init(&c->list, &tree_ops, "", c);
	c->list.empty = N_("none: it always sends. Ins adds one");
	form_init(&c->form, _("Condition"), c);
	c->form.empty = N_("none yet: Ins adds one");
	c->form.changed = changed;
	c->form.suggest = suggest;
	c->form.submit = submit;
	notes_init(&c->notes, _("What it means"));
	screen_add_pane(&c->screen, &c->list.pane);
	screen_add_pane(&c->screen, &c->form.pane);
	screen_add_pane(&c->screen, &c->notes.pane);
	screen_add_pane(&c->screen, &c->tabs.pane);
	model_listen(c->model, told, c);
	reload(c);
	return &c->screen;
}

static void
close_conditions(struct screen *screen)
{
	struct conditions *c = (struct conditions *)screen;

	model_unlisten(c->model, c);
	tree_fini(&c->list);
	form_fini(&c->form);
	notes_fini(&c->notes);
	free(c);
}

static void
layout(struct screen *screen, struct rect a)
{
	struct conditions *c = (struct conditions *)screen;
	int left = a.cols / 2, form = 8;

	if (a.cols < 70 || a.rows < 14) {
		tabs_layout(&c->tabs, a);
		return;
	}
	tabs_hide(&c->tabs);
	pane_place(&c->list.pane, (struct rect){ a.row, a.col, a.rows, left }, FRAME_BOX);
	pane_place(&c->form.pane, (struct rect){ a.row, a.col + left, form, a.cols - left },
		FRAME_BOX);
	pane_place(&c->notes.pane,
		(struct rect){ a.row + form, a.col + left, a.rows - form, a.cols - left }, FRAME_BOX);
}

const struct screen_ops screen_conditions_ops = {
	.name = "conditions",
	.title = N_("Conditions of a run"),
	.open = open_conditions,
	.close = close_conditions,
	.layout = layout,
	.commands = commands,
	.command_count = ARRAY_LEN(commands),
};
