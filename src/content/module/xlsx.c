/* SPDX-License-Identifier: MIT */
#include "src/content/module/module.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xlsxwriter.h>

#include "src/base/utf8.h"

#define SHEET_NAME_MAX 31  /* characters */
#define CELL_MAX 32767	   /* characters of one text */
#define EXACT_DIGITS 15	   /* what a double holds of any decimal */
#define ROWS_MAX 1048575   /* below the header */

/* One look a column's cell can have: formats cost, so each is made once. */
struct look {
	const struct doc_column *column;
	enum color color;
	struct str mark;
	int scale; /* digits behind the point; -1 text, -2 date, -3 timestamp */
	lxw_format *format;
};

struct writer {
	lxw_workbook *book;
	lxw_worksheet *sheet;
	struct look *looks;
	size_t look_count, look_room;
	struct buf scratch;
};

static const lxw_color_t colors[COLOR_COUNT] = {
	[COLOR_GREEN] = 0x1A7F37, [COLOR_RED] = 0xCF222E, [COLOR_ORANGE] = 0xBC4C00,
	[COLOR_BLUE] = 0x0969DA, [COLOR_GREY] = 0x6E7781,
};

static void
add_quoted(struct buf *to, struct str text)
{
	if (text.len == 0)
		return;
	buf_addc(to, '"');
	for (size_t i = 0; i < text.len; i++)
		if (text.p[i] == '"')
			buf_adds(to, "\"\\\"\"");
		else
			buf_addc(to, text.p[i]);
	buf_addc(to, '"');
}

/* A number keeps being one: prefix, suffix and mark stand in its format. */
static void
number_format(struct buf *to, const struct cell *cell, int scale)
{
	struct buf tail = BUF_INIT;

	add_quoted(to, cell->prefix);
	if (scale == -2)
		buf_adds(to, "yyyy-mm-dd");
	else if (scale == -3)
		buf_adds(to, "yyyy-mm-dd hh:mm:ss");
	else
		buf_addc(to, '0');
	if (scale > 0) {
		buf_addc(to, '.');
		buf_add_repeat(to, "0", (size_t)scale);
	}
	buf_add_str(&tail, cell->suffix);
	if (cell->mark.len)
		buf_addf(&tail, " %.*s", STR_ARG(cell->mark));
	add_quoted(to, buf_str(&tail));
	buf_fini(&tail);
}

static lxw_format *
make_format(struct writer *w, const struct doc_column *column, const struct cell *cell, int scale)
{
	lxw_format *f = workbook_add_format(w->book);

	if (cell->color != COLOR_DEFAULT)
		format_set_font_color(f, colors[cell->color]);
	format_set_align(f, column->align == ALIGN_RIGHT    ? LXW_ALIGN_RIGHT
			    : column->align == ALIGN_CENTER ? LXW_ALIGN_CENTER
							    : LXW_ALIGN_LEFT);
	if (scale != -1) {
		buf_clear(&w->scratch);
		number_format(&w->scratch, cell, scale);
		format_set_num_format(f, buf_text(&w->scratch));
	}
	return f;
}

static lxw_format *
find_format(struct writer *w, const struct doc_column *column, const struct cell *cell, int scale)
{
	for (size_t i = w->look_count; i-- > 0;) {
		struct look *l = &w->looks[i];

		if (l->column == column && l->color == cell->color && l->scale == scale &&
			str_equal(l->mark, cell->mark))
			return l->format;
	}
	if (w->look_count == w->look_room) {
		w->look_room = w->look_room ? w->look_room * 2 : 16;
		w->looks = xreallocarray(w->looks, w->look_room, sizeof(*w->looks));
	}
	w->looks[w->look_count++] = (struct look){ .column = column, .color = cell->color,
		.mark = cell->mark, .scale = scale,
		.format = make_format(w, column, cell, scale) };
	return w->looks[w->look_count - 1].format;
}

