/* SPDX-License-Identifier: MIT */
/* The published tasks with all that the management list of the seed shows
 * (dataworks.md 2.9), and what is done to them: off-line, freeze, run, test. */
#include <stdio.h>
#include <stdlib.h>

#include "src/workspace/version.h"
#include "ui/choice.h"
#include "ui/dialog.h"
#include "ui/screens/screens.h"
#include "ui/studio.h"
#include "ui/table.h"
#include "ui/work.h"

struct published {
	struct screen screen;
	struct studio *studio;
	struct table table;
	struct arena arena;
	struct task_list list;
	struct ui_child *child;
};

static const struct table_head heads[] = {
	{ N_("ID"), true }, { N_("Name"), false }, { N_("Data source"), false },
	{ N_("Environment"), false }, { N_("Node mode"), false }, { N_("Group"), false },
	{ N_("Owner"), false }, { N_("Publisher"), false }, { N_("Published"), false },
	{ N_("Version"), true }, { N_("Next run"), false },
};

static void
fill(struct published *p)
{
	char when[24];

	table_begin(&p->table);
	for (size_t i = 0; i < p->list.count; i++) {
		const struct task_row *t = &p->list.rows[i];

		table_addf(&p->table, ROLE_NUMBER, "%lld", (long long)t->id);
		table_add(&p->table, ROLE_TEXT, t->name);
		table_add(&p->table, ROLE_TEXT, t->source);
		table_add(&p->table, ROLE_TEXT, choice_label(t->env));
		table_add(&p->table, strcmp(t->mode, "normal") == 0 ? ROLE_TEXT : ROLE_WARNING,
			choice_label(t->mode));
		table_add(&p->table, ROLE_TEXT, t->group);
		table_add(&p->table, ROLE_TEXT, t->owner);
		table_add(&p->table, ROLE_TEXT, t->published_by);
		studio_time(p->studio, t->published_us, when);
		table_add(&p->table, ROLE_TEXT, when);
		table_addf(&p->table, ROLE_PUBLISHED, "v%lld", (long long)t->version);
		studio_time(p->studio, t->next_slot_us, when);
		table_add(&p->table, t->frozen ? ROLE_WARNING : ROLE_TEXT,
			t->frozen ? _("frozen") : *when ? when : _("only by hand"));
	}
	table_end(&p->table);
}

static bool
read_list(struct published *p, struct err *err)
{
	struct arena a = ARENA_INIT;
	struct task_list list = { 0 };

	if (!task_store_list(p->studio->ws, true, &a, &list, err)) {
		arena_fini(&a);
		return false;
	}
	arena_fini(&p->arena);
	p->arena = a;
	p->list = list;
	fill(p);
	return true;
}

static void
read_again(struct published *p)
{
	struct err err = ERR_INIT;

	if (!read_list(p, &err))
		ui_error(p->screen.ui, &err);
	model_refresh_row(p->studio->model);
}

static const struct task_row *
current(struct published *p)
{
	size_t row = table_row(&p->table);

	return row < p->list.count ? &p->list.rows[row] : NULL;
}

/* --- off-line and freeze ------------------------------------------------------------------- */

struct step {
	struct published *p;
	enum { DO_UNPUBLISH, DO_FREEZE } what;
	bool frozen;
	char *task;
};

static bool
work(void *context, struct err *err)
{
	struct step *s = context;

	if (s->what == DO_UNPUBLISH)
		return version_unpublish(s->p->studio->ws, s->task, err);
	return version_freeze(s->p->studio->ws, s->task, s->frozen, err);
}

static void
done(void *context, const struct err *err)
{
	struct step *s = context;

	if (err && err->code != ERR_CANCELLED) {
		dialog_error(s->p->screen.ui, _("Not possible"), err);
	} else if (!err) {
		read_again(s->p);
		ui_say(s->p->screen.ui,
			s->what == DO_UNPUBLISH ? _("%s is off-line")
			: s->frozen		? _("%s is frozen: its schedule is not followed")
						: _("%s follows its schedule again"),
			s->task);
	}
	free(s->task);
	free(s);
}

static void
begin(struct published *p, int what)
{
	const struct task_row *t = current(p);
	struct step *s;

	if (!t)
		return;
	s = xcalloc(1, sizeof(*s));
	s->p = p;
	s->what = what;
	s->frozen = !t->frozen;
	s->task = xstrdup(t->name);
	studio_attempt(p->studio, p, work, done, s);
}

static void
unpublish_answered(void *context, int button)
{
	if (button == 1)
		begin(context, DO_UNPUBLISH);
}

static void
run_unpublish(struct screen *screen)
{
	const struct task_row *t = current((struct published *)screen);

	if (t)
		dialog_confirm_name(screen->ui, _("Take off-line"),
			_("The task is not run by its schedule any more, until a version is published "
			  "again."),
			t->name, unpublish_answered, screen);
}

static void
run_freeze(struct screen *screen)
{
	begin((struct published *)screen, DO_FREEZE);
}

/* --- run and test ---------------------------------------------------------------------------- */

