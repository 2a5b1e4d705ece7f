/* SPDX-License-Identifier: MIT */
#include "src/run/condition.h"

#include "src/result/value.h"

enum operand_kind { OPERAND_NUMBER, OPERAND_TEXT, OPERAND_BOOL };

struct operand {
	enum operand_kind kind;
	struct buf text; /* number or text */
	bool truth;
};

struct parser {
	struct str text;
	size_t pos;
	int depth;
	condition_value_fn value;
	void *context;
	struct err *err;
};

static bool eval_or(struct parser *p, bool *result);

static bool
fail(struct parser *p, const char *what)
{
	err_set(p->err, ERR_INPUT, "column %zu: %s", p->pos + 1, what);
	err_hint(p->err, "write for example ${inputs[0][0]} >= 100 or '${inputs[0][1]}' == 'East'");
	return err_at(p->err, 1, (int)p->pos + 1);
}

static void
skip_space(struct parser *p)
{
	while (p->pos < p->text.len && (p->text.p[p->pos] == ' ' || p->text.p[p->pos] == '\t' ||
					       p->text.p[p->pos] == '\n'))
		p->pos++;
}

static bool
is_word_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_';
}

/* Takes a word such as "and" when it stands here whole. */
static bool
take_word(struct parser *p, const char *word)
{
	size_t len = strlen(word);

	skip_space(p);
	if (!str_starts(str_slice(p->text, p->pos, p->text.len), str_from(word)))
		return false;
	if (p->pos + len < p->text.len && is_word_char(p->text.p[p->pos + len]))
		return false;
	p->pos += len;
	return true;
}

static bool
take_symbol(struct parser *p, const char *symbol)
{
	skip_space(p);
	if (!str_starts(str_slice(p->text, p->pos, p->text.len), str_from(symbol)))
		return false;
	p->pos += strlen(symbol);
	return true;
}

/* "${…}" at pos; its length, 0 when there is none. */
static size_t
placeholder_len(const struct parser *p)
{
	struct str rest = str_slice(p->text, p->pos, p->text.len);
	size_t end;

	if (!str_starts(rest, STR("${")))
		return 0;
	end = str_find(rest, STR("}"), 2);
	return end == SIZE_MAX ? 0 : end + 1;
}

static bool
take_placeholder(struct parser *p, size_t len, struct buf *to)
{
	if (!p->value(p->context, str_slice(p->text, p->pos, p->pos + len), to, p->err))
		return false;
	p->pos += len;
	return true;
}

static bool
take_quoted(struct parser *p, struct operand *o)
{
	char quote = p->text.p[p->pos++];

	o->kind = OPERAND_TEXT;
	while (p->pos < p->text.len && p->text.p[p->pos] != quote) {
		size_t len = placeholder_len(p);

		if (len && !take_placeholder(p, len, &o->text))
			return false;
		if (len)
			continue;
		if (p->text.p[p->pos] == '\\' && p->pos + 1 < p->text.len)
			p->pos++;
		buf_addc(&o->text, p->text.p[p->pos++]);
	}
	if (p->pos == p->text.len)
		return fail(p, "a quote is not closed");
	p->pos++;
	return true;
}

static bool
take_number(struct parser *p, struct operand *o)
{
	size_t from = p->pos;

	while (p->pos < p->text.len &&
		(is_word_char(p->text.p[p->pos]) || p->text.p[p->pos] == '.' ||
			((p->text.p[p->pos] == '-' || p->text.p[p->pos] == '+') &&
				(p->pos == from || (p->text.p[p->pos - 1] | 32) == 'e'))))
		p->pos++;
	o->kind = OPERAND_NUMBER;
	buf_add(&o->text, p->text.p + from, p->pos - from);
	if (!value_is_number(buf_str(&o->text))) {
		p->pos = from;
		return fail(p, "a number, a text in quotes, ${…}, True or False is wanted here");
	}
	return true;
}

static bool
take_bare_value(struct parser *p, size_t len, struct operand *o)
{
	struct str shown;

	if (!take_placeholder(p, len, &o->text))
		return false;
	o->kind = OPERAND_NUMBER;
	shown = str_trim(buf_str(&o->text));
	if (value_is_number(shown))
		return true;
	p->pos -= len;
	return fail(p, shown.len ? "the value is a text: put ${…} in quotes to compare texts"
				 : "the value is empty: put ${…} in quotes to compare texts");
}

