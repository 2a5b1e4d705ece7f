/* SPDX-License-Identifier: MIT */
/* Adding and changing: the form of a kind's own fields. */
#include <stdlib.h>

#include "src/task/task_json.h"
#include "ui/dialog.h"
#include "ui/screens/connection_private.h"

#define AGAIN_US (150 * INT64_C(1000))
#define TRIES_MAX 40

static const struct field name_field = {
	.name = CONNECTION_NAME, .label = N_("Name"), .kind = FIELD_TEXT, .required = true,
	.help = N_("letters, digits, - _ and .; tasks name it so"),
};
static const struct field env_field = {
	.name = CONNECTION_ENV, .label = N_("Serves"), .kind = FIELD_CHOICE,
	.choices = "dev and prod|dev|prod", .initial = "dev and prod",
	.help = N_("tests use dev, scheduled runs prod; one name may have a variant of each"),
};

static enum source_env
form_env(const struct connections *c)
{
	const char *env = form_get(&c->form, CONNECTION_ENV);

	if (!c->adding)
		return c->env;
	return strcmp(env, "dev") == 0 ? ENV_DEV : strcmp(env, "prod") == 0 ? ENV_PROD : ENV_AUTO;
}

static void
forget_answer(struct connections *c)
{
	connection_test_end(c);
	notes_clear(&c->answer);
	screen_relayout(&c->screen);
}

static void
submit(void *context)
{
	ui_say(((struct connections *)context)->screen.ui, _("F5 tests it, F2 saves it"));
}

/* The form of c->kind with c->stored in it. */
static void
begin(struct connections *c)
{
	struct form *f = &c->form;

	forget_answer(c);
	form_clear(f);
	f->submit = submit;
	form_add(f, &name_field, c->name ? c->name : "");
	if (c->type->has_env)
		form_add(f, &env_field,
			c->adding ? NULL
				  : c->env == ENV_AUTO ? "dev and prod" : source_env_name(c->env));
	form_add_table(f, c->kind.fields, c->kind.field_count, c->adding ? NULL : &c->stored);
	form_add_table(f, c->kind.common, c->kind.common_count, c->adding ? NULL : &c->stored);
	if (!c->adding) {
		form_set_read_only(f, CONNECTION_NAME);
		form_set_read_only(f, CONNECTION_ENV);
		f->current = c->type->has_env ? 2 : 1;
	}
	pane_set_title(&f->pane, "%s · %s", c->adding ? _("New") : c->name, _(c->kind.label));
	c->editing = true;
	screen_focus(&c->screen, &f->pane);
	screen_relayout(&c->screen);
	ui_redraw(c->screen.ui);
}

static void
kind_picked(void *context, int index)
{
	struct connections *c = context;

	if (index < 0 || !c->type->kind((size_t)index, &c->kind))
		return;
	c->adding = true;
	free(c->name);
	c->name = NULL;
	settings_fini(&c->stored);
	c->stored = (struct settings)SETTINGS_INIT;
	begin(c);
	ui_say(c->screen.ui, "%s", _(c->kind.about));
}

void
connection_add(struct connections *c)
{
	struct buf items = BUF_INIT;
	struct connection_kind kind;

	for (size_t i = 0; c->type->kind(i, &kind); i++)
		buf_addf(&items, "%s%s", i ? "\n" : "", _(kind.label));
	dialog_pick(c->screen.ui, _(c->type->add_title), buf_text(&items), 0, kind_picked, c);
	buf_fini(&items);
}

void
connection_edit(struct connections *c)
{
	const struct connection_row *r = connection_current(c);
	struct settings stored = SETTINGS_INIT;
	struct err err = ERR_INIT;

	if (!r)
		return;
	if (!connection_find_kind(c, r->kind, &c->kind)) {
		ui_warn(c->screen.ui, _("This program has no kind '%s'"), r->kind);
		return;
	}
	if (!c->type->get(c->studio->ws, r, true, &stored, &err)) {
		settings_fini(&stored);
		dialog_error(c->screen.ui, r->name, &err);
		return;
	}
	settings_fini(&c->stored);
	c->stored = stored;
	c->adding = false;
	c->env = r->env;
	free(c->name);
	c->name = xstrdup(r->name);
	begin(c);
}

