/* SPDX-License-Identifier: MIT */
/* SQLite files, built in. Nothing that writes or reaches another file gets
 * through: the file is opened read-only, query_only and defensive are set, the
 * authorizer lets reads alone pass, and what passes must be stmt_readonly (which
 * catches VACUUM INTO, that the authorizer never sees). */
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "src/base/utf8.h"
#include "src/source/driver.h"

#define PROGRESS_STEPS 4000 /* virtual machine steps between two looks at the clock */
#define BUSY_SLEEP_MS 10
#define BUSY_MOST_US (10 * CLOCK_SECOND)

struct sqlite_source {
	struct source base;
	sqlite3 *db;
	char *path;
	bool immutable;		   /* opened without locks: see reopen_frozen */
	struct deadline deadline;  /* of the call that runs */
	int64_t busy_since_us;
	const char *denied;	   /* what the authorizer refused last, NULL nothing */
};

/* One statement on its way to the sink. */
struct sqlite_query {
	struct sqlite_source *source;
	sqlite3_stmt *stmt;
	struct arena arena;   /* columns; lives as long as the query */
	struct arena scratch; /* one row */
	struct column *columns;
	struct value *values;
	size_t count;
};

static bool
fail_sqlite(struct sqlite_source *s, int rc, struct str sql, struct err *err)
{
	const char *text = sqlite3_errmsg(s->db);
	int offset = sqlite3_error_offset(s->db);

	switch (s->denied ? SQLITE_AUTH : rc & 0xFF) {
	case SQLITE_INTERRUPT:
		if (source_check_deadline(&s->deadline, err))
			err_set(err, ERR_CANCELLED, "the query was cancelled");
		return false;
	case SQLITE_AUTH:
		err_set(err, ERR_READ_ONLY, "%s is not allowed: this source is only read",
			s->denied ? s->denied : "this statement");
		return source_err_at(err, sql, source_skip_blank(sql, 0, SQL_SQLITE));
	case SQLITE_READONLY:
		return err_set(err, ERR_READ_ONLY, "this source is only read: %s", text);
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return err_set(err, ERR_CONNECT, "%s is locked by another process", s->path);
	case SQLITE_NOTADB:
		return err_set(err, ERR_CONNECT, "%s is not a SQLite database", s->path);
	case SQLITE_CANTOPEN:
	case SQLITE_CORRUPT:
	case SQLITE_IOERR:
		return err_set(err, ERR_CONNECT, "%s: %s", s->path, text);
	case SQLITE_TOOBIG:
		return err_set(err, ERR_LIMIT, "a value is too large: %s", text);
	default:
		err_set(err, ERR_SQL, "%s", text);
	}
	if (offset >= 0)
		source_err_at(err, sql, (size_t)offset);
	else if (strncmp(text, "no such table: ", 15) == 0)
		source_err_at_name(err, sql, str_from(text + 15));
	if (strstr(text, "no such column: \""))
		err_hint(err, "double quotes name a column; text stands in single quotes");
	return false;
}

static int
on_progress(void *context)
{
	struct sqlite_source *s = context;

	return deadline_is_cancelled(&s->deadline) || deadline_left_us(&s->deadline) == 0;
}

static int
on_busy(void *context, int count)
{
	struct sqlite_source *s = context;
	const struct timespec pause = { 0, BUSY_SLEEP_MS * 1000000L };

	if (count == 0)
		s->busy_since_us = clock_mono_us();
	if (on_progress(s) || clock_mono_us() - s->busy_since_us > BUSY_MOST_US)
		return 0;
	nanosleep(&pause, NULL);
	return 1;
}

/* Each verb starts here: the clock of its call, nothing refused yet. */
static bool
begin(struct sqlite_source *s, const struct deadline *deadline, struct err *err)
{
	s->deadline = *deadline;
	s->denied = NULL;
	return source_check_deadline(deadline, err);
}

static bool
is_one_of(const char *name, const char *const *list)
{
	for (; *list; list++)
		if (sqlite3_stricmp(name, *list) == 0)
			return true;
	return false;
}

/* Functions that reach files or code, wherever they may come from. */
static const char *const file_functions[] = { "load_extension", "readfile", "writefile", "edit",
	"fts3_tokenizer", "lsmode", "fsdir", "shell", "sqlite_dbpage", NULL };
