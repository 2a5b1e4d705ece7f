/* SPDX-License-Identifier: MIT */
#include "src/channel/chat.h"

#include <stdio.h>

#include "src/base/utf8.h"

#define WARN_ABOVE 5 /* parts */

struct str
chat_title(struct document *doc)
{
	struct buf plain = BUF_INIT, clean = BUF_INIT;
	struct str title;

	text_plain(&plain, &doc->title);
	utf8_sanitize(&clean, buf_str(&plain), true);
	title = arena_str(&doc->arena, str_trim(buf_str(&clean)));
	buf_fini(&plain);
	buf_fini(&clean);
	return title;
}

void
chat_init(struct chat *chat, const struct channel *channel, struct document *doc,
	const struct settings *settings, const struct md_dialect *dialect)
{
	*chat = (struct chat){ .doc = doc, .settings = settings, .channel = channel,
		.content_type = "application/json; charset=utf-8" };
	chat->plan = (struct parts_options){
		.budget = channel->budget,
		.separator = dialect->paragraph,
		.oversize = doc->oversize,
		.channel = channel->label,
		.unit_name = channel->budget_unit,
		.left_out_note = doc->oversize == OVERSIZE_ATTACH && channel->attach_max ?
			"; all of it is in the file below" : NULL,
		.context = (void *)dialect,
		.shorten = render_markdown_shorten,
	};
	unit_list_init(&chat->units, &doc->arena);
}

bool
chat_reserve_envelope(struct chat *chat, struct err *err)
{
	struct chat_part empty = { .title = chat_title(chat->doc), .number = 1, .of = 1,
		.is_last = true };
	struct buf body = BUF_INIT;
	size_t taken = chat->body(chat, &empty, &body);

	if (taken == 0)
		taken = body.len;
	buf_fini(&body);
	taken += 2 * PARTS_TITLE_RESERVE; /* a title may stand in it twice */
	if (taken > chat->plan.budget * 3 / 4)
		return err_set(err, ERR_LIMIT,
			"title and mentions leave no room in a message of %s",
			chat->channel->label);
	chat->plan.budget -= taken;
	return true;
}

static bool
emit_one(struct chat *chat, const struct planned_part *planned, struct str title, int number,
	int of, struct part_sink *sink, struct err *err)
{
	struct buf numbered = BUF_INIT, body = BUF_INIT;
	struct chat_part part = { .text = planned->text, .number = number, .of = of,
		.is_last = number == of };
	struct part out;
	size_t measured;
	bool ok;

	parts_add_title(&numbered, title, number, of);
	part.title = buf_str(&numbered);
	measured = chat->body(chat, &part, &body);
	out = (struct part){ .number = number, .of = of + (int)chat->extra_count,
		.body = buf_str(&body), .content_type = chat->content_type, .kind = chat->kind,
		.title = part.title, .measured = measured ? measured : body.len,
		.budget = chat->budget,
		.rows = planned->rows };
	ok = sink->part(sink, &out, err);
	buf_fini(&numbered);
	buf_fini(&body);
	return ok;
}

static bool
emit_extra(const struct chat_extra *extra, int number, int of, struct part_sink *sink,
	struct err *err)
{
	struct part out = { .number = number, .of = of, .body = extra->body,
		.content_type = extra->content_type, .kind = extra->kind, .title = extra->title,
		.measured = extra->body.len };

	return sink->part(sink, &out, err);
}

static void
add_last_text(struct chat *chat, struct str title)
{
	struct buf body = BUF_INIT;

	if (!chat->extra)
		return;
	chat->extra(chat, title, &body);
	chat_add_extra(chat, "text", chat->content_type, title, buf_str(&body));
	buf_fini(&body);
}

/* Many messages for one are worth a word, and how long the bot takes to say them. */
static void
warn_many(struct chat *chat, int count)
{
	struct err ignored = ERR_INIT;
	double refill_s, seconds = 0;
	int burst;

	if (count <= WARN_ABOVE)
		return;
	if (channel_pace(chat->channel, chat->settings, &burst, &refill_s, &ignored))
		seconds = channel_sending_s(count, burst, refill_s);
	if (seconds >= 1)
		document_warn(chat->doc, "W_PARTS", "%s: the message goes out in %d parts, which "
			"takes about %.0f s at this bot's pace", chat->channel->label, count, seconds);
	else
		document_warn(chat->doc, "W_PARTS", "%s: the message goes out in %d parts",
			chat->channel->label, count);
}

bool
chat_emit(struct chat *chat, struct part_sink *sink, struct err *err)
{
	struct parts parts = { 0 };
	struct str title = chat_title(chat->doc);
	int count;

	if (!parts_plan(&chat->plan, &chat->units, chat->doc, &parts, err) ||
		!chat_add_files(chat, &parts, err))
		return false;
	add_last_text(chat, title);
	count = (int)parts.count;
	warn_many(chat, count + (int)chat->extra_count);
	for (int i = 0; i < count; i++)
		if (!emit_one(chat, &parts.list[i], title, i + 1, count, sink, err))
			return false;
	for (size_t i = 0; i < chat->extra_count; i++)
		if (!emit_extra(&chat->extras[i], ++count, (int)(parts.count + chat->extra_count),
			    sink, err))
			return false;
	return true;
}

