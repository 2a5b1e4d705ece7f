/* SPDX-License-Identifier: MIT */
#include "src/run/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "src/base/clock.h"

/* What a worker may inherit: where zones, certificates and tests' hooks are. No
 * secret ever travels by the environment. */
static const char *const kept[] = { "PATH", "HOME", "TZDIR", "LANG", "SSL_CERT_DIR",
	"SSL_CERT_FILE", "DPSTUDIO_TEST_CLOCK", "DPSTUDIO_TEST_FAULT",
	"DPSTUDIO_TEST_SEND_TIMEOUT", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS",
	"ODBCINI", "ODBCSYSINI", "LD_PRELOAD" };

static void
worker_environment(char *env[ARRAY_LEN(kept) + 1])
{
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_LEN(kept); i++) {
		const char *value = getenv(kept[i]);

		if (value)
			env[n++] = xasprintf("%s=%s", kept[i], value);
	}
	env[n] = NULL;
}

static int
spawn(pid_t *pid, int theirs)
{
	static const char program[] = "/proc/self/exe", nothing[] = "/dev/null";
	char name[] = "dpstudio", option[] = "--worker";
	char *argv[] = { name, option, NULL };
	char *env[ARRAY_LEN(kept) + 1];
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none, defaults;
	int rc;

	worker_environment(env);
	posix_spawnattr_init(&attributes);
	sigemptyset(&none);
	sigfillset(&defaults);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &defaults);
	posix_spawnattr_setpgroup(&attributes, 0);
	posix_spawnattr_setflags(&attributes,
		POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
	posix_spawn_file_actions_init(&actions);
	if ((rc = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, nothing, O_RDONLY, 0)) ||
		(rc = posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, nothing, O_WRONLY,
			 0)) ||
		(rc = posix_spawn_file_actions_adddup2(&actions, theirs, WORKER_FD)) ||
		(rc = posix_spawn_file_actions_addclosefrom_np(&actions, WORKER_FD + 1)))
		*pid = 0; /* a worker with less would have what is not its own */
	else
		rc = posix_spawn(pid, program, &actions, &attributes, argv, env);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	for (size_t i = 0; env[i]; i++)
		free(env[i]);
	return rc;
}

bool
child_spawn(struct child *child, struct err *err)
{
	int pair[2], rc;

	*child = (struct child){ 0, -1 };
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return err_errno(err, "cannot make a socket for a worker");
	if (pair[1] <= WORKER_FD) {
		/* dup2 onto itself would keep CLOEXEC: move it out of the way. */
		int moved = fcntl(pair[1], F_DUPFD_CLOEXEC, WORKER_FD + 1);

		close(pair[1]);
		pair[1] = moved;
	}
	rc = spawn(&child->pid, pair[1]);
	close(pair[1]);
	if (rc) {
		close(pair[0]);
		*child = (struct child){ 0, -1 };
		errno = rc;
		return err_errno(err, "cannot start a worker");
	}
	fcntl(pair[0], F_SETFL, O_NONBLOCK);
	child->fd = pair[0];
	return true;
}

static void
tell_end(int status, struct err *err)
{
	if (WIFSIGNALED(status))
		err_set(err, ERR_FAILED, "worker died: %s", strsignal(WTERMSIG(status)));
	else if (WIFEXITED(status) && WEXITSTATUS(status) == 4)
		err_set(err, ERR_FAILED, "worker died: out of memory");
	else
		err_set(err, ERR_FAILED, "worker died: exit status %d",
			WIFEXITED(status) ? WEXITSTATUS(status) : -1);
}

/* Sleeps until the child has ended or the time is over. */
static void
await_end(pid_t pid, int64_t until)
{
	struct pollfd p = { (int)syscall(SYS_pidfd_open, pid, 0), POLLIN, 0 };
	int64_t left = until - clock_mono_us();
	struct timespec nap = { 0, 2000000 };

	if (p.fd < 0) { /* a kernel that has none */
		nanosleep(&nap, NULL);
		return;
	}
	poll(&p, 1, left > 0 ? (int)(left / 1000) + 1 : 0);
	close(p.fd);
}

/* Waits up to grace_ms; true when it has ended. */
static bool
wait_for(struct child *child, int grace_ms, int *status)
{
	int64_t until = clock_mono_us() + grace_ms * INT64_C(1000);

	for (;;) {
		pid_t pid = waitpid(child->pid, status, WNOHANG);

		if (pid == child->pid || (pid < 0 && errno == ECHILD))
			return true;
		if (clock_mono_us() >= until)
			return false;
		await_end(child->pid, until);
	}
}

void
child_reap(struct child *child, struct err *err)
{
	int status = 0;

	if (!wait_for(child, 500, &status)) {
		kill(child->pid, SIGKILL);
		waitpid(child->pid, &status, 0);
	}
	tell_end(status, err);
	child->pid = 0;
}

void
child_end(struct child *child, int grace_ms)
{
	int status;

	if (child->fd >= 0)
		close(child->fd);
	child->fd = -1;
	if (child->pid > 0 && !wait_for(child, grace_ms, &status)) {
		kill(child->pid, SIGKILL);
		waitpid(child->pid, &status, 0);
	}
	child->pid = 0;
}