static const char *const schema_tables[] = { "sqlite_master", "sqlite_temp_master", NULL };
/* Pragmas that tell; with an argument they name a table, index or limit. */
static const char *const telling_pragmas[] = { "table_info", "table_xinfo", "table_list",
	"index_list", "index_info", "index_xinfo", "foreign_key_list", "foreign_key_check",
	"database_list", "collation_list", "function_list", "module_list", "pragma_list",
	"compile_options", "integrity_check", "quick_check", NULL };
/* Pragmas that tell when they have no argument and set when they have one. */
static const char *const value_pragmas[] = { "user_version", "application_id", "schema_version",
	"data_version", "encoding", "page_count", "page_size", "freelist_count", "journal_mode",
	"auto_vacuum", "foreign_keys", NULL };

static int
on_authorize(void *context, int action, const char *a, const char *b, const char *database,
	const char *trigger)
{
	static const struct {
		int action;
		const char *word;
	} words[] = {
		{ SQLITE_INSERT, "INSERT" },
		{ SQLITE_UPDATE, "UPDATE" },
		{ SQLITE_DELETE, "DELETE" },
		{ SQLITE_ATTACH, "ATTACH" },
		{ SQLITE_DETACH, "DETACH" },
		{ SQLITE_PRAGMA, "this PRAGMA" },
		{ SQLITE_TRANSACTION, "a transaction" },
		{ SQLITE_SAVEPOINT, "a savepoint" },
		{ SQLITE_ALTER_TABLE, "ALTER TABLE" },
		{ SQLITE_REINDEX, "REINDEX" },
		{ SQLITE_ANALYZE, "ANALYZE" },
		{ SQLITE_FUNCTION, "this function" },
	};
	struct sqlite_source *s = context;

	(void)database;
	(void)trigger;
	if (action == SQLITE_SELECT || action == SQLITE_READ || action == SQLITE_RECURSIVE)
		return SQLITE_OK;
	if (action == SQLITE_FUNCTION && b && !is_one_of(b, file_functions))
		return SQLITE_OK;
	/* What declaring a virtual table's columns in memory asks for; the table itself
	 * is protected by defensive and the rest. */
	if (action == SQLITE_UPDATE && a && is_one_of(a, schema_tables))
		return SQLITE_OK;
	if (action == SQLITE_PRAGMA && a &&
		(is_one_of(a, telling_pragmas) || (!b && is_one_of(a, value_pragmas))))
		return SQLITE_OK;
	s->denied = "a change of the schema";
	/* DROP and CREATE ask to change the schema's own table first. */
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (words[i].action == action && !(a && is_one_of(a, schema_tables)))
			s->denied = words[i].word;
	return SQLITE_DENY;
}

/* Everything that keeps the connection read-only. False when SQLite refuses one. */
static bool
lock_down(struct sqlite_source *s)
{
	static const struct {
		int option, value;
	} options[] = {
		{ SQLITE_DBCONFIG_DEFENSIVE, 1 },
		{ SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0 },
		{ SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0 },
		{ SQLITE_DBCONFIG_ENABLE_TRIGGER, 0 },
		{ SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER, 0 },
		{ SQLITE_DBCONFIG_WRITABLE_SCHEMA, 0 },
		{ SQLITE_DBCONFIG_DQS_DML, 0 },
	};

	for (size_t i = 0; i < ARRAY_LEN(options); i++)
		if (sqlite3_db_config(s->db, options[i].option, options[i].value, NULL) !=
			SQLITE_OK)
			return false;
	sqlite3_limit(s->db, SQLITE_LIMIT_LENGTH, (int)RESULT_MAX_CELL);
	sqlite3_limit(s->db, SQLITE_LIMIT_ATTACHED, 0);
	sqlite3_limit(s->db, SQLITE_LIMIT_WORKER_THREADS, 0);
	sqlite3_progress_handler(s->db, PROGRESS_STEPS, on_progress, s);
	sqlite3_busy_handler(s->db, on_busy, s);
	if (sqlite3_exec(s->db, "PRAGMA query_only = 1; PRAGMA cell_size_check = 1", NULL, NULL,
		    NULL) != SQLITE_OK)
		return false;
	return sqlite3_set_authorizer(s->db, on_authorize, s) == SQLITE_OK;
}

