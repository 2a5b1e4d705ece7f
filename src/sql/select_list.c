/* SPDX-License-Identifier: MIT */
#include "src/sql/select_list.h"

#include <stdlib.h>

/* A token that counts, with the depth of brackets it stands in; a bracket has the
 * depth of what is around it. */
struct word {
	enum sql_token_kind kind;
	struct str text;
	size_t pos;
	int depth;
};

struct reader {
	struct select_list *list;
	enum sql_dialect dialect;
	struct word *words;
	size_t count;
	int base; /* depth of the SELECT that names the columns */
};

static const char *const row_makers[] = { "values", "table", "show", "describe", "desc",
	"explain", "pragma", "exists", "call", "exec", "execute" };
static const char *const clause_words[] = { "from", "into", "where", "group", "having", "order",
	"limit", "union", "except", "intersect", "minus", "window", "offset", "fetch", "qualify",
	"prewhere", "lateral", "settings", "format", "cluster", "distribute", "sort", "for" };
static const char *const set_words[] = { "union", "except", "intersect", "minus" };
static const char *const aggregates[] = { "count", "sum", "avg", "min", "max", "total",
	"group_concat", "string_agg", "array_agg", "json_agg", "uniq", "uniqexact", "median",
	"stddev", "variance", "quantile", "wm_concat", "collect_list", "collect_set" };
static const char *const value_words[] = { "end", "null", "true", "false", "current_date",
	"current_time", "current_timestamp" };

static bool
is_word(const struct word *w, const char *text)
{
	return (w->kind == SQL_TOKEN_KEYWORD || w->kind == SQL_TOKEN_NAME) &&
	       str_equal_nocase(w->text, str_from(text));
}

static bool
is_one_of(const struct word *w, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (is_word(w, words[i]))
			return true;
	return false;
}

#define IS_ONE_OF(w, words) is_one_of((w), (words), ARRAY_LEN(words))

static bool
is_operator(const struct word *w, const char *text)
{
	return w->kind == SQL_TOKEN_OPERATOR && str_is(w->text, text);
}

static bool
is_bracket(const struct word *w, const char *brackets)
{
	return w->kind == SQL_TOKEN_OPERATOR && w->text.len == 1 &&
	       memchr(brackets, w->text.p[0], 3);
}

static bool
is_name(const struct word *w)
{
	return w->kind == SQL_TOKEN_NAME || w->kind == SQL_TOKEN_QUOTED_NAME;
}

/* Pieces of one string or name around a `${…}` become one word of unknown text. */
static void
add_word(struct reader *r, struct word w, bool continued, size_t *room)
{
	if (continued && r->count) {
		r->words[r->count - 1].kind = SQL_TOKEN_PARAMETER;
		return;
	}
	if (r->count == *room) {
		*room = *room ? *room * 2 : 64;
		r->words = xreallocarray(r->words, *room, sizeof(*r->words));
	}
	r->words[r->count++] = w;
}

static void
read_words(struct reader *r, struct str statement)
{
	struct sql_lexer lexer;
	struct sql_token token;
	size_t room = 0;
	bool open = false;
	int depth = 0;

	sql_lexer_init(&lexer, r->dialect, statement, SQL_STATE_START);
	while (sql_lexer_next(&lexer, &token)) {
		struct word w = { token.kind, sql_token_text(&lexer, &token), token.pos, depth };
		bool piece = token.kind == SQL_TOKEN_STRING ||
			     token.kind == SQL_TOKEN_QUOTED_NAME;

		if (token.kind == SQL_TOKEN_SPACE || token.kind == SQL_TOKEN_COMMENT)
			continue;
		if (is_bracket(&w, ")]}") && depth > 0)
			w.depth = --depth;
		else if (is_bracket(&w, "([{"))
			depth++;
		add_word(r, w, open, &room);
		if (piece)
			open = !token.closed;
	}
}

/* The first SELECT that yields the rows; SIZE_MAX when the statement has none. */
static size_t
find_select(struct reader *r)
{
	size_t i = 0;

	while (i < r->count && is_operator(&r->words[i], "("))
		i++;
	r->base = (int)i;
	if (i < r->count && IS_ONE_OF(&r->words[i], row_makers))
		r->list->yields_rows = true;
	for (; i < r->count && !r->list->yields_rows; i++) {
		const struct word *w = &r->words[i];

		if (w->depth != r->base)
			continue;
		if (is_word(w, "insert") || is_word(w, "update") || is_word(w, "delete") ||
			is_word(w, "create") || is_word(w, "merge") || is_word(w, "drop"))
			return SIZE_MAX;
		if (!is_word(w, "select"))
			continue;
		r->list->yields_rows = true;
		return i + 1;
	}
	return SIZE_MAX;
}

