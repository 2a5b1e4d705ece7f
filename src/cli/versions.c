/* SPDX-License-Identifier: MIT */
/* versions: the numbered versions of a task. */
#include "src/cli/session.h"
#include "src/workspace/version.h"

static const enum style state_styles[VERSION_STATE_COUNT] = {
	[VERSION_READY] = STYLE_WARN,
	[VERSION_PUBLISHED] = STYLE_GOOD,
	[VERSION_OFF_LINE] = STYLE_PLAIN,
	[VERSION_DEPRECATED] = STYLE_DIM,
};

static void
json_versions(const struct version_list *list, const struct zone *zone)
{
	cJSON *array = cJSON_CreateArray();

	for (size_t i = 0; i < list->count; i++) {
		const struct version_row *v = &list->rows[i];
		cJSON *o = cJSON_CreateObject();

		session_json_integer(o, "version", v->number);
		cJSON_AddStringToObject(o, "state", version_state_name(v->state));
		cJSON_AddStringToObject(o, "submitted_by", v->submitted_by);
		session_json_time(o, "submitted_at", zone, v->submitted_us);
		session_json_text(o, "published_by", v->published_by);
		session_json_time(o, "published_at", zone, v->published_us);
		cJSON_AddStringToObject(o, "note", v->note);
		cJSON_AddItemToArray(array, o);
	}
	print_json(array);
}

static void
print_versions(const struct version_list *list, const struct zone *zone)
{
	static const struct list_column columns[] = {
		{ "VERSION", 'r', false }, { "STATE", 'l', false }, { "SUBMITTED", 'l', false },
		{ "BY", 'l', true }, { "PUBLISHED", 'l', false }, { "BY", 'l', true },
		{ "NOTE", 'l', true },
	};
	struct list l;
	char when[40];

	list_init(&l, columns, ARRAY_LEN(columns));
	for (size_t i = 0; i < list->count; i++) {
		const struct version_row *v = &list->rows[i];

		list_addf(&l, STYLE_PLAIN, "%lld", (long long)v->number);
		list_add(&l, state_styles[v->state], version_state_name(v->state));
		session_time(zone, v->submitted_us, when);
		list_add(&l, STYLE_PLAIN, when);
		list_add(&l, STYLE_PLAIN, v->submitted_by);
		session_time(zone, v->published_us, when);
		list_add(&l, STYLE_PLAIN, when);
		list_add(&l, STYLE_PLAIN, v->published_by);
		list_add(&l, STYLE_PLAIN, v->note);
	}
	list_print(&l, "nothing has been submitted yet");
	list_fini(&l);
}

static bool
run_versions(struct cli *cli, struct err *err)
{
	struct workspace *ws = session_workspace(cli, WORKSPACE_READ, err);
	const struct zone *zone = ws ? session_zone(cli, err) : NULL;
	struct arena a = ARENA_INIT;
	struct version_list list;
	struct task_row row;
	bool ok = zone && task_store_find(ws, cli->args[0], &a, &row, err) &&
		  version_list(ws, row.id, &a, &list, err);

	if (ok && cli->json)
		json_versions(&list, zone);
	else if (ok)
		print_versions(&list, zone);
	arena_fini(&a);
	return ok;
}

const struct command command_versions = {
	.name = "versions", .args = "TASK", .help = "list the versions of a task",
	.group = GROUP_RELEASE, .json = true, .run = run_versions,
};
