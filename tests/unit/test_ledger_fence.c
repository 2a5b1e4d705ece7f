/* SPDX-License-Identifier: MIT */
/* Whoever holds an older fence of a run writes nothing any more: each write says so, and
 * the ledger stays as the new holder has it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "src/base/pack.h"
#include "src/workspace/ledger.h"
#include "tests/unit/lib_workspace.h"

static const char *const no_sources[] = { "shop" };

static struct delivery_row
one_delivery(void)
{
	return (struct delivery_row){ .part = 1, .parts = 1, .node = "push", .destination = "ops",
		.channel = "dingtalk", .kind = "", .content_type = "text/plain", .title = "t",
		.idempotency_key = "k", .bucket = "b", .body = STR("bytes") };
}

static struct run_row
run_of(struct workspace *ws, int64_t id, struct arena *a)
{
	struct err err = ERR_INIT;
	struct run_row run;

	assert_true(ledger_run(ws, id, a, &run, &err));
	return run;
}

static int64_t
add_run(struct workspace *ws)
{
	struct new_run run = { .task = "t", .reason = "", .group = "default",
		.slot_us = TEST_EPOCH_US, .cause = CAUSE_MANUAL, .business_date = { 2026, 1, 1 } };
	struct err err = ERR_INIT;
	int64_t id;

	run.task_id = add_task(ws, "t", definition("t", "SELECT 1 AS a", "shop", "ops", NULL));
	assert_true(ledger_add_run(ws, &run, 0, &id, &err));
	return id;
}

static bool
write_as(int which, struct workspace *ws, const struct run_row *run, int64_t delivery_id,
	struct err *err)
{
	struct delivery_result result = { .state = DELIVERY_ACCEPTED, .class = "", .message = "",
		.advice = "" };
	struct run_finish finish = { .state = RUN_SUCCEEDED };
	struct delivery_row d = one_delivery();
	int64_t id;

	switch (which) {
	case 0: return ledger_started(ws, run, no_sources, 1, err);
	case 1: return ledger_parameters(ws, run, "{\"x\":\"1\"}", err);
	case 2: return ledger_plan(ws, run, &d, &id, err);
	case 3: return ledger_sending(ws, run, delivery_id, err);
	case 4: return ledger_reject(ws, run, delivery_id, "expired", "late", err);
	case 5: return ledger_outcome(ws, run, delivery_id, &result, err);
	case 6: return ledger_release(ws, run, 1, err);
	default: return ledger_finish(ws, run, &finish, err);
	}
}

#define WRITES 8

static void
check_untouched(struct workspace *ws, int64_t run_id, const char *delivery_state)
{
	struct err err = ERR_INIT;
	struct arena a = ARENA_INIT;
	struct delivery_list list;
	struct run_row run = run_of(ws, run_id, &a);

	assert_int_equal(run.state, RUN_RUNNING);
	assert_string_equal(run.parameters, "");
	assert_int_equal(run.starts, 1);
	assert_true(ledger_deliveries(ws, run_id, false, &a, &list, &err));
	assert_int_equal(list.count, 1);
	assert_string_equal(delivery_state_name(list.rows[0].state), delivery_state);
	arena_fini(&a);
}

static void
an_older_fence_writes_nothing(void **state)
{
	struct workspace *ws = *state;
	struct err err = ERR_INIT;
	struct arena a = ARENA_INIT;
	struct delivery_row d = one_delivery();
	struct run_row mine, old;
	int64_t id, delivery;

	add_connections(ws);
	id = add_run(ws);
	mine = run_of(ws, id, &a);
	old = mine;
	old.fence--;
	assert_true(ledger_started(ws, &mine, NULL, 0, &err));
	assert_true(ledger_plan(ws, &mine, &d, &delivery, &err));
	for (int which = 0; which < WRITES; which++) {
		check_refused(write_as(which, ws, &old, delivery, &err), &err, ERR_STATE,
			"is not ours any more", "");
		check_untouched(ws, id, "planned");
	}
	assert_true(ledger_sending(ws, &mine, delivery, &err));
	for (int which = 0; which < WRITES; which++) {
		check_refused(write_as(which, ws, &old, delivery, &err), &err, ERR_STATE,
			"is not ours any more", "");
		check_untouched(ws, id, "sending");
	}
	/* The holder itself may. */
	assert_true(write_as(1, ws, &mine, delivery, &err));
	assert_true(write_as(5, ws, &mine, delivery, &err));
	assert_true(write_as(7, ws, &mine, delivery, &err));
	arena_fini(&a);
}

/* Long messages are kept packed; who reads them sees nothing of it, and damage is told. */
static void
a_long_message_is_kept_packed(void **state)
{
	struct workspace *ws = *state;
	struct err err = ERR_INIT;
	struct arena a = ARENA_INIT;
	struct delivery_row d = one_delivery(), back;
	struct buf text = BUF_INIT, packed = BUF_INIT;
	struct delivery_list list;
	struct run_row run;
	int64_t id, delivery;

	add_connections(ws);
	id = add_run(ws);
	run = run_of(ws, id, &a);
	for (int i = 0; i < 4000; i++)
		buf_addf(&text, "| department %d | %d |\n", i % 37, i);
	assert_true(pack(buf_str(&text), &packed));
	d.body = buf_str(&packed);
	d.packed_from = (int64_t)text.len;
	assert_true(ledger_plan(ws, &run, &d, &delivery, &err));
	assert_true(ledger_delivery(ws, delivery, &a, &back, &err));
	assert_int_equal(back.bytes, text.len);
	assert_true(str_equal(back.body, buf_str(&text)));
	assert_true(ledger_deliveries(ws, id, false, &a, &list, &err));
	assert_int_equal(list.rows[0].bytes, text.len);
	for (int i = 0; i < 3; i++) {
		static const char *const damage[] = { "size = size + 1", "size = -1",
			"body = substr(body, 2)" };
		char sql[80];

		snprintf(sql, sizeof(sql), "UPDATE delivery_body SET %s", damage[i]);
		assert_true(db_script(workspace_db(ws), sql, &err));
		check_refused(ledger_delivery(ws, delivery, &a, &back, &err), &err, ERR_WORKSPACE,
			"is damaged", "");
	}
	buf_fini(&text);
	buf_fini(&packed);
	arena_fini(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(an_older_fence_writes_nothing, workspace_enter,
			workspace_leave),
		cmocka_unit_test_setup_teardown(a_long_message_is_kept_packed, workspace_enter,
			workspace_leave),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
