/* SPDX-License-Identifier: MIT */
/* Any program that takes JSON by HTTP (channels.md 11): the default document or the
 * author's own template, signed when there is a secret. Or the message itself: its
 * tables as CSV, the whole as Markdown, HTML or plain text. */
#include <stdio.h>
#include <stdlib.h>

#include "src/channel/chat.h"
#include "src/channel/post.h"
#include "src/content/csv.h"
#include "src/content/render_html.h"
#include "src/content/render_json.h"
#include "src/content/render_text.h"

static const struct field fields[] = {
	{ .name = "url", .label = N_("URL"), .kind = FIELD_SECRET, .required = true,
		.help = N_("where the JSON goes") },
	{ .name = "method", .label = N_("Method"), .kind = FIELD_CHOICE, .choices = "POST|PUT",
		.initial = "POST", .help = N_("HTTP method") },
	{ .name = "headers", .label = N_("Headers"), .kind = FIELD_HEADERS,
		.help = N_("more request headers, \"Name: value\", one a line") },
	{ .name = "secret", .label = N_("Signing secret"), .kind = FIELD_SECRET,
		.help = N_("adds X-Signature: sha256=HMAC of the body, and X-Timestamp") },
	{ .name = "format", .label = N_("Format"), .kind = FIELD_CHOICE,
		.choices = "json|csv|markdown|html|text", .initial = "json",
		.help = N_("what goes out: JSON, or the message itself (csv: its tables)") },
	{ .name = "body", .label = N_("Body template"), .kind = FIELD_TEXT,
		.help = N_("JSON with ${title} ${markdown} ${text} ${tables} ${document} ${task} "
			"${run} ${scheduled_at} ${business_date}; empty: the whole document") },
	{ .name = "success", .label = N_("Success test"), .kind = FIELD_TEXT,
		.help = N_("on the answer, as $.code == 0; empty: any 2xx") },
	{ .name = "success_status", .label = N_("Success status"), .kind = FIELD_LIST,
		.help = N_("HTTP codes that mean success, as 200,202; empty: any 2xx") },
	{ .name = "ca_file", .label = N_("CA file"), .kind = FIELD_PATH,
		.help = N_("PEM file to trust instead of the system's") },
};

/* What a placeholder of the template stands for, as a JSON value. */
struct placeholder {
	const char *name;
	bool (*value)(struct document *doc, struct buf *to, struct err *err);
};

static bool
value_title(struct document *doc, struct buf *to, struct err *err)
{
	(void)err;
	json_add_string(to, chat_title(doc));
	return true;
}

static bool
value_markdown(struct document *doc, struct buf *to, struct err *err)
{
	struct buf text = BUF_INIT;

	(void)err;
	render_markdown(&text, doc, &md_dialect_gfm, false);
	json_add_string(to, buf_str(&text));
	buf_fini(&text);
	return true;
}

static bool
value_text(struct document *doc, struct buf *to, struct err *err)
{
	static const struct render_text_options options = { .ascii = true, .no_title = true,
		.channel_hides_email = true };
	struct buf text = BUF_INIT;

	(void)err;
	render_text(&text, doc, &options);
	json_add_string(to, buf_str(&text));
	buf_fini(&text);
	return true;
}

static bool
value_tables(struct document *doc, struct buf *to, struct err *err)
{
	const char *comma = "";

	(void)err;
	buf_addc(to, '[');
	for (size_t i = 0; i < doc->block_count; i++) {
		if (doc->blocks[i].kind != DOC_TABLE)
			continue;
		buf_adds(to, comma);
		render_json_table(to, &doc->blocks[i].table);
		comma = ",";
	}
	buf_addc(to, ']');
	return true;
}

static bool
value_document(struct document *doc, struct buf *to, struct err *err)
{
	return render_json_document(to, doc, err);
}

static bool
value_task(struct document *doc, struct buf *to, struct err *err)
{
	(void)err;
	json_add_string(to, str_from(doc->task));
	return true;
}

static bool
value_run(struct document *doc, struct buf *to, struct err *err)
{
	(void)err;
	json_add_string(to, str_from(doc->run_id));
	return true;
}

static bool
value_scheduled_at(struct document *doc, struct buf *to, struct err *err)
{
	const struct zone *zone = doc->zone ? doc->zone : zone_get("UTC", err);
	char text[40];

	if (!zone)
		return false;
	zone_format(zone, doc->scheduled_us, text);
	json_add_string(to, str_from(text));
	return true;
}

