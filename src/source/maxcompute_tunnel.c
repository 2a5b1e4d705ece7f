/* SPDX-License-Identifier: MIT */
/* The stream of an Instance Tunnel download (sources.md 1.7): fields in the encoding
 * of protocol buffers, each record and the whole closed by a CRC-32C. */
#include <stdio.h>
#include <stdlib.h>

#include "src/source/maxcompute.h"

#define TAG_END_RECORD UINT64_C(33553408)
#define TAG_END_METRICS UINT64_C(33554176)
#define TAG_COUNT UINT64_C(33554430)
#define TAG_CRC UINT64_C(33554431)
#define MAX_RECORD ((size_t)128 << 20)

enum wire { WIRE_VARINT = 0, WIRE_64 = 1, WIRE_BYTES = 2, WIRE_32 = 5 };

/* A place in the bytes that are there. */
struct cursor {
	const unsigned char *p, *end;
	bool is_short; /* ran out of bytes: more may come */
};

enum outcome { OUT_RECORD, OUT_END, OUT_MORE, OUT_BAD };

static uint32_t
crc_add(uint32_t crc, const void *bytes, size_t len)
{
	static uint32_t table[256];
	const unsigned char *p = bytes;

	if (!table[1])
		for (uint32_t i = 0; i < 256; i++) {
			table[i] = i;
			for (int bit = 0; bit < 8; bit++)
				table[i] = table[i] >> 1 ^ (table[i] & 1 ? 0x82F63B78u : 0);
		}
	for (crc = ~crc; len > 0; len--)
		crc = crc >> 8 ^ table[(crc ^ *p++) & 0xFF];
	return ~crc;
}

static uint32_t
crc_add_32(uint32_t crc, uint32_t v)
{
	unsigned char b[4] = { (unsigned char)v, (unsigned char)(v >> 8), (unsigned char)(v >> 16),
		(unsigned char)(v >> 24) };

	return crc_add(crc, b, sizeof(b));
}

static uint32_t
crc_add_64(uint32_t crc, uint64_t v)
{
	return crc_add_32(crc_add_32(crc, (uint32_t)v), (uint32_t)(v >> 32));
}

static uint64_t
read_varint(struct cursor *c)
{
	uint64_t v = 0;

	for (unsigned shift = 0; shift < 70; shift += 7) {
		if (c->p == c->end) {
			c->is_short = true;
			return 0;
		}
		if (shift < 64)
			v |= (uint64_t)(*c->p & 0x7F) << shift;
		if (!(*c->p++ & 0x80))
			break;
	}
	return v;
}

static int64_t
read_zigzag(struct cursor *c)
{
	uint64_t v = read_varint(c);

	return (int64_t)(v >> 1) ^ -(int64_t)(v & 1);
}

static struct str
read_exactly(struct cursor *c, size_t len)
{
	struct str out = { (const char *)c->p, len };

	if ((size_t)(c->end - c->p) < len) {
		c->is_short = true;
		return STR_NONE;
	}
	c->p += len;
	return out;
}

static uint64_t
read_fixed(struct cursor *c, size_t bytes)
{
	struct str s = read_exactly(c, bytes);
	uint64_t v = 0;

	for (size_t i = s.len; i > 0; i--)
		v = v << 8 | (unsigned char)s.p[i - 1];
	return v;
}

static struct str
print_date(struct arena *arena, struct date d)
{
	char text[16];

	date_format(d, text);
	return str_from(arena_strdup(arena, text));
}

/* "YYYY-MM-DD HH:MM:SS[.f…]" of an instant; fraction in units of 10^-digits. */
static struct str
print_civil(struct arena *arena, const struct zone *zone, int64_t seconds, int64_t fraction,
	int digits)
{
	struct civil c = { date_from_days(seconds / 86400 - (seconds % 86400 < 0)), 0, 0, 0 };
	int64_t of_day = (seconds % 86400 + 86400) % 86400;
	struct str date;

	c.hour = (int)(of_day / 3600);
	c.minute = (int)(of_day / 60 % 60);
	c.second = (int)(of_day % 60);
	if (zone)
		c = zone_civil(zone, seconds * CLOCK_SECOND);
	date = print_date(arena, c.date);
	if (fraction == 0)
		return str_from(arena_printf(arena, "%.*s %02d:%02d:%02d", STR_ARG(date), c.hour,
			c.minute, c.second));
	return str_from(arena_printf(arena, "%.*s %02d:%02d:%02d.%0*lld", STR_ARG(date), c.hour,
		c.minute, c.second, digits, (long long)fraction));
}

