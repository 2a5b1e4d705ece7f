/* SPDX-License-Identifier: MIT */
#include "src/net/net.h"

void
base64_add(struct buf *to, struct str bytes)
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	char *out = buf_reserve(to, (bytes.len + 2) / 3 * 4);
	size_t n = 0;

	if (!out)
		return;
	for (size_t i = 0; i < bytes.len; i += 3) {
		size_t left = bytes.len - i;
		const unsigned char *in = (const unsigned char *)bytes.p + i;
		uint32_t v = (uint32_t)in[0] << 16 | (left > 1 ? (uint32_t)in[1] << 8 : 0) |
			(left > 2 ? in[2] : 0);

		out[n++] = letters[v >> 18];
		out[n++] = letters[v >> 12 & 63];
		out[n++] = left > 1 ? letters[v >> 6 & 63] : '=';
		out[n++] = left > 2 ? letters[v & 63] : '=';
	}
	buf_commit(to, n);
}

void
hex_add(struct buf *to, struct str bytes)
{
	static const char digits[] = "0123456789abcdef";
	char *out = buf_reserve(to, bytes.len * 2);

	if (!out)
		return;
	for (size_t i = 0; i < bytes.len; i++) {
		unsigned char c = (unsigned char)bytes.p[i];

		out[2 * i] = digits[c >> 4];
		out[2 * i + 1] = digits[c & 15];
	}
	buf_commit(to, bytes.len * 2);
}

static bool
is_unreserved(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		c == '-' || c == '.' || c == '_' || c == '~';
}

void
url_encode_add(struct buf *to, struct str text)
{
	static const char digits[] = "0123456789ABCDEF";

	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.p[i];
		char escaped[3] = { '%', digits[c >> 4], digits[c & 15] };

		if (is_unreserved(c))
			buf_addc(to, (char)c);
		else
			buf_add(to, escaped, 3);
	}
}
