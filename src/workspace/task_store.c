/* SPDX-License-Identifier: MIT */
#include "src/workspace/task_store.h"

#include <stdlib.h>

#include "src/base/clock.h"
#include "src/base/mark.h"
#include "src/workspace/audit.h"
#include "src/workspace/draft.h"
#include "src/workspace/facts.h"
#include "src/workspace/handle.h"
#include "src/workspace/vault.h"

/* Tested: a test of this content, made since the draft was rolled back to, all of whose
 * sources are as they were. Submitted: the newest version is the same in all. */
#define ROW "SELECT t.id, t.name, t.uuid, t.created_by, t.published, t.online_us, t.next_us," \
	" t.next_slot_us, t.frozen, d.revision, d.saved_us, d.folder, d.owner," \
	" coalesce(p.sources, d.sources), coalesce(p.env, d.env), coalesce(p.mode, d.mode)," \
	" coalesce(p.runner, d.runner), p.published_by, p.published_us," \
	" (SELECT max(v.number) FROM version v WHERE v.task_id = t.id)," \
	" CASE WHEN d.digest = CASE WHEN p.number = (SELECT max(v.number) FROM version v" \
	"     WHERE v.task_id = t.id) THEN p.digest ELSE (SELECT v.digest FROM version v" \
	"     WHERE v.task_id = t.id ORDER BY v.number DESC LIMIT 1) END THEN 2" \
	" WHEN EXISTS (SELECT 1 FROM passed_test e WHERE e.task_id = t.id" \
	"   AND e.content_digest = d.content_digest AND e.id > d.after_test" \
	"   AND NOT EXISTS (SELECT 1 FROM draft_source ds LEFT JOIN source s ON s.name = ds.source" \
	"     WHERE ds.task_id = t.id AND (s.id IS NULL OR s.revision > e.revision))) THEN 1" \
	" ELSE 0 END" \
	" FROM task t JOIN draft d ON d.task_id = t.id" \
	" LEFT JOIN version p ON p.task_id = t.id AND p.number = t.published"

DB_SQL(find_name, ROW " WHERE t.name = $1");
DB_SQL(find_id, ROW " WHERE t.id = $1");
DB_SQL(list_all, ROW);
DB_SQL(outline, "SELECT t.id, t.name, d.folder FROM task t JOIN draft d ON d.task_id = t.id");
DB_SQL(list_published, ROW " WHERE t.published > 0");
DB_SQL(all_names, "SELECT name FROM task ORDER BY name");
DB_SQL(names_from, "SELECT name FROM task WHERE name >= $1 ORDER BY name");
DB_SQL(add_task, "INSERT INTO task (uuid, name, created_us, created_by)"
	" VALUES ($1, $2, $3, $4) ON CONFLICT (name) DO NOTHING RETURNING id");
DB_SQL(rename_task, "UPDATE task SET name = $2 WHERE id = $1");
DB_SQL(is_taken, "SELECT 1 FROM task WHERE name = $1");
DB_SQL(remove_task, "DELETE FROM task WHERE id = $1");
DB_SQL(due, "SELECT id, published, online_us, next_us, next_slot_us, name, runner FROM task"
	" WHERE next_us <= $1"
	" ORDER BY next_us, id LIMIT $2");
DB_SQL(move_next, "UPDATE task SET next_us = $3, next_slot_us = $4"
	" WHERE id = $1 AND next_us = $2 AND frozen = 0");
DB_SQL(ping_set, "UPDATE task SET ping = $2 WHERE id = $1");
DB_SQL(ping_get, "SELECT uuid, ping FROM task WHERE id = $1");

const char *
draft_state_name(enum draft_state s)
{
	static const char *const names[DRAFT_STATE_COUNT] = {
		[DRAFT_DIRTY] = "dirty",
		[DRAFT_TESTED] = "tested",
		[DRAFT_SUBMITTED] = "submitted",
	};

	return names[s];
}

/* --- reading -------------------------------------------------------------------------- */

