/* SPDX-License-Identifier: MIT */
/* The lines around a screen: menu bar, status line, function keys. */
#include <limits.h>

#include "src/base/utf8.h"
#include "ui/core.h"

#define MESSAGE_ROWS 4 /* of one that is longer than a line */
#define MENUS_MAX 16
#define MENU_ROWS_MIN 6  /* terminals lower than this have no menu bar */
#define FKEY_ROWS_MIN 10

/* The order in which menus stand; others follow as they come. */
static const char *const order[] = { N_("Task"), N_("Edit"), N_("Query"), N_("Content"), N_("Push"),
	N_("Version"), N_("View"), N_("Help") };

static bool
has_menu(const struct ui *ui)
{
	return ui->cells.rows >= MENU_ROWS_MIN;
}

static bool
has_fkeys(const struct ui *ui)
{
	return ui->cells.rows >= FKEY_ROWS_MIN;
}

static bool
has_status(const struct ui *ui)
{
	return ui->cells.rows >= 3;
}

struct rect
chrome_area(const struct ui *ui)
{
	int top = has_menu(ui), bottom = has_status(ui) + has_fkeys(ui);

	return (struct rect){ top, 0, ui->cells.rows - top - bottom, ui->cells.cols };
}

/* --- menus -------------------------------------------------------------------------- */

struct menu_list {
	const char **names;
	size_t count, most;
};

static void
add_menu(void *context, const struct command *c, bool enabled)
{
	struct menu_list *list = context;

	/* A menu of which nothing can be done is not there. */
	if (!enabled)
		return;
	for (size_t i = 0; c->menu && i < list->count; i++)
		if (strcmp(list->names[i], c->menu) == 0)
			return;
	if (c->menu && list->count < list->most)
		list->names[list->count++] = c->menu;
}

size_t
chrome_menus(struct ui *ui, const char **names, size_t most)
{
	const char *found[MENUS_MAX];
	struct menu_list list = { found, 0, MENUS_MAX };
	size_t count = 0;

	ui_each_command(ui, add_menu, &list);
	for (size_t i = 0; i < ARRAY_LEN(order); i++)
		for (size_t j = 0; j < list.count; j++)
			if (found[j] && strcmp(order[i], found[j]) == 0 && count < most) {
				names[count++] = found[j];
				found[j] = NULL;
			}
	for (size_t j = 0; j < list.count; j++)
		if (found[j] && count < most)
			names[count++] = found[j];
	return count;
}

int
chrome_menu_col(struct ui *ui, size_t index)
{
	const char *names[MENUS_MAX];
	size_t count = chrome_menus(ui, names, MENUS_MAX);
	int col = 1;

	for (size_t i = 0; i < index && i < count; i++)
		if (i >= ui->menus_from)
			col += (int)utf8_width(str_from(_(names[i]))) + 2;
	for (size_t i = index; i < ui->menus_from && i < count; i++)
		col -= (int)utf8_width(str_from(_(names[i]))) + 2;
	return col;
}

/* Its name is whole in the bar, which says with › that others follow. */
static bool
shows_menu(struct ui *ui, size_t index, size_t count)
{
	int end = chrome_menu_col(ui, index + 1) - 2;

	return end + (index + 1 < count ? 2 : 0) <= ui->cells.cols;
}

void
chrome_reveal_menu(struct ui *ui, size_t index)
{
	const char *names[MENUS_MAX];
	size_t count = chrome_menus(ui, names, MENUS_MAX);

	ui->menus_from = 0;
	while (ui->menus_from < index && !shows_menu(ui, index, count))
		ui->menus_from++;
	ui_refresh_chrome(ui);
}

