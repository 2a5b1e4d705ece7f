/* SPDX-License-Identifier: MIT */
/* From roles to what the terminal understands: the theme brought down to the
 * colours there are (none, 8, 16, 256, true), and the shortest control sequence
 * that turns one look into another. */
#ifndef DP_UI_COLOUR_H
#define DP_UI_COLOUR_H

#include "src/base/buf.h"
#include "ui/theme.h"

enum depth { DEPTH_MONO, DEPTH_8, DEPTH_16, DEPTH_256, DEPTH_TRUE };

struct look {
	struct colour fg, bg; /* COLOUR_DEFAULT, COLOUR_INDEX or COLOUR_RGB */
	unsigned attrs;
};

extern const struct look look_plain; /* as the terminal writes of itself */

struct colours {
	enum depth depth;
	bool ansi;	 /* attributes by ECMA-48 numbers; else none at all */
	bool no_default; /* the terminal cannot go back to one default colour alone */
	unsigned attrs;	 /* those it has */
	struct look looks[ROLE_COUNT];
};

/* Asks the terminal description (loaded by term_start) and the environment:
 * NO_COLOR, COLORTERM. */
void colours_init(struct colours *c);
void colours_use(struct colours *c, const struct theme *theme);
/* How a cell of `role` with `over` laid on it looks. */
struct look colours_look(const struct colours *c, uint8_t role, uint8_t over);
/* Appends what turns `from` into `to`; nothing when they are alike. */
void colours_change(const struct colours *c, struct buf *out, struct look from, struct look to);
bool look_equal(struct look a, struct look b);
/* A blank in look b can stand where the terminal's look is a: only the background
 * and what shows without a glyph count. */
bool look_blank_equal(struct look a, struct look b);

#endif
