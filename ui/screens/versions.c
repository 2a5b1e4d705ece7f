/* SPDX-License-Identifier: MIT */
/* The versions of one task: what each is, what changed, and its life: publish, take
 * off-line, deprecate, roll back. */
#include <stdio.h>
#include <stdlib.h>

#include "src/task/task_folder.h"
#include "src/workspace/version.h"
#include "ui/choice.h"
#include "ui/diff_view.h"
#include "ui/dialog.h"
#include "ui/screens/screens.h"
#include "ui/studio.h"
#include "ui/table.h"

enum against { AGAINST_BEFORE, AGAINST_PUBLISHED, AGAINST_DRAFT, AGAINST_COUNT };

struct versions {
	struct screen screen;
	struct studio *studio;
	struct table table;
	struct diff_view diff;
	struct arena arena;
	struct task_row task;
	struct version_list list;
	enum against against;
};

static const struct table_head heads[] = {
	{ N_("Version"), true }, { N_("State"), false }, { N_("Submitted"), false },
	{ N_("By"), false }, { N_("Published"), false }, { N_("By"), false },
	{ N_("Test"), false }, { N_("Note"), false },
};

static const enum role state_roles[VERSION_STATE_COUNT] = {
	[VERSION_READY] = ROLE_DRAFT, [VERSION_PUBLISHED] = ROLE_PUBLISHED,
	[VERSION_OFF_LINE] = ROLE_TEXT, [VERSION_DEPRECATED] = ROLE_DIM,
};

/* --- the list --------------------------------------------------------------------------- */

static void
fill(struct versions *v)
{
	char when[24];

	table_begin(&v->table);
	for (size_t i = 0; i < v->list.count; i++) {
		const struct version_row *r = &v->list.rows[i];

		table_addf(&v->table, ROLE_NUMBER, "%lld", (long long)r->number);
		table_addf(&v->table, state_roles[r->state], "%s%s",
			r->state == VERSION_PUBLISHED ? "● " : "", choice_label(version_state_name(r->state)));
		studio_time(v->studio, r->submitted_us, when);
		table_add(&v->table, ROLE_TEXT, when);
		table_add(&v->table, ROLE_TEXT, r->submitted_by);
		studio_time(v->studio, r->published_us, when);
		table_add(&v->table, ROLE_TEXT, when);
		table_add(&v->table, ROLE_TEXT, r->published_by);
		table_add(&v->table, r->tested ? ROLE_OK : ROLE_DIM, r->tested ? _("passed") : "–");
		table_add(&v->table, ROLE_TEXT, r->note);
	}
	table_end(&v->table);
}

static const struct version_row *
current(struct versions *v)
{
	size_t row = table_row(&v->table);

	return row < v->list.count ? &v->list.rows[row] : NULL;
}

static bool
read_list(struct versions *v, const char *name, struct err *err)
{
	struct arena a = ARENA_INIT;
	struct version_list list = { 0 };
	struct task_row task;

	if (!task_store_find(v->studio->ws, name, &a, &task, err) ||
		!version_list(v->studio->ws, task.id, &a, &list, err)) {
		arena_fini(&a);
		return false;
	}
	arena_fini(&v->arena);
	v->arena = a;
	v->task = task;
	v->list = list;
	fill(v);
	pane_set_title(&v->table.grid.pane, _("Versions of %s"), v->task.name);
	return true;
}

/* --- differences --------------------------------------------------------------------------- */

/* The readable form of a version, or of the draft (number 0). */
static bool
read_text(struct versions *v, int64_t number, struct buf *text, struct err *err)
{
	const struct task_row *open = model_row(v->studio->model);
	struct arena a = ARENA_INIT;
	struct version_row row;
	struct draft draft;
	struct str json = STR_NONE;
	struct task task;
	bool ok;

	if (number == 0 && open && open->id == v->task.id) {
		task_to_readable(model_task(v->studio->model), text);
		return true;
	}
	if (number) {
		ok = version_get(v->studio->ws, v->task.id, number, &a, &row, err);
		json = ok ? row.text : json;
	} else {
		ok = task_draft_get(v->studio->ws, v->task.id, &a, &draft, err);
		json = ok ? draft.text : json;
	}
	ok = ok && task_from_text(&task, json, err);
	if (ok) {
		task_to_readable(&task, text);
		task_fini(&task);
	}
	arena_fini(&a);
	return ok;
}

static void
side_name(char name[48], int64_t number)
{
	if (number)
		snprintf(name, 48, _("version %lld"), (long long)number);
	else
		snprintf(name, 48, "%s", _("draft"));
}

