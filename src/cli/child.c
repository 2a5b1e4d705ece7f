/* SPDX-License-Identifier: MIT */
#include "src/cli/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define OUTPUT_MAX ((size_t)16 << 20)

extern char **environ;

static void
close_pair(int fds[2])
{
	for (int i = 0; i < 2; i++)
		if (fds[i] >= 0)
			close(fds[i]);
}

static bool
wait_for(pid_t pid, int *status)
{
	while (waitpid(pid, status, 0) < 0)
		if (errno != EINTR)
			return false;
	*status = WIFEXITED(*status) ? WEXITSTATUS(*status) : 128 + WTERMSIG(*status);
	return true;
}

static bool
start(const char *const *argv, int in[2], int out[2], pid_t *pid, struct err *err)
{
	posix_spawn_file_actions_t actions;
	int problem;

	posix_spawn_file_actions_init(&actions);
	if (in[0] >= 0)
		posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
	if (out[1] >= 0) {
		posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
		posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	}
	problem = posix_spawnp(pid, argv[0], &actions, NULL, (char *const *)(uintptr_t)argv,
		environ);
	posix_spawn_file_actions_destroy(&actions);
	errno = problem;
	return problem == 0 || err_errno(err, "cannot start %s", argv[0]);
}

/* Feeds and reads by turns, so that neither side waits for the other. */
static void
exchange(int to, struct str input, int from, struct buf *output)
{
	while (to >= 0 || from >= 0) {
		struct pollfd fds[2] = { { to, POLLOUT, 0 }, { from, POLLIN, 0 } };
		ssize_t n;

		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			break;
		if (to >= 0 && fds[0].revents) {
			n = input.len ? write(to, input.p, input.len) : -1;
			input = str_slice(input, n > 0 ? (size_t)n : 0, input.len);
			if (n <= 0 || input.len == 0) {
				close(to);
				to = -1;
			}
		}
		if (from >= 0 && fds[1].revents) {
			char *room = buf_reserve(output, 4096);

			n = room ? read(from, room, 4096) : -1;
			if (n > 0) {
				buf_commit(output, (size_t)n);
			} else {
				close(from);
				from = -1;
			}
		}
	}
	if (to >= 0)
		close(to);
	if (from >= 0)
		close(from);
}

bool
child_run(const char *const *argv, const struct str *input, struct buf *output, int *status,
	struct err *err)
{
	void (*old)(int) = signal(SIGPIPE, SIG_IGN);
	int in[2] = { -1, -1 }, out[2] = { -1, -1 };
	pid_t pid = -1;
	bool ok = (!input || pipe2(in, O_CLOEXEC) == 0) && (!output || pipe2(out, O_CLOEXEC) == 0);

	if (!ok)
		err_errno(err, "cannot start %s", argv[0]);
	ok = ok && start(argv, in, out, &pid, err);
	if (ok) {
		if (output && output->ceiling == 0)
			output->ceiling = OUTPUT_MAX;
		if (in[0] >= 0)
			close(in[0]);
		if (out[1] >= 0)
			close(out[1]);
		exchange(in[1], input ? *input : STR_NONE, out[0], output);
		ok = wait_for(pid, status) || err_errno(err, "cannot wait for %s", argv[0]);
	} else {
		close_pair(in);
		close_pair(out);
	}
	signal(SIGPIPE, old);
	return ok;
}

static const char *
editor_command(void)
{
	static const char *const known[] = { "/usr/bin/editor", "/usr/bin/nano", "/usr/bin/vi" };
	const char *visual = getenv("VISUAL"), *editor = getenv("EDITOR");

	if (visual && *visual)
		return visual;
	if (editor && *editor)
		return editor;
	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (access(known[i], X_OK) == 0)
			return known[i];
	return NULL;
}

bool
child_edit(const char *const *files, struct err *err)
{
	const char *command = editor_command();
	const char **argv;
	char *script;
	size_t count = 0;
	int status = 1;
	bool ok;

	if (!command) {
		err_set(err, ERR_CONFIG, "there is no editor");
		return err_hint(err, "set VISUAL or EDITOR");
	}
	while (files[count])
		count++;
	argv = xcalloc(count + 5, sizeof(*argv));
	script = xasprintf("exec %s \"$@\"", command);
	argv[0] = "/bin/sh";
	argv[1] = "-c";
	argv[2] = script;
	argv[3] = "dpstudio-edit";
	memcpy(argv + 4, files, count * sizeof(*files));
	ok = child_run(argv, NULL, NULL, &status, err);
	free(script);
	free(argv);
	if (ok && status != 0)
		return err_set(err, ERR_FAILED, "the editor ended with status %d: nothing is changed",
			status);
	return ok;
}
