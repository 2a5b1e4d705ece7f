/* SPDX-License-Identifier: MIT */
/* The workers of a pass: started when needed, kept warm, given several small jobs
 * ahead, replaced when they die. */
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "src/base/json.h"
#include "src/run/claim.h"
#include "src/run/request.h"
#include "src/run/supervise.h"
#include "src/task/task_json.h"

#define TERM_AFTER_US (2 * CLOCK_SECOND)
#define TAKE_FROM ((size_t)64 << 10)
#define KILL_AFTER_US (4 * CLOCK_SECOND)

bool
crew_start(struct crew *c, struct child *ahead, struct err *err)
{
	*c = (struct crew){ 0 };
	if (ahead && ahead->pid) {
		c->child = *ahead;
		*ahead = (struct child){ 0, -1 };
	} else if (!child_spawn(&c->child, err)) {
		return false;
	}
	frame_io_init(&c->io, c->child.fd);
	c->alive = true;
	return true;
}

bool
crew_has_idle(const struct crew *c)
{
	return c->alive && !c->running && c->given == 0 && !c->send_job && !c->cancelled_us;
}

/* Whether it had this job, which it has no more. */
static bool
give_up_job(struct crew *c, uint32_t job)
{
	for (int i = 0; i < c->given; i++)
		if (c->jobs[i] == job) {
			c->jobs[i] = c->jobs[--c->given];
			return true;
		}
	return false;
}

void
crew_forget(struct supervisor *s, const struct active *a)
{
	for (int i = 0; i < s->jobs; i++)
		if (s->crew[i].running == a)
			s->crew[i].running = NULL;
}

void
crew_flush(struct supervisor *s)
{
	for (int i = 0; i < s->jobs; i++)
		if (s->crew[i].alive)
			frame_flush(&s->crew[i].io);
}

struct crew *
crew_free(struct supervisor *s, bool may_queue, struct err *err)
{
	struct crew *best = NULL, *empty = NULL;

	for (int i = 0; i < s->jobs; i++) {
		struct crew *c = &s->crew[i];

		if (crew_has_idle(c))
			return c;
		if (!c->alive)
			empty = empty ? empty : c;
		else if (may_queue && !c->cancelled_us && c->given < PREFETCH &&
			 (!c->running || clock_mono_us() - c->since_us < SLOW_US) &&
			 (!best || c->given < best->given))
			best = c;
	}
	if (!empty)
		return best;
	crew_flush(s); /* those with work begin before another process is started */
	return crew_start(empty, NULL, err) ? empty : NULL;
}

static bool
give_request(struct supervisor *s, struct active *a, struct buf *request, struct err *err)
{
	struct buf id = BUF_INIT;
	cJSON *overrides = a->run.overrides[0] ? cJSON_Parse(a->run.overrides) : NULL;
	bool slot_run = a->run.is_slot || a->run.cause == CAUSE_TEST;
	struct run_request run = { .task = &a->task, .definition = a->definition,
		.task_id = a->run.task_id, .run_id = a->run.id, .version = a->run.version,
		.slot_us = a->run.slot_us, .business_date = a->run.business_date, .env = a->env,
		.timeout_us = a->task.timeout_s * CLOCK_SECOND, .overrides = overrides, .ends = s->ends };
	bool ok;

	run.zone = claim_slot_zone(s->ws, &a->task, a->run.slot_us, err);
	request_message_id(s->ws, a->run.task, a->run.slot_us, slot_run ? 0 : a->run.id, &id);
	run.message_id = buf_text(&id);
	ok = run.zone && request_run(s->ws, &run, request, err);
	cJSON_Delete(overrides);
	buf_fini(&id);
	return ok;
}

bool
crew_give(struct supervisor *s, struct active *a, struct crew *c, struct err *err)
{
	struct buf request = BUF_INIT, head = BUF_INIT;

	if (!give_request(s, a, &request, err)) {
		buf_fini(&request);
		return false;
	}
	a->job = ++s->next_job;
	a->worker = c;
	a->phase = ACTIVE_GIVEN;
	a->given_us = clock_mono_us();
	if (c->given == 0)
		c->heard_us = a->given_us;
	c->jobs[c->given++] = a->job;
	frame_put_u32(&head, a->job);
	frame_queue(&c->io, FRAME_REQUEST, buf_str(&head), buf_str(&request));
	explicit_bzero(request.p, request.len);
	buf_fini(&request);
	buf_fini(&head);
	return true;
}

