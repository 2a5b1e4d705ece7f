/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "src/task/task_json.h"

static void
load(struct task *t, const char *text)
{
	struct err err = ERR_INIT;

	if (!task_from_text(t, str_from(text), &err))
		fail_msg("%s (%s)", err.msg, err.hint);
}

static char *
text_of(const struct task *t)
{
	struct buf b = BUF_INIT;

	task_to_text(t, &b);
	return buf_take(&b);
}

#define HEAD "{\"format\": 1, \"name\": \"t\", "

/* Everything a task may hold, in canonical form. */
static const char everything[] =
	"{\n"
	"  \"format\": 1,\n"
	"  \"name\": \"日报-1.x_y\",\n"
	"  \"description\": \"what\\nfor\",\n"
	"  \"folder\": \"finance/daily\",\n"
	"  \"owner\": \"someone\",\n"
	"  \"parameters\": {\"date\": \"${yyyymmdd}\", \"limit\": \"10\"},\n"
	"  \"nodes\": [\n"
	"    {\n"
	"      \"name\": \"sales\",\n"
	"      \"kind\": \"query\",\n"
	"      \"source\": \"shop\",\n"
	"      \"env\": \"prod\",\n"
	"      \"sql\": \"SELECT 'a\\tb';\\n-- é\\n\",\n"
	"      \"columns\": [\n"
	"        {\"name\": \"a\"},\n"
	"        {\"query\": 2, \"name\": \"b\", \"type\": \"decimal\"}\n"
	"      ],\n"
	"      \"max_rows\": 500,\n"
	"      \"script\": true,\n"
	"      \"segment\": {\"key\": \"id\", \"size\": 100, \"start\": \"a\", \"max\": 7}\n"
	"    },\n"
	"    {\n"
	"      \"name\": \"pick\",\n"
	"      \"kind\": \"assign\",\n"
	"      \"after\": [\"sales\"],\n"
	"      \"source\": \"shop\",\n"
	"      \"sql\": \"SELECT 1\"\n"
	"    },\n"
	"    {\"name\": \"sh\", \"kind\": \"assign\", \"language\": \"shell\", "
	"\"code\": \"echo 1,2\"},\n"
	"    {\n"
	"      \"name\": \"check\",\n"
	"      \"kind\": \"branch\",\n"
	"      \"after\": [\"pick\"],\n"
	"      \"branches\": [\n"
	"        {\"name\": \"big\", \"condition\": \"${inputs[0][0]}>=10\"},\n"
	"        {\"name\": \"small\", \"condition\": \"${inputs[0][0]}<10\"}\n"
	"      ]\n"
	"    },\n"
	"    {\n"
	"      \"name\": \"both\",\n"
	"      \"kind\": \"merge\",\n"
	"      \"after\": [\"check.big\", \"check.small\"],\n"
	"      \"accept\": {\n"
	"        \"check\": [\"succeeded\", \"skipped\"]\n"
	"      },\n"
	"      \"logic\": \"or\"\n"
	"    },\n"
	"    {\n"
	"      \"name\": \"push\",\n"
	"      \"kind\": \"push\",\n"
	"      \"after\": [\"both\"],\n"
	"      \"inputs\": {\"inputs\": \"sales\", \"more\": \"pick\"},\n"
	"      \"title\": \"Sales ${date}\",\n"
	"      \"content\": [\n"
	"        {\"kind\": \"markdown\", \"text\": \"Total\", \"mode\": \"source\"},\n"
	"        {\"kind\": \"table\"},\n"
	"        {\n"
	"          \"kind\": \"table\",\n"
	"          \"query\": 2,\n"
	"          \"columns\": [\n"
	"            {\n"
	"              \"field\": \"diff\",\n"
	"              \"header\": \"Change\",\n"
	"              \"prefix\": \"~\",\n"
	"              \"suffix\": \" CNY\",\n"
	"              \"align\": \"right\",\n"
	"              \"when\": [\n"
	"                {\"op\": \"<\", \"value\": \"0\", \"color\": \"red\", \"mark\": \"▼\"},\n"
	"                {\n"
	"                  \"op\": \"between\",\n"
	"                  \"value\": [\"0\", \"1.50\"],\n"
	"                  \"color\": \"green\"\n"
	"                },\n"
	"                {\"op\": \"null\", \"mark\": \"-\"}\n"
	"              ],\n"
	"              \"else\": {\"color\": \"blue\"}\n"
	"            },\n"
	"            {\"field\": \"q2.b\", \"else\": {}}\n"
	"          ]\n"
	"        },\n"
	"        {\"kind\": \"email_body\", \"html\": \"<b>x</b>\"},\n"
	"        {\"kind\": \"email_body\", \"text\": \"\"},\n"
	"        {\"kind\": \"image\", \"path\": \"/a/b.png\", \"alt\": \"logo\"},\n"
	"        {\"kind\": \"image\", \"url\": \"https://example.com/x.png\"}\n"
	"      ],\n"
	"      \"destinations\": [\"ops\", \"mail\"],\n"
	"      \"mentions\": {\n"
	"        \"all\": true,\n"
	"        \"users\": [\"u1\"],\n"
	"        \"mobiles\": [\"1\"],\n"
	"        \"emails\": [\"a@example.com\"]\n"
	"      }\n"
	"    }\n"
	"  ],\n"
	"  \"schedule\": [\n"
	"    {\n"
	"      \"every\": \"month\",\n"
	"      \"days\": [1, 31, \"L\"],\n"
	"      \"at\": \"08:00\",\n"
	"      \"timezone\": \"Asia/Shanghai\"\n"
	"    },\n"
	"    {\n"
	"      \"every\": \"week\",\n"
	"      \"days\": [\"mon\", \"sat\", \"sun\"],\n"
	"      \"at\": \"00:05\"\n"
	"    },\n"
	"    {\"every\": \"day\", \"at\": \"23:59\"},\n"
	"    {\"every\": \"hour\", \"from\": \"00:10\", \"to\": \"20:00\", \"step\": 3},\n"
	"    {\n"
	"      \"every\": \"hour\",\n"
	"      \"hours\": [0, 1, 23],\n"
	"      \"minute\": 10\n"
	"    },\n"
	"    {\"cron\": \"*/5 9-18 * * mon-fri\"}\n"
	"  ],\n"
	"  \"effective\": {\"from\": \"2026-01-01\", \"to\": \"2026-12-31\"},\n"
	"  \"timeout\": \"90m\",\n"
	"  \"missed\": {\n"
	"    \"all\": {\"max\": 24, \"age\": \"1d\"}\n"
	"  },\n"
	"  \"overlap\": \"queue\",\n"
	"  \"when_empty\": \"skip\",\n"
	"  \"conditions\": [\n"
	"    {\"node\": \"sales\", \"column\": \"rows()\", \"op\": \">\", \"value\": \"0\"},\n"
	"    {\"node\": \"pick\", \"column\": \"ds\", \"op\": \"=\", \"value\": \"${yyyymmdd}\"}\n"
	"  ],\n"
	"  \"oversize\": \"attach\",\n"
	"  \"retry\": {\"times\": 0, \"interval\": \"5m\"},\n"
	"  \"on_failure\": [\"ops\"],\n"
	"  \"ping\": true,\n"
	"  \"mode\": \"dry-run\",\n"
	"  \"group\": \"night\",\n"
	"  \"jitter\": 30,\n"
	"  \"calendar\": {\"name\": \"cn\", \"rule\": \"next\"}\n"
	"}\n";

