/* SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <stdlib.h>

#include "src/base/arena.h"
#include "src/cli/console.h"
#include "src/cli/interrupt.h"
#include "src/sql/lexer.h"

#define MAX_TABLES 20000
#define SCHEMA_TIMEOUT_US (3 * CLOCK_SECOND)

struct table_words {
	struct str schema, name;
	struct str *columns; /* NULL: not read yet */
	size_t count, room;
};

struct console_words {
	struct query *query;
	struct arena arena;
	struct table_words *tables;
	size_t count, room;
	bool read;
};

void
candidates_add(struct candidates *c, struct str word)
{
	for (size_t i = 0; i < c->count; i++)
		if (str_is(word, c->list[i]))
			return;
	if (c->count == c->room) {
		c->room = c->room ? 2 * c->room : 32;
		c->list = xreallocarray(c->list, c->room, sizeof(*c->list));
	}
	c->list[c->count++] = str_dup(word);
}

void
candidates_fini(struct candidates *c)
{
	for (size_t i = 0; i < c->count; i++)
		free(c->list[i]);
	free(c->list);
	*c = (struct candidates){ 0 };
}

struct console_words *
console_words_new(struct query *q)
{
	struct console_words *w = xcalloc(1, sizeof(*w));

	w->query = q;
	return w;
}

void
console_words_forget(struct console_words *w)
{
	for (size_t i = 0; i < w->count; i++)
		free(w->tables[i].columns);
	w->count = 0;
	w->read = false;
	arena_clear(&w->arena);
}

void
console_words_free(struct console_words *w)
{
	if (!w)
		return;
	console_words_forget(w);
	free(w->tables);
	arena_fini(&w->arena);
	free(w);
}

static bool
keep_table(void *context, const struct schema_item *item, struct err *err)
{
	struct console_words *w = context;

	(void)err;
	if (item->column || w->count >= MAX_TABLES)
		return true;
	if (w->count == w->room) {
		w->room = w->room ? 2 * w->room : 64;
		w->tables = xreallocarray(w->tables, w->room, sizeof(*w->tables));
	}
	w->tables[w->count++] = (struct table_words){
		.schema = arena_str(&w->arena, str_from(item->schema)),
		.name = arena_str(&w->arena, str_from(item->table)),
	};
	return true;
}

struct column_keeper {
	struct console_words *words;
	struct table_words *table;
};

static bool
keep_column(void *context, const struct schema_item *item, struct err *err)
{
	struct column_keeper *k = context;
	struct table_words *t = k->table;

	(void)err;
	if (!item->column)
		return true;
	if (t->count == t->room) {
		t->room = t->room ? 2 * t->room : 32;
		t->columns = xreallocarray(t->columns, t->room, sizeof(*t->columns));
	}
	t->columns[t->count++] = arena_str(&k->words->arena, str_from(item->column));
	return true;
}

static bool
read_schema(struct console_words *w, struct table_words *table)
{
	struct source *s = w->query->source;
	struct deadline d = deadline_in_us(SCHEMA_TIMEOUT_US);
	struct column_keeper keeper = { w, table };
	struct err err = ERR_INIT;
	bool ok;

	d.cancelled = &interrupt_flag;
	if (!table)
		return s->ops->schema(s, NULL, NULL, &d, keep_table, w, &err);
	table->columns = xcalloc(1, sizeof(*table->columns));
	table->room = 1;
	ok = s->ops->schema(s, table->schema.p, table->name.p, &d, keep_column, &keeper, &err);
	return ok;
}

static bool
starts_nocase(struct str word, struct str prefix)
{
	return word.len >= prefix.len &&
	       str_equal_nocase(str_slice(word, 0, prefix.len), prefix);
}

static void
offer(struct candidates *found, struct str word, struct str prefix)
{
	if (starts_nocase(word, prefix))
		candidates_add(found, word);
}

