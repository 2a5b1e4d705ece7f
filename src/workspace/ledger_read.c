/* SPDX-License-Identifier: MIT */
/* Reading the ledger. */
#include <string.h>

#include "src/base/pack.h"
#include "src/workspace/ledger.h"

#define RUN_COLUMNS                                                                         \
	"id, task_id, version, slot_us, repeats, pass_id, fence, starts, retries, task_name," \
	" reason, error_code, error, hint, grouping, definition, overrides, parameters, cause," \
	" state, business_day, is_slot, cancel_wanted, created_us, started_us, finished_us,"   \
	" wake_us"

#define DELIVERY_COLUMNS                                                                    \
	"id, run_id, part, parts, row_count, code, attempts,"                                  \
	" (SELECT COALESCE(size, length(body)) FROM delivery_body WHERE delivery_id = delivery.id), node,"     \
	" destination, channel, kind, content_type, title, class, message, advice, recipients," \
	" only_recipients, idempotency_key, bucket, accepted_by, state, created_us, sent_us,"  \
	" retry_us, expires_us"
#define DELIVERY_BODY                                                                       \
	", (SELECT body FROM delivery_body WHERE delivery_id = delivery.id),"                  \
	" (SELECT size FROM delivery_body WHERE delivery_id = delivery.id)"

DB_SQL(runs_sql, "SELECT " RUN_COLUMNS " FROM run ORDER BY id DESC LIMIT $1");
DB_SQL(task_runs_sql,
	"SELECT " RUN_COLUMNS " FROM run WHERE task_id = $1 ORDER BY id DESC LIMIT $2");
DB_SQL(run_sql, "SELECT " RUN_COLUMNS " FROM run WHERE id = $1");
DB_SQL(held_runs_sql,
	"SELECT " RUN_COLUMNS " FROM run WHERE pass_id = $1"
	" AND state IN ('waiting', 'running') ORDER BY id");
DB_SQL(deliveries_sql,
	"SELECT " DELIVERY_COLUMNS " FROM delivery WHERE run_id = $1 ORDER BY id");
DB_SQL(deliveries_body_sql,
	"SELECT " DELIVERY_COLUMNS DELIVERY_BODY " FROM delivery WHERE run_id = $1 ORDER BY id");
DB_SQL(delivery_sql,
	"SELECT " DELIVERY_COLUMNS DELIVERY_BODY " FROM delivery WHERE id = $1");
DB_SQL(attempts_sql,
	"SELECT number, started_us, finished_us, code, state, message FROM attempt"
	" WHERE delivery_id = $1 ORDER BY number");
DB_SQL(events_sql, "SELECT at_us, kind, message FROM run_event WHERE run_id = $1 ORDER BY id");
DB_SQL(open_counts_sql,
	"SELECT COALESCE(SUM(CASE WHEN state = 'deferred' THEN 1 ELSE 0 END), 0),"
	" COALESCE(SUM(CASE WHEN state = 'unknown' THEN 1 ELSE 0 END), 0)"
	" FROM delivery WHERE state IN ('planned', 'sending', 'deferred', 'unknown')");

static int
index_of(struct str name, const char *(*name_of)(int), int count)
{
	for (int i = 0; i < count; i++)
		if (str_is(name, name_of(i)))
			return i;
	return 0;
}

static const char *
cause_name(int i)
{
	return run_cause_name((enum run_cause)i);
}

static const char *
state_name(int i)
{
	return run_state_name((enum run_state)i);
}

static const char *
dstate_name(int i)
{
	return delivery_state_name((enum delivery_state)i);
}

static void
read_run(struct db_stmt *s, struct arena *a, struct run_row *row)
{
	int64_t *const numbers[] = { &row->id, &row->task_id, &row->version, &row->slot_us,
		&row->repeats, &row->pass_id, &row->fence, &row->starts, &row->retries };
	const char **const texts[] = { &row->task, &row->reason, &row->error_code, &row->error,
		&row->hint, &row->group, &row->definition, &row->overrides, &row->parameters };
	int c = 0;

	for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
		*numbers[i] = db_int(s, c++);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		*texts[i] = db_text(s, c++, a);
	row->cause = (enum run_cause)index_of(db_bytes(s, c++), cause_name, CAUSE_COUNT);
	row->state = (enum run_state)index_of(db_bytes(s, c++), state_name, RUN_STATE_COUNT);
	row->business_date = date_from_days(db_int(s, c++));
	row->is_slot = db_int(s, c++);
	row->cancel_wanted = db_int(s, c++);
	row->created_us = db_int(s, c++);
	row->started_us = db_int(s, c++);
	row->finished_us = db_int(s, c++);
	row->wake_us = db_int(s, c++);
}

