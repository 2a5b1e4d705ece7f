/* SPDX-License-Identifier: MIT */
#include "ui/form.h"

#include <stdlib.h>

#include "src/base/utf8.h"
#include "ui/choice.h"
#include "ui/form_private.h"

#define LABEL_MAX 24

static void draw(struct pane *pane, struct canvas *c);
static bool handle_key(struct pane *pane, const struct key *k);
static bool handle_mouse(struct pane *pane, const struct mouse *m);
static void handle_paste(struct pane *pane, struct str text);

static const struct pane_ops pane_ops = {
	.draw = draw,
	.key = handle_key,
	.mouse = handle_mouse,
	.paste = handle_paste,
	.keys_help = N_("Up Down Tab\tMove between fields\nSpace Left Right, its first letter\tChange a choice\n"
			"Enter\tNext field, or choose from a list\nCtrl-Z Ctrl-Y\tUndo, redo"),
};

void
form_init(struct form *form, const char *title, void *context)
{
	*form = (struct form){ .context = context };
	pane_init(&form->pane, &pane_ops, title);
	form->pane.typing = true;
}

void
form_clear(struct form *form)
{
	for (size_t i = 0; i < form->count; i++) {
		line_fini(&form->fields[i].line);
		free(form->fields[i].error);
	}
	form->count = form->current = form->top = 0;
	form->label_cols = 0;
	pane_dirty(&form->pane);
}

void
form_fini(struct form *form)
{
	form_clear(form);
}

/* Headers are typed on one line, with | between them. */
static void
set_value(struct form_field *f, const char *value)
{
	struct buf one = BUF_INIT;

	for (; *value; value++) {
		if (*value == '\n' && f->field->kind == FIELD_HEADERS)
			buf_adds(&one, " | ");
		else
			buf_addc(&one, *value);
	}
	line_set(&f->line, buf_str(&one));
	if (f->line.masked && one.p)
		explicit_bzero(one.p, one.len);
	buf_fini(&one);
}

void
form_add(struct form *form, const struct field *field, const char *value)
{
	struct form_field *f = &form->fields[form->count];
	int width = (int)utf8_width(str_from(_(field->label)));

	if (form->count == FORM_FIELDS_MAX)
		return;
	form->count++;
	*f = (struct form_field){ .field = field };
	line_init(&f->line, "");
	f->line.masked = field_is_secret(field);
	f->stored = f->line.masked && value && *value;
	if (!value)
		value = field->initial ? field->initial : "";
	if (!f->stored)
		set_value(f, value);
	if (width > form->label_cols)
		form->label_cols = width < LABEL_MAX ? width : LABEL_MAX;
	/* A dialog grows with its fields. */
	if (form->pane.ui && form->pane.ops->place)
		form->pane.ops->place(&form->pane, ui_area(form->pane.ui));
	pane_dirty(&form->pane);
}

void
form_add_table(struct form *form, const struct field *fields, size_t count,
	const struct settings *values)
{
	for (size_t i = 0; i < count; i++)
		form_add(form, &fields[i],
			values && settings_has(values, fields[i].name)
				? settings_get(values, fields[i].name)
				: NULL);
}

static struct form_field *
find(const struct form *form, const char *name)
{
	for (size_t i = 0; i < form->count; i++)
		if (strcmp(form->fields[i].field->name, name) == 0)
			return (struct form_field *)(uintptr_t)&form->fields[i];
	return NULL;
}

void
form_set_read_only(struct form *form, const char *name)
{
	struct form_field *f = find(form, name);

	if (f)
		f->read_only = true;
}

const char *
form_get(const struct form *form, const char *name)
{
	const struct form_field *f = find(form, name);

	return f ? buf_text(&f->line.text) : "";
}

bool
form_get_bool(const struct form *form, const char *name)
{
	return strcmp(form_get(form, name), "true") == 0;
}

void
form_set(struct form *form, const char *name, const char *value)
{
	struct form_field *f = find(form, name);

	if (f)
		set_value(f, value);
	pane_dirty(&form->pane);
}

