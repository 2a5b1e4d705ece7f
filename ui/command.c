/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "ui/core.h"
#include "ui/palette.h"
#include "ui/screens/screens.h"
#include "ui/studio.h"

struct command_keys { /* what the config changed */
	char *name, *keys;
	struct command_keys *next;
};

void
command_keys_free(struct command_keys *keys)
{
	while (keys) {
		struct command_keys *next = keys->next;

		free(keys->name);
		free(keys->keys);
		free(keys);
		keys = next;
	}
}

/* --- the common ones ------------------------------------------------------------------ */

static void
run_help(struct screen *s)
{
	help_open(s->ui);
}

static void
run_palette(struct screen *s)
{
	palette_open(s->ui);
}

static void
run_menu(struct screen *s)
{
	menu_open(s->ui, 0);
}

static void
run_next_pane(struct screen *s)
{
	ui_focus_next(s->ui, 1);
}

static void
run_previous_pane(struct screen *s)
{
	ui_focus_next(s->ui, -1);
}

static void
run_redraw(struct screen *s)
{
	ui_redraw(s->ui);
}

static void
run_mouse(struct screen *s)
{
	ui_toggle_mouse(s->ui);
}

static void
run_suspend(struct screen *s)
{
	ui_suspend(s->ui);
}

static bool
can_travel(const struct screen *s, int by)
{
	const struct studio *studio = studio_of(s->ui);

	return studio && model_can_travel(studio->model, by);
}

static void
run_back(struct screen *s)
{
	model_travel(studio_of(s->ui)->model, -1);
}

static bool
can_back(const struct screen *s)
{
	return can_travel(s, -1);
}

static void
run_forth(struct screen *s)
{
	model_travel(studio_of(s->ui)->model, 1);
}

static bool
can_forth(const struct screen *s)
{
	return can_travel(s, 1);
}

static void
run_quit(struct screen *s)
{
	struct ui *ui = s->ui;

	for (size_t i = ui->screen_count; i-- > 0;) {
		struct screen *one = ui->screens[i];

		if (one->ops->may_close && !one->ops->may_close(one))
			return;
	}
	ui_quit(ui, 0);
}

static bool
can_close(const struct screen *s)
{
	return s->ui->screen_count > 1;
}

static void
run_close(struct screen *s)
{
	if (!s->ops->may_close || s->ops->may_close(s))
		ui_close_screen(s->ui, s);
}

static void
open_screen(struct ui *ui, const char *name)
{
	struct err err = ERR_INIT;

	if (!ui_open(ui, name, "", &err))
		ui_error(ui, &err);
}

#define SCREEN(id, name, title, menu, key)                                         \
	static void run_open_##id(struct screen *s)                                 \
	{                                                                           \
		open_screen(s->ui, name);                                           \
	}                                                                           \
	static bool can_open_##id(const struct screen *s)                           \
	{                                                                           \
		return ui_app(s->ui) || screen_##id##_ops.without_workspace;        \
	}
#include "ui/screens/screens.def"
#undef SCREEN

