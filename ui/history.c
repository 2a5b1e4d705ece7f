/* SPDX-License-Identifier: MIT */
#include "ui/history.h"

#include <stdlib.h>

#include "src/task/task_json.h"

#define STEPS_MAX 200
#define BYTES_MAX ((size_t)32 << 20)

struct history_step {
	const char *what;
	const void *group; /* NULL: a step of its own */
	struct buf before, after;
};

static void
drop(struct history *h, size_t i)
{
	struct history_step *s = &h->list[i];

	h->bytes -= s->before.len + s->after.len;
	buf_fini(&s->before);
	buf_fini(&s->after);
	h->count--;
	memmove(s, s + 1, (h->count - i) * sizeof(*s));
	if (h->at > i)
		h->at--;
}

void
history_clear(struct history *h)
{
	while (h->count)
		drop(h, h->count - 1);
	free(h->list);
	buf_fini(&h->before);
	*h = (struct history)HISTORY_INIT;
}

/* The step that a change of this group goes on with; NULL: a new one. */
static struct history_step *
same_group(const struct history *h, const void *group)
{
	struct history_step *last = h->count ? &h->list[h->count - 1] : NULL;

	return group && last && h->at == h->count && last->group == group ? last : NULL;
}

void
history_begin(struct history *h, const struct task *now, const char *what, const void *group)
{
	h->open = true;
	h->what = what;
	h->group = group;
	buf_clear(&h->before);
	if (!same_group(h, group))
		task_to_text(now, &h->before);
}

static void
add_step(struct history *h, struct buf *after)
{
	struct history_step *s;

	while (h->count > h->at)
		drop(h, h->count - 1);
	while (h->count && (h->count >= STEPS_MAX || h->bytes > BYTES_MAX))
		drop(h, 0);
	h->list = xreallocarray(h->list, h->count + 1, sizeof(*h->list));
	s = &h->list[h->count++];
	*s = (struct history_step){ h->what, h->group, h->before, *after };
	h->before = *after = (struct buf)BUF_INIT;
	h->bytes += s->before.len + s->after.len;
	h->at = h->count;
}

void
history_end(struct history *h, const struct task *now)
{
	struct history_step *s = same_group(h, h->group);
	struct buf after = BUF_INIT;

	if (!h->open)
		return;
	h->open = false;
	task_to_text(now, &after);
	if (s) {
		h->bytes += after.len - s->after.len;
		buf_fini(&s->after);
		s->after = after;
	} else if (str_equal(buf_str(&h->before), buf_str(&after))) {
		buf_fini(&after);
	} else {
		add_step(h, &after);
	}
}

const char *
history_next(const struct history *h, int by)
{
	if (by < 0)
		return h->at > 0 ? h->list[h->at - 1].what : NULL;
	return h->at < h->count ? h->list[h->at].what : NULL;
}

/* --- texts that were typed since -------------------------------------------------------- */

static void
keep(struct task *to, const char **text, const char *then, const char *now)
{
	if (strcmp(*text, then) == 0 && strcmp(then, now) != 0)
		*text = arena_strdup(&to->arena, now);
}

static bool
is_twin(const struct block *a, const struct block *b)
{
	return a->kind == b->kind && strcmp(a->text, b->text) == 0;
}

/* Where a block stood on the other side of the step; SIZE_MAX: it did not. */
static size_t
twin_of(const struct node *then, const struct block *block, size_t at)
{
	if (at < then->block_count && is_twin(block, &then->blocks[at]))
		return at;
	for (size_t i = 0; i < then->block_count; i++)
		if (is_twin(block, &then->blocks[i]))
			return i;
	return SIZE_MAX;
}

/* `then` is the node on the side of the step that is left, `now` the same with what was
 * typed since: their blocks are as many, in the same order. */
static void
keep_texts(struct task *to, struct node *node, const struct node *then, const struct node *now)
{
	keep(to, &node->sql, then->sql, now->sql);
	keep(to, &node->code, then->code, now->code);
	for (size_t i = 0; i < node->block_count; i++) {
		size_t k = twin_of(then, &node->blocks[i], i);

		if (k < now->block_count && now->blocks[k].kind == node->blocks[i].kind)
			keep(to, &node->blocks[i].text, then->blocks[k].text, now->blocks[k].text);
	}
}

bool
history_go(struct history *h, const struct task *now, int by, struct task *to, struct err *err)
{
	struct history_step *s = &h->list[by < 0 ? h->at - 1 : h->at];
	const struct buf *target = by < 0 ? &s->before : &s->after;
	const struct buf *left = by < 0 ? &s->after : &s->before;
	struct task then;

	if (!task_from_text(to, buf_str(target), err))
		return false;
	if (!task_from_text(&then, buf_str(left), err)) {
		task_fini(to);
		return false;
	}
	for (size_t i = 0; i < to->node_count; i++) {
		const struct node *old = task_find_node(&then, to->nodes[i].name);
		const struct node *new = task_find_node(now, to->nodes[i].name);

		if (old && new)
			keep_texts(to, &to->nodes[i], old, new);
	}
	/* A rename is no step, nor is the ping URL: the workspace holds both. */
	to->name = arena_strdup(&to->arena, now->name);
	to->has_ping = now->has_ping;
	task_fini(&then);
	s->group = NULL; /* typing on makes a new step */
	h->at = h->at + (size_t)by;
	return true;
}
