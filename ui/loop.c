/* SPDX-License-Identifier: MIT */
#include "ui/loop.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#define IDLE_SLICE_US 2000

struct watch {
	int fd;
	short events;
	loop_fd_fn fn;
	void *context;
};

struct idle {
	bool (*step)(void *context);
	void *context;
};

struct loop {
	struct watch *watches;
	struct pollfd *polls;
	size_t watch_count, watch_room;
	struct timer *timers; /* by time */
	struct idle *idles;
	size_t idle_count;
	bool timers_waited; /* in the turn before */
	sigset_t before, waiting;
	struct sigaction old[8];
};

static const struct {
	int number;
	unsigned bit;
} signals[] = {
	{ SIGWINCH, SIGNAL_RESIZE },
	{ SIGTSTP, SIGNAL_STOP },
	{ SIGCONT, SIGNAL_CONTINUE },
	{ SIGHUP, SIGNAL_HANGUP },
	{ SIGTERM, SIGNAL_TERMINATE },
	{ SIGINT, SIGNAL_INTERRUPT },
};

static volatile sig_atomic_t arrived;

static void
on_signal(int number)
{
	for (size_t i = 0; i < ARRAY_LEN(signals); i++)
		if (signals[i].number == number)
			arrived |= (sig_atomic_t)signals[i].bit;
}

struct loop *
loop_new(void)
{
	struct loop *loop = xcalloc(1, sizeof(*loop));
	struct sigaction action = { .sa_handler = on_signal };
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	sigset_t ours;

	sigemptyset(&action.sa_mask);
	sigemptyset(&ours);
	for (size_t i = 0; i < ARRAY_LEN(signals); i++) {
		sigaddset(&ours, signals[i].number);
		sigaction(signals[i].number, &action, &loop->old[i]);
	}
	sigaction(SIGPIPE, &ignore, &loop->old[ARRAY_LEN(signals)]);
	sigprocmask(SIG_BLOCK, &ours, &loop->before);
	loop->waiting = loop->before;
	for (size_t i = 0; i < ARRAY_LEN(signals); i++)
		sigdelset(&loop->waiting, signals[i].number);
	return loop;
}

void
loop_free(struct loop *loop)
{
	if (!loop)
		return;
	for (size_t i = 0; i < ARRAY_LEN(signals); i++)
		sigaction(signals[i].number, &loop->old[i], NULL);
	sigaction(SIGPIPE, &loop->old[ARRAY_LEN(signals)], NULL);
	sigprocmask(SIG_SETMASK, &loop->before, NULL);
	free(loop->watches);
	free(loop->polls);
	free(loop->idles);
	free(loop);
}

static struct watch *
find_watch(const struct loop *loop, int fd)
{
	for (size_t i = 0; i < loop->watch_count; i++)
		if (loop->watches[i].fd == fd)
			return &loop->watches[i];
	return NULL;
}

void
loop_watch(struct loop *loop, int fd, short events, loop_fd_fn fn, void *context)
{
	struct watch *w = find_watch(loop, fd);

	if (!w) {
		/* Never smaller: a turn may be walking over what ppoll said. */
		if (loop->watch_count == loop->watch_room) {
			size_t room = loop->watch_room = loop->watch_room * 2 + 4;

			loop->watches = xreallocarray(loop->watches, room, sizeof(*loop->watches));
			loop->polls = xreallocarray(loop->polls, room, sizeof(*loop->polls));
		}
		w = &loop->watches[loop->watch_count++];
	}
	*w = (struct watch){ fd, events, fn, context };
}

void
loop_watch_events(struct loop *loop, int fd, short events)
{
	struct watch *w = find_watch(loop, fd);

	if (w)
		w->events = events;
}

void
loop_unwatch(struct loop *loop, int fd)
{
	struct watch *w = find_watch(loop, fd);

	if (w)
		*w = loop->watches[--loop->watch_count];
}

size_t
loop_watch_count(const struct loop *loop)
{
	return loop->watch_count;
}

void
loop_timer_cancel(struct loop *loop, struct timer *timer)
{
	for (struct timer **t = &loop->timers; *t; t = &(*t)->next)
		if (*t == timer) {
			*t = timer->next;
			break;
		}
	timer->at_us = 0;
}

