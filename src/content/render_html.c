/* SPDX-License-Identifier: MIT */
#include "src/content/render_html.h"

#include <stdlib.h>

#include "src/base/word.h"
#include "src/content/html_text.h"
#include "src/content/markdown.h"

#define TEXT_STYLE "font-family:Arial,'Microsoft YaHei',sans-serif;font-size:14px;" \
		   "line-height:1.5;color:#1f2328"
#define CODE_STYLE "font-family:Consolas,Menlo,monospace;font-size:13px;color:#1f2328;" \
		   "background-color:#f6f8fa"

static const char *const colors[COLOR_COUNT] = {
	[COLOR_GREEN] = "#1a7f37", [COLOR_RED] = "#cf222e", [COLOR_ORANGE] = "#bc4c00",
	[COLOR_BLUE] = "#0969da", [COLOR_GREY] = "#6e7781",
};

#define ENTITY(s) { s, sizeof(s) - 1 }

/* What stands for a character; the line break where those are wanted. */
static const struct str entities[256] = { ['&'] = ENTITY("&amp;"), ['<'] = ENTITY("&lt;"),
	['>'] = ENTITY("&gt;"), ['"'] = ENTITY("&quot;"),
	['\''] = ENTITY("&#39;"), ['\n'] = ENTITY("<br>\n") };

/* Bytes that may stand as something else: & and ', < and > are a bit apart. */
static inline uint64_t
marks_entities(uint64_t word)
{
	return word_marks_equal(word | WORD_EACH(1), '\'') |
	       word_marks_equal(word | WORD_EACH(2), '>') | word_marks_equal(word, '"') |
	       word_marks_below(word, ' ');
}

void
html_escape(struct buf *to, struct str text, bool breaks)
{
	size_t from = 0;

	if (word_none(marks_entities, text.p, text.len)) {
		buf_add_str(to, text);
		return;
	}
	for (size_t i = 0; i < text.len; i++) {
		struct str entity = entities[(unsigned char)text.p[i]];

		if (!entity.len || (text.p[i] == '\n' && !breaks))
			continue;
		buf_add_str(to, str_slice(text, from, i));
		buf_add_str(to, entity);
		from = i + 1;
	}
	buf_add_str(to, str_slice(text, from, text.len));
}

static void
escape_spans(struct buf *to, const struct text *t, bool breaks)
{
	for (size_t i = 0; i < t->count; i++)
		html_escape(to, t->spans[i].text, breaks);
}

/* --- Markdown --- */

struct html_writer {
	struct buf *to;
	bool breaks; /* a line end of the author is a line break: mail bodies */
};

static void put_nodes(struct html_writer *w, const struct md_node *node);

static void
put_in(struct html_writer *w, const struct md_node *node, const char *open, const char *close)
{
	buf_adds(w->to, open);
	put_nodes(w, node->first);
	buf_adds(w->to, close);
}

static void
put_link(struct html_writer *w, const struct md_node *node)
{
	struct buf url = BUF_INIT;

	if (markdown_add_url(&url, &node->url, NULL)) {
		buf_adds(w->to, "<a href=\"");
		html_escape(w->to, buf_str(&url), false);
		buf_adds(w->to, "\" style=\"color:#0969da\">");
		put_nodes(w, node->first);
		buf_adds(w->to, "</a>");
	} else {
		put_nodes(w, node->first);
	}
	buf_fini(&url);
}

static void
put_image_tag(struct buf *to, struct str escaped_url, struct str alt)
{
	buf_adds(to, "<img src=\"");
	buf_add_str(to, escaped_url);
	buf_adds(to, "\" alt=\"");
	html_escape(to, alt, false);
	buf_adds(to, "\" style=\"border:0;max-width:100%\">");
}

static void
put_image(struct html_writer *w, const struct md_node *node)
{
	struct buf url = BUF_INIT, escaped = BUF_INIT, alt = BUF_INIT;

	for (const struct md_node *n = node->first; n; n = n->next)
		text_plain(&alt, &n->text);
	if (markdown_add_url(&url, &node->url, NULL)) {
		html_escape(&escaped, buf_str(&url), false);
		put_image_tag(w->to, buf_str(&escaped), buf_str(&alt));
	} else {
		html_escape(w->to, buf_str(&alt), false);
	}
	buf_fini(&url);
	buf_fini(&escaped);
	buf_fini(&alt);
}

