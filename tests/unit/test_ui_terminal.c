/* SPDX-License-Identifier: MIT */
/* The program in a pty: the terminal is taken and given back on every way out,
 * resized, stopped and continued, pasted into, and never confused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "src/base/clock.h"
#include "src/base/path.h"
#include "tests/unit/lib_vterm.h"

static char folder[] = "/tmp/dpstudio-pty-XXXXXX";
static char program[PATH_MAX];

static int
set_up(void **state)
{
	ssize_t n = readlink("/proc/self/exe", program, sizeof(program) - 32);

	(void)state;
	if (n <= 0 || !mkdtemp(folder))
		return -1;
	program[n] = '\0';
	*strrchr(program, '/') = '\0';
	*strrchr(program, '/') = '\0';
	strncat(program, "/dpstudio", 16);
	setenv("XDG_CONFIG_HOME", folder, 1);
	setenv("HOME", folder, 1);
	unsetenv("NO_COLOR");
	unsetenv("COLORTERM");
	unsetenv("TMUX");
	return access(program, X_OK);
}

static int
tear_down(void **state)
{
	char *argv[] = { (char[]){ "rm" }, (char[]){ "-rf" }, folder, NULL };
	pid_t pid = fork();

	(void)state;
	if (pid == 0)
		execv("/bin/rm", argv);
	waitpid(pid, NULL, 0);
	return 0;
}

static const char *
write_file(const char *name, struct str text)
{
	static char path[PATH_MAX];
	struct err err = ERR_INIT;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	assert_true(path_write_atomic(path, text, 0600, &err));
	return path;
}

/* A shell that says BEFORE, runs the studio and says its status: what stood on the
 * screen must be there again. */
static void
start(struct vt *vt, const char *file, const char *const *environment)
{
	char command[2 * PATH_MAX + 64];
	const char *argv[] = { "/bin/sh", "-c", command, NULL };

	snprintf(command, sizeof(command),
		"trap '' INT TSTP; echo BEFORE; '%s' edit '%s'; echo \"\nSTATUS $?\"; exec sleep 600",
		program, file);
	vt_start(vt, 24, 80, argv, environment);
}

static void
assert_given_back(struct vt *vt, const char *status)
{
	struct termios settings;

	assert_true(vt_wait_text(vt, status));
	assert_false(vt_has(vt, "F1 Help"));
	assert_true(vt->cursor_visible);
	assert_int_equal(tcgetattr(vt->fd, &settings), 0);
	assert_true(settings.c_lflag & ECHO);
	assert_true(settings.c_lflag & ICANON);
	assert_true(settings.c_oflag & OPOST);
}

/* The process of the studio itself: the shell's only child. */
static pid_t
studio_pid(const struct vt *vt)
{
	char path[64];
	FILE *f;
	int pid = 0;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", vt->pid, vt->pid);
	f = fopen(path, "r");
	assert_non_null(f);
	assert_int_equal(fscanf(f, "%d", &pid), 1);
	fclose(f);
	return pid;
}

static void
test_quit(void **state)
{
	const char *file = write_file("quit.sql", STR("select 'äöü 中文' from t;\n"));
	struct vt vt;

	(void)state;
	start(&vt, file, NULL);
	assert_true(vt_wait_text(&vt, "F1 Help"));
	assert_true(vt_has(&vt, "select 'äöü 中文' from t;"));
	assert_false(vt_has(&vt, "BEFORE"));
	vt_send(&vt, "\021");
	assert_given_back(&vt, "STATUS 0");
	assert_true(vt_has(&vt, "BEFORE"));
	vt_fini(&vt);
}

