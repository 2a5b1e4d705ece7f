/* SPDX-License-Identifier: MIT */
#include "src/workspace/draft.h"

#include <stdlib.h>

#include "src/base/clock.h"
#include "src/workspace/audit.h"
#include "src/workspace/handle.h"

DB_SQL(get, "SELECT content, revision, saved_us, saved_by FROM draft WHERE task_id = $1");
DB_SQL(head, "SELECT d.revision, d.saved_us, d.journaled_us, d.saved_by, t.name"
	" FROM draft d JOIN task t ON t.id = d.task_id WHERE d.task_id = $1");
DB_SQL(insert, "INSERT INTO draft (task_id, revision, saved_us, saved_by, journaled_us,"
	" content_digest, digest, folder, owner, sources, env, mode, runner, content)"
	" VALUES ($1, 1, $2, $3, $2, $4, $5, $6, $7, $8, $9, $10, $11, $12)");
DB_SQL(update, "UPDATE draft SET revision = revision + 1, saved_us = $2, saved_by = $3,"
	" content_digest = $4, digest = $5, folder = $6, owner = $7, sources = $8, env = $9,"
	" mode = $10, runner = $11, content = $12 WHERE task_id = $1");
DB_SQL(sources_remove, "DELETE FROM draft_source WHERE task_id = $1");
DB_SQL(sources_add, "INSERT INTO draft_source (task_id, source) VALUES ($1, $2)"
	" ON CONFLICT (task_id, source) DO NOTHING");
DB_SQL(journal_add, "INSERT INTO draft_journal (task_id, saved_us, saved_by, why, content)"
	" SELECT task_id, saved_us, saved_by, $2, content FROM draft WHERE task_id = $1");
DB_SQL(journal_note, "UPDATE draft SET journaled_us = $2 WHERE task_id = $1");
DB_SQL(journal_trim, "DELETE FROM draft_journal WHERE task_id = $1 AND id <="
	" (SELECT id FROM draft_journal WHERE task_id = $1 ORDER BY id DESC LIMIT 1 OFFSET $2)");
DB_SQL(journal_list, "SELECT id, saved_us, length(content), saved_by, why FROM draft_journal"
	" WHERE task_id = $1 ORDER BY id DESC");
DB_SQL(journal_get, "SELECT content FROM draft_journal WHERE task_id = $1 AND id = $2");
DB_SQL(journal_newest, "SELECT id FROM draft_journal WHERE task_id = $1"
	" ORDER BY id DESC LIMIT 1");
DB_SQL(new_test, "UPDATE draft SET after_test ="
	" (SELECT coalesce(max(id), 0) FROM passed_test WHERE task_id = $1) WHERE task_id = $1");

bool
draft_check_size(struct str text, struct err *err)
{
	if (text.len <= DRAFT_MAX_BYTES)
		return true;
	return err_set(err, ERR_LIMIT, "the definition is larger than %zu MB",
		DRAFT_MAX_BYTES >> 20);
}

bool
draft_check_name(const struct facts *f, const char *name, struct err *err)
{
	if (strcmp(f->task.name, name) == 0)
		return true;
	err_set(err, ERR_INPUT, "$.name: the definition is of '%s', the task is '%s'",
		f->task.name, name);
	return err_hint(err, "to give it another name: dpstudio rename %s NEW", name);
}

static bool
store_sources(struct workspace *ws, int64_t task_id, const struct facts *f, struct err *err)
{
	if (!db_exec(ws->db, &sources_remove, NULL, err, "i", task_id))
		return false;
	for (size_t i = 0; i < f->uses.count; i++)
		if (strcmp(f->uses.rows[i].kind, "source") == 0 &&
			!db_exec(ws->db, &sources_add, NULL, err, "it", task_id,
				f->uses.rows[i].name))
			return false;
	return true;
}

static bool
write_row(struct workspace *ws, const struct db_sql *sql, int64_t task_id,
	const struct facts *f, struct str text, struct err *err)
{
	return db_exec(ws->db, sql, NULL, err, "iittttttttts", task_id, clock_now_us(),
		       audit_who(), f->content_digest, f->digest, f->task.folder, f->task.owner,
		       buf_text(&f->sources), f->env, f->mode, f->group, text) &&
		store_sources(ws, task_id, f, err);
}

