/* SPDX-License-Identifier: MIT */
#include "src/run/metrics.h"

#include <stdio.h>
#include <string.h>

#include "src/base/log.h"
#include "src/base/path.h"

#define DAY_US (86400 * CLOCK_SECOND)
#define PRUNE_KEEP 100 /* runs of each task that stay whatever their age */

DB_SQL(run_counts_sql, "SELECT state, count(*) FROM run GROUP BY state ORDER BY state");
DB_SQL(delivery_counts_sql,
	"SELECT state, count(*) FROM delivery GROUP BY state ORDER BY state");
DB_SQL(streaks_sql, "SELECT count(*) FROM streak");

static bool
add_counts(struct workspace *ws, const struct db_sql *sql, const char *metric, const char *help,
	struct buf *to, struct err *err)
{
	struct db_stmt *s = db_query(workspace_db(ws), sql, err, "");
	bool failed = !s;

	buf_addf(to, "# HELP %s %s\n# TYPE %s gauge\n", metric, help, metric);
	while (s && db_next(s, &failed, err))
		buf_addf(to, "%s{state=\"%.*s\"} %lld\n", metric, STR_ARG(db_bytes(s, 0)),
			(long long)db_int(s, 1));
	return !failed;
}

static bool
write_metrics(struct workspace *ws, const char *path, struct err *err)
{
	struct buf text = BUF_INIT;
	int64_t failing = 0;
	bool found, ok;

	ok = add_counts(ws, &run_counts_sql, "dpstudio_runs", "Runs in the ledger.", &text, err) &&
	     add_counts(ws, &delivery_counts_sql, "dpstudio_deliveries",
		     "Deliveries in the ledger.", &text, err) &&
	     db_row(workspace_db(ws), &streaks_sql, NULL, &found, err, ">i", &failing);
	buf_addf(&text,
		"# HELP dpstudio_failing_tasks Tasks whose last run failed.\n"
		"# TYPE dpstudio_failing_tasks gauge\ndpstudio_failing_tasks %lld\n"
		"# HELP dpstudio_last_pass_timestamp_seconds End of the last pass that ran something.\n"
		"# TYPE dpstudio_last_pass_timestamp_seconds gauge\n"
		"dpstudio_last_pass_timestamp_seconds %lld\n",
		(long long)failing, (long long)(clock_now_us() / CLOCK_SECOND));
	ok = ok && path_write_atomic(path, buf_str(&text), 0644, err);
	buf_fini(&text);
	return ok;
}

static bool
prune_daily(struct workspace *ws, struct err *err)
{
	struct arena a = ARENA_INIT;
	int64_t retention = 0, last = 0, removed, now = clock_now_us();
	const char *noted = "";
	char text[32];
	bool ok = workspace_retention_us(ws, &retention, err) &&
		  workspace_meta_get(ws, "last_prune_us", &a, &noted, err);

	str_to_int64(str_from(noted), &last);
	arena_fini(&a);
	if (!ok || retention == 0 || (now - last < DAY_US && last <= now))
		return ok;
	snprintf(text, sizeof(text), "%lld", (long long)now);
	return ledger_prune(ws, now - retention, PRUNE_KEEP, &removed, err) &&
	       workspace_meta_set(ws, "last_prune_us", text, err);
}

void
metrics_after_pass(struct workspace *ws)
{
	struct arena a = ARENA_INIT;
	struct err err = ERR_INIT;
	const char *path = "";

	if (!prune_daily(ws, &err))
		log_error("prune", &err);
	if (workspace_get(ws, "metrics", &a, &path, &err) && *path && !write_metrics(ws, path, &err)) {
		fprintf(stderr, "dpstudio: the metrics file cannot be written: %s\n", err.msg);
		log_error("metrics", &err);
	}
	arena_fini(&a);
}
