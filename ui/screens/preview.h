/* SPDX-License-Identifier: MIT */
/* The studio's preview beside what another screen edits: while that screen is open the
 * preview is composed for its pane, and follows what is typed there. */
#ifndef DP_UI_SCREENS_PREVIEW_H
#define DP_UI_SCREENS_PREVIEW_H

#include "ui/studio.h"

struct preview_view {
	struct pane pane;
	struct studio *studio; /* its desk composes, while there is one */
};

void preview_view_init(struct preview_view *view, struct studio *s);
void preview_view_fini(struct preview_view *view);
/* Its screen is in front (again): the preview is shown here. */
void preview_view_shown(struct preview_view *view);
/* Something was changed: compose again, soon. */
void preview_view_later(struct preview_view *view);
/* By steps of 1 or -1 through the destinations. */
void preview_view_next(struct preview_view *view, int by);

#endif
