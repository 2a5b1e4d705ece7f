/* SPDX-License-Identifier: MIT */
/* What the push node says, to whom and when: title, blocks, destinations, schedule, and
 * the parameters of the task. */
#include <stdio.h>
#include <stdlib.h>

#include "src/task/task_json.h"
#include "ui/choice.h"
#include "ui/dialog.h"
#include "ui/screens/conditions.h"
#include "ui/screens/draft.h"
#include "ui/screens/mentions.h"
#include "ui/screens/studio_private.h"

/* Rows: the title, the blocks, and these. */
enum { ROW_TO, ROW_MENTIONS, ROW_WHEN, ROW_ONLY_IF, ROW_PARAMETERS, ROWS_BELOW };
#define ROWS_BESIDE (1 + ROWS_BELOW)

const struct node *
desk_content_push(struct desk *d)
{
	const struct task *t = model_task(d->model);

	return t && d->content.push < t->node_count ? &t->nodes[d->content.push] : NULL;
}

/* For a change that is called `what`. */
static struct node *
edit_push(struct desk *d, const char *what)
{
	struct task *t = model_step(d->model, what, NULL);

	return t && d->content.push < t->node_count ? &t->nodes[d->content.push] : NULL;
}

/* The push node that is shown stays, while there is one of its name. */
void
desk_content_read(struct desk *d)
{
	const struct task *t = model_task(d->model);
	size_t count, number;
	const struct node *push = draft_find_push(d->studio, t, &number, &count);

	d->content.push = push ? (size_t)(push - t->nodes) : SIZE_MAX;
	if (count > 1)
		pane_set_title(&d->content.tree.pane, _("Content · %s (%zu of %zu, Alt-O: next)"),
			push->name, number, count);
	else
		pane_set_title(&d->content.tree.pane, "%s", _("Content"));
	d->content.tree.empty = t ? N_("this task has no push node") : N_("no task is open");
	tree_set_count(&d->content.tree, push ? push->block_count + ROWS_BESIDE : 0);
	pane_dirty(&d->content.tree.pane);
}

void
desk_content_next_push(struct desk *d)
{
	(void)draft_next_push(d->studio);
	desk_content_read(d);
	desk_preview_later(d);
}

static void
first_line(struct buf *text, const char *s)
{
	while (*s == '\n' || *s == ' ' || *s == '#')
		s++;
	buf_add_str(text, str_slice(str_from(s), 0, strcspn(s, "\n")));
}

static void
block_row(const struct block *b, struct buf *text)
{
	switch (b->kind) {
	case BLOCK_MARKDOWN:
		buf_adds(text, _("¶ Markdown    "));
		first_line(text, b->text);
		break;
	case BLOCK_TABLE:
		buf_adds(text, _("▦ Table       "));
		for (size_t i = 0; i < b->column_count; i++)
			buf_addf(text, "%s%s", i ? ", " : "", b->columns[i].field);
		if (b->column_count == 0)
			buf_adds(text, _("all columns"));
		break;
	case BLOCK_EMAIL_BODY:
		buf_adds(text, _("✉ Email body  "));
		first_line(text, b->text);
		break;
	case BLOCK_IMAGE:
		buf_addf(text, _("▣ Image       %s"), *b->path ? b->path : b->url);
		break;
	case BLOCK_CHART:
	case BLOCK_KIND_COUNT:
		buf_adds(text, choice_label(block_kind_name(b->kind)));
		break;
	}
}

static void
names_row(const struct name_list *names, struct buf *text)
{
	for (size_t i = 0; i < names->count; i++)
		buf_addf(text, "%s%s", i ? ", " : "", names->list[i]);
}

static enum role
title_row(const struct node *push, struct buf *text)
{
	buf_adds(text, _("  Title       "));
	buf_adds(text, *push->title ? push->title : _("(none)"));
	return *push->title ? ROLE_TEXT : ROLE_DIM;
}

static enum role
destinations_row(const struct node *push, struct buf *text)
{
	buf_adds(text, _("→ To          "));
	names_row(&push->destinations, text);
	if (!push->destinations.count)
		buf_adds(text, _("(no destination yet)"));
	return push->destinations.count ? ROLE_TEXT : ROLE_DIM;
}

static enum role
mentions_row(const struct node *push, struct buf *text)
{
	bool any = mentions_count(&push->mentions) > 0;

	buf_adds(text, _("@ Mentions    "));
	if (any)
		mentions_say(&push->mentions, text);
	else
		buf_adds(text, _("(nobody)"));
	return any ? ROLE_TEXT : ROLE_DIM;
}

static enum role
conditions_row(const struct task *t, struct buf *text)
{
	buf_adds(text, _("? Only if     "));
	conditions_say(t, text);
	if (!t->condition_count)
		buf_adds(text, _("(always)"));
	return t->condition_count ? ROLE_TEXT : ROLE_DIM;
}

