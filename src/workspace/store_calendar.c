/* SPDX-License-Identifier: MIT */
#include "src/workspace/store_calendar.h"

#include <stdlib.h>

#include "src/base/clock.h"
#include "src/task/task.h"
#include "src/workspace/audit.h"
#include "src/workspace/handle.h"
#include "src/workspace/usage.h"
#include "src/workspace/version.h"

DB_SQL(put, "INSERT INTO calendar (name, content, updated_us, updated_by)"
	" VALUES ($1, $2, $3, $4) ON CONFLICT (name) DO UPDATE SET content = excluded.content,"
	" updated_us = excluded.updated_us, updated_by = excluded.updated_by");
DB_SQL(get, "SELECT content FROM calendar WHERE name = $1");
DB_SQL(all, "SELECT name, updated_by, updated_us, length(content) FROM calendar ORDER BY name");
DB_SQL(all_names, "SELECT name FROM calendar ORDER BY name");
DB_SQL(remove_one, "DELETE FROM calendar WHERE name = $1");

static bool
note_in_trail(struct workspace *ws, const char *action, const char *name, struct err *err)
{
	char *object = xasprintf("calendar %s", name);
	bool ok = audit_add(ws, action, object, NULL, err);

	free(object);
	return ok;
}

static bool
store(struct workspace *ws, const char *name, struct str text, struct err *err)
{
	return db_exec(ws->db, &put, NULL, err, "tsit", name, text, clock_now_us(),
		       audit_who()) &&
		note_in_trail(ws, "put", name, err) && version_replan(ws, true, err);
}

bool
store_calendar_put(struct workspace *ws, const char *name, struct str text, struct err *err)
{
	struct calendar *parsed;

	if (!task_name_check(name, "calendar", err))
		return false;
	parsed = calendar_parse(text, err);
	if (!parsed)
		return false;
	calendar_free(parsed);
	return db_begin(ws->db, err) && db_finish(ws->db, store(ws, name, text, err), err);
}

bool
store_calendar_text(struct workspace *ws, const char *name, struct arena *a, struct str *text,
	struct err *err)
{
	bool found;

	if (!db_row(ws->db, &get, a, &found, err, "t>s", name, text))
		return false;
	return found || workspace_not_found(ws, "calendar", name, &all_names, err);
}

struct calendar *
store_calendar_get(struct workspace *ws, const char *name, struct err *err)
{
	struct calendar *calendar = NULL;
	struct arena a = ARENA_INIT;
	struct str text;

	if (store_calendar_text(ws, name, &a, &text, err))
		calendar = calendar_parse(text, err);
	arena_fini(&a);
	return calendar;
}

bool
store_calendar_list(struct workspace *ws, struct arena *a, struct calendar_list *list,
	struct err *err)
{
	struct db_stmt *s = db_query(ws->db, &all, err, "");
	bool failed = true;

	*list = (struct calendar_list){ 0 };
	while (s && db_next(s, &failed, err)) {
		list->rows = rows_room(a, list->rows, list->count, sizeof(*list->rows));
		list->rows[list->count++] = (struct calendar_row){ db_text(s, 0, a),
			db_text(s, 1, a), db_int(s, 2), db_int(s, 3) };
	}
	return !failed;
}

static bool
remove_it(struct workspace *ws, const char *name, struct err *err)
{
	int64_t removed;

	if (!usage_check_free(ws, "calendar", "calendar", name, err) ||
		!db_exec(ws->db, &remove_one, &removed, err, "t", name))
		return false;
	if (removed == 0)
		return workspace_not_found(ws, "calendar", name, &all_names, err);
	return note_in_trail(ws, "remove", name, err);
}

bool
store_calendar_remove(struct workspace *ws, const char *name, struct err *err)
{
	return db_begin(ws->db, err) && db_finish(ws->db, remove_it(ws, name, err), err);
}
