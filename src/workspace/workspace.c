/* SPDX-License-Identifier: MIT */
#include "src/workspace/workspace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/clock.h"
#include "src/base/embedded.h"
#include "src/base/path.h"
#include "src/workspace/audit.h"
#include "src/workspace/handle.h"
#include "src/workspace/plan.h"
#include "src/workspace/vault_key.h"

DB_SQL(meta_get, "SELECT value FROM meta WHERE key = $1");
DB_SQL(meta_set, "INSERT INTO meta (key, value) VALUES ($1, $2)"
	" ON CONFLICT (key) DO UPDATE SET value = excluded.value");

/* --- small things shared ------------------------------------------------------- */

void
workspace_make_uuid(char uuid[33])
{
	unsigned char bytes[16];

	while (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
		;
	for (size_t i = 0; i < sizeof(bytes); i++)
		snprintf(uuid + 2 * i, 3, "%02x", bytes[i]);
}

void *
rows_room(struct arena *a, void *rows, size_t count, size_t size)
{
	if (count == 0)
		return arena_zalloc(a, 8 * size);
	if (count < 8 || (count & (count - 1)) != 0)
		return rows;
	return arena_grow(a, rows, count * size, 2 * count * size);
}

bool
workspace_not_found(struct workspace *ws, const char *what, const char *name,
	const struct db_sql *names, struct err *err)
{
	struct arena a = ARENA_INIT;
	struct err ignored = ERR_INIT;
	struct db_stmt *s = db_query(ws->db, names, &ignored, "");
	const char *near = NULL;
	size_t len = strlen(name);
	int best = len < 4 ? 2 : len < 7 ? 3 : 4;
	bool failed;

	while (s && db_next(s, &failed, &ignored)) {
		int d = str_distance(str_from(name), db_bytes(s, 0), best - 1);

		if (d < best) {
			best = d;
			near = db_text(s, 0, &a);
		}
	}
	err_set(err, ERR_NOT_FOUND, "there is no %s '%s'", what, name);
	if (near)
		err_hint(err, "did you mean %s?", near);
	else
		err_hint(err, "dpstudio %s lists them", strcmp(what, "task") == 0 ? "list" :
			strcmp(what, "data source") == 0 ? "source list" :
			strcmp(what, "calendar") == 0 ? "calendar list" : "destination list");
	arena_fini(&a);
	return false;
}

bool
workspace_meta_get(struct workspace *ws, const char *key, struct arena *a, const char **value,
	struct err *err)
{
	bool found;

	*value = "";
	return db_row(ws->db, &meta_get, a, &found, err, "t>t", key, value);
}

bool
workspace_meta_set(struct workspace *ws, const char *key, const char *value, struct err *err)
{
	return db_exec(ws->db, &meta_set, NULL, err, "tt", key, value);
}

struct db *
workspace_db(struct workspace *ws)
{
	return ws->db;
}

const char *
workspace_path(const struct workspace *ws)
{
	return ws->path;
}

const char *
workspace_uuid(const struct workspace *ws)
{
	return ws->uuid;
}

char *
workspace_resolve(const char *given, struct err *err)
{
	char *dir, *path;

	if (!given || !*given)
		given = getenv("DPSTUDIO_WORKSPACE");
	if (given && *given)
		return path_absolute(given, err);
	dir = path_data_dir(err);
	if (!dir)
		return NULL;
	path = path_join(dir, "workspace.db");
	free(dir);
	return path;
}

/* --- schema ----------------------------------------------------------------------- */

int64_t
workspace_schema_number(void)
{
	int64_t n = 0;

	while (workspace_schema[n].name)
		n++;
	return n;
}

/* One migration, unless another process was faster. */
static bool
migrate_one(struct db *db, int64_t number, struct err *err)
{
	const struct embedded *step = &workspace_schema[number - 1];
	char note[64];
	int64_t now;
	bool ok;

	if (!db_begin(db, err))
		return false;
	ok = db_schema_number(db, &now, err);
	if (ok && now < number) {
		snprintf(note, sizeof(note), "PRAGMA user_version = %lld", (long long)number);
		ok = db_script(db, step->text, err) && db_script(db, note, err);
		if (!ok && err->code == ERR_INTERNAL)
			err->code = ERR_WORKSPACE;
		if (!ok)
			err_wrap(err, "migration %s", step->name);
	}
	return db_finish(db, ok, err);
}

bool
workspace_migrate(struct db *db, struct err *err)
{
	int64_t number;

	if (!db_schema_number(db, &number, err))
		return false;
	while (number < workspace_schema_number())
		if (!migrate_one(db, ++number, err))
			return false;
	return true;
}

/* The file as it is goes to PATH.before-N, then what it lacks is applied. */
static bool
migrate_file(const char *path, struct err *err)
{
	struct db *db = db_open(path, DB_WRITE, WORKSPACE_BUSY_MS, err);
	char *kept, *temporary;
	bool ok;

	if (!db)
		return false;
	kept = xasprintf("%s.before-%lld", path, (long long)workspace_schema_number());
	temporary = path_temporary(kept);
	ok = db_copy_to(db, temporary, err);
	if (ok && rename(temporary, kept) != 0)
		ok = err_errno(err, "%s cannot be written", kept);
	ok = ok && workspace_migrate(db, err);
	free(temporary);
	free(kept);
	db_close(db);
	return ok;
}

/* *older: it has to be migrated first. */
static bool
check_schema(struct db *db, bool *older, struct err *err)
{
	int64_t number, known = workspace_schema_number();

	if (!db_schema_number(db, &number, err))
		return false;
	*older = number < known;
	if (number <= known)
		return true;
	err_set(err, ERR_WORKSPACE, "the workspace %s was written by a newer dpstudio "
		"(schema %lld, this program knows %lld)", db_path(db), (long long)number,
		(long long)known);
	return err_hint(err, "update dpstudio on this host");
}

/* --- open and close ------------------------------------------------------------------ */

static struct db *
open_db(const char *path, enum workspace_mode mode, struct err *err)
{
	enum db_mode db_mode = mode == WORKSPACE_READ ? DB_READ : DB_WRITE;
	int busy_ms = mode == WORKSPACE_UI ? 0 : WORKSPACE_BUSY_MS;
	struct db *db = db_open(path, db_mode, busy_ms, err);
	bool older = false;

	if (db && !check_schema(db, &older, err)) {
		db_close(db);
		return NULL;
	}
	if (!db || !older)
		return db;
	db_close(db);
	return migrate_file(path, err) ? db_open(path, db_mode, busy_ms, err) : NULL;
}

static bool
read_uuid(struct workspace *ws, struct err *err)
{
	struct arena a = ARENA_INIT;
	const char *uuid;
	bool ok = workspace_meta_get(ws, META_UUID, &a, &uuid, err);

	if (ok)
		ws->uuid = xstrdup(uuid);
	arena_fini(&a);
	return ok;
}

static struct workspace *
workspace_from_db(struct db *db, enum workspace_mode mode)
{
	struct workspace *ws = xcalloc(1, sizeof(*ws));

	ws->db = db;
	ws->path = xstrdup(db_path(db));
	ws->mode = mode;
	return ws;
}

struct workspace *
workspace_open(const char *path, enum workspace_mode mode, struct err *err)
{
	char *full = path_absolute(path, err);
	struct db *db = full ? open_db(full, mode, err) : NULL;
	struct workspace *ws = db ? workspace_from_db(db, mode) : NULL;

	free(full);
	if (ws && !read_uuid(ws, err)) {
		workspace_close(ws);
		return NULL;
	}
	return ws;
}

void
workspace_close(struct workspace *ws)
{
	if (!ws)
		return;
	db_close(ws->db);
	secret_fini(&ws->key);
	free(ws->path);
	free(ws->uuid);
	free(ws);
}

/* --- a new one ------------------------------------------------------------------------ */

struct beginning { /* what a new workspace starts with */
	const char *timezone;
	char *key_path;
	const char *key_command;
	struct secret key;
	bool key_created;
};

static bool
fill(struct workspace *ws, const struct beginning *b, struct err *err)
{
	char id[VAULT_KEY_ID_SIZE], uuid[33], stamp[24];

	plan_zone_stamp(stamp);
	vault_key_id(&b->key, id);
	workspace_make_uuid(uuid);
	ws->uuid = xstrdup(uuid);
	return workspace_meta_set(ws, META_UUID, uuid, err) &&
		workspace_meta_set(ws, META_KEY_PATH, b->key_path, err) &&
		workspace_meta_set(ws, META_KEY_COMMAND, b->key_command ? b->key_command : "",
			err) &&
		workspace_meta_set(ws, META_KEY_ID, id, err) &&
		workspace_meta_set(ws, META_ZONE_STAMP, stamp, err) &&
		workspace_setting_store(ws, "timezone", b->timezone, err) &&
		audit_add(ws, "init", "workspace", b->timezone, err);
}

/* Nobody sees it before it is whole: one fsync at the end will do. */
static bool
fill_file(struct db *db, const struct beginning *b, struct err *err)
{
	struct workspace *ws = workspace_from_db(db, WORKSPACE_WRITE);
	bool ok = db_script(db, "PRAGMA auto_vacuum = INCREMENTAL; PRAGMA synchronous = OFF;"
			"PRAGMA journal_mode = MEMORY; PRAGMA application_id = 1685091188", err) &&
		workspace_migrate(db, err) && db_begin(db, err) &&
		db_finish(db, fill(ws, b, err), err) &&
		db_script(db, "PRAGMA journal_mode = WAL", err);

	workspace_close(ws);
	return ok;
}

/* The whole file under a name of its own. */
static bool
make_file(const char *path, const struct beginning *b, struct err *err)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	struct db *db;
	bool ok;

	if (fd < 0)
		return err_errno(err, "%s cannot be written", path);
	db = db_open(path, DB_CREATE, WORKSPACE_BUSY_MS, err);
	ok = db && fill_file(db, b, err);
	if (ok && fsync(fd) != 0)
		ok = err_errno(err, "%s cannot be brought to disk", path);
	close(fd);
	return ok;
}