static void
read_row(struct db_stmt *s, struct arena *a, struct task_row *row)
{
	*row = (struct task_row){ .id = db_int(s, 0), .name = db_text(s, 1, a),
		.uuid = db_text(s, 2, a), .version = db_int(s, 4), .online_us = db_int(s, 5),
		.next_us = db_int(s, 6), .next_slot_us = db_int(s, 7),
		.frozen = db_int(s, 8) != 0, .draft_revision = db_int(s, 9),
		.draft_us = db_int(s, 10), .folder = db_text(s, 11, a),
		.owner = db_text(s, 12, a), .source = db_text(s, 13, a),
		.env = db_text(s, 14, a), .mode = db_text(s, 15, a), .group = db_text(s, 16, a),
		.published_by = db_text(s, 17, a), .published_us = db_int(s, 18),
		.latest_version = db_int(s, 19), .draft = (enum draft_state)db_int(s, 20) };
	if (row->owner[0] == '\0')
		row->owner = db_text(s, 3, a);
}

bool
task_store_find(struct workspace *ws, const char *name, struct arena *a, struct task_row *row,
	struct err *err)
{
	struct db_stmt *s = db_query(ws->db, &find_name, err, "t", name);
	bool failed = true;

	if (s && db_next(s, &failed, err)) {
		read_row(s, a, row);
		db_end(s);
		return true;
	}
	return !failed && workspace_not_found(ws, "task", name, &all_names, err);
}

bool
task_store_by_id(struct workspace *ws, int64_t task_id, struct arena *a, struct task_row *row,
	struct err *err)
{
	struct db_stmt *s = db_query(ws->db, &find_id, err, "i", task_id);
	bool failed = true;

	if (s && db_next(s, &failed, err)) {
		read_row(s, a, row);
		db_end(s);
		return true;
	}
	return !failed && err_set(err, ERR_NOT_FOUND, "the task is not there any more");
}

static int
by_folder_and_name(const void *a, const void *b)
{
	const struct task_row *one = a, *other = b;
	int order = strcmp(one->folder, other->folder);

	return order ? order : strcmp(one->name, other->name);
}

static void
read_outline(struct db_stmt *s, struct arena *a, struct task_row *row)
{
	*row = (struct task_row){ .id = db_int(s, 0), .name = db_text(s, 1, a),
		.folder = db_text(s, 2, a) };
}

/* Read in the order in which they lie and sorted here: the rows are wide for a database
 * to carry around. */
static bool
read_list(struct workspace *ws, const struct db_sql *sql,
	void (*read)(struct db_stmt *, struct arena *, struct task_row *), struct arena *a,
	struct task_list *list, struct err *err)
{
	struct db_stmt *s = db_query(ws->db, sql, err, "");
	bool failed = true;

	*list = (struct task_list){ 0 };
	while (s && db_next(s, &failed, err)) {
		list->rows = rows_room(a, list->rows, list->count, sizeof(*list->rows));
		read(s, a, &list->rows[list->count++]);
	}
	if (list->count)
		qsort(list->rows, list->count, sizeof(*list->rows), by_folder_and_name);
	return !failed;
}

bool
task_store_list(struct workspace *ws, bool only_published, struct arena *a,
	struct task_list *list, struct err *err)
{
	return read_list(ws, only_published ? &list_published : &list_all, read_row, a, list, err);
}

bool
task_store_outline(struct workspace *ws, struct arena *a, struct task_list *list, struct err *err)
{
	return read_list(ws, &outline, read_outline, a, list, err);
}

bool
task_store_names(struct workspace *ws, struct str prefix,
	void (*fn)(void *context, struct str name), void *context, struct err *err)
{
	struct db_stmt *s = db_query(ws->db, &names_from, err, "s", prefix);
	bool failed = true;

	while (s && db_next(s, &failed, err)) {
		if (!str_starts(db_bytes(s, 0), prefix)) {
			db_end(s);
			return true;
		}
		fn(context, db_bytes(s, 0));
	}
	return !failed;
}

/* --- changes ---------------------------------------------------------------------------- */

bool
task_note_in_trail(struct workspace *ws, const char *action, const char *task,
	const char *detail, struct err *err)
{
	char *object = xasprintf("task %s", task);
	bool ok = audit_add(ws, action, object, detail, err);

	free(object);
	return ok;
}

