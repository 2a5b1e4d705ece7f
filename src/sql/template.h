/* SPDX-License-Identifier: MIT */
/* Finds `${…}` in any text: SQL, title, Markdown, mail bodies. One scanner, one
 * grammar (dataworks.md 2.3, 3.2):
 *
 *   ${name}  ${name[0]}  ${name[-1]}  ${inputs[0][1]}  ${input.column[2]}  ${q2.revenue}
 *   ${name|filter|filter:"argument"}        $${  stands for a literal ${
 *
 * A name is letters, digits, `_` and non-ASCII letters, in parts joined by `.`; a
 * part may also stand in double quotes ("Total sales"). A reference never spans
 * lines. Nothing is allocated; slices point into the text. */
#ifndef DP_SQL_TEMPLATE_H
#define DP_SQL_TEMPLATE_H

#include "src/base/buf.h"
#include "src/sql/place.h"

enum template_kind {
	TEMPLATE_TEXT,
	TEMPLATE_REF,
	TEMPLATE_ESCAPE, /* $${ : put a ${ */
	TEMPLATE_BAD,	 /* a ${ that is no reference: `message` says why */
	TEMPLATE_KIND_COUNT
};

enum filter_kind { FILTER_JOIN, FILTER_SUM, FILTER_COUNT, FILTER_FIRST, FILTER_FMT,
	FILTER_KIND_COUNT };

struct filter {
	enum filter_kind kind;
	struct str argument; /* as written, quotes removed, escapes still in it */
};

#define TEMPLATE_MAX_FILTERS 4

struct template_item {
	enum template_kind kind;
	size_t pos, len;  /* bytes in the text: all of `${…}` */
	int line, column; /* of pos, from 1, in characters */
	/* REF */
	struct str name;  /* before [ and |: q2.revenue; quotes stay in one of several parts */
	struct str scope; /* before the last dot: q2; empty without one */
	struct str field; /* after it: revenue, else the whole name; quotes removed */
	int64_t index[2];
	int index_count; /* [r], [r][c]; negative counts from the end */
	struct filter filters[TEMPLATE_MAX_FILTERS];
	int filter_count;
	/* BAD: static; "" else */
	const char *message;
};

struct template_scanner {
	struct str text;
	struct text_cursor at;
};

DP_API void template_init(struct template_scanner *s, struct str text);
/* Items cover the text without gaps. False at the end. */
DP_API bool template_next(struct template_scanner *s, struct template_item *item);
/* Like template_next, but passes over text and escapes. */
DP_API bool template_next_ref(struct template_scanner *s, struct template_item *item);
/* The reference at the start of `text`; its length in bytes, 0 when `text` does not
 * begin with `${`. Place starts at line 1, column 1. */
DP_API size_t template_read(struct str text, struct template_item *item);

DP_API const char *filter_name(enum filter_kind kind); /* "join" */
/* One line for help; static. */
DP_API const char *filter_about(enum filter_kind kind);
/* The argument with \" \\ \n \t undone. */
DP_API void filter_argument(const struct filter *f, struct buf *to);
/* Whether `fmt:`'s argument is one number directive: [flags][width][.precision] with
 * one of d i f e g, %% and other text around it. */
DP_API bool filter_fmt_is_valid(struct str argument);

#endif
