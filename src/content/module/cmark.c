/* SPDX-License-Identifier: MIT */
#include "src/content/markdown.h"
#include "src/content/module/module.h"

#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm.h>
#include <stdlib.h>

/* Extensions add node types at run time, so kinds are told by cmark's names. */
static const struct {
	const char *name;
	enum md_kind kind;
} kinds[] = {
	{ "document", MD_DOCUMENT },
	{ "heading", MD_HEADING },
	{ "paragraph", MD_PARAGRAPH },
	{ "block_quote", MD_QUOTE },
	{ "list", MD_LIST },
	{ "item", MD_ITEM },
	{ "tasklist", MD_ITEM },
	{ "code_block", MD_CODE_BLOCK },
	{ "thematic_break", MD_RULE },
	{ "table", MD_TABLE },
	{ "table_header", MD_ROW },
	{ "table_row", MD_ROW },
	{ "table_cell", MD_CELL },
	{ "html_block", MD_HTML_BLOCK },
	{ "text", MD_TEXT },
	{ "softbreak", MD_SOFT_BREAK },
	{ "linebreak", MD_HARD_BREAK },
	{ "code", MD_CODE },
	{ "emph", MD_EMPH },
	{ "strong", MD_STRONG },
	{ "strikethrough", MD_STRIKE },
	{ "link", MD_LINK },
	{ "image", MD_IMAGE },
	{ "html_inline", MD_HTML_INLINE },
};

static enum md_kind
kind_of(cmark_node *node)
{
	const char *name = cmark_node_get_type_string(node);

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (strcmp(kinds[i].name, name) == 0)
			return kinds[i].kind;
	return MD_KIND_COUNT;
}

static struct text
one_span(struct arena *arena, const char *p)
{
	struct text t = { 0 };

	if (p && *p) {
		t.spans = arena_new(arena, struct span);
		t.spans->text = arena_str(arena, str_from(p));
		t.count = 1;
	}
	return t;
}

static void
read_list(struct md_node *to, cmark_node *node)
{
	to->ordered = cmark_node_get_list_type(node) == CMARK_ORDERED_LIST;
	to->level = to->ordered ? cmark_node_get_list_start(node) : 0;
	to->tight = cmark_node_get_list_tight(node) != 0;
}

static void
read_code_block(struct arena *arena, struct md_node *to, cmark_node *node)
{
	const char *info = cmark_node_get_fence_info(node);

	to->text = one_span(arena, cmark_node_get_literal(node));
	to->info = info && *info ? arena_strdup(arena, info) : NULL;
}

static void
read_facts(struct arena *arena, struct md_node *to, cmark_node *node)
{
	switch ((int)to->kind) {
	case MD_HEADING:
		to->level = cmark_node_get_heading_level(node);
		break;
	case MD_LIST:
		read_list(to, node);
		break;
	case MD_ITEM:
		to->is_task = strcmp(cmark_node_get_type_string(node), "tasklist") == 0;
		to->checked = to->is_task && cmark_gfm_extensions_get_tasklist_item_checked(node);
		break;
	case MD_CODE_BLOCK:
		read_code_block(arena, to, node);
		break;
	case MD_ROW:
		to->header = cmark_gfm_extensions_get_table_row_is_header(node) != 0;
		break;
	case MD_LINK:
	case MD_IMAGE:
		to->url = one_span(arena, cmark_node_get_url(node));
		to->title = one_span(arena, cmark_node_get_title(node));
		break;
	case MD_TEXT:
	case MD_CODE:
	case MD_HTML_BLOCK:
	case MD_HTML_INLINE:
		to->text = one_span(arena, cmark_node_get_literal(node));
		break;
	default:
		break;
	}
}

static void
read_alignments(struct md_node *table, cmark_node *node)
{
	uint8_t *marks = cmark_gfm_extensions_get_table_alignments(node);
	size_t count = cmark_gfm_extensions_get_table_columns(node);

	for (struct md_node *row = table->first; row; row = row->next) {
		size_t i = 0;

		for (struct md_node *cell = row->first; cell; cell = cell->next, i++) {
			uint8_t mark = marks && i < count ? marks[i] : 0;

			cell->align = mark == 'r'   ? ALIGN_RIGHT
				      : mark == 'c' ? ALIGN_CENTER
				      : mark == 'l' ? ALIGN_LEFT
						    : ALIGN_AUTO;
		}
	}
}

/* NULL with err when nested too deep; nodes of unknown kinds are left out. */
static struct md_node *
convert(struct arena *arena, cmark_node *node, int depth, struct err *err)
{
	struct md_node *to = arena_new(arena, struct md_node);
	struct md_node **tail = &to->first;

	if (depth > MARKDOWN_MAX_DEPTH) {
		err_set(err, ERR_LIMIT, "the Markdown is nested more than %d levels deep",
			MARKDOWN_MAX_DEPTH);
		return NULL;
	}
	to->kind = kind_of(node);
	read_facts(arena, to, node);
	for (cmark_node *c = cmark_node_first_child(node); c; c = cmark_node_next(c)) {
		struct md_node *child;

		if (kind_of(c) == MD_KIND_COUNT)
			continue;
		child = convert(arena, c, depth + 1, err);
		if (!child)
			return NULL;
		*tail = child;
		tail = &child->next;
	}
	if (to->kind == MD_TABLE)
		read_alignments(to, node);
	return to;
}

struct md_node *
cmark_parse(struct arena *arena, struct str marked, struct err *err)
{
	static const char *const extensions[] = { "table", "strikethrough", "autolink",
		"tasklist" };
	static cmark_mem memory = { xcalloc, xrealloc, free }; /* its own would abort */
	cmark_parser *parser;
	cmark_node *document;
	struct md_node *root = NULL;

	cmark_gfm_core_extensions_ensure_registered();
	parser = cmark_parser_new_with_mem(CMARK_OPT_STRIKETHROUGH_DOUBLE_TILDE, &memory);
	for (size_t i = 0; i < ARRAY_LEN(extensions); i++) {
		cmark_syntax_extension *e = cmark_find_syntax_extension(extensions[i]);

		if (e)
			cmark_parser_attach_syntax_extension(parser, e);
	}
	cmark_parser_feed(parser, marked.p ? marked.p : "", marked.len);
	document = cmark_parser_finish(parser);
	cmark_consolidate_text_nodes(document);
	root = convert(arena, document, 0, err);
	cmark_node_free(document);
	cmark_parser_free(parser);
	return root;
}
