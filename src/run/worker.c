/* SPDX-License-Identifier: MIT */
#include "src/run/worker.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "src/base/module.h"
#include "src/net/net.h"
#include "src/run/run.h"
#include "src/run/spawn.h"
#include "src/run/work.h"

#define HOLD_BACK ((size_t)64 << 10)

volatile int worker_cancelled;
static volatile sig_atomic_t quit_wanted;

static const struct {
	const char *kind;
	request_fn fn;
} kinds[] = {
	{ "run", worker_run },
	{ "send", worker_send },
	{ "dead_man", worker_dead_man },
	{ "query", worker_query },
	{ "describe", worker_describe },
	{ "schema", worker_schema },
	{ "ping", worker_ping },
	{ "stop_query", worker_stop_query },
};

static void
on_cancel(int sig)
{
	worker_cancelled = 1;
	if (sig == SIGTERM)
		quit_wanted = 1;
}

static void
set_signals(void)
{
	struct sigaction sa = { .sa_handler = on_cancel };

	sigemptyset(&sa.sa_mask);
	sigaction(SIGUSR1, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	sa.sa_handler = SIG_IGN;
	sigaction(SIGPIPE, &sa, NULL);
	sigaction(SIGINT, &sa, NULL);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
}

/* --- telling the parent ----------------------------------------------------- */

void
worker_tell(struct worker *w, const struct request *r, enum frame_type type, struct str head,
	struct str body)
{
	struct buf first = BUF_INIT;

	frame_put_u32(&first, r->job);
	buf_add_str(&first, head);
	if (body.len > HOLD_BACK)
		frame_send(&w->io, type, buf_str(&first), body);
	else
		frame_queue(&w->io, type, buf_str(&first), body);
	buf_fini(&first);
	if (w->io.out.len - w->io.out_pos > HOLD_BACK)
		frame_flush_all(&w->io);
}

void
worker_log(struct worker *w, const struct request *r, const char *kind, const char *fmt, ...)
{
	struct buf text = BUF_INIT, json = BUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	buf_vaddf(&text, fmt, ap);
	va_end(ap);
	buf_addf(&json, "{\"kind\":\"%s\",\"message\":", kind);
	json_add_string(&json, buf_str(&text));
	buf_addc(&json, '}');
	worker_tell(w, r, FRAME_LOG, buf_str(&json), STR_NONE);
	buf_fini(&text);
	buf_fini(&json);
}

void
worker_end_ok(struct worker *w, const struct request *r, const char *more)
{
	struct buf json = BUF_INIT;

	buf_addf(&json, "{\"ok\":true%s}", more);
	worker_tell(w, r, FRAME_END, buf_str(&json), STR_NONE);
	buf_fini(&json);
}

static void
end_failed(struct worker *w, const struct request *r, const struct err *err)
{
	struct buf json = BUF_INIT;

	job_end_error(&json, err);
	worker_tell(w, r, FRAME_END, buf_str(&json), STR_NONE);
	buf_fini(&json);
}

/* --- requests ----------------------------------------------------------------- */

static void
request_free(struct request *r)
{
	work_free(r->work);
	cJSON_Delete(r->json);
	if (r->body.p)
		explicit_bzero((char *)r->body.p, r->body.len);
	free((char *)r->body.p);
	free(r);
}

static struct request *
request_find(const struct worker *w, uint32_t job)
{
	struct request *r = w->requests;

	while (r && r->job != job)
		r = r->next;
	return r;
}

static void
request_drop(struct worker *w, struct request *r)
{
	struct request **link = &w->requests;

	while (*link != r)
		link = &(*link)->next;
	*link = r->next;
	request_free(r);
}

static void
take_request(struct worker *w, uint32_t job, struct str payload)
{
	struct request *r = xcalloc(1, sizeof(*r)), **link = &w->requests;
	struct err err = ERR_INIT;

	r->job = job;
	r->json = json_parse(payload, &err);
	r->body = w->body;
	w->body = STR_NONE;
	if (!r->json) {
		err_wrap(&err, "request to the worker");
		end_failed(w, r, &err);
		request_free(r);
		return;
	}
	while (*link)
		link = &(*link)->next;
	*link = r;
}

static void
take_go(struct worker *w, uint32_t job, struct str payload)
{
	uint32_t part;

	if (!frame_take_u32(&payload, &part))
		return;
	w->goes = xreallocarray(w->goes, w->go_count + 1, sizeof(*w->goes));
	w->goes[w->go_count].job = job;
	w->goes[w->go_count++].part = part;
}

static void
take_frame(struct worker *w, enum frame_type type, struct str payload)
{
	struct request *r;
	uint32_t job;

	if (!frame_take_u32(&payload, &job))
		return;
	r = request_find(w, job);
	if (type == FRAME_REQUEST) {
		take_request(w, job, payload);
	} else if (type == FRAME_BODY) {
		free((char *)w->body.p);
		w->body = (struct str){ str_dup(payload), payload.len };
	} else if (type == FRAME_WARM) {
		free(w->modules);
		w->modules = str_dup(payload);
	} else if (type == FRAME_GO) {
		take_go(w, job, payload);
	} else if (type == FRAME_CANCEL && r) {
		r->cancelled = true;
	} else if (type == FRAME_RELEASE && r) {
		request_drop(w, r);
	}
}

static bool
read_frames(struct worker *w)
{
	enum frame_type type;
	struct str payload;
	bool open = frame_fill(&w->io);

	while (frame_next(&w->io, &type, &payload)) {
		take_frame(w, type, payload);
		frame_drop(&w->io);
	}
	return open && !w->io.closed;
}

/* --- one step ------------------------------------------------------------------- */

static request_fn
request_fn_of(const struct request *r, struct err *err)
{
	const cJSON *kind = cJSON_GetObjectItemCaseSensitive(r->json, "kind");

	for (size_t i = 0; cJSON_IsString(kind) && i < ARRAY_LEN(kinds); i++)
		if (strcmp(kinds[i].kind, kind->valuestring) == 0)
			return kinds[i].fn;
	err_set(err, ERR_INTERNAL, "the worker does not know this kind of request");
	return NULL;
}

/* The plan is told; while it is being written, what sending needs is loaded. */
static void
prepare_to_send(struct worker *w, const struct work *work)
{
	bool need = false;

	for (size_t i = 0; i < work->part_count; i++)
		need = need || !work->parts[i].target->channel->is_local;
	if (need && frame_flush_all(&w->io))
		net_warm();
}

static void
do_request(struct worker *w, struct request *r)
{
	struct err err = ERR_INIT;
	request_fn fn = request_fn_of(r, &err);
	bool ok;

	worker_cancelled = quit_wanted;
	worker_tell(w, r, FRAME_START, STR_NONE, STR_NONE);
	frame_flush_all(&w->io);
	ok = fn && !r->cancelled && fn(w, r, &err);
	if (!ok && err.code == ERR_CANCELLED && !quit_wanted) {
		read_frames(w);
		if (!r->cancelled) { /* the signal was meant for one before it */
			worker_cancelled = 0;
			ok = fn(w, r, &err);
		}
	}
	if (r->cancelled)
		err_set(&err, ERR_CANCELLED, "cancelled");
	if (!ok)
		end_failed(w, r, &err);
	r->planned = true;
	if (!r->work || !ok)
		request_drop(w, r);
	else
		prepare_to_send(w, r->work);
}

static void
do_go(struct worker *w)
{
	uint32_t job = w->goes[0].job, part = w->goes[0].part;
	struct request *r = request_find(w, job);

	w->go_count--;
	memmove(w->goes, w->goes + 1, w->go_count * sizeof(*w->goes));
	if (r && r->work)
		worker_send_part(w, r, part);
}

/* Sends come first: what was promised goes out before new work begins. */
static bool
do_step(struct worker *w)
{
	struct request *r = w->requests;

	if (w->go_count) {
		do_go(w);
		return true;
	}
	while (r && r->planned)
		r = r->next;
	if (!r)
		return false;
	do_request(w, r);
	return true;
}

/* One of the modules that jobs to come will need. */
static bool
warm_up(struct worker *w)
{
	struct err ignored = ERR_INIT; /* the job that needs it tells */
	char *name = w->modules, *comma;

	if (!name || !*name)
		return false;
	comma = strchr(name, ',');
	w->modules = xstrdup(comma ? comma + 1 : "");
	if (comma)
		*comma = '\0';
	if (strcmp(name, "net") == 0)
		net_warm();
	else
		module_ops(name, &ignored);
	free(name);
	return true;
}

static void
worker_fini(struct worker *w)
{
	free(w->modules);
	for (size_t i = 0; i < WORKER_WARM_SOURCES; i++) {
		source_close(w->warm[i].source);
		free(w->warm[i].key);
	}
	while (w->requests)
		request_drop(w, w->requests);
	net_close_idle(); /* mail servers hear a QUIT instead of a lost connection */
	free((char *)w->body.p);
	free(w->goes);
	frame_io_fini(&w->io);
}

int
worker_main(int fd)
{
	struct worker w = { .go_count = 0 };
	bool open = true;

	if (fcntl(fd, F_GETFD) < 0) {
		fputs("dpstudio: --worker is started by dpstudio itself\n", stderr);
		return 2;
	}
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	frame_io_init(&w.io, fd);
	set_signals();
	while (open && !quit_wanted) {
		struct pollfd p = { fd, POLLIN, 0 };

		open = read_frames(&w);
		if (do_step(&w) || (open && warm_up(&w)))
			continue;
		open = open && frame_flush_all(&w.io);
		if (open && !quit_wanted)
			poll(&p, 1, -1);
	}
	frame_flush_all(&w.io);
	worker_fini(&w);
	return 0;
}
