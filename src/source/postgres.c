/* SPDX-License-Identifier: MIT */
/* Statements of the PostgreSQL family. Each runs alone, by the extended protocol
 * (which refuses two), in a READ ONLY transaction whose first query was ours (so
 * that it cannot be made writable) and that is always rolled back. */
#include "src/source/postgres.h"

#include <limits.h>
#include <stdio.h>

#include "src/base/module.h"

static void
query_fini(struct pg_query *q)
{
	arena_fini(&q->arena);
	arena_fini(&q->scratch);
}

static bool
check_session(struct pg *pg, const struct deadline *deadline, struct err *err)
{
	if (!pg->conn)
		return err_set(err, ERR_CONNECT, "the connection was lost");
	return source_check_deadline(deadline, err);
}

static bool
check_reads(const struct pg_query *q, struct err *err)
{
	return source_check_reads(q->sql, SQL_POSTGRES,
		q->pg->is_unprotected ? READS_DEEP : 0, err);
}

long
pg_timeout_ms(const struct deadline *deadline)
{
	int64_t left = deadline_left_us(deadline);

	if (left == INT64_MAX || left / 1000 >= INT_MAX)
		return 0;
	return (long)(left / 1000) + 1;
}

/* A transaction that cannot be made to write: READ ONLY, and no longer before its
 * first query. */
static bool
begin(struct pg *pg, const struct deadline *deadline, struct err *err)
{
	char sql[320];
	const char *sets = "SET LOCAL DateStyle = ISO; SET LOCAL IntervalStyle = postgres;"
			   "SET LOCAL bytea_output = hex; SET LOCAL client_min_messages = error;";
	int n;

	if (!pg->is_plain) {
		n = snprintf(sql, sizeof(sql),
			"BEGIN READ ONLY; %s SET LOCAL statement_timeout = %ld; SELECT 1", sets,
			pg_timeout_ms(deadline));
		if (n > 0 && (size_t)n < sizeof(sql) && pg_exec(pg, sql, deadline, err))
			return true;
		if (!pg->conn || (err->code != ERR_SQL && err->code != ERR_READ_ONLY))
			return false;
		pg->is_plain = true; /* a relative that lacks one of these */
	}
	snprintf(sql, sizeof(sql), "SET statement_timeout = %ld", pg_timeout_ms(deadline));
	if (PQtransactionStatus(pg->conn) != PQTRANS_IDLE)
		pg_exec(pg, "ROLLBACK", deadline, err);
	if (pg->conn)
		pg_exec(pg, sql, deadline, err);
	if (pg->conn && pg_exec(pg, "BEGIN READ ONLY; SELECT 1", deadline, err))
		return true;
	if (!pg->conn || err->code != ERR_SQL)
		return false;
	pg->is_unprotected = true;
	return PQtransactionStatus(pg->conn) == PQTRANS_IDLE ||
	       pg_exec(pg, "ROLLBACK", deadline, err);
}

/* Back to idle, whatever happened. The session is given up when that fails. */
static void
end_transaction(struct pg *pg)
{
	struct deadline grace = deadline_in_us(10 * CLOCK_SECOND);
	struct err err = ERR_INIT;

	for (int i = 0; i < 2 && pg->conn; i++)
		if (PQtransactionStatus(pg->conn) == PQTRANS_IDLE ||
			pg_exec(pg, "ROLLBACK", &grace, &err))
			return;
	PQfinish(pg->conn);
	pg->conn = NULL;
}

bool
pg_note_columns(struct pg_query *q, const PGresult *result, struct err *err)
{
	q->count = (size_t)PQnfields(result);
	if (q->count > RESULT_MAX_COLUMNS)
		return err_set(err, ERR_LIMIT, "%zu columns, the limit is %d", q->count,
			RESULT_MAX_COLUMNS);
	q->columns = arena_array(&q->arena, struct column, q->count);
	q->values = arena_array(&q->arena, struct value, q->count);
	pg_columns(&q->arena, result, q->columns, q->count);
	return true;
}

static bool
take_columns(struct pg_query *q, const PGresult *result, struct row_sink *sink, struct err *err)
{
	q->has_columns = true;
	return pg_note_columns(q, result, err) &&
	       sink->columns(sink, q->columns, q->count, err);
}

static bool
take_row(struct pg_query *q, const PGresult *result, struct row_sink *sink, struct err *err)
{
	for (size_t i = 0; i < q->count; i++) {
		int column = (int)i;
		size_t len = (size_t)PQgetlength(result, 0, column);

		if (len == 0 && PQgetisnull(result, 0, column)) {
			q->values[i] = (struct value){ VALUE_NULL, STR_NONE };
			continue;
		}
		if (len > RESULT_MAX_CELL)
			return err_set(err, ERR_LIMIT, "a value of column %zu is too large", i + 1);
		q->values[i] = pg_value(&q->scratch, q->columns[i].kind,
			PQgetvalue(result, 0, column), len);
	}
	if (!sink->row(sink, q->values, q->count, err))
		return false;
	if (q->scratch.used)
		arena_clear(&q->scratch);
	return true;
}

