/* SPDX-License-Identifier: MIT */
#include "ui/canvas.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>

#include "src/base/utf8.h"

#define CLUSTERS_MAX 4096 /* then a grapheme of several characters is U+FFFD */

static bool ascii_frames;

static const struct screen_cell blank = { .glyph = ' ', .role = ROLE_TEXT, .over = 0, .width = 1 };

void
canvas_set_ascii(bool on)
{
	ascii_frames = on;
}

void
cells_init(struct cells *s)
{
	*s = (struct cells){ .cursor_row = -1, .cursor_col = -1 };
}

void
cells_fini(struct cells *s)
{
	for (size_t i = 0; i < s->cluster_count; i++)
		free(s->clusters[i]);
	free(s->clusters);
	free(s->cells);
	cells_init(s);
}

void
cells_resize(struct cells *s, int rows, int cols)
{
	size_t count;

	s->rows = rows < 1 ? 1 : rows;
	s->cols = cols < 1 ? 1 : cols;
	count = (size_t)s->rows * (size_t)s->cols;
	s->cells = xreallocarray(s->cells, count, sizeof(*s->cells));
	for (size_t i = 0; i < count; i++)
		s->cells[i] = blank;
	s->cursor_row = s->cursor_col = -1;
}

struct str
cells_glyph(const struct cells *s, const struct screen_cell *cell, char scratch[8])
{
	if (cell->glyph & CELL_CLUSTER)
		return str_from(s->clusters[cell->glyph & ~CELL_CLUSTER]);
	return (struct str){ scratch, utf8_encode(cell->glyph, scratch) };
}

void
cells_dump(const struct cells *s, struct buf *to)
{
	char scratch[8];

	for (int row = 0; row < s->rows; row++) {
		size_t end = to->len;

		for (int col = 0; col < s->cols; col++) {
			const struct screen_cell *cell = &s->cells[row * s->cols + col];

			if (cell->width == 0)
				continue;
			buf_add_str(to, cells_glyph(s, cell, scratch));
			if (cell->glyph != ' ')
				end = to->len;
		}
		buf_truncate(to, end);
		buf_addc(to, '\n');
	}
}

struct canvas
canvas_whole(struct cells *s)
{
	return (struct canvas){ .cells = s,
		.rect = { 0, 0, s->rows, s->cols },
		.rows = s->rows,
		.cols = s->cols,
		.focused = true };
}

static int
clip(int from, int len, int low, int high, int *start)
{
	int end = from + len;

	if (from < low)
		from = low;
	if (end > high)
		end = high;
	*start = from;
	return end > from ? end - from : 0;
}

struct canvas
canvas_sub(const struct canvas *c, struct rect r)
{
	struct canvas sub = { .cells = c->cells,
		.row = c->row + r.row,
		.col = c->col + r.col,
		.rows = r.rows < 0 ? 0 : r.rows,
		.cols = r.cols < 0 ? 0 : r.cols,
		.focused = c->focused };

	sub.rect.rows = clip(sub.row, sub.rows, c->rect.row, c->rect.row + c->rect.rows,
		&sub.rect.row);
	sub.rect.cols = clip(sub.col, sub.cols, c->rect.col, c->rect.col + c->rect.cols,
		&sub.rect.col);
	return sub;
}

/* Before a cell is written: the other half of a wide one that it cuts becomes blank. */
static void
unpair(struct cells *s, int row, int col)
{
	struct screen_cell *cell = &s->cells[row * s->cols + col];

	if (cell->width == 0 && col > 0 && cell[-1].width == 2) {
		cell[-1].glyph = ' ';
		cell[-1].width = 1;
	}
	if (cell->width == 2 && col + 1 < s->cols && cell[1].width == 0) {
		cell[1].glyph = ' ';
		cell[1].width = 1;
	}
}

/* Screen coordinates; clipped by the caller. */
static void
set_cell(struct cells *s, int row, int col, uint32_t glyph, enum role role, int width)
{
	struct screen_cell *cell = &s->cells[row * s->cols + col];

	unpair(s, row, col);
	*cell = (struct screen_cell){ .glyph = glyph, .role = (uint8_t)role, .width = (uint8_t)width };
	if (width == 2) {
		unpair(s, row, col + 1);
		cell[1] = (struct screen_cell){ .role = (uint8_t)role };
	}
}