static bool
type_is(const struct column *column, const char *word)
{
	size_t end = str_find(column->type_name, STR("("), 0);

	return str_equal_nocase(str_slice(column->type_name, 0,
		end == SIZE_MAX ? column->type_name.len : end), str_from(word));
}

static struct str
print_float(struct arena *arena, double v, bool is_single)
{
	char text[40];

	for (int digits = is_single ? 6 : 15; digits <= 17; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, v);
		if (is_single ? strtof(text, NULL) == (float)v : strtod(text, NULL) == v)
			break;
	}
	return str_from(arena_strdup(arena, text));
}

/* Microseconds of seconds must fit: year 1 to 9999 and something. */
static bool
is_sane_instant(int64_t seconds)
{
	return seconds > -INT64_C(62135596801) && seconds < INT64_C(253402300800);
}

/* Values that are numbers on the wire; false when they are none of this kind. */
static bool
read_number(struct mc_stream *s, struct cursor *c, const struct column *column,
	struct value *value, uint32_t *crc)
{
	struct arena *arena = &s->rows->scratch;
	int64_t v = read_zigzag(c), nanos = 0;
	bool is_instant = type_is(column, "timestamp"), is_local = type_is(column, "timestamp_ntz");

	value->kind = column->kind;
	if (column->kind == VALUE_FLOAT || column->kind == VALUE_DECIMAL ||
		column->kind == VALUE_JSON || column->kind == VALUE_BYTES)
		return false;
	*crc = crc_add_64(*crc, (uint64_t)v);
	if (is_instant || is_local || type_is(column, "interval_day_time")) {
		nanos = read_zigzag(c);
		*crc = crc_add_32(*crc, (uint32_t)nanos);
	}
	if (c->is_short)
		return true;
	if (type_is(column, "datetime")) {
		int64_t ms = (v % 1000 + 1000) % 1000, seconds = v / 1000 - (v % 1000 < 0);

		if (!is_sane_instant(seconds))
			return false;
		value->text = print_civil(arena, s->rows->mc->zone, seconds, ms, 3);
	} else if (is_instant || is_local) {
		if (!is_sane_instant(v) || nanos < 0 || nanos > 999999999)
			return false;
		value->text = print_civil(arena, is_local ? NULL : s->rows->mc->zone, v, nanos, 9);
	} else if (type_is(column, "date")) {
		if (v < -719162 || v > 2932896)
			return false;
		value->text = print_date(arena, date_from_days(v));
	} else if (type_is(column, "interval_day_time")) {
		value->text = str_from(arena_printf(arena, "%lld.%09lld", (long long)v,
			llabs(nanos % 1000000000)));
	} else {
		value->text = source_int_text(arena, v);
	}
	return true;
}

static bool
read_value(struct mc_stream *s, struct cursor *c, enum wire wire, const struct column *column,
	struct value *value, uint32_t *crc)
{
	struct arena *arena = &s->rows->scratch;
	union {
		uint64_t u;
		double d;
	} wide;
	union {
		uint32_t u;
		float f;
	} narrow;

	value->kind = column->kind;
	switch (wire) {
	case WIRE_VARINT:
		if (column->kind == VALUE_BOOL) {
			uint64_t v = read_varint(c);
			unsigned char truth = v != 0;

			if (v > 1)
				return false;
			*crc = crc_add(*crc, &truth, 1);
			value->text = truth ? STR("true") : STR("false");
			return true;
		}
		return read_number(s, c, column, value, crc);
	case WIRE_64:
		wide.u = read_fixed(c, 8);
		*crc = crc_add_64(*crc, wide.u);
		value->text = print_float(arena, wide.d, false);
		return column->kind == VALUE_FLOAT;
	case WIRE_32:
		narrow.u = (uint32_t)read_fixed(c, 4);
		*crc = crc_add_32(*crc, narrow.u);
		value->text = print_float(arena, (double)narrow.f, true);
		return column->kind == VALUE_FLOAT;
	case WIRE_BYTES:
		if (column->kind != VALUE_TEXT && column->kind != VALUE_DECIMAL &&
			column->kind != VALUE_JSON && column->kind != VALUE_BYTES)
			return false;
		value->text = read_exactly(c, (size_t)read_varint(c));
		if (c->is_short)
			return true;
		*crc = crc_add(*crc, value->text.p, value->text.len);
		if (column->kind != VALUE_BYTES)
			value->text = source_clean(arena, value->text);
		return true;
	}
	return false;
}

static bool
is_composite(const struct column *column)
{
	static const char *const words[] = { "array<", "map<", "struct<" };

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (str_equal_nocase(str_slice(column->type_name, 0, strlen(words[i])),
			    str_from(words[i])))
			return true;
	return false;
}

