/* SPDX-License-Identifier: MIT */
/* Typing, deleting, indenting, comments, the clipboard. */
#include "src/base/utf8.h"
#include "ui/editor_private.h"

void
editor_changed(struct editor *e)
{
	e->want_col = SIZE_MAX;
	e->error_len = 0;
	editor_show_cursor(e);
	pane_dirty(&e->pane);
	if (e->changed)
		e->changed(e->context);
	if (e->moved)
		e->moved(e->context);
}

static void
change(struct editor *e, size_t from, size_t to, struct str with, enum text_merge merge)
{
	if (e->read_only || !text_replace(e->text, from, to, with, merge))
		return;
	e->cursor = from + with.len;
	e->anchor = SIZE_MAX;
	editor_changed(e);
}

bool
editor_delete_selection(struct editor *e)
{
	size_t from, to;

	if (!editor_selection(e, &from, &to))
		return false;
	change(e, from, to, STR_NONE, TEXT_ALONE);
	return true;
}

void
editor_paste(struct editor *e, struct str text)
{
	size_t from = e->cursor, to = e->cursor;

	(void)editor_selection(e, &from, &to);
	change(e, from, to, text, TEXT_ALONE);
}

/* --- typing ----------------------------------------------------------------------------- */

static void
type(struct editor *e, struct str s)
{
	size_t from, to;

	if (editor_selection(e, &from, &to))
		change(e, from, to, s, TEXT_ALONE);
	else
		change(e, e->cursor, e->cursor, s, TEXT_TYPED);
}

/* White space at the beginning of a line, at most up to `limit`. */
static void
get_indent(const struct editor *e, size_t line, size_t limit, struct buf *to)
{
	size_t pos = text_line_start(e->text, line);

	for (; pos < limit; pos++) {
		char c = text_at(e->text, pos);

		if (c != ' ' && c != '\t')
			break;
		buf_addc(to, c);
	}
}

static bool
new_line(struct editor *e)
{
	struct buf s = BUF_INIT;

	buf_addc(&s, '\n');
	get_indent(e, text_line_of(e->text, e->cursor), e->cursor, &s);
	type(e, buf_str(&s));
	buf_fini(&s);
	return true;
}

static bool
backspace(struct editor *e)
{
	if (!editor_delete_selection(e) && e->cursor > 0)
		change(e, text_previous(e->text, e->cursor), e->cursor, STR_NONE, TEXT_TYPED);
	return true;
}

static bool
delete_forward(struct editor *e)
{
	size_t at = e->cursor;

	if (!editor_delete_selection(e) && at < text_len(e->text))
		change(e, at, text_next(e->text, at), STR_NONE, TEXT_TYPED);
	return true;
}

static bool
delete_word(struct editor *e)
{
	if (!editor_delete_selection(e))
		change(e, editor_word_left(e, e->cursor), e->cursor, STR_NONE, TEXT_ALONE);
	return true;
}

static bool
delete_word_forward(struct editor *e)
{
	if (!editor_delete_selection(e))
		change(e, e->cursor, editor_word_right(e, e->cursor), STR_NONE, TEXT_ALONE);
	return true;
}

/* --- whole lines ------------------------------------------------------------------------- */

static void
selected_lines(const struct editor *e, size_t *first, size_t *last)
{
	size_t from = e->cursor, to = e->cursor;

	(void)editor_selection(e, &from, &to);
	*first = text_line_of(e->text, from);
	*last = text_line_of(e->text, to);
	/* A selection that ends at the beginning of a line does not mean that line. */
	if (*last > *first && to == text_line_start(e->text, *last))
		--*last;
}

/* Puts the selection over whole lines again after they were changed. */
static void
select_lines(struct editor *e, size_t first, size_t last)
{
	e->anchor = text_line_start(e->text, first);
	e->cursor = last + 1 < text_lines(e->text) ? text_line_start(e->text, last + 1)
						   : text_len(e->text);
}

