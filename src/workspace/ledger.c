/* SPDX-License-Identifier: MIT */
/* Progress of runs and deliveries. Reading is in ledger_read.c, passes and claims
 * in ledger_claim.c. */
#include "src/workspace/ledger.h"

#include <string.h>

#include "src/base/clock.h"
#include "src/base/json.h"

static const char *const cause_names[CAUSE_COUNT] = { "schedule", "manual", "test", "backfill",
	"rerun" };
static const char *const run_names[RUN_STATE_COUNT] = { "waiting", "running", "succeeded",
	"failed", "skipped", "cancelled" };
static const char *const delivery_names[DELIVERY_STATE_COUNT] = { "planned", "sending",
	"accepted", "queued", "rejected", "deferred", "unknown" };

const char *
run_cause_name(enum run_cause c)
{
	return cause_names[c];
}

const char *
run_state_name(enum run_state s)
{
	return run_names[s];
}

const char *
delivery_state_name(enum delivery_state s)
{
	return delivery_names[s];
}

DB_SQL(add_run_sql,
	"INSERT INTO run (task_id, task_name, version, cause, slot_us, business_day, reason,"
	" is_slot, repeats, grouping, state, pass_id, fence, wake_us, definition, overrides,"
	" created_us)"
	" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'waiting', $11, 1, $12, $13, $14, $12)"
	" ON CONFLICT DO NOTHING RETURNING id");

bool
ledger_add_run(struct workspace *ws, const struct new_run *run, int64_t pass_id, int64_t *run_id,
	struct err *err)
{
	bool found;

	*run_id = 0;
	return db_row(workspace_db(ws), &add_run_sql, NULL, &found, err, "ititiitiitiitt>i",
		run->task_id, run->task, run->version, run_cause_name(run->cause), run->slot_us,
		date_to_days(run->business_date), run->reason ? run->reason : "",
		(int64_t)run->is_slot, run->repeats, run->group ? run->group : "default", pass_id,
		clock_now_us(), run->definition, run->overrides, run_id);
}

/* Another has taken the run over, or it has ended: the caller must not send. */
static bool
expect_one(int64_t changed, const struct run_row *run, struct err *err)
{
	if (changed == 1)
		return true;
	return err_set(err, ERR_STATE, "run %lld is not ours any more", (long long)run->id);
}

DB_SQL(release_sql,
	"UPDATE run SET pass_id = 0, state = 'waiting', wake_us = $3"
	" WHERE id = $1 AND fence = $2 AND state IN ('waiting', 'running')");

DB_SQL(forget_sources_sql, "DELETE FROM run_source WHERE run_id = $1");

bool
ledger_release(struct workspace *ws, const struct run_row *run, int64_t wake_us, struct err *err)
{
	struct db *db = workspace_db(ws);
	int64_t changed;

	return db_exec(db, &release_sql, &changed, err, "iii", run->id, run->fence, wake_us) &&
	       expect_one(changed, run, err) &&
	       db_exec(db, &forget_sources_sql, NULL, err, "i", run->id);
}

DB_SQL(started_sql,
	"UPDATE run SET state = 'running', starts = starts + 1,"
	" started_us = COALESCE(started_us, $3)"
	" WHERE id = $1 AND fence = $2 AND state IN ('waiting', 'running')");
DB_SQL(use_source_sql,
	"INSERT INTO run_source (run_id, source) VALUES ($1, $2) ON CONFLICT DO NOTHING");

bool
ledger_started(struct workspace *ws, const struct run_row *run, const char *const *sources,
	size_t source_count, struct err *err)
{
	struct db *db = workspace_db(ws);
	int64_t changed;

	if (!db_exec(db, &started_sql, &changed, err, "iii", run->id, run->fence,
		    clock_now_us()) ||
		!expect_one(changed, run, err))
		return false;
	for (size_t i = 0; i < source_count; i++)
		if (!db_exec(db, &use_source_sql, NULL, err, "it", run->id, sources[i]))
			return false;
	return true;
}

