/* SPDX-License-Identifier: MIT */
/* What the channels make of a document: payloads, budgets, splits (channels.md 13 and
 * 16, tests 18 and 20). Hostile values: test_channel_neutral.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "src/base/utf8.h"
#include "tests/unit/lib_channel.h"

/* Each channel with the least it needs. */
static const struct {
	const char *name;
	const char *words[6];
	size_t hard_limit; /* of `measured` */
	size_t most_rows;  /* in one part; 0: any */
} channels[] = {
	{ "dingtalk", { "webhook=https://o.example/robot/send?access_token=x" }, 20000, 0 },
	{ "dingtalk", { "webhook=https://o.example/robot/send?access_token=x", "tables=list" },
		20000, 0 },
	{ "lark", { "webhook=https://o.example/open-apis/bot/v2/hook/x" }, 20000, 0 },
	{ "wecom", { "webhook=https://o.example/send?key=x" }, 4096, 0 },
	{ "wecom", { "webhook=https://o.example/send?key=x", "dialect=markdown" }, 4096, 0 },
	{ "wecom", { "webhook=https://o.example/send?key=x", "dialect=text" }, 2048, 0 },
	{ "teams", { "webhook=https://o.example/workflows/x" }, 20000, 0 },
	{ "teams", { "webhook=https://o.example/workflows/x", "tables=list" }, 20000, 0 },
	{ "slack", { "webhook=https://o.example/services/x" }, 12000, 99 },
	{ "discord", { "webhook=https://o.example/api/webhooks/1/x" }, 2000, 0 },
	{ "telegram", { "token=1:x", "chat_id=-1" }, 4096, 0 },
	{ "googlechat", { "webhook=https://o.example/v1/spaces/x/messages?key=k&token=t" }, 32000,
		0 },
	{ "ntfy", { "topic=t" }, 4096, 0 },
};

static void
compose(struct fixture *f)
{
	if (!lib_compose(f))
		fail_msg("%s", f->err.msg);
}

/* All strings of a JSON text under keys that hold what is read, one after another. */
static void
collect_texts(const cJSON *json, struct buf *to)
{
	static const char *const keys[] = { "text", "content", "message", "title", "display_name" };

	for (size_t i = 0; cJSON_IsString(json) && i < ARRAY_LEN(keys); i++)
		if (json->string && (strcmp(json->string, keys[i]) == 0 ||
				(json->string[0] == 'c' && json->string[1] >= '0' &&
					json->string[1] <= '9'))) {
			buf_adds(to, json->valuestring);
			buf_addc(to, '\n');
			break;
		}
	for (const cJSON *child = json ? json->child : NULL; child; child = child->next)
		collect_texts(child, to);
}

static cJSON *
parse(const struct part *part)
{
	struct err err = ERR_INIT;
	cJSON *json = json_parse(part->body, &err);

	if (!json)
		fail_msg("%s: %s", err.msg, part->body.p);
	return json;
}

/* --- payloads ----------------------------------------------------------------- */

static void
dingtalk_payload(void **state)
{
	static const char *const words[] = { "webhook=https://o.example/send?access_token=x",
		"at_mobiles=13800000000", "at_user_ids=zhang, li", NULL };
	static const char *const mobiles[] = { "13900000000", "13800000000" };
	struct settings settings;
	struct caught caught;
	struct fixture f;

	(void)state;
	lib_sales(&f);
	struct block blocks[] = { { .kind = BLOCK_MARKDOWN, .text = "Total **41**" },
		lib_sales_table(), { .kind = BLOCK_EMAIL_BODY, .text = "never in a chat" } };
	lib_blocks(&f, blocks, 3);
	f.push.mentions.mobiles = (struct name_list){ (const char **)mobiles, 2 };
	compose(&f);
	channel_settings(&settings, "dingtalk", words);
	channel_build("dingtalk", &f.doc, &settings, &caught);
	assert_int_equal(caught.count, 1);
	assert_string_equal(caught.list[0].body.p,
		"{\"msgtype\":\"markdown\",\"markdown\":{\"title\":\"Sales 20240102\",\"text\":"
		"\"#### Sales 20240102\\n\\nTotal **41**\\n\\n"
		"| id | Department | Revenue | Change |\\n| ---: | --- | ---: | ---: |\\n"
		"| 1 | Dept. 1 | 11000 | -1000 CNY ▼ |\\n| 2 | Dept. 2 | 20000 | -1000 CNY ▼ |\\n"
		"| 3 | Dept. 3 | 10000 | 5000 CNY |\\n\\n"
		"@13900000000 @13800000000 @zhang @li\"},"
		"\"at\":{\"atMobiles\":[\"13900000000\",\"13800000000\"],"
		"\"atUserIds\":[\"zhang\",\"li\"],\"isAtAll\":false}}");
	assert_int_equal(caught.list[0].measured, caught.list[0].body.len);
	assert_int_equal(caught.list[0].rows, 3);
	caught_fini(&caught);
	settings_set(&settings, "at_all", STR("true"), false);
	channel_build("dingtalk", &f.doc, &settings, &caught);
	assert_non_null(strstr(caught.list[0].body.p,
		"\"at\":{\"atMobiles\":[],\"atUserIds\":[],\"isAtAll\":true}}"));
	assert_null(strstr(caught.list[0].body.p, "@zhang"));
	caught_fini(&caught);
	settings_fini(&settings);
	lib_fini(&f);
}

