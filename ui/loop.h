/* SPDX-License-Identifier: MIT */
/* The one loop: ppoll over descriptors, timers and idle work. Signals are blocked
 * everywhere but inside that ppoll, so that a handler only ever sets a flag and
 * nothing has to be safe against it. Nothing to do means no wakeups. */
#ifndef DP_UI_LOOP_H
#define DP_UI_LOOP_H

#include <poll.h>

#include "src/base/clock.h"

struct loop;

/* Embedded in its owner; zeroed it is off. Fires once; arm it again in fn. A
 * timer that is `quiet` does not keep a scripted screen from being idle. */
struct timer {
	int64_t at_us; /* CLOCK_MONOTONIC; 0: off */
	void (*fn)(void *context);
	void *context;
	bool quiet;
	struct timer *next;
};

enum loop_signal { SIGNAL_RESIZE = 1, SIGNAL_STOP = 2, SIGNAL_CONTINUE = 4, SIGNAL_HANGUP = 8,
	SIGNAL_TERMINATE = 16, SIGNAL_INTERRUPT = 32 };

typedef void (*loop_fd_fn)(void *context, short revents);

struct loop *loop_new(void);
void loop_free(struct loop *loop); /* signal mask and handlers as they were */

/* fn is called with what ppoll says, at most once a turn. One watch per fd. */
void loop_watch(struct loop *loop, int fd, short events, loop_fd_fn fn, void *context);
void loop_watch_events(struct loop *loop, int fd, short events);
void loop_unwatch(struct loop *loop, int fd);
size_t loop_watch_count(const struct loop *loop);

void loop_timer(struct loop *loop, struct timer *timer, int64_t delay_us); /* arms or moves */
void loop_timer_cancel(struct loop *loop, struct timer *timer);

/* Work in small steps (< 2 ms) while nothing else is to do. step returns whether
 * there is more; it is taken off when there is none. Adding twice is once. */
void loop_idle(struct loop *loop, bool (*step)(void *context), void *context);
void loop_idle_cancel(struct loop *loop, void *context);

/* One turn: waits (not when `no_wait`), then runs what is ready. Returns the
 * signals that came (enum loop_signal bits). */
unsigned loop_turn(struct loop *loop, bool no_wait);
/* Neither watched work (see `ignore_fd`), nor armed timers but quiet ones, nor idle steps. */
bool loop_is_idle(const struct loop *loop, int ignore_fd);

#endif
