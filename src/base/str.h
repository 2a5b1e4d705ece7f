/* SPDX-License-Identifier: MIT */
/* A borrowed slice of bytes: the only slice type. Not NUL-terminated. It never
 * owns; it lives as long as what it points into (an arena, a buf, a file). */
#ifndef DP_BASE_STR_H
#define DP_BASE_STR_H

#include <string.h>

#include "src/base/api.h"

struct str {
	const char *p; /* may be NULL only when len is 0 */
	size_t len;
};

#define STR(lit) ((struct str){ (lit), sizeof(lit) - 1 })
#define STR_NONE ((struct str){ NULL, 0 })
/* For printf: "%.*s", STR_ARG(s) */
#define STR_ARG(s) (int)(s).len, (s).p ? (s).p : ""

static inline struct str
str_from(const char *s)
{
	return (struct str){ s, s ? strlen(s) : 0 };
}

static inline bool
str_equal(struct str a, struct str b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.p, b.p, a.len) == 0);
}

static inline bool
str_is(struct str a, const char *b)
{
	return str_equal(a, str_from(b));
}

/* s[from .. to), both clamped to the length. */
static inline struct str
str_slice(struct str s, size_t from, size_t to)
{
	if (to > s.len)
		to = s.len;
	if (from > to)
		from = to;
	return (struct str){ s.p ? s.p + from : NULL, to - from };
}

/* ASCII only; locale never matters. */
DP_API bool str_equal_nocase(struct str a, struct str b);
/* Whether `part` stands somewhere in `s`, ASCII case aside. */
DP_API bool str_has_nocase(struct str s, struct str part);
DP_API bool str_starts(struct str s, struct str prefix);
DP_API bool str_ends(struct str s, struct str suffix);
DP_API int str_compare(struct str a, struct str b);
/* Position of the first match at or after `from`, or SIZE_MAX. */
DP_API size_t str_find(struct str s, struct str needle, size_t from);
/* Without leading and trailing ASCII white space. */
DP_API struct str str_trim(struct str s);
/* Whole text is an integer that fits, optional sign. */
DP_API bool str_to_int64(struct str s, int64_t *value);
/* Copy with a NUL at its end, the caller's to free(). */
DP_API char *str_dup(struct str s);
/* Number of edits between two short words, at most `limit` (then limit + 1):
 * for "did you mean". */
DP_API int str_distance(struct str a, struct str b, int limit);

#endif
