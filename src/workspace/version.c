/* SPDX-License-Identifier: MIT */
#include "src/workspace/version.h"

#include <stdlib.h>

#include "src/base/clock.h"
#include "src/workspace/audit.h"
#include "src/workspace/draft.h"
#include "src/workspace/handle.h"
#include "src/workspace/plan.h"
#include "src/workspace/test_record.h"

DB_SQL(draft_of, "SELECT content, content_digest, after_test FROM draft WHERE task_id = $1");
DB_SQL(add_version, "INSERT INTO version (task_id, number, state, submitted_us, submitted_by,"
	" note, content_digest, digest, sources, env, mode, runner, content)"
	" SELECT $1, coalesce(max(number), 0) + 1, 'can-be-published', $2, $3, $4, $5, $6, $7,"
	" $8, $9, $10, $11 FROM version WHERE task_id = $1 RETURNING number");
DB_SQL(add_use, "INSERT INTO version_use (task_id, number, kind, name, env)"
	" VALUES ($1, $2, $3, $4, $5)");
DB_SQL(newest_ready, "SELECT max(number) FROM version WHERE task_id = $1"
	" AND state = 'can-be-published' AND number > $2");
DB_SQL(take_off_line, "UPDATE version SET state = 'off-line'"
	" WHERE task_id = $1 AND state = 'published'");
DB_SQL(set_published, "UPDATE version SET state = 'published', published_us = $3,"
	" published_by = $4 WHERE task_id = $1 AND number = $2");
DB_SQL(set_deprecated, "UPDATE version SET state = 'deprecated'"
	" WHERE task_id = $1 AND number = $2");
DB_SQL(end_publication, "UPDATE publication SET until_us = $2"
	" WHERE task_id = $1 AND until_us IS NULL");
DB_SQL(add_publication, "INSERT INTO publication (task_id, number, from_us)"
	" VALUES ($1, $2, $3)");
DB_SQL(task_published, "UPDATE task SET published = $2,"
	" runner = (SELECT v.runner FROM version v WHERE v.task_id = $1 AND v.number = $2),"
	" online_us = coalesce(online_us, $3) WHERE id = $1");
DB_SQL(task_unpublished, "UPDATE task SET published = 0, runner = '', online_us = NULL,"
	" next_us = NULL, next_slot_us = NULL, frozen = 0 WHERE id = $1");
DB_SQL(task_frozen, "UPDATE task SET frozen = 1, next_us = NULL, next_slot_us = NULL"
	" WHERE id = $1");
DB_SQL(task_unfrozen, "UPDATE task SET frozen = 0 WHERE id = $1");
/* A source must have what the environment asks for: its own variant or the common one;
 * in runs "auto" is production. */
DB_SQL(missing_use, "SELECT u.kind, u.name, u.env FROM version_use u"
	" WHERE u.task_id = $1 AND u.number = $2 AND NOT"
	" ((u.kind = 'destination' AND EXISTS (SELECT 1 FROM destination d WHERE d.name = u.name))"
	" OR (u.kind = 'calendar' AND EXISTS (SELECT 1 FROM calendar c WHERE c.name = u.name))"
	" OR (u.kind = 'source' AND EXISTS (SELECT 1 FROM source s"
	" JOIN source_variant w ON w.source_id = s.id WHERE s.name = u.name"
	" AND (w.env = 'auto' OR w.env = CASE u.env WHEN 'auto' THEN 'prod' ELSE u.env END))))"
	" ORDER BY u.kind, u.name LIMIT 1");

static bool
note(struct workspace *ws, const char *action, const char *task, int64_t number,
	const char *more, struct err *err)
{
	char *detail = xasprintf("version %lld%s%s", (long long)number, *more ? ": " : "",
		more);
	bool ok = task_note_in_trail(ws, action, task, detail, err);

	free(detail);
	return ok;
}

/* --- submit ----------------------------------------------------------------------------- */

static bool
add_uses(struct workspace *ws, int64_t task_id, int64_t number, const struct facts *f,
	struct err *err)
{
	for (size_t i = 0; i < f->uses.count; i++) {
		const struct usage *u = &f->uses.rows[i];

		if (!db_exec(ws->db, &add_use, NULL, err, "iittt", task_id, number, u->kind,
			    u->name, u->env))
			return false;
	}
	return true;
}