/* Arrays grow in the arena; `*room` is how many fit. */
static void *
grow(struct arena *a, void *rows, size_t count, size_t *room, size_t size)
{
	size_t more = *room ? *room * 2 : 16;

	if (count < *room)
		return rows;
	rows = arena_grow(a, rows, *room * size, more * size);
	*room = more;
	return rows;
}

static bool
collect_runs(struct db_stmt *s, struct arena *a, struct run_list *list, struct err *err)
{
	bool failed = !s;
	size_t room = 0;

	*list = (struct run_list){ NULL, 0 };
	while (s && db_next(s, &failed, err)) {
		list->rows = grow(a, list->rows, list->count, &room, sizeof(*list->rows));
		read_run(s, a, &list->rows[list->count++]);
	}
	return !failed;
}

bool
ledger_runs(struct workspace *ws, int64_t task_id, int64_t limit, struct arena *a,
	struct run_list *list, struct err *err)
{
	struct db *db = workspace_db(ws);

	if (limit <= 0)
		limit = 100;
	return collect_runs(task_id ? db_query(db, &task_runs_sql, err, "ii", task_id, limit)
				    : db_query(db, &runs_sql, err, "i", limit),
		a, list, err);
}

bool
ledger_held_runs(struct workspace *ws, int64_t pass_id, struct arena *a, struct run_list *list,
	struct err *err)
{
	return collect_runs(db_query(workspace_db(ws), &held_runs_sql, err, "i", pass_id), a, list,
		err);
}

bool
ledger_run(struct workspace *ws, int64_t run_id, struct arena *a, struct run_row *row,
	struct err *err)
{
	struct run_list list;

	if (!collect_runs(db_query(workspace_db(ws), &run_sql, err, "i", run_id), a, &list, err))
		return false;
	if (list.count == 0) {
		err_set(err, ERR_NOT_FOUND, "there is no run %lld", (long long)run_id);
		return err_hint(err, "dpstudio runs lists them");
	}
	*row = list.rows[0];
	return true;
}

static bool
read_body(struct db_stmt *s, int c, struct arena *a, struct delivery_row *row, struct err *err)
{
	struct str body = db_bytes(s, c);
	int64_t size = db_int(s, c + 1);
	char *raw;

	if (!size) {
		row->body = arena_str(a, body);
		return true;
	}
	raw = size > 0 && (size_t)size <= DB_MAX_BYTES ? arena_alloc(a, (size_t)size + 1) : NULL;
	if (!raw || !unpack(body, raw, (size_t)size))
		return err_set(err, ERR_WORKSPACE, "the message of delivery d%lld is damaged",
			(long long)row->id);
	raw[size] = '\0';
	row->body = (struct str){ raw, (size_t)size };
	return true;
}

static bool
read_delivery(struct db_stmt *s, bool with_body, struct arena *a, struct delivery_row *row,
	struct err *err)
{
	int64_t *const numbers[] = { &row->id, &row->run_id, &row->part, &row->parts, &row->rows,
		&row->code, &row->attempts, &row->bytes };
	const char **const texts[] = { &row->node, &row->destination, &row->channel, &row->kind,
		&row->content_type, &row->title, &row->class, &row->message, &row->advice,
		&row->recipients, &row->only_recipients, &row->idempotency_key, &row->bucket,
		&row->accepted_by };
	int c = 0;

	for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
		*numbers[i] = db_int(s, c++);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		*texts[i] = db_text(s, c++, a);
	row->state = (enum delivery_state)index_of(db_bytes(s, c++), dstate_name,
		DELIVERY_STATE_COUNT);
	row->created_us = db_int(s, c++);
	row->sent_us = db_int(s, c++);
	row->retry_us = db_int(s, c++);
	row->expires_us = db_int(s, c++);
	row->body = STR_NONE;
	return !with_body || read_body(s, c, a, row, err);
}

