/* SPDX-License-Identifier: MIT */
/* The message document: what is to be said, before any channel says how. Built
 * from results and blocks by compose.h; read by every renderer and channel.
 * Author's text and data values are kept apart to the end: a `struct span` says
 * which is which, so that each channel neutralises data (channels.md 12) and
 * leaves the author's Markdown alone. Everything lives in the document's arena. */
#ifndef DP_CONTENT_DOCUMENT_H
#define DP_CONTENT_DOCUMENT_H

#include "src/base/arena.h"
#include "src/base/err.h"
#include "src/result/result.h"
#include "src/task/task.h"

/* A piece of text. Data is already sanitised (utf8_sanitize), not yet escaped. */
struct span {
	struct str text;
	bool is_data;
};

struct text { /* spans in order; author's line breaks are in the spans */
	struct span *spans;
	size_t count;
};

/* Markdown as a tree of our own, made by the render module from cmark-gfm. */
enum md_kind {
	MD_DOCUMENT, MD_HEADING, MD_PARAGRAPH, MD_QUOTE, MD_LIST, MD_ITEM, MD_CODE_BLOCK,
	MD_RULE, MD_TABLE, MD_ROW, MD_CELL, MD_HTML_BLOCK,
	MD_TEXT, MD_SOFT_BREAK, MD_HARD_BREAK, MD_CODE, MD_EMPH, MD_STRONG, MD_STRIKE,
	MD_LINK, MD_IMAGE, MD_HTML_INLINE,
	MD_KIND_COUNT
};

struct md_node {
	enum md_kind kind;
	struct md_node *first, *next;
	struct text text;     /* MD_TEXT, MD_CODE, MD_CODE_BLOCK, MD_HTML_* */
	struct text url;      /* MD_LINK, MD_IMAGE */
	struct text title;    /* MD_LINK, MD_IMAGE */
	int level;	      /* heading 1..6; ordered list's first number */
	bool ordered, tight;  /* list */
	bool header;	      /* table row */
	bool checked, is_task; /* item */
	enum align align;     /* cell */
	const char *info;     /* code block; NULL none */
};

struct cell { /* see table_cell */
	struct value value;  /* as it came: for CSV, XLSX, typed columns */
	struct str text;     /* prefix + value + suffix, sanitised, one line; mark not in it */
	struct str prefix, shown, suffix; /* its three pieces; only `shown` is data */
	struct str mark;     /* "▼" or empty; shown after the text with one space */
	enum color color;
};

struct doc_column {
	struct str header; /* sanitised */
	struct str field;  /* the column's own name */
	enum value_kind kind;
	enum align align; /* never ALIGN_AUTO */
};

struct doc_table {
	struct str name; /* q1, or by comment; for attachments and webhook JSON */
	struct doc_column *columns;
	size_t column_count;
	/* Row by row. Most are a plain value, those of a result as they lie there; any
	 * other is KEPT_CELL with p a struct cell in the arena. Read by table_cell. */
	const struct kept_value *cells;
	size_t row_count;
	size_t total_rows; /* before any cutting by us; the source may still have more */
	bool truncated;	   /* the source had more than max_rows */
	bool has_color;
};

#define KEPT_CELL 255

static inline struct cell
table_cell(const struct doc_table *t, size_t row, size_t column)
{
	const struct kept_value *k = &t->cells[row * t->column_count + column];
	struct str text = { k->p, k->len }, none = STR("");

	if (k->kind == KEPT_CELL)
		return *(const struct cell *)(const void *)k->p;
	return (struct cell){ .value = kept_value_get(k), .text = text, .prefix = none,
		.shown = text, .suffix = none, .mark = none };
}

enum doc_kind { DOC_MARKDOWN, DOC_TABLE, DOC_EMAIL_BODY, DOC_IMAGE };

struct doc_block {
	enum doc_kind kind;
	size_t block_index;	/* in the push node's content: for warnings */
	/* markdown */
	struct md_node *md;	/* NULL in source mode */
	struct text source;	/* the text itself, after substitution */
	bool source_mode;
	/* table */
	struct doc_table table;
	/* email body */
	bool is_html;
	/* image */
	struct str path, url, alt;
};

struct warning {
	const char *code; /* "W_ROWCOUNT", static */
	const char *message;
};

struct document {
	struct arena arena;
	const char *task;
	int version; /* 0: draft */
	struct text title;
	struct doc_block *blocks;
	size_t block_count;
	struct mentions mentions;
	enum oversize oversize;
	int64_t scheduled_us;
	struct date business_date;
	const struct zone *zone;
	/* Same for every retry: "<task.run.node@host>"; channels derive theirs from it. */
	const char *message_id;
	const char *run_id; /* "" in previews */
	bool is_preview;    /* placeholders for results that are not there yet */
	bool is_empty;	    /* every bound result has 0 rows */
	struct warning *warnings;
	size_t warning_count, warning_room;
};

#define DOCUMENT_INIT { .arena = ARENA_INIT }

DP_API void document_fini(struct document *d);
DP_API void document_warn(struct document *d, const char *code, const char *fmt, ...)
	DP_PRINTF(3, 4);

/* Plain text of spans: author and data alike. */
DP_API void text_plain(struct buf *to, const struct text *t);
/* Calls `escape` for data and copies the author's text. */
typedef void (*escape_fn)(struct buf *to, struct str data);
DP_API void text_escaped(struct buf *to, const struct text *t, escape_fn escape);
/* 10000 as 10,000. */
DP_API void thousands_add(struct buf *to, size_t n);

#endif
