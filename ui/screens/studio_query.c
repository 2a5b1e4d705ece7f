/* SPDX-License-Identifier: MIT */
/* The SQL of the task's query nodes, one at a time, and the results under it. */
#include <stdio.h>
#include <stdlib.h>

#include "src/source/source.h"
#include "src/task/task_json.h"
#include "ui/dialog.h"
#include "ui/external.h"
#include "ui/screens/studio_private.h"

/* What the editor shows: SQL, or the script of an assignment. */
static bool
holds_text(const struct node *node)
{
	return node->kind == NODE_QUERY || node->kind == NODE_ASSIGN;
}

bool
desk_query_is_script(const struct node *node)
{
	return node && node->kind == NODE_ASSIGN && strcmp(node->language, "sql") != 0;
}

static const char *
text_of(const struct node *node)
{
	return desk_query_is_script(node) ? node->code : node->sql;
}

struct node *
desk_query_node(struct desk *d)
{
	struct task *t = model_is_open(d->model) ? model_edit(d->model) : NULL;

	for (size_t i = 0; t && d->query.node && i < t->node_count; i++)
		if (strcmp(t->nodes[i].name, d->query.node) == 0)
			return &t->nodes[i];
	return NULL;
}

static size_t
text_nodes(const struct task *t, const char *name, size_t *at)
{
	size_t n = 0;

	*at = 0;
	for (size_t i = 0; t && i < t->node_count; i++) {
		if (!holds_text(&t->nodes[i]))
			continue;
		if (name && strcmp(t->nodes[i].name, name) == 0)
			*at = n;
		n++;
	}
	return n;
}

static void
editor_title(struct desk *d)
{
	const struct node *node = desk_query_node(d);
	const struct task *t = model_task(d->model);
	size_t at, count = text_nodes(t, d->query.node, &at);
	struct pane *pane = &d->query.editor.pane;

	if (!t)
		pane_set_title(pane, "%s", _("SQL"));
	else if (!node)
		pane_set_title(pane, "%s", _("SQL · this task has no query node"));
	else if (desk_query_is_script(node))
		pane_set_title(pane, _("Script · %s (%zu of %zu) · %s"), node->name, at + 1, count,
			node->language);
	else if (count > 1)
		pane_set_title(pane, _("SQL · %s (%zu of %zu) · %s"), node->name, at + 1, count,
			*node->source ? node->source : _("no data source yet: F4"));
	else
		pane_set_title(pane, _("SQL · %s"),
			*node->source ? node->source : _("no data source yet: F4"));
}

/* --- results ------------------------------------------------------------------------------ */

const struct desk_results *
desk_query_results(const struct desk *d, const char *node)
{
	for (size_t i = 0; node && i < d->query.results_count; i++)
		if (strcmp(d->query.results[i].node, node) == 0)
			return &d->query.results[i];
	return NULL;
}

static void
result_title(struct desk *d, const struct desk_results *r)
{
	const struct result *result = r->list[d->query.shown];
	struct pane *pane = &d->query.grid.pane;
	char label[80] = "";

	if (r->count > 1)
		snprintf(label, sizeof(label), " %zu/%zu %.*s", d->query.shown + 1, r->count,
			STR_ARG(result->name));
	if (result->column_count == 0)
		pane_set_title(pane, _("Result%s · not run yet"), label);
	else
		pane_set_title(pane, _("Result%s · %zu %s · %.*f ms%s"), label, result->row_count,
			NN_("row", "rows", result->row_count), result->elapsed_us < 10000,
			(double)result->elapsed_us / 1000,
			result->truncated ? _(" · CUT: there are more") : "");
}

