/* SPDX-License-Identifier: MIT */
/* The bar at the bottom of the editor: find, replace, go to line. */
#include <stdio.h>

#include "src/base/utf8.h"
#include "ui/editor_private.h"

/* Capitals in what is looked for make the case count. */
static unsigned
find_flags(struct str what)
{
	for (size_t i = 0; i < what.len; i++)
		if (what.p[i] >= 'A' && what.p[i] <= 'Z')
			return FIND_CASE;
	return 0;
}

static bool
find_from(struct editor *e, size_t from, bool back)
{
	struct str what = line_text(&e->find);
	unsigned flags = find_flags(what) | (back ? FIND_BACK : 0u);
	size_t at = text_find(e->text, what, from, flags);
	bool around = false;

	if (at == SIZE_MAX && what.len) {
		at = text_find(e->text, what, back ? text_len(e->text) : 0, flags);
		around = at != SIZE_MAX;
	}
	e->find_failed = at == SIZE_MAX && what.len > 0;
	if (at == SIZE_MAX)
		return false;
	editor_select(e, at, at + what.len);
	if (around && e->bar != BAR_FIND)
		ui_say(e->pane.ui, _("Search went on from the other end"));
	return true;
}

void
editor_find_next(struct editor *e, bool back)
{
	size_t from = e->cursor, to = e->cursor;

	if (line_text(&e->find).len == 0) {
		editor_bar_open(e, BAR_FIND);
		return;
	}
	(void)editor_selection(e, &from, &to);
	if (!find_from(e, back ? from : from + (to > from), back))
		ui_say(e->pane.ui, _("Not found: %.*s"), STR_ARG(line_text(&e->find)));
	pane_dirty(&e->pane);
}

void
editor_bar_open(struct editor *e, enum editor_bar bar)
{
	size_t from, to;
	bool selected = editor_selection(e, &from, &to);

	e->bar = bar;
	e->find_from = selected ? from : e->cursor;
	e->find_failed = false;
	e->found_len = 0;
	e->replaced = 0;
	if (bar == BAR_GOTO) {
		line_set(&e->go_to, STR_NONE);
	} else if (selected && to - from < 200 &&
		   text_line_of(e->text, from) == text_line_of(e->text, to)) {
		struct buf s = BUF_INIT;

		text_get(e->text, from, to, &s);
		line_set(&e->find, buf_str(&s));
		buf_fini(&s);
	}
	e->bar_fresh = true;
	editor_show_cursor(e);
	pane_dirty(&e->pane);
}

static void
close_bar(struct editor *e)
{
	e->bar = BAR_NONE;
	editor_show_cursor(e);
	pane_dirty(&e->pane);
}

static struct line *
bar_line(struct editor *e)
{
	switch (e->bar) {
	case BAR_FIND:
	case BAR_REPLACE_WHAT:
		return &e->find;
	case BAR_REPLACE_WITH:
		return &e->replace;
	case BAR_GOTO:
		return &e->go_to;
	case BAR_NONE:
	case BAR_REPLACE_ASK:
		break;
	}
	return NULL;
}

/* --- replacing -------------------------------------------------------------------------- */

static void
end_replace(struct editor *e)
{
	close_bar(e);
	ui_say(e->pane.ui, NN_("%zu place replaced", "%zu places replaced", e->replaced),
		e->replaced);
}

/* To the next place without going around: each is asked for once. */
static void
next_place(struct editor *e, size_t from)
{
	struct str what = line_text(&e->find);
	size_t at = text_find(e->text, what, from, find_flags(what));

	if (at == SIZE_MAX) {
		end_replace(e);
		return;
	}
	editor_select(e, at, at + what.len);
	e->bar = BAR_REPLACE_ASK;
	pane_dirty(&e->pane);
}

static size_t
replace_here(struct editor *e)
{
	size_t from, to;

	if (!editor_selection(e, &from, &to))
		return e->cursor;
	editor_paste(e, line_text(&e->replace));
	e->replaced++;
	return from + line_text(&e->replace).len;
}

static void
replace_all(struct editor *e, size_t from)
{
	struct str what = line_text(&e->find), with = line_text(&e->replace);
	unsigned flags = find_flags(what);
	size_t at;

	text_group_begin(e->text);
	while ((at = text_find(e->text, what, from, flags)) != SIZE_MAX) {
		if (!text_replace(e->text, at, at + what.len, with, TEXT_ALONE))
			break;
		from = at + with.len;
		e->cursor = from;
		e->replaced++;
	}
	text_group_end(e->text);
	e->anchor = SIZE_MAX;
	editor_changed(e);
	end_replace(e);
}