/* The two sides, older first; -1: there is nothing on the left. */
static void
choose_sides(struct versions *v, const struct version_row *r, int64_t *before, int64_t *after)
{
	size_t row = (size_t)(r - v->list.rows);

	*before = -1;
	*after = r->number;
	if (v->against == AGAINST_DRAFT) {
		*before = r->number;
		*after = 0;
	} else if (v->against == AGAINST_PUBLISHED) {
		*before = v->task.version ? v->task.version : -1;
		if (*before > *after) {
			*after = *before;
			*before = r->number;
		}
	} else if (row + 1 < v->list.count) {
		*before = v->list.rows[row + 1].number;
	}
}

static void
show_diff(struct versions *v)
{
	static const char *const titles[AGAINST_COUNT] = {
		[AGAINST_BEFORE] = N_("What changed · against the version before (v: another)"),
		[AGAINST_PUBLISHED] = N_("What changed · against the published one (v: another)"),
		[AGAINST_DRAFT] = N_("What changed · against the draft (v: another)"),
	};
	const struct version_row *r = current(v);
	struct buf old = BUF_INIT, new = BUF_INIT;
	struct err err = ERR_INIT;
	int64_t before, after;
	char left[48] = "", right[48];

	diff_view_clear(&v->diff);
	pane_set_title(&v->diff.pane, "%s", _(titles[v->against]));
	if (!r)
		return;
	choose_sides(v, r, &before, &after);
	if (before >= 0)
		side_name(left, before);
	else
		snprintf(left, sizeof(left), "%s", _("(nothing)"));
	side_name(right, after);
	if ((before < 0 || read_text(v, before, &old, &err)) && read_text(v, after, &new, &err))
		diff_view_show(&v->diff, left, buf_str(&old), right, buf_str(&new));
	else
		ui_error(v->screen.ui, &err);
	if (v->diff.there && !v->diff.diff.added && !v->diff.diff.removed)
		pane_set_title(&v->diff.pane, _("No difference · %s, %s (v: another)"), left, right);
	buf_fini(&old);
	buf_fini(&new);
}

static void
moved(void *context, size_t row)
{
	(void)row;
	show_diff(context);
}

/* --- the life of a version ------------------------------------------------------------------ */

struct step {
	struct versions *v;
	enum { DO_PUBLISH, DO_UNPUBLISH, DO_DEPRECATE, DO_ROLLBACK, DO_ROLLBACK_PUBLISH,
		DO_RESTORE } what;
	char *task;
	int64_t number, result;
};

static bool
work(void *context, struct err *err)
{
	struct step *s = context;
	struct workspace *ws = s->v->studio->ws;

	switch (s->what) {
	case DO_PUBLISH:
		return version_publish(ws, s->task, s->number, &s->result, err);
	case DO_UNPUBLISH:
		return version_unpublish(ws, s->task, err);
	case DO_DEPRECATE:
		return version_deprecate(ws, s->task, s->number, err);
	case DO_ROLLBACK:
		return version_rollback(ws, s->task, s->number, false, err);
	case DO_RESTORE:
		return task_draft_restore(ws, s->v->task.id, s->number, false, err);
	case DO_ROLLBACK_PUBLISH:
		return version_rollback_publish(ws, s->task, s->number, false, &s->result, err);
	}
	return true;
}

static void
say_done(const struct step *s)
{
	struct ui *ui = s->v->screen.ui;
	long long n = (long long)s->number, result = (long long)s->result;

	switch (s->what) {
	case DO_PUBLISH:
		ui_say(ui, _("Version %lld is published"), result);
		break;
	case DO_UNPUBLISH:
		ui_say(ui, _("Off-line: its schedule is not followed any more"));
		break;
	case DO_DEPRECATE:
		ui_say(ui, _("Version %lld is deprecated"), n);
		break;
	case DO_ROLLBACK:
		ui_say(ui, _("The draft is version %lld's content; test it again (F6)"), n);
		break;
	case DO_RESTORE:
		ui_say(ui, _("The draft of that time is back; test it again (F6)"));
		break;
	case DO_ROLLBACK_PUBLISH:
		ui_say(ui, _("Version %lld is published, with the content of version %lld"), result,
			n);
		break;
	}
}

static void
done(void *context, const struct err *err)
{
	struct step *s = context;
	struct versions *v = s->v;
	const struct task_row *open = model_row(v->studio->model);
	struct err own = ERR_INIT;
	char *name = s->task;

	if (err && err->code != ERR_CANCELLED) {
		dialog_error(v->screen.ui, _("Not possible"), err);
	} else if (!err) {
		if (open && open->id == v->task.id && s->what >= DO_ROLLBACK &&
			!model_reload(v->studio->model, &own))
			ui_error(v->screen.ui, &own);
		model_refresh_row(v->studio->model);
		if (!read_list(v, name, &own))
			ui_error(v->screen.ui, &own);
		show_diff(v);
		say_done(s);
	}
	free(name);
	free(s);
}

