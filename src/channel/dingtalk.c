/* SPDX-License-Identifier: MIT */
/* DingTalk group robot by webhook (channels.md 1). */
#include <stdio.h>

#include "src/channel/chat.h"
#include "src/channel/post.h"
#include "src/content/markdown.h"

static const struct field fields[] = {
	{ .name = "webhook", .label = N_("Webhook URL"), .kind = FIELD_SECRET, .required = true,
		.help = N_("https://oapi.dingtalk.com/robot/send?access_token=…") },
	{ .name = "secret", .label = N_("Signing secret"), .kind = FIELD_SECRET,
		.help = N_("SEC…, when the robot uses the additional signature") },
	{ .name = "keywords", .label = N_("Keywords"), .kind = FIELD_LIST,
		.help = N_("the robot's keywords: one must be in each message") },
	{ .name = "at_mobiles", .label = N_("Mention mobiles"), .kind = FIELD_LIST,
		.help = N_("mobile numbers to mention") },
	{ .name = "at_user_ids", .label = N_("Mention users"), .kind = FIELD_LIST,
		.help = N_("user ids to mention") },
	{ .name = "at_all", .label = N_("Mention all"), .kind = FIELD_BOOL, .initial = "false",
		.help = N_("mention everybody in the group") },
	{ .name = "tables", .label = N_("Tables as"), .kind = FIELD_CHOICE, .choices = "table|list",
		.initial = "table",
			.help = N_("list: one line a row, for phones that show no tables") },
	{ .name = "buttons", .label = N_("Buttons"), .kind = FIELD_CHOICE, .choices = "none|links",
		.initial = "none",
		.help = N_("links: a last paragraph of links alone becomes buttons (actionCard)") },
};

#define MOST_BUTTONS 8

struct message { /* what the envelope needs */
	struct name_list keywords;
	struct md_node *buttons[MOST_BUTTONS]; /* links of the last paragraph; none */
	size_t button_count;
};

#define BUSY(code) { code, OUTCOME_DEFERRED, CLASS_SERVER, -1, 3, "DingTalk is busy" }
#define FAST(code, seconds) { code, OUTCOME_DEFERRED, CLASS_RATE, seconds, 0, \
	"more than 20 messages in a minute: DingTalk locks the robot for 10 minutes" }
#define TOKEN(code) { code, OUTCOME_REJECTED, CLASS_AUTH, -1, 0, \
	"the access_token in the webhook is wrong: copy the webhook from the robot again" }
#define GONE(code, words) { code, OUTCOME_REJECTED, CLASS_TARGET_GONE, -1, 0, words }
#define BROKEN(code) { code, OUTCOME_REJECTED, CLASS_CONTENT, -1, 0, \
	"DingTalk does not accept this message: check title and content" }
#define LARGE(code) { code, OUTCOME_REJECTED, CLASS_SIZE, -1, 0, \
	"the message is above 20,000 bytes: set oversize to split" }
#define UNSUITABLE(code, what) { code, OUTCOME_REJECTED, CLASS_CONTENT, -1, 0, \
	"DingTalk's filter refused " what " in the message" }
#define GATE(words, advice) { 310000, words, \
	{ 310000, OUTCOME_REJECTED, CLASS_SECURITY_GATE, -1, 0, advice } }

static const struct code_row codes[] = {
	BUSY(-1),
	TOKEN(88),
	TOKEN(300001),
	TOKEN(300005),
	TOKEN(400101),
	GONE(400102, "the robot is disabled: enable it in the group"),
	GONE(400013, "the group was disbanded: choose another destination"),
	BROKEN(400105),
	GONE(400106, "the robot was removed from the group: add a new one"),
	BROKEN(400402),
	BROKEN(40035),
	BROKEN(43004),
	{ 310000, OUTCOME_REJECTED, CLASS_SECURITY_GATE, -1, 0,
		"the robot's security settings refused it: compare keywords, secret and IP list" },
	FAST(410100, 600),
	FAST(130101, 600),
	LARGE(460101),
	LARGE(101002),
	UNSUITABLE(430101, "a link"),
	UNSUITABLE(430102, "a text"),
	UNSUITABLE(430103, "a picture"),
	UNSUITABLE(430104, "something"),
};

