/* SPDX-License-Identifier: MIT */
#include "tests/unit/lib_peer.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* build/VARIANT/tests/NAME -> tests/integration/NAME */
void
peer_script(char *path, size_t size, const char *name)
{
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	assert_true(n > 0);
	self[n] = '\0';
	for (int i = 0; i < 4; i++)
		*strrchr(self, '/') = '\0';
	assert_true(snprintf(path, size, "%s/tests/integration/%s", self, name) < (int)size);
}

static void
run_child(int in[2], int out[2], const char *const *argv)
{
	dup2(in[0], 0);
	dup2(out[1], 1);
	execv(argv[0], (char *const *)argv);
	_exit(127);
}

static void
read_port(struct peer *peer, int fd)
{
	char line[64];
	size_t len = 0;

	while (len < sizeof(line) - 1) {
		struct pollfd p = { fd, POLLIN, 0 };

		assert_int_equal(poll(&p, 1, 20000), 1);
		assert_int_equal(read(fd, line + len, 1), 1);
		if (line[len++] == '\n')
			break;
	}
	line[len] = '\0';
	assert_int_equal(sscanf(line, "port %d", &peer->port), 1);
}

void
peer_start(struct peer *peer, const char *program, const char *script, const char *const *extra)
{
	char path[PATH_MAX];
	const char *argv[16] = { path, "--script", script, "--record", peer->record };
	size_t argc = 5;
	int in[2], out[2], fd;

	peer_script(path, sizeof(path), program);
	snprintf(peer->record, sizeof(peer->record), "%s", "/tmp/dp-peer-XXXXXX");
	fd = mkstemp(peer->record);
	assert_true(fd >= 0);
	close(fd);
	for (; extra && *extra; extra++)
		argv[argc++] = *extra;
	assert_int_equal(pipe2(in, O_CLOEXEC), 0);
	assert_int_equal(pipe2(out, O_CLOEXEC), 0);
	peer->pid = fork();
	if (peer->pid == 0)
		run_child(in, out, argv);
	assert_true(peer->pid > 0);
	close(in[0]);
	close(out[1]);
	peer->alive = in[1];
	read_port(peer, out[0]);
	close(out[0]);
}

cJSON *
peer_records(const struct peer *peer)
{
	FILE *f = fopen(peer->record, "r");
	cJSON *all = cJSON_CreateArray();
	char *line = NULL;
	size_t room = 0;

	assert_non_null(f);
	while (getline(&line, &room, f) > 0) {
		cJSON *one = cJSON_Parse(line);

		assert_non_null(one);
		cJSON_AddItemToArray(all, one);
	}
	free(line);
	fclose(f);
	return all;
}

void
peer_stop(struct peer *peer)
{
	close(peer->alive);
	waitpid(peer->pid, NULL, 0);
	unlink(peer->record);
}

void
peer_certificate(char folder[64])
{
	char path[PATH_MAX], code[PATH_MAX + 128];
	const char *argv[] = { "/usr/bin/python3", "-c", code, NULL };
	int status;
	pid_t pid;

	snprintf(folder, 64, "%s", "/tmp/dp-cert-XXXXXX");
	assert_non_null(mkdtemp(folder));
	peer_script(path, sizeof(path), "");
	snprintf(code, sizeof(code),
		"import sys; sys.path.insert(0, '%s'); import peer_http; "
		"peer_http.make_certificate('%s')", path, folder);
	pid = fork();
	if (pid == 0) {
		execv(argv[0], (char *const *)argv);
		_exit(127);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}
