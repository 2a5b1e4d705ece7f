/* SPDX-License-Identifier: MIT */
#include "ui/grid.h"

#include <stdlib.h>

#include "src/base/utf8.h"
#include "ui/viewer.h"

#define WIDTH_MAX 40
#define WIDTH_MIN 3
#define SAMPLE 100 /* rows that decide a column's width */
#define GAP 3	   /* " │ " */
#define CELL_SHOWN ((size_t)1 << 20)
#define FIND_AT_ONCE 200000 /* cells looked at for one key */

static void draw(struct pane *pane, struct canvas *c);
static bool handle_key(struct pane *pane, const struct key *k);
static bool handle_mouse(struct pane *pane, const struct mouse *m);
static void handle_paste(struct pane *pane, struct str text);

static const struct pane_ops pane_ops = {
	.draw = draw,
	.key = handle_key,
	.mouse = handle_mouse,
	.paste = handle_paste,
	.keys_help = N_("Arrows hjkl\tMove by cells\nPgUp PgDn g G\tPage, first, last row\n"
			"Home End < >\tFirst, last column\nEnter Space\tShow the whole cell\n"
			"y Ctrl-C\tCopy the cell\nf\tFreeze or free the first column\n"
			"/ n N\tFind, next, previous"),
};

void
grid_init(struct grid *grid, const struct grid_ops *ops, const char *title, void *context)
{
	*grid = (struct grid){ .grid_ops = ops, .context = context, .frozen = 1 };
	pane_init(&grid->pane, &pane_ops, title);
	line_init(&grid->find, "");
}

void
grid_fini(struct grid *grid)
{
	free(grid->widths);
	grid->widths = NULL;
	line_fini(&grid->find);
	buf_fini(&grid->scratch);
}

void
grid_set_size(struct grid *grid, size_t rows, size_t columns)
{
	free(grid->widths);
	grid->widths = columns ? xcalloc(columns, sizeof(int)) : NULL;
	grid->rows = rows;
	grid->columns = columns;
	grid->row = grid->column = grid->top = grid->left = 0;
	grid->finding = grid->pane.typing = false;
	pane_dirty(&grid->pane);
}

void
grid_set_rows(struct grid *grid, size_t rows)
{
	grid->rows = rows;
	if (grid->row >= rows)
		grid->row = rows ? rows - 1 : 0;
	pane_dirty(&grid->pane);
}

/* --- cells ----------------------------------------------------------------------------- */

/* One line of at most `columns` columns: what is beyond is not even looked at. */
static struct str
one_line(struct grid *grid, struct str text, int columns)
{
	size_t most = (size_t)columns * 8 + 16;

	while (most < text.len && ((unsigned char)text.p[most] & 0xC0) == 0x80)
		most++;
	buf_clear(&grid->scratch);
	utf8_sanitize(&grid->scratch, str_slice(text, 0, most), true);
	return buf_str(&grid->scratch);
}

static int
cell_width(struct grid *grid, struct str text)
{
	size_t width = utf8_width(one_line(grid, text, WIDTH_MAX));

	return width < WIDTH_MAX ? (int)width : WIDTH_MAX;
}

static int
column_width(struct grid *grid, size_t column)
{
	int *width = &grid->widths[column];
	size_t rows = grid->rows < SAMPLE ? grid->rows : SAMPLE;
	size_t from = grid->top + rows <= grid->rows ? grid->top : grid->rows - rows;

	if (*width)
		return *width;
	*width = cell_width(grid, grid->grid_ops->column(grid, column).name);
	for (size_t row = from; row < from + rows && *width < WIDTH_MAX; row++) {
		enum role role = ROLE_TEXT;
		int w = cell_width(grid, grid->grid_ops->cell(grid, row, column, &role));

		if (w > *width)
			*width = w;
	}
	if (*width < WIDTH_MIN)
		*width = WIDTH_MIN;
	return *width;
}

static int
visible_rows(const struct grid *grid)
{
	int rows = grid->pane.rect.rows - 1 - grid->finding;

	return rows < 0 ? 0 : rows;
}

static size_t
frozen(const struct grid *grid)
{
	return grid->columns > 1 && grid->pane.rect.cols >= 30 ? grid->frozen : 0;
}

