/* SPDX-License-Identifier: MIT */
/* The handbook: subjects, then every command of every screen with its keys, in one list
 * that is searched by word or key. Enter goes to the command's screen and runs it. */
#include <stdio.h>
#include <stdlib.h>

#include "ui/screens/help_topics.h"
#include "ui/screens/notes.h"
#include "ui/screens/screens.h"
#include "ui/tabs.h"
#include "ui/tree.h"

#define KEY_COLS 16

struct help_row {
	const struct help_topic *topic;	 /* else: */
	const struct screen_ops *screen; /* NULL: works everywhere */
	const struct command *command;	 /* NULL: the screen's heading */
};

struct help {
	struct screen screen;
	struct tabs tabs;
	struct tree list;
	struct notes text;
	struct help_row *rows;
	size_t count;
	const struct screen_ops *below; /* where the help was opened */
};

static void
row(struct tree *tree, size_t i, struct buf *text, struct tree_row *info)
{
	const struct help *h = tree->context;
	const struct help_row *r = &h->rows[i];
	char key[64];

	if (r->topic) {
		buf_adds(text, _(r->topic->title));
	} else if (!r->command) {
		buf_adds(text, r->screen ? _(r->screen->title) : _("Everywhere"));
		info->role = ROLE_TITLE;
	} else {
		snprintf(key, sizeof(key), "%s", ui_command_key(h->screen.ui, r->command));
		buf_addf(text, "  %-*s %s", KEY_COLS, key, _(r->command->label));
	}
}

static void
show_topic(struct help *h, const struct help_topic *topic)
{
	pane_set_title(&h->text.pane, "%s", _(topic->title));
	for (size_t i = 0; topic->lines[i]; i++) {
		struct str line = str_from(_(topic->lines[i]));
		size_t tab = str_find(line, STR("\t"), 0);
		char label[48] = "";

		if (tab < sizeof(label))
			memcpy(label, line.p, tab);
		notes_add(&h->text, ROLE_TEXT, *label ? label : NULL, "%s",
			*label ? line.p + tab + 1 : line.p);
	}
}

static void
show_command(struct help *h, const struct help_row *r)
{
	const char *key = ui_command_key(h->screen.ui, r->command);

	pane_set_title(&h->text.pane, "%s", _(r->command->label));
	notes_add(&h->text, ROLE_TEXT, _("Where"), "%s",
		r->screen ? _(r->screen->title) : _("everywhere"));
	notes_add(&h->text, ROLE_TEXT, _("Keys"), "%s", *key ? key : "–");
	if (r->command->menu)
		notes_add(&h->text, ROLE_TEXT, _("Menu"), "%s", _(r->command->menu));
	notes_add(&h->text, ROLE_TEXT, _("Name"), ":%s", r->command->name);
	notes_add(&h->text, ROLE_DIM, NULL, "%s",
		r->screen && r->screen != h->below
			? _("Enter goes there. The configuration can give it other keys by its name.")
			: _("Enter runs it. The configuration can give it other keys by its name."));
}

static void
show(struct help *h)
{
	size_t i = tree_current(&h->list);
	const struct help_row *r = i < h->count ? &h->rows[i] : NULL;

	notes_clear(&h->text);
	pane_set_title(&h->text.pane, "%s", _("Help"));
	if (r && r->topic)
		show_topic(h, r->topic);
	else if (r && r->command)
		show_command(h, r);
	else if (r && r->screen)
		notes_add(&h->text, ROLE_TEXT, NULL, _(":%s opens it"), r->screen->name);
}

static void
moved(struct tree *tree, size_t i)
{
	(void)i;
	show(tree->context);
}

/* The help closes first: the command may open something over what was below it. */
static void
activate(struct tree *tree, size_t i)
{
	struct help *h = tree->context;
	struct help_row r = h->rows[i];
	bool runs = r.command && (!r.screen || r.screen == h->below);
	struct ui *ui = h->screen.ui;
	struct err err = ERR_INIT;

	if (r.topic || (!r.command && !r.screen)) {
		screen_focus(&h->screen, &h->text.pane);
		screen_relayout(&h->screen);
		return;
	}
	ui_close_screen(ui, &h->screen);
	if (r.screen && r.screen != h->below && !ui_open(ui, r.screen->name, "", &err))
		ui_error(ui, &err);
	else if (runs && !ui_command(ui, r.command->name))
		ui_warn(ui, _("Not possible here: %s"), _(r.command->label));
	else if (r.command && !runs)
		ui_say(ui, "%s: %s", ui_command_key(ui, r.command), _(r.command->label));
}

