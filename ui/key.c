/* SPDX-License-Identifier: MIT */
#include "ui/key.h"

#include <stdio.h>

#include "src/base/utf8.h"

static const struct {
	const char *name;
	uint32_t code;
} names[] = {
	{ "Enter", K_ENTER },
	{ "Tab", K_TAB },
	{ "Esc", K_ESC },
	{ "Backspace", K_BACKSPACE },
	{ "Up", K_UP },
	{ "Down", K_DOWN },
	{ "Left", K_LEFT },
	{ "Right", K_RIGHT },
	{ "Home", K_HOME },
	{ "End", K_END },
	{ "PgUp", K_PAGE_UP },
	{ "PgDn", K_PAGE_DOWN },
	{ "Ins", K_INSERT },
	{ "Del", K_DELETE },
	{ "Space", ' ' },
	/* Other spellings that people write. */
	{ "Escape", K_ESC },
	{ "PageUp", K_PAGE_UP },
	{ "PageDown", K_PAGE_DOWN },
	{ "Insert", K_INSERT },
	{ "Delete", K_DELETE },
	{ "Return", K_ENTER },
};

static const struct {
	const char *name;
	unsigned mod;
} mods[] = {
	{ "Ctrl-", MOD_CTRL },
	{ "Alt-", MOD_ALT },
	{ "Shift-", MOD_SHIFT },
};

static bool
starts_nocase(struct str s, const char *with)
{
	size_t len = strlen(with);

	return s.len > len && str_equal_nocase(str_slice(s, 0, len), str_from(with));
}

static bool
parse_code(struct str name, uint32_t *code)
{
	int64_t number;

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (str_equal_nocase(name, str_from(names[i].name))) {
			*code = names[i].code;
			return true;
		}
	if (name.len > 1 && (name.p[0] == 'F' || name.p[0] == 'f') &&
		str_to_int64(str_slice(name, 1, name.len), &number) && number >= 1 && number <= 24) {
		*code = K_F1 + (uint32_t)number - 1;
		return true;
	}
	return name.len > 0 && utf8_decode(name, code) == name.len && *code >= 0x20;
}

bool
key_parse(struct str name, struct key *key)
{
	bool more = true;

	key->mods = 0;
	while (more) {
		more = false;
		for (size_t i = 0; i < ARRAY_LEN(mods); i++)
			if (starts_nocase(name, mods[i].name)) {
				key->mods |= mods[i].mod;
				name = str_slice(name, strlen(mods[i].name), name.len);
				more = true;
			}
	}
	if (!parse_code(name, &key->code))
		return false;
	if ((key->mods & MOD_CTRL) && key->code >= 'A' && key->code <= 'Z')
		key->code += 'a' - 'A';
	return true;
}

void
key_label(const struct key *key, char name[KEY_NAME_MAX])
{
	int n = snprintf(name, KEY_NAME_MAX, "%s%s%s", key->mods & MOD_CTRL ? "Ctrl-" : "",
		key->mods & MOD_ALT ? "Alt-" : "", key->mods & MOD_SHIFT ? "Shift-" : "");
	char *to = name + n;
	size_t room = (size_t)(KEY_NAME_MAX - n);

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (names[i].code == key->code) {
			snprintf(to, room, "%s", names[i].name);
			return;
		}
	if (key->code >= K_F1 && key->code <= K_F24) {
		snprintf(to, room, "F%u", key->code - K_F1 + 1);
	} else if (key->code < K_ENTER) {
		uint32_t c = key->code;

		if ((key->mods & MOD_CTRL) && c >= 'a' && c <= 'z')
			c -= 'a' - 'A';
		to[utf8_encode(c, to)] = '\0';
	} else {
		*to = '\0';
	}
}
