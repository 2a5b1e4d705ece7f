/* SPDX-License-Identifier: MIT */
/* What people hand in: times, days, name=value pairs, files, secrets. Refusals are
 * ERR_USAGE with the right form as hint. */
#ifndef DP_CLI_INPUT_H
#define DP_CLI_INPUT_H

#include "src/base/buf.h"
#include "src/base/settings.h"
#include "src/base/zone.h"

#define INPUT_MAX_FILE ((size_t)64 << 20)

/* RFC 3339, or YYYY-MM-DD HH:MM[:SS] in `zone`. */
bool input_time(const char *text, const struct zone *zone, int64_t *at_us, struct err *err);
/* YYYY-MM-DD or YYYYMMDD. */
bool input_date(const char *text, struct date *date, struct err *err);
/* Cuts "name=value"; *value NULL when there is no "=". ERR_USAGE without a name. */
bool input_pair(const char *text, struct str *name, const char **value, struct err *err);

/* A whole file, "-" for stdin. The buf's ceiling holds; ERR_IO, ERR_LIMIT, ERR_NOT_FOUND. */
bool input_file(const char *path, struct buf *to, struct err *err);

/* A secret field's value: "env:NAME", "@FILE" (one final line end dropped), "-" (stdin,
 * once in a process), NULL (asked at the terminal). Anything else is refused, and is
 * not repeated in the error. The caller wipes with input_secret_fini. */
bool input_secret(const char *label, const char *spec, struct buf *to, struct err *err);
void input_secret_fini(struct buf *secret);
/* Whether there is a person to ask: stdin and stderr are a terminal. */
bool input_can_ask(void);
/* Reads FIELD=VALUE operands into settings by the field tables: secrets through
 * input_secret, paths made absolute, missing required secrets asked for. Unknown names
 * are left for settings_check unless they hold no "=". */
bool input_settings(const char *const *words, size_t count, const struct field *fields,
	size_t field_count, const struct field *common, size_t common_count,
	struct settings *settings, struct err *err);

#endif
