/* SPDX-License-Identifier: MIT */
#include "src/run/assign.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "src/base/utf8.h"

#define MAX_OUTPUT (ASSIGN_MAX * 4) /* of all lines; more ends the script */

static bool
add_item(struct result *result, struct buf *item, struct err *err)
{
	struct buf clean = BUF_INIT;
	struct value value = { VALUE_TEXT, STR_NONE };
	bool ok;

	utf8_clean(&clean, buf_str(item));
	value.text = buf_str(&clean);
	ok = result_add_row(result, &value, err);
	buf_fini(&clean);
	buf_clear(item);
	return ok;
}

static struct str
last_line(struct str output)
{
	struct str rest = output;

	for (;;) {
		size_t end = rest.len, start;

		while (end && (rest.p[end - 1] == '\n' || rest.p[end - 1] == '\r'))
			end--;
		start = end;
		while (start && rest.p[start - 1] != '\n')
			start--;
		if (str_trim(str_slice(rest, start, end)).len || end == 0)
			return str_slice(rest, start, end);
		rest = str_slice(rest, 0, start);
	}
}

bool
assign_split(struct str output, struct result *result, struct err *err)
{
	struct column column = { STR("value"), VALUE_TEXT, STR("text") };
	struct str line = last_line(output);
	struct buf item = BUF_INIT;
	bool ok = true;

	result_set_columns(result, &column, 1);
	if (line.len > ASSIGN_MAX)
		return err_set(err, ERR_LIMIT, "E_TOO_BIG: the value has %zu bytes, 2 MB are allowed",
			line.len);
	if (line.len == 0)
		return true;
	for (size_t i = 0; i < line.len && ok; i++) {
		bool escaped = line.p[i] == '\\' && i + 1 < line.len &&
			       (line.p[i + 1] == ',' || line.p[i + 1] == '\\');

		if (escaped)
			buf_addc(&item, line.p[++i]);
		else if (line.p[i] == ',')
			ok = add_item(result, &item, err);
		else
			buf_addc(&item, line.p[i]);
	}
	ok = ok && add_item(result, &item, err);
	buf_fini(&item);
	return ok;
}

static const char *
interpreter(const char *language)
{
	if (strcmp(language, "shell") == 0)
		return "/bin/sh";
	return strcmp(language, "python") == 0 ? "/usr/bin/python3" : NULL;
}

static bool
start(const char *language, const char *code, pid_t *pid, int *out, struct err *err)
{
	const char *path = interpreter(language);
	char option[] = "-c", home[] = "HOME=/", lang[] = "LANG=C.UTF-8",
	     search[] = "PATH=/usr/local/bin:/usr/bin:/bin";
	char *argv[] = { (char *)path, option, (char *)code, NULL };
	char *env[] = { search, lang, home, NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int ends[2], rc;

	if (!path)
		return err_set(err, ERR_INPUT, "there is no language '%s' (sql, shell, python)",
			language);
	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_errno(err, "cannot make a pipe");
	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setpgroup(&attributes, 0);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
	posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
	rc = posix_spawn(pid, path, &actions, &attributes, argv, env);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	close(ends[1]);
	*out = ends[0];
	if (rc == 0)
		return true;
	close(ends[0]);
	errno = rc;
	return err_errno(err, "cannot start %s", path);
}

/* Reads until the end, the deadline, a cancel or too much. */
static bool
collect(int fd, const struct deadline *deadline, struct buf *output, struct err *err)
{
	for (;;) {
		struct pollfd p = { fd, POLLIN, 0 };
		char chunk[8192];
		ssize_t n;

		if (deadline_is_cancelled(deadline))
			return err_set(err, ERR_CANCELLED, "cancelled");
		if (deadline_left_us(deadline) == 0)
			return err_set(err, ERR_TIMEOUT, "the script did not end in time");
		if (poll(&p, 1, deadline_poll_ms(deadline, 200)) <= 0)
			continue;
		n = read(fd, chunk, sizeof(chunk));
		if (n == 0)
			return true;
		if (n < 0 && errno != EINTR)
			return err_errno(err, "reading from the script");
		if (n > 0)
			buf_add(output, chunk, (size_t)n);
		if (buf_is_over(output))
			return err_set(err, ERR_LIMIT, "E_TOO_BIG: the script prints too much");
	}
}

bool
assign_run(const char *language, const char *code, const struct deadline *deadline,
	struct result *result, struct err *err)
{
	struct buf output = BUF_MAX(MAX_OUTPUT);
	int fd, status = 0;
	pid_t pid;
	bool ok;

	if (!start(language, code, &pid, &fd, err))
		return false;
	ok = collect(fd, deadline, &output, err);
	close(fd);
	if (!ok)
		kill(-pid, SIGKILL);
	waitpid(pid, &status, 0);
	if (ok && !(WIFEXITED(status) && WEXITSTATUS(status) == 0))
		ok = err_set(err, ERR_FAILED, "the %s script ended with status %d", language,
			WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
	ok = ok && assign_split(buf_str(&output), result, err);
	buf_fini(&output);
	return ok;
}
