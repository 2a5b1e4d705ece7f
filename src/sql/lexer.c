/* SPDX-License-Identifier: MIT */
#include "src/sql/lexer.h"

#include "src/base/buf.h"
#include "src/sql/rules.h"
#include "src/sql/template.h"

/* The state: what is open, whether that is inside a MySQL code comment, and a
 * number: the depth of nested comments, or a hash of a dollar quote's tag. */
enum mode {
	MODE_CODE,
	MODE_COMMENT,
	MODE_HINT,
	MODE_STRING,	    /* '…' without backslashes */
	MODE_STRING_ESCAPES,
	MODE_DOUBLE,	    /* "…" */
	MODE_BACKTICK,
	MODE_DOLLAR,
	MODE_COUNT
};

#define MODE_MASK UINT32_C(0xF)
#define CODE_COMMENT UINT32_C(0x10)
#define NUMBER_SHIFT 5
#define NUMBER_MAX (UINT32_MAX >> NUMBER_SHIFT)

/* Longest first. */
static const struct str operators[] = {
	{ "<=>", 3 }, { "->>", 3 }, { "#>>", 3 }, { "!~~", 3 }, { "!~*", 3 }, { "<=", 2 },
	{ ">=", 2 }, { "<>", 2 }, { "!=", 2 }, { "==", 2 }, { "||", 2 }, { "&&", 2 },
	{ "::", 2 }, { ":=", 2 }, { "->", 2 }, { "=>", 2 }, { "<<", 2 }, { ">>", 2 },
	{ "~*", 2 }, { "!~", 2 }, { "@>", 2 }, { "<@", 2 }, { "#>", 2 },
};

void
sql_lexer_init(struct sql_lexer *l, enum sql_dialect dialect, struct str text, uint32_t state)
{
	*l = (struct sql_lexer){ .text = text, .state = state, .dialect = dialect };
}

bool
sql_state_is_open(uint32_t state)
{
	return (state & (MODE_MASK | CODE_COMMENT)) != 0;
}

static enum mode
mode_of(uint32_t state)
{
	return (enum mode)(state & MODE_MASK);
}

static void
set_mode(struct sql_lexer *l, enum mode mode, uint32_t number)
{
	l->state = (l->state & CODE_COMMENT) | (uint32_t)mode | number << NUMBER_SHIFT;
}

static char
at(const struct sql_lexer *l, size_t pos)
{
	return pos < l->text.len ? l->text.p[pos] : '\0';
}

static bool
looking_at(const struct sql_lexer *l, struct str what)
{
	return str_starts(str_slice(l->text, l->pos, l->text.len), what);
}

static bool
is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_word_start(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
	       (unsigned char)c >= 0x80;
}

static bool
is_word(char c)
{
	return is_word_start(c) || is_digit(c);
}

static bool
at_parameter(const struct sql_lexer *l)
{
	return at(l, l->pos) == '$' && (looking_at(l, STR("${")) || looking_at(l, STR("$${")));
}

static enum sql_token_kind
read_parameter(struct sql_lexer *l)
{
	struct template_item item;

	if (looking_at(l, STR("$${"))) {
		l->pos += 3;
		return SQL_TOKEN_PARAMETER;
	}
	l->pos += template_read(str_slice(l->text, l->pos, l->text.len), &item);
	return item.kind == TEMPLATE_REF ? SQL_TOKEN_PARAMETER : SQL_TOKEN_ERROR;
}

static uint32_t
tag_hash(struct str tag)
{
	uint32_t h = UINT32_C(2166136261);

	for (size_t i = 0; i < tag.len; i++)
		h = (h ^ (unsigned char)tag.p[i]) * UINT32_C(16777619);
	return (h ^ h >> NUMBER_SHIFT) & NUMBER_MAX;
}

/* A dollar quote's opening or closing at the cursor: its tag. */
static bool
at_tag(const struct sql_lexer *l, struct str *tag)
{
	size_t pos = l->pos + 1;

	if (at(l, l->pos) != '$' || is_digit(at(l, pos)))
		return false;
	while (is_word(at(l, pos)))
		pos++;
	*tag = str_slice(l->text, l->pos + 1, pos);
	return at(l, pos) == '$';
}

