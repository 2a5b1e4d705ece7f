/* SPDX-License-Identifier: MIT */
#include "ui/screens/draft.h"

#include <stdio.h>

#include "src/run/run.h"
#include "src/task/task_json.h"
#include "src/workspace/store_destination.h"
#include "src/workspace/version.h"

struct studio *
draft_open(struct ui *ui, const char *task, struct err *err)
{
	struct studio *s = studio_need(ui, err);
	struct arena a = ARENA_INIT;
	bool ok = true;

	if (!s)
		return NULL;
	if (!*task && !model_is_open(s->model)) {
		task = studio_last_task(s, &a);
		if (!*task) {
			err_set(err, ERR_STATE, "no task is open");
			ok = err_hint(err, "choose one in the studio first");
		}
	}
	if (ok && *task && (!model_is_open(s->model) ||
				   strcmp(model_task(s->model)->name, task) != 0))
		ok = model_open(s->model, task, err);
	arena_fini(&a);
	return ok ? s : NULL;
}

bool
draft_slots(struct studio *s, const struct task *task, struct slot *slots, size_t max,
	size_t *count, struct err *err)
{
	int64_t from_us = clock_now_us();
	struct task_plan plan;
	bool found = true, ok = true;

	*count = 0;
	if (!task_plan_init(s->ws, task, 0, &plan, err))
		return false;
	while (ok && found && *count < max) {
		ok = task_plan_next(&plan, from_us, &slots[*count], &found, err);
		if (ok && found)
			from_us = slots[(*count)++].at_us;
	}
	task_plan_fini(&plan);
	return ok;
}

bool
draft_slot(struct studio *s, const struct task *task, struct date date, struct slot *slot,
	struct err *err)
{
	struct run_choice choice = { .task = task->name, .has_date = date.year != 0,
		.business_date = date };
	const struct zone *zone;

	return run_choice_slot(s->ws, task, &choice, slot, &zone, err);
}

void
draft_slot_text(const struct slot *slot, char text[32])
{
	struct civil c = zone_civil(slot->zone, slot->at_us);
	char date[11];

	date_format(c.date, date);
	snprintf(text, 32, "%s %02u:%02u %s", date, (unsigned)c.hour % 100,
		(unsigned)c.minute % 100, weekday_name(date_weekday(c.date)));
}

struct node *
draft_push(struct model *m)
{
	struct task *t = model_edit(m);
	struct node *push, *nodes;

	if (!t)
		return NULL;
	push = model_find_kind(t, NODE_PUSH);
	if (push)
		return push;
	nodes = model_array(m, t->node_count + 1, sizeof(*nodes));
	if (t->node_count)
		memcpy(nodes, t->nodes, t->node_count * sizeof(*nodes));
	push = &nodes[t->node_count++];
	node_init(push);
	push->kind = NODE_PUSH;
	push->name = model_text(m, STR("push"));
	t->nodes = nodes;
	return push;
}

static bool
add_zone(void *context, const char *name)
{
	buf_addf(context, "%s\n", name);
	return true;
}

void
draft_add_zones(struct buf *items)
{
	zone_each(add_zone, items);
}

void
draft_add_destinations(struct studio *s, struct buf *items)
{
	struct destination_list list = { 0 };
	struct arena a = ARENA_INIT;
	struct err err = ERR_INIT;

	if (!store_destination_list(s->ws, &a, &list, &err))
		ui_error(s->ui, &err);
	for (size_t i = 0; i < list.count; i++)
		buf_addf(items, "%s\n", list.rows[i].name);
	arena_fini(&a);
}
