/* SPDX-License-Identifier: MIT */
/* Drawing the lines that are on the screen. */
#include "src/base/utf8.h"
#include "ui/editor_private.h"

struct view {
	struct editor *e;
	struct canvas *c;
	int x, cols; /* where the text begins, its width */
	size_t select_from, select_to; /* equal: nothing */
	size_t own_bracket, bracket;   /* SIZE_MAX: none */
	struct buf line;
	const struct span_role *spans;
	size_t span_count;
};

/* The role at `pos`, and where another may begin. */
static enum role
role_at(const struct view *v, size_t pos, size_t *span, size_t *until)
{
	while (*span < v->span_count && v->spans[*span].to <= pos)
		++*span;
	if (*span == v->span_count) {
		*until = SIZE_MAX;
		return ROLE_TEXT;
	}
	if (v->spans[*span].from > pos) {
		*until = v->spans[*span].from;
		return ROLE_TEXT;
	}
	*until = v->spans[*span].to;
	return v->spans[*span].role;
}

/* One grapheme at line column `col`; what lies left of the view is cut off. */
static void
draw_grapheme(struct view *v, int row, struct str g, size_t col, enum role role)
{
	int x = v->x + (int)(col - v->e->left);

	if (col < v->e->left || (g.len == 1 && g.p[0] == '\t'))
		return; /* the line was cleared */
	if (g.len == 1 && ((unsigned char)g.p[0] < 0x20 || g.p[0] == 0x7F))
		canvas_puts(v->c, row, x, ROLE_ERROR_MARK, "?");
	else if (canvas_grapheme(v->c, row, x, role, g) == 0)
		canvas_puts(v->c, row, x, ROLE_ERROR_MARK, "\xEF\xBF\xBD");
}

/* Lays `over` on the columns of bytes [from, to) of this line. */
static void
lay_over(struct view *v, int row, size_t start, size_t from, size_t to, bool past_end,
	enum role over)
{
	size_t left = v->e->left, first = editor_col_of(v->e, start, from);
	size_t last = editor_col_of(v->e, start, to) + past_end;

	if (first < left)
		first = left;
	if (last > left + (size_t)v->cols)
		last = left + (size_t)v->cols;
	if (last > first)
		canvas_over(v->c, row, v->x + (int)(first - left), (int)(last - first), over);
}

static void
lay_range(struct view *v, int row, size_t start, size_t end, size_t from, size_t to,
	enum role over)
{
	if (from >= to || to <= start || from > end)
		return;
	lay_over(v, row, start, from > start ? from : start, to < end ? to : end, to > end, over);
}

static void
lay_matches(struct view *v, int row, size_t start)
{
	struct str what = line_text(&v->e->find), line = buf_str(&v->line);
	size_t at = 0;

	if (v->e->bar == BAR_NONE || v->e->bar == BAR_GOTO || what.len == 0 ||
		line.len > HIGHLIGHT_LINE_MAX)
		return;
	for (; at + what.len <= line.len; at++)
		if (str_equal_nocase(str_slice(line, at, at + what.len), what)) {
			lay_over(v, row, start, start + at, start + at + what.len, false, ROLE_MATCH);
			at += what.len - 1;
		}
}

/* The bytes of a line that can be seen, and the column they begin at. A line that is
 * not long is taken whole, for its colours. */
static size_t
fetch(struct view *v, size_t line, size_t start, size_t end, size_t *skip, size_t *col)
{
	size_t from = start, to = end;

	*skip = *col = 0;
	buf_clear(&v->line);
	if (end - start > HIGHLIGHT_LINE_MAX) {
		from = editor_pos_at(v->e, line, v->e->left);
		*col = editor_col_of(v->e, start, from);
		to = from + (size_t)v->cols * 16 < end ? from + (size_t)v->cols * 16 : end;
	}
	text_get(v->e->text, from, to, &v->line);
	return from;
}

