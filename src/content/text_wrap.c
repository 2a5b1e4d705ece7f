/* SPDX-License-Identifier: MIT */
#include "src/content/text_wrap.h"

#include "src/base/utf8.h"

/* Roles are the noncharacters from U+FDD2 on. */
#define ROLE_FIRST 0xFDD2

static const char *const role_names[TEXT_ROLE_COUNT] = {
	[TEXT_PLAIN] = "plain", [TEXT_HEADING] = "heading", [TEXT_STRONG] = "strong",
	[TEXT_EMPH] = "emph", [TEXT_STRIKE] = "strike", [TEXT_CODE] = "code",
	[TEXT_LINK] = "link", [TEXT_QUOTE] = "quote", [TEXT_BOX] = "box",
	[TEXT_HEADER] = "header", [TEXT_MUTED] = "muted", [TEXT_WARNING] = "warning",
	[TEXT_GREEN] = "green", [TEXT_RED] = "red", [TEXT_ORANGE] = "orange",
	[TEXT_BLUE] = "blue", [TEXT_GREY] = "grey",
};

const char *
text_role_name(enum text_role role)
{
	return role < TEXT_ROLE_COUNT ? role_names[role] : "plain";
}

enum text_role
text_role_of_color(enum color color)
{
	static const enum text_role roles[COLOR_COUNT] = {
		[COLOR_DEFAULT] = TEXT_PLAIN, [COLOR_GREEN] = TEXT_GREEN, [COLOR_RED] = TEXT_RED,
		[COLOR_ORANGE] = TEXT_ORANGE, [COLOR_BLUE] = TEXT_BLUE, [COLOR_GREY] = TEXT_GREY,
	};

	return color < COLOR_COUNT ? roles[color] : TEXT_PLAIN;
}

void
text_role_add(struct buf *to, enum text_role role)
{
	char mark[4];

	buf_add(to, mark, utf8_encode(ROLE_FIRST + (uint32_t)role, mark));
}

size_t
role_mark_read(struct str s, enum text_role *role)
{
	uint32_t c;

	if (s.len < 3 || (unsigned char)s.p[0] != 0xEF || (unsigned char)s.p[1] != 0xB7)
		return 0;
	utf8_decode(s, &c);
	if (c < ROLE_FIRST || c >= ROLE_FIRST + TEXT_ROLE_COUNT)
		return 0;
	if (role)
		*role = (enum text_role)(c - ROLE_FIRST);
	return 3;
}

bool
text_run_next(struct str *rest, enum text_role *role, struct str *run)
{
	size_t len = 0, mark;

	while ((mark = role_mark_read(*rest, role)))
		*rest = str_slice(*rest, mark, rest->len);
	if (rest->len == 0)
		return false;
	while (len < rest->len && !role_mark_read(str_slice(*rest, len, rest->len), NULL)) {
		const char *next = memchr(rest->p + len + 1, 0xEF, rest->len - len - 1);

		len = next ? (size_t)(next - rest->p) : rest->len;
	}
	*run = str_slice(*rest, 0, len);
	*rest = str_slice(*rest, len, rest->len);
	return true;
}

void
text_role_strip(struct buf *to, struct str styled)
{
	enum text_role role = TEXT_PLAIN;
	struct str run;

	while (text_run_next(&styled, &role, &run))
		buf_add_str(to, run);
}

size_t
styled_width(struct str s)
{
	enum text_role role = TEXT_PLAIN;
	struct str run;
	size_t width = 0;

	while (text_run_next(&s, &role, &run))
		width += utf8_width(run);
	return width;
}

static void
add_cut(struct buf *to, struct str s, size_t columns)
{
	enum text_role role = TEXT_PLAIN, before = TEXT_PLAIN;
	struct str run;
	size_t used = 0;

	while (used + 1 < columns && text_run_next(&s, &role, &run)) {
		size_t width, len = utf8_fit(run, columns - 1 - used, &width);

		if (role != before)
			text_role_add(to, role);
		before = role;
		buf_add(to, run.p, len);
		used += width;
		if (len < run.len)
			break;
	}
	buf_adds(to, "…");
	if (before != TEXT_PLAIN)
		text_role_add(to, TEXT_PLAIN);
	buf_add_repeat(to, " ", columns - used - 1);
}

void
styled_add_padded(struct buf *to, struct str s, size_t columns, enum align align)
{
	size_t width = styled_width(s), left, pad;

	if (columns == 0)
		return;
	if (width > columns) {
		add_cut(to, s, columns);
		return;
	}
	pad = columns - width;
	left = align == ALIGN_RIGHT ? pad : align == ALIGN_CENTER ? pad / 2 : 0;
	buf_add_repeat(to, " ", left);
	buf_add_str(to, s);
	buf_add_repeat(to, " ", pad - left);
}

/* --- lines --- */

void
line_writer_init(struct line_writer *w, struct buf *to, const struct render_text_options *options)
{
	*w = (struct line_writer){ .to = to, .options = options };
}

