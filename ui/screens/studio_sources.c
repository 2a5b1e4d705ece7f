/* SPDX-License-Identifier: MIT */
/* Data sources, their tables and columns; what is opened is asked for once by a worker
 * and kept, also for the editor's completion. */
#include <stdio.h>
#include <stdlib.h>

#include "src/run/request.h"
#include "ui/choice.h"
#include "ui/screens/studio_private.h"

#define SCHEMA_TIMEOUT_US (30 * CLOCK_SECOND)

struct column_known {
	char *name, *type;
};

enum known { NOT_ASKED, ASKED, KNOWN, FAILED };

struct table_known {
	char *schema, *name, *type;
	struct column_known *columns;
	size_t count;
	enum known known;
	bool open;
};

struct desk_source {
	char *name, *kind;
	bool has_dev, has_prod;
	bool prod; /* that variant is shown, where there are both */
	struct table_known *tables;
	size_t count;
	enum known known;
	char *error;
	bool open;
	struct ui_job *job; /* one question at a time */
	size_t asked;	    /* table whose columns come; SIZE_MAX: the tables */
	struct desk *desk;
};

struct desk_source_row {
	size_t source, table, column; /* SIZE_MAX: above that level */
	bool message;
};

/* --- what is known --------------------------------------------------------------------------- */

static void
table_fini(struct table_known *t)
{
	for (size_t i = 0; i < t->count; i++) {
		free(t->columns[i].name);
		free(t->columns[i].type);
	}
	free(t->columns);
	free(t->schema);
	free(t->name);
	free(t->type);
}

static void
source_forget(struct desk_source *s)
{
	ui_job_free(s->job);
	s->job = NULL;
	for (size_t i = 0; i < s->count; i++)
		table_fini(&s->tables[i]);
	free(s->tables);
	s->tables = NULL;
	s->count = 0;
	free(s->error);
	s->error = NULL;
	s->known = NOT_ASKED;
}

static void
source_fini(struct desk_source *s)
{
	source_forget(s);
	free(s->name);
	free(s->kind);
}

const char *
desk_sources_kind(const struct desk *d, const char *name)
{
	for (size_t i = 0; i < d->sources.count; i++)
		if (strcmp(d->sources.list[i].name, name) == 0)
			return d->sources.list[i].kind;
	return NULL;
}

/* --- rows -------------------------------------------------------------------------------------- */

static void
add_row(struct desk_sources *s, size_t source, size_t table, size_t column, bool message)
{
	s->rows = xreallocarray(s->rows, s->row_count + 1, sizeof(*s->rows));
	s->rows[s->row_count++] = (struct desk_source_row){ source, table, column, message };
}

static void
lay_source(struct desk_sources *s, size_t i)
{
	const struct desk_source *source = &s->list[i];

	add_row(s, i, SIZE_MAX, SIZE_MAX, false);
	if (!source->open)
		return;
	if (source->known != KNOWN)
		add_row(s, i, SIZE_MAX, SIZE_MAX, true);
	for (size_t t = 0; t < source->count; t++) {
		const struct table_known *table = &source->tables[t];

		add_row(s, i, t, SIZE_MAX, false);
		if (table->open && table->known != KNOWN)
			add_row(s, i, t, SIZE_MAX, true);
		for (size_t c = 0; table->open && c < table->count; c++)
			add_row(s, i, t, c, false);
	}
}

static void
lay_rows(struct desk_sources *s)
{
	s->row_count = 0;
	for (size_t i = 0; i < s->count; i++)
		lay_source(s, i);
	tree_set_count(&s->tree, s->row_count);
}

static const char *
state_words(enum known known, const char *error)
{
	if (known == FAILED)
		return error && *error ? error : _("not reached");
	return _("asking…");
}

/* The kind, and the variant: of both the one that is shown. */
static void
source_right(const struct desk_source *s, char *to, size_t size)
{
	const char *dev = choice_label("dev"), *prod = choice_label("prod");

	if (s->has_dev && s->has_prod)
		snprintf(to, size, s->prod ? "%s [%s]" : "[%s] %s", dev, prod);
	else
		snprintf(to, size, "%.14s %s", s->kind, s->has_dev ? dev : s->has_prod ? prod : "");
}

