/* SPDX-License-Identifier: MIT */
#include "src/content/composer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "src/base/utf8.h"
#include "src/content/decimal.h"

static bool
is_plain_ascii(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.p[i] < ' ' || s.p[i] > '~')
			return false;
	return true;
}

void
compose_show_value(struct buf *to, const struct value *value)
{
	if (value->kind == VALUE_NULL)
		return;
	if (value->kind == VALUE_BYTES) {
		buf_adds(to, "\\x");
		for (size_t i = 0; i < value->text.len; i++)
			buf_addf(to, "%02x", (unsigned char)value->text.p[i]);
		return;
	}
	utf8_sanitize(to, value->text, true);
}

struct str
composer_show(struct composer *c, const struct value *value)
{
	if (value->kind == VALUE_NULL)
		return STR("");
	if (value->kind != VALUE_BYTES && is_plain_ascii(value->text))
		return arena_str(&c->doc->arena, value->text);
	buf_clear(&c->scratch);
	compose_show_value(&c->scratch, value);
	return arena_str(&c->doc->arena, buf_str(&c->scratch));
}

bool
compose_matches(const struct value *value, enum cond_op op, struct str operand,
	struct str operand2)
{
	bool as_numbers;
	int d;

	if (op == OP_NULL || value->kind == VALUE_NULL)
		return op == OP_NULL && value->kind == VALUE_NULL;
	if (op == OP_CONTAINS)
		return str_find(value->text, operand, 0) != SIZE_MAX;
	d = value_compare(value->text, operand, &as_numbers);
	switch (op) {
	case OP_EQ:
		return d == 0;
	case OP_NE:
		return d != 0;
	case OP_GT:
		return d > 0;
	case OP_GE:
		return d >= 0;
	case OP_LT:
		return d < 0;
	case OP_LE:
		return d <= 0;
	case OP_BETWEEN:
		return d >= 0 && value_compare(value->text, operand2, &as_numbers) <= 0;
	case OP_CONTAINS:
	case OP_NULL:
	case OP_COUNT:
		break;
	}
	return false;
}

/* --- fmt --- */

struct fmt {
	bool left, plus, space, zero, group;
	int width, precision; /* precision -1: none given */
	char kind;	      /* d i f e g */
	struct str before, after;
};

static int
read_small(struct str s, size_t *at)
{
	int n = 0;

	for (; *at < s.len && s.p[*at] >= '0' && s.p[*at] <= '9'; (*at)++)
		if (n < 1000)
			n = n * 10 + (s.p[*at] - '0');
	return n;
}

/* The one directive of `text`; filter_fmt_is_valid has been asked before. */
static bool
fmt_read(struct fmt *f, struct str text)
{
	size_t at = 0;

	*f = (struct fmt){ .precision = -1 };
	while (at < text.len && (text.p[at] != '%' || (at + 1 < text.len && text.p[at + 1] == '%')))
		at += text.p[at] == '%' ? 2 : 1;
	if (at >= text.len)
		return false;
	f->before = str_slice(text, 0, at++);
	for (; at < text.len && strchr("-+ 0'#", text.p[at]); at++) {
		f->left |= text.p[at] == '-';
		f->plus |= text.p[at] == '+';
		f->space |= text.p[at] == ' ';
		f->zero |= text.p[at] == '0';
		f->group |= text.p[at] == '\'';
	}
	f->width = read_small(text, &at);
	if (at < text.len && text.p[at] == '.') {
		at++;
		f->precision = read_small(text, &at);
	}
	if (at >= text.len || !strchr("difeg", text.p[at]))
		return false;
	f->kind = text.p[at];
	f->after = str_slice(text, at + 1, text.len);
	return f->width <= 200 && f->precision <= 100;
}

static void
add_literal(struct buf *to, struct str s)
{
	for (size_t i = 0; i < s.len; i++) {
		buf_addc(to, s.p[i]);
		if (s.p[i] == '%')
			i++;
	}
}

static void
add_sized(struct buf *to, const struct fmt *f, struct str digits, bool negative)
{
	const char *sign = negative ? "-" : f->plus ? "+" : f->space ? " " : "";
	size_t len = strlen(sign) + digits.len;
	size_t pad = (size_t)f->width > len ? (size_t)f->width - len : 0;

	if (!f->left && !f->zero)
		buf_add_repeat(to, " ", pad);
	buf_adds(to, sign);
	if (!f->left && f->zero)
		buf_add_repeat(to, "0", pad);
	buf_add_str(to, digits);
	if (f->left)
		buf_add_repeat(to, " ", pad);
}

