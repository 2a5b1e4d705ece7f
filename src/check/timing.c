/* SPDX-License-Identifier: MIT */
#include "src/base/clock.h"
#include "src/check/checker.h"
#include "src/schedule/timeexpr.h"
#include "src/task/task_json.h"
#include "src/sql/place.h"

#define MAX_NOTES 8

void
check_time_value(struct checker *c, const struct json_path *way, const char *value)
{
	struct timeexpr_note notes[MAX_NOTES], fault;
	struct str text = str_from(value);
	struct spot spot = SPOT(way);
	struct err err = ERR_INIT;
	size_t count = timeexpr_lint(text, notes, MAX_NOTES);

	for (size_t i = 0; i < count; i++) {
		text_place(text, notes[i].pos, &spot.line, &spot.column);
		check_say_as(c, RULE_TIME_WARNING, timeexpr_code_name(notes[i].code), spot,
			notes[i].hint, "%s", notes[i].text);
	}
	if (timeexpr_check(text, &fault, &err))
		return;
	text_place(text, fault.pos, &spot.line, &spot.column);
	check_say_as(c, RULE_TIME_EXPRESSION, timeexpr_code_name(fault.code), spot, fault.hint,
		"%s", fault.text);
}

static void
check_parameters(struct checker *c)
{
	struct json_path map = { NULL, "parameters", 0 };

	for (size_t i = 0; i < c->task->parameter_count; i++) {
		struct json_path way = { &map, c->task->parameters[i].name, 0 };

		check_time_value(c, &way, c->task->parameters[i].value);
	}
}

static bool
is_rows(const char *column)
{
	return strcmp(column, "rows()") == 0;
}

static void
check_condition(struct checker *c, const struct condition *one, const struct json_path *way)
{
	struct json_path node = { way, "node", 0 }, column = { way, "column", 0 },
			 value = { way, "value", 0 };
	size_t at = check_find_node(c, one->node);
	struct names names = { .list = &(struct bound){ one->node, at }, .count = 1 };
	char hint[160];

	check_time_value(c, &value, one->value);
	check_time_value(c, &value, one->value2);
	if (at == SIZE_MAX) {
		check_say(c, RULE_UNKNOWN_NODE, SPOT(&node), NULL, "there is no node \"%s\"",
			one->node);
		return;
	}
	if (c->task->nodes[at].kind != NODE_QUERY && c->task->nodes[at].kind != NODE_ASSIGN) {
		check_say(c, RULE_CONDITION, SPOT(&node), "name a query or assign node",
			"node \"%s\" gives no result to judge", one->node);
		return;
	}
	if (is_rows(one->column) && (one->op == OP_NULL || one->op == OP_CONTAINS))
		check_say(c, RULE_CONDITION, SPOT(way), "compare rows() with a number",
			"rows() is a number: \"%s\" never holds", cond_op_name(one->op));
	if (is_rows(one->column) ||
		check_find_column(c, &names, str_from(one->column), STR_NONE,
			str_from(one->column), 0) != FOUND_NONE)
		return;
	check_nearest(c, &names, str_from(one->column), hint);
	check_say(c, RULE_UNKNOWN_COLUMN, SPOT(&column), hint,
		"node \"%s\" yields no column \"%s\"", one->node, one->column);
}

static void
check_conditions(struct checker *c)
{
	struct json_path list = { NULL, "conditions", 0 };

	for (size_t i = 0; i < c->task->condition_count; i++) {
		struct json_path item = { &list, NULL, i };

		check_condition(c, &c->task->conditions[i], &item);
	}
}

/* The zone of a schedule; NULL when there is none of that name (said here). */
static const struct zone *
zone_of(struct checker *c, const struct schedule *s, const struct json_path *way)
{
	const char *name = s->timezone && *s->timezone ? s->timezone : c->context->timezone;
	struct json_path key = { way, "timezone", 0 };
	struct err err = ERR_INIT;
	const struct zone *zone = zone_get(name && *name ? name : "UTC", &err);

	if (!zone && s->timezone && *s->timezone)
		check_say(c, RULE_ZONE, SPOT(&key), err.hint, "%s", err.msg);
	return zone;
}

static int64_t
now_us(const struct checker *c)
{
	return c->context->now_us ? c->context->now_us : clock_now_us();
}

static bool
has_ended(const struct checker *c, const struct zone *zone)
{
	struct date to = c->task->to;

	return to.year && date_compare(zone_civil(zone, now_us(c)).date, to) > 0;
}

/* A schedule that has no slot at all, or none in what is left of its range. */
static void
check_fires(struct checker *c, const struct schedule *s, const struct zone *zone,
	const struct json_path *way)
{
	struct plan plan = { .schedules = s, .count = 1, .default_zone = zone };
	struct err err = ERR_INIT;
	struct slot slot;

	if (!schedule_next(&plan, now_us(c), &slot, &err)) {
		if (err.code == ERR_NONE)
			check_say(c, RULE_NEVER, SPOT(way), "look at day, month and weekday",
				"this schedule never fires");
		return;
	}
	plan.from = c->task->from;
	plan.to = c->task->to;
	if (!has_ended(c, zone) && !schedule_next(&plan, now_us(c), &slot, &err) &&
		err.code == ERR_NONE)
		check_say(c, RULE_NEVER, SPOT(way), "widen \"effective\" or change the schedule",
			"this schedule never fires within the effective range");
}

static void
check_schedules(struct checker *c)
{
	struct json_path list = { NULL, "schedule", 0 }, effective = { NULL, "effective", 0 };
	bool ended = false;

	for (size_t i = 0; i < c->task->schedule_count; i++) {
		struct json_path item = { &list, NULL, i };
		const struct json_path *way = c->task->schedule_count > 1 ? &item : &list;
		const struct schedule *s = &c->task->schedules[i];
		const struct zone *zone = zone_of(c, s, way);

		if (!zone)
			continue;
		check_fires(c, s, zone, way);
		ended = ended || has_ended(c, zone);
	}
	if (ended)
		check_say(c, RULE_ENDED, SPOT(&effective), "set a later \"to\", or unpublish it",
			"the effective range is over: the task runs no more");
}

static void
check_calendar(struct checker *c)
{
	struct json_path calendar = { NULL, "calendar", 0 }, name = { &calendar, "name", 0 };

	if (*c->task->calendar && c->context->calendar &&
		!c->context->calendar(c->context->data, c->task->calendar))
		check_say(c, RULE_UNKNOWN_CALENDAR, SPOT(&name), NULL,
			"there is no calendar \"%s\"", c->task->calendar);
}

void
check_timing(struct checker *c)
{
	check_parameters(c);
	check_conditions(c);
	check_schedules(c);
	check_calendar(c);
}
