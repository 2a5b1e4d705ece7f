/* SPDX-License-Identifier: MIT */
/* The life of versions: submit, publish, unpublish, deprecate, rollback, freeze. */
#include "src/check/check_workspace.h"
#include "src/cli/session.h"
#include "src/workspace/version.h"

/* A draft that `check` finds an error in becomes no version. */
static bool
check_draft(struct cli *cli, const char *name, struct err *err)
{
	struct check_workspace known;
	struct arena a = ARENA_INIT;
	struct task_row row;
	struct task task;
	bool ok;

	if (!check_workspace_init(&known, cli->workspace, err))
		return false;
	ok = session_task(cli, name, 0, &task, &row, &a, err);
	if (ok) {
		ok = check_task_first(&task, &known.context, err) ||
		     err_wrap(err, "%s cannot be submitted", name);
		task_fini(&task);
	}
	check_workspace_fini(&known);
	arena_fini(&a);
	return ok;
}

static bool
run_submit(struct cli *cli, struct err *err)
{
	struct workspace *ws = session_workspace(cli, WORKSPACE_WRITE, err);
	int64_t number;

	if (!ws || !check_draft(cli, cli->args[0], err) ||
		!version_submit(ws, cli->args[0], cli_option(cli, "message"), &number, err))
		return false;
	print_talk("%s: submitted as version %lld. Next: dpstudio publish %s", cli->args[0],
		(long long)number, cli->args[0]);
	return true;
}

static const struct command_option submit_options[] = {
	{ "message", 'm', false, "NOTE", "what is new, for the list of versions" },
	{ 0 },
};

const struct command command_submit = {
	.name = "submit", .args = "TASK",
	.help = "make a numbered version of a draft that passed its test",
	.more = "A draft in which check finds an error is refused.",
	.options = submit_options, .group = GROUP_RELEASE, .run = run_submit,
};

/* Says when it runs next. */
static bool
say_next(struct cli *cli, const char *name, struct err *err)
{
	const struct zone *zone = session_zone(cli, err);
	struct arena a = ARENA_INIT;
	struct task_row row;
	char when[40];
	bool ok = zone && task_store_find(cli->workspace, name, &a, &row, err);

	if (ok) {
		session_time(zone, row.frozen ? 0 : row.next_slot_us, when);
		if (*when)
			print_talk("next run %s %s", when, zone_name(zone));
		else if (row.frozen)
			print_talk("it is frozen: dpstudio unfreeze %s", name);
		else
			print_talk("it has no schedule: dpstudio run %s", name);
	}
	arena_fini(&a);
	return ok;
}

static bool
run_publish(struct cli *cli, struct err *err)
{
	struct workspace *ws = session_workspace(cli, WORKSPACE_WRITE, err);
	const char *number = cli_arg(cli, 1);
	int64_t version = 0, published;

	if (!ws || (number && !session_version_number(number, &version, err)) ||
		!version_publish(ws, cli->args[0], version, &published, err))
		return false;
	print_talk("%s: version %lld is published", cli->args[0], (long long)published);
	return say_next(cli, cli->args[0], err);
}

const struct command command_publish = {
	.name = "publish", .args = "TASK [VERSION]",
	.help = "put a version to work (the newest that can be, unless one is named)",
	.group = GROUP_RELEASE, .run = run_publish,
};

static bool
run_unpublish(struct cli *cli, struct err *err)
{
	struct workspace *ws = session_workspace(cli, WORKSPACE_WRITE, err);

	if (!ws || !version_unpublish(ws, cli->args[0], err))
		return false;
	print_talk("%s: off-line", cli->args[0]);
	return true;
}

const struct command command_unpublish = {
	.name = "unpublish", .args = "TASK", .help = "take the published version off-line",
	.group = GROUP_RELEASE, .run = run_unpublish,
};

static bool
run_deprecate(struct cli *cli, struct err *err)
{
	struct workspace *ws = session_workspace(cli, WORKSPACE_WRITE, err);
	int64_t version;

	if (!ws || !session_version_number(cli->args[1], &version, err) ||
		!version_deprecate(ws, cli->args[0], version, err))
		return false;
	print_talk("%s: version %lld is deprecated", cli->args[0], (long long)version);
	return true;
}

const struct command command_deprecate = {
	.name = "deprecate", .args = "TASK VERSION",
	.help = "mark a version that is not to be published any more",
	.group = GROUP_RELEASE, .run = run_deprecate,
};

static bool
run_rollback(struct cli *cli, struct err *err)
{
	struct workspace *ws = session_workspace(cli, WORKSPACE_WRITE, err);
	const char *name = cli->args[0];
	bool force = cli_flag(cli, "force");
	int64_t version, number;

	if (!ws || !session_version_number(cli->args[1], &version, err))
		return false;
	if (cli_flag(cli, "publish")) {
		if (!version_rollback_publish(ws, name, version, force, &number, err))
			return false;
		print_talk("%s: version %lld is published, with the content of version %lld", name,
			(long long)number, (long long)version);
		return say_next(cli, name, err);
	}
	if (!version_rollback(ws, name, version, force, err))
		return false;
	print_talk("%s: the draft is version %lld's content; the old draft is kept. "
		   "Next: dpstudio test %s",
		name, (long long)version, name);
	return true;
}

static const struct command_option rollback_options[] = {
	{ "publish", 0, false, NULL, "make a new version of it and publish that, in one step" },
	{ "force", 0, false, NULL, "even while a studio holds unsaved work on it" },
	{ 0 },
};

const struct command command_rollback = {
	.name = "rollback", .args = "TASK VERSION", .help = "go back to a version's content",
	.more = "The content becomes the draft, which counts as tested only by a new test. With\n"
		"--publish the version's own test counts, unless a data source changed since.",
	.options = rollback_options, .group = GROUP_RELEASE, .run = run_rollback,
};

static bool
set_frozen(struct cli *cli, bool frozen, struct err *err)
{
	struct workspace *ws = session_workspace(cli, WORKSPACE_WRITE, err);

	if (!ws || !version_freeze(ws, cli->args[0], frozen, err))
		return false;
	print_talk("%s: %s", cli->args[0],
		frozen ? "frozen, its schedule is not followed" : "follows its schedule again");
	return frozen || say_next(cli, cli->args[0], err);
}

static bool
run_freeze(struct cli *cli, struct err *err)
{
	return set_frozen(cli, true, err);
}

static bool
run_unfreeze(struct cli *cli, struct err *err)
{
	return set_frozen(cli, false, err);
}

const struct command command_freeze = {
	.name = "freeze", .args = "TASK", .help = "stop following the schedule, for now",
	.more = "What falls into the time of freezing is not made up for.",
	.group = GROUP_RUN, .run = run_freeze,
};

const struct command command_unfreeze = {
	.name = "unfreeze", .args = "TASK", .help = "follow the schedule again",
	.group = GROUP_RUN, .run = run_unfreeze,
};
