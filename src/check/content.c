/* SPDX-License-Identifier: MIT */
#include "src/check/checker.h"

static void
check_inputs(struct checker *c, const struct node *node, const struct json_path *way)
{
	struct json_path map = { way, "inputs", 0 };

	for (size_t i = 0; i < node->input_count; i++) {
		struct json_path item = { &map, node->inputs[i].name, 0 };
		size_t up = check_find_node(c, node->inputs[i].node);

		if (up == SIZE_MAX)
			check_say(c, RULE_UNKNOWN_NODE, SPOT(&item), NULL, "there is no node \"%s\"",
				node->inputs[i].node);
		else if (c->task->nodes[up].kind != NODE_QUERY &&
			 c->task->nodes[up].kind != NODE_ASSIGN)
			check_say(c, RULE_INPUT, SPOT(&item), "bind it to a query or assign node",
				"node \"%s\" gives no result", node->inputs[i].node);
	}
}

static void
check_destinations(struct checker *c, const struct node *node, const struct json_path *way)
{
	struct json_path list = { way, "destinations", 0 };
	const char *channel;

	if (node->destinations.count == 0)
		check_say(c, RULE_MISSING, SPOT(&list), "choose at least one destination",
			"node \"%s\" sends to nobody", node->name);
	for (size_t i = 0; i < node->destinations.count; i++) {
		const char *name = node->destinations.list[i];
		struct json_path item = { &list, NULL, i };

		if (c->context->destination &&
			!c->context->destination(c->context->data, name, &channel))
			check_say(c, RULE_UNKNOWN_DESTINATION, SPOT(&item),
				"see `dpstudio destination list`",
				"there is no destination \"%s\"", name);
		for (size_t k = 0; k < i; k++)
			if (strcmp(name, node->destinations.list[k]) == 0)
				check_say(c, RULE_DESTINATION_TWICE, SPOT(&item),
					"remove one of them",
					"destination \"%s\" is listed twice", name);
	}
}

/* --- tables ------------------------------------------------------------------------- */

static void
split_field(struct str field, struct str *scope, struct str *name)
{
	const char *dot = memrchr(field.p, '.', field.len);
	size_t at = dot ? (size_t)(dot - field.p) : 0;

	*scope = str_slice(field, 0, at);
	*name = dot ? str_slice(field, at + 1, field.len) : field;
}

static void
check_field(struct checker *c, const struct names *names, const struct block *block,
	const struct table_column *column, const struct json_path *way)
{
	struct str field = str_from(column->field), scope, name;
	struct json_path key = { way, "field", 0 };
	char hint[160];

	split_field(field, &scope, &name);
	switch (check_find_column(c, names, field, scope, name, block->query)) {
	case FOUND_NONE:
		check_nearest(c, names, name, hint);
		check_say(c, RULE_UNKNOWN_COLUMN, SPOT(&key), hint, "no SELECT yields a column "
			"\"%s\"", column->field);
		break;
	case FOUND_MANY:
		check_say(c, RULE_AMBIGUOUS, SPOT(&key),
			"say which: q2.name, input.name, or give it an alias in the SQL",
			"several result columns are called \"%s\"", column->field);
		break;
	case FOUND_MAYBE:
	case FOUND_ONE:
	default:
		break;
	}
}

static void
check_rules(struct checker *c, const struct names *names, const struct table_column *column,
	const struct json_path *way)
{
	struct json_path list = { way, "when", 0 }, otherwise = { way, "else", 0 };

	for (size_t i = 0; i < column->when_count; i++) {
		struct json_path item = { &list, NULL, i };
		struct json_path value = { &item, "value", 0 }, mark = { &item, "mark", 0 };
		struct json_path second = { &value, NULL, 1 };

		check_body_refs(c, names, &value, column->when[i].value);
		check_body_refs(c, names, &second, column->when[i].value2);
		check_body_refs(c, names, &mark, column->when[i].mark);
	}
	if (column->has_else) {
		struct json_path mark = { &otherwise, "mark", 0 };

		check_body_refs(c, names, &mark, column->otherwise.mark);
	}
}

