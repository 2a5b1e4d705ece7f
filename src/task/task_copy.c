/* SPDX-License-Identifier: MIT */
#include "src/task/task.h"

/* A copy of `count` things in the arena. */
static void *
dup_array(struct arena *a, const void *list, size_t count, size_t size)
{
	void *copy = arena_alloc(a, count * size);

	return count ? memcpy(copy, list, count * size) : copy;
}

#define DUP_ARRAY(a, list, count) dup_array((a), (list), (count), sizeof(*(list)))

static void
dup_text(struct arena *a, const char **text)
{
	if (*text)
		*text = arena_strdup(a, *text);
}

static void
dup_names(struct arena *a, struct name_list *names)
{
	names->list = DUP_ARRAY(a, names->list, names->count);
	for (size_t i = 0; i < names->count; i++)
		dup_text(a, &names->list[i]);
}

static void
dup_rule(struct arena *a, struct cell_rule *rule)
{
	dup_text(a, &rule->value);
	dup_text(a, &rule->value2);
	dup_text(a, &rule->mark);
}

static void
dup_column(struct arena *a, struct table_column *column)
{
	dup_text(a, &column->field);
	dup_text(a, &column->header);
	dup_text(a, &column->prefix);
	dup_text(a, &column->suffix);
	dup_rule(a, &column->otherwise);
	column->when = DUP_ARRAY(a, column->when, column->when_count);
	for (size_t i = 0; i < column->when_count; i++)
		dup_rule(a, &column->when[i]);
}

static void
dup_block(struct arena *a, struct block *block)
{
	dup_text(a, &block->text);
	dup_text(a, &block->path);
	dup_text(a, &block->url);
	dup_text(a, &block->alt);
	block->columns = DUP_ARRAY(a, block->columns, block->column_count);
	for (size_t i = 0; i < block->column_count; i++)
		dup_column(a, &block->columns[i]);
}

static void
dup_flow(struct arena *a, struct node *node)
{
	node->branches = DUP_ARRAY(a, node->branches, node->branch_count);
	for (size_t i = 0; i < node->branch_count; i++) {
		dup_text(a, &node->branches[i].name);
		dup_text(a, &node->branches[i].condition);
	}
	node->accept = DUP_ARRAY(a, node->accept, node->accept_count);
	for (size_t i = 0; i < node->accept_count; i++)
		dup_text(a, &node->accept[i].node);
	node->inputs = DUP_ARRAY(a, node->inputs, node->input_count);
	for (size_t i = 0; i < node->input_count; i++) {
		dup_text(a, &node->inputs[i].name);
		dup_text(a, &node->inputs[i].node);
	}
}

static void
dup_node(struct arena *a, struct node *node)
{
	const char **const texts[] = { &node->name, &node->source, &node->sql, &node->language,
		&node->code, &node->title, &node->segment.key, &node->segment.start };

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		dup_text(a, texts[i]);
	dup_names(a, &node->after);
	dup_names(a, &node->destinations);
	dup_names(a, &node->mentions.users);
	dup_names(a, &node->mentions.mobiles);
	dup_names(a, &node->mentions.emails);
	node->outputs = DUP_ARRAY(a, node->outputs, node->output_count);
	for (size_t i = 0; i < node->output_count; i++) {
		dup_text(a, &node->outputs[i].name);
		dup_text(a, &node->outputs[i].type);
	}
	dup_flow(a, node);
	node->blocks = DUP_ARRAY(a, node->blocks, node->block_count);
	for (size_t i = 0; i < node->block_count; i++)
		dup_block(a, &node->blocks[i]);
}

static void
dup_conditions(struct task *t)
{
	t->conditions = DUP_ARRAY(&t->arena, t->conditions, t->condition_count);
	for (size_t i = 0; i < t->condition_count; i++) {
		struct condition *c = &t->conditions[i];

		dup_text(&t->arena, &c->node);
		dup_text(&t->arena, &c->column);
		dup_text(&t->arena, &c->value);
		dup_text(&t->arena, &c->value2);
	}
}

void
task_copy(struct task *t, const struct task *from)
{
	struct arena *a = &t->arena;
	const char **const texts[] = { &t->name, &t->description, &t->folder, &t->owner, &t->group,
		&t->calendar };

	*t = *from;
	t->arena = (struct arena)ARENA_INIT;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		dup_text(a, texts[i]);
	dup_names(a, &t->on_failure);
	dup_conditions(t);
	t->parameters = DUP_ARRAY(a, t->parameters, t->parameter_count);
	for (size_t i = 0; i < t->parameter_count; i++) {
		dup_text(a, &t->parameters[i].name);
		dup_text(a, &t->parameters[i].value);
	}
	t->schedules = DUP_ARRAY(a, t->schedules, t->schedule_count);
	for (size_t i = 0; i < t->schedule_count; i++) {
		dup_text(a, &t->schedules[i].cron_text);
		dup_text(a, &t->schedules[i].timezone);
	}
	t->nodes = DUP_ARRAY(a, t->nodes, t->node_count);
	for (size_t i = 0; i < t->node_count; i++)
		dup_node(a, &t->nodes[i]);
}
