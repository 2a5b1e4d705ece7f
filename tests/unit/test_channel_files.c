/* SPDX-License-Identifier: MIT */
/* Pictures that lie in a file and what oversize "attach" leaves out of a message: which
 * parts they become, and what each channel is sent (channels.md 2.7, 3.2, 7 to 9). */
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

#define PNG "\x89PNG\r\n\x1a\n" "some pixels\xFF\x00\r\n--x"
#define PNG_LEN (sizeof(PNG) - 1)

static char picture_path[64];

static int
make_picture(void **state)
{
	int fd;

	(void)state;
	snprintf(picture_path, sizeof(picture_path), "%s", "/tmp/dp-picture-XXXXXX");
	fd = mkstemp(picture_path);
	return fd < 0 || write(fd, PNG, PNG_LEN) != (ssize_t)PNG_LEN || close(fd);
}

static int
remove_picture(void **state)
{
	(void)state;
	return unlink(picture_path);
}

/* --- parts ---------------------------------------------------------------------- */

static const struct {
	const char *name;
	const char *words[6];
	bool takes_pictures, takes_files;
} channels[] = {
	{ "dingtalk", { "webhook=https://o.example/send?access_token=x" }, false, false },
	{ "lark", { "webhook=https://o.example/open-apis/bot/v2/hook/x" }, false, false },
	{ "lark", { "webhook=https://o.example/open-apis/bot/v2/hook/x", "app_id=cli_1",
		"app_secret=s" }, true, false },
	{ "wecom", { "webhook=https://o.example/send?key=x" }, true, true },
	{ "wecom", { "webhook=https://o.example/send?key=x", "dialect=text" }, true, true },
	{ "teams", { "webhook=https://o.example/workflows/x" }, false, false },
	{ "slack", { "webhook=https://o.example/services/x" }, false, false },
	{ "discord", { "webhook=https://o.example/api/webhooks/1/x" }, true, true },
	{ "telegram", { "token=1:x", "chat_id=-1" }, true, true },
	{ "googlechat", { "webhook=https://o.example/v1/spaces/x/messages?key=k&token=t" }, false,
		false },
	{ "ntfy", { "topic=t" }, true, true },
};

static bool
has_warning(const struct document *doc, const char *code)
{
	for (size_t i = 0; i < doc->warning_count; i++)
		if (strcmp(doc->warnings[i].code, code) == 0)
			return true;
	return false;
}

/* WeCom's picture is JSON with base64 and MD5 of the very file. */
static void
check_wecom_picture(const struct part *part)
{
	struct buf base64 = BUF_INIT, hex = BUF_INIT;
	struct str bytes = { PNG, PNG_LEN };
	struct err err = ERR_INIT;
	unsigned char md5[16];
	const cJSON *image;
	cJSON *json;

	base64_add(&base64, bytes);
	assert_true(digest_md5(bytes, md5, &err));
	hex_add(&hex, (struct str){ (char *)md5, 16 });
	json = json_parse(part->body, &err);
	image = cJSON_GetObjectItem(json, "image");
	assert_string_equal(cJSON_GetObjectItem(json, "msgtype")->valuestring, "image");
	assert_string_equal(cJSON_GetObjectItem(image, "base64")->valuestring, buf_text(&base64));
	assert_string_equal(cJSON_GetObjectItem(image, "md5")->valuestring, buf_text(&hex));
	cJSON_Delete(json);
	buf_fini(&base64);
	buf_fini(&hex);
}