void
line_writer_fini(struct line_writer *w)
{
	buf_fini(&w->prefix);
	buf_fini(&w->lead);
}

static size_t
add_prefix(struct line_writer *w)
{
	struct str prefix = w->has_lead ? buf_str(&w->lead) : buf_str(&w->prefix);

	buf_add_str(w->to, prefix);
	w->has_lead = false;
	return styled_width(prefix);
}

/* Blanks at the end go, also those before marks; of the marks the last one counts. */
static void
end_line(struct line_writer *w)
{
	struct buf *to = w->to;
	enum text_role role = TEXT_PLAIN, mark;
	bool marked = false;

	for (;;) {
		if (to->len && to->p[to->len - 1] == ' ') {
			buf_truncate(to, to->len - 1);
		} else if (to->len >= 3 &&
			   role_mark_read((struct str){ to->p + to->len - 3, 3 }, &mark)) {
			role = marked ? role : mark;
			marked = true;
			buf_truncate(to, to->len - 3);
		} else {
			break;
		}
	}
	if (marked)
		text_role_add(to, role);
	buf_addc(to, '\n');
}

void
line_writer_line(struct line_writer *w, struct str styled)
{
	add_prefix(w);
	buf_add_str(w->to, styled);
	end_line(w);
}

/* Where a line may end: after a blank, and around wide characters but before what
 * closes a phrase. */
static bool
may_break_before(struct str s)
{
	static const char *const closing[] = { "，", "。", "、", "！", "？", "；", "：", "）",
		"】", "》", "”", "’", "…", "％" };

	for (size_t i = 0; i < ARRAY_LEN(closing); i++)
		if (str_starts(s, str_from(closing[i])))
			return false;
	return true;
}

struct wrapper {
	struct str s;
	size_t start, pos;	/* of the line; where we are */
	size_t column, columns; /* used; room. 0 room: no limit */
	size_t break_pos, break_column; /* break_pos <= start: none */
	enum text_role role;	/* at pos */
};

static void
begin_line(struct wrapper *p, size_t start, size_t column)
{
	p->start = start;
	p->column = column;
	p->break_pos = 0;
}

/* Sends off the line [start, end); a role that is on goes off for what stands to the
 * left of the next one, and on again. */
static void
put_line(struct line_writer *w, struct wrapper *p, size_t end, enum text_role *role)
{
	struct str line = str_slice(p->s, p->start, end);
	struct str rest = line, run;
	enum text_role at_end = *role;

	if (*role != TEXT_PLAIN && w->prefix.len)
		text_role_add(w->to, TEXT_PLAIN);
	add_prefix(w);
	if (*role != TEXT_PLAIN && w->prefix.len)
		text_role_add(w->to, *role);
	while (text_run_next(&rest, &at_end, &run))
		continue;
	buf_add_str(w->to, line);
	end_line(w);
	*role = at_end;
}

/* The line is full at pos. */
static void
break_line(struct line_writer *w, struct wrapper *p, enum text_role *role)
{
	size_t end = p->break_pos > p->start ? p->break_pos : p->pos;
	size_t column = p->break_pos > p->start ? p->column - p->break_column : 0;

	put_line(w, p, end, role);
	begin_line(p, end, column);
}

static size_t
room_for_text(struct line_writer *w)
{
	size_t left = styled_width(w->has_lead ? buf_str(&w->lead) : buf_str(&w->prefix));
	size_t columns = w->options->columns > 0 ? (size_t)w->options->columns : 0;

	if (columns == 0)
		return 0;
	return columns > left + 4 ? columns - left : 4;
}

void
line_writer_wrap(struct line_writer *w, struct str styled)
{
	struct wrapper p = { .s = styled, .columns = room_for_text(w) };
	enum text_role role = TEXT_PLAIN;

	while (p.pos < styled.len) {
		struct str rest = str_slice(styled, p.pos, styled.len);
		size_t mark = role_mark_read(rest, NULL), n, width;

		if (mark) {
			p.pos += mark;
			continue;
		}
		if (rest.p[0] == '\n') {
			put_line(w, &p, p.pos, &role);
			begin_line(&p, ++p.pos, 0);
			p.columns = room_for_text(w);
			continue;
		}
		n = utf8_grapheme(rest);
		width = (size_t)utf8_grapheme_width(str_slice(rest, 0, n));
		if (width == 2 && p.column && may_break_before(rest)) {
			p.break_pos = p.pos;
			p.break_column = p.column;
		}
		if (p.columns && p.column && p.column + width > p.columns && rest.p[0] != ' ') {
			break_line(w, &p, &role);
			p.columns = room_for_text(w);
			continue;
		}
		p.pos += n;
		p.column += width;
		if (rest.p[0] == ' ' || width == 2) {
			if (width != 2 || may_break_before(str_slice(styled, p.pos, styled.len))) {
				p.break_pos = p.pos;
				p.break_column = p.column;
			}
		}
	}
	put_line(w, &p, styled.len, &role);
}
