/* SPDX-License-Identifier: MIT */
/* sink http|smtp: a receiver on a free loopback port that answers at once and keeps
 * nothing, so that what is measured is the sender. Prints "port N"; ends when its
 * standard input closes. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_CONNECTIONS 256
#define ROOM (64 * 1024)

struct connection {
	int fd;
	char in[ROOM + 1];
	size_t len;
	long long body; /* bytes of a body still to come */
	bool data;	/* smtp: inside DATA */
};

static struct connection connections[MAX_CONNECTIONS];
static bool is_smtp;

static void
say(int fd, const char *text)
{
	(void)!write(fd, text, strlen(text));
}

static void
drop(struct connection *c, size_t n)
{
	memmove(c->in, c->in + n, c->len - n);
	c->len -= n;
	c->in[c->len] = '\0';
}

/* False when more is needed. */
static bool
step_http(struct connection *c)
{
	char *end, *length;

	if (c->body > 0) {
		size_t n = (long long)c->len < c->body ? c->len : (size_t)c->body;

		c->body -= (long long)n;
		drop(c, n);
		if (c->body > 0)
			return false;
		say(c->fd, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
		return c->len > 0;
	}
	end = strstr(c->in, "\r\n\r\n");
	if (!end)
		return false;
	length = strcasestr(c->in, "content-length:");
	c->body = length && length < end ? strtoll(length + 15, NULL, 10) : 0;
	if (strcasestr(c->in, "100-continue"))
		say(c->fd, "HTTP/1.1 100 Continue\r\n\r\n");
	drop(c, (size_t)(end + 4 - c->in));
	if (c->body == 0)
		say(c->fd, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
	return true;
}

static bool
step_smtp(struct connection *c)
{
	char *end = strstr(c->in, c->data ? "\r\n.\r\n" : "\r\n");

	if (!end) {
		if (c->data && c->len > 8)
			drop(c, c->len - 8);
		return false;
	}
	if (c->data) {
		drop(c, (size_t)(end + 5 - c->in));
		c->data = false;
		say(c->fd, "250 taken\r\n");
		return true;
	}
	if (strncasecmp(c->in, "EHLO", 4) == 0)
		say(c->fd, "250-sink\r\n250 SIZE 100000000\r\n");
	else if (strncasecmp(c->in, "DATA", 4) == 0) {
		c->data = true;
		say(c->fd, "354 go on\r\n");
	} else
		say(c->fd, strncasecmp(c->in, "QUIT", 4) == 0 ? "221 bye\r\n" : "250 ok\r\n");
	drop(c, (size_t)(end + 2 - c->in));
	return true;
}

static void
serve(struct connection *c)
{
	ssize_t n = read(c->fd, c->in + c->len, ROOM - c->len);

	if (n <= 0) {
		close(c->fd);
		c->fd = -1;
		return;
	}
	c->len += (size_t)n;
	c->in[c->len] = '\0';
	while (c->len && (is_smtp ? step_smtp(c) : step_http(c)))
		;
	if (c->len == ROOM)
		c->len = 0;
}

static void
take(int server)
{
	int fd = accept4(server, NULL, NULL, SOCK_CLOEXEC), one = 1;

	if (fd < 0)
		return;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	for (int i = 0; i < MAX_CONNECTIONS; i++)
		if (connections[i].fd < 0) {
			connections[i] = (struct connection){ .fd = fd };
			if (is_smtp)
				say(fd, "220 sink\r\n");
			return;
		}
	close(fd);
}

int
main(int argc, char **argv)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct pollfd fds[MAX_CONNECTIONS + 2];
	socklen_t size = sizeof(at);

	is_smtp = argc > 1 && strcmp(argv[1], "smtp") == 0;
	for (int i = 0; i < MAX_CONNECTIONS; i++)
		connections[i].fd = -1;
	if (bind(server, (struct sockaddr *)&at, sizeof(at)) < 0 || listen(server, 1000) < 0 ||
		getsockname(server, (struct sockaddr *)&at, &size) < 0) {
		perror("sink");
		return 1;
	}
	printf("port %d\n", ntohs(at.sin_port));
	fflush(stdout);
	for (;;) {
		fds[0] = (struct pollfd){ STDIN_FILENO, POLLIN, 0 };
		fds[1] = (struct pollfd){ server, POLLIN, 0 };
		for (int i = 0; i < MAX_CONNECTIONS; i++)
			fds[i + 2] = (struct pollfd){ connections[i].fd, POLLIN, 0 };
		if (poll(fds, MAX_CONNECTIONS + 2, -1) < 0 && errno != EINTR)
			return 1;
		if (fds[0].revents)
			return 0;
		if (fds[1].revents)
			take(server);
		for (int i = 0; i < MAX_CONNECTIONS; i++)
			if (connections[i].fd >= 0 && fds[i + 2].revents)
				serve(&connections[i]);
	}
}