/* A last paragraph of links as buttons: one, several; what is none stays text. The
 * document is left as it was. */
static void
dingtalk_buttons(void **state)
{
	static const char *const words[] = { "webhook=https://o.example/send?access_token=x",
		"buttons=links", "at_mobiles=138", NULL };
	static const struct {
		const char *text, *has, *lacks;
		size_t parts;
	} cases[] = {
		{ "Hi :smile:\n\n[Open **it**](<https://o.example/a b>)",
			"{\"msgtype\":\"actionCard\",\"actionCard\":{\"title\":\"T\",\"text\":"
			"\"#### T\\n\\nHi :smile:\"", "](", 2 },
		{ "Hi\n\n[Open](https://o.example/)",
			"\"singleTitle\":\"Open\",\"singleURL\":\"https://o.example/\"}}", "](", 2 },
		{ "Hi\n\n[A](https://o.example/1)\n[B](dingtalk://dingtalkclient/page/link?url=x)",
			"\"btnOrientation\":\"0\",\"btns\":[{\"title\":\"A\",\"actionURL\":"
			"\"https://o.example/1\"},{\"title\":\"B\",\"actionURL\":"
			"\"dingtalk://dingtalkclient/page/link?url=x\"}]}}", "](", 2 },
		{ "Hi\n\n[A](https://o.example/1) and more", "\"msgtype\":\"markdown\"",
			"actionCard", 1 },
		{ "Hi\n\n[A](javascript:alert(1))", "\"msgtype\":\"markdown\"", "javascript", 1 },
		{ "Hi", "\"msgtype\":\"markdown\"", "actionCard", 1 },
	};
	struct settings settings;

	(void)state;
	channel_settings(&settings, "dingtalk", words);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct caught caught;
		struct fixture f;

		lib_plain(&f);
		struct block blocks[] = { { .kind = BLOCK_MARKDOWN, .text = cases[i].text } };
		lib_blocks(&f, blocks, 1);
		compose(&f);
		for (int again = 0; again < 2; again++) {
			channel_build("dingtalk", &f.doc, &settings, &caught);
			if (caught.count != cases[i].parts ||
				!strstr(caught.list[0].body.p, cases[i].has) ||
				strstr(caught.list[0].body.p, cases[i].lacks))
				fail_msg("case %zu, %zu parts: %s", i, caught.count,
					caught.list[0].body.p);
			if (caught.count == 2)
				assert_string_equal(caught.list[1].body.p, "{\"msgtype\":\"text\","
					"\"text\":{\"content\":\"T\\n\\n@138\"},\"at\":{\"atMobiles\":"
					"[\"138\"],\"atUserIds\":[],\"isAtAll\":false}}");
			caught_fini(&caught);
		}
		lib_fini(&f);
	}
	settings_fini(&settings);
}

