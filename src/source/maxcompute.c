/* SPDX-License-Identifier: MIT */
/* The verbs over a MaxCompute project. There is no read-only mode: what a statement
 * may begin with is checked, grants must do the rest. */
#include <stdio.h>
#include <stdlib.h>

#include "src/base/json.h"
#include "src/base/module.h"
#include "src/source/maxcompute.h"
#include "src/sql/split.h"

static bool
query_init(struct mc_query *q, struct mc *mc, struct str sql, const struct deadline *deadline,
	struct row_sink *sink, struct query_end *end, struct err *err)
{
	*q = (struct mc_query){ .mc = mc, .sql = sql, .deadline = *deadline,
		.rows = { .mc = mc, .sink = sink, .end = end, .max_rows = INT64_MAX } };
	return source_check_deadline(deadline, err);
}

/* "SET key=value" is ours: it goes with every later statement of the session. */
static bool
take_hint(struct mc *mc, struct str statement, struct err *err)
{
	struct str rest = str_trim(str_slice(statement, 3, statement.len));
	size_t equals = str_find(rest, STR("="), 0);

	if (equals == SIZE_MAX || equals == 0)
		return err_set(err, ERR_SQL, "SET is written: SET key=value");
	json_add_string(&mc->hints, str_trim(str_slice(rest, 0, equals)));
	buf_addc(&mc->hints, ':');
	json_add_string(&mc->hints, str_trim(str_slice(rest, equals + 1, rest.len)));
	buf_addc(&mc->hints, ',');
	return true;
}

static bool
is_set(struct str statement)
{
	return str_equal_nocase(str_slice(statement, 0, 3), STR("set")) && statement.len > 3 &&
	       memchr(" \t\r\n", statement.p[3], 4);
}

/* Each statement of a script must read or fill a variable of it. */
static bool
check_script(struct mc_query *q, const struct sql_split *split, struct err *err)
{
	for (size_t i = 0; i < split->count; i++) {
		struct str one = str_slice(q->sql, split->list[i].pos,
			split->list[i].pos + split->list[i].len);
		size_t assigned = one.p[0] == '@' ? str_find(one, STR(":="), 0) : SIZE_MAX;

		if (assigned != SIZE_MAX)
			one = str_slice(one, assigned + 2, one.len);
		if (!source_check_reads(one, SQL_HIVE, READS_DEEP, err))
			return err_at(err, split->list[i].line, split->list[i].column);
	}
	return true;
}

/* Sorts out what is for the server; *is_done when nothing is. */
static bool
prepare(struct mc_query *q, bool *is_done, struct err *err)
{
	struct sql_split split;
	struct str one;
	bool good;

	*is_done = false;
	if (!source_check_sql(q->sql, err))
		return false;
	sql_split(&split, SQL_HIVE, q->sql, false);
	q->is_script = split.count > 1;
	good = split.count > 0 ? check_script(q, &split, err) :
				 err_set(err, ERR_SQL, "there is no statement here");
	if (good && split.count == 1) {
		one = str_slice(q->sql, split.list[0].pos, split.list[0].pos + split.list[0].len);
		*is_done = is_set(one);
		good = !*is_done || take_hint(q->mc, one, err);
	}
	sql_split_fini(&split);
	return good;
}

static bool
mc_query(struct source *source, struct str sql, const struct query_limits *limits,
	struct row_sink *sink, struct query_end *end, struct err *err)
{
	int64_t start = clock_mono_us();
	bool done, is_done = false;
	struct mc_query q;

	*end = (struct query_end){ 0 };
	done = query_init(&q, (struct mc *)source, sql, &limits->deadline, sink, end, err) &&
	       prepare(&q, &is_done, err);
	q.rows.max_rows = limits->max_rows;
	if (done)
		done = is_done ? sink->columns(sink, NULL, 0, err) : mc_run(&q, err);
	mc_rows_fini(&q.rows);
	end->elapsed_us = clock_mono_us() - start;
	return done;
}

