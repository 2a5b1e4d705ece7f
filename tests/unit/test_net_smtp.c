/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "src/net/net.h"
#include "tests/unit/lib_peer.h"

static const char MESSAGE[] = "Subject: x\r\n\r\n.one\r\n..\r\n.\r\nend\r\n";

struct send {
	struct smtp_request request;
	struct smtp_recipient to[3];
	struct smtp_answer answer;
	struct err err;
	bool ok;
};

static void
prepare(struct send *s, const struct peer *peer)
{
	*s = (struct send){ .to = { { "a@x.org", 0 }, { "b@x.org", 0 }, { "c@x.org", 0 } },
		.err = ERR_INIT };
	s->request = (struct smtp_request){ .host = "127.0.0.1", .port = peer->port,
		.security = SMTP_PLAIN, .sender = "me@x.org", .recipients = s->to,
		.recipient_count = 1, .message = str_from(MESSAGE),
		.deadline = deadline_in_us(5 * CLOCK_SECOND) };
}

static void
run(struct send *s)
{
	s->ok = smtp_send(&s->request, &s->answer, &s->err);
	net_close_idle();
}

/* What each misbehaviour of the server is said to be. */
static void
answers(void **state)
{
	static const struct {
		const char *name, *script;
		bool password, ok;
		enum net_phase phase;
		const char *step;
		long code;
		enum err_code err;
	} rows[] = {
		{ "plain", "{}", 0, 1, NET_ANSWERED, "end", 250, 0 },
		{ "login", "{}", 1, 1, NET_ANSWERED, "end", 250, 0 },
		{ "login by LOGIN", "{\"ehlo\":[\"AUTH NTLM LOGIN\"]}", 1, 1, NET_ANSWERED, "end",
			250, 0 },
		{ "no login offered", "{\"ehlo\":[\"PIPELINING\"]}", 1, 0, NET_NOT_CONNECTED,
			"auth", 0, ERR_CONFIG },
		{ "only unknown logins", "{\"ehlo\":[\"AUTH GSSAPI\"]}", 1, 0, NET_NOT_CONNECTED,
			"auth", 0, ERR_CONFIG },
		{ "greeting 421", "{\"greeting\":\"421 busy\"}", 0, 0, NET_ANSWERED, "connect",
			421, ERR_CONNECT },
		{ "greeting 554", "{\"greeting\":\"554 go away\"}", 0, 0, NET_ANSWERED, "connect",
			554, ERR_CONNECT },
		{ "535", "{\"auth\":\"535 5.7.8 bad pass-word\"}", 1, 0, NET_ANSWERED, "auth", 535,
			ERR_CONNECT },
		{ "454", "{\"auth\":\"454 4.7.0 later\"}", 1, 0, NET_ANSWERED, "auth", 454,
			ERR_CONNECT },
		{ "close in login", "{\"auth_do\":\"close\"}", 1, 0, NET_NOT_CONNECTED, "auth", 0,
			ERR_CONNECT },
		{ "ehlo 421", "{\"ehlo\":\"421 4.3.2 closing\"}", 0, 0, NET_ANSWERED, "connect", 421,
			ERR_CONNECT },
		{ "ehlo 550", "{\"ehlo\":\"550 not you\"}", 0, 0, NET_ANSWERED, "connect", 550,
			ERR_CONNECT },
		{ "mail 452", "{\"mail\":\"452 4.3.1 full\"}", 0, 0, NET_ANSWERED, "mail", 452,
			ERR_REFUSED },
		{ "mail 530", "{\"mail\":\"530 log in\"}", 0, 0, NET_ANSWERED, "mail", 530,
			ERR_REFUSED },
		{ "rcpt 450", "{\"rcpt\":{\"*\":\"450 4.2.1 later\"}}", 0, 0, NET_ANSWERED, "rcpt",
			450, ERR_REFUSED },
		{ "rcpt 550", "{\"rcpt\":{\"*\":\"550 5.1.1 no\"}}", 0, 0, NET_ANSWERED, "rcpt",
			550, ERR_REFUSED },
		{ "rcpt close", "{\"rcpt_do\":\"close\"}", 0, 0, NET_REFUSED_EARLY, "rcpt", 0,
			ERR_CONNECT },
		{ "data 451", "{\"data\":\"451 wait\"}", 0, 0, NET_ANSWERED, "data", 451,
			ERR_REFUSED },
		{ "data 554", "{\"data\":\"554 no\"}", 0, 0, NET_ANSWERED, "data", 554,
			ERR_REFUSED },
		{ "451 after dot", "{\"end\":\"451 4.3.0 wait\"}", 0, 0, NET_ANSWERED, "end", 451,
			ERR_REFUSED },
		{ "552 after dot", "{\"end\":\"552 5.3.4 big\"}", 0, 0, NET_ANSWERED, "end", 552,
			ERR_REFUSED },
		{ "close after dot", "{\"end_do\":\"close\"}", 0, 0, NET_BODY_SENT, "end", 0,
			ERR_CONNECT },
		{ "SIZE", "{\"ehlo\":[\"SIZE 20\"]}", 0, 0, NET_ANSWERED, "mail", 552,
			ERR_REFUSED },
		{ "no SMTP", "{\"mail\":\"HTTP/1.1 400\"}", 0, 0, NET_REFUSED_EARLY, "mail", 0,
			ERR_CONNECT },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct peer peer;
		struct send s;

		peer_start(&peer, "peer_smtp.py", rows[i].script, NULL);
		prepare(&s, &peer);
		if (rows[i].password) {
			s.request.account = "me@x.org";
			s.request.password = "pass-word";
		}
		run(&s);
		if (s.ok != rows[i].ok || s.answer.phase != rows[i].phase ||
			strcmp(s.answer.step, rows[i].step) != 0 || s.answer.code != rows[i].code ||
			s.err.code != rows[i].err)
			fail_msg("%s: ok %d phase %d step %s code %ld err %d: %s / %s",
				rows[i].name,
				s.ok, s.answer.phase, s.answer.step, s.answer.code, s.err.code,
				s.err.msg, s.answer.text);
		assert_null(strstr(s.err.msg, "pass-word"));
		assert_null(strstr(s.answer.text, "pass-word"));
		if (rows[i].ok)
			assert_int_equal(s.answer.authenticated, rows[i].password);
		peer_stop(&peer);
	}
}

