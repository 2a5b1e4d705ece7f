/* SPDX-License-Identifier: MIT */
/* The names of the columns a SELECT yields, read lexically: enough to lint and to
 * fill forms before anything ran. What cannot be known so is left unknown, never
 * guessed: `*`, and an expression without an alias. */
#ifndef DP_SQL_SELECT_LIST_H
#define DP_SQL_SELECT_LIST_H

#include "src/base/buf.h"
#include "src/sql/lexer.h"

struct select_column {
	const char *name; /* "" : the server chooses one; owned by the list */
	size_t pos;	  /* byte in the statement where the item begins */
};

struct select_list {
	bool yields_rows;  /* SELECT, WITH … SELECT, VALUES, SHOW, DESCRIBE, EXPLAIN, … */
	bool is_known;	   /* every column has a name here: no `*`, no nameless one */
	bool has_star;
	bool has_order_by; /* at the outer level: rows come in a fixed order */
	bool is_one_row;   /* only aggregates and no GROUP BY, or LIMIT 1 */
	struct select_column *columns;
	size_t count;
};

/* `statement` is one statement; `${…}` may still be in it. */
DP_API void select_list_read(struct select_list *s, enum sql_dialect dialect,
	struct str statement);
DP_API void select_list_fini(struct select_list *s);
/* Exact, then ASCII case-insensitive; SIZE_MAX when absent. */
DP_API size_t select_list_find(const struct select_list *s, struct str name);

#endif
