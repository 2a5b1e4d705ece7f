/* SPDX-License-Identifier: MIT */
/* The cheapest look at a workspace: a cron minute with nothing to do is this and no
 * more, so it goes past workspace.h. What is due next is read from two partial
 * indexes and noted in the pass file, beside the state (inode, size, time of the last write)
 * that the database's files had before that read. While they still have it and the
 * noted time lies ahead, the next look needs two stat calls and no database at all.
 * Files that changed less than RACY_NS before are not noted: a commit within one
 * tick of the file system's clock could not be seen. Anything out of the ordinary is
 * not idle: the full pass then says what is wrong. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "src/run/run.h"
#include "src/workspace/db.h"

#define RACY_NS INT64_C(2000000000)
#define NOTE_MAX 512
#define BUSY_MS 200 /* for a log that another process recovers */

#define IDLE_TIMES 3 /* columns of it that are times */
static const char idle_sql[] =
	"SELECT (SELECT min(next_us) FROM task WHERE next_us IS NOT NULL),"
	" (SELECT min(wake_us) FROM run WHERE wake_us IS NOT NULL),"
	" (SELECT min(created_us) FROM notice),"
	" (SELECT value FROM meta WHERE key = 'zone_stamp'),"
	" (SELECT user_version FROM pragma_user_version)";

static int64_t
changed_ns(const struct stat *st)
{
	return st->st_mtim.tv_sec * INT64_C(1000000000) + st->st_mtim.tv_nsec;
}

/* "inode size changed" of the database and its log; false when the log is missing. */
static bool
describe_files(const char *path, char text[NOTE_MAX], bool *racy)
{
	char *wal = xasprintf("%s-wal", path);
	struct stat db, log = { 0 };
	bool ok = stat(path, &db) == 0;
	struct timespec now;

	if (ok && stat(wal, &log) != 0)
		ok = errno == ENOENT;
	free(wal);
	clock_gettime(CLOCK_REALTIME, &now);
	*racy = now.tv_sec * INT64_C(1000000000) + now.tv_nsec - RACY_NS < changed_ns(&db) ||
		now.tv_sec * INT64_C(1000000000) + now.tv_nsec - RACY_NS < changed_ns(&log);
	snprintf(text, NOTE_MAX, "%ju %jd %" PRId64 " %ju %jd %" PRId64, (uintmax_t)db.st_ino,
		(intmax_t)db.st_size, changed_ns(&db), (uintmax_t)log.st_ino,
		(intmax_t)log.st_size, changed_ns(&log));
	return ok;
}

/* The note: "dpstudio-idle 1 NEXT_US ZONE_STAMP FILES\n". */
static bool
note_says_idle(int fd, const char *files, const char *stamp, int64_t now)
{
	char note[NOTE_MAX + 128], expected[NOTE_MAX + 64];
	ssize_t n = pread(fd, note, sizeof(note) - 1, 0);
	int64_t next;
	int used = 0;

	if (n <= 0)
		return false;
	note[n] = '\0';
	if (sscanf(note, "dpstudio-idle 1 %" SCNd64 " %n", &next, &used) != 1 || next <= now)
		return false;
	snprintf(expected, sizeof(expected), "%s %s\n", stamp, files);
	return strcmp(note + used, expected) == 0;
}

static void
write_note(int fd, const char *files, const char *stamp, int64_t next)
{
	char note[NOTE_MAX + 128];
	int len = snprintf(note, sizeof(note), "dpstudio-idle 1 %" PRId64 " %s %s\n", next, stamp,
		files);

	if (len > 0 && (size_t)len < sizeof(note) && pwrite(fd, note, (size_t)len, 0) == len)
		(void)!ftruncate(fd, len);
}

/* Wall time of the next thing to do; 0 when it cannot be told here. */
static int64_t
read_next(const char *path, const char *stamp)
{
	sqlite3_stmt *stmt = NULL;
	sqlite3 *db = NULL;
	int64_t next = 0;

	db_configure();
	if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL) ==
			SQLITE_OK &&
		sqlite3_busy_timeout(db, BUSY_MS) == SQLITE_OK &&
		sqlite3_prepare_v2(db, idle_sql, -1, &stmt, NULL) == SQLITE_OK &&
		sqlite3_step(stmt) == SQLITE_ROW &&
		sqlite3_column_int64(stmt, IDLE_TIMES + 1) == workspace_schema_number()) {
		const char *known = (const char *)sqlite3_column_text(stmt, IDLE_TIMES);

		next = known && strcmp(known, stamp) == 0 ? INT64_MAX : 0;
		for (int c = 0; c < IDLE_TIMES; c++)
			if (sqlite3_column_type(stmt, c) != SQLITE_NULL &&
				sqlite3_column_int64(stmt, c) < next)
				next = sqlite3_column_int64(stmt, c);
	}
	sqlite3_finalize(stmt);
	sqlite3_close(db);
	return next;
}

/* Doctor reads "last pass" off this file's time stamp. */
static int
open_passes(const char *path)
{
	char *passes = xasprintf("%s-passes", path);
	int fd = open(passes, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	free(passes);
	if (fd >= 0)
		futimens(fd, NULL);
	return fd;
}

bool
run_idle_check(const char *path, bool *idle, struct err *err)
{
	char files[NOTE_MAX], stamp[32];
	int64_t now = clock_now_us(), next;
	bool racy = true, known;
	int fd;

	*idle = false;
	if (access(path, F_OK) != 0) {
		err_set(err, ERR_WORKSPACE, "there is no workspace at %s", path);
		return err_hint(err, "make one: dpstudio init (or name it with -w)");
	}
	fd = open_passes(path);
	snprintf(stamp, sizeof(stamp), "%llu", (unsigned long long)zone_data_stamp());
	known = describe_files(path, files, &racy);
	if (fd >= 0 && known && note_says_idle(fd, files, stamp, now)) {
		*idle = true;
	} else {
		next = read_next(path, stamp);
		*idle = next > now;
		if (fd >= 0 && known && *idle && !racy)
			write_note(fd, files, stamp, next);
	}
	if (fd >= 0)
		close(fd);
	return true;
}
