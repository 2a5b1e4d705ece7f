/* SPDX-License-Identifier: MIT */
/* The database under a workspace: the one door to SQLite. Statements are registered
 * constants that use only what SQLite and PostgreSQL both know (RETURNING, ON
 * CONFLICT), with parameters $1..$9 bound by name; each is prepared once a
 * connection. Errors come in people's words: locked, full, read-only, corrupt,
 * foreign. Times are integer microseconds UTC. */
#ifndef DP_WORKSPACE_DB_H
#define DP_WORKSPACE_DB_H

#include "src/base/arena.h"
#include "src/base/err.h"

#define DB_APPLICATION_ID 0x64707374 /* "dpst" in the file's header */
#define DB_MAX_PARAMETERS 24
#define DB_MAX_BYTES ((size_t)256 << 20) /* of one value */

struct db;

/* A statement: its text, registered so that the cache and the test that prepares
 * all of them find it. At file scope:
 *   DB_SQL(find_task, "SELECT id FROM task WHERE name = $1"); */
struct db_sql {
	const char *text;
	const char *name;
} __attribute__((aligned(16)));

#define DB_SQL(name_, text_)                                                                \
	static const struct db_sql name_ __attribute__((used, section("dp_sql"))) = {       \
		text_, #name_                                                               \
	}

/* All registered statements: [db_sql_first, db_sql_first + db_sql_count). */
DP_API const struct db_sql *db_sql_first(void);
DP_API size_t db_sql_count(void);

enum db_mode {
	DB_READ,   /* never writes; the file may be read-only */
	DB_WRITE,
	DB_CREATE, /* a new or empty file */
};

/* Opens the file; busy_ms is how long a call waits for another process's lock (0 for
 * the studio: ERR_BUSY at once). Refuses network file systems, files that are not
 * ours (unless DB_CREATE) and corrupt ones. NULL on failure. */
DP_API struct db *db_open(const char *path, enum db_mode mode, int busy_ms, struct err *err);
DP_API void db_close(struct db *db);
DP_API const char *db_path(const struct db *db);
DP_API void db_set_busy_ms(struct db *db, int busy_ms);
/* The schema's number: how many migrations have been applied. */
DP_API bool db_schema_number(struct db *db, int64_t *number, struct err *err);

/* --- statements ----------------------------------------------------------- */

/* A statement under way. At most one use of each DB_SQL at a time. */
struct db_stmt;

/* Starts a statement with its parameters, described by one letter each:
 *   i int64_t   t const char * (NULL: null)   s struct str (text)
 *   b struct str (bytes, not copied: they stay until the statement has ended)
 *   d double   n nothing: null   z int64_t (0: null)
 * NULL on failure. Ended by db_end or by the last db_next. */
DP_API struct db_stmt *db_query(struct db *db, const struct db_sql *sql, struct err *err,
	const char *types, ...);
/* True with a row. False at the end (*failed false) or on failure (*failed true, err
 * set); the statement has ended then. */
DP_API bool db_next(struct db_stmt *stmt, bool *failed, struct err *err);
DP_API void db_end(struct db_stmt *stmt); /* NULL is fine */

/* A change. *changed may be NULL: rows changed. */
DP_API bool db_exec(struct db *db, const struct db_sql *sql, int64_t *changed, struct err *err,
	const char *types, ...);
/* The first row's columns, as `out` says: i int64_t *, t const char ** (in `a`, never
 * NULL), s struct str * (in `a`), d double *, B bool *. *found false: no row, outputs
 * untouched. `types` are the parameters, then '>' and the outputs: "t>is". */
DP_API bool db_row(struct db *db, const struct db_sql *sql, struct arena *a, bool *found,
	struct err *err, const char *types, ...);

/* Columns of the current row, from 0. NULL reads as 0 or "". */
DP_API int64_t db_int(const struct db_stmt *stmt, int column);
DP_API double db_double(const struct db_stmt *stmt, int column);
DP_API bool db_is_null(const struct db_stmt *stmt, int column);
/* Borrowed until the next step. */
DP_API struct str db_bytes(const struct db_stmt *stmt, int column);
/* Copied into the arena. */
DP_API const char *db_text(const struct db_stmt *stmt, int column, struct arena *a);

/* --- transactions ----------------------------------------------------------- */

/* Before this process first uses SQLite: pages are allocated one by one. A list after IN
 * in a CHECK or an index is a small table of its own each time its row is written, which
 * would take room for twenty. */
DP_API void db_configure(void);
/* A number that changes when another connection has changed the database. */
DP_API int64_t db_foreign_changes(struct db *db);
/* The same for what this one has changed. */
DP_API int64_t db_own_changes(struct db *db);

/* BEGIN IMMEDIATE; inside another one a savepoint, so that calls nest. Each begin is
 * ended by exactly one commit or rollback. A failed commit has rolled back. */
DP_API bool db_begin(struct db *db, struct err *err);
DP_API bool db_commit(struct db *db, struct err *err);
DP_API void db_rollback(struct db *db);
/* db_commit when ok, else db_rollback; the value to return. */
DP_API bool db_finish(struct db *db, bool ok, struct err *err);
/* Relaxed: a commit is at once what every process sees, and survives the end of this
 * one, but it reaches the disk with the next db_sync. For a process that writes much
 * of which little must outlast a power cut by itself. Closing then leaves a small log
 * as it is: the next who writes goes on with it. Not inside a transaction. */
DP_API bool db_relax(struct db *db, bool relaxed, struct err *err);
DP_API bool db_sync(struct db *db, struct err *err);
/* A consistent view over several queries: BEGIN (deferred). Ends with db_rollback. */
DP_API bool db_begin_read(struct db *db, struct err *err);
DP_API bool db_in_transaction(const struct db *db);

/* --- the file as a whole ----------------------------------------------------- */

/* Several statements without parameters (a migration). */
DP_API bool db_script(struct db *db, const char *text, struct err *err);
/* A consistent copy into a new file (which must not exist), mode 0600. */
DP_API bool db_copy_to(struct db *db, const char *path, struct err *err);
/* Reads every page. ERR_WORKSPACE with the first finding. */
DP_API bool db_check(struct db *db, struct err *err);
/* Gives free pages back to the file system. */
DP_API bool db_compact(struct db *db, struct err *err);
/* Prepares every registered statement and checks that its parameters are $1..$n: for
 * the test. ERR_INTERNAL names the first that is wrong. */
DP_API bool db_check_statements(struct db *db, struct err *err);

#endif
