/* SPDX-License-Identifier: MIT */
/* The main screen: what dpstudio opens with. On a wide terminal all panes stand side by
 * side; on a small one those that belong together are a tab. */
#include <stdlib.h>

#include "src/base/utf8.h"
#include "src/task/task_json.h"
#include "ui/choice.h"
#include "ui/screens/studio_private.h"

#define WIDE_COLS 100
#define WIDE_ROWS 22
#define PAIR_COLS 60 /* smaller than that: one pane at a time */
#define PAIR_ROWS 13

enum { TASKS, SOURCES, SQL, RESULT, CONTENT, PREVIEW, PANES };

static const char *const tab_names[PANES] = { N_("Tasks"), N_("Sources"), N_("SQL"), N_("Result"),
	N_("Content"), N_("Preview") };

static struct pane *
pane_at(struct desk *d, size_t i)
{
	struct pane *const panes[PANES] = { &d->tasks.tree.pane, &d->sources.tree.pane,
		&d->query.editor.pane, &d->query.grid.pane, &d->content.tree.pane,
		&d->preview.view.pane };

	return panes[i];
}

/* --- the task ----------------------------------------------------------------------------------- */

void
desk_open_task(struct desk *d, const char *name)
{
	struct err err = ERR_INIT;
	char *copy = xstrdup(name);

	if (model_open(d->model, copy, &err)) {
		studio_remember_task(d->studio, copy);
		desk_unsaved_offer(d);
	} else {
		ui_error(d->screen.ui, &err);
	}
	free(copy);
}

static void
read_all(struct desk *d)
{
	desk_query_forget_results(d);
	desk_query_load(d);
	desk_content_read(d);
}

static void
on_model(void *context, enum model_event event)
{
	struct desk *d = context;

	switch (event) {
	case MODEL_COLLECT:
		desk_query_collect(d);
		return;
	case MODEL_OPENED:
		read_all(d);
		desk_tasks_read(d);
		break;
	case MODEL_CHANGED:
		desk_content_read(d);
		desk_query_title(d);
		break;
	case MODEL_REPLACED:
		desk_query_reload(d);
		desk_content_read(d);
		break;
	case MODEL_STORED:
		/* SQL that was typed makes no other message until it is run. */
		desk_tasks_stored(d);
		desk_steps_later(d);
		desk_run_warm_later(d);
		return;
	}
	desk_preview_later(d);
	desk_steps_later(d);
}

static void
open_first_task(struct desk *d, const char *name)
{
	struct arena a = ARENA_INIT;
	struct task_row row;
	struct err err = ERR_INIT;

	if (!*name) {
		name = studio_last_task(d->studio, &a);
		if (!task_store_find(d->studio->ws, name, &a, &row, &err))
			name = d->tasks.list.count ? d->tasks.list.rows[0].name : "";
	}
	if (*name)
		desk_open_task(d, name);
	arena_fini(&a);
}

/* --- panes ---------------------------------------------------------------------------------------- */

void
desk_go(struct desk *d, struct pane *pane)
{
	screen_focus(&d->screen, pane);
	if (!pane_is_shown(pane))
		screen_relayout(&d->screen);
}

static size_t
front(struct desk *d)
{
	const struct pane *focused = screen_focused(&d->screen);

	for (size_t i = 0; i < PANES; i++)
		if (pane_at(d, i) == focused)
			d->front = i;
	return d->front;
}

/* From pane to pane, then to the steps, through those that are behind a tab too. */
static void
next_pane(struct desk *d, int by)
{
	const struct pane *focused = screen_focused(&d->screen);
	size_t at = focused == &d->steps.pane ? PANES : front(d);

	at = (at + PANES + 1 + (size_t)((int)PANES + 1 + by)) % (PANES + 1);
	desk_go(d, at == PANES ? &d->steps.pane : pane_at(d, at));
}

void
desk_next_pane(struct desk *d, int by)
{
	next_pane(d, by);
}

void
desk_go_number(struct desk *d, size_t number)
{
	desk_go(d, pane_at(d, number));
}

/* --- tabs ------------------------------------------------------------------------------------------ */

