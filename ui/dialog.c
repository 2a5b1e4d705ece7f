/* SPDX-License-Identifier: MIT */
#include "ui/dialog.h"

#include <stdio.h>
#include <stdlib.h>

#include "src/base/utf8.h"
#include "ui/line.h"

#define BUTTONS_MAX 6
#define COLUMNS_MIN 30
#define COLUMNS_MAX 72
#define BUTTON_GAP 2

enum dialog_kind { DIALOG_BUTTONS, DIALOG_LINE, DIALOG_NAME, DIALOG_PICK };

struct dialog {
	struct pane pane;
	enum dialog_kind kind;
	char *text;	 /* with the lines it was given */
	struct buf laid; /* the text wrapped to `wrapped` columns */
	int wrapped, laid_rows;
	char *words; /* buttons, or the name to be typed, or the items */
	struct str buttons[BUTTONS_MAX];
	int button_count, current, top;
	struct line line;
	dialog_button_fn button_fn;
	dialog_text_fn text_fn;
	void *context;
	bool answered;
};

/* Wraps at blanks where it can; rows are ended by newlines. */
static void
wrap(struct dialog *d, int columns)
{
	struct str s = str_from(d->text);

	if (columns < 1)
		columns = 1;
	buf_clear(&d->laid);
	d->laid_rows = 0;
	d->wrapped = columns;
	while (s.len) {
		size_t line_end = str_find(s, STR("\n"), 0);
		struct str line = str_slice(s, 0, line_end);
		size_t cut = utf8_row(line, (size_t)columns);

		buf_add(&d->laid, line.p, cut);
		buf_addc(&d->laid, '\n');
		d->laid_rows++;
		while (cut < line.len && line.p[cut] == ' ')
			cut++;
		if (cut == line.len && line_end != SIZE_MAX)
			cut++;
		s = str_slice(s, cut, s.len);
	}
}

static struct str
item(const struct dialog *d, int index)
{
	struct str s = str_from(d->words);

	while (index-- > 0) {
		size_t end = str_find(s, STR("\n"), 0);

		s = end == SIZE_MAX ? STR_NONE : str_slice(s, end + 1, s.len);
	}
	return str_slice(s, 0, str_find(s, STR("\n"), 0));
}

static int
text_columns(struct str s)
{
	int most = 0;

	while (s.len) {
		size_t end = str_find(s, STR("\n"), 0);
		int width = (int)utf8_width(str_slice(s, 0, end));

		if (width > most)
			most = width;
		s = end == SIZE_MAX ? STR_NONE : str_slice(s, end + 1, s.len);
	}
	return most;
}

static int
buttons_columns(const struct dialog *d)
{
	int columns = 0;

	for (int i = 0; d->kind == DIALOG_BUTTONS && i < d->button_count; i++)
		columns += (int)utf8_width(d->buttons[i]) + 4 + BUTTON_GAP;
	return columns;
}

/* One line of buttons, or one below the other where they do not fit. */
static int
button_rows(const struct dialog *d, int columns)
{
	return buttons_columns(d) - BUTTON_GAP > columns ? d->button_count : 1;
}

static void
place(struct pane *pane, struct rect screen)
{
	struct dialog *d = (struct dialog *)pane;
	int columns = text_columns(str_from(d->text)), rows;

	if (d->kind == DIALOG_PICK)
		columns = text_columns(str_from(d->words)) + 2;
	if (columns < buttons_columns(d))
		columns = buttons_columns(d);
	if (columns < COLUMNS_MIN)
		columns = COLUMNS_MIN;
	if (d->kind == DIALOG_LINE || d->kind == DIALOG_NAME)
		columns = COLUMNS_MAX - 8;
	if (columns < (int)utf8_width(str_from(pane->title)) + 4)
		columns = (int)utf8_width(str_from(pane->title)) + 4;
	if (columns > COLUMNS_MAX)
		columns = COLUMNS_MAX;
	if (columns > screen.cols - 4)
		columns = screen.cols - 4;
	wrap(d, columns);
	rows = d->laid_rows;
	if (d->kind == DIALOG_BUTTONS)
		rows += 1 + button_rows(d, columns + 2);
	else
		rows += d->kind == DIALOG_PICK ? d->button_count : 3;
	if (screen.rows < rows + 2 || screen.cols < 8)
		pane_place(pane, screen, screen.rows > 4 && screen.cols > 8 ? FRAME_BOX : FRAME_NONE);
	else
		pane_place(pane, ui_centre(screen, rows + 2, columns + 4), FRAME_BOX);
}

