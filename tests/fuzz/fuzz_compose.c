/* SPDX-License-Identifier: MIT */
/* The first byte chooses, the rest is "text NUL value NUL value …": a template over
 * hostile values, composed and written in every form. */
#include <stdio.h>
#include <stdlib.h>

#include "src/base/json.h"
#include "src/base/utf8.h"
#include "src/content/compose.h"
#include "src/content/csv.h"
#include "src/content/render_html.h"
#include "src/content/render_json.h"
#include "src/content/render_markdown.h"
#include "src/content/render_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define require(ok) require_at((ok), __LINE__)

static void
require_at(bool ok, int line)
{
	if (ok)
		return;
	fprintf(stderr, "line %d\n", line);
	abort();
}

static struct str
next(struct str *rest)
{
	size_t end = str_find(*rest, (struct str){ "", 1 }, 0);
	struct str s = str_slice(*rest, 0, end);

	*rest = end == SIZE_MAX ? STR_NONE : str_slice(*rest, end + 1, rest->len);
	return s;
}

/* Text for a terminal holds no control and no mark of ours. */
static void
check_text(const struct document *doc, int columns)
{
	struct render_text_options o = { .columns = columns, .ascii = columns % 2 };
	struct buf b = BUF_INIT, styled = BUF_INIT, stripped = BUF_INIT;

	render_text(&b, doc, &o);
	o.styled = true;
	render_text(&styled, doc, &o);
	text_role_strip(&stripped, buf_str(&styled));
	require(str_equal(buf_str(&stripped), buf_str(&b)));
	require(utf8_is_valid(buf_str(&b)));
	for (size_t i = 0; i < b.len; i++)
		require(b.p[i] == '\n' || b.p[i] == '\t' || (unsigned char)b.p[i] >= 0x20);
	require(str_find(buf_str(&b), STR("\xEF\xB7\x92"), 0) == SIZE_MAX);
	buf_fini(&b);
	buf_fini(&styled);
	buf_fini(&stripped);
}

static void
check_dialects(struct document *doc, uint8_t choice)
{
	static const char *const names[] = { "gfm", "dingtalk", "lark", "wecom", "wecom_v2",
		"teams", "slack", "discord", "telegram", "googlechat", "ntfy", "text" };
	const struct md_dialect *d = md_dialect_find(names[choice % ARRAY_LEN(names)]);
	struct md_units_options o = { .max = 300, .measure = parts_measure_json,
		.element = { "{\"", "\"}" }, .element_escape = json_add_escaped };
	struct parts_options plan = { .budget = 400, .measure = NULL, .separator = ",",
		.oversize = choice & 1 ? OVERSIZE_TRUNCATE : OVERSIZE_SPLIT,
		.shorten = render_markdown_shorten, .context = (void *)d };
	struct unit_list units;
	struct parts parts;
	struct err err = ERR_INIT;
	struct buf b = BUF_INIT;

	render_markdown(&b, doc, d, true);
	require(utf8_is_valid(buf_str(&b)));
	buf_fini(&b);
	unit_list_init(&units, &doc->arena);
	if (choice & 2)
		o.element.open = NULL;
	render_markdown_units(&units, doc, d, &o);
	if (!parts_plan(&plan, &units, doc, &parts, &err))
		return;
	for (size_t i = 0; i < parts.count; i++) {
		require(parts.list[i].text.len == parts.list[i].cost);
		require(parts.list[i].cost <= plan.budget);
		require(utf8_is_valid(parts.list[i].text));
	}
}

/* No value ever opens a tag; author's HTML counts only in an HTML block. */
static void
check_files(const struct document *doc)
{
	struct render_html_options html = { 0 };
	struct csv_options csv = { .bom = true, .neutralise = true };
	struct buf b = BUF_INIT;
	struct err err = ERR_INIT;
	cJSON *json;

	render_html(&b, doc, &html);
	require(utf8_is_valid(buf_str(&b)));
	require(str_find(buf_str(&b), STR("<script"), 0) == SIZE_MAX);
	buf_clear(&b);
	csv_add_table(&b, &doc->blocks[1].table, &csv);
	buf_clear(&b);
	require(render_json_document(&b, doc, &err));
	json = json_parse(buf_str(&b), &err);
	require(json != NULL);
	cJSON_Delete(json);
	buf_fini(&b);
}

static void
fill(struct result *r, struct str rest)
{
	struct column columns[] = { { STR("a"), VALUE_TEXT, STR_NONE },
		{ STR("b"), VALUE_DECIMAL, STR_NONE } };
	struct err err = ERR_INIT;
	struct buf clean = BUF_INIT;

	r->name = STR("q1");
	result_set_columns(r, columns, 2);
	for (int i = 0; i < 20 && rest.len; i++) {
		struct value v[2] = { { VALUE_TEXT, STR_NONE }, { VALUE_DECIMAL, STR("-1.5") } };

		buf_clear(&clean);
		utf8_clean(&clean, next(&rest));
		v[0].text = buf_str(&clean);
		if (i % 3 == 2)
			v[1] = (struct value){ VALUE_NULL, STR_NONE };
		require(result_add_row(r, v, &err));
	}
	buf_fini(&clean);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cell_rule when[] = { { .op = OP_LT, .value = "0", .value2 = "",
		.color = COLOR_RED, .mark = "▼" } };
	struct table_column columns[] = {
		{ .field = "a", .header = "", .prefix = "", .suffix = "" },
		{ .field = "b", .header = "B ${p}", .prefix = "$", .suffix = " CNY", .when = when,
			.when_count = 1 } };
	struct block blocks[2] = { { .kind = BLOCK_MARKDOWN },
		{ .kind = BLOCK_TABLE, .text = "", .columns = columns, .column_count = 2 } };
	struct task task = { .name = "t" };
	struct node push = { .name = "p", .kind = NODE_PUSH, .blocks = blocks, .block_count = 2 };
	struct parameter parameters[] = { { "p", "2024-01-02" } };
	struct result result = RESULT_INIT;
	const struct result *results[] = { &result };
	struct bound_input input = { .name = "inputs", .results = results, .result_count = 1 };
	struct compose_input in = { .task = &task, .push = &push, .inputs = &input,
		.input_count = 1, .parameters = parameters, .parameter_count = 1 };
	struct document doc = DOCUMENT_INIT;
	struct err err = ERR_INIT;
	struct str rest = { (const char *)data + 1, size ? size - 1 : 0 };
	char *text;

	if (size < 2)
		return 0;
	text = str_dup(next(&rest));
	fill(&result, rest);
	blocks[0].text = push.title = text;
	blocks[0].source_mode = (data[0] & 0x10) != 0;
	in.is_preview = (data[0] & 0x20) != 0;
	if (compose_document(&in, &doc, &err)) {
		check_text(&doc, 5 + (data[0] & 0x3F));
		check_dialects(&doc, data[0]);
		check_files(&doc);
	} else {
		require(err.code != ERR_NONE);
	}
	document_fini(&doc);
	result_fini(&result);
	free(text);
	return 0;
}
