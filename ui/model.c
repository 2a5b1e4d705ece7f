/* SPDX-License-Identifier: MIT */
#include "ui/model.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "src/task/task_json.h"
#include "ui/history.h"
#include "ui/rescue.h"

#define SAVE_DELAY_US (700 * INT64_C(1000))
#define BUSY_DELAY_US (150 * INT64_C(1000))
#define FAILED_DELAY_US (5 * CLOCK_SECOND)
#define LAST_TRIES 34		  /* at the end, BUSY_DELAY_US apart */
#define ARENA_SLACK ((size_t)4 << 20) /* old texts in the task's arena before it is copied */
#define STATE_PART 1		  /* of the status line */

struct listener {
	model_fn fn;
	void *context;
};

struct model {
	struct ui *ui;
	struct workspace *ws;
	struct task task;
	struct arena row_arena;
	struct task_row row;
	bool open, touched;
	int64_t revision;
	size_t fresh; /* bytes of the task's arena after the last copy */
	uint64_t generation;
	struct buf stored; /* the text the workspace has */
	struct history history;
	int failures;	/* to save, one after the other */
	bool is_aside;	/* what is not saved is kept aside (rescue.h) */
	uint64_t aside; /* the generation that was */
	enum model_state state;
	struct err error;
	struct draft_lease lease;
	struct timer timer;
	struct listener *listeners;
	size_t listener_count;
};

static void on_timer(void *context);

struct model *
model_new(struct ui *ui, struct workspace *ws)
{
	struct model *m = xcalloc(1, sizeof(*m));

	m->ui = ui;
	m->ws = ws;
	m->lease = (struct draft_lease)DRAFT_LEASE_NONE;
	m->timer = (struct timer){ .fn = on_timer, .context = m };
	return m;
}

void
model_listen(struct model *m, model_fn fn, void *context)
{
	m->listeners = xreallocarray(m->listeners, m->listener_count + 1, sizeof(*m->listeners));
	m->listeners[m->listener_count++] = (struct listener){ fn, context };
}

void
model_unlisten(struct model *m, void *context)
{
	size_t kept = 0;

	for (size_t i = 0; i < m->listener_count; i++)
		if (m->listeners[i].context != context)
			m->listeners[kept++] = m->listeners[i];
	m->listener_count = kept;
}

static void
tell(struct model *m, enum model_event event)
{
	for (size_t i = 0; i < m->listener_count; i++)
		m->listeners[i].fn(m->listeners[i].context, event);
}

static void
show_state(struct model *m)
{
	static const struct {
		enum role role;
		const char *text;
	} states[] = {
		[MODEL_SAVED] = { ROLE_OK, N_("saved") },
		[MODEL_UNSAVED] = { ROLE_DRAFT, N_("saving…") },
		[MODEL_RETRYING] = { ROLE_WARNING, N_("workspace busy, saving…") },
		[MODEL_CONFLICT] = { ROLE_ERROR, N_("NOT SAVED: changed elsewhere") },
		[MODEL_FAILED] = { ROLE_ERROR, N_("NOT SAVED") },
	};

	ui_state(m->ui, STATE_PART, states[m->state].role,
		m->open ? _(states[m->state].text) : "");
}

static void
set_state(struct model *m, enum model_state state)
{
	m->state = state;
	show_state(m);
}

/* --- opening --------------------------------------------------------------------------- */

static void
forget(struct model *m)
{
	loop_timer_cancel(ui_loop(m->ui), &m->timer);
	draft_lease_release(m->ws, &m->lease);
	if (m->open)
		task_fini(&m->task);
	m->open = m->touched = false;
	buf_clear(&m->stored);
	history_clear(&m->history);
}

static void
drop_aside(struct model *m)
{
	if (m->open && m->failures) /* the last one may have failed, those before it not */
		rescue_drop(m->ws, m->row.id);
	m->is_aside = false;
	m->failures = 0;
}

/* Reads a task anew; what is in memory is replaced only when all went well. */
static bool
load(struct model *m, const char *name, int64_t id, struct err *err)
{
	struct arena a = ARENA_INIT;
	struct task_row row;
	struct draft draft;
	struct task task;
	bool ok;

	ok = (name ? task_store_find(m->ws, name, &a, &row, err)
		   : task_store_by_id(m->ws, id, &a, &row, err)) &&
	     task_draft_get(m->ws, row.id, &a, &draft, err) &&
	     (task_from_text(&task, draft.text, err) || err_wrap(err, "task '%s'", row.name));
	if (ok) {
		/* Saved, or given up for what the workspace has. */
		drop_aside(m);
		forget(m);
		m->task = task;
		m->fresh = task.arena.used;
		m->open = true;
		m->revision = draft.revision;
		buf_add_str(&m->stored, draft.text);
		arena_fini(&m->row_arena);
		m->row_arena = a;
		m->row = row;
		m->generation++;
		set_state(m, MODEL_SAVED);
		tell(m, MODEL_OPENED);
	} else {
		arena_fini(&a);
	}
	return ok;
}

