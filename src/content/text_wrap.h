/* SPDX-License-Identifier: MIT */
/* Inside render_text: styled text measured, cut and wrapped. Marks of roles pass
 * through and take no column. */
#ifndef DP_CONTENT_TEXT_WRAP_H
#define DP_CONTENT_TEXT_WRAP_H

#include "src/content/render_text.h"

/* Length of the role mark at the front; 0: none. */
size_t role_mark_read(struct str s, enum text_role *role);
size_t styled_width(struct str s);
/* Padded to exactly `columns`, or cut with "…"; ends in the role PLAIN. */
void styled_add_padded(struct buf *to, struct str s, size_t columns, enum align align);

/* Lines go out through this, so that each begins with what stands to its left. */
struct line_writer {
	struct buf *to;
	const struct render_text_options *options;
	struct buf prefix; /* of every line: "│ ", "  " */
	struct buf lead;   /* of the next line only, instead of prefix: "• " */
	bool has_lead;
};

void line_writer_init(struct line_writer *w, struct buf *to,
	const struct render_text_options *options);
void line_writer_fini(struct line_writer *w);
/* One line, not wrapped. */
void line_writer_line(struct line_writer *w, struct str styled);
/* Wrapped; "\n" in it breaks. */
void line_writer_wrap(struct line_writer *w, struct str styled);

#endif
