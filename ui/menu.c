/* SPDX-License-Identifier: MIT */
/* The open menu: an overlay below the menu bar. One exists at a time. */
#include <stdlib.h>

#include "src/base/utf8.h"
#include "ui/core.h"

#define MENUS_MAX 16
#define ITEMS_MAX 64

struct menu {
	struct pane pane;
	const char *names[MENUS_MAX];
	size_t name_count, index;
	const struct command *items[ITEMS_MAX];
	bool enabled[ITEMS_MAX];
	size_t count, current, top;
	int width;
};

static void
add_item(void *context, const struct command *c, bool enabled)
{
	struct menu *m = context;

	if (!c->menu || strcmp(c->menu, m->names[m->index]) != 0 || m->count == ITEMS_MAX)
		return;
	m->items[m->count] = c;
	m->enabled[m->count++] = enabled;
}

/* A letter, where letters are typed. */
static bool
is_typed(const struct ui *ui, const struct key *key)
{
	const struct screen *s = ui_screen(ui);
	const struct pane *focused = s ? screen_focused(s) : NULL;

	return focused && focused->typing && key_is_text(key);
}

/* The first of its keys that means it now (Ctrl-Z is not always Suspend), best one that
 * does not need another pane. */
static struct str
shown_key(const struct menu *m, size_t i)
{
	const struct command *c = m->items[i], *meant;
	struct str keys = str_from(ui_command_key(m->pane.ui, c)), elsewhere = STR_NONE;

	while (keys.len) {
		size_t end = str_find(keys, STR(" "), 0);
		struct str name = str_slice(keys, 0, end);
		struct key key = { 0 };

		meant = key_parse(name, &key) ? command_of_key(m->pane.ui, &key) : NULL;
		if ((meant == c || !meant) && !is_typed(m->pane.ui, &key))
			return name;
		if (meant == c && !elsewhere.len)
			elsewhere = name;
		keys = end == SIZE_MAX ? STR_NONE : str_slice(keys, end + 1, keys.len);
	}
	return elsewhere;
}

static void
fill(struct menu *m)
{
	m->count = m->current = m->top = 0;
	m->width = 0;
	ui_each_command(m->pane.ui, add_item, m);
	for (size_t i = 0; i < m->count; i++) {
		int width = (int)(utf8_width(str_from(_(m->items[i]->label))) + shown_key(m, i).len);

		if (width > m->width)
			m->width = width;
	}
}

static void
place(struct pane *pane, struct rect screen)
{
	struct menu *m = (struct menu *)pane;
	int cols = m->width + 8, rows = (int)m->count + 2;
	int col = chrome_menu_col(pane->ui, m->index) - 1;

	if (cols > screen.cols)
		cols = screen.cols;
	if (col + cols > screen.cols)
		col = screen.cols - cols;
	if (rows > screen.rows - 1)
		rows = screen.rows - 1;
	pane_place(pane, (struct rect){ 1, col, rows, cols }, FRAME_BOX);
}

static void
show(struct menu *m, size_t index)
{
	m->index = index;
	fill(m);
	chrome_reveal_menu(m->pane.ui, index);
	m->pane.ui->dirty_all = true;
	place(&m->pane, ui_area(m->pane.ui));
}

static void
draw(struct pane *pane, struct canvas *c)
{
	struct menu *m = (struct menu *)pane;
	struct canvas bar = canvas_whole(&pane->ui->cells);
	size_t rows = (size_t)c->rows;
	struct str name = str_from(_(m->names[m->index]));

	if (m->current < m->top)
		m->top = m->current;
	if (m->current >= m->top + rows)
		m->top = m->current - rows + 1;
	canvas_text(&bar, 0, chrome_menu_col(pane->ui, m->index), ROLE_MENU_SELECTED, name);
	canvas_clear(c, ROLE_POPUP);
	for (size_t y = 0; y < rows && m->top + y < m->count; y++) {
		size_t i = m->top + y;
		enum role role = i == m->current ? ROLE_POPUP_SELECTED
			: m->enabled[i]		 ? ROLE_POPUP
						 : ROLE_DIM;
		struct str key = shown_key(m, i);

		canvas_fill(c, (int)y, 0, 1, c->cols, role);
		canvas_field(c, (int)y, 1, c->cols - (int)key.len - (key.len ? 3 : 2), role, 'l',
			str_from(_(m->items[i]->label)));
		canvas_text(c, (int)y, c->cols - 1 - (int)key.len, role, key);
	}
	canvas_cursor(c, (int)(m->current - m->top), 0);
}