DB_SQL(parameters_sql, "UPDATE run SET parameters = $3 WHERE id = $1 AND fence = $2");

bool
ledger_parameters(struct workspace *ws, const struct run_row *run, const char *json,
	struct err *err)
{
	int64_t changed;

	return db_exec(workspace_db(ws), &parameters_sql, &changed, err, "iit", run->id, run->fence,
		       json) &&
	       expect_one(changed, run, err);
}

DB_SQL(plan_sql,
	"INSERT INTO delivery (run_id, node, destination, channel, part, parts, kind,"
	" content_type, title, row_count, idempotency_key, bucket, state, expires_us, created_us)"
	" SELECT $1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 'planned', $14, $15"
	" WHERE EXISTS (SELECT 1 FROM run WHERE id = $1 AND fence = $2)"
	" RETURNING id");
DB_SQL(plan_body_sql,
	"INSERT INTO delivery_body (delivery_id, body, size) VALUES ($1, $2, $3)");

bool
ledger_plan(struct workspace *ws, const struct run_row *run, const struct delivery_row *d,
	int64_t *delivery_id, struct err *err)
{
	bool found;

	if (!db_row(workspace_db(ws), &plan_sql, NULL, &found, err, "iitttiitttittii>i", run->id,
		    run->fence, d->node, d->destination, d->channel, d->part, d->parts, d->kind,
		    d->content_type, d->title, d->rows, d->idempotency_key, d->bucket,
		    d->expires_us, clock_now_us(), delivery_id))
		return false;
	return expect_one(found, run, err) &&
	       db_exec(workspace_db(ws), &plan_body_sql, NULL, err, "ibz", *delivery_id,
		       d->body, d->packed_from);
}

DB_SQL(sending_sql,
	"UPDATE delivery SET state = 'sending', attempts = attempts + 1, retry_us = NULL"
	" WHERE id = $1 AND state IN ('planned', 'deferred', 'unknown')"
	" AND EXISTS (SELECT 1 FROM run WHERE id = $2 AND fence = $3)");
DB_SQL(attempt_sql,
	"INSERT INTO attempt (delivery_id, number, started_us, state)"
	" SELECT id, attempts, $2, 'sending' FROM delivery WHERE id = $1");

bool
ledger_sending(struct workspace *ws, const struct run_row *run, int64_t delivery_id,
	struct err *err)
{
	struct db *db = workspace_db(ws);
	int64_t changed;

	return db_exec(db, &sending_sql, &changed, err, "iii", delivery_id, run->id, run->fence) &&
	       expect_one(changed, run, err) &&
	       db_exec(db, &attempt_sql, NULL, err, "ii", delivery_id, clock_now_us());
}

DB_SQL(outcome_sql,
	"UPDATE delivery SET state = $2, code = $3, class = $4, message = $5, advice = $6,"
	" recipients = COALESCE($7, recipients), retry_us = $8,"
	" sent_us = CASE WHEN $2 IN ('accepted', 'queued') THEN $9 ELSE sent_us END"
	" WHERE id = $1 AND state = 'sending'"
	" AND EXISTS (SELECT 1 FROM run WHERE id = $10 AND fence = $11)");
DB_SQL(attempt_end_sql,
	"UPDATE attempt SET state = $2, code = $3, message = $4, finished_us = $5"
	" WHERE delivery_id = $1 AND finished_us IS NULL");

bool
ledger_outcome(struct workspace *ws, const struct run_row *run, int64_t delivery_id,
	const struct delivery_result *result, struct err *err)
{
	const char *state = delivery_state_name(result->state);
	struct db *db = workspace_db(ws);
	int64_t changed, now = clock_now_us();

	return db_exec(db, &outcome_sql, &changed, err, "itittttziii", delivery_id, state,
		       (int64_t)result->code, result->class, result->message, result->advice,
		       result->recipients, result->retry_us, now, run->id, run->fence) &&
	       expect_one(changed, run, err) &&
	       db_exec(db, &attempt_end_sql, NULL, err, "ititi", delivery_id, state,
		       (int64_t)result->code, result->message, now);
}

