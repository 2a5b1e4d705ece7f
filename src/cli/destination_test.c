/* SPDX-License-Identifier: MIT */
/* destination test: a short message through the worker that also sends the real ones. */
#include "src/cli/interrupt.h"
#include "src/cli/session.h"
#include "src/run/run.h"

struct test_answer {
	const char *name;
	bool ok;
	int exit_status;
	struct err *err;
};

static void
take_outcome(struct test_answer *t, const cJSON *json)
{
	const char *state = reply_text(json, "state"), *message = reply_text(json, "message");

	if (reply_number(json, "code") != 0)
		print_talk("%s: %s%s%s (code %.0f)", t->name, state, *message ? ", " : "", message,
			reply_number(json, "code"));
	else
		print_talk("%s: %s%s%s", t->name, state, *message ? ", " : "", message);
	if (*reply_text(json, "advice"))
		print_talk("  %s", reply_text(json, "advice"));
	if (strcmp(state, "unknown") == 0)
		t->exit_status = 7;
	else if (strcmp(state, "rejected") == 0 || strcmp(state, "deferred") == 0)
		t->exit_status = strcmp(reply_text(json, "class"), "transport") == 0 ? 5 : 6;
}

static void
take_frame(void *context, enum frame_type type, struct str payload)
{
	struct test_answer *t = context;
	struct err ignored = ERR_INIT;
	cJSON *json;

	if (type == FRAME_END) {
		t->ok = job_end_ok(payload, t->err);
	} else if (type == FRAME_OUTCOME) {
		json = json_parse(payload, &ignored);
		take_outcome(t, json);
		cJSON_Delete(json);
	}
}

static bool
run_destination_test(struct cli *cli, struct err *err)
{
	struct workspace *ws = session_workspace(cli, WORKSPACE_READ, err);
	struct test_answer answer = { .name = cli->args[0], .err = err };
	struct buf request = BUF_INIT;
	struct job *job = NULL;
	bool ok;

	interrupt_catch();
	ok = ws && run_destination_test_request(ws, cli->args[0], &request, err);
	if (ok)
		job = job_start(&request, take_frame, &answer, err);
	if (job) {
		job_wait(job, &interrupt_flag);
		job_free(job);
	}
	buf_fini(&request);
	cli->status = answer.exit_status;
	return ok && job && answer.ok;
}

const struct command command_destination_test = {
	.name = "destination test", .args = "DEST", .help = "send a short test message",
	.group = GROUP_CONNECTION, .run = run_destination_test,
};