/* Scrolls so that the cursor's cell is on the screen. */
static void
show_cursor(struct grid *grid)
{
	size_t rows = (size_t)visible_rows(grid), keep = frozen(grid);
	int room = grid->pane.rect.cols - 1;

	if (grid->row < grid->top)
		grid->top = grid->row;
	if (rows && grid->row >= grid->top + rows)
		grid->top = grid->row - rows + 1;
	if (grid->top + rows > grid->rows)
		grid->top = grid->rows > rows ? grid->rows - rows : 0;
	/* On the column that stays, those beside it are its neighbours. */
	if (grid->left < keep || grid->column < keep)
		grid->left = keep;
	if (grid->columns == 0 || grid->column < keep)
		return;
	if (grid->column < grid->left)
		grid->left = grid->column;
	if (keep)
		room -= column_width(grid, 0) + GAP;
	for (;;) {
		int used = 0;

		for (size_t i = grid->left; i <= grid->column; i++)
			used += column_width(grid, i) + GAP;
		if (used - GAP <= room || grid->left >= grid->column)
			break;
		grid->left++;
	}
}

/* --- drawing --------------------------------------------------------------------------- */

static void
draw_column(struct grid *grid, struct canvas *c, size_t column, int x, int width, int rows)
{
	struct grid_column head = grid->grid_ops->column(grid, column);
	char align = head.right ? 'r' : 'l';
	bool follows = column == grid->left && grid->left > frozen(grid);
	int shift = follows && x == 0;

	if (x + width > c->cols) /* what the edge cuts says so */
		width = c->cols - x;
	canvas_field(c, 0, x + shift, width - shift, ROLE_HEADER, align,
		one_line(grid, head.name, width));
	if (follows)
		canvas_puts(c, 0, x + shift - 1, ROLE_HEADER, "‹");
	for (int y = 0; y < rows && grid->top + (size_t)y < grid->rows; y++) {
		size_t row = grid->top + (size_t)y;
		enum role role = ROLE_TEXT;
		struct str text = grid->grid_ops->cell(grid, row, column, &role);

		canvas_field(c, y + 1, x, width, role, align, one_line(grid, text, width));
		if (row == grid->row && column == grid->column) {
			canvas_over(c, y + 1, x, width,
				grid->pane.focused ? ROLE_SELECTED : ROLE_SELECTED_QUIET);
			if (!grid->finding)
				canvas_cursor(c, y + 1, x);
		} else if (row == grid->row) {
			canvas_over(c, y + 1, x, width, ROLE_SELECTED_QUIET);
		}
	}
	if (x + width < c->cols)
		canvas_vline(c, 0, x + width + 1, rows + 1, ROLE_BORDER);
}

static void
draw(struct pane *pane, struct canvas *c)
{
	struct grid *grid = (struct grid *)pane;
	int rows = visible_rows(grid), x = 0, shown;
	size_t keep = frozen(grid), column;

	canvas_clear(c, ROLE_TEXT);
	if (grid->columns == 0) {
		canvas_puts(c, 0, 1, ROLE_DIM, grid->empty ? _(grid->empty) : "");
		return;
	}
	show_cursor(grid);
	shown = (size_t)rows < grid->rows - grid->top ? rows : (int)(grid->rows - grid->top);
	for (column = keep ? 0 : grid->left; column < grid->columns && x < c->cols;) {
		int width = column_width(grid, column);

		draw_column(grid, c, column, x, width, shown);
		x += width + GAP;
		column = column < keep ? grid->left : column + 1;
	}
	if (column < grid->columns || x - GAP > c->cols)
		canvas_puts(c, 0, c->cols - 1, ROLE_HEADER, "›");
	if (grid->rows == 0)
		canvas_puts(c, 1, 1, ROLE_DIM, grid->no_rows ? _(grid->no_rows) : _("no rows"));
	canvas_scrollbar(c, 1, c->cols - 1, rows, grid->top, (size_t)rows, grid->rows);
	if (grid->finding) {
		canvas_fill(c, c->rows - 1, 0, 1, c->cols, ROLE_INPUT);
		canvas_puts(c, c->rows - 1, 0, ROLE_INPUT_LABEL, "/");
		line_draw(&grid->find, c, c->rows - 1, 1, c->cols - 1, ROLE_INPUT, true);
	}
}

/* --- moving ----------------------------------------------------------------------------- */