static void
child_done(void *context, const struct ui_child_end *end)
{
	struct published *p = context;
	struct buf text = BUF_INIT;

	p->child = NULL;
	buf_add_str(&text, str_trim(end->out));
	buf_addf(&text, "\n\n%.*s", STR_ARG(str_trim(end->errors)));
	dialog_tell(p->screen.ui, end->status == 0 ? _("It went well") : _("It did not end well"),
		buf_text(&text));
	buf_fini(&text);
	read_again(p);
}

static void
start(struct published *p, const char *command, const char *option)
{
	const struct task_row *t = current(p);
	const char *argv[] = { command, t ? t->name : "", option, NULL };
	struct err err = ERR_INIT;

	if (!t || p->child) {
		ui_warn(p->screen.ui, _("Something is under way: one moment"));
		return;
	}
	p->child = ui_child_start(p->screen.ui, workspace_path(p->studio->ws), argv, child_done, p,
		&err);
	if (p->child)
		ui_say(p->screen.ui, _("%s %s… (Runs shows how far it is)"), command, t->name);
	else
		ui_error(p->screen.ui, &err);
}

static void
run_answered(void *context, int button)
{
	if (button == 1)
		start(context, "run", NULL);
}

static void
run_now(struct screen *screen)
{
	dialog_ask(screen->ui, _("Run now"),
		_("Run the published version now, on production sources? It sends to the task's own "
		  "destinations."),
		N_("Back|Run"), run_answered, screen);
}

static void
test_answered(void *context, int button)
{
	if (button == 1)
		start(context, "test", "--published");
}

static void
run_test(struct screen *screen)
{
	dialog_ask(screen->ui, _("Test"),
		_("Test the published version on development sources? It really sends to the task's "
		  "destinations."),
		N_("Back|Test"), test_answered, screen);
}

/* --- elsewhere --------------------------------------------------------------------------------- */

static void
open_other(struct published *p, const char *screen, bool with_name)
{
	const struct task_row *t = current(p);
	struct err err = ERR_INIT;
	char *name = t ? xstrdup(t->name) : NULL;

	if (name && !ui_open(p->screen.ui, screen, with_name ? name : "", &err))
		ui_error(p->screen.ui, &err);
	free(name);
}

static void
run_open(struct screen *screen)
{
	struct published *p = (struct published *)screen;
	const struct task_row *t = current(p);
	struct err err = ERR_INIT;

	if (!t)
		return;
	if (model_open(p->studio->model, t->name, &err))
		open_other(p, "studio", false);
	else
		ui_error(screen->ui, &err);
}

static void
run_versions(struct screen *screen)
{
	open_other((struct published *)screen, "versions", true);
}

static void
run_runs(struct screen *screen)
{
	open_other((struct published *)screen, "runs", true);
}

static void
activate(void *context, size_t row)
{
	(void)row;
	run_open(context);
}

static bool
has_task(const struct screen *screen)
{
	return current((struct published *)(uintptr_t)screen) != NULL;
}

static const struct command commands[] = {
	{ "open-task", N_("Edit the draft"), N_("Task"), "F2 e", N_("Edit"), run_open, has_task },
	{ "run-now", N_("Run now…"), N_("Push"), "F5", N_("Run"), run_now, has_task },
	{ "test-published", N_("Test…"), N_("Push"), "F6", N_("Test"), run_test, has_task },
	{ "freeze", N_("Freeze, or follow the schedule again"), N_("Push"), "F7 z", N_("Freeze"),
		run_freeze, has_task },
	{ "unpublish", N_("Take off-line…"), N_("Version"), "F8 u", N_("Take off"), run_unpublish,
		has_task },
	{ "task-versions", N_("Its versions"), N_("Version"), "v", NULL, run_versions, has_task },
	{ "task-runs", N_("Its runs"), N_("View"), "r", NULL, run_runs, has_task },
};

static struct screen *
open_published(struct ui *ui, const char *argument, struct err *err)
{
	struct studio *studio = studio_need(ui, err);
	struct published *p;

	(void)argument;
	if (!studio)
		return NULL;
	p = xcalloc(1, sizeof(*p));
	screen_init(&p->screen, &screen_published_ops, ui);
	p->studio = studio;
	table_init(&p->table, _("Published tasks"), heads, ARRAY_LEN(heads), p);
	p->table.grid.no_rows = N_("nothing is published yet");
	p->table.grid.frozen = 0;
	p->table.activate = activate;
	screen_add_pane(&p->screen, &p->table.grid.pane);
	if (read_list(p, err))
		return &p->screen;
	screen_published_ops.close(&p->screen);
	return NULL;
}

static void
close_published(struct screen *screen)
{
	struct published *p = (struct published *)screen;

	studio_cancel(p->studio, p);
	ui_child_free(p->child);
	table_fini(&p->table);
	arena_fini(&p->arena);
	free(p);
}

static void
layout(struct screen *screen, struct rect area)
{
	pane_place(&((struct published *)screen)->table.grid.pane, area, FRAME_BOX);
}

static void
shown(struct screen *screen)
{
	read_again((struct published *)screen);
}

const struct screen_ops screen_published_ops = {
	.name = "published",
	.title = N_("Published tasks"),
	.open = open_published,
	.close = close_published,
	.layout = layout,
	.shown = shown,
	.commands = commands,
	.command_count = ARRAY_LEN(commands),
};
