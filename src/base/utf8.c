/* SPDX-License-Identifier: MIT */
#include "src/base/utf8.h"

#include <utf8proc.h>

#include "src/base/word.h"

size_t
utf8_decode(struct str s, uint32_t *c)
{
	utf8proc_int32_t cp;
	utf8proc_ssize_t n;

	if (s.len == 0)
		return 0;
	if ((unsigned char)s.p[0] < 0x80) {
		*c = (unsigned char)s.p[0];
		return 1;
	}
	n = utf8proc_iterate((const utf8proc_uint8_t *)s.p,
		(utf8proc_ssize_t)(s.len < 4 ? s.len : 4), &cp);
	if (n <= 0) {
		*c = UTF8_REPLACEMENT;
		return 1;
	}
	*c = (uint32_t)cp;
	return (size_t)n;
}

size_t
utf8_encode(uint32_t c, char *to)
{
	return (size_t)utf8proc_encode_char((utf8proc_int32_t)c, (utf8proc_uint8_t *)to);
}

/* Like utf8_decode, but tells a real U+FFFD from an invalid byte. */
static size_t
decode_strict(struct str s, uint32_t *c, bool *valid)
{
	size_t n = utf8_decode(s, c);

	*valid = !(n == 1 && *c == UTF8_REPLACEMENT);
	return n;
}

/* Length of the well-formed sequence at p that begins with a byte above 0x7F, 0 when
 * it is none (Unicode, table 3-7). */
static size_t
sequence_length(const unsigned char *p, size_t left)
{
	unsigned char low = 0x80, high = 0xBF;
	size_t n = p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3 : 4;

	if (p[0] < 0xC2 || p[0] > 0xF4 || left < n)
		return 0;
	if (p[0] == 0xE0)
		low = 0xA0;
	else if (p[0] == 0xED)
		high = 0x9F;
	else if (p[0] == 0xF0)
		low = 0x90;
	else if (p[0] == 0xF4)
		high = 0x8F;
	if (p[1] < low || p[1] > high)
		return 0;
	for (size_t i = 2; i < n; i++)
		if ((p[i] & 0xC0) != 0x80)
			return 0;
	return n;
}

static inline uint64_t
marks_high(uint64_t word)
{
	return word & WORD_EACH(0x80);
}

/* Every cell of every result passes here, and most are ASCII. */
bool
utf8_is_valid(struct str s)
{
	const unsigned char *p = (const unsigned char *)s.p;
	size_t left = s.len, n;

	if (word_none(marks_high, s.p, s.len))
		return true;
	while (left) {
		if (left >= WORD_SIZE && !marks_high(word_at((const char *)p)))
			n = WORD_SIZE;
		else
			n = *p < 0x80 ? 1 : sequence_length(p, left);
		if (n == 0)
			return false;
		p += n;
		left -= n;
	}
	return true;
}

bool
utf8_clean(struct buf *to, struct str s)
{
	bool all = true, valid;

	while (s.len) {
		uint32_t c;
		size_t n = decode_strict(s, &c, &valid);

		if (valid)
			buf_add(to, s.p, n);
		else
			buf_adds(to, "\xEF\xBF\xBD");
		all = all && valid;
		s = str_slice(s, n, s.len);
	}
	return all;
}

static bool
is_dropped(uint32_t c)
{
	return (c < 0x20 && c != '\t' && c != '\n') || (c >= 0x7F && c <= 0x9F) ||
	       (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) ||
	       c == 0x2028 || c == 0x2029 || (c >= 0xFDD0 && c <= 0xFDEF);
}

/* How much of the beginning is printable ASCII. */
static size_t
ascii_prefix(struct str s)
{
	size_t n = 0;

	while (n < s.len && s.p[n] >= 0x20 && s.p[n] < 0x7F)
		n++;
	return n;
}

/* Of it, what is a column a byte: the last one may have marks that follow. */
static size_t
plain_prefix(struct str s)
{
	size_t n = ascii_prefix(s);

	return n == s.len || n == 0 ? n : n - 1;
}

void
utf8_sanitize(struct buf *to, struct str s, bool one_line)
{
	while (s.len) {
		uint32_t c;
		bool valid;
		size_t plain = ascii_prefix(s), n;

		buf_add(to, s.p, plain);
		s = str_slice(s, plain, s.len);
		if (s.len == 0)
			break;
		n = decode_strict(s, &c, &valid);

		if (c == '\r') {
			c = '\n';
			if (s.len > 1 && s.p[1] == '\n')
				n = 2;
		}
		if (!valid)
			buf_adds(to, "\xEF\xBF\xBD");
		else if (c == '\n' || c == '\t')
			buf_addc(to, one_line ? ' ' : (char)c);
		else if (!is_dropped(c))
			buf_add(to, s.p, n);
		s = str_slice(s, n, s.len);
	}
}

int
utf8_char_width(uint32_t c)
{
	if (c < 0x20 || (c >= 0x7F && c < 0xA0))
		return 0;
	if (c < 0x300)
		return c == 0xAD ? 0 : 1;
	return utf8proc_charwidth((utf8proc_int32_t)c);
}

