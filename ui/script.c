/* SPDX-License-Identifier: MIT */
#include "ui/script.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "src/base/utf8.h"
#include "ui/core.h"

#define SCRIPT_MAX ((size_t)1 << 20)

struct script {
	struct buf text;
	size_t at;
	int line;
};

struct script *
script_new(int fd, struct err *err)
{
	struct script *script = xcalloc(1, sizeof(*script));
	char chunk[4096];
	ssize_t n;

	script->text.ceiling = SCRIPT_MAX;
	while ((n = read(fd, chunk, sizeof(chunk))) > 0)
		buf_add(&script->text, chunk, (size_t)n);
	if (n < 0 || buf_is_over(&script->text)) {
		if (n < 0)
			err_errno(err, "cannot read the script");
		else
			err_set(err, ERR_LIMIT, "the script is larger than 1 MB");
		script_free(script);
		script = NULL;
	}
	close(fd);
	return script;
}

void
script_free(struct script *script)
{
	if (!script)
		return;
	buf_fini(&script->text);
	free(script);
}

static void
dump(struct ui *ui)
{
	struct buf screen = BUF_INIT;

	ui_draw(ui);
	cells_dump(&ui->cells, &screen);
	fwrite(screen.p, 1, screen.len, stdout);
	fflush(stdout);
	buf_fini(&screen);
}

static bool
is_on_screen(struct ui *ui, struct str text)
{
	struct buf screen = BUF_INIT;
	bool found;

	ui_draw(ui);
	cells_dump(&ui->cells, &screen);
	found = str_find(buf_str(&screen), text, 0) != SIZE_MAX;
	buf_fini(&screen);
	return found;
}

static void
fail(struct script *script, struct ui *ui, const char *what, struct str argument)
{
	printf("script line %d: %s: %.*s\n", script->line, what, STR_ARG(argument));
	dump(ui);
	ui_quit(ui, 1);
}

static struct str
next_word(struct str *s)
{
	size_t end;
	struct str word;

	*s = str_trim(*s);
	end = str_find(*s, STR(" "), 0);
	word = str_slice(*s, 0, end);
	*s = end == SIZE_MAX ? STR_NONE : str_slice(*s, end + 1, s->len);
	return word;
}

/* --- the verbs -------------------------------------------------------------------------- */

static void
do_size(struct script *script, struct ui *ui, struct str argument)
{
	int64_t rows, cols;
	struct str first = next_word(&argument), second = next_word(&argument);

	if (!str_to_int64(first, &rows) || !str_to_int64(second, &cols) || rows < 1 ||
		rows > 1000 || cols < 1 || cols > 1000)
		fail(script, ui, "not ROWS COLS", first);
	else
		ui_resize(ui, (int)rows, (int)cols);
}

static void
do_key(struct script *script, struct ui *ui, struct str argument)
{
	struct str word;

	while (!ui->quit && (word = next_word(&argument)).len) {
		struct key key;

		if (!key_parse(word, &key)) {
			fail(script, ui, "no such key", word);
			return;
		}
		ui_handle_key(ui, &key);
		if (!ui->quit)
			ui_draw(ui);
	}
}

static void
do_type(struct script *script, struct ui *ui, struct str argument)
{
	(void)script;
	while (!ui->quit && argument.len) {
		struct key key = { 0, 0 };
		size_t n = utf8_decode(argument, &key.code);

		ui_handle_key(ui, &key);
		argument = str_slice(argument, n, argument.len);
	}
}

static void
do_paste(struct script *script, struct ui *ui, struct str argument)
{
	struct buf text = BUF_INIT;

	(void)script;
	for (size_t i = 0; i < argument.len; i++) {
		char ch = argument.p[i];

		if (ch == '\\' && i + 1 < argument.len) {
			ch = argument.p[++i];
			ch = ch == 'n' ? '\n' : ch == 't' ? '\t' : ch;
		}
		buf_addc(&text, ch);
	}
	ui_handle_paste(ui, buf_str(&text));
	buf_fini(&text);
}

static void
click(struct script *script, struct ui *ui, struct str argument, int button, int clicks)
{
	int64_t row, col;
	struct str first = next_word(&argument), second = next_word(&argument);
	struct mouse mouse = { .kind = MOUSE_PRESS, .button = button, .clicks = clicks };

	if (!str_to_int64(first, &row) || !str_to_int64(second, &col)) {
		fail(script, ui, "not ROW COL", first);
		return;
	}
	mouse.row = (int)row - 1;
	mouse.col = (int)col - 1;
	ui_handle_mouse(ui, &mouse);
	if (ui->quit)
		return;
	mouse.kind = MOUSE_RELEASE;
	ui_handle_mouse(ui, &mouse);
}

static void
do_click(struct script *script, struct ui *ui, struct str argument)
{
	click(script, ui, argument, 1, 1);
}

static void
do_rclick(struct script *script, struct ui *ui, struct str argument)
{
	click(script, ui, argument, 3, 1);
}

static void
do_dclick(struct script *script, struct ui *ui, struct str argument)
{
	click(script, ui, argument, 1, 2);
}

static void
do_command(struct script *script, struct ui *ui, struct str argument)
{
	char name[64];

	snprintf(name, sizeof(name), "%.*s", STR_ARG(argument));
	if (!ui_command(ui, name))
		fail(script, ui, "no such command, or not now", argument);
}

static void
do_dump(struct script *script, struct ui *ui, struct str argument)
{
	(void)script;
	if (argument.len)
		printf("--- %.*s\n", STR_ARG(argument));
	dump(ui);
}

static void
do_cursor(struct script *script, struct ui *ui, struct str argument)
{
	(void)script;
	(void)argument;
	ui_draw(ui);
	printf("cursor %d %d\n", ui->cells.cursor_row + 1, ui->cells.cursor_col + 1);
}

static void
do_expect(struct script *script, struct ui *ui, struct str argument)
{
	if (!is_on_screen(ui, argument))
		fail(script, ui, "not on the screen", argument);
}

static void
do_refuse(struct script *script, struct ui *ui, struct str argument)
{
	if (is_on_screen(ui, argument))
		fail(script, ui, "on the screen", argument);
}

static void
do_quit(struct script *script, struct ui *ui, struct str argument)
{
	(void)script;
	(void)argument;
	ui_quit(ui, 0);
}

static const struct {
	const char *name;
	void (*run)(struct script *script, struct ui *ui, struct str argument);
} verbs[] = {
	{ "size", do_size },
	{ "key", do_key },
	{ "type", do_type },
	{ "paste", do_paste },
	{ "click", do_click },
	{ "rclick", do_rclick },
	{ "dclick", do_dclick },
	{ "command", do_command },
	{ "dump", do_dump },
	{ "cursor", do_cursor },
	{ "expect", do_expect },
	{ "refuse", do_refuse },
	{ "quit", do_quit },
};

bool
script_step(struct script *script, struct ui *ui)
{
	struct str rest = str_slice(buf_str(&script->text), script->at, script->text.len);
	size_t end = str_find(rest, STR("\n"), 0), space;
	struct str line = str_slice(rest, 0, end), name;

	if (rest.len == 0)
		return false;
	script->at += line.len + 1;
	script->line++;
	if (line.len == 0 || line.p[0] == '#')
		return true;
	space = str_find(line, STR(" "), 0);
	name = str_slice(line, 0, space);
	line = space == SIZE_MAX ? STR_NONE : str_slice(line, space + 1, line.len);
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++)
		if (str_is(name, verbs[i].name)) {
			verbs[i].run(script, ui, line);
			return !ui->quit;
		}
	fail(script, ui, "no such verb", name);
	return false;
}
