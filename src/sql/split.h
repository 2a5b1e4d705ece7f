/* SPDX-License-Identifier: MIT */
/* The statements of a text, found lexically by the rules of its dialect
 * (sources.md 0.3). Empty statements are dropped. Splitting comes before
 * substitution: a value never makes two statements of one. */
#ifndef DP_SQL_SPLIT_H
#define DP_SQL_SPLIT_H

#include "src/sql/lexer.h"

struct sql_statement {
	size_t pos, len; /* first to last token that counts, without the `;` */
	int line, column; /* of pos, from 1, in characters */
	size_t from, to; /* what belongs to it: comments before it, the `;`, the rest of
			  * that line when it is blank or a comment */
	struct str name; /* of a leading comment "-- @name daily"; else empty */
	size_t name_pos;
};

struct sql_split {
	struct sql_statement *list;
	size_t count;
	/* What the text leaves open at its end: a string, quoted name, comment or
	 * dollar quote, with the place where it began. */
	bool unfinished;
	const char *unfinished_what; /* "string", static */
	int unfinished_line, unfinished_column;
};

/* `script`: the whole text is one statement (MaxCompute script mode). Names point
 * into `text`. */
DP_API void sql_split(struct sql_split *s, enum sql_dialect dialect, struct str text, bool script);
DP_API void sql_split_fini(struct sql_split *s);
/* Index of the statement a cursor at byte `pos` is in; between two the one before
 * on the same line, else the next, else the last. SIZE_MAX when there is none. */
DP_API size_t sql_split_at(const struct sql_split *s, struct str text, size_t pos);
/* "q1", or its name. Statements count from 0 here. */
DP_API void sql_statement_label(const struct sql_split *s, size_t i, char label[64]);
/* Index by label: name, or q1, q2 …; SIZE_MAX when there is none. */
DP_API size_t sql_split_find(const struct sql_split *s, struct str label);

static inline struct str
sql_statement_text(const struct sql_statement *s, struct str text)
{
	return str_slice(text, s->pos, s->pos + s->len);
}

#endif