/* Digits behind the point of a number that a double holds exactly; -1: not one. */
static int
exact_scale(const struct value *v)
{
	int digits = 0, scale = 0;
	bool point = false;

	if (v->kind != VALUE_INT && v->kind != VALUE_DECIMAL && v->kind != VALUE_FLOAT)
		return -1;
	for (size_t i = v->text.len && v->text.p[0] == '-'; i < v->text.len; i++) {
		char c = v->text.p[i];

		if (c == '.') {
			point = true;
		} else if (c >= '0' && c <= '9') {
			digits += digits > 0 || c != '0';
			scale += point;
		} else {
			return -1;
		}
	}
	return v->text.len && digits <= EXACT_DIGITS && scale <= EXACT_DIGITS ? scale : -1;
}

static bool
read_number(struct str text, double *number)
{
	char digits[64];

	if (text.len == 0 || text.len >= sizeof(digits))
		return false;
	memcpy(digits, text.p, text.len);
	digits[text.len] = '\0';
	*number = strtod(digits, NULL);
	return true;
}

static bool
read_time(const struct value *v, lxw_datetime *t)
{
	char text[40];
	double seconds = 0;
	int n = 0, got;

	if (v->text.len == 0 || v->text.len >= sizeof(text))
		return false;
	memcpy(text, v->text.p, v->text.len);
	text[v->text.len] = '\0';
	*t = (lxw_datetime){ 0 };
	if (v->kind == VALUE_DATE)
		got = sscanf(text, "%4d-%2d-%2d%n", &t->year, &t->month, &t->day, &n) == 3;
	else
		got = sscanf(text, "%4d-%2d-%2d %2d:%2d:%lf%n", &t->year, &t->month, &t->day,
			      &t->hour, &t->min, &seconds, &n) == 6;
	t->sec = seconds;
	return got && text[n] == '\0' && t->year >= 1900 && t->year <= 9999;
}

static void
write_text(struct writer *w, lxw_row_t row, lxw_col_t col, struct str text, lxw_format *format)
{
	size_t chars = 0, pos = 0;

	while (pos < text.len && chars < CELL_MAX - 1) {
		uint32_t c;

		pos += utf8_decode(str_slice(text, pos, text.len), &c);
		chars += c > 0xFFFF ? 2 : 1;
	}
	buf_clear(&w->scratch);
	buf_add(&w->scratch, text.p, pos);
	if (pos < text.len)
		buf_adds(&w->scratch, "…");
	worksheet_write_string(w->sheet, row, col, buf_text(&w->scratch), format);
}

static void
write_cell(struct writer *w, lxw_row_t row, lxw_col_t col, const struct doc_column *column,
	const struct cell *cell)
{
	int scale = exact_scale(&cell->value);
	lxw_datetime when;
	double number;

	if (cell->value.kind == VALUE_NULL && cell->text.len == 0)
		return;
	if (scale >= 0 && read_number(cell->value.text, &number)) {
		worksheet_write_number(w->sheet, row, col, number,
			find_format(w, column, cell, scale));
	} else if ((cell->value.kind == VALUE_DATE || cell->value.kind == VALUE_TIMESTAMP) &&
		   read_time(&cell->value, &when)) {
		worksheet_write_datetime(w->sheet, row, col, &when,
			find_format(w, column, cell, cell->value.kind == VALUE_DATE ? -2 : -3));
	} else if (cell->value.kind == VALUE_BOOL && cell->text.len == cell->shown.len &&
		   cell->mark.len == 0) {
		worksheet_write_boolean(w->sheet, row, col, str_is(cell->value.text, "true"),
			find_format(w, column, cell, -1));
	} else {
		struct buf text = BUF_INIT;

		buf_add_str(&text, cell->text);
		if (cell->mark.len)
			buf_addf(&text, " %.*s", STR_ARG(cell->mark));
		write_text(w, row, col, buf_str(&text), find_format(w, column, cell, -1));
		buf_fini(&text);
	}
}

static double
column_width(const struct doc_table *table, size_t column)
{
	size_t width = utf8_width(table->columns[column].header) + 2;

	for (size_t i = 0; i < table->row_count && i < 200; i++) {
		struct cell cell = table_cell(table, i, column);
		size_t n = utf8_width(cell.text) + (cell.mark.len ? 2 : 0) + 2;

		width = n > width ? n : width;
	}
	return (double)(width > 60 ? 60 : width);
}