static void
canonical_text_comes_back_unchanged(void **state)
{
	static const char *const texts[] = {
		everything,
		"{\"format\": 1, \"name\": \"t\", \"nodes\": []}\n",
		"{\n  \"format\": 1,\n  \"name\": \"t\",\n  \"nodes\": [],\n"
		"  \"schedule\": {\"every\": \"day\", \"at\": \"08:00\"},\n"
		"  \"missed\": \"skip\"\n}\n",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct task t;
		char *text;

		load(&t, texts[i]);
		text = text_of(&t);
		assert_string_equal(text, texts[i]);
		free(text);
		task_fini(&t);
	}
}

static void
other_forms_become_canonical(void **state)
{
	static const char *const rows[][2] = {
		{ HEAD "\"timeout\": \"60m\"}", "\"timeout\": \"1h\"" },
		{ HEAD "\"timeout\": \"168h\"}", "\"timeout\": \"7d\"" },
		{ HEAD "\"schedule\": [{\"at\": \"08:00\", \"every\": \"day\"}]}",
			"\"schedule\": {\"every\": \"day\", \"at\": \"08:00\"}" },
		{ HEAD "\"schedule\": {\"every\": \"hour\"}}",
			"\"from\": \"00:00\", \"to\": \"23:59\", \"step\": 1}" },
		{ HEAD "\"effective\": {\"from\": \"20260101\"}}", "{\"from\": \"2026-01-01\"}" },
		{ HEAD "\"parameters\": {\"n\": 10}}", "{\"n\": \"10\"}" },
		{ HEAD "\"nodes\": [{\"kind\": \"query\", \"name\": \"q\", \"columns\": \"auto\","
		       " \"max_rows\": 10000}]}",
			"{\"name\": \"q\", \"kind\": \"query\", \"source\": \"\", \"sql\": \"\"}" },
		{ HEAD "\"nodes\": [{\"kind\": \"push\", \"name\": \"p\"}]}",
			"\"destinations\": []" },
	};
	static const char bare[] = "{\"format\": 1, \"name\": \"t\", \"nodes\": []}\n";
	static const char *const defaults[] = {
		HEAD "\"timeout\": \"default\", \"missed\": \"once\", \"overlap\": \"skip\"}",
		HEAD "\"when_empty\": \"send\", \"oversize\": \"split\", \"mode\": \"normal\"}",
		HEAD "\"retry\": {\"times\": 3, \"interval\": \"1m\"}, \"jitter\": 0}",
		HEAD "\"group\": \"default\", \"on_failure\": [], \"conditions\": []}",
		HEAD "\"ping\": false, \"schedule\": [], \"parameters\": {}, \"effective\": {}}",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct task t;
		char *text;

		load(&t, rows[i][0]);
		text = text_of(&t);
		if (!strstr(text, rows[i][1]))
			fail_msg("no %s in %s", rows[i][1], text);
		free(text);
		task_fini(&t);
	}
	for (size_t i = 0; i < ARRAY_LEN(defaults); i++) {
		struct task t;
		char *text;

		load(&t, defaults[i]);
		text = text_of(&t);
		assert_string_equal(text, bare);
		free(text);
		task_fini(&t);
	}
}