/* --- drawing -------------------------------------------------------------------------- */

static void
draw_text(struct dialog *d, struct canvas *c, int rows)
{
	struct str s = buf_str(&d->laid);

	for (int y = 0; s.len && y < rows; y++) {
		size_t end = str_find(s, STR("\n"), 0);

		canvas_text(c, y, 1, ROLE_DIALOG, str_slice(s, 0, end));
		s = end == SIZE_MAX ? STR_NONE : str_slice(s, end + 1, s.len);
	}
}

/* Where the first stands, on the row that is the last or the first of several. */
static int
first_button_col(const struct dialog *d, int columns)
{
	return button_rows(d, columns) > 1 ? 0 : (columns - buttons_columns(d)) / 2 + 1;
}

static void
draw_buttons(struct dialog *d, struct canvas *c)
{
	int col = first_button_col(d, c->cols), rows = button_rows(d, c->cols), y = c->rows - rows;

	for (int i = 0; i < d->button_count; i++) {
		enum role role = i == d->current ? ROLE_BUTTON_FOCUS : ROLE_BUTTON;
		int width = (int)utf8_width(d->buttons[i]) + 4;

		canvas_fill(c, y, col, 1, width, role);
		canvas_puts(c, y, col, role, i == d->current ? "[" : " ");
		canvas_text(c, y, col + 2, role, d->buttons[i]);
		canvas_puts(c, y, col + width - 1, role, i == d->current ? "]" : " ");
		if (i == d->current)
			canvas_cursor(c, y, col + 2);
		if (rows > 1)
			y++;
		else
			col += width + BUTTON_GAP;
	}
}

static void
draw_items(struct dialog *d, struct canvas *c)
{
	int rows = c->rows - d->laid_rows;

	if (d->current < d->top)
		d->top = d->current;
	if (rows > 0 && d->current >= d->top + rows)
		d->top = d->current - rows + 1;
	for (int i = 0; i < rows && d->top + i < d->button_count; i++) {
		int y = d->laid_rows + i;

		canvas_field(c, y, 1, c->cols - 2, ROLE_DIALOG, 'l', item(d, d->top + i));
		if (d->top + i == d->current) {
			canvas_over(c, y, 0, c->cols, ROLE_SELECTED);
			canvas_cursor(c, y, 1);
		}
	}
	canvas_scrollbar(c, d->laid_rows, c->cols - 1, rows, (size_t)d->top,
		(size_t)(rows > 0 ? rows : 0), (size_t)d->button_count);
}

static void
draw(struct pane *pane, struct canvas *c)
{
	struct dialog *d = (struct dialog *)pane;

	canvas_clear(c, ROLE_DIALOG);
	if (d->kind == DIALOG_PICK) {
		draw_text(d, c, c->rows);
		draw_items(d, c);
	} else if (d->kind == DIALOG_BUTTONS) {
		draw_text(d, c, c->rows - button_rows(d, c->cols));
		draw_buttons(d, c);
	} else {
		int y = d->laid_rows + 1 < c->rows ? d->laid_rows + 1 : c->rows - 1;

		draw_text(d, c, y);
		line_draw(&d->line, c, y, 1, c->cols - 2, ROLE_INPUT, true);
	}
}

/* --- answering ------------------------------------------------------------------------- */

