/* SPDX-License-Identifier: MIT */
#include "ui/palette.h"

#include <stdio.h>
#include <stdlib.h>

#include "src/base/utf8.h"
#include "ui/core.h"
#include "ui/line.h"
#include "ui/screens/screens.h"

#define COLUMNS 72
#define KEY_COLUMNS 22

struct entry {
	const struct command *command; /* NULL: a key of the pane */
	bool enabled;
	struct str key, label; /* of a pane's key; translated text */
};

struct palette {
	struct pane pane;
	bool is_help;
	struct line line;
	struct entry *entries;
	size_t count;
	size_t *match;
	int *score;
	size_t match_count, current, top;
};

static struct str
entry_label(const struct entry *e)
{
	return e->command ? str_from(_(e->command->label)) : e->label;
}

static struct str
entry_key(const struct palette *p, const struct entry *e)
{
	return e->command ? str_from(ui_command_key(p->pane.ui, e->command)) : e->key;
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

/* Letters of `part` in order within `text`: 0 when they are not, else better for
 * runs and for beginnings of words. */
static int
fuzzy(struct str text, struct str part)
{
	int score = 1, run = 0;
	size_t at = 0;

	for (size_t i = 0; i < part.len; i++) {
		size_t from = at;

		while (at < text.len && lower(text.p[at]) != lower(part.p[i]))
			at++;
		if (at == text.len)
			return 0;
		run = at == from && i ? run + 1 : 0;
		score += 1 + run * 3;
		if (at == 0 || text.p[at - 1] == ' ' || text.p[at - 1] == '-')
			score += 4;
		at++;
	}
	return score;
}

static int
entry_score(const struct palette *p, const struct entry *e, struct str wanted)
{
	int best, score;

	if (wanted.len == 0)
		return 1;
	best = fuzzy(entry_label(e), wanted);
	if (e->command) {
		score = fuzzy(str_from(e->command->name), wanted);
		if (score > best)
			best = score;
		score = e->command->menu ? fuzzy(str_from(_(e->command->menu)), wanted) / 2 : 0;
		if (score > best)
			best = score;
	}
	score = p->is_help ? fuzzy(entry_key(p, e), wanted) : 0;
	return score > best ? score : best;
}

static void
search(struct palette *p)
{
	struct str wanted = str_trim(line_text(&p->line));

	p->match_count = p->current = p->top = 0;
	for (size_t i = 0; i < p->count; i++) {
		int score = entry_score(p, &p->entries[i], wanted);
		size_t at = p->match_count;

		if (!score)
			continue;
		while (at > 0 && p->score[at - 1] < score) {
			p->score[at] = p->score[at - 1];
			p->match[at] = p->match[at - 1];
			at--;
		}
		p->score[at] = score;
		p->match[at] = i;
		p->match_count++;
	}
}

static void
place(struct pane *pane, struct rect screen)
{
	struct palette *p = (struct palette *)pane;
	int rows = p->is_help ? screen.rows - 2 : screen.rows * 2 / 3;
	struct rect r = ui_centre(screen, rows < 8 ? 8 : rows, COLUMNS);

	pane_place(pane, r, r.rows >= 5 && r.cols >= 20 ? FRAME_BOX : FRAME_NONE);
}

static void
draw_entry(struct palette *p, struct canvas *c, int y, const struct entry *e, bool current)
{
	int keys = c->cols > 2 * KEY_COLUMNS ? KEY_COLUMNS : c->cols / 3;
	enum role role = e->command && !e->enabled ? ROLE_DIM : ROLE_DIALOG;
	struct str label = entry_label(e), key = entry_key(p, e);

	/* A long label takes what a short key leaves. */
	if ((int)utf8_width(label) > c->cols - keys - 3 && (int)utf8_width(key) < keys)
		keys = (int)utf8_width(key);
	canvas_field(c, y, 1, c->cols - keys - 3, role, 'l', label);
	canvas_field(c, y, c->cols - keys - 1, keys, ROLE_INFO, 'l', key);
	if (current)
		canvas_over(c, y, 0, c->cols, ROLE_SELECTED);
}

static void
draw(struct pane *pane, struct canvas *c)
{
	struct palette *p = (struct palette *)pane;
	size_t rows = c->rows > 2 ? (size_t)c->rows - 2 : 0;

	if (p->current < p->top)
		p->top = p->current;
	if (rows && p->current >= p->top + rows)
		p->top = p->current - rows + 1;
	canvas_clear(c, ROLE_DIALOG);
	canvas_puts(c, 0, 1, ROLE_INPUT_LABEL, p->is_help ? "/" : ":");
	for (size_t i = 0; i < rows && p->top + i < p->match_count; i++)
		draw_entry(p, c, (int)i + 2, &p->entries[p->match[p->top + i]],
			p->top + i == p->current);
	if (p->match_count == 0)
		canvas_puts(c, 2, 1, ROLE_DIM, _("nothing matches"));
	canvas_scrollbar(c, 2, c->cols - 1, (int)rows, p->top, rows, p->match_count);
	line_draw(&p->line, c, 0, 3, c->cols - 4, ROLE_INPUT, true);
}

/* "runs daily-sales": a screen's name and what it shall show. */
static bool
open_with_argument(struct ui *ui, struct str typed)
{
	size_t space = str_find(typed, STR(" "), 0);
	char name[64], argument[256];
	struct err err = ERR_INIT;

	snprintf(name, sizeof(name), "%.*s", STR_ARG(str_slice(typed, 0, space)));
	if (space == SIZE_MAX || !screens_find(name))
		return false;
	snprintf(argument, sizeof(argument), "%.*s",
		STR_ARG(str_trim(str_slice(typed, space, typed.len))));
	if (!ui_open(ui, name, argument, &err))
		ui_error(ui, &err);
	return true;
}

static void
choose(struct palette *p, size_t shown)
{
	struct ui *ui = p->pane.ui;
	char *typed = str_dup(str_trim(line_text(&p->line)));
	const struct command *c = NULL;
	bool exact = false;

	if (shown < p->match_count)
		c = p->entries[p->match[shown]].command;
	if (shown < p->match_count && !c) {
		/* A key of the pane is told, not run. */
		free(typed);
		return;
	}
	for (size_t i = 0; i < p->count && !exact; i++)
		if (p->entries[i].command && strcmp(p->entries[i].command->name, typed) == 0) {
			exact = true;
			c = p->current == 0 ? p->entries[i].command : c;
		}
	/* Typed as the line says that is chosen, "push set", it is that line. */
	exact = exact || p->current > 0 ||
		(c && str_has_nocase(str_from(_(c->label)), str_from(typed)));
	ui_close_overlay(ui, &p->pane);
	if ((exact || !open_with_argument(ui, str_from(typed))) && c)
		command_perform(ui, c);
	free(typed);
}

static void
move(struct palette *p, long by)
{
	long to = (long)p->current + by;

	if (to < 0 || p->match_count == 0)
		to = 0;
	else if (to >= (long)p->match_count)
		to = (long)p->match_count - 1;
	p->current = (size_t)to;
}

static bool
handle_key(struct pane *pane, const struct key *k)
{
	struct palette *p = (struct palette *)pane;
	long page = pane->rect.rows > 3 ? pane->rect.rows - 3 : 1;
	bool changed = false;

	pane_dirty(pane);
	if (k->code == K_ESC || key_ctrl(k, 'c'))
		ui_close_overlay(pane->ui, pane);
	else if (k->code == K_ENTER)
		choose(p, p->current);
	else if (k->code == K_UP || key_ctrl(k, 'p'))
		move(p, -1);
	else if (k->code == K_DOWN || key_ctrl(k, 'n'))
		move(p, 1);
	else if (k->code == K_PAGE_UP)
		move(p, -page);
	else if (k->code == K_PAGE_DOWN)
		move(p, page);
	else if (line_key(&p->line, k, &changed) && changed)
		search(p);
	return true;
}

static bool
handle_mouse(struct pane *pane, const struct mouse *m)
{
	struct palette *p = (struct palette *)pane;
	bool inside = m->row >= 0 && m->row < pane->rect.rows && m->col >= 0 &&
		      m->col < pane->rect.cols;

	pane_dirty(pane);
	if (m->kind == MOUSE_WHEEL_UP)
		move(p, -3);
	else if (m->kind == MOUSE_WHEEL_DOWN)
		move(p, 3);
	else if (m->kind == MOUSE_PRESS && inside && m->row >= 2 &&
		 p->top + (size_t)m->row - 2 < p->match_count)
		choose(p, p->top + (size_t)m->row - 2);
	else if (m->kind == MOUSE_PRESS && !rect_has(pane->outer, m->row + pane->rect.row,
						   m->col + pane->rect.col))
		ui_close_overlay(pane->ui, pane);
	return true;
}

static void
handle_paste(struct pane *pane, struct str text)
{
	struct palette *p = (struct palette *)pane;

	line_paste(&p->line, text);
	search(p);
	pane_dirty(pane);
}

static void
free_palette(struct pane *pane)
{
	struct palette *p = (struct palette *)pane;

	line_fini(&p->line);
	free(p->entries);
	free(p->match);
	free(p->score);
	free(p);
}

static const struct pane_ops palette_ops = {
	.draw = draw,
	.key = handle_key,
	.mouse = handle_mouse,
	.paste = handle_paste,
	.place = place,
	.free = free_palette,
};

static struct entry *
add_entry(struct palette *p)
{
	p->entries = xreallocarray(p->entries, p->count + 1, sizeof(*p->entries));
	p->entries[p->count] = (struct entry){ .enabled = true };
	return &p->entries[p->count++];
}

static void
add_command(void *context, const struct command *c, bool enabled)
{
	struct palette *p = context;
	struct entry *e;

	/* A screen's own command stands for a common one of the same name. */
	for (size_t i = 0; i < p->count; i++)
		if (p->entries[i].command && strcmp(p->entries[i].command->name, c->name) == 0)
			return;
	e = add_entry(p);
	e->command = c;
	e->enabled = enabled;
}

static void
add_pane_keys(struct palette *p, const struct pane *pane)
{
	struct str s = pane && pane->ops->keys_help ? str_from(_(pane->ops->keys_help)) : STR_NONE;

	while (s.len) {
		size_t end = str_find(s, STR("\n"), 0);
		struct str row = str_slice(s, 0, end);
		size_t tab = str_find(row, STR("\t"), 0);

		if (tab != SIZE_MAX) {
			struct entry *e = add_entry(p);

			e->key = str_slice(row, 0, tab);
			e->label = str_slice(row, tab + 1, row.len);
		}
		s = end == SIZE_MAX ? STR_NONE : str_slice(s, end + 1, s.len);
	}
}

static void
open_list(struct ui *ui, bool is_help)
{
	struct palette *p = xcalloc(1, sizeof(*p));
	const struct screen *s = ui_screen(ui);

	pane_init(&p->pane, &palette_ops, is_help ? _("Help: keys and commands") : _("Commands"));
	p->pane.ui = ui;
	p->is_help = is_help;
	line_init(&p->line, "");
	if (is_help && s)
		add_pane_keys(p, screen_focused(s));
	ui_each_command(ui, add_command, p);
	p->match = xcalloc(p->count + 1, sizeof(size_t));
	p->score = xcalloc(p->count + 1, sizeof(int));
	search(p);
	ui_push_overlay(ui, &p->pane, true);
}

void
palette_open(struct ui *ui)
{
	open_list(ui, false);
}

void
help_open(struct ui *ui)
{
	open_list(ui, true);
}
