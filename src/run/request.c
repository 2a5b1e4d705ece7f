/* SPDX-License-Identifier: MIT */
#include "src/run/request.h"

#include <stdlib.h>

#include "src/run/ends.h"
#include "src/task/task_json.h"

static void
add_member(struct buf *to, const char *key, struct str value)
{
	buf_addf(to, ",\"%s\":", key);
	json_add_string(to, value);
}

/* --- sources ------------------------------------------------------------------------- */

static bool
used_before(const struct task *task, size_t i, enum source_env env, enum source_env run_env)
{
	for (size_t k = 0; k < i; k++) {
		const struct node *node = &task->nodes[k];
		enum source_env other = node->env == ENV_AUTO ? run_env : node->env;

		if (other == env && strcmp(node->source, task->nodes[i].source) == 0)
			return true;
	}
	return false;
}

static bool
add_sources(struct workspace *ws, const struct run_request *run, struct buf *to, struct err *err)
{
	size_t count = 0;

	buf_adds(to, ",\"sources\":{");
	for (size_t i = 0; i < run->task->node_count; i++) {
		const struct node *node = &run->task->nodes[i];
		enum source_env env = node->env == ENV_AUTO ? run->env : node->env;
		char *key;

		if (!node->source[0] || used_before(run->task, i, env, run->env))
			continue;
		if (count++)
			buf_addc(to, ',');
		key = xasprintf("%s/%s", node->source, source_env_name(env));
		json_add_string(to, str_from(key));
		free(key);
		buf_addc(to, ':');
		if (!ends_add_source(run->ends, ws, node->source, env, to, err))
			return err_wrap(err, "node %s", node->name);
	}
	buf_addc(to, '}');
	return true;
}

/* --- destinations --------------------------------------------------------------------- */

struct names {
	const char *list[256];
	size_t count;
};

static void
add_name(struct names *n, const char *name)
{
	for (size_t i = 0; i < n->count; i++)
		if (strcmp(n->list[i], name) == 0)
			return;
	if (n->count < ARRAY_LEN(n->list))
		n->list[n->count++] = name;
}

static void
wanted_destinations(const struct run_request *run, struct names *n)
{
	const cJSON *to = cJSON_GetObjectItemCaseSensitive(run->overrides, "to"), *one;
	bool given = cJSON_GetArraySize(to) > 0;

	cJSON_ArrayForEach(one, to)
	{
		if (cJSON_IsString(one))
			add_name(n, one->valuestring);
	}
	for (size_t i = 0; !given && i < run->task->node_count; i++) {
		const struct name_list *list = &run->task->nodes[i].destinations;

		for (size_t k = 0; k < list->count; k++)
			add_name(n, list->list[k]);
	}
}

static bool
add_destinations(struct workspace *ws, const struct run_request *run, struct buf *to,
	struct err *err)
{
	struct names names = { .count = 0 };

	wanted_destinations(run, &names);
	buf_adds(to, ",\"destinations\":{");
	for (size_t i = 0; i < names.count; i++) {
		if (i)
			buf_addc(to, ',');
		json_add_string(to, str_from(names.list[i]));
		buf_adds(to, ":{");
		if (!ends_add_destination(run->ends, ws, names.list[i], to, err))
			return false;
		buf_addc(to, '}');
	}
	buf_addc(to, '}');
	return true;
}

static void
add_overrides(const cJSON *overrides, struct buf *to)
{
	static const char *const keys[] = { "set", "to" };

	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		const cJSON *c = cJSON_GetObjectItemCaseSensitive(overrides, keys[i]);

		if (!c)
			continue;
		buf_addf(to, ",\"%s\":", keys[i]);
		json_print_compact(to, c);
	}
}

