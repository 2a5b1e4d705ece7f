/* SPDX-License-Identifier: MIT */
/* A value that must not be seen: a type of its own that no %s can print, kept in
 * guarded memory that stays out of core dumps and swap, and wiped when freed.
 * libsodium is initialised by the first call that needs it, never at start. */
#ifndef DP_BASE_SECRET_H
#define DP_BASE_SECRET_H

#include "src/base/err.h"
#include "src/base/str.h"

struct secret {
	unsigned char *bytes; /* NULL: none; only secret_expose reads it */
	size_t len;
};

#define SECRET_INIT { NULL, 0 }

/* Makes libsodium ready; cheap after the first time. Aborts when it cannot be
 * (no random source): nothing safe could be done then. */
DP_API void secret_ready(void);

/* Replaces what was there by a copy; the caller wipes its own. */
DP_API void secret_set(struct secret *s, struct str value);
/* `len` bytes from the system's random source. */
DP_API void secret_random(struct secret *s, size_t len);
DP_API void secret_copy(struct secret *to, const struct secret *from);
DP_API void secret_fini(struct secret *s);

static inline bool
secret_is_empty(const struct secret *s)
{
	return s->len == 0;
}

/* The bytes, NUL-terminated (not counted), borrowed until the secret changes. */
DP_API struct str secret_expose(const struct secret *s);
/* In a time that does not tell where they differ. */
DP_API bool secret_equal(const struct secret *a, const struct secret *b);
/* Wipes bytes that held a secret (the compiler cannot leave it out). */
DP_API void secret_wipe(void *p, size_t len);

#endif
