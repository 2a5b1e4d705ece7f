/* SPDX-License-Identifier: MIT */
/* Microsoft Teams by a Workflows webhook: Adaptive Cards (channels.md 4). */
#include <stdio.h>
#include <stdlib.h>

#include "src/channel/chat.h"
#include "src/channel/post.h"

#define TEXT_OPEN "{\"type\":\"TextBlock\",\"wrap\":true,\"text\":\""
#define TEXT_CLOSE "\"}"

static const struct field fields[] = {
	{ .name = "webhook", .label = N_("Webhook URL"), .kind = FIELD_SECRET, .required = true,
		.help = N_("of the flow \"Post to a channel when a webhook request is received\"") },
	{ .name = "mentions", .label = N_("Mention"), .kind = FIELD_LIST,
		.help = N_("sign-in names (ann@example.com), or Name <ann@example.com>") },
	{ .name = "tables", .label = N_("Tables as"), .kind = FIELD_CHOICE,
		.choices = "auto|table|list", .initial = "auto",
		.help = N_("list: one line a row, compact and shown on every phone; "
			"auto: a list when the table is too large for one card") },
};

/* What Adaptive Cards have for our colours: a cell's ground, and its text for clients
 * that show no ground. */
static const struct {
	const char *style, *color;
	bool is_subtle;
} colors[COLOR_COUNT] = {
	[COLOR_GREEN] = { "good", "good", false },
	[COLOR_RED] = { "attention", "attention", false },
	[COLOR_ORANGE] = { "warning", "warning", false },
	[COLOR_BLUE] = { "accent", "accent", false },
	[COLOR_GREY] = { "emphasis", "default", true },
};

/* Cards evaluate {{DATE(…)}} anywhere, so no data may hold "{{". */
static void
add_run_text(struct buf *to, struct str text)
{
	struct buf broken = BUF_INIT;

	for (size_t i = 0; i < text.len; i++) {
		buf_addc(&broken, text.p[i]);
		if (text.p[i] == '{' && i + 1 < text.len && text.p[i + 1] == '{')
			buf_adds(&broken, "\xE2\x80\x8B");
	}
	json_add_string(to, buf_str(&broken));
	buf_fini(&broken);
}

/* A text without any Markdown: the only form in which data cannot act. */
static void
add_run(struct buf *to, struct str text, enum color color, const char *more)
{
	buf_adds(to, "{\"type\":\"TextRun\",\"text\":");
	add_run_text(to, text);
	if (colors[color].color)
		buf_addf(to, ",\"color\":\"%s\"%s", colors[color].color,
			colors[color].is_subtle ? ",\"isSubtle\":true" : "");
	buf_addf(to, "%s}", more);
}

static void
add_cell(struct buf *to, struct str text, enum color color, enum align align, const char *more)
{
	buf_adds(to, "{\"type\":\"TableCell\",");
	if (colors[color].style)
		buf_addf(to, "\"style\":\"%s\",", colors[color].style);
	buf_adds(to, "\"items\":[{\"type\":\"RichTextBlock\",");
	if (align == ALIGN_RIGHT || align == ALIGN_CENTER)
		buf_addf(to, "\"horizontalAlignment\":\"%s\",",
			align == ALIGN_RIGHT ? "Right" : "Center");
	buf_adds(to, "\"inlines\":[");
	add_run(to, text, color, more);
	buf_adds(to, "]}]}");
}

/* Columns share the width by what stands in them. */
static int
column_weight(const struct doc_table *t, size_t column)
{
	size_t widest = t->columns[column].header.len;

	for (size_t r = 0; r < t->row_count && r < 50; r++) {
		size_t len = table_cell(t, r, column).text.len;

		widest = len > widest ? len : widest;
	}
	return widest < 6 ? 1 : widest > 40 ? 8 : (int)(widest / 5);
}