#define KEYWORD_ADVICE "no keyword of the robot is in the message: put one into title or text, " \
	"and list them in the field keywords"

/* Which of the three gates it was stands only in the words. */
static const struct words_row gates[] = {
	GATE("keyword", KEYWORD_ADVICE),
	GATE("关键词", KEYWORD_ADVICE),
	GATE("timestamp", "this host's clock is wrong by more than an hour: set it (timedatectl)"),
	GATE("sign", "the signing secret is wrong, or this host's clock is: compare both"),
	GATE("whitelist", "this host's public address is not in the robot's IP list"),
	GATE("白名单", "this host's public address is not in the robot's IP list"),
	GATE("时间戳", "this host's clock is wrong by more than an hour: set it (timedatectl)"),
	GATE("签名", "the signing secret is wrong, or this host's clock is: compare both"),
};

/* "\n\n@138… @zhang": a mention counts only when it also stands in the text. */
static void
add_mention_text(struct buf *to, const struct chat_mentions *m)
{
	if (m->all || m->mobiles.count + m->users.count == 0)
		return;
	buf_adds(to, "\n\n");
	chat_add_names(to, &m->mobiles, "@", "");
	if (m->mobiles.count > 0 && m->users.count > 0)
		buf_addc(to, ' ');
	chat_add_names(to, &m->users, "@", "");
}

static void
add_mention_object(struct buf *to, const struct chat_mentions *m)
{
	static const struct name_list nobody;

	buf_adds(to, ",\"at\":{\"atMobiles\":");
	json_add_list(to, m->all ? &nobody : &m->mobiles);
	buf_adds(to, ",\"atUserIds\":");
	json_add_list(to, m->all ? &nobody : &m->users);
	buf_addf(to, ",\"isAtAll\":%s}", m->all ? "true" : "false");
}

/* --- buttons -------------------------------------------------------------------- */

static void
add_label(struct buf *to, const struct md_node *node)
{
	for (const struct md_node *n = node; n; n = n->next) {
		text_plain(to, &n->text);
		add_label(to, n->first);
	}
}

static bool
add_button(struct buf *to, const struct md_node *link, const char *title_key,
	const char *url_key)
{
	struct buf label = BUF_INIT, url = BUF_INIT;
	bool ok;

	add_label(&label, link->first);
	ok = markdown_add_url(&url, &link->url, md_dialect_dingtalk.extra_scheme) && url.len > 0;
	json_add_member(to, title_key, buf_str(&label), false);
	json_add_member(to, url_key, buf_str(&url), true);
	buf_fini(&label);
	buf_fini(&url);
	return ok;
}

/* "singleTitle", or "btns" one below the other. */
static void
add_buttons(struct buf *to, const struct message *m)
{
	if (m->button_count == 1) {
		buf_addc(to, ',');
		add_button(to, m->buttons[0], "singleTitle", "singleURL");
		return;
	}
	buf_adds(to, ",\"btnOrientation\":\"0\",\"btns\":[");
	for (size_t i = 0; i < m->button_count; i++) {
		buf_adds(to, i ? ",{" : "{");
		add_button(to, m->buttons[i], "title", "actionURL");
		buf_addc(to, '}');
	}
	buf_addc(to, ']');
}

static bool
is_blank(const struct md_node *node)
{
	struct buf text = BUF_INIT;
	bool blank;

	if (node->kind == MD_SOFT_BREAK || node->kind == MD_HARD_BREAK)
		return true;
	text_plain(&text, &node->text);
	blank = node->kind == MD_TEXT && str_trim(buf_str(&text)).len == 0;
	buf_fini(&text);
	return blank;
}

static bool
has_address(const struct md_node *link)
{
	struct buf ignored = BUF_INIT;
	bool has = add_button(&ignored, link, "a", "b");

	buf_fini(&ignored);
	return has;
}

/* All of a paragraph's links when nothing else is in it. */
static bool
take_links(struct message *m, const struct md_node *paragraph)
{
	for (struct md_node *n = paragraph->first; n; n = n->next) {
		if (is_blank(n))
			continue;
		if (n->kind != MD_LINK || m->button_count == MOST_BUTTONS || !has_address(n)) {
			m->button_count = 0;
			return false;
		}
		m->buttons[m->button_count++] = n;
	}
	return m->button_count > 0;
}

