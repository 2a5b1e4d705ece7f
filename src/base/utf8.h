/* SPDX-License-Identifier: MIT */
/* UTF-8 and display widths, by utf8proc and never by the locale: cron runs in
 * the C locale. Text is valid UTF-8 once it is inside; utf8_clean is the gate. */
#ifndef DP_BASE_UTF8_H
#define DP_BASE_UTF8_H

#include "src/base/buf.h"

#define UTF8_REPLACEMENT 0xFFFD

/* Decodes the character at s.p[0]. Returns its length in bytes (1 to 4), 0 at
 * the end. An invalid byte counts as one byte and gives UTF8_REPLACEMENT. */
DP_API size_t utf8_decode(struct str s, uint32_t *c);
/* Encodes into at least 4 bytes; returns the length. */
DP_API size_t utf8_encode(uint32_t c, char *to);
DP_API bool utf8_is_valid(struct str s);
/* Appends s with each invalid sequence replaced by U+FFFD. True if it was valid. */
DP_API bool utf8_clean(struct buf *to, struct str s);
/* What no data value may bring in (channels.md 12, step A): invalid UTF-8 becomes
 * U+FFFD; C0 but TAB and LF, DEL, C1, bidi controls and U+2028/2029 go; CR LF and
 * CR become LF. `one_line` turns LF and TAB into a space. */
DP_API void utf8_sanitize(struct buf *to, struct str s, bool one_line);

/* Length in bytes of the grapheme cluster at s.p[0]; 0 at the end. */
DP_API size_t utf8_grapheme(struct str s);
/* Display columns: of one character (0, 1 or 2; controls count 0), of one
 * grapheme cluster (0 to 2), of a text. */
DP_API int utf8_char_width(uint32_t c);
DP_API int utf8_grapheme_width(struct str grapheme);
DP_API size_t utf8_width(struct str s);
/* Bytes of the longest prefix, whole graphemes, that fits into `columns`. */
DP_API size_t utf8_fit(struct str s, size_t columns, size_t *used_columns);
/* Bytes of a row of text of at most `columns`, of a line without newlines: whole words
 * where that is possible; Chinese and the like may part between any two characters, but
 * no row begins with a closing mark. At least a grapheme. */
DP_API size_t utf8_row(struct str s, size_t columns);
/* Appends s cut to `columns` with "…" as its last column if it was longer. */
DP_API void utf8_add_cut(struct buf *to, struct str s, size_t columns);
/* Appends s padded with spaces to `columns` (or cut). align: 'l', 'r' or 'c'. */
DP_API void utf8_add_padded(struct buf *to, struct str s, size_t columns, char align);

#endif
