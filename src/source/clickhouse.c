/* SPDX-License-Identifier: MIT */
/* ClickHouse over HTTP. Read-only by the statement's first word and the server's
 * setting readonly=2 (which leaves a SELECT its SETTINGS clause), bounded by its
 * settings where the account may set any, and always by the client. A query is named,
 * so that it can be killed: dropping the connection does not stop it. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

#include "src/source/clickhouse.h"
#include "src/sql/lexer.h"

#define WAIT_MOST_ROWS 100000 /* up to here the server finishes before it answers */

static bool
query_init(struct ch_query *q, struct ch *ch, struct str sql, const struct deadline *deadline,
	struct err *err)
{
	*q = (struct ch_query){ .ch = ch, .sql = sql, .deadline = *deadline,
		.max_rows = INT64_MAX };
	return source_check_deadline(deadline, err);
}

/* Position of a FORMAT clause at the end of the statement, SIZE_MAX when it has none:
 * it would win over the format that is read here. */
static size_t
find_format(struct str sql)
{
	static const char *const not_before[] = { "select", "distinct", "as", "by", ",", ".", "(" };
	struct sql_lexer lexer;
	struct sql_token token;
	struct str before = STR("("), text;
	size_t found = SIZE_MAX, words_after = 0;
	bool is_name;

	sql_lexer_init(&lexer, SQL_CLICKHOUSE, sql, SQL_STATE_START);
	while (sql_lexer_next(&lexer, &token)) {
		text = sql_token_text(&lexer, &token);
		if (token.kind == SQL_TOKEN_SPACE || token.kind == SQL_TOKEN_COMMENT ||
			str_is(text, ";"))
			continue;
		is_name = true;
		for (size_t i = 0; i < ARRAY_LEN(not_before); i++)
			if (str_equal_nocase(before, str_from(not_before[i])))
				is_name = false;
		if (is_name && str_equal_nocase(text, STR("format"))) {
			found = token.pos;
			words_after = 0;
		} else if (found != SIZE_MAX) {
			words_after++;
			if (words_after == 1 && token.kind != SQL_TOKEN_NAME &&
				token.kind != SQL_TOKEN_KEYWORD)
				found = SIZE_MAX;
			if (words_after == 2 && !str_equal_nocase(text, STR("settings")))
				found = SIZE_MAX;
		}
		before = text;
	}
	return words_after ? found : SIZE_MAX;
}

static bool
check_statement(struct str sql, struct err *err)
{
	size_t format;

	if (!source_check_reads(sql, SQL_CLICKHOUSE, 0, err))
		return false;
	format = find_format(sql);
	if (format == SIZE_MAX)
		return true;
	err_set(err, ERR_SQL, "a FORMAT clause cannot be used here: leave it out");
	return source_err_at(err, sql, format);
}

static bool
ch_query(struct source *source, struct str sql, const struct query_limits *limits,
	struct row_sink *sink, struct query_end *end, struct err *err)
{
	int64_t start = clock_mono_us();
	struct ch_query q;
	bool done;

	*end = (struct query_end){ 0 };
	if (!query_init(&q, (struct ch *)source, sql, &limits->deadline, err) ||
		!check_statement(sql, err))
		return false;
	q.max_rows = limits->max_rows;
	q.waits = limits->max_rows <= WAIT_MOST_ROWS;
	done = ch_perform(&q, sink, end, err);
	end->elapsed_us = clock_mono_us() - start;
	return done;
}

/* Rows of DESCRIBE (name, type, …) become columns. */
struct describe_sink {
	struct row_sink sink;
	struct arena arena;
	struct column *columns;
	size_t count;
};

static bool
ignore_columns(struct row_sink *self, const struct column *columns, size_t count, struct err *err)
{
	(void)self;
	(void)columns;
	(void)err;
	return count >= 2 || err_set(err, ERR_SQL, "the server describes the statement in no known way");
}

static bool
on_described(struct row_sink *self, const struct value *values, size_t count, struct err *err)
{
	struct describe_sink *s = (struct describe_sink *)self;
	size_t size = sizeof(*s->columns);

	(void)count;
	if (s->count == RESULT_MAX_COLUMNS)
		return err_set(err, ERR_LIMIT, "more than %d columns", RESULT_MAX_COLUMNS);
	if (s->count % 64 == 0)
		s->columns = arena_grow(&s->arena, s->columns, s->count * size,
			(s->count + 64) * size);
	s->columns[s->count++] = (struct column){
		.name = arena_str(&s->arena, values[0].text),
		.kind = tsv_kind_of_type(values[1].text),
		.type_name = arena_str(&s->arena, values[1].text),
	};
	return true;
}