static void
test_signals(void **state)
{
	static const struct {
		int signal;
		const char *status;
	} rows[] = { { SIGTERM, "STATUS 143" }, { SIGHUP, "STATUS 129" }, { SIGINT, "STATUS 130" },
		{ SIGABRT, "STATUS 134" }, { SIGQUIT, "STATUS 131" } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct vt vt;

		start(&vt, write_file("signal.sql", STR("select 1\n")), NULL);
		assert_true(vt_wait_text(&vt, "F1 Help"));
		assert_int_equal(kill(studio_pid(&vt), rows[i].signal), 0);
		assert_given_back(&vt, rows[i].status);
		assert_true(vt_has(&vt, "BEFORE"));
		vt_fini(&vt);
	}
}

static void
test_refusals(void **state)
{
	static const char *const dumb[] = { "TERM=dumb", NULL }, *const none[] = { "TERM=", NULL },
				 *const odd[] = { "TERM=no-such-terminal", NULL };
	static const struct {
		const char *const *environment;
		const char *says;
	} rows[] = { { dumb, "'dumb' cannot place its cursor" }, { none, "'' is not known" },
		{ odd, "'no-such-terminal' is not known" } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct vt vt;

		start(&vt, write_file("refuse.sql", STR("x\n")), rows[i].environment);
		assert_true(vt_wait_text(&vt, rows[i].says));
		assert_true(vt_wait_text(&vt, "STATUS 2"));
		assert_true(vt_has(&vt, "BEFORE"));
		vt_fini(&vt);
	}
}

static void
wait_stopped(pid_t pid)
{
	int64_t end = clock_mono_us() + 10 * CLOCK_SECOND;
	char path[64], state = 0;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	while (state != 'T' && clock_mono_us() < end) {
		FILE *f = fopen(path, "r");

		assert_non_null(f);
		assert_int_equal(fscanf(f, "%*d (%*[^)]) %c", &state), 1);
		fclose(f);
	}
	assert_int_equal(state, 'T');
}

static void
test_stop_and_continue(void **state)
{
	struct vt vt;
	pid_t pid;

	(void)state;
	start(&vt, write_file("stop.sql", STR("select stopped\n")), NULL);
	assert_true(vt_wait_text(&vt, "F1 Help"));
	pid = studio_pid(&vt);
	kill(pid, SIGTSTP);
	assert_true(vt_wait_text(&vt, "BEFORE"));
	wait_stopped(pid);
	assert_true(vt.cursor_visible);
	kill(pid, SIGCONT);
	assert_true(vt_wait_text(&vt, "select stopped"));
	assert_false(vt_has(&vt, "BEFORE"));
	vt_send(&vt, "x");
	assert_true(vt_wait_text(&vt, "xselect stopped"));
	/* Stopped from outside it could not tidy up; coming back it draws all again. */
	kill(pid, SIGSTOP);
	wait_stopped(pid);
	vt_feed(&vt, STR("\033[H\033[2Jgarbage"));
	kill(pid, SIGCONT);
	assert_true(vt_wait_text(&vt, "xselect stopped"));
	assert_false(vt_has(&vt, "garbage"));
	vt_send(&vt, "\032\021");
	assert_given_back(&vt, "STATUS 0");
	vt_fini(&vt);
}

static void
test_resize(void **state)
{
	static const struct {
		int rows, cols;
	} sizes[] = { { 40, 120 }, { 12, 40 }, { 1, 1 }, { 2, 200 }, { 100, 3 }, { 60, 200 },
		{ 24, 80 } };
	struct vt vt;

	(void)state;
	start(&vt, write_file("size.sql", STR("select a_rather_long_name from there;\n")), NULL);
	assert_true(vt_wait_text(&vt, "F1 Help"));
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		vt_resize(&vt, sizes[i].rows, sizes[i].cols);
		if (sizes[i].rows >= 10 && sizes[i].cols >= 40) {
			assert_true(vt_wait_text(&vt, "F1 Help"));
			assert_true(vt_wait_text(&vt, "select a_rather_long_name from there;"));
		}
		vt_settle(&vt, 30);
	}
	vt_send(&vt, "\021");
	assert_given_back(&vt, "STATUS 0");
	vt_fini(&vt);
}

