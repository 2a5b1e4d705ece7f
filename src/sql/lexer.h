/* SPDX-License-Identifier: MIT */
/* One tokenizer for every dialect (sources.md 0.3). Tokens cover the text without
 * gaps, in order. It reads a whole text or one line at a time: what a line leaves
 * open (string, comment, dollar quote) is carried in 32 bits, so that an editor
 * keeps one number per line and re-reads from any line. A dollar quote's tag is
 * carried as a hash then; within one text the tag itself is compared. `${…}` is a
 * token of its own wherever it counts: in code, strings and quoted names, not in
 * comments. Nothing is allocated. */
#ifndef DP_SQL_LEXER_H
#define DP_SQL_LEXER_H

#include "src/base/str.h"
#include "src/sql/dialect.h"

enum sql_token_kind {
	SQL_TOKEN_SPACE,
	SQL_TOKEN_COMMENT, /* hints and MySQL's code comments are operators, words … instead */
	SQL_TOKEN_KEYWORD,
	SQL_TOKEN_NAME,
	SQL_TOKEN_QUOTED_NAME, /* a piece of one, when it holds `${…}` */
	SQL_TOKEN_STRING,      /* a piece of one, when it holds `${…}` */
	SQL_TOKEN_NUMBER,
	SQL_TOKEN_OPERATOR, /* one character, or one of the known longer ones */
	SQL_TOKEN_PARAMETER, /* ${…}, and $${ */
	SQL_TOKEN_ERROR,     /* a byte that no dialect knows, a `${` that is not closed */
	SQL_TOKEN_KIND_COUNT
};

struct sql_token {
	enum sql_token_kind kind;
	size_t pos, len; /* bytes in the text */
	/* String, quoted name, comment: false when the piece leaves it open (a `${…}`
	 * or the end of the text follows). True for all other kinds. */
	bool closed;
};

#define SQL_STATE_START UINT32_C(0)

struct sql_lexer {
	struct str text;
	size_t pos;
	uint32_t state;
	enum sql_dialect dialect;
	struct str tag; /* of the dollar quote opened in this text; else empty */
};

/* `state`: SQL_STATE_START, or what the line before left. A line comes without
 * or with its line break; both leave the same state. */
DP_API void sql_lexer_init(struct sql_lexer *l, enum sql_dialect dialect, struct str text,
	uint32_t state);
/* False at the end; l->state is then what the next line starts with. */
DP_API bool sql_lexer_next(struct sql_lexer *l, struct sql_token *token);
/* Inside a string, quoted name, block comment or dollar quote. */
DP_API bool sql_state_is_open(uint32_t state);

static inline struct str
sql_token_text(const struct sql_lexer *l, const struct sql_token *token)
{
	return str_slice(l->text, token->pos, token->pos + token->len);
}

/* ASCII case does not matter. */
DP_API bool sql_is_keyword(enum sql_dialect dialect, struct str word);
/* For completion: every keyword of all dialects, sorted, lower case; NULL past the
 * end. *known is whether `dialect` has it. */
DP_API const char *sql_keyword_at(size_t i, enum sql_dialect dialect, bool *known);
/* The name between the quotes, doubled quotes undone, into `to`. */
struct buf;
DP_API void sql_unquote(struct str quoted, struct buf *to);

#endif
