/* SPDX-License-Identifier: MIT */
#include "src/run/execute.h"

#include <stdio.h>
#include <stdlib.h>

#include "src/content/compose.h"
#include "src/run/assign.h"
#include "src/run/condition.h"
#include "src/run/query_node.h"
#include "src/task/task_json.h"

void
execution_init(struct execution *e)
{
	e->nodes = xcalloc(e->task->node_count, sizeof(*e->nodes));
}

void
execution_fini(struct execution *e)
{
	for (size_t i = 0; e->nodes && i < e->task->node_count; i++) {
		for (size_t k = 0; k < e->nodes[i].result_count; k++)
			result_fini(&e->nodes[i].results[k]);
		free(e->nodes[i].results);
	}
	free(e->nodes);
	e->nodes = NULL;
}

struct node_run *
execution_node(struct execution *e, const char *name)
{
	const struct node *node = task_find_node(e->task, name);

	return node ? &e->nodes[node - e->task->nodes] : NULL;
}

/* "check.big": the node before the dot, when there is a branch of that name. */
static struct node_run *
find_dependency(struct execution *e, const char *after, bool *taken)
{
	struct node_run *run = execution_node(e, after);
	const char *dot = strrchr(after, '.');
	const struct node *node;
	char *name;

	*taken = true;
	if (run || !dot)
		return run;
	name = xstrndup(after, (size_t)(dot - after));
	node = task_find_node(e->task, name);
	free(name);
	if (!node)
		return NULL;
	run = &e->nodes[node - e->task->nodes];
	*taken = false;
	for (size_t i = 0; i < node->branch_count && i < TASK_MAX_BRANCHES; i++)
		if (strcmp(node->branches[i].name, dot + 1) == 0)
			*taken = run->taken[i];
	return run;
}

/* What a node's `after` says: go, or how it ends without running. */
static enum node_end
readiness(struct execution *e, const struct node *node)
{
	enum node_end end = NODE_SUCCEEDED;

	for (size_t i = 0; i < node->after.count; i++) {
		bool taken;
		const struct node_run *before = find_dependency(e, node->after.list[i], &taken);

		if (!before || before->end == NODE_FAILED)
			return NODE_FAILED;
		if (before->end == NODE_SKIPPED || !taken)
			end = NODE_SKIPPED;
	}
	return end;
}

/* --- merge ------------------------------------------------------------------------ */

static unsigned
accepted_states(const struct node *merge, const char *name)
{
	for (size_t i = 0; i < merge->accept_count; i++)
		if (strcmp(merge->accept[i].node, name) == 0)
			return merge->accept[i].states;
	return MERGE_SUCCEEDED;
}

static unsigned
state_bit(const struct node_run *run, bool taken)
{
	if (run->end == NODE_FAILED)
		return MERGE_FAILED;
	return run->end == NODE_SKIPPED || !taken ? MERGE_SKIPPED : MERGE_SUCCEEDED;
}

static bool
run_merge(struct execution *e, const struct node *node, struct err *err)
{
	size_t matched = 0;

	for (size_t i = 0; i < node->after.count; i++) {
		bool taken;
		const struct node_run *before = find_dependency(e, node->after.list[i], &taken);

		if (before && (accepted_states(node, node->after.list[i]) & state_bit(before, taken)))
			matched++;
	}
	if (node->merge_or ? matched > 0 : matched == node->after.count)
		return true;
	return err_set(err, ERR_FAILED, "%zu of %zu nodes before it ended as it accepts", matched,
		node->after.count);
}

/* --- branch ------------------------------------------------------------------------ */

static bool
branch_value(void *context, struct str placeholder, struct buf *to, struct err *err)
{
	struct template_item ref;
	struct node_scope *scope = context;

	if (template_read(placeholder, &ref) == 0 || ref.kind != TEMPLATE_REF)
		return err_set(err, ERR_INPUT, "%.*s cannot be read", STR_ARG(placeholder));
	switch (node_scope_lookup(scope, &ref, to, err)) {
	case LOOKUP_FOUND:
		return true;
	case LOOKUP_UNASSIGNED:
		return err_set(err, ERR_INPUT, "E_UNASSIGNED: %.*s has no value",
			STR_ARG(placeholder));
	case LOOKUP_FAILED:
		break;
	}
	return false;
}

static bool
run_branch(struct execution *e, const struct node *node, struct err *err)
{
	struct node_scope scope = { e, node, STR_NONE, 0 };
	struct node_run *run = &e->nodes[node - e->task->nodes];

	for (size_t i = 0; i < node->branch_count && i < TASK_MAX_BRANCHES; i++) {
		if (!condition_eval(str_from(node->branches[i].condition), branch_value, &scope,
			    &run->taken[i], err))
			return err_wrap(err, "branch %s", node->branches[i].name);
		worker_log(e->w, e->r, "branch", "%s.%s: %s", node->name, node->branches[i].name,
			run->taken[i] ? "taken" : "not taken");
	}
	return true;
}

/* --- all -------------------------------------------------------------------------- */

