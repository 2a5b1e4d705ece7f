/* SPDX-License-Identifier: MIT */
/* calendar add, list, show, remove: the working-day calendars that tasks name. */
#include "src/cli/input.h"
#include "src/cli/session.h"
#include "src/workspace/store_calendar.h"

static bool
run_add(struct cli *cli, struct err *err)
{
	struct workspace *ws = session_workspace(cli, WORKSPACE_WRITE, err);
	struct buf text = BUF_MAX(CALENDAR_MAX_TEXT + (64 << 10));
	bool ok = ws && input_file(cli->args[1], &text, err);

	if (ok && !store_calendar_put(ws, cli->args[0], buf_str(&text), err))
		ok = err_wrap(err, "%s", cli->args[1]);
	if (ok)
		print_talk("%s: stored; published tasks that use it are planned anew", cli->args[0]);
	buf_fini(&text);
	return ok;
}

const struct command command_calendar_add = {
	.name = "calendar add", .args = "NAME FILE",
	.help = "store a working-day calendar, or put it in place of the old one",
	.more = "FILE (- for standard input) is iCalendar, or plain lines: 2026-10-01, 12-25 (every\n"
		"year), 2026-10-01..2026-10-07, \"work 2026-10-10\", \"weekend fri sat\".",
	.group = GROUP_CONNECTION, .run = run_add,
};

static void
json_list(const struct calendar_list *list, const struct zone *zone)
{
	cJSON *array = cJSON_CreateArray();

	for (size_t i = 0; i < list->count; i++) {
		cJSON *o = cJSON_CreateObject();

		cJSON_AddStringToObject(o, "name", list->rows[i].name);
		session_json_integer(o, "bytes", list->rows[i].bytes);
		cJSON_AddStringToObject(o, "updated_by", list->rows[i].updated_by);
		session_json_time(o, "updated_at", zone, list->rows[i].updated_us);
		cJSON_AddItemToArray(array, o);
	}
	print_json(array);
}

static void
print_list(const struct calendar_list *list, const struct zone *zone)
{
	static const struct list_column columns[] = {
		{ "CALENDAR", 'l', true }, { "BYTES", 'r', false }, { "CHANGED", 'l', false },
		{ "BY", 'l', true },
	};
	struct list l;
	char when[40];

	list_init(&l, columns, ARRAY_LEN(columns));
	for (size_t i = 0; i < list->count; i++) {
		session_time(zone, list->rows[i].updated_us, when);
		list_add(&l, STYLE_PLAIN, list->rows[i].name);
		list_addf(&l, STYLE_PLAIN, "%lld", (long long)list->rows[i].bytes);
		list_add(&l, STYLE_PLAIN, when);
		list_add(&l, STYLE_PLAIN, list->rows[i].updated_by);
	}
	list_print(&l, "there is no calendar yet: dpstudio calendar add NAME FILE");
	list_fini(&l);
}

static bool
run_list(struct cli *cli, struct err *err)
{
	struct workspace *ws = session_workspace(cli, WORKSPACE_READ, err);
	const struct zone *zone = ws ? session_zone(cli, err) : NULL;
	struct arena a = ARENA_INIT;
	struct calendar_list list;
	bool ok = zone && store_calendar_list(ws, &a, &list, err);

	if (ok && cli->json)
		json_list(&list, zone);
	else if (ok)
		print_list(&list, zone);
	arena_fini(&a);
	return ok;
}

const struct command command_calendar_list = {
	.name = "calendar list", .args = "", .help = "list the calendars",
	.group = GROUP_CONNECTION, .json = true, .run = run_list,
};

static bool
run_show(struct cli *cli, struct err *err)
{
	struct workspace *ws = session_workspace(cli, WORKSPACE_READ, err);
	struct arena a = ARENA_INIT;
	struct str text;
	bool ok = ws && store_calendar_text(ws, cli->args[0], &a, &text, err);

	if (ok && cli->json) {
		cJSON *o = cJSON_CreateObject();

		cJSON_AddStringToObject(o, "name", cli->args[0]);
		cJSON_AddStringToObject(o, "text", text.p);
		print_json(o);
	} else if (ok) {
		print_text(stdout, text);
	}
	arena_fini(&a);
	return ok;
}

const struct command command_calendar_show = {
	.name = "calendar show", .args = "CALENDAR", .help = "print a calendar as it was stored",
	.group = GROUP_CONNECTION, .json = true, .run = run_show,
};

static bool
run_remove(struct cli *cli, struct err *err)
{
	struct workspace *ws = session_workspace(cli, WORKSPACE_WRITE, err);

	if (!ws || !store_calendar_remove(ws, cli->args[0], err))
		return false;
	print_talk("%s: removed", cli->args[0]);
	return true;
}

const struct command command_calendar_remove = {
	.name = "calendar remove", .args = "CALENDAR",
	.help = "remove a calendar that no published task uses",
	.group = GROUP_CONNECTION, .run = run_remove,
};
