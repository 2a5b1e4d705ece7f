/* SPDX-License-Identifier: MIT */
/* What the dialects differ in, for the lexer: one row each in dialect.c. */
#ifndef DP_SQL_RULES_H
#define DP_SQL_RULES_H

#include "src/sql/dialect.h"

enum hash_comment { HASH_NEVER, HASH_ALWAYS, HASH_SPACE };

struct sql_rules {
	const char *name;
	enum hash_comment hash_comment;	/* HASH_SPACE: only "# " and "#!" */
	bool dash_needs_space;	  /* `--` is a comment only before white space */
	bool return_ends_comment; /* a lone CR ends a `--` comment */
	bool nested_comment;
	bool hint;	       /* a comment that begins with + is read by the server */
	bool code_comment;     /* one that begins with ! is code */
	bool backslash;	       /* escapes in '…' (and "…" where that is a string) */
	bool backslash_name;   /* escapes in quoted names too */
	bool escape_string;    /* E'…' has backslashes, '…' has none */
	bool raw_string;       /* r'…' has no backslashes */
	bool double_is_string; /* "…" is a string, else a name */
	bool backtick;	       /* `…` is a name */
	bool bracket;	       /* […] is a name */
	bool dollar;	       /* $tag$…$tag$ */
};

const struct sql_rules *sql_rules(enum sql_dialect dialect);

#endif
