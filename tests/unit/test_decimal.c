/* SPDX-License-Identifier: MIT */
#include "src/content/decimal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void
check_print(const char *text, int scale, bool group, const char *expected)
{
	struct decimal d;
	struct buf b = BUF_INIT;

	assert_true(decimal_read(&d, str_from(text)));
	decimal_round(&d, scale);
	decimal_print(&b, &d, scale, group);
	assert_string_equal(buf_text(&b), expected);
	buf_fini(&b);
}

static void
test_round(void **state)
{
	(void)state;
	check_print("0", 0, false, "0");
	check_print("-0.00", 1, false, "0.0");
	check_print("1.005", 2, false, "1.01"); /* a double would say 1.00 */
	check_print("-1.005", 2, false, "-1.01");
	check_print("999.995", 2, true, "1,000.00");
	check_print("0.4", 0, false, "0");
	check_print("-0.4", 0, false, "0");
	check_print("-0.5", 0, false, "-1");
	check_print("1234567", 0, true, "1,234,567");
	check_print("123456", 0, true, "123,456");
	check_print("12e3", 1, true, "12,000.0");
	check_print("1.5e-3", 4, false, "0.0015");
	check_print("0.0004", 3, false, "0.000");
	check_print("0.0009", 3, false, "0.001");
	check_print("99999999999999999999.99", 1, false, "100000000000000000000.0");
	check_print(".5", 2, false, "0.50");
	check_print("007", 0, false, "7");
}

static void
test_sum(void **state)
{
	static const struct {
		const char *a, *b, *sum;
	} rows[] = {
		{ "0.1", "0.2", "0.3" },
		{ "1", "-1", "0" },
		{ "5", "-7.5", "-2.5" },
		{ "-5", "7.5", "2.5" },
		{ "999", "1", "1000" },
		{ "1000", "-0.001", "999.999" },
		{ "-3", "-4", "-7" },
		{ "9007199254740993", "1", "9007199254740994" },
		{ "0.001", "0.009", "0.010" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct decimal a, b;
		struct buf out = BUF_INIT;

		assert_true(decimal_read(&a, str_from(rows[i].a)));
		assert_true(decimal_read(&b, str_from(rows[i].b)));
		assert_true(decimal_add(&a, &b));
		decimal_print(&out, &a, 0, false);
		assert_string_equal(buf_text(&out), rows[i].sum);
		buf_fini(&out);
	}
}

static void
test_refused(void **state)
{
	static const char *const texts[] = { "", "-", ".", "1.2.3", "abc", "1e", "1e999", "0x10",
		"NaN", "1 2" };
	struct decimal d;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		assert_false(decimal_read(&d, str_from(texts[i])));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round),
		cmocka_unit_test(test_sum),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