/* HTML inside Markdown is text here, but for line breaks. */
static void
put_html(struct html_writer *w, const struct md_node *node)
{
	struct buf tag = BUF_INIT, text = BUF_INIT;

	text_plain(&tag, &node->text);
	if (node->kind == MD_HTML_BLOCK) {
		html_to_text(&text, buf_str(&tag));
		buf_adds(w->to, "<p style=\"margin:0 0 12px 0\">");
		html_escape(w->to, str_trim(buf_str(&text)), true);
		buf_adds(w->to, "</p>\n");
	} else if (html_is_break(buf_str(&tag))) {
		buf_adds(w->to, "<br>\n");
	} else if (!str_starts(buf_str(&tag), STR("<!--"))) {
		html_escape(w->to, buf_str(&tag), false);
	}
	buf_fini(&tag);
	buf_fini(&text);
}

static void
put_heading(struct html_writer *w, const struct md_node *node)
{
	static const int sizes[] = { 22, 19, 17, 15, 14, 14 };
	int level = node->level < 1 ? 1 : node->level > 6 ? 6 : node->level;

	buf_addf(w->to, "<h%d style=\"margin:16px 0 8px 0;font-size:%dpx;line-height:1.3\">", level,
		sizes[level - 1]);
	put_nodes(w, node->first);
	buf_addf(w->to, "</h%d>\n", level);
}

static void
put_list(struct html_writer *w, const struct md_node *node)
{
	if (node->ordered)
		buf_addf(w->to, "<ol start=\"%d\" style=\"margin:0 0 12px 0;padding-left:24px\">\n",
			node->level);
	else
		buf_adds(w->to, "<ul style=\"margin:0 0 12px 0;padding-left:24px\">\n");
	for (const struct md_node *item = node->first; item; item = item->next) {
		buf_adds(w->to, "<li>");
		if (item->is_task)
			buf_adds(w->to, item->checked ? "&#9745; " : "&#9744; ");
		for (const struct md_node *n = item->first; n; n = n->next) {
			struct md_node alone = *n;

			alone.next = NULL;
			if (n->kind == MD_PARAGRAPH && node->tight)
				put_nodes(w, n->first);
			else
				put_nodes(w, &alone);
		}
		buf_adds(w->to, "</li>\n");
	}
	buf_adds(w->to, node->ordered ? "</ol>\n" : "</ul>\n");
}

/* The cells' look stands once in <head>; programs that throw <style> away still draw
 * lines and space by the attributes. A row says how most of its cells are aligned. */
#define TABLE_CLASS "dpt"
#define CELL_STYLE "." TABLE_CLASS " td,." TABLE_CLASS " th{border:1px solid #d0d7de;padding:4px 8px}"

static void
open_row(struct buf *to, bool header, enum align align)
{
	buf_adds(to, "<tr");
	if (align == ALIGN_RIGHT || align == ALIGN_CENTER)
		buf_adds(to, align == ALIGN_RIGHT ? " align=\"right\"" : " align=\"center\"");
	if (header)
		buf_adds(to, " bgcolor=\"#eaeef2\" style=\"background-color:#eaeef2;color:#1f2328\"");
	buf_addc(to, '>');
}

/* Head cells are centred by themselves, others stand as their row does. */
static struct str
cell_tag(bool header, enum align align, enum align of_row)
{
	if (align == ALIGN_AUTO)
		align = ALIGN_LEFT;
	if (!header && align == of_row)
		return STR("<td>");
	if (align == ALIGN_RIGHT)
		return header ? STR("<th align=\"right\">") : STR("<td align=\"right\">");
	if (align == ALIGN_CENTER)
		return header ? STR("<th align=\"center\">") : STR("<td align=\"center\">");
	return header ? STR("<th align=\"left\">") : STR("<td align=\"left\">");
}

static void
open_table(struct buf *to)
{
	buf_adds(to, "<table class=\"" TABLE_CLASS "\" border=\"1\" bordercolor=\"#d0d7de\" "
		     "cellpadding=\"4\" cellspacing=\"0\" style=\""
		     "border-collapse:collapse;border:1px solid #d0d7de;margin:0 0 12px 0;"
		     TEXT_STYLE ";background-color:#ffffff\" bgcolor=\"#ffffff\">\n");
}