#define NODE(x) HEAD "\"nodes\": [" x "]}"
#define QUERY(x) NODE("{\"name\": \"q\", \"kind\": \"query\", " x "}")
#define PUSH(x) NODE("{\"name\": \"p\", \"kind\": \"push\", " x "}")
#define BLOCK(x) PUSH("\"content\": [" x "]")
#define SCHEDULE(x) HEAD "\"schedule\": " x "}"

/* Text, then what message and hint must hold. */
static const char *const faults[][3] = {
	{ "[]", "$: a task is an object", "" },
	{ "{\"name\": \"t\"}", "$.format: is missing", "" },
	{ "{\"format\": 2, \"name\": \"t\"}", "$.format: 2 is not known", "newer" },
	{ "{\"format\": 1}", "$.name: is missing", "" },
	{ "{\"format\": 1, \"name\": \"\"}", "$.name: is missing", "" },
	{ "{\"format\": 1, \"name\": \"a b\"}", "$.name: the task's name \"a b\" holds \" \"",
		"letters" },
	{ "{\"format\": 1, \"name\": \"a/b\"}", "holds \"/\"", "" },
	{ "{\"format\": 1, \"name\": \"..\"}", "begins with .", "" },
	{ "{\"format\": 1, \"name\": 5}", "$.name: must be a text", "" },
	{ HEAD "\"shedule\": {}}", "no key \"shedule\"", "\"schedule\"" },
	{ HEAD "\"overlap\": \"quene\"}", "$.overlap: \"quene\" is not one of skip, queue, replace",
		"\"queue\"" },
	{ HEAD "\"timeout\": \"30s\"}", "$.timeout: \"30s\" is not from 1m to 7d", "" },
	{ HEAD "\"timeout\": \"169h\"}", "$.timeout", "" },
	{ HEAD "\"timeout\": \"soon\"}", "not a duration", "" },
	{ HEAD "\"retry\": {\"times\": 11}}", "$.retry.times: must be a whole number from 0 to 10",
		"" },
	{ HEAD "\"retry\": {\"interval\": \"31m\"}}", "$.retry.interval", "" },
	{ HEAD "\"retry\": 3}", "$.retry: must be an object", "" },
	{ HEAD "\"missed\": {\"all\": {\"max\": 0}}}", "$.missed.all.max", "" },
	{ HEAD "\"missed\": \"never\"}", "$.missed", "" },
	{ HEAD "\"effective\": {\"from\": \"2026-02-30\"}}", "$.effective.from", "" },
	{ HEAD "\"effective\": {\"from\": \"2026-02-02\", \"to\": \"2026-02-01\"}}",
		"$.effective: ends before it begins", "" },
	{ HEAD "\"jitter\": -1}", "$.jitter", "" },
	{ HEAD "\"ping\": \"https://example.com/x\"}", "$.ping: must be true or false",
		"encrypted" },
	{ HEAD "\"parameters\": []}", "$.parameters: must be an object", "" },
	{ HEAD "\"parameters\": {\"a-b\": \"1\"}}", "\"a-b\" is no name", "" },
	{ HEAD "\"parameters\": {\"a\": 1.5}}", "$.parameters.a: must be a text", "" },
	{ HEAD "\"calendar\": {\"rule\": \"next\"}}", "$.calendar.name: is missing", "" },
	{ HEAD "\"on_failure\": \"ops\"}", "$.on_failure: must be a list", "" },
	{ HEAD "\"on_failure\": [1]}", "$.on_failure[0]: must be a name", "" },
	{ HEAD "\"conditions\": [{\"node\": \"a\", \"column\": \"b\"}]}",
		"$.conditions[0].op", "" },
	{ HEAD "\"conditions\": [{\"node\": \"a\", \"column\": \"b\", \"op\": \"=\"}]}",
		"$.conditions[0].value: is missing", "" },
	{ NODE("{\"name\": \"a\"}"), "$.nodes[0].kind: is missing", "" },
	{ NODE("{\"name\": \"a\", \"kind\": \"puhs\"}"), "$.nodes[0].kind", "\"push\"" },
	{ NODE("{\"name\": \"a.\\n\", \"kind\": \"push\"}"), "$.nodes[0].name: the node's name",
		"" },
	{ NODE("{\"name\": \"a\", \"kind\": \"push\"}, {\"name\": \"a\", \"kind\": \"push\"}"),
		"$.nodes[1].name: a second node is called \"a\"", "" },
	{ NODE("{\"name\": \"a\", \"kind\": \"merge\", \"accept\": {\"b\": [\"won\"]}}"),
		"$.nodes[0].accept.b[0]", "" },
	{ NODE("{\"name\": \"a\", \"kind\": \"branch\", \"branches\": [{\"name\": \"b.c\"}]}"),
		"$.nodes[0].branches[0].name: \"b.c\" holds a dot", "" },
	{ NODE("{\"name\": \"a\", \"kind\": \"assign\", \"language\": \"perl\"}"),
		"$.nodes[0].language", "" },
	{ NODE("{\"name\": \"a\", \"kind\": \"assign\", \"language\": \"shell\", \"sql\": \"\"}"),
		"no key \"sql\"", "" },
	{ QUERY("\"max_rows\": 0"), "$.nodes[0].max_rows", "" },
	{ QUERY("\"max_rows\": 1.5"), "$.nodes[0].max_rows", "" },
	{ QUERY("\"script\": \"yes\""), "$.nodes[0].script: must be true or false", "" },
	{ QUERY("\"columns\": \"all\""), "$.nodes[0].columns: must be \"auto\"", "" },
	{ QUERY("\"columns\": [{}]"), "$.nodes[0].columns[0].name: is missing", "" },
	{ QUERY("\"segment\": {}"), "$.nodes[0].segment.key: is missing", "" },
	{ QUERY("\"title\": \"x\""), "$.nodes[0]: there is no key \"title\"", "" },
	{ QUERY("\"sql\": null"), "$.nodes[0].sql: must be a text", "" },
	{ PUSH("\"inputs\": {\"a b\": \"q\"}"), "the input's name", "" },
	{ PUSH("\"inputs\": {\"a\": 1}"), "$.nodes[0].inputs.a", "" },
	{ PUSH("\"mentions\": {\"everyone\": true}"), "$.nodes[0].mentions", "" },
	{ BLOCK("{}"), "$.nodes[0].content[0].kind: is missing", "" },
	{ BLOCK("{\"kind\": \"chart\"}"), "reserved", "" },
	{ BLOCK("{\"kind\": \"markdwon\"}"), "is not one of", "\"markdown\"" },
	{ BLOCK("{\"kind\": \"markdown\", \"mode\": \"raw\"}"), "$.nodes[0].content[0].mode", "" },
	{ BLOCK("{\"kind\": \"email_body\", \"text\": \"\", \"html\": \"\"}"), "one of them", "" },
	{ BLOCK("{\"kind\": \"image\", \"path\": \"a\", \"url\": \"b\"}"), "one of them", "" },
	{ BLOCK("{\"kind\": \"table\", \"columns\": [{\"header\": \"x\"}]}"),
		"$.nodes[0].content[0].columns[0].field: is missing", "" },
	{ BLOCK("{\"kind\": \"table\", \"columns\": [{\"field\": \"x\", \"when\": [{\"op\": \"=>\","
		" \"value\": \"1\"}]}]}"), "columns[0].when[0].op", "" },
	{ BLOCK("{\"kind\": \"table\", \"columns\": [{\"field\": \"x\", \"when\": [{\"op\": "
		"\"between\", \"value\": \"1\"}]}]}"), "list of two", "" },
	{ SCHEDULE("{}"), "$.schedule.every", "" },
	{ SCHEDULE("{\"every\": \"year\"}"), "$.schedule.every: must be month", "" },
	{ SCHEDULE("{\"every\": \"day\"}"), "$.schedule.at: is missing", "" },
	{ SCHEDULE("{\"every\": \"day\", \"at\": \"8:00\"}"), "\"8:00\" is not a time", "" },
	{ SCHEDULE("{\"every\": \"day\", \"at\": \"24:00\"}"), "$.schedule.at", "" },
	{ SCHEDULE("{\"every\": \"day\", \"at\": \"08:00\", \"days\": [1]}"),
		"no key \"days\"", "" },
	{ SCHEDULE("[{\"every\": \"month\", \"days\": [0], \"at\": \"08:00\"}]"),
		"$.schedule[0].days[0]", "" },
	{ SCHEDULE("{\"every\": \"month\", \"days\": [1.5], \"at\": \"08:00\"}"), "days[0]", "" },
	{ SCHEDULE("{\"every\": \"month\", \"at\": \"08:00\"}"),
		"$.schedule.days: is missing", "" },
	{ SCHEDULE("{\"every\": \"week\", \"days\": [\"monday\"], \"at\": \"08:00\"}"), "days[0]",
		"" },
	{ SCHEDULE("{\"every\": \"hour\", \"from\": \"22:00\", \"to\": \"02:00\"}"),
		"$.schedule.to: is before", "" },
	{ SCHEDULE("{\"every\": \"hour\", \"step\": 24}"), "$.schedule.step", "" },
	{ SCHEDULE("{\"every\": \"hour\", \"hours\": [24]}"), "$.schedule.hours[0]", "" },
	{ SCHEDULE("{\"cron\": \"99 * * * *\"}"), "$.schedule.cron", "" },
	{ SCHEDULE("{\"cron\": \"0 8 * * *\", \"at\": \"08:00\"}"), "no key \"at\"", "" },
	{ "{\"format\": 1, \"name\": \"t\"", "not JSON", "" },
};

