/* SPDX-License-Identifier: MIT */
/* Mail, from document to server (channels.md 5 and 16, tests 21 to 25). */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "src/net/net.h"
#include "tests/unit/lib_channel.h"

#define MAIL_WORDS "smtp_host=127.0.0.1", "smtp_port=2525", "security=none", \
	"sender=reports@example.org"

static struct block
markdown(const char *text)
{
	return (struct block){ .kind = BLOCK_MARKDOWN, .text = text };
}

static struct block
email_body(const char *text)
{
	return (struct block){ .kind = BLOCK_EMAIL_BODY, .text = text };
}

static void
build_one(struct fixture *f, const char *const *words, struct caught *caught)
{
	struct settings settings;

	if (!lib_compose(f))
		fail_msg("%s", f->err.msg);
	channel_settings(&settings, "email", words);
	channel_build("email", &f->doc, &settings, caught);
	assert_int_equal(caught->count, 1);
	settings_fini(&settings);
}

/* With an Email Body: it and the tables in the body, Markdown and tables attached. */
static void
all_three_blocks(void **state)
{
	static const char *const words[] = { MAIL_WORDS, "nickname=数据工坊",
		"receivers=a@example.org, b@example.org", "cc=c@example.org", "bcc=d@example.org",
		NULL };
	static const char *const expected[] = { "mail", "subject=Sales 20240102",
		"from=数据工坊 <reports@example.org>", "to=a@example.org, b@example.org",
		"cc=c@example.org", "bcc=None", "parts=4",
		"attachment=daily-sales_20240102_1.md", "attachment=daily-sales_20240102_2.csv",
		"html=Dear reader", "text=Dear reader", "html=Dept. 2", "text=Dept. 2",
		"no-html=Only attached", "no-text=Only attached", NULL };
	struct fixture f;
	struct caught first, second;

	(void)state;
	lib_sales(&f);
	struct block blocks[] = { markdown("# Only attached\n\nTotal"), lib_sales_table(),
		email_body("Dear reader") };
	lib_blocks(&f, blocks, 3);
	build_one(&f, words, &first);
	judge(first.list[0].body, expected);
	assert_null(strstr(first.list[0].body.p, "d@example.org"));
	assert_int_equal(first.list[0].rows, 3);
	build_one(&f, words, &second);
	assert_string_equal(first.list[0].body.p, second.list[0].body.p);
	assert_non_null(strstr(first.list[0].body.p, "\r\nAuto-Submitted: auto-generated\r\n"));
	caught_fini(&first);
	caught_fini(&second);
	lib_fini(&f);
}

/* Without one the Markdown is shown too: nobody wants an empty mail. */
static void
markdown_alone(void **state)
{
	static const char *const words[] = { MAIL_WORDS, "receivers=a@example.org", NULL };
	static const char *const expected[] = { "mail", "html=<strong>12</strong>", "text=Total 12",
		"attachment=daily-sales_20240102_1.md", "parts=3", NULL };
	struct fixture f;
	struct caught caught;

	(void)state;
	lib_sales(&f);
	struct block blocks[] = { markdown("Total **12**") };
	lib_blocks(&f, blocks, 1);
	build_one(&f, words, &caught);
	judge(caught.list[0].body, expected);
	caught_fini(&caught);
	lib_fini(&f);
}

static void
workbook(void **state)
{
	static const char *const words[] = { MAIL_WORDS, "receivers=a@example.org", "tables=both",
		NULL };
	static const char *const expected[] = { "mail", "attachment=daily-sales_20240102_1.csv",
		"attachment=daily-sales_20240102_2.csv", "attachment=daily-sales_20240102_3.xlsx",
		"parts=5", NULL };
	struct fixture f;
	struct caught first, second;

	(void)state;
	lib_sales(&f);
	struct block blocks[] = { lib_sales_table(), lib_sales_table() };
	lib_blocks(&f, blocks, 2);
	build_one(&f, words, &first);
	judge(first.list[0].body, expected);
	build_one(&f, words, &second);
	assert_string_equal(first.list[0].body.p, second.list[0].body.p);
	caught_fini(&first);
	caught_fini(&second);
	lib_fini(&f);
}

/* Subject of 200 characters with emoji, nickname with quotes and line ends, names
 * with everything: a strict parser reads it and finds no header of ours missing. */