static bool
add_float(struct buf *to, const struct fmt *f, struct str text)
{
	char number[64], digits[160];
	double v;
	int n, precision = f->precision < 0 ? 6 : f->precision;

	if (text.len >= sizeof(number))
		return false;
	memcpy(number, text.p, text.len);
	number[text.len] = '\0';
	v = strtod(number, NULL);
	n = f->kind == 'e' ? snprintf(digits, sizeof(digits), "%.*e", precision, v)
			   : snprintf(digits, sizeof(digits), "%.*g", precision, v);
	if (n < 0 || (size_t)n >= sizeof(digits))
		return false;
	add_sized(to, f, digits[0] == '-' ? str_from(digits + 1) : str_from(digits),
		digits[0] == '-');
	return true;
}

bool
fmt_number(struct buf *to, struct str fmt, struct str text)
{
	struct buf digits = BUF_MAX(4096);
	struct decimal d;
	struct fmt f;
	size_t start = to->len;
	bool ok = true, negative;
	int scale;

	if (!fmt_read(&f, fmt) || !decimal_read(&d, text))
		return false;
	add_literal(to, f.before);
	if (f.kind == 'e' || f.kind == 'g') {
		ok = add_float(to, &f, str_trim(text));
	} else {
		scale = f.kind == 'f' ? (f.precision < 0 ? 6 : f.precision) : 0;
		decimal_round(&d, scale);
		negative = d.negative;
		d.negative = false;
		decimal_print(&digits, &d, scale, f.group);
		add_sized(to, &f, buf_str(&digits), negative);
	}
	add_literal(to, f.after);
	buf_fini(&digits);
	if (!ok)
		buf_truncate(to, start);
	return ok;
}

/* --- references --- */

static bool
has_reducer(const struct template_item *item)
{
	for (int i = 0; i < item->filter_count; i++)
		if (item->filters[i].kind != FILTER_FMT)
			return true;
	return false;
}

bool
ref_is_per_row(const struct template_item *item, const struct ref *ref)
{
	return (ref->kind == REF_COLUMN || ref->kind == REF_INPUT) && item->index_count == 0 &&
	       !has_reducer(item);
}

size_t
ref_rows(const struct ref *ref)
{
	return ref->kind == REF_COLUMN ? ref->result->row_count : input_rows(ref->input);
}

/* A row of an input: its cells joined by commas. */
static struct str
show_row(struct composer *c, const struct bound_input *input, size_t row)
{
	struct buf line = BUF_INIT;
	struct str s;

	for (size_t i = 0; i < input_columns(input); i++) {
		struct value v;

		if (i)
			buf_addc(&line, ',');
		if (input_value(input, row, i, &v))
			compose_show_value(&line, &v);
	}
	s = arena_str(&c->doc->arena, buf_str(&line));
	buf_fini(&line);
	return s;
}

static struct str
show_at(struct composer *c, const struct ref *ref, size_t row)
{
	struct value v;

	if (row >= ref_rows(ref))
		return STR("");
	if (ref->kind == REF_INPUT)
		return show_row(c, ref->input, row);
	v = result_at(ref->result, row, ref->column);
	return composer_show(c, &v);
}

static bool
fault_index(struct composer *c, const struct template_item *item, struct err *err,
	const char *why, size_t count)
{
	return composer_fault(c, "E_INDEX", item->line, item->column, NULL, err,
		"${%.*s} %s (%zu there)", STR_ARG(item->name), why, count);
}

static bool
resolve_index(int64_t index, size_t count, size_t *at)
{
	if (index < 0)
		index += (int64_t)count;
	*at = (size_t)index;
	return index >= 0 && (uint64_t)index < count;
}

/* ${column[r]}, ${inputs[r]}, ${inputs[r][c]}. An empty column gives empty text; an
 * empty input is an error (dataworks.md 3.2). */
static bool
indexed_value(struct composer *c, const struct template_item *item, const struct ref *ref,
	struct str *shown, struct err *err)
{
	size_t rows = ref_rows(ref), row, column;
	struct value v;

	*shown = STR("");
	if (ref->kind == REF_COLUMN && rows == 0)
		return true;
	if (!resolve_index(item->index[0], rows, &row))
		return fault_index(c, item, err, "asks for a row that is not there", rows);
	if (ref->kind == REF_COLUMN && item->index_count > 1)
		return fault_index(c, item, err, "is a column: it has one index", 1);
	if (item->index_count == 1) {
		*shown = show_at(c, ref, row);
		return true;
	}
	if (!resolve_index(item->index[1], input_columns(ref->input), &column))
		return fault_index(c, item, err, "asks for a column that is not there",
			input_columns(ref->input));
	if (input_value(ref->input, row, column, &v))
		*shown = composer_show(c, &v);
	return true;
}

