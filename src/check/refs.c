/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "src/check/checker.h"
#include "src/sql/place.h"

/* What is said of one text. */
struct ref_check {
	struct checker *c;
	const struct names *names;
	const struct json_path *way;
	const struct node *node;
	bool is_body; /* columns count by their bare name */
	bool is_script;
};

static const char time_hint[] =
	N_("give the time expression to a parameter and write ${its name} here");
static const char *const built_in[] = { "$bizdate", "$cyctime", "$gmtdate", "$bizmonth" };

static struct spot
spot_of(const struct ref_check *r, const struct template_item *item)
{
	return (struct spot){ r->way, item->line, item->column };
}

/* ${yyyy-mm-dd}, ${yyyymmdd}: a value written where a name belongs. */
static bool
looks_like_time(struct str name)
{
	return str_starts(name, STR("yyyy")) || str_starts(name, STR("mm")) ||
	       str_starts(name, STR("dd"));
}

/* What the vendor fills in without being asked (dataworks.md 1.2). */
static const char *
legacy_value(struct str name)
{
	if (str_is(name, "date") || str_is(name, "bizdate") || str_is(name, "bdp.system.bizdate"))
		return "$bizdate";
	return str_is(name, "cyctime") || str_is(name, "bdp.system.cyctime") ? "$cyctime" : NULL;
}

static void
say_unassigned(struct ref_check *r, const struct template_item *item)
{
	const char *legacy = legacy_value(item->name);
	char hint[160];

	if (looks_like_time(item->name))
		snprintf(hint, sizeof(hint), "%s", check_said(r->c, time_hint));
	else if (legacy)
		snprintf(hint, sizeof(hint),
			check_said(r->c, N_("add a parameter with the value %s")), legacy);
	else
		check_nearest(r->c, r->names, item->name, hint);
	if (!*hint && r->is_script)
		snprintf(hint, sizeof(hint), "%s",
			check_said(r->c, N_("a variable of the script is written $name or $${name}")));
	else if (!*hint)
		snprintf(hint, sizeof(hint), "%s",
			check_said(r->c, N_("add it to the parameters, or write $${ for a literal ${")));
	check_say(r->c, RULE_UNASSIGNED, spot_of(r, item), hint, "${%.*s} has no value",
		STR_ARG(item->name));
}

static void
check_indexes(struct ref_check *r, const struct template_item *item, bool is_parameter)
{
	int most = is_parameter ? 0 : 1;

	if (item->index_count > most)
		check_say(r->c, RULE_INDEX, spot_of(r, item),
			most ? N_("write one index: ${column[row]}") : N_("write it without an index"),
			"${%.*s} is %s: it has %s", STR_ARG(item->name),
			check_said(r->c, most ? N_("a column") : N_("a parameter")),
			check_said(r->c, most ? N_("rows, no columns") : N_("one value")));
}

/* The names of SQL, scripts and conditions: parameters, then the nodes before. */
static void
check_upstream(struct ref_check *r, const struct template_item *item)
{
	const struct segment *segment = &r->node->segment;
	size_t parameter = check_find_parameter(r->c, item->name);
	const struct bound *bound = check_find_bound(r->names, item->name);

	if (segment->on && (str_is(item->name, "next_token") || str_is(item->name, "segment_size")))
		return;
	if (parameter != SIZE_MAX) {
		r->c->parameter_used[parameter] = true;
		if (bound)
			check_say(r->c, RULE_NAME_CLASH, spot_of(r, item),
				"rename the parameter", "${%.*s} is a parameter and a node before",
				STR_ARG(item->name));
		else
			check_indexes(r, item, true);
		return;
	}
	if (bound)
		return;
	if (item->scope.len && check_find_bound(r->names, item->scope) &&
		check_find_column(r->c, r->names, item->name, item->scope, item->field, 0) !=
			FOUND_NONE)
		return;
	say_unassigned(r, item);
}

static void
say_ambiguous(struct ref_check *r, const struct template_item *item)
{
	check_say(r->c, RULE_AMBIGUOUS, spot_of(r, item),
		"say which: ${q2.name}, ${input.name}, or give it an alias in the SQL",
		"several result columns are called %.*s", STR_ARG(item->field));
}

/* The names of a message: inputs, columns, parameters. */
static void
check_body(struct ref_check *r, const struct template_item *item)
{
	const struct bound *bound = check_find_bound(r->names, item->name);
	size_t parameter = check_find_parameter(r->c, item->name);
	enum found column = FOUND_NONE;

	if (parameter != SIZE_MAX)
		r->c->parameter_used[parameter] = true;
	if (!bound)
		column = check_find_column(r->c, r->names, item->name, item->scope, item->field, 0);
	if (parameter != SIZE_MAX && (bound || column == FOUND_ONE || column == FOUND_MANY))
		check_say(r->c, RULE_NAME_CLASH, spot_of(r, item),
			"rename the parameter, or give the column an alias in the SQL",
			"${%.*s} is a parameter and %s", STR_ARG(item->name),
			check_said(r->c, bound ? N_("an input") : N_("a result column")));
	else if (column == FOUND_MANY)
		say_ambiguous(r, item);
	else if (column == FOUND_ONE)
		check_indexes(r, item, false);
	else if (!bound && parameter != SIZE_MAX && column == FOUND_NONE)
		check_indexes(r, item, true);
	else if (!bound && parameter == SIZE_MAX && column == FOUND_NONE)
		say_unassigned(r, item);
}

