/* SPDX-License-Identifier: MIT */
/* Themes: one line a role, `name = foreground background attributes`, and after a
 * bar the attributes for terminals without colour. A colour is `default`, `-` (what
 * lies below, for overlays), a name (red, bright-red), a palette number 0-255 or
 * #rrggbb. The embedded `default` theme is always there; users put theirs in
 * $XDG_CONFIG_HOME/dpstudio/themes/NAME.theme. */
#ifndef DP_UI_THEME_H
#define DP_UI_THEME_H

#include "src/base/err.h"
#include "src/base/str.h"

enum role {
#define ROLE(id, name) ROLE_##id,
#include "ui/roles.def"
#undef ROLE
	ROLE_COUNT
};

enum { ATTR_BOLD = 1, ATTR_DIM = 2, ATTR_ITALIC = 4, ATTR_UNDERLINE = 8, ATTR_REVERSE = 16 };

enum colour_kind { COLOUR_BELOW, COLOUR_DEFAULT, COLOUR_INDEX, COLOUR_RGB };

struct colour {
	enum colour_kind kind;
	uint32_t value; /* palette number or 0xrrggbb */
};

struct style {
	struct colour fg, bg;
	unsigned attrs;	     /* with colours */
	unsigned mono_attrs; /* without */
};

struct theme {
	char name[64];
	struct style styles[ROLE_COUNT];
};

const char *role_name(enum role role);
/* Reads one theme's text; `where` names the file in errors ("FILE:LINE: what").
 * Roles it leaves out keep what `theme` had: start from theme_default. */
bool theme_parse(struct theme *theme, struct str text, const char *where, struct err *err);
void theme_default(struct theme *theme);
/* By name: the user's folder, then the program's themes (beside it, share/,
 * embedded). On failure `theme` is the default one and err says why. */
bool theme_load(struct theme *theme, const char *name, struct err *err);
/* Each theme that can be loaded by name, sorted, without doubles. */
void theme_each(void (*fn)(void *context, const char *name), void *context);

#endif
