/* SPDX-License-Identifier: MIT */
/* A text eight bytes at a time: what every cell of every result is asked passes here.
 * The marks of a word are the high bits of its bytes; a byte behind a marked one may be
 * marked too, so ask only whether there is any. */
#ifndef DP_BASE_WORD_H
#define DP_BASE_WORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define WORD_SIZE sizeof(uint64_t)
#define WORD_EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

static inline uint64_t
word_at(const char *p)
{
	uint64_t word;

	memcpy(&word, p, WORD_SIZE);
	return word;
}

/* The last bytes of a text that is not empty; of a short one all, some of them twice. */
static inline uint64_t
word_last(const char *p, size_t len)
{
	uint32_t first, last;

	if (len >= WORD_SIZE)
		return word_at(p + len - WORD_SIZE);
	if (len < sizeof(first))
		return (WORD_EACH((unsigned char)p[0]) & ~UINT64_C(0xFFFF)) |
		       (uint64_t)(unsigned char)p[len / 2] << 8 | (unsigned char)p[len - 1];
	memcpy(&first, p, sizeof(first));
	memcpy(&last, p + len - sizeof(last), sizeof(last));
	return (uint64_t)last << 32 | first;
}

/* Bytes below `limit`, at most 0x80. */
static inline uint64_t
word_marks_below(uint64_t word, unsigned char limit)
{
	return (word - WORD_EACH(limit)) & ~word & WORD_EACH(0x80);
}

static inline uint64_t
word_marks_equal(uint64_t word, unsigned char byte)
{
	return word_marks_below(word ^ WORD_EACH(byte), 1);
}

/* Whether `marks` finds nothing in a text; inlined, so that the call goes away. */
static inline __attribute__((always_inline)) bool
word_none(uint64_t (*marks)(uint64_t word), const char *p, size_t len)
{
	uint64_t found = len ? marks(word_last(p, len)) : 0;

	for (size_t i = 0; i + WORD_SIZE < len; i += WORD_SIZE)
		found |= marks(word_at(p + i));
	return found == 0;
}

#endif
