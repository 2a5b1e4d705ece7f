/* SPDX-License-Identifier: MIT */
/* The data sources of a workspace: name, kind and settings, for development and
 * production together (ENV_AUTO) or apart. Secret fields are sealed. What a field may
 * be is the driver's business (source_settings_check), done by the caller before. */
#ifndef DP_WORKSPACE_STORE_SOURCE_H
#define DP_WORKSPACE_STORE_SOURCE_H

#include "src/base/settings.h"
#include "src/task/task.h"
#include "src/workspace/workspace.h"

struct source_row { /* strings in the reader's arena */
	int64_t id, revision, created_us, updated_us;
	const char *name, *kind, *created_by;
	bool has_both, has_dev, has_prod; /* which variants there are */
};
struct source_list {
	struct source_row *rows; /* by name */
	size_t count;
};

/* A new source, or a further variant of one of the same kind. env ENV_AUTO: serves
 * both. ERR_STATE when that variant is there, or the kind is another. */
DP_API bool store_source_add(struct workspace *ws, const char *name, const char *kind,
	enum source_env env, const struct settings *settings, struct err *err);
/* Puts these settings in place of that variant's. Tests that used the source count no
 * more, when anything changed. */
DP_API bool store_source_update(struct workspace *ws, const char *name, enum source_env env,
	const struct settings *settings, struct err *err);
/* The settings that serve `env` (its own variant, else the common one), secrets
 * opened; settings_fini frees. `row` may be NULL. ERR_NOT_FOUND with the nearest name;
 * ERR_STATE when it has no variant for that environment. ENV_AUTO asks for the common
 * variant, else prod, else dev. */
DP_API bool store_source_get(struct workspace *ws, const char *name, enum source_env env,
	struct arena *a, struct source_row *row, struct settings *settings, struct err *err);
/* The same for people: exactly that variant (`env` ENV_AUTO: the common one), secrets
 * masked as settings_shown does; needs no key. */
DP_API bool store_source_show(struct workspace *ws, const char *name, enum source_env env,
	struct arena *a, struct source_row *row, struct settings *settings, struct err *err);
DP_API bool store_source_list(struct workspace *ws, struct arena *a, struct source_list *list,
	struct err *err);
/* One variant, or with ENV_AUTO the source whole. Refused while a published task needs
 * it, naming the tasks. */
DP_API bool store_source_remove(struct workspace *ws, const char *name, enum source_env env,
	struct err *err);
/* Names of the published tasks that use it, in the arena. */
DP_API bool store_source_users(struct workspace *ws, const char *name, struct arena *a,
	struct name_list *tasks, struct err *err);

#endif