/* One result of the statement; *more is false when the rest is not wanted. */
static bool
take_result(struct pg_query *q, const PGresult *result, int64_t max_rows, struct row_sink *sink,
	struct query_end *end, bool *more, struct err *err)
{
	switch (PQresultStatus(result)) {
	case PGRES_SINGLE_TUPLE:
	case PGRES_TUPLES_OK:
	case PGRES_COMMAND_OK:
		if (!q->has_columns && !take_columns(q, result, sink, err))
			return false;
		if (PQntuples(result) == 0)
			return true;
		end->truncated = end->rows == max_rows;
		*more = !end->truncated;
		if (end->truncated)
			return true;
		end->rows++;
		return take_row(q, result, sink, err);
	case PGRES_EMPTY_QUERY:
		return err_set(err, ERR_SQL, "there is no statement here");
	case PGRES_COPY_OUT:
	case PGRES_COPY_IN:
	case PGRES_COPY_BOTH:
		return err_set(err, ERR_READ_ONLY, "COPY is not allowed: use a SELECT");
	case PGRES_BAD_RESPONSE:
	case PGRES_NONFATAL_ERROR:
	case PGRES_FATAL_ERROR:
	case PGRES_PIPELINE_SYNC:
	case PGRES_PIPELINE_ABORTED:
		break;
	}
	return pg_fail(q->pg, result, q->sql, &q->deadline, err);
}

/* Reads results until the end, the limit or a failure; the connection is idle or
 * gone afterwards. */
bool
pg_stream(struct pg_query *q, int64_t max_rows, struct row_sink *sink, struct query_end *end,
	struct err *err)
{
	bool good = true, more = true, done = false;

	while (good && more) {
		PGresult *result = pg_next(q->pg, &q->deadline, &done, err);

		if (!result)
			break;
		good = take_result(q, result, max_rows, sink, end, &more, err);
		PQclear(result);
	}
	if (done)
		return good;
	pg_finish(q->pg, true);
	return good && !more;
}

static bool
send(struct pg_query *q, const char *sql, struct err *err)
{
	if (!PQsendQueryParams(q->pg->conn, sql, 0, NULL, NULL, NULL, NULL, 0) ||
		!PQsetSingleRowMode(q->pg->conn))
		return pg_lost(q->pg, err);
	return true;
}

static bool
run(struct pg_query *q, int64_t max_rows, struct row_sink *sink, struct query_end *end,
	struct err *err)
{
	bool done, unusable = false;

	if (pg_pipeline_fits(q->pg) && !pg_copy_fits(q, max_rows)) {
		done = pg_pipeline(q, max_rows, sink, end, &unusable, err);
		if (!unusable)
			return done;
		err_clear(err);
		if (!check_session(q->pg, &q->deadline, err))
			return false;
	}
	if (!begin(q->pg, &q->deadline, err))
		return false;
	if (q->pg->is_unprotected && !check_reads(q, err))
		return false;
	if (pg_copy_fits(q, max_rows)) {
		done = pg_copy(q, max_rows, sink, end, &unusable, err);
		if (!unusable)
			return done;
		end_transaction(q->pg);
		if (!q->pg->conn || !begin(q->pg, &q->deadline, err))
			return false;
	}
	done = send(q, arena_str(&q->arena, q->sql).p, err) &&
	       pg_stream(q, max_rows, sink, end, err);
	if (done && q->pg->conn && !q->pg->is_unprotected &&
		PQtransactionStatus(q->pg->conn) == PQTRANS_IDLE)
		done = err_set(err, ERR_READ_ONLY, "the statement ended its read-only transaction");
	return done;
}

static bool
pg_query(struct source *source, struct str sql, const struct query_limits *limits,
	struct row_sink *sink, struct query_end *end, struct err *err)
{
	struct pg_query q = { .pg = (struct pg *)source, .sql = sql,
		.deadline = limits->deadline };
	int64_t start = clock_mono_us();
	bool done;

	*end = (struct query_end){ 0 };
	if (!check_session(q.pg, &limits->deadline, err) || !check_reads(&q, err))
		return false;
	done = run(&q, limits->max_rows, sink, end, err);
	end_transaction(q.pg);
	query_fini(&q);
	end->elapsed_us = clock_mono_us() - start;
	return done;
}