static void
faults_name_path_and_nearest_name(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(faults); i++) {
		struct err err = ERR_INIT;
		struct task t;

		if (task_from_text(&t, str_from(faults[i][0]), &err))
			fail_msg("was accepted: %s", faults[i][0]);
		assert_int_equal(err.code, ERR_INPUT);
		if (!strstr(err.msg, faults[i][1]) || !strstr(err.hint, faults[i][2]))
			fail_msg("%s gave %s (%s)", faults[i][0], err.msg, err.hint);
		assert_null(t.arena.head);
	}
}

static void
values_are_read(void **state)
{
	const struct node *node;
	struct task t;

	(void)state;
	load(&t, everything);
	assert_int_equal(t.timeout_s, 5400);
	assert_false(t.timeout_default);
	assert_int_equal(t.missed, MISSED_ALL);
	assert_int_equal(t.missed_age_s, 86400);
	assert_int_equal(t.schedule_count, 6);
	assert_int_equal(t.schedules[0].days, 1u | 1u << 1 | 1u << 31);
	assert_int_equal(t.schedules[1].weekdays, 1 | 2 | 64);
	assert_int_equal(t.schedules[4].hours, 3u | 1u << 23);
	assert_true(t.schedules[5].cron.elapsed);
	node = task_find_node(&t, "push");
	assert_int_equal(node->block_count, 7);
	assert_int_equal(node->blocks[2].columns[0].when[1].op, OP_BETWEEN);
	assert_string_equal(node->blocks[2].columns[0].when[1].value2, "1.50");
	assert_true(node->blocks[3].is_html);
	assert_true(node->mentions.all);
	node = task_find_node(&t, "both");
	assert_int_equal(node->accept[0].states, MERGE_SUCCEEDED | MERGE_SKIPPED);
	assert_true(node->merge_or);
	assert_null(task_find_node(&t, "nope"));
	task_fini(&t);
}

