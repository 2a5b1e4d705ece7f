/* SPDX-License-Identifier: MIT */
/* Passes, claims and token buckets. A pass lives as long as its OFD lock: a run is
 * an orphan exactly when the lock of the pass that holds it is free. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/clock.h"
#include "src/workspace/ledger.h"

static char *
passes_path(struct workspace *ws)
{
	return xasprintf("%s-passes", workspace_path(ws));
}

static bool
lock_byte(int fd, int64_t id, bool *locked, struct err *err)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = id, .l_len = 1 };

	*locked = fcntl(fd, F_OFD_SETLK, &lock) == 0;
	if (*locked || errno == EAGAIN || errno == EACCES)
		return true;
	return err_errno(err, "cannot lock the workspace's pass file");
}

DB_SQL(pass_add_sql, "INSERT INTO pass (host, pid, started_us) VALUES ($1, $2, $3) RETURNING id");

/* Row and lock come in one transaction: nobody sees the row without the lock. */
static bool
add_locked(struct workspace *ws, struct pass *pass, struct err *err)
{
	struct db *db = workspace_db(ws);
	bool found, locked = false, ok;
	char host[256] = "";

	gethostname(host, sizeof(host) - 1);
	if (!db_begin(db, err))
		return false;
	ok = db_row(db, &pass_add_sql, NULL, &found, err, "tii>i", host, (int64_t)getpid(),
		     clock_now_us(), &pass->id) &&
	     lock_byte(pass->fd, pass->id, &locked, err);
	if (ok && !locked)
		ok = err_set(err, ERR_INTERNAL, "the lock of pass %lld is taken",
			(long long)pass->id);
	return db_finish(db, ok, err);
}

bool
pass_begin(struct workspace *ws, struct pass *pass, struct err *err)
{
	char *path = passes_path(ws);

	*pass = (struct pass){ 0, open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600) };
	if (pass->fd < 0)
		err_errno(err, "cannot open %s", path);
	free(path);
	if (pass->fd < 0)
		return false;
	if (add_locked(ws, pass, err))
		return true;
	close(pass->fd);
	pass->fd = -1;
	return false;
}

DB_SQL(pass_end_sql, "UPDATE pass SET finished_us = $2 WHERE id = $1");

void
pass_end(struct workspace *ws, struct pass *pass)
{
	struct err ignored = ERR_INIT;

	if (pass->fd < 0)
		return;
	db_exec(workspace_db(ws), &pass_end_sql, NULL, &ignored, "ii", pass->id, clock_now_us());
	close(pass->fd);
	pass->fd = -1;
}

bool
pass_is_alive(struct workspace *ws, int64_t pass_id)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = pass_id,
		.l_len = 1 };
	char *path = passes_path(ws);
	int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	bool alive = false;

	free(path);
	if (fd < 0)
		return false;
	if (fcntl(fd, F_OFD_GETLK, &lock) == 0)
		alive = lock.l_type != F_UNLCK;
	close(fd);
	return alive;
}

/* --- orphans ------------------------------------------------------------------------- */

DB_SQL(holders_sql,
	"SELECT DISTINCT pass_id FROM run WHERE state IN ('waiting', 'running') AND pass_id <> 0"
	" AND pass_id <> $1");
DB_SQL(orphan_attempts_sql,
	"UPDATE attempt SET state = 'unknown', finished_us = $2, message = $3"
	" WHERE finished_us IS NULL AND delivery_id IN (SELECT id FROM delivery"
	" WHERE state = 'sending' AND run_id IN (SELECT id FROM run WHERE pass_id = $1"
	" AND state IN ('waiting', 'running')))");
DB_SQL(orphan_deliveries_sql,
	"UPDATE delivery SET state = 'unknown', class = 'ambiguous', message = $2, advice = $3"
	" WHERE state = 'sending' AND run_id IN (SELECT id FROM run WHERE pass_id = $1"
	" AND state IN ('waiting', 'running'))");
DB_SQL(orphan_sources_sql,
	"DELETE FROM run_source WHERE run_id IN (SELECT id FROM run WHERE pass_id = $1"
	" AND state IN ('waiting', 'running'))");
DB_SQL(orphan_runs_sql,
	"UPDATE run SET pass_id = 0, state = 'waiting', wake_us = $2, fence = fence + 1"
	" WHERE pass_id = $1 AND state IN ('waiting', 'running')");

static bool
free_orphans(struct workspace *ws, int64_t dead, int64_t now, struct err *err)
{
	static const char what[] = "dpstudio ended while this was being sent";
	static const char advice[] = "look at the other side: it may have arrived. Then accept or "
				     "resend it";
	struct db *db = workspace_db(ws);

	return db_exec(db, &orphan_attempts_sql, NULL, err, "iit", dead, now, what) &&
	       db_exec(db, &orphan_deliveries_sql, NULL, err, "itt", dead, what, advice) &&
	       db_exec(db, &orphan_sources_sql, NULL, err, "i", dead) &&
	       db_exec(db, &orphan_runs_sql, NULL, err, "ii", dead, now);
}

