/* SPDX-License-Identifier: MIT */
#include "ui/highlight.h"

#include <stdlib.h>

#define HIGHLIGHT_STEP 32	   /* lines */
#define READ_AT_ONCE 1024	   /* lines read while one waits; beyond is guessed */
#define GUESS_BACK 64		   /* lines before, from which a guess begins */
#define IDLE_LINES 512
#define SPANS_MAX 1024		   /* of one line; the rest of it is plain */
#define MEMO_LINE_MAX ((size_t)1024)

void
highlight_init(struct highlight *h, const struct text *text, enum language language)
{
	*h = (struct highlight){ .text = text, .language = language, .dialect = SQL_GENERIC };
}

static void
forget_memos(struct highlight *h)
{
	for (size_t i = 0; h->memos && i < HIGHLIGHT_MEMOS; i++) {
		buf_fini(&h->memos[i].line);
		free(h->memos[i].spans);
		h->memos[i] = (struct highlight_memo){ .valid = false };
	}
}

void
highlight_fini(struct highlight *h)
{
	forget_memos(h);
	free(h->memos);
	free(h->states);
	buf_fini(&h->line);
}

static void
begin_anew(struct highlight *h)
{
	h->known = 0;
	h->last_valid = false;
	forget_memos(h);
}

void
highlight_set_language(struct highlight *h, enum language language)
{
	if (h->language != language)
		begin_anew(h);
	h->language = language;
}

void
highlight_set_dialect(struct highlight *h, enum sql_dialect dialect)
{
	if (h->dialect != dialect)
		begin_anew(h);
	h->dialect = dialect;
}

void
spans_add(struct spans *s, size_t from, size_t to, enum role role)
{
	if (to > from && *s->count < s->most)
		s->list[(*s->count)++] = (struct span_role){ from, to, role };
}

size_t
spans_add_parameter(struct spans *s, struct str line, size_t at)
{
	size_t end;

	if (!str_starts(str_slice(line, at, line.len), STR("${")))
		return at;
	end = str_find(line, STR("}"), at);
	end = end == SIZE_MAX ? line.len : end + 1;
	spans_add(s, at, end, ROLE_SQL_PARAMETER);
	return end;
}

void
highlight_changed(struct highlight *h, const struct text_change *change)
{
	/* The state at the start of the changed line still holds, those behind do not. */
	size_t still = change->line / HIGHLIGHT_STEP + 1;

	if (h->known > still)
		h->known = still;
	if (change->line < h->last_line)
		h->last_valid = false;
}

static enum role
sql_role(enum sql_token_kind kind)
{
	switch (kind) {
	case SQL_TOKEN_COMMENT:
		return ROLE_SQL_COMMENT;
	case SQL_TOKEN_KEYWORD:
		return ROLE_SQL_KEYWORD;
	case SQL_TOKEN_QUOTED_NAME:
		return ROLE_SQL_NAME;
	case SQL_TOKEN_STRING:
		return ROLE_SQL_STRING;
	case SQL_TOKEN_NUMBER:
		return ROLE_SQL_NUMBER;
	case SQL_TOKEN_PARAMETER:
		return ROLE_SQL_PARAMETER;
	case SQL_TOKEN_ERROR:
		return ROLE_SQL_BAD;
	case SQL_TOKEN_SPACE:
	case SQL_TOKEN_NAME:
	case SQL_TOKEN_OPERATOR:
	case SQL_TOKEN_KIND_COUNT:
		break;
	}
	return ROLE_TEXT;
}

static uint32_t
sql_line(enum sql_dialect dialect, struct str line, uint32_t state, struct span_role *spans,
	size_t most, size_t *count)
{
	struct sql_token token;
	struct sql_lexer l;

	sql_lexer_init(&l, dialect, line, state);
	while (sql_lexer_next(&l, &token)) {
		enum role role = sql_role(token.kind);

		if (role != ROLE_TEXT && *count < most)
			spans[(*count)++] = (struct span_role){ token.pos, token.pos + token.len, role };
	}
	return l.state;
}

