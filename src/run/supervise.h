/* SPDX-License-Identifier: MIT */
/* The supervisor: the only writer of the ledger. It gives runs to a crew of warm
 * workers, records what they plan and what came back, and lets them send part by
 * part. Each turn of its loop gathers everything that arrived and writes it in one
 * transaction; a GO leaves only after the commit that says "sending" is on the disk.
 * Outcomes reach it with the next GO, before the loop sleeps, or at the end: lost to a
 * power cut they are unknown, never sent twice silently. Internal to src/run. */
#ifndef DP_RUN_SUPERVISE_H
#define DP_RUN_SUPERVISE_H

#include "src/base/json.h"
#include "src/channel/channel.h"
#include "src/run/frame.h"
#include "src/run/run.h"
#include "src/run/spawn.h"
#include "src/task/task.h"

#define MAX_STARTS 3		/* of one run, before "worker died" */
#define MAX_WORKERS 64
#define PREFETCH 8		/* jobs given ahead to one worker */
#define SLOW_US (CLOCK_SECOND / 4) /* a job that takes longer loses those behind it */
#define RETRY_LATER_US (900 * CLOCK_SECOND) /* deferred: next look, channels.md 14 */
#define MAX_WAIT_IN_PASS_US (130 * CLOCK_SECOND)

enum active_phase {
	ACTIVE_WAITING,	  /* for a worker (or for an older run of its task) */
	ACTIVE_GIVEN,	  /* in a worker's queue */
	ACTIVE_RUNNING,	  /* being executed there */
	ACTIVE_SENDING,	  /* planned; parts go out */
	ACTIVE_DONE
};

/* One part on its way. */
struct sending {
	int64_t id;	     /* delivery; 0: not in the ledger yet */
	uint32_t index;	     /* in the worker's kept parts */
	bool kept;	     /* a worker has it; else its bytes come from the ledger */
	enum delivery_state state;
	int64_t not_before_us; /* wall */
	int64_t expires_us;
	int quick_retries;   /* used in this pass */
	int64_t attempts;    /* in all */
	int part, parts;
	const char *node, *destination, *bucket; /* in the active's arena */
	const struct channel *channel;
	int pace_burst; /* the destination's own, else the channel's; 0: no pacing */
	double pace_refill_s;
	bool hold_unknown;
	bool expired; /* in this pass: it could not be sent in time */
	bool in_flight;
	uint32_t job; /* of the request that carries it; 0: a GO to the active's own */
	struct crew *by; /* who sends it now */
	/* From FRAME_PART until the plan is in the ledger. */
	struct delivery_row plan;
	char *plan_bytes; /* where the plan's body lies; owned */
};

struct active {
	struct active *next;
	struct arena arena;
	struct run_row run;
	struct task task;
	struct str definition;
	bool has_task;
	enum active_phase phase;
	enum source_env env;
	uint32_t job;	     /* the frame number it is known by; new at each giving */
	struct crew *worker; /* who has it; NULL none */
	int64_t given_us, deadline_us; /* monotonic */
	struct sending *parts;
	size_t part_count, part_room;
	bool planned_in_ledger;
	bool attempted;	      /* a delivery was attempted: no run-level retry any more */
	bool cancel_told;
	bool is_behind; /* an older run of its task is in this pass, and goes first */
	enum err_code stop_code; /* why it is being cancelled: ERR_CANCELLED, ERR_TIMEOUT */
	const char *skip_reason;
	struct err err;
	enum run_state end; /* ACTIVE_DONE */
	char *parameters;   /* JSON, until it is in the ledger */
};

struct crew { /* one worker */
	struct child child;
	struct frame_io io;
	bool alive;
	struct active *running; /* told START, not END */
	int64_t since_us;	/* of running */
	int given;		/* jobs in its queue or running … */
	uint32_t jobs[PREFETCH]; /* … and which */
	int64_t cancelled_us;	/* monotonic: the ladder goes up from here */
	uint32_t send_job;	/* a "send" request under way; 0 none */
	bool ready;		/* poll says it has something to tell */
	int64_t heard_us;	/* monotonic: its last frame, or when it was told to send */
};

