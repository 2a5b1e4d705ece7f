/* SPDX-License-Identifier: MIT */
/* destination add, list, show, edit, remove. */
#include "src/workspace/store_destination.h"

#include "src/channel/channel.h"
#include "src/cli/connection.h"
#include "src/cli/input.h"
#include "src/cli/session.h"

static bool
find_channel(const char *name, const struct channel **channel, struct err *err)
{
	struct buf names = BUF_INIT;

	*channel = name ? channel_find(name) : NULL;
	if (*channel)
		return true;
	for (size_t i = 0; i < channel_count(); i++)
		buf_addf(&names, "%s%s", i ? ", " : "", channel_at(i)->name);
	if (name)
		err_set(err, ERR_USAGE, "there is no channel '%s'", name);
	else
		err_set(err, ERR_USAGE, "destination add: --channel is missing");
	err_hint(err, "channels: %s", buf_text(&names));
	buf_fini(&names);
	return false;
}

static void
explain(const struct channel *channel)
{
	printf("%s: %s\n", channel->name, channel->about);
	connection_print_fields(channel->fields, channel->field_count);
	connection_print_fields(channel_common_fields, channel_common_field_count);
}

static bool
run_add(struct cli *cli, struct err *err)
{
	const char *name = cli_arg(cli, 0);
	struct settings settings = SETTINGS_INIT;
	const struct channel *channel;
	struct workspace *ws;
	bool ok;

	if (!find_channel(cli_option(cli, "channel"), &channel, err))
		return false;
	if (!name) {
		explain(channel);
		return true;
	}
	ws = session_workspace(cli, WORKSPACE_WRITE, err);
	ok = ws && input_settings(cli->args + 1, cli->arg_count - 1, channel->fields,
			   channel->field_count, channel_common_fields,
			   channel_common_field_count, &settings, err) &&
	     channel_settings_check(channel, &settings, err) &&
	     store_destination_add(ws, name, channel->name, &settings, err);
	settings_fini(&settings);
	if (ok)
		print_talk("%s: added. Next: dpstudio destination test %s", name, name);
	return ok;
}

static const struct command_option add_options[] = {
	{ "channel", 'c', false, "CHANNEL", "dingtalk, lark, wecom, teams, email, webhook, file …" },
	{ 0 },
};

const struct command command_destination_add = {
	.name = "destination add", .args = "[DEST] [FIELD=VALUE]…", .help = "add a destination",
	.more = "With --channel alone it lists that channel's fields. Every webhook URL is a\n"
		"secret, given as env:NAME, @FILE, -, or by the field's name alone, to be asked\n"
		"for.",
	.options = add_options, .group = GROUP_CONNECTION, .words_only = true, .run = run_add,
};

static void
json_list(const struct destination_list *list, const struct zone *zone)
{
	cJSON *array = cJSON_CreateArray();

	for (size_t i = 0; i < list->count; i++) {
		const struct destination_row *d = &list->rows[i];
		cJSON *o = cJSON_CreateObject();

		cJSON_AddStringToObject(o, "name", d->name);
		cJSON_AddStringToObject(o, "channel", d->channel);
		cJSON_AddStringToObject(o, "created_by", d->created_by);
		session_json_time(o, "updated_at", zone, d->updated_us);
		cJSON_AddItemToArray(array, o);
	}
	print_json(array);
}

static void
print_list(const struct destination_list *list, const struct zone *zone)
{
	static const struct list_column columns[] = {
		{ "DESTINATION", 'l', true }, { "CHANNEL", 'l', false },
		{ "CHANGED", 'l', false }, { "BY", 'l', true },
	};
	struct list l;
	char when[40];

	list_init(&l, columns, ARRAY_LEN(columns));
	for (size_t i = 0; i < list->count; i++) {
		const struct destination_row *d = &list->rows[i];

		session_time(zone, d->updated_us, when);
		list_add(&l, STYLE_PLAIN, d->name);
		list_add(&l, STYLE_PLAIN, d->channel);
		list_add(&l, STYLE_PLAIN, when);
		list_add(&l, STYLE_PLAIN, d->created_by);
	}
	list_print(&l, "there is no destination yet: dpstudio destination add");
	list_fini(&l);
}