static bool
name_taken(const char *name, struct err *err)
{
	err_set(err, ERR_STATE, "there is a task '%s' already", name);
	return err_hint(err, "take another name, or work on that one: dpstudio edit %s", name);
}

static bool
create(struct workspace *ws, const char *name, const struct facts *f, struct str text,
	const char *detail, int64_t *task_id, struct err *err)
{
	char uuid[33];
	bool made;

	workspace_make_uuid(uuid);
	if (!db_row(ws->db, &add_task, NULL, &made, err, "ttit>i", uuid, name, clock_now_us(),
		    audit_who(), task_id))
		return false;
	if (!made)
		return name_taken(name, err);
	return draft_insert(ws, *task_id, f, text, err) &&
		task_note_in_trail(ws, "create", name, detail, err);
}

bool
task_store_create(struct workspace *ws, const char *name, struct str definition,
	int64_t *task_id, struct err *err)
{
	struct facts f;
	bool ok;

	if (!task_name_check(name, spoken("task"), err) || !draft_check_size(definition, err) ||
		!facts_read(&f, definition, err))
		return false;
	ok = draft_check_name(&f, name, err) && db_begin(ws->db, err) &&
		db_finish(ws->db, create(ws, name, &f, definition, NULL, task_id, err), err);
	facts_fini(&f);
	return ok;
}

static bool
copy(struct workspace *ws, const char *from, const char *name, struct arena *a,
	int64_t *task_id, struct err *err)
{
	struct buf text = BUF_INIT;
	struct task_row row;
	struct draft draft;
	struct facts f;
	bool ok;

	if (!task_store_find(ws, from, a, &row, err) ||
		!task_draft_get(ws, row.id, a, &draft, err) ||
		!facts_read_as(&f, draft.text, name, &text, err))
		return false;
	ok = create(ws, name, &f, buf_str(&text), arena_printf(a, "copy of %s", from), task_id,
		err);
	facts_fini(&f);
	buf_fini(&text);
	return ok;
}

bool
task_store_copy(struct workspace *ws, const char *from, const char *name, int64_t *task_id,
	struct err *err)
{
	struct arena a = ARENA_INIT;
	bool ok = task_name_check(name, spoken("task"), err) && db_begin(ws->db, err) &&
		db_finish(ws->db, copy(ws, from, name, &a, task_id, err), err);

	arena_fini(&a);
	return ok;
}

/* The name stands in the draft too. */
static bool
rename_it(struct workspace *ws, const char *name, const char *to, bool force, struct arena *a,
	struct err *err)
{
	struct buf text = BUF_INIT;
	struct task_row row;
	struct draft draft;
	struct facts f;
	bool taken, ok;

	if (!task_store_find(ws, name, a, &row, err) ||
		!db_row(ws->db, &is_taken, NULL, &taken, err, "t>", to))
		return false;
	if (strcmp(name, to) == 0)
		return true;
	if (taken)
		return name_taken(to, err);
	if ((!force && !draft_lease_check(ws, row.id, NULL, err)) ||
		!task_draft_get(ws, row.id, a, &draft, err) ||
		!facts_read_as(&f, draft.text, to, &text, err))
		return false;
	ok = db_exec(ws->db, &rename_task, NULL, err, "it", row.id, to) &&
		draft_store(ws, row.id, draft.revision, &f, buf_str(&text), NULL, err) &&
		task_note_in_trail(ws, "rename", name, to, err);
	facts_fini(&f);
	buf_fini(&text);
	return ok;
}

bool
task_store_rename(struct workspace *ws, const char *name, const char *to, bool force,
	struct err *err)
{
	struct arena a = ARENA_INIT;
	bool ok = task_name_check(to, spoken("task"), err) && db_begin(ws->db, err) &&
		db_finish(ws->db, rename_it(ws, name, to, force, &a, err), err);

	arena_fini(&a);
	return ok;
}

