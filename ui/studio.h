/* SPDX-License-Identifier: MIT */
/* What the screens of one studio share: the workspace (opened so that it never waits),
 * the draft being edited and the zone times are shown in. Lives as long as the ui. */
#ifndef DP_UI_STUDIO_H
#define DP_UI_STUDIO_H

#include "src/base/zone.h"
#include "src/workspace/workspace.h"
#include "ui/model.h"

struct desk;

struct studio {
	struct ui *ui;
	struct workspace *ws;
	struct model *model;
	const struct zone *zone; /* the workspace's */
	struct studio_attempt *attempts;
	char *push; /* name of the push node worked on; NULL: the first */
	struct desk *desk; /* the main screen; NULL: not open */
};

/* Opens the workspace; before the terminal is taken, so that a refusal can be read. */
struct studio *studio_open(const char *workspace_path, struct err *err);
/* Hangs it into the ui (ui_set_app). */
void studio_attach(struct studio *s, struct ui *ui);
/* Saves the draft and closes; after the screens, before the ui. NULL is fine. */
void studio_close(struct studio *s);
/* Of a screen's ui; NULL when the program only edits a file. */
struct studio *studio_of(const struct ui *ui);
/* For `open` of screens: with err when there is no workspace. */
struct studio *studio_need(const struct ui *ui, struct err *err);

/* The task last worked on, remembered by the workspace; "" none. In the arena. */
const char *studio_last_task(struct studio *s, struct arena *a);
void studio_remember_task(struct studio *s, const char *task);

/* The destination this person sent a test to last: their own, most often. */
const char *studio_test_target(struct studio *s, struct arena *a);
void studio_remember_test_target(struct studio *s, const char *destination);

/* The push node that content and push settings show; one that is not there: the first. */
void studio_show_push(struct studio *s, const char *node);

/* Does something to the workspace without waiting for its lock: `work` is called again
 * while it fails with ERR_BUSY (up to 20 s), then `done` once, err NULL when it went
 * well. Both may be called before this returns. */
typedef bool (*studio_work_fn)(void *context, struct err *err);
typedef void (*studio_done_fn)(void *context, const struct err *err);
void studio_attempt(struct studio *s, const void *owner, studio_work_fn work,
	studio_done_fn done, void *context);
/* Ends what an owner (a screen that closes) still waits for: done gets ERR_CANCELLED. */
void studio_cancel(struct studio *s, const void *owner);

/* "2026-01-02 08:00" in the studio's zone, "" for 0. */
void studio_time(const struct studio *s, int64_t at_us, char text[24]);
void studio_time_seconds(const struct studio *s, int64_t at_us, char text[24]);

#endif
