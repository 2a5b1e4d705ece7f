/* SPDX-License-Identifier: MIT */
/* A node or a branch gets another name or goes: all that names it follows. */
#include "src/sql/template.h"
#include "src/task/task.h"

/* --- another name, in lists -------------------- */

/* What stands in `after` for the node, or for a branch of it, by its new name. */
static const char *
renamed_after(struct task *t, const struct node *node, const char *after, const char *name)
{
	const struct branch *branch;

	if (task_find_after(t, after, &branch) != node)
		return after;
	return branch ? arena_printf(&t->arena, "%s.%s", name, branch->name) : name;
}

static void
rename_in_lists(struct task *t, struct node *in, const struct node *node, const char *name)
{
	for (size_t i = 0; i < in->after.count; i++)
		in->after.list[i] = renamed_after(t, node, in->after.list[i], name);
	for (size_t i = 0; i < in->accept_count; i++)
		in->accept[i].node = renamed_after(t, node, in->accept[i].node, name);
	for (size_t i = 0; i < in->input_count; i++)
		if (strcmp(in->inputs[i].node, node->name) == 0)
			in->inputs[i].node = name;
}

/* --- another name, in texts -------------------- */

struct renaming {
	struct task *t;
	const char *from, *to;
	bool parameters_first; /* a parameter of that name is meant: SQL, code, conditions */
};

static bool
is_plain(const char *name)
{
	for (; *name; name++)
		if (*name == '.' || *name == '-')
			return false;
	return true;
}

/* Bytes at the start of a reference's inside that name it; 0: it names another. */
static size_t
named_len(struct str inside, const char *name)
{
	size_t len = strlen(name);
	bool quoted = str_starts(inside, STR("\""));
	struct str rest = quoted ? str_slice(inside, 1, inside.len) : inside;

	if (!str_starts(rest, str_from(name)))
		return 0;
	rest = str_slice(rest, len, rest.len);
	if (quoted)
		return str_starts(rest, STR("\"")) ? len + 2 : 0;
	return rest.len && strchr(".[|}", rest.p[0]) ? len : 0;
}

static bool
is_others(const struct renaming *r, const struct template_item *item)
{
	const struct task *t = r->t;

	for (size_t i = 0; i < t->node_count; i++) /* "x.y" of ${x.y}, when x is renamed */
		if (str_is(item->name, t->nodes[i].name) && strcmp(t->nodes[i].name, r->from) != 0)
			return true;
	for (size_t i = 0; r->parameters_first && i < t->parameter_count; i++)
		if (item->index_count == 0 && str_is(item->name, t->parameters[i].name))
			return true;
	return false;
}

static const char *
renamed_text(struct renaming *r, const char *text)
{
	struct str whole = str_from(text);
	struct template_scanner scanner;
	struct template_item item;
	struct buf to = BUF_INIT;
	size_t done = 0;

	template_init(&scanner, whole);
	while (template_next_ref(&scanner, &item)) {
		size_t at = item.pos + 2;
		size_t len = named_len(str_slice(whole, at, item.pos + item.len), r->from);

		if (item.kind != TEMPLATE_REF || !len || is_others(r, &item))
			continue;
		buf_add_str(&to, str_slice(whole, done, at));
		buf_addf(&to, is_plain(r->to) ? "%s" : "\"%s\"", r->to);
		done = at + len;
	}
	if (done) {
		buf_add_str(&to, str_slice(whole, done, whole.len));
		text = arena_str(&r->t->arena, buf_str(&to)).p;
	}
	buf_fini(&to);
	return text;
}

/* A table's field: column, q2.column or input.column. */
static const char *
renamed_field(struct renaming *r, const char *field)
{
	size_t len = strlen(r->from);

	if (strncmp(field, r->from, len) != 0 || field[len] != '.')
		return field;
	return arena_printf(&r->t->arena, "%s%s", r->to, field + len);
}

static void
rename_in_message(struct renaming *r, struct node *push)
{
	push->title = renamed_text(r, push->title);
	for (size_t i = 0; i < push->block_count; i++) {
		struct block *b = &push->blocks[i];

		b->text = renamed_text(r, b->text);
		b->path = renamed_text(r, b->path);
		b->url = renamed_text(r, b->url);
		b->alt = renamed_text(r, b->alt);
		for (size_t k = 0; k < b->column_count; k++) {
			struct table_column *c = &b->columns[k];

			c->field = renamed_field(r, c->field);
			c->header = renamed_text(r, c->header);
			c->prefix = renamed_text(r, c->prefix);
			c->suffix = renamed_text(r, c->suffix);
		}
	}
}