static enum source_env
shown_env(const struct desk_source *s)
{
	if (s->has_dev && s->has_prod)
		return s->prod ? ENV_PROD : ENV_DEV;
	return s->has_dev ? ENV_DEV : s->has_prod ? ENV_PROD : ENV_AUTO;
}

static void
row(struct tree *tree, size_t i, struct buf *text, struct tree_row *info)
{
	struct desk *d = tree->context;
	const struct desk_source_row *r = &d->sources.rows[i];
	const struct desk_source *s = &d->sources.list[r->source];
	const struct table_known *t = r->table == SIZE_MAX ? NULL : &s->tables[r->table];
	const char *right = s->kind;

	info->depth = r->column != SIZE_MAX ? 2 : t ? 1 : 0;
	if (r->message) {
		info->depth++;
		info->role = s->known == FAILED ? ROLE_ERROR : ROLE_DIM;
		buf_adds(text, state_words(t ? t->known : s->known, s->error));
		return;
	}
	if (r->column != SIZE_MAX) {
		buf_adds(text, t->columns[r->column].name);
		right = t->columns[r->column].type;
	} else if (t) {
		buf_addf(text, "%s%s%s", t->schema, *t->schema ? "." : "", t->name);
		right = strcmp(t->type, "table") == 0 ? "" : choice_label(t->type);
		info->branch = t->open ? BRANCH_OPEN : BRANCH_CLOSED;
	} else {
		buf_adds(text, s->name);
		info->branch = s->open ? BRANCH_OPEN : BRANCH_CLOSED;
	}
	if (t)
		snprintf(info->right, sizeof(info->right), "%.14s", right);
	else
		source_right(s, info->right, sizeof(info->right));
}

/* --- asking -------------------------------------------------------------------------------------- */

static const char *
word_of(const cJSON *json, const char *key)
{
	const cJSON *c = cJSON_GetObjectItemCaseSensitive(json, key);

	return cJSON_IsString(c) ? c->valuestring : NULL;
}

static void
on_frame(void *context, enum frame_type type, struct str payload)
{
	struct desk_source *s = context;
	struct err err = ERR_INIT;
	cJSON *json = type == FRAME_ITEM ? json_parse(payload, &err) : NULL;
	const char *table = word_of(json, "table"), *column = word_of(json, "column");
	const char *schema = word_of(json, "schema"), *type_word = word_of(json, "type");

	if (table && !column && s->asked == SIZE_MAX) {
		s->tables = xreallocarray(s->tables, s->count + 1, sizeof(*s->tables));
		s->tables[s->count++] = (struct table_known){ .schema = xstrdup(schema ? schema : ""),
			.name = xstrdup(table), .type = xstrdup(type_word ? type_word : "") };
	} else if (column && s->asked < s->count) {
		struct table_known *t = &s->tables[s->asked];

		t->columns = xreallocarray(t->columns, t->count + 1, sizeof(*t->columns));
		t->columns[t->count++] = (struct column_known){ xstrdup(column),
			xstrdup(type_word ? type_word : "") };
	}
	cJSON_Delete(json);
}

static void
on_done(void *context, struct str end, const struct err *err)
{
	struct desk_source *s = context;
	enum known known = err ? FAILED : KNOWN;

	(void)end;
	s->job = NULL;
	if (s->asked == SIZE_MAX)
		s->known = known;
	else if (s->asked < s->count)
		s->tables[s->asked].known = known;
	if (err) {
		free(s->error);
		s->error = xstrdup(err->msg);
		if (s->open)
			ui_error(s->desk->screen.ui, err);
	}
	lay_rows(&s->desk->sources);
	editor_completions_changed(&s->desk->query.editor);
}