static bool
run_list(struct cli *cli, struct err *err)
{
	struct workspace *ws = session_workspace(cli, WORKSPACE_READ, err);
	const struct zone *zone = ws ? session_zone(cli, err) : NULL;
	struct arena a = ARENA_INIT;
	struct destination_list list;
	bool ok = zone && store_destination_list(ws, &a, &list, err);

	if (ok && cli->json)
		json_list(&list, zone);
	else if (ok)
		print_list(&list, zone);
	arena_fini(&a);
	return ok;
}

const struct command command_destination_list = {
	.name = "destination list", .args = "", .help = "list the destinations",
	.group = GROUP_CONNECTION, .json = true, .run = run_list,
};

static void
json_show(const struct destination_row *row, const struct settings *settings,
	const struct name_list *tasks)
{
	cJSON *o = cJSON_CreateObject(), *users;

	cJSON_AddStringToObject(o, "name", row->name);
	cJSON_AddStringToObject(o, "channel", row->channel);
	cJSON_AddItemToObject(o, "settings", connection_json_settings(settings));
	users = cJSON_AddArrayToObject(o, "published_tasks");
	for (size_t i = 0; i < tasks->count; i++)
		cJSON_AddItemToArray(users, cJSON_CreateString(tasks->list[i]));
	print_json(o);
}

static bool
run_show(struct cli *cli, struct err *err)
{
	struct workspace *ws = session_workspace(cli, WORKSPACE_READ, err);
	struct settings settings = SETTINGS_INIT;
	struct arena a = ARENA_INIT;
	struct destination_row row;
	struct name_list tasks;
	bool ok = ws && store_destination_show(ws, cli->args[0], &a, &row, &settings, err) &&
		  store_destination_users(ws, row.name, &a, &tasks, err);

	if (ok && cli->json) {
		json_show(&row, &settings, &tasks);
	} else if (ok) {
		print_field("destination", STYLE_HEAD, "%s", row.name);
		print_field("channel", STYLE_PLAIN, "%s", row.channel);
		connection_print_settings(&settings);
		for (size_t i = 0; i < tasks.count; i++)
			print_field(i ? "" : "published tasks", STYLE_PLAIN, "%s", tasks.list[i]);
	}
	settings_fini(&settings);
	arena_fini(&a);
	return ok;
}

const struct command command_destination_show = {
	.name = "destination show", .args = "DEST", .help = "show a destination, secrets masked",
	.group = GROUP_CONNECTION, .json = true, .run = run_show,
};

static bool
run_edit(struct cli *cli, struct err *err)
{
	struct workspace *ws = session_workspace(cli, WORKSPACE_WRITE, err);
	struct settings settings = SETTINGS_INIT;
	const struct channel *channel = NULL;
	struct arena a = ARENA_INIT;
	struct destination_row row;
	bool ok;

	if (!ws)
		return false;
	ok = store_destination_get(ws, cli->args[0], &a, &row, &settings, err) &&
	     find_channel(row.channel, &channel, err) &&
	     connection_change(cli->args + 1, cli->arg_count - 1, channel->fields,
		     channel->field_count, channel_common_fields, channel_common_field_count,
		     &settings, err) &&
	     channel_settings_check(channel, &settings, err) &&
	     store_destination_update(ws, row.name, &settings, err);
	if (ok)
		print_talk("%s: changed", row.name);
	settings_fini(&settings);
	arena_fini(&a);
	return ok;
}

const struct command command_destination_edit = {
	.name = "destination edit", .args = "DEST FIELD=VALUE…",
	.help = "change fields of a destination",
	.more = "FIELD= takes the field out. Secrets are given as for add.",
	.group = GROUP_CONNECTION, .words_only = true, .run = run_edit,
};

static bool
run_remove(struct cli *cli, struct err *err)
{
	struct workspace *ws = session_workspace(cli, WORKSPACE_WRITE, err);

	if (!ws || !store_destination_remove(ws, cli->args[0], err))
		return false;
	print_talk("%s: removed", cli->args[0]);
	return true;
}

const struct command command_destination_remove = {
	.name = "destination remove", .args = "DEST",
	.help = "remove a destination that no published task needs",
	.group = GROUP_CONNECTION, .run = run_remove,
};
