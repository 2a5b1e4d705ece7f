/* SPDX-License-Identifier: MIT */
#include "src/result/result.h"

#include <stdlib.h>

#include "src/base/word.h"

/* Columns, names and cell texts live in the arena; the table of cells on the heap,
 * because it grows while the arena does. */
void
result_fini(struct result *r)
{
	arena_fini(&r->arena);
	free(r->values);
	*r = (struct result)RESULT_INIT;
}

void
result_set_columns(struct result *r, const struct column *columns, size_t count)
{
	r->columns = arena_array(&r->arena, struct column, count);
	r->column_count = count;
	for (size_t i = 0; i < count; i++)
		r->columns[i] = (struct column){ arena_str(&r->arena, columns[i].name),
			columns[i].kind, arena_str(&r->arena, columns[i].type_name) };
}

static bool
row_size(const struct result *r, const struct value *values, size_t *size, struct err *err)
{
	size_t table = (r->row_count + 1) * r->column_count * sizeof(*r->values);

	*size = 0;
	for (size_t i = 0; i < r->column_count; i++) {
		if (values[i].text.len > RESULT_MAX_CELL)
			return err_set(err, ERR_LIMIT,
				"row %zu, column %.*s: the value has %zu MiB, more than %zu",
				r->row_count + 1, STR_ARG(r->columns[i].name),
				values[i].text.len >> 20, RESULT_MAX_CELL >> 20);
		*size += values[i].text.len + 1;
	}
	if (r->arena.used + table + *size <= RESULT_MAX_BYTES)
		return true;
	err_set(err, ERR_LIMIT, "the result is larger than %zu MiB after %zu rows",
		RESULT_MAX_BYTES >> 20, r->row_count);
	return err_hint(err, "select fewer rows or columns");
}

/* Bytes that are no printable ASCII. */
static inline uint64_t
marks_odd(uint64_t word)
{
	return (word & WORD_EACH(0x80)) | word_marks_below(word, ' ') |
	       word_marks_equal(word, 0x7F);
}

/* Copies a value's text; true when all of it is printable ASCII. */
static bool
copy_text(char *to, const char *from, size_t len)
{
	if (len)
		memcpy(to, from, len);
	to[len] = '\0';
	return word_none(marks_odd, from, len);
}

bool
result_add_row(struct result *r, const struct value *values, struct err *err)
{
	struct kept_value *row;
	size_t size;
	char *text;

	if (!row_size(r, values, &size, err))
		return false;
	if (r->row_count == r->row_room) {
		r->row_room = r->row_room ? r->row_room * 2 : 16;
		r->values = xreallocarray(r->values, r->row_room,
			(r->column_count ? r->column_count : 1) * sizeof(*r->values));
	}
	row = r->values + r->row_count++ * r->column_count;
	text = arena_alloc(&r->arena, size);
	for (size_t i = 0; i < r->column_count; i++) {
		size_t len = values[i].kind == VALUE_NULL ? 0 : values[i].text.len;
		bool plain = copy_text(text, values[i].text.p, len) &&
			     values[i].kind != VALUE_BYTES;

		row[i] = (struct kept_value){ text, (uint32_t)len, (uint8_t)values[i].kind, plain };
		r->has_odd |= !plain;
		text += len + 1;
	}
	return true;
}

size_t
result_find_column(const struct result *r, struct str name)
{
	for (size_t i = 0; i < r->column_count; i++)
		if (str_equal(r->columns[i].name, name))
			return i;
	for (size_t i = 0; i < r->column_count; i++)
		if (str_equal_nocase(r->columns[i].name, name))
			return i;
	return SIZE_MAX;
}

static bool
sink_columns(struct row_sink *self, const struct column *columns, size_t count, struct err *err)
{
	struct result_sink *s = (struct result_sink *)self;

	if (count > RESULT_MAX_COLUMNS)
		return err_set(err, ERR_LIMIT, "the result has %zu columns, more than %d", count,
			RESULT_MAX_COLUMNS);
	result_set_columns(s->result, columns, count);
	return true;
}

static bool
sink_row(struct row_sink *self, const struct value *values, size_t count, struct err *err)
{
	struct result_sink *s = (struct result_sink *)self;

	if (count != s->result->column_count)
		return err_set(err, ERR_INTERNAL, "a row has %zu values for %zu columns", count,
			s->result->column_count);
	return result_add_row(s->result, values, err);
}

void
result_sink_init(struct result_sink *s, struct result *r)
{
	*s = (struct result_sink){ { sink_columns, sink_row }, r };
}
