/* SPDX-License-Identifier: MIT */
/* sql: statements against a data source, once or in a console. */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/path.h"
#include "src/cli/console.h"
#include "src/cli/input.h"
#include "src/cli/interrupt.h"
#include "src/cli/session.h"
#include "src/workspace/store_source.h"

#define OUTPUT_BUFFER ((size_t)256 << 10)

static bool
read_limits(const struct cli *cli, struct query *q, struct err *err)
{
	const char *rows = cli_option(cli, "max-rows"), *format = cli_option(cli, "format");

	q->max_rows = INT64_MAX;
	q->format = format ? rows_format_from_name(format) : ROWS_TABLE;
	if (rows && strcmp(rows, "all") == 0)
		return true;
	if (!rows || (str_to_int64(str_from(rows), &q->max_rows) && q->max_rows > 0)) {
		q->max_rows = rows ? q->max_rows : RESULT_MAX_ROWS;
		return true;
	}
	return err_set(err, ERR_USAGE, "sql: --max-rows is a number of rows, or all, not '%s'", rows);
}

static bool
find_source(struct cli *cli, struct query *q, struct err *err)
{
	const char *env = cli_option(cli, "env");
	enum source_env which = ENV_AUTO;
	struct arena a = ARENA_INIT;
	struct source_row row;
	struct workspace *ws = session_workspace(cli, WORKSPACE_READ, err);
	bool ok;

	if (env)
		which = strcmp(env, "dev") == 0 ? ENV_DEV : ENV_PROD;
	ok = ws && store_source_get(ws, cli->args[0], which, &a, &row, &q->settings, err);
	if (ok) {
		q->name = xstrdup(row.name);
		q->kind = source_kind_find(row.kind);
		if (!q->kind)
			ok = err_set(err, ERR_CONFIG, "this program has no driver '%s'", row.kind);
	}
	arena_fini(&a);
	session_end(cli);
	return ok;
}

/* The file of -o: a new one beside it, put in its place when all is written; what is
 * no regular file (a pipe, /dev/null) is written to as it is. */
struct output {
	FILE *file;
	char *path, *temporary; /* NULL: stdout, or as it is */
};

static bool
output_open(struct output *o, const char *path, struct err *err)
{
	struct stat st;

	*o = (struct output){ .file = stdout };
	if (!path || strcmp(path, "-") == 0)
		return true;
	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
		o->file = fopen(path, "we");
	} else {
		o->path = path_absolute(path, err);
		if (!o->path)
			return false;
		o->temporary = path_temporary(o->path);
		o->file = fopen(o->temporary, "wxe");
	}
	if (o->file)
		return true;
	err_errno(err, "cannot write %s", path);
	free(o->temporary);
	free(o->path);
	return false;
}

static bool
output_close(struct output *o, bool ok, struct err *err)
{
	if (o->file && o->file != stdout && fclose(o->file) != 0 && ok)
		ok = err_errno(err, "cannot write %s", o->path ? o->path : "the output");
	if (o->temporary && ok && rename(o->temporary, o->path) != 0)
		ok = err_errno(err, "cannot write %s", o->path);
	if (o->temporary && !ok)
		unlink(o->temporary);
	free(o->temporary);
	free(o->path);
	return ok;
}

static bool
read_statements(const struct cli *cli, struct buf *text, struct err *err)
{
	const char *command = cli_option(cli, "command"), *file = cli_option(cli, "file");

	if (command && file)
		return err_set(err, ERR_USAGE, "sql: -c and -f exclude each other");
	if (file)
		return input_file(file, text, err);
	buf_adds(text, command);
	return true;
}

static bool
run_once(struct cli *cli, struct query *q, struct err *err)
{
	struct buf text = BUF_INIT;
	struct output output;
	bool ok = read_statements(cli, &text, err) && query_connect(q, err) &&
		  output_open(&output, cli_option(cli, "output"), err);

	if (ok) {
		setvbuf(output.file, NULL, _IOFBF, OUTPUT_BUFFER);
		q->to = output.file;
		ok = query_run(q, buf_str(&text), err);
		ok = output_close(&output, ok, err);
	}
	if (!ok)
		cli->failed_text = buf_take(&text);
	buf_fini(&text);
	return ok;
}

static bool
run_sql(struct cli *cli, struct err *err)
{
	struct query q = { .to = stdout };
	bool ok = read_limits(cli, &q, err) && find_source(cli, &q, err);

	interrupt_catch();
	q.timing = isatty(STDERR_FILENO);
	if (ok && (cli_flag(cli, "command") || cli_flag(cli, "file")))
		ok = run_once(cli, &q, err);
	else if (ok && cli_flag(cli, "output"))
		ok = err_set(err, ERR_USAGE, "sql: -o needs -c or -f; in the console write \\o FILE");
	else
		ok = ok && query_connect(&q, err) && console_run(&q, &cli->status, err);
	query_fini(&q);
	if (!ok && interrupt_status())
		err->code = ERR_CANCELLED;
	return ok;
}

static const struct command_option sql_options[] = {
	{ "command", 'c', false, "SQL", "these statements, then exit" },
	{ "file", 'f', false, "FILE", "the statements of a file (- for standard input)" },
	{ "format", 0, false, ROWS_FORMATS, "form of the rows (table)" },
	{ "output", 'o', false, "FILE", "rows into a file" },
	{ "max-rows", 0, false, "N|all", "most rows a statement gives (10000)" },
	{ "env", 0, false, "dev|prod", "that variant of the source" },
	{ 0 },
};

const struct command command_sql = {
	.name = "sql", .args = "SOURCE", .help = "run SQL on a data source, or open a console",
	.more = "The connection is read-only. Without -c and -f it reads statements, at a\n"
		"terminal with history and completion. CSV, JSON and Markdown are written as the\n"
		"rows arrive, so that --max-rows all takes little memory.",
	.options = sql_options, .group = GROUP_CONNECTION, .run = run_sql,
};