static void
write_table(struct writer *w, const struct doc_table *table, lxw_format *header)
{
	size_t rows = table->row_count < ROWS_MAX ? table->row_count : ROWS_MAX;
	lxw_col_t columns = (lxw_col_t)table->column_count;

	w->look_count = 0;
	for (lxw_col_t i = 0; i < columns; i++) {
		write_text(w, 0, i, table->columns[i].header, header);
		worksheet_set_column(w->sheet, i, i, column_width(table, i), NULL);
	}
	for (size_t row = 0; row < rows; row++)
		for (lxw_col_t i = 0; i < columns; i++) {
			struct cell cell = table_cell(table, row, i);

			write_cell(w, (lxw_row_t)row + 1, i, &table->columns[i], &cell);
		}
	worksheet_freeze_panes(w->sheet, 1, 0);
	if (columns && rows)
		worksheet_autofilter(w->sheet, 0, 0, (lxw_row_t)rows, (lxw_col_t)(columns - 1));
}

/* Excel's rules for names of sheets: 31 characters, none of []:*?/\, each once. */
static lxw_worksheet *
add_sheet(struct writer *w, struct str name, size_t number)
{
	struct buf clean = BUF_INIT;
	char numbered[32];
	lxw_worksheet *sheet = NULL;

	for (size_t i = 0, chars = 0; i < name.len && chars < SHEET_NAME_MAX - 4; chars++) {
		uint32_t c;
		size_t n = utf8_decode(str_slice(name, i, name.len), &c);

		if (c < 0x80 && (c < ' ' || strchr("[]:*?/\\'", (int)c)))
			buf_addc(&clean, '_');
		else if (c < 0x10000)
			buf_add(&clean, name.p + i, n);
		i += n;
	}
	if (clean.len && workbook_validate_sheet_name(w->book, buf_text(&clean)) == LXW_NO_ERROR)
		sheet = workbook_add_worksheet(w->book, buf_text(&clean));
	if (!sheet) {
		snprintf(numbered, sizeof(numbered), "Table %zu", number);
		sheet = workbook_add_worksheet(w->book, numbered);
	}
	buf_fini(&clean);
	return sheet;
}

static bool
fill_book(struct writer *w, const struct doc_table *const *tables, size_t count, struct err *err)
{
	lxw_doc_properties properties = { .created = 315532800 }; /* the same bytes each time */
	lxw_format *header;
	lxw_error code;

	workbook_set_properties(w->book, &properties);
	header = workbook_add_format(w->book);
	format_set_bold(header);
	format_set_bg_color(header, 0xEAEEF2);
	format_set_bottom(header, LXW_BORDER_THIN);
	for (size_t i = 0; i < count; i++) {
		w->sheet = add_sheet(w, tables[i]->name, i + 1);
		write_table(w, tables[i], header);
	}
	if (count == 0)
		workbook_add_worksheet(w->book, NULL);
	code = workbook_close(w->book);
	if (code != LXW_NO_ERROR)
		return err_set(err, ERR_IO, "cannot write the XLSX file: %s", lxw_strerror(code));
	return true;
}

static bool
read_back(int fd, struct buf *to, struct err *err)
{
	struct stat st;
	char *room;

	if (fstat(fd, &st) != 0)
		return err_errno(err, "cannot read the XLSX file back");
	room = buf_reserve(to, (size_t)st.st_size);
	if (!room)
		return err_set(err, ERR_LIMIT, "the XLSX file is too large");
	for (off_t at = 0; at < st.st_size;) {
		ssize_t n = pread(fd, room + at, (size_t)(st.st_size - at), at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return err_errno(err, "cannot read the XLSX file back");
		at += n;
	}
	buf_commit(to, (size_t)st.st_size);
	return true;
}

bool
xlsx_write(struct buf *to, const struct doc_table *const *tables, size_t count, struct err *err)
{
	struct writer w = { 0 };
	lxw_workbook_options options = { 0 };
	int fd = memfd_create("xlsx", MFD_CLOEXEC);
	char path[40];
	bool ok = false;

	if (fd < 0)
		return err_errno(err, "cannot make room for the XLSX file");
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	w.book = workbook_new_opt(path, &options);
	if (w.book)
		ok = fill_book(&w, tables, count, err) && read_back(fd, to, err);
	else
		err_set(err, ERR_INTERNAL, "libxlsxwriter gave no workbook");
	close(fd);
	free(w.looks);
	buf_fini(&w.scratch);
	return ok;
}
