/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "src/base/err.h"
#include "src/base/utf8.h"

static void
setting_and_wrapping(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	assert_false(err_set(&err, ERR_SQL, "no column %s", "x"));
	assert_int_equal(err.code, ERR_SQL);
	assert_string_equal(err.msg, "no column x");
	assert_int_equal(err.line, -1);
	assert_false(err_hint(&err, "try %d", 1));
	assert_false(err_at(&err, 3, 7));
	assert_false(err_wrap(&err, "node %s", "sales"));
	assert_string_equal(err.msg, "node sales: no column x");
	assert_string_equal(err.hint, "try 1");
	assert_int_equal(err.line, 3);
	assert_int_equal(err.column, 7);
	/* Setting again, also from its own message, clears hint and place. */
	assert_false(err_set(&err, ERR_INPUT, "again: %s", err.msg));
	assert_string_equal(err.msg, "again: node sales: no column x");
	assert_string_equal(err.hint, "");
	assert_int_equal(err.line, -1);
	errno = ENOENT;
	assert_false(err_errno(&err, "open %s", "f"));
	assert_int_equal(err.code, ERR_IO);
	assert_non_null(strstr(err.msg, "open f: No such file"));
	err_clear(&err);
	assert_int_equal(err.code, ERR_NONE);
}

/* Whatever was too long is cut at a whole character and marked. */
static void
long_texts_are_cut(void **state)
{
	struct err err = ERR_INIT;
	char text[2000];

	(void)state;
	for (size_t shift = 0; shift < 3; shift++) {
		memset(text, 'x', shift);
		for (size_t i = shift; i + 3 < sizeof(text); i += 3)
			memcpy(text + i, "中", 4);
		err_set(&err, ERR_INPUT, "%s", text);
		assert_true(strlen(err.msg) < sizeof(err.msg));
		assert_true(strlen(err.msg) > sizeof(err.msg) - 8);
		assert_true(utf8_is_valid(str_from(err.msg)));
		assert_true(str_ends(str_from(err.msg), STR("…")));
		err_hint(&err, "%s", text);
		assert_true(utf8_is_valid(str_from(err.hint)));
		assert_true(str_ends(str_from(err.hint), STR("…")));
		err_set(&err, ERR_INPUT, "%.300s", "short");
		err_wrap(&err, "%s", text);
		assert_true(utf8_is_valid(str_from(err.msg)));
		assert_true(strlen(err.msg) < sizeof(err.msg));
	}
}

static void
codes_have_names_and_decisions(void **state)
{
	(void)state;
	for (int i = 0; i < ERR_CODE_COUNT; i++) {
		enum err_code code = (enum err_code)i;

		assert_true(*err_code_name(code));
		assert_int_equal(err_code_from_name(err_code_name(code)), i);
		assert_true(err_exit_status(code) > 0 || code == ERR_NONE);
	}
	assert_int_equal(err_code_from_name("nope"), ERR_FAILED);
	assert_int_equal(err_exit_status(ERR_USAGE), 2);
	assert_int_equal(err_exit_status(ERR_NOT_FOUND), 3);
	assert_int_equal(err_exit_status(ERR_CONFIG), 4);
	assert_int_equal(err_exit_status(ERR_CONNECT), 5);
	assert_int_equal(err_exit_status(ERR_REFUSED), 6);
	assert_int_equal(err_exit_status(ERR_UNKNOWN), 7);
	assert_int_equal(err_exit_status(ERR_CANCELLED), 130);
	assert_true(err_is_retryable(ERR_CONNECT));
	assert_false(err_is_retryable(ERR_UNKNOWN));
	assert_false(err_is_retryable(ERR_TIMEOUT));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(setting_and_wrapping),
		cmocka_unit_test(long_texts_are_cut),
		cmocka_unit_test(codes_have_names_and_decisions),
	};

	return cmocka_run_group_tests_name("err", tests, NULL, NULL);
}