static bool
indent(struct editor *e)
{
	size_t first, last, from, to;
	struct buf tab = BUF_INIT;

	if (e->read_only)
		return false;
	selected_lines(e, &first, &last);
	if (e->soft_tabs)
		buf_add_repeat(&tab, " ", (size_t)e->tab_width);
	else
		buf_addc(&tab, '\t');
	if (!editor_selection(e, &from, &to) || first == last) {
		size_t start = text_line_start(e->text, text_line_of(e->text, e->cursor));
		size_t col = editor_col_of(e, start, e->cursor);

		if (e->soft_tabs)
			buf_truncate(&tab, (size_t)e->tab_width - col % (size_t)e->tab_width);
		type(e, buf_str(&tab));
	} else {
		text_group_begin(e->text);
		for (size_t line = first; line <= last; line++) {
			size_t start = text_line_start(e->text, line);

			if (text_line_end(e->text, line) > start)
				text_replace(e->text, start, start, buf_str(&tab), TEXT_ALONE);
		}
		text_group_end(e->text);
		select_lines(e, first, last);
		editor_changed(e);
	}
	buf_fini(&tab);
	return true;
}

static size_t
indent_length(const struct editor *e, size_t line)
{
	size_t start = text_line_start(e->text, line), n = 0;

	if (text_at(e->text, start) == '\t')
		return 1;
	while (n < (size_t)e->tab_width && text_at(e->text, start + n) == ' ')
		n++;
	return n;
}

static bool
dedent(struct editor *e)
{
	size_t first, last, from, to, removed = 0;
	bool selected = editor_selection(e, &from, &to);

	if (e->read_only)
		return false;
	selected_lines(e, &first, &last);
	text_group_begin(e->text);
	for (size_t line = first; line <= last; line++) {
		size_t start = text_line_start(e->text, line), n = indent_length(e, line);

		if (n) {
			text_replace(e->text, start, start + n, STR_NONE, TEXT_ALONE);
			removed += n;
		}
	}
	text_group_end(e->text);
	if (!removed)
		return selected;
	if (selected) {
		select_lines(e, first, last);
	} else {
		size_t start = text_line_start(e->text, first);

		e->cursor = e->cursor > start + removed ? e->cursor - removed : start;
	}
	editor_changed(e);
	return true;
}

/* --- comments ---------------------------------------------------------------------------- */

static bool
is_commented(const struct editor *e, size_t line, size_t *at)
{
	size_t pos = text_line_start(e->text, line);

	while (text_at(e->text, pos) == ' ' || text_at(e->text, pos) == '\t')
		pos++;
	*at = pos;
	return text_at(e->text, pos) == '-' && text_at(e->text, pos + 1) == '-';
}

static bool
is_blank_line(const struct editor *e, size_t line)
{
	size_t at;

	(void)is_commented(e, line, &at);
	return at >= text_line_end(e->text, line);
}

/* "-- " before each line, or taken away when all have it. */
static bool
toggle_comment(struct editor *e)
{
	size_t first, last, from, to, at;
	bool all = true, selected = editor_selection(e, &from, &to);

	if (e->read_only)
		return false;
	selected_lines(e, &first, &last);
	for (size_t line = first; line <= last; line++)
		all = all && (is_blank_line(e, line) || is_commented(e, line, &at));
	text_group_begin(e->text);
	for (size_t line = first; line <= last; line++) {
		size_t n = 2, added = 3;

		if (is_blank_line(e, line))
			continue;
		(void)is_commented(e, line, &at);
		if (all) {
			n += text_at(e->text, at + 2) == ' ';
			text_replace(e->text, at, at + n, STR_NONE, TEXT_ALONE);
			if (!selected && e->cursor > at)
				e->cursor = e->cursor > at + n ? e->cursor - n : at;
		} else {
			at = text_line_start(e->text, line);
			text_replace(e->text, at, at, STR("-- "), TEXT_ALONE);
			e->cursor += selected ? 0 : added;
		}
	}
	text_group_end(e->text);
	if (selected)
		select_lines(e, first, last);
	editor_changed(e);
	return true;
}

/* --- moving and doubling lines -------------------------------------------------------------- */