/* The message arrives byte for byte, for one session after the other, once each. */
static void
message_and_kept_session(void **state)
{
	struct peer peer;
	struct send s;
	cJSON *mails, *first, *second;

	(void)state;
	peer_start(&peer, "peer_smtp.py", "{}", NULL);
	for (int i = 0; i < 2; i++) {
		prepare(&s, &peer);
		s.request.recipient_count = 3;
		assert_true(smtp_send(&s.request, &s.answer, &s.err));
		for (int k = 0; k < 3; k++)
			assert_int_equal(s.to[k].code, 250);
	}
	assert_int_equal(s.answer.max_size, 10485760);
	mails = peer_records(&peer);
	assert_int_equal(cJSON_GetArraySize(mails), 2);
	first = cJSON_GetArrayItem(mails, 0);
	second = cJSON_GetArrayItem(mails, 1);
	assert_string_equal(cJSON_GetObjectItem(first, "data")->valuestring, MESSAGE);
	assert_string_equal(cJSON_GetObjectItem(first, "stuffed")->valuestring,
		"Subject: x\r\n\r\n..one\r\n...\r\n..\r\nend\r\n");
	assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(first, "to")), 3);
	assert_int_equal(cJSON_GetObjectItem(second, "connection")->valueint, 1);
	cJSON_Delete(mails);
	peer_stop(&peer);

	/* The server is gone: the kept session is noticed, nothing was sent. */
	assert_false(smtp_send(&s.request, &s.answer, &s.err));
	assert_int_equal(s.answer.phase, NET_NOT_CONNECTED);
	assert_string_equal(s.answer.step, "connect");
}

/* A proxy would be asked to connect; without one the name itself is looked up. */
static void
no_proxy_for_mail(void **state)
{
	static const struct peer nowhere = { .port = 25 };
	struct send s;

	(void)state;
	setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
	setenv("smtp_proxy", "http://127.0.0.1:1", 1);
	prepare(&s, &nowhere);
	s.request.host = "mail.example.invalid";
	run(&s);
	unsetenv("ALL_PROXY");
	unsetenv("smtp_proxy");
	assert_false(s.ok);
	assert_non_null(strstr(s.err.msg, "resolve"));
}

