/* SPDX-License-Identifier: MIT */
/* Parts on their way: plan, order, pace, GO, outcome, retry (channels.md 14). For
 * each destination of a node parts go strictly in order; the next one waits for the
 * answer to the one before it. */
#include <stdio.h>
#include <stdlib.h>

#include "src/base/json.h"
#include "src/run/ends.h"
#include "src/run/request.h"
#include "src/run/supervise.h"
#include "src/workspace/store_destination.h"

#define DAY_US (86400 * CLOCK_SECOND)
#define MAX_UNKNOWN_RESENDS 3

/* Waits between quick attempts when the channel does not say: by class. */
static const struct {
	enum outcome_class class;
	int retries;
	int wait_s[3];
} matrix[] = {
	{ CLASS_TRANSPORT, 3, { 1, 4, 16 } },
	{ CLASS_SERVER, 3, { 1, 4, 16 } },
	{ CLASS_RATE, 3, { 30, 60, 120 } },
};

static const char *
text_of(const cJSON *json, const char *key)
{
	const cJSON *c = cJSON_GetObjectItemCaseSensitive(json, key);

	return cJSON_IsString(c) ? c->valuestring : "";
}

#define NUMBER_MOST 2e9 /* fits every type here */
#define WAIT_MOST_S (30 * 86400.0)
#define BURST_MOST 10000

/* Workers say it: whatever it is, it can be converted. */
static double
number_up_to(const cJSON *json, const char *key, double otherwise, double most)
{
	const cJSON *c = cJSON_GetObjectItemCaseSensitive(json, key);

	if (!cJSON_IsNumber(c) || !(c->valuedouble >= -NUMBER_MOST))
		return otherwise;
	return c->valuedouble < most ? c->valuedouble : most;
}

static double
number_of(const cJSON *json, const char *key, double otherwise)
{
	return number_up_to(json, key, otherwise, NUMBER_MOST);
}

/* --- the plan ------------------------------------------------------------------------- */

static struct sending *
new_sending(struct active *a)
{
	struct sending *p;

	if (a->part_count == a->part_room) {
		a->part_room = a->part_room ? a->part_room * 2 : 4;
		a->parts = xreallocarray(a->parts, a->part_room, sizeof(*a->parts));
	}
	p = &a->parts[a->part_count++];
	*p = (struct sending){ .state = DELIVERY_PLANNED };
	return p;
}

static int64_t
expiry(const struct active *a, int64_t now)
{
	int64_t age = a->has_task && a->task.missed == MISSED_ALL && a->task.missed_age_s > 0
			      ? a->task.missed_age_s * CLOCK_SECOND : DAY_US;

	return now + age;
}

static bool
same_chain(const struct sending *a, const struct sending *b)
{
	return strcmp(a->node, b->node) == 0 && strcmp(a->destination, b->destination) == 0;
}

bool
deliver_add_part(struct active *a, struct str text, struct str body, char *bytes,
	struct err *err)
{
	cJSON *json = json_parse(text, err);
	struct sending *p;

	if (!json) {
		free(bytes);
		return false;
	}
	p = new_sending(a);
	p->index = (uint32_t)(a->part_count - 1);
	p->kept = true;
	p->part = (int)number_of(json, "part", 1);
	p->parts = (int)number_of(json, "of", 1);
	p->node = arena_strdup(&a->arena, text_of(json, "node"));
	p->destination = arena_strdup(&a->arena, text_of(json, "destination"));
	p->bucket = arena_strdup(&a->arena, text_of(json, "bucket"));
	p->pace_burst = (int)number_up_to(json, "burst", 0, BURST_MOST);
	p->pace_refill_s = number_up_to(json, "refill_s", 0, WAIT_MOST_S);
	p->channel = channel_find(text_of(json, "channel"));
	p->plan = (struct delivery_row){ .part = p->part, .parts = p->parts,
		.rows = (int64_t)number_of(json, "rows", 0), .node = p->node,
		.destination = p->destination, .bucket = p->bucket,
		.channel = arena_strdup(&a->arena, text_of(json, "channel")),
		.kind = arena_strdup(&a->arena, text_of(json, "kind")),
		.content_type = arena_strdup(&a->arena, text_of(json, "content_type")),
		.title = arena_strdup(&a->arena, text_of(json, "title")),
		.idempotency_key = arena_strdup(&a->arena, text_of(json, "key")),
		.body = body,
		.packed_from = (int64_t)number_of(json, "packed_from", 0) };
	p->plan_bytes = bytes;
	if (!bytes)
		p->plan.body.p = p->plan_bytes = str_dup(body);
	cJSON_Delete(json);
	for (size_t i = 0; i < p->index; i++)
		if (same_chain(&a->parts[i], p) && a->parts[i].part == p->part)
			return err_set(err, ERR_INTERNAL, "a part that was told twice");
	return p->channel ? true : err_set(err, ERR_INTERNAL, "a part of an unknown channel");
}

