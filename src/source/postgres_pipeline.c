/* SPDX-License-Identifier: MIT */
/* A statement with the transaction around it in one write and one wait: each answer of
 * the server that is waited for costs two changes of process, often more than the query. */
#include <stdio.h>

#include "src/source/postgres.h"

bool
pg_pipeline_fits(const struct pg *pg)
{
	return !pg->is_plain && !pg->is_unprotected && !pg->is_stepwise;
}

#ifdef LIBPQ_HAS_PIPELINING

/* One SELECT: the transaction's first query, which fixes that it only reads. */
static const char first_query[] =
	"SELECT pg_catalog.set_config('DateStyle', 'ISO', true),"
	" pg_catalog.set_config('IntervalStyle', 'postgres', true),"
	" pg_catalog.set_config('bytea_output', 'hex', true),"
	" pg_catalog.set_config('client_min_messages', 'error', true),"
	" pg_catalog.set_config('statement_timeout', $1, true)";

static bool
add(struct pg *pg, const char *sql, const char *param)
{
	return PQsendQueryParams(pg->conn, sql, param ? 1 : 0, NULL, &param, NULL, NULL, 0);
}

/* What fails before the first synchronization skips the rest up to it, so the statement
 * never runs outside of its transaction; ROLLBACK comes in any case. */
static bool
send_all(struct pg_query *q, const char *timeout, struct err *err)
{
	struct pg *pg = q->pg;

	return (PQenterPipelineMode(pg->conn) && add(pg, "BEGIN READ ONLY", NULL) &&
		       add(pg, first_query, timeout) &&
		       add(pg, arena_str(&q->arena, q->sql).p, NULL) && PQpipelineSync(pg->conn) &&
		       add(pg, "ROLLBACK", NULL) && PQpipelineSync(pg->conn)) ||
	       pg_lost(pg, err);
}

/* The answer to one of ours; `why` tells when the server did not take it. */
static bool
pass_ours(struct pg_query *q, struct err *why, struct err *err)
{
	bool done = false;
	PGresult *result;

	while ((result = pg_next(q->pg, &q->deadline, &done, err))) {
		if (why->code == ERR_NONE && PQresultStatus(result) != PGRES_COMMAND_OK &&
			PQresultStatus(result) != PGRES_TUPLES_OK)
			pg_fail(q->pg, result, STR_NONE, &q->deadline, why);
		PQclear(result);
	}
	if (!done)
		pg_finish(q->pg, true);
	return done;
}

/* Behind the statement: whether its transaction still stood, then its end. */
static bool
pass_end(struct pg_query *q, struct err *err)
{
	bool done = false, stood;
	PGresult *result = pg_next(q->pg, &q->deadline, &done, err);

	if (!result) {
		pg_finish(q->pg, true);
		return false;
	}
	stood = PQtransactionStatus(q->pg->conn) != PQTRANS_IDLE;
	PQclear(result);
	pg_finish(q->pg, false);
	return stood || err_set(err, ERR_READ_ONLY, "the statement ended its read-only transaction");
}

bool
pg_pipeline(struct pg_query *q, int64_t max_rows, struct row_sink *sink, struct query_end *end,
	bool *unusable, struct err *err)
{
	struct err why = ERR_INIT;
	char timeout[24];

	snprintf(timeout, sizeof(timeout), "%ld", pg_timeout_ms(&q->deadline));
	if (!send_all(q, timeout, err) || !pass_ours(q, &why, err) || !pass_ours(q, &why, err)) {
		if (why.code == ERR_CONNECT)
			*err = why; /* the server said more than that it is gone */
		return false;
	}
	if (why.code != ERR_NONE) {
		pg_finish(q->pg, false);
		*unusable = q->pg->is_stepwise = why.code != ERR_CONNECT;
		*err = why;
		return false;
	}
	if (!PQsetSingleRowMode(q->pg->conn))
		return pg_lost(q->pg, err);
	if (!pg_stream(q, max_rows, sink, end, err))
		return false;
	return !q->pg->conn || PQpipelineStatus(q->pg->conn) == PQ_PIPELINE_OFF || pass_end(q, err);
}

bool
pg_pipeline_is_over(PGconn *conn)
{
	return PQpipelineStatus(conn) == PQ_PIPELINE_OFF || PQexitPipelineMode(conn);
}

#else

bool
pg_pipeline(struct pg_query *q, int64_t max_rows, struct row_sink *sink, struct query_end *end,
	bool *unusable, struct err *err)
{
	(void)max_rows;
	(void)sink;
	(void)end;
	(void)err;
	*unusable = q->pg->is_stepwise = true;
	return false;
}

bool
pg_pipeline_is_over(PGconn *conn)
{
	(void)conn;
	return true;
}

#endif
