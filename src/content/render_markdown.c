/* SPDX-License-Identifier: MIT */
#include "src/content/render_markdown.h"

#include "src/content/markdown.h"
#include "src/content/md_writer.h"

struct unit_maker {
	struct unit_list *units;
	struct document *doc;
	const struct md_dialect *d;
	const struct md_units_options *o;
};

/* --- elements --- */

static struct str
own(struct unit_maker *m, struct str s)
{
	return arena_str(m->units->arena, s);
}

static struct str
own_escaped(struct unit_maker *m, struct str s)
{
	struct buf b = BUF_INIT;
	struct str owned;

	m->o->element_escape(&b, s);
	owned = own(m, buf_str(&b));
	buf_fini(&b);
	return owned;
}

static struct str
own_joined(struct unit_maker *m, const char *before, struct str s, const char *after)
{
	return str_from(arena_printf(m->units->arena, "%s%.*s%s", before, STR_ARG(s), after));
}

/* Text becomes the content of an element; rows of text become its lines. */
static void
make_element(struct unit_maker *m, struct unit *u)
{
	const struct md_wrap *e = &m->o->element;

	if (!e->open)
		return;
	if (u->kind != UNIT_ROWS) {
		u->kind = UNIT_SOLID;
		u->head = own_joined(m, e->open, own_escaped(m, u->head), e->close);
		return;
	}
	u->head = own_joined(m, e->open, own_escaped(m, u->head), "");
	u->tail = own_joined(m, "", own_escaped(m, u->tail), e->close);
	u->between = own_escaped(m, u->between);
	for (size_t i = 0; i < u->row_count; i++)
		u->rows[i] = own_escaped(m, u->rows[i]);
}

static size_t
measure_element(void *context, struct str s)
{
	const struct unit_maker *m = context;
	struct buf b = BUF_INIT;
	size_t cost;

	if (!m->o->element.open || !m->o->element_escape)
		return m->o->measure ? m->o->measure(s) : s.len;
	m->o->element_escape(&b, s);
	cost = m->o->measure ? m->o->measure(buf_str(&b)) : b.len;
	buf_fini(&b);
	return cost;
}

/* --- blocks --- */

static void
add_piece(void *context, struct str text)
{
	struct unit_maker *m = context;

	make_element(m, unit_list_add_text(m->units, UNIT_TEXT, str_trim(text)));
}

static size_t
piece_max(const struct unit_maker *m)
{
	size_t max = m->o->max, taken = 0;

	if (m->o->element.open && m->o->measure)
		taken = m->o->measure(str_from(m->o->element.open)) +
			m->o->measure(str_from(m->o->element.close));
	else if (m->o->element.open)
		taken = strlen(m->o->element.open) + strlen(m->o->element.close);
	return max == 0 ? 0 : max > taken ? max - taken : 1;
}

static void
add_inline_block(struct unit_maker *m, const struct md_node *node)
{
	struct md_writer w;

	md_writer_init(&w, m->d);
	w.max = piece_max(m);
	w.measure = measure_element;
	w.piece = add_piece;
	w.context = m;
	md_write_block(&w, node);
	if (str_trim(buf_str(&w.to)).len)
		add_piece(m, buf_str(&w.to));
	if (node->kind == MD_HEADING && m->units->count)
		m->units->list[m->units->count - 1].keep_with_next = true;
	md_writer_fini(&w);
}

static size_t
count_lines(struct str s)
{
	size_t lines = 1;

	for (size_t at = 0; (at = str_find(s, STR("\n"), at)) != SIZE_MAX; at++)
		lines++;
	return lines;
}

