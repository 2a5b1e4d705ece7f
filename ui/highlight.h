/* SPDX-License-Identifier: MIT */
/* Colours of a text, line by line. What a line leaves open for the next is one
 * number, kept for every 32nd line as far as the text was read; where it was not
 * (far down in a large file) it is guessed, and read up to in idle steps. Drawing a
 * screen therefore costs the lines of the screen, whatever the size. */
#ifndef DP_UI_HIGHLIGHT_H
#define DP_UI_HIGHLIGHT_H

#include "src/sql/lexer.h"
#include "ui/text.h"
#include "ui/theme.h"

enum language { LANGUAGE_PLAIN, LANGUAGE_SQL, LANGUAGE_MARKDOWN, LANGUAGE_HTML };

struct span_role {
	size_t from, to; /* bytes in the line */
	enum role role;
};

/* Where a line's spans go: `*count` of at most `most`. */
struct spans {
	struct span_role *list;
	size_t most, *count;
};

void spans_add(struct spans *s, size_t from, size_t to, enum role role);
/* "${name}" at `at`: its end (the line's, when it is open), or `at` when there is none. */
size_t spans_add_parameter(struct spans *s, struct str line, size_t at);

#define HIGHLIGHT_LINE_MAX ((size_t)64 << 10) /* bytes; longer lines stay plain */

/* A line as it was read last: a key changes one line of those on the screen. */
struct highlight_memo {
	struct buf line;
	uint32_t before, after;
	struct span_role *spans;
	size_t count, room;
	bool valid;
};

#define HIGHLIGHT_MEMOS 128

struct highlight {
	const struct text *text;
	enum language language;
	enum sql_dialect dialect;
	uint32_t *states; /* at the start of line i * HIGHLIGHT_STEP */
	size_t known, room;
	size_t wanted; /* lines that idle steps shall reach */
	struct buf line;
	struct highlight_memo *memos; /* by line number, modulo */
	/* The answer of the last highlight_state: the top of the screen stays. */
	size_t last_line, last_known;
	uint32_t last_state;
	bool last_valid, last_guessed;
};

void highlight_init(struct highlight *h, const struct text *text, enum language language);
void highlight_fini(struct highlight *h);
void highlight_set_language(struct highlight *h, enum language language);
void highlight_set_dialect(struct highlight *h, enum sql_dialect dialect);
void highlight_changed(struct highlight *h, const struct text_change *change);
/* State at the start of a line; *guessed when the text before was not read yet. */
uint32_t highlight_state(struct highlight *h, size_t line, bool *guessed);
/* Spans of line `number`, in order, borrowed until the next call; returns the state
 * behind it. */
uint32_t highlight_line(struct highlight *h, size_t number, struct str line, uint32_t state,
	const struct span_role **spans, size_t *count);
/* One line of Markdown (markdown_line.c), of HTML (html_line.c); same meaning. */
uint32_t markdown_line(struct str line, uint32_t state, struct span_role *spans, size_t most,
	size_t *count);
uint32_t html_line(struct str line, uint32_t state, struct span_role *spans, size_t most,
	size_t *count);
/* Reads on for about a millisecond; whether there is more to do. */
bool highlight_step(struct highlight *h);

#endif