static uint32_t
intern_cluster(struct cells *s, struct str g)
{
	for (size_t i = s->cluster_count; i-- > 0;)
		if (str_is(g, s->clusters[i]))
			return CELL_CLUSTER | (uint32_t)i;
	if (s->cluster_count >= CLUSTERS_MAX)
		return UTF8_REPLACEMENT;
	s->clusters = xreallocarray(s->clusters, s->cluster_count + 1, sizeof(char *));
	s->clusters[s->cluster_count] = str_dup(g);
	return CELL_CLUSTER | (uint32_t)s->cluster_count++;
}

/* What the C library, and with it most terminals' idea, gives for the grapheme. */
static int
library_width(struct str g)
{
	int width = 0;

	while (g.len) {
		uint32_t c;
		size_t n = utf8_decode(g, &c);
		int w = wcwidth((wchar_t)c);

		if (w < 0)
			return -1;
		width += w;
		g = str_slice(g, n, g.len);
	}
	return width;
}

/* Cell content for a grapheme and its width; 0 for what takes no column. */
static uint32_t
glyph_of(struct cells *s, struct str g, int *width)
{
	uint32_t c;
	size_t n = utf8_decode(g, &c);

	*width = utf8_grapheme_width(g);
	if (*width == 0)
		return 0;
	if (c < 0x7F && n == g.len)
		return c;
	if (!utf8_is_valid(g) || library_width(g) != *width)
		return UTF8_REPLACEMENT;
	return n == g.len ? c : intern_cluster(s, g);
}

/* A grapheme at screen place row, col of width w; half outside: blanks. */
static void
put(struct canvas *c, int row, int col, uint32_t glyph, enum role role, int width)
{
	int left = c->rect.col, right = c->rect.col + c->rect.cols;

	if (row < c->rect.row || row >= c->rect.row + c->rect.rows)
		return;
	if (width == 2 && glyph == UTF8_REPLACEMENT) {
		put(c, row, col, UTF8_REPLACEMENT, role, 1);
		put(c, row, col + 1, ' ', role, 1);
		return;
	}
	if (col >= left && col + width <= right) {
		set_cell(c->cells, row, col, glyph, role, width);
		return;
	}
	for (int i = col; i < col + width; i++)
		if (i >= left && i < right)
			set_cell(c->cells, row, i, ' ', role, 1);
}

int
canvas_grapheme(struct canvas *c, int row, int col, enum role role, struct str grapheme)
{
	int width;
	uint32_t glyph = glyph_of(c->cells, grapheme, &width);

	if (width)
		put(c, c->row + row, c->col + col, glyph, role, width);
	return width;
}

int
canvas_text(struct canvas *c, int row, int col, enum role role, struct str text)
{
	int start = col;

	while (text.len) {
		size_t n = 0;

		while (n < text.len && text.p[n] >= 0x20 && text.p[n] < 0x7F)
			n++;
		/* The last one may be the base of what follows. */
		if (n && n < text.len)
			n--;
		if (n) {
			canvas_ascii(c, row, col, role, str_slice(text, 0, n));
			col += (int)n;
		} else {
			n = utf8_grapheme(text);
			col += canvas_grapheme(c, row, col, role, str_slice(text, 0, n));
		}
		text = str_slice(text, n, text.len);
	}
	return col - start;
}

void
canvas_ascii(struct canvas *c, int row, int col, enum role role, struct str text)
{
	int y, x, n;
	struct screen_cell *cell;

	if (!clip(c->row + row, 1, c->rect.row, c->rect.row + c->rect.rows, &y))
		return;
	n = clip(c->col + col, (int)text.len, c->rect.col, c->rect.col + c->rect.cols, &x);
	if (n == 0)
		return;
	unpair(c->cells, y, x);
	unpair(c->cells, y, x + n - 1);
	cell = &c->cells->cells[y * c->cells->cols + x];
	text.p += x - c->col - col;
	for (int i = 0; i < n; i++)
		cell[i] = (struct screen_cell){ .glyph = (unsigned char)text.p[i],
			.role = (uint8_t)role,
			.width = 1 };
}

int
canvas_puts(struct canvas *c, int row, int col, enum role role, const char *text)
{
	return canvas_text(c, row, col, role, str_from(text));
}

int
canvas_printf(struct canvas *c, int row, int col, enum role role, const char *fmt, ...)
{
	char text[1024];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return n < 0 ? 0 : canvas_text(c, row, col, role, str_from(text));
}

void
canvas_field(struct canvas *c, int row, int col, int width, enum role role, char align,
	struct str text)
{
	size_t used, fits;
	bool cut;
	int left = 0;

