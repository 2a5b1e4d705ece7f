/* SPDX-License-Identifier: MIT */
/* The parameters of the open task: names and values at the left, what a value will be at
 * the runs to come (or for a business date) at the right, with every fault as it is
 * typed; below, the columns that the queries give to the message. */
#include <stdio.h>
#include <stdlib.h>

#include "src/base/utf8.h"
#include "src/schedule/timeexpr.h"
#include "src/sql/select_list.h"
#include "src/sql/split.h"
#include "ui/dialog.h"
#include "ui/form.h"
#include "ui/screens/draft.h"
#include "ui/screens/screens.h"
#include "ui/tabs.h"
#include "ui/tree.h"

#define PARAMETERS_MAX 200
#define NOTES_MAX 8

struct parameters {
	struct screen screen;
	struct studio *studio;
	struct model *model;
	struct tabs tabs;
	struct tree list;
	struct form form;
	struct notes values, outputs;
	struct date date; /* year 0: the next run */
	bool own_change;
};

static const struct field fields[] = {
	{ .name = "name", .label = N_("Name"), .kind = FIELD_TEXT,
		.help = N_("written as ${name} in SQL, title and content") },
	{ .name = "value", .label = N_("Value"), .kind = FIELD_TEXT,
		.help = N_("text; ${yyyymmdd-1}: business date; $[yyyymmdd]: scheduled time; "
			   "Ctrl-Space offers some") },
};

static struct parameter *
current(struct parameters *p)
{
	const struct task *t = model_task(p->model);
	size_t i = tree_current(&p->list);

	return t && i < t->parameter_count ? &t->parameters[i] : NULL;
}

/* --- values -------------------- */

static bool
base_of(struct parameters *p, struct timeexpr_base *base, struct err *err)
{
	const struct task *t = model_task(p->model);
	struct slot slot;
	size_t count = 0;

	if (p->date.year == 0 && draft_slots(p->studio, t, &slot, 1, &count, err) && count == 0)
		err_clear(err);
	if (count == 0 && !draft_slot(p->studio, t, p->date, &slot, err))
		return false;
	*base = (struct timeexpr_base){ .zone = slot.zone, .scheduled_us = slot.at_us,
		.business_date = slot.business_date };
	return true;
}

static void
show_runs(struct parameters *p, const struct parameter *one)
{
	struct slot slots[DRAFT_SLOTS];
	struct err err = ERR_INIT;
	size_t count = 0;

	if (p->date.year)
		count = draft_slot(p->studio, model_task(p->model), p->date, &slots[0], &err);
	else if (draft_slots(p->studio, model_task(p->model), slots, DRAFT_SLOTS, &count, &err) &&
		 count == 0)
		count = draft_slot(p->studio, model_task(p->model), p->date, &slots[0], &err);
	if (count == 0 && err.code)
		notes_add_error(&p->values, &err);
	for (size_t i = 0; i < count; i++) {
		struct timeexpr_base base = { .zone = slots[i].zone,
			.scheduled_us = slots[i].at_us, .business_date = slots[i].business_date };
		struct buf value = BUF_INIT;
		char when[32];

		draft_slot_text(&slots[i], when);
		if (timeexpr_eval(str_from(one->value), &base, &value, NULL, &err))
			notes_add(&p->values, ROLE_NUMBER, when, "%s", buf_text(&value));
		else
			notes_add(&p->values, ROLE_DIM, when, "–");
		buf_fini(&value);
	}
}

static bool
show_faults(struct parameters *p, const struct parameter *one)
{
	struct timeexpr_note notes[NOTES_MAX], fault = { 0 };
	struct str value = str_from(one->value);
	struct err err = ERR_INIT;
	size_t count;

	if (!timeexpr_check(value, &fault, &err)) {
		notes_add(&p->values, ROLE_ERROR, NULL, _("%s at character %zu: %s"),
			timeexpr_code_name(fault.code), fault.pos + 1, fault.text);
		if (fault.hint[0])
			notes_add(&p->values, ROLE_INFO, NULL, "%s", fault.hint);
	}
	count = timeexpr_lint(value, notes, NOTES_MAX);
	for (size_t i = 0; i < count; i++) {
		notes_add(&p->values, ROLE_WARNING, NULL, "%s: %s",
			timeexpr_code_name(notes[i].code), notes[i].text);
		if (notes[i].hint[0])
			notes_add(&p->values, ROLE_INFO, NULL, "%s", notes[i].hint);
	}
	return fault.code == TIMEEXPR_NONE;
}

