/* SPDX-License-Identifier: MIT */
#include "src/content/document.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void
test_warnings_are_said_once(void **state)
{
	struct document doc = DOCUMENT_INIT;

	(void)state;
	for (int i = 0; i < 40; i++)
		document_warn(&doc, "W_X", "value %d", i % 20);
	document_warn(&doc, "W_Y", "value %d", 0);
	assert_int_equal(doc.warning_count, 21);
	assert_string_equal(doc.warnings[19].message, "value 19");
	assert_string_equal(doc.warnings[20].code, "W_Y");
	document_fini(&doc);
	assert_int_equal(doc.warning_count, 0);
	document_fini(&doc);
}

static void
shout(struct buf *to, struct str data)
{
	buf_addf(to, "<%.*s>", STR_ARG(data));
}

static void
test_spans(void **state)
{
	struct span spans[] = { { STR("a "), false }, { STR("b"), true }, { STR(" c"), false } };
	struct text t = { spans, 3 };
	struct buf b = BUF_INIT;

	(void)state;
	text_plain(&b, &t);
	assert_string_equal(buf_text(&b), "a b c");
	buf_clear(&b);
	text_escaped(&b, &t, shout);
	assert_string_equal(buf_text(&b), "a <b> c");
	buf_fini(&b);
}

static void
test_thousands(void **state)
{
	static const struct {
		size_t n;
		const char *text;
	} rows[] = { { 0, "0" }, { 999, "999" }, { 1000, "1,000" }, { 123456, "123,456" },
		{ 1234567, "1,234,567" } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct buf b = BUF_INIT;

		thousands_add(&b, rows[i].n);
		assert_string_equal(buf_text(&b), rows[i].text);
		buf_fini(&b);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_warnings_are_said_once),
		cmocka_unit_test(test_spans),
		cmocka_unit_test(test_thousands),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
