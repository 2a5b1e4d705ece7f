/* SPDX-License-Identifier: MIT */
#include "src/workspace/store_source.h"

#include <stdlib.h>

#include "src/base/clock.h"
#include "src/base/mark.h"
#include "src/task/task_json.h"
#include "src/workspace/audit.h"
#include "src/workspace/fields.h"
#include "src/workspace/handle.h"
#include "src/workspace/usage.h"

#define ROW "SELECT s.id, s.revision, s.created_us, s.updated_us, s.name, s.kind, s.created_by," \
	" (SELECT count(*) FROM source_variant v WHERE v.source_id = s.id AND v.env = 'auto')," \
	" (SELECT count(*) FROM source_variant v WHERE v.source_id = s.id AND v.env = 'dev')," \
	" (SELECT count(*) FROM source_variant v WHERE v.source_id = s.id AND v.env = 'prod')" \
	" FROM source s"

DB_SQL(find_one, ROW " WHERE s.name = $1");
DB_SQL(find_all, ROW " ORDER BY s.name");
DB_SQL(all_names, "SELECT name FROM source ORDER BY name");
DB_SQL(find_variant, "SELECT id, uuid FROM source_variant WHERE source_id = $1 AND env = $2");
DB_SQL(add_source, "INSERT INTO source (name, kind, revision, created_us, created_by, updated_us)"
	" VALUES ($1, $2, 0, $3, $4, $3) RETURNING id");
DB_SQL(add_variant, "INSERT INTO source_variant (source_id, env, uuid) VALUES ($1, $2, $3)"
	" RETURNING id");
DB_SQL(remove_source, "DELETE FROM source WHERE id = $1");
DB_SQL(remove_variant, "DELETE FROM source_variant WHERE source_id = $1 AND env = $2");
DB_SQL(count_change, "UPDATE counter SET value = value + 1 WHERE name = 'source'");
DB_SQL(mark_changed, "UPDATE source SET updated_us = $2,"
	" revision = (SELECT value FROM counter WHERE name = 'source') WHERE id = $1");
DB_SQL(users_of_env, "SELECT DISTINCT t.name FROM version_use u"
	" JOIN task t ON t.id = u.task_id AND t.published = u.number"
	" WHERE u.kind = 'source' AND u.name = $1 AND u.env = $2");
DB_SQL(field_insert, "INSERT INTO source_field (owner_id, position, name, shown, sealed)"
	" VALUES ($1, $2, $3, $4, $5)");
DB_SQL(field_remove, "DELETE FROM source_field WHERE owner_id = $1");
DB_SQL(field_select, "SELECT name, shown, sealed FROM source_field WHERE owner_id = $1"
	" ORDER BY position");

static const struct fields_table fields = { "source_field", &field_insert, &field_remove,
	&field_select };

static void
read_row(struct db_stmt *s, struct arena *a, struct source_row *row)
{
	*row = (struct source_row){ .id = db_int(s, 0), .revision = db_int(s, 1),
		.created_us = db_int(s, 2), .updated_us = db_int(s, 3),
		.name = db_text(s, 4, a), .kind = db_text(s, 5, a),
		.created_by = db_text(s, 6, a), .has_both = db_int(s, 7) != 0,
		.has_dev = db_int(s, 8) != 0, .has_prod = db_int(s, 9) != 0 };
}

/* row->id is 0 when there is none. */
static bool
look_up(struct workspace *ws, const char *name, struct arena *a, struct source_row *row,
	struct err *err)
{
	struct db_stmt *s = db_query(ws->db, &find_one, err, "t", name);
	bool failed = true;

	*row = (struct source_row){ 0 };
	if (s && db_next(s, &failed, err)) {
		read_row(s, a, row);
		db_end(s);
	}
	return !failed;
}

static bool
find(struct workspace *ws, const char *name, struct arena *a, struct source_row *row,
	struct err *err)
{
	if (!look_up(ws, name, a, row, err))
		return false;
	return row->id || workspace_not_found(ws, "data source", name, &all_names, err);
}

static bool
has_variant(const struct source_row *row, enum source_env env)
{
	return env == ENV_DEV ? row->has_dev : env == ENV_PROD ? row->has_prod : row->has_both;
}

/* --- changes ------------------------------------------------------------------------ */

/* Tests made before now do not vouch for it any more. */
static bool
note_change(struct workspace *ws, int64_t source_id, struct err *err)
{
	return db_exec(ws->db, &count_change, NULL, err, "") &&
		db_exec(ws->db, &mark_changed, NULL, err, "ii", source_id, clock_now_us());
}

