/* SPDX-License-Identifier: MIT */
/* One content block of the open task: `:block NODE INDEX` (from 0; the first push node
 * and the first block unless said). Texts stand in the editor, tables and pictures in
 * forms; all of it goes into the draft as it is typed. */
#include <stdio.h>
#include <stdlib.h>

#include "src/task/task_json.h"
#include "ui/external.h"
#include "ui/screens/block_private.h"
#include "ui/screens/screens.h"

#define WIDE_COLS 110 /* from there on the preview stands beside */

struct block *
block_now(struct block_screen *b)
{
	struct task *t = model_edit(b->model);

	for (size_t i = 0; t && i < t->node_count; i++) {
		struct node *node = &t->nodes[i];

		if (node->kind == NODE_PUSH && strcmp(node->name, b->node) == 0)
			return b->index < node->block_count &&
						node->blocks[b->index].kind == b->kind
				       ? &node->blocks[b->index]
				       : NULL;
	}
	return NULL;
}

void
block_tell(struct block_screen *b)
{
	b->own_change = true;
	model_changed(b->model);
	b->own_change = false;
	ui_redraw(b->screen.ui);
}

static bool
is_text(const struct block_screen *b)
{
	return b->kind == BLOCK_MARKDOWN || b->kind == BLOCK_EMAIL_BODY;
}

/* --- texts -------------------- */

static void
show_title(struct block_screen *b)
{
	const struct block *block = block_now(b);

	if (!block)
		return;
	editor_set_language(&b->editor, block->is_html ? LANGUAGE_HTML : LANGUAGE_MARKDOWN);
	if (b->kind == BLOCK_EMAIL_BODY)
		pane_set_title(&b->editor.pane, "%s · %s", _("Email body"),
			block->is_html ? "HTML" : "Markdown");
	else
		pane_set_title(&b->editor.pane, "Markdown · %s",
			block->source_mode ? _("the channel's own tags pass")
					   : _("the same for every channel"));
}

static void
moved(void *context)
{
	struct block_screen *b = context;
	char place[64];
	size_t line, column;

	editor_place(&b->editor, &line, &column);
	snprintf(place, sizeof(place), "%zu:%zu", line, column);
	ui_state(b->screen.ui, 0, ROLE_DIM, place);
}

static void
text_changed(void *context)
{
	struct block_screen *b = context;

	if (b->filling)
		return;
	model_touched(b->model);
	preview_view_later(&b->preview);
}

/* Parameters and columns behind ${. */
static bool
complete(void *context, struct editor *editor, struct str prefix, completion_add_fn add,
	void *sink)
{
	struct block_screen *b = context;

	(void)editor;
	if (str_find(prefix, STR("${"), 0) == SIZE_MAX)
		return false;
	draft_offer_columns(b->studio, b->node, prefix, add, sink);
	draft_offer_parameters(b->model, prefix, add, sink);
	return true;
}

static void
collect(struct block_screen *b)
{
	struct block *block = is_text(b) ? block_now(b) : NULL;
	struct buf text = BUF_INIT;

	if (!block)
		return;
	editor_get_text(&b->editor, &text);
	if (!str_is(buf_str(&text), block->text))
		block->text = model_text(b->model, buf_str(&text));
	buf_fini(&text);
}

static void
run_mode(struct screen *screen)
{
	struct block_screen *b = (struct block_screen *)screen;
	struct block *block = block_now(b);

	if (!block)
		return;
	(void)model_step(b->model, N_("the kind of a text"), NULL);
	if (b->kind == BLOCK_MARKDOWN)
		block->source_mode = !block->source_mode;
	else
		block->is_html = !block->is_html;
	show_title(b);
	block_tell(b);
}

static bool
can_mode(const struct screen *screen)
{
	return is_text((const struct block_screen *)screen);
}

/* --- pictures -------------------- */

static const struct field picture_fields[] = {
	{ .name = "path", .label = N_("File"),
		.help = N_("a file on this machine, sent along; or give a URL") },
	{ .name = "url", .label = N_("URL"), .help = N_("https://…, fetched by who reads it") },
	{ .name = "alt", .label = N_("Text instead"),
		.help = N_("for those who do not see the picture") },
};

static void
picture_changed(void *context, const char *name)
{
	struct block_screen *b = context;
	struct block *block = block_now(b);
	struct err err = ERR_INIT;
	bool both = *form_get(&b->picture, "path") && *form_get(&b->picture, "url");

	if (!block)
		return;
	if (both && strcmp(name, "alt") != 0) {
		err_set(&err, ERR_INPUT, "%s", _("a file or a URL, not both"));
		form_error(&b->picture, name, &err);
		return;
	}
	(void)model_step(b->model, N_("a picture"), block);
	block->path = model_text(b->model, str_from(form_get(&b->picture, "path")));
	block->url = model_text(b->model, str_from(form_get(&b->picture, "url")));
	block->alt = model_text(b->model, str_from(form_get(&b->picture, "alt")));
	if (both) /* what the draft cannot hold is kept in the form alone */
		block->url = "";
	block_tell(b);
}

