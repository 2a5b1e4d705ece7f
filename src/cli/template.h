/* SPDX-License-Identifier: MIT */
/* Definitions that travel inside the program: share/templates and the demo. */
#ifndef DP_CLI_TEMPLATE_H
#define DP_CLI_TEMPLATE_H

#include "src/base/embedded.h"
#include "src/workspace/task_store.h"

/* The embedded file of that name; it is one that the Makefile embeds. */
struct str template_file(const char *file);
/* A new task named `name` from share/templates/TEMPLATE.template.json. ERR_NOT_FOUND
 * names those there are. */
bool template_create_task(struct workspace *ws, const char *template, const char *name,
	struct err *err);
/* The same from a definition's text. */
bool template_create_from(struct workspace *ws, struct str definition, const char *name,
	struct err *err);

#endif