static void
put_md_table(struct html_writer *w, const struct md_node *table)
{
	open_table(w->to);
	for (const struct md_node *row = table->first; row; row = row->next) {
		open_row(w->to, row->header, ALIGN_LEFT);
		for (const struct md_node *cell = row->first; cell; cell = cell->next) {
			buf_add_str(w->to, cell_tag(row->header, cell->align, ALIGN_LEFT));
			put_nodes(w, cell->first);
			buf_adds(w->to, row->header ? "</th>" : "</td>");
		}
		buf_adds(w->to, "</tr>\n");
	}
	buf_adds(w->to, "</table>\n");
}

static void
put_node(struct html_writer *w, const struct md_node *node)
{
	switch ((int)node->kind) {
	case MD_HEADING:
		put_heading(w, node);
		break;
	case MD_PARAGRAPH:
		put_in(w, node, "<p style=\"margin:0 0 12px 0\">", "</p>\n");
		break;
	case MD_QUOTE:
		put_in(w, node, "<blockquote style=\"margin:0 0 12px 0;padding:0 0 0 12px;"
				"border-left:4px solid #d0d7de\">\n", "</blockquote>\n");
		break;
	case MD_LIST:
		put_list(w, node);
		break;
	case MD_CODE_BLOCK:
		buf_adds(w->to, "<pre style=\"margin:0 0 12px 0;padding:8px;" CODE_STYLE "\">");
		escape_spans(w->to, &node->text, false);
		buf_adds(w->to, "</pre>\n");
		break;
	case MD_RULE:
		buf_adds(w->to, "<hr style=\"border:0;border-top:1px solid #d0d7de\">\n");
		break;
	case MD_TABLE:
		put_md_table(w, node);
		break;
	case MD_HTML_BLOCK:
	case MD_HTML_INLINE:
		put_html(w, node);
		break;
	case MD_TEXT:
		escape_spans(w->to, &node->text, false);
		break;
	case MD_SOFT_BREAK:
		buf_adds(w->to, w->breaks ? "<br>\n" : "\n");
		break;
	case MD_HARD_BREAK:
		buf_adds(w->to, "<br>\n");
		break;
	case MD_CODE:
		buf_adds(w->to, "<code style=\"" CODE_STYLE "\">");
		escape_spans(w->to, &node->text, false);
		buf_adds(w->to, "</code>");
		break;
	case MD_EMPH:
		put_in(w, node, "<em>", "</em>");
		break;
	case MD_STRONG:
		put_in(w, node, "<strong>", "</strong>");
		break;
	case MD_STRIKE:
		put_in(w, node, "<s>", "</s>");
		break;
	case MD_LINK:
		put_link(w, node);
		break;
	case MD_IMAGE:
		put_image(w, node);
		break;
	default:
		put_nodes(w, node->first);
	}
}

static void
put_nodes(struct html_writer *w, const struct md_node *node)
{
	for (; node; node = node->next)
		put_node(w, node);
}

/* --- tables --- */

static void
put_cell(struct buf *to, struct cell cell, struct str tag)
{
	const char *color = colors[cell.color];

	buf_add_str(to, tag);
	if (color)
		buf_addf(to, "<span style=\"color:%s\">", color);
	html_escape(to, cell.text, true);
	if (cell.mark.len) {
		if (cell.text.len)
			buf_addc(to, ' ');
		html_escape(to, cell.mark, false);
	}
	if (color)
		buf_adds(to, "</span>");
	buf_add_str(to, STR("</td>"));
}

static void
put_note(struct buf *to, const struct doc_table *table, size_t rows)
{
	if (rows == table->row_count && !table->truncated)
		return;
	buf_adds(to, "<p style=\"margin:0 0 12px 0;color:#6e7781\">");
	thousands_add(to, rows);
	buf_adds(to, table->truncated ? " of more than " : " of ");
	thousands_add(to, table->total_rows);
	buf_adds(to, " rows</p>\n");
}

/* How most columns are aligned. */
static enum align
common_align(const struct doc_table *table)
{
	size_t counts[ALIGN_COUNT] = { 0 };
	enum align most = ALIGN_LEFT;

	for (size_t i = 0; i < table->column_count; i++)
		counts[table->columns[i].align]++;
	for (int i = 0; i < ALIGN_COUNT; i++)
		if (counts[i] > counts[most])
			most = (enum align)i;
	return most;
}

