/* SPDX-License-Identifier: MIT */
/* Texts made from the command table: one command's help, the manual page
 * (share/man/dpstudio.1 is its output, and a test compares them). */
#ifndef DP_CLI_MANUAL_H
#define DP_CLI_MANUAL_H

#include "src/cli/cli.h"

void manual_print_command(const struct command *c);
/* help WORDS: a command, a noun's verbs ("source"), or both. ERR_USAGE when there is
 * no such thing. `second` may be NULL. */
bool manual_explain(const char *first, const char *second, struct err *err);
void manual_print_page(void);

#endif
