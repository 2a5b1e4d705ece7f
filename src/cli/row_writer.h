/* SPDX-License-Identifier: MIT */
/* Rows of a query as a table, CSV, JSON or Markdown. All but the table are written as
 * the rows arrive and never held; the table keeps its rows to know the widths. */
#ifndef DP_CLI_ROW_WRITER_H
#define DP_CLI_ROW_WRITER_H

#include <stdio.h>

#include "src/content/csv.h"

enum rows_format { ROWS_TABLE, ROWS_CSV, ROWS_JSON, ROWS_MARKDOWN, ROWS_FORMAT_COUNT };

/* How a table too wide for the terminal is shown: as one field a line. */
enum rows_expanded { ROWS_EXPANDED_AUTO, ROWS_EXPANDED_ON, ROWS_EXPANDED_OFF };

struct row_writer {
	struct row_sink sink; /* JSON and Markdown */
	struct csv_sink csv;
	struct result_sink keep; /* table */
	struct result result;
	enum rows_format format;
	enum rows_expanded expanded;
	FILE *to;
	struct buf line, prefixes; /* JSON: `"name":` of each column, NUL-separated */
	int64_t rows;
};

#define ROWS_FORMATS "table|csv|json|markdown"

enum rows_format rows_format_from_name(const char *name);
/* One result; `to` stays the caller's. */
void row_writer_init(struct row_writer *w, enum rows_format format, enum rows_expanded expanded,
	FILE *to);
struct row_sink *row_writer_sink(struct row_writer *w);
/* What stands after the last row. */
bool row_writer_finish(struct row_writer *w, struct err *err);
void row_writer_fini(struct row_writer *w);

#endif
