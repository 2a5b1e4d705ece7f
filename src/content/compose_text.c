/* SPDX-License-Identifier: MIT */
#include "src/content/composer.h"

#include <stdlib.h>

#include "src/base/utf8.h"

struct builder { /* spans, grown in the document's arena */
	struct arena *arena;
	struct text *text;
	size_t room;
};

static void
builder_add(struct builder *b, struct str s, bool is_data)
{
	struct text *t = b->text;

	if (s.len == 0)
		return;
	if (t->count == b->room) {
		size_t room = b->room ? b->room * 2 : 8;

		t->spans = arena_grow(b->arena, t->spans, b->room * sizeof(*t->spans),
			room * sizeof(*t->spans));
		b->room = room;
	}
	t->spans[t->count++] = (struct span){ .text = s, .is_data = is_data };
}

/* A line is segments of text and references. */
struct text_segment {
	struct str text; /* as written; of a reference: the whole ${…} */
	bool is_ref;	 /* resolved: item and ref count */
	bool is_kept;	 /* a reference left as written */
	struct template_item item;
	struct ref ref;
};

struct line {
	struct text_segment *list;
	size_t count, room;
};

static struct text_segment *
line_add(struct line *l)
{
	if (l->count == l->room) {
		l->room = l->room ? l->room * 2 : 16;
		l->list = xreallocarray(l->list, l->room, sizeof(*l->list));
	}
	l->list[l->count] = (struct text_segment){ 0 };
	return &l->list[l->count++];
}

static bool
begins_list_item(struct str s)
{
	size_t digits = 0;

	if (s.len && strchr("-*+", s.p[0]))
		return s.len > 1 && (s.p[1] == ' ' || s.p[1] == '\t');
	while (digits < s.len && s.p[digits] >= '0' && s.p[digits] <= '9')
		digits++;
	return digits && digits + 1 < s.len && (s.p[digits] == '.' || s.p[digits] == ')') &&
	       s.p[digits + 1] == ' ';
}

/* Whether the line is one that repeats per row: by how it begins. */
static bool
line_repeats(const struct line *l, enum text_mode mode)
{
	struct str s = l->count && !l->list[0].is_ref ? l->list[0].text : STR_NONE;

	while (s.len && strchr(" \t>", s.p[0]))
		s = str_slice(s, 1, s.len);
	if (mode == TEXT_HTML)
		return str_equal_nocase(str_slice(s, 0, 3), STR("<tr")) ||
		       str_equal_nocase(str_slice(s, 0, 3), STR("<li"));
	return mode == TEXT_MARKDOWN && s.len && (s.p[0] == '|' || begins_list_item(s));
}

static void
add_values(struct builder *b, const struct shown_values *values)
{
	for (size_t i = 0; i < values->count; i++) {
		if (i)
			builder_add(b, values->separator, false);
		builder_add(b, values->list[i], true);
	}
}

/* Whole rows of a grid stand on lines of their own, where lines may be. */
static void
fix_separator(const struct text_segment *s, enum text_mode mode, struct shown_values *values)
{
	if (s->ref.kind != REF_INPUT || s->ref.input->is_list || s->item.filter_count)
		return;
	values->separator = mode == TEXT_HTML	   ? STR("<br>\n")
			    : mode == TEXT_MARKDOWN ? STR("  \n")
						    : STR("; ");
}

static bool
add_segment(struct composer *c, struct builder *b, const struct text_segment *s,
	enum text_mode mode, size_t row, struct err *err)
{
	struct shown_values values = { 0 };
	bool per_row;

	if (!s->is_ref) {
		builder_add(b, s->text, s->is_kept);
		return true;
	}
	per_row = ref_is_per_row(&s->item, &s->ref);
	if (!per_row)
		row = SIZE_MAX;
	else if (mode == TEXT_SCALAR)
		row = 0;
	if (!ref_values(c, &s->item, &s->ref, row, &values, err))
		return false;
	if (per_row && row == SIZE_MAX)
		fix_separator(s, mode, &values);
	add_values(b, &values);
	return true;
}

static size_t
line_rows(struct composer *c, const struct line *l, bool *per_row)
{
	size_t rows = 0, seen = 0;
	bool differ = false;

	*per_row = false;
	for (size_t i = 0; i < l->count; i++) {
		const struct text_segment *s = &l->list[i];
		size_t n;

		if (!s->is_ref || !ref_is_per_row(&s->item, &s->ref))
			continue;
		n = ref_rows(&s->ref);
		differ = differ || (*per_row && n != seen);
		seen = n;
		*per_row = true;
		if (n > rows)
			rows = n;
	}
	if (differ)
		document_warn(c->doc, "W_ROWCOUNT",
			"%s: a repeated line uses statements with different numbers of rows; "
			"the shorter ones are padded with blanks", c->place);
	return rows;
}

static bool
add_line(struct composer *c, struct builder *b, const struct line *l, enum text_mode mode,
	struct str end, struct err *err)
{
	bool per_row = false;
	size_t rows = 1;

