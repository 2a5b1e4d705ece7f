/* SPDX-License-Identifier: MIT */
#include "src/cli/session.h"

#include <stdlib.h>
#include <unistd.h>

#include "src/base/module.h"
#include "src/base/studio.h"
#include "src/task/task_json.h"
#include "src/workspace/version.h"

struct workspace *
session_workspace(struct cli *cli, enum workspace_mode mode, struct err *err)
{
	char *path;

	if (cli->workspace)
		return cli->workspace;
	path = workspace_resolve(cli->workspace_path, err);
	if (path)
		cli->workspace = workspace_open(path, mode, err);
	free(path);
	return cli->workspace;
}

const struct zone *
session_zone(struct cli *cli, struct err *err)
{
	return workspace_zone(cli->workspace, err);
}

bool
session_studio(struct cli *cli, const char *task, const char *file, struct err *err)
{
	struct studio_options options = { .task = task, .file = file };
	const struct studio_ops *ops;
	char *path;
	bool ok;

	if (!getenv("DPSTUDIO_SCRIPT") && (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))) {
		err_set(err, ERR_USAGE, "the studio needs a terminal, and there is none here");
		return err_hint(err, "for scripts: dpstudio help; for cron: dpstudio --run");
	}
	ops = module_ops("studio", err);
	path = ops && !file ? workspace_resolve(cli->workspace_path, err) : NULL;
	options.workspace_path = path;
	ok = ops && (path || file) && ops->run(&options, &cli->status, err);
	free(path);
	return ok;
}

void
session_end(struct cli *cli)
{
	if (cli->workspace)
		workspace_close(cli->workspace);
	cli->workspace = NULL;
}

bool
session_version_number(const char *text, int64_t *version, struct err *err)
{
	const char *digits = text[0] == 'v' ? text + 1 : text;

	if (str_to_int64(str_from(digits), version) && *version >= 1)
		return true;
	err_set(err, ERR_USAGE, "'%s' is not the number of a version", text);
	return err_hint(err, "dpstudio versions TASK lists them");
}

bool
session_version(const struct cli *cli, int64_t *version, struct err *err)
{
	const char *number = cli_option(cli, "version");

	*version = cli_flag(cli, "published") ? -1 : 0;
	if (!number)
		return true;
	if (*version == -1)
		return err_set(err, ERR_USAGE, "--version and --published exclude each other");
	return session_version_number(number, version, err);
}

static bool
read_text(struct workspace *ws, const struct task_row *row, int64_t version, struct arena *a,
	struct str *text, struct err *err)
{
	struct version_row found;
	struct draft draft;

	if (version == 0) {
		if (!task_draft_get(ws, row->id, a, &draft, err))
			return false;
		*text = draft.text;
		return true;
	}
	if (!version_get(ws, row->id, version < 0 ? 0 : version, a, &found, err))
		return false;
	*text = found.text;
	return true;
}

bool
session_task(struct cli *cli, const char *name, int64_t version, struct task *task,
	struct task_row *row, struct arena *a, struct err *err)
{
	struct workspace *ws = cli->workspace;
	struct str text;

	if (!task_store_find(ws, name, a, row, err) ||
		!read_text(ws, row, version, a, &text, err))
		return false;
	return task_from_text(task, text, err) || err_wrap(err, "task '%s'", name);
}

void
session_time(const struct zone *zone, int64_t at_us, char text[40])
{
	struct civil c;

	text[0] = '\0';
	if (at_us == 0)
		return;
	c = zone_civil(zone, at_us);
	snprintf(text, 40, "%04d-%02d-%02d %02d:%02d:%02d", c.date.year, c.date.month, c.date.day,
		c.hour, c.minute, c.second);
}

void
session_json_time(cJSON *object, const char *key, const struct zone *zone, int64_t at_us)
{
	char text[40];

	if (at_us == 0) {
		cJSON_AddNullToObject(object, key);
		return;
	}
	zone_format(zone, at_us, text);
	cJSON_AddStringToObject(object, key, text);
}

void
session_json_text(cJSON *object, const char *key, const char *text)
{
	if (text && *text)
		cJSON_AddStringToObject(object, key, text);
	else
		cJSON_AddNullToObject(object, key);
}

void
session_json_integer(cJSON *object, const char *key, int64_t value)
{
	cJSON_AddNumberToObject(object, key, (double)value);
}

const char *
reply_text(const cJSON *object, const char *key)
{
	const cJSON *c = cJSON_GetObjectItemCaseSensitive(object, key);

	return cJSON_IsString(c) ? c->valuestring : "";
}

double
reply_number(const cJSON *object, const char *key)
{
	const cJSON *c = cJSON_GetObjectItemCaseSensitive(object, key);

	return cJSON_IsNumber(c) ? c->valuedouble : 0;
}
