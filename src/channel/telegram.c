/* SPDX-License-Identifier: MIT */
/* Telegram bot, HTML mode (channels.md 8). */
#include <stdio.h>

#include "src/channel/chat.h"
#include "src/channel/multipart.h"
#include "src/channel/post.h"

#define PICTURE_MAX ((size_t)10 << 20)
#define FILE_MAX ((size_t)50 << 20)
#define CAPTION_MAX 1024

static const struct field fields[] = {
	{ .name = "token", .label = N_("Bot token"), .kind = FIELD_SECRET, .required = true,
		.help = N_("from @BotFather: 123456:ABC…") },
	{ .name = "chat_id", .label = N_("Chat"), .kind = FIELD_TEXT, .required = true,
		.help = N_("number of the chat (groups are negative) or @channel") },
	{ .name = "thread_id", .label = N_("Topic"), .kind = FIELD_INTEGER, .min = 1, .max = INT32_MAX,
		.help = N_("number of a forum topic") },
	{ .name = "endpoint", .label = N_("Server"), .kind = FIELD_TEXT,
		.initial = "https://api.telegram.org", .help = N_("another Bot API server") },
};

static const struct code_row codes[] = {
	{ 400, OUTCOME_REJECTED, CLASS_CONTENT, -1, 0, "Telegram does not take the message" },
	{ 401, OUTCOME_REJECTED, CLASS_AUTH, -1, 0, "the bot's token is wrong: ask @BotFather" },
	{ 403, OUTCOME_REJECTED, CLASS_TARGET_GONE, -1, 0,
		"the bot was removed from the chat or blocked" },
	{ 404, OUTCOME_REJECTED, CLASS_AUTH, -1, 0, "the bot's token is not complete" },
	{ 429, OUTCOME_DEFERRED, CLASS_RATE, -1, 3, "too many messages: 20 a minute in a group" },
	{ 500, OUTCOME_DEFERRED, CLASS_SERVER, -1, 3, "Telegram is busy" },
	{ 502, OUTCOME_UNKNOWN, CLASS_AMBIGUOUS, -1, 0,
		"a gateway lost the answer: look whether the message arrived" },
	{ 503, OUTCOME_DEFERRED, CLASS_SERVER, -1, 3, "Telegram is busy" },
	{ 504, OUTCOME_UNKNOWN, CLASS_AMBIGUOUS, -1, 0,
		"a gateway lost the answer: look whether the message arrived" },
};

static const struct words_row words[] = {
	{ 400, "chat not found", { 400, OUTCOME_REJECTED, CLASS_TARGET_GONE, -1, 0,
		"chat_id is wrong, or the bot is not in that chat" } },
	{ 400, "too long", { 400, OUTCOME_REJECTED, CLASS_SIZE, -1, 0,
		"the message is above 4,096 characters: set oversize to split" } },
	{ 400, "upgraded to a supergroup", { 400, OUTCOME_REJECTED, CLASS_TARGET_GONE, -1, 0,
		"the group has a new chat_id since it became a supergroup" } },
	{ 400, "message is empty", { 400, OUTCOME_REJECTED, CLASS_CONTENT, -1, 0,
		"the message is empty" } },
};

static size_t
add_body(struct chat *chat, const struct chat_part *part, struct buf *to)
{
	const char *chat_id = settings_get(chat->settings, "chat_id");
	int64_t thread = settings_integer(chat->settings, "thread_id", 0), number;
	struct buf text = BUF_INIT;
	size_t measured;

	if (part->title.len > 0) {
		buf_adds(&text, "<b>");
		md_dialect_telegram.data(&text, part->title);
		buf_adds(&text, "</b>\n\n");
	}
	buf_add_str(&text, part->text);
	if (part->is_last && chat->mentions.users.count > 0) {
		buf_addc(&text, '\n');
		for (size_t i = 0; i < chat->mentions.users.count; i++) {
			const char *name = chat->mentions.users.list[i];

			buf_addf(&text, "%s@", i > 0 ? " " : "");
			md_dialect_telegram.data(&text, str_from(name[0] == '@' ? name + 1 : name));
		}
	}
	if (str_to_int64(str_from(chat_id), &number))
		buf_addf(to, "{\"chat_id\":%lld", (long long)number);
	else {
		buf_addc(to, '{');
		json_add_member(to, "chat_id", str_from(chat_id), false);
	}
	if (thread > 0)
		buf_addf(to, ",\"message_thread_id\":%lld", (long long)thread);
	json_add_member(to, "text", str_trim(buf_str(&text)), true);
	buf_adds(to, ",\"parse_mode\":\"HTML\",\"link_preview_options\":{\"is_disabled\":true}}");
	measured = parts_measure_html(buf_str(&text));
	buf_fini(&text);
	return measured ? measured : 1;
}

static bool
build(struct document *doc, const struct settings *settings, struct part_sink *sink,
	struct err *err)
{
	struct md_units_options options = { .measure = parts_measure_html,
		.on_image = chat_take_picture };
	struct chat chat;

