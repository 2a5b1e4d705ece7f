/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#include "src/source/postgres.h"

#define TICK_MS 100			  /* how late a cancel may be noticed */
#define LOOK_EVERY 64			  /* results, when they come without waiting */
#define DRAIN_US (CLOCK_SECOND / 100)	  /* what is nearly done may end by itself */
#define GRACE_US (5 * CLOCK_SECOND)	  /* for the server's answer to a cancel */

/* "connection to server failed: …": libpq's first line, which is the cause. */
static struct str
first_line(const char *text)
{
	return str_trim((struct str){ text, strcspn(text, "\n") });
}

bool
pg_lost(struct pg *pg, struct err *err)
{
	struct arena scratch = ARENA_INIT;
	struct str text = first_line(PQerrorMessage(pg->conn));

	text = source_clean(&scratch, text);
	err_set(err, ERR_CONNECT, "the connection was lost: %.*s", STR_ARG(text));
	arena_fini(&scratch);
	PQfinish(pg->conn);
	pg->conn = NULL;
	return false;
}

/* What a person can do belongs to the code; `own` is the server's class of error. */
static enum err_code
code_of(const char *own)
{
	static const struct {
		const char *prefix;
		enum err_code code;
	} classes[] = {
		{ "25006", ERR_READ_ONLY },
		{ "57014", ERR_TIMEOUT },
		{ "57P", ERR_CONNECT },
		{ "08", ERR_CONNECT },
		{ "28", ERR_CONNECT },
		{ "54", ERR_LIMIT },
	};

	for (size_t i = 0; own && i < ARRAY_LEN(classes); i++)
		if (strncmp(own, classes[i].prefix, strlen(classes[i].prefix)) == 0)
			return classes[i].code;
	return ERR_SQL;
}

static const char *
field(const PGresult *result, int code)
{
	const char *text = PQresultErrorField(result, code);

	return text ? text : "";
}

bool
pg_fail(struct pg *pg, const PGresult *result, struct str sql, const struct deadline *deadline,
	struct err *err)
{
	const char *state = field(result, PG_DIAG_SQLSTATE);
	const char *primary = field(result, PG_DIAG_MESSAGE_PRIMARY);
	const char *detail = field(result, PG_DIAG_MESSAGE_DETAIL);
	const char *position = field(result, PG_DIAG_STATEMENT_POSITION);
	struct arena scratch = ARENA_INIT;
	struct str text;
	int64_t index;

	if (!*primary)
		primary = PQresultErrorMessage(result);
	if (!*primary)
		primary = PQerrorMessage(pg->conn);
	text = source_clean(&scratch, first_line(primary));
	if (code_of(state) == ERR_TIMEOUT && deadline_is_cancelled(deadline))
		err_set(err, ERR_CANCELLED, "the query was cancelled");
	else if (code_of(state) == ERR_TIMEOUT && deadline_left_us(deadline) > CLOCK_SECOND)
		err_set(err, ERR_SQL, "the server cancelled it: %.*s", STR_ARG(text));
	else
		err_set(err, code_of(state), "%.*s%s%.*s", STR_ARG(text), *detail ? ": " : "",
			STR_ARG(source_clean(&scratch, first_line(detail))));
	err_hint(err, "%.*s", STR_ARG(source_clean(&scratch,
				      first_line(field(result, PG_DIAG_MESSAGE_HINT)))));
	if (sql.len && str_to_int64(str_from(position), &index) && index > 0)
		source_err_at(err, sql, source_char_pos(sql, (size_t)index - 1));
	arena_fini(&scratch);
	return false;
}

/* Waits for the socket a tick at most; false when it is broken. */
static bool
wait_socket(struct pg *pg, const struct deadline *deadline, bool sending)
{
	struct pollfd p = { PQsocket(pg->conn), (short)(POLLIN | (sending ? POLLOUT : 0)), 0 };

	if (p.fd < 0)
		return false;
	return poll(&p, 1, deadline_poll_ms(deadline, TICK_MS)) >= 0 || errno == EINTR;
}

