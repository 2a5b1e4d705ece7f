/* SPDX-License-Identifier: MIT */
/* ODBC knows no read-only mode that drivers honour (sources.md 8). So a statement
 * must be one by its words, none of which may write, and it runs in a transaction
 * that is rolled back where the driver has transactions. */
#include <stdio.h>
#include <stdlib.h>

#include "src/base/module.h"
#include "src/source/odbc.h"
#include "src/sql/split.h"

#define LOGIN_SECONDS 30

/* One statement on its way to the sink. */
struct odbc_query {
	struct odbc *odbc;
	struct deadline deadline;
	struct arena arena;   /* columns */
	struct arena scratch; /* one row */
	struct column *columns;
	struct value *values;
	bool *is_binary;
	size_t count;
};

static void
query_fini(struct odbc_query *q)
{
	if (q->odbc->stmt)
		SQLFreeHandle(SQL_HANDLE_STMT, q->odbc->stmt);
	q->odbc->stmt = NULL;
	if (q->odbc->has_transactions)
		SQLEndTran(SQL_HANDLE_DBC, q->odbc->dbc, SQL_ROLLBACK);
	arena_fini(&q->arena);
	arena_fini(&q->scratch);
}

/* Drivers run several statements of one text, some without a `;` between. */
static bool
check_statement(struct str sql, struct err *err)
{
	struct sql_split split;
	size_t count, second = 0;

	if (!source_check_reads(sql, SQL_GENERIC, READS_DEEP, err))
		return false;
	sql_split(&split, SQL_GENERIC, sql, false);
	count = split.count;
	if (count > 1)
		second = split.list[1].pos;
	sql_split_fini(&split);
	if (count <= 1)
		return true;
	err_set(err, ERR_SQL, "one statement at a time: a second one begins here");
	return source_err_at(err, sql, second);
}

/* Seconds for the driver; many refuse, which is no news. */
static void
set_bounds(struct odbc_query *q, int64_t max_rows)
{
	int64_t left = deadline_left_us(&q->deadline);
	SQLHSTMT stmt = q->odbc->stmt;

	if (left != INT64_MAX)
		SQLSetStmtAttr(stmt, SQL_ATTR_QUERY_TIMEOUT,
			(SQLPOINTER)(intptr_t)(left / CLOCK_SECOND + 1), SQL_IS_UINTEGER);
	if (q->odbc->bounds_rows && max_rows < INT32_MAX)
		SQLSetStmtAttr(stmt, SQL_ATTR_MAX_ROWS, (SQLPOINTER)(intptr_t)(max_rows + 1),
			SQL_IS_UINTEGER);
}

static bool
fail_here(struct odbc_query *q, const char *what, struct err *err)
{
	return odbc_fail(q->odbc, SQL_HANDLE_STMT, q->odbc->stmt, what, err);
}

static bool
prepare(struct odbc_query *q, struct str sql, int64_t max_rows, struct err *err)
{
	union odbc_text text = odbc_text(&q->arena, q->odbc->is_wide, sql);
	SQLRETURN rc;

	if (!odbc_new_statement(q->odbc, err))
		return false;
	set_bounds(q, max_rows);
	rc = q->odbc->is_wide ? SQLPrepareW(q->odbc->stmt, text.wide, SQL_NTS) :
				SQLPrepare(q->odbc->stmt, text.narrow, SQL_NTS);
	return SQL_SUCCEEDED(rc) || fail_here(q, "the statement", err);
}

