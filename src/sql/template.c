/* SPDX-License-Identifier: MIT */
#include "src/sql/template.h"

#define MAX_INDEX 999999999

static const struct {
	const char *name;
	bool argument;
	const char *about;
} filters[FILTER_KIND_COUNT] = {
	[FILTER_JOIN] = { "join", true, "all rows, with the text between them: join:\" / \"" },
	[FILTER_SUM] = { "sum", false, "the sum of all rows" },
	[FILTER_COUNT] = { "count", false, "how many rows there are" },
	[FILTER_FIRST] = { "first", false, "the first row's value" },
	[FILTER_FMT] = { "fmt", true, "a number's form: fmt:%.2f" },
};

/* A cursor over one reference; `fault` is set once, by whoever meets it. */
struct reader {
	struct str text;
	size_t pos;
	const char *fault;
};

const char *
filter_name(enum filter_kind kind)
{
	return kind < FILTER_KIND_COUNT ? filters[kind].name : "";
}

const char *
filter_about(enum filter_kind kind)
{
	return kind < FILTER_KIND_COUNT ? filters[kind].about : "";
}

static bool
is_name_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || (unsigned char)c >= 0x80;
}

/* The byte at the cursor; 0 at the end of the text or line. */
static char
peek(const struct reader *r)
{
	char c = r->pos < r->text.len ? r->text.p[r->pos] : '\0';

	return c == '\n' || c == '\r' ? '\0' : c;
}

static bool
accept(struct reader *r, char c)
{
	if (peek(r) != c)
		return false;
	r->pos++;
	return true;
}

static void
skip_spaces(struct reader *r)
{
	while (peek(r) == ' ' || peek(r) == '\t')
		r->pos++;
}

static bool
fail(struct reader *r, const char *fault)
{
	if (!r->fault)
		r->fault = fault;
	return false;
}

/* A quoted piece; the cursor is behind the opening quote. */
static bool
read_quoted(struct reader *r, bool escapes, struct str *inside)
{
	size_t from = r->pos;

	for (; peek(r); r->pos++) {
		if (escapes && peek(r) == '\\') {
			r->pos++;
			if (!peek(r))
				break;
			continue;
		}
		if (peek(r) != '"')
			continue;
		*inside = str_slice(r->text, from, r->pos++);
		return true;
	}
	return fail(r, "a quote inside ${…} is not closed on this line");
}

static bool
read_part(struct reader *r, struct str *part)
{
	size_t from = r->pos;

	if (accept(r, '"')) {
		if (!read_quoted(r, false, part))
			return false;
		return part->len ? true : fail(r, "a name in ${…} is empty");
	}
	while (is_name_byte(peek(r)))
		r->pos++;
	*part = str_slice(r->text, from, r->pos);
	if (part->len)
		return true;
	if (peek(r) == '}')
		return fail(r, "a name is missing in ${…}");
	return fail(r, peek(r) ? "a name in ${…} is letters, digits and _ (else put it in "
				 "double quotes)"
			       : "${ is not closed on this line (write $${ for a literal ${)");
}

static bool
read_name(struct reader *r, struct template_item *item)
{
	size_t from = r->pos, last = r->pos;

	for (;;) {
		if (!read_part(r, &item->field))
			return false;
		if (peek(r) != '.')
			break;
		last = r->pos++;
	}
	item->name = last > from ? str_slice(r->text, from, r->pos) : item->field;
	item->scope = last > from ? str_slice(r->text, from, last) : STR_NONE;
	if (item->scope.len > 1 && item->scope.p[0] == '"' &&
		memchr(item->scope.p + 1, '"', item->scope.len - 1) ==
			item->scope.p + item->scope.len - 1)
		item->scope = str_slice(item->scope, 1, item->scope.len - 1);
	return true;
}

static bool
read_index(struct reader *r, struct template_item *item)
{
	bool negative = accept(r, '-');
	int64_t value = 0;
	size_t digits = 0;

	for (; peek(r) >= '0' && peek(r) <= '9'; r->pos++, digits++)
		if ((value = value * 10 + (peek(r) - '0')) > MAX_INDEX)
			return fail(r, "a row number in ${…} is too large");
	if (!digits || !accept(r, ']'))
		return fail(r, "a row in ${…} is a whole number in brackets: [0], [-1]");
	if (item->index_count == 2)
		return fail(r, "${…} takes at most a row and a column: [0][1]");
	item->index[item->index_count++] = negative ? -value : value;
	return true;
}

static bool
find_filter(struct str word, enum filter_kind *kind)
{
	for (int i = 0; i < FILTER_KIND_COUNT; i++) {
		if (!str_is(word, filters[i].name))
			continue;
		*kind = (enum filter_kind)i;
		return true;
	}
	return false;
}

static bool
read_argument(struct reader *r, struct str *argument)
{
	size_t from = r->pos;

	if (accept(r, '"'))
		return read_quoted(r, true, argument);
	while (peek(r) && peek(r) != '|' && peek(r) != '}')
		r->pos++;
	*argument = str_slice(r->text, from, r->pos);
	return argument->len ? true : fail(r, "a filter's argument is missing after the colon");
}