void
grid_select(struct grid *grid, size_t row, size_t column)
{
	if (grid->rows == 0 || grid->columns == 0)
		return;
	row = row < grid->rows ? row : grid->rows - 1;
	column = column < grid->columns ? column : grid->columns - 1;
	if (row == grid->row && column == grid->column)
		return;
	grid->row = row;
	grid->column = column;
	pane_dirty(&grid->pane);
	if (grid->grid_ops->moved)
		grid->grid_ops->moved(grid, row, column);
}

static void
move(struct grid *grid, long rows, long columns)
{
	long row = (long)grid->row + rows, column = (long)grid->column + columns;

	grid_select(grid, row < 0 ? 0 : (size_t)row, column < 0 ? 0 : (size_t)column);
}

static struct str
current_cell(struct grid *grid)
{
	enum role role = ROLE_TEXT;

	if (grid->row >= grid->rows || grid->column >= grid->columns)
		return STR_NONE;
	return grid->grid_ops->cell(grid, grid->row, grid->column, &role);
}

/* The whole cell, up to 1 MB, in lines of at most `columns`. */
static void
wrap(struct buf *to, struct str cell, int columns)
{
	struct buf clean = BUF_INIT;
	struct str s;

	utf8_sanitize(&clean, str_slice(cell, 0, CELL_SHOWN), false);
	if (cell.len > CELL_SHOWN)
		buf_addf(&clean, "\n… %zu", cell.len);
	s = buf_str(&clean);
	columns = columns < 10 ? 10 : columns < 90 ? columns : 90;
	while (s.len) {
		size_t end = str_find(s, STR("\n"), 0);
		struct str line = str_slice(s, 0, end);
		size_t fits = utf8_fit(line, (size_t)columns, NULL);

		buf_add(to, line.p, fits);
		buf_addc(to, '\n');
		s = str_slice(s, fits + (fits == line.len && end != SIZE_MAX), s.len);
	}
	buf_fini(&clean);
}

static void
open_cell(struct grid *grid)
{
	struct buf title = BUF_INIT, text = BUF_INIT;

	if (grid->rows == 0 || grid->columns == 0)
		return;
	if (grid->grid_ops->activate) {
		grid->grid_ops->activate(grid, grid->row, grid->column);
		return;
	}
	utf8_sanitize(&title, grid->grid_ops->column(grid, grid->column).name, true);
	wrap(&text, current_cell(grid), grid->pane.ui ? ui_area(grid->pane.ui).cols - 8 : 72);
	viewer_dialog(grid->pane.ui, buf_text(&title), buf_str(&text));
	buf_fini(&title);
	buf_fini(&text);
}

static void
find(struct grid *grid, bool back)
{
	struct str what = line_text(&grid->find);
	size_t cells = grid->rows * grid->columns, at = grid->row * grid->columns + grid->column;
	size_t most = cells < FIND_AT_ONCE ? cells : FIND_AT_ONCE;

	if (what.len == 0 || cells == 0)
		return;
	for (size_t i = 0; i < most; i++) {
		enum role role = ROLE_TEXT;

		at = back ? (at + cells - 1) % cells : (at + 1) % cells;
		if (str_has_nocase(grid->grid_ops->cell(grid, at / grid->columns,
					    at % grid->columns, &role),
			    what)) {
			grid_select(grid, at / grid->columns, at % grid->columns);
			return;
		}
	}
	ui_say(grid->pane.ui, _("Not found: %.*s"), STR_ARG(what));
}

static void
set_finding(struct grid *grid, bool on)
{
	grid->finding = grid->pane.typing = on;
	pane_dirty(&grid->pane);
}

static bool
find_key(struct grid *grid, const struct key *k)
{
	if (k->code == K_ESC) {
		set_finding(grid, false);
	} else if (k->code == K_ENTER) {
		set_finding(grid, false);
		find(grid, false);
	} else if (!line_key(&grid->find, k, NULL)) {
		return false;
	}
	pane_dirty(&grid->pane);
	return true;
}

