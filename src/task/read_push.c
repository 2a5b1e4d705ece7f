/* SPDX-License-Identifier: MIT */
#include "src/task/reader.h"

#define MAX_BLOCKS 100
#define MAX_COLUMNS 1000
#define MAX_RULES 50
#define MAX_NAMES 500

static bool
read_style(struct task_reader *r, const struct place *at, struct cell_rule *rule)
{
	int color;

	if (!read_word(r, at, "color", &color_words, COLOR_DEFAULT, &color) ||
		!read_text(r, at, "mark", &rule->mark))
		return false;
	rule->color = (enum color)color;
	return true;
}

static bool
read_rules(struct task_reader *r, const struct place *at, struct table_column *column)
{
	static const char *const keys[] = { "op", "value", "color", "mark", NULL };
	struct place list, item;
	const cJSON *c;
	size_t count;

	place_key(&list, at, "when");
	if (!read_list(r, &list, MAX_RULES, &count))
		return false;
	column->when = arena_array(&r->task->arena, struct cell_rule, count);
	cJSON_ArrayForEach(c, list.json) {
		struct cell_rule *rule = &column->when[column->when_count];

		place_item(&item, &list, c, column->when_count++);
		if (!read_object(r, &item, keys) ||
			!read_op(r, &item, &rule->op, &rule->value, &rule->value2) ||
			!read_style(r, &item, rule))
			return false;
	}
	return true;
}

static bool
read_column(struct task_reader *r, const struct place *at, struct table_column *column)
{
	static const char *const keys[] = { "field", "header", "prefix", "suffix", "align",
		"when", "else", NULL };
	static const char *const else_keys[] = { "color", "mark", NULL };
	struct place inner;
	int align;

	if (!read_object(r, at, keys) || !read_needed(r, at, "field", &column->field) ||
		!read_text(r, at, "header", &column->header) ||
		!read_text(r, at, "prefix", &column->prefix) ||
		!read_text(r, at, "suffix", &column->suffix) ||
		!read_word(r, at, "align", &align_words, ALIGN_AUTO, &align) ||
		!read_rules(r, at, column))
		return false;
	column->align = (enum align)align;
	column->otherwise = (struct cell_rule){ .value = "", .value2 = "", .mark = "" };
	place_key(&inner, at, "else");
	column->has_else = inner.json != NULL;
	return !inner.json || (read_object(r, &inner, else_keys) &&
				      read_style(r, &inner, &column->otherwise));
}

static bool
read_table(struct task_reader *r, const struct place *at, struct block *block)
{
	static const char *const keys[] = { "kind", "query", "columns", NULL };
	struct place list, item;
	const cJSON *c;
	size_t count;
	int64_t query;

	place_key(&list, at, "columns");
	if (!read_object(r, at, keys) ||
		!json_get_integer(at->json, at->way, "query", 0, 0, 1000, &query, r->err) ||
		!read_list(r, &list, MAX_COLUMNS, &count))
		return false;
	block->query = (int)query;
	block->columns = arena_array(&r->task->arena, struct table_column, count);
	cJSON_ArrayForEach(c, list.json) {
		place_item(&item, &list, c, block->column_count);
		if (!read_column(r, &item, &block->columns[block->column_count++]))
			return false;
	}
	return true;
}

static bool
read_markdown(struct task_reader *r, const struct place *at, struct block *block)
{
	static const char *const keys[] = { "kind", "text", "mode", NULL };
	int mode;

	if (!read_object(r, at, keys) || !read_text(r, at, "text", &block->text) ||
		!read_word(r, at, "mode", &block_mode_words, 0, &mode))
		return false;
	block->source_mode = mode == 1;
	return true;
}

static bool
read_email_body(struct task_reader *r, const struct place *at, struct block *block)
{
	static const char *const keys[] = { "kind", "text", "html", NULL };

	block->is_html = cJSON_GetObjectItemCaseSensitive(at->json, "html") != NULL;
	if (block->is_html && cJSON_GetObjectItemCaseSensitive(at->json, "text"))
		return place_fail(r, at, "has \"text\" and \"html\": one of them");
	return read_object(r, at, keys) &&
	       read_text(r, at, block->is_html ? "html" : "text", &block->text);
}

