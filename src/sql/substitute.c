/* SPDX-License-Identifier: MIT */
#include "src/sql/substitute.h"

#include <stdlib.h>

#include "src/sql/lexer.h"

/* A value may be large, but no statement is. */
#define MAX_TEXT ((size_t)64 << 20)

struct substituter {
	struct substituted *out;
	lookup_fn lookup;
	void *context;
	struct err *err;
	size_t room;
};

static void
add_piece(struct substituter *s, size_t source, bool is_value)
{
	struct substituted *out = s->out;

	if (out->count == s->room) {
		s->room = s->room ? s->room * 2 : 8;
		out->pieces = xreallocarray(out->pieces, s->room, sizeof(*out->pieces));
	}
	out->pieces[out->count++] =
		(struct substituted_piece){ out->text.len, source, is_value };
}

/* What follows on the last copied piece makes it longer. */
static bool
continues(const struct substituted *out, size_t from)
{
	const struct substituted_piece *last = out->count ? &out->pieces[out->count - 1] : NULL;

	return last && !last->is_value && last->source + (out->text.len - last->pos) == from;
}

static void
copy(struct substituter *s, size_t from, size_t to)
{
	if (from == to)
		return;
	if (!continues(s->out, from))
		add_piece(s, from, false);
	buf_add(&s->out->text, s->out->source.p + from, to - from);
}

static bool
fail(struct substituter *s, size_t pos, const char *code, const char *what, struct str name)
{
	int line, column;

	text_place(s->out->source, pos, &line, &column);
	err_set(s->err, ERR_INPUT, "%s: line %d, column %d: %.*s%s", code, line, column,
		STR_ARG(name), what);
	return err_at(s->err, line, column);
}

static bool
put_value(struct substituter *s, const struct template_item *ref)
{
	struct str shown = str_slice(s->out->source, ref->pos, ref->pos + ref->len);
	int line, column;

	add_piece(s, ref->pos, true);
	switch (s->lookup(s->context, ref, &s->out->text, s->err)) {
	case LOOKUP_FOUND:
		return true;
	case LOOKUP_UNASSIGNED:
		fail(s, ref->pos, "E_UNASSIGNED", " has no value", shown);
		return err_hint(s->err, "add \"%.*s\" to the parameters, or write $${ for a "
				"literal ${", STR_ARG(ref->name));
	case LOOKUP_FAILED:
	default:
		text_place(s->out->source, ref->pos, &line, &column);
		err_wrap(s->err, "line %d, column %d", line, column);
		return err_at(s->err, line, column);
	}
}

/* The `${…}` or `$${` at `pos`. */
static bool
put_parameter(struct substituter *s, size_t pos, size_t len)
{
	struct str source = s->out->source;
	struct template_item item;

	if (len == 3 && source.p[pos + 1] == '$') {
		add_piece(s, pos, true);
		buf_adds(&s->out->text, "${");
		return true;
	}
	template_read(str_slice(source, pos, source.len), &item);
	item.pos = pos;
	item.line = item.column = -1;
	if (item.kind == TEMPLATE_BAD)
		return fail(s, pos, "E_REFERENCE", item.message, STR_NONE);
	return put_value(s, &item);
}

static bool
put_sql(struct substituter *s, enum sql_dialect dialect, size_t from, size_t to)
{
	struct sql_lexer lexer;
	struct sql_token token;

	sql_lexer_init(&lexer, dialect, str_slice(s->out->source, from, to), SQL_STATE_START);
	while (sql_lexer_next(&lexer, &token)) {
		size_t pos = from + token.pos;
		bool parameter = token.kind == SQL_TOKEN_PARAMETER ||
				 (token.kind == SQL_TOKEN_ERROR && token.len == 2 &&
					 s->out->source.p[pos] == '$');

		if (!parameter)
			copy(s, pos, pos + token.len);
		else if (!put_parameter(s, pos, token.len))
			return false;
	}
	return true;
}

static bool
put_text(struct substituter *s)
{
	struct template_scanner scanner;
	struct template_item item;

	template_init(&scanner, s->out->source);
	while (template_next(&scanner, &item)) {
		if (item.kind == TEMPLATE_TEXT)
			copy(s, item.pos, item.pos + item.len);
		else if (!put_parameter(s, item.pos, item.len))
			return false;
	}
	return true;
}

static bool
finish(struct substituter *s, bool ok)
{
	buf_add(&s->out->text, "", 0);
	if (ok && buf_is_over(&s->out->text))
		ok = err_set(s->err, ERR_LIMIT, "the text is larger than %zu MiB with its values",
			MAX_TEXT >> 20);
	if (!ok)
		substituted_fini(s->out);
	return ok;
}

bool
sql_substitute(struct substituted *out, enum sql_dialect dialect, struct str source, size_t from,
	size_t to, lookup_fn lookup, void *context, struct err *err)
{
	struct substituter s = { .out = out, .lookup = lookup, .context = context, .err = err };

	*out = (struct substituted){ .text = BUF_MAX(MAX_TEXT), .source = source };
	return finish(&s, put_sql(&s, dialect, from, to));
}

bool
text_substitute(struct substituted *out, struct str source, lookup_fn lookup, void *context,
	struct err *err)
{
	struct substituter s = { .out = out, .lookup = lookup, .context = context, .err = err };

	*out = (struct substituted){ .text = BUF_MAX(MAX_TEXT), .source = source };
	return finish(&s, put_text(&s));
}

void
substituted_fini(struct substituted *s)
{
	buf_fini(&s->text);
	free(s->pieces);
	*s = (struct substituted)SUBSTITUTED_INIT;
}

size_t
substituted_source_pos(const struct substituted *s, size_t pos)
{
	size_t low = 0, high = s->count;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (s->pieces[middle].pos <= pos)
			low = middle;
		else
			high = middle;
	}
	if (s->count == 0)
		return 0;
	if (s->pieces[low].is_value)
		return s->pieces[low].source;
	return s->pieces[low].source + (pos - s->pieces[low].pos);
}

void
substituted_place(const struct substituted *s, int *line, int *column)
{
	int wanted = *column, ignored;
	size_t pos = text_pos(buf_str(&s->text), *line, wanted > 0 ? wanted : 1);

	text_place(s->source, substituted_source_pos(s, pos), line,
		wanted > 0 ? column : &ignored);
}

void
substituted_fix_err(const struct substituted *s, struct err *err)
{
	if (err->line > 0)
		substituted_place(s, &err->line, &err->column);
}