/* The text that mentions passes the robot's keywords as the card does. */
static void
dingtalk_buttons_with_keyword(void **state)
{
	static const char *const words[] = { "webhook=https://o.example/send?access_token=x",
		"buttons=links", "at_all=true", "keywords=日报, sales", NULL };
	struct settings settings;
	struct caught caught;
	struct fixture f;

	(void)state;
	lib_plain(&f);
	struct block blocks[] = { { .kind = BLOCK_MARKDOWN,
		.text = "The 日报\n\n[Open](https://o.example/)" } };
	lib_blocks(&f, blocks, 1);
	compose(&f);
	channel_settings(&settings, "dingtalk", words);
	channel_build("dingtalk", &f.doc, &settings, &caught);
	assert_int_equal(caught.count, 2);
	assert_non_null(strstr(caught.list[1].body.p, "\"content\":\"T 日报\""));
	assert_non_null(strstr(caught.list[1].body.p, "\"isAtAll\":true"));
	caught_fini(&caught);
	settings_fini(&settings);
	lib_fini(&f);
}

/* dataworks.md 2.5: the vector of a coloured cell. */
static void
lark_payload(void **state)
{
	static const char *const words[] = { "webhook=https://o.example/bot/v2/hook/x",
		"at_all=true", "at_user_ids=ou_1", NULL };
	struct settings settings;
	struct caught caught;
	struct fixture f;
	cJSON *json, *card, *elements, *table;

	(void)state;
	lib_sales(&f);
	struct block blocks[] = { { .kind = BLOCK_MARKDOWN, .text = "Total **41**" },
		lib_sales_table() };
	lib_blocks(&f, blocks, 2);
	compose(&f);
	channel_settings(&settings, "lark", words);
	channel_build("lark", &f.doc, &settings, &caught);
	json = parse(&caught.list[0]);
	card = cJSON_GetObjectItem(json, "card");
	assert_string_equal(cJSON_GetObjectItem(json, "msg_type")->valuestring, "interactive");
	assert_string_equal(cJSON_GetObjectItem(card, "schema")->valuestring, "2.0");
	elements = cJSON_GetObjectItem(cJSON_GetObjectItem(card, "body"), "elements");
	assert_int_equal(cJSON_GetArraySize(elements), 3);
	table = cJSON_GetArrayItem(elements, 1);
	assert_string_equal(cJSON_GetObjectItem(table, "tag")->valuestring, "table");
	assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(table, "columns")), 4);
	assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(table, "rows")), 3);
	assert_string_equal(cJSON_GetObjectItem(cJSON_GetArrayItem(
		cJSON_GetObjectItem(table, "rows"), 0), "c3")->valuestring,
		"<font color='red'>-1000 CNY</font> ▼");
	assert_string_equal(cJSON_GetObjectItem(cJSON_GetArrayItem(
		cJSON_GetObjectItem(table, "columns"), 3), "data_type")->valuestring, "lark_md");
	assert_string_equal(cJSON_GetObjectItem(cJSON_GetArrayItem(
		cJSON_GetObjectItem(table, "columns"), 1), "data_type")->valuestring, "text");
	assert_string_equal(cJSON_GetObjectItem(cJSON_GetArrayItem(elements, 2),
		"content")->valuestring, "<at id=all></at> <at id=ou_1></at>");
	cJSON_Delete(json);
	caught_fini(&caught);
	settings_fini(&settings);
	lib_fini(&f);
}

static void
wecom_mentions(void **state)
{
	static const char *const words[] = { "webhook=01234567-89ab-cdef-0123-456789abcdef",
		"mentioned_list=@all", NULL };
	struct settings settings;
	struct caught caught;
	struct fixture f;

	(void)state;
	lib_sales(&f);
	struct block blocks[] = { lib_sales_table() };
	lib_blocks(&f, blocks, 1);
	compose(&f);
	channel_settings(&settings, "wecom", words);
	channel_build("wecom", &f.doc, &settings, &caught);
	assert_int_equal(caught.count, 2);
	assert_int_equal(caught.list[0].of, 2);
	assert_string_equal(caught.list[1].body.p, "{\"msgtype\":\"text\",\"text\":{\"content\":"
		"\"Sales 20240102\",\"mentioned_list\":[\"@all\"],\"mentioned_mobile_list\":[]}}");
	caught_fini(&caught);
	settings_set(&settings, "dialect", STR("text"), false);
	channel_build("wecom", &f.doc, &settings, &caught);
	assert_int_equal(caught.count, 1);
	assert_non_null(strstr(caught.list[0].body.p, "\"mentioned_list\":[\"@all\"]"));
	caught_fini(&caught);
	settings_fini(&settings);
	lib_fini(&f);
}