static bool
read_image(struct task_reader *r, const struct place *at, struct block *block)
{
	static const char *const keys[] = { "kind", "path", "url", "alt", NULL };

	if (!read_object(r, at, keys) || !read_text(r, at, "path", &block->path) ||
		!read_text(r, at, "url", &block->url) || !read_text(r, at, "alt", &block->alt))
		return false;
	return !*block->path || !*block->url ||
	       place_fail(r, at, "has \"path\" and \"url\": one of them");
}

static bool
read_chart(struct task_reader *r, const struct place *at, struct block *block)
{
	(void)block;
	return place_fail_key(r, at, "kind", "\"chart\" is reserved for a later version");
}

static bool (*const block_readers[BLOCK_KIND_COUNT])(struct task_reader *r,
	const struct place *at, struct block *block) = {
	[BLOCK_MARKDOWN] = read_markdown,
	[BLOCK_TABLE] = read_table,
	[BLOCK_EMAIL_BODY] = read_email_body,
	[BLOCK_IMAGE] = read_image,
	[BLOCK_CHART] = read_chart,
};

static bool
read_block(struct task_reader *r, const struct place *at, struct block *block)
{
	int kind;

	*block = (struct block){ .text = "", .path = "", .url = "", .alt = "" };
	if (!cJSON_IsObject(at->json))
		return place_fail(r, at, "must be an object in braces");
	if (!read_word(r, at, "kind", &block_kind_words, -1, &kind))
		return false;
	if (kind < 0)
		return place_fail_key(r, at, "kind", "is missing");
	block->kind = (enum block_kind)kind;
	return block_readers[kind](r, at, block);
}

static bool
read_blocks(struct task_reader *r, const struct place *at, struct node *node)
{
	struct place list, item;
	const cJSON *c;
	size_t count;

	place_key(&list, at, "content");
	if (!read_list(r, &list, MAX_BLOCKS, &count))
		return false;
	node->blocks = arena_array(&r->task->arena, struct block, count);
	cJSON_ArrayForEach(c, list.json) {
		place_item(&item, &list, c, node->block_count);
		if (!read_block(r, &item, &node->blocks[node->block_count++]))
			return false;
	}
	return true;
}

static bool
read_inputs(struct task_reader *r, const struct place *at, struct node *node)
{
	struct place map, item;
	const cJSON *c;

	place_key(&map, at, "inputs");
	if (!map.json)
		return true;
	if (!cJSON_IsObject(map.json))
		return place_fail(r, &map, "must be an object: {\"inputs\": \"sales\"}");
	if (cJSON_GetArraySize(map.json) > TASK_MAX_NODES)
		return place_fail(r, &map, "has more than %d inputs", TASK_MAX_NODES);
	node->inputs = arena_array(&r->task->arena, struct input,
		(size_t)cJSON_GetArraySize(map.json));
	cJSON_ArrayForEach(c, map.json) {
		struct input *input = &node->inputs[node->input_count++];

		place_key(&item, &map, c->string);
		if (!place_check_name(r, &map, c->string, "the input's name"))
			return false;
		if (!cJSON_IsString(c) || !*c->valuestring)
			return place_fail(r, &item, "must be the name of a node");
		input->name = arena_strdup(&r->task->arena, c->string);
		input->node = arena_strdup(&r->task->arena, c->valuestring);
	}
	return true;
}

static bool
read_mentions(struct task_reader *r, const struct place *at, struct mentions *mentions)
{
	static const char *const keys[] = { "all", "users", "mobiles", "emails", NULL };
	struct place inner;

	place_key(&inner, at, "mentions");
	return !inner.json ||
	       (read_object(r, &inner, keys) &&
		       json_get_bool(inner.json, inner.way, "all", false, &mentions->all, r->err) &&
		       read_names(r, &inner, "users", MAX_NAMES, &mentions->users) &&
		       read_names(r, &inner, "mobiles", MAX_NAMES, &mentions->mobiles) &&
		       read_names(r, &inner, "emails", MAX_NAMES, &mentions->emails));
}

bool
read_push(struct task_reader *r, const struct place *at, struct node *node)
{
	static const char *const keys[] = { "name", "kind", "after", "inputs", "title", "content",
		"destinations", "mentions", NULL };

	return read_object(r, at, keys) && read_inputs(r, at, node) &&
	       read_text(r, at, "title", &node->title) && read_blocks(r, at, node) &&
	       read_names(r, at, "destinations", MAX_NAMES, &node->destinations) &&
	       read_mentions(r, at, &node->mentions);
}