static bool
remove_it(struct workspace *ws, const char *name, bool force, struct arena *a, struct err *err)
{
	struct task_row row;

	if (!task_store_find(ws, name, a, &row, err))
		return false;
	if (row.version) {
		err_set(err, ERR_STATE, "the task '%s' is published (version %lld)", name,
			(long long)row.version);
		return err_hint(err, "take it off-line first: dpstudio unpublish %s", name);
	}
	return (force || draft_lease_check(ws, row.id, NULL, err)) &&
		db_exec(ws->db, &remove_task, NULL, err, "i", row.id) &&
		task_note_in_trail(ws, "remove", name, NULL, err);
}

bool
task_store_remove(struct workspace *ws, const char *name, bool force, struct err *err)
{
	struct arena a = ARENA_INIT;
	bool ok = db_begin(ws->db, err) &&
		db_finish(ws->db, remove_it(ws, name, force, &a, err), err);

	arena_fini(&a);
	return ok;
}

/* --- dead-man URL -------------------------------------------------------------------------- */

static bool
store_ping(struct workspace *ws, const struct task_row *row, struct str url, struct err *err)
{
	struct vault_place place = { "task", row->uuid, "ping" };
	struct buf sealed = BUF_INIT;
	bool ok;

	if (url.len == 0)
		ok = db_exec(ws->db, &ping_set, NULL, err, "in", row->id);
	else
		ok = vault_seal(ws, &place, url, &sealed, err) &&
			db_exec(ws->db, &ping_set, NULL, err, "ib", row->id, buf_str(&sealed));
	buf_fini(&sealed);
	return ok && task_note_in_trail(ws, "ping", row->name, url.len ? "set" : "none", err);
}

bool
task_ping_check(struct str url, struct err *err)
{
	bool good = str_starts(url, STR("https://")) || str_starts(url, STR("http://"));

	for (size_t i = 0; good && i < url.len; i++)
		good = (unsigned char)url.p[i] > ' ' && url.p[i] != 0x7f;
	if (good)
		return true;
	err_set(err, ERR_USAGE, "the URL to ping is none");
	return err_hint(err, "it begins with https:// and holds no blank");
}

bool
task_ping_set(struct workspace *ws, int64_t task_id, struct str url, struct err *err)
{
	struct arena a = ARENA_INIT;
	struct task_row row;
	bool ok = task_store_by_id(ws, task_id, &a, &row, err) && db_begin(ws->db, err) &&
		db_finish(ws->db, store_ping(ws, &row, url, err), err);

	arena_fini(&a);
	return ok;
}

bool
task_ping_get(struct workspace *ws, int64_t task_id, struct secret *url, struct err *err)
{
	struct arena a = ARENA_INIT;
	struct vault_place place = { "task", "", "ping" };
	struct str sealed = STR_NONE;
	bool found, ok;

	secret_fini(url);
	ok = db_row(ws->db, &ping_get, &a, &found, err, "i>ts", task_id, &place.uuid, &sealed);
	if (ok && sealed.len > 0)
		ok = vault_open(ws, &place, sealed, url, err);
	arena_fini(&a);
	return ok;
}

/* --- what is due ------------------------------------------------------------------------------ */

bool
task_due(struct workspace *ws, int64_t now_us, int64_t limit, struct arena *a,
	struct due_list *list, struct err *err)
{
	struct db_stmt *s = db_query(ws->db, &due, err, "ii", now_us,
		limit > 0 ? limit : INT64_MAX);
	bool failed = true;

	*list = (struct due_list){ 0 };
	while (s && db_next(s, &failed, err)) {
		list->rows = rows_room(a, list->rows, list->count, sizeof(*list->rows));
		list->rows[list->count++] = (struct due_task){ .id = db_int(s, 0),
			.version = db_int(s, 1), .online_us = db_int(s, 2),
			.next_us = db_int(s, 3), .next_slot_us = db_int(s, 4),
			.name = db_text(s, 5, a), .group = db_text(s, 6, a) };
	}
	return !failed;
}

bool
task_move_next(struct workspace *ws, int64_t task_id, int64_t from_next_us, int64_t next_us,
	int64_t next_slot_us, struct err *err)
{
	int64_t changed;

	if (!db_exec(ws->db, &move_next, &changed, err, "iizz", task_id, from_next_us, next_us,
		    next_slot_us))
		return false;
	return changed == 1 ||
		err_set(err, ERR_STATE, "the task has moved on from that time already");
}