static void
request_cancel(struct pg *pg)
{
	PGcancel *cancel = PQgetCancel(pg->conn);
	char text[256];

	if (cancel)
		PQcancel(cancel, text, sizeof(text));
	PQfreeCancel(cancel);
}

PGresult *
pg_next(struct pg *pg, const struct deadline *deadline, bool *done, struct err *err)
{
	PGresult *result;
	int sending = PQflush(pg->conn);

	*done = false;
	if (pg->results++ % LOOK_EVERY == 0 && !source_check_deadline(deadline, err))
		return NULL;
	while (sending || PQisBusy(pg->conn)) {
		if (sending)
			sending = PQflush(pg->conn);
		if (sending < 0 || PQconsumeInput(pg->conn) == 0)
			goto lost;
		if (!sending && !PQisBusy(pg->conn))
			break;
		if (!source_check_deadline(deadline, err))
			return NULL;
		if (!wait_socket(pg, deadline, sending))
			goto lost;
	}
	result = PQgetResult(pg->conn);
	*done = result == NULL;
	if (result && PQstatus(pg->conn) == CONNECTION_BAD) {
		PQclear(result);
		goto lost;
	}
	return result;
lost:
	pg_lost(pg, err);
	return NULL;
}

char *
pg_next_line(struct pg *pg, const struct deadline *deadline, size_t *len, bool *done,
	struct err *err)
{
	char *line = NULL;
	bool waited = false;
	int n;

	*done = false;
	if (pg->results++ % LOOK_EVERY == 0 && !source_check_deadline(deadline, err))
		return NULL;
	while ((n = PQgetCopyData(pg->conn, &line, 1)) == 0) {
		if (waited && !source_check_deadline(deadline, err))
			return NULL;
		if ((waited && !wait_socket(pg, deadline, false)) ||
			PQconsumeInput(pg->conn) == 0)
			goto lost;
		waited = true;
	}
	if (n > 0) {
		*len = (size_t)n;
		return line;
	}
	*done = n == -1;
	if (*done)
		return NULL;
lost:
	pg_lost(pg, err);
	return NULL;
}

static bool
drain_lines(struct pg *pg, const struct deadline *deadline)
{
	struct err err = ERR_INIT;
	bool done = false;
	size_t len;
	char *line;

	while ((line = pg_next_line(pg, deadline, &len, &done, &err)))
		PQfreemem(line);
	return done;
}

/* Throws results away until the end or the deadline; true at the end. */
static bool
drain(struct pg *pg, const struct deadline *deadline)
{
	struct err err = ERR_INIT;
	ExecStatusType status;
	PGresult *result;
	bool done = false;

	while (pg->conn) {
		result = pg_next(pg, deadline, &done, &err);
		if (done && pg_pipeline_is_over(pg->conn))
			return true;
		if (done)
			continue;
		if (!result)
			return false;
		status = PQresultStatus(result);
		PQclear(result);
		if (status == PGRES_COPY_IN || status == PGRES_COPY_BOTH ||
			(status == PGRES_COPY_OUT && !drain_lines(pg, deadline)))
			return false;
	}
	return false;
}

void
pg_finish(struct pg *pg, bool cancel)
{
	struct deadline grace = deadline_in_us(cancel ? DRAIN_US : GRACE_US);

	if (!pg->conn || drain(pg, &grace))
		return;
	if (pg->conn && cancel) {
		request_cancel(pg);
		grace = deadline_in_us(GRACE_US);
		if (drain(pg, &grace))
			return;
	}
	PQfinish(pg->conn);
	pg->conn = NULL;
}

bool
pg_exec(struct pg *pg, const char *sql, const struct deadline *deadline, struct err *err)
{
	bool done = false, good = true;
	PGresult *result;

	if (!PQsendQuery(pg->conn, sql))
		return pg_lost(pg, err);
	while ((result = pg_next(pg, deadline, &done, err))) {
		if (good && PQresultStatus(result) == PGRES_FATAL_ERROR)
			good = pg_fail(pg, result, STR_NONE, deadline, err);
		PQclear(result);
	}
	if (done)
		return good;
	pg_finish(pg, true);
	return false;
}
