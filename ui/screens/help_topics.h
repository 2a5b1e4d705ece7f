/* SPDX-License-Identifier: MIT */
/* What the help tells beside the commands: one short text a subject. */
#ifndef DP_UI_SCREENS_HELP_TOPICS_H
#define DP_UI_SCREENS_HELP_TOPICS_H

#include <stddef.h>

struct help_topic {
	const char *title;	   /* N_() */
	const char *const *lines; /* N_(), "label\ttext" or text; ends with NULL */
};

extern const struct help_topic help_topics[];
extern const size_t help_topic_count;

#endif
