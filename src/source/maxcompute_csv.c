/* SPDX-License-Identifier: MIT */
#include "src/base/json.h"
#include "src/source/maxcompute.h"

void
mc_rows_fini(struct mc_rows *rows)
{
	arena_fini(&rows->arena);
	arena_fini(&rows->scratch);
}

enum value_kind
mc_kind_of_type(struct str type)
{
	static const struct {
		const char *word;
		enum value_kind kind;
	} kinds[] = {
		{ "bigint", VALUE_INT },
		{ "int", VALUE_INT },
		{ "smallint", VALUE_INT },
		{ "tinyint", VALUE_INT },
		{ "double", VALUE_FLOAT },
		{ "float", VALUE_FLOAT },
		{ "decimal", VALUE_DECIMAL },
		{ "boolean", VALUE_BOOL },
		{ "date", VALUE_DATE },
		{ "datetime", VALUE_TIMESTAMP },
		{ "timestamp", VALUE_TIMESTAMP },
		{ "timestamp_ntz", VALUE_TIMESTAMP },
		{ "binary", VALUE_BYTES },
		{ "json", VALUE_JSON },
	};
	size_t end = str_find(type, STR("("), 0);
	struct str word = str_slice(type, 0, end == SIZE_MAX ? type.len : end);

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (str_equal_nocase(word, str_from(kinds[i].word)))
			return kinds[i].kind;
	return VALUE_TEXT;
}

static bool
make_columns(struct mc_rows *rows, size_t count, struct err *err)
{
	if (count > RESULT_MAX_COLUMNS)
		return err_set(err, ERR_LIMIT, "%zu columns, the limit is %d", count,
			RESULT_MAX_COLUMNS);
	rows->count = count;
	rows->columns = arena_array(&rows->arena, struct column, count);
	rows->values = arena_array(&rows->arena, struct value, count);
	return true;
}

static void
set_column(struct mc_rows *rows, size_t i, struct str name, struct str type)
{
	rows->columns[i].name = arena_str(&rows->arena, source_clean(&rows->arena, name));
	rows->columns[i].type_name = arena_str(&rows->arena, source_clean(&rows->arena, type));
	rows->columns[i].kind = type.len ? mc_kind_of_type(type) : VALUE_NULL;
}

bool
mc_take_schema(struct mc_rows *rows, const cJSON *schema, struct err *err)
{
	const cJSON *columns = cJSON_GetObjectItem(schema, "columns"), *one;
	int count = cJSON_GetArraySize(columns), i = 0;

	if (!cJSON_IsArray(columns) || !make_columns(rows, (size_t)count, err))
		return err_set(err, ERR_CONNECT, "the result's description has no columns");
	cJSON_ArrayForEach(one, columns) {
		const char *name = cJSON_GetStringValue(cJSON_GetObjectItem(one, "name"));
		const char *type = cJSON_GetStringValue(cJSON_GetObjectItem(one, "type"));

		set_column(rows, (size_t)i++, str_from(name), str_from(type));
	}
	return true;
}

/* One field of RFC 4180 at *pos. False at the end of the text. *last: the line ends
 * behind it. */
static bool
next_field(struct arena *arena, struct str csv, size_t *pos, struct str *field, bool *last)
{
	size_t start = *pos, at = start;
	struct buf text = BUF_INIT;

	if (at >= csv.len)
		return false;
	if (csv.p[at] == '"') {
		for (at++; at < csv.len; at++) {
			if (csv.p[at] == '"' && (at + 1 >= csv.len || csv.p[at + 1] != '"'))
				break;
			at += csv.p[at] == '"';
			buf_addc(&text, csv.p[at]);
		}
		at += at < csv.len;
		*field = arena_str(arena, buf_str(&text));
		buf_fini(&text);
	} else {
		while (at < csv.len && csv.p[at] != ',' && csv.p[at] != '\n')
			at++;
		*field = str_slice(csv, start, at);
		if (field->len && field->p[field->len - 1] == '\r')
			field->len--;
	}
	if (at < csv.len && csv.p[at] == '\r')
		at++;
	*last = at >= csv.len || csv.p[at] == '\n';
	*pos = at + 1;
	return true;
}

