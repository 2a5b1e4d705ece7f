/* SPDX-License-Identifier: MIT */
/* What an open workspace holds, and what the files of this folder share. */
#ifndef DP_WORKSPACE_HANDLE_H
#define DP_WORKSPACE_HANDLE_H

#include "src/workspace/workspace.h"

struct workspace {
	struct db *db;
	char *path;
	char *uuid;
	enum workspace_mode mode;
	struct secret key; /* empty until the vault needed it */
};

/* 16 random bytes as 32 hex digits. */
void workspace_make_uuid(char uuid[33]);
/* ERR_NOT_FOUND "there is no WHAT 'NAME'", with the nearest of the names that the
 * statement (one text column, no parameters) gives as hint. Returns false. */
bool workspace_not_found(struct workspace *ws, const char *what, const char *name,
	const struct db_sql *names, struct err *err);
/* Room for one more row in an array that holds `count`: doubles as it grows. */
void *rows_room(struct arena *a, void *rows, size_t count, size_t size);

/* The settings' own key names in table meta. */
#define META_UUID "uuid"
#define META_KEY_PATH "key_path"
#define META_KEY_COMMAND "key_command"
#define META_KEY_ID "key_id"
#define META_ZONE_STAMP "zone_stamp"

/* Settings and meta rows without checks. Value "" removes a setting. */
bool workspace_setting_store(struct workspace *ws, const char *name, const char *value,
	struct err *err);
/* Applies what the file lacks; the file must be open for writing. */
bool workspace_migrate(struct db *db, struct err *err);

#endif
