/* SPDX-License-Identifier: MIT */
/* The end of a run in this pass: its state, what people are told. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "src/base/log.h"
#include "src/run/claim.h"
#include "src/run/supervise.h"

/* In the task's zone, else the workspace's. */
static void
slot_text(const struct supervisor *s, const struct active *a, char text[40])
{
	struct err ignored = ERR_INIT;
	const struct zone *zone = a->has_task ? claim_zone(s->ws, &a->task, &ignored)
					      : workspace_zone(s->ws, &ignored);

	zone_format(zone ? zone : zone_get("UTC", &ignored), a->run.slot_us, text);
}

/* One line a run; failures always, the rest with -v or on a terminal. */
static void
say(const struct supervisor *s, const struct active *a, bool is_trouble, const char *what,
	const char *why)
{
	char slot[40];

	slot_text(s, a, slot);
	log_line(*why ? LEVEL_WARNING : LEVEL_INFO, "run", "run %lld of %s (%s) %s%s%s",
		(long long)a->run.id, a->run.task, slot, what, *why ? ": " : "", why);
	if (s->quiet || (!is_trouble && !s->verbose))
		return;
	fprintf(stderr, "dpstudio: run %lld of %s (%s) %s%s%s\n", (long long)a->run.id, a->run.task,
		slot, what, *why ? ": " : "", why);
}

struct tally {
	int accepted, rejected, unknown, deferred;
	bool expired;
	const struct sending *bad; /* the first that was refused or unknown */
};

static void
count_parts(struct supervisor *s, const struct active *a, struct tally *t)
{
	*t = (struct tally){ 0 };
	for (size_t i = 0; i < a->part_count; i++) {
		const struct sending *p = &a->parts[i];

		t->accepted += p->state == DELIVERY_ACCEPTED || p->state == DELIVERY_QUEUED;
		t->rejected += p->state == DELIVERY_REJECTED;
		t->unknown += p->state == DELIVERY_UNKNOWN;
		t->expired = t->expired || p->expired;
		t->deferred += p->state == DELIVERY_DEFERRED || p->state == DELIVERY_PLANNED;
		if (!t->bad && (p->state == DELIVERY_REJECTED || p->state == DELIVERY_UNKNOWN))
			t->bad = p;
	}
	s->summary->refused += t->rejected;
	s->summary->unknown += t->unknown;
	s->summary->deferred += t->deferred;
}

/* The words of the first delivery that did not arrive become the run's error. */
static void
explain(struct supervisor *s, struct active *a, const struct tally *t)
{
	struct err ignored = ERR_INIT;
	struct arena arena = ARENA_INIT;
	struct delivery_row d;

	if (!t->bad || !ledger_delivery(s->ws, t->bad->id, &arena, &d, &ignored)) {
		arena_fini(&arena);
		return;
	}
	err_set(&a->err, t->bad->state == DELIVERY_UNKNOWN ? ERR_UNKNOWN : ERR_REFUSED,
		"%s (%s): %s%s%s", d.destination, d.channel,
		d.state == DELIVERY_UNKNOWN ? "outcome unknown: " : "", d.message,
		t->accepted ? ", parts of it were sent" : "");
	err_hint(&a->err, "%s", d.advice);
	arena_fini(&arena);
}

static bool
may_retry(const struct supervisor *s, const struct active *a)
{
	return !s->no_retry && a->run.cause == CAUSE_SCHEDULE && !a->attempted && a->has_task &&
	       err_is_retryable(a->err.code) && a->run.retries < a->task.retry_times &&
	       a->stop_code == ERR_NONE;
}

static void
decide(struct supervisor *s, struct active *a, struct run_finish *f, struct tally *t)
{
	int64_t now = clock_now_us(), wake = deliver_wake_us(a, now);

	count_parts(s, a, t);
	*f = (struct run_finish){ .state = RUN_SUCCEEDED };
	if (a->err.code != ERR_NONE && may_retry(s, a)) {
		f->state = RUN_WAITING;
		f->failure = &a->err;
		f->wake_us = now + a->task.retry_interval_s * CLOCK_SECOND;
		f->is_retry = true;
	} else if (a->err.code != ERR_NONE) {
		f->state = a->stop_code == ERR_CANCELLED ? RUN_CANCELLED : RUN_FAILED;
		f->failure = &a->err;
	} else if (a->skip_reason) {
		f->state = RUN_SKIPPED;
		f->skip_reason = a->skip_reason;
	} else if (wake) {
		f->state = RUN_WAITING;
		f->wake_us = wake;
	} else if (t->rejected || t->unknown) {
		explain(s, a, t);
		f->state = RUN_FAILED;
		f->failure = &a->err;
	}
}

