/* SPDX-License-Identifier: MIT */
#include "src/base/secret.h"

#include <assert.h>
#include <sodium.h>

void
secret_ready(void)
{
	static bool ready;

	if (ready)
		return;
	if (sodium_init() < 0)
		assert(!"libsodium could not be initialised");
	ready = true;
}

static void
allocate(struct secret *s, size_t len)
{
	unsigned char *fresh;

	secret_ready();
	fresh = sodium_malloc(len + 1);
	if (!fresh) /* no guarded memory left: the same way out as for any other */
		fresh = xmalloc(SIZE_MAX);
	secret_fini(s);
	s->bytes = fresh;
	s->bytes[len] = '\0';
	s->len = len;
}

void
secret_set(struct secret *s, struct str value)
{
	struct secret fresh = SECRET_INIT;

	allocate(&fresh, value.len);
	if (value.len)
		memcpy(fresh.bytes, value.p, value.len);
	secret_fini(s);
	*s = fresh;
}

void
secret_random(struct secret *s, size_t len)
{
	allocate(s, len);
	randombytes_buf(s->bytes, len);
}

void
secret_copy(struct secret *to, const struct secret *from)
{
	secret_set(to, secret_expose(from));
}

void
secret_fini(struct secret *s)
{
	if (s->bytes)
		sodium_free(s->bytes); /* wipes */
	*s = (struct secret)SECRET_INIT;
}

struct str
secret_expose(const struct secret *s)
{
	return (struct str){ s->bytes ? (const char *)s->bytes : "", s->len };
}

bool
secret_equal(const struct secret *a, const struct secret *b)
{
	if (a->len != b->len)
		return false;
	return a->len == 0 || sodium_memcmp(a->bytes, b->bytes, a->len) == 0;
}

void
secret_wipe(void *p, size_t len)
{
	if (len)
		explicit_bzero(p, len);
}