static void
hostile_headers(void **state)
{
	static const char *const words[] = { MAIL_WORDS,
		"nickname=A \"B\" \\C\r\nBcc: evil@example.org",
		"receivers=a@example.org,\"ann\"@example.org", NULL };
	static const char *const good[] = { MAIL_WORDS,
		"nickname=A \"B\" \\C\r\nBcc: evil@example.org", "receivers=a@example.org", NULL };
	static const char *const expected[] = { "mail", "bcc=None", NULL };
	const struct channel *email = channel_find("email");
	struct settings settings = SETTINGS_INIT;
	struct buf title = BUF_INIT;
	struct err err = ERR_INIT;
	struct fixture f;
	struct caught caught;

	(void)state;
	for (int i = 0; i < 100; i++)
		buf_adds(&title, "销😀");
	buf_adds(&title, "\r\nBcc: evil@example.org");
	lib_sales(&f);
	f.push.title = buf_text(&title);
	f.task.name = "报表\"x";
	struct block blocks[] = { lib_sales_table() };
	lib_blocks(&f, blocks, 1);
	build_one(&f, good, &caught);
	judge(caught.list[0].body, expected);
	assert_null(strstr(caught.list[0].body.p, "\r\nBcc:"));
	caught_fini(&caught);
	for (const char *const *w = words; *w; w++) {
		char *name = str_dup(str_slice(str_from(*w), 0, strcspn(*w, "=")));

		settings_set(&settings, name, str_from(strchr(*w, '=') + 1), false);
		free(name);
	}
	assert_false(channel_settings_check(email, &settings, &err));
	assert_non_null(strstr(err.msg, "receivers"));
	settings_fini(&settings);
	buf_fini(&title);
	lib_fini(&f);
}

/* Lines of 1,500 characters, dots, bare line feeds and Chinese, as body and as table. */
static void
hostile_bodies(void **state)
{
	static const char *const words[] = { MAIL_WORDS, "receivers=a@example.org", NULL };
	static const char *const expected[] = { "mail", "text=after the dots", NULL };
	struct buf text = BUF_INIT;
	struct fixture f;
	struct caught caught;

	(void)state;
	buf_adds(&text, ".\n..\nFrom me\n");
	buf_add_repeat(&text, "x", 1500);
	buf_adds(&text, "\n\nafter the dots é中文\r\n.");
	lib_sales(&f);
	struct block blocks[] = { email_body(buf_text(&text)), lib_sales_table() };
	lib_blocks(&f, blocks, 2);
	build_one(&f, words, &caught);
	judge(caught.list[0].body, expected);
	caught_fini(&caught);
	buf_fini(&text);
	lib_fini(&f);
}

static void
picture_inside(void **state)
{
	static const char *const words[] = { MAIL_WORDS, "receivers=a@example.org", NULL };
	static const char *const expected[] = { "mail", "html=cid:image1@dpstudio", NULL };
	char path[] = "/tmp/dp-picture-XXXXXX";
	int fd = mkstemp(path);
	struct fixture f;
	struct caught caught;

	(void)state;
	assert_int_equal(write(fd, "\x89PNG\r\n\x1a\n....", 12), 12);
	close(fd);
	lib_sales(&f);
	struct block blocks[] = { email_body("See"),
		{ .kind = BLOCK_IMAGE, .text = "", .path = path, .url = "", .alt = "chart" } };
	lib_blocks(&f, blocks, 2);
	build_one(&f, words, &caught);
	judge(caught.list[0].body, expected);
	assert_non_null(strstr(caught.list[0].body.p, "multipart/related"));
	assert_non_null(strstr(caught.list[0].body.p, "Content-ID: <image1@dpstudio>"));
	caught_fini(&caught);
	unlink(path);
	lib_fini(&f);
}

/* --- sending ------------------------------------------------------------------ */

static const struct part mail = { .number = 1, .of = 1, .content_type = "message/rfc822",
	.body = { "Subject: x\r\n\r\nhello\r\n", 21 } };