/* The destination's settings without its secrets; none when it is gone. */
static void
read_settings(struct supervisor *s, const struct sending *p, struct settings *settings)
{
	struct err ignored = ERR_INIT;
	struct arena a = ARENA_INIT;

	*settings = (struct settings)SETTINGS_INIT;
	store_destination_show(s->ws, p->destination, &a, NULL, settings, &ignored);
	arena_fini(&a);
}

/* on_unknown of the destination: hold or resend. */
static bool
holds_unknown(struct supervisor *s, const struct sending *p)
{
	struct settings settings;
	const char *choice;
	bool hold;

	read_settings(s, p, &settings);
	choice = settings_get(&settings, "on_unknown");
	hold = *choice ? strcmp(choice, "hold") == 0 : !p->channel->resend_unknown;
	settings_fini(&settings);
	return hold;
}

static void
read_pace(struct supervisor *s, struct sending *p)
{
	struct settings settings;
	struct err ignored = ERR_INIT;

	read_settings(s, p, &settings);
	channel_pace(p->channel, &settings, &p->pace_burst, &p->pace_refill_s, &ignored);
	settings_fini(&settings);
}

bool
deliver_plan(struct supervisor *s, struct active *a, struct err *err)
{
	int64_t now = clock_now_us();
	bool ok = true;

	for (size_t i = 0; ok && i < a->part_count; i++) {
		struct sending *p = &a->parts[i];

		p->plan.expires_us = p->expires_us = expiry(a, now);
		ok = ledger_plan(s->ws, &a->run, &p->plan, &p->id, err);
	}
	for (size_t i = 0; ok && i < a->part_count; i++) {
		free(a->parts[i].plan_bytes);
		a->parts[i].plan_bytes = NULL;
		a->parts[i].plan.body = STR_NONE;
	}
	a->planned_in_ledger = ok;
	return ok;
}

static bool
resume_one(struct supervisor *s, struct active *a, const struct delivery_row *d, struct err *err)
{
	struct sending *p = new_sending(a);
	int64_t now = clock_now_us();

	p->id = d->id;
	p->state = d->state;
	p->part = (int)d->part;
	p->parts = (int)d->parts;
	p->attempts = d->attempts;
	p->expires_us = d->expires_us;
	p->not_before_us = d->retry_us;
	p->node = d->node;
	p->destination = d->destination;
	p->bucket = d->bucket;
	p->channel = channel_find(d->channel);
	a->attempted = a->attempted || d->attempts > 0;
	if (!p->channel) {
		p->state = DELIVERY_REJECTED;
		return ledger_reject(s->ws, &a->run, d->id, "none",
			"this dpstudio has no such channel", err);
	}
	read_pace(s, p);
	p->hold_unknown = p->state == DELIVERY_UNKNOWN && holds_unknown(s, p);
	if ((p->state == DELIVERY_PLANNED || p->state == DELIVERY_DEFERRED) && p->expires_us <= now) {
		p->state = DELIVERY_REJECTED;
		p->expired = true;
		return ledger_reject(s->ws, &a->run, d->id, "none",
			"expired: it could not be sent in time", err);
	}
	return true;
}

bool
deliver_resume(struct supervisor *s, struct active *a, struct err *err)
{
	struct delivery_list list;
	bool ok = ledger_deliveries(s->ws, a->run.id, false, &a->arena, &list, err);

	for (size_t i = 0; ok && i < list.count; i++)
		ok = resume_one(s, a, &list.rows[i], err);
	a->planned_in_ledger = a->part_count > 0;
	return ok;
}

/* --- what may go now -------------------------------------------------------------------- */

static bool
is_open(const struct sending *p)
{
	return p->state == DELIVERY_PLANNED || p->state == DELIVERY_DEFERRED ||
	       (p->state == DELIVERY_UNKNOWN && !p->hold_unknown &&
		       p->attempts < MAX_UNKNOWN_RESENDS);
}

/* The first part of p's chain that is not settled; p itself when nothing before it is. */
static bool
is_head(const struct active *a, const struct sending *p)
{
	for (const struct sending *q = a->parts; q < p; q++)
		if (same_chain(p, q) && (q->in_flight || is_open(q)))
			return false;
	return true;
}

