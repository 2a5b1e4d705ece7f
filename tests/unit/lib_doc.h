/* SPDX-License-Identifier: MIT */
/* Results and documents for tests, written as tables. */
#ifndef DP_TESTS_LIB_DOC_H
#define DP_TESTS_LIB_DOC_H

#include "src/content/compose.h"

/* "id:int,department:text" and rows of cells separated by "|"; "\N" is NULL. */
void lib_result(struct result *r, const char *name, const char *columns, const char *const *rows,
	size_t count);

/* A push node over one input "inputs" with the results given, and its document. */
struct fixture {
	struct result results[4];
	const struct result *list[4];
	struct bound_input inputs[2];
	struct task task;
	struct node push;
	struct parameter parameters[4];
	struct compose_input in;
	struct document doc;
	struct err err;
};

/* The sales example: q1 id, department, revenue; q2 diff; parameters date and
 * previous_date; title "Sales ${date}"; no blocks. */
void lib_sales(struct fixture *f);
/* A plain one: title "T", no results. */
void lib_plain(struct fixture *f);
void lib_blocks(struct fixture *f, struct block *blocks, size_t count);
bool lib_compose(struct fixture *f); /* a document made before goes */
void lib_fini(struct fixture *f);
/* The table block of the example: columns of both statements, suffix " CNY", < 0 red ▼. */
struct block lib_sales_table(void);

#endif