static void
ask_key(struct editor *e, const struct key *k)
{
	size_t from = e->cursor, to = e->cursor;

	(void)editor_selection(e, &from, &to);
	if (key_is(k, 'y', 0) || k->code == K_ENTER)
		next_place(e, replace_here(e));
	else if (key_is(k, 'n', 0))
		next_place(e, to);
	else if (key_is(k, 'a', 0))
		replace_all(e, from);
	else if (key_is(k, 'q', 0) || k->code == K_ESC)
		end_replace(e);
}

/* --- keys -------------------------------------------------------------------------------- */

static void
accept(struct editor *e)
{
	int64_t number;

	switch (e->bar) {
	case BAR_FIND:
		if (e->find_failed)
			ui_say(e->pane.ui, _("Not found: %.*s"), STR_ARG(line_text(&e->find)));
		close_bar(e);
		break;
	case BAR_REPLACE_WHAT:
		e->bar_fresh = true;
		if (line_text(&e->find).len)
			e->bar = BAR_REPLACE_WITH;
		else
			close_bar(e);
		break;
	case BAR_REPLACE_WITH:
		next_place(e, e->find_from);
		break;
	case BAR_GOTO:
		close_bar(e);
		if (str_to_int64(str_trim(line_text(&e->go_to)), &number) && number > 0)
			editor_go_line(e, (size_t)number, 1);
		break;
	case BAR_NONE:
	case BAR_REPLACE_ASK:
		break;
	}
}

/* A longer word cannot be found before the shorter one was: searching goes on from
 * there, so that typing it costs one pass over the text in all. */
static void
find_typed(struct editor *e)
{
	struct str what = line_text(&e->find);
	size_t from, to;
	bool longer = what.len > e->found_len;

	if (longer && e->find_failed)
		return;
	if (!longer || !editor_selection(e, &from, &to))
		from = e->find_from;
	e->found_len = what.len;
	if (!find_from(e, from, false))
		editor_move_to(e, e->find_from, false);
}

bool
editor_bar_key(struct editor *e, const struct key *k)
{
	struct line *line = bar_line(e);
	bool changed = false;

	pane_dirty(&e->pane);
	if (e->bar == BAR_REPLACE_ASK) {
		ask_key(e, k);
		return true;
	}
	if (k->code == K_ESC || key_ctrl(k, 'c')) {
		if (e->bar == BAR_FIND)
			editor_move_to(e, e->find_from, false);
		close_bar(e);
	} else if (k->code == K_ENTER) {
		accept(e);
	} else if (e->bar == BAR_FIND && (k->code == K_DOWN || k->code == K_UP ||
			   key_ctrl(k, 'f') || k->code == K_F1 + 2)) {
		editor_find_next(e, k->code == K_UP || (k->mods & MOD_SHIFT));
	} else if (line && key_is_text(k) && e->bar_fresh && line_text(line).len) {
		line_set(line, STR_NONE);
		e->bar_fresh = false;
		return editor_bar_key(e, k);
	} else if (line && line_key(line, k, &changed)) {
		e->bar_fresh = false;
		if (changed && e->bar == BAR_FIND)
			find_typed(e);
	} else {
		/* Another key leaves the bar and does what it does. */
		close_bar(e);
		return false;
	}
	return true;
}

void
editor_bar_paste(struct editor *e, struct str text)
{
	struct line *line = bar_line(e);

	if (!line)
		return;
	line_paste(line, text);
	if (e->bar == BAR_FIND)
		(void)find_from(e, e->find_from, false);
	pane_dirty(&e->pane);
}

void
editor_bar_draw(struct editor *e, struct canvas *c, int row)
{
	static const char *const labels[] = {
		[BAR_FIND] = N_("Find:"),
		[BAR_REPLACE_WHAT] = N_("Replace:"),
		[BAR_REPLACE_WITH] = N_("with:"),
		[BAR_REPLACE_ASK] = N_("Replace here? y yes  n no  a all  q end"),
		[BAR_GOTO] = N_("Go to line:"),
	};
	struct line *line = bar_line(e);
	int col = 0;

	canvas_fill(c, row, 0, 1, c->cols, ROLE_INPUT);
	col += canvas_puts(c, row, 0, ROLE_INPUT_LABEL, _(labels[e->bar])) + 1;
	if (!line)
		return;
	line_draw(line, c, row, col, c->cols - col, e->find_failed ? ROLE_ERROR : ROLE_INPUT, true);
}
