/* SPDX-License-Identifier: MIT */
#include "src/workspace/fields.h"

#include <string.h>

#include "src/workspace/handle.h"
#include "src/workspace/vault.h"

static bool
write_one(struct workspace *ws, const struct fields_table *table, int64_t owner_id,
	const char *uuid, int64_t position, const struct settings *all, struct err *err)
{
	const struct setting *s = &all->list[position];
	struct vault_place place = { table->name, uuid, s->name };
	struct buf sealed = BUF_INIT;
	char scratch[96];
	bool ok;

	if (!s->secret)
		return db_exec(ws->db, table->insert, NULL, err, "iittn", owner_id, position,
			s->name, s->value);
	ok = vault_seal(ws, &place, str_from(s->value), &sealed, err) &&
		db_exec(ws->db, table->insert, NULL, err, "iittb", owner_id, position, s->name,
			settings_shown(all, s->name, scratch), buf_str(&sealed));
	buf_fini(&sealed);
	return ok;
}

bool
fields_write(struct workspace *ws, const struct fields_table *table, int64_t owner_id,
	const char *uuid, const struct settings *settings, struct err *err)
{
	if (!db_exec(ws->db, table->remove, NULL, err, "i", owner_id))
		return false;
	for (size_t i = 0; i < settings->count; i++)
		if (!write_one(ws, table, owner_id, uuid, (int64_t)i, settings, err))
			return false;
	return true;
}

struct field_row {
	const char *name;
	struct str shown, sealed;
	bool secret;
};

static bool
read_one(struct workspace *ws, const struct fields_table *table, const char *uuid,
	const struct field_row *row, struct settings *settings, struct err *err)
{
	struct vault_place place = { table->name, uuid, row->name };
	struct secret value = SECRET_INIT;
	bool ok = vault_open(ws, &place, row->sealed, &value, err);

	if (ok)
		settings_set(settings, row->name, secret_expose(&value), true);
	secret_fini(&value);
	return ok;
}

bool
fields_read(struct workspace *ws, const struct fields_table *table, int64_t owner_id,
	const char *uuid, bool open, struct settings *settings, struct err *err)
{
	struct arena a = ARENA_INIT;
	struct db_stmt *s = db_query(ws->db, table->select, err, "i", owner_id);
	struct field_row *rows = NULL;
	size_t count = 0;
	bool failed = true;

	while (s && db_next(s, &failed, err)) {
		rows = rows_room(&a, rows, count, sizeof(*rows));
		rows[count++] = (struct field_row){ db_text(s, 0, &a),
			arena_str(&a, db_bytes(s, 1)), arena_str(&a, db_bytes(s, 2)),
			!db_is_null(s, 2) };
	}
	for (size_t i = 0; !failed && i < count; i++) {
		if (!rows[i].secret || !open)
			settings_set(settings, rows[i].name, rows[i].shown, false);
		else
			failed = !read_one(ws, table, uuid, &rows[i], settings, err);
	}
	arena_fini(&a);
	return !failed;
}

bool
fields_equal(const struct settings *a, const struct settings *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++) {
		const struct setting *s = &a->list[i];
		bool there = false;

		for (size_t k = 0; k < b->count; k++)
			there = there || (strcmp(s->name, b->list[k].name) == 0 &&
				s->secret == b->list[k].secret &&
				strcmp(s->value, b->list[k].value) == 0);
		if (!there)
			return false;
	}
	return true;
}

void
fields_list_names(const char *const *names, size_t count, struct buf *to)
{
	size_t shown = count > 6 ? 5 : count;

	for (size_t i = 0; i < shown; i++) {
		if (i > 0)
			buf_adds(to, i + 1 == count ? " and " : ", ");
		buf_adds(to, names[i]);
	}
	if (shown < count)
		buf_addf(to, " and %zu more", count - shown);
}
