/* SPDX-License-Identifier: MIT */
/* Statements of the MySQL family. Each runs alone (the server takes one a call) in
 * a session whose transactions are READ ONLY; which words may begin it is checked
 * before. Rows are streamed; more than max_rows are never asked for where the
 * server can bound them (sql_select_limit), and never shown. */
#include "src/source/mysql.h"

#include <limits.h>
#include <mysqld_error.h>
#include <stdio.h>

#include "src/base/module.h"

/* One statement on its way to the sink. */
struct my_query {
	struct my *my;
	struct str sql;
	struct deadline deadline;
	struct arena arena;   /* columns */
	struct arena scratch; /* one row */
	struct column *columns;
	struct value *values;
	const MYSQL_FIELD *fields;
	size_t count;
};

static void
query_fini(struct my_query *q)
{
	arena_fini(&q->arena);
	arena_fini(&q->scratch);
}

static bool
check(const struct my_query *q, struct err *err)
{
	unsigned how = q->my->is_unprotected ? READS_DEEP : 0;

	if (!q->my->conn)
		return err_set(err, ERR_CONNECT, "the connection was lost");
	if (q->my->conn->server_status & SERVER_STATUS_NO_BACKSLASH_ESCAPES)
		how |= READS_UNSURE_QUOTES;
	return source_check_deadline(&q->deadline, err) &&
	       source_check_reads(q->sql, SQL_MYSQL, how, err);
}

/* The assignment that bounds a statement's time; 0 is no bound. */
static void
limit_text(enum my_limit limit, int64_t left_us, char text[64])
{
	int64_t left = left_us == INT64_MAX || left_us / 1000 >= INT_MAX ? 0 : left_us / 1000 + 1;

	text[0] = '\0';
	switch (limit) {
	case MY_LIMIT_STATEMENT:
		snprintf(text, 64, "max_statement_time=%lld.%03d", (long long)(left / 1000),
			(int)(left % 1000));
		break;
	case MY_LIMIT_EXECUTION:
		snprintf(text, 64, "max_execution_time=%lld", (long long)left);
		break;
	case MY_LIMIT_QUERY:
		snprintf(text, 64, "query_timeout=%lld",
			(long long)(left ? left / 1000 + 1 : 259200));
		break;
	case MY_LIMIT_NONE:
		break;
	}
}

/* SET SESSION of what this server is known to understand; false with err. */
static bool
set_bounds(struct my_query *q, int64_t max_rows, struct err *err)
{
	char limit[64], rows[48] = "", sql[160];

	limit_text(q->my->limit, deadline_left_us(&q->deadline), limit);
	if (!q->my->no_select_limit && max_rows < INT64_MAX)
		snprintf(rows, sizeof(rows), "sql_select_limit=%lld", (long long)max_rows + 1);
	else if (!q->my->no_select_limit)
		snprintf(rows, sizeof(rows), "sql_select_limit=DEFAULT");
	if (!*limit && !*rows)
		return true;
	snprintf(sql, sizeof(sql), "SET SESSION %s%s%s", limit, *limit && *rows ? ", " : "", rows);
	return my_exec(q->my, sql, &q->deadline, err);
}

/* Finds out, once a session, which bounds the server takes (sources.md 5.3). */
static bool
bound(struct my_query *q, int64_t max_rows, struct err *err)
{
	while (!set_bounds(q, max_rows, err)) {
		if (!q->my->conn || err->code != ERR_SQL)
			return false;
		if (q->my->limit != MY_LIMIT_NONE)
			q->my->limit++;
		else if (!q->my->no_select_limit)
			q->my->no_select_limit = true;
		else
			return false;
	}
	return true;
}

static bool
take_columns(struct my_query *q, MYSQL_RES *result, struct row_sink *sink, struct err *err)
{
	q->count = result ? mysql_num_fields(result) : 0;
	if (q->count > RESULT_MAX_COLUMNS)
		return err_set(err, ERR_LIMIT, "%zu columns, the limit is %d", q->count,
			RESULT_MAX_COLUMNS);
	q->columns = arena_array(&q->arena, struct column, q->count);
	q->values = arena_array(&q->arena, struct value, q->count);
	if (result) {
		q->fields = mysql_fetch_fields(result);
		my_columns(&q->arena, result, q->columns, q->count);
	}
	return sink->columns(sink, q->columns, q->count, err);
}