static void
pictures(void **state)
{
	struct fixture f;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(channels); i++) {
		struct settings settings;
		struct caught caught;
		const struct part *last;

		lib_plain(&f);
		struct block blocks[] = { { .kind = BLOCK_MARKDOWN, .text = "Before" },
			{ .kind = BLOCK_IMAGE, .text = "", .path = picture_path, .url = "",
				.alt = "a chart" } };
		lib_blocks(&f, blocks, 2);
		assert_true(lib_compose(&f));
		channel_settings(&settings, channels[i].name, channels[i].words);
		channel_build(channels[i].name, &f.doc, &settings, &caught);
		last = &caught.list[caught.count - 1];
		if (caught.count != (channels[i].takes_pictures ? 2 : 1) ||
			has_warning(&f.doc, "W_IMAGE") == channels[i].takes_pictures)
			fail_msg("%s: %zu parts", channels[i].name, caught.count);
		if (channels[i].takes_pictures) {
			assert_string_equal(last->kind, PART_PICTURE);
			assert_string_equal(last->title.p, "a chart");
			assert_int_equal(last->of, 2);
			assert_int_equal(caught.list[0].of, 2);
			assert_null(strstr(caught.list[0].body.p, "(1/2)"));
			if (strcmp(channels[i].name, "wecom") == 0) {
				check_wecom_picture(last);
			} else {
				assert_int_equal(last->body.len, PNG_LEN);
				assert_memory_equal(last->body.p, PNG, PNG_LEN);
				assert_string_equal(last->content_type, "image/png");
			}
		}
		caught_fini(&caught);
		settings_fini(&settings);
		lib_fini(&f);
	}
}

/* A picture that is no picture, too large or not there stops the run, not the preview. */
static void
bad_pictures(void **state)
{
	static const char *const words[] = { "webhook=https://o.example/send?key=x", NULL };
	static const struct {
		const char *content, *error;
		size_t fill;
	} cases[] = {
		{ NULL, "No such file", 0 },
		{ "hello world", "neither PNG", 0 },
		{ "GIF89a", "no GIF", 0 },
		{ "\x89PNG\r\n", "2 MB", ((size_t)2 << 20) + 1 },
	};
	const struct channel *channel = channel_find("wecom");

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char path[] = "/tmp/dp-picture-XXXXXX";
		int fd = mkstemp(path);
		struct settings settings;
		struct caught caught = { .sink = { caught_part } };
		struct fixture f;

		assert_true(fd >= 0);
		if (cases[i].content)
			assert_true(write(fd, cases[i].content, strlen(cases[i].content)) > 0);
		else
			unlink(path);
		if (cases[i].fill)
			assert_int_equal(ftruncate(fd, (off_t)cases[i].fill), 0);
		close(fd);
		lib_plain(&f);
		struct block blocks[] = { { .kind = BLOCK_IMAGE, .text = "", .path = path,
			.url = "", .alt = "" } };
		lib_blocks(&f, blocks, 1);
		assert_true(lib_compose(&f));
		channel_settings(&settings, "wecom", words);
		assert_false(channel->build(&f.doc, &settings, &caught.sink, &f.err));
		if (!strstr(f.err.msg, cases[i].error))
			fail_msg("case %zu: %s", i, f.err.msg);
		assert_int_equal(caught.count, 0);
		err_clear(&f.err);
		f.doc.is_preview = true;
		assert_true(channel->build(&f.doc, &settings, &caught.sink, &f.err));
		assert_true(has_warning(&f.doc, "W_IMAGE"));
		caught_fini(&caught);
		settings_fini(&settings);
		lib_fini(&f);
		unlink(path);
	}
}

enum { ROWS = 3000 };

static void
many_rows(struct fixture *f)
{
	const char **rows = xcalloc(ROWS, sizeof(*rows));

	lib_plain(f);
	for (size_t i = 0; i < ROWS; i++)
		rows[i] = xasprintf("%zu|名称 %zu|=1+%zu", i + 1, i, i);
	lib_result(&f->results[0], "q1", "id:int,name:text,formula:text", rows, ROWS);
	for (size_t i = 0; i < ROWS; i++)
		free((char *)rows[i]);
	free(rows);
	f->list[0] = &f->results[0];
	f->inputs[0].result_count = 1;
	f->task.oversize = OVERSIZE_ATTACH;
}

