/* SPDX-License-Identifier: MIT */
/* clock COMMAND ARG…: runs it once with its output thrown away and prints
 * "WALL_US CPU_US PEAK_KB STATUS". A small process of its own, so that neither the
 * start nor the peak memory of an interpreter is measured with it. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long long
now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000LL + ts.tv_nsec / 1000;
}

static long long
time_us(struct timeval t)
{
	return t.tv_sec * 1000000LL + t.tv_usec;
}

int
main(int argc, char **argv)
{
	long long begun = now_us();
	struct rusage usage;
	int status = 0;
	pid_t pid;

	if (argc < 2)
		return 2;
	pid = vfork();
	if (pid == 0) {
		int null = open("/dev/null", O_RDWR);

		dup2(null, STDOUT_FILENO);
		dup2(null, STDERR_FILENO);
		execvp(argv[1], argv + 1);
		_exit(127);
	}
	wait4(pid, &status, 0, &usage);
	printf("%lld %lld %ld %d\n", now_us() - begun,
		time_us(usage.ru_utime) + time_us(usage.ru_stime), usage.ru_maxrss,
		WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
	return 0;
}
