/* SPDX-License-Identifier: MIT */
/* $XDG_CONFIG_HOME/dpstudio/config: `name = value` lines, # comments.
 *
 *   theme = solarized          language = auto | en | zh_CN
 *   mouse = on | off           frames = unicode | ascii
 *   editor = vim               key.COMMAND = Ctrl-S F2
 *
 * A wrong line is told with file and number and the others still count. */
#ifndef DP_UI_CONFIG_H
#define DP_UI_CONFIG_H

#include "src/base/err.h"

struct config_key {
	char *command, *keys;
};

struct config {
	char *theme, *language, *editor; /* NULL: not said */
	bool no_mouse, ascii;
	struct config_key *keys;
	size_t key_count;
};

/* No file is no error. False when a line is wrong (the first one is told). */
bool config_read(struct config *config, struct err *err);
void config_fini(struct config *config);
/* Writes one setting into the file, keeping all other lines and comments as they are. */
bool config_set(const char *name, const char *value, struct err *err);

#endif
