/* SPDX-License-Identifier: MIT */
#include "tests/faults/shim_sites.h"

#include <dlfcn.h>
#include <link.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <unwind.h>

#define MOST_FRAMES 96
#define MOST_SITES 16384 /* a power of two */
#define OWN_FRAMES 2     /* site_here and the shim's malloc */

struct walk {
	uintptr_t frames[MOST_FRAMES];
	int count, skip;
	uint64_t hash;
};

static struct site {
	uint64_t hash;
	long calls;
} sites[MOST_SITES];

/* A place in a library is told by its offset there, and the library by where in it its
 * dynamic section lies: neither depends on where it was loaded. */
static bool
add_place(uint64_t *hash, uintptr_t pc)
{
	struct dl_find_object object;
	uintptr_t base;

	if (_dl_find_object((void *)pc, &object) != 0)
		return false;
	base = object.dlfo_link_map->l_addr;
	*hash ^= (pc - base) + (((uintptr_t)object.dlfo_link_map->l_ld - base) << 32);
	*hash *= UINT64_C(0x9e3779b97f4a7c15);
	*hash ^= *hash >> 29;
	return true;
}

static _Unwind_Reason_Code
add_frame(struct _Unwind_Context *context, void *argument)
{
	uintptr_t pc = _Unwind_GetIP(context);
	struct walk *w = argument;

	if (w->skip-- > 0)
		return _URC_NO_REASON;
	for (int i = 0; i < w->count; i++)
		if (w->frames[i] == pc) /* deeper in a recursion is the same place */
			return _URC_NO_REASON;
	if (w->count == MOST_FRAMES || !add_place(&w->hash, pc))
		return _URC_END_OF_STACK;
	w->frames[w->count++] = pc;
	return _URC_NO_REASON;
}

/* The lower half tells the caller alone, so that most others are known without a walk. */
uint64_t
site_here(const void *caller, uint64_t wanted)
{
	struct walk w = { .skip = OWN_FRAMES };
	uint64_t first = 0;

	if (!add_place(&first, (uintptr_t)caller) || (wanted && (uint32_t)first != (uint32_t)wanted))
		return 0;
	_Unwind_Backtrace(add_frame, &w);
	return w.hash << 32 | (uint32_t)first;
}

struct names {
	char *text;
	size_t size, len;
	int skip;
};

static _Unwind_Reason_Code
add_name(struct _Unwind_Context *context, void *argument)
{
	struct names *n = argument;
	Dl_info from;
	int len;

	if (n->skip-- > 0 || !dladdr((void *)_Unwind_GetIP(context), &from) || !from.dli_sname)
		return _URC_NO_REASON;
	len = snprintf(n->text + n->len, n->size - n->len, "<%s", from.dli_sname);
	if (len < 0 || (size_t)len >= n->size - n->len)
		return _URC_END_OF_STACK;
	n->len += (size_t)len;
	return _URC_NO_REASON;
}

void
site_names(char *text, size_t size)
{
	struct names n = { .text = text, .size = size, .skip = OWN_FRAMES };

	n.len = (size_t)snprintf(text, size, "below");
	_Unwind_Backtrace(add_name, &n);
}

struct look {
	const char *library;
	int frames;
	bool found;
};

static _Unwind_Reason_Code
look_frame(struct _Unwind_Context *context, void *argument)
{
	struct look *l = argument;
	Dl_info from;

	if (l->found || l->frames-- == 0)
		return _URC_END_OF_STACK;
	l->found = dladdr((void *)_Unwind_GetIP(context), &from) && from.dli_fname &&
		strstr(from.dli_fname, l->library);
	return _URC_NO_REASON;
}

bool
site_is_of(const char *library)
{
	struct look l = { .library = library, .frames = OWN_FRAMES + 4 };

	_Unwind_Backtrace(look_frame, &l);
	return l.found;
}

long
site_count(uint64_t hash)
{
	size_t at = hash % MOST_SITES;

	while (sites[at].hash && sites[at].hash != hash)
		at = (at + 1) % MOST_SITES;
	sites[at].hash = hash;
	return ++sites[at].calls;
}

void
site_tell(int fd, const char *who)
{
	char line[64];

	for (size_t i = 0; i < MOST_SITES; i++)
		if (sites[i].calls) {
			int n = snprintf(line, sizeof(line), "%s %016llx %ld\n", who,
				(unsigned long long)sites[i].hash, sites[i].calls);

			syscall(SYS_write, fd, line, (size_t)n);
		}
}
