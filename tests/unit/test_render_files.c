/* SPDX-License-Identifier: MIT */
#include "src/content/csv.h"
#include "src/content/render_html.h"
#include "src/content/render_json.h"
#include "src/content/xlsx.h"
#include "src/base/json.h"
#include "tests/unit/lib_doc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static void
test_values(void **state)
{
	static const struct {
		enum value_kind kind;
		const char *text;
		bool neutralise;
		const char *csv;
	} rows[] = {
		{ VALUE_NULL, "", false, "" },
		{ VALUE_TEXT, "", false, "\"\"" },
		{ VALUE_TEXT, "a", false, "a" },
		{ VALUE_TEXT, "a,b", false, "\"a,b\"" },
		{ VALUE_TEXT, "a\"b", false, "\"a\"\"b\"" },
		{ VALUE_TEXT, "a\nb", false, "\"a\nb\"" },
		{ VALUE_TEXT, " a", false, "\" a\"" },
		{ VALUE_TEXT, "=1+1", false, "=1+1" },
		{ VALUE_TEXT, "=1+1", true, "\"'=1+1\"" },
		{ VALUE_TEXT, "@x", true, "\"'@x\"" },
		{ VALUE_TEXT, "\tx", true, "\"'\tx\"" },
		{ VALUE_TEXT, "-x", true, "\"'-x\"" },
		{ VALUE_INT, "-1000", true, "-1000" },
		{ VALUE_TEXT, "+1.5e3", true, "+1.5e3" },
		{ VALUE_BYTES, "\x01\xff", false, "\\x01ff" },
		{ VALUE_TEXT, "日报", false, "日报" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct value v = { rows[i].kind, str_from(rows[i].text) };
		struct csv_options o = { .neutralise = rows[i].neutralise };
		struct buf b = BUF_INIT;

		csv_add_value(&b, &v, &o);
		assert_string_equal(buf_text(&b), rows[i].csv);
		buf_fini(&b);
	}
}

static bool
collect(void *context, struct str bytes, struct err *err)
{
	(void)err;
	buf_add_str(context, bytes);
	return true;
}

static bool
refuse(void *context, struct str bytes, struct err *err)
{
	(void)context;
	(void)bytes;
	return err_set(err, ERR_IO, "no");
}

static void
test_sink(void **state)
{
	struct column columns[] = { { STR("a"), VALUE_INT, STR_NONE },
		{ STR("b,c"), VALUE_TEXT, STR_NONE } };
	struct value row[] = { { VALUE_INT, STR("1") }, { VALUE_TEXT, STR("x y") } };
	struct csv_options o = { .bom = true };
	struct csv_sink s;
	struct err err = ERR_INIT;
	struct buf out = BUF_INIT;

	(void)state;
	csv_sink_init(&s, &o, collect, &out);
	assert_true(s.sink.columns(&s.sink, columns, 2, &err));
	assert_true(s.sink.row(&s.sink, row, 2, &err));
	assert_int_equal(out.len, 0); /* rows go out together */
	assert_true(csv_sink_finish(&s, &err));
	assert_string_equal(buf_text(&out), "\xEF\xBB\xBF" "a,\"b,c\"\r\n1,x y\r\n");
	for (int i = 0; i < 100000; i++)
		assert_true(s.sink.row(&s.sink, row, 2, &err));
	assert_true(s.line.cap < (1 << 18)); /* memory does not grow with the rows */
	csv_sink_fini(&s);
	csv_sink_init(&s, &o, refuse, NULL);
	for (int i = 0; i < 20000 && err.code == ERR_NONE; i++)
		s.sink.row(&s.sink, row, 2, &err);
	assert_int_equal(err.code, ERR_IO);
	csv_sink_fini(&s);
	buf_fini(&out);
}

static void
test_json(void **state)
{
	static const struct {
		enum value_kind kind;
		const char *text, *json;
	} rows[] = {
		{ VALUE_NULL, "", "null" },
		{ VALUE_INT, "12", "12" },
		{ VALUE_INT, "-1000", "-1000" },
		{ VALUE_INT, "9007199254740993", "\"9007199254740993\"" },
		{ VALUE_DECIMAL, "1.50", "1.50" },
		{ VALUE_DECIMAL, "007", "\"007\"" },
		{ VALUE_DECIMAL, "0.5", "0.5" },
		{ VALUE_DECIMAL, "1.", "\"1.\"" },
		{ VALUE_FLOAT, "NaN", "\"NaN\"" },
		{ VALUE_FLOAT, "1e5", "\"1e5\"" },
		{ VALUE_BOOL, "true", "true" },
		{ VALUE_TEXT, "a\"b\n", "\"a\\\"b\\n\"" },
		{ VALUE_TEXT, "12", "\"12\"" },
		{ VALUE_BYTES, "\x01", "\"\\\\x01\"" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct value v = { rows[i].kind, str_from(rows[i].text) };
		struct buf b = BUF_INIT;

		render_json_value(&b, &v);
		assert_string_equal(buf_text(&b), rows[i].json);
		buf_fini(&b);
	}
}

static void
compose_hostile(struct fixture *f)
{
	static const char *const rows[] = { "<b>x</b> & \"q\"|=1+1", "\\N|'s" };
	static struct block blocks[] = { { .kind = BLOCK_TABLE, .text = "" },
		{ .kind = BLOCK_MARKDOWN, .text = "**${a[0]}** [l](http://h/?q=${a[0]}) <i>x</i>\n\n"
			"<script>alert(1)</script>\n\n[bad](javascript:x)" },
		{ .kind = BLOCK_EMAIL_BODY, .text = "Dear all,\nhere ${b[0]}" },
		{ .kind = BLOCK_EMAIL_BODY, .text = "<p>own ${a[0]}</p>", .is_html = true } };

	lib_plain(f);
	f->push.title = "T <${a[0]}>";
	lib_result(&f->results[0], "q1", "a:text,b:text", rows, 2);
	f->list[0] = &f->results[0];
	f->inputs[0].result_count = 1;
	lib_blocks(f, blocks, 4);
	if (!lib_compose(f))
		fail_msg("%s", f->err.msg);
}

static void
test_html(void **state)
{
	struct render_html_options o = { 0 };
	struct buf b = BUF_INIT;
	struct fixture f;
	const char *html;

	(void)state;
	compose_hostile(&f);
	render_html(&b, &f.doc, &o);
	html = buf_text(&b);
	assert_non_null(strstr(html, "<title>T &lt;&lt;b&gt;x&lt;/b&gt; &amp; &quot;q&quot;&gt;"));
	assert_non_null(strstr(html, ">&lt;b&gt;x&lt;/b&gt; &amp; &quot;q&quot;</td>"));
	assert_non_null(strstr(html, "<strong>&lt;b&gt;x&lt;/b&gt;"));
	assert_non_null(strstr(html, "href=\"http://h/?q=%3Cb%3Ex%3C/b%3E%20&amp;%20%22q%22\""));
	assert_non_null(strstr(html, "&lt;i&gt;x&lt;/i&gt;"));
	assert_non_null(strstr(html, "Dear all,<br>\nhere =1+1"));
	assert_non_null(strstr(html, "<p>own &lt;b&gt;x&lt;/b&gt; &amp; &quot;q&quot;</p>"));
	assert_null(strstr(html, "<script"));
	assert_null(strstr(html, "javascript"));
	assert_null(strstr(html, "<b>x"));
	buf_clear(&b);
	o.email_body_only = o.fragment = true;
	o.max_rows = 1;
	render_html(&b, &f.doc, &o);
	html = buf_text(&b);
	assert_null(strstr(html, "<strong>"));
	assert_null(strstr(html, "<html"));
	assert_non_null(strstr(html, "1 of 2 rows"));
	buf_fini(&b);
	lib_fini(&f);
}

static void
test_json_document(void **state)
{
	struct buf b = BUF_INIT;
	struct fixture f;
	cJSON *json;

	(void)state;
	compose_hostile(&f);
	assert_true(render_json_document(&b, &f.doc, &f.err));
	json = json_parse(buf_str(&b), &f.err);
	if (!json)
		fail_msg("%s\n%s", f.err.msg, buf_text(&b));
	assert_string_equal(cJSON_GetObjectItem(json, "title")->valuestring,
		"T <<b>x</b> & \"q\">");
	assert_string_equal(cJSON_GetObjectItem(json, "scheduled_at")->valuestring,
		"2024-01-03T00:00:00+00:00");
	assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(json, "tables")), 1);
	cJSON_Delete(json);
	buf_fini(&b);
	lib_fini(&f);
}

