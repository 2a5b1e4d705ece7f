/* SPDX-License-Identifier: MIT */
/* Columns, cursor motion and scrolling of the editor. */
#include "src/base/utf8.h"
#include "ui/editor_private.h"

#define BRACKET_REACH ((size_t)64 << 10) /* bytes looked at for a partner */

/* --- columns -------------------------------------------------------------------------- */

size_t
editor_width(const struct editor *e, struct str grapheme, size_t col)
{
	int width;

	if (grapheme.len == 1 && grapheme.p[0] == '\t')
		return (size_t)e->tab_width - col % (size_t)e->tab_width;
	width = utf8_grapheme_width(grapheme);
	return width < 1 ? 1 : (size_t)width;
}

size_t
editor_plain_run(struct str s, unsigned char follows)
{
	const uint64_t ones = UINT64_C(0x0101010101010101), high = ones * 0x80;
	size_t n = 0;

	for (; n + 8 <= s.len; n += 8) {
		uint64_t x;

		memcpy(&x, s.p + n, 8);
		/* A byte below 0x20, DEL or above ASCII sets a high bit here. */
		if (((x - ones * 0x20) | (x + ones) | x) & high)
			break;
	}
	while (n < s.len && s.p[n] >= 0x20 && s.p[n] < 0x7F)
		n++;
	if (n && (n < s.len ? (unsigned char)s.p[n] : follows) >= 0x80)
		n--;
	return n;
}

/* Walks from *pos at *col until `end` or until the next grapheme would pass `most`. */
static void
walk(const struct editor *e, size_t *pos, size_t end, size_t *col, size_t most)
{
	while (*pos < end) {
		struct str s = str_slice(text_chunk(e->text, *pos), 0, end - *pos);
		size_t run = editor_plain_run(s, s.len < end - *pos ? 0xFF : 0);
		struct buf piece = BUF_INIT;
		size_t next, width;

		if (run > most - *col)
			run = most - *col;
		*pos += run;
		*col += run;
		if (*pos >= end || *col >= most)
			return;
		if (run)
			continue;
		next = text_next(e->text, *pos);
		text_get(e->text, *pos, next, &piece);
		width = editor_width(e, buf_str(&piece), *col);
		buf_fini(&piece);
		if (*col + width > most)
			return;
		*pos = next;
		*col += width;
	}
}

size_t
editor_col_of(const struct editor *e, size_t line_start, size_t pos)
{
	size_t col = 0;

	walk(e, &line_start, pos, &col, SIZE_MAX);
	return col;
}

size_t
editor_pos_at(const struct editor *e, size_t line, size_t col)
{
	size_t pos = text_line_start(e->text, line), at = 0;

	walk(e, &pos, text_line_end(e->text, line), &at, col);
	return pos;
}

int
editor_number_cols(const struct editor *e)
{
	size_t lines = text_lines(e->text);
	int digits = 1;

	if (!e->numbers || e->pane.rect.cols < 30)
		return 0;
	while (lines >= 10) {
		lines /= 10;
		digits++;
	}
	return (digits < 2 ? 2 : digits) + 1;
}

int
editor_text_cols(const struct editor *e)
{
	int cols = e->pane.rect.cols - editor_number_cols(e);

	return cols < 1 ? 1 : cols;
}

int
editor_text_rows(const struct editor *e)
{
	int rows = e->pane.rect.rows - (e->bar != BAR_NONE);

	return rows < 1 ? 1 : rows;
}

void
editor_show_cursor(struct editor *e)
{
	size_t line = text_line_of(e->text, e->cursor);
	size_t col = editor_col_of(e, text_line_start(e->text, line), e->cursor);
	size_t rows = (size_t)editor_text_rows(e), cols = (size_t)editor_text_cols(e);

	if (line < e->top)
		e->top = line + 1 == e->top ? line : line > rows / 2 ? line - rows / 2 : 0;
	else if (line >= e->top + rows)
		e->top = line == e->top + rows ? e->top + 1 : line - rows / 2;
	/* Sideways it jumps, so that a long line does not redraw at every key. */
	if (col < e->left)
		e->left = col > cols / 3 ? col - cols / 3 : 0;
	else if (col >= e->left + cols)
		e->left = col - cols + 1 + cols / 3;
	if (e->left && col < cols - cols / 4 - 1)
		e->left = 0;
}

/* --- motion ---------------------------------------------------------------------------- */

void
editor_move_to(struct editor *e, size_t pos, bool select)
{
	if (!select)
		e->anchor = SIZE_MAX;
	else if (e->anchor == SIZE_MAX)
		e->anchor = e->cursor;
	e->cursor = pos;
	e->want_col = SIZE_MAX;
	editor_show_cursor(e);
	pane_dirty(&e->pane);
	if (e->moved)
		e->moved(e->context);
}

static enum { CLASS_BLANK, CLASS_WORD, CLASS_SIGN }
class_of(char c)
{
	if (c == ' ' || c == '\t' || c == '\n')
		return CLASS_BLANK;
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
			       c == '_' || (unsigned char)c >= 0x80
		       ? CLASS_WORD
		       : CLASS_SIGN;
}

