/* SPDX-License-Identifier: MIT */
/* The PostgreSQL family over libpq, in three files: postgres_connect.c opens a
 * session that depends on nothing but the settings, postgres_wait.c talks without
 * ever blocking beyond the deadline, postgres_types.c turns OIDs and text into
 * kinds and values. postgres.c puts statements through them. */
#ifndef DP_SOURCE_POSTGRES_H
#define DP_SOURCE_POSTGRES_H

#include <libpq-fe.h>

#include "src/source/driver.h"

struct pg {
	struct source base;
	PGconn *conn;	      /* NULL once the session is lost for good */
	bool is_plain;	      /* a relative that knows no SET LOCAL: SETs were sent once */
	bool is_unprotected;  /* knows no READ ONLY transaction: grants must protect */
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
/* postgres_types.c */
void pg_columns(struct arena *arena, const PGresult *result, struct column *columns,
	size_t count);
/* Kinds of the columns as pg_value wants them. */
struct value pg_value(struct arena *scratch, enum value_kind kind, const char *text, size_t len);

#endif
