/* SPDX-License-Identifier: MIT */
#include "src/run/query_node.h"

#include <stdio.h>
#include <stdlib.h>

#include "src/run/assign.h"
#include "src/sql/split.h"
#include "src/task/task_json.h"

/* --- values ----------------------------------------------------------------------- */

static const struct node_run *
upstream(const struct node_scope *scope, struct str name)
{
	const struct name_list *after = &scope->node->after;

	for (size_t i = 0; i < after->count; i++)
		if (str_is(name, after->list[i]) || (i == 0 && str_is(name, "inputs")))
			return execution_node(scope->e, after->list[i]);
	return NULL;
}

static bool
pick(int64_t index, size_t count, const char *what, size_t *at, struct err *err)
{
	int64_t i = index < 0 ? (int64_t)count + index : index;

	if (i < 0 || i >= (int64_t)count)
		return err_set(err, ERR_INPUT, "E_INDEX: there is no %s %lld, there are %zu", what,
			(long long)index, count);
	*at = (size_t)i;
	return true;
}

/* One column from `row`, or all rows joined by commas. */
static bool
add_column(const struct result *r, size_t column, const struct template_item *ref, int used,
	struct buf *to, struct err *err)
{
	size_t row = 0;

	if (ref->index_count > used) {
		if (!pick(ref->index[used], r->row_count, "row", &row, err))
			return false;
		buf_add_str(to, result_at(r, row, column).text);
		return true;
	}
	for (row = 0; row < r->row_count; row++) {
		if (row)
			buf_addc(to, ',');
		buf_add_str(to, result_at(r, row, column).text);
	}
	return true;
}

static void
add_row(const struct result *r, size_t row, struct buf *to)
{
	for (size_t c = 0; c < r->column_count; c++) {
		if (c)
			buf_addc(to, ',');
		buf_add_str(to, result_at(r, row, c).text);
	}
}

/* ${inputs}, ${inputs[r]}, ${inputs[r][c]}; a script's list has one column. */
static bool
add_indexed(const struct node_run *run, const struct template_item *ref, struct buf *to,
	struct err *err)
{
	const struct result *r = &run->results[0];
	size_t row = 0, column = 0;

	if (ref->index_count == 0) {
		for (row = 0; row < r->row_count; row++) {
			if (row)
				buf_addc(to, run->is_list ? ',' : '\n');
			add_row(r, row, to);
		}
		return true;
	}
	if (!pick(ref->index[0], r->row_count, "row", &row, err))
		return false;
	if (ref->index_count == 1) {
		add_row(r, row, to);
		return true;
	}
	if (!pick(ref->index[1], r->column_count, "column", &column, err))
		return false;
	buf_add_str(to, result_at(r, row, column).text);
	return true;
}

static enum lookup
lookup_upstream(const struct node_scope *scope, const struct template_item *ref, struct buf *to,
	struct err *err)
{
	const struct node_run *run = upstream(scope, ref->name);
	size_t column;

	if (run && run->result_count)
		return add_indexed(run, ref, to, err) ? LOOKUP_FOUND : LOOKUP_FAILED;
	run = ref->scope.len ? upstream(scope, ref->scope) : NULL;
	for (size_t i = 0; run && i < run->result_count; i++) {
		column = result_find_column(&run->results[i], ref->field);
		if (column != SIZE_MAX)
			return add_column(&run->results[i], column, ref, 0, to, err)
				       ? LOOKUP_FOUND
				       : LOOKUP_FAILED;
	}
	return LOOKUP_UNASSIGNED;
}

enum lookup
node_scope_lookup(void *context, const struct template_item *ref, struct buf *to, struct err *err)
{
	const struct node_scope *scope = context;
	const char *value;

	if (scope->next_token.p && str_is(ref->name, "next_token")) {
		buf_add_str(to, scope->next_token);
		return LOOKUP_FOUND;
	}
	if (scope->next_token.p && str_is(ref->name, "segment_size")) {
		buf_addf(to, "%lld", (long long)scope->segment_size);
		return LOOKUP_FOUND;
	}
	value = params_get(scope->e->params, ref->name);
	if (value && ref->index_count == 0) {
		buf_adds(to, value);
		return LOOKUP_FOUND;
	}
	return lookup_upstream(scope, ref, to, err);
}

/* --- running ------------------------------------------------------------------------ */

struct query_run {
	struct execution *e;
	const struct node *node;
	struct source *source;
	enum sql_dialect dialect;
	struct sql_split split;
};

static bool
connect(struct query_run *q, struct err *err)
{
	enum source_env env = q->node->env == ENV_AUTO ? q->e->env : q->node->env;
	const cJSON *sources = cJSON_GetObjectItemCaseSensitive(q->e->r->json, "sources");
	const struct source_kind *kind;
	const cJSON *json;
	char *key;

	key = xasprintf("%s/%s", q->node->source, source_env_name(env));
	json = cJSON_GetObjectItemCaseSensitive(sources, key);
	free(key);
	if (!*q->node->source) {
		err_set(err, ERR_INPUT, "it names no data source");
		return err_hint(err, "name the data source of the SQL");
	}
	if (!json) {
		err_set(err, ERR_NOT_FOUND, "there is no data source '%s' for %s", q->node->source,
			source_env_name(env));
		return err_hint(err, "add it: dpstudio source add %s --kind …", q->node->source);
	}
	q->source = worker_source(q->e->w, json, &q->e->deadline, &kind, err);
	if (!q->source)
		return err_wrap(err, "data source %s", q->node->source);
	q->dialect = kind->dialect;
	return true;
}