bool
draft_insert(struct workspace *ws, int64_t task_id, const struct facts *f, struct str text,
	struct err *err)
{
	return write_row(ws, &insert, task_id, f, text, err);
}

struct head {
	int64_t revision, saved_us, journaled_us;
	const char *saved_by, *task;
};

static bool
read_head(struct workspace *ws, int64_t task_id, struct arena *a, struct head *h,
	struct err *err)
{
	bool found;

	if (!db_row(ws->db, &head, a, &found, err, "i>iiitt", task_id, &h->revision,
		    &h->saved_us, &h->journaled_us, &h->saved_by, &h->task))
		return false;
	return found || err_set(err, ERR_NOT_FOUND, "the task is not there any more");
}

static bool
saved_meanwhile(struct workspace *ws, const struct head *h, struct err *err)
{
	const struct zone *zone = workspace_zone(ws, err);
	char when[40];

	if (!zone)
		return false;
	zone_format(zone, h->saved_us, when);
	err_set(err, ERR_STATE, "the draft of '%s' was saved by %s at %.19s meanwhile", h->task,
		h->saved_by, when);
	return err_hint(err, "read it again; your text is not lost: save it as a copy, or "
		"put it in place with --force");
}

static bool
keep_former(struct workspace *ws, int64_t task_id, const char *why, struct err *err)
{
	return db_exec(ws->db, &journal_add, NULL, err, "it", task_id, why) &&
		db_exec(ws->db, &journal_note, NULL, err, "ii", task_id, clock_now_us()) &&
		db_exec(ws->db, &journal_trim, NULL, err, "ii", task_id,
			(int64_t)DRAFT_JOURNAL_KEEP);
}

static bool
store(struct workspace *ws, int64_t task_id, int64_t revision, const struct facts *f,
	struct str text, const char *why, struct arena *a, struct err *err)
{
	struct head h;

	if (!read_head(ws, task_id, a, &h, err))
		return false;
	if (h.revision != revision)
		return saved_meanwhile(ws, &h, err);
	if (!why && clock_now_us() - h.journaled_us >= DRAFT_JOURNAL_EVERY_US)
		why = "edit";
	return (!why || keep_former(ws, task_id, why, err)) &&
		write_row(ws, &update, task_id, f, text, err);
}

bool
draft_store(struct workspace *ws, int64_t task_id, int64_t revision, const struct facts *f,
	struct str text, const char *why, struct err *err)
{
	struct arena a = ARENA_INIT;
	bool ok = store(ws, task_id, revision, f, text, why, &a, err);

	arena_fini(&a);
	return ok;
}

bool
draft_needs_new_test(struct workspace *ws, int64_t task_id, struct err *err)
{
	return db_exec(ws->db, &new_test, NULL, err, "i", task_id);
}

bool
task_draft_get(struct workspace *ws, int64_t task_id, struct arena *a, struct draft *draft,
	struct err *err)
{
	bool found;

	if (!db_row(ws->db, &get, a, &found, err, "i>siit", task_id, &draft->text,
		    &draft->revision, &draft->saved_us, &draft->saved_by))
		return false;
	return found || err_set(err, ERR_NOT_FOUND, "the task is not there any more");
}

/* The definition, of that task. */
static bool
read_for(struct workspace *ws, int64_t task_id, struct str text, struct facts *f,
	struct err *err)
{
	struct arena a = ARENA_INIT;
	struct head h;
	bool ok;

	if (!draft_check_size(text, err) || !facts_read(f, text, err))
		return false;
	ok = read_head(ws, task_id, &a, &h, err) && draft_check_name(f, h.task, err);
	arena_fini(&a);
	if (!ok)
		facts_fini(f);
	return ok;
}

