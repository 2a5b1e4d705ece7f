/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "src/base/buf.h"
#include "src/sql/lexer.h"

/* One letter per kind; a piece that leaves its string open is in upper case. */
static const char letters[SQL_TOKEN_KIND_COUNT] = {
	[SQL_TOKEN_SPACE] = ' ', [SQL_TOKEN_COMMENT] = 'c', [SQL_TOKEN_KEYWORD] = 'k',
	[SQL_TOKEN_NAME] = 'n', [SQL_TOKEN_QUOTED_NAME] = 'q', [SQL_TOKEN_STRING] = 's',
	[SQL_TOKEN_NUMBER] = 'd', [SQL_TOKEN_OPERATOR] = 'o', [SQL_TOKEN_PARAMETER] = 'p',
	[SQL_TOKEN_ERROR] = 'e',
};

static void
dump(struct buf *to, enum sql_dialect dialect, struct str text)
{
	struct sql_lexer l;
	struct sql_token t;
	size_t end = 0;

	sql_lexer_init(&l, dialect, text, SQL_STATE_START);
	while (sql_lexer_next(&l, &t)) {
		char letter = letters[t.kind];

		assert_int_equal(t.pos, end);
		assert_true(t.len > 0);
		end = t.pos + t.len;
		if (t.kind == SQL_TOKEN_SPACE)
			continue;
		if (to->len)
			buf_addc(to, ' ');
		buf_addc(to, t.closed ? letter : (char)(letter - 32));
		buf_addc(to, ':');
		buf_add_str(to, sql_token_text(&l, &t));
	}
	assert_int_equal(end, text.len);
}

