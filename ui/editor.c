/* SPDX-License-Identifier: MIT */
#include "ui/editor.h"

#include "src/base/utf8.h"
#include "src/sql/split.h"
#include "ui/editor_private.h"

static bool
handle_key(struct pane *pane, const struct key *k)
{
	struct editor *e = (struct editor *)pane;
	bool handled;

	if (e->bar != BAR_NONE && editor_bar_key(e, k))
		return true;
	if (e->popup && editor_popup_key(e, k))
		return true;
	handled = editor_move_key(e, k) || editor_edit_key(e, k);
	if (handled && e->complete &&
		(e->popup || (e->complete_typing && key_is_text(k)) ||
			(e->complete_typing && k->code == K_BACKSPACE && e->popup)))
		editor_popup_update(e, false);
	if (!handled && k->code == K_ESC && (e->anchor != SIZE_MAX || e->error_len)) {
		e->anchor = SIZE_MAX;
		e->error_len = 0;
		pane_dirty(pane);
		return true;
	}
	return handled;
}

static void
wheel(struct editor *e, bool down)
{
	size_t last = text_lines(e->text) - 1, rows = (size_t)editor_text_rows(e), line;

	if (down)
		e->top = e->top + 3 < last ? e->top + 3 : last;
	else
		e->top = e->top > 3 ? e->top - 3 : 0;
	/* The cursor stays on the screen. */
	line = text_line_of(e->text, e->cursor);
	if (line < e->top)
		e->cursor = text_line_start(e->text, e->top);
	else if (line >= e->top + rows)
		e->cursor = text_line_start(e->text, e->top + rows - 1);
	pane_dirty(&e->pane);
}

static size_t
pos_under(const struct editor *e, const struct mouse *m)
{
	int x = m->col - editor_number_cols(e), y = m->row;
	size_t line, lines = text_lines(e->text);

	if (y < 0)
		line = e->top ? e->top - 1 : 0;
	else
		line = e->top + (size_t)y;
	if (line >= lines)
		line = lines - 1;
	return editor_pos_at(e, line, e->left + (size_t)(x < 0 ? 0 : x));
}

static bool
handle_mouse(struct pane *pane, const struct mouse *m)
{
	struct editor *e = (struct editor *)pane;
	size_t pos;

	if (m->kind == MOUSE_WHEEL_UP || m->kind == MOUSE_WHEEL_DOWN) {
		wheel(e, m->kind == MOUSE_WHEEL_DOWN);
		return true;
	}
	if (m->button != 1 || (e->bar != BAR_NONE && m->row == pane->rect.rows - 1))
		return true;
	editor_popup_close(e);
	pos = pos_under(e, m);
	if (m->kind == MOUSE_DRAG) {
		editor_move_to(e, pos, true);
	} else if (m->kind == MOUSE_PRESS && m->clicks == 2) {
		size_t from = text_next(e->text, pos);

		from = editor_word_left(e, from);
		editor_select(e, from, editor_word_right(e, from));
	} else if (m->kind == MOUSE_PRESS && m->clicks == 3) {
		size_t line = text_line_of(e->text, pos);

		editor_select(e, text_line_start(e->text, line), text_line_end(e->text, line));
	} else if (m->kind == MOUSE_PRESS) {
		editor_move_to(e, pos, m->mods & MOD_SHIFT);
	}
	return true;
}

static void
handle_paste(struct pane *pane, struct str text)
{
	struct editor *e = (struct editor *)pane;

	if (e->bar != BAR_NONE)
		editor_bar_paste(e, text);
	else
		editor_paste(e, text);
}

static void
handle_layout(struct pane *pane)
{
	editor_show_cursor((struct editor *)pane);
}

static void
handle_focus(struct pane *pane, bool on)
{
	struct editor *e = (struct editor *)pane;

	if (!on)
		editor_popup_close(e);
}

static const struct pane_ops editor_ops = {
	.layout = handle_layout,
	.draw = editor_draw,
	.key = handle_key,
	.mouse = handle_mouse,
	.paste = handle_paste,
	.focus = handle_focus,
	.keys_help = N_("Ctrl-Z Alt-U / Ctrl-Y Alt-E\tUndo, redo\n"
			"Ctrl-X Ctrl-C Ctrl-V\tCut, copy, paste; without selection a line\n"
			"Shift-arrows Ctrl-A\tSelect, select all\n"
			"Ctrl-F F3 Shift-F3\tFind, next, previous\n"
			"Ctrl-R\tReplace\n"
			"Ctrl-G\tGo to line\n"
			"Tab Shift-Tab\tIndent, outdent\n"
			"Ctrl-/ Alt-;\tComment in or out\n"
			"Ctrl-] Alt-]\tTo the other bracket\n"
			"Ctrl-Space\tComplete\n"
			"Alt-Up Alt-Down\tMove lines\n"
			"Ctrl-D Ctrl-K\tDouble the line, delete to its end\n"
			"Ctrl-Left Ctrl-Right\tBy words"),
};