static void
draw_tabs(struct pane *pane, struct canvas *c)
{
	struct desk *d = (struct desk *)pane->screen;
	bool brief = c->cols < 64;
	int col = 0;

	canvas_fill(c, 0, 0, 1, c->cols, ROLE_TAB);
	for (size_t i = 0; i < PANES; i++) {
		enum role role = pane_is_shown(pane_at(d, i)) ? ROLE_TAB_CURRENT : ROLE_TAB;

		col += canvas_printf(c, 0, col, role, " %zu", i + 1);
		if (!brief || pane_at(d, i)->focused)
			col += canvas_printf(c, 0, col, role, " %s", _(tab_names[i]));
		col += canvas_puts(c, 0, col, role, " ") + 1;
	}
}

static bool
click_tab(struct pane *pane, const struct mouse *m)
{
	struct desk *d = (struct desk *)pane->screen;
	bool brief = pane->rect.cols < 64;
	int col = 0;

	for (size_t i = 0; m->kind == MOUSE_PRESS && i < PANES; i++) {
		int width = 3;

		if (!brief || pane_at(d, i)->focused)
			width += 1 + (int)utf8_width(str_from(_(tab_names[i])));
		if (m->col >= col && m->col < col + width) {
			desk_go(d, pane_at(d, i));
			break;
		}
		col += width + 1;
	}
	return true;
}

static const struct pane_ops tabs_ops = { .draw = draw_tabs, .mouse = click_tab };

/* --- layout ---------------------------------------------------------------------------------------- */

/* Panes one above the other in one frame; heights of all but the last. */
static void
stack(struct rect r, struct pane *const *panes, const int *heights, int count)
{
	for (int i = 0; i < count; i++) {
		int rows = i + 1 < count ? heights[i] : r.rows;
		unsigned frame = FRAME_BOX | (i > 0 ? FRAME_JOIN : 0u) |
				 (i + 1 < count ? FRAME_OPEN : 0u);

		pane_place(panes[i], (struct rect){ r.row, r.col, rows, r.cols }, frame);
		r.row += rows;
		r.rows -= rows;
	}
}

static void
layout_wide(struct desk *d, struct rect a)
{
	int left = a.cols >= 140 ? 30 : 25, right = (a.cols - left) * 2 / 5, rows = a.rows;
	int content = rows / 4 > 11 ? rows / 4 : rows > 30 ? 11 : 9, half = rows / 2;
	int sql = (rows - content) * 55 / 100;
	struct rect r = { a.row, a.col, rows, left };

	stack(r, (struct pane *[]){ pane_at(d, TASKS), pane_at(d, SOURCES) }, &half, 2);
	r = (struct rect){ a.row, a.col + left, rows, a.cols - left - right };
	stack(r,
		(struct pane *[]){ pane_at(d, SQL), pane_at(d, RESULT), pane_at(d, CONTENT) },
		(int[]){ sql, rows - content - sql }, 3);
	r = (struct rect){ a.row, a.col + a.cols - right, rows, right };
	pane_place(pane_at(d, PREVIEW), r, FRAME_BOX);
}

static void
layout_pair(struct desk *d, struct rect a)
{
	size_t first = front(d) / 2 * 2;
	int half = a.cols / 2, rows = first == CONTENT ? 10 : a.rows * 55 / 100;

	if (first == TASKS) {
		pane_place(pane_at(d, TASKS), (struct rect){ a.row, a.col, a.rows, half },
			FRAME_BOX);
		pane_place(pane_at(d, SOURCES),
			(struct rect){ a.row, a.col + half, a.rows, a.cols - half }, FRAME_BOX);
	} else {
		stack(a, (struct pane *[]){ pane_at(d, first), pane_at(d, first + 1) }, &rows, 2);
	}
}

static void
layout(struct screen *screen, struct rect area)
{
	struct desk *d = (struct desk *)screen;
	struct rect a = area;
	bool wide = a.cols >= WIDE_COLS && a.rows >= WIDE_ROWS;
	bool pair = a.cols >= PAIR_COLS && a.rows >= PAIR_ROWS;

	for (size_t i = 0; i < screen->pane_count; i++)
		pane_hide(screen->panes[i]);
	if (a.rows > 5) {
		a.rows--;
		pane_place(&d->steps.pane, (struct rect){ a.row + a.rows, a.col, 1, a.cols },
			FRAME_NONE);
	}
	if (!wide && a.rows > 4) {
		pane_place(&d->tabs, (struct rect){ a.row, a.col, 1, a.cols }, FRAME_NONE);
		a.row++;
		a.rows--;
	}
	if (wide)
		layout_wide(d, a);
	else if (pair)
		layout_pair(d, a);
	else
		pane_place(pane_at(d, front(d)), a, a.rows > 4 ? FRAME_BOX : FRAME_NONE);
}

