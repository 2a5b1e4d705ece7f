/* SPDX-License-Identifier: MIT */
/* list: the tasks as a table. */
#include "src/cli/session.h"

static enum style
draft_style(enum draft_state s)
{
	return s == DRAFT_DIRTY ? STYLE_WARN : STYLE_PLAIN;
}

static void
json_list(const struct task_list *list, const struct zone *zone)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct task_row *t = &list->rows[i];
		cJSON *o = cJSON_CreateObject();

		session_json_integer(o, "id", t->id);
		cJSON_AddStringToObject(o, "name", t->name);
		cJSON_AddStringToObject(o, "folder", t->folder);
		cJSON_AddStringToObject(o, "draft", draft_state_name(t->draft));
		if (t->version)
			session_json_integer(o, "version", t->version);
		else
			cJSON_AddNullToObject(o, "version");
		cJSON_AddStringToObject(o, "source", t->source);
		cJSON_AddStringToObject(o, "env", t->env);
		cJSON_AddStringToObject(o, "mode", t->mode);
		cJSON_AddStringToObject(o, "group", t->group);
		cJSON_AddStringToObject(o, "owner", t->owner);
		session_json_text(o, "published_by", t->published_by);
		session_json_time(o, "published_at", zone, t->published_us);
		print_json_item(o, i);
	}
	print_json_end(list->count);
}

static void
add_row(struct list *l, const struct task_row *t, const struct zone *zone)
{
	char when[40];

	if (*t->folder)
		list_addf(l, STYLE_PLAIN, "%s/%s", t->folder, t->name);
	else
		list_add(l, STYLE_PLAIN, t->name);
	list_add(l, draft_style(t->draft), draft_state_name(t->draft));
	if (t->version)
		list_addf(l, STYLE_GOOD, "%lld%s", (long long)t->version,
			t->frozen ? " frozen" : "");
	else
		list_add(l, STYLE_DIM, "-");
	list_add(l, STYLE_PLAIN, t->source);
	list_add(l, STYLE_PLAIN, t->mode);
	session_time(zone, t->frozen ? 0 : t->next_slot_us, when);
	list_add(l, STYLE_PLAIN, when);
	list_add(l, STYLE_PLAIN, t->owner);
}

static void
print_list(const struct task_list *list, const struct zone *zone)
{
	static const struct list_column columns[] = {
		{ "TASK", 'l', true }, { "DRAFT", 'l', false }, { "PUBLISHED", 'l', false },
		{ "SOURCE", 'l', true }, { "MODE", 'l', false }, { "NEXT RUN", 'l', false },
		{ "OWNER", 'l', true },
	};
	struct list l;

	list_init(&l, columns, ARRAY_LEN(columns));
	for (size_t i = 0; i < list->count; i++)
		add_row(&l, &list->rows[i], zone);
	list_print(&l, "there is no task yet: dpstudio new TASK, or dpstudio import PATH");
	list_fini(&l);
}

static bool
run_list(struct cli *cli, struct err *err)
{
	struct workspace *ws = session_workspace(cli, WORKSPACE_READ, err);
	const struct zone *zone = ws ? session_zone(cli, err) : NULL;
	struct arena a = ARENA_INIT;
	struct task_list list;
	bool ok;

	ok = zone && task_store_list(ws, cli_flag(cli, "published"), &a, &list, err);
	if (ok && cli->json)
		json_list(&list, zone);
	else if (ok)
		print_list(&list, zone);
	arena_fini(&a);
	return ok;
}

static const struct command_option list_options[] = {
	{ "published", 0, false, NULL, "only tasks that are published" },
	{ 0 },
};

const struct command command_list = {
	.name = "list", .args = "", .help = "list the tasks", .options = list_options,
	.group = GROUP_TASK, .json = true, .run = run_list,
};
