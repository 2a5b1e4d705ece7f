/* SPDX-License-Identifier: MIT */
/* What reaches beyond the studio: the clipboard, other programs, the shell. */
#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ui/core.h"
#include "ui/term.h"

void
ui_copy(struct ui *ui, struct str text)
{
	buf_clear(&ui->clipboard);
	buf_add_str(&ui->clipboard, text);
	if (!term_copy(text))
		ui_warn(ui, _("Too large for the terminal's clipboard; Ctrl-V pastes it here"));
}

struct str
ui_clipboard(const struct ui *ui)
{
	return buf_str(&ui->clipboard);
}

bool
ui_run_program(struct ui *ui, const char *const *argv, int *status, struct err *err)
{
	posix_spawnattr_t attr;
	sigset_t none, all;
	pid_t pid;
	int failed;

	if (!ui->draw)
		return err_set(err, ERR_STATE, "there is no terminal for %s", argv[0]);
	/* The program gets the signals as a shell would give them. */
	sigemptyset(&none);
	sigfillset(&all);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setsigdefault(&attr, &all);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	term_leave();
	failed = posix_spawnp(&pid, argv[0], NULL, &attr, (char *const *)(uintptr_t)argv, environ);
	posix_spawnattr_destroy(&attr);
	if (!failed)
		while (waitpid(pid, status, 0) < 0 && errno == EINTR)
			;
	term_enter();
	ui_redraw(ui);
	if (failed) {
		errno = failed;
		return err_errno(err, "cannot run %s", argv[0]);
	}
	*status = WIFEXITED(*status) ? WEXITSTATUS(*status) : 128 + WTERMSIG(*status);
	return true;
}

void
ui_suspend(struct ui *ui)
{
	if (!ui->draw)
		return;
	term_leave();
	kill(getpid(), SIGSTOP);
	ui->continued = true;
	term_enter();
	ui_redraw(ui);
}

void
ui_toggle_mouse(struct ui *ui)
{
	ui->mouse = !ui->mouse;
	term_set_mouse(ui->mouse);
	ui_say(ui, ui->mouse ? _("Mouse on (Shift and drag selects text in the terminal)")
			     : _("Mouse off: the terminal selects text"));
}