size_t
utf8_grapheme(struct str s)
{
	utf8proc_int32_t state = 0;
	uint32_t before, c;
	size_t pos;

	if (s.len == 0)
		return 0;
	if (s.len == 1 || ((unsigned char)s.p[0] < 0x80 && (unsigned char)s.p[1] < 0x80 &&
				  s.p[0] != '\r'))
		return 1;
	pos = utf8_decode(s, &before);
	while (pos < s.len) {
		size_t n = utf8_decode(str_slice(s, pos, s.len), &c);

		if (utf8proc_grapheme_break_stateful(
			    (utf8proc_int32_t)before, (utf8proc_int32_t)c, &state))
			break;
		before = c;
		pos += n;
	}
	return pos;
}

int
utf8_grapheme_width(struct str grapheme)
{
	int width = 0;
	uint32_t c;

	while (grapheme.len) {
		size_t n = utf8_decode(grapheme, &c);
		int w = utf8_char_width(c);

		if (c == 0xFE0F) /* emoji presentation */
			w = width == 1 ? 2 : 0;
		if (c >= 0x1F1E6 && c <= 0x1F1FF) /* two letters make a flag */
			w = width == 1 ? 2 : 1;
		if (w > width)
			width = w;
		grapheme = str_slice(grapheme, n, grapheme.len);
	}
	return width;
}

size_t
utf8_width(struct str s)
{
	size_t width = 0;

	while (s.len) {
		size_t n = plain_prefix(s);

		width += n;
		s = str_slice(s, n, s.len);
		if (s.len == 0)
			break;
		n = utf8_grapheme(s);
		width += (size_t)utf8_grapheme_width(str_slice(s, 0, n));
		s = str_slice(s, n, s.len);
	}
	return width;
}

size_t
utf8_fit(struct str s, size_t columns, size_t *used_columns)
{
	size_t pos = plain_prefix(s), used;

	pos = used = pos < columns ? pos : columns;
	while (pos < s.len) {
		size_t n = utf8_grapheme(str_slice(s, pos, s.len));
		size_t w = (size_t)utf8_grapheme_width(str_slice(s, pos, pos + n));

		if (used + w > columns)
			break;
		used += w;
		pos += n;
	}
	if (used_columns)
		*used_columns = used;
	return pos;
}

/* Written without blanks between its words. */
static bool
is_unspaced(uint32_t c)
{
	return c >= 0x2E80 && utf8_char_width(c) == 2;
}

static bool
is_closing(uint32_t c)
{
	static const uint32_t marks[] = { ')', ']', '}', ',', '.', ';', ':', '!', '?', '%', 0x2019,
		0x201D, 0x2026, 0x3001, 0x3002, 0x3009, 0x300B, 0x300D, 0x300F, 0x3011, 0xFF01,
		0xFF05, 0xFF09, 0xFF0C, 0xFF0E, 0xFF1A, 0xFF1B, 0xFF1F };

	for (size_t i = 0; i < sizeof(marks) / sizeof(*marks); i++)
		if (c == marks[i])
			return true;
	return false;
}

static bool
is_opening(uint32_t c)
{
	return c == 0x2018 || c == 0x201C || c == 0x3008 || c == 0x300A || c == 0x300C ||
	       c == 0x300E || c == 0x3010 || c == 0xFF08;
}

/* Whether a row may end before byte `pos`, which is neither the first nor the end. */
static bool
may_end(struct str s, size_t pos)
{
	size_t before = pos - 1;
	uint32_t last, next;

	if (s.p[pos] == ' ')
		return true;
	while (before > 0 && ((unsigned char)s.p[before] & 0xC0) == 0x80)
		before--;
	utf8_decode(str_slice(s, before, s.len), &last);
	utf8_decode(str_slice(s, pos, s.len), &next);
	return (is_unspaced(last) || is_unspaced(next)) && utf8_char_width(next) > 0 &&
	       last != ' ' && !is_opening(last) && !is_closing(next);
}

size_t
utf8_row(struct str s, size_t columns)
{
	size_t fits = utf8_fit(s, columns, NULL), cut = fits;

	if (fits == s.len)
		return fits;
	for (; cut > 0; cut--)
		if (((unsigned char)s.p[cut] & 0xC0) != 0x80 && may_end(s, cut))
			return cut;
	return fits ? fits : utf8_grapheme(s);
}

/* Appends s cut to `columns`; returns the columns it took. */
static size_t
add_cut(struct buf *to, struct str s, size_t columns)
{
	size_t used, pos = utf8_fit(s, columns, &used);

	if (pos == s.len || columns == 0) {
		buf_add(to, s.p, pos);
		return used;
	}
	pos = utf8_fit(s, columns - 1, &used);
	buf_add(to, s.p, pos);
	buf_adds(to, "\xE2\x80\xA6");
	return used + 1;
}

void
utf8_add_cut(struct buf *to, struct str s, size_t columns)
{
	add_cut(to, s, columns);
}

void
utf8_add_padded(struct buf *to, struct str s, size_t columns, char align)
{
	size_t used, pos = utf8_fit(s, columns, &used), left = 0, pad;

	if (pos < s.len) {
		used = add_cut(to, s, columns);
		buf_add_repeat(to, " ", columns - used);
		return;
	}
	pad = columns - used;
	if (align == 'r')
		left = pad;
	else if (align == 'c')
		left = pad / 2;
	buf_add_repeat(to, " ", left);
	buf_add_str(to, s);
	buf_add_repeat(to, " ", pad - left);
}