static bool
source_values(struct composer *c, const struct template_item *item, const struct ref *ref,
	size_t row, struct shown_values *values, struct err *err)
{
	struct arena *a = &c->doc->arena;
	size_t rows;

	values->separator = STR(", ");
	values->count = 1;
	if (ref->kind == REF_PARAMETER || item->index_count || row != SIZE_MAX) {
		values->list = arena_new(a, struct str);
		if (ref->kind != REF_PARAMETER && item->index_count)
			return indexed_value(c, item, ref, values->list, err);
		if (ref->kind != REF_PARAMETER) {
			*values->list = show_at(c, ref, row);
			return true;
		}
		buf_clear(&c->scratch);
		utf8_sanitize(&c->scratch, str_from(ref->value), true);
		*values->list = arena_str(a, buf_str(&c->scratch));
		if (item->index_count)
			return fault_index(c, item, err, "is one value: it has no index", 1);
		return true;
	}
	rows = ref_rows(ref);
	values->list = arena_array(a, struct str, rows ? rows : 1);
	values->count = rows;
	for (size_t i = 0; i < rows; i++)
		values->list[i] = show_at(c, ref, i);
	return true;
}

/* --- filters --- */

static void
set_single(struct composer *c, struct shown_values *values, struct str s)
{
	values->list = arena_new(&c->doc->arena, struct str);
	values->list[0] = arena_str(&c->doc->arena, s);
	values->count = 1;
}

/* NULLs came as empty text and count for nothing. */
static bool
filter_sum(struct composer *c, const struct template_item *item, struct shown_values *values,
	struct err *err)
{
	struct decimal sum, d;
	struct buf text = BUF_INIT;

	decimal_read(&sum, STR("0"));
	for (size_t i = 0; i < values->count; i++) {
		if (values->list[i].len == 0)
			continue;
		if (!decimal_read(&d, values->list[i]) || !decimal_add(&sum, &d))
			return composer_fault(c, "E_FILTER", item->line, item->column,
				"sum needs a column of numbers", err,
				"${%.*s|sum}: '%.40s' in row %zu is not a number",
				STR_ARG(item->name), values->list[i].p, i + 1);
	}
	decimal_print(&text, &sum, 0, false);
	set_single(c, values, buf_str(&text));
	buf_fini(&text);
	return true;
}

static void
filter_join(struct composer *c, const struct filter *f, struct shown_values *values)
{
	struct buf separator = BUF_INIT;

	filter_argument(f, &separator);
	values->separator = arena_str(&c->doc->arena, buf_str(&separator));
	buf_fini(&separator);
}

/* What is no number stays as it is: empty cells, "n/a". */
static void
filter_fmt(struct composer *c, const struct filter *f, struct shown_values *values)
{
	struct buf fmt = BUF_INIT;

	filter_argument(f, &fmt);
	for (size_t i = 0; i < values->count; i++) {
		buf_clear(&c->scratch);
		if (fmt_number(&c->scratch, buf_str(&fmt), values->list[i]))
			values->list[i] = arena_str(&c->doc->arena, buf_str(&c->scratch));
	}
	buf_fini(&fmt);
}

static bool
apply_filter(struct composer *c, const struct template_item *item, const struct filter *f,
	struct shown_values *values, struct err *err)
{
	char number[24];

	switch (f->kind) {
	case FILTER_JOIN:
		filter_join(c, f, values);
		return true;
	case FILTER_SUM:
		return filter_sum(c, item, values, err);
	case FILTER_COUNT:
		snprintf(number, sizeof(number), "%zu", values->count);
		set_single(c, values, str_from(number));
		return true;
	case FILTER_FIRST:
		values->count = values->count ? 1 : 0;
		return true;
	case FILTER_FMT:
		filter_fmt(c, f, values);
		return true;
	case FILTER_KIND_COUNT:
		break;
	}
	return true;
}

bool
ref_values(struct composer *c, const struct template_item *item, const struct ref *ref, size_t row,
	struct shown_values *values, struct err *err)
{
	if (!source_values(c, item, ref, row, values, err))
		return false;
	for (int i = 0; i < item->filter_count; i++)
		if (!apply_filter(c, item, &item->filters[i], values, err))
			return false;
	return true;
}