bool
task_draft_save(struct workspace *ws, int64_t task_id, int64_t revision, struct str text,
	int64_t *new_revision, struct err *err)
{
	struct facts f;
	bool ok;

	if (!db_begin(ws->db, err))
		return false;
	ok = read_for(ws, task_id, text, &f, err);
	if (ok) {
		ok = draft_store(ws, task_id, revision, &f, text, NULL, err);
		facts_fini(&f);
	}
	ok = db_finish(ws->db, ok, err);
	if (ok)
		*new_revision = revision + 1;
	return ok;
}

static bool
replace(struct workspace *ws, int64_t task_id, struct str text, const char *why, bool force,
	struct arena *a, struct err *err)
{
	struct draft draft;
	struct facts f;
	bool ok;

	if ((!force && !draft_lease_check(ws, task_id, NULL, err)) ||
		!task_draft_get(ws, task_id, a, &draft, err) ||
		!read_for(ws, task_id, text, &f, err))
		return false;
	ok = str_equal(draft.text, text) ||
		(draft_store(ws, task_id, draft.revision, &f, text, why, err) &&
			task_note_in_trail(ws, "replace draft", f.task.name, why, err));
	facts_fini(&f);
	return ok;
}

bool
task_draft_replace(struct workspace *ws, int64_t task_id, struct str text, const char *why,
	bool force, struct err *err)
{
	struct arena a = ARENA_INIT;
	bool ok = db_begin(ws->db, err) &&
		db_finish(ws->db, replace(ws, task_id, text, why, force, &a, err), err);

	arena_fini(&a);
	return ok;
}

/* --- journal -------------------------------------------------------------------------- */

bool
task_drafts(struct workspace *ws, int64_t task_id, struct arena *a, struct draft_journal *list,
	struct err *err)
{
	struct db_stmt *s = db_query(ws->db, &journal_list, err, "i", task_id);
	bool failed = true;

	*list = (struct draft_journal){ 0 };
	while (s && db_next(s, &failed, err)) {
		list->rows = rows_room(a, list->rows, list->count, sizeof(*list->rows));
		list->rows[list->count++] = (struct draft_entry){ .id = db_int(s, 0),
			.saved_us = db_int(s, 1), .bytes = db_int(s, 2),
			.saved_by = db_text(s, 3, a), .why = db_text(s, 4, a) };
	}
	return !failed;
}

bool
task_draft_entry(struct workspace *ws, int64_t task_id, int64_t entry_id, struct arena *a,
	struct str *text, struct err *err)
{
	bool found;

	if (!db_row(ws->db, &journal_get, a, &found, err, "ii>s", task_id, entry_id, text))
		return false;
	if (found)
		return true;
	err_set(err, ERR_NOT_FOUND, "there is no former draft %lld of this task",
		(long long)entry_id);
	return err_hint(err, "list them with: dpstudio drafts TASK");
}

static bool
restore(struct workspace *ws, int64_t task_id, int64_t entry_id, bool force, struct arena *a,
	struct err *err)
{
	struct buf canonical = BUF_INIT;
	struct str text;
	struct facts f;
	struct head h;
	bool found = true, ok;

	if (!read_head(ws, task_id, a, &h, err) ||
		(entry_id == 0 && !db_row(ws->db, &journal_newest, NULL, &found, err, "i>i",
			task_id, &entry_id)))
		return false;
	if (!found) {
		err_set(err, ERR_STATE, "no former draft of '%s' is kept", h.task);
		return err_hint(err, "one is kept whenever edit, import or rollback replaces it");
	}
	if (!task_draft_entry(ws, task_id, entry_id, a, &text, err) ||
		!facts_read_as(&f, text, h.task, &canonical, err))
		return false;
	ok = replace(ws, task_id, buf_str(&canonical), "restore", force, a, err);
	facts_fini(&f);
	buf_fini(&canonical);
	return ok;
}

bool
task_draft_restore(struct workspace *ws, int64_t task_id, int64_t entry_id, bool force,
	struct err *err)
{
	struct arena a = ARENA_INIT;
	bool ok = db_begin(ws->db, err) &&
		db_finish(ws->db, restore(ws, task_id, entry_id, force, &a, err), err);

	arena_fini(&a);
	return ok;
}