static bool
note_in_trail(struct workspace *ws, const char *action, const char *name, enum source_env env,
	const char *more, struct err *err)
{
	char *object = xasprintf("source %s", name);
	char *detail = xasprintf("%s%s%s", env == ENV_AUTO ? "" : source_env_name(env),
		env == ENV_AUTO || !*more ? "" : " ", more);
	bool ok = audit_add(ws, action, object, detail, err);

	free(object);
	free(detail);
	return ok;
}

static bool
insert_variant(struct workspace *ws, int64_t source_id, enum source_env env,
	const struct settings *settings, struct err *err)
{
	char uuid[33];
	int64_t id;

	workspace_make_uuid(uuid);
	return db_row(ws->db, &add_variant, NULL, NULL, err, "itt>i", source_id,
		       source_env_name(env), uuid, &id) &&
		fields_write(ws, &fields, id, uuid, settings, err) &&
		note_change(ws, source_id, err);
}

static bool
check_addition(const struct source_row *row, const char *name, const char *kind,
	enum source_env env, struct err *err)
{
	if (row->id == 0)
		return true;
	if (has_variant(row, env)) {
		if (env == ENV_AUTO)
			err_set(err, ERR_STATE, "there is a data source '%s' already", name);
		else
			err_set(err, ERR_STATE, "the data source '%s' has a %s variant already",
				name, source_env_name(env));
		return err_hint(err, "change it with: dpstudio source edit %s", name);
	}
	if (strcmp(row->kind, kind) != 0) {
		err_set(err, ERR_STATE, "the data source '%s' is of kind %s, not %s", name,
			row->kind, kind);
		return err_hint(err, "both variants have one kind, so that the same SQL runs");
	}
	return true;
}

static bool
add(struct workspace *ws, const char *name, const char *kind, enum source_env env,
	const struct settings *settings, struct arena *a, struct err *err)
{
	struct source_row row;

	if (!look_up(ws, name, a, &row, err) || !check_addition(&row, name, kind, env, err))
		return false;
	if (row.id == 0 && !db_row(ws->db, &add_source, NULL, NULL, err, "ttit>i", name, kind,
				   clock_now_us(), audit_who(), &row.id))
		return false;
	return insert_variant(ws, row.id, env, settings, err) &&
		note_in_trail(ws, "add", name, env, kind, err);
}

bool
store_source_add(struct workspace *ws, const char *name, const char *kind, enum source_env env,
	const struct settings *settings, struct err *err)
{
	struct arena a = ARENA_INIT;
	bool ok = task_name_check(name, spoken("data source"), err) && db_begin(ws->db, err) &&
		db_finish(ws->db, add(ws, name, kind, env, settings, &a, err), err);

	arena_fini(&a);
	return ok;
}

static bool
variant_missing(const char *name, enum source_env env, struct err *err)
{
	err_set(err, ERR_STATE, "the data source '%s' has no %s variant", name,
		env == ENV_AUTO ? "common" : source_env_name(env));
	return err_hint(err, "add one: source add %s --env %s …", name,
		env == ENV_AUTO ? "dev" : source_env_name(env));
}

static bool
update(struct workspace *ws, const char *name, enum source_env env,
	const struct settings *settings, struct arena *a, struct err *err)
{
	struct settings before = SETTINGS_INIT;
	struct source_row row;
	const char *uuid;
	bool found, same;
	int64_t id;

	if (!find(ws, name, a, &row, err) ||
		!db_row(ws->db, &find_variant, a, &found, err, "it>it", row.id,
			source_env_name(env), &id, &uuid))
		return false;
	if (!found)
		return variant_missing(name, env, err);
	/* What cannot be read any more (a damaged secret) may be written anew. */
	same = fields_read(ws, &fields, id, uuid, true, &before, err) &&
		fields_equal(&before, settings);
	settings_fini(&before);
	if (same)
		return true;
	return fields_write(ws, &fields, id, uuid, settings, err) &&
		note_change(ws, row.id, err) && note_in_trail(ws, "edit", name, env, "", err);
}

bool
store_source_update(struct workspace *ws, const char *name, enum source_env env,
	const struct settings *settings, struct err *err)
{
	struct arena a = ARENA_INIT;
	bool ok = db_begin(ws->db, err) &&
		db_finish(ws->db, update(ws, name, env, settings, &a, err), err);

	arena_fini(&a);
	return ok;
}

/* A published task that asks for this environment and would have nothing left. Runs
 * take prod unless the node says dev. */
static bool
check_variant_free(struct workspace *ws, const struct source_row *row, enum source_env env,
	struct err *err)
{
	bool last = row->has_both + row->has_dev + row->has_prod == 1;

