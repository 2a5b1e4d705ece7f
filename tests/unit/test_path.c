/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/path.h"
#include "tests/unit/lib_scratch.h"

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
absolute(void **state)
{
	static const struct {
		const char *given, *expected;
	} cases[] = {
		{ "/a/b", "/a/b" },
		{ "/a//b/", "/a/b" },
		{ "/a/./b/../c", "/a/c" },
		{ "/..", "/" },
		{ "/../../a", "/a" },
		{ "/", "/" },
		{ "//", "/" },
		{ "~", "/home/x" },
		{ "~/f", "/home/x/f" },
		{ "~user", "/~user" },
		{ "rel/../f", "/f" },
		{ "/a/...", "/a/..." },
		{ "/a/..b", "/a/..b" },
	};
	struct err err = ERR_INIT;

	(void)state;
	setenv("HOME", "/home/x", 1);
	assert_int_equal(chdir("/"), 0);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char *got = path_absolute(cases[i].given, &err);

		assert_string_equal(got, cases[i].expected);
		free(got);
	}
	assert_null(path_absolute("", &err));
	assert_int_equal(err.code, ERR_INPUT);
}

static void
parts(void **state)
{
	static const struct {
		const char *path, *dir, *base;
	} cases[] = {
		{ "/a/b", "/a", "b" },
		{ "/a", "/", "a" },
		{ "a", ".", "a" },
		{ "a//b", "a", "b" },
		{ "/", "/", "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char *dir = path_dir(cases[i].path);

		assert_string_equal(dir, cases[i].dir);
		assert_string_equal(path_base(cases[i].path), cases[i].base);
		free(dir);
	}
}

static void
xdg(void **state)
{
	struct err err = ERR_INIT;
	char *dir;

	(void)state;
	setenv("HOME", "/home/x", 1);
	setenv("XDG_DATA_HOME", "/data/", 1);
	dir = path_data_dir(&err);
	assert_string_equal(dir, "/data/dpstudio");
	free(dir);
	setenv("XDG_DATA_HOME", "relative", 1); /* to be ignored */
	dir = path_data_dir(&err);
	assert_string_equal(dir, "/home/x/.local/share/dpstudio");
	free(dir);
	unsetenv("XDG_DATA_HOME");
	dir = path_config_dir(&err);
	assert_string_equal(dir, "/home/x/.config/dpstudio");
	free(dir);
	dir = path_state_dir(&err);
	assert_string_equal(dir, "/home/x/.local/state/dpstudio");
	free(dir);
}

static mode_t
mode_of(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? st.st_mode & 07777 : 0;
}

static void
folders(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	assert_true(path_make_dirs(scratch_path("a/b/c"), 0700, &err));
	assert_true(path_make_dirs(scratch_path("a/b/c"), 0700, &err));
	assert_int_equal(mode_of(scratch_path("a")), 0700);
	assert_int_equal(mode_of(scratch_path("a/b/c")), 0700);
	assert_true(path_write_new(scratch_path("file"), STR("x"), 0600, &err));
	assert_false(path_make_dirs(scratch_path("file"), 0700, &err));
	assert_non_null(strstr(err.msg, "not a folder"));
	assert_false(path_make_dirs(scratch_path("file/d"), 0700, &err));
	assert_int_equal(err.code, ERR_IO);
	assert_non_null(strstr(err.msg, "file"));
}

static void
check_content(const char *path, const char *expected)
{
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;

	assert_true(path_read(path, 1000, &text, &err));
	assert_string_equal(buf_text(&text), expected);
	buf_fini(&text);
}

static void
files(void **state)
{
	struct err err = ERR_INIT;
	struct buf text = BUF_INIT;
	const char *path = scratch_path("f");

	(void)state;
	umask(0);
	assert_true(path_write_atomic(path, STR("one"), 0600, &err));
	assert_int_equal(mode_of(path), 0600);
	check_content(path, "one");
	assert_true(path_write_atomic(path, STR("two"), 0640, &err));
	assert_int_equal(mode_of(path), 0640);
	check_content(path, "two");
	assert_false(path_write_new(path, STR("three"), 0600, &err));
	assert_int_equal(err.code, ERR_STATE);
	check_content(path, "two");
	/* Nothing is left behind in the folder. */
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(scratch_path("")), 0);
	assert_int_equal(mkdir(scratch_path(""), 0700), 0);

	assert_false(path_write_atomic(scratch_path("no/f"), STR("x"), 0600, &err));
	assert_int_equal(err.code, ERR_IO);
	assert_false(path_read(scratch_path("none"), 10, &text, &err));
	assert_int_equal(err.code, ERR_NOT_FOUND);
	assert_false(path_read("/", 10, &text, &err));
	assert_int_equal(err.code, ERR_IO);
	assert_true(path_write_atomic(path, STR("0123456789"), 0600, &err));
	assert_true(path_read(path, 10, &text, &err));
	assert_false(path_read(path, 9, &text, &err));
	assert_int_equal(err.code, ERR_LIMIT);
	buf_fini(&text);
}

static void
a_pipe_is_no_file(void **state)
{
	struct err err = ERR_INIT;
	struct buf text = BUF_INIT;

	(void)state;
	assert_int_equal(mkfifo(scratch_path("pipe"), 0600), 0);
	assert_false(path_read(scratch_path("pipe"), 10, &text, &err)); /* and does not wait */
	assert_int_equal(err.code, ERR_IO);
	buf_fini(&text);
}

static void
local_is_no_network(void **state)
{
	(void)state;
	assert_null(path_network_name("/proc/self/status"));
	assert_null(path_network_name(scratch_path("not/there/yet")));
	assert_null(path_network_name("relative/not/there"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(absolute, enter, leave),
		cmocka_unit_test(parts),
		cmocka_unit_test_setup_teardown(xdg, enter, leave),
		cmocka_unit_test_setup_teardown(folders, enter, leave),
		cmocka_unit_test_setup_teardown(files, enter, leave),
		cmocka_unit_test_setup_teardown(a_pipe_is_no_file, enter, leave),
		cmocka_unit_test_setup_teardown(local_is_no_network, enter, leave),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
