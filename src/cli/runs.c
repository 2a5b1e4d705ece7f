/* SPDX-License-Identifier: MIT */
/* The ledger by hand: runs, show-run, cancel, rerun, resend, accept. */
#include "src/cli/ledger_view.h"
#include "src/run/run.h"
#include "src/workspace/audit.h"

#define RUNS_SHOWN 50

static bool
run_runs(struct cli *cli, struct err *err)
{
	struct workspace *ws = session_workspace(cli, WORKSPACE_READ, err);
	struct arena a = ARENA_INIT;
	struct task_row row = { 0 };
	int64_t limit;
	bool ok = ws && cli_option_integer(cli, "number", RUNS_SHOWN, 1, 100000, &limit, err) &&
		  (!cli_arg(cli, 0) || task_store_find(ws, cli->args[0], &a, &row, err)) &&
		  ledger_view_runs(cli, row.id, limit, err);

	arena_fini(&a);
	return ok;
}

static const struct command_option runs_options[] = {
	{ "number", 'n', false, "N", "how many, newest first (50)" },
	{ 0 },
};

const struct command command_runs = {
	.name = "runs", .args = "[TASK]", .help = "list the runs, newest first",
	.options = runs_options, .group = GROUP_RUN, .json = true, .run = run_runs,
};

static bool
run_show_run(struct cli *cli, struct err *err)
{
	enum ledger_view view = cli_flag(cli, "body") ? LEDGER_VIEW_BODY : LEDGER_VIEW_FULL;
	int64_t id;

	return ledger_view_id(cli->args[0], &id, NULL, err) &&
	       session_workspace(cli, WORKSPACE_READ, err) && ledger_view_run(cli, id, view, err);
}

static const struct command_option show_run_options[] = {
	{ "body", 0, false, NULL, "also the exact messages" },
	{ 0 },
};

const struct command command_show_run = {
	.name = "show-run", .args = "RUN",
	.help = "show a run: its time line, each delivery, each attempt",
	.options = show_run_options, .group = GROUP_RUN, .json = true, .run = run_show_run,
};

static bool
run_cancel(struct cli *cli, struct err *err)
{
	struct workspace *ws;
	int64_t id;

	if (!ledger_view_id(cli->args[0], &id, NULL, err))
		return false;
	ws = session_workspace(cli, WORKSPACE_WRITE, err);
	if (!ws || !ledger_cancel(ws, id, err))
		return false;
	print_talk("run %lld: cancelled; one that is at work ends in a moment", (long long)id);
	return true;
}

const struct command command_cancel = {
	.name = "cancel", .args = "RUN", .help = "cancel a run that is waiting or at work",
	.group = GROUP_RUN, .run = run_cancel,
};

static bool
run_rerun_command(struct cli *cli, struct err *err)
{
	struct pass_summary summary = { 0 };
	int64_t id, new_id = 0;
	struct workspace *ws;

	if (!ledger_view_id(cli->args[0], &id, NULL, err))
		return false;
	ws = session_workspace(cli, WORKSPACE_WRITE, err);
	if (!ws || !run_rerun(ws, id, &new_id, &summary, err) ||
		!ledger_view_run(cli, new_id, LEDGER_VIEW_RESULT, err))
		return false;
	cli->status = summary.exit_status;
	return true;
}

const struct command command_rerun = {
	.name = "rerun", .args = "RUN",
	.help = "run again what a run ran: same version, scheduled time and values",
	.group = GROUP_RUN, .json = true, .run = run_rerun_command,
};

static bool
may_resend(const struct delivery_row *d)
{
	return d->state == DELIVERY_REJECTED || d->state == DELIVERY_DEFERRED ||
	       d->state == DELIVERY_UNKNOWN;
}

static bool
resend_run(struct workspace *ws, int64_t run_id, size_t *count, struct err *err)
{
	struct delivery_list list = { 0 };
	struct arena a = ARENA_INIT;
	struct run_row run;
	bool ok = ledger_run(ws, run_id, &a, &run, err) &&
		  ledger_deliveries(ws, run_id, false, &a, &list, err);

	for (size_t i = 0; ok && i < list.count; i++)
		if (may_resend(&list.rows[i])) {
			ok = ledger_resend(ws, list.rows[i].id, err);
			(*count)++;
		}
	arena_fini(&a);
	if (ok && *count == 0)
		return err_set(err, ERR_STATE, "run %lld has no delivery to send again",
			(long long)run_id);
	return ok;
}

static bool
run_resend(struct cli *cli, struct err *err)
{
	struct workspace *ws;
	bool is_delivery;
	size_t count = 0;
	int64_t id;
	char detail[32];

	if (!ledger_view_id(cli->args[0], &id, &is_delivery, err))
		return false;
	ws = session_workspace(cli, WORKSPACE_WRITE, err);
	if (!ws || !(is_delivery ? ledger_resend(ws, id, err) : resend_run(ws, id, &count, err)))
		return false;
	snprintf(detail, sizeof(detail), "%s%lld", is_delivery ? "d" : "", (long long)id);
	if (!audit_add(ws, "resend", detail, NULL, err))
		return false;
	print_talk("%zu deliver%s will be sent again by the next pass (dpstudio --run)",
		is_delivery ? (size_t)1 : count, is_delivery || count == 1 ? "y" : "ies");
	return true;
}

const struct command command_resend = {
	.name = "resend", .args = "RUN|DELIVERY",
	.help = "send again what was refused, put off or has an unknown outcome",
	.more = "A run has a number like 15, a delivery one like d42. A mail goes only to the\n"
		"recipients that failed. The next pass sends it.",
	.group = GROUP_RUN, .run = run_resend,
};

static bool
run_accept(struct cli *cli, struct err *err)
{
	const char *text = cli->args[0];
	struct arena a = ARENA_INIT;
	struct delivery_row row;
	struct workspace *ws;
	int64_t id;
	bool ok;

	if (!ledger_view_id(text[0] == 'd' ? text + 1 : text, &id, NULL, err))
		return false;
	ws = session_workspace(cli, WORKSPACE_WRITE, err);
	ok = ws && ledger_delivery(ws, id, &a, &row, err) &&
	     ledger_accept(ws, id, audit_who(), err);
	if (ok)
		print_talk("d%lld: accepted", (long long)id);
	arena_fini(&a);
	return ok;
}

const struct command command_accept = {
	.name = "accept", .args = "DELIVERY",
	.help = "settle a delivery with an unknown outcome: somebody saw it arrive",
	.group = GROUP_RUN, .run = run_accept,
};
