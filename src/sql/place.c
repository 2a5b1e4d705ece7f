/* SPDX-License-Identifier: MIT */
#include "src/sql/place.h"

void
text_cursor_move(struct text_cursor *at, struct str text, size_t pos)
{
	if (pos > text.len)
		pos = text.len;
	for (; at->pos < pos; at->pos++) {
		if (text.p[at->pos] == '\n') {
			at->line++;
			at->column = 1;
		} else if (((unsigned char)text.p[at->pos] & 0xC0) != 0x80) {
			at->column++;
		}
	}
}

void
text_place(struct str text, size_t pos, int *line, int *column)
{
	struct text_cursor at = TEXT_CURSOR_INIT;

	text_cursor_move(&at, text, pos);
	*line = at.line;
	*column = at.column;
}

size_t
text_pos(struct str text, int line, int column)
{
	size_t i = 0;

	for (; line > 1 && i < text.len; i++)
		line -= text.p[i] == '\n';
	while (column > 1 && i < text.len && text.p[i] != '\n') {
		for (i++; i < text.len && ((unsigned char)text.p[i] & 0xC0) == 0x80;)
			i++;
		column--;
	}
	return i;
}