static bool
at_dollar_end(const struct sql_lexer *l, struct str *tag)
{
	if (!at_tag(l, tag))
		return false;
	if (l->tag.p)
		return str_equal(*tag, l->tag);
	return tag_hash(*tag) == l->state >> NUMBER_SHIFT;
}

/* The rest of a quoted piece; true when its end was read. */
static bool
read_quoted(struct sql_lexer *l, char quote, bool backslash)
{
	while (l->pos < l->text.len) {
		char c = at(l, l->pos);

		if (c == '$' && at_parameter(l))
			return false;
		l->pos++;
		if (c == '\\' && backslash && l->pos < l->text.len) {
			l->pos++;
		} else if (c == quote) {
			if (at(l, l->pos) != quote || l->pos >= l->text.len)
				return true;
			l->pos++;
		}
	}
	return false;
}

static bool
read_dollar(struct sql_lexer *l)
{
	struct str tag;

	for (; l->pos < l->text.len; l->pos++) {
		if (at(l, l->pos) != '$')
			continue;
		if (at_dollar_end(l, &tag)) {
			l->pos += tag.len + 2;
			l->tag = STR_NONE;
			return true;
		}
		if (at_parameter(l))
			return false;
	}
	return false;
}

static bool
read_comment(struct sql_lexer *l)
{
	bool nested = sql_rules(l->dialect)->nested_comment;
	uint32_t depth = l->state >> NUMBER_SHIFT;

	while (l->pos < l->text.len) {
		if (looking_at(l, STR("*/"))) {
			l->pos += 2;
			if (depth == 0)
				return true;
			set_mode(l, MODE_COMMENT, --depth);
		} else if (nested && depth < NUMBER_MAX && looking_at(l, STR("/*"))) {
			l->pos += 2;
			set_mode(l, MODE_COMMENT, ++depth);
		} else {
			l->pos++;
		}
	}
	return false;
}

static bool
read_hint(struct sql_lexer *l)
{
	for (; l->pos < l->text.len; l->pos++) {
		if (looking_at(l, STR("*/"))) {
			l->pos += 2;
			return true;
		}
		if (at_parameter(l))
			return false;
	}
	return false;
}

/* One piece of what is open, its end included. The cursor is behind the opening. */
static enum sql_token_kind
read_piece(struct sql_lexer *l, struct sql_token *token)
{
	const struct sql_rules *rules = sql_rules(l->dialect);
	enum sql_token_kind kind = SQL_TOKEN_STRING;

	switch (mode_of(l->state)) {
	case MODE_COMMENT:
		kind = SQL_TOKEN_COMMENT;
		token->closed = read_comment(l);
		break;
	case MODE_HINT:
		kind = SQL_TOKEN_COMMENT;
		token->closed = read_hint(l);
		break;
	case MODE_STRING:
	case MODE_STRING_ESCAPES:
		token->closed = read_quoted(l, '\'',
			mode_of(l->state) == MODE_STRING_ESCAPES);
		break;
	case MODE_DOUBLE:
		if (!rules->double_is_string)
			kind = SQL_TOKEN_QUOTED_NAME;
		token->closed = read_quoted(l, '"', rules->double_is_string
				? rules->backslash : rules->backslash_name);
		break;
	case MODE_BACKTICK:
		kind = SQL_TOKEN_QUOTED_NAME;
		token->closed = read_quoted(l, '`', rules->backslash_name);
		break;
	case MODE_DOLLAR:
		token->closed = read_dollar(l);
		break;
	case MODE_CODE:
	case MODE_COUNT:
	default:
		break;
	}
	if (token->closed)
		set_mode(l, MODE_CODE, 0);
	return kind;
}

static enum sql_token_kind
open_quote(struct sql_lexer *l, struct sql_token *token, enum mode mode, size_t opening)
{
	l->pos += opening;
	set_mode(l, mode, 0);
	return read_piece(l, token);
}

