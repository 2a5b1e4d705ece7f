/* SPDX-License-Identifier: MIT */
/* The inside of struct draw, for the files that make it up: draw.c (rows, and the whole),
 * draw_move.c (the terminal's words), draw_shift.c (what the terminal moves by itself).
 * Nobody else includes this. */
#ifndef DP_UI_DRAW_PRIVATE_H
#define DP_UI_DRAW_PRIVATE_H

#include "ui/draw.h"

#define UNKNOWN (-1)
#define JUMP 4 /* cells that are cheaper written again than jumped over */

struct draw {
	struct colours colours;
	struct cells front; /* what the terminal shows; clusters belong to the cells drawn */
	bool known;
	int row, col;	    /* the terminal's cursor; UNKNOWN */
	bool hidden;	    /* the cursor is */
	struct look look;   /* as the terminal writes now */
	/* Capabilities; NULL where the terminal has none. */
	const char *cup, *hpa, *cuf, *el, *ech, *ich, *dch, *csr, *ind, *ri, *clear,
		*civis, *cnorm;
	bool bce; /* erasing takes the background colour */
};

static inline struct look
draw_look_of(const struct draw *d, const struct screen_cell *cell)
{
	return colours_look(&d->colours, cell->role, cell->over);
}

static inline bool
cell_is_ascii(const struct screen_cell *cell)
{
	return cell->glyph >= 0x20 && cell->glyph < 0x7F;
}

/* The cell can be written without another look than the terminal's now. */
static inline bool
draw_is_in_look(const struct draw *d, const struct screen_cell *cell)
{
	struct look look = draw_look_of(d, cell);

	return cell_is_ascii(cell) && (cell->glyph == ' ' ? look_blank_equal(d->look, look)
							  : look_equal(d->look, look));
}

/* draw.c: the last column in which what is shown differs; -1: none. */
int draw_last_difference(const struct draw *d, const struct cells *cells, int row);

/* draw_move.c: each appends to `out` and keeps what is known of the terminal true. */
void draw_capabilities(struct draw *d);
void draw_put(struct buf *out, const char *capability); /* NULL: nothing */
void draw_put_number(struct buf *out, const char *capability, int n);
void draw_put_place(struct buf *out, const char *capability, int a, int b); /* cup, csr */
void draw_use_look(struct draw *d, struct buf *out, struct look look);
void draw_move(struct draw *d, struct buf *out, int row, int col);

/* draw_shift.c: the terminal moves text where that is shorter than writing it anew. */
void draw_try_scroll(struct draw *d, struct buf *out, const struct cells *cells);
void draw_try_shift(struct draw *d, struct buf *out, const struct cells *cells, int row);

#endif
