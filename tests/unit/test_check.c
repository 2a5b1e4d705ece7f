/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "src/base/path.h"
#include "src/channel/channel.h"
#include "src/check/check.h"
#include "src/sql/template.h"
#include "src/task/task_json.h"

struct list_sink {
	struct check_sink sink;
	struct buf text;
	size_t errors;
};

/* One line a problem: "CODE PATH[:LINE:COLUMN]". */
static void
list_problem(struct check_sink *self, const struct check_problem *p)
{
	struct list_sink *s = (struct list_sink *)self;

	assert_true(*p->message);
	assert_int_equal(p->level == CHECK_ERROR, p->code[0] == 'E');
	assert_non_null(strstr(p->place, p->path));
	s->errors += p->level == CHECK_ERROR;
	buf_addf(&s->text, "%s %s", p->code, p->path);
	if (p->line > 0)
		buf_addf(&s->text, ":%d:%d", p->line, p->column);
	buf_addc(&s->text, '\n');
}

static bool
find_source(void *data, const char *name, enum sql_dialect *dialect)
{
	(void)data;
	*dialect = SQL_POSTGRES;
	return strcmp(name, "shop") == 0;
}

static bool
find_destination(void *data, const char *name, const char **channel)
{
	(void)data;
	*channel = strcmp(name, "ops") == 0 ? "dingtalk" : name;
	return channel_find(*channel) != NULL;
}

/* Of "dingtalk" two keywords, of "lark" an app, of others nothing. */
static const struct settings *
find_settings(void *data, const char *name)
{
	static struct setting keywords = { .name = (char *)"keywords",
		.value = (char *)"日报, sales" };
	static struct setting app = { .name = (char *)"app_id", .value = (char *)"cli_1" };
	static const struct settings robot = { &keywords, 1 }, with_app = { &app, 1 };
	static const struct settings none = SETTINGS_INIT;

	(void)data;
	return strcmp(name, "dingtalk") == 0 ? &robot : strcmp(name, "lark") == 0 ? &with_app
										 : &none;
}

static bool
find_calendar(void *data, const char *name)
{
	(void)data;
	return strcmp(name, "cn") == 0;
}

/* 2026-06-01 12:00 UTC */
static const struct check_context workspace = { .source = find_source,
	.destination = find_destination, .calendar = find_calendar, .settings = find_settings,
	.timezone = "UTC", .now_us = INT64_C(1780315200000000) };

static void
check_text(const char *text, const struct check_context *context, const char *expected)
{
	struct list_sink s = { { list_problem }, BUF_INIT, 0 };
	struct err err = ERR_INIT;
	struct task t;
	size_t errors;

	if (!task_from_text(&t, str_from(text), &err))
		fail_msg("%s: %s", text, err.msg);
	errors = check_task(&t, context, &s.sink);
	assert_int_equal(errors, s.errors);
	if (strcmp(buf_text(&s.text), expected) != 0)
		fail_msg("%s\n gave %s\n not  %s", text, buf_text(&s.text), expected);
	assert_int_equal(check_task_first(&t, context, &err), s.errors == 0);
	if (s.errors) {
		assert_int_equal(err.code, ERR_INPUT);
		assert_non_null(strstr(err.msg, "E_"));
	}
	task_fini(&t);
	buf_fini(&s.text);
}

/* A whole task around one query "q" with the given SQL, and one push "p" with the
 * given title and Markdown. JSON escapes are the caller's. */
static void
check_parts(const char *parameters, const char *sql, const char *title, const char *markdown,
	const char *expected)
{
	struct buf b = BUF_INIT;

	buf_addf(&b, "{\"format\": 1, \"name\": \"t\", \"parameters\": {%s}, \"nodes\": ["
		     "{\"name\": \"q\", \"kind\": \"query\", \"source\": \"shop\", "
		     "\"sql\": \"%s\"}, "
		     "{\"name\": \"p\", \"kind\": \"push\", \"after\": [\"q\"], \"title\": \"%s\", "
		     "\"content\": [{\"kind\": \"markdown\", \"text\": \"%s\"}], "
		     "\"destinations\": [\"ops\"]}]}", parameters, sql, title, markdown);
	check_text(buf_text(&b), &workspace, expected);
	buf_fini(&b);
}