/* Waits for the one result of a step of describing; NULL with err. */
static PGresult *
step(struct pg_query *q, struct err *err)
{
	PGresult *result, *rest;
	bool done;

	result = pg_next(q->pg, &q->deadline, &done, err);
	while (result && (rest = pg_next(q->pg, &q->deadline, &done, err)))
		PQclear(rest);
	if (!result || !done) {
		pg_finish(q->pg, true);
		PQclear(result);
		return NULL;
	}
	if (PQresultStatus(result) == PGRES_COMMAND_OK)
		return result;
	pg_fail(q->pg, result, q->sql, &q->deadline, err);
	PQclear(result);
	return NULL;
}

PGresult *
pg_describe_statement(struct pg_query *q, struct err *err)
{
	PGresult *result;

	if (!PQsendPrepare(q->pg->conn, "", arena_str(&q->arena, q->sql).p, 0, NULL)) {
		pg_lost(q->pg, err);
		return NULL;
	}
	result = step(q, err);
	if (!result)
		return NULL;
	PQclear(result);
	if (!PQsendDescribePrepared(q->pg->conn, "")) {
		pg_lost(q->pg, err);
		return NULL;
	}
	return step(q, err);
}

static bool
describe(struct pg_query *q, struct row_sink *sink, struct err *err)
{
	PGresult *result = pg_describe_statement(q, err);
	bool done = result && take_columns(q, result, sink, err);

	PQclear(result);
	return done;
}

static bool
pg_describe(struct source *source, struct str sql, const struct deadline *deadline,
	struct row_sink *sink, struct err *err)
{
	struct pg_query q = { .pg = (struct pg *)source, .sql = sql, .deadline = *deadline };
	bool done;

	if (!check_session(q.pg, deadline, err) || !check_reads(&q, err))
		return false;
	done = describe(&q, sink, err);
	query_fini(&q);
	return done;
}

static bool
pg_ping(struct source *source, const struct deadline *deadline, struct err *err)
{
	struct pg *pg = (struct pg *)source;

	return check_session(pg, deadline, err) && pg_exec(pg, "SELECT 1", deadline, err);
}

static bool
list_items(struct pg_query *q, const char *sql, const char *const params[2], int param_count,
	struct source_items *items, struct query_end *end, struct err *err)
{
	if (!PQsendQueryParams(q->pg->conn, sql, param_count, NULL, params, NULL, NULL, 0) ||
		!PQsetSingleRowMode(q->pg->conn))
		return pg_lost(q->pg, err);
	return pg_stream(q, INT64_MAX, &items->sink, end, err);
}

static bool
pg_schema(struct source *source, const char *schema, const char *table,
	const struct deadline *deadline, schema_fn fn, void *context, struct err *err)
{
	static const char tables[] =
		"SELECT n.nspname, c.relname, '', CASE WHEN c.relkind IN ('v', 'm') THEN 'view'"
		" ELSE 'table' END FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n"
		" ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')"
		" AND n.nspname NOT IN ('pg_catalog', 'information_schema')"
		" AND n.nspname NOT LIKE 'pg\\_t%' AND ($1::text = '' OR n.nspname = $1::text)"
		" ORDER BY n.nspname, c.relname";
	static const char columns[] =
		"SELECT n.nspname, c.relname, a.attname, pg_catalog.format_type(a.atttypid,"
		" a.atttypmod) FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n"
		" ON n.oid = c.relnamespace JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid"
		" WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relname = $2::text AND"
		" (n.nspname = $1::text OR ($1::text = '' AND pg_catalog.pg_table_is_visible(c.oid)))"
		" ORDER BY a.attnum";
	struct pg_query q = { .pg = (struct pg *)source, .deadline = *deadline };
	const char *params[2] = { schema ? schema : "", table };
	struct query_end end = { 0 };
	struct source_items items;
	bool done;

	if (!check_session(q.pg, deadline, err))
		return false;
	source_items_init(&items, table != NULL, fn, context);
	done = list_items(&q, table ? columns : tables, params, table ? 2 : 1, &items, &end, err);
	if (done && table && end.rows == 0)
		done = err_set(err, ERR_NOT_FOUND, "there is no table '%s'", table);
	query_fini(&q);
	source_items_fini(&items);
	return done;
}

static void
pg_cancel_token(struct source *source, char token[128])
{
	(void)source;
	token[0] = '\0';
}

static const char *
pg_version(struct source *source)
{
	return ((struct pg *)source)->version;
}

static const struct source_ops ops = {
	.open = pg_open,
	.close = pg_close,
	.ping = pg_ping,
	.describe = pg_describe,
	.query = pg_query,
	.schema = pg_schema,
	.cancel_token = pg_cancel_token,
	.version = pg_version,
};

DP_MODULE(postgres, &ops);
