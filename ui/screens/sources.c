/* SPDX-License-Identifier: MIT */
/* Data sources: a row for each variant. */
#include "ui/screens/connection.h"
#include "ui/screens/screens.h"

static struct screen *
open_sources(struct ui *ui, const char *argument, struct err *err)
{
	return connection_open(ui, &screen_sources_ops, &source_connections, argument, err);
}

const struct screen_ops screen_sources_ops = {
	.name = "sources",
	.title = N_("Data sources"),
	.open = open_sources,
	.close = connection_close,
	.layout = connection_layout,
	.may_close = connection_may_close,
	.commands = connection_commands,
	.command_count = CONNECTION_COMMAND_COUNT,
};
