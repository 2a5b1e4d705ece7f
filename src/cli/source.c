/* SPDX-License-Identifier: MIT */
/* source add, list, show, test, edit, remove. */
#include "src/workspace/store_source.h"

#include "src/cli/connection.h"
#include "src/cli/input.h"
#include "src/cli/interrupt.h"
#include "src/cli/session.h"
#include "src/source/source.h"
#include "src/task/task_json.h"

#define TEST_TIMEOUT_US (15 * CLOCK_SECOND)

static enum source_env
env_of(const struct cli *cli)
{
	const char *env = cli_option(cli, "env");

	if (!env)
		return ENV_AUTO;
	return strcmp(env, "dev") == 0 ? ENV_DEV : ENV_PROD;
}

static bool
find_kind(const char *name, const struct source_kind **kind, struct err *err)
{
	struct buf names = BUF_INIT;

	*kind = name ? source_kind_find(name) : NULL;
	if (*kind)
		return true;
	for (size_t i = 0; i < source_kind_count(); i++)
		buf_addf(&names, "%s%s", i ? ", " : "", source_kind_at(i)->name);
	if (name)
		err_set(err, ERR_USAGE, "there is no kind of data source '%s'", name);
	else
		err_set(err, ERR_USAGE, "source add: --kind is missing");
	err_hint(err, "kinds: %s", buf_text(&names));
	buf_fini(&names);
	return false;
}

static bool
run_add(struct cli *cli, struct err *err)
{
	const char *name = cli_arg(cli, 0);
	struct settings settings = SETTINGS_INIT;
	const struct source_kind *kind;
	struct workspace *ws;
	bool ok;

	if (!find_kind(cli_option(cli, "kind"), &kind, err))
		return false;
	if (!name) {
		printf("%s: %s\n", kind->name, kind->about);
		connection_print_fields(kind->fields, kind->field_count);
		connection_print_fields(source_common_fields, source_common_field_count);
		return true;
	}
	ws = session_workspace(cli, WORKSPACE_WRITE, err);
	ok = ws && input_settings(cli->args + 1, cli->arg_count - 1, kind->fields,
			   kind->field_count, source_common_fields, source_common_field_count,
			   &settings, err) &&
	     source_settings_check(kind, &settings, err) &&
	     store_source_add(ws, name, kind->name, env_of(cli), &settings, err);
	settings_fini(&settings);
	if (ok)
		print_talk("%s: added. Next: dpstudio source test %s", name, name);
	return ok;
}

#define ENV_OPTION { "env", 0, false, "dev|prod", "only that variant (without: serves both)" }

static const struct command_option add_options[] = {
	{ "kind", 'k', false, "KIND", "what it is: sqlite, postgres, mysql, clickhouse …" },
	ENV_OPTION,
	{ 0 },
};

static const struct command_option env_options[] = {
	ENV_OPTION,
	{ 0 },
};

const struct command command_source_add = {
	.name = "source add", .args = "[SOURCE] [FIELD=VALUE]…", .help = "add a data source",
	.more = "With --kind alone it lists that kind's fields. A secret field is given as\n"
		"env:NAME, @FILE, -, or by its name alone, to be asked for.",
	.options = add_options, .group = GROUP_CONNECTION, .words_only = true, .run = run_add,
};

static const char *
variants(const struct source_row *row)
{
	if (row->has_dev && row->has_prod)
		return "dev,prod";
	if (row->has_dev || row->has_prod)
		return row->has_dev ? "dev" : "prod";
	return "both";
}

static void
json_list(const struct source_list *list, const struct zone *zone)
{
	cJSON *array = cJSON_CreateArray();

	for (size_t i = 0; i < list->count; i++) {
		const struct source_row *s = &list->rows[i];
		cJSON *o = cJSON_CreateObject();

		cJSON_AddStringToObject(o, "name", s->name);
		cJSON_AddStringToObject(o, "kind", s->kind);
		cJSON_AddStringToObject(o, "env", variants(s));
		cJSON_AddStringToObject(o, "created_by", s->created_by);
		session_json_time(o, "updated_at", zone, s->updated_us);
		cJSON_AddItemToArray(array, o);
	}
	print_json(array);
}

