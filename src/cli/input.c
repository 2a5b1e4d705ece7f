/* SPDX-License-Identifier: MIT */
#include "src/cli/input.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "src/base/path.h"

#define MAX_SECRET ((size_t)64 << 10)

bool
input_pair(const char *text, struct str *name, const char **value, struct err *err)
{
	const char *equals = strchr(text, '=');

	*name = (struct str){ text, equals ? (size_t)(equals - text) : strlen(text) };
	*value = equals ? equals + 1 : NULL;
	if (name->len == 0)
		return err_set(err, ERR_USAGE, "a name is missing before '='");
	return true;
}

static bool
read_all(int fd, const char *name, struct buf *to, struct err *err)
{
	for (;;) {
		char *room = buf_reserve(to, 64 << 10);
		ssize_t n;

		if (!room)
			return err_set(err, ERR_LIMIT, "%s is larger than %zu bytes", name,
				to->ceiling);
		n = read(fd, room, 64 << 10);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_errno(err, "cannot read %s", name);
		if (n == 0)
			return true;
		buf_commit(to, (size_t)n);
	}
}

bool
input_file(const char *path, struct buf *to, struct err *err)
{
	struct stat st;
	bool ok;
	int fd;

	if (to->ceiling == 0)
		to->ceiling = INPUT_MAX_FILE + (64 << 10);
	if (strcmp(path, "-") == 0)
		return read_all(STDIN_FILENO, "standard input", to, err);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return err_set(err, ERR_NOT_FOUND, "there is no file %s", path);
	if (fd < 0)
		return err_errno(err, "cannot open %s", path);
	if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode)) {
		close(fd);
		return err_set(err, ERR_IO, "%s is a folder", path);
	}
	ok = read_all(fd, path, to, err);
	close(fd);
	return ok;
}

bool
input_can_ask(void)
{
	return isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1;
}

/* One line from the terminal without echo. */
static bool
ask(const char *label, struct buf *to, struct err *err)
{
	struct termios old, quiet;
	char c;
	ssize_t n;

	if (!input_can_ask() || tcgetattr(STDIN_FILENO, &old) != 0) {
		err_set(err, ERR_USAGE, "%s is needed, and there is no terminal to ask at", label);
		return err_hint(err, "give it as env:NAME, @FILE or -");
	}
	quiet = old;
	quiet.c_lflag &= (tcflag_t)~ECHO;
	quiet.c_lflag |= ICANON | ISIG;
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet); /* before anyone can answer */
	fprintf(stderr, "%s: ", label);
	while ((n = read(STDIN_FILENO, &c, 1)) == 1 && c != '\n')
		buf_addc(to, c);
	tcsetattr(STDIN_FILENO, TCSANOW, &old);
	fputc('\n', stderr);
	if (n < 0)
		return err_errno(err, "cannot read %s", label);
	return true;
}

static void
drop_line_end(struct buf *text)
{
	if (text->len > 0 && text->p[text->len - 1] == '\n')
		buf_truncate(text, text->len - 1);
	if (text->len > 0 && text->p[text->len - 1] == '\r')
		buf_truncate(text, text->len - 1);
}

static bool
secret_from_stdin(const char *label, struct buf *to, struct err *err)
{
	static bool taken;

	if (taken)
		return err_set(err, ERR_USAGE, "only one field can come from standard input");
	taken = true;
	if (!read_all(STDIN_FILENO, label, to, err))
		return false;
	drop_line_end(to);
	return true;
}

static bool
secret_from_file(const char *name, struct buf *to, struct err *err)
{
	char *path = path_absolute(name, err); /* the shell leaves @~/file alone */
	bool ok = path && input_file(path, to, err);

	free(path);
	if (ok)
		drop_line_end(to);
	return ok;
}

static bool
read_secret(const char *label, const char *spec, struct buf *to, struct err *err)
{
	const char *value;

	if (!spec)
		return ask(label, to, err);
	if (strcmp(spec, "-") == 0)
		return secret_from_stdin(label, to, err);
	if (spec[0] == '@')
		return secret_from_file(spec + 1, to, err);
	if (strncmp(spec, "env:", 4) == 0) {
		value = getenv(spec + 4);
		if (!value)
			return err_set(err, ERR_USAGE, "%s: the variable %s is not set", label,
				spec + 4);
		buf_adds(to, value);
		return true;
	}
	err_set(err, ERR_USAGE, "%s is a secret: the command line would show it to everyone", label);
	return err_hint(err, "give it as env:NAME, @FILE, - (standard input), or only the "
			     "field's name to be asked");
}

bool
input_secret(const char *label, const char *spec, struct buf *to, struct err *err)
{
	to->ceiling = MAX_SECRET + (64 << 10);
	if (!read_secret(label, spec, to, err))
		return false;
	if (to->len == 0)
		return err_set(err, ERR_USAGE, "%s is empty", label);
	if (to->len > MAX_SECRET)
		return err_set(err, ERR_LIMIT, "%s is longer than %zu bytes", label, MAX_SECRET);
	if (memchr(to->p, '\0', to->len))
		return err_set(err, ERR_USAGE, "%s holds a NUL byte", label);
	return true;
}

void
input_secret_fini(struct buf *secret)
{
	if (secret->p)
		sodium_memzero(secret->p, secret->cap);
	buf_fini(secret);
}

static bool
set_secret(const struct field *f, const char *value, struct settings *settings, struct err *err)
{
	struct buf secret = BUF_INIT;
	bool ok = input_secret(f->label, value, &secret, err);

	if (ok)
		settings_set(settings, f->name, buf_str(&secret), true);
	input_secret_fini(&secret);
	return ok;
}

static bool
set_field(const struct field *f, struct str name, const char *value, struct settings *settings,
	struct err *err)
{
	char *text;

	if (f && field_is_secret(f) && !(value && !*value))
		return set_secret(f, value, settings, err);
	text = str_dup(name);
	if (!value) {
		err_set(err, ERR_USAGE, "'%s' has no value", text);
		err_hint(err, "write %s=VALUE", text);
	} else if (f && f->kind == FIELD_PATH && *value) {
		char *path = path_absolute(value, err);

		if (path)
			settings_set(settings, text, str_from(path), false);
		else
			value = NULL;
		free(path);
	} else {
		settings_set(settings, text, str_from(value), f && field_is_secret(f));
	}
	free(text);
	return value != NULL;
}

static bool
ask_missing(const struct field *fields, size_t count, struct settings *settings, struct err *err)
{
	for (size_t i = 0; i < count; i++)
		if (fields[i].required && field_is_secret(&fields[i]) &&
			!settings_has(settings, fields[i].name) && input_can_ask() &&
			!set_secret(&fields[i], NULL, settings, err))
			return false;
	return true;
}

bool
input_settings(const char *const *words, size_t count, const struct field *fields,
	size_t field_count, const struct field *common, size_t common_count,
	struct settings *settings, struct err *err)
{
	for (size_t i = 0; i < count; i++) {
		const struct field *f;
		const char *value;
		struct str name;
		char *text;

		if (!input_pair(words[i], &name, &value, err))
			return false;
		text = str_dup(name);
		f = field_find(fields, field_count, text);
		if (!f)
			f = field_find(common, common_count, text);
		free(text);
		if (!set_field(f, name, value, settings, err))
			return false;
	}
	return ask_missing(fields, field_count, settings, err);
}
