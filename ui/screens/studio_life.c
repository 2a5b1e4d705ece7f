/* SPDX-License-Identifier: MIT */
/* The life of a task from the main screen: new, copy, rename, delete, save, submit,
 * publish; and the table of what can be done there. */
#include <stdlib.h>

#include "src/task/task_json.h"
#include "src/workspace/version.h"
#include "ui/dialog.h"
#include "ui/screens/studio_private.h"

/* One step under way, tried again while the workspace is busy. */
struct step {
	struct desk *desk;
	enum { DO_SUBMIT, DO_PUBLISH, DO_RENAME, DO_DELETE, DO_COPY, DO_NEW } what;
	char *task, *word; /* note or new name */
	const struct embedded *template; /* of a new one */
	int64_t number;
};

/* The template that was chosen, under another name. */
static bool
create(struct step *s, struct err *err)
{
	struct task t;
	struct buf text = BUF_INIT;
	int64_t id;
	bool ok;

	if (!task_from_text(&t, (struct str){ s->template->text, s->template->len }, err))
		return false;
	t.name = s->word;
	task_to_text(&t, &text);
	ok = task_store_create(s->desk->studio->ws, s->word, buf_str(&text), &id, err);
	task_fini(&t);
	buf_fini(&text);
	return ok;
}

static bool
work(void *context, struct err *err)
{
	struct step *s = context;
	struct workspace *ws = s->desk->studio->ws;
	int64_t id;

	switch (s->what) {
	case DO_SUBMIT:
		return version_submit(ws, s->task, s->word, &s->number, err);
	case DO_PUBLISH:
		return version_publish(ws, s->task, 0, &s->number, err);
	case DO_RENAME:
		return task_store_rename(ws, s->task, s->word, false, err);
	case DO_DELETE:
		return task_store_remove(ws, s->task, false, err);
	case DO_COPY:
		return task_store_copy(ws, s->task, s->word, &id, err);
	case DO_NEW:
		return create(s, err);
	}
	return true;
}

static void
say_published(struct desk *d, int64_t number)
{
	const struct task_row *row;
	char when[24];

	model_refresh_row(d->model);
	row = model_row(d->model);
	studio_time(d->studio, row ? row->next_slot_us : 0, when);
	if (*when)
		ui_say(d->screen.ui, _("Version %lld is published; next run %s %s"),
			(long long)number, when, zone_name(d->studio->zone));
	else
		ui_say(d->screen.ui, _("Version %lld is published; it has no schedule"),
			(long long)number);
}

static const char *
open_name(struct desk *d)
{
	const struct task_row *row = model_row(d->model);

	return row ? row->name : NULL;
}

static bool
is_open(struct desk *d, const char *task)
{
	const char *name = open_name(d);

	return name && strcmp(name, task) == 0;
}

static void
after(struct step *s)
{
	struct desk *d = s->desk;
	struct err err = ERR_INIT;

	switch (s->what) {
	case DO_SUBMIT:
		ui_say(d->screen.ui, _("Submitted as version %lld. F8 publishes it"),
			(long long)s->number);
		break;
	case DO_PUBLISH:
		say_published(d, s->number);
		break;
	case DO_RENAME:
		if (is_open(d, s->task) && !model_reload(d->model, &err))
			ui_error(d->screen.ui, &err);
		break;
	case DO_DELETE:
		if (is_open(d, s->task))
			(void)model_open(d->model, NULL, &err);
		ui_say(d->screen.ui, _("%s was deleted"), s->task);
		break;
	case DO_COPY:
	case DO_NEW:
		desk_open_task(d, s->word);
		desk_go(d, &d->query.editor.pane);
		break;
	}
	model_refresh_row(d->model);
	desk_tasks_read(d);
	desk_steps_later(d);
}

static const char *const titles[] = {
	[DO_SUBMIT] = N_("Not submitted"), [DO_PUBLISH] = N_("Not published"),
	[DO_RENAME] = N_("Not renamed"), [DO_DELETE] = N_("Not deleted"),
	[DO_COPY] = N_("Not copied"), [DO_NEW] = N_("Not created"),
};

static void
free_step(struct step *s)
{
	free(s->task);
	free(s->word);
	free(s);
}

static void
done(void *context, const struct err *err)
{
	struct step *s = context;

	if (err && err->code == ERR_CANCELLED)
		err = NULL;
	else if (err)
		dialog_error(s->desk->screen.ui, _(titles[s->what]), err);
	else
		after(s);
	free_step(s);
}

