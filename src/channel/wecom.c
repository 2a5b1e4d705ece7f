/* SPDX-License-Identifier: MIT */
/* WeCom group bot by webhook (channels.md 3). */
#include "src/channel/chat.h"
#include "src/channel/multipart.h"
#include "src/channel/post.h"
#include "src/content/render_text.h"

#define TEXT_BUDGET 2000
#define PICTURE_MAX ((size_t)2 << 20) /* before base64 */
#define FILE_MAX ((size_t)20 << 20)
#define URL_PREFIX "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key="

static const struct field fields[] = {
	{ .name = "webhook", .label = N_("Webhook URL"), .kind = FIELD_SECRET, .required = true,
		.help = N_("https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=…, or the key") },
	{ .name = "dialect", .label = N_("Message form"), .kind = FIELD_CHOICE,
		.choices = "auto|markdown_v2|markdown|text", .initial = "auto",
		.help = N_("markdown_v2 shows tables, markdown has colours, text is plain; "
			"auto: by what is in the message") },
	{ .name = "mentioned_list", .label = N_("Mention users"), .kind = FIELD_LIST,
		.help = N_("user ids, or @all") },
	{ .name = "mentioned_mobile_list", .label = N_("Mention mobiles"), .kind = FIELD_LIST,
		.help = N_("mobile numbers to mention") },
};

#define MEDIA(code) { code, OUTCOME_REJECTED, CLASS_CONTENT, -1, 0, \
	"WeCom does not take this file or picture" }
#define LONG(code) { code, OUTCOME_REJECTED, CLASS_SIZE, -1, 0, \
	"the message is above WeCom's limit: set oversize to split" }

static const struct code_row codes[] = {
	{ -1, OUTCOME_DEFERRED, CLASS_SERVER, -1, 3, "WeCom is busy" },
	MEDIA(40004),
	MEDIA(40006),
	MEDIA(40007),
	{ 40008, OUTCOME_REJECTED, CLASS_CONTENT, -1, 0,
		"WeCom does not know this kind of message" },
	MEDIA(40009),
	{ 40058, OUTCOME_REJECTED, CLASS_CONTENT, -1, 0,
		"WeCom found a wrong or missing value in the message" },
	{ 44004, OUTCOME_REJECTED, CLASS_CONTENT, -1, 0, "the message is empty" },
	LONG(45002),
	{ 45009, OUTCOME_DEFERRED, CLASS_RATE, 60, 3, "more than 20 messages in a minute" },
	{ 45033, OUTCOME_DEFERRED, CLASS_RATE, 3, 3, "too many messages at the same time" },
	{ 93000, OUTCOME_REJECTED, CLASS_TARGET_GONE, -1, 0,
		"the key is wrong or the bot was removed: copy the webhook again" },
	{ 93004, OUTCOME_REJECTED, CLASS_TARGET_GONE, -1, 0,
		"the bot is disabled: enable it in the group" },
	{ 93008, OUTCOME_REJECTED, CLASS_TARGET_GONE, -1, 0,
		"the bot is not in the group (any more)" },
	MEDIA(301019),
};

static const struct words_row words[] = {
	{ 40058, "exceed max length", LONG(40058) },
};

static const struct form {
	const char *name;
	const struct md_dialect *dialect;
	size_t budget;
	const char *heading; /* before the title */
} forms[] = {
	{ "markdown_v2", &md_dialect_wecom_v2, 4000, "## " },
	{ "markdown", &md_dialect_wecom, 4000, "## " },
	{ "text", &md_dialect_text, TEXT_BUDGET, "" },
};

enum { FORM_V2, FORM_V1 };

/* What only the second form shows. */
static bool
needs_v2(const struct md_node *node)
{
	for (const struct md_node *n = node; n; n = n->next)
		if (n->kind == MD_TABLE || n->kind == MD_LIST || n->kind == MD_CODE_BLOCK ||
			n->kind == MD_IMAGE || n->kind == MD_RULE || n->kind == MD_EMPH ||
			needs_v2(n->first))
			return true;
	return false;
}

/* An author's own tags of the first form. */
static bool
is_v1_source(const struct doc_block *block)
{
	struct buf text = BUF_INIT;
	bool is;

	text_plain(&text, &block->source);
	is = strstr(buf_text(&text), "<font ") || strstr(buf_text(&text), "<@");
	buf_fini(&text);
	return is;
}

/* Tables and lists want markdown_v2; else markdown, which every client shows. */
static const struct form *
form_for(const struct document *doc)
{
	bool v2 = false;

	for (size_t i = 0; i < doc->block_count; i++) {
		const struct doc_block *b = &doc->blocks[i];

		if (b->kind == DOC_MARKDOWN && b->source_mode && is_v1_source(b))
			return &forms[FORM_V1];
		v2 = v2 || b->kind == DOC_TABLE ||
		     (b->kind == DOC_MARKDOWN && (b->source_mode || needs_v2(b->md)));
	}
	return &forms[v2 ? FORM_V2 : FORM_V1];
}

