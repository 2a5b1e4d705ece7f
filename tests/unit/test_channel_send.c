/* SPDX-License-Identifier: MIT */
/* What each answer of each channel is said to be (channels.md 16, tests 1 to 17). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/lib_channel.h"

#define ACC OUTCOME_ACCEPTED
#define QUE OUTCOME_QUEUED
#define REJ OUTCOME_REJECTED
#define DEF OUTCOME_DEFERRED
#define UNK OUTCOME_UNKNOWN

#define BODY(text) "\"body\":\"" text "\""
#define DING(code, words) "\"json\":{\"errcode\":" #code ",\"errmsg\":\"" words "\"}"
#define LARK(code, words) "\"json\":{\"code\":" #code ",\"msg\":\"" words "\",\"data\":{}}"
#define STATUS(code) "\"status\":" #code ","

static const struct row {
	const char *channel, *answer;
	enum outcome_state state;
	enum outcome_class class;
	double retry_after_s;
	int retry_max;
	long api_code;
	const char *message, *advice; /* must occur */
} rows[] = {
#include "tests/unit/channel_answers.h"
};

static struct peer peer;

/* Each row's requests go to a target that holds its mark. */
static int
start(void **state)
{
	struct buf script = BUF_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		buf_addf(&script, "%s{\"match\":\"row%zu_\",%s}", i ? "," : "[", i, rows[i].answer);
	buf_addc(&script, ']');
	peer_start(&peer, "peer_http.py", buf_text(&script), NULL);
	buf_fini(&script);
	return 0;
}

static int
stop(void **state)
{
	(void)state;
	peer_stop(&peer);
	return 0;
}

/* Fields that make any channel talk to our peer, at a target of the row's own. */
static void
point_at(struct settings *s, const char *name, const char *mark)
{
	char url[256], token[64];
	const struct channel *channel = channel_find(name);
	struct { const char *field, *value; } all[] = {
		{ "webhook", url }, { "url", url }, { "token", token }, { "chat_id", "-1001" },
		{ "topic", "t" }, { "endpoint", url },
	};

	snprintf(url, sizeof(url), strcmp(name, "telegram") == 0 ? "http://127.0.0.1:%d" :
		"http://127.0.0.1:%d/%s/hook/SECRETpath?access_token=SECRETtoken&key=SECRETkey12"
		"&token=SECRETtoken2", peer.port, mark);
	snprintf(token, sizeof(token), "12:%sSECRETbot", mark);
	*s = (struct settings)SETTINGS_INIT;
	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		const struct field *f = field_find(channel->fields, channel->field_count,
			all[i].field);

		if (f)
			settings_set(s, f->name, str_from(all[i].value), field_is_secret(f));
	}
}

#define TEXT(lit) { lit, sizeof(lit) - 1 }

static const struct part some_part = { .number = 1, .of = 1,
	.body = TEXT("{\"msgtype\":\"markdown\",\"markdown\":{\"title\":\"T\","
		"\"text\":\"hello\"}}"),
	.content_type = "application/json; charset=utf-8", .kind = "markdown" };

static void
answers(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct row *r = &rows[i];
		struct settings settings;
		struct outcome o;
		char mark[32];

		snprintf(mark, sizeof(mark), "row%zu_", i);
		point_at(&settings, r->channel, mark);
		channel_send(r->channel, &settings, &some_part, &o);
		if (o.state != r->state || o.class != r->class || o.retry_max != r->retry_max ||
			o.retry_after_s != r->retry_after_s || o.api_code != r->api_code ||
			!strstr(o.message, r->message) || !strstr(o.advice, r->advice))
			fail_msg("row %zu %s %s: %s %s after %g max %d api %ld '%s' '%s'", i,
				r->channel, r->answer, outcome_state_name(o.state),
				outcome_class_name(o.class), o.retry_after_s, o.retry_max,
				o.api_code, o.message, o.advice);
		if (strcmp(r->channel, "dingtalk") != 0 || !strstr(r->answer, "SECRETwifi"))
			assert_null(strstr(o.message, "SECRET"));
		assert_null(strstr(o.advice, "SECRET"));
		outcome_fini(&o);
		settings_fini(&settings);
	}
}

