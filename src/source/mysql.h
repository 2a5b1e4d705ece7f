/* SPDX-License-Identifier: MIT */
/* The MySQL family over MariaDB Connector/C: mysql_connect.c opens a session that
 * depends on nothing but the settings, mysql_wait.c drives the library's
 * non-blocking calls within a deadline, mysql_types.c turns fields and text into
 * kinds and values. mysql.c puts statements through them. */
#ifndef DP_SOURCE_MYSQL_H
#define DP_SOURCE_MYSQL_H

#include <mysql.h>

#include "src/source/driver.h"

/* How this server bounds a statement's time; found by trying (sources.md 5.3). */
enum my_limit {
	MY_LIMIT_STATEMENT, /* MariaDB: max_statement_time, seconds */
	MY_LIMIT_EXECUTION, /* MySQL: max_execution_time, milliseconds */
	MY_LIMIT_QUERY,	    /* StarRocks, Doris: query_timeout, seconds */
	MY_LIMIT_NONE
};

struct my {
	struct source base;
	MYSQL *conn; /* NULL once the session is lost for good */
	struct settings settings; /* for the second connection that cancels */
	enum my_limit limit;
	bool no_select_limit; /* sql_select_limit is unknown here */
	bool is_unprotected;  /* no read-only mode: grants must protect */
	bool no_prepare;      /* refuses COM_STMT_PREPARE */
	unsigned rows;	      /* counted to look at the clock now and then */
	char version[80];

	/* The non-blocking call under way: continued by `resume` until it gives 0. */
	int (*resume)(struct my *my, int ready);
	int waits; /* MYSQL_WAIT_… it waits for; 0: none under way */
	MYSQL *opened;
	MYSQL_RES *result;
	MYSQL_ROW row;
	MYSQL_STMT *stmt;
	int status;
};

struct my_address {
	const char *host, *user, *password, *database, *path; /* NULL: none */
	unsigned port;
};

/* mysql_connect.c */
struct source *my_open(const struct settings *settings, const struct deadline *deadline,
	struct err *err);
void my_close(struct source *source);
bool my_cancel(const struct settings *settings, const char *token,
	const struct deadline *deadline, struct err *err);

/* mysql_wait.c. Functions return false with err written; on a deadline the call is
 * still under way: my_finish ends it. */
bool my_connect(struct my *my, const struct my_address *to, const struct deadline *deadline,
	struct err *err);
bool my_send(struct my *my, struct str sql, const struct deadline *deadline, struct err *err);
/* my->row: the next row of my->result, NULL at its end. */
bool my_fetch(struct my *my, const struct deadline *deadline, struct err *err);
bool my_prepare(struct my *my, struct str sql, const struct deadline *deadline, struct err *err);
/* A statement of ours without rows. */
bool my_exec(struct my *my, const char *sql, const struct deadline *deadline, struct err *err);
/* Ends what runs and frees my->result: killed unless it ends by itself within
 * milliseconds. Afterwards the connection is ready or gone. */
void my_finish(struct my *my, bool kill);
/* The connection's or my->stmt's error with its place in `sql` (may be empty). */
bool my_fail(struct my *my, struct str sql, const struct deadline *deadline, struct err *err);
void my_drop(struct my *my); /* gives the session up */

/* mysql_types.c */
void my_columns(struct arena *arena, MYSQL_RES *result, struct column *columns, size_t count);
struct value my_value(struct arena *scratch, const MYSQL_FIELD *field, enum value_kind kind,
	const char *text, size_t len);

#endif
