/* SPDX-License-Identifier: MIT */
/* diff: two versions of a task, or a version and its draft. */
#include "src/base/utf8.h"
#include "src/cli/session.h"
#include "src/task/diff.h"
#include "src/task/task_folder.h"

#define DIFF_CONTEXT 3

/* The readable form of one side; `version` 0 is the draft. */
static bool
read_side(struct cli *cli, int64_t version, struct buf *text, struct err *err)
{
	struct arena a = ARENA_INIT;
	struct task_row row;
	struct task task;
	bool ok = session_task(cli, cli->args[0], version, &task, &row, &a, err);

	if (ok) {
		task_to_readable(&task, text);
		task_fini(&task);
	}
	arena_fini(&a);
	return ok;
}

static void
print_line(struct str line)
{
	enum style style = STYLE_PLAIN;

	if (str_starts(line, STR("@@")))
		style = STYLE_DIM;
	else if (str_starts(line, STR("+")))
		style = STYLE_GOOD;
	else if (str_starts(line, STR("-")))
		style = STYLE_BAD;
	print_styled(stdout, style, "%.*s", STR_ARG(line));
	putchar('\n');
}

static void
side_name(char name[32], int64_t version)
{
	if (version)
		snprintf(name, 32, "version %lld", (long long)version);
	else
		snprintf(name, 32, "draft");
}

static void
print_diff(int64_t before, int64_t after, const struct buf *old, const struct buf *new)
{
	struct buf text = BUF_INIT, clean = BUF_INIT;
	char left[32], right[32];
	struct diff d;

	side_name(left, before);
	side_name(right, after);
	diff_make(&d, buf_str(old), buf_str(new));
	diff_print(&d, DIFF_CONTEXT, &text);
	if (text.len == 0) {
		print_talk("%s and %s are the same", left, right);
	} else {
		print_styled(stdout, STYLE_HEAD, "--- %s\n+++ %s", left, right);
		putchar('\n');
		utf8_sanitize(&clean, buf_str(&text), false);
		for (size_t at = 0; at < clean.len;) {
			size_t end = str_find(buf_str(&clean), STR("\n"), at);

			end = end == SIZE_MAX ? clean.len : end;
			print_line(str_slice(buf_str(&clean), at, end));
			at = end + 1;
		}
	}
	diff_fini(&d);
	buf_fini(&text);
	buf_fini(&clean);
}

/* Which two to compare when they are not both named: the published version (else the
 * newest) and the draft. */
static bool
choose_sides(struct cli *cli, int64_t *before, int64_t *after, struct err *err)
{
	struct arena a = ARENA_INIT;
	struct task_row row;
	bool ok;

	*after = 0;
	if (cli_arg(cli, 2) && !session_version_number(cli_arg(cli, 2), after, err))
		return false;
	if (cli_arg(cli, 1))
		return session_version_number(cli_arg(cli, 1), before, err);
	ok = task_store_find(cli->workspace, cli->args[0], &a, &row, err);
	if (ok) {
		*before = row.version ? row.version : row.latest_version;
		if (*before == 0)
			ok = err_set(err, ERR_STATE, "task '%s' has no version to compare with",
				     row.name) ||
			     err_hint(err, "the first one is made by: dpstudio submit %s", row.name);
	}
	arena_fini(&a);
	return ok;
}

static bool
run_diff(struct cli *cli, struct err *err)
{
	struct workspace *ws = session_workspace(cli, WORKSPACE_READ, err);
	struct buf old = BUF_INIT, new = BUF_INIT;
	int64_t before, after;
	bool ok = ws && choose_sides(cli, &before, &after, err) &&
		  read_side(cli, before, &old, err) && read_side(cli, after, &new, err);

	if (ok)
		print_diff(before, after, &old, &new);
	buf_fini(&old);
	buf_fini(&new);
	return ok;
}

const struct command command_diff = {
	.name = "diff", .args = "TASK [VERSION] [VERSION]",
	.help = "show what changed between two versions, or a version and the draft",
	.more = "Without versions: from the published one (else the newest) to the draft.",
	.group = GROUP_RELEASE, .run = run_diff,
};
