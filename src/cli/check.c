/* SPDX-License-Identifier: MIT */
/* check: lint a draft or a version, or files without any workspace. */
#include "src/check/check.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "src/channel/channel.h"
#include "src/cli/session.h"
#include "src/check/check_workspace.h"
#include "src/task/task_folder.h"

struct reporter {
	struct check_sink sink;
	const char *subject; /* task or path, before each place */
	bool name_subject;   /* several are checked */
	cJSON *array;	     /* --json */
	size_t errors, warnings;
};

static void
report_json(struct reporter *r, const char *level, const char *code, const char *place,
	const char *message, const char *hint)
{
	cJSON *o = cJSON_CreateObject();
	struct buf where = BUF_INIT, text = BUF_INIT;

	if (r->name_subject)
		buf_addf(&where, "%s: ", r->subject);
	buf_adds(&where, place);
	buf_adds(&text, message);
	if (*hint)
		buf_addf(&text, " (%s)", hint);
	cJSON_AddStringToObject(o, "level", level);
	cJSON_AddStringToObject(o, "code", code);
	cJSON_AddStringToObject(o, "place", buf_text(&where));
	cJSON_AddStringToObject(o, "message", buf_text(&text));
	cJSON_AddItemToArray(r->array, o);
	buf_fini(&where);
	buf_fini(&text);
}

static void
report(struct reporter *r, enum check_level level, const char *code, const char *place,
	const char *message, const char *hint)
{
	bool bad = level == CHECK_ERROR;

	*(bad ? &r->errors : &r->warnings) += 1;
	if (r->array) {
		report_json(r, bad ? "error" : "warning", code, place, message, hint);
		return;
	}
	printf("%s: ", r->subject);
	print_styled(stdout, bad ? STYLE_BAD : STYLE_WARN, "%s", bad ? "error" : "warning");
	printf(" %s", code);
	if (*place)
		printf(" at %s", place);
	fputs(": ", stdout);
	print_text(stdout, str_from(message));
	putchar('\n');
	if (*hint) {
		print_styled(stdout, STYLE_DIM, "  hint: ");
		print_text(stdout, str_from(hint));
		putchar('\n');
	}
}

static void
take_problem(struct check_sink *sink, const struct check_problem *p)
{
	report((struct reporter *)sink, p->level, p->code, p->place, p->message, p->hint);
}

static bool
is_path(const char *word)
{
	struct stat st;

	return strchr(word, '/') || str_ends(str_from(word), STR(".json")) ||
	       (stat(word, &st) == 0 && S_ISDIR(st.st_mode));
}

/* What the reader of definitions says: "PATH: $.nodes[0]: message". */
static void
report_definition(struct reporter *r, const struct err *err)
{
	struct str message = str_from(err->msg), subject = str_from(r->subject);
	size_t end;
	char *place;

	if (str_starts(message, subject) && str_find(message, STR(": "), 0) == subject.len)
		message = str_slice(message, subject.len + 2, message.len);
	end = message.len > 0 && message.p[0] == '$' ? str_find(message, STR(": "), 0) : SIZE_MAX;
	place = str_dup(str_slice(message, 0, end == SIZE_MAX ? 0 : end));
	report(r, CHECK_ERROR, "E_DEFINITION", place, end == SIZE_MAX ? message.p
								       : message.p + end + 2,
		err->hint);
	free(place);
}

static bool
check_path(struct reporter *r, const char *path, struct err *err)
{
	struct task task;

	r->subject = path;
	if (task_import_path(&task, path, err)) {
		check_task(&task, NULL, &r->sink);
		task_fini(&task);
		return true;
	}
	if (err->code != ERR_INPUT && err->code != ERR_LIMIT)
		return false;
	report_definition(r, err);
	return true;
}

static bool
check_stored(struct cli *cli, struct reporter *r, const char *name, struct err *err)
{
	struct check_workspace known;
	struct arena a = ARENA_INIT;
	struct task_row row;
	struct task task;
	int64_t version;
	bool ok;

	r->subject = name;
	ok = session_workspace(cli, WORKSPACE_READ, err) && session_version(cli, &version, err) &&
	     check_workspace_init(&known, cli->workspace, err);
	if (!ok)
		return false;
	ok = session_task(cli, name, version, &task, &row, &a, err);
	if (ok) {
		check_task(&task, &known.context, &r->sink);
		task_fini(&task);
	} else if (err->code == ERR_INPUT) {
		report_definition(r, err);
		ok = true;
	}
	check_workspace_fini(&known);
	arena_fini(&a);
	return ok;
}

static void
print_summary(const struct reporter *r)
{
	if (r->errors + r->warnings == 0)
		print_talk("no problem found");
	else
		print_talk("%zu error%s, %zu warning%s", r->errors, r->errors == 1 ? "" : "s",
			r->warnings, r->warnings == 1 ? "" : "s");
}

static bool
run_check(struct cli *cli, struct err *err)
{
	struct reporter r = { .sink = { take_problem }, .name_subject = cli->arg_count > 1 };
	bool ok = true;

	r.array = cli->json ? cJSON_CreateArray() : NULL;
	for (size_t i = 0; ok && i < cli->arg_count; i++) {
		const char *word = cli->args[i];

		ok = is_path(word) ? check_path(&r, word, err) : check_stored(cli, &r, word, err);
	}
	if (!ok) {
		cJSON_Delete(r.array);
		return false;
	}
	if (r.array)
		print_json(r.array);
	else
		print_summary(&r);
	cli->status = r.errors || (cli_flag(cli, "strict") && r.warnings) ? 1 : 0;
	return true;
}

static void
explain_rules(void)
{
	printf("\nWhat it finds:\n");
	for (int i = 0; i < RULE_COUNT; i++) {
		const struct check_rule_info *info = check_rule_info((enum check_rule)i);

		printf("  %-22s %-8s %s\n", info->code, check_level_name(info->level), info->about);
	}
}

static const struct command_option check_options[] = {
	{ "strict", 0, false, NULL, "warnings count as errors" },
	SESSION_VERSION_OPTIONS,
	{ 0 },
};

const struct command command_check = {
	.name = "check", .args = "TASK|PATH…",
	.help = "find every problem of a task's draft, or of files without any workspace",
	.more = "A word with a slash, a folder, or a name that ends in .json is a path: a folder\n"
		"with task.json, or one JSON file. Exit status 0 when there is no error.",
	.explain = explain_rules, .options = check_options, .group = GROUP_RELEASE, .json = true,
	.run = run_check,
};