/* Behind DISTINCT [ON (…)], ALL, TOP n and the like. */
static size_t
skip_modifiers(const struct reader *r, size_t i)
{
	for (;;) {
		if (i < r->count && (is_word(&r->words[i], "distinct") ||
					    is_word(&r->words[i], "all") ||
					    is_word(&r->words[i], "straight_join"))) {
			i++;
		} else if (i + 1 < r->count && is_word(&r->words[i], "top")) {
			i += 2;
		} else if (i + 1 < r->count && is_word(&r->words[i], "on") &&
			   is_operator(&r->words[i + 1], "(")) {
			for (i += 2; i < r->count && r->words[i].depth > r->base;)
				i++;
			i++;
		} else {
			return i;
		}
	}
}

static bool
ends_list(const struct reader *r, size_t i)
{
	const struct word *w = &r->words[i];

	if (w->depth < r->base)
		return true;
	if (w->depth > r->base || w->kind != SQL_TOKEN_KEYWORD || !IS_ONE_OF(w, clause_words))
		return false;
	return !is_word(w - 1, "as") && !(is_word(w, "from") && is_word(w - 1, "distinct"));
}

static void
add_column(struct select_list *list, const char *name, size_t pos)
{
	list->columns = xreallocarray(list->columns, list->count + 1, sizeof(*list->columns));
	list->columns[list->count++] = (struct select_column){ name, pos };
	if (!*name)
		list->is_known = false;
}

/* The name as the server gives it back. */
static char *
name_of(const struct reader *r, const struct word *w)
{
	struct buf name = BUF_INIT;

	if (w->kind == SQL_TOKEN_STRING && w->text.len >= 2)
		buf_add(&name, w->text.p + 1, w->text.len - 2);
	else if (w->kind == SQL_TOKEN_QUOTED_NAME)
		sql_unquote(w->text, &name);
	else
		buf_add_str(&name, w->text);
	if (r->dialect == SQL_POSTGRES && w->kind != SQL_TOKEN_QUOTED_NAME)
		for (size_t i = 0; i < name.len; i++)
			if (name.p[i] >= 'A' && name.p[i] <= 'Z')
				name.p[i] = (char)(name.p[i] + 32);
	return buf_take(&name);
}

/* a, t.a, db.t.a from `i` on: the index behind it, `i` itself when it is none. */
static size_t
path_end(const struct reader *r, size_t i, size_t end)
{
	size_t at = i;

	while (at < end && is_name(&r->words[at])) {
		if (at + 2 >= end || !is_operator(&r->words[at + 1], "."))
			return at + 1;
		at += 2;
	}
	return i;
}

/* Can stand before an alias without AS. */
static bool
ends_expression(const struct word *w)
{
	return is_name(w) || w->kind == SQL_TOKEN_NUMBER || w->kind == SQL_TOKEN_STRING ||
	       w->kind == SQL_TOKEN_PARAMETER || is_bracket(w, ")]}") ||
	       IS_ONE_OF(w, value_words);
}

static bool
has_cast(const struct reader *r, size_t from, size_t end)
{
	for (size_t i = from; i < end; i++)
		if (r->words[i].depth == r->base &&
			(is_operator(&r->words[i], "::") || is_word(&r->words[i], "interval")))
			return true;
	return false;
}

/* PostgreSQL's own rules: a call is called after its function, a cast after what
 * is cast. */
static const struct word *
postgres_name(const struct reader *r, size_t from, size_t end)
{
	size_t path = path_end(r, from, end), i;

	if (path == from || path >= end)
		return NULL;
	if (is_operator(&r->words[path], "::"))
		return path + 2 == end ? &r->words[path - 1] : NULL;
	if (!is_operator(&r->words[path], "("))
		return NULL;
	for (i = path + 1; i < end && r->words[i].depth > r->base;)
		i++;
	return i + 1 == end ? &r->words[path - 1] : NULL;
}

