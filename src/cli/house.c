/* SPDX-License-Identifier: MIT */
/* The workspace itself: settings, copies, key, audit trail. */
#include <stdlib.h>

#include "src/cli/input.h"
#include "src/cli/session.h"
#include "src/workspace/audit.h"

#define AUDIT_SHOWN 100

static bool
show_settings(struct cli *cli, struct err *err)
{
	struct workspace *ws = cli->workspace;
	cJSON *o = cJSON_CreateObject(), *settings = cJSON_AddObjectToObject(o, "settings");
	struct arena a = ARENA_INIT;
	struct buf origin = BUF_INIT;
	bool ok = workspace_key_origin(ws, &origin, err);

	cJSON_AddStringToObject(o, "path", workspace_path(ws));
	cJSON_AddStringToObject(o, "uuid", workspace_uuid(ws));
	session_json_integer(o, "schema", workspace_schema_number());
	cJSON_AddStringToObject(o, "key", buf_text(&origin));
	if (ok && !cli->json) {
		print_field("workspace", STYLE_HEAD, "%s", workspace_path(ws));
		print_field("key", STYLE_PLAIN, "%s", buf_text(&origin));
	}
	for (const struct workspace_setting *s = workspace_settings; ok && s->name; s++) {
		const char *value = "";

		ok = workspace_get(ws, s->name, &a, &value, err);
		cJSON_AddStringToObject(settings, s->name, value);
		if (ok && !cli->json)
			print_field(s->name, STYLE_PLAIN, "%s%s(%s)", value, *value ? "  " : "",
				s->help);
	}
	if (ok && cli->json) {
		print_json(o);
		o = NULL;
	}
	cJSON_Delete(o);
	buf_fini(&origin);
	arena_fini(&a);
	return ok;
}

static bool
run_workspace(struct cli *cli, struct err *err)
{
	return session_workspace(cli, WORKSPACE_READ, err) && show_settings(cli, err);
}

const struct command command_workspace = {
	.name = "workspace", .args = "[show]", .help = "show the workspace's place, key and settings",
	.group = GROUP_HOUSE, .json = true, .run = run_workspace,
};

static bool
run_set(struct cli *cli, struct err *err)
{
	struct workspace *ws = session_workspace(cli, WORKSPACE_WRITE, err);
	bool ok = ws != NULL;

	for (size_t i = 0; ok && i < cli->arg_count; i++) {
		const char *value;
		struct str name;
		char *text;

		ok = input_pair(cli->args[i], &name, &value, err);
		if (ok && !value)
			ok = err_set(err, ERR_USAGE, "'%s' has no value: write %s=VALUE",
				cli->args[i], cli->args[i]);
		if (!ok)
			break;
		text = str_dup(name);
		ok = workspace_set(ws, text, value, err);
		free(text);
	}
	return ok;
}

const struct command command_workspace_set = {
	.name = "workspace set", .args = "NAME=VALUE…",
	.help = "change settings, as notify=DEST jobs=4 retention=90d timezone=UTC",
	.more = "dpstudio workspace lists them all. NAME= goes back to the default. A new time\n"
		"zone plans published tasks anew.",
	.group = GROUP_HOUSE, .words_only = true, .run = run_set,
};

/* An earlier backup may be replaced, anything else not. */
static bool
may_replace(const char *path, struct err *err)
{
	static const char magic[] = "SQLite format 3";
	char head[sizeof(magic)] = "";
	FILE *f = fopen(path, "re");
	bool ours;

	if (!f)
		return true;
	ours = fread(head, 1, sizeof(head), f) == sizeof(head) &&
	       memcmp(head, magic, sizeof(magic)) == 0;
	fclose(f);
	if (ours)
		return true;
	err_set(err, ERR_STATE, "%s is there, and it is no earlier copy", path);
	return err_hint(err, "name another file");
}

static bool
run_backup(struct cli *cli, struct err *err)
{
	struct workspace *ws = session_workspace(cli, WORKSPACE_READ, err);

	if (!ws || !may_replace(cli->args[0], err) || !workspace_backup(ws, cli->args[0], err))
		return false;
	print_talk("copied to %s, without the key: keep that one apart", cli->args[0]);
	return true;
}

