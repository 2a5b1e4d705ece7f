/* SPDX-License-Identifier: MIT */
#include "src/workspace/test_record.h"

#include "src/base/clock.h"
#include "src/workspace/audit.h"
#include "src/workspace/draft.h"
#include "src/workspace/fields.h"
#include "src/workspace/handle.h"

DB_SQL(source_revision, "SELECT value FROM counter WHERE name = 'source'");
DB_SQL(add_test, "INSERT INTO passed_test"
	" (task_id, content_digest, revision, run_id, passed_us, passed_by)"
	" VALUES ($1, $2, $3, $4, $5, $6) RETURNING id");
DB_SQL(drop_older, "DELETE FROM passed_test WHERE task_id = $1 AND content_digest = $2"
	" AND id < $3");
DB_SQL(newest_test, "SELECT id, revision, passed_us FROM passed_test"
	" WHERE task_id = $1 AND content_digest = $2 ORDER BY id DESC LIMIT 1");
DB_SQL(any_test, "SELECT count(*) FROM passed_test WHERE task_id = $1");
DB_SQL(draft_changed, "SELECT ds.source FROM draft_source ds"
	" LEFT JOIN source s ON s.name = ds.source"
	" WHERE ds.task_id = $1 AND (s.id IS NULL OR s.revision > $2) ORDER BY ds.source");
DB_SQL(version_changed, "SELECT DISTINCT u.name FROM version_use u"
	" LEFT JOIN source s ON s.name = u.name"
	" WHERE u.task_id = $1 AND u.number = $3 AND u.kind = 'source'"
	" AND (s.id IS NULL OR s.revision > $2) ORDER BY u.name");

/* --- recording ------------------------------------------------------------------------ */

bool
version_test_begin(struct workspace *ws, int64_t task_id, struct str text,
	struct test_ticket *ticket, struct err *err)
{
	struct facts f;
	bool ok;

	if (!facts_read(&f, text, err))
		return false;
	*ticket = (struct test_ticket){ .task_id = task_id };
	memcpy(ticket->digest, f.content_digest, sizeof(ticket->digest));
	ok = db_row(ws->db, &source_revision, NULL, NULL, err, ">i", &ticket->revision);
	facts_fini(&f);
	return ok;
}

_Static_assert(sizeof(((struct test_ticket *)0)->digest) == TASK_DIGEST_SIZE, "digest");

static bool
record(struct workspace *ws, const struct test_ticket *ticket, int64_t run_id, struct err *err)
{
	int64_t id;

	return db_row(ws->db, &add_test, NULL, NULL, err, "itiiit>i", ticket->task_id,
		       ticket->digest, ticket->revision, run_id, clock_now_us(), audit_who(),
		       &id) &&
		db_exec(ws->db, &drop_older, NULL, err, "iti", ticket->task_id, ticket->digest,
			id);
}

bool
version_test_passed(struct workspace *ws, const struct test_ticket *ticket, int64_t run_id,
	struct err *err)
{
	return db_begin(ws->db, err) &&
		db_finish(ws->db, record(ws, ticket, run_id, err), err);
}

/* --- asking ------------------------------------------------------------------------------ */

static bool
changed_sources(struct workspace *ws, int64_t task_id, int64_t version, int64_t revision,
	struct arena *a, struct name_list *names, struct err *err)
{
	struct db_stmt *s = version == 0 ?
		db_query(ws->db, &draft_changed, err, "ii", task_id, revision) :
		db_query(ws->db, &version_changed, err, "iii", task_id, revision, version);
	bool failed = true;

	*names = (struct name_list){ 0 };
	while (s && db_next(s, &failed, err)) {
		names->list = rows_room(a, names->list, names->count, sizeof(*names->list));
		names->list[names->count++] = db_text(s, 0, a);
	}
	return !failed;
}

static bool
refuse_changed(const struct name_list *sources, const char *task, int64_t version,
	struct err *err)
{
	struct buf names = BUF_INIT;

	fields_list_names(sources->list, sources->count, &names);
	if (version)
		err_set(err, ERR_STATE, "the data source %s changed since version %lld of '%s' "
			"was tested", buf_text(&names), (long long)version, task);
	else
		err_set(err, ERR_STATE, "the data source %s changed since the draft of '%s' was "
			"tested", buf_text(&names), task);
	if (version)
		err_hint(err, "test it again: dpstudio test %s --version %lld", task,
			(long long)version);
	else
		err_hint(err, "test it again: dpstudio test %s", task);
	buf_fini(&names);
	return false;
}

static bool
refuse_untested(struct workspace *ws, int64_t task_id, const char *task, int64_t version,
	bool replaced, struct err *err)
{
	int64_t tests;

	if (!db_row(ws->db, &any_test, NULL, NULL, err, "i>i", task_id, &tests))
		return false;
	if (version) {
		err_set(err, ERR_STATE, "version %lld of '%s' has no passed test",
			(long long)version, task);
		return err_hint(err, "test it: dpstudio test %s --version %lld", task,
			(long long)version);
	}
	if (replaced)
		err_set(err, ERR_STATE, "the draft of '%s' was rolled back and not tested since",
			task);
	else if (tests > 0)
		err_set(err, ERR_STATE, "the draft of '%s' changed since its last passed test",
			task);
	else
		err_set(err, ERR_STATE, "the draft of '%s' has no passed test", task);
	return err_hint(err, "test it: dpstudio test %s", task);
}

static bool
check(struct workspace *ws, int64_t task_id, const char *task, const char *content_digest,
	int64_t after, int64_t version, struct arena *a, struct err *err)
{
	int64_t id = 0, revision, passed_us;
	struct name_list sources;
	bool found;

	if (!db_row(ws->db, &newest_test, NULL, &found, err, "it>iii", task_id, content_digest,
		    &id, &revision, &passed_us))
		return false;
	if (!found || id <= after)
		return refuse_untested(ws, task_id, task, version, found, err);
	if (!changed_sources(ws, task_id, version, revision, a, &sources, err))
		return false;
	return sources.count == 0 || refuse_changed(&sources, task, version, err);
}

bool
test_record_check(struct workspace *ws, int64_t task_id, const char *task,
	const char *content_digest, int64_t after, int64_t version, struct err *err)
{
	struct arena a = ARENA_INIT;
	bool ok = check(ws, task_id, task, content_digest, after, version, &a, err);

	arena_fini(&a);
	return ok;
}
