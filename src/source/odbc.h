/* SPDX-License-Identifier: MIT */
/* Anything with an ODBC driver, through unixODBC: odbc_call.c has handles, texts in
 * the driver's encoding and diagnostics, odbc.c the verbs. Calls block: a driver
 * that does not answer ends with the worker that made the call. */
#ifndef DP_SOURCE_ODBC_H
#define DP_SOURCE_ODBC_H

#include <sql.h>
#include <sqlext.h>

#include "src/base/buf.h"
#include "src/source/driver.h"

struct odbc {
	struct source base;
	SQLHENV env;
	SQLHDBC dbc;
	SQLHSTMT stmt;
	bool is_wide;	     /* the driver's texts are UTF-16 */
	bool is_open;
	bool bounds_rows;    /* SQL_ATTR_MAX_ROWS does not change the statement */
	bool has_transactions;
	char version[96];
};

/* Texts that go in: in the driver's encoding, NUL-terminated, from the arena. */
union odbc_text {
	SQLCHAR *narrow;
	SQLWCHAR *wide;
};
union odbc_text odbc_text(struct arena *arena, bool is_wide, struct str text);
/* Appends UTF-16 in the host's byte order as UTF-8. */
void odbc_add_wide(struct buf *to, const SQLWCHAR *text, size_t units);
/* Handle NULL or SQL_ERROR: err from its diagnostics. Returns false. */
bool odbc_fail(struct odbc *odbc, SQLSMALLINT kind, SQLHANDLE handle, const char *what,
	struct err *err);
/* A fresh statement handle in odbc->stmt, the one before freed. */
bool odbc_new_statement(struct odbc *odbc, struct err *err);
/* Name and type name of a column, cleaned, in the arena. */
bool odbc_column(struct odbc *odbc, SQLUSMALLINT number, struct arena *arena,
	struct column *column, SQLSMALLINT *type, struct err *err);
/* The cell of the current row as bytes or UTF-8 in the arena; *is_null. */
bool odbc_cell(struct odbc *odbc, SQLUSMALLINT number, bool is_binary, struct arena *arena,
	struct str *text, bool *is_null, struct err *err);
/* A string of SQLGetInfo, "" when there is none. */
void odbc_info(struct odbc *odbc, SQLUSMALLINT which, char text[64]);

#endif