/* `text` is what stands at the item and behind it. */
static void
check_item(struct ref_check *r, const struct template_item *item, struct str text)
{
	if (item->kind == TEMPLATE_BAD) {
		bool time = looks_like_time(str_slice(text, 2, text.len));

		check_say(r->c, RULE_REFERENCE, spot_of(r, item), time ? time_hint : NULL, "%s",
			check_said(r->c, item->message));
	} else if (item->kind == TEMPLATE_REF) {
		if (r->is_body)
			check_body(r, item);
		else
			check_upstream(r, item);
	}
}

/* $[yyyymmdd], $bizdate: read as plain text here. JSON paths ($[0]) are none. */
static bool
is_time_at(struct str text)
{
	static const char *const tokens[] = { "yyyy", "yy", "mm", "dd", "hh", "mi", "ss",
		"add_months(" };

	if (str_starts(text, STR("$[")))
		for (size_t i = 0; i < ARRAY_LEN(tokens); i++)
			if (str_starts(str_slice(text, 2, text.len), str_from(tokens[i])))
				return true;
	for (size_t i = 0; i < ARRAY_LEN(built_in); i++) {
		size_t len = strlen(built_in[i]);
		char next = len < text.len ? text.p[len] : ' ';

		if (str_starts(text, str_from(built_in[i])) && next != '_' &&
			!(next >= 'a' && next <= 'z') && !(next >= '0' && next <= '9'))
			return true;
	}
	return false;
}

static void
check_time_in_body(struct ref_check *r, struct str text)
{
	struct text_cursor place = TEXT_CURSOR_INIT;

	for (size_t at = 0; (at = str_find(text, STR("$"), at)) != SIZE_MAX; at++) {
		if (!is_time_at(str_slice(text, at, text.len)))
			continue;
		text_cursor_move(&place, text, at);
		check_say(r->c, RULE_TIME_IN_BODY,
			(struct spot){ r->way, place.line, place.column },
			time_hint, "a time expression stays as it is written here");
	}
}

static void
check_text(struct ref_check *r, struct str text)
{
	struct template_scanner s;
	struct template_item item;

	template_init(&s, text);
	while (template_next(&s, &item))
		check_item(r, &item, str_slice(text, item.pos, text.len));
	if (!r->is_script)
		check_time_in_body(r, text);
}

/* `${…}` where the lexer finds it; comments are blanked for the search of time
 * expressions. */
static void
check_sql(struct ref_check *r, enum sql_dialect dialect, struct str text)
{
	struct text_cursor place = TEXT_CURSOR_INIT;
	struct buf code = BUF_INIT;
	struct sql_lexer lexer;
	struct sql_token token;
	struct template_item item;

	buf_add_str(&code, text);
	sql_lexer_init(&lexer, dialect, text, SQL_STATE_START);
	while (sql_lexer_next(&lexer, &token)) {
		struct str rest = str_slice(text, token.pos, text.len);

		for (size_t i = 0; token.kind == SQL_TOKEN_COMMENT && i < token.len; i++)
			if (rest.p[i] == '$')
				code.p[token.pos + i] = ' ';
		if ((token.kind != SQL_TOKEN_PARAMETER && token.kind != SQL_TOKEN_ERROR) ||
			!template_read(rest, &item))
			continue;
		text_cursor_move(&place, text, token.pos);
		item.line = place.line;
		item.column = place.column;
		check_item(r, &item, rest);
	}
	check_time_in_body(r, buf_str(&code));
	buf_fini(&code);
}

void
check_sql_refs(struct checker *c, size_t node, const struct names *names,
	const struct json_path *way)
{
	struct ref_check r = { .c = c, .names = names, .way = way,
		.node = &c->task->nodes[node] };

	check_sql(&r, c->facts[node].dialect, str_from(c->task->nodes[node].sql));
}

void
check_code_refs(struct checker *c, size_t node, const struct names *names,
	const struct json_path *way, const char *text)
{
	struct ref_check r = { .c = c, .names = names, .way = way,
		.node = &c->task->nodes[node],
		.is_script = c->task->nodes[node].kind == NODE_ASSIGN };

	check_text(&r, str_from(text));
}

void
check_body_refs(struct checker *c, const struct names *names, const struct json_path *way,
	const char *text)
{
	struct ref_check r = { .c = c, .names = names, .way = way, .is_body = true };

	check_text(&r, str_from(text));
}
