/* SPDX-License-Identifier: MIT */
/* What draw.c sends makes the terminal show the cells, whatever they were before. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdlib.h>

#include "src/base/utf8.h"
#include "tests/unit/lib_vterm.h"
#include "ui/draw.h"
#include "ui/term.h"

static struct draw *
new_draw(const char *terminal)
{
	term_use_utf8();
	unsetenv("NO_COLOR");
	unsetenv("COLORTERM");
	assert_true(term_describe(terminal));
	return draw_new();
}

static void
assert_colour(VTermColor got, struct colour want, bool foreground)
{
	if (want.kind == COLOUR_DEFAULT) {
		assert_true(foreground ? VTERM_COLOR_IS_DEFAULT_FG(&got)
				       : VTERM_COLOR_IS_DEFAULT_BG(&got));
	} else {
		assert_true(VTERM_COLOR_IS_INDEXED(&got));
		assert_int_equal(got.indexed.idx, want.value);
	}
}

static struct colours colours;

/* The terminal shows the cells: text, colours, attributes, cursor. */
static void
assert_shown(struct vt *vt, const struct cells *cells)
{
	for (int row = 0; row < cells->rows; row++)
		for (int col = 0; col < cells->cols; col++) {
			const struct screen_cell *cell = &cells->cells[row * cells->cols + col];
			VTermScreenCell got = vt_cell(vt, row, col);
			struct look look = colours_look(&colours, cell->role, cell->over);
			char scratch[8], bytes[64];
			size_t len = 0;

			if (cell->width == 0)
				continue;
			for (size_t i = 0; i < VTERM_MAX_CHARS_PER_CELL && got.chars[i]; i++)
				len += utf8_encode(got.chars[i], bytes + len);
			if (len == 0)
				bytes[len++] = ' ';
			bytes[len] = '\0';
			if (!str_is(cells_glyph(cells, cell, scratch), bytes))
				fail_msg("row %d col %d: '%s' instead of '%.*s'", row, col, bytes,
					STR_ARG(cells_glyph(cells, cell, scratch)));
			assert_colour(got.bg, look.bg, false);
			assert_int_equal(got.attrs.reverse, !!(look.attrs & ATTR_REVERSE));
			assert_int_equal(got.attrs.underline, !!(look.attrs & ATTR_UNDERLINE));
			if (cell->glyph == ' ')
				continue;
			assert_colour(got.fg, look.fg, true);
			assert_int_equal(got.attrs.bold, !!(look.attrs & ATTR_BOLD));
		}
	if (cells->cursor_row >= 0) {
		int row, col;

		vt_cursor(vt, &row, &col);
		assert_int_equal(row, cells->cursor_row);
		assert_int_equal(col, cells->cursor_col);
	}
	assert_int_equal(vt->cursor_visible, cells->cursor_row >= 0);
}

static size_t
update(struct draw *d, struct vt *vt, const struct cells *cells)
{
	struct buf out = BUF_INIT;
	size_t len;

	draw_update(d, cells, &out);
	len = out.len;
	vt_feed(vt, buf_str(&out));
	buf_fini(&out);
	assert_shown(vt, cells);
	return len;
}

/* --- random changes --------------------------------------------------------------- */

static unsigned seed = 1;

static int
chance(int n)
{
	seed = seed * 1103515245u + 12345u;
	return (int)(seed >> 16 & 0x7fff) % n;
}

static void
random_text(struct canvas *c)
{
	static const char *const words[] = { "select", "  ", "department", "中文", "é", "│",
		"0123456789", "e\xCC\x81", " ", "─" };
	static const enum role roles[] = { ROLE_TEXT, ROLE_SQL_KEYWORD, ROLE_BORDER, ROLE_MENU,
		ROLE_HEADER, ROLE_INPUT };
	int row = chance(c->rows), col = chance(c->cols);

	for (int n = chance(6); n >= 0; n--)
		col += canvas_puts(c, row, col, roles[chance(ARRAY_LEN(roles))],
			words[chance(ARRAY_LEN(words))]);
}

