/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "src/workspace/handle.h"
#include "src/workspace/version.h"

#define ROW "SELECT v.number, v.state, v.submitted_us, v.published_us, v.submitted_by," \
	" v.published_by, v.note," \
	" EXISTS (SELECT 1 FROM passed_test e WHERE e.task_id = v.task_id" \
	"   AND e.content_digest = v.content_digest" \
	"   AND NOT EXISTS (SELECT 1 FROM version_use u LEFT JOIN source s ON s.name = u.name" \
	"     WHERE u.task_id = v.task_id AND u.number = v.number AND u.kind = 'source'" \
	"     AND (s.id IS NULL OR s.revision > e.revision)))"

DB_SQL(list_all, ROW " FROM version v WHERE v.task_id = $1 ORDER BY v.number DESC");
DB_SQL(get_one, ROW ", v.content FROM version v WHERE v.task_id = $1 AND v.number = $2");
DB_SQL(get_published, ROW ", v.content FROM version v WHERE v.task_id = $1"
	" AND v.state = 'published'");
DB_SQL(newest, "SELECT max(number) FROM version WHERE task_id = $1");
DB_SQL(at_instant, "SELECT number FROM publication WHERE task_id = $1 AND from_us <= $2"
	" AND (until_us IS NULL OR until_us > $2) ORDER BY id DESC LIMIT 1");

static const char *const state_names[VERSION_STATE_COUNT] = {
	[VERSION_READY] = "can-be-published",
	[VERSION_PUBLISHED] = "published",
	[VERSION_OFF_LINE] = "off-line",
	[VERSION_DEPRECATED] = "deprecated",
};

const char *
version_state_name(enum version_state s)
{
	return state_names[s];
}

static enum version_state
state_from(struct str name)
{
	for (int i = 0; i < VERSION_STATE_COUNT; i++)
		if (str_is(name, state_names[i]))
			return (enum version_state)i;
	return VERSION_DEPRECATED; /* the table lets nothing else in */
}

static void
read_row(struct db_stmt *s, bool with_text, struct arena *a, struct version_row *row)
{
	*row = (struct version_row){ .number = db_int(s, 0), .state = state_from(db_bytes(s, 1)),
		.submitted_us = db_int(s, 2), .published_us = db_int(s, 3),
		.submitted_by = db_text(s, 4, a), .published_by = db_text(s, 5, a),
		.note = db_text(s, 6, a), .tested = db_int(s, 7) != 0 };
	if (with_text)
		row->text = arena_str(a, db_bytes(s, 8));
}

bool
version_list(struct workspace *ws, int64_t task_id, struct arena *a, struct version_list *list,
	struct err *err)
{
	struct db_stmt *s = db_query(ws->db, &list_all, err, "i", task_id);
	bool failed = true;

	*list = (struct version_list){ 0 };
	while (s && db_next(s, &failed, err)) {
		list->rows = rows_room(a, list->rows, list->count, sizeof(*list->rows));
		read_row(s, false, a, &list->rows[list->count++]);
	}
	return !failed;
}

static bool
refuse_missing(struct workspace *ws, int64_t task_id, int64_t number, struct err *err)
{
	int64_t last = 0;
	bool found;

	if (number == 0) {
		err_set(err, ERR_STATE, "no version of this task is published");
		return err_hint(err, "publish one: dpstudio publish TASK");
	}
	if (!db_row(ws->db, &newest, NULL, &found, err, "i>i", task_id, &last))
		return false;
	err_set(err, ERR_NOT_FOUND, "there is no version %lld of this task", (long long)number);
	if (last)
		return err_hint(err, "its versions are 1 to %lld", (long long)last);
	return err_hint(err, "it has none yet: test and submit the draft");
}

bool
version_get(struct workspace *ws, int64_t task_id, int64_t number, struct arena *a,
	struct version_row *row, struct err *err)
{
	struct db_stmt *s = number == 0 ?
		db_query(ws->db, &get_published, err, "i", task_id) :
		db_query(ws->db, &get_one, err, "ii", task_id, number);
	bool failed = true;

	if (s && db_next(s, &failed, err)) {
		read_row(s, true, a, row);
		db_end(s);
		return true;
	}
	return !failed && refuse_missing(ws, task_id, number, err);
}

bool
version_at(struct workspace *ws, int64_t task_id, int64_t at_us, int64_t *number,
	struct err *err)
{
	bool found;

	*number = 0;
	return db_row(ws->db, &at_instant, NULL, &found, err, "ii>i", task_id, at_us, number);
}