static const struct form *
form_of(const struct settings *settings, const struct document *doc)
{
	const char *name = settings_get(settings, "dialect");

	for (size_t i = 0; i < ARRAY_LEN(forms); i++)
		if (strcmp(name, forms[i].name) == 0)
			return &forms[i];
	return form_for(doc);
}

static void
add_lists(struct buf *to, const struct chat_mentions *m)
{
	static const char *const all[] = { "@all" };
	static const struct name_list everybody = { (const char **)all, 1 };

	buf_adds(to, ",\"mentioned_list\":");
	json_add_list(to, m->all ? &everybody : &m->users);
	buf_adds(to, ",\"mentioned_mobile_list\":");
	json_add_list(to, &m->mobiles);
}

/* Markdown forms cannot mention all: a short text follows that does. */
static void
add_mention_message(struct chat *chat, struct str title, struct buf *to)
{
	buf_adds(to, "{\"msgtype\":\"text\",\"text\":{");
	json_add_member(to, "content", title.len ? title : STR("dpstudio"), false);
	add_lists(to, &chat->mentions);
	buf_adds(to, "}}");
}

static size_t
add_body(struct chat *chat, const struct chat_part *part, struct buf *to)
{
	const struct form *form = chat->context;
	struct buf text = BUF_INIT;
	bool is_text = form->dialect == &md_dialect_text;
	size_t measured;

	if (part->title.len > 0) {
		buf_adds(&text, form->heading);
		form->dialect->data(&text, part->title);
		buf_adds(&text, "\n\n");
	}
	buf_add_str(&text, part->text);
	if (form == &forms[FORM_V1] && part->is_last && chat->mentions.users.count &&
		!chat->mentions.all) {
		buf_adds(&text, "\n");
		chat_add_names(&text, &chat->mentions.users, "<@", ">");
	}
	buf_addf(to, "{\"msgtype\":\"%s\",\"%s\":{", form->name, form->name);
	json_add_member(to, "content", buf_str(&text), false);
	if (is_text && part->is_last && chat_has_mentions(&chat->mentions))
		add_lists(to, &chat->mentions);
	buf_adds(to, "}}");
	measured = text.len;
	buf_fini(&text);
	return measured ? measured : 1;
}

/* The picture's bytes travel in the message itself. */
static bool
add_picture(struct chat *chat, const struct picture_file *picture, struct buf *to,
	struct err *err)
{
	struct str bytes = buf_str(&picture->bytes);
	unsigned char md5[16];

	(void)chat;
	if (strcmp(picture->type, "image/gif") == 0)
		return err_set(err, ERR_INPUT, "WeCom takes JPEG and PNG pictures, no GIF");
	if (!digest_md5(bytes, md5, err))
		return false;
	buf_adds(to, "{\"msgtype\":\"image\",\"image\":{\"base64\":\"");
	base64_add(to, bytes);
	buf_adds(to, "\",\"md5\":\"");
	hex_add(to, (struct str){ (char *)md5, sizeof(md5) });
	buf_adds(to, "\"}}");
	return true;
}

/* What the message itself cannot call. */
static bool
needs_mention_message(const struct form *form, const struct chat_mentions *m)
{
	if (form->dialect == &md_dialect_text)
		return false;
	return form == &forms[FORM_V1] ? m->all || m->mobiles.count : chat_has_mentions(m);
}

static bool
build(struct document *doc, const struct settings *settings, struct part_sink *sink,
	struct err *err)
{
	const struct form *form = form_of(settings, doc);
	struct md_units_options options = { .on_image = chat_take_picture };
	struct chat chat;

	chat_init(&chat, &channel_wecom, doc, settings, form->dialect);
	chat_collect_mentions(&chat, "", "mentioned_list", "mentioned_mobile_list", NULL);
	for (size_t i = 0; i < chat.mentions.users.count; i++)
		chat.mentions.all |= strcmp(chat.mentions.users.list[i], "@all") == 0;
	chat.context = (void *)form;
	chat.body = add_body;
	chat.kind = form->name;
	chat.plan.budget = chat.budget = form->budget;
	chat.picture = add_picture;
	if (needs_mention_message(form, &chat.mentions))
		chat.extra = add_mention_message;
	if (!chat_reserve_envelope(&chat, err))
		return false;
	options.max = chat.plan.budget;
	options.context = &chat;
	render_markdown_units(&chat.units, doc, form->dialect, &options);
	return chat_emit(&chat, sink, err);
}

/* --- sending --------------------------------------------------------------------- */

static bool
post_body(const struct send_request *request, const char *url, struct str body,
	const char *content_type, struct outcome *outcome, struct http_answer *answer)
{
	struct post post = { .send = request, .url = url, .body = body,
		.content_type = content_type };
	bool here = post_perform(&post, false, outcome, answer);

	if (here)
		post_judge_errcode(answer, outcome, codes, ARRAY_LEN(codes), words,
			ARRAY_LEN(words));
	return here && outcome->state == OUTCOME_ACCEPTED;
}

