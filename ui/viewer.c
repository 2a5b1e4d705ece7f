/* SPDX-License-Identifier: MIT */
#include "ui/viewer.h"

#include <stdlib.h>

#include "src/base/utf8.h"
#include "src/content/render_text.h"

#define DIALOG_COLS 100

static void draw(struct pane *pane, struct canvas *c);
static bool handle_key(struct pane *pane, const struct key *k);
static bool handle_mouse(struct pane *pane, const struct mouse *m);
static void handle_paste(struct pane *pane, struct str text);

static const struct pane_ops pane_ops = {
	.draw = draw,
	.key = handle_key,
	.mouse = handle_mouse,
	.paste = handle_paste,
	.keys_help = N_("Arrows hjkl PgUp PgDn\tScroll\ng G\tBeginning, end\n/ n N\tFind, next, "
			"previous\ny\tCopy the text"),
};

static const enum role roles[] = {
	[TEXT_PLAIN] = ROLE_TEXT,
	[TEXT_HEADING] = ROLE_MD_HEADING,
	[TEXT_STRONG] = ROLE_MD_STRONG,
	[TEXT_EMPH] = ROLE_MD_EMPHASIS,
	[TEXT_STRIKE] = ROLE_DIM,
	[TEXT_CODE] = ROLE_MD_CODE,
	[TEXT_LINK] = ROLE_MD_LINK,
	[TEXT_QUOTE] = ROLE_MD_QUOTE,
	[TEXT_BOX] = ROLE_BORDER,
	[TEXT_HEADER] = ROLE_HEADER,
	[TEXT_MUTED] = ROLE_DIM,
	[TEXT_WARNING] = ROLE_WARNING,
	[TEXT_GREEN] = ROLE_DATA_GREEN,
	[TEXT_RED] = ROLE_DATA_RED,
	[TEXT_ORANGE] = ROLE_DATA_ORANGE,
	[TEXT_BLUE] = ROLE_DATA_BLUE,
	[TEXT_GREY] = ROLE_DATA_GREY,
};

void
viewer_init(struct viewer *v, const char *title)
{
	*v = (struct viewer){ .hit = SIZE_MAX };
	pane_init(&v->pane, &pane_ops, title);
	line_init(&v->find, "");
}

void
viewer_fini(struct viewer *v)
{
	buf_fini(&v->text);
	free(v->lines);
	v->lines = NULL;
	line_fini(&v->find);
}

/* Where the lines are, and the role each begins with. */
static void
index_lines(struct viewer *v)
{
	struct str rest = buf_str(&v->text), run;
	enum text_role role = TEXT_PLAIN;
	size_t room = 0, start = 0;
	int width = 0, begins = TEXT_PLAIN;

	v->count = 0;
	v->width = 0;
	for (;;) {
		bool more = text_run_next(&rest, &role, &run);

		while (more && run.len) {
			size_t end = str_find(run, STR("\n"), 0);

			width += (int)utf8_width(str_slice(run, 0, end));
			if (end == SIZE_MAX)
				break;
			if (v->count == room) {
				room = room ? room * 2 : 64;
				v->lines = xreallocarray(v->lines, room, sizeof(*v->lines));
			}
			v->lines[v->count++] = (struct viewer_line){ start,
				(size_t)(run.p + end - v->text.p) - start, begins };
			start = (size_t)(run.p + end + 1 - v->text.p);
			begins = (int)role;
			v->width = width > v->width ? width : v->width;
			width = 0;
			run = str_slice(run, end + 1, run.len);
		}
		if (!more)
			break;
	}
	if (start < v->text.len) {
		v->lines = xreallocarray(v->lines, v->count + 1, sizeof(*v->lines));
		v->lines[v->count++] =
			(struct viewer_line){ start, v->text.len - start, begins };
		v->width = width > v->width ? width : v->width;
	}
}

void
viewer_set(struct viewer *v, struct str text, bool keep)
{
	buf_clear(&v->text);
	buf_add_str(&v->text, text);
	index_lines(v);
	if (!keep)
		v->top = v->left = 0;
	v->hit = SIZE_MAX;
	pane_dirty(&v->pane);
}

/* --- drawing ---------------------------------------------------------------------------- */

