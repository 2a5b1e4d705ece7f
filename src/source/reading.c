/* SPDX-License-Identifier: MIT */
/* What a statement is by its words: the gate before the server's own read-only
 * mode, and all there is where a server has none. */
#include "src/source/driver.h"
#include "src/sql/lexer.h"

/* First words of statements that read. */
static const char *const reading[SQL_DIALECT_COUNT][12] = {
	[SQL_SQLITE] = { "select", "with", "values", "explain", "pragma" },
	[SQL_POSTGRES] = { "select", "with", "values", "table", "show", "explain" },
	[SQL_MYSQL] = { "select", "with", "values", "table", "show", "explain", "describe",
		"desc" },
	[SQL_CLICKHOUSE] = { "select", "with", "show", "explain", "describe", "desc", "exists" },
	[SQL_HIVE] = { "select", "with", "from", "values", "show", "explain", "describe", "desc",
		"set" },
	[SQL_GENERIC] = { "select", "with", "values", "table", "show", "explain", "describe",
		"desc" },
};

/* Words that write wherever they stand, unless a function of that name is called. */
static const char *const writing[] = { "insert", "update", "delete", "replace", "merge", "upsert",
	"truncate", "drop", "create", "alter", "grant", "revoke", "into", "call", "load", "copy",
	"unload", "overwrite" };

struct words {
	struct sql_lexer lexer;
	struct sql_token token;
	struct str text; /* of the token */
	bool has_code_comment; /* seen so far: the server may run it or skip it */
};

/* The next token that counts; false at the end. */
static bool
next(struct words *w)
{
	while (sql_lexer_next(&w->lexer, &w->token)) {
		w->text = sql_token_text(&w->lexer, &w->token);
		if (w->lexer.dialect == SQL_MYSQL && (str_starts(w->text, STR("/*!")) ||
							     str_starts(w->text, STR("/*M!"))))
			w->has_code_comment = true;
		if (w->token.kind != SQL_TOKEN_SPACE && w->token.kind != SQL_TOKEN_COMMENT &&
			!str_starts(w->text, STR("/*")) && !str_is(w->text, "*/"))
			return true;
	}
	w->text = STR_NONE;
	return false;
}

static bool
is_word(const struct words *w)
{
	return w->token.kind == SQL_TOKEN_KEYWORD || w->token.kind == SQL_TOKEN_NAME;
}

static bool
is_one_of(struct str word, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count && list[i]; i++)
		if (str_equal_nocase(word, str_from(list[i])))
			return true;
	return false;
}

static bool
refuse(struct words *w, size_t pos, struct str what, struct err *err)
{
	err_set(err, ERR_READ_ONLY, "%.*s is not allowed: this source is only read",
		STR_ARG(what));
	err_hint(err, "one statement that reads, such as SELECT");
	return source_err_at(err, w->lexer.text, pos);
}

static bool
is_in(struct str text, const char *word)
{
	size_t len = strlen(word);

	for (size_t i = 0; i + len <= text.len; i++)
		if (str_equal_nocase(str_slice(text, i, i + len), str_from(word)))
			return true;
	return false;
}

/* The rest after the first word: INTO OUTFILE and the like always, any writing word
 * when `deep`. */
static bool
check_rest(struct words *w, bool is_explain, bool deep, struct err *err)
{
	static const char *const files[] = { "outfile", "dumpfile" };
	struct str before = STR_NONE, suspect = STR_NONE;
	size_t suspect_pos = 0;

	while (next(w)) {
		if (suspect.len && !str_is(w->text, "("))
			return refuse(w, suspect_pos, suspect, err);
		suspect = STR_NONE;
		if (is_word(w)) {
			if (str_equal_nocase(before, STR("into")) &&
				is_one_of(w->text, files, ARRAY_LEN(files)))
				return refuse(w, w->token.pos, w->text, err);
			if (is_explain && str_equal_nocase(w->text, STR("analyze")))
				deep = true;
			if (deep && is_one_of(w->text, writing, ARRAY_LEN(writing))) {
				suspect = w->text;
				suspect_pos = w->token.pos;
			}
		}
		before = w->text;
	}
	return suspect.len == 0 || refuse(w, suspect_pos, suspect, err);
}

bool
source_check_reads(struct str sql, enum sql_dialect dialect, unsigned how, struct err *err)
{
	struct words w = { .has_code_comment = false };
	bool found;

	if (!source_check_sql(sql, err))
		return false;
	sql_lexer_init(&w.lexer, dialect, sql, SQL_STATE_START);
	do
		found = next(&w);
	while (found && (str_is(w.text, "(") || str_is(w.text, ";")));
	if (w.has_code_comment)
		return refuse(&w, 0, STR("a code comment before the first word"), err);
	if (!found)
		return err_set(err, ERR_SQL, "there is no statement here");
	if (!is_word(&w))
		return true; /* the server says better what is wrong */
	if (!is_one_of(w.text, reading[dialect], ARRAY_LEN(reading[dialect])))
		return refuse(&w, w.token.pos, w.text, err);
	if (!check_rest(&w, str_equal_nocase(w.text, STR("explain")), how & READS_DEEP, err))
		return false;
	/* Where a string ends cannot be known then: not even inside one. */
	if ((w.has_code_comment || (how & READS_UNSURE_QUOTES)) &&
		(is_in(sql, "outfile") || is_in(sql, "dumpfile")))
		return refuse(&w, 0, STR("OUTFILE"), err);
	return true;
}
