/* SPDX-License-Identifier: MIT */
/* From cells to the terminal: knows what the terminal shows, and makes the bytes
 * that turn it into what it should show. Few bytes (SSH): only what differs, shifted
 * text is shifted by the terminal, scrolled rows are scrolled. Robust widths: after
 * a cell that is not ASCII the cursor is placed anew, so a terminal of another
 * opinion about a glyph can spoil that glyph's own cells only. */
#ifndef DP_UI_DRAW_H
#define DP_UI_DRAW_H

#include "ui/canvas.h"
#include "ui/colour.h"

struct draw;

/* After term_start: reads the terminal's description. */
struct draw *draw_new(void);
void draw_free(struct draw *d);
void draw_use_theme(struct draw *d, const struct theme *theme); /* all is drawn anew */
enum depth draw_depth(const struct draw *d);
/* What the terminal shows is not known any more: the next update draws all. */
void draw_forget(struct draw *d);
/* Appends the bytes for the difference between what is shown and `cells`. */
void draw_update(struct draw *d, const struct cells *cells, struct buf *out);

#endif
