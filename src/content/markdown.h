/* SPDX-License-Identifier: MIT */
/* Markdown text into our own tree, by cmark-gfm in the module `render`: GitHub's
 * dialect with tables, strikethrough, task lists and autolinks. Data values take no
 * part in the parsing: a span with is_data is one opaque word to the parser and comes
 * out of it as a data span, whatever it holds. */
#ifndef DP_CONTENT_MARKDOWN_H
#define DP_CONTENT_MARKDOWN_H

#include "src/content/document.h"

/* The tree and all its texts live in `arena`; NULL on failure (the module is
 * missing, nesting beyond MARKDOWN_MAX_DEPTH). */
#define MARKDOWN_MAX_DEPTH 60
DP_API struct md_node *markdown_parse(struct arena *arena, const struct text *source,
	struct err *err);

/* The first tag of the author's HTML that plain text leaves out (no <br>, no comment),
 * cut to a line and appended to `tag`. False: there is none. */
DP_API bool markdown_find_html(const struct md_node *root, struct buf *tag);

/* Appends `url` as it may stand in a link: a scheme of http, https, mailto or
 * `extra_scheme` ("dingtalk", NULL none), or none at all; spaces, brackets, quotes,
 * bars and controls percent-encoded. False, with nothing appended, for any other
 * scheme (javascript:, data: …), also one hidden by blanks and letter case. */
DP_API bool markdown_add_url(struct buf *to, const struct text *url, const char *extra_scheme);

#endif
