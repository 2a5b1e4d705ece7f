/* SPDX-License-Identifier: MIT */
#include "src/content/md_writer.h"

#include <stdlib.h>

#include "src/base/utf8.h"

/* A longer cell stands whole in its row, but the others are not padded to it. */
#define CODE_WIDEST 60

/* Columns of most cells: plain ASCII, where every byte is one. */
static size_t
width_of(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.p[i] < ' ' || s.p[i] > '~')
			return utf8_width(s);
	return s.len;
}

static void
escape_cell(struct buf *to, struct str s, const struct md_dialect *d)
{
	if (d->cell)
		d->cell(to, s);
	else
		buf_add_str(to, s);
}

void
render_markdown_cell(struct buf *to, const struct cell *cell, const struct md_dialect *dialect,
	size_t columns)
{
	const struct md_wrap *color = &dialect->colors[cell->color];
	struct buf cut = BUF_INIT;
	struct str text = cell->text;

	if (columns && width_of(text) > columns) {
		utf8_add_cut(&cut, text, columns);
		text = buf_str(&cut);
	}
	if (color->open && text.len)
		buf_adds(to, color->open);
	escape_cell(to, text, dialect);
	if (color->open && text.len)
		buf_adds(to, color->close);
	if (cell->mark.len) {
		if (text.len)
			buf_addc(to, ' ');
		escape_cell(to, cell->mark, dialect);
	}
	buf_fini(&cut);
}

/* --- the three forms of a row --- */

static void
add_gfm_row(struct buf *to, const struct doc_table *t, size_t row, const struct md_dialect *d,
	size_t columns)
{
	for (size_t i = 0; i < t->column_count; i++) {
		struct cell cell = table_cell(t, row, i);

		buf_adds(to, i ? " | " : "| ");
		render_markdown_cell(to, &cell, d, columns);
	}
	buf_adds(to, " |");
}

static void
add_gfm_head(struct buf *to, const struct doc_table *t, const struct md_dialect *d)
{
	if (t->column_count == 0)
		return;
	for (size_t i = 0; i < t->column_count; i++) {
		buf_adds(to, i ? " | " : "| ");
		escape_cell(to, t->columns[i].header, d);
	}
	buf_adds(to, " |\n");
	for (size_t i = 0; i < t->column_count; i++)
		buf_adds(to, t->columns[i].align == ALIGN_RIGHT	   ? "| ---: "
				: t->columns[i].align == ALIGN_CENTER ? "| :---: "
								      : "| --- ");
	buf_adds(to, "|\n");
}

/* "- **East** — Sales: 1,234, Returns: 12": for those who see no tables. */
static void
add_list_row(struct buf *to, const struct doc_table *t, size_t row, const struct md_dialect *d,
	size_t columns)
{
	for (size_t i = 0; i < t->column_count; i++) {
		struct cell cell = table_cell(t, row, i);
		bool strong = i == 0 && d->strong.open && cell.text.len;

		if (i == 0) {
			buf_adds(to, d->bullet);
			if (strong)
				buf_adds(to, d->strong.open);
			render_markdown_cell(to, &cell, d, columns);
			if (strong)
				buf_adds(to, d->strong.close);
			continue;
		}
		buf_adds(to, i == 1 ? " — " : ", ");
		escape_cell(to, t->columns[i].header, d);
		buf_adds(to, ": ");
		render_markdown_cell(to, &cell, d, columns);
	}
}

static size_t
cell_width(struct cell cell)
{
	size_t width = width_of(cell.text);

	if (cell.mark.len)
		width += width_of(cell.mark) + (cell.text.len > 0);
	return width;
}

static size_t *
code_widths(const struct doc_table *t, size_t columns)
{
	size_t *widths = xcalloc(t->column_count + 1, sizeof(*widths));
	size_t most = columns ? columns : CODE_WIDEST;

	for (size_t i = 0; i < t->column_count; i++) {
		widths[i] = width_of(t->columns[i].header);
		for (size_t row = 0; row < t->row_count; row++) {
			size_t w = cell_width(table_cell(t, row, i));

			widths[i] = w > widths[i] ? w : widths[i];
		}
		if (widths[i] > most)
			widths[i] = most;
	}
	return widths;
}

/* Padded before it is escaped: what is shown must align, not what is sent. */
static void
add_code_cell(struct buf *to, struct str text, size_t width, enum align align, bool last,
	bool cut, const struct md_dialect *d)
{
	struct buf padded = BUF_INIT;
	size_t used = width_of(text);

	if (cut && used > width)
		utf8_add_cut(&padded, text, width);
	else if (used >= width || (last && align == ALIGN_LEFT))
		buf_add_str(&padded, text);
	else
		utf8_add_padded(&padded, text, width,
			align == ALIGN_RIGHT ? 'r' : align == ALIGN_CENTER ? 'c' : 'l');
	if (d->code)
		d->code(to, buf_str(&padded));
	else
		buf_add_str(to, buf_str(&padded));
	buf_fini(&padded);
}

static void
add_code_row(struct buf *to, const struct doc_table *t, size_t row, const struct md_dialect *d,
	const size_t *widths, bool cut)
{
	struct buf text = BUF_INIT;

	for (size_t i = 0; i < t->column_count; i++) {
		struct cell cell = table_cell(t, row, i);

		buf_clear(&text);
		buf_add_str(&text, cell.text);
		if (cell.mark.len && cell.text.len)
			buf_addc(&text, ' ');
		buf_add_str(&text, cell.mark);
		if (i)
			buf_adds(to, "  ");
		add_code_cell(to, buf_str(&text), widths[i], t->columns[i].align,
			i + 1 == t->column_count, cut, d);
	}
	buf_fini(&text);
}

