/* SPDX-License-Identifier: MIT */
#include "src/check/check.h"

static const struct check_rule_info rules[RULE_COUNT] = {
	[RULE_NAME] = { "E_NAME", CHECK_ERROR,
		"a name holds what names may not hold" },
	[RULE_MISSING] = { "E_MISSING", CHECK_ERROR,
		"something that a run needs is not there yet" },
	[RULE_NO_PUSH] = { "E_NO_PUSH", CHECK_ERROR,
		"no node sends anything" },
	[RULE_NODE_TWICE] = { "E_NODE_TWICE", CHECK_ERROR,
		"two nodes have one name" },
	[RULE_UNKNOWN_NODE] = { "E_UNKNOWN_NODE", CHECK_ERROR,
		"a node or branch is named that does not exist" },
	[RULE_CYCLE] = { "E_CYCLE", CHECK_ERROR,
		"nodes wait for each other, so that none can begin" },
	[RULE_UNUSED_NODE] = { "W_UNUSED_NODE", CHECK_WARNING,
		"a node's result is used by nothing" },
	[RULE_BRANCH] = { "E_BRANCH", CHECK_ERROR,
		"a branch has no name of its own, no condition, or nothing to choose from" },
	[RULE_MERGE] = { "E_MERGE", CHECK_ERROR,
		"a merge node names states of a node it does not come after" },
	[RULE_INPUT] = { "E_INPUT", CHECK_ERROR,
		"an input is bound to a node that gives no result" },
	[RULE_UNKNOWN_SOURCE] = { "E_UNKNOWN_SOURCE", CHECK_ERROR,
		"the workspace has no data source of that name" },
	[RULE_UNKNOWN_DESTINATION] = { "E_UNKNOWN_DESTINATION", CHECK_ERROR,
		"the workspace has no destination of that name" },
	[RULE_DESTINATION_TWICE] = { "E_DESTINATION_TWICE", CHECK_ERROR,
		"one destination is listed twice and would get the message twice" },
	[RULE_UNKNOWN_CALENDAR] = { "E_UNKNOWN_CALENDAR", CHECK_ERROR,
		"the workspace has no calendar of that name" },
	[RULE_SQL_EMPTY] = { "E_SQL_EMPTY", CHECK_ERROR,
		"there is no statement to run" },
	[RULE_SQL_OPEN] = { "E_SQL_OPEN", CHECK_ERROR,
		"a string, quoted name or comment is never closed" },
	[RULE_SQL_NO_ROWS] = { "W_SQL_NO_ROWS", CHECK_WARNING,
		"a statement yields no rows; sources are opened read-only" },
	[RULE_STATEMENT_NAME] = { "E_STATEMENT_NAME", CHECK_ERROR,
		"a statement's name is used twice, or is that of another one's number" },
	[RULE_SEGMENT] = { "E_SEGMENT", CHECK_ERROR,
		"a segmented query must be one ordered SELECT that asks for its next token" },
	[RULE_UNASSIGNED] = { "E_UNASSIGNED", CHECK_ERROR,
		"a name in ${…} is no parameter, input or column" },
	[RULE_REFERENCE] = { "E_REFERENCE", CHECK_ERROR,
		"a ${ is no reference; write $${ for a literal ${" },
	[RULE_NAME_CLASH] = { "E_NAME_CLASH", CHECK_ERROR,
		"a name in ${…} is a parameter and a column or input as well" },
	[RULE_AMBIGUOUS] = { "E_AMBIGUOUS", CHECK_ERROR,
		"several result columns have the name; say which: ${q2.name}, ${input.name}" },
	[RULE_INDEX] = { "E_INDEX", CHECK_ERROR,
		"an index is given to what has none" },
	[RULE_UNUSED_PARAMETER] = { "W_UNUSED_PARAMETER", CHECK_WARNING,
		"a parameter is used nowhere" },
	[RULE_UNKNOWN_COLUMN] = { "E_UNKNOWN_COLUMN", CHECK_ERROR,
		"a table shows a column that no SELECT yields" },
	[RULE_UNKNOWN_QUERY] = { "E_UNKNOWN_QUERY", CHECK_ERROR,
		"a table is bound to a statement that is not there" },
	[RULE_TIME_IN_BODY] = { "W_TIME_IN_BODY", CHECK_WARNING,
		"a time expression in SQL or content stays as it is; it belongs to a parameter" },
	[RULE_TIME_EXPRESSION] = { "E_TIME", CHECK_ERROR,
		"a time expression cannot be read (the code says why: E_CHAR, E_PREC, E_FRAC, "
		"E_FMT, E_DIV0, E_BUILTIN, E_UNCLOSED, E_RANGE)" },
	[RULE_TIME_WARNING] = { "W_TIME", CHECK_WARNING,
		"a time expression means something else than it seems to (W_LEADING_ZERO, "
		"W_DAY_OFFSET_ON_COARSE_FORMAT)" },
	[RULE_NO_ORDER_BY] = { "W_NO_ORDER_BY", CHECK_WARNING,
		"rows of several statements stand side by side, and one of them has no ORDER BY" },
	[RULE_ROWCOUNT] = { "W_ROWCOUNT", CHECK_WARNING,
		"a statement of one row stands beside one of many" },
	[RULE_EMAIL_BODIES] = { "E_EMAIL_BODIES", CHECK_ERROR,
		"a task has at most one email body" },
	[RULE_EMPTY_CONTENT] = { "E_EMPTY_CONTENT", CHECK_ERROR,
		"a message or block says nothing" },
	[RULE_CONDITION] = { "E_CONDITION", CHECK_ERROR,
		"a condition can never be judged" },
	[RULE_ZONE] = { "E_ZONE", CHECK_ERROR,
		"there is no time zone of that name" },
	[RULE_NEVER] = { "E_NEVER", CHECK_ERROR,
		"a schedule has no day on which it fires" },
	[RULE_ENDED] = { "W_ENDED", CHECK_WARNING,
		"the effective range is over: the task runs no more" },
};

const struct check_rule_info *
check_rule_info(enum check_rule rule)
{
	return &rules[rule];
}

const char *
check_level_name(enum check_level level)
{
	return level == CHECK_ERROR ? "error" : "warning";
}
