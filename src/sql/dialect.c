/* SPDX-License-Identifier: MIT */
#include "src/sql/rules.h"

/* sources.md 0.3, one row per dialect. */
static const struct sql_rules rules[SQL_DIALECT_COUNT] = {
	[SQL_SQLITE] = { .name = "sqlite", .backtick = true, .bracket = true },
	[SQL_POSTGRES] = { .name = "postgres", .nested_comment = true, .escape_string = true,
		.dollar = true, .return_ends_comment = true },
	[SQL_MYSQL] = { .name = "mysql", .hash_comment = HASH_ALWAYS, .dash_needs_space = true,
		.backslash = true, .double_is_string = true, .backtick = true, .hint = true,
		.code_comment = true },
	[SQL_CLICKHOUSE] = { .name = "clickhouse", .hash_comment = HASH_SPACE, .backslash = true,
		.backtick = true, .backslash_name = true, .dollar = true },
	[SQL_HIVE] = { .name = "hive", .backslash = true, .double_is_string = true,
		.backtick = true, .hint = true, .raw_string = true },
	[SQL_GENERIC] = { .name = "generic", .backtick = true, .bracket = true, .hint = true },
};

const struct sql_rules *
sql_rules(enum sql_dialect dialect)
{
	return &rules[dialect < SQL_DIALECT_COUNT ? dialect : SQL_GENERIC];
}

const char *
sql_dialect_name(enum sql_dialect dialect)
{
	return sql_rules(dialect)->name;
}
