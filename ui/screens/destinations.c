/* SPDX-License-Identifier: MIT */
/* Destinations: webhooks and mailboxes. */
#include "ui/screens/connection.h"
#include "ui/screens/screens.h"

static struct screen *
open_destinations(struct ui *ui, const char *argument, struct err *err)
{
	return connection_open(ui, &screen_destinations_ops, &destination_connections, argument, err);
}

const struct screen_ops screen_destinations_ops = {
	.name = "destinations",
	.title = N_("Destinations"),
	.open = open_destinations,
	.close = connection_close,
	.layout = connection_layout,
	.may_close = connection_may_close,
	.commands = connection_commands,
	.command_count = CONNECTION_COMMAND_COUNT,
};