static bool
value_business_date(struct document *doc, struct buf *to, struct err *err)
{
	char text[11];

	(void)err;
	date_format(doc->business_date, text);
	json_add_string(to, str_from(text));
	return true;
}

static const struct placeholder placeholders[] = {
	{ "title", value_title },
	{ "markdown", value_markdown },
	{ "text", value_text },
	{ "tables", value_tables },
	{ "document", value_document },
	{ "task", value_task },
	{ "run", value_run },
	{ "scheduled_at", value_scheduled_at },
	{ "business_date", value_business_date },
};

static const struct placeholder *
find_placeholder(struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(placeholders); i++)
		if (str_is(name, placeholders[i].name))
			return &placeholders[i];
	return NULL;
}

/* Inside a JSON string a text goes without its quotes, and anything else as text. */
static void
add_inside_string(struct buf *to, struct str json)
{
	if (json.len >= 2 && json.p[0] == '"')
		buf_add_str(to, str_slice(json, 1, json.len - 1));
	else
		json_add_escaped(to, json);
}

/* The template with its placeholders filled; doc NULL: each with null, for a check. */
static bool
fill_template(struct buf *to, struct str template, struct document *doc, struct err *err)
{
	struct buf value = BUF_INIT;
	bool in_string = false, ok = true;

	for (size_t at = 0; ok && at < template.len; at++) {
		char c = template.p[at];
		size_t end = c == '$' && at + 1 < template.len && template.p[at + 1] == '{' ?
			str_find(template, STR("}"), at) : SIZE_MAX;
		struct str name = end == SIZE_MAX ? STR_NONE : str_slice(template, at + 2, end);
		const struct placeholder *p = find_placeholder(name);

		if (end != SIZE_MAX && !p) {
			ok = err_set(err, ERR_INPUT, "body: there is no ${%.*s}", STR_ARG(name));
			break;
		}
		if (p) {
			buf_clear(&value);
			if (doc)
				ok = p->value(doc, &value, err);
			else
				buf_adds(&value, "null");
			if (in_string)
				add_inside_string(to, buf_str(&value));
			else
				buf_add_str(to, buf_str(&value));
			at = end;
			continue;
		}
		buf_addc(to, c);
		if (in_string && c == '\\' && at + 1 < template.len)
			buf_addc(to, template.p[++at]);
		else if (c == '"')
			in_string = !in_string;
	}
	buf_fini(&value);
	return ok;
}

/* --- the message itself ------------------------------------------------------ */

static bool
body_json(struct buf *to, struct document *doc, const struct settings *settings, struct err *err)
{
	struct str template = str_from(settings_get(settings, "body"));

	if (template.len > 0)
		return fill_template(to, template, doc, err);
	return render_json_document(to, doc, err);
}

/* A blank line between two tables. */
static bool
body_csv(struct buf *to, struct document *doc, const struct settings *settings, struct err *err)
{
	static const struct csv_options options = { .bom = false };

	(void)settings;
	(void)err;
	for (size_t i = 0; i < doc->block_count; i++) {
		if (doc->blocks[i].kind != DOC_TABLE)
			continue;
		if (to->len)
			buf_adds(to, "\r\n");
		csv_add_table(to, &doc->blocks[i].table, &options);
	}
	return true;
}

static bool
body_markdown(struct buf *to, struct document *doc, const struct settings *settings,
	struct err *err)
{
	(void)settings;
	(void)err;
	render_markdown(to, doc, &md_dialect_gfm, true);
	return true;
}

static bool
body_html(struct buf *to, struct document *doc, const struct settings *settings, struct err *err)
{
	static const struct render_html_options options = { .with_title = true };

	(void)settings;
	(void)err;
	render_html(to, doc, &options);
	return true;
}

static bool
body_text(struct buf *to, struct document *doc, const struct settings *settings, struct err *err)
{
	static const struct render_text_options options = { .ascii = true,
		.channel_hides_email = true };

	(void)settings;
	(void)err;
	render_text(to, doc, &options);
	return true;
}

struct format {
	const char *name, *content_type;
	bool (*body)(struct buf *to, struct document *doc, const struct settings *settings,
		struct err *err);
};

static const struct format formats[] = { /* the first is the default */
	{ "json", "application/json; charset=utf-8", body_json },
	{ "csv", "text/csv; charset=utf-8", body_csv },
	{ "markdown", "text/markdown; charset=utf-8", body_markdown },
	{ "html", "text/html; charset=utf-8", body_html },
	{ "text", "text/plain; charset=utf-8", body_text },
};

