/* SPDX-License-Identifier: MIT */
/* What a form offers for a field: the choices of its table, and suggestions. */
#include <stdlib.h>

#include "ui/choice.h"
#include "ui/dialog.h"
#include "ui/form_private.h"

static struct str
choice_at(const char *choices, int index)
{
	struct str s = str_from(choices ? choices : "");

	while (index-- > 0) {
		size_t bar = str_find(s, STR("|"), 0);

		s = bar == SIZE_MAX ? STR_NONE : str_slice(s, bar + 1, s.len);
	}
	return str_slice(s, 0, str_find(s, STR("|"), 0));
}

static int
choice_count(const char *choices)
{
	int n = choices && *choices ? 1 : 0;

	for (; choices && *choices; choices++)
		n += *choices == '|';
	return n;
}

static int
choice_now(const struct form_field *f)
{
	int count = choice_count(f->field->choices);

	for (int i = 0; i < count; i++)
		if (str_equal(choice_at(f->field->choices, i), line_text(&f->line)))
			return i;
	return 0;
}

/* A choice that need not be made and has no default may also be empty, after the last. */
void
form_turn_choice(struct form *form, struct form_field *f, int by)
{
	int count = choice_count(f->field->choices), now = choice_now(f), all = count;

	if (count == 0 || f->read_only)
		return;
	if (!f->field->required && !f->field->initial)
		all++;
	if (line_text(&f->line).len == 0)
		now = all - 1;
	now = (now + all + by) % all;
	line_set(&f->line, now < count ? choice_at(f->field->choices, now) : STR_NONE);
	form_touched(form, f);
}

static void
picked(void *context, int index)
{
	struct form *form = context;
	struct form_field *f = &form->fields[form->current];

	if (index < 0)
		return;
	line_set(&f->line, choice_at(f->field->choices, index));
	form_touched(form, f);
	pane_dirty(&form->pane);
}

void
form_pick_choice(struct form *form, struct form_field *f)
{
	int count = choice_count(f->field->choices);
	struct buf items = BUF_INIT;

	for (int i = 0; i < count; i++) {
		char *word = str_dup(choice_at(f->field->choices, i));
		const char *label = choice_label(word);

		/* The word too, as letters choose by it and the commands take it. */
		buf_addf(&items, "%s%s", i ? "\n" : "", label);
		if (strcmp(label, word) != 0)
			buf_addf(&items, "  %s", word);
		free(word);
	}
	dialog_pick(form->pane.ui, _(f->field->label), buf_text(&items), choice_now(f), picked, form);
	buf_fini(&items);
}

struct suggestion {
	struct form *form;
	char *items;
};

static void
add_to_list(struct line *line, struct str item)
{
	struct buf text = BUF_INIT;
	struct str list = str_trim(line_text(line));

	buf_add_str(&text, list);
	buf_addf(&text, "%s%.*s", str_ends(list, STR(",")) ? " " : ", ", STR_ARG(item));
	line_set(line, buf_str(&text));
	buf_fini(&text);
}

static void
suggested(void *context, int index)
{
	struct suggestion *s = context;
	struct form_field *f = &s->form->fields[s->form->current];
	struct str items = str_from(s->items);

	while (index-- > 0) {
		size_t end = str_find(items, STR("\n"), 0);

		items = end == SIZE_MAX ? STR_NONE : str_slice(items, end + 1, items.len);
	}
	items = str_slice(items, 0, str_find(items, STR("\n"), 0));
	if (index >= -1 && items.len) {
		/* One more of a list that is begun; it is typed over else. */
		if (f->field->kind == FIELD_LIST && line_text(&f->line).len)
			add_to_list(&f->line, items);
		else
			line_set(&f->line, items);
		form_touched(s->form, f);
	}
	pane_dirty(&s->form->pane);
	free(s->items);
	free(s);
}

bool
form_suggest(struct form *form, struct form_field *f)
{
	struct buf items = BUF_INIT;
	struct suggestion *s;

	if (!form->suggest || !form->suggest(form->context, f->field->name, &items) || !items.len) {
		buf_fini(&items);
		return false;
	}
	if (items.p[items.len - 1] == '\n')
		buf_truncate(&items, items.len - 1);
	s = xcalloc(1, sizeof(*s));
	s->form = form;
	s->items = buf_take(&items);
	dialog_pick(form->pane.ui, _(f->field->label), s->items, 0, suggested, s);
	return true;
}

/* To the next choice that begins with it. */
void
form_turn_to_letter(struct form *form, struct form_field *f, uint32_t letter)
{
	int count = choice_count(f->field->choices), now = choice_now(f);

	for (int i = 1; i <= count; i++) {
		struct str choice = choice_at(f->field->choices, (now + i) % count);

		if (choice.len && ((unsigned char)choice.p[0] | 0x20u) == (letter | 0x20u)) {
			line_set(&f->line, choice);
			form_touched(form, f);
			return;
		}
	}
}
