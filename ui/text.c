/* SPDX-License-Identifier: MIT */
#include "ui/text.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "src/base/utf8.h"
#include "ui/text_private.h"

#ifdef DP_TEST
#define CHUNK_MAX 24u /* so that splits happen all the time */
#else
#define CHUNK_MAX 4096u
#endif
#define LOAD_CHUNK ((size_t)256 << 10)
#define GRAPHEME_MAX 256 /* bytes; longer ones are taken in pieces */

static size_t
count_lines(const char *p, size_t len)
{
	const uint64_t ones = UINT64_C(0x0101010101010101), low = UINT64_C(0x7f7f7f7f7f7f7f7f);
	size_t n = 0;

	for (; len >= 8; p += 8, len -= 8) {
		uint64_t x;

		memcpy(&x, p, 8);
		x ^= ones * '\n';
		/* Bit 7 of each byte: set unless the byte is zero. Then the sum of bytes. */
		x = ((x & low) + low) | x | low;
		n += (size_t)((~x >> 7) * ones >> 56);
	}
	for (; len > 0; p++, len--)
		n += *p == '\n';
	return n;
}

/* --- the tree ----------------------------------------------------------------------- */

static size_t
all_len(const struct chunk *c)
{
	return c ? c->all_len : 0;
}

static size_t
all_lines(const struct chunk *c)
{
	return c ? c->all_lines : 0;
}

static void
add_up(struct chunk *c)
{
	c->all_len = all_len(c->left) + c->len + all_len(c->right);
	c->all_lines = all_lines(c->left) + c->lines + all_lines(c->right);
}

static struct chunk *
chunk_new(struct text *t, const char *p, size_t len, size_t cap)
{
	struct chunk *c = xcalloc(1, sizeof(*c));

	t->random = t->random * 1664525u + 1013904223u;
	c->priority = t->random;
	c->len = (uint32_t)len;
	c->cap = (uint32_t)(cap > len ? cap : len);
	c->bytes = xmalloc(c->cap ? c->cap : 1);
	memcpy(c->bytes, p, len);
	c->lines = (uint32_t)count_lines(p, len);
	add_up(c);
	return c;
}

static void
chunk_free(struct chunk *c)
{
	while (c) {
		struct chunk *right = c->right;

		chunk_free(c->left);
		free(c->bytes);
		free(c);
		c = right;
	}
}

static struct chunk *
merge(struct chunk *a, struct chunk *b)
{
	if (!a || !b)
		return a ? a : b;
	if (a->priority >= b->priority) {
		a->right = merge(a->right, b);
		add_up(a);
		return a;
	}
	b->left = merge(a, b->left);
	add_up(b);
	return b;
}

/* c becomes *a (the first `pos` bytes) and *b (the rest). */
static void
split(struct text *t, struct chunk *c, size_t pos, struct chunk **a, struct chunk **b)
{
	size_t left;

	if (!c) {
		*a = *b = NULL;
		return;
	}
	left = all_len(c->left);
	if (pos <= left) {
		split(t, c->left, pos, a, &c->left);
		add_up(c);
		*b = c;
	} else if (pos >= left + c->len) {
		split(t, c->right, pos - left - c->len, &c->right, b);
		add_up(c);
		*a = c;
	} else {
		size_t at = pos - left;
		struct chunk *tail = chunk_new(t, c->bytes + at, c->len - at, 0);

		*b = merge(tail, c->right);
		c->right = NULL;
		c->len = (uint32_t)at;
		c->lines -= tail->lines;
		add_up(c);
		*a = c;
	}
}

/* Length of at most `max` bytes that ends between characters. */
static size_t
whole_characters(const char *p, size_t len, size_t max)
{
	if (len <= max)
		return len;
	while (max > 1 && ((unsigned char)p[max] & 0xC0) == 0x80)
		max--;
	return max;
}