/* End of the last token that counts: without the `;` and comments behind it. */
static size_t
end_of_statement(struct str sql)
{
	struct sql_lexer lexer;
	struct sql_token token;
	size_t end = 0;

	sql_lexer_init(&lexer, SQL_CLICKHOUSE, sql, SQL_STATE_START);
	while (sql_lexer_next(&lexer, &token))
		if (token.kind != SQL_TOKEN_SPACE && token.kind != SQL_TOKEN_COMMENT &&
			!str_is(sql_token_text(&lexer, &token), ";"))
			end = token.pos + token.len;
	return end;
}

static bool
describe_select(struct ch_query *q, struct row_sink *sink, struct err *err)
{
	struct describe_sink s = { { ignore_columns, on_described }, ARENA_INIT, NULL, 0 };
	struct query_end end = { 0 };
	struct buf wrapped = BUF_INIT;
	bool done;

	buf_adds(&wrapped, "DESCRIBE TABLE (\n");
	buf_add_str(&wrapped, str_slice(q->sql, 0, end_of_statement(q->sql)));
	buf_adds(&wrapped, "\n)");
	q->sql = buf_str(&wrapped);
	q->waits = true;
	done = ch_perform(q, &s.sink, &end, err);
	if (!done && err->line > 1)
		err->line--; /* of the line put before */
	if (done)
		done = sink->columns(sink, s.columns, s.count, err);
	arena_fini(&s.arena);
	buf_fini(&wrapped);
	return done;
}

/* SHOW and the like have no other way to tell their columns than to run. */
static bool
describe_by_running(struct ch_query *q, struct row_sink *sink, struct err *err)
{
	struct query_end end = { 0 };

	q->max_rows = 0;
	return ch_perform(q, sink, &end, err);
}

static bool
ch_describe(struct source *source, struct str sql, const struct deadline *deadline,
	struct row_sink *sink, struct err *err)
{
	struct ch_query q;
	size_t pos = source_skip_blank(sql, 0, SQL_CLICKHOUSE);
	struct str first = str_slice(sql, pos, sql.len);

	if (!query_init(&q, (struct ch *)source, sql, deadline, err) || !check_statement(sql, err))
		return false;
	if (str_equal_nocase(str_slice(first, 0, 6), STR("select")) ||
		str_equal_nocase(str_slice(first, 0, 4), STR("with")))
		return describe_select(&q, sink, err);
	return describe_by_running(&q, sink, err);
}

/* Takes the first answer of a server: its version and the settings it knows. */
struct hello_sink {
	struct row_sink sink;
	struct ch *ch;
};

static bool
any_columns(struct row_sink *self, const struct column *columns, size_t count, struct err *err)
{
	(void)self;
	(void)columns;
	return count > 0 || err_set(err, ERR_CONNECT, "the server does not answer like ClickHouse");
}

static bool
on_hello(struct row_sink *self, const struct value *values, size_t count, struct err *err)
{
	struct ch *ch = ((struct hello_sink *)self)->ch;
	struct str text = values[0].text;

	(void)count;
	(void)err;
	for (size_t i = 0; i < CH_OPTIONAL_COUNT; i++)
		if (str_is(text, ch_optional[i].name))
			ch->known |= ch_optional[i].bit;
	if (text.len && text.p[0] >= '0' && text.p[0] <= '9')
		snprintf(ch->version, sizeof(ch->version), "ClickHouse %.*s",
			(int)(text.len < 40 ? text.len : 40), text.p);
	return true;
}

static bool
say_hello(struct ch *ch, const struct deadline *deadline, struct err *err)
{
	static const char *const questions[] = {
		"SELECT version() AS name UNION ALL SELECT name FROM system.settings",
		"SELECT version()", /* the account may not look at settings */
	};
	struct hello_sink sink = { { any_columns, on_hello }, ch };
	struct query_end end;
	struct ch_query q;

	for (size_t i = 0; i < ARRAY_LEN(questions); i++) {
		end = (struct query_end){ 0 };
		if (!query_init(&q, ch, str_from(questions[i]), deadline, err))
			return false;
		q.waits = true;
		if (ch_perform(&q, &sink.sink, &end, err))
			return true;
		if (err->code != ERR_SQL && err->code != ERR_READ_ONLY)
			return false;
	}
	return false;
}

static bool
check_settings(const struct settings *settings, struct err *err)
{
	const char *url = settings_get(settings, "url");

	if (strncmp(url, "http://", 7) != 0 && strncmp(url, "https://", 8) != 0) {
		err_set(err, ERR_CONFIG, "url must begin with https:// or http://");
		return err_hint(err, "for example url=https://host:8443");
	}
	if (strpbrk(url, "?#@")) {
		err_set(err, ERR_CONFIG, "url is only host, port and path");
		return err_hint(err, "user, password and database are fields of their own");
	}
	if (strpbrk(settings_get(settings, "user"), "\r\n") ||
		strpbrk(settings_get(settings, "password"), "\r\n"))
		return err_set(err, ERR_CONFIG, "user and password cannot hold line breaks");
	return true;
}

