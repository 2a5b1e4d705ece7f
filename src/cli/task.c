/* SPDX-License-Identifier: MIT */
/* Tasks and their drafts: new, rename, remove, drafts, restore. */
#include "src/cli/session.h"
#include "src/cli/template.h"

static const struct command_option force_options[] = {
	{ "force", 0, false, NULL, "even while a studio holds unsaved work on it" },
	{ 0 },
};

static bool
run_new(struct cli *cli, struct err *err)
{
	struct workspace *ws = session_workspace(cli, WORKSPACE_WRITE, err);
	const char *from = cli_option(cli, "from"), *template = cli_option(cli, "template");
	const char *name = cli->args[0];
	int64_t id;

	if (!ws)
		return false;
	if (from && template)
		return err_set(err, ERR_USAGE, "new: --from and --template exclude each other");
	if (from ? !task_store_copy(ws, from, name, &id, err)
		 : !template_create_task(ws, template ? template : "plain", name, err))
		return false;
	print_talk("%s: created. Next: dpstudio edit %s", name, name);
	return true;
}

static const struct command_option new_options[] = {
	{ "from", 0, false, "TASK", "begin with a copy of that task's draft" },
	{ "template", 0, false, "TEMPLATE", "begin with a template: plain, alert, branch, next-token" },
	{ 0 },
};

const struct command command_new = {
	.name = "new", .args = "TASK", .help = "create a task",
	.options = new_options, .group = GROUP_TASK, .words_only = true, .run = run_new,
};

static bool
run_rename(struct cli *cli, struct err *err)
{
	struct workspace *ws = session_workspace(cli, WORKSPACE_WRITE, err);

	if (!ws || !task_store_rename(ws, cli->args[0], cli->args[1], cli_flag(cli, "force"), err))
		return false;
	print_talk("%s is now %s", cli->args[0], cli->args[1]);
	return true;
}

const struct command command_rename = {
	.name = "rename", .args = "TASK NEW", .help = "give a task another name",
	.options = force_options, .group = GROUP_TASK, .words_only = true, .run = run_rename,
};

static bool
run_remove(struct cli *cli, struct err *err)
{
	struct workspace *ws = session_workspace(cli, WORKSPACE_WRITE, err);

	if (!ws || !task_store_remove(ws, cli->args[0], cli_flag(cli, "force"), err))
		return false;
	print_talk("%s: removed", cli->args[0]);
	return true;
}

const struct command command_remove = {
	.name = "remove", .args = "TASK",
	.help = "remove a task that is not published, with its draft and versions",
	.more = "What its runs sent stays in the ledger.",
	.options = force_options, .group = GROUP_TASK, .run = run_remove,
};

static void
print_drafts(const struct draft *now, const struct draft_journal *list, const struct zone *zone)
{
	static const struct list_column columns[] = {
		{ "DRAFT", 'r', false }, { "SAVED", 'l', false }, { "BY", 'l', true },
		{ "BYTES", 'r', false }, { "REPLACED BY", 'l', true },
	};
	char when[40];
	struct list l;

	list_init(&l, columns, ARRAY_LEN(columns));
	session_time(zone, now->saved_us, when);
	list_add(&l, STYLE_GOOD, "now");
	list_add(&l, STYLE_PLAIN, when);
	list_add(&l, STYLE_PLAIN, now->saved_by);
	list_addf(&l, STYLE_PLAIN, "%zu", now->text.len);
	list_add(&l, STYLE_PLAIN, "");
	for (size_t i = 0; i < list->count; i++) {
		const struct draft_entry *e = &list->rows[i];

		session_time(zone, e->saved_us, when);
		list_addf(&l, STYLE_PLAIN, "%lld", (long long)e->id);
		list_add(&l, STYLE_PLAIN, when);
		list_add(&l, STYLE_PLAIN, e->saved_by);
		list_addf(&l, STYLE_PLAIN, "%lld", (long long)e->bytes);
		list_add(&l, STYLE_PLAIN, e->why);
	}
	list_print(&l, "");
	list_fini(&l);
}

static void
json_drafts(const struct draft_journal *list, const struct zone *zone)
{
	cJSON *array = cJSON_CreateArray();

	for (size_t i = 0; i < list->count; i++) {
		const struct draft_entry *e = &list->rows[i];
		cJSON *o = cJSON_CreateObject();

		session_json_integer(o, "draft", e->id);
		session_json_time(o, "saved_at", zone, e->saved_us);
		session_json_text(o, "saved_by", e->saved_by);
		session_json_integer(o, "bytes", e->bytes);
		session_json_text(o, "replaced_by", e->why);
		cJSON_AddItemToArray(array, o);
	}
	print_json(array);
}

static bool
run_drafts(struct cli *cli, struct err *err)
{
	struct workspace *ws = session_workspace(cli, WORKSPACE_READ, err);
	const struct zone *zone = ws ? session_zone(cli, err) : NULL;
	struct arena a = ARENA_INIT;
	struct draft_journal list;
	struct task_row row;
	struct draft now;
	bool ok;

	ok = zone && task_store_find(ws, cli->args[0], &a, &row, err) &&
	     task_draft_get(ws, row.id, &a, &now, err) && task_drafts(ws, row.id, &a, &list, err);
	if (ok && cli->json)
		json_drafts(&list, zone);
	else if (ok)
		print_drafts(&now, &list, zone);
	arena_fini(&a);
	return ok;
}

const struct command command_drafts = {
	.name = "drafts", .args = "TASK", .help = "list the drafts that were replaced",
	.more = "Whatever replaces a draft (edit, import, rollback, restore) keeps the old one.",
	.group = GROUP_TASK, .json = true, .run = run_drafts,
};

static bool
run_restore(struct cli *cli, struct err *err)
{
	struct workspace *ws = session_workspace(cli, WORKSPACE_WRITE, err);
	const char *which = cli_arg(cli, 1);
	struct arena a = ARENA_INIT;
	struct task_row row;
	int64_t entry = 0;
	bool ok;

	if (!ws)
		return false;
	if (which && (!str_to_int64(str_from(which), &entry) || entry < 1))
		return err_set(err, ERR_USAGE, "'%s' is not the number of a draft", which);
	ok = task_store_find(ws, cli->args[0], &a, &row, err) &&
	     task_draft_restore(ws, row.id, entry, cli_flag(cli, "force"), err);
	if (ok)
		print_talk("%s: restored; the draft it replaced is kept", row.name);
	arena_fini(&a);
	return ok;
}

const struct command command_restore = {
	.name = "restore", .args = "TASK [DRAFT]",
	.help = "put a replaced draft back (the newest unless one is named)",
	.options = force_options, .group = GROUP_TASK, .run = run_restore,
};
