/* SPDX-License-Identifier: MIT */
/* ntfy topic, published as JSON to the server's root (channels.md 9). */
#include <stdio.h>

#include "src/channel/chat.h"
#include "src/channel/mime.h"
#include "src/channel/post.h"

#define FILE_MAX ((size_t)15 << 20) /* the server's own default */

static const struct field fields[] = {
	{ .name = "url", .label = N_("Server"), .kind = FIELD_TEXT, .initial = "https://ntfy.sh",
		.help = N_("the server's root, without the topic") },
	{ .name = "topic", .label = N_("Topic"), .kind = FIELD_TEXT, .required = true,
		.help = N_("who knows a public topic can read it") },
	{ .name = "token", .label = N_("Access token"), .kind = FIELD_SECRET, .help = N_("tk_…") },
};

static const struct code_row codes[] = {
	{ 40009, OUTCOME_REJECTED, CLASS_CONTENT, -1, 0, "the topic's name is not valid" },
	{ 40101, OUTCOME_REJECTED, CLASS_AUTH, -1, 0, "the access token is wrong" },
	{ 40301, OUTCOME_REJECTED, CLASS_AUTH, -1, 0,
		"the access token may not write to this topic" },
	{ 41301, OUTCOME_REJECTED, CLASS_SIZE, -1, 0,
		"the attachment is too large for the server" },
	{ 41303, OUTCOME_REJECTED, CLASS_SIZE, -1, 0, "the message is too large for the server" },
	{ 42901, OUTCOME_DEFERRED, CLASS_RATE, -1, 3,
		"too many messages: the server lets one through every 5 seconds" },
	{ 42908, OUTCOME_DEFERRED, CLASS_RATE, RETRY_AFTER_CAP_S, 0,
		"the day's messages are used up" },
	{ 50701, OUTCOME_REJECTED, CLASS_TARGET_GONE, -1, 0,
		"nobody is subscribed to this UnifiedPush topic" },
};

static size_t
add_body(struct chat *chat, const struct chat_part *part, struct buf *to)
{
	buf_addc(to, '{');
	json_add_member(to, "topic", str_from(settings_get(chat->settings, "topic")), false);
	if (part->title.len > 0)
		json_add_member(to, "title", part->title, true);
	json_add_member(to, "message", part->text, true);
	buf_addc(to, '}');
	return part->text.len ? part->text.len : 1;
}

static bool
build(struct document *doc, const struct settings *settings, struct part_sink *sink,
	struct err *err)
{
	struct md_units_options options = { .on_image = chat_take_picture };
	struct chat chat;

	chat_init(&chat, &channel_ntfy, doc, settings, &md_dialect_ntfy);
	chat_collect_mentions(&chat, NULL, NULL, NULL, NULL);
	chat.body = add_body;
	chat.kind = "message";
	options.max = chat.plan.budget;
	options.context = &chat;
	render_markdown_units(&chat.units, doc, &md_dialect_ntfy, &options);
	return chat_emit(&chat, sink, err);
}

static void
judge_error(const struct http_answer *answer, struct outcome *outcome)
{
	cJSON *json = cJSON_ParseWithLength(buf_text(&answer->body), answer->body.len);
	long code = post_json_long(json, "code", 0);
	double wait = outcome->retry_after_s;

	for (size_t i = 0; i < ARRAY_LEN(codes); i++)
		if (codes[i].code == code) {
			post_judge_code(outcome, code, post_json_text(json, "error"), codes,
				ARRAY_LEN(codes), NULL, 0, CLASS_CONTENT);
			if (wait >= 0)
				outcome->retry_after_s = wait;
		}
	cJSON_Delete(json);
}

/* Name of the file, or what the picture shows, as one line of a header. */
static void
add_file_header(struct buf *to, const struct part *part)
{
	mime_add_header(to, strcmp(part->kind, PART_PICTURE) == 0 ? "Title" : "Filename",
		part->title);
	for (size_t i = 0; i < to->len; i++)
		if (to->p[i] == '\r' || to->p[i] == '\n')
			to->p[i] = ' ';
	while (to->len > 0 && to->p[to->len - 1] == ' ')
		buf_truncate(to, to->len - 1);
}

/* A message is JSON to the root, a file the body of a PUT to the topic. */
static void
make_url(struct buf *url, const struct settings *s, bool is_file)
{
	buf_adds(url, settings_has(s, "url") ? settings_get(s, "url") : "https://ntfy.sh");
	if (!is_file)
		return;
	while (url->len > 0 && url->p[url->len - 1] == '/')
		buf_truncate(url, url->len - 1);
	buf_addf(url, "/%s", settings_get(s, "topic"));
}

static void
send(const struct send_request *request, struct outcome *outcome)
{
	const char *token = settings_get(request->settings, "token");
	bool is_file = part_is_file(request->part->kind);
	const char *headers[3] = { NULL };
	struct post post = { .send = request, .body = request->part->body, .headers = headers,
		.method = is_file ? "PUT" : "POST" };
	struct buf url = BUF_INIT, line = BUF_INIT, file = BUF_INIT;
	struct http_answer answer;
	size_t n = 0;

	*outcome = (struct outcome)OUTCOME_INIT;
	make_url(&url, request->settings, is_file);
	post.url = buf_text(&url);
	if (*token) {
		buf_addf(&line, "Authorization: Bearer %s", token);
		headers[n++] = buf_text(&line);
	}
	if (is_file) {
		add_file_header(&file, request->part);
		headers[n++] = buf_text(&file);
	}
	if (post_perform(&post, true, outcome, &answer)) {
		if (answer.status / 100 == 2)
			post_accept(outcome);
		else
			judge_error(&answer, outcome);
	}
	http_answer_fini(&answer);
	outcome_mask(outcome, request->settings);
	if (line.p)
		explicit_bzero(line.p, line.len);
	buf_fini(&url);
	buf_fini(&line);
	buf_fini(&file);
}

static bool
check(const struct settings *settings, struct err *err)
{
	const char *topic = settings_get(settings, "topic");
	struct str url = str_from(settings_get(settings, "url"));
	size_t host = str_find(url, STR("://"), 0), slash;

	for (const char *p = topic; *p; p++)
		if (!strchr("-_", *p) && !(*p >= '0' && *p <= '9') &&
			!((*p | 0x20) >= 'a' && (*p | 0x20) <= 'z'))
			return err_set(err, ERR_INPUT, "topic: only letters, digits, - and _");
	slash = host == SIZE_MAX ? SIZE_MAX : str_find(url, STR("/"), host + 3);
	if (url.len > 0 && (host == SIZE_MAX || (slash != SIZE_MAX && slash + 1 < url.len))) {
		err_set(err, ERR_INPUT, "url must be the server's root");
		return err_hint(err, "write https://ntfy.sh and give the topic by itself");
	}
	return true;
}

static bool
preview(struct document *doc, const struct settings *settings, int columns, struct buf *to,
	struct err *err)
{
	static const struct chat_look look = { .table = MD_TABLE_LIST, .shows_pictures = true };

	(void)settings;
	(void)err;
	return chat_preview(&channel_ntfy, &look, doc, columns, to);
}

const struct channel channel_ntfy = {
	.name = "ntfy",
	.label = N_("ntfy"),
	.fields = fields,
	.field_count = ARRAY_LEN(fields),
	.budget = 4000,
	.budget_unit = "bytes",
	.picture_max = FILE_MAX,
	.attach_max = FILE_MAX,
	.pace_burst = 60,
	.pace_refill_s = 5,
	.about = N_("ntfy topic: notifications on phones"),
	.build = build,
	.preview = preview,
	.send = send,
	.check = check,
};
