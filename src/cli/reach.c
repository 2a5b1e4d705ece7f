/* SPDX-License-Identifier: MIT */
#include "src/cli/reach.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "src/base/str.h"

/* host and port of "scheme://user@host:port/path". */
static bool
split_url(const char *url, char host[256], char port[16])
{
	const char *at = strstr(url, "://"), *end, *colon = NULL;

	if (!at)
		return false;
	snprintf(port, 16, "%s", strncmp(url, "http:", 5) == 0 ? "80" : "443");
	at += 3;
	end = at + strcspn(at, "/?#");
	for (const char *p = at; p < end; p++)
		if (*p == '@')
			at = p + 1;
	for (const char *p = at; p < end; p++) {
		if (*p == ':')
			colon = p;
		else if (*p == ']')
			colon = NULL;
	}
	if (colon)
		snprintf(port, 16, "%.*s", (int)(end - colon - 1), colon + 1);
	end = colon ? colon : end;
	if (*at == '[' && end > at + 1) {
		at++;
		end--;
	}
	snprintf(host, 256, "%.*s", (int)(end - at), at);
	return host[0] != '\0';
}

static bool
connect_one(const struct addrinfo *to, int timeout_ms)
{
	int fd = socket(to->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	struct pollfd p = { fd, POLLOUT, 0 };
	socklen_t size = sizeof(int);
	int why = 0;

	if (fd < 0)
		return false;
	if (connect(fd, to->ai_addr, to->ai_addrlen) != 0)
		why = errno;
	if (why == EINPROGRESS) {
		why = ETIMEDOUT;
		if (poll(&p, 1, timeout_ms) == 1)
			getsockopt(fd, SOL_SOCKET, SO_ERROR, &why, &size);
	}
	close(fd);
	errno = why;
	return why == 0;
}

static bool
reach(const char *host, const char *port, int timeout_ms, struct err *err)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *list = NULL;
	int rc = getaddrinfo(host, port, &hints, &list), why = 0;
	bool ok = false;

	if (rc != 0)
		return err_set(err, ERR_CONNECT, "%s has no address: %s", host, gai_strerror(rc));
	for (const struct addrinfo *a = list; a && !ok; a = a->ai_next) {
		ok = connect_one(a, timeout_ms);
		why = errno;
	}
	freeaddrinfo(list);
	if (ok)
		return true;
	return err_set(err, ERR_CONNECT, "%s port %s does not answer: %s", host, port,
		strerror(why));
}

bool
reach_destination(const struct settings *settings, int timeout_ms, struct err *err)
{
	static const char *const fields[] = { "webhook", "url", "endpoint" };
	const char *host = settings_get(settings, "smtp_host");
	char name[256], port[16];

	if (*host) {
		const char *given = settings_get(settings, "smtp_port");

		return reach(host, *given ? given : "465", timeout_ms, err);
	}
	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		if (split_url(settings_get(settings, fields[i]), name, port))
			return reach(name, port, timeout_ms, err);
	return true;
}
