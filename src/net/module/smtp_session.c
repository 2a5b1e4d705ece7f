/* SPDX-License-Identifier: MIT */
#include "src/net/module/smtp_session.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "src/base/utf8.h"

#define POLL_MS 200
#define MAX_REPLY ((size_t)64 << 10)

static struct smtp_session *kept;

/* Puts "…" for each place of a secret. */
static void
mask(struct buf *text, const char *secret)
{
	struct buf masked = BUF_INIT;
	size_t from = 0, at, len = secret ? strlen(secret) : 0;

	if (len < 4)
		return;
	while ((at = str_find(buf_str(text), str_from(secret), from)) != SIZE_MAX) {
		buf_add_str(&masked, str_slice(buf_str(text), from, at));
		buf_adds(&masked, "…");
		from = at + len;
	}
	buf_add_str(&masked, str_slice(buf_str(text), from, text->len));
	buf_fini(text);
	*text = masked;
}

static void
take_line(struct smtp_session *s, struct smtp_reply *reply, struct str line)
{
	struct buf clean = BUF_INIT;

	utf8_sanitize(&clean, str_trim(line), true);
	mask(&clean, s->request->password);
	mask(&clean, s->request->bearer);
	reply->code = line.len >= 3 ? strtol(buf_text(&clean), NULL, 10) : 0;
	if (reply->code < 100 || reply->code > 599)
		reply->code = 0;
	snprintf(reply->text, sizeof(reply->text), "%s", buf_text(&clean));
	for (size_t n = strlen(reply->text); !utf8_is_valid(str_from(reply->text)); n--)
		reply->text[n - 1] = '\0';
	buf_fini(&clean);
}

/* Extensions of EHLO, and whether the login was accepted, from libcurl's dialogue. */
static void
learn(struct smtp_session *s, struct str line)
{
	struct str word = str_trim(str_slice(line, 4, line.len));
	int64_t size;

	s->greeted = true;
	take_line(s, &s->last, line);
	if (s->last.code == 220) /* the greeting, or STARTTLS: what was offered is void */
		s->has_pipelining = s->has_utf8 = false;
	if (s->last.code == 235)
		s->authenticated = true;
	if (s->last.code != 250)
		return;
	if (str_equal_nocase(word, STR("PIPELINING")))
		s->has_pipelining = true;
	else if (str_equal_nocase(word, STR("SMTPUTF8")))
		s->has_utf8 = true;
	else if (str_equal_nocase(str_slice(word, 0, 5), STR("SIZE ")) &&
		str_to_int64(str_trim(str_slice(word, 5, word.len)), &size) && size > 0)
		s->max_size = (size_t)size;
}

static int
overhear(CURL *easy, curl_infotype type, char *data, size_t len, void *context)
{
	(void)easy;
	if (type == CURLINFO_HEADER_IN)
		learn(context, (struct str){ data, len });
	return 0;
}

static void
ehlo_name(char name[128])
{
	if (gethostname(name, 127) != 0)
		name[0] = '\0';
	name[127] = '\0';
	for (const char *p = name; *p; p++)
		if (!strchr("-.", *p) && !(*p >= '0' && *p <= '9') &&
			!((*p | 0x20) >= 'a' && (*p | 0x20) <= 'z'))
			name[0] = '\0';
	if (name[0] == '\0' || name[0] == '.' || name[0] == '-')
		snprintf(name, 128, "localhost");
}

static bool
set_url(struct smtp_session *s, CURLU *url)
{
	const struct smtp_request *r = s->request;
	char name[128], ascii[256], host[260], port[16];
	bool is_v6 = strchr(r->host, ':') && r->host[0] != '[';

	if (!host_to_ascii(r->host, ascii))
		return false;
	ehlo_name(name);
	snprintf(host, sizeof(host), is_v6 ? "[%s]" : "%s", ascii);
	snprintf(port, sizeof(port), "%d", r->port);
	return curl_url_set(url, CURLUPART_SCHEME, r->security == SMTP_TLS ? "smtps" : "smtp", 0) ==
			CURLUE_OK &&
		curl_url_set(url, CURLUPART_HOST, host, 0) == CURLUE_OK &&
		curl_url_set(url, CURLUPART_PORT, port, 0) == CURLUE_OK &&
		curl_url_set(url, CURLUPART_PATH, name, 0) == CURLUE_OK;
}