size_t
editor_word_left(const struct editor *e, size_t pos)
{
	while (pos > 0 && class_of(text_at(e->text, pos - 1)) == CLASS_BLANK)
		pos--;
	if (pos > 0) {
		int class = class_of(text_at(e->text, pos - 1));

		while (pos > 0 && class_of(text_at(e->text, pos - 1)) == (unsigned)class)
			pos--;
	}
	return pos;
}

size_t
editor_word_right(const struct editor *e, size_t pos)
{
	size_t len = text_len(e->text);

	if (pos < len) {
		int class = class_of(text_at(e->text, pos));

		while (pos < len && class_of(text_at(e->text, pos)) == (unsigned)class)
			pos++;
	}
	while (pos < len && class_of(text_at(e->text, pos)) == CLASS_BLANK)
		pos++;
	return pos;
}

static void
go_lines(struct editor *e, long by, bool select)
{
	size_t line = text_line_of(e->text, e->cursor), last = text_lines(e->text) - 1;
	size_t col = e->want_col, to;

	if (col == SIZE_MAX)
		col = editor_col_of(e, text_line_start(e->text, line), e->cursor);
	if (by < 0 && (size_t)-by > line) {
		editor_move_to(e, line ? editor_pos_at(e, 0, col) : 0, select);
	} else if (by > 0 && line + (size_t)by > last) {
		editor_move_to(e, line < last ? editor_pos_at(e, last, col) : text_len(e->text),
			select);
	} else {
		to = by < 0 ? line - (size_t)-by : line + (size_t)by;
		editor_move_to(e, editor_pos_at(e, to, col), select);
	}
	e->want_col = col;
}

static void
go_pages(struct editor *e, int by, bool select)
{
	long rows = editor_text_rows(e) > 2 ? editor_text_rows(e) - 2 : 1;
	size_t last = text_lines(e->text) - 1, top = e->top;

	/* The view moves by a page, and the cursor keeps its row in it. */
	if (by > 0)
		e->top = e->top + (size_t)rows > last ? e->top : e->top + (size_t)rows;
	else
		e->top = e->top > (size_t)rows ? e->top - (size_t)rows : 0;
	go_lines(e, by > 0 ? (e->top > top ? (long)(e->top - top) : rows)
			   : (top > e->top ? -(long)(top - e->top) : -rows),
		select);
}

static size_t
smart_home(const struct editor *e)
{
	size_t start = text_line_start(e->text, text_line_of(e->text, e->cursor));
	size_t first = start;

	while (text_at(e->text, first) == ' ' || text_at(e->text, first) == '\t')
		first++;
	return e->cursor == first ? start : first;
}

size_t
editor_bracket(const struct editor *e, size_t *own)
{
	static const char opening[] = "([{", closing[] = ")]}";
	size_t at = e->cursor, len = text_len(e->text), reach = BRACKET_REACH;
	const char *which;
	char c = text_at(e->text, at), other;
	int depth = 0, step;

	if (at >= len || !c || (!strchr(opening, c) && !strchr(closing, c))) {
		if (at == 0)
			return SIZE_MAX;
		c = text_at(e->text, --at);
		if (!c || (!strchr(opening, c) && !strchr(closing, c)))
			return SIZE_MAX;
	}
	which = strchr(opening, c);
	step = which ? 1 : -1;
	other = which ? closing[which - opening] : opening[strchr(closing, c) - closing];
	*own = at;
	while (reach-- > 0) {
		char here = text_at(e->text, at);

		depth += here == c ? 1 : here == other ? -1 : 0;
		if (depth == 0)
			return at;
		if (step < 0 ? at == 0 : at + 1 >= len)
			break;
		at = step < 0 ? at - 1 : at + 1;
	}
	return SIZE_MAX;
}

static bool
go_to_bracket(struct editor *e)
{
	size_t own, to = editor_bracket(e, &own);

	if (to != SIZE_MAX)
		editor_move_to(e, to, false);
	return true;
}

bool
editor_move_key(struct editor *e, const struct key *k)
{
	bool select = k->mods & MOD_SHIFT, word = k->mods & MOD_CTRL;
	size_t from, to;

	if ((k->mods & MOD_ALT) && k->code != ']')
		return false;
	switch (k->code) {
	case K_LEFT:
		if (!select && !word && editor_selection(e, &from, &to))
			editor_move_to(e, from, false);
		else
			editor_move_to(e, word ? editor_word_left(e, e->cursor)
					       : text_previous(e->text, e->cursor), select);
		return true;
	case K_RIGHT:
		if (!select && !word && editor_selection(e, &from, &to))
			editor_move_to(e, to, false);
		else
			editor_move_to(e, word ? editor_word_right(e, e->cursor)
					       : text_next(e->text, e->cursor), select);
		return true;
	case K_UP:
		go_lines(e, -1, select);
		return true;
	case K_DOWN:
		go_lines(e, 1, select);
		return true;
	case K_PAGE_UP:
		go_pages(e, -1, select);
		return true;
	case K_PAGE_DOWN:
		go_pages(e, 1, select);
		return true;
	case K_HOME:
		editor_move_to(e, word ? 0 : smart_home(e), select);
		return true;
	case K_END:
		editor_move_to(e, word ? text_len(e->text)
				       : text_line_end(e->text, text_line_of(e->text, e->cursor)),
			select);
		return true;
	case ']':
		return (k->mods & (MOD_CTRL | MOD_ALT)) && go_to_bracket(e);
	default:
		return false;
	}
}
