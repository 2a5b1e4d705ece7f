/* SPDX-License-Identifier: MIT */
/* Lint of a task: every problem with its place and what to do, before anything
 * runs. Needs no database, no network and no workspace; what it may know of a
 * workspace comes through the context. One table of rules (rules.c) drives the
 * levels, the help and the documents. */
#ifndef DP_CHECK_CHECK_H
#define DP_CHECK_CHECK_H

#include "src/base/settings.h"
#include "src/sql/dialect.h"
#include "src/task/task.h"

enum check_level { CHECK_ERROR, CHECK_WARNING, CHECK_LEVEL_COUNT };

enum check_rule {
	RULE_NAME, RULE_MISSING, RULE_NO_PUSH, RULE_NODE_TWICE, RULE_UNKNOWN_NODE, RULE_CYCLE,
	RULE_UNUSED_NODE, RULE_BRANCH, RULE_MERGE, RULE_INPUT,
	RULE_UNKNOWN_SOURCE, RULE_UNKNOWN_DESTINATION, RULE_DESTINATION_TWICE,
	RULE_UNKNOWN_CALENDAR,
	RULE_SQL_EMPTY, RULE_SQL_OPEN, RULE_SQL_NO_ROWS, RULE_STATEMENT_NAME, RULE_SEGMENT,
	RULE_UNASSIGNED, RULE_REFERENCE, RULE_NAME_CLASH, RULE_AMBIGUOUS, RULE_INDEX,
	RULE_UNUSED_PARAMETER, RULE_UNKNOWN_COLUMN, RULE_UNKNOWN_QUERY, RULE_TIME_IN_BODY,
	RULE_TIME_EXPRESSION, RULE_TIME_WARNING,
	RULE_NO_ORDER_BY, RULE_ROWCOUNT, RULE_EMAIL_BODIES, RULE_EMPTY_CONTENT, RULE_CONDITION,
	RULE_ZONE, RULE_NEVER, RULE_ENDED,
	RULE_TITLE, RULE_ADDRESS, RULE_PICTURE, RULE_NO_PICTURE, RULE_COLUMNS, RULE_ATTACH,
	RULE_KEYWORD, RULE_MENTION, RULE_HTML,
	RULE_COUNT
};

/* Strings are borrowed for the call. */
struct check_problem {
	enum check_rule rule;
	enum check_level level;
	const char *code;  /* "E_UNASSIGNED"; stable. Time expressions have their own */
	const char *path;  /* "$.nodes[0].sql" */
	const char *node;  /* name of the node, "" none */
	int line, column;  /* inside the text at `path`, from 1; -1 none */
	const char *place; /* path and place for people: "$.nodes[0].sql line 3, column 7" */
	const char *message;
	const char *hint; /* "" none */
};

struct check_sink {
	void (*problem)(struct check_sink *self, const struct check_problem *problem);
};

/* What is known of the workspace. Any member may be NULL: then it is not known and
 * nothing is said about it. */
struct check_context {
	void *data;
	/* False: there is no such data source. */
	bool (*source)(void *data, const char *name, enum sql_dialect *dialect);
	/* False: there is no such destination. *channel is borrowed. */
	bool (*destination)(void *data, const char *name, const char **channel);
	bool (*calendar)(void *data, const char *name);
	/* A destination's settings without its secrets, borrowed; NULL: not known. */
	const struct settings *(*settings)(void *data, const char *name);
	const char *timezone; /* the workspace's */
	int64_t now_us;	      /* 0: the clock's */
	say_fn say;	      /* messages and hints in the person's language; NULL: English */
};

/* Errors found (warnings are not counted). `context` NULL: files without workspace. */
DP_API size_t check_task(const struct task *t, const struct check_context *context,
	struct check_sink *sink);
/* For a caller that needs yes or no: false with the first error, its code, place and
 * hint in err (ERR_INPUT). */
DP_API bool check_task_first(const struct task *t, const struct check_context *context,
	struct err *err);
DP_API const char *check_level_name(enum check_level level); /* "error", "warning" */

struct check_rule_info {
	const char *code;
	enum check_level level;
	const char *about; /* what is wrong and why it matters, for help and documents */
};
DP_API const struct check_rule_info *check_rule_info(enum check_rule rule);

#endif
