/* SPDX-License-Identifier: MIT */
/* What a workspace can tell the lint: its data sources, destinations, their settings
 * without secrets, and calendars. Reads nothing else, and nothing twice. */
#ifndef DP_CHECK_CHECK_WORKSPACE_H
#define DP_CHECK_CHECK_WORKSPACE_H

#include "src/check/check.h"
#include "src/workspace/store_calendar.h"
#include "src/workspace/store_destination.h"
#include "src/workspace/store_source.h"

struct check_workspace {
	struct check_context context;
	struct arena arena;
	struct source_list sources;
	struct destination_list destinations;
	struct calendar_list calendars;
	struct workspace *ws;
	struct settings *settings; /* by destination; read when asked for */
	bool *settings_read;
};

/* The workspace must outlive it. False: there is nothing to fini. */
DP_API bool check_workspace_init(struct check_workspace *c, struct workspace *ws,
	struct err *err);
DP_API void check_workspace_fini(struct check_workspace *c);

#endif
