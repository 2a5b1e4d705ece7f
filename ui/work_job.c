/* SPDX-License-Identifier: MIT */
#include <poll.h>
#include <stdlib.h>

#include "src/run/request.h"
#include "ui/core.h"
#include "ui/work.h"

#define STOP_TIMEOUT_US (10 * CLOCK_SECOND)
#define LEAVE_US (1 * CLOCK_SECOND) /* at the end, for servers to hear that it is */
#define SPARE_US (300 * CLOCK_SECOND) /* then its connections are closed */

struct ui_job {
	struct ui *ui;
	struct job *job;
	job_frame_fn frame;
	ui_job_done_fn done;
	void *context;
	struct buf end;
	bool over, cancelled;
	int64_t began_us;
	struct timer timer;
	struct workspace *ws; /* with what follows: for a stop over a second connection */
	char *source, *token;
	enum source_env env;
	struct ui_job *stopper, *stops;
	struct ui_job *next_leaving;
};

static void turn(struct ui_job *j);
static void release(struct ui_job *j);

static void
take_token(struct ui_job *j, struct str payload)
{
	struct err err = ERR_INIT;
	cJSON *json = json_parse(payload, &err);
	const cJSON *token = cJSON_GetObjectItemCaseSensitive(json, "cancel_token");

	if (cJSON_IsString(token)) {
		free(j->token);
		j->token = xstrdup(token->valuestring);
	}
	cJSON_Delete(json);
}

static void
on_frame(void *context, enum frame_type type, struct str payload)
{
	struct ui_job *j = context;

	if (type == FRAME_END) {
		j->over = true;
		buf_add_str(&j->end, payload);
		return;
	}
	if (type == FRAME_ITEM && j->source && !j->token)
		take_token(j, payload);
	if (j->frame)
		j->frame(j->context, type, payload);
}

static void
on_ready(void *context, short revents)
{
	(void)revents;
	turn(context);
}

static void
on_time(void *context)
{
	turn(context);
}

static void
drop_spare(void *context)
{
	struct ui *ui = context;

	job_free(ui->spare);
	ui->spare = NULL;
}

/* Nobody waits for it: it ends by itself, and at the latest with the ui. */
static void
let_go(struct ui_job *j)
{
	j->frame = NULL;
	j->done = NULL;
	j->next_leaving = j->ui->leaving;
	j->ui->leaving = j;
}

static void
is_gone(struct ui_job *j)
{
	struct ui_job **at = &j->ui->leaving;

	while (*at && *at != j)
		at = &(*at)->next_leaving;
	if (*at)
		*at = j->next_leaving;
}

static void
wait_for_leaving(struct ui *ui)
{
	int64_t end = clock_mono_us() + LEAVE_US;

	while (ui->leaving && clock_mono_us() < end) {
		struct pollfd p = { job_fd(ui->leaving->job), POLLIN, 0 };

		if (job_wants_write(ui->leaving->job))
			p.events |= POLLOUT;
		poll(&p, 1, 50);
		turn(ui->leaving);
	}
	while (ui->leaving)
		release(ui->leaving);
}

void
ui_jobs_fini(struct ui *ui)
{
	wait_for_leaving(ui);
	loop_timer_cancel(ui->loop, &ui->spare_timer);
	drop_spare(ui);
	free(ui->warm);
}

/* A worker that did its work is kept for the next request: one, the last. */
static void
keep_spare(struct ui *ui, struct job *job)
{
	drop_spare(ui);
	ui->spare = job;
	ui->spare_timer.fn = drop_spare;
	ui->spare_timer.context = ui;
	ui->spare_timer.quiet = true;
	loop_timer(ui->loop, &ui->spare_timer, SPARE_US);
	if (ui->warm)
		job_warm(job, ui->warm);
}

void
ui_job_warm(struct ui *ui, const char *modules)
{
	struct err ignored = ERR_INIT; /* who needs a worker tries again and tells */
	bool known = ui->warm && strcmp(ui->warm, modules) == 0;

	if (!known) {
		free(ui->warm);
		ui->warm = xstrdup(modules);
	}
	if (ui->spare && !known) {
		job_warm(ui->spare, modules);
	} else if (!ui->spare && ui->job_count == 0) {
		struct job *job = job_idle(&ignored);

		if (job)
			keep_spare(ui, job);
	}
}

