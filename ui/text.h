/* SPDX-License-Identifier: MIT */
/* A text being edited, of any size: chunks of a few KB in a balanced tree that knows
 * bytes and line breaks below each node, so that finding a line, inserting and
 * deleting cost the logarithm of the size. It knows nothing of screens. Positions are
 * bytes and always between characters; the bytes are valid UTF-8. Every change goes
 * through text_replace and can be undone without limit. */
#ifndef DP_UI_TEXT_H
#define DP_UI_TEXT_H

#include "src/base/buf.h"
#include "src/base/err.h"

#define TEXT_MAX ((size_t)1 << 30) /* bytes */

struct text;

struct text_change {
	size_t pos, removed, added;			/* bytes */
	size_t line, lines_removed, lines_added;	/* line breaks */
};
typedef void (*text_change_fn)(void *context, const struct text_change *change);

struct text *text_new(void);
void text_free(struct text *t);
/* A new text: nothing to undo, not modified. Invalid UTF-8 becomes U+FFFD, CR LF a
 * line break. */
void text_set(struct text *t, struct str bytes);
/* The same from a file, without holding it twice. */
bool text_load(struct text *t, int fd, struct err *err);
void text_on_change(struct text *t, text_change_fn fn, void *context);

/* --- looking ----------------------------------------------------------------------- */

size_t text_len(const struct text *t);
size_t text_lines(const struct text *t); /* line breaks + 1 */
/* Lines count from 0; one beyond the last is taken for the last. */
size_t text_line_start(const struct text *t, size_t line);
size_t text_line_end(const struct text *t, size_t line); /* before its line break */
size_t text_line_of(const struct text *t, size_t pos);
/* End of the line that pos is in, looked for from pos on: for walking down lines. */
size_t text_line_end_at(const struct text *t, size_t pos);
/* The bytes from pos to the end of its chunk, whole characters; empty at the end of
 * the text. Borrowed until the next change. */
struct str text_chunk(const struct text *t, size_t pos);
/* The bytes of the chunk that end at pos; empty at the beginning. */
struct str text_chunk_before(const struct text *t, size_t pos);
void text_get(const struct text *t, size_t from, size_t to, struct buf *out);
/* The byte at pos; '\n' at the end of the text. */
char text_at(const struct text *t, size_t pos);
/* Position of the next or previous grapheme; stops at the ends. A line break is one. */
size_t text_next(const struct text *t, size_t pos);
size_t text_previous(const struct text *t, size_t pos);

/* --- changing ---------------------------------------------------------------------- */

enum text_merge { TEXT_ALONE, TEXT_TYPED }; /* typed: undone a word at a time */

/* False (and no change) beyond TEXT_MAX. */
bool text_replace(struct text *t, size_t from, size_t to, struct str with, enum text_merge merge);
/* What happens between is undone at once; may be nested. */
void text_group_begin(struct text *t);
void text_group_end(struct text *t);
/* Undo and redo one group; *pos is where it happened. False: nothing left. */
bool text_undo(struct text *t, size_t *pos);
bool text_redo(struct text *t, size_t *pos);
bool text_can_undo(const struct text *t);
bool text_can_redo(const struct text *t);
/* Whether it differs from what text_saved last marked (or the beginning). */
bool text_is_modified(const struct text *t);
void text_saved(struct text *t);
/* Grows with every change. */
uint64_t text_version(const struct text *t);

/* --- finding ------------------------------------------------------------------------ */

enum { FIND_CASE = 1, FIND_WORD = 2, FIND_BACK = 4 };

/* Start of the first match at or after `from` (FIND_BACK: the last that begins before
 * it), without wrapping; SIZE_MAX none. Without FIND_CASE, ASCII letters match both
 * ways. */
size_t text_find(const struct text *t, struct str needle, size_t from, unsigned flags);

#endif
