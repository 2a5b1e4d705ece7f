/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "src/check/checker.h"

/* Without a workspace the dialect is not known: the first one that reads the text
 * to its end without leaving a string open. */
static enum sql_dialect
guess_dialect(struct str text)
{
	static const enum sql_dialect order[] = { SQL_GENERIC, SQL_POSTGRES, SQL_MYSQL, SQL_HIVE,
		SQL_CLICKHOUSE, SQL_SQLITE };

	for (size_t i = 0; i < ARRAY_LEN(order); i++) {
		struct sql_split s;
		bool open;

		sql_split(&s, order[i], text, false);
		open = s.unfinished;
		sql_split_fini(&s);
		if (!open)
			return order[i];
	}
	return SQL_GENERIC;
}

static bool
is_sql(const struct node *node)
{
	return node->kind == NODE_QUERY ||
	       (node->kind == NODE_ASSIGN && strcmp(node->language, "sql") == 0);
}

static void
add_column(struct select_list *list, const char *name)
{
	list->columns = xreallocarray(list->columns, list->count + 1, sizeof(*list->columns));
	list->columns[list->count++] = (struct select_column){ xstrdup(name), 0 };
}

/* Columns the author listed by hand take the place of those read from the SQL. */
static void
use_outputs(const struct node *node, struct select_list *list, int query)
{
	struct select_list fresh = { .yields_rows = true, .is_known = true,
		.has_order_by = list->has_order_by, .is_one_row = list->is_one_row };

	for (size_t i = 0; i < node->output_count; i++)
		if (node->outputs[i].query == query)
			add_column(&fresh, node->outputs[i].name);
	select_list_fini(list);
	*list = fresh;
}

/* In script mode one result comes back, that of the last SELECT. */
static void
keep_last(struct node_facts *f)
{
	for (size_t i = 0; i + 1 < f->list_count; i++)
		select_list_fini(&f->lists[i]);
	if (f->list_count > 1)
		f->lists[0] = f->lists[f->list_count - 1];
	f->list_count = f->list_count ? 1 : 0;
}

static void
read_sql(struct checker *c, const struct node *node, struct node_facts *f)
{
	struct str text = str_from(node->sql);

	if (!c->context->source || !*node->source ||
		!c->context->source(c->context->data, node->source, &f->dialect)) {
		f->source_bad = c->context->source && *node->source;
		f->dialect = guess_dialect(text);
	}
	sql_split(&f->split, f->dialect, text, false);
	f->list_count = f->split.count;
	f->lists = xcalloc(f->list_count, sizeof(*f->lists));
	for (size_t i = 0; i < f->list_count; i++)
		select_list_read(&f->lists[i], f->dialect,
			sql_statement_text(&f->split.list[i], text));
	if (node->script)
		keep_last(f);
	for (size_t i = 0; i < f->list_count && !node->columns_auto; i++)
		use_outputs(node, &f->lists[i], (int)i + 1);
	if (node->kind == NODE_ASSIGN && f->list_count)
		f->first = f->list_count - 1;
}

static void
read_script(struct node_facts *f)
{
	f->lists = xcalloc(1, sizeof(*f->lists));
	f->lists[0] = (struct select_list){ .yields_rows = true, .is_known = true,
		.has_order_by = true };
	add_column(&f->lists[0], "value");
	f->list_count = 1;
}

void
check_facts_read(struct checker *c)
{
	c->facts = xcalloc(c->task->node_count, sizeof(*c->facts));
	for (size_t i = 0; i < c->task->node_count; i++) {
		const struct node *node = &c->task->nodes[i];

		if (is_sql(node))
			read_sql(c, node, &c->facts[i]);
		else if (node->kind == NODE_ASSIGN)
			read_script(&c->facts[i]);
	}
}

void
check_facts_free(struct checker *c)
{
	for (size_t i = 0; i < c->task->node_count; i++) {
		struct node_facts *f = &c->facts[i];

		for (size_t k = 0; k < f->list_count; k++)
			select_list_fini(&f->lists[k]);
		free(f->lists);
		sql_split_fini(&f->split);
	}
	free(c->facts);
}

size_t
check_find_statement(const struct node_facts *f, struct str label)
{
	size_t i = sql_split_find(&f->split, label);

	if (f->first + 1 == f->list_count && str_is(label, "q1"))
		return f->first; /* an assignment's: the one there is */
	return i < f->list_count ? i : SIZE_MAX;
}