static void
a_copy_shares_nothing(void **state)
{
	struct task t, copy;
	char *text;

	(void)state;
	load(&t, everything);
	task_copy(&copy, &t);
	task_fini(&t);
	text = text_of(&copy);
	assert_string_equal(text, everything);
	free(text);
	task_fini(&copy);
	task_init(&t);
	task_copy(&copy, &t);
	assert_string_equal(copy.group, "default");
	task_fini(&t);
	task_fini(&copy);
}

/* Replaces the first `from` in `everything`. */
static void
digest_with(const char *from, const char *to, char content[TASK_DIGEST_SIZE],
	char whole[TASK_DIGEST_SIZE])
{
	struct str text = STR(everything);
	size_t at = str_find(text, str_from(from), 0);
	struct buf b = BUF_INIT;
	struct task t;

	assert_true(at != SIZE_MAX);
	buf_add(&b, text.p, at);
	buf_adds(&b, to);
	buf_add_str(&b, str_slice(text, at + strlen(from), text.len));
	load(&t, buf_text(&b));
	task_content_digest(&t, content);
	task_digest(&t, whole);
	task_fini(&t);
	buf_fini(&b);
}

static void
digest_covers_what_a_test_proves(void **state)
{
	static const struct {
		const char *from, *to;
		bool counts;
	} rows[] = {
		{ "SELECT 1", "SELECT 2", true },
		{ "\"source\": \"shop\"", "\"source\": \"dw\"", true },
		{ "${yyyymmdd}", "${yyyymmdd-1}", true },
		{ "\"Total\"", "\"Sum\"", true },
		{ "Sales ${date}", "Sold ${date}", true },
		{ "echo 1,2", "echo 2", true },
		{ "[\"ops\", \"mail\"]", "[\"other\"]", false },
		{ "\"at\": \"23:59\"", "\"at\": \"08:00\"", false },
		{ "\"日报-1.x_y\"", "\"other\"", false },
		{ "\"night\"", "\"day\"", false },
		{ "\"on_failure\": [\"ops\"]", "\"on_failure\": [\"x\"]", false },
	};
	char content[TASK_DIGEST_SIZE], whole[TASK_DIGEST_SIZE];
	char content2[TASK_DIGEST_SIZE], whole2[TASK_DIGEST_SIZE];

	(void)state;
	digest_with("x", "x", content, whole);
	assert_int_equal(strlen(content), TASK_DIGEST_SIZE - 1);
	assert_string_not_equal(content, whole);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		digest_with(rows[i].from, rows[i].to, content2, whole2);
		if ((strcmp(content, content2) != 0) != rows[i].counts)
			fail_msg("%s", rows[i].from);
		assert_string_not_equal(whole, whole2);
	}
}

