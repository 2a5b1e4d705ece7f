/* SPDX-License-Identifier: MIT */
#include "src/content/markdown.h"

#include "src/base/module.h"
#include "src/base/utf8.h"
#include "src/content/html_text.h"
#include "src/content/render_module.h"

#define TAG_COLUMNS 60 /* of a tag that is quoted */

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

/* CommonMark takes the second ** of "**合计：**3" for no end of bold, since what stands
 * before it is punctuation and what follows is not. In Chinese, and beside a value, the
 * author means bold: a punctuation character that is in no text of ours lets it be one,
 * and goes again after the parse. */
#define EASE "\xF0\x9B\xB2\x9F" /* U+1BC9F */
#define EASE_LEN 4

static bool
is_wide_punctuation(uint32_t c)
{
	return (c >= 0x3001 && c <= 0x3003) || (c >= 0x3008 && c <= 0x3011) ||
	       (c >= 0x3014 && c <= 0x301B) || (c >= 0xFF01 && c <= 0xFF0F) ||
	       (c >= 0xFF1A && c <= 0xFF20) || (c >= 0xFF3B && c <= 0xFF40) ||
	       (c >= 0xFF5B && c <= 0xFF65) || (c >= 0x2018 && c <= 0x201F) || c == 0x2026 ||
	       c == 0x2014 || c == 0xB7;
}

static bool
is_punctuation(uint32_t c)
{
	return is_wide_punctuation(c) ||
	       (c > ' ' && c < 0x7F && strchr("!\"#$%&'()+,-./:;<=>?@[]^{|}", (int)c));
}

/* A character without blanks around it: Chinese, Japanese, Korean, or a value. */
static bool
is_unspaced(uint32_t c)
{
	return (c >= 0x2E80 && c <= 0x9FFF && !is_wide_punctuation(c)) ||
	       (c >= 0xAC00 && c <= 0xD7A3) || (c >= 0x20000 && c <= 0x3FFFF) || c == 0xFDD0 ||
	       c == 0xFDD1;
}

static bool
is_word(uint32_t c)
{
	return c > ' ' && !is_punctuation(c) && c != 0x3000 && c != 0xA0;
}

/* Does a run of marks between these two need help to begin or end something? */
static bool
needs_ease(uint32_t punctuation, uint32_t word)
{
	return is_punctuation(punctuation) && is_word(word) &&
	       (is_wide_punctuation(punctuation) || is_unspaced(word));
}

static void
add_eased(struct buf *to, struct str s)
{
	uint32_t before = ' ', after;

	while (s.len) {
		size_t run = 0, n;

		while (run < s.len && s.p[run] == s.p[0] && (s.p[0] == '*' || s.p[0] == '~'))
			run++;
		if (run == 0) {
			n = utf8_decode(s, &before);
			buf_add(to, s.p, n);
			s = str_slice(s, n, s.len);
			continue;
		}
		if (!utf8_decode(str_slice(s, run, s.len), &after))
			after = ' ';
		if (needs_ease(after, before))
			buf_adds(to, EASE);
		buf_add(to, s.p, run);
		if (needs_ease(before, after))
			buf_adds(to, EASE);
		before = (unsigned char)s.p[0];
		s = str_slice(s, run, s.len);
	}
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

/* The parser copied the text, so it may be closed up in place. */
static void
drop_eases(struct str *s)
{
	char *p = (char *)(uintptr_t)s->p;
	size_t len = 0;

	if (str_find(*s, STR(EASE), 0) == SIZE_MAX)
		return;
	for (size_t i = 0; i < s->len;) {
		if (str_starts(str_slice(*s, i, s->len), STR(EASE)))
			i += EASE_LEN;
		else
			p[len++] = s->p[i++];
	}
	s->len = len;
}

/* Marks in a text of the tree become the data spans they stand for. */
static void
unmark(struct arena *arena, struct text *t, const struct text *source)
{
	struct str s;
	struct span *spans;
	size_t marks, count = 0, at = 0, from = 0, end;

	if (t->count == 0)
		return;
	drop_eases(&t->spans->text);
	if ((marks = count_marks(t->spans->text)) == 0)
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
	struct buf marked = BUF_INIT, eased = BUF_INIT;
	struct md_node *root;

	if (!ops)
		return NULL;
	add_marked(&marked, source);
	add_eased(&eased, buf_str(&marked));
	root = ops->parse(arena, buf_str(&eased), err);
	buf_fini(&marked);
	buf_fini(&eased);
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

static bool
is_lost_tag(const struct md_node *node, struct buf *tag)
{
	size_t from = tag->len, end;
	struct str text;

	text_plain(tag, &node->text);
	text = str_slice(buf_str(tag), from, tag->len);
	if (html_is_break(text) || str_starts(text, STR("<!--"))) {
		buf_truncate(tag, from);
		return false;
	}
	end = str_find(text, STR(">"), 0);
	text = str_slice(text, 0, end == SIZE_MAX ? end : end + 1);
	buf_truncate(tag, from + utf8_fit(text, TAG_COLUMNS, NULL));
	return true;
}

bool
markdown_find_html(const struct md_node *root, struct buf *tag)
{
	for (const struct md_node *n = root->first; n; n = n->next)
		if (n->kind == MD_HTML_INLINE || n->kind == MD_HTML_BLOCK
				? is_lost_tag(n, tag) : markdown_find_html(n, tag))
			return true;
	return false;
}