static void
text_was_changed(void *context, const struct text_change *change)
{
	struct editor *e = context;

	highlight_changed(&e->highlight, change);
}

void
editor_init(struct editor *e, const char *title, enum language language)
{
	*e = (struct editor){ .anchor = SIZE_MAX, .want_col = SIZE_MAX, .tab_width = 4 };
	pane_init(&e->pane, &editor_ops, title);
	e->pane.typing = true;
	e->soft_tabs = true;
	e->numbers = language == LANGUAGE_SQL;
	e->text = text_new();
	highlight_init(&e->highlight, e->text, language);
	text_on_change(e->text, text_was_changed, e);
	line_init(&e->find, "");
	line_init(&e->replace, "");
	line_init(&e->go_to, "");
}

void
editor_fini(struct editor *e)
{
	editor_popup_close(e);
	if (e->pane.ui)
		loop_idle_cancel(ui_loop(e->pane.ui), e);
	highlight_fini(&e->highlight);
	text_free(e->text);
	line_fini(&e->find);
	line_fini(&e->replace);
	line_fini(&e->go_to);
}

void
editor_set_text(struct editor *e, struct str text)
{
	text_set(e->text, text);
	e->cursor = e->top = e->left = 0;
	e->anchor = e->want_col = SIZE_MAX;
	e->error_len = 0;
	e->bar = BAR_NONE;
	pane_dirty(&e->pane);
}

void
editor_get_text(const struct editor *e, struct buf *to)
{
	text_get(e->text, 0, text_len(e->text), to);
}

void
editor_set_read_only(struct editor *e, bool on)
{
	e->read_only = on;
	e->pane.typing = !on;
}

void
editor_set_language(struct editor *e, enum language language)
{
	highlight_set_language(&e->highlight, language);
	pane_dirty(&e->pane);
}

void
editor_set_dialect(struct editor *e, enum sql_dialect dialect)
{
	highlight_set_dialect(&e->highlight, dialect);
	pane_dirty(&e->pane);
}

size_t
editor_cursor(const struct editor *e)
{
	return e->cursor;
}

void
editor_go(struct editor *e, size_t pos)
{
	editor_move_to(e, pos < text_len(e->text) ? pos : text_len(e->text), false);
}

void
editor_go_line(struct editor *e, size_t line, size_t column)
{
	size_t lines = text_lines(e->text);

	line = line < 1 ? 0 : line > lines ? lines - 1 : line - 1;
	editor_move_to(e, editor_pos_at(e, line, column ? column - 1 : 0), false);
}

void
editor_select(struct editor *e, size_t from, size_t to)
{
	e->anchor = from;
	e->cursor = to;
	e->want_col = SIZE_MAX;
	editor_show_cursor(e);
	pane_dirty(&e->pane);
	if (e->moved)
		e->moved(e->context);
}

bool
editor_selection(const struct editor *e, size_t *from, size_t *to)
{
	if (e->anchor == SIZE_MAX || e->anchor == e->cursor)
		return false;
	*from = e->anchor < e->cursor ? e->anchor : e->cursor;
	*to = e->anchor < e->cursor ? e->cursor : e->anchor;
	return true;
}

void
editor_insert(struct editor *e, struct str text)
{
	editor_paste(e, text);
}

void
editor_replace(struct editor *e, size_t from, size_t to, struct str text)
{
	e->anchor = from;
	e->cursor = to;
	if (from == to)
		e->anchor = SIZE_MAX;
	editor_paste(e, text);
}

void
editor_mark_error(struct editor *e, size_t pos, size_t len)
{
	e->error_pos = pos;
	e->error_len = len;
	pane_dirty(&e->pane);
}

bool
editor_statement(const struct editor *e, size_t *from, size_t *to)
{
	struct buf text = BUF_INIT;
	struct sql_split split;
	size_t at;

	editor_get_text(e, &text);
	sql_split(&split, e->highlight.dialect, buf_str(&text), false);
	at = sql_split_at(&split, buf_str(&text), e->cursor);
	if (at != SIZE_MAX) {
		*from = split.list[at].pos;
		*to = split.list[at].pos + split.list[at].len;
	}
	sql_split_fini(&split);
	buf_fini(&text);
	return at != SIZE_MAX;
}

size_t
editor_word_start(const struct editor *e)
{
	size_t pos = e->cursor;

	while (pos > 0) {
		char c = text_at(e->text, pos - 1);

		if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
			    c == '_' || c == '.' || c == '$' || c == '{' || (unsigned char)c >= 0x80))
			break;
		pos--;
	}
	return pos;
}

void
editor_place(const struct editor *e, size_t *line, size_t *column)
{
	size_t at = text_line_of(e->text, e->cursor);

	*line = at + 1;
	*column = editor_col_of(e, text_line_start(e->text, at), e->cursor) + 1;
}
