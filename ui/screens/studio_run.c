/* SPDX-License-Identifier: MIT */
/* F5: statements of the node being edited, each in a worker, one after the other. Rows
 * are shown as they arrive; a late answer cannot come, because the job goes with them. */
#include <stdio.h>
#include <stdlib.h>

#include "src/run/request.h"
#include "src/run/run.h"
#include "src/source/source.h"
#include "ui/screens/studio_private.h"

#define TICK_US (100 * INT64_C(1000))
#define WARM_US (100 * INT64_C(1000)) /* what is opened is shown first */

static void run_next(struct desk *d);

static void
tick(void *context)
{
	struct desk *d = context;

	if (!d->query.run.job)
		return;
	desk_query_title(d);
	loop_timer(ui_loop(d->screen.ui), &d->query.run.tick, TICK_US);
}

/* --- where results go --------------------------------------------------------------------- */

static struct result *
new_result(const struct sql_split *split, size_t i)
{
	struct result *r = xcalloc(1, sizeof(*r));
	char label[64];

	sql_statement_label(split, i, label);
	r->name = arena_str(&r->arena, str_from(label));
	return r;
}

static void
free_result(struct result *r)
{
	if (r)
		result_fini(r);
	free(r);
}

static struct desk_results *
results_of(struct desk *d, const char *node)
{
	struct desk_query *q = &d->query;

	for (size_t i = 0; i < q->results_count; i++)
		if (strcmp(q->results[i].node, node) == 0)
			return &q->results[i];
	q->results = xreallocarray(q->results, q->results_count + 1, sizeof(*q->results));
	q->results[q->results_count] = (struct desk_results){ .node = xstrdup(node) };
	return &q->results[q->results_count++];
}

/* As many as there are statements now; those that were not run are empty. */
static void
fit_results(struct desk *d)
{
	const struct desk_run *run = &d->query.run;
	struct desk_results *r = results_of(d, run->node);

	grid_show_result(&d->query.grid, NULL);
	for (size_t i = run->split.count; i < r->count; i++)
		free_result(r->list[i]);
	r->list = xreallocarray(r->list, run->split.count + 1, sizeof(*r->list));
	for (size_t i = r->count; i < run->split.count; i++)
		r->list[i] = new_result(&run->split, i);
	r->count = run->split.count;
}

/* The statement's new result takes the place of its old one, and is shown. */
static void
put_result(struct desk *d)
{
	struct desk_run *run = &d->query.run;
	struct desk_results *r = results_of(d, run->node);

	if (run->shown || run->at >= r->count)
		return;
	run->shown = true;
	grid_show_result(&d->query.grid, NULL);
	free_result(r->list[run->at]);
	r->list[run->at] = run->result;
	if (d->query.node && strcmp(d->query.node, run->node) == 0) {
		d->query.shown = run->at;
		grid_show_result(&d->query.grid, run->result);
	}
}

/* --- frames ----------------------------------------------------------------------------------- */

static void
take_columns(struct desk_run *run, struct str payload)
{
	struct arena a = ARENA_INIT;
	struct err err = ERR_INIT;
	struct column *columns;
	size_t count;

	if (result_decode_columns(&a, payload, &columns, &count, &err))
		result_set_columns(run->result, columns, count);
	arena_fini(&a);
}

static void
take_rows(struct desk *d, struct str payload)
{
	struct desk_run *run = &d->query.run;
	size_t columns = run->result->column_count;
	struct value *values = xcalloc(columns + 1, sizeof(*values));
	struct err err = ERR_INIT;

	while (payload.len >= 4) {
		const unsigned char *u = (const unsigned char *)payload.p;
		size_t len = u[0] | (size_t)u[1] << 8 | (size_t)u[2] << 16 | (size_t)u[3] << 24;

		if (len > payload.len - 4 ||
			!result_decode_row(str_slice(payload, 4, 4 + len), values, columns, &err) ||
			!result_add_row(run->result, values, &err)) {
			ui_job_cancel(run->job);
			break;
		}
		payload = str_slice(payload, 4 + len, payload.len);
	}
	free(values);
	if (run->shown && d->query.grid.context == run->result)
		grid_set_rows(&d->query.grid, run->result->row_count);
	else
		put_result(d);
}

static void
on_frame(void *context, enum frame_type type, struct str payload)
{
	struct desk *d = context;

	if (type == FRAME_COLUMNS)
		take_columns(&d->query.run, payload);
	else if (type == FRAME_ROWS)
		take_rows(d, payload);
}

