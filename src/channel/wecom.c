/* SPDX-License-Identifier: MIT */
/* WeCom group bot by webhook (channels.md 3). */
#include "src/channel/chat.h"
#include "src/channel/post.h"

#define TEXT_BUDGET 2000
#define URL_PREFIX "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key="

static const struct field fields[] = {
	{ .name = "webhook", .label = "Webhook URL", .kind = FIELD_SECRET, .required = true,
		.help = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=…, or the key" },
	{ .name = "dialect", .label = "Message form", .kind = FIELD_CHOICE,
		.choices = "markdown_v2|markdown|text", .initial = "markdown_v2",
		.help = "markdown_v2 shows tables, markdown has colours, text is plain" },
	{ .name = "mentioned_list", .label = "Mention users", .kind = FIELD_LIST,
		.help = "user ids, or @all" },
	{ .name = "mentioned_mobile_list", .label = "Mention mobiles", .kind = FIELD_LIST,
		.help = "mobile numbers to mention" },
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

static const struct form *
form_of(const struct settings *settings)
{
	const char *name = settings_get(settings, "dialect");

	for (size_t i = 0; i < ARRAY_LEN(forms); i++)
		if (strcmp(name, forms[i].name) == 0)
			return &forms[i];
	return &forms[0];
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
	buf_addf(to, "{\"msgtype\":\"%s\",\"%s\":{", form->name, form->name);
	json_add_member(to, "content", buf_str(&text), false);
	if (is_text && part->is_last && chat_has_mentions(&chat->mentions))
		add_lists(to, &chat->mentions);
	buf_adds(to, "}}");
	measured = text.len;
	buf_fini(&text);
	return measured ? measured : 1;
}

static bool
build(struct document *doc, const struct settings *settings, struct part_sink *sink,
	struct err *err)
{
	const struct form *form = form_of(settings);
	struct md_units_options options = { 0 };
	struct chat chat;

	chat_init(&chat, &channel_wecom, doc, settings, form->dialect);
	chat_collect_mentions(&chat, "", "mentioned_list", "mentioned_mobile_list", NULL);
	for (size_t i = 0; i < chat.mentions.users.count; i++)
		chat.mentions.all |= strcmp(chat.mentions.users.list[i], "@all") == 0;
	chat.context = (void *)form;
	chat.body = add_body;
	chat.kind = form->name;
	chat.plan.budget = form->budget;
	if (form->dialect != &md_dialect_text && chat_has_mentions(&chat.mentions))
		chat.extra = add_mention_message;
	if (!chat_reserve_envelope(&chat, err))
		return false;
	options.max = chat.plan.budget;
	render_markdown_units(&chat.units, doc, form->dialect, &options);
	return chat_emit(&chat, sink, err);
}

static void
send(const struct send_request *request, struct outcome *outcome)
{
	struct str webhook = str_trim(str_from(settings_get(request->settings, "webhook")));
	struct post post = { .send = request, .body = request->part->body };
	struct http_answer answer;
	struct buf url = BUF_INIT;

	*outcome = (struct outcome)OUTCOME_INIT;
	if (str_find(webhook, STR("://"), 0) == SIZE_MAX)
		buf_adds(&url, URL_PREFIX);
	buf_add_str(&url, webhook);
	post.url = buf_text(&url);
	if (post_perform(&post, false, outcome, &answer))
		post_judge_errcode(&answer, outcome, codes, ARRAY_LEN(codes), words,
			ARRAY_LEN(words));
	http_answer_fini(&answer);
	outcome_mask(outcome, request->settings);
	buf_fini(&url);
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
	const struct form *form = form_of(settings);
	struct chat_look look = { .table = form->dialect->table,
		.shows_colors = form->dialect->colors[COLOR_RED].open != NULL,
		.table_note = form->dialect == &md_dialect_wecom_v2 ?
			"Clients before 4.1.36 show the message's raw text." : NULL };

	(void)err;
	return chat_preview(&channel_wecom, &look, doc, columns, to);
}

const struct channel channel_wecom = {
	.name = "wecom",
	.label = "WeCom",
	.fields = fields,
	.field_count = ARRAY_LEN(fields),
	.budget = 4000,
	.budget_unit = "bytes",
	.pace_burst = 20,
	.pace_refill_s = 3,
	.about = "WeCom group bot",
	.build = build,
	.preview = preview,
	.send = send,
	.check = check,
};
