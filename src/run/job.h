/* SPDX-License-Identifier: MIT */
/* The parent's side of a worker: one child of this same program, one socketpair,
 * frames in both directions. A job is one request (JSON) and what comes back.
 * Nothing here blocks but job_wait; the studio polls job_fd and calls job_turn.
 * The request may hold secrets: it is wiped after sending. */
#ifndef DP_RUN_JOB_H
#define DP_RUN_JOB_H

#include "src/base/buf.h"
#include "src/base/clock.h"
#include "src/base/err.h"

/* Frames: u32 length (of what follows, little endian), u8 type, payload. */
enum frame_type {
	/* to the worker */
	FRAME_REQUEST = 1, /* u32 job, JSON (request.h) */
	FRAME_GO,	   /* u32 job, u32 part: send it now */
	FRAME_CANCEL,	   /* u32 job */
	FRAME_RELEASE,	   /* u32 job: forget it */
	FRAME_BODY,	   /* u32 job, bytes: the body that a "send" request speaks of */
	FRAME_WARM,	   /* u32 0, names of modules with commas: load them while idle */
	/* from the worker */
	FRAME_START,	   /* u32 job: begun */
	FRAME_LOG,	   /* u32 job, JSON {"kind","message"} */
	FRAME_PART,	   /* u32 job, u32 length of JSON, JSON, body (packed when it says so) */
	FRAME_COLUMNS,	   /* u32 job, result_encode_columns */
	FRAME_ROWS,	   /* u32 job, u32 length and result_encode_row, repeated */
	FRAME_ITEM,	   /* u32 job, JSON: schema item, cancel token */
	FRAME_OUTCOME,	   /* u32 job, JSON */
	FRAME_END,	   /* u32 job, JSON {"ok":true,…} or {"error":…} */
	FRAME_TYPE_COUNT
};

#define FRAME_MAX ((size_t)256 << 20)

struct job;

/* One frame of the job: payload without the job number. For FRAME_END `payload` is
 * JSON: {"ok":true, …} or {"ok":false,"code","message","hint","line","column"}.
 * The job is over after it; free it from outside the callback. */
typedef void (*job_frame_fn)(void *context, enum frame_type type, struct str payload);

/* Starts a worker for one request (JSON text, see request.h); wipes `request`. */
DP_API struct job *job_start(struct buf *request, job_frame_fn fn, void *context,
	struct err *err);
/* A worker that has no request yet: as one whose job is over. */
DP_API struct job *job_idle(struct err *err);
/* While there is nothing else to do it loads these modules (names with commas). */
DP_API void job_warm(struct job *job, const char *modules);
/* The worker of a job that is over takes one more, with its connections still open;
 * wipes `request`. False, and nothing is done, when that worker is gone. Not for a job
 * that was cancelled: its signal may still be under way. */
DP_API bool job_again(struct job *job, struct buf *request, job_frame_fn fn, void *context);
DP_API int job_fd(const struct job *job); /* poll for POLLIN (and POLLOUT while job_wants_write) */
DP_API bool job_wants_write(const struct job *job);
/* Reads and writes what is possible without blocking; calls fn. False when the
 * job is over (a worker that died without FRAME_END gives one with its error). */
DP_API bool job_turn(struct job *job);
/* First call: asks (reaches the server); 2 s later SIGTERM, 4 s later SIGKILL, by
 * further turns: job_timeout_ms says when to call job_turn again, -1 never. */
DP_API void job_cancel(struct job *job);
DP_API int job_timeout_ms(const struct job *job);
DP_API void job_free(struct job *job); /* kills what still runs */
/* For commands: turns until over. SIGINT (when caught by the caller's flag)
 * cancels. */
DP_API void job_wait(struct job *job, const volatile int *interrupted);

/* The JSON of a FRAME_END that failed. */
DP_API void job_end_error(struct buf *to, const struct err *err);
/* Reads the answer of FRAME_END into err. True when it says ok. */
DP_API bool job_end_ok(struct str payload, struct err *err);

#endif
