/* SPDX-License-Identifier: MIT */
/* The console's loop: lines into statements, backslash commands, where output goes.
 * Without a terminal it reads plain lines, so that scripts can feed it. */
#include "src/cli/console.h"

#include <stdlib.h>
#include <unistd.h>

#include "src/base/module.h"
#include "src/base/path.h"
#include "src/cli/input.h"
#include "src/cli/interrupt.h"
#include "src/cli/print.h"
#include "src/sql/lexer.h"

#define CATALOG_TIMEOUT_US (10 * CLOCK_SECOND)

struct console {
	struct query *q;
	struct console_words *words;
	const struct console_ops *ops; /* NULL: no terminal */
	struct line_editor *editor;
	struct buf plain; /* line without an editor */
	struct buf text;  /* the statement so far */
	bool done;
	int status;
};

/* A backslash command; `rest` is what follows it, trimmed, may be "". */
struct console_command {
	const char *name, *args, *help;
	bool (*run)(struct console *c, const char *rest, struct err *err);
};

static const struct console_command *command_table(size_t *count);

/* --- reading ------------------------------------------------------------------- */

static enum line_result
read_plain(struct console *c, struct str *line)
{
	char *text = NULL;
	size_t room = 0;
	ssize_t n = getline(&text, &room, stdin);

	buf_clear(&c->plain);
	if (n > 0)
		buf_add(&c->plain, text, (size_t)n - (text[n - 1] == '\n'));
	free(text);
	*line = buf_str(&c->plain);
	return n < 0 ? LINE_END : LINE_READ;
}

static enum line_result
read_line(struct console *c, struct str *line)
{
	char prompt[160];

	if (!c->ops)
		return read_plain(c, line);
	snprintf(prompt, sizeof(prompt), "%.100s%s ", c->q->name, c->text.len ? " ->" : "=>");
	return c->ops->read(c->editor, prompt, line);
}

/* Whether the text ends with a semicolon that counts. */
static bool
is_whole(const struct console *c)
{
	struct sql_lexer lexer;
	struct sql_token token;
	bool ended = false;

	sql_lexer_init(&lexer, c->q->kind->dialect, buf_str(&c->text), SQL_STATE_START);
	while (sql_lexer_next(&lexer, &token)) {
		if (token.kind == SQL_TOKEN_SPACE || token.kind == SQL_TOKEN_COMMENT)
			continue;
		ended = str_is(sql_token_text(&lexer, &token), ";");
	}
	return ended && !sql_state_is_open(lexer.state);
}

static bool
has_statement(const struct console *c)
{
	struct sql_lexer lexer;
	struct sql_token token;

	sql_lexer_init(&lexer, c->q->kind->dialect, buf_str(&c->text), SQL_STATE_START);
	while (sql_lexer_next(&lexer, &token))
		if (token.kind != SQL_TOKEN_SPACE && token.kind != SQL_TOKEN_COMMENT &&
			!str_is(sql_token_text(&lexer, &token), ";"))
			return true;
	return false;
}

static void
tell_failure(struct console *c, struct str text, const struct err *err)
{
	c->status = interrupt_flag && !c->ops ? interrupt_status()
					      : err_exit_status(err->code);
	if (interrupt_flag && c->ops)
		fputc('\n', stderr); /* behind the terminal's ^C */
	print_failure(err);
	print_place(text, err);
}

static void
run_text(struct console *c)
{
	struct err err = ERR_INIT;

	interrupt_clear();
	if (!query_revive(c->q, &err) || !query_run(c->q, buf_str(&c->text), &err))
		tell_failure(c, buf_str(&c->text), &err);
	fflush(c->q->to);
	if (interrupt_flag && !c->ops)
		c->done = true;
	interrupt_clear();
}

/* --- backslash commands ------------------------------------------------------------ */

struct catalog {
	struct list list;
	const char *filter; /* NULL: tables */
};

static bool
add_table(void *context, const struct schema_item *item, struct err *err)
{
	struct catalog *c = context;

	(void)err;
	if (item->column)
		return true;
	list_add(&c->list, STYLE_PLAIN, item->schema);
	list_add(&c->list, STYLE_PLAIN, item->table);
	list_add(&c->list, STYLE_PLAIN, item->type);
	return true;
}

static bool
add_column(void *context, const struct schema_item *item, struct err *err)
{
	struct catalog *c = context;

	(void)err;
	if (!item->column)
		return true;
	list_add(&c->list, STYLE_PLAIN, item->column);
	list_add(&c->list, STYLE_PLAIN, item->type);
	return true;
}

