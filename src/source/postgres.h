/* SPDX-License-Identifier: MIT */
/* The PostgreSQL family over libpq: postgres_connect.c opens a session that depends
 * on nothing but the settings, postgres_wait.c talks without ever blocking beyond the
 * deadline, postgres_types.c turns OIDs and text into kinds and values,
 * postgres_copy.c streams exports, postgres_pipeline.c saves waits. postgres.c puts
 * statements through them. */
#ifndef DP_SOURCE_POSTGRES_H
#define DP_SOURCE_POSTGRES_H

#include <libpq-fe.h>

#include "src/source/driver.h"

struct pg {
	struct source base;
	PGconn *conn;	      /* NULL once the session is lost for good */
	bool is_plain;	      /* a relative that knows no SET LOCAL: SETs were sent once */
	bool is_unprotected;  /* knows no READ ONLY transaction: grants must protect */
	bool is_stepwise;     /* takes no statement together with its transaction */
	unsigned results;     /* counted to look at the clock now and then */
	char version[64];
};

/* postgres_connect.c */
struct source *pg_open(const struct settings *settings, const struct deadline *deadline,
	struct err *err);
void pg_close(struct source *source);

/* postgres_wait.c. All return NULL or false with err written. When the server does
 * not answer within a grace period after a cancel the session is closed. */

/* The next result of what was sent; NULL with *done when there are no more. The
 * caller clears it. On a deadline the server is told to cancel and err is
 * ERR_TIMEOUT or ERR_CANCELLED; call pg_finish then. */
PGresult *pg_next(struct pg *pg, const struct deadline *deadline, bool *done, struct err *err);
/* Ends what runs: cancelled unless it ends by itself within milliseconds, rest
 * thrown away. Afterwards the connection is ready or gone. */
void pg_finish(struct pg *pg, bool cancel);
/* Runs text of ours (several statements are fine), rows ignored. */
bool pg_exec(struct pg *pg, const char *sql, const struct deadline *deadline, struct err *err);
/* The error of a result, with its place in `sql` (may be empty). */
bool pg_fail(struct pg *pg, const PGresult *result, struct str sql,
	const struct deadline *deadline, struct err *err);
/* ERR_CONNECT with libpq's words; the session is closed. */
bool pg_lost(struct pg *pg, struct err *err);
/* While COPY OUT runs: the next line, for PQfreemem; NULL with *done at its end. */
char *pg_next_line(struct pg *pg, const struct deadline *deadline, size_t *len, bool *done,
	struct err *err);

/* One statement on its way to the sink. */
struct pg_query {
	struct pg *pg;
	struct str sql;
	struct deadline deadline;
	struct arena arena;   /* columns */
	struct arena scratch; /* one row */
	struct column *columns;
	struct value *values;
	size_t count;
	bool has_columns; /* the sink got them */
};

/* postgres.c */

/* The columns of a result into q, without telling the sink. */
bool pg_note_columns(struct pg_query *q, const PGresult *result, struct err *err);
/* What the server is told as statement_timeout; 0: none. */
long pg_timeout_ms(const struct deadline *deadline);
/* Reads results until the end, the limit or a failure; what was sent is over then, or the
 * session is gone. */
bool pg_stream(struct pg_query *q, int64_t max_rows, struct row_sink *sink,
	struct query_end *end, struct err *err);
/* Prepares the statement and asks for its columns: a result for PQclear, or NULL. */
PGresult *pg_describe_statement(struct pg_query *q, struct err *err);

/* postgres_pipeline.c */

/* Whether the session may take the statement and its transaction at once. */
bool pg_pipeline_fits(const struct pg *pg);
/* Does that. *unusable when the server did not take what is ours; then nothing was given
 * to the sink, and the session is ready for single steps or gone. */
bool pg_pipeline(struct pg_query *q, int64_t max_rows, struct row_sink *sink,
	struct query_end *end, bool *unusable, struct err *err);
/* Nothing of a pipeline is still to be read; ends that mode. */
bool pg_pipeline_is_over(PGconn *conn);

/* postgres_copy.c */

/* Whether the statement is one for pg_copy: many rows may come and COPY takes it. */
bool pg_copy_fits(const struct pg_query *q, int64_t max_rows);
/* Streams it as COPY (…) TO STDOUT, which costs a third of single rows. *unusable when
 * the server does not take this one so; then nothing was given to the sink. */
bool pg_copy(struct pg_query *q, int64_t max_rows, struct row_sink *sink, struct query_end *end,
	bool *unusable, struct err *err);

/* postgres_types.c */
void pg_columns(struct arena *arena, const PGresult *result, struct column *columns,
	size_t count);
/* Kinds of the columns as pg_value wants them. */
struct value pg_value(struct arena *scratch, enum value_kind kind, const char *text, size_t len);

#endif