#define D "\"d\": \"${yyyymmdd}\""
#define SQL_PATH "$.nodes[0].sql"
#define TITLE "$.nodes[1].title"
#define TEXT "$.nodes[1].content[0].text"

static const struct {
	const char *parameters, *sql, *title, *markdown, *expected;
} parts[] = {
	{ D, "SELECT a FROM t WHERE ds='${d}'", "T ${d}", "- ${a}", "" },
	/* E_UNASSIGNED: in SQL, title, Markdown; not in SQL comments. */
	{ "", "SELECT a,\\n '${x}' b FROM t -- ${y}", "T", "- ${a}",
		"E_UNASSIGNED " SQL_PATH ":2:3\n" },
	{ "", "SELECT a FROM t", "ü ${x}", "- ${a}", "E_UNASSIGNED " TITLE ":1:3\n" },
	{ "", "SELECT a FROM t", "T", "x\\n\\n- ${a} ${b}", "E_UNASSIGNED " TEXT ":3:8\n" },
	{ "", "SELECT * FROM t", "T", "${b}", "" },
	{ "", "SELECT count(*) FROM t WHERE 1 > '${q}'", "T", "${count}",
		"E_UNASSIGNED " SQL_PATH ":1:35\n" },
	{ "", "SELECT a FROM t", "T", "$${b} ${A}", "" },
	{ "", "SELECT a FROM t", "T", "${inputs} ${inputs[0]} ${inputs[0][0]}", "" },
	{ "", "SELECT a FROM t", "T", "${inputs2[0][0]}", "E_UNASSIGNED " TEXT ":1:1\n" },
	{ "", "SELECT a FROM t", "T", "${inputs.a} ${q1.a} ${inputs.q1.a}", "" },
	{ "", "SELECT a FROM t", "T", "${q2.a} ${inputs.b} ${q.a}",
		"E_UNASSIGNED " TEXT ":1:1\nE_UNASSIGNED " TEXT ":1:9\n"
		"E_UNASSIGNED " TEXT ":1:21\n" },
	{ "", "SELECT a FROM t", "T", "${a", "E_REFERENCE " TEXT ":1:1\n" },
	{ "", "SELECT '${' FROM t", "T", "x", "E_REFERENCE " SQL_PATH ":1:9\n" },
	{ "", "SELECT a FROM t", "T", "${yyyy-mm-dd}", "E_REFERENCE " TEXT ":1:1\n" },
	/* E_NAME_CLASH, E_AMBIGUOUS, E_INDEX */
	{ "\"a\": \"1\"", "SELECT a FROM t", "T", "${a}", "E_NAME_CLASH " TEXT ":1:1\n" },
	{ "\"inputs\": \"1\"", "SELECT a FROM t", "T", "${inputs}",
		"E_NAME_CLASH " TEXT ":1:1\n" },
	{ "", "SELECT a FROM t ORDER BY 1; SELECT a FROM u ORDER BY 1", "T",
		"${a} ${q1.a} ${q2.a}", "E_AMBIGUOUS " TEXT ":1:1\n" },
	{ "", "SELECT a, b AS a FROM t", "T", "${a}", "E_AMBIGUOUS " TEXT ":1:1\n" },
	{ "", "-- @name day\\nSELECT a FROM t; SELECT a FROM u", "T", "${day.a} ${q1.a}", "" },
	{ D, "SELECT '${d}' a FROM t", "T", "${d[0]} ${a[0][1]} ${a[0]}",
		"E_INDEX " TEXT ":1:1\nE_INDEX " TEXT ":1:9\n" },
	/* SQL itself */
	{ "", "", "T", "x", "E_SQL_EMPTY " SQL_PATH "\n" },
	{ "", " -- nothing", "T", "x", "E_SQL_EMPTY " SQL_PATH "\n" },
	{ "", "SELECT\\n 'a", "T", "x", "E_SQL_OPEN " SQL_PATH ":2:2\n" },
	{ "", "SELECT 1; DELETE FROM t", "T", "x", "W_SQL_NO_ROWS " SQL_PATH ":1:11\n" },
	{ "", "-- @name a\\nSELECT 1; -- @name a\\nSELECT 2", "T", "x",
		"E_STATEMENT_NAME " SQL_PATH ":3:1\n" },
	{ "", "-- @name q2\\nSELECT 1", "T", "x", "E_STATEMENT_NAME " SQL_PATH ":2:1\n" },
	/* W_TIME_IN_BODY, W_UNUSED_PARAMETER */
	{ "", "SELECT '$[yyyymmdd]' -- $[mm]", "T", "x", "W_TIME_IN_BODY " SQL_PATH ":1:9\n" },
	{ "", "SELECT j->'$[0]', '$[*].a' x, '$bizdate_x'", "T", "x", "" },
	{ "", "SELECT 1 a", "T", "on $bizdate", "W_TIME_IN_BODY " TEXT ":1:4\n" },
	{ D, "SELECT a FROM t", "T", "${a}", "W_UNUSED_PARAMETER $.parameters.d\n" },
	/* time expressions keep their own codes */
	{ "\"d\": \"${hh24}\"", "SELECT '${d}'", "T", "x", "E_PREC $.parameters.d:1:3\n" },
	{ "\"d\": \"$foo\"", "SELECT '${d}'", "T", "x", "E_BUILTIN $.parameters.d:1:1\n" },
	{ "\"d\": \"${yyyy-mm-01}\"", "SELECT '${d}'", "T", "x",
		"W_LEADING_ZERO $.parameters.d:1:10\n" },
	/* nothing to say */
	{ "", "SELECT a FROM t", "", "  ", "E_MISSING " TITLE "\nE_EMPTY_CONTENT " TEXT "\n" },
};

