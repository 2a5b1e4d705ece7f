/* SPDX-License-Identifier: MIT */
#include "ui/studio.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define META_LAST_TASK "studio_task"
#define META_TEST_TARGET "studio_test_to_%u" /* one a person */
#define ATTEMPT_DELAY_US (100 * INT64_C(1000))
#define ATTEMPTS_MAX 200
#define OPEN_TRIES 100

struct studio_attempt {
	struct studio *studio;
	const void *owner;
	studio_work_fn work;
	studio_done_fn done;
	void *context;
	int tries;
	struct timer timer;
	struct studio_attempt *next;
};

static struct studio *
try_open(const char *workspace_path, struct err *err)
{
	struct studio *s = xcalloc(1, sizeof(*s));

	s->ws = workspace_open(workspace_path, WORKSPACE_UI, err);
	s->zone = s->ws ? workspace_zone(s->ws, err) : NULL;
	if (s->zone)
		return s;
	studio_close(s);
	return NULL;
}

/* The terminal is not taken yet: who holds the lock (a pass, another studio's last save)
 * is waited for, a while. */
struct studio *
studio_open(const char *workspace_path, struct err *err)
{
	const struct timespec pause = { 0, ATTEMPT_DELAY_US * 1000 };
	struct studio *s = try_open(workspace_path, err);

	for (int i = 0; !s && err->code == ERR_BUSY && i < OPEN_TRIES; i++) {
		if (i == 5)
			fprintf(stderr, "%s\n", _("The workspace is busy: waiting for it"));
		(void)nanosleep(&pause, NULL);
		err_clear(err);
		s = try_open(workspace_path, err);
	}
	return s;
}

void
studio_attach(struct studio *s, struct ui *ui)
{
	s->ui = ui;
	s->model = model_new(ui, s->ws);
	ui_set_app(ui, s);
}

/* --- what waits for the workspace ---------------------------------------------------- */

static void
end_attempt(struct studio_attempt *a, const struct err *err)
{
	struct studio_attempt **at = &a->studio->attempts;

	while (*at != a)
		at = &(*at)->next;
	*at = a->next;
	loop_timer_cancel(ui_loop(a->studio->ui), &a->timer);
	if (a->done)
		a->done(a->context, err);
	free(a);
}

static void
attempt(void *context)
{
	struct studio_attempt *a = context;
	struct err err = ERR_INIT;

	if (a->work(a->context, &err)) {
		end_attempt(a, NULL);
	} else if (err.code == ERR_BUSY && ++a->tries < ATTEMPTS_MAX) {
		if (a->tries == 5)
			ui_say(a->studio->ui, _("The workspace is busy: waiting for it"));
		loop_timer(ui_loop(a->studio->ui), &a->timer, ATTEMPT_DELAY_US);
	} else {
		end_attempt(a, &err);
	}
}

void
studio_attempt(struct studio *s, const void *owner, studio_work_fn work, studio_done_fn done,
	void *context)
{
	struct studio_attempt *a = xcalloc(1, sizeof(*a));

	*a = (struct studio_attempt){ .studio = s, .owner = owner, .work = work,
		.done = done, .context = context, .timer = { .fn = attempt, .context = a },
		.next = s->attempts };
	s->attempts = a;
	attempt(a);
}

void
studio_cancel(struct studio *s, const void *owner)
{
	struct err err = ERR_INIT;
	struct studio_attempt *a = s->attempts;

	err_set(&err, ERR_CANCELLED, "cancelled");
	while (a) {
		struct studio_attempt *next = a->next;

		if (!owner || a->owner == owner)
			end_attempt(a, &err);
		a = next;
	}
}

/* --- opening and closing ------------------------------------------------------------- */

void
studio_close(struct studio *s)
{
	if (!s)
		return;
	studio_cancel(s, NULL);
	model_free(s->model);
	free(s->push);
	workspace_close(s->ws);
	free(s);
}

void
studio_show_push(struct studio *s, const char *node)
{
	char *name = xstrdup(node);

	free(s->push);
	s->push = name;
}

struct studio *
studio_of(const struct ui *ui)
{
	return ui_app(ui);
}

struct studio *
studio_need(const struct ui *ui, struct err *err)
{
	struct studio *s = studio_of(ui);

	if (!s)
		err_set(err, ERR_STATE, _("there is no workspace open: only a file is edited"));
	return s;
}

const char *
studio_last_task(struct studio *s, struct arena *a)
{
	struct err err = ERR_INIT;
	const char *name;

	return workspace_meta_get(s->ws, META_LAST_TASK, a, &name, &err) ? name : "";
}

void
studio_remember_task(struct studio *s, const char *task)
{
	struct err err = ERR_INIT;

	/* Only a convenience: a workspace that is locked just now is no reason to wait. */
	(void)workspace_meta_set(s->ws, META_LAST_TASK, task, &err);
}

const char *
studio_test_target(struct studio *s, struct arena *a)
{
	char key[48];
	struct err err = ERR_INIT;
	const char *name;

	snprintf(key, sizeof(key), META_TEST_TARGET, (unsigned)getuid());
	return workspace_meta_get(s->ws, key, a, &name, &err) ? name : "";
}

void
studio_remember_test_target(struct studio *s, const char *destination)
{
	char key[48];
	struct err err = ERR_INIT;

	snprintf(key, sizeof(key), META_TEST_TARGET, (unsigned)getuid());
	(void)workspace_meta_set(s->ws, key, destination, &err);
}

void
studio_time(const struct studio *s, int64_t at_us, char text[24])
{
	studio_time_seconds(s, at_us, text);
	if (*text)
		text[16] = '\0';
}

void
studio_time_seconds(const struct studio *s, int64_t at_us, char text[24])
{
	struct civil c;

	text[0] = '\0';
	if (at_us == 0)
		return;
	c = zone_civil(s->zone, at_us);
	snprintf(text, 24, "%04u-%02u-%02u %02u:%02u:%02u", (unsigned)c.date.year % 10000,
		(unsigned)c.date.month % 100, (unsigned)c.date.day % 100, (unsigned)c.hour % 100,
		(unsigned)c.minute % 100, (unsigned)c.second % 100);
}
