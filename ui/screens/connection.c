/* SPDX-License-Identifier: MIT */
#include "ui/screens/connection.h"

#include <stdlib.h>

#include "src/task/task_json.h"
#include "ui/choice.h"
#include "ui/dialog.h"
#include "ui/screens/connection_private.h"

#define ANSWER_ROWS 6
#define LIST_COLS 32
#define LIST_COLS_EDITING 22 /* a form needs the room */
#define WIDE 70 /* columns from which the list stands beside the rest */

const char *
connection_env_label(enum source_env env)
{
	return choice_label(env == ENV_AUTO ? "dev and prod" : source_env_name(env));
}

bool
connection_find_kind(const struct connections *c, const char *name, struct connection_kind *kind)
{
	for (size_t i = 0; c->type->kind(i, kind); i++)
		if (strcmp(kind->name, name) == 0)
			return true;
	return false;
}

const struct connection_row *
connection_current(const struct connections *c)
{
	size_t i = tree_current(&c->list);

	return i < c->rows.count ? &c->rows.rows[i] : NULL;
}

/* --- the list -------------------- */

static void
row(struct tree *tree, size_t i, struct buf *text, struct tree_row *info)
{
	const struct connections *c = tree->context;
	const struct connection_row *r = &c->rows.rows[i];
	struct buf right = BUF_INIT;

	buf_adds(text, r->name);
	buf_adds(&right, r->kind);
	if (c->type->has_env && r->env != ENV_AUTO)
		buf_addf(&right, " · %s", choice_label(source_env_name(r->env)));
	if (right.len < sizeof(info->right))
		memcpy(info->right, buf_text(&right), right.len + 1);
	info->right_role = ROLE_DIM;
	buf_fini(&right);
}

static void
moved(struct tree *tree, size_t i)
{
	(void)i;
	connection_show(tree->context);
}

static void
activate(struct tree *tree, size_t i)
{
	(void)i;
	connection_edit(tree->context);
}

static const struct tree_ops tree_ops = { .row = row, .moved = moved, .activate = activate };

void
connection_load(struct connections *c)
{
	struct connection_list list = { 0 };
	struct arena a = ARENA_INIT;
	struct err err = ERR_INIT;

	if (!c->type->list(c->studio->ws, &a, &list, &err)) {
		arena_fini(&a);
		ui_error(c->screen.ui, &err);
		return;
	}
	arena_fini(&c->arena);
	c->arena = a;
	c->rows = list;
	tree_set_count(&c->list, list.count);
	connection_show(c);
}

void
connection_select(struct connections *c, const char *name, enum source_env env)
{
	for (size_t i = 0; i < c->rows.count; i++)
		if (strcmp(c->rows.rows[i].name, name) == 0 &&
			(env == ENV_COUNT || c->rows.rows[i].env == env)) {
			tree_select(&c->list, i);
			break;
		}
	connection_show(c);
}

/* --- what is known of the current one -------------------- */

/* NULL: the kind has no such field any more. */
static const struct field *
find_field(const struct connection_kind *kind, const char *name)
{
	const struct field *f = field_find(kind->fields, kind->field_count, name);

	return f ? f : field_find(kind->common, kind->common_count, name);
}

static void
show_setting(struct connections *c, const struct setting *s, const struct field *f)
{
	bool chosen = f && (f->kind == FIELD_CHOICE || f->kind == FIELD_BOOL);

	if (*s->value)
		notes_add(&c->detail, s->secret ? ROLE_DIM : ROLE_TEXT, f ? _(f->label) : s->name,
			"%s", chosen ? choice_label(s->value) : s->value);
}

static void
show_users(struct connections *c, const struct connection_row *r)
{
	struct arena a = ARENA_INIT;
	struct err err = ERR_INIT;
	struct name_list tasks = { 0 };

	if (!c->type->users(c->studio->ws, r->name, &a, &tasks, &err))
		notes_add_error(&c->detail, &err);
	else if (tasks.count == 0)
		notes_add(&c->detail, ROLE_DIM, _("Used by"), "%s", _("no published task"));
	for (size_t i = 0; i < tasks.count; i++)
		notes_add(&c->detail, ROLE_PUBLISHED, i ? " " : _("Used by"), "%s", tasks.list[i]);
	arena_fini(&a);
}