static const struct format *
format_of(const struct settings *settings)
{
	const char *name = settings_get(settings, "format");

	for (size_t i = 1; i < ARRAY_LEN(formats); i++)
		if (strcmp(formats[i].name, name) == 0)
			return &formats[i];
	return &formats[0];
}

static bool
build(struct document *doc, const struct settings *settings, struct part_sink *sink,
	struct err *err)
{
	const struct format *format = format_of(settings);
	struct part part = { .number = 1, .of = 1, .content_type = format->content_type,
		.kind = format->name, .title = chat_title(doc) };
	struct buf body = BUF_INIT;
	bool ok = format->body(&body, doc, settings, err);

	if (ok && buf_is_over(&body))
		ok = err_set(err, ERR_LIMIT, "the message is too large to be held");
	for (size_t i = 0; i < doc->block_count; i++)
		if (doc->blocks[i].kind == DOC_TABLE)
			part.rows += doc->blocks[i].table.row_count;
	part.body = buf_str(&body);
	part.holder = &body;
	part.measured = body.len;
	ok = ok && sink->part(sink, &part, err);
	buf_fini(&body);
	return ok;
}

/* --- the answer ------------------------------------------------------------ */

/* "$.a.b[0]": the value there, or NULL. */
static const cJSON *
json_at(const cJSON *json, struct str path)
{
	size_t at = 0;

	while (json && at < path.len) {
		size_t end = at + 1;

		while (end < path.len && path.p[end] != '.' && path.p[end] != '[')
			end++;
		if (path.p[at] == '.') {
			char *key = str_dup(str_slice(path, at + 1, end));

			json = cJSON_GetObjectItemCaseSensitive(json, key);
			free(key);
		} else {
			int64_t index = -1;

			if (path.p[at] != '[' || path.p[end - 1] != ']' ||
				!str_to_int64(str_slice(path, at + 1, end - 1),
					&index) || index < 0 ||
				index > INT32_MAX)
				return NULL;
			json = cJSON_GetArrayItem(json, (int)index);
		}
		at = end;
	}
	return json;
}

struct predicate {
	struct str path; /* after the $ */
	bool negated;
	cJSON *value;	 /* owned */
};

/* "$.code == 0", "$.status != \"error\"". */
static bool
parse_predicate(const char *text, struct predicate *p, struct err *err)
{
	struct str s = str_trim(str_from(text));
	size_t equal = str_find(s, STR("=="), 0), differs = str_find(s, STR("!="), 0);
	size_t at = equal < differs ? equal : differs;
	struct str value = at == SIZE_MAX ? STR_NONE : str_trim(str_slice(s, at + 2, s.len));

	*p = (struct predicate){ .negated = differs < equal };
	p->value = value.len ? cJSON_ParseWithLengthOpts(value.p, value.len + 1, NULL, true) : NULL;
	if (s.len < 2 || s.p[0] != '$' || at == SIZE_MAX || !p->value) {
		cJSON_Delete(p->value);
		err_set(err, ERR_INPUT, "success: '%.*s' is no test of the answer", STR_ARG(s));
		return err_hint(err, "write $.code == 0 or $.status != \"error\"");
	}
	p->path = str_trim(str_slice(s, 1, at));
	return true;
}

static bool
answer_fits(const struct http_answer *answer, const char *success, struct err *err)
{
	struct predicate p;
	cJSON *json;
	bool equal;

	if (!parse_predicate(success, &p, err))
		return false;
	json = cJSON_ParseWithLength(buf_text(&answer->body), answer->body.len);
	equal = json && cJSON_Compare(json_at(json, p.path), p.value, true);
	cJSON_Delete(p.value);
	if (!json)
		err_set(err, ERR_REFUSED, "the answer is not JSON, so the success test fails");
	else if (equal == p.negated)
		err_set(err, ERR_REFUSED, "the success test fails: %.*s",
			(int)(answer->body.len < 160 ? answer->body.len : 160),
			buf_text(&answer->body));
	cJSON_Delete(json);
	return json && equal != p.negated;
}

static bool
status_is_listed(const struct settings *settings, long status)
{
	struct arena arena = ARENA_INIT;
	struct name_list list = settings_words(settings, "success_status", &arena);
	bool listed = list.count == 0 && status / 100 == 2;

	for (size_t i = 0; i < list.count; i++)
		listed |= strtol(list.list[i], NULL, 10) == status;
	arena_fini(&arena);
	return listed;
}