static void
teams_payload(void **state)
{
	static const char *const words[] = { "webhook=https://o.example/workflows/x",
		"mentions=Ann B <ann@example.com>, bob@example.com", NULL };
	struct settings settings;
	struct caught caught;
	struct fixture f;
	cJSON *json, *content, *body, *cell;

	(void)state;
	lib_sales(&f);
	struct block blocks[] = { { .kind = BLOCK_MARKDOWN, .text = "Total **41**" },
		lib_sales_table() };
	lib_blocks(&f, blocks, 2);
	compose(&f);
	channel_settings(&settings, "teams", words);
	channel_build("teams", &f.doc, &settings, &caught);
	json = parse(&caught.list[0]);
	content = cJSON_GetObjectItem(cJSON_GetArrayItem(cJSON_GetObjectItem(json, "attachments"),
		0), "content");
	body = cJSON_GetObjectItem(content, "body");
	assert_int_equal(cJSON_GetArraySize(body), 4);
	assert_string_equal(cJSON_GetObjectItem(content, "version")->valuestring, "1.5");
	cell = cJSON_GetObjectItem(cJSON_GetArrayItem(body, 2), "rows");
	assert_int_equal(cJSON_GetArraySize(cell), 4);
	cell = cJSON_GetArrayItem(cJSON_GetObjectItem(cJSON_GetArrayItem(cell, 1), "cells"), 3);
	assert_string_equal(cJSON_GetObjectItem(cell, "style")->valuestring, "attention");
	cell = cJSON_GetArrayItem(cJSON_GetObjectItem(cell, "items"), 0);
	cell = cJSON_GetArrayItem(cJSON_GetObjectItem(cell, "inlines"), 0);
	assert_string_equal(cJSON_GetObjectItem(cell, "text")->valuestring, "-1000 CNY ▼");
	assert_string_equal(cJSON_GetObjectItem(cell, "color")->valuestring, "attention");
	assert_string_equal(cJSON_GetObjectItem(cJSON_GetArrayItem(body, 3), "text")->valuestring,
		"<at>Ann B</at> <at>bob</at>");
	assert_non_null(strstr(caught.list[0].body.p, "{\"type\":\"mention\",\"text\":"
		"\"<at>Ann B</at>\",\"mentioned\":{\"id\":\"ann@example.com\",\"name\":\"Ann "
		"B\"}}"));
	cJSON_Delete(json);
	caught_fini(&caught);
	settings_fini(&settings);
	lib_fini(&f);
}

/* A table that needs several cards goes as a list, unless tables are asked for. */
static void
teams_compact(void **state)
{
	enum { ROWS = 100 };
	static const char *const words[] = { "webhook=https://o.example/workflows/x", NULL };
	static const struct {
		const char *tables;
		size_t rows, parts;
		const char *version;
	} cases[] = { { "auto", 20, 1, "1.5" }, { "auto", ROWS, 1, "1.2" }, { "list", 20, 1, "1.2" },
		{ "table", ROWS, 4, "1.5" } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *rows[ROWS];
		struct settings settings;
		struct caught caught;
		struct fixture f;
		char version[32];

		for (size_t r = 0; r < ROWS; r++)
			rows[r] = "1|East|11000|ok|more";
		lib_plain(&f);
		lib_result(&f.results[0], "q1", "id:int,name:text,sum:int,state:text,more:text",
			rows, cases[i].rows);
		f.list[0] = &f.results[0];
		f.inputs[0].result_count = 1;
		struct block blocks[] = { { .kind = BLOCK_TABLE, .text = "" } };
		lib_blocks(&f, blocks, 1);
		compose(&f);
		channel_settings(&settings, "teams", words);
		settings_set(&settings, "tables", str_from(cases[i].tables), false);
		channel_build("teams", &f.doc, &settings, &caught);
		snprintf(version, sizeof(version), "\"version\":\"%s\"", cases[i].version);
		if (caught.count != cases[i].parts || !strstr(caught.list[0].body.p, version))
			fail_msg("%s: %zu parts: %.200s", cases[i].tables, caught.count,
				caught.list[0].body.p);
		caught_fini(&caught);
		settings_fini(&settings);
		lib_fini(&f);
	}
}

