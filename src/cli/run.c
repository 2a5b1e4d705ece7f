/* SPDX-License-Identifier: MIT */
/* --run: one scheduler pass, or named tasks now. backfill: past business dates. */
#include "src/run/run.h"

#include <stdlib.h>
#include <unistd.h>

#include "src/cli/choice.h"
#include "src/cli/input.h"

/* Nothing due and nothing left over: the answer for almost every minute of cron, so it
 * comes before anything else is opened. */
static bool
is_idle(const struct cli *cli, bool *idle, struct err *err)
{
	char *path = workspace_resolve(cli->workspace_path, err);
	bool ok = path && run_idle_check(path, idle, err);

	free(path);
	return ok;
}

/* The zone for --at: that of the tasks, which have to agree. */
static const struct zone *
common_zone(struct cli *cli, struct err *err)
{
	const struct zone *zone = NULL;

	if (cli->arg_count == 0)
		return session_zone(cli, err);
	for (size_t i = 0; i < cli->arg_count; i++) {
		const struct zone *next = choice_task_zone(cli, cli->args[i], -1, err);

		if (!next)
			return NULL;
		if (zone && strcmp(zone_name(zone), zone_name(next)) != 0) {
			err_set(err, ERR_USAGE, "%s and %s are in different time zones",
				cli->args[0], cli->args[i]);
			err_hint(err, "give --at with its offset: 2026-01-02T08:00:00+08:00");
			return NULL;
		}
		zone = next;
	}
	return zone;
}

static bool
read_at(struct cli *cli, struct pass_options *options, struct err *err)
{
	const char *at = cli_option(cli, "at");
	const struct zone *zone;

	options->has_at = at != NULL;
	if (!at)
		return true;
	if (cli->arg_count == 0 && !options->dry_run) {
		err_set(err, ERR_USAGE, "run: --at needs a task, or --dry-run");
		return err_hint(err, "dpstudio --run TASK --at TIME");
	}
	if (strpbrk(at, "Tt") && zone_parse(str_from(at), NULL, &options->at_us, err))
		return true;
	zone = common_zone(cli, err);
	return zone && input_time(at, zone, &options->at_us, err);
}

static void
print_summary(const struct pass_summary *s)
{
	if (s->runs == 0) {
		print_talk("nothing is due");
		return;
	}
	print_talk("%lld run%s: %lld succeeded, %lld failed, %lld skipped, %lld waiting",
		(long long)s->runs, s->runs == 1 ? "" : "s", (long long)s->succeeded,
		(long long)s->failed, (long long)s->skipped, (long long)s->waiting);
}

static bool
run_run(struct cli *cli, struct err *err)
{
	struct pass_options options = {
		.tasks = cli->args, .task_count = cli->arg_count,
		.group = cli_option(cli, "group"), .dry_run = cli_flag(cli, "dry-run"),
		.verbose = cli_flag(cli, "verbose") || isatty(STDERR_FILENO),
	};
	struct pass_summary summary = { 0 };
	struct child ahead = { 0, -1 };
	struct err ignored = ERR_INIT;
	bool idle = false, ok;
	int64_t jobs;

	if (!cli_option_integer(cli, "jobs", 0, 1, 256, &jobs, err))
		return false;
	options.jobs = (int)jobs;
	if (options.task_count == 0 && !cli_option(cli, "at")) {
		if (!is_idle(cli, &idle, err))
			return false;
		if (idle) {
			if (options.verbose)
				print_summary(&summary);
			return true;
		}
	}
	/* It loads while the workspace is opened; without one the pass starts its own. */
	if (!options.dry_run && child_spawn(&ahead, &ignored))
		options.ahead = &ahead;
	ok = session_workspace(cli, WORKSPACE_WRITE, err) && read_at(cli, &options, err) &&
	     run_pass(cli->workspace, &options, &summary, err);
	child_end(&ahead, 3000);
	if (!ok)
		return false;
	if (options.verbose && !options.dry_run)
		print_summary(&summary);
	cli->status = summary.exit_status;
	return true;
}

static const struct command_option run_options[] = {
	{ "at", 0, false, "TIME", "the published version once for that scheduled time" },
	{ "jobs", 'j', false, "N", "workers at once (the workspace's setting)" },
	{ "group", 0, false, "GROUP", "only tasks of that runner group" },
	{ "dry-run", 0, false, NULL, "say what is due, do nothing" },
	{ "verbose", 'v', false, NULL, "one line a run, also when all went well" },
	{ 0 },
};

const struct command command_run = {
	.name = "run", .args = "[TASK]…",
	.help = "do everything that is due, then exit; with tasks: run those now",
	.more = "Meant for cron and systemd timers (install-schedule). Silent when all went well\n"
		"and there is no terminal; failures go to stderr, one line a run. A slot is due\n"
		"from its instant on and runs once, however many passes there are. --at without\n"
		"a task only together with --dry-run.",
	.options = run_options, .group = GROUP_RUN, .run = run_run,
};

static bool
run_backfill_command(struct cli *cli, struct err *err)
{
	struct pass_summary summary = { 0 };
	struct date from, to;
	int64_t groups;

	if (!input_date(cli->args[1], &from, err) || !input_date(cli->args[2], &to, err) ||
		!cli_option_integer(cli, "groups", 1, 1, 64, &groups, err))
		return false;
	if (date_compare(from, to) > 0)
		return err_set(err, ERR_USAGE, "%s is later than %s", cli->args[1], cli->args[2]);
	if (!session_workspace(cli, WORKSPACE_WRITE, err) ||
		!run_backfill(cli->workspace, cli->args[0], from, to, (int)groups, &summary, err))
		return false;
	print_summary(&summary);
	cli->status = summary.exit_status;
	return true;
}

static const struct command_option backfill_options[] = {
	{ "groups", 0, false, "N", "so many days at once (1)" },
	{ 0 },
};

const struct command command_backfill = {
	.name = "backfill", .args = "TASK FROM TO",
	.help = "run the published version for past business dates, both inclusive",
	.options = backfill_options, .group = GROUP_RUN, .run = run_backfill_command,
};