	chat_init(&chat, &channel_telegram, doc, settings, &md_dialect_telegram);
	chat_collect_mentions(&chat, NULL, "", NULL, NULL);
	chat.body = add_body;
	chat.kind = "html";
	chat.plan.measure = parts_measure_html;
	if (!chat_reserve_envelope(&chat, err))
		return false;
	options.max = chat.plan.budget;
	options.context = &chat;
	render_markdown_units(&chat.units, doc, &md_dialect_telegram, &options);
	return chat_emit(&chat, sink, err);
}

static void
judge(const struct http_answer *answer, struct outcome *outcome)
{
	struct outcome by_status = *outcome;
	cJSON *json = post_answer_json(answer, outcome);
	const cJSON *more = cJSON_GetObjectItemCaseSensitive(json, "parameters");
	long code = post_json_long(json, "error_code", answer->status);
	long wait = post_json_long(more, "retry_after", -1);
	long moved = post_json_long(more, "migrate_to_chat_id", 0);

	if (!json && answer->status / 100 != 2) {
		*outcome = by_status;
	} else if (json && cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(json, "ok"))) {
		post_accept(outcome);
	} else if (json) {
		post_judge_code(outcome, code, post_json_text(json, "description"), codes,
			ARRAY_LEN(codes), words, ARRAY_LEN(words), CLASS_CONTENT);
		if (outcome->state == OUTCOME_DEFERRED && wait >= 0)
			outcome->retry_after_s = (double)wait < RETRY_AFTER_CAP_S ? (double)wait :
				RETRY_AFTER_CAP_S;
		if (moved)
			snprintf(outcome->advice, sizeof(outcome->advice),
				"the group is a supergroup now: set chat_id=%ld", moved);
	}
	cJSON_Delete(json);
}

/* sendPhoto or sendDocument: a form with the file. */
static void
make_form(struct multipart *form, const struct settings *s, const struct part *part)
{
	bool is_picture = strcmp(part->kind, PART_PICTURE) == 0;

	multipart_init(form, part->body);
	multipart_add_field(form, "chat_id", str_from(settings_get(s, "chat_id")));
	if (settings_has(s, "thread_id"))
		multipart_add_field(form, "message_thread_id",
			str_from(settings_get(s, "thread_id")));
	if (is_picture && parts_measure_utf16(part->title) <= CAPTION_MAX)
		multipart_add_field(form, "caption", part->title);
	multipart_add_file(form, is_picture ? "photo" : "document",
		is_picture ? STR("picture") : part->title, part->content_type, part->body);
	multipart_end(form);
}

static const char *
method_for(const char *kind)
{
	if (!part_is_file(kind))
		return "sendMessage";
	return strcmp(kind, PART_PICTURE) == 0 ? "sendPhoto" : "sendDocument";
}

static void
send(const struct send_request *request, struct outcome *outcome)
{
	const struct settings *s = request->settings;
	struct str endpoint = str_from(settings_has(s, "endpoint") ? settings_get(s, "endpoint") :
		"https://api.telegram.org");
	struct post post = { .send = request, .body = request->part->body };
	struct multipart form = { .body = BUF_INIT };
	struct http_answer answer;
	struct buf url = BUF_INIT;

	if (part_is_file(request->part->kind)) {
		make_form(&form, s, request->part);
		post.body = buf_str(&form.body);
		post.content_type = form.content_type;
	}
	*outcome = (struct outcome)OUTCOME_INIT;
	while (str_ends(endpoint, STR("/")))
		endpoint.len--;
	buf_addf(&url, "%.*s/bot%s/%s", STR_ARG(endpoint), settings_get(s, "token"),
		method_for(request->part->kind));
	post.url = buf_text(&url);
	if (post_perform(&post, true, outcome, &answer))
		judge(&answer, outcome);
	http_answer_fini(&answer);
	outcome_mask(outcome, s);
	explicit_bzero(url.p, url.len);
	multipart_fini(&form);
	buf_fini(&url);
}

static bool
check(const struct settings *settings, struct err *err)
{
	const char *id = settings_get(settings, "chat_id"), *token = settings_get(settings,
		"token");
	int64_t number;

	if (id[0] != '@' && !str_to_int64(str_from(id), &number)) {
		err_set(err, ERR_INPUT, "chat_id must be a number or @channel");
		return err_hint(err, "a group's number begins with -");
	}
	if (!strchr(token, ':') || strpbrk(token, "/?# \t\r\n")) {
		err_set(err, ERR_INPUT, "token is not a bot token");
		return err_hint(err, "@BotFather gives it, as 123456:ABC…");
	}
	return true;
}

static bool
preview(struct document *doc, const struct settings *settings, int columns, struct buf *to,
	struct err *err)
{
	static const struct chat_look look = { .table = MD_TABLE_CODE, .shows_pictures = true };

	(void)settings;
	(void)err;
	return chat_preview(&channel_telegram, &look, doc, columns, to);
}

const struct channel channel_telegram = {
	.name = "telegram",
	.label = N_("Telegram"),
	.fields = fields,
	.field_count = ARRAY_LEN(fields),
	.budget = 4000,
	.budget_unit = "characters",
	.mentions = MENTION_USERS,
	.picture_max = PICTURE_MAX,
	.attach_max = FILE_MAX,
	.pace_burst = 1,
	.pace_refill_s = 3,
	.about = N_("Telegram chat by a bot"),
	.build = build,
	.preview = preview,
	.send = send,
	.check = check,
};