static void
texts_and_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		check_parts(parts[i].parameters, parts[i].sql, parts[i].title, parts[i].markdown,
			parts[i].expected);
}

#define QUERY(name, sql, more) "{\"name\": \"" name "\", \"kind\": \"query\", " \
	"\"source\": \"shop\", \"sql\": \"" sql "\"" more "}"
#define Q(name, sql) QUERY(name, sql, "")
#define P(more) "{\"name\": \"p\", \"kind\": \"push\", \"title\": \"T\", " more "}"
#define TEXT_BLOCK "{\"kind\": \"markdown\", \"text\": \"x\"}"
#define CONTENT(x) "\"content\": [" x "]"
#define OPS "\"destinations\": [\"ops\"]"
#define TASK(nodes, more) "{\"format\": 1, \"name\": \"t\", \"nodes\": [" nodes "]" more "}"
#define PLAIN P("\"after\": [\"q\"], " CONTENT(TEXT_BLOCK) ", " OPS)
#define TABLE(x) P("\"after\": [\"q\"], " CONTENT("{\"kind\": \"table\", " x "}") ", " OPS)
#define FIELD(x) "\"columns\": [{\"field\": \"" x "\"}]"
#define COLUMN "$.nodes[1].content[0].columns[0].field"
#define GOOD TASK(Q("q", "SELECT a FROM t") ", " PLAIN,