/* A part before it was refused for good: it is not sent any more. */
static bool
is_stopped(const struct active *a, const struct sending *p, int *accepted)
{
	bool stopped = false;

	*accepted = 0;
	for (const struct sending *q = a->parts; q < p; q++) {
		if (!same_chain(p, q))
			continue;
		stopped = stopped || q->state == DELIVERY_REJECTED;
		*accepted += q->state == DELIVERY_ACCEPTED || q->state == DELIVERY_QUEUED;
	}
	return stopped;
}

/* Who could carry it: the worker that planned it, or one with nothing to do. */
static struct crew *
carrier(struct supervisor *s, struct active *a, struct sending *p, struct err *err)
{
	struct crew *own = a->worker;

	if (p->kept && own && own->alive && !own->send_job &&
		(!own->running || own->running->phase != ACTIVE_RUNNING ||
			clock_mono_us() - own->since_us < SLOW_US))
		return own;
	p->kept = false;
	for (int i = 0; i < s->jobs; i++)
		if (crew_has_idle(&s->crew[i]))
			return &s->crew[i];
	return crew_free(s, false, err);
}

/* What a retry costs at least: a hint for chains that wait for the bot's pace. */
static bool
choose_one(struct supervisor *s, struct active *a, struct sending *p, struct err *err)
{
	int64_t now = clock_now_us(), wait = 0;
	char message[96];
	int accepted;

	if (is_stopped(a, p, &accepted)) {
		snprintf(message, sizeof(message),
			"not sent: a part before it was refused (%d of %d parts sent)", accepted,
			p->parts);
		p->state = DELIVERY_REJECTED;
		return p->id == 0 || ledger_reject(s->ws, &a->run, p->id, "none", message, err);
	}
	if (p->not_before_us > now || (s->quitting && !p->in_flight))
		return true;
	p->by = carrier(s, a, p, err);
	if (!p->by)
		return err->code == ERR_NONE;
	if (!bucket_take(s->ws, p->bucket, p->pace_burst, p->pace_refill_s, now, &wait, err))
		return false;
	if (wait) {
		p->not_before_us = now + wait;
		return true;
	}
	if (!ledger_sending(s->ws, &a->run, p->id, err))
		return false;
	s->must_sync = true;
	p->state = DELIVERY_SENDING;
	p->in_flight = true;
	p->attempts++;
	a->attempted = true;
	p->job = p->kept ? 0 : ++s->next_job;
	if (!p->kept)
		p->by->send_job = p->job;
	return true;
}

bool
deliver_choose(struct supervisor *s, struct active *a, struct err *err)
{
	for (size_t i = 0; i < a->part_count; i++) {
		struct sending *p = &a->parts[i];

		if (!p->in_flight && is_open(p) && is_head(a, p) && !choose_one(s, a, p, err))
			return false;
	}
	return true;
}

/* --- GO ------------------------------------------------------------------------------------ */

static void
go_kept(struct active *a, struct sending *p)
{
	struct buf head = BUF_INIT;

	frame_put_u32(&head, a->job);
	frame_put_u32(&head, p->index);
	frame_queue(&p->by->io, FRAME_GO, buf_str(&head), STR_NONE);
	buf_fini(&head);
}

static void
add_member(struct buf *to, const char *key, const char *value)
{
	buf_addf(to, ",\"%s\":", key);
	json_add_string(to, str_from(value));
}

/* A "send" request with the bytes from the ledger. */
static bool
go_stored(struct supervisor *s, struct sending *p, struct err *err)
{
	struct buf request = BUF_INIT, head = BUF_INIT;
	struct arena a = ARENA_INIT;
	struct delivery_row d;
	bool ok = ledger_delivery(s->ws, p->id, &a, &d, err);

	frame_put_u32(&head, p->job);
	buf_adds(&request, "{\"kind\":\"send\",");
	ok = ok && ends_add_destination(s->ends, s->ws, p->destination, &request, err);
	if (ok) {
		buf_addf(&request, ",\"part\":%d,\"of\":%d", p->part, p->parts);
		add_member(&request, "part_kind", d.kind);
		add_member(&request, "content_type", d.content_type);
		add_member(&request, "title", d.title);
		add_member(&request, "key", d.idempotency_key);
		if (d.only_recipients[0])
			add_member(&request, "only", d.only_recipients);
		buf_addc(&request, '}');
		frame_queue(&p->by->io, FRAME_BODY, buf_str(&head), d.body);
		frame_queue(&p->by->io, FRAME_REQUEST, buf_str(&head), buf_str(&request));
	}
	if (request.p)
		explicit_bzero(request.p, request.len);
	buf_fini(&request);
	buf_fini(&head);
	arena_fini(&a);
	return ok;
}

