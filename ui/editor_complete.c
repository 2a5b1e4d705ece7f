/* SPDX-License-Identifier: MIT */
/* The list of words below the cursor. It never takes the keys of a person who just
 * goes on typing: Tab accepts (Enter too, once one was chosen), Esc closes, all else is
 * text. */
#include <stdlib.h>

#include "src/base/utf8.h"
#include "ui/editor_private.h"

#define WORDS_MAX 200
#define ROWS_MAX 8
#define KIND_COLS 10

struct word {
	char *text, *kind;
};

struct completion_popup {
	struct pane pane;
	struct editor *editor;
	struct word words[WORDS_MAX];
	size_t count, current, top;
	size_t start; /* where the word begins in the text */
	struct str typed; /* of it, while words are offered */
	bool chosen;	  /* asked for, or moved in: Enter is meant for it */
	int width;
};

static void
clear(struct completion_popup *p)
{
	for (size_t i = 0; i < p->count; i++) {
		free(p->words[i].text);
		free(p->words[i].kind);
	}
	p->count = p->current = p->top = 0;
	p->width = 0;
}

static void
add_word(void *sink, const char *word, const char *kind)
{
	struct completion_popup *p = sink;
	int width = (int)utf8_width(str_from(word));

	if (p->count == WORDS_MAX || str_equal_nocase(str_from(word), p->typed))
		return;
	for (size_t i = 0; i < p->count; i++)
		if (strcmp(p->words[i].text, word) == 0)
			return;
	p->words[p->count++] = (struct word){ xstrdup(word), xstrdup(kind) };
	if (width > p->width)
		p->width = width < 40 ? width : 40;
}

/* Below the cursor's line, or above when there is no room. */
static void
place(struct pane *pane, struct rect screen)
{
	struct completion_popup *p = (struct completion_popup *)pane;
	struct editor *e = p->editor;
	size_t line = text_line_of(e->text, p->start);
	size_t col = editor_col_of(e, text_line_start(e->text, line), p->start);
	int rows = p->count < ROWS_MAX ? (int)p->count : ROWS_MAX;
	int cols = p->width + KIND_COLS + 3;
	int y = e->pane.rect.row + (int)line - (int)e->top;
	int x = e->pane.rect.col + editor_number_cols(e) + (int)col - (int)e->left - 1;

	if (cols > screen.cols)
		cols = screen.cols;
	if (x + cols > screen.cols)
		x = screen.cols - cols;
	if (x < 0)
		x = 0;
	if (y + 1 + rows > screen.rows && y >= rows)
		y -= rows + 1;
	else if (y + 1 + rows > screen.rows)
		rows = screen.rows - y - 1;
	pane_place(pane, (struct rect){ y + 1, x, rows < 0 ? 0 : rows, cols }, FRAME_NONE);
}

static void
draw(struct pane *pane, struct canvas *c)
{
	struct completion_popup *p = (struct completion_popup *)pane;
	size_t rows = (size_t)c->rows;

	if (p->current < p->top)
		p->top = p->current;
	if (p->current >= p->top + rows)
		p->top = p->current - rows + 1;
	for (size_t i = 0; i < rows && p->top + i < p->count; i++) {
		const struct word *w = &p->words[p->top + i];
		enum role role = p->top + i == p->current ? ROLE_POPUP_SELECTED : ROLE_POPUP;

		canvas_fill(c, (int)i, 0, 1, c->cols, role);
		canvas_field(c, (int)i, 1, c->cols - KIND_COLS - 2, role, 'l', str_from(w->text));
		canvas_field(c, (int)i, c->cols - KIND_COLS, KIND_COLS - 1, role, 'r',
			str_from(w->kind));
	}
}

static void
accept(struct editor *e, size_t i)
{
	struct completion_popup *p = e->popup;
	char *word = xstrdup(p->words[i].text);
	size_t start = p->start, end = e->cursor;

	editor_popup_close(e);
	/* "${na|}": the brace that stands there is the word's own. */
	if (str_ends(str_from(word), STR("}")) && text_at(e->text, end) == '}')
		end++;
	editor_replace(e, start, end, str_from(word));
	free(word);
}

static bool
handle_mouse(struct pane *pane, const struct mouse *m)
{
	struct completion_popup *p = (struct completion_popup *)pane;

	if (m->kind == MOUSE_PRESS && m->row >= 0 && p->top + (size_t)m->row < p->count)
		accept(p->editor, p->top + (size_t)m->row);
	return true;
}

static void
free_popup(struct pane *pane)
{
	struct completion_popup *p = (struct completion_popup *)pane;

	p->editor->popup = NULL;
	clear(p);
	free(p);
}

static const struct pane_ops popup_ops = {
	.draw = draw,
	.mouse = handle_mouse,
	.place = place,
	.free = free_popup,
};

void
editor_popup_close(struct editor *e)
{
	if (e->popup)
		ui_close_overlay(e->pane.ui, &e->popup->pane);
}

/* Asks the owner again for what stands before the cursor now. */
void
editor_popup_update(struct editor *e, bool asked)
{
	struct completion_popup *p = e->popup;
	struct buf prefix = BUF_INIT;
	size_t start = editor_word_start(e);
	bool offered;

	if (!e->complete || (!asked && !p && e->cursor - start < 2) ||
		(p && (e->cursor < p->start || e->cursor == start))) {
		editor_popup_close(e);
		return;
	}
	if (!p) {
		p = xcalloc(1, sizeof(*p));
		pane_init(&p->pane, &popup_ops, "");
		p->editor = e;
	} else {
		clear(p);
	}
	text_get(e->text, start, e->cursor, &prefix);
	/* "table.col": what is replaced begins behind the point; "a${b": at the ${. */
	p->start = start;
	for (size_t i = 0; i < prefix.len; i++)
		if (prefix.p[i] == '.' && prefix.p[p->start - start] != '$')
			p->start = start + i + 1;
		else if (prefix.p[i] == '$' && i + 1 < prefix.len && prefix.p[i + 1] == '{')
			p->start = start + i;
	p->typed = str_slice(buf_str(&prefix), p->start - start, prefix.len);
	p->chosen = p->chosen || asked;
	offered = e->complete(e->complete_context, e, buf_str(&prefix), add_word, p);
	buf_fini(&prefix);
	if (!offered || p->count == 0) {
		if (e->popup)
			editor_popup_close(e);
		else
			free_popup(&p->pane);
		if (asked)
			ui_say(e->pane.ui, _("Nothing to complete here"));
	} else if (!e->popup) {
		e->popup = p;
		ui_push_overlay(e->pane.ui, &p->pane, false);
	} else {
		place(&p->pane, ui_area(e->pane.ui));
		pane_dirty(&p->pane);
		pane_dirty(&e->pane);
	}
}

void
editor_completions_changed(struct editor *e)
{
	if (e->popup)
		editor_popup_update(e, false);
}

bool
editor_popup_key(struct editor *e, const struct key *k)
{
	struct completion_popup *p = e->popup;

	if (k->mods)
		return false;
	switch (k->code) {
	case K_UP:
		p->current = p->current ? p->current - 1 : p->count - 1;
		break;
	case K_DOWN:
		p->current = p->current + 1 < p->count ? p->current + 1 : 0;
		break;
	case K_ENTER:
		if (!p->chosen) {
			editor_popup_close(e);
			return false;
		}
		accept(e, p->current);
		return true;
	case K_TAB:
		accept(e, p->current);
		return true;
	case K_ESC:
		editor_popup_close(e);
		return true;
	default:
		return false;
	}
	p->chosen = true;
	pane_dirty(&p->pane);
	return true;
}