/* --- the end ---------------------------------------------------------------------------------- */

static void
run_over(struct desk *d)
{
	struct desk_run *run = &d->query.run;

	loop_timer_cancel(ui_loop(d->screen.ui), &run->tick);
	if (!run->shown)
		free_result(run->result);
	free(run->node);
	free(run->source);
	buf_fini(&run->text);
	sql_split_fini(&run->split);
	substituted_fini(&run->sql);
	params_fini(&run->params);
	*run = (struct desk_run){ .job = NULL };
}

/* Shown where it is: the words in the result's pane, the place in the text. */
static void
run_failed(struct desk *d, struct err *err)
{
	const struct desk_run *run = &d->query.run;
	struct buf now = BUF_INIT;
	char place[48];

	editor_get_text(&d->query.editor, &now);
	if (err->line > 0 && str_equal(buf_str(&now), buf_str(&run->text))) {
		size_t pos = text_pos(buf_str(&now), err->line, err->column > 0 ? err->column : 1);
		size_t end = pos;

		while (end < now.len && now.p[end] > ' ' && !strchr("(),;", now.p[end]))
			end++;
		editor_mark_error(&d->query.editor, pos, end > pos ? end - pos : 1);
		editor_go(&d->query.editor, pos);
		editor_mark_error(&d->query.editor, pos, end > pos ? end - pos : 1);
	}
	buf_fini(&now);
	snprintf(place, sizeof(place), "line %d, column %d", err->line,
		err->column > 0 ? err->column : 1);
	if (err->line > 0 && !strstr(err->msg, place))
		err_wrap(err, "%s", place);
	d->query.error = *err;
	d->query.failed = err->code != ERR_CANCELLED;
	if (err->code == ERR_CANCELLED)
		ui_say(d->screen.ui, _("Cancelled"));
	else
		ui_error(d->screen.ui, err);
}

static void
read_end(struct result *result, struct str end)
{
	struct err err = ERR_INIT;
	cJSON *json = json_parse(end, &err);
	const cJSON *elapsed = cJSON_GetObjectItemCaseSensitive(json, "elapsed_us");

	result->truncated = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(json, "truncated"));
	result->elapsed_us = cJSON_IsNumber(elapsed) ? (int64_t)elapsed->valuedouble : 0;
	cJSON_Delete(json);
}

static void
on_done(void *context, struct str end, const struct err *err)
{
	struct desk *d = context;
	struct desk_run *run = &d->query.run;
	struct err own = err ? *err : (struct err)ERR_INIT;

	run->job = NULL;
	if (err) {
		substituted_fix_err(&run->sql, &own);
		run_failed(d, &own);
		run_over(d);
		desk_query_show(d);
		return;
	}
	read_end(run->result, end);
	put_result(d);
	if (++run->at < run->end) {
		run_next(d);
		return;
	}
	run_over(d);
	desk_query_title(d);
	desk_preview_later(d);
}

/* --- the beginning ------------------------------------------------------------------------------ */

static enum lookup
look_up(void *context, const struct template_item *ref, struct buf *to, struct err *err)
{
	const struct desk_run *run = context;
	const char *value = params_get(&run->params, ref->name);

	(void)err;
	if (!value || ref->index_count)
		return LOOKUP_UNASSIGNED;
	buf_adds(to, value);
	return LOOKUP_FOUND;
}

static bool
start_job(struct desk *d, struct err *err)
{
	struct desk_run *run = &d->query.run;
	const struct sql_statement *s = &run->split.list[run->at];
	struct buf extra = BUF_INIT, request = BUF_INIT;
	bool ok;

	substituted_fini(&run->sql);
	run->sql = (struct substituted)SUBSTITUTED_INIT;
	ok = sql_substitute(&run->sql, run->dialect, buf_str(&run->text), s->pos, s->pos + s->len,
		look_up, run, err);
	if (ok) {
		buf_addf(&extra, ",\"max_rows\":%lld,\"sql\":", (long long)run->max_rows);
		json_add_string(&extra, buf_str(&run->sql.text));
		ok = request_source(d->studio->ws, "query", run->source, run->env,
			buf_text(&extra), INT64_C(86400) * CLOCK_SECOND, &request, err);
	}
	if (ok) {
		run->job = ui_job_start(d->screen.ui, &request, on_frame, on_done, d, err);
		ok = run->job != NULL;
	}
	if (ok)
		ui_job_set_source(run->job, d->studio->ws, run->source, run->env);
	buf_fini(&extra);
	buf_fini(&request);
	return ok;
}

