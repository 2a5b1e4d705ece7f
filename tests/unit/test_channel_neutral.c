/* SPDX-License-Identifier: MIT */
/* Hostile values one at a time in what the channels build (channels.md 12); what arrives
 * at their servers is read by tests/integration/test_channel_hostile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "src/base/utf8.h"
#include "src/content/markdown.h"
#include "tests/unit/lib_channel.h"

static void
compose(struct fixture *f)
{
	if (!lib_compose(f))
		fail_msg("%s", f->err.msg);
}

static cJSON *
parse(const struct part *part)
{
	struct err err = ERR_INIT;
	cJSON *json = json_parse(part->body, &err);

	if (!json)
		fail_msg("%s: %s", err.msg, part->body.p);
	return json;
}

static const char *const hostile[] = {
	"a|b", "*bold* **bold**", "_it_ __it__", "`code`", "``` fence", "~~strike~~", "# head",
	"> quote", "- item", "+ item", "1. item", "3) item", "---", "===",
		"[x](javascript:alert(1))",
	"[x](https://evil.example)", "![](https://evil.example/a.png)", "<at id=all></at>",
	"<at user_id=\"all\">all</at>", "<at>Ann</at>", "<@userid>", "<@all>", "<!channel>",
	"<!here>", "<users/all>", "@everyone", "@here", "<font color='red'>x</font>",
	"<font color=\"warning\">x</font>", "<script>alert(1)</script>", "<b>x</b>", "</pre><b>x",
	"<img src=x onerror=alert(1)>", "&lt;b&gt;", "&#42;x&#42;", "\\*x\\*", "\\", "a\\|b",
	"{{DATE(2024-01-01T00:00:00Z)}}", "${date}", "x\" onmouseover=\"y", "1_000_000", "a*b*c",
	"https://evil.example", "<https://evil.example>", "\xE2\x80\xAE" "evil",
		"a\xE2\x80\xA8" "b",
	":tada:", "||spoiler||", "$x^2$", "\"}],\"at\":{\"isAtAll\":true}", "'; DROP TABLE x; --",
	"a`b", "`` ` ``", "[^1]", "- [x] task", "    code", "<!-- c -->", "<?php ?>", "&nbsp;",
};

/* What a parser of the channel must not find in what came from data. */
static bool
forbidden(enum md_kind kind, bool in_cell)
{
	switch ((int)kind) {
	case MD_LINK:
	case MD_IMAGE:
	case MD_EMPH:
	case MD_STRONG:
	case MD_STRIKE:
	case MD_CODE:
	case MD_HTML_BLOCK:
	case MD_HTML_INLINE:
		return true;
	case MD_HEADING:
	case MD_QUOTE:
	case MD_LIST:
	case MD_CODE_BLOCK:
	case MD_RULE:
		return in_cell;
	default:
		return false;
	}
}

static const struct md_node *
find_forbidden(const struct md_node *node, bool in_cell)
{
	for (const struct md_node *n = node; n; n = n->next) {
		const struct md_node *found;

		if (forbidden(n->kind, in_cell))
			return n;
		found = find_forbidden(n->first, in_cell || n->kind == MD_CELL);
		if (found)
			return found;
	}
	return NULL;
}

static int
count_cells(const struct md_node *node, int rows[2])
{
	for (const struct md_node *n = node; n; n = n->next) {
		rows[0] += n->kind == MD_ROW;
		rows[1] += n->kind == MD_CELL;
		count_cells(n->first, rows);
	}
	return rows[1];
}

/* Bare URLs become links by themselves everywhere; they show what they are. */
static bool
is_bare_url(const struct md_node *n)
{
	struct buf text = BUF_INIT, url = BUF_INIT;
	bool same;

	if (n->kind != MD_LINK || !n->first || n->first->kind != MD_TEXT)
		return false;
	text_plain(&text, &n->first->text);
	text_plain(&url, &n->url);
	same = strstr(buf_text(&url), buf_text(&text)) != NULL;
	buf_fini(&text);
	buf_fini(&url);
	return same;
}

/* The text read by cmark as the client's Markdown: `blocks` of kinds that are ours. */
static void
check_markdown(const char *channel, const char *value, const char *text, int rows, int cells)
{
	struct arena arena = ARENA_INIT;
	struct span span = { str_from(text), false };
	struct text source = { &span, 1 };
	struct err err = ERR_INIT;
	struct md_node *root = markdown_parse(&arena, &source, &err);
	const struct md_node *bad;
	int counted[2] = { 0, 0 };

	assert_non_null(root);
	bad = find_forbidden(root->first, false);
	if (bad && !is_bare_url(bad))
		fail_msg("%s: value '%s' acts (%d): %s", channel, value, (int)bad->kind, text);
	count_cells(root->first, counted);
	if (rows && (counted[0] != rows || counted[1] != cells))
		fail_msg("%s: value '%s' makes %d rows of %d cells: %s", channel, value, counted[0],
			counted[1], text);
	arena_fini(&arena);
}