static void
random_move(struct canvas *c, struct cells *cells)
{
	int row = chance(cells->rows), col = chance(cells->cols), by = chance(3) + 1;
	struct screen_cell *line = &cells->cells[row * cells->cols];
	size_t whole = sizeof(*line) * (size_t)cells->cols;
	int rows;

	if (chance(4) == 0)
		by = chance(cells->rows);
	rows = cells->rows - row - by;
	if (chance(2) && col + by < cells->cols) {
		/* A key typed into the row, up to some column. */
		int end = col + by + chance(cells->cols - col - by);

		for (int i = 0; i < cells->cols; i++)
			if (line[i].width != 1)
				return;
		memmove(line + col + by, line + col, sizeof(*line) * (size_t)(end - col - by + 1));
		for (int i = 0; i < by; i++)
			line[col + i] = (struct screen_cell){ .glyph = 'x', .width = 1 };
	} else if (rows > 0 && chance(2)) {
		memmove(line + by * cells->cols, line, whole * (size_t)rows);
		canvas_fill(c, row, 0, by, cells->cols, ROLE_TEXT);
	} else if (rows > 0) {
		memmove(line, line + by * cells->cols, whole * (size_t)rows);
		canvas_fill(c, cells->rows - by, 0, by, cells->cols, ROLE_TEXT);
	}
}

static void
test_random(void **state)
{
	struct draw *d = new_draw("xterm-256color");
	struct cells cells;
	struct canvas c;
	struct vt vt;

	(void)state;
	vt_init(&vt, 12, 60);
	cells_init(&cells);
	cells_resize(&cells, 12, 60);
	c = canvas_whole(&cells);
	colours_init(&colours);
	for (int turn = 0; turn < 4000; turn++) {
		for (int n = chance(3); n >= 0; n--) {
			if (chance(3) == 0)
				random_move(&c, &cells);
			else if (chance(4) == 0)
				canvas_over(&c, chance(12), chance(60), chance(30), ROLE_SELECTED);
			else
				random_text(&c);
		}
		cells.cursor_row = chance(8) ? chance(12) : -1;
		cells.cursor_col = cells.cursor_row < 0 ? -1 : chance(60);
		update(d, &vt, &cells);
	}
	cells_fini(&cells);
	draw_free(d);
	term_forget();
	vt_fini(&vt);
}

/* Whatever a terminal thinks of a glyph's width, the cells around it stand. */
static void
test_all_of_unicode(void **state)
{
	struct draw *d = new_draw("xterm-256color");
	struct cells cells;
	struct canvas c;
	struct vt vt;
	int shown = 0;

	(void)state;
	vt_init(&vt, 8, 80);
	cells_init(&cells);
	cells_resize(&cells, 8, 80);
	c = canvas_whole(&cells);
	for (uint32_t first = 0xA0; first < 0x110000; first += 64) {
		struct buf out = BUF_INIT;

		if (first >= 0xD800 && first < 0xE000)
			continue;
		/* Old text below must not shine through. */
		for (int row = 0; row < 8; row++)
			for (int col = 0; col < 80; col++)
				canvas_puts(&c, row, col, ROLE_TEXT, "#");
		draw_update(d, &cells, &out);
		for (uint32_t i = 0; i < 64; i++) {
			char bytes[8];
			int row = (int)i / 8, col = (int)(i % 8) * 10, width;
			struct str g = { bytes, utf8_encode(first + i, bytes) };

			width = canvas_grapheme(&c, row, col + 1, ROLE_TEXT, g);
			shown += width > 0 && cells.cells[row * 80 + col + 1].glyph == first + i;
			canvas_puts(&c, row, col, ROLE_TEXT, "<");
			canvas_puts(&c, row, col + 1 + width, ROLE_TEXT, ">......");
		}
		draw_update(d, &cells, &out);
		vt_feed(&vt, buf_str(&out));
		buf_fini(&out);
		for (int i = 0; i < 64; i++) {
			int row = i / 8, col = i % 8 * 10;
			int at = col + 1;

			assert_int_equal(vt_cell(&vt, row, col).chars[0], '<');
			while (cells.cells[row * 80 + at].glyph != '>') {
				/* The glyph itself, or the blank half of it; never the old text. */
				assert_int_not_equal(vt_cell(&vt, row, at).chars[0], '#');
				at++;
			}
			for (int k = 0; k < 7; k++)
				if (vt_cell(&vt, row, at + k).chars[0] != (uint32_t)">......"[k])
					fail_msg("U+%04X: column %d is off", first + (uint32_t)i, k);
		}
	}
	/* Most of what is assigned is really shown, not replaced. */
	assert_true(shown > 100000);
	cells_fini(&cells);
	draw_free(d);
	term_forget();
	vt_fini(&vt);
}

