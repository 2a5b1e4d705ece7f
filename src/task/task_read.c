/* SPDX-License-Identifier: MIT */
#include "src/task/task_json.h"

#include "src/task/reader.h"

#define MAX_PARAMETERS 1000
#define MAX_CONDITIONS 100
#define MAX_NOTIFY 100
#define MAX_JITTER_S 86400
#define MAX_TIMEOUT_S (168 * 3600)

static bool
is_parameter_name(struct str name)
{
	for (size_t i = 0; i < name.len; i++) {
		char c = name.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
			    c == '_' || (unsigned char)c >= 0x80))
			return false;
	}
	return name.len > 0 && name.len <= TASK_NAME_MAX;
}

static bool
read_parameters(struct task_reader *r, const struct place *at)
{
	struct task *t = r->task;
	struct place map, item;
	const cJSON *c;

	place_key(&map, at, "parameters");
	if (!map.json)
		return true;
	if (!cJSON_IsObject(map.json))
		return place_fail(r, &map, "must be an object: {\"date\": \"${yyyymmdd}\"}");
	if (cJSON_GetArraySize(map.json) > MAX_PARAMETERS)
		return place_fail(r, &map, "has more than %d parameters", MAX_PARAMETERS);
	t->parameters = arena_array(&t->arena, struct parameter,
		(size_t)cJSON_GetArraySize(map.json));
	cJSON_ArrayForEach(c, map.json) {
		struct parameter *p = &t->parameters[t->parameter_count++];

		place_key(&item, &map, c->string);
		if (!is_parameter_name(str_from(c->string)))
			return place_fail(r, &map, "\"%s\" is no name for a parameter: letters, "
				"digits and _", c->string);
		p->name = arena_strdup(&t->arena, c->string);
		if (!read_scalar(r, &item, &p->value))
			return false;
	}
	return true;
}

static bool
read_nodes(struct task_reader *r, const struct place *at)
{
	struct task *t = r->task;
	struct place list, item;
	const cJSON *c;
	size_t count;

	place_key(&list, at, "nodes");
	if (!read_list(r, &list, TASK_MAX_NODES, &count))
		return false;
	t->nodes = arena_array(&t->arena, struct node, count);
	cJSON_ArrayForEach(c, list.json) {
		place_item(&item, &list, c, t->node_count);
		if (!read_node(r, &item, &t->nodes[t->node_count]))
			return false;
		if (task_find_node(t, t->nodes[t->node_count].name))
			return place_fail_key(r, &item, "name", "a second node is called \"%s\"",
				t->nodes[t->node_count].name);
		t->node_count++;
	}
	return true;
}

static bool
read_date(struct task_reader *r, const struct place *at, const char *key, struct date *date)
{
	const char *text;
	struct err inner = ERR_INIT;

	if (!json_get_string(at->json, at->way, key, "", &text, r->err))
		return false;
	if (!*text || date_parse(str_from(text), date, &inner))
		return true;
	return place_fail_key(r, at, key, "\"%s\" is not a date like \"2026-01-31\"", text);
}

static bool
read_effective(struct task_reader *r, const struct place *at)
{
	static const char *const keys[] = { "from", "to", NULL };
	struct task *t = r->task;
	struct place inner;

	place_key(&inner, at, "effective");
	if (!inner.json)
		return true;
	if (!read_object(r, &inner, keys) || !read_date(r, &inner, "from", &t->from) ||
		!read_date(r, &inner, "to", &t->to))
		return false;
	return !t->from.year || !t->to.year || date_compare(t->from, t->to) <= 0 ||
	       place_fail(r, &inner, "ends before it begins");
}

static bool
read_timeout(struct task_reader *r, const struct place *at)
{
	const char *text;

	if (!json_get_string(at->json, at->way, "timeout", "default", &text, r->err))
		return false;
	r->task->timeout_default = strcmp(text, "default") == 0;
	return r->task->timeout_default ||
	       read_duration(r, at, "timeout", TASK_TIMEOUT_DEFAULT_S, 60, MAX_TIMEOUT_S,
		       &r->task->timeout_s);
}

static bool
read_missed_all(struct task_reader *r, const struct place *at)
{
	static const char *const keys[] = { "all", NULL };
	static const char *const all_keys[] = { "max", "age", NULL };
	struct place all;

	if (!read_object(r, at, keys))
		return false;
	place_key(&all, at, "all");
	r->task->missed = MISSED_ALL;
	return read_object(r, &all, all_keys) &&
	       json_get_integer(all.json, all.way, "max", r->task->missed_max, 1, 10000,
		       &r->task->missed_max, r->err) &&
	       read_duration(r, &all, "age", r->task->missed_age_s, 60, 366 * 86400,
		       &r->task->missed_age_s);
}

static bool
read_missed(struct task_reader *r, const struct place *at)
{
	struct place inner;
	int missed;

	place_key(&inner, at, "missed");
	if (cJSON_IsObject(inner.json))
		return read_missed_all(r, &inner);
	if (!read_word(r, at, "missed", &missed_words, MISSED_ONCE, &missed))
		return false;
	r->task->missed = (enum missed)missed;
	return true;
}

static bool
read_retry(struct task_reader *r, const struct place *at)
{
	static const char *const keys[] = { "times", "interval", NULL };
	struct place inner;
	int64_t times = r->task->retry_times;

	place_key(&inner, at, "retry");
	if (!inner.json)
		return true;
	if (!read_object(r, &inner, keys) ||
		!json_get_integer(inner.json, inner.way, "times", times, 0, 10, &times, r->err) ||
		!read_duration(r, &inner, "interval", r->task->retry_interval_s, 60, 1800,
			&r->task->retry_interval_s))
		return false;
	r->task->retry_times = (int)times;
	return true;
}

