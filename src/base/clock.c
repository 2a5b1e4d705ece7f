/* SPDX-License-Identifier: MIT */
#include "src/base/clock.h"

#include <stdlib.h>
#include <time.h>

static int64_t (*hook)(void);

static int64_t
read_clock(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return ts.tv_sec * CLOCK_SECOND + ts.tv_nsec / 1000;
}

/* DPSTUDIO_TEST_CLOCK: seconds to add, read once. */
static int64_t
test_shift_us(void)
{
	static int64_t shift;
	static bool known;
	const char *text;

	if (!known) {
		known = true;
		text = getenv("DPSTUDIO_TEST_CLOCK");
		if (text && (*text == '+' || *text == '-'))
			shift = strtoll(text, NULL, 10) * CLOCK_SECOND;
		else if (text && *text)
			shift = strtoll(text, NULL, 10) * CLOCK_SECOND -
				read_clock(CLOCK_REALTIME);
	}
	return shift;
}

int64_t
clock_now_us(void)
{
	return hook ? hook() : read_clock(CLOCK_REALTIME) + test_shift_us();
}

int64_t
clock_mono_us(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

void
clock_set_hook(int64_t (*now_us)(void))
{
	hook = now_us;
}

int64_t
deadline_left_us(const struct deadline *d)
{
	int64_t now;

	if (d->at_us == INT64_MAX)
		return INT64_MAX;
	now = clock_mono_us();
	return d->at_us > now ? d->at_us - now : 0;
}

int
deadline_poll_ms(const struct deadline *d, int most_ms)
{
	int64_t left = deadline_left_us(d);

	if (left == INT64_MAX || left / 1000 >= most_ms)
		return most_ms;
	return (int)((left + 999) / 1000);
}
