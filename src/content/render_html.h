/* SPDX-License-Identifier: MIT */
/* The document as HTML for mail programs (channels.md 5.6): inline styles, but for
 * the cells of tables, whose look stands once in <head> and once more as attributes of
 * their table; text and background colour together, every value escaped. No script, no form, no outside style: the author's own HTML passes
 * only where a block says it is HTML. */
#ifndef DP_CONTENT_RENDER_HTML_H
#define DP_CONTENT_RENDER_HTML_H

#include "src/content/document.h"

struct render_html_options {
	bool fragment;	 /* only what stands in <body> */
	bool with_title; /* as a heading; a mail has its subject */
	bool email_body_only; /* tables and mail body; Markdown goes as attachment (2.4) */
	size_t max_rows; /* of a table, then a note "200 of 10,000 rows"; 0: all */
	/* Where an image block with a path is found: "cid:…"; NULL: left out, its alt
	 * text stands instead. Appends the escaped address. */
	bool (*image)(void *context, const struct doc_block *block, struct buf *to);
	void *context;
};

DP_API void render_html(struct buf *to, const struct document *doc,
	const struct render_html_options *options);
DP_API void render_html_table(struct buf *to, const struct doc_table *table, size_t max_rows);
/* & < > " ' as entities; line breaks as <br> when `breaks`. */
DP_API void html_escape(struct buf *to, struct str text, bool breaks);

#endif
