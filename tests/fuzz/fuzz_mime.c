/* SPDX-License-Identifier: MIT */
/* Mail from any bytes: CRLF only, nothing above 127, no line above 998, no header that
 * the input brought in. */
#include <stdlib.h>

#include "src/channel/mime.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(struct str s)
{
	size_t line = 0;

	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c >= 0x80 || c == '\0')
			abort();
		if (c == '\n' && (i == 0 || s.p[i - 1] != '\r'))
			abort();
		if (c == '\r' && (i + 1 == s.len || s.p[i + 1] != '\n'))
			abort();
		line = c == '\n' ? 0 : line + 1;
		if (line > 999)
			abort();
	}
}

/* Lines that begin with no blank: one header each. */
static size_t
headers(struct str s)
{
	size_t count = 0;

	for (size_t i = 0; i < s.len; i++)
		count += (i == 0 || s.p[i - 1] == '\n') && s.p[i] != ' ';
	return count;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str all = { (const char *)data, size };
	struct str a = str_slice(all, 0, size / 3), b = str_slice(all, size / 3, size);
	struct mime_address who = { a, STR("a@example.org") };
	struct mime_entity leaves[2] = {
		{ .type = "text/plain; charset=UTF-8", .content = b },
		{ .type = "text/csv; charset=UTF-8", .content = a, .filename = b },
	};
	struct mime_entity top = { .type = "multipart/mixed", .children = leaves,
		.child_count = 2 };
	struct buf to = BUF_INIT;

	mime_add_header(&to, "Subject", all);
	mime_add_addresses(&to, "From", &who, 1);
	check(buf_str(&to));
	if (headers(buf_str(&to)) != 2)
		abort();
	buf_clear(&to);
	mime_add_entity(&to, &top, a);
	check(buf_str(&to));
	buf_fini(&to);
	return 0;
}
