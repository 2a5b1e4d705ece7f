/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "src/base/str.h"

static void
slices_are_clamped(void **state)
{
	struct str s = STR("abc");

	(void)state;
	assert_true(str_is(str_slice(s, 1, 2), "b"));
	assert_true(str_is(str_slice(s, 1, 99), "bc"));
	assert_int_equal(str_slice(s, 5, 2).len, 0);
	assert_int_equal(str_slice(STR_NONE, 0, 5).len, 0);
	assert_null(str_slice(STR_NONE, 0, 5).p);
	assert_true(str_equal(STR_NONE, STR("")));
	assert_int_equal(str_from(NULL).len, 0);
}

static void
texts_compare(void **state)
{
	(void)state;
	assert_true(str_equal_nocase(STR("AbC"), STR("aBc")));
	assert_false(str_equal_nocase(STR("ab"), STR("abc")));
	assert_false(str_equal_nocase(STR("É"), STR("é"))); /* ASCII only */
	assert_true(str_starts(STR("abc"), STR("ab")));
	assert_false(str_starts(STR("a"), STR("ab")));
	assert_true(str_ends(STR("abc"), STR("bc")));
	assert_true(str_ends(STR("abc"), STR("")));
	assert_false(str_ends(STR("c"), STR("bc")));
	assert_true(str_compare(STR("a"), STR("b")) < 0);
	assert_true(str_compare(STR("ab"), STR("a")) > 0);
	assert_int_equal(str_compare(STR_NONE, STR("")), 0);
	assert_true(str_compare(STR("\xFF"), STR("a")) > 0);
}

static void
texts_are_found_and_trimmed(void **state)
{
	(void)state;
	assert_int_equal(str_find(STR("abcabc"), STR("bc"), 0), 1);
	assert_int_equal(str_find(STR("abcabc"), STR("bc"), 2), 4);
	assert_int_equal(str_find(STR("abc"), STR("x"), 0), SIZE_MAX);
	assert_int_equal(str_find(STR("abc"), STR("c"), 9), SIZE_MAX);
	assert_int_equal(str_find(STR("abc"), STR(""), 2), 2);
	assert_int_equal(str_find(STR_NONE, STR("a"), 0), SIZE_MAX);
	assert_true(str_is(str_trim(STR(" \t\r\n\f\va b \n")), "a b"));
	assert_int_equal(str_trim(STR("  ")).len, 0);
}

static void
integers_are_read_whole(void **state)
{
	static const struct {
		const char *text;
		bool ok;
		int64_t value;
	} rows[] = { { "0", true, 0 }, { "-0", true, 0 }, { "+7", true, 7 }, { "-12", true, -12 },
		{ "9223372036854775807", true, INT64_MAX },
		{ "-9223372036854775808", true, INT64_MIN },
		{ "9223372036854775808", false, 0 }, { "-9223372036854775809", false, 0 },
		{ "", false, 0 }, { "-", false, 0 }, { " 1", false, 0 }, { "1 ", false, 0 },
		{ "1.0", false, 0 }, { "0x1", false, 0 }, { "99999999999999999999", false, 0 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int64_t value = -1;

		assert_int_equal(str_to_int64(str_from(rows[i].text), &value), rows[i].ok);
		assert_true(value == (rows[i].ok ? rows[i].value : -1));
	}
}

static void
distances_count_edits(void **state)
{
	char *text = str_dup(STR("a\0b")), longest[70];

	(void)state;
	assert_memory_equal(text, "a\0b", 4);
	free(text);
	assert_int_equal(str_distance(STR("schedule"), STR("shedule"), 3), 1);
	assert_int_equal(str_distance(STR("Push"), STR("push"), 3), 0);
	assert_int_equal(str_distance(STR("kitten"), STR("sitting"), 3), 3);
	assert_int_equal(str_distance(STR("abc"), STR("xyz"), 1), 2);
	assert_int_equal(str_distance(STR(""), STR("ab"), 3), 2);
	memset(longest, 'a', sizeof(longest));
	assert_int_equal(str_distance((struct str){ longest, 65 }, STR("a"), 3), 4);
	assert_int_equal(str_distance((struct str){ longest, 64 }, (struct str){ longest, 64 }, 3),
		0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(slices_are_clamped),
		cmocka_unit_test(texts_compare),
		cmocka_unit_test(texts_are_found_and_trimmed),
		cmocka_unit_test(integers_are_read_whole),
		cmocka_unit_test(distances_count_edits),
	};

	return cmocka_run_group_tests_name("str", tests, NULL, NULL);
}