/* --- frames from a worker ---------------------------------------------------------- */

static struct active *
find_active(struct supervisor *s, uint32_t job)
{
	for (struct active *a = s->actives; a; a = a->next)
		if (a->job == job && a->phase != ACTIVE_DONE && a->phase != ACTIVE_WAITING)
			return a;
	return NULL;
}

/* The part that a "send" request carries. */
static struct sending *
find_sending(struct supervisor *s, uint32_t job, struct active **owner)
{
	for (struct active *a = s->actives; a; a = a->next)
		for (size_t i = 0; i < a->part_count; i++)
			if (a->parts[i].in_flight && a->parts[i].job == job) {
				*owner = a;
				return &a->parts[i];
			}
	return NULL;
}

static void
took_event(struct supervisor *s, struct active *a, struct str payload)
{
	struct err err = ERR_INIT;
	cJSON *json = json_parse(payload, &err);
	const cJSON *kind = cJSON_GetObjectItemCaseSensitive(json, "kind");
	const cJSON *message = cJSON_GetObjectItemCaseSensitive(json, "message");

	if (cJSON_IsString(kind) && cJSON_IsString(message))
		ledger_event(s->ws, a->run.id, kind->valuestring, message->valuestring, &err);
	cJSON_Delete(json);
}

static void
took_item(struct active *a, struct str payload)
{
	struct err err = ERR_INIT;
	cJSON *json = json_parse(payload, &err);
	const cJSON *parameters = cJSON_GetObjectItemCaseSensitive(json, "parameters");
	struct buf text = BUF_INIT;

	if (parameters) {
		json_print_compact(&text, parameters);
		free(a->parameters);
		a->parameters = buf_take(&text);
	}
	cJSON_Delete(json);
}

static void
drop_parts(struct active *a)
{
	for (size_t i = 0; i < a->part_count; i++)
		free(a->parts[i].plan_bytes);
	a->part_count = 0;
}

static void
took_end(struct active *a, struct str payload)
{
	struct err err = ERR_INIT;
	cJSON *json;
	const cJSON *skipped;

	a->phase = ACTIVE_SENDING;
	if (!job_end_ok(payload, &a->err)) {
		if (a->stop_code == ERR_TIMEOUT)
			active_say_stopped(a);
		drop_parts(a);
		return;
	}
	json = json_parse(payload, &err);
	skipped = cJSON_GetObjectItemCaseSensitive(json, "skipped");
	if (cJSON_IsString(skipped) && skipped->valuestring[0])
		a->skip_reason = arena_strdup(&a->arena, skipped->valuestring);
	cJSON_Delete(json);
}

/* A large body is kept where it arrived. */
static void
took_part(struct crew *c, struct active *a, struct str payload)
{
	struct err err = ERR_INIT;
	char *bytes = NULL;
	uint32_t len;

	if (!frame_take_u32(&payload, &len) || len > payload.len)
		len = UINT32_MAX;
	else if (payload.len - len > TAKE_FROM)
		bytes = frame_take(&c->io);
	if (len == UINT32_MAX ||
		!deliver_add_part(a, str_slice(payload, 0, len),
			str_slice(payload, len, payload.len), bytes, &err))
		err_set(&a->err, ERR_INTERNAL, "the worker's plan is malformed");
}

/* The part this frame speaks of, of those that this worker was told to send. */
static struct sending *
part_of_outcome(struct supervisor *s, struct crew *c, uint32_t job, const cJSON *json,
	struct active **owner)
{
	const cJSON *index = cJSON_GetObjectItemCaseSensitive(json, "index");
	struct active *a = find_active(s, job);

	if (job == c->send_job)
		return find_sending(s, job, owner);
	for (size_t i = 0; a && a->worker == c && cJSON_IsNumber(index) && i < a->part_count; i++)
		if (a->parts[i].in_flight && a->parts[i].job == 0 &&
			(double)a->parts[i].index == index->valuedouble) {
			*owner = a;
			return &a->parts[i];
		}
	return NULL;
}

static void
took_outcome(struct supervisor *s, struct crew *c, uint32_t job, struct str payload)
{
	struct err err = ERR_INIT;
	struct active *a = NULL;
	cJSON *json = json_parse(payload, &err);
	struct sending *p = part_of_outcome(s, c, job, json, &a);

	if (!p) {
		if (job == c->send_job)
			notice_outcome(s, job, json);
	} else if (!deliver_outcome(s, a, p, json, &err) && err.code != ERR_STATE) {
		a->err = err;
	}
	cJSON_Delete(json);
}