/* URLs that Microsoft switched off are refused with what to do. */
static void
teams_retired(void **state)
{
	static const char *const cases[][3] = {
		{ "https://x.webhook.office.com/webhookb2/a@b/IncomingWebhook/c/d", "connector",
			"Workflows" },
		{ "https://outlook.office.com/webhook/a@b/IncomingWebhook/c/d", "connector",
			"Workflows" },
		{ "https://prod-12.westeurope.logic.azure.com:443/workflows/x/triggers/manual/paths/"
		  "invoke?api-version=2016-06-01&sig=s", "first kind", "copy its new URL" },
		{ "https://e.01.environment.api.powerplatform.com:443/powerautomate/automations/"
		  "direct/workflows/x/triggers/manual/paths/invoke?api-version=1&sig=s", "", "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct settings s = SETTINGS_INIT;
		struct err err = ERR_INIT;

		settings_set(&s, "webhook", str_from(cases[i][0]), true);
		assert_int_equal(channel_settings_check(channel_find("teams"), &s, &err),
			!cases[i][1][0]);
		assert_non_null(strstr(err.msg, cases[i][1]));
		assert_non_null(strstr(err.hint, cases[i][2]));
		settings_fini(&s);
	}
}

static void
webhook_template(void **state)
{
	static const char *const words[] = { "url=https://o.example/x",
		"body={\"msg\": ${title}, \"both\": \"say ${title}: ${run}\", \"t\": ${tables}, "
		"\"d\": ${business_date}, \"text\": ${markdown}}", NULL };
	struct settings settings;
	struct caught caught;
	struct fixture f;
	cJSON *json;

	(void)state;
	lib_sales(&f);
	f.push.title = "A \"title\"";
	struct block blocks[] = { { .kind = BLOCK_MARKDOWN, .text = "Total **41**" },
		lib_sales_table() };
	lib_blocks(&f, blocks, 2);
	compose(&f);
	channel_settings(&settings, "webhook", words);
	channel_build("webhook", &f.doc, &settings, &caught);
	json = parse(&caught.list[0]);
	assert_string_equal(cJSON_GetObjectItem(json, "msg")->valuestring, "A \"title\"");
	assert_string_equal(cJSON_GetObjectItem(json, "both")->valuestring,
		"say A \"title\": run-1");
	assert_string_equal(cJSON_GetObjectItem(json, "d")->valuestring, "2024-01-02");
	assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(cJSON_GetObjectItem(json,
		"t")->child, "rows")), 3);
	cJSON_Delete(json);
	caught_fini(&caught);
	settings_remove(&settings, "body");
	channel_build("webhook", &f.doc, &settings, &caught);
	json = parse(&caught.list[0]);
	assert_string_equal(cJSON_GetObjectItem(json, "report")->valuestring, "daily-sales");
	cJSON_Delete(json);
	caught_fini(&caught);
	settings_fini(&settings);
	lib_fini(&f);
}

/* The message itself in place of JSON. */
static void
webhook_formats(void **state)
{
	static const char *const words[] = { "url=https://o.example/x", NULL };
	static const char *const cases[][3] = {
		{ "csv", "text/csv; charset=utf-8", "id,Department,Revenue,Change\r\n1,Dept. 1," },
		{ "markdown", "text/markdown; charset=utf-8", "| 1 | Dept. 1 | 11000 |" },
		{ "html", "text/html; charset=utf-8", "</html>" },
		{ "text", "text/plain; charset=utf-8", "Dept. 1" },
	};
	struct fixture f;

	(void)state;
	lib_sales(&f);
	struct block blocks[] = { { .kind = BLOCK_MARKDOWN, .text = "Total **41**" },
		lib_sales_table() };
	lib_blocks(&f, blocks, 2);
	compose(&f);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct settings settings;
		struct caught caught;

		channel_settings(&settings, "webhook", words);
		settings_set(&settings, "format", str_from(cases[i][0]), false);
		channel_build("webhook", &f.doc, &settings, &caught);
		assert_int_equal(caught.count, 1);
		assert_string_equal(caught.list[0].content_type, cases[i][1]);
		assert_int_equal(caught.list[0].rows, 3);
		if (!strstr(caught.list[0].body.p, cases[i][2]))
			fail_msg("%s: %s", cases[i][0], caught.list[0].body.p);
		caught_fini(&caught);
		settings_fini(&settings);
	}
	lib_fini(&f);
}

