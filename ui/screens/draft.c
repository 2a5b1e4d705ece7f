/* SPDX-License-Identifier: MIT */
#include "ui/screens/draft.h"

#include <stdio.h>
#include <stdlib.h>

#include "src/check/check.h"
#include "src/run/run.h"
#include "src/source/source.h"
#include "src/sql/select_list.h"
#include "src/sql/split.h"
#include "src/task/task_json.h"
#include "src/workspace/store_destination.h"
#include "src/workspace/store_source.h"
#include "src/workspace/version.h"
#include "ui/choice.h"

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
			err_set(err, ERR_STATE, _("no task is open"));
			ok = err_hint(err, _("choose one in the studio first"));
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
		(unsigned)c.minute % 100, choice_label(weekday_name(date_weekday(c.date))));
}

const struct node *
draft_find_push(const struct studio *s, const struct task *t, size_t *number, size_t *count)
{
	const struct node *found = NULL;
	size_t seen = 0, at = 0;

	for (size_t i = 0; t && i < t->node_count; i++) {
		const struct node *node = &t->nodes[i];

		if (node->kind != NODE_PUSH)
			continue;
		seen++;
		if (!found || (s->push && strcmp(node->name, s->push) == 0)) {
			found = node;
			at = seen;
		}
	}
	if (number)
		*number = at;
	if (count)
		*count = seen;
	return found;
}

bool
draft_next_push(struct studio *s)
{
	const struct task *t = model_task(s->model);
	const struct node *now = draft_find_push(s, t, NULL, NULL);
	size_t at = now ? (size_t)(now - t->nodes) : 0;

	for (size_t i = 1; now && i < t->node_count; i++) {
		const struct node *next = &t->nodes[(at + i) % t->node_count];

		if (next->kind == NODE_PUSH) {
			studio_show_push(s, next->name);
			return true;
		}
	}
	return false;
}

struct node *
draft_push(struct studio *s)
{
	struct model *m = s->model;
	struct task *t = model_edit(m);
	const struct node *found = draft_find_push(s, t, NULL, NULL);
	struct node *push, *nodes;

	if (!t)
		return NULL;
	if (found)
		return &t->nodes[found - t->nodes];
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

struct note_sink {
	struct check_sink sink;
	struct notes *notes;
	const char *way;
};

static void
take_problem(struct check_sink *self, const struct check_problem *p)
{
	struct note_sink *s = (struct note_sink *)self;
	size_t len = strlen(s->way);

	if (strncmp(p->path, s->way, len) != 0)
		return;
	if (p->level == CHECK_ERROR)
		notes_add(s->notes, ROLE_ERROR, NULL, "✗ %s", p->message);
	else
		notes_add(s->notes, ROLE_WARNING, NULL, "! %s", p->message);
	if (*p->hint)
		notes_add(s->notes, ROLE_INFO, NULL, "%s", p->hint);
}

void
draft_note_problems(struct model *m, const char *way, struct notes *notes)
{
	struct note_sink sink = { { take_problem }, notes, way };

	(void)check_task(model_task(m), &(struct check_context){ .say = i18n_say }, &sink.sink);
}

struct name_list
draft_words(struct model *m, const char *text)
{
	struct str s = str_from(text);
	struct name_list list = { 0 };

	list.list = model_array(m, s.len / 2 + 1, sizeof(*list.list));
	while (s.len) {
		size_t n = 0;

		while (n < s.len && s.p[n] != ',' && s.p[n] != ' ')
			n++;
		if (n)
			list.list[list.count++] = model_text(m, str_slice(s, 0, n));
		s = str_slice(s, n + 1, s.len);
	}
	return list;
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

enum sql_dialect
draft_dialect(struct studio *s, const struct node *node)
{
	struct source_list list = { 0 };
	struct arena a = ARENA_INIT;
	struct err err = ERR_INIT;
	enum sql_dialect dialect = SQL_GENERIC;

	if (store_source_list(s->ws, &a, &list, &err))
		for (size_t i = 0; i < list.count; i++) {
			const struct source_kind *kind = source_kind_find(list.rows[i].kind);

			if (kind && strcmp(list.rows[i].name, node->source) == 0)
				dialect = kind->dialect;
		}
	arena_fini(&a);
	return dialect;
}

static void
add_select(struct buf *items, enum sql_dialect dialect, struct str statement)
{
	struct select_list select;

	select_list_read(&select, dialect, statement);
	for (size_t i = 0; i < select.count; i++)
		if (*select.columns[i].name)
			buf_addf(items, "%s\n", select.columns[i].name);
	select_list_fini(&select);
}

static void
add_columns(struct studio *s, const char *name, struct buf *items)
{
	const struct task *t = model_task(s->model);
	const struct node *node = t ? task_find_node(t, name) : NULL;
	enum sql_dialect dialect;
	struct sql_split split;

	if (!node)
		return;
	dialect = draft_dialect(s, node);
	sql_split(&split, dialect, str_from(node->sql), node->script);
	for (size_t i = 0; i < split.count; i++)
		add_select(items, dialect, sql_statement_text(&split.list[i], str_from(node->sql)));
	sql_split_fini(&split);
}

void
draft_add_columns(struct studio *s, const char *node, struct buf *items)
{
	buf_adds(items, "rows()\n");
	add_columns(s, node, items);
}

/* --- completion -------------------- */

/* What stands behind the last ${ . */
static struct str
reference_of(struct str prefix)
{
	size_t at = 0, next;

	while ((next = str_find(prefix, STR("${"), at)) != SIZE_MAX)
		at = next + 2;
	return str_slice(prefix, at, prefix.len);
}

static void
offer(const char *name, const char *kind, struct str typed, completion_add_fn add, void *sink)
{
	char *word;

	if (!str_equal_nocase(str_slice(str_from(name), 0, typed.len), typed))
		return;
	word = xasprintf("${%s}", name);
	add(sink, word, kind);
	free(word);
}

void
draft_offer_parameters(struct model *m, struct str prefix, completion_add_fn add, void *sink)
{
	const struct task *t = model_task(m);
	struct str typed = reference_of(prefix);

	for (size_t i = 0; t && i < t->parameter_count; i++)
		offer(t->parameters[i].name, _("parameter"), typed, add, sink);
}

void
draft_add_message_columns(struct studio *s, const char *push, struct buf *items)
{
	const struct task *t = model_task(s->model);
	const struct node *node = t ? task_find_node(t, push) : NULL;

	for (size_t i = 0; node && i < node->input_count; i++)
		add_columns(s, node->inputs[i].node, items);
	for (size_t i = 0; node && !node->input_count && i < node->after.count; i++)
		add_columns(s, node->after.list[i], items);
}

void
draft_offer_columns(struct studio *s, const char *push, struct str prefix, completion_add_fn add,
	void *sink)
{
	struct str typed = reference_of(prefix), rest;
	struct buf items = BUF_INIT;

	draft_add_message_columns(s, push, &items);
	for (rest = buf_str(&items); rest.len;) {
		size_t end = str_find(rest, STR("\n"), 0);
		char *name = xasprintf("%.*s", STR_ARG(str_slice(rest, 0, end)));

		offer(name, _("column"), typed, add, sink);
		free(name);
		rest = end == SIZE_MAX ? STR_NONE : str_slice(rest, end + 1, rest.len);
	}
	buf_fini(&items);
}
