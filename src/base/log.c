/* SPDX-License-Identifier: MIT */
#include "src/base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "src/base/clock.h"
#include "src/base/json.h"
#include "src/base/path.h"
#include "src/base/utf8.h"

static const char *const level_names[LEVEL_COUNT] = {
	[LEVEL_ERROR] = "error",
	[LEVEL_WARNING] = "warning",
	[LEVEL_INFO] = "info",
	[LEVEL_DEBUG] = "debug",
};

static struct {
	int fd;
	char *path;
	bool level_known;
	enum log_level level;
} state = { .fd = -1 };

void
log_set_level(enum log_level level)
{
	state.level = level;
	state.level_known = true;
}

bool
log_is_on(enum log_level level)
{
	const char *wanted;

	if (!state.level_known) {
		log_set_level(LEVEL_INFO);
		wanted = getenv("DPSTUDIO_LOG");
		for (int i = 0; wanted && i < LEVEL_COUNT; i++)
			if (strcmp(wanted, level_names[i]) == 0)
				log_set_level((enum log_level)i);
	}
	return level <= state.level;
}

char *
log_path(void)
{
	struct err err = ERR_INIT;
	char *dir = path_state_dir(&err), *path;

	if (!dir)
		return NULL;
	path = path_join(dir, "log.jsonl");
	free(dir);
	return path;
}

void
log_close(void)
{
	if (state.fd >= 0)
		close(state.fd);
	free(state.path);
	state.fd = -1;
	state.path = NULL;
}

/* Opens when closed, or when another process has moved the file away. */
static bool
open_current(struct stat *st)
{
	struct err err = ERR_INIT;
	struct stat named;
	char *dir;

	if (!state.path && !(state.path = log_path()))
		return false;
	if (state.fd >= 0 && fstat(state.fd, st) == 0 && stat(state.path, &named) == 0 &&
		st->st_ino == named.st_ino && st->st_dev == named.st_dev)
		return true;
	if (state.fd >= 0)
		close(state.fd);
	dir = path_dir(state.path);
	if (path_make_dirs(dir, 0700, &err))
		state.fd = open(state.path,
			O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	else
		state.fd = -1;
	free(dir);
	return state.fd >= 0 && fstat(state.fd, st) == 0;
}

static void
shift_files(void)
{
	for (int i = LOG_MAX_FILES - 1; i > 0; i--) {
		char *to = xasprintf("%s.%d", state.path, i);
		char *from = i > 1 ? xasprintf("%s.%d", state.path, i - 1) :
				     xstrdup(state.path);

		rename(from, to);
		free(from);
		free(to);
	}
}

/* Moves a full file away. The lock on it makes one process do that; the others see
 * another inode under the name afterwards. */
static bool
rotate(struct stat *st)
{
	struct stat named;

	if (flock(state.fd, LOCK_EX | LOCK_NB) != 0)
		return true;
	if (stat(state.path, &named) == 0 && named.st_ino == st->st_ino)
		shift_files();
	return open_current(st);
}

static void
write_line(struct str line)
{
	struct stat st;

	if (!open_current(&st))
		return;
	if ((size_t)st.st_size + line.len > LOG_MAX_BYTES && !rotate(&st))
		return;
	if (write(state.fd, line.p, line.len) < 0 && errno != EINTR)
		return; /* a diary never stops the work */
}

/* Characters that may stand before "://": a scheme. */
static bool
is_scheme_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		c == '+' || c == '-' || c == '.';
}

static size_t
url_end(struct str text, size_t from)
{
	while (from < text.len && (unsigned char)text.p[from] > ' ' &&
		!strchr("\"'<>`", text.p[from]))
		from++;
	return from;
}

/* Appends the host of text[from .. end) and "/…" when more stood behind it. */
static void
add_host(struct buf *to, struct str text, size_t from, size_t end)
{
	size_t stop = from, host = from;

	while (stop < end && !strchr("/?#", text.p[stop]))
		stop++;
	for (size_t i = from; i < stop; i++)
		if (text.p[i] == '@')
			host = i + 1;
	buf_add_str(to, str_slice(text, host, stop));
	if (stop < end && !(end - stop == 1 && text.p[stop] == '/'))
		buf_adds(to, "/…");
}

void
log_scrub(struct buf *to, struct str text)
{
	size_t done = 0, at;

	while ((at = str_find(text, STR("://"), done)) != SIZE_MAX) {
		size_t end = url_end(text, at + 3);

		buf_add_str(to, str_slice(text, done, at + 3));
		if (at > 0 && is_scheme_char(text.p[at - 1]))
			add_host(to, text, at + 3, end);
		else
			buf_add_str(to, str_slice(text, at + 3, end));
		done = end;
	}
	buf_add_str(to, str_slice(text, done, text.len));
}

static void
add_time(struct buf *to)
{
	int64_t now = clock_now_us();
	time_t seconds = (time_t)(now / CLOCK_SECOND);
	struct tm tm;

	gmtime_r(&seconds, &tm);
	buf_addf(to, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", tm.tm_year + 1900, tm.tm_mon + 1,
		tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec,
		(int)(now % CLOCK_SECOND / 1000));
}

static void
write_entry(enum log_level level, const char *area, struct str text)
{
	struct buf line = BUF_INIT, scrubbed = BUF_INIT, clean = BUF_INIT;
	size_t most = LOG_MAX_LINE / 2;

	log_scrub(&scrubbed, text);
	utf8_sanitize(&clean, buf_str(&scrubbed), false);
	while (clean.len > most && ((unsigned char)clean.p[most] & 0xC0) == 0x80)
		most--;
	buf_truncate(&clean, most);
	buf_adds(&line, "{\"at\":\"");
	add_time(&line);
	buf_addf(&line, "\",\"level\":\"%s\",\"pid\":%ld,\"area\":", level_names[level],
		(long)getpid());
	json_add_string(&line, str_from(area));
	buf_adds(&line, ",\"text\":");
	json_add_string(&line, buf_str(&clean));
	buf_adds(&line, "}\n");
	write_line(buf_str(&line));
	buf_fini(&line);
	buf_fini(&scrubbed);
	buf_fini(&clean);
}

void
log_line(enum log_level level, const char *area, const char *fmt, ...)
{
	struct buf text = BUF_MAX((size_t)64 << 10);
	va_list ap;

	if (!log_is_on(level))
		return;
	va_start(ap, fmt);
	buf_vaddf(&text, fmt, ap);
	va_end(ap);
	write_entry(level, area, buf_str(&text));
	buf_fini(&text);
}

void
log_error(const char *area, const struct err *err)
{
	log_line(LEVEL_ERROR, area, "%s%s%s [%s]", err->msg, err->hint[0] ? "; " : "", err->hint,
		err_code_name(err->code));
}
