/* SPDX-License-Identifier: MIT */
/* Google Chat space by webhook (channels.md 10). */
#include "src/channel/chat.h"
#include "src/channel/post.h"

static const struct field fields[] = {
	{ .name = "webhook", .label = N_("Webhook URL"), .kind = FIELD_SECRET, .required = true,
		.help = N_("https://chat.googleapis.com/v1/spaces/…/messages?key=…&token=…") },
};

static size_t
add_body(struct chat *chat, const struct chat_part *part, struct buf *to)
{
	struct buf text = BUF_INIT;

	if (part->title.len > 0) {
		buf_addc(&text, '*');
		md_dialect_googlechat.data(&text, part->title);
		buf_adds(&text, "*\n\n");
	}
	buf_add_str(&text, part->text);
	if (part->is_last && chat_has_mentions(&chat->mentions)) {
		buf_adds(&text, chat->mentions.all ? "\n<users/all> " : "\n");
		chat_add_names(&text, &chat->mentions.users, "<users/", ">");
	}
	buf_addc(to, '{');
	json_add_member(to, "text", str_trim(buf_str(&text)), false);
	buf_addc(to, '}');
	buf_fini(&text);
	return 0;
}

static bool
build(struct document *doc, const struct settings *settings, struct part_sink *sink,
	struct err *err)
{
	struct md_units_options options = { .measure = parts_measure_json,
		.on_image = chat_take_picture };
	struct chat chat;

	chat_init(&chat, &channel_googlechat, doc, settings, &md_dialect_googlechat);
	chat_collect_mentions(&chat, "", "", NULL, NULL);
	chat.body = add_body;
	chat.kind = "text";
	chat.plan.measure = parts_measure_json;
	if (!chat_reserve_envelope(&chat, err))
		return false;
	options.max = chat.plan.budget;
	options.context = &chat;
	render_markdown_units(&chat.units, doc, &md_dialect_googlechat, &options);
	return chat_emit(&chat, sink, err);
}

static void
send(const struct send_request *request, struct outcome *outcome)
{
	struct post post = { .send = request, .body = request->part->body };
	struct http_answer answer;
	struct buf url = BUF_INIT;

	*outcome = (struct outcome)OUTCOME_INIT;
	buf_add_str(&url, str_trim(str_from(settings_get(request->settings, "webhook"))));
	/* Creates the message once, however often it is asked. */
	if (request->idempotency_key && *request->idempotency_key)
		url_add_query(&url, "requestId", str_from(request->idempotency_key));
	post.url = buf_text(&url);
	if (post_perform(&post, true, outcome, &answer)) {
		cJSON *json = cJSON_ParseWithLength(buf_text(&answer.body), answer.body.len);
		const cJSON *error = cJSON_GetObjectItemCaseSensitive(json, "error");

		if (answer.status / 100 == 2)
			post_accept(outcome);
		else if (error)
			outcome_set_message(outcome, post_json_text(error, "message"));
		cJSON_Delete(json);
	}
	http_answer_fini(&answer);
	outcome_mask(outcome, request->settings);
	buf_fini(&url);
}

static bool
check(const struct settings *settings, struct err *err)
{
	const char *webhook = settings_get(settings, "webhook");

	if (strstr(webhook, "key=") && strstr(webhook, "token="))
		return true;
	err_set(err, ERR_INPUT, "webhook has no key and token");
	return err_hint(err, "copy the whole URL from the space's settings");
}

static bool
preview(struct document *doc, const struct settings *settings, int columns, struct buf *to,
	struct err *err)
{
	static const struct chat_look look = { .table = MD_TABLE_CODE };

	(void)settings;
	(void)err;
	return chat_preview(&channel_googlechat, &look, doc, columns, to);
}

const struct channel channel_googlechat = {
	.name = "googlechat",
	.label = N_("Google Chat"),
	.fields = fields,
	.field_count = ARRAY_LEN(fields),
	.budget = 30000,
	.budget_unit = "bytes",
	.mentions = MENTION_ALL | MENTION_USERS,
	.pace_burst = 1,
	.pace_refill_s = 1,
	.about = N_("Google Chat space by webhook"),
	.build = build,
	.preview = preview,
	.send = send,
	.check = check,
};
