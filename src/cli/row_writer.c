/* SPDX-License-Identifier: MIT */
#include "src/cli/row_writer.h"

#include <stdlib.h>

#include "src/base/utf8.h"
#include "src/cli/print.h"
#include "src/content/compose.h"
#include "src/content/render_json.h"
#include "src/content/render_markdown.h"

#define CELL_COLUMNS 400 /* a longer cell is cut in a table, in no other form */

enum rows_format
rows_format_from_name(const char *name)
{
	static const char *const names[ROWS_FORMAT_COUNT] = { "table", "csv", "json", "markdown" };

	for (int i = 0; i < ROWS_FORMAT_COUNT; i++)
		if (strcmp(names[i], name) == 0)
			return (enum rows_format)i;
	return ROWS_TABLE;
}

static bool
put(struct row_writer *w, struct str bytes, struct err *err)
{
	if (fwrite(bytes.p, 1, bytes.len, w->to) != bytes.len)
		return err_errno(err, "cannot write the rows");
	return true;
}

static bool
put_csv(void *context, struct str bytes, struct err *err)
{
	return put(context, bytes, err);
}

static bool
json_columns(struct row_sink *self, const struct column *columns, size_t count, struct err *err)
{
	struct row_writer *w = (struct row_writer *)self;

	for (size_t i = 0; i < count; i++) {
		buf_addc(&w->prefixes, i ? ',' : '{');
		json_add_string(&w->prefixes, columns[i].name);
		buf_add(&w->prefixes, ":", 2);
	}
	return put(w, STR("["), err);
}

static bool
json_row(struct row_sink *self, const struct value *values, size_t count, struct err *err)
{
	struct row_writer *w = (struct row_writer *)self;
	const char *prefix = buf_text(&w->prefixes);

	buf_clear(&w->line);
	buf_adds(&w->line, w->rows++ ? ",\n" : "\n");
	for (size_t i = 0; i < count; i++) {
		size_t len = strlen(prefix);

		buf_add(&w->line, prefix, len);
		render_json_value(&w->line, &values[i]);
		prefix += len + 1;
	}
	buf_adds(&w->line, count ? "}" : "{}");
	return put(w, buf_str(&w->line), err);
}

static void
add_markdown_cell(struct buf *to, const struct value *value)
{
	struct buf text = BUF_INIT;

	compose_show_value(&text, value);
	buf_addc(to, ' ');
	md_dialect_gfm.cell(to, buf_str(&text));
	buf_adds(to, " |");
	buf_fini(&text);
}

static bool
markdown_columns(struct row_sink *self, const struct column *columns, size_t count,
	struct err *err)
{
	struct row_writer *w = (struct row_writer *)self;

	buf_clear(&w->line);
	buf_addc(&w->line, '|');
	for (size_t i = 0; i < count; i++)
		add_markdown_cell(&w->line,
			&(struct value){ VALUE_TEXT, columns[i].name });
	buf_adds(&w->line, "\n|");
	for (size_t i = 0; i < count; i++)
		buf_adds(&w->line, value_kind_is_number(columns[i].kind) ? " ---: |" : " --- |");
	buf_addc(&w->line, '\n');
	return put(w, buf_str(&w->line), err);
}

static bool
markdown_row(struct row_sink *self, const struct value *values, size_t count, struct err *err)
{
	struct row_writer *w = (struct row_writer *)self;

	buf_clear(&w->line);
	buf_addc(&w->line, '|');
	for (size_t i = 0; i < count; i++)
		add_markdown_cell(&w->line, &values[i]);
	buf_addc(&w->line, '\n');
	return put(w, buf_str(&w->line), err);
}

void
row_writer_init(struct row_writer *w, enum rows_format format, enum rows_expanded expanded, FILE *to)
{
	static const struct csv_options plain = { 0 };

	*w = (struct row_writer){ .format = format, .expanded = expanded, .to = to };
	if (format == ROWS_CSV)
		csv_sink_init(&w->csv, &plain, put_csv, w);
	else if (format == ROWS_TABLE)
		result_sink_init(&w->keep, &w->result);
	else if (format == ROWS_JSON)
		w->sink = (struct row_sink){ json_columns, json_row };
	else
		w->sink = (struct row_sink){ markdown_columns, markdown_row };
}

struct row_sink *
row_writer_sink(struct row_writer *w)
{
	if (w->format == ROWS_CSV)
		return &w->csv.sink;
	return w->format == ROWS_TABLE ? &w->keep.sink : &w->sink;
}

/* A cell as a table shows it, cut, in an arena. */
static struct str
shown_cell(struct arena *a, const struct value *value)
{
	struct buf text = BUF_INIT, cut = BUF_INIT;
	struct str shown;

	if (value->kind == VALUE_NULL)
		return STR("NULL");
	compose_show_value(&text, value);
	utf8_add_cut(&cut, buf_str(&text), CELL_COLUMNS);
	shown = arena_str(a, buf_str(&cut));
	buf_fini(&text);
	buf_fini(&cut);
	return shown;
}

