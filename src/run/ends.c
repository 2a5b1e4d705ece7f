/* SPDX-License-Identifier: MIT */
#include "src/run/ends.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/json.h"
#include "src/task/task_json.h"
#include "src/workspace/db.h"
#include "src/workspace/store_destination.h"

#define MOST 64 /* kept at once */

struct ends {
	struct end {
		char *key; /* "name/env" of a source, ">name" of a destination */
		struct buf text;
	} list[MOST];
	size_t count;
	int64_t seen; /* db_foreign_changes then */
};

void
ends_add_settings(const struct settings *s, struct buf *to)
{
	buf_adds(to, "\"settings\":[");
	for (size_t i = 0; i < s->count; i++) {
		buf_adds(to, i ? ",[" : "[");
		json_add_string(to, str_from(s->list[i].name));
		buf_addc(to, ',');
		json_add_string(to, str_from(s->list[i].value));
		buf_adds(to, s->list[i].secret ? ",true]" : ",false]");
	}
	buf_addc(to, ']');
}

static bool
read_source(struct workspace *ws, const char *name, enum source_env env, struct buf *to,
	struct err *err)
{
	struct settings settings = SETTINGS_INIT;
	struct arena a = ARENA_INIT;
	struct source_row row;
	bool ok = store_source_get(ws, name, env, &a, &row, &settings, err);

	if (ok) {
		buf_adds(to, "{\"kind\":");
		json_add_string(to, str_from(row.kind));
		buf_addc(to, ',');
		ends_add_settings(&settings, to);
		buf_addc(to, '}');
	}
	settings_fini(&settings);
	arena_fini(&a);
	return ok;
}

static bool
read_destination(struct workspace *ws, const char *name, struct buf *to, struct err *err)
{
	struct settings settings = SETTINGS_INIT;
	struct arena a = ARENA_INIT;
	struct destination_row row;
	bool ok = store_destination_get(ws, name, &a, &row, &settings, err);

	if (ok) {
		buf_adds(to, "\"channel\":");
		json_add_string(to, str_from(row.channel));
		buf_addc(to, ',');
		ends_add_settings(&settings, to);
	}
	settings_fini(&settings);
	arena_fini(&a);
	return ok;
}

/* --- what is kept ------------------------------------------------------------------- */

static void
forget(struct ends *ends)
{
	for (size_t i = 0; i < ends->count; i++) {
		struct end *e = &ends->list[i];

		explicit_bzero(e->text.p, e->text.len);
		buf_fini(&e->text);
		free(e->key);
	}
	ends->count = 0;
}

struct ends *
ends_new(void)
{
	return xcalloc(1, sizeof(struct ends));
}

void
ends_free(struct ends *ends)
{
	if (!ends)
		return;
	forget(ends);
	free(ends);
}

static bool
add_kept(struct ends *ends, struct workspace *ws, const char *key, struct buf *to)
{
	int64_t now = ends ? db_foreign_changes(workspace_db(ws)) : 0;

	if (!ends)
		return false;
	if (now != ends->seen || now < 0)
		forget(ends);
	ends->seen = now;
	for (size_t i = 0; i < ends->count; i++)
		if (strcmp(ends->list[i].key, key) == 0) {
			buf_add_str(to, buf_str(&ends->list[i].text));
			return true;
		}
	return false;
}

static void
keep(struct ends *ends, const char *key, struct str text)
{
	struct end *e;

	if (!ends || ends->count == MOST)
		return;
	e = &ends->list[ends->count++];
	*e = (struct end){ xstrdup(key), BUF_INIT };
	buf_reserve(&e->text, text.len);
	buf_add_str(&e->text, text);
}

bool
ends_add_source(struct ends *ends, struct workspace *ws, const char *name, enum source_env env,
	struct buf *to, struct err *err)
{
	char *key = xasprintf("%s/%s", name, source_env_name(env));
	size_t from = to->len;
	bool ok = add_kept(ends, ws, key, to);

	if (!ok && (ok = read_source(ws, name, env, to, err)))
		keep(ends, key, (struct str){ to->p + from, to->len - from });
	free(key);
	return ok;
}

bool
ends_add_destination(struct ends *ends, struct workspace *ws, const char *name, struct buf *to,
	struct err *err)
{
	char *key = xasprintf(">%s", name);
	size_t from = to->len;
	bool ok = add_kept(ends, ws, key, to);

	if (!ok && (ok = read_destination(ws, name, to, err)))
		keep(ends, key, (struct str){ to->p + from, to->len - from });
	free(key);
	return ok;
}
