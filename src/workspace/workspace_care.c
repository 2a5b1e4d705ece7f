/* SPDX-License-Identifier: MIT */
/* The care of a workspace: its key, copies, health. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/path.h"
#include "src/workspace/audit.h"
#include "src/workspace/handle.h"
#include "src/workspace/vault_key.h"

/* Everything that is sealed: where it stands and how it is put back. */
DB_SQL(source_secrets, "SELECT f.owner_id, v.uuid, f.name, f.sealed FROM source_field f"
	" JOIN source_variant v ON v.id = f.owner_id WHERE f.sealed IS NOT NULL");
DB_SQL(source_reseal, "UPDATE source_field SET sealed = $3 WHERE owner_id = $1 AND name = $2");
DB_SQL(destination_secrets, "SELECT f.owner_id, d.uuid, f.name, f.sealed"
	" FROM destination_field f JOIN destination d ON d.id = f.owner_id"
	" WHERE f.sealed IS NOT NULL");
DB_SQL(destination_reseal,
	"UPDATE destination_field SET sealed = $3 WHERE owner_id = $1 AND name = $2");
DB_SQL(ping_secrets, "SELECT id, uuid, 'ping', ping FROM task WHERE ping IS NOT NULL");
DB_SQL(ping_reseal, "UPDATE task SET ping = $3 WHERE id = $1 AND $2 = 'ping'");

static const struct {
	const char *table;
	const struct db_sql *select, *update;
} sealed_columns[] = {
	{ "source_field", &source_secrets, &source_reseal },
	{ "destination_field", &destination_secrets, &destination_reseal },
	{ "task", &ping_secrets, &ping_reseal },
};

/* --- key ---------------------------------------------------------------------------- */

bool
workspace_key_origin(struct workspace *ws, struct buf *to, struct err *err)
{
	char *credentials = vault_credentials_path();
	struct arena a = ARENA_INIT;
	const char *path, *command;
	bool ok = workspace_meta_get(ws, META_KEY_PATH, &a, &path, err) &&
		workspace_meta_get(ws, META_KEY_COMMAND, &a, &command, err);

	if (ok && credentials)
		buf_addf(to, "file %s", credentials);
	else if (ok && *command)
		buf_addf(to, "command %s", command);
	else if (ok)
		buf_addf(to, "file %s", path);
	free(credentials);
	arena_fini(&a);
	return ok;
}

bool
workspace_key_check(struct workspace *ws, struct err *err)
{
	return vault_key_load(ws, err);
}

struct sealed_value {
	int64_t owner;
	const char *uuid, *field;
	struct str sealed;
};

static bool
reseal_one(struct workspace *ws, size_t column, const struct sealed_value *v,
	const struct secret *key, struct err *err)
{
	struct vault_place place = { sealed_columns[column].table, v->uuid, v->field };
	struct secret plain = SECRET_INIT;
	struct buf sealed = BUF_INIT;
	bool ok = vault_open_with(&ws->key, &place, v->sealed, &plain, err);

	if (ok) {
		vault_seal_with(key, &place, secret_expose(&plain), &sealed);
		ok = db_exec(ws->db, sealed_columns[column].update, NULL, err, "itb", v->owner,
			v->field, buf_str(&sealed));
	}
	secret_fini(&plain);
	buf_fini(&sealed);
	return ok;
}

static bool
reseal_column(struct workspace *ws, size_t column, const struct secret *key, struct arena *a,
	struct err *err)
{
	struct db_stmt *s = db_query(ws->db, sealed_columns[column].select, err, "");
	struct sealed_value *values = NULL;
	size_t count = 0;
	bool failed = true;

	while (s && db_next(s, &failed, err)) {
		values = rows_room(a, values, count, sizeof(*values));
		values[count++] = (struct sealed_value){ db_int(s, 0), db_text(s, 1, a),
			db_text(s, 2, a), arena_str(a, db_bytes(s, 3)) };
	}
	for (size_t i = 0; !failed && i < count; i++)
		if (!reseal_one(ws, column, &values[i], key, err))
			return false;
	return !failed;
}

static bool
reseal_all(struct workspace *ws, const struct secret *key, const char *path, struct arena *a,
	struct err *err)
{
	char id[VAULT_KEY_ID_SIZE];