static bool
collect_deliveries(struct db_stmt *s, bool with_body, struct arena *a,
	struct delivery_list *list, struct err *err)
{
	bool failed = !s;
	size_t room = 0;

	*list = (struct delivery_list){ NULL, 0 };
	while (s && db_next(s, &failed, err)) {
		list->rows = grow(a, list->rows, list->count, &room, sizeof(*list->rows));
		if (!read_delivery(s, with_body, a, &list->rows[list->count++], err)) {
			db_end(s);
			return false;
		}
	}
	return !failed;
}

bool
ledger_deliveries(struct workspace *ws, int64_t run_id, bool with_body, struct arena *a,
	struct delivery_list *list, struct err *err)
{
	const struct db_sql *sql = with_body ? &deliveries_body_sql : &deliveries_sql;

	return collect_deliveries(db_query(workspace_db(ws), sql, err, "i", run_id), with_body, a,
		list, err);
}

bool
ledger_delivery(struct workspace *ws, int64_t delivery_id, struct arena *a,
	struct delivery_row *row, struct err *err)
{
	struct delivery_list list;

	if (!collect_deliveries(db_query(workspace_db(ws), &delivery_sql, err, "i", delivery_id),
		    true, a, &list, err))
		return false;
	if (list.count == 0) {
		err_set(err, ERR_NOT_FOUND, "there is no delivery d%lld", (long long)delivery_id);
		return err_hint(err, "dpstudio show-run RUN lists a run's deliveries");
	}
	*row = list.rows[0];
	return true;
}

bool
ledger_attempts(struct workspace *ws, int64_t delivery_id, struct arena *a,
	struct attempt_list *list, struct err *err)
{
	struct db_stmt *s = db_query(workspace_db(ws), &attempts_sql, err, "i", delivery_id);
	bool failed = !s;
	size_t room = 0;

	*list = (struct attempt_list){ NULL, 0 };
	while (s && db_next(s, &failed, err)) {
		list->rows = grow(a, list->rows, list->count, &room, sizeof(*list->rows));
		list->rows[list->count++] = (struct attempt_row){ db_int(s, 0), db_int(s, 1),
			db_int(s, 2), db_int(s, 3), db_text(s, 4, a), db_text(s, 5, a) };
	}
	return !failed;
}

bool
ledger_events(struct workspace *ws, int64_t run_id, struct arena *a, struct event_list *list,
	struct err *err)
{
	struct db_stmt *s = db_query(workspace_db(ws), &events_sql, err, "i", run_id);
	bool failed = !s;
	size_t room = 0;

	*list = (struct event_list){ NULL, 0 };
	while (s && db_next(s, &failed, err)) {
		list->rows = grow(a, list->rows, list->count, &room, sizeof(*list->rows));
		list->rows[list->count++] =
			(struct event_row){ db_int(s, 0), db_text(s, 1, a), db_text(s, 2, a) };
	}
	return !failed;
}

bool
ledger_open_counts(struct workspace *ws, int64_t *deferred, int64_t *unknown, struct err *err)
{
	bool found;

	return db_row(workspace_db(ws), &open_counts_sql, NULL, &found, err, ">ii", deferred,
		unknown);
}

DB_SQL(failing_count_sql,
	"SELECT count(*) FROM streak WHERE task_id IN (SELECT id FROM task)");
DB_SQL(failing_worst_sql,
	"SELECT t.name, s.since_run, s.failures, COALESCE(r.error, '') FROM streak s"
	" JOIN task t ON t.id = s.task_id LEFT JOIN run r ON r.id = s.since_run"
	" ORDER BY s.failures DESC, t.name LIMIT 1");

bool
ledger_failing(struct workspace *ws, struct arena *a, int64_t *count, struct failing *worst,
	struct err *err)
{
	struct db *db = workspace_db(ws);
	bool found;

	*worst = (struct failing){ .task = "", .error = "" };
	return db_row(db, &failing_count_sql, NULL, &found, err, ">i", count) &&
	       db_row(db, &failing_worst_sql, a, &found, err, ">tiit", &worst->task,
		       &worst->since_run, &worst->failures, &worst->error);
}
