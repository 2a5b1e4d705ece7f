/* SPDX-License-Identifier: MIT */
#include "src/channel/post.h"

#include <stdio.h>
#include <stdlib.h>

#include "src/base/utf8.h"

/* What an HTTP status means where the channel says nothing of its own. */
static const struct code_row statuses[] = {
	{ 400, OUTCOME_REJECTED, CLASS_CONTENT, -1, 0,
		"the channel did not understand the message" },
	{ 401, OUTCOME_REJECTED, CLASS_AUTH, -1, 0,
		"the token or signature of the destination is wrong" },
	{ 403, OUTCOME_REJECTED, CLASS_AUTH, -1, 0,
		"the destination does not allow this sender: check its token and its rules" },
	{ 404, OUTCOME_REJECTED, CLASS_TARGET_GONE, -1, 0,
		"the webhook does not exist (any more): copy its URL again" },
	{ 405, OUTCOME_REJECTED, CLASS_CONTENT, -1, 0, "the URL takes no such request: check it" },
	{ 408, OUTCOME_DEFERRED, CLASS_SERVER, -1, 3, "" },
	{ 410, OUTCOME_REJECTED, CLASS_TARGET_GONE, -1, 0,
		"the webhook was removed: make a new one" },
	{ 413, OUTCOME_REJECTED, CLASS_SIZE, -1, 0,
		"the message is too large for the channel: send fewer rows" },
	{ 425, OUTCOME_DEFERRED, CLASS_SERVER, -1, 3, "" },
	{ 429, OUTCOME_DEFERRED, CLASS_RATE, -1, 3,
		"too many messages: set a slower pace for the destination" },
	{ 500, OUTCOME_DEFERRED, CLASS_SERVER, -1, 3, "" },
	{ 502, OUTCOME_UNKNOWN, CLASS_AMBIGUOUS, -1, 0,
		"a gateway lost the answer: look whether the message arrived" },
	{ 503, OUTCOME_DEFERRED, CLASS_SERVER, -1, 3, "" },
	{ 504, OUTCOME_UNKNOWN, CLASS_AMBIGUOUS, -1, 0,
		"a gateway lost the answer: look whether the message arrived" },
};

static const struct code_row *
find_row(const struct code_row *rows, size_t count, long code)
{
	for (size_t i = 0; i < count; i++)
		if (rows[i].code == code)
			return &rows[i];
	return NULL;
}

/* Copies into a fixed field, cut at a whole character. */
static void
copy_text(char *to, size_t size, struct str text)
{
	size_t len = text.len < size - 1 ? text.len : size - 1;

	while (len > 0 && len < text.len && ((unsigned char)text.p[len] & 0xC0) == 0x80)
		len--;
	if (len)
		memcpy(to, text.p, len);
	to[len] = '\0';
}

void
outcome_set_message(struct outcome *outcome, struct str message)
{
	struct buf clean = BUF_INIT;

	utf8_sanitize(&clean, str_slice(message, 0, 1024), true);
	copy_text(outcome->message, sizeof(outcome->message), str_trim(buf_str(&clean)));
	buf_fini(&clean);
}

static void
apply(struct outcome *outcome, const struct code_row *row)
{
	outcome->state = row->state;
	outcome->class = row->class;
	outcome->retry_after_s = row->retry_after_s;
	outcome->retry_max = row->retry_max;
	copy_text(outcome->advice, sizeof(outcome->advice), str_from(row->advice));
}

void
post_accept(struct outcome *outcome)
{
	static const struct code_row accepted = { 0, OUTCOME_ACCEPTED, CLASS_NONE, -1, 0, "" };

	apply(outcome, &accepted);
}

void
post_reject(struct outcome *outcome, enum outcome_class class, const char *message,
	const char *advice)
{
	apply(outcome, &(struct code_row){ 0, OUTCOME_REJECTED, class, -1, 0, advice });
	outcome_set_message(outcome, str_from(message));
}

