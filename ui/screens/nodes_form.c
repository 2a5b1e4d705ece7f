/* SPDX-License-Identifier: MIT */
/* The fields of a node, of a branch, or of what a merge accepts: each with how the draft
 * says and takes it. */
#include "src/task/task_json.h"
#include "src/workspace/store_source.h"
#include "ui/choice.h"
#include "ui/screens/nodes_private.h"
#include "ui/screens/studio_private.h"

#define STATES (MERGE_SUCCEEDED | MERGE_FAILED | MERGE_SKIPPED)

/* Which rows have a field. */
enum { ON_QUERY = 1, ON_SQL = 2, ON_SCRIPT = 4, ON_BRANCH = 8, ON_MERGE = 16, ON_PUSH = 32,
	ON_CASE = 64, ON_WAY = 128 };
#define ON_ASSIGN (ON_SQL | ON_SCRIPT)
#define ON_NODE (ON_QUERY | ON_ASSIGN | ON_BRANCH | ON_MERGE | ON_PUSH)

struct spot {
	struct nodes *n;
	struct task *t;
	struct node *node;
	size_t part;
};

struct node_field {
	struct field field;
	unsigned on;
	void (*get)(const struct spot *s, struct buf *to);
	/* False with err: shown at the field, the draft stays as it was. */
	bool (*set)(const struct spot *s, const char *text, struct err *err);
	void (*go)(struct nodes *n); /* Enter, where set is NULL */
};

static unsigned
on_of(const struct node *node, size_t part)
{
	static const unsigned bits[NODE_KIND_COUNT] = { [NODE_QUERY] = ON_QUERY,
		[NODE_ASSIGN] = ON_SQL, [NODE_BRANCH] = ON_BRANCH, [NODE_MERGE] = ON_MERGE,
		[NODE_PUSH] = ON_PUSH };

	if (part != NODES_WHOLE)
		return node->kind == NODE_BRANCH ? ON_CASE : ON_WAY;
	if (node->kind == NODE_ASSIGN && strcmp(node->language, "sql") != 0)
		return ON_SCRIPT;
	return bits[node->kind];
}

#define GET(id) static void get_##id(const struct spot *s, struct buf *to)
#define SET(id) static bool set_##id(const struct spot *s, const char *text, struct err *err)

/* --- a node -------------------- */

GET(name)
{
	buf_adds(to, s->node->name);
}

static void
go_name(struct nodes *n)
{
	nodes_rename(n->studio, nodes_current(n, NULL)->name);
}

GET(after)
{
	for (size_t i = 0; i < s->node->after.count; i++)
		buf_addf(to, "%s%s", i ? ", " : "", s->node->after.list[i]);
}

void
nodes_drop_accepted(struct node *merge)
{
	size_t kept = 0;

	for (size_t i = 0; i < merge->accept_count; i++)
		for (size_t k = 0; k < merge->after.count; k++)
			if (strcmp(merge->after.list[k], merge->accept[i].node) == 0) {
				merge->accept[kept++] = merge->accept[i];
				break;
			}
	merge->accept_count = kept;
}

SET(after)
{
	struct name_list list = draft_words(s->n->model, text);
	const struct branch *branch;

	for (size_t i = 0; i < list.count; i++) {
		const struct node *up = task_find_after(s->t, list.list[i], &branch);

		if (!up) {
			err_set(err, ERR_INPUT, _("there is no node or branch \"%s\""), list.list[i]);
			return err_hint(err, "%s", _("a branch is written node.branch"));
		}
		if (up == s->node)
			return err_set(err, ERR_INPUT, "%s", _("a node cannot come after itself"));
	}
	s->node->after = list;
	nodes_drop_accepted(s->node);
	return true;
}

GET(source)
{
	buf_adds(to, s->node->source);
}

SET(source)
{
	(void)err;
	s->node->source = model_text(s->n->model, str_trim(str_from(text)));
	return true;
}

GET(env)
{
	buf_adds(to, source_env_name(s->node->env));
}

SET(env)
{
	(void)err;
	for (int i = 0; i < ENV_COUNT; i++)
		if (strcmp(source_env_name((enum source_env)i), text) == 0)
			s->node->env = (enum source_env)i;
	return true;
}

GET(language)
{
	buf_adds(to, s->node->language);
}

SET(language)
{
	(void)err;
	s->node->language = model_text(s->n->model, str_from(text));
	/* SQL and script have a text each: what the editor held is not the other's. */
	if (s->n->studio->desk)
		desk_query_reload(s->n->studio->desk);
	return true;
}

