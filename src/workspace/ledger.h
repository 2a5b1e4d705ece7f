/* SPDX-License-Identifier: MIT */
/* The ledger: runs, deliveries and attempts (schema/sqlite/002-ledger.sql). Only
 * a supervisor (a pass, or a test started by a person) writes it; workers never
 * open the workspace. Every write for a run names the claim's fence: when another
 * has taken the run over, 0 rows change and the call fails with ERR_STATE, which
 * means: stop before sending. */
#ifndef DP_WORKSPACE_LEDGER_H
#define DP_WORKSPACE_LEDGER_H

#include "src/base/arena.h"
#include "src/base/zone.h"
#include "src/workspace/workspace.h"

enum run_cause { CAUSE_SCHEDULE, CAUSE_MANUAL, CAUSE_TEST, CAUSE_BACKFILL, CAUSE_RERUN,
	CAUSE_COUNT };
enum run_state { RUN_WAITING, RUN_RUNNING, RUN_SUCCEEDED, RUN_FAILED, RUN_SKIPPED,
	RUN_CANCELLED, RUN_STATE_COUNT };
enum delivery_state { DELIVERY_PLANNED, DELIVERY_SENDING, DELIVERY_ACCEPTED, DELIVERY_QUEUED,
	DELIVERY_REJECTED, DELIVERY_DEFERRED, DELIVERY_UNKNOWN, DELIVERY_STATE_COUNT };

DP_API const char *run_cause_name(enum run_cause c); /* the JSON "trigger" */
DP_API const char *run_state_name(enum run_state s);
DP_API const char *delivery_state_name(enum delivery_state s);

/* Rows as read; strings live in the arena given to the reader, never NULL. */
struct run_row {
	int64_t id, task_id, version, slot_us, repeats, pass_id, fence, starts, retries;
	const char *task, *reason, *error_code, *error, *hint, *group;
	const char *definition, *overrides, *parameters; /* "" none */
	enum run_cause cause;
	enum run_state state;
	struct date business_date;
	bool is_slot, cancel_wanted;
	int64_t created_us, started_us, finished_us, wake_us; /* 0: none */
};

struct attempt_row {
	int64_t number, started_us, finished_us, code;
	const char *state, *message;
};

struct delivery_row {
	int64_t id, run_id, part, parts, rows, code, attempts, bytes;
	const char *node, *destination, *channel, *kind, *content_type, *title;
	const char *class, *message, *advice, *recipients, *only_recipients;
	const char *idempotency_key, *bucket, *accepted_by;
	enum delivery_state state;
	int64_t created_us, sent_us, retry_us, expires_us; /* 0: none */
	struct str body; /* only when asked for; to ledger_plan packed when `packed_from` says so */
	int64_t packed_from; /* ledger_plan: bytes before base/pack.h; 0: not packed */
};

struct event_row {
	int64_t at_us;
	const char *kind, *message;
};

struct run_list {
	struct run_row *rows;
	size_t count;
};
struct delivery_list {
	struct delivery_row *rows;
	size_t count;
};
struct attempt_list {
	struct attempt_row *rows;
	size_t count;
};
struct event_list {
	struct event_row *rows;
	size_t count;
};

/* --- reading -------------------------------------------------------------- */

/* Newest first. task_id 0: of every task; limit 0: 100. */
DP_API bool ledger_runs(struct workspace *ws, int64_t task_id, int64_t limit, struct arena *a,
	struct run_list *list, struct err *err);
/* ERR_NOT_FOUND when absent. */
DP_API bool ledger_run(struct workspace *ws, int64_t run_id, struct arena *a,
	struct run_row *row, struct err *err);
DP_API bool ledger_deliveries(struct workspace *ws, int64_t run_id, bool with_body,
	struct arena *a, struct delivery_list *list, struct err *err);
DP_API bool ledger_delivery(struct workspace *ws, int64_t delivery_id, struct arena *a,
	struct delivery_row *row, struct err *err);
DP_API bool ledger_attempts(struct workspace *ws, int64_t delivery_id, struct arena *a,
	struct attempt_list *list, struct err *err);