bool
form_is_changed(const struct form *form)
{
	for (size_t i = 0; i < form->count; i++)
		if (form->fields[i].changed)
			return true;
	return false;
}

bool
form_keeps_secret(const struct form *form, const char *name)
{
	const struct form_field *f = find(form, name);

	return f && f->stored && !f->changed;
}

void
form_read(const struct form *form, struct settings *to)
{
	for (size_t i = 0; i < form->count; i++) {
		const struct form_field *f = &form->fields[i];
		struct str value = str_trim(line_text(&f->line));
		struct buf text = BUF_INIT;

		if (f->line.masked && f->field->kind == FIELD_SECRET)
			value = line_text(&f->line);
		if (value.len == 0 || (f->stored && !f->changed))
			continue;
		for (size_t k = 0; k < value.len; k++) {
			bool bar = f->field->kind == FIELD_HEADERS && value.p[k] == '|';

			if (bar && text.len && text.p[text.len - 1] == ' ')
				buf_truncate(&text, text.len - 1);
			buf_addc(&text, bar ? '\n' : value.p[k]);
			if (bar && k + 1 < value.len && value.p[k + 1] == ' ')
				k++;
		}
		settings_set(to, f->field->name, buf_str(&text), f->line.masked);
		if (f->line.masked && text.p)
			explicit_bzero(text.p, text.len);
		buf_fini(&text);
	}
}

void
form_go(struct form *form, const char *name)
{
	const struct form_field *f = find(form, name);

	if (f)
		form->current = (size_t)(f - form->fields);
	pane_dirty(&form->pane);
}

void
form_error(struct form *form, const char *name, const struct err *err)
{
	struct form_field *f = name ? find(form, name) : NULL;

	for (size_t i = 0; !name && i < form->count; i++) {
		const char *own = form->fields[i].field->name;
		const char *at = strstr(err->msg, own);

		/* A whole word of the message. */
		if (at && (at == err->msg || at[-1] == '\'' || at[-1] == ' ') &&
			(!f || strlen(own) > strlen(f->field->name)))
			f = &form->fields[i];
	}
	if (!f) {
		ui_error(form->pane.ui, err);
		return;
	}
	free(f->error);
	f->error = err->hint[0] ? xasprintf("%s: %s", err->msg, err->hint) : xstrdup(err->msg);
	form->current = (size_t)(f - form->fields);
	pane_dirty(&form->pane);
}

/* --- drawing --------------------------------------------------------------------------- */

/* The last lines explain the field, or say what is wrong with it: as many as are free
 * below the fields, and two for an error where that leaves enough of them. */
static int
hint_rows(const struct form *form)
{
	int rows = form->pane.rect.rows, free_rows = rows - (int)form->count;
	int most = form->count && form->fields[form->current].error ? 4 : 3;

	if (rows <= 2)
		return 0;
	if (free_rows > 1)
		return free_rows < most ? free_rows : most;
	return rows >= 6 || (most == 4 && rows >= 5) ? 2 : 1;
}

static int
visible_rows(const struct form *form)
{
	return form->pane.rect.rows - hint_rows(form);
}

static int
value_col(const struct form *form, int cols)
{
	return cols > form->label_cols + 12 ? form->label_cols + 4 : 2;
}

/* A choice by its label, one that is not made as –; what is typed as it is. */
static struct str
shown_text(const struct form_field *f)
{
	if (f->field->kind != FIELD_CHOICE)
		return line_text(&f->line);
	return line_text(&f->line).len ? str_from(choice_label(buf_text(&f->line.text))) : STR("–");
}

