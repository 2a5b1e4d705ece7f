/* SPDX-License-Identifier: MIT */
/* Inside render_text: a grid of styled cells, drawn as a box table that holds to the
 * column, shrunk to the room there is, or as a list where there is too little. */
#ifndef DP_CONTENT_TEXT_TABLE_H
#define DP_CONTENT_TEXT_TABLE_H

#include "src/content/text_wrap.h"

struct grid { /* row 0 is the header */
	struct arena arena;
	size_t columns, rows;
	struct str *cells;
	enum align *aligns;
};

void grid_init(struct grid *g, size_t columns, size_t rows);
void grid_fini(struct grid *g);
/* Copies. */
void grid_set(struct grid *g, size_t row, size_t column, struct str styled);
void grid_put(struct line_writer *w, const struct grid *g);

#endif