static void
show_settings(struct connections *c, const struct connection_row *r,
	const struct connection_kind *kind)
{
	struct settings settings = SETTINGS_INIT;
	struct err err = ERR_INIT;

	if (!c->type->get(c->studio->ws, r, false, &settings, &err))
		notes_add_error(&c->detail, &err);
	for (size_t i = 0; i < settings.count; i++)
		show_setting(c, &settings.list[i], find_field(kind, settings.list[i].name));
	settings_fini(&settings);
}

void
connection_show(struct connections *c)
{
	const struct connection_row *r = connection_current(c);
	struct connection_kind kind = { 0 };
	char when[24];

	notes_clear(&c->detail);
	if (!r) {
		pane_set_title(&c->detail.pane, "%s", _("Details"));
		notes_add(&c->detail, ROLE_DIM, NULL, "%s",
			_("a adds one: choose its kind, fill in the form, test it, save it."));
		return;
	}
	pane_set_title(&c->detail.pane, "%s", r->name);
	studio_time(c->studio, r->updated_us, when);
	if (connection_find_kind(c, r->kind, &kind))
		notes_add(&c->detail, ROLE_TEXT, _("Kind"), "%s (%s)", _(kind.label), kind.name);
	else
		notes_add(&c->detail, ROLE_ERROR, _("Kind"), _("%s, which this program has not"),
			r->kind);
	if (c->type->has_env)
		notes_add(&c->detail, ROLE_TEXT, _("Serves"), "%s", connection_env_label(r->env));
	notes_add(&c->detail, ROLE_TEXT, _("Changed"), "%s", when);
	notes_add(&c->detail, ROLE_TEXT, _("Made by"), "%s", r->created_by);
	show_settings(c, r, &kind);
	show_users(c, r);
}

/* --- removing -------------------- */

static void
confirmed(void *context, int button)
{
	struct connections *c = context;
	const struct connection_row *r = connection_current(c);
	struct err err = ERR_INIT;
	char *name;

	if (button != 1 || !r)
		return;
	name = xstrdup(r->name);
	if (c->type->remove(c->studio->ws, r, &err)) {
		connection_load(c);
		ui_say(c->screen.ui, "%s: %s", name, _(c->type->removed));
	} else {
		dialog_error(c->screen.ui, _(c->type->remove_title), &err);
	}
	free(name);
}

static void
run_remove(struct screen *screen)
{
	struct connections *c = (struct connections *)screen;
	const struct connection_row *r = connection_current(c);

	if (r)
		dialog_confirm_name(screen->ui, _(c->type->remove_title),
			_("Its settings and secrets are gone for good. Drafts that name it keep "
			  "the name."),
			r->name, confirmed, c);
}

/* --- the screen -------------------- */

static void
place_main(struct connections *c, struct rect r)
{
	pane_hide(c->editing ? &c->detail.pane : &c->form.pane);
	pane_place(c->editing ? &c->form.pane : &c->detail.pane, r, FRAME_BOX);
}

void
connection_layout(struct screen *screen, struct rect area)
{
	struct connections *c = (struct connections *)screen;
	bool wide = area.cols >= WIDE, answered = c->answer.count > 0;
	int most = c->editing ? LIST_COLS_EDITING : LIST_COLS;
	int left = area.cols / 2 < most ? area.cols / 2 : most;
	int bottom = !answered ? 0 : area.rows >= 18 ? ANSWER_ROWS : area.rows >= 9 ? 4 : 0;
	struct rect main = area;

	main.rows -= bottom;
	if (wide) {
		pane_place(&c->list.pane, (struct rect){ area.row, area.col, area.rows, left },
			FRAME_BOX);
		main.col += left;
		main.cols -= left;
	} else if (c->editing) {
		pane_hide(&c->list.pane);
	} else {
		int rows = main.rows / 2;

		pane_place(&c->list.pane, (struct rect){ main.row, main.col, rows, main.cols },
			FRAME_BOX);
		main.row += rows;
		main.rows -= rows;
	}
	place_main(c, main);
	if (bottom)
		pane_place(&c->answer.pane,
			(struct rect){ main.row + main.rows, main.col, bottom, main.cols },
			FRAME_BOX);
	else
		pane_hide(&c->answer.pane);
}