DP_API bool ledger_events(struct workspace *ws, int64_t run_id, struct arena *a,
	struct event_list *list, struct err *err);
/* Deliveries in deferred or unknown state, for doctor and exit statuses. */
DP_API bool ledger_open_counts(struct workspace *ws, int64_t *deferred, int64_t *unknown,
	struct err *err);

/* How many tasks fail, and the one that has failed most often in a row. */
struct failing {
	const char *task, *error;
	int64_t since_run, failures;
};
DP_API bool ledger_failing(struct workspace *ws, struct arena *a, int64_t *count,
	struct failing *worst, struct err *err);

/* --- passes and claims ----------------------------------------------------- */

/* The life of a pass: a row, and an OFD lock on its byte of WORKSPACE-passes. */
struct pass {
	int64_t id;
	int fd;
};

DP_API bool pass_begin(struct workspace *ws, struct pass *pass, struct err *err);
DP_API void pass_end(struct workspace *ws, struct pass *pass);
/* Whether the pass that holds this id still lives. */
DP_API bool pass_is_alive(struct workspace *ws, int64_t pass_id);

/* --- notices ----------------------------------------------------------------- */

struct notice_row {
	int64_t id, run_id, task_id;
	int64_t tries;		 /* passes that could not get it out */
	const char *destination; /* "": the task's dead-man URL, which is pinged */
	const char *title, *text;
};
struct notice_list {
	struct notice_row *rows;
	size_t count;
};

/* One to be sent by this pass, or by a later one should this one end before; sets
 * id and tries. */
DP_API bool ledger_notice_add(struct workspace *ws, const struct pass *pass, struct notice_row *n,
	struct err *err);
/* It is settled; or, with `again`, left for another pass. */
DP_API bool ledger_notice_end(struct workspace *ws, int64_t id, bool again, struct err *err);
DP_API bool ledger_notice_count(struct workspace *ws, int64_t *count, struct err *err);
/* Takes those whose pass is gone. *list: all that this one holds now. */
DP_API bool ledger_notice_take(struct workspace *ws, const struct pass *pass, struct arena *a,
	struct notice_list *list, struct err *err);

/* --- runs --------------------------------------------------------------------- */

struct new_run {
	int64_t task_id, version, slot_us, repeats;
	const char *task, *reason, *group;
	const char *definition, *overrides; /* NULL none */
	enum run_cause cause;
	struct date business_date;
	bool is_slot;
};

/* A waiting run, held by the pass (0: by nobody, any pass may take it). *run_id
 * is 0 when is_slot and that slot has its run already. */
DP_API bool ledger_add_run(struct workspace *ws, const struct new_run *run, int64_t pass_id,
	int64_t *run_id, struct err *err);
/* Takes over (fence + 1) for `pass` what nobody looks after: waiting runs that are
 * due, and runs whose pass is gone; deliveries such a pass was sending become
 * unknown. *taken: all that the pass holds now. group NULL: any. */
DP_API bool ledger_take(struct workspace *ws, const struct pass *pass, const char *group,
	int64_t now_us, int64_t limit, struct arena *a, struct run_list *taken, struct err *err);
/* Runs that other passes execute right now, and runs on one data source but `run_id`:
 * for the limits, which hold over all passes. */
DP_API bool ledger_running_elsewhere(struct workspace *ws, const struct pass *pass,
	int64_t *count, struct err *err);
/* Older runs of the same task that have not ended, whoever holds them. */
DP_API bool ledger_older_open(struct workspace *ws, const struct run_row *run, int64_t *count,
	struct err *err);
DP_API bool ledger_source_use(struct workspace *ws, const char *source, int64_t run_id,
	int64_t *count, struct err *err);
/* What a pass holds right now, oldest first. */
DP_API bool ledger_held_runs(struct workspace *ws, int64_t pass_id, struct arena *a,
	struct run_list *list, struct err *err);
/* Gives a run that has not sent anything back to any pass. */
DP_API bool ledger_release(struct workspace *ws, const struct run_row *run, int64_t wake_us,
	struct err *err);

