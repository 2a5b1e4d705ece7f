/* SPDX-License-Identifier: MIT */
/* The table of screens (screens.def). */
#ifndef DP_UI_SCREENS_SCREENS_H
#define DP_UI_SCREENS_SCREENS_H

#include "ui/ui.h"

#define SCREEN(id, name, title, menu, key) extern const struct screen_ops screen_##id##_ops;
#include "ui/screens/screens.def"
#undef SCREEN

/* Not in the table: it needs a file. */
extern const struct screen_ops screen_edit_ops;

/* NULL: none of that name. */
const struct screen_ops *screens_find(const char *name);
/* NULL past the end. */
const struct screen_ops *screens_at(size_t i);

#endif