/* Cuts a last paragraph of links off; what holds it, to be put back: the document is
 * that of other destinations too. */
static struct md_node **
take_buttons(struct message *m, struct document *doc, const struct settings *settings)
{
	struct doc_block *last = NULL;
	struct md_node **place;

	for (size_t i = 0; i < doc->block_count; i++)
		if (doc->blocks[i].kind != DOC_EMAIL_BODY)
			last = &doc->blocks[i];
	if (strcmp(settings_get(settings, "buttons"), "links") != 0 || !last ||
		last->kind != DOC_MARKDOWN || !last->md || !last->md->first)
		return NULL;
	for (place = &last->md->first; (*place)->next; place = &(*place)->next)
		;
	return (*place)->kind == MD_PARAGRAPH && take_links(m, *place) ? place : NULL;
}

/* --- the message ----------------------------------------------------------------- */

/* A card cannot call anybody: a short text behind it does. */
static void
add_mention_message(struct chat *chat, struct str title, struct buf *to)
{
	const struct message *message = chat->context;
	struct buf text = BUF_INIT;
	bool passes = message->keywords.count == 0;

	buf_add_str(&text, title.len ? title : STR("dpstudio"));
	for (size_t i = 0; i < message->keywords.count; i++)
		passes = passes || strstr(buf_text(&text), message->keywords.list[i]);
	if (!passes) /* the robot wants one in this message too */
		buf_addf(&text, " %s", message->keywords.list[0]);
	add_mention_text(&text, &chat->mentions);
	buf_adds(to, "{\"msgtype\":\"text\",\"text\":{");
	json_add_member(to, "content", buf_str(&text), false);
	buf_addc(to, '}');
	add_mention_object(to, &chat->mentions);
	buf_addc(to, '}');
	buf_fini(&text);
}

static void
add_envelope(struct buf *to, struct str title, struct str text, const struct message *buttons,
	const struct chat_mentions *m)
{
	const char *kind = buttons ? "actionCard" : "markdown";

	buf_addf(to, "{\"msgtype\":\"%s\",\"%s\":{", kind, kind);
	json_add_member(to, "title", title.len ? title : STR("dpstudio"), false);
	json_add_member(to, "text", text, true);
	if (buttons)
		add_buttons(to, buttons);
	buf_addc(to, '}');
	if (!buttons)
		add_mention_object(to, m);
	buf_addc(to, '}');
}

/* Title in the text too: only there the group sees it, and keywords are looked for. */
static size_t
add_body(struct chat *chat, const struct chat_part *part, struct buf *to)
{
	static const struct chat_mentions nobody;
	const struct message *message = chat->context;
	bool has_buttons = part->is_last && message->button_count > 0;
	const struct chat_mentions *m = part->is_last && !has_buttons ? &chat->mentions : &nobody;
	struct buf text = BUF_INIT;

	if (part->title.len > 0) {
		buf_adds(&text, "#### ");
		md_dialect_dingtalk.data(&text, part->title);
		buf_adds(&text, "\n\n");
	}
	buf_add_str(&text, part->text);
	add_mention_text(&text, m);
	add_envelope(to, part->title, buf_str(&text), has_buttons ? message : NULL, m);
	if (part->text.len > 0)
		chat_warn_keyword(chat, &message->keywords, buf_str(to), part);
	buf_fini(&text);
	return 0;
}

static bool
build(struct document *doc, const struct settings *settings, struct part_sink *sink,
	struct err *err)
{
	struct md_dialect dialect = md_dialect_dingtalk;
	struct md_units_options options = { .measure = parts_measure_json,
		.on_image = chat_take_picture };
	struct message message = { .keywords = settings_words(settings, "keywords", &doc->arena) };
	struct md_node **place = take_buttons(&message, doc, settings), *paragraph = NULL;
	struct chat chat;
	bool ok;

