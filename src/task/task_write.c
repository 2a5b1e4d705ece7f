/* SPDX-License-Identifier: MIT */
#include "src/task/task_json.h"

#include <stdio.h>
#include <stdlib.h>

#include "src/task/words.h"

static void
add_text(cJSON *to, const char *key, const char *text)
{
	if (*text)
		cJSON_AddStringToObject(to, key, text);
}

static void
add_word(cJSON *to, const char *key, const struct words *words, int value, int otherwise)
{
	if (value != otherwise)
		cJSON_AddStringToObject(to, key, words->list[value]);
}

static void
add_number(cJSON *to, const char *key, int64_t value, int64_t otherwise)
{
	if (value != otherwise)
		cJSON_AddNumberToObject(to, key, (double)value);
}

static void
add_flag(cJSON *to, const char *key, bool value)
{
	if (value)
		cJSON_AddTrueToObject(to, key);
}

static void
add_duration(cJSON *to, const char *key, int64_t seconds, int64_t otherwise)
{
	char text[24];

	if (seconds == otherwise)
		return;
	duration_format(seconds, text);
	cJSON_AddStringToObject(to, key, text);
}

static void
add_minute(cJSON *to, const char *key, int minute)
{
	char text[16];

	snprintf(text, sizeof(text), "%02d:%02d", minute / 60 % 100, minute % 60);
	cJSON_AddStringToObject(to, key, text);
}

static void
add_date(cJSON *to, const char *key, struct date date)
{
	char text[11];

	if (!date.year)
		return;
	date_format(date, text);
	cJSON_AddStringToObject(to, key, text);
}

static void
add_all_names(cJSON *to, const char *key, const struct name_list *names)
{
	cJSON *list = cJSON_AddArrayToObject(to, key);

	for (size_t i = 0; i < names->count; i++)
		cJSON_AddItemToArray(list, cJSON_CreateString(names->list[i]));
}

static void
add_names(cJSON *to, const char *key, const struct name_list *names)
{
	if (names->count)
		add_all_names(to, key, names);
}

static void
add_op(cJSON *to, enum cond_op op, const char *value, const char *value2)
{
	cJSON_AddStringToObject(to, "op", cond_op_name(op));
	if (op == OP_BETWEEN) {
		cJSON *list = cJSON_AddArrayToObject(to, "value");

		cJSON_AddItemToArray(list, cJSON_CreateString(value));
		cJSON_AddItemToArray(list, cJSON_CreateString(value2));
	} else if (op != OP_NULL) {
		cJSON_AddStringToObject(to, "value", value);
	}
}

/* --- push ------------------------------------------------------------------------- */

static void
add_style(cJSON *to, const struct cell_rule *rule)
{
	add_word(to, "color", &color_words, (int)rule->color, COLOR_DEFAULT);
	add_text(to, "mark", rule->mark);
}

static cJSON *
column_json(const struct table_column *column)
{
	cJSON *json = cJSON_CreateObject();

	cJSON_AddStringToObject(json, "field", column->field);
	add_text(json, "header", column->header);
	add_text(json, "prefix", column->prefix);
	add_text(json, "suffix", column->suffix);
	add_word(json, "align", &align_words, (int)column->align, ALIGN_AUTO);
	if (column->when_count) {
		cJSON *list = cJSON_AddArrayToObject(json, "when");

		for (size_t i = 0; i < column->when_count; i++) {
			const struct cell_rule *rule = &column->when[i];
			cJSON *one = cJSON_CreateObject();

			add_op(one, rule->op, rule->value, rule->value2);
			add_style(one, rule);
			cJSON_AddItemToArray(list, one);
		}
	}
	if (column->has_else)
		add_style(cJSON_AddObjectToObject(json, "else"), &column->otherwise);
	return json;
}

