/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "src/base/clock.h"
#include "src/base/zone.h"

static int64_t
floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

/* An offset of LMT days has seconds, which RFC 3339 cannot say: the nearest whole
 * minute towards zero is written and the wall time goes with it. */
void
zone_format(const struct zone *zone, int64_t at_us, char text[40])
{
	int64_t second = floor_div(at_us, CLOCK_SECOND);
	int fraction = (int)(at_us - second * CLOCK_SECOND);
	int offset = zone_offset(zone, at_us) / 60 * 60;
	int64_t days = floor_div(second + offset, 86400);
	int rest = (int)(second + offset - days * 86400);
	struct date d = date_from_days(days);
	char part[8] = "";

	if (fraction) {
		snprintf(part, sizeof(part), ".%06u", (unsigned)fraction % 1000000u);
		for (size_t n = strlen(part); part[n - 1] == '0'; n--)
			part[n - 1] = '\0';
	}
	snprintf(text, 40, "%04d-%02u-%02uT%02u:%02u:%02u%s%c%02u:%02u", d.year,
		(unsigned)d.month % 100, (unsigned)d.day % 100, (unsigned)rest / 3600 % 24,
		(unsigned)rest / 60 % 60, (unsigned)rest % 60, part, offset < 0 ? '-' : '+',
		(unsigned)(offset < 0 ? -offset : offset) / 3600 % 100,
		(unsigned)(offset < 0 ? -offset : offset) / 60 % 60);
}

struct reader {
	struct str s;
};

static bool
read_char(struct reader *r, char c)
{
	if (r->s.len == 0 || r->s.p[0] != c)
		return false;
	r->s = str_slice(r->s, 1, r->s.len);
	return true;
}

/* Two digits, up to `most`. */
static bool
read_pair(struct reader *r, int most, int *value)
{
	if (r->s.len < 2 || r->s.p[0] < '0' || r->s.p[0] > '9' || r->s.p[1] < '0' ||
		r->s.p[1] > '9')
		return false;
	*value = (r->s.p[0] - '0') * 10 + (r->s.p[1] - '0');
	r->s = str_slice(r->s, 2, r->s.len);
	return *value <= most;
}

/* Digits beyond the sixth are read and dropped. */
static bool
read_fraction(struct reader *r, int *us)
{
	int unit = 100000, n = 0;

	for (*us = 0; r->s.len && r->s.p[0] >= '0' && r->s.p[0] <= '9'; n++, unit /= 10) {
		*us += (r->s.p[0] - '0') * unit;
		r->s = str_slice(r->s, 1, r->s.len);
	}
	return n > 0;
}

/* Z or +hh:mm; *has is false when nothing is left. */
static bool
read_offset(struct reader *r, bool *has, int *offset)
{
	int sign = 1, hours, minutes;

	*offset = 0;
	*has = r->s.len > 0;
	if (!*has || read_char(r, 'Z') || read_char(r, 'z'))
		return r->s.len == 0;
	if (read_char(r, '-'))
		sign = -1;
	else if (!read_char(r, '+'))
		return false;
	if (!read_pair(r, 23, &hours) || !read_char(r, ':') || !read_pair(r, 59, &minutes))
		return false;
	*offset = sign * (hours * 3600 + minutes * 60);
	return r->s.len == 0;
}

static bool
not_a_time(struct str text, struct err *err)
{
	err_set(err, ERR_INPUT, "\"%.*s\" is not a time", STR_ARG(str_slice(text, 0, 60)));
	return err_hint(err, "write 2026-01-02T08:00:00+08:00, or 2026-01-02 08:00");
}

bool
zone_parse(struct str text, const struct zone *zone, int64_t *at_us, struct err *err)
{
	struct reader r = { str_slice(text, 10, text.len) };
	struct civil wall = { .second = 0 };
	int fraction = 0, offset;
	bool space, has_offset, ok;

	if (text.len < 16 || text.p[4] != '-' || text.p[7] != '-')
		return not_a_time(text, err);
	if (!date_parse(str_slice(text, 0, 10), &wall.date, err))
		return false;
	space = read_char(&r, ' ');
	ok = (space || read_char(&r, 'T') || read_char(&r, 't')) &&
	     read_pair(&r, 23, &wall.hour) && read_char(&r, ':') &&
	     read_pair(&r, 59, &wall.minute);
	if (ok && read_char(&r, ':')) {
		ok = read_pair(&r, 59, &wall.second);
		if (ok && read_char(&r, '.'))
			ok = read_fraction(&r, &fraction);
	}
	if (!ok || !read_offset(&r, &has_offset, &offset))
		return not_a_time(text, err);
	if (!has_offset && !space) {
		err_set(err, ERR_INPUT, "\"%.*s\" names no offset from UTC", STR_ARG(text));
		return err_hint(err, "end it with +08:00 or Z, or write a space for the T");
	}
	if (has_offset)
		*at_us = (date_to_days(wall.date) * 86400 + wall.hour * 3600 + wall.minute * 60 +
				 wall.second - offset) * CLOCK_SECOND;
	else
		zone_instant(zone, wall, at_us, NULL);
	*at_us += fraction;
	return true;
}
