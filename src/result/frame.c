/* SPDX-License-Identifier: MIT */
/* The bytes in which results travel: numbers are LEB128, texts are a length and
 * bytes, each frame begins with a letter.
 *
 *   columns  'C' count { kind name type }
 *   row      'R' { kind [text] }          no text when the kind is null
 *   result   'T' name truncated elapsed columns rows { row } */
#include "src/result/result.h"

#define NUMBER_BYTES 10 /* of 64 bits */

struct reader {
	struct str bytes;
	size_t pos;
};

static void
add_number(struct buf *to, uint64_t n)
{
	for (; n >= 0x80; n >>= 7)
		buf_addc(to, (char)(n | 0x80));
	buf_addc(to, (char)n);
}

static void
add_text(struct buf *to, struct str s)
{
	add_number(to, s.len);
	buf_add_str(to, s);
}

void
result_encode_columns(struct buf *to, const struct column *columns, size_t count)
{
	buf_addc(to, 'C');
	add_number(to, count);
	for (size_t i = 0; i < count; i++) {
		buf_addc(to, (char)columns[i].kind);
		add_text(to, columns[i].name);
		add_text(to, columns[i].type_name);
	}
}

static void
encode_value(struct buf *to, struct value value)
{
	buf_addc(to, (char)value.kind);
	if (value.kind != VALUE_NULL)
		add_text(to, value.text);
}

void
result_encode_row(struct buf *to, const struct value *values, size_t count)
{
	buf_addc(to, 'R');
	for (size_t i = 0; i < count; i++)
		encode_value(to, values[i]);
}

void
result_encode(struct buf *to, const struct result *r)
{
	buf_addc(to, 'T');
	add_text(to, r->name);
	buf_addc(to, r->truncated);
	add_number(to, r->elapsed_us > 0 ? (uint64_t)r->elapsed_us : 0);
	result_encode_columns(to, r->columns, r->column_count);
	add_number(to, r->row_count);
	for (size_t row = 0; row < r->row_count; row++) {
		buf_addc(to, 'R');
		for (size_t i = 0; i < r->column_count; i++)
			encode_value(to, result_at(r, row, i));
	}
}

static bool
damaged(const struct reader *r, struct err *err)
{
	return err_set(err, ERR_INTERNAL, "a result frame is damaged at byte %zu of %zu", r->pos,
		r->bytes.len);
}

static bool
read_byte(struct reader *r, unsigned char *c)
{
	if (r->pos >= r->bytes.len)
		return false;
	*c = (unsigned char)r->bytes.p[r->pos++];
	return true;
}

static bool
read_letter(struct reader *r, char letter)
{
	unsigned char c;

	return read_byte(r, &c) && c == (unsigned char)letter;
}

static bool
read_number(struct reader *r, uint64_t max, uint64_t *n)
{
	unsigned char c = 0x80;

	*n = 0;
	for (int i = 0; c & 0x80; i++) {
		if (i == NUMBER_BYTES || !read_byte(r, &c))
			return false;
		if (i == NUMBER_BYTES - 1 && c > 1)
			return false;
		*n |= (uint64_t)(c & 0x7F) << 7 * i;
	}
	return *n <= max;
}

static bool
read_text(struct reader *r, struct str *s)
{
	uint64_t len;

	if (!read_number(r, r->bytes.len - r->pos, &len) || len > r->bytes.len - r->pos)
		return false;
	*s = str_slice(r->bytes, r->pos, r->pos + (size_t)len);
	r->pos += (size_t)len;
	return true;
}

static bool
read_kind(struct reader *r, enum value_kind *kind)
{
	unsigned char c;

	if (!read_byte(r, &c) || c >= VALUE_KIND_COUNT)
		return false;
	*kind = (enum value_kind)c;
	return true;
}

/* A column takes at least three bytes, so that `count` is bounded by what is there. */
static bool
read_columns(struct reader *r, struct arena *a, struct column **columns, size_t *count)
{
	uint64_t n;

	if (!read_letter(r, 'C') || !read_number(r, RESULT_MAX_COLUMNS, &n) ||
		n > (r->bytes.len - r->pos) / 3)
		return false;
	*count = (size_t)n;
	*columns = arena_array(a, struct column, *count);
	for (size_t i = 0; i < *count; i++)
		if (!read_kind(r, &(*columns)[i].kind) || !read_text(r, &(*columns)[i].name) ||
			!read_text(r, &(*columns)[i].type_name))
			return false;
	return true;
}

static bool
read_row(struct reader *r, struct value *values, size_t count)
{
	if (!read_letter(r, 'R'))
		return false;
	for (size_t i = 0; i < count; i++) {
		values[i].text = STR_NONE;
		if (!read_kind(r, &values[i].kind))
			return false;
		if (values[i].kind != VALUE_NULL && !read_text(r, &values[i].text))
			return false;
	}
	return true;
}

bool
result_decode_columns(struct arena *a, struct str bytes, struct column **columns, size_t *count,
	struct err *err)
{
	struct reader r = { bytes, 0 };

	if (!read_columns(&r, a, columns, count) || r.pos != bytes.len)
		return damaged(&r, err);
	return true;
}

bool
result_decode_row(struct str bytes, struct value *values, size_t count, struct err *err)
{
	struct reader r = { bytes, 0 };

	if (!read_row(&r, values, count) || r.pos != bytes.len)
		return damaged(&r, err);
	return true;
}

static bool
decode_rows(struct reader *r, struct result *result, uint64_t rows, struct err *err)
{
	struct arena scratch = ARENA_INIT;
	struct value *values = arena_array(&scratch, struct value, result->column_count);
	bool ok = true;

	for (uint64_t i = 0; i < rows && ok; i++) {
		ok = read_row(r, values, result->column_count) || damaged(r, err);
		ok = ok && result_add_row(result, values, err);
	}
	arena_fini(&scratch);
	return ok;
}

bool
result_decode(struct result *result, struct str bytes, struct err *err)
{
	struct reader r = { bytes, 0 };
	struct column *columns;
	struct str name;
	unsigned char truncated;
	uint64_t elapsed, rows;
	size_t count;

	if (!read_letter(&r, 'T') || !read_text(&r, &name) || !read_byte(&r, &truncated) ||
		truncated > 1 || !read_number(&r, INT64_MAX, &elapsed) ||
		!read_columns(&r, &result->arena, &columns, &count) ||
		!read_number(&r, bytes.len - r.pos, &rows))
		return damaged(&r, err);
	result->name = arena_str(&result->arena, name);
	result->truncated = truncated;
	result->elapsed_us = (int64_t)elapsed;
	result_set_columns(result, columns, count);
	if (!decode_rows(&r, result, rows, err))
		return false;
	return r.pos == bytes.len || damaged(&r, err);
}
