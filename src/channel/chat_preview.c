/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "src/channel/chat.h"
#include "src/content/render_text.h"

#define PREVIEW_ROWS 200 /* of one table; more only cost time */

/* What is there and will not be seen. */
struct missing {
	bool colors, tables, email, pictures;
};

static void
look_for(const struct document *doc, const struct chat_look *look, struct missing *m)
{
	for (size_t i = 0; i < doc->block_count; i++) {
		const struct doc_block *b = &doc->blocks[i];

		m->email |= b->kind == DOC_EMAIL_BODY;
		m->tables |= b->kind == DOC_TABLE;
		m->colors |= b->kind == DOC_TABLE && b->table.has_color;
		m->pictures |= b->kind == DOC_IMAGE && b->url.len == 0 &&
			!look->shows_pictures;
	}
}

static void
add_more(struct buf *to, size_t rows)
{
	buf_adds(to, "… ");
	thousands_add(to, rows);
	buf_adds(to, " more rows\n");
}

static void
add_list(struct buf *to, const struct doc_table *table, const struct render_text_options *options)
{
	struct md_dialect dialect = md_dialect_text;
	struct doc_table shown = *table;
	struct arena arena = ARENA_INIT;
	struct unit_list units;

	dialect.table = MD_TABLE_LIST;
	if (shown.row_count > PREVIEW_ROWS)
		shown.row_count = PREVIEW_ROWS;
	unit_list_init(&units, &arena);
	render_markdown_table_unit(&units, &shown, &dialect);
	for (size_t r = 0; r < units.list[0].row_count; r++)
		render_text_wrap(to, units.list[0].rows[r], options);
	if (shown.row_count < table->row_count)
		add_more(to, table->row_count - shown.row_count);
	arena_fini(&arena);
}

/* The cells of the first rows again, but black. */
static const struct kept_value *
without_colors(struct arena *arena, const struct doc_table *table, size_t rows)
{
	size_t count = rows * table->column_count;
	struct kept_value *cells = arena_array(arena, struct kept_value, count + 1);

	for (size_t i = 0; i < count; i++) {
		struct cell *copy;

		cells[i] = table->cells[i];
		if (cells[i].kind != KEPT_CELL)
			continue;
		copy = arena_new(arena, struct cell);
		*copy = table_cell(table, i / table->column_count, i % table->column_count);
		copy->color = COLOR_DEFAULT;
		cells[i].p = (const char *)copy;
	}
	return cells;
}

static void
add_table(struct buf *to, const struct doc_table *table, const struct chat_look *look,
	const struct render_text_options *options)
{
	struct doc_table plain = *table;
	struct arena arena = ARENA_INIT;
	size_t count = table->row_count < PREVIEW_ROWS ? table->row_count : PREVIEW_ROWS;

	if (look->table == MD_TABLE_LIST) {
		add_list(to, table, options);
		return;
	}
	if (look->shows_colors || !table->has_color) {
		render_text_table(to, table, options);
		return;
	}
	/* The renderer reads no cell beyond the rows it shows. */
	plain.cells = without_colors(&arena, table, count);
	plain.has_color = false;
	render_text_table(to, &plain, options);
	arena_fini(&arena);
}

static void
add_notes(struct buf *to, const struct channel *channel, const struct chat_look *look,
	const struct missing *m, const struct render_text_options *options)
{
	struct buf line = BUF_INIT;

	if (m->colors && !look->shows_colors)
		buf_adds(&line, ", colours");
	if (m->email)
		buf_adds(&line, ", the mail body");
	if (m->pictures)
		buf_adds(&line, ", pictures without a URL");
	text_role_add(to, TEXT_MUTED);
	if (line.len > 0) {
		struct buf whole = BUF_INIT;

		buf_addf(&whole, "%s does not show: %s.", channel->label, line.p + 2);
		buf_addc(to, '\n');
		render_text_wrap(to, buf_str(&whole), options);
		buf_fini(&whole);
	}
	if (m->tables && look->table_note) {
		buf_addc(to, '\n');
		render_text_wrap(to, str_from(look->table_note), options);
	}
	text_role_add(to, TEXT_PLAIN);
	buf_fini(&line);
}

bool
chat_preview(const struct channel *channel, const struct chat_look *look,
	const struct document *doc, int columns, struct buf *to)
{
	struct render_text_options options = { .columns = columns, .styled = true,
		.max_rows = PREVIEW_ROWS };
	struct document one = *doc;
	struct missing missing = { 0 };
	size_t start = to->len;

	one.block_count = 0;
	render_text(to, &one, &options); /* the title */
	options.no_title = true;
	one.block_count = 1;
	for (size_t i = 0; i < doc->block_count; i++) {
		struct doc_block *block = &doc->blocks[i];

		if (block->kind == DOC_EMAIL_BODY ||
			(block->kind == DOC_IMAGE && block->url.len == 0 && !look->shows_pictures))
			continue;
		if (to->len > start)
			buf_addc(to, '\n');
		one.blocks = block;
		if (block->kind == DOC_TABLE)
			add_table(to, &block->table, look, &options);
		else
			render_text(to, &one, &options);
	}
	look_for(doc, look, &missing);
	add_notes(to, channel, look, &missing, &options);
	return true;
}
