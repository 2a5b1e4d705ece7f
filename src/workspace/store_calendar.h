/* SPDX-License-Identifier: MIT */
/* The working-day calendars of a workspace, as text (schedule/calendar.h reads it). */
#ifndef DP_WORKSPACE_STORE_CALENDAR_H
#define DP_WORKSPACE_STORE_CALENDAR_H

#include "src/schedule/calendar.h"
#include "src/workspace/workspace.h"

struct calendar_row { /* strings in the reader's arena */
	const char *name, *updated_by;
	int64_t updated_us, bytes;
};
struct calendar_list {
	struct calendar_row *rows; /* by name */
	size_t count;
};

/* New or in place of the one of that name; published tasks that use it are planned
 * anew. ERR_INPUT when the text is no calendar. */
DP_API bool store_calendar_put(struct workspace *ws, const char *name, struct str text,
	struct err *err);
/* The caller frees with calendar_free. NULL with ERR_NOT_FOUND and the nearest name. */
DP_API struct calendar *store_calendar_get(struct workspace *ws, const char *name,
	struct err *err);
DP_API bool store_calendar_text(struct workspace *ws, const char *name, struct arena *a,
	struct str *text, struct err *err);
DP_API bool store_calendar_list(struct workspace *ws, struct arena *a,
	struct calendar_list *list, struct err *err);
/* Refused while a published task uses it. */
DP_API bool store_calendar_remove(struct workspace *ws, const char *name, struct err *err);

#endif