static void
one_of_three_is_refused(void **state)
{
	struct peer peer;
	struct send s;
	cJSON *mails;

	(void)state;
	for (int pipelining = 0; pipelining < 2; pipelining++) {
		peer_start(&peer, "peer_smtp.py", pipelining ?
			"{\"rcpt\":{\"b@x.org\":\"550 5.1.1 no such user\"}}" :
			"{\"ehlo\":[],\"rcpt\":{\"b@x.org\":\"550 5.1.1 no such user\"}}", NULL);
		prepare(&s, &peer);
		s.request.recipient_count = 3;
		run(&s);
		assert_true(s.ok);
		assert_int_equal(s.to[0].code, 250);
		assert_int_equal(s.to[1].code, 550);
		assert_int_equal(s.to[2].code, 250);
		mails = peer_records(&peer);
		assert_int_equal(cJSON_GetArraySize(mails), 1);
		assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(mails->child, "to")), 2);
		cJSON_Delete(mails);
		peer_stop(&peer);
	}
}

/* A server that hangs costs no more than the deadline. */
static void
hanging_server(void **state)
{
	static const struct {
		const char *script, *step;
		enum net_phase phase;
	} rows[] = {
		{ "{\"greeting_do\":\"hang\"}", "connect", NET_NOT_CONNECTED },
		{ "{\"ehlo_do\":\"hang\"}", "connect", NET_NOT_CONNECTED },
		{ "{\"mail_do\":\"hang\"}", "mail", NET_REFUSED_EARLY },
		{ "{\"data_do\":\"hang\"}", "data", NET_REFUSED_EARLY },
		{ "{\"end_do\":\"hang\"}", "end", NET_BODY_SENT },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct peer peer;
		struct send s;
		int64_t start;

		peer_start(&peer, "peer_smtp.py", rows[i].script, NULL);
		prepare(&s, &peer);
		s.request.deadline = deadline_in_us(400000);
		start = clock_mono_us();
		run(&s);
		assert_false(s.ok);
		assert_int_equal(s.err.code, ERR_TIMEOUT);
		assert_string_equal(s.answer.step, rows[i].step);
		assert_int_equal(s.answer.phase, rows[i].phase);
		assert_in_range(clock_mono_us() - start, 390000, 1400000);
		peer_stop(&peer);
	}
}

/* A server that ends the session in a long message: nothing was delivered. */
static void
broken_in_the_message(void **state)
{
	struct peer peer;
	struct send s;
	size_t len = 8 << 20;
	char *text = xmalloc(len);

	(void)state;
	for (size_t i = 0; i < len; i += 64) {
		memset(text + i, 'x', 62);
		memcpy(text + i + 62, "\r\n", 2);
	}
	peer_start(&peer, "peer_smtp.py", "{\"mid_data\":\"close\"}", NULL);
	prepare(&s, &peer);
	s.request.message = (struct str){ text, len };
	run(&s);
	assert_false(s.ok);
	assert_int_equal(s.answer.phase, NET_REFUSED_EARLY);
	assert_string_equal(s.answer.step, "data");
	peer_stop(&peer);
	free(text);
}

static void
injection_is_refused(void **state)
{
	static const char *const bad[] = { "a@x.org>\r\nRCPT TO:<evil@x.org", "a b@x.org", "@x.org",
		"a@", "a", "", "<a@x.org>", "a\n@x.org" };
	struct peer peer;
	struct send s;

	(void)state;
	peer_start(&peer, "peer_smtp.py", "{}", NULL);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		prepare(&s, &peer);
		s.to[0].address = bad[i];
		run(&s);
		assert_false(s.ok);
		assert_int_equal(s.err.code, ERR_INPUT);
		prepare(&s, &peer);
		s.request.sender = bad[i];
		run(&s);
		assert_int_equal(s.err.code, ERR_INPUT);
	}
	prepare(&s, &peer);
	s.request.message = STR("a\nb\r\n");
	run(&s);
	assert_int_equal(s.err.code, ERR_INTERNAL);
	s.request.message = STR("a\rb\r\n");
	run(&s);
	assert_int_equal(s.err.code, ERR_INTERNAL);
	peer_stop(&peer);
}

