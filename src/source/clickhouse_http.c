/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>

#include "src/net/net.h"
#include "src/source/clickhouse.h"

#define FORMAT "TabSeparatedWithNamesAndTypes"
#define BUFFER_BYTES 16777216	    /* of a waited-for answer in the server's memory */
#define GRACE_US (5 * CLOCK_SECOND) /* for a KILL */
#define MAX_ERROR_TEXT ((size_t)64 << 10)
#define READONLY_CODE 164

/* Settings that not every version has. */
const struct ch_optional ch_optional[CH_OPTIONAL_COUNT] = {
	{ "cancel_http_readonly_queries_on_client_close", "1", 1 },
	{ "http_write_exception_in_output_format", "0", 2 },
};

/* "Code: 62, e.displayText() = DB::Exception: " (old), "Code: 62. DB::Exception: ". */
static bool
read_exception(struct str text, int *code, struct str *message)
{
	static const struct str heads[] = { { ", e.displayText() = DB::Exception: ", 34 },
		{ ". DB::Exception: ", 17 }, { ", DB::Exception: ", 17 } };
	static const struct str tails[] = { { ", e.what() = ", 13 }, { " (version ", 10 },
		{ " Stack trace", 12 } };
	size_t pos = 6, cut;

	if (!str_starts(text, STR("Code: ")))
		return false;
	for (*code = 0; pos < text.len && text.p[pos] >= '0' && text.p[pos] <= '9' && *code < 100000;)
		*code = *code * 10 + (text.p[pos++] - '0');
	for (size_t i = 0; i < ARRAY_LEN(heads); i++) {
		if (!str_starts(str_slice(text, pos, text.len), heads[i]))
			continue;
		*message = str_slice(text, pos + heads[i].len, text.len);
		for (size_t k = 0; k < ARRAY_LEN(tails); k++) {
			cut = str_find(*message, tails[k], 0);
			if (cut != SIZE_MAX)
				*message = str_slice(*message, 0, cut);
		}
		*message = str_trim(*message);
		return true;
	}
	return false;
}

static enum err_code
code_of(int code)
{
	static const struct {
		int code;
		enum err_code is;
	} codes[] = {
		{ 164, ERR_READ_ONLY }, { 159, ERR_TIMEOUT }, { 160, ERR_TIMEOUT },
		{ 394, ERR_TIMEOUT }, { 241, ERR_LIMIT }, { 396, ERR_LIMIT }, { 158, ERR_LIMIT },
		{ 192, ERR_CONNECT }, { 193, ERR_CONNECT }, { 194, ERR_CONNECT },
		{ 195, ERR_CONNECT }, { 291, ERR_CONNECT }, { 516, ERR_CONNECT },
		{ 202, ERR_CONNECT }, { 210, ERR_CONNECT },
	};

	for (size_t i = 0; i < ARRAY_LEN(codes); i++)
		if (codes[i].code == code)
			return codes[i].is;
	return ERR_SQL;
}

static bool
number_after(struct str text, const char *word, int *number)
{
	size_t pos = str_find(text, str_from(word), 0);

	*number = 0;
	if (pos == SIZE_MAX)
		return false;
	for (pos += strlen(word); pos < text.len && text.p[pos] >= '0' && text.p[pos] <= '9' &&
				  *number < 100000000; pos++)
		*number = *number * 10 + (text.p[pos] - '0');
	return *number > 0;
}

/* The name in "Unknown identifier: t.nope", "Table d.nope doesn't exist" and newer
 * forms; empty when there is none. */
static struct str
name_in(struct str message)
{
	static const char *const before[] = { "Unknown identifier: ", "Missing columns: '",
		"identifier `", "identifier '", "Unknown function ", "Table " };
	size_t at = SIZE_MAX, end;

	for (size_t i = 0; at == SIZE_MAX && i < ARRAY_LEN(before); i++) {
		at = str_find(message, str_from(before[i]), 0);
		if (at != SIZE_MAX)
			at += strlen(before[i]);
	}
	if (at == SIZE_MAX)
		return STR_NONE;
	for (end = at; end < message.len && !memchr(" '`,;:()\n", message.p[end], 9); end++)
		if (message.p[end] == '.')
			at = end + 1;
	if (at < end)
		return str_slice(message, at, end);
	/* "Unknown identifier: nope. Note that …": the point ended the sentence. */
	for (end = at - 1, at = end; at > 0 && !memchr(" '`.", message.p[at - 1], 4);)
		at--;
	return str_slice(message, at, end);
}

