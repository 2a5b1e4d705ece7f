/* SPDX-License-Identifier: MIT */
#include "src/content/markdown.h"

#include "src/base/module.h"
#include "src/base/utf8.h"
#include "src/content/render_module.h"

/* Author's spans as they are, data spans as marks with their index. */
static void
add_marked(struct buf *to, const struct text *source)
{
	for (size_t i = 0; i < source->count; i++)
		if (source->spans[i].is_data)
			buf_addf(to, MARK_OPEN "%zu" MARK_CLOSE, i);
		else
			utf8_sanitize(to, source->spans[i].text, false);
}

/* The index behind a mark at s[at], and where the mark ends; SIZE_MAX: not one. */
static size_t
read_mark(struct str s, size_t at, size_t *end)
{
	size_t index = 0, i = at + MARK_LEN;

	while (i < s.len && s.p[i] >= '0' && s.p[i] <= '9' && index < SIZE_MAX / 20)
		index = index * 10 + (size_t)(s.p[i++] - '0');
	if (i == at + MARK_LEN || !str_starts(str_slice(s, i, s.len), STR(MARK_CLOSE)))
		return SIZE_MAX;
	*end = i + MARK_LEN;
	return index;
}

static size_t
count_marks(struct str s)
{
	size_t count = 0, at = 0;

	while ((at = str_find(s, STR(MARK_OPEN), at)) != SIZE_MAX) {
		count++;
		at += MARK_LEN;
	}
	return count;
}

/* Marks in a text of the tree become the data spans they stand for. */
static void
unmark(struct arena *arena, struct text *t, const struct text *source)
{
	struct str s;
	struct span *spans;
	size_t marks, count = 0, at = 0, from = 0, end;

	if (t->count == 0 || (marks = count_marks(t->spans->text)) == 0)
		return;
	s = t->spans->text;
	spans = arena_array(arena, struct span, 2 * marks + 1);
	while ((at = str_find(s, STR(MARK_OPEN), at)) != SIZE_MAX) {
		size_t index = read_mark(s, at, &end);

		if (index >= source->count) { /* not one of ours */
			at += MARK_LEN;
			continue;
		}
		if (at > from)
			spans[count++] = (struct span){ str_slice(s, from, at), false };
		spans[count++] = source->spans[index];
		from = at = end;
	}
	if (from < s.len)
		spans[count++] = (struct span){ str_slice(s, from, s.len), false };
	t->spans = spans;
	t->count = count;
}

static void
unmark_tree(struct arena *arena, struct md_node *node, const struct text *source)
{
	for (; node; node = node->next) {
		unmark(arena, &node->text, source);
		unmark(arena, &node->url, source);
		unmark(arena, &node->title, source);
		unmark_tree(arena, node->first, source);
	}
}

struct md_node *
markdown_parse(struct arena *arena, const struct text *source, struct err *err)
{
	const struct render_ops *ops = module_ops("render", err);
	struct buf marked = BUF_INIT;
	struct md_node *root;

	if (!ops)
		return NULL;
	add_marked(&marked, source);
	root = ops->parse(arena, buf_str(&marked), err);
	buf_fini(&marked);
	if (root)
		unmark_tree(arena, root, source);
	return root;
}

/* The word before a ":" at the front, lower-cased and without blanks: browsers drop
 * blanks and controls inside a scheme, so they do not hide one here. False: none. */
static bool
read_scheme(struct str url, char scheme[16])
{
	size_t len = 0;

	for (size_t i = 0; i < url.len; i++) {
		unsigned char c = (unsigned char)url.p[i];

		if (c <= ' ' || c == 0x7F)
			continue;
		if (c == ':') {
			scheme[len < 15 ? len : 0] = '\0'; /* too long: no known one */
			return true;
		}
		if (c >= 'A' && c <= 'Z')
			c += 'a' - 'A';
		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '-' ||
			    c == '.'))
			return false; /* "/", "?", "#": a relative address */
		if (len < 15)
			scheme[len++] = (char)c;
	}
	return false;
}

static bool
scheme_is_allowed(const char *scheme, const char *extra)
{
	static const char *const allowed[] = { "http", "https", "mailto" };

	for (size_t i = 0; i < ARRAY_LEN(allowed); i++)
		if (strcmp(scheme, allowed[i]) == 0)
			return true;
	return extra && strcmp(scheme, extra) == 0;
}

bool
markdown_add_url(struct buf *to, const struct text *url, const char *extra_scheme)
{
	struct buf plain = BUF_INIT;
	char scheme[16];
	struct str s;
	bool ok;

	text_plain(&plain, url);
	s = str_trim(buf_str(&plain));
	ok = !read_scheme(s, scheme) || scheme_is_allowed(scheme, extra_scheme);
	for (size_t i = 0; ok && i < s.len; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c <= ' ' || c == 0x7F || strchr("()<>\"`|\\", c))
			buf_addf(to, "%%%02X", c);
		else
			buf_addc(to, (char)c);
	}
	buf_fini(&plain);
	return ok;
}