void
desk_query_title(struct desk *d)
{
	const struct desk_results *r = desk_query_results(d, d->query.node);
	const struct desk_run *run = &d->query.run;

	editor_title(d);
	d->query.grid.empty = run->job ? N_("waiting for the database…")
				       : N_("F5 runs the statement at the cursor");
	if (run->job)
		pane_set_title(&d->query.grid.pane, _("Result · statement %zu · %.1f s · Esc cancels"),
			run->at + 1, (double)(clock_mono_us() - run->began_us) / 1e6);
	else if (d->query.failed)
		pane_set_title(&d->query.grid.pane, _("Result · failed"));
	else if (!r || !r->count)
		pane_set_title(&d->query.grid.pane, "%s", _("Result"));
	else
		result_title(d, r);
}

void
desk_query_show(struct desk *d)
{
	const struct desk_results *r = desk_query_results(d, d->query.node);
	const struct result *result = NULL;

	if (r && r->count) {
		if (d->query.shown >= r->count)
			d->query.shown = r->count - 1;
		result = r->list[d->query.shown];
	}
	grid_show_result(&d->query.grid, result && result->column_count ? result : NULL);
	desk_query_title(d);
}

void
desk_query_show_result(struct desk *d, int by)
{
	const struct desk_results *r = desk_query_results(d, d->query.node);

	if (r && r->count)
		d->query.shown = (d->query.shown + r->count + (size_t)((int)r->count + by)) % r->count;
	d->query.failed = false;
	desk_query_show(d);
}

/* --- nodes --------------------------------------------------------------------------------- */

static void
set_dialect(struct desk *d, const struct node *node)
{
	const char *name = node ? desk_sources_kind(d, node->source) : NULL;
	const struct source_kind *kind = name ? source_kind_find(name) : NULL;

	editor_set_language(&d->query.editor, desk_query_is_script(node) ? LANGUAGE_PLAIN : LANGUAGE_SQL);
	editor_set_dialect(&d->query.editor, kind ? kind->dialect : SQL_GENERIC);
}

static void
show_node(struct desk *d, const struct node *node)
{
	struct desk_query *q = &d->query;

	free(q->node);
	q->node = node ? xstrdup(node->name) : NULL;
	q->shown = 0;
	q->failed = false;
	q->loading = true;
	set_dialect(d, node);
	editor_set_text(&q->editor, node ? str_from(text_of(node)) : STR_NONE);
	q->loading = false;
	editor_set_read_only(&q->editor, !node);
	desk_query_show(d);
	desk_run_warm_later(d);
}

static const struct node *
nth_text_node(const struct task *t, size_t n)
{
	for (size_t i = 0; t && i < t->node_count; i++)
		if (holds_text(&t->nodes[i]) && n-- == 0)
			return &t->nodes[i];
	return NULL;
}

void
desk_query_load(struct desk *d)
{
	const struct task *t = model_task(d->model);
	const struct node *node = desk_query_node(d);

	if (!node || !holds_text(node))
		node = nth_text_node(t, 0);
	show_node(d, node);
}

void
desk_query_reload(struct desk *d)
{
	const struct node *node = desk_query_node(d);
	struct buf text = BUF_INIT;

	editor_get_text(&d->query.editor, &text);
	if (!node || !holds_text(node) || !str_is(buf_str(&text), text_of(node))) {
		desk_query_load(d);
	} else {
		set_dialect(d, node);
		desk_query_title(d);
	}
	buf_fini(&text);
}

void
desk_query_next_node(struct desk *d, int by)
{
	const struct task *t = model_task(d->model);
	size_t at, count = text_nodes(t, d->query.node, &at);

	if (count > 1)
		show_node(d, nth_text_node(t, (at + count + (size_t)((int)count + by)) % count));
}

void
desk_query_show_node(struct desk *d, const char *name)
{
	const struct task *t = model_task(d->model);
	const struct node *node = t ? task_find_node(t, name) : NULL;

	if (node && holds_text(node) && (!d->query.node || strcmp(d->query.node, name) != 0))
		show_node(d, node);
}

static void
rename_one(char **word, const char *from, const char *to)
{
	if (*word && strcmp(*word, from) == 0) {
		free(*word);
		*word = xstrdup(to);
	}
}

