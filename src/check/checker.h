/* SPDX-License-Identifier: MIT */
/* Shared by the files of the lint: the task with what was read from its SQL once,
 * and where problems go. */
#ifndef DP_CHECK_CHECKER_H
#define DP_CHECK_CHECKER_H

#include "src/base/json.h"
#include "src/check/check.h"
#include "src/sql/select_list.h"
#include "src/sql/split.h"
#include "src/sql/template.h"

/* What a node gives to others, statement by statement. */
struct node_facts {
	enum sql_dialect dialect;
	struct sql_split split;
	struct select_list *lists; /* one per statement; a script's list: one, "value" */
	size_t list_count;
	size_t first;	 /* an assignment gives its last statement alone */
	bool source_bad; /* the data source is not there: said already */
};

/* A name by which a node's results are reached from another node. */
struct bound {
	const char *name;
	size_t node;
};

struct checker {
	const struct task *task;
	const struct check_context *context; /* never NULL */
	struct check_sink *sink;
	size_t errors;
	struct node_facts *facts; /* by node */
	bool *parameter_used;
	const char *node; /* name of the node that is looked at; "" none */
};

/* The place of a problem: a JSON path, and line and column from 1 (-1 none). */
struct spot {
	const struct json_path *way;
	int line, column;
};

#define SPOT(way_) ((struct spot){ (way_), -1, -1 })

/* A text of ours in the language that is wanted. */
const char *check_said(const struct checker *c, const char *text) DP_FORMAT_ARG(2);
/* `hint` and `fmt` go into the catalogue (share/dev/locale) and are said in that language. */
void check_say(struct checker *c, enum check_rule rule, struct spot spot, const char *hint,
	const char *fmt, ...) DP_PRINTF(5, 6);
/* With a code of its own instead of the rule's. */
void check_say_as(struct checker *c, enum check_rule rule, const char *code, struct spot spot,
	const char *hint, const char *fmt, ...) DP_PRINTF(6, 7);

/* SIZE_MAX when there is none. */
size_t check_find_node(const struct checker *c, const char *name);
/* The node that a word of `after` means. */
size_t check_find_after(const struct checker *c, const char *after);

/* facts.c */
void check_facts_read(struct checker *c);
void check_facts_free(struct checker *c);
/* Index in lists by "q2" or name; SIZE_MAX. */
size_t check_find_statement(const struct node_facts *f, struct str label);

/* names.c: what ${…} may mean in a node. */
enum found { FOUND_NONE, FOUND_MAYBE, FOUND_ONE, FOUND_MANY };
struct names {
	struct arena arena; /* of made-up names */
	struct bound *list;
	size_t count;
};
void check_names_read(struct checker *c, size_t node, struct names *names);
void check_names_free(struct names *names);
/* A column by its name as written, with scope and field; `query` 0: any statement. */
enum found check_find_column(const struct checker *c, const struct names *names, struct str name,
	struct str scope, struct str field, int query);
size_t check_find_parameter(const struct checker *c, struct str name);
const struct bound *check_find_bound(const struct names *names, struct str name);
/* Writes "did you mean X?", or nothing. */
void check_nearest(const struct checker *c, const struct names *names, struct str name,
	char hint[160]);

/* refs.c: ${…} in texts. */
void check_sql_refs(struct checker *c, size_t node, const struct names *names,
	const struct json_path *way);
/* A condition or a script: the names SQL knows, but no comments. */
void check_code_refs(struct checker *c, size_t node, const struct names *names,
	const struct json_path *way, const char *text);
/* Title, Markdown, mail body, prefix …: columns count too. */
void check_body_refs(struct checker *c, const struct names *names, const struct json_path *way,
	const char *text);

/* delivery.c: what the destinations' channels make of a push node. */
void check_delivery(struct checker *c, const struct names *names, const struct node *node,
	const struct json_path *way);

/* nodes.c, content.c, timing.c */
void check_nodes(struct checker *c);
void check_push(struct checker *c, size_t node, const struct json_path *way);
void check_timing(struct checker *c);
/* A value that may be a time expression. */
void check_time_value(struct checker *c, const struct json_path *way, const char *value);

#endif
