/* SPDX-License-Identifier: MIT */
#include "ui/term.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#define NCURSES_NOMACROS
#include <curses.h>
#include <term.h>
#undef lines
#undef columns

#include "src/net/net.h"

#define MOUSE_ON "\033[?1002h\033[?1006h"
#define MOUSE_OFF "\033[?1006l\033[?1002l"
#define PASTE_ON "\033[?2004h"
#define PASTE_OFF "\033[?2004l"
#define OSC52_MAX ((size_t)74 << 10) /* bytes of text; terminals cut or drop more */

static struct {
	bool started, entered, ansi, mouse, registered;
	struct termios shell, raw;
	char enter[256];
	char leave[256]; /* ready-made: crash handlers write it */
	size_t leave_len;
} term;

void
term_use_utf8(void)
{
	setlocale(LC_CTYPE, "");
	if (strcmp(nl_langinfo(CODESET), "UTF-8") != 0 && !setlocale(LC_CTYPE, "C.UTF-8"))
		setlocale(LC_CTYPE, "en_US.UTF-8");
}

static const char *
capability(const char *name)
{
	const char *s = tigetstr(name);

	return s && s != (const char *)-1 ? s : "";
}

static void
make_strings(void)
{
	const char *sgr0 = capability("sgr0");

	term.ansi = strncmp(capability("cup"), "\033[", 2) == 0;
	snprintf(term.enter, sizeof(term.enter), "%s%s%s", capability("smcup"),
		capability("smkx"), term.ansi ? PASTE_ON : "");
	snprintf(term.leave, sizeof(term.leave), "%s%s%s%s%s%s", term.ansi ? "\033[m" : sgr0,
		term.ansi ? MOUSE_OFF PASTE_OFF : "", capability("csr")[0] && term.ansi ? "\033[r" : "",
		capability("rmkx"), capability("cnorm"), capability("rmcup"));
	term.leave_len = strlen(term.leave);
}

/* Safe in a signal handler: writes what is ready and sets what was saved. */
static void
give_back(void)
{
	if (!term.entered)
		return;
	term.entered = false;
	if (write(STDOUT_FILENO, term.leave, term.leave_len) < 0 && errno == EAGAIN)
		(void)tcflush(STDOUT_FILENO, TCOFLUSH);
	(void)tcsetattr(STDIN_FILENO, TCSANOW, &term.shell);
}

static void
on_crash(int number)
{
	give_back();
	signal(number, SIG_DFL);
	raise(number);
}

static void
catch_crashes(void)
{
	static const int signals[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGQUIT };
	struct sigaction action = { .sa_handler = on_crash, .sa_flags = (int)SA_RESETHAND };

	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < ARRAY_LEN(signals); i++) {
		struct sigaction old;

		/* A sanitizer that watches for crashes keeps its handler. */
		sigaction(signals[i], NULL, &old);
		if (old.sa_handler == SIG_DFL)
			sigaction(signals[i], &action, NULL);
	}
	if (!term.registered && atexit(give_back) == 0)
		term.registered = true;
}

bool
term_describe(const char *name)
{
	int status = 0;

	return setupterm(name, STDOUT_FILENO, &status) == OK;
}

void
term_forget(void)
{
	if (cur_term)
		del_curterm(cur_term);
}

static bool
load_description(struct err *err)
{
	const char *name = getenv("TERM");

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
		err_set(err, ERR_USAGE, "the studio needs a terminal, and this is none");
		return err_hint(err, "in scripts use the commands: dpstudio help");
	}
	if (!name || !*name || !term_describe(name)) {
		err_set(err, ERR_USAGE, "the terminal type '%s' is not known here",
			name ? name : "");
		return err_hint(err, "try TERM=xterm-256color, or the commands: dpstudio help");
	}
	if (!*capability("cup") || !*capability("clear")) {
		err_set(err, ERR_USAGE, "the terminal type '%s' cannot place its cursor", name);
		return err_hint(err, "set TERM rightly (xterm-256color), or use the commands: "
				     "dpstudio help");
	}
	return true;
}

bool
term_start(const struct term_options *options, struct err *err)
{
	term_use_utf8();
	if (!load_description(err))
		return false;
	if (tcgetattr(STDIN_FILENO, &term.shell) != 0)
		return err_errno(err, "cannot read the terminal's settings");
	term.raw = term.shell;
	term.raw.c_iflag &= ~(tcflag_t)(ICRNL | IXON | IXOFF | INLCR | IGNCR | ISTRIP | BRKINT);
	term.raw.c_oflag &= ~(tcflag_t)OPOST;
	term.raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ECHONL | ISIG | IEXTEN);
	term.raw.c_cc[VMIN] = 1;
	term.raw.c_cc[VTIME] = 0;
	make_strings();
	catch_crashes();
	term.mouse = options->mouse;
	term.started = true;
	term_enter();
	return true;
}

bool
term_is_started(void)
{
	return term.started;
}

void
term_enter(void)
{
	if (!term.started || term.entered)
		return;
	(void)tcsetattr(STDIN_FILENO, TCSADRAIN, &term.raw);
	term.entered = true;
	term_write(str_from(term.enter));
	if (term.mouse && term.ansi)
		term_write(STR(MOUSE_ON));
}

void
term_leave(void)
{
	give_back();
}

void
term_stop(void)
{
	give_back();
	if (term.started)
		term_forget();
	term.started = false;
}

int
term_input_fd(void)
{
	return STDIN_FILENO;
}

void
term_size(int *rows, int *cols)
{
	struct winsize size;

	*rows = 24;
	*cols = 80;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row && size.ws_col) {
		*rows = size.ws_row < 1000 ? size.ws_row : 1000;
		*cols = size.ws_col < 2000 ? size.ws_col : 2000;
	}
}

void
term_set_mouse(bool on)
{
	term.mouse = on;
	if (term.entered && term.ansi)
		term_write(on ? STR(MOUSE_ON) : STR(MOUSE_OFF));
}

bool
term_write(struct str bytes)
{
	while (bytes.len) {
		ssize_t n = write(STDOUT_FILENO, bytes.p, bytes.len);

		if (n > 0) {
			bytes = str_slice(bytes, (size_t)n, bytes.len);
		} else if (n < 0 && errno == EAGAIN) {
			struct pollfd p = { .fd = STDOUT_FILENO, .events = POLLOUT };

			if (poll(&p, 1, 1000) < 0 && errno != EINTR)
				return false;
		} else if (n < 0 && errno != EINTR) {
			return false;
		}
	}
	return true;
}

bool
term_copy(struct str text)
{
	struct buf out = BUF_INIT, inner = BUF_INIT;
	bool fits = text.len <= OSC52_MAX;

	if (fits && term.entered && term.ansi) {
		buf_adds(&inner, "\033]52;c;");
		base64_add(&inner, text);
		buf_addc(&inner, '\a');
		buf_add_str(&out, buf_str(&inner));
		if (getenv("TMUX")) {
			buf_adds(&out, "\033Ptmux;\033");
			buf_add_str(&out, buf_str(&inner));
			buf_adds(&out, "\033\\");
		}
		term_write(buf_str(&out));
	}
	buf_fini(&inner);
	buf_fini(&out);
	return fits;
}