static const struct {
	enum sql_dialect dialect;
	const char *text, *expected;
} cases[] = {
	{ SQL_GENERIC, "", "" },
	{ SQL_GENERIC, "SELECT a1, _b FROM t;",
		"k:SELECT n:a1 o:, n:_b k:FROM n:t o:;" },
	{ SQL_GENERIC, "x<=1.5e-3||.5", "n:x o:<= d:1.5e-3 o:|| d:.5" },
	{ SQL_GENERIC, "'it''s' \"a\"\"b\"", "s:'it''s' q:\"a\"\"b\"" },
	{ SQL_GENERIC, "a--b\nc", "n:a c:--b n:c" },
	{ SQL_GENERIC, "/* a /* b */ c", "c:/* a /* b */ n:c" },
	{ SQL_GENERIC, "部门 'ü'", "n:部门 s:'ü'" },
	{ SQL_GENERIC, "'open", "S:'open" },
	{ SQL_GENERIC, "a\x01", "n:a e:\x01" },
	/* Parameters are tokens of their own, in strings and names too, not in comments. */
	{ SQL_GENERIC, "ds='${date}'", "n:ds o:= S:' p:${date} s:'" },
	{ SQL_GENERIC, "${a}${b[0]|sum}", "p:${a} p:${b[0]|sum}" },
	{ SQL_GENERIC, "'a${x}''b' c", "S:'a p:${x} s:''b' n:c" },
	{ SQL_GENERIC, "'$${x}'", "S:' p:$${ s:x}'" },
	{ SQL_GENERIC, "\"${t}_x\"", "Q:\" p:${t} q:_x\"" },
	{ SQL_GENERIC, "a -- ${x}\n/* ${y} */", "n:a c:-- ${x} c:/* ${y} */" },
	{ SQL_GENERIC, "'${' || x", "S:' e:${ s:' o:|| n:x" },
	{ SQL_GENERIC, "t_${env}.x", "n:t_ p:${env} o:. n:x" },
	/* sources.md 0.3, row by row. */
	{ SQL_SQLITE, "'a\\' b", "s:'a\\' n:b" },
	{ SQL_SQLITE, "[a b] `c``d` \"e\"", "q:[a b] q:`c``d` q:\"e\"" },
	{ SQL_SQLITE, "a # b", "n:a o:# n:b" },
	{ SQL_SQLITE, "$$a$$", "o:$ o:$ n:a$$" },
	{ SQL_POSTGRES, "/* a /* b */ c */ d", "c:/* a /* b */ c */ n:d" },
	{ SQL_POSTGRES, "'a\\' b E'c\\'d' e", "s:'a\\' n:b s:E'c\\'d' n:e" },
	{ SQL_POSTGRES, "$f$ it's; $$ $f$ a", "s:$f$ it's; $$ $f$ n:a" },
	{ SQL_POSTGRES, "$$a;b$$;c", "s:$$a;b$$ o:; n:c" },
	{ SQL_POSTGRES, "$1+a$b$", "o:$ d:1 o:+ n:a$b$" },
	{ SQL_POSTGRES, "$x$ ${v} $x$", "S:$x$  p:${v} s: $x$" },
	{ SQL_POSTGRES, "a # b; `", "n:a o:# n:b o:; o:`" },
	{ SQL_POSTGRES, "x[1] a::int", "n:x o:[ d:1 o:] n:a o::: k:int" },
	{ SQL_POSTGRES, "-- a\rb", "c:-- a n:b" },
	{ SQL_MYSQL, "a--b", "n:a o:- o:- n:b" },
	{ SQL_MYSQL, "a-- b\n#c\nd", "n:a c:-- b c:#c n:d" },
	{ SQL_MYSQL, "'a\\'b' \"c\\\"d\" `e\\`", "s:'a\\'b' s:\"c\\\"d\" q:`e\\`" },
	{ SQL_MYSQL, "/*!50000 a*/b", "o:/*!50000 n:a o:*/ n:b" },
	{ SQL_MYSQL, "2*/*c*/3", "d:2 o:* c:/*c*/ d:3" },
	{ SQL_MYSQL, "/*+ a(${x}) */ b", "C:/*+ a( p:${x} c:) */ n:b" },
	{ SQL_MYSQL, "@a @@b", "n:@a n:@@b" },
	{ SQL_CLICKHOUSE, "'a\\'b''c' \"d\" # e\n#f", "s:'a\\'b''c' q:\"d\" c:# e o:# n:f" },
	{ SQL_CLICKHOUSE, "$h$a'b$h$", "s:$h$a'b$h$" },
	{ SQL_HIVE, "'a\\'b' \"c;\" `d` # e", "s:'a\\'b' s:\"c;\" q:`d` o:# n:e" },
	{ SQL_HIVE, "/*+ mapjoin(a) */ r'\\' b", "c:/*+ mapjoin(a) */ s:r'\\' n:b" },
	{ SQL_HIVE, "10L arr[0]", "d:10L n:arr o:[ d:0 o:]" },
};

static void
tokens_by_dialect(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf got = BUF_INIT;

		dump(&got, cases[i].dialect, str_from(cases[i].text));
		assert_string_equal(buf_text(&got), cases[i].expected);
		buf_fini(&got);
	}
}

/* The kind of each byte; keeps one state per line as an editor does. */
static void
kinds_by_line(struct buf *to, enum sql_dialect dialect, struct str text, bool with_break)
{
	uint32_t state = SQL_STATE_START;

	for (size_t pos = 0; pos < text.len;) {
		size_t end = str_find(text, STR("\n"), pos);
		size_t next = end == SIZE_MAX ? text.len : end + 1;
		struct sql_lexer l;
		struct sql_token t;

		if (end == SIZE_MAX)
			end = text.len;
		sql_lexer_init(&l, dialect, str_slice(text, pos, with_break ? next : end), state);
		while (sql_lexer_next(&l, &t))
			for (size_t i = 0; i < t.len; i++)
				if (l.text.p[t.pos + i] != '\n')
					buf_addc(to, letters[t.kind]);
		state = l.state;
		pos = next;
	}
}