struct shown_table {
	struct arena arena;
	struct str *heads, *cells;
	size_t *widths;
	size_t columns, rows, total;
};

static void
shown_make(struct shown_table *t, const struct result *r)
{
	*t = (struct shown_table){ .columns = r->column_count, .rows = r->row_count };
	t->heads = arena_array(&t->arena, struct str, t->columns);
	t->cells = arena_array(&t->arena, struct str, t->columns * t->rows);
	t->widths = arena_array(&t->arena, size_t, t->columns);
	for (size_t i = 0; i < t->columns; i++) {
		t->heads[i] = shown_cell(&t->arena,
			&(struct value){ VALUE_TEXT, r->columns[i].name });
		t->widths[i] = utf8_width(t->heads[i]);
	}
	for (size_t i = 0; i < t->columns * t->rows; i++) {
		struct value value = kept_value_get(&r->values[i]);
		size_t width;

		t->cells[i] = shown_cell(&t->arena, &value);
		width = utf8_width(t->cells[i]);
		if (width > t->widths[i % t->columns])
			t->widths[i % t->columns] = width;
	}
	for (size_t i = 0; i < t->columns; i++)
		t->total += t->widths[i] + (i ? 3 : 2);
}

static void
put_grid(struct row_writer *w, const struct shown_table *t, const struct result *r)
{
	struct buf *line = &w->line;

	buf_clear(line);
	for (size_t i = 0; i < t->columns; i++) {
		buf_adds(line, i ? " │ " : " ");
		if (i + 1 < t->columns)
			utf8_add_padded(line, t->heads[i], t->widths[i], 'l');
		else
			buf_add_str(line, t->heads[i]);
	}
	buf_addc(line, '\n');
	for (size_t i = 0; i < t->columns; i++) {
		buf_adds(line, i ? "┼" : "");
		buf_add_repeat(line, "─", t->widths[i] + 2);
	}
	buf_addc(line, '\n');
	for (size_t k = 0; k < t->columns * t->rows; k++) {
		size_t i = k % t->columns;
		bool right = value_kind_is_number((enum value_kind)r->values[k].kind);

		buf_adds(line, i ? " │ " : " ");
		if (i + 1 < t->columns || right)
			utf8_add_padded(line, t->cells[k], t->widths[i], right ? 'r' : 'l');
		else
			buf_add_str(line, t->cells[k]);
		if (i + 1 == t->columns)
			buf_addc(line, '\n');
	}
}

static void
put_records(struct row_writer *w, const struct shown_table *t)
{
	size_t widest = 0;

	buf_clear(&w->line);
	for (size_t i = 0; i < t->columns; i++)
		if (utf8_width(t->heads[i]) > widest)
			widest = utf8_width(t->heads[i]);
	for (size_t k = 0; k < t->columns * t->rows; k++) {
		size_t i = k % t->columns;

		if (i == 0)
			buf_addf(&w->line, "── row %zu ──\n", k / t->columns + 1);
		buf_addc(&w->line, ' ');
		utf8_add_padded(&w->line, t->heads[i], widest, 'l');
		buf_adds(&w->line, " │ ");
		buf_add_str(&w->line, t->cells[k]);
		buf_addc(&w->line, '\n');
	}
}

static bool
finish_table(struct row_writer *w, struct err *err)
{
	int room = print_terminal_columns(w->to);
	struct shown_table t;
	bool wide, ok;

	if (w->result.column_count == 0)
		return true;
	shown_make(&t, &w->result);
	wide = w->expanded == ROWS_EXPANDED_ON ||
	       (w->expanded == ROWS_EXPANDED_AUTO && room > 0 && t.total > (size_t)room);
	if (wide && t.rows > 0)
		put_records(w, &t);
	else
		put_grid(w, &t, &w->result);
	ok = put(w, buf_str(&w->line), err);
	arena_fini(&t.arena);
	return ok;
}

bool
row_writer_finish(struct row_writer *w, struct err *err)
{
	if (w->format == ROWS_CSV)
		return csv_sink_finish(&w->csv, err);
	if (w->format == ROWS_TABLE)
		return finish_table(w, err);
	if (w->format == ROWS_JSON)
		return put(w, w->rows ? STR("\n]\n") : STR("]\n"), err);
	return true;
}

void
row_writer_fini(struct row_writer *w)
{
	if (w->format == ROWS_CSV)
		csv_sink_fini(&w->csv);
	result_fini(&w->result);
	buf_fini(&w->line);
	buf_fini(&w->prefixes);
}