static int
visible_rows(const struct viewer *v)
{
	int rows = v->pane.rect.rows - v->finding;

	return rows < 1 ? 1 : rows;
}

static void
draw_line(struct viewer *v, struct canvas *c, int y, const struct viewer_line *line)
{
	struct str rest = str_slice(buf_str(&v->text), line->pos, line->pos + line->len), run;
	enum text_role role = (enum text_role)line->role;
	int col = -(int)v->left;

	while (text_run_next(&rest, &role, &run))
		col += canvas_text(c, y, col, roles[role], run);
}

static void
draw(struct pane *pane, struct canvas *c)
{
	struct viewer *v = (struct viewer *)pane;
	size_t rows = (size_t)visible_rows(v);

	if (v->top + rows > v->count)
		v->top = v->count > rows ? v->count - rows : 0;
	canvas_clear(c, pane->screen ? ROLE_TEXT : ROLE_DIALOG);
	for (size_t i = 0; i < rows && v->top + i < v->count; i++) {
		draw_line(v, c, (int)i, &v->lines[v->top + i]);
		if (v->top + i == v->hit)
			canvas_over(c, (int)i, 0, c->cols, ROLE_MATCH);
	}
	canvas_scrollbar(c, 0, c->cols - 1, (int)rows, v->top, rows, v->count);
	if (v->finding) {
		canvas_fill(c, c->rows - 1, 0, 1, c->cols, ROLE_INPUT);
		canvas_puts(c, c->rows - 1, 0, ROLE_INPUT_LABEL, "/");
		line_draw(&v->find, c, c->rows - 1, 1, c->cols - 1, ROLE_INPUT, true);
	} else {
		canvas_cursor(c, 0, 0);
	}
}

/* --- keys -------------------------------------------------------------------------------- */

static void
scroll(struct viewer *v, long rows, long cols)
{
	long top = (long)v->top + rows, left = (long)v->left + cols;
	long most_top = (long)v->count - visible_rows(v), most_left = v->width - v->pane.rect.cols;

	top = top > most_top ? most_top : top;
	left = left > most_left ? most_left : left;
	v->top = top < 0 ? 0 : (size_t)top;
	v->left = left < 0 ? 0 : (size_t)left;
	pane_dirty(&v->pane);
}

static bool
line_has(const struct viewer *v, size_t line, struct str what)
{
	struct str text = str_slice(buf_str(&v->text), v->lines[line].pos,
		v->lines[line].pos + v->lines[line].len);

	for (size_t i = 0; i + what.len <= text.len; i++)
		if (str_equal_nocase(str_slice(text, i, i + what.len), what))
			return true;
	return false;
}

static void
find(struct viewer *v, bool back)
{
	struct str what = line_text(&v->find);
	size_t at = v->hit == SIZE_MAX ? v->top : v->hit;

	for (size_t i = 0; what.len && i < v->count; i++) {
		if (i || v->hit != SIZE_MAX)
			at = back ? (at + v->count - 1) % v->count : (at + 1) % v->count;
		if (!line_has(v, at, what))
			continue;
		v->hit = at;
		if (at < v->top || at >= v->top + (size_t)visible_rows(v))
			scroll(v, (long)at - (long)v->top - visible_rows(v) / 2, 0);
		pane_dirty(&v->pane);
		return;
	}
	if (what.len)
		ui_say(v->pane.ui, _("Not found: %.*s"), STR_ARG(what));
}

static bool
find_key(struct viewer *v, const struct key *k)
{
	pane_dirty(&v->pane);
	if (k->code != K_ESC && k->code != K_ENTER)
		return line_key(&v->find, k, NULL);
	v->finding = v->pane.typing = false;
	v->hit = SIZE_MAX;
	if (k->code == K_ENTER)
		find(v, false);
	return true;
}

static void
copy(struct viewer *v)
{
	struct buf plain = BUF_INIT;

	text_role_strip(&plain, buf_str(&v->text));
	ui_copy(v->pane.ui, buf_str(&plain));
	ui_say(v->pane.ui, _("Copied"));
	buf_fini(&plain);
}

