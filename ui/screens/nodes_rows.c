/* SPDX-License-Identifier: MIT */
/* Whose message takes the rows of a query: by an input where a push node names its inputs,
 * else by coming directly after. */
#include <stdio.h>

#include "ui/screens/nodes.h"

static size_t
name_at(const struct name_list *list, const char *name)
{
	size_t i = 0;

	while (i < list->count && strcmp(list->list[i], name) != 0)
		i++;
	return i;
}

bool
nodes_takes_rows(const struct node *push, const char *query)
{
	if (push->kind != NODE_PUSH || !push->input_count)
		return push->kind == NODE_PUSH && name_at(&push->after, query) < push->after.count;
	for (size_t i = 0; i < push->input_count; i++)
		if (strcmp(push->inputs[i].node, query) == 0)
			return true;
	return false;
}

static void
add_name(struct model *m, struct name_list *names, const char *name)
{
	const char **list = model_array(m, names->count + 1, sizeof(*list));

	if (names->count)
		memcpy(list, names->list, names->count * sizeof(*list));
	list[names->count] = name;
	*names = (struct name_list){ list, names->count + 1 };
}

/* What its message takes now, said by name, so that it means the same with one more. */
static void
name_inputs(struct model *m, const struct task *t, struct node *push)
{
	struct input *inputs = model_array(m, push->after.count + 1, sizeof(*inputs));
	char name[32];

	for (size_t i = 0; i < push->after.count; i++) {
		if (!task_find_node(t, push->after.list[i]))
			return; /* a branch: its message has what stands before it */
		if (push->after.count == 1)
			snprintf(name, sizeof(name), "inputs");
		else
			snprintf(name, sizeof(name), "inputs%zu", i + 1);
		inputs[i].name = model_text(m, str_from(name));
		inputs[i].node = push->after.list[i];
	}
	push->inputs = inputs;
	push->input_count = push->after.count;
}

void
nodes_take_rows(struct model *m, const struct task *t, struct node *push, const char *query)
{
	struct input *inputs;

	if (!push->input_count)
		name_inputs(m, t, push);
	if (name_at(&push->after, query) == push->after.count)
		add_name(m, &push->after, query);
	if (!push->input_count)
		return;
	inputs = model_array(m, push->input_count + 1, sizeof(*inputs));
	memcpy(inputs, push->inputs, push->input_count * sizeof(*inputs));
	inputs[push->input_count++] = (struct input){ query, query };
	push->inputs = inputs;
}

void
nodes_leave_rows(struct node *push, const char *query)
{
	size_t at = name_at(&push->after, query), kept = 0;

	if (at < push->after.count) {
		push->after.count--;
		memmove(&push->after.list[at], &push->after.list[at + 1],
			(push->after.count - at) * sizeof(*push->after.list));
	}
	for (size_t i = 0; i < push->input_count; i++)
		if (strcmp(push->inputs[i].node, query) != 0)
			push->inputs[kept++] = push->inputs[i];
	push->input_count = kept;
}