static bool
query_once(struct query_run *q, size_t i, struct node_scope *scope, int64_t max_rows,
	struct result *result, struct err *err)
{
	const struct sql_statement *s = &q->split.list[i];
	struct query_limits limits = { max_rows, q->e->deadline };
	struct substituted sql = SUBSTITUTED_INIT;
	struct query_end end = { 0 };
	struct result_sink sink;
	bool ok;

	ok = sql_substitute(&sql, q->dialect, str_from(q->node->sql), s->pos, s->pos + s->len,
		node_scope_lookup, scope, err);
	result_sink_init(&sink, result);
	if (ok && !q->source->ops->query(q->source, buf_str(&sql.text), &limits, &sink.sink, &end,
			  err)) {
		substituted_fix_err(&sql, err);
		ok = false;
	}
	substituted_fini(&sql);
	result->truncated = end.truncated;
	result->elapsed_us = end.elapsed_us;
	if (!ok && err->code == ERR_TIMEOUT && !*err->hint)
		err_hint(err, "make it faster, or give the task a longer \"timeout\"");
	if (!ok && err->line > 0)
		err_wrap(err, "line %d, column %d", err->line, err->column > 0 ? err->column : 1);
	return ok;
}

/* The key of the last row; false when it did not grow. */
static bool
next_token(const struct node *node, const struct result *result, size_t first, struct buf *token,
	struct err *err)
{
	size_t column = result_find_column(result, str_from(node->segment.key));
	struct str last;
	bool numbers;

	if (column == SIZE_MAX)
		return err_set(err, ERR_INPUT, "the segment's key '%s' is no column of the result",
			node->segment.key);
	last = result_at(result, result->row_count - 1, column).text;
	if (value_compare(last, buf_str(token), &numbers) <= 0 && (first > 0 || token->len)) {
		err_set(err, ERR_FAILED, "E_TOKEN_STUCK: '%s' does not grow (%.*s after %s)",
			node->segment.key, STR_ARG(last), buf_text(token));
		return err_hint(err, "order by %s and ask for %s > ${next_token}", node->segment.key,
			node->segment.key);
	}
	buf_clear(token);
	buf_add_str(token, last);
	return true;
}

/* Next Token: the statement again and again, each time from the last key on. */
static bool
query_segments(struct query_run *q, size_t i, struct result *result, struct err *err)
{
	const struct segment *seg = &q->node->segment;
	struct buf token = BUF_INIT;
	bool ok = true, more = true;

	buf_adds(&token, seg->start);
	for (int64_t n = 0; ok && more && n < seg->max; n++) {
		struct node_scope scope = { q->e, q->node, { buf_text(&token), token.len },
			seg->size };
		size_t before = result->row_count;

		ok = query_once(q, i, &scope, seg->size, result, err);
		more = ok && result->row_count - before == (size_t)seg->size;
		if (ok && result->row_count > before)
			ok = next_token(q->node, result, before, &token, err);
		if (more && n + 1 == seg->max)
			result->truncated = true;
		else
			result->truncated = false;
	}
	buf_fini(&token);
	return ok;
}

static bool
run_statement(struct query_run *q, size_t i, struct result *result, struct err *err)
{
	struct node_scope scope = { q->e, q->node, STR_NONE, 0 };
	size_t repaired = source_repaired();
	char label[64];
	bool ok;

	sql_statement_label(&q->split, i, label);
	result->name = arena_str(&result->arena, str_from(label));
	if (q->node->segment.on)
		ok = query_segments(q, i, result, err);
	else
		ok = query_once(q, i, &scope, q->node->max_rows, result, err);
	if (!ok)
		return q->split.count > 1 ? err_wrap(err, "statement %zu", i + 1) : false;
	worker_log(q->e->w, q->e->r, "query", "%s %s: %zu rows in %.1f ms%s", q->node->name, label,
		result->row_count, (double)result->elapsed_us / 1000,
		result->truncated ? ", more were there" : "");
	if (source_repaired() > repaired)
		worker_log(q->e->w, q->e->r, "warning", "W_UTF8: %s %s: values that are not UTF-8: "
			"%zu; U+FFFD stands for what cannot be read", q->node->name, label,
			source_repaired() - repaired);
	return true;
}

static size_t
result_bytes(const struct result *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->row_count * r->column_count; i++)
		n += r->values[i].len + 1;
	return n;
}

/* An assignment gives its last SELECT alone, 2 MB at most. */
static bool
run_statements(struct query_run *q, struct node_run *run, struct err *err)
{
	bool last_only = q->node->kind == NODE_ASSIGN;

	run->results = xcalloc(q->split.count, sizeof(*run->results));
	for (size_t i = 0; i < q->split.count; i++) {
		if (last_only) {
			result_fini(&run->results[0]);
			run->result_count = 0;
		}
		run->results[run->result_count] = (struct result)RESULT_INIT;
		if (!run_statement(q, i, &run->results[run->result_count++], err))
			return false;
	}
	if (last_only && result_bytes(&run->results[0]) > ASSIGN_MAX)
		return err_set(err, ERR_LIMIT, "E_TOO_BIG: an assignment's value has 2 MB at most");
	return true;
}

bool
query_node_run(struct execution *e, const struct node *node, struct err *err)
{
	struct query_run q = { .e = e, .node = node };
	bool ok;

	if (!connect(&q, err))
		return false;
	sql_split(&q.split, q.dialect, str_from(node->sql), node->script);
	if (q.split.count == 0)
		ok = err_set(err, ERR_INPUT, "there is no SQL statement");
	else
		ok = run_statements(&q, &e->nodes[node - e->task->nodes], err);
	sql_split_fini(&q.split);
	if (!ok && (err->code == ERR_CONNECT || err->code == ERR_TIMEOUT ||
			   err->code == ERR_CANCELLED))
		worker_drop_source(e->w, q.source);
	return ok;
}