/* Nobody listens: nothing was sent, and it may be sent again. */
static void
refused_connection(void **state)
{
	static const char *const names[] = { "dingtalk", "lark", "wecom", "teams", "slack",
		"discord", "telegram", "ntfy", "googlechat", "webhook" };
	int port = peer.port;

	(void)state;
	peer.port = 1;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct settings settings;
		struct outcome o;

		point_at(&settings, names[i], "x");
		channel_send(names[i], &settings, &some_part, &o);
		assert_int_equal(o.state, OUTCOME_DEFERRED);
		assert_int_equal(o.class, CLASS_TRANSPORT);
		assert_int_equal(o.retry_max, 3);
		assert_non_null(strstr(o.message, "127.0.0.1"));
		assert_null(strstr(o.message, "SECRET"));
		settings_fini(&settings);
	}
	peer.port = port;
}

/* Plain http beyond this machine is refused unless the destination says so. */
static void
plain_http(void **state)
{
	struct settings settings = SETTINGS_INIT;
	struct outcome o;

	(void)state;
	settings_set(&settings, "webhook",
		STR("http://bot.example.invalid/send?access_token=SECRETtoken"), true);
	channel_send("dingtalk", &settings, &some_part, &o);
	assert_int_equal(o.state, OUTCOME_REJECTED);
	assert_non_null(strstr(o.message, "plain http"));
	assert_non_null(strstr(o.advice, "allow_http"));
	settings_set(&settings, "allow_http", STR("true"), false);
	channel_send("dingtalk", &settings, &some_part, &o);
	assert_int_equal(o.state, OUTCOME_DEFERRED); /* only the name is missing now */
	settings_fini(&settings);
}

static void
keyword_is_checked_before_sending(void **state)
{
	static const char *const names[] = { "dingtalk", "lark" };
	struct settings settings;
	struct outcome o;
	cJSON *before, *after;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		before = peer_records(&peer);
		point_at(&settings, names[i], "never_");
		settings_set(&settings, "keywords", STR("sales, markdown"), false);
		channel_send(names[i], &settings, &some_part, &o);
		assert_int_equal(o.state, OUTCOME_REJECTED);
		assert_int_equal(o.class, CLASS_SECURITY_GATE);
		assert_non_null(strstr(o.message, "not sent"));
		after = peer_records(&peer);
		assert_int_equal(cJSON_GetArraySize(before), cJSON_GetArraySize(after));
		settings_fini(&settings);
		cJSON_Delete(before);
		cJSON_Delete(after);
	}
}

/* The signature, recomputed by other code. */
static void
signatures(void **state)
{
	static const struct {
		const char *channel, *judge;
	} all[] = { { "dingtalk", "dingtalk-sign" }, { "lark", "lark-sign" },
		{ "webhook", "webhook-sign" } };
	static const struct part card = { .number = 1, .of = 1,
		.body = TEXT("{\"msg_type\":\"interactive\",\"card\":{\"schema\":\"2.0\"}}"),
		.content_type = "application/json; charset=utf-8" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		const char *words[] = { all[i].judge, "SEC+/=demo0123456789", NULL };
		struct settings settings;
		struct outcome o;
		cJSON *records;
		char *line;

		point_at(&settings, all[i].channel, "sign_");
		settings_set(&settings, "secret", STR("SEC+/=demo0123456789"), true);
		channel_send(all[i].channel, &settings, i == 1 ? &card : &some_part, &o);
		records = peer_records(&peer);
		line = cJSON_PrintUnformatted(
			cJSON_GetArrayItem(records, cJSON_GetArraySize(records) - 1));
		judge(str_from(line), words);
		cJSON_free(line);
		cJSON_Delete(records);
		settings_fini(&settings);
	}
}

static const char *
header_of(const cJSON *request, const char *name)
{
	const cJSON *pair;

	cJSON_ArrayForEach(pair, cJSON_GetObjectItem(request, "headers"))
		if (strcasecmp(cJSON_GetArrayItem(pair, 0)->valuestring, name) == 0)
			return cJSON_GetArrayItem(pair, 1)->valuestring;
	return "";
}