static size_t
count_lines(struct str text)
{
	size_t lines = 0;

	for (size_t at = 0; (at = str_find(text, STR("\r\n"), at)) != SIZE_MAX; at += 2)
		lines++;
	return lines;
}

/* One message that says how much it shows, and the whole table as a file; where no
 * file can go, the message alone, and a warning. */
static void
attach(void **state)
{
	struct fixture f;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(channels); i++) {
		struct settings settings;
		struct caught caught;
		const struct part *file;

		many_rows(&f);
		struct block blocks[] = { { .kind = BLOCK_MARKDOWN, .text = "Intro" },
			{ .kind = BLOCK_TABLE, .text = "" } };
		lib_blocks(&f, blocks, 2);
		assert_true(lib_compose(&f));
		channel_settings(&settings, channels[i].name, channels[i].words);
		channel_build(channels[i].name, &f.doc, &settings, &caught);
		if (caught.count != (channels[i].takes_files ? 2 : 1) ||
			!strstr(caught.list[0].body.p, "of 3,000 rows") ||
			!strstr(caught.list[0].body.p, "in the file below") ==
				channels[i].takes_files ||
			has_warning(&f.doc, "W_ATTACH") == channels[i].takes_files)
			fail_msg("%s: %zu parts: %.300s", channels[i].name, caught.count,
				caught.list[0].body.p);
		file = &caught.list[caught.count - 1];
		if (channels[i].takes_files) {
			assert_string_equal(file->kind, PART_FILE);
			assert_string_equal(file->title.p, "daily-sales_20240102_1.csv");
			assert_int_equal(count_lines(file->body), ROWS + 1);
			if (!str_starts(file->body, STR("\xEF\xBB\xBFid,name,formula\r\n"
				"1,名称 0,\"'=1+0\"\r\n")))
				fail_msg("%.80s", file->body.p);
		}
		caught_fini(&caught);
		settings_fini(&settings);
		lib_fini(&f);
	}
}

/* What fits needs no file; text that does not fit is attached as Markdown. */
static void
attach_only_what_is_left_out(void **state)
{
	static const char *const words[] = { "webhook=https://o.example/api/webhooks/1/x", NULL };
	struct buf text = BUF_INIT;
	struct settings settings;
	struct caught caught;
	struct fixture f;

	(void)state;
	channel_settings(&settings, "discord", words);
	lib_sales(&f);
	struct block small[] = { lib_sales_table() };
	f.task.oversize = OVERSIZE_ATTACH;
	lib_blocks(&f, small, 1);
	assert_true(lib_compose(&f));
	channel_build("discord", &f.doc, &settings, &caught);
	assert_int_equal(caught.count, 1);
	caught_fini(&caught);
	lib_fini(&f);

	buf_add_repeat(&text, "paragraph of words\n\n", 300);
	lib_plain(&f);
	f.task.oversize = OVERSIZE_ATTACH;
	struct block large[] = { { .kind = BLOCK_MARKDOWN, .text = buf_text(&text) } };
	lib_blocks(&f, large, 1);
	assert_true(lib_compose(&f));
	channel_build("discord", &f.doc, &settings, &caught);
	assert_int_equal(caught.count, 2);
	assert_non_null(strstr(caught.list[0].body.p, "the rest does not fit"));
	assert_string_equal(caught.list[1].title.p, "daily-sales_20240102_1.md");
	assert_true(caught.list[1].body.len >= text.len - 2);
	caught_fini(&caught);
	lib_fini(&f);
	settings_fini(&settings);
	buf_fini(&text);
}

/* --- sending --------------------------------------------------------------------- */

static const struct part csv_part = { .number = 2, .of = 2, .body = { "a,b\r\n1,2\r\n", 10 },
	.content_type = "text/csv; charset=UTF-8", .kind = PART_FILE,
	.title = { "日报_1.csv", 12 } };
