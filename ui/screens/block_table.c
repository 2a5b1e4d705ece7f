/* SPDX-License-Identifier: MIT */
/* A table block: columns in their order, each with its conditions; the first that
 * matches gives a cell its colour and mark. */
#include <stdio.h>

#include "src/task/task_json.h"
#include "ui/choice.h"
#include "ui/screens/block_private.h"

#define COLUMNS_MAX 1000
#define RULES_MAX 50

static struct table_column *
current_column(struct block_screen *b, struct block *block)
{
	size_t i = tree_current(&b->columns);

	return block && i != SIZE_MAX && i > 0 && i <= block->column_count ? &block->columns[i - 1]
									   : NULL;
}

/* The last row is what holds when no condition matches. */
static struct cell_rule *
current_rule(struct block_screen *b, struct table_column *column)
{
	size_t i = tree_current(&b->rules);

	if (!column || i == SIZE_MAX || i > column->when_count)
		return NULL;
	return i < column->when_count ? &column->when[i] : &column->otherwise;
}

static bool
is_otherwise(struct block_screen *b, const struct table_column *column)
{
	return tree_current(&b->rules) == column->when_count;
}

/* --- the forms -------------------- */

static const struct field table_fields[] = {
	{ .name = "query", .label = N_("Statement"), .kind = FIELD_INTEGER,
		.help = N_("1, 2 …: only that statement's rows; 0: of all of them") },
};

static const struct field column_fields[] = {
	{ .name = "field", .label = N_("Field"), .required = true,
		.help = N_("Ctrl-Space lists them; q2.column or input.column where several have it") },
	{ .name = "header", .label = N_("Header"), .help = N_("empty: the field's name") },
	{ .name = "prefix", .label = N_("Prefix"), .help = N_("before the value, blanks count") },
	{ .name = "suffix", .label = N_("Suffix"), .help = N_("after the value, blanks count") },
	{ .name = "align", .label = N_("Align"), .kind = FIELD_CHOICE,
		.initial = "auto", .choices = "auto|left|center|right",
		.help = N_("auto: numbers to the right") },
};

static const struct field rule_fields[] = {
	{ .name = "op", .label = N_("Value is"), .kind = FIELD_CHOICE,
		.initial = "=", .choices = "=|!=|>|>=|<|<=|between|contains|null",
		.help = N_("compared as numbers when both are numbers") },
	{ .name = "value", .label = N_("Than"), .help = N_("what it is compared with") },
	{ .name = "value2", .label = N_("And"), .help = N_("the upper end, for between") },
	{ .name = "color", .label = N_("Colour"), .kind = FIELD_CHOICE,
		.initial = "default", .choices = "default|green|red|orange|blue|grey",
		.help = N_("where the channel has colours") },
	{ .name = "mark", .label = N_("Mark"),
		.help = N_("shown after the value, so that colour is not the only sign: ▼") },
};

static void
fill_rule(struct block_screen *b)
{
	struct table_column *column = current_column(b, block_now(b));
	const struct cell_rule *r = current_rule(b, column);
	size_t at = b->rule.current;

	form_clear(&b->rule);
	if (!r)
		return;
	if (!is_otherwise(b, column)) {
		form_add(&b->rule, &rule_fields[0], cond_op_name(r->op));
		if (r->op != OP_NULL)
			form_add(&b->rule, &rule_fields[1], r->value);
		if (r->op == OP_BETWEEN)
			form_add(&b->rule, &rule_fields[2], r->value2);
	}
	form_add(&b->rule, &rule_fields[3], color_name(r->color));
	form_add(&b->rule, &rule_fields[4], r->mark);
	b->rule.current = at < b->rule.count ? at : 0;
}

static void
fill_column(struct block_screen *b)
{
	struct block *block = block_now(b);
	struct table_column *c = current_column(b, block);
	size_t at = b->column.current;
	char number[16];

	form_clear(&b->column);
	if (c) {
		form_add(&b->column, &column_fields[0], c->field);
		form_add(&b->column, &column_fields[1], c->header);
		form_add(&b->column, &column_fields[2], c->prefix);
		form_add(&b->column, &column_fields[3], c->suffix);
		form_add(&b->column, &column_fields[4], align_name(c->align));
		b->column.current = at < b->column.count ? at : 0;
	} else if (block) {
		snprintf(number, sizeof(number), "%d", block->query);
		form_add(&b->column, &table_fields[0], number);
	}
	pane_set_title(&b->column.pane, "%s", c ? _("Column") : _("Table"));
	tree_set_count(&b->rules, c ? c->when_count + 1 : 0);
	fill_rule(b);
}