void
post_judge_status(const struct http_answer *answer, struct outcome *outcome)
{
	const struct code_row *row = find_row(statuses, ARRAY_LEN(statuses), answer->status);
	long family = answer->status / 100;

	outcome->http_code = answer->status;
	if (row)
		apply(outcome, row);
	else if (family == 3)
		post_reject(outcome, CLASS_CONTENT, "",
			"the URL redirects elsewhere, which is not followed: give the final one");
	else
		post_reject(outcome, family == 4 ? CLASS_CONTENT : CLASS_SERVER, "",
			"the channel answered with an error");
	if (outcome->state == OUTCOME_DEFERRED && answer->retry_after_s >= 0)
		outcome->retry_after_s = answer->retry_after_s < RETRY_AFTER_CAP_S ?
			answer->retry_after_s : RETRY_AFTER_CAP_S;
	if (answer->body.len > 0)
		outcome_set_message(outcome, buf_str(&answer->body));
	else
		snprintf(outcome->message, sizeof(outcome->message), "HTTP %ld", answer->status);
}

/* No whole answer: what may be said of the message depends on how far it went. */
static void
judge_failure(const struct http_answer *answer, const struct err *err, struct outcome *outcome)
{
	bool is_out = answer->phase == NET_BODY_SENT;

	if (is_out && answer->status / 100 > 2 && answer->status != 502 && answer->status != 504) {
		post_judge_status(answer, outcome); /* refused; only its words are missing */
		return;
	}
	*outcome = (struct outcome)OUTCOME_INIT;
	outcome->http_code = answer->status;
	outcome->class = is_out ? CLASS_AMBIGUOUS : CLASS_TRANSPORT;
	if (is_out)
		outcome->state = OUTCOME_UNKNOWN;
	else if (err->code != ERR_INPUT)
		outcome->state = OUTCOME_DEFERRED;
	outcome->retry_max = outcome->state == OUTCOME_DEFERRED ? 3 : 0;
	outcome_set_message(outcome, str_from(err->msg));
	copy_text(outcome->advice, sizeof(outcome->advice), str_from(is_out ?
		"the message was sent but no answer came: look whether it arrived" : err->hint));
}

bool
post_perform(const struct post *post, bool all, struct outcome *outcome,
	struct http_answer *answer)
{
	const char *headers[24], *type = post->content_type;
	struct http_request request = { .method = post->method ? post->method : "POST",
		.url = post->url, .headers = headers, .body = post->body, .ca_file = post->ca_file,
		.allow_http = settings_bool(post->send->settings, "allow_http", false),
		.deadline = post->send->deadline };
	struct err err = ERR_INIT;
	char type_header[128];
	size_t n = 0;

	snprintf(type_header, sizeof(type_header), "Content-Type: %s",
		type ? type : post->send->part->content_type);
	headers[n++] = type_header;
	for (const char *const *h = post->headers; h && *h && n < ARRAY_LEN(headers) - 1; h++)
		headers[n++] = *h;
	headers[n] = NULL;
	if (!http_perform(&request, answer, &err)) {
		judge_failure(answer, &err, outcome);
		return false;
	}
	outcome->http_code = answer->status;
	if (answer->status / 100 == 2)
		return true;
	post_judge_status(answer, outcome);
	return all;
}

static bool
contains_nocase(struct str text, struct str words)
{
	for (size_t i = 0; i + words.len <= text.len; i++)
		if (str_equal_nocase(str_slice(text, i, i + words.len), words))
			return true;
	return false;
}

void
post_judge_code(struct outcome *outcome, long code, struct str message,
	const struct code_row *rows, size_t count, const struct words_row *words,
	size_t words_count, enum outcome_class otherwise)
{
	const struct code_row *row = find_row(rows, count, code);

	for (size_t i = 0; i < words_count; i++)
		if (words[i].code == code && contains_nocase(message, str_from(words[i].words))) {
			row = &words[i].meaning;
			break;
		}
	if (row)
		apply(outcome, row);
	else
		post_reject(outcome, otherwise, "", "");
	outcome->api_code = code;
	outcome_set_message(outcome, message);
}

void
post_before_message(struct outcome *outcome)
{
	if (outcome->state != OUTCOME_UNKNOWN)
		return;
	outcome->state = OUTCOME_DEFERRED;
	outcome->class = CLASS_TRANSPORT;
	outcome->retry_max = 3;
	outcome->advice[0] = '\0';
}

cJSON *
post_answer_json(const struct http_answer *answer, struct outcome *outcome)
{
	cJSON *json = answer->capped ? NULL :
		cJSON_ParseWithLength(buf_text(&answer->body), answer->body.len);

	if (cJSON_IsObject(json))
		return json;
	cJSON_Delete(json);
	post_reject(outcome, CLASS_SERVER, "",
		"the answer is not the channel's: is something between here and it?");
	outcome_set_message(outcome, buf_str(&answer->body));
	return NULL;
}

