/* SPDX-License-Identifier: MIT */
/* Random documents through every channel (channels.md 13 and 16, tests 18 and 20): each
 * part within the channel's limit in its own unit, counted here by other code; valid
 * UTF-8 and JSON; no character and no row torn; the parts together the whole.
 *
 *     test_channel_random [FIRST_SEED [COUNT]]     without: some fixed ones
 *
 * What must arrive is written beyond ASCII, all marks and envelopes are ASCII or in
 * is_ours(): so what is left of the parts must be the document, character by character. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "src/base/utf8.h"
#include "tests/unit/lib_channel.h"

#define FIXED_SEED 20261120
#define FIXED_COUNT 12
#define MAX_BLOCKS 8

static unsigned first_seed = FIXED_SEED, seed_count = FIXED_COUNT;

/* How much one message measures, by the parsed body. */
enum unit { BODY_BYTES, TEXT_BYTES, TEXT_UTF16, HTML_UTF16, SLACK };

static const struct {
	const char *name;
	const char *words[6];
	enum unit unit;
	size_t limit;
	const char *text[2]; /* keys to the text; none: all strings */
} channels[] = {
	{ "dingtalk", { "webhook=https://o.example/robot/send?access_token=x", "at_mobiles=138" },
		BODY_BYTES, 20000, { "markdown", "text" } },
	{ "dingtalk", { "webhook=https://o.example/robot/send?access_token=x", "tables=list" },
		BODY_BYTES, 20000, { "markdown", "text" } },
	/* signed on the way: 110 bytes more */
	{ "lark", { "webhook=https://o.example/open-apis/bot/v2/hook/x", "at_all=true" },
		BODY_BYTES, 20000 - 110, { NULL } },
	{ "wecom", { "webhook=https://o.example/send?key=x" }, TEXT_BYTES, 4096,
		{ "markdown_v2", "content" } },
	{ "wecom", { "webhook=https://o.example/send?key=x", "dialect=markdown_v2" }, TEXT_BYTES,
		4096, { "markdown_v2", "content" } },
	{ "wecom", { "webhook=https://o.example/send?key=x", "dialect=markdown" }, TEXT_BYTES, 4096,
		{ "markdown", "content" } },
	{ "wecom", { "webhook=https://o.example/send?key=x", "dialect=text" }, TEXT_BYTES, 2048,
		{ "text", "content" } },
	{ "teams", { "webhook=https://o.example/workflows/x", "mentions=ann@example.org" },
		BODY_BYTES, 20000, { NULL } },
	{ "teams", { "webhook=https://o.example/workflows/x", "tables=list" }, BODY_BYTES, 20000,
		{ NULL } },
	{ "slack", { "webhook=https://o.example/services/x" }, SLACK, 12000, { NULL } },
	{ "discord", { "webhook=https://o.example/api/webhooks/1/x" }, TEXT_UTF16, 2000,
		{ "content" } },
	{ "telegram", { "token=1:x", "chat_id=-1" }, HTML_UTF16, 4096, { "text" } },
	{ "googlechat", { "webhook=https://o.example/v1/spaces/x/messages?key=k&token=t" },
		BODY_BYTES, 32000, { "text" } },
	{ "ntfy", { "topic=t" }, TEXT_BYTES, 4096, { "message" } },
};

/* --- chance ---------------------------------------------------------------------- */

static uint64_t chance;

static uint32_t
roll(uint32_t below)
{
	chance = chance * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(chance >> 33) % below;
}

/* Each stays together: bytes 2 to 25, UTF-16 units 1 to 11. */
static const char *const characters[] = { "中", "文", "数据", "ß", "Ω", "й", "и̇", "Ω̈", "ก้",
	"한", "𝒳", "😀", "👍🏽", "🇨🇳", "👨‍👩‍👧‍👦", "❤️", "é", "字", "値", "כ" };