static void
durations_and_times(void **state)
{
	static const struct {
		const char *text;
		int64_t seconds;
		const char *back;
	} rows[] = { { "90m", 5400, "90m" }, { "1d", 86400, "1d" }, { "1m", 60, "1m" },
		{ "60s", 60, "1m" }, { "24h", 86400, "1d" }, { "61s", 61, "61s" },
		{ "0s", 0, "0s" }, { "", -1, "" }, { "m", -1, "" }, { "5", -1, "" },
		{ "-5m", -1, "" }, { "+5m", -1, "" }, { "1.5h", -1, "" }, { "5w", -1, "" },
		{ "9223372036854775807d", -1, "" } };
	char text[24];
	int minute;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int64_t seconds = -1;

		if (!duration_parse(str_from(rows[i].text), &seconds))
			seconds = -1;
		assert_int_equal(seconds, rows[i].seconds);
		if (seconds < 0)
			continue;
		duration_format(seconds, text);
		assert_string_equal(text, rows[i].back);
	}
	assert_true(clock_time_parse(STR("23:59"), &minute));
	assert_int_equal(minute, 24 * 60 - 1);
	assert_false(clock_time_parse(STR("24:00"), &minute));
	assert_false(clock_time_parse(STR("12:60"), &minute));
	assert_false(clock_time_parse(STR("1200:"), &minute));
	assert_false(clock_time_parse(STR("ab:cd"), &minute));
}