static cJSON *
block_json(const struct block *block)
{
	cJSON *json = cJSON_CreateObject(), *list;

	cJSON_AddStringToObject(json, "kind", block_kind_name(block->kind));
	switch (block->kind) {
	case BLOCK_MARKDOWN:
		cJSON_AddStringToObject(json, "text", block->text);
		add_word(json, "mode", &block_mode_words, block->source_mode, 0);
		break;
	case BLOCK_TABLE:
		add_number(json, "query", block->query, 0);
		if (block->column_count == 0)
			break;
		list = cJSON_AddArrayToObject(json, "columns");
		for (size_t i = 0; i < block->column_count; i++)
			cJSON_AddItemToArray(list, column_json(&block->columns[i]));
		break;
	case BLOCK_EMAIL_BODY:
		cJSON_AddStringToObject(json, block->is_html ? "html" : "text", block->text);
		break;
	case BLOCK_IMAGE:
		add_text(json, "path", block->path);
		add_text(json, "url", block->url);
		add_text(json, "alt", block->alt);
		break;
	case BLOCK_CHART:
	case BLOCK_KIND_COUNT:
	default:
		break;
	}
	return json;
}

static void
add_mentions(cJSON *to, const struct mentions *m)
{
	cJSON *json;

	if (!m->all && !m->users.count && !m->mobiles.count && !m->emails.count)
		return;
	json = cJSON_AddObjectToObject(to, "mentions");
	add_flag(json, "all", m->all);
	add_names(json, "users", &m->users);
	add_names(json, "mobiles", &m->mobiles);
	add_names(json, "emails", &m->emails);
}

static void
add_push(cJSON *to, const struct node *node)
{
	cJSON *list;

	if (node->input_count) {
		list = cJSON_AddObjectToObject(to, "inputs");
		for (size_t i = 0; i < node->input_count; i++)
			cJSON_AddStringToObject(list, node->inputs[i].name,
				node->inputs[i].node);
	}
	cJSON_AddStringToObject(to, "title", node->title);
	list = cJSON_AddArrayToObject(to, "content");
	for (size_t i = 0; i < node->block_count; i++)
		cJSON_AddItemToArray(list, block_json(&node->blocks[i]));
	add_all_names(to, "destinations", &node->destinations);
	add_mentions(to, &node->mentions);
}

/* --- other nodes ------------------------------------------------------------------- */

static void
add_source(cJSON *to, const struct node *node)
{
	cJSON_AddStringToObject(to, "source", node->source);
	add_word(to, "env", &source_env_words, (int)node->env, ENV_AUTO);
	cJSON_AddStringToObject(to, "sql", node->sql);
}

static void
add_query(cJSON *to, const struct node *node)
{
	struct node initial;

	node_init(&initial);
	add_source(to, node);
	if (!node->columns_auto) {
		cJSON *list = cJSON_AddArrayToObject(to, "columns");

		for (size_t i = 0; i < node->output_count; i++) {
			cJSON *one = cJSON_CreateObject();

			add_number(one, "query", node->outputs[i].query, 1);
			cJSON_AddStringToObject(one, "name", node->outputs[i].name);
			add_text(one, "type", node->outputs[i].type);
			cJSON_AddItemToArray(list, one);
		}
	}
	add_number(to, "max_rows", node->max_rows, initial.max_rows);
	add_flag(to, "script", node->script);
	if (node->segment.on) {
		cJSON *json = cJSON_AddObjectToObject(to, "segment");

		cJSON_AddStringToObject(json, "key", node->segment.key);
		add_number(json, "size", node->segment.size, initial.segment.size);
		if (strcmp(node->segment.start, "0") != 0)
			cJSON_AddStringToObject(json, "start", node->segment.start);
		add_number(json, "max", node->segment.max, initial.segment.max);
	}
}

static void
add_assign(cJSON *to, const struct node *node)
{
	if (strcmp(node->language, "sql") == 0) {
		add_source(to, node);
		return;
	}
	cJSON_AddStringToObject(to, "language", node->language);
	cJSON_AddStringToObject(to, "code", node->code);
}

static void
add_branches(cJSON *to, const struct node *node)
{
	cJSON *list = cJSON_AddArrayToObject(to, "branches");

	for (size_t i = 0; i < node->branch_count; i++) {
		cJSON *one = cJSON_CreateObject();

		cJSON_AddStringToObject(one, "name", node->branches[i].name);
		cJSON_AddStringToObject(one, "condition", node->branches[i].condition);
		cJSON_AddItemToArray(list, one);
	}
}

