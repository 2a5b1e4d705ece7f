/* SPDX-License-Identifier: MIT */
#include "src/content/composer.h"

#include "src/base/utf8.h"

struct rule { /* a cell_rule with its texts filled in */
	enum cond_op op;
	struct str value, value2;
	enum color color;
	struct str mark;
};

/* Where one column of the table comes from. */
struct source_column {
	const struct result *result; /* NULL: not there yet, shown as ${field} */
	size_t column;
	const struct table_column *spec; /* NULL: a column taken as it is */
	struct str prefix, suffix;
	struct rule *rules;
	size_t rule_count;
	struct rule otherwise;
	bool has_dress; /* a prefix, a suffix or rules */
};

struct table_plan {
	struct source_column *list;
	size_t count;
};

static bool
result_is_wanted(const struct block *block, size_t statement)
{
	return block->query <= 0 || (size_t)block->query == statement + 1;
}

static bool
was_seen(const struct compose_input *in, size_t input, size_t statement)
{
	for (size_t i = 0; i < input; i++)
		for (size_t j = 0; j < in->inputs[i].result_count; j++)
			if (in->inputs[i].results[j] == in->inputs[input].results[statement])
				return true;
	return false;
}

/* All columns of the chosen statements, side by side. */
static void
plan_all(struct composer *c, const struct block *block, struct table_plan *plan)
{
	const struct compose_input *in = c->in;
	size_t room = 0;

	for (size_t i = 0; i < in->input_count; i++)
		room += input_columns(&in->inputs[i]);
	plan->list = arena_array(&c->doc->arena, struct source_column, room ? room : 1);
	for (size_t i = 0; i < in->input_count; i++)
		for (size_t j = 0; j < in->inputs[i].result_count; j++) {
			const struct result *r = in->inputs[i].results[j];

			if (!result_is_wanted(block, j) || was_seen(in, i, j))
				continue;
			for (size_t k = 0; k < r->column_count; k++)
				plan->list[plan->count++] =
					(struct source_column){ .result = r, .column = k };
		}
}

static void
split_field(struct str field, struct str *scope, struct str *name)
{
	size_t dot = SIZE_MAX;

	for (size_t i = 0; i < field.len; i++)
		if (field.p[i] == '.')
			dot = i;
	*scope = dot == SIZE_MAX ? STR_NONE : str_slice(field, 0, dot);
	*name = dot == SIZE_MAX ? field : str_slice(field, dot + 1, field.len);
}

static bool
find_field(struct composer *c, const struct block *block, struct source_column *column,
	struct err *err)
{
	struct str field = str_from(column->spec->field), scope, name, near;
	struct buf hint = BUF_MAX(150);
	struct ref ref;
	bool ok;

	split_field(field, &scope, &name);
	ref = scope_find(c->in, field, scope, name, true, block->query);
	if (ref.kind == REF_COLUMN) {
		column->result = ref.result;
		column->column = ref.column;
		return true;
	}
	if (ref.kind == REF_MISSING && c->in->is_preview) {
		document_warn(c->doc, "W_NO_RESULT",
			"a query has no result yet: its values are shown as written");
		return true;
	}
	if (ref.kind == REF_AMBIGUOUS)
		return composer_fault(c, "E_AMBIGUOUS", 0, 0,
			"say which: q2.column, input.column, or give it an alias in the SQL", err,
			"more than one result column is called '%s'", column->spec->field);
	near = scope_nearest(c->in, field);
	if (near.len)
		buf_addf(&hint, "did you mean %.*s?", STR_ARG(near));
	ok = composer_fault(c, "E_UNASSIGNED", 0, 0, buf_text(&hint), err,
		"no result has a column '%s'", column->spec->field);
	buf_fini(&hint);
	return ok;
}

static bool
fill_rule(struct composer *c, const struct cell_rule *from, struct rule *to, struct err *err)
{
	to->op = from->op;
	to->color = from->color;
	return compose_string(c, from->value ? from->value : "", &to->value, err) &&
	       compose_string(c, from->value2 ? from->value2 : "", &to->value2, err) &&
	       compose_string(c, from->mark ? from->mark : "", &to->mark, err);
}

