/* SPDX-License-Identifier: MIT */
/* The life of a statement: it becomes an instance, which is polled until it has
 * ended, and stopped when nobody waits for it any more. Results up to 10,000 rows
 * come as CSV, others through the Instance Tunnel. */
#include <stdio.h>
#include <stdlib.h>

#include "src/base/json.h"
#include "src/source/maxcompute.h"

#define FIRST_POLL_US (CLOCK_SECOND / 10)
#define MOST_POLL_US (2 * CLOCK_SECOND)
#define SUBMIT_US (180 * CLOCK_SECOND) /* while the server says 409 */
#define GRACE_US (5 * CLOCK_SECOND)
#define MAX_RESULT ((size_t)128 << 20)
#define CSV_ROWS 10000 /* the most that ?result gives */
#define TUNNEL_VERSION "x-odps-tunnel-version: 6"

bool
mc_request_send(struct mc_query *q, struct mc_request *r, struct http_answer *answer, struct err *err)
{
	return mc_send(q->mc, r, &q->deadline, answer, err);
}

char *
mc_path(struct mc_query *q, const char *more)
{
	return arena_printf(&q->rows.arena, "/projects/%s%s",
		settings_get(&q->mc->settings, "project"), more);
}

static char *
instance_path(struct mc_query *q)
{
	return mc_path(q, arena_printf(&q->rows.arena, "/instances/%s", q->instance));
}

/* GET of the instance with one argument more; the answer's items in the arena. */
static bool
ask_instance(struct mc_query *q, const char *what, size_t max_answer, struct xml_item **items,
	size_t *count, struct err *err)
{
	struct mc_arg args[] = { { "curr_project", settings_get(&q->mc->settings, "project") },
		{ what, "" } };
	struct mc_request r = { .method = "GET", .base = q->mc->endpoint,
		.path = instance_path(q), .args = args, .arg_count = *what ? 2 : 1,
		.max_answer = max_answer };
	struct http_answer answer = { .status = 0 };
	bool done = mc_request_send(q, &r, &answer, err);

	if (done && answer.capped)
		done = err_set(err, ERR_LIMIT, "the result is larger than %zu MB", max_answer >> 20);
	done = done && xml_read(&q->rows.arena, buf_str(&answer.body), items, count, err);
	http_answer_fini(&answer);
	return done;
}

static void
stop_instance(struct mc_query *q)
{
	struct mc_arg args[] = { { "curr_project", settings_get(&q->mc->settings, "project") } };
	struct mc_request r = { .method = "PUT", .base = q->mc->endpoint,
		.path = instance_path(q), .args = args, .arg_count = 1,
		.content_type = "application/xml",
		.body = STR("<?xml version=\"1.0\" encoding=\"utf-8\"?><Instance><Status>Terminated"
			    "</Status></Instance>") };
	struct deadline grace = deadline_in_us(GRACE_US);
	struct http_answer answer = { .status = 0 };
	struct err ignored = ERR_INIT;

	mc_send(q->mc, &r, &grace, &answer, &ignored);
	http_answer_fini(&answer);
}

/* The id behind the last slash of Location. */
static bool
take_instance(struct mc_query *q, const struct http_answer *answer, struct err *err)
{
	struct str location = http_answer_header(answer, "Location");
	size_t from = location.len;

	while (from > 0 && location.p[from - 1] != '/')
		from--;
	location = str_slice(location, from, location.len);
	if (location.len == 0 || location.len >= sizeof(q->instance) ||
		memchr(location.p, '?', location.len) || memchr(location.p, '%', location.len))
		return err_set(err, ERR_CONNECT,
			"the server took the statement but names no instance");
	memcpy(q->instance, location.p, location.len);
	q->instance[location.len] = '\0';
	return true;
}

static bool
submit(struct mc_query *q, struct err *err)
{
	struct mc_arg args[] = { { "curr_project", settings_get(&q->mc->settings, "project") } };
	struct mc_request r = { .method = "POST", .base = q->mc->endpoint,
		.path = mc_path(q, "/instances"), .args = args, .arg_count = 1,
		.content_type = "application/xml" };
	struct deadline patience = deadline_in_us(SUBMIT_US);
	struct http_answer answer = { .status = 0 };
	struct buf body = BUF_INIT;
	bool done;

	if (!mc_add_job(&body, q->mc, q->sql, q->is_script, err))
		return false;
	r.body = buf_str(&body);
	for (;;) {
		done = mc_request_send(q, &r, &answer, err);
		if (done || answer.status != 409 || deadline_left_us(&patience) == 0)
			break;
		mc_sleep(&q->deadline, (int64_t)((answer.retry_after_s > 0 ? answer.retry_after_s :
			5) * (double)CLOCK_SECOND));
		http_answer_fini(&answer);
	}
	done = done && take_instance(q, &answer, err);
	http_answer_fini(&answer);
	buf_fini(&body);
	return done;
}