DB_SQL(reject_sql,
	"UPDATE delivery SET state = 'rejected', class = $2, message = $3, retry_us = NULL"
	" WHERE id = $1 AND state IN ('planned', 'deferred')"
	" AND EXISTS (SELECT 1 FROM run WHERE id = $4 AND fence = $5)");

bool
ledger_reject(struct workspace *ws, const struct run_row *run, int64_t delivery_id,
	const char *class, const char *message, struct err *err)
{
	int64_t changed;

	return db_exec(workspace_db(ws), &reject_sql, &changed, err, "ittii", delivery_id, class,
		       message, run->id, run->fence) &&
	       expect_one(changed, run, err);
}

DB_SQL(finish_sql,
	"UPDATE run SET state = $3, pass_id = 0, wake_us = $4, finished_us = $5, error_code = $6,"
	" error = $7, hint = $8, retries = retries + $9, cancel_wanted = 0"
	" WHERE id = $1 AND fence = $2 AND state IN ('waiting', 'running')");

bool
ledger_finish(struct workspace *ws, const struct run_row *run, const struct run_finish *finish,
	struct err *err)
{
	bool waits = finish->state == RUN_WAITING;
	const char *code = "", *message = "", *hint = "";
	struct db *db = workspace_db(ws);
	int64_t changed;

	if (finish->failure) {
		code = err_code_name(finish->failure->code);
		message = finish->failure->msg;
		hint = finish->failure->hint;
	} else if (finish->skip_reason) {
		message = finish->skip_reason;
	}
	return db_exec(db, &finish_sql, &changed, err, "iitzzttti", run->id, run->fence,
		       run_state_name(finish->state), waits ? finish->wake_us : INT64_C(0),
		       waits ? INT64_C(0) : clock_now_us(), code, message, hint,
		       (int64_t)finish->is_retry) &&
	       expect_one(changed, run, err) &&
	       db_exec(db, &forget_sources_sql, NULL, err, "i", run->id);
}

DB_SQL(deliveries_state_sql,
	"SELECT COALESCE(SUM(CASE WHEN state IN ('planned', 'sending', 'deferred') THEN 1 ELSE 0"
	" END), 0),"
	" COALESCE(SUM(CASE WHEN state IN ('rejected', 'unknown') THEN 1 ELSE 0 END), 0)"
	" FROM delivery WHERE run_id = $1");

bool
ledger_state_of_deliveries(struct workspace *ws, int64_t run_id, enum run_state *state,
	struct err *err)
{
	int64_t open = 0, bad = 0;
	bool found;

	if (!db_row(workspace_db(ws), &deliveries_state_sql, NULL, &found, err, "i>ii", run_id,
		    &open, &bad))
		return false;
	*state = open ? RUN_WAITING : bad ? RUN_FAILED : RUN_SUCCEEDED;
	return true;
}

DB_SQL(event_sql, "INSERT INTO run_event (run_id, at_us, kind, message) VALUES ($1, $2, $3, $4)");

bool
ledger_event(struct workspace *ws, int64_t run_id, const char *kind, const char *message,
	struct err *err)
{
	return db_exec(workspace_db(ws), &event_sql, NULL, err, "iitt", run_id, clock_now_us(),
		kind, message);
}

/* --- by hand ------------------------------------------------------------------------ */

DB_SQL(accept_sql,
	"UPDATE delivery SET state = 'accepted', accepted_by = $2, sent_us = $3"
	" WHERE id = $1 AND state = 'unknown' RETURNING run_id");
DB_SQL(settle_sql,
	"UPDATE run SET state = $2, error_code = '', error = '', hint = ''"
	" WHERE id = $1 AND pass_id = 0 AND state = 'failed'");

