/* SPDX-License-Identifier: MIT */
/* HTML as it is typed, one line at a time: for colours only. The state is what the line
 * before left open: text, a tag, a value in quotes within one, a comment. */
#include <ctype.h>

#include "ui/highlight.h"

enum state { IN_TEXT, IN_TAG, IN_COMMENT, IN_DOUBLE, IN_SINGLE, STATE_COUNT };

/* What lasts until its end is read, over lines too. */
static const struct {
	const char *end;
	enum state then;
	enum role role;
} lasting[STATE_COUNT] = {
	[IN_COMMENT] = { "-->", IN_TEXT, ROLE_MD_QUOTE },
	[IN_DOUBLE] = { "\"", IN_TAG, ROLE_MD_CODE },
	[IN_SINGLE] = { "'", IN_TAG, ROLE_MD_CODE },
};

/* What begins where; the first that fits. */
static const struct {
	enum state in;
	const char *begin;
	enum state then;
} begins[] = {
	{ IN_TEXT, "<!--", IN_COMMENT },
	{ IN_TAG, "\"", IN_DOUBLE },
	{ IN_TAG, "'", IN_SINGLE },
};

static bool
is_at(struct str line, size_t at, const char *what)
{
	return str_starts(str_slice(line, at, line.len), str_from(what));
}

static size_t
word_end(struct str line, size_t at)
{
	while (at < line.len && !isspace((unsigned char)line.p[at]) && !strchr("<>\"'=/", line.p[at]) &&
		!is_at(line, at, "${"))
		at++;
	return at;
}

/* The rest of what lasts, as far as it goes in this line; parameters stand out. */
static size_t
last_on(struct str line, size_t at, size_t from, enum state *state, struct spans *s)
{
	size_t end = str_find(line, str_from(lasting[*state].end), from), next = line.len;
	size_t parameter = *state == IN_COMMENT ? SIZE_MAX : str_find(line, STR("${"), from);

	if (parameter < end)
		next = parameter;
	else if (end != SIZE_MAX)
		next = end + strlen(lasting[*state].end);
	spans_add(s, at, next, lasting[*state].role);
	if (end != SIZE_MAX && parameter >= end)
		*state = lasting[*state].then;
	return next;
}

/* "<name" or "</name": its end, or `at` when a "<" is only that. */
static size_t
tag_begin(struct str line, size_t at)
{
	size_t name = at + 1 + is_at(line, at, "</");

	if (name < line.len && (isalpha((unsigned char)line.p[name]) || line.p[name] == '!'))
		return word_end(line, name);
	return at;
}

static size_t
read_text(struct str line, size_t at, enum state *state, struct spans *s)
{
	size_t end = line.p[at] == '<' ? tag_begin(line, at) : at;

	if (end > at) {
		*state = IN_TAG;
		spans_add(s, at, end, ROLE_MD_TAG);
		return end;
	}
	if (line.p[at] == '&') {
		for (end = at + 1; end < line.len &&
			(isalnum((unsigned char)line.p[end]) || line.p[end] == '#');)
			end++;
		if (end > at + 1 && end < line.len && line.p[end] == ';') {
			spans_add(s, at, end + 1, ROLE_MD_LIST);
			return end + 1;
		}
	}
	return at + 1;
}

static size_t
read_tag(struct str line, size_t at, enum state *state, struct spans *s)
{
	size_t end = is_at(line, at, "/>") ? at + 2 : at + (line.p[at] == '>');

	if (end > at) {
		*state = IN_TEXT;
		spans_add(s, at, end, ROLE_MD_TAG);
		return end;
	}
	end = word_end(line, at);
	/* A value without quotes stands right behind its sign. */
	spans_add(s, at, end, at && line.p[at - 1] == '=' ? ROLE_MD_CODE : ROLE_MD_LIST);
	return end > at ? end : at + 1;
}

uint32_t
html_line(struct str line, uint32_t before, struct span_role *list, size_t most, size_t *count)
{
	enum state state = before < STATE_COUNT ? (enum state)before : IN_TEXT;
	struct spans s = { list, most, count };
	size_t at = 0, end;

	while (at < line.len) {
		size_t from = at;

		for (size_t i = 0; i < ARRAY_LEN(begins) && from == at; i++)
			if (begins[i].in == state && is_at(line, at, begins[i].begin)) {
				state = begins[i].then;
				from += strlen(begins[i].begin);
			}
		end = state == IN_COMMENT || from > at ? at : spans_add_parameter(&s, line, at);
		if (end > at)
			at = end;
		else if (lasting[state].end)
			at = last_on(line, at, from, &state, &s);
		else
			at = state == IN_TAG ? read_tag(line, at, &state, &s)
					     : read_text(line, at, &state, &s);
	}
	return state;
}
