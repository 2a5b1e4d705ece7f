/* SPDX-License-Identifier: MIT */
/* A form above everything, with buttons below it. */
#include <stdlib.h>

#include "src/base/utf8.h"
#include "ui/form.h"

#define BUTTONS_MAX 6
#define COLUMNS 72

struct form_dialog {
	struct form form; /* its pane is the overlay */
	const struct pane_ops *form_ops;
	struct pane_ops ops;
	char *words;
	struct str buttons[BUTTONS_MAX];
	int button_count, button; /* -1: the fields have the keys */
	form_done_fn done;
	void *context;
	bool answered; /* for good: it is being closed */
};

static void
finish(struct form_dialog *d, int button)
{
	struct ui *ui = d->form.pane.ui;

	d->answered = true;
	if (d->done(d->context, &d->form, button) || button < 0) {
		if (ui_has_overlay(ui, &d->form.pane))
			ui_close_overlay(ui, &d->form.pane);
	} else {
		d->answered = false;
		pane_dirty(&d->form.pane);
	}
}

static void
place(struct pane *pane, struct rect screen)
{
	struct form_dialog *d = (struct form_dialog *)pane;
	int rows = (int)d->form.count + 6;
	struct rect r = ui_centre(screen, rows, COLUMNS);

	pane_place(pane, r, r.rows > 5 && r.cols > 20 ? FRAME_BOX : FRAME_NONE);
}

static int
button_cols(const struct form_dialog *d, int i)
{
	return (int)utf8_width(d->buttons[i]) + 4;
}

static void
draw(struct pane *pane, struct canvas *c)
{
	struct form_dialog *d = (struct form_dialog *)pane;
	struct rect whole = pane->rect;
	struct canvas above = canvas_sub(c, (struct rect){ 0, 0, c->rows - 2, c->cols });
	int col = 1, y = c->rows - 1;

	canvas_clear(c, ROLE_DIALOG);
	above.focused = c->focused && d->button < 0;
	pane->rect.rows -= 2;
	d->form_ops->draw(pane, &above);
	pane->rect = whole;
	for (int i = 0; i < d->button_count; i++) {
		enum role role = i == d->button ? ROLE_BUTTON_FOCUS : ROLE_BUTTON;
		int width = button_cols(d, i);

		canvas_fill(c, y, col, 1, width, role);
		canvas_puts(c, y, col, role, i == d->button ? "[" : " ");
		canvas_text(c, y, col + 2, role, d->buttons[i]);
		canvas_puts(c, y, col + width - 1, role, i == d->button ? "]" : " ");
		if (i == d->button)
			canvas_cursor(c, y, col + 2);
		col += width + 2;
	}
}

static bool
button_key(struct form_dialog *d, const struct key *k)
{
	if (k->code == K_ENTER || key_is(k, ' ', 0))
		finish(d, d->button);
	else if (k->code == K_LEFT && d->button > 0)
		d->button--;
	else if ((k->code == K_RIGHT || key_is(k, K_TAB, 0)) && d->button + 1 < d->button_count)
		d->button++;
	else if (k->code == K_UP || key_is(k, K_TAB, MOD_SHIFT))
		d->button = d->button > 0 && k->code == K_TAB ? d->button - 1 : -1;
	else if (key_is(k, K_TAB, 0)) {
		d->button = -1;
		d->form.current = 0;
	}
	return true;
}

static bool
handle_key(struct pane *pane, const struct key *k)
{
	struct form_dialog *d = (struct form_dialog *)pane;
	bool last = d->form.current + 1 >= d->form.count;

	pane_dirty(pane);
	if (k->code == K_ESC || key_ctrl(k, 'c')) {
		finish(d, -1);
	} else if (key_is(k, K_F1 + 1, 0) || key_ctrl(k, 's')) {
		finish(d, 0);
	} else if (d->button >= 0) {
		button_key(d, k);
	} else if (last && (key_is(k, K_TAB, 0) || k->code == K_DOWN)) {
		d->button = 0;
	} else if (!d->form_ops->key(pane, k) && last && k->code == K_ENTER) {
		d->button = 0;
	}
	return true;
}

static bool
handle_mouse(struct pane *pane, const struct mouse *m)
{
	struct form_dialog *d = (struct form_dialog *)pane;
	int col = 1;

	if (m->kind == MOUSE_PRESS && m->row == pane->rect.rows - 1) {
		for (int i = 0; i < d->button_count; i++) {
			if (m->col >= col && m->col < col + button_cols(d, i)) {
				finish(d, i);
				return true;
			}
			col += button_cols(d, i) + 2;
		}
		return true;
	}
	if (m->row < 0 || m->row >= pane->rect.rows - 2 || m->col < 0 || m->col >= pane->rect.cols)
		return true;
	d->button = -1;
	return d->form_ops->mouse(pane, m);
}

static void
handle_paste(struct pane *pane, struct str text)
{
	struct form_dialog *d = (struct form_dialog *)pane;

	if (d->button < 0)
		d->form_ops->paste(pane, text);
}

static void
free_dialog(struct pane *pane)
{
	struct form_dialog *d = (struct form_dialog *)pane;

	if (!d->answered)
		d->done(d->context, &d->form, -1);
	form_fini(&d->form);
	free(d->words);
	free(d);
}

struct form *
form_dialog(struct ui *ui, const char *title, const char *buttons, form_done_fn done, void *context)
{
	struct form_dialog *d = xcalloc(1, sizeof(*d));
	struct str s;

	form_init(&d->form, title, context);
	d->form_ops = d->form.pane.ops;
	d->ops = (struct pane_ops){ .draw = draw,
		.key = handle_key,
		.mouse = handle_mouse,
		.paste = handle_paste,
		.place = place,
		.free = free_dialog,
		.keys_help = d->form_ops->keys_help };
	d->form.pane.ops = &d->ops;
	d->button = -1;
	d->done = done;
	d->context = context;
	d->words = xstrdup(_(buttons));
	s = str_from(d->words);
	while (s.len && d->button_count < BUTTONS_MAX) {
		size_t end = str_find(s, STR("|"), 0);

		d->buttons[d->button_count++] = str_slice(s, 0, end);
		s = end == SIZE_MAX ? STR_NONE : str_slice(s, end + 1, s.len);
	}
	ui_push_overlay(ui, &d->form.pane, true);
	return &d->form;
}