/* `number` is that of a version, or of an entry in the journal of drafts. */
static void
begin_with(struct versions *v, int what, int64_t number)
{
	struct err err = ERR_INIT;
	struct step *s;

	if (!model_save(v->studio->model, &err)) {
		dialog_error(v->screen.ui, _("The draft is not saved"), &err);
		return;
	}
	s = xcalloc(1, sizeof(*s));
	s->v = v;
	s->what = what;
	s->number = number;
	s->task = xstrdup(v->task.name);
	studio_attempt(v->studio, v, work, done, s);
}

static void
begin(struct versions *v, int what)
{
	const struct version_row *r = current(v);

	if (r || what == DO_UNPUBLISH)
		begin_with(v, what, r ? r->number : 0);
}

#define ANSWERED(name, step)                                 \
	static void name##_answered(void *context, int button) \
	{                                                    \
		if (button == 1)                             \
			begin(context, step);                \
	}
ANSWERED(publish, DO_PUBLISH)
ANSWERED(unpublish, DO_UNPUBLISH)
ANSWERED(deprecate, DO_DEPRECATE)

static void
ask(struct versions *v, const char *title, const char *fmt, const char *buttons,
	dialog_button_fn fn)
{
	const struct version_row *r = current(v);
	char *text;

	if (!r)
		return;
	text = xasprintf(_("Version %lld: %s"), (long long)r->number, _(fmt));
	dialog_ask(v->screen.ui, _(title), text, buttons, fn, v);
	free(text);
}

static void
run_publish(struct screen *screen)
{
	ask((struct versions *)screen, N_("Publish"),
		N_("from now on this version runs by its schedule, and the one published now goes "
		   "off-line."),
		N_("Back|Publish"), publish_answered);
}

static void
run_unpublish(struct screen *screen)
{
	struct versions *v = (struct versions *)screen;

	dialog_confirm_name(screen->ui, _("Take off-line"),
		_("The task is not run by its schedule any more, until a version is published again."),
		v->task.name, unpublish_answered, v);
}

static void
run_deprecate(struct screen *screen)
{
	ask((struct versions *)screen, N_("Deprecate"),
		N_("it cannot be published any more after that; going back to its content stays "
		   "possible."),
		N_("Back|Deprecate"), deprecate_answered);
}

static void
rollback_answered(void *context, int button)
{
	if (button == 1)
		begin(context, DO_ROLLBACK);
	else if (button == 2)
		begin(context, DO_ROLLBACK_PUBLISH);
}

static void
run_rollback(struct screen *screen)
{
	ask((struct versions *)screen, N_("Roll back"),
		N_("its content becomes the draft (the draft of now is kept and can be restored). Or "
		   "make a new version of it and publish that at once, on the strength of its own "
		   "test."),
		N_("Back|To the draft|Publish at once"), rollback_answered);
}

struct journal {
	struct versions *v;
	struct arena arena;
	struct draft_journal list;
};

static void
draft_chosen(void *context, int button)
{
	struct journal *j = context;

	if (button >= 0 && (size_t)button < j->list.count)
		begin_with(j->v, DO_RESTORE, j->list.rows[button].id);
	arena_fini(&j->arena);
	free(j);
}

/* Drafts that were replaced, by a rollback, an import or another studio. */
static void
run_restore(struct screen *screen)
{
	struct versions *v = (struct versions *)screen;
	struct journal *j = xcalloc(1, sizeof(*j));
	struct buf items = BUF_INIT;
	struct err err = ERR_INIT;
	char when[24];

	j->v = v;
	if (!task_drafts(v->studio->ws, v->task.id, &j->arena, &j->list, &err))
		ui_error(screen->ui, &err);
	else if (!j->list.count)
		ui_say(screen->ui, _("No draft has been replaced yet"));
	for (size_t i = 0; i < j->list.count; i++) {
		const struct draft_entry *e = &j->list.rows[i];

		studio_time_seconds(v->studio, e->saved_us, when);
		buf_addf(&items, "%s%s  %s  %s", i ? "\n" : "", when, e->saved_by, e->why);
	}
	if (j->list.count) {
		dialog_pick(screen->ui, _("Restore a draft that was replaced"), buf_text(&items), 0,
			draft_chosen, j);
	} else {
		arena_fini(&j->arena);
		free(j);
	}
	buf_fini(&items);
}

static void
run_against(struct screen *screen)
{
	struct versions *v = (struct versions *)screen;

	v->against = (v->against + 1) % AGAINST_COUNT;
	show_diff(v);
}