static void
send_to(const struct peer *peer, const char *only, struct outcome *o, bool password)
{
	const char *words[] = { "smtp_host=127.0.0.1", "security=none",
		"sender=me@x.org", "receivers=a@x.org, b@x.org", "cc=c@x.org", "bcc=a@x.org",
			NULL };
	struct send_request request = { .part = &mail, .only_recipients = only,
		.deadline = deadline_in_us(3 * CLOCK_SECOND) };
	struct settings settings;
	char port[16];

	channel_settings(&settings, "email", words);
	snprintf(port, sizeof(port), "%d", peer->port);
	settings_set(&settings, "smtp_port", str_from(port), false);
	if (password)
		settings_set(&settings, "password", STR("SECRETword"), true);
	request.settings = &settings;
	channel_find("email")->send(&request, o);
	net_close_idle();
	settings_fini(&settings);
}

static void
outcomes(void **state)
{
	static const struct {
		const char *script;
		bool password;
		enum outcome_state state;
		enum outcome_class class;
		int retry_max;
		long code;
		const char *message, *advice;
		enum outcome_state each[3]; /* a, b, c */
	} rows[] = {
		{ "{}", 0, OUTCOME_ACCEPTED, CLASS_NONE, 0, 250, "queued", "", { 0, 0, 0 } },
		{ "{}", 1, OUTCOME_ACCEPTED, CLASS_NONE, 0, 250, "queued", "", { 0, 0, 0 } },
		{ "{\"ehlo\":[\"PIPELINING\"]}", 1, OUTCOME_REJECTED, CLASS_AUTH, 0, 0,
			"offers no login", "465", { 2, 2, 2 } },
		{ "{\"auth\":\"535 5.7.8 SECRETword is wrong\"}", 1, OUTCOME_REJECTED, CLASS_AUTH,
			0,
			535, "535", "authorisation code", { 2, 2, 2 } },
		{ "{\"auth\":\"454 4.7.0 later\"}", 1, OUTCOME_DEFERRED, CLASS_AUTH, 3, 454, "454",
			"", { 3, 3, 3 } },
		{ "{\"greeting\":\"554 blocked\"}", 0, OUTCOME_REJECTED, CLASS_AUTH, 0, 554,
			"blocked", "refuses this host", { 2, 2, 2 } },
		{ "{\"mail\":\"553 not yours\"}", 0, OUTCOME_REJECTED, CLASS_AUTH, 0, 553,
			"not yours", "sender", { 2, 2, 2 } },
		{ "{\"mail\":\"530 log in\"}", 0, OUTCOME_REJECTED, CLASS_AUTH, 0, 530, "", "login",
			{ 2, 2, 2 } },
		{ "{\"rcpt\":{\"b@x.org\":\"550 5.1.1 no such user\"}}", 0, OUTCOME_REJECTED,
			CLASS_TARGET_GONE, 0, 550, "1 of 3 receivers refused: b@x.org (550)",
			"no such receiver", { 0, 2, 0 } },
		{ "{\"rcpt\":{\"b@x.org\":\"450 4.2.0 greylisted\"}}", 0, OUTCOME_DEFERRED,
			CLASS_RATE, 3, 450, "b@x.org (450)", "later", { 0, 3, 0 } },
		{ "{\"rcpt\":{\"b@x.org\":\"550 no\",\"c@x.org\":\"450 wait\"}}", 0,
			OUTCOME_REJECTED,
			CLASS_TARGET_GONE, 0, 550, "2 of 3", "", { 0, 2, 3 } },
		{ "{\"rcpt\":{\"*\":\"550 no\"}}", 0, OUTCOME_REJECTED, CLASS_TARGET_GONE, 0, 550,
			"3 of 3", "", { 2, 2, 2 } },
		{ "{\"end\":\"451 4.3.0 wait\"}", 0, OUTCOME_DEFERRED, CLASS_SERVER, 3, 451, "wait",
			"later", { 3, 3, 3 } },
		{ "{\"end\":\"552 5.3.4 big\"}", 0, OUTCOME_REJECTED, CLASS_SIZE, 0, 552, "big",
			"rows", { 2, 2, 2 } },
		{ "{\"end\":\"554 5.7.1 spam\"}", 0, OUTCOME_REJECTED, CLASS_CONTENT, 0, 554,
			"spam",
			"spam", { 2, 2, 2 } },
		{ "{\"end_do\":\"close\"}", 0, OUTCOME_UNKNOWN, CLASS_AMBIGUOUS, 0, 0, "closed",
			"arrived", { 4, 4, 4 } },
		{ "{\"end_do\":\"close\",\"rcpt\":{\"b@x.org\":\"550 no\"}}", 0, OUTCOME_REJECTED,
			CLASS_TARGET_GONE, 0, 550, "1 of 3", "", { 4, 2, 4 } },
		{ "{\"data_do\":\"close\"}", 0, OUTCOME_DEFERRED, CLASS_TRANSPORT, 3, 0, "closed",
			"",
			{ 3, 3, 3 } },
		{ "{\"greeting\":\"421 busy\"}", 0, OUTCOME_DEFERRED, CLASS_SERVER, 3, 421, "busy",
			"",
			{ 3, 3, 3 } },
	};
	/* how the rows above write a state */
	static const enum outcome_state states[] = { OUTCOME_ACCEPTED, OUTCOME_QUEUED,
		OUTCOME_REJECTED, OUTCOME_DEFERRED, OUTCOME_UNKNOWN };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct peer peer;
		struct outcome o;

		peer_start(&peer, "peer_smtp.py", rows[i].script, NULL);
		send_to(&peer, NULL, &o, rows[i].password);
		if (o.state != rows[i].state || o.class != rows[i].class ||
			o.retry_max != rows[i].retry_max || o.http_code != rows[i].code ||
			!strstr(o.message, rows[i].message) || !strstr(o.advice, rows[i].advice))
			fail_msg("%s: %s %s max %d code %ld '%s' '%s'", rows[i].script,
				outcome_state_name(o.state), outcome_class_name(o.class),
				o.retry_max, o.http_code, o.message, o.advice);
		if (o.state == OUTCOME_DEFERRED && o.class != CLASS_TRANSPORT)
			assert_true(o.retry_after_s == 60);
		assert_null(strstr(o.message, "SECRET"));
		assert_int_equal(o.recipient_count, 3);
		for (size_t k = 0; k < 3; k++)
			if (o.recipients[k].state != states[rows[i].each[k]])
				fail_msg("%s: %s is %s", rows[i].script, o.recipients[k].address,
					outcome_state_name(o.recipients[k].state));
		outcome_fini(&o);
		peer_stop(&peer);
	}
}

