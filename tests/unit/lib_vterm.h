/* SPDX-License-Identifier: MIT */
/* A terminal for tests, with libvterm as the judge: either fed bytes directly, or
 * at the other end of a pty in which a program runs. Waiting is always for a
 * condition, never for a time alone. */
#ifndef TESTS_LIB_VTERM_H
#define TESTS_LIB_VTERM_H

#include <vterm.h>

#include "src/base/buf.h"

struct vt {
	VTerm *vterm;
	VTermScreen *screen;
	int rows, cols;
	int fd; /* of the pty; -1: fed directly */
	int pid;
	int status; /* of the program once it ended; -1 before */
	bool cursor_visible;
	size_t bytes; /* the program has written so far */
};

void vt_init(struct vt *vt, int rows, int cols);
void vt_fini(struct vt *vt); /* kills a program that still runs */
void vt_feed(struct vt *vt, struct str bytes);
/* Starts argv (path first) in a pty; `environment` adds NAME=VALUE, NULL-ended. */
void vt_start(struct vt *vt, int rows, int cols, const char *const *argv,
	const char *const *environment);
/* Or runs `fn` in a child of this process. */
void vt_fork(struct vt *vt, int rows, int cols, int (*fn)(void *context), void *context);
void vt_send(struct vt *vt, const char *bytes);
void vt_send_bytes(struct vt *vt, struct str bytes);
void vt_resize(struct vt *vt, int rows, int cols);
/* Only the program is told: the terminal stays as large as it is. (This libvterm breaks
 * when what was drawn for a larger size arrives after it shrank.) */
void vt_resize_program(struct vt *vt, int rows, int cols);
/* Until the text is on the screen (or gone): false after 30 s. */
bool vt_wait_text(struct vt *vt, const char *text);
bool vt_wait_gone(struct vt *vt, const char *text);
/* Until the program has said nothing for `quiet_ms`. */
void vt_settle(struct vt *vt, int quiet_ms);
/* Until it ends; its status (128 + signal), -1 after 30 s. */
int vt_wait_end(struct vt *vt);
void vt_dump(struct vt *vt, struct buf *to);
bool vt_has(struct vt *vt, const char *text);
VTermScreenCell vt_cell(struct vt *vt, int row, int col);
void vt_cursor(struct vt *vt, int *row, int *col);

#endif
