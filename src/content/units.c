/* SPDX-License-Identifier: MIT */
#include "src/content/parts.h"

void
unit_list_init(struct unit_list *l, struct arena *arena)
{
	*l = (struct unit_list){ .arena = arena };
}

struct unit *
unit_list_add(struct unit_list *l, enum unit_kind kind)
{
	if (l->count == l->room) {
		size_t room = l->room ? l->room * 2 : 16;

		l->list = arena_grow(l->arena, l->list, l->room * sizeof(*l->list),
			room * sizeof(*l->list));
		l->room = room;
	}
	l->list[l->count] = (struct unit){ .kind = kind };
	return &l->list[l->count++];
}

struct unit *
unit_list_add_text(struct unit_list *l, enum unit_kind kind, struct str text)
{
	struct unit *u = unit_list_add(l, kind);

	u->head = arena_str(l->arena, text);
	return u;
}
