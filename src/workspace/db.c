/* SPDX-License-Identifier: MIT */
#include "src/workspace/db.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "src/base/path.h"
#include "src/workspace/db_error.h"

#define WAL_KEEP_BYTES "4194304"

/* Put there by the linker around everything in section dp_sql. */
extern const struct db_sql __start_dp_sql[] __attribute__((weak, visibility("hidden")));
extern const struct db_sql __stop_dp_sql[] __attribute__((weak, visibility("hidden")));

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
	int depth;	      /* of transactions; the inner ones are savepoints */
	struct db_stmt *cache; /* one a registered statement */
};

const struct db_sql *
db_sql_first(void)
{
	return __start_dp_sql;
}

size_t
db_sql_count(void)
{
	return (size_t)(__stop_dp_sql - __start_dp_sql);
}

static bool
fail(struct db *db, struct err *err)
{
	return db_error_set(err, db->handle, db->path);
}

static bool
run(struct db *db, const char *text, struct err *err)
{
	if (sqlite3_exec(db->handle, text, NULL, NULL, NULL) == SQLITE_OK)
		return true;
	return fail(db, err);
}

/* --- opening ------------------------------------------------------------------ */

static bool
read_number(struct db *db, const char *pragma, int64_t *number, struct err *err)
{
	sqlite3_stmt *s = NULL;
	bool ok = false;

	if (sqlite3_prepare_v2(db->handle, pragma, -1, &s, NULL) == SQLITE_OK &&
		sqlite3_step(s) == SQLITE_ROW) {
		*number = sqlite3_column_int64(s, 0);
		ok = true;
	}
	if (!ok)
		fail(db, err);
	sqlite3_finalize(s);
	return ok;
}

bool
db_schema_number(struct db *db, int64_t *number, struct err *err)
{
	return read_number(db, "PRAGMA user_version", number, err);
}

/* The file itself, before SQLite sees it. */
static bool
check_file(const char *path, enum db_mode mode, struct err *err)
{
	const char *network = path_network_name(path);
	struct stat st;

	if (network) {
		err_set(err, ERR_WORKSPACE, "%s is on a network file system (%s), where locks "
			"cannot be relied on", path, network);
		return err_hint(err, "keep the workspace on a local disk, as "
			"/var/lib/dpstudio/workspace.db");
	}
	if (stat(path, &st) != 0) {
		if (mode == DB_CREATE && errno == ENOENT)
			return true;
		return db_error_missing(err, path, errno);
	}
	if (!S_ISREG(st.st_mode))
		return db_error_foreign(err, path, "it is not a file");
	if (st.st_size == 0 && mode != DB_CREATE)
		return db_error_foreign(err, path, "it is empty");
	return true;
}

/* On a read-only file system nobody writes: SQLite need not look for others. */
static bool
is_on_read_only_system(const char *path)
{
	char *wal = xasprintf("%s-wal", path);
	struct statvfs fs;
	struct stat st;
	bool is = statvfs(path, &fs) == 0 && (fs.f_flag & ST_RDONLY) &&
		(stat(wal, &st) != 0 || st.st_size == 0);

	free(wal);
	return is;
}

static char *
immutable_uri(const char *path)
{
	struct buf uri = BUF_INIT;

	buf_adds(&uri, "file:");
	for (const char *p = path; *p; p++) {
		if (strchr("?#%", *p))
			buf_addf(&uri, "%%%02X", (unsigned char)*p);
		else
			buf_addc(&uri, *p);
	}
	buf_adds(&uri, "?immutable=1");
	return buf_take(&uri);
}

