/* SPDX-License-Identifier: MIT */
#include "src/workspace/workspace.h"

#include <stdlib.h>

#include "src/task/task_json.h"
#include "src/workspace/audit.h"
#include "src/workspace/handle.h"
#include "src/workspace/store_destination.h"
#include "src/workspace/version.h"

DB_SQL(setting_get, "SELECT value FROM setting WHERE name = $1");
DB_SQL(setting_set, "INSERT INTO setting (name, value) VALUES ($1, $2)"
	" ON CONFLICT (name) DO UPDATE SET value = excluded.value");
DB_SQL(setting_remove, "DELETE FROM setting WHERE name = $1");

enum setting_id { SETTING_TIMEZONE, SETTING_NOTIFY, SETTING_JOBS, SETTING_RETENTION, SETTING_SOURCE_JOBS, SETTING_METRICS };

const struct workspace_setting workspace_settings[] = {
	[SETTING_TIMEZONE] = { "timezone", "UTC", "time zone of schedules that name none" },
	[SETTING_NOTIFY] = { "notify", "", "destination of failure notices" },
	[SETTING_JOBS] = { "jobs", "4", "runs at the same time, 1 to 64" },
	[SETTING_RETENTION] = { "retention", "90d",
		"how long ended runs are kept: a number and m, h or d, or 0 for ever" },
	[SETTING_SOURCE_JOBS] = { "source_jobs", "0",
		"runs at the same time on one data source, 1 to 64, or 0: as many as jobs" },
	[SETTING_METRICS] = { "metrics", "",
		"file for Prometheus' node exporter, written after each pass that did something" },
	{ 0 },
};

static const struct workspace_setting *
find(const char *name, struct err *err)
{
	const char *near = NULL;
	int best = 4;

	for (const struct workspace_setting *s = workspace_settings; s->name; s++) {
		int d = str_distance(str_from(name), str_from(s->name), best - 1);

		if (d == 0)
			return s;
		if (d < best) {
			best = d;
			near = s->name;
		}
	}
	err_set(err, ERR_NOT_FOUND, "there is no setting '%s'", name);
	err_hint(err, "%s%s", near ? "did you mean " : "workspace show lists them",
		near ? near : "");
	return NULL;
}

static bool
get(struct workspace *ws, enum setting_id which, struct arena *a, const char **value,
	struct err *err)
{
	bool found;

	*value = workspace_settings[which].initial;
	return db_row(ws->db, &setting_get, a, &found, err, "t>t",
		workspace_settings[which].name, value);
}

bool
workspace_get(struct workspace *ws, const char *name, struct arena *a, const char **value,
	struct err *err)
{
	const struct workspace_setting *s = find(name, err);

	return s && get(ws, (enum setting_id)(s - workspace_settings), a, value, err);
}

bool
workspace_setting_store(struct workspace *ws, const char *name, const char *value,
	struct err *err)
{
	if (*value == '\0')
		return db_exec(ws->db, &setting_remove, NULL, err, "t", name);
	return db_exec(ws->db, &setting_set, NULL, err, "tt", name, value);
}

/* --- values ------------------------------------------------------------------------ */

static bool
parse_jobs(const char *value, int *jobs, struct err *err)
{
	int64_t n;

	if (!str_to_int64(str_from(value), &n) || n < 1 || n > 64)
		return err_set(err, ERR_INPUT, "jobs is a number from 1 to 64, not '%s'", value);
	*jobs = (int)n;
	return true;
}

static bool
parse_retention(const char *value, int64_t *us, struct err *err)
{
	int64_t seconds = 0;

	if (strcmp(value, "0") != 0 &&
		(!duration_parse(str_from(value), &seconds) || seconds < 0 ||
			seconds > INT64_MAX / 1000000)) {
		err_set(err, ERR_INPUT, "retention is a duration, not '%s'", value);
		return err_hint(err, "as 90d, 12h, or 0 for ever");
	}
	*us = seconds * 1000000;
	return true;
}

static bool
check_notify(struct workspace *ws, const char *value, struct err *err)
{
	struct settings shown = SETTINGS_INIT;
	struct arena a = ARENA_INIT;
	bool ok = store_destination_show(ws, value, &a, NULL, &shown, err);

	settings_fini(&shown);
	arena_fini(&a);
	return ok;
}

static bool
check_value(struct workspace *ws, enum setting_id which, const char *value, struct err *err)
{
	int64_t us;
	int jobs;

	if (*value == '\0')
		return true;
	switch (which) {
	case SETTING_TIMEZONE:
		return zone_get(value, err) != NULL;
	case SETTING_NOTIFY:
		return check_notify(ws, value, err);
	case SETTING_JOBS:
		return parse_jobs(value, &jobs, err);
	case SETTING_RETENTION:
		return parse_retention(value, &us, err);
	case SETTING_SOURCE_JOBS:
		return strcmp(value, "0") == 0 || parse_jobs(value, &jobs, err);
	case SETTING_METRICS:
		return *value == '/' || err_set(err, ERR_INPUT, "metrics is an absolute path");
	}
	return true;
}

static bool
store(struct workspace *ws, enum setting_id which, const char *value, struct err *err)
{
	const char *name = workspace_settings[which].name;
	char *detail = xasprintf("%s=%s", name, value);
	bool ok = workspace_setting_store(ws, name, value, err) &&
		audit_add(ws, "set", "workspace", detail, err) &&
		(which != SETTING_TIMEZONE || version_replan(ws, true, err));

	free(detail);
	return ok;
}

bool
workspace_set(struct workspace *ws, const char *name, const char *value, struct err *err)
{
	const struct workspace_setting *s = find(name, err);
	enum setting_id which;

	if (!s)
		return false;
	which = (enum setting_id)(s - workspace_settings);
	return check_value(ws, which, value, err) && db_begin(ws->db, err) &&
		db_finish(ws->db, store(ws, which, value, err), err);
}

/* --- read by kind --------------------------------------------------------------------- */

const struct zone *
workspace_zone(struct workspace *ws, struct err *err)
{
	struct arena a = ARENA_INIT;
	const struct zone *zone = NULL;
	const char *value;

	if (get(ws, SETTING_TIMEZONE, &a, &value, err))
		zone = zone_get(value, err);
	arena_fini(&a);
	return zone;
}

bool
workspace_jobs(struct workspace *ws, int *jobs, struct err *err)
{
	struct arena a = ARENA_INIT;
	const char *value;
	bool ok = get(ws, SETTING_JOBS, &a, &value, err) && parse_jobs(value, jobs, err);

	arena_fini(&a);
	return ok;
}

bool
workspace_source_jobs(struct workspace *ws, int *jobs, struct err *err)
{
	struct arena a = ARENA_INIT;
	const char *value;
	bool ok = get(ws, SETTING_SOURCE_JOBS, &a, &value, err);

	*jobs = 0;
	if (ok && strcmp(value, "0") != 0)
		ok = parse_jobs(value, jobs, err);
	arena_fini(&a);
	return ok;
}

bool
workspace_retention_us(struct workspace *ws, int64_t *us, struct err *err)
{
	struct arena a = ARENA_INIT;
	const char *value;
	bool ok = get(ws, SETTING_RETENTION, &a, &value, err) && parse_retention(value, us, err);

	arena_fini(&a);
	return ok;
}

bool
workspace_notify(struct workspace *ws, struct arena *a, const char **name, struct err *err)
{
	return get(ws, SETTING_NOTIFY, a, name, err);
}