static enum value_kind
kind_of(SQLSMALLINT type)
{
	switch (type) {
	case SQL_BIT:
		return VALUE_BOOL;
	case SQL_TINYINT:
	case SQL_SMALLINT:
	case SQL_INTEGER:
	case SQL_BIGINT:
		return VALUE_INT;
	case SQL_DECIMAL:
	case SQL_NUMERIC:
		return VALUE_DECIMAL;
	case SQL_REAL:
	case SQL_FLOAT:
	case SQL_DOUBLE:
		return VALUE_FLOAT;
	case SQL_BINARY:
	case SQL_VARBINARY:
	case SQL_LONGVARBINARY:
		return VALUE_BYTES;
	case SQL_TYPE_DATE:
	case SQL_DATE:
		return VALUE_DATE;
	case SQL_TYPE_TIME:
	case SQL_TIME:
		return VALUE_TIME;
	case SQL_TYPE_TIMESTAMP:
	case SQL_TIMESTAMP:
		return VALUE_TIMESTAMP;
	default:
		return VALUE_TEXT;
	}
}

static bool
read_columns(struct odbc_query *q, struct err *err)
{
	SQLSMALLINT count = 0, type = 0;

	if (!SQL_SUCCEEDED(SQLNumResultCols(q->odbc->stmt, &count)))
		return fail_here(q, "counting columns", err);
	if (count > RESULT_MAX_COLUMNS)
		return err_set(err, ERR_LIMIT, "%d columns, the limit is %d", count,
			RESULT_MAX_COLUMNS);
	q->count = (size_t)count;
	q->columns = arena_array(&q->arena, struct column, q->count);
	q->values = arena_array(&q->arena, struct value, q->count);
	q->is_binary = arena_array(&q->arena, bool, q->count);
	for (size_t i = 0; i < q->count; i++) {
		if (!odbc_column(q->odbc, (SQLUSMALLINT)(i + 1), &q->arena, &q->columns[i], &type,
			    err))
			return false;
		q->columns[i].kind = kind_of(type);
		q->is_binary[i] = q->columns[i].kind == VALUE_BYTES;
	}
	return true;
}

/* Text that does not look like what the column promises stays text. */
static struct value
value_of(enum value_kind kind, struct str text)
{
	if (kind == VALUE_BOOL)
		text = str_is(text, "0") || str_is(text, "f") || str_is(text, "false") ?
			       STR("false") : STR("true");
	if ((kind == VALUE_DATE && !source_is_date(text)) ||
		(kind == VALUE_TIME && !source_is_time(text)) ||
		(kind == VALUE_TIMESTAMP && !source_is_timestamp(text)))
		kind = VALUE_TEXT;
	return (struct value){ kind, text };
}

/* Left to right and once: drivers without SQL_GETDATA_EXTENSIONS can no other. */
static bool
take_row(struct odbc_query *q, struct row_sink *sink, struct err *err)
{
	struct str text;
	bool is_null;

	arena_clear(&q->scratch);
	for (size_t i = 0; i < q->count; i++) {
		if (!odbc_cell(q->odbc, (SQLUSMALLINT)(i + 1), q->is_binary[i], &q->scratch, &text,
			    &is_null, err))
			return false;
		q->values[i] = is_null ? (struct value){ VALUE_NULL, STR_NONE } :
					 value_of(q->columns[i].kind, text);
	}
	return sink->row(sink, q->values, q->count, err);
}

static bool
fetch_all(struct odbc_query *q, int64_t max_rows, struct row_sink *sink, struct query_end *end,
	struct err *err)
{
	if (q->count == 0)
		return true;
	for (;;) {
		SQLRETURN rc;

		if (!source_check_deadline(&q->deadline, err))
			return false;
		rc = SQLFetch(q->odbc->stmt);
		if (rc == SQL_NO_DATA)
			return true;
		if (!SQL_SUCCEEDED(rc))
			return fail_here(q, "fetching", err);
		if (end->rows == max_rows) {
			end->truncated = true;
			return true;
		}
		end->rows++;
		if (!take_row(q, sink, err))
			return false;
	}
}

static bool
run(struct odbc_query *q, struct str sql, int64_t max_rows, struct row_sink *sink,
	struct query_end *end, struct err *err)
{
	SQLRETURN rc;