struct screen *
connection_open(struct ui *ui, const struct screen_ops *ops, const struct connection_type *type,
	const char *argument, struct err *err)
{
	struct studio *studio = studio_need(ui, err);
	struct connections *c;

	if (!studio)
		return NULL;
	c = xcalloc(1, sizeof(*c));
	screen_init(&c->screen, ops, ui);
	c->type = type;
	c->studio = studio;
	tree_init(&c->list, &tree_ops, _(type->list_title), c);
	c->list.empty = type->empty;
	notes_init(&c->detail, "");
	form_init(&c->form, "", c);
	notes_init(&c->answer, _(type->test_title));
	screen_add_pane(&c->screen, &c->list.pane);
	screen_add_pane(&c->screen, &c->detail.pane);
	screen_add_pane(&c->screen, &c->form.pane);
	screen_add_pane(&c->screen, &c->answer.pane);
	connection_load(c);
	if (*argument)
		connection_select(c, argument, ENV_COUNT);
	return &c->screen;
}

void
connection_close(struct screen *screen)
{
	struct connections *c = (struct connections *)screen;

	connection_test_end(c);
	loop_timer_cancel(ui_loop(screen->ui), &c->again);
	tree_fini(&c->list);
	notes_fini(&c->detail);
	form_fini(&c->form);
	notes_fini(&c->answer);
	settings_fini(&c->stored);
	arena_fini(&c->arena);
	free(c->name);
	free(c->tested);
	free(c);
}

static void
discard(void *context, int button)
{
	struct connections *c = context;

	if (button == 1)
		connection_save(c);
	else if (button == 2)
		connection_leave_form(c);
}

bool
connection_may_close(struct screen *screen)
{
	struct connections *c = (struct connections *)screen;

	if (!c->editing || !form_is_changed(&c->form))
		return true;
	dialog_ask(screen->ui, _("Not saved"), _("What you filled in is not saved."),
		N_("Back|Save|Discard"), discard, c);
	return false;
}

static void
run_back(struct screen *screen)
{
	struct connections *c = (struct connections *)screen;

	if (c->job)
		ui_job_cancel(c->job);
	else if (!connection_may_close(screen))
		return;
	else if (c->editing)
		connection_leave_form(c);
	else
		ui_command(screen->ui, "close");
}

static void
run_add(struct screen *screen)
{
	connection_add((struct connections *)screen);
}

static void
run_edit(struct screen *screen)
{
	connection_edit((struct connections *)screen);
}

static void
run_save(struct screen *screen)
{
	connection_save((struct connections *)screen);
}

static void
run_test(struct screen *screen)
{
	connection_test((struct connections *)screen);
}

static bool
can_add(const struct screen *screen)
{
	return !((const struct connections *)screen)->editing;
}

static bool
can_edit(const struct screen *screen)
{
	return can_add(screen) && connection_current((const struct connections *)screen);
}

static bool
can_save(const struct screen *screen)
{
	return !can_add(screen);
}

static bool
can_test(const struct screen *screen)
{
	return !((const struct connections *)screen)->job && (can_save(screen) || can_edit(screen));
}

const struct command connection_commands[CONNECTION_COMMAND_COUNT] = {
	{ "add", N_("Add"), N_("Edit"), "a Ins", N_("Add"), run_add, can_add },
	{ "change", N_("Change"), N_("Edit"), "e F4", N_("Change"), run_edit, can_edit },
	{ "save", N_("Save"), N_("Edit"), "F2 Ctrl-S", N_("Save"), run_save, can_save },
	{ "test", N_("Test it"), N_("Edit"), "F5 t", N_("Test"), run_test, can_test },
	{ "remove", N_("Remove"), N_("Edit"), "d Del", NULL, run_remove, can_edit },
	{ "back", N_("Cancel, or go back"), N_("Edit"), "Esc", NULL, run_back, NULL },
};