/* May be changed or dropped, may never break anything. */
static const char *const noise[] = { "a", "Z", "0", " ", "\"", "\\", "'", "|", "*", "_", "`", "~",
	"<", ">", "&", "[", "](", ")", "#", "- ", "{{", "}", "\n", "\t", "@", "<b>", "&amp;", ":x:",
	"$", "1. ", "\\\"", "```" };

/* What must arrive, and where it may not be cut. */
struct wanted {
	struct buf text;	 /* only what is beyond ASCII */
	size_t *starts, start_count; /* of characters in it */
	size_t *rows, row_count;     /* pairs: first byte, end */
};

static void
add_start(struct wanted *w)
{
	w->starts = xreallocarray(w->starts, w->start_count + 1, sizeof(*w->starts));
	w->starts[w->start_count++] = w->text.len;
}

static void
add_row(struct wanted *w, size_t from)
{
	w->rows = xreallocarray(w->rows, w->row_count + 2, sizeof(*w->rows));
	w->rows[w->row_count++] = from;
	w->rows[w->row_count++] = w->text.len;
}

static void
add_character(struct wanted *w, struct buf *to)
{
	const char *c = characters[roll(ARRAY_LEN(characters))];
	struct str s = str_from(c);

	/* Two of them may count as two characters: each code point of those is one. */
	for (size_t at = 0; at < s.len;) {
		size_t n = utf8_grapheme(str_slice(s, at, s.len));

		add_start(w);
		buf_add_str(&w->text, str_slice(s, at, at + n));
		at += n;
	}
	buf_adds(to, c);
}

static void
add_words(struct wanted *w, struct buf *to, size_t bytes, bool is_data)
{
	size_t end = to->len + bytes;

	while (to->len < end) {
		for (uint32_t n = roll(12) + 1; n > 0 && to->len < end; n--)
			add_character(w, to);
		if (is_data && roll(3) == 0)
			buf_adds(to, noise[roll(ARRAY_LEN(noise))]);
		else if (roll(4) == 0)
			buf_adds(to, roll(2) ? "word" : "\"q\"");
		buf_addc(to, ' ');
	}
}

/* --- documents -------------------------------------------------------------------- */

struct sample {
	struct fixture f;
	struct block blocks[MAX_BLOCKS];
	struct wanted wanted;
	struct buf texts[MAX_BLOCKS];
};

static size_t
some_length(void)
{
	static const size_t sizes[] = { 20, 200, 900, 1900, 2000, 3990, 4100, 9000, 19400, 21000 };

	return sizes[roll(ARRAY_LEN(sizes))] + roll(60);
}

static void
add_list(struct wanted *w, struct buf *to)
{
	for (uint32_t n = roll(60) + 1; n > 0; n--) {
		buf_adds(to, roll(6) ? "- " : "  - ");
		add_words(w, to, roll(200) + 3, false);
		buf_adds(to, "\n");
	}
}

static void
add_md_table(struct wanted *w, struct buf *to)
{
	buf_adds(to, "| one | two |\n| --- | ---: |\n");
	for (uint32_t n = roll(80) + 1; n > 0; n--) {
		size_t from = w->text.len;

		buf_adds(to, "| ");
		add_words(w, to, roll(40) + 3, false);
		buf_adds(to, " | ");
		add_words(w, to, roll(40) + 3, false);
		buf_adds(to, " |\n");
		add_row(w, from);
	}
}

static void
make_markdown(struct wanted *w, struct buf *to)
{
	for (uint32_t n = roll(5) + 1; n > 0; n--) {
		switch (roll(6)) {
		case 0:
			buf_adds(to, "## ");
			add_words(w, to, 30, false);
			break;
		case 1:
			add_list(w, to);
			break;
		case 2:
			buf_adds(to, "> ");
			add_words(w, to, roll(3000), false);
			break;
		case 3:
			buf_adds(to, "```\n");
			add_words(w, to, roll(3000), false);
			buf_adds(to, "\n");
			add_words(w, to, roll(3000), false);
			buf_adds(to, "\n```");
			break;
		case 4:
			add_md_table(w, to);
			break;
		default:
			buf_adds(to, roll(3) ? "" : "**");
			add_words(w, to, some_length(), false);
		}
		buf_adds(to, "\n\n");
	}
}

