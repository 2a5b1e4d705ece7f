/* SPDX-License-Identifier: MIT */
/* What the commands print with: aligned lists by display width, JSON, talk on
 * stderr, colour only on a terminal that wants it (NO_COLOR, TERM=dumb). Text that
 * comes from data never reaches a terminal as control characters. */
#ifndef DP_CLI_PRINT_H
#define DP_CLI_PRINT_H

#include <stdio.h>

#include "src/base/arena.h"
#include "src/base/json.h"

enum style {
	STYLE_PLAIN,
	STYLE_HEAD, /* headings */
	STYLE_GOOD, /* published, succeeded, accepted */
	STYLE_WARN, /* waiting, deferred, unknown */
	STYLE_BAD,  /* failed, rejected */
	STYLE_DIM,  /* what matters less */
	STYLE_COUNT
};

struct list_column {
	const char *header;
	char align;    /* 'l', 'r' */
	bool may_cut;  /* gives way when the terminal is too narrow */
};

struct list_cell;

/* A table for people. Rows are filled cell by cell, left to right. */
struct list {
	struct arena arena;
	const struct list_column *columns;
	size_t column_count;
	struct list_cell *cells;
	size_t cell_count, cell_room;
	struct buf clean, formatted; /* of the cell being added */
};

void list_init(struct list *l, const struct list_column *columns, size_t count);
void list_fini(struct list *l);
void list_add(struct list *l, enum style style, const char *text); /* NULL: "" */
void list_addf(struct list *l, enum style style, const char *fmt, ...) DP_PRINTF(3, 4);
/* To stdout; `nothing` goes to stderr when there is no row. */
void list_print(const struct list *l, const char *nothing);

/* "name   value" pairs: aligned at `width`. One line a call, the value sanitised. */
void print_field(const char *name, enum style style, const char *fmt, ...) DP_PRINTF(3, 4);
/* Prints to stdout and deletes it. */
void print_json(cJSON *value);
/* An array of many objects, each as soon as it is made: print_json of them together would
 * say the same. `before`: how many were printed. */
void print_json_item(cJSON *item, size_t before);
void print_json_end(size_t count);
/* stderr, "\n" added. Silent with `-q`-like settings there are none: talk is short. */
void print_talk(const char *fmt, ...) DP_PRINTF(1, 2);
void print_styled(FILE *to, enum style style, const char *fmt, ...) DP_PRINTF(3, 4);
/* "dpstudio: message" and the hint on its own line. */
void print_failure(const struct err *err);
/* The line of `text` that an error points at, with a caret, on stderr; nothing when it
 * points nowhere. */
void print_place(struct str text, const struct err *err);
void print_warning(const char *fmt, ...) DP_PRINTF(1, 2);
/* Text with control characters taken out (LF and TAB stay). */
void print_text(FILE *to, struct str text);

bool print_is_terminal(FILE *to);
int print_terminal_columns(FILE *to); /* 0: not a terminal */
/* False with ERR_IO when what was printed did not get out (disk full, closed). */
bool print_flush(struct err *err);

#endif