static void
draw_menu_bar(struct ui *ui, struct canvas *c)
{
	const char *names[MENUS_MAX];
	size_t count = chrome_menus(ui, names, MENUS_MAX);
	const struct screen *s = ui_screen(ui);
	struct buf place = BUF_INIT;
	struct str rest;
	int col = 1, width;
	size_t gap, i = ui->menus_from;

	canvas_fill(c, 0, 0, 1, c->cols, ROLE_MENU);
	if (i > 0)
		canvas_puts(c, 0, 0, ROLE_MENU, "‹");
	for (; i < count && shows_menu(ui, i, count); i++)
		col += canvas_puts(c, 0, col, ROLE_MENU, _(names[i])) + 2;
	if (i < count) {
		canvas_puts(c, 0, c->cols - 1, ROLE_MENU, "›");
		return;
	}
	if (s && s->ops->place)
		s->ops->place((struct screen *)(uintptr_t)s, &place);
	rest = buf_str(&place);
	/* Parts stand two blanks apart; what does not fit goes from the left. */
	while ((width = (int)utf8_width(rest)) + col + 1 > c->cols &&
		(gap = str_find(rest, STR("  "), 0)) != SIZE_MAX)
		rest = str_slice(rest, gap + 2, rest.len);
	if (width && col + width + 1 <= c->cols)
		canvas_text(c, 0, c->cols - width - 1, ROLE_MENU, rest);
	else if (width && col + 8 < c->cols)
		canvas_field(c, 0, col, c->cols - col - 1, ROLE_MENU, 'l', rest);
	buf_fini(&place);
}

/* --- status ------------------------------------------------------------------------- */

/* What does not fit in one line takes those above it too; the rows it takes. */
static int
draw_long_message(struct ui *ui, struct canvas *c, int row)
{
	int width = c->cols - 2, rows = 0, y;
	struct str text = buf_str(&ui->message), rest = text;

	for (; rest.len && rows < MESSAGE_ROWS && rows < row; rows++)
		rest = str_trim(str_slice(rest, utf8_row(rest, (size_t)width), rest.len));
	for (y = row - rows + 1; y <= row; y++) {
		size_t cut = y < row ? utf8_row(text, (size_t)width) : text.len;

		canvas_fill(c, y, 0, 1, c->cols, ROLE_STATUS);
		canvas_field(c, y, 1, width, ui->message_role, 'l', str_slice(text, 0, cut));
		text = str_trim(str_slice(text, cut, text.len));
	}
	return rows;
}

static void
draw_status(struct ui *ui, struct canvas *c, int row)
{
	int right = c->cols - 1;

	ui->message_rows = 1;
	if (c->cols > 20 && (int)utf8_width(buf_str(&ui->message)) > c->cols - 2) {
		ui->message_rows = draw_long_message(ui, c, row);
		return;
	}

	canvas_fill(c, row, 0, 1, c->cols, ROLE_STATUS);
	for (int i = 0; i < UI_STATES; i++) {
		struct str text = str_from(ui->states[i].text);
		int width = (int)utf8_width(text);

		if (!width || right - width < 2)
			continue;
		right -= width;
		canvas_text(c, row, right, ui->states[i].role, text);
		right -= 2;
	}
	/* A message is more urgent than what stands at the right, which goes where the two
	 * would touch. */
	if (ui->message.len) {
		int width = (int)utf8_width(buf_str(&ui->message));

		if (width > right - 1)
			right = c->cols - 1;
		canvas_field(c, row, 1, right - 1, ui->message_role, 'l', buf_str(&ui->message));
	}
}

/* --- function keys -------------------------------------------------------------------- */

#define FKEY_GAP 2

/* One walk over the keys: it measures them, draws them, or looks for the one that was hit. */
struct fkeys {
	struct ui *ui;
	struct canvas *canvas; /* NULL: nothing is drawn */
	int row, col, cols;
	int menu_cols; /* kept for F10 until it stands */
	bool tight;    /* not all fit: greyed ones have no place */
	int hit_col;   /* -1: nothing is looked for */
	const struct command *hit;
	unsigned drawn; /* bit per function key */
};

static struct str
first_key(const struct ui *ui, const struct command *c)
{
	struct str keys = str_from(ui_command_key(ui, c));

	return str_slice(keys, 0, str_find(keys, STR(" "), 0));
}

