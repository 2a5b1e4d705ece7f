/* SPDX-License-Identifier: MIT */
/* Puts values in place of `${…}` and remembers where each byte came from, so that
 * a server's error position leads to the author's text. Values go in as they are:
 * quoting is the author's (the vendor's rule, dataworks.md 1.2). Comments are
 * copied without a look inside. */
#ifndef DP_SQL_SUBSTITUTE_H
#define DP_SQL_SUBSTITUTE_H

#include "src/base/buf.h"
#include "src/base/err.h"
#include "src/sql/dialect.h"
#include "src/sql/place.h"
#include "src/sql/template.h"

enum lookup { LOOKUP_FOUND, LOOKUP_UNASSIGNED, LOOKUP_FAILED };

/* Appends the value of `ref` to `to`. LOOKUP_FAILED: err is written, without a place:
 * ref's line and column are -1 here, pos is its byte in the author's text. */
typedef enum lookup (*lookup_fn)(void *context, const struct template_item *ref, struct buf *to,
	struct err *err);

struct substituted_piece {
	size_t pos;    /* in the substituted text */
	size_t source; /* in the author's */
	bool is_value; /* all of it comes from the `${` at `source` */
};

struct substituted {
	struct buf text;
	struct str source; /* the author's whole text, borrowed */
	struct substituted_piece *pieces;
	size_t count;
};

#define SUBSTITUTED_INIT { .count = 0 }

/* Substitutes the statement that stands at `from` to `to` of the author's text.
 * ERR_INPUT with "E_UNASSIGNED: …" and its line and column in that text, or what the
 * lookup says with the place added. */
DP_API bool sql_substitute(struct substituted *s, enum sql_dialect dialect, struct str source,
	size_t from, size_t to, lookup_fn lookup, void *context, struct err *err);
/* The same for a text that is not SQL (a branch's condition, a script): every
 * `${…}` counts. */
DP_API bool text_substitute(struct substituted *s, struct str source, lookup_fn lookup,
	void *context, struct err *err);
DP_API void substituted_fini(struct substituted *s);

/* Byte in the author's text that byte `pos` of the substituted text came from. */
DP_API size_t substituted_source_pos(const struct substituted *s, size_t pos);
/* Turns a place in the substituted text (from 1; column in characters, may be -1)
 * into one in the author's text. A column that is -1 stays so. */
DP_API void substituted_place(const struct substituted *s, int *line, int *column);
/* Moves the place of an error that a server gave for the substituted text. */
DP_API void substituted_fix_err(const struct substituted *s, struct err *err);

#endif