static const char *const tasks[][2] = {
	/* nodes */
	{ TASK("", ""), "E_NO_PUSH $.nodes\n" },
	{ TASK(Q("q", "SELECT 1"), ""), "W_UNUSED_NODE $.nodes[0]\nE_NO_PUSH $.nodes\n" },
	{ GOOD ""), "" },
	{ TASK("{\"name\": \"q\", \"kind\": \"query\", \"sql\": \"SELECT 1\"}, " PLAIN, ""),
		"E_MISSING $.nodes[0].source\n" },
	{ TASK("{\"name\": \"q\", \"kind\": \"query\", \"source\": \"x\", \"sql\": \"SELECT 1\"}, "
	       PLAIN, ""), "E_UNKNOWN_SOURCE $.nodes[0].source\n" },
	{ TASK(P("\"after\": [\"z\"], " CONTENT(TEXT_BLOCK) ", " OPS), ""),
		"E_UNKNOWN_NODE $.nodes[0].after[0]\n" },
	{ TASK(P("\"inputs\": {\"i\": \"z\"}, " CONTENT(TEXT_BLOCK) ", " OPS), ""),
		"E_UNKNOWN_NODE $.nodes[0].inputs.i\n" },
	{ TASK(P("\"inputs\": {\"i\": \"p\"}, " CONTENT(TEXT_BLOCK) ", " OPS), ""),
		"E_INPUT $.nodes[0].inputs.i\nE_CYCLE $.nodes\n" },
	{ TASK("{\"name\": \"a\", \"kind\": \"merge\", \"after\": [\"b\"]}, "
	       "{\"name\": \"b\", \"kind\": \"merge\", \"after\": [\"a\"]}, "
	       P(CONTENT(TEXT_BLOCK) ", " OPS), ""), "E_CYCLE $.nodes\n" },
	{ TASK("{\"name\": \"b\", \"kind\": \"branch\"}, "
	       P("\"after\": [\"b\"], " CONTENT(TEXT_BLOCK) ", " OPS), ""),
		"E_BRANCH $.nodes[0].branches\n" },
	{ TASK("{\"name\": \"b\", \"kind\": \"branch\", \"branches\": [{\"name\": \"x\", "
	       "\"condition\": \"${inputs[0][0]}>1\"}, {\"name\": \"x\"}]}, "
	       P("\"after\": [\"b.x\"], " CONTENT(TEXT_BLOCK) ", " OPS), ""),
		"E_UNASSIGNED $.nodes[0].branches[0].condition:1:1\n"
		"E_BRANCH $.nodes[0].branches[1].name\n"
		"E_BRANCH $.nodes[0].branches[1].condition\n" },
	{ TASK(Q("q", "SELECT 1 n") ", {\"name\": \"b\", \"kind\": \"branch\", \"after\": [\"q\"], "
	       "\"branches\": [{\"name\": \"x\", \"condition\": \"${inputs[0][0]}>${q.n}\"}]}, "
	       P("\"after\": [\"b.x\"], " CONTENT(TEXT_BLOCK) ", " OPS), ""), "" },
	{ TASK("{\"name\": \"m\", \"kind\": \"merge\", \"accept\": {\"z\": [\"failed\"]}}, "
	       P("\"after\": [\"m\"], " CONTENT(TEXT_BLOCK) ", " OPS), ""),
		"E_MERGE $.nodes[0].after\nE_MERGE $.nodes[0].accept.z\n" },
	{ TASK("{\"name\": \"x\", \"kind\": \"branch\", \"branches\": [{\"name\": \"yes\", "
	       "\"condition\": \"1 > 0\"}]}, {\"name\": \"m\", \"kind\": \"merge\", "
	       "\"after\": [\"x.yes\"], \"accept\": {\"x.yes\": [\"skipped\"], "
	       "\"x\": [\"failed\"]}}, "
	       P("\"after\": [\"m\"], " CONTENT(TEXT_BLOCK) ", " OPS), ""),
		"E_MERGE $.nodes[1].accept.x\n" },
	{ TASK("{\"name\": \"s\", \"kind\": \"assign\", \"language\": \"shell\", \"code\": "
	       "\"echo $HOME ${HOME}\"}, "
	       P("\"after\": [\"s\"], " CONTENT("{\"kind\": \"markdown\", \"text\": "
						"\"${inputs[0]} ${value}\"}") ", " OPS), ""),
		"E_UNASSIGNED $.nodes[0].code:1:12\n" },
	{ TASK("{\"name\": \"s\", \"kind\": \"assign\", \"language\": \"python\", "
	       "\"code\": \" \"}, " P("\"after\": [\"s\"], " CONTENT(TEXT_BLOCK) ", " OPS), ""),
		"E_MISSING $.nodes[0].code\n" },
	/* an assignment gives its last statement alone */
	{ TASK("{\"name\": \"s\", \"kind\": \"assign\", \"source\": \"shop\", \"sql\": "
	       "\"SELECT a FROM t; SELECT b FROM t\"}, "
	       P("\"after\": [\"s\"], " CONTENT("{\"kind\": \"markdown\", \"text\": "
						"\"${a} ${b} ${q1.b} ${q2.b}\"}") ", " OPS), ""),
		"E_UNASSIGNED $.nodes[1].content[0].text:1:1\n" },
	/* several inputs */
	{ TASK(Q("q", "SELECT a FROM t") ", " Q("r", "SELECT a, b FROM t") ", "
	       P("\"after\": [\"q\", \"r\"], " CONTENT("{\"kind\": \"markdown\", \"text\": \"${a} "
		 "${b} ${inputs1.a} ${inputs2[0][1]} ${inputs}\"}") ", " OPS), ""),
		"E_AMBIGUOUS $.nodes[2].content[0].text:1:1\n"
		"E_UNASSIGNED $.nodes[2].content[0].text:1:41\n" },
	/* segments */
	{ TASK(QUERY("q", "SELECT id FROM t WHERE id > ${next_token} ORDER BY id "
		     "LIMIT ${segment_size}", ", \"segment\": {\"key\": \"id\"}") ", " PLAIN, ""),
		"" },
	{ TASK(QUERY("q", "SELECT a FROM t", ", \"segment\": {\"key\": \"id\"}") ", " PLAIN, ""),
		"E_SEGMENT $.nodes[0].segment\nE_SEGMENT $.nodes[0].segment\n"
		"E_SEGMENT $.nodes[0].segment.key\n" },
	{ TASK(Q("q", "SELECT a FROM t WHERE a > ${next_token}") ", " PLAIN, ""),
		"E_UNASSIGNED $.nodes[0].sql:1:27\n" },
	/* destinations */
	{ TASK(P(CONTENT(TEXT_BLOCK)), ""), "E_MISSING $.nodes[0].destinations\n" },
	{ TASK(P(CONTENT(TEXT_BLOCK) ", \"destinations\": [\"ops\", \"x\", \"ops\"]"), ""),
		"E_UNKNOWN_DESTINATION $.nodes[0].destinations[1]\n"
		"E_DESTINATION_TWICE $.nodes[0].destinations[2]\n" },
	{ GOOD ", \"on_failure\": [\"ops\", \"x\"]"),
		"E_UNKNOWN_DESTINATION $.on_failure[1]\n" },
	/* blocks */
	{ TASK(P(OPS), ""), "E_EMPTY_CONTENT $.nodes[0].content\n" },
	{ TASK(P(CONTENT("{\"kind\": \"email_body\", \"text\": \"x\"}, {\"kind\": \"email_body\", "
			 "\"html\": \"${x}\"}") ", " OPS), ""),
		"E_UNASSIGNED $.nodes[0].content[1].html:1:1\n"
		"E_EMAIL_BODIES $.nodes[0].content[1]\n" },
	{ TASK(P(CONTENT("{\"kind\": \"image\", \"alt\": \"${x}\"}") ", " OPS), ""),
		"E_EMPTY_CONTENT $.nodes[0].content[0]\n"
		"E_UNASSIGNED $.nodes[0].content[0].alt:1:1\n" },
	{ TASK(P(CONTENT("{\"kind\": \"table\"}") ", " OPS), ""),
		"E_EMPTY_CONTENT $.nodes[0].content[0]\n" },
	/* tables */
	{ TASK(Q("q", "SELECT a FROM t") ", " TABLE(FIELD("A")), ""), "" },
	{ TASK(Q("q", "SELECT a FROM t") ", " TABLE(FIELD("b")), ""),
		"E_UNKNOWN_COLUMN " COLUMN "\n" },
	{ TASK(Q("q", "SELECT * FROM t") ", " TABLE(FIELD("b")), ""), "" },
	{ TASK(Q("q", "SELECT a FROM t; SELECT b FROM u") ", " TABLE("\"query\": 1, " FIELD("b")),
		""), "E_UNKNOWN_COLUMN " COLUMN "\n" },
	{ TASK(Q("q", "SELECT a FROM t; SELECT b FROM u") ", " TABLE("\"query\": 3"), ""),
		"E_UNKNOWN_QUERY $.nodes[1].content[0].query\n" },
	{ TASK(Q("q", "SELECT a FROM t; SELECT a FROM u") ", " TABLE(FIELD("a")), ""),
		"E_AMBIGUOUS " COLUMN "\nW_NO_ORDER_BY $.nodes[0].sql:1:1\n"
		"W_NO_ORDER_BY $.nodes[0].sql:1:18\n" },
	{ TASK(Q("q", "SELECT a FROM t; SELECT a FROM u") ", " TABLE(FIELD("q2.a")), ""), "" },
	{ TASK(Q("q", "SELECT a FROM t ORDER BY 1;\\nSELECT b FROM u") ", " TABLE("\"query\": 0"),
		""), "W_NO_ORDER_BY $.nodes[0].sql:2:1\n" },
	{ TASK(Q("q", "SELECT a FROM t ORDER BY 1; SELECT sum(b) s FROM u") ", "
	       TABLE("\"query\": 0"), ""), "W_ROWCOUNT $.nodes[1].content[0]\n" },
	{ TASK(Q("q", "SELECT a FROM t; SELECT b FROM u") ", " TABLE("\"query\": 2"), ""), "" },
	{ TASK(Q("q", "SELECT a FROM t") ", " TABLE("\"columns\": [{\"field\": \"a\", \"suffix\": "
	       "\" ${x}\", \"when\": [{\"op\": \"=\", \"value\": \"${y}\", \"mark\": \"${a}\"}]}]"),
		""), "E_UNASSIGNED $.nodes[1].content[0].columns[0].suffix:1:2\n"
		     "E_UNASSIGNED $.nodes[1].content[0].columns[0].when[0].value:1:1\n" },
	/* columns listed by hand */
	{ TASK(QUERY("q", "SELECT * FROM t", ", \"columns\": [{\"name\": \"a\"}]") ", "
	       TABLE(FIELD("b")), ""),
		"E_UNKNOWN_COLUMN " COLUMN "\n" },
	/* conditions */
	{ GOOD ", \"conditions\": [{\"node\": \"q\", \"column\": \"rows()\", \"op\": \">\", "
	       "\"value\": \"0\"}, {\"node\": \"q\", \"column\": \"a\", \"op\": \"=\", \"value\": "
	       "\"${yyyymmdd}\"}]"), "" },
	{ GOOD ", \"conditions\": [{\"node\": \"z\", \"column\": \"a\", \"op\": \"null\"}, "
	       "{\"node\": \"p\", \"column\": \"a\", \"op\": \"null\"}, "
	       "{\"node\": \"q\", \"column\": \"b\", "
	       "\"op\": \"=\", \"value\": \"${hh24}\"}, {\"node\": \"q\", \"column\": \"rows()\", "
	       "\"op\": \"null\"}]"),
		"E_UNKNOWN_NODE $.conditions[0].node\nE_CONDITION $.conditions[1].node\n"
		"E_PREC $.conditions[2].value:1:3\nE_UNKNOWN_COLUMN $.conditions[2].column\n"
		"E_CONDITION $.conditions[3]\n" },
	/* schedules */
	{ GOOD ", \"schedule\": {\"every\": \"day\", \"at\": \"08:00\"}"), "" },
	{ GOOD ", \"schedule\": {\"cron\": \"0 8 30 2 *\"}"), "E_NEVER $.schedule\n" },
	{ GOOD ", \"schedule\": [{\"every\": \"day\", \"at\": \"08:00\"}, {\"every\": \"day\", "
	       "\"at\": \"08:00\", \"timezone\": \"Asia/Shangai\"}]"),
		"E_ZONE $.schedule[1].timezone\n" },
	{ GOOD ", \"schedule\": {\"every\": \"day\", \"at\": \"08:00\"}, \"effective\": {\"to\": "
	       "\"2026-05-31\"}"), "W_ENDED $.effective\n" },
	{ GOOD ", \"schedule\": {\"every\": \"day\", \"at\": \"18:00\"}, \"effective\": {\"to\": "
	       "\"2026-06-01\"}"), "" },
	{ GOOD ", \"schedule\": {\"every\": \"month\", \"days\": [31], \"at\": \"08:00\"}, "
	       "\"effective\": {\"from\": \"2027-02-01\", \"to\": \"2027-02-28\"}"),
		"E_NEVER $.schedule\n" },
	{ GOOD ", \"calendar\": {\"name\": \"cn\"}"), "" },
	{ GOOD ", \"calendar\": {\"name\": \"xx\"}"), "E_UNKNOWN_CALENDAR $.calendar.name\n" },
	/* not active is fine */
	{ GOOD ", \"mode\": \"paused\""), "" },
};

