/* SPDX-License-Identifier: MIT */
/* Module `console`: libedit as the line editor of `sql`. */
#include <histedit.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <wchar.h>

#include "src/base/module.h"
#include "src/base/utf8.h"
#include "src/cli/console.h"

#define HISTORY_KEEP 2000
#define LIST_MOST 200 /* candidates shown at once */

struct line_editor {
	EditLine *el;
	History *history;
	char *history_path; /* NULL: not kept */
	const char *prompt;
	complete_fn complete;
	void *context;
	struct buf line;
};

static volatile int got_interrupt;

/* One character. SIGINT is blocked but while this waits, so that Ctrl-C is never
 * lost between two keys. */
static int
read_key(EditLine *el, wchar_t *key)
{
	struct pollfd terminal = { STDIN_FILENO, POLLIN, 0 };
	mbstate_t state = { 0 };
	sigset_t open;

	(void)el;
	sigprocmask(SIG_BLOCK, NULL, &open);
	sigdelset(&open, SIGINT);
	for (;;) {
		char c;
		size_t used;

		if (ppoll(&terminal, 1, NULL, &open) < 0) {
			if (got_interrupt)
				return -1;
			continue;
		}
		if (read(STDIN_FILENO, &c, 1) != 1)
			return 0;
		used = mbrtowc(key, &c, 1, &state);
		if (used <= 1)
			return 1;
		if (used == (size_t)-1)
			state = (mbstate_t){ 0 };
	}
}

static void
note_interrupt(int signal_number)
{
	(void)signal_number;
	got_interrupt = 1;
}

static struct line_editor *
editor_of(EditLine *el)
{
	void *data = NULL;

	el_get(el, EL_CLIENTDATA, &data);
	return data;
}

static char *
show_prompt(EditLine *el)
{
	return (char *)(uintptr_t)editor_of(el)->prompt;
}

/* Bytes that all candidates begin with. */
static size_t
common_prefix(const struct candidates *found)
{
	size_t len = strlen(found->list[0]);

	for (size_t i = 1; i < found->count; i++) {
		size_t k = 0;

		while (k < len && found->list[i][k] == found->list[0][k])
			k++;
		len = k;
	}
	return len;
}

static void
show_candidates(const struct candidates *found)
{
	size_t widest = 1, per_line, shown = found->count;

	if (shown > LIST_MOST)
		shown = LIST_MOST;
	for (size_t i = 0; i < shown; i++)
		if (utf8_width(str_from(found->list[i])) > widest)
			widest = utf8_width(str_from(found->list[i]));
	per_line = 78 / (widest + 2) ? 78 / (widest + 2) : 1;
	fputc('\n', stdout);
	for (size_t i = 0; i < shown; i++) {
		struct buf cell = BUF_INIT;

		utf8_add_padded(&cell, str_from(found->list[i]), widest + 2, 'l');
		fputs(buf_text(&cell), stdout);
		if ((i + 1) % per_line == 0 || i + 1 == shown)
			fputc('\n', stdout);
		buf_fini(&cell);
	}
	if (shown < found->count)
		printf("… and %zu more\n", found->count - shown);
	fflush(stdout);
}

static unsigned char
complete_word(EditLine *el, int key)
{
	struct candidates found = { 0 };
	const LineInfo *info = el_line(el);
	struct line_editor *e = editor_of(el);
	unsigned char result = CC_ERROR;
	size_t len = 0;

	(void)key;
	e->complete(e->context,
		(struct str){ info->buffer, (size_t)(info->cursor - info->buffer) }, &found);
	if (found.count > 0)
		len = common_prefix(&found);
	if (len > found.replaces || found.count == 1) {
		char *word = xasprintf("%.*s%s", (int)len, found.list[0],
			found.count == 1 ? " " : "");

		el_deletestr(el, (int)found.replaces);
		el_insertstr(el, word);
		free(word);
		result = CC_REFRESH;
	} else if (found.count > 0) {
		show_candidates(&found);
		result = CC_REDISPLAY;
	}
	candidates_fini(&found);
	return result;
}

static void
load_history(struct line_editor *e, const char *path)
{
	HistEvent event;

	e->history = history_init();
	history(e->history, &event, H_SETSIZE, HISTORY_KEEP);
	history(e->history, &event, H_SETUNIQUE, 1);
	if (path) {
		e->history_path = xstrdup(path);
		history(e->history, &event, H_LOAD, path);
	}
	el_set(e->el, EL_HIST, history, e->history);
}

static struct line_editor *
editor_open(const char *history_path, complete_fn complete, void *context)
{
	struct line_editor *e = xcalloc(1, sizeof(*e));

	if (!setlocale(LC_CTYPE, "") || MB_CUR_MAX == 1)
		setlocale(LC_CTYPE, "C.UTF-8");
	e->complete = complete;
	e->context = context;
	e->prompt = "";
	e->el = el_init("dpstudio", stdin, stdout, stderr);
	el_set(e->el, EL_CLIENTDATA, e);
	el_set(e->el, EL_PROMPT, show_prompt);
	el_set(e->el, EL_EDITOR, "emacs");
	el_set(e->el, EL_SIGNAL, 0);
	el_set(e->el, EL_GETCFN, read_key);
	el_set(e->el, EL_ADDFN, "dp-complete", "complete the word", complete_word);
	el_set(e->el, EL_BIND, "^I", "dp-complete", NULL);
	el_set(e->el, EL_BIND, "^R", "em-inc-search-prev", NULL);
	load_history(e, history_path);
	el_source(e->el, NULL);
	return e;
}

static enum line_result
editor_read(struct line_editor *e, const char *prompt, struct str *line)
{
	struct sigaction action = { .sa_handler = note_interrupt }, old;
	const char *text;
	sigset_t block, mask;
	int count = 0;

	e->prompt = prompt;
	got_interrupt = 0;
	sigemptyset(&block);
	sigaddset(&block, SIGINT);
	sigprocmask(SIG_BLOCK, &block, &mask);
	sigaction(SIGINT, &action, &old);
	text = el_gets(e->el, &count);
	sigaction(SIGINT, &old, NULL);
	sigprocmask(SIG_SETMASK, &mask, NULL);
	if (got_interrupt) {
		el_reset(e->el);
		puts("^C");
		return LINE_INTERRUPTED;
	}
	if (!text || count <= 0) {
		putchar('\n');
		return LINE_END;
	}
	buf_clear(&e->line);
	buf_add(&e->line, text, (size_t)count - (text[count - 1] == '\n'));
	*line = buf_str(&e->line);
	return LINE_READ;
}

static void
editor_remember(struct line_editor *e, const char *text)
{
	HistEvent event;

	history(e->history, &event, H_ENTER, text);
}

static void
editor_close(struct line_editor *e)
{
	HistEvent event;
	mode_t old;

	if (e->history_path) {
		old = umask(0077);
		history(e->history, &event, H_SAVE, e->history_path);
		umask(old);
	}
	el_end(e->el);
	history_end(e->history);
	free(e->history_path);
	buf_fini(&e->line);
	free(e);
}

static const struct console_ops ops = { editor_open, editor_read, editor_remember, editor_close };

DP_MODULE(console, &ops);
