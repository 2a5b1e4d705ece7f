/* SPDX-License-Identifier: MIT */
#include "src/workspace/audit.h"

#include <pwd.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/clock.h"
#include "src/base/path.h"
#include "src/workspace/handle.h"

#define DIGEST 32

DB_SQL(last_digest, "SELECT digest FROM audit ORDER BY id DESC LIMIT 1");
DB_SQL(next_id, "SELECT coalesce(max(id), 0) + 1 FROM audit");
DB_SQL(add_row, "INSERT INTO audit (id, at_us, who, action, object, detail, digest)"
	" VALUES ($1, $2, $3, $4, $5, $6, $7)");
DB_SQL(all_rows, "SELECT id, at_us, who, action, object, detail, digest FROM audit ORDER BY id");
DB_SQL(list_rows, "SELECT id, at_us, who, action, object, detail FROM audit"
	" ORDER BY id DESC LIMIT $1");
DB_SQL(list_rows_of, "SELECT id, at_us, who, action, object, detail FROM audit"
	" WHERE object = $1 ORDER BY id DESC LIMIT $2");
DB_SQL(head_get, "SELECT value FROM meta WHERE key = 'audit_head'");
DB_SQL(head_set, "INSERT INTO meta (key, value) VALUES ('audit_head', $1)"
	" ON CONFLICT (key) DO UPDATE SET value = excluded.value");

/* --- who -------------------------------------------------------------------------- */

/* The uid of the login that all this came from, through su and sudo. */
static bool
login_uid(uid_t *uid)
{
	struct buf text = BUF_INIT;
	struct err ignored = ERR_INIT;
	int64_t value = -1;
	bool ok = path_read("/proc/self/loginuid", 64, &text, &ignored) &&
		str_to_int64(str_trim(buf_str(&text)), &value) && value >= 0 &&
		value < UINT32_MAX; /* -1: no login (a daemon, a container) */

	buf_fini(&text);
	if (ok)
		*uid = (uid_t)value;
	return ok;
}

static void
name_of(uid_t uid, char *to, size_t size)
{
	const struct passwd *pw = getpwuid(uid);

	if (pw)
		snprintf(to, size, "%s", pw->pw_name);
	else
		snprintf(to, size, "uid %lu", (unsigned long)uid);
}

const char *
audit_who(void)
{
	static char who[AUDIT_WHO_MAX];
	char login[AUDIT_WHO_MAX / 2 - 8], effective[AUDIT_WHO_MAX / 2 - 8];
	const char *sudo_user = getenv("SUDO_USER");
	uid_t uid;

	if (who[0])
		return who;
	name_of(geteuid(), effective, sizeof(effective));
	if (login_uid(&uid))
		name_of(uid, login, sizeof(login));
	else if (sudo_user && *sudo_user)
		snprintf(login, sizeof(login), "%s", sudo_user);
	else
		name_of(getuid(), login, sizeof(login));
	if (strcmp(login, effective) == 0)
		snprintf(who, sizeof(who), "%s", login);
	else
		snprintf(who, sizeof(who), "%s (as %s)", login, effective);
	return who;
}

/* --- the chain ---------------------------------------------------------------------- */

static void
hash_word(crypto_generichash_state *state, struct str s)
{
	unsigned char length[8];

	for (size_t i = 0; i < sizeof(length); i++)
		length[i] = (unsigned char)((uint64_t)s.len >> (8 * i));
	crypto_generichash_update(state, length, sizeof(length));
	if (s.len)
		crypto_generichash_update(state, (const unsigned char *)s.p, s.len);
}

/* Over the row before and every column of this one, each with its length. */
static void
digest_row(struct str before, const struct audit_row *row, unsigned char digest[DIGEST])
{
	crypto_generichash_state state;
	char numbers[48];

	secret_ready();
	crypto_generichash_init(&state, NULL, 0, DIGEST);
	snprintf(numbers, sizeof(numbers), "%lld %lld", (long long)row->id,
		(long long)row->at_us);
	hash_word(&state, before);
	hash_word(&state, str_from(numbers));
	hash_word(&state, str_from(row->who));
	hash_word(&state, str_from(row->action));
	hash_word(&state, str_from(row->object));
	hash_word(&state, str_from(row->detail));
	crypto_generichash_final(&state, digest, DIGEST);
}

static void
head_text(int64_t id, const unsigned char digest[DIGEST], char text[128])
{
	char hex[2 * DIGEST + 1];

	sodium_bin2hex(hex, sizeof(hex), digest, DIGEST);
	snprintf(text, 128, "%lld %s", (long long)id, hex);
}

