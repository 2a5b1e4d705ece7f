/* SPDX-License-Identifier: MIT */
/* The cheapest look at a workspace: a cron minute with nothing to do is this and no
 * more, so it goes past workspace.h, opens the file read-only and reads the first
 * entries of two partial indexes. Anything out of the ordinary is not idle: the full
 * pass then says what is wrong. */
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/run/run.h"

static const char idle_sql[] =
	"SELECT EXISTS (SELECT 1 FROM task WHERE next_us <= ?1),"
	" EXISTS (SELECT 1 FROM run WHERE wake_us <= ?1),"
	" (SELECT value FROM meta WHERE key = 'zone_stamp')";

/* Doctor reads "last pass" off this file's time stamp. */
static void
touch_passes(const char *path)
{
	char *passes = xasprintf("%s-passes", path);
	int fd = open(passes, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd >= 0) {
		futimens(fd, NULL);
		close(fd);
	}
	free(passes);
}

bool
run_idle_check(const char *path, bool *idle, struct err *err)
{
	sqlite3_stmt *stmt = NULL;
	sqlite3 *db = NULL;
	char stamp[32];

	*idle = false;
	if (access(path, F_OK) != 0) {
		err_set(err, ERR_WORKSPACE, "there is no workspace at %s", path);
		return err_hint(err, "make one: dpstudio init (or name it with -w)");
	}
	touch_passes(path);
	snprintf(stamp, sizeof(stamp), "%llu", (unsigned long long)zone_data_stamp());
	if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL) ==
			SQLITE_OK &&
		sqlite3_busy_timeout(db, BUSY_MS) == SQLITE_OK &&
		sqlite3_prepare_v2(db, idle_sql, -1, &stmt, NULL) == SQLITE_OK) {
		sqlite3_bind_int64(stmt, 1, clock_now_us());
		if (sqlite3_step(stmt) == SQLITE_ROW) {
			const char *known = (const char *)sqlite3_column_text(stmt, 2);

			*idle = !sqlite3_column_int(stmt, 0) && !sqlite3_column_int(stmt, 1) &&
				known && strcmp(known, stamp) == 0;
		}
	}
	sqlite3_finalize(stmt);
	sqlite3_close(db);
	return true;
}
