/* SPDX-License-Identifier: MIT */
#include "src/base/json.h"
#include "src/base/utf8.h"
#include "src/content/markdown.h"
#include "src/content/render_markdown.h"
#include "src/content/render_text.h"
#include "tests/unit/lib_doc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

/* What hostile or unlucky data looks like (channels.md 12). */
static const char *const hostile[] = {
	"a|b", "**bold**", "*x*", "_x_ a_b_c", "`code`", "``", "# heading", "#1", "> quote",
	"- item", "-1000 CNY", "+ x", "1. x", "3.5", "12) x", "---", "===", "[x](javascript:1)",
	"![x](http://h/i.png)", "<at id=all></at>", "<@userid>", "<font color=red>", "<!channel>",
	"@everyone", "a\\", "\\*", "&amp; & &lt;", "~~x~~", "$x$", ":OK:", "{{DATE(1)}}", "</pre>",
	"```", "| --- |", "日报：**销售**", "x\\|y", "<!-- x -->", "[x]: http://h", "* * *",
	"=", "-", "http://h/a_b?c=*d*", "a@b.c", "www.x.y", "~~~", "<http://h>", "\\",
	"![", "](", "x]", "(", "1)", "0.", "a\xE2\x80\x8B*", "&#42;", "*", "_", "__", "<",
};

static struct md_node *
parse(struct arena *a, const struct text *t)
{
	struct err err = ERR_INIT;
	struct md_node *root = markdown_parse(a, t, &err);

	if (!root)
		fail_msg("%s", err.msg);
	return root;
}

/* "before" data "after" parsed and written in a dialect. */
static void
render(struct buf *to, const char *before, const char *data, const char *after,
	const struct md_dialect *d)
{
	struct span spans[3] = { { str_from(before), false }, { str_from(data), true },
		{ str_from(after), false } };
	struct text t = { spans, 3 };
	struct arena a = ARENA_INIT;

	render_markdown_tree(to, parse(&a, &t), d);
	arena_fini(&a);
}

static void
collect(struct buf *to, const struct md_node *n, unsigned *kinds)
{
	for (; n; n = n->next) {
		*kinds |= 1u << n->kind;
		text_plain(to, &n->text);
		collect(to, n->first, kinds);
	}
}

/* GFM written by us and read again: the value is there as it was, and nothing in it
 * became markup. */
