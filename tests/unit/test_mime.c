/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "src/channel/mime.h"

/* CRLF only, no byte above 127, no line above `most`. */
static void
assert_wire(struct str s, size_t most)
{
	size_t line = 0;

	for (size_t i = 0; i < s.len; i++) {
		assert_true((unsigned char)s.p[i] < 0x80);
		if (s.p[i] == '\n') {
			assert_true(i > 0 && s.p[i - 1] == '\r');
			line = 0;
			continue;
		}
		if (s.p[i] == '\r')
			assert_true(i + 1 < s.len && s.p[i + 1] == '\n');
		else if (++line > most)
			fail_msg("a line of more than %zu bytes: %.*s", most, 200, s.p + i - line);
	}
	assert_true(s.len == 0 || s.p[s.len - 1] == '\n');
}

static void
headers(void **state)
{
	static const struct {
		const char *value, *expected;
	} rows[] = {
		{ "daily sales", "Subject: daily sales\r\n" },
		{ "日报：销售", "Subject: =?UTF-8?B?5pel5oql77ya6ZSA5ZSu?=\r\n" },
		{ "a\r\nBcc: evil@x.org", "Subject: a Bcc: evil@x.org\r\n" },
		{ "a=?UTF-8?Q?b?=", "Subject: =?UTF-8?B?YT0/VVRGLTg/UT9iPz0=?=\r\n" },
		{ "", "Subject: \r\n" },
	};
	struct buf b = BUF_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		buf_clear(&b);
		mime_add_header(&b, "Subject", str_from(rows[i].value));
		assert_string_equal(buf_text(&b), rows[i].expected);
	}
	buf_fini(&b);
}

static void
long_subject(void **state)
{
	struct buf subject = BUF_INIT, b = BUF_INIT;

	(void)state;
	for (int i = 0; i < 100; i++)
		buf_adds(&subject, "销😀");
	mime_add_header(&b, "Subject", buf_str(&subject));
	assert_wire(buf_str(&b), 76);
	assert_true(strstr(buf_text(&b), "?=\r\n =?UTF-8?B?") != NULL);
	/* Two characters of 7 bytes are never broken: each word decodes by itself. */
	for (const char *w = buf_text(&b); (w = strstr(w, "?B?")); w++)
		assert_true(strcspn(w + 3, "?") % 4 == 0);
	buf_clear(&b);
	buf_clear(&subject);
	buf_add_repeat(&subject, "word ", 300);
	mime_add_header(&b, "Subject", buf_str(&subject));
	assert_wire(buf_str(&b), 78);
	buf_clear(&b);
	buf_clear(&subject);
	buf_add_repeat(&subject, "x", 2000);
	mime_add_header(&b, "Subject", buf_str(&subject));
	assert_wire(buf_str(&b), 76);
	buf_fini(&b);
	buf_fini(&subject);
}

static void
addresses(void **state)
{
	struct mime_address one = { STR("数据工坊"), STR("a@b.c") };
	struct mime_address quoted = { STR("Ann \"A\\B\" O\r\nBcc: x"), STR("a@b.c") };
	struct mime_address many[60];
	struct buf b = BUF_INIT;

	(void)state;
	mime_add_addresses(&b, "From", &one, 1);
	assert_string_equal(buf_text(&b), "From: =?UTF-8?B?5pWw5o2u5bel5Z2K?= <a@b.c>\r\n");
	buf_clear(&b);
	mime_add_addresses(&b, "From", &quoted, 1);
	assert_string_equal(buf_text(&b), "From: \"Ann \\\"A\\\\B\\\" O Bcc: x\" <a@b.c>\r\n");
	buf_clear(&b);
	mime_add_addresses(&b, "To", NULL, 0);
	assert_string_equal(buf_text(&b), "To: undisclosed-recipients:;\r\n");
	buf_clear(&b);
	for (size_t i = 0; i < ARRAY_LEN(many); i++)
		many[i] = (struct mime_address){ STR_NONE, STR("somebody@example.org") };
	mime_add_addresses(&b, "To", many, ARRAY_LEN(many));
	assert_wire(buf_str(&b), 78);
	buf_fini(&b);
}

static void
date(void **state)
{
	struct buf b = BUF_INIT;
	struct err err = ERR_INIT;

	(void)state;
	mime_add_date(&b, INT64_C(1795167382000000), NULL);
	assert_string_equal(buf_text(&b), "Date: Fri, 20 Nov 2026 09:36:22 +0000\r\n");
	buf_clear(&b);
	mime_add_date(&b, INT64_C(1795167382000000), zone_get("Asia/Kolkata", &err));
	assert_string_equal(buf_text(&b), "Date: Fri, 20 Nov 2026 15:06:22 +0530\r\n");
	buf_clear(&b);
	mime_add_date(&b, INT64_C(-1000000), zone_get("America/St_Johns", &err));
	assert_string_equal(buf_text(&b), "Date: Wed, 31 Dec 1969 20:29:59 -0330\r\n");
	buf_fini(&b);
}

