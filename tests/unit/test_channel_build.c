/* SPDX-License-Identifier: MIT */
/* What the channels make of a document: payloads, budgets, splits, hostile values
 * (channels.md 12, 13 and 16, tests 18 to 20). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "src/base/utf8.h"
#include "src/content/markdown.h"
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

/* --- hostile values -------------------------------------------------------------- */

static const char *const hostile[] = {
	"a|b", "*bold* **bold**", "_it_ __it__", "`code`", "``` fence", "~~strike~~", "# head",
	"> quote", "- item", "+ item", "1. item", "3) item", "---", "===",
		"[x](javascript:alert(1))",
	"[x](https://evil.example)", "![](https://evil.example/a.png)", "<at id=all></at>",
	"<at user_id=\"all\">all</at>", "<at>Ann</at>", "<@userid>", "<@all>", "<!channel>",
	"<!here>", "<users/all>", "@everyone", "@here", "<font color='red'>x</font>",
	"<font color=\"warning\">x</font>", "<script>alert(1)</script>", "<b>x</b>", "</pre><b>x",
	"<img src=x onerror=alert(1)>", "&lt;b&gt;", "&#42;x&#42;", "\\*x\\*", "\\", "a\\|b",
	"{{DATE(2024-01-01T00:00:00Z)}}", "${date}", "x\" onmouseover=\"y", "1_000_000", "a*b*c",
	"https://evil.example", "<https://evil.example>", "\xE2\x80\xAE" "evil",
		"a\xE2\x80\xA8" "b",
	":tada:", "||spoiler||", "$x^2$", "\"}],\"at\":{\"isAtAll\":true}", "'; DROP TABLE x; --",
	"a`b", "`` ` ``", "[^1]", "- [x] task", "    code", "<!-- c -->", "<?php ?>", "&nbsp;",
};

/* What a parser of the channel must not find in what came from data. */
static bool
forbidden(enum md_kind kind, bool in_cell)
{
	switch ((int)kind) {
	case MD_LINK:
	case MD_IMAGE:
	case MD_EMPH:
	case MD_STRONG:
	case MD_STRIKE:
	case MD_CODE:
	case MD_HTML_BLOCK:
	case MD_HTML_INLINE:
		return true;
	case MD_HEADING:
	case MD_QUOTE:
	case MD_LIST:
	case MD_CODE_BLOCK:
	case MD_RULE:
		return in_cell;
	default:
		return false;
	}
}

static const struct md_node *
find_forbidden(const struct md_node *node, bool in_cell)
{
	for (const struct md_node *n = node; n; n = n->next) {
		const struct md_node *found;

		if (forbidden(n->kind, in_cell))
			return n;
		found = find_forbidden(n->first, in_cell || n->kind == MD_CELL);
		if (found)
			return found;
	}
	return NULL;
}

static int
count_cells(const struct md_node *node, int rows[2])
{
	for (const struct md_node *n = node; n; n = n->next) {
		rows[0] += n->kind == MD_ROW;
		rows[1] += n->kind == MD_CELL;
		count_cells(n->first, rows);
	}
	return rows[1];
}

/* Bare URLs become links by themselves everywhere; they show what they are. */
static bool
is_bare_url(const struct md_node *n)
{
	struct buf text = BUF_INIT, url = BUF_INIT;
	bool same;

	if (n->kind != MD_LINK || !n->first || n->first->kind != MD_TEXT)
		return false;
	text_plain(&text, &n->first->text);
	text_plain(&url, &n->url);
	same = strstr(buf_text(&url), buf_text(&text)) != NULL;
	buf_fini(&text);
	buf_fini(&url);
	return same;
}

/* The text read by cmark as the client's Markdown: `blocks` of kinds that are ours. */
static void
check_markdown(const char *channel, const char *value, const char *text, int rows, int cells)
{
	struct arena arena = ARENA_INIT;
	struct span span = { str_from(text), false };
	struct text source = { &span, 1 };
	struct err err = ERR_INIT;
	struct md_node *root = markdown_parse(&arena, &source, &err);
	const struct md_node *bad;
	int counted[2] = { 0, 0 };

	assert_non_null(root);
	bad = find_forbidden(root->first, false);
	if (bad && !is_bare_url(bad))
		fail_msg("%s: value '%s' acts (%d): %s", channel, value, (int)bad->kind, text);
	count_cells(root->first, counted);
	if (rows && (counted[0] != rows || counted[1] != cells))
		fail_msg("%s: value '%s' makes %d rows of %d cells: %s", channel, value, counted[0],
			counted[1], text);
	arena_fini(&arena);
}