/* --- the screen ------------------------------------------------------------------------------------ */

static struct screen *
open_studio(struct ui *ui, const char *argument, struct err *err)
{
	struct studio *studio = studio_need(ui, err);
	struct desk *d;

	if (!studio)
		return NULL;
	d = xcalloc(1, sizeof(*d));
	screen_init(&d->screen, &screen_studio_ops, ui);
	d->studio = studio;
	studio->desk = d;
	d->model = studio->model;
	desk_tasks_init(d);
	desk_sources_init(d);
	desk_query_init(d);
	desk_content_init(d);
	desk_preview_init(d);
	desk_steps_init(d);
	pane_init(&d->tabs, &tabs_ops, "");
	d->tabs.no_focus = true;
	for (size_t i = 0; i < PANES; i++)
		screen_add_pane(&d->screen, pane_at(d, i));
	screen_add_pane(&d->screen, &d->steps.pane);
	screen_add_pane(&d->screen, &d->tabs);
	desk_sources_read(d);
	desk_tasks_read(d);
	model_listen(d->model, on_model, d);
	open_first_task(d, argument);
	if (model_is_open(d->model))
		screen_focus(&d->screen, pane_at(d, SQL));
	return &d->screen;
}

static void
close_studio(struct screen *screen)
{
	struct desk *d = (struct desk *)screen;

	d->studio->desk = NULL;
	studio_cancel(d->studio, d);
	loop_timer_cancel(ui_loop(screen->ui), &d->unsaved);
	(void)model_task(d->model);
	model_unlisten(d->model, d);
	desk_test_forget(d);
	desk_query_fini(d);
	desk_sources_fini(d);
	desk_tasks_fini(d);
	desk_content_fini(d);
	desk_preview_fini(d);
	desk_steps_fini(d);
	free(d);
}

/* Something may have been added or taken away meanwhile. */
static void
shown(struct screen *screen)
{
	struct desk *d = (struct desk *)screen;

	desk_sources_read(d);
	desk_tasks_read(d);
	desk_content_read(d);
	desk_query_title(d);
	desk_query_place(d);
	preview_view_shown(&d->preview.view);
	desk_steps_later(d);
}

static void
place(struct screen *screen, struct buf *to)
{
	struct desk *d = (struct desk *)screen;
	const struct task_row *row = model_row(d->model);
	const struct node *node = row ? desk_query_node(d) : NULL;

	if (node && *node->source)
		buf_addf(to, "%s ▸ %s  ", node->source,
			choice_label(source_env_name(node->env == ENV_AUTO ? ENV_DEV : node->env)));
	if (row && row->version)
		buf_addf(to, "● v%lld  ", (long long)row->version);
	if (row)
		buf_addf(to, "%s  %s", row->name,
			row->draft == DRAFT_SUBMITTED ? _("submitted")
			: row->draft == DRAFT_TESTED  ? _("draft, tested")
						      : _("draft"));
}

/* What no pane took. */
static bool
handle_key(struct screen *screen, const struct key *k)
{
	struct desk *d = (struct desk *)screen;

	if (k->code == K_ESC || key_ctrl(k, 'c'))
		return desk_run_cancel(d) || desk_test_cancel(d);
	if (k->code == K_TAB && (k->mods & ~(unsigned)MOD_SHIFT) == 0) {
		next_pane(d, k->mods ? -1 : 1);
		return true;
	}
	return false;
}

const struct screen_ops screen_studio_ops = {
	.name = "studio",
	.title = N_("Studio"),
	.open = open_studio,
	.close = close_studio,
	.layout = layout,
	.key = handle_key,
	.shown = shown,
	.place = place,
	.may_close = desk_unsaved_may_close,
	.commands = desk_commands,
	.command_count = DESK_COMMANDS,
};
