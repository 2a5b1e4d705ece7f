/* SPDX-License-Identifier: MIT */
/* ClickHouse over HTTP, in three files: clickhouse.c has the verbs, clickhouse_http.c
 * makes requests and reads errors, clickhouse_tsv.c turns the stream of
 * TabSeparatedWithNamesAndTypes into rows. */
#ifndef DP_SOURCE_CLICKHOUSE_H
#define DP_SOURCE_CLICKHOUSE_H

#include "src/base/buf.h"
#include "src/source/driver.h"

/* Reads the stream as it comes, in pieces of any size. */
struct tsv {
	struct row_sink *sink;
	struct query_end *end;
	int64_t max_rows;
	struct buf pending;   /* a line that is not whole yet */
	struct arena arena;   /* columns */
	struct arena scratch; /* one row */
	struct column *columns;
	struct value *values;
	size_t count;
	int lines;	      /* 0: names come next; 1: types; 2: rows */
	bool is_full;	      /* max_rows are given and one more came */
	bool may_fail_late;   /* an error may stand where a row would */
	bool is_error;	      /* such a one began: it is in pending */
};

void tsv_init(struct tsv *t, struct row_sink *sink, struct query_end *end, int64_t max_rows);
void tsv_fini(struct tsv *t);
/* False with err when the sink refuses or the bytes are no such stream; false with
 * is_full when no more is wanted. */
bool tsv_take(struct tsv *t, struct str bytes, struct err *err);
/* At the end of the answer: false when it does not end with a whole row. What stands
 * there instead is in t->pending. */
bool tsv_is_whole(const struct tsv *t);
/* The kind of a type's name: "Nullable(Decimal(10, 2))". */
enum value_kind tsv_kind_of_type(struct str type);

/* clickhouse_http.c */

/* A setting that not every version has: sent when the server lists it. */
struct ch_optional {
	const char *name, *value;
	unsigned bit; /* in ch.known */
};
#define CH_OPTIONAL_COUNT 2
extern const struct ch_optional ch_optional[CH_OPTIONAL_COUNT];

struct ch {
	struct source base;
	struct settings settings;
	char token[40]; /* begins the name of each of its queries; letters, digits, "-" */
	unsigned queries;
	unsigned known;
	bool no_settings; /* the account may not set any: its profile is read-only */
	char version[64];
};

/* One statement on its way to the sink. */
struct ch_query {
	struct ch *ch;
	struct str sql;
	struct deadline deadline;
	int64_t max_rows;
	bool waits; /* the server answers when it is done: then its status is honest */
	char id[64];
	struct tsv tsv;
};

/* Sends the statement and reads the answer into the sink. What runs on after a
 * failure or a cut is killed. */
bool ch_perform(struct ch_query *q, struct row_sink *sink, struct query_end *end,
	struct err *err);
/* Stops the queries whose name begins with `id`. */
bool ch_kill(struct ch *ch, const char *id, const struct deadline *deadline, struct err *err);

#endif