void
loop_timer(struct loop *loop, struct timer *timer, int64_t delay_us)
{
	struct timer **t = &loop->timers;

	loop_timer_cancel(loop, timer);
	timer->at_us = clock_mono_us() + delay_us;
	while (*t && (*t)->at_us <= timer->at_us)
		t = &(*t)->next;
	timer->next = *t;
	*t = timer;
}

void
loop_idle(struct loop *loop, bool (*step)(void *context), void *context)
{
	for (size_t i = 0; i < loop->idle_count; i++)
		if (loop->idles[i].step == step && loop->idles[i].context == context)
			return;
	loop->idles = xreallocarray(loop->idles, loop->idle_count + 1, sizeof(*loop->idles));
	loop->idles[loop->idle_count++] = (struct idle){ step, context };
}

void
loop_idle_cancel(struct loop *loop, void *context)
{
	size_t kept = 0;

	for (size_t i = 0; i < loop->idle_count; i++)
		if (loop->idles[i].context != context)
			loop->idles[kept++] = loop->idles[i];
	loop->idle_count = kept;
}

static void
run_timers(struct loop *loop)
{
	int64_t now = loop->timers ? clock_mono_us() : 0;

	while (loop->timers && loop->timers->at_us <= now) {
		struct timer *t = loop->timers;

		loop->timers = t->next;
		t->at_us = 0;
		t->fn(t->context);
	}
}

static void
run_idle(struct loop *loop)
{
	int64_t end = clock_mono_us() + IDLE_SLICE_US;

	while (loop->idle_count && clock_mono_us() < end) {
		struct idle first = loop->idles[0];

		if (first.step(first.context))
			continue;
		/* The step may have changed the list: take off exactly this one. */
		for (size_t i = 0; i < loop->idle_count; i++)
			if (loop->idles[i].step == first.step &&
				loop->idles[i].context == first.context) {
				memmove(&loop->idles[i], &loop->idles[i + 1],
					sizeof(first) * (loop->idle_count - i - 1));
				loop->idle_count--;
				break;
			}
	}
}

static int
wait_ready(struct loop *loop, bool no_wait)
{
	struct timespec timeout = { 0, 0 }, *t = &timeout;

	for (size_t i = 0; i < loop->watch_count; i++)
		loop->polls[i] = (struct pollfd){ loop->watches[i].fd, loop->watches[i].events, 0 };
	if (!no_wait && !loop->idle_count && !loop->timers) {
		t = NULL;
	} else if (!no_wait && !loop->idle_count) {
		int64_t left = loop->timers->at_us - clock_mono_us();

		if (left > 0) {
			timeout.tv_sec = left / CLOCK_SECOND;
			timeout.tv_nsec = (left % CLOCK_SECOND) * 1000;
		}
	}
	return ppoll(loop->polls, loop->watch_count, t, &loop->waiting);
}

unsigned
loop_turn(struct loop *loop, bool no_wait)
{
	size_t count = loop->watch_count;
	int ready = wait_ready(loop, no_wait);
	unsigned came;

	/* Handlers run only inside ppoll, so nothing can come between these two. */
	came = (unsigned)arrived;
	arrived = 0;
	for (size_t i = 0; ready > 0 && i < count; i++) {
		struct pollfd p = loop->polls[i];
		struct watch *w = p.revents ? find_watch(loop, p.fd) : NULL;

		if (w)
			w->fn(w->context, p.revents);
	}
	/* What was read is drawn first (a key's echo does not wait for a save), but a stream
	 * of it does not hold the timers up. */
	loop->timers_waited = ready > 0 && !loop->timers_waited;
	if (!loop->timers_waited)
		run_timers(loop);
	if (ready <= 0 && loop->idle_count)
		run_idle(loop);
	return came;
}

bool
loop_is_idle(const struct loop *loop, int ignore_fd)
{
	for (size_t i = 0; i < loop->watch_count; i++)
		if (loop->watches[i].fd != ignore_fd)
			return false;
	for (const struct timer *t = loop->timers; t; t = t->next)
		if (!t->quiet)
			return false;
	return loop->idle_count == 0;
}