	if (!prepare(q, sql, max_rows, err))
		return false;
	rc = SQLExecute(q->odbc->stmt);
	if (!SQL_SUCCEEDED(rc) && rc != SQL_NO_DATA) {
		fail_here(q, "the statement", err);
		if (err->code == ERR_TIMEOUT && deadline_is_cancelled(&q->deadline))
			err_set(err, ERR_CANCELLED, "the query was cancelled");
		return false;
	}
	return read_columns(q, err) && sink->columns(sink, q->columns, q->count, err) &&
	       fetch_all(q, max_rows, sink, end, err);
}

static bool
odbc_query(struct source *source, struct str sql, const struct query_limits *limits,
	struct row_sink *sink, struct query_end *end, struct err *err)
{
	struct odbc_query q = { .odbc = (struct odbc *)source, .deadline = limits->deadline };
	int64_t start = clock_mono_us();
	bool done;

	*end = (struct query_end){ 0 };
	if (!source_check_deadline(&limits->deadline, err) || !check_statement(sql, err))
		return false;
	done = run(&q, sql, limits->max_rows, sink, end, err);
	query_fini(&q);
	end->elapsed_us = clock_mono_us() - start;
	return done;
}

static bool
odbc_describe(struct source *source, struct str sql, const struct deadline *deadline,
	struct row_sink *sink, struct err *err)
{
	struct odbc_query q = { .odbc = (struct odbc *)source, .deadline = *deadline };
	bool done;

	if (!source_check_deadline(deadline, err) || !check_statement(sql, err))
		return false;
	done = prepare(&q, sql, INT64_MAX, err) && read_columns(&q, err) &&
	       sink->columns(sink, q.columns, q.count, err);
	query_fini(&q);
	return done;
}

/* {value}, a closing brace doubled, when the value needs it: not all drivers undo
 * what none of them needs. */
static void
add_pair(struct buf *to, const char *name, const char *value)
{
	if (!*value)
		return;
	if (!strpbrk(value, ";{}=[]()?*!@, ")) {
		buf_addf(to, ";%s=%s", name, value);
		return;
	}
	buf_addf(to, ";%s={", name);
	for (; *value; value++) {
		buf_addc(to, *value);
		if (*value == '}')
			buf_addc(to, '}');
	}
	buf_addc(to, '}');
}

/* A password belongs into the field that is encrypted and never shown. */
static bool
check_connection(const char *text, struct err *err)
{
	static const char *const secret[] = { "pwd", "password", "token", "accesstoken" };

	for (const char *p = text; *p;) {
		size_t len = strcspn(p, ";"), name = strcspn(p, "=");
		struct str word = str_trim((struct str){ p, name < len ? name : len });

		for (size_t i = 0; i < ARRAY_LEN(secret); i++)
			if (str_equal_nocase(word, str_from(secret[i]))) {
				err_set(err, ERR_INPUT, "connection holds %.*s", STR_ARG(word));
				return err_hint(err, "give it as password= or secret=, which are "
						     "stored encrypted");
			}
		p += len + (p[len] == ';');
	}
	return true;
}

static bool
connect_driver(struct odbc *odbc, const struct settings *settings, struct err *err)
{
	const char *secret = settings_get(settings, "secret");
	struct arena arena = ARENA_INIT;
	struct buf text = BUF_INIT;
	union odbc_text in;
	SQLRETURN rc;

	buf_adds(&text, settings_get(settings, "connection"));
	while (text.len && text.p[text.len - 1] == ';')
		buf_truncate(&text, text.len - 1);
	add_pair(&text, "UID", settings_get(settings, "user"));
	add_pair(&text, "PWD", settings_get(settings, "password"));
	if (*secret)
		buf_addf(&text, ";%s", secret);
	in = odbc_text(&arena, odbc->is_wide, buf_str(&text));
	/* The completed string is not asked for: it would hold the password. */
	rc = odbc->is_wide ? SQLDriverConnectW(odbc->dbc, NULL, in.wide, SQL_NTS, NULL, 0, NULL,
				     SQL_DRIVER_NOPROMPT) :
			     SQLDriverConnect(odbc->dbc, NULL, in.narrow, SQL_NTS, NULL, 0, NULL,
				     SQL_DRIVER_NOPROMPT);
	explicit_bzero(text.p, text.len);
	explicit_bzero(in.narrow, text.len * (odbc->is_wide ? sizeof(SQLWCHAR) : 1));
	buf_fini(&text);
	arena_fini(&arena);
	return SQL_SUCCEEDED(rc) ||
	       odbc_fail(odbc, SQL_HANDLE_DBC, odbc->dbc, "connecting", err);
}