const struct command command_backup = {
	.name = "backup", .args = "FILE",
	.help = "copy the workspace consistently, while it is in use, without its key",
	.group = GROUP_HOUSE, .run = run_backup,
};

static bool
run_rekey(struct cli *cli, struct err *err)
{
	struct workspace *ws = session_workspace(cli, WORKSPACE_WRITE, err);
	struct buf origin = BUF_INIT;
	bool ok = ws && workspace_rekey(ws, cli_option(cli, "key"), err) &&
		  workspace_key_origin(ws, &origin, err);

	if (ok)
		print_talk("every secret is sealed under a new key: %s", buf_text(&origin));
	buf_fini(&origin);
	return ok;
}

static const struct command_option rekey_options[] = {
	{ "key", 0, false, "FILE", "put the new key there, and record that place" },
	{ 0 },
};

const struct command command_rekey = {
	.name = "rekey", .args = "", .help = "seal every secret under a new key",
	.options = rekey_options, .group = GROUP_HOUSE, .run = run_rekey,
};

static void
json_audit(const struct audit_list *list, const struct zone *zone)
{
	cJSON *array = cJSON_CreateArray();

	for (size_t i = 0; i < list->count; i++) {
		cJSON *o = cJSON_CreateObject();

		session_json_integer(o, "id", list->rows[i].id);
		session_json_time(o, "at", zone, list->rows[i].at_us);
		cJSON_AddStringToObject(o, "who", list->rows[i].who);
		cJSON_AddStringToObject(o, "action", list->rows[i].action);
		cJSON_AddStringToObject(o, "object", list->rows[i].object);
		cJSON_AddStringToObject(o, "detail", list->rows[i].detail);
		cJSON_AddItemToArray(array, o);
	}
	print_json(array);
}

static void
print_audit(const struct audit_list *list, const struct zone *zone)
{
	static const struct list_column columns[] = {
		{ "AT", 'l', false }, { "WHO", 'l', true }, { "ACTION", 'l', false },
		{ "OBJECT", 'l', true }, { "DETAIL", 'l', true },
	};
	struct list l;
	char when[40];

	list_init(&l, columns, ARRAY_LEN(columns));
	for (size_t i = 0; i < list->count; i++) {
		session_time(zone, list->rows[i].at_us, when);
		list_add(&l, STYLE_PLAIN, when);
		list_add(&l, STYLE_PLAIN, list->rows[i].who);
		list_add(&l, STYLE_PLAIN, list->rows[i].action);
		list_add(&l, STYLE_PLAIN, list->rows[i].object);
		list_add(&l, STYLE_PLAIN, list->rows[i].detail);
	}
	list_print(&l, "nothing has been recorded yet");
	list_fini(&l);
}

static bool
run_audit(struct cli *cli, struct err *err)
{
	struct workspace *ws = session_workspace(cli, WORKSPACE_READ, err);
	const struct zone *zone = ws ? session_zone(cli, err) : NULL;
	struct arena a = ARENA_INIT;
	struct audit_list list;
	int64_t limit;
	bool ok = zone && cli_option_integer(cli, "number", AUDIT_SHOWN, 1, 1000000, &limit, err) &&
		  audit_list(ws, cli_arg(cli, 0), limit, &a, &list, err);

	if (ok && cli->json)
		json_audit(&list, zone);
	else if (ok)
		print_audit(&list, zone);
	arena_fini(&a);
	return ok;
}

static const struct command_option audit_options[] = {
	{ "number", 'n', false, "N", "how many, newest first (100)" },
	{ 0 },
};

const struct command command_audit = {
	.name = "audit", .args = "[OBJECT]", .help = "list who did what and when, newest first",
	.options = audit_options, .group = GROUP_HOUSE, .json = true, .run = run_audit,
};

static bool
run_verify(struct cli *cli, struct err *err)
{
	struct workspace *ws = session_workspace(cli, WORKSPACE_READ, err);
	int64_t count;

	if (!ws || !audit_verify(ws, &count, err))
		return false;
	print_talk("%lld entr%s, unbroken", (long long)count, count == 1 ? "y" : "ies");
	return true;
}

const struct command command_audit_verify = {
	.name = "audit verify", .args = "",
	.help = "check that no entry of the audit trail was changed or taken out",
	.group = GROUP_HOUSE, .run = run_verify,
};