static void
count_run(struct supervisor *s, const struct run_finish *f)
{
	struct pass_summary *sum = s->summary;

	sum->runs++;
	sum->succeeded += f->state == RUN_SUCCEEDED;
	sum->failed += f->state == RUN_FAILED;
	sum->not_connected += f->state == RUN_FAILED && f->failure->code == ERR_CONNECT;
	sum->skipped += f->state == RUN_SKIPPED;
	sum->cancelled += f->state == RUN_CANCELLED;
	sum->waiting += f->state == RUN_WAITING;
}

static void
tell_stderr(const struct supervisor *s, const struct active *a, const struct run_finish *f)
{
	if (f->state == RUN_FAILED || f->state == RUN_CANCELLED) {
		say(s, a, true, run_state_name(f->state), a->err.msg);
	} else if (f->state == RUN_WAITING) {
		say(s, a, true, "waits", f->failure ? a->err.msg : "a delivery is deferred");
	} else {
		say(s, a, false, run_state_name(f->state), f->skip_reason ? f->skip_reason : "");
	}
}

static bool
is_counted(const struct active *a)
{
	return a->run.cause == CAUSE_SCHEDULE || a->run.cause == CAUSE_MANUAL;
}

/* One notice when a streak of failures begins, one when it ends; unknown outcomes and
 * what expired are always told. */
static bool
notify(struct supervisor *s, struct active *a, const struct run_finish *f, const struct tally *t,
	struct err *err)
{
	enum streak_change change = STREAK_NONE;
	int64_t failures = 0;
	char slot[40];
	char *title, *text;

	if (a->run.cause == CAUSE_TEST || f->state == RUN_WAITING)
		return true;
	if (f->state == RUN_SUCCEEDED && a->has_task && a->task.has_ping)
		notice_add_ping(s, a);
	if (is_counted(a) && (f->state == RUN_FAILED || f->state == RUN_SUCCEEDED) &&
		!ledger_streak(s->ws, a->run.task_id, a->run.id, f->state == RUN_FAILED, &change,
			&failures, err))
		return false;
	slot_text(s, a, slot);
	if (f->state == RUN_FAILED &&
		(change == STREAK_BEGAN || t->unknown || t->expired || !is_counted(a))) {
		title = xasprintf("%s failed", a->run.task);
		text = xasprintf("Run %lld for %s failed.\n%s\n%s", (long long)a->run.id, slot,
			a->err.msg, a->err.hint);
		notice_add(s, a, title, text);
		free(title);
		free(text);
	} else if (change == STREAK_ENDED) {
		title = xasprintf("%s recovered", a->run.task);
		text = xasprintf("Run %lld for %s succeeded after %lld failed runs.",
			(long long)a->run.id, slot, (long long)failures);
		notice_add(s, a, title, text);
		free(title);
		free(text);
	}
	return true;
}

static void
release_worker(struct active *a)
{
	struct buf head = BUF_INIT;

	if (a->worker && a->worker->alive && a->job) {
		frame_put_u32(&head, a->job);
		frame_queue(&a->worker->io, FRAME_RELEASE, buf_str(&head), STR_NONE);
		buf_fini(&head);
	}
	a->worker = NULL;
}

bool
finish_run(struct supervisor *s, struct active *a, struct err *err)
{
	struct run_finish f;
	struct tally t;
	bool ok;

	ok = a->err.code == ERR_NONE || deliver_reject_open(s, a, a->err.msg, err);
	decide(s, a, &f, &t);
	ok = ok && ledger_finish(s->ws, &a->run, &f, err) &&
	     ledger_event(s->ws, a->run.id, "end", run_state_name(f.state), err) &&
	     notify(s, a, &f, &t, err);
	release_worker(a);
	a->phase = ACTIVE_DONE;
	a->end = f.state;
	if (!ok && err->code == ERR_STATE) { /* another has taken it over: it tells */
		err_clear(err);
		return true;
	}
	if (ok) {
		count_run(s, &f);
		s->summary->last_run_id = a->run.id;
		tell_stderr(s, a, &f);
	}
	return ok;
}