_Static_assert(DB_APPLICATION_ID == 1685091188, "fill_file writes it");

static bool
put_in_place(const char *temporary, const char *path, struct err *err)
{
	if (renameat2(AT_FDCWD, temporary, AT_FDCWD, path, RENAME_NOREPLACE) != 0 &&
		(errno == EEXIST || errno == EINVAL ? link(temporary, path) : -1) != 0) {
		if (errno == EEXIST)
			return err_set(err, ERR_STATE, "%s is there already", path);
		return err_errno(err, "%s cannot be written", path);
	}
	return path_sync_dir(path, err);
}

static void
remove_temporary(const char *path)
{
	static const char *const suffixes[] = { "", "-journal", "-wal", "-shm" };

	for (size_t i = 0; i < ARRAY_LEN(suffixes); i++) {
		char *name = xasprintf("%s%s", path, suffixes[i]);

		unlink(name);
		free(name);
	}
}

static bool
make(const char *path, const struct beginning *b, struct err *err)
{
	char *temporary = path_temporary(path);
	bool ok = make_file(temporary, b, err) && put_in_place(temporary, path, err);

	remove_temporary(temporary);
	free(temporary);
	return ok;
}

/* Options with their defaults filled in. "!command" as key path is a key command. */
static bool
begin(const struct workspace_options *options, struct beginning *b, struct err *err)
{
	const char *given = options->key_path;
	char *dir;

	b->timezone = options->timezone ? options->timezone : zone_host_name();
	if (!zone_get(b->timezone, err))
		return false;
	b->key_command = options->key_command;
	if (given && given[0] == '!') {
		b->key_command = given + 1;
		given = NULL;
	}
	if (given) {
		b->key_path = path_absolute(given, err);
	} else {
		dir = path_config_dir(err);
		b->key_path = dir ? path_join(dir, "key") : NULL;
		free(dir);
	}
	return b->key_path && vault_key_first(b->key_path, b->key_command, &b->key,
				      &b->key_created, err);
}

static bool
check_place(const char *path, struct err *err)
{
	char *dir;
	bool ok;

	if (path_exists(path)) {
		err_set(err, ERR_STATE, "%s is there already", path);
		return err_hint(err, "use it, or name another file with -w");
	}
	dir = path_dir(path);
	ok = path_make_dirs(dir, 0700, err);
	free(dir);
	return ok;
}

bool
workspace_create(const char *path, const struct workspace_options *options, struct err *err)
{
	struct beginning b = { 0 };
	char *full = path_absolute(path, err);
	bool ok = full && check_place(full, err) && begin(options, &b, err) &&
		make(full, &b, err);

	if (!ok && b.key_created)
		unlink(b.key_path);
	secret_fini(&b.key);
	free(b.key_path);
	free(full);
	return ok;
}
