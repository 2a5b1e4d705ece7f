/* SPDX-License-Identifier: MIT */
#include "src/base/str.h"

#include <limits.h>
#include <stdlib.h>

static unsigned char
lower(char c)
{
	return (unsigned char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
}

bool
str_equal_nocase(struct str a, struct str b)
{
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++)
		if (lower(a.p[i]) != lower(b.p[i]))
			return false;
	return true;
}

bool
str_has_nocase(struct str s, struct str part)
{
	for (size_t i = 0; i + part.len <= s.len; i++)
		if (str_equal_nocase(str_slice(s, i, i + part.len), part))
			return true;
	return false;
}

bool
str_starts(struct str s, struct str prefix)
{
	return s.len >= prefix.len && str_equal(str_slice(s, 0, prefix.len), prefix);
}

bool
str_ends(struct str s, struct str suffix)
{
	return s.len >= suffix.len && str_equal(str_slice(s, s.len - suffix.len, s.len), suffix);
}

int
str_compare(struct str a, struct str b)
{
	size_t n = a.len < b.len ? a.len : b.len;
	int c = n ? memcmp(a.p, b.p, n) : 0;

	if (c)
		return c;
	return a.len < b.len ? -1 : a.len > b.len;
}

size_t
str_find(struct str s, struct str needle, size_t from)
{
	const char *hit;

	if (from > s.len)
		return SIZE_MAX;
	if (needle.len == 0)
		return from;
	if (needle.len > s.len - from) /* also: s.p may be NULL */
		return SIZE_MAX;
	hit = memmem(s.p + from, s.len - from, needle.p, needle.len);
	return hit ? (size_t)(hit - s.p) : SIZE_MAX;
}

static bool
is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

struct str
str_trim(struct str s)
{
	while (s.len && is_space(s.p[0])) {
		s.p++;
		s.len--;
	}
	while (s.len && is_space(s.p[s.len - 1]))
		s.len--;
	return s;
}

bool
str_to_int64(struct str s, int64_t *value)
{
	bool negative = false;
	int64_t v = 0;
	size_t i = 0;

	if (s.len && (s.p[0] == '-' || s.p[0] == '+'))
		negative = s.p[i++] == '-';
	if (i == s.len)
		return false;
	for (; i < s.len; i++) {
		int digit = s.p[i] - '0';

		if (digit < 0 || digit > 9 || __builtin_mul_overflow(v, 10, &v) ||
			__builtin_sub_overflow(v, digit, &v))
			return false;
	}
	if (!negative && v == INT64_MIN)
		return false;
	*value = negative ? v : -v;
	return true;
}

char *
str_dup(struct str s)
{
	return xstrndup(s.p ? s.p : "", s.len);
}

int
str_distance(struct str a, struct str b, int limit)
{
	int row[65];

	if (a.len > 64 || b.len > 64)
		return limit + 1;
	for (size_t j = 0; j <= b.len; j++)
		row[j] = (int)j;
	for (size_t i = 1; i <= a.len; i++) {
		int diagonal = row[0];

		row[0] = (int)i;
		for (size_t j = 1; j <= b.len; j++) {
			int change = diagonal + (lower(a.p[i - 1]) != lower(b.p[j - 1]));
			int drop = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;

			diagonal = row[j];
			row[j] = change < drop ? change : drop;
		}
	}
	return row[b.len] > limit ? limit + 1 : row[b.len];
}