static const struct tree_ops tree_ops = { .row = row, .moved = moved, .activate = activate };

static void
add_row(struct help *h, const struct help_topic *topic, const struct screen_ops *screen,
	const struct command *command)
{
	h->rows = xreallocarray(h->rows, h->count + 1, sizeof(*h->rows));
	h->rows[h->count++] = (struct help_row){ topic, screen, command };
}

/* What applies here and is not of the screen below us is common to all. */
static void
add_common(void *context, const struct command *c, bool enabled)
{
	struct help *h = context;
	const struct screen *below = ui_screen(h->screen.ui);

	(void)enabled;
	for (size_t i = 0; below && i < below->ops->command_count; i++)
		if (c == &below->ops->commands[i])
			return;
	add_row(h, NULL, NULL, c);
}

static void
collect(struct help *h)
{
	const struct screen_ops *ops;

	for (size_t i = 0; i < help_topic_count; i++)
		add_row(h, &help_topics[i], NULL, NULL);
	for (size_t i = 0; (ops = screens_at(i)); i++) {
		if (ops->command_count)
			add_row(h, NULL, ops, NULL);
		for (size_t k = 0; k < ops->command_count; k++)
			add_row(h, NULL, ops, &ops->commands[k]);
	}
	add_row(h, NULL, NULL, NULL);
	ui_each_command(h->screen.ui, add_common, h);
}

static struct screen *
open_help(struct ui *ui, const char *argument, struct err *err)
{
	struct help *h = xcalloc(1, sizeof(*h));

	(void)err;
	screen_init(&h->screen, &screen_help_ops, ui);
	h->below = ui_screen(ui) ? ui_screen(ui)->ops : NULL;
	tabs_init(&h->tabs);
	tree_init(&h->list, &tree_ops, _("Subjects and commands · / searches"), h);
	notes_init(&h->text, "");
	screen_add_pane(&h->screen, &h->list.pane);
	screen_add_pane(&h->screen, &h->text.pane);
	screen_add_pane(&h->screen, &h->tabs.pane);
	collect(h);
	tree_set_count(&h->list, h->count);
	if (*argument) {
		tree_filter(&h->list, true);
		h->list.pane.ops->paste(&h->list.pane, str_from(argument));
	}
	show(h);
	return &h->screen;
}

static void
close_help(struct screen *screen)
{
	struct help *h = (struct help *)screen;

	tree_fini(&h->list);
	notes_fini(&h->text);
	free(h->rows);
	free(h);
}

static void
layout(struct screen *screen, struct rect a)
{
	struct help *h = (struct help *)screen;
	int left = a.cols * 55 / 100;

	if (a.cols < 70) {
		tabs_layout(&h->tabs, a);
		return;
	}
	tabs_hide(&h->tabs);
	pane_place(&h->list.pane, (struct rect){ a.row, a.col, a.rows, left }, FRAME_BOX);
	pane_place(&h->text.pane, (struct rect){ a.row, a.col + left, a.rows, a.cols - left },
		FRAME_BOX);
}

static void
run_search(struct screen *screen)
{
	struct help *h = (struct help *)screen;

	screen_focus(screen, &h->list.pane);
	tree_filter(&h->list, true);
}

static const struct command commands[] = {
	{ "search-help", N_("Search the handbook"), N_("Edit"), "Ctrl-F", N_("Search"), run_search,
		NULL },
};

const struct screen_ops screen_help_ops = {
	.name = "handbook",
	.title = N_("Handbook"),
	.open = open_help,
	.close = close_help,
	.layout = layout,
	.commands = commands,
	.command_count = ARRAY_LEN(commands),
	.without_workspace = true,
};