static bool
fill_spec(struct composer *c, struct source_column *column, struct err *err)
{
	const struct table_column *spec = column->spec;

	column->rule_count = spec->when_count;
	column->rules = arena_array(&c->doc->arena, struct rule, spec->when_count + 1);
	for (size_t i = 0; i < spec->when_count; i++)
		if (!fill_rule(c, &spec->when[i], &column->rules[i], err))
			return false;
	if (spec->has_else && !fill_rule(c, &spec->otherwise, &column->otherwise, err))
		return false;
	if (!compose_string(c, spec->prefix, &column->prefix, err) ||
		!compose_string(c, spec->suffix, &column->suffix, err))
		return false;
	column->has_dress = column->rule_count || spec->has_else || column->prefix.len ||
			    column->suffix.len;
	return true;
}

static bool
plan_columns(struct composer *c, const struct block *block, struct table_plan *plan,
	struct err *err)
{
	plan->list = arena_array(&c->doc->arena, struct source_column, block->column_count);
	plan->count = block->column_count;
	for (size_t i = 0; i < plan->count; i++) {
		plan->list[i].spec = &block->columns[i];
		if (!find_field(c, block, &plan->list[i], err) ||
			!fill_spec(c, &plan->list[i], err))
			return false;
	}
	return true;
}

/* A column whose kind the server did not tell is one of numbers when all its values
 * are. */
static bool
is_number_column(const struct source_column *from, enum value_kind kind)
{
	bool any = false;

	if (kind != VALUE_NULL)
		return value_kind_is_number(kind);
	for (size_t i = 0; from->result && i < from->result->row_count; i++) {
		enum value_kind k = result_at(from->result, i, from->column).kind;

		if (k != VALUE_NULL && !value_kind_is_number(k))
			return false;
		any = any || k != VALUE_NULL;
	}
	return any;
}

static bool
fill_column(struct composer *c, const struct source_column *from, struct doc_column *to,
	struct err *err)
{
	const struct column *column =
		from->result ? &from->result->columns[from->column] : NULL;
	struct str field = column ? column->name : str_from(from->spec->field);

	to->kind = column ? column->kind : VALUE_NULL;
	to->align = from->spec ? from->spec->align : ALIGN_AUTO;
	if (to->align == ALIGN_AUTO)
		to->align = is_number_column(from, to->kind) ? ALIGN_RIGHT : ALIGN_LEFT;
	buf_clear(&c->scratch);
	utf8_sanitize(&c->scratch, field, true);
	to->field = arena_str(&c->doc->arena, buf_str(&c->scratch));
	to->header = to->field;
	if (from->spec && *from->spec->header)
		return compose_string(c, from->spec->header, &to->header, err);
	return true;
}

static void
apply_rules(const struct source_column *from, struct cell *cell, bool *has_color)
{
	const struct rule *hit = NULL;

	for (size_t i = 0; i < from->rule_count && !hit; i++)
		if (compose_matches(&cell->value, from->rules[i].op, from->rules[i].value,
			    from->rules[i].value2))
			hit = &from->rules[i];
	if (!hit && from->spec->has_else && cell->value.kind != VALUE_NULL)
		hit = &from->otherwise;
	if (!hit)
		return;
	cell->color = hit->color;
	cell->mark = hit->mark;
	*has_color = *has_color || hit->color != COLOR_DEFAULT;
}

/* Prefix and suffix stand around a value; an empty cell stays empty. */
static void
dress_cell(struct composer *c, const struct source_column *from, struct cell *cell)
{
	cell->prefix = cell->suffix = cell->mark = STR("");
	cell->text = cell->shown;
	if (cell->value.kind == VALUE_NULL || (from->prefix.len == 0 && from->suffix.len == 0))
		return;
	cell->prefix = from->prefix;
	cell->suffix = from->suffix;
	buf_clear(&c->scratch);
	buf_add_str(&c->scratch, cell->prefix);
	buf_add_str(&c->scratch, cell->shown);
	buf_add_str(&c->scratch, cell->suffix);
	cell->text = arena_str(&c->doc->arena, buf_str(&c->scratch));
}

/* A cell of which there is more to say than its value. */
static struct kept_value
keep_cell(struct composer *c, const struct cell *cell)
{
	struct cell *kept = arena_alloc(&c->doc->arena, sizeof(*kept));

	*kept = *cell;
	return (struct kept_value){ .p = (const char *)kept, .kind = KEPT_CELL };
}

/* A column whose query has not run yet: "${field}". */
static struct kept_value
fill_missing(struct composer *c, const struct source_column *from)
{
	struct cell cell = { .value.kind = VALUE_TEXT };

	cell.shown = str_from(arena_printf(&c->doc->arena, "${%s}", from->spec->field));
	cell.value.text = cell.shown;
	dress_cell(c, from, &cell);
	return keep_cell(c, &cell);
}

