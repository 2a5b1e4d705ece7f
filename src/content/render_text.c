/* SPDX-License-Identifier: MIT */
#include "src/content/render_text.h"

#include "src/base/utf8.h"
#include "src/content/html_text.h"
#include "src/content/render_html.h"
#include "src/content/text_table.h"

/* --- inline --- */

struct inline_writer {
	struct buf to;
	const struct render_text_options *options;
	enum text_role role;
};

static enum text_role
enter(struct inline_writer *w, enum text_role role)
{
	enum text_role before = w->role;

	if (w->options->styled && role != before)
		text_role_add(&w->to, role);
	w->role = role;
	return before;
}

static void put_inlines(struct inline_writer *w, const struct md_node *node);

static void
put_styled(struct inline_writer *w, const struct md_node *node, enum text_role role)
{
	enum text_role before = enter(w, role);

	put_inlines(w, node->first);
	enter(w, before);
}

/* "text (url)", the address only where the text is another. */
static void
put_link(struct inline_writer *w, const struct md_node *node)
{
	size_t start = w->to.len, end;
	struct buf text = BUF_INIT, url = BUF_INIT;

	put_styled(w, node, TEXT_LINK);
	end = w->to.len;
	text_role_strip(&text, (struct str){ w->to.p + start, end - start });
	text_plain(&url, &node->url);
	if (url.len && !str_equal(buf_str(&text), buf_str(&url))) {
		enum text_role before = enter(w, TEXT_MUTED);

		buf_addf(&w->to, " (%s)", buf_text(&url));
		enter(w, before);
	}
	buf_fini(&text);
	buf_fini(&url);
}

static void
put_image(struct inline_writer *w, const struct md_node *node)
{
	enum text_role before = enter(w, TEXT_MUTED);

	buf_adds(&w->to, "[");
	put_inlines(w, node->first);
	if (node->first)
		buf_adds(&w->to, ": ");
	text_plain(&w->to, &node->url);
	buf_adds(&w->to, "]");
	enter(w, before);
}

static void
put_inline(struct inline_writer *w, const struct md_node *node)
{
	enum text_role before;

	switch ((int)node->kind) {
	case MD_TEXT:
		text_plain(&w->to, &node->text);
		break;
	case MD_SOFT_BREAK:
		buf_addc(&w->to, ' ');
		break;
	case MD_HARD_BREAK:
		buf_addc(&w->to, '\n');
		break;
	case MD_CODE:
		before = enter(w, TEXT_CODE);
		text_plain(&w->to, &node->text);
		enter(w, before);
		break;
	case MD_HTML_INLINE:
		html_inline_text(&w->to, &node->text);
		break;
	case MD_EMPH:
		put_styled(w, node, TEXT_EMPH);
		break;
	case MD_STRONG:
		put_styled(w, node, TEXT_STRONG);
		break;
	case MD_STRIKE:
		put_styled(w, node, TEXT_STRIKE);
		break;
	case MD_LINK:
		put_link(w, node);
		break;
	case MD_IMAGE:
		put_image(w, node);
		break;
	default:
		put_inlines(w, node->first);
	}
}

static void
put_inlines(struct inline_writer *w, const struct md_node *node)
{
	for (; node; node = node->next)
		put_inline(w, node);
}

/* --- blocks --- */

static void put_blocks(struct line_writer *w, const struct md_node *node, bool tight);

static void
put_paragraph(struct line_writer *w, const struct md_node *node, enum text_role role,
	const char *before)
{
	struct inline_writer in = { .options = w->options };

	enter(&in, role);
	buf_adds(&in.to, before);
	put_inlines(&in, node->first);
	enter(&in, TEXT_PLAIN);
	line_writer_wrap(w, buf_str(&in.to));
	buf_fini(&in.to);
}

/* What stands inside gets `lead` before its first line and `rest` before the others. */
static void
put_inside(struct line_writer *w, const struct md_node *node, const char *lead, const char *rest,
	bool tight)
{
	size_t before = w->prefix.len;

	if (lead) {
		if (!w->has_lead) {
			buf_clear(&w->lead);
			buf_add_str(&w->lead, buf_str(&w->prefix));
		}
		buf_adds(&w->lead, lead);
		w->has_lead = true;
	}
	buf_adds(&w->prefix, rest);
	if (node)
		put_blocks(w, node, tight);
	if (w->has_lead) /* an empty item still shows its bullet */
		line_writer_line(w, STR_NONE);
	buf_truncate(&w->prefix, before);
}