static void
make_table(struct sample *s)
{
	struct result *r = &s->f.results[0];
	uint32_t columns = roll(8) + 1, rows = roll(300), wide = roll(4) ? 30 : 300;
	struct column list[8];

	for (uint32_t c = 0; c < columns; c++)
		list[c] = (struct column){ .name = str_from("c"), .kind = VALUE_TEXT };
	*r = (struct result)RESULT_INIT;
	r->name = STR("q1");
	result_set_columns(r, list, columns);
	for (uint32_t i = 0; i < rows; i++) {
		struct value values[8];
		struct buf cells[8] = { BUF_INIT };
		size_t from = s->wanted.text.len;

		for (uint32_t c = 0; c < columns; c++) {
			cells[c] = (struct buf)BUF_INIT;
			add_words(&s->wanted, &cells[c], roll(wide / columns + 1) + 1, true);
			values[c] = (struct value){ VALUE_TEXT, buf_str(&cells[c]) };
		}
		assert_true(result_add_row(r, values, &s->f.err));
		add_row(&s->wanted, from);
		for (uint32_t c = 0; c < columns; c++)
			buf_fini(&cells[c]);
	}
	s->f.list[0] = r;
	s->f.inputs[0].result_count = 1;
}

static void
make_sample(struct sample *s, unsigned seed)
{
	size_t count = roll(4) + 1, table;

	(void)seed;
	*s = (struct sample){ 0 };
	lib_plain(&s->f);
	s->f.push.title = roll(2) ? "Title" : "A longer \"title\" with \\ marks * and | more";
	table = roll((uint32_t)count + 2);
	for (size_t i = 0; i < count; i++) {
		if (i == table) {
			make_table(s);
			s->blocks[i] = (struct block){ .kind = BLOCK_TABLE, .text = "" };
			continue;
		}
		make_markdown(&s->wanted, &s->texts[i]);
		s->blocks[i] = (struct block){ .kind = BLOCK_MARKDOWN,
			.text = buf_text(&s->texts[i]) };
	}
	lib_blocks(&s->f, s->blocks, count);
	if (!lib_compose(&s->f))
		fail_msg("%s", s->f.err.msg);
}

static void
sample_fini(struct sample *s)
{
	lib_fini(&s->f);
	for (size_t i = 0; i < MAX_BLOCKS; i++)
		buf_fini(&s->texts[i]);
	buf_fini(&s->wanted.text);
	free(s->wanted.starts);
	free(s->wanted.rows);
}

/* --- what arrived ------------------------------------------------------------------ */

/* Beyond ASCII, but of our own making. */
static bool
is_ours(uint32_t c)
{
	return c == 0x200B || c == 0x2014 || c == 0x2026 || c == 0x2022 || c == 0x2500 || c == 0x2610 ||
	       c == 0x2611 || c == 0x2039 || (c >= 0xFF01 && c <= 0xFF5E);
}

static void
add_essence(struct buf *to, struct str text)
{
	for (size_t at = 0; at < text.len;) {
		uint32_t c;
		size_t n = utf8_decode(str_slice(text, at, text.len), &c);

		if (c >= 0x80 && !is_ours(c))
			buf_add_str(to, str_slice(text, at, at + n));
		at += n;
	}
}

static void
add_all_essence(struct buf *to, const cJSON *json)
{
	if (cJSON_IsString(json))
		add_essence(to, str_from(json->valuestring));
	for (const cJSON *child = json->child; child; child = child->next)
		add_all_essence(to, child);
}

