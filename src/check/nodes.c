/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>

#include "src/check/checker.h"

static void
check_name(struct checker *c, size_t at, const struct json_path *way)
{
	const struct node *node = &c->task->nodes[at];
	struct json_path name = { way, "name", 0 };
	struct err err = ERR_INIT;

	if (!task_name_check(node->name, spoken("the node's name"), &err))
		check_say(c, RULE_NAME, SPOT(&name), err.hint, "%s", err.msg);
	if (check_find_node(c, node->name) != at)
		check_say(c, RULE_NODE_TWICE, SPOT(&name), "give each node a name of its own",
			"a second node is called \"%s\"", node->name);
}

static void
check_after(struct checker *c, const struct node *node, const struct json_path *way)
{
	struct json_path list = { way, "after", 0 };

	for (size_t i = 0; i < node->after.count; i++) {
		struct json_path item = { &list, NULL, i };

		if (check_find_after(c, node->after.list[i]) == SIZE_MAX)
			check_say(c, RULE_UNKNOWN_NODE, SPOT(&item),
				"a branch is written \"node.branch\"",
				"there is no node or branch \"%s\"", node->after.list[i]);
	}
}

static void
check_source(struct checker *c, size_t at, const struct json_path *way)
{
	const struct node *node = &c->task->nodes[at];
	struct json_path source = { way, "source", 0 };

	if (!*node->source)
		check_say(c, RULE_MISSING, SPOT(&source), "name the data source of the SQL",
			"node \"%s\" has no data source", node->name);
	else if (c->facts[at].source_bad)
		check_say(c, RULE_UNKNOWN_SOURCE, SPOT(&source), "see `dpstudio source list`",
			"there is no data source \"%s\"", node->source);
}

/* A statement called q2 that is not the second hides the second one. */
static bool
is_others_number(const struct sql_split *s, size_t i)
{
	struct str name = s->list[i].name;
	char number[24];

	snprintf(number, sizeof(number), "q%zu", i + 1);
	if (name.len < 2 || name.p[0] != 'q' || str_is(name, number))
		return false;
	for (size_t k = 1; k < name.len; k++)
		if (name.p[k] < '0' || name.p[k] > '9')
			return false;
	return true;
}

static void
check_statement(struct checker *c, size_t at, size_t i, const struct json_path *way)
{
	const struct node_facts *f = &c->facts[at];
	const struct sql_statement *one = &f->split.list[i];
	struct spot spot = { way, one->line, one->column };
	bool script = c->task->nodes[at].script;

	if (!script && i < f->list_count && !f->lists[i].yields_rows)
		check_say(c, RULE_SQL_NO_ROWS, spot, "a push task reads: use SELECT",
			"statement %zu yields no rows", i + 1);
	for (size_t k = 0; k < i && one->name.len; k++)
		if (str_equal(f->split.list[k].name, one->name))
			check_say(c, RULE_STATEMENT_NAME, spot, "rename one of them",
				"two statements are called \"%.*s\"", STR_ARG(one->name));
	if (is_others_number(&f->split, i))
		check_say(c, RULE_STATEMENT_NAME, spot, "q1, q2 … are the statements' numbers",
			"statement %zu is called \"%.*s\"", i + 1, STR_ARG(one->name));
}

static void
check_segment(struct checker *c, size_t at, const struct json_path *way)
{
	const struct node *node = &c->task->nodes[at];
	const struct node_facts *f = &c->facts[at];
	struct json_path segment = { way, "segment", 0 }, key = { &segment, "key", 0 };

	if (!node->segment.on || f->list_count == 0)
		return;
	if (f->split.count != 1)
		check_say(c, RULE_SEGMENT, SPOT(&segment), "put the others into nodes of their own",
			"a segmented query is one statement, here are %zu", f->split.count);
	if (!strstr(node->sql, "${next_token"))
		check_say(c, RULE_SEGMENT, SPOT(&segment),
			"write for example WHERE id > ${next_token} ORDER BY id LIMIT "
			"${segment_size}",
			"the SQL does not ask for rows behind ${next_token}");
	if (!f->lists[0].has_order_by)
		check_say(c, RULE_SEGMENT, SPOT(&segment), "add ORDER BY with the key",
			"the SQL has no ORDER BY, so segments would overlap");
	if (f->lists[0].is_known &&
		select_list_find(&f->lists[0], str_from(node->segment.key)) == SIZE_MAX)
		check_say(c, RULE_SEGMENT, SPOT(&key), "select the key column as well",
			"the key \"%s\" is no column of the SELECT", node->segment.key);
}

static void
check_sql(struct checker *c, size_t at, const struct names *names, const struct json_path *way)
{
	const struct node_facts *f = &c->facts[at];
	struct json_path sql = { way, "sql", 0 };
	struct spot open = { &sql, f->split.unfinished_line, f->split.unfinished_column };

	check_source(c, at, way);
	if (f->split.count == 0)
		check_say(c, RULE_SQL_EMPTY, SPOT(&sql), "write a SELECT",
			"node \"%s\" has no SQL", c->task->nodes[at].name);
	if (f->split.unfinished)
		check_say(c, RULE_SQL_OPEN, open, "close it", "the %s that begins here is never "
			"closed", f->split.unfinished_what);
	for (size_t i = 0; i < f->split.count; i++)
		check_statement(c, at, i, &sql);
	check_sql_refs(c, at, names, &sql);
	check_segment(c, at, way);
}

static void
check_script(struct checker *c, size_t at, const struct names *names, const struct json_path *way)
{
	const struct node *node = &c->task->nodes[at];
	struct json_path code = { way, "code", 0 };

	if (str_trim(str_from(node->code)).len == 0)
		check_say(c, RULE_MISSING, SPOT(&code), "print the value in the last line",
			"node \"%s\" has no code", node->name);
	check_code_refs(c, at, names, &code, node->code);
}

