/* SPDX-License-Identifier: MIT */
#include "src/source/driver.h"

#include <stdio.h>

#include "src/base/utf8.h"

bool
source_check_sql(struct str sql, struct err *err)
{
	const char *nul = sql.len ? memchr(sql.p, '\0', sql.len) : NULL;

	if (sql.len > SOURCE_MAX_SQL)
		return err_set(err, ERR_LIMIT, "the statement has %zu bytes, the limit is %zu",
			sql.len, SOURCE_MAX_SQL);
	if (nul) {
		err_set(err, ERR_SQL, "the statement holds a NUL byte");
		return source_err_at(err, sql, (size_t)(nul - sql.p));
	}
	if (!utf8_is_valid(sql))
		return err_set(err, ERR_SQL, "the statement is not valid UTF-8");
	return true;
}

bool
source_check_deadline(const struct deadline *deadline, struct err *err)
{
	if (deadline_is_cancelled(deadline))
		return err_set(err, ERR_CANCELLED, "the query was cancelled");
	if (deadline_left_us(deadline) == 0)
		return err_set(err, ERR_TIMEOUT, "the query took longer than allowed");
	return true;
}

bool
source_err_at(struct err *err, struct str sql, size_t pos)
{
	int line = 1, column = 1;

	if (pos > sql.len)
		pos = sql.len;
	for (size_t i = 0; i < pos; i++) {
		if (sql.p[i] == '\n') {
			line++;
			column = 1;
		} else if (((unsigned char)sql.p[i] & 0xC0) != 0x80) {
			column++;
		}
	}
	return err_at(err, line, column);
}

static bool
is_name_byte(struct str s, size_t pos)
{
	return pos < s.len && (s.p[pos] == '_' || s.p[pos] == '$' ||
				      (s.p[pos] >= '0' && s.p[pos] <= '9') ||
				      (s.p[pos] >= 'a' && s.p[pos] <= 'z') ||
				      (s.p[pos] >= 'A' && s.p[pos] <= 'Z') ||
				      (unsigned char)s.p[pos] >= 0x80);
}

void
source_err_at_name(struct err *err, struct str sql, struct str name)
{
	size_t found = SIZE_MAX, at = name.len ? str_find(sql, name, 0) : SIZE_MAX;

	for (; at != SIZE_MAX; at = str_find(sql, name, at + 1)) {
		if (is_name_byte(sql, at + name.len) || (at && is_name_byte(sql, at - 1)))
			continue;
		if (found != SIZE_MAX)
			return;
		found = at;
	}
	if (found != SIZE_MAX)
		source_err_at(err, sql, found);
}

size_t
source_char_pos(struct str sql, size_t index)
{
	size_t pos = 0;

	for (; pos < sql.len; pos++)
		if (((unsigned char)sql.p[pos] & 0xC0) != 0x80 && index-- == 0)
			break;
	return pos;
}

static bool
starts_at(struct str sql, size_t pos, const char *word)
{
	return str_starts(str_slice(sql, pos, sql.len), str_from(word));
}

/* Length of the comment at `pos`, 0 when there is none. An unfinished block
 * comment reaches to the end. */
static size_t
comment_length(struct str sql, size_t pos, enum sql_dialect dialect)
{
	size_t from = pos, depth = 1;

	if (starts_at(sql, pos, "--") || (dialect == SQL_MYSQL && starts_at(sql, pos, "#"))) {
		while (pos < sql.len && sql.p[pos] != '\n')
			pos++;
		return pos - from;
	}
	if (!starts_at(sql, pos, "/*") || (dialect == SQL_MYSQL && starts_at(sql, pos, "/*!")) ||
		(dialect == SQL_MYSQL && starts_at(sql, pos, "/*M!")))
		return 0;
	for (pos += 2; pos < sql.len && depth; pos++) {
		if (starts_at(sql, pos, "*/")) {
			depth--;
			pos++;
		} else if (dialect == SQL_POSTGRES && starts_at(sql, pos, "/*")) {
			depth++;
			pos++;
		}
	}
	return pos - from;
}

size_t
source_skip_blank(struct str sql, size_t pos, enum sql_dialect dialect)
{
	while (pos < sql.len) {
		size_t comment = comment_length(sql, pos, dialect);

		if (comment)
			pos += comment;
		else if (memchr(" \t\r\n\f\v;", sql.p[pos], 7))
			pos++;
		else
			break;
	}
	return pos < sql.len ? pos : sql.len;
}

static size_t repaired;

size_t
source_repaired(void)
{
	return repaired;
}

struct str
source_clean(struct arena *scratch, struct str text)
{
	struct buf clean = BUF_INIT;
	struct str copy;

	if (utf8_is_valid(text))
		return text;
	utf8_clean(&clean, text);
	repaired++;
	copy = arena_str(scratch, buf_str(&clean));
	buf_fini(&clean);
	return copy;
}

