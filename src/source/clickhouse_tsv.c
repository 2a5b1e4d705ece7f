/* SPDX-License-Identifier: MIT */
#include "src/source/clickhouse.h"

#define MAX_LINE ((size_t)128 << 20)
#define MAX_ERROR ((size_t)64 << 10)

void
tsv_init(struct tsv *t, struct row_sink *sink, struct query_end *end, int64_t max_rows)
{
	*t = (struct tsv){ .sink = sink, .end = end, .max_rows = max_rows,
		.pending = BUF_MAX(MAX_LINE) };
}

void
tsv_fini(struct tsv *t)
{
	buf_fini(&t->pending);
	arena_fini(&t->arena);
	arena_fini(&t->scratch);
}

bool
tsv_is_whole(const struct tsv *t)
{
	return t->pending.len == 0;
}

/* The inside of "Nullable(…)" and "LowCardinality(…)". */
static struct str
peel(struct str type)
{
	static const struct str wrappers[] = { { "Nullable(", 9 }, { "LowCardinality(", 15 } };

	for (size_t i = 0; i < ARRAY_LEN(wrappers); i++)
		if (str_starts(type, wrappers[i]) && str_ends(type, STR(")")))
			return peel(str_slice(type, wrappers[i].len, type.len - 1));
	return type;
}

enum value_kind
tsv_kind_of_type(struct str type)
{
	static const struct {
		const char *prefix;
		enum value_kind kind;
	} kinds[] = {
		{ "Interval", VALUE_INT },
		{ "Int", VALUE_INT },
		{ "UInt", VALUE_INT },
		{ "Float", VALUE_FLOAT },
		{ "BFloat", VALUE_FLOAT },
		{ "Decimal", VALUE_DECIMAL },
		{ "DateTime", VALUE_TIMESTAMP },
		{ "Date", VALUE_DATE },
		{ "Bool", VALUE_BOOL },
		{ "JSON", VALUE_JSON },
		{ "Object(", VALUE_JSON },
		{ "Nothing", VALUE_NULL },
	};
	struct str inner = peel(type);

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (str_starts(inner, str_from(kinds[i].prefix)))
			return kinds[i].kind;
	return VALUE_TEXT;
}

static char
unescaped(char c)
{
	switch (c) {
	case 't':
		return '\t';
	case 'n':
		return '\n';
	case 'r':
		return '\r';
	case 'b':
		return '\b';
	case 'f':
		return '\f';
	case '0':
		return '\0';
	default:
		return c;
	}
}

static struct str
unescape(struct arena *arena, struct str text)
{
	char *to;
	size_t n = 0;

	if (text.len == 0 || !memchr(text.p, '\\', text.len))
		return text;
	to = arena_alloc(arena, text.len);
	for (size_t i = 0; i < text.len; i++)
		to[n++] = text.p[i] == '\\' && i + 1 < text.len ? unescaped(text.p[++i]) :
								   text.p[i];
	return (struct str){ to, n };
}

/* The field at *pos, which moves behind the tab after it; false at the end. */
static bool
next_field(struct str line, size_t *pos, struct str *field)
{
	const char *tab;
	size_t end;

	if (*pos > line.len)
		return false;
	tab = *pos < line.len ? memchr(line.p + *pos, '\t', line.len - *pos) : NULL;
	end = tab ? (size_t)(tab - line.p) : line.len;
	*field = str_slice(line, *pos, end);
	*pos = end + 1;
	return true;
}

static size_t
count_fields(struct str line)
{
	size_t count = 0, pos = 0;
	struct str field;

	while (next_field(line, &pos, &field))
		count++;
	return count;
}

static bool
take_names(struct tsv *t, struct str line, struct err *err)
{
	struct str field;
	size_t pos = 0;

	t->count = count_fields(line);
	if (t->count > RESULT_MAX_COLUMNS)
		return err_set(err, ERR_LIMIT, "%zu columns, the limit is %d", t->count,
			RESULT_MAX_COLUMNS);
	t->columns = arena_array(&t->arena, struct column, t->count);
	t->values = arena_array(&t->arena, struct value, t->count);
	for (size_t i = 0; next_field(line, &pos, &field); i++)
		t->columns[i].name = arena_str(&t->arena,
			source_clean(&t->arena, unescape(&t->arena, field)));
	return true;
}

static bool
fail_stream(struct err *err)
{
	err_set(err, ERR_SQL, "the server's answer is not in the format that was asked for");
	return err_hint(err, "leave FORMAT out of the statement");
}

static bool
take_types(struct tsv *t, struct str line, struct err *err)
{
	struct str field;
	size_t pos = 0;

	if (count_fields(line) != t->count)
		return fail_stream(err);
	for (size_t i = 0; next_field(line, &pos, &field); i++) {
		/* Every type's name begins with a capital letter: else it is another format. */
		if (field.len == 0 || field.p[0] < 'A' || field.p[0] > 'Z')
			return fail_stream(err);
		t->columns[i].type_name = arena_str(&t->arena,
			source_clean(&t->arena, unescape(&t->arena, field)));
		t->columns[i].kind = tsv_kind_of_type(t->columns[i].type_name);
	}
	return t->sink->columns(t->sink, t->columns, t->count, err);
}