static bool
take_row(struct my_query *q, struct row_sink *sink, struct err *err)
{
	const unsigned long *lengths = mysql_fetch_lengths(q->my->result);
	MYSQL_ROW row = q->my->row;

	for (size_t i = 0; i < q->count; i++) {
		if (!row[i])
			q->values[i] = (struct value){ VALUE_NULL, STR_NONE };
		else if (lengths[i] > RESULT_MAX_CELL)
			return err_set(err, ERR_LIMIT, "a value of column %zu is too large", i + 1);
		else
			q->values[i] = my_value(&q->scratch, &q->fields[i], q->columns[i].kind,
				row[i], lengths[i]);
	}
	if (!sink->row(sink, q->values, q->count, err))
		return false;
	if (q->scratch.used)
		arena_clear(&q->scratch);
	return true;
}

/* Errors may come with any row, also the last: what fetch leaves in errno counts. */
static bool
stream(struct my_query *q, int64_t max_rows, struct row_sink *sink, struct query_end *end,
	struct err *err)
{
	struct my *my = q->my;

	my->result = mysql_use_result(my->conn);
	if (!my->result && mysql_errno(my->conn))
		return my_fail(my, q->sql, &q->deadline, err);
	if (!take_columns(q, my->result, sink, err))
		return false;
	while (my->result) {
		if (!my_fetch(my, &q->deadline, err))
			return false;
		if (!my->row)
			break;
		if (end->rows == max_rows) {
			end->truncated = true;
			return true;
		}
		end->rows++;
		if (!take_row(q, sink, err))
			return false;
	}
	return mysql_errno(my->conn) == 0 || my_fail(my, q->sql, &q->deadline, err);
}

static bool
my_query(struct source *source, struct str sql, const struct query_limits *limits,
	struct row_sink *sink, struct query_end *end, struct err *err)
{
	struct my_query q = { .my = (struct my *)source, .sql = sql,
		.deadline = limits->deadline };
	int64_t start = clock_mono_us();
	bool done;

	*end = (struct query_end){ 0 };
	if (!check(&q, err) || !bound(&q, limits->max_rows, err))
		return false;
	done = my_send(q.my, sql, &q.deadline, err) &&
	       stream(&q, limits->max_rows, sink, end, err);
	my_finish(q.my, true);
	query_fini(&q);
	end->elapsed_us = clock_mono_us() - start;
	return done;
}

/* Old StarRocks and Doris do not know prepared statements, and say so as a syntax
 * error (sources.md 5.2). */
static bool
says_no_prepare(struct my *my)
{
	switch (mysql_stmt_errno(my->stmt)) {
	case ER_UNSUPPORTED_PS:
	case ER_UNKNOWN_COM_ERROR:
	case ER_NOT_SUPPORTED_YET:
		return true;
	case ER_PARSE_ERROR:
		return strstr(mysql_stmt_error(my->stmt), "COM_STMT_PREPARE") != NULL;
	default:
		return false;
	}
}

/* Columns by COM_STMT_PREPARE; *unknown when the server has no such thing. */
static bool
describe_prepared(struct my_query *q, struct row_sink *sink, bool *unknown, struct err *err)
{
	MYSQL_RES *result;
	bool done;

	*unknown = false;
	q->my->stmt = mysql_stmt_init(q->my->conn);
	if (!q->my->stmt)
		return err_set(err, ERR_CONNECT, "%s", mysql_error(q->my->conn));
	done = my_prepare(q->my, q->sql, &q->deadline, err);
	if (!done && q->my->conn && q->my->waits == 0)
		*unknown = says_no_prepare(q->my);
	if (done) {
		result = mysql_stmt_result_metadata(q->my->stmt);
		done = take_columns(q, result, sink, err);
		mysql_free_result(result);
	}
	my_finish(q->my, true);
	return done;
}

/* Without prepare: an empty result of the statement as a derived table. */
static bool
describe_empty(struct my_query *q, struct row_sink *sink, struct err *err)
{
	struct buf sql = BUF_INIT;
	size_t end = q->sql.len;
	bool done;

	while (end && strchr("; \t\r\n", q->sql.p[end - 1]))
		end--;
	buf_adds(&sql, "SELECT * FROM (\n");
	buf_add(&sql, q->sql.p, end);
	buf_adds(&sql, "\n) t LIMIT 0");
	done = my_send(q->my, buf_str(&sql), &q->deadline, err);
	if (done) {
		q->my->result = mysql_use_result(q->my->conn);
		done = take_columns(q, q->my->result, sink, err);
	} else if (err->line > 0) {
		err->line--;
	}
	my_finish(q->my, true);
	buf_fini(&sql);
	return done;
}