static void
test_large_paste(void **state)
{
	const char *file = write_file("paste.sql", STR(""));
	struct buf text = BUF_INIT, sent = BUF_INIT, saved = BUF_INIT;
	struct err err = ERR_INIT;
	struct vt vt;
	int64_t began;

	(void)state;
	for (int i = 0; text.len < 2000000; i++)
		buf_addf(&text, "INSERT INTO t VALUES (%d, 'a row that is pasted');\n", i);
	buf_adds(&text, "-- the_end");
	buf_addf(&sent, "\033[200~%s\033[201~", buf_text(&text));
	start(&vt, file, NULL);
	assert_true(vt_wait_text(&vt, "F1 Help"));
	began = clock_mono_us();
	vt_send_bytes(&vt, buf_str(&sent));
	assert_true(vt_wait_text(&vt, "-- the_end"));
	/* Sanitizers slow it down several times; it is some 100 ms without them. */
	assert_true(clock_mono_us() - began < 5 * CLOCK_SECOND);
	vt_send(&vt, "\023");
	assert_true(vt_wait_text(&vt, "Saved"));
	assert_true(path_read(file, (size_t)1 << 30, &saved, &err));
	assert_true(str_equal(buf_str(&saved), buf_str(&text)));
	/* One undo takes all of it back. */
	vt_send(&vt, "\032");
	assert_true(vt_wait_gone(&vt, "-- the_end"));
	vt_send(&vt, "\023");
	assert_true(vt_wait_text(&vt, "Saved"));
	buf_clear(&saved);
	assert_true(path_read(file, (size_t)1 << 30, &saved, &err));
	assert_int_equal(saved.len, 0);
	vt_send(&vt, "\021");
	assert_given_back(&vt, "STATUS 0");
	vt_fini(&vt);
	buf_fini(&text);
	buf_fini(&sent);
	buf_fini(&saved);
}

static bool
has_colour(struct vt *vt)
{
	for (int row = 0; row < vt->rows; row++)
		for (int col = 0; col < vt->cols; col++) {
			VTermScreenCell cell = vt_cell(vt, row, col);

			if (!VTERM_COLOR_IS_DEFAULT_FG(&cell.fg) || !VTERM_COLOR_IS_DEFAULT_BG(&cell.bg))
				return true;
		}
	return false;
}

static void
test_colours(void **state)
{
	static const char *const no_color[] = { "NO_COLOR=1", NULL };
	const char *file = write_file("colour.sql", STR("select 'text' -- note\n"));
	struct vt vt;

	(void)state;
	start(&vt, file, NULL);
	assert_true(vt_wait_text(&vt, "F1 Help"));
	assert_true(has_colour(&vt));
	vt_fini(&vt);
	start(&vt, file, no_color);
	assert_true(vt_wait_text(&vt, "F1 Help"));
	assert_false(has_colour(&vt));
	vt_fini(&vt);
}

/* A file's control sequences are text, not commands. */
static void
test_hostile_text(void **state)
{
	const char *file = write_file("hostile.sql",
		STR("a\033]0;owned\007b\033[2J\033[31mc\x9B" "5nd\r\ne\x0E\x0F\n\xC2\x9B" "6n last\n"));
	struct vt vt;

	(void)state;
	start(&vt, file, NULL);
	assert_true(vt_wait_text(&vt, "F1 Help"));
	assert_true(vt_has(&vt, "last"));
	assert_true(vt_has(&vt, "]0;owned"));
	vt_send(&vt, "\021");
	assert_given_back(&vt, "STATUS 0");
	vt_fini(&vt);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_quit),
		cmocka_unit_test(test_signals),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_stop_and_continue),
		cmocka_unit_test(test_resize),
		cmocka_unit_test(test_large_paste),
		cmocka_unit_test(test_colours),
		cmocka_unit_test(test_hostile_text),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
