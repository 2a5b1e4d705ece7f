/* SPDX-License-Identifier: MIT */
#include "src/sql/split.h"

#include <stdio.h>
#include <stdlib.h>

#include "src/sql/place.h"

/* What the pass over the tokens carries. */
struct splitter {
	struct sql_split *out;
	struct str text;
	struct text_cursor at;
	struct sql_statement now;
	bool started;  /* now has a token that counts */
	size_t room;
	bool was_open; /* the token before left a string or comment open */
	int open_line, open_column;
	enum sql_token_kind open_kind;
};

static bool
is_name_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || (unsigned char)c >= 0x80;
}

/* "-- @name daily": the last one before the statement counts. */
static void
read_name(struct splitter *s, struct sql_token token)
{
	static const struct str word = { "@name", 5 };
	struct str comment = str_slice(s->text, token.pos, token.pos + token.len);
	size_t i = 0, from;

	while (i < comment.len && memchr("-#/* \t", comment.p[i], 6))
		i++;
	if (!str_starts(str_slice(comment, i, comment.len), word))
		return;
	i += word.len;
	if (i < comment.len && comment.p[i] != ' ' && comment.p[i] != '\t')
		return;
	while (i < comment.len && (comment.p[i] == ' ' || comment.p[i] == '\t'))
		i++;
	for (from = i; i < comment.len && is_name_byte(comment.p[i]);)
		i++;
	s->now.name = str_slice(comment, from, i);
	s->now.name_pos = token.pos + from;
}

/* Where the rest of a line ends when nothing but blanks stands on it. */
static size_t
blank_rest(struct str text, size_t pos)
{
	size_t i = pos;

	while (i < text.len && (text.p[i] == ' ' || text.p[i] == '\t' || text.p[i] == '\r'))
		i++;
	return i == text.len || text.p[i] == '\n' ? i : pos;
}

static void
finish(struct splitter *s, size_t end)
{
	if (s->started) {
		if (s->out->count == s->room) {
			s->room = s->room ? s->room * 2 : 8;
			s->out->list = xreallocarray(s->out->list, s->room,
				sizeof(*s->out->list));
		}
		s->now.to = blank_rest(s->text, end);
		s->out->list[s->out->count++] = s->now;
		end = s->now.to;
	}
	s->now = (struct sql_statement){ .from = end };
	s->started = false;
}

static void
add_token(struct splitter *s, struct sql_token token)
{
	if (!s->started) {
		text_cursor_move(&s->at, s->text, token.pos);
		s->now.pos = token.pos;
		s->now.line = s->at.line;
		s->now.column = s->at.column;
		s->started = true;
	}
	s->now.len = token.pos + token.len - s->now.pos;
}

static bool
has_end(enum sql_token_kind kind)
{
	return kind == SQL_TOKEN_STRING || kind == SQL_TOKEN_QUOTED_NAME ||
	       kind == SQL_TOKEN_COMMENT;
}

/* Remembers where what is open now began: a later piece continues it. */
static void
watch_open(struct splitter *s, struct sql_token token)
{
	if (!has_end(token.kind))
		return;
	if (!token.closed && !s->was_open) {
		text_cursor_move(&s->at, s->text, token.pos);
		s->open_line = s->at.line;
		s->open_column = s->at.column;
		s->open_kind = token.kind;
	}
	s->was_open = !token.closed;
}

static const char *
open_what(enum sql_token_kind kind)
{
	if (kind == SQL_TOKEN_COMMENT)
		return "comment";
	return kind == SQL_TOKEN_QUOTED_NAME ? "quoted name" : "string";
}

static void
split_token(struct splitter *s, struct sql_lexer *lexer, struct sql_token token, bool script)
{
	watch_open(s, token);
	if (token.kind == SQL_TOKEN_COMMENT && !s->started)
		read_name(s, token);
	if (token.kind == SQL_TOKEN_SPACE || token.kind == SQL_TOKEN_COMMENT)
		return;
	if (!script && token.kind == SQL_TOKEN_OPERATOR && lexer->text.p[token.pos] == ';')
		finish(s, token.pos + 1);
	else
		add_token(s, token);
}

void
sql_split(struct sql_split *out, enum sql_dialect dialect, struct str text, bool script)
{
	struct splitter s = { .out = out, .text = text, .at = TEXT_CURSOR_INIT };
	struct sql_lexer lexer;
	struct sql_token token;

	*out = (struct sql_split){ 0 };
	sql_lexer_init(&lexer, dialect, text, SQL_STATE_START);
	while (sql_lexer_next(&lexer, &token))
		split_token(&s, &lexer, token, script);
	finish(&s, text.len);
	if (!s.was_open)
		return;
	out->unfinished = true;
	out->unfinished_what = open_what(s.open_kind);
	out->unfinished_line = s.open_line;
	out->unfinished_column = s.open_column;
}

void
sql_split_fini(struct sql_split *s)
{
	free(s->list);
	*s = (struct sql_split){ 0 };
}

size_t
sql_split_at(const struct sql_split *s, struct str text, size_t pos)
{
	for (size_t i = 0; i < s->count; i++) {
		const struct sql_statement *one = &s->list[i];

		if (pos < one->from && i > 0)
			return i;
		if (pos < one->to || (pos == one->to && (pos == text.len ||
							text.p[pos] == '\n')))
			return i;
	}
	return s->count ? s->count - 1 : SIZE_MAX;
}

void
sql_statement_label(const struct sql_split *s, size_t i, char label[64])
{
	const struct sql_statement *one = &s->list[i];

	if (one->name.len && one->name.len < 64)
		snprintf(label, 64, "%.*s", STR_ARG(one->name));
	else
		snprintf(label, 64, "q%zu", i + 1);
}

size_t
sql_split_find(const struct sql_split *s, struct str label)
{
	int64_t number;

	for (size_t i = 0; i < s->count; i++)
		if (s->list[i].name.len && str_equal(s->list[i].name, label))
			return i;
	if (label.len < 2 || label.p[0] != 'q' || label.p[1] == '+' ||
		!str_to_int64(str_slice(label, 1, label.len), &number))
		return SIZE_MAX;
	return number >= 1 && (uint64_t)number <= s->count ? (size_t)number - 1 : SIZE_MAX;
}
