/* SPDX-License-Identifier: MIT */
#include "src/cli/print.h"

#include <stdarg.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "src/base/utf8.h"

#define STYLE_END "\x1b[0m"
#define GAP 2	 /* columns between two of a list */
#define LEAST_CUT 8 /* a column that may be cut keeps this many */

struct list_cell {
	struct str text;
	enum style style;
};

static const char *const codes[STYLE_COUNT] = {
	[STYLE_PLAIN] = "",
	[STYLE_HEAD] = "\x1b[1m",
	[STYLE_GOOD] = "\x1b[32m",
	[STYLE_WARN] = "\x1b[33m",
	[STYLE_BAD] = "\x1b[31m",
	[STYLE_DIM] = "\x1b[2m",
};

bool
print_is_terminal(FILE *to)
{
	return isatty(fileno(to)) == 1;
}

int
print_terminal_columns(FILE *to)
{
	struct winsize size;

	if (!print_is_terminal(to))
		return 0;
	if (ioctl(fileno(to), TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
		return 80;
	return size.ws_col;
}

static bool
wants_colour(FILE *to)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	return !(no && *no) && term && strcmp(term, "dumb") != 0 && print_is_terminal(to);
}

static void
put_styled(FILE *to, enum style style, struct str text, bool colour)
{
	if (colour && codes[style][0])
		fprintf(to, "%s%.*s" STYLE_END, codes[style], STR_ARG(text));
	else
		fwrite(text.p ? text.p : "", 1, text.len, to);
}

void
list_init(struct list *l, const struct list_column *columns, size_t count)
{
	*l = (struct list){ .columns = columns, .column_count = count };
}

void
list_fini(struct list *l)
{
	arena_fini(&l->arena);
	buf_fini(&l->clean);
	buf_fini(&l->formatted);
	free(l->cells);
	l->cells = NULL;
}

void
list_add(struct list *l, enum style style, const char *text)
{
	buf_clear(&l->clean);
	utf8_sanitize(&l->clean, str_from(text ? text : ""), true);
	if (l->cell_count == l->cell_room) {
		l->cell_room = l->cell_room ? 2 * l->cell_room : 64;
		l->cells = xreallocarray(l->cells, l->cell_room, sizeof(*l->cells));
	}
	l->cells[l->cell_count++] =
		(struct list_cell){ arena_str(&l->arena, buf_str(&l->clean)), style };
}

void
list_addf(struct list *l, enum style style, const char *fmt, ...)
{
	va_list ap;

	buf_clear(&l->formatted);
	va_start(ap, fmt);
	buf_vaddf(&l->formatted, fmt, ap);
	va_end(ap);
	list_add(l, style, buf_text(&l->formatted));
}

/* Width of each column; those that may be cut share what a terminal lacks. */
static void
measure(const struct list *l, size_t *widths, int room)
{
	size_t total = 0;

	for (size_t i = 0; i < l->column_count; i++)
		widths[i] = utf8_width(str_from(l->columns[i].header));
	for (size_t i = 0; i < l->cell_count; i++) {
		size_t w = utf8_width(l->cells[i].text);

		if (w > widths[i % l->column_count])
			widths[i % l->column_count] = w;
	}
	for (size_t i = 0; i < l->column_count; i++)
		total += widths[i] + (i ? GAP : 0);
	while (room > 0 && total > (size_t)room) {
		size_t widest = SIZE_MAX;

		for (size_t i = 0; i < l->column_count; i++)
			if (l->columns[i].may_cut && widths[i] > LEAST_CUT &&
				(widest == SIZE_MAX || widths[i] > widths[widest]))
				widest = i;
		if (widest == SIZE_MAX)
			return;
		widths[widest]--;
		total--;
	}
}

/* Blanks up to the next column stay plain; the last column has none. */
static void
put_row(const struct list *l, const struct list_cell *cells, const size_t *widths, bool colour,
	struct buf *line)
{
	buf_clear(line);
	for (size_t i = 0; i < l->column_count; i++) {
		bool styled = colour && codes[cells[i].style][0], last = i + 1 == l->column_count;
		size_t start, len;

		if (styled)
			buf_adds(line, codes[cells[i].style]);
		start = line->len;
		utf8_add_padded(line, cells[i].text, widths[i], l->columns[i].align);
		for (len = line->len; len > start && line->p[len - 1] == ' ';)
			len--;
		if (styled || last) {
			size_t blanks = line->len - len;

			buf_truncate(line, len);
			buf_adds(line, styled ? STYLE_END : "");
			buf_add_repeat(line, " ", last ? 0 : blanks);
		}
		buf_add_repeat(line, " ", last ? 0 : GAP);
	}
	buf_addc(line, '\n');
	fwrite(line->p, 1, line->len, stdout);
}

void
list_print(const struct list *l, const char *nothing)
{
	bool colour = wants_colour(stdout);
	struct buf line = BUF_INIT;
	struct list_cell *head;
	size_t *widths;

	if (l->cell_count == 0) {
		print_talk("%s", nothing);
		return;
	}
	widths = xcalloc(l->column_count, sizeof(*widths));
	head = xcalloc(l->column_count, sizeof(*head));
	measure(l, widths, print_terminal_columns(stdout));
	for (size_t i = 0; i < l->column_count; i++)
		head[i] = (struct list_cell){ str_from(l->columns[i].header), STYLE_HEAD };
	put_row(l, head, widths, colour, &line);
	for (size_t i = 0; i + l->column_count <= l->cell_count; i += l->column_count)
		put_row(l, l->cells + i, widths, colour, &line);
	buf_fini(&line);
	free(head);
	free(widths);
}

void
print_field(const char *name, enum style style, const char *fmt, ...)
{
	struct buf text = BUF_INIT, clean = BUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	buf_vaddf(&text, fmt, ap);
	va_end(ap);
	utf8_sanitize(&clean, buf_str(&text), true);
	utf8_add_padded(&text, STR_NONE, 0, 'l');
	buf_clear(&text);
	utf8_add_padded(&text, str_from(name), 18, 'l');
	put_styled(stdout, STYLE_DIM, buf_str(&text), wants_colour(stdout));
	put_styled(stdout, style, buf_str(&clean), wants_colour(stdout));
	putchar('\n');
	buf_fini(&text);
	buf_fini(&clean);
}

void
print_json(cJSON *value)
{
	struct buf text = BUF_INIT;

	json_print(&text, value);
	fwrite(buf_text(&text), 1, text.len, stdout);
	buf_fini(&text);
	cJSON_Delete(value);
}

void
print_json_item(cJSON *item, size_t before)
{
	struct buf text = BUF_INIT;

	buf_adds(&text, before ? ",\n  " : "[\n  ");
	json_print_inside(&text, item, 1);
	fwrite(buf_text(&text), 1, text.len, stdout);
	buf_fini(&text);
	cJSON_Delete(item);
}

void
print_json_end(size_t count)
{
	puts(count ? "\n]" : "[]");
}

static void DP_PRINTF(3, 0)
talk(enum style style, const char *before, const char *fmt, va_list ap)
{
	struct buf text = BUF_INIT, clean = BUF_INIT;

	buf_vaddf(&text, fmt, ap);
	utf8_sanitize(&clean, buf_str(&text), false);
	fflush(stdout);
	if (*before)
		put_styled(stderr, style, str_from(before), wants_colour(stderr));
	fprintf(stderr, "%s\n", buf_text(&clean));
	buf_fini(&text);
	buf_fini(&clean);
}

void
print_talk(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	talk(STYLE_PLAIN, "", fmt, ap);
	va_end(ap);
}

void
print_warning(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	talk(STYLE_WARN, "warning: ", fmt, ap);
	va_end(ap);
}

static void DP_PRINTF(3, 4)
say(enum style style, const char *before, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	talk(style, before, fmt, ap);
	va_end(ap);
}

void
print_failure(const struct err *err)
{
	say(STYLE_BAD, "dpstudio: ", "%s", err->msg);
	if (err->hint[0])
		say(STYLE_DIM, "  hint: ", "%s", err->hint);
}

void
print_place(struct str text, const struct err *err)
{
	struct buf clean = BUF_INIT, head = BUF_INIT;
	size_t from = 0, to, width = 0, caret = 0;
	struct str line;
	uint32_t c;

	if (err->line < 1)
		return;
	for (int i = 1; i < err->line && from < text.len; from++)
		i += text.p[from] == '\n';
	to = str_find(text, STR("\n"), from);
	line = str_slice(text, from, to == SIZE_MAX ? text.len : to);
	for (int i = 1; i < err->column && caret < line.len; i++)
		caret += utf8_decode(str_slice(line, caret, line.len), &c);
	utf8_sanitize(&head, str_slice(line, 0, caret), true);
	utf8_sanitize(&clean, line, true);
	width = utf8_width(buf_str(&head));
	if (clean.len <= 400) {
		int indent = fprintf(stderr, "  line %d: ", err->line);

		fprintf(stderr, "%s\n", buf_text(&clean));
		if (err->column > 0)
			fprintf(stderr, "%*s^\n", indent + (int)width, "");
	}
	buf_fini(&clean);
	buf_fini(&head);
}

void
print_styled(FILE *to, enum style style, const char *fmt, ...)
{
	struct buf text = BUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	buf_vaddf(&text, fmt, ap);
	va_end(ap);
	put_styled(to, style, buf_str(&text), wants_colour(to));
	buf_fini(&text);
}

void
print_text(FILE *to, struct str text)
{
	struct buf clean = BUF_INIT;

	utf8_sanitize(&clean, text, false);
	fwrite(buf_text(&clean), 1, clean.len, to);
	buf_fini(&clean);
}

bool
print_flush(struct err *err)
{
	if (fflush(stdout) != 0 || ferror(stdout))
		return err_errno(err, "cannot write to standard output");
	return true;
}