	if (env != ENV_AUTO && row->has_both)
		return true; /* the common one takes its place */
	if (env == ENV_DEV && !last) {
		struct arena a = ARENA_INIT;
		const char *task = NULL;
		bool found = false, ok;

		ok = db_row(ws->db, &users_of_env, &a, &found, err, "tt>t", row->name, "dev",
			&task);
		if (ok && found)
			ok = err_set(err, ERR_STATE, "the dev variant of '%s' is used by the "
				"published task %s", row->name, task);
		arena_fini(&a);
		return ok;
	}
	return usage_check_free(ws, "source", "data source", row->name, err);
}

static bool
remove_it(struct workspace *ws, const char *name, enum source_env env, struct arena *a,
	struct err *err)
{
	struct source_row row;
	bool whole;

	if (!find(ws, name, a, &row, err))
		return false;
	if (env != ENV_AUTO && !has_variant(&row, env))
		return variant_missing(name, env, err);
	if (!check_variant_free(ws, &row, env, err))
		return false;
	whole = env == ENV_AUTO || row.has_both + row.has_dev + row.has_prod == 1;
	if (whole ? !db_exec(ws->db, &remove_source, NULL, err, "i", row.id) :
		    !db_exec(ws->db, &remove_variant, NULL, err, "it", row.id,
			    source_env_name(env)))
		return false;
	return note_change(ws, row.id, err) && note_in_trail(ws, "remove", name, env, "", err);
}

bool
store_source_remove(struct workspace *ws, const char *name, enum source_env env,
	struct err *err)
{
	struct arena a = ARENA_INIT;
	bool ok = db_begin(ws->db, err) &&
		db_finish(ws->db, remove_it(ws, name, env, &a, err), err);

	arena_fini(&a);
	return ok;
}

/* --- reading -------------------------------------------------------------------------- */

/* The first of these that there is serves the environment. */
static bool
serving(const struct source_row *row, enum source_env env, enum source_env *found)
{
	static const enum source_env order[ENV_COUNT][3] = {
		[ENV_AUTO] = { ENV_AUTO, ENV_PROD, ENV_DEV },
		[ENV_DEV] = { ENV_DEV, ENV_AUTO, ENV_AUTO },
		[ENV_PROD] = { ENV_PROD, ENV_AUTO, ENV_AUTO },
	};

	for (size_t i = 0; i < 3; i++)
		if (has_variant(row, order[env][i])) {
			*found = order[env][i];
			return true;
		}
	return false;
}

static bool
read_variant(struct workspace *ws, const struct source_row *row, enum source_env env, bool open,
	struct arena *a, struct settings *settings, struct err *err)
{
	const char *uuid;
	int64_t id;

	return db_row(ws->db, &find_variant, a, NULL, err, "it>it", row->id,
		       source_env_name(env), &id, &uuid) &&
		fields_read(ws, &fields, id, uuid, open, settings, err);
}

static bool
read_source(struct workspace *ws, const char *name, enum source_env env, bool open,
	struct arena *a, struct source_row *row, struct settings *settings, struct err *err)
{
	enum source_env variant = env;

	if (!find(ws, name, a, row, err))
		return false;
	if (open ? !serving(row, env, &variant) : !has_variant(row, env))
		return variant_missing(name, env, err);
	return read_variant(ws, row, variant, open, a, settings, err);
}

static bool
read_consistently(struct workspace *ws, const char *name, enum source_env env, bool open,
	struct arena *a, struct source_row *row, struct settings *settings, struct err *err)
{
	struct source_row unwanted;
	bool ok;

	if (!db_begin_read(ws->db, err))
		return false;
	ok = read_source(ws, name, env, open, a, row ? row : &unwanted, settings, err);
	db_rollback(ws->db);
	if (!ok)
		settings_fini(settings);
	return ok;
}

bool
store_source_get(struct workspace *ws, const char *name, enum source_env env, struct arena *a,
	struct source_row *row, struct settings *settings, struct err *err)
{
	return read_consistently(ws, name, env, true, a, row, settings, err);
}

bool
store_source_show(struct workspace *ws, const char *name, enum source_env env, struct arena *a,
	struct source_row *row, struct settings *settings, struct err *err)
{
	return read_consistently(ws, name, env, false, a, row, settings, err);
}

bool
store_source_list(struct workspace *ws, struct arena *a, struct source_list *list,
	struct err *err)
{
	struct db_stmt *s = db_query(ws->db, &find_all, err, "");
	bool failed = true;

	*list = (struct source_list){ 0 };
	while (s && db_next(s, &failed, err)) {
		list->rows = rows_room(a, list->rows, list->count, sizeof(*list->rows));
		read_row(s, a, &list->rows[list->count++]);
	}
	return !failed;
}

bool
store_source_users(struct workspace *ws, const char *name, struct arena *a,
	struct name_list *tasks, struct err *err)
{
	return usage_tasks(ws, "source", name, a, tasks, err);
}
