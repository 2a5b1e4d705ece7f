/* SPDX-License-Identifier: MIT */
/* Text to read, with styles (the marks of content/render_text.h) or plain: previews,
 * messages, logs, whole cells. Scrolls both ways with arrows, hjkl, PgUp PgDn, g G and
 * the wheel, finds with / n N, copies with y. Long lines are not wrapped: whoever
 * makes the text wraps it. */
#ifndef DP_UI_VIEWER_H
#define DP_UI_VIEWER_H

#include "src/base/buf.h"
#include "ui/line.h"
#include "ui/ui.h"

struct viewer_line {
	size_t pos, len; /* bytes in the text */
	int role;	 /* enum text_role that holds at its beginning */
};

struct viewer {
	struct pane pane;
	struct buf text;
	struct viewer_line *lines;
	size_t count, top, left;
	int width; /* columns of the widest line */
	bool finding;
	struct line find;
	size_t hit; /* line of the last find; SIZE_MAX none */
	/* Enter; NULL nothing. */
	void (*activate)(void *context);
	void *context;
};

void viewer_init(struct viewer *v, const char *title);
void viewer_fini(struct viewer *v);
/* Copies. The place in it stays when `keep` (a preview that follows typing). */
void viewer_set(struct viewer *v, struct str text, bool keep);
/* As an overlay: Esc, Enter or q closes it. */
void viewer_dialog(struct ui *ui, const char *title, struct str text);

#endif