static struct chunk *
build(struct text *t, struct str s)
{
	struct chunk *all = NULL;

	while (s.len) {
		size_t n = whole_characters(s.p, s.len, CHUNK_MAX);

		all = merge(all, chunk_new(t, s.p, n, 0));
		s = str_slice(s, n, s.len);
	}
	return all;
}

/* Inserts into the chunk that holds pos, when there is room. */
static bool
insert_here(struct chunk *c, size_t pos, struct str s, size_t lines)
{
	size_t left = all_len(c->left);
	bool done;

	if (pos < left) {
		done = insert_here(c->left, pos, s, lines);
	} else if (pos > left + c->len) {
		done = insert_here(c->right, pos - left - c->len, s, lines);
	} else if (c->len + s.len > CHUNK_MAX) {
		return false;
	} else {
		size_t at = pos - left;

		if (c->cap < c->len + s.len) {
			c->bytes = xrealloc(c->bytes, CHUNK_MAX);
			c->cap = CHUNK_MAX;
		}
		memmove(c->bytes + at + s.len, c->bytes + at, c->len - at);
		memcpy(c->bytes + at, s.p, s.len);
		c->len += (uint32_t)s.len;
		c->lines += (uint32_t)lines;
		done = true;
	}
	if (done) {
		c->all_len += s.len;
		c->all_lines += lines;
	}
	return done;
}

/* Deletes inside one chunk that keeps something. */
static bool
delete_here(struct chunk *c, size_t from, size_t len, size_t *lines)
{
	size_t left = all_len(c->left);
	bool done;

	if (from < left) {
		done = from + len <= left && delete_here(c->left, from, len, lines);
	} else if (from >= left + c->len) {
		done = c->right && delete_here(c->right, from - left - c->len, len, lines);
	} else {
		size_t at = from - left;

		if (at + len > c->len || len == c->len)
			return false;
		*lines = count_lines(c->bytes + at, len);
		memmove(c->bytes + at, c->bytes + at + len, c->len - at - len);
		c->len -= (uint32_t)len;
		c->lines -= (uint32_t)*lines;
		done = true;
	}
	if (done) {
		c->all_len -= len;
		c->all_lines -= *lines;
	}
	return done;
}

static void
insert(struct text *t, size_t pos, struct str s)
{
	struct chunk *a, *b;

	if (s.len == 0)
		return;
	if (t->root && s.len <= CHUNK_MAX / 2 &&
		insert_here(t->root, pos, s, count_lines(s.p, s.len)))
		return;
	split(t, t->root, pos, &a, &b);
	/* A full chunk was cut in two: its first half has room now. */
	if (a && s.len <= CHUNK_MAX / 2 &&
		insert_here(a, a->all_len, s, count_lines(s.p, s.len)))
		t->root = merge(a, b);
	else
		t->root = merge(merge(a, build(t, s)), b);
}

static void
delete(struct text *t, size_t from, size_t to)
{
	struct chunk *a, *b, *middle;
	size_t lines;

	if (from == to || delete_here(t->root, from, to - from, &lines))
		return;
	split(t, t->root, to, &a, &b);
	split(t, a, from, &a, &middle);
	chunk_free(middle);
	t->root = merge(a, b);
}

void
text_apply(struct text *t, size_t from, size_t to, struct str with)
{
	struct text_change change = { .pos = from, .removed = to - from, .added = with.len };
	size_t before = all_lines(t->root);

	change.line = t->changed ? text_line_of(t, from) : 0;
	delete(t, from, to);
	change.lines_removed = before - all_lines(t->root);
	before = all_lines(t->root);
	insert(t, from, with);
	change.lines_added = all_lines(t->root) - before;
	t->version++;
	if (t->changed)
		t->changed(t->context, &change);
}

/* --- whole texts --------------------------------------------------------------------- */

struct text *
text_new(void)
{
	struct text *t = xcalloc(1, sizeof(*t));

	t->random = 2463534242u;
	return t;
}

