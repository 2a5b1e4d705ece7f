/* SPDX-License-Identifier: MIT */
#include "src/check/check_workspace.h"

#include "src/source/source.h"

static bool
know_source(void *data, const char *name, enum sql_dialect *dialect)
{
	const struct check_workspace *c = data;
	const struct source_kind *kind;

	for (size_t i = 0; i < c->sources.count; i++)
		if (strcmp(c->sources.rows[i].name, name) == 0) {
			kind = source_kind_find(c->sources.rows[i].kind);
			*dialect = kind ? kind->dialect : SQL_GENERIC;
			return true;
		}
	return false;
}

static bool
know_destination(void *data, const char *name, const char **channel)
{
	const struct check_workspace *c = data;

	for (size_t i = 0; i < c->destinations.count; i++)
		if (strcmp(c->destinations.rows[i].name, name) == 0) {
			*channel = c->destinations.rows[i].channel;
			return true;
		}
	return false;
}

static bool
know_calendar(void *data, const char *name)
{
	const struct check_workspace *c = data;

	for (size_t i = 0; i < c->calendars.count; i++)
		if (strcmp(c->calendars.rows[i].name, name) == 0)
			return true;
	return false;
}

static const struct settings *
know_settings(void *data, const char *name)
{
	struct check_workspace *c = data;
	struct err ignored = ERR_INIT;

	for (size_t i = 0; i < c->destinations.count; i++) {
		if (strcmp(c->destinations.rows[i].name, name) != 0)
			continue;
		if (!c->settings_read[i])
			store_destination_show(c->ws, name, &c->arena, NULL, &c->settings[i],
				&ignored);
		c->settings_read[i] = true;
		return &c->settings[i];
	}
	return NULL;
}

bool
check_workspace_init(struct check_workspace *c, struct workspace *ws, struct err *err)
{
	const struct zone *zone = workspace_zone(ws, err);

	*c = (struct check_workspace){
		.context = { .data = c, .source = know_source, .destination = know_destination,
			.calendar = know_calendar, .settings = know_settings },
		.ws = ws,
	};
	if (!zone)
		return false;
	c->context.timezone = zone_name(zone);
	if (store_source_list(ws, &c->arena, &c->sources, err) &&
		store_destination_list(ws, &c->arena, &c->destinations, err) &&
		store_calendar_list(ws, &c->arena, &c->calendars, err)) {
		c->settings = arena_array(&c->arena, struct settings, c->destinations.count + 1);
		c->settings_read = arena_array(&c->arena, bool, c->destinations.count + 1);
		return true;
	}
	check_workspace_fini(c);
	return false;
}

void
check_workspace_fini(struct check_workspace *c)
{
	for (size_t i = 0; c->settings && i < c->destinations.count; i++)
		settings_fini(&c->settings[i]);
	arena_fini(&c->arena);
}