static bool
read_filter(struct reader *r, struct template_item *item)
{
	struct filter *f = &item->filters[item->filter_count];
	size_t from;

	if (item->filter_count == TEMPLATE_MAX_FILTERS)
		return fail(r, "${…} takes at most four filters");
	skip_spaces(r);
	for (from = r->pos; is_name_byte(peek(r));)
		r->pos++;
	if (!find_filter(str_slice(r->text, from, r->pos), &f->kind))
		return fail(r, "there is no such filter (join, sum, count, first, fmt)");
	if (filters[f->kind].argument) {
		if (!accept(r, ':'))
			return fail(r, f->kind == FILTER_JOIN
						? "join needs a text: join:\", \""
						: "fmt needs a form: fmt:%.2f");
		if (!read_argument(r, &f->argument))
			return false;
		if (f->kind == FILTER_FMT && !filter_fmt_is_valid(f->argument))
			return fail(r, "fmt takes one number: %d, %.2f, %8.3e, %g");
	} else if (peek(r) == ':') {
		return fail(r, "this filter takes no argument");
	}
	item->filter_count++;
	skip_spaces(r);
	return true;
}

static bool
read_reference(struct reader *r, struct template_item *item)
{
	if (!read_name(r, item))
		return false;
	while (accept(r, '['))
		if (!read_index(r, item))
			return false;
	if (peek(r) == ' ') {
		size_t at = r->pos;

		skip_spaces(r);
		if (peek(r) != '|')
			r->pos = at;
	}
	while (accept(r, '|'))
		if (!read_filter(r, item))
			return false;
	if (accept(r, '}'))
		return true;
	return fail(r, peek(r) ? "a name in ${…} is letters, digits and _ (else put it in "
				 "double quotes)"
			       : "${ is not closed on this line (write $${ for a literal ${)");
}

size_t
template_read(struct str text, struct template_item *item)
{
	struct reader r = { text, 2, NULL };

	if (!str_starts(text, STR("${")))
		return 0;
	*item = (struct template_item){ .kind = TEMPLATE_REF, .line = 1, .column = 1,
		.message = "" };
	if (!read_reference(&r, item)) {
		*item = (struct template_item){ .kind = TEMPLATE_BAD, .line = 1, .column = 1,
			.message = r.fault };
		r.pos = 2;
	}
	item->len = r.pos;
	return r.pos;
}

void
template_init(struct template_scanner *s, struct str text)
{
	*s = (struct template_scanner){ text, TEXT_CURSOR_INIT };
}

/* Bytes of plain text before the next `${` or `$${`. */
static size_t
plain_len(struct str text)
{
	size_t at = str_find(text, STR("${"), 0);

	if (at == SIZE_MAX)
		return text.len;
	return at > 0 && text.p[at - 1] == '$' ? at - 1 : at;
}

bool
template_next(struct template_scanner *s, struct template_item *item)
{
	struct str rest = str_slice(s->text, s->at.pos, s->text.len);
	size_t len = plain_len(rest);

	if (rest.len == 0)
		return false;
	if (len > 0)
		*item = (struct template_item){ .kind = TEMPLATE_TEXT, .len = len,
			.message = "" };
	else if (rest.p[1] == '$')
		*item = (struct template_item){ .kind = TEMPLATE_ESCAPE, .len = 3,
			.message = "" };
	else
		template_read(rest, item);
	item->pos = s->at.pos;
	item->line = s->at.line;
	item->column = s->at.column;
	text_cursor_move(&s->at, s->text, item->pos + item->len);
	return true;
}

bool
template_next_ref(struct template_scanner *s, struct template_item *item)
{
	while (template_next(s, item))
		if (item->kind == TEMPLATE_REF || item->kind == TEMPLATE_BAD)
			return true;
	return false;
}

void
filter_argument(const struct filter *f, struct buf *to)
{
	for (size_t i = 0; i < f->argument.len; i++) {
		char c = f->argument.p[i];

		if (c == '\\' && i + 1 < f->argument.len) {
			c = f->argument.p[++i];
			if (c == 'n')
				c = '\n';
			else if (c == 't')
				c = '\t';
		}
		buf_addc(to, c);
	}
}

/* Length of a directive behind its %, 0 when it is none we take. */
static size_t
directive_len(struct str s)
{
	size_t i = 0, digits = 0;

	while (i < s.len && memchr("-+ 0#'", s.p[i], 6))
		i++;
	for (; i < s.len && s.p[i] >= '0' && s.p[i] <= '9'; i++)
		digits++;
	if (digits > 2)
		return 0;
	if (i < s.len && s.p[i] == '.')
		for (i++, digits = 0; i < s.len && s.p[i] >= '0' && s.p[i] <= '9'; i++)
			digits++;
	if (digits > 2 || i == s.len || !memchr("difeg", s.p[i], 5))
		return 0;
	return i + 1;
}

bool
filter_fmt_is_valid(struct str argument)
{
	int directives = 0;

	for (size_t i = 0; i < argument.len; i++) {
		size_t len;

		if (argument.p[i] != '%')
			continue;
		if (i + 1 < argument.len && argument.p[i + 1] == '%') {
			i++;
			continue;
		}
		len = directive_len(str_slice(argument, i + 1, argument.len));
		if (len == 0 || ++directives > 1)
			return false;
		i += len;
	}
	return directives == 1;
}