static void
put_head_row(struct buf *to, const struct doc_table *table)
{
	open_row(to, true, ALIGN_LEFT);
	for (size_t i = 0; i < table->column_count; i++) {
		buf_add_str(to, cell_tag(true, table->columns[i].align, ALIGN_LEFT));
		html_escape(to, table->columns[i].header, false);
		buf_adds(to, "</th>");
	}
	buf_adds(to, "</tr>\n");
}

void
render_html_table(struct buf *to, const struct doc_table *table, size_t max_rows)
{
	size_t rows = max_rows && table->row_count > max_rows ? max_rows : table->row_count;
	struct str *tags = xcalloc(table->column_count, sizeof(*tags));
	enum align common = common_align(table);

	for (size_t i = 0; i < table->column_count; i++)
		tags[i] = cell_tag(false, table->columns[i].align, common);
	open_table(to);
	put_head_row(to, table);
	for (size_t row = 0; row < rows; row++) {
		open_row(to, false, common);
		for (size_t i = 0; i < table->column_count; i++)
			put_cell(to, table_cell(table, row, i), tags[i]);
		buf_adds(to, "</tr>\n");
	}
	buf_adds(to, "</table>\n");
	put_note(to, table, rows);
	free(tags);
}

/* --- document --- */

static void
html_data(struct buf *to, struct str data)
{
	html_escape(to, data, true);
}

static void
put_image_block(struct buf *to, const struct doc_block *block,
	const struct render_html_options *options)
{
	struct span span = { block->url, false };
	struct text url = { &span, 1 };
	struct buf address = BUF_INIT, escaped = BUF_INIT;
	bool found = false;

	if (block->url.len && markdown_add_url(&address, &url, NULL)) {
		html_escape(&escaped, buf_str(&address), false);
		found = true;
	} else if (block->path.len && options->image) {
		found = options->image(options->context, block, &escaped);
	}
	buf_adds(to, "<p style=\"margin:0 0 12px 0\">");
	if (found)
		put_image_tag(to, buf_str(&escaped), block->alt);
	else
		html_escape(to, block->alt, false);
	buf_adds(to, "</p>\n");
	buf_fini(&address);
	buf_fini(&escaped);
}

static void
put_text_block(struct buf *to, const struct doc_block *block)
{
	struct html_writer w = { .to = to, .breaks = block->kind == DOC_EMAIL_BODY };

	if (block->is_html) {
		text_escaped(to, &block->source, html_data);
		buf_addc(to, '\n');
	} else if (block->md) {
		put_nodes(&w, block->md->first);
	} else {
		buf_adds(to, "<p style=\"margin:0 0 12px 0\">");
		escape_spans(to, &block->source, true);
		buf_adds(to, "</p>\n");
	}
}

static void
put_head(struct buf *to, const struct document *doc)
{
	buf_adds(to, "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\">"
		     "<meta name=\"viewport\" content=\"width=device-width\">"
		     "<style>" CELL_STYLE "</style><title>");
	escape_spans(to, &doc->title, false);
	buf_adds(to, "</title></head>\n<body style=\"margin:0;padding:0;background-color:#ffffff\" "
		     "bgcolor=\"#ffffff\">\n"
		     "<table border=\"0\" cellpadding=\"0\" cellspacing=\"0\" "
		     "role=\"presentation\" width=\"100%\"><tr><td align=\"left\" "
		     "style=\"padding:16px;background-color:#ffffff;" TEXT_STYLE "\">\n");
}

void
render_html(struct buf *to, const struct document *doc, const struct render_html_options *options)
{
	if (!options->fragment)
		put_head(to, doc);
	if (options->with_title && doc->title.count) {
		buf_adds(to, "<h1 style=\"margin:0 0 12px 0;font-size:22px;line-height:1.3\">");
		escape_spans(to, &doc->title, false);
		buf_adds(to, "</h1>\n");
	}
	for (size_t i = 0; i < doc->block_count; i++) {
		const struct doc_block *block = &doc->blocks[i];

		if (block->kind == DOC_TABLE)
			render_html_table(to, &block->table, options->max_rows);
		else if (block->kind == DOC_IMAGE)
			put_image_block(to, block, options);
		else if (block->kind == DOC_EMAIL_BODY || !options->email_body_only)
			put_text_block(to, block);
	}
	if (!options->fragment)
		buf_adds(to, "</td></tr></table>\n</body></html>\n");
}