void
connection_leave_form(struct connections *c)
{
	loop_timer_cancel(ui_loop(c->screen.ui), &c->again);
	forget_answer(c);
	form_clear(&c->form);
	settings_fini(&c->stored);
	c->stored = (struct settings)SETTINGS_INIT;
	c->editing = false;
	screen_focus(&c->screen, &c->list.pane);
	screen_relayout(&c->screen);
	ui_redraw(c->screen.ui);
}

/* The command line's "give host=…: name of the server" without its first half. */
static void
plain_hint(struct err *err)
{
	size_t at = str_find(str_from(err->hint), STR("=…: "), 0);

	if (str_starts(str_from(err->hint), STR("give ")) && at != SIZE_MAX) {
		at += sizeof("=…: ") - 1;
		memmove(err->hint, err->hint + at, strlen(err->hint + at) + 1);
	}
}

static void
show_error(struct connections *c, const char *field, struct err *err)
{
	plain_hint(err);
	form_error(&c->form, field, err);
	notes_clear(&c->answer);
	pane_set_title(&c->answer.pane, "%s", _("Not yet right"));
	notes_add_error(&c->answer, err);
	screen_relayout(&c->screen);
}

bool
connection_read_form(struct connections *c, struct settings *settings)
{
	struct err err = ERR_INIT;

	form_read(&c->form, settings);
	settings_remove(settings, CONNECTION_NAME);
	settings_remove(settings, CONNECTION_ENV);
	for (size_t i = 0; i < c->form.count; i++) {
		const char *name = c->form.fields[i].field->name;

		if (form_keeps_secret(&c->form, name))
			settings_set(settings, name, str_from(settings_get(&c->stored, name)), true);
	}
	if (c->type->check(c->kind.name, settings, &err))
		return true;
	show_error(c, NULL, &err);
	return false;
}

static void
saved(struct connections *c, const char *name, enum source_env env)
{
	char *kept = xstrdup(name);

	connection_leave_form(c);
	connection_load(c);
	connection_select(c, kept, env);
	ui_say(c->screen.ui, "%s: %s", kept,
		c->adding ? _(c->type->added) : _(c->type->changed));
	free(kept);
}

static void
save_again(void *context)
{
	struct connections *c = context;
	int tries = c->tries;

	connection_save(c);
	if (c->tries)
		c->tries = tries + 1;
}

/* Another process holds the workspace for a moment: tried again by itself. */
static bool
wait_for_workspace(struct connections *c, const struct err *err)
{
	if (err->code != ERR_BUSY || c->tries >= TRIES_MAX)
		return false;
	if (c->tries == 0)
		c->tries = 1;
	c->again = (struct timer){ .fn = save_again, .context = c };
	loop_timer(ui_loop(c->screen.ui), &c->again, AGAIN_US);
	ui_warn(c->screen.ui, _("The workspace is busy; saving as soon as it is free"));
	return true;
}

void
connection_save(struct connections *c)
{
	struct connection_row r = { .kind = c->kind.name, .env = form_env(c) };
	struct settings settings = SETTINGS_INIT;
	struct err err = ERR_INIT;
	bool ok;

	loop_timer_cancel(ui_loop(c->screen.ui), &c->again);
	r.name = form_get(&c->form, CONNECTION_NAME);
	if (!task_name_check(r.name, _("the name"), &err)) {
		show_error(c, CONNECTION_NAME, &err);
		return;
	}
	if (!connection_read_form(c, &settings)) {
		settings_fini(&settings);
		return;
	}
	ok = c->adding ? c->type->add(c->studio->ws, &r, &settings, &err)
		       : c->type->update(c->studio->ws, &r, &settings, &err);
	settings_fini(&settings);
	if (!ok && wait_for_workspace(c, &err))
		return;
	c->tries = 0;
	if (ok)
		saved(c, r.name, r.env);
	else
		show_error(c, err.code == ERR_STATE && c->adding ? CONNECTION_NAME : NULL, &err);
}