static bool
says_failed(struct str payload, struct err *why)
{
	struct err err = ERR_INIT;
	cJSON *json = json_parse(payload, &err);
	bool failed = cJSON_IsFalse(cJSON_GetObjectItemCaseSensitive(json, "ok"));

	cJSON_Delete(json);
	return failed && !job_end_ok(payload, why);
}

/* A "send" request is over. One that told no outcome has one now: nothing left when
 * the worker says that it failed, else nobody knows. */
static void
took_send_end(struct supervisor *s, struct crew *c, struct str payload)
{
	struct err why = ERR_INIT, err = ERR_INIT;
	struct active *a = NULL;
	struct sending *p = find_sending(s, c->send_job, &a);

	if (p && says_failed(payload, &why))
		deliver_not_gone(s, a, p, &why);
	else if (p)
		deliver_lose(s, a, p, "the worker told no outcome of it", &err);
	notice_outcome(s, c->send_job, NULL);
	c->send_job = 0;
}

static void
took_run_frame(struct supervisor *s, struct crew *c, struct active *a, enum frame_type type,
	struct str payload)
{
	if (type == FRAME_START && a->phase == ACTIVE_GIVEN) {
		a->phase = ACTIVE_RUNNING;
		c->running = a;
		c->since_us = clock_mono_us();
		a->deadline_us = c->since_us + a->task.timeout_s * CLOCK_SECOND;
	} else if (type == FRAME_LOG) {
		took_event(s, a, payload);
	} else if (type == FRAME_ITEM && a->phase == ACTIVE_RUNNING) {
		took_item(a, payload);
	} else if (type == FRAME_PART && a->phase == ACTIVE_RUNNING) {
		took_part(c, a, payload);
	}
}

static void
took_frame(struct supervisor *s, struct crew *c, enum frame_type type, uint32_t job,
	struct str payload)
{
	struct active *a = find_active(s, job);

	s->dirty = true;
	if (a && a->worker != c)
		a = NULL;
	if (type == FRAME_OUTCOME) {
		took_outcome(s, c, job, payload);
	} else if (type == FRAME_END && c->send_job && job == c->send_job) {
		took_send_end(s, c, payload);
	} else if (type == FRAME_END) {
		if (!give_up_job(c, job))
			return; /* taken back, or ended before */
		if (!a || c->running == a)
			c->running = NULL;
		c->cancelled_us = 0;
		if (a)
			took_end(a, payload);
	} else if (a) {
		took_run_frame(s, c, a, type, payload);
	} else if (type == FRAME_START) {
		c->running = NULL;
	}
}

void
crew_turn(struct supervisor *s, struct crew *c)
{
	enum frame_type type;
	struct str payload;
	uint32_t job;
	bool open;

	frame_flush(&c->io);
	open = frame_fill(&c->io);
	c->heard_us = clock_mono_us();
	while (frame_next(&c->io, &type, &payload)) {
		if (frame_take_u32(&payload, &job))
			took_frame(s, c, type, job, payload);
		frame_drop(&c->io);
	}
	if (!open || c->io.closed)
		crew_died(s, c);
}

/* --- trouble ------------------------------------------------------------------------ */

static void
put_back(struct active *a)
{
	a->phase = ACTIVE_WAITING;
	a->worker = NULL;
	a->job = 0;
	err_clear(&a->err);
	drop_parts(a);
	a->skip_reason = NULL;
}

/* The run a dead worker was at: told START, or the first in its queue. */
static struct active *
culprit_of(struct supervisor *s, const struct crew *c)
{
	struct active *first = NULL;

	for (struct active *a = s->actives; a; a = a->next) {
		if (a->worker != c || (a->phase != ACTIVE_RUNNING && a->phase != ACTIVE_GIVEN))
			continue;
		if (a->phase == ACTIVE_RUNNING)
			return a;
		if (!first || a->job < first->job)
			first = a;
	}
	return first;
}

static void
fail_culprit(struct active *a, const struct err *why)
{
	drop_parts(a);
	a->phase = ACTIVE_SENDING;
	if (a->stop_code) {
		active_say_stopped(a);
	} else {
		a->err = *why;
		err_hint(&a->err, "tried %d times: see its time line, dpstudio show-run %lld",
			MAX_STARTS, (long long)a->run.id);
	}
}

