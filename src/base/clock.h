/* SPDX-License-Identifier: MIT */
/* The two clocks. Wall time is integer microseconds since 1970 UTC; deadlines
 * are on the monotonic clock. Tests move the wall clock with clock_set_hook or
 * the variable DPSTUDIO_TEST_CLOCK (test builds and `--run` under test only:
 * "+SECONDS", "-SECONDS", or absolute seconds since 1970). */
#ifndef DP_BASE_CLOCK_H
#define DP_BASE_CLOCK_H

#include "src/base/api.h"

#define CLOCK_SECOND INT64_C(1000000)

/* Microseconds since 1970 UTC. */
DP_API int64_t clock_now_us(void);
/* Microseconds on CLOCK_MONOTONIC. */
DP_API int64_t clock_mono_us(void);
DP_API void clock_set_hook(int64_t (*now_us)(void)); /* NULL: the real one */

/* How long a call may take and whether it is still wanted. */
struct deadline {
	int64_t at_us; /* CLOCK_MONOTONIC; INT64_MAX: none */
	const volatile int *cancelled; /* set non-zero by a signal or message; may be NULL */
};

#define DEADLINE_NONE ((struct deadline){ INT64_MAX, NULL })

static inline struct deadline
deadline_in_us(int64_t us)
{
	return (struct deadline){ clock_mono_us() + us, NULL };
}

static inline bool
deadline_is_cancelled(const struct deadline *d)
{
	return d->cancelled && *d->cancelled;
}

/* Microseconds left, at least 0; INT64_MAX when there is none. */
DP_API int64_t deadline_left_us(const struct deadline *d);
/* For poll(): milliseconds left, rounded up, at most `most_ms`. */
DP_API int deadline_poll_ms(const struct deadline *d, int most_ms);

#endif