/* The word an item is named by; NULL when the server chooses. */
static const struct word *
item_name(const struct reader *r, size_t from, size_t end)
{
	const struct word *last = &r->words[end - 1];
	size_t path = path_end(r, from, end);

	if (end - from >= 3 && is_word(last - 1, "as") && last->depth == r->base)
		return is_name(last) || last->kind == SQL_TOKEN_KEYWORD ||
			       last->kind == SQL_TOKEN_STRING
			? last : NULL;
	if (path == end)
		return path - from > 1 && r->dialect == SQL_CLICKHOUSE ? NULL : last;
	if (end - from >= 2 && is_name(last) && ends_expression(last - 1) &&
		!has_cast(r, from, end))
		return last;
	return r->dialect == SQL_POSTGRES ? postgres_name(r, from, end) : NULL;
}

static bool
is_star(const struct reader *r, size_t from, size_t end)
{
	for (size_t i = from; i < end; i++)
		if (r->words[i].depth == r->base && is_operator(&r->words[i], "*") &&
			(i == from || is_operator(&r->words[i - 1], ".")))
			return true;
	return false;
}

static void
read_item(struct reader *r, size_t from, size_t end)
{
	const struct word *name;

	if (from == end)
		return;
	if (is_star(r, from, end)) {
		r->list->has_star = true;
		r->list->is_known = false;
		return;
	}
	name = item_name(r, from, end);
	add_column(r->list, name ? name_of(r, name) : xstrdup(""), r->words[from].pos);
}

static size_t
read_items(struct reader *r, size_t i)
{
	size_t from = i;

	for (; i < r->count && !ends_list(r, i); i++) {
		if (r->words[i].depth != r->base || !is_operator(&r->words[i], ","))
			continue;
		read_item(r, from, i);
		from = i + 1;
	}
	read_item(r, from, i);
	return i;
}

/* An aggregate call that is no window function, in words from..end. */
static bool
has_aggregate(const struct reader *r, size_t from, size_t end)
{
	for (size_t i = from; i + 1 < end; i++) {
		size_t close = i + 2;
		bool comma = false;

		if (!IS_ONE_OF(&r->words[i], aggregates) || !is_operator(&r->words[i + 1], "("))
			continue;
		for (; close < end && r->words[close].depth > r->words[i + 1].depth; close++)
			comma = comma || (r->words[close].depth == r->words[i + 1].depth + 1 &&
						 is_operator(&r->words[close], ","));
		if (comma && (is_word(&r->words[i], "min") || is_word(&r->words[i], "max")))
			continue;
		if (close + 1 >= end || !is_word(&r->words[close + 1], "over"))
			return true;
	}
	return false;
}

/* ORDER BY, LIMIT 1, GROUP BY, UNION behind the list. */
static void
read_clauses(struct reader *r, size_t items, size_t i)
{
	bool group = false, set = false, one = false;
	bool from = is_word(&r->words[r->base], "from");
	size_t clauses = i;

	for (; i < r->count; i++) {
		const struct word *w = &r->words[i];
		const struct word *next = i + 1 < r->count ? w + 1 : w;

		if (w->depth > r->base || w->kind != SQL_TOKEN_KEYWORD)
			continue;
		from = from || is_word(w, "from");
		group = group || is_word(w, "group");
		one = one || (is_word(w, "limit") && str_is(next->text, "1") &&
				     (i + 2 >= r->count || !is_operator(w + 2, ",")));
		if (IS_ONE_OF(w, set_words)) {
			set = true;
			r->list->has_order_by = one = false;
		}
		if (is_word(w, "order") && is_word(next, "by"))
			r->list->has_order_by = true;
	}
	if (!group && !set)
		one = one || has_aggregate(r, items, clauses) ||
		      (!from && clauses == items + 1);
	r->list->is_one_row = one;
}

void
select_list_read(struct select_list *s, enum sql_dialect dialect, struct str statement)
{
	struct reader r = { .list = s, .dialect = dialect };
	size_t items, end;

	*s = (struct select_list){ .is_known = false };
	read_words(&r, statement);
	items = find_select(&r);
	if (items != SIZE_MAX) {
		s->is_known = true;
		items = skip_modifiers(&r, items);
		end = read_items(&r, items);
		read_clauses(&r, items, end);
		s->is_known = s->is_known && s->count > 0;
	}
	free(r.words);
}

void
select_list_fini(struct select_list *s)
{
	for (size_t i = 0; i < s->count; i++)
		free((char *)s->columns[i].name);
	free(s->columns);
	*s = (struct select_list){ 0 };
}

size_t
select_list_find(const struct select_list *s, struct str name)
{
	for (size_t i = 0; i < s->count; i++)
		if (str_is(name, s->columns[i].name))
			return i;
	for (size_t i = 0; i < s->count; i++)
		if (str_equal_nocase(name, str_from(s->columns[i].name)))
			return i;
	return SIZE_MAX;
}