struct claim;
struct ends;

struct supervisor {
	struct workspace *ws;
	struct ends *ends;   /* sources and destinations read before */
	struct claim *claim; /* what is due and not claimed yet; NULL nothing */
	struct pass pass;
	struct active *actives;
	struct crew crew[MAX_WORKERS];
	int jobs;
	int source_jobs; /* at once on one data source; 0: no limit */
	bool held_back;  /* a run waits for a limit that other passes use up */
	int64_t next_limit_look_us;
	int64_t looked_us; /* monotonic: at deadlines */
	uint32_t next_job;
	bool verbose, quiet; /* quiet: no lines on stderr (tests by hand) */
	bool quitting;	     /* SIGTERM: finish what is being sent, release the rest */
	int64_t quit_by_us; /* monotonic */
	bool no_retry;	     /* tests and runs by hand: no run-level retry */
	int64_t next_cancel_look_us;
	struct pass_summary *summary;
	struct note *notes; /* notices to send */
	bool dirty;	    /* something waits for the next transaction */
	bool unsynced;	    /* something is committed that the disk may not have yet */
	struct err sync_err; /* a sync that failed: no GO leaves any more */
	bool must_sync;	    /* … and a GO that depends on it is about to leave */
};

/* Takes the run over into the loop. The row is copied. */
bool supervisor_add(struct supervisor *s, const struct run_row *run, struct err *err);
/* The run's error is that it was stopped, and why. */
void active_say_stopped(struct active *a);
/* With ERR_STATE: another has taken the run over, it is forgotten without a word to the
 * ledger. False: err is something else. */
bool active_forget_lost(struct active *a, struct err *err);
/* Until every run has ended here. False when the workspace cannot be written. */
bool supervisor_loop(struct supervisor *s, struct err *err);
bool supervisor_init(struct supervisor *s, struct workspace *ws, int jobs,
	struct pass_summary *summary, struct err *err);
void supervisor_fini(struct supervisor *s);
/* SIGTERM and SIGINT end the pass in order while a supervisor lives: the signal's
 * number; SUPERVISOR_STOP when it is to end for another reason; 0. */
#define SUPERVISOR_STOP (-1)
extern volatile int supervisor_stop;

/* --- crew.c: workers ------------------------------------------------------------- */

bool crew_give(struct supervisor *s, struct active *a, struct crew *c, struct err *err);
/* A worker that can take a job now, spawned when needed; NULL none. */
struct crew *crew_free(struct supervisor *s, bool may_queue, struct err *err);
bool crew_start(struct crew *c, struct child *ahead, struct err *err);
/* What a turn queued for workers leaves, in one write for each of them. */
void crew_flush(struct supervisor *s);
void crew_turn(struct supervisor *s, struct crew *c);
/* The run is about to be freed. */
void crew_forget(struct supervisor *s, const struct active *a);
void crew_died(struct supervisor *s, struct crew *c);
void crew_cancel(struct supervisor *s, struct active *a, enum err_code why);
void crew_climb(struct supervisor *s);
/* Ends workers that owe a word and are past every deadline. */
void crew_end_silent(struct supervisor *s);
/* Takes jobs back that wait behind a slow one. */
void crew_unqueue(struct supervisor *s);
/* Tells all of them to end; crew_end waits for that. */
void crew_dismiss(struct supervisor *s);
void crew_end(struct supervisor *s);
bool crew_has_idle(const struct crew *c);

/* --- begin.c: which runs may begin ---------------------------------------------------- */

/* Gives waiting runs to workers, as many as may begin. */
bool begin_some(struct supervisor *s, struct err *err);
/* Whether an older run of its task is in this pass: it goes first. */
bool begin_is_behind(const struct supervisor *s, const struct active *a);
/* One of the task is over: the oldest that waits behind it is asked again. */
void begin_next(struct supervisor *s, int64_t task_id);

