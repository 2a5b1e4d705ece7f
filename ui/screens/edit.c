/* SPDX-License-Identifier: MIT */
/* A file in the studio's editor, alone: `dpstudio edit FILE`. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ui/dialog.h"
#include "ui/editor.h"
#include "ui/screens/screens.h"

struct edit {
	struct screen screen;
	struct editor editor;
	char *path;
};

static void
moved(void *context)
{
	struct edit *e = context;
	char place[64];
	size_t line, column;

	editor_place(&e->editor, &line, &column);
	snprintf(place, sizeof(place), "%zu:%zu", line, column);
	ui_state(e->screen.ui, 0, ROLE_DIM, place);
	ui_state(e->screen.ui, 1, ROLE_DRAFT, text_is_modified(e->editor.text) ? _("modified") : "");
}

static bool
ends_with(const char *path, const char *end)
{
	return str_ends(str_from(path), str_from(end));
}

static bool
load(struct edit *e, struct err *err)
{
	int fd = open(e->path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	bool ok;

	if (fd < 0 && errno == ENOENT)
		return true;
	if (fd < 0)
		return err_errno(err, "cannot open %s", e->path);
	if (fstat(fd, &st) == 0 && !S_ISREG(st.st_mode)) {
		close(fd);
		return err_set(err, ERR_INPUT, "%s is no file", e->path);
	}
	ok = text_load(e->editor.text, fd, err);
	close(fd);
	return ok ? true : err_wrap(err, "%s", e->path);
}

static struct screen *
open_edit(struct ui *ui, const char *argument, struct err *err)
{
	struct edit *e = xcalloc(1, sizeof(*e));
	enum language language = ends_with(argument, ".sql")  ? LANGUAGE_SQL
				 : ends_with(argument, ".md") ? LANGUAGE_MARKDOWN
				 : ends_with(argument, ".html") ? LANGUAGE_HTML
								 : LANGUAGE_PLAIN;

	screen_init(&e->screen, &screen_edit_ops, ui);
	e->path = xstrdup(argument);
	editor_init(&e->editor, argument, language);
	e->editor.numbers = false;
	e->editor.moved = moved;
	e->editor.context = e;
	screen_add_pane(&e->screen, &e->editor.pane);
	if (!*argument) {
		err_set(err, ERR_USAGE, "which file?");
	} else if (load(e, err)) {
		moved(e);
		return &e->screen;
	}
	editor_fini(&e->editor);
	free(e->path);
	free(e);
	return NULL;
}

static void
close_edit(struct screen *screen)
{
	struct edit *e = (struct edit *)screen;

	editor_fini(&e->editor);
	free(e->path);
	free(e);
}

static void
shown(struct screen *screen)
{
	moved(screen);
}

static void
layout(struct screen *screen, struct rect area)
{
	struct edit *e = (struct edit *)screen;

	pane_place(&e->editor.pane, area, FRAME_NONE);
}

static bool
write_all(int fd, const struct text *text)
{
	size_t pos = 0;

	for (;;) {
		struct str s = text_chunk(text, pos);
		ssize_t n;

		if (s.len == 0)
			return true;
		n = write(fd, s.p, s.len);
		if (n < 0 && errno != EINTR)
			return false;
		pos += n > 0 ? (size_t)n : 0;
	}
}

/* Beside the file, then renamed over it: never half a file. */
static bool
save_file(struct edit *e, struct err *err)
{
	char *path = xasprintf("%s.dpstudio-new", e->path);
	struct stat st = { .st_mode = 0644 };
	bool ok;
	int fd;

	(void)stat(e->path, &st);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, st.st_mode & 0777);
	ok = fd >= 0 && write_all(fd, e->editor.text) && fsync(fd) == 0 &&
	     rename(path, e->path) == 0;
	if (!ok)
		err_errno(err, "cannot write %s", e->path);
	if (fd >= 0)
		close(fd);
	if (!ok && fd >= 0)
		unlink(path);
	free(path);
	return ok;
}

static void
run_save(struct screen *screen)
{
	struct edit *e = (struct edit *)screen;
	struct err err = ERR_INIT;

	if (!save_file(e, &err)) {
		ui_error(screen->ui, &err);
		return;
	}
	text_saved(e->editor.text);
	moved(e);
	ui_say(screen->ui, _("Saved"));
}

static void
answered(void *context, int button)
{
	struct edit *e = context;

	if (button < 1)
		return;
	if (button == 1)
		run_save(&e->screen);
	if (button == 2 || !text_is_modified(e->editor.text))
		ui_close_screen(e->screen.ui, &e->screen);
}

static bool
may_close(struct screen *screen)
{
	struct edit *e = (struct edit *)screen;

	if (!text_is_modified(e->editor.text))
		return true;
	dialog_ask(screen->ui, _("Not saved"), _("The text was changed and not saved."),
		N_("Back|Save|Discard"), answered, e);
	return false;
}

static void
do_action(struct screen *screen, const char *action)
{
	editor_do(&((struct edit *)screen)->editor, action);
}

#define ACTION(id, name)                        \
	static void run_##id(struct screen *s)  \
	{                                       \
		do_action(s, name);             \
	}
ACTION(undo, "undo")
ACTION(redo, "redo")
ACTION(cut, "cut")
ACTION(copy, "copy")
ACTION(paste, "paste")
ACTION(find, "find")
ACTION(replace, "replace")
ACTION(go_to_line, "go-to-line")
ACTION(comment, "comment")

static const struct command commands[] = {
	{ "save", N_("Save"), N_("Task"), "F2 Ctrl-S", N_("Save"), run_save, NULL },
	{ "undo", N_("Undo"), N_("Edit"), "Ctrl-Z", NULL, run_undo, NULL },
	{ "redo", N_("Redo"), N_("Edit"), "Ctrl-Y", NULL, run_redo, NULL },
	{ "cut", N_("Cut"), N_("Edit"), "Ctrl-X", NULL, run_cut, NULL },
	{ "copy", N_("Copy"), N_("Edit"), "Ctrl-C", NULL, run_copy, NULL },
	{ "paste", N_("Paste"), N_("Edit"), "Ctrl-V", NULL, run_paste, NULL },
	{ "find", N_("Find"), N_("Edit"), "Ctrl-F", NULL, run_find, NULL },
	{ "replace", N_("Replace"), N_("Edit"), "Ctrl-R", NULL, run_replace, NULL },
	{ "go-to-line", N_("Go to line"), N_("Edit"), "Ctrl-G", NULL, run_go_to_line, NULL },
	{ "comment", N_("Comment in or out"), N_("Edit"), "Alt-;", NULL, run_comment, NULL },
};

const struct screen_ops screen_edit_ops = {
	.name = "edit",
	.title = N_("Edit a file"),
	.open = open_edit,
	.close = close_edit,
	.layout = layout,
	.shown = shown,
	.may_close = may_close,
	.commands = commands,
	.command_count = ARRAY_LEN(commands),
};
