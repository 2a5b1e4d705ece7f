/* SPDX-License-Identifier: MIT */
#include "src/source/mysql.h"

#define CHARSET_BINARY 63
#define BYTES_OF_UTF8MB4 4

static const struct {
	enum enum_field_types type;
	enum value_kind kind;
	const char *name;
	enum { PLAIN, NUMBER, PRECISION, LENGTH } sized;
} types[] = {
	{ MYSQL_TYPE_DECIMAL, VALUE_DECIMAL, "decimal", PRECISION },
	{ MYSQL_TYPE_NEWDECIMAL, VALUE_DECIMAL, "decimal", PRECISION },
	{ MYSQL_TYPE_TINY, VALUE_INT, "tinyint", NUMBER },
	{ MYSQL_TYPE_SHORT, VALUE_INT, "smallint", NUMBER },
	{ MYSQL_TYPE_INT24, VALUE_INT, "mediumint", NUMBER },
	{ MYSQL_TYPE_LONG, VALUE_INT, "int", NUMBER },
	{ MYSQL_TYPE_LONGLONG, VALUE_INT, "bigint", NUMBER },
	{ MYSQL_TYPE_YEAR, VALUE_INT, "year", PLAIN },
	{ MYSQL_TYPE_BIT, VALUE_INT, "bit", PLAIN },
	{ MYSQL_TYPE_FLOAT, VALUE_FLOAT, "float", NUMBER },
	{ MYSQL_TYPE_DOUBLE, VALUE_FLOAT, "double", NUMBER },
	{ MYSQL_TYPE_DATE, VALUE_DATE, "date", PLAIN },
	{ MYSQL_TYPE_NEWDATE, VALUE_DATE, "date", PLAIN },
	{ MYSQL_TYPE_TIME, VALUE_TIME, "time", PLAIN },
	{ MYSQL_TYPE_DATETIME, VALUE_TIMESTAMP, "datetime", PLAIN },
	{ MYSQL_TYPE_TIMESTAMP, VALUE_TIMESTAMP, "timestamp", PLAIN },
	{ MYSQL_TYPE_JSON, VALUE_JSON, "json", PLAIN },
	{ MYSQL_TYPE_NULL, VALUE_NULL, "null", PLAIN },
	{ MYSQL_TYPE_ENUM, VALUE_TEXT, "enum", PLAIN },
	{ MYSQL_TYPE_SET, VALUE_TEXT, "set", PLAIN },
	{ MYSQL_TYPE_GEOMETRY, VALUE_BYTES, "geometry", PLAIN },
	{ MYSQL_TYPE_VARCHAR, VALUE_TEXT, "varchar", LENGTH },
	{ MYSQL_TYPE_VAR_STRING, VALUE_TEXT, "varchar", LENGTH },
	{ MYSQL_TYPE_STRING, VALUE_TEXT, "char", LENGTH },
	{ MYSQL_TYPE_TINY_BLOB, VALUE_TEXT, "text", PLAIN },
	{ MYSQL_TYPE_BLOB, VALUE_TEXT, "text", PLAIN },
	{ MYSQL_TYPE_MEDIUM_BLOB, VALUE_TEXT, "text", PLAIN },
	{ MYSQL_TYPE_LONG_BLOB, VALUE_TEXT, "text", PLAIN },
};

/* "uuid", "inet6", "point": MariaDB's own types come as strings with a name. */
static struct str
attribute(struct arena *arena, const MYSQL_FIELD *field, enum mariadb_field_attr_t which)
{
	MARIADB_CONST_STRING text = { NULL, 0 };

	if (mariadb_field_attr(&text, field, which) != 0 || !text.str)
		return STR_NONE;
	return arena_str(arena, source_clean(arena, (struct str){ text.str, text.length }));
}

static struct str
binary_name(struct arena *arena, const MYSQL_FIELD *field)
{
	if (field->type == MYSQL_TYPE_STRING)
		return str_from(arena_printf(arena, "binary(%lu)", field->length));
	if (field->type == MYSQL_TYPE_VAR_STRING || field->type == MYSQL_TYPE_VARCHAR)
		return str_from(arena_printf(arena, "varbinary(%lu)", field->length));
	return STR("blob");
}

static unsigned long
precision(const MYSQL_FIELD *field)
{
	unsigned long extra = (field->decimals > 0) + !(field->flags & UNSIGNED_FLAG);

	return field->length > extra ? field->length - extra : field->length;
}

