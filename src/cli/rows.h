/* SPDX-License-Identifier: MIT */
/* Rows of a query as a table, CSV, JSON or Markdown. All but the table are written as
 * the rows arrive and never held; the table keeps its rows to know the widths. */
#ifndef DP_CLI_ROWS_H
#define DP_CLI_ROWS_H

#include <stdio.h>

#include "src/content/csv.h"

enum rows_format { ROWS_TABLE, ROWS_CSV, ROWS_JSON, ROWS_MARKDOWN, ROWS_FORMAT_COUNT };

/* How a table too wide for the terminal is shown: as one field a line. */
enum rows_expanded { ROWS_EXPANDED_AUTO, ROWS_EXPANDED_ON, ROWS_EXPANDED_OFF };

struct rows_writer {
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
void rows_init(struct rows_writer *w, enum rows_format format, enum rows_expanded expanded,
	FILE *to);
struct row_sink *rows_sink(struct rows_writer *w);
/* What stands after the last row. */
bool rows_finish(struct rows_writer *w, struct err *err);
void rows_fini(struct rows_writer *w);

#endif
