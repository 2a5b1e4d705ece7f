/* SPDX-License-Identifier: MIT */
/* Inside render_markdown: the walk over a tree, into one buffer or, for a paragraph
 * larger than a part, into pieces whose marks are closed and opened again. */
#ifndef DP_CONTENT_MD_WRITER_H
#define DP_CONTENT_MD_WRITER_H

#include "src/content/render_markdown.h"

#define MD_MAX_OPEN 16 /* nested marks that are kept over a cut */

struct md_writer {
	struct buf to;
	const struct md_dialect *d;
	bool in_cell;
	bool in_bold; /* inside a heading that is written in bold: no bold in bold */
	/* Cutting: `max` > 0 sends pieces off before they grow larger. */
	size_t max;
	size_t (*measure)(void *context, struct str text); /* of what the unit becomes */
	void (*piece)(void *context, struct str text);
	void *context;
	size_t cost;		  /* of `to` so far */
	const struct md_wrap *open[MD_MAX_OPEN];
	size_t open_count;
};

void md_writer_init(struct md_writer *w, const struct md_dialect *dialect);
void md_writer_fini(struct md_writer *w);
/* Siblings from `node` on. */
void md_write_inlines(struct md_writer *w, const struct md_node *node);
/* One block, without blank line after it; several, with dialect->paragraph between. */
void md_write_block(struct md_writer *w, const struct md_node *node);
void md_write_blocks(struct md_writer *w, const struct md_node *node, bool tight);
/* One item of a list: its bullet and what stands in it, indented. */
void md_write_item(struct md_writer *w, const struct md_node *list, const struct md_node *item,
	int number);
/* Each line of `text` behind `prefix`; blank lines without its trailing blanks. */
void md_add_prefixed(struct buf *to, struct str text, const char *prefix);

/* --- markdown_table.c --- */

/* A table of the author's Markdown. */
void md_table_unit(struct unit_list *units, const struct md_node *table,
	const struct md_dialect *dialect);

#endif
