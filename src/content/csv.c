/* SPDX-License-Identifier: MIT */
#include "src/content/csv.h"

#define HOLD ((size_t)64 << 10) /* rows are written together up to this */

static const bool asks_quotes[256] = { ['"'] = true, [','] = true, ['\r'] = true, ['\n'] = true,
	['\0'] = true };

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

/* Most need no quotes: copied while that is being found out. */
static void
add_field(struct buf *to, struct str s, bool is_formula)
{
	char *p = buf_reserve(to, s.len);
	bool quotes = is_formula || s.len == 0 || s.p[0] == ' ' || s.p[s.len - 1] == ' ';

	for (size_t i = 0; p && !quotes && i < s.len; i++) {
		quotes = asks_quotes[(unsigned char)s.p[i]];
		p[i] = s.p[i];
	}
	if (quotes)
		add_quoted(to, s, is_formula);
	else if (p)
		buf_commit(to, s.len);
}

static bool
is_formula(struct str s)
{
	return s.len && memchr("=+-@\t\r", s.p[0], 6) && !value_is_number(s);
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
	for (size_t row = 0; row < table->row_count; row++) {
		for (size_t i = 0; i < table->column_count; i++) {
			struct value value;

			if (i)
				buf_addc(to, ',');
			value = table_cell(table, row, i).value;
			csv_add_value(to, &value, options);
		}
		buf_adds(to, "\r\n");
	}
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