static bool
open_handle(struct db *db, int busy_ms, struct err *err)
{
	int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
	char *uri = NULL;
	int rc;

	if (db->mode == DB_CREATE)
		flags |= SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
	else
		flags |= db->mode == DB_READ ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
	if (db->mode == DB_READ && is_on_read_only_system(db->path)) {
		uri = immutable_uri(db->path);
		flags |= SQLITE_OPEN_URI;
	}
	rc = sqlite3_open_v2(uri ? uri : db->path, &db->handle, flags, NULL);
	free(uri);
	if (!db->handle)
		return err_set(err, ERR_INTERNAL, "SQLite has no memory left");
	if (rc != SQLITE_OK)
		return fail(db, err);
	sqlite3_busy_timeout(db->handle, busy_ms);
	sqlite3_limit(db->handle, SQLITE_LIMIT_LENGTH, (int)DB_MAX_BYTES);
	sqlite3_limit(db->handle, SQLITE_LIMIT_ATTACHED, 0);
	sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(db->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	return true;
}

/* Files -wal and -shm stay when the last connection closes: an idle pass then makes
 * and removes nothing. */
static void
keep_wal(struct db *db)
{
	int on = 1;

	sqlite3_file_control(db->handle, "main", SQLITE_FCNTL_PERSIST_WAL, &on);
}

static bool
check_identity(struct db *db, struct err *err)
{
	int64_t id;

	if (!read_number(db, "PRAGMA application_id", &id, err))
		return false;
	if (id == DB_APPLICATION_ID || db->mode == DB_CREATE)
		return true;
	return db_error_foreign(err, db->path, "it is an SQLite file of another program");
}

static bool
prepare_for_writing(struct db *db, struct err *err)
{
	if (db->mode == DB_READ)
		return true;
	if (sqlite3_db_readonly(db->handle, "main") == 1)
		return db_error_read_only(err, db->path);
	if (db->mode == DB_CREATE)
		return run(db, "PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL", err);
	return run(db, "PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON;"
		"PRAGMA synchronous = FULL; PRAGMA journal_size_limit = " WAL_KEEP_BYTES, err);
}

struct db *
db_open(const char *path, enum db_mode mode, int busy_ms, struct err *err)
{
	struct db *db;

	if (!check_file(path, mode, err))
		return NULL;
	db = xcalloc(1, sizeof(*db));
	db->path = xstrdup(path);
	db->mode = mode;
	db->cache = xcalloc(db_sql_count(), sizeof(*db->cache));
	if (!open_handle(db, busy_ms, err) || !check_identity(db, err) ||
		!prepare_for_writing(db, err)) {
		db_close(db);
		return NULL;
	}
	keep_wal(db);
	return db;
}

void
db_close(struct db *db)
{
	if (!db)
		return;
	for (size_t i = 0; i < db_sql_count(); i++)
		sqlite3_finalize(db->cache[i].prepared);
	sqlite3_close(db->handle);
	free(db->cache);
	free(db->path);
	free(db);
}

const char *
db_path(const struct db *db)
{
	return db->path;
}

void
db_set_busy_ms(struct db *db, int busy_ms)
{
	sqlite3_busy_timeout(db->handle, busy_ms);
}

/* --- statements ------------------------------------------------------------------ */

/* `$1` is a name to SQLite: finds each name's index, and proves that they are exactly
 * $1 to $n. */
static bool
map_parameters(struct db_stmt *stmt)
{
	int n = sqlite3_bind_parameter_count(stmt->prepared);

	if (n > DB_MAX_PARAMETERS)
		return false;
	for (int i = 1; i <= n; i++) {
		char name[8];
		int at;

		snprintf(name, sizeof(name), "$%d", i);
		at = sqlite3_bind_parameter_index(stmt->prepared, name);
		if (at == 0)
			return false;
		stmt->at[i - 1] = (unsigned char)at;
	}
	stmt->parameters = n;
	return true;
}

static struct db_stmt *
prepare(struct db *db, const struct db_sql *sql, struct err *err)
{
	struct db_stmt *stmt = &db->cache[sql - __start_dp_sql];

	assert(sql >= __start_dp_sql && sql < __stop_dp_sql);
	if (stmt->prepared)
		return stmt;
	stmt->db = db;
	if (sqlite3_prepare_v3(db->handle, sql->text, -1, SQLITE_PREPARE_PERSISTENT,
		    &stmt->prepared, NULL) != SQLITE_OK) {
		fail(db, err);
		err_wrap(err, "statement %s", sql->name);
		return NULL;
	}
	if (!stmt->prepared || !map_parameters(stmt)) {
		err_set(err, ERR_INTERNAL, "statement %s: parameters are not $1 to $n",
			sql->name);
		return NULL;
	}
	return stmt;
}

bool
db_check_statements(struct db *db, struct err *err)
{
	for (size_t i = 0; i < db_sql_count(); i++)
		if (!prepare(db, db_sql_first() + i, err))
			return false;
	return true;
}

static int
bind_bytes(sqlite3_stmt *s, int at, struct str value, bool is_text)
{
	const char *p = value.p ? value.p : "";

	return is_text ? sqlite3_bind_text64(s, at, p, value.len, SQLITE_TRANSIENT, SQLITE_UTF8) :
			 sqlite3_bind_blob64(s, at, p, value.len, SQLITE_TRANSIENT);
}

static int
bind_one(sqlite3_stmt *s, int at, char type, va_list *ap)
{
	const char *text;
	int64_t number;

	switch (type) {
	case 'i':
		return sqlite3_bind_int64(s, at, va_arg(*ap, int64_t));
	case 'z':
		number = va_arg(*ap, int64_t);
		return number ? sqlite3_bind_int64(s, at, number) : sqlite3_bind_null(s, at);
	case 'd':
		return sqlite3_bind_double(s, at, va_arg(*ap, double));
	case 't':
		text = va_arg(*ap, const char *);
		return text ? bind_bytes(s, at, str_from(text), true) : sqlite3_bind_null(s, at);
	case 's':
	case 'b':
		return bind_bytes(s, at, va_arg(*ap, struct str), type == 's');
	default:
		assert(type == 'n');
		return sqlite3_bind_null(s, at);
	}
}

/* Inside a transaction that SQLite has rolled back by itself (disk full, …) nothing
 * more may run: it would be committed at once. */
static bool
check_alive(struct db *db, struct err *err)
{
	if (db->depth > 0 && sqlite3_get_autocommit(db->handle))
		return err_set(err, ERR_WORKSPACE, "%s: the change was given up after an error",
			db->path);
	return true;
}

/* `*types` stands behind the parameters' letters afterwards. */
static struct db_stmt *
start(struct db *db, const struct db_sql *sql, struct err *err, const char **types,
	va_list *ap)
{
	struct db_stmt *stmt;
	int i = 0;

	if (!check_alive(db, err))
		return NULL;
	stmt = prepare(db, sql, err);
	if (!stmt)
		return NULL;
	assert(!stmt->busy);
	for (; **types && **types != '>'; (*types)++, i++) {
		assert(i < stmt->parameters);
		if (bind_one(stmt->prepared, stmt->at[i], **types, ap) != SQLITE_OK) {
			fail(db, err);
			sqlite3_clear_bindings(stmt->prepared);
			return NULL;
		}
	}
	assert(i == stmt->parameters);
	stmt->busy = true;
	return stmt;
}

struct db_stmt *
db_query(struct db *db, const struct db_sql *sql, struct err *err, const char *types, ...)
{
	struct db_stmt *stmt;
	va_list ap;

	va_start(ap, types);
	stmt = start(db, sql, err, &types, &ap);
	va_end(ap);
	return stmt;
}

void
db_end(struct db_stmt *stmt)
{
	if (!stmt || !stmt->busy)
		return;
	sqlite3_reset(stmt->prepared);
	sqlite3_clear_bindings(stmt->prepared);
	stmt->busy = false;
}

bool
db_next(struct db_stmt *stmt, bool *failed, struct err *err)
{
	int rc = sqlite3_step(stmt->prepared);

	*failed = rc != SQLITE_ROW && rc != SQLITE_DONE;
	if (rc == SQLITE_ROW)
		return true;
	if (*failed)
		fail(stmt->db, err);
	db_end(stmt);
	return false;
}

bool
db_exec(struct db *db, const struct db_sql *sql, int64_t *changed, struct err *err,
	const char *types, ...)
{
	struct db_stmt *stmt;
	bool failed = true;
	va_list ap;

	va_start(ap, types);
	stmt = start(db, sql, err, &types, &ap);
	va_end(ap);
	while (stmt && db_next(stmt, &failed, err))
		;
	if (!failed && changed)
		*changed = sqlite3_changes64(db->handle);
	return !failed;
}

static void
read_output(const struct db_stmt *stmt, int column, char type, struct arena *a, va_list *ap)
{
	switch (type) {
	case 'i':
		*va_arg(*ap, int64_t *) = db_int(stmt, column);
		break;
	case 'B':
		*va_arg(*ap, bool *) = db_int(stmt, column) != 0;
		break;
	case 'd':
		*va_arg(*ap, double *) = db_double(stmt, column);
		break;
	case 't':
		*va_arg(*ap, const char **) = db_text(stmt, column, a);
		break;
	default:
		assert(type == 's');
		*va_arg(*ap, struct str *) = arena_str(a, db_bytes(stmt, column));
	}
}

bool
db_row(struct db *db, const struct db_sql *sql, struct arena *a, bool *found, struct err *err,
	const char *types, ...)
{
	struct db_stmt *stmt;
	bool failed = true, row = false;
	va_list ap;

	va_start(ap, types);
	stmt = start(db, sql, err, &types, &ap);
	row = stmt && db_next(stmt, &failed, err);
	if (row) {
		assert(*types == '>');
		for (int column = 0; types[column + 1]; column++)
			read_output(stmt, column, types[column + 1], a, &ap);
		if (db_next(stmt, &failed, err))
			db_end(stmt);
	}
	va_end(ap);
	if (failed)
		return false;
	if (found)
		*found = row;
	else if (!row)
		return err_set(err, ERR_INTERNAL, "statement %s gave no row", sql->name);
	return true;
}

int64_t
db_int(const struct db_stmt *stmt, int column)
{
	return sqlite3_column_int64(stmt->prepared, column);
}

double
db_double(const struct db_stmt *stmt, int column)
{
	return sqlite3_column_double(stmt->prepared, column);
}

bool
db_is_null(const struct db_stmt *stmt, int column)
{
	return sqlite3_column_type(stmt->prepared, column) == SQLITE_NULL;
}

struct str
db_bytes(const struct db_stmt *stmt, int column)
{
	const void *p = sqlite3_column_blob(stmt->prepared, column);

	return (struct str){ p, (size_t)sqlite3_column_bytes(stmt->prepared, column) };
}

const char *
db_text(const struct db_stmt *stmt, int column, struct arena *a)
{
	return arena_str(a, db_bytes(stmt, column)).p;
}

/* --- transactions ------------------------------------------------------------------ */

static bool
begin(struct db *db, const char *outermost, struct err *err)
{
	char text[40];

	if (!check_alive(db, err))
		return false;
	snprintf(text, sizeof(text), "SAVEPOINT level_%d", db->depth);
	if (!run(db, db->depth == 0 ? outermost : text, err))
		return false;
	db->depth++;
	return true;
}

bool
db_begin(struct db *db, struct err *err)
{
	return begin(db, "BEGIN IMMEDIATE", err);
}

bool
db_begin_read(struct db *db, struct err *err)
{
	return begin(db, "BEGIN", err);
}

void
db_rollback(struct db *db)
{
	char text[80];

	assert(db->depth > 0);
	db->depth--;
	if (sqlite3_get_autocommit(db->handle))
		return; /* SQLite has done it already */
	if (db->depth == 0)
		snprintf(text, sizeof(text), "ROLLBACK");
	else
		snprintf(text, sizeof(text), "ROLLBACK TO level_%d; RELEASE level_%d",
			db->depth, db->depth);
	sqlite3_exec(db->handle, text, NULL, NULL, NULL);
}

bool
db_commit(struct db *db, struct err *err)
{
	char text[40];

	assert(db->depth > 0);
	snprintf(text, sizeof(text), "RELEASE level_%d", db->depth - 1);
	if (!check_alive(db, err) || !run(db, db->depth == 1 ? "COMMIT" : text, err)) {
		db_rollback(db);
		return false;
	}
	db->depth--;
	return true;
}

bool
db_finish(struct db *db, bool ok, struct err *err)
{
	if (ok)
		return db_commit(db, err);
	db_rollback(db);
	return false;
}

bool
db_in_transaction(const struct db *db)
{
	return db->depth > 0;
}

/* --- the file as a whole ------------------------------------------------------------- */

bool
db_script(struct db *db, const char *text, struct err *err)
{
	return check_alive(db, err) && run(db, text, err);
}

static bool
copy_pages(struct db *db, sqlite3 *to, const char *path, struct err *err)
{
	sqlite3_backup *backup = sqlite3_backup_init(to, "main", db->handle, "main");

	if (!backup)
		return db_error_set(err, to, path);
	sqlite3_backup_step(backup, -1);
	if (sqlite3_backup_finish(backup) != SQLITE_OK ||
		sqlite3_exec(to, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL) != SQLITE_OK)
		return db_error_set(err, to, path);
	return true;
}

bool
db_copy_to(struct db *db, const char *path, struct err *err)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	sqlite3 *to = NULL;
	bool ok;

	if (fd < 0)
		return err_errno(err, "%s cannot be written", path);
	ok = sqlite3_open_v2(path, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_EXRESCODE, NULL) ==
			SQLITE_OK || db_error_set(err, to, path);
	ok = ok && copy_pages(db, to, path, err);
	sqlite3_close(to);
	if (ok && fsync(fd) != 0)
		ok = err_errno(err, "%s cannot be brought to disk", path);
	close(fd);
	if (!ok)
		unlink(path);
	return ok;
}

static int
note_finding(void *context, int columns, char **values, char **names)
{
	struct buf *findings = context;

	(void)names;
	if (columns > 0 && values[0] && strcmp(values[0], "ok") != 0 && findings->len == 0)
		buf_adds(findings, values[0]);
	return 0;
}

bool
db_check(struct db *db, struct err *err)
{
	struct buf finding = BUF_INIT;
	bool ok;

	if (sqlite3_exec(db->handle,
		    "PRAGMA integrity_check(1); PRAGMA foreign_key_check", note_finding,
		    &finding, NULL) != SQLITE_OK)
		ok = fail(db, err);
	else if (finding.len > 0)
		ok = db_error_corrupt(err, db->path, buf_text(&finding));
	else
		ok = true;
	buf_fini(&finding);
	return ok;
}

bool
db_compact(struct db *db, struct err *err)
{
	return run(db, "PRAGMA incremental_vacuum; PRAGMA wal_checkpoint(TRUNCATE)", err);
}