/* "failed at position 17 (line 2, col 3): …" counts bytes. */
static void
place(struct str sql, struct str message, struct err *err)
{
	size_t pos = 0;
	int line, column, position;

	if (number_after(message, "(line ", &line) && number_after(message, ", col ", &column)) {
		for (int i = 1; i < line && pos < sql.len; pos++)
			i += sql.p[pos] == '\n';
		source_err_at(err, sql, pos + (size_t)column - 1);
	} else if (number_after(message, "failed at position ", &position)) {
		source_err_at(err, sql, (size_t)position - 1);
	} else {
		source_err_at_name(err, sql, name_in(message));
	}
}

static bool
fail_exception(const struct ch_query *q, int code, struct str message, struct err *err)
{
	enum err_code is = code_of(code);
	struct arena scratch = ARENA_INIT;
	struct str text = str_slice(message, 0, 400);
	size_t eol = str_find(text, STR("\n"), 0);

	text = source_clean(&scratch, eol == SIZE_MAX ? text : str_slice(text, 0, eol));
	if (is == ERR_TIMEOUT && deadline_is_cancelled(&q->deadline))
		err_set(err, ERR_CANCELLED, "the query was cancelled");
	else if (is == ERR_TIMEOUT && deadline_left_us(&q->deadline) > 2 * CLOCK_SECOND)
		err_set(err, ERR_SQL, "the server cancelled it: %.*s", STR_ARG(text));
	else
		err_set(err, is, "%.*s", STR_ARG(text));
	if (is == ERR_SQL)
		place(q->sql, message, err);
	arena_fini(&scratch);
	return false;
}

static void
add_argument(struct buf *url, const char *name, struct str value)
{
	if (url->p[url->len - 1] != '?')
		buf_addc(url, '&');
	buf_adds(url, name);
	buf_addc(url, '=');
	url_encode_add(url, value);
}

static void
add_number(struct buf *url, const char *name, int64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "%lld", (long long)value);
	add_argument(url, name, str_from(text));
}

/* What bounds the query on the server; the client bounds it again. */
static void
add_settings(struct buf *url, const struct ch_query *q)
{
	int64_t left = deadline_left_us(&q->deadline);

	add_number(url, "readonly", 2);
	if (left != INT64_MAX)
		add_number(url, "max_execution_time", left / CLOCK_SECOND + 1);
	if (q->max_rows < INT64_MAX) {
		add_number(url, "max_result_rows", q->max_rows + 1);
		add_argument(url, "result_overflow_mode", STR("break"));
	}
	for (size_t i = 0; i < CH_OPTIONAL_COUNT; i++)
		if (q->ch->known & ch_optional[i].bit)
			add_argument(url, ch_optional[i].name,
				str_from(ch_optional[i].value));
}

static void
make_url(struct buf *url, const struct ch_query *q, bool with_settings)
{
	const char *base = settings_get(&q->ch->settings, "url");
	const char *database = settings_get(&q->ch->settings, "database");
	size_t len = strlen(base);

	while (len && base[len - 1] == '/')
		len--;
	buf_add(url, base, len);
	buf_adds(url, "/?");
	add_argument(url, "default_format", STR(FORMAT));
	if (*database)
		add_argument(url, "database", str_from(database));
	if (*q->id)
		add_argument(url, "query_id", str_from(q->id));
	/* Waiting is only for what the server bounds: it may never end else. */
	if (q->waits && with_settings) {
		add_argument(url, "wait_end_of_query", STR("1"));
		add_number(url, "buffer_size", BUFFER_BYTES);
	}
	if (with_settings)
		add_settings(url, q);
}

static bool
on_data(void *context, struct str bytes, struct err *err)
{
	struct ch_query *q = context;

	if (tsv_take(&q->tsv, bytes, err))
		return true;
	if (q->tsv.is_full)
		err_set(err, ERR_LIMIT, "enough rows");
	return false;
}

static bool
no_columns(struct row_sink *self, const struct column *columns, size_t count, struct err *err)
{
	(void)self;
	(void)columns;
	(void)count;
	(void)err;
	return true;
}

static bool
no_row(struct row_sink *self, const struct value *values, size_t count, struct err *err)
{
	(void)self;
	(void)values;
	(void)count;
	(void)err;
	return true;
}

static struct row_sink ignoring = { no_columns, no_row };

static bool
http(const struct ch_query *q, const char *url, struct http_answer *answer, struct err *err)
{
	const struct settings *settings = &q->ch->settings;
	char *user = xasprintf("X-ClickHouse-User: %s", settings_get(settings, "user"));
	char *key = xasprintf("X-ClickHouse-Key: %s", settings_get(settings, "password"));
	const char *ca = settings_get(settings, "sslrootcert");
	const char *headers[] = { "Content-Type: text/plain; charset=utf-8", user, key, NULL };
	struct http_request request = {
		.method = "POST",
		.url = url,
		.headers = headers,
		.body = q->sql,
		.ca_file = *ca ? ca : NULL,
		.allow_http = settings_bool(settings, "allow_http", false),
		.max_answer = MAX_ERROR_TEXT,
		.deadline = q->deadline,
		.on_data = on_data,
		.context = (void *)q,
	};
	bool done;

	if (!settings_has(settings, "user"))
		headers[1] = NULL;
	done = http_perform(&request, answer, err);
	explicit_bzero(key, strlen(key));
	free(user);
	free(key);
	return done;
}

