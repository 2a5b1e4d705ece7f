/* SPDX-License-Identifier: MIT */
/* Slack incoming webhook: section and table blocks (channels.md 6). */
#include <stdio.h>

#include "src/base/utf8.h"
#include "src/channel/chat.h"
#include "src/channel/post.h"

#define MAX_BLOCKS 42	   /* 50, less header, mentions, notes */
#define SECTION_MAX 2900
#define TITLE_MAX 150
#define TABLE_ROWS 99	   /* 100 with the header */
#define TABLE_COLUMNS 20

#define SECTION_OPEN "{\"type\":\"section\",\"text\":{\"type\":\"mrkdwn\",\"text\":\""
#define SECTION_CLOSE "\"}}"

static const struct field fields[] = {
	{ .name = "webhook", .label = N_("Webhook URL"), .kind = FIELD_SECRET, .required = true,
		.help = N_("https://hooks.slack.com/services/…") },
};

#define GONE(words) { 404, words, { 404, OUTCOME_REJECTED, CLASS_TARGET_GONE, -1, 0, \
	"the webhook or its channel is gone: make a new one" } }

/* Slack says what is wrong in one word of text. */
static const struct words_row words[] = {
	{ 400, "too_many_attachments", { 400, OUTCOME_REJECTED, CLASS_SIZE, -1, 0,
		"the message is too large for Slack" } },
	{ 400, "invalid_blocks", { 400, OUTCOME_REJECTED, CLASS_CONTENT, -1, 0,
		"Slack does not take a block of the message" } },
	{ 400, "no_text", { 400, OUTCOME_REJECTED, CLASS_CONTENT, -1, 0, "the message is empty" } },
	{ 400, "user_not_found", { 400, OUTCOME_REJECTED, CLASS_TARGET_GONE, -1, 0,
		"the webhook's user is gone: make a new webhook" } },
	{ 403, "invalid_token", { 403, OUTCOME_REJECTED, CLASS_AUTH, -1, 0,
		"the webhook is wrong: copy it again" } },
	{ 403, "action_prohibited", { 403, OUTCOME_REJECTED, CLASS_AUTH, -1, 0,
		"the workspace's administrator does not allow it" } },
	{ 403, "posting_to_general_channel_denied", { 403, OUTCOME_REJECTED, CLASS_AUTH, -1, 0,
		"webhooks may not post to the general channel" } },
	GONE("channel_not_found"),
	GONE("no_service"),
	GONE("no_active_hooks"),
	GONE("no_team"),
	GONE("team_disabled"),
	{ 410, "channel_is_archived", { 410, OUTCOME_REJECTED, CLASS_TARGET_GONE, -1, 0,
		"the channel is archived" } },
	{ 500, "rollup_error", { 500, OUTCOME_DEFERRED, CLASS_SERVER, -1, 3, "Slack is busy" } },
};

/* --- tables --------------------------------------------------------------------- */

static void
add_raw_text(struct buf *to, struct str text)
{
	buf_adds(to, "{\"type\":\"raw_text\",\"text\":");
	json_add_string(to, text.len ? text : STR(" "));
	buf_addc(to, '}');
}

static void
add_table_head(struct buf *to, const struct doc_table *t)
{
	static const char *const aligns[ALIGN_COUNT] = { "left", "left", "center", "right" };

	buf_adds(to, "{\"type\":\"table\",\"column_settings\":[");
	for (size_t c = 0; c < t->column_count; c++)
		buf_addf(to, "%s{\"align\":\"%s\",\"is_wrapped\":true}", c > 0 ? "," : "",
			aligns[t->columns[c].align]);
	buf_adds(to, "],\"rows\":[[");
	for (size_t c = 0; c < t->column_count; c++) {
		if (c > 0)
			buf_addc(to, ',');
		add_raw_text(to, t->columns[c].header);
	}
	buf_addc(to, ']');
}

static void
add_row(const void *context, struct buf *to, const struct doc_table *t, size_t row,
	size_t columns)
{
	struct buf text = BUF_INIT;

	(void)context;
	buf_adds(to, ",[");
	for (size_t c = 0; c < t->column_count; c++) {
		struct cell cell = table_cell(t, row, c);

		buf_clear(&text);
		render_markdown_cell(&text, &cell, &md_dialect_text, columns);
		if (c > 0)
			buf_addc(to, ',');
		add_raw_text(to, buf_str(&text));
	}
	buf_addc(to, ']');
	buf_fini(&text);
}

static void
add_section(struct buf *to, struct str text)
{
	buf_adds(to, SECTION_OPEN);
	json_add_escaped(to, text);
	buf_adds(to, SECTION_CLOSE);
}

/* A table wider than Slack's, as aligned text in sections. */
static void
add_wide_table(const struct doc_table *t, struct unit_list *units)
{
	struct unit_list plain;
	struct buf text = BUF_INIT, section = BUF_INIT;

	unit_list_init(&plain, units->arena);
	render_markdown_table_unit(&plain, t, &md_dialect_slack);
	for (size_t r = 0; r < plain.list[0].row_count;) {
		const struct unit *u = &plain.list[0];

		buf_clear(&text);
		buf_clear(&section);
		buf_add_str(&text, u->head);
		do {
			if (text.len > u->head.len)
				buf_add_str(&text, u->between);
			buf_add_str(&text, u->rows[r++]);
		} while (r < u->row_count &&
			text.len + u->between.len + u->rows[r].len + u->tail.len < SECTION_MAX);
		buf_add_str(&text, u->tail);
		add_section(&section, buf_str(&text));
		unit_list_add_text(units, UNIT_SOLID, buf_str(&section));
	}
	buf_fini(&text);
	buf_fini(&section);
}