void
card_table_add(const struct card_table *form, const void *context,
	const struct doc_table *table, struct unit_list *units)
{
	struct unit *unit = unit_list_add(units, UNIT_ROWS);
	struct buf text = BUF_INIT;

	form->head(&text, table);
	unit->head = arena_str(units->arena, buf_str(&text));
	unit->between = form->between;
	unit->tail = form->tail;
	unit->table = table;
	unit->is_table = true;
	unit->total_rows = table->total_rows;
	unit->row_count = table->row_count;
	unit->rows = arena_array(units->arena, struct str, table->row_count + 1);
	for (size_t r = 0; r < table->row_count; r++) {
		buf_clear(&text);
		form->row(context, &text, table, r, 0);
		unit->rows[r] = arena_str(units->arena, buf_str(&text));
	}
	buf_fini(&text);
}

static void
list_add(struct name_list *list, struct arena *arena, struct str word)
{
	for (size_t i = 0; i < list->count; i++)
		if (str_is(word, list->list[i]))
			return;
	list->list = arena_grow(arena, list->list, list->count * sizeof(*list->list),
		(list->count + 1) * sizeof(*list->list));
	list->list[list->count++] = arena_str(arena, word).p;
}

static void
list_add_words(struct name_list *list, struct arena *arena, struct str text)
{
	for (size_t at = 0, end; at < text.len; at = end + 1) {
		struct str word;

		end = at;
		while (end < text.len && text.p[end] != ',' && text.p[end] != ';' &&
			text.p[end] != '\n')
			end++;
		word = str_trim(str_slice(text, at, end));
		if (word.len > 0)
			list_add(list, arena, word);
	}
}

struct name_list
settings_words(const struct settings *settings, const char *name, struct arena *arena)
{
	struct name_list list = { 0 };

	list_add_words(&list, arena, str_from(settings_get(settings, name)));
	return list;
}

static struct name_list
merge(struct arena *arena, const struct name_list *task, const struct settings *settings,
	const char *field)
{
	struct name_list list = { 0 };

	for (size_t i = 0; i < task->count; i++)
		list_add(&list, arena, str_trim(str_from(task->list[i])));
	list_add_words(&list, arena, str_from(settings_get(settings, field)));
	return list;
}

static struct name_list
collect(struct chat *chat, const struct name_list *task, const char *field, const char *what)
{
	if (field)
		return merge(&chat->doc->arena, task, chat->settings, field);
	if (task->count > 0)
		document_warn(chat->doc, "W_MENTION", "%s cannot mention by %s",
			chat->channel->label,
			what);
	return (struct name_list){ 0 };
}

void
chat_collect_mentions(struct chat *chat, const char *all, const char *users, const char *mobiles,
	const char *emails)
{
	const struct mentions *task = &chat->doc->mentions;

	chat->mentions.users = collect(chat, &task->users, users, "user id");
	chat->mentions.mobiles = collect(chat, &task->mobiles, mobiles, "mobile number");
	chat->mentions.emails = collect(chat, &task->emails, emails, "mail address");
	if (all)
		chat->mentions.all = task->all || settings_bool(chat->settings, all, false);
	else if (task->all)
		document_warn(chat->doc, "W_MENTION", "%s cannot mention all",
			chat->channel->label);
}

bool
chat_has_mentions(const struct chat_mentions *m)
{
	return m->all || m->users.count || m->mobiles.count || m->emails.count;
}

void
chat_add_names(struct buf *to, const struct name_list *names, const char *open,
	const char *close)
{
	for (size_t i = 0; i < names->count; i++)
		buf_addf(to, "%s%s%s%s", i > 0 ? " " : "", open, names->list[i], close);
}

/* Where robots look for keywords: what is read, not tags, links or kinds. */
static bool
is_read(const cJSON *json)
{
	static const char *const keys[] = { "text", "title", "content", "display_name" };

	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		if (json->string && strcmp(json->string, keys[i]) == 0)
			return true;
	return false;
}

static bool
has_keyword(const cJSON *json, const struct name_list *keywords)
{
	if (cJSON_IsString(json) && is_read(json))
		for (size_t i = 0; i < keywords->count; i++)
			if (strstr(json->valuestring, keywords->list[i]))
				return true;
	for (const cJSON *child = json ? json->child : NULL; child; child = child->next)
		if (has_keyword(child, keywords))
			return true;
	return false;
}

static bool
body_has_keyword(struct str body, const struct name_list *keywords)
{
	cJSON *json;
	bool has;

	if (keywords->count == 0)
		return true;
	json = cJSON_ParseWithLength(body.p, body.len);
	has = has_keyword(json, keywords);
	cJSON_Delete(json);
	return has;
}

bool
chat_passes_keywords(const struct send_request *request)
{
	struct arena arena = ARENA_INIT;
	struct name_list keywords = settings_words(request->settings, "keywords", &arena);
	bool passes = body_has_keyword(request->part->body, &keywords);

	arena_fini(&arena);
	return passes;
}

void
chat_warn_keyword(struct chat *chat, const struct name_list *keywords, struct str body,
	const struct chat_part *part)
{
	if (body_has_keyword(body, keywords))
		return;
	document_warn(chat->doc, "W_KEYWORD", "%s will refuse part %d of %d: none of the robot's "
		"keywords is in it", chat->channel->label, part->number, part->of);
}

void
json_add_list(struct buf *to, const struct name_list *list)
{
	buf_addc(to, '[');
	for (size_t i = 0; i < list->count; i++) {
		if (i > 0)
			buf_addc(to, ',');
		json_add_string(to, str_from(list->list[i]));
	}
	buf_addc(to, ']');
}

void
json_add_member(struct buf *to, const char *key, struct str value, bool comma)
{
	buf_addf(to, "%s\"%s\":", comma ? "," : "", key);
	json_add_string(to, value);
}
