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

void
parts_add_title(struct buf *to, struct str title, int number, int of)
{
	buf_add_str(to, title);
	if (of > 1)
		buf_addf(to, "%s(%d/%d)", title.len ? " " : "", number, of);
}

size_t
parts_measure_bytes(struct str text)
{
	return text.len;
}

/* As json_add_escaped writes it. */
size_t
parts_measure_json(struct str text)
{
	size_t cost = text.len;

	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if (c == '"' || c == '\\' || c == '\n' || c == '\r' || c == '\t')
			cost += 1;
		else if (c < 0x20)
			cost += 5;
	}
	return cost;
}

size_t
parts_measure_utf16(struct str text)
{
	size_t units = 0;

	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if ((c & 0xC0) != 0x80)
			units += c >= 0xF0 ? 2 : 1;
	}
	return units;
}

size_t
parts_measure_html(struct str text)
{
	size_t units = 0;

	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if (c == '<' || c == '&') {
			size_t end = str_find(text, c == '<' ? STR(">") : STR(";"), i);

			units += c == '&';
			if (end != SIZE_MAX)
				i = end;
		} else if ((c & 0xC0) != 0x80) {
			units += c >= 0xF0 ? 2 : 1;
		}
	}
	return units;
}