void
desk_query_renamed(struct desk *d, const char *node, const char *name)
{
	for (size_t i = 0; i < d->query.results_count; i++)
		rename_one(&d->query.results[i].node, node, name);
	rename_one(&d->query.run.node, node, name);
	rename_one(&d->query.node, node, name);
}

/* What the editor holds goes into the node. */
void
desk_query_collect(struct desk *d)
{
	struct node *node = desk_query_node(d);
	struct buf text = BUF_INIT;

	if (!node)
		return;
	editor_get_text(&d->query.editor, &text);
	if (!str_is(buf_str(&text), text_of(node)))
		*(desk_query_is_script(node) ? &node->code : &node->sql) = model_text(d->model, buf_str(&text));
	buf_fini(&text);
}

/* --- the data source ----------------------------------------------------------------------- */

struct choice {
	struct desk *desk;
	struct arena arena;
	struct source_list list;
};

static void
source_chosen(void *context, int button)
{
	struct choice *c = context;
	struct desk *d = c->desk;
	struct node *node = desk_query_node(d);
	struct err err = ERR_INIT;

	if (node && button >= 0 && (size_t)button < c->list.count) {
		(void)model_step(d->model, N_("the data source of a query"), NULL);
		node->source = model_text(d->model, str_from(c->list.rows[button].name));
		set_dialect(d, node);
		model_changed(d->model);
		desk_query_title(d);
	} else if (node && button >= 0 && !ui_open(d->screen.ui, "sources", "", &err)) {
		ui_error(d->screen.ui, &err);
	}
	arena_fini(&c->arena);
	free(c);
}

void
desk_query_choose_source(struct desk *d)
{
	const struct node *node = desk_query_node(d);
	struct choice *c = xcalloc(1, sizeof(*c));
	struct buf items = BUF_INIT;
	struct err err = ERR_INIT;
	int current = 0;

	c->desk = d;
	if (!node) {
		ui_warn(d->screen.ui, _("There is no query node in this task"));
	} else if (!store_source_list(d->studio->ws, &c->arena, &c->list, &err)) {
		ui_error(d->screen.ui, &err);
	} else {
		for (size_t i = 0; i < c->list.count; i++) {
			buf_addf(&items, "%s   %s\n", c->list.rows[i].name, c->list.rows[i].kind);
			if (strcmp(c->list.rows[i].name, node->source) == 0)
				current = (int)i;
		}
		buf_adds(&items, _("New data source…"));
		dialog_pick(d->screen.ui, _("Data source of this query"), buf_text(&items), current,
			source_chosen, c);
		c = NULL;
	}
	if (c)
		arena_fini(&c->arena);
	free(c);
	buf_fini(&items);
}

void
desk_query_next_env(struct desk *d)
{
	struct node *node = desk_query_node(d);

	if (!node)
		return;
	(void)model_step(d->model, N_("the environment of a query"), NULL);
	node->env = (node->env + 1) % ENV_COUNT;
	model_changed(d->model);
	ui_say(d->screen.ui,
		node->env == ENV_AUTO  ? _("Environment auto: tests use dev, runs use prod")
		: node->env == ENV_DEV ? _("Environment dev, in tests and runs alike")
				       : _("Environment prod, in tests and runs alike"));
}

/* --- the person's own editor ---------------------------------------------------------------- */

static const char *
script_suffix(const struct node *node)
{
	if (!desk_query_is_script(node))
		return ".sql";
	return strcmp(node->language, "python") == 0 ? ".py" : ".sh";
}

void
desk_query_edit_outside(struct desk *d)
{
	if (desk_query_node(d))
		external_edit(&d->query.editor, script_suffix(desk_query_node(d)));
}

/* --- the panes ------------------------------------------------------------------------------ */