/* What goes on the wire besides the body. */
static void
requests(void **state)
{
	static const struct {
		const char *channel, *mark, *target;
	} all[] = {
		{ "dingtalk", "w1_",
				"/w1_/hook/SECRETpath?access_token=SECRETtoken&key=SECRETkey12&"
			"token=SECRETtoken2" },
		{ "discord", "w2_",
				"/w2_/hook/SECRETpath?access_token=SECRETtoken&key=SECRETkey12&"
			"token=SECRETtoken2&wait=true" },
		{ "telegram", "w3_", "/bot12:w3_SECRETbot/sendMessage" },
		{ "googlechat", "w4_",
				"/w4_/hook/SECRETpath?access_token=SECRETtoken&key=SECRETkey12&"
			"token=SECRETtoken2&requestId=0b0f1b7e-0000-4000-8000-000000000001" },
		{ "ntfy", "w5_",
				"/w5_/hook/SECRETpath?access_token=SECRETtoken&key=SECRETkey12&"
			"token=SECRETtoken2" },
		{ "webhook", "w6_",
				"/w6_/hook/SECRETpath?access_token=SECRETtoken&key=SECRETkey12&"
			"token=SECRETtoken2" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		struct settings settings;
		struct outcome o;
		cJSON *records;
		const cJSON *last;

		point_at(&settings, all[i].channel, all[i].mark);
		settings_set(&settings, "headers", STR("X-One: 1\nX-Two: 2"), true);
		channel_send(all[i].channel, &settings, &some_part, &o);
		records = peer_records(&peer);
		last = cJSON_GetArrayItem(records, cJSON_GetArraySize(records) - 1);
		assert_string_equal(cJSON_GetObjectItem(last, "target")->valuestring,
			all[i].target);
		assert_string_equal(cJSON_GetObjectItem(last, "method")->valuestring, "POST");
		assert_string_equal(cJSON_GetObjectItem(last, "body")->valuestring,
			some_part.body.p);
		assert_string_equal(header_of(last, "Content-Type"),
			"application/json; charset=utf-8");
		if (strcmp(all[i].channel, "ntfy") == 0)
			assert_string_equal(header_of(last, "Authorization"),
				"Bearer 12:w5_SECRETbot");
		if (strcmp(all[i].channel, "webhook") == 0) {
			assert_string_equal(header_of(last, "Idempotency-Key"),
				"0b0f1b7e-0000-4000-8000-000000000001");
			assert_string_equal(header_of(last, "X-One"), "1");
			assert_string_equal(header_of(last, "X-Two"), "2");
		}
		cJSON_Delete(records);
		settings_fini(&settings);
	}
}

static void
webhook_success_test(void **state)
{
	static const struct {
		const char *success, *status, *answer;
		enum outcome_state state;
	} tests[] = {
		{ "$.code == 0", "", "\"json\":{\"code\":0}", ACC },
		{ "$.code == 0", "", "\"json\":{\"code\":1}", REJ },
		{ "$.code == 0", "", "\"json\":{}", REJ },
		{ "$.code == 0", "", BODY("text"), REJ },
		{ "$.a.b[1] == \"x\"", "", "\"json\":{\"a\":{\"b\":[1,\"x\"]}}", ACC },
		{ "$.status != \"error\"", "", "\"json\":{\"status\":\"fine\"}", ACC },
		{ "$.status != \"error\"", "", "\"json\":{\"status\":\"error\"}", REJ },
		{ "", "404", STATUS(404) BODY(""), ACC },
		{ "", "202", BODY(""), REJ },
	};
	struct buf script = BUF_INIT;
	struct peer other;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(tests); i++)
		buf_addf(&script, "%s{%s}", i ? "," : "[", tests[i].answer);
	buf_addc(&script, ']');
	peer_start(&other, "peer_http.py", buf_text(&script), NULL);
	buf_fini(&script);
	for (size_t i = 0; i < ARRAY_LEN(tests); i++) {
		struct settings settings = SETTINGS_INIT;
		struct outcome o;
		char url[64];

		snprintf(url, sizeof(url), "http://127.0.0.1:%d/", other.port);
		settings_set(&settings, "url", str_from(url), true);
		settings_set(&settings, "success", str_from(tests[i].success), false);
		settings_set(&settings, "success_status", str_from(tests[i].status), false);
		channel_send("webhook", &settings, &some_part, &o);
		if (o.state != tests[i].state)
			fail_msg("%zu: %s %s", i, outcome_state_name(o.state), o.message);
		settings_fini(&settings);
	}
	peer_stop(&other);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers),
		cmocka_unit_test(refused_connection),
		cmocka_unit_test(plain_http),
		cmocka_unit_test(keyword_is_checked_before_sending),
		cmocka_unit_test(signatures),
		cmocka_unit_test(requests),
		cmocka_unit_test(webhook_success_test),
	};

	return cmocka_run_group_tests_name("channel_send", tests, start, stop);
}
