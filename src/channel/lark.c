/* SPDX-License-Identifier: MIT */
/* Lark and Feishu custom bot: a card of JSON 2.0 with table components (channels.md 2). */
#include <stdio.h>

#include "src/channel/chat.h"
#include "src/channel/lark_picture.h"
#include "src/channel/post.h"

#define MAX_COLUMNS 50	/* more are not shown */
#define MAX_TABLES 5	/* in one card, Markdown tables too */
#define MAX_ELEMENTS 190
#define ELEMENT_MAX 9000 /* bytes of one text: far longer ones were seen cut */
#define MARKDOWN_OPEN "{\"tag\":\"markdown\",\"content\":\""
#define MARKDOWN_CLOSE "\"}"
#define SIGN_RESERVE 110 /* "timestamp" and "sign" in the body */

static const struct field fields[] = {
	{ .name = "webhook", .label = N_("Webhook URL"), .kind = FIELD_SECRET, .required = true,
		.help = N_("https://open.feishu.cn or open.larksuite.com …/bot/v2/hook/…") },
	{ .name = "secret", .label = N_("Signing secret"), .kind = FIELD_SECRET,
		.help = N_("when the bot uses signature verification") },
	{ .name = "keywords", .label = N_("Keywords"), .kind = FIELD_LIST,
		.help = N_("the bot's keywords: one must be in each message") },
	{ .name = "at_user_ids", .label = N_("Mention users"), .kind = FIELD_LIST,
		.help = N_("open_id (ou_…) or user_id to mention") },
	{ .name = "at_all", .label = N_("Mention all"), .kind = FIELD_BOOL, .initial = "false",
		.help = N_("mention everybody in the group") },
	{ .name = "app_id", .label = N_("App id"), .kind = FIELD_TEXT,
		.help = N_("cli_…, of an app in the same tenant: to send pictures by a file") },
	{ .name = "app_secret", .label = N_("App secret"), .kind = FIELD_SECRET,
		.help = N_("of the same app; it needs the scope im:resource") },
};

#define CARD(words, advice) { 230099, words, \
	{ 230099, OUTCOME_REJECTED, CLASS_CONTENT, -1, 0, advice } }

static const struct code_row codes[] = {
	{ 9499, OUTCOME_REJECTED, CLASS_CONTENT, -1, 0, "Lark does not understand the message" },
	{ 11232, OUTCOME_DEFERRED, CLASS_RATE, 5, 3,
		"Lark limits the rate: avoid full and half hours" },
	{ 19001, OUTCOME_REJECTED, CLASS_TARGET_GONE, -1, 0,
		"the webhook is wrong or the bot was removed: copy the webhook again" },
	{ 19021, OUTCOME_REJECTED, CLASS_SECURITY_GATE, -1, 0,
		"the signing secret is wrong, or this host's clock is off by more than an hour" },
	{ 19022, OUTCOME_REJECTED, CLASS_SECURITY_GATE, -1, 0,
		"this host's public address is not in the bot's IP list" },
	{ 19024, OUTCOME_REJECTED, CLASS_SECURITY_GATE, -1, 0,
		"no keyword of the bot is in the message: put one into title or text" },
	{ 19036, OUTCOME_REJECTED, CLASS_SIZE, -1, 0,
		"the message is too large: set oversize to split" },
	{ 230025, OUTCOME_REJECTED, CLASS_SIZE, -1, 0,
		"the message is too large: set oversize to split" },
	{ 230099, OUTCOME_REJECTED, CLASS_CONTENT, -1, 0,
		"Lark could not make a card of the message" },
	{ 99991403, OUTCOME_REJECTED, CLASS_RATE, -1, 0, "the tenant's monthly quota is used up" },
};

static const struct words_row words[] = {
	{ 9499, "too many", { 9499, OUTCOME_DEFERRED, CLASS_RATE, 5, 3,
		"Lark limits the rate: avoid full and half hours" } },
	CARD("11310", "more than five tables, or too many elements, in one card"),
	CARD("300305", "more than 200 elements in one card"),
	CARD("300302", "the card's update_multi is not set"),
	CARD("200915", "a table row does not fit its columns"),
	CARD("200621", "the card has a property Lark does not know"),
	CARD("200861", "the card has an element Lark does not know"),
};

/* --- table components --------------------------------------------------------- */

