/* SPDX-License-Identifier: MIT */
#include "src/base/arena.h"

#include <stdio.h>
#include <stdlib.h>

#define FIRST_BLOCK 4096
#define MAX_BLOCK ((size_t)1 << 20)
#define ALIGN 16

struct arena_block {
	struct arena_block *next;
	size_t size, used;
	_Alignas(ALIGN) char data[];
};

static void
free_blocks(struct arena_block *block)
{
	while (block) {
		struct arena_block *next = block->next;

		free(block);
		block = next;
	}
}

void
arena_fini(struct arena *a)
{
	free_blocks(a->head);
	*a = (struct arena)ARENA_INIT;
}

void
arena_clear(struct arena *a)
{
	if (!a->head)
		return;
	free_blocks(a->head->next);
	a->head->next = NULL;
	a->head->used = 0;
	a->used = 0;
}

static size_t
round_up(size_t size)
{
	return (size + ALIGN - 1) & ~(size_t)(ALIGN - 1);
}

void *
arena_alloc(struct arena *a, size_t size)
{
	struct arena_block *b = a->head;
	void *p;

	size = round_up(size ? size : 1);
	if (!b || b->size - b->used < size) {
		size_t want = a->block_size ? a->block_size : FIRST_BLOCK;

		a->block_size = want < MAX_BLOCK ? want * 2 : want;
		if (want < size)
			want = size;
		b = xmalloc(sizeof(*b) + want);
		b->size = want;
		b->used = 0;
		b->next = a->head;
		a->head = b;
	}
	p = b->data + b->used;
	b->used += size;
	a->used += size;
	return p;
}

void *
arena_zalloc(struct arena *a, size_t size)
{
	return memset(arena_alloc(a, size), 0, size);
}

void *
arena_grow(struct arena *a, void *p, size_t old_size, size_t new_size)
{
	struct arena_block *b = a->head;
	size_t old_room = round_up(old_size), new_room = round_up(new_size);
	void *q;

	if (new_room <= old_room && p)
		return p;
	if (p && b && b->used >= old_room && (char *)p == b->data + b->used - old_room &&
		b->size - b->used >= new_room - old_room) {
		b->used += new_room - old_room;
		a->used += new_room - old_room;
		return p;
	}
	q = arena_alloc(a, new_size);
	if (p)
		memcpy(q, p, old_size);
	return q;
}

struct str
arena_str(struct arena *a, struct str s)
{
	char *p = arena_alloc(a, s.len + 1);

	if (s.len)
		memcpy(p, s.p, s.len);
	p[s.len] = '\0';
	return (struct str){ p, s.len };
}

char *
arena_strdup(struct arena *a, const char *s)
{
	return (char *)arena_str(a, str_from(s)).p;
}

char *
arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	char *p;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	p = arena_alloc(a, (size_t)(n < 0 ? 0 : n) + 1);
	p[0] = '\0';
	va_start(ap, fmt);
	if (n >= 0)
		vsnprintf(p, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return p;
}
