/* SPDX-License-Identifier: MIT */
#include "src/result/value.h"

static const char *const names[VALUE_KIND_COUNT] = {
	[VALUE_NULL] = "null",
	[VALUE_BOOL] = "bool",
	[VALUE_INT] = "int",
	[VALUE_DECIMAL] = "decimal",
	[VALUE_FLOAT] = "float",
	[VALUE_TEXT] = "text",
	[VALUE_BYTES] = "bytes",
	[VALUE_DATE] = "date",
	[VALUE_TIME] = "time",
	[VALUE_TIMESTAMP] = "timestamp",
	[VALUE_TIMESTAMPTZ] = "timestamptz",
	[VALUE_JSON] = "json",
};

const char *
value_kind_name(enum value_kind kind)
{
	return kind < VALUE_KIND_COUNT ? names[kind] : "";
}

enum value_kind
value_kind_from_name(struct str name)
{
	for (int i = 0; i < VALUE_KIND_COUNT; i++)
		if (str_is(name, names[i]))
			return (enum value_kind)i;
	return VALUE_KIND_COUNT;
}

bool
value_kind_is_number(enum value_kind kind)
{
	return kind == VALUE_INT || kind == VALUE_DECIMAL || kind == VALUE_FLOAT;
}

/* A decimal as written: its digits (a point among them), and the power of ten its
 * first digit that is not zero stands for. */
struct number {
	bool negative, zero;
	struct str digits; /* from the first one that is not zero */
	int64_t power;
};

#define POWER_MAX INT64_C(1000000000000)

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The exponent behind the e; too large ones count as the largest. */
static bool
read_exponent(struct str text, size_t pos, int64_t *exponent)
{
	bool negative = false;
	int64_t value = 0;

	if (pos < text.len && (text.p[pos] == '-' || text.p[pos] == '+'))
		negative = text.p[pos++] == '-';
	if (pos == text.len)
		return false;
	for (; pos < text.len; pos++) {
		if (!is_digit(text.p[pos]))
			return false;
		if (value < POWER_MAX)
			value = value * 10 + (text.p[pos] - '0');
	}
	*exponent = negative ? -value : value;
	return true;
}

static bool
read_number(struct str text, struct number *n)
{
	size_t i = 0, first = SIZE_MAX, point = SIZE_MAX, digits = 0, from;
	int64_t exponent = 0;

	*n = (struct number){ 0 };
	if (text.len && (text.p[0] == '-' || text.p[0] == '+'))
		n->negative = text.p[i++] == '-';
	for (from = i; i < text.len; i++) {
		if (is_digit(text.p[i])) {
			digits++;
			if (text.p[i] != '0' && first == SIZE_MAX)
				first = i;
		} else if (text.p[i] == '.' && point == SIZE_MAX) {
			point = i;
		} else {
			break;
		}
	}
	if (digits == 0)
		return false;
	if (point == SIZE_MAX)
		point = i;
	if (i < text.len && ((text.p[i] | 0x20) != 'e' || !read_exponent(text, i + 1, &exponent)))
		return false;
	n->zero = first == SIZE_MAX;
	n->digits = n->zero ? str_slice(text, from, from) : str_slice(text, first, i);
	n->power = n->zero ? 0 : exponent + (first < point ? (int64_t)(point - first) - 1
							    : -(int64_t)(first - point));
	return true;
}

/* The digit at `*pos`, passing over the point; '0' behind the end. */
static char
next_digit(struct str digits, size_t *pos)
{
	if (*pos < digits.len && digits.p[*pos] == '.')
		(*pos)++;
	return *pos < digits.len ? digits.p[(*pos)++] : '0';
}

static int
compare_digits(struct str a, struct str b)
{
	size_t i = 0, k = 0;

	while (i < a.len || k < b.len) {
		char x = next_digit(a, &i), y = next_digit(b, &k);

		if (x != y)
			return x < y ? -1 : 1;
	}
	return 0;
}

static int
compare_numbers(const struct number *a, const struct number *b)
{
	int sign;

	if (a->zero || b->zero) {
		if (a->zero && b->zero)
			return 0;
		return a->zero ? (b->negative ? 1 : -1) : (a->negative ? -1 : 1);
	}
	if (a->negative != b->negative)
		return a->negative ? -1 : 1;
	sign = a->negative ? -1 : 1;
	if (a->power != b->power)
		return a->power < b->power ? -sign : sign;
	return sign * compare_digits(a->digits, b->digits);
}

bool
value_is_number(struct str text)
{
	struct number n;

	return read_number(text, &n);
}

int
value_compare(struct str a, struct str b, bool *as_numbers)
{
	struct number x, y;
	bool numbers = false;
	int c;

	if (!a.p || !b.p) {
		c = !b.p - !a.p;
	} else if (read_number(a, &x) && read_number(b, &y)) {
		numbers = true;
		c = compare_numbers(&x, &y);
	} else {
		c = str_compare(a, b);
	}
	if (as_numbers)
		*as_numbers = numbers;
	return c;
}