static bool
letter_key(struct viewer *v, uint32_t code)
{
	long page = visible_rows(v) > 1 ? visible_rows(v) - 1 : 1;

	switch (code) {
	case 'j': case K_DOWN:
		scroll(v, 1, 0);
		return true;
	case 'k': case K_UP:
		scroll(v, -1, 0);
		return true;
	case 'l': case K_RIGHT:
		scroll(v, 0, 4);
		return true;
	case 'h': case K_LEFT:
		scroll(v, 0, -4);
		return true;
	case ' ': case K_PAGE_DOWN:
		scroll(v, page, 0);
		return true;
	case K_PAGE_UP:
		scroll(v, -page, 0);
		return true;
	case 'g': case K_HOME:
		scroll(v, -(long)v->count, 0);
		return true;
	case 'G': case K_END:
		scroll(v, (long)v->count, 0);
		return true;
	case '/':
		v->finding = v->pane.typing = true;
		pane_dirty(&v->pane);
		return true;
	case 'n': case 'N':
		find(v, code == 'N');
		return line_text(&v->find).len > 0;
	case 'y':
		copy(v);
		return true;
	case K_ENTER:
		if (v->activate)
			v->activate(v->context);
		return v->activate != NULL;
	default:
		return false;
	}
}

static bool
handle_key(struct pane *pane, const struct key *k)
{
	struct viewer *v = (struct viewer *)pane;

	if (v->finding && find_key(v, k))
		return true;
	if (key_ctrl(k, 'c'))
		return letter_key(v, 'y');
	return (k->mods & ~(unsigned)MOD_SHIFT) == 0 && letter_key(v, k->code);
}

static bool
handle_mouse(struct pane *pane, const struct mouse *m)
{
	struct viewer *v = (struct viewer *)pane;

	if (m->kind == MOUSE_WHEEL_DOWN)
		scroll(v, 3, 0);
	else if (m->kind == MOUSE_WHEEL_UP)
		scroll(v, -3, 0);
	return true;
}

static void
handle_paste(struct pane *pane, struct str text)
{
	struct viewer *v = (struct viewer *)pane;

	if (v->finding)
		line_paste(&v->find, text);
	pane_dirty(pane);
}

/* --- as a dialog --------------------------------------------------------------------------- */

static void
place_dialog(struct pane *pane, struct rect screen)
{
	struct viewer *v = (struct viewer *)pane;
	int rows = (int)(v->count < 1000 ? v->count : 1000) + 2;
	int cols = v->width + 3 < DIALOG_COLS ? v->width + 3 : DIALOG_COLS;

	if (cols < (int)utf8_width(str_from(pane->title)) + 6)
		cols = (int)utf8_width(str_from(pane->title)) + 6;
	if (cols < 30)
		cols = 30;
	pane_place(pane, ui_centre(screen, rows < 5 ? 5 : rows, cols),
		screen.rows > 4 && screen.cols > 8 ? FRAME_BOX : FRAME_NONE);
}

static bool
dialog_key(struct pane *pane, const struct key *k)
{
	struct viewer *v = (struct viewer *)pane;

	if (handle_key(pane, k))
		return true;
	if (!v->finding && (k->code == K_ESC || k->code == K_ENTER || key_is(k, 'q', 0)))
		ui_close_overlay(pane->ui, pane);
	return true;
}

static bool
dialog_mouse(struct pane *pane, const struct mouse *m)
{
	if (m->kind == MOUSE_PRESS && !rect_has(pane->outer, m->row + pane->rect.row,
					      m->col + pane->rect.col))
		ui_close_overlay(pane->ui, pane);
	else
		handle_mouse(pane, m);
	return true;
}

static void
free_dialog(struct pane *pane)
{
	viewer_fini((struct viewer *)pane);
	free(pane);
}

static const struct pane_ops dialog_ops = {
	.draw = draw,
	.key = dialog_key,
	.mouse = dialog_mouse,
	.paste = handle_paste,
	.place = place_dialog,
	.free = free_dialog,
};

void
viewer_dialog(struct ui *ui, const char *title, struct str text)
{
	struct viewer *v = xcalloc(1, sizeof(*v));

	viewer_init(v, title);
	v->pane.ops = &dialog_ops;
	viewer_set(v, text, false);
	ui_push_overlay(ui, &v->pane, true);
}
