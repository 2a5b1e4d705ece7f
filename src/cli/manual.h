/* SPDX-License-Identifier: MIT */
/* Texts made from the command table: one command's help, the manual page
 * (share/man/dpstudio.1 is its output, and a test compares them). */
#ifndef DP_CLI_MANUAL_H
#define DP_CLI_MANUAL_H

#include "src/cli/cli.h"

void manual_print_command(const struct command *c);
/* The verbs of a noun ("source"); false when it has none. */
bool manual_print_noun(const char *noun);
void manual_print_page(void);

#endif
