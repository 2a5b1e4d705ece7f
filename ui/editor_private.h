/* SPDX-License-Identifier: MIT */
/* The inside of the editor, for editor.c (pane, keys), editor_move.c, editor_edit.c,
 * editor_find.c, editor_draw.c and editor_complete.c. */
#ifndef DP_UI_EDITOR_PRIVATE_H
#define DP_UI_EDITOR_PRIVATE_H

#include "ui/editor.h"

/* editor_move.c: columns and places. */
size_t editor_col_of(const struct editor *e, size_t line_start, size_t pos);
/* Bytes at the front of s that are one column each: printable ASCII, but the last of
 * them before something that may combine with it. `follows`: the byte behind s. */
size_t editor_plain_run(struct str s, unsigned char follows);
/* The last position of the line whose column is at most `col`. */
size_t editor_pos_at(const struct editor *e, size_t line, size_t col);
int editor_text_cols(const struct editor *e); /* without the line numbers */
int editor_text_rows(const struct editor *e); /* without the bar */
int editor_number_cols(const struct editor *e);
void editor_show_cursor(struct editor *e); /* scrolls it into view */
/* Width on the screen of a grapheme that stands at column `col`. */
size_t editor_width(const struct editor *e, struct str grapheme, size_t col);
bool editor_move_key(struct editor *e, const struct key *k);
void editor_move_to(struct editor *e, size_t pos, bool select);
size_t editor_word_left(const struct editor *e, size_t pos);
size_t editor_word_right(const struct editor *e, size_t pos);
/* The bracket that belongs to the one at or before the cursor; SIZE_MAX none. */
size_t editor_bracket(const struct editor *e, size_t *own);

/* editor_edit.c */
bool editor_edit_key(struct editor *e, const struct key *k);
void editor_changed(struct editor *e); /* after text changes of ours: tells the owner */
bool editor_delete_selection(struct editor *e);
void editor_paste(struct editor *e, struct str text);

/* editor_find.c */
bool editor_bar_key(struct editor *e, const struct key *k);
void editor_bar_open(struct editor *e, enum editor_bar bar);
void editor_bar_draw(struct editor *e, struct canvas *c, int row);
void editor_find_next(struct editor *e, bool back);
void editor_bar_paste(struct editor *e, struct str text);

/* editor_draw.c */
void editor_draw(struct pane *pane, struct canvas *c);

/* editor_complete.c */
bool editor_popup_key(struct editor *e, const struct key *k);
void editor_popup_update(struct editor *e, bool asked);
void editor_popup_close(struct editor *e);

#endif