static void
changed(void *context)
{
	struct desk *d = context;

	if (d->query.loading)
		return;
	model_touched(d->model);
	desk_steps_later(d);
}

void
desk_query_place(struct desk *d)
{
	char place[64];
	size_t line, column;

	editor_place(&d->query.editor, &line, &column);
	snprintf(place, sizeof(place), "%zu:%zu", line, column);
	ui_state(d->screen.ui, 0, ROLE_DIM, place);
}

static void
moved(void *context)
{
	desk_query_place(context);
}

static struct desk *
desk_of(struct pane *pane)
{
	return (struct desk *)pane->screen;
}

/* Esc and Ctrl-C stop what runs before they mean anything else. */
static bool
editor_key(struct pane *pane, const struct key *k)
{
	struct desk *d = desk_of(pane);
	size_t from, to;
	bool stops = k->code == K_ESC ||
		     (key_ctrl(k, 'c') && !editor_selection(&d->query.editor, &from, &to));

	return (stops && desk_run_cancel(d)) || d->query.own_key(pane, k);
}

static int
draw_wrapped(struct canvas *c, int y, enum role role, const char *words)
{
	struct buf wrapped = BUF_INIT;
	struct str rest;

	composed_wrap(&wrapped, str_from(words), c->cols - 2);
	for (rest = buf_str(&wrapped); rest.len && y < c->rows; y++) {
		size_t end = str_find(rest, STR("\n"), 0);

		canvas_text(c, y, 1, role, str_slice(rest, 0, end));
		rest = end == SIZE_MAX ? STR_NONE : str_slice(rest, end + 1, rest.len);
	}
	buf_fini(&wrapped);
	return y;
}

/* Why a statement failed stands where its rows would. */
static void
draw_result(struct pane *pane, struct canvas *c)
{
	struct desk *d = desk_of(pane);
	int y;

	if (!d->query.failed) {
		d->query.own_draw(pane, c);
		return;
	}
	canvas_clear(c, ROLE_TEXT);
	y = draw_wrapped(c, 0, ROLE_ERROR, d->query.error.msg);
	if (d->query.error.hint[0])
		draw_wrapped(c, y + 1, ROLE_INFO, d->query.error.hint);
}

void
desk_query_init(struct desk *d)
{
	struct desk_query *q = &d->query;

	editor_init(&q->editor, _("SQL"), LANGUAGE_SQL);
	q->editor.changed = changed;
	q->editor.moved = moved;
	q->editor.context = d;
	q->editor.complete = desk_complete;
	q->editor.complete_context = d;
	q->editor.complete_typing = true;
	grid_init_result(&q->grid, _("Result"));
	q->grid_ops = *q->grid.pane.ops;
	q->own_draw = q->grid_ops.draw;
	q->grid_ops.draw = draw_result;
	q->grid.pane.ops = &q->grid_ops;
	q->grid.empty = N_("F5 runs the statement at the cursor");
	q->editor_ops = *q->editor.pane.ops;
	q->own_key = q->editor_ops.key;
	q->editor_ops.key = editor_key;
	q->editor.pane.ops = &q->editor_ops;
}

static void
results_fini(struct desk_results *r)
{
	for (size_t i = 0; i < r->count; i++) {
		result_fini(r->list[i]);
		free(r->list[i]);
	}
	free(r->list);
	free(r->node);
}

void
desk_query_forget_results(struct desk *d)
{
	desk_run_forget(d);
	grid_show_result(&d->query.grid, NULL);
	for (size_t i = 0; i < d->query.results_count; i++)
		results_fini(&d->query.results[i]);
	free(d->query.results);
	d->query.results = NULL;
	d->query.results_count = 0;
}

void
desk_query_fini(struct desk *d)
{
	desk_query_forget_results(d);
	loop_timer_cancel(ui_loop(d->screen.ui), &d->query.warm);
	editor_fini(&d->query.editor);
	grid_fini(&d->query.grid);
	free(d->query.node);
}
