/* SPDX-License-Identifier: MIT */
#include "src/workspace/needs.h"

#include "src/workspace/db.h"

#define USES_OF(tasks) \
	"SELECT DISTINCT u.kind, COALESCE(s.kind, d.channel, '') FROM (" tasks ") AS t" \
	" JOIN version_use u ON u.task_id = t.id AND u.number = t.published" \
	" LEFT JOIN source s ON u.kind = 'source' AND s.name = u.name" \
	" LEFT JOIN destination d ON u.kind = 'destination' AND d.name = u.name" \
	" ORDER BY u.kind DESC LIMIT 16"

DB_SQL(named_sql, USES_OF("SELECT id, published FROM task WHERE name = $1"));
DB_SQL(due_sql, USES_OF("SELECT id, published FROM task"
	" WHERE next_us IS NOT NULL AND next_us <= $1 ORDER BY next_us LIMIT 8"));

bool
needs_of_tasks(struct workspace *ws, const char *task, int64_t now_us, needs_fn fn, void *context,
	struct err *err)
{
	struct db *db = workspace_db(ws);
	struct db_stmt *s = task ? db_query(db, &named_sql, err, "t", task)
				 : db_query(db, &due_sql, err, "i", now_us);
	struct arena a = ARENA_INIT;
	bool failed = !s;

	while (s && db_next(s, &failed, err))
		fn(context, db_text(s, 0, &a), db_text(s, 1, &a));
	arena_fini(&a);
	return !failed;
}
