/* SPDX-License-Identifier: MIT */
#include "src/workspace/db_handle.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

/* Put there by the linker around everything in section dp_sql. */
extern const struct db_sql __start_dp_sql[] __attribute__((weak, visibility("hidden")));
extern const struct db_sql __stop_dp_sql[] __attribute__((weak, visibility("hidden")));

const struct db_sql *
db_sql_first(void)
{
	return __start_dp_sql;
}

size_t
db_sql_count(void)
{
	return (size_t)(__stop_dp_sql - __start_dp_sql);
}

/* `$1` is a name to SQLite: finds each name's index, and proves that they are exactly
 * $1 to $n. */
static bool
map_parameters(struct db_stmt *stmt)
{
	int n = sqlite3_bind_parameter_count(stmt->prepared);

	if (n > DB_MAX_PARAMETERS)
		return false;
	for (int i = 1; i <= n; i++) {
		char name[8];
		int at;

		snprintf(name, sizeof(name), "$%d", i);
		at = sqlite3_bind_parameter_index(stmt->prepared, name);
		if (at == 0)
			return false;
		stmt->at[i - 1] = (unsigned char)at;
	}
	stmt->parameters = n;
	return true;
}

static struct db_stmt *
prepare(struct db *db, const struct db_sql *sql, struct err *err)
{
	struct db_stmt *stmt = &db->cache[sql - __start_dp_sql];

	assert(sql >= __start_dp_sql && sql < __stop_dp_sql);
	if (stmt->prepared)
		return stmt;
	stmt->db = db;
	if (sqlite3_prepare_v3(db->handle, sql->text, -1, SQLITE_PREPARE_PERSISTENT,
		    &stmt->prepared, NULL) != SQLITE_OK) {
		db_fail(db, err);
		if (err->code == ERR_INTERNAL)
			err_wrap(err, "statement %s", sql->name);
		return NULL;
	}
	if (!stmt->prepared || !map_parameters(stmt)) {
		err_set(err, ERR_INTERNAL, "statement %s: parameters are not $1 to $n",
			sql->name);
		return NULL;
	}
	return stmt;
}

bool
db_check_statements(struct db *db, struct err *err)
{
	for (size_t i = 0; i < db_sql_count(); i++)
		if (!prepare(db, db_sql_first() + i, err))
			return false;
	return true;
}

/* A blob is not copied: it lives until the statement has ended (db.h). */
static int
bind_bytes(sqlite3_stmt *s, int at, struct str value, bool is_text)
{
	const char *p = value.p ? value.p : "";

	return is_text ? sqlite3_bind_text64(s, at, p, value.len, SQLITE_TRANSIENT, SQLITE_UTF8) :
			 sqlite3_bind_blob64(s, at, p, value.len, SQLITE_STATIC);
}

static int
bind_one(sqlite3_stmt *s, int at, char type, va_list *ap)
{
	const char *text;
	int64_t number;

	switch (type) {
	case 'i':
		return sqlite3_bind_int64(s, at, va_arg(*ap, int64_t));
	case 'z':
		number = va_arg(*ap, int64_t);
		return number ? sqlite3_bind_int64(s, at, number) : sqlite3_bind_null(s, at);
	case 'd':
		return sqlite3_bind_double(s, at, va_arg(*ap, double));
	case 't':
		text = va_arg(*ap, const char *);
		return text ? bind_bytes(s, at, str_from(text), true) : sqlite3_bind_null(s, at);
	case 's':
	case 'b':
		return bind_bytes(s, at, va_arg(*ap, struct str), type == 's');
	default:
		assert(type == 'n');
		return sqlite3_bind_null(s, at);
	}
}

/* `*types` stands behind the parameters' letters afterwards. */
static struct db_stmt *
start(struct db *db, const struct db_sql *sql, struct err *err, const char **types,
	va_list *ap)
{
	struct db_stmt *stmt;
	int i = 0;

	if (!db_check_alive(db, err))
		return NULL;
	stmt = prepare(db, sql, err);
	if (!stmt)
		return NULL;
	assert(!stmt->busy);
	for (; **types && **types != '>'; (*types)++, i++) {
		assert(i < stmt->parameters);
		if (bind_one(stmt->prepared, stmt->at[i], **types, ap) != SQLITE_OK) {
			db_fail(db, err);
			sqlite3_clear_bindings(stmt->prepared);
			return NULL;
		}
	}
	assert(i == stmt->parameters);
	stmt->busy = true;
	return stmt;
}