	if (place) {
		paragraph = *place;
		*place = NULL;
	}
	if (strcmp(settings_get(settings, "tables"), "list") == 0)
		dialect.table = MD_TABLE_LIST;
	chat_init(&chat, &channel_dingtalk, doc, settings, &dialect);
	chat_collect_mentions(&chat, "at_all", "at_user_ids", "at_mobiles", NULL);
	chat.context = &message;
	if (message.button_count > 0 && chat_has_mentions(&chat.mentions))
		chat.extra = add_mention_message;
	chat.body = add_body;
	chat.kind = "markdown";
	chat.plan.measure = parts_measure_json;
	ok = chat_reserve_envelope(&chat, err);
	if (ok) {
		options.max = chat.plan.budget;
		options.context = &chat;
		render_markdown_units(&chat.units, doc, &dialect, &options);
		ok = chat_emit(&chat, sink, err);
	}
	if (place)
		*place = paragraph;
	return ok;
}

/* timestamp and sign go into the query, the sign percent-encoded once. */
static bool
sign(struct buf *url, struct str secret, struct err *err)
{
	struct buf text = BUF_INIT, code = BUF_INIT;
	unsigned char mac[32];
	char stamp[24];
	bool ok;

	snprintf(stamp, sizeof(stamp), "%lld", (long long)(clock_now_us() / 1000));
	buf_addf(&text, "%s\n%.*s", stamp, STR_ARG(secret));
	ok = digest_hmac_sha256(secret, buf_str(&text), mac, err);
	if (ok) {
		base64_add(&code, (struct str){ (char *)mac, sizeof(mac) });
		url_add_query(url, "timestamp", str_from(stamp));
		url_add_query(url, "sign", buf_str(&code));
	}
	explicit_bzero(text.p, text.len);
	buf_fini(&text);
	buf_fini(&code);
	return ok;
}

static void
send(const struct send_request *request, struct outcome *outcome)
{
	struct str secret = str_trim(str_from(settings_get(request->settings, "secret")));
	struct str webhook = str_trim(str_from(settings_get(request->settings, "webhook")));
	struct buf url = BUF_INIT;
	struct err err = ERR_INIT;

	*outcome = (struct outcome)OUTCOME_INIT;
	buf_add_str(&url, webhook);
	if (!chat_passes_keywords(request)) {
		post_reject(outcome, CLASS_SECURITY_GATE, "not sent: no keyword of the robot is in "
			"the message", KEYWORD_ADVICE);
	} else if (secret.len > 0 && !sign(&url, secret, &err)) {
		post_reject(outcome, CLASS_AUTH, err.msg, err.hint);
	} else {
		struct post post = { .send = request, .url = buf_text(&url),
			.body = request->part->body };
		struct http_answer answer;

		if (post_perform(&post, false, outcome, &answer))
			post_judge_errcode(&answer, outcome, codes, ARRAY_LEN(codes), gates,
				ARRAY_LEN(gates));
		http_answer_fini(&answer);
	}
	outcome_mask(outcome, request->settings);
	buf_fini(&url);
}

static bool
check(const struct settings *settings, struct err *err)
{
	const char *webhook = settings_get(settings, "webhook");

	if (!strstr(webhook, "access_token="))
		return err_set(err, ERR_INPUT, "webhook has no access_token") ||
			err_hint(err, "copy the whole URL from the robot's settings");
	return true;
}

static bool
preview(struct document *doc, const struct settings *settings, int columns, struct buf *to,
	struct err *err)
{
	static const struct chat_look table = { .table = MD_TABLE_GFM, .table_note =
		"Phones may show the table's raw text: tables=list is made for them." };
	static const struct chat_look list = { .table = MD_TABLE_LIST };
	bool as_list = strcmp(settings_get(settings, "tables"), "list") == 0;

	(void)err;
	return chat_preview(&channel_dingtalk, as_list ? &list : &table, doc, columns, to);
}

const struct channel channel_dingtalk = {
	.name = "dingtalk",
	.label = N_("DingTalk"),
	.fields = fields,
	.field_count = ARRAY_LEN(fields),
	.budget = 19500,
	.budget_unit = "bytes",
	.mentions = MENTION_ALL | MENTION_USERS | MENTION_MOBILES,
	.pace_burst = 20,
	.pace_refill_s = 3,
	.about = N_("DingTalk group robot"),
	.build = build,
	.preview = preview,
	.send = send,
	.check = check,
};