static bool
read_once(struct sqlite_source *s, struct err *err)
{
	int rc = sqlite3_exec(s->db, "SELECT count(*) FROM sqlite_schema", NULL, NULL, NULL);

	return rc == SQLITE_OK || fail_sqlite(s, rc, STR_NONE, err);
}

static bool
has_log(const struct sqlite_source *s)
{
	char *path = xasprintf("%s-wal", s->path);
	struct stat st;
	bool found = stat(path, &st) == 0 && st.st_size > 0;

	free(path);
	return found;
}

static bool
open_db(struct sqlite_source *s, const char *name, int flags, struct err *err)
{
	int rc = sqlite3_open_v2(name, &s->db,
		SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | flags, NULL);

	if (rc != SQLITE_OK || !lock_down(s))
		return err_set(err, ERR_CONNECT, "cannot open %s: %s", s->path,
			s->db ? sqlite3_errmsg(s->db) : "out of memory");
	return read_once(s, err);
}

/* A file in WAL mode in a folder we may not write to can only be read as frozen:
 * safe as long as nobody has it open for writing, which its log would show. */
static bool
reopen_frozen(struct sqlite_source *s, struct err *err)
{
	struct buf uri = BUF_INIT;
	bool done;

	if (has_log(s)) {
		err_set(err, ERR_CONNECT, "%s is being written and its folder cannot be used",
			s->path);
		return err_hint(err, "make the folder writable for this user, or copy the file");
	}
	sqlite3_close_v2(s->db);
	s->db = NULL;
	s->immutable = true;
	buf_adds(&uri, "file://");
	for (const char *p = s->path; *p; p++)
		if (strchr("?#%", *p))
			buf_addf(&uri, "%%%02X", (unsigned char)*p);
		else
			buf_addc(&uri, *p);
	buf_adds(&uri, "?immutable=1");
	done = open_db(s, buf_text(&uri), SQLITE_OPEN_URI, err);
	buf_fini(&uri);
	return done;
}

static void
sqlite_close(struct source *source)
{
	struct sqlite_source *s = (struct sqlite_source *)source;

	if (!s)
		return;
	sqlite3_close_v2(s->db);
	free(s->path);
	free(s);
}

/* The absolute path of an existing regular file, to be freed; NULL with err. */
static char *
resolve(const char *path, struct err *err)
{
	struct stat st;
	char *full = realpath(path, NULL);

	if (!full || stat(full, &st) != 0) {
		err_set(err, ERR_CONNECT, "cannot open the database file %s: %s", path,
			strerror(errno));
		err_hint(err, "the file must exist; it is never created");
		free(full);
		return NULL;
	}
	if (!S_ISREG(st.st_mode)) {
		err_set(err, ERR_CONNECT, "%s is %s, not a database file", path,
			S_ISDIR(st.st_mode) ? "a folder" : "a special file");
		free(full);
		return NULL;
	}
	if (access(full, R_OK) != 0) {
		err_set(err, ERR_CONNECT, "cannot read %s: %s", path, strerror(errno));
		free(full);
		return NULL;
	}
	return full;
}

static struct source *
sqlite_open(const struct settings *settings, const struct deadline *deadline, struct err *err)
{
	char *path = resolve(settings_get(settings, "path"), err);
	struct sqlite_source *s;

	if (!path)
		return NULL;
	s = xcalloc(1, sizeof(*s));
	s->base.ops = &sqlite_ops;
	s->path = path;
	s->deadline = *deadline;
	if (open_db(s, path, 0, err))
		return &s->base;
	if (s->db && (sqlite3_errcode(s->db) == SQLITE_CANTOPEN ||
			     sqlite3_errcode(s->db) == SQLITE_READONLY) && reopen_frozen(s, err))
		return &s->base;
	sqlite_close(&s->base);
	return NULL;
}

static bool
check_frozen(const struct sqlite_source *s, struct err *err)
{
	if (!s->immutable || !has_log(s))
		return true;
	return err_set(err, ERR_CONNECT, "%s is being written now: open it again", s->path);
}

