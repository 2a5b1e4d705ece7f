/* SPDX-License-Identifier: MIT */
/* Inside the module `render`: its two parts. */
#ifndef DP_CONTENT_MODULE_MODULE_H
#define DP_CONTENT_MODULE_MODULE_H

#include "src/content/render_module.h"

struct md_node *cmark_parse(struct arena *arena, struct str marked, struct err *err);
bool xlsx_write(struct buf *to, const struct doc_table *const *tables, size_t count,
	struct err *err);

#endif
