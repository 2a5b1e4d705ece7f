/* SPDX-License-Identifier: MIT */
#include "ui/screens/screens.h"

static const struct {
	const char *name;
	const struct screen_ops *ops;
} screens[] = {
#define SCREEN(id, name, title, menu, key) { name, &screen_##id##_ops },
#include "ui/screens/screens.def"
#undef SCREEN
	{ "edit", &screen_edit_ops },
};

const struct screen_ops *
screens_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(screens); i++)
		if (strcmp(screens[i].name, name) == 0)
			return screens[i].ops;
	return NULL;
}

const struct screen_ops *
screens_at(size_t i)
{
	return i < ARRAY_LEN(screens) ? screens[i].ops : NULL;
}