void
text_free(struct text *t)
{
	if (!t)
		return;
	chunk_free(t->root);
	text_forget_edits(t);
	free(t);
}

void
text_on_change(struct text *t, text_change_fn fn, void *context)
{
	t->changed = fn;
	t->context = context;
}

static void
append_clean(struct text *t, struct str s)
{
	struct buf clean = BUF_INIT, one = BUF_INIT;

	if (!utf8_is_valid(s)) {
		utf8_clean(&clean, s);
		s = buf_str(&clean);
	}
	if (s.len && memchr(s.p, '\r', s.len)) {
		for (size_t i = 0; i < s.len; i++)
			if (s.p[i] != '\r' || i + 1 == s.len || s.p[i + 1] != '\n')
				buf_addc(&one, s.p[i]);
		s = buf_str(&one);
	}
	t->root = merge(t->root, build(t, s));
	buf_fini(&clean);
	buf_fini(&one);
}

static void
start_anew(struct text *t)
{
	chunk_free(t->root);
	t->root = NULL;
	text_forget_edits(t);
	t->version++;
}

static void
tell_all(struct text *t, size_t len, size_t lines)
{
	struct text_change change = { 0, len, text_len(t), 0, lines, all_lines(t->root) };

	if (t->changed)
		t->changed(t->context, &change);
}

void
text_set(struct text *t, struct str bytes)
{
	size_t len = text_len(t), lines = all_lines(t->root);

	start_anew(t);
	append_clean(t, str_slice(bytes, 0, TEXT_MAX));
	tell_all(t, len, lines);
}

bool
text_load(struct text *t, int fd, struct err *err)
{
	size_t len = text_len(t), lines = all_lines(t->root), held = 0;
	char *block = xmalloc(LOAD_CHUNK);
	bool ok = true;
	ssize_t n;

	start_anew(t);
	for (;;) {
		size_t whole;

		n = read(fd, block + held, LOAD_CHUNK - held);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		held += (size_t)n;
		/* Neither a character nor CR LF is cut; the last bytes wait. */
		whole = held > 8 ? whole_characters(block, held, held - 8) : 0;
		if (whole && block[whole - 1] == '\r')
			whole--;
		append_clean(t, (struct str){ block, whole });
		memmove(block, block + whole, held - whole);
		held -= whole;
		if (text_len(t) > TEXT_MAX) {
			ok = err_set(err, ERR_LIMIT, "the file is larger than 1 GB");
			break;
		}
	}
	if (n < 0)
		ok = err_errno(err, "cannot read the file");
	if (ok)
		append_clean(t, (struct str){ block, held });
	free(block);
	tell_all(t, len, lines);
	return ok;
}

/* --- looking -------------------------------------------------------------------------- */

size_t
text_len(const struct text *t)
{
	return all_len(t->root);
}

size_t
text_lines(const struct text *t)
{
	return all_lines(t->root) + 1;
}

uint64_t
text_version(const struct text *t)
{
	return t->version;
}

/* Position behind the n-th line break (n from 1). */
static size_t
after_break(const struct text *t, size_t n)
{
	const struct chunk *c = t->root;
	size_t pos = 0;

	while (c) {
		size_t left = all_lines(c->left);

		if (n <= left) {
			c = c->left;
			continue;
		}
		pos += all_len(c->left);
		n -= left;
		if (n <= c->lines) {
			const char *p = c->bytes;

			while (n-- > 0)
				p = (const char *)memchr(p, '\n',
					    c->len - (size_t)(p - c->bytes)) + 1;
			return pos + (size_t)(p - c->bytes);
		}
		n -= c->lines;
		pos += c->len;
		c = c->right;
	}
	return pos;
}

size_t
text_line_start(const struct text *t, size_t line)
{
	if (line > all_lines(t->root))
		line = all_lines(t->root);
	return line ? after_break(t, line) : 0;
}

