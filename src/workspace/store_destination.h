/* SPDX-License-Identifier: MIT */
/* The destinations of a workspace: name, channel and settings, secret fields sealed.
 * What a field may be is the channel's business (channel_settings_check), done by the
 * caller before. */
#ifndef DP_WORKSPACE_STORE_DESTINATION_H
#define DP_WORKSPACE_STORE_DESTINATION_H

#include "src/base/settings.h"
#include "src/task/task.h"
#include "src/workspace/workspace.h"

struct destination_row { /* strings in the reader's arena */
	int64_t id, revision, created_us, updated_us;
	const char *name, *channel, *created_by;
};
struct destination_list {
	struct destination_row *rows; /* by name */
	size_t count;
};

/* ERR_STATE when the name is taken. */
DP_API bool store_destination_add(struct workspace *ws, const char *name, const char *channel,
	const struct settings *settings, struct err *err);
DP_API bool store_destination_update(struct workspace *ws, const char *name,
	const struct settings *settings, struct err *err);
/* Secrets opened; settings_fini frees. `row` may be NULL. ERR_NOT_FOUND with the
 * nearest name. */
DP_API bool store_destination_get(struct workspace *ws, const char *name, struct arena *a,
	struct destination_row *row, struct settings *settings, struct err *err);
/* For people: secrets masked, no key needed. */
DP_API bool store_destination_show(struct workspace *ws, const char *name, struct arena *a,
	struct destination_row *row, struct settings *settings, struct err *err);
DP_API bool store_destination_list(struct workspace *ws, struct arena *a,
	struct destination_list *list, struct err *err);
/* Refused while a published task or the workspace's notify uses it, naming them. */
DP_API bool store_destination_remove(struct workspace *ws, const char *name, struct err *err);
DP_API bool store_destination_users(struct workspace *ws, const char *name, struct arena *a,
	struct name_list *tasks, struct err *err);

#endif