/* Text as rows, a line each. */
static struct unit *
add_lines(struct unit_maker *m, struct str text)
{
	struct unit *u = unit_list_add(m->units, UNIT_ROWS);
	size_t count = count_lines(text), i = 0;

	u->between = STR("\n");
	u->row_count = count;
	u->rows = arena_array(m->units->arena, struct str, count);
	text = own(m, text);
	while (i + 1 < count) {
		size_t end = str_find(text, STR("\n"), 0);

		u->rows[i++] = str_slice(text, 0, end);
		text = str_slice(text, end + 1, text.len);
	}
	u->rows[i] = text;
	return u;
}

static void
add_list(struct unit_maker *m, const struct md_node *list)
{
	struct unit *u = unit_list_add(m->units, UNIT_ROWS);
	int number = list->level;
	size_t i = 0;

	for (const struct md_node *item = list->first; item; item = item->next)
		u->row_count++;
	u->rows = arena_array(m->units->arena, struct str, u->row_count + 1);
	u->between = list->tight || m->d->tight_lists ? STR("\n") : STR("\n\n");
	for (const struct md_node *item = list->first; item; item = item->next) {
		struct md_writer w;

		md_writer_init(&w, m->d);
		md_write_item(&w, list, item, number++);
		u->rows[i++] = own(m, buf_str(&w.to));
		md_writer_fini(&w);
	}
	make_element(m, u);
}

/* Lines between two marks, which stand in each part: a fence, <pre>, <blockquote>. */
static void
add_fenced(struct unit_maker *m, const struct md_node *node, const struct md_wrap *wrap)
{
	struct md_writer w;
	struct str text;
	struct unit *u;

	md_writer_init(&w, m->d);
	md_write_block(&w, node);
	text = buf_str(&w.to);
	if (wrap->open && wrap->close) {
		text = str_slice(text, strlen(wrap->open), text.len - strlen(wrap->close));
		u = add_lines(m, text);
		u->head = str_from(wrap->open);
		u->tail = str_from(wrap->close);
	} else {
		u = add_lines(m, text);
	}
	make_element(m, u);
	md_writer_fini(&w);
}

static void
add_rule(struct unit_maker *m)
{
	make_element(m, unit_list_add_text(m->units, UNIT_SOLID, str_from(m->d->rule)));
}

static void
add_node(struct unit_maker *m, const struct md_node *node)
{
	switch ((int)node->kind) {
	case MD_LIST:
		add_list(m, node);
		break;
	case MD_QUOTE:
		add_fenced(m, node, &m->d->quote);
		break;
	case MD_CODE_BLOCK:
		add_fenced(m, node, &m->d->code_block);
		break;
	case MD_TABLE:
		md_table_unit(m->units, node, m->d);
		make_element(m, &m->units->list[m->units->count - 1]);
		break;
	case MD_RULE:
		add_rule(m);
		break;
	default:
		add_inline_block(m, node);
	}
}

/* Source mode: the channel's own tags pass, data is neutral. */
static void
add_source(struct unit_maker *m, const struct text *source)
{
	struct buf text = BUF_INIT;
	struct str s;

	text_escaped(&text, source, m->d->data);
	s = buf_str(&text);
	while (s.len && (s.p[s.len - 1] == '\n' || s.p[s.len - 1] == ' '))
		s.len--;
	if (s.len)
		make_element(m, add_lines(m, s));
	buf_fini(&text);
}

static void
add_image(struct unit_maker *m, struct doc_block *block)
{
	struct span url_span = { block->url, false }, alt_span = { block->alt, true };
	struct md_node alt = { .kind = MD_TEXT, .text = { &alt_span, 1 } };
	struct md_node image = { .kind = MD_IMAGE, .url = { &url_span, 1 } };
	struct md_node paragraph = { .kind = MD_PARAGRAPH, .first = &image };

	if (block->alt.len)
		image.first = &alt;
	if (block->url.len)
		add_inline_block(m, &paragraph);
	else if (m->o->on_image)
		m->o->on_image(m->o->context, block);
	else
		document_warn(m->doc, "W_IMAGE",
			"content[%zu]: this channel takes pictures only by a URL; '%.*s' is left "
			"out", block->block_index, STR_ARG(block->path));
}

