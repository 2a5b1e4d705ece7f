/* SPDX-License-Identifier: MIT */
/* The screen of data sources and that of destinations are one: a list, what is known of
 * the chosen one, a form to add or change it, and a test of what the form says before it
 * is saved. What differs stands in a struct connection_type. */
#ifndef DP_UI_SCREENS_CONNECTION_H
#define DP_UI_SCREENS_CONNECTION_H

#include "ui/screens/connection_type.h"
#include "ui/ui.h"

/* For `open` of the screens; `argument` is a name to begin with, or "add". */
struct screen *connection_open(struct ui *ui, const struct screen_ops *ops,
	const struct connection_type *type, const char *argument, struct err *err);

/* What every screen_ops of them is made of. */
void connection_close(struct screen *screen);
void connection_layout(struct screen *screen, struct rect area);
bool connection_may_close(struct screen *screen);
#define CONNECTION_COMMAND_COUNT 6
extern const struct command connection_commands[CONNECTION_COMMAND_COUNT];

#endif