/* --- few bytes --------------------------------------------------------------------- */

static void
fill_editor(struct cells *cells, struct canvas *c, const char *typed)
{
	canvas_clear(c, ROLE_TEXT);
	for (int row = 0; row < cells->rows; row++) {
		canvas_puts(c, row, 0, ROLE_BORDER, "│");
		canvas_puts(c, row, 60, ROLE_BORDER, "│");
		canvas_printf(c, row, 2, ROLE_SQL_KEYWORD, "SELECT");
		canvas_printf(c, row, 9, ROLE_TEXT, "column_%d, another_column FROM t%d;", row, row);
		canvas_printf(c, row, 64, ROLE_TEXT, "the preview of row %d", row);
	}
	cells->cursor_row = 5;
	cells->cursor_col = 9 + canvas_printf(c, 5, 9, ROLE_TEXT, "%s", typed);
	canvas_puts(c, 5, cells->cursor_col, ROLE_TEXT, "column_5, another_column FROM t5;   ");
}

static void
test_typing_is_cheap(void **state)
{
	struct draw *d = new_draw("xterm-256color");
	struct cells cells;
	struct canvas c;
	struct vt vt;
	size_t bytes;

	(void)state;
	vt_init(&vt, 24, 100);
	cells_init(&cells);
	cells_resize(&cells, 24, 100);
	c = canvas_whole(&cells);
	colours_init(&colours);
	fill_editor(&cells, &c, "");
	update(d, &vt, &cells);
	fill_editor(&cells, &c, "a");
	bytes = update(d, &vt, &cells);
	assert_true(bytes <= 40);
	fill_editor(&cells, &c, "");
	bytes = update(d, &vt, &cells);
	assert_true(bytes <= 40);
	bytes = update(d, &vt, &cells);
	assert_int_equal(bytes, 0);
	cells_fini(&cells);
	draw_free(d);
	term_forget();
	vt_fini(&vt);
}

static void
test_scrolling_is_cheap(void **state)
{
	struct draw *d = new_draw("xterm-256color");
	struct cells cells;
	struct canvas c;
	struct vt vt;

	(void)state;
	vt_init(&vt, 24, 80);
	cells_init(&cells);
	cells_resize(&cells, 24, 80);
	c = canvas_whole(&cells);
	colours_init(&colours);
	for (int first = 0; first < 5; first++) {
		canvas_clear(&c, ROLE_TEXT);
		canvas_puts(&c, 0, 0, ROLE_MENU, "the menu");
		for (int row = 1; row < 23; row++)
			canvas_printf(&c, row, 0, ROLE_TEXT, "INSERT INTO t VALUES (%d, 'name %d', %d)",
				first + row, (first + row) * 7, (first + row) * 1313);
		canvas_puts(&c, 23, 0, ROLE_FKEY, "F1 Help");
		if (first)
			assert_true(update(d, &vt, &cells) <= 120);
		else
			update(d, &vt, &cells);
	}
	cells_fini(&cells);
	draw_free(d);
	term_forget();
	vt_fini(&vt);
}

/* A page further two rows stay in sight: the terminal keeps those, blanks the others, and
 * neither line ends nor the first columns cost a cursor address. */
