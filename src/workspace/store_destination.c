/* SPDX-License-Identifier: MIT */
#include "src/workspace/store_destination.h"

#include <stdlib.h>

#include "src/base/clock.h"
#include "src/base/mark.h"
#include "src/workspace/audit.h"
#include "src/workspace/fields.h"
#include "src/workspace/handle.h"
#include "src/workspace/usage.h"

#define ROW "SELECT id, revision, created_us, updated_us, name, channel, created_by, uuid" \
	" FROM destination"

DB_SQL(find_one, ROW " WHERE name = $1");
DB_SQL(find_all, ROW " ORDER BY name");
DB_SQL(all_names, "SELECT name FROM destination ORDER BY name");
DB_SQL(add_one, "INSERT INTO destination"
	" (name, channel, uuid, revision, created_us, created_by, updated_us)"
	" VALUES ($1, $2, $3, 1, $4, $5, $4) ON CONFLICT (name) DO NOTHING RETURNING id");
DB_SQL(mark_changed, "UPDATE destination SET updated_us = $2, revision = revision + 1"
	" WHERE id = $1");
DB_SQL(remove_one, "DELETE FROM destination WHERE id = $1");
DB_SQL(field_insert, "INSERT INTO destination_field (owner_id, position, name, shown, sealed)"
	" VALUES ($1, $2, $3, $4, $5)");
DB_SQL(field_remove, "DELETE FROM destination_field WHERE owner_id = $1");
DB_SQL(field_select, "SELECT name, shown, sealed FROM destination_field WHERE owner_id = $1"
	" ORDER BY position");

static const struct fields_table fields = { "destination_field", &field_insert, &field_remove,
	&field_select };

static void
read_row(struct db_stmt *s, struct arena *a, struct destination_row *row)
{
	*row = (struct destination_row){ .id = db_int(s, 0), .revision = db_int(s, 1),
		.created_us = db_int(s, 2), .updated_us = db_int(s, 3),
		.name = db_text(s, 4, a), .channel = db_text(s, 5, a),
		.created_by = db_text(s, 6, a) };
}

static bool
find(struct workspace *ws, const char *name, struct arena *a, struct destination_row *row,
	const char **uuid, struct err *err)
{
	struct db_stmt *s = db_query(ws->db, &find_one, err, "t", name);
	bool failed = true;

	if (s && db_next(s, &failed, err)) {
		read_row(s, a, row);
		*uuid = db_text(s, 7, a);
		db_end(s);
		return true;
	}
	return !failed && workspace_not_found(ws, "destination", name, &all_names, err);
}

static bool
note_in_trail(struct workspace *ws, const char *action, const char *name, const char *detail,
	struct err *err)
{
	char *object = xasprintf("destination %s", name);
	bool ok = audit_add(ws, action, object, detail, err);

	free(object);
	return ok;
}

static bool
add(struct workspace *ws, const char *name, const char *channel,
	const struct settings *settings, struct err *err)
{
	char uuid[33];
	bool made;
	int64_t id;

	workspace_make_uuid(uuid);
	if (!db_row(ws->db, &add_one, NULL, &made, err, "tttit>i", name, channel, uuid,
		    clock_now_us(), audit_who(), &id))
		return false;
	if (!made) {
		err_set(err, ERR_STATE, "there is a destination '%s' already", name);
		return err_hint(err, "change it with: dpstudio destination edit %s", name);
	}
	return fields_write(ws, &fields, id, uuid, settings, err) &&
		note_in_trail(ws, "add", name, channel, err);
}

bool
store_destination_add(struct workspace *ws, const char *name, const char *channel,
	const struct settings *settings, struct err *err)
{
	return task_name_check(name, spoken("destination"), err) && db_begin(ws->db, err) &&
		db_finish(ws->db, add(ws, name, channel, settings, err), err);
}

static bool
update(struct workspace *ws, const char *name, const struct settings *settings, struct arena *a,
	struct err *err)
{
	struct settings before = SETTINGS_INIT;
	struct destination_row row;
	const char *uuid;
	bool same;

	if (!find(ws, name, a, &row, &uuid, err))
		return false;
	/* What cannot be read any more (a damaged secret) may be written anew. */
	same = fields_read(ws, &fields, row.id, uuid, true, &before, err) &&
		fields_equal(&before, settings);
	settings_fini(&before);
	if (same)
		return true;
	return fields_write(ws, &fields, row.id, uuid, settings, err) &&
		db_exec(ws->db, &mark_changed, NULL, err, "ii", row.id, clock_now_us()) &&
		note_in_trail(ws, "edit", name, NULL, err);
}

bool
store_destination_update(struct workspace *ws, const char *name,
	const struct settings *settings, struct err *err)
{
	struct arena a = ARENA_INIT;
	bool ok = db_begin(ws->db, err) &&
		db_finish(ws->db, update(ws, name, settings, &a, err), err);

	arena_fini(&a);
	return ok;
}

static bool
read_destination(struct workspace *ws, const char *name, bool open, struct arena *a,
	struct destination_row *row, struct settings *settings, struct err *err)
{
	struct destination_row unwanted;
	const char *uuid;
	bool ok;

	if (!row)
		row = &unwanted;
	if (!db_begin_read(ws->db, err))
		return false;
	ok = find(ws, name, a, row, &uuid, err) &&
		fields_read(ws, &fields, row->id, uuid, open, settings, err);
	db_rollback(ws->db);
	if (!ok)
		settings_fini(settings);
	return ok;
}

bool
store_destination_get(struct workspace *ws, const char *name, struct arena *a,
	struct destination_row *row, struct settings *settings, struct err *err)
{
	return read_destination(ws, name, true, a, row, settings, err);
}

bool
store_destination_show(struct workspace *ws, const char *name, struct arena *a,
	struct destination_row *row, struct settings *settings, struct err *err)
{
	return read_destination(ws, name, false, a, row, settings, err);
}

bool
store_destination_list(struct workspace *ws, struct arena *a, struct destination_list *list,
	struct err *err)
{
	struct db_stmt *s = db_query(ws->db, &find_all, err, "");
	bool failed = true;

	*list = (struct destination_list){ 0 };
	while (s && db_next(s, &failed, err)) {
		list->rows = rows_room(a, list->rows, list->count, sizeof(*list->rows));
		read_row(s, a, &list->rows[list->count++]);
	}
	return !failed;
}

bool
store_destination_users(struct workspace *ws, const char *name, struct arena *a,
	struct name_list *tasks, struct err *err)
{
	return usage_tasks(ws, "destination", name, a, tasks, err);
}

static bool
remove_it(struct workspace *ws, const char *name, struct arena *a, struct err *err)
{
	struct destination_row row;
	const char *uuid, *notify;

	if (!find(ws, name, a, &row, &uuid, err) ||
		!usage_check_free(ws, "destination", "destination", name, err) ||
		!workspace_notify(ws, a, &notify, err))
		return false;
	if (strcmp(notify, name) == 0) {
		err_set(err, ERR_STATE, "the destination '%s' gets the workspace's notices", name);
		return err_hint(err, "name another first: workspace set notify=DEST");
	}
	return db_exec(ws->db, &remove_one, NULL, err, "i", row.id) &&
		note_in_trail(ws, "remove", name, NULL, err);
}

bool
store_destination_remove(struct workspace *ws, const char *name, struct err *err)
{
	struct arena a = ARENA_INIT;
	bool ok = db_begin(ws->db, err) &&
		db_finish(ws->db, remove_it(ws, name, &a, err), err);

	arena_fini(&a);
	return ok;
}