static void
put_quote(struct line_writer *w, const struct md_node *node)
{
	struct buf bar = BUF_INIT;

	if (w->options->styled)
		text_role_add(&bar, TEXT_QUOTE);
	buf_adds(&bar, w->options->ascii ? "> " : "│ ");
	if (w->options->styled)
		text_role_add(&bar, TEXT_PLAIN);
	put_inside(w, node->first, NULL, buf_text(&bar), false);
	buf_fini(&bar);
}

static void
put_list(struct line_writer *w, const struct md_node *list)
{
	bool ascii = w->options->ascii;
	int number = list->level;

	for (const struct md_node *item = list->first; item; item = item->next, number++) {
		struct buf lead = BUF_INIT, rest = BUF_INIT;

		if (list->ordered)
			buf_addf(&lead, "%d. ", number);
		else if (item->is_task)
			buf_adds(&lead, item->checked ? (ascii ? "[x] " : "☑ ")
						      : (ascii ? "[ ] " : "☐ "));
		else
			buf_adds(&lead, ascii ? "- " : "• ");
		buf_add_repeat(&rest, " ", utf8_width(buf_str(&lead)));
		put_inside(w, item->first, buf_text(&lead), buf_text(&rest), list->tight);
		buf_fini(&lead);
		buf_fini(&rest);
		if (!list->tight && item->next)
			line_writer_line(w, STR_NONE);
	}
}

/* Lines as they are: what is aligned stays so. */
static void
put_code_block(struct line_writer *w, const struct md_node *node)
{
	struct buf text = BUF_INIT, line = BUF_INIT;
	struct str rest;

	text_plain(&text, &node->text);
	rest = buf_str(&text);
	if (rest.len && rest.p[rest.len - 1] == '\n')
		rest.len--;
	for (bool more = true; more;) {
		size_t end = str_find(rest, STR("\n"), 0);

		more = end != SIZE_MAX;
		buf_clear(&line);
		if (w->options->styled)
			text_role_add(&line, TEXT_CODE);
		buf_adds(&line, "    ");
		buf_add_str(&line, more ? str_slice(rest, 0, end) : rest);
		if (w->options->styled)
			text_role_add(&line, TEXT_PLAIN);
		line_writer_line(w, buf_str(&line));
		if (more)
			rest = str_slice(rest, end + 1, rest.len);
	}
	buf_fini(&text);
	buf_fini(&line);
}

static void
put_md_table(struct line_writer *w, const struct md_node *table)
{
	size_t columns = 0, rows = 0, r = 0, i;
	struct text_grid g;

	for (const struct md_node *c = table->first ? table->first->first : NULL; c; c = c->next)
		columns++;
	for (const struct md_node *row = table->first; row; row = row->next)
		rows++;
	text_grid_init(&g, columns, rows);
	for (const struct md_node *row = table->first; row; row = row->next, r++) {
		i = 0;
		for (const struct md_node *c = row->first; c && i < columns; c = c->next, i++) {
			struct inline_writer in = { .options = w->options };

			put_inlines(&in, c->first);
			g.aligns[i] = c->align;
			text_grid_set(&g, r, i, buf_str(&in.to));
			buf_fini(&in.to);
		}
	}
	text_grid_put(w, &g);
	text_grid_fini(&g);
}

static void
put_rule(struct line_writer *w)
{
	struct buf line = BUF_INIT;
	size_t columns = w->options->columns > 0 ? (size_t)w->options->columns : 40;

	if (w->options->styled)
		text_role_add(&line, TEXT_BOX);
	buf_add_repeat(&line, w->options->ascii ? "-" : "─", columns < 40 ? columns : 40);
	if (w->options->styled)
		text_role_add(&line, TEXT_PLAIN);
	line_writer_line(w, buf_str(&line));
	buf_fini(&line);
}

static void
html_data(struct buf *to, struct str data)
{
	html_escape(to, data, true);
}

static void
put_html_block(struct line_writer *w, const struct md_node *node)
{
	struct buf html = BUF_INIT, text = BUF_INIT;

	text_escaped(&html, &node->text, html_data);
	html_to_text(&text, buf_str(&html));
	if (text.len)
		line_writer_wrap(w, str_trim(buf_str(&text)));
	buf_fini(&html);
	buf_fini(&text);
}

