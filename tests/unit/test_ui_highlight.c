/* SPDX-License-Identifier: MIT */
/* Colours of Markdown and HTML: each byte of a line by the letter of its role. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "ui/highlight.h"

typedef uint32_t (*line_fn)(struct str line, uint32_t state, struct span_role *spans, size_t most,
	size_t *count);

static const struct {
	enum role role;
	char letter;
} letters[] = {
	{ ROLE_MD_HEADING, 'h' }, { ROLE_MD_EMPHASIS, 'e' }, { ROLE_MD_STRONG, 's' },
	{ ROLE_MD_CODE, 'c' }, { ROLE_MD_LINK, 'l' }, { ROLE_MD_QUOTE, 'q' }, { ROLE_MD_LIST, 'i' },
	{ ROLE_MD_TAG, 't' }, { ROLE_SQL_PARAMETER, 'p' },
};

static const struct {
	const char *text, *roles;
} markdown[] = {
	{ "# Head ${x}", "hhhhhhhhhhh" },
	{ "a *b* **c**", "  eee sssss" },
	{ "- ${x} `c`", "i pppp ccc" },
	{ "<b>x</b>", "ttt tttt" },
}, html[] = {
	{ "plain", "     " },
	{ "1 < 2 <", "       " },
	{ "<b>x</b>", "ttt tttt" },
	{ "<br/>a", "ttttt " },
	{ "<!doctype html>", "ttttttttt iiiit" },
	{ "<a href=\"x\" id=y>z", "tt iiii ccc ii ct " },
	{ "<a href='x \"${p}\"'>", "tt iiii ccccppppcct" },
	{ "a &amp; b & c &#39;", "  iiiii       iiiii" },
	{ "<!-- a ${x} <b> -->c", "qqqqqqqqqqqqqqqqqqq " },
	{ "${x}<b>${y", "pppptttppp" },
};

static void
roles_of(line_fn fn, const char *text, uint32_t *state, char *roles)
{
	struct span_role spans[64];
	size_t count = 0, last = 0;

	memset(roles, ' ', strlen(text));
	roles[strlen(text)] = '\0';
	*state = fn(str_from(text), *state, spans, ARRAY_LEN(spans), &count);
	for (size_t i = 0; i < count; i++) {
		char letter = '?';

		assert_true(spans[i].from >= last && spans[i].to > spans[i].from);
		last = spans[i].to;
		assert_true(last <= strlen(text));
		for (size_t k = 0; k < ARRAY_LEN(letters); k++)
			if (letters[k].role == spans[i].role)
				letter = letters[k].letter;
		memset(roles + spans[i].from, letter, spans[i].to - spans[i].from);
	}
}

static void
test_lines(void **unused)
{
	char roles[128];

	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(markdown); i++) {
		uint32_t state = 0;

		roles_of(markdown_line, markdown[i].text, &state, roles);
		assert_string_equal(roles, markdown[i].roles);
	}
	for (size_t i = 0; i < ARRAY_LEN(html); i++) {
		uint32_t state = 0;

		roles_of(html_line, html[i].text, &state, roles);
		assert_string_equal(roles, html[i].roles);
	}
}

/* What a line leaves open goes on in the next. */
static void
test_over_lines(void **unused)
{
	static const struct {
		const char *text, *roles;
	} lines[] = {
		{ "<a", "tt" }, { " href='one", " iiii cccc" }, { "${p} two' id>x", "ppppccccc iit " },
		{ "<!-- one", "qqqqqqqq" }, { "", "" }, { "two --> & <b>", "qqqqqqq   ttt" },
	};
	uint32_t state = 0;
	char roles[128];

	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		roles_of(html_line, lines[i].text, &state, roles);
		assert_string_equal(roles, lines[i].roles);
	}
	assert_int_equal(state, 0);
}

/* Whatever stands there: it ends, and the spans are in order and within the line. */
static void
test_any_line(void **unused)
{
	static const char alphabet[] = "<>!-/\"'=&;${}a #*`[]()\\";
	unsigned seed = 5;
	uint32_t state = 0;
	char text[49], roles[64];

	(void)unused;
	for (int n = 0; n < 20000; n++) {
		size_t len = 0;

		for (; len < (size_t)(n % 48); len++) {
			seed = seed * 1103515245u + 12345u;
			text[len] = alphabet[(seed >> 16) % (sizeof(alphabet) - 1)];
		}
		text[len] = '\0';
		roles_of(html_line, text, &state, roles);
		roles_of(markdown_line, text, &(uint32_t){ 0 }, roles);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_over_lines),
		cmocka_unit_test(test_any_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