static const char *
text_of(const cJSON *json, const char *const *keys)
{
	const cJSON *item = json;

	for (size_t i = 0; i < 2 && keys[i]; i++)
		item = cJSON_GetObjectItem(item, keys[i]);
	return cJSON_IsString(item) ? item->valuestring : NULL;
}

static size_t
count_utf16(struct str text)
{
	size_t units = 0;

	for (size_t at = 0; at < text.len;) {
		uint32_t c;

		at += utf8_decode(str_slice(text, at, text.len), &c);
		units += c > 0xFFFF ? 2 : 1;
	}
	return units;
}

/* Telegram's text as it is read: tags gone, each entity one character. Tags must be
 * closed in the order they were opened, entities whole. */
static size_t
count_html(const char *name, const char *text)
{
	char open[16][16];
	size_t depth = 0, units = 0;

	for (const char *p = text; *p;) {
		if (*p == '<') {
			const char *end = strchr(p, '>');
			char tag[16];

			if (!end || (size_t)(end - p) > 14)
				fail_msg("%s: a tag is torn: %.40s", name, p);
			snprintf(tag, sizeof(tag), "%.*s", (int)(end - p - 1), p + 1);
			if (tag[0] != '/')
				snprintf(open[depth++ % 16], 16, "%s", tag);
			else if (depth == 0 || strcmp(open[--depth % 16], tag + 1) != 0)
				fail_msg("%s: </%s> closes nothing: %.80s", name, tag + 1, text);
			p = end + 1;
		} else if (*p == '&') {
			const char *end = strchr(p, ';');

			if (!end || end - p > 6)
				fail_msg("%s: an entity is torn: %.20s", name, p);
			units++;
			p = end + 1;
		} else {
			uint32_t c;

			p += utf8_decode(str_from(p), &c);
			units += c > 0xFFFF ? 2 : 1;
		}
	}
	if (depth)
		fail_msg("%s: <%s> stays open: %.80s", name, open[depth - 1], text);
	return units;
}

static void
check_slack(const cJSON *json)
{
	const cJSON *block, *blocks = cJSON_GetObjectItem(json, "blocks");
	int tables = 0;

	assert_true(cJSON_GetArraySize(blocks) <= 50);
	cJSON_ArrayForEach(block, blocks) {
		const char *type = cJSON_GetObjectItem(block, "type")->valuestring;
		const cJSON *text = cJSON_GetObjectItem(cJSON_GetObjectItem(block, "text"), "text");

		if (strcmp(type, "section") == 0)
			assert_true(count_utf16(str_from(text->valuestring)) <= 3000);
		if (strcmp(type, "header") == 0)
			assert_true(count_utf16(str_from(text->valuestring)) <= 150);
		if (strcmp(type, "table") == 0) {
			tables++;
			assert_true(cJSON_GetArraySize(cJSON_GetObjectItem(block, "rows")) <= 100);
		}
	}
	assert_true(tables <= 1);
}

/* Tables and elements of a Lark card. */
static void
check_lark(const cJSON *json)
{
	const cJSON *e, *elements = cJSON_GetObjectItem(cJSON_GetObjectItem(
		cJSON_GetObjectItem(json, "card"), "body"), "elements");
	int tables = 0;

	assert_true(cJSON_GetArraySize(elements) <= 200);
	cJSON_ArrayForEach(e, elements) {
		const char *content = text_of(e, (const char *const[]){ "content", NULL });

		tables += strcmp(cJSON_GetObjectItem(e, "tag")->valuestring, "table") == 0;
		tables += content && strstr(content, "| --- |") != NULL;
	}
	if (tables > 5)
		fail_msg("lark: %d tables in one card", tables);
}

