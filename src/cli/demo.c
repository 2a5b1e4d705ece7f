/* SPDX-License-Identifier: MIT */
#include "src/cli/demo.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <unistd.h>

#include "src/base/path.h"
#include "src/channel/channel.h"
#include "src/cli/session.h"
#include "src/cli/template.h"
#include "src/run/run.h"
#include "src/source/source.h"
#include "src/workspace/store_destination.h"
#include "src/workspace/store_source.h"
#include "src/workspace/version.h"

#define DEMO_TASK "daily-sales"
#define DEMO_SOURCE "shop"
#define DEMO_DESTINATION "outbox"

static bool
make_database(const char *path, struct err *err)
{
	struct str sql = template_file("sales.sql");
	sqlite3 *db = NULL;
	char *message = NULL;
	bool ok;

	ok = sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL) ==
	     SQLITE_OK;
	ok = ok && sqlite3_exec(db, sql.p, NULL, NULL, &message) == SQLITE_OK;
	if (!ok)
		err_set(err, ERR_IO, "cannot make %s: %s", path, message ? message
								   : sqlite3_errmsg(db));
	sqlite3_free(message);
	sqlite3_close(db);
	return ok;
}

static bool
add_source(struct workspace *ws, const char *path, struct err *err)
{
	const struct source_kind *kind = source_kind_find("sqlite");
	struct settings settings = SETTINGS_INIT;
	bool ok;

	settings_set(&settings, "path", str_from(path), false);
	ok = source_settings_check(kind, &settings, err) &&
	     store_source_add(ws, DEMO_SOURCE, kind->name, ENV_AUTO, &settings, err);
	settings_fini(&settings);
	return ok;
}

static bool
add_destination(struct workspace *ws, const char *path, struct err *err)
{
	const struct channel *channel = channel_find("file");
	struct settings settings = SETTINGS_INIT;
	bool ok;

	settings_set(&settings, "path", str_from(path), false);
	ok = channel_settings_check(channel, &settings, err) &&
	     store_destination_add(ws, DEMO_DESTINATION, channel->name, &settings, err);
	settings_fini(&settings);
	return ok;
}

/* By the way any task goes: draft, test that really sends, version, published. */
static bool
release_task(struct workspace *ws, struct err *err)
{
	struct run_choice choice = { .task = DEMO_TASK, .has_date = true,
		.business_date = { 2024, 1, 2 } };
	struct pass_summary summary = { 0 };
	int64_t id, number;

	if (!template_create_from(ws, template_file("daily-sales.json"), DEMO_TASK, err) ||
		!run_test(ws, &choice, &id, &summary, err))
		return false;
	if (summary.exit_status != 0)
		return err_set(err, ERR_FAILED, "the test of the example failed: "
						"dpstudio show-run %lld", (long long)id);
	return version_submit(ws, DEMO_TASK, "the sales example", &number, err) &&
	       version_publish(ws, DEMO_TASK, number, &number, err);
}

static char *
demo_folder(const char *workspace_path)
{
	char *home = path_dir(workspace_path);
	char *folder = path_join(home, "demo");

	free(home);
	return folder;
}

bool
demo_check(const char *path, struct err *err)
{
	char *folder = demo_folder(path), *database = path_join(folder, "sales.db");
	bool ok = access(database, F_OK) != 0;

	if (!ok) {
		err_set(err, ERR_STATE, "%s is there already, from another workspace", database);
		err_hint(err, "remove %s, or name a workspace in another folder with -w", folder);
	}
	free(database);
	free(folder);
	return ok;
}

bool
demo_fill(struct cli *cli, struct err *err)
{
	struct workspace *ws = cli->workspace;
	char *folder = demo_folder(workspace_path(ws));
	char *database = path_join(folder, "sales.db"), *outbox = path_join(folder, "outbox");
	bool ok = path_make_dirs(outbox, 0700, err) && make_database(database, err) &&
		  add_source(ws, database, err) && add_destination(ws, outbox, err) &&
		  release_task(ws, err);

	if (ok) {
		print_talk("data source %s: SQLite, %s", DEMO_SOURCE, database);
		print_talk("destination %s: files in %s", DEMO_DESTINATION, outbox);
		print_talk("task        %s: tested, submitted, published", DEMO_TASK);
		print_talk("Next: dpstudio --run %s", DEMO_TASK);
	}
	free(outbox);
	free(database);
	free(folder);
	return ok;
}
