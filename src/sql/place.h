/* SPDX-License-Identifier: MIT */
/* Bytes of a text and what people call them: line and column, both from 1, columns in
 * characters. */
#ifndef DP_SQL_PLACE_H
#define DP_SQL_PLACE_H

#include "src/base/str.h"

/* A place that is moved forward only: each byte is passed once. */
struct text_cursor {
	size_t pos;
	int line, column;
};

#define TEXT_CURSOR_INIT { 0, 1, 1 }

/* `pos` at or behind where it is; beyond the text: its end. */
DP_API void text_cursor_move(struct text_cursor *at, struct str text, size_t pos);
/* Line and column of byte `pos`. */
DP_API void text_place(struct str text, size_t pos, int *line, int *column);
/* The byte at a line and column; clamped to the line's end. */
DP_API size_t text_pos(struct str text, int line, int column);

#endif