static void
first_line(const char *text, struct buf *to)
{
	text += strspn(text, "\n \t");
	buf_add_str(to, str_slice(str_from(text), 0, strcspn(text, "\n")));
	if (!*text)
		buf_adds(to, _("(nothing yet)"));
}

GET(sql)
{
	first_line(s->node->sql, to);
}

GET(code)
{
	first_line(s->node->code, to);
}

GET(title)
{
	first_line(s->node->title, to);
}

static void
go_studio(struct nodes *n)
{
	nodes_go(n, nodes_current(n, NULL));
}

GET(logic)
{
	buf_adds(to, s->node->merge_or ? "or" : "and");
}

SET(logic)
{
	(void)err;
	s->node->merge_or = strcmp(text, "or") == 0;
	return true;
}

GET(inputs)
{
	for (size_t i = 0; i < s->node->input_count; i++)
		buf_addf(to, "%s%s=%s", i ? ", " : "", s->node->inputs[i].name,
			s->node->inputs[i].node);
}

/* "name=node", or a node that keeps its name. */
SET(inputs)
{
	struct name_list list = draft_words(s->n->model, text);
	struct input *inputs = model_array(s->n->model, list.count + 1, sizeof(*inputs));

	for (size_t i = 0; i < list.count; i++) {
		const char *equals = strchr(list.list[i], '=');
		const struct node *up;

		inputs[i].node = equals ? equals + 1 : list.list[i];
		inputs[i].name = equals ? model_text(s->n->model,
						  str_slice(str_from(list.list[i]), 0,
							  (size_t)(equals - list.list[i])))
					: list.list[i];
		up = task_find_node(s->t, inputs[i].node);
		if (!up || (up->kind != NODE_QUERY && up->kind != NODE_ASSIGN))
			return err_set(err, ERR_INPUT, _("no query or assign node is called \"%s\""),
				inputs[i].node);
		for (size_t k = 0; k < i; k++)
			if (strcmp(inputs[k].name, inputs[i].name) == 0)
				return err_set(err, ERR_INPUT, _("\"%s\" is there twice"),
					inputs[i].name);
	}
	s->node->inputs = inputs;
	s->node->input_count = list.count;
	return true;
}

/* --- whose message takes the rows of a query -------------------- */

GET(pushes)
{
	for (size_t i = 0; i < s->t->node_count; i++)
		if (nodes_takes_rows(&s->t->nodes[i], s->node->name))
			buf_addf(to, "%s%s", to->len ? ", " : "", s->t->nodes[i].name);
}

SET(pushes)
{
	struct name_list list = draft_words(s->n->model, text);

	for (size_t i = 0; i < list.count; i++) {
		const struct node *push = task_find_node(s->t, list.list[i]);

		if (!push || push->kind != NODE_PUSH)
			return err_set(err, ERR_INPUT, _("no push node is called \"%s\""), list.list[i]);
	}
	for (size_t i = 0; i < s->t->node_count; i++) {
		struct node *push = &s->t->nodes[i];
		bool wanted = false, takes = nodes_takes_rows(push, s->node->name);

		for (size_t k = 0; k < list.count; k++)
			wanted = wanted || strcmp(list.list[k], push->name) == 0;
		if (wanted && !takes)
			nodes_take_rows(s->n->model, s->t, push, s->node->name);
		else if (!wanted && takes)
			nodes_leave_rows(push, s->node->name);
	}
	return true;
}

/* --- a branch -------------------- */

GET(case)
{
	buf_adds(to, s->node->branches[s->part].name);
}

GET(condition)
{
	buf_adds(to, s->node->branches[s->part].condition);
}

SET(condition)
{
	(void)err;
	s->node->branches[s->part].condition = model_text(s->n->model, str_from(text));
	return true;
}

/* --- a way into a merge -------------------- */

static unsigned
accepted(const struct node *merge, const char *after)
{
	for (size_t i = 0; i < merge->accept_count; i++)
		if (strcmp(merge->accept[i].node, after) == 0)
			return merge->accept[i].states;
	return MERGE_SUCCEEDED;
}

void
nodes_say_accepted(const struct node *merge, const char *after, struct buf *to)
{
	static const char *const words[] = { "succeeded", "failed", "skipped" };
	unsigned states = accepted(merge, after);

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (states & (1u << i)) {
			buf_addf(to, "%s%s", to->len ? ", " : "", choice_label(words[i]));
		}
}