void
deliver_not_gone(struct supervisor *s, struct active *a, struct sending *p, const struct err *why)
{
	struct delivery_result result = { .state = DELIVERY_REJECTED, .class = "none",
		.message = why->msg, .advice = why->hint };
	struct err err = ERR_INIT;

	p->in_flight = false;
	p->state = DELIVERY_REJECTED;
	if (ledger_outcome(s->ws, &a->run, p->id, &result, &err))
		s->dirty = true;
}

void
deliver_go(struct supervisor *s, struct active *a)
{
	for (size_t i = 0; i < a->part_count; i++) {
		struct sending *p = &a->parts[i];
		struct err err = ERR_INIT;

		if (!p->in_flight || !p->by)
			continue;
		if (p->kept) {
			go_kept(a, p);
		} else if (!go_stored(s, p, &err)) {
			p->by->send_job = 0;
			deliver_not_gone(s, a, p, &err);
		}
		p->by->heard_us = clock_mono_us();
		p->by = NULL;
	}
}

/* --- outcomes ---------------------------------------------------------------------------------- */

static enum outcome_class
class_of(const char *name)
{
	for (int i = 0; i < CLASS_COUNT; i++)
		if (strcmp(outcome_class_name((enum outcome_class)i), name) == 0)
			return (enum outcome_class)i;
	return CLASS_NONE;
}

/* Seconds until the next attempt; *quick: within this pass. */
static double
retry_wait(const struct sending *p, enum outcome_class class, double told, int retry_max,
	bool *quick)
{
	int used = p->quick_retries, most = retry_max;
	double wait = told;

	for (size_t i = 0; i < ARRAY_LEN(matrix); i++)
		if (matrix[i].class == class) {
			if (wait < 0 && used < matrix[i].retries)
				wait = matrix[i].wait_s[used];
			if (most < 0)
				most = matrix[i].retries;
		}
	*quick = used < most && wait >= 0 && wait * CLOCK_SECOND <= MAX_WAIT_IN_PASS_US;
	return wait < 0 ? 0 : wait;
}

/* A wait of the matrix spread by a fifth, the same for the same part and attempt. */
static int64_t
spread(const struct sending *p, double seconds)
{
	int64_t us = (int64_t)(seconds * (double)CLOCK_SECOND);
	int64_t share = (p->id * 7919 + p->attempts * 104729) % 401 - 200; /* -200..200 */

	return us + us * share / 1000;
}

static void
set_deferred(struct sending *p, struct delivery_result *r, const cJSON *json)
{
	double told = number_up_to(json, "retry_after_s", -1, WAIT_MOST_S), wait;
	int64_t now = clock_now_us(), us;
	bool quick;

	wait = retry_wait(p, class_of(r->class), told, (int)number_of(json, "retry_max", -1), &quick);
	us = told >= 0 ? (int64_t)(wait * (double)CLOCK_SECOND) : spread(p, wait);
	if (quick)
		p->quick_retries++;
	else if (us < RETRY_LATER_US)
		us = RETRY_LATER_US;
	r->retry_us = now + us;
	if (r->retry_us > p->expires_us) {
		r->state = DELIVERY_REJECTED;
		r->retry_us = 0;
		p->expired = true;
		return;
	}
	p->not_before_us = r->retry_us;
}

static enum delivery_state
state_of(const char *name)
{
	for (int i = DELIVERY_ACCEPTED; i < DELIVERY_STATE_COUNT; i++)
		if (strcmp(delivery_state_name((enum delivery_state)i), name) == 0)
			return (enum delivery_state)i;
	return DELIVERY_UNKNOWN;
}

/* Too fast, or the channel said when it wants the next one. */
static void
block_bot(struct supervisor *s, const struct sending *p, const struct delivery_result *r,
	double pace_after_s, struct err *err)
{
	if (r->state == DELIVERY_DEFERRED && strcmp(r->class, outcome_class_name(CLASS_RATE)) == 0)
		bucket_block(s->ws, p->bucket, r->retry_us, err);
	else if (pace_after_s > 0)
		bucket_block(s->ws, p->bucket,
			clock_now_us() + (int64_t)(pace_after_s * (double)CLOCK_SECOND), err);
}

