/* SPDX-License-Identifier: MIT */
/* Ctrl-C and termination as a flag that long work looks at, so that it can end its
 * children and its statement first. A second one ends the program at once. */
#ifndef DP_CLI_INTERRUPT_H
#define DP_CLI_INTERRUPT_H

/* From now on SIGINT, SIGTERM and SIGHUP set the flag. */
void interrupt_catch(void);
extern volatile int interrupt_flag;
/* 130 or 143; 0 when nothing came. */
int interrupt_status(void);
/* Forget one that has been dealt with (console: the statement was cancelled). */
void interrupt_clear(void);

#endif