/* Everything starts from a saved draft. */
static void
begin(struct desk *d, int what, const char *task, const char *word)
{
	struct err err = ERR_INIT;
	struct step *s = xcalloc(1, sizeof(*s));

	/* Saving reads the task's line again: what was borrowed of it is copied first. */
	s->desk = d;
	s->what = what;
	s->template = d->template;
	s->task = xstrdup(task ? task : "");
	s->word = xstrdup(word ? word : "");
	if (model_is_open(d->model) && !model_save(d->model, &err)) {
		dialog_error(d->screen.ui, _("The draft is not saved"), &err);
		free_step(s);
		return;
	}
	studio_attempt(d->studio, d, work, done, s);
}

/* --- submit and publish ------------------------------------------------------------------------ */

static void
note_typed(void *context, const char *text)
{
	struct desk *d = context;

	if (text)
		begin(d, DO_SUBMIT, open_name(d), text);
}

static void
problems_wanted(void *context, int button)
{
	if (button == 1)
		desk_steps_problems(context);
}

/* As the command refuses, but the way to each error is one key. */
static void
refuse(struct desk *d, const struct err *err)
{
	char *text = xasprintf("%s%s%s", err->msg, *err->hint ? "\n\n" : "", err->hint);

	dialog_ask(d->screen.ui, _("Not submitted: the check found errors"), text,
		N_("Close|Show them all"), problems_wanted, d);
	free(text);
}

void
desk_life_submit(struct desk *d)
{
	const struct task_row *row;
	struct err err = ERR_INIT;

	if (!model_is_open(d->model))
		return;
	if (!model_save(d->model, &err)) {
		dialog_error(d->screen.ui, _("The draft is not saved"), &err);
		return;
	}
	model_refresh_row(d->model);
	row = model_row(d->model);
	if (row->draft == DRAFT_DIRTY)
		dialog_tell(d->screen.ui, _("Not tested yet"),
			_("Only a draft that passed its test can be submitted: press F6 to test it. A "
			  "change of SQL, content or parameters asks for a new test."));
	else if (!desk_steps_check(d, &err))
		refuse(d, &err);
	else if (row->draft == DRAFT_SUBMITTED)
		dialog_tell(d->screen.ui, _("Nothing new"),
			_("The newest version has this very content. F8 publishes it."));
	else
		dialog_line(d->screen.ui, _("Submit"),
			_("What is new, for the list of versions (may be empty):"), "", false,
			note_typed, d);
}

static void
publish_answered(void *context, int button)
{
	struct desk *d = context;

	if (button == 1)
		begin(d, DO_PUBLISH, open_name(d), NULL);
}

void
desk_life_publish(struct desk *d)
{
	const struct task_row *row = model_row(d->model);
	char *text;

	if (!row)
		return;
	if (!row->latest_version) {
		dialog_tell(d->screen.ui, _("Nothing to publish"),
			_("A version is published, not a draft: test it (F6), submit it (F7), then "
			  "publish."));
		return;
	}
	if (row->version == row->latest_version) {
		dialog_tell(d->screen.ui, _("Published already"),
			row->draft == DRAFT_SUBMITTED
				? _("The newest version is published.")
				: _("The newest version is published. The draft has changes: test (F6) "
				    "and submit (F7) them first."));
		return;
	}
	text = xasprintf(row->draft == DRAFT_SUBMITTED
				 ? _("Publish version %lld of %s? From now on it runs by its schedule.")
				 : _("Publish version %lld of %s? The draft has changes that are not in "
				     "it."),
		(long long)row->latest_version, row->name);
	dialog_ask(d->screen.ui, _("Publish"), text, N_("Back|Publish"), publish_answered, d);
	free(text);
}

/* --- saving ------------------------------------------------------------------------------------ */

static void
conflict_answered(void *context, int button)
{
	struct desk *d = context;
	struct err err = ERR_INIT;
	bool ok = true;

	if (button == 1)
		ok = model_save_over(d->model, &err);
	else if (button == 2)
		ok = model_reload(d->model, &err);
	if (!ok)
		dialog_error(d->screen.ui, _("Not saved"), &err);
}

