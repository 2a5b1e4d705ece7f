/* SPDX-License-Identifier: MIT */
/* Themes: the tree at the left, every role as it looks at the right; moving the
 * cursor shows the theme at once, Enter keeps it, Esc takes the old one back. */
#include <stdlib.h>

#include "ui/config.h"
#include "ui/screens/screens.h"
#include "ui/tree.h"

struct themes {
	struct screen screen;
	struct tree tree;
	struct pane sample;
	char **names;
	size_t count;
	struct theme before; /* as it was when the screen was opened */
	bool kept;
};

static void
add_name(void *context, const char *name)
{
	struct themes *t = context;

	t->names = xreallocarray(t->names, t->count + 1, sizeof(char *));
	t->names[t->count++] = xstrdup(name);
}

static void
row(struct tree *tree, size_t i, struct buf *text, struct tree_row *info)
{
	const struct themes *t = tree->context;

	buf_adds(text, t->names[i]);
	if (strcmp(t->names[i], t->before.name) == 0)
		memcpy(info->right, "●", sizeof("●"));
}

static void
moved(struct tree *tree, size_t i)
{
	struct themes *t = tree->context;
	struct err err = ERR_INIT;
	struct theme theme;

	if (!theme_load(&theme, t->names[i], &err))
		ui_error(t->screen.ui, &err);
	ui_set_theme(t->screen.ui, &theme);
}

static void
activate(struct tree *tree, size_t i)
{
	struct themes *t = tree->context;
	struct err err = ERR_INIT;
	struct theme theme;

	if (!theme_load(&theme, t->names[i], &err)) {
		ui_error(t->screen.ui, &err);
		return;
	}
	ui_set_theme(t->screen.ui, &theme);
	t->kept = true;
	if (config_set("theme", t->names[i], &err))
		ui_say(t->screen.ui, _("Theme %s, also from now on"), t->names[i]);
	else
		ui_error(t->screen.ui, &err);
	ui_close_screen(t->screen.ui, &t->screen);
}

static const struct tree_ops tree_ops = { .row = row, .moved = moved, .activate = activate };

static void
draw_sample(struct pane *pane, struct canvas *c)
{
	int columns = c->cols >= 44 ? 2 : 1, width = c->cols / columns;

	(void)pane;
	canvas_clear(c, ROLE_TEXT);
	for (int i = 0; i < ROLE_COUNT; i++) {
		int y = i / columns, x = i % columns * width;

		canvas_field(c, y, x + 1, width - 2, (enum role)i, 'l',
			str_from(role_name((enum role)i)));
	}
}

static const struct pane_ops sample_ops = { .draw = draw_sample };

static struct screen *
open_themes(struct ui *ui, const char *argument, struct err *err)
{
	struct themes *t = xcalloc(1, sizeof(*t));

	(void)argument;
	(void)err;
	screen_init(&t->screen, &screen_themes_ops, ui);
	t->before = *ui_theme(ui);
	theme_each(add_name, t);
	tree_init(&t->tree, &tree_ops, _("Themes"), t);
	pane_init(&t->sample, &sample_ops, _("Roles"));
	t->sample.no_focus = true;
	screen_add_pane(&t->screen, &t->tree.pane);
	screen_add_pane(&t->screen, &t->sample);
	tree_set_count(&t->tree, t->count);
	for (size_t i = 0; i < t->count; i++)
		if (strcmp(t->names[i], t->before.name) == 0)
			t->tree.current = i;
	return &t->screen;
}

static void
close_themes(struct screen *screen)
{
	struct themes *t = (struct themes *)screen;

	if (!t->kept)
		ui_set_theme(screen->ui, &t->before);
	for (size_t i = 0; i < t->count; i++)
		free(t->names[i]);
	free(t->names);
	tree_fini(&t->tree);
	free(t);
}

static void
layout(struct screen *screen, struct rect area)
{
	struct themes *t = (struct themes *)screen;
	int left = area.cols >= 40 ? 22 : area.cols;

	pane_place(&t->tree.pane, (struct rect){ area.row, area.col, area.rows, left }, FRAME_BOX);
	pane_place(&t->sample,
		(struct rect){ area.row, area.col + left, area.rows, area.cols - left }, FRAME_BOX);
}

const struct screen_ops screen_themes_ops = {
	.name = "themes",
	.title = N_("Themes"),
	.open = open_themes,
	.close = close_themes,
	.layout = layout,
	.without_workspace = true,
};
