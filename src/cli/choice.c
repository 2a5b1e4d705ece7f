/* SPDX-License-Identifier: MIT */
#include "src/cli/choice.h"

#include <stdlib.h>

#include "src/cli/input.h"

const struct zone *
choice_task_zone(struct cli *cli, const char *name, int64_t version, struct err *err)
{
	const struct zone *zone = NULL;
	struct arena a = ARENA_INIT;
	struct task_row row;
	struct task task;

	if (session_task(cli, name, version, &task, &row, &a, err)) {
		const char *named = task.schedule_count ? task.schedules[0].timezone : "";

		zone = *named ? zone_get(named, err) : session_zone(cli, err);
		task_fini(&task);
	}
	arena_fini(&a);
	return zone;
}

static bool
read_time(struct run_choice *run, struct cli *cli, struct err *err)
{
	const char *at = cli_option(cli, "at"), *date = cli_option(cli, "date");
	const struct zone *zone;

	if (at && date)
		return err_set(err, ERR_USAGE, "--at and --date exclude each other");
	run->has_date = date != NULL;
	if (date)
		return input_date(date, &run->business_date, err);
	run->has_at = at != NULL;
	if (!at)
		return true;
	zone = choice_task_zone(cli, run->task, run->version, err);
	return zone && input_time(at, zone, &run->at_us, err);
}

static const char **
read_many(const struct cli *cli, const char *name, size_t *count)
{
	const char **list = xcalloc(cli->given_count + 1, sizeof(*list));

	while ((list[*count] = cli_option_at(cli, name, *count)))
		(*count)++;
	return list;
}

static bool
takes(const struct cli *cli, const char *name)
{
	for (const struct command_option *o = cli->command->options; o->name; o++)
		if (strcmp(o->name, name) == 0)
			return true;
	return false;
}

static bool
check_values(const struct run_choice *run, struct err *err)
{
	for (size_t i = 0; i < run->set_count; i++) {
		const char *value;
		struct str name;

		if (!input_pair(run->set[i], &name, &value, err))
			return false;
		if (!value)
			return err_set(err, ERR_USAGE, "--set %s: write --set %s=VALUE",
				run->set[i], run->set[i]);
	}
	return true;
}

bool
choice_read(struct choice *c, struct cli *cli, enum workspace_mode mode, struct err *err)
{
	*c = (struct choice){ .run = { .task = cli->args[0] } };
	if (takes(cli, "set"))
		c->run.set = c->set = read_many(cli, "set", &c->run.set_count);
	if (takes(cli, "to"))
		c->run.to = c->to = read_many(cli, "to", &c->run.to_count);
	return check_values(&c->run, err) && session_version(cli, &c->run.version, err) &&
	       session_workspace(cli, mode, err) && read_time(&c->run, cli, err);
}

void
choice_fini(struct choice *c)
{
	free(c->set);
	free(c->to);
}