static void
choose(struct menu *m, size_t i)
{
	struct ui *ui = m->pane.ui;
	const struct command *c = i < m->count ? m->items[i] : NULL;

	ui_close_overlay(ui, &m->pane);
	if (c)
		command_perform(ui, c);
}

static bool
handle_key(struct pane *pane, const struct key *k)
{
	struct menu *m = (struct menu *)pane;

	pane_dirty(pane);
	if (k->code == K_LEFT || key_is(k, 'h', 0))
		show(m, (m->index + m->name_count - 1) % m->name_count);
	else if (k->code == K_RIGHT || key_is(k, 'l', 0) || key_is(k, K_TAB, 0))
		show(m, (m->index + 1) % m->name_count);
	else if (k->code == K_DOWN || key_is(k, 'j', 0))
		m->current = m->count ? (m->current + 1) % m->count : 0;
	else if (k->code == K_UP || key_is(k, 'k', 0))
		m->current = m->count ? (m->current + m->count - 1) % m->count : 0;
	else if (k->code == K_HOME || k->code == K_PAGE_UP)
		m->current = 0;
	else if (k->code == K_END || k->code == K_PAGE_DOWN)
		m->current = m->count ? m->count - 1 : 0;
	else if (k->code == K_ENTER)
		choose(m, m->current);
	else if (k->code == K_ESC || key_is(k, K_F1 + 9, 0) || key_is(k, 'q', 0))
		ui_close_overlay(pane->ui, pane);
	return true;
}

static bool
handle_mouse(struct pane *pane, const struct mouse *mouse)
{
	struct menu *m = (struct menu *)pane;
	struct ui *ui = pane->ui;
	int row = mouse->row + pane->rect.row, col = mouse->col + pane->rect.col;

	if (mouse->kind != MOUSE_PRESS)
		return true;
	if (rect_has(pane->rect, row, col)) {
		choose(m, m->top + (size_t)mouse->row);
		return true;
	}
	for (size_t i = 0; row == 0 && i < m->name_count; i++)
		if (col >= chrome_menu_col(ui, i) - 1 && col < chrome_menu_col(ui, i + 1) - 1) {
			show(m, i);
			return true;
		}
	ui_close_overlay(ui, pane);
	return true;
}

static void
free_menu(struct pane *pane)
{
	if (pane->ui->menus_from) {
		pane->ui->menus_from = 0;
		ui_refresh_chrome(pane->ui);
	}
	free(pane);
}

static const struct pane_ops menu_ops = {
	.draw = draw,
	.key = handle_key,
	.mouse = handle_mouse,
	.place = place,
	.free = free_menu,
};

void
menu_open(struct ui *ui, size_t index)
{
	struct menu *m = xcalloc(1, sizeof(*m));

	pane_init(&m->pane, &menu_ops, "");
	m->pane.ui = ui;
	m->name_count = chrome_menus(ui, m->names, MENUS_MAX);
	if (index >= m->name_count) {
		free(m);
		return;
	}
	m->index = index;
	fill(m);
	chrome_reveal_menu(ui, index);
	ui_push_overlay(ui, &m->pane, true);
}

/* "Task" is opened by Alt-t, in every language. */
static uint32_t
letter_of(const char *name)
{
	unsigned char b = (unsigned char)name[0];

	return b >= 'A' && b <= 'Z' ? b + 32u : b;
}

bool
menu_open_by_letter(struct ui *ui, uint32_t letter)
{
	const char *names[MENUS_MAX];
	size_t count = chrome_menus(ui, names, MENUS_MAX);

	if (letter >= 'A' && letter <= 'Z')
		letter += 32;
	for (size_t i = 0; i < count; i++)
		if (letter_of(names[i]) == letter) {
			menu_open(ui, i);
			return true;
		}
	return false;
}
