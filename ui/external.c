/* SPDX-License-Identifier: MIT */
#include "ui/external.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "src/base/path.h"

#define TEXT_MAX_BYTES ((size_t)64 << 20)
#define WORDS_MAX 16

static char *configured;

void
external_set_editor(const char *command)
{
	free(configured);
	configured = command && *command ? xstrdup(command) : NULL;
}

static const char *
editor_command(void)
{
	const char *visual = getenv("VISUAL"), *editor = getenv("EDITOR");

	if (configured)
		return configured;
	if (visual && *visual)
		return visual;
	return editor && *editor ? editor : "vi";
}

/* A folder that only we can enter, so that the text in it is ours alone. */
static char *
make_folder(struct err *err)
{
	const char *runtime = getenv("XDG_RUNTIME_DIR"), *tmp = getenv("TMPDIR");
	char *folder = xasprintf("%s/dpstudio-XXXXXX",
		runtime && *runtime == '/' ? runtime : tmp && *tmp == '/' ? tmp : "/tmp");

	if (mkdtemp(folder))
		return folder;
	err_errno(err, "cannot make a folder for the text (%s)", folder);
	free(folder);
	return NULL;
}

/* The command may have options: "code --wait". Words are separated by blanks. */
static bool
run_editor(struct ui *ui, const char *path, int *status, struct err *err)
{
	char *words = xstrdup(editor_command()), *rest = words, *word;
	const char *argv[WORDS_MAX + 2];
	size_t count = 0;
	bool ok;

	while ((word = strsep(&rest, " ")) && count < WORDS_MAX)
		if (*word)
			argv[count++] = word;
	argv[count++] = path;
	argv[count] = NULL;
	ok = ui_run_program(ui, argv, status, err);
	free(words);
	if (!ok)
		err_hint(err, "set $EDITOR to an editor that is installed");
	return ok;
}

static bool
edit_file(struct ui *ui, const char *path, struct str text, struct buf *to, struct err *err)
{
	int status = 0;

	if (!path_write_new(path, text, 0600, err) || !run_editor(ui, path, &status, err))
		return false;
	if (status != 0)
		return err_set(err, ERR_CANCELLED, _("your editor ended with %d: the text stays as it was"),
			status);
	return path_read(path, TEXT_MAX_BYTES, to, err);
}

void
external_edit(struct editor *e, const char *suffix)
{
	struct buf before = BUF_INIT, after = BUF_INIT;
	struct err err = ERR_INIT;
	char *folder = make_folder(&err), *path;

	if (!folder) {
		ui_error(e->pane.ui, &err);
		return;
	}
	path = xasprintf("%s/text%s", folder, suffix);
	editor_get_text(e, &before);
	if (!edit_file(e->pane.ui, path, buf_str(&before), &after, &err))
		ui_error(e->pane.ui, &err);
	else if (!str_equal(buf_str(&after), buf_str(&before)))
		editor_replace(e, 0, before.len, buf_str(&after));
	unlink(path);
	rmdir(folder);
	free(path);
	free(folder);
	buf_fini(&before);
	buf_fini(&after);
}