/* --- the screen -------------------- */

static void
fill(struct block_screen *b)
{
	const struct block *block = block_now(b);

	if (!block)
		return;
	b->filling = true;
	if (is_text(b)) {
		editor_set_text(&b->editor, str_from(block->text));
		show_title(b);
	} else if (b->kind == BLOCK_TABLE) {
		block_table_fill(b);
	} else {
		form_clear(&b->picture);
		form_add(&b->picture, &picture_fields[0], block->path);
		form_add(&b->picture, &picture_fields[1], block->url);
		form_add(&b->picture, &picture_fields[2], block->alt);
	}
	b->filling = false;
}

/* The block that was edited went away under us: nothing is left to show. */
static void
gone(struct block_screen *b)
{
	if (is_text(b))
		editor_set_read_only(&b->editor, true);
	ui_warn(b->screen.ui, _("This block is no longer in the draft"));
}

static void
told(void *context, enum model_event event)
{
	struct block_screen *b = context;

	if (event == MODEL_COLLECT)
		collect(b);
	else if (event == MODEL_OPENED || event == MODEL_REPLACED ||
		 (event == MODEL_CHANGED && !b->own_change))
		block_now(b) ? fill(b) : gone(b);
}

/* "NODE INDEX", either may be absent. */
static bool
find_block(struct block_screen *b, const char *argument, struct err *err)
{
	struct str s = str_trim(str_from(argument)), last = s;
	struct task *t = model_edit(b->model);
	const struct node *push = NULL;
	int64_t index = 0;
	size_t space;

	while ((space = str_find(last, STR(" "), 0)) != SIZE_MAX)
		last = str_slice(last, space + 1, last.len);
	if (str_to_int64(last, &index))
		s = str_trim(str_slice(s, 0, s.len - last.len));
	for (size_t i = 0; i < t->node_count && !push; i++)
		if (t->nodes[i].kind == NODE_PUSH && (s.len == 0 || str_is(s, t->nodes[i].name)))
			push = &t->nodes[i];
	if (!push)
		return err_set(err, ERR_NOT_FOUND, _("there is no push node '%.*s'"), STR_ARG(s));
	if (index < 0 || (size_t)index >= push->block_count) {
		err_set(err, ERR_NOT_FOUND, _("%s has no content block %lld"), push->name,
			(long long)index + 1);
		return err_hint(err, "%s", _("add one in the studio's content list"));
	}
	b->node = xstrdup(push->name);
	b->index = (size_t)index;
	b->kind = push->blocks[index].kind;
	return true;
}

static void
init_panes(struct block_screen *b)
{
	tabs_init(&b->tabs);
	if (is_text(b)) {
		editor_init(&b->editor, "", LANGUAGE_MARKDOWN);
		b->editor.changed = text_changed;
		b->editor.moved = moved;
		b->editor.context = b;
		b->editor.complete = complete;
		b->editor.complete_context = b;
		b->editor.complete_typing = true;
		screen_add_pane(&b->screen, &b->editor.pane);
	} else if (b->kind == BLOCK_TABLE) {
		block_table_init(b);
	} else {
		form_init(&b->picture, _("Picture"), b);
		b->picture.changed = picture_changed;
		screen_add_pane(&b->screen, &b->picture.pane);
	}
	preview_view_init(&b->preview, b->studio);
	screen_add_pane(&b->screen, &b->preview.pane);
	screen_add_pane(&b->screen, &b->tabs.pane);
}

static struct screen *
open_block(struct ui *ui, const char *argument, struct err *err)
{
	struct studio *s = draft_open(ui, "", err);
	struct block_screen *b;

	if (!s)
		return NULL;
	b = xcalloc(1, sizeof(*b));
	screen_init(&b->screen, &screen_block_ops, ui);
	b->studio = s;
	b->model = s->model;
	if (!find_block(b, argument, err)) {
		free(b);
		return NULL;
	}
	init_panes(b);
	fill(b);
	if (is_text(b))
		moved(b);
	else
		ui_state(ui, 0, ROLE_DIM, "");
	model_listen(b->model, told, b);
	return &b->screen;
}

static void
close_block(struct screen *screen)
{
	struct block_screen *b = (struct block_screen *)screen;

	(void)model_task(b->model); /* collects */
	model_unlisten(b->model, b);
	preview_view_fini(&b->preview);
	if (is_text(b))
		editor_fini(&b->editor);
	else if (b->kind == BLOCK_TABLE)
		block_table_fini(b);
	else
		form_fini(&b->picture);
	free(b->node);
	free(b);
}

