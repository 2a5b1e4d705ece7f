/* SPDX-License-Identifier: MIT */
/* Whom a push node's message mentions. */
#ifndef DP_UI_SCREENS_MENTIONS_H
#define DP_UI_SCREENS_MENTIONS_H

#include "ui/studio.h"

/* Asks in a dialog; what is answered goes into the draft. */
void mentions_ask(struct studio *s, const char *push);
/* "all, anna, 13800000000"; nothing when nobody is. */
void mentions_say(const struct mentions *m, struct buf *to);
size_t mentions_count(const struct mentions *m);

#endif
