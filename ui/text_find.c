/* SPDX-License-Identifier: MIT */
/* Searching, chunk by chunk, with matches that lie across two. */
#include <stdlib.h>

#include "ui/text_private.h"

#define BLOCK ((size_t)64 << 10) /* searched at once; a needle is shorter */

/* ASCII lower case, eight bytes at a time. */
static void
fold(char *p, size_t len)
{
	const uint64_t ones = UINT64_C(0x0101010101010101), high = ones * 0x80;

	for (; len >= 8; p += 8, len -= 8) {
		uint64_t x, seven, upper;

		memcpy(&x, p, 8);
		seven = x & ~high;
		upper = ((seven + ones * (0x80 - 'A')) ^ (seven + ones * (0x7F - 'Z'))) & ~x & high;
		x |= upper >> 2;
		memcpy(p, &x, 8);
	}
	for (; len > 0; p++, len--)
		if (*p >= 'A' && *p <= 'Z')
			*p += 'a' - 'A';
}

static bool
is_word_byte(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       c == '_' || (unsigned char)c >= 0x80;
}

static bool
is_wanted(const struct text *t, size_t pos, size_t len, unsigned flags)
{
	if (!(flags & FIND_WORD))
		return true;
	return (pos == 0 || !is_word_byte(text_at(t, pos - 1))) &&
	       (pos + len >= text_len(t) || !is_word_byte(text_at(t, pos + len)));
}

/* First match in the block that starts before `end`. */
static size_t
find_in(const struct text *t, struct str block, size_t base, struct str needle, size_t end,
	unsigned flags)
{
	size_t at = 0;

	while ((at = str_find(block, needle, at)) != SIZE_MAX && base + at < end) {
		if (is_wanted(t, base + at, needle.len, flags))
			return base + at;
		at++;
	}
	return SIZE_MAX;
}

static size_t
find_last_in(const struct text *t, struct str block, size_t base, struct str needle, size_t end,
	unsigned flags)
{
	size_t found = SIZE_MAX, at = 0;

	while ((at = str_find(block, needle, at)) != SIZE_MAX && base + at < end) {
		if (is_wanted(t, base + at, needle.len, flags))
			found = base + at;
		at++;
	}
	return found;
}

size_t
text_find(const struct text *t, struct str needle, size_t from, unsigned flags)
{
	char *wanted = str_dup(needle);
	struct buf block = BUF_INIT;
	size_t len = text_len(t), found = SIZE_MAX, step = BLOCK, pos = from;
	bool back = flags & FIND_BACK;

	if (!(flags & FIND_CASE))
		fold(wanted, needle.len);
	needle.p = wanted;
	if (step < needle.len * 2)
		step = needle.len * 2;
	if (pos > len)
		pos = len;
	while (needle.len && needle.len <= len && found == SIZE_MAX && (back ? pos > 0 : pos < len)) {
		size_t first = !back ? pos : pos > step ? pos - step : 0;
		size_t last = back ? pos : pos + step;

		/* Matches that begin in [first, last), which may end behind it. */
		buf_clear(&block);
		text_get(t, first, last + needle.len - 1, &block);
		if (!(flags & FIND_CASE))
			fold(block.p, block.len);
		found = back ? find_last_in(t, buf_str(&block), first, needle, last, flags)
			     : find_in(t, buf_str(&block), first, needle, last, flags);
		pos = back ? first : last;
	}
	buf_fini(&block);
	free(wanted);
	return found;
}