	if (line_repeats(l, mode))
		rows = line_rows(c, l, &per_row);
	if (!per_row)
		rows = 1;
	for (size_t row = 0; row < rows; row++) {
		if (row && end.len == 0)
			builder_add(b, STR("\n"), false);
		for (size_t i = 0; i < l->count; i++)
			if (!add_segment(c, b, &l->list[i], mode, per_row ? row : SIZE_MAX, err))
				return false;
		builder_add(b, end, false);
	}
	return true;
}

/* Looks a reference up; unknown ones are kept as written in a preview. */
static bool
resolve(struct composer *c, struct text_segment *s, struct err *err)
{
	const struct template_item *item = &s->item;
	struct str near;
	struct buf hint = BUF_MAX(150);
	bool ok;

	s->ref = scope_find(c->in, item->name, item->scope, item->field, false, 0);
	s->is_ref = s->ref.kind == REF_PARAMETER || s->ref.kind == REF_COLUMN ||
		    s->ref.kind == REF_INPUT;
	s->is_kept = !s->is_ref;
	if (s->is_ref)
		return true;
	if (s->ref.kind == REF_MISSING && c->in->is_preview) {
		document_warn(c->doc, "W_NO_RESULT",
			"a query has no result yet: its values are shown as written");
		return true;
	}
	if (s->ref.kind == REF_AMBIGUOUS)
		return composer_fault(c, "E_AMBIGUOUS", item->line, item->column,
			"say which: ${q2.column}, ${input.column}, or give it an alias in the SQL",
			err, "more than one result column is called ${%.*s}", STR_ARG(item->name));
	near = scope_nearest(c->in, item->name);
	if (near.len)
		buf_addf(&hint, "did you mean ${%.*s}? A literal ${ is written $${", STR_ARG(near));
	else
		buf_addf(&hint, "name a result column, an input or a parameter");
	ok = composer_fault(c, "E_UNASSIGNED", item->line, item->column, buf_text(&hint), err,
		"nothing gives ${%.*s} a value", STR_ARG(item->name));
	buf_fini(&hint);
	return ok;
}

static bool
add_item(struct composer *c, struct line *l, const struct template_item *item, struct str source,
	struct err *err)
{
	struct text_segment *s = line_add(l);

	s->text = str_slice(source, item->pos, item->pos + item->len);
	s->item = *item;
	if (item->kind == TEMPLATE_ESCAPE) {
		s->text = STR("${");
		return true;
	}
	if (item->kind == TEMPLATE_REF)
		return resolve(c, s, err);
	s->is_kept = true;
	return composer_fault(c, "E_UNCLOSED", item->line, item->column,
		"a literal ${ is written $${", err, "%s", item->message);
}

/* Text goes line by line; each line end sends off the line before it. */
static bool
add_literal(struct composer *c, struct builder *b, struct line *l, struct str text,
	enum text_mode mode, struct err *err)
{
	while (text.len) {
		size_t end = mode == TEXT_SCALAR ? SIZE_MAX : str_find(text, STR("\n"), 0);
		size_t len = end == SIZE_MAX ? text.len : end;

		if (len)
			line_add(l)->text = str_slice(text, 0, len);
		if (end == SIZE_MAX)
			return true;
		if (!add_line(c, b, l, mode, STR("\n"), err))
			return false;
		l->count = 0;
		text = str_slice(text, end + 1, text.len);
	}
	return true;
}

/* The author's text in the document's arena, clean, so that spans may point into it. */
static struct str
own_source(struct composer *c, struct str source, enum text_mode mode)
{
	buf_clear(&c->scratch);
	utf8_sanitize(&c->scratch, source, mode == TEXT_SCALAR);
	return arena_str(&c->doc->arena, buf_str(&c->scratch));
}

bool
compose_text(struct composer *c, struct str source, enum text_mode mode, struct text *text,
	struct err *err)
{
	struct builder b = { .arena = &c->doc->arena, .text = text };
	struct template_scanner scanner;
	struct template_item item;
	struct line line = { 0 };
	bool ok = true;

	*text = (struct text){ 0 };
	source = own_source(c, source, mode);
	template_init(&scanner, source);
	while (ok && template_next(&scanner, &item)) {
		if (item.kind == TEMPLATE_TEXT)
			ok = add_literal(c, &b, &line,
				str_slice(source, item.pos, item.pos + item.len), mode, err);
		else
			ok = add_item(c, &line, &item, source, err);
	}
	if (ok && line.count)
		ok = add_line(c, &b, &line, mode, STR_NONE, err);
	free(line.list);
	return ok;
}

bool
compose_string(struct composer *c, const char *source, struct str *text, struct err *err)
{
	struct text spans;
	struct buf plain = BUF_INIT;

	*text = STR("");
	if (*source == '\0')
		return true;
	if (!compose_text(c, str_from(source), TEXT_SCALAR, &spans, err))
		return false;
	text_plain(&plain, &spans);
	*text = arena_str(&c->doc->arena, buf_str(&plain));
	buf_fini(&plain);
	return true;
}
