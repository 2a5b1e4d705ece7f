/* SPDX-License-Identifier: MIT */
/* Discord webhook (channels.md 7). */
#include <stdio.h>
#include <stdlib.h>

#include "src/channel/chat.h"
#include "src/channel/multipart.h"
#include "src/channel/post.h"

#define FILE_MAX ((size_t)10 << 20) /* more on boosted servers */

static const struct field fields[] = {
	{ .name = "webhook", .label = N_("Webhook URL"), .kind = FIELD_SECRET, .required = true,
		.help = N_("https://discord.com/api/webhooks/…") },
};

static const struct code_row codes[] = {
	{ 10015, OUTCOME_REJECTED, CLASS_TARGET_GONE, -1, 0,
		"the webhook was deleted: make a new one" },
	{ 40005, OUTCOME_REJECTED, CLASS_SIZE, -1, 0,
		"the file is larger than this Discord server takes" },
	{ 50006, OUTCOME_REJECTED, CLASS_CONTENT, -1, 0, "the message is empty" },
	{ 50027, OUTCOME_REJECTED, CLASS_AUTH, -1, 0,
		"the webhook's token is wrong: copy its URL again" },
	{ 50035, OUTCOME_REJECTED, CLASS_CONTENT, -1, 0, "Discord does not take the message" },
};

static const struct words_row words[] = {
	{ 50035, "BASE_TYPE_MAX_LENGTH", { 50035, OUTCOME_REJECTED, CLASS_SIZE, -1, 0,
		"the message is above 2,000 characters: set oversize to split" } },
};

/* Only who is meant is called: a value "@everyone" from data pings nobody. */
static void
add_allowed(struct buf *to, const struct chat_mentions *m)
{
	static const struct name_list nobody;

	buf_adds(to, ",\"allowed_mentions\":{\"parse\":[");
	buf_adds(to, m && m->all ? "\"everyone\"" : "");
	buf_adds(to, "],\"users\":");
	json_add_list(to, m ? &m->users : &nobody);
	buf_addc(to, '}');
}

static size_t
add_body(struct chat *chat, const struct chat_part *part, struct buf *to)
{
	const struct chat_mentions *m = part->is_last ? &chat->mentions : NULL;
	struct buf text = BUF_INIT;
	size_t measured;

	if (part->title.len > 0) {
		buf_adds(&text, "**");
		md_dialect_discord.data(&text, part->title);
		buf_adds(&text, "**\n");
	}
	buf_add_str(&text, part->text);
	if (m && chat_has_mentions(m)) {
		buf_adds(&text, m->all ? "\n@everyone " : "\n");
		chat_add_names(&text, &m->users, "<@", ">");
	}
	buf_addc(to, '{');
	json_add_member(to, "content", str_trim(buf_str(&text)), false);
	add_allowed(to, m);
	buf_addc(to, '}');
	measured = parts_measure_utf16(buf_str(&text));
	buf_fini(&text);
	return measured ? measured : 1;
}

static bool
build(struct document *doc, const struct settings *settings, struct part_sink *sink,
	struct err *err)
{
	struct md_units_options options = { .measure = parts_measure_utf16,
		.on_image = chat_take_picture };
	struct chat chat;

	chat_init(&chat, &channel_discord, doc, settings, &md_dialect_discord);
	chat_collect_mentions(&chat, "", "", NULL, NULL);
	chat.body = add_body;
	chat.kind = "content";
	chat.plan.measure = parts_measure_utf16;
	chat.plan.separator = "\n";
	if (!chat_reserve_envelope(&chat, err))
		return false;
	options.max = chat.plan.budget;
	options.context = &chat;
	render_markdown_units(&chat.units, doc, &md_dialect_discord, &options);
	return chat_emit(&chat, sink, err);
}

/* A header's number; -1: it has none. */
static double
header_seconds(const struct http_answer *answer, const char *name)
{
	struct str text = http_answer_header(answer, name);
	char number[32], *end;
	double seconds;

	if (text.len == 0 || text.len >= sizeof(number))
		return -1;
	snprintf(number, sizeof(number), "%.*s", STR_ARG(text));
	seconds = strtod(number, &end);
	return *end == '\0' && seconds >= 0 ? seconds : -1;
}