static bool
move_lines(struct editor *e, int by)
{
	size_t first, last, from, to, line_from, column = e->cursor;
	bool selected = editor_selection(e, &from, &to);
	struct buf moved = BUF_INIT;

	selected_lines(e, &first, &last);
	if (e->read_only || (by < 0 ? first == 0 : last + 1 >= text_lines(e->text)))
		return true;
	column -= text_line_start(e->text, text_line_of(e->text, e->cursor));
	/* The neighbour line goes to the other side. */
	line_from = by < 0 ? first - 1 : last + 1;
	text_get(e->text, text_line_start(e->text, line_from), text_line_end(e->text, line_from),
		&moved);
	text_group_begin(e->text);
	if (by < 0) {
		size_t end = text_line_end(e->text, last);

		buf_addc(&moved, '\n');
		text_replace(e->text, end, end, STR("\n"), TEXT_ALONE);
		text_replace(e->text, end + 1, end + 1, str_slice(buf_str(&moved), 0, moved.len - 1),
			TEXT_ALONE);
		text_replace(e->text, text_line_start(e->text, line_from),
			text_line_start(e->text, first), STR_NONE, TEXT_ALONE);
	} else {
		size_t start = text_line_start(e->text, first);

		buf_addc(&moved, '\n');
		text_replace(e->text, text_line_end(e->text, last), text_line_end(e->text, line_from),
			STR_NONE, TEXT_ALONE);
		text_replace(e->text, start, start, buf_str(&moved), TEXT_ALONE);
	}
	text_group_end(e->text);
	buf_fini(&moved);
	first = by < 0 ? first - 1 : first + 1;
	last = by < 0 ? last - 1 : last + 1;
	if (selected)
		select_lines(e, first, last);
	else
		e->cursor = text_line_start(e->text, first) + column;
	editor_changed(e);
	return true;
}

static bool
duplicate(struct editor *e)
{
	size_t first, last, at = e->cursor, end;
	struct buf s = BUF_INIT;

	selected_lines(e, &first, &last);
	end = text_line_end(e->text, last);
	buf_addc(&s, '\n');
	text_get(e->text, text_line_start(e->text, first), end, &s);
	change(e, end, end, buf_str(&s), TEXT_ALONE);
	if (!e->read_only)
		editor_move_to(e, at + s.len, false);
	buf_fini(&s);
	return true;
}

/* --- clipboard ------------------------------------------------------------------------------- */

/* Without a selection the whole line is meant, as in nano. */
static void
clip_range(const struct editor *e, size_t *from, size_t *to)
{
	size_t line = text_line_of(e->text, e->cursor);

	if (editor_selection(e, from, to))
		return;
	*from = text_line_start(e->text, line);
	*to = text_line_end(e->text, line);
	*to += *to < text_len(e->text);
}

static bool
copy(struct editor *e)
{
	struct buf s = BUF_INIT;
	size_t from, to;

	clip_range(e, &from, &to);
	text_get(e->text, from, to, &s);
	ui_copy(e->pane.ui, buf_str(&s));
	buf_fini(&s);
	return true;
}

static bool
cut(struct editor *e)
{
	size_t from, to;

	copy(e);
	clip_range(e, &from, &to);
	change(e, from, to, STR_NONE, TEXT_ALONE);
	return true;
}

static bool
paste_own(struct editor *e)
{
	editor_paste(e, ui_clipboard(e->pane.ui));
	return true;
}

static bool
delete_to_end(struct editor *e)
{
	size_t end = text_line_end(e->text, text_line_of(e->text, e->cursor));

	if (end == e->cursor && end < text_len(e->text))
		end++;
	change(e, e->cursor, end, STR_NONE, TEXT_ALONE);
	return true;
}

static bool
select_all(struct editor *e)
{
	editor_select(e, 0, text_len(e->text));
	return true;
}

static bool
undo(struct editor *e)
{
	size_t pos;

	if (e->read_only)
		return true;
	if (!text_undo(e->text, &pos)) {
		ui_say(e->pane.ui, _("Nothing to undo"));
		return true;
	}
	e->cursor = pos;
	e->anchor = SIZE_MAX;
	editor_changed(e);
	return true;
}

static bool
redo(struct editor *e)
{
	size_t pos;

	if (e->read_only)
		return true;
	if (!text_redo(e->text, &pos)) {
		ui_say(e->pane.ui, _("Nothing to redo"));
		return true;
	}
	e->cursor = pos;
	e->anchor = SIZE_MAX;
	editor_changed(e);
	return true;
}

