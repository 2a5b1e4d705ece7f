/* SPDX-License-Identifier: MIT */
#include "src/task/reader.h"

#define MAX_ROWS 10000000
#define MAX_OUTPUTS 4096
#define MAX_SEGMENTS 100000

static bool
read_env(struct task_reader *r, const struct place *at, struct node *node)
{
	int env;

	if (!read_word(r, at, "env", &source_env_words, ENV_AUTO, &env))
		return false;
	node->env = (enum source_env)env;
	return true;
}

static bool
read_outputs(struct task_reader *r, const struct place *at, struct node *node)
{
	static const char *const keys[] = { "query", "name", "type", NULL };
	struct place list, item;
	const cJSON *c;
	size_t count;

	place_key(&list, at, "columns");
	if (!list.json || (cJSON_IsString(list.json) &&
				  strcmp(list.json->valuestring, "auto") == 0))
		return true;
	if (!cJSON_IsArray(list.json))
		return place_fail(r, &list, "must be \"auto\" or a list of columns");
	if (!read_list(r, &list, MAX_OUTPUTS, &count))
		return false;
	node->columns_auto = false;
	node->outputs = arena_array(&r->task->arena, struct output_column, count);
	cJSON_ArrayForEach(c, list.json) {
		struct output_column *column = &node->outputs[node->output_count];
		int64_t query;

		place_item(&item, &list, c, node->output_count++);
		if (!read_object(r, &item, keys) ||
			!json_get_integer(c, item.way, "query", 1, 1, 1000, &query, r->err) ||
			!read_needed(r, &item, "name", &column->name) ||
			!read_text(r, &item, "type", &column->type))
			return false;
		column->query = (int)query;
	}
	return true;
}

static bool
read_segment(struct task_reader *r, const struct place *at, struct segment *segment)
{
	static const char *const keys[] = { "key", "size", "start", "max", NULL };
	struct place inner, start;

	place_key(&inner, at, "segment");
	if (!inner.json)
		return true;
	segment->on = true;
	segment->start = "0";
	if (!read_object(r, &inner, keys) || !read_needed(r, &inner, "key", &segment->key))
		return false;
	place_key(&start, &inner, "start");
	if (start.json && !read_scalar(r, &start, &segment->start))
		return false;
	return json_get_integer(inner.json, inner.way, "size", segment->size, 1, MAX_ROWS,
		       &segment->size, r->err) &&
	       json_get_integer(inner.json, inner.way, "max", segment->max, 1, MAX_SEGMENTS,
		       &segment->max, r->err);
}

static bool
read_query(struct task_reader *r, const struct place *at, struct node *node)
{
	static const char *const keys[] = { "name", "kind", "after", "source", "env", "sql",
		"columns", "max_rows", "script", "segment", NULL };

	return read_object(r, at, keys) && read_text(r, at, "source", &node->source) &&
	       read_env(r, at, node) && read_text(r, at, "sql", &node->sql) &&
	       read_outputs(r, at, node) &&
	       json_get_integer(at->json, at->way, "max_rows", node->max_rows, 1, MAX_ROWS,
		       &node->max_rows, r->err) &&
	       json_get_bool(at->json, at->way, "script", false, &node->script, r->err) &&
	       read_segment(r, at, &node->segment);
}

static bool
read_assign(struct task_reader *r, const struct place *at, struct node *node)
{
	static const char *const sql_keys[] = { "name", "kind", "after", "source", "env", "sql",
		"language", NULL };
	static const char *const code_keys[] = { "name", "kind", "after", "language", "code",
		NULL };
	int language;

	if (!read_word(r, at, "language", &language_words, 0, &language))
		return false;
	node->language = language_words.list[language];
	if (language > 0)
		return read_object(r, at, code_keys) && read_text(r, at, "code", &node->code);
	return read_object(r, at, sql_keys) && read_text(r, at, "source", &node->source) &&
	       read_env(r, at, node) && read_text(r, at, "sql", &node->sql);
}