static bool
describe(struct console *c, const char *rest, struct err *err)
{
	static const struct list_column tables[] = {
		{ "SCHEMA", 'l', true }, { "NAME", 'l', true }, { "KIND", 'l', false },
	};
	static const struct list_column columns[] = {
		{ "COLUMN", 'l', true }, { "TYPE", 'l', true },
	};
	struct deadline d = deadline_in_us(CATALOG_TIMEOUT_US);
	const char *dot = strchr(rest, '.');
	char *schema = dot ? xstrndup(rest, (size_t)(dot - rest)) : NULL;
	struct catalog catalog = { .filter = *rest ? rest : NULL };
	struct source *s;
	bool ok = query_revive(c->q, err);

	d.cancelled = &interrupt_flag;
	s = c->q->source;
	if (*rest)
		list_init(&catalog.list, columns, ARRAY_LEN(columns));
	else
		list_init(&catalog.list, tables, ARRAY_LEN(tables));
	if (ok && *rest)
		ok = s->ops->schema(s, schema, dot ? dot + 1 : rest, &d, add_column, &catalog, err);
	else if (ok)
		ok = s->ops->schema(s, NULL, NULL, &d, add_table, &catalog, err);
	if (ok)
		list_print(&catalog.list, *rest ? "there is no such table" : "there is no table");
	list_fini(&catalog.list);
	free(schema);
	return ok;
}

static bool
set_format(struct console *c, const char *rest, struct err *err)
{
	if (strcmp(rest, "table") != 0 && rows_format_from_name(rest) == ROWS_TABLE) {
		err_set(err, ERR_USAGE, "'%s' is not a format", rest);
		return err_hint(err, "it is one of " ROWS_FORMATS);
	}
	c->q->format = rows_format_from_name(rest);
	return true;
}

static bool
set_expanded(struct console *c, const char *rest, struct err *err)
{
	static const char *const names[] = { "auto", "on", "off" };

	for (int i = 0; i < 3; i++)
		if (strcmp(rest, names[i]) == 0) {
			c->q->expanded = (enum rows_expanded)i;
			return true;
		}
	if (*rest)
		return err_set(err, ERR_USAGE, "\\x takes auto, on or off");
	c->q->expanded = c->q->expanded == ROWS_EXPANDED_ON ? ROWS_EXPANDED_OFF : ROWS_EXPANDED_ON;
	print_talk("one field a line: %s", names[c->q->expanded]);
	return true;
}

static bool
set_output(struct console *c, const char *rest, struct err *err)
{
	FILE *to = *rest ? fopen(rest, "we") : stdout;

	if (!to)
		return err_errno(err, "cannot open %s", rest);
	if (c->q->to != stdout)
		fclose(c->q->to);
	c->q->to = to;
	return true;
}

static bool
set_max_rows(struct console *c, const char *rest, struct err *err)
{
	int64_t rows = INT64_MAX;

	if (strcmp(rest, "all") != 0 && (!str_to_int64(str_from(rest), &rows) || rows < 1))
		return err_set(err, ERR_USAGE, "\\max takes a number of rows, or all");
	c->q->max_rows = rows;
	return true;
}

static bool
include_file(struct console *c, const char *rest, struct err *err)
{
	struct buf text = BUF_INIT;
	bool ok = input_file(rest, &text, err) && query_revive(c->q, err);

	if (ok) {
		if (!query_run(c->q, buf_str(&text), err))
			tell_failure(c, buf_str(&text), err);
	}
	buf_fini(&text);
	return ok;
}

static bool
forget_names(struct console *c, const char *rest, struct err *err)
{
	(void)rest;
	(void)err;
	console_words_forget(c->words);
	return true;
}

static bool
leave(struct console *c, const char *rest, struct err *err)
{
	(void)rest;
	(void)err;
	c->done = true;
	return true;
}

static bool
list_commands(struct console *c, const char *rest, struct err *err)
{
	const struct console_command *table;
	size_t count;

	(void)c;
	(void)rest;
	(void)err;
	table = command_table(&count);
	for (size_t i = 0; i < count; i++)
		printf("  \\%-7s %-16s %s\n", table[i].name, table[i].args, table[i].help);
	puts("  A statement ends with ; and may take several lines. Ctrl-C cancels it,\n"
	     "  TAB completes keywords, tables and columns, Ctrl-R searches the history.");
	return true;
}