static enum sql_token_kind
read_line_comment(struct sql_lexer *l)
{
	bool at_return = sql_rules(l->dialect)->return_ends_comment;

	while (l->pos < l->text.len && at(l, l->pos) != '\n' &&
		!(at_return && at(l, l->pos) == '\r'))
		l->pos++;
	return SQL_TOKEN_COMMENT;
}

/* A comment at the cursor, of any kind. */
static bool
try_comment(struct sql_lexer *l, struct sql_token *token)
{
	const struct sql_rules *rules = sql_rules(l->dialect);
	char c = at(l, l->pos), next = at(l, l->pos + 1), third = at(l, l->pos + 2);

	if (c == '-' && next == '-' &&
		(!rules->dash_needs_space || third == '\0' || is_space(third))) {
		token->kind = read_line_comment(l);
	} else if (c == '#' && (rules->hash_comment == HASH_ALWAYS ||
				       (rules->hash_comment == HASH_SPACE &&
					       (next == ' ' || next == '!')))) {
		token->kind = read_line_comment(l);
	} else if (c == '/' && next == '*' && third == '!' && rules->code_comment) {
		for (l->pos += 3; is_digit(at(l, l->pos));)
			l->pos++;
		l->state |= CODE_COMMENT;
		token->kind = SQL_TOKEN_OPERATOR;
	} else if (c == '*' && next == '/' && (l->state & CODE_COMMENT)) {
		l->pos += 2;
		l->state &= ~CODE_COMMENT;
		token->kind = SQL_TOKEN_OPERATOR;
	} else if (c == '/' && next == '*' && third == '+' && rules->hint) {
		token->kind = open_quote(l, token, MODE_HINT, 3);
	} else if (c == '/' && next == '*') {
		token->kind = open_quote(l, token, MODE_COMMENT, 2);
	} else {
		return false;
	}
	return true;
}

/* [name], on one line, and not an array's index. */
static bool
try_bracket(struct sql_lexer *l)
{
	size_t end = l->pos + 1;
	char before = l->pos ? at(l, l->pos - 1) : ' ';

	if (is_word(before) || before == ')' || before == ']' || before == '"')
		return false;
	while (end < l->text.len && at(l, end) != ']' && at(l, end) != '\n' &&
		at(l, end) != '$')
		end++;
	if (at(l, end) != ']' || end == l->pos + 1)
		return false;
	l->pos = end + 1;
	return true;
}

/* A string, quoted name or dollar quote at the cursor. */
static bool
try_quote(struct sql_lexer *l, struct sql_token *token)
{
	const struct sql_rules *rules = sql_rules(l->dialect);
	char c = at(l, l->pos);
	struct str tag;

	if (c == '\'') {
		token->kind = open_quote(l, token,
			rules->backslash ? MODE_STRING_ESCAPES : MODE_STRING, 1);
	} else if (c == '"') {
		token->kind = open_quote(l, token, MODE_DOUBLE, 1);
	} else if (c == '`' && rules->backtick) {
		token->kind = open_quote(l, token, MODE_BACKTICK, 1);
	} else if (c == '[' && rules->bracket && try_bracket(l)) {
		token->kind = SQL_TOKEN_QUOTED_NAME;
	} else if (c == '$' && rules->dollar && at_tag(l, &tag)) {
		l->tag = tag;
		l->pos += tag.len + 2;
		set_mode(l, MODE_DOLLAR, tag_hash(tag));
		token->kind = read_piece(l, token);
	} else {
		return false;
	}
	return true;
}

/* E'…', N'…', X'…': the letter belongs to the string. */
static bool
try_prefixed(struct sql_lexer *l, struct sql_token *token, struct str word)
{
	const struct sql_rules *rules = sql_rules(l->dialect);
	char letter = word.len == 1 ? (char)(word.p[0] | 0x20) : '\0';
	enum mode mode = rules->backslash ? MODE_STRING_ESCAPES : MODE_STRING;

	if (at(l, l->pos) != '\'' || !letter || !memchr("bnxer", letter, 5))
		return false;
	if (letter == 'e' && !rules->escape_string)
		return false;
	if (letter == 'r' && !rules->raw_string)
		return false;
	if (letter == 'e')
		mode = MODE_STRING_ESCAPES;
	if (letter == 'r')
		mode = MODE_STRING;
	token->kind = open_quote(l, token, mode, 1);
	return true;
}

