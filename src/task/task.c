/* SPDX-License-Identifier: MIT */
#include "src/task/task.h"

#include <stdlib.h>
#include <utf8proc.h>

#include "src/base/mark.h"
#include "src/base/utf8.h"

#define RETRY_TIMES 3
#define RETRY_INTERVAL_S 60
#define MISSED_MAX_RUNS 24
#define MISSED_AGE_S 86400
#define MAX_ROWS 10000
#define SEGMENT_SIZE 10000
#define SEGMENT_MAX 100

void
task_init(struct task *t)
{
	*t = (struct task)TASK_INIT;
	t->name = t->description = t->folder = t->owner = t->calendar = "";
	t->group = "default";
	t->timeout_default = true;
	t->timeout_s = TASK_TIMEOUT_DEFAULT_S;
	t->missed_max = MISSED_MAX_RUNS;
	t->missed_age_s = MISSED_AGE_S;
	t->retry_times = RETRY_TIMES;
	t->retry_interval_s = RETRY_INTERVAL_S;
}

void
node_init(struct node *node)
{
	*node = (struct node){ .name = "", .source = "", .sql = "", .max_rows = MAX_ROWS,
		.columns_auto = true, .language = "sql", .code = "", .title = "" };
	node->segment = (struct segment){ .key = "", .start = "", .size = SEGMENT_SIZE,
		.max = SEGMENT_MAX };
}

void
task_fini(struct task *t)
{
	arena_fini(&t->arena);
	*t = (struct task)TASK_INIT;
}

bool
name_list_has(const struct name_list *names, const char *name)
{
	for (size_t i = 0; i < names->count; i++)
		if (strcmp(names->list[i], name) == 0)
			return true;
	return false;
}

const struct node *
task_find_node(const struct task *t, const char *name)
{
	for (size_t i = 0; i < t->node_count; i++)
		if (strcmp(t->nodes[i].name, name) == 0)
			return &t->nodes[i];
	return NULL;
}

const struct node *
task_find_after(const struct task *t, const char *after, const struct branch **branch)
{
	const struct node *node = task_find_node(t, after);
	const char *dot = strrchr(after, '.');

	*branch = NULL;
	if (node || !dot)
		return node;
	for (size_t i = 0; i < t->node_count; i++) {
		node = &t->nodes[i];
		if (node->kind != NODE_BRANCH || strlen(node->name) != (size_t)(dot - after) ||
			strncmp(node->name, after, (size_t)(dot - after)) != 0)
			continue;
		for (size_t k = 0; k < node->branch_count; k++)
			if (strcmp(node->branches[k].name, dot + 1) == 0)
				*branch = &node->branches[k];
		return *branch ? node : NULL;
	}
	return NULL;
}

/* What task_order works on: who waits for whom, and who stands already. */
struct ordering {
	const struct task *task;
	bool *placed;
	struct err *err;
};

static bool
is_placed(const struct ordering *o, const struct node *node)
{
	return o->placed[node - o->task->nodes];
}

/* Everything node `i` waits for is known and placed. */
static bool
is_ready(struct ordering *o, size_t i, bool *ready)
{
	const struct node *node = &o->task->nodes[i];
	const struct branch *branch;

	*ready = true;
	for (size_t k = 0; k < node->after.count; k++) {
		const struct node *up = task_find_after(o->task, node->after.list[k], &branch);

		if (!up)
			return err_set(o->err, ERR_INPUT,
				"node \"%s\" comes after \"%s\", which does not exist", node->name,
				node->after.list[k]);
		*ready = *ready && is_placed(o, up);
	}
	for (size_t k = 0; k < node->input_count; k++) {
		const struct node *up = task_find_node(o->task, node->inputs[k].node);

		if (!up)
			return err_set(o->err, ERR_INPUT,
				"input \"%s\" of node \"%s\" names \"%s\", which does not exist",
				node->inputs[k].name, node->name, node->inputs[k].node);
		*ready = *ready && is_placed(o, up);
	}
	return true;
}

/* The first node in the authored order that may come next; node_count: none. */
static bool
next_ready(struct ordering *o, size_t *next)
{
	bool ready;

	for (*next = 0; *next < o->task->node_count; (*next)++) {
		if (o->placed[*next])
			continue;
		if (!is_ready(o, *next, &ready))
			return false;
		if (ready)
			return true;
	}
	return true;
}

static bool
fail_cycle(const struct ordering *o)
{
	struct buf names = BUF_INIT;

	for (size_t i = 0; i < o->task->node_count; i++)
		if (!o->placed[i])
			buf_addf(&names, "%s%s", names.len ? ", " : "", o->task->nodes[i].name);
	err_set(o->err, ERR_INPUT, "nodes wait for each other: %s", buf_text(&names));
	buf_fini(&names);
	return err_hint(o->err, "remove one name from \"after\" or \"inputs\"");
}

bool
task_order(const struct task *t, size_t *order, struct err *err)
{
	struct ordering o = { t, xcalloc(t->node_count, sizeof(bool)), err };
	bool ok = true;

	for (size_t n = 0; n < t->node_count && ok; n++) {
		size_t next;

		ok = next_ready(&o, &next);
		if (ok && next == t->node_count)
			ok = fail_cycle(&o);
		if (!ok)
			break;
		o.placed[next] = true;
		order[n] = next;
	}
	free(o.placed);
	return ok;
}

static bool
is_name_char(uint32_t c)
{
	utf8proc_category_t category;

	if (c < 0x80)
		return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		       c == '-' || c == '_' || c == '.';
	category = utf8proc_category((utf8proc_int32_t)c);
	return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_ME;
}

bool
task_name_check(const char *name, const char *what, struct err *err)
{
	struct str rest = str_from(name);
	uint32_t c;

	if (rest.len == 0)
		return err_set(err, ERR_INPUT, spoken("%s is empty"), what);
	if (rest.len > TASK_NAME_MAX)
		return err_set(err, ERR_INPUT, spoken("%s is longer than %d bytes"), what, TASK_NAME_MAX);
	if (rest.p[0] == '.' || rest.p[0] == '-')
		return err_set(err, ERR_INPUT, spoken("%s \"%s\" begins with %c"), what, name, rest.p[0]);
	for (size_t n; rest.len; rest = str_slice(rest, n, rest.len)) {
		n = utf8_decode(rest, &c);
		if (is_name_char(c) && !(n == 1 && c >= 0x80))
			continue;
		err_set(err, ERR_INPUT, spoken("%s \"%s\" holds \"%.*s\""), what, name, (int)n, rest.p);
		return err_hint(err, spoken("letters, digits, - _ and . are allowed"));
	}
	return true;
}
