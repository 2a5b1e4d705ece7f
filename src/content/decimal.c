/* SPDX-License-Identifier: MIT */
#include "src/content/decimal.h"

static void
strip_leading(struct decimal *d)
{
	int zeros = 0;

	while (zeros < d->len && d->digits[zeros] == 0)
		zeros++;
	memmove(d->digits, d->digits + zeros, (size_t)(d->len - zeros));
	d->len -= zeros;
	if (d->len == 0)
		d->negative = false;
}

/* Digits and point from s; what is left stays in *s. */
static bool
read_digits(struct decimal *d, struct str *s)
{
	bool point = false, any = false;

	for (; s->len; *s = str_slice(*s, 1, s->len)) {
		char c = s->p[0];

		if (c == '.' && !point) {
			point = true;
			continue;
		}
		if (c < '0' || c > '9')
			break;
		any = true;
		if (d->len == DECIMAL_DIGITS)
			return false;
		if (d->len || c != '0')
			d->digits[d->len++] = (char)(c - '0');
		d->scale += point;
		if (d->scale > DECIMAL_DIGITS)
			return false;
	}
	return any;
}

static bool
shift(struct decimal *d, int64_t exponent)
{
	if (exponent < -DECIMAL_DIGITS || exponent > DECIMAL_DIGITS)
		return d->len == 0;
	d->scale -= (int)exponent;
	while (d->scale < 0 && d->len < DECIMAL_DIGITS) {
		if (d->len)
			d->digits[d->len++] = 0;
		d->scale++;
	}
	return d->scale >= 0 && d->scale <= DECIMAL_DIGITS;
}

bool
decimal_read(struct decimal *d, struct str text)
{
	int64_t exponent = 0;
	struct str s = str_trim(text);

	*d = (struct decimal){ 0 };
	if (s.len && (s.p[0] == '-' || s.p[0] == '+')) {
		d->negative = s.p[0] == '-';
		s = str_slice(s, 1, s.len);
	}
	if (!read_digits(d, &s))
		return false;
	if (s.len && (s.p[0] == 'e' || s.p[0] == 'E')) {
		if (!str_to_int64(str_slice(s, 1, s.len), &exponent))
			return false;
		s.len = 0;
	}
	if (s.len || !shift(d, exponent))
		return false;
	strip_leading(d);
	return true;
}

/* The digit of weight 10^power. */
static int
digit_at(const struct decimal *d, int power)
{
	int i = d->len - 1 - (power + d->scale);

	return i >= 0 && i < d->len ? d->digits[i] : 0;
}

static int
compare_magnitude(const struct decimal *a, const struct decimal *b, int high, int low)
{
	for (int p = high; p >= low; p--)
		if (digit_at(a, p) != digit_at(b, p))
			return digit_at(a, p) - digit_at(b, p);
	return 0;
}

bool
decimal_add(struct decimal *a, const struct decimal *b)
{
	int scale = a->scale > b->scale ? a->scale : b->scale;
	int whole_a = a->len - a->scale, whole_b = b->len - b->scale;
	int whole = (whole_a > whole_b ? whole_a : whole_b) + 1;
	struct decimal sum = { .scale = scale, .negative = a->negative };
	const struct decimal *big = a, *small = b;
	int carry = 0, sign = a->negative == b->negative ? 1 : -1;

	if (whole < 1)
		whole = 1;
	if (whole + scale > DECIMAL_DIGITS)
		return false;
	if (sign < 0 && compare_magnitude(a, b, whole, -scale) < 0) {
		big = b;
		small = a;
		sum.negative = b->negative;
	}
	sum.len = whole + scale;
	for (int i = sum.len - 1, p = -scale; i >= 0; i--, p++) {
		int v = digit_at(big, p) + sign * digit_at(small, p) + carry;

		carry = v < 0 ? -1 : v / 10;
		sum.digits[i] = (char)((v + 10) % 10);
	}
	strip_leading(&sum);
	*a = sum;
	return true;
}

void
decimal_round(struct decimal *d, int scale)
{
	struct decimal unit = { .len = 1, .scale = scale, .negative = d->negative,
		.digits = { 1 } };
	bool up;
	int cut = d->scale - scale;

	if (cut <= 0)
		return;
	up = digit_at(d, -scale - 1) >= 5;
	d->len = cut < d->len ? d->len - cut : 0;
	d->scale = scale;
	if (up)
		decimal_add(d, &unit);
	strip_leading(d);
}

void
decimal_print(struct buf *to, const struct decimal *d, int scale, bool group)
{
	int whole = d->len - d->scale;

	if (d->negative)
		buf_addc(to, '-');
	if (whole <= 0)
		buf_addc(to, '0');
	for (int p = whole - 1; p >= 0; p--) {
		buf_addc(to, (char)('0' + digit_at(d, p)));
		if (group && p && p % 3 == 0)
			buf_addc(to, ',');
	}
	if (d->scale > scale)
		scale = d->scale;
	if (scale > 0)
		buf_addc(to, '.');
	for (int p = -1; p >= -scale; p--)
		buf_addc(to, (char)('0' + digit_at(d, p)));
}