static enum role
schedule_row(const struct task *t, struct buf *text)
{
	buf_adds(text, _("◷ When        "));
	for (size_t i = 0; i < t->schedule_count; i++) {
		buf_adds(text, i ? ", " : "");
		schedule_describe(&t->schedules[i], i18n_say, text);
	}
	if (!t->schedule_count)
		buf_adds(text, _("(only by hand)"));
	return t->schedule_count ? ROLE_TEXT : ROLE_DIM;
}

static enum role
parameters_row(const struct task *t, struct buf *text)
{
	buf_adds(text, _("$ Parameters  "));
	for (size_t i = 0; i < t->parameter_count; i++)
		buf_addf(text, "%s%s = %s", i ? ", " : "", t->parameters[i].name,
			t->parameters[i].value);
	if (!t->parameter_count)
		buf_adds(text, _("(none)"));
	return t->parameter_count ? ROLE_TEXT : ROLE_DIM;
}

static enum role
row_below(const struct task *t, const struct node *push, size_t i, struct buf *text)
{
	switch (i) {
	case ROW_TO:
		return destinations_row(push, text);
	case ROW_MENTIONS:
		return mentions_row(push, text);
	case ROW_WHEN:
		return schedule_row(t, text);
	case ROW_ONLY_IF:
		return conditions_row(t, text);
	default:
		return parameters_row(t, text);
	}
}

static void
row(struct tree *tree, size_t i, struct buf *text, struct tree_row *info)
{
	struct desk *d = tree->context;
	const struct task *t = model_task(d->model);
	const struct node *push = desk_content_push(d);

	if (!push)
		return;
	if (i == 0)
		info->role = title_row(push, text);
	else if (i <= push->block_count)
		block_row(&push->blocks[i - 1], text);
	else
		info->role = row_below(t, push, i - 1 - push->block_count, text);
}

/* --- changing --------------------------------------------------------------------------------- */

static void
title_typed(void *context, const char *text)
{
	struct desk *d = context;
	struct node *push = text ? edit_push(d, N_("the title")) : NULL;

	if (!push)
		return;
	push->title = model_text(d->model, str_from(text));
	model_changed(d->model);
}

static void
open_screen(struct desk *d, const char *name, const char *argument)
{
	struct err err = ERR_INIT;

	if (!ui_open(d->screen.ui, name, argument, &err))
		ui_error(d->screen.ui, &err);
}

/* The block's own form: "NODE INDEX", the index from 0. */
static void
open_block(struct desk *d, size_t block)
{
	const struct node *push = desk_content_push(d);
	char *argument = xasprintf("%s %zu", push->name, block);

	open_screen(d, "block", argument);
	free(argument);
}

static void
open_below(struct desk *d, const struct node *push, size_t i)
{
	if (i == ROW_TO)
		desk_content_destinations(d);
	else if (i == ROW_MENTIONS)
		mentions_ask(d->studio, push->name);
	else if (i == ROW_WHEN)
		open_screen(d, "push", "");
	else
		open_screen(d, i == ROW_ONLY_IF ? "conditions" : "parameters", "");
}

static void
activate(struct tree *tree, size_t i)
{
	struct desk *d = tree->context;
	const struct node *push = desk_content_push(d);

	if (!push)
		return;
	if (i == 0)
		dialog_line(d->screen.ui, _("Title"), _("The message's title; ${name} is replaced."),
			push->title, false, title_typed, d);
	else if (i <= push->block_count)
		open_block(d, i - 1);
	else
		open_below(d, push, i - 1 - push->block_count);
}

static const struct {
	enum block_kind kind;
	const char *label, *text;
} kinds[] = {
	{ BLOCK_MARKDOWN, N_("¶ Markdown text"), "" },
	{ BLOCK_TABLE, N_("▦ Table of the result"), "" },
	{ BLOCK_EMAIL_BODY, N_("✉ Email body"), "" },
	{ BLOCK_IMAGE, N_("▣ Image"), "" },
};

static void
kind_chosen(void *context, int button)
{
	struct desk *d = context;
	struct node *push = button >= 0 ? edit_push(d, N_("a block was added")) : NULL;
	struct block *blocks;
	size_t at = tree_current(&d->content.tree);

	if (!push)
		return;
	at = at == SIZE_MAX || at > push->block_count ? push->block_count : at;
	blocks = model_array(d->model, push->block_count + 1, sizeof(*blocks));
	memcpy(blocks, push->blocks, sizeof(*blocks) * at);
	memcpy(blocks + at + 1, push->blocks + at, sizeof(*blocks) * (push->block_count - at));
	blocks[at] = (struct block){ .kind = kinds[button].kind, .text = "", .path = "", .url = "",
		.alt = "" };
	push->blocks = blocks;
	push->block_count++;
	model_changed(d->model);
	tree_select(&d->content.tree, at + 1);
	open_block(d, at);
}