static void
show_values(struct parameters *p)
{
	const struct parameter *one = current(p);
	char date[11];

	notes_clear(&p->values);
	if (p->date.year) {
		date_format(p->date, date);
		pane_set_title(&p->values.pane, _("Value for business date %s"), date);
	} else {
		pane_set_title(&p->values.pane, "%s", _("Value at the next runs"));
	}
	if (!one) {
		notes_add(&p->values, ROLE_DIM, NULL, "%s",
			_("Ins adds a parameter. Its value is fixed once for each run, from the "
			  "scheduled time."));
		return;
	}
	if (show_faults(p, one))
		show_runs(p, one);
}

/* --- output parameters -------------------- */

static void
show_select(struct parameters *p, const struct node *node, enum sql_dialect dialect,
	const struct sql_split *split, size_t i)
{
	struct select_list select;
	struct buf names = BUF_INIT;
	char label[64], *title;

	sql_statement_label(split, i, label);
	title = xasprintf("%s.%s", node->name, label);
	select_list_read(&select, dialect,
		sql_statement_text(&split->list[i], str_from(node->sql)));
	for (size_t k = 0; k < select.count; k++)
		buf_addf(&names, "%s%s", k ? ", " : "",
			*select.columns[k].name ? select.columns[k].name : "?");
	if (select.has_star)
		buf_addf(&names, "%s%s", names.len ? ", " : "", _("* (known when it runs)"));
	if (select.yields_rows)
		notes_add(&p->outputs, ROLE_TEXT, title, "%s", buf_text(&names));
	select_list_fini(&select);
	buf_fini(&names);
	free(title);
}

static void
show_outputs(struct parameters *p)
{
	const struct task *t = model_task(p->model);

	notes_clear(&p->outputs);
	for (size_t i = 0; t && i < t->node_count; i++) {
		const struct node *node = &t->nodes[i];
		enum sql_dialect dialect;
		struct sql_split split;

		if (node->kind != NODE_QUERY)
			continue;
		for (size_t k = 0; !node->columns_auto && k < node->output_count; k++) {
			char *label = xasprintf("%s.q%d", node->name, node->outputs[k].query);

			notes_add(&p->outputs, ROLE_TEXT, label, "%s %s", node->outputs[k].name,
				node->outputs[k].type);
			free(label);
		}
		if (!node->columns_auto)
			continue;
		dialect = draft_dialect(p->studio, node);
		sql_split(&split, dialect, str_from(node->sql), node->script);
		for (size_t k = 0; k < split.count; k++)
			show_select(p, node, dialect, &split, k);
		sql_split_fini(&split);
	}
	if (p->outputs.count == 0)
		notes_add(&p->outputs, ROLE_DIM, NULL, "%s", _("no query gives any yet"));
}

/* --- list and form -------------------- */

static void
row(struct tree *tree, size_t i, struct buf *text, struct tree_row *info)
{
	struct parameters *p = tree->context;
	const struct parameter *one = &model_task(p->model)->parameters[i];
	struct timeexpr_base base;
	struct buf value = BUF_INIT;
	struct err err = ERR_INIT;

	buf_adds(text, one->name);
	info->right_role = ROLE_NUMBER;
	if (base_of(p, &base, &err) &&
		timeexpr_eval(str_from(one->value), &base, &value, NULL, &err)) {
		size_t len = utf8_fit(buf_str(&value), 20, NULL);

		snprintf(info->right, sizeof(info->right), "%.*s", (int)len, buf_text(&value));
	} else {
		info->right_role = ROLE_ERROR;
		snprintf(info->right, sizeof(info->right), "%s", "!");
	}
	buf_fini(&value);
}

static void
fill_form(struct parameters *p)
{
	const struct parameter *one = current(p);
	size_t at = p->form.current;

	form_clear(&p->form);
	if (!one)
		return;
	form_add(&p->form, &fields[0], one->name);
	form_add(&p->form, &fields[1], one->value);
	p->form.current = at;
}

static void
moved(struct tree *tree, size_t i)
{
	(void)i;
	fill_form(tree->context);
	show_values(tree->context);
}

static void
activate(struct tree *tree, size_t i)
{
	struct parameters *p = tree->context;

	(void)i;
	form_go(&p->form, "value");
	screen_focus(&p->screen, &p->form.pane);
	screen_relayout(&p->screen);
}

static const struct tree_ops tree_ops = { .row = row, .moved = moved, .activate = activate };