bool
deliver_outcome(struct supervisor *s, struct active *a, struct sending *p, const cJSON *json,
	struct err *err)
{
	const cJSON *list = cJSON_GetObjectItemCaseSensitive(json, "recipients");
	struct delivery_result r = { .state = state_of(text_of(json, "state")),
		.code = (long)number_of(json, "code", 0), .class = text_of(json, "class"),
		.message = text_of(json, "message"), .advice = text_of(json, "advice") };
	struct buf recipients = BUF_INIT;
	bool ok;

	if (list) {
		json_print_compact(&recipients, list);
		r.recipients = buf_text(&recipients);
	}
	p->in_flight = false;
	if (r.state == DELIVERY_DEFERRED)
		set_deferred(p, &r, json);
	p->state = r.state;
	if (r.state == DELIVERY_UNKNOWN) {
		p->hold_unknown = holds_unknown(s, p);
		p->not_before_us = clock_now_us() + 60 * CLOCK_SECOND;
	}
	ok = ledger_outcome(s->ws, &a->run, p->id, &r, err);
	block_bot(s, p, &r, number_up_to(json, "pace_after_s", 0, WAIT_MOST_S), err);
	buf_fini(&recipients);
	return ok;
}

static bool
is_sent_by(const struct active *a, const struct sending *p, const struct crew *c)
{
	return p->in_flight && (p->job ? p->job == c->send_job : a->worker == c);
}

bool
deliver_owed(const struct supervisor *s, const struct crew *c)
{
	for (const struct active *a = s->actives; a; a = a->next)
		for (size_t i = 0; i < a->part_count; i++)
			if (is_sent_by(a, &a->parts[i], c))
				return true;
	return false;
}

bool
deliver_lose(struct supervisor *s, struct active *a, struct sending *p, const char *why,
	struct err *err)
{
	struct delivery_result r = { .state = DELIVERY_UNKNOWN,
		.class = outcome_class_name(CLASS_AMBIGUOUS), .message = why,
		.advice = "look at the other side: it may have arrived. Then accept or resend it" };

	p->in_flight = false;
	p->state = DELIVERY_UNKNOWN;
	p->hold_unknown = holds_unknown(s, p);
	p->not_before_us = clock_now_us() + 60 * CLOCK_SECOND;
	return ledger_outcome(s->ws, &a->run, p->id, &r, err);
}

bool
deliver_lost(struct supervisor *s, struct active *a, struct crew *c, struct err *err)
{
	bool ok = true;

	for (size_t i = 0; i < a->part_count; i++) {
		struct sending *p = &a->parts[i];
		bool here = is_sent_by(a, p, c);

		if (a->worker == c)
			p->kept = false;
		if (here)
			ok = deliver_lose(s, a, p, "the worker died while this was being sent",
				     err) && ok;
	}
	return ok;
}

/* --- when -------------------------------------------------------------------------------------- */

/* Not worth waiting for in this pass. */
static bool
is_for_later(const struct supervisor *s, const struct sending *p)
{
	return s->quitting || p->not_before_us - clock_now_us() > MAX_WAIT_IN_PASS_US ||
	       (p->state == DELIVERY_UNKNOWN);
}

bool
deliver_in_flight(const struct active *a)
{
	for (size_t i = 0; i < a->part_count; i++)
		if (a->parts[i].in_flight)
			return true;
	return false;
}

bool
deliver_reject_open(struct supervisor *s, struct active *a, const char *why, struct err *err)
{
	for (size_t i = 0; i < a->part_count; i++) {
		struct sending *p = &a->parts[i];

		if (!p->id || (p->state != DELIVERY_PLANNED && p->state != DELIVERY_DEFERRED))
			continue;
		p->state = DELIVERY_REJECTED;
		if (!ledger_reject(s->ws, &a->run, p->id, "none", why, err))
			return false;
	}
	return true;
}

bool
deliver_is_over(const struct supervisor *s, const struct active *a)
{
	for (size_t i = 0; i < a->part_count; i++) {
		const struct sending *p = &a->parts[i];

		if (p->in_flight)
			return false;
		if (is_open(p) && is_head(a, p) && !is_for_later(s, p))
			return false;
	}
	return true;
}

int64_t
deliver_next_us(const struct active *a)
{
	int64_t next = INT64_MAX;

	for (size_t i = 0; i < a->part_count; i++) {
		const struct sending *p = &a->parts[i];

		if (!p->in_flight && is_open(p) && is_head(a, p) && p->not_before_us < next)
			next = p->not_before_us;
	}
	return next;
}

int64_t
deliver_wake_us(const struct active *a, int64_t now_us)
{
	int64_t next = deliver_next_us(a);

	return next == INT64_MAX ? 0 : next > now_us ? next : now_us;
}
