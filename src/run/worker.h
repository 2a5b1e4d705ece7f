/* SPDX-License-Identifier: MIT */
/* The child's side: reads requests from its parent, does them one after another,
 * keeps its connections warm, and never opens the workspace, a terminal or a file
 * it was not told of. Requests are JSON with a "kind" (request.h); the table in
 * worker.c says which there are. Inside one worker everything is synchronous. */
#ifndef DP_RUN_WORKER_H
#define DP_RUN_WORKER_H

#include "src/base/json.h"
#include "src/run/frame.h"
#include "src/source/source.h"

struct worker;
struct work; /* a run that was planned and waits for its GOs: worker_run.c */

struct request {
	struct request *next;
	uint32_t job;
	cJSON *json;
	struct str body; /* FRAME_BODY that came before it; owned */
	struct work *work;
	bool cancelled; /* FRAME_CANCEL came */
	bool planned;	/* executed; kept for its GOs until FRAME_RELEASE */
};

struct warm_source {
	char *key; /* kind and settings, digested */
	struct source *source;
	int64_t used_us;
};

#define WORKER_WARM_SOURCES 8

struct worker {
	struct frame_io io;
	struct request *requests; /* in order of arrival */
	struct { uint32_t job, part; } *goes; /* GO frames to do, oldest first */
	size_t go_count;
	struct str body; /* the last FRAME_BODY, for the request that follows */
	struct warm_source warm[WORKER_WARM_SOURCES];
	char *modules; /* FRAME_WARM: to be loaded while there is nothing else to do */
};

/* Set by SIGUSR1 and SIGTERM: what runs now is to stop. */
extern volatile int worker_cancelled;

/* One kind of request. Ends by worker_end_ok or by false with err (the loop then
 * tells it). */
typedef bool (*request_fn)(struct worker *w, struct request *r, struct err *err);

bool worker_query(struct worker *w, struct request *r, struct err *err);
bool worker_describe(struct worker *w, struct request *r, struct err *err);
bool worker_schema(struct worker *w, struct request *r, struct err *err);
bool worker_ping(struct worker *w, struct request *r, struct err *err);
bool worker_stop_query(struct worker *w, struct request *r, struct err *err);
bool worker_run(struct worker *w, struct request *r, struct err *err);
bool worker_send(struct worker *w, struct request *r, struct err *err);
bool worker_dead_man(struct worker *w, struct request *r, struct err *err);
/* The GO of a planned part. */
void worker_send_part(struct worker *w, struct request *r, uint32_t part);
void work_free(struct work *work);

/* A frame of this request: payload is `head` then `body`. Small frames are held
 * back until the step ends or 64 KB are there. */
void worker_tell(struct worker *w, const struct request *r, enum frame_type type,
	struct str head, struct str body);
/* FRAME_LOG {"kind","message"}. */
void worker_log(struct worker *w, const struct request *r, const char *kind, const char *fmt,
	...) DP_PRINTF(4, 5);
/* FRAME_END {"ok":true} plus `more` (",\"rows\":3"). */
void worker_end_ok(struct worker *w, const struct request *r, const char *more);

/* A connection for a source of the request's "sources", kept warm. */
struct source *worker_source(struct worker *w, const cJSON *source, const struct deadline *deadline,
	const struct source_kind **kind, struct err *err);
/* It failed in a way that may have broken it: not used again. */
void worker_drop_source(struct worker *w, struct source *source);

/* Reads "settings": [[name, value, secret], …]. */
bool worker_settings(const cJSON *json, struct settings *settings, struct err *err);
/* The deadline of a request ("timeout_us") with the cancel flag. */
struct deadline worker_deadline(const struct request *r);

#endif