static void
refuse_words(const char *channel, const char *value, const char *text, const char *const *words)
{
	for (; *words; words++)
		if (strstr(text, *words))
			fail_msg("%s: value '%s' leaves %s in: %s", channel, value, *words, text);
}

static const char *
text_at(const cJSON *json, const char *a, const char *b)
{
	const cJSON *item = cJSON_GetObjectItem(json, a);

	if (b)
		item = cJSON_GetObjectItem(item, b);
	assert_true(cJSON_IsString(item));
	return item->valuestring;
}

static void
check_dingtalk(const char *value, const cJSON *json)
{
	static const char *const words[] = { "<", ">", "![", "](", NULL };
	const char *text = text_at(json, "markdown", "text");

	check_markdown("dingtalk", value, text, 2, 6);
	refuse_words("dingtalk", value, text, words);
	assert_true(cJSON_IsFalse(cJSON_GetObjectItem(cJSON_GetObjectItem(json, "at"), "isAtAll")));
}

static void
check_lark(const char *value, const cJSON *json)
{
	static const char *const words[] = { "<", ">", "](", "**", "`", NULL };
	const cJSON *elements = cJSON_GetObjectItem(cJSON_GetObjectItem(cJSON_GetObjectItem(json,
		"card"), "body"), "elements"), *e;

	assert_true(cJSON_GetArraySize(elements) >= 2);
	cJSON_ArrayForEach(e, elements)
		if (strcmp(text_at(e, "tag", NULL), "markdown") == 0) {
			check_markdown("lark", value, text_at(e, "content", NULL), 0, 0);
			refuse_words("lark", value, text_at(e, "content", NULL), words);
		}
}

static void
check_wecom(const char *value, const cJSON *json)
{
	static const char *const words[] = { "<", "[", "`", NULL };

	refuse_words("wecom", value, text_at(json, "markdown", "content"), words);
}

static void
check_wecom_v2(const char *value, const cJSON *json)
{
	static const char *const words[] = { "<", "![", "](", NULL };
	const char *text = text_at(json, "markdown_v2", "content");

	check_markdown("wecom_v2", value, text, 2, 6);
	refuse_words("wecom_v2", value, text, words);
}

static void
refuse_in_all(const char *channel, const char *value, const cJSON *json, const char *const *words)
{
	if (cJSON_IsString(json))
		refuse_words(channel, value, json->valuestring, words);
	for (const cJSON *child = json->child; child; child = child->next)
		refuse_in_all(channel, value, child, words);
}

static void
check_teams(const char *value, const cJSON *json)
{
	static const char *const words[] = { "{{", NULL };
	const cJSON *body = cJSON_GetObjectItem(cJSON_GetObjectItem(cJSON_GetArrayItem(
		cJSON_GetObjectItem(json, "attachments"), 0), "content"), "body"), *e;

	refuse_in_all("teams", value, json, words);
	assert_null(cJSON_GetObjectItem(cJSON_GetObjectItem(cJSON_GetObjectItem(cJSON_GetArrayItem(
		cJSON_GetObjectItem(json, "attachments"), 0), "content"), "msteams"), "entities"));
	cJSON_ArrayForEach(e, body)
		if (strcmp(text_at(e, "type", NULL), "TextBlock") == 0) {
			/* Teams reads no HTML; cmark would. */
			char *text = xstrdup(text_at(e, "text", NULL));

			for (char *p = text; *p; p++)
				if (*p == '<' || *p == '&')
					*p = 'x';
			check_markdown("teams", value, text, 0, 0);
			free(text);
		}
}

static void
check_slack(const char *value, const cJSON *json)
{
	static const char *const words[] = { "<", ">", NULL };
	const cJSON *e;

	refuse_words("slack", value, text_at(json, "text", NULL), words);
	cJSON_ArrayForEach(e, cJSON_GetObjectItem(json, "blocks"))
		if (strcmp(text_at(e, "type", NULL), "section") == 0)
			refuse_words("slack", value, text_at(e, "text", "text"), words);
}

static void
check_discord(const char *value, const cJSON *json)
{
	const cJSON *allowed = cJSON_GetObjectItem(json, "allowed_mentions");
	const char *text = text_at(json, "content", NULL), *fence = strstr(text, "\n```\n");
	char *before;

	assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(allowed, "parse")), 0);
	assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(allowed, "users")), 0);
	assert_non_null(fence);
	before = xstrndup(strchr(text, '\n'), (size_t)(fence - strchr(text, '\n')));
	check_markdown("discord", value, before, 0, 0);
	free(before);
	fence = strstr(fence + 5, "```");
	assert_non_null(fence);
	if (fence[3] != '\0')
		fail_msg("discord: value '%s' ends the code block: %s", value, text);
}