long
post_json_long(const cJSON *object, const char *key, long otherwise)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
	int64_t value;

	if (cJSON_IsNumber(item) && item->valuedouble >= -1e15 && item->valuedouble <= 1e15)
		return (long)item->valuedouble;
	if (cJSON_IsString(item) && str_to_int64(str_from(item->valuestring), &value))
		return (long)value;
	return otherwise;
}

struct str
post_json_text(const cJSON *object, const char *key)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);

	return cJSON_IsString(item) ? str_from(item->valuestring) : STR_NONE;
}

void
post_judge_errcode(const struct http_answer *answer, struct outcome *outcome,
	const struct code_row *rows, size_t count, const struct words_row *words,
	size_t words_count)
{
	cJSON *json = post_answer_json(answer, outcome);
	long code = post_json_long(json, "errcode", NO_CODE);

	if (code == 0)
		post_accept(outcome);
	else if (json && code == NO_CODE)
		post_reject(outcome, CLASS_SERVER, "the answer has no errcode",
			"is this URL the webhook of a robot of this channel?");
	else if (json)
		post_judge_code(outcome, code, post_json_text(json, "errmsg"), rows, count, words,
			words_count, CLASS_CONTENT);
	cJSON_Delete(json);
}

static void
replace(struct buf *text, struct str what)
{
	struct buf fresh = BUF_INIT;
	size_t from = 0, at;

	if (what.len < 6)
		return;
	while ((at = str_find(buf_str(text), what, from)) != SIZE_MAX) {
		buf_add_str(&fresh, str_slice(buf_str(text), from, at));
		buf_adds(&fresh, "…");
		from = at + what.len;
	}
	buf_add_str(&fresh, str_slice(buf_str(text), from, text->len));
	buf_fini(text);
	*text = fresh;
}

/* Each piece of a secret that could identify it: a URL's path segments and values. */
static void
replace_pieces(struct buf *text, struct str secret)
{
	size_t start = str_find(secret, STR("://"), 0), i;

	replace(text, secret);
	if (start == SIZE_MAX)
		return;
	for (i = start + 3; i < secret.len && secret.p[i] != '/' && secret.p[i] != '?'; i++)
		;
	for (start = i; i <= secret.len; i++) {
		if (i < secret.len && !strchr("/?&=", secret.p[i]))
			continue;
		/* What stands before a "=" is only the name of a value. */
		if (i - start >= 8 && (i == secret.len || secret.p[i] != '='))
			replace(text, str_slice(secret, start, i));
		start = i + 1;
	}
}

/* What follows the host of any URL in the text. */
static void
shorten_urls(struct buf *text)
{
	struct buf fresh = BUF_INIT;
	struct str s = buf_str(text);
	size_t from = 0, at;

	while ((at = str_find(s, STR("://"), from)) != SIZE_MAX) {
		size_t host = at + 3, end;

		while (host < s.len && !strchr("/?# \"'<>)]},;", s.p[host]))
			host++;
		for (end = host; end < s.len && !strchr(" \"'<>)]}", s.p[end]); end++)
			;
		buf_add_str(&fresh, str_slice(s, from, host));
		if (end > host + 1)
			buf_adds(&fresh, "/…");
		from = end;
	}
	buf_add_str(&fresh, str_slice(s, from, s.len));
	buf_fini(text);
	*text = fresh;
}

void
outcome_hide(struct outcome *outcome, const char *secret)
{
	struct buf text = BUF_INIT;

	buf_adds(&text, outcome->message);
	replace(&text, str_from(secret));
	copy_text(outcome->message, sizeof(outcome->message), buf_str(&text));
	buf_fini(&text);
}

void
outcome_mask(struct outcome *outcome, const struct settings *settings)
{
	struct buf text = BUF_INIT;

	buf_adds(&text, outcome->message);
	for (size_t i = 0; i < settings->count; i++)
		if (settings->list[i].secret)
			replace_pieces(&text, str_from(settings->list[i].value));
	shorten_urls(&text);
	copy_text(outcome->message, sizeof(outcome->message), buf_str(&text));
	buf_fini(&text);
}

void
url_add_query(struct buf *url, const char *name, struct str value)
{
	buf_addc(url, memchr(buf_text(url), '?', url->len) ? '&' : '?');
	buf_adds(url, name);
	buf_addc(url, '=');
	url_encode_add(url, value);
}
