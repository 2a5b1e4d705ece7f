/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "src/base/clock.h"
#include "ui/work.h"

#define OUTPUT_MAX ((size_t)4 << 20)
#define READ_CHUNK ((size_t)16 << 10)
#define REAP_DELAY_US (20 * INT64_C(1000))

struct ui_child {
	struct ui *ui;
	pid_t pid;
	int fds[2]; /* its stdout and stderr; -1: at their end */
	struct buf texts[2];
	ui_child_fn done;
	void *context;
	int64_t began_us;
	struct timer timer; /* looks whether it has ended */
};

static void
close_fd(struct ui_child *c, int i)
{
	if (c->fds[i] < 0)
		return;
	loop_unwatch(ui_loop(c->ui), c->fds[i]);
	close(c->fds[i]);
	c->fds[i] = -1;
}

void
ui_child_free(struct ui_child *c)
{
	if (!c)
		return;
	loop_timer_cancel(ui_loop(c->ui), &c->timer);
	for (int i = 0; i < 2; i++) {
		close_fd(c, i);
		buf_fini(&c->texts[i]);
	}
	free(c);
}

static void
look(void *context)
{
	struct ui_child *c = context;
	struct ui_child_end end;
	int status = 0;
	pid_t pid = waitpid(c->pid, &status, WNOHANG);

	if (pid == 0 || (pid < 0 && errno == EINTR)) {
		loop_timer(ui_loop(c->ui), &c->timer, REAP_DELAY_US);
		return;
	}
	end = (struct ui_child_end){
		.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
		.out = buf_str(&c->texts[0]),
		.errors = buf_str(&c->texts[1]),
	};
	if (c->done)
		c->done(c->context, &end);
	ui_child_free(c);
}

static void
read_some(struct ui_child *c, int i)
{
	char chunk[READ_CHUNK];
	ssize_t n = read(c->fds[i], chunk, sizeof(chunk));

	if (n > 0)
		buf_add(&c->texts[i], chunk, (size_t)n);
	else if (n == 0 || (errno != EAGAIN && errno != EINTR))
		close_fd(c, i);
	if (c->fds[0] < 0 && c->fds[1] < 0)
		look(c);
}

static void
on_out(void *context, short revents)
{
	(void)revents;
	read_some(context, 0);
}

static void
on_errors(void *context, short revents)
{
	(void)revents;
	read_some(context, 1);
}

static int
spawn(const char *const *argv, const int to[2], pid_t *pid)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none, all;
	int rc;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, to[0], STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&actions, to[1], STDERR_FILENO);
	posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &all);
	/* A group of its own: the terminal's Ctrl-C is the studio's. */
	posix_spawnattr_setpgroup(&attributes, 0);
	posix_spawnattr_setflags(&attributes,
		POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
	rc = posix_spawn(pid, "/proc/self/exe", &actions, &attributes,
		(char *const *)(uintptr_t)argv, environ);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	return rc;
}

static const char **
full_argv(const char *workspace_path, const char *const *argv)
{
	const char **all;
	size_t count = 0;

	while (argv[count])
		count++;
	all = xcalloc(count + 4, sizeof(*all));
	all[0] = "dpstudio";
	all[1] = "-w";
	all[2] = workspace_path;
	memcpy(all + 3, argv, count * sizeof(*argv));
	return all;
}

struct ui_child *
ui_child_start(struct ui *ui, const char *workspace_path, const char *const *argv,
	ui_child_fn done, void *context, struct err *err)
{
	struct ui_child *c = xcalloc(1, sizeof(*c));
	const char **all = full_argv(workspace_path, argv);
	int pipes[2][2] = { { -1, -1 }, { -1, -1 } }, rc;

	*c = (struct ui_child){ .ui = ui, .fds = { -1, -1 }, .done = done, .context = context,
		.texts = { BUF_MAX(OUTPUT_MAX), BUF_MAX(OUTPUT_MAX) },
		.began_us = clock_mono_us(), .timer = { .fn = look, .context = c } };
	rc = pipe2(pipes[0], O_CLOEXEC) < 0 || pipe2(pipes[1], O_CLOEXEC) < 0 ? errno : 0;
	if (!rc)
		rc = spawn(all, (const int[2]){ pipes[0][1], pipes[1][1] }, &c->pid);
	free(all);
	for (int i = 0; i < 2; i++) {
		if (pipes[i][1] >= 0)
			close(pipes[i][1]);
		if (rc && pipes[i][0] >= 0)
			close(pipes[i][0]);
	}
	if (rc) {
		free(c);
		errno = rc;
		err_errno(err, "cannot start dpstudio %s", argv[0]);
		return NULL;
	}
	for (int i = 0; i < 2; i++) {
		c->fds[i] = pipes[i][0];
		fcntl(c->fds[i], F_SETFL, O_NONBLOCK);
		loop_watch(ui_loop(ui), c->fds[i], POLLIN, i ? on_errors : on_out, c);
	}
	return c;
}

void
ui_child_cancel(struct ui_child *c)
{
	if (c)
		kill(c->pid, SIGINT);
}

int64_t
ui_child_elapsed_us(const struct ui_child *c)
{
	return clock_mono_us() - c->began_us;
}