/* A result that was cut at max_rows says so wherever it is shown. */
static void
add_cut_note(struct unit_maker *m, const struct doc_table *table)
{
	struct buf note = BUF_INIT;

	buf_adds(&note, "only the first ");
	thousands_add(&note, table->total_rows);
	buf_adds(&note, " rows of the query");
	add_piece(m, buf_str(&note));
	buf_fini(&note);
}

static void
add_table(struct unit_maker *m, struct doc_block *block)
{
	if (m->o->on_table) {
		m->o->on_table(m->o->context, block, m->units);
	} else {
		render_markdown_table_unit(m->units, &block->table, m->d);
		make_element(m, &m->units->list[m->units->count - 1]);
	}
	if (block->table.truncated)
		add_cut_note(m, &block->table);
}

static void
warn_of_html(struct unit_maker *m, const struct doc_block *block)
{
	struct buf tag = BUF_INIT;

	if (!m->d->html_passes && markdown_find_html(block->md, &tag))
		document_warn(m->doc, "W_HTML", "content[%zu]: %s and other tags are left out in "
			"rich mode; mode source passes a channel's own tags", block->block_index,
			buf_text(&tag));
	buf_fini(&tag);
}

static void
add_markdown(struct unit_maker *m, struct doc_block *block)
{
	if (!block->md) {
		add_source(m, &block->source);
		return;
	}
	for (const struct md_node *n = block->md->first; n; n = n->next)
		add_node(m, n);
	warn_of_html(m, block);
}

static void
add_block(struct unit_maker *m, struct doc_block *block)
{
	switch (block->kind) {
	case DOC_MARKDOWN:
		add_markdown(m, block);
		break;
	case DOC_TABLE:
		add_table(m, block);
		break;
	case DOC_IMAGE:
		add_image(m, block);
		break;
	case DOC_EMAIL_BODY:
		break;
	}
}

void
render_markdown_units(struct unit_list *units, struct document *doc,
	const struct md_dialect *dialect, const struct md_units_options *options)
{
	struct unit_maker m = { .units = units, .doc = doc, .d = dialect, .o = options };

	for (size_t i = 0; i < doc->block_count; i++)
		add_block(&m, &doc->blocks[i]);
}

static void
add_unit(struct buf *to, const struct unit *u)
{
	buf_add_str(to, u->head);
	for (size_t i = 0; i < u->row_count; i++) {
		if (i)
			buf_add_str(to, u->between);
		buf_add_str(to, u->rows[i]);
	}
	buf_add_str(to, u->tail);
}

void
render_markdown(struct buf *to, struct document *doc, const struct md_dialect *dialect,
	bool with_title)
{
	struct md_units_options options = { 0 };
	struct arena arena = ARENA_INIT;
	struct unit_list units;
	bool any = false;

	unit_list_init(&units, &arena);
	render_markdown_units(&units, doc, dialect, &options);
	if (with_title && doc->title.count) {
		if (dialect->heading[0].open)
			buf_adds(to, dialect->heading[0].open);
		for (size_t i = 0; i < doc->title.count; i++)
			dialect->data(to, doc->title.spans[i].text);
		if (dialect->heading[0].open)
			buf_adds(to, dialect->heading[0].close);
		any = true;
	}
	for (size_t i = 0; i < units.count; i++, any = true) {
		if (any)
			buf_adds(to, dialect->paragraph);
		add_unit(to, &units.list[i]);
	}
	if (any)
		buf_addc(to, '\n');
	arena_fini(&arena);
}

void
render_markdown_tree(struct buf *to, const struct md_node *root, const struct md_dialect *dialect)
{
	struct md_writer w;

	md_writer_init(&w, dialect);
	md_write_blocks(&w, root->first, false);
	buf_add_str(to, buf_str(&w.to));
	md_writer_fini(&w);
}
