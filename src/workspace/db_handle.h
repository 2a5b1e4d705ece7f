/* SPDX-License-Identifier: MIT */
/* What db.c and db_stmt.c share: the connection and its prepared statements. */
#ifndef DP_WORKSPACE_DB_HANDLE_H
#define DP_WORKSPACE_DB_HANDLE_H

#include <sqlite3.h>

#include "src/workspace/db.h"

struct db_stmt {
	struct db *db;
	sqlite3_stmt *prepared; /* NULL: not yet */
	unsigned char at[DB_MAX_PARAMETERS]; /* SQLite's index of $1, $2, … */
	int parameters;
	bool busy;
};

struct db {
	sqlite3 *handle;
	char *path;
	enum db_mode mode;
	bool keeps_log;	       /* was relaxed: a small log stays when it is closed */
	int depth;	       /* of transactions; the inner ones are savepoints */
	sqlite3_stmt *data_version;
	struct db_stmt *cache; /* one a registered statement */
};

/* From the connection's last error. Returns false. */
bool db_fail(struct db *db, struct err *err);
/* Inside a transaction that SQLite has rolled back by itself (disk full, …) nothing more
 * may run: it would be committed at once. */
bool db_check_alive(struct db *db, struct err *err);

#endif