static void
answer(struct dialog *d, int button)
{
	struct ui *ui = d->pane.ui;
	dialog_button_fn button_fn = d->button_fn;
	dialog_text_fn text_fn = d->text_fn;
	void *context = d->context;
	char *text = d->kind == DIALOG_LINE ? str_dup(line_text(&d->line)) : NULL;
	bool secret = d->line.masked;

	if (d->kind == DIALOG_NAME && button >= 0) {
		if (!str_is(line_text(&d->line), d->words)) {
			ui_warn(ui, _("That is not the name; Esc leaves it as it is"));
			free(text);
			return;
		}
		button = 1;
	}
	d->answered = true;
	ui_close_overlay(ui, &d->pane);
	if (button_fn)
		button_fn(context, button);
	if (text_fn)
		text_fn(context, button < 0 ? NULL : text);
	if (text && secret)
		explicit_bzero(text, strlen(text));
	free(text);
}

static void
choose_letter(struct dialog *d, uint32_t letter)
{
	for (int i = 0; i < d->button_count && d->kind == DIALOG_BUTTONS; i++) {
		struct str b = d->buttons[i];

		if (b.len && ((uint32_t)(unsigned char)b.p[0] | 0x20) == (letter | 0x20)) {
			answer(d, i);
			return;
		}
	}
}

static void
move(struct dialog *d, int to)
{
	if (to < 0)
		to = d->kind == DIALOG_PICK ? 0 : d->button_count - 1;
	if (to >= d->button_count)
		to = d->kind == DIALOG_PICK ? d->button_count - 1 : 0;
	d->current = to;
}

static bool
handle_key(struct pane *pane, const struct key *k)
{
	struct dialog *d = (struct dialog *)pane;
	int page = pane->rect.rows > 2 ? pane->rect.rows - 2 : 1;

	pane_dirty(pane);
	if (k->code == K_ESC || key_ctrl(k, 'c')) {
		answer(d, -1);
		return true;
	}
	if (k->code == K_ENTER) {
		answer(d, d->current);
		return true;
	}
	if (d->kind == DIALOG_LINE || d->kind == DIALOG_NAME) {
		line_key(&d->line, k, NULL);
		return true;
	}
	if (k->code == K_LEFT || k->code == K_UP || key_is(k, 'k', 0) || key_is(k, 'h', 0) ||
		key_is(k, K_TAB, MOD_SHIFT))
		move(d, d->current - 1);
	else if (k->code == K_RIGHT || k->code == K_DOWN || key_is(k, 'j', 0) ||
		 key_is(k, 'l', 0) || key_is(k, K_TAB, 0))
		move(d, d->current + 1);
	else if (k->code == K_HOME)
		move(d, 0);
	else if (k->code == K_END)
		move(d, d->button_count - 1);
	else if (k->code == K_PAGE_UP)
		move(d, d->current > page ? d->current - page : 0);
	else if (k->code == K_PAGE_DOWN)
		move(d, d->current + page < d->button_count ? d->current + page
							    : d->button_count - 1);
	else if (k->code < 0x80 && k->mods == 0)
		choose_letter(d, k->code);
	return true;
}

static bool
handle_mouse(struct pane *pane, const struct mouse *m)
{
	struct dialog *d = (struct dialog *)pane;
	int col = first_button_col(d, pane->rect.cols), rows = button_rows(d, pane->rect.cols);

	pane_dirty(pane);
	if (d->kind == DIALOG_PICK && m->kind == MOUSE_WHEEL_UP)
		move(d, d->current - 3);
	if (d->kind == DIALOG_PICK && m->kind == MOUSE_WHEEL_DOWN)
		move(d, d->current + 3);
	if (m->kind != MOUSE_PRESS || m->col < 0 || m->col >= pane->rect.cols || m->row < 0 ||
		m->row >= pane->rect.rows)
		return true;
	if (d->kind == DIALOG_PICK && m->row >= d->laid_rows &&
		d->top + m->row - d->laid_rows < d->button_count) {
		answer(d, d->top + m->row - d->laid_rows);
		return true;
	}
	for (int i = 0; d->kind == DIALOG_BUTTONS && i < d->button_count; i++) {
		int width = (int)utf8_width(d->buttons[i]) + 4;

		if (m->row == pane->rect.rows - rows + (rows > 1 ? i : 0) && m->col >= col &&
			m->col < col + width) {
			answer(d, i);
			return true;
		}
		col += rows > 1 ? 0 : width + BUTTON_GAP;
	}
	if (d->kind == DIALOG_LINE || d->kind == DIALOG_NAME)
		line_click(&d->line, m->col - 1);
	return true;
}

