/* SPDX-License-Identifier: MIT */
#include "src/content/scope.h"

static const struct bound_input *
find_input(const struct compose_input *in, struct str name)
{
	for (size_t i = 0; i < in->input_count; i++)
		if (str_is(name, in->inputs[i].name))
			return &in->inputs[i];
	return NULL;
}

/* Several columns of one name in one SELECT cannot be told apart either. */
static size_t
count_columns(const struct result *r, struct str name, bool exact, size_t *first)
{
	size_t count = 0;

	for (size_t i = 0; i < r->column_count; i++) {
		bool same = exact ? str_equal(r->columns[i].name, name)
				  : str_equal_nocase(r->columns[i].name, name);

		if (same && count++ == 0)
			*first = i;
	}
	return count;
}

/* Adds what one result has to the ref found so far. */
static void
offer(struct ref *ref, const struct result *r, struct str field, bool exact)
{
	size_t column = 0, count;

	if (ref->kind == REF_COLUMN && ref->result == r)
		return; /* the same result under two inputs */
	count = count_columns(r, field, exact, &column);
	if (count == 0)
		return;
	if (ref->kind == REF_NONE && count == 1)
		*ref = (struct ref){ .kind = REF_COLUMN, .result = r, .column = column };
	else
		ref->kind = REF_AMBIGUOUS;
}

struct search {
	const struct bound_input *input; /* NULL: all */
	struct str statement;		 /* "q2" or its name; empty: all */
	int query;			 /* 0: all */
};

/* "q2" is the second statement, whatever name it has. */
static bool
statement_fits(const struct search *s, const struct bound_input *input, size_t i)
{
	int64_t number;

	if (s->query > 0 && (size_t)s->query != i + 1)
		return false;
	if (s->statement.len == 0 || str_equal(s->statement, input->results[i]->name))
		return true;
	return s->statement.len > 1 && s->statement.p[0] == 'q' &&
	       str_to_int64(str_slice(s->statement, 1, s->statement.len), &number) &&
	       number == (int64_t)i + 1;
}

static struct ref
find_column(const struct compose_input *in, const struct search *s, struct str field)
{
	struct ref ref = { .kind = REF_NONE };

	for (int exact = 1; exact >= 0 && ref.kind == REF_NONE; exact--)
		for (size_t i = 0; i < in->input_count; i++) {
			const struct bound_input *input = &in->inputs[i];

			if (s->input && s->input != input)
				continue;
			for (size_t j = 0; j < input->result_count; j++)
				if (statement_fits(s, input, j))
					offer(&ref, input->results[j], field, exact);
		}
	return ref;
}

/* "input", "q2", "input.q2". */
static bool
read_scope(const struct compose_input *in, struct str scope, struct search *s)
{
	size_t dot = str_find(scope, STR("."), 0);

	s->input = find_input(in, dot == SIZE_MAX ? scope : str_slice(scope, 0, dot));
	if (dot != SIZE_MAX)
		s->statement = str_slice(scope, dot + 1, scope.len);
	else if (!s->input)
		s->statement = scope;
	return s->input || dot == SIZE_MAX;
}

static struct ref
find_parameter(const struct compose_input *in, struct str name)
{
	for (size_t i = 0; i < in->parameter_count; i++)
		if (str_is(name, in->parameters[i].name))
			return (struct ref){ .kind = REF_PARAMETER,
				.value = in->parameters[i].value };
	return (struct ref){ .kind = REF_NONE };
}

static bool
has_missing_results(const struct compose_input *in)
{
	for (size_t i = 0; i < in->input_count; i++)
		if (in->inputs[i].result_count == 0)
			return true;
	return in->input_count == 0;
}

struct ref
scope_find(const struct compose_input *in, struct str name, struct str scope, struct str field,
	bool columns_only, int query)
{
	struct search search = { .query = query };
	struct ref ref = { .kind = REF_NONE };

	if (scope.len == 0 && !columns_only && (search.input = find_input(in, name))) {
		ref.kind = search.input->result_count ? REF_INPUT : REF_MISSING;
		ref.input = search.input;
		return ref;
	}
	search.input = NULL;
	if (scope.len == 0 || read_scope(in, scope, &search))
		ref = find_column(in, &search, field);
	if (ref.kind == REF_NONE && scope.len) { /* a column whose own name has a dot */
		search = (struct search){ .query = query };
		ref = find_column(in, &search, name);
	}
	if (ref.kind == REF_NONE && !columns_only)
		ref = find_parameter(in, name);
	if (ref.kind == REF_NONE && has_missing_results(in))
		ref.kind = REF_MISSING;
	return ref;
}

static void
consider(struct str name, struct str other, int *best, struct str *found)
{
	int d = str_distance(name, other, *best);

	if (d < *best) {
		*best = d;
		*found = other;
	}
}

struct str
scope_nearest(const struct compose_input *in, struct str name)
{
	int best = name.len < 4 ? 2 : 4;
	struct str found = STR_NONE;

	for (size_t i = 0; i < in->input_count; i++) {
		const struct bound_input *input = &in->inputs[i];

		consider(name, str_from(input->name), &best, &found);
		for (size_t j = 0; j < input->result_count; j++)
			for (size_t k = 0; k < input->results[j]->column_count; k++)
				consider(name, input->results[j]->columns[k].name, &best, &found);
	}
	for (size_t i = 0; i < in->parameter_count; i++)
		consider(name, str_from(in->parameters[i].name), &best, &found);
	return found;
}

size_t
input_rows(const struct bound_input *input)
{
	size_t rows = 0;

	for (size_t i = 0; i < input->result_count; i++)
		if (input->results[i]->row_count > rows)
			rows = input->results[i]->row_count;
	return rows;
}

size_t
input_columns(const struct bound_input *input)
{
	size_t columns = 0;

	for (size_t i = 0; i < input->result_count; i++)
		columns += input->results[i]->column_count;
	return columns;
}

bool
input_value(const struct bound_input *input, size_t row, size_t column, struct value *value)
{
	for (size_t i = 0; i < input->result_count; i++) {
		const struct result *r = input->results[i];

		if (column < r->column_count) {
			if (row >= r->row_count)
				return false;
			*value = result_at(r, row, column);
			return true;
		}
		column -= r->column_count;
	}
	return false;
}