#define MAX_HOLDERS 256

static bool
find_dead(struct workspace *ws, int64_t own, int64_t dead[MAX_HOLDERS], size_t *count,
	struct err *err)
{
	struct db_stmt *s = db_query(workspace_db(ws), &holders_sql, err, "i", own);
	bool failed = !s;

	*count = 0;
	while (s && db_next(s, &failed, err)) {
		int64_t id = db_int(s, 0);

		if (*count < MAX_HOLDERS && !pass_is_alive(ws, id))
			dead[(*count)++] = id;
	}
	return !failed;
}

DB_SQL(take_sql,
	"UPDATE run SET pass_id = $1, fence = fence + 1 WHERE id IN (SELECT id FROM run"
	" WHERE wake_us IS NOT NULL AND wake_us <= $2 AND pass_id = 0 AND state = 'waiting'"
	" AND ($4 = '' OR grouping = $4) ORDER BY wake_us LIMIT $3)");

bool
ledger_take(struct workspace *ws, const struct pass *pass, const char *group, int64_t now_us,
	int64_t limit, struct arena *a, struct run_list *taken, struct err *err)
{
	struct db *db = workspace_db(ws);
	int64_t dead[MAX_HOLDERS];
	size_t count;
	bool ok;

	if (!db_begin(db, err))
		return false;
	ok = find_dead(ws, pass->id, dead, &count, err);
	for (size_t i = 0; ok && i < count; i++)
		ok = free_orphans(ws, dead[i], now_us, err);
	ok = ok && db_exec(db, &take_sql, NULL, err, "iiit", pass->id, now_us, limit,
			   group ? group : "") &&
	     ledger_held_runs(ws, pass->id, a, taken, err);
	return db_finish(db, ok, err);
}

/* --- limits -------------------------------------------------------------------------- */

DB_SQL(elsewhere_sql,
	"SELECT count(*) FROM run WHERE state = 'running' AND pass_id <> $1 AND pass_id <> 0"
	" AND state IN ('waiting', 'running')");
DB_SQL(source_use_sql, "SELECT count(*) FROM run_source WHERE source = $1 AND run_id <> $2");

DB_SQL(older_open_sql,
	"SELECT EXISTS (SELECT 1 FROM run WHERE task_id = $1 AND id < $2 AND cause = 'schedule'"
	" AND state IN ('waiting', 'running'))");

bool
ledger_older_open(struct workspace *ws, const struct run_row *run, int64_t *count,
	struct err *err)
{
	bool found;

	return db_row(workspace_db(ws), &older_open_sql, NULL, &found, err, "ii>i", run->task_id,
		run->id, count);
}

bool
ledger_running_elsewhere(struct workspace *ws, const struct pass *pass, int64_t *count,
	struct err *err)
{
	bool found;

	return db_row(workspace_db(ws), &elsewhere_sql, NULL, &found, err, "i>i", pass->id, count);
}

bool
ledger_source_use(struct workspace *ws, const char *source, int64_t run_id, int64_t *count,
	struct err *err)
{
	bool found;

	return db_row(workspace_db(ws), &source_use_sql, NULL, &found, err, "ti>i", source, run_id,
		count);
}

/* --- pace ------------------------------------------------------------------------------- */

DB_SQL(bucket_read_sql, "SELECT tat_us, blocked_until_us FROM bucket WHERE key = $1");
DB_SQL(bucket_write_sql,
	"INSERT INTO bucket (key, tat_us) VALUES ($1, $2)"
	" ON CONFLICT (key) DO UPDATE SET tat_us = $2");
DB_SQL(bucket_block_sql,
	"INSERT INTO bucket (key, tat_us, blocked_until_us) VALUES ($1, 0, $2)"
	" ON CONFLICT (key) DO UPDATE SET blocked_until_us = $2");

bool
bucket_take(struct workspace *ws, const char *key, int burst, double refill_s, int64_t now_us,
	int64_t *wait_us, struct err *err)
{
	int64_t step = (int64_t)(refill_s * (double)CLOCK_SECOND), tat = 0, blocked = 0, next;
	struct db *db = workspace_db(ws);
	bool found;

	*wait_us = 0;
	if (burst <= 0 || step <= 0 || !key[0])
		return true;
	if (!db_row(db, &bucket_read_sql, NULL, &found, err, "t>ii", key, &tat, &blocked))
		return false;
	/* A clock that was set back must not block a bot for hours. */
	if (tat > now_us + burst * step)
		tat = now_us + burst * step;
	next = (tat > now_us ? tat : now_us) + step;
	if (next - now_us > burst * step)
		*wait_us = next - now_us - burst * step;
	if (blocked > now_us && blocked - now_us > *wait_us)
		*wait_us = blocked - now_us;
	return *wait_us ? true : db_exec(db, &bucket_write_sql, NULL, err, "ti", key, next);
}

bool
bucket_block(struct workspace *ws, const char *key, int64_t until_us, struct err *err)
{
	if (!key[0])
		return true;
	return db_exec(workspace_db(ws), &bucket_block_sql, NULL, err, "ti", key, until_us);
}