static void
reload(struct parameters *p)
{
	const struct task *t = model_task(p->model);

	pane_set_title(&p->list.pane, _("Parameters · %s"), t ? t->name : "");
	tree_set_count(&p->list, t ? t->parameter_count : 0);
	fill_form(p);
	show_values(p);
	show_outputs(p);
}

static void
told(void *context, enum model_event event)
{
	struct parameters *p = context;

	if (event == MODEL_OPENED || event == MODEL_REPLACED ||
		(event == MODEL_CHANGED && !p->own_change))
		reload(p);
}

static void
tell_model(struct parameters *p)
{
	p->own_change = true;
	model_changed(p->model);
	p->own_change = false;
	show_values(p);
	pane_dirty(&p->list.pane);
}

static bool
name_is_right(struct parameters *p, const char *name, struct err *err)
{
	const struct task *t = model_task(p->model);
	size_t own = tree_current(&p->list);

	for (const char *c = name; *c; c++)
		if (!(*c == '_' || (*c >= '0' && *c <= '9') || (*c >= 'a' && *c <= 'z') ||
			    (*c >= 'A' && *c <= 'Z') || (unsigned char)*c >= 0x80))
			return err_set(err, ERR_INPUT, "%s", _("letters, digits and _ only"));
	if (!*name || strlen(name) > TASK_NAME_MAX)
		return err_set(err, ERR_INPUT, _("a name has 1 to %d letters"), TASK_NAME_MAX);
	for (size_t i = 0; i < t->parameter_count; i++)
		if (i != own && strcmp(t->parameters[i].name, name) == 0)
			return err_set(err, ERR_INPUT, "%s", _("there is one of that name already"));
	return true;
}

/* What is typed goes into the draft at once, but for names that cannot be. */
static void
changed(void *context, const char *field)
{
	struct parameters *p = context;
	struct parameter *one;
	struct err err = ERR_INIT;
	const char *text = form_get(&p->form, field);

	if (strcmp(field, "name") == 0 && !name_is_right(p, text, &err)) {
		form_error(&p->form, "name", &err);
		return;
	}
	one = current(p);
	if (!one)
		return;
	(void)model_step(p->model, N_("a parameter"),
		strcmp(field, "name") == 0 ? &one->name : &one->value);
	text = model_text(p->model, str_from(text));
	if (strcmp(field, "name") == 0)
		one->name = text;
	else
		one->value = text;
	tell_model(p);
}

static bool
suggest(void *context, const char *name, struct buf *items)
{
	(void)context;
	if (strcmp(name, "value") != 0)
		return false;
	buf_adds(items, "${yyyymmdd}\n${yyyymmdd-1}\n${yyyymmdd-7}\n${yyyy-mm-dd}\n${yyyymm}\n"
		"${yyyymm-1}\n$[yyyymmdd]\n$[yyyymmddhh24miss]\n$[hh24mi]\n"
		"$[yyyymmddhh24-1/24]\n$bizdate\n$cyctime");
	return true;
}

static void
submit(void *context)
{
	struct parameters *p = context;

	screen_focus(&p->screen, &p->list.pane);
	screen_relayout(&p->screen);
}

/* --- commands -------------------- */

static bool
name_is_taken(const struct task *t, const char *name)
{
	for (size_t i = 0; i < t->parameter_count; i++)
		if (strcmp(t->parameters[i].name, name) == 0)
			return true;
	return false;
}

static void
run_add(struct screen *screen)
{
	struct parameters *p = (struct parameters *)screen;
	struct task *t = model_step(p->model, N_("a parameter was added"), NULL);
	struct parameter *list;
	char name[32] = "date";

	if (!t || t->parameter_count >= PARAMETERS_MAX)
		return;
	for (int i = 2; name_is_taken(t, name); i++)
		snprintf(name, sizeof(name), "date%d", i);
	list = model_array(p->model, t->parameter_count + 1, sizeof(*list));
	if (t->parameter_count)
		memcpy(list, t->parameters, t->parameter_count * sizeof(*list));
	list[t->parameter_count].name = model_text(p->model, str_from(name));
	list[t->parameter_count].value = model_text(p->model, STR("${yyyymmdd}"));
	t->parameters = list;
	t->parameter_count++;
	tell_model(p);
	reload(p);
	tree_select(&p->list, t->parameter_count - 1);
	fill_form(p);
	show_values(p);
	form_go(&p->form, "name");
	screen_focus(screen, &p->form.pane);
	screen_relayout(screen);
}