static bool
column_has_color(const struct doc_table *t, size_t column)
{
	for (size_t r = 0; t->has_color && r < t->row_count; r++)
		if (table_cell(t, r, column).color != COLOR_DEFAULT)
			return true;
	return false;
}

static size_t
shown_columns(const struct doc_table *t)
{
	return t->column_count < MAX_COLUMNS ? t->column_count : MAX_COLUMNS;
}

static void
add_table_head(struct buf *to, const struct doc_table *t)
{
	static const char *const aligns[ALIGN_COUNT] = { "left", "left", "center", "right" };

	buf_adds(to, "{\"tag\":\"table\",\"page_size\":10,\"row_height\":\"low\","
		"\"header_style\":{\"bold\":true,\"background_style\":\"grey\",\"lines\":1},"
		"\"columns\":[");
	for (size_t c = 0; c < shown_columns(t); c++) {
		buf_addf(to, "%s{\"name\":\"c%zu\"", c > 0 ? "," : "", c);
		json_add_member(to, "display_name", t->columns[c].header, true);
		buf_addf(to, ",\"data_type\":\"%s\"", column_has_color(t, c) ? "lark_md" : "text");
		if (t->columns[c].align != ALIGN_LEFT)
			buf_addf(to, ",\"horizontal_align\":\"%s\"", aligns[t->columns[c].align]);
		buf_addc(to, '}');
	}
	buf_adds(to, "],\"rows\":[");
}

static void
find_colored(const struct doc_table *t, bool colored[MAX_COLUMNS])
{
	for (size_t c = 0; c < shown_columns(t); c++)
		colored[c] = column_has_color(t, c);
}

static void
add_row(const void *context, struct buf *to, const struct doc_table *t, size_t row,
	size_t columns)
{
	const bool *colored = context;
	struct buf text = BUF_INIT;

	buf_addc(to, '{');
	for (size_t c = 0; c < shown_columns(t); c++) {
		struct cell cell = table_cell(t, row, c);

		buf_clear(&text);
		render_markdown_cell(&text, &cell,
			colored[c] ? &md_dialect_lark : &md_dialect_text, columns);
		buf_addf(to, "%s\"c%zu\":", c > 0 ? "," : "", c);
		json_add_string(to, buf_str(&text));
	}
	buf_addc(to, '}');
	buf_fini(&text);
}

static const struct card_table table_form = { add_table_head, add_row, { ",", 1 }, { "]}", 2 } };

static void
add_table(void *context, struct doc_block *block, struct unit_list *units)
{
	struct chat *chat = context;
	bool colored[MAX_COLUMNS];

	if (block->table.column_count > MAX_COLUMNS)
		document_warn(chat->doc, "W_COLUMNS", "Lark shows %d of %zu columns", MAX_COLUMNS,
			block->table.column_count);
	find_colored(&block->table, colored);
	card_table_add(&table_form, colored, &block->table, units);
}

static void
shorten(void *context, const struct unit *unit, size_t row, size_t columns, struct buf *to)
{
	bool colored[MAX_COLUMNS];

	(void)context;
	if (!unit->table)
		return;
	find_colored(unit->table, colored);
	add_row(colored, to, unit->table, row, columns);
}

/* --- the card ------------------------------------------------------------------- */

static void
add_markdown(struct buf *to, struct str text)
{
	buf_adds(to, MARKDOWN_OPEN);
	json_add_escaped(to, text);
	buf_adds(to, MARKDOWN_CLOSE);
}

static void
add_note(void *context, struct buf *to, const char *text)
{
	(void)context;
	add_markdown(to, str_from(text));
}

static size_t
add_body(struct chat *chat, const struct chat_part *part, struct buf *to)
{
	struct str title = part->title.len ? part->title : STR("dpstudio");
	struct buf calls = BUF_INIT;

	buf_adds(to, "{\"msg_type\":\"interactive\",\"card\":{\"schema\":\"2.0\",\"config\":{"
		"\"update_multi\":true,\"width_mode\":\"fill\",\"summary\":{");
	json_add_member(to, "content", title, false);
	buf_adds(to, "}},\"header\":{\"title\":{\"tag\":\"plain_text\"");
	json_add_member(to, "content", title, true);
	buf_adds(to, "},\"template\":\"blue\"},\"body\":{\"elements\":[");
	buf_add_str(to, part->text);
	if (part->is_last && chat_has_mentions(&chat->mentions)) {
		if (chat->mentions.all)
			buf_adds(&calls, "<at id=all></at> ");
		chat_add_names(&calls, &chat->mentions.users, "<at id=", "></at>");
		buf_adds(to, part->text.len ? "," : "");
		add_markdown(to, str_trim(buf_str(&calls)));
	}
	buf_adds(to, "]}}}");
	if (part->text.len > 0)
		chat_warn_keyword(chat, chat->context, buf_str(to), part);
	buf_fini(&calls);
	return 0;
}

