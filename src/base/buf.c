/* SPDX-License-Identifier: MIT */
#include "src/base/buf.h"

#include <stdio.h>
#include <stdlib.h>

#ifndef BUF_FIRST
#define BUF_FIRST 64 /* 4 in test builds, so that growth happens all the time */
#endif

void
buf_fini(struct buf *b)
{
	free(b->p);
	*b = (struct buf){ .ceiling = b->ceiling };
}

void
buf_clear(struct buf *b)
{
	b->over = false;
	buf_truncate(b, 0);
}

void
buf_truncate(struct buf *b, size_t len)
{
	if (len < b->len)
		b->len = len;
	if (b->p)
		b->p[b->len] = '\0';
}

char *
buf_reserve(struct buf *b, size_t len)
{
	size_t ceiling = b->ceiling ? b->ceiling : BUF_CEILING;
	size_t cap = b->cap ? b->cap : BUF_FIRST;

	if (b->over || len > ceiling || b->len > ceiling - len) {
		b->over = true;
		return NULL;
	}
	while (cap < b->len + len + 1)
		cap += cap / 2 + BUF_FIRST;
	if (cap > ceiling + 1) /* so that what fits into cap is allowed */
		cap = ceiling + 1;
	if (cap > b->cap) {
		b->p = xrealloc(b->p, cap);
		b->cap = cap;
	}
	return b->p + b->len;
}

void
buf_add_repeat(struct buf *b, const char *s, size_t times)
{
	size_t len = strlen(s);

	while (times-- > 0)
		buf_add(b, s, len);
}

void
buf_vaddf(struct buf *b, const char *fmt, va_list ap)
{
	va_list again;
	char small[256];
	int n;

	va_copy(again, ap);
	n = vsnprintf(small, sizeof(small), fmt, ap);
	if (n >= 0 && (size_t)n < sizeof(small)) {
		buf_add(b, small, (size_t)n);
	} else if (n >= 0) {
		char *to = buf_reserve(b, (size_t)n);

		if (to) {
			vsnprintf(to, (size_t)n + 1, fmt, again);
			buf_commit(b, (size_t)n);
		}
	}
	va_end(again);
}

void
buf_addf(struct buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_vaddf(b, fmt, ap);
	va_end(ap);
}

void
buf_consume(struct buf *b, size_t len)
{
	if (len > b->len)
		len = b->len;
	if (len == 0)
		return;
	memmove(b->p, b->p + len, b->len - len + 1);
	b->len -= len;
}

char *
buf_take(struct buf *b)
{
	char *p = b->p ? b->p : xstrdup("");

	*b = (struct buf){ .ceiling = b->ceiling };
	return p;
}
