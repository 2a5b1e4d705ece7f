/* SPDX-License-Identifier: MIT */
#include "src/content/md_marks.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static bool
is_word_at(struct str s, size_t i)
{
	return i < s.len && (isalnum((unsigned char)s.p[i]) || (s.p[i] & 0x80));
}

static bool
is_blank_at(struct str s, size_t i)
{
	return i >= s.len || s.p[i] == ' ' || s.p[i] == '\n';
}

/* Pairs of a mark of which one may open and the next may close. */
static void
find_pairs(struct str s, char mark, bool *live)
{
	bool anywhere = mark == '*' || mark == '`'; /* also within a word */
	size_t open = SIZE_MAX;

	for (size_t i = 0; i < s.len; i++) {
		if (s.p[i] != mark)
			continue;
		if (open != SIZE_MAX && !is_blank_at(s, i - 1) &&
			(anywhere || !is_word_at(s, i + 1))) {
			live[open] = live[i] = true;
			open = SIZE_MAX;
		} else if (open == SIZE_MAX && !is_blank_at(s, i + 1) &&
			   (anywhere || i == 0 || !is_word_at(s, i - 1))) {
			open = i;
		}
	}
}

static void
find_tags(struct str s, bool *live)
{
	for (size_t i = 0; i + 1 < s.len; i++)
		if (s.p[i] == '<' &&
			(isalpha((unsigned char)s.p[i + 1]) || strchr("/!@", s.p[i + 1])))
			live[i] = true;
}

bool *
md_marks_find(const struct text *text, const char *marks)
{
	struct buf whole = BUF_INIT;
	bool *live;

	for (size_t i = 0; i < text->count; i++)
		if (text->spans[i].is_data)
			buf_add_repeat(&whole, "x", text->spans[i].text.len);
		else
			buf_add_str(&whole, text->spans[i].text);
	live = xcalloc(whole.len + 1, sizeof(*live));
	for (; marks && *marks; marks++)
		if (*marks == '<')
			find_tags(buf_str(&whole), live);
		else
			find_pairs(buf_str(&whole), *marks, live);
	buf_fini(&whole);
	return live;
}