void
block_table_fill(struct block_screen *b)
{
	const struct block *block = block_now(b);

	tree_set_count(&b->columns, block ? block->column_count + 1 : 0);
	fill_column(b);
}

static void
column_changed(void *context, const char *name)
{
	struct block_screen *b = context;
	struct block *block = block_now(b);
	struct table_column *c = current_column(b, block);
	struct str text = str_from(form_get(&b->column, name));
	struct err err = ERR_INIT;
	int64_t query;

	if (strcmp(name, "query") == 0 && block) {
		if (!str_to_int64(str_trim(text), &query) || query < 0 || query > 1000) {
			err_set(&err, ERR_INPUT, "%s", _("a whole number from 0 to 1000"));
			form_error(&b->column, name, &err);
			return;
		}
		(void)model_step(b->model, N_("a table"), block);
		block->query = (int)query;
	} else if (!c) {
		return;
	} else if (strcmp(name, "field") == 0) {
		if (str_trim(text).len == 0) {
			err_set(&err, ERR_INPUT, "%s", _("a column needs its field"));
			form_error(&b->column, name, &err);
			return;
		}
		(void)model_step(b->model, N_("a column"), &c->field);
		c->field = model_text(b->model, str_trim(text));
	} else if (strcmp(name, "header") == 0) {
		(void)model_step(b->model, N_("a column"), &c->header);
		c->header = model_text(b->model, text);
	} else if (strcmp(name, "prefix") == 0) {
		(void)model_step(b->model, N_("a column"), &c->prefix);
		c->prefix = model_text(b->model, text);
	} else if (strcmp(name, "suffix") == 0) {
		(void)model_step(b->model, N_("a column"), &c->suffix);
		c->suffix = model_text(b->model, text);
	} else {
		(void)model_step(b->model, N_("a column"), &c->align);
		for (int i = 0; i < ALIGN_COUNT; i++)
			if (str_is(text, align_name((enum align)i)))
				c->align = (enum align)i;
	}
	block_tell(b);
}

static void
rule_changed(void *context, const char *name)
{
	struct block_screen *b = context;
	struct table_column *column = current_column(b, block_now(b));
	struct cell_rule *r = current_rule(b, column);
	struct str text = str_from(form_get(&b->rule, name));

	if (!r)
		return;
	(void)model_step(b->model, N_("a condition"), r);
	if (strcmp(name, "value") == 0)
		r->value = model_text(b->model, text);
	else if (strcmp(name, "value2") == 0)
		r->value2 = model_text(b->model, text);
	else if (strcmp(name, "mark") == 0)
		r->mark = model_text(b->model, text);
	for (int i = 0; strcmp(name, "color") == 0 && i < COLOR_COUNT; i++)
		if (str_is(text, color_name((enum color)i)))
			r->color = (enum color)i;
	for (int i = 0; strcmp(name, "op") == 0 && i < OP_COUNT; i++)
		if (str_is(text, cond_op_name((enum cond_op)i)))
			r->op = (enum cond_op)i;
	if (is_otherwise(b, column))
		column->has_else = r->color != COLOR_DEFAULT || *r->mark;
	block_tell(b);
	if (strcmp(name, "op") == 0)
		fill_rule(b);
}

/* --- the lists -------------------- */

static void
column_row(struct tree *tree, size_t i, struct buf *text, struct tree_row *info)
{
	struct block_screen *b = tree->context;
	const struct block *block = block_now(b);
	const struct table_column *c;

	if (!block || i > block->column_count)
		return;
	if (i == 0) {
		info->role = ROLE_DIM;
		if (block->query)
			buf_addf(text, _("table of statement %d"), block->query);
		else
			buf_adds(text, _("table of all statements"));
		if (block->column_count == 0)
			buf_adds(text, _(", all columns"));
		return;
	}
	c = &block->columns[i - 1];
	buf_adds(text, *c->header ? c->header : c->field);
	if (c->when_count)
		snprintf(info->right, sizeof(info->right), _("%s · conditions: %zu"),
			strlen(c->field) < 20 ? c->field : "", c->when_count);
	else
		snprintf(info->right, sizeof(info->right), "%.40s", c->field);
	info->right_role = ROLE_DIM;
}

