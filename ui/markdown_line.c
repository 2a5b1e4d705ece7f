/* SPDX-License-Identifier: MIT */
/* Markdown as it is typed, one line at a time: for colours only. What is sent is
 * read by cmark-gfm. The state is the open code fence: its character and length. */
#include "ui/highlight.h"

static size_t
run_of(struct str line, size_t at)
{
	size_t n = 0;

	while (at + n < line.len && line.p[at + n] == line.p[at])
		n++;
	return n;
}

static size_t
indent_of(struct str line)
{
	size_t n = 0;

	while (n < line.len && line.p[n] == ' ')
		n++;
	return n;
}

/* Length of the fence that begins at `at`, 0 when there is none. */
static size_t
fence_at(struct str line, size_t at)
{
	size_t n;

	if (at > 3 || at >= line.len || (line.p[at] != '`' && line.p[at] != '~'))
		return 0;
	n = run_of(line, at);
	return n >= 3 ? n : 0;
}

/* Span that ends with the same run as it began with; its end, or `at` + run. */
static size_t
closed_run(struct str line, size_t at, size_t run, bool *closed)
{
	size_t i = at + run;

	while (i < line.len) {
		if (line.p[i] == line.p[at]) {
			size_t n = run_of(line, i);

			if (n == run) {
				*closed = true;
				return i + n;
			}
			i += n;
		} else {
			i++;
		}
	}
	*closed = false;
	return at + run;
}

static size_t
find(struct str line, size_t from, const char *what)
{
	return str_find(line, str_from(what), from);
}

/* [text](address) or ![text](address): its end, or `at`. */
static size_t
link_at(struct str line, size_t at)
{
	size_t text = at + (line.p[at] == '!'), middle, end;

	if (text >= line.len || line.p[text] != '[')
		return at;
	middle = find(line, text, "](");
	end = middle == SIZE_MAX ? SIZE_MAX : find(line, middle, ")");
	return end == SIZE_MAX ? at : end + 1;
}

/* One inline thing at `at`; where it ends. */
static size_t
inline_at(struct str line, size_t at, struct spans *s)
{
	char c = line.p[at];
	size_t end, run = run_of(line, at);
	bool closed;

	if (c == '\\')
		return at + 2;
	end = spans_add_parameter(s, line, at);
	if (end > at)
		return end;
	if (c == '`' || ((c == '*' || c == '_' || c == '~') && run <= 3)) {
		end = closed_run(line, at, run, &closed);
		if (closed)
			spans_add(s, at, end,
				c == '`'   ? ROLE_MD_CODE
				: c == '~' ? ROLE_MD_QUOTE
				: run == 1 ? ROLE_MD_EMPHASIS
					   : ROLE_MD_STRONG);
		return end;
	}
	if (c == '[' || c == '!') {
		end = link_at(line, at);
		spans_add(s, at, end, ROLE_MD_LINK);
		return end > at ? end : at + 1;
	}
	if (c == '<') {
		end = find(line, at, ">");
		if (end != SIZE_MAX && at + 1 < line.len && line.p[at + 1] != ' ') {
			spans_add(s, at, end + 1, ROLE_MD_TAG);
			return end + 1;
		}
	}
	return at + 1;
}

/* The marker of a list item: its end, or `at`. */
static size_t
list_marker(struct str line, size_t at)
{
	size_t i = at;

	if (i < line.len && strchr("-*+", line.p[i]))
		return i + 1 < line.len && line.p[i + 1] == ' ' ? i + 1 : at;
	while (i < line.len && line.p[i] >= '0' && line.p[i] <= '9')
		i++;
	if (i > at && i + 1 < line.len && (line.p[i] == '.' || line.p[i] == ')') &&
		line.p[i + 1] == ' ')
		return i + 1;
	return at;
}

static size_t
block_start(struct str line, size_t at, struct spans *s)
{
	size_t run = at < line.len ? run_of(line, at) : 0, end;

	if (at < line.len && line.p[at] == '#' && run <= 6 &&
		(at + run == line.len || line.p[at + run] == ' ')) {
		spans_add(s, at, line.len, ROLE_MD_HEADING);
		return line.len;
	}
	if (at < line.len && line.p[at] == '>') {
		spans_add(s, at, at + 1, ROLE_MD_QUOTE);
		return at + 1;
	}
	end = list_marker(line, at);
	spans_add(s, at, end, ROLE_MD_LIST);
	return end;
}

uint32_t
markdown_line(struct str line, uint32_t state, struct span_role *spans, size_t most, size_t *count)
{
	struct spans s = { spans, most, count };
	size_t at = indent_of(line), fence = fence_at(line, at);

	if (state) {
		bool closes = fence >= (state >> 8) && (uint32_t)(unsigned char)line.p[at] == (state & 0xFF);

		spans_add(&s, 0, line.len, ROLE_MD_CODE);
		return fence && closes ? 0 : state;
	}
	if (fence) {
		spans_add(&s, 0, line.len, ROLE_MD_CODE);
		return (uint32_t)(fence < 0xFFFF ? fence : 0xFFFF) << 8 | (unsigned char)line.p[at];
	}
	at = block_start(line, at, &s);
	while (at < line.len)
		at = inline_at(line, at, &s);
	return 0;
}