static const struct part picture_part = { .number = 2, .of = 2, .body = { PNG, PNG_LEN },
	.content_type = "image/png", .kind = PART_PICTURE, .title = { "a *chart*", 9 } };

/* The request `n` (from 0) as text. */
static char *
request_text(const cJSON *records, int n)
{
	assert_true(n < cJSON_GetArraySize(records));
	return cJSON_PrintUnformatted(cJSON_GetArrayItem(records, n));
}

static void
judge_form(const cJSON *records, int n, const char *const *words)
{
	char *line = request_text(records, n);

	judge(str_from(line), words);
	cJSON_free(line);
}

static const char *
member(const cJSON *records, int n, const char *name)
{
	const cJSON *item = cJSON_GetObjectItem(cJSON_GetArrayItem(records, n), name);

	assert_true(cJSON_IsString(item));
	return item->valuestring;
}

static void
point_at(struct settings *s, const struct peer *peer, const char *field, const char *path)
{
	char url[256];

	*s = (struct settings)SETTINGS_INIT;
	snprintf(url, sizeof(url), "http://127.0.0.1:%d%s", peer->port, path);
	settings_set(s, field, str_from(url), true);
}

static void
wecom_uploads_first(void **state)
{
	static const char *const script =
		"[{\"match\":\"upload_media\",\"json\":{\"errcode\":0,\"errmsg\":\"ok\","
		"\"type\":\"file\",\"media_id\":\"M-1\"}},{\"json\":{\"errcode\":0}}]";
	static const char *const words[] = { "form", "media@日报_1.csv=a,b\r\n1,2\r\n", NULL };
	struct settings settings;
	struct outcome o;
	struct peer peer;
	cJSON *records;

	(void)state;
	peer_start(&peer, "peer_http.py", script, NULL);
	point_at(&settings, &peer, "webhook", "/cgi-bin/webhook/send?key=K");
	channel_send("wecom", &settings, &csv_part, &o);
	assert_int_equal(o.state, OUTCOME_ACCEPTED);
	records = peer_records(&peer);
	assert_int_equal(cJSON_GetArraySize(records), 2);
	assert_string_equal(member(records, 0, "target"),
		"/cgi-bin/webhook/upload_media?key=K&type=file");
	judge_form(records, 0, words);
	assert_string_equal(member(records, 1, "target"), "/cgi-bin/webhook/send?key=K");
	assert_string_equal(member(records, 1, "body"),
		"{\"msgtype\":\"file\",\"file\":{\"media_id\":\"M-1\"}}");
	cJSON_Delete(records);
	settings_fini(&settings);
	peer_stop(&peer);
}

/* An upload that fails sends no message, and may be tried again: nobody saw it. */
static void
wecom_upload_fails(void **state)
{
	static const struct {
		const char *answer;
		enum outcome_state state;
	} cases[] = {
		{ "\"do\":\"close\"", OUTCOME_DEFERRED },
		{ "\"status\":502", OUTCOME_DEFERRED },
		{ "\"json\":{\"errcode\":40006,\"errmsg\":\"invalid size\"}", OUTCOME_REJECTED },
		{ "\"json\":{\"errcode\":45009,\"errmsg\":\"freq\"}", OUTCOME_DEFERRED },
		{ "\"json\":{\"errcode\":0}", OUTCOME_REJECTED },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf script = BUF_INIT;
		struct settings settings;
		struct outcome o;
		struct peer peer;
		cJSON *records;

		buf_addf(&script, "[{\"match\":\"upload_media\",%s},{\"json\":{\"errcode\":0}}]",
			cases[i].answer);
		peer_start(&peer, "peer_http.py", buf_text(&script), NULL);
		point_at(&settings, &peer, "webhook", "/cgi-bin/webhook/send?key=K");
		channel_send("wecom", &settings, &csv_part, &o);
		records = peer_records(&peer);
		if (o.state != cases[i].state || cJSON_GetArraySize(records) != 1)
			fail_msg("case %zu: %s '%s'", i, outcome_state_name(o.state), o.message);
		cJSON_Delete(records);
		settings_fini(&settings);
		peer_stop(&peer);
		buf_fini(&script);
	}
}