static void
run_next(struct desk *d)
{
	struct desk_run *run = &d->query.run;
	struct err err = ERR_INIT;

	run->result = new_result(&run->split, run->at);
	run->shown = false;
	run->began_us = clock_mono_us();
	if (start_job(d, &err)) {
		tick(d);
		return;
	}
	run_failed(d, &err);
	run_over(d);
	desk_query_show(d);
}

/* Parameters for now, as a test or run at this moment would have them. */
static bool
resolve(struct desk *d, const struct task *t, struct param_set *params, struct err *err)
{
	struct run_choice choice = { .task = t->name, .has_date = d->date.year != 0,
		.business_date = d->date };
	struct timeexpr_base base = { .job_id = NULL };
	const struct zone *zone;
	struct slot slot;

	if (!run_choice_slot(d->studio->ws, t, &choice, &slot, &zone, err))
		return false;
	base.zone = zone;
	base.scheduled_us = slot.at_us;
	base.business_date = slot.business_date;
	return params_resolve(params, t, &base, NULL, err);
}

static bool
choose(struct desk *d, const struct node *node, bool all, struct err *err)
{
	struct desk_run *run = &d->query.run;
	const char *name = desk_sources_kind(d, node->source);
	const struct source_kind *kind = name ? source_kind_find(name) : NULL;
	size_t from = editor_cursor(&d->query.editor), to;

	if (!*node->source) {
		err_set(err, ERR_STATE, _("this query has no data source yet"));
		return err_hint(err, _("F4 chooses one"));
	}
	run->dialect = kind ? kind->dialect : SQL_GENERIC;
	buf_adds(&run->text, node->sql);
	sql_split(&run->split, run->dialect, buf_str(&run->text), node->script);
	if (run->split.count == 0)
		return err_set(err, ERR_STATE, _("there is no statement to run yet"));
	run->end = run->split.count;
	if (!all) {
		(void)editor_selection(&d->query.editor, &from, &to);
		run->at = sql_split_at(&run->split, buf_str(&run->text), from);
		run->at = run->at == SIZE_MAX ? 0 : run->at;
		run->end = run->at + 1;
	}
	run->node = xstrdup(node->name);
	run->source = xstrdup(node->source);
	run->env = node->env == ENV_AUTO ? ENV_DEV : node->env;
	run->max_rows = node->max_rows;
	return true;
}

static void
warm(void *context)
{
	struct desk *d = context;
	const struct node *node = desk_query_node(d);
	const char *name = node ? desk_sources_kind(d, node->source) : NULL;
	const struct source_kind *kind = name ? source_kind_find(name) : NULL;

	if (kind)
		ui_job_warm(d->screen.ui, kind->module ? kind->module : "");
}

void
desk_run_warm_later(struct desk *d)
{
	if (d->query.warm.at_us)
		return;
	d->query.warm = (struct timer){ .fn = warm, .context = d, .quiet = true };
	loop_timer(ui_loop(d->screen.ui), &d->query.warm, WARM_US);
}

void
desk_run_start(struct desk *d, bool all)
{
	struct desk_run *run = &d->query.run;
	const struct task *t = model_task(d->model);
	const struct node *node = desk_query_node(d);
	struct err err = ERR_INIT;

	if (!node || run->job) {
		ui_warn(d->screen.ui, node ? _("A statement is running: Esc cancels it")
					   : _("There is no query node in this task"));
		return;
	}
	if (desk_query_is_script(node)) {
		ui_warn(d->screen.ui, _("A script runs in tests (F6) and runs, not by itself"));
		return;
	}
	*run = (struct desk_run){ .params = PARAM_SET_INIT, .sql = SUBSTITUTED_INIT,
		.tick = { .fn = tick, .context = d, .quiet = true } };
	d->query.failed = false;
	editor_mark_error(&d->query.editor, 0, 0);
	if (choose(d, node, all, &err) && resolve(d, t, &run->params, &err)) {
		fit_results(d);
		run_next(d);
		return;
	}
	run_failed(d, &err);
	run_over(d);
	desk_query_show(d);
}

bool
desk_run_cancel(struct desk *d)
{
	if (!d->query.run.job)
		return false;
	ui_job_cancel(d->query.run.job);
	ui_say(d->screen.ui, _("Cancelling…"));
	return true;
}

void
desk_run_forget(struct desk *d)
{
	if (!d->query.run.job)
		return;
	ui_job_free(d->query.run.job);
	d->query.run.job = NULL;
	run_over(d);
}