static void
print_list(const struct source_list *list, const struct zone *zone)
{
	static const struct list_column columns[] = {
		{ "SOURCE", 'l', true }, { "KIND", 'l', false }, { "ENV", 'l', false },
		{ "CHANGED", 'l', false }, { "BY", 'l', true },
	};
	struct list l;
	char when[40];

	list_init(&l, columns, ARRAY_LEN(columns));
	for (size_t i = 0; i < list->count; i++) {
		const struct source_row *s = &list->rows[i];

		session_time(zone, s->updated_us, when);
		list_add(&l, STYLE_PLAIN, s->name);
		list_add(&l, STYLE_PLAIN, s->kind);
		list_add(&l, STYLE_PLAIN, variants(s));
		list_add(&l, STYLE_PLAIN, when);
		list_add(&l, STYLE_PLAIN, s->created_by);
	}
	list_print(&l, "there is no data source yet: dpstudio source add");
	list_fini(&l);
}

static bool
run_list(struct cli *cli, struct err *err)
{
	struct workspace *ws = session_workspace(cli, WORKSPACE_READ, err);
	const struct zone *zone = ws ? session_zone(cli, err) : NULL;
	struct arena a = ARENA_INIT;
	struct source_list list;
	bool ok = zone && store_source_list(ws, &a, &list, err);

	if (ok && cli->json)
		json_list(&list, zone);
	else if (ok)
		print_list(&list, zone);
	arena_fini(&a);
	return ok;
}

const struct command command_source_list = {
	.name = "source list", .args = "", .help = "list the data sources",
	.group = GROUP_CONNECTION, .json = true, .run = run_list,
};

/* The variants there are, in the order both, dev, prod. */
static size_t
existing(const struct source_row *row, enum source_env envs[3])
{
	size_t n = 0;

	if (row->has_both)
		envs[n++] = ENV_AUTO;
	if (row->has_dev)
		envs[n++] = ENV_DEV;
	if (row->has_prod)
		envs[n++] = ENV_PROD;
	return n;
}

static const char *
env_label(enum source_env env)
{
	return env == ENV_AUTO ? "both" : source_env_name(env);
}

static bool
find_row(struct workspace *ws, const char *name, struct arena *a, struct source_row *row,
	struct err *err)
{
	struct settings none = SETTINGS_INIT;
	struct source_list list;
	bool ok;

	if (!store_source_list(ws, a, &list, err))
		return false;
	for (size_t i = 0; i < list.count; i++)
		if (strcmp(list.rows[i].name, name) == 0) {
			*row = list.rows[i];
			return true;
		}
	ok = store_source_show(ws, name, ENV_AUTO, a, row, &none, err);
	settings_fini(&none);
	return ok;
}

static bool
add_variant(struct workspace *ws, const struct source_row *row, enum source_env env,
	cJSON *array, struct arena *a, struct err *err)
{
	struct settings settings = SETTINGS_INIT;
	bool ok = store_source_show(ws, row->name, env, a, NULL, &settings, err);
	cJSON *o;

	if (ok && array) {
		o = cJSON_CreateObject();
		cJSON_AddStringToObject(o, "env", env_label(env));
		cJSON_AddItemToObject(o, "settings", connection_json_settings(&settings));
		cJSON_AddItemToArray(array, o);
	} else if (ok) {
		print_field("serves", STYLE_HEAD, "%s",
			env == ENV_AUTO ? "dev and prod" : env_label(env));
		connection_print_settings(&settings);
	}
	settings_fini(&settings);
	return ok;
}

static bool
show(struct workspace *ws, const struct source_row *row, bool json, struct arena *a,
	struct err *err)
{
	cJSON *o = json ? cJSON_CreateObject() : NULL, *array = NULL, *users;
	enum source_env envs[3];
	struct name_list tasks;
	size_t count = existing(row, envs);
	bool ok = store_source_users(ws, row->name, a, &tasks, err);

	if (json) {
		cJSON_AddStringToObject(o, "name", row->name);
		cJSON_AddStringToObject(o, "kind", row->kind);
		array = cJSON_AddArrayToObject(o, "variants");
	} else {
		print_field("source", STYLE_HEAD, "%s", row->name);
		print_field("kind", STYLE_PLAIN, "%s", row->kind);
	}
	for (size_t i = 0; ok && i < count; i++)
		ok = add_variant(ws, row, envs[i], array, a, err);
	if (!json) {
		for (size_t i = 0; ok && i < tasks.count; i++)
			print_field(i ? "" : "published tasks", STYLE_PLAIN, "%s", tasks.list[i]);
		return ok;
	}
	users = cJSON_AddArrayToObject(o, "published_tasks");
	for (size_t i = 0; ok && i < tasks.count; i++)
		cJSON_AddItemToArray(users, cJSON_CreateString(tasks.list[i]));
	if (ok)
		print_json(o);
	else
		cJSON_Delete(o);
	return ok;
}

