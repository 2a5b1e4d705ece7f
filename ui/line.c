/* SPDX-License-Identifier: MIT */
#include "ui/line.h"

#include <stdlib.h>

#include "src/base/utf8.h"

#define UNDO_MAX 200 /* steps */

struct line_undo {
	char *text;
	size_t len, pos;
	struct line_undo *next;
	int depth;
};

static void
free_undo(struct line_undo **list)
{
	while (*list) {
		struct line_undo *u = *list;

		*list = u->next;
		explicit_bzero(u->text, u->len);
		free(u->text);
		free(u);
	}
}

void
line_init(struct line *line, const char *text)
{
	*line = (struct line){ .text = BUF_MAX(LINE_MAX_BYTES) };
	line_set(line, str_from(text));
}

void
line_fini(struct line *line)
{
	if (line->masked && line->text.p)
		explicit_bzero(line->text.p, line->text.cap);
	buf_fini(&line->text);
	free_undo(&line->undo);
	free_undo(&line->redo);
}

void
line_set(struct line *line, struct str text)
{
	char *copy = str_dup(text);
	size_t len = text.len;

	buf_clear(&line->text);
	buf_add(&line->text, copy, len);
	if (line->masked)
		explicit_bzero(copy, len);
	free(copy);
	line->pos = line->text.len;
	line->left = 0;
	free_undo(&line->undo);
	free_undo(&line->redo);
}

static void
remember(const struct line *line, struct line_undo **list)
{
	struct line_undo *u = xcalloc(1, sizeof(*u));

	u->text = str_dup(line_text(line));
	u->len = line->text.len;
	u->pos = line->pos;
	u->next = *list;
	u->depth = u->next ? u->next->depth + 1 : 1;
	*list = u;
	if (u->depth > UNDO_MAX) {
		free_undo(&u->next);
		u->depth = 1;
	}
}

static bool
step(struct line *line, struct line_undo **from, struct line_undo **to)
{
	struct line_undo *u = *from;

	if (!u)
		return false;
	remember(line, to);
	buf_clear(&line->text);
	buf_add(&line->text, u->text, u->len);
	line->pos = u->pos;
	*from = u->next;
	u->next = NULL;
	free_undo(&u);
	return true;
}

static void
replace(struct line *line, size_t from, size_t to, struct str with)
{
	struct buf tail = BUF_INIT;

	if (line->text.len - (to - from) + with.len > LINE_MAX_BYTES)
		return;
	remember(line, &line->undo);
	free_undo(&line->redo);
	buf_add_str(&tail, str_slice(line_text(line), to, line->text.len));
	buf_truncate(&line->text, from);
	buf_add_str(&line->text, with);
	line->pos = line->text.len;
	buf_add_str(&line->text, buf_str(&tail));
	if (line->masked && tail.p)
		explicit_bzero(tail.p, tail.len);
	buf_fini(&tail);
}

static size_t
before(const struct line *line, size_t pos)
{
	size_t at = 0, last = 0;

	while (at < pos) {
		last = at;
		at += utf8_grapheme(str_slice(line_text(line), at, line->text.len));
	}
	return last;
}

static size_t
after(const struct line *line, size_t pos)
{
	return pos + utf8_grapheme(str_slice(line_text(line), pos, line->text.len));
}

static bool
is_word(const struct line *line, size_t pos)
{
	unsigned char b = (unsigned char)line->text.p[pos];

	return b >= 0x80 || (b >= '0' && b <= '9') || (b >= 'A' && b <= 'Z') ||
	       (b >= 'a' && b <= 'z') || b == '_';
}

static size_t
word_before(const struct line *line)
{
	size_t pos = line->pos;

	while (pos > 0 && !is_word(line, pos - 1))
		pos--;
	while (pos > 0 && is_word(line, pos - 1))
		pos--;
	return pos;
}

static size_t
word_after(const struct line *line)
{
	size_t pos = line->pos;

	while (pos < line->text.len && !is_word(line, pos))
		pos++;
	while (pos < line->text.len && is_word(line, pos))
		pos++;
	return pos;
}