static bool
sqlite_ping(struct source *source, const struct deadline *deadline, struct err *err)
{
	struct sqlite_source *s = (struct sqlite_source *)source;

	return begin(s, deadline, err) && check_frozen(s, err) && read_once(s, err);
}

/* Prepares the one statement of `sql`, which must be one that only reads. */
static sqlite3_stmt *
prepare(struct sqlite_source *s, struct str sql, struct err *err)
{
	sqlite3_stmt *stmt = NULL;
	const char *tail = NULL;
	size_t rest;
	int rc;

	if (!source_check_sql(sql, err) || !check_frozen(s, err))
		return NULL;
	rc = sqlite3_prepare_v2(s->db, sql.p, (int)sql.len, &stmt, &tail);
	if (rc != SQLITE_OK) {
		fail_sqlite(s, rc, sql, err);
		return NULL;
	}
	rest = source_skip_blank(sql, stmt ? (size_t)(tail - sql.p) : 0, SQL_SQLITE);
	if (!stmt) {
		err_set(err, ERR_SQL, "there is no statement here");
	} else if (rest < sql.len) {
		err_set(err, ERR_SQL, "one statement at a time: a second one begins here");
		source_err_at(err, sql, rest);
	} else if (!sqlite3_stmt_readonly(stmt)) {
		err_set(err, ERR_READ_ONLY, "this statement would write; this source is only read");
		source_err_at(err, sql, source_skip_blank(sql, 0, SQL_SQLITE));
	} else {
		return stmt;
	}
	sqlite3_finalize(stmt);
	return NULL;
}

static void
query_fini(struct sqlite_query *q)
{
	sqlite3_finalize(q->stmt);
	arena_fini(&q->arena);
	arena_fini(&q->scratch);
}

static bool
query_init(struct sqlite_query *q, struct sqlite_source *s, struct str sql, struct err *err)
{
	*q = (struct sqlite_query){ .source = s };
	q->stmt = prepare(s, sql, err);
	if (!q->stmt)
		return false;
	q->count = (size_t)sqlite3_column_count(q->stmt);
	if (q->count > RESULT_MAX_COLUMNS) {
		sqlite3_finalize(q->stmt);
		return err_set(err, ERR_LIMIT, "%zu columns, the limit is %d", q->count,
			RESULT_MAX_COLUMNS);
	}
	q->columns = arena_array(&q->arena, struct column, q->count);
	q->values = arena_array(&q->arena, struct value, q->count);
	for (size_t i = 0; i < q->count; i++) {
		const char *type = sqlite3_column_decltype(q->stmt, (int)i);
		struct str name = str_from(sqlite3_column_name(q->stmt, (int)i));

		q->columns[i].name = arena_str(&q->arena, source_clean(&q->arena, name));
		q->columns[i].type_name =
			arena_str(&q->arena, source_clean(&q->arena, str_from(type)));
		q->columns[i].kind = source_kind_of_type(q->columns[i].type_name);
	}
	return true;
}

static bool
sqlite_describe(struct source *source, struct str sql, const struct deadline *deadline,
	struct row_sink *sink, struct err *err)
{
	struct sqlite_source *s = (struct sqlite_source *)source;
	struct sqlite_query q;
	bool done;

	if (!begin(s, deadline, err) || !query_init(&q, s, sql, err))
		return false;
	done = sink->columns(sink, q.columns, q.count, err);
	query_fini(&q);
	return done;
}

/* Text keeps what its column promises only when it looks like it. */
static enum value_kind
text_kind(enum value_kind declared, struct str text)
{
	switch (declared) {
	case VALUE_JSON:
		return VALUE_JSON;
	case VALUE_DATE:
		return source_is_date(text) ? VALUE_DATE :
		       source_is_timestamp(text) ? VALUE_TIMESTAMP : VALUE_TEXT;
	case VALUE_TIME:
		return source_is_time(text) ? VALUE_TIME : VALUE_TEXT;
	case VALUE_TIMESTAMP:
		return source_is_timestamp(text) ? VALUE_TIMESTAMP : VALUE_TEXT;
	case VALUE_NULL:
	case VALUE_BOOL:
	case VALUE_INT:
	case VALUE_DECIMAL:
	case VALUE_FLOAT:
	case VALUE_TEXT:
	case VALUE_BYTES:
	case VALUE_TIMESTAMPTZ:
	case VALUE_KIND_COUNT:
		break;
	}
	return VALUE_TEXT;
}

