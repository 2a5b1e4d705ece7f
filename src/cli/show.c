/* SPDX-License-Identifier: MIT */
/* show: one task in full. */
#include "src/cli/session.h"
#include "src/schedule/schedule.h"
#include "src/task/task_folder.h"

static void
print_head(const struct task_row *row, const struct task *t, const struct zone *zone)
{
	struct buf text = BUF_INIT;
	char when[40];

	print_field("task", STYLE_HEAD, "%s", row->name);
	if (*t->description)
		print_field("description", STYLE_PLAIN, "%s", t->description);
	print_field("draft", row->draft == DRAFT_DIRTY ? STYLE_WARN : STYLE_PLAIN, "%s",
		draft_state_name(row->draft));
	if (row->version)
		print_field("published", STYLE_GOOD, "version %lld%s", (long long)row->version,
			row->frozen ? ", frozen" : "");
	else
		print_field("published", STYLE_DIM, "no");
	for (size_t i = 0; i < t->schedule_count; i++) {
		if (i)
			buf_adds(&text, "; ");
		schedule_describe(&t->schedules[i], NULL, &text);
	}
	print_field("schedule", STYLE_PLAIN, "%s", text.len ? buf_text(&text) : "only by hand");
	session_time(zone, row->next_slot_us, when);
	if (*when)
		print_field("next run", STYLE_PLAIN, "%s", when);
	print_field("owner", STYLE_PLAIN, "%s", row->owner);
	buf_fini(&text);
}

static void
print_task(const struct task_row *row, const struct task *t, const struct zone *zone)
{
	struct buf text = BUF_INIT;

	print_head(row, t, zone);
	putchar('\n');
	task_to_readable(t, &text);
	print_text(stdout, buf_str(&text));
	buf_fini(&text);
}

static bool
run_show(struct cli *cli, struct err *err)
{
	struct workspace *ws = session_workspace(cli, WORKSPACE_READ, err);
	const struct zone *zone = ws ? session_zone(cli, err) : NULL;
	const char *number = cli_arg(cli, 1);
	struct arena a = ARENA_INIT;
	struct task_row row;
	int64_t version = 0;
	struct task task;
	bool ok = zone != NULL;

	if (ok && number && strcmp(number, "published") == 0)
		version = -1;
	else if (ok && number)
		ok = session_version_number(number, &version, err);
	ok = ok && session_task(cli, cli->args[0], version, &task, &row, &a, err);
	if (ok && cli->json)
		print_json(task_to_json(&task));
	else if (ok)
		print_task(&row, &task, zone);
	if (ok)
		task_fini(&task);
	arena_fini(&a);
	return ok;
}

const struct command command_show = {
	.name = "show", .args = "TASK [VERSION]",
	.help = "show a task: its state, and the draft's or a version's definition",
	.more = "VERSION is a number, or the word published. --json prints the definition itself.",
	.group = GROUP_TASK, .json = true, .run = run_show,
};