static void
test_paging_is_cheap(void **state)
{
	struct draw *d = new_draw("xterm-256color");
	size_t text = 0, bytes;
	struct cells cells;
	struct canvas c;
	struct vt vt;

	(void)state;
	vt_init(&vt, 24, 80);
	cells_init(&cells);
	cells_resize(&cells, 24, 80);
	c = canvas_whole(&cells);
	colours_init(&colours);
	for (int page = 0; page < 6; page++) {
		int first = (page < 4 ? page : 6 - page) * 20;

		canvas_clear(&c, ROLE_TEXT);
		canvas_puts(&c, 0, 0, ROLE_MENU, "the menu");
		text = 0;
		for (int row = 1; row < 23; row++)
			text += (size_t)canvas_printf(&c, row, row % 3, ROLE_TEXT,
				"line %d: %.*s", first + row, (first + row) * 7 % 40,
				"of some length that is another one in each");
		canvas_printf(&c, 23, 60, ROLE_TEXT, "%d", first + 1);
		cells.cursor_row = 1;
		cells.cursor_col = 0;
		bytes = update(d, &vt, &cells);
		assert_true(page == 0 || bytes <= text * 20 / 22 + 20 * 3 + 40);
	}
	cells_fini(&cells);
	draw_free(d);
	term_forget();
	vt_fini(&vt);
}

/* Terminals of other abilities get a right screen as well. */
static void
test_other_terminals(void **state)
{
	static const char *const names[] = { "vt100", "linux", "screen", "tmux-256color", "xterm",
		"rxvt", "ansi" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct cells cells;
		struct canvas c;
		struct draw *d;
		struct vt vt;
		struct buf out = BUF_INIT, shown = BUF_INIT, wanted = BUF_INIT;

		if (!term_describe(names[i]))
			continue;
		d = new_draw(names[i]);
		vt_init(&vt, 24, 100);
		cells_init(&cells);
		cells_resize(&cells, 24, 100);
		c = canvas_whole(&cells);
		for (int turn = 0; turn < 60; turn++) {
			if (turn % 3 == 0)
				fill_editor(&cells, &c, turn % 2 ? "typed" : "");
			random_move(&c, &cells);
			random_text(&c);
			buf_clear(&out);
			draw_update(d, &cells, &out);
			vt_feed(&vt, buf_str(&out));
			buf_clear(&shown);
			buf_clear(&wanted);
			vt_dump(&vt, &shown);
			cells_dump(&cells, &wanted);
			assert_string_equal(buf_text(&shown), buf_text(&wanted));
		}
		buf_fini(&out);
		buf_fini(&shown);
		buf_fini(&wanted);
		cells_fini(&cells);
		draw_free(d);
	term_forget();
		vt_fini(&vt);
	}
}

/* Data is never a control sequence. */
static void
test_controls_do_not_pass(void **state)
{
	struct draw *d = new_draw("xterm-256color");
	struct buf out = BUF_INIT;
	struct cells cells;
	struct canvas c;

	(void)state;
	cells_init(&cells);
	cells_resize(&cells, 3, 60);
	c = canvas_whole(&cells);
	draw_update(d, &cells, &out);
	buf_clear(&out);
	canvas_text(&c, 1, 0, ROLE_TEXT,
		STR("a\033]0;title\007b\rc\x9b" "31md\xC2\x9B" "1me\0f\x7Fg\xE2\x80\xAEh"));
	draw_update(d, &cells, &out);
	for (size_t i = 0; i < out.len; i++) {
		unsigned char b = (unsigned char)out.p[i];

		assert_true(b != 7 && b != 0 && b != 0x7F && b != 0x9B);
		if (b == 033)
			assert_int_equal(out.p[i + 1], '[');
	}
	assert_int_equal(str_find(buf_str(&out), STR("\xE2\x80\xAE"), 0), SIZE_MAX);
	assert_int_not_equal(str_find(buf_str(&out), STR("]0;title"), 0), SIZE_MAX);
	buf_fini(&out);
	cells_fini(&cells);
	draw_free(d);
	term_forget();
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_all_of_unicode),
		cmocka_unit_test(test_typing_is_cheap),
		cmocka_unit_test(test_scrolling_is_cheap),
		cmocka_unit_test(test_paging_is_cheap),
		cmocka_unit_test(test_other_terminals),
		cmocka_unit_test(test_controls_do_not_pass),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
