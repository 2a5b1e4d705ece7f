/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "src/sql/lexer.h"

#define L (1u << SQL_SQLITE)
#define P (1u << SQL_POSTGRES)
#define M (1u << SQL_MYSQL)
#define C (1u << SQL_CLICKHOUSE)
#define H (1u << SQL_HIVE)
#define G (1u << SQL_GENERIC)
#define ALL (L | P | M | C | H | G)

struct keyword {
	const char *word;
	unsigned dialects;
};

/* Sorted: found by bisection. Words that are also common column names (name, date,
 * type …) stay out, types but the plainest as well. */
static const struct keyword keywords[] = {
	{ "aggregate", P | G }, { "all", ALL }, { "alter", ALL }, { "analyze", ALL },
	{ "and", ALL }, { "anti", C | H }, { "any", ALL }, { "array", P | C | H | G },
	{ "as", ALL }, { "asc", ALL }, { "asof", C }, { "between", ALL }, { "bigint", ALL },
	{ "binary", M | H }, { "boolean", ALL }, { "both", ALL }, { "by", ALL },
	{ "cascade", ALL }, { "case", ALL }, { "cast", ALL }, { "check", ALL },
	{ "cluster", H }, { "collate", L | P | M | C | G }, { "constraint", ALL },
	{ "create", ALL }, { "cross", ALL }, { "cube", P | C | H | G },
	{ "current_date", ALL }, { "current_time", ALL }, { "current_timestamp", ALL },
	{ "decimal", ALL }, { "default", ALL }, { "delete", ALL }, { "desc", ALL },
	{ "describe", ALL }, { "distinct", ALL }, { "distribute", H }, { "div", M | H },
	{ "double", ALL }, { "drop", ALL }, { "else", ALL }, { "end", ALL }, { "escape", ALL },
	{ "except", ALL }, { "exists", ALL }, { "explain", ALL }, { "extract", ALL },
	{ "false", ALL }, { "fetch", P | C | G }, { "filter", L | P | H | G }, { "final", C },
	{ "first", ALL }, { "float", ALL }, { "following", ALL }, { "for", ALL },
	{ "foreign", ALL }, { "format", C }, { "from", ALL }, { "full", ALL },
	{ "fulltext", M }, { "glob", L }, { "global", C }, { "grant", ALL }, { "group", ALL },
	{ "grouping", P | M | C | H | G }, { "having", ALL }, { "ilike", P | C | H },
	{ "in", ALL }, { "index", ALL }, { "indexed", L }, { "inner", ALL }, { "insert", ALL },
	{ "int", ALL }, { "integer", ALL }, { "intersect", ALL }, { "interval", P | M | C | H | G },
	{ "into", ALL }, { "is", ALL }, { "isnull", L | P }, { "join", ALL }, { "last", ALL },
	{ "lateral", P | M | H | G }, { "leading", ALL }, { "left", ALL }, { "like", ALL },
	{ "limit", ALL }, { "lock", M | G }, { "match", L | M }, { "materialized", L | P },
	{ "minus", H | G }, { "natural", ALL }, { "not", ALL }, { "notnull", L | P },
	{ "null", ALL }, { "nulls", ALL }, { "numeric", ALL }, { "offset", ALL }, { "on", ALL },
	{ "or", ALL }, { "order", ALL }, { "outer", ALL }, { "over", ALL },
	{ "overlaps", P | G }, { "overwrite", H }, { "partition", ALL }, { "pivot", H | G },
	{ "preceding", ALL }, { "prewhere", C }, { "primary", ALL }, { "procedure", P | M | G },
	{ "qualify", C | H | G }, { "range", ALL }, { "recursive", ALL },
	{ "references", ALL }, { "regexp", L | M | H }, { "replace", ALL },
	{ "returning", L | P | M }, { "revoke", ALL }, { "right", ALL }, { "rlike", M | H },
	{ "rollup", P | M | C | H | G }, { "row", ALL }, { "rows", ALL }, { "sample", C },
	{ "select", ALL }, { "semi", C | H }, { "set", ALL }, { "settings", C },
	{ "show", ALL }, { "similar", P | G }, { "smallint", ALL }, { "some", ALL },
	{ "sort", H }, { "straight_join", M }, { "table", ALL }, { "tablesample", P | H | G },
	{ "text", ALL }, { "then", ALL }, { "ties", P | C | G }, { "timestamp", ALL },
	{ "tinyint", ALL }, { "to", ALL }, { "top", C | G }, { "totals", C },
	{ "trailing", ALL }, { "transform", H }, { "true", ALL }, { "truncate", ALL },
	{ "unbounded", ALL }, { "union", ALL }, { "unique", ALL }, { "unnest", P | H | G },
	{ "update", ALL }, { "using", ALL }, { "values", ALL }, { "varchar", ALL },
	{ "view", ALL }, { "when", ALL }, { "where", ALL }, { "window", ALL }, { "with", ALL },
	{ "within", P | C | H | G }, { "xor", M },
};

static int
compare(const void *key, const void *row)
{
	const struct str *word = key;
	const char *keyword = ((const struct keyword *)row)->word;
	size_t i;

	for (i = 0; i < word->len && keyword[i]; i++) {
		char c = word->p[i];

		if (c >= 'A' && c <= 'Z')
			c = (char)(c + 32);
		if (c != keyword[i])
			return (unsigned char)c < (unsigned char)keyword[i] ? -1 : 1;
	}
	if (i < word->len)
		return 1;
	return keyword[i] ? -1 : 0;
}

bool
sql_is_keyword(enum sql_dialect dialect, struct str word)
{
	const struct keyword *found =
		bsearch(&word, keywords, ARRAY_LEN(keywords), sizeof(keywords[0]), compare);

	return found && (found->dialects & 1u << dialect);
}

const char *
sql_keyword_at(size_t i, enum sql_dialect dialect, bool *known)
{
	if (i >= ARRAY_LEN(keywords))
		return NULL;
	if (known)
		*known = keywords[i].dialects & 1u << dialect;
	return keywords[i].word;
}