/* The service has no such question. */
static bool
mc_describe(struct source *source, struct str sql, const struct deadline *deadline,
	struct row_sink *sink, struct err *err)
{
	struct mc_query q;
	bool is_done = false, good;

	(void)sink;
	good = query_init(&q, (struct mc *)source, sql, deadline, sink, NULL, err) &&
	       prepare(&q, &is_done, err);
	mc_rows_fini(&q.rows);
	if (!good)
		return false;
	if (is_done)
		return sink->columns(sink, NULL, 0, err);
	err_set(err, ERR_STATE, "MaxCompute tells the columns of a statement only when it runs");
	return err_hint(err, "run it once");
}

static bool
read_project(struct mc *mc, const struct deadline *deadline, struct err *err)
{
	struct mc_query q;
	struct mc_arg args[] = { { "curr_project", settings_get(&mc->settings, "project") } };
	struct mc_request r = { .method = "GET", .base = mc->endpoint, .args = args,
		.arg_count = 1 };
	struct http_answer answer = { .status = 0 };
	bool done;

	if (!query_init(&q, mc, STR_NONE, deadline, NULL, NULL, err))
		return false;
	r.path = mc_path(&q, "");
	done = mc_request_send(&q, &r, &answer, err);
	http_answer_fini(&answer);
	mc_rows_fini(&q.rows);
	return done;
}

static bool
mc_ping(struct source *source, const struct deadline *deadline, struct err *err)
{
	return read_project((struct mc *)source, deadline, err);
}

static char *
url_of(const char *text)
{
	size_t len = strlen(text);

	while (len && text[len - 1] == '/')
		len--;
	return xstrndup(text, len);
}

static bool
check_settings(const struct settings *settings, struct err *err)
{
	static const char *const urls[] = { "endpoint", "tunnel_endpoint" };
	const char *project = settings_get(settings, "project");

	for (size_t i = 0; i < ARRAY_LEN(urls); i++) {
		const char *url = settings_get(settings, urls[i]);

		if (*url && strncmp(url, "http://", 7) != 0 && strncmp(url, "https://", 8) != 0)
			return err_set(err, ERR_CONFIG, "%s must begin with https://", urls[i]);
		if (strpbrk(url, "?#@"))
			return err_set(err, ERR_CONFIG, "%s is only host and path", urls[i]);
	}
	if (project[strspn(project, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "0123456789_")])
		return err_set(err, ERR_CONFIG, "project is a name of letters, digits and _");
	return true;
}

static void
mc_close(struct source *source)
{
	struct mc *mc = (struct mc *)source;

	if (!mc)
		return;
	settings_fini(&mc->settings);
	buf_fini(&mc->hints);
	free(mc->endpoint);
	free(mc->tunnel);
	free(mc);
}

static struct source *
mc_open(const struct settings *settings, const struct deadline *deadline, struct err *err)
{
	struct mc *mc = xcalloc(1, sizeof(*mc));
	const char *zone = settings_get(settings, "timezone");

	settings_copy(&mc->settings, settings);
	mc->endpoint = url_of(settings_get(settings, "endpoint"));
	if (settings_has(settings, "tunnel_endpoint"))
		mc->tunnel = url_of(settings_get(settings, "tunnel_endpoint"));
	mc->zone = zone_get(*zone ? zone : "Asia/Shanghai", err);
	snprintf(mc->version, sizeof(mc->version), "MaxCompute project %.40s",
		settings_get(settings, "project"));
	if (mc->zone && check_settings(settings, err) && read_project(mc, deadline, err))
		return &mc->base;
	if (err->code == ERR_SQL || err->code == ERR_NOT_FOUND)
		err->code = ERR_CONNECT;
	mc_close(&mc->base);
	return NULL;
}