/* A webhook's bot resolves no mail addresses; the author's own tags may try. */
static void
warn_mail_mentions(struct document *doc)
{
	struct buf text = BUF_INIT;

	for (size_t i = 0; i < doc->block_count; i++)
		if (doc->blocks[i].source_mode)
			text_plain(&text, &doc->blocks[i].source);
	if (strstr(buf_text(&text), "<at email"))
		document_warn(doc, "W_MENTION",
			"Lark's webhook bots mention by open_id or user_id; "
			"<at email=…> may stay plain text");
	buf_fini(&text);
}

static bool
build(struct document *doc, const struct settings *settings, struct part_sink *sink,
	struct err *err)
{
	struct name_list keywords = settings_words(settings, "keywords", &doc->arena);
	struct md_units_options options = { .on_table = add_table, .on_image = chat_take_picture,
		.element = { MARKDOWN_OPEN, MARKDOWN_CLOSE }, .element_escape = json_add_escaped };
	struct chat chat;

	chat_init(&chat, &channel_lark, doc, settings, &md_dialect_lark);
	chat_collect_mentions(&chat, "at_all", "at_user_ids", NULL, NULL);
	warn_mail_mentions(doc);
	chat.context = &keywords;
	chat.body = add_body;
	chat.kind = "interactive";
	chat.plan.separator = ",";
	chat.plan.budget -= SIGN_RESERVE;
	chat.plan.max_tables = MAX_TABLES;
	chat.plan.max_units = MAX_ELEMENTS;
	chat.plan.max_element = ELEMENT_MAX;
	chat.plan.note = add_note;
	chat.plan.shorten = shorten;
	if (!chat_reserve_envelope(&chat, err))
		return false;
	options.max = chat.plan.budget < ELEMENT_MAX ? chat.plan.budget : ELEMENT_MAX;
	options.context = &chat;
	render_markdown_units(&chat.units, doc, &md_dialect_lark, &options);
	if (chat.picture_count > 0 && keywords.count > 0)
		document_warn(doc, "W_KEYWORD", "Lark will refuse the picture: the bot wants a "
			"keyword, and a picture has no text");
	return chat_emit(&chat, sink, err);
}

/* --- sending --------------------------------------------------------------------- */

/* The composed text is the key and the message is empty; the result goes into the body
 * as it is (channels.md 2.2). */
static bool
add_sign(struct buf *body, struct str secret, struct err *err)
{
	struct buf key = BUF_INIT;
	unsigned char mac[32];
	bool ok;

	buf_addf(&key, "%lld\n", (long long)(clock_now_us() / CLOCK_SECOND));
	buf_addf(body, "{\"timestamp\":\"%.*s\",\"sign\":\"", (int)key.len - 1, key.p);
	buf_add_str(&key, secret);
	ok = digest_hmac_sha256(buf_str(&key), STR_NONE, mac, err);
	if (ok)
		base64_add(body, (struct str){ (char *)mac, sizeof(mac) });
	buf_adds(body, "\",");
	explicit_bzero(key.p, key.len);
	buf_fini(&key);
	return ok;
}

/* Lark's support asks for the number of the request. */
static void
add_log_id(const struct http_answer *answer, struct outcome *outcome)
{
	struct str id = http_answer_header(answer, "X-Tt-Logid");
	struct buf text = BUF_INIT;

	if (id.len == 0 || id.len > 64 || outcome->state == OUTCOME_ACCEPTED)
		return;
	buf_addf(&text, "%.180s (log id %.*s)", outcome->message, STR_ARG(id));
	outcome_set_message(outcome, buf_str(&text));
	buf_fini(&text);
}

