/* SPDX-License-Identifier: MIT */
/* What a worker keeps of a planned run until each part has its GO. */
#ifndef DP_RUN_WORK_H
#define DP_RUN_WORK_H

#include "src/channel/channel.h"
#include "src/run/worker.h"

struct target { /* a destination of this run */
	char *name;
	const struct channel *channel;
	struct settings settings;
};

struct kept_part {
	const struct target *target;
	struct part part; /* body and title in the work's arena */
	char *body;	  /* or the body here, owned; NULL */
	char key[40];	  /* idempotency key */
};

struct work {
	struct arena arena;
	struct target *targets;
	size_t target_count;
	struct kept_part *parts;
	size_t part_count;
};

/* Same for every attempt of this part: 36 characters like a UUID. */
void idempotency_key(char key[40], const char *message_id, const char *node,
	const char *destination, int part);

#endif
