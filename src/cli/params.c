/* SPDX-License-Identifier: MIT */
/* params: what a task's parameters will be. */
#include "src/cli/choice.h"
#include "src/schedule/timeexpr.h"

static bool
show_values(struct cli *cli, const struct task *task, const struct timeexpr_base *base,
	struct err *err)
{
	static const struct list_column columns[] = {
		{ "PARAMETER", 'l', true }, { "VALUE", 'l', true }, { "EXPRESSION", 'l', true },
	};
	cJSON *object = cJSON_CreateObject();
	struct list l;
	bool ok = true;

	list_init(&l, columns, ARRAY_LEN(columns));
	for (size_t i = 0; ok && i < task->parameter_count; i++) {
		const struct parameter *p = &task->parameters[i];
		struct buf value = BUF_INIT;

		ok = timeexpr_eval(str_from(p->value), base, &value, NULL, err) ||
		     err_wrap(err, "parameter %s", p->name);
		cJSON_AddStringToObject(object, p->name, buf_text(&value));
		list_add(&l, STYLE_PLAIN, p->name);
		list_add(&l, STYLE_PLAIN, buf_text(&value));
		list_add(&l, STYLE_DIM, p->value);
		buf_fini(&value);
	}
	if (ok && cli->json) {
		print_json(object);
		object = NULL;
	} else if (ok) {
		list_print(&l, "the task has no parameters");
	}
	cJSON_Delete(object);
	list_fini(&l);
	return ok;
}

static bool
run_params(struct cli *cli, struct err *err)
{
	struct timeexpr_base base = { 0 };
	struct arena a = ARENA_INIT;
	struct choice choice;
	struct task_row row;
	struct slot slot;
	struct task task;
	char when[40];
	bool ok = choice_read(&choice, cli, WORKSPACE_READ, err) &&
		  session_task(cli, cli->args[0], choice.run.version, &task, &row, &a, err);

	if (ok) {
		ok = run_choice_slot(cli->workspace, &task, &choice.run, &slot, &base.zone, err);
		base.scheduled_us = slot.at_us;
		base.business_date = slot.business_date;
		if (ok && !cli->json) {
			zone_format(base.zone, slot.at_us, when);
			print_talk("for the scheduled time %s", when);
		}
		ok = ok && show_values(cli, &task, &base, err);
		task_fini(&task);
	}
	choice_fini(&choice);
	arena_fini(&a);
	return ok;
}

static const struct command_option params_options[] = {
	CHOICE_TIME_OPTIONS,
	{ 0 },
};

const struct command command_params = {
	.name = "params", .args = "TASK",
	.help = "show what the parameters will be for a scheduled time or business date",
	.options = params_options, .group = GROUP_RUN, .json = true, .run = run_params,
};