static enum role
color_role(enum color color)
{
	static const enum role roles[COLOR_COUNT] = {
		[COLOR_DEFAULT] = ROLE_TEXT, [COLOR_GREEN] = ROLE_DATA_GREEN,
		[COLOR_RED] = ROLE_DATA_RED, [COLOR_ORANGE] = ROLE_DATA_ORANGE,
		[COLOR_BLUE] = ROLE_DATA_BLUE, [COLOR_GREY] = ROLE_DATA_GREY,
	};

	return roles[color];
}

static void
rule_row(struct tree *tree, size_t i, struct buf *text, struct tree_row *info)
{
	struct block_screen *b = tree->context;
	const struct table_column *c = current_column(b, block_now(b));
	const struct cell_rule *r;

	if (!c || i > c->when_count)
		return;
	r = i < c->when_count ? &c->when[i] : &c->otherwise;
	if (i == c->when_count)
		buf_adds(text, _("otherwise"));
	else if (r->op == OP_NULL)
		buf_adds(text, _("is null"));
	else
		buf_addf(text, "%s %s", choice_label(cond_op_name(r->op)), r->value);
	if (i < c->when_count && r->op == OP_BETWEEN)
		buf_addf(text, _(" and %s"), r->value2);
	info->right_role = color_role(r->color);
	snprintf(info->right, sizeof(info->right), "%s %.20s",
		r->color == COLOR_DEFAULT ? "" : choice_label(color_name(r->color)), r->mark);
}

static void
column_moved(struct tree *tree, size_t i)
{
	(void)i;
	fill_column(tree->context);
}

static void
column_activate(struct tree *tree, size_t i)
{
	struct block_screen *b = tree->context;

	(void)i;
	screen_focus(&b->screen, &b->column.pane);
	screen_relayout(&b->screen);
}

static void
rule_moved(struct tree *tree, size_t i)
{
	(void)i;
	fill_rule(tree->context);
}

static void
rule_activate(struct tree *tree, size_t i)
{
	struct block_screen *b = tree->context;

	(void)i;
	screen_focus(&b->screen, &b->rule.pane);
	screen_relayout(&b->screen);
}

static const struct tree_ops column_ops = {
	.row = column_row, .moved = column_moved, .activate = column_activate,
};
static const struct tree_ops rule_ops = {
	.row = rule_row, .moved = rule_moved, .activate = rule_activate,
};

/* --- adding, removing, moving -------------------- */

static bool
at_rules(const struct block_screen *b)
{
	const struct pane *focused = screen_focused(&b->screen);

	return focused == &b->rules.pane || focused == &b->rule.pane;
}

static void
add_rule(struct block_screen *b, struct table_column *c)
{
	struct cell_rule *list;

	if (c->when_count >= RULES_MAX)
		return;
	(void)model_step(b->model, N_("a condition was added"), NULL);
	list = model_array(b->model, c->when_count + 1, sizeof(*list));
	if (c->when_count)
		memcpy(list, c->when, c->when_count * sizeof(*list));
	list[c->when_count++] = (struct cell_rule){ .op = OP_LT, .value = "0", .value2 = "",
		.color = COLOR_RED, .mark = "▼" };
	c->when = list;
	block_tell(b);
	tree_set_count(&b->rules, c->when_count + 1);
	tree_select(&b->rules, c->when_count - 1);
	fill_rule(b);
	screen_focus(&b->screen, &b->rule.pane);
}

/* The first column of the results that the table does not have yet. */
static const char *
next_field(struct block_screen *b, const struct block *block)
{
	struct buf items = BUF_INIT;
	const char *field = NULL;
	struct str rest;

	draft_add_message_columns(b->studio, b->node, &items);
	for (rest = buf_str(&items); rest.len && !field;) {
		size_t end = str_find(rest, STR("\n"), 0);
		struct str one = str_slice(rest, 0, end);
		bool is_there = false;

		for (size_t i = 0; i < block->column_count; i++)
			is_there = is_there || str_is(one, block->columns[i].field);
		if (!is_there)
			field = model_text(b->model, one);
		rest = end == SIZE_MAX ? STR_NONE : str_slice(rest, end + 1, rest.len);
	}
	buf_fini(&items);
	return field ? field : "column";
}

static bool
suggest(void *context, const char *name, struct buf *items)
{
	struct block_screen *b = context;

	if (strcmp(name, "field") != 0)
		return false;
	draft_add_message_columns(b->studio, b->node, items);
	return true;
}