static void
run_edit(struct screen *screen)
{
	struct versions *v = (struct versions *)screen;
	struct err err = ERR_INIT;
	const struct task_row *open = model_row(v->studio->model);

	if ((open && open->id == v->task.id) || model_open(v->studio->model, v->task.name, &err))
		(void)ui_open(screen->ui, "studio", "", &err);
	if (err.code != ERR_NONE)
		ui_error(screen->ui, &err);
}

static bool
has_version(const struct screen *screen)
{
	return current((struct versions *)(uintptr_t)screen) != NULL;
}

static bool
can_publish(const struct screen *screen)
{
	const struct version_row *r = current((struct versions *)(uintptr_t)screen);

	return r && r->state != VERSION_PUBLISHED && r->state != VERSION_DEPRECATED;
}

static bool
can_deprecate(const struct screen *screen)
{
	const struct version_row *r = current((struct versions *)(uintptr_t)screen);

	return r && r->state == VERSION_READY;
}

static bool
is_published(const struct screen *screen)
{
	return ((const struct versions *)screen)->task.version != 0;
}

static const struct command commands[] = {
	{ "publish", N_("Publish…"), N_("Version"), "F8", N_("Publish"), run_publish, can_publish },
	{ "rollback", N_("Roll back to it…"), N_("Version"), "F5 r", N_("Roll back"), run_rollback,
		has_version },
	{ "deprecate", N_("Deprecate…"), N_("Version"), "F7 x", N_("Deprecate"), run_deprecate,
		can_deprecate },
	{ "unpublish", N_("Take off-line…"), N_("Version"), "F6 u", N_("Take off"), run_unpublish,
		is_published },
	{ "restore-draft", N_("Restore a draft that was replaced…"), N_("Task"), "d", NULL,
		run_restore, NULL },
	{ "against", N_("Compare with another"), N_("View"), "v", NULL, run_against, has_version },
	{ "edit-task", N_("Edit the draft"), N_("Task"), "e", NULL, run_edit, NULL },
};

/* --- the screen ---------------------------------------------------------------------------- */

static struct screen *
open_versions(struct ui *ui, const char *argument, struct err *err)
{
	struct studio *studio = studio_need(ui, err);
	const struct task_row *open = studio ? model_row(studio->model) : NULL;
	struct versions *v;

	if (!studio)
		return NULL;
	if (!*argument && !open) {
		err_set(err, ERR_STATE, _("no task is open"));
		return NULL;
	}
	v = xcalloc(1, sizeof(*v));
	screen_init(&v->screen, &screen_versions_ops, ui);
	v->studio = studio;
	table_init(&v->table, _("Versions"), heads, ARRAY_LEN(heads), v);
	v->table.grid.no_rows = N_("nothing has been submitted yet");
	v->table.moved = moved;
	diff_view_init(&v->diff, "");
	screen_add_pane(&v->screen, &v->table.grid.pane);
	screen_add_pane(&v->screen, &v->diff.pane);
	if (read_list(v, *argument ? argument : open->name, err)) {
		show_diff(v);
		return &v->screen;
	}
	screen_versions_ops.close(&v->screen);
	return NULL;
}

static void
close_versions(struct screen *screen)
{
	struct versions *v = (struct versions *)screen;

	studio_cancel(v->studio, v);
	table_fini(&v->table);
	diff_view_fini(&v->diff);
	arena_fini(&v->arena);
	free(v);
}

static void
layout(struct screen *screen, struct rect a)
{
	struct versions *v = (struct versions *)screen;
	int rows = (int)v->list.count + 3;

	if (rows > a.rows / 2)
		rows = a.rows / 2;
	if (rows < 5)
		rows = 5;
	pane_place(&v->table.grid.pane, (struct rect){ a.row, a.col, rows, a.cols },
		FRAME_BOX | FRAME_OPEN);
	pane_place(&v->diff.pane, (struct rect){ a.row + rows, a.col, a.rows - rows, a.cols },
		FRAME_BOX | FRAME_JOIN);
}

static void
shown(struct screen *screen)
{
	struct versions *v = (struct versions *)screen;
	const struct task_row *open = model_row(v->studio->model);
	char *name = xstrdup(open ? open->name : v->task.name);
	struct err err = ERR_INIT;

	if (!read_list(v, name, &err))
		ui_error(screen->ui, &err);
	show_diff(v);
	free(name);
}

const struct screen_ops screen_versions_ops = {
	.name = "versions",
	.title = N_("Versions"),
	.open = open_versions,
	.close = close_versions,
	.layout = layout,
	.shown = shown,
	.commands = commands,
	.command_count = ARRAY_LEN(commands),
};