bool
request_run(struct workspace *ws, const struct run_request *run, struct buf *to, struct err *err)
{
	char date[11];

	date_format(run->business_date, date);
	buf_addf(to, "{\"kind\":\"run\",\"task_id\":\"%lld\",\"run_id\":\"%lld\",\"version\":%lld",
		(long long)run->task_id, (long long)run->run_id, (long long)run->version);
	buf_addf(to, ",\"scheduled_us\":%lld,\"business_date\":\"%s\",\"env\":\"%s\"",
		(long long)run->slot_us, date, source_env_name(run->env));
	buf_addf(to, ",\"timeout_us\":%lld,\"preview\":%s,\"columns\":%d",
		(long long)run->timeout_us, run->preview ? "true" : "false", run->columns);
	add_member(to, "zone", str_from(zone_name(run->zone)));
	add_member(to, "message_id", str_from(run->message_id));
	add_overrides(run->overrides, to);
	buf_adds(to, ",\"definition\":");
	buf_add_str(to, str_trim(run->definition));
	if (!add_sources(ws, run, to, err) || !add_destinations(ws, run, to, err))
		return false;
	buf_addc(to, '}');
	return true;
}

/* --- one source ------------------------------------------------------------------------ */

static void
finish_source(const char *extra, int64_t timeout_us, struct buf *to)
{
	buf_addf(to, ",\"timeout_us\":%lld%s}", (long long)timeout_us, extra ? extra : "");
}

bool
request_source(struct workspace *ws, const char *kind, const char *source, enum source_env env,
	const char *extra, int64_t timeout_us, struct buf *to, struct err *err)
{
	buf_addf(to, "{\"kind\":\"%s\",\"source\":", kind);
	if (!ends_add_source(NULL, ws, source, env, to, err))
		return false;
	finish_source(extra, timeout_us, to);
	return true;
}

void
request_source_settings(const char *kind, const char *source_kind, const struct settings *settings,
	const char *extra, int64_t timeout_us, struct buf *to)
{
	buf_addf(to, "{\"kind\":\"%s\",\"source\":{\"kind\":", kind);
	json_add_string(to, str_from(source_kind));
	buf_addc(to, ',');
	ends_add_settings(settings, to);
	buf_addc(to, '}');
	finish_source(extra, timeout_us, to);
}

/* --- notes --------------------------------------------------------------------------------- */

static void
finish_note(const char *title, const char *text, const char *key, struct buf *to)
{
	add_member(to, "title", str_from(title));
	add_member(to, "text", str_from(text));
	add_member(to, "key", str_from(key));
	buf_addc(to, '}');
}

bool
request_note(struct workspace *ws, const char *destination, const char *title, const char *text,
	const char *key, struct buf *to, struct err *err)
{
	buf_adds(to, "{\"kind\":\"send\",");
	if (!ends_add_destination(NULL, ws, destination, to, err))
		return false;
	finish_note(title, text, key, to);
	return true;
}

void
request_note_settings(const char *channel, const struct settings *settings, const char *title,
	const char *text, const char *key, struct buf *to)
{
	buf_adds(to, "{\"kind\":\"send\",\"channel\":");
	json_add_string(to, str_from(channel));
	buf_addc(to, ',');
	ends_add_settings(settings, to);
	finish_note(title, text, key, to);
}

void
request_message_id(struct workspace *ws, const char *task, int64_t slot_us, int64_t run_id,
	struct buf *to)
{
	struct err ignored = ERR_INIT;
	struct civil c = zone_civil(zone_get("UTC", &ignored), slot_us);

	buf_addc(to, '<');
	for (; *task; task++)
		buf_addc(to, (*task >= 'a' && *task <= 'z') || (*task >= 'A' && *task <= 'Z') ||
				     (*task >= '0' && *task <= '9') || *task == '-'
				? *task : '_');
	buf_addf(to, ".%04d%02d%02dT%02d%02d%02dZ", c.date.year, c.date.month, c.date.day, c.hour,
		c.minute, c.second);
	if (run_id)
		buf_addf(to, ".run%lld", (long long)run_id);
	buf_addf(to, "@%s.dpstudio>", workspace_uuid(ws));
}