static void
handle_paste(struct pane *pane, struct str text)
{
	struct dialog *d = (struct dialog *)pane;

	if (d->kind == DIALOG_LINE || d->kind == DIALOG_NAME)
		line_paste(&d->line, text);
	pane_dirty(pane);
}

static void
free_dialog(struct pane *pane)
{
	struct dialog *d = (struct dialog *)pane;

	/* Closed without an answer (the studio ends): as by Esc, so that nobody waits. */
	if (!d->answered && d->button_fn)
		d->button_fn(d->context, -1);
	if (!d->answered && d->text_fn)
		d->text_fn(d->context, NULL);
	free(d->text);
	free(d->words);
	buf_fini(&d->laid);
	line_fini(&d->line);
	free(d);
}

static const struct pane_ops dialog_ops = {
	.draw = draw,
	.key = handle_key,
	.mouse = handle_mouse,
	.paste = handle_paste,
	.place = place,
	.free = free_dialog,
};

static struct dialog *
new_dialog(enum dialog_kind kind, const char *title, const char *text, const char *words)
{
	struct dialog *d = xcalloc(1, sizeof(*d));
	struct buf clean = BUF_INIT;

	pane_init(&d->pane, &dialog_ops, title);
	d->kind = kind;
	utf8_sanitize(&clean, str_from(text), false);
	d->text = buf_take(&clean);
	d->words = xstrdup(words);
	line_init(&d->line, "");
	return d;
}

void
dialog_ask(struct ui *ui, const char *title, const char *text, const char *buttons,
	dialog_button_fn fn, void *context)
{
	struct dialog *d = new_dialog(DIALOG_BUTTONS, title, text, _(buttons));
	struct str s = str_from(d->words);

	while (s.len && d->button_count < BUTTONS_MAX) {
		size_t end = str_find(s, STR("|"), 0);

		d->buttons[d->button_count++] = str_slice(s, 0, end);
		s = end == SIZE_MAX ? STR_NONE : str_slice(s, end + 1, s.len);
	}
	d->button_fn = fn;
	d->context = context;
	ui_push_overlay(ui, &d->pane, true);
}

void
dialog_tell(struct ui *ui, const char *title, const char *text)
{
	dialog_ask(ui, title, text, N_("Close"), NULL, NULL);
}

void
dialog_error(struct ui *ui, const char *title, const struct err *err)
{
	struct buf text = BUF_INIT;

	buf_adds(&text, err->msg);
	if (err->hint[0])
		buf_addf(&text, "\n\n%s", err->hint);
	dialog_tell(ui, title, buf_text(&text));
	buf_fini(&text);
}

void
dialog_line(struct ui *ui, const char *title, const char *text, const char *initial, bool secret,
	dialog_text_fn fn, void *context)
{
	struct dialog *d = new_dialog(DIALOG_LINE, title, text, "");

	d->line.masked = secret;
	line_set(&d->line, str_from(initial));
	d->text_fn = fn;
	d->context = context;
	ui_push_overlay(ui, &d->pane, true);
}

void
dialog_confirm_name(struct ui *ui, const char *title, const char *text, const char *name,
	dialog_button_fn fn, void *context)
{
	char *whole = xasprintf(_("%s\n\nTo do it, type its name: %s"), text, name);
	struct dialog *d = new_dialog(DIALOG_NAME, title, whole, name);

	free(whole);
	d->button_fn = fn;
	d->context = context;
	ui_push_overlay(ui, &d->pane, true);
}

void
dialog_pick(struct ui *ui, const char *title, const char *items, int current,
	dialog_button_fn fn, void *context)
{
	struct dialog *d = new_dialog(DIALOG_PICK, title, "", items);

	d->button_count = 1;
	for (const char *p = d->words; *p; p++)
		d->button_count += *p == '\n';
	d->current = current < 0 ? 0 : current;
	d->button_fn = fn;
	d->context = context;
	ui_push_overlay(ui, &d->pane, true);
}
