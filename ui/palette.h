/* SPDX-License-Identifier: MIT */
/* The command palette and the key help: one searchable list, whose Enter runs what
 * it lists. The palette takes `NAME ARGUMENT` too, for screens that want one. */
#ifndef DP_UI_PALETTE_H
#define DP_UI_PALETTE_H

struct ui;

void palette_open(struct ui *ui);
/* The keys of the focused pane first, then every command with its key. */
void help_open(struct ui *ui);

#endif