/* Up to and with the header row; each data row brings its own comma. */
static void
add_table_head(struct buf *to, const struct doc_table *t)
{
	buf_adds(to, "{\"type\":\"Table\",\"firstRowAsHeader\":true,\"showGridLines\":true,"
		"\"columns\":[");
	for (size_t c = 0; c < t->column_count; c++)
		buf_addf(to, "%s{\"width\":%d}", c > 0 ? "," : "", column_weight(t, c));
	buf_adds(to, "],\"rows\":[{\"type\":\"TableRow\",\"cells\":[");
	for (size_t c = 0; c < t->column_count; c++) {
		if (c > 0)
			buf_addc(to, ',');
		add_cell(to, t->columns[c].header, COLOR_DEFAULT, t->columns[c].align,
			",\"weight\":\"Bolder\"");
	}
	buf_adds(to, "]}");
}

static void
add_row(const void *context, struct buf *to, const struct doc_table *t, size_t row,
	size_t columns)
{
	struct buf text = BUF_INIT;

	(void)context;
	buf_adds(to, ",{\"type\":\"TableRow\",\"cells\":[");
	for (size_t c = 0; c < t->column_count; c++) {
		struct cell cell = table_cell(t, row, c);

		buf_clear(&text);
		render_markdown_cell(&text, &cell, &md_dialect_text, columns);
		if (c > 0)
			buf_addc(to, ',');
		add_cell(to, buf_str(&text), cell.color, t->columns[c].align, "");
	}
	buf_adds(to, "]}");
	buf_fini(&text);
}

static const struct card_table table_form = { add_table_head, add_row, { "", 0 }, { "]}", 2 } };

static void
add_table(void *context, struct doc_block *block, struct unit_list *units)
{
	(void)context;
	card_table_add(&table_form, NULL, &block->table, units);
}

static void
shorten(void *context, const struct unit *unit, size_t row, size_t columns, struct buf *to)
{
	if (unit->table)
		add_row(context, to, unit->table, row, columns);
}

/* As a line of a list: Markdown inside the element's text. */
static void
shorten_line(void *context, const struct unit *unit, size_t row, size_t columns, struct buf *to)
{
	struct buf line = BUF_INIT;

	render_markdown_shorten(context, unit, row, columns, &line);
	json_add_escaped(to, buf_str(&line));
	buf_fini(&line);
}

static void
add_text_block(struct buf *to, struct str text)
{
	buf_adds(to, TEXT_OPEN);
	json_add_escaped(to, text);
	buf_adds(to, TEXT_CLOSE);
}

static void
add_note(void *context, struct buf *to, const char *text)
{
	(void)context;
	buf_adds(to, "{\"type\":\"TextBlock\",\"wrap\":true,\"isSubtle\":true,\"text\":");
	json_add_string(to, str_from(text));
	buf_addc(to, '}');
}

/* "Name <id>" or the id alone, named by what stands before its @. */
static void
split_mention(const char *text, struct str *name, struct str *id)
{
	const char *open = strrchr(text, '<'), *close = open ? strchr(open, '>') : NULL;

	if (close) {
		*name = str_trim((struct str){ text, (size_t)(open - text) });
		*id = str_trim((struct str){ open + 1, (size_t)(close - open - 1) });
	} else {
		*id = str_from(text);
		*name = (struct str){ text, strcspn(text, "@") };
	}
	if (name->len == 0)
		*name = *id;
}

static void
add_entities(struct buf *to, const struct name_list *who)
{
	struct str name, id;
	struct buf tag = BUF_INIT;

	buf_adds(to, ",\"entities\":[");
	for (size_t i = 0; i < who->count; i++) {
		split_mention(who->list[i], &name, &id);
		buf_clear(&tag);
		buf_addf(&tag, "<at>%.*s</at>", STR_ARG(name));
		buf_addf(to, "%s{\"type\":\"mention\"", i > 0 ? "," : "");
		json_add_member(to, "text", buf_str(&tag), true);
		buf_adds(to, ",\"mentioned\":{");
		json_add_member(to, "id", id, false);
		json_add_member(to, "name", name, true);
		buf_adds(to, "}}");
	}
	buf_addc(to, ']');
	buf_fini(&tag);
}