static struct job *
take_spare(struct ui_job *j, struct buf *request)
{
	struct job *job = j->ui->spare;

	if (!job || !job_again(job, request, on_frame, j))
		return NULL;
	j->ui->spare = NULL;
	loop_timer_cancel(j->ui->loop, &j->ui->spare_timer);
	return job;
}

static void
release(struct ui_job *j)
{
	is_gone(j);
	j->ui->job_count--;
	loop_timer_cancel(ui_loop(j->ui), &j->timer);
	if (j->job) {
		loop_unwatch(ui_loop(j->ui), job_fd(j->job));
		job_free(j->job);
	}
	if (j->stopper)
		j->stopper->stops = NULL;
	if (j->stops)
		j->stops->stopper = NULL;
	buf_fini(&j->end);
	free(j->source);
	free(j->token);
	free(j);
}

static void
finish(struct ui_job *j)
{
	struct err err = ERR_INIT;
	bool ok = j->over && job_end_ok(buf_str(&j->end), &err);

	if (ok && !j->cancelled) {
		/* Already here, so that what `done` asks for finds it. */
		loop_unwatch(ui_loop(j->ui), job_fd(j->job));
		keep_spare(j->ui, j->job);
		j->job = NULL;
	}
	if (!j->over)
		err_set(&err, ERR_INTERNAL, _("the worker ended without an answer"));
	if (j->done)
		j->done(j->context, buf_str(&j->end), ok ? NULL : &err);
	release(j);
}

static void
arm(struct ui_job *j)
{
	int ms = job_timeout_ms(j->job);

	loop_watch_events(ui_loop(j->ui), job_fd(j->job),
		job_wants_write(j->job) ? POLLIN | POLLOUT : POLLIN);
	if (ms >= 0)
		loop_timer(ui_loop(j->ui), &j->timer, (int64_t)ms * 1000);
	else
		loop_timer_cancel(ui_loop(j->ui), &j->timer);
}

static void
turn(struct ui_job *j)
{
	if (job_turn(j->job) && !j->over)
		arm(j);
	else
		finish(j);
}

struct ui_job *
ui_job_start(struct ui *ui, struct buf *request, job_frame_fn frame, ui_job_done_fn done,
	void *context, struct err *err)
{
	struct ui_job *j = xcalloc(1, sizeof(*j));

	*j = (struct ui_job){ .ui = ui, .frame = frame, .done = done, .context = context,
		.began_us = clock_mono_us(), .timer = { .fn = on_time, .context = j } };
	j->job = take_spare(j, request);
	if (!j->job)
		j->job = job_start(request, on_frame, j, err);
	if (!j->job) {
		free(j);
		return NULL;
	}
	ui->job_count++;
	loop_watch(ui_loop(ui), job_fd(j->job), POLLIN, on_ready, j);
	arm(j);
	return j;
}

void
ui_job_set_source(struct ui_job *j, struct workspace *ws, const char *source,
	enum source_env env)
{
	j->ws = ws;
	j->source = xstrdup(source);
	j->env = env;
}

/* A second worker stops what the first one's server runs. */
static void
stop_at_server(struct ui_job *j)
{
	struct buf extra = BUF_INIT, request = BUF_INIT;
	struct err err = ERR_INIT;

	buf_adds(&extra, ",\"token\":");
	json_add_string(&extra, str_from(j->token));
	if (request_source(j->ws, "stop_query", j->source, j->env, buf_text(&extra),
		    STOP_TIMEOUT_US, &request, &err)) {
		j->stopper = ui_job_start(j->ui, &request, NULL, NULL, NULL, &err);
		if (j->stopper) {
			j->stopper->stops = j;
			let_go(j->stopper);
		}
	}
	buf_fini(&extra);
	buf_fini(&request);
}

void
ui_job_cancel(struct ui_job *j)
{
	if (!j || j->cancelled)
		return;
	j->cancelled = true;
	if (j->token)
		stop_at_server(j);
	job_cancel(j->job);
	arm(j);
}

int64_t
ui_job_elapsed_us(const struct ui_job *j)
{
	return clock_mono_us() - j->began_us;
}

void
ui_job_free(struct ui_job *j)
{
	if (!j)
		return;
	if (!j->source || j->over) {
		release(j);
		return;
	}
	let_go(j); /* what its server runs is stopped first */
	ui_job_cancel(j);
}