static void
check_telegram(const char *value, const cJSON *json)
{
	static const char *const ours[] = { "<b>", "</b>", "<pre>", "</pre>" };
	const char *text = text_at(json, "text", NULL);
	int tags = 0;

	for (const char *p = text; (p = strchr(p, '<')); p++, tags++) {
		bool known = false;

		for (size_t i = 0; i < ARRAY_LEN(ours); i++)
			known |= strncmp(p, ours[i], strlen(ours[i])) == 0;
		if (!known)
			fail_msg("telegram: value '%s' is a tag: %s", value, text);
	}
	if (tags != 4)
		fail_msg("telegram: value '%s' makes %d tags: %s", value, tags, text);
}

static void
check_googlechat(const char *value, const cJSON *json)
{
	static const char *const words[] = { "<", NULL };

	refuse_words("googlechat", value, text_at(json, "text", NULL), words);
}

static void
check_ntfy(const char *value, const cJSON *json)
{
	(void)value;
	assert_null(cJSON_GetObjectItem(json, "markdown")); /* plain: nothing can act */
}

static const struct {
	const char *name;
	const char *words[4];
	void (*check)(const char *value, const cJSON *json);
} victims[] = {
	{ "dingtalk", { "webhook=https://o.example/send?access_token=x" }, check_dingtalk },
	{ "lark", { "webhook=https://o.example/hook/x" }, check_lark },
	{ "wecom", { "webhook=https://o.example/send?key=x", "dialect=markdown" }, check_wecom },
	{ "wecom", { "webhook=https://o.example/send?key=x" }, check_wecom_v2 },
	{ "teams", { "webhook=https://o.example/x" }, check_teams },
	{ "slack", { "webhook=https://o.example/x" }, check_slack },
	{ "discord", { "webhook=https://o.example/x" }, check_discord },
	{ "telegram", { "token=1:x", "chat_id=1" }, check_telegram },
	{ "googlechat", { "webhook=https://o.example/x?key=k&token=t" }, check_googlechat },
	{ "ntfy", { "topic=t" }, check_ntfy },
};

static void
hostile_values(void **state)
{
	(void)state;
	for (size_t h = 0; h < ARRAY_LEN(hostile); h++) {
		struct column columns[] = { { .name = STR("id"), .kind = VALUE_INT },
			{ .name = STR("evil"), .kind = VALUE_TEXT },
			{ .name = STR("last"), .kind = VALUE_TEXT } };
		struct value values[] = { { VALUE_INT, STR("1") },
			{ VALUE_TEXT, str_from(hostile[h]) }, { VALUE_TEXT, STR("last") } };
		struct fixture f;

		lib_plain(&f);
		f.push.title = "T ${evil}";
		f.results[0] = (struct result)RESULT_INIT;
		f.results[0].name = STR("q1");
		result_set_columns(&f.results[0], columns, ARRAY_LEN(columns));
		assert_true(result_add_row(&f.results[0], values, &f.err));
		f.list[0] = &f.results[0];
		f.inputs[0].result_count = 1;
		struct block blocks[] = { { .kind = BLOCK_MARKDOWN,
			.text = "Value: ${evil} end\n\n${evil}" }, { .kind = BLOCK_TABLE,
				.text = "" } };
		lib_blocks(&f, blocks, 2);
		compose(&f);
		for (size_t v = 0; v < ARRAY_LEN(victims); v++) {
			struct settings settings;
			struct caught caught;
			cJSON *json;

			channel_settings(&settings, victims[v].name, victims[v].words);
			channel_build(victims[v].name, &f.doc, &settings, &caught);
			json = parse(&caught.list[0]);
			assert_true(utf8_is_valid(caught.list[0].body));
			assert_null(strstr(caught.list[0].body.p, "\xE2\x80\xAE"));
			victims[v].check(hostile[h], json);
			cJSON_Delete(json);
			caught_fini(&caught);
			settings_fini(&settings);
		}
		lib_fini(&f);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dingtalk_payload),
		cmocka_unit_test(dingtalk_buttons),
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
		cmocka_unit_test(hostile_values),
	};

	return cmocka_run_group_tests_name("channel_build", tests, NULL, NULL);
}
