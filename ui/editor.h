/* SPDX-License-Identifier: MIT */
/* The text editor pane: SQL, Markdown or plain. It views a struct text; cursor,
 * selection, scroll and the find bar are its own. The owner is told of changes, may
 * offer completions, and marks errors in the text. Cost of a key: the lines on the
 * screen. */
#ifndef DP_UI_EDITOR_H
#define DP_UI_EDITOR_H

#include "ui/highlight.h"
#include "ui/line.h"
#include "ui/ui.h"

struct editor;
struct completion_popup;

/* Offers words for what stands before the cursor, by calling add; `kind` is shown
 * beside ("table", "column"). Return false when there is nothing to offer here. */
typedef void (*completion_add_fn)(void *sink, const char *word, const char *kind);
typedef bool (*completion_fn)(void *context, struct editor *editor, struct str prefix,
	completion_add_fn add, void *sink);

enum editor_bar { BAR_NONE, BAR_FIND, BAR_REPLACE_WHAT, BAR_REPLACE_WITH, BAR_REPLACE_ASK,
	BAR_GOTO };

struct editor {
	struct pane pane;
	struct text *text;
	struct highlight highlight;
	size_t cursor, anchor;	/* anchor SIZE_MAX: nothing selected */
	size_t want_col;	/* column that Up and Down keep; SIZE_MAX: the cursor's */
	size_t top, left;	/* first line and column shown */
	int tab_width;
	bool read_only, numbers, soft_tabs;
	/* the bar at the bottom */
	enum editor_bar bar;
	struct line find, replace, go_to;
	size_t find_from; /* where the search began */
	bool find_failed;
	size_t found_len; /* of what was looked for last while typing */
	bool bar_fresh;	  /* what stands in the bar goes when one types */
	size_t replaced;
	/* error mark; len 0: none */
	size_t error_pos, error_len;
	/* completion */
	completion_fn complete;
	void *complete_context;
	struct completion_popup *popup;
	bool complete_typing; /* offer without being asked */
	/* the owner */
	void (*changed)(void *context); /* after each change of the text */
	void (*moved)(void *context);	/* the cursor moved */
	void *context;
	uint64_t told; /* version the owner was told of */
	bool told_move;
};

void editor_init(struct editor *e, const char *title, enum language language);
void editor_fini(struct editor *e);
void editor_set_text(struct editor *e, struct str text);
/* All of it; the caller's to fini. */
void editor_get_text(const struct editor *e, struct buf *to);
void editor_set_read_only(struct editor *e, bool on);
void editor_set_language(struct editor *e, enum language language);
void editor_set_dialect(struct editor *e, enum sql_dialect dialect);

size_t editor_cursor(const struct editor *e);
/* Moves there, clears the selection, scrolls it into view. */
void editor_go(struct editor *e, size_t pos);
void editor_go_line(struct editor *e, size_t line, size_t column); /* from 1 */
void editor_select(struct editor *e, size_t from, size_t to);
bool editor_selection(const struct editor *e, size_t *from, size_t *to);
/* Replaces the selection, or inserts at the cursor; one undo. */
void editor_insert(struct editor *e, struct str text);
void editor_replace(struct editor *e, size_t from, size_t to, struct str text);
/* Marks [pos, pos + len) as wrong until the next change; len 0 clears. */
void editor_mark_error(struct editor *e, size_t pos, size_t len);
/* The statement the cursor is in: bytes [from, to). False when there is none. */
bool editor_statement(const struct editor *e, size_t *from, size_t *to);
/* The word before the cursor, also "table.col": where it begins. */
size_t editor_word_start(const struct editor *e);
/* The owner knows more words now: a list that is open asks again. */
void editor_completions_changed(struct editor *e);
/* Line and column of the cursor, from 1. */
void editor_place(const struct editor *e, size_t *line, size_t *column);

/* What keys do; for the owner's menu. False: the name is unknown. */
bool editor_do(struct editor *e, const char *action);

#endif
