/* SPDX-License-Identifier: MIT */
#include "ui/screens/notes.h"

#include <stdlib.h>

#include "src/base/utf8.h"

#define LABEL_MAX 22

static void draw(struct pane *pane, struct canvas *c);
static bool handle_key(struct pane *pane, const struct key *k);
static bool handle_mouse(struct pane *pane, const struct mouse *m);

static const struct pane_ops pane_ops = {
	.draw = draw,
	.key = handle_key,
	.mouse = handle_mouse,
	.keys_help = N_("Up Down PgUp PgDn\tScroll"),
};

void
notes_init(struct notes *n, const char *title)
{
	*n = (struct notes){ 0 };
	pane_init(&n->pane, &pane_ops, title);
}

void
notes_fini(struct notes *n)
{
	buf_fini(&n->texts);
	free(n->lines);
}

void
notes_clear(struct notes *n)
{
	buf_clear(&n->texts);
	n->count = 0;
	n->label_cols = n->top = 0;
	pane_dirty(&n->pane);
}

void
notes_add(struct notes *n, enum role role, const char *label, const char *fmt, ...)
{
	struct notes_line *line;
	va_list ap;
	int width = label ? (int)utf8_width(str_from(label)) : 0;

	n->lines = xreallocarray(n->lines, n->count + 1, sizeof(*n->lines));
	line = &n->lines[n->count++];
	*line = (struct notes_line){ .role = role, .label = n->texts.len };
	buf_adds(&n->texts, label ? label : "");
	line->label_len = n->texts.len - line->label;
	line->text = n->texts.len;
	va_start(ap, fmt);
	buf_vaddf(&n->texts, fmt, ap);
	va_end(ap);
	line->text_len = n->texts.len - line->text;
	if (width > n->label_cols)
		n->label_cols = width < LABEL_MAX ? width : LABEL_MAX;
	pane_dirty(&n->pane);
}

void
notes_add_error(struct notes *n, const struct err *err)
{
	notes_add(n, ROLE_ERROR, NULL, "%s", err->msg);
	if (err->hint[0])
		notes_add(n, ROLE_INFO, NULL, "%s", err->hint);
}

/* Bytes of `s` for one row. */
static size_t
row_bytes(struct str s, size_t columns)
{
	return utf8_row(str_slice(s, 0, str_find(s, STR("\n"), 0)), columns);
}

/* Draws one line from row `y` on (which may lie above or below the canvas); rows taken. */
static int
draw_line(const struct notes *n, struct canvas *c, int y, const struct notes_line *line)
{
	struct str label = { buf_text(&n->texts) + line->label, line->label_len };
	struct str text = { buf_text(&n->texts) + line->text, line->text_len };
	bool beside = line->label_len && c->cols > n->label_cols + 11;
	int col = beside ? n->label_cols + 3 : line->label_len ? 2 : 1, rows = 0;
	size_t width = c->cols > col + 1 ? (size_t)(c->cols - col - 1) : 1;

	if (line->label_len)
		canvas_field(c, y, 1, beside ? n->label_cols + 1 : c->cols - 2, ROLE_INPUT_LABEL,
			'l', label);
	if (line->label_len && !beside && text.len)
		rows++;
	while (text.len) {
		size_t cut = row_bytes(text, width);

		canvas_text(c, y + rows++, col, line->role, str_slice(text, 0, cut));
		while (cut < text.len && text.p[cut] == ' ')
			cut++;
		if (cut < text.len && text.p[cut] == '\n')
			cut++;
		text = str_slice(text, cut, text.len);
	}
	return rows ? rows : 1;
}

static void
draw(struct pane *pane, struct canvas *c)
{
	struct notes *n = (struct notes *)pane;
	int y = -n->top;

	canvas_clear(c, ROLE_TEXT);
	for (size_t i = 0; i < n->count; i++)
		y += draw_line(n, c, y, &n->lines[i]);
	n->rows = y + n->top;
	if (n->rows > c->rows)
		canvas_scrollbar(c, 0, c->cols - 1, c->rows, (size_t)n->top, (size_t)c->rows,
			(size_t)n->rows);
}

static void
scroll(struct notes *n, int by)
{
	int most = n->rows - n->pane.rect.rows;

	n->top += by;
	if (n->top > most)
		n->top = most;
	if (n->top < 0)
		n->top = 0;
	pane_dirty(&n->pane);
}

static bool
handle_key(struct pane *pane, const struct key *k)
{
	struct notes *n = (struct notes *)pane;
	int page = pane->rect.rows > 1 ? pane->rect.rows - 1 : 1;

	if (key_is(k, K_DOWN, 0) || key_is(k, 'j', 0))
		scroll(n, 1);
	else if (key_is(k, K_UP, 0) || key_is(k, 'k', 0))
		scroll(n, -1);
	else if (k->code == K_PAGE_DOWN)
		scroll(n, page);
	else if (k->code == K_PAGE_UP)
		scroll(n, -page);
	else
		return false;
	return true;
}

static bool
handle_mouse(struct pane *pane, const struct mouse *m)
{
	if (m->kind == MOUSE_WHEEL_DOWN)
		scroll((struct notes *)pane, 3);
	else if (m->kind == MOUSE_WHEEL_UP)
		scroll((struct notes *)pane, -3);
	return true;
}
