/* SPDX-License-Identifier: MIT */
/* Sending in the worker: a part it planned itself, or one whose bytes come with the
 * request (a later attempt, a resend, a notice, a test message). */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "src/content/note.h"
#include "src/net/net.h"
#include "src/run/request.h"
#include "src/run/work.h"

#define SEND_TIMEOUT_US (90 * CLOCK_SECOND)

int64_t
send_timeout_us(void)
{
	const char *text = getenv("DPSTUDIO_TEST_SEND_TIMEOUT");
	long seconds = text ? strtol(text, NULL, 10) : 0;

	return seconds > 0 && seconds < 3600 ? seconds * CLOCK_SECOND : SEND_TIMEOUT_US;
}

static volatile int never_cancelled; /* what is being sent is finished */

void
idempotency_key(char key[40], const char *message_id, const char *node, const char *destination,
	int part)
{
	unsigned char digest[16];
	struct buf text = BUF_INIT;

	buf_addf(&text, "%s\n%s\n%s\n%d", message_id, node, destination, part);
	crypto_generichash(digest, sizeof(digest), (const unsigned char *)buf_text(&text),
		text.len, NULL, 0);
	buf_fini(&text);
	for (size_t i = 0, at = 0; i < sizeof(digest); i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			key[at++] = '-';
		snprintf(key + at, 3, "%02x", digest[i]);
		at += 2;
	}
}

static void
add_recipients(struct buf *json, const struct outcome *o)
{
	if (o->recipient_count == 0)
		return;
	buf_adds(json, ",\"recipients\":[");
	for (size_t i = 0; i < o->recipient_count; i++) {
		buf_adds(json, i ? ",{\"address\":" : "{\"address\":");
		json_add_string(json, str_from(o->recipients[i].address));
		buf_addf(json, ",\"state\":\"%s\",\"code\":%ld}",
			outcome_state_name(o->recipients[i].state), o->recipients[i].code);
	}
	buf_addc(json, ']');
}

static void
outcome_json(struct buf *json, uint32_t part, const struct outcome *o, int64_t elapsed_us)
{
	buf_addf(json, "{\"index\":%u,\"state\":\"%s\",\"class\":\"%s\",\"code\":%ld", part,
		outcome_state_name(o->state), outcome_class_name(o->class),
		o->api_code ? o->api_code : o->http_code);
	buf_addf(json, ",\"retry_after_s\":%.3f,\"retry_max\":%d,\"elapsed_us\":%lld",
		o->retry_after_s, o->retry_max, (long long)elapsed_us);
	if (o->pace_after_s > 0)
		buf_addf(json, ",\"pace_after_s\":%.3f", o->pace_after_s);
	buf_adds(json, ",\"message\":");
	json_add_string(json, str_from(o->message));
	buf_adds(json, ",\"advice\":");
	json_add_string(json, str_from(o->advice));
	add_recipients(json, o);
	buf_addc(json, '}');
}

static void
send_and_tell(struct worker *w, struct request *r, uint32_t index, const struct channel *channel,
	struct send_request *send)
{
	struct outcome outcome = OUTCOME_INIT;
	int64_t began = clock_mono_us();
	struct buf json = BUF_INIT;

	send->deadline = deadline_in_us(send_timeout_us());
	send->deadline.cancelled = &never_cancelled;
	channel->send(send, &outcome);
	outcome_json(&json, index, &outcome, clock_mono_us() - began);
	worker_tell(w, r, FRAME_OUTCOME, buf_str(&json), STR_NONE);
	frame_flush_all(&w->io);
	buf_fini(&json);
	outcome_fini(&outcome);
}

void
worker_send_part(struct worker *w, struct request *r, uint32_t index)
{
	const struct kept_part *kept;
	struct send_request send = { 0 };

	if (index >= r->work->part_count)
		return;
	kept = &r->work->parts[index];
	send.settings = &kept->target->settings;
	send.part = &kept->part;
	send.idempotency_key = kept->key;
	send_and_tell(w, r, index, kept->target->channel, &send);
}