static bool
wait_ended(struct mc_query *q, struct err *err)
{
	const struct xml_item *status;
	int64_t pause = FIRST_POLL_US;
	struct xml_item *items;
	size_t count;

	for (;;) {
		if (!ask_instance(q, "", 0, &items, &count, err))
			return false;
		status = xml_find(items, count, "Instance/Status");
		if (status && str_equal_nocase(status->text, STR("Terminated")))
			return true;
		mc_sleep(&q->deadline, pause);
		if (!source_check_deadline(&q->deadline, err))
			return false;
		pause = pause * 2 < MOST_POLL_US ? pause * 2 : MOST_POLL_US;
	}
}

static bool
decode_base64(struct arena *arena, struct str text, struct str *out)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	char *to = arena_alloc(arena, text.len / 4 * 3 + 3);
	uint32_t bits = 0;
	size_t n = 0, have = 0;

	for (size_t i = 0; i < text.len && text.p[i] != '='; i++) {
		const char *digit = memchr(digits, text.p[i], 64);

		if (memchr(" \t\r\n", text.p[i], 4))
			continue;
		if (!digit)
			return false;
		bits = bits << 6 | (uint32_t)(digit - digits);
		have += 6;
		if (have >= 8) {
			have -= 8;
			to[n++] = (char)(bits >> have);
		}
	}
	*out = (struct str){ to, n };
	return true;
}

/* What ?result says. */
struct mc_result {
	struct str text, descriptor;
	bool is_csv;
};

static bool
read_result(struct mc_query *q, struct mc_result *result, struct err *err)
{
	const struct xml_item *item;
	struct xml_item *items;
	struct str transform;
	size_t count;

	if (!ask_instance(q, "result", MAX_RESULT, &items, &count, err))
		return false;
	*result = (struct mc_result){ STR_NONE, STR_NONE, false };
	item = xml_find(items, count, "Instance/Tasks/Task/ResultDescriptor");
	if (item)
		result->descriptor = item->text;
	item = xml_find(items, count, "Instance/Tasks/Task/Result");
	if (!item)
		return err_set(err, ERR_CONNECT, "the server's answer holds no result");
	transform = xml_attribute(item, "Transform");
	result->is_csv = str_equal_nocase(xml_attribute(item, "Format"), STR("csv"));
	result->text = item->text;
	if (transform.len == 0)
		return true;
	if (!str_equal_nocase(transform, STR("Base64")) ||
		!decode_base64(&q->rows.arena, item->text, &result->text))
		return err_set(err, ERR_CONNECT, "the result comes in an unknown encoding");
	return true;
}

/* Whether every task of the instance ended well; else the error of the one that did
 * not. */
static bool
check_tasks(struct mc_query *q, struct err *err)
{
	struct mc_result result;
	struct xml_item *items;
	size_t count;

	if (!ask_instance(q, "taskstatus", 0, &items, &count, err))
		return false;
	for (size_t i = 0; i < count; i++) {
		if (!str_is(items[i].path, "Instance/Tasks/Task/Status") ||
			str_equal_nocase(items[i].text, STR("Success")))
			continue;
		if (!str_equal_nocase(items[i].text, STR("Failed")))
			return err_set(err, ERR_SQL, "the instance %s ended as %.*s", q->instance,
				STR_ARG(items[i].text));
		return read_result(q, &result, err) && mc_fail_task(err, result.text, q->sql);
	}
	return true;
}

/* The tunnel's address, asked for once. */
static bool
find_tunnel(struct mc_query *q, struct err *err)
{
	struct mc_arg args[] = { { "curr_project", settings_get(&q->mc->settings, "project") },
		{ "service", "" } };
	struct mc_request r = { .method = "GET", .base = q->mc->endpoint,
		.path = mc_path(q, "/tunnel"), .args = args, .arg_count = 2 };
	struct http_answer answer = { .status = 0 };
	struct str host;
	size_t scheme;
	bool done;

	if (q->mc->tunnel)
		return true;
	done = mc_request_send(q, &r, &answer, err);
	host = str_trim(buf_str(&answer.body));
	scheme = strstr(q->mc->endpoint, "://") ?
			 (size_t)(strstr(q->mc->endpoint, "://") - q->mc->endpoint) + 3 : 0;
	if (done && (host.len == 0 || host.len > 255 || memchr(host.p, '/', host.len)))
		done = err_set(err, ERR_CONNECT, "the server does not name its tunnel");
	if (done)
		q->mc->tunnel = xasprintf("%.*s%.*s", (int)scheme, q->mc->endpoint, STR_ARG(host));
	http_answer_fini(&answer);
	return done;
}

