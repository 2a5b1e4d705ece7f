/* SPDX-License-Identifier: MIT */
/* What the module `render` offers to the facades markdown.c and xlsx.c. */
#ifndef DP_CONTENT_RENDER_MODULE_H
#define DP_CONTENT_RENDER_MODULE_H

#include "src/content/document.h"

/* Where a data value stood: MARK_OPEN, its index in decimal digits, MARK_CLOSE. No
 * text that was sanitised holds these noncharacters, and to the parser they are letters. */
#define MARK_OPEN "\xEF\xB7\x90"  /* U+FDD0 */
#define MARK_CLOSE "\xEF\xB7\x91" /* U+FDD1 */
#define MARK_LEN 3

struct render_ops {
	/* `marked` is Markdown with marks; texts of the tree still hold them, as single
	 * author's spans. NULL with err. */
	struct md_node *(*parse)(struct arena *arena, struct str marked, struct err *err);
	bool (*xlsx)(struct buf *to, const struct doc_table *const *tables, size_t count,
		struct err *err);
};

#endif