static void
draw_value(struct form *form, struct canvas *c, int y, struct form_field *f, bool current)
{
	int col = value_col(form, c->cols), width = c->cols - col - 1;
	enum role role = current && form->pane.focused ? ROLE_INPUT_FOCUS : ROLE_INPUT;
	struct str text = shown_text(f);

	if (f->read_only) {
		canvas_field(c, y, col, width, ROLE_DIM, 'l', text);
	} else if (f->field->kind == FIELD_BOOL) {
		canvas_puts(c, y, col, role, str_is(text, "true") ? "[x]" : "[ ]");
		if (current)
			canvas_cursor(c, y, col + 1);
	} else if (f->field->kind == FIELD_CHOICE) {
		int used = (int)utf8_width(text);

		if (used > width - 4)
			used = width > 4 ? width - 4 : 0;
		canvas_puts(c, y, col, role, "‹ ");
		canvas_field(c, y, col + 2, used, role, 'l', text);
		canvas_puts(c, y, col + 2 + used, role, " ›");
		if (current)
			canvas_cursor(c, y, col + 2);
	} else if (f->stored && !f->changed) {
		canvas_field(c, y, col, width, current ? role : ROLE_DIM, 'l',
			str_from(_("•••• kept; type to replace it")));
		if (current)
			canvas_cursor(c, y, col);
	} else {
		line_draw(&f->line, c, y, col, width, role, current);
	}
}

/* Whole words on each line but the last, which is cut. */
static void
draw_hint(struct form *form, struct canvas *c)
{
	const struct form_field *f = &form->fields[form->current];
	int rows = hint_rows(form), y = c->rows - rows, width = c->cols - 2;
	enum role role = f->error ? ROLE_ERROR : ROLE_DIM;
	struct str text;

	if (form->count == 0 || width < 1)
		return;
	text = str_from(f->error ? f->error : f->field->help ? _(f->field->help) : "");
	for (; text.len && y < c->rows; y++) {
		size_t cut = y + 1 < c->rows ? utf8_row(text, (size_t)width) : text.len;

		canvas_field(c, y, 1, width, role, 'l', str_slice(text, 0, cut));
		text = str_trim(str_slice(text, cut, text.len));
	}
}

static void
draw(struct pane *pane, struct canvas *c)
{
	struct form *form = (struct form *)pane;
	size_t rows = (size_t)(visible_rows(form) > 0 ? visible_rows(form) : 0);

	if (form->current < form->top)
		form->top = form->current;
	if (rows && form->current >= form->top + rows)
		form->top = form->current - rows + 1;
	if (form->top + rows > form->count)
		form->top = form->count > rows ? form->count - rows : 0;
	canvas_clear(c, pane->screen ? ROLE_TEXT : ROLE_DIALOG);
	for (size_t i = 0; i < rows && form->top + i < form->count; i++) {
		struct form_field *f = &form->fields[form->top + i];
		int col = value_col(form, c->cols);

		canvas_puts(c, (int)i, 0, ROLE_ERROR, f->error ? "!" : " ");
		if (col > 2)
			canvas_field(c, (int)i, 1, col - 2, ROLE_INPUT_LABEL, 'l',
				str_from(_(f->field->label)));
		if (col > 2 && f->field->required)
			canvas_puts(c, (int)i, col - 2, ROLE_WARNING, "*");
		draw_value(form, c, (int)i, f, form->top + i == form->current);
	}
	if (form->count == 0 && form->empty)
		canvas_puts(c, 0, 1, ROLE_DIM, _(form->empty));
	canvas_scrollbar(c, 0, c->cols - 1, (int)rows, form->top, rows, form->count);
	draw_hint(form, c);
}

/* --- changing --------------------------------------------------------------------------- */

void
form_touched(struct form *form, struct form_field *f)
{
	f->changed = true;
	free(f->error);
	f->error = NULL;
	if (form->changed)
		form->changed(form->context, f->field->name);
}

static bool
is_letter(const struct key *k)
{
	return !(k->mods & ~(unsigned)MOD_SHIFT) && k->code < 0x80 &&
	       ((k->code >= '0' && k->code <= '9') || (k->code >= 'a' && k->code <= 'z') ||
		       (k->code >= 'A' && k->code <= 'Z'));
}