static struct value
int_value(struct sqlite_query *q, int64_t v, enum value_kind declared)
{
	if (declared == VALUE_BOOL && (v == 0 || v == 1))
		return (struct value){ VALUE_BOOL, v ? STR("true") : STR("false") };
	return (struct value){ declared == VALUE_DECIMAL ? VALUE_DECIMAL : VALUE_INT,
		source_int_text(&q->scratch, v) };
}

/* The text SQLite itself gives (15 digits), for numbers of at most 6 decimals: such a
 * decimal that reads back as the same number is the one "%!.15g" prints, and a
 * report is full of them. False for all others. */
static bool
short_float(struct arena *scratch, double v, struct str *text)
{
	int64_t millionths, fraction;
	char *to, *p;

	if (!(fabs(v) < 1e9 && fabs(v) >= 1e-4)) /* below, %g has an exponent */
		return false;
	millionths = llround(v * 1e6);
	if ((double)millionths / 1e6 != v)
		return false;
	*text = source_int_text(scratch, millionths / 1000000);
	fraction = llabs(millionths % 1000000);
	p = to = arena_alloc(scratch, text->len + 10);
	if (v < 0 && millionths > -1000000)
		*p++ = '-';
	memcpy(p, text->p, text->len);
	p += text->len;
	*p++ = '.';
	for (int64_t unit = 100000; unit > 0 && (fraction > 0 || unit == 100000); unit /= 10) {
		*p++ = (char)('0' + fraction / unit);
		fraction %= unit;
	}
	*text = (struct str){ to, (size_t)(p - to) };
	return true;
}

/* SQLite types cells, not columns: the kind is the cell's own. False: no memory. */
static bool
read_cell(struct sqlite_query *q, int i, struct value *value)
{
	enum value_kind declared = q->columns[i].kind;
	const void *p;

	switch (sqlite3_column_type(q->stmt, i)) {
	case SQLITE_INTEGER:
		*value = int_value(q, sqlite3_column_int64(q->stmt, i), declared);
		return true;
	case SQLITE_FLOAT:
		value->kind = declared == VALUE_DECIMAL ? VALUE_DECIMAL : VALUE_FLOAT;
		if (short_float(&q->scratch, sqlite3_column_double(q->stmt, i), &value->text))
			return true;
		p = sqlite3_column_text(q->stmt, i);
		value->text = (struct str){ p, (size_t)sqlite3_column_bytes(q->stmt, i) };
		return p != NULL;
	case SQLITE_BLOB:
		p = sqlite3_column_blob(q->stmt, i);
		*value = (struct value){ VALUE_BYTES,
			{ p, (size_t)sqlite3_column_bytes(q->stmt, i) } };
		return p || value->text.len == 0;
	case SQLITE_TEXT:
		p = sqlite3_column_text(q->stmt, i);
		value->text = source_clean(&q->scratch,
			(struct str){ p, (size_t)sqlite3_column_bytes(q->stmt, i) });
		value->kind = text_kind(declared, value->text);
		return p != NULL;
	default:
		*value = (struct value){ VALUE_NULL, STR_NONE };
		return true;
	}
}

static bool
read_row(struct sqlite_query *q, struct err *err)
{
	arena_clear(&q->scratch);
	for (size_t i = 0; i < q->count; i++)
		if (!read_cell(q, (int)i, &q->values[i]))
			return err_set(err, ERR_LIMIT, "a value of column %zu is too large", i + 1);
	return true;
}

/* An expression has no declared type: its first value is the best word there is. */
static void
guess_kinds(struct sqlite_query *q)
{
	for (size_t i = 0; i < q->count; i++)
		if (q->columns[i].type_name.len == 0)
			q->columns[i].kind = q->values[i].kind;
}

static bool
run(struct sqlite_query *q, struct str sql, int64_t max_rows, struct row_sink *sink,
	struct query_end *end, struct err *err)
{
	int rc = sqlite3_step(q->stmt);

