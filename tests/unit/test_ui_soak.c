/* SPDX-License-Identifier: MIT */
/* Thousands of random keys, clicks, pastes and sizes, in the editor of a file and in the
 * whole studio: it lives, stays sound under the sanitizers, shows what it would show if
 * it drew all anew, and gives the terminal back.
 * DPSTUDIO_SOAK=N does N times as much, with other seeds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "src/base/clock.h"
#include "tests/unit/lib_vterm.h"

#define DIFFERENCES_MOST 1 /* in one round, of some fifteen looks */

static char folder[] = "/tmp/dpstudio-soak-XXXXXX";
static char program[PATH_MAX];

static int
run_shell(const char *command)
{
	pid_t pid = fork();
	int status = 1;

	if (pid == 0) {
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	waitpid(pid, &status, 0);
	return status;
}

static int
set_up(void **state)
{
	ssize_t n = readlink("/proc/self/exe", program, sizeof(program) - 32);
	char command[2 * PATH_MAX];

	(void)state;
	if (n <= 0 || !mkdtemp(folder))
		return -1;
	program[n] = '\0';
	*strrchr(program, '/') = '\0';
	*strrchr(program, '/') = '\0';
	strncat(program, "/dpstudio", 16);
	setenv("HOME", folder, 1);
	setenv("XDG_CONFIG_HOME", folder, 1);
	setenv("XDG_DATA_HOME", folder, 1);
	setenv("XDG_STATE_HOME", folder, 1);
	setenv("EDITOR", "true", 1);
	setenv("VISUAL", "true", 1);
	snprintf(command, sizeof(command),
		"cd '%s' && seq 400 | sed \"s/.*/select a_& from t_& where d = '\\${date}' -- &&/\" "
		"> soak.sql && "
		"'%s' init --demo --timezone UTC >/dev/null 2>&1",
		folder, program);
	return run_shell(command);
}

static int
tear_down(void **state)
{
	char command[PATH_MAX];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	return run_shell(command);
}

/* --- random input ----------------------------------------------------------------------- */

static unsigned seed;

static unsigned
chance(unsigned n)
{
	seed = seed * 1103515245u + 12345u;
	return (seed >> 8 & 0xFFFFFF) % n;
}

/* Ctrl-Q is left out, that it lasts; menus find it all the same. */
static const char *
random_key(char mouse[40])
{
	static const char *const list[] = { "a", "Z", " ", "\r", "\r", "\t", "\177", "\033",
		"\033", "\033[A", "\033[B", "\033[C", "\033[D", "\033[5~", "\033[6~", "\033[H",
		"\033[F", "\033[1;2A", "\033[1;2B", "\033[1;2C", "\033[1;5C", "\033[3~", "\033[Z",
		"\001", "\003", "\004", "\006", "\007", "\013", "\014", "\020", "\022", "\026",
		"\030", "\031", "\032", "\037", "\033;", "\033[1;3A", "\033[1;3B", "\033t",
		"\033OP", "\033OQ", "\033OR", "\033OS", "\033[15~", "\033[17~", "\033[18~",
		"\033[19~", "\033[20~", "\033[20~", "\033[21~", "\033[23~", "\033[24~",
		"\033[15;2~", "\0331", "\0332", "\0333", "\0334", "\0335", "\0336", "\033n",
		"\033a", "\033d", "\033e", "\033k", "\033p", "\033q", "\033r", "\033v", "(", "'",
		"--", "/*", "${", "中", "e\xCC\x81", "\033[200~pasted\nlines\033[201~", "y", "n",
		"q", "?", ":", "/", "x", "K", "J", "c", "R", "i", "]", "[", "b", "v", "d", "j",
		"k", "l", "h", "g", "G", "f", "7", "select * from sales;" };

	if (chance(8))
		return list[chance(ARRAY_LEN(list))];
	snprintf(mouse, 40, "\033[<%u;%u;%u%c", chance(4) ? chance(3) : 64 + chance(2),
		chance(140) + 1, chance(45) + 1, chance(3) ? 'M' : 'm');
	return mouse;
}

static void
start(struct vt *vt, const char *words)
{
	char command[2 * PATH_MAX + 64];
	const char *argv[] = { "/bin/sh", "-c", command, NULL };

	snprintf(command, sizeof(command),
		"cd '%s'; trap '' INT TSTP; echo BEFORE; '%s' %s 2>errors; echo \"\nSTATUS $?\"; "
		"head -c 3000 errors; exec sleep 600",
		folder, program, words);
	vt_start(vt, 40, 120, argv, NULL);
}

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
show_and_fail(struct vt *vt, unsigned round)
{
	struct buf screen = BUF_INIT;

	vt_settle(vt, 300);
	vt_dump(vt, &screen);
	print_message("round %u\n%s", round, buf_text(&screen));
	buf_fini(&screen);
	fail();
}

/* It may have been quit (by a menu that was hit), or stopped and then interrupted, but
 * never by a fault. */
static bool
is_still_there(struct vt *vt, pid_t pid, unsigned round)
{
	if (kill(pid, 0) == 0) {
		kill(pid, SIGCONT);
		return true;
	}
	vt_wait_text(vt, "STATUS");
	if (!vt_has(vt, "STATUS 0") && !vt_has(vt, "STATUS 130") && !vt_has(vt, "STATUS 143"))
		show_and_fail(vt, round);
	return false;
}

static struct str
take_line(struct str *rest)
{
	size_t end = str_find(*rest, STR("\n"), 0);
	struct str line = str_slice(*rest, 0, end);

	*rest = end == SIZE_MAX ? STR_NONE : str_slice(*rest, end + 1, rest->len);
	return line;
}

/* But for the line that says saving or saved: that changes of itself. */
static bool
same_screen(struct str a, struct str b)
{
	while (a.len || b.len) {
		struct str one = take_line(&a), other = take_line(&b);

		if (!str_equal(one, other) && str_find(one, STR("sav"), 0) == SIZE_MAX)
			return false;
	}
	return true;
}

/* What was changed bit by bit is what a whole new drawing makes. `differed` counts where
 * not: something may have changed of itself (an answer that came), but not often. */
static void
check_painting(struct vt *vt, pid_t pid, unsigned round, int *differed)
{
	static const char *const scrolling[] = { "\033[6~", "\033[6~", "\033[B", "\033[5~" };
	struct buf before = BUF_INIT, after = BUF_INIT, later = BUF_INIT;

	kill(pid, SIGCONT);
	/* Something scrolls first, one picture each. */
	for (size_t i = 0; i < ARRAY_LEN(scrolling); i++) {
		vt_send(vt, scrolling[i]);
		vt_settle(vt, 30);
	}
	vt_settle(vt, 700); /* drafts are saved by then */
	vt_dump(vt, &before);
	kill(pid, SIGWINCH); /* it draws all when the size may have changed */
	vt_settle(vt, 200);
	vt_dump(vt, &after);
	vt_settle(vt, 400);
	vt_dump(vt, &later);
	if (!same_screen(buf_str(&before), buf_str(&after)) &&
		same_screen(buf_str(&after), buf_str(&later)) && ++*differed > DIFFERENCES_MOST) {
		print_message("bit by bit\n%s\nanew\n", buf_text(&before));
		show_and_fail(vt, round);
	}
	buf_fini(&before);
	buf_fini(&after);
	buf_fini(&later);
}

static void
soak(const char *words, const char *ready, unsigned round)
{
	bool there = true;
	int differed = 0;
	char mouse[40];
	struct vt vt;
	pid_t pid;

	seed = round * 7919;
	start(&vt, words);
	if (!vt_wait_text(&vt, ready))
		show_and_fail(&vt, round);
	pid = studio_pid(&vt);
	vt_resize(&vt, 50, 150);
	for (int i = 0; there && i < 1500; i++) {
		vt_send(&vt, random_key(mouse));
		if (chance(100) == 0)
			vt_resize_program(&vt, (int)chance(50) + 1, (int)chance(150) + 1);
		if (chance(20) == 0)
			vt_settle(&vt, 2);
		if (chance(100) == 0)
			check_painting(&vt, pid, round, &differed);
		there = is_still_there(&vt, pid, round);
	}
	if (there) {
		vt_resize_program(&vt, 50, 150);
		vt_settle(&vt, 300);
		there = is_still_there(&vt, pid, round);
		kill(pid, SIGTERM);
		/* Each Ctrl-Z that was still in the pipe stops it before it hears that. */
		for (int i = 0; there && i < 600 && kill(pid, 0) == 0; i++) {
			kill(pid, SIGCONT);
			vt_settle(&vt, 50);
		}
		if (there && !vt_wait_text(&vt, "STATUS"))
			show_and_fail(&vt, round);
		(void)is_still_there(&vt, pid, round);
	}
	vt_fini(&vt);
}

static unsigned
times(void)
{
	const char *more = getenv("DPSTUDIO_SOAK");
	int64_t n;

	return more && str_to_int64(str_from(more), &n) && n > 0 && n < 10000 ? (unsigned)n : 1;
}

static void
test_editor(void **state)
{
	(void)state;
	for (unsigned round = 1; round <= 3 * times(); round++)
		soak("edit soak.sql", "F1 Help", round);
}

static void
test_studio(void **state)
{
	(void)state;
	for (unsigned round = 1; round <= 4 * times(); round++)
		soak("studio", "Preview", round);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_editor),
		cmocka_unit_test(test_studio),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