static void
add_fkey(void *context, const struct command *c, bool enabled)
{
	struct fkeys *f = context;
	struct str name = first_key(f->ui, c);
	struct key key;
	const char *label = c->fkey ? _(c->fkey) : "";
	int width = (int)(name.len + 1 + utf8_width(str_from(label)));

	if (!c->fkey || !key_parse(name, &key))
		return;
	/* Function keys keep their place when greyed; Ins and Del need none. */
	if (!enabled && (f->tight || key.code < K_F1 || key.code > K_F24))
		return;
	if (key.code == K_F1 + 9)
		f->menu_cols = 0;
	if (f->col + width + f->menu_cols > f->cols)
		return;
	if (key.code >= K_F1 && key.code <= K_F24 && key.mods == 0) {
		unsigned bit = 1u << (key.code - K_F1);

		if (f->drawn & bit)
			return;
		f->drawn |= bit;
	}
	if (f->hit_col >= f->col && f->hit_col < f->col + width + 1)
		f->hit = c;
	if (f->canvas) {
		canvas_text(f->canvas, f->row, f->col, ROLE_FKEY, name);
		canvas_puts(f->canvas, f->row, f->col + (int)name.len + 1,
			enabled ? ROLE_FKEY_LABEL : ROLE_DIM, label);
	}
	f->col += width + FKEY_GAP;
}

struct sorted {
	struct fkeys *f;
	uint32_t code;
};

static void
add_sorted(void *context, const struct command *c, bool enabled)
{
	struct sorted *s = context;
	struct key key;

	if (c->fkey && key_parse(first_key(s->f->ui, c), &key) &&
		(key.code == s->code || (s->code == 0 && (key.code < K_F1 || key.mods))))
		add_fkey(s->f, c, enabled);
}

/* F1 first, F12 last, then the others. */
static void
walk_fkeys(struct fkeys *f)
{
	struct sorted s = { f, 0 };

	f->col = 1;
	for (uint32_t i = 0; i < 12; i++) {
		s.code = K_F1 + i;
		ui_each_command(f->ui, add_sorted, &s);
	}
	s.code = 0;
	ui_each_command(f->ui, add_sorted, &s);
}

/* Whole labels only. Where not all of them fit, F10 is kept: the menu has the rest. */
static void
each_fkey(struct fkeys *f)
{
	struct fkeys measure = { .ui = f->ui, .cols = INT_MAX, .hit_col = -1 };

	f->cols = f->ui->cells.cols;
	walk_fkeys(&measure);
	if (measure.col - FKEY_GAP > f->cols) {
		f->tight = true;
		f->menu_cols = (int)utf8_width(str_from(_("Menu"))) + 4 + FKEY_GAP;
	}
	walk_fkeys(f);
}

void
chrome_draw(struct ui *ui)
{
	struct canvas c = canvas_whole(&ui->cells);
	int row = ui->cells.rows - 1;

	if (has_menu(ui))
		draw_menu_bar(ui, &c);
	if (has_fkeys(ui)) {
		struct fkeys f = { .ui = ui, .canvas = &c, .row = row, .hit_col = -1 };

		canvas_fill(&c, row, 0, 1, c.cols, ROLE_FKEY_LABEL);
		each_fkey(&f);
	}
	chrome_draw_status(ui);
}

void
chrome_draw_status(struct ui *ui)
{
	struct canvas c = canvas_whole(&ui->cells);

	if (has_status(ui))
		draw_status(ui, &c, ui->cells.rows - 1 - has_fkeys(ui));
}

bool
chrome_mouse(struct ui *ui, const struct mouse *mouse)
{
	const char *names[MENUS_MAX];

	if (mouse->kind != MOUSE_PRESS)
		return false;
	if (has_menu(ui) && mouse->row == 0) {
		size_t count = chrome_menus(ui, names, MENUS_MAX);

		for (size_t i = 0; i < count; i++)
			if (mouse->col >= chrome_menu_col(ui, i) - 1 &&
				mouse->col < chrome_menu_col(ui, i + 1) - 1) {
				menu_open(ui, i);
				break;
			}
		return true;
	}
	if (has_fkeys(ui) && mouse->row == ui->cells.rows - 1) {
		struct fkeys f = { .ui = ui, .hit_col = mouse->col };

		each_fkey(&f);
		if (f.hit)
			command_perform(ui, f.hit);
		return true;
	}
	return has_status(ui) && mouse->row >= ui->cells.rows - 1 - has_fkeys(ui);
}