static void
run_save(struct screen *screen)
{
	struct desk *d = (struct desk *)screen;
	struct err err = ERR_INIT;

	if (model_state(d->model) == MODEL_CONFLICT)
		dialog_ask(screen->ui, _("Changed elsewhere"), model_error(d->model)->msg,
			N_("Back|Keep mine|Take theirs"), conflict_answered, d);
	else if (model_save(d->model, &err))
		ui_say(screen->ui, _("Saved (every change is saved by itself)"));
}

/* --- tasks ---------------------------------------------------------------------------------------- */

static void
new_typed(void *context, const char *text)
{
	if (text && *text)
		begin(context, DO_NEW, NULL, text);
}

void
desk_life_new(struct desk *d, const struct embedded *template)
{
	d->template = template;
	dialog_line(d->screen.ui, _("New task"), _("Its name: letters, digits, - _ ."), "", false,
		new_typed, d);
}

static void
run_new(struct screen *screen)
{
	desk_life_new((struct desk *)screen, desk_template("plain"));
}

/* The task chosen in the list when that has the focus, else the open one. */
static const char *
chosen_name(struct desk *d)
{
	const struct task_row *row = desk_tasks_current(d);

	return screen_focused(&d->screen) == &d->tasks.tree.pane && row ? row->name : open_name(d);
}

static void
copy_typed(void *context, const char *text)
{
	struct desk *d = context;

	if (text && *text)
		begin(d, DO_COPY, chosen_name(d), text);
}

static void
run_copy(struct screen *screen)
{
	struct desk *d = (struct desk *)screen;
	const char *name = chosen_name(d);
	char *initial;

	if (!name)
		return;
	initial = xasprintf("%s-copy", name);
	dialog_line(screen->ui, _("Copy task"), _("Name of the copy:"), initial, false, copy_typed, d);
	free(initial);
}

static void
rename_typed(void *context, const char *text)
{
	struct desk *d = context;
	const char *name = chosen_name(d);

	if (text && *text && name && strcmp(text, name) != 0)
		begin(d, DO_RENAME, name, text);
}

static void
run_rename(struct screen *screen)
{
	struct desk *d = (struct desk *)screen;
	const char *name = chosen_name(d);

	if (name)
		dialog_line(screen->ui, _("Rename task"), _("The new name:"), name, false,
			rename_typed, d);
}

static void
delete_answered(void *context, int button)
{
	struct desk *d = context;

	if (button == 1 && chosen_name(d))
		begin(d, DO_DELETE, chosen_name(d), NULL);
}

static void
run_delete(struct screen *screen)
{
	struct desk *d = (struct desk *)screen;
	const char *name = chosen_name(d);
	char *text;

	if (!name)
		return;
	text = xasprintf(_("%s, its draft and all its versions go; its runs stay in the "
			   "history."),
		name);
	dialog_confirm_name(screen->ui, _("Delete task"), text, name, delete_answered, d);
	free(text);
}

static void
folder_typed(void *context, const char *text)
{
	struct desk *d = context;
	struct task *t = text ? model_step(d->model, N_("the folder"), NULL) : NULL;

	if (!t)
		return;
	t->folder = model_text(d->model, str_from(text));
	model_changed(d->model);
}

static void
run_folder(struct screen *screen)
{
	struct desk *d = (struct desk *)screen;

	dialog_line(screen->ui, _("Folder"), _("Folder of the task in the list (empty: none):"),
		model_task(d->model)->folder, false, folder_typed, d);
}

static bool
has_task(const struct screen *screen)
{
	return model_is_open(((const struct desk *)screen)->model);
}

/* Elsewhere Ctrl-Z suspends, and u takes back changes of the task. */
static bool
in_editor(const struct screen *screen)
{
	return screen_focused(screen) == &((const struct desk *)screen)->query.editor.pane;
}

static bool
in_sources(const struct screen *screen)
{
	return screen_focused(screen) == &((const struct desk *)screen)->sources.tree.pane;
}

static bool
has_chosen(const struct screen *screen)
{
	return chosen_name((struct desk *)(uintptr_t)screen) != NULL;
}

static bool
is_running(const struct screen *screen)
{
	const struct desk *d = (const struct desk *)screen;

	return d->query.run.job || d->test;
}

/* --- the table --------------------------------------------------------------------------------- */