	vault_key_id(key, id);
	for (size_t i = 0; i < ARRAY_LEN(sealed_columns); i++)
		if (!reseal_column(ws, i, key, a, err))
			return false;
	return workspace_meta_set(ws, META_KEY_ID, id, err) &&
		workspace_meta_set(ws, META_KEY_PATH, path, err) &&
		workspace_meta_set(ws, META_KEY_COMMAND, "", err) &&
		audit_add(ws, "rekey", "workspace", path, err);
}

/* The former key stays beside under its id: other workspaces and backups may still be
 * sealed under it. */
static bool
keep_former(const char *path, const struct secret *former, struct err *err)
{
	struct secret there = SECRET_INIT;
	struct err ignored = ERR_INIT;
	char id[VAULT_KEY_ID_SIZE], *kept;
	bool ok = true;

	if (!vault_key_read(path, &there, &ignored) || !secret_equal(&there, former)) {
		secret_fini(&there);
		return true;
	}
	vault_key_id(former, id);
	kept = xasprintf("%s.%s", path, id);
	if (!path_exists(kept))
		ok = vault_key_write(kept, former, err);
	free(kept);
	secret_fini(&there);
	return ok;
}

static bool
rekey_to(struct workspace *ws, const char *path, struct arena *a, struct err *err)
{
	struct secret key = SECRET_INIT;
	char *beside = xasprintf("%s.new", path);
	bool ok;

	secret_random(&key, VAULT_KEY_BYTES);
	ok = vault_key_write(beside, &key, err);
	if (ok) {
		ok = db_begin(ws->db, err) &&
			db_finish(ws->db, reseal_all(ws, &key, path, a, err), err);
		if (!ok)
			unlink(beside);
	}
	if (ok && keep_former(path, &ws->key, err)) {
		ok = rename(beside, path) == 0 || err_errno(err, "%s cannot be written", path);
		ok = ok && path_sync_dir(path, err);
	}
	if (ok)
		secret_copy(&ws->key, &key);
	secret_fini(&key);
	free(beside);
	return ok;
}

/* Another key's file must not be overwritten. */
static bool
check_new_path(struct workspace *ws, const char *path, const char *recorded, struct err *err)
{
	struct secret there = SECRET_INIT;
	bool ok;

	if (strcmp(path, recorded) == 0 || !path_exists(path))
		return true;
	ok = vault_key_read(path, &there, err) && secret_equal(&there, &ws->key);
	secret_fini(&there);
	if (ok)
		return true;
	err_set(err, ERR_STATE, "%s is there already and holds something else", path);
	return err_hint(err, "name a file that is not there yet");
}

bool
workspace_rekey(struct workspace *ws, const char *key_path, struct err *err)
{
	struct arena a = ARENA_INIT;
	const char *recorded, *command;
	char *credentials = vault_credentials_path(), *path = NULL;
	bool ok = vault_key_load(ws, err) &&
		workspace_meta_get(ws, META_KEY_PATH, &a, &recorded, err) &&
		workspace_meta_get(ws, META_KEY_COMMAND, &a, &command, err);

	if (ok && !key_path && (credentials || *command)) {
		ok = err_set(err, ERR_STATE, "the key comes from %s, which cannot be written",
			credentials ? credentials : "a command");
		err_hint(err, "name a file for the new key, then put it where the old one is");
	}
	if (ok) {
		path = path_absolute(key_path ? key_path : recorded, err);
		ok = path && check_new_path(ws, path, recorded, err) &&
			rekey_to(ws, path, &a, err);
	}
	free(path);
	free(credentials);
	arena_fini(&a);
	return ok;
}

/* --- copies and health ------------------------------------------------------------------ */

bool
workspace_backup(struct workspace *ws, const char *to, struct err *err)
{
	char *path = path_absolute(to, err), *temporary;
	bool ok;

	if (!path)
		return false;
	temporary = path_temporary(path);
	ok = strcmp(path, ws->path) != 0 ||
		err_set(err, ERR_USAGE, "the backup would replace the workspace itself");
	ok = ok && db_copy_to(ws->db, temporary, err);
	if (ok && rename(temporary, path) != 0) {
		ok = err_errno(err, "%s cannot be written", path);
		unlink(temporary);
	}
	ok = ok && path_sync_dir(path, err);
	free(temporary);
	free(path);
	return ok;
}

bool
workspace_check(struct workspace *ws, struct err *err)
{
	int64_t rows;

	return db_check(ws->db, err) && audit_verify(ws, &rows, err);
}

bool
workspace_compact(struct workspace *ws, struct err *err)
{
	return db_compact(ws->db, err);
}