static void
judge(const struct http_answer *answer, struct outcome *outcome)
{
	bool is_error = answer->status / 100 != 2;
	struct outcome by_status = *outcome;
	cJSON *json = post_answer_json(answer, outcome);
	long code = post_json_long(json, "code", post_json_long(json, "StatusCode", NO_CODE));
	struct str message = post_json_text(json, "msg");

	if (message.len == 0)
		message = post_json_text(json, "StatusMessage");
	if (is_error && code == NO_CODE)
		*outcome = by_status;
	else if (code == 0 && !is_error)
		post_accept(outcome);
	else if (json && code == NO_CODE)
		post_reject(outcome, CLASS_SERVER, "the answer has no code",
			"is this URL a Lark webhook?");
	else if (json)
		post_judge_code(outcome, code, message, codes, ARRAY_LEN(codes), words,
			ARRAY_LEN(words), CLASS_CONTENT);
	add_log_id(answer, outcome);
	cJSON_Delete(json);
}

/* {"timestamp","sign", then the message as it is. */
static void
post_message(const struct send_request *request, struct str message, struct outcome *outcome)
{
	struct str secret = str_trim(str_from(settings_get(request->settings, "secret")));
	struct str webhook = str_trim(str_from(settings_get(request->settings, "webhook")));
	struct buf url = BUF_INIT, body = BUF_INIT;
	struct err err = ERR_INIT;

	*outcome = (struct outcome)OUTCOME_INIT;
	buf_add_str(&url, webhook);
	if (secret.len > 0 && !add_sign(&body, secret, &err)) {
		post_reject(outcome, CLASS_AUTH, err.msg, err.hint);
	} else {
		struct post post = { .send = request, .url = buf_text(&url),
			.content_type = "application/json; charset=utf-8" };
		struct http_answer answer;

		buf_add_str(&body, body.len ? str_slice(message, 1, message.len) : message);
		post.body = buf_str(&body);
		if (post_perform(&post, true, outcome, &answer))
			judge(&answer, outcome);
		http_answer_fini(&answer);
	}
	buf_fini(&url);
	buf_fini(&body);
}

static void
send_picture(const struct send_request *request, struct outcome *outcome)
{
	struct buf key = BUF_INIT, message = BUF_INIT;

	if (lark_picture_upload(request, &key, outcome)) {
		buf_adds(&message, "{\"msg_type\":\"image\",\"content\":{");
		json_add_member(&message, "image_key", buf_str(&key), false);
		buf_adds(&message, "}}");
		post_message(request, buf_str(&message), outcome);
	}
	buf_fini(&key);
	buf_fini(&message);
}

static void
send(const struct send_request *request, struct outcome *outcome)
{
	*outcome = (struct outcome)OUTCOME_INIT;
	if (part_is_file(request->part->kind))
		send_picture(request, outcome);
	else if (!chat_passes_keywords(request))
		post_reject(outcome, CLASS_SECURITY_GATE, "not sent: no keyword of the bot is in "
			"the message", "put a keyword into title or text");
	else
		post_message(request, request->part->body, outcome);
	outcome_mask(outcome, request->settings);
}

static bool
check(const struct settings *settings, struct err *err)
{
	const char *webhook = settings_get(settings, "webhook");

	if (!strstr(webhook, "/hook/")) {
		err_set(err, ERR_INPUT, "webhook is not the URL of a custom bot");
		return err_hint(err, "it contains /open-apis/bot/v2/hook/");
	}
	if (settings_has(settings, "app_id") != settings_has(settings, "app_secret"))
		return err_set(err, ERR_INPUT, "app_id and app_secret belong together");
	if (settings_has(settings, "app_id") && !strstr(webhook, "/open-apis/"))
		return err_set(err, ERR_INPUT,
			"with app_id the webhook must contain /open-apis/bot/v2/hook/");
	return true;
}

static bool
preview(struct document *doc, const struct settings *settings, int columns, struct buf *to,
	struct err *err)
{
	struct chat_look look = { .shows_colors = true, .table = MD_TABLE_GFM,
		.shows_pictures = settings_has(settings, "app_id") };

	(void)err;
	return chat_preview(&channel_lark, &look, doc, columns, to);
}

const struct channel channel_lark = {
	.name = "lark",
	.label = N_("Lark"),
	.fields = fields,
	.field_count = ARRAY_LEN(fields),
	.budget = 20000,
	.budget_unit = "bytes",
	.mentions = MENTION_ALL | MENTION_USERS,
	.picture_max = LARK_PICTURE_MAX,
	.picture_needs = "app_id",
	.most_columns = MAX_COLUMNS,
	.pace_burst = 5,
	.pace_refill_s = 0.6,
	.about = N_("Lark or Feishu group bot"),
	.build = build,
	.preview = preview,
	.send = send,
	.check = check,
};