static void
test_xlsx(void **state)
{
	static const char *const rows[] = { "1|2.50|true|2024-01-02|2024-01-02 03:04:05|=1+1|x",
		"123456789012345678901|\\N|false|bad|2024-01-02 03:04:05.5|日报|y" };
	struct block blocks[] = { { .kind = BLOCK_TABLE, .text = "" },
		{ .kind = BLOCK_TABLE, .text = "" } };
	const struct doc_table *tables[2];
	struct buf a = BUF_INIT, b = BUF_INIT;
	struct fixture f;

	(void)state;
	lib_plain(&f);
	lib_result(&f.results[0], "q[1]: */?",
		"i:int,d:decimal,b:bool,day:date,at:timestamp,t:text,bytes:bytes", rows, 2);
	f.list[0] = &f.results[0];
	f.inputs[0].result_count = 1;
	lib_blocks(&f, blocks, 2);
	assert_true(lib_compose(&f));
	for (size_t i = 0; i < 2; i++)
		tables[i] = &f.doc.blocks[i].table;
	assert_true(xlsx_add_tables(&a, tables, 2, &f.err));
	assert_true(xlsx_add_tables(&b, tables, 2, &f.err));
	assert_true(a.len > 4000);
	assert_memory_equal(a.p, "PK\003\004", 4);
	assert_true(str_equal(buf_str(&a), buf_str(&b)));
	buf_fini(&a);
	buf_fini(&b);
	lib_fini(&f);
}

/* Each byte at each place of a text, among what needs no escape. */
static void
test_html_escapes(void **state)
{
	static const char *const entities[256] = { ['&'] = "&amp;", ['<'] = "&lt;",
		['>'] = "&gt;", ['"'] = "&quot;", ['\''] = "&#39;", ['\n'] = "<br>\n" };

	(void)state;
	for (size_t len = 1; len <= 18; len++)
		for (size_t place = 0; place < len; place++)
			for (int byte = 1; byte < 256; byte++) {
				char text[32], one[2] = { (char)byte, '\0' }, expected[64];
				struct buf got = BUF_INIT;

				memset(text, '%', len);
				text[place] = (char)byte;
				snprintf(expected, sizeof(expected), "%.*s%s%.*s", (int)place,
					"%%%%%%%%%%%%%%%%%%", entities[byte] ? entities[byte] : one,
					(int)(len - place - 1), "%%%%%%%%%%%%%%%%%%");
				html_escape(&got, (struct str){ text, len }, true);
				assert_string_equal(buf_text(&got), expected);
				buf_fini(&got);
			}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_html_escapes),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_sink),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_html),
		cmocka_unit_test(test_json_document),
		cmocka_unit_test(test_xlsx),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
