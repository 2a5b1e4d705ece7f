/* SPDX-License-Identifier: MIT */
/* One line of typed text with cursor, horizontal scroll, selection-free editing and
 * undo: the input of forms, dialogs, search and palette. A value inside its owner. */
#ifndef DP_UI_LINE_H
#define DP_UI_LINE_H

#include "ui/canvas.h"
#include "ui/key.h"

#define LINE_MAX_BYTES ((size_t)64 << 10)

struct line_undo;

struct line {
	struct buf text;
	size_t pos; /* cursor, bytes */
	size_t left; /* first byte shown */
	bool masked; /* secret: shown as dots, wiped when freed */
	struct line_undo *undo, *redo;
};

void line_init(struct line *line, const char *text);
void line_fini(struct line *line);
/* New text, cursor at its end; undo begins anew. */
void line_set(struct line *line, struct str text);
static inline struct str
line_text(const struct line *line)
{
	return buf_str(&line->text);
}
/* True when the key was its own; *changed (may be NULL) when the text did. */
bool line_key(struct line *line, const struct key *key, bool *changed);
/* Line breaks become blanks. */
void line_paste(struct line *line, struct str text);
void line_click(struct line *line, int col);
/* `width` columns; the cursor only when `focused`. */
void line_draw(struct line *line, struct canvas *c, int row, int col, int width, enum role role,
	bool focused);

#endif
