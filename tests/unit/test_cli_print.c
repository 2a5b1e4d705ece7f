/* SPDX-License-Identifier: MIT */
/* Lists aligned by display width, fields, places of errors, rows as they are written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "src/cli/print.h"
#include "src/cli/row_writer.h"

/* What `fn` writes to a stream that was stdout or stderr. */
static char *
captured(FILE *stream, void (*fn)(void))
{
	char name[] = "/tmp/dp-print-XXXXXX";
	int fd = mkstemp(name), old = dup(fileno(stream));
	struct buf text = BUF_INIT;
	char *room;
	ssize_t n;

	assert_true(fd >= 0 && old >= 0);
	fflush(stream);
	dup2(fd, fileno(stream));
	fn();
	fflush(stream);
	dup2(old, fileno(stream));
	close(old);
	lseek(fd, 0, SEEK_SET);
	while ((room = buf_reserve(&text, 4096)) && (n = read(fd, room, 4096)) > 0)
		buf_commit(&text, (size_t)n);
	close(fd);
	unlink(name);
	buf_addc(&text, '\0');
	return buf_take(&text);
}

static const struct list_column columns[] = {
	{ "NAME", 'l', true }, { "COUNT", 'r', false }, { "NOTE", 'l', true },
};

static void
print_two_rows(void)
{
	struct list l;

	list_init(&l, columns, ARRAY_LEN(columns));
	list_add(&l, STYLE_PLAIN, "部门");
	list_addf(&l, STYLE_GOOD, "%d", 7);
	list_add(&l, STYLE_PLAIN, NULL);
	list_add(&l, STYLE_PLAIN, "a\x1b[31m");
	list_add(&l, STYLE_BAD, "12345678");
	list_add(&l, STYLE_PLAIN, "x\ny");
	list_print(&l, "nothing");
	list_fini(&l);
}

static void
test_list(void **state)
{
	char *text = captured(stdout, print_two_rows);

	(void)state;
	assert_string_equal(text, "NAME      COUNT  NOTE\n"
				  "部门          7  \n"
				  "a[31m  12345678  x y\n");
	free(text);
}

static void
print_no_rows(void)
{
	struct list l;

	list_init(&l, columns, ARRAY_LEN(columns));
	list_print(&l, "nothing here");
	list_fini(&l);
}

static void
test_empty_list(void **state)
{
	char *out = captured(stdout, print_no_rows), *err = captured(stderr, print_no_rows);

	(void)state;
	assert_string_equal(out, "");
	assert_string_equal(err, "nothing here\n");
	free(out);
	free(err);
}

static const char sql[] = "SELECT 1;\nSELECT 部门, nothing FROM t";
static int place_line, place_column;

static void
print_a_place(void)
{
	struct err err = ERR_INIT;

	err_set(&err, ERR_SQL, "x");
	err_at(&err, place_line, place_column);
	print_place(str_from(sql), &err);
}

static void
test_place(void **state)
{
	static const struct {
		int line, column;
		const char *shown;
	} places[] = {
		{ 1, 8, "  line 1: SELECT 1;\n                 ^\n" },
		{ 2, 12, "  line 2: SELECT 部门, nothing FROM t\n                       ^\n" },
		{ 2, -1, "  line 2: SELECT 部门, nothing FROM t\n" },
		{ -1, -1, "" },
		{ 9, 3, "  line 9: \n          ^\n" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		char *text;

		place_line = places[i].line;
		place_column = places[i].column;
		text = captured(stderr, print_a_place);
		assert_string_equal(text, places[i].shown);
		free(text);
	}
}

static void
print_an_error(void)
{
	struct err err = ERR_INIT;

	err_set(&err, ERR_STATE, "no\x07 %s", "way");
	err_hint(&err, "another one");
	print_failure(&err);
}

static void
test_failure(void **state)
{
	char *text = captured(stderr, print_an_error);

	(void)state;
	assert_string_equal(text, "dpstudio: no way\n  hint: another one\n");
	free(text);
}

/* --- rows ------------------------------------------------------------------------ */

static char *
written(enum rows_format format, enum rows_expanded expanded)
{
	static const struct column heads[] = {
		{ { "id", 2 }, VALUE_INT, { "int", 3 } }, { { "a\"b", 3 }, VALUE_TEXT, { "", 0 } },
	};
	static const struct value rows[][2] = {
		{ { VALUE_INT, { "1", 1 } }, { VALUE_TEXT, { "x|y", 3 } } },
		{ { VALUE_INT, { "20", 2 } }, { VALUE_NULL, { NULL, 0 } } },
	};
	struct err err = ERR_INIT;
	struct row_writer w;
	char *text = NULL;
	size_t len;
	FILE *to = open_memstream(&text, &len);

	row_writer_init(&w, format, expanded, to);
	assert_true(row_writer_sink(&w)->columns(row_writer_sink(&w), heads, 2, &err));
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_true(row_writer_sink(&w)->row(row_writer_sink(&w), rows[i], 2, &err));
	assert_true(row_writer_finish(&w, &err));
	row_writer_fini(&w);
	fclose(to);
	return text;
}

static void
test_rows(void **state)
{
	static const struct {
		enum rows_format format;
		enum rows_expanded expanded;
		const char *text;
	} forms[] = {
		{ ROWS_TABLE, ROWS_EXPANDED_AUTO, " id │ a\"b\n────┼──────\n  1 │ x|y\n 20 │ NULL\n" },
		{ ROWS_TABLE, ROWS_EXPANDED_ON,
			"── row 1 ──\n id  │ 1\n a\"b │ x|y\n── row 2 ──\n id  │ 20\n a\"b │ NULL\n" },
		{ ROWS_CSV, ROWS_EXPANDED_OFF, "id,\"a\"\"b\"\r\n1,x|y\r\n20,\r\n" },
		{ ROWS_JSON, ROWS_EXPANDED_OFF,
			"[\n{\"id\":1,\"a\\\"b\":\"x|y\"},\n{\"id\":20,\"a\\\"b\":null}\n]\n" },
		{ ROWS_MARKDOWN, ROWS_EXPANDED_OFF,
			"| id | a\"b |\n| ---: | --- |\n| 1 | x\\|y |\n| 20 |  |\n" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		char *text = written(forms[i].format, forms[i].expanded);

		assert_string_equal(text, forms[i].text);
		free(text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_list), cmocka_unit_test(test_empty_list),
		cmocka_unit_test(test_place), cmocka_unit_test(test_failure),
		cmocka_unit_test(test_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
