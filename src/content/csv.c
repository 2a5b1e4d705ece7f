/* SPDX-License-Identifier: MIT */
#include "src/content/csv.h"

#include "src/base/word.h"

#define HOLD ((size_t)64 << 10) /* rows are written together up to this */

/* Bytes for which a field is written in quotes; of the control characters not all do,
 * but that is seen later. */
static inline uint64_t
marks_quotes(uint64_t word)
{
	return word_marks_equal(word, '"') | word_marks_equal(word, ',') |
	       word_marks_below(word, ' ');
}

static bool
asks_quotes(struct str s)
{
	if (s.len == 0 || s.p[0] == ' ' || s.p[s.len - 1] == ' ')
		return true;
	if (word_none(marks_quotes, s.p, s.len))
		return false;
	for (size_t i = 0; i < s.len; i++)
		if (memchr("\",\r\n", s.p[i], 5)) /* or NUL */
			return true;
	return false;
}

static void
add_quoted(struct buf *to, struct str s, bool is_formula)
{
	buf_addc(to, '"');
	if (is_formula)
		buf_addc(to, '\'');
	for (size_t i = 0; i < s.len; i++) {
		if (s.p[i] == '"')
			buf_addc(to, '"');
		if (s.p[i] != '\0') /* no reader takes it */
			buf_addc(to, s.p[i]);
	}
	buf_addc(to, '"');
}

static void
add_field(struct buf *to, struct str s, bool is_formula)
{
	if (is_formula || asks_quotes(s))
		add_quoted(to, s, is_formula);
	else
		buf_add_str(to, s);
}

static bool
is_formula(struct str s)
{
	static const bool begins[256] = { ['='] = true, ['+'] = true, ['-'] = true, ['@'] = true,
		['\t'] = true, ['\r'] = true };

	return s.len && begins[(unsigned char)s.p[0]] && !value_is_number(s);
}

void
csv_add_value(struct buf *to, const struct value *value, const struct csv_options *options)
{
	if (value->kind == VALUE_NULL)
		return;
	if (value->kind == VALUE_BYTES) {
		buf_adds(to, "\\x");
		for (size_t i = 0; i < value->text.len; i++)
			buf_addf(to, "%02x", (unsigned char)value->text.p[i]);
		return;
	}
	add_field(to, value->text, options->neutralise && is_formula(value->text));
}

static void
add_header(struct buf *to, struct str name, const struct csv_options *options)
{
	add_field(to, name, options->neutralise && is_formula(name));
}

static void
add_rows(struct buf *to, const struct doc_table *table, const struct csv_options *options)
{
	for (size_t row = 0; row < table->row_count; row++) {
		for (size_t i = 0; i < table->column_count; i++) {
			struct value value = table_cell(table, row, i).value;

			if (i)
				buf_addc(to, ',');
			csv_add_value(to, &value, options);
		}
		buf_add(to, "\r\n", 2);
	}
}

void
csv_add_table(struct buf *to, const struct doc_table *table, const struct csv_options *options)
{
	if (options->bom)
		buf_adds(to, "\xEF\xBB\xBF");
	for (size_t i = 0; i < table->column_count && !options->no_header; i++) {
		if (i)
			buf_addc(to, ',');
		add_header(to, table->columns[i].header, options);
	}
	if (!options->no_header)
		buf_adds(to, "\r\n");
	add_rows(to, table, options);
}

/* --- sink --- */

static bool
flush(struct csv_sink *s, struct err *err)
{
	bool ok = s->line.len == 0 || s->write(s->context, buf_str(&s->line), err);

	buf_clear(&s->line);
	return ok;
}

static bool
sink_columns(struct row_sink *self, const struct column *columns, size_t count, struct err *err)
{
	struct csv_sink *s = (struct csv_sink *)self;

	(void)err;
	if (s->options.bom)
		buf_adds(&s->line, "\xEF\xBB\xBF");
	if (s->options.no_header)
		return true;
	for (size_t i = 0; i < count; i++) {
		if (i)
			buf_addc(&s->line, ',');
		add_header(&s->line, columns[i].name, &s->options);
	}
	buf_adds(&s->line, "\r\n");
	return true;
}

static bool
sink_row(struct row_sink *self, const struct value *values, size_t count, struct err *err)
{
	struct csv_sink *s = (struct csv_sink *)self;

	for (size_t i = 0; i < count; i++) {
		if (i)
			buf_addc(&s->line, ',');
		csv_add_value(&s->line, &values[i], &s->options);
	}
	buf_adds(&s->line, "\r\n");
	if (buf_is_over(&s->line))
		return err_set(err, ERR_LIMIT, "a row is larger than a CSV line may be");
	return s->line.len < HOLD || flush(s, err);
}

void
csv_sink_init(struct csv_sink *s, const struct csv_options *options,
	bool (*write)(void *context, struct str bytes, struct err *err), void *context)
{
	*s = (struct csv_sink){ .sink = { sink_columns, sink_row }, .options = *options,
		.write = write, .context = context };
}

bool
csv_sink_finish(struct csv_sink *s, struct err *err)
{
	return flush(s, err);
}

void
csv_sink_fini(struct csv_sink *s)
{
	buf_fini(&s->line);
}
