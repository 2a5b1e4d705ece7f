/* SPDX-License-Identifier: MIT */
/* From the terminal's bytes to keys, mouse and pastes. Takes bytes in any pieces;
 * a lone ESC is told from the start of a sequence by a short wait. A paste is one
 * event however large (up to INPUT_PASTE_MAX; what is beyond is dropped). */
#ifndef DP_UI_INPUT_H
#define DP_UI_INPUT_H

#include "src/base/buf.h"
#include "ui/key.h"

#define INPUT_PASTE_MAX ((size_t)64 << 20)
#define INPUT_ESC_WAIT_US 40000

enum event_kind { EVENT_KEY, EVENT_MOUSE, EVENT_PASTE };

struct event {
	enum event_kind kind;
	struct key key;
	struct mouse mouse;
	struct str paste; /* as it came; borrowed until the next input_next */
};

struct input;

struct input *input_new(void);
void input_free(struct input *in);
/* Adds the terminal description's own keys to the common ones. */
void input_learn(struct input *in);
void input_feed(struct input *in, struct str bytes);
/* The next whole event. `waited`: nothing came for INPUT_ESC_WAIT_US, so an ESC
 * that stands alone is the key. False when there is none (yet). */
bool input_next(struct input *in, bool waited, struct event *event);
/* Something has begun that input_next could finish with `waited`. */
bool input_is_pending(const struct input *in);

#endif
