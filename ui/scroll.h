/* SPDX-License-Identifier: MIT */
/* Which rows of a screen the terminal can scroll rather than be sent again. */
#ifndef DP_UI_SCROLL_H
#define DP_UI_SCROLL_H

#include "ui/canvas.h"

struct scroll {
	int top, bottom; /* the rows that take part, both included */
	int by;		 /* up when positive; 0: nothing is worth it */
	int left, gain;	 /* cells to write after it, and those it saves */
};

/* From what is shown to what is wanted; both of one size. */
struct scroll scroll_find(const struct cells *shown, const struct cells *wanted);

#endif