/* To what the focused list holds: a task, a data source, a block of the message. */
static void
add(struct desk *d)
{
	struct err err = ERR_INIT;

	if (screen_focused(&d->screen) == &d->tasks.tree.pane)
		run_new(&d->screen);
	else if (screen_focused(&d->screen) != &d->sources.tree.pane)
		desk_content_add(d);
	else if (!ui_open(d->screen.ui, "sources", "", &err))
		ui_error(d->screen.ui, &err);
}

#define RUN(name, call)                                      \
	static void run_##name(struct screen *screen)        \
	{                                                    \
		struct desk *d = (struct desk *)screen;      \
		call;                                        \
	}
#define EDIT(name, action) RUN(name, (void)editor_do(&d->query.editor, action))

RUN(new_from, desk_templates_new(d))
RUN(add_query, desk_nodes_add(d))
RUN(rename_node, desk_nodes_rename(d))
RUN(remove_query, desk_nodes_remove(d))
RUN(query_settings, desk_nodes_settings(d))
RUN(code_help, desk_templates_insert(d))
RUN(statement, desk_run_start(d, false))
RUN(all, desk_run_start(d, true))
RUN(cancel, (void)(desk_run_cancel(d) || desk_test_cancel(d)))
RUN(source, desk_query_choose_source(d))
RUN(insert_name, desk_sources_insert(d))
RUN(refresh, desk_sources_refresh(d))
RUN(variant, desk_sources_next_variant(d))
RUN(next_env, desk_query_next_env(d))
RUN(edit_outside, desk_query_edit_outside(d))
RUN(next_push, desk_content_next_push(d))
RUN(next_node, desk_query_next_node(d, 1))
RUN(next_result, desk_query_show_result(d, 1))
RUN(previous_result, desk_query_show_result(d, -1))
RUN(test, desk_life_test(d))
RUN(submit, desk_life_submit(d))
RUN(publish, desk_life_publish(d))
RUN(add, add(d))
RUN(remove_block, desk_content_remove(d))
RUN(block_up, desk_content_move(d, -1))
RUN(block_down, desk_content_move(d, 1))
RUN(destinations, desk_content_destinations(d))
RUN(next_preview, desk_preview_next(d, 1))
RUN(preview_date, desk_preview_choose_date(d))
RUN(problems, desk_steps_problems(d))
RUN(next_pane, desk_next_pane(d, 1))
RUN(previous_pane, desk_next_pane(d, -1))
RUN(pane1, desk_go_number(d, 0))
RUN(pane2, desk_go_number(d, 1))
RUN(pane3, desk_go_number(d, 2))
RUN(pane4, desk_go_number(d, 3))
RUN(pane5, desk_go_number(d, 4))
RUN(pane6, desk_go_number(d, 5))
EDIT(undo, "undo")
EDIT(redo, "redo")
EDIT(find, "find")
EDIT(replace, "replace")
EDIT(comment, "comment")