	if (width <= 0)
		return;
	fits = utf8_fit(text, (size_t)width, &used);
	cut = fits < text.len;
	if (cut)
		fits = utf8_fit(text, (size_t)width - 1, &used);
	if (!cut && align == 'r')
		left = width - (int)used;
	else if (!cut && align == 'c')
		left = (width - (int)used) / 2;
	canvas_fill(c, row, col, 1, width, role);
	canvas_text(c, row, col + left, role, str_slice(text, 0, fits));
	if (cut)
		canvas_puts(c, row, col + (int)used, role, ascii_frames ? "~" : "…");
}

void
canvas_fill(struct canvas *c, int row, int col, int rows, int cols, enum role role)
{
	int first_row, first_col;
	int n_rows = clip(c->row + row, rows, c->rect.row, c->rect.row + c->rect.rows, &first_row);
	int n_cols = clip(c->col + col, cols, c->rect.col, c->rect.col + c->rect.cols, &first_col);
	struct screen_cell fill = blank;

	fill.role = (uint8_t)role;
	if (n_cols == 0)
		return;
	for (int y = first_row; y < first_row + n_rows; y++) {
		struct screen_cell *cell = &c->cells->cells[y * c->cells->cols + first_col];

		unpair(c->cells, y, first_col);
		unpair(c->cells, y, first_col + n_cols - 1);
		for (int x = 0; x < n_cols; x++)
			cell[x] = fill;
	}
}

void
canvas_clear(struct canvas *c, enum role role)
{
	canvas_fill(c, 0, 0, c->rows, c->cols, role);
}

void
canvas_over(struct canvas *c, int row, int col, int cols, enum role over)
{
	int first_row, first_col;
	int n_rows = clip(c->row + row, 1, c->rect.row, c->rect.row + c->rect.rows, &first_row);
	int n_cols = clip(c->col + col, cols, c->rect.col, c->rect.col + c->rect.cols, &first_col);
	struct screen_cell *cell = &c->cells->cells[first_row * c->cells->cols + first_col];

	if (n_rows == 0)
		return;
	for (int x = 0; x < n_cols; x++)
		cell[x].over = (uint8_t)over;
}

static void
line_glyph(struct canvas *c, int row, int col, enum role role, const char *wide, char narrow)
{
	uint32_t glyph = (unsigned char)narrow;

	if (!ascii_frames)
		utf8_decode(str_from(wide), &glyph);
	put(c, c->row + row, c->col + col, glyph, role, 1);
}

void
canvas_hline(struct canvas *c, int row, int col, int cols, enum role role)
{
	for (int i = 0; i < cols; i++)
		line_glyph(c, row, col + i, role, "─", '-');
}

void
canvas_vline(struct canvas *c, int row, int col, int rows, enum role role)
{
	for (int i = 0; i < rows; i++)
		line_glyph(c, row + i, col, role, "│", '|');
}

void
canvas_box(struct canvas *c, enum role role, enum role title_role, struct str title)
{
	int bottom = c->rows - 1, right = c->cols - 1;

	if (c->rows < 1 || c->cols < 1)
		return;
	canvas_hline(c, 0, 1, right - 1, role);
	canvas_hline(c, bottom, 1, right - 1, role);
	canvas_vline(c, 1, 0, bottom - 1, role);
	canvas_vline(c, 1, right, bottom - 1, role);
	line_glyph(c, 0, 0, role, "┌", '+');
	line_glyph(c, 0, right, role, "┐", '+');
	line_glyph(c, bottom, 0, role, "└", '+');
	line_glyph(c, bottom, right, role, "┘", '+');
	canvas_title(c, title_role, title);
}

void
canvas_title(struct canvas *c, enum role role, struct str title)
{
	struct buf cut = BUF_INIT;

	if (title.len == 0 || c->cols < 6)
		return;
	utf8_add_cut(&cut, title, (size_t)c->cols - 4);
	canvas_printf(c, 0, 1, role, " %s ", buf_text(&cut));
	buf_fini(&cut);
}

void
canvas_scrollbar(struct canvas *c, int row, int col, int rows, size_t first, size_t shown,
	size_t total)
{
	int size, at;

	if (rows < 2 || total <= shown || total == 0)
		return;
	size = (int)((double)rows * (double)shown / (double)total);
	if (size < 1)
		size = 1;
	if (first > total - shown)
		first = total - shown;
	at = (int)((double)(rows - size) * (double)first / (double)(total - shown) + 0.5);
	for (int i = 0; i < size; i++)
		line_glyph(c, row + at + i, col, ROLE_SCROLLBAR, "┃", '#');
}

void
canvas_cursor(struct canvas *c, int row, int col)
{
	if (!c->focused || !rect_has(c->rect, c->row + row, c->col + col))
		return;
	c->cells->cursor_row = c->row + row;
	c->cells->cursor_col = c->col + col;
}