#define TO(names) "\"destinations\": [" names "]"
#define IMAGE(path) "{\"kind\": \"image\", \"path\": \"" path "\"}"
#define SEND(content, to) TASK(P(CONTENT(content) ", " TO(to)), "")
#define C10 "a,b,c,d,e,f,g,h,i,j,"

/* What the channels make of it; /dev/null and this test's own text are no pictures. */
static const char *const deliveries[][2] = {
	{ SEND(IMAGE("/nowhere.png"), "\"email\", \"wecom\", \"lark\", \"teams\", \"file\""),
		"E_PICTURE $.nodes[0].content[0].path\nE_PICTURE $.nodes[0].content[0].path\n"
		"E_PICTURE $.nodes[0].content[0].path\nW_PICTURE $.nodes[0].content[0].path\n" },
	{ SEND(IMAGE("/dev/null"), "\"discord\""), "E_PICTURE $.nodes[0].content[0].path\n" },
	{ SEND(IMAGE("share/doc/CHECKS.md"), "\"ntfy\""),
		"E_PICTURE $.nodes[0].content[0].path\n" },
	{ SEND("{\"kind\": \"image\", \"url\": \"https://o.example/a.png\"}", "\"teams\""), "" },
	{ TASK(Q("q", "SELECT " C10 C10 C10 C10 C10 "x FROM t") ", " P("\"after\": [\"q\"], "
	       CONTENT("{\"kind\": \"table\"}") ", " TO("\"lark\", \"teams\"")), ""),
		"W_COLUMNS $.nodes[1].content[0]\n" },
	{ TASK(Q("q", "SELECT " C10 C10 C10 C10 C10 "x FROM t") ", " P("\"after\": [\"q\"], "
	       CONTENT("{\"kind\": \"table\", " FIELD("x") "}") ", " TO("\"lark\"")), ""), "" },
	{ TASK(P(CONTENT(TEXT_BLOCK) ", " TO("\"wecom\", \"slack\", \"email\"")),
	       ", \"oversize\": \"attach\""), "W_ATTACH $.oversize\n" },
	{ SEND(TEXT_BLOCK, "\"wecom\", \"dingtalk\""), "W_KEYWORD $.nodes[0].destinations[1]\n" },
	{ SEND("{\"kind\": \"markdown\", \"text\": \"the 日报\"}", "\"dingtalk\""), "" },
	{ SEND("{\"kind\": \"markdown\", \"text\": \"<font color='red'>x</font>\"}", "\"lark\", "
	       "\"email\", \"file\""), "W_HTML $.nodes[0].content[0].text\n" },
	{ SEND("{\"kind\": \"markdown\", \"text\": \"a<br>b `<b>` 1 < 2 <!-- c -->\"}", "\"lark\""), "" },
	{ SEND("{\"kind\": \"markdown\", \"mode\": \"source\", \"text\": \"<at id=all></at>\"}",
	       "\"lark\""), "" },
	{ TASK("{\"name\": \"p\", \"kind\": \"push\", \"title\": \"a\\r\\nBcc: x@y.z\", "
	       CONTENT(TEXT_BLOCK) ", " TO("\"email\"") "}", ""), "E_TITLE $.nodes[0].title\n" },
	{ TASK(P(CONTENT(TEXT_BLOCK) ", \"mentions\": {\"all\": true, \"emails\": [\"a@b\", \"ann\", "
		 "\"@x\"]}, " TO("\"teams\", \"lark\", \"webhook\"")), ""),
		"E_ADDRESS $.nodes[0].mentions.emails[1]\n"
		"E_ADDRESS $.nodes[0].mentions.emails[2]\nW_MENTION $.nodes[0].mentions\n"
		"W_MENTION $.nodes[0].mentions\n" },
};