static bool
read_branches(struct task_reader *r, const struct place *at, struct node *node)
{
	static const char *const keys[] = { "name", "kind", "after", "branches", NULL };
	static const char *const branch_keys[] = { "name", "condition", NULL };
	struct place list, item;
	const cJSON *c;
	size_t count;

	place_key(&list, at, "branches");
	if (!read_object(r, at, keys) || !read_list(r, &list, TASK_MAX_BRANCHES, &count))
		return false;
	node->branches = arena_array(&r->task->arena, struct branch, count);
	cJSON_ArrayForEach(c, list.json) {
		struct branch *branch = &node->branches[node->branch_count];

		place_item(&item, &list, c, node->branch_count++);
		if (!read_object(r, &item, branch_keys) ||
			!read_name(r, &item, "name", "the branch's name", &branch->name) ||
			!read_text(r, &item, "condition", &branch->condition))
			return false;
		if (strchr(branch->name, '.'))
			return place_fail_key(r, &item, "name", "\"%s\" holds a dot, which "
				"stands between node and branch", branch->name);
	}
	return true;
}

static bool
read_states(struct task_reader *r, const struct place *at, unsigned *states)
{
	struct place item;
	const cJSON *c;
	size_t count, i = 0;

	if (!read_list(r, at, 3, &count))
		return false;
	if (count == 0)
		return place_fail(r, at, "is empty");
	cJSON_ArrayForEach(c, at->json) {
		int state = cJSON_IsString(c)
				    ? words_find(&merge_state_words, str_from(c->valuestring))
				    : -1;

		place_item(&item, at, c, i++);
		if (state < 0)
			return place_fail(r, &item, "must be succeeded, failed or skipped");
		*states |= 1u << state;
	}
	return true;
}

static bool
read_merge(struct task_reader *r, const struct place *at, struct node *node)
{
	static const char *const keys[] = { "name", "kind", "after", "accept", "logic", NULL };
	struct place map, item;
	const cJSON *c;
	int logic;

	place_key(&map, at, "accept");
	if (!read_object(r, at, keys) ||
		!read_word(r, at, "logic", &logic_words, 0, &logic))
		return false;
	node->merge_or = logic == 1;
	if (!map.json)
		return true;
	if (!cJSON_IsObject(map.json) || cJSON_GetArraySize(map.json) > TASK_MAX_NODES)
		return place_fail(r, &map, "must be an object: {\"node\": [\"succeeded\"]}");
	node->accept = arena_array(&r->task->arena, struct merge_accept,
		(size_t)cJSON_GetArraySize(map.json));
	cJSON_ArrayForEach(c, map.json) {
		struct merge_accept *accept = &node->accept[node->accept_count++];

		place_key(&item, &map, c->string);
		accept->node = arena_strdup(&r->task->arena, c->string);
		if (!read_states(r, &item, &accept->states))
			return false;
	}
	return true;
}

static bool (*const readers[NODE_KIND_COUNT])(struct task_reader *r, const struct place *at,
	struct node *node) = {
	[NODE_QUERY] = read_query,
	[NODE_ASSIGN] = read_assign,
	[NODE_BRANCH] = read_branches,
	[NODE_MERGE] = read_merge,
	[NODE_PUSH] = read_push,
};

bool
read_node(struct task_reader *r, const struct place *at, struct node *node)
{
	int kind;

	node_init(node);
	if (!cJSON_IsObject(at->json))
		return place_fail(r, at, "must be an object in braces");
	if (!read_name(r, at, "name", "the node's name", &node->name) ||
		!read_word(r, at, "kind", &node_kind_words, -1, &kind))
		return false;
	if (kind < 0)
		return place_fail_key(r, at, "kind",
			"is missing (query, assign, branch, merge or push)");
	node->kind = (enum node_kind)kind;
	return read_names(r, at, "after", TASK_MAX_NODES, &node->after) &&
	       readers[kind](r, at, node);
}