#define TOKEN_ANSWER "{\"match\":\"tenant_access_token\",\"json\":{\"code\":0," \
	"\"tenant_access_token\":\"t-SECRET\",\"expire\":7200}}"

static void
lark_settings(struct settings *s, const struct peer *peer, const char *app)
{
	point_at(s, peer, "webhook", "/open-apis/bot/v2/hook/H");
	settings_set(s, "app_id", str_from(app), false);
	settings_set(s, "app_secret", STR("app+secret"), true);
}

/* Token, upload, message; the second group gets the same key without either. */
static void
lark_uploads_once(void **state)
{
	static const char *const script = "[" TOKEN_ANSWER
		",{\"match\":\"im/v1/images\",\"json\":{\"code\":0,\"data\":"
		"{\"image_key\":\"img_v2_1\"}}},{\"json\":{\"code\":0,\"msg\":\"success\"}}]";
	static const char *const words[] = { "form", "image_type=message", "image@picture=pixels",
		NULL };
	struct settings settings;
	struct outcome o;
	struct peer peer;
	cJSON *records;

	(void)state;
	peer_start(&peer, "peer_http.py", script, NULL);
	lark_settings(&settings, &peer, "cli_once");
	for (int i = 0; i < 2; i++) {
		channel_send("lark", &settings, &picture_part, &o);
		assert_int_equal(o.state, OUTCOME_ACCEPTED);
	}
	records = peer_records(&peer);
	assert_int_equal(cJSON_GetArraySize(records), 4);
	assert_string_equal(member(records, 0, "target"),
		"/open-apis/auth/v3/tenant_access_token/internal");
	assert_string_equal(member(records, 0, "body"),
		"{\"app_id\":\"cli_once\",\"app_secret\":\"app+secret\"}");
	judge_form(records, 1, words);
	for (int i = 2; i < 4; i++) {
		assert_string_equal(member(records, i, "target"), "/open-apis/bot/v2/hook/H");
		assert_string_equal(member(records, i, "body"),
			"{\"msg_type\":\"image\",\"content\":{\"image_key\":\"img_v2_1\"}}");
	}
	cJSON_Delete(records);
	settings_fini(&settings);
	peer_stop(&peer);
}

