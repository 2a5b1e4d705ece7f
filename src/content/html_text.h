/* SPDX-License-Identifier: MIT */
/* The author's HTML where no HTML is shown: as text, tags gone, line breaks where
 * blocks were. Not for showing foreign HTML safely: its output is text to escape. */
#ifndef DP_CONTENT_HTML_TEXT_H
#define DP_CONTENT_HTML_TEXT_H

#include "src/content/document.h"

/* Tags out, script and style with their content, entities read, blanks joined. */
void html_to_text(struct buf *to, struct str html);
/* One tag inside Markdown: <br> is a line break, comments and tags go. */
void html_inline_text(struct buf *to, const struct text *tag);
/* <br>, <br/>, <BR />. */
bool html_is_break(struct str tag);

#endif