/* A download session: its id and how many records it has; columns to q->rows. */
static bool
open_download(struct mc_query *q, bool is_limited, struct str *id, int64_t *records,
	struct err *err)
{
	struct mc_arg args[] = { { "curr_project", settings_get(&q->mc->settings, "project") },
		{ "downloads", "" }, { "instance_tunnel_limit_enabled", "" } };
	struct mc_arg again[] = { args[0], { "downloadid", "" } };
	struct mc_request r = { .method = "POST", .base = q->mc->tunnel,
		.path = instance_path(q), .args = args, .arg_count = is_limited ? 3 : 2,
		.x_header = TUNNEL_VERSION, .max_answer = (size_t)8 << 20 };
	struct http_answer answer = { .status = 0 };
	const char *state = "initiating";
	int64_t pause = FIRST_POLL_US;
	cJSON *json = NULL;
	bool done;

	for (;;) {
		done = mc_request_send(q, &r, &answer, err);
		json = done ? json_parse(buf_str(&answer.body), err) : NULL;
		http_answer_fini(&answer);
		if (!json)
			return false;
		state = cJSON_GetStringValue(cJSON_GetObjectItem(json, "Status"));
		*id = arena_str(&q->rows.arena, str_from(cJSON_GetStringValue(
			cJSON_GetObjectItem(json, "DownloadID"))));
		if (!state || strcmp(state, "initiating") != 0)
			break;
		cJSON_Delete(json);
		again[1].value = id->p;
		r.method = "GET";
		r.args = again;
		r.arg_count = 2;
		mc_sleep(&q->deadline, pause);
		pause = pause * 2 < MOST_POLL_US ? pause * 2 : MOST_POLL_US;
	}
	done = state && strcmp(state, "normal") == 0;
	if (!done)
		err_set(err, ERR_CONNECT, "the download of the result is %s", state ? state : "lost");
	*records = (int64_t)cJSON_GetNumberValue(cJSON_GetObjectItem(json, "RecordCount"));
	done = done && mc_take_schema(&q->rows, cJSON_GetObjectItem(json, "Schema"), err);
	cJSON_Delete(json);
	return done;
}

static bool
download(struct mc_query *q, bool is_limited, struct err *err)
{
	struct mc_stream stream;
	struct http_answer answer = { .status = 0 };
	struct str id;
	int64_t records, wanted;
	bool done;

	if (!find_tunnel(q, err) || !open_download(q, is_limited, &id, &records, err) ||
		!q->rows.sink->columns(q->rows.sink, q->rows.columns, q->rows.count, err))
		return false;
	wanted = records < q->rows.max_rows ? records : q->rows.max_rows;
	q->rows.end->truncated = records > q->rows.max_rows;
	if (wanted <= 0)
		return true;
	struct mc_arg args[] = { { "curr_project", settings_get(&q->mc->settings, "project") },
		{ "data", "" }, { "downloadid", id.p },
		{ "rowrange", arena_printf(&q->rows.arena, "(0,%lld)", (long long)wanted) } };
	struct mc_request r = { .method = "GET", .base = q->mc->tunnel,
		.path = instance_path(q), .args = args, .arg_count = 4,
		.x_header = TUNNEL_VERSION, .on_data = mc_stream_take, .context = &stream };
	mc_stream_init(&stream, &q->rows);
	done = (mc_request_send(q, &r, &answer, err) && mc_stream_end(&stream, err)) ||
	       stream.is_full;
	http_answer_fini(&answer);
	mc_stream_fini(&stream);
	return done;
}

/* "TRUNCATED", "NO" of the descriptor. */
static bool
descriptor_says(struct str descriptor, const char *word)
{
	struct err ignored = ERR_INIT;
	cJSON *json = descriptor.len ? json_parse(descriptor, &ignored) : NULL;
	const char *state = cJSON_GetStringValue(cJSON_GetObjectItem(json, "SelectResultStatus"));
	bool is = state && strcasecmp(state, word) == 0;

	cJSON_Delete(json);
	return is;
}

static bool
take_result(struct mc_query *q, struct err *err)
{
	struct mc_result result;

	if (q->rows.max_rows > CSV_ROWS)
		return download(q, false, err);
	if (!read_result(q, &result, err))
		return false;
	if (!result.is_csv)
		return mc_take_text(&q->rows, result.text, err);
	if (descriptor_says(result.descriptor, "NO"))
		return download(q, true, err);
	if (!mc_take_csv(&q->rows, result.text, result.descriptor, err))
		return false;
	/* Ten thousand may be all there is or where the server cut. */
	if (descriptor_says(result.descriptor, "TRUNCATED") ||
		(q->rows.end->rows == CSV_ROWS && result.descriptor.len == 0))
		q->rows.end->truncated = true;
	return true;
}

bool
mc_run(struct mc_query *q, struct err *err)
{
	bool done = submit(q, err);

	if (!done)
		return false;
	done = wait_ended(q, err);
	if (!done) {
		stop_instance(q);
		return false;
	}
	return check_tasks(q, err) && take_result(q, err);
}