size_t
text_line_end(const struct text *t, size_t line)
{
	if (line >= all_lines(t->root))
		return text_len(t);
	return after_break(t, line + 1) - 1;
}

size_t
text_line_end_at(const struct text *t, size_t pos)
{
	for (;;) {
		struct str s = text_chunk(t, pos);
		const char *end = s.len ? memchr(s.p, '\n', s.len) : s.p;

		if (s.len == 0 || end)
			return s.len ? pos + (size_t)(end - s.p) : pos;
		pos += s.len;
	}
}

size_t
text_line_of(const struct text *t, size_t pos)
{
	const struct chunk *c = t->root;
	size_t lines = 0;

	while (c) {
		size_t left = all_len(c->left);

		if (pos < left) {
			c = c->left;
			continue;
		}
		lines += all_lines(c->left);
		pos -= left;
		if (pos <= c->len)
			return lines + count_lines(c->bytes, pos);
		lines += c->lines;
		pos -= c->len;
		c = c->right;
	}
	return lines;
}

struct str
text_chunk(const struct text *t, size_t pos)
{
	const struct chunk *c = t->root;

	while (c) {
		size_t left = all_len(c->left);

		if (pos < left) {
			c = c->left;
			continue;
		}
		pos -= left;
		if (pos < c->len)
			return (struct str){ c->bytes + pos, c->len - pos };
		pos -= c->len;
		c = c->right;
	}
	return STR_NONE;
}

struct str
text_chunk_before(const struct text *t, size_t pos)
{
	const struct chunk *c = t->root;

	if (pos > text_len(t))
		pos = text_len(t);
	while (c && pos) {
		size_t left = all_len(c->left);

		if (pos <= left) {
			c = c->left;
			continue;
		}
		pos -= left;
		if (pos <= c->len)
			return (struct str){ c->bytes, pos };
		pos -= c->len;
		c = c->right;
	}
	return STR_NONE;
}

void
text_get(const struct text *t, size_t from, size_t to, struct buf *out)
{
	while (from < to) {
		struct str s = str_slice(text_chunk(t, from), 0, to - from);

		if (s.len == 0)
			break;
		buf_add_str(out, s);
		from += s.len;
	}
}

char
text_at(const struct text *t, size_t pos)
{
	struct str s = text_chunk(t, pos);

	return s.len ? s.p[0] : '\n';
}

size_t
text_next(const struct text *t, size_t pos)
{
	struct str s = text_chunk(t, pos);
	struct buf piece = BUF_INIT;
	size_t n;

	if (s.len == 0)
		return pos;
	if (s.len > 1 && (unsigned char)s.p[0] < 0x80 && (unsigned char)s.p[1] < 0x80)
		return pos + 1;
	text_get(t, pos, pos + GRAPHEME_MAX, &piece);
	n = whole_characters(piece.p, piece.len, piece.len);
	n = utf8_grapheme(str_slice(buf_str(&piece), 0, n));
	buf_fini(&piece);
	return pos + n;
}

size_t
text_previous(const struct text *t, size_t pos)
{
	struct str s = text_chunk_before(t, pos);
	size_t from = pos, at, last;

	if (s.len == 0)
		return 0;
	if (s.len > 1 && (unsigned char)s.p[s.len - 1] < 0x80 &&
		(unsigned char)s.p[s.len - 2] < 0x80)
		return pos - 1;
	/* From an ASCII character before, or far enough, forward again. */
	while (from > 0 && pos - from < GRAPHEME_MAX) {
		from--;
		if (pos - from > 1 && (unsigned char)text_at(t, from) < 0x80)
			break;
	}
	while (from > 0 && ((unsigned char)text_at(t, from) & 0xC0) == 0x80)
		from--;
	for (at = last = from; at < pos;) {
		last = at;
		at = text_next(t, at);
	}
	return last;
}