/* After the last message that Discord lets through for now, the next one waits. */
static void
accept(const struct http_answer *answer, struct outcome *outcome)
{
	double wait = header_seconds(answer, "X-RateLimit-Reset-After");

	post_accept(outcome);
	if (header_seconds(answer, "X-RateLimit-Remaining") == 0 && wait > 0)
		outcome->pace_after_s = wait < RETRY_AFTER_CAP_S ? wait : RETRY_AFTER_CAP_S;
}

/* An error's own code, where its JSON has one; the status decides the rest. */
static void
judge_error(const struct http_answer *answer, struct outcome *outcome)
{
	cJSON *json = cJSON_ParseWithLength(buf_text(&answer->body), answer->body.len);
	const cJSON *wait = cJSON_GetObjectItemCaseSensitive(json, "retry_after");
	long code = post_json_long(json, "code", 0);

	if (answer->status == 429) {
		double seconds = cJSON_IsNumber(wait) ? wait->valuedouble :
			header_seconds(answer, "X-RateLimit-Reset-After");

		if (seconds >= 0)
			outcome->retry_after_s =
				seconds < RETRY_AFTER_CAP_S ? seconds : RETRY_AFTER_CAP_S;
		outcome_set_message(outcome, post_json_text(json, "message"));
		if (cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(json, "global")))
			snprintf(outcome->advice, sizeof(outcome->advice), "Discord limits all "
				"that this host sends, not this webhook alone");
	} else if (answer->status / 100 == 4 && code != 0) {
		post_judge_code(outcome, code, buf_str(&answer->body), codes, ARRAY_LEN(codes),
			words, ARRAY_LEN(words), CLASS_CONTENT);
	}
	cJSON_Delete(json);
}

/* The file with a message that says what it is. */
static void
make_form(struct multipart *form, const struct part *part)
{
	bool is_picture = strcmp(part->kind, PART_PICTURE) == 0;
	struct buf json = BUF_INIT, text = BUF_INIT;
	struct str name = part->title;

	if (is_picture) {
		md_dialect_discord.data(&text, part->title);
		name = strcmp(part->content_type, "image/png") == 0 ? STR("picture.png") :
			strcmp(part->content_type, "image/gif") == 0 ? STR("picture.gif") :
			STR("picture.jpg");
	}
	buf_addc(&json, '{');
	json_add_member(&json, "content", buf_str(&text), false);
	add_allowed(&json, NULL);
	buf_addc(&json, '}');
	multipart_init(form, part->body);
	multipart_add_field(form, "payload_json", buf_str(&json));
	multipart_add_file(form, "files[0]", name, part->content_type, part->body);
	multipart_end(form);
	buf_fini(&json);
	buf_fini(&text);
}

static void
send(const struct send_request *request, struct outcome *outcome)
{
	struct post post = { .send = request, .body = request->part->body };
	bool is_file = part_is_file(request->part->kind);
	struct multipart form = { .body = BUF_INIT };
	struct http_answer answer;
	struct buf url = BUF_INIT;

	if (is_file) {
		make_form(&form, request->part);
		post.body = buf_str(&form.body);
		post.content_type = form.content_type;
	}
	*outcome = (struct outcome)OUTCOME_INIT;
	buf_add_str(&url, str_trim(str_from(settings_get(request->settings, "webhook"))));
	if (str_find(buf_str(&url), STR("wait="), 0) == SIZE_MAX)
		url_add_query(&url, "wait", STR("true")); /* answered only when posted */
	post.url = buf_text(&url);
	if (post_perform(&post, true, outcome, &answer)) {
		if (answer.status / 100 == 2)
			accept(&answer, outcome);
		else
			judge_error(&answer, outcome);
	}
	http_answer_fini(&answer);
	outcome_mask(outcome, request->settings);
	multipart_fini(&form);
	buf_fini(&url);
}

static bool
preview(struct document *doc, const struct settings *settings, int columns, struct buf *to,
	struct err *err)
{
	static const struct chat_look look = { .table = MD_TABLE_CODE, .shows_pictures = true };

	(void)settings;
	(void)err;
	return chat_preview(&channel_discord, &look, doc, columns, to);
}

const struct channel channel_discord = {
	.name = "discord",
	.label = N_("Discord"),
	.fields = fields,
	.field_count = ARRAY_LEN(fields),
	.budget = 1900,
	.budget_unit = "characters",
	.mentions = MENTION_ALL | MENTION_USERS,
	.picture_max = FILE_MAX,
	.attach_max = FILE_MAX,
	.pace_burst = 5,
	.pace_refill_s = 2,
	.about = N_("Discord channel by webhook"),
	.build = build,
	.preview = preview,
	.send = send,
};
