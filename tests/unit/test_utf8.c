/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "src/base/utf8.h"

static void
characters_are_decoded_and_encoded(void **state)
{
	static const struct {
		const char *text;
		size_t len;
		uint32_t c;
	} rows[] = { { "a", 1, 'a' }, { "\xC3\xA9", 2, 0xE9 }, { "\xE4\xB8\xAD", 3, 0x4E2D },
		{ "\xF0\x9F\x98\x80", 4, 0x1F600 }, { "\xEF\xBF\xBD", 3, 0xFFFD },
		{ "\xF4\x8F\xBF\xBF", 4, 0x10FFFF }, { "\x80", 1, 0xFFFD }, { "\xC3", 1, 0xFFFD },
		{ "\xC0\x80", 1, 0xFFFD }, { "\xED\xA0\x80", 1, 0xFFFD },
		{ "\xF4\x90\x80\x80", 1, 0xFFFD }, { "\xE4\xB8", 1, 0xFFFD } };
	char back[4];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		uint32_t c;
		size_t n = utf8_decode(str_from(rows[i].text), &c);

		assert_int_equal(n, rows[i].len);
		assert_int_equal(c, rows[i].c);
		if (n == strlen(rows[i].text) && !(n == 1 && c == UTF8_REPLACEMENT)) {
			assert_int_equal(utf8_encode(c, back), n);
			assert_memory_equal(back, rows[i].text, n);
		}
	}
	assert_int_equal(utf8_decode(STR_NONE, &(uint32_t){ 0 }), 0);
}

/* Every sequence of up to three bytes from a set of borders, with ASCII around it so
 * that the fast path meets it at each offset. */
static void
validity_agrees_with_decoding(void **state)
{
	static const unsigned char borders[] = { 0x00, 'a', 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0,
		0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xEC, 0xED, 0xEE, 0xEF, 0xF0, 0xF1, 0xF3,
		0xF4, 0xF5, 0xFF };
	enum { N = sizeof(borders) };

	(void)state;
	for (size_t i = 0; i < N * N * N; i++) {
		char text[16] = "aaaaaaaaaaaaaaaa";
		struct str s = { text, sizeof(text) };
		bool valid = true;

		for (size_t k = 0, n = i; k < 3; k++, n /= N)
			text[i % 13 + k] = (char)borders[n % N];
		for (size_t pos = 0, n; pos < s.len; pos += n) {
			uint32_t c;

			n = utf8_decode(str_slice(s, pos, s.len), &c);
			valid = valid && !(n == 1 && c == UTF8_REPLACEMENT);
		}
		assert_int_equal(utf8_is_valid(s), valid);
	}
	assert_true(utf8_is_valid(STR_NONE));
	assert_true(utf8_is_valid(STR("日本語 text \xF0\x9F\x98\x80")));
	assert_false(utf8_is_valid(STR("abcdefgh\xC3")));
}

