/* SPDX-License-Identifier: MIT */
/* What drivers share: places in the SQL, deadlines as errors, text that may come
 * in, numbers as text. Only files of this folder include it. */
#ifndef DP_SOURCE_DRIVER_H
#define DP_SOURCE_DRIVER_H

#include "src/base/arena.h"
#include "src/base/err.h"
#include "src/source/source.h"

/* Longest statement that is sent. */
#define SOURCE_MAX_SQL ((size_t)16 << 20)

/* Refuses what no server should see: nothing but comments, NUL bytes, invalid
 * UTF-8, more than SOURCE_MAX_SQL. */
DP_API bool source_check_sql(struct str sql, struct err *err);
/* Refuses statements that do not begin like one that reads, INTO OUTFILE, and what
 * EXPLAIN ANALYZE would run. Includes source_check_sql. */
enum {
	READS_DEEP = 1, /* every word that writes: for servers without a read-only mode */
	READS_UNSURE_QUOTES = 2 /* the session's quoting rules may not be the dialect's */
};
DP_API bool source_check_reads(struct str sql, enum sql_dialect dialect, unsigned how,
	struct err *err);
/* ERR_CANCELLED or ERR_TIMEOUT when the deadline says so; true otherwise. */
DP_API bool source_check_deadline(const struct deadline *deadline, struct err *err);
/* Sets err's line and column (in characters) from a byte position in `sql`.
 * Returns false. */
DP_API bool source_err_at(struct err *err, struct str sql, size_t pos);
/* The place of a name the server complains about without saying where: where it
 * stands in `sql`, when it does so exactly once. */
DP_API void source_err_at_name(struct err *err, struct str sql, struct str name);
/* Byte position of the character with that index (from 0), at most sql.len. */
DP_API size_t source_char_pos(struct str sql, size_t index);
/* Position of the first byte at or after `pos` that is neither white space, a
 * comment nor a semicolon; sql.len when there is none. */
DP_API size_t source_skip_blank(struct str sql, size_t pos, enum sql_dialect dialect);

/* `text` itself when it is valid UTF-8, else a cleaned copy in the arena. */
DP_API struct str source_clean(struct arena *scratch, struct str text);
/* Decimal digits of v in the arena. */
DP_API struct str source_int_text(struct arena *scratch, int64_t v);
/* "YYYY-MM-DD", "HH:MM:SS[.f…]", or both with a blank between. */
DP_API bool source_is_date(struct str text);
DP_API bool source_is_time(struct str text);
DP_API bool source_is_timestamp(struct str text);
/* The kind that a declared type's name promises, VALUE_NULL when it promises none:
 * SQL's common words, any case, arguments ignored. */
DP_API enum value_kind source_kind_of_type(struct str type_name);

/* A sink for catalogue queries: rows of schema, table, column, type become items. */
struct source_items {
	struct row_sink sink;
	schema_fn fn;
	void *context;
	bool are_columns;
	struct arena arena; /* one row */
};
DP_API void source_items_init(struct source_items *items, bool are_columns, schema_fn fn,
	void *context);
DP_API void source_items_fini(struct source_items *items);

/* Host is this machine: plain text is nobody's business there. */
DP_API bool source_is_local_host(const char *host);

/* Built-in drivers. */
extern const struct source_ops sqlite_ops;
extern const struct source_ops clickhouse_ops;

#endif