static void
get_state(const struct spot *s, unsigned state, struct buf *to)
{
	bool on = accepted(s->node, s->node->after.list[s->part]) & state;

	buf_adds(to, on ? "true" : "false");
}

static bool
set_state(const struct spot *s, unsigned state, const char *text, struct err *err)
{
	const char *after = s->node->after.list[s->part];
	unsigned states = accepted(s->node, after);
	struct merge_accept *list;
	size_t i = 0;

	states = strcmp(text, "true") == 0 ? states | state : states & (STATES & ~state);
	if (!states)
		return err_set(err, ERR_INPUT, "%s", _("one of them must be accepted"));
	while (i < s->node->accept_count && strcmp(s->node->accept[i].node, after) != 0)
		i++;
	if (i == s->node->accept_count) {
		list = model_array(s->n->model, i + 1, sizeof(*list));
		if (i)
			memcpy(list, s->node->accept, i * sizeof(*list));
		s->node->accept = list;
		s->node->accept_count++;
	}
	s->node->accept[i] = (struct merge_accept){ after, states };
	return true;
}

GET(way)
{
	buf_adds(to, s->node->after.list[s->part]);
}

#define STATE(id, bit)                                    \
	GET(id)                                           \
	{                                                 \
		get_state(s, bit, to);                    \
	}                                                 \
	SET(id)                                           \
	{                                                 \
		return set_state(s, bit, text, err);      \
	}
STATE(succeeded, MERGE_SUCCEEDED)
STATE(failed, MERGE_FAILED)
STATE(skipped, MERGE_SKIPPED)

/* --- the table -------------------- */

#define FIELD(id, label_, kind_, choices_, help_, on_)                                           \
	{                                                                                        \
		{ .name = #id, .label = label_, .kind = kind_, .choices = choices_,              \
			.initial = "", .help = help_ },                                          \
			on_, get_##id, set_##id, NULL                                            \
	}
#define PLACE(id, label_, help_, on_, go_)                                                       \
	{                                                                                        \
		{ .name = #id, .label = label_, .kind = FIELD_TEXT, .initial = "",               \
			.help = help_ },                                                         \
			on_, get_##id, NULL, go_                                                 \
	}

static const struct node_field fields[] = {
	PLACE(name, N_("Name"), N_("Enter: another name; what names the node follows"), ON_NODE, go_name),
	FIELD(after, N_("Comes after"), FIELD_LIST, NULL,
		N_("nodes, or branches as node.branch; Ctrl-Space lists them"), ON_NODE),
	FIELD(pushes, N_("Rows go to"), FIELD_LIST, NULL,
		N_("push nodes whose message takes them; Ctrl-Space lists them"), ON_QUERY),
	FIELD(language, N_("Language"), FIELD_CHOICE, "sql|shell|python",
		N_("of a script the last line it prints counts, split at commas"), ON_ASSIGN),
	FIELD(source, N_("Data source"), FIELD_TEXT, NULL, N_("Ctrl-Space lists them"),
		ON_QUERY | ON_SQL),
	FIELD(env, N_("Environment"), FIELD_CHOICE, "auto|dev|prod",
		N_("auto: tests use dev, runs use prod"), ON_QUERY | ON_SQL),
	PLACE(sql, N_("SQL"), N_("Enter: to its text in the studio"), ON_QUERY | ON_SQL, go_studio),
	PLACE(code, N_("Script"), N_("Enter: to its text in the studio"), ON_SCRIPT, go_studio),
	FIELD(logic, N_("Goes on when"), FIELD_CHOICE, "and|or",
		N_("and: all before it ended as accepted; or: at least one did"), ON_MERGE),
	FIELD(inputs, N_("Takes rows of"), FIELD_LIST, NULL,
		N_("node, or name=node: ${name.column}; empty: of those it comes after"), ON_PUSH),
	PLACE(title, N_("Message"), N_("Enter: to its content in the studio"), ON_PUSH, go_studio),
	PLACE(case, N_("Branch"), N_("Enter: another name; what comes after it follows"), ON_CASE,
		nodes_rename_branch),
	FIELD(condition, N_("Taken if"), FIELD_TEXT, NULL,
		N_("${inputs[0][0]} >= 100: what the node before gave; and, or, not; texts in quotes"),
		ON_CASE),
	PLACE(way, N_("Of"), NULL, ON_WAY, NULL),
	FIELD(succeeded, N_("It succeeded"), FIELD_BOOL, NULL, N_("the merge accepts that"), ON_WAY),
	FIELD(failed, N_("It failed"), FIELD_BOOL, NULL, N_("the merge accepts that"), ON_WAY),
	FIELD(skipped, N_("It did not run"), FIELD_BOOL, NULL,
		N_("the merge accepts that: its branch was not taken"), ON_WAY),
};

