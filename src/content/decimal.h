/* SPDX-License-Identifier: MIT */
/* Decimal numbers of any size that a report holds, exactly: sums and rounding for the
 * filters of `${…}`, without a double in between. A value, no heap. */
#ifndef DP_CONTENT_DECIMAL_H
#define DP_CONTENT_DECIMAL_H

#include "src/base/buf.h"

#define DECIMAL_DIGITS 400

struct decimal {
	bool negative;
	int len;   /* digits in use, no leading zeros; 0 is zero */
	int scale; /* of them behind the point; may exceed len */
	char digits[DECIMAL_DIGITS]; /* 0..9, most significant first */
};

/* "-1234.50", "1e-3"; false when it is no number or needs more than DECIMAL_DIGITS. */
bool decimal_read(struct decimal *d, struct str text);
/* a += b. False, a unchanged, when the sum has too many digits. */
bool decimal_add(struct decimal *a, const struct decimal *b);
/* To `scale` digits behind the point, halves away from zero; fewer stay as they are. */
void decimal_round(struct decimal *d, int scale);
/* At least `scale` digits behind the point; `group` puts a comma at each thousand. */
void decimal_print(struct buf *to, const struct decimal *d, int scale, bool group);

#endif