static void
webhook_template_is_no_csv(void **state)
{
	struct settings s = SETTINGS_INIT;
	struct err err = ERR_INIT;

	(void)state;
	settings_set(&s, "url", STR("https://o.example/x"), true);
	settings_set(&s, "format", STR("csv"), false);
	assert_true(channel_settings_check(channel_find("webhook"), &s, &err));
	settings_set(&s, "body", STR("{\"a\": ${title}}"), false);
	assert_false(channel_settings_check(channel_find("webhook"), &s, &err));
	assert_non_null(strstr(err.msg, "body"));
	settings_fini(&s);
}

static void
webhook_template_is_checked(void **state)
{
	static const char *const bad[][2] = { { "body", "{\"a\": ${titel}}" },
		{ "body", "{\"a\": }" }, { "success", "code == 0" }, { "success", "$.code = 0" },
		{ "success", "$.code == zero" }, { "method", "GET" } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct settings s = SETTINGS_INIT;
		struct err err = ERR_INIT;

		settings_set(&s, "url", STR("https://o.example/x"), true);
		settings_set(&s, bad[i][0], str_from(bad[i][1]), false);
		if (channel_settings_check(channel_find("webhook"), &s, &err))
			fail_msg("%s was taken", bad[i][1]);
		assert_non_null(strstr(err.msg, bad[i][0]));
		settings_fini(&s);
	}
}

/* --- budgets ------------------------------------------------------------------- */

static void
many_rows(struct fixture *f, size_t count, const char **rows)
{
	lib_plain(f);
	f->push.title = "日报 T";
	for (size_t i = 0; i < count; i++)
		rows[i] = xasprintf("%zu|名称 %zu|%zu.50|ok-%zu|12345678", i + 1, i, i * 7, i);
	lib_result(&f->results[0], "q1", "id:int,name:text,sum:decimal,state:text,more:text", rows,
		count);
	for (size_t i = 0; i < count; i++)
		free((char *)rows[i]);
	f->list[0] = &f->results[0];
	f->inputs[0].result_count = 1;
}

/* Many parts are told, with the time that the bot takes to say them. */
static void
check_told(const struct document *doc, const char *channel, size_t count,
	const struct settings *settings)
{
	struct err err = ERR_INIT;
	double refill_s, seconds;
	char parts[32], time[32];
	const char *told = "";
	int burst;

	for (size_t i = 0; i < doc->warning_count; i++)
		if (strcmp(doc->warnings[i].code, "W_PARTS") == 0)
			told = doc->warnings[i].message;
	assert_true(channel_pace(channel_find(channel), settings, &burst, &refill_s, &err));
	seconds = ((double)count - burst) * refill_s;
	snprintf(parts, sizeof(parts), " %zu parts", count);
	snprintf(time, sizeof(time), "about %.0f s", seconds);
	if (!strstr(told, parts) || (seconds >= 1 && !strstr(told, time)))
		fail_msg("%s, %zu parts, %.1f s: %s", channel, count, seconds, told);
}

/* 10,000 rows: every part within its limit, valid, numbered; every row there, once
 * and in order; the header in each part. */