static void
ask(struct desk_source *s, size_t table)
{
	struct desk *d = s->desk;
	struct buf extra = BUF_INIT, request = BUF_INIT;
	struct err err = ERR_INIT;

	if (s->job)
		return;
	if (table != SIZE_MAX) {
		buf_adds(&extra, ",\"schema\":");
		json_add_string(&extra, str_from(s->tables[table].schema));
		buf_adds(&extra, ",\"table\":");
		json_add_string(&extra, str_from(s->tables[table].name));
	}
	s->asked = table;
	if (request_source(d->studio->ws, "schema", s->name, shown_env(s), buf_text(&extra),
		    SCHEMA_TIMEOUT_US, &request, &err))
		s->job = ui_job_start(d->screen.ui, &request, on_frame, on_done, s, &err);
	if (s->job)
		*(table == SIZE_MAX ? &s->known : &s->tables[table].known) = ASKED;
	else
		ui_error(d->screen.ui, &err);
	buf_fini(&extra);
	buf_fini(&request);
}

static void
toggle(struct tree *tree, size_t i, bool open)
{
	struct desk *d = tree->context;
	struct desk_source_row r = d->sources.rows[i];
	struct desk_source *s = &d->sources.list[r.source];

	if (r.message || r.column != SIZE_MAX)
		return;
	if (r.table == SIZE_MAX) {
		s->open = open;
		if (open && (s->known == NOT_ASKED || s->known == FAILED)) {
			source_forget(s);
			ask(s, SIZE_MAX);
		}
	} else {
		s->tables[r.table].open = open;
		if (open && s->tables[r.table].known != KNOWN)
			ask(s, r.table);
	}
	lay_rows(&d->sources);
}

/* The name of the table or column that is chosen goes into the SQL. */
void
desk_sources_insert(struct desk *d)
{
	size_t i = tree_current(&d->sources.tree);
	const struct desk_source_row *r = i == SIZE_MAX ? NULL : &d->sources.rows[i];
	const struct table_known *t;
	struct buf word = BUF_INIT;

	if (!r || r->message || r->table == SIZE_MAX || !desk_query_node(d)) {
		ui_warn(d->screen.ui, _("Choose a table or a column of a source first"));
		return;
	}
	t = &d->sources.list[r->source].tables[r->table];
	if (r->column != SIZE_MAX)
		buf_adds(&word, t->columns[r->column].name);
	else
		buf_addf(&word, "%s%s%s", t->schema, *t->schema ? "." : "", t->name);
	editor_insert(&d->query.editor, buf_str(&word));
	ui_say(d->screen.ui, _("%s was put into the SQL"), buf_text(&word));
	buf_fini(&word);
}

static struct desk_source *
chosen(struct desk *d)
{
	size_t i = tree_current(&d->sources.tree);

	return i < d->sources.row_count ? &d->sources.list[d->sources.rows[i].source] : NULL;
}

/* Tables are asked for once; here they are asked for anew. */
void
desk_sources_refresh(struct desk *d)
{
	struct desk_source *s = chosen(d);

	if (!s)
		return;
	source_forget(s);
	s->open = true;
	ask(s, SIZE_MAX);
	lay_rows(&d->sources);
}

void
desk_sources_next_variant(struct desk *d)
{
	struct desk_source *s = chosen(d);

	if (!s || !s->has_dev || !s->has_prod) {
		ui_warn(d->screen.ui, _("This source has no second variant"));
		return;
	}
	s->prod = !s->prod;
	desk_sources_refresh(d);
}

/* Enter opens and shuts; on a column it puts the name into the SQL. */
static void
activate(struct tree *tree, size_t i)
{
	struct desk *d = tree->context;
	struct desk_source_row r = d->sources.rows[i];
	struct desk_source *s = &d->sources.list[r.source];

	if (r.message)
		return;
	if (r.column != SIZE_MAX)
		desk_sources_insert(d);
	else
		toggle(tree, i, r.table == SIZE_MAX ? !s->open : !s->tables[r.table].open);
}

static const struct tree_ops tree_ops = { .row = row, .activate = activate, .toggle = toggle };

/* --- the list -------------------------------------------------------------------------------------- */

static struct desk_source
take_known(struct desk *d, const struct source_row *row)
{
	struct desk_source s = { .desk = d };

	for (size_t i = 0; i < d->sources.count; i++)
		if (d->sources.list[i].name && strcmp(d->sources.list[i].name, row->name) == 0 &&
			strcmp(d->sources.list[i].kind, row->kind) == 0) {
			s = d->sources.list[i];
			d->sources.list[i] = (struct desk_source){ .name = NULL };
		}
	if (!s.name) {
		s.name = xstrdup(row->name);
		s.kind = xstrdup(row->kind);
	}
	s.has_dev = row->has_dev;
	s.has_prod = row->has_prod;
	return s;
}