static bool
run_show(struct cli *cli, struct err *err)
{
	struct workspace *ws = session_workspace(cli, WORKSPACE_READ, err);
	struct arena a = ARENA_INIT;
	struct source_row row;
	bool ok = ws && find_row(ws, cli->args[0], &a, &row, err) &&
		  show(ws, &row, cli->json, &a, err);

	arena_fini(&a);
	return ok;
}

const struct command command_source_show = {
	.name = "source show", .args = "SOURCE", .help = "show a data source, secrets masked",
	.group = GROUP_CONNECTION, .json = true, .run = run_show,
};

static bool
test_variant(struct workspace *ws, const struct source_row *row, enum source_env env,
	struct arena *a, struct err *err)
{
	struct deadline deadline = deadline_in_us(TEST_TIMEOUT_US);
	struct settings settings = SETTINGS_INIT;
	const struct source_kind *kind = source_kind_find(row->kind);
	struct source *source = NULL;
	int64_t began = clock_mono_us();

	deadline.cancelled = &interrupt_flag;
	if (!kind)
		return err_set(err, ERR_CONFIG, "this program has no driver '%s'", row->kind);
	if (store_source_get(ws, row->name, env, a, NULL, &settings, err))
		source = source_open(kind, &settings, &deadline, err);
	settings_fini(&settings);
	if (!source)
		return err_wrap(err, "data source '%s' (%s)", row->name, env_label(env));
	print_talk("%s (%s): reached %s in %.0f ms", row->name, env_label(env),
		source->ops->version(source), (double)(clock_mono_us() - began) / 1000.0);
	source_close(source);
	return true;
}

static bool
run_test(struct cli *cli, struct err *err)
{
	struct workspace *ws = session_workspace(cli, WORKSPACE_READ, err);
	struct arena a = ARENA_INIT;
	enum source_env envs[3];
	struct source_row row;
	size_t count;
	bool ok;

	interrupt_catch();
	ok = ws && find_row(ws, cli->args[0], &a, &row, err);
	if (ok && cli_option(cli, "env")) {
		ok = test_variant(ws, &row, env_of(cli), &a, err);
	} else if (ok) {
		count = existing(&row, envs);
		for (size_t i = 0; ok && i < count; i++)
			ok = test_variant(ws, &row, envs[i], &a, err);
	}
	arena_fini(&a);
	return ok;
}

const struct command command_source_test = {
	.name = "source test", .args = "SOURCE", .help = "connect to a data source and log in",
	.options = env_options, .group = GROUP_CONNECTION, .run = run_test,
};

static bool
run_edit(struct cli *cli, struct err *err)
{
	struct workspace *ws = session_workspace(cli, WORKSPACE_WRITE, err);
	struct settings settings = SETTINGS_INIT;
	const struct source_kind *kind = NULL;
	struct arena a = ARENA_INIT;
	struct source_row row;
	bool ok;

	if (!ws)
		return false;
	ok = find_row(ws, cli->args[0], &a, &row, err) &&
	     find_kind(row.kind, &kind, err) &&
	     store_source_get(ws, row.name, env_of(cli), &a, NULL, &settings, err) &&
	     connection_change(cli->args + 1, cli->arg_count - 1, kind->fields,
		     kind->field_count, source_common_fields, source_common_field_count,
		     &settings, err) &&
	     source_settings_check(kind, &settings, err) &&
	     store_source_update(ws, row.name, env_of(cli), &settings, err);
	if (ok)
		print_talk("%s: changed. Tests of tasks that use it have to be made again",
			row.name);
	settings_fini(&settings);
	arena_fini(&a);
	return ok;
}

const struct command command_source_edit = {
	.name = "source edit", .args = "SOURCE FIELD=VALUE…", .help = "change fields of a data source",
	.more = "FIELD= takes the field out. Secrets are given as for add.",
	.options = env_options, .group = GROUP_CONNECTION, .words_only = true, .run = run_edit,
};

static bool
run_remove(struct cli *cli, struct err *err)
{
	struct workspace *ws = session_workspace(cli, WORKSPACE_WRITE, err);

	if (!ws || !store_source_remove(ws, cli->args[0], env_of(cli), err))
		return false;
	print_talk("%s: removed", cli->args[0]);
	return true;
}

const struct command command_source_remove = {
	.name = "source remove", .args = "SOURCE",
	.help = "remove a data source that no published task needs",
	.options = env_options, .group = GROUP_CONNECTION, .run = run_remove,
};
