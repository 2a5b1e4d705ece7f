/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "src/net/module/smtp_session.h"

#define RCPT_AT_ONCE 50 /* pipelined commands before their replies are read */
#define CODE_NO_UTF8 553L /* what a server says of an address it cannot take */

/* One mail under way in a session. */
struct mail {
	const struct smtp_request *request;
	struct smtp_answer *answer;
	struct smtp_session *session;
	struct err *err;
	bool can_go_on; /* the session is between mails again */
};

/* The part before the @, which no other spelling exists for. */
static struct str
local_part(const char *address)
{
	return (struct str){ address, (size_t)(strrchr(address, '@') - address) };
}

/* Nothing that could end the address or the command. */
static bool
address_is_safe(const char *address)
{
	const char *at = strrchr(address, '@');

	for (const char *p = address; *p; p++)
		if ((unsigned char)*p <= ' ' || *p == 0x7F || *p == '<' || *p == '>')
			return false;
	return at && at > address && at[1] && strlen(address) < 256;
}

static bool
has_whole_line_ends(struct str text)
{
	const char *end = text.p + text.len, *p = text.p;
	size_t cr = 0, lf = 0;

	for (; (p = memchr(p, '\n', (size_t)(end - p))); p++, lf++)
		if (p == text.p || p[-1] != '\r')
			return false;
	for (p = text.p; (p = memchr(p, '\r', (size_t)(end - p))); p++)
		cr++;
	return cr == lf;
}

static bool
check_request(const struct smtp_request *r, struct smtp_answer *answer, struct err *err)
{
	answer->step = "mail";
	if (!address_is_safe(r->sender))
		return err_set(err, ERR_INPUT, "the sender is not a mail address");
	answer->step = "rcpt";
	for (size_t i = 0; i < r->recipient_count; i++)
		if (!address_is_safe(r->recipients[i].address))
			return err_set(err, ERR_INPUT, "receiver %zu is not a mail address", i + 1);
	if (r->recipient_count == 0)
		return err_set(err, ERR_INPUT, "the mail has no receiver");
	answer->step = "data";
	if (!has_whole_line_ends(r->message))
		return err_set(err, ERR_INTERNAL, "the mail has a bare CR or LF");
	answer->step = "connect";
	return true;
}

/* The address, its domain in punycode where only that is not ASCII. */
static void
add_address(struct buf *to, const char *address)
{
	struct str local = local_part(address);
	const char *domain = address + local.len + 1;
	char ascii[256];

	if (text_is_ascii(local) && host_to_ascii(domain, ascii))
		buf_addf(to, "<%.*s@%s>", STR_ARG(local), ascii);
	else
		buf_addf(to, "<%s>", address);
}

/* A refusal by the server. Returns false. */
static bool
refused(struct mail *m, const char *step, const struct smtp_reply *reply)
{
	m->answer->phase = NET_ANSWERED;
	m->answer->step = step;
	m->answer->code = reply->code;
	m->can_go_on = reply->code != 421;
	snprintf(m->answer->text, sizeof(m->answer->text), "%s", reply->text);
	return err_set(m->err, ERR_REFUSED, "%s: %s", m->session->to.host, reply->text);
}

static bool
needs_utf8(const struct smtp_request *r)
{
	bool needs = !text_is_ascii(local_part(r->sender));

	for (size_t i = 0; i < r->recipient_count; i++)
		needs |= !text_is_ascii(local_part(r->recipients[i].address));
	return needs;
}

static bool
send_sender(struct mail *m)
{
	struct smtp_session *s = m->session;
	const struct smtp_request *r = m->request;
	struct buf line = BUF_INIT;
	struct smtp_reply reply;
	bool ok;

	buf_adds(&line, "MAIL FROM:");
	add_address(&line, r->sender);
	if (s->max_size > 0)
		buf_addf(&line, " SIZE=%zu", r->message.len);
	if (s->has_utf8 && needs_utf8(r))
		buf_adds(&line, " SMTPUTF8");
	buf_adds(&line, "\r\n");
	m->answer->step = "mail";
	ok = smtp_session_write(s, buf_str(&line), m->err) &&
		smtp_session_read(s, &reply, m->err);
	buf_fini(&line);
	if (ok && reply.code / 100 != 2)
		return refused(m, "mail", &reply);
	return ok;
}

/* Receivers [from, to): their commands in one write, then their replies. */
static bool
send_receivers(struct mail *m, size_t from, size_t to, struct smtp_reply *refusal)
{
	struct smtp_session *s = m->session;
	struct smtp_recipient *all = m->request->recipients;
	struct buf lines = BUF_INIT;
	struct smtp_reply reply;
	bool ok;

	for (size_t i = from; i < to; i++) {
		all[i].code = 0;
		if (!s->has_utf8 && !text_is_ascii(local_part(all[i].address))) {
			all[i].code = CODE_NO_UTF8;
			*refusal = (struct smtp_reply){ CODE_NO_UTF8,
				"553 the server takes no address with other than ASCII letters" };
			continue;
		}
		buf_adds(&lines, "RCPT TO:");
		add_address(&lines, all[i].address);
		buf_adds(&lines, "\r\n");
	}
	ok = smtp_session_write(s, buf_str(&lines), m->err);
	buf_fini(&lines);
	for (size_t i = from; ok && i < to; i++) {
		if (all[i].code)
			continue;
		ok = smtp_session_read(s, &reply, m->err);
		if (!ok)
			break;
		all[i].code = reply.code;
		if (reply.code / 100 != 2)
			*refusal = reply;
	}
	return ok;
}

