/* SPDX-License-Identifier: MIT */
#include "src/workspace/db.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "src/base/path.h"
#include "src/workspace/db_error.h"
#include "src/workspace/db_handle.h"

#define WAL_KEEP_BYTES "4194304"
#define LOG_SMALL (2 << 20) /* read through when the file is opened, in 2 ms a megabyte */
/* A pass writes whole messages: what spills out of the cache before its commit is written
 * three times, and a log carried over in between makes a message wait. */
#define PASS_PRAGMAS "PRAGMA synchronous = NORMAL; PRAGMA cache_size = -8000;" \
	"PRAGMA wal_autocheckpoint = 4000"

bool
db_fail(struct db *db, struct err *err)
{
	return db_error_set(err, db->handle, db->path);
}

bool
db_check_alive(struct db *db, struct err *err)
{
	if (db->depth > 0 && sqlite3_get_autocommit(db->handle))
		return err_set(err, ERR_WORKSPACE, "%s: the change was given up after an error",
			db->path);
	return true;
}

static bool
run(struct db *db, const char *text, struct err *err)
{
	if (sqlite3_exec(db->handle, text, NULL, NULL, NULL) == SQLITE_OK)
		return true;
	return db_fail(db, err);
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
		db_fail(db, err);
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
		out_of_memory();
	if (rc != SQLITE_OK)
		return db_fail(db, err);
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

void
db_configure(void)
{
	static bool done;

	if (!done)
		sqlite3_config(SQLITE_CONFIG_PAGECACHE, NULL, 0, 0);
	done = true;
}

struct db *
db_open(const char *path, enum db_mode mode, int busy_ms, struct err *err)
{
	struct db *db;

	if (!check_file(path, mode, err))
		return NULL;
	db_configure();
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

/* Carrying a log over into the file costs two fsyncs, and a new one two more. */
static void
leave_small_log(struct db *db)
{
	char *path = xasprintf("%s-wal", db->path);
	struct stat st;

	if (stat(path, &st) == 0 && st.st_size < LOG_SMALL)
		sqlite3_db_config(db->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	free(path);
}

void
db_close(struct db *db)
{
	if (!db)
		return;
	for (size_t i = 0; i < db_sql_count(); i++)
		sqlite3_finalize(db->cache[i].prepared);
	sqlite3_finalize(db->data_version);
	if (db->keeps_log)
		leave_small_log(db);
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

/* --- transactions ------------------------------------------------------------------ */

static bool
begin(struct db *db, const char *outermost, struct err *err)
{
	char text[40];

	if (!db_check_alive(db, err))
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
	if (!db_check_alive(db, err) || !run(db, db->depth == 1 ? "COMMIT" : text, err)) {
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
db_relax(struct db *db, bool relaxed, struct err *err)
{
	db->keeps_log = db->keeps_log || relaxed;
	return run(db, relaxed ? PASS_PRAGMAS : "PRAGMA synchronous = FULL", err);
}

/* What a commit with synchronous = FULL does: the log goes to the disk. */
bool
db_sync(struct db *db, struct err *err)
{
	sqlite3_file *log = NULL;

	sqlite3_file_control(db->handle, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
	if (!log || !log->pMethods)
		return true; /* nothing was written since it was opened */
	if (log->pMethods->xSync(log, SQLITE_SYNC_NORMAL) != SQLITE_OK)
		return err_errno(err, "%s-wal cannot be brought to disk", db->path);
	return true;
}

/* -1, which no version is, when it cannot be read. */
int64_t
db_foreign_changes(struct db *db)
{
	int64_t version = -1;

	if (db->data_version ||
		sqlite3_prepare_v2(db->handle, "PRAGMA data_version", -1, &db->data_version, NULL) ==
			SQLITE_OK) {
		if (sqlite3_step(db->data_version) == SQLITE_ROW)
			version = sqlite3_column_int64(db->data_version, 0);
		sqlite3_reset(db->data_version);
	}
	return version;
}

int64_t
db_own_changes(struct db *db)
{
	return sqlite3_total_changes64(db->handle);
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
	return db_check_alive(db, err) && run(db, text, err);
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
		ok = db_fail(db, err);
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
