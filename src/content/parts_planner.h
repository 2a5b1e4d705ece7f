/* SPDX-License-Identifier: MIT */
/* Inside the split planner: what parts.c (splitting) and parts_truncate.c (one part and
 * what it leaves out) share. */
#ifndef DP_CONTENT_PARTS_PLANNER_H
#define DP_CONTENT_PARTS_PLANNER_H

#include "src/content/parts.h"

/* Rows [from, to) of a unit, or text of our own (a note, a cut piece). */
struct slice {
	const struct unit *unit; /* NULL: text */
	size_t from, to;
	struct str text;
	bool keep_with_next;
};

struct planner {
	const struct parts_options *o;
	struct document *doc;
	struct parts *parts;
	size_t room_parts;
	size_t budget;	  /* SIZE_MAX: none */
	size_t separator; /* its cost */
	/* the part being filled */
	struct slice *slices;
	size_t count, room;
	size_t cost, units, tables, rows;
	/* costs of the unit at hand: sums[i] is rows [0, i) without what stands between */
	size_t *sums;
	size_t sums_room;
	size_t head, tail, between;
	size_t most_rows; /* of it in one part */
	bool shortened;
};

size_t planner_measure(const struct planner *p, struct str s);
size_t planner_add_costs(size_t a, size_t b); /* SIZE_MAX when it is too much */
bool planner_counts_rows(const struct unit *u);
bool planner_is_empty(const struct unit *u);
/* Makes a part of the first `slices` ones. */
void planner_add_part(struct planner *p, size_t slices, size_t cost, size_t rows);
void planner_push(struct planner *p, struct slice s, size_t cost, bool is_table);
bool planner_too_large(struct planner *p, const char *what, size_t cost, struct err *err);
/* What one unit may measure where there is `room`. */
size_t planner_element_room(const struct planner *p, const struct unit *u, size_t room);

/* Costs of the unit at hand; the ones below are of it. */
void planner_measure_rows(struct planner *p, const struct unit *u);
/* Rows [from, to) without head and tail. */
size_t planner_rows_cost(const struct planner *p, size_t from, size_t to);
/* The last row + 1 that still fits into `room`. */
size_t planner_rows_that_fit(const struct planner *p, size_t from, size_t count, size_t room);
void planner_push_rows(struct planner *p, const struct unit *u, size_t from, size_t to);
/* A text of ours in the channel's form; in the document's arena. */
struct str planner_note(struct planner *p, const char *text);

/* All text, then as many rows as there is room for, in one part. */
bool planner_truncate(struct planner *p, const struct unit_list *units, struct err *err);

#endif
