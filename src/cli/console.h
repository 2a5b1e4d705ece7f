/* SPDX-License-Identifier: MIT */
/* The console of `sql SOURCE`. The program holds everything but the line editor,
 * which is the module `console` (libedit): it is loaded only at a terminal. */
#ifndef DP_CLI_CONSOLE_H
#define DP_CLI_CONSOLE_H

#include "src/cli/query.h"

struct line_editor;

/* Words that may stand where the cursor is. */
struct candidates {
	char **list;
	size_t count, room;
	size_t replaces; /* bytes before the cursor that a candidate stands for */
};

typedef void (*complete_fn)(void *context, struct str before_cursor, struct candidates *found);

enum line_result { LINE_READ, LINE_END, LINE_INTERRUPTED };

/* What the module offers. */
struct console_ops {
	struct line_editor *(*open)(const char *history_path, complete_fn complete, void *context);
	/* *line is borrowed until the next call, without its line end. */
	enum line_result (*read)(struct line_editor *e, const char *prompt, struct str *line);
	/* A whole statement into the history. */
	void (*remember)(struct line_editor *e, const char *text);
	void (*close)(struct line_editor *e); /* saves the history */
};

DP_API void candidates_add(struct candidates *c, struct str word);
DP_API void candidates_fini(struct candidates *c);

/* Names for completion, read from the source when first needed. */
struct console_words;
struct console_words *console_words_new(struct query *q);
void console_words_free(struct console_words *w);
/* Forgets what was read: the source was changed from outside. */
void console_words_forget(struct console_words *w);
void console_words_complete(struct console_words *w, struct str before_cursor,
	struct candidates *found);

/* Reads statements until the end of input; *status is the exit status. */
bool console_run(struct query *q, int *status, struct err *err);

#endif