static void
add_merge(cJSON *to, const struct node *node)
{
	if (node->accept_count) {
		cJSON *map = cJSON_AddObjectToObject(to, "accept");

		for (size_t i = 0; i < node->accept_count; i++) {
			cJSON *list = cJSON_AddArrayToObject(map, node->accept[i].node);

			for (int k = 0; k < merge_state_words.count; k++)
				if (node->accept[i].states & 1u << k)
					cJSON_AddItemToArray(list,
						cJSON_CreateString(merge_state_words.list[k]));
		}
	}
	add_word(to, "logic", &logic_words, node->merge_or, 0);
}

static void (*const writers[NODE_KIND_COUNT])(cJSON *to, const struct node *node) = {
	[NODE_QUERY] = add_query,
	[NODE_ASSIGN] = add_assign,
	[NODE_BRANCH] = add_branches,
	[NODE_MERGE] = add_merge,
	[NODE_PUSH] = add_push,
};

static cJSON *
node_json(const struct node *node)
{
	cJSON *json = cJSON_CreateObject();

	cJSON_AddStringToObject(json, "name", node->name);
	cJSON_AddStringToObject(json, "kind", node_kind_name(node->kind));
	add_names(json, "after", &node->after);
	writers[node->kind](json, node);
	return json;
}

/* --- task -------------------------------------------------------------------------- */

static void
add_bits(cJSON *to, const char *key, uint32_t bits, int from, int count)
{
	cJSON *list = cJSON_AddArrayToObject(to, key);

	for (int i = from; i < count; i++)
		if (bits & 1u << i)
			cJSON_AddItemToArray(list, cJSON_CreateNumber(i));
}

static void
add_weekdays(cJSON *to, unsigned weekdays)
{
	cJSON *list = cJSON_AddArrayToObject(to, "days");

	for (int i = 1; i <= 7; i++) /* monday first */
		if (weekdays & 1u << i % 7)
			cJSON_AddItemToArray(list, cJSON_CreateString(weekday_name(i % 7)));
}

static cJSON *
schedule_json(const struct schedule *s)
{
	static const char *const words[EVERY_COUNT] = { [EVERY_MONTH] = "month",
		[EVERY_WEEK] = "week", [EVERY_DAY] = "day", [EVERY_HOUR_STEP] = "hour",
		[EVERY_HOUR_LIST] = "hour" };
	cJSON *json = cJSON_CreateObject();

	if (s->every == EVERY_CRON)
		cJSON_AddStringToObject(json, "cron", s->cron_text ? s->cron_text : "");
	else
		cJSON_AddStringToObject(json, "every", words[s->every]);
	if (s->every == EVERY_MONTH) {
		add_bits(json, "days", s->days, 1, 32);
		if (s->days & 1)
			cJSON_AddItemToArray(cJSON_GetObjectItem(json, "days"),
				cJSON_CreateString("L"));
	} else if (s->every == EVERY_WEEK) {
		add_weekdays(json, s->weekdays);
	} else if (s->every == EVERY_HOUR_LIST) {
		add_bits(json, "hours", s->hours, 0, 24);
		cJSON_AddNumberToObject(json, "minute", s->minute);
	} else if (s->every == EVERY_HOUR_STEP) {
		add_minute(json, "from", s->minute_of_day);
		add_minute(json, "to", s->to_minute);
		cJSON_AddNumberToObject(json, "step", s->step_hours);
	}
	if (s->every == EVERY_MONTH || s->every == EVERY_WEEK || s->every == EVERY_DAY)
		add_minute(json, "at", s->minute_of_day);
	add_text(json, "timezone", s->timezone ? s->timezone : "");
	return json;
}

static void
add_schedules(cJSON *to, const struct task *t)
{
	cJSON *list;

	if (t->schedule_count == 1)
		cJSON_AddItemToObject(to, "schedule", schedule_json(&t->schedules[0]));
	if (t->schedule_count <= 1)
		return;
	list = cJSON_AddArrayToObject(to, "schedule");
	for (size_t i = 0; i < t->schedule_count; i++)
		cJSON_AddItemToArray(list, schedule_json(&t->schedules[i]));
}