static uint32_t
read_line(const struct highlight *h, struct str line, uint32_t state, struct span_role *spans,
	size_t most, size_t *count)
{
	*count = 0;
	if (line.len > HIGHLIGHT_LINE_MAX)
		return state;
	if (h->language == LANGUAGE_SQL)
		return sql_line(h->dialect, line, state, spans, most, count);
	if (h->language == LANGUAGE_MARKDOWN)
		return markdown_line(line, state, spans, most, count);
	if (h->language == LANGUAGE_HTML)
		return html_line(line, state, spans, most, count);
	return 0;
}

uint32_t
highlight_line(struct highlight *h, size_t number, struct str line, uint32_t state,
	const struct span_role **spans, size_t *count)
{
	static struct span_role list[SPANS_MAX];
	struct highlight_memo *m;

	if (!h->memos)
		h->memos = xcalloc(HIGHLIGHT_MEMOS, sizeof(*h->memos));
	m = &h->memos[number % HIGHLIGHT_MEMOS];
	if (m->valid && m->before == state && str_equal(buf_str(&m->line), line)) {
		*spans = m->spans;
		*count = m->count;
		return m->after;
	}
	*spans = list;
	m->before = state;
	state = read_line(h, line, state, list, SPANS_MAX, count);
	m->valid = line.len <= MEMO_LINE_MAX;
	if (m->valid) {
		buf_clear(&m->line);
		buf_add_str(&m->line, line);
		if (m->room < *count) {
			m->room = *count + 8;
			m->spans = xreallocarray(m->spans, m->room, sizeof(*m->spans));
		}
		if (*count)
			memcpy(m->spans, list, *count * sizeof(*list));
		m->count = *count;
		m->after = state;
	}
	return state;
}

/* State behind lines [from, to), reading them. */
static uint32_t
read_lines(struct highlight *h, size_t from, size_t to, uint32_t state)
{
	size_t start = text_line_start(h->text, from), count;

	for (size_t line = from; line < to; line++) {
		size_t end = text_line_end_at(h->text, start);

		if (end - start <= HIGHLIGHT_LINE_MAX) {
			struct str s = text_chunk(h->text, start);

			if (s.len < end - start) {
				buf_clear(&h->line);
				text_get(h->text, start, end, &h->line);
				s = buf_str(&h->line);
			}
			state = read_line(h, str_slice(s, 0, end - start), state, NULL, 0, &count);
		}
		start = end + 1;
	}
	return state;
}

/* Reads on until line `to` (or the first known state behind it) is known. */
static void
extend(struct highlight *h, size_t to)
{
	size_t need = to / HIGHLIGHT_STEP + 1;

	if (need > h->room) {
		h->room = need + need / 2 + 16;
		h->states = xreallocarray(h->states, h->room, sizeof(*h->states));
	}
	if (h->known == 0)
		h->states[h->known++] = 0;
	for (; h->known < need; h->known++)
		h->states[h->known] = read_lines(h, (h->known - 1) * HIGHLIGHT_STEP,
			h->known * HIGHLIGHT_STEP, h->states[h->known - 1]);
}

static uint32_t
find_state(struct highlight *h, size_t line, bool *guessed)
{
	size_t reach = h->known * HIGHLIGHT_STEP + READ_AT_ONCE, base;

	*guessed = line > reach;
	if (*guessed) {
		if (line > h->wanted)
			h->wanted = line;
		return read_lines(h, line - GUESS_BACK, line, 0);
	}
	extend(h, line);
	base = line / HIGHLIGHT_STEP * HIGHLIGHT_STEP;
	return read_lines(h, base, line, h->states[line / HIGHLIGHT_STEP]);
}

uint32_t
highlight_state(struct highlight *h, size_t line, bool *guessed)
{
	*guessed = false;
	if (h->language == LANGUAGE_PLAIN)
		return 0;
	if (!h->last_valid || h->last_line != line || (h->last_guessed && h->last_known != h->known)) {
		h->last_state = find_state(h, line, &h->last_guessed);
		h->last_line = line;
		h->last_known = h->known;
		h->last_valid = true;
	}
	*guessed = h->last_guessed;
	return h->last_state;
}

bool
highlight_step(struct highlight *h)
{
	size_t lines = text_lines(h->text);
	size_t to = h->known * HIGHLIGHT_STEP + IDLE_LINES;

	if (h->wanted >= lines)
		h->wanted = lines - 1;
	if (to > h->wanted)
		to = h->wanted;
	extend(h, to);
	return h->known * HIGHLIGHT_STEP < h->wanted;
}