/* What the answer means; a 200 may still end with an exception when the server did
 * not wait until it was done. */
static bool
judge(struct ch_query *q, const struct http_answer *answer, struct err *err)
{
	struct str text = buf_str(&answer->body), message;
	int code = 0;
	size_t at;

	if (answer->status / 100 == 2) {
		if (tsv_is_whole(&q->tsv) && q->tsv.lines != 1)
			return true;
		text = buf_str(&q->tsv.pending);
		at = str_find(text, STR("\nCode: "), 0);
		if (at != SIZE_MAX)
			text = str_slice(text, at + 1, text.len);
	}
	if (read_exception(text, &code, &message))
		return fail_exception(q, code, message, err);
	if (answer->status / 100 == 2)
		return err_set(err, ERR_CONNECT, "the answer of the server ends in the middle of a row");
	if (answer->status == 401 || answer->status == 403)
		return err_set(err, ERR_CONNECT, "the server refuses user or password (HTTP %ld)",
			answer->status);
	err_set(err, answer->status / 100 == 5 ? ERR_CONNECT : ERR_SQL,
		"HTTP status %ld without ClickHouse's own words", answer->status);
	return err_hint(err, "is url that of ClickHouse's HTTP port (8123, with TLS 8443)?");
}

/* The code of the exception in an answer, 0 when there is none. */
static int
exception_of(const struct http_answer *answer)
{
	struct str message;
	int code = 0;

	return read_exception(buf_str(&answer->body), &code, &message) ? code : 0;
}

/* Without the read-only setting, under which nothing is killed. */
bool
ch_kill(struct ch *ch, const char *id, const struct deadline *deadline, struct err *err)
{
	char *sql = xasprintf("KILL QUERY WHERE query_id LIKE '%s%%' ASYNC", id);
	struct ch_query q = { .ch = ch, .sql = str_from(sql), .deadline = *deadline,
		.max_rows = INT64_MAX };
	struct http_answer answer = { .status = 0 };
	struct query_end end = { 0 };
	struct buf url = BUF_INIT;
	bool done;

	tsv_init(&q.tsv, &ignoring, &end, INT64_MAX);
	make_url(&url, &q, false);
	done = http(&q, buf_text(&url), &answer, err) && judge(&q, &answer, err);
	http_answer_fini(&answer);
	tsv_fini(&q.tsv);
	buf_fini(&url);
	free(sql);
	return done;
}

/* The account's own profile is read-only and lets nothing be set. */
static bool
refuses_settings(const struct http_answer *answer)
{
	struct str text = buf_str(&answer->body);

	return answer->status / 100 != 2 && exception_of(answer) == READONLY_CODE &&
	       str_find(text, STR("setting"), 0) != SIZE_MAX;
}

/* One request; *again when it is worth another one with less in its URL. */
static bool
attempt(struct ch_query *q, struct row_sink *sink, struct query_end *end, bool *again,
	struct err *err)
{
	struct deadline grace = deadline_in_us(GRACE_US);
	struct http_answer answer = { .status = 0 };
	struct err ignored = ERR_INIT;
	struct buf url = BUF_INIT;
	bool done;

	snprintf(q->id, sizeof(q->id), "%s-%u", q->ch->token, ++q->ch->queries);
	tsv_init(&q->tsv, sink, end, q->max_rows);
	q->tsv.may_fail_late = !q->waits || q->ch->no_settings;
	make_url(&url, q, !q->ch->no_settings);
	done = http(q, buf_text(&url), &answer, err);
	*again = done && !q->ch->no_settings && refuses_settings(&answer);
	if (done && !*again)
		done = judge(q, &answer, err);
	else if (!done && answer.phase != NET_NOT_CONNECTED)
		ch_kill(q->ch, q->id, &grace, &ignored);
	done = done || q->tsv.is_full;
	if (done && !*again && q->tsv.lines == 0)
		done = sink->columns(sink, NULL, 0, err);
	http_answer_fini(&answer);
	buf_fini(&url);
	tsv_fini(&q->tsv);
	return done;
}

bool
ch_perform(struct ch_query *q, struct row_sink *sink, struct query_end *end, struct err *err)
{
	bool again, done = attempt(q, sink, end, &again, err);

	if (!again)
		return done;
	q->ch->no_settings = true;
	return attempt(q, sink, end, &again, err);
}