static bool
move_key(struct line *line, const struct key *k)
{
	bool word = (k->mods & (MOD_CTRL | MOD_ALT)) != 0;

	if (k->code == K_LEFT)
		line->pos = word ? word_before(line) : before(line, line->pos);
	else if (k->code == K_RIGHT)
		line->pos = word ? word_after(line) : after(line, line->pos);
	else if (k->code == K_HOME || key_ctrl(k, 'a'))
		line->pos = 0;
	else if (k->code == K_END || key_ctrl(k, 'e'))
		line->pos = line->text.len;
	else
		return false;
	return true;
}

static bool
edit_key(struct line *line, const struct key *k)
{
	size_t pos = line->pos;

	if (key_is(k, K_BACKSPACE, 0) && pos > 0)
		replace(line, before(line, pos), pos, STR_NONE);
	else if (key_is(k, K_DELETE, 0) && pos < line->text.len) {
		replace(line, pos, after(line, pos), STR_NONE);
		line->pos = pos;
	} else if (key_ctrl(k, 'w') || key_is(k, K_BACKSPACE, MOD_ALT) ||
		   key_is(k, K_BACKSPACE, MOD_CTRL))
		replace(line, word_before(line), pos, STR_NONE);
	else if (key_ctrl(k, 'u'))
		replace(line, 0, pos, STR_NONE);
	else if (key_ctrl(k, 'k'))
		replace(line, pos, line->text.len, STR_NONE);
	else if (key_ctrl(k, 'z') || key_is(k, 'u', MOD_ALT))
		step(line, &line->undo, &line->redo);
	else if (key_ctrl(k, 'y') || key_is(k, 'e', MOD_ALT))
		step(line, &line->redo, &line->undo);
	else
		return key_is(k, K_BACKSPACE, 0) || key_is(k, K_DELETE, 0);
	return true;
}

bool
line_key(struct line *line, const struct key *key, bool *changed)
{
	char bytes[4];

	if (changed)
		*changed = false;
	if (move_key(line, key))
		return true;
	if (edit_key(line, key)) {
		if (changed)
			*changed = true;
		return true;
	}
	if (!key_is_text(key))
		return false;
	replace(line, line->pos, line->pos,
		(struct str){ bytes, utf8_encode(key->code, bytes) });
	if (changed)
		*changed = true;
	return true;
}

void
line_paste(struct line *line, struct str text)
{
	struct buf one = BUF_MAX(LINE_MAX_BYTES);

	while (text.len && (text.p[text.len - 1] == '\n' || text.p[text.len - 1] == '\r'))
		text.len--;
	utf8_sanitize(&one, text, true);
	replace(line, line->pos, line->pos, buf_str(&one));
	if (line->masked && one.p)
		explicit_bzero(one.p, one.len);
	buf_fini(&one);
}

void
line_click(struct line *line, int col)
{
	struct str shown = str_slice(line_text(line), line->left, line->text.len);

	if (!line->masked)
		line->pos = line->left + utf8_fit(shown, col < 0 ? 0 : (size_t)col, NULL);
}

static size_t
columns(const struct line *line, size_t from, size_t to)
{
	struct str s = str_slice(line_text(line), from, to);
	size_t n = 0;

	if (!line->masked)
		return utf8_width(s);
	for (; s.len; n++)
		s = str_slice(s, utf8_grapheme(s), s.len);
	return n;
}

void
line_draw(struct line *line, struct canvas *c, int row, int col, int width, enum role role,
	bool focused)
{
	struct buf dots = BUF_INIT;
	size_t at;

	if (width <= 0)
		return;
	if (line->pos < line->left)
		line->left = line->pos;
	while (line->left < line->pos &&
		columns(line, line->left, line->pos) >= (size_t)width)
		line->left = after(line, line->left);
	at = columns(line, line->left, line->pos);
	canvas_fill(c, row, col, 1, width, role);
	if (line->masked) {
		buf_add_repeat(&dots, "•", columns(line, line->left, line->text.len));
		canvas_field(c, row, col, width, role, 'l', buf_str(&dots));
		buf_fini(&dots);
	} else {
		canvas_field(c, row, col, width, role, 'l',
			str_slice(line_text(line), line->left, line->text.len));
	}
	if (focused)
		canvas_cursor(c, row, col + (int)at);
}