static struct input *
find_input(struct node *push, const char *name)
{
	for (size_t i = 0; i < push->input_count; i++)
		if (strcmp(push->inputs[i].name, name) == 0)
			return &push->inputs[i];
	return NULL;
}

/* Messages know their inputs by name, others what comes directly before them. */
static void
rename_in_texts(struct renaming *r, struct node *in)
{
	struct input *input = find_input(in, r->from);

	if (in->kind == NODE_PUSH) {
		if (!input || strcmp(input->node, r->from) != 0 || find_input(in, r->to))
			return;
		r->parameters_first = false;
		rename_in_message(r, in);
		input->name = r->to;
		return;
	}
	if (!name_list_has(&in->after, r->from))
		return;
	r->parameters_first = true;
	in->sql = renamed_text(r, in->sql);
	in->code = renamed_text(r, in->code);
	for (size_t i = 0; i < in->branch_count; i++)
		in->branches[i].condition = renamed_text(r, in->branches[i].condition);
}

void
task_rename_node(struct task *t, size_t at, const char *name)
{
	struct node *node = &t->nodes[at];
	struct renaming r = { t, node->name, arena_strdup(&t->arena, name), false };

	for (size_t i = 0; i < t->node_count; i++)
		rename_in_texts(&r, &t->nodes[i]);
	for (size_t i = 0; i < t->node_count; i++)
		rename_in_lists(t, &t->nodes[i], node, r.to);
	for (size_t i = 0; i < t->condition_count; i++)
		if (strcmp(t->conditions[i].node, r.from) == 0)
			t->conditions[i].node = r.to;
	node->name = r.to;
}

void
task_rename_branch(struct task *t, size_t at, size_t branch, const char *name)
{
	const char *from = arena_printf(&t->arena, "%s.%s", t->nodes[at].name,
		t->nodes[at].branches[branch].name);
	const char *to = arena_printf(&t->arena, "%s.%s", t->nodes[at].name, name);

	for (size_t i = 0; i < t->node_count; i++) {
		struct node *in = &t->nodes[i];

		for (size_t k = 0; k < in->after.count; k++)
			if (strcmp(in->after.list[k], from) == 0)
				in->after.list[k] = to;
		for (size_t k = 0; k < in->accept_count; k++)
			if (strcmp(in->accept[k].node, from) == 0)
				in->accept[k].node = to;
	}
	t->nodes[at].branches[branch].name = to + strlen(t->nodes[at].name) + 1;
}

/* --- one away -------------------- */

/* What names `node`, or the branch of it when one is given, in `after` and merges. */
static bool
is_named(const struct task *t, const char *after, const struct node *node,
	const struct branch *branch)
{
	const struct branch *found;

	return task_find_after(t, after, &found) == node && (!branch || found == branch);
}

static void
drop_from_lists(const struct task *t, const struct node *node, const struct branch *branch)
{
	for (size_t i = 0; i < t->node_count; i++) {
		struct node *in = &t->nodes[i];
		size_t kept = 0;

		for (size_t k = 0; k < in->accept_count; k++)
			if (!is_named(t, in->accept[k].node, node, branch))
				in->accept[kept++] = in->accept[k];
		in->accept_count = kept;
		kept = 0;
		for (size_t k = 0; k < in->after.count; k++)
			if (!is_named(t, in->after.list[k], node, branch))
				in->after.list[kept++] = in->after.list[k];
		in->after.count = kept;
	}
}

static void
drop_inputs(struct node *in, const char *name)
{
	size_t kept = 0;

	for (size_t i = 0; i < in->input_count; i++)
		if (strcmp(in->inputs[i].node, name) != 0)
			in->inputs[kept++] = in->inputs[i];
	in->input_count = kept;
}

void
task_remove_node(struct task *t, size_t at)
{
	const char *name = t->nodes[at].name;
	size_t kept = 0;

	drop_from_lists(t, &t->nodes[at], NULL);
	for (size_t i = 0; i < t->node_count; i++)
		drop_inputs(&t->nodes[i], name);
	for (size_t i = 0; i < t->condition_count; i++)
		if (strcmp(t->conditions[i].node, name) != 0)
			t->conditions[kept++] = t->conditions[i];
	t->condition_count = kept;
	t->node_count--;
	memmove(&t->nodes[at], &t->nodes[at + 1], (t->node_count - at) * sizeof(*t->nodes));
}

void
task_remove_branch(struct task *t, size_t at, size_t branch)
{
	struct node *node = &t->nodes[at];

	drop_from_lists(t, node, &node->branches[branch]);
	node->branch_count--;
	memmove(&node->branches[branch], &node->branches[branch + 1],
		(node->branch_count - branch) * sizeof(*node->branches));
}