static const char *
text_of(const cJSON *json, const char *key)
{
	const cJSON *c = cJSON_GetObjectItemCaseSensitive(json, key);

	return cJSON_IsString(c) ? c->valuestring : NULL;
}

static int
int_of(const cJSON *json, const char *key)
{
	const cJSON *c = cJSON_GetObjectItemCaseSensitive(json, key);

	return cJSON_IsNumber(c) ? c->valueint : 0;
}

/* A document of a title and a paragraph, for notices and test messages. */
struct first_part {
	struct part_sink sink;
	struct worker *w;
	struct request *r;
	const struct channel *channel;
	struct send_request *send;
	int sent;
};

static bool
send_built(struct part_sink *self, const struct part *part, struct err *err)
{
	struct first_part *s = (struct first_part *)self;
	struct part one = *part;

	(void)err;
	s->send->part = &one;
	send_and_tell(s->w, s->r, (uint32_t)s->sent++, s->channel, s->send);
	return true;
}

static bool
send_text(struct worker *w, struct request *r, const struct channel *channel,
	struct send_request *send, struct err *err)
{
	struct document doc = DOCUMENT_INIT;
	struct first_part sink = { { send_built }, w, r, channel, send, 0 };
	const char *title = text_of(r->json, "title"), *text = text_of(r->json, "text");
	bool ok;

	document_init_note(&doc, title ? title : "dpstudio", text ? text : "",
		text_of(r->json, "key") ? text_of(r->json, "key") : "", clock_now_us());
	ok = channel->build(&doc, send->settings, &sink.sink, err);
	document_fini(&doc);
	return ok;
}

bool
worker_send(struct worker *w, struct request *r, struct err *err)
{
	const char *name = text_of(r->json, "channel"), *only = text_of(r->json, "only");
	const struct channel *channel = name ? channel_find(name) : NULL;
	struct settings settings = SETTINGS_INIT;
	struct part part = { .number = int_of(r->json, "part"), .of = int_of(r->json, "of"),
		.body = r->body, .kind = text_of(r->json, "part_kind"),
		.content_type = text_of(r->json, "content_type"),
		.title = str_from(text_of(r->json, "title")) };
	struct send_request send = { .settings = &settings, .part = &part,
		.idempotency_key = text_of(r->json, "key"), .only_recipients = only };
	bool ok;

	if (!channel)
		return err_set(err, ERR_CONFIG, "this dpstudio has no channel '%s'",
			name ? name : "?");
	ok = worker_settings(cJSON_GetObjectItemCaseSensitive(r->json, "settings"), &settings, err);
	if (ok && text_of(r->json, "text"))
		ok = send_text(w, r, channel, &send, err);
	else if (ok)
		send_and_tell(w, r, 0, channel, &send);
	settings_fini(&settings);
	if (ok)
		worker_end_ok(w, r, "");
	return ok;
}

/* Tells a dead-man switch that a run succeeded. */
bool
worker_dead_man(struct worker *w, struct request *r, struct err *err)
{
	struct outcome outcome = { .state = OUTCOME_REJECTED, .retry_after_s = -1 };
	struct http_request request = { .method = "GET", .url = text_of(r->json, "url"),
		.deadline = deadline_in_us(10 * CLOCK_SECOND) };
	struct http_answer answer = { 0 };
	struct buf json = BUF_INIT;
	struct err why = ERR_INIT;

	if (!request.url)
		return err_set(err, ERR_INTERNAL, "no URL to ping");
	if (!http_perform(&request, &answer, &why))
		snprintf(outcome.message, sizeof(outcome.message), "%.250s", why.msg);
	else if (answer.status >= 200 && answer.status < 300)
		outcome.state = OUTCOME_ACCEPTED;
	else
		snprintf(outcome.message, sizeof(outcome.message), "it answered %ld", answer.status);
	outcome_json(&json, 0, &outcome, 0);
	worker_tell(w, r, FRAME_OUTCOME, buf_str(&json), STR_NONE);
	buf_fini(&json);
	http_answer_fini(&answer);
	worker_end_ok(w, r, "");
	return true;
}
