/* SPDX-License-Identifier: MIT */
/* Destinations: webhooks and mailboxes. */
#include <stdlib.h>

#include "src/channel/channel.h"
#include "src/run/request.h"
#include "src/workspace/store_destination.h"
#include "ui/screens/connection_type.h"

static bool
kind_at(size_t i, struct connection_kind *kind)
{
	const struct channel *c = i < channel_count() ? channel_at(i) : NULL;

	if (c)
		*kind = (struct connection_kind){ c->name, c->label, c->about, c->fields,
			channel_common_fields, c->field_count, channel_common_field_count };
	return c != NULL;
}

static bool
list_all(struct workspace *ws, struct arena *a, struct connection_list *list, struct err *err)
{
	struct destination_list all;

	if (!store_destination_list(ws, a, &all, err))
		return false;
	list->rows = arena_array(a, struct connection_row, all.count);
	for (size_t i = 0; i < all.count; i++)
		list->rows[list->count++] = (struct connection_row){ all.rows[i].name,
			all.rows[i].channel, all.rows[i].created_by, ENV_AUTO,
			all.rows[i].updated_us };
	return true;
}

static bool
get(struct workspace *ws, const struct connection_row *row, bool open, struct settings *settings,
	struct err *err)
{
	struct arena a = ARENA_INIT;
	bool ok = open ? store_destination_get(ws, row->name, &a, NULL, settings, err)
		       : store_destination_show(ws, row->name, &a, NULL, settings, err);

	arena_fini(&a);
	return ok;
}

static bool
check(const char *kind, struct settings *settings, struct err *err)
{
	return channel_settings_check(channel_find(kind), settings, err);
}

static bool
add(struct workspace *ws, const struct connection_row *row, const struct settings *settings,
	struct err *err)
{
	return store_destination_add(ws, row->name, row->kind, settings, err);
}

static bool
update(struct workspace *ws, const struct connection_row *row, const struct settings *settings,
	struct err *err)
{
	return store_destination_update(ws, row->name, settings, err);
}

static bool
remove_one(struct workspace *ws, const struct connection_row *row, struct err *err)
{
	return store_destination_remove(ws, row->name, err);
}

static void
request(const char *kind, const struct settings *settings, struct buf *to)
{
	char *key = xasprintf("studio-test-%lld", (long long)clock_now_us());

	request_note_settings(kind, settings, _("Test message"),
		_("This destination works. It was tried from the studio of dpstudio."), key, to);
	free(key);
}

const struct connection_type destination_connections = {
	.list_title = N_("Destinations"),
	.empty = N_("no destination yet: a adds one"),
	.add_title = N_("Add a destination"),
	.remove_title = N_("Remove the destination"),
	.test_title = N_("Test message"),
	.added = N_("added"),
	.changed = N_("changed"),
	.removed = N_("removed"),
	.kind = kind_at,
	.list = list_all,
	.get = get,
	.users = store_destination_users,
	.check = check,
	.add = add,
	.update = update,
	.remove = remove_one,
	.request = request,
};