static void
ten_thousand_rows(void **state)
{
	enum { ROWS = 10000 };
	const char **rows = xcalloc(ROWS, sizeof(*rows));
	struct fixture f;

	(void)state;
	many_rows(&f, ROWS, rows);
	f.push.blocks = NULL;
	struct block blocks[] = { { .kind = BLOCK_MARKDOWN, .text = "Intro" },
		{ .kind = BLOCK_TABLE, .text = "" } };
	lib_blocks(&f, blocks, 2);
	compose(&f);
	for (size_t i = 0; i < ARRAY_LEN(channels); i++) {
		struct settings settings;
		struct caught caught;
		size_t next = 0, seen = 0;

		channel_settings(&settings, channels[i].name, channels[i].words);
		channel_build(channels[i].name, &f.doc, &settings, &caught);
		assert_true(caught.count > 5);
		check_told(&f.doc, channels[i].name, caught.count, &settings);
		for (size_t p = 0; p < caught.count; p++) {
			const struct part *part = &caught.list[p];
			struct buf text = BUF_INIT;
			cJSON *json = parse(part);
			char number[32], mark[32];

			collect_texts(json, &text);
			cJSON_Delete(json);
			if (part->measured > channels[i].hard_limit)
				fail_msg("%s: part of %zu", channels[i].name, part->measured);
			assert_true(utf8_is_valid(part->body));
			assert_int_equal(part->number, p + 1);
			assert_int_equal(part->of, caught.count);
			snprintf(number, sizeof(number), "(%zu/%zu)", p + 1, caught.count);
			assert_non_null(strstr(part->title.p, number));
			assert_non_null(strstr(buf_text(&text), "(")); /* in the text too */
			if (channels[i].most_rows)
				assert_true(part->rows <= channels[i].most_rows);
			for (size_t r = 0; r < part->rows; r++) {
				/* the row's own mark stands once in this part */
				snprintf(mark, sizeof(mark), "ok-%zu", next++);
				if (!strstr(buf_text(&text), mark))
					fail_msg("%s: %s is not in part %zu", channels[i].name,
						mark, p + 1);
			}
			if (part->rows > 0)
				assert_non_null(strstr(buf_text(&text), "state"));
			seen += part->rows;
			buf_fini(&text);
		}
		if (seen != ROWS)
			fail_msg("%s: %zu rows in %zu parts", channels[i].name, seen, caught.count);
		caught_fini(&caught);
		settings_fini(&settings);
	}
	lib_fini(&f);
	free(rows);
}

/* One row after the other: at no size is a part above its limit or a character cut. */
static void
border_of_the_budget(void **state)
{
	struct fixture f;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(channels); i++) {
		const struct channel *channel = channel_find(channels[i].name);
		size_t base = channels[i].hard_limit > 5000 ? channel->budget : 1900;

		for (size_t n = base / 3 - 130; n < base / 3 + 30; n += 8) {
			struct buf text = BUF_INIT;
			struct settings settings;
			struct caught caught;

			buf_add_repeat(&text, "中", n);
			for (size_t k = 0; k < n % 5; k++)
				buf_addc(&text, '"');
			lib_plain(&f);
			struct block blocks[] = { { .kind = BLOCK_MARKDOWN,
				.text = buf_text(&text) } };
			lib_blocks(&f, blocks, 1);
			compose(&f);
			channel_settings(&settings, channels[i].name, channels[i].words);
			channel_build(channels[i].name, &f.doc, &settings, &caught);
			for (size_t p = 0; p < caught.count; p++) {
				cJSON_Delete(parse(&caught.list[p]));
				assert_true(utf8_is_valid(caught.list[p].body));
				assert_true(caught.list[p].measured <= channels[i].hard_limit);
			}
			caught_fini(&caught);
			settings_fini(&settings);
			lib_fini(&f);
			buf_fini(&text);
		}
	}
}

static void
too_large_may_fail(void **state)
{
	enum { ROWS = 3000 };
	const char **rows = xcalloc(ROWS, sizeof(*rows));
	struct fixture f;

	(void)state;
	many_rows(&f, ROWS, rows);
	struct block blocks[] = { { .kind = BLOCK_TABLE, .text = "" } };
	lib_blocks(&f, blocks, 1);
	f.task.oversize = OVERSIZE_FAIL;
	compose(&f);
	for (size_t i = 0; i < ARRAY_LEN(channels); i++) {
		struct settings settings;
		struct caught caught = { .sink = { caught_part } };
		struct err err = ERR_INIT;

		channel_settings(&settings, channels[i].name, channels[i].words);
		assert_false(channel_find(channels[i].name)->build(&f.doc, &settings, &caught.sink,
			&err));
		assert_int_equal(err.code, ERR_LIMIT);
		assert_int_equal(caught.count, 0);
		settings_fini(&settings);
	}
	f.task.oversize = OVERSIZE_TRUNCATE;
	compose(&f);
	for (size_t i = 0; i < ARRAY_LEN(channels); i++) {
		struct settings settings;
		struct caught caught;

		channel_settings(&settings, channels[i].name, channels[i].words);
		channel_build(channels[i].name, &f.doc, &settings, &caught);
		if (caught.count != 1 || !strstr(caught.list[0].body.p, "3,000"))
			fail_msg("%s: %zu parts, %s", channels[i].name, caught.count,
				strstr(caught.list[0].body.p, "3,000") ? "" : "no note");
		assert_true(caught.list[0].measured <= channels[i].hard_limit);
		cJSON_Delete(parse(&caught.list[0]));
		caught_fini(&caught);
		settings_fini(&settings);
	}
	lib_fini(&f);
	free(rows);
}