static void
set_options(struct smtp_session *s, CURLU *url)
{
	const struct smtp_request *r = s->request;

	transfer_setup(s->easy, r->ca_file, &s->to, s->detail);
	curl_easy_setopt(s->easy, CURLOPT_CURLU, url);
	curl_easy_setopt(s->easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	curl_easy_setopt(s->easy, CURLOPT_CONNECT_ONLY, 1L);
	curl_easy_setopt(s->easy, CURLOPT_PROXY, ""); /* all_proxy is not meant for mail */
	curl_easy_setopt(s->easy, CURLOPT_USE_SSL,
		(long)(r->security == SMTP_PLAIN ? CURLUSESSL_NONE : CURLUSESSL_ALL));
	curl_easy_setopt(s->easy, CURLOPT_VERBOSE, 1L);
	curl_easy_setopt(s->easy, CURLOPT_DEBUGFUNCTION, overhear);
	curl_easy_setopt(s->easy, CURLOPT_DEBUGDATA, s);
	if (r->account)
		curl_easy_setopt(s->easy, CURLOPT_USERNAME, r->account);
	if (r->bearer) {
		curl_easy_setopt(s->easy, CURLOPT_XOAUTH2_BEARER, r->bearer);
	} else if (r->password) {
		curl_easy_setopt(s->easy, CURLOPT_PASSWORD, r->password);
		/* Exchange offers NTLM first and then refuses it. */
		curl_easy_setopt(s->easy, CURLOPT_LOGIN_OPTIONS,
			"AUTH=PLAIN;AUTH=LOGIN;AUTH=CRAM-MD5");
	}
}

static bool
session_key(const struct smtp_request *r, unsigned char key[32], struct err *err)
{
	struct buf text = BUF_INIT;
	bool ok;

	buf_addf(&text, "%s\n%d\n%d\n%s\n%s\n", r->host, r->port, (int)r->security,
		r->ca_file ? r->ca_file : "", r->account ? r->account : "");
	buf_adds(&text, r->password ? r->password : "");
	buf_addc(&text, '\n');
	buf_adds(&text, r->bearer ? r->bearer : "");
	ok = net_digest(DIGEST_SHA256, buf_str(&text), key, err);
	explicit_bzero(text.p, text.len);
	buf_fini(&text);
	return ok;
}

static void
destroy(struct smtp_session *s)
{
	transfer_remove(s->easy);
	curl_easy_cleanup(s->easy);
	buf_fini(&s->in);
	free(s);
}

/* Which step a failed connection had come to. */
static const char *
failed_step(const struct smtp_session *s, CURLcode rc)
{
	switch ((int)rc) {
	case CURLE_LOGIN_DENIED:
		return "auth";
	case CURLE_USE_SSL_FAILED:
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
		return "tls";
	default:
		return s->last.code == 334 ? "auth" : "connect";
	}
}

static bool
explain_connect(struct smtp_session *s, CURLcode rc, struct smtp_answer *answer, struct err *err)
{
	answer->step = failed_step(s, rc);
	if (rc == CURLE_LOGIN_DENIED && s->last.code / 100 == 2) {
		err_set(err, ERR_CONFIG, "%s:%d offers no way to log in that is known here",
			s->to.host, s->to.port);
		return err_hint(err, "PLAIN, LOGIN, CRAM-MD5 and XOAUTH2 are");
	}
	if (rc == CURLE_USE_SSL_FAILED) {
		err_set(err, ERR_CONFIG, "%s:%d does not offer STARTTLS", s->to.host, s->to.port);
		return err_hint(err, "port 465 wants security=tls, port 587 starttls; none is "
			"for a relay on this host");
	}
	if (s->last.code >= 400) {
		answer->phase = NET_ANSWERED;
		answer->code = s->last.code;
		snprintf(answer->text, sizeof(answer->text), "%s", s->last.text);
		return err_set(err, ERR_CONNECT, "%s:%d refused the %s: %s", s->to.host, s->to.port,
			rc == CURLE_LOGIN_DENIED ? "login" : "session", s->last.text);
	}
	transfer_explain(rc, s->easy, &s->to, s->detail, err);
	if (rc == CURLE_SSL_CONNECT_ERROR)
		err_hint(err, "port 465 wants security=tls, port 587 starttls");
	return false;
}

static bool
connect_session(struct smtp_session *s, struct smtp_answer *answer, struct err *err)
{
	CURLcode rc = CURLE_OK;

	if (!transfer_run(s->easy, &s->request->deadline, &rc, err)) {
		answer->step = failed_step(s, rc);
		err_wrap(err, "%s:%d", s->to.host, s->to.port);
		if (err->code == ERR_TIMEOUT && !s->greeted)
			err_hint(err, "it said nothing at all: port 465 wants security=tls");
		return false;
	}
	if (rc != CURLE_OK) {
		explain_connect(s, rc, answer, err);
		if (rc == CURLE_OPERATION_TIMEDOUT && !s->greeted)
			err_hint(err, "it said nothing at all: port 465 wants security=tls");
		return false;
	}
	if (curl_easy_getinfo(s->easy, CURLINFO_ACTIVESOCKET, &s->fd) != CURLE_OK ||
		s->fd == CURL_SOCKET_BAD)
		return err_set(err, ERR_CONNECT, "%s:%d closed the connection", s->to.host,
			s->to.port);
	if ((s->request->password || s->request->bearer) && !s->authenticated) {
		answer->step = "auth";
		err_set(err, ERR_CONFIG,
			"%s:%d offers no login, but a password is set: nothing was "
			"sent", s->to.host, s->to.port);
		return err_hint(err, "use the port for logged-in mail (465 or 587), or remove the "
			"password");
	}
	return true;
}

static struct smtp_session *
open_new(const struct smtp_request *request, struct smtp_answer *answer, struct err *err)
{
	CURL *easy = transfer_new(err);
	struct smtp_session *s;
	CURLU *url;
	bool ok = false;

	if (!easy)
		return NULL;
	s = xcalloc(1, sizeof(*s));
	s->easy = easy;
	s->request = request;
	s->fd = CURL_SOCKET_BAD;
	s->in.ceiling = MAX_REPLY;
	snprintf(s->to.host, sizeof(s->to.host), "%s", request->host);
	s->to.port = request->port;
	s->to.is_loopback = host_is_loopback(request->host);
	url = curl_url();
	if (!url || !set_url(s, url)) {
		err_set(err, ERR_INPUT, "'%s' is not the name of a mail server", s->to.host);
	} else if (request->security == SMTP_PLAIN && !s->to.is_loopback &&
		(request->password || request->bearer)) {
		err_set(err, ERR_INPUT, "a password is not sent to %s without TLS", s->to.host);
		err_hint(err, "use security=tls or starttls");
	} else if (session_key(request, s->key, err)) {
		set_options(s, url);
		ok = connect_session(s, answer, err);
	}
	answer->authenticated = s->authenticated;
	curl_url_cleanup(url);
	if (ok)
		return s;
	destroy(s);
	return NULL;
}

/* Whether a kept session belongs to this request, is young and still answers. */
static bool
still_good(struct smtp_session *s, const struct smtp_request *request)
{
	struct smtp_reply reply;
	struct err ignored = ERR_INIT;
	unsigned char key[32];

	return session_key(request, key, &ignored) && memcmp(key, s->key, sizeof(key)) == 0 &&
		clock_mono_us() - s->used_us < TRANSFER_IDLE_S * CLOCK_SECOND &&
		smtp_session_write(s, STR("RSET\r\n"), &ignored) &&
		smtp_session_read(s, &reply, &ignored) && reply.code == 250;
}

struct smtp_session *
smtp_session_open(const struct smtp_request *request, struct smtp_answer *answer, bool *is_reused,
	struct err *err)
{
	struct smtp_session *s = kept;

	kept = NULL;
	*is_reused = false;
	if (s) {
		s->request = request;
		if (still_good(s, request)) {
			*is_reused = true;
			answer->authenticated = s->authenticated;
			return s;
		}
		smtp_session_close(s, true);
	}
	return open_new(request, answer, err);
}

void
smtp_session_keep(struct smtp_session *s)
{
	static const struct smtp_request nobody = { .deadline = { INT64_MAX, NULL } };

	s->used_us = clock_mono_us();
	s->request = &nobody; /* the caller's goes away */
	kept = s;
}

void
smtp_session_close(struct smtp_session *s, bool is_idle)
{
	size_t sent;

	if (is_idle)
		curl_easy_send(s->easy, "QUIT\r\n", 6, &sent);
	destroy(s);
}

void
net_smtp_close_idle(void)
{
	struct sigpipe_guard guard;

	if (!kept)
		return;
	sigpipe_ignore(&guard);
	smtp_session_close(kept, true);
	sigpipe_restore(&guard);
	kept = NULL;
}

/* Until the socket is ready, a cancel or the deadline. */
static bool
wait_for(struct smtp_session *s, short events, struct err *err)
{
	const struct deadline *deadline = &s->request->deadline;

	for (;;) {
		struct pollfd p = { s->fd, events, 0 };
		int n;

		if (deadline_is_cancelled(deadline))
			return err_set(err, ERR_CANCELLED, "%s: cancelled", s->to.host);
		if (deadline_left_us(deadline) == 0)
			return err_set(err, ERR_TIMEOUT, "%s:%d did not answer in time",
				s->to.host, s->to.port);
		n = poll(&p, 1, deadline_poll_ms(deadline, POLL_MS));
		if (n > 0)
			return true;
		if (n < 0 && errno != EINTR)
			return err_set(err, ERR_CONNECT, "%s: %s", s->to.host, strerror(errno));
	}
}

static bool
lost(const struct smtp_session *s, struct err *err)
{
	return err_set(err, ERR_CONNECT, "%s:%d closed the connection", s->to.host, s->to.port);
}

bool
smtp_session_write(struct smtp_session *s, struct str bytes, struct err *err)
{
	size_t done = 0;

	while (done < bytes.len) {
		size_t n = 0;
		CURLcode rc = curl_easy_send(s->easy, bytes.p + done, bytes.len - done, &n);

		if (rc == CURLE_OK)
			done += n;
		else if (rc != CURLE_AGAIN)
			return lost(s, err);
		else if (!wait_for(s, POLLOUT, err))
			return false;
	}
	return true;
}

static bool
fill(struct smtp_session *s, struct err *err)
{
	for (;;) {
		char *to = buf_reserve(&s->in, 4096);
		size_t n = 0;
		CURLcode rc;

		if (!to)
			return err_set(err, ERR_CONNECT, "%s:%d talks without end", s->to.host,
				s->to.port);
		rc = curl_easy_recv(s->easy, to, 4096, &n);
		if (rc == CURLE_OK && n > 0) {
			buf_commit(&s->in, n);
			return true;
		}
		if (rc != CURLE_AGAIN)
			return lost(s, err);
		if (!wait_for(s, POLLIN, err))
			return false;
	}
}

bool
smtp_session_read(struct smtp_session *s, struct smtp_reply *reply, struct err *err)
{
	for (;;) {
		size_t end = str_find(buf_str(&s->in), STR("\n"), 0);
		struct str line = str_slice(buf_str(&s->in), 0, end);
		bool is_last = line.len < 4 || line.p[3] != '-';

		if (end == SIZE_MAX) {
			if (!fill(s, err))
				return false;
			continue;
		}
		take_line(s, reply, line);
		buf_consume(&s->in, end + 1);
		if (reply->code == 0)
			return err_set(err, ERR_CONNECT, "%s:%d does not speak SMTP", s->to.host,
				s->to.port);
		if (is_last)
			return true;
	}
}