static void
what_channels_make_of_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(deliveries); i++)
		check_text(deliveries[i][0], &workspace, deliveries[i][1]);
}

static void
whole_tasks(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(tasks); i++)
		check_text(tasks[i][0], &workspace, tasks[i][1]);
}

/* Files alone: nothing is said of what only a workspace knows. */
static void
files_without_workspace(void **state)
{
	(void)state;
	check_text(TASK("{\"name\": \"q\", \"kind\": \"query\", \"source\": \"any\", \"sql\": "
			"\"SELECT 'a\\\\' b' x, `c` FROM t\"}, "
			P("\"after\": [\"q\"], " CONTENT("{\"kind\": \"markdown\", \"text\": "
							 "\"${x} ${c}\"}") ", \"destinations\": "
			  "[\"any\"]"), ", \"calendar\": {\"name\": \"any\"}"),
		NULL, "");
	check_text(TASK(Q("q", "SELECT 'a") ", " PLAIN, ""), NULL,
		"E_SQL_OPEN $.nodes[0].sql:1:8\n");
}

static void
in_memory_faults(void **state)
{
	struct list_sink s = { { list_problem }, BUF_INIT, 0 };
	struct err err = ERR_INIT;
	struct task t;

	(void)state;
	assert_true(task_from_text(&t, STR(TASK(Q("q", "SELECT 1") ", " PLAIN, "")), &err));
	t.name = "a b";
	t.nodes[1].name = "q";
	check_task(&t, &workspace, &s.sink);
	assert_non_null(strstr(buf_text(&s.text), "E_NAME $.name\n"));
	assert_non_null(strstr(buf_text(&s.text), "E_NODE_TWICE $.nodes[1].name\n"));
	task_fini(&t);
	buf_fini(&s.text);
}