static bool
append(struct workspace *ws, struct audit_row *row, struct arena *a, struct err *err)
{
	struct db *db = workspace_db(ws);
	unsigned char digest[DIGEST];
	struct str before = STR_NONE;
	char head[128];
	bool found;

	if (!db_row(db, &last_digest, a, &found, err, ">s", &before) ||
		!db_row(db, &next_id, a, NULL, err, ">i", &row->id))
		return false;
	digest_row(before, row, digest);
	head_text(row->id, digest, head);
	return db_exec(db, &add_row, NULL, err, "iittttb", row->id, row->at_us, row->who,
		       row->action, row->object, row->detail,
		       (struct str){ (const char *)digest, DIGEST }) &&
		db_exec(db, &head_set, NULL, err, "t", head);
}

bool
audit_add(struct workspace *ws, const char *action, const char *object, const char *detail,
	struct err *err)
{
	struct audit_row row = { .at_us = clock_now_us(), .who = audit_who(), .action = action,
		.object = object, .detail = detail ? detail : "" };
	struct arena a = ARENA_INIT;
	bool ok;

	if (!db_begin(workspace_db(ws), err))
		return false;
	ok = db_finish(workspace_db(ws), append(ws, &row, &a, err), err);
	arena_fini(&a);
	return ok;
}

static void
read_row(struct db_stmt *s, struct arena *a, struct audit_row *row)
{
	*row = (struct audit_row){ .id = db_int(s, 0), .at_us = db_int(s, 1),
		.who = db_text(s, 2, a), .action = db_text(s, 3, a),
		.object = db_text(s, 4, a), .detail = db_text(s, 5, a) };
}

bool
audit_list(struct workspace *ws, const char *object, int64_t limit, struct arena *a,
	struct audit_list *list, struct err *err)
{
	struct db *db = workspace_db(ws);
	int64_t most = limit > 0 ? limit : INT64_MAX;
	struct db_stmt *s = object ? db_query(db, &list_rows_of, err, "ti", object, most) :
				     db_query(db, &list_rows, err, "i", most);
	bool failed = true;

	*list = (struct audit_list){ 0 };
	while (s && db_next(s, &failed, err)) {
		list->rows = rows_room(a, list->rows, list->count, sizeof(*list->rows));
		read_row(s, a, &list->rows[list->count++]);
	}
	return !failed;
}

static bool
broken(struct workspace *ws, int64_t id, const char *what, struct err *err)
{
	err_set(err, ERR_WORKSPACE, "%s: the audit trail is not as it was written: row %lld %s",
		workspace_path(ws), (long long)id, what);
	return err_hint(err, "compare it with a backup: somebody changed it by other means");
}

/* Walks the chain; leaves the last row's place in *last and `digest`. */
static bool
walk(struct workspace *ws, int64_t *count, int64_t *last, unsigned char digest[DIGEST],
	struct err *err)
{
	struct db_stmt *s = db_query(workspace_db(ws), &all_rows, err, "");
	struct str before = STR_NONE;
	bool failed = true;

	while (s && db_next(s, &failed, err)) {
		struct arena a = ARENA_INIT;
		struct audit_row row;
		bool same;

		read_row(s, &a, &row);
		digest_row(before, &row, digest);
		same = str_equal(db_bytes(s, 6), (struct str){ (const char *)digest, DIGEST });
		arena_fini(&a);
		if (!same || row.id != *last + 1) {
			db_end(s);
			return broken(ws, row.id, same ? "follows a missing one" : "was changed",
				err);
		}
		before = (struct str){ (const char *)digest, DIGEST };
		*last = row.id;
		(*count)++;
	}
	return !failed;
}

static bool
verify(struct workspace *ws, int64_t *count, struct arena *a, struct err *err)
{
	unsigned char digest[DIGEST] = { 0 };
	const char *noted = "";
	char head[128] = "";
	int64_t last = 0;
	bool found;

	if (!walk(ws, count, &last, digest, err) ||
		!db_row(workspace_db(ws), &head_get, a, &found, err, ">t", &noted))
		return false;
	if (last > 0)
		head_text(last, digest, head);
	if (strcmp(head, noted) != 0)
		return broken(ws, last, "is not the last one that was written", err);
	return true;
}

bool
audit_verify(struct workspace *ws, int64_t *count, struct err *err)
{
	struct arena a = ARENA_INIT;
	bool ok;

	*count = 0;
	if (!db_begin_read(workspace_db(ws), err))
		return false;
	ok = verify(ws, count, &a, err);
	db_rollback(workspace_db(ws));
	arena_fini(&a);
	return ok;
}
