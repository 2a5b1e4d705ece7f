/* SPDX-License-Identifier: MIT */
#include "src/base/tzif.h"

#include <stdlib.h>

#include "src/base/zone.h"

#define HEADER_SIZE 44
#define MAX_TYPES 256

struct header {
	int version; /* 1..4 */
	uint32_t isutcnt, isstdcnt, leapcnt, timecnt, typecnt, charcnt;
};

struct cursor {
	const unsigned char *p;
	size_t left;
};

static bool
damaged(struct err *err, const char *what)
{
	return err_set(err, ERR_INPUT, "not a usable time zone file: %s", what);
}

static const unsigned char *
take(struct cursor *c, uint64_t len)
{
	const unsigned char *p = c->p;

	if (len > c->left)
		return NULL;
	c->p += len;
	c->left -= (size_t)len;
	return p;
}

static uint32_t
big32(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static int64_t
big_time(const unsigned char *p, size_t size)
{
	if (size == 4)
		return (int32_t)big32(p);
	return (int64_t)((uint64_t)big32(p) << 32 | big32(p + 4));
}

static bool
read_header(struct cursor *c, struct header *h, struct err *err)
{
	const unsigned char *p = take(c, HEADER_SIZE);

	if (!p || memcmp(p, "TZif", 4) != 0)
		return damaged(err, "it does not begin with a TZif header");
	h->version = p[4] == 0 ? 1 : p[4] - '0';
	if (h->version < 1 || h->version > 9)
		return damaged(err, "its version is unknown");
	h->isutcnt = big32(p + 20);
	h->isstdcnt = big32(p + 24);
	h->leapcnt = big32(p + 28);
	h->timecnt = big32(p + 32);
	h->typecnt = big32(p + 36);
	h->charcnt = big32(p + 40);
	return true;
}

static uint64_t
body_size(const struct header *h, uint64_t time_size)
{
	return h->timecnt * time_size + h->timecnt + h->typecnt * UINT64_C(6) + h->charcnt +
	       h->leapcnt * (time_size + 4) + h->isstdcnt + h->isutcnt;
}

static bool
read_types(const unsigned char *p, const struct header *h, int32_t offsets[MAX_TYPES],
	struct err *err)
{
	if (h->typecnt == 0 || h->typecnt > MAX_TYPES)
		return damaged(err, "it has no local time types, or too many");
	for (uint32_t i = 0; i < h->typecnt; i++, p += 6) {
		offsets[i] = (int32_t)big32(p);
		if (offsets[i] <= -TZIF_OFFSET_LIMIT || offsets[i] >= TZIF_OFFSET_LIMIT)
			return damaged(err, "an offset is beyond 26 hours");
	}
	return true;
}

static bool
read_table(struct zone *zone, const unsigned char *p, const struct header *h, size_t size,
	struct err *err)
{
	const unsigned char *index = p + (size_t)h->timecnt * size;
	int32_t offsets[MAX_TYPES];

	if (!read_types(index + h->timecnt, h, offsets, err))
		return false;
	zone->first_offset = offsets[0];
	zone->at = xcalloc(h->timecnt + 1, sizeof(*zone->at));
	zone->offset = xcalloc(h->timecnt + 1, sizeof(*zone->offset));
	for (uint32_t i = 0; i < h->timecnt; i++) {
		int64_t at = big_time(p + i * size, size);

		if (zone->count && at <= zone->at[zone->count - 1])
			return damaged(err, "its changes are not in order");
		if (index[i] >= h->typecnt)
			return damaged(err, "a change names a type that is not there");
		zone->at[zone->count] = at;
		zone->offset[zone->count++] = offsets[index[i]];
	}
	return true;
}

static bool
read_footer(struct zone *zone, struct cursor *c, struct err *err)
{
	const unsigned char *end;

	if (c->left < 2 || c->p[0] != '\n' || !(end = memchr(c->p + 1, '\n', c->left - 1)))
		return damaged(err, "its last line is missing");
	return tzif_read_tail(&zone->tail,
		(struct str){ (const char *)c->p + 1, (size_t)(end - c->p) - 1 }, err);
}

bool
tzif_read(struct zone *zone, struct str data, struct err *err)
{
	struct cursor c = { (const unsigned char *)data.p, data.len };
	struct header h;
	const unsigned char *p;
	size_t size = 4;

	if (data.len > TZIF_MAX_BYTES)
		return damaged(err, "it is larger than 1 MB");
	if (!read_header(&c, &h, err))
		return false;
	if (h.version >= 2) {
		if (!take(&c, body_size(&h, 4)))
			return damaged(err, "it is cut short");
		if (!read_header(&c, &h, err))
			return false;
		size = 8;
	}
	p = take(&c, body_size(&h, size));
	if (!p)
		return damaged(err, "it is cut short");
	if (h.leapcnt > 0) {
		damaged(err, "it counts leap seconds");
		return err_hint(err, "use the zone without \"right/\"");
	}
	return read_table(zone, p, &h, size, err) && (size == 4 || read_footer(zone, &c, err));
}

/* --- the POSIX rule ---------------------------------------------------------- */

static bool
tail_number(struct str *s, int max_digits, int *value)
{
	int n = 0;

	for (*value = 0; n < max_digits && s->len && *s->p >= '0' && *s->p <= '9'; n++) {
		*value = *value * 10 + (*s->p - '0');
		*s = str_slice(*s, 1, s->len);
	}
	return n > 0;
}

static bool
tail_char(struct str *s, char c)
{
	if (s->len == 0 || *s->p != c)
		return false;
	*s = str_slice(*s, 1, s->len);
	return true;
}

static bool
tail_name(struct str *s)
{
	bool quoted = tail_char(s, '<');
	size_t n = 0;

	for (; n < s->len; n++) {
		char c = s->p[n];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
		bool more = (c >= '0' && c <= '9') || c == '+' || c == '-';

		if (!letter && !(quoted && more))
			break;
	}
	*s = str_slice(*s, n, s->len);
	return n >= 3 && (!quoted || tail_char(s, '>'));
}

/* [+-]hh[:mm[:ss]] in seconds. */
static bool
tail_time(struct str *s, int max_hours, int *seconds)
{
	bool negative = tail_char(s, '-');
	int hours, minutes = 0, rest = 0;

	if (!negative)
		tail_char(s, '+');
	if (!tail_number(s, 3, &hours) || hours > max_hours)
		return false;
	if (tail_char(s, ':')) {
		if (!tail_number(s, 2, &minutes) || minutes > 59)
			return false;
		if (tail_char(s, ':') && (!tail_number(s, 2, &rest) || rest > 59))
			return false;
	}
	*seconds = hours * 3600 + minutes * 60 + rest;
	if (negative)
		*seconds = -*seconds;
	return true;
}

static bool
tail_date(struct str *s, struct tz_date *d)
{
	bool ok;

	if (tail_char(s, 'M')) {
		d->kind = TZ_MONTH_WEEK_DAY;
		ok = tail_number(s, 2, &d->month) && d->month >= 1 && d->month <= 12 &&
		     tail_char(s, '.') && tail_number(s, 1, &d->week) && d->week >= 1 &&
		     d->week <= 5 && tail_char(s, '.') && tail_number(s, 1, &d->day) &&
		     d->day <= 6;
	} else if (tail_char(s, 'J')) {
		d->kind = TZ_JULIAN;
		ok = tail_number(s, 3, &d->day) && d->day >= 1 && d->day <= 365;
	} else {
		d->kind = TZ_DAY_OF_YEAR;
		ok = tail_number(s, 3, &d->day) && d->day <= 365;
	}
	d->time = 7200;
	return ok && (!tail_char(s, '/') || tail_time(s, 167, &d->time));
}

bool
tzif_read_tail(struct tz_tail *tail, struct str text, struct err *err)
{
	struct tz_tail t = { .present = true };
	struct str s = text;
	bool ok;

	*tail = (struct tz_tail){ 0 };
	if (text.len == 0)
		return true;
	ok = tail_name(&s) && tail_time(&s, 25, &t.std_offset);
	t.std_offset = -t.std_offset;
	if (ok && s.len) {
		t.has_dst = true;
		ok = tail_name(&s);
		t.dst_offset = t.std_offset + 3600;
		if (ok && s.len && *s.p != ',') {
			ok = tail_time(&s, 25, &t.dst_offset);
			t.dst_offset = -t.dst_offset;
		}
		ok = ok && tail_char(&s, ',') && tail_date(&s, &t.start) &&
		     tail_char(&s, ',') && tail_date(&s, &t.end);
	}
	if (!ok || s.len || t.dst_offset >= TZIF_OFFSET_LIMIT)
		return damaged(err, "its rule for later years is not understood");
	*tail = t;
	return true;
}

/* Local seconds since 1970 at which the change falls in `year`. */
static int64_t
change_local(const struct tz_date *d, int year)
{
	struct date first = { year, 1, 1 };
	int64_t days = date_to_days(first);

	switch (d->kind) {
	case TZ_JULIAN: /* february 29 is never counted */
		days += d->day - 1 + (date_days_in_month(year, 2) == 29 && d->day >= 60);
		break;
	case TZ_DAY_OF_YEAR:
		days += d->day;
		break;
	case TZ_MONTH_WEEK_DAY: {
		int day, last = date_days_in_month(year, d->month);

		first.month = d->month;
		day = (d->day - date_weekday(first) + 7) % 7 + (d->week - 1) * 7;
		if (day >= last)
			day -= 7;
		days = date_to_days(first) + day;
		break;
	}
	}
	return days * 86400 + d->time;
}

struct change {
	int64_t at;
	int offset;
};

enum { TAIL_CHANGES = 6 };

/* The changes of the year of `at` and its neighbours, in order. Where an end and
 * a start fall together (daylight time all year) the start comes last and wins. */
static void
tail_changes(const struct tz_tail *tail, int64_t at, struct change list[TAIL_CHANGES])
{
	int64_t days = (at + tail->std_offset) / 86400 - 1;
	int year = date_from_days(days).year - 1;

	for (int i = 0; i < TAIL_CHANGES; i += 2, year++) {
		list[i] = (struct change){ change_local(&tail->end, year) - tail->dst_offset,
			tail->std_offset };
		list[i + 1] = (struct change){ change_local(&tail->start, year) - tail->std_offset,
			tail->dst_offset };
	}
	for (int i = 1; i < TAIL_CHANGES; i++) {
		struct change c = list[i];
		int j = i;

		for (; j > 0 && (list[j - 1].at > c.at ||
			       (list[j - 1].at == c.at && c.offset == tail->std_offset)); j--)
			list[j] = list[j - 1];
		list[j] = c;
	}
}

int
tzif_tail_offset(const struct tz_tail *tail, int64_t at)
{
	struct change list[TAIL_CHANGES];
	int i = TAIL_CHANGES - 1;

	if (!tail->has_dst)
		return tail->std_offset;
	tail_changes(tail, at, list);
	while (i > 0 && list[i].at > at)
		i--;
	return list[i].offset;
}

int64_t
tzif_tail_next(const struct tz_tail *tail, int64_t at)
{
	struct change list[TAIL_CHANGES];
	int before;

	if (!tail->has_dst)
		return TZIF_NEVER;
	tail_changes(tail, at, list);
	before = tzif_tail_offset(tail, at);
	/* the last one may be undone by the year after, and is never needed */
	for (int i = 0; i + 1 < TAIL_CHANGES; i++)
		if (list[i].at > at && list[i + 1].at != list[i].at && list[i].offset != before)
			return list[i].at;
	return TZIF_NEVER;
}
