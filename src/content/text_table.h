/* SPDX-License-Identifier: MIT */
/* Inside render_text: a grid of styled cells, drawn as a box table that holds to the
 * column, shrunk to the room there is, or as a list where there is too little. */
#ifndef DP_CONTENT_TEXT_TABLE_H
#define DP_CONTENT_TEXT_TABLE_H

#include "src/content/text_wrap.h"

struct text_grid { /* row 0 is the header */
	struct arena arena;
	size_t columns, rows;
	struct str *cells;
	enum align *aligns;
};

void text_grid_init(struct text_grid *g, size_t columns, size_t rows);
void text_grid_fini(struct text_grid *g);
/* Copies. */
void text_grid_set(struct text_grid *g, size_t row, size_t column, struct str styled);
void text_grid_put(struct line_writer *w, const struct text_grid *g);

#endif