static void
test_data_survives_reading_again(void **state)
{
	static const struct {
		const char *before, *after;
	} around[] = {
		{ "", "" }, { "x ", " y" }, { "- ", "" }, { "> ", "" }, { "# ", "" }, { "**", "**" },
		{ "1. a\n   - ", "" }, { "| h |\n|---|\n| ", " |" }, { "[", "](http://h)" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(around); i++)
		for (size_t j = 0; j < ARRAY_LEN(hostile); j++) {
			struct arena a = ARENA_INIT;
			struct buf first = BUF_INIT, text = BUF_INIT, plain = BUF_INIT;
			struct span span;
			struct text t = { &span, 1 };
			unsigned kinds = 0, wanted = 0;

			render(&first, around[i].before, "value", around[i].after, &md_dialect_gfm);
			span = (struct span){ buf_str(&first), false };
			collect(&plain, parse(&a, &t), &wanted);
			buf_clear(&plain);
			render(&text, around[i].before, hostile[j], around[i].after,
				&md_dialect_gfm);
			span = (struct span){ buf_str(&text), false };
			collect(&plain, parse(&a, &t), &kinds);
			if (strstr(hostile[j], "://") || strchr(hostile[j], '@') ||
				strstr(hostile[j], "www.")) /* a bare address may be clicked */
				kinds = (kinds & ~(1u << MD_LINK)) | (wanted & (1u << MD_LINK));
			if (!strstr(buf_text(&plain), hostile[j]) || kinds != wanted)
				fail_msg("%s in %s%s became %s\nread as %s (%x, not %x)", hostile[j],
					around[i].before, around[i].after, buf_text(&text),
					buf_text(&plain), kinds, wanted);
			buf_fini(&first);
			buf_fini(&text);
			buf_fini(&plain);
			arena_fini(&a);
		}
}

static void
check(const struct md_dialect *d, const char *before, const char *data, const char *expected)
{
	struct buf b = BUF_INIT;

	render(&b, before, data, "", d);
	if (strcmp(buf_text(&b), expected) != 0)
		fail_msg("%s: %s%s is\n%s\nnot\n%s", d->name, before, data, buf_text(&b), expected);
	buf_fini(&b);
}

static void
test_matrix(void **state)
{
	static const struct {
		const struct md_dialect *d;
		const char *before, *data, *expected;
	} rows[] = {
		{ &md_dialect_dingtalk, "x ", "|*_`~<>&[a](b)", "x ｜＊＿｀～＜＞&［a］(b)" },
		{ &md_dialect_dingtalk, "", "# h", "\xE2\x80\x8B# h" },
		{ &md_dialect_dingtalk, "- ", "-1000 CNY", "- -1000 CNY" },
		{ &md_dialect_dingtalk, "", "3. x", "3\xE2\x80\x8B. x" },
		{ &md_dialect_dingtalk, "", "     x", "x" },
		{ &md_dialect_lark, "- ", "    # x", "- &#35; x" },
		{ &md_dialect_lark, "x ", "|*_`~<>&[]()", "x &#124;&#42;&#95;&#96;&#126;&#60;&#62;"
			"&amp;&#91;&#93;&#40;&#41;" },
		{ &md_dialect_lark, "", "# h", "&#35; h" },
		{ &md_dialect_lark, "", "- h", "&#45; h" },
		{ &md_dialect_lark, "x ", "08:00 :OK:", "x 08:00 &#58;OK:" },
		{ &md_dialect_wecom, "x ", "<@all> <font> *a* [x](y) `|_", "x ＜@all> ＜font> "
			"＊a＊ ［x](y) ｀|_" },
		{ &md_dialect_wecom_v2, "x ", "|*_`~<[]", "x ｜＊＿｀～＜［］" },
		{ &md_dialect_teams, "x ", "*_`[]()~ <at>", "x \\*\\_\\`\\[\\]\\(\\)\\~ <at>" },
		{ &md_dialect_teams, "x ", "{{DATE(1)}}", "x {\xE2\x80\x8B{DATE\\(1\\)}}" },
		{ &md_dialect_slack, "x ", "<!channel> & a", "x &lt;!channel&gt; &amp; a" },
		{ &md_dialect_slack, "x ", "*a", "x \xE2\x80\x8B*\xE2\x80\x8B" "a" },
		{ &md_dialect_discord, "x ", "*_~|`<[a]", "x \\*\\_\\~\\|\\`\\<\\[a\\]" },
		{ &md_dialect_discord, "", "# h", "\\# h" },
		{ &md_dialect_telegram, "x ", "<b>&", "x &lt;b&gt;&amp;" },
		{ &md_dialect_googlechat, "x ", "<users/all>", "x ‹users/all>" },
		{ &md_dialect_text, "x ", "*a* <b>", "x *a* <b>" },
	};

	struct buf b = BUF_INIT;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		check(rows[i].d, rows[i].before, rows[i].data, rows[i].expected);
	render(&b, "| a |\n|---|\n| `", "x|y", "` |", &md_dialect_wecom_v2);
	assert_string_equal(buf_text(&b), "| a |\n| --- |\n| `x｜y` |");
	/* A value between two marks of the author's makes no pair and no tag of them. */
	buf_clear(&b);
	render(&b, "\\*", "v", "\\* \\<", &md_dialect_dingtalk);
	assert_string_equal(buf_text(&b), "＊v＊ <");
	buf_clear(&b);
	render(&b, "\\<", "at id=all", ">", &md_dialect_lark);
	assert_string_equal(buf_text(&b), "&#60;at id=all>");
	buf_fini(&b);
}

#define ZW "\xE2\x80\x8B"

static void
check_author(const struct md_dialect *d, const char *source, const char *expected)
{
	struct span span = { str_from(source), false };
	struct text t = { &span, 1 };
	struct arena a = ARENA_INIT;
	struct buf b = BUF_INIT;

	render_markdown_tree(&b, parse(&a, &t), d);
	if (strcmp(buf_text(&b), expected) != 0)
		fail_msg("%s: %s is\n%s\nnot\n%s", d->name, source, buf_text(&b), expected);
	buf_fini(&b);
	arena_fini(&a);
}

static void
test_author_keeps_meaning(void **state)
{
	(void)state;
	check_author(&md_dialect_gfm, "# A\n\n**b** *i* ~~s~~ `c`", "# A\n\n**b** *i* ~~s~~ `c`");
	check_author(&md_dialect_gfm, "1 * 2 and a_b and 3 < 4", "1 \\* 2 and a_b and 3 < 4");
	check_author(&md_dialect_gfm, "\\*not\\*", "\\*not\\*");
	check_author(&md_dialect_gfm, "```\na\n  b\n```", "```\na\n  b\n```");
	check_author(&md_dialect_gfm, "- a\n\n- b\n  c", "- a\n\n- b\n  c");
	check_author(&md_dialect_gfm, "3. a\n4. b", "3. a\n4. b");
	check_author(&md_dialect_slack, "# A **b**\n\n**x** _y_ ~~z~~ [t](http://h?a=1&b=2)",
		"*A b*\n\n*x* _y_ ~z~ <http://h?a=1&b=2|t>");
	check_author(&md_dialect_telegram, "# A\n\n> q\n\n```\nx<y\nz\n```",
		"<b>A</b>\n\n<blockquote>q</blockquote>\n\n<pre>x&lt;y\nz</pre>");
	check_author(&md_dialect_telegram, "[t](http://h?a=1&b=2)",
		"<a href=\"http://h?a=1&amp;b=2\">t</a>");
	check_author(&md_dialect_dingtalk, "a  \nb\n\n- [x] t\n- [ ] u",
		"a  \nb\n\n- ☑ t\n- ☐ u");
	check_author(&md_dialect_dingtalk, "[t](dingtalk://x) [u](javascript:x)",
		"[t](dingtalk://x) u");
	check_author(&md_dialect_wecom, "a\nb  \nc <br> d", "a b\nc \n d");
	check_author(&md_dialect_lark, "![i](http://h/i.png)", "[i](http://h/i.png)");
	check_author(&md_dialect_text, "[t](http://h) http://h/x", "t (http://h) http://h/x");
	check_author(&md_dialect_discord, "#### x\n\n1. a\n   - b", "**x**\n\n1. a\n   - b");
	check_author(&md_dialect_dingtalk, "<font color=red>x</font>", "x");
	/* What was escaped stays text, what never was a mark is left alone. */
	check_author(&md_dialect_dingtalk, "\\*a\\* 3 * 4 a_b_c rev* \\_u\\_ &lt;b&gt; 1 < 2",
		"＊a＊ 3 * 4 a_b_c rev* ＿u＿ ＜b> 1 < 2");
	check_author(&md_dialect_lark, "\\*a\\* :OK: &lt;at id=all&gt;",
		"&#42;a&#42; :OK: &#60;at id=all>");
	check_author(&md_dialect_discord, "\\*\\*a\\*\\* \\~\\~b\\~\\~ 8~10",
		"\\*\\*a\\*\\* \\~~b\\~~ 8~10");
	check_author(&md_dialect_telegram, "\\*a\\* &lt;b&gt;", "*a* &lt;b&gt;");
	check_author(&md_dialect_slack, "\\*a\\* & 5*",
		ZW "*" ZW "a" ZW "*" ZW " &amp; 5*");
	check_author(&md_dialect_dingtalk, "| a |\n|---|\n| b\\|c `d\\|e` |",
		"| a |\n| --- |\n| b｜c `d｜e` |");
	check_author(&md_dialect_gfm, "| a |\n|---|\n| b\\|c `d\\|e` |",
		"| a |\n| --- |\n| b\\|c `d\\|e` |");
}

/* Bold beside Chinese punctuation and values, where CommonMark alone sees none. */
static void
test_emphasis_without_blanks(void **state)
{
	static const struct {
		const char *before, *data, *after, *expected;
	} rows[] = {
		{ "**合计：**", "41", "", "<b>合计：</b>41" },
		{ "总计**（元）**", "41", "", "总计<b>（元）</b>41" },
		{ "合计**", "41", "**元", "合计<b>41</b>元" },
		{ "*“", "x", "”*是", "<i>“x”</i>是" },
		{ "**Total:**", "41", "", "<b>Total:</b>41" },
		{ "~~旧：~~新 ", "x", "", "<s>旧：</s>新 x" },
		{ "5*(3)*2 ", "x", "", "5*(3)*2 x" },
		{ "a * b * ", "x", "", "a * b * x" },
		{ "`**合计：**`", "x", "", "<code>**合计：**</code>x" },
		{ "[t](http://h/**：**b) ", "x", "", "<a href=\"http://h/**：**b\">t</a> x" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct buf b = BUF_INIT;

		render(&b, rows[i].before, rows[i].data, rows[i].after, &md_dialect_telegram);
		assert_string_equal(buf_text(&b), rows[i].expected);
		buf_fini(&b);
	}
}

static void
test_urls(void **state)
{
	static const struct {
		const char *author, *data, *expected; /* NULL: refused */
	} rows[] = {
		{ "https://h/?q=", "a b|c)<\"", "https://h/?q=a%20b%7Cc%29%3C%22" },
		{ "", "https://h/x", "https://h/x" },
		{ "", "javascript:alert(1)", NULL },
		{ "", " JaVa\tScript:alert(1)", NULL },
		{ "", "data:text/html,x", NULL },
		{ "", "vbscript:x", NULL },
		{ "", "averyveryveryverylongscheme:x", NULL },
		{ "", "mailto:a@b.c", "mailto:a@b.c" },
		{ "/rel/", "x:y", "/rel/x:y" },
		{ "", "page.html#a:b", "page.html#a:b" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct span spans[2] = { { str_from(rows[i].author), false },
			{ str_from(rows[i].data), true } };
		struct text url = { spans, 2 };
		struct buf b = BUF_INIT;
		bool ok = markdown_add_url(&b, &url, NULL);

		if (ok != (rows[i].expected != NULL) ||
			(ok && strcmp(buf_text(&b), rows[i].expected) != 0))
			fail_msg("%s%s: %s", rows[i].author, rows[i].data, buf_text(&b));
		buf_fini(&b);
	}
}

/* The sales example as DingTalk and Lark get it (dataworks.md 2.5). */
static void
test_tables(void **state)
{
	struct block block = lib_sales_table();
	struct buf b = BUF_INIT;
	struct fixture f;

	(void)state;
	lib_sales(&f);
	lib_blocks(&f, &block, 1);
	assert_true(lib_compose(&f));
	render_markdown(&b, &f.doc, &md_dialect_dingtalk, true);
	assert_string_equal(buf_text(&b),
		"# Sales 20240102\n\n"
		"| id | Department | Revenue | Change |\n| ---: | --- | ---: | ---: |\n"
		"| 1 | Dept. 1 | 11000 | -1000 CNY ▼ |\n"
		"| 2 | Dept. 2 | 20000 | -1000 CNY ▼ |\n"
		"| 3 | Dept. 3 | 10000 | 5000 CNY |\n");
	buf_clear(&b);
	render_markdown(&b, &f.doc, &md_dialect_lark, false);
	assert_non_null(strstr(buf_text(&b), "| <font color='red'>-1000 CNY</font> ▼ |"));
	buf_clear(&b);
	render_markdown(&b, &f.doc, &md_dialect_wecom, false);
	assert_non_null(strstr(buf_text(&b), "- **1** — Department: Dept. 1, Revenue: 11000, "
		"Change: <font color=\"warning\">-1000 CNY</font> ▼\n"));
	buf_clear(&b);
	render_markdown(&b, &f.doc, &md_dialect_discord, false);
	assert_string_equal(buf_text(&b),
		"```\n"
		"id  Department  Revenue       Change\n"
		"--  ----------  -------  -----------\n"
		" 1  Dept. 1       11000  -1000 CNY ▼\n"
		" 2  Dept. 2       20000  -1000 CNY ▼\n"
		" 3  Dept. 3       10000     5000 CNY\n"
		"```\n");
	f.results[0].truncated = true; /* at max_rows: said in the message too */
	assert_true(lib_compose(&f));
	buf_clear(&b);
	render_markdown(&b, &f.doc, &md_dialect_dingtalk, false);
	assert_non_null(strstr(buf_text(&b), "5000 CNY |\n\nonly the first 3 rows of the query\n"));
	buf_fini(&b);
	lib_fini(&f);
}

/* What the preview shows of it is what is sent: the words without the tags, and why. */
static void
test_tags_are_left_out(void **state)
{
	struct block blocks[] = {
		{ .kind = BLOCK_MARKDOWN,
			.text = "a<br>b <!-- no --> <font color=\"red\">x</font> <i>e</i>\n\n<p>p</p>" },
		{ .kind = BLOCK_MARKDOWN, .text = "a<br>b <!-- no --> 1 < 2 and `<b>`" },
		{ .kind = BLOCK_MARKDOWN,
			.text = "x <i title=\"数据数据数据数据数据数据数据数据数据数据数据数据数据数据\">" },
	};
	struct render_text_options options = { .columns = 40 };
	struct buf b = BUF_INIT;
	struct fixture f;

	(void)state;
	lib_sales(&f);
	lib_blocks(&f, blocks, 1);
	assert_true(lib_compose(&f));
	render_markdown(&b, &f.doc, &md_dialect_dingtalk, false);
	assert_string_equal(buf_text(&b), "a  \nb  x e\n\np\n");
	assert_int_equal(f.doc.warning_count, 1);
	assert_string_equal(f.doc.warnings[0].code, "W_HTML");
	assert_non_null(strstr(f.doc.warnings[0].message, "<font color=\"red\"> and other tags"));
	buf_clear(&b);
	render_text(&b, &f.doc, &options);
	assert_non_null(strstr(buf_text(&b), "x e"));
	assert_null(strchr(buf_text(&b), '<'));
	/* Markdown files keep them. */
	buf_clear(&b);
	render_markdown(&b, &f.doc, &md_dialect_gfm, false);
	assert_non_null(strstr(buf_text(&b), "<font color=\"red\">x</font>"));
	lib_blocks(&f, blocks + 1, 1);
	assert_true(lib_compose(&f));
	buf_clear(&b);
	render_markdown(&b, &f.doc, &md_dialect_dingtalk, false);
	assert_int_equal(f.doc.warning_count, 0);
	/* A long one is cut between characters. */
	lib_blocks(&f, blocks + 2, 1);
	assert_true(lib_compose(&f));
	render_markdown(&b, &f.doc, &md_dialect_dingtalk, false);
	assert_true(utf8_is_valid(str_from(f.doc.warnings[0].message)));
	assert_non_null(strstr(f.doc.warnings[0].message, "据数 and other tags"));
	buf_fini(&b);
	lib_fini(&f);
}

static void
test_units_for_cards(void **state)
{
	struct block blocks[] = {
		{ .kind = BLOCK_MARKDOWN, .text = "# H \"x\"\n\ntext\n\n- a\n- b" },
		{ .kind = BLOCK_IMAGE, .text = "", .path = "/tmp/x.png", .url = "", .alt = "pic" },
	};
	struct md_units_options options = { .element = { "{\"c\":\"", "\"}" },
		.element_escape = json_add_escaped };
	struct unit_list units;
	struct fixture f;

	(void)state;
	lib_sales(&f);
	lib_blocks(&f, blocks, 2);
	assert_true(lib_compose(&f));
	unit_list_init(&units, &f.doc.arena);
	render_markdown_units(&units, &f.doc, &md_dialect_lark, &options);
	assert_int_equal(units.count, 3);
	assert_true(str_is(units.list[0].head, "{\"c\":\"# H \\\"x\\\"\"}"));
	assert_true(units.list[0].keep_with_next);
	assert_int_equal(units.list[2].row_count, 2);
	assert_true(str_is(units.list[2].between, "\\n"));
	assert_string_equal(f.doc.warnings[0].code, "W_IMAGE");
	lib_fini(&f);
}

/* A paragraph larger than a part: each piece closes its own marks. */
static void
test_long_paragraph_is_cut_with_its_marks(void **state)
{
	struct buf source = BUF_INIT;
	struct block block = { .kind = BLOCK_MARKDOWN };
	struct md_units_options options = { .max = 80, .measure = parts_measure_html };
	struct unit_list units;
	struct fixture f;

	(void)state;
	buf_adds(&source, "start **bold ");
	buf_add_repeat(&source, "wörter & more ", 40);
	buf_adds(&source, "end** tail ");
	buf_add_repeat(&source, "日", 200);
	block.text = buf_text(&source);
	lib_plain(&f);
	f.in.input_count = 0;
	lib_blocks(&f, &block, 1);
	assert_true(lib_compose(&f));
	unit_list_init(&units, &f.doc.arena);
	render_markdown_units(&units, &f.doc, &md_dialect_telegram, &options);
	assert_true(units.count > 8);
	for (size_t i = 0; i < units.count; i++) {
		struct str s = units.list[i].head;
		size_t opened = 0, closed = 0;

		assert_true(parts_measure_html(s) <= 80);
		for (size_t at = 0; (at = str_find(s, STR("<b>"), at)) != SIZE_MAX; at++)
			opened++;
		for (size_t at = 0; (at = str_find(s, STR("</b>"), at)) != SIZE_MAX; at++)
			closed++;
		assert_int_equal(opened, closed);
	}
	buf_fini(&source);
	lib_fini(&f);
}

static void
test_depth_is_bounded(void **state)
{
	struct buf deep = BUF_INIT;
	struct arena a = ARENA_INIT;
	struct err err = ERR_INIT;
	struct span span;
	struct text t = { &span, 1 };

	(void)state;
	buf_add_repeat(&deep, "> ", 500);
	buf_adds(&deep, "x");
	span = (struct span){ buf_str(&deep), false };
	assert_null(markdown_parse(&a, &t, &err));
	assert_int_equal(err.code, ERR_LIMIT);
	buf_fini(&deep);
	arena_fini(&a);
}

/* Marks in the author's own text are none: they were never ours. */
static void
test_forged_marks(void **state)
{
	struct span spans[] = { { STR("a \xEF\xB7\x90" "0\xEF\xB7\x91 "), false },
		{ STR("data"), true } };
	struct text t = { spans, 2 };
	struct arena a = ARENA_INIT;
	struct buf b = BUF_INIT;

	(void)state;
	render_markdown_tree(&b, parse(&a, &t), &md_dialect_text);
	assert_string_equal(buf_text(&b), "a 0 data");
	buf_fini(&b);
	arena_fini(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_data_survives_reading_again),
		cmocka_unit_test(test_matrix),
		cmocka_unit_test(test_author_keeps_meaning),
		cmocka_unit_test(test_emphasis_without_blanks),
		cmocka_unit_test(test_urls),
		cmocka_unit_test(test_tables),
		cmocka_unit_test(test_tags_are_left_out),
		cmocka_unit_test(test_units_for_cards),
		cmocka_unit_test(test_long_paragraph_is_cut_with_its_marks),
		cmocka_unit_test(test_depth_is_bounded),
		cmocka_unit_test(test_forged_marks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
