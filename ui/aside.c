/* SPDX-License-Identifier: MIT */
#include "ui/aside.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define NICENESS 10 /* keys go first, also on one core */
#define WHOLE '.'   /* last byte of what comes back: the work was done to its end */

struct aside {
	struct loop *loop;
	pid_t pid;
	int fd;
	struct buf out;
	aside_done_fn done;
	void *context;
};

static void
write_all(int fd, struct str bytes)
{
	while (bytes.len) {
		ssize_t n = write(fd, bytes.p, bytes.len);

		if (n < 0 && errno != EINTR)
			_exit(1);
		bytes = str_slice(bytes, n > 0 ? (size_t)n : 0, bytes.len);
	}
}

/* Never returns: neither exit handlers nor our own way out may run here, they would
 * give the terminal back. */
static void
work_in_copy(int fd, aside_work_fn work, void *context)
{
	struct buf out = BUF_MAX(ASIDE_MAX);
	sigset_t none;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)setpriority(PRIO_PROCESS, 0, NICENESS);
	for (int number = 1; number < NSIG; number++)
		signal(number, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	work(context, &out);
	buf_addc(&out, WHOLE);
	if (!buf_is_over(&out))
		write_all(fd, buf_str(&out));
	_exit(0);
}

/* One that has said all takes its time to end, and no key waits for that: it is awaited
 * when the next one ends. */
static void
reap_later(pid_t pid)
{
	static pid_t ending;

	while (ending > 0 && waitpid(ending, NULL, 0) < 0 && errno == EINTR)
		;
	ending = pid;
}

static void
finish(struct aside *a)
{
	struct buf out = a->out;
	bool whole = !buf_is_over(&out) && out.len && out.p[out.len - 1] == WHOLE;

	loop_unwatch(a->loop, a->fd);
	reap_later(a->pid);
	a->pid = 0;
	a->out = (struct buf)BUF_MAX(ASIDE_MAX);
	if (whole)
		buf_truncate(&out, out.len - 1);
	/* done may free us. */
	a->done(a->context, buf_str(&out), whole);
	buf_fini(&out);
}

static void
on_bytes(void *context, short revents)
{
	struct aside *a = context;
	char *room = buf_reserve(&a->out, (size_t)64 << 10);
	ssize_t n = room ? read(a->fd, room, (size_t)64 << 10) : 0;

	(void)revents;
	if (n > 0)
		buf_commit(&a->out, (size_t)n);
	else if (n == 0 || (errno != EAGAIN && errno != EINTR))
		finish(a);
}

struct aside *
aside_start(struct loop *loop, aside_work_fn work, void *work_context, aside_done_fn done,
	void *context, struct err *err)
{
	struct aside *a;
	int ends[2];
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) != 0) {
		err_errno(err, "cannot make a pipe");
		return NULL;
	}
	pid = fork();
	if (pid == 0) {
		close(ends[0]);
		work_in_copy(ends[1], work, work_context);
	}
	close(ends[1]);
	if (pid < 0) {
		err_errno(err, "cannot start a process");
		close(ends[0]);
		return NULL;
	}
	a = xcalloc(1, sizeof(*a));
	*a = (struct aside){ loop, pid, ends[0], BUF_MAX(ASIDE_MAX), done, context };
	fcntl(a->fd, F_SETFL, O_NONBLOCK);
	loop_watch(loop, a->fd, POLLIN, on_bytes, a);
	return a;
}

void
aside_free(struct aside *a)
{
	if (!a)
		return;
	if (a->pid > 0) {
		loop_unwatch(a->loop, a->fd);
		kill(a->pid, SIGKILL);
		reap_later(a->pid);
	}
	close(a->fd);
	buf_fini(&a->out);
	free(a);
}