static bool
allocate(struct odbc *odbc, struct err *err)
{
	if (!SQL_SUCCEEDED(SQLAllocHandle(SQL_HANDLE_ENV, SQL_NULL_HANDLE, &odbc->env)) ||
		!SQL_SUCCEEDED(SQLSetEnvAttr(odbc->env, SQL_ATTR_ODBC_VERSION,
			(SQLPOINTER)(intptr_t)SQL_OV_ODBC3, 0)) ||
		!SQL_SUCCEEDED(SQLAllocHandle(SQL_HANDLE_DBC, odbc->env, &odbc->dbc)))
		return err_set(err, ERR_CONFIG, "unixODBC cannot be used here");
	SQLSetConnectAttr(odbc->dbc, SQL_ATTR_LOGIN_TIMEOUT, (SQLPOINTER)(intptr_t)LOGIN_SECONDS,
		SQL_IS_UINTEGER);
	SQLSetConnectAttr(odbc->dbc, SQL_ATTR_ACCESS_MODE,
		(SQLPOINTER)(intptr_t)SQL_MODE_READ_ONLY, SQL_IS_UINTEGER);
	return true;
}

static void
look_around(struct odbc *odbc)
{
	SQLUSMALLINT transactions = SQL_TC_NONE;
	char name[64], version[64];
	SQLSMALLINT len = 0;

	odbc_info(odbc, SQL_DBMS_NAME, name);
	odbc_info(odbc, SQL_DBMS_VER, version);
	snprintf(odbc->version, sizeof(odbc->version), "%.50s %.40s",
		*name ? name : "a database", version);
	/* That driver keeps the bound by writing a LIMIT into the statement. */
	odbc->bounds_rows = !strstr(name, "MariaDB") && !strstr(name, "MySQL");
	if (SQL_SUCCEEDED(SQLGetInfo(odbc->dbc, SQL_TXN_CAPABLE, &transactions,
		    sizeof(transactions), &len)) && transactions != SQL_TC_NONE)
		odbc->has_transactions = SQL_SUCCEEDED(SQLSetConnectAttr(odbc->dbc,
			SQL_ATTR_AUTOCOMMIT, (SQLPOINTER)(intptr_t)SQL_AUTOCOMMIT_OFF,
			SQL_IS_UINTEGER));
}

static void
odbc_close(struct source *source)
{
	struct odbc *odbc = (struct odbc *)source;

	if (!odbc)
		return;
	if (odbc->stmt)
		SQLFreeHandle(SQL_HANDLE_STMT, odbc->stmt);
	if (odbc->has_transactions)
		SQLEndTran(SQL_HANDLE_DBC, odbc->dbc, SQL_ROLLBACK);
	if (odbc->is_open)
		SQLDisconnect(odbc->dbc);
	if (odbc->dbc)
		SQLFreeHandle(SQL_HANDLE_DBC, odbc->dbc);
	if (odbc->env)
		SQLFreeHandle(SQL_HANDLE_ENV, odbc->env);
	free(odbc);
}

static struct source *
odbc_open(const struct settings *settings, const struct deadline *deadline, struct err *err)
{
	struct odbc *odbc = xcalloc(1, sizeof(*odbc));

	odbc->is_wide = settings_bool(settings, "wide", false);
	if (source_check_deadline(deadline, err) &&
		check_connection(settings_get(settings, "connection"), err) &&
		allocate(odbc, err) && connect_driver(odbc, settings, err)) {
		odbc->is_open = true;
		look_around(odbc);
		return &odbc->base;
	}
	odbc_close(&odbc->base);
	return NULL;
}