static void
check_branches(struct checker *c, size_t at, const struct names *names,
	const struct json_path *way)
{
	const struct node *node = &c->task->nodes[at];
	struct json_path list = { way, "branches", 0 };

	if (node->branch_count == 0)
		check_say(c, RULE_BRANCH, SPOT(&list), "add {\"name\", \"condition\"}",
			"node \"%s\" has no branches", node->name);
	for (size_t i = 0; i < node->branch_count; i++) {
		struct json_path item = { &list, NULL, i };
		struct json_path name = { &item, "name", 0 }, text = { &item, "condition", 0 };
		const struct branch *b = &node->branches[i];

		for (size_t k = 0; k < i; k++)
			if (strcmp(b->name, node->branches[k].name) == 0)
				check_say(c, RULE_BRANCH, SPOT(&name), "rename one of them",
					"two branches are called \"%s\"", b->name);
		if (!*b->condition)
			check_say(c, RULE_BRANCH, SPOT(&text),
				"write for example ${inputs[0][0]} >= 100",
				"branch \"%s\" has no condition", b->name);
		check_code_refs(c, at, names, &text, b->condition);
	}
}

static void
check_merge(struct checker *c, const struct node *node, const struct json_path *way)
{
	struct json_path map = { way, "accept", 0 }, after = { way, "after", 0 };

	if (node->after.count == 0)
		check_say(c, RULE_MERGE, SPOT(&after), "name the nodes it waits for",
			"node \"%s\" merges nothing", node->name);
	for (size_t i = 0; i < node->accept_count; i++) {
		struct json_path item = { &map, node->accept[i].node, 0 };

		/* The run looks for this word alone: "x" says nothing of "x.yes". */
		if (!name_list_has(&node->after, node->accept[i].node))
			check_say(c, RULE_MERGE, SPOT(&item),
				"write it as it stands in \"after\", or add it there",
				"node \"%s\" does not come after \"%s\"", node->name,
				node->accept[i].node);
	}
}

static void
check_node(struct checker *c, size_t at, const struct json_path *way)
{
	const struct node *node = &c->task->nodes[at];
	struct names names;

	c->node = node->name;
	check_name(c, at, way);
	check_after(c, node, way);
	check_names_read(c, at, &names);
	switch (node->kind) {
	case NODE_QUERY:
		check_sql(c, at, &names, way);
		break;
	case NODE_ASSIGN:
		if (strcmp(node->language, "sql") == 0)
			check_sql(c, at, &names, way);
		else
			check_script(c, at, &names, way);
		break;
	case NODE_BRANCH:
		check_branches(c, at, &names, way);
		break;
	case NODE_MERGE:
		check_merge(c, node, way);
		break;
	case NODE_PUSH:
		check_push(c, at, way);
		break;
	case NODE_KIND_COUNT:
	default:
		break;
	}
	check_names_free(&names);
}

static bool
is_used(const struct checker *c, size_t at)
{
	const struct task *t = c->task;

	for (size_t i = 0; i < t->node_count; i++) {
		if (i == at)
			continue;
		for (size_t k = 0; k < t->nodes[i].after.count; k++)
			if (check_find_after(c, t->nodes[i].after.list[k]) == at)
				return true;
		for (size_t k = 0; k < t->nodes[i].input_count; k++)
			if (check_find_node(c, t->nodes[i].inputs[k].node) == at)
				return true;
	}
	for (size_t i = 0; i < t->condition_count; i++)
		if (check_find_node(c, t->conditions[i].node) == at)
			return true;
	return false;
}

/* Unknown names were said one by one: what is left is a cycle. */
static void
check_order(struct checker *c, const struct json_path *way)
{
	const struct task *t = c->task;
	struct err err = ERR_INIT;
	size_t *order;

	for (size_t i = 0; i < t->node_count; i++) {
		for (size_t k = 0; k < t->nodes[i].after.count; k++)
			if (check_find_after(c, t->nodes[i].after.list[k]) == SIZE_MAX)
				return;
		for (size_t k = 0; k < t->nodes[i].input_count; k++)
			if (check_find_node(c, t->nodes[i].inputs[k].node) == SIZE_MAX)
				return;
	}
	order = xcalloc(t->node_count, sizeof(*order));
	if (!task_order(t, order, &err))
		check_say(c, RULE_CYCLE, SPOT(way), err.hint, "%s", err.msg);
	free(order);
}

static void
check_graph(struct checker *c, const struct json_path *way)
{
	const struct task *t = c->task;
	bool push = false;

	check_order(c, way);
	for (size_t i = 0; i < t->node_count; i++) {
		struct json_path item = { way, NULL, i };

		push = push || t->nodes[i].kind == NODE_PUSH;
		if (t->nodes[i].kind != NODE_PUSH && !is_used(c, i))
			check_say(c, RULE_UNUSED_NODE, SPOT(&item),
				"write it into \"after\" or \"inputs\" of a push node",
				"nothing uses what node \"%s\" gives", t->nodes[i].name);
	}
	if (!push)
		check_say(c, RULE_NO_PUSH, SPOT(way), "add a node of kind push",
			"the task sends nothing: it has no push node");
}

void
check_nodes(struct checker *c)
{
	struct json_path way = { NULL, "nodes", 0 };

	for (size_t i = 0; i < c->task->node_count; i++) {
		struct json_path item = { &way, NULL, i };

		check_node(c, i, &item);
	}
	c->node = "";
	check_graph(c, &way);
}
