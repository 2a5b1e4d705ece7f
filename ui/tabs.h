/* SPDX-License-Identifier: MIT */
/* Panes as tabs, for terminals too small to show them side by side: one line with
 * their titles, below it the pane that has the focus. Moving the focus (Tab, F9,
 * Alt-1 … Alt-9, a click) turns the page. */
#ifndef DP_UI_TABS_H
#define DP_UI_TABS_H

#include "ui/ui.h"

struct tabs {
	struct pane pane; /* the line of titles; add it to the screen, it never has the focus */
};

void tabs_init(struct tabs *tabs);
/* Places the line and the focused pane of the screen in `area`; hides the others. All
 * of the screen's panes but no_focus ones are tabs, in their order. */
void tabs_layout(struct tabs *tabs, struct rect area);
/* No tabs now: the panes have places of their own. */
void tabs_hide(struct tabs *tabs);
bool tabs_is_shown(const struct tabs *tabs);
/* To the n-th tab (from 0) of the screen, whether or not tabs are shown: for Alt-1. */
void tabs_go(struct screen *screen, size_t n);

#endif
