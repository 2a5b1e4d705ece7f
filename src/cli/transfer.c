/* SPDX-License-Identifier: MIT */
/* import and export: tasks as files for git. */
#include "src/cli/session.h"
#include "src/task/task_folder.h"

static bool
import_one(struct workspace *ws, const char *path, bool force, struct err *err)
{
	struct arena a = ARENA_INIT;
	struct buf text = BUF_INIT;
	struct task_row row;
	struct task task;
	bool ok, is_new;
	int64_t id;

	if (!task_import_path(&task, path, err))
		return false;
	task_to_text(&task, &text);
	is_new = !task_store_find(ws, task.name, &a, &row, err);
	if (is_new && err->code != ERR_NOT_FOUND)
		ok = false;
	else if (is_new)
		ok = task_store_create(ws, task.name, buf_str(&text), &id, err);
	else
		ok = task_draft_replace(ws, row.id, buf_str(&text), "import", force, err);
	if (ok)
		print_talk("%s: %s", task.name, is_new ? "imported as a new task"
						       : "draft replaced; the old one is kept");
	buf_fini(&text);
	task_fini(&task);
	arena_fini(&a);
	return ok;
}

static bool
run_import(struct cli *cli, struct err *err)
{
	struct workspace *ws = session_workspace(cli, WORKSPACE_WRITE, err);

	if (!ws)
		return false;
	for (size_t i = 0; i < cli->arg_count; i++)
		if (!import_one(ws, cli->args[i], cli_flag(cli, "force"), err))
			return false;
	return true;
}

static const struct command_option import_options[] = {
	{ "force", 0, false, NULL, "even while a studio holds unsaved work on it" },
	{ 0 },
};

const struct command command_import = {
	.name = "import", .args = "PATH…",
	.help = "read tasks from files: a folder with task.json, or one JSON file",
	.more = "A task that exists gets it as its draft; the draft it had is kept (drafts).",
	.options = import_options, .group = GROUP_TASK, .run = run_import,
};

static bool
run_export(struct cli *cli, struct err *err)
{
	struct workspace *ws = session_workspace(cli, WORKSPACE_READ, err);
	struct arena a = ARENA_INIT;
	struct task_row row;
	int64_t version;
	struct task task;
	bool ok = ws && session_version(cli, &version, err) &&
		  session_task(cli, cli->args[0], version, &task, &row, &a, err);

	if (ok) {
		ok = task_export_folder(&task, cli->args[1], err);
		task_fini(&task);
	}
	if (ok)
		print_talk("%s: written to %s", row.name, cli->args[1]);
	arena_fini(&a);
	return ok;
}

static const struct command_option export_options[] = {
	SESSION_VERSION_OPTIONS,
	{ 0 },
};

const struct command command_export = {
	.name = "export", .args = "TASK DIR",
	.help = "write a task into a folder: task.json, and a file for each SQL and text",
	.more = "No secret is ever in it: sources and destinations are named, not written out.",
	.options = export_options, .group = GROUP_TASK, .run = run_export,
};