/* A new version of this text, under the task's present name. */
static bool
insert_version(struct workspace *ws, const struct task_row *task, struct str text,
	const char *remark, int64_t *number, struct err *err)
{
	struct buf canonical = BUF_INIT;
	struct facts f;
	bool ok;

	if (!facts_read_as(&f, text, task->name, &canonical, err))
		return false;
	ok = db_row(ws->db, &add_version, NULL, NULL, err, "iitttttttts>i", task->id,
		     clock_now_us(), audit_who(), remark, f.content_digest, f.digest,
		     buf_text(&f.sources), f.env, f.mode, f.group, buf_str(&canonical),
		     number) &&
		add_uses(ws, task->id, *number, &f, err);
	facts_fini(&f);
	buf_fini(&canonical);
	return ok;
}

static bool
submit(struct workspace *ws, const char *name, const char *remark, struct arena *a,
	int64_t *number, struct err *err)
{
	const char *content_digest;
	struct task_row task;
	int64_t after;
	struct str text;

	return task_store_find(ws, name, a, &task, err) &&
		db_row(ws->db, &draft_of, a, NULL, err, "i>sti", task.id, &text, &content_digest,
			&after) &&
		test_record_check(ws, task.id, name, content_digest, after, 0, err) &&
		insert_version(ws, &task, text, remark, number, err) &&
		note(ws, "submit", name, *number, remark, err);
}

bool
version_submit(struct workspace *ws, const char *task, const char *remark, int64_t *number,
	struct err *err)
{
	struct arena a = ARENA_INIT;
	bool ok = db_begin(ws->db, err) &&
		db_finish(ws->db, submit(ws, task, remark ? remark : "", &a, number, err), err);

	arena_fini(&a);
	return ok;
}

/* --- publish ---------------------------------------------------------------------------- */

static bool
refuse_state(const struct version_row *v, const char *task, const char *action, struct err *err)
{
	err_set(err, ERR_STATE, "version %lld of '%s' is %s and cannot be %s",
		(long long)v->number, task, version_state_name(v->state), action);
	return false;
}

static bool
check_publishable(const struct version_row *v, const char *task, struct err *err)
{
	switch (v->state) {
	case VERSION_READY:
		return true;
	case VERSION_PUBLISHED:
		err_set(err, ERR_STATE, "version %lld of '%s' is published already",
			(long long)v->number, task);
		return err_hint(err, "what is newer waits in dpstudio versions %s", task);
	case VERSION_OFF_LINE:
		refuse_state(v, task, "published again", err);
		return err_hint(err, "to run it again as a new version: dpstudio rollback %s "
			"%lld --publish", task, (long long)v->number);
	case VERSION_DEPRECATED:
	case VERSION_STATE_COUNT:
		break;
	}
	refuse_state(v, task, "published", err);
	return err_hint(err, "to work on from it: dpstudio rollback %s %lld", task,
		(long long)v->number);
}

/* Everything it names must be there: from now on nobody may take it away. */
static bool
check_uses(struct workspace *ws, const char *task, int64_t task_id, int64_t number,
	struct arena *a, struct err *err)
{
	const char *kind, *name, *env;
	bool missing;

	if (!db_row(ws->db, &missing_use, a, &missing, err, "ii>ttt", task_id, number, &kind,
		    &name, &env))
		return false;
	if (!missing)
		return true;
	if (strcmp(kind, "source") != 0) {
		err_set(err, ERR_STATE, "version %lld of '%s' uses the %s '%s', which is not "
			"there", (long long)number, task, kind, name);
		return err_hint(err, "add it: dpstudio %s add %s …", kind, name);
	}
	if (strcmp(env, "auto") == 0)
		env = "prod";
	err_set(err, ERR_STATE, "version %lld of '%s' uses the data source '%s', which has no %s "
		"variant", (long long)number, task, name, env);
	return err_hint(err, "add one: dpstudio source add %s --env %s …", name, env);
}

static bool
choose_ready(struct workspace *ws, const struct task_row *task, int64_t *number,
	struct err *err)
{
	bool found;

	if (*number)
		return true;
	if (!db_row(ws->db, &newest_ready, NULL, &found, err, "ii>i", task->id, task->version,
		    number))
		return false;
	if (*number)
		return true;
	err_set(err, ERR_STATE, "no version of '%s' waits to be published", task->name);
	return err_hint(err, "submit the draft first: dpstudio submit %s", task->name);
}

