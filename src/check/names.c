/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>

#include "src/check/checker.h"

static bool
gives_results(const struct node *node)
{
	return node->kind == NODE_QUERY || node->kind == NODE_ASSIGN;
}

static void
add_bound(struct checker *c, struct names *names, const char *name, size_t node)
{
	if (node == SIZE_MAX || !gives_results(&c->task->nodes[node]))
		return;
	names->list = xreallocarray(names->list, names->count + 1, sizeof(*names->list));
	names->list[names->count++] = (struct bound){ name, node };
}

/* A push node's inputs as authored, else `inputs`, or inputs1, inputs2 … for several
 * nodes before it. */
static void
read_push(struct checker *c, const struct node *node, struct names *names)
{
	for (size_t i = 0; i < node->input_count; i++)
		add_bound(c, names, node->inputs[i].name,
			check_find_node(c, node->inputs[i].node));
	for (size_t i = 0; node->input_count == 0 && i < node->after.count; i++)
		add_bound(c, names,
			node->after.count == 1 ? "inputs"
					       : arena_printf(&names->arena, "inputs%zu", i + 1),
			check_find_after(c, node->after.list[i]));
}

/* Other nodes reach those directly before them by name, the first also as `inputs`. */
void
check_names_read(struct checker *c, size_t at, struct names *names)
{
	const struct node *node = &c->task->nodes[at];

	*names = (struct names){ .arena = ARENA_INIT };
	if (node->kind == NODE_PUSH) {
		read_push(c, node, names);
		return;
	}
	for (size_t i = 0; i < node->after.count; i++) {
		size_t up = check_find_after(c, node->after.list[i]);

		if (i == 0)
			add_bound(c, names, "inputs", up);
		add_bound(c, names, node->after.list[i], up);
	}
}

void
check_names_free(struct names *names)
{
	arena_fini(&names->arena);
	free(names->list);
}

const struct bound *
check_find_bound(const struct names *names, struct str name)
{
	for (size_t i = 0; i < names->count; i++)
		if (str_is(name, names->list[i].name))
			return &names->list[i];
	return NULL;
}

size_t
check_find_parameter(const struct checker *c, struct str name)
{
	for (size_t i = 0; i < c->task->parameter_count; i++)
		if (str_is(name, c->task->parameters[i].name))
			return i;
	return SIZE_MAX;
}

/* Which statements a column is looked for in. */
struct search {
	const struct bound *bound; /* NULL: all */
	struct str label;	   /* empty: all */
	int query;		   /* 0: all */
	struct str field;
	size_t count; /* columns of that name */
	bool unknown; /* a statement's columns are not known */
	bool any;     /* a statement fits at all */
};

static void
search_list(struct search *s, const struct select_list *list, bool exact)
{
	s->any = true;
	s->unknown = s->unknown || !list->is_known;
	for (size_t i = 0; i < list->count; i++) {
		struct str name = str_from(list->columns[i].name);

		s->count += exact ? str_equal(name, s->field) : str_equal_nocase(name, s->field);
	}
}

static void
search_node(const struct checker *c, struct search *s, size_t node, bool exact)
{
	const struct node_facts *f = &c->facts[node];
	size_t labelled = s->label.len ? check_find_statement(f, s->label) : SIZE_MAX;

	for (size_t i = f->first; i < f->list_count; i++)
		if ((s->label.len == 0 || labelled == i) &&
			(s->query == 0 || (size_t)s->query == i - f->first + 1))
			search_list(s, &f->lists[i], exact);
	if (f->list_count == 0 && s->label.len == 0)
		s->any = s->unknown = true; /* no SQL yet: said elsewhere */
}

static bool
was_seen(const struct names *names, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (names->list[k].node == names->list[i].node)
			return true;
	return false;
}

static enum found
search_all(const struct checker *c, const struct names *names, struct search *s)
{
	for (int exact = 1; exact >= 0 && s->count == 0; exact--)
		for (size_t i = 0; i < names->count; i++)
			if (s->bound ? s->bound == &names->list[i] : !was_seen(names, i))
				search_node(c, s, names->list[i].node, exact);
	if (s->count)
		return s->count == 1 ? FOUND_ONE : FOUND_MANY;
	return s->unknown ? FOUND_MAYBE : FOUND_NONE;
}

enum found
check_find_column(const struct checker *c, const struct names *names, struct str name,
	struct str scope, struct str field, int query)
{
	struct search s = { .query = query, .field = field };
	size_t dot = str_find(scope, STR("."), 0);
	enum found found;

	if (scope.len) {
		s.bound = check_find_bound(names, str_slice(scope, 0, dot));
		if (dot != SIZE_MAX)
			s.label = str_slice(scope, dot + 1, scope.len);
		else if (!s.bound)
			s.label = scope;
		if (dot != SIZE_MAX && !s.bound)
			return FOUND_NONE;
	}
	found = search_all(c, names, &s);
	if (found != FOUND_NONE || scope.len == 0)
		return found;
	s = (struct search){ .query = query, .field = name };
	return search_all(c, names, &s); /* a column whose own name has a dot */
}

static void
consider(struct str name, const char *other, int *best, const char **near)
{
	int d = str_distance(name, str_from(other), *best);

	if (*other && d < *best) {
		*best = d;
		*near = other;
	}
}

void
check_nearest(const struct checker *c, const struct names *names, struct str name, char hint[160])
{
	int best = name.len < 4 ? 2 : 4;
	const char *near = NULL;

	hint[0] = '\0';
	for (size_t i = 0; i < c->task->parameter_count; i++)
		consider(name, c->task->parameters[i].name, &best, &near);
	for (size_t i = 0; i < names->count; i++) {
		const struct node_facts *f = &c->facts[names->list[i].node];

		consider(name, names->list[i].name, &best, &near);
		for (size_t k = f->first; k < f->list_count; k++)
			for (size_t n = 0; n < f->lists[k].count; n++)
				consider(name, f->lists[k].columns[n].name, &best, &near);
	}
	if (near)
		snprintf(hint, 160, check_said(c, N_("did you mean %s?")), near);
}