/* The run it was executing is tried again or fails; those behind it only wait. */
void
crew_died(struct supervisor *s, struct crew *c)
{
	struct err why = ERR_INIT, err = ERR_INIT;
	struct active *culprit = culprit_of(s, c);

	child_reap(&c->child, &why);
	frame_io_fini(&c->io);
	child_end(&c->child, 0);
	for (struct active *a = s->actives; a; a = a->next) {
		if (a->phase == ACTIVE_SENDING)
			deliver_lost(s, a, c, &err);
		if (a->worker != c)
			continue;
		if (a == culprit)
			ledger_event(s->ws, a->run.id, "worker", why.msg, &err);
		if (a == culprit && (a->stop_code || a->run.starts >= MAX_STARTS + a->run.retries))
			fail_culprit(a, &why);
		else if (a->phase == ACTIVE_RUNNING || a->phase == ACTIVE_GIVEN)
			put_back(a);
		if (a != culprit && a->phase == ACTIVE_WAITING)
			a->run.starts--;
		a->worker = NULL;
	}
	if (c->send_job)
		notice_outcome(s, c->send_job, NULL);
	*c = (struct crew){ .child = { 0, -1 } };
	s->dirty = true;
}

void
crew_cancel(struct supervisor *s, struct active *a, enum err_code why)
{
	struct buf head = BUF_INIT;

	(void)s;
	if (a->cancel_told || !a->worker)
		return;
	a->cancel_told = true;
	a->stop_code = why;
	frame_put_u32(&head, a->job);
	frame_queue(&a->worker->io, FRAME_CANCEL, buf_str(&head), STR_NONE);
	buf_fini(&head);
	frame_flush(&a->worker->io);
	if (a->phase == ACTIVE_RUNNING) {
		a->worker->cancelled_us = clock_mono_us();
		kill(a->worker->child.pid, SIGUSR1);
	}
}

void
crew_climb(struct supervisor *s)
{
	for (int i = 0; i < s->jobs; i++) {
		struct crew *c = &s->crew[i];
		int64_t since = clock_mono_us() - c->cancelled_us;

		if (!c->alive || !c->cancelled_us)
			continue;
		if (since >= KILL_AFTER_US)
			kill(c->child.pid, SIGKILL);
		else if (since >= TERM_AFTER_US)
			kill(c->child.pid, SIGTERM);
	}
}

/* A worker ends what it sends by a deadline of its own, and begins what it was given
 * as soon as it has nothing else to do. One that says nothing for longer than that, or
 * stops in the middle of a word, hangs for good: what it was sending becomes unknown. */
void
crew_end_silent(struct supervisor *s)
{
	int64_t patience = send_timeout_us() + send_timeout_us() / 4;

	for (int i = 0; i < s->jobs; i++) {
		struct crew *c = &s->crew[i];
		bool in_word = c->io.in_pos < c->io.in.len;

		if (c->alive && clock_mono_us() - c->heard_us > patience &&
			(in_word || (!c->running && (c->given || c->send_job || deliver_owed(s, c)))))
			kill(c->child.pid, SIGKILL);
	}
}

void
crew_unqueue(struct supervisor *s)
{
	for (struct active *a = s->actives; a; a = a->next) {
		struct crew *c = a->worker;
		struct buf head = BUF_INIT;

		if (a->phase != ACTIVE_GIVEN || !c || !c->running ||
			clock_mono_us() - c->since_us < SLOW_US)
			continue;
		frame_put_u32(&head, a->job);
		frame_queue(&c->io, FRAME_CANCEL, buf_str(&head), STR_NONE);
		buf_fini(&head);
		frame_flush(&c->io);
		give_up_job(c, a->job);
		put_back(a);
	}
}

void
crew_dismiss(struct supervisor *s)
{
	for (int i = 0; i < s->jobs; i++)
		if (s->crew[i].alive && s->crew[i].child.fd >= 0) {
			close(s->crew[i].child.fd);
			s->crew[i].child.fd = -1;
		}
}

void
crew_end(struct supervisor *s)
{
	crew_dismiss(s); /* all first, so that they end together */
	for (int i = 0; i < s->jobs; i++)
		if (s->crew[i].alive) {
			frame_io_fini(&s->crew[i].io);
			child_end(&s->crew[i].child, 3000);
			s->crew[i].alive = false;
		}
}
