/* SPDX-License-Identifier: MIT */
#include "src/content/render_html.h"

void
html_escape(struct buf *to, struct str text, bool breaks)
{
	for (size_t i = 0; i < text.len; i++)
		switch (text.p[i]) {
		case '&':
			buf_adds(to, "&amp;");
			break;
		case '<':
			buf_adds(to, "&lt;");
			break;
		case '>':
			buf_adds(to, "&gt;");
			break;
		case '"':
			buf_adds(to, "&quot;");
			break;
		case '\'':
			buf_adds(to, "&#39;");
			break;
		case '\n':
			buf_adds(to, breaks ? "<br>\n" : "\n");
			break;
		default:
			buf_addc(to, text.p[i]);
		}
}