static const struct card_table table_form = { add_table_head, add_row, { "", 0 }, { "]}", 2 } };

static void
add_table(void *context, struct doc_block *block, struct unit_list *units)
{
	(void)context;
	if (block->table.column_count > TABLE_COLUMNS)
		add_wide_table(&block->table, units);
	else
		card_table_add(&table_form, NULL, &block->table, units);
}

static void
shorten(void *context, const struct unit *unit, size_t row, size_t columns, struct buf *to)
{
	if (unit->table)
		add_row(context, to, unit->table, row, columns);
}

/* --- the message ------------------------------------------------------------------ */

static void
add_note(void *context, struct buf *to, const char *text)
{
	(void)context;
	buf_adds(to, "{\"type\":\"context\",\"elements\":[{\"type\":\"plain_text\"");
	json_add_member(to, "text", str_from(text), true);
	buf_adds(to, "}]}");
}

static void
add_mentions(struct buf *to, const struct chat_mentions *m)
{
	struct buf calls = BUF_INIT;

	if (m->all)
		buf_adds(&calls, "<!channel> ");
	chat_add_names(&calls, &m->users, "<@", ">");
	add_section(to, str_trim(buf_str(&calls)));
	buf_fini(&calls);
}

static size_t
add_body(struct chat *chat, const struct chat_part *part, struct buf *to)
{
	struct str title = part->title.len ? part->title : STR("dpstudio");
	struct buf shown = BUF_INIT, fallback = BUF_INIT;
	size_t fits = 0, at;

	for (at = 0; at < title.len && fits < TITLE_MAX - 1; fits++) {
		uint32_t c;

		at += utf8_decode(str_slice(title, at, title.len), &c);
	}
	buf_add_str(&shown, str_slice(title, 0, at));
	if (at < title.len)
		buf_adds(&shown, "…");
	md_dialect_slack.data(&fallback, buf_str(&shown));
	buf_addc(to, '{');
	json_add_member(to, "text", buf_str(&fallback), false);
	buf_adds(to, ",\"blocks\":[{\"type\":\"header\",\"text\":{\"type\":\"plain_text\"");
	json_add_member(to, "text", buf_str(&shown), true);
	buf_adds(to, "}}");
	if (part->text.len > 0) {
		buf_addc(to, ',');
		buf_add_str(to, part->text);
	}
	if (part->is_last && chat_has_mentions(&chat->mentions)) {
		buf_addc(to, ',');
		add_mentions(to, &chat->mentions);
	}
	buf_adds(to, "]}");
	buf_fini(&shown);
	buf_fini(&fallback);
	return parts_measure_utf16(buf_str(to));
}

static bool
build(struct document *doc, const struct settings *settings, struct part_sink *sink,
	struct err *err)
{
	struct md_units_options options = { .max = SECTION_MAX, .measure = parts_measure_utf16,
		.on_table = add_table, .on_image = chat_take_picture,
		.element = { SECTION_OPEN, SECTION_CLOSE }, .element_escape = json_add_escaped };
	struct chat chat;

	options.context = &chat;
	chat_init(&chat, &channel_slack, doc, settings, &md_dialect_slack);
	chat_collect_mentions(&chat, "", "", NULL, NULL);
	chat.body = add_body;
	chat.kind = "blocks";
	chat.plan.measure = parts_measure_utf16;
	chat.plan.separator = ",";
	chat.plan.max_units = MAX_BLOCKS;
	chat.plan.max_tables = 1;
	chat.plan.max_rows = TABLE_ROWS;
	chat.plan.max_element = SECTION_MAX + sizeof(SECTION_OPEN SECTION_CLOSE);
	chat.plan.note = add_note;
	chat.plan.shorten = shorten;
	if (!chat_reserve_envelope(&chat, err))
		return false;
	render_markdown_units(&chat.units, doc, &md_dialect_slack, &options);
	return chat_emit(&chat, sink, err);
}

static void
send(const struct send_request *request, struct outcome *outcome)
{
	struct post post = { .send = request, .url = settings_get(request->settings, "webhook"),
		.body = request->part->body };
	struct http_answer answer;

	*outcome = (struct outcome)OUTCOME_INIT;
	if (post_perform(&post, true, outcome, &answer)) {
		struct str body = str_trim(buf_str(&answer.body));
		struct outcome by_status = *outcome;

		if (answer.status == 200 && str_is(body, "ok"))
			post_accept(outcome);
		else if (answer.status / 100 == 2)
			post_judge_code(outcome, answer.status, body, NULL, 0, NULL, 0,
				CLASS_SERVER);
		else
			post_judge_code(outcome, answer.status, body, NULL, 0, words,
				ARRAY_LEN(words), CLASS_CONTENT);
		if (answer.status / 100 != 2 && outcome->advice[0] == '\0')
			*outcome = by_status;
		outcome->api_code = 0;
	}
	http_answer_fini(&answer);
	outcome_mask(outcome, request->settings);
}

static bool
preview(struct document *doc, const struct settings *settings, int columns, struct buf *to,
	struct err *err)
{
	static const struct chat_look look = { .table = MD_TABLE_GFM };

	(void)settings;
	(void)err;
	return chat_preview(&channel_slack, &look, doc, columns, to);
}

const struct channel channel_slack = {
	.name = "slack",
	.label = N_("Slack"),
	.fields = fields,
	.field_count = ARRAY_LEN(fields),
	.budget = 11500,
	.budget_unit = "characters",
	.mentions = MENTION_ALL | MENTION_USERS,
	.pace_burst = 1,
	.pace_refill_s = 1,
	.about = N_("Slack channel by an incoming webhook"),
	.build = build,
	.preview = preview,
	.send = send,
};