/* Tables by ?tables (pages of names), columns by the table's own schema. */
static bool
list_tables(struct mc_query *q, schema_fn fn, void *context, struct err *err)
{
	struct mc_arg args[] = { { "curr_project", settings_get(&q->mc->settings, "project") },
		{ "expectmarker", "true" }, { "marker", "" } };
	struct mc_request r = { .method = "GET", .base = q->mc->endpoint,
		.path = mc_path(q, "/tables"), .args = args, .arg_count = 2,
		.max_answer = (size_t)8 << 20 };
	struct http_answer answer;
	const struct xml_item *marker;
	struct xml_item *items;
	size_t count;
	bool done;

	do {
		answer = (struct http_answer){ .status = 0 };
		done = mc_request_send(q, &r, &answer, err) &&
		       xml_read(&q->rows.arena, buf_str(&answer.body), &items, &count, err);
		http_answer_fini(&answer);
		if (!done)
			return false;
		for (size_t i = 0; done && i < count; i++)
			if (str_is(items[i].path, "Tables/Table/Name"))
				done = fn(context, &(struct schema_item){ "", items[i].text.p, NULL,
							   "table" }, err);
		marker = xml_find(items, count, "Tables/Marker");
		args[2].value = marker ? marker->text.p : "";
		r.arg_count = 3;
	} while (done && marker && marker->text.len);
	return done;
}

static bool
list_columns(struct mc_query *q, const char *table, schema_fn fn, void *context, struct err *err)
{
	static const char *const lists[] = { "columns", "partitionKeys" };
	struct mc_arg args[] = { { "curr_project", settings_get(&q->mc->settings, "project") } };
	struct mc_request r = { .method = "GET", .base = q->mc->endpoint, .args = args,
		.path = mc_path(q, arena_printf(&q->rows.arena, "/tables/%s", table)),
		.arg_count = 1, .max_answer = (size_t)8 << 20 };
	struct http_answer answer = { .status = 0 };
	const struct xml_item *schema = NULL;
	struct xml_item *items;
	cJSON *json = NULL, *one;
	size_t count;
	bool done = mc_request_send(q, &r, &answer, err) &&
		    xml_read(&q->rows.arena, buf_str(&answer.body), &items, &count, err);

	http_answer_fini(&answer);
	if (done)
		schema = xml_find(items, count, "Table/Schema");
	if (schema)
		json = json_parse(str_trim(schema->text), err);
	if (done && !json)
		return err_set(err, ERR_CONNECT, "the server does not describe the table");
	for (size_t i = 0; done && i < ARRAY_LEN(lists); i++)
		cJSON_ArrayForEach(one, cJSON_GetObjectItem(json, lists[i])) {
			const char *name = cJSON_GetStringValue(cJSON_GetObjectItem(one, "name"));
			const char *type = cJSON_GetStringValue(cJSON_GetObjectItem(one, "type"));

			done = done && name && fn(context, &(struct schema_item){ "", table, name,
							     type ? type : "" }, err);
		}
	cJSON_Delete(json);
	return done;
}

static bool
mc_schema(struct source *source, const char *schema, const char *table,
	const struct deadline *deadline, schema_fn fn, void *context, struct err *err)
{
	struct mc_query q;
	bool done;

	(void)schema;
	if (table && (!*table || strchr(table, '/')))
		return err_set(err, ERR_NOT_FOUND, "there is no table '%s'", table);
	done = query_init(&q, (struct mc *)source, STR_NONE, deadline, NULL, NULL, err) &&
	       (table ? list_columns(&q, table, fn, context, err) :
			list_tables(&q, fn, context, err));
	mc_rows_fini(&q.rows);
	return done;
}

static void
mc_cancel_token(struct source *source, char token[128])
{
	(void)source;
	token[0] = '\0';
}

static const char *
mc_version(struct source *source)
{
	return ((struct mc *)source)->version;
}

static const struct source_ops ops = {
	.open = mc_open,
	.close = mc_close,
	.ping = mc_ping,
	.describe = mc_describe,
	.query = mc_query,
	.schema = mc_schema,
	.cancel_token = mc_cancel_token,
	.version = mc_version,
};

DP_MODULE(maxcompute, &ops);