static size_t
count(size_t channel, const struct part *part, const cJSON *json)
{
	const char *text = text_of(json, channels[channel].text);

	switch (channels[channel].unit) {
	case BODY_BYTES:
		return part->body.len;
	case TEXT_BYTES:
		return strlen(text);
	case TEXT_UTF16:
		return count_utf16(str_from(text));
	case HTML_UTF16:
		return count_html(channels[channel].name, text);
	case SLACK:
		check_slack(json);
		return count_utf16(part->body);
	}
	return SIZE_MAX;
}

/* --- the properties ------------------------------------------------------------------ */

static unsigned seed_now;

#define SAY(channel, fmt, ...) fail_msg("seed %u, %s %s: " fmt, seed_now, \
	channels[channel].name, channels[channel].words[1] ? channels[channel].words[1] : "", \
	__VA_ARGS__)

static cJSON *
check_part(size_t channel, const struct part *part)
{
	struct err err = ERR_INIT;
	cJSON *json = json_parse(part->body, &err);
	size_t measured;

	if (!json)
		SAY(channel, "part %d is no JSON: %s", part->number, err.msg);
	if (!utf8_is_valid(part->body))
		SAY(channel, "part %d is no UTF-8", part->number);
	measured = count(channel, part, json);
	if (measured > channels[channel].limit)
		SAY(channel, "part %d measures %zu", part->number, measured);
	if (strcmp(channels[channel].name, "lark") == 0)
		check_lark(json);
	return json;
}

static bool
is_start(const struct wanted *w, size_t at)
{
	size_t low = 0, high = w->start_count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (w->starts[middle] < at)
			low = middle + 1;
		else
			high = middle;
	}
	return at == w->text.len || (low < w->start_count && w->starts[low] == at);
}

static void
check_border(size_t channel, const struct wanted *w, size_t at)
{
	if (!is_start(w, at))
		SAY(channel, "a character is torn at byte %zu: '%.20s' | '%.20s'", at,
			w->text.p + (at > 20 ? at - 20 : 0), w->text.p + at);
	for (size_t i = 0; i < w->row_count; i += 2)
		if (w->rows[i] < at && at < w->rows[i + 1])
			SAY(channel, "row %zu is torn", i / 2);
}

static void
check_same(size_t channel, const struct wanted *w, struct str all, int part, size_t from)
{
	size_t same = from;

	while (same < all.len && same < w->text.len && all.p[same] == w->text.p[same])
		same++;
	if (same < all.len)
		SAY(channel, "part %d goes wrong at byte %zu: '%.60s' for '%.60s'", part, same,
			all.p + same, buf_text(&w->text) + same);
}

static void
check_whole(size_t channel, const struct sample *s, const struct caught *caught)
{
	const struct wanted *w = &s->wanted;
	struct buf all = BUF_INIT;

	for (size_t p = 0; p < caught->count; p++) {
		cJSON *json = check_part(channel, &caught->list[p]);
		const char *text = text_of(json, channels[channel].text);
		size_t from = all.len;

		if (channels[channel].text[0])
			add_essence(&all, str_from(text));
		else
			add_all_essence(&all, json);
		buf_text(&all);
		check_same(channel, w, buf_str(&all), (int)p + 1, from);
		check_border(channel, w, all.len);
		cJSON_Delete(json);
	}
	if (all.len != w->text.len)
		SAY(channel, "%zu parts hold %zu bytes of %zu; missing '%.60s'", caught->count,
			all.len, w->text.len, buf_text(&w->text) + all.len);
	buf_fini(&all);
}

static void
one_seed(unsigned seed)
{
	struct sample s;

	seed_now = seed;
	chance = seed;
	roll(2);
	make_sample(&s, seed);
	for (size_t c = 0; c < ARRAY_LEN(channels); c++) {
		struct settings settings;
		struct caught caught;

		channel_settings(&settings, channels[c].name, channels[c].words);
		if (strcmp(channels[c].name, "wecom") == 0 && !channels[c].words[1])
			settings_set(&settings, "dialect", STR("markdown_v2"), false);
		channel_build(channels[c].name, &s.f.doc, &settings, &caught);
		check_whole(c, &s, &caught);
		caught_fini(&caught);
		settings_fini(&settings);
	}
	sample_fini(&s);
}

