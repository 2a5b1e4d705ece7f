/* SPDX-License-Identifier: MIT */
/* What a person does at the terminal, as values: keys, mouse, pastes. A key is
 * written "Ctrl-S", "Alt-Left", "Shift-Tab", "F5", "Enter", "x"; the same
 * spelling serves the help, the config file and scripted screens. */
#ifndef DP_UI_KEY_H
#define DP_UI_KEY_H

#include "src/base/str.h"

enum { MOD_SHIFT = 1, MOD_ALT = 2, MOD_CTRL = 4 };

/* A character is its code point; Ctrl-A is 'a' with MOD_CTRL; MOD_SHIFT is set
 * only where it is not in the character itself. */
enum {
	K_NONE = 0,
	K_ENTER = 0x110000,
	K_TAB,
	K_ESC,
	K_BACKSPACE,
	K_UP,
	K_DOWN,
	K_LEFT,
	K_RIGHT,
	K_HOME,
	K_END,
	K_PAGE_UP,
	K_PAGE_DOWN,
	K_INSERT,
	K_DELETE,
	K_F1,
	K_F24 = K_F1 + 23,
	K_LAST
};

struct key {
	uint32_t code;
	unsigned mods;
};

enum mouse_kind { MOUSE_PRESS, MOUSE_RELEASE, MOUSE_DRAG, MOUSE_WHEEL_UP, MOUSE_WHEEL_DOWN };

struct mouse {
	enum mouse_kind kind;
	int button; /* 1 left, 2 middle, 3 right */
	int row, col;
	unsigned mods;
	int clicks; /* of MOUSE_PRESS: 1, 2 (double), 3 */
};

#define KEY_NAME_MAX 32

/* False when `name` is no key. */
bool key_parse(struct str name, struct key *key);
void key_label(const struct key *key, char name[KEY_NAME_MAX]);

static inline bool
key_is(const struct key *k, uint32_t code, unsigned mods)
{
	return k->code == code && k->mods == mods;
}

static inline bool
key_ctrl(const struct key *k, char letter)
{
	return k->code == (uint32_t)letter && k->mods == MOD_CTRL;
}

/* A character that types itself. */
static inline bool
key_is_text(const struct key *k)
{
	return k->code >= 0x20 && k->code < K_ENTER && k->code != 0x7F &&
	       !(k->mods & (MOD_CTRL | MOD_ALT));
}

#endif
