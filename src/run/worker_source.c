/* SPDX-License-Identifier: MIT */
/* Requests that concern one data source, and the connections kept warm. */
#include <stdio.h>
#include <stdlib.h>

#include "src/run/worker.h"

#define ROWS_FRAME ((size_t)32 << 10)

bool
worker_settings(const cJSON *json, struct settings *settings, struct err *err)
{
	const cJSON *row;

	cJSON_ArrayForEach(row, json)
	{
		const cJSON *name = cJSON_GetArrayItem(row, 0), *value = cJSON_GetArrayItem(row, 1);

		if (!cJSON_IsString(name) || !cJSON_IsString(value))
			return err_set(err, ERR_INTERNAL, "settings of a request are malformed");
		settings_set(settings, name->valuestring, str_from(value->valuestring),
			cJSON_IsTrue(cJSON_GetArrayItem(row, 2)));
	}
	return true;
}

struct deadline
worker_deadline(const struct request *r)
{
	const cJSON *timeout = cJSON_GetObjectItemCaseSensitive(r->json, "timeout_us");
	struct deadline d = DEADLINE_NONE;

	if (cJSON_IsNumber(timeout) && timeout->valuedouble > 0)
		d = deadline_in_us((int64_t)timeout->valuedouble);
	d.cancelled = &worker_cancelled;
	return d;
}

static struct source *
open_source(const struct source_kind *kind, const cJSON *json, const struct deadline *deadline,
	struct err *err)
{
	struct settings settings = SETTINGS_INIT;
	struct source *source = NULL;

	if (worker_settings(cJSON_GetObjectItemCaseSensitive(json, "settings"), &settings, err))
		source = source_open(kind, &settings, deadline, err);
	settings_fini(&settings);
	return source;
}

static struct warm_source *
warm_slot(struct worker *w)
{
	struct warm_source *oldest = &w->warm[0];

	for (size_t i = 0; i < WORKER_WARM_SOURCES; i++) {
		if (!w->warm[i].source)
			return &w->warm[i];
		if (w->warm[i].used_us < oldest->used_us)
			oldest = &w->warm[i];
	}
	source_close(oldest->source);
	free(oldest->key);
	*oldest = (struct warm_source){ 0 };
	return oldest;
}

static struct source *
find_warm(struct worker *w, const char *key, const struct deadline *deadline)
{
	struct err ignored = ERR_INIT;

	for (size_t i = 0; i < WORKER_WARM_SOURCES; i++) {
		struct warm_source *warm = &w->warm[i];

		if (!warm->source || strcmp(warm->key, key) != 0)
			continue;
		/* A connection that just worked needs no proof. */
		if (clock_mono_us() - warm->used_us > 5 * CLOCK_SECOND &&
			!warm->source->ops->ping(warm->source, deadline, &ignored)) {
			worker_drop_source(w, warm->source);
			return NULL;
		}
		warm->used_us = clock_mono_us();
		return warm->source;
	}
	return NULL;
}

struct source *
worker_source(struct worker *w, const cJSON *json, const struct deadline *deadline,
	const struct source_kind **kind, struct err *err)
{
	const cJSON *kind_name = cJSON_GetObjectItemCaseSensitive(json, "kind");
	struct warm_source *slot;
	struct source *source;
	struct buf key = BUF_INIT;

	*kind = cJSON_IsString(kind_name) ? source_kind_find(kind_name->valuestring) : NULL;
	if (!*kind) {
		err_set(err, ERR_CONFIG, "this dpstudio has no driver for '%s'",
			cJSON_IsString(kind_name) ? kind_name->valuestring : "?");
		return NULL;
	}
	json_print_compact(&key, json);
	source = find_warm(w, buf_text(&key), deadline);
	if (!source) {
		source = open_source(*kind, json, deadline, err);
		if (source) {
			slot = warm_slot(w);
			slot->source = source;
			slot->key = buf_take(&key);
			slot->used_us = clock_mono_us();
		}
	}
	buf_fini(&key);
	return source;
}