static bool
move_lines_up(struct editor *e)
{
	return move_lines(e, -1);
}

static bool
move_lines_down(struct editor *e)
{
	return move_lines(e, 1);
}

static bool
find(struct editor *e)
{
	editor_bar_open(e, BAR_FIND);
	return true;
}

static bool
find_again(struct editor *e)
{
	editor_find_next(e, false);
	return true;
}

static bool
find_before(struct editor *e)
{
	editor_find_next(e, true);
	return true;
}

static bool
replace(struct editor *e)
{
	if (!e->read_only)
		editor_bar_open(e, BAR_REPLACE_WHAT);
	return true;
}

static bool
go_to_line(struct editor *e)
{
	editor_bar_open(e, BAR_GOTO);
	return true;
}

static bool
complete(struct editor *e)
{
	editor_popup_update(e, true);
	return true;
}

static const struct {
	const char *name; /* for editor_do */
	uint32_t code;
	unsigned mods;
	bool (*run)(struct editor *e);
} actions[] = {
	{ "newline", K_ENTER, 0, new_line },
	{ "backspace", K_BACKSPACE, 0, backspace },
	{ "backspace", K_BACKSPACE, MOD_SHIFT, backspace },
	{ "delete", K_DELETE, 0, delete_forward },
	{ "delete-word", K_BACKSPACE, MOD_CTRL, delete_word },
	{ "delete-word", K_BACKSPACE, MOD_ALT, delete_word },
	{ "delete-word", 'w', MOD_CTRL, delete_word },
	{ "delete-word-forward", K_DELETE, MOD_CTRL, delete_word_forward },
	{ "delete-word-forward", 'd', MOD_ALT, delete_word_forward },
	{ "delete-to-end", 'k', MOD_CTRL, delete_to_end },
	{ "indent", K_TAB, 0, indent },
	{ "dedent", K_TAB, MOD_SHIFT, dedent },
	{ "comment", '_', MOD_CTRL, toggle_comment },
	{ "comment", '/', MOD_CTRL, toggle_comment },
	{ "comment", ';', MOD_ALT, toggle_comment },
	{ "line-up", K_UP, MOD_ALT, move_lines_up },
	{ "line-down", K_DOWN, MOD_ALT, move_lines_down },
	{ "duplicate", 'd', MOD_CTRL, duplicate },
	{ "cut", 'x', MOD_CTRL, cut },
	{ "copy", 'c', MOD_CTRL, copy },
	{ "copy", K_INSERT, MOD_CTRL, copy },
	{ "paste", 'v', MOD_CTRL, paste_own },
	{ "paste", K_INSERT, MOD_SHIFT, paste_own },
	{ "select-all", 'a', MOD_CTRL, select_all },
	{ "undo", 'z', MOD_CTRL, undo },
	{ "undo", 'u', MOD_ALT, undo },
	{ "redo", 'y', MOD_CTRL, redo },
	{ "redo", 'e', MOD_ALT, redo },
	{ "find", 'f', MOD_CTRL, find },
	{ "find-next", K_F1 + 2, 0, find_again },
	{ "find-previous", K_F1 + 2, MOD_SHIFT, find_before },
	{ "replace", 'r', MOD_CTRL, replace },
	{ "go-to-line", 'g', MOD_CTRL, go_to_line },
	{ "complete", ' ', MOD_CTRL, complete },
};

bool
editor_do(struct editor *e, const char *action)
{
	for (size_t i = 0; i < ARRAY_LEN(actions); i++)
		if (strcmp(actions[i].name, action) == 0)
			return actions[i].run(e);
	return false;
}

bool
editor_edit_key(struct editor *e, const struct key *k)
{
	char bytes[4];

	if (key_is_text(k) && e->read_only)
		return false;
	if (key_is_text(k)) {
		type(e, (struct str){ bytes, utf8_encode(k->code, bytes) });
		return true;
	}
	for (size_t i = 0; i < ARRAY_LEN(actions); i++)
		if (key_is(k, actions[i].code, actions[i].mods))
			return actions[i].run(e);
	return false;
}