const struct command desk_commands[DESK_COMMANDS] = {
	{ "save", N_("Save"), N_("Task"), "F2 Ctrl-S", N_("Save"), run_save, has_task },
	{ "new", N_("New task…"), N_("Task"), "n Alt-n", NULL, run_new, NULL },
	{ "new-from-template", N_("New task from a template…"), N_("Task"), "N", NULL, run_new_from,
		NULL },
	{ "copy-task", N_("Copy task…"), N_("Task"), "c", NULL, run_copy, has_chosen },
	{ "rename", N_("Rename task…"), N_("Task"), "R", NULL, run_rename, has_chosen },
	{ "folder", N_("Folder…"), N_("Task"), NULL, NULL, run_folder, has_task },
	{ "delete", N_("Delete task…"), N_("Task"), "D", NULL, run_delete, has_chosen },
	{ "undo", N_("Undo"), N_("Edit"), "Ctrl-Z", NULL, run_undo, in_editor },
	{ "redo", N_("Redo"), N_("Edit"), "Ctrl-Y", NULL, run_redo, in_editor },
	{ "find", N_("Find"), N_("Edit"), "Ctrl-F", NULL, run_find, has_task },
	{ "replace", N_("Replace"), N_("Edit"), "Ctrl-R", NULL, run_replace, has_task },
	{ "comment", N_("Comment in or out"), N_("Edit"), "Alt-;", NULL, run_comment, has_task },
	{ "run", N_("Run the statement at the cursor"), N_("Query"), "F5", N_("Run"), run_statement,
		has_task },
	{ "run-all", N_("Run all statements"), N_("Query"), "Shift-F5 Alt-r", NULL, run_all,
		has_task },
	{ "cancel", N_("Cancel what runs"), N_("Query"), NULL, NULL, run_cancel, is_running },
	{ "source", N_("Data source of the query…"), N_("Query"), "F4", NULL, run_source,
		has_task },
	{ "insert-name", N_("Table or column into the SQL"), N_("Query"), "i", NULL,
		run_insert_name, has_task },
	{ "variant", N_("Tables of the source's other variant: dev, prod"), N_("Query"), "v", NULL,
		run_variant, in_sources },
	{ "refresh", N_("Ask for the source's tables again"), N_("Query"), "r", NULL, run_refresh,
		in_sources },
	{ "environment", N_("Environment of the query: auto, dev, prod"), N_("Query"), NULL, NULL,
		run_next_env, has_task },
	{ "code-help", N_("Code help: SQL of a template…"), N_("Query"), "Alt-i", NULL,
		run_code_help, has_task },
	{ "edit-outside", N_("Edit the SQL in your own editor"), N_("Edit"), "Ctrl-O", NULL,
		run_edit_outside, has_task },
	{ "next-push", N_("Next push node"), N_("Content"), "Alt-o", NULL, run_next_push, has_task },
	{ "next-query", N_("Next query node"), N_("Query"), "Alt-q", NULL, run_next_node, has_task },
	{ "add-query", N_("Another query node…"), N_("Query"), NULL, NULL, run_add_query, has_task },
	{ "remove-query", N_("Remove the query node"), N_("Query"), NULL, NULL, run_remove_query,
		has_task },
	{ "rename-node", N_("Rename the node…"), N_("Query"), NULL, NULL, run_rename_node, has_task },
	{ "query-settings", N_("Settings of the query…"), N_("Query"), "Alt-s", NULL,
		run_query_settings, has_task },
	{ "next-result", N_("Next result"), N_("Query"), "]", NULL, run_next_result, has_task },
	{ "previous-result", N_("Previous result"), N_("Query"), "[", NULL, run_previous_result,
		has_task },
	{ "add", N_("Add (task, source or block)…"), N_("Content"), "a Alt-a", NULL, run_add, NULL },
	{ "remove-block", N_("Remove the block…"), N_("Content"), "x Delete", NULL,
		run_remove_block, has_task },
	{ "block-up", N_("Move the block up"), N_("Content"), "K", NULL, run_block_up, has_task },
	{ "block-down", N_("Move the block down"), N_("Content"), "J", NULL, run_block_down,
		has_task },
	{ "send-to", N_("Destinations of the task…"), N_("Push"), "Alt-d", NULL, run_destinations,
		has_task },
	{ "next-preview", N_("Preview the next destination"), N_("View"), "Alt-p", NULL,
		run_next_preview, has_task },
	{ "preview-date", N_("Preview for a business date…"), N_("View"), "b", NULL,
		run_preview_date, has_task },
	{ "test", N_("Test…"), N_("Version"), "F6", N_("Test"), run_test, has_task },
	{ "submit", N_("Submit…"), N_("Version"), "F7", N_("Submit"), run_submit, has_task },
	{ "publish", N_("Publish…"), N_("Version"), "F8", N_("Publish"), run_publish, has_task },
	{ "check", N_("What the check found…"), N_("Version"), "Alt-k", NULL, run_problems,
		has_task },
	{ "next-pane", N_("Next pane"), N_("View"), "F9", N_("Pane"), run_next_pane, NULL },
	{ "previous-pane", N_("Previous pane"), N_("View"), "Shift-F9", NULL, run_previous_pane,
		NULL },
	{ "pane-tasks", N_("Tasks"), N_("View"), "Alt-1", NULL, run_pane1, NULL },
	{ "pane-sources", N_("Sources"), N_("View"), "Alt-2", NULL, run_pane2, NULL },
	{ "pane-sql", N_("SQL"), N_("View"), "Alt-3", NULL, run_pane3, NULL },
	{ "pane-result", N_("Result"), N_("View"), "Alt-4", NULL, run_pane4, NULL },
	{ "pane-content", N_("Content"), N_("View"), "Alt-5", NULL, run_pane5, NULL },
	{ "pane-preview", N_("Preview"), N_("View"), "Alt-6", NULL, run_pane6, NULL },
};