static void
offer_columns(struct console_words *w, struct table_words *t, struct str prefix,
	struct candidates *found)
{
	if (!t->columns)
		read_schema(w, t);
	for (size_t i = 0; i < t->count; i++)
		offer(found, t->columns[i], prefix);
}

/* A word that was typed as the statement's text names this table. */
static struct table_words *
find_table(struct console_words *w, struct str name)
{
	for (size_t i = 0; i < w->count; i++)
		if (str_equal_nocase(w->tables[i].name, name))
			return &w->tables[i];
	return NULL;
}

/* The table that an alias or name stands for in the text: "sales s" or "sales AS s". */
static struct table_words *
resolve(struct console_words *w, struct str text, struct str name)
{
	struct sql_lexer lexer;
	struct sql_token token;
	struct table_words *last = NULL, *found = find_table(w, name);

	sql_lexer_init(&lexer, w->query->kind->dialect, text, SQL_STATE_START);
	while (!found && sql_lexer_next(&lexer, &token)) {
		struct str word = sql_token_text(&lexer, &token);

		if (token.kind == SQL_TOKEN_SPACE || str_equal_nocase(word, STR("as")))
			continue;
		if (last && token.kind == SQL_TOKEN_NAME && str_equal_nocase(word, name))
			found = last;
		last = token.kind == SQL_TOKEN_NAME ? find_table(w, word) : NULL;
	}
	return found;
}

static void
offer_keywords(struct console_words *w, struct str prefix, struct candidates *found)
{
	bool upper = prefix.len > 0 && isupper((unsigned char)prefix.p[0]);
	const char *word;
	bool known;

	for (size_t i = 0; prefix.len > 0 &&
			   (word = sql_keyword_at(i, w->query->kind->dialect, &known));
		i++) {
		char text[64];
		size_t len = strlen(word);

		if (!known || len >= sizeof(text) || !starts_nocase(str_from(word), prefix))
			continue;
		for (size_t k = 0; k <= len; k++)
			text[k] = (char)(upper ? toupper((unsigned char)word[k]) : word[k]);
		candidates_add(found, (struct str){ text, len });
	}
}

static bool
is_word_byte(char c)
{
	return isalnum((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

/* Columns of every table that the text names. */
static void
offer_all_columns(struct console_words *w, struct str text, struct str prefix,
	struct candidates *found)
{
	struct sql_lexer lexer;
	struct sql_token token;

	sql_lexer_init(&lexer, w->query->kind->dialect, text, SQL_STATE_START);
	while (sql_lexer_next(&lexer, &token)) {
		struct table_words *t = NULL;

		if (token.kind == SQL_TOKEN_NAME)
			t = find_table(w, sql_token_text(&lexer, &token));
		if (t)
			offer_columns(w, t, prefix, found);
	}
}

void
console_words_complete(struct console_words *w, struct str before, struct candidates *found)
{
	size_t start = before.len, owner_end;
	struct str prefix, owner;
	struct table_words *t;

	if (!w->read)
		w->read = read_schema(w, NULL);
	while (start > 0 && is_word_byte(before.p[start - 1]))
		start--;
	prefix = str_slice(before, start, before.len);
	found->replaces = prefix.len;
	if (start > 0 && before.p[start - 1] == '.') {
		owner_end = start - 1;
		start = owner_end;
		while (start > 0 && is_word_byte(before.p[start - 1]))
			start--;
		owner = str_slice(before, start, owner_end);
		t = resolve(w, before, owner);
		if (t)
			offer_columns(w, t, prefix, found);
		for (size_t i = 0; !t && i < w->count; i++)
			if (str_equal_nocase(w->tables[i].schema, owner))
				offer(found, w->tables[i].name, prefix);
		return;
	}
	offer_all_columns(w, before, prefix, found);
	for (size_t i = 0; i < w->count; i++)
		offer(found, w->tables[i].name, prefix);
	offer_keywords(w, prefix, found);
}