/* --- take.c: runs into the loop ------------------------------------------------------- */

/* Everything the pass holds in the ledger and the loop does not have. */
bool take_held(struct supervisor *s, struct err *err);
/* Looks what is due, and takes over what waits or was left behind. */
bool take_open(struct supervisor *s, const char *group, struct err *err);
/* Claims some more when few wait for a worker; in the turn's transaction. */
bool take_more(struct supervisor *s, struct err *err);
bool take_is_wanted(const struct supervisor *s);
bool take_is_over(const struct supervisor *s);

/* --- ahead.c: a worker before the first job ------------------------------------------- */

/* Begun before the pass is in the ledger, so that it starts, and loads what the tasks
 * chosen or due will need, while the disk is waited for. Failing is not told. */
void ahead_start(struct crew *c, struct workspace *ws, const struct pass_options *options);
void ahead_end(struct crew *c); /* when there is no pass for it after all */

/* --- deliver.c: parts -------------------------------------------------------------- */

/* `bytes`: what body lies in, taken over; NULL: the body is copied. */
bool deliver_add_part(struct active *a, struct str json, struct str body, char *bytes,
	struct err *err);
/* The plan goes into the ledger, once, in the caller's transaction. */
bool deliver_plan(struct supervisor *s, struct active *a, struct err *err);
/* Deliveries of a run taken over: what is left to send. */
bool deliver_resume(struct supervisor *s, struct active *a, struct err *err);
/* Marks as "sending" what may go now; GOs are queued by deliver_go after the commit. */
bool deliver_choose(struct supervisor *s, struct active *a, struct err *err);
void deliver_go(struct supervisor *s, struct active *a);
/* It could not even be handed to the channel: nothing was sent. */
void deliver_not_gone(struct supervisor *s, struct active *a, struct sending *p,
	const struct err *why);
bool deliver_outcome(struct supervisor *s, struct active *a, struct sending *p,
	const cJSON *json, struct err *err);
/* Its outcome cannot be known. */
bool deliver_lose(struct supervisor *s, struct active *a, struct sending *p, const char *why,
	struct err *err);
/* What was in flight at a worker that died. */
bool deliver_lost(struct supervisor *s, struct active *a, struct crew *c, struct err *err);
bool deliver_in_flight(const struct active *a);
/* Whether the worker owes the outcome of a part. */
bool deliver_owed(const struct supervisor *s, const struct crew *c);
/* What was planned and will not be sent: the run was cancelled or failed. */
bool deliver_reject_open(struct supervisor *s, struct active *a, const char *why,
	struct err *err);
/* Whether nothing more will happen to it in this pass. */
bool deliver_is_over(const struct supervisor *s, const struct active *a);
/* Wall time of the next thing to do; INT64_MAX none. */
int64_t deliver_next_us(const struct active *a);
/* When a waiting run is to be looked at again. */
int64_t deliver_wake_us(const struct active *a, int64_t now_us);

/* --- finish.c: the end of a run ------------------------------------------------------ */

/* Decides the run's end by what happened, records it, tells people. */
bool finish_run(struct supervisor *s, struct active *a, struct err *err);

/* --- notice.c --------------------------------------------------------------------------- */

struct note {
	struct note *next;
	int64_t id, run_id, task_id, tries;
	char *destination; /* "": a ping of the task's dead-man URL */
	char *title, *text, *key;
	uint32_t job;
	bool sent;
};

void notice_add(struct supervisor *s, const struct active *a, const char *title,
	const char *text);
/* Those that passes left which ended before they were sent. */
bool notice_resume(struct supervisor *s, struct err *err);
/* The task's dead-man URL is to hear that a run succeeded. */
void notice_add_ping(struct supervisor *s, const struct active *a);
/* Gives notices to free workers; true while some are left. */
bool notice_turn(struct supervisor *s);
void notice_outcome(struct supervisor *s, uint32_t job, const cJSON *json);
void notice_free(struct supervisor *s);

#endif
