/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "src/base/secret.h"

static void
holds_a_copy(void **state)
{
	struct secret s = SECRET_INIT, other = SECRET_INIT;
	char text[] = "hunter2";

	(void)state;
	assert_true(secret_is_empty(&s));
	secret_set(&s, str_from(text));
	memset(text, 'x', sizeof(text) - 1);
	assert_true(str_is(secret_expose(&s), "hunter2"));
	assert_int_equal(secret_expose(&s).p[7], '\0');
	secret_copy(&other, &s);
	assert_true(secret_equal(&s, &other));
	secret_set(&other, STR("hunter3"));
	assert_false(secret_equal(&s, &other));
	secret_set(&other, STR("hunter"));
	assert_false(secret_equal(&s, &other));
	/* Set from itself, and to nothing. */
	secret_set(&s, secret_expose(&s));
	assert_true(str_is(secret_expose(&s), "hunter2"));
	secret_set(&s, STR_NONE);
	assert_true(secret_is_empty(&s));
	secret_fini(&s);
	secret_fini(&other);
	secret_fini(&other);
}

static void
random_differs(void **state)
{
	struct secret a = SECRET_INIT, b = SECRET_INIT;

	(void)state;
	secret_random(&a, 32);
	secret_random(&b, 32);
	assert_int_equal(a.len, 32);
	assert_false(secret_equal(&a, &b));
	secret_fini(&a);
	secret_fini(&b);
}

static void
wiping(void **state)
{
	char bytes[8] = "1234567", zero[8] = { 0 };

	(void)state;
	secret_wipe(bytes, sizeof(bytes));
	assert_memory_equal(bytes, zero, sizeof(bytes));
	secret_wipe(NULL, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(holds_a_copy),
		cmocka_unit_test(random_differs),
		cmocka_unit_test(wiping),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