/* Inside "['x','y\\'z']" the backslashes belong to the text. */
static bool
is_composite(struct str type)
{
	return str_starts(type, STR("Array(")) || str_starts(type, STR("Map(")) ||
	       str_starts(type, STR("Tuple(")) || str_starts(type, STR("Nested("));
}

static struct value
value_of(struct tsv *t, const struct column *column, struct str field)
{
	enum value_kind kind = column->kind;
	struct str text;

	if (str_is(field, "\\N"))
		return (struct value){ VALUE_NULL, STR_NONE };
	if (!is_composite(column->type_name))
		field = unescape(&t->scratch, field);
	text = source_clean(&t->scratch, field);
	if (kind == VALUE_DATE && (!source_is_date(text) || str_starts(text, STR("0000"))))
		kind = VALUE_TEXT;
	if (kind == VALUE_TIMESTAMP &&
		(!source_is_timestamp(text) || str_starts(text, STR("0000"))))
		kind = VALUE_TEXT;
	if (kind == VALUE_BOOL && (str_is(text, "1") || str_is(text, "0")))
		text = str_is(text, "1") ? STR("true") : STR("false");
	if (str_starts(column->type_name, STR("FixedString")))
		while (text.len && text.p[text.len - 1] == '\0')
			text.len--;
	return (struct value){ kind == VALUE_NULL ? VALUE_TEXT : kind, text };
}

/* A server that does not wait for the end writes an error where a row would stand. */
static bool
is_error_line(const struct tsv *t, struct str line)
{
	if (str_starts(line, STR("__exception__")))
		return true;
	return str_starts(line, STR("Code: ")) &&
	       str_find(line, STR("DB::Exception: "), 0) != SIZE_MAX &&
	       (t->count == 1 || count_fields(line) != t->count);
}

static bool
take_row(struct tsv *t, struct str line, struct err *err)
{
	struct str field;
	size_t pos = 0, i = 0;

	if (t->end->rows == t->max_rows) {
		t->end->truncated = true;
		t->is_full = true;
		return false;
	}
	for (; next_field(line, &pos, &field); i++) {
		if (i == t->count)
			return fail_stream(err);
		if (field.len > RESULT_MAX_CELL)
			return err_set(err, ERR_LIMIT, "a value of column %zu is too large", i + 1);
		t->values[i] = value_of(t, &t->columns[i], field);
	}
	if (i != t->count)
		return fail_stream(err);
	t->end->rows++;
	if (!t->sink->row(t->sink, t->values, t->count, err))
		return false;
	if (t->scratch.used)
		arena_clear(&t->scratch);
	return true;
}

static bool
take_line(struct tsv *t, struct str line, struct err *err)
{
	switch (t->lines) {
	case 0:
		t->lines = 1;
		return take_names(t, line, err);
	case 1:
		t->lines = 2;
		return take_types(t, line, err);
	default:
		return take_row(t, line, err);
	}
}

/* Holds the rest back: an error, when the answer ends soon. When it does not, it was
 * a row of such text, and all of it is taken after all. */
static bool
hold_back(struct tsv *t, struct str bytes, struct err *err)
{
	struct buf held;
	bool good;

	buf_add_str(&t->pending, bytes);
	if (t->pending.len <= MAX_ERROR)
		return true;
	held = t->pending;
	t->pending = (struct buf)BUF_MAX(MAX_LINE);
	t->is_error = t->may_fail_late = false;
	good = tsv_take(t, buf_str(&held), err);
	buf_fini(&held);
	return good;
}

bool
tsv_take(struct tsv *t, struct str bytes, struct err *err)
{
	if (t->is_error)
		return hold_back(t, bytes, err);
	while (bytes.len) {
		const char *end = memchr(bytes.p, '\n', bytes.len);
		struct str line = { bytes.p, end ? (size_t)(end - bytes.p) : bytes.len };

		if (!end || t->pending.len) {
			buf_add_str(&t->pending, line);
			if (buf_is_over(&t->pending))
				return err_set(err, ERR_LIMIT, "a row is larger than %zu MB",
					MAX_LINE >> 20);
			line = buf_str(&t->pending);
		}
		if (!end)
			return true;
		if (t->may_fail_late && t->lines == 2 && is_error_line(t, line)) {
			t->is_error = true;
			return hold_back(t, t->pending.len ? str_slice(bytes,
				(size_t)(end - bytes.p), bytes.len) : bytes, err);
		}
		bytes = str_slice(bytes, (size_t)(end - bytes.p) + 1, bytes.len);
		if (!take_line(t, line, err))
			return false;
		buf_clear(&t->pending);
	}
	return true;
}
