/* SPDX-License-Identifier: MIT */
/* What SQLite reports, in people's words: what is wrong with which file, and what to
 * do about it. */
#ifndef DP_WORKSPACE_DB_ERROR_H
#define DP_WORKSPACE_DB_ERROR_H

#include <sqlite3.h>

#include "src/base/err.h"

/* From the handle's last error. All return false. */
bool db_error_set(struct err *err, sqlite3 *handle, const char *path);
bool db_error_missing(struct err *err, const char *path, int error_number);
bool db_error_foreign(struct err *err, const char *path, const char *why);
bool db_error_read_only(struct err *err, const char *path);
bool db_error_corrupt(struct err *err, const char *path, const char *finding);

#endif