static bool
take_operand(struct parser *p, struct operand *o)
{
	size_t len;

	skip_space(p);
	if (p->pos == p->text.len)
		return fail(p, "the condition ends too early");
	len = placeholder_len(p);
	if (len)
		return take_bare_value(p, len, o);
	if (p->text.p[p->pos] == '\'' || p->text.p[p->pos] == '"')
		return take_quoted(p, o);
	if (take_word(p, "True") || take_word(p, "true")) {
		o->kind = OPERAND_BOOL;
		o->truth = true;
		return true;
	}
	if (take_word(p, "False") || take_word(p, "false")) {
		o->kind = OPERAND_BOOL;
		return true;
	}
	return take_number(p, o);
}

enum comparison { CMP_NONE, CMP_EQ, CMP_NE, CMP_LE, CMP_GE, CMP_LT, CMP_GT };

static enum comparison
take_comparison(struct parser *p)
{
	static const struct {
		const char *symbol;
		enum comparison comparison;
	} table[] = { { "==", CMP_EQ }, { "!=", CMP_NE }, { "<>", CMP_NE }, { "<=", CMP_LE },
		{ ">=", CMP_GE }, { "<", CMP_LT }, { ">", CMP_GT } };

	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (take_symbol(p, table[i].symbol))
			return table[i].comparison;
	return CMP_NONE;
}

static bool
holds(enum comparison c, int order)
{
	return (c == CMP_EQ && order == 0) || (c == CMP_NE && order != 0) ||
	       (c == CMP_LE && order <= 0) || (c == CMP_GE && order >= 0) ||
	       (c == CMP_LT && order < 0) || (c == CMP_GT && order > 0);
}

static bool
compare(struct parser *p, const struct operand *a, enum comparison c, const struct operand *b,
	bool *result)
{
	bool numbers;
	int order;

	if (a->kind != b->kind)
		return fail(p, "a number, a text and True/False cannot be compared with each other");
	if (a->kind == OPERAND_BOOL)
		order = (int)a->truth - (int)b->truth;
	else if (a->kind == OPERAND_NUMBER)
		order = value_compare(str_trim(buf_str(&a->text)), str_trim(buf_str(&b->text)),
			&numbers);
	else
		order = str_compare(buf_str(&a->text), buf_str(&b->text));
	*result = holds(c, order);
	return true;
}

/* a < b <= c: all must hold. A lone operand must be True or False. */
static bool
eval_chain(struct parser *p, bool *result)
{
	struct operand left = { .kind = OPERAND_TEXT }, right = { .kind = OPERAND_TEXT };
	bool ok = take_operand(p, &left), all = true, one = false;
	int links = 0;

	while (ok) {
		enum comparison c = take_comparison(p);

		if (c == CMP_NONE)
			break;
		right = (struct operand){ .kind = OPERAND_TEXT };
		ok = take_operand(p, &right) && compare(p, &left, c, &right, &one);
		all = all && ok && one;
		buf_fini(&left.text);
		left = right;
		links++;
	}
	if (ok && links == 0) {
		all = left.truth;
		if (left.kind != OPERAND_BOOL)
			ok = fail(p, "a comparison such as == or >= is wanted here");
	}
	buf_fini(&left.text);
	*result = all;
	return ok;
}

static bool
eval_not(struct parser *p, bool *result)
{
	bool ok;

	if (++p->depth > CONDITION_MAX_DEPTH)
		return fail(p, "nested too deeply");
	if (take_word(p, "not")) {
		ok = eval_not(p, result);
		*result = !*result;
	} else if (take_symbol(p, "(")) {
		ok = eval_or(p, result);
		if (ok && !take_symbol(p, ")"))
			ok = fail(p, "a closing parenthesis is missing");
	} else {
		ok = eval_chain(p, result);
	}
	p->depth--;
	return ok;
}

static bool
eval_and(struct parser *p, bool *result)
{
	bool right;

	if (!eval_not(p, result))
		return false;
	while (take_word(p, "and")) {
		if (!eval_not(p, &right))
			return false;
		*result = *result && right;
	}
	return true;
}

static bool
eval_or(struct parser *p, bool *result)
{
	bool right;

	if (!eval_and(p, result))
		return false;
	while (take_word(p, "or")) {
		if (!eval_and(p, &right))
			return false;
		*result = *result || right;
	}
	return true;
}

bool
condition_eval(struct str text, condition_value_fn value, void *context, bool *result,
	struct err *err)
{
	struct parser p = { text, 0, 0, value, context, err };
	bool ok;

	*result = false;
	ok = eval_or(&p, result);
	skip_space(&p);
	if (ok && p.pos < text.len)
		ok = fail(&p, "this was not expected here");
	return ok;
}
