/* SPDX-License-Identifier: MIT */
/* edit: a draft as files in $EDITOR, saved when it can be read again; or a file in the
 * studio's own editor. */
#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/path.h"
#include "src/cli/child.h"
#include "src/cli/input.h"
#include "src/cli/session.h"
#include "src/task/task_folder.h"

struct editing {
	struct workspace *ws;
	struct task_row row;
	struct draft draft;
	struct arena arena;
	struct draft_lease lease;
	char folder[64];
	const char **files; /* of the folder, task.json last; in the arena */
	size_t count;
	bool edited; /* the folder holds a person's work */
};

static bool
make_folder(struct editing *e, struct err *err)
{
	const char *tmp = getenv("TMPDIR");
	int n = snprintf(e->folder, sizeof(e->folder), "%s/dpstudio-XXXXXX",
		tmp && *tmp == '/' && strlen(tmp) < 40 ? tmp : "/tmp");

	if (n > 0 && mkdtemp(e->folder))
		return true;
	e->folder[0] = '\0';
	return err_errno(err, "cannot make a folder for editing");
}

static void
remove_folder(struct editing *e)
{
	DIR *dir = e->folder[0] ? opendir(e->folder) : NULL;
	struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		if (entry->d_name[0] != '.' || strlen(entry->d_name) > 2)
			unlinkat(dirfd(dir), entry->d_name, 0);
	if (dir) {
		closedir(dir);
		rmdir(e->folder);
	}
}

static bool
note_file(void *context, const char *name, struct str text, struct err *err)
{
	struct editing *e = context;

	(void)text;
	(void)err;
	e->files = arena_grow(&e->arena, e->files, e->count * sizeof(*e->files),
		(e->count + 2) * sizeof(*e->files));
	e->files[e->count++] = arena_printf(&e->arena, "%s/%s", e->folder, name);
	e->files[e->count] = NULL;
	return true;
}

static bool
write_files(struct editing *e, struct err *err)
{
	struct task task;
	bool ok;

	if (!task_from_text(&task, e->draft.text, err))
		return false;
	ok = task_export_folder(&task, e->folder, err) &&
	     task_each_file(&task, note_file, e, err);
	task_fini(&task);
	return ok;
}

static bool
wants_again(const struct err *err)
{
	char answer[16];

	if (!input_can_ask())
		return false;
	print_failure(err);
	fputs("Edit again? [Y/n] ", stderr);
	return fgets(answer, sizeof(answer), stdin) && answer[0] != 'n' && answer[0] != 'N';
}

/* Until it can be read, or the person gives up. */
static bool
edit_until_good(struct editing *e, struct buf *text, struct err *err)
{
	struct task task;

	for (;;) {
		if (!child_edit(e->files, err))
			return false;
		e->edited = true;
		if (task_import_path(&task, e->folder, err)) {
			if (strcmp(task.name, e->row.name) == 0) {
				task_to_text(&task, text);
				task_fini(&task);
				return true;
			}
			err_set(err, ERR_INPUT, "the name is now '%s'", task.name);
			err_hint(err, "dpstudio rename %s %s", e->row.name, task.name);
			task_fini(&task);
		}
		if (!wants_again(err))
			return false;
	}
}

static bool
save(struct editing *e, struct str text, struct err *err)
{
	int64_t revision;

	if (str_equal(text, e->draft.text)) {
		print_talk("%s: nothing changed", e->row.name);
		return true;
	}
	if (!task_draft_save(e->ws, e->row.id, e->draft.revision, text, &revision, err))
		return false;
	print_talk("%s: saved. Next: dpstudio check %s", e->row.name, e->row.name);
	return true;
}

/* A word with a slash, or the name of a file. */
static bool
is_file(const char *word)
{
	struct stat st;

	return strchr(word, '/') || (stat(word, &st) == 0 && S_ISREG(st.st_mode));
}

static bool
edit_task(struct cli *cli, struct err *err)
{
	struct editing e = { .lease = DRAFT_LEASE_NONE };
	struct buf text = BUF_INIT;
	bool ok;

	e.ws = session_workspace(cli, WORKSPACE_WRITE, err);
	ok = e.ws && task_store_find(e.ws, cli->args[0], &e.arena, &e.row, err) &&
	     draft_lease_take(e.ws, e.row.id, &e.lease, err) &&
	     task_draft_get(e.ws, e.row.id, &e.arena, &e.draft, err) && make_folder(&e, err) &&
	     write_files(&e, err) && edit_until_good(&e, &text, err) &&
	     save(&e, buf_str(&text), err);
	if (e.ws)
		draft_lease_release(e.ws, &e.lease);
	if (!ok && e.edited)
		print_talk("your text is kept in %s", e.folder);
	else
		remove_folder(&e);
	buf_fini(&text);
	arena_fini(&e.arena);
	return ok;
}

static bool
run_edit(struct cli *cli, struct err *err)
{
	char *path;
	bool ok;

	if (!is_file(cli->args[0]))
		return edit_task(cli, err);
	path = path_absolute(cli->args[0], err);
	ok = path && session_studio(cli, NULL, path, err);
	free(path);
	return ok;
}

const struct command command_edit = {
	.name = "edit", .args = "TASK|FILE",
	.help = "edit a draft in $VISUAL or $EDITOR, or a file in the studio's editor",
	.more = "A task's draft is edited as files, one for each SQL and text, and saved when it\n"
		"can be read again. A word with a slash, or the name of a file, is a file, so that\n"
		"\"dpstudio edit\" serves as $EDITOR, too.",
	.group = GROUP_TASK, .run = run_edit,
};
