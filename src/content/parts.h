/* SPDX-License-Identifier: MIT */
/* The split planner of all channels (channels.md 13). A channel renders the document
 * once into units: pieces of its own wire text (Markdown lines, JSON elements), tables
 * as head, rows and tail. The planner fills parts with them up to a budget, cuts only
 * between rows, repeats head and tail, and never measures or copies a row twice, so
 * 10,000 rows take milliseconds. The channel then puts its envelope around each text. */
#ifndef DP_CONTENT_PARTS_H
#define DP_CONTENT_PARTS_H

#include "src/content/document.h"

enum unit_kind {
	UNIT_SOLID, /* goes whole or not at all */
	UNIT_TEXT,  /* when larger than a part: cut at lines, then blanks, then characters */
	UNIT_ROWS,  /* head, rows, tail; cut between rows */
};

struct unit {
	enum unit_kind kind;
	struct str head;    /* SOLID, TEXT: the whole; ROWS: before the rows, each time */
	struct str between; /* ROWS: between two rows: "\n", "," */
	struct str tail;    /* ROWS: after them, each time */
	struct str *rows;
	size_t row_count;
	size_t total_rows;	/* what the note counts: "40 of 10,000 rows"; 0: row_count */
	const struct doc_table *table; /* rows of a Table block, in its order; else NULL */
	bool keep_with_next;	/* a heading is never the last of a part */
	bool is_table;		/* counts against max_tables */
};

struct unit_list { /* grows in an arena */
	struct arena *arena;
	struct unit *list;
	size_t count, room;
};

DP_API void unit_list_init(struct unit_list *l, struct arena *arena);
/* Zeroed but for kind. */
DP_API struct unit *unit_list_add(struct unit_list *l, enum unit_kind kind);
/* Copies text (SOLID or TEXT). */
DP_API struct unit *unit_list_add_text(struct unit_list *l, enum unit_kind kind,
	struct str text);

struct parts_options {
	size_t budget; /* for the units of one part, in measure's unit; 0: no limit */
	/* Additive over concatenation; NULL: bytes. See parts_measure_*. */
	size_t (*measure)(struct str text);
	const char *separator; /* between two units: "\n\n", "," */
	size_t max_units;      /* per part; 0: any */
	size_t max_tables;     /* per part; 0: any */
	size_t max_rows;       /* of one table in one part; 0: any */
	size_t max_element;    /* one unit in one part, rows of a Table block not counted; 0 */
	size_t last_reserve;   /* kept free in each part: mentions, footer of the last */
	enum oversize oversize; /* ATTACH is planned as TRUNCATE; see `struct parts` */
	/* Said behind "40 of 10,000 rows": where the others are. NULL: nothing. */
	const char *left_out_note;
	const char *channel;	/* for messages: "DingTalk" */
	const char *unit_name;	/* "bytes" */
	void *context;
	/* Says `text` ("40 of 10,000 rows") in the channel's own form, as one unit.
	 * NULL: the text itself. */
	void (*note)(void *context, struct buf *to, const char *text);
	/* The row again, with no cell longer than `columns` display columns (a cut one
	 * ends with "…"). NULL: a row too large is ERR_LIMIT. */
	void (*shorten)(void *context, const struct unit *unit, size_t row, size_t columns,
		struct buf *to);
};

struct planned_part {
	struct str text; /* units joined; in the document's arena */
	size_t cost;	 /* of text */
	size_t rows;
};

struct parts {
	struct planned_part *list;
	size_t count;	      /* at least 1 */
	size_t rows_left_out; /* by TRUNCATE and ATTACH */
	bool text_left_out;   /* by the same: more than rows */
};

/* ERR_LIMIT when oversize is FAIL and one part is not enough, or something cannot be
 * cut. Warnings go to the document: W_CUT_ROW, W_TRUNCATED. */
DP_API bool parts_plan(const struct parts_options *options, const struct unit_list *units,
	struct document *doc, struct parts *parts, struct err *err);

/* "Title", and " (2/3)" when there are several parts. */
DP_API void parts_add_title(struct buf *to, struct str title, int number, int of);
/* Bytes to keep free in the envelope for that. */
#define PARTS_TITLE_RESERVE 12

DP_API size_t parts_measure_bytes(struct str text);
DP_API size_t parts_measure_json(struct str text);  /* bytes inside a JSON string */
DP_API size_t parts_measure_utf16(struct str text); /* UTF-16 units */
/* UTF-16 units of a text in HTML after its tags and entities are read (Telegram). */
DP_API size_t parts_measure_html(struct str text);

#endif