static void
international_addresses(void **state)
{
	struct peer peer;
	struct send s;
	cJSON *mails, *to;

	(void)state;
	peer_start(&peer, "peer_smtp.py", "[{\"ehlo\":[]},{\"ehlo\":[\"SMTPUTF8\"]}]", NULL);
	for (int i = 0; i < 2; i++) {
		prepare(&s, &peer);
		s.to[1].address = "bob@bücher.example";
		s.to[2].address = "用户@例子.example";
		s.request.recipient_count = 3;
		run(&s);
		assert_true(s.ok);
		assert_int_equal(s.to[2].code, i == 0 ? 553 : 250);
	}
	mails = peer_records(&peer);
	to = cJSON_GetObjectItem(cJSON_GetArrayItem(mails, 1), "to");
	assert_string_equal(cJSON_GetArrayItem(to, 1)->valuestring, "bob@xn--bcher-kva.example");
	assert_string_equal(cJSON_GetArrayItem(to, 2)->valuestring, "用户@例子.example");
	cJSON_Delete(mails);
	peer_stop(&peer);
}

static void
tls(void **state)
{
	char folder[64], cert[80], key[80];
	const char *implicit[] = { "--tls", cert, key, "--implicit", NULL };
	const char *starttls[] = { "--tls", cert, key, NULL };
	struct peer peer;
	struct send s;
	cJSON *mails;

	(void)state;
	peer_certificate(folder);
	snprintf(cert, sizeof(cert), "%s/cert.pem", folder);
	snprintf(key, sizeof(key), "%s/key.pem", folder);
	for (int i = 0; i < 2; i++) {
		peer_start(&peer, "peer_smtp.py", "{}", i ? implicit : starttls);
		prepare(&s, &peer);
		s.request.security = i ? SMTP_TLS : SMTP_STARTTLS;
		s.request.account = "me@x.org";
		s.request.password = "pass-word";
		run(&s);
		assert_false(s.ok);
		assert_string_equal(s.answer.step, "tls");
		assert_int_equal(s.answer.phase, NET_NOT_CONNECTED);
		s.request.ca_file = cert;
		run(&s);
		if (!s.ok)
			fail_msg("%s %s", s.answer.step, s.err.msg);
		mails = peer_records(&peer);
		assert_true(cJSON_IsTrue(cJSON_GetObjectItem(mails->child, "tls")));
		assert_string_equal(cJSON_GetArrayItem(cJSON_GetObjectItem(mails->child, "auth"),
			1)->valuestring, "pass-word");
		assert_string_equal(cJSON_GetObjectItem(mails->child, "data")->valuestring,
			MESSAGE);
		cJSON_Delete(mails);
		/* The wrong kind of security for this port. */
		s.request.security = i ? SMTP_STARTTLS : SMTP_TLS;
		s.request.deadline = deadline_in_us(700000);
		run(&s);
		assert_false(s.ok);
		assert_int_equal(s.answer.phase, NET_NOT_CONNECTED);
		assert_non_null(strstr(s.err.hint, "465"));
		peer_stop(&peer);
	}
	peer_start(&peer, "peer_smtp.py", "{}", NULL);
	prepare(&s, &peer);
	s.request.security = SMTP_STARTTLS; /* not offered there */
	run(&s);
	assert_string_equal(s.answer.step, "tls");
	assert_non_null(strstr(s.err.msg, "STARTTLS"));
	s.request.security = SMTP_PLAIN;
	s.request.host = "mail.example.invalid";
	s.request.password = "pass-word";
	run(&s);
	assert_int_equal(s.err.code, ERR_INPUT);
	peer_stop(&peer);
	unlink(cert);
	unlink(key);
	rmdir(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers),
		cmocka_unit_test(message_and_kept_session),
		cmocka_unit_test(no_proxy_for_mail),
		cmocka_unit_test(one_of_three_is_refused),
		cmocka_unit_test(hanging_server),
		cmocka_unit_test(broken_in_the_message),
		cmocka_unit_test(injection_is_refused),
		cmocka_unit_test(international_addresses),
		cmocka_unit_test(tls),
	};

	return cmocka_run_group_tests_name("net_smtp", tests, NULL, NULL);
}
