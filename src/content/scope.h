/* SPDX-License-Identifier: MIT */
/* Inside compose: what a name in `${…}` or in a table column's field means, by the
 * order of dataworks.md 3.2. Finds, never copies. */
#ifndef DP_CONTENT_SCOPE_H
#define DP_CONTENT_SCOPE_H

#include "src/content/compose.h"
#include "src/sql/template.h"

enum ref_kind {
	REF_NONE,      /* nobody knows the name */
	REF_AMBIGUOUS, /* several statements have such a column */
	REF_PARAMETER,
	REF_COLUMN, /* one column of one result */
	REF_INPUT,  /* a whole input: its results side by side */
	REF_MISSING, /* an input that is known, but has no result yet (preview) */
	REF_KIND_COUNT
};

struct ref {
	enum ref_kind kind;
	const char *value;	     /* PARAMETER */
	const struct result *result; /* COLUMN */
	size_t column;
	const struct bound_input *input; /* INPUT */
};

/* `scope` "" or "input", "q2", "input.q2"; `field` with its quotes removed; `name` as
 * written. Looks only at columns when `columns_only` (table fields); `query` > 0
 * restricts bare columns to that statement. */
struct ref scope_find(const struct compose_input *in, struct str name, struct str scope,
	struct str field, bool columns_only, int query);
/* The known name nearest to `name`, empty when none is: for "did you mean". */
struct str scope_nearest(const struct compose_input *in, struct str name);

/* Rows and columns of an input: its results side by side. */
size_t input_rows(const struct bound_input *input);
size_t input_columns(const struct bound_input *input);
/* Cell of that grid; false beyond a shorter result's rows. */
bool input_value(const struct bound_input *input, size_t row, size_t column,
	struct value *value);

#endif