/* The end: how many records there were, and the checksum of their checksums. */
static enum outcome
read_end(struct mc_stream *s, struct cursor *c)
{
	int64_t count = read_zigzag(c);
	uint64_t tag, crc;

	for (;;) {
		tag = read_varint(c);
		if (c->is_short)
			return OUT_MORE;
		if (tag == TAG_CRC << 3)
			break;
		if (tag == TAG_END_METRICS << 3)
			read_varint(c);
		else if ((tag & 7) == WIRE_BYTES)
			read_exactly(c, (size_t)read_varint(c));
		else
			return OUT_BAD;
	}
	crc = read_varint(c);
	if (c->is_short)
		return OUT_MORE;
	s->is_complete = count == s->records && crc == s->crc_of_crcs;
	return s->is_complete ? OUT_END : OUT_BAD;
}

static enum outcome
read_record(struct mc_stream *s, struct cursor *c, struct err *err)
{
	struct mc_rows *rows = s->rows;
	uint32_t crc = 0;
	bool any = false;

	for (size_t i = 0; i < rows->count; i++)
		rows->values[i] = (struct value){ VALUE_NULL, STR_NONE };
	for (;;) {
		uint64_t tag = read_varint(c), number = tag >> 3;

		if (c->is_short)
			return OUT_MORE;
		if (tag == TAG_COUNT << 3 && !any)
			return read_end(s, c);
		if (tag == TAG_END_RECORD << 3)
			break;
		any = true;
		if (number < 1 || number > rows->count)
			return OUT_BAD;
		if (is_composite(&rows->columns[number - 1])) {
			err_set(err, ERR_SQL, "column %llu is an array, map or struct",
				(unsigned long long)number);
			err_hint(err, "select TO_JSON(column) instead");
			return OUT_BAD;
		}
		crc = crc_add_32(crc, (uint32_t)number);
		if (!read_value(s, c, (enum wire)(tag & 7), &rows->columns[number - 1],
			    &rows->values[number - 1], &crc))
			return c->is_short ? OUT_MORE : OUT_BAD;
		if (c->is_short)
			return OUT_MORE;
	}
	if (read_varint(c) != crc)
		return c->is_short ? OUT_MORE : OUT_BAD;
	if (c->is_short)
		return OUT_MORE;
	s->crc_of_crcs = crc_add_32(s->crc_of_crcs, crc);
	s->records++;
	return OUT_RECORD;
}

void
mc_stream_init(struct mc_stream *s, struct mc_rows *rows)
{
	*s = (struct mc_stream){ .rows = rows, .pending = BUF_MAX(MAX_RECORD) };
}

void
mc_stream_fini(struct mc_stream *s)
{
	buf_fini(&s->pending);
}

static bool
give_row(struct mc_stream *s, struct err *err)
{
	struct mc_rows *rows = s->rows;

	if (rows->end->rows == rows->max_rows) {
		rows->end->truncated = s->is_full = true;
		return err_set(err, ERR_LIMIT, "enough rows");
	}
	rows->end->rows++;
	return rows->sink->row(rows->sink, rows->values, rows->count, err);
}

bool
mc_stream_take(void *context, struct str bytes, struct err *err)
{
	struct mc_stream *s = context;
	enum outcome out = OUT_RECORD;
	size_t used = 0;

	buf_add_str(&s->pending, bytes);
	if (buf_is_over(&s->pending))
		return err_set(err, ERR_LIMIT, "a row is larger than %zu MB", MAX_RECORD >> 20);
	if (s->pending.len < s->retry_at)
		return true;
	while (out == OUT_RECORD && used < s->pending.len && !s->is_complete) {
		const unsigned char *p = (const unsigned char *)s->pending.p;
		struct cursor c = { p + used, p + s->pending.len, false };

		err_clear(err);
		arena_clear(&s->rows->scratch);
		out = read_record(s, &c, err);
		if (out == OUT_BAD)
			return err->code != ERR_NONE ? false :
			       err_set(err, ERR_CONNECT, "the download is damaged (checksum)");
		if (out == OUT_RECORD && !give_row(s, err))
			return false;
		if (out != OUT_MORE)
			used = (size_t)(c.p - p);
	}
	buf_consume(&s->pending, used);
	s->retry_at = out == OUT_MORE ? s->pending.len + s->pending.len / 2 + 1 : 0;
	return true;
}

bool
mc_stream_end(struct mc_stream *s, struct err *err)
{
	s->retry_at = 0;
	if (!s->is_complete && s->pending.len && !mc_stream_take(s, STR_NONE, err))
		return false;
	return s->is_complete || err_set(err, ERR_CONNECT, "the download of the result broke off");
}
