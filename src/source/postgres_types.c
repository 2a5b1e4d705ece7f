/* SPDX-License-Identifier: MIT */
#include "src/source/postgres.h"

#define TYPMOD_HEADER 4

/* Built-in types by their fixed OIDs (catalog/pg_type.dat); others are text without
 * a name. `sized`: how the type modifier shows. */
static const struct {
	Oid oid;
	enum value_kind kind;
	const char *name;
	enum { PLAIN, LENGTH, PRECISION } sized;
} types[] = {
	{ 16, VALUE_BOOL, "boolean", PLAIN },
	{ 17, VALUE_BYTES, "bytea", PLAIN },
	{ 18, VALUE_TEXT, "\"char\"", PLAIN },
	{ 19, VALUE_TEXT, "name", PLAIN },
	{ 20, VALUE_INT, "bigint", PLAIN },
	{ 21, VALUE_INT, "smallint", PLAIN },
	{ 23, VALUE_INT, "integer", PLAIN },
	{ 25, VALUE_TEXT, "text", PLAIN },
	{ 26, VALUE_INT, "oid", PLAIN },
	{ 114, VALUE_JSON, "json", PLAIN },
	{ 142, VALUE_TEXT, "xml", PLAIN },
	{ 650, VALUE_TEXT, "cidr", PLAIN },
	{ 700, VALUE_FLOAT, "real", PLAIN },
	{ 701, VALUE_FLOAT, "double precision", PLAIN },
	{ 705, VALUE_TEXT, "unknown", PLAIN },
	{ 790, VALUE_TEXT, "money", PLAIN },
	{ 829, VALUE_TEXT, "macaddr", PLAIN },
	{ 869, VALUE_TEXT, "inet", PLAIN },
	{ 1000, VALUE_TEXT, "boolean[]", PLAIN },
	{ 1005, VALUE_TEXT, "smallint[]", PLAIN },
	{ 1007, VALUE_TEXT, "integer[]", PLAIN },
	{ 1009, VALUE_TEXT, "text[]", PLAIN },
	{ 1015, VALUE_TEXT, "character varying[]", PLAIN },
	{ 1016, VALUE_TEXT, "bigint[]", PLAIN },
	{ 1022, VALUE_TEXT, "double precision[]", PLAIN },
	{ 1042, VALUE_TEXT, "character", LENGTH },
	{ 1043, VALUE_TEXT, "character varying", LENGTH },
	{ 1082, VALUE_DATE, "date", PLAIN },
	{ 1083, VALUE_TIME, "time without time zone", PLAIN },
	{ 1114, VALUE_TIMESTAMP, "timestamp without time zone", PLAIN },
	{ 1184, VALUE_TIMESTAMPTZ, "timestamp with time zone", PLAIN },
	{ 1186, VALUE_TEXT, "interval", PLAIN },
	{ 1231, VALUE_TEXT, "numeric[]", PLAIN },
	{ 1266, VALUE_TEXT, "time with time zone", PLAIN },
	{ 1700, VALUE_DECIMAL, "numeric", PRECISION },
	{ 2950, VALUE_TEXT, "uuid", PLAIN },
	{ 3802, VALUE_JSON, "jsonb", PLAIN },
};

static void
describe(struct arena *arena, Oid oid, int modifier, struct column *column)
{
	int m = modifier - TYPMOD_HEADER;

	column->kind = VALUE_TEXT;
	column->type_name = STR_NONE;
	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		if (types[i].oid != oid)
			continue;
		column->kind = types[i].kind;
		column->type_name = str_from(types[i].name);
		if (m >= 0 && types[i].sized == LENGTH)
			column->type_name = str_from(
				arena_printf(arena, "%s(%d)", types[i].name, m));
		else if (m >= 0 && types[i].sized == PRECISION)
			column->type_name = str_from(arena_printf(arena, "numeric(%d,%d)",
				(m >> 16) & 0xFFFF, m & 0x7FF));
	}
}

void
pg_columns(struct arena *arena, const PGresult *result, struct column *columns, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct str name = str_from(PQfname(result, (int)i));

		columns[i].name = arena_str(arena, source_clean(arena, name));
		describe(arena, PQftype(result, (int)i), PQfmod(result, (int)i), &columns[i]);
	}
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

/* "\x00ff", the form bytea_output = hex gives; anything else stays as it is. */
static struct str
unhex(struct arena *scratch, struct str text)
{
	char *to;

	if (text.len < 2 || text.len % 2 || memcmp(text.p, "\\x", 2) != 0)
		return text;
	to = arena_alloc(scratch, text.len / 2);
	for (size_t i = 2; i < text.len; i += 2) {
		int high = hex_digit(text.p[i]), low = hex_digit(text.p[i + 1]);

		if (high < 0 || low < 0)
			return text;
		to[i / 2 - 1] = (char)(high << 4 | low);
	}
	return (struct str){ to, text.len / 2 - 1 };
}

/* Where the offset of "2024-01-01 19:04:05.6+00" begins; 0 when it is not one. */
static size_t
offset_at(struct str text)
{
	for (size_t i = 19; i < text.len; i++)
		if (text.p[i] == '+' || text.p[i] == '-')
			return source_is_timestamp(str_slice(text, 0, i)) ? i : 0;
	return 0;
}

static struct value
instant(struct arena *scratch, struct str text)
{
	size_t at = offset_at(text);

	if (at == 0)
		return (struct value){ VALUE_TEXT, text }; /* infinity, BC */
	if (text.len - at == 3) {
		char *whole = arena_alloc(scratch, text.len + 3);

		memcpy(whole, text.p, text.len);
		memcpy(whole + text.len, ":00", 3);
		text = (struct str){ whole, text.len + 3 };
	}
	return (struct value){ VALUE_TIMESTAMPTZ, text };
}

struct value
pg_value(struct arena *scratch, enum value_kind kind, const char *p, size_t len)
{
	struct str text = { p, len };

	switch (kind) {
	case VALUE_INT:
	case VALUE_DECIMAL:
	case VALUE_FLOAT:
		break;
	case VALUE_BOOL:
		text = len == 1 && *p == 't' ? STR("true") : STR("false");
		break;
	case VALUE_BYTES:
		return (struct value){ VALUE_BYTES, unhex(scratch, text) };
	case VALUE_DATE:
		return (struct value){ source_is_date(text) ? kind : VALUE_TEXT, text };
	case VALUE_TIME:
		return (struct value){ source_is_time(text) ? kind : VALUE_TEXT, text };
	case VALUE_TIMESTAMP:
		return (struct value){ source_is_timestamp(text) ? kind : VALUE_TEXT, text };
	case VALUE_TIMESTAMPTZ:
		return instant(scratch, text);
	case VALUE_NULL:
	case VALUE_TEXT:
	case VALUE_JSON:
	case VALUE_KIND_COUNT:
		break;
	}
	return (struct value){ kind, source_clean(scratch, text) };
}
