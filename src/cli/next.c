/* SPDX-License-Identifier: MIT */
/* next: when a task will run. */
#include "src/cli/choice.h"
#include "src/cli/input.h"
#include "src/workspace/version.h"

#define NEXT_SHOWN 5
#define NEXT_MOST 10000

struct slot_list {
	struct slot *slots;
	size_t count;
};

static bool
find_slots(struct cli *cli, const struct task *task, int64_t from_us, int64_t wanted,
	struct arena *a, struct slot_list *list, struct err *err)
{
	struct task_plan plan;
	bool found = true, ok = true;

	if (!task_plan_init(cli->workspace, task, 0, &plan, err))
		return false;
	list->slots = arena_array(a, struct slot, (size_t)wanted);
	while (ok && found && (int64_t)list->count < wanted) {
		struct slot *slot = &list->slots[list->count];

		ok = task_plan_next(&plan, from_us, slot, &found, err);
		if (ok && found) {
			from_us = slot->at_us;
			list->count++;
		}
	}
	task_plan_fini(&plan);
	return ok;
}

static void
json_slots(const struct slot_list *list, const struct zone *zone)
{
	cJSON *array = cJSON_CreateArray();

	for (size_t i = 0; i < list->count; i++) {
		cJSON *o = cJSON_CreateObject();
		char date[11];

		date_format(list->slots[i].business_date, date);
		session_json_time(o, "scheduled_at", zone, list->slots[i].at_us);
		cJSON_AddStringToObject(o, "business_date", date);
		cJSON_AddStringToObject(o, "reason", slot_reason_name(list->slots[i].reason));
		cJSON_AddItemToArray(array, o);
	}
	print_json(array);
}

static void
print_slots(const struct slot_list *list, const struct zone *zone, bool has_schedule)
{
	static const struct list_column columns[] = {
		{ "SCHEDULED", 'l', false }, { "BUSINESS DATE", 'l', false },
		{ "REASON", 'l', false },
	};
	struct list l;

	list_init(&l, columns, ARRAY_LEN(columns));
	for (size_t i = 0; i < list->count; i++) {
		const struct slot *s = &list->slots[i];
		char when[40], date[11];

		zone_format(zone, s->at_us, when);
		date_format(s->business_date, date);
		list_add(&l, STYLE_PLAIN, when);
		list_add(&l, STYLE_PLAIN, date);
		list_add(&l, STYLE_PLAIN, s->reason == SLOT_PLAIN ? "" : slot_reason_name(s->reason));
	}
	list_print(&l, has_schedule ? "no further run is planned" :
				      "it has no schedule: it runs only by hand");
	list_fini(&l);
}

static bool
run_next(struct cli *cli, struct err *err)
{
	struct workspace *ws = session_workspace(cli, WORKSPACE_READ, err);
	const char *at = cli_option(cli, "at");
	struct slot_list list = { 0 };
	const struct zone *zone = NULL;
	int64_t from_us = clock_now_us(), wanted, version;
	struct arena a = ARENA_INIT;
	struct task_row row;
	struct task task;
	bool ok = ws && cli_option_integer(cli, "number", NEXT_SHOWN, 1, NEXT_MOST, &wanted, err) &&
		  session_version(cli, &version, err);

	if (ok)
		zone = choice_task_zone(cli, cli->args[0], version, err);
	ok = zone && (!at || input_time(at, zone, &from_us, err)) &&
	     session_task(cli, cli->args[0], version, &task, &row, &a, err);
	if (ok) {
		ok = find_slots(cli, &task, at ? from_us - 1 : from_us, wanted, &a, &list, err);
		if (ok && cli->json)
			json_slots(&list, zone);
		else if (ok)
			print_slots(&list, zone, task.schedule_count > 0);
		task_fini(&task);
	}
	arena_fini(&a);
	return ok;
}

static const struct command_option next_options[] = {
	{ "number", 'n', false, "N", "how many (5)" },
	{ "at", 0, false, "TIME", "from that time on, instead of now" },
	SESSION_VERSION_OPTIONS,
	{ 0 },
};

const struct command command_next = {
	.name = "next", .args = "TASK", .help = "list when a task will run, and why then",
	.options = next_options, .group = GROUP_RUN, .json = true, .run = run_next,
};
