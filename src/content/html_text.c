/* SPDX-License-Identifier: MIT */
#include "src/content/html_text.h"

#include "src/base/utf8.h"

/* The lower-cased name in "<name …>" or "</name>". */
static size_t
tag_name(struct str tag, char name[16], bool *closing)
{
	size_t at = 1, len = 0;

	*closing = at < tag.len && tag.p[at] == '/';
	at += *closing;
	for (; at < tag.len && len < 15; at++) {
		char c = tag.p[at];

		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')))
			break;
		name[len++] = c;
	}
	name[len] = '\0';
	return len;
}

bool
html_is_break(struct str tag)
{
	char name[16];
	bool closing;

	return tag.len > 3 && tag.p[0] == '<' && tag_name(tag, name, &closing) == 2 &&
	       strcmp(name, "br") == 0;
}

void
html_inline_text(struct buf *to, const struct text *tag)
{
	struct buf plain = BUF_INIT;

	text_plain(&plain, tag);
	if (html_is_break(buf_str(&plain)))
		buf_addc(to, '\n');
	buf_fini(&plain);
}

static bool
is_one_of(const char *name, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(name, list[i]) == 0)
			return true;
	return false;
}

static void
break_line(struct buf *to)
{
	while (to->len && to->p[to->len - 1] == ' ')
		buf_truncate(to, to->len - 1);
	if (to->len && to->p[to->len - 1] != '\n')
		buf_addc(to, '\n');
}

static void
put_tag(struct buf *to, const char *name, bool closing)
{
	static const char *const blocks[] = { "p", "div", "tr", "table", "ul", "ol", "h1", "h2",
		"h3", "h4", "h5", "h6", "blockquote", "pre", "hr", "section" };

	if (strcmp(name, "br") == 0) {
		buf_addc(to, '\n');
	} else if (strcmp(name, "li") == 0 && !closing) {
		break_line(to);
		buf_adds(to, "- ");
	} else if ((strcmp(name, "td") == 0 || strcmp(name, "th") == 0) && closing) {
		buf_adds(to, "  ");
	} else if (is_one_of(name, blocks, ARRAY_LEN(blocks))) {
		break_line(to);
	}
}

/* Bytes of the entity at the front, its character appended; 0: none. */
static size_t
put_entity(struct buf *to, struct str s)
{
	static const struct {
		const char *name, *text;
	} named[] = { { "&amp;", "&" }, { "&lt;", "<" }, { "&gt;", ">" }, { "&quot;", "\"" },
		{ "&#39;", "'" }, { "&apos;", "'" }, { "&nbsp;", " " } };
	char utf8[4];
	uint32_t c = 0;
	size_t at = 2;
	bool hex;

	for (size_t i = 0; i < ARRAY_LEN(named); i++)
		if (str_starts(s, str_from(named[i].name))) {
			buf_adds(to, named[i].text);
			return strlen(named[i].name);
		}
	if (s.len < 4 || s.p[1] != '#')
		return 0;
	hex = s.p[2] == 'x' || s.p[2] == 'X';
	at += hex;
	for (; at < s.len && at < 12 && s.p[at] != ';'; at++) {
		const char *digits = "0123456789abcdef";
		const char *d = strchr(digits, s.p[at] | 0x20);

		if (!d || !s.p[at] || (!hex && d - digits > 9))
			return 0;
		c = c * (hex ? 16 : 10) + (uint32_t)(d - digits);
	}
	if (at >= s.len || s.p[at] != ';' || c < 32 || c > 0x10FFFF || (c >= 0xD800 && c < 0xE000))
		return 0;
	utf8_sanitize(to, (struct str){ utf8, utf8_encode(c, utf8) }, false);
	return at + 1;
}

/* Past the element that begins at s (script, style); all of s when it is not closed. */
static size_t
skip_element(struct str s, const char *name)
{
	for (size_t at = 1; (at = str_find(s, STR("</"), at)) != SIZE_MAX; at += 2) {
		size_t end = at + 2 + strlen(name);

		if (str_equal_nocase(str_slice(s, at + 2, end), str_from(name))) {
			size_t close = str_find(s, STR(">"), end);

			return close == SIZE_MAX ? s.len : close + 1;
		}
	}
	return s.len;
}

static size_t
put_markup(struct buf *to, struct str s)
{
	char name[16];
	bool closing;
	size_t end;

	if (str_starts(s, STR("<!--"))) {
		end = str_find(s, STR("-->"), 4);
		return end == SIZE_MAX ? s.len : end + 3;
	}
	end = str_find(s, STR(">"), 0);
	if (end == SIZE_MAX)
		return 0;
	if (tag_name(s, name, &closing) == 0 && !(s.len > 1 && s.p[1] == '!'))
		return 0;
	if (!closing && (strcmp(name, "script") == 0 || strcmp(name, "style") == 0 ||
				strcmp(name, "title") == 0))
		return skip_element(s, name);
	put_tag(to, name, closing);
	return end + 1;
}

void
html_to_text(struct buf *to, struct str html)
{
	while (html.len) {
		size_t n = 0;
		char c = html.p[0];

		if (c == '<')
			n = put_markup(to, html);
		else if (c == '&')
			n = put_entity(to, html);
		else if (c == ' ' || c == '\n' || c == '\t' || c == '\r') {
			if (to->len && to->p[to->len - 1] != ' ' && to->p[to->len - 1] != '\n')
				buf_addc(to, ' ');
			n = 1;
		}
		if (n == 0) {
			buf_addc(to, c);
			n = 1;
		}
		html = str_slice(html, n, html.len);
	}
}
