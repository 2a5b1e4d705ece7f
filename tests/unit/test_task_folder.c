/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "src/base/path.h"
#include "src/task/task_folder.h"
#include "tests/unit/lib_scratch.h"

static const char definition[] =
	"{\"format\": 1, \"name\": \"t\", \"nodes\": ["
	"{\"name\": \"Sales\", \"kind\": \"query\", \"source\": \"s\", "
	"\"sql\": \"SELECT 1;\\r\\n\"},"
	"{\"name\": \"sales\", \"kind\": \"query\", \"source\": \"s\", \"sql\": \"\"},"
	"{\"name\": \"sh\", \"kind\": \"assign\", \"language\": \"shell\", "
	"\"code\": \"echo 1\"},"
	"{\"name\": \"py\", \"kind\": \"assign\", \"language\": \"python\", "
	"\"code\": \"print(1)\"},"
	"{\"name\": \"push\", \"kind\": \"push\", \"title\": \"x\", \"content\": ["
	"{\"kind\": \"markdown\", \"text\": \"one ü\"},"
	"{\"kind\": \"markdown\", \"text\": \"two\"},"
	"{\"kind\": \"table\"}, {\"kind\": \"email_body\", \"html\": \"<b>\"}], "
	"\"destinations\": [\"d\"]}]}";

static int
enter(void **state)
{
	(void)state;
	scratch_enter();
	return 0;
}

static int
leave(void **state)
{
	(void)state;
	scratch_leave();
	return 0;
}

static void
load(struct task *t, const char *text)
{
	struct err err = ERR_INIT;

	if (!task_from_text(t, str_from(text), &err))
		fail_msg("%s", err.msg);
}

static void
write_text(const char *name, const char *text)
{
	struct err err = ERR_INIT;
	char *dir = path_dir(scratch_path(name));

	assert_true(path_make_dirs(dir, 0700, &err));
	assert_true(path_write_atomic(scratch_path(name), str_from(text), 0600, &err));
	free(dir);
}

static char *
read_text(const char *name)
{
	struct err err = ERR_INIT;
	struct buf b = BUF_INIT;

	if (!path_read(scratch_path(name), 1 << 20, &b, &err))
		return NULL;
	return buf_take(&b);
}

static void
expect_text(const char *name, const char *text)
{
	char *got = read_text(name);

	assert_non_null(got);
	assert_string_equal(got, text);
	free(got);
}

static void
folder_round_trip_is_byte_identical(void **state)
{
	struct err err = ERR_INIT;
	struct buf before = BUF_INIT, after = BUF_INIT;
	char *first, *second;
	struct task t;

	(void)state;
	load(&t, definition);
	task_to_text(&t, &before);
	assert_true(task_export_folder(&t, scratch_path("out/deep"), &err));
	task_fini(&t);
	expect_text("out/deep/Sales.sql", "SELECT 1;\r\n");
	expect_text("out/deep/sales.2.sql", "");
	expect_text("out/deep/sh.sh", "echo 1");
	expect_text("out/deep/py.py", "print(1)");
	expect_text("out/deep/push.md", "one ü");
	expect_text("out/deep/push.2.md", "two");
	expect_text("out/deep/push.html", "<b>");
	first = read_text("out/deep/task.json");
	assert_non_null(strstr(first, "\"sql\": {\"file\": \"Sales.sql\"}"));
	assert_true(task_import_path(&t, scratch_path("out/deep"), &err));
	task_to_text(&t, &after);
	assert_string_equal(buf_text(&after), buf_text(&before));
	assert_true(task_export_folder(&t, scratch_path("out/deep"), &err));
	second = read_text("out/deep/task.json");
	assert_string_equal(first, second);
	task_fini(&t);
	free(first);
	free(second);
	buf_fini(&before);
	buf_fini(&after);
}

static void
files_of_an_older_export_go(void **state)
{
	struct err err = ERR_INIT;
	struct task t;

	(void)state;
	load(&t, definition);
	write_text("old/own.txt", "mine");
	assert_true(task_export_folder(&t, scratch_path("old"), &err));
	t.nodes[0].name = "renamed";
	assert_true(task_export_folder(&t, scratch_path("old"), &err));
	assert_null(read_text("old/Sales.sql"));
	assert_null(read_text("old/sales.2.sql"));
	expect_text("old/renamed.sql", "SELECT 1;\r\n");
	expect_text("old/sales.sql", "");
	expect_text("old/own.txt", "mine");
	write_text("old/task.json", "{\"x\": {\"file\": \"../keep\"}}");
	write_text("keep", "keep");
	assert_true(task_export_folder(&t, scratch_path("old"), &err));
	expect_text("keep", "keep");
	t.nodes[0].name = "../x";
	assert_false(task_export_folder(&t, scratch_path("old"), &err));
	task_fini(&t);
}

