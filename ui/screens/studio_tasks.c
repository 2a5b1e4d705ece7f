/* SPDX-License-Identifier: MIT */
/* The tasks of the workspace in their folders: ● with a number is published, ○ is a
 * draft, * says that the draft is not what the newest version has. */
#include <stdio.h>
#include <stdlib.h>

#include "src/workspace/db.h"
#include "ui/screens/studio_private.h"

static bool
is_closed(const struct desk_tasks *t, const char *folder)
{
	for (size_t i = 0; i < t->closed_count; i++)
		if (strcmp(t->closed[i], folder) == 0)
			return true;
	return false;
}

/* Folders first, each followed by its tasks when it is open. */
static void
lay_rows(struct desk_tasks *t)
{
	const char *folder = "";
	bool open = true;

	t->rows = xreallocarray(t->rows, t->list.count * 2 + 1, sizeof(*t->rows));
	t->count = 0;
	for (size_t i = 0; i < t->list.count; i++) {
		const char *own = t->list.rows[i].folder;

		if (strcmp(own, folder) != 0) {
			folder = own;
			open = !is_closed(t, folder);
			t->rows[t->count++] = (struct desk_task_row){ folder, SIZE_MAX, open };
		}
		if (open)
			t->rows[t->count++] = (struct desk_task_row){ own, i, false };
	}
	tree_set_count(&t->tree, t->count);
}

static void
select_task(struct desk_tasks *t, int64_t id)
{
	for (size_t i = 0; i < t->count; i++)
		if (t->rows[i].task != SIZE_MAX && t->list.rows[t->rows[i].task].id == id)
			tree_select(&t->tree, i);
}

/* The task that is newly open, else the one that was chosen, wherever it stands now. */
static int64_t
wanted_task(struct desk *d)
{
	const struct task_row *chosen = desk_tasks_current(d);
	int64_t open = model_task_id(d->model);

	if (chosen && d->tasks.open == open)
		return chosen->id;
	d->tasks.open = open;
	return open;
}

static bool
is_as_read(const struct desk_tasks *t, struct db *db)
{
	return t->rows && t->foreign != -1 && t->foreign == db_foreign_changes(db) &&
	       t->own == db_own_changes(db);
}

void
desk_tasks_read(struct desk *d)
{
	struct db *db = workspace_db(d->studio->ws);
	struct desk_tasks *t = &d->tasks;
	struct arena a = ARENA_INIT;
	struct task_list list = { 0 };
	int64_t wanted = wanted_task(d), foreign = db_foreign_changes(db);
	struct err err = ERR_INIT;

	if (!is_as_read(t, db)) {
		if (!task_store_outline(d->studio->ws, &a, &list, &err)) {
			arena_fini(&a);
			ui_error(d->screen.ui, &err);
			return;
		}
		arena_fini(&t->arena);
		t->arena = a;
		t->list = list;
		t->foreign = foreign;
		t->own = db_own_changes(db);
		lay_rows(t);
	}
	select_task(t, wanted);
	pane_dirty(&t->tree.pane);
}

/* All of a task is read when it is first shown; false: it cannot be now. */
static bool
complete(struct desk *d, struct task_row *task)
{
	struct err ignored = ERR_INIT;
	struct task_row whole;

	if (!task->uuid && task_store_by_id(d->studio->ws, task->id, &d->tasks.arena, &whole,
				   &ignored))
		*task = whole;
	return task->uuid != NULL;
}

/* Of a list of many, this one row is read again. `own` stays: what else this studio has
 * changed is still to be read. */
void
desk_tasks_stored(struct desk *d)
{
	struct desk_tasks *t = &d->tasks;
	struct task_row *task = t->list.rows, *end = task + t->list.count;
	const char *name, *folder;

	while (task < end && task->id != model_task_id(d->model))
		task++;
	if (task == end || t->foreign != db_foreign_changes(workspace_db(d->studio->ws))) {
		desk_tasks_read(d);
		return;
	}
	name = task->name;
	folder = task->folder;
	task->uuid = NULL;
	if (!complete(d, task) || strcmp(task->name, name) != 0 ||
		strcmp(task->folder, folder) != 0)
		desk_tasks_read(d);
	pane_dirty(&t->tree.pane);
}

const struct task_row *
desk_tasks_current(struct desk *d)
{
	size_t row = tree_current(&d->tasks.tree);

	if (row == SIZE_MAX || d->tasks.rows[row].task == SIZE_MAX)
		return NULL;
	return &d->tasks.list.rows[d->tasks.rows[row].task];
}

static void
task_marks(const struct task_row *task, struct tree_row *info)
{
	const char *changed = task->draft != DRAFT_SUBMITTED && task->latest_version ? "*" : "";

	if (task->version) {
		snprintf(info->right, sizeof(info->right), "%s%s v%lld", changed,
			task->frozen ? "‖" : "●", (long long)task->version);
		info->right_role = ROLE_PUBLISHED;
	} else if (task->latest_version) {
		snprintf(info->right, sizeof(info->right), "%s○ v%lld", changed,
			(long long)task->latest_version);
		info->right_role = ROLE_DRAFT;
	} else {
		snprintf(info->right, sizeof(info->right), "○");
		info->right_role = ROLE_DRAFT;
	}
}

static void
row(struct tree *tree, size_t i, struct buf *text, struct tree_row *info)
{
	struct desk *d = tree->context;
	const struct desk_task_row *r = &d->tasks.rows[i];
	struct task_row *task;

	if (r->task == SIZE_MAX) {
		buf_adds(text, r->folder);
		info->branch = r->open ? BRANCH_OPEN : BRANCH_CLOSED;
		return;
	}
	task = &d->tasks.list.rows[r->task];
	buf_adds(text, task->name);
	info->depth = *r->folder ? 1 : 0;
	if (task->id == model_task_id(d->model))
		info->role = ROLE_TITLE;
	if (!info->text_alone && complete(d, task))
		task_marks(task, info);
}

static void
toggle(struct tree *tree, size_t i, bool open)
{
	struct desk *d = tree->context;
	struct desk_tasks *t = &d->tasks;
	const char *folder = t->rows[i].folder;
	size_t kept = 0;

	if (open) {
		for (size_t k = 0; k < t->closed_count; k++)
			if (strcmp(t->closed[k], folder) == 0)
				free(t->closed[k]);
			else
				t->closed[kept++] = t->closed[k];
		t->closed_count = kept;
	} else {
		t->closed = xreallocarray(t->closed, t->closed_count + 1, sizeof(char *));
		t->closed[t->closed_count++] = xstrdup(folder);
	}
	lay_rows(t);
}

static void
activate(struct tree *tree, size_t i)
{
	struct desk *d = tree->context;
	const struct desk_task_row *r = &d->tasks.rows[i];

	if (r->task == SIZE_MAX)
		toggle(tree, i, !r->open);
	else
		desk_open_task(d, d->tasks.list.rows[r->task].name);
}

static const struct tree_ops tree_ops = { .row = row, .activate = activate, .toggle = toggle };

void
desk_tasks_init(struct desk *d)
{
	tree_init(&d->tasks.tree, &tree_ops, _("Tasks"), d);
	d->tasks.tree.empty = N_("no task yet: press n");
}

void
desk_tasks_fini(struct desk *d)
{
	struct desk_tasks *t = &d->tasks;

	for (size_t i = 0; i < t->closed_count; i++)
		free(t->closed[i]);
	free(t->closed);
	free(t->rows);
	arena_fini(&t->arena);
	tree_fini(&t->tree);
}
