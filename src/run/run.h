/* SPDX-License-Identifier: MIT */
/* What commands and the studio call to make a task run: the scheduler pass, a
 * run by hand, a test, a preview. All of them use one code path: the same worker
 * composes and builds the same bytes. */
#ifndef DP_RUN_RUN_H
#define DP_RUN_RUN_H

#include "src/run/job.h"
#include "src/run/spawn.h"
#include "src/schedule/schedule.h"
#include "src/workspace/ledger.h"

/* The cheapest possible look: is anything due or left over? Opens the file
 * read-only, reads a few index entries, loads nothing else. On error (missing
 * workspace …) false with err. */
DP_API bool run_idle_check(const char *workspace_path, bool *idle, struct err *err);

struct pass_options {
	const char *const *tasks; /* by name; none: everything due */
	size_t task_count;
	bool has_at;
	int64_t at_us;	   /* --at: that scheduled time (with tasks) */
	int jobs;	   /* workers at once; 0: the workspace's setting */
	const char *group; /* only this runner group; NULL: all */
	bool dry_run;	   /* say what is due, do nothing */
	bool verbose;	   /* one line per run also on success (stderr) */
	struct child *ahead; /* a worker started before the workspace was opened; NULL none.
			      * run_pass takes it over: its pid is 0 then */
};

struct pass_summary {
	int64_t runs, succeeded, failed, skipped, cancelled, waiting;
	int64_t not_connected; /* failed because a source could not be reached */
	int64_t refused, unknown, deferred; /* deliveries */
	int exit_status; /* design section 6 */
	int64_t last_run_id;
};

/* `--run`: claims what is due, runs it, delivers, recovers what others left.
 * Failures are printed on stderr, one line per run. */
DP_API bool run_pass(struct workspace *ws, const struct pass_options *options,
	struct pass_summary *summary, struct err *err);

/* What to run when it is not a published version at its time. */
struct run_choice {
	const char *task;
	int64_t version;	 /* 0: the draft; -1: the published one */
	bool has_at, has_date;
	int64_t at_us;		 /* scheduled time */
	struct date business_date; /* --date: the slot of that business date */
	const char *const *set;	 /* "name=value" */
	size_t set_count;
	const char *const *to;	 /* destinations instead of the task's own */
	size_t to_count;
};

/* Tests: dev sources, really sends, records a passed test of the draft. The run is
 * in the ledger (*run_id) whatever its end. */
DP_API bool run_test(struct workspace *ws, const struct run_choice *choice, int64_t *run_id,
	struct pass_summary *summary, struct err *err);
/* Makes a request for a worker that composes and builds without sending; the
 * answer comes as JOB_PART frames (see job.h). *to is the request for job_start. */
DP_API bool run_preview_request(struct workspace *ws, const struct run_choice *choice,
	int columns, struct buf *request, struct err *err);
/* Runs again what a run ran (same version, slot and parameters), naming it. */
DP_API bool run_rerun(struct workspace *ws, int64_t run_id, int64_t *new_run_id,
	struct pass_summary *summary, struct err *err);
/* One run for each business date from..to, up to `groups` at once. */
DP_API bool run_backfill(struct workspace *ws, const char *task, struct date from,
	struct date to, int groups, struct pass_summary *summary, struct err *err);
/* Sends a short test message to one destination, outside any task. */
DP_API bool run_destination_test_request(struct workspace *ws, const char *destination,
	struct buf *request, struct err *err);

/* The plan (schedule) of a definition: for next, params and publish. Zones and
 * calendars are loaded; strings borrowed from the task. */
struct task;
DP_API bool run_choice_slot(struct workspace *ws, const struct task *task,
	const struct run_choice *choice, struct slot *slot, const struct zone **zone,
	struct err *err);

/* `dpstudio --worker`: the child's side; never returns to a terminal. */
DP_API int worker_main(int fd);

#endif