static bool
send_envelope(struct mail *m)
{
	size_t count = m->request->recipient_count, accepted = 0;
	size_t at_once = m->session->has_pipelining ? RCPT_AT_ONCE : 1;
	struct smtp_reply refusal = { 0 };

	if (!send_sender(m))
		return false;
	m->answer->step = "rcpt";
	for (size_t i = 0; i < count; i += at_once)
		if (!send_receivers(m, i, i + at_once < count ? i + at_once : count, &refusal))
			return false;
	for (size_t i = 0; i < count; i++)
		accepted += m->request->recipients[i].code / 100 == 2;
	return accepted > 0 || refused(m, "rcpt", &refusal);
}

/* The message with a dot put before each line that begins with one. */
static bool
write_message(struct mail *m)
{
	struct str text = m->request->message;
	bool ends = text.len > 0 && text.p[text.len - 1] == '\n';
	size_t from = 0;
	const char *dot;

	/* Attachments hold no dots: they are looked for alone. */
	for (size_t at = 0; at < text.len &&
		(dot = memchr(text.p + at, '.', text.len - at)); at++) {
		at = (size_t)(dot - text.p);
		if (at > 0 && text.p[at - 1] != '\n')
			continue;
		if (!smtp_session_write(m->session, str_slice(text, from, at), m->err) ||
			!smtp_session_write(m->session, STR("."), m->err))
			return false;
		from = at;
	}
	return smtp_session_write(m->session, str_slice(text, from, text.len), m->err) &&
		(ends || smtp_session_write(m->session, STR("\r\n"), m->err));
}

/* The connection broke in the message: the server may have said why. */
static bool
explain_break(struct mail *m)
{
	struct smtp_reply reply;
	struct err ignored = ERR_INIT;

	if (m->err->code == ERR_CONNECT && smtp_session_read(m->session, &reply, &ignored) &&
		reply.code >= 400) {
		refused(m, "data", &reply);
		m->can_go_on = false;
	}
	return false;
}

static bool
send_message(struct mail *m)
{
	struct smtp_reply reply;

	m->answer->step = "data";
	if (!smtp_session_write(m->session, STR("DATA\r\n"), m->err) ||
		!smtp_session_read(m->session, &reply, m->err))
		return false;
	if (reply.code != 354)
		return refused(m, "data", &reply);
	if (!write_message(m))
		return explain_break(m);
	m->answer->step = "end";
	if (!smtp_session_write(m->session, STR(".\r\n"), m->err))
		return explain_break(m);
	m->answer->phase = NET_BODY_SENT;
	if (!smtp_session_read(m->session, &reply, m->err))
		return false;
	if (reply.code / 100 != 2)
		return refused(m, "end", &reply);
	m->answer->phase = NET_ANSWERED;
	m->answer->code = reply.code;
	snprintf(m->answer->text, sizeof(m->answer->text), "%s", reply.text);
	m->can_go_on = true;
	return true;
}

static bool
check_offer(struct mail *m)
{
	struct smtp_reply reply = { .code = 552 };

	m->answer->max_size = m->session->max_size;
	if (m->session->max_size > 0 && m->request->message.len > m->session->max_size) {
		snprintf(reply.text, sizeof(reply.text), "the server takes at most %zu bytes, the "
			"mail has %zu", m->session->max_size, m->request->message.len);
		return refused(m, "mail", &reply);
	}
	if (!m->session->has_utf8 && !text_is_ascii(local_part(m->request->sender))) {
		reply = (struct smtp_reply){ CODE_NO_UTF8,
			"the server takes no sender with other than ASCII letters" };
		return refused(m, "mail", &reply);
	}
	return true;
}

/* One try. *again: a kept session failed before the message; a fresh one may do. */
static bool
try_send(struct mail *m, bool *again)
{
	bool is_reused = false, ok;

	m->can_go_on = false;
	m->session = smtp_session_open(m->request, m->answer, &is_reused, m->err);
	if (!m->session)
		return false;
	m->answer->phase = NET_REFUSED_EARLY;
	ok = check_offer(m) && send_envelope(m) && send_message(m);
	*again = !ok && is_reused && strcmp(m->answer->step, "mail") == 0 &&
		m->err->code != ERR_CANCELLED && m->err->code != ERR_TIMEOUT;
	if (m->can_go_on && !*again)
		smtp_session_keep(m->session);
	else
		smtp_session_close(m->session, m->can_go_on);
	return ok;
}

bool
net_smtp(const struct smtp_request *request, struct smtp_answer *answer, struct err *err)
{
	struct mail m = { .request = request, .answer = answer, .err = err };
	struct sigpipe_guard guard;
	bool again = false, ok;

	if (!check_request(request, answer, err))
		return false;
	for (size_t i = 0; i < request->recipient_count; i++)
		request->recipients[i].code = 0;
	sigpipe_ignore(&guard);
	ok = try_send(&m, &again);
	if (again) {
		*answer = (struct smtp_answer){ .phase = NET_NOT_CONNECTED, .step = "connect" };
		ok = try_send(&m, &again);
	}
	sigpipe_restore(&guard);
	return ok;
}