static void
take_media_id(const struct http_answer *answer, struct buf *message, struct outcome *outcome)
{
	cJSON *json = cJSON_ParseWithLength(buf_text(&answer->body), answer->body.len);
	struct str id = post_json_text(json, "media_id");

	if (id.len > 0) {
		buf_adds(message, "{\"msgtype\":\"file\",\"file\":{");
		json_add_member(message, "media_id", id, false);
		buf_adds(message, "}}");
	} else {
		post_reject(outcome, CLASS_SERVER, "the upload's answer has no media_id", "");
	}
	cJSON_Delete(json);
}

/* A file is uploaded first; nobody sees it before the message that names it. */
static bool
upload(const struct send_request *request, struct str url, struct buf *message,
	struct outcome *outcome)
{
	size_t at = str_find(url, STR("/send?"), 0);
	struct buf upload_url = BUF_INIT;
	struct http_answer answer;
	struct multipart form;

	if (at == SIZE_MAX) {
		post_reject(outcome, CLASS_CONTENT, "the webhook's URL has no /send?key=",
			"copy the webhook again: files are uploaded beside it");
		return false;
	}
	buf_add_str(&upload_url, str_slice(url, 0, at));
	buf_addf(&upload_url, "/upload_media%.*s", STR_ARG(str_slice(url, at + 5, url.len)));
	url_add_query(&upload_url, "type", STR("file"));
	multipart_init(&form, request->part->body);
	multipart_add_file(&form, "media", request->part->title, "application/octet-stream",
		request->part->body);
	multipart_end(&form);
	if (post_body(request, buf_text(&upload_url), buf_str(&form.body), form.content_type,
		    outcome, &answer))
		take_media_id(&answer, message, outcome);
	post_before_message(outcome);
	http_answer_fini(&answer);
	multipart_fini(&form);
	buf_fini(&upload_url);
	return message->len > 0;
}

static void
send(const struct send_request *request, struct outcome *outcome)
{
	struct str webhook = str_trim(str_from(settings_get(request->settings, "webhook")));
	bool is_file = request->part->kind && strcmp(request->part->kind, PART_FILE) == 0;
	struct buf url = BUF_INIT, message = BUF_INIT;
	struct http_answer answer;

	*outcome = (struct outcome)OUTCOME_INIT;
	if (str_find(webhook, STR("://"), 0) == SIZE_MAX)
		buf_adds(&url, URL_PREFIX);
	buf_add_str(&url, webhook);
	if (!is_file || upload(request, buf_str(&url), &message, outcome)) {
		*outcome = (struct outcome)OUTCOME_INIT;
		post_body(request, buf_text(&url), is_file ? buf_str(&message) : request->part->body,
			is_file ? "application/json; charset=utf-8" : NULL, outcome, &answer);
		http_answer_fini(&answer);
	}
	outcome_mask(outcome, request->settings);
	buf_fini(&url);
	buf_fini(&message);
}

static bool
check(const struct settings *settings, struct err *err)
{
	struct str webhook = str_trim(str_from(settings_get(settings, "webhook")));

	if (str_find(webhook, STR("://"), 0) == SIZE_MAX ? webhook.len >= 16 :
		str_find(webhook, STR("key="), 0) != SIZE_MAX)
		return true;
	err_set(err, ERR_INPUT, "webhook has no key");
	return err_hint(err, "copy the whole URL, or the key after key=");
}

static bool
preview(struct document *doc, const struct settings *settings, int columns, struct buf *to,
	struct err *err)
{
	const struct form *form = form_of(settings, doc);
	struct chat_look look = { .table = form->dialect->table,
		.shows_colors = form->dialect->colors[COLOR_RED].open != NULL,
		.shows_pictures = true };
	bool is_auto = strcmp(settings_get(settings, "dialect"), form->name) != 0;

	(void)err;
	if (form == &forms[FORM_V2])
		look.table_note = "Clients before 4.1.36 show the message's raw text.";
	else if (form == &forms[FORM_V1])
		look.table_note = "This form shows no tables: each row is a line.";
	if (!chat_preview(&channel_wecom, &look, doc, columns, to))
		return false;
	text_role_add(to, TEXT_MUTED);
	buf_addf(to, "\nSent as %s%s.\n", form->name, is_auto ? " (dialect is auto)" : "");
	text_role_add(to, TEXT_PLAIN);
	return true;
}

const struct channel channel_wecom = {
	.name = "wecom",
	.label = N_("WeCom"),
	.fields = fields,
	.field_count = ARRAY_LEN(fields),
	.budget = 4000,
	.budget_unit = "bytes",
	.mentions = MENTION_ALL | MENTION_USERS | MENTION_MOBILES,
	.picture_max = PICTURE_MAX,
	.attach_max = FILE_MAX,
	.pace_burst = 20,
	.pace_refill_s = 3,
	.about = N_("WeCom group bot"),
	.build = build,
	.preview = preview,
	.send = send,
	.check = check,
};