static void
add_column(struct block_screen *b, struct block *block)
{
	const char *field = next_field(b, block);
	struct table_column *list;

	if (block->column_count >= COLUMNS_MAX)
		return;
	(void)model_step(b->model, N_("a column was added"), NULL);
	list = model_array(b->model, block->column_count + 1, sizeof(*list));
	if (block->column_count)
		memcpy(list, block->columns, block->column_count * sizeof(*list));
	list[block->column_count++] = (struct table_column){
		.field = field, .header = "",
		.prefix = "", .suffix = "", .otherwise = { .value = "", .value2 = "", .mark = "" } };
	block->columns = list;
	block_tell(b);
	tree_set_count(&b->columns, block->column_count + 1);
	tree_select(&b->columns, block->column_count);
	fill_column(b);
	form_go(&b->column, "field");
	screen_focus(&b->screen, &b->column.pane);
}

void
block_table_add(struct block_screen *b)
{
	struct block *block = block_now(b);
	struct table_column *c = current_column(b, block);

	if (c && at_rules(b))
		add_rule(b, c);
	else if (block)
		add_column(b, block);
	screen_relayout(&b->screen);
}

void
block_table_remove(struct block_screen *b)
{
	struct block *block = block_now(b);
	struct table_column *c = current_column(b, block);
	size_t i = tree_current(&b->rules), k = tree_current(&b->columns);

	if (!c)
		return;
	if (at_rules(b)) {
		if (i >= c->when_count)
			return;
		(void)model_step(b->model, N_("a condition was removed"), NULL);
		c->when_count--;
		memmove(&c->when[i], &c->when[i + 1], (c->when_count - i) * sizeof(*c->when));
	} else {
		(void)model_step(b->model, N_("a column was removed"), NULL);
		block->column_count--;
		memmove(&block->columns[k - 1], &block->columns[k],
			(block->column_count - (k - 1)) * sizeof(*c));
	}
	block_tell(b);
	block_table_fill(b);
	ui_say(b->screen.ui, _("Removed. u takes that back"));
}

void
block_table_move(struct block_screen *b, int by)
{
	struct block *block = block_now(b);
	struct table_column *c = current_column(b, block), kept_column;
	size_t i = tree_current(&b->rules), k = tree_current(&b->columns) - 1;
	struct cell_rule kept;

	if (!c)
		return;
	if (at_rules(b)) {
		if (i >= c->when_count || (by < 0 && i == 0) || i + (size_t)by >= c->when_count)
			return;
		(void)model_step(b->model, N_("a condition was moved"), NULL);
		kept = c->when[i];
		c->when[i] = c->when[i + (size_t)by];
		c->when[i + (size_t)by] = kept;
		tree_select(&b->rules, i + (size_t)by);
	} else {
		if ((by < 0 && k == 0) || k + (size_t)by >= block->column_count)
			return;
		(void)model_step(b->model, N_("a column was moved"), NULL);
		kept_column = *c;
		*c = block->columns[k + (size_t)by];
		block->columns[k + (size_t)by] = kept_column;
		tree_select(&b->columns, k + 1 + (size_t)by);
	}
	block_tell(b);
	block_table_fill(b);
}

/* --- panes -------------------- */

void
block_table_init(struct block_screen *b)
{
	tree_init(&b->columns, &column_ops, _("Columns"), b);
	form_init(&b->column, _("Column"), b);
	b->column.changed = column_changed;
	b->column.suggest = suggest;
	tree_init(&b->rules, &rule_ops, _("Conditions"), b);
	b->rules.empty = N_("choose a column");
	form_init(&b->rule, _("Condition"), b);
	b->rule.empty = N_("choose a condition, or add one");
	b->rule.changed = rule_changed;
	screen_add_pane(&b->screen, &b->columns.pane);
	screen_add_pane(&b->screen, &b->column.pane);
	screen_add_pane(&b->screen, &b->rules.pane);
	screen_add_pane(&b->screen, &b->rule.pane);
}

void
block_table_fini(struct block_screen *b)
{
	tree_fini(&b->columns);
	form_fini(&b->column);
	tree_fini(&b->rules);
	form_fini(&b->rule);
}

void
block_table_layout(struct block_screen *b, struct rect a)
{
	int left = a.cols / 2, right = a.cols - left, form = a.rows >= 20 ? 9 : 8, top = a.rows - form;

	pane_place(&b->columns.pane, (struct rect){ a.row, a.col, top, left }, FRAME_BOX);
	pane_place(&b->column.pane, (struct rect){ a.row + top, a.col, form, left }, FRAME_BOX);
	pane_place(&b->rules.pane, (struct rect){ a.row, a.col + left, top, right }, FRAME_BOX);
	pane_place(&b->rule.pane, (struct rect){ a.row + top, a.col + left, form, right },
		FRAME_BOX);
}