static void
quoted_printable(void **state)
{
	static const struct {
		const char *text, *expected;
	} rows[] = {
		{ "a\nb\r\nc\rd", "a\r\nb\r\nc\r\nd\r\n" },
		{ "x=1", "x=3D1\r\n" },
		{ "end \nend\t", "end=20\r\nend=09\r\n" },
		{ ".\n..\n", "=2E\r\n=2E.\r\n" },
		{ "From me\n", "=46rom me\r\n" },
		{ "é", "=C3=A9\r\n" },
		{ "", "" },
	};
	struct buf b = BUF_INIT, text = BUF_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		buf_clear(&b);
		mime_add_quoted(&b, str_from(rows[i].text));
		assert_string_equal(buf_text(&b), rows[i].expected);
	}
	for (size_t n = 70; n < 82; n++) {
		buf_clear(&b);
		buf_clear(&text);
		buf_add_repeat(&text, "x", n);
		buf_adds(&text, "==é.");
		mime_add_quoted(&b, buf_str(&text));
		assert_wire(buf_str(&b), 76);
	}
	buf_clear(&b);
	buf_clear(&text);
	buf_add_repeat(&text, "y", 1500);
	mime_add_quoted(&b, buf_str(&text));
	assert_wire(buf_str(&b), 76);
	buf_fini(&b);
	buf_fini(&text);
}

static void
base64_lines(void **state)
{
	struct buf b = BUF_INIT, bytes = BUF_INIT;

	(void)state;
	mime_add_base64(&b, STR("hello"));
	assert_string_equal(buf_text(&b), "aGVsbG8=\r\n");
	buf_clear(&b);
	buf_add_repeat(&bytes, "\xFF", 114);
	mime_add_base64(&b, buf_str(&bytes));
	assert_int_equal(b.len, 2 * 78);
	assert_wire(buf_str(&b), 76);
	buf_fini(&b);
	buf_fini(&bytes);
}

static void
entities(void **state)
{
	const struct mime_entity body[] = {
		{ .type = "text/plain; charset=UTF-8", .content = STR("plain --=_ text\n") },
		{ .type = "text/html; charset=UTF-8", .content = STR("<p>中文中文</p>") },
	};
	const struct mime_entity related[] = {
		{ .type = "multipart/alternative", .children = body, .child_count = 2 },
	};
	const struct mime_entity mixed[] = {
		{ .type = "multipart/related; type=\"multipart/alternative\"", .children = related,
			.child_count = 1 },
		{ .type = "text/csv; charset=UTF-8", .content = STR("a,b\r\n1,2\r\n"),
			.filename = STR("报表 2026-09.csv") },
	};
	const struct mime_entity whole = { .type = "multipart/mixed", .children = mixed,
		.child_count = 2 };
	struct buf a = BUF_INIT, b = BUF_INIT;

	(void)state;
	mime_add_entity(&a, &whole, STR("<id@x>"));
	mime_add_entity(&b, &whole, STR("<id@x>"));
	assert_string_equal(buf_text(&a), buf_text(&b));
	assert_wire(buf_str(&a), 200);
	assert_non_null(strstr(buf_text(&a), "multipart/alternative"));
	assert_null(strstr(buf_text(&a), "multipart/related")); /* one child: left out */
	assert_non_null(strstr(buf_text(&a), "Content-Type: text/csv; charset=UTF-8;\r\n"
		" name=\"___2026-09.csv\"\r\n"));
	assert_non_null(strstr(buf_text(&a), "Content-Disposition: attachment;\r\n"
		" filename*=UTF-8''%E6%8A%A5%E8%A1%A8%202026-09.csv\r\n"));
	assert_non_null(strstr(buf_text(&a), "plain --=3D_ text\r\n"));
	assert_non_null(strstr(buf_text(&a), "YSxiDQoxLDINCg==\r\n"));
	buf_clear(&b);
	mime_add_entity(&b, &whole, STR("<other@x>"));
	assert_string_not_equal(buf_text(&a), buf_text(&b));
	buf_fini(&a);
	buf_fini(&b);
}

static void
file_names(void **state)
{
	struct buf name = BUF_INIT, b = BUF_INIT;
	struct mime_entity e = { .type = "text/csv", .content = STR("x") };

	(void)state;
	buf_add_repeat(&name, "表", 200);
	buf_adds(&name, ".csv");
	e.filename = buf_str(&name);
	mime_add_entity(&b, &e, STR("x"));
	assert_wire(buf_str(&b), 998);
	assert_non_null(strstr(buf_text(&b), ".csv\r\n"));
	buf_clear(&b);
	e.filename = STR("a\"b\r\nX: y/../c.csv");
	mime_add_entity(&b, &e, STR("x"));
	assert_non_null(strstr(buf_text(&b), "filename=\"a_b_X__y_.._c.csv\"\r\n"));
	buf_fini(&name);
	buf_fini(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(headers),
		cmocka_unit_test(long_subject),
		cmocka_unit_test(addresses),
		cmocka_unit_test(date),
		cmocka_unit_test(quoted_printable),
		cmocka_unit_test(base64_lines),
		cmocka_unit_test(entities),
		cmocka_unit_test(file_names),
	};

	return cmocka_run_group_tests_name("mime", tests, NULL, NULL);
}