static enum sql_token_kind
read_word(struct sql_lexer *l, struct sql_token *token)
{
	size_t from = l->pos;
	struct str word;

	while (at(l, l->pos) == '@')
		l->pos++;
	while (is_word(at(l, l->pos)) || (at(l, l->pos) == '$' && l->pos > from &&
						 !at_parameter(l)))
		l->pos++;
	word = str_slice(l->text, from, l->pos);
	if (try_prefixed(l, token, word))
		return token->kind;
	return sql_is_keyword(l->dialect, word) ? SQL_TOKEN_KEYWORD : SQL_TOKEN_NAME;
}

/* 12, 1.5, .5, 1e-3, 0xFF, 10L: digits with the letters that follow. */
static enum sql_token_kind
read_number(struct sql_lexer *l)
{
	while (l->pos < l->text.len) {
		char c = at(l, l->pos), before = l->pos ? at(l, l->pos - 1) : '\0';
		bool sign = (c == '+' || c == '-') && (before == 'e' || before == 'E') &&
			    is_digit(at(l, l->pos + 1));

		if (!is_word(c) && c != '.' && !sign)
			break;
		l->pos++;
	}
	return SQL_TOKEN_NUMBER;
}

static enum sql_token_kind
read_operator(struct sql_lexer *l)
{
	unsigned char c = (unsigned char)at(l, l->pos);

	for (size_t i = 0; i < ARRAY_LEN(operators); i++) {
		if (operators[i].p[0] != (char)c || !looking_at(l, operators[i]))
			continue;
		l->pos += operators[i].len;
		return SQL_TOKEN_OPERATOR;
	}
	l->pos++;
	return c < 0x20 || c == 0x7F ? SQL_TOKEN_ERROR : SQL_TOKEN_OPERATOR;
}

static enum sql_token_kind
read_code(struct sql_lexer *l, struct sql_token *token)
{
	char c = at(l, l->pos), next = at(l, l->pos + 1);

	if (is_space(c)) {
		while (is_space(at(l, l->pos)))
			l->pos++;
		return SQL_TOKEN_SPACE;
	}
	if (at_parameter(l))
		return read_parameter(l);
	if (try_comment(l, token) || try_quote(l, token))
		return token->kind;
	if (is_word_start(c) || (c == '@' && (is_word_start(next) || next == '@')))
		return read_word(l, token);
	if (is_digit(c) || (c == '.' && is_digit(next) &&
				   !(l->pos && is_word(at(l, l->pos - 1)))))
		return read_number(l);
	return read_operator(l);
}

bool
sql_lexer_next(struct sql_lexer *l, struct sql_token *token)
{
	enum mode mode = mode_of(l->state);

	if (l->pos >= l->text.len)
		return false;
	*token = (struct sql_token){ .pos = l->pos, .closed = true };
	if (mode == MODE_CODE) {
		token->kind = read_code(l, token);
	} else if (mode != MODE_COMMENT && at_parameter(l) && !(mode == MODE_DOLLAR &&
			   at_dollar_end(l, &(struct str){ 0 }))) {
		token->kind = read_parameter(l);
	} else {
		token->closed = false;
		token->kind = read_piece(l, token);
	}
	token->len = l->pos - token->pos;
	return true;
}

void
sql_unquote(struct str quoted, struct buf *to)
{
	char end;

	if (quoted.len < 2 || !memchr("\"`[", quoted.p[0], 3)) {
		buf_add_str(to, quoted);
		return;
	}
	end = quoted.p[0] == '[' ? ']' : quoted.p[0];
	if (quoted.p[quoted.len - 1] == end)
		quoted.len--;
	for (size_t i = 1; i < quoted.len; i++) {
		buf_addc(to, quoted.p[i]);
		if (quoted.p[i] == end && i + 1 < quoted.len && quoted.p[i + 1] == end)
			i++;
	}
}