void
worker_drop_source(struct worker *w, struct source *source)
{
	for (size_t i = 0; i < WORKER_WARM_SOURCES; i++)
		if (w->warm[i].source == source) {
			source_close(source);
			explicit_bzero(w->warm[i].key, strlen(w->warm[i].key));
			free(w->warm[i].key);
			w->warm[i] = (struct warm_source){ 0 };
			return;
		}
}

/* --- rows to the parent --------------------------------------------------------- */

struct frame_sink {
	struct row_sink sink;
	struct worker *w;
	const struct request *r;
	struct buf rows, one;
};

static void
flush_rows(struct frame_sink *s)
{
	if (s->rows.len)
		worker_tell(s->w, s->r, FRAME_ROWS, STR_NONE, buf_str(&s->rows));
	buf_clear(&s->rows);
}

static bool
tell_columns(struct row_sink *self, const struct column *columns, size_t count, struct err *err)
{
	struct frame_sink *s = (struct frame_sink *)self;

	(void)err;
	buf_clear(&s->one);
	result_encode_columns(&s->one, columns, count);
	worker_tell(s->w, s->r, FRAME_COLUMNS, STR_NONE, buf_str(&s->one));
	return true;
}

static bool
tell_row(struct row_sink *self, const struct value *values, size_t count, struct err *err)
{
	struct frame_sink *s = (struct frame_sink *)self;

	buf_clear(&s->one);
	result_encode_row(&s->one, values, count);
	frame_put_u32(&s->rows, (uint32_t)s->one.len);
	buf_add_str(&s->rows, buf_str(&s->one));
	if (s->rows.len >= ROWS_FRAME)
		flush_rows(s);
	if (s->w->io.closed)
		return err_set(err, ERR_CANCELLED, "cancelled");
	return true;
}

static void
frame_sink_init(struct frame_sink *s, struct worker *w, const struct request *r)
{
	*s = (struct frame_sink){ .sink = { tell_columns, tell_row }, .w = w, .r = r };
}

static void
frame_sink_fini(struct frame_sink *s)
{
	buf_fini(&s->rows);
	buf_fini(&s->one);
}

static struct str
sql_of(const struct request *r)
{
	const cJSON *sql = cJSON_GetObjectItemCaseSensitive(r->json, "sql");

	return cJSON_IsString(sql) ? str_from(sql->valuestring) : STR_NONE;
}

static struct source *
source_of(struct worker *w, const struct request *r, const struct deadline *deadline,
	struct err *err)
{
	const struct source_kind *kind;

	return worker_source(w, cJSON_GetObjectItemCaseSensitive(r->json, "source"), deadline, &kind,
		err);
}

/* Says how another connection may cancel what this one runs. */
static void
tell_cancel_token(struct worker *w, const struct request *r, struct source *source)
{
	struct buf json = BUF_INIT;
	char token[128] = "";

	source->ops->cancel_token(source, token);
	if (token[0]) {
		buf_adds(&json, "{\"cancel_token\":");
		json_add_string(&json, str_from(token));
		buf_addc(&json, '}');
		worker_tell(w, r, FRAME_ITEM, buf_str(&json), STR_NONE);
		frame_flush_all(&w->io);
	}
	buf_fini(&json);
}

bool
worker_query(struct worker *w, struct request *r, struct err *err)
{
	const cJSON *max = cJSON_GetObjectItemCaseSensitive(r->json, "max_rows");
	struct query_limits limits = { RESULT_MAX_ROWS, worker_deadline(r) };
	struct source *source = source_of(w, r, &limits.deadline, err);
	struct query_end end = { 0 };
	struct frame_sink sink;
	char more[128];
	bool ok;

	if (!source)
		return false;
	if (cJSON_IsNumber(max))
		limits.max_rows = max->valuedouble < 0 ? INT64_MAX : (int64_t)max->valuedouble;
	tell_cancel_token(w, r, source);
	frame_sink_init(&sink, w, r);
	ok = source->ops->query(source, sql_of(r), &limits, &sink.sink, &end, err);
	flush_rows(&sink);
	frame_sink_fini(&sink);
	if (!ok) {
		worker_drop_source(w, source);
		return false;
	}
	snprintf(more, sizeof(more), ",\"rows\":%lld,\"truncated\":%s,\"elapsed_us\":%lld",
		(long long)end.rows, end.truncated ? "true" : "false",
		(long long)end.elapsed_us);
	worker_end_ok(w, r, more);
	return true;
}