static void
add_parameters(cJSON *to, const struct task *t)
{
	cJSON *map;

	if (t->parameter_count == 0)
		return;
	map = cJSON_AddObjectToObject(to, "parameters");
	for (size_t i = 0; i < t->parameter_count; i++)
		cJSON_AddStringToObject(map, t->parameters[i].name, t->parameters[i].value);
}

static void
add_nodes(cJSON *to, const struct task *t)
{
	cJSON *list = cJSON_AddArrayToObject(to, "nodes");

	for (size_t i = 0; i < t->node_count; i++)
		cJSON_AddItemToArray(list, node_json(&t->nodes[i]));
}

static void
add_missed(cJSON *to, const struct task *t)
{
	cJSON *all;

	if (t->missed != MISSED_ALL) {
		add_word(to, "missed", &missed_words, (int)t->missed, MISSED_ONCE);
		return;
	}
	all = cJSON_AddObjectToObject(cJSON_AddObjectToObject(to, "missed"), "all");
	cJSON_AddNumberToObject(all, "max", (double)t->missed_max);
	add_duration(all, "age", t->missed_age_s, -1);
}

static void
add_conditions(cJSON *to, const struct task *t)
{
	cJSON *list;

	if (t->condition_count == 0)
		return;
	list = cJSON_AddArrayToObject(to, "conditions");
	for (size_t i = 0; i < t->condition_count; i++) {
		const struct condition *c = &t->conditions[i];
		cJSON *one = cJSON_CreateObject();

		cJSON_AddStringToObject(one, "node", c->node);
		cJSON_AddStringToObject(one, "column", c->column);
		add_op(one, c->op, c->value, c->value2);
		cJSON_AddItemToArray(list, one);
	}
}

static void
add_policies(cJSON *to, const struct task *t, const struct task *initial)
{
	cJSON *json;

	if (t->from.year || t->to.year) {
		json = cJSON_AddObjectToObject(to, "effective");
		add_date(json, "from", t->from);
		add_date(json, "to", t->to);
	}
	if (!t->timeout_default)
		add_duration(to, "timeout", t->timeout_s, -1);
	add_missed(to, t);
	add_word(to, "overlap", &overlap_words, (int)t->overlap, OVERLAP_SKIP);
	add_word(to, "when_empty", &when_empty_words, (int)t->when_empty, EMPTY_SEND);
	add_conditions(to, t);
	add_word(to, "oversize", &oversize_words, (int)t->oversize, OVERSIZE_SPLIT);
	if (t->retry_times != initial->retry_times ||
		t->retry_interval_s != initial->retry_interval_s) {
		json = cJSON_AddObjectToObject(to, "retry");
		add_number(json, "times", t->retry_times, initial->retry_times);
		add_duration(json, "interval", t->retry_interval_s, initial->retry_interval_s);
	}
	add_names(to, "on_failure", &t->on_failure);
	add_flag(to, "ping", t->has_ping);
	add_word(to, "mode", &task_mode_words, (int)t->mode, MODE_NORMAL);
	if (strcmp(t->group, initial->group) != 0)
		add_text(to, "group", t->group);
	add_number(to, "jitter", t->jitter_s, 0);
	if (*t->calendar) {
		json = cJSON_AddObjectToObject(to, "calendar");
		cJSON_AddStringToObject(json, "name", t->calendar);
		add_word(json, "rule", &calendar_rule_words, (int)t->calendar_rule,
			CALENDAR_SKIP);
	}
}

cJSON *
task_to_json(const struct task *t)
{
	struct task initial;
	cJSON *json;

	task_init(&initial);
	json = cJSON_CreateObject();
	cJSON_AddNumberToObject(json, "format", 1);
	cJSON_AddStringToObject(json, "name", t->name);
	add_text(json, "description", t->description);
	add_text(json, "folder", t->folder);
	add_text(json, "owner", t->owner);
	add_parameters(json, t);
	add_nodes(json, t);
	add_schedules(json, t);
	add_policies(json, t, &initial);
	return json;
}

void
task_to_text(const struct task *t, struct buf *to)
{
	cJSON *json = task_to_json(t);

	json_print(to, json);
	cJSON_Delete(json);
}
