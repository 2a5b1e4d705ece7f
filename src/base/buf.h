/* SPDX-License-Identifier: MIT */
/* The only string builder: bytes that grow up to a ceiling. A buf that would
 * pass its ceiling keeps what it has, remembers the overflow and ignores what
 * follows; check buf_is_over() once at the end. Always NUL-terminated after the
 * first append, so that `p` may be printed; the NUL is not counted in `len`. */
#ifndef DP_BASE_BUF_H
#define DP_BASE_BUF_H

#include <stdarg.h>

#include "src/base/str.h"

struct buf {
	char *p; /* NULL until the first append */
	size_t len, cap;
	size_t ceiling; /* most bytes it may hold; 0 means BUF_CEILING */
	bool over;
};

#define BUF_CEILING ((size_t)1 << 30)
#define BUF_INIT { 0 }
#define BUF_MAX(n) { .ceiling = (n) }

DP_API void buf_fini(struct buf *b);
/* Empty, memory kept, overflow forgotten. */
DP_API void buf_clear(struct buf *b);
/* Cuts to `len` bytes (no-op when shorter). */
DP_API void buf_truncate(struct buf *b, size_t len);
DP_API void buf_add_repeat(struct buf *b, const char *s, size_t times);
DP_API void buf_addf(struct buf *b, const char *fmt, ...) DP_PRINTF(2, 3);
DP_API void buf_vaddf(struct buf *b, const char *fmt, va_list ap) DP_PRINTF(2, 0);
/* Room for `len` more bytes, to be filled by the caller and then counted with
 * buf_commit(). NULL when that would pass the ceiling. */
DP_API char *buf_reserve(struct buf *b, size_t len);
static inline void
buf_commit(struct buf *b, size_t len)
{
	b->len += len;
	b->p[b->len] = '\0';
}
/* Removes the first `len` bytes. */
DP_API void buf_consume(struct buf *b, size_t len);

/* buf_reserve, without a call while there is room. */
static inline char *
buf_room(struct buf *b, size_t len)
{
	return len < b->cap - b->len && !b->over ? b->p + b->len : buf_reserve(b, len);
}

static inline void
buf_add(struct buf *b, const void *p, size_t len)
{
	char *to = buf_room(b, len);

	if (!to)
		return;
	if (len)
		memcpy(to, p, len);
	buf_commit(b, len);
}

static inline void
buf_add_str(struct buf *b, struct str s)
{
	buf_add(b, s.p, s.len);
}

static inline void
buf_adds(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

static inline void
buf_addc(struct buf *b, char c)
{
	buf_add(b, &c, 1);
}

static inline bool
buf_is_over(const struct buf *b)
{
	return b->over;
}

static inline struct str
buf_str(const struct buf *b)
{
	return (struct str){ b->p, b->len };
}

/* NUL-terminated text, "" when empty; borrowed until the next append. */
static inline const char *
buf_text(const struct buf *b)
{
	return b->p ? b->p : "";
}

/* The bytes as a heap string for the caller to free(); b becomes empty. */
DP_API char *buf_take(struct buf *b);

#endif