static void
every_rule_is_described(void **state)
{
	(void)state;
	for (int i = 0; i < RULE_COUNT; i++) {
		const struct check_rule_info *info = check_rule_info((enum check_rule)i);

		assert_non_null(info->code);
		assert_true(*info->about);
		assert_int_equal(info->code[0], info->level == CHECK_ERROR ? 'E' : 'W');
		for (int k = 0; k < i; k++)
			assert_string_not_equal(info->code,
				check_rule_info((enum check_rule)k)->code);
	}
	assert_string_equal(check_level_name(CHECK_WARNING), "warning");
}

/* CHECKS.md has the table's row of each rule (tests run from the checkout). */
static void
every_rule_stands_in_the_documents(void **state)
{
	struct err err = ERR_INIT;
	struct buf doc = BUF_INIT, row = BUF_INIT;

	(void)state;
	if (!path_read("share/doc/CHECKS.md", 1 << 20, &doc, &err))
		fail_msg("%s", err.msg);
	for (int i = 0; i < RULE_COUNT; i++) {
		const struct check_rule_info *info = check_rule_info((enum check_rule)i);

		buf_clear(&row);
		buf_addf(&row, "\n| `%s` | %s | %s |\n", info->code, check_level_name(info->level),
			info->about);
		if (!strstr(buf_text(&doc), buf_text(&row)))
			fail_msg("CHECKS.md lacks%s", buf_text(&row));
	}
	for (int i = 0; i < FILTER_KIND_COUNT; i++)
		assert_non_null(strstr(buf_text(&doc), filter_name((enum filter_kind)i)));
	buf_fini(&doc);
	buf_fini(&row);
}

