/* SPDX-License-Identifier: MIT */
/* Notices that are still to be sent. */
#include "src/base/clock.h"
#include "src/workspace/handle.h"
#include "src/workspace/ledger.h"

DB_SQL(add_sql,
	"INSERT INTO notice (run_id, pass_id, destination, title, text, created_us)"
	" VALUES ($1, $2, $3, $4, $5, $6) RETURNING id");

bool
ledger_notice_add(struct workspace *ws, const struct pass *pass, struct notice_row *n,
	struct err *err)
{
	bool found;

	n->tries = 0;
	return db_row(workspace_db(ws), &add_sql, NULL, &found, err, "iittti>i", n->run_id,
		pass->id, n->destination, n->title, n->text, clock_now_us(), &n->id);
}

DB_SQL(remove_sql, "DELETE FROM notice WHERE id = $1");
DB_SQL(put_back_sql, "UPDATE notice SET pass_id = 0, tries = tries + 1 WHERE id = $1");

bool
ledger_notice_end(struct workspace *ws, int64_t id, bool again, struct err *err)
{
	return db_exec(workspace_db(ws), again ? &put_back_sql : &remove_sql, NULL, err, "i", id);
}

DB_SQL(holders_sql, "SELECT DISTINCT pass_id FROM notice WHERE pass_id <> $1");
DB_SQL(take_sql, "UPDATE notice SET pass_id = $1 WHERE pass_id = $2");

/* Whose holder is gone. */
static bool
take_from_dead(struct workspace *ws, const struct pass *pass, struct err *err)
{
	struct db_stmt *s = db_query(workspace_db(ws), &holders_sql, err, "i", pass->id);
	int64_t dead[64];
	bool failed = !s, ok;
	size_t count = 0;

	while (s && db_next(s, &failed, err)) {
		int64_t id = db_int(s, 0);

		if (count < ARRAY_LEN(dead) && (id == 0 || !pass_is_alive(ws, id)))
			dead[count++] = id;
	}
	ok = !failed;
	for (size_t i = 0; ok && i < count; i++)
		ok = db_exec(workspace_db(ws), &take_sql, NULL, err, "ii", pass->id, dead[i]);
	return ok;
}

DB_SQL(held_sql,
	"SELECT n.id, n.run_id, r.task_id, n.tries, n.destination, n.title, n.text FROM notice n"
	" JOIN run r ON r.id = n.run_id WHERE n.pass_id = $1 ORDER BY n.id LIMIT 1000");

bool
ledger_notice_take(struct workspace *ws, const struct pass *pass, struct arena *a,
	struct notice_list *list, struct err *err)
{
	struct db *db = workspace_db(ws);
	struct db_stmt *s;
	bool failed = true;

	*list = (struct notice_list){ 0 };
	if (!db_begin(db, err))
		return false;
	if (take_from_dead(ws, pass, err)) {
		s = db_query(db, &held_sql, err, "i", pass->id);
		while (s && db_next(s, &failed, err)) {
			list->rows = rows_room(a, list->rows, list->count, sizeof(*list->rows));
			list->rows[list->count++] = (struct notice_row){ db_int(s, 0), db_int(s, 1),
				db_int(s, 2), db_int(s, 3), db_text(s, 4, a), db_text(s, 5, a),
				db_text(s, 6, a) };
		}
	}
	return db_finish(db, !failed, err);
}

DB_SQL(count_sql, "SELECT count(*) FROM notice");

bool
ledger_notice_count(struct workspace *ws, int64_t *count, struct err *err)
{
	bool found;

	return db_row(workspace_db(ws), &count_sql, NULL, &found, err, ">i", count);
}
