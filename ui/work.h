/* SPDX-License-Identifier: MIT */
/* Work outside the studio's process, watched by its loop: a worker with one request
 * (queries, schema, pings, notes), or the program itself with a command line (tests,
 * reruns: what blocks in the engine). Either can be cancelled at any time; `done` comes
 * once, from the loop, and frees nothing of the caller. */
#ifndef DP_UI_WORK_H
#define DP_UI_WORK_H

#include "src/run/job.h"
#include "src/task/task.h"
#include "ui/ui.h"

struct workspace;

/* --- a worker -------------------------------------------------------------------------- */

struct ui_job;

/* `err` NULL: it went well. `end` is the JSON of FRAME_END. The job is freed after it. */
typedef void (*ui_job_done_fn)(void *context, struct str end, const struct err *err);

/* Wipes `request`. frame (may be NULL) gets all frames but FRAME_END. */
struct ui_job *ui_job_start(struct ui *ui, struct buf *request, job_frame_fn frame,
	ui_job_done_fn done, void *context, struct err *err);
/* What the next one will need is loaded ahead (names of modules with commas), by the worker
 * that is kept, or by a new one. It connects to nothing. */
void ui_job_warm(struct ui *ui, const char *modules);
/* Asks it to stop; done still comes, with ERR_CANCELLED or what was faster. */
void ui_job_cancel(struct ui_job *job);
/* For servers that are cancelled over a second connection: whose query it is. Call it
 * right after ui_job_start. */
void ui_job_set_source(struct ui_job *job, struct workspace *ws, const char *source,
	enum source_env env);
int64_t ui_job_elapsed_us(const struct ui_job *job);
/* done does not come. With a source it is cancelled and ends by itself, within a second of
 * the ui's end; else it ends at once. NULL is fine. */
void ui_job_free(struct ui_job *job);

/* --- the program itself ------------------------------------------------------------------ */

struct ui_child;

struct ui_child_end {
	int status;		 /* as a shell counts: 128 + signal */
	struct str out, errors; /* what it printed, each up to 4 MB */
};
typedef void (*ui_child_fn)(void *context, const struct ui_child_end *end);

/* argv without the program's own name, NULL-ended; `-w WORKSPACE` is put before it. */
struct ui_child *ui_child_start(struct ui *ui, const char *workspace_path,
	const char *const *argv, ui_child_fn done, void *context, struct err *err);
/* As Ctrl-C would. */
void ui_child_cancel(struct ui_child *child);
int64_t ui_child_elapsed_us(const struct ui_child *child);
/* Lets go of it (it goes on by itself); done does not come. NULL is fine. */
void ui_child_free(struct ui_child *child);

#endif
