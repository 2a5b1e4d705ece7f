/* SPDX-License-Identifier: MIT */
/* Cells and the clipped view on them that panes draw through. Every cell holds one
 * grapheme, its role and an overlay role; nothing drawn outside a canvas's
 * rectangle has any effect. Text is data: control characters never pass, and a
 * grapheme whose width the model (utf8proc) and the C library see differently is
 * shown as U+FFFD of the model's width. Rows and columns count from 0 at the
 * canvas's own top left. */
#ifndef DP_UI_CANVAS_H
#define DP_UI_CANVAS_H

#include "src/base/buf.h"
#include "ui/theme.h"

struct rect {
	int row, col, rows, cols;
};

struct screen_cell {
	uint32_t glyph; /* code point, or CELL_CLUSTER | index; right half of a wide one: 0 */
	uint8_t role, over; /* over: ROLE_TEXT for none */
	uint8_t width; /* 1 or 2; 0: right half */
	uint8_t unused;
};

#define CELL_CLUSTER UINT32_C(0x80000000)

static inline bool
cell_equal(const struct screen_cell *a, const struct screen_cell *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

struct cells {
	struct screen_cell *cells;
	int rows, cols;
	int cursor_row, cursor_col; /* -1: hidden */
	char **clusters;
	size_t cluster_count;
};

struct canvas {
	struct cells *cells;
	struct rect rect; /* on the screen, already clipped */
	int row, col;	  /* screen place of this canvas's 0,0 */
	int rows, cols;   /* as asked for: may be more than is visible */
	bool focused;	  /* only then canvas_cursor counts */
};

void cells_init(struct cells *s);
void cells_fini(struct cells *s);
void cells_resize(struct cells *s, int rows, int cols); /* all blank */
/* Bytes of a cell's grapheme; `scratch` holds single code points. */
struct str cells_glyph(const struct cells *s, const struct screen_cell *cell, char scratch[8]);
/* The screen as text: rows without trailing blanks, each ended by a newline. */
void cells_dump(const struct cells *s, struct buf *to);

struct canvas canvas_whole(struct cells *s);
struct canvas canvas_sub(const struct canvas *c, struct rect r);

/* Draws text on one row, returns the columns it took (also those clipped away). */
int canvas_text(struct canvas *c, int row, int col, enum role role, struct str text);
int canvas_puts(struct canvas *c, int row, int col, enum role role, const char *text);
int canvas_printf(struct canvas *c, int row, int col, enum role role, const char *fmt, ...)
	DP_PRINTF(5, 6);
/* Printable ASCII only (0x20 to 0x7E): the quick way. */
void canvas_ascii(struct canvas *c, int row, int col, enum role role, struct str text);
/* Within `width` columns, padded with blanks, or cut with "…". align: l r c. */
void canvas_field(struct canvas *c, int row, int col, int width, enum role role, char align,
	struct str text);
/* One grapheme; columns it took. */
int canvas_grapheme(struct canvas *c, int row, int col, enum role role, struct str grapheme);
void canvas_fill(struct canvas *c, int row, int col, int rows, int cols, enum role role);
void canvas_clear(struct canvas *c, enum role role);
/* Lays a role over what is drawn already: selection, current line, match. */
void canvas_over(struct canvas *c, int row, int col, int cols, enum role over);
void canvas_hline(struct canvas *c, int row, int col, int cols, enum role role);
void canvas_vline(struct canvas *c, int row, int col, int rows, enum role role);
/* A frame along the canvas's edge; the title (may be empty) in its top line. */
void canvas_box(struct canvas *c, enum role role, enum role title_role, struct str title);
/* Only the title, cut to fit, in the top line. */
void canvas_title(struct canvas *c, enum role role, struct str title);
/* Scroll bar in the last column of the given rows: first of total shown. */
void canvas_scrollbar(struct canvas *c, int row, int col, int rows, size_t first, size_t shown,
	size_t total);
void canvas_cursor(struct canvas *c, int row, int col);

/* Frames and bars are drawn with + - | instead (accessible mode, TERM without UTF-8). */
void canvas_set_ascii(bool on);

static inline bool
rect_has(struct rect r, int row, int col)
{
	return row >= r.row && row < r.row + r.rows && col >= r.col && col < r.col + r.cols;
}

#endif
