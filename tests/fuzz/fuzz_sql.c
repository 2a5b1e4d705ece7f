/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "src/sql/select_list.h"
#include "src/sql/split.h"
#include "src/sql/substitute.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require(bool ok)
{
	if (!ok)
		abort();
}

/* The kind of each byte but line breaks, read at once. */
static void
kinds_of_text(enum sql_dialect dialect, struct str text, struct buf *to)
{
	struct sql_lexer l;
	struct sql_token t;
	size_t end = 0;

	sql_lexer_init(&l, dialect, text, SQL_STATE_START);
	while (sql_lexer_next(&l, &t)) {
		require(t.pos == end && t.len > 0 && t.kind < SQL_TOKEN_KIND_COUNT);
		end = t.pos + t.len;
		for (size_t i = t.pos; i < end; i++)
			if (text.p[i] != '\n')
				buf_addc(to, (char)('a' + (int)t.kind));
	}
	require(end == text.len);
}

/* The same line by line, as an editor does. */
static void
kinds_of_lines(enum sql_dialect dialect, struct str text, struct buf *to)
{
	uint32_t state = SQL_STATE_START;

	for (size_t pos = 0; pos < text.len;) {
		size_t end = str_find(text, STR("\n"), pos);
		struct sql_lexer l;
		struct sql_token t;

		if (end == SIZE_MAX)
			end = text.len;
		sql_lexer_init(&l, dialect, str_slice(text, pos, end), state);
		while (sql_lexer_next(&l, &t))
			for (size_t i = 0; i < t.len; i++)
				buf_addc(to, (char)('a' + (int)t.kind));
		state = l.state;
		pos = end + 1;
	}
}

static enum lookup
look_up(void *context, const struct template_item *ref, struct buf *to, struct err *err)
{
	(void)context;
	(void)err;
	buf_adds(to, ref->name.len % 2 ? "a\nb" : "");
	return LOOKUP_FOUND;
}

static void
check_statement(enum sql_dialect dialect, struct str text, const struct sql_statement *one)
{
	struct select_list list;
	struct substituted s;
	struct err err = ERR_INIT;

	require(one->len > 0 && one->pos + one->len <= text.len);
	require(one->from <= one->pos && one->pos + one->len <= one->to && one->to <= text.len);
	select_list_read(&list, dialect, sql_statement_text(one, text));
	require(list.yields_rows || list.count == 0);
	select_list_fini(&list);
	if (!sql_substitute(&s, dialect, text, one->pos, one->pos + one->len, look_up, NULL,
		    &err)) {
		require(err.code == ERR_INPUT && err.line > 0 && err.column > 0);
		return;
	}
	for (size_t i = 0, before = 0; i <= s.text.len; i++) {
		size_t pos = substituted_source_pos(&s, i);

		require(pos >= before && pos <= text.len);
		before = pos;
	}
	err_at(&err, 1, 1);
	substituted_fix_err(&s, &err);
	require(err.line >= one->line);
	substituted_fini(&s);
}

static void
check_dialect(enum sql_dialect dialect, struct str text)
{
	struct buf whole = BUF_INIT, lines = BUF_INIT;
	struct sql_split s;
	size_t end = 0;

	kinds_of_text(dialect, text, &whole);
	kinds_of_lines(dialect, text, &lines);
	require(str_equal(buf_str(&whole), buf_str(&lines)));
	sql_split(&s, dialect, text, false);
	for (size_t i = 0; i < s.count; i++) {
		require(s.list[i].from >= end);
		end = s.list[i].to;
		check_statement(dialect, text, &s.list[i]);
		require(sql_split_at(&s, text, s.list[i].pos) == i);
	}
	sql_split_fini(&s);
	buf_fini(&whole);
	buf_fini(&lines);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	check_dialect((enum sql_dialect)(data[0] % SQL_DIALECT_COUNT),
		(struct str){ (const char *)data + 1, size - 1 });
	return 0;
}