static void
add_mention_line(struct buf *to, const struct name_list *who)
{
	struct buf line = BUF_INIT;
	struct str name, id;

	for (size_t i = 0; i < who->count; i++) {
		split_mention(who->list[i], &name, &id);
		buf_addf(&line, "%s<at>%.*s</at>", i > 0 ? " " : "", STR_ARG(name));
	}
	add_text_block(to, buf_str(&line));
	buf_fini(&line);
}

static size_t
add_body(struct chat *chat, const struct chat_part *part, struct buf *to)
{
	const struct name_list *who = &chat->mentions.emails;
	bool calls = part->is_last && who->count > 0;
	const char *version = chat->context;
	const char *comma = "";

	buf_addf(to, "{\"type\":\"message\",\"attachments\":[{\"contentType\":"
		"\"application/vnd.microsoft.card.adaptive\",\"contentUrl\":null,\"content\":{"
		"\"$schema\":\"http://adaptivecards.io/schemas/adaptive-card.json\","
		"\"type\":\"AdaptiveCard\",\"version\":\"%s\",\"msteams\":{\"width\":\"Full\"",
		version);
	if (calls)
		add_entities(to, who);
	buf_adds(to, "},\"body\":[");
	if (part->title.len > 0) {
		buf_adds(to, "{\"type\":\"RichTextBlock\",\"inlines\":[");
		add_run(to, part->title, COLOR_DEFAULT,
			",\"size\":\"Large\",\"weight\":\"Bolder\"");
		buf_adds(to, "]}");
		comma = ",";
	}
	if (part->text.len > 0) {
		buf_adds(to, comma);
		buf_add_str(to, part->text);
		comma = ",";
	}
	if (calls) {
		buf_adds(to, comma);
		add_mention_line(to, who);
	}
	buf_adds(to, "]}}]}");
	return 0;
}

/* Bytes of the tables as table elements, up to where it is too many. */
static size_t
measure_tables(const struct document *doc, size_t enough)
{
	struct buf text = BUF_INIT;
	size_t bytes = 0;

	for (size_t i = 0; i < doc->block_count && bytes < enough; i++) {
		const struct doc_table *t = &doc->blocks[i].table;

		if (doc->blocks[i].kind != DOC_TABLE)
			continue;
		buf_clear(&text);
		add_table_head(&text, t);
		for (size_t r = 0; r < t->row_count && bytes + text.len < enough; r++)
			add_row(NULL, &text, t, r, 0);
		bytes += text.len;
	}
	buf_fini(&text);
	return bytes;
}

/* A list takes a fifth of a table's bytes: many cards become a few, or one. */
static bool
wants_list(const struct document *doc, const struct settings *settings)
{
	const char *tables = settings_get(settings, "tables");

	if (strcmp(tables, "list") == 0 || strcmp(tables, "table") == 0)
		return tables[0] == 'l';
	return measure_tables(doc, channel_teams.budget) >= channel_teams.budget;
}

static bool
build(struct document *doc, const struct settings *settings, struct part_sink *sink,
	struct err *err)
{
	bool as_list = wants_list(doc, settings);
	struct md_dialect dialect = md_dialect_teams;
	struct md_units_options options = { .on_table = as_list ? NULL : add_table,
		.on_image = chat_take_picture,
		.element = { TEXT_OPEN, TEXT_CLOSE }, .element_escape = json_add_escaped };
	struct chat chat;

	if (as_list)
		dialect.table = MD_TABLE_LIST;
	chat_init(&chat, &channel_teams, doc, settings, &dialect);
	chat_collect_mentions(&chat, NULL, NULL, NULL, "mentions");
	chat.context = (void *)(as_list ? "1.2" : "1.5");
	chat.body = add_body;
	chat.kind = "card";
	chat.plan.separator = ",";
	chat.plan.note = add_note;
	chat.plan.shorten = as_list ? shorten_line : shorten;
	if (!chat_reserve_envelope(&chat, err))
		return false;
	options.max = chat.plan.budget;
	options.context = &chat;
	render_markdown_units(&chat.units, doc, &dialect, &options);
	return chat_emit(&chat, sink, err);
}

