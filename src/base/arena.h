/* SPDX-License-Identifier: MIT */
/* Bulk data with one life: everything allocated from an arena goes when the
 * arena goes. Used for results, documents and parsed definitions. */
#ifndef DP_BASE_ARENA_H
#define DP_BASE_ARENA_H

#include <stdarg.h>

#include "src/base/str.h"

struct arena_block;

struct arena {
	struct arena_block *head; /* the block allocations come from */
	size_t used;		  /* bytes handed out in all */
	size_t block_size;	  /* grows with use */
};

#define ARENA_INIT { 0 }

DP_API void arena_fini(struct arena *a);
/* Everything freed but the newest block. */
DP_API void arena_clear(struct arena *a);
/* Aligned for any type, not zeroed; never NULL. */
DP_API void *arena_alloc(struct arena *a, size_t size);
DP_API void *arena_zalloc(struct arena *a, size_t size);
/* Grows an array in place when it is the last thing allocated, else copies. */
DP_API void *arena_grow(struct arena *a, void *p, size_t old_size, size_t new_size);
/* Copies; the slice form also has a NUL behind its end. */
DP_API struct str arena_str(struct arena *a, struct str s);
DP_API char *arena_strdup(struct arena *a, const char *s);
DP_API char *arena_printf(struct arena *a, const char *fmt, ...) DP_PRINTF(2, 3);

#define arena_new(a, type) ((type *)arena_zalloc((a), sizeof(type)))
#define arena_array(a, type, n) ((type *)arena_zalloc((a), sizeof(type) * (n)))

#endif
