/* SPDX-License-Identifier: MIT */
/* Scripted screens: the studio without a terminal, driven by lines of text. Each
 * line waits until nothing is under way (no job, no timer that changes the screen),
 * so there are no sleeps.
 *
 *   size ROWS COLS          a resize
 *   key NAME NAME …         "Ctrl-S", "Down", "x"
 *   type TEXT               the rest of the line, as keys
 *   paste TEXT              with \n, \t and \\ understood
 *   click ROW COL           from 1, as dumped; also: rclick, dclick
 *   command NAME            a command by its name
 *   dump [TITLE]            the screen as text on standard output
 *   cursor                  "cursor ROW COL" on standard output
 *   expect TEXT             ends with status 1 and a dump when it is not on the screen
 *   refuse TEXT             ends with status 1 and a dump when it is
 *   quit                    ends with status 0 (so does the end of the script)
 *
 * Empty lines and lines that begin with # mean nothing. */
#ifndef DP_UI_SCRIPT_H
#define DP_UI_SCRIPT_H

#include "src/base/err.h"

struct ui;
struct script;

/* Reads all of fd (up to 1 MB) and closes it. */
struct script *script_new(int fd, struct err *err);
void script_free(struct script *script);
/* Does the next line; false when there is none or it ended the studio. */
bool script_step(struct script *script, struct ui *ui);

#endif