static void
cleaning(void **state)
{
	static const struct {
		const char *text, *clean, *sane, *line;
	} rows[] = {
		{ "plain ü", "plain ü", "plain ü", "plain ü" },
		{ "a\xFF" "b", "a�b", "a�b", "a�b" },
		{ "\xE4\xB8", "��", "��", "��" },
		{ "a\tb\nc", "a\tb\nc", "a\tb\nc", "a b c" },
		{ "a\r\nb\rc", "a\r\nb\rc", "a\nb\nc", "a b c" },
		{ "\x1B[31mred\x07", "\x1B[31mred\x07", "[31mred", "[31mred" },
		{ "a\x7F\xC2\x9B" "b", "a\x7F\xC2\x9B" "b", "ab", "ab" },
		{ "a\xE2\x80\xAE" "b\xE2\x81\xA6", "a\xE2\x80\xAE" "b\xE2\x81\xA6", "ab", "ab" },
		{ "a\xE2\x80\xA8" "b", "a\xE2\x80\xA8" "b", "ab", "ab" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct str text = str_from(rows[i].text);
		struct buf b = BUF_INIT;

		assert_int_equal(utf8_clean(&b, text), utf8_is_valid(text));
		assert_string_equal(buf_text(&b), rows[i].clean);
		buf_clear(&b);
		utf8_sanitize(&b, text, false);
		assert_string_equal(buf_text(&b), rows[i].sane);
		buf_clear(&b);
		utf8_sanitize(&b, text, true);
		assert_string_equal(buf_text(&b), rows[i].line);
		buf_fini(&b);
	}
}

static void
widths_and_graphemes(void **state)
{
	static const struct {
		const char *text;
		size_t grapheme, width;
	} rows[] = {
		{ "", 0, 0 },
		{ "a", 1, 1 },
		{ "ab", 1, 2 },
		{ "中文", 3, 4 },
		{ "e\xCC\x81x", 3, 2 },			    /* combining acute */
		{ "\xF0\x9F\x98\x80", 4, 2 },		    /* emoji */
		{ "\xE2\x9D\xA4\xEF\xB8\x8F", 6, 2 },	    /* heart + emoji presentation */
		{ "\xF0\x9F\x87\xA8\xF0\x9F\x87\xB3", 8, 2 }, /* flag */
		{ "\xF0\x9F\x91\xA8\xE2\x80\x8D\xF0\x9F\x91\xA9", 11, 2 }, /* joined */
		{ "\r\n", 2, 0 },
		{ "\x01", 1, 0 },
		{ "▼", 3, 1 },
		{ "ｱ", 3, 1 },
		{ "Ａ", 3, 2 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_int_equal(utf8_grapheme(str_from(rows[i].text)), rows[i].grapheme);
		assert_int_equal(utf8_width(str_from(rows[i].text)), rows[i].width);
	}
	assert_int_equal(utf8_char_width(0xAD), 0);
	assert_int_equal(utf8_char_width(0x9F), 0);
}

static void
texts_are_fitted(void **state)
{
	static const struct {
		const char *text;
		size_t columns, bytes, used;
		const char *cut, *left, *right, *center;
	} rows[] = {
		{ "abc", 5, 3, 3, "abc", "abc  ", "  abc", " abc " },
		{ "abc", 3, 3, 3, "abc", "abc", "abc", "abc" },
		{ "abcd", 3, 3, 3, "ab…", "ab…", "ab…", "ab…" },
		{ "中文字", 5, 6, 4, "中文…", "中文…", "中文…", "中文…" },
		{ "中文字", 4, 6, 4, "中…", "中… ", "中… ", "中… " },
		{ "中文", 1, 0, 0, "…", "…", "…", "…" },
		{ "abc", 0, 0, 0, "", "", "", "" },
		{ "", 2, 0, 0, "", "  ", "  ", "  " },
		{ "e\xCC\x81" "fg", 2, 4, 2, "e\xCC\x81…", "e\xCC\x81…", "e\xCC\x81…",
			"e\xCC\x81…" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct str text = str_from(rows[i].text);
		const char *padded[] = { rows[i].left, rows[i].right, rows[i].center };
		struct buf b = BUF_INIT;
		size_t used;

		assert_int_equal(utf8_fit(text, rows[i].columns, &used), rows[i].bytes);
		assert_int_equal(used, rows[i].used);
		utf8_add_cut(&b, text, rows[i].columns);
		assert_string_equal(buf_text(&b), rows[i].cut);
		for (size_t k = 0; k < 3; k++) {
			buf_clear(&b);
			utf8_add_padded(&b, text, rows[i].columns, "lrc"[k]);
			assert_string_equal(buf_text(&b), padded[k]);
		}
		buf_fini(&b);
	}
}

static void
rows_end_where_they_may(void **state)
{
	static const struct {
		const char *text;
		size_t columns;
		const char *row;
	} rows[] = { { "two words", 9, "two words" }, { "two words", 8, "two" },
		{ "two words", 3, "two" }, { "two words", 2, "tw" }, { "", 5, "" },
		{ "中文文字", 4, "中文" }, { "中文文字", 5, "中文" }, { "中文文字", 1, "中" },
		{ "中文。文", 4, "中" }, { "中（文）", 4, "中" }, { "用 cron 行", 6, "用" },
		{ "用 cron 行", 7, "用 cron" }, { "用cron行", 5, "用" }, { "用cron行", 6, "用cron" },
		{ "中\xCC\x81文文", 2, "中\xCC\x81" }, { "。。。", 2, "。" } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (utf8_row(str_from(rows[i].text), rows[i].columns) != strlen(rows[i].row))
			fail_msg("%s at %zu: not %s", rows[i].text, rows[i].columns, rows[i].row);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(characters_are_decoded_and_encoded),
		cmocka_unit_test(validity_agrees_with_decoding),
		cmocka_unit_test(cleaning),
		cmocka_unit_test(widths_and_graphemes),
		cmocka_unit_test(texts_are_fitted),
		cmocka_unit_test(rows_end_where_they_may),
	};

	return cmocka_run_group_tests_name("utf8", tests, NULL, NULL);
}