static bool
run_script(struct execution *e, const struct node *node, struct err *err)
{
	struct node_run *run = &e->nodes[node - e->task->nodes];
	struct node_scope scope = { e, node, STR_NONE, 0 };
	struct substituted code = SUBSTITUTED_INIT;
	bool ok = text_substitute(&code, str_from(node->code), node_scope_lookup, &scope, err);

	run->results = xcalloc(1, sizeof(*run->results));
	run->result_count = 1;
	run->is_list = true;
	ok = ok && assign_run(node->language, buf_text(&code.text), &e->deadline, run->results, err);
	substituted_fini(&code);
	if (ok)
		worker_log(e->w, e->r, "assign", "%s: %zu values", node->name,
			run->results->row_count);
	return ok;
}

static bool
run_node(struct execution *e, const struct node *node, struct err *err)
{
	switch (node->kind) {
	case NODE_QUERY:
		return query_node_run(e, node, err);
	case NODE_ASSIGN:
		return node->code[0] ? run_script(e, node, err) : query_node_run(e, node, err);
	case NODE_BRANCH:
		return run_branch(e, node, err);
	case NODE_MERGE:
		return run_merge(e, node, err);
	case NODE_PUSH:
	case NODE_KIND_COUNT:
		break;
	}
	return true;
}

/* A failure is settled when a merge node behind it accepts "failed". */
static bool
is_settled(const struct execution *e, const char *failed)
{
	for (size_t i = 0; i < e->task->node_count; i++) {
		const struct node *node = &e->task->nodes[i];

		for (size_t k = 0; node->kind == NODE_MERGE && k < node->after.count; k++)
			if (strcmp(node->after.list[k], failed) == 0 &&
				(accepted_states(node, failed) & MERGE_FAILED))
				return true;
	}
	return false;
}

/* One node's turn. False ends the run: cancelled, out of time, or a failure that no
 * merge settles. */
static bool
step(struct execution *e, const struct node *node, struct err *err)
{
	struct node_run *run = &e->nodes[node - e->task->nodes];

	run->err = (struct err)ERR_INIT;
	run->end = node->kind == NODE_MERGE ? NODE_SUCCEEDED : readiness(e, node);
	if (run->end != NODE_SUCCEEDED) {
		if (run->end == NODE_SKIPPED)
			worker_log(e->w, e->r, "skip", "%s: its branch was not taken", node->name);
		else
			err_set(&run->err, ERR_FAILED, "a node before it failed");
		return true;
	}
	if (run_node(e, node, &run->err))
		return true;
	run->end = NODE_FAILED;
	err_wrap(&run->err, "node %s", node->name);
	*err = run->err;
	if (err->code == ERR_CANCELLED || !is_settled(e, node->name))
		return false;
	worker_log(e->w, e->r, "failed", "%s (a merge node accepts it)", err->msg);
	err_clear(err);
	return true;
}

bool
execution_run(struct execution *e, struct err *err)
{
	size_t *order = xcalloc(e->task->node_count + 1, sizeof(*order));
	bool ok = task_order(e->task, order, err);

	for (size_t i = 0; ok && i < e->task->node_count; i++)
		ok = step(e, &e->task->nodes[order[i]], err);
	free(order);
	return ok;
}

/* --- conditions of the whole run ----------------------------------------------------- */

static bool
condition_holds(struct execution *e, const struct condition *c, bool *holds, struct buf *shown,
	struct err *err)
{
	const struct node_run *run = execution_node(e, c->node);
	struct value value = { VALUE_NULL, STR_NONE };
	struct buf want = BUF_INIT, want2 = BUF_INIT;
	char count[32];
	bool ok;

	if (!run || run->result_count == 0)
		return err_set(err, ERR_INPUT, "the condition's node '%s' gave no result", c->node);
	if (strcmp(c->column, "rows()") == 0) {
		snprintf(count, sizeof(count), "%zu", run->results[0].row_count);
		value = (struct value){ VALUE_INT, str_from(count) };
	} else {
		size_t column = result_find_column(&run->results[0], str_from(c->column));

		if (column == SIZE_MAX)
			return err_set(err, ERR_INPUT, "node %s has no column '%s' for the condition",
				c->node, c->column);
		if (run->results[0].row_count)
			value = result_at(&run->results[0], 0, column);
	}
	ok = timeexpr_eval(str_from(c->value), e->base, &want, NULL, err) &&
	     timeexpr_eval(str_from(c->value2), e->base, &want2, NULL, err);
	if (ok) {
		*holds = compose_matches(&value, c->op, buf_str(&want), buf_str(&want2));
		buf_addf(shown, "%s.%s is '%.*s', wanted %s %s", c->node, c->column,
			STR_ARG(value.text), cond_op_name(c->op), buf_text(&want));
	}
	buf_fini(&want);
	buf_fini(&want2);
	return ok;
}

bool
execution_conditions(struct execution *e, bool *hold, struct buf *why, struct err *err)
{
	*hold = true;
	for (size_t i = 0; *hold && i < e->task->condition_count; i++) {
		buf_clear(why);
		if (!condition_holds(e, &e->task->conditions[i], hold, why, err))
			return err_wrap(err, "condition %zu", i + 1);
	}
	return true;
}