static void
check_column(struct checker *c, const struct names *names, const struct block *block,
	const struct table_column *column, const struct json_path *way)
{
	struct json_path header = { way, "header", 0 }, prefix = { way, "prefix", 0 },
			 suffix = { way, "suffix", 0 };

	check_field(c, names, block, column, way);
	check_body_refs(c, names, &header, column->header);
	check_body_refs(c, names, &prefix, column->prefix);
	check_body_refs(c, names, &suffix, column->suffix);
	check_rules(c, names, column, way);
}

/* Whether a table's columns come from statement `i` of a node. */
static bool
shows_statement(const struct checker *c, const struct names *names, const struct bound *bound,
	const struct block *block, size_t i)
{
	const struct node_facts *f = &c->facts[bound->node];
	const struct select_list *list = &f->lists[i];

	if (block->query && (size_t)block->query != i - f->first + 1)
		return false;
	for (size_t k = 0; k < block->column_count; k++) {
		struct str scope, name, first;

		split_field(str_from(block->columns[k].field), &scope, &name);
		first = str_slice(scope, 0, str_find(scope, STR("."), 0));
		if (select_list_find(list, name) == SIZE_MAX)
			continue;
		if (scope.len == 0 || check_find_statement(f, scope) == i ||
			check_find_bound(names, first) == bound)
			return true;
	}
	return block->column_count == 0;
}

/* Statements whose rows stand side by side: each should be ordered, and of one
 * length. */
static void
check_zipped(struct checker *c, const struct names *names, const struct block *block,
	const struct json_path *way, bool report)
{
	size_t shown = 0, single = 0;

	for (size_t n = 0; n < names->count; n++) {
		const struct bound *bound = &names->list[n];
		const struct node_facts *f = &c->facts[bound->node];

		for (size_t i = f->first; i < f->list_count; i++) {
			struct json_path nodes = { NULL, "nodes", 0 };
			struct json_path node = { &nodes, NULL, bound->node };
			struct json_path sql = { &node, "sql", 0 };
			struct spot spot = SPOT(&sql);

			if (!shows_statement(c, names, bound, block, i))
				continue;
			shown++;
			single += f->lists[i].is_one_row;
			if (!report || f->lists[i].has_order_by || f->lists[i].is_one_row)
				continue;
			if (i < f->split.count) {
				spot.line = f->split.list[i].line;
				spot.column = f->split.list[i].column;
			}
			check_say(c, RULE_NO_ORDER_BY, spot, "add ORDER BY, the same in each",
				"rows of this statement stand beside another one's, and their "
				"order is not fixed");
		}
	}
	if (!report && shown > 1)
		check_zipped(c, names, block, way, true);
	if (report && single > 0 && single < shown)
		check_say(c, RULE_ROWCOUNT, SPOT(way), "the shorter ones are filled with blanks",
			"statements of one row and of many stand side by side");
}

static void
check_table(struct checker *c, const struct names *names, const struct block *block,
	const struct json_path *way)
{
	struct json_path list = { way, "columns", 0 }, query = { way, "query", 0 };
	size_t statements = 0;
	bool known = names->count > 0;

	for (size_t i = 0; i < names->count; i++) {
		const struct node_facts *f = &c->facts[names->list[i].node];

		if (f->list_count - f->first > statements)
			statements = f->list_count - f->first;
		known = known && f->list_count > 0;
	}
	if (names->count == 0)
		check_say(c, RULE_EMPTY_CONTENT, SPOT(way), "write a query node into \"after\"",
			"the table has no query to show");
	else if (known && block->query > 0 && (size_t)block->query > statements) {
		check_say(c, RULE_UNKNOWN_QUERY, SPOT(&query), "statements count from 1",
			"there is no statement %d, only %zu", block->query, statements);
		return;
	}
	for (size_t i = 0; i < block->column_count; i++) {
		struct json_path item = { &list, NULL, i };

		check_column(c, names, block, &block->columns[i], &item);
	}
	check_zipped(c, names, block, way, false);
}