static bool
make_token(char token[40], struct err *err)
{
	unsigned char bytes[12];

	if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
		return err_errno(err, "no random bytes");
	for (size_t i = 0; i < sizeof(bytes); i++)
		snprintf(token + 9 + 2 * i, 3, "%02x", bytes[i]);
	memcpy(token, "dpstudio-", 9);
	return true;
}

static void
ch_close(struct source *source)
{
	struct ch *ch = (struct ch *)source;

	if (!ch)
		return;
	settings_fini(&ch->settings);
	free(ch);
}

static struct source *
ch_open(const struct settings *settings, const struct deadline *deadline, struct err *err)
{
	struct ch *ch = xcalloc(1, sizeof(*ch));

	ch->base.ops = &clickhouse_ops;
	settings_copy(&ch->settings, settings);
	if (check_settings(settings, err) && make_token(ch->token, err) &&
		say_hello(ch, deadline, err))
		return &ch->base;
	if (err->code == ERR_SQL)
		err->code = ERR_CONNECT;
	ch_close(&ch->base);
	return NULL;
}

static bool
ch_ping(struct source *source, const struct deadline *deadline, struct err *err)
{
	struct hello_sink sink = { { any_columns, on_hello }, (struct ch *)source };
	struct query_end end = { 0 };
	struct ch_query q;

	if (!query_init(&q, (struct ch *)source, STR("SELECT version()"), deadline, err))
		return false;
	q.waits = true;
	return ch_perform(&q, &sink.sink, &end, err);
}

static void
add_literal(struct buf *sql, const char *text)
{
	buf_addc(sql, '\'');
	for (; *text; text++) {
		if (*text == '\'' || *text == '\\')
			buf_addc(sql, '\\');
		buf_addc(sql, *text);
	}
	buf_addc(sql, '\'');
}

static void
schema_sql(struct buf *sql, const char *schema, const char *table)
{
	if (table) {
		buf_adds(sql, "SELECT database, table, name, type FROM system.columns"
			      " WHERE table = ");
		add_literal(sql, table);
		buf_adds(sql, " AND ");
	} else {
		buf_adds(sql, "SELECT database, name, '', if(engine LIKE '%View', 'view', 'table')"
			      " FROM system.tables WHERE NOT name LIKE '.inner%' AND ");
	}
	buf_adds(sql, "database = ");
	if (schema && *schema)
		add_literal(sql, schema);
	else
		buf_adds(sql, "currentDatabase()");
	if (!table)
		buf_adds(sql, " ORDER BY name");
}

static bool
ch_schema(struct source *source, const char *schema, const char *table,
	const struct deadline *deadline, schema_fn fn, void *context, struct err *err)
{
	struct query_end end = { 0 };
	struct source_items items;
	struct buf sql = BUF_INIT;
	struct ch_query q;
	bool done;

	schema_sql(&sql, schema, table);
	source_items_init(&items, table != NULL, fn, context);
	done = query_init(&q, (struct ch *)source, buf_str(&sql), deadline, err);
	q.waits = true;
	done = done && ch_perform(&q, &items.sink, &end, err);
	if (done && table && end.rows == 0)
		done = err_set(err, ERR_NOT_FOUND, "there is no table '%s'", table);
	source_items_fini(&items);
	buf_fini(&sql);
	return done;
}

static void
ch_cancel_token(struct source *source, char token[128])
{
	snprintf(token, 128, "%s", ((struct ch *)source)->token);
}

static bool
ch_cancel(const struct settings *settings, const char *token, const struct deadline *deadline,
	struct err *err)
{
	struct ch ch = { .base.ops = &clickhouse_ops };
	bool done;

	if (strlen(token) >= sizeof(ch.token) ||
		token[strspn(token, "abcdefghijklmnopqrstuvwxyz0123456789-")])
		return err_set(err, ERR_INTERNAL, "'%s' is no query of this kind", token);
	settings_copy(&ch.settings, settings);
	done = check_settings(settings, err) && ch_kill(&ch, token, deadline, err);
	settings_fini(&ch.settings);
	return done;
}

static const char *
ch_version(struct source *source)
{
	return ((struct ch *)source)->version;
}

const struct source_ops clickhouse_ops = {
	.open = ch_open,
	.close = ch_close,
	.ping = ch_ping,
	.describe = ch_describe,
	.query = ch_query,
	.schema = ch_schema,
	.cancel_token = ch_cancel_token,
	.cancel = ch_cancel,
	.version = ch_version,
};