static void
resend_goes_only_to_some(void **state)
{
	struct peer peer;
	struct outcome o;
	cJSON *mails, *to;

	(void)state;
	peer_start(&peer, "peer_smtp.py", "{}", NULL);
	send_to(&peer, "c@x.org, b@x.org", &o, false);
	assert_int_equal(o.state, OUTCOME_ACCEPTED);
	assert_int_equal(o.recipient_count, 2);
	outcome_fini(&o);
	mails = peer_records(&peer);
	to = cJSON_GetObjectItem(mails->child, "to");
	assert_int_equal(cJSON_GetArraySize(to), 2);
	assert_string_equal(cJSON_GetArrayItem(to, 0)->valuestring, "b@x.org");
	assert_string_equal(cJSON_GetArrayItem(to, 1)->valuestring, "c@x.org");
	cJSON_Delete(mails);
	peer_stop(&peer);
}

/* An access token in place of a password, also one that changes in its file. */
static void
oauth(void **state)
{
	char path[] = "/tmp/dp-token-XXXXXX";
	int fd = mkstemp(path);
	const char *file_word;
	struct peer peer;

	(void)state;
	file_word = xasprintf("oauth_token_file=%s", path);
	peer_start(&peer, "peer_smtp.py", "{\"ehlo\":[\"AUTH XOAUTH2\"]}", NULL);
	for (int i = 0; i < 3; i++) {
		const char *words[] = { "smtp_host=127.0.0.1", "security=none", "sender=me@x.org",
			"receivers=a@x.org", i == 0 ? "oauth_token=SECRET0" : file_word, NULL };
		struct send_request request = { .part = &mail,
			.deadline = deadline_in_us(3 * CLOCK_SECOND) };
		char port[16], token[32], expected[96];
		struct settings settings;
		struct outcome o;
		cJSON *mails;

		snprintf(token, sizeof(token), "SECRET%d\n", i);
		assert_int_equal(pwrite(fd, token, strlen(token), 0), (ssize_t)strlen(token));
		channel_settings(&settings, "email", words);
		snprintf(port, sizeof(port), "%d", peer.port);
		settings_set(&settings, "smtp_port", str_from(port), false);
		request.settings = &settings;
		channel_find("email")->send(&request, &o);
		net_close_idle();
		if (o.state != OUTCOME_ACCEPTED)
			fail_msg("%s %s", o.message, o.advice);
		snprintf(expected, sizeof(expected),
			"user=me@x.org\x01" "auth=Bearer SECRET%d\x01\x01", i);
		mails = peer_records(&peer);
		assert_string_equal(cJSON_GetArrayItem(cJSON_GetObjectItem(
			cJSON_GetArrayItem(mails, i), "auth"), 1)->valuestring, expected);
		cJSON_Delete(mails);
		outcome_fini(&o);
		settings_fini(&settings);
	}
	close(fd);
	unlink(path);
	free((char *)file_word);
	peer_stop(&peer);
}

