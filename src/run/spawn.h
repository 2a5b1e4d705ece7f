/* SPDX-License-Identifier: MIT */
/* A worker process: /proc/self/exe --worker, one socketpair as descriptor 3, no
 * terminal, no workspace, every other descriptor closed, its own process group,
 * and an environment of a few harmless words. */
#ifndef DP_RUN_SPAWN_H
#define DP_RUN_SPAWN_H

#include <sys/types.h>

#include "src/base/err.h"

#define WORKER_FD 3

struct child {
	pid_t pid; /* 0: none */
	int fd;	   /* our end, CLOEXEC, non-blocking; -1 none */
};

DP_API bool child_spawn(struct child *child, struct err *err);
/* Waits for a child that closed its end and says in err how it ended. */
DP_API void child_reap(struct child *child, struct err *err);
/* Closes our end (which ends an idle worker), waits up to grace_ms, then kills. */
DP_API void child_end(struct child *child, int grace_ms);

#endif
