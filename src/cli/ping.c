/* SPDX-License-Identifier: MIT */
/* ping: a task's dead-man URL, which is asked for after each succeeded run. The URL is
 * a secret of the workspace; the definition only says "ping": true. */
#include "src/cli/input.h"
#include "src/cli/session.h"
#include "src/task/task_json.h"

/* "url=SPEC" or "url" (asked for). */
static bool
read_url(const char *word, struct buf *url, struct err *err)
{
	struct str name;
	const char *value = NULL;

	if (!word || strcmp(word, "url") == 0)
		return input_secret("url", NULL, url, err);
	if (!input_pair(word, &name, &value, err))
		return false;
	if (!str_equal(name, STR("url")) || !value) {
		err_set(err, ERR_USAGE, "ping has no field '%.*s'", STR_ARG(name));
		return err_hint(err, "write url=env:NAME, url=@FILE or url=-");
	}
	return input_secret("url", value, url, err);
}

static bool
set_flag(struct workspace *ws, const struct task_row *row, const struct draft *draft, bool on,
	bool *changed, struct err *err)
{
	struct buf text = BUF_INIT;
	int64_t revision;
	struct task task;
	bool ok = true;

	if (!task_from_text(&task, draft->text, err))
		return false;
	*changed = task.has_ping != on;
	task.has_ping = on;
	if (*changed) {
		task_to_text(&task, &text);
		ok = task_draft_save(ws, row->id, draft->revision, buf_str(&text), &revision, err);
	}
	buf_fini(&text);
	task_fini(&task);
	return ok;
}

/* The draft says whether there is one, under the lease that editing takes. */
static bool
mark_draft(struct workspace *ws, const struct task_row *row, bool on, bool *changed,
	struct err *err)
{
	struct draft_lease lease = DRAFT_LEASE_NONE;
	struct arena a = ARENA_INIT;
	struct draft draft;
	bool ok = draft_lease_take(ws, row->id, &lease, err) &&
		  task_draft_get(ws, row->id, &a, &draft, err) &&
		  set_flag(ws, row, &draft, on, changed, err);

	draft_lease_release(ws, &lease);
	arena_fini(&a);
	return ok;
}

static bool
run_ping(struct cli *cli, struct err *err)
{
	struct workspace *ws = session_workspace(cli, WORKSPACE_WRITE, err);
	const char *word = cli_arg(cli, 1);
	struct buf url = BUF_INIT;
	struct arena a = ARENA_INIT;
	struct task_row row;
	bool remove = word && strcmp(word, "url=") == 0, changed = false, ok;

	ok = ws && task_store_find(ws, cli->args[0], &a, &row, err) &&
	     (remove || (read_url(word, &url, err) && task_ping_check(buf_str(&url), err))) &&
	     mark_draft(ws, &row, !remove, &changed, err) &&
	     task_ping_set(ws, row.id, buf_str(&url), err);
	if (ok)
		print_talk("%s: %s%s%s", row.name,
			remove ? "no URL is pinged any more"
			       : "its URL is pinged after each succeeded run",
			changed ? ", by versions made from now on. Next: dpstudio test " : "",
			changed ? row.name : "");
	input_secret_fini(&url);
	arena_fini(&a);
	return ok;
}

const struct command command_ping = {
	.name = "ping", .args = "TASK [FIELD=VALUE]",
	.help = "set the URL that hears of each succeeded run (a dead-man switch)",
	.more = "Written url=env:NAME, url=@FILE or url=- (standard input), for the URL is a secret;\n"
		"left out, it is asked for. url= takes it away. The draft gets \"ping\": true, or loses it.",
	.group = GROUP_TASK, .run = run_ping,
};
