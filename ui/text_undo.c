/* SPDX-License-Identifier: MIT */
/* Changes that can be taken back. */
#include <stdlib.h>

#include "ui/text_private.h"

void
text_forget_edits(struct text *t)
{
	for (size_t i = 0; i < t->edit_count; i++)
		free(t->edits[i].bytes);
	free(t->edits);
	t->edits = NULL;
	t->edit_count = t->edit_room = t->done = t->saved = 0;
	t->closed = true;
}

static void
forget_undone(struct text *t)
{
	while (t->edit_count > t->done)
		free(t->edits[--t->edit_count].bytes);
	if (t->saved != SIZE_MAX && t->saved > t->done)
		t->saved = SIZE_MAX;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n';
}

/* Typing goes on at the end of the last edit, within one word. */
static bool
extends_insert(const struct edit *e, size_t from, size_t to, struct str with)
{
	if (from != to || with.len == 0 || from != e->pos + e->added || e->added == 0)
		return false;
	return with.p[0] != '\n' && (is_blank(with.p[0]) ||
					    !is_blank(e->bytes[e->removed + e->added - 1]));
}

static bool
extends_delete(const struct edit *e, size_t from, size_t to, struct str with)
{
	return with.len == 0 && e->added == 0 && to > from && (to == e->pos || from == e->pos) &&
	       e->removed < 4096;
}

static bool
extend_last(struct text *t, size_t from, size_t to, struct str with)
{
	struct edit *e = t->done ? &t->edits[t->done - 1] : NULL;
	struct buf removed = BUF_INIT;
	size_t len = to - from;

	if (!e || !e->typed || t->closed || t->depth || t->saved == t->done)
		return false;
	if (extends_insert(e, from, to, with)) {
		e->bytes = xrealloc(e->bytes, e->removed + e->added + with.len);
		memcpy(e->bytes + e->removed + e->added, with.p, with.len);
		e->added += with.len;
		return true;
	}
	if (!extends_delete(e, from, to, with))
		return false;
	text_get(t, from, to, &removed);
	e->bytes = xrealloc(e->bytes, e->removed + len);
	if (to == e->pos) { /* backspace */
		memmove(e->bytes + len, e->bytes, e->removed);
		memcpy(e->bytes, removed.p, len);
		e->pos = from;
	} else {
		memcpy(e->bytes + e->removed, removed.p, len);
	}
	e->removed += len;
	buf_fini(&removed);
	return true;
}

static void
remember(struct text *t, size_t from, size_t to, struct str with, bool typed)
{
	struct buf bytes = BUF_INIT;
	struct edit *e;

	if (t->edit_count == t->edit_room) {
		t->edit_room = t->edit_room ? t->edit_room * 2 : 64;
		t->edits = xreallocarray(t->edits, t->edit_room, sizeof(*t->edits));
	}
	if (!t->depth)
		t->group++;
	text_get(t, from, to, &bytes);
	buf_add_str(&bytes, with);
	e = &t->edits[t->edit_count++];
	*e = (struct edit){ from, to - from, with.len, buf_take(&bytes), t->group, typed };
	t->done = t->edit_count;
	t->closed = false;
}

bool
text_replace(struct text *t, size_t from, size_t to, struct str with, enum text_merge merge)
{
	if (to > text_len(t))
		to = text_len(t);
	if (from > to)
		from = to;
	if (with.len > TEXT_MAX || text_len(t) - (to - from) > TEXT_MAX - with.len)
		return false;
	if (from == to && with.len == 0)
		return true;
	forget_undone(t);
	if (merge != TEXT_TYPED || !extend_last(t, from, to, with))
		remember(t, from, to, with, merge == TEXT_TYPED);
	text_apply(t, from, to, with);
	return true;
}

void
text_group_begin(struct text *t)
{
	if (t->depth++ == 0)
		t->group++;
}

void
text_group_end(struct text *t)
{
	t->depth--;
	t->closed = true;
}

bool
text_can_undo(const struct text *t)
{
	return t->done > 0;
}

bool
text_can_redo(const struct text *t)
{
	return t->done < t->edit_count;
}

bool
text_undo(struct text *t, size_t *pos)
{
	uint32_t group;

	if (!t->done)
		return false;
	group = t->edits[t->done - 1].group;
	while (t->done && t->edits[t->done - 1].group == group) {
		const struct edit *e = &t->edits[--t->done];

		text_apply(t, e->pos, e->pos + e->added, (struct str){ e->bytes, e->removed });
		*pos = e->pos + e->removed;
	}
	t->closed = true;
	return true;
}

bool
text_redo(struct text *t, size_t *pos)
{
	uint32_t group;

	if (t->done == t->edit_count)
		return false;
	group = t->edits[t->done].group;
	while (t->done < t->edit_count && t->edits[t->done].group == group) {
		const struct edit *e = &t->edits[t->done++];

		text_apply(t, e->pos, e->pos + e->removed,
			(struct str){ e->bytes + e->removed, e->added });
		*pos = e->pos + e->added;
	}
	t->closed = true;
	return true;
}

bool
text_is_modified(const struct text *t)
{
	return t->saved != t->done;
}

void
text_saved(struct text *t)
{
	t->saved = t->done;
}