static bool
field_key(struct form *form, struct form_field *f, const struct key *k)
{
	bool changed = false;

	/* Letters are meant for the field: they are no commands here. */
	if (f->read_only)
		return is_letter(k);
	if (f->field->kind == FIELD_BOOL) {
		if (!key_is(k, ' ', 0) && k->code != K_LEFT && k->code != K_RIGHT)
			return is_letter(k);
		line_set(&f->line, str_is(line_text(&f->line), "true") ? STR("false") : STR("true"));
		form_touched(form, f);
		return true;
	}
	if (f->field->kind == FIELD_CHOICE) {
		if (is_letter(k)) {
			form_turn_to_letter(form, f, (uint32_t)k->code);
			return true;
		}
		if (!key_is(k, ' ', 0) && k->code != K_LEFT && k->code != K_RIGHT)
			return false;
		form_turn_choice(form, f, k->code == K_LEFT ? -1 : 1);
		return true;
	}
	if (!line_key(&f->line, k, &changed))
		return false;
	if (changed)
		form_touched(form, f);
	return true;
}

static void
go(struct form *form, long by)
{
	long to = (long)form->current + by;

	if (form->count == 0)
		return;
	form->current = to < 0 ? 0 : to >= (long)form->count ? form->count - 1 : (size_t)to;
}

static bool
enter(struct form *form, struct form_field *f)
{
	if (form->activate && form->activate(form->context, f->field->name))
		return true;
	if (f->field->kind == FIELD_CHOICE && !f->read_only)
		form_pick_choice(form, f);
	else if (f->field->kind == FIELD_TEXT || f->field->kind == FIELD_LIST) {
		if (line_text(&f->line).len || !form_suggest(form, f))
			goto next;
	} else {
		goto next;
	}
	return true;
next:
	if (form->current + 1 < form->count)
		go(form, 1);
	else if (form->submit)
		form->submit(form->context);
	else
		return false;
	return true;
}

static bool
handle_key(struct pane *pane, const struct key *k)
{
	struct form *form = (struct form *)pane;
	struct form_field *f = form->count ? &form->fields[form->current] : NULL;

	if (!f)
		return false;
	pane_dirty(pane);
	if (key_is(k, K_DOWN, 0) && f->field->kind != FIELD_CHOICE && k->mods == 0)
		go(form, 1);
	else if (key_is(k, K_DOWN, 0))
		go(form, 1);
	else if (key_is(k, K_UP, 0))
		go(form, -1);
	else if (key_is(k, K_TAB, 0) && form->current + 1 < form->count)
		go(form, 1);
	else if (key_is(k, K_TAB, MOD_SHIFT) && form->current > 0)
		go(form, -1);
	else if (k->code == K_PAGE_DOWN)
		go(form, visible_rows(form));
	else if (k->code == K_PAGE_UP)
		go(form, -visible_rows(form));
	else if (key_is(k, K_ENTER, 0))
		return enter(form, f);
	else if (key_is(k, ' ', MOD_CTRL))
		return form_suggest(form, f);
	else
		return field_key(form, f, k);
	return true;
}

static bool
handle_mouse(struct pane *pane, const struct mouse *m)
{
	struct form *form = (struct form *)pane;
	size_t hit = form->top + (size_t)(m->row < 0 ? 0 : m->row);
	int col = value_col(form, pane->rect.cols);
	struct form_field *f;

	pane_dirty(pane);
	if (m->kind == MOUSE_WHEEL_DOWN)
		go(form, 1);
	if (m->kind == MOUSE_WHEEL_UP)
		go(form, -1);
	if (m->kind != MOUSE_PRESS || m->row < 0 || m->row >= visible_rows(form) ||
		hit >= form->count)
		return true;
	form->current = hit;
	f = &form->fields[hit];
	if (m->col < col || (f->read_only && form->activate &&
				    form->activate(form->context, f->field->name)) ||
		f->read_only)
		return true;
	if (f->field->kind == FIELD_BOOL)
		field_key(form, f, &(struct key){ ' ', 0 });
	else if (f->field->kind == FIELD_CHOICE)
		form_pick_choice(form, f);
	else
		line_click(&f->line, m->col - col);
	return true;
}

static void
handle_paste(struct pane *pane, struct str text)
{
	struct form *form = (struct form *)pane;
	struct form_field *f = form->count ? &form->fields[form->current] : NULL;

	if (!f || f->read_only || f->field->kind == FIELD_BOOL || f->field->kind == FIELD_CHOICE)
		return;
	line_paste(&f->line, text);
	form_touched(form, f);
	pane_dirty(pane);
}