static bool
letter_key(struct grid *grid, uint32_t code)
{
	long page = visible_rows(grid) > 1 ? visible_rows(grid) - 1 : 1;

	switch (code) {
	case 'j': case K_DOWN:
		move(grid, 1, 0);
		return true;
	case 'k': case K_UP:
		move(grid, -1, 0);
		return true;
	case 'h': case K_LEFT:
		move(grid, 0, -1);
		return true;
	case 'l': case K_RIGHT:
		move(grid, 0, 1);
		return true;
	case K_PAGE_DOWN:
		grid->top += (size_t)page;
		move(grid, page, 0);
		return true;
	case K_PAGE_UP:
		grid->top = grid->top > (size_t)page ? grid->top - (size_t)page : 0;
		move(grid, -page, 0);
		return true;
	case 'g':
		grid_select(grid, 0, grid->column);
		return true;
	case 'G':
		grid_select(grid, SIZE_MAX, grid->column);
		return true;
	case '<': case K_HOME:
		grid_select(grid, grid->row, 0);
		return true;
	case '>': case K_END:
		grid_select(grid, grid->row, SIZE_MAX);
		return true;
	case ' ': case K_ENTER:
		open_cell(grid);
		return true;
	case 'y':
		ui_copy(grid->pane.ui, current_cell(grid));
		ui_say(grid->pane.ui, _("Copied"));
		return true;
	case 'f':
		grid->frozen = !grid->frozen;
		grid->left = 0;
		pane_dirty(&grid->pane);
		return true;
	case '/':
		set_finding(grid, true);
		return true;
	case 'n': case 'N':
		find(grid, code == 'N');
		return line_text(&grid->find).len > 0;
	default:
		return false;
	}
}

static bool
handle_key(struct pane *pane, const struct key *k)
{
	struct grid *grid = (struct grid *)pane;

	if (grid->finding && find_key(grid, k))
		return true;
	if (key_ctrl(k, 'c'))
		return letter_key(grid, 'y');
	if (k->mods == MOD_CTRL && (k->code == K_HOME || k->code == K_END)) {
		grid_select(grid, k->code == K_HOME ? 0 : SIZE_MAX, grid->column);
		return true;
	}
	return (k->mods & ~(unsigned)MOD_SHIFT) == 0 && letter_key(grid, k->code);
}

static size_t
column_under(struct grid *grid, int col)
{
	size_t keep = frozen(grid), column = keep ? 0 : grid->left;
	int x = 0;

	while (column + 1 < grid->columns) {
		x += column_width(grid, column) + GAP;
		if (col < x)
			break;
		column = column < keep ? grid->left : column + 1;
	}
	return column;
}

static bool
handle_mouse(struct pane *pane, const struct mouse *m)
{
	struct grid *grid = (struct grid *)pane;

	if (grid->columns == 0)
		return true;
	if (m->kind == MOUSE_WHEEL_DOWN)
		move(grid, 3, 0);
	else if (m->kind == MOUSE_WHEEL_UP)
		move(grid, -3, 0);
	else if (m->kind == MOUSE_PRESS && m->row >= 1 && m->row <= visible_rows(grid)) {
		grid_select(grid, grid->top + (size_t)m->row - 1, column_under(grid, m->col));
		if (m->clicks == 2)
			open_cell(grid);
	}
	return true;
}

static void
handle_paste(struct pane *pane, struct str text)
{
	struct grid *grid = (struct grid *)pane;

	if (!grid->finding)
		return;
	line_paste(&grid->find, text);
	pane_dirty(pane);
}

/* --- results ------------------------------------------------------------------------------ */

static struct grid_column
result_column(struct grid *grid, size_t column)
{
	const struct result *r = grid->context;

	return (struct grid_column){ r->columns[column].name,
		value_kind_is_number(r->columns[column].kind) };
}

static struct str
result_cell(struct grid *grid, size_t row, size_t column, enum role *role)
{
	const struct result *r = grid->context;
	struct value v = result_at(r, row, column);

	if (v.kind == VALUE_NULL) {
		*role = ROLE_NULL_VALUE;
		return STR("NULL");
	}
	if (value_kind_is_number(v.kind))
		*role = ROLE_NUMBER;
	return v.text;
}

static const struct grid_ops result_ops = { .column = result_column, .cell = result_cell };

void
grid_init_result(struct grid *grid, const char *title)
{
	grid_init(grid, &result_ops, title, NULL);
}

void
grid_show_result(struct grid *grid, const struct result *result)
{
	grid->context = (void *)(uintptr_t)result;
	grid_set_size(grid, result ? result->row_count : 0, result ? result->column_count : 0);
}
