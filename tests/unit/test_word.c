/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "src/base/word.h"

static inline uint64_t
below_space(uint64_t word)
{
	return word_marks_below(word, ' ');
}

static inline uint64_t
comma(uint64_t word)
{
	return word_marks_equal(word, ',');
}

static inline uint64_t
high(uint64_t word)
{
	return word & WORD_EACH(0x80);
}

/* Each byte at each place of texts of each length up to three words, among neighbours
 * one above and one below what is looked for. */
static void
test_each_byte_at_each_place(void **state)
{
	static const char neighbours[] = { ' ', '+', '-', '\x7F' };

	(void)state;
	for (size_t len = 1; len <= 24; len++)
		for (size_t place = 0; place < len; place++)
			for (int byte = 0; byte < 256; byte++) {
				char *text = malloc(len); /* its end is guarded by ASan */

				memset(text, neighbours[(len + place) % 4], len);
				text[place] = (char)byte;
				assert_int_equal(word_none(below_space, text, len), byte >= ' ');
				assert_int_equal(word_none(comma, text, len), byte != ',');
				assert_int_equal(word_none(high, text, len), byte < 0x80);
				free(text);
			}
	assert_true(word_none(high, NULL, 0));
}

/* What is beyond 0x7F is not below anything. */
static void
test_high_bytes(void **state)
{
	(void)state;
	assert_true(word_none(below_space, "\xFF\x80\x9F\xA0\xFF\x80\x9F\xA0\xC3", 9));
	assert_false(word_none(below_space, "\xFF\x80\x9F\x1F\xFF\x80\x9F\xA0\xC3", 9));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_byte_at_each_place),
		cmocka_unit_test(test_high_bytes),
	};

	return cmocka_run_group_tests_name("word", tests, NULL, NULL);
}