	if (rc == SQLITE_ROW) {
		if (!read_row(q, err))
			return false;
		guess_kinds(q);
	} else if (rc != SQLITE_DONE) {
		return fail_sqlite(q->source, rc, sql, err);
	}
	if (!sink->columns(sink, q->columns, q->count, err))
		return false;
	while (rc == SQLITE_ROW) {
		if (end->rows == max_rows) {
			end->truncated = true;
			return true;
		}
		if (!sink->row(sink, q->values, q->count, err))
			return false;
		end->rows++;
		rc = sqlite3_step(q->stmt);
		if (rc == SQLITE_ROW && !read_row(q, err))
			return false;
	}
	return rc == SQLITE_DONE || fail_sqlite(q->source, rc, sql, err);
}

static bool
sqlite_query(struct source *source, struct str sql, const struct query_limits *limits,
	struct row_sink *sink, struct query_end *end, struct err *err)
{
	struct sqlite_source *s = (struct sqlite_source *)source;
	int64_t start = clock_mono_us();
	struct sqlite_query q;
	bool done;

	*end = (struct query_end){ 0 };
	if (!begin(s, &limits->deadline, err) || !query_init(&q, s, sql, err))
		return false;
	done = run(&q, sql, limits->max_rows, sink, end, err);
	query_fini(&q);
	end->elapsed_us = clock_mono_us() - start;
	return done;
}

static bool
list_items(struct sqlite_source *s, const char *sql, const char *table, schema_fn fn,
	void *context, size_t *count, struct err *err)
{
	sqlite3_stmt *stmt = NULL;
	bool going = true;
	int rc = sqlite3_prepare_v2(s->db, sql, -1, &stmt, NULL);

	if (rc == SQLITE_OK && table)
		rc = sqlite3_bind_text(stmt, 1, table, -1, SQLITE_STATIC);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(stmt);
	for (; going && rc == SQLITE_ROW; rc = sqlite3_step(stmt)) {
		const char *name = (const char *)sqlite3_column_text(stmt, 0);
		const char *type = (const char *)sqlite3_column_text(stmt, 1);
		struct schema_item item = { "", table ? table : name, table ? name : NULL,
			type ? type : "" };

		if (!name || !utf8_is_valid(str_from(name)) || !utf8_is_valid(str_from(type)))
			continue;
		(*count)++;
		going = fn(context, &item, err);
	}
	if (going && rc != SQLITE_DONE)
		going = fail_sqlite(s, rc, STR_NONE, err);
	sqlite3_finalize(stmt);
	return going;
}

static bool
sqlite_schema(struct source *source, const char *schema, const char *table,
	const struct deadline *deadline, schema_fn fn, void *context, struct err *err)
{
	static const char tables[] =
		"SELECT name, CASE type WHEN 'view' THEN 'view' ELSE 'table' END"
		" FROM pragma_table_list WHERE schema = 'main' AND type <> 'shadow'"
		" AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name";
	static const char columns[] =
		"SELECT name, type FROM pragma_table_xinfo(?1) WHERE hidden <> 1 ORDER BY cid";
	struct sqlite_source *s = (struct sqlite_source *)source;
	size_t count = 0;

	(void)schema;
	if (!begin(s, deadline, err) || !check_frozen(s, err))
		return false;
	if (!list_items(s, table ? columns : tables, table, fn, context, &count, err))
		return false;
	if (table && count == 0)
		return err_set(err, ERR_NOT_FOUND, "there is no table '%s'", table);
	return true;
}

static void
sqlite_cancel_token(struct source *source, char token[128])
{
	(void)source;
	token[0] = '\0';
}

static const char *
sqlite_version(struct source *source)
{
	static char text[40];

	(void)source;
	snprintf(text, sizeof(text), "SQLite %s", sqlite3_libversion());
	return text;
}

const struct source_ops sqlite_ops = {
	.open = sqlite_open,
	.close = sqlite_close,
	.ping = sqlite_ping,
	.describe = sqlite_describe,
	.query = sqlite_query,
	.schema = sqlite_schema,
	.cancel_token = sqlite_cancel_token,
	.version = sqlite_version,
};