static bool
my_describe(struct source *source, struct str sql, const struct deadline *deadline,
	struct row_sink *sink, struct err *err)
{
	struct my_query q = { .my = (struct my *)source, .sql = sql, .deadline = *deadline };
	bool done, unknown = q.my->no_prepare;

	if (!check(&q, err))
		return false;
	done = !unknown && describe_prepared(&q, sink, &unknown, err);
	if (unknown) {
		q.my->no_prepare = true;
		done = describe_empty(&q, sink, err);
	}
	query_fini(&q);
	return done;
}

static bool
my_ping(struct source *source, const struct deadline *deadline, struct err *err)
{
	struct my *my = (struct my *)source;

	if (!my->conn)
		return err_set(err, ERR_CONNECT, "the connection was lost");
	return source_check_deadline(deadline, err) && my_exec(my, "DO 0", deadline, err);
}

static void
add_literal(struct my *my, struct buf *sql, const char *text)
{
	size_t len = strlen(text);
	char *to = buf_reserve(sql, 2 * len + 3);

	if (!to)
		return;
	to[0] = '\'';
	len = mysql_real_escape_string(my->conn, to + 1, text, len);
	to[len + 1] = '\'';
	buf_commit(sql, len + 2);
}

static void
schema_sql(struct my *my, struct buf *sql, const char *schema, const char *table)
{
	if (table)
		buf_adds(sql, "SELECT TABLE_SCHEMA, TABLE_NAME, COLUMN_NAME, COLUMN_TYPE"
			      " FROM information_schema.COLUMNS WHERE TABLE_NAME = ");
	else
		buf_adds(sql, "SELECT TABLE_SCHEMA, TABLE_NAME, '', CASE WHEN TABLE_TYPE LIKE"
			      " '%VIEW' THEN 'view' ELSE 'table' END"
			      " FROM information_schema.TABLES WHERE ");
	if (table) {
		add_literal(my, sql, table);
		buf_adds(sql, " AND ");
	}
	buf_adds(sql, "TABLE_SCHEMA = ");
	if (schema && *schema)
		add_literal(my, sql, schema);
	else if (settings_has(&my->settings, "database"))
		buf_adds(sql, "DATABASE()");
	else
		buf_adds(sql, "TABLE_SCHEMA AND TABLE_SCHEMA NOT IN ('information_schema',"
			      " 'performance_schema', 'mysql', 'sys')");
	buf_adds(sql, table ? " ORDER BY TABLE_SCHEMA, ORDINAL_POSITION" :
			      " ORDER BY TABLE_SCHEMA, TABLE_NAME");
}

static bool
list_items(struct my_query *q, struct source_items *items, struct query_end *end, struct err *err)
{
	bool done = bound(q, INT64_MAX, err) && my_send(q->my, q->sql, &q->deadline, err) &&
		    stream(q, INT64_MAX, &items->sink, end, err);

	my_finish(q->my, true);
	return done;
}

static bool
my_schema(struct source *source, const char *schema, const char *table,
	const struct deadline *deadline, schema_fn fn, void *context, struct err *err)
{
	struct my_query q = { .my = (struct my *)source, .deadline = *deadline };
	struct query_end end = { 0 };
	struct source_items items;
	struct buf sql = BUF_INIT;
	bool done;

	if (!q.my->conn)
		return err_set(err, ERR_CONNECT, "the connection was lost");
	source_items_init(&items, table != NULL, fn, context);
	schema_sql(q.my, &sql, schema, table);
	q.sql = buf_str(&sql);
	done = source_check_deadline(deadline, err) && list_items(&q, &items, &end, err);
	if (done && table && end.rows == 0)
		done = err_set(err, ERR_NOT_FOUND, "there is no table '%s'", table);
	source_items_fini(&items);
	query_fini(&q);
	buf_fini(&sql);
	return done;
}

static void
my_cancel_token(struct source *source, char token[128])
{
	struct my *my = (struct my *)source;

	token[0] = '\0';
	if (my->conn)
		snprintf(token, 128, "%lu", mysql_thread_id(my->conn));
}

static const char *
my_version(struct source *source)
{
	return ((struct my *)source)->version;
}

static const struct source_ops ops = {
	.open = my_open,
	.close = my_close,
	.ping = my_ping,
	.describe = my_describe,
	.query = my_query,
	.schema = my_schema,
	.cancel_token = my_cancel_token,
	.cancel = my_cancel,
	.version = my_version,
};

DP_MODULE(mysql, &ops);