/* A row that fits nowhere: its longest cell is shortened, and the message says so. */
static void
huge_row(void **state)
{
	struct buf row = BUF_INIT;
	const char *rows[1];
	struct fixture f;

	(void)state;
	buf_adds(&row, "1|");
	buf_add_repeat(&row, "长\"x", 12000);
	buf_adds(&row, "|end");
	rows[0] = buf_text(&row);
	lib_plain(&f);
	lib_result(&f.results[0], "q1", "id:int,long:text,last:text", rows, 1);
	f.list[0] = &f.results[0];
	f.inputs[0].result_count = 1;
	struct block blocks[] = { { .kind = BLOCK_TABLE, .text = "" } };
	lib_blocks(&f, blocks, 1);
	compose(&f);
	for (size_t i = 0; i < ARRAY_LEN(channels); i++) {
		struct settings settings;
		struct caught caught;

		channel_settings(&settings, channels[i].name, channels[i].words);
		channel_build(channels[i].name, &f.doc, &settings, &caught);
		assert_true(caught.list[0].measured <= channels[i].hard_limit);
		cJSON_Delete(parse(&caught.list[0]));
		if (!strstr(caught.list[0].body.p, "…") || !strstr(caught.list[0].body.p, "end"))
			fail_msg("%s: %s", channels[i].name, caught.list[0].body.p);
		caught_fini(&caught);
		settings_fini(&settings);
	}
	lib_fini(&f);
	buf_fini(&row);
}

/* A dozen tables: no card has more than five, none is lost. */
static void
lark_five_tables(void **state)
{
	static const char *const words[] = { "webhook=https://o.example/bot/v2/hook/x", NULL };
	struct buf text = BUF_INIT;
	struct settings settings;
	struct caught caught;
	struct fixture f;
	int all = 0;

	(void)state;
	for (int i = 0; i < 6; i++)
		buf_addf(&text, "| a | b |\n| --- | --- |\n| %d | x |\n\ntext\n\n", i);
	lib_sales(&f);
	struct block blocks[7] = { { .kind = BLOCK_MARKDOWN, .text = buf_text(&text) } };
	for (int i = 1; i < 7; i++)
		blocks[i] = lib_sales_table();
	lib_blocks(&f, blocks, 7);
	compose(&f);
	channel_settings(&settings, "lark", words);
	channel_build("lark", &f.doc, &settings, &caught);
	assert_int_equal(caught.count, 3);
	for (size_t p = 0; p < caught.count; p++) {
		int tables = 0;

		for (const char *at = caught.list[p].body.p; (at = strstr(at, "| --- | --- |")); at++)
			tables++;
		for (const char *at = caught.list[p].body.p; (at = strstr(at, "\"tag\":\"table\""));
			at++)
			tables++;
		assert_in_range(tables, 1, 5);
		all += tables;
	}
	assert_int_equal(all, 12);
	caught_fini(&caught);
	settings_fini(&settings);
	lib_fini(&f);
	buf_fini(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dingtalk_payload),
		cmocka_unit_test(dingtalk_buttons),
		cmocka_unit_test(dingtalk_buttons_with_keyword),
		cmocka_unit_test(lark_payload),
		cmocka_unit_test(wecom_mentions),
		cmocka_unit_test(teams_payload),
		cmocka_unit_test(teams_compact),
		cmocka_unit_test(teams_retired),
		cmocka_unit_test(webhook_template),
		cmocka_unit_test(webhook_formats),
		cmocka_unit_test(webhook_template_is_no_csv),
		cmocka_unit_test(webhook_template_is_checked),
		cmocka_unit_test(ten_thousand_rows),
		cmocka_unit_test(border_of_the_budget),
		cmocka_unit_test(too_large_may_fail),
		cmocka_unit_test(huge_row),
		cmocka_unit_test(lark_five_tables),
	};

	return cmocka_run_group_tests_name("channel_build", tests, NULL, NULL);
}