static void
shown(struct screen *screen)
{
	struct block_screen *b = (struct block_screen *)screen;

	if (is_text(b))
		moved(b);
	preview_view_shown(&b->preview);
}

/* The preview beside it, or below, where there is room. */
static void
layout(struct screen *screen, struct rect a)
{
	struct block_screen *b = (struct block_screen *)screen;
	struct rect rest = a;

	if (a.cols < 70 || a.rows < 14) {
		tabs_layout(&b->tabs, a);
		return;
	}
	tabs_hide(&b->tabs);
	if (a.cols >= WIDE_COLS) {
		rest.cols = a.cols * 2 / 5;
		rest.col = a.col + a.cols - rest.cols;
		a.cols -= rest.cols;
		pane_place(&b->preview.pane, rest, FRAME_BOX);
	} else if (b->kind != BLOCK_TABLE) {
		rest.rows = a.rows / 2;
		rest.row = a.row + a.rows - rest.rows;
		a.rows -= rest.rows;
		pane_place(&b->preview.pane, rest, FRAME_BOX);
	} else {
		pane_hide(&b->preview.pane);
	}
	if (b->kind == BLOCK_TABLE)
		block_table_layout(b, a);
	else
		pane_place(is_text(b) ? &b->editor.pane : &b->picture.pane, a, FRAME_BOX);
}

static void
run_add(struct screen *screen)
{
	block_table_add((struct block_screen *)screen);
}

static void
run_remove(struct screen *screen)
{
	block_table_remove((struct block_screen *)screen);
}

static void
run_up(struct screen *screen)
{
	block_table_move((struct block_screen *)screen, -1);
}

static void
run_down(struct screen *screen)
{
	block_table_move((struct block_screen *)screen, 1);
}

static bool
can_table(const struct screen *screen)
{
	return ((const struct block_screen *)screen)->kind == BLOCK_TABLE;
}

/* Not while letters are typed into a form. */
static bool
can_list(const struct screen *screen)
{
	return can_table(screen) && !screen_focused(screen)->typing;
}

static void
run_action(struct screen *screen, const char *action)
{
	struct block_screen *b = (struct block_screen *)screen;

	if (is_text(b))
		editor_do(&b->editor, action);
}

static void
run_outside(struct screen *screen)
{
	struct block_screen *b = (struct block_screen *)screen;
	const struct block *block = block_now(b);

	if (block)
		external_edit(&b->editor, block->is_html ? ".html" : ".md");
}

#define ACTION(id, name)                        \
	static void run_##id(struct screen *s)  \
	{                                       \
		run_action(s, name);            \
	}

static void
run_next_preview(struct screen *screen)
{
	preview_view_next(&((struct block_screen *)screen)->preview, 1);
}

ACTION(undo, "undo")
ACTION(redo, "redo")
ACTION(find, "find")
ACTION(replace, "replace")

static const struct command commands[] = {
	{ "text-mode", N_("Another kind of text"), N_("Content"), "F6", N_("Mode"), run_mode,
		can_mode },
	{ "add-to-table", N_("Add a column or condition"), N_("Content"), "Ins F4", N_("Add"),
		run_add, can_table },
	{ "remove-from-table", N_("Remove it"), N_("Content"), "Del F8", N_("Remove"), run_remove,
		can_list },
	{ "move-up", N_("Move up"), N_("Content"), "Alt-Up", NULL, run_up, can_table },
	{ "move-down", N_("Move down"), N_("Content"), "Alt-Down", NULL, run_down, can_table },
	{ "next-preview", N_("Preview the next destination"), N_("View"), "Alt-p", NULL,
		run_next_preview, NULL },
	{ "undo", N_("Undo"), N_("Edit"), "Ctrl-Z", NULL, run_undo, can_mode },
	{ "redo", N_("Redo"), N_("Edit"), "Ctrl-Y", NULL, run_redo, can_mode },
	{ "edit-outside", N_("Edit the text in your own editor"), N_("Edit"), "Ctrl-O", NULL,
		run_outside, can_mode },
	{ "find", N_("Find"), N_("Edit"), "Ctrl-F", NULL, run_find, can_mode },
	{ "replace", N_("Replace"), N_("Edit"), "Ctrl-R", NULL, run_replace, can_mode },
};

const struct screen_ops screen_block_ops = {
	.name = "block",
	.title = N_("Content block"),
	.open = open_block,
	.close = close_block,
	.layout = layout,
	.shown = shown,
	.commands = commands,
	.command_count = ARRAY_LEN(commands),
};
