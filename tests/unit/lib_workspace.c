/* SPDX-License-Identifier: MIT */
#include "tests/unit/lib_workspace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "src/base/clock.h"
#include "src/workspace/store_destination.h"
#include "src/workspace/store_source.h"
#include "src/workspace/version.h"
#include "tests/unit/lib_scratch.h"

static int64_t now_us;

static int64_t
standing(void)
{
	return now_us;
}

void
clock_stand(int64_t us)
{
	now_us = us;
	clock_set_hook(standing);
}

void
clock_step(int64_t us)
{
	now_us += us;
}

int
workspace_enter(void **state)
{
	struct workspace_options options = { .timezone = "Asia/Shanghai" };
	struct err err = ERR_INIT;

	scratch_enter();
	clock_stand(TEST_EPOCH_US);
	if (!workspace_create(scratch_path("ws.db"), &options, &err) ||
		!(*state = workspace_open(scratch_path("ws.db"), WORKSPACE_WRITE, &err))) {
		print_error("%s\n", err.msg);
		return -1;
	}
	return 0;
}

int
workspace_leave(void **state)
{
	workspace_close(*state);
	clock_set_hook(NULL);
	scratch_leave();
	return 0;
}

struct workspace *
workspace_again(struct workspace *ws)
{
	struct err err = ERR_INIT;

	workspace_close(ws);
	ws = workspace_open(scratch_path("ws.db"), WORKSPACE_WRITE, &err);
	if (!ws)
		fail_msg("%s", err.msg);
	return ws;
}

struct str
definition(const char *name, const char *sql, const char *source, const char *destination,
	const char *at)
{
	static char texts[4][2048];
	static unsigned next;
	char *text = texts[next++ % 4], schedule[80] = "";

	if (at)
		snprintf(schedule, sizeof(schedule),
			", \"schedule\": {\"every\": \"day\", \"at\": \"%s\"}", at);
	snprintf(text, sizeof(texts[0]),
		"{\"format\": 1, \"name\": \"%s\", \"nodes\": ["
		"{\"name\": \"q\", \"kind\": \"query\", \"source\": \"%s\", \"sql\": \"%s\"},"
		"{\"name\": \"p\", \"kind\": \"push\", \"after\": [\"q\"], \"title\": \"T\","
		" \"content\": [{\"kind\": \"table\"}], \"destinations\": [\"%s\"]}]%s}",
		name, source, sql, destination, schedule);
	return str_from(text);
}

void
add_connections(struct workspace *ws)
{
	struct settings s = SETTINGS_INIT;
	struct err err = ERR_INIT;

	settings_set(&s, "path", STR("/tmp/shop.db"), false);
	assert_true(store_source_add(ws, "shop", "sqlite", ENV_AUTO, &s, &err));
	settings_fini(&s);
	settings_set(&s, "webhook", STR("https://oapi.example.com/robot/send?access_token=abcdef"),
		true);
	assert_true(store_destination_add(ws, "ops", "dingtalk", &s, &err));
	settings_fini(&s);
}

int64_t
add_task(struct workspace *ws, const char *name, struct str text)
{
	struct err err = ERR_INIT;
	int64_t id = 0;

	if (!task_store_create(ws, name, text, &id, &err))
		fail_msg("%s", err.msg);
	return id;
}

struct task_row
task_of(struct workspace *ws, struct arena *a, const char *name)
{
	struct err err = ERR_INIT;
	struct task_row row;

	if (!task_store_find(ws, name, a, &row, &err))
		fail_msg("%s", err.msg);
	return row;
}

void
pass_test(struct workspace *ws, const char *name)
{
	struct arena a = ARENA_INIT;
	struct err err = ERR_INIT;
	struct test_ticket ticket;
	struct draft draft;
	int64_t id = task_of(ws, &a, name).id;

	assert_true(task_draft_get(ws, id, &a, &draft, &err));
	assert_true(version_test_begin(ws, id, draft.text, &ticket, &err));
	assert_true(version_test_passed(ws, &ticket, 1, &err));
	arena_fini(&a);
}

void
check_refused(bool ok, const struct err *err, enum err_code code, const char *message,
	const char *hint)
{
	assert_false(ok);
	if (err->code != code)
		fail_msg("code %s, not %s: %s", err_code_name(err->code), err_code_name(code),
			err->msg);
	if (!strstr(err->msg, message))
		fail_msg("'%s' does not say '%s'", err->msg, message);
	if (hint && !strstr(err->hint, hint))
		fail_msg("hint '%s' does not say '%s'", err->hint, hint);
}