struct hint_sink {
	struct check_sink sink;
	char hint[160];
};

static void
take_hint(struct check_sink *self, const struct check_problem *p)
{
	snprintf(((struct hint_sink *)self)->hint, 160, "%s", p->hint);
}

static void
hints_name_the_nearest(void **state)
{
	static const char *const rows[][2] = { { "${revenu}", "did you mean revenue?" },
		{ "${date}", "$bizdate" }, { "${yyyymmdd}", "parameter" },
		{ "${zzzzzz}", "add it to the parameters" } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct hint_sink s = { { take_hint }, "" };
		struct buf b = BUF_INIT;
		struct err err = ERR_INIT;
		struct task t;

		buf_adds(&b, TASK(Q("q", "SELECT revenue FROM t") ", "
				  P("\"after\": [\"q\"], " CONTENT(TEXT_BLOCK) ", " OPS), ""));
		assert_true(task_from_text(&t, buf_str(&b), &err));
		t.nodes[1].title = rows[i][0];
		assert_int_equal(check_task(&t, &workspace, &s.sink), 1);
		if (!strstr(s.hint, rows[i][1]))
			fail_msg("%s gave %s", rows[i][0], s.hint);
		task_fini(&t);
		buf_fini(&b);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_and_names),
		cmocka_unit_test(whole_tasks),
		cmocka_unit_test(what_channels_make_of_it),
		cmocka_unit_test(files_without_workspace),
		cmocka_unit_test(in_memory_faults),
		cmocka_unit_test(every_rule_is_described),
		cmocka_unit_test(every_rule_stands_in_the_documents),
		cmocka_unit_test(hints_name_the_nearest),
	};

	return cmocka_run_group_tests_name("check", tests, NULL, NULL);
}