static const struct node_field *
find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		if (strcmp(fields[i].field.name, name) == 0)
			return &fields[i];
	return NULL;
}

static bool
here(struct nodes *n, struct spot *s)
{
	s->n = n;
	s->t = model_edit(n->model);
	s->node = nodes_current(n, &s->part);
	return s->node != NULL;
}

void
nodes_form_fill(struct nodes *n)
{
	size_t at = n->form.current;
	struct spot s;

	form_clear(&n->form);
	if (!here(n, &s))
		return;
	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		struct buf text = BUF_INIT;

		if (!(fields[i].on & on_of(s.node, s.part)))
			continue;
		fields[i].get(&s, &text);
		form_add(&n->form, &fields[i].field, buf_text(&text));
		if (!fields[i].set)
			form_set_read_only(&n->form, fields[i].field.name);
		buf_fini(&text);
	}
	n->form.current = at < n->form.count ? at : 0;
}

/* What is changed one after the other is one step to take back: of one field, or part. */
static const void *
group_of(const struct spot *s, const struct node_field *f)
{
	if (s->part == NODES_WHOLE)
		return (const char *)s->node + (f - fields);
	if (s->node->kind == NODE_BRANCH)
		return &s->node->branches[s->part];
	return &s->node->after.list[s->part];
}

void
nodes_form_changed(void *context, const char *name)
{
	struct nodes *n = context;
	const struct node_field *f = find(name);
	struct err err = ERR_INIT;
	struct spot s;

	if (!f || !f->set || !here(n, &s))
		return;
	(void)model_step(n->model, N_("a node"), group_of(&s, f));
	if (!f->set(&s, form_get(&n->form, name), &err)) {
		form_error(&n->form, name, &err);
		return;
	}
	nodes_tell(n);
	if (f->set == set_language)
		nodes_form_fill(n);
}

static void
add_sources(struct nodes *n, struct buf *items)
{
	struct source_list list = { 0 };
	struct arena a = ARENA_INIT;
	struct err err = ERR_INIT;

	if (!store_source_list(n->studio->ws, &a, &list, &err))
		ui_error(n->screen.ui, &err);
	for (size_t i = 0; i < list.count; i++)
		if (!i || strcmp(list.rows[i].name, list.rows[i - 1].name) != 0)
			buf_addf(items, "%s\n", list.rows[i].name);
	arena_fini(&a);
}

/* Nodes and branches that another may come after. */
static void
add_before(const struct spot *s, struct buf *items)
{
	for (size_t i = 0; i < s->t->node_count; i++) {
		const struct node *node = &s->t->nodes[i];

		if (node == s->node)
			continue;
		for (size_t k = 0; k < node->branch_count; k++)
			buf_addf(items, "%s.%s\n", node->name, node->branches[k].name);
		if (!node->branch_count)
			buf_addf(items, "%s\n", node->name);
	}
}

bool
nodes_form_suggest(void *context, const char *name, struct buf *items)
{
	struct nodes *n = context;
	struct spot s;

	if (!here(n, &s))
		return false;
	if (strcmp(name, "after") == 0)
		add_before(&s, items);
	else if (strcmp(name, "source") == 0)
		add_sources(n, items);
	for (size_t i = 0; strcmp(name, "pushes") == 0 && i < s.t->node_count; i++)
		if (s.t->nodes[i].kind == NODE_PUSH)
			buf_addf(items, "%s\n", s.t->nodes[i].name);
	for (size_t i = 0; strcmp(name, "inputs") == 0 && i < s.t->node_count; i++)
		if (s.t->nodes[i].kind == NODE_QUERY || s.t->nodes[i].kind == NODE_ASSIGN)
			buf_addf(items, "%s\n", s.t->nodes[i].name);
	return items->len > 0;
}

bool
nodes_form_activate(void *context, const char *name)
{
	const struct node_field *f = find(name);

	if (!f || !f->go)
		return false;
	f->go(context);
	return true;
}