void
desk_content_add(struct desk *d)
{
	struct buf items = BUF_INIT;

	if (!desk_content_push(d)) {
		ui_warn(d->screen.ui, _("There is no push node in this task"));
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		buf_addf(&items, "%s%s", i ? "\n" : "", _(kinds[i].label));
	dialog_pick(d->screen.ui, _("Add to the message"), buf_text(&items), 0, kind_chosen, d);
	buf_fini(&items);
}

/* Index of the block that is chosen; SIZE_MAX none. */
static size_t
chosen_block(struct desk *d)
{
	const struct node *push = desk_content_push(d);
	size_t row_ = tree_current(&d->content.tree);

	return push && row_ != SIZE_MAX && row_ >= 1 && row_ <= push->block_count ? row_ - 1
										  : SIZE_MAX;
}

/* Without a question: it can be taken back. */
static void
remove_block(struct desk *d)
{
	size_t i = chosen_block(d);
	struct node *push = edit_push(d, N_("a block was removed"));

	memmove(&push->blocks[i], &push->blocks[i + 1],
		sizeof(*push->blocks) * (push->block_count - i - 1));
	push->block_count--;
	model_changed(d->model);
	ui_say(d->screen.ui, _("The block was removed. u takes that back"));
}

void
desk_content_remove(struct desk *d)
{
	if (chosen_block(d) == SIZE_MAX)
		ui_warn(d->screen.ui, _("Choose a block of the content first"));
	else
		remove_block(d);
}

void
desk_content_move(struct desk *d, int by)
{
	const struct node *shown = desk_content_push(d);
	size_t i = chosen_block(d), to = i + (size_t)by;
	struct node *push;
	struct block block;

	if (i == SIZE_MAX || to >= shown->block_count)
		return;
	push = edit_push(d, N_("a block was moved"));
	block = push->blocks[i];
	push->blocks[i] = push->blocks[to];
	push->blocks[to] = block;
	model_changed(d->model);
	tree_select(&d->content.tree, to + 1);
}

/* --- destinations -------------------------------------------------------------------------------- */

struct picking {
	struct desk *desk;
	struct arena arena;
	struct destination_list list;
};

static size_t
place_of(const struct name_list *names, const char *name)
{
	for (size_t i = 0; i < names->count; i++)
		if (strcmp(names->list[i], name) == 0)
			return i;
	return SIZE_MAX;
}

/* In the list: out; not in it: at its end. */
static void
flip(struct desk *d, const char *name)
{
	struct node *push = edit_push(d, N_("the destinations"));
	size_t at = place_of(&push->destinations, name), n = 0;
	const char **list = model_array(d->model, push->destinations.count + 1, sizeof(*list));

	for (size_t i = 0; i < push->destinations.count; i++)
		if (i != at)
			list[n++] = push->destinations.list[i];
	if (at == SIZE_MAX)
		list[n++] = model_text(d->model, str_from(name));
	push->destinations = (struct name_list){ list, n };
	model_changed(d->model);
}

static void
destination_chosen(void *context, int button)
{
	struct picking *p = context;
	struct desk *d = p->desk;
	char *name = NULL;

	if (button >= 0 && (size_t)button < p->list.count)
		name = xstrdup(p->list.rows[button].name);
	if (button >= 0 && !name)
		open_screen(d, "destinations", "");
	arena_fini(&p->arena);
	free(p);
	if (!name)
		return;
	flip(d, name);
	free(name);
	desk_content_destinations(d);
}

void
desk_content_destinations(struct desk *d)
{
	struct picking *p = xcalloc(1, sizeof(*p));
	const struct node *push = desk_content_push(d);
	struct buf items = BUF_INIT;
	struct err err = ERR_INIT;
	bool ok;

	p->desk = d;
	ok = push && store_destination_list(d->studio->ws, &p->arena, &p->list, &err);
	for (size_t i = 0; ok && i < p->list.count; i++)
		buf_addf(&items, "[%s] %s   %s\n",
			place_of(&push->destinations, p->list.rows[i].name) == SIZE_MAX ? " " : "x",
			p->list.rows[i].name, p->list.rows[i].channel);
	buf_adds(&items, _("New destination…"));
	if (ok) {
		dialog_pick(d->screen.ui, _("Send to (Enter: in or out, Esc: done)"),
			buf_text(&items), 0, destination_chosen, p);
	} else {
		if (push)
			ui_error(d->screen.ui, &err);
		arena_fini(&p->arena);
		free(p);
	}
	buf_fini(&items);
}

static const struct tree_ops tree_ops = { .row = row, .activate = activate };

void
desk_content_init(struct desk *d)
{
	d->content.push = SIZE_MAX;
	tree_init(&d->content.tree, &tree_ops, _("Content"), d);
}

void
desk_content_fini(struct desk *d)
{
	tree_fini(&d->content.tree);
}
