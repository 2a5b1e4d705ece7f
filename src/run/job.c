/* SPDX-License-Identifier: MIT */
#include "src/run/job.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "src/base/json.h"
#include "src/run/frame.h"
#include "src/run/spawn.h"

#define TERM_AFTER_US (2 * CLOCK_SECOND)
#define KILL_AFTER_US (4 * CLOCK_SECOND)

struct job {
	struct child child;
	struct frame_io io;
	uint32_t id; /* one worker does jobs one after the other */
	job_frame_fn fn;
	void *context;
	int64_t cancelled_us; /* monotonic; 0: not */
	bool over;
};

static void
ask(struct job *job, struct buf *request, job_frame_fn fn, void *context)
{
	struct buf head = BUF_INIT;

	job->fn = fn;
	job->context = context;
	job->over = false;
	frame_put_u32(&head, ++job->id);
	frame_queue(&job->io, FRAME_REQUEST, buf_str(&head), buf_str(request));
	buf_fini(&head);
	if (request->p)
		explicit_bzero(request->p, request->len);
	buf_fini(request);
	frame_flush(&job->io);
}

struct job *
job_idle(struct err *err)
{
	struct job *job = xcalloc(1, sizeof(*job));

	if (!child_spawn(&job->child, err)) {
		free(job);
		return NULL;
	}
	frame_io_init(&job->io, job->child.fd);
	job->over = true;
	return job;
}

void
job_warm(struct job *job, const char *modules)
{
	struct buf head = BUF_INIT;

	frame_put_u32(&head, 0);
	frame_queue(&job->io, FRAME_WARM, buf_str(&head), str_from(modules));
	buf_fini(&head);
	frame_flush(&job->io);
}

struct job *
job_start(struct buf *request, job_frame_fn fn, void *context, struct err *err)
{
	struct job *job = job_idle(err);

	if (job)
		ask(job, request, fn, context);
	return job;
}

bool
job_again(struct job *job, struct buf *request, job_frame_fn fn, void *context)
{
	struct pollfd p = { job->child.fd, POLLIN, 0 };

	assert(job->over && !job->cancelled_us);
	/* Nothing is said without a request, so whatever can be read is its end. */
	if (job->io.closed || job->child.pid <= 0 || poll(&p, 1, 0) != 0)
		return false;
	ask(job, request, fn, context);
	return true;
}

int
job_fd(const struct job *job)
{
	return job->child.fd;
}

bool
job_wants_write(const struct job *job)
{
	return job->io.out_pos < job->io.out.len;
}

/* A worker that ended without a word still ends its job. */
static void
tell_death(struct job *job)
{
	struct err err = ERR_INIT;
	struct buf end = BUF_INIT;

	child_reap(&job->child, &err);
	if (job->cancelled_us)
		err_set(&err, ERR_CANCELLED, "cancelled");
	job_end_error(&end, &err);
	job->over = true;
	job->fn(job->context, FRAME_END, buf_str(&end));
	buf_fini(&end);
}

static void
climb_ladder(struct job *job)
{
	int64_t since = clock_mono_us() - job->cancelled_us;

	if (!job->cancelled_us || job->over)
		return;
	if (since >= KILL_AFTER_US)
		kill(job->child.pid, SIGKILL);
	else if (since >= TERM_AFTER_US)
		kill(job->child.pid, SIGTERM);
}

bool
job_turn(struct job *job)
{
	enum frame_type type;
	struct str payload;
	uint32_t id;
	bool open;

	if (job->over)
		return false;
	frame_flush(&job->io);
	open = frame_fill(&job->io);
	while (!job->over && frame_next(&job->io, &type, &payload)) {
		if (frame_take_u32(&payload, &id) && id == job->id) {
			job->over = type == FRAME_END;
			job->fn(job->context, type, payload);
		}
		frame_drop(&job->io);
	}
	if (!job->over && (!open || job->io.closed))
		tell_death(job);
	climb_ladder(job);
	return !job->over;
}

void
job_cancel(struct job *job)
{
	struct buf head = BUF_INIT;

	if (job->over || job->cancelled_us)
		return;
	job->cancelled_us = clock_mono_us();
	frame_put_u32(&head, job->id);
	frame_queue(&job->io, FRAME_CANCEL, buf_str(&head), STR_NONE);
	buf_fini(&head);
	frame_flush(&job->io);
	kill(job->child.pid, SIGUSR1);
}

int
job_timeout_ms(const struct job *job)
{
	int64_t since, next;

	if (!job->cancelled_us || job->over)
		return -1;
	since = clock_mono_us() - job->cancelled_us;
	next = since < TERM_AFTER_US ? TERM_AFTER_US : KILL_AFTER_US;
	return next > since ? (int)((next - since) / 1000) + 1 : 100;
}

void
job_free(struct job *job)
{
	if (!job)
		return;
	frame_io_fini(&job->io);
	child_end(&job->child, job->over ? 1000 : 0);
	free(job);
}

void
job_wait(struct job *job, const volatile int *interrupted)
{
	while (!job->over) {
		short events = (short)(POLLIN | (job_wants_write(job) ? POLLOUT : 0));
		struct pollfd p = { job->child.fd, events, 0 };
		int timeout = job_timeout_ms(job);

		poll(&p, 1, timeout);
		if (interrupted && *interrupted)
			job_cancel(job);
		job_turn(job);
	}
}

void
job_end_error(struct buf *to, const struct err *err)
{
	buf_adds(to, "{\"ok\":false,\"code\":");
	json_add_string(to, str_from(err_code_name(err->code)));
	buf_adds(to, ",\"message\":");
	json_add_string(to, str_from(err->msg));
	buf_adds(to, ",\"hint\":");
	json_add_string(to, str_from(err->hint));
	buf_addf(to, ",\"line\":%d,\"column\":%d}", err->line, err->column);
}

static const char *
text_of(const cJSON *object, const char *key)
{
	const cJSON *c = cJSON_GetObjectItemCaseSensitive(object, key);

	return cJSON_IsString(c) ? c->valuestring : "";
}

static int
int_of(const cJSON *object, const char *key)
{
	const cJSON *c = cJSON_GetObjectItemCaseSensitive(object, key);

	return cJSON_IsNumber(c) ? c->valueint : -1;
}

bool
job_end_ok(struct str payload, struct err *err)
{
	cJSON *json = json_parse(payload, err);
	bool ok;

	if (!json)
		return err_wrap(err, "the worker's answer");
	ok = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(json, "ok"));
	if (!ok) {
		enum err_code code = err_code_from_name(text_of(json, "code"));

		err_set(err, code == ERR_NONE ? ERR_FAILED : code, "%s",
			text_of(json, "message"));
		err_hint(err, "%s", text_of(json, "hint"));
		err_at(err, int_of(json, "line"), int_of(json, "column"));
	}
	cJSON_Delete(json);
	return ok;
}