static void
lark_app_fails(void **state)
{
	static const struct {
		const char *token, *image;
		enum outcome_state state;
		enum outcome_class class;
		int requests;
		const char *advice;
	} cases[] = {
		{ "\"json\":{\"code\":10014,\"msg\":\"app secret invalid\"}", "\"status\":500",
			OUTCOME_REJECTED, CLASS_AUTH, 1, "app_secret" },
		{ "\"do\":\"close\"", "\"status\":500", OUTCOME_DEFERRED, CLASS_TRANSPORT, 1, "" },
		{ "\"json\":{\"code\":0}", "\"status\":500", OUTCOME_REJECTED, CLASS_SERVER, 1,
			"" },
		{ NULL, "\"json\":{\"code\":99991672,\"msg\":\"no scope\"}", OUTCOME_REJECTED,
			CLASS_AUTH, 2, "im:resource" },
		{ NULL, "\"do\":\"close\"", OUTCOME_DEFERRED, CLASS_TRANSPORT, 2, "" },
		/* a token that ran out is fetched once more, and only once */
		{ NULL, "\"status\":400,\"json\":{\"code\":99991663,\"msg\":\"token expired\"}",
			OUTCOME_DEFERRED, CLASS_AUTH, 4, "token" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf script = BUF_INIT;
		struct settings settings;
		struct outcome o;
		struct peer peer;
		cJSON *records;
		char app[32];

		buf_addc(&script, '[');
		if (cases[i].token)
			buf_addf(&script, "{\"match\":\"tenant_access_token\",%s}", cases[i].token);
		else
			buf_adds(&script, TOKEN_ANSWER);
		buf_addf(&script, ",{\"match\":\"images\",%s}]", cases[i].image);
		peer_start(&peer, "peer_http.py", buf_text(&script), NULL);
		snprintf(app, sizeof(app), "cli_fails%zu", i);
		lark_settings(&settings, &peer, app);
		channel_send("lark", &settings, &picture_part, &o);
		records = peer_records(&peer);
		if (o.state != cases[i].state || o.class != cases[i].class ||
			!strstr(o.advice, cases[i].advice) ||
			cJSON_GetArraySize(records) != cases[i].requests)
			fail_msg("case %zu: %s %s after %d requests: '%s' '%s'", i,
				outcome_state_name(o.state), outcome_class_name(o.class),
				cJSON_GetArraySize(records), o.message, o.advice);
		assert_null(strstr(o.message, "SECRET"));
		cJSON_Delete(records);
		settings_fini(&settings);
		peer_stop(&peer);
		buf_fini(&script);
	}
}

/* One request with a form, and what stands in it. */
static void
forms(void **state)
{
	static const struct {
		const char *channel, *field, *path, *target;
		bool picture;
		const char *answer;
		const char *words[6];
	} cases[] = {
		{ "discord", "webhook", "/api/webhooks/1/x", "/api/webhooks/1/x?wait=true", false,
			"{\"json\":{\"id\":\"1\"}}", { "form",
			"payload_json=\"allowed_mentions\":{\"parse\":[],\"users\":[]}",
			"files[0]@日报_1.csv=a,b\r\n1,2\r\n" } },
		{ "discord", "webhook", "/api/webhooks/1/x", "/api/webhooks/1/x?wait=true", true,
			"{\"json\":{\"id\":\"1\"}}", { "form",
			"payload_json=a \\\\*chart\\\\*", "files[0]@picture.png=pixels" } },
		{ "telegram", "endpoint", "", "/bot1:T/sendDocument", false,
			"{\"json\":{\"ok\":true}}", { "form", "chat_id=-100",
			"message_thread_id=7", "document@日报_1.csv=a,b\r\n1,2\r\n" } },
		{ "telegram", "endpoint", "", "/bot1:T/sendPhoto", true, "{\"json\":{\"ok\":true}}",
			{ "form", "chat_id=-100", "message_thread_id=7", "caption=a *chart*",
			"photo@picture=pixels" } },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct settings settings;
		struct outcome o;
		struct peer peer;
		cJSON *records;

		peer_start(&peer, "peer_http.py", cases[i].answer, NULL);
		point_at(&settings, &peer, cases[i].field, cases[i].path);
		settings_set(&settings, "token", STR("1:T"), true);
		settings_set(&settings, "chat_id", STR("-100"), false);
		settings_set(&settings, "thread_id", STR("7"), false);
		channel_send(cases[i].channel, &settings,
			cases[i].picture ? &picture_part : &csv_part, &o);
		assert_int_equal(o.state, OUTCOME_ACCEPTED);
		records = peer_records(&peer);
		assert_int_equal(cJSON_GetArraySize(records), 1);
		assert_string_equal(member(records, 0, "target"), cases[i].target);
		judge_form(records, 0, cases[i].words);
		cJSON_Delete(records);
		settings_fini(&settings);
		peer_stop(&peer);
	}
}

static void
ntfy_puts(void **state)
{
	struct settings settings;
	struct outcome o;
	struct peer peer;
	cJSON *records;
	char *all;

	(void)state;
	peer_start(&peer, "peer_http.py", "{\"json\":{\"id\":\"x\"}}", NULL);
	point_at(&settings, &peer, "url", "/");
	settings_set(&settings, "topic", STR("news"), false);
	channel_send("ntfy", &settings, &csv_part, &o);
	assert_int_equal(o.state, OUTCOME_ACCEPTED);
	channel_send("ntfy", &settings, &picture_part, &o);
	records = peer_records(&peer);
	assert_string_equal(member(records, 0, "method"), "PUT");
	assert_string_equal(member(records, 0, "target"), "/news");
	assert_string_equal(member(records, 0, "body"), "a,b\r\n1,2\r\n");
	all = cJSON_PrintUnformatted(records);
	assert_non_null(strstr(all, "[\"Filename\",\"=?UTF-8?B?5pel5oqlXzEuY3N2?=\"]"));
	assert_non_null(strstr(all, "[\"Title\",\"a *chart*\"]"));
	cJSON_free(all);
	cJSON_Delete(records);
	settings_fini(&settings);
	peer_stop(&peer);
}

/* --- Discord's headers ------------------------------------------------------------- */

static void
discord_paces(void **state)
{
	static const struct {
		const char *answer;
		double pace_after_s, retry_after_s;
		const char *advice;
	} cases[] = {
		{ "{\"json\":{\"id\":\"1\"},\"headers\":{\"X-RateLimit-Remaining\":\"0\","
		  "\"X-RateLimit-Reset-After\":\"1.5\"}}", 1.5, -1, "" },
		{ "{\"json\":{\"id\":\"1\"},\"headers\":{\"X-RateLimit-Remaining\":\"4\","
		  "\"X-RateLimit-Reset-After\":\"1.5\"}}", 0, -1, "" },
		{ "{\"json\":{\"id\":\"1\"},\"headers\":{\"X-RateLimit-Remaining\":\"0\","
		  "\"X-RateLimit-Reset-After\":\"86400\"}}", 900, -1, "" },
		{ "{\"json\":{\"id\":\"1\"},\"headers\":{\"X-RateLimit-Remaining\":\"0\","
		  "\"X-RateLimit-Reset-After\":\"soon\"}}", 0, -1, "" },
		{ "{\"status\":429,\"json\":{\"message\":\"slow\",\"retry_after\":0.65,"
		  "\"global\":true}}", 0, 0.65, "this host" },
		{ "{\"status\":429,\"body\":\"cloudflare\",\"headers\":"
		  "{\"X-RateLimit-Reset-After\":\"2.5\"}}", 0, 2.5, "" },
		{ "{\"status\":429,\"body\":\"cloudflare\",\"headers\":{\"Retry-After\":\"7\"}}", 0,
			7, "" },
	};
	static const struct part text = { .number = 1, .of = 1, .body = { "{}", 2 },
		.content_type = "application/json", .kind = "content" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct settings settings;
		struct outcome o;
		struct peer peer;

		peer_start(&peer, "peer_http.py", cases[i].answer, NULL);
		point_at(&settings, &peer, "webhook", "/api/webhooks/1/x");
		channel_send("discord", &settings, &text, &o);
		if (o.pace_after_s != cases[i].pace_after_s ||
			o.retry_after_s != cases[i].retry_after_s ||
			!strstr(o.advice, cases[i].advice))
			fail_msg("case %zu: pace %g retry %g '%s'", i, o.pace_after_s,
				o.retry_after_s, o.advice);
		settings_fini(&settings);
		peer_stop(&peer);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pictures),
		cmocka_unit_test(bad_pictures),
		cmocka_unit_test(attach),
		cmocka_unit_test(attach_only_what_is_left_out),
		cmocka_unit_test(wecom_uploads_first),
		cmocka_unit_test(wecom_upload_fails),
		cmocka_unit_test(lark_uploads_once),
		cmocka_unit_test(lark_app_fails),
		cmocka_unit_test(forms),
		cmocka_unit_test(ntfy_puts),
		cmocka_unit_test(discord_paces),
	};

	return cmocka_run_group_tests_name("channel_files", tests, make_picture, remove_picture);
}