static void
refuse_words(const char *channel, const char *value, const char *text, const char *const *words)
{
	for (; *words; words++)
		if (strstr(text, *words))
			fail_msg("%s: value '%s' leaves %s in: %s", channel, value, *words, text);
}

static const char *
text_at(const cJSON *json, const char *a, const char *b)
{
	const cJSON *item = cJSON_GetObjectItem(json, a);

	if (b)
		item = cJSON_GetObjectItem(item, b);
	assert_true(cJSON_IsString(item));
	return item->valuestring;
}

static void
check_dingtalk(const char *value, const cJSON *json)
{
	static const char *const words[] = { "<", ">", "![", "](", NULL };
	const char *text = text_at(json, "markdown", "text");

	check_markdown("dingtalk", value, text, 2, 6);
	refuse_words("dingtalk", value, text, words);
	assert_true(cJSON_IsFalse(cJSON_GetObjectItem(cJSON_GetObjectItem(json, "at"), "isAtAll")));
}

static void
check_lark(const char *value, const cJSON *json)
{
	static const char *const words[] = { "<", ">", "](", "**", "`", NULL };
	const cJSON *elements = cJSON_GetObjectItem(cJSON_GetObjectItem(cJSON_GetObjectItem(json,
		"card"), "body"), "elements"), *e;

	assert_true(cJSON_GetArraySize(elements) >= 2);
	cJSON_ArrayForEach(e, elements)
		if (strcmp(text_at(e, "tag", NULL), "markdown") == 0) {
			check_markdown("lark", value, text_at(e, "content", NULL), 0, 0);
			refuse_words("lark", value, text_at(e, "content", NULL), words);
		}
}

static void
check_wecom(const char *value, const cJSON *json)
{
	static const char *const words[] = { "<", "[", "`", NULL };

	refuse_words("wecom", value, text_at(json, "markdown", "content"), words);
}

static void
check_wecom_v2(const char *value, const cJSON *json)
{
	static const char *const words[] = { "<", "![", "](", NULL };
	const char *text = text_at(json, "markdown_v2", "content");

	check_markdown("wecom_v2", value, text, 2, 6);
	refuse_words("wecom_v2", value, text, words);
}

static void
refuse_in_all(const char *channel, const char *value, const cJSON *json, const char *const *words)
{
	if (cJSON_IsString(json))
		refuse_words(channel, value, json->valuestring, words);
	for (const cJSON *child = json->child; child; child = child->next)
		refuse_in_all(channel, value, child, words);
}

static void
check_teams(const char *value, const cJSON *json)
{
	static const char *const words[] = { "{{", NULL };
	const cJSON *body = cJSON_GetObjectItem(cJSON_GetObjectItem(cJSON_GetArrayItem(
		cJSON_GetObjectItem(json, "attachments"), 0), "content"), "body"), *e;

	refuse_in_all("teams", value, json, words);
	assert_null(cJSON_GetObjectItem(cJSON_GetObjectItem(cJSON_GetObjectItem(cJSON_GetArrayItem(
		cJSON_GetObjectItem(json, "attachments"), 0), "content"), "msteams"), "entities"));
	cJSON_ArrayForEach(e, body)
		if (strcmp(text_at(e, "type", NULL), "TextBlock") == 0) {
			/* Teams reads no HTML; cmark would. */
			char *text = xstrdup(text_at(e, "text", NULL));

			for (char *p = text; *p; p++)
				if (*p == '<' || *p == '&')
					*p = 'x';
			check_markdown("teams", value, text, 0, 0);
			free(text);
		}
}

static void
check_slack(const char *value, const cJSON *json)
{
	static const char *const words[] = { "<", ">", NULL };
	const cJSON *e;

	refuse_words("slack", value, text_at(json, "text", NULL), words);
	cJSON_ArrayForEach(e, cJSON_GetObjectItem(json, "blocks"))
		if (strcmp(text_at(e, "type", NULL), "section") == 0)
			refuse_words("slack", value, text_at(e, "text", "text"), words);
}

