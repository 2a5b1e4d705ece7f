/* SPDX-License-Identifier: MIT */
/* A fresh workspace in a scratch folder, with a wall clock that the test moves. */
#ifndef DP_TESTS_LIB_WORKSPACE_H
#define DP_TESTS_LIB_WORKSPACE_H

#include "src/workspace/task_store.h"
#include "src/workspace/workspace.h"

/* cmocka setup and teardown; *state is the open workspace (zone Asia/Shanghai). */
int workspace_enter(void **state);
int workspace_leave(void **state);
/* Closes and opens again. */
struct workspace *workspace_again(struct workspace *ws);

/* What clock_now_us says from now on; it stands still. */
void clock_stand(int64_t us);
void clock_step(int64_t us);
/* 2026-01-02 00:00 UTC, where each test begins. */
#define TEST_EPOCH_US INT64_C(1767312000000000)

/* Definition of a task with one query of `source` and one push to `destination`, daily at
 * `at` (NULL: no schedule). One of a few static buffers. */
struct str definition(const char *name, const char *sql, const char *source,
	const char *destination, const char *at);
/* A source "shop" (common, sqlite) and a destination "ops" (dingtalk). */
void add_connections(struct workspace *ws);
int64_t add_task(struct workspace *ws, const char *name, struct str text);
void pass_test(struct workspace *ws, const char *name);
struct task_row task_of(struct workspace *ws, struct arena *a, const char *name);

/* ok must be false with this code and a message and hint that hold these words. */
void check_refused(bool ok, const struct err *err, enum err_code code, const char *message,
	const char *hint);

#endif