static bool
odbc_ping(struct source *source, const struct deadline *deadline, struct err *err)
{
	struct odbc *odbc = (struct odbc *)source;
	SQLUINTEGER dead = SQL_CD_FALSE;
	char name[64];

	if (!source_check_deadline(deadline, err))
		return false;
	if (SQL_SUCCEEDED(SQLGetConnectAttr(odbc->dbc, SQL_ATTR_CONNECTION_DEAD, &dead,
		    SQL_IS_UINTEGER, NULL)) && dead == SQL_CD_TRUE)
		return err_set(err, ERR_CONNECT, "the connection was lost");
	odbc_info(odbc, SQL_DATABASE_NAME, name);
	return odbc_new_statement(odbc, err);
}

/* The rows of SQLTables or SQLColumns: schema, table, name and type stand in columns
 * 2, 3, 4 and `type_at`. */
static bool
list_items(struct odbc_query *q, const char *schema, const char *table, SQLUSMALLINT type_at,
	schema_fn fn, void *context, size_t *count, struct err *err)
{
	SQLUSMALLINT at[4] = { 2, 3, 4, type_at };
	struct schema_item item;
	struct str text[4];
	bool is_null;

	while (SQL_SUCCEEDED(SQLFetch(q->odbc->stmt))) {
		arena_clear(&q->scratch);
		for (size_t i = 0; i < 4; i++) {
			if (i == 3 && type_at == at[2]) {
				text[3] = text[2];
				continue;
			}
			if (!odbc_cell(q->odbc, at[i], false, &q->scratch, &text[i], &is_null, err))
				return false;
		}
		if ((table && !str_is(text[1], table)) ||
			(schema && *schema && !str_is(text[0], schema)))
			continue;
		item = (struct schema_item){ text[0].p, text[1].p, table ? text[2].p : NULL,
			table ? text[3].p : str_equal_nocase(text[3], STR("view")) ? "view" : "table" };
		(*count)++;
		if (!fn(context, &item, err) || !source_check_deadline(&q->deadline, err))
			return false;
	}
	return true;
}

static bool
odbc_schema(struct source *source, const char *schema, const char *table,
	const struct deadline *deadline, schema_fn fn, void *context, struct err *err)
{
	struct odbc_query q = { .odbc = (struct odbc *)source, .deadline = *deadline };
	SQLCHAR kinds[] = "TABLE,VIEW";
	size_t count = 0;
	SQLRETURN rc;
	bool done;

	if (!source_check_deadline(deadline, err) || !odbc_new_statement(q.odbc, err))
		return false;
	if (table)
		rc = SQLColumns(q.odbc->stmt, NULL, 0, NULL, 0, (SQLCHAR *)arena_strdup(&q.arena,
			table), SQL_NTS, NULL, 0);
	else
		rc = SQLTables(q.odbc->stmt, NULL, 0, NULL, 0, NULL, 0, kinds, SQL_NTS);
	done = SQL_SUCCEEDED(rc) || fail_here(&q, "the list of tables", err);
	done = done && list_items(&q, schema, table, table ? 6 : 4, fn, context, &count, err);
	if (done && table && count == 0)
		done = err_set(err, ERR_NOT_FOUND, "there is no table '%s'", table);
	query_fini(&q);
	return done;
}

static void
odbc_cancel_token(struct source *source, char token[128])
{
	(void)source;
	token[0] = '\0';
}

static const char *
odbc_version(struct source *source)
{
	return ((struct odbc *)source)->version;
}

static const struct source_ops ops = {
	.open = odbc_open,
	.close = odbc_close,
	.ping = odbc_ping,
	.describe = odbc_describe,
	.query = odbc_query,
	.schema = odbc_schema,
	.cancel_token = odbc_cancel_token,
	.version = odbc_version,
};

DP_MODULE(odbc, &ops);