static void
put_block(struct line_writer *w, const struct md_node *node)
{
	static const char *const hashes[] = { "# ", "## ", "### ", "#### ", "##### ", "###### " };

	switch ((int)node->kind) {
	case MD_HEADING:
		put_paragraph(w, node, TEXT_HEADING, hashes[(node->level - 1) % 6]);
		break;
	case MD_PARAGRAPH:
		put_paragraph(w, node, TEXT_PLAIN, "");
		break;
	case MD_QUOTE:
		put_quote(w, node);
		break;
	case MD_LIST:
		put_list(w, node);
		break;
	case MD_CODE_BLOCK:
		put_code_block(w, node);
		break;
	case MD_TABLE:
		put_md_table(w, node);
		break;
	case MD_RULE:
		put_rule(w);
		break;
	case MD_HTML_BLOCK:
		put_html_block(w, node);
		break;
	default:
		break;
	}
}

static void
put_blocks(struct line_writer *w, const struct md_node *node, bool tight)
{
	for (; node; node = node->next) {
		put_block(w, node);
		if (node->next && !(tight && node->next->kind == MD_LIST))
			line_writer_line(w, STR_NONE);
	}
}

void
render_text_markdown(struct buf *to, const struct md_node *root,
	const struct render_text_options *options)
{
	struct line_writer w;

	line_writer_init(&w, to, options);
	put_blocks(&w, root->first, false);
	line_writer_fini(&w);
}

void
render_text_wrap(struct buf *to, struct str text, const struct render_text_options *options)
{
	struct line_writer w;

	line_writer_init(&w, to, options);
	line_writer_wrap(&w, text);
	line_writer_fini(&w);
}

/* --- document --- */

static void
put_role_line(struct buf *to, enum text_role role, struct str text,
	const struct render_text_options *options)
{
	struct buf line = BUF_INIT;

	if (options->styled)
		text_role_add(&line, role);
	buf_add_str(&line, text);
	if (options->styled)
		text_role_add(&line, TEXT_PLAIN);
	render_text_wrap(to, buf_str(&line), options);
	buf_fini(&line);
}

static void
put_source(struct buf *to, const struct doc_block *block,
	const struct render_text_options *options)
{
	struct buf plain = BUF_INIT, text = BUF_INIT;
	struct str s;

	if (block->is_html)
		text_escaped(&plain, &block->source, html_data);
	else
		text_plain(&plain, &block->source);
	if (block->is_html)
		html_to_text(&text, buf_str(&plain));
	else
		buf_add_str(&text, buf_str(&plain));
	s = buf_str(&text);
	while (s.len && s.p[s.len - 1] == '\n')
		s.len--;
	render_text_wrap(to, s, options);
	buf_fini(&plain);
	buf_fini(&text);
}

static void
put_image_block(struct buf *to, const struct doc_block *block,
	const struct render_text_options *options)
{
	struct str where = block->url.len ? block->url : block->path;
	struct buf line = BUF_INIT;

	buf_adds(&line, "[");
	buf_add_str(&line, block->alt.len ? block->alt : STR("image"));
	buf_adds(&line, ": ");
	buf_add_str(&line, where);
	buf_adds(&line, "]");
	put_role_line(to, TEXT_MUTED, buf_str(&line), options);
	buf_fini(&line);
}

static void
put_doc_block(struct buf *to, const struct doc_block *block,
	const struct render_text_options *options)
{
	if (block->kind == DOC_TABLE)
		render_text_table(to, &block->table, options);
	else if (block->kind == DOC_IMAGE)
		put_image_block(to, block, options);
	else if (block->md)
		render_text_markdown(to, block->md, options);
	else
		put_source(to, block, options);
}

void
render_text(struct buf *to, const struct document *doc, const struct render_text_options *options)
{
	size_t start = to->len;

	if (!options->no_title && doc->title.count) {
		struct buf title = BUF_INIT;

		text_plain(&title, &doc->title);
		put_role_line(to, TEXT_HEADING, buf_str(&title), options);
		buf_fini(&title);
	}
	for (size_t i = 0; i < doc->block_count; i++) {
		if (doc->blocks[i].kind == DOC_EMAIL_BODY && options->channel_hides_email)
			continue;
		if (to->len > start)
			buf_addc(to, '\n');
		put_doc_block(to, &doc->blocks[i], options);
	}
}