static void
random_documents(void **state)
{
	(void)state;
	for (unsigned i = 0; i < seed_count; i++)
		one_seed(first_seed + i);
}

/* Truncated and attached: one message of text within the limit, whatever it held. */
static void
random_truncated(void **state)
{
	(void)state;
	for (unsigned i = 0; i < seed_count; i++) {
		struct sample s;

		seed_now = first_seed + i;
		chance = seed_now;
		roll(2);
		make_sample(&s, seed_now);
		s.f.doc.oversize = i % 2 ? OVERSIZE_TRUNCATE : OVERSIZE_ATTACH;
		for (size_t c = 0; c < ARRAY_LEN(channels); c++) {
			struct settings settings;
			struct caught caught;
			size_t texts = 0;

			channel_settings(&settings, channels[c].name, channels[c].words);
			channel_build(channels[c].name, &s.f.doc, &settings, &caught);
			for (size_t p = 0; p < caught.count; p++) {
				if (part_is_file(caught.list[p].kind))
					continue;
				if (strcmp(channels[c].name, "wecom") != 0 || channels[c].words[1])
					cJSON_Delete(check_part(c, &caught.list[p]));
				texts++;
			}
			if (texts != 1)
				SAY(c, "%zu messages of text", texts);
			caught_fini(&caught);
			settings_fini(&settings);
		}
		sample_fini(&s);
	}
}

/* A message of `n` bytes of Markdown through one channel; its number of parts. */
static size_t
parts_of_length(size_t channel, size_t n)
{
	struct buf text = BUF_INIT;
	struct settings settings;
	struct sample s = { 0 };
	struct caught caught;
	size_t parts;

	chance = first_seed;
	lib_plain(&s.f);
	while (text.len + 30 < n)
		add_character(&s.wanted, &text);
	while (text.len < n)
		buf_addc(&text, 'x');
	s.blocks[0] = (struct block){ .kind = BLOCK_MARKDOWN, .text = buf_text(&text) };
	lib_blocks(&s.f, s.blocks, 1);
	assert_true(lib_compose(&s.f));
	channel_settings(&settings, channels[channel].name, channels[channel].words);
	channel_build(channels[channel].name, &s.f.doc, &settings, &caught);
	parts = caught.count;
	check_whole(channel, &s, &caught);
	caught_fini(&caught);
	settings_fini(&settings);
	sample_fini(&s);
	buf_fini(&text);
	return parts;
}

/* Where one message becomes two, found by halving: every length around it. */
static void
around_the_limit(void **state)
{
	(void)state;
	for (size_t c = 0; c < ARRAY_LEN(channels); c++) {
		size_t low = 100, high = 2 * channels[c].limit;

		if (strcmp(channels[c].name, "wecom") == 0 && !channels[c].words[1])
			continue; /* auto: the form that the next rows name */
		while (low + 1 < high) {
			size_t middle = (low + high) / 2;

			if (parts_of_length(c, middle) == 1)
				low = middle;
			else
				high = middle;
		}
		/* not much room may be wasted either */
		if (low < channels[c].limit / 2)
			SAY(c, "a message of %zu bytes is split", low + 1);
		for (size_t n = low - 4; n < low + 8; n++)
			parts_of_length(c, n);
	}
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_documents),
		cmocka_unit_test(random_truncated),
		cmocka_unit_test(around_the_limit),
	};

	if (argc > 1)
		first_seed = (unsigned)strtoul(argv[1], NULL, 10);
	if (argc > 2)
		seed_count = (unsigned)strtoul(argv[2], NULL, 10);
	return cmocka_run_group_tests_name("channel_random", tests, NULL, NULL);
}