/* The old connectors answer 200 also when they failed; the words say so. */
static void
judge(const struct http_answer *answer, struct outcome *outcome)
{
	struct str body = str_trim(buf_str(&answer->body));
	size_t at = str_find(body, STR("HTTP error "), 0);
	long code = at == SIZE_MAX ? 0 : strtol(body.p + at + strlen("HTTP error "), NULL, 10);

	if (str_is(body, "1")) {
		post_accept(outcome);
	} else if (str_find(body, STR("delivery failed"), 0) != SIZE_MAX) {
		struct http_answer inner = { .status = code ? code : 500, .retry_after_s = -1,
			.body = answer->body };

		post_judge_status(&inner, outcome);
		outcome->http_code = answer->status;
		outcome->api_code = code;
	} else {
		post_accept(outcome);
		outcome->state = OUTCOME_QUEUED;
		snprintf(outcome->advice, sizeof(outcome->advice),
			"the flow took it; whether it posted stands in the flow's run history");
	}
}

static void
send(const struct send_request *request, struct outcome *outcome)
{
	struct str webhook = str_trim(str_from(settings_get(request->settings, "webhook")));
	struct post post = { .send = request, .body = request->part->body };
	struct http_answer answer;
	struct buf url = BUF_INIT;

	*outcome = (struct outcome)OUTCOME_INIT;
	buf_add_str(&url, webhook);
	post.url = buf_text(&url);
	if (post_perform(&post, false, outcome, &answer))
		judge(&answer, outcome);
	http_answer_fini(&answer);
	if (outcome->http_code == 401 || outcome->http_code == 403)
		snprintf(outcome->advice, sizeof(outcome->advice), "the URL's sig is wrong, or the "
			"flow may be started only by users of the tenant: set it to Anyone");
	if (outcome->http_code == 404 || outcome->http_code == 410)
		snprintf(outcome->advice, sizeof(outcome->advice),
			"the flow was deleted or switched "
			"off, or its URL changed: open it and copy the URL again");
	outcome_mask(outcome, request->settings);
	buf_fini(&url);
}

static bool
check(const struct settings *settings, struct err *err)
{
	static const struct {
		const char *piece, *what;
	} retired[] = {
		{ "webhook.office.com/", "an Office 365 connector, which Microsoft retired" },
		{ "outlook.office.com/webhook", "an Office 365 connector, which Microsoft retired" },
		{ "logic.azure.com", "of the first kind of Workflows, which ended in November 2025" },
	};
	const char *webhook = settings_get(settings, "webhook"), *what = NULL;

	for (size_t i = 0; i < ARRAY_LEN(retired) && !what; i++)
		if (strstr(webhook, retired[i].piece))
			what = retired[i].what;
	if (!what)
		return true;
	err_set(err, ERR_INPUT, "this webhook is %s", what);
	if (strstr(webhook, "logic.azure.com"))
		return err_hint(err, "open the flow in Teams (channel, Workflows) and copy its new URL");
	return err_hint(err, "make a flow in Teams (channel, Workflows, \"Post to a channel when a "
		"webhook request is received\") and take its URL");
}

static bool
preview(struct document *doc, const struct settings *settings, int columns, struct buf *to,
	struct err *err)
{
	static const struct chat_look table = { .shows_colors = true, .table = MD_TABLE_GFM,
		.table_note = "Some phones show no tables: tables=list is made for them." };
	static const struct chat_look list = { .table = MD_TABLE_LIST };
	static const struct chat_look compact = { .table = MD_TABLE_LIST,
		.table_note = "As a list (tables is auto): the table is too large for one card." };
	bool asked = strcmp(settings_get(settings, "tables"), "list") == 0;
	bool as_list = wants_list(doc, settings);

	(void)err;
	return chat_preview(&channel_teams, asked ? &list : as_list ? &compact : &table, doc,
		columns, to);
}

const struct channel channel_teams = {
	.name = "teams",
	.label = N_("Teams"),
	.fields = fields,
	.field_count = ARRAY_LEN(fields),
	.budget = 20000,
	.budget_unit = "bytes",
	.mentions = MENTION_EMAILS,
	.pace_burst = 1,
	.pace_refill_s = 1,
	.about = N_("Microsoft Teams by a Workflows webhook"),
	.build = build,
	.preview = preview,
	.send = send,
	.check = check,
};
