/* SPDX-License-Identifier: MIT */
/* The document as text for a terminal: wrapped to a number of columns, tables in
 * boxes that hold to the column with wide characters. Styles travel inside the text
 * as noncharacters (which no data can hold), so that one buffer serves the studio
 * (styled runs), the command line (plain) and a channel's own preview. */
#ifndef DP_CONTENT_RENDER_TEXT_H
#define DP_CONTENT_RENDER_TEXT_H

#include "src/content/document.h"

enum text_role {
	TEXT_PLAIN, TEXT_HEADING, TEXT_STRONG, TEXT_EMPH, TEXT_STRIKE, TEXT_CODE, TEXT_LINK,
	TEXT_QUOTE, TEXT_BOX, TEXT_HEADER, TEXT_MUTED, TEXT_WARNING,
	TEXT_GREEN, TEXT_RED, TEXT_ORANGE, TEXT_BLUE, TEXT_GREY,
	TEXT_ROLE_COUNT
};

struct render_text_options {
	int columns;	 /* 0: no wrapping, tables as wide as they need */
	bool ascii;	 /* + - | instead of boxes */
	bool styled;	 /* role marks in the text; false: plain */
	bool no_title;
	size_t max_rows; /* of one table; then "… 9,960 more rows"; 0: all */
	bool channel_hides_email; /* chat: mail bodies are not shown (dataworks.md 2.4) */
};

DP_API void render_text(struct buf *to, const struct document *doc,
	const struct render_text_options *options);
/* The pieces, for previews of a channel's own. Each ends with "\n". */
DP_API void render_text_table(struct buf *to, const struct doc_table *table,
	const struct render_text_options *options);
DP_API void render_text_markdown(struct buf *to, const struct md_node *root,
	const struct render_text_options *options);
/* One paragraph, wrapped; style marks pass and count no column. */
DP_API void render_text_wrap(struct buf *to, struct str text,
	const struct render_text_options *options);

/* From here on the text has this role, until the next mark. */
DP_API void text_role_add(struct buf *to, enum text_role role);
DP_API enum text_role text_role_of_color(enum color color);
DP_API const char *text_role_name(enum text_role role); /* "heading": theme roles */
/* Takes the next run of one role from the front of *rest; *role is kept between
 * calls (begin with TEXT_PLAIN). False at the end. */
DP_API bool text_run_next(struct str *rest, enum text_role *role, struct str *run);
/* Without the marks. */
DP_API void text_role_strip(struct buf *to, struct str styled);

#endif