void
desk_sources_read(struct desk *d)
{
	struct arena a = ARENA_INIT;
	struct source_list list;
	struct desk_source *known;
	struct err err = ERR_INIT;

	if (!store_source_list(d->studio->ws, &a, &list, &err)) {
		ui_error(d->screen.ui, &err);
		arena_fini(&a);
		return;
	}
	/* A question under way points at its source's place: end it first. */
	for (size_t i = 0; i < d->sources.count; i++)
		if (d->sources.list[i].job)
			source_forget(&d->sources.list[i]);
	known = xcalloc(list.count + 1, sizeof(*known));
	for (size_t i = 0; i < list.count; i++)
		known[i] = take_known(d, &list.rows[i]);
	for (size_t i = 0; i < d->sources.count; i++)
		source_fini(&d->sources.list[i]);
	free(d->sources.list);
	d->sources.list = known;
	d->sources.count = list.count;
	for (size_t i = 0; i < list.count; i++)
		if (known[i].open && known[i].known == NOT_ASKED)
			ask(&known[i], SIZE_MAX);
	lay_rows(&d->sources);
	arena_fini(&a);
}

/* --- for completion -------------------------------------------------------------------------------------- */

static bool
begins(const char *word, struct str prefix)
{
	struct str s = str_from(word);

	return s.len >= prefix.len && str_equal_nocase(str_slice(s, 0, prefix.len), prefix);
}

static void
offer_columns(const struct table_known *t, struct str prefix, completion_add_fn add, void *sink)
{
	for (size_t i = 0; i < t->count; i++)
		if (begins(t->columns[i].name, prefix))
			add(sink, t->columns[i].name, t->columns[i].type);
}

/* Whether the SQL names this table: then its columns are worth asking for. */
static bool
is_named(struct editor *editor, const struct table_known *t)
{
	return text_find(editor->text, str_from(t->name), 0, FIND_WORD) != SIZE_MAX;
}

/* Behind "schema." and at the beginning of a word. */
static bool
table_fits(const struct table_known *t, struct str before, struct str prefix)
{
	if (before.len && !str_equal_nocase(before, str_from(t->schema)))
		return false;
	return (before.len || prefix.len) && begins(t->name, prefix);
}

void
desk_sources_offer(struct desk *d, struct editor *editor, struct str before, struct str prefix,
	completion_add_fn add, void *sink)
{
	const struct node *node = desk_query_node(d);
	struct desk_source *s = NULL;
	bool own = false;

	for (size_t i = 0; node && i < d->sources.count; i++)
		if (strcmp(d->sources.list[i].name, node->source) == 0)
			s = &d->sources.list[i];
	if (!s)
		return;
	if (s->known == NOT_ASKED)
		ask(s, SIZE_MAX);
	for (size_t i = 0; i < s->count; i++)
		own = own || str_equal_nocase(before, str_from(s->tables[i].name));
	for (size_t i = 0; i < s->count; i++) {
		struct table_known *t = &s->tables[i];

		if (table_fits(t, before, prefix))
			add(sink, t->name, choice_label(*t->type ? t->type : "table"));
		/* "t." may be any table's other name; "sales." is that table's alone. */
		if (!is_named(editor, t) || (own && !str_equal_nocase(before, str_from(t->name))))
			continue;
		if (t->known == NOT_ASKED)
			ask(s, i);
		if (before.len || prefix.len)
			offer_columns(t, prefix, add, sink);
	}
}

void
desk_sources_init(struct desk *d)
{
	tree_init(&d->sources.tree, &tree_ops, _("Sources"), d);
	d->sources.tree.empty = N_("none yet: a adds one");
}

void
desk_sources_fini(struct desk *d)
{
	for (size_t i = 0; i < d->sources.count; i++)
		source_fini(&d->sources.list[i]);
	free(d->sources.list);
	free(d->sources.rows);
	tree_fini(&d->sources.tree);
}