static struct kept_value
fill_cell(struct composer *c, const struct source_column *from, size_t row, bool *has_color)
{
	static const struct kept_value padding = { .p = "", .kind = VALUE_NULL, .is_plain = true };
	const struct result *r = from->result;
	const struct kept_value *value;
	struct cell cell = { 0 };

	if (!r)
		return fill_missing(c, from);
	if (row >= r->row_count)
		return padding;
	value = &r->values[row * r->column_count + from->column];
	if (value->is_plain && !from->has_dress)
		return *value;
	cell.value = kept_value_get(value);
	cell.shown = value->is_plain ? cell.value.text : composer_show(c, &cell.value);
	dress_cell(c, from, &cell);
	if (from->spec)
		apply_rules(from, &cell, has_color);
	if (value->is_plain && cell.text.p == cell.shown.p && !cell.color && !cell.mark.len)
		return *value;
	return keep_cell(c, &cell);
}

/* All columns of one result, each value plain: the table is the result. */
static bool
is_result_itself(const struct table_plan *plan)
{
	const struct result *r = plan->count ? plan->list[0].result : NULL;

	if (!r || r->has_odd || r->column_count != plan->count)
		return false;
	for (size_t i = 0; i < plan->count; i++)
		if (plan->list[i].result != r || plan->list[i].column != i ||
			plan->list[i].has_dress)
			return false;
	return true;
}

static void
fill_cells(struct composer *c, const struct table_plan *plan, struct doc_table *table)
{
	struct kept_value *cells;

	if (is_result_itself(plan)) {
		table->cells = plan->list[0].result->values;
		return;
	}
	cells = arena_alloc(&c->doc->arena, sizeof(*cells) * (table->row_count * plan->count + 1));
	table->cells = cells;
	for (size_t row = 0; row < table->row_count; row++)
		for (size_t i = 0; i < plan->count; i++)
			*cells++ = fill_cell(c, &plan->list[i], row, &table->has_color);
}

static void
count_rows(struct composer *c, const struct table_plan *plan, struct doc_table *table)
{
	bool differ = false, first = true;
	size_t rows = 0;

	for (size_t i = 0; i < plan->count; i++) {
		const struct result *r = plan->list[i].result;
		size_t n = r ? r->row_count : 1;

		differ = differ || (!first && n != rows);
		rows = first || n > rows ? n : rows;
		first = false;
		table->truncated = table->truncated || (r && r->truncated);
	}
	table->row_count = table->total_rows = rows;
	if (differ)
		document_warn(c->doc, "W_ROWCOUNT",
			"%s: the table joins statements with different numbers of rows; the "
			"shorter ones are padded with blanks", c->place);
	if (table->truncated)
		document_warn(c->doc, "W_TRUNCATED",
			"%s: the query has more rows than max_rows; only %zu are in the message",
			c->place, rows);
}

/* A table of nothing is a mistake of the definition, not an empty result. */
static bool
refuse_no_columns(struct composer *c, const struct block *block, struct err *err)
{
	for (size_t i = 0; i < c->in->input_count; i++)
		if (c->in->inputs[i].result_count && block->query > 0)
			return composer_fault(c, "E_QUERY", 0, 0, "statements count from 1", err,
				"there is no statement %d", block->query);
	return composer_fault(c, "E_QUERY", 0, 0, "bind a query to this node's inputs", err,
		"the table has no result to show");
}

bool
compose_table(struct composer *c, const struct block *block, struct doc_table *table,
	struct err *err)
{
	struct arena *a = &c->doc->arena;
	struct table_plan plan = { 0 };

	if (block->column_count == 0)
		plan_all(c, block, &plan);
	else if (!plan_columns(c, block, &plan, err))
		return false;
	if (plan.count == 0 && !refuse_no_columns(c, block, err))
		return false;
	count_rows(c, &plan, table);
	table->name = plan.count && plan.list[0].result && plan.list[0].result->name.len
			      ? arena_str(a, plan.list[0].result->name)
			      : STR("table");
	table->column_count = plan.count;
	table->columns = arena_array(a, struct doc_column, plan.count ? plan.count : 1);
	for (size_t i = 0; i < plan.count; i++)
		if (!fill_column(c, &plan.list[i], &table->columns[i], err))
			return false;
	fill_cells(c, &plan, table);
	return true;
}
