/* SPDX-License-Identifier: MIT */
/* One cell. Every kind but bytes is kept as canonical text (sources.md 0.4), so
 * no DECIMAL or BIGINT ever goes through a double: integers and decimals as the
 * server wrote them, bool true/false, dates YYYY-MM-DD, times HH:MM:SS[.ffffff],
 * timestamps "YYYY-MM-DD HH:MM:SS[.ffffff][+HH:MM]". */
#ifndef DP_RESULT_VALUE_H
#define DP_RESULT_VALUE_H

#include "src/base/str.h"

enum value_kind {
	VALUE_NULL,
	VALUE_BOOL,
	VALUE_INT,
	VALUE_DECIMAL,
	VALUE_FLOAT,
	VALUE_TEXT,
	VALUE_BYTES, /* raw bytes in text; shown as \x… hex */
	VALUE_DATE,
	VALUE_TIME,
	VALUE_TIMESTAMP,
	VALUE_TIMESTAMPTZ,
	VALUE_JSON,
	VALUE_KIND_COUNT
};

struct value {
	enum value_kind kind;
	struct str text; /* empty when VALUE_NULL; valid UTF-8 but for VALUE_BYTES */
};

/* The same in 16 bytes: what a result and a table keep of each of their cells. */
struct kept_value {
	const char *p; /* a NUL stands behind the text */
	uint32_t len;
	uint8_t kind;  /* enum value_kind */
	bool is_plain; /* nothing but printable ASCII: shown as it is */
};

static inline struct value
kept_value_get(const struct kept_value *k)
{
	return (struct value){ (enum value_kind)k->kind, { k->p, k->len } };
}

struct column {
	struct str name;      /* as the SELECT list names it; valid UTF-8 */
	enum value_kind kind; /* VALUE_NULL when the server cannot say */
	struct str type_name; /* the server's own word: "numeric(10,2)" */
};

DP_API const char *value_kind_name(enum value_kind kind); /* "int", "text", … */
DP_API enum value_kind value_kind_from_name(struct str name); /* VALUE_KIND_COUNT: unknown */
/* Right-aligned in tables. */
DP_API bool value_kind_is_number(enum value_kind kind);

/* Compares as decimal numbers of any length when both texts are numbers
 * (sign, digits, point, exponent), else as bytes. NULL is less than all. */
DP_API int value_compare(struct str a, struct str b, bool *as_numbers);
DP_API bool value_is_number(struct str text);

#endif
