/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "src/base/json.h"
#include "src/base/log.h"
#include "src/base/path.h"
#include "tests/unit/lib_scratch.h"

static int
enter(void **state)
{
	(void)state;
	scratch_enter();
	log_set_level(LEVEL_INFO);
	return 0;
}

static int
leave(void **state)
{
	(void)state;
	log_close();
	scratch_leave();
	return 0;
}

static void
scrubs_urls(void **state)
{
	static const struct {
		const char *text, *expected;
	} cases[] = {
		{ "no URL here", "no URL here" },
		{ "https://oapi.example.com/robot/send?access_token=abc failed",
			"https://oapi.example.com/… failed" },
		{ "https://user:pass@host:8443/x", "https://host:8443/…" },
		{ "smtp://host and http://h/", "smtp://host and http://h" },
		{ "(see 'https://h/secret')", "(see 'https://h/…')" },
		{ "https://h?token=1, https://h#f", "https://h/… https://h/…" },
		{ "://x/y", "://x/y" },
		{ "postgresql://u:p@db/name", "postgresql://db/…" },
		{ "https://a@b@c/d", "https://c/…" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf to = BUF_INIT;

		log_scrub(&to, str_from(cases[i].text));
		assert_string_equal(buf_text(&to), cases[i].expected);
		buf_fini(&to);
	}
}

/* Every line is JSON; returns how many there are. */
static int
check_lines(const char *path)
{
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	int lines = 0;
	size_t at = 0, end;

	assert_true(path_read(path, 1 << 24, &text, &err));
	while ((end = str_find(buf_str(&text), STR("\n"), at)) != SIZE_MAX) {
		cJSON *json = json_parse(str_slice(buf_str(&text), at, end), &err);

		assert_non_null(json);
		assert_true(end - at < LOG_MAX_LINE);
		assert_non_null(cJSON_GetObjectItem(json, "at"));
		cJSON_Delete(json);
		lines++;
		at = end + 1;
	}
	assert_int_equal(at, text.len);
	buf_fini(&text);
	return lines;
}

static void
writes_lines(void **state)
{
	char *path = log_path();
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	struct stat st;

	(void)state;
	log_line(LEVEL_DEBUG, "test", "not this one");
	assert_false(path_exists(path)); /* nothing opened for what is dropped */
	log_line(LEVEL_INFO, "test", "quote \" newline \n bad \xff end");
	log_set_level(LEVEL_ERROR);
	log_line(LEVEL_WARNING, "test", "not this one");
	err_set(&err, ERR_CONNECT, "host x: refused");
	err_hint(&err, "is it running?");
	log_error("net", &err);
	assert_int_equal(check_lines(path), 2);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_true(path_read(path, 10000, &text, &err));
	assert_null(strstr(buf_text(&text), "not this one"));
	assert_non_null(strstr(buf_text(&text), "is it running? [connect]"));
	assert_non_null(strstr(buf_text(&text), "\"level\":\"error\""));
	buf_fini(&text);
	free(path);
}

static void
stays_bounded(void **state)
{
	char *path = log_path(), *name, filler[3000];
	size_t total = 0;
	struct stat st;

	(void)state;
	memset(filler, 'f', sizeof(filler) - 1);
	filler[sizeof(filler) - 1] = '\0';
	for (int i = 0; i < 3000; i++)
		log_line(LEVEL_INFO, "test", "%d %s", i, filler);
	for (int i = 0; i < LOG_MAX_FILES; i++) {
		name = i ? xasprintf("%s.%d", path, i) : xstrdup(path);
		assert_int_equal(stat(name, &st), 0);
		assert_true((size_t)st.st_size <= LOG_MAX_BYTES);
		assert_true(check_lines(name) > 0);
		total += (size_t)st.st_size;
		free(name);
	}
	assert_true(total > 3 * (LOG_MAX_BYTES - LOG_MAX_LINE));
	name = xasprintf("%s.%d", path, LOG_MAX_FILES);
	assert_false(path_exists(name));
	free(name);
	free(path);
}

static void
shared_by_processes(void **state)
{
	char *path = log_path(), *old = xasprintf("%s.1", path);
	int lines;

	(void)state;
	for (int child = 0; child < 3; child++) {
		pid_t pid = fork();

		if (pid == 0) {
			for (int i = 0; i < 3000; i++)
				log_line(LEVEL_INFO, "test", "child %d line %d: padding padding",
					child, i);
			_exit(0);
		}
		assert_true(pid > 0);
	}
	for (int child = 0; child < 3; child++)
		wait(NULL);
	lines = check_lines(path) + (path_exists(old) ? check_lines(old) : 0);
	assert_int_equal(lines, 9000);
	free(old);
	free(path);
}

static void
never_fails_its_caller(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	assert_true(path_write_new(scratch_path(".local"), STR("in the way"), 0600, &err));
	log_line(LEVEL_ERROR, "test", "nowhere to go");
	log_close();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scrubs_urls),
		cmocka_unit_test_setup_teardown(writes_lines, enter, leave),
		cmocka_unit_test_setup_teardown(stays_bounded, enter, leave),
		cmocka_unit_test_setup_teardown(shared_by_processes, enter, leave),
		cmocka_unit_test_setup_teardown(never_fails_its_caller, enter, leave),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