/* --- one run's progress (each names run->fence) ------------------------------ */

/* waiting -> running; `sources` are what it uses, for the limits. */
DP_API bool ledger_started(struct workspace *ws, const struct run_row *run,
	const char *const *sources, size_t source_count, struct err *err);
DP_API bool ledger_parameters(struct workspace *ws, const struct run_row *run, const char *json,
	struct err *err);
/* Adds a planned delivery; gives its id. Body is stored as it is. */
DP_API bool ledger_plan(struct workspace *ws, const struct run_row *run,
	const struct delivery_row *delivery, int64_t *delivery_id, struct err *err);
/* planned, deferred or unknown -> sending, with its attempt row. The caller commits
 * before it lets the worker send. */
DP_API bool ledger_sending(struct workspace *ws, const struct run_row *run, int64_t delivery_id,
	struct err *err);

struct delivery_result {
	enum delivery_state state;
	long code;
	const char *class, *message, *advice;
	const char *recipients; /* JSON or NULL */
	int64_t retry_us;	/* DELIVERY_DEFERRED */
};

/* sending -> what came back. */
DP_API bool ledger_outcome(struct workspace *ws, const struct run_row *run, int64_t delivery_id,
	const struct delivery_result *result, struct err *err);
/* A planned or deferred delivery that will not be sent any more. */
DP_API bool ledger_reject(struct workspace *ws, const struct run_row *run, int64_t delivery_id,
	const char *class, const char *message, struct err *err);

/* The end of a run, or of this pass's part in it. Clears the holder. */
struct run_finish {
	enum run_state state;
	const struct err *failure; /* RUN_FAILED, RUN_CANCELLED, RUN_WAITING for a retry */
	const char *skip_reason;   /* RUN_SKIPPED */
	int64_t wake_us;	   /* RUN_WAITING: when to look again */
	bool is_retry;		   /* RUN_WAITING: a run-level retry is used */
};
DP_API bool ledger_finish(struct workspace *ws, const struct run_row *run,
	const struct run_finish *finish, struct err *err);
/* By its deliveries' states: succeeded, failed, or waiting while one is open. */
DP_API bool ledger_state_of_deliveries(struct workspace *ws, int64_t run_id,
	enum run_state *state, struct err *err);
DP_API bool ledger_event(struct workspace *ws, int64_t run_id, const char *kind,
	const char *message, struct err *err);

/* --- by hand ----------------------------------------------------------------- */

/* unknown -> accepted, with who said so. ERR_STATE when it is not unknown. */
DP_API bool ledger_accept(struct workspace *ws, int64_t delivery_id, const char *who,
	struct err *err);
/* rejected, deferred or unknown -> deferred, due now; its run waits again. Mail
 * goes only to the recipients that failed. The next pass sends it. */
DP_API bool ledger_resend(struct workspace *ws, int64_t delivery_id, struct err *err);
/* Waiting: cancelled at once. Running: asked for; its pass cancels it. */
DP_API bool ledger_cancel(struct workspace *ws, int64_t run_id, struct err *err);
/* Ended runs older than `before_us` beyond the newest `keep` of each task. */
DP_API bool ledger_prune(struct workspace *ws, int64_t before_us, int64_t keep,
	int64_t *removed, struct err *err);

/* --- pace ---------------------------------------------------------------------- */

/* Takes a token: *wait_us 0, or how long until one is there (nothing taken). */
DP_API bool bucket_take(struct workspace *ws, const char *key, int burst, double refill_s,
	int64_t now_us, int64_t *wait_us, struct err *err);
DP_API bool bucket_block(struct workspace *ws, const char *key, int64_t until_us,
	struct err *err);

/* --- streaks --------------------------------------------------------------------- */

enum streak_change { STREAK_NONE, STREAK_BEGAN, STREAK_GOES_ON, STREAK_ENDED };
/* Counts an ended run; says whether a notice is due: when a streak begins, and when
 * it ends. */
DP_API bool ledger_streak(struct workspace *ws, int64_t task_id, int64_t run_id, bool failed,
	enum streak_change *change, int64_t *failures, struct err *err);

#endif