static void
header_of(struct str message, const char *name, char value[256])
{
	const char *at = strstr(message.p, name);

	assert_non_null(at);
	snprintf(value, 256, "%.*s", (int)strcspn(at + strlen(name), "\r"), at + strlen(name));
}

/* Mails of one task answer the same one, each with an id of its own; without the option
 * none answers anything. */
static void
one_conversation(void **state)
{
	static const char *const words[] = { MAIL_WORDS, "receivers=a@example.org", "thread=true",
		"reply_to=desk@example.org", NULL };
	static const char *const plain[] = { MAIL_WORDS, "receivers=a@example.org", NULL };
	char id[3][256], root[3][256], references[256];
	struct caught caught;
	struct fixture f;

	(void)state;
	lib_sales(&f);
	struct block blocks[] = { email_body("Dear reader") };
	lib_blocks(&f, blocks, 1);
	for (int i = 0; i < 3; i++) {
		f.in.scheduled_us += 86400 * CLOCK_SECOND;
		f.task.name = i < 2 ? "daily-sales" : "other";
		build_one(&f, words, &caught);
		header_of(caught.list[0].body, "\r\nMessage-ID: ", id[i]);
		header_of(caught.list[0].body, "\r\nIn-Reply-To: ", root[i]);
		header_of(caught.list[0].body, "\r\nReferences: ", references);
		assert_string_equal(references, root[i]);
		assert_non_null(strstr(caught.list[0].body.p, "\r\nReply-To: desk@example.org\r\n"));
		caught_fini(&caught);
	}
	assert_string_not_equal(id[0], id[1]);
	assert_string_equal(root[0], root[1]);
	assert_string_not_equal(root[1], root[2]);
	assert_string_not_equal(id[0], root[0]);
	build_one(&f, plain, &caught);
	assert_null(strstr(caught.list[0].body.p, "In-Reply-To"));
	caught_fini(&caught);
	lib_fini(&f);
}

static void
settings_are_checked(void **state)
{
	static const struct {
		const char *name, *value, *words;
	} rows[] = {
		{ "receivers", "a@x.org b@x.org", "receivers" },
		{ "receivers", "nobody", "receivers" },
		{ "sender", "a@x.org,b@x.org", "sender" },
		{ "smtp_port", "587", "port 587" },
		{ "smtp_port", "70000", "smtp_port" },
		{ "security", "ssl", "security" },
		{ "reply_to", "x@", "reply_to" },
		{ "oauth_token", "t", "one of password" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct settings s = SETTINGS_INIT;
		struct err err = ERR_INIT;

		settings_set(&s, "smtp_host", STR("mail.example.org"), false);
		settings_set(&s, "sender", STR("a@x.org"), false);
		settings_set(&s, "receivers", STR("a@x.org"), false);
		settings_set(&s, "password", STR("p"), true);
		settings_set(&s, rows[i].name, str_from(rows[i].value), false);
		assert_false(channel_settings_check(channel_find("email"), &s, &err));
		if (!strstr(err.msg, rows[i].words))
			fail_msg("%s", err.msg);
		settings_fini(&s);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_three_blocks),
		cmocka_unit_test(markdown_alone),
		cmocka_unit_test(workbook),
		cmocka_unit_test(hostile_headers),
		cmocka_unit_test(hostile_bodies),
		cmocka_unit_test(picture_inside),
		cmocka_unit_test(outcomes),
		cmocka_unit_test(resend_goes_only_to_some),
		cmocka_unit_test(oauth),
		cmocka_unit_test(one_conversation),
		cmocka_unit_test(settings_are_checked),
	};

	return cmocka_run_group_tests_name("channel_email", tests, NULL, NULL);
}
