/* SPDX-License-Identifier: MIT */
/* The document in the Markdown that each chat program really understands. One
 * renderer walks the tree; a `struct md_dialect` says how each thing is written and
 * how a data value is neutralised there (channels.md 12). A dialect is a table row in
 * dialects.c, found by name or used directly by its channel. */
#ifndef DP_CONTENT_RENDER_MARKDOWN_H
#define DP_CONTENT_RENDER_MARKDOWN_H

#include "src/content/parts.h"

struct md_wrap {
	const char *open, *close; /* NULL: the thing is written without marks */
};

enum md_table_style {
	MD_TABLE_GFM,  /* | a | b | with an alignment line */
	MD_TABLE_LIST, /* "- header: value, …" a row, where tables are not shown */
	MD_TABLE_CODE, /* aligned to the column inside a code block */
};

enum md_link_style {
	MD_LINK_INLINE, /* [text](url) */
	MD_LINK_ANGLE,	/* <url|text> */
	MD_LINK_HTML,	/* <a href="url">text</a> */
	MD_LINK_PLAIN,	/* text (url) */
};

enum md_image_style {
	MD_IMAGE_INLINE, /* ![alt](url) */
	MD_IMAGE_LINK,	 /* a link with the alt text */
};

struct md_dialect {
	const char *name;
	/* A data value, as text that cannot act. They may look at the end of `to`: what
	 * begins a list or heading counts only at the start of a line. */
	escape_fn data;	    /* in running text */
	escape_fn cell;	    /* in a table cell: no line break */
	escape_fn code;	    /* inside inline code and code blocks */
	escape_fn author;   /* the author's literal text; NULL: as it is */
	const char *marks;  /* of those, what the client would take for marks again; NULL none */
	struct md_wrap heading[6];
	struct md_wrap strong, emph, strike, inline_code;
	struct md_wrap code_block; /* open ends with "\n", close begins with it */
	struct md_wrap quote;	   /* open alone: prefix of each line, close NULL */
	struct md_wrap colors[COLOR_COUNT];
	const char *bullet;	   /* "- " */
	const char *task_open, *task_done; /* "[ ] ", "[x] " */
	const char *paragraph;	   /* between blocks: "\n\n" */
	const char *soft_break, *hard_break;
	const char *rule;
	const char *cell_break;	   /* line break inside a cell: " " or "<br>" */
	enum md_table_style table;
	enum md_link_style link;
	enum md_image_style image;
	const char *extra_scheme;  /* "dingtalk"; NULL none */
	bool tight_lists;	   /* lists never have blank lines */
	bool html_passes;	   /* the author's own HTML stays; else its tags are left out */
};

DP_API extern const struct md_dialect md_dialect_gfm;	    /* .md files, mail attachments */
DP_API extern const struct md_dialect md_dialect_dingtalk;
DP_API extern const struct md_dialect md_dialect_lark;	    /* card markdown, lark_md */
DP_API extern const struct md_dialect md_dialect_wecom;	    /* markdown, first form */
DP_API extern const struct md_dialect md_dialect_wecom_v2;
DP_API extern const struct md_dialect md_dialect_teams;	    /* TextBlock */
DP_API extern const struct md_dialect md_dialect_slack;	    /* mrkdwn */
DP_API extern const struct md_dialect md_dialect_discord;
DP_API extern const struct md_dialect md_dialect_telegram;  /* HTML mode */
DP_API extern const struct md_dialect md_dialect_googlechat;
DP_API extern const struct md_dialect md_dialect_ntfy;
DP_API extern const struct md_dialect md_dialect_text;	    /* no marks at all */
DP_API const struct md_dialect *md_dialect_find(const char *name);

/* All blocks but mail bodies, in order, as units to be joined with dialect->paragraph
 * (elements: with ","): one a paragraph, heading or list (ROWS of items); tables as
 * ROWS. A paragraph larger than `max` (in `measure` after element_escape; 0: none)
 * comes as several, each with its own marks closed. */
struct md_units_options {
	size_t max;
	size_t (*measure)(struct str text);
	/* NULL: tables in the dialect's own form. */
	void (*on_table)(void *context, struct doc_block *block, struct unit_list *units);
	/* A picture by a file alone; NULL: left out with W_IMAGE. */
	void (*on_image)(void *context, struct doc_block *block);
	/* Cards: each unit of text becomes an element `open` escaped text `close`, as in
	 * {"tag":"markdown","content":" … "}. NULL open: the text as it is. */
	struct md_wrap element;
	escape_fn element_escape; /* json_add_escaped */
	void *context;
};
DP_API void render_markdown_units(struct unit_list *units, struct document *doc,
	const struct md_dialect *dialect, const struct md_units_options *options);

/* The whole document in one text; with the title as first heading when asked. */
DP_API void render_markdown(struct buf *to, struct document *doc,
	const struct md_dialect *dialect, bool with_title);
/* One tree or one table. */
DP_API void render_markdown_tree(struct buf *to, const struct md_node *root,
	const struct md_dialect *dialect);
DP_API void render_markdown_table_unit(struct unit_list *units, const struct doc_table *table,
	const struct md_dialect *dialect);
/* `shorten` of parts_options for such units; context: the dialect. */
DP_API void render_markdown_shorten(void *dialect, const struct unit *unit, size_t row,
	size_t columns, struct buf *to);
/* One cell with colour and mark; `columns` > 0 cuts what is shown. */
DP_API void render_markdown_cell(struct buf *to, const struct cell *cell,
	const struct md_dialect *dialect, size_t columns);

#endif