/* The present one goes off-line and `number` takes its place; on-line since stays. */
static bool
switch_to(struct workspace *ws, const struct task_row *task, int64_t number, struct err *err)
{
	int64_t now = clock_now_us();
	bool keeps_slot = task->next_slot_us && task->next_slot_us <= now;

	return db_exec(ws->db, &take_off_line, NULL, err, "i", task->id) &&
		db_exec(ws->db, &set_published, NULL, err, "iiit", task->id, number, now,
			audit_who()) &&
		db_exec(ws->db, &end_publication, NULL, err, "ii", task->id, now) &&
		db_exec(ws->db, &add_publication, NULL, err, "iii", task->id, number, now) &&
		db_exec(ws->db, &task_published, NULL, err, "iii", task->id, number, now) &&
		(keeps_slot || task->frozen || plan_task(ws, task->id, now - 1, err));
}

static bool
publish_number(struct workspace *ws, const struct task_row *task, int64_t number,
	struct arena *a, struct err *err)
{
	struct version_row version;

	return version_get(ws, task->id, number, a, &version, err) &&
		check_publishable(&version, task->name, err) &&
		check_uses(ws, task->name, task->id, number, a, err) &&
		switch_to(ws, task, number, err) &&
		note(ws, "publish", task->name, number, "", err);
}

static bool
publish(struct workspace *ws, const char *name, int64_t *number, struct arena *a,
	struct err *err)
{
	struct task_row task;

	return task_store_find(ws, name, a, &task, err) &&
		choose_ready(ws, &task, number, err) &&
		publish_number(ws, &task, *number, a, err);
}

bool
version_publish(struct workspace *ws, const char *task, int64_t number, int64_t *published,
	struct err *err)
{
	struct arena a = ARENA_INIT;
	bool ok = db_begin(ws->db, err) &&
		db_finish(ws->db, publish(ws, task, &number, &a, err), err);

	if (ok && published)
		*published = number;
	arena_fini(&a);
	return ok;
}

/* --- off-line, deprecated, frozen ---------------------------------------------------------- */

static bool
find_published(struct workspace *ws, const char *name, struct arena *a, struct task_row *task,
	struct err *err)
{
	if (!task_store_find(ws, name, a, task, err))
		return false;
	if (task->version)
		return true;
	err_set(err, ERR_STATE, "the task '%s' is not published", name);
	return err_hint(err, "publish a version: dpstudio publish %s", name);
}

static bool
unpublish(struct workspace *ws, const char *name, struct arena *a, struct err *err)
{
	struct task_row task;

	return find_published(ws, name, a, &task, err) &&
		db_exec(ws->db, &take_off_line, NULL, err, "i", task.id) &&
		db_exec(ws->db, &end_publication, NULL, err, "ii", task.id, clock_now_us()) &&
		db_exec(ws->db, &task_unpublished, NULL, err, "i", task.id) &&
		note(ws, "unpublish", name, task.version, "", err);
}

bool
version_unpublish(struct workspace *ws, const char *task, struct err *err)
{
	struct arena a = ARENA_INIT;
	bool ok = db_begin(ws->db, err) &&
		db_finish(ws->db, unpublish(ws, task, &a, err), err);

	arena_fini(&a);
	return ok;
}

static bool
deprecate(struct workspace *ws, const char *name, int64_t number, struct arena *a,
	struct err *err)
{
	struct version_row version;
	struct task_row task;

	if (!task_store_find(ws, name, a, &task, err) ||
		!version_get(ws, task.id, number, a, &version, err))
		return false;
	if (version.state != VERSION_READY) {
		refuse_state(&version, name, "deprecated", err);
		if (version.state == VERSION_PUBLISHED)
			err_hint(err, "to take it off-line: dpstudio unpublish %s", name);
		return false;
	}
	return db_exec(ws->db, &set_deprecated, NULL, err, "ii", task.id, number) &&
		note(ws, "deprecate", name, number, "", err);
}

bool
version_deprecate(struct workspace *ws, const char *task, int64_t number, struct err *err)
{
	struct arena a = ARENA_INIT;
	bool ok = db_begin(ws->db, err) &&
		db_finish(ws->db, deprecate(ws, task, number, &a, err), err);

	arena_fini(&a);
	return ok;
}

