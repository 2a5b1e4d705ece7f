/* SPDX-License-Identifier: MIT */
#include "tests/unit/lib_vterm.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "src/base/clock.h"
#include "src/base/utf8.h"

#define PATIENCE_US (30 * CLOCK_SECOND)

static int
on_property(VTermProp property, VTermValue *value, void *user)
{
	struct vt *vt = user;

	if (property == VTERM_PROP_CURSORVISIBLE)
		vt->cursor_visible = value->boolean;
	return 1;
}

static const VTermScreenCallbacks callbacks = { .settermprop = on_property };

static void
on_output(const char *bytes, size_t len, void *user)
{
	struct vt *vt = user;

	if (vt->fd >= 0 && write(vt->fd, bytes, len) < 0)
		perror("pty");
}

void
vt_init(struct vt *vt, int rows, int cols)
{
	*vt = (struct vt){ .rows = rows, .cols = cols, .fd = -1, .status = -1,
		.cursor_visible = true };
	vt->vterm = vterm_new(rows, cols);
	vterm_set_utf8(vt->vterm, 1);
	vterm_output_set_callback(vt->vterm, on_output, vt);
	vt->screen = vterm_obtain_screen(vt->vterm);
	vterm_screen_enable_altscreen(vt->screen, 1);
	vterm_screen_set_callbacks(vt->screen, &callbacks, vt);
	vterm_screen_reset(vt->screen, 1);
}

static void
reap(struct vt *vt, int flags)
{
	int status;

	if (vt->pid <= 0 || vt->status >= 0 || waitpid(vt->pid, &status, flags) != vt->pid)
		return;
	vt->status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

void
vt_fini(struct vt *vt)
{
	if (vt->pid > 0 && vt->status < 0) {
		kill(vt->pid, SIGKILL);
		reap(vt, 0);
	}
	if (vt->fd >= 0)
		close(vt->fd);
	vterm_free(vt->vterm);
}

void
vt_feed(struct vt *vt, struct str bytes)
{
	vterm_input_write(vt->vterm, bytes.p, bytes.len);
}

void
vt_fork(struct vt *vt, int rows, int cols, int (*fn)(void *context), void *context)
{
	struct winsize size = { .ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols };

	vt_init(vt, rows, cols);
	vt->pid = forkpty(&vt->fd, NULL, NULL, &size);
	if (vt->pid == 0) {
		setenv("TERM", "xterm-256color", 1);
		exit(fn(context));
	}
	fcntl(vt->fd, F_SETFL, O_NONBLOCK);
	fcntl(vt->fd, F_SETFD, FD_CLOEXEC);
}

struct program {
	const char *const *argv, *const *environment;
};

static int
run_program(void *context)
{
	const struct program *p = context;

	for (size_t i = 0; p->environment && p->environment[i]; i++)
		putenv(xstrdup(p->environment[i]));
	execv(p->argv[0], (char *const *)(uintptr_t)p->argv);
	return 127;
}

void
vt_start(struct vt *vt, int rows, int cols, const char *const *argv,
	const char *const *environment)
{
	struct program p = { argv, environment };

	vt_fork(vt, rows, cols, run_program, &p);
}

/* Takes what the program wrote; false when it is gone. */
static bool
take(struct vt *vt, int wait_ms)
{
	static char chunk[65536];
	struct pollfd p = { .fd = vt->fd, .events = POLLIN };
	ssize_t n;

	if (poll(&p, 1, wait_ms) <= 0)
		return true;
	n = read(vt->fd, chunk, sizeof(chunk));
	if (n > 0) {
		vt->bytes += (size_t)n;
		vt_feed(vt, (struct str){ chunk, (size_t)n });
		return true;
	}
	return n < 0 && (errno == EAGAIN || errno == EINTR);
}

void
vt_send_bytes(struct vt *vt, struct str bytes)
{
	while (bytes.len) {
		ssize_t n = write(vt->fd, bytes.p, bytes.len);

		if (n > 0)
			bytes = str_slice(bytes, (size_t)n, bytes.len);
		else if (errno != EAGAIN)
			break;
		if (!take(vt, n > 0 ? 0 : 10))
			break;
	}
}

void
vt_send(struct vt *vt, const char *bytes)
{
	vt_send_bytes(vt, str_from(bytes));
}

void
vt_resize_program(struct vt *vt, int rows, int cols)
{
	struct winsize size = { .ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols };

	ioctl(vt->fd, TIOCSWINSZ, &size);
}

void
vt_resize(struct vt *vt, int rows, int cols)
{
	vt->rows = rows;
	vt->cols = cols;
	vterm_set_size(vt->vterm, rows, cols);
	if (vt->fd >= 0)
		vt_resize_program(vt, rows, cols);
}

static bool
wait_for(struct vt *vt, const char *text, bool there)
{
	int64_t end = clock_mono_us() + PATIENCE_US;

	while (vt_has(vt, text) != there) {
		if (clock_mono_us() > end || !take(vt, 100))
			return vt_has(vt, text) == there;
	}
	return true;
}

bool
vt_wait_text(struct vt *vt, const char *text)
{
	return wait_for(vt, text, true);
}

bool
vt_wait_gone(struct vt *vt, const char *text)
{
	return wait_for(vt, text, false);
}

void
vt_settle(struct vt *vt, int quiet_ms)
{
	size_t before;

	do {
		before = vt->bytes;
		if (!take(vt, quiet_ms))
			return;
	} while (vt->bytes != before);
}

int
vt_wait_end(struct vt *vt)
{
	int64_t end = clock_mono_us() + PATIENCE_US;

	while (vt->status < 0 && clock_mono_us() < end) {
		if (!take(vt, 10))
			reap(vt, 0);
		else
			reap(vt, WNOHANG);
	}
	return vt->status;
}

VTermScreenCell
vt_cell(struct vt *vt, int row, int col)
{
	VTermScreenCell cell;

	vterm_screen_get_cell(vt->screen, (VTermPos){ .row = row, .col = col }, &cell);
	return cell;
}

void
vt_dump(struct vt *vt, struct buf *to)
{
	for (int row = 0; row < vt->rows; row++) {
		size_t end = to->len;

		for (int col = 0; col < vt->cols; col++) {
			VTermScreenCell cell = vt_cell(vt, row, col);
			char bytes[8];

			if (cell.chars[0] == 0)
				buf_addc(to, ' ');
			for (size_t i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell.chars[i]; i++)
				buf_add(to, bytes, utf8_encode(cell.chars[i], bytes));
			if (cell.width == 2)
				col++;
			if (cell.chars[0] && cell.chars[0] != ' ')
				end = to->len;
		}
		buf_truncate(to, end);
		buf_addc(to, '\n');
	}
}

bool
vt_has(struct vt *vt, const char *text)
{
	struct buf screen = BUF_INIT;
	bool found;

	vt_dump(vt, &screen);
	found = str_find(buf_str(&screen), str_from(text), 0) != SIZE_MAX;
	buf_fini(&screen);
	return found;
}

void
vt_cursor(struct vt *vt, int *row, int *col)
{
	VTermPos pos;

	vterm_state_get_cursorpos(vterm_obtain_state(vt->vterm), &pos);
	*row = pos.row;
	*col = pos.col;
}
