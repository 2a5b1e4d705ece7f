/* SPDX-License-Identifier: MIT */
/* The terminal itself: taken at start, given back on every way out (return, exit,
 * signal, crash, suspend). There is one per process. */
#ifndef DP_UI_TERM_H
#define DP_UI_TERM_H

#include "src/base/buf.h"
#include "src/base/err.h"

struct term_options {
	bool mouse;
};

/* Makes LC_CTYPE a UTF-8 one (C.UTF-8 when the locale is not): the widths of the
 * C library are asked for then. Also for scripted screens without a terminal. */
void term_use_utf8(void);
/* Loads the description of a kind of terminal; false when there is none. */
bool term_describe(const char *name);
void term_forget(void); /* frees it */
/* ERR_USAGE with one clear sentence when this is no terminal, or one that cannot
 * place its cursor (TERM=dumb). */
bool term_start(const struct term_options *options, struct err *err);
void term_stop(void); /* idempotent */
bool term_is_started(void);
/* To the shell's state and back, for $EDITOR and Ctrl-Z. */
void term_leave(void);
void term_enter(void);

int term_input_fd(void);
void term_size(int *rows, int *cols); /* 80 x 24 when the terminal will not say */
void term_set_mouse(bool on);
/* All bytes or the terminal is gone: then false. */
bool term_write(struct str bytes);
/* OSC 52, and tmux's way around itself. Larger than terminals take: false. */
bool term_copy(struct str text);

#endif