static void
add_code_head(struct buf *to, const struct doc_table *t, const struct md_dialect *d,
	const size_t *widths)
{
	if (d->code_block.open)
		buf_adds(to, d->code_block.open);
	for (size_t i = 0; i < t->column_count; i++) {
		if (i)
			buf_adds(to, "  ");
		add_code_cell(to, t->columns[i].header, widths[i], t->columns[i].align,
			i + 1 == t->column_count, false, d);
	}
	buf_addc(to, '\n');
	for (size_t i = 0; i < t->column_count; i++) {
		if (i)
			buf_adds(to, "  ");
		buf_add_repeat(to, "-", widths[i]);
	}
	buf_addc(to, '\n');
}

/* --- units --- */

static void
add_row(struct buf *to, const struct doc_table *t, size_t row, const struct md_dialect *d,
	const size_t *widths, size_t columns)
{
	if (d->table == MD_TABLE_GFM)
		add_gfm_row(to, t, row, d, columns);
	else if (d->table == MD_TABLE_LIST)
		add_list_row(to, t, row, d, columns);
	else
		add_code_row(to, t, row, d, widths, columns > 0);
}

void
render_markdown_table_unit(struct unit_list *units, const struct doc_table *table,
	const struct md_dialect *dialect)
{
	struct unit *u = unit_list_add(units, UNIT_ROWS);
	struct arena *a = units->arena;
	struct buf text = BUF_INIT;
	size_t *widths = NULL;

	u->table = table;
	u->is_table = dialect->table != MD_TABLE_LIST;
	u->between = STR("\n");
	u->row_count = table->row_count;
	u->total_rows = table->total_rows;
	u->rows = arena_array(a, struct str, table->row_count + 1);
	if (dialect->table == MD_TABLE_CODE) {
		widths = code_widths(table, 0);
		add_code_head(&text, table, dialect, widths);
		u->tail = dialect->code_block.open ? str_from(dialect->code_block.close) : STR("");
	} else if (dialect->table == MD_TABLE_GFM) {
		add_gfm_head(&text, table, dialect);
	}
	u->head = arena_str(a, buf_str(&text));
	for (size_t row = 0; row < table->row_count; row++) {
		buf_clear(&text);
		add_row(&text, table, row, dialect, widths, 0);
		u->rows[row] = arena_str(a, buf_str(&text));
	}
	free(widths);
	buf_fini(&text);
}

void
render_markdown_shorten(void *dialect, const struct unit *unit, size_t row, size_t columns,
	struct buf *to)
{
	const struct md_dialect *d = dialect;
	size_t *widths = NULL;

	if (!unit->table)
		return;
	if (d->table == MD_TABLE_CODE) {
		struct doc_table one = *unit->table;

		one.cells += row * one.column_count;
		one.row_count = 1;
		widths = code_widths(&one, columns);
	}
	add_row(to, unit->table, row, d, widths, columns);
	free(widths);
}

/* --- a table of the author's Markdown, as one of ours --- */

static struct str
cell_text(struct arena *a, const struct md_node *cell, const struct md_dialect *d)
{
	struct md_writer w;
	struct str s;

	md_writer_init(&w, d);
	w.in_cell = true;
	buf_adds(&w.to, "|"); /* so that guards see no line start */
	md_write_inlines(&w, cell->first);
	s = arena_str(a, str_slice(buf_str(&w.to), 1, w.to.len));
	md_writer_fini(&w);
	return s;
}

static void
fill_columns(struct arena *a, struct doc_table *t, const struct md_node *head,
	const struct md_dialect *d)
{
	const struct md_node *c;

	for (c = head->first; c; c = c->next)
		t->column_count++;
	t->columns = arena_array(a, struct doc_column, t->column_count + 1);
	c = head->first;
	for (size_t i = 0; c; c = c->next, i++) {
		t->columns[i].header = cell_text(a, c, d);
		t->columns[i].align = c->align == ALIGN_AUTO ? ALIGN_LEFT : c->align;
	}
}

/* Its cells are rendered already, so the dialect's escapes must not run again. */
void
md_table_unit(struct unit_list *units, const struct md_node *table,
	const struct md_dialect *dialect)
{
	struct arena *a = units->arena;
	struct doc_table *t = arena_new(a, struct doc_table);
	struct md_dialect inner = *dialect, outer = *dialect;
	struct kept_value *cells;
	size_t row = 0;
	struct unit *u;

	if (dialect->table == MD_TABLE_CODE) { /* no marks inside a code block */
		inner = md_dialect_text;
		inner.data = inner.cell = dialect->code;
		inner.author = dialect->author ? dialect->code : NULL;
	}
	outer.cell = outer.code = NULL;
	if (!table->first)
		return;
	fill_columns(a, t, table->first, &inner);
	for (const struct md_node *r = table->first->next; r; r = r->next)
		t->row_count++;
	t->cells = cells = arena_array(a, struct kept_value, t->row_count * t->column_count + 1);
	for (const struct md_node *r = table->first->next; r; r = r->next, row++) {
		size_t i = 0;

		for (const struct md_node *c = r->first; c && i < t->column_count;
			c = c->next, i++) {
			struct str text = cell_text(a, c, &inner);

			cells[row * t->column_count + i] = (struct kept_value){ .p = text.p,
				.len = (uint32_t)text.len, .kind = VALUE_TEXT };
		}
	}
	t->total_rows = t->row_count;
	render_markdown_table_unit(units, t, &outer);
	u = &units->list[units->count - 1];
	u->table = NULL; /* not one that can be shortened by its cells */
}
