/* SPDX-License-Identifier: MIT */
/* Branch conditions, assignment values, frames: the pure pieces of a run. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "src/run/assign.h"
#include "src/run/condition.h"
#include "src/run/frame.h"

/* ${v} is the context. */
static bool
give(void *context, struct str placeholder, struct buf *to, struct err *err)
{
	if (!str_is(placeholder, "${v}"))
		return err_set(err, ERR_INPUT, "E_UNASSIGNED");
	buf_adds(to, context);
	return true;
}

static void
test_conditions(void **state)
{
	static const struct {
		const char *text, *value;
		int expected; /* -1: the node fails */
	} table[] = {
		{ "${v}>=10000", "12000", 1 },
		{ "${v}>=10000", "9999.99", 0 },
		{ "${v}<>0", "0", 0 },
		{ "'${v}'=='East'", "East", 1 },
		{ "${v}==East", "East", -1 },
		{ "${v}>1", "", -1 },
		{ "${v} == 1", "1.0", 1 },
		{ "1 < ${v} <= 3", "3", 1 },
		{ "1 < ${v} <= 3", "4", 0 },
		{ "not ${v} == 1", "2", 1 },
		{ "${v} == 1 or ${v} == 2 and False", "1", 1 },
		{ "(${v} == 1 or ${v} == 2) and False", "1", 0 },
		{ "True", "", 1 },
		{ "'${v}' == \"x' or '1'=='1\"", "x' or '1'=='1", 1 },
		{ "'${v}' == 'a'", "x' or '1'=='1", 0 },
		{ "${v} == 'a'", "1", -1 },
		{ "${w} == 1", "1", -1 },
		{ "${v} == 1 2", "1", -1 },
		{ "${v}", "1", -1 },
		{ "((((${v} == 1", "1", -1 },
		{ "'open", "1", -1 },
		{ "99999999999999999999 > 99999999999999999998", "", 1 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		struct err err = ERR_INIT;
		bool result;
		bool ok = condition_eval(str_from(table[i].text), give, (void *)table[i].value,
			&result, &err);
		int got = ok ? result : -1;

		if (got != table[i].expected)
			fail_msg("%s with '%s': %d, expected %d (%s)", table[i].text,
				table[i].value, got, table[i].expected, err.msg);
		assert_int_equal(ok, err.code == ERR_NONE);
	}
}

static void
test_deep_condition(void **state)
{
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	bool result;

	(void)state;
	buf_add_repeat(&text, "(", 100000);
	assert_false(condition_eval(buf_str(&text), give, NULL, &result, &err));
	assert_non_null(strstr(err.msg, "deeply"));
	buf_fini(&text);
}

static void
test_assign_split(void **state)
{
	static const struct {
		const char *output;
		size_t count;
		const char *last;
	} table[] = {
		{ "10,20,30,40", 4, "40" },
		{ "Electronics,Clothing\\, Shoes & Accessories", 2, "Clothing, Shoes & Accessories" },
		{ "a,,b", 3, "b" },
		{ "x\\\\,y", 2, "y" },
		{ "1,2\n3\n", 1, "3" },
		{ "1\n\n  \n", 1, "1" },
		{ "", 0, NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		struct result r = RESULT_INIT;
		struct err err = ERR_INIT;

		assert_true(assign_split(str_from(table[i].output), &r, &err));
		assert_int_equal(r.row_count, table[i].count);
		if (table[i].last)
			assert_true(str_is(result_at(&r, r.row_count - 1, 0).text, table[i].last));
		result_fini(&r);
	}
}

static void
test_assign_limit(void **state)
{
	struct buf text = BUF_INIT;

	(void)state;
	buf_add_repeat(&text, "a", ASSIGN_MAX);
	for (int over = 0; over < 2; over++) {
		struct result r = RESULT_INIT;
		struct err err = ERR_INIT;

		assert_int_equal(assign_split(buf_str(&text), &r, &err), !over);
		if (over)
			assert_non_null(strstr(err.msg, "E_TOO_BIG"));
		result_fini(&r);
		buf_addc(&text, 'a');
	}
	buf_fini(&text);
}

static void
test_assign_run(void **state)
{
	struct deadline d = deadline_in_us(10 * CLOCK_SECOND), soon;
	struct result r = RESULT_INIT, r2 = RESULT_INIT, r3 = RESULT_INIT;
	struct err err = ERR_INIT;

	(void)state;
	assert_true(assign_run("shell", "echo no; echo a,b", &d, &r, &err));
	assert_int_equal(r.row_count, 2);
	assert_false(assign_run("shell", "exit 3", &d, &r2, &err));
	assert_non_null(strstr(err.msg, "status 3"));
	soon = deadline_in_us(CLOCK_SECOND / 5);
	assert_false(assign_run("shell", "sleep 60", &soon, &r3, &err));
	assert_int_equal(err.code, ERR_TIMEOUT);
	assert_false(assign_run("cobol", "x", &d, &r3, &err));
	result_fini(&r);
	result_fini(&r2);
	result_fini(&r3);
}

static void
test_frames(void **state)
{
	struct frame_io a, b;
	enum frame_type type;
	struct str payload;
	int pair[2], seen = 0;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	frame_io_init(&a, pair[0]);
	frame_io_init(&b, pair[1]);
	for (int i = 0; i < 1000; i++)
		frame_queue(&a, FRAME_LOG, STR("head"), STR("and a body"));
	while (seen < 1000) {
		assert_true(frame_flush(&a));
		assert_true(frame_fill(&b));
		while (frame_next(&b, &type, &payload)) {
			assert_int_equal(type, FRAME_LOG);
			assert_true(str_is(payload, "headand a body"));
			frame_drop(&b);
			seen++;
		}
	}
	assert_false(frame_next(&b, &type, &payload));
	assert_int_equal(write(pair[0], "\xff\xff\xff\xff\x01", 5), 5);
	assert_true(frame_fill(&b));
	assert_false(frame_next(&b, &type, &payload));
	assert_true(b.closed);
	frame_io_fini(&a);
	frame_io_fini(&b);
	close(pair[0]);
	close(pair[1]);
}

#define LARGE ((size_t)3 << 20)

static void
send_three(int fd)
{
	struct frame_io io;
	char *body = malloc(LARGE);

	memset(body, 'x', LARGE);
	frame_io_init(&io, fd);
	frame_queue(&io, FRAME_LOG, STR("first"), STR_NONE);
	if (!frame_send(&io, FRAME_PART, STR("head"), (struct str){ body, LARGE }))
		_exit(1);
	frame_queue(&io, FRAME_END, STR("second"), STR("to last"));
	frame_queue(&io, FRAME_END, STR("last"), STR_NONE);
	_exit(frame_flush_all(&io) ? 0 : 1);
}

/* A large body goes out without a copy and is taken where it arrived; what has others
 * behind it in its buffer is not. */
static void
test_large_frames(void **state)
{
	static const char *const expected[] = { "first", NULL, "secondto last", "last" };
	struct str payload, large = STR_NONE;
	struct frame_io io;
	enum frame_type type;
	char *taken = NULL;
	int pair[2], seen = 0, status;
	pid_t child;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	child = fork();
	if (child == 0)
		send_three(pair[1]);
	close(pair[1]);
	frame_io_init(&io, pair[0]);
	while (seen < 4) {
		struct pollfd p = { pair[0], POLLIN, 0 };

		assert_int_equal(poll(&p, 1, 10000), 1);
		frame_fill(&io);
		for (; seen < 4 && frame_next(&io, &type, &payload); seen++, frame_drop(&io)) {
			if (expected[seen]) {
				assert_true(str_is(payload, expected[seen]));
				continue;
			}
			assert_int_equal(type, FRAME_PART);
			large = payload;
			taken = frame_take(&io);
			assert_non_null(taken);
		}
	}
	assert_int_equal(large.len, LARGE + 4);
	assert_true(str_starts(large, STR("headxxx")));
	assert_int_equal(large.p[large.len - 1], 'x');
	free(taken);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	frame_io_fini(&io);
	close(pair[0]);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	frame_io_init(&io, pair[0]);
	frame_queue(&io, FRAME_LOG, STR("one"), STR_NONE);
	frame_queue(&io, FRAME_LOG, STR("two"), STR_NONE);
	assert_true(frame_flush(&io));
	io.fd = pair[1];
	assert_true(frame_fill(&io));
	assert_true(frame_next(&io, &type, &payload));
	assert_null(frame_take(&io));
	frame_io_fini(&io);
	close(pair[0]);
	close(pair[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_conditions),
		cmocka_unit_test(test_deep_condition),
		cmocka_unit_test(test_assign_split),
		cmocka_unit_test(test_assign_limit),
		cmocka_unit_test(test_assign_run),
		cmocka_unit_test(test_frames),
		cmocka_unit_test(test_large_frames),
	};

	return cmocka_run_group_tests_name("run_parts", tests, NULL, NULL);
}