bool
ledger_accept(struct workspace *ws, int64_t delivery_id, const char *who, struct err *err)
{
	struct db *db = workspace_db(ws);
	enum run_state state;
	int64_t run_id;
	bool found, ok;

	if (!db_begin(db, err))
		return false;
	ok = db_row(db, &accept_sql, NULL, &found, err, "iti>i", delivery_id, who, clock_now_us(),
		&run_id);
	if (ok && !found) {
		ok = err_set(err, ERR_STATE, "delivery d%lld has no unknown outcome",
			(long long)delivery_id);
		err_hint(err, "see its run: dpstudio runs, dpstudio show-run RUN");
	}
	ok = ok && ledger_event(ws, run_id, "accept", who, err) &&
	     ledger_state_of_deliveries(ws, run_id, &state, err);
	if (ok && state == RUN_SUCCEEDED)
		ok = db_exec(db, &settle_sql, NULL, err, "it", run_id, run_state_name(state));
	return db_finish(db, ok, err);
}

/* The addresses of a mail that were not accepted, comma separated; "" all. */
static void
failed_recipients(const char *recipients, struct buf *to)
{
	cJSON *list = cJSON_Parse(recipients), *one;

	cJSON_ArrayForEach(one, list)
	{
		const cJSON *address = cJSON_GetObjectItemCaseSensitive(one, "address");
		const cJSON *state = cJSON_GetObjectItemCaseSensitive(one, "state");

		if (!cJSON_IsString(address) || !cJSON_IsString(state) ||
			strcmp(state->valuestring, "accepted") == 0)
			continue;
		buf_addf(to, "%s%s", to->len ? "," : "", address->valuestring);
	}
	cJSON_Delete(list);
}

DB_SQL(resend_sql,
	"UPDATE delivery SET state = 'deferred', retry_us = $2, expires_us = $3,"
	" only_recipients = $4 WHERE id = $1");
DB_SQL(reopen_sql,
	"UPDATE run SET state = 'waiting', wake_us = $2, finished_us = NULL, error_code = '',"
	" error = '', hint = '' WHERE id = $1 AND pass_id = 0");

bool
ledger_resend(struct workspace *ws, int64_t delivery_id, struct err *err)
{
	struct db *db = workspace_db(ws);
	struct arena a = ARENA_INIT;
	struct buf only = BUF_INIT;
	struct delivery_row d;
	int64_t now = clock_now_us(), changed = 0;
	bool ok;

	if (!db_begin(db, err))
		return false;
	ok = ledger_delivery(ws, delivery_id, &a, &d, err);
	if (ok && d.state != DELIVERY_REJECTED && d.state != DELIVERY_UNKNOWN &&
		d.state != DELIVERY_DEFERRED) {
		ok = err_set(err, ERR_STATE, "delivery d%lld is %s: there is nothing to send again",
			(long long)delivery_id, delivery_state_name(d.state));
		err_hint(err, "rerun sends the whole message anew: dpstudio rerun %lld",
			(long long)d.run_id);
	}
	if (ok)
		failed_recipients(d.recipients, &only);
	ok = ok && db_exec(db, &resend_sql, NULL, err, "iiit", delivery_id, now,
			   now + 86400 * CLOCK_SECOND, only.len ? buf_text(&only) : NULL) &&
	     db_exec(db, &reopen_sql, &changed, err, "ii", d.run_id, now) &&
	     ledger_event(ws, d.run_id, "resend", "asked for by hand", err);
	if (ok && changed == 0)
		ok = err_set(err, ERR_STATE, "run %lld is being worked on by a pass right now",
			(long long)d.run_id);
	buf_fini(&only);
	arena_fini(&a);
	return db_finish(db, ok, err);
}

DB_SQL(cancel_waiting_sql,
	"UPDATE run SET state = 'cancelled', wake_us = NULL, finished_us = $2,"
	" error_code = 'cancelled', error = 'cancelled by hand'"
	" WHERE id = $1 AND state = 'waiting' AND pass_id = 0");
