/* SPDX-License-Identifier: MIT */
/* The one error value. It is the last parameter of every function that can
 * fail, written only on failure and then always. The text is made where the
 * facts are known; layers above add context once with err_wrap; it is shown
 * once, at the top. A message never holds a secret. `err` may not be NULL. */
#ifndef DP_BASE_ERR_H
#define DP_BASE_ERR_H

#include "src/base/api.h"

/* Each code has one decision behind it: the table in err.c (exit status of
 * design section 6, and whether a run may be retried). */
enum err_code {
	ERR_NONE,
	ERR_FAILED,	 /* a run, query or check failed */
	ERR_USAGE,	 /* the command line's words are off */
	ERR_INPUT,	 /* a definition, value or file is wrong: place is in msg */
	ERR_NOT_FOUND,	 /* no task, version, source … of that name */
	ERR_STATE,	 /* found, but in a state that refuses this */
	ERR_WORKSPACE,	 /* workspace missing, foreign, newer, corrupt, read-only, full */
	ERR_BUSY,	 /* workspace locked by another process beyond our patience */
	ERR_CONFIG,	 /* configuration file, key file, missing driver */
	ERR_CONNECT,	 /* could not connect or log in */
	ERR_SQL,	 /* the server refused the statement */
	ERR_READ_ONLY,	 /* the statement would write */
	ERR_TIMEOUT,	 /* deadline passed */
	ERR_CANCELLED,	 /* a person or a signal cancelled it */
	ERR_LIMIT,	 /* a size, count or depth bound was passed */
	ERR_IO,		 /* file or pipe */
	ERR_REFUSED,	 /* a channel refused the message */
	ERR_UNKNOWN,	 /* a delivery's outcome cannot be known */
	ERR_INTERNAL,	 /* our own mistake, found at run time (protocol, module) */
	ERR_CODE_COUNT
};

struct err {
	enum err_code code;
	char msg[480];	/* what happened and where, one line, no full stop at the end */
	char hint[160]; /* what to do; may be empty */
	/* Place inside the text that was wrong; -1 unknown. Both from 1. */
	int line, column;
};

#define ERR_INIT { .code = ERR_NONE, .line = -1, .column = -1 }

/* Sets code and text, clears hint and place. Returns false: return err_set(…). */
DP_API bool err_set(struct err *err, enum err_code code, const char *fmt, ...) DP_PRINTF(3, 4);
/* Puts "context: " before the message. Returns false. */
DP_API bool err_wrap(struct err *err, const char *fmt, ...) DP_PRINTF(2, 3);
/* Sets the hint. Returns false. */
DP_API bool err_hint(struct err *err, const char *fmt, ...) DP_PRINTF(2, 3);
/* Sets the place (line and column from 1, -1 unknown). Returns false. */
DP_API bool err_at(struct err *err, int line, int column);
/* ERR_IO with strerror(errno) added. Returns false. */
DP_API bool err_errno(struct err *err, const char *fmt, ...) DP_PRINTF(2, 3);
DP_API void err_clear(struct err *err);

/* Exit status of design section 6. */
DP_API int err_exit_status(enum err_code code);
/* May a scheduled run that failed with this before sending anything be retried? */
DP_API bool err_is_retryable(enum err_code code);
/* Stable lower-case name ("not_found"), for JSON and the wire. */
DP_API const char *err_code_name(enum err_code code);
DP_API enum err_code err_code_from_name(const char *name);

#endif
