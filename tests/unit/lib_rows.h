/* SPDX-License-Identifier: MIT */
/* For tests of data sources: a sink that writes down what arrives, and a source
 * with its settings. Text form, a line each: "name:kind(type)|…" for the columns,
 * then "kind:text|…" a row; bytes as hex, NULL as "null". */
#ifndef DP_TESTS_LIB_ROWS_H
#define DP_TESTS_LIB_ROWS_H

#include "src/source/source.h"

struct rows {
	struct row_sink sink;
	struct buf head;     /* the columns' line */
	struct buf text;     /* the rows' lines; not written when `quiet` */
	size_t columns_seen; /* calls of sink.columns */
	int64_t row_count;
	int64_t fail_at;     /* the row at which the sink fails; -1 never */
	bool quiet;
	struct query_end end;
	struct err err;
};

void rows_init(struct rows *r);
void rows_fini(struct rows *r);
/* Runs a statement into r (cleared first), at most max_rows, 20 s. */
bool rows_query(struct rows *r, struct source *source, const char *sql, int64_t max_rows);
bool rows_describe(struct rows *r, struct source *source, const char *sql);
/* Opens a kind with "name=value name=value"; fails the test when that fails. */
struct source *rows_open(const char *kind, const char *words);
/* The settings of such words, checked against the kind. */
void rows_settings(struct settings *settings, const char *kind, const char *words);
/* "schema.table type" or "schema.table.column type", a line each. */
bool rows_schema(struct buf *to, struct source *source, const char *schema, const char *table,
	struct err *err);

#endif