static void
run_remove(struct screen *screen)
{
	struct parameters *p = (struct parameters *)screen;
	struct task *t = model_step(p->model, N_("a parameter was removed"), NULL);
	size_t i = tree_current(&p->list);

	if (!t || i >= t->parameter_count)
		return;
	ui_say(screen->ui, _("%s was removed. u takes that back"), t->parameters[i].name);
	t->parameter_count--;
	memmove(&t->parameters[i], &t->parameters[i + 1],
		(t->parameter_count - i) * sizeof(t->parameters[0]));
	tell_model(p);
	reload(p);
}

static void
date_given(void *context, const char *text)
{
	struct parameters *p = context;
	struct err err = ERR_INIT;
	struct date date = { 0 };

	if (!text)
		return;
	if (*text && !date_parse(str_from(text), &date, &err)) {
		ui_error(p->screen.ui, &err);
		return;
	}
	p->date = date;
	show_values(p);
	pane_dirty(&p->list.pane);
}

static void
run_date(struct screen *screen)
{
	struct parameters *p = (struct parameters *)screen;
	char date[11] = "";

	if (p->date.year)
		date_format(p->date, date);
	dialog_line(screen->ui, _("Values for which business date?"),
		_("YYYY-MM-DD; empty: the next runs"), date, false, date_given, p);
}

static bool
can_change_list(const struct screen *screen)
{
	const struct parameters *p = (const struct parameters *)screen;

	return screen_focused(screen) != &p->form.pane && p->list.count > 0;
}

static const struct command commands[] = {
	{ "add-parameter", N_("Add a parameter"), N_("Edit"), "Ins F4", N_("Add"), run_add, NULL },
	{ "remove-parameter", N_("Remove the parameter"), N_("Edit"), "Del F8", N_("Remove"),
		run_remove, can_change_list },
	{ "business-date", N_("Values for a business date"), N_("View"), "F3", N_("Date"), run_date,
		NULL },
};

/* --- the screen -------------------- */

static struct screen *
open_parameters(struct ui *ui, const char *argument, struct err *err)
{
	struct studio *s = draft_open(ui, argument, err);
	struct parameters *p;

	if (!s)
		return NULL;
	p = xcalloc(1, sizeof(*p));
	screen_init(&p->screen, &screen_parameters_ops, ui);
	p->studio = s;
	p->model = s->model;
	tabs_init(&p->tabs);
	tree_init(&p->list, &tree_ops, "", p);
	p->list.empty = N_("no parameters: Ins adds one");
	form_init(&p->form, _("Name and value"), p);
	p->form.changed = changed;
	p->form.suggest = suggest;
	p->form.submit = submit;
	notes_init(&p->values, "");
	notes_init(&p->outputs, _("Output parameters"));
	screen_add_pane(&p->screen, &p->list.pane);
	screen_add_pane(&p->screen, &p->form.pane);
	screen_add_pane(&p->screen, &p->values.pane);
	screen_add_pane(&p->screen, &p->outputs.pane);
	screen_add_pane(&p->screen, &p->tabs.pane);
	model_listen(p->model, told, p);
	reload(p);
	return &p->screen;
}

static void
close_parameters(struct screen *screen)
{
	struct parameters *p = (struct parameters *)screen;

	model_unlisten(p->model, p);
	tree_fini(&p->list);
	form_fini(&p->form);
	notes_fini(&p->values);
	notes_fini(&p->outputs);
	free(p);
}

static void
layout(struct screen *screen, struct rect a)
{
	struct parameters *p = (struct parameters *)screen;
	int left = a.cols / 2, form = a.rows > 17 ? 7 : 5, top = a.rows - form, upper;

	if (a.cols < 70 || a.rows < 14) {
		tabs_layout(&p->tabs, a);
		return;
	}
	tabs_hide(&p->tabs);
	upper = a.rows * 6 / 10;
	pane_place(&p->list.pane, (struct rect){ a.row, a.col, top, left }, FRAME_BOX);
	pane_place(&p->form.pane, (struct rect){ a.row + top, a.col, form, left }, FRAME_BOX);
	pane_place(&p->values.pane, (struct rect){ a.row, a.col + left, upper, a.cols - left },
		FRAME_BOX);
	pane_place(&p->outputs.pane,
		(struct rect){ a.row + upper, a.col + left, a.rows - upper, a.cols - left },
		FRAME_BOX);
}

const struct screen_ops screen_parameters_ops = {
	.name = "parameters",
	.title = N_("Parameters"),
	.open = open_parameters,
	.close = close_parameters,
	.layout = layout,
	.commands = commands,
	.command_count = ARRAY_LEN(commands),
};