static void
limits_of_size(void **state)
{
	struct err err = ERR_INIT;
	struct buf b = BUF_INIT;
	struct task t;

	(void)state;
	buf_adds(&b, HEAD "\"nodes\": [");
	for (int i = 0; i <= TASK_MAX_NODES; i++)
		buf_addf(&b, "%s{\"name\": \"n%d\", \"kind\": \"push\"}", i ? "," : "", i);
	buf_adds(&b, "]}");
	assert_false(task_from_text(&t, buf_str(&b), &err));
	assert_non_null(strstr(err.msg, "$.nodes: has 201 items"));
	buf_fini(&b);
	assert_false(task_from_text(&t, (struct str){ "x", TASK_MAX_BYTES + 1 }, &err));
	assert_int_equal(err.code, ERR_LIMIT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(canonical_text_comes_back_unchanged),
		cmocka_unit_test(other_forms_become_canonical),
		cmocka_unit_test(faults_name_path_and_nearest_name),
		cmocka_unit_test(values_are_read),
		cmocka_unit_test(a_copy_shares_nothing),
		cmocka_unit_test(digest_covers_what_a_test_proves),
		cmocka_unit_test(durations_and_times),
		cmocka_unit_test(limits_of_size),
	};

	return cmocka_run_group_tests_name("task_json", tests, NULL, NULL);
}