static void
one_file_holds_its_texts(void **state)
{
	struct err err = ERR_INIT;
	struct task t;

	(void)state;
	write_text("one/task.json", definition);
	write_text("one/other.json", definition);
	assert_true(task_import_path(&t, scratch_path("one/other.json"), &err));
	assert_string_equal(t.nodes[0].sql, "SELECT 1;\r\n");
	task_fini(&t);
	write_text("sub/t.json", "{\"format\": 1, \"name\": \"t\", \"nodes\": [{\"name\": \"q\", "
		"\"kind\": \"query\", \"sql\": {\"file\": \"sql/q.sql\"}}]}");
	write_text("sub/sql/q.sql", "SELECT 2");
	assert_true(task_import_path(&t, scratch_path("sub/t.json"), &err));
	assert_string_equal(t.nodes[0].sql, "SELECT 2");
	task_fini(&t);
}

static void
files_stay_in_their_folder(void **state)
{
	static const char *const names[] = { "../secret", "/etc/passwd", "a/../../secret", "./a",
		"link", "linkdir/secret", "", "a//b", "sub", "fifo", "missing", "binary", "nul" };
	struct err err = ERR_INIT;
	struct buf text = BUF_INIT;
	struct task t;

	(void)state;
	write_text("secret", "secret");
	write_text("in/a/x", "x");
	write_text("in/sub/x", "x");
	write_text("in/binary", "\xFF\xFE");
	assert_true(path_write_atomic(scratch_path("in/nul"), STR("a\0b"), 0600, &err));
	assert_int_equal(symlink("../secret", scratch_path("in/link")), 0);
	assert_int_equal(symlink("..", scratch_path("in/linkdir")), 0);
	assert_int_equal(mkfifo(scratch_path("in/fifo"), 0600), 0);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		buf_clear(&text);
		buf_addf(&text, "{\"format\": 1, \"name\": \"t\", \"nodes\": [{\"name\": \"p\", "
				"\"kind\": \"push\", \"content\": [{\"kind\": \"markdown\", "
				"\"text\": {\"file\": \"%s\"}}]}]}", names[i]);
		write_text("in/task.json", buf_text(&text));
		if (task_import_path(&t, scratch_path("in"), &err))
			fail_msg("\"%s\" was read", names[i]);
		assert_int_equal(err.code, ERR_INPUT);
		assert_non_null(strstr(err.msg, "$.nodes[0].content[0].text: file"));
	}
	buf_fini(&text);
}

static void
missing_paths_say_so(void **state)
{
	struct err err = ERR_INIT;
	struct task t;

	(void)state;
	assert_false(task_import_path(&t, scratch_path("none"), &err));
	assert_int_equal(err.code, ERR_NOT_FOUND);
	write_text("empty/x", "");
	assert_false(task_import_path(&t, scratch_path("empty"), &err));
	assert_int_equal(err.code, ERR_NOT_FOUND);
	write_text("empty/task.json", "{");
	assert_false(task_import_path(&t, scratch_path("empty"), &err));
	assert_int_equal(err.code, ERR_INPUT);
	assert_non_null(strstr(err.msg, "task.json: line 1"));
}

static void
readable_form_has_a_section_per_file(void **state)
{
	struct buf b = BUF_INIT;
	struct task t;

	(void)state;
	load(&t, definition);
	task_to_readable(&t, &b);
	assert_true(str_starts(buf_str(&b), STR("# task.json\n{\n")));
	assert_non_null(strstr(buf_text(&b), "\n# Sales.sql\nSELECT 1;\r\n# sales.2.sql\n# sh.sh\n"
					     "echo 1\n"));
	task_fini(&t);
	buf_fini(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(folder_round_trip_is_byte_identical, enter, leave),
		cmocka_unit_test_setup_teardown(files_of_an_older_export_go, enter, leave),
		cmocka_unit_test_setup_teardown(one_file_holds_its_texts, enter, leave),
		cmocka_unit_test_setup_teardown(files_stay_in_their_folder, enter, leave),
		cmocka_unit_test_setup_teardown(missing_paths_say_so, enter, leave),
		cmocka_unit_test(readable_form_has_a_section_per_file),
	};

	return cmocka_run_group_tests_name("task_folder", tests, NULL, NULL);
}