struct db_stmt *
db_query(struct db *db, const struct db_sql *sql, struct err *err, const char *types, ...)
{
	struct db_stmt *stmt;
	va_list ap;

	va_start(ap, types);
	stmt = start(db, sql, err, &types, &ap);
	va_end(ap);
	return stmt;
}

void
db_end(struct db_stmt *stmt)
{
	if (!stmt || !stmt->busy)
		return;
	sqlite3_reset(stmt->prepared);
	sqlite3_clear_bindings(stmt->prepared);
	stmt->busy = false;
}

bool
db_next(struct db_stmt *stmt, bool *failed, struct err *err)
{
	int rc = sqlite3_step(stmt->prepared);

	*failed = rc != SQLITE_ROW && rc != SQLITE_DONE;
	if (rc == SQLITE_ROW)
		return true;
	if (*failed)
		db_fail(stmt->db, err);
	db_end(stmt);
	return false;
}

bool
db_exec(struct db *db, const struct db_sql *sql, int64_t *changed, struct err *err,
	const char *types, ...)
{
	struct db_stmt *stmt;
	bool failed = true;
	va_list ap;

	va_start(ap, types);
	stmt = start(db, sql, err, &types, &ap);
	va_end(ap);
	while (stmt && db_next(stmt, &failed, err))
		;
	if (!failed && changed)
		*changed = sqlite3_changes64(db->handle);
	return !failed;
}

static void
read_output(const struct db_stmt *stmt, int column, char type, struct arena *a, va_list *ap)
{
	switch (type) {
	case 'i':
		*va_arg(*ap, int64_t *) = db_int(stmt, column);
		break;
	case 'B':
		*va_arg(*ap, bool *) = db_int(stmt, column) != 0;
		break;
	case 'd':
		*va_arg(*ap, double *) = db_double(stmt, column);
		break;
	case 't':
		*va_arg(*ap, const char **) = db_text(stmt, column, a);
		break;
	default:
		assert(type == 's');
		*va_arg(*ap, struct str *) = arena_str(a, db_bytes(stmt, column));
	}
}

bool
db_row(struct db *db, const struct db_sql *sql, struct arena *a, bool *found, struct err *err,
	const char *types, ...)
{
	struct db_stmt *stmt;
	bool failed = true, row = false;
	va_list ap;

	va_start(ap, types);
	stmt = start(db, sql, err, &types, &ap);
	row = stmt && db_next(stmt, &failed, err);
	if (row) {
		assert(*types == '>');
		for (int column = 0; types[column + 1]; column++)
			read_output(stmt, column, types[column + 1], a, &ap);
		if (db_next(stmt, &failed, err))
			db_end(stmt);
	}
	va_end(ap);
	if (failed)
		return false;
	if (found)
		*found = row;
	else if (!row)
		return err_set(err, ERR_INTERNAL, "statement %s gave no row", sql->name);
	return true;
}

int64_t
db_int(const struct db_stmt *stmt, int column)
{
	return sqlite3_column_int64(stmt->prepared, column);
}

double
db_double(const struct db_stmt *stmt, int column)
{
	return sqlite3_column_double(stmt->prepared, column);
}

bool
db_is_null(const struct db_stmt *stmt, int column)
{
	return sqlite3_column_type(stmt->prepared, column) == SQLITE_NULL;
}

struct str
db_bytes(const struct db_stmt *stmt, int column)
{
	const void *p = sqlite3_column_blob(stmt->prepared, column);

	return (struct str){ p, (size_t)sqlite3_column_bytes(stmt->prepared, column) };
}

const char *
db_text(const struct db_stmt *stmt, int column, struct arena *a)
{
	return arena_str(a, db_bytes(stmt, column)).p;
}