struct str
source_int_text(struct arena *scratch, int64_t v)
{
	char *text = arena_alloc(scratch, 24), *p = text + 24;
	uint64_t u = v < 0 ? -(uint64_t)v : (uint64_t)v;

	do {
		*--p = (char)('0' + u % 10);
		u /= 10;
	} while (u);
	if (v < 0)
		*--p = '-';
	return (struct str){ p, (size_t)(text + 24 - p) };
}

/* Each 9 of `pattern` stands for a digit, all else for itself. */
static bool
fits(struct str text, const char *pattern)
{
	for (size_t i = 0; pattern[i]; i++) {
		if (i >= text.len)
			return false;
		if (pattern[i] == '9' ? text.p[i] < '0' || text.p[i] > '9' :
					text.p[i] != pattern[i])
			return false;
	}
	return true;
}

bool
source_is_date(struct str text)
{
	return text.len == 10 && fits(text, "9999-99-99");
}

bool
source_is_time(struct str text)
{
	if (!fits(text, "99:99:99"))
		return false;
	if (text.len == 8)
		return true;
	if (text.len < 10 || text.p[8] != '.')
		return false;
	for (size_t i = 9; i < text.len; i++)
		if (text.p[i] < '0' || text.p[i] > '9')
			return false;
	return true;
}

bool
source_is_timestamp(struct str text)
{
	return text.len >= 19 && source_is_date(str_slice(text, 0, 10)) && text.p[10] == ' ' &&
	       source_is_time(str_slice(text, 11, text.len));
}

enum value_kind
source_kind_of_type(struct str type_name)
{
	static const struct {
		const char *word;
		enum value_kind kind;
	} words[] = {
		{ "timestamp with time zone", VALUE_TIMESTAMPTZ },
		{ "timestamptz", VALUE_TIMESTAMPTZ },
		{ "timestamp", VALUE_TIMESTAMP },
		{ "datetime", VALUE_TIMESTAMP },
		{ "interval", VALUE_TEXT },
		{ "date", VALUE_DATE },
		{ "time", VALUE_TIME },
		{ "bool", VALUE_BOOL },
		{ "decimal", VALUE_DECIMAL },
		{ "numeric", VALUE_DECIMAL },
		{ "number", VALUE_DECIMAL },
		{ "money", VALUE_DECIMAL },
		{ "json", VALUE_JSON },
		{ "int", VALUE_INT },
		{ "char", VALUE_TEXT },
		{ "clob", VALUE_TEXT },
		{ "text", VALUE_TEXT },
		{ "string", VALUE_TEXT },
		{ "blob", VALUE_BYTES },
		{ "binary", VALUE_BYTES },
		{ "bytea", VALUE_BYTES },
		{ "real", VALUE_FLOAT },
		{ "floa", VALUE_FLOAT },
		{ "doub", VALUE_FLOAT },
	};
	char lower[64];
	size_t n = type_name.len < sizeof(lower) - 1 ? type_name.len : sizeof(lower) - 1;

	for (size_t i = 0; i < n; i++)
		lower[i] = type_name.p[i] >= 'A' && type_name.p[i] <= 'Z' ?
				   (char)(type_name.p[i] + 32) : type_name.p[i];
	lower[n] = '\0';
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strstr(lower, words[i].word))
			return words[i].kind;
	return VALUE_NULL;
}

static bool
ignore_columns(struct row_sink *self, const struct column *columns, size_t count, struct err *err)
{
	(void)self;
	(void)columns;
	(void)count;
	(void)err;
	return true;
}

static bool
on_item(struct row_sink *self, const struct value *values, size_t count, struct err *err)
{
	struct source_items *s = (struct source_items *)self;
	const char *text[4] = { "", "", "", "" };
	struct schema_item item;

	for (size_t i = 0; i < count && i < ARRAY_LEN(text); i++)
		text[i] = arena_str(&s->arena, values[i].text).p;
	item = (struct schema_item){ text[0], text[1], s->are_columns ? text[2] : NULL, text[3] };
	if (!s->fn(s->context, &item, err))
		return false;
	arena_clear(&s->arena);
	return true;
}

void
source_items_init(struct source_items *items, bool are_columns, schema_fn fn, void *context)
{
	*items = (struct source_items){ { ignore_columns, on_item }, fn, context, are_columns,
		ARENA_INIT };
}

void
source_items_fini(struct source_items *items)
{
	arena_fini(&items->arena);
}

bool
source_is_local_host(const char *host)
{
	return *host == '/' || strcmp(host, "localhost") == 0 || strcmp(host, "::1") == 0 ||
	       fits(str_from(host), "127.");
}