bool
worker_describe(struct worker *w, struct request *r, struct err *err)
{
	struct deadline deadline = worker_deadline(r);
	struct source *source = source_of(w, r, &deadline, err);
	struct frame_sink sink;
	bool ok;

	if (!source)
		return false;
	frame_sink_init(&sink, w, r);
	ok = source->ops->describe(source, sql_of(r), &deadline, &sink.sink, err);
	frame_sink_fini(&sink);
	if (ok)
		worker_end_ok(w, r, "");
	else
		worker_drop_source(w, source);
	return ok;
}

struct schema_sink {
	struct worker *w;
	const struct request *r;
	struct buf json;
};

static bool
tell_item(void *context, const struct schema_item *item, struct err *err)
{
	struct schema_sink *s = context;
	const char *const keys[] = { "schema", "table", "column", "type" };
	const char *const values[] = { item->schema, item->table, item->column, item->type };

	(void)err;
	buf_clear(&s->json);
	buf_addc(&s->json, '{');
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		if (!values[i])
			continue;
		buf_addf(&s->json, "%s\"%s\":", s->json.len > 1 ? "," : "", keys[i]);
		json_add_string(&s->json, str_from(values[i]));
	}
	buf_addc(&s->json, '}');
	worker_tell(s->w, s->r, FRAME_ITEM, buf_str(&s->json), STR_NONE);
	return true;
}

bool
worker_schema(struct worker *w, struct request *r, struct err *err)
{
	const cJSON *schema = cJSON_GetObjectItemCaseSensitive(r->json, "schema");
	const cJSON *table = cJSON_GetObjectItemCaseSensitive(r->json, "table");
	struct deadline deadline = worker_deadline(r);
	struct source *source = source_of(w, r, &deadline, err);
	struct schema_sink sink = { w, r, BUF_INIT };
	bool ok;

	if (!source)
		return false;
	ok = source->ops->schema(source, cJSON_IsString(schema) ? schema->valuestring : NULL,
		cJSON_IsString(table) ? table->valuestring : NULL, &deadline, tell_item, &sink, err);
	buf_fini(&sink.json);
	if (ok)
		worker_end_ok(w, r, "");
	else
		worker_drop_source(w, source);
	return ok;
}

bool
worker_ping(struct worker *w, struct request *r, struct err *err)
{
	struct deadline deadline = worker_deadline(r);
	int64_t began = clock_mono_us();
	struct source *source = source_of(w, r, &deadline, err);
	struct buf more = BUF_INIT;

	if (!source)
		return false;
	if (!source->ops->ping(source, &deadline, err)) {
		worker_drop_source(w, source);
		return false;
	}
	buf_addf(&more, ",\"elapsed_us\":%lld,\"version\":", (long long)(clock_mono_us() - began));
	json_add_string(&more, str_from(source->ops->version(source)));
	worker_end_ok(w, r, buf_text(&more));
	buf_fini(&more);
	return true;
}

/* Cancels from a second connection what another worker runs. */
bool
worker_stop_query(struct worker *w, struct request *r, struct err *err)
{
	const cJSON *json = cJSON_GetObjectItemCaseSensitive(r->json, "source");
	const cJSON *token = cJSON_GetObjectItemCaseSensitive(r->json, "token");
	const cJSON *name = cJSON_GetObjectItemCaseSensitive(json, "kind");
	const struct source_kind *kind =
		cJSON_IsString(name) ? source_kind_find(name->valuestring) : NULL;
	struct settings settings = SETTINGS_INIT;
	struct deadline deadline = worker_deadline(r);
	bool ok;

	if (!kind || !cJSON_IsString(token))
		return err_set(err, ERR_INTERNAL, "nothing to stop is named");
	ok = worker_settings(cJSON_GetObjectItemCaseSensitive(json, "settings"), &settings, err) &&
	     source_cancel(kind, &settings, token->valuestring, &deadline, err);
	settings_fini(&settings);
	if (ok)
		worker_end_ok(w, r, "");
	return ok;
}