static void
describe(struct arena *arena, const MYSQL_FIELD *field, struct column *column)
{
	struct str format = attribute(arena, field, MARIADB_FIELD_ATTR_FORMAT_NAME);
	struct str own = attribute(arena, field, MARIADB_FIELD_ATTR_DATA_TYPE_NAME);
	const char *sign = field->flags & UNSIGNED_FLAG ? " unsigned" : "";

	column->kind = VALUE_TEXT;
	column->type_name = STR_NONE;
	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		if (types[i].type != field->type)
			continue;
		column->kind = types[i].kind;
		column->type_name = str_from(types[i].name);
		if (types[i].sized == NUMBER && *sign)
			column->type_name = str_from(
				arena_printf(arena, "%s%s", types[i].name, sign));
		else if (types[i].sized == PRECISION)
			column->type_name = str_from(arena_printf(arena, "decimal(%lu,%u)%s",
				precision(field), field->decimals, sign));
		else if (types[i].sized == LENGTH)
			column->type_name = str_from(arena_printf(arena, "%s(%lu)",
				types[i].name, field->length / BYTES_OF_UTF8MB4));
	}
	if (field->flags & (ENUM_FLAG | SET_FLAG)) {
		column->type_name = field->flags & ENUM_FLAG ? STR("enum") : STR("set");
	} else if (column->kind == VALUE_TEXT && field->charsetnr == CHARSET_BINARY) {
		column->kind = VALUE_BYTES;
		column->type_name = binary_name(arena, field);
	}
	if (own.len) {
		column->type_name = own;
		column->kind = str_is(own, "uuid") || str_starts(own, STR("inet")) ? VALUE_TEXT :
										      column->kind;
	}
	if (str_is(format, "json")) {
		column->type_name = format;
		column->kind = VALUE_JSON;
	}
}

void
my_columns(struct arena *arena, MYSQL_RES *result, struct column *columns, size_t count)
{
	const MYSQL_FIELD *fields = mysql_fetch_fields(result);

	for (size_t i = 0; i < count; i++) {
		struct str name = { fields[i].name, fields[i].name_length };

		columns[i].name = arena_str(arena, source_clean(arena, name));
		describe(arena, &fields[i], &columns[i]);
	}
}

/* BIT(n) comes as big-endian bytes. */
static struct value
bit_value(struct arena *scratch, struct str bytes)
{
	uint64_t v = 0;

	if (bytes.len > 8)
		return (struct value){ VALUE_BYTES, bytes };
	for (size_t i = 0; i < bytes.len; i++)
		v = v << 8 | (unsigned char)bytes.p[i];
	if (v > INT64_MAX)
		return (struct value){ VALUE_INT,
			str_from(arena_printf(scratch, "%llu", (unsigned long long)v)) };
	return (struct value){ VALUE_INT, source_int_text(scratch, (int64_t)v) };
}

/* MySQL's own dates of 0000-00-00 and 2024-01-00 are no dates elsewhere. */
static bool
is_real_date(struct str text)
{
	return memcmp(text.p, "0000", 4) != 0 && memcmp(text.p + 5, "00", 2) != 0 &&
	       memcmp(text.p + 8, "00", 2) != 0;
}

struct value
my_value(struct arena *scratch, const MYSQL_FIELD *field, enum value_kind kind, const char *p,
	size_t len)
{
	struct str text = { p, len };

	switch (kind) {
	case VALUE_BYTES:
		return (struct value){ VALUE_BYTES, text };
	case VALUE_DATE:
		if (!source_is_date(text) || !is_real_date(text))
			kind = VALUE_TEXT;
		break;
	case VALUE_TIME:
		if (!source_is_time(text))
			kind = VALUE_TEXT;
		break;
	case VALUE_TIMESTAMP:
		if (!source_is_timestamp(text) || !is_real_date(text))
			kind = VALUE_TEXT;
		break;
	case VALUE_INT:
		if (field->type == MYSQL_TYPE_BIT)
			return bit_value(scratch, text);
		break;
	case VALUE_NULL:
		kind = VALUE_TEXT;
		break;
	case VALUE_BOOL:
	case VALUE_DECIMAL:
	case VALUE_FLOAT:
	case VALUE_TEXT:
	case VALUE_TIMESTAMPTZ:
	case VALUE_JSON:
	case VALUE_KIND_COUNT:
		break;
	}
	return (struct value){ kind, source_clean(scratch, text) };
}