bool
model_open(struct model *m, const char *task, struct err *err)
{
	if (m->open && m->state != MODEL_SAVED && !model_save(m, err))
		return err_wrap(err, _("task '%s' is not saved"), m->task.name);
	if (task)
		return load(m, task, 0, err);
	forget(m);
	m->generation++;
	set_state(m, MODEL_SAVED);
	tell(m, MODEL_OPENED);
	return true;
}

bool
model_reload(struct model *m, struct err *err)
{
	return !m->open || load(m, NULL, m->row.id, err);
}

/* --- looking ---------------------------------------------------------------------------- */

bool
model_is_open(const struct model *m)
{
	return m->open;
}

static void
collect(struct model *m)
{
	if (!m->touched)
		return;
	m->touched = false;
	tell(m, MODEL_COLLECT);
}

const struct task *
model_task(struct model *m)
{
	if (!m->open)
		return NULL;
	collect(m);
	return &m->task;
}

int64_t
model_task_id(const struct model *m)
{
	return m->open ? m->row.id : 0;
}

const struct task_row *
model_row(struct model *m)
{
	return m->open ? &m->row : NULL;
}

void
model_refresh_row(struct model *m)
{
	struct arena a = ARENA_INIT;
	struct err err = ERR_INIT;
	struct task_row row;

	if (!m->open || !task_store_by_id(m->ws, m->row.id, &a, &row, &err)) {
		arena_fini(&a);
		return;
	}
	arena_fini(&m->row_arena);
	m->row_arena = a;
	m->row = row;
}

uint64_t
model_generation(const struct model *m)
{
	return m->generation;
}

enum model_state
model_state(const struct model *m)
{
	return m->state;
}

const struct err *
model_error(const struct model *m)
{
	return &m->error;
}

struct node *
model_find_kind(struct task *t, enum node_kind kind)
{
	for (size_t i = 0; t && i < t->node_count; i++)
		if (t->nodes[i].kind == kind)
			return &t->nodes[i];
	return NULL;
}

/* --- changing --------------------------------------------------------------------------- */

struct task *
model_edit(struct model *m)
{
	if (!m->open)
		return NULL;
	collect(m);
	return &m->task;
}

const char *
model_text(struct model *m, struct str text)
{
	return arena_str(&m->task.arena, text).p;
}

void *
model_array(struct model *m, size_t count, size_t size)
{
	return arena_zalloc(&m->task.arena, count ? count * size : size);
}

static void
wait_to_save(struct model *m)
{
	struct err err = ERR_INIT;

	m->generation++;
	if (m->lease.fd < 0 && !draft_lease_take(m->ws, m->row.id, &m->lease, &err) &&
		err.code == ERR_STATE)
		ui_error(m->ui, &err);
	if (!m->timer.at_us)
		loop_timer(ui_loop(m->ui), &m->timer, SAVE_DELAY_US);
	if (m->state == MODEL_SAVED)
		set_state(m, MODEL_UNSAVED);
}

void
model_changed(struct model *m)
{
	if (!m->open)
		return;
	history_end(&m->history, &m->task);
	wait_to_save(m);
	tell(m, MODEL_CHANGED);
}

struct task *
model_step(struct model *m, const char *what, const void *group)
{
	struct task *t = model_edit(m);

	if (t)
		history_begin(&m->history, t, what, group);
	return t;
}

bool
model_take_text(struct model *m, struct str text, const char *what, struct err *err)
{
	struct task task;

	if (!m->open || !task_from_text(&task, text, err))
		return false;
	collect(m);
	history_begin(&m->history, &m->task, what, NULL);
	task.name = arena_strdup(&task.arena, m->task.name);
	task_fini(&m->task);
	m->task = task;
	m->fresh = task.arena.used;
	history_end(&m->history, &m->task);
	wait_to_save(m);
	tell(m, MODEL_REPLACED);
	return true;
}

bool
model_is_aside(const struct model *m)
{
	return m->is_aside && m->aside == m->generation;
}

bool
model_can_travel(const struct model *m, int by)
{
	return m->open && history_next(&m->history, by);
}

void
model_travel(struct model *m, int by)
{
	const char *what = model_can_travel(m, by) ? history_next(&m->history, by) : NULL;
	struct err err = ERR_INIT;
	struct task task;

	if (!what)
		return;
	collect(m);
	if (!history_go(&m->history, &m->task, by, &task, &err)) {
		ui_error(m->ui, &err);
		return;
	}
	task_fini(&m->task);
	m->task = task;
	m->fresh = task.arena.used;
	wait_to_save(m);
	tell(m, MODEL_REPLACED);
	if (by < 0)
		ui_say(m->ui, _("Taken back: %s"), _(what));
	else
		ui_say(m->ui, _("Done again: %s"), _(what));
}