static void
judge(const struct send_request *request, const struct http_answer *answer,
	struct outcome *outcome)
{
	const char *success = settings_get(request->settings, "success");
	struct err err = ERR_INIT;

	if (!status_is_listed(request->settings, answer->status)) {
		post_judge_status(answer, outcome);
		return;
	}
	if (*success && !answer_fits(answer, success, &err))
		post_reject(outcome, CLASS_CONTENT, err.msg,
			"the receiver answered, but not as the field success wants");
	else
		post_accept(outcome);
}

/* --- the request ------------------------------------------------------------ */

struct head { /* lines, and pointers to them */
	struct buf text;
	const char *list[24];
};

/* "X-Signature: sha256=…" over the body as it goes out. */
static bool
add_signature(struct buf *lines, struct str secret, struct str body, struct err *err)
{
	unsigned char mac[32];

	if (secret.len == 0)
		return true;
	if (!digest_hmac_sha256(secret, body, mac, err))
		return false;
	buf_addf(lines, "X-Timestamp: %lld\nX-Signature: sha256=",
		(long long)(clock_now_us() / CLOCK_SECOND));
	hex_add(lines, (struct str){ (char *)mac, sizeof(mac) });
	buf_addc(lines, '\n');
	return true;
}

static bool
make_head(struct head *head, const struct send_request *request, struct err *err)
{
	size_t n = 0;

	if (request->idempotency_key && *request->idempotency_key)
		buf_addf(&head->text, "Idempotency-Key: %s\n", request->idempotency_key);
	if (!add_signature(&head->text, str_from(settings_get(request->settings, "secret")),
			request->part->body, err))
		return false;
	buf_adds(&head->text, settings_get(request->settings, "headers"));
	for (char *p = head->text.p; p && *p;) {
		char *end = p + strcspn(p, "\r\n");
		bool is_last = *end == '\0';

		*end = '\0';
		if (strchr(p, ':') && n < ARRAY_LEN(head->list) - 1)
			head->list[n++] = p;
		p = is_last ? end : end + 1;
	}
	head->list[n] = NULL;
	return true;
}

static void
send(const struct send_request *request, struct outcome *outcome)
{
	const struct settings *settings = request->settings;
	const char *ca_file = settings_get(settings, "ca_file");
	struct post post = { .send = request, .url = settings_get(settings, "url"),
		.method = settings_has(settings, "method") ? settings_get(settings,
			"method") : "POST",
		.body = request->part->body, .ca_file = *ca_file ? ca_file : NULL };
	struct head head = { .text = BUF_INIT };
	struct http_answer answer;
	struct err err = ERR_INIT;

	*outcome = (struct outcome)OUTCOME_INIT;
	if (make_head(&head, request, &err)) {
		post.headers = head.list;
		if (post_perform(&post, true, outcome, &answer))
			judge(request, &answer, outcome);
		http_answer_fini(&answer);
	} else {
		post_reject(outcome, CLASS_AUTH, err.msg, err.hint);
	}
	outcome_mask(outcome, settings);
	if (head.text.p)
		explicit_bzero(head.text.p, head.text.len);
	buf_fini(&head.text);
}

static bool
check(const struct settings *settings, struct err *err)
{
	const char *success = settings_get(settings, "success");
	struct str template = str_from(settings_get(settings, "body"));
	struct buf filled = BUF_INIT;
	struct predicate p;
	cJSON *json = NULL;
	bool ok = true;

	if (*success) {
		if (!parse_predicate(success, &p, err))
			return false;
		cJSON_Delete(p.value);
	}
	if (template.len > 0 && format_of(settings) != &formats[0]) {
		err_set(err, ERR_CONFIG, "body: a template is for format json");
		ok = err_hint(err, "leave out body, or set format=json");
	} else if (template.len > 0) {
		ok = fill_template(&filled, template, NULL, err) &&
			(json = json_parse(buf_str(&filled), err)) != NULL;
		if (!ok)
			err_wrap(err, "body");
	}
	cJSON_Delete(json);
	buf_fini(&filled);
	return ok;
}

const struct channel channel_webhook = {
	.name = "webhook",
	.label = N_("Webhook"),
	.fields = fields,
	.field_count = ARRAY_LEN(fields),
	.about = N_("any program that takes JSON by HTTP"),
	.build = build,
	.send = send,
	.check = check,
};
