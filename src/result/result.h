/* SPDX-License-Identifier: MIT */
/* Rows. A row_sink takes them one by one as they arrive (an export never holds
 * more than one); a `struct result` keeps them in one arena for composing. The
 * frame codec carries both from a worker to its parent. */
#ifndef DP_RESULT_RESULT_H
#define DP_RESULT_RESULT_H

#include <assert.h>

#include "src/base/arena.h"
#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/result/value.h"

#define RESULT_MAX_ROWS 10000		      /* a SELECT's rows unless set (sources.md 0.2) */
#define RESULT_MAX_CELL ((size_t)64 << 20)   /* bytes of one cell */
#define RESULT_MAX_BYTES ((size_t)512 << 20) /* bytes of one kept result */
#define RESULT_MAX_COLUMNS 4096

/* How a statement ended. */
struct query_end {
	int64_t rows;	 /* given to the sink */
	bool truncated;	 /* the server had more than max_rows */
	int64_t elapsed_us;
};

/* Where rows go. Values are borrowed for the call only. Returning false (with
 * err) stops the query. `columns` comes once, before any row, also for 0 rows. */
struct row_sink {
	bool (*columns)(struct row_sink *self, const struct column *columns, size_t count,
		struct err *err);
	bool (*row)(struct row_sink *self, const struct value *values, size_t count,
		struct err *err);
};

/* The result of one statement, whole. Owned by whoever made it; result_fini. */
struct result {
	struct arena arena;
	struct str name; /* of the statement: "q1", or from "-- @name daily" */
	struct column *columns;
	size_t column_count;
	struct kept_value *values; /* row_count * column_count, row by row */
	size_t row_count, row_room;
	bool has_odd; /* some value is not plain */
	bool truncated;
	int64_t elapsed_us;
};

#define RESULT_INIT { .arena = ARENA_INIT }

DP_API void result_fini(struct result *r);
DP_API void result_set_columns(struct result *r, const struct column *columns, size_t count);
/* Copies the values. False with ERR_LIMIT beyond RESULT_MAX_BYTES. */
DP_API bool result_add_row(struct result *r, const struct value *values, struct err *err);
static inline struct value
result_at(const struct result *r, size_t row, size_t column)
{
	assert(row < r->row_count && column < r->column_count);
	return kept_value_get(&r->values[row * r->column_count + column]);
}
/* SIZE_MAX when absent; exact match first, then ASCII case-insensitive. */
DP_API size_t result_find_column(const struct result *r, struct str name);

/* A sink that fills a result. */
struct result_sink {
	struct row_sink sink;
	struct result *result;
};
DP_API void result_sink_init(struct result_sink *s, struct result *r);

/* Frames (share/doc/DESIGN.md "Worker protocol"): compact, bounds-checked bytes.
 * result_encode appends a whole result; result_decode fills an empty one. */
DP_API void result_encode(struct buf *to, const struct result *r);
DP_API bool result_decode(struct result *r, struct str bytes, struct err *err);
/* The streaming halves: one columns frame, then row frames. */
DP_API void result_encode_columns(struct buf *to, const struct column *columns, size_t count);
DP_API void result_encode_row(struct buf *to, const struct value *values, size_t count);
/* Decoded slices point into `bytes`; arrays come from the arena. */
DP_API bool result_decode_columns(struct arena *a, struct str bytes, struct column **columns,
	size_t *count, struct err *err);
DP_API bool result_decode_row(struct str bytes, struct value *values, size_t count,
	struct err *err);

#endif
