/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "src/task/diff.h"

/* Two texts, the printed diff with one line of context, changed lines. */
static const struct {
	const char *before, *after, *printed;
	size_t added, removed;
} cases[] = {
	{ "", "", "", 0, 0 },
	{ "a\n", "a\n", "", 0, 0 },
	{ "a\n", "a", "", 0, 0 },
	{ "", "a\n", "@@ -0,0 +1,1 @@\n+a\n", 1, 0 },
	{ "a\n", "", "@@ -1,1 +0,0 @@\n-a\n", 0, 1 },
	{ "a\nb\nc\n", "a\nx\nc\n", "@@ -1,3 +1,3 @@\n a\n-b\n+x\n c\n", 1, 1 },
	{ "a\nb\nc\nd\n", "a\nb\nd\n", "@@ -2,3 +2,2 @@\n b\n-c\n d\n", 0, 1 },
	{ "a\nb\nc\nd\ne\nf\ng\n", "A\nb\nc\nd\ne\nf\nG\n",
		"@@ -1,2 +1,2 @@\n-a\n+A\n b\n@@ -6,2 +6,2 @@\n f\n-g\n+G\n", 2, 2 },
	{ "a\nb\nc\n", "A\nb\nC\n", "@@ -1,3 +1,3 @@\n-a\n+A\n b\n-c\n+C\n", 2, 2 },
	{ "a\nb\nc\na\nb\nb\na\n", "c\nb\na\nb\na\nc\n",
		"@@ -1,7 +1,6 @@\n-a\n-b\n c\n+b\n a\n b\n-b\n a\n+c\n", 2, 3 },
};

static void
changes_are_printed(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf got = BUF_INIT;
		struct diff d;

		diff_make(&d, str_from(cases[i].before), str_from(cases[i].after));
		diff_print(&d, 1, &got);
		assert_string_equal(buf_text(&got), cases[i].printed);
		assert_int_equal(d.added, cases[i].added);
		assert_int_equal(d.removed, cases[i].removed);
		diff_fini(&d);
		buf_fini(&got);
	}
}

/* The lines of one side, read back from the diff. */
static void
side(const struct diff *d, enum diff_kind without, struct buf *to)
{
	int number = 0;

	for (size_t i = 0; i < d->count; i++) {
		const struct diff_line *line = &d->lines[i];
		int own = without == DIFF_ADDED ? line->old_line : line->new_line;

		if (line->kind == without) {
			assert_int_equal(own, 0);
			continue;
		}
		assert_int_equal(own, ++number);
		buf_add_str(to, line->text);
		buf_addc(to, '\n');
	}
}

static void
check_both_sides(const struct buf *a, const struct buf *b)
{
	struct buf old = BUF_INIT, new = BUF_INIT;
	struct diff d;
	size_t shown = 0;

	diff_make(&d, buf_str(a), buf_str(b));
	side(&d, DIFF_ADDED, &old);
	side(&d, DIFF_REMOVED, &new);
	assert_string_equal(buf_text(&old), buf_text(a));
	assert_string_equal(buf_text(&new), buf_text(b));
	for (size_t i = 0; i < d.row_count; i++) {
		const struct diff_row *row = &d.rows[i];

		assert_true(row->left != SIZE_MAX || row->right != SIZE_MAX);
		assert_int_equal(row->changed, row->left != row->right);
		shown += (row->left != SIZE_MAX) + (row->right != SIZE_MAX && row->changed);
	}
	assert_int_equal(shown, d.count);
	diff_fini(&d);
	buf_fini(&old);
	buf_fini(&new);
}

static void
both_sides_are_whole(void **state)
{
	unsigned seed = 7;

	(void)state;
	for (int round = 0; round < 300; round++) {
		struct buf a = BUF_INIT, b = BUF_INIT;

		for (int i = 0; i < round % 40; i++) {
			seed = seed * 1103515245 + 12345;
			buf_addf(seed >> 16 & 1 ? &a : &b, "%u\n", seed >> 20 & 3);
			if (seed >> 18 & 1) {
				buf_addf(&a, "%u\n", seed >> 24 & 7);
				buf_addf(&b, "%u\n", seed >> 24 & 7);
			}
		}
		check_both_sides(&a, &b);
		buf_fini(&a);
		buf_fini(&b);
	}
}

static void
large_changes_stay_cheap(void **state)
{
	struct buf a = BUF_INIT, b = BUF_INIT;

	(void)state;
	for (int i = 0; i < 3000; i++) {
		buf_addf(&a, "old %d\n", i);
		buf_addf(&b, "new %d\n", i);
	}
	check_both_sides(&a, &b);
	buf_fini(&a);
	buf_fini(&b);
}

static void
rows_stand_side_by_side(void **state)
{
	struct diff d;

	(void)state;
	diff_make(&d, STR("a\nb\nc\nd\n"), STR("a\nx\nd\ne\n"));
	assert_int_equal(d.row_count, 5);
	assert_int_equal(d.rows[0].left, d.rows[0].right);
	assert_true(str_is(d.lines[d.rows[1].left].text, "b"));
	assert_true(str_is(d.lines[d.rows[1].right].text, "x"));
	assert_true(str_is(d.lines[d.rows[2].left].text, "c"));
	assert_int_equal(d.rows[2].right, SIZE_MAX);
	assert_int_equal(d.rows[4].left, SIZE_MAX);
	diff_fini(&d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(changes_are_printed),
		cmocka_unit_test(both_sides_are_whole),
		cmocka_unit_test(large_changes_stay_cheap),
		cmocka_unit_test(rows_stand_side_by_side),
	};

	return cmocka_run_group_tests_name("task_diff", tests, NULL, NULL);
}
