/* SPDX-License-Identifier: MIT */
/* The studio's preview beside what another screen edits: while that screen is open the
 * preview is composed for its pane, and follows what is typed there. */
#ifndef DP_UI_SCREENS_PREVIEW_H
#define DP_UI_SCREENS_PREVIEW_H

#include "ui/studio.h"

struct desk;

struct preview_view {
	struct pane pane;
	struct desk *desk; /* NULL: there is nothing to show */
};

void preview_view_init(struct preview_view *view, struct studio *s);
void preview_view_fini(struct preview_view *view);
/* Something was changed: compose again, soon. */
void preview_view_later(struct preview_view *view);
/* By steps of 1 or -1 through the destinations. */
void preview_view_next(struct preview_view *view, int by);

#endif