DB_SQL(cancel_running_sql,
	"UPDATE run SET cancel_wanted = 1 WHERE id = $1 AND state IN ('waiting', 'running')");
DB_SQL(cancel_deliveries_sql,
	"UPDATE delivery SET state = 'rejected', class = 'none', message = 'cancelled by hand',"
	" retry_us = NULL WHERE run_id = $1 AND state IN ('planned', 'deferred')");

bool
ledger_cancel(struct workspace *ws, int64_t run_id, struct err *err)
{
	struct db *db = workspace_db(ws);
	struct arena a = ARENA_INIT;
	int64_t changed = 0;
	struct run_row run;
	bool ok;

	if (!db_begin(db, err))
		return false;
	ok = ledger_run(ws, run_id, &a, &run, err) &&
	     db_exec(db, &cancel_waiting_sql, &changed, err, "ii", run_id, clock_now_us());
	if (ok && changed)
		ok = db_exec(db, &cancel_deliveries_sql, NULL, err, "i", run_id);
	else if (ok)
		ok = db_exec(db, &cancel_running_sql, &changed, err, "i", run_id);
	if (ok && changed == 0)
		ok = err_set(err, ERR_STATE, "run %lld has ended already (%s)", (long long)run_id,
			run_state_name(run.state));
	ok = ok && ledger_event(ws, run_id, "cancel", "asked for by hand", err);
	arena_fini(&a);
	return db_finish(db, ok, err);
}

DB_SQL(prune_sql,
	"DELETE FROM run WHERE id IN (SELECT id FROM (SELECT id, row_number() OVER"
	" (PARTITION BY task_id ORDER BY id DESC) AS n FROM run) AS numbered WHERE n > $2)"
	" AND created_us < $1 AND state IN ('succeeded', 'failed', 'skipped', 'cancelled')"
	" AND NOT EXISTS (SELECT 1 FROM delivery WHERE run_id = run.id"
	" AND state IN ('planned', 'sending', 'deferred', 'unknown'))");
DB_SQL(prune_pass_sql,
	"DELETE FROM pass WHERE finished_us IS NOT NULL AND started_us < $1"
	" AND NOT EXISTS (SELECT 1 FROM run WHERE pass_id = pass.id)");

bool
ledger_prune(struct workspace *ws, int64_t before_us, int64_t keep, int64_t *removed,
	struct err *err)
{
	struct db *db = workspace_db(ws);

	return db_begin(db, err) &&
	       db_finish(db,
		       db_exec(db, &prune_sql, removed, err, "ii", before_us, keep) &&
			       db_exec(db, &prune_pass_sql, NULL, err, "i", before_us),
		       err);
}

/* --- streaks --------------------------------------------------------------------------- */

DB_SQL(streak_read_sql, "SELECT failures FROM streak WHERE task_id = $1");
DB_SQL(streak_add_sql,
	"INSERT INTO streak (task_id, since_run, failures) VALUES ($1, $2, 1)"
	" ON CONFLICT (task_id) DO UPDATE SET failures = streak.failures + 1");
DB_SQL(streak_end_sql, "DELETE FROM streak WHERE task_id = $1");

bool
ledger_streak(struct workspace *ws, int64_t task_id, int64_t run_id, bool failed,
	enum streak_change *change, int64_t *failures, struct err *err)
{
	struct db *db = workspace_db(ws);
	bool was;

	*failures = 0;
	*change = STREAK_NONE;
	if (!db_row(db, &streak_read_sql, NULL, &was, err, "i>i", task_id, failures))
		return false;
	if (failed) {
		*change = was ? STREAK_GOES_ON : STREAK_BEGAN;
		(*failures)++;
		return db_exec(db, &streak_add_sql, NULL, err, "ii", task_id, run_id);
	}
	if (!was)
		return true;
	*change = STREAK_ENDED;
	return db_exec(db, &streak_end_sql, NULL, err, "i", task_id);
}
