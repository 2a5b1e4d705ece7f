/* SPDX-License-Identifier: MIT */
/* Requests for a worker, made from the workspace: everything it needs to know for
 * one job and nothing more, secrets included (so a request is wiped after use). */
#ifndef DP_RUN_REQUEST_H
#define DP_RUN_REQUEST_H

#include "src/base/json.h"
#include "src/run/run.h"
#include "src/task/task.h"
#include "src/workspace/store_source.h"

struct ends;

/* A run of `task` (whose canonical text is `definition`) for one slot. */
struct run_request {
	const struct task *task;
	struct str definition;
	int64_t task_id, run_id, version;
	int64_t slot_us;
	struct date business_date;
	const struct zone *zone;
	const char *message_id;
	const cJSON *overrides; /* {"set":{…},"to":[…]}; NULL none */
	enum source_env env;	/* ENV_DEV: tests and previews; ENV_PROD: runs */
	int64_t timeout_us;
	bool preview;
	int columns;
	struct ends *ends; /* what is known of sources and destinations; NULL nothing */
};

DP_API bool request_run(struct workspace *ws, const struct run_request *run, struct buf *to,
	struct err *err);

/* kind "query", "describe", "schema" or "ping" of one source. `extra` is appended
 * as it is (",\"sql\":…"); NULL none. */
DP_API bool request_source(struct workspace *ws, const char *kind, const char *source,
	enum source_env env, const char *extra, int64_t timeout_us, struct buf *to,
	struct err *err);
/* The same with settings that are not stored (a form's connection test). */
DP_API void request_source_settings(const char *kind, const char *source_kind,
	const struct settings *settings, const char *extra, int64_t timeout_us, struct buf *to);

/* A note (title and text) to a destination. */
DP_API bool request_note(struct workspace *ws, const char *destination, const char *title,
	const char *text, const char *key, struct buf *to, struct err *err);
/* The same with settings that are not stored. */
DP_API void request_note_settings(const char *channel, const struct settings *settings,
	const char *title, const char *text, const char *key, struct buf *to);

/* "<task.20260102T000000Z.run17@UUID>": same for all attempts of a run; without the
 * run's number for the run of a slot, so that preview, test and run say the same. */
DP_API void request_message_id(struct workspace *ws, const char *task, int64_t slot_us,
	int64_t run_id, struct buf *to);

/* How long one part may take to be sent. DPSTUDIO_TEST_SEND_TIMEOUT lowers it, in
 * seconds, for tests of slow peers. */
DP_API int64_t send_timeout_us(void);

#endif