const struct command common_commands[] = {
#define SCREEN(id, name, title, menu, key) \
	{ name, title, menu, key, NULL, run_open_##id, can_open_##id },
#include "ui/screens/screens.def"
#undef SCREEN
	{ "undo-change", N_("Take back the last change of the task"), N_("Edit"), "u", NULL,
		run_back, can_back },
	{ "redo-change", N_("Do that change again"), N_("Edit"), "U", NULL, run_forth, can_forth },
	{ "next-pane", N_("Next pane"), N_("View"), "F9", NULL, run_next_pane, NULL },
	{ "previous-pane", N_("Previous pane"), N_("View"), "Shift-F9", NULL, run_previous_pane, NULL },
	{ "redraw", N_("Redraw"), N_("View"), "Ctrl-L", NULL, run_redraw, NULL },
	{ "mouse", N_("Mouse on or off"), N_("View"), NULL, NULL, run_mouse, NULL },
	{ "help", N_("Help and keys"), N_("Help"), "F1 ?", N_("Help"), run_help, NULL },
	{ "palette", N_("Command palette"), N_("Help"), "Ctrl-P :", N_("Palette"), run_palette, NULL },
	{ "menu", N_("Menu"), NULL, "F10", N_("Menu"), run_menu, NULL },
	{ "suspend", N_("Suspend"), N_("Task"), "Ctrl-Z", NULL, run_suspend, NULL },
	{ "close", N_("Close this screen"), N_("Task"), "q Esc", NULL, run_close, can_close },
	{ "quit", N_("Quit"), N_("Task"), "Ctrl-Q", NULL, run_quit, NULL },
};
const size_t common_command_count = ARRAY_LEN(common_commands);

/* --- finding and running ---------------------------------------------------------------- */

static const char *
keys_of(const struct ui *ui, const struct command *c)
{
	for (const struct command_keys *k = ui->keys; k; k = k->next)
		if (strcmp(k->name, c->name) == 0)
			return k->keys;
	return c->key ? c->key : "";
}

const char *
ui_command_key(const struct ui *ui, const struct command *c)
{
	return keys_of(ui, c);
}

static const struct command *
find_command(const struct ui *ui, const char *name)
{
	const struct screen *s = ui_screen(ui);

	for (size_t i = 0; s && i < s->ops->command_count; i++)
		if (strcmp(s->ops->commands[i].name, name) == 0)
			return &s->ops->commands[i];
	for (size_t i = 0; i < common_command_count; i++)
		if (strcmp(common_commands[i].name, name) == 0)
			return &common_commands[i];
	return NULL;
}

bool
ui_bind_key(struct ui *ui, const char *name, const char *keys, struct err *err)
{
	struct str words = str_from(keys);
	struct command_keys *k;

	while (words.len) {
		size_t end = str_find(words, STR(" "), 0);
		struct str word = str_slice(words, 0, end);
		struct key key;

		if (word.len && !key_parse(word, &key)) {
			err_set(err, ERR_CONFIG, "'%.*s' is no key", STR_ARG(word));
			return err_hint(err, "for example Ctrl-S, Alt-x, Shift-F5");
		}
		words = end == SIZE_MAX ? STR_NONE : str_slice(words, end + 1, words.len);
	}
	k = xcalloc(1, sizeof(*k));
	*k = (struct command_keys){ xstrdup(name), xstrdup(keys), ui->keys };
	ui->keys = k;
	return true;
}

static bool
has_key(const struct ui *ui, const struct command *c, const struct key *key)
{
	struct str words = str_from(keys_of(ui, c));

	while (words.len) {
		size_t end = str_find(words, STR(" "), 0);
		struct key one;

		if (key_parse(str_slice(words, 0, end), &one) && one.code == key->code &&
			one.mods == key->mods)
			return true;
		words = end == SIZE_MAX ? STR_NONE : str_slice(words, end + 1, words.len);
	}
	return false;
}

bool
command_can(const struct ui *ui, const struct command *c)
{
	const struct screen *s = ui_screen(ui);

	return s && (!c->can || c->can(s));
}

void
command_perform(struct ui *ui, const struct command *c)
{
	if (!command_can(ui, c)) {
		ui_warn(ui, _("Not possible here: %s"), _(c->label));
		return;
	}
	c->run(ui_screen(ui));
}

const struct command *
command_of_key(struct ui *ui, const struct key *key)
{
	const struct screen *s = ui_screen(ui);
	const struct command *greyed = NULL, *c;

	for (size_t i = 0; s && i < s->ops->command_count; i++) {
		c = &s->ops->commands[i];
		if (has_key(ui, c, key) && command_can(ui, c))
			return c;
		if (!greyed && has_key(ui, c, key))
			greyed = c;
	}
	for (size_t i = 0; i < common_command_count; i++) {
		c = &common_commands[i];
		if (has_key(ui, c, key) && command_can(ui, c))
			return c;
	}
	return greyed;
}

bool
command_by_key(struct ui *ui, const struct key *key)
{
	const struct command *c = command_of_key(ui, key);

	if (c)
		command_perform(ui, c);
	return c != NULL;
}

bool
ui_command(struct ui *ui, const char *name)
{
	const struct command *c = find_command(ui, name);

	if (!c || !command_can(ui, c))
		return false;
	command_perform(ui, c);
	return true;
}

static bool
is_taken_over(const struct screen *s, const struct command *common)
{
	for (size_t i = 0; s && i < s->ops->command_count; i++)
		if (strcmp(s->ops->commands[i].name, common->name) == 0)
			return true;
	return false;
}

void
ui_each_command(struct ui *ui,
	void (*fn)(void *context, const struct command *c, bool enabled), void *context)
{
	const struct screen *s = ui_screen(ui);

	for (size_t i = 0; s && i < s->ops->command_count; i++)
		fn(context, &s->ops->commands[i], command_can(ui, &s->ops->commands[i]));
	for (size_t i = 0; i < common_command_count; i++) {
		const struct command *c = &common_commands[i];

		/* Alone with a file there is no task. */
		if (!is_taken_over(s, c) &&
			(ui_app(ui) || (c->run != run_back && c->run != run_forth)))
			fn(context, c, command_can(ui, c));
	}
}