static void
check_discord(const char *value, const cJSON *json)
{
	const cJSON *allowed = cJSON_GetObjectItem(json, "allowed_mentions");
	const char *text = text_at(json, "content", NULL), *fence = strstr(text, "\n```\n");
	char *before;

	assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(allowed, "parse")), 0);
	assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(allowed, "users")), 0);
	assert_non_null(fence);
	before = xstrndup(strchr(text, '\n'), (size_t)(fence - strchr(text, '\n')));
	check_markdown("discord", value, before, 0, 0);
	free(before);
	fence = strstr(fence + 5, "```");
	assert_non_null(fence);
	if (fence[3] != '\0')
		fail_msg("discord: value '%s' ends the code block: %s", value, text);
}

static void
check_telegram(const char *value, const cJSON *json)
{
	static const char *const ours[] = { "<b>", "</b>", "<pre>", "</pre>" };
	const char *text = text_at(json, "text", NULL);
	int tags = 0;

	for (const char *p = text; (p = strchr(p, '<')); p++, tags++) {
		bool known = false;

		for (size_t i = 0; i < ARRAY_LEN(ours); i++)
			known |= strncmp(p, ours[i], strlen(ours[i])) == 0;
		if (!known)
			fail_msg("telegram: value '%s' is a tag: %s", value, text);
	}
	if (tags != 4)
		fail_msg("telegram: value '%s' makes %d tags: %s", value, tags, text);
}

static void
check_googlechat(const char *value, const cJSON *json)
{
	static const char *const words[] = { "<", NULL };

	refuse_words("googlechat", value, text_at(json, "text", NULL), words);
}

static void
check_ntfy(const char *value, const cJSON *json)
{
	(void)value;
	assert_null(cJSON_GetObjectItem(json, "markdown")); /* plain: nothing can act */
}

static const struct {
	const char *name;
	const char *words[4];
	void (*check)(const char *value, const cJSON *json);
} victims[] = {
	{ "dingtalk", { "webhook=https://o.example/send?access_token=x" }, check_dingtalk },
	{ "lark", { "webhook=https://o.example/hook/x" }, check_lark },
	{ "wecom", { "webhook=https://o.example/send?key=x", "dialect=markdown" }, check_wecom },
	{ "wecom", { "webhook=https://o.example/send?key=x" }, check_wecom_v2 },
	{ "teams", { "webhook=https://o.example/x" }, check_teams },
	{ "slack", { "webhook=https://o.example/x" }, check_slack },
	{ "discord", { "webhook=https://o.example/x" }, check_discord },
	{ "telegram", { "token=1:x", "chat_id=1" }, check_telegram },
	{ "googlechat", { "webhook=https://o.example/x?key=k&token=t" }, check_googlechat },
	{ "ntfy", { "topic=t" }, check_ntfy },
};

static void
hostile_values(void **state)
{
	(void)state;
	for (size_t h = 0; h < ARRAY_LEN(hostile); h++) {
		struct column columns[] = { { .name = STR("id"), .kind = VALUE_INT },
			{ .name = STR("evil"), .kind = VALUE_TEXT },
			{ .name = STR("last"), .kind = VALUE_TEXT } };
		struct value values[] = { { VALUE_INT, STR("1") },
			{ VALUE_TEXT, str_from(hostile[h]) }, { VALUE_TEXT, STR("last") } };
		struct fixture f;

		lib_plain(&f);
		f.push.title = "T ${evil}";
		f.results[0] = (struct result)RESULT_INIT;
		f.results[0].name = STR("q1");
		result_set_columns(&f.results[0], columns, ARRAY_LEN(columns));
		assert_true(result_add_row(&f.results[0], values, &f.err));
		f.list[0] = &f.results[0];
		f.inputs[0].result_count = 1;
		struct block blocks[] = { { .kind = BLOCK_MARKDOWN,
			.text = "Value: ${evil} end\n\n${evil}" }, { .kind = BLOCK_TABLE,
				.text = "" } };
		lib_blocks(&f, blocks, 2);
		compose(&f);
		for (size_t v = 0; v < ARRAY_LEN(victims); v++) {
			struct settings settings;
			struct caught caught;
			cJSON *json;

			channel_settings(&settings, victims[v].name, victims[v].words);
			channel_build(victims[v].name, &f.doc, &settings, &caught);
			json = parse(&caught.list[0]);
			assert_true(utf8_is_valid(caught.list[0].body));
			assert_null(strstr(caught.list[0].body.p, "\xE2\x80\xAE"));
			victims[v].check(hostile[h], json);
			cJSON_Delete(json);
			caught_fini(&caught);
			settings_fini(&settings);
		}
		lib_fini(&f);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(hostile_values) };

	return cmocka_run_group_tests_name("channel_neutral", tests, NULL, NULL);
}
