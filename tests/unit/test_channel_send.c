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
	/* every HTTP channel: transport */
	{ "dingtalk", "\"do\":\"close\"", UNK, CLASS_AMBIGUOUS, -1, 0, 0, "", "arrived" },
	{ "slack", "\"do\":\"reset\"", UNK, CLASS_AMBIGUOUS, -1, 0, 0, "", "arrived" },
	{ "webhook", "\"do\":\"half\"," BODY("0123456789"), UNK, CLASS_AMBIGUOUS, -1, 0, 0, "",
		"" },
	{ "webhook", "\"do\":\"half\"," STATUS(400) BODY("0123456789"), REJ, CLASS_CONTENT, -1, 0,
		0, "", "" },
	{ "webhook", "\"do\":\"half\"," STATUS(504) BODY("0123456789"), UNK, CLASS_AMBIGUOUS, -1, 0,
		0, "", "" },
	{ "dingtalk", "\"do\":\"endless\"", REJ, CLASS_SERVER, -1, 0, 0, "xxx", "" },
	{ "dingtalk", BODY("<html>Log in to SECRETwifi</html>"), REJ, CLASS_SERVER, -1, 0, 0,
		"<html>", "between" },
	/* the statuses, with webhook */
	{ "webhook", BODY("anything"), ACC, CLASS_NONE, -1, 0, 0, "", "" },
	{ "webhook", STATUS(204) BODY(""), ACC, CLASS_NONE, -1, 0, 0, "", "" },
	{ "webhook", STATUS(302) "\"headers\":{\"Location\":\"http://127.0.0.1/x\"}", REJ,
		CLASS_CONTENT, -1, 0, 0, "", "redirect" },
	{ "webhook", STATUS(400) BODY("no"), REJ, CLASS_CONTENT, -1, 0, 0, "no", "" },
	{ "webhook", STATUS(401) BODY(""), REJ, CLASS_AUTH, -1, 0, 0, "HTTP 401", "token" },
	{ "webhook", STATUS(404) BODY(""), REJ, CLASS_TARGET_GONE, -1, 0, 0, "", "URL" },
	{ "webhook", STATUS(408) BODY(""), DEF, CLASS_SERVER, -1, 3, 0, "", "" },
	{ "webhook", STATUS(413) BODY(""), REJ, CLASS_SIZE, -1, 0, 0, "", "rows" },
	{ "webhook", STATUS(418) BODY(""), REJ, CLASS_CONTENT, -1, 0, 0, "", "" },
	{ "webhook", STATUS(425) BODY(""), DEF, CLASS_SERVER, -1, 3, 0, "", "" },
	{ "webhook", STATUS(429) "\"headers\":{\"Retry-After\":\"2\"}", DEF, CLASS_RATE, 2, 3, 0,
		"", "pace" },
	{ "webhook", STATUS(429) "\"headers\":{\"Retry-After\":\"86400\"}", DEF, CLASS_RATE, 900, 3,
		0, "", "" },
	{ "webhook", STATUS(429) "\"headers\":{\"Retry-After\":\"Thu, 01 Jan 2026 00:00:00 GMT\"}",
		DEF, CLASS_RATE, 0, 3, 0, "", "" },
	{ "webhook", STATUS(429) BODY(""), DEF, CLASS_RATE, -1, 3, 0, "", "" },
	{ "webhook", STATUS(500) BODY(""), DEF, CLASS_SERVER, -1, 3, 0, "", "" },
	{ "webhook", STATUS(501) BODY(""), REJ, CLASS_SERVER, -1, 0, 0, "", "" },
	{ "webhook", STATUS(502) BODY(""), UNK, CLASS_AMBIGUOUS, -1, 0, 0, "", "arrived" },
	{ "webhook", STATUS(503) "\"headers\":{\"Retry-After\":\"7\"}", DEF, CLASS_SERVER, 7, 3, 0,
		"", "" },
	{ "webhook", STATUS(504) BODY(""), UNK, CLASS_AMBIGUOUS, -1, 0, 0, "", "" },
	/* dingtalk: 1.8 */
	{ "dingtalk", DING(0, "ok"), ACC, CLASS_NONE, -1, 0, 0, "", "" },
	{ "dingtalk", "\"json\":{\"errcode\":\"0\"}", ACC, CLASS_NONE, -1, 0, 0, "", "" },
	{ "dingtalk", "\"json\":{\"ok\":true}", REJ, CLASS_SERVER, -1, 0, 0, "errcode", "webhook" },
	{ "dingtalk", DING(310000,
		"keywords not in content, more: [https://open.dingtalk.com/x?a=SECRETpath]"), REJ,
		CLASS_SECURITY_GATE, -1, 0, 310000, "keywords not in content", "keyword" },
	{ "dingtalk", DING(310000, "关键词不匹配"), REJ, CLASS_SECURITY_GATE, -1, 0, 310000,
		"关键词", "keyword" },
	{ "dingtalk", DING(310000, "invalid timestamp"), REJ, CLASS_SECURITY_GATE, -1, 0, 310000,
		"", "clock" },
	{ "dingtalk", DING(310000, "sign not match"), REJ, CLASS_SECURITY_GATE, -1, 0, 310000, "",
		"secret" },
	{ "dingtalk", DING(310000, "ip 1.2.3.4 not in whitelist"), REJ, CLASS_SECURITY_GATE, -1, 0,
		310000, "", "IP list" },
	{ "dingtalk", DING(310000, "something new"), REJ, CLASS_SECURITY_GATE, -1, 0, 310000, "",
		"security" },
	{ "dingtalk", DING(130101, "send too fast, exceed 20 times per minute"), DEF, CLASS_RATE,
		600, 0, 130101, "", "10 minutes" },
	{ "dingtalk", DING(410100, "too fast"), DEF, CLASS_RATE, 600, 0, 410100, "", "" },
	{ "dingtalk", DING(-1, "busy"), DEF, CLASS_SERVER, -1, 3, -1, "", "busy" },
	{ "dingtalk", DING(300005, "token is not exist"), REJ, CLASS_AUTH, -1, 0, 300005, "",
		"access_token" },
	{ "dingtalk", DING(400102, "x"), REJ, CLASS_TARGET_GONE, -1, 0, 400102, "", "enable" },
	{ "dingtalk", DING(460101, "x"), REJ, CLASS_SIZE, -1, 0, 460101, "", "20,000" },
	{ "dingtalk", DING(430102, "x"), REJ, CLASS_CONTENT, -1, 0, 430102, "", "filter" },
	{ "dingtalk", DING(999999, "what"), REJ, CLASS_CONTENT, -1, 0, 999999, "what", "" },
	/* lark: 2.8 */
	{ "lark", "\"json\":{\"StatusCode\":0,\"StatusMessage\":\"success\"}", ACC, CLASS_NONE, -1,
		0, 0, "", "" },
	{ "lark",
		"\"json\":{\"StatusCode\":0,\"StatusMessage\":\"success\",\"code\":0,\"data\":{},"
		"\"msg\":\"success\"}",
		ACC, CLASS_NONE, -1, 0, 0, "", "" },
	{ "lark", "\"json\":{\"StatusCode\":0,\"code\":19001,\"msg\":\"param invalid\"}", REJ,
		CLASS_TARGET_GONE, -1, 0, 19001, "", "" },
	{ "lark", STATUS(400) LARK(9499, "too many request"), DEF, CLASS_RATE, 5, 3, 9499,
		"too many", "" },
	{ "lark", STATUS(400) LARK(9499, "Bad Request"), REJ, CLASS_CONTENT, -1, 0, 9499, "Bad",
		"" },
	{ "lark", LARK(11232, "frequency limited"), DEF, CLASS_RATE, 5, 3, 11232, "", "rate" },
	{ "lark", LARK(230099,
		"Failed to create card content, ext=ErrCode: 11310; ErrMsg: card table "
		"number over limit; "), REJ, CLASS_CONTENT, -1, 0, 230099, "11310", "five "
		"tables" },
	{ "lark", "\"headers\":{\"X-Tt-Logid\":\"2026ABC\"}," LARK(19022, "Ip Not Allowed"), REJ,
		CLASS_SECURITY_GATE, -1, 0, 19022, "Ip Not Allowed (log id 2026ABC)", "IP list" },
	{ "lark", LARK(19021,
		"sign match fail or timestamp is not within one hour from current time"), REJ,
		CLASS_SECURITY_GATE, -1, 0, 19021, "", "clock" },
	{ "lark", LARK(19024, "Key Words Not Found"), REJ, CLASS_SECURITY_GATE, -1, 0, 19024, "",
		"keyword" },
	{ "lark", LARK(19036, "x"), REJ, CLASS_SIZE, -1, 0, 19036, "", "" },
	{ "lark", STATUS(500) BODY("oops"), DEF, CLASS_SERVER, -1, 3, 0, "oops", "" },
	{ "lark", BODY("<html>"), REJ, CLASS_SERVER, -1, 0, 0, "", "" },
	/* wecom: 3.4 */
	{ "wecom", DING(0, "Warning: wrong json format."), ACC, CLASS_NONE, -1, 0, 0, "", "" },
	{ "wecom", DING(45009, "api freq out of limit"), DEF, CLASS_RATE, 60, 3, 45009, "", "20" },
	{ "wecom", DING(45033, "x"), DEF, CLASS_RATE, 3, 3, 45033, "", "" },
	{ "wecom", DING(40058, "markdown.content exceed max length 4096. hint: [1]"), REJ,
		CLASS_SIZE, -1, 0, 40058, "4096", "split" },
	{ "wecom", DING(40058, "invalid Request Parameter"), REJ, CLASS_CONTENT, -1, 0, 40058, "",
		"" },
	{ "wecom", DING(93000, "invalid webhook url"), REJ, CLASS_TARGET_GONE, -1, 0, 93000, "",
		"key" },
	{ "wecom", DING(-1, "system busy"), DEF, CLASS_SERVER, -1, 3, -1, "", "" },
	/* teams: 4.4 */
	{ "teams", STATUS(202) BODY(""), QUE, CLASS_NONE, -1, 0, 0, "", "run history" },
	{ "teams", BODY("1"), ACC, CLASS_NONE, -1, 0, 0, "", "" },
	{ "teams",
		BODY("Webhook message delivery failed with error: Microsoft Teams endpoint "
		"returned HTTP error 429 with ContextId x"), DEF, CLASS_RATE, -1, 3, 429, "429",
		"" },
	{ "teams",
		BODY("Webhook message delivery failed with error: Microsoft Teams endpoint "
		"returned HTTP error 413"), REJ, CLASS_SIZE, -1, 0, 413, "", "" },
	{ "teams", STATUS(429) "\"headers\":{\"Retry-After\":\"11\"}", DEF, CLASS_RATE, 11, 3, 0,
		"", "" },
	{ "teams", STATUS(401) BODY("DirectApiAuthorizationRequired"), REJ, CLASS_AUTH, -1, 0, 0,
		"Direct", "Anyone" },
	{ "teams", STATUS(404) BODY(""), REJ, CLASS_TARGET_GONE, -1, 0, 0, "", "flow" },
	{ "teams", STATUS(502) BODY("NoResponse"), UNK, CLASS_AMBIGUOUS, -1, 0, 0, "", "" },
	/* slack: 6 */
	{ "slack", BODY("ok"), ACC, CLASS_NONE, -1, 0, 0, "", "" },
	{ "slack", BODY("<html>"), REJ, CLASS_SERVER, -1, 0, 0, "", "" },
	{ "slack", STATUS(400) BODY("invalid_blocks"), REJ, CLASS_CONTENT, -1, 0, 0,
		"invalid_blocks", "block" },
	{ "slack", STATUS(404) BODY("no_service"), REJ, CLASS_TARGET_GONE, -1, 0, 0, "",
		"webhook" },
	{ "slack", STATUS(410) BODY("channel_is_archived"), REJ, CLASS_TARGET_GONE, -1, 0, 0, "",
		"archived" },
	{ "slack", STATUS(403) BODY("invalid_token"), REJ, CLASS_AUTH, -1, 0, 0, "", "copy" },
	{ "slack", STATUS(429) "\"headers\":{\"Retry-After\":\"30\"}," BODY("rate_limited"), DEF,
		CLASS_RATE, 30, 3, 0, "", "" },
	{ "slack", STATUS(500) BODY("rollup_error"), DEF, CLASS_SERVER, -1, 3, 0, "", "" },
	/* discord: 7 */
	{ "discord", "\"json\":{\"id\":\"1\"}", ACC, CLASS_NONE, -1, 0, 0, "", "" },
	{ "discord", STATUS(204) BODY(""), ACC, CLASS_NONE, -1, 0, 0, "", "" },
	{ "discord",
		STATUS(400) "\"json\":{\"code\":50035,\"message\":\"Invalid Form Body\","
		"\"errors\":{\"content\":{\"_errors\":[{\"code\":\"BASE_TYPE_MAX_LENGTH\"}]}}}",
		REJ, CLASS_SIZE, -1, 0, 50035, "BASE_TYPE", "2,000" },
	{ "discord",
		STATUS(400) "\"json\":{\"code\":50006,\"message\":\"Cannot send an empty "
		"message\"}", REJ, CLASS_CONTENT, -1, 0, 50006, "", "empty" },
	{ "discord", STATUS(404) "\"json\":{\"code\":10015,\"message\":\"Unknown Webhook\"}", REJ,
		CLASS_TARGET_GONE, -1, 0, 10015, "", "new one" },
	{ "discord",
		STATUS(429) "\"json\":{\"message\":\"You are being rate limited.\","
		"\"retry_after\":0.65,\"global\":false}", DEF, CLASS_RATE, 0.65, 3, 0, "rate "
		"limited", "" },
	/* telegram: 8 */
	{ "telegram", "\"json\":{\"ok\":true,\"result\":{}}", ACC, CLASS_NONE, -1, 0, 0, "", "" },
	{ "telegram",
		STATUS(429) "\"json\":{\"ok\":false,\"error_code\":429,\"description\":\"Too "
		"Many Requests: retry after 5\",\"parameters\":{\"retry_after\":5}}", DEF,
		CLASS_RATE, 5, 3, 429, "Too Many", "" },
	{ "telegram",
		STATUS(400) "\"json\":{\"ok\":false,\"error_code\":400,\"description\":\"Bad "
		"Request: chat not found\"}", REJ, CLASS_TARGET_GONE, -1, 0, 400, "", "chat_id" },
	{ "telegram",
		STATUS(400) "\"json\":{\"ok\":false,\"error_code\":400,\"description\":\"Bad "
		"Request: group chat was upgraded to a supergroup chat\","
		"\"parameters\":{\"migrate_to_chat_id\":-100987}}", REJ, CLASS_TARGET_GONE, -1,
		0, 400, "", "chat_id=-100987" },
	{ "telegram",
		STATUS(400) "\"json\":{\"ok\":false,\"error_code\":400,\"description\":\"Bad "
		"Request: message is too long\"}", REJ, CLASS_SIZE, -1, 0, 400, "", "split" },
	{ "telegram",
		STATUS(401) "\"json\":{\"ok\":false,\"error_code\":401,"
		"\"description\":\"Unauthorized\"}", REJ, CLASS_AUTH, -1, 0, 401, "", "BotFather" },
	{ "telegram",
		STATUS(403) "\"json\":{\"ok\":false,\"error_code\":403,"
		"\"description\":\"Forbidden: bot was kicked\"}", REJ, CLASS_TARGET_GONE, -1, 0,
		403, "", "" },
	{ "telegram", STATUS(502) BODY("bad gateway"), UNK, CLASS_AMBIGUOUS, -1, 0, 0, "", "" },
	/* ntfy: 9 */
	{ "ntfy", "\"json\":{\"id\":\"x\",\"event\":\"message\"}", ACC, CLASS_NONE, -1, 0, 0, "",
		"" },
	{ "ntfy",
		STATUS(429) "\"json\":{\"code\":42901,\"http\":429,\"error\":\"limit reached: "
		"too many requests\",\"link\":\"https://ntfy.sh/docs\"}", DEF, CLASS_RATE, -1, 3,
		42901, "limit reached", "5 seconds" },
	{ "ntfy",
		STATUS(429) "\"json\":{\"code\":42908,\"http\":429,\"error\":\"limit reached: "
		"daily\"}", DEF, CLASS_RATE, 900, 0, 42908, "", "day" },
	{ "ntfy", STATUS(401) "\"json\":{\"code\":40101,\"http\":401,\"error\":\"unauthorized\"}",
		REJ, CLASS_AUTH, -1, 0, 40101, "", "token" },
	{ "ntfy", STATUS(413) "\"json\":{\"code\":41303,\"http\":413,\"error\":\"too large\"}", REJ,
		CLASS_SIZE, -1, 0, 41303, "", "" },
	/* google chat: 10 */
	{ "googlechat", "\"json\":{\"name\":\"spaces/x\"}", ACC, CLASS_NONE, -1, 0, 0, "", "" },
	{ "googlechat",
		STATUS(429) "\"json\":{\"error\":{\"code\":429,\"message\":\"Resource has been "
		"exhausted\",\"status\":\"RESOURCE_EXHAUSTED\"}}", DEF, CLASS_RATE, -1, 3, 0,
		"exhausted", "" },
	{ "googlechat", STATUS(404) "\"json\":{\"error\":{\"code\":404,\"message\":\"gone\"}}", REJ,
		CLASS_TARGET_GONE, -1, 0, 0, "gone", "" },
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
