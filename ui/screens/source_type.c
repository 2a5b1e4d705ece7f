/* SPDX-License-Identifier: MIT */
/* Data sources: a row for each variant. */
#include "src/run/request.h"
#include "src/source/source.h"
#include "ui/screens/connection_type.h"

#define TEST_TIMEOUT_US (15 * CLOCK_SECOND)

static bool
kind_at(size_t i, struct connection_kind *kind)
{
	const struct source_kind *k = i < source_kind_count() ? source_kind_at(i) : NULL;

	if (k)
		*kind = (struct connection_kind){ k->name, k->label, k->about, k->fields,
			source_common_fields, k->field_count, source_common_field_count };
	return k != NULL;
}

static void
add_row(struct connection_list *list, const struct source_row *s, enum source_env env)
{
	list->rows[list->count++] = (struct connection_row){ s->name, s->kind, s->created_by, env,
		s->updated_us };
}

static bool
list_all(struct workspace *ws, struct arena *a, struct connection_list *list, struct err *err)
{
	struct source_list sources;

	if (!store_source_list(ws, a, &sources, err))
		return false;
	list->rows = arena_array(a, struct connection_row, 3 * sources.count);
	for (size_t i = 0; i < sources.count; i++) {
		const struct source_row *s = &sources.rows[i];

		if (s->has_both)
			add_row(list, s, ENV_AUTO);
		if (s->has_dev)
			add_row(list, s, ENV_DEV);
		if (s->has_prod)
			add_row(list, s, ENV_PROD);
	}
	return true;
}

static bool
get(struct workspace *ws, const struct connection_row *row, bool open, struct settings *settings,
	struct err *err)
{
	struct arena a = ARENA_INIT;
	bool ok = open ? store_source_get(ws, row->name, row->env, &a, NULL, settings, err)
		       : store_source_show(ws, row->name, row->env, &a, NULL, settings, err);

	arena_fini(&a);
	return ok;
}

static bool
check(const char *kind, struct settings *settings, struct err *err)
{
	return source_settings_check(source_kind_find(kind), settings, err);
}

static bool
add(struct workspace *ws, const struct connection_row *row, const struct settings *settings,
	struct err *err)
{
	return store_source_add(ws, row->name, row->kind, row->env, settings, err);
}

static bool
update(struct workspace *ws, const struct connection_row *row, const struct settings *settings,
	struct err *err)
{
	return store_source_update(ws, row->name, row->env, settings, err);
}

static bool
remove_one(struct workspace *ws, const struct connection_row *row, struct err *err)
{
	struct connection_list list = { 0 };
	struct arena a = ARENA_INIT;
	size_t variants = 0;
	bool ok = list_all(ws, &a, &list, err);

	for (size_t i = 0; i < list.count; i++)
		variants += strcmp(list.rows[i].name, row->name) == 0;
	if (ok && variants > 1 && row->env == ENV_AUTO) {
		err_set(err, ERR_STATE, _("'%s' has variants of its own for dev or prod"), row->name);
		ok = err_hint(err, _("remove those first; the common one goes last"));
	}
	ok = ok && store_source_remove(ws, row->name, row->env, err);
	arena_fini(&a);
	return ok;
}

static void
request(const char *kind, const struct settings *settings, struct buf *to)
{
	request_source_settings("ping", kind, settings, NULL, TEST_TIMEOUT_US, to);
}

const struct connection_type source_connections = {
	.list_title = N_("Data sources"),
	.empty = N_("no data source yet: a adds one"),
	.add_title = N_("Add a data source"),
	.remove_title = N_("Remove the data source"),
	.test_title = N_("Connection test"),
	.added = N_("added"),
	.changed = N_("changed; drafts that use it want a new test"),
	.removed = N_("removed"),
	.has_env = true,
	.kind = kind_at,
	.list = list_all,
	.get = get,
	.users = store_source_users,
	.check = check,
	.add = add,
	.update = update,
	.remove = remove_one,
	.request = request,
};