/* --- blocks ------------------------------------------------------------------------- */

static void
check_image(struct checker *c, const struct names *names, const struct block *block,
	const struct json_path *way)
{
	struct json_path path = { way, "path", 0 }, url = { way, "url", 0 },
			 alt = { way, "alt", 0 };

	if (!*block->path && !*block->url)
		check_say(c, RULE_EMPTY_CONTENT, SPOT(way), "give \"path\" or \"url\"",
			"the image has no source");
	check_body_refs(c, names, &path, block->path);
	check_body_refs(c, names, &url, block->url);
	check_body_refs(c, names, &alt, block->alt);
}

static void
check_block(struct checker *c, const struct names *names, const struct block *block,
	const struct json_path *way)
{
	struct json_path text = { way, block->is_html ? "html" : "text", 0 };

	if (block->kind == BLOCK_TABLE) {
		check_table(c, names, block, way);
		return;
	}
	if (block->kind == BLOCK_IMAGE) {
		check_image(c, names, block, way);
		return;
	}
	if (str_trim(str_from(block->text)).len == 0)
		check_say(c, RULE_EMPTY_CONTENT, SPOT(&text), "write it, or remove the block",
			"the block has no text");
	check_body_refs(c, names, &text, block->text);
}

/* The first email body of the whole task; SIZE_MAX when this block is it. */
static bool
is_second_email_body(const struct checker *c, size_t at, size_t block)
{
	for (size_t i = 0; i <= at; i++)
		for (size_t k = 0; k < c->task->nodes[i].block_count; k++) {
			if (i == at && k == block)
				return false;
			if (c->task->nodes[i].blocks[k].kind == BLOCK_EMAIL_BODY)
				return true;
		}
	return false;
}

/* It would become a header of a mail. */
static bool
has_control(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7F)
			return true;
	return false;
}

static void
check_addresses(struct checker *c, const struct node *node, const struct json_path *way)
{
	struct json_path mentions = { way, "mentions", 0 }, list = { &mentions, "emails", 0 };

	for (size_t i = 0; i < node->mentions.emails.count; i++) {
		const char *a = node->mentions.emails.list[i], *at = strrchr(a, '@');
		struct json_path item = { &list, NULL, i };

		if (!at || at == a || !at[1] || has_control(a))
			check_say(c, RULE_ADDRESS, SPOT(&item), "write name@example.org",
				"\"%s\" is not a mail address", a);
	}
}

void
check_push(struct checker *c, size_t at, const struct json_path *way)
{
	const struct node *node = &c->task->nodes[at];
	struct json_path title = { way, "title", 0 }, list = { way, "content", 0 };
	struct names names;

	check_inputs(c, node, way);
	check_names_read(c, at, &names);
	if (!*node->title)
		check_say(c, RULE_MISSING, SPOT(&title), "write a title",
			"node \"%s\" has no title", node->name);
	if (has_control(node->title))
		check_say(c, RULE_TITLE, SPOT(&title), "write it on one line",
			"the title of node \"%s\" has a line break or control character",
			node->name);
	check_body_refs(c, &names, &title, node->title);
	if (node->block_count == 0)
		check_say(c, RULE_EMPTY_CONTENT, SPOT(&list), "add a Markdown or table block",
			"node \"%s\" has no content", node->name);
	for (size_t i = 0; i < node->block_count; i++) {
		struct json_path item = { &list, NULL, i };

		check_block(c, &names, &node->blocks[i], &item);
		if (node->blocks[i].kind == BLOCK_EMAIL_BODY && is_second_email_body(c, at, i))
			check_say(c, RULE_EMAIL_BODIES, SPOT(&item), "keep one of them",
				"the task has a second email body");
	}
	check_destinations(c, node, way);
	check_addresses(c, node, way);
	check_delivery(c, &names, node, way);
	check_names_free(&names);
}