void
model_touched(struct model *m)
{
	if (!m->open)
		return;
	m->touched = true;
	wait_to_save(m);
}

/* --- saving ----------------------------------------------------------------------------- */

/* Each text that was typed stays in the arena: copied when most of it is old. */
static void
tidy(struct model *m)
{
	struct task copy;

	if (m->task.arena.used < m->fresh * 2 + ARENA_SLACK)
		return;
	task_copy(&copy, &m->task);
	task_fini(&m->task);
	m->task = copy;
	m->fresh = copy.arena.used;
}

static bool
saved(struct model *m, const struct buf *text)
{
	if (m->state == MODEL_FAILED)
		ui_say(m->ui, _("Saved")); /* in place of why it was not */
	buf_clear(&m->stored);
	buf_add_str(&m->stored, buf_str(text));
	drop_aside(m);
	loop_timer_cancel(ui_loop(m->ui), &m->timer);
	draft_lease_release(m->ws, &m->lease);
	model_refresh_row(m);
	set_state(m, MODEL_SAVED);
	tidy(m);
	tell(m, MODEL_STORED);
	return true;
}

/* A lock of a moment is no reason yet. */
static void
keep_aside(struct model *m, const struct buf *text)
{
	if (m->is_aside && m->aside == m->generation)
		return;
	m->is_aside = rescue_write(m->ws, m->row.id, buf_str(text));
	m->aside = m->generation;
}

static void
not_saved(struct model *m, const struct buf *text, const struct err *err)
{
	m->error = *err;
	if (++m->failures > 1 || err->code != ERR_BUSY)
		keep_aside(m, text);
	if (err->code == ERR_BUSY) {
		set_state(m, MODEL_RETRYING);
		loop_timer(ui_loop(m->ui), &m->timer, BUSY_DELAY_US);
		return;
	}
	set_state(m, err->code == ERR_STATE ? MODEL_CONFLICT : MODEL_FAILED);
	if (m->state == MODEL_CONFLICT)
		ui_warn(m->ui, _("NOT SAVED: the draft was changed elsewhere. F2 asks what to keep"));
	else
		ui_error(m->ui, err);
	if (m->state == MODEL_FAILED)
		loop_timer(ui_loop(m->ui), &m->timer, FAILED_DELAY_US);
}

bool
model_save(struct model *m, struct err *err)
{
	struct buf text = BUF_INIT;
	bool ok;

	if (!m->open)
		return true;
	collect(m);
	task_to_text(&m->task, &text);
	if (str_equal(buf_str(&text), buf_str(&m->stored))) {
		saved(m, &text);
		buf_fini(&text);
		return true;
	}
	ok = task_draft_save(m->ws, m->row.id, m->revision, buf_str(&text), &m->revision, err);
	if (ok)
		saved(m, &text);
	else
		not_saved(m, &text, err);
	buf_fini(&text);
	return ok;
}

/* Until the person has said which of the two stays. */
static void
go_on_aside(struct model *m)
{
	struct buf text = BUF_INIT;

	collect(m);
	task_to_text(&m->task, &text);
	keep_aside(m, &text);
	buf_fini(&text);
}

static void
on_timer(void *context)
{
	struct model *m = context;
	struct err err = ERR_INIT;

	if (m->open && m->state == MODEL_CONFLICT)
		go_on_aside(m);
	else if (m->open)
		(void)model_save(m, &err);
}

bool
model_save_over(struct model *m, struct err *err)
{
	struct buf text = BUF_INIT;
	struct arena a = ARENA_INIT;
	struct draft draft;
	bool ok;

	if (!m->open)
		return true;
	collect(m);
	task_to_text(&m->task, &text);
	draft_lease_release(m->ws, &m->lease);
	ok = task_draft_replace(m->ws, m->row.id, buf_str(&text), "edit", false, err) &&
	     task_draft_get(m->ws, m->row.id, &a, &draft, err);
	if (ok) {
		m->revision = draft.revision;
		saved(m, &text);
	} else {
		not_saved(m, &text, err);
	}
	arena_fini(&a);
	buf_fini(&text);
	return ok;
}

void
model_free(struct model *m)
{
	const struct timespec pause = { 0, BUSY_DELAY_US * 1000 };
	struct err err = ERR_INIT;

	if (!m)
		return;
	for (int i = 0; m->open && m->state != MODEL_SAVED && !model_save(m, &err) &&
			i < LAST_TRIES && err.code == ERR_BUSY; i++)
		(void)nanosleep(&pause, NULL);
	m->listener_count = 0;
	forget(m);
	arena_fini(&m->row_arena);
	buf_fini(&m->stored);
	free(m->listeners);
	free(m);
}