static const struct console_command *
command_table(size_t *count)
{
	static const struct console_command table[] = {
		{ "?", "", "this list", list_commands },
		{ "d", "[TABLE]", "tables, or the columns of one", describe },
		{ "format", "FORMAT", ROWS_FORMATS, set_format },
		{ "x", "[auto|on|off]", "one field a line", set_expanded },
		{ "max", "N|all", "most rows a statement gives", set_max_rows },
		{ "o", "[FILE]", "rows into a file, or back to the screen", set_output },
		{ "i", "FILE", "run the statements of a file", include_file },
		{ "forget", "", "read table and column names anew", forget_names },
		{ "q", "", "leave (also Ctrl-D)", leave },
	};

	*count = ARRAY_LEN(table);
	return table;
}

static void
run_backslash(struct console *c, struct str line)
{
	size_t count, end = 1;
	const struct console_command *table = command_table(&count), *found = NULL;
	struct err err = ERR_INIT;
	char *name, *rest;

	while (end < line.len && line.p[end] != ' ' && line.p[end] != '\t')
		end++;
	name = str_dup(str_slice(line, 1, end));
	rest = str_dup(str_trim(str_slice(line, end, line.len)));
	if (rest[0] && rest[strlen(rest) - 1] == ';')
		rest[strlen(rest) - 1] = '\0';
	for (size_t i = 0; i < count && !found; i++)
		if (strcmp(table[i].name, name) == 0)
			found = &table[i];
	interrupt_clear();
	if (!found) {
		err_set(&err, ERR_USAGE, "there is no command \\%s", name);
		err_hint(&err, "\\? lists them");
	}
	if (!found || !found->run(c, rest, &err)) {
		c->status = err_exit_status(err.code);
		print_failure(&err);
	}
	interrupt_clear();
	free(name);
	free(rest);
}

/* --- loop -------------------------------------------------------------------------- */

static void
remember(struct console *c)
{
	if (c->ops && c->text.len && c->text.p[0] != ' ')
		c->ops->remember(c->editor, buf_text(&c->text));
}

static void
take_line(struct console *c, struct str line)
{
	if (c->text.len == 0 && str_starts(str_trim(line), STR("\\"))) {
		buf_add_str(&c->text, line);
		remember(c);
		buf_clear(&c->text);
		run_backslash(c, str_trim(line));
		return;
	}
	if (c->text.len)
		buf_addc(&c->text, '\n');
	buf_add_str(&c->text, line);
	if (!has_statement(c)) {
		if (is_whole(c))
			buf_clear(&c->text);
		return;
	}
	if (!is_whole(c))
		return;
	remember(c);
	run_text(c);
	buf_clear(&c->text);
}

static void
complete(void *context, struct str before, struct candidates *found)
{
	struct console *c = context;
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;

	if (!c->q->source && !query_connect(c->q, &err))
		return;
	buf_add_str(&text, buf_str(&c->text));
	buf_addc(&text, '\n');
	buf_add_str(&text, before);
	console_words_complete(c->words, buf_str(&text), found);
	buf_fini(&text);
}

/* Where the history is kept; NULL: nowhere. */
static char *
history_path(void)
{
	struct err err = ERR_INIT;
	char *dir = path_state_dir(&err), *path = NULL;

	if (dir && path_make_dirs(dir, 0700, &err))
		path = path_join(dir, "sql-history");
	free(dir);
	return path;
}

static bool
open_editor(struct console *c, struct err *err)
{
	char *path;

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return true;
	c->ops = module_ops("console", err);
	if (!c->ops)
		return false;
	path = history_path();
	c->editor = c->ops->open(path, complete, c);
	free(path);
	print_talk("%s: %s. A statement ends with ;  \\? lists the commands, \\q leaves.",
		c->q->name, c->q->source->ops->version(c->q->source));
	return true;
}

bool
console_run(struct query *q, int *status, struct err *err)
{
	struct console c = { .q = q, .words = console_words_new(q) };
	enum line_result got = LINE_READ;
	bool ok = open_editor(&c, err);

	while (ok && !c.done && got != LINE_END) {
		struct str line;

		clearerr(stdout); /* an interrupted write is no reason to fail at the end */
		got = read_line(&c, &line);
		if (got == LINE_READ)
			take_line(&c, line);
		else
			buf_truncate(&c.text, got == LINE_END ? c.text.len : 0);
	}
	if (ok && !c.done && has_statement(&c)) {
		remember(&c);
		run_text(&c);
	}
	if (c.ops && c.editor)
		c.ops->close(c.editor);
	if (q->to != stdout)
		fclose(q->to);
	q->to = stdout;
	console_words_free(c.words);
	buf_fini(&c.plain);
	buf_fini(&c.text);
	*status = c.ops ? 0 : c.status;
	return ok;
}
