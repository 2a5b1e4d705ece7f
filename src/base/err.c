/* SPDX-License-Identifier: MIT */
#include "src/base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
	const char *name;
	int exit_status;
	bool retryable;
} codes[ERR_CODE_COUNT] = {
	[ERR_NONE] = { "none", 0, false },
	[ERR_FAILED] = { "failed", 1, true },
	[ERR_USAGE] = { "usage", 2, false },
	[ERR_INPUT] = { "input", 1, false },
	[ERR_NOT_FOUND] = { "not_found", 3, false },
	[ERR_STATE] = { "state", 3, false },
	[ERR_WORKSPACE] = { "workspace", 4, false },
	[ERR_BUSY] = { "busy", 4, true },
	[ERR_CONFIG] = { "config", 4, false },
	[ERR_CONNECT] = { "connect", 5, true },
	[ERR_SQL] = { "sql", 1, true },
	[ERR_READ_ONLY] = { "read_only", 1, false },
	[ERR_TIMEOUT] = { "timeout", 1, false },
	[ERR_CANCELLED] = { "cancelled", 130, false },
	[ERR_LIMIT] = { "limit", 1, false },
	[ERR_IO] = { "io", 4, true },
	[ERR_REFUSED] = { "refused", 6, false },
	[ERR_UNKNOWN] = { "unknown", 7, false },
	[ERR_INTERNAL] = { "internal", 1, true },
};

/* Cuts a text that did not fit at a whole UTF-8 character and marks it. */
static void
mark_cut(char *text, size_t size)
{
	size_t n = size - 4;

	while (n > 0 && ((unsigned char)text[n] & 0xC0) == 0x80)
		n--;
	memcpy(text + n, "\xE2\x80\xA6", 4);
}

static void format(char *text, size_t size, const char *fmt, va_list ap) DP_PRINTF(3, 0);

static void
format(char *text, size_t size, const char *fmt, va_list ap)
{
	int n = vsnprintf(text, size, fmt, ap);

	if (n < 0)
		text[0] = '\0';
	else if ((size_t)n >= size)
		mark_cut(text, size);
}

void
err_clear(struct err *err)
{
	*err = (struct err)ERR_INIT;
}

bool
err_set(struct err *err, enum err_code code, const char *fmt, ...)
{
	char text[sizeof(err->msg)];
	va_list ap;

	va_start(ap, fmt);
	format(text, sizeof(text), fmt, ap);
	va_end(ap);
	err_clear(err);
	err->code = code;
	memcpy(err->msg, text, sizeof(text));
	return false;
}

bool
err_wrap(struct err *err, const char *fmt, ...)
{
	char context[sizeof(err->msg)], text[2 * sizeof(err->msg) + 3];
	va_list ap;

	va_start(ap, fmt);
	format(context, sizeof(context), fmt, ap);
	va_end(ap);
	snprintf(text, sizeof(text), "%s: %s", context, err->msg);
	if (strlen(text) < sizeof(err->msg)) {
		memcpy(err->msg, text, strlen(text) + 1);
	} else {
		memcpy(err->msg, text, sizeof(err->msg));
		mark_cut(err->msg, sizeof(err->msg));
	}
	return false;
}

bool
err_hint(struct err *err, const char *fmt, ...)
{
	char text[sizeof(err->hint)];
	va_list ap;

	va_start(ap, fmt);
	format(text, sizeof(text), fmt, ap);
	va_end(ap);
	memcpy(err->hint, text, sizeof(text));
	return false;
}

bool
err_at(struct err *err, int line, int column)
{
	err->line = line;
	err->column = column;
	return false;
}

bool
err_errno(struct err *err, const char *fmt, ...)
{
	char text[sizeof(err->msg) - 100];
	int saved = errno;
	va_list ap;

	va_start(ap, fmt);
	format(text, sizeof(text), fmt, ap);
	va_end(ap);
	return err_set(err, ERR_IO, "%s: %s", text, strerror(saved));
}

int
err_exit_status(enum err_code code)
{
	return code < ERR_CODE_COUNT ? codes[code].exit_status : 1;
}

bool
err_is_retryable(enum err_code code)
{
	return code < ERR_CODE_COUNT && codes[code].retryable;
}

const char *
err_code_name(enum err_code code)
{
	return code < ERR_CODE_COUNT ? codes[code].name : "failed";
}

enum err_code
err_code_from_name(const char *name)
{
	for (int i = 0; i < ERR_CODE_COUNT; i++)
		if (strcmp(codes[i].name, name) == 0)
			return (enum err_code)i;
	return ERR_FAILED;
}