static bool
take_head(struct mc_rows *rows, struct str csv, size_t *pos, struct err *err)
{
	struct str fields[256], *all = fields;
	size_t count = 0, room = ARRAY_LEN(fields);
	bool last = false, good;

	while (!last && next_field(&rows->arena, csv, pos, &all[count], &last)) {
		if (++count == room) {
			struct str *more = arena_array(&rows->arena, struct str, room * 2);

			memcpy(more, all, count * sizeof(*all));
			all = more;
			room *= 2;
		}
	}
	if (rows->count) /* the descriptor named them, with types */
		return rows->count == count ||
		       err_set(err, ERR_CONNECT, "the result's description does not fit it");
	good = make_columns(rows, count, err);
	for (size_t i = 0; good && i < count; i++)
		set_column(rows, i, all[i], STR_NONE);
	return good;
}

static struct value
value_of(struct mc_rows *rows, const struct column *column, struct str text)
{
	enum value_kind kind = column->kind;

	if (str_is(text, "\\N"))
		return (struct value){ VALUE_NULL, STR_NONE };
	text = source_clean(&rows->scratch, text);
	if (kind == VALUE_BOOL)
		text = str_equal_nocase(text, STR("true")) || str_is(text, "1") ? STR("true") :
										  STR("false");
	if ((kind == VALUE_DATE && !source_is_date(text)) ||
		(kind == VALUE_TIMESTAMP && !source_is_timestamp(text)) ||
		kind == VALUE_BYTES || kind == VALUE_NULL)
		kind = VALUE_TEXT;
	return (struct value){ kind, text };
}

/* The descriptor's columns, when it has some. */
static bool
read_descriptor(struct mc_rows *rows, struct str descriptor, struct err *err)
{
	struct err ignored = ERR_INIT;
	const cJSON *columns, *one;
	bool good = true;
	cJSON *json = descriptor.len ? json_parse(descriptor, &ignored) : NULL;
	size_t i = 0;

	columns = cJSON_GetObjectItem(cJSON_GetObjectItem(json, "Schema"), "Columns");
	if (cJSON_GetArraySize(columns) > 0)
		good = make_columns(rows, (size_t)cJSON_GetArraySize(columns), err);
	for (one = good && columns ? columns->child : NULL; one; one = one->next)
		set_column(rows, i++,
			str_from(cJSON_GetStringValue(cJSON_GetObjectItem(one, "Name"))),
			str_from(cJSON_GetStringValue(cJSON_GetObjectItem(one, "Type"))));
	cJSON_Delete(json);
	return good;
}

static bool
take_line(struct mc_rows *rows, struct str csv, size_t *pos, struct err *err)
{
	bool last = false;
	struct str field;
	size_t i = 0;

	arena_clear(&rows->scratch);
	while (!last && next_field(&rows->scratch, csv, pos, &field, &last)) {
		if (i == rows->count)
			return err_set(err, ERR_CONNECT, "a row of the result has too many fields");
		rows->values[i] = value_of(rows, &rows->columns[i], field);
		i++;
	}
	if (i != rows->count)
		return err_set(err, ERR_CONNECT, "a row of the result has too few fields");
	rows->end->rows++;
	return rows->sink->row(rows->sink, rows->values, rows->count, err);
}

bool
mc_take_csv(struct mc_rows *rows, struct str csv, struct str descriptor, struct err *err)
{
	size_t pos = 0;

	if (!read_descriptor(rows, descriptor, err) || !take_head(rows, csv, &pos, err) ||
		!rows->sink->columns(rows->sink, rows->columns, rows->count, err))
		return false;
	while (pos < csv.len) {
		if (rows->end->rows == rows->max_rows) {
			rows->end->truncated = true;
			return true;
		}
		if (!take_line(rows, csv, &pos, err))
			return false;
	}
	return true;
}

bool
mc_take_text(struct mc_rows *rows, struct str text, struct err *err)
{
	text = str_trim(text);
	if (text.len == 0)
		return rows->sink->columns(rows->sink, NULL, 0, err);
	if (!make_columns(rows, 1, err))
		return false;
	set_column(rows, 0, STR("result"), STR("string"));
	if (!rows->sink->columns(rows->sink, rows->columns, 1, err))
		return false;
	for (size_t at = 0; at < text.len;) {
		size_t end = str_find(text, STR("\n"), at);

		if (rows->end->rows == rows->max_rows) {
			rows->end->truncated = true;
			return true;
		}
		end = end == SIZE_MAX ? text.len : end;
		arena_clear(&rows->scratch);
		rows->values[0] = (struct value){ VALUE_TEXT,
			source_clean(&rows->scratch, str_slice(text, at, end)) };
		rows->end->rows++;
		if (!rows->sink->row(rows->sink, rows->values, 1, err))
			return false;
		at = end + 1;
	}
	return true;
}
