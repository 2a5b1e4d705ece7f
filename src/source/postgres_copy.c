/* SPDX-License-Identifier: MIT */
/* Exports. In single-row mode libpq builds a result object with all its columns for
 * each row; COPY gives lines. The server runs the same plan for it. */
#include "src/source/postgres.h"
#include "src/sql/lexer.h"

#define COPY_FROM_ROWS RESULT_MAX_ROWS /* above this many the detour pays */

bool
pg_copy_fits(const struct pg_query *q, int64_t max_rows)
{
	static const char *const words[] = { "select", "with", "values", "table" };
	size_t pos = source_skip_blank(q->sql, 0, SQL_POSTGRES);

	if (max_rows <= COPY_FROM_ROWS || q->pg->is_plain || q->pg->is_unprotected)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (str_equal_nocase(str_slice(q->sql, pos, pos + strlen(words[i])),
			    str_from(words[i])))
			return true;
	return false;
}

/* "COPY (statement without its semicolon) TO STDOUT". The statement was prepared
 * alone before, so it cannot be more than one inside the parentheses. */
static void
wrap(struct buf *to, struct str sql)
{
	struct sql_lexer lexer;
	struct sql_token token;
	size_t end = 0;

	sql_lexer_init(&lexer, SQL_POSTGRES, sql, SQL_STATE_START);
	while (sql_lexer_next(&lexer, &token))
		if (token.kind != SQL_TOKEN_SPACE && token.kind != SQL_TOKEN_COMMENT &&
			!str_is(sql_token_text(&lexer, &token), ";"))
			end = token.pos + token.len;
	buf_adds(to, "COPY (\n");
	buf_add_str(to, str_slice(sql, 0, end));
	buf_adds(to, "\n) TO STDOUT");
}

static char
unescaped(char c)
{
	switch (c) {
	case 'b':
		return '\b';
	case 'f':
		return '\f';
	case 'n':
		return '\n';
	case 'r':
		return '\r';
	case 't':
		return '\t';
	case 'v':
		return '\v';
	default:
		return c;
	}
}

/* In place: the line is ours. Returns the new length. */
static size_t
unescape(char *p, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++)
		p[n++] = p[i] == '\\' && i + 1 < len ? unescaped(p[++i]) : p[i];
	return n;
}

static bool
take_field(struct pg_query *q, size_t i, char *p, size_t len, struct err *err)
{
	if (len == 2 && p[0] == '\\' && p[1] == 'N') {
		q->values[i] = (struct value){ VALUE_NULL, STR_NONE };
		return true;
	}
	if (len > RESULT_MAX_CELL)
		return err_set(err, ERR_LIMIT, "a value of column %zu is too large", i + 1);
	if (memchr(p, '\\', len))
		len = unescape(p, len);
	q->values[i] = pg_value(&q->scratch, q->columns[i].kind, p, len);
	return true;
}

/* A line with its line break. */
static bool
take_line(struct pg_query *q, char *line, size_t len, struct row_sink *sink, struct err *err)
{
	char *p = line, *end = line + len - (len && line[len - 1] == '\n'), *tab;
	size_t i = 0;

	for (; i < q->count; i++) {
		tab = memchr(p, '\t', (size_t)(end - p));
		if (!take_field(q, i, p, (size_t)((tab ? tab : end) - p), err))
			return false;
		if (!tab)
			break;
		p = tab + 1;
	}
	if (i + 1 != q->count)
		return err_set(err, ERR_CONNECT, "the server sent a row of another shape");
	if (!sink->row(sink, q->values, q->count, err))
		return false;
	if (q->scratch.used)
		arena_clear(&q->scratch);
	return true;
}

/* Lines until the end (*done), the limit or a failure. */
static bool
take_lines(struct pg_query *q, int64_t max_rows, struct row_sink *sink, struct query_end *end,
	bool *done, struct err *err)
{
	bool good = true;
	size_t len;
	char *line;

	while (good && (line = pg_next_line(q->pg, &q->deadline, &len, done, err))) {
		if (end->rows == max_rows) {
			end->truncated = true;
			PQfreemem(line);
			return true;
		}
		end->rows++;
		good = take_line(q, line, len, sink, err);
		PQfreemem(line);
	}
	return good && *done;
}

/* What comes after the last line: the command's end, or an error in the middle. */
static bool
take_end(struct pg_query *q, struct err *err)
{
	bool done = false, good = true;
	PGresult *result;

	while ((result = pg_next(q->pg, &q->deadline, &done, err))) {
		if (PQresultStatus(result) != PGRES_COMMAND_OK)
			good = pg_fail(q->pg, result, STR_NONE, &q->deadline, err);
		PQclear(result);
		if (!good)
			break;
	}
	return good && done;
}

static bool
start(struct pg_query *q, bool *unusable, struct err *err)
{
	struct buf sql = BUF_INIT;
	PGresult *result = NULL;
	bool done = false, sent;

	wrap(&sql, q->sql);
	sent = PQsendQueryParams(q->pg->conn, buf_text(&sql), 0, NULL, NULL, NULL, NULL, 0);
	buf_fini(&sql);
	if (!sent)
		return pg_lost(q->pg, err);
	result = pg_next(q->pg, &q->deadline, &done, err);
	if (!result)
		return false;
	if (PQresultStatus(result) == PGRES_COPY_OUT) {
		PQclear(result);
		return true;
	}
	pg_fail(q->pg, result, STR_NONE, &q->deadline, err);
	*unusable = err->code == ERR_SQL;
	PQclear(result);
	return false;
}

bool
pg_copy(struct pg_query *q, int64_t max_rows, struct row_sink *sink, struct query_end *end,
	bool *unusable, struct err *err)
{
	PGresult *described = pg_describe_statement(q, err);
	bool good = described && pg_note_columns(q, described, err), done = false;

	PQclear(described);
	if (!good)
		return false;
	*unusable = q->count == 0;
	if (*unusable || !start(q, unusable, err)) {
		if (q->pg->conn)
			pg_finish(q->pg, true);
		return false;
	}
	q->has_columns = true;
	good = sink->columns(sink, q->columns, q->count, err) &&
	       take_lines(q, max_rows, sink, end, &done, err);
	if (good && done)
		good = take_end(q, err);
	if (q->pg->conn)
		pg_finish(q->pg, true);
	return good;
}