static bool
read_conditions(struct task_reader *r, const struct place *at)
{
	static const char *const keys[] = { "node", "column", "op", "value", NULL };
	struct task *t = r->task;
	struct place list, item;
	const cJSON *c;
	size_t count;

	place_key(&list, at, "conditions");
	if (!read_list(r, &list, MAX_CONDITIONS, &count))
		return false;
	t->conditions = arena_array(&t->arena, struct condition, count);
	cJSON_ArrayForEach(c, list.json) {
		struct condition *one = &t->conditions[t->condition_count];

		place_item(&item, &list, c, t->condition_count++);
		if (!read_object(r, &item, keys) || !read_needed(r, &item, "node", &one->node) ||
			!read_needed(r, &item, "column", &one->column) ||
			!read_op(r, &item, &one->op, &one->value, &one->value2))
			return false;
	}
	return true;
}

static bool
read_ping(struct task_reader *r, const struct place *at)
{
	struct place inner;

	place_key(&inner, at, "ping");
	if (cJSON_IsString(inner.json)) {
		place_fail(r, &inner, "must be true or false: its URL is a secret");
		return err_hint(r->err, "write \"ping\": true here and give the URL to the "
				"workspace, which keeps it encrypted");
	}
	return json_get_bool(at->json, at->way, "ping", false, &r->task->has_ping, r->err);
}

static bool
read_calendar(struct task_reader *r, const struct place *at)
{
	static const char *const keys[] = { "name", "rule", NULL };
	struct place inner;
	int rule;

	place_key(&inner, at, "calendar");
	if (!inner.json)
		return true;
	if (!read_object(r, &inner, keys) ||
		!read_needed(r, &inner, "name", &r->task->calendar) ||
		!read_word(r, &inner, "rule", &calendar_rule_words, CALENDAR_SKIP, &rule))
		return false;
	r->task->calendar_rule = (enum calendar_rule)rule;
	return true;
}

static bool
read_policies(struct task_reader *r, const struct place *at)
{
	struct task *t = r->task;
	int overlap, when_empty, oversize, mode;

	if (!read_word(r, at, "overlap", &overlap_words, OVERLAP_SKIP, &overlap) ||
		!read_word(r, at, "when_empty", &when_empty_words, EMPTY_SEND, &when_empty) ||
		!read_word(r, at, "oversize", &oversize_words, OVERSIZE_SPLIT, &oversize) ||
		!read_word(r, at, "mode", &task_mode_words, MODE_NORMAL, &mode))
		return false;
	t->overlap = (enum overlap)overlap;
	t->when_empty = (enum when_empty)when_empty;
	t->oversize = (enum oversize)oversize;
	t->mode = (enum task_mode)mode;
	return read_timeout(r, at) && read_missed(r, at) && read_retry(r, at) &&
	       read_conditions(r, at) && read_ping(r, at) && read_calendar(r, at) &&
	       read_names(r, at, "on_failure", MAX_NOTIFY, &t->on_failure) &&
	       json_get_integer(at->json, at->way, "jitter", 0, 0, MAX_JITTER_S, &t->jitter_s,
		       r->err);
}

static bool
read_head(struct task_reader *r, const struct place *at)
{
	static const char *const keys[] = { "format", "name", "description", "folder", "owner",
		"parameters", "nodes", "schedule", "effective", "timeout", "missed", "overlap",
		"when_empty", "conditions", "oversize", "retry", "on_failure", "ping", "mode",
		"group", "jitter", "calendar", NULL };
	struct task *t = r->task;
	int64_t format;

	if (!cJSON_IsObject(at->json))
		return place_fail(r, at, "a task is an object in braces");
	if (!json_get_integer(at->json, NULL, "format", 0, INT32_MIN, INT32_MAX, &format, r->err))
		return false;
	if (format == 0)
		return place_fail_key(r, at, "format", "is missing (write \"format\": 1)");
	if (format != 1) {
		place_fail_key(r, at, "format", "%lld is not known here, only 1",
			(long long)format);
		return err_hint(r->err, "the file was written by a newer program");
	}
	return read_object(r, at, keys) && read_name(r, at, "name", "the task's name", &t->name);
}

static bool
read_task(struct task_reader *r, const struct place *at)
{
	struct task *t = r->task;
	struct place schedule;

	if (!read_head(r, at) || !read_text(r, at, "description", &t->description) ||
		!read_text(r, at, "folder", &t->folder) || !read_text(r, at, "owner", &t->owner) ||
		!read_text(r, at, "group", &t->group))
		return false;
	if (!*t->group)
		t->group = "default";
	place_key(&schedule, at, "schedule");
	return read_parameters(r, at) && read_nodes(r, at) && read_schedules(r, &schedule) &&
	       read_effective(r, at) && read_policies(r, at);
}

bool
task_from_json(struct task *t, const cJSON *json, struct err *err)
{
	struct task_reader reader = { t, err };
	struct place root = { .json = json };

	task_init(t);
	if (read_task(&reader, &root))
		return true;
	task_fini(t);
	return false;
}

bool
task_from_text(struct task *t, struct str text, struct err *err)
{
	cJSON *json;
	bool ok;

	if (text.len > TASK_MAX_BYTES)
		return err_set(err, ERR_LIMIT, "the definition is larger than %zu MiB",
			TASK_MAX_BYTES >> 20);
	json = json_parse(text, err);
	ok = json && task_from_json(t, json, err);
	cJSON_Delete(json);
	return ok;
}