static void
lines_give_what_the_text_gives(void **state)
{
	static const char *const texts[] = {
		"select 'a\nb''\n'' c' x", "/* a\n/* b */\nc */ d", "$tag$ a\n$t$ b\n$tag$ c",
		"'a\\\nb\\' c\n' d", "\"a\nb\" `c\nd` e", "/*!5 a\nb '\n' */ c*/d",
		"'x ${a}\n${b} y' -- c\nd", "/*+ a\n${b}\n*/ c", "$$ ${x}\n$$ 'a'",
		"# c\nd -- e\n\n\nf", "/* a\n*\n/ */ b", "\n\n'\n\n'\n",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		for (int d = 0; d < SQL_DIALECT_COUNT; d++) {
			struct buf whole = BUF_INIT, with = BUF_INIT, without = BUF_INIT;
			struct str text = str_from(texts[i]);
			struct sql_lexer l;
			struct sql_token t;

			sql_lexer_init(&l, (enum sql_dialect)d, text, SQL_STATE_START);
			while (sql_lexer_next(&l, &t))
				for (size_t k = 0; k < t.len; k++)
					if (text.p[t.pos + k] != '\n')
						buf_addc(&whole, letters[t.kind]);
			kinds_by_line(&with, (enum sql_dialect)d, text, true);
			kinds_by_line(&without, (enum sql_dialect)d, text, false);
			assert_string_equal(buf_text(&with), buf_text(&whole));
			assert_string_equal(buf_text(&without), buf_text(&whole));
			buf_fini(&whole);
			buf_fini(&with);
			buf_fini(&without);
		}
	}
}

static void
open_states(void **state)
{
	static const struct {
		const char *text;
		bool open;
	} rows[] = { { "a", false }, { "'a", true }, { "'a'", false }, { "/* a", true },
		{ "-- a", false }, { "$x$ a", true }, { "\"a", true }, { "'a${b}", true } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct sql_lexer l;
		struct sql_token t;

		sql_lexer_init(&l, SQL_POSTGRES, str_from(rows[i].text), SQL_STATE_START);
		while (sql_lexer_next(&l, &t))
			;
		assert_int_equal(sql_state_is_open(l.state), rows[i].open);
	}
}

static void
keywords_are_sorted_and_by_dialect(void **state)
{
	const char *before = "";
	bool known;

	(void)state;
	for (size_t i = 0; sql_keyword_at(i, SQL_HIVE, &known); i++) {
		const char *word = sql_keyword_at(i, SQL_HIVE, NULL);

		assert_true(strcmp(before, word) < 0);
		assert_int_equal(sql_is_keyword(SQL_HIVE, str_from(word)), known);
		before = word;
	}
	assert_true(sql_is_keyword(SQL_SQLITE, STR("SeLeCt")));
	assert_false(sql_is_keyword(SQL_SQLITE, STR("selec")));
	assert_false(sql_is_keyword(SQL_SQLITE, STR("selects")));
	assert_false(sql_is_keyword(SQL_SQLITE, STR("prewhere")));
	assert_true(sql_is_keyword(SQL_CLICKHOUSE, STR("prewhere")));
}

static void
names_lose_their_quotes(void **state)
{
	static const char *const rows[][2] = { { "\"a\"\"b\"", "a\"b" }, { "`a``b`", "a`b" },
		{ "[a b]", "a b" }, { "a", "a" }, { "\"\"", "" } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct buf b = BUF_INIT;

		sql_unquote(str_from(rows[i][0]), &b);
		assert_string_equal(buf_text(&b), rows[i][1]);
		buf_fini(&b);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tokens_by_dialect),
		cmocka_unit_test(lines_give_what_the_text_gives),
		cmocka_unit_test(open_states),
		cmocka_unit_test(keywords_are_sorted_and_by_dialect),
		cmocka_unit_test(names_lose_their_quotes),
	};

	return cmocka_run_group_tests_name("sql_lexer", tests, NULL, NULL);
}
