/* SPDX-License-Identifier: MIT */
#include "src/check/checker.h"

#include <stdarg.h>
#include <stdlib.h>

static void
emit(struct checker *c, enum check_rule rule, const char *code, struct spot spot,
	const char *hint, const char *message)
{
	struct buf path = BUF_INIT, place = BUF_INIT;
	struct check_problem p = { .rule = rule, .level = check_rule_info(rule)->level,
		.code = code, .node = c->node, .line = spot.line, .column = spot.column,
		.message = message, .hint = hint ? hint : "" };

	json_path_add(&path, spot.way);
	buf_add_str(&place, buf_str(&path));
	if (spot.line > 0)
		buf_addf(&place, " line %d, column %d", spot.line, spot.column);
	p.path = buf_text(&path);
	p.place = buf_text(&place);
	c->errors += p.level == CHECK_ERROR;
	c->sink->problem(c->sink, &p);
	buf_fini(&path);
	buf_fini(&place);
}

const char *
check_said(const struct checker *c, const char *text)
{
	return c->context->say && text && *text ? c->context->say(text) : text;
}

void
check_say(struct checker *c, enum check_rule rule, struct spot spot, const char *hint,
	const char *fmt, ...)
{
	struct buf text = BUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	buf_vaddf(&text, check_said(c, fmt), ap);
	va_end(ap);
	emit(c, rule, check_rule_info(rule)->code, spot, check_said(c, hint), buf_text(&text));
	buf_fini(&text);
}

void
check_say_as(struct checker *c, enum check_rule rule, const char *code, struct spot spot,
	const char *hint, const char *fmt, ...)
{
	struct buf text = BUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	buf_vaddf(&text, fmt, ap);
	va_end(ap);
	emit(c, rule, code, spot, hint, buf_text(&text));
	buf_fini(&text);
}

size_t
check_find_node(const struct checker *c, const char *name)
{
	const struct node *node = task_find_node(c->task, name);

	return node ? (size_t)(node - c->task->nodes) : SIZE_MAX;
}

size_t
check_find_after(const struct checker *c, const char *after)
{
	const struct branch *branch;
	const struct node *node = task_find_after(c->task, after, &branch);

	return node ? (size_t)(node - c->task->nodes) : SIZE_MAX;
}

static void
check_head(struct checker *c)
{
	struct json_path way = { NULL, "name", 0 };
	struct err err = ERR_INIT;

	if (!task_name_check(c->task->name, spoken("the task's name"), &err))
		check_say(c, RULE_NAME, SPOT(&way), err.hint, "%s", err.msg);
}

static void
check_notify(struct checker *c)
{
	struct json_path list = { NULL, "on_failure", 0 };
	const struct name_list *names = &c->task->on_failure;
	const char *channel;

	for (size_t i = 0; i < names->count; i++) {
		struct json_path way = { &list, NULL, i };

		if (c->context->destination &&
			!c->context->destination(c->context->data, names->list[i], &channel))
			check_say(c, RULE_UNKNOWN_DESTINATION, SPOT(&way),
				"see `dpstudio destination list`",
				"there is no destination \"%s\"", names->list[i]);
	}
}

/* After everything that may use one was read. */
static void
check_unused(struct checker *c)
{
	struct json_path map = { NULL, "parameters", 0 };

	for (size_t i = 0; i < c->task->parameter_count; i++) {
		struct json_path way = { &map, c->task->parameters[i].name, 0 };

		if (!c->parameter_used[i])
			check_say(c, RULE_UNUSED_PARAMETER, SPOT(&way), "remove it, or write ${…} "
				"where its value belongs", "parameter \"%s\" is used nowhere",
				c->task->parameters[i].name);
	}
}

size_t
check_task(const struct task *t, const struct check_context *context, struct check_sink *sink)
{
	static const struct check_context nothing_known;
	struct checker c = { .task = t, .context = context ? context : &nothing_known,
		.sink = sink, .node = "" };

	c.parameter_used = xcalloc(t->parameter_count, sizeof(*c.parameter_used));
	check_facts_read(&c);
	check_head(&c);
	check_nodes(&c);
	c.node = "";
	check_timing(&c);
	check_notify(&c);
	check_unused(&c);
	check_facts_free(&c);
	free(c.parameter_used);
	return c.errors;
}

struct first_sink {
	struct check_sink sink;
	struct err *err;
	bool found;
};

static void
take_first(struct check_sink *self, const struct check_problem *p)
{
	struct first_sink *s = (struct first_sink *)self;

	if (s->found || p->level != CHECK_ERROR)
		return;
	s->found = true;
	err_set(s->err, ERR_INPUT, "%s: %s: %s", p->place, p->code, p->message);
	err_hint(s->err, "%s", p->hint);
	err_at(s->err, p->line, p->column);
}

bool
check_task_first(const struct task *t, const struct check_context *context, struct err *err)
{
	struct first_sink s = { { take_first }, err, false };

	return check_task(t, context, &s.sink) == 0;
}
