/* SPDX-License-Identifier: MIT */
/* Searching without copying: the needle's rarest byte is looked for with memchr in
 * one chunk after the other, and what stands around it is compared. */
#include "ui/text_private.h"

struct search {
	const struct text *text;
	struct str needle;
	unsigned flags;
	size_t rare;	    /* place in the needle of the byte looked for */
	char lower, upper; /* that byte, in both cases when the case does not count */
};

static char
folded(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

/* The rarest byte, going by English and SQL. */
static void
choose_rare(struct search *s)
{
	static const char common[] = " etaoinsr_lhdcu.,0123456789'mwfgypbvkjxqz";
	long best = -1;

	for (size_t i = 0; i < s->needle.len; i++) {
		char c = s->flags & FIND_CASE ? s->needle.p[i] : folded(s->needle.p[i]);
		const char *at = c ? strchr(common, c) : NULL;
		long rank = at ? at - common : (long)sizeof(common);

		if (rank > best) {
			best = rank;
			s->rare = i;
			s->lower = s->upper = c;
		}
	}
	if (!(s->flags & FIND_CASE) && s->lower >= 'a' && s->lower <= 'z')
		s->upper = (char)(s->lower - ('a' - 'A'));
}

static bool
is_word_byte(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       c == '_' || (unsigned char)c >= 0x80;
}

static bool
bytes_match(const struct search *s, const char *p)
{
	for (size_t i = 0; i < s->needle.len; i++)
		if (p[i] != s->needle.p[i] &&
			((s->flags & FIND_CASE) || folded(p[i]) != folded(s->needle.p[i])))
			return false;
	return true;
}

/* `p` is the byte at `pos + rare`, inside a chunk with `before` bytes before it and
 * `after` behind it. */
static bool
matches(const struct search *s, size_t pos, const char *p, size_t before, size_t after)
{
	size_t len = s->needle.len;
	bool same;

	if (before >= s->rare && after >= len - s->rare - 1) {
		same = bytes_match(s, p - s->rare);
	} else {
		struct buf piece = BUF_INIT;

		text_get(s->text, pos, pos + len, &piece);
		same = piece.len == len && bytes_match(s, piece.p);
		buf_fini(&piece);
	}
	if (!same || !(s->flags & FIND_WORD))
		return same;
	return (pos == 0 || !is_word_byte(text_at(s->text, pos - 1))) &&
	       (pos + len >= text_len(s->text) || !is_word_byte(text_at(s->text, pos + len)));
}

static const char *
next_rare(const struct search *s, const char *from, const char *end, const char **lower,
	const char **upper)
{
	size_t len = (size_t)(end - from);

	/* Each of the two is looked for again only when it was passed. */
	if (*lower < from && !(*lower = memchr(from, s->lower, len)))
		*lower = end;
	if (s->upper == s->lower)
		return *lower;
	if (*upper < from && !(*upper = memchr(from, s->upper, len)))
		*upper = end;
	return *lower < *upper ? *lower : *upper;
}

static size_t
find_forward(const struct search *s, size_t from)
{
	size_t at = from + s->rare; /* of the rare byte */
	struct str chunk;

	while ((chunk = text_chunk(s->text, at)).len) {
		const char *p = chunk.p, *end = chunk.p + chunk.len, *lower = p - 1, *upper = p - 1;

		while ((p = next_rare(s, p, end, &lower, &upper)) < end) {
			size_t pos = at + (size_t)(p - chunk.p) - s->rare;

			if (matches(s, pos, p, (size_t)(p - chunk.p), (size_t)(end - p - 1)))
				return pos;
			p++;
		}
		at += chunk.len;
	}
	return SIZE_MAX;
}

static size_t
find_backward(const struct search *s, size_t from)
{
	size_t end = from + s->rare; /* the rare byte is before it */
	struct str chunk;

	while ((chunk = text_chunk_before(s->text, end)).len) {
		for (size_t i = chunk.len; i-- > 0;) {
			size_t at = end - chunk.len + i;

			if (chunk.p[i] != s->lower && chunk.p[i] != s->upper)
				continue;
			if (at < s->rare)
				return SIZE_MAX;
			if (matches(s, at - s->rare, chunk.p + i, i, chunk.len - i - 1))
				return at - s->rare;
		}
		end -= chunk.len;
	}
	return SIZE_MAX;
}

size_t
text_find(const struct text *t, struct str needle, size_t from, unsigned flags)
{
	struct search s = { .text = t, .needle = needle, .flags = flags };
	size_t len = text_len(t);

	if (needle.len == 0 || needle.len > len)
		return SIZE_MAX;
	choose_rare(&s);
	if (!(flags & FIND_BACK))
		return find_forward(&s, from);
	if (from > len - needle.len + 1)
		from = len - needle.len + 1;
	return find_backward(&s, from);
}