static void
draw_text(struct view *v, int row, size_t col)
{
	struct str s = buf_str(&v->line);
	size_t pos = 0, span = 0, left = v->e->left, end = left + (size_t)v->cols;

	while (pos < s.len && col < end) {
		size_t until, n, width;
		enum role role = role_at(v, pos, &span, &until);
		struct str g = str_slice(s, pos, until);

		n = width = editor_plain_run(g, until < s.len ? (unsigned char)s.p[until] : 0);
		if (n) {
			size_t skip = col < left ? left - col : 0;

			if (skip < n)
				canvas_ascii(v->c, row, v->x + (int)(col + skip - left), role,
					str_slice(g, skip, n < end - col ? n : end - col));
		} else {
			n = utf8_grapheme(str_slice(s, pos, s.len));
			g = str_slice(s, pos, pos + n);
			width = editor_width(v->e, g, col);
			if (col + width > left)
				draw_grapheme(v, row, g, col, role);
		}
		pos += n;
		col += width;
	}
	if ((pos < s.len || col > end) && v->e->pane.rect.cols > 4)
		canvas_puts(v->c, row, v->c->cols - 1, ROLE_DIM, "›");
}

static uint32_t
draw_line(struct view *v, int row, size_t line, size_t start, size_t end, uint32_t state)
{
	struct editor *e = v->e;
	size_t skip, col, from = fetch(v, line, start, end, &skip, &col);
	size_t cursor_line_start = start;
	int number = editor_number_cols(e);

	v->span_count = 0;
	if (end - start <= HIGHLIGHT_LINE_MAX)
		state = highlight_line(&e->highlight, line, buf_str(&v->line), state, &v->spans,
			&v->span_count);
	if (number)
		canvas_printf(v->c, row, 0, ROLE_LINE_NUMBER, "%*zu", number - 1, line + 1);
	draw_text(v, row, col);
	if (e->cursor >= start && e->cursor <= end && e->pane.focused)
		canvas_over(v->c, row, v->x, v->cols, ROLE_CURRENT_LINE);
	if (from == start)
		lay_matches(v, row, start);
	lay_range(v, row, start, end, v->select_from, v->select_to,
		e->bar != BAR_NONE ? ROLE_MATCH_CURRENT : ROLE_SELECTION);
	if (e->error_len)
		lay_range(v, row, start, end, e->error_pos, e->error_pos + e->error_len,
			ROLE_ERROR_MARK);
	if (v->bracket != SIZE_MAX) {
		lay_range(v, row, start, end, v->bracket, v->bracket + 1, ROLE_BRACKET);
		lay_range(v, row, start, end, v->own_bracket, v->own_bracket + 1, ROLE_BRACKET);
	}
	if (e->cursor >= start && e->cursor <= end && e->bar == BAR_NONE) {
		size_t at = editor_col_of(e, cursor_line_start, e->cursor);

		if (at >= e->left)
			canvas_cursor(v->c, row, v->x + (int)(at - e->left));
	}
	return state;
}

static bool
idle_step(void *context)
{
	struct editor *e = context;

	if (highlight_step(&e->highlight))
		return true;
	pane_dirty(&e->pane);
	return false;
}

void
editor_draw(struct pane *pane, struct canvas *c)
{
	struct editor *e = (struct editor *)pane;
	struct view v = { .e = e, .c = c };
	int rows = editor_text_rows(e);
	size_t lines = text_lines(e->text), start;
	bool guessed;
	uint32_t state;

	v.x = editor_number_cols(e);
	v.cols = editor_text_cols(e);
	(void)editor_selection(e, &v.select_from, &v.select_to);
	v.bracket = pane->focused ? editor_bracket(e, &v.own_bracket) : SIZE_MAX;
	canvas_clear(c, ROLE_TEXT);
	if (e->top >= lines)
		e->top = lines - 1;
	state = highlight_state(&e->highlight, e->top, &guessed);
	if (guessed)
		loop_idle(ui_loop(pane->ui), idle_step, e);
	start = text_line_start(e->text, e->top);
	for (int row = 0; row < rows && e->top + (size_t)row < lines; row++) {
		size_t line = e->top + (size_t)row, end = text_line_end_at(e->text, start);

		state = draw_line(&v, row, line, start, end, state);
		start = end + 1;
	}
	if (e->bar != BAR_NONE)
		editor_bar_draw(e, c, c->rows - 1);
	buf_fini(&v.line);
}