static bool
freeze(struct workspace *ws, const char *name, bool frozen, struct arena *a, struct err *err)
{
	struct task_row task;

	if (!find_published(ws, name, a, &task, err))
		return false;
	if (task.frozen == frozen)
		return true;
	return db_exec(ws->db, frozen ? &task_frozen : &task_unfrozen, NULL, err, "i", task.id) &&
		(frozen || plan_task(ws, task.id, clock_now_us(), err)) &&
		note(ws, frozen ? "freeze" : "unfreeze", name, task.version, "", err);
}

bool
version_freeze(struct workspace *ws, const char *task, bool frozen, struct err *err)
{
	struct arena a = ARENA_INIT;
	bool ok = db_begin(ws->db, err) &&
		db_finish(ws->db, freeze(ws, task, frozen, &a, err), err);

	arena_fini(&a);
	return ok;
}

/* --- roll back -------------------------------------------------------------------------------- */

/* Its content becomes the draft, under the task's present name; the old draft goes to
 * the journal. */
static bool
put_into_draft(struct workspace *ws, const struct task_row *task,
	const struct version_row *version, bool force, struct arena *a, struct err *err)
{
	struct buf text = BUF_INIT;
	struct facts f;
	bool ok;

	if ((!force && !draft_lease_check(ws, task->id, NULL, err)) ||
		!facts_read_as(&f, version->text, task->name, &text, err))
		return false;
	ok = draft_store(ws, task->id, task->draft_revision, &f, buf_str(&text),
		     arena_printf(a, "rollback to %lld", (long long)version->number), err) &&
		draft_needs_new_test(ws, task->id, err) &&
		note(ws, "rollback", task->name, version->number, "", err);
	facts_fini(&f);
	buf_fini(&text);
	return ok;
}

static bool
find_version(struct workspace *ws, const char *name, int64_t number, struct arena *a,
	struct task_row *task, struct version_row *version, struct err *err)
{
	if (number <= 0)
		return err_set(err, ERR_USAGE, "name the version to roll back to");
	return task_store_find(ws, name, a, task, err) &&
		version_get(ws, task->id, number, a, version, err);
}

static bool
rollback(struct workspace *ws, const char *name, int64_t number, bool force, struct arena *a,
	struct err *err)
{
	struct version_row version;
	struct task_row task;

	return find_version(ws, name, number, a, &task, &version, err) &&
		put_into_draft(ws, &task, &version, force, a, err);
}

bool
version_rollback(struct workspace *ws, const char *task, int64_t number, bool force,
	struct err *err)
{
	struct arena a = ARENA_INIT;
	bool ok = db_begin(ws->db, err) &&
		db_finish(ws->db, rollback(ws, task, number, force, &a, err), err);

	arena_fini(&a);
	return ok;
}

static bool
check_own_test(struct workspace *ws, const struct task_row *task,
	const struct version_row *version, struct err *err)
{
	struct facts f;
	bool ok;

	if (version->state == VERSION_DEPRECATED) {
		refuse_state(version, task->name, "published", err);
		return err_hint(err, "roll back without --publish, then test and submit");
	}
	if (!facts_read(&f, version->text, err))
		return false;
	ok = test_record_check(ws, task->id, task->name, f.content_digest, 0, version->number,
		err);
	facts_fini(&f);
	return ok;
}

static bool
rollback_publish(struct workspace *ws, const char *name, int64_t number, bool force,
	struct arena *a, int64_t *made, struct err *err)
{
	struct version_row version;
	struct task_row task;

	return find_version(ws, name, number, a, &task, &version, err) &&
		check_own_test(ws, &task, &version, err) &&
		put_into_draft(ws, &task, &version, force, a, err) &&
		insert_version(ws, &task, version.text,
			arena_printf(a, "rollback to version %lld", (long long)number), made,
			err) &&
		note(ws, "submit", name, *made, "rollback", err) &&
		publish_number(ws, &task, *made, a, err);
}

bool
version_rollback_publish(struct workspace *ws, const char *task, int64_t number, bool force,
	int64_t *new_number, struct err *err)
{
	struct arena a = ARENA_INIT;
	int64_t made = 0;
	bool ok = db_begin(ws->db, err) &&
		db_finish(ws->db, rollback_publish(ws, task, number, force, &a, &made, err), err);

	if (ok && new_number)
		*new_number = made;
	arena_fini(&a);
	return ok;
}
