/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <mysqld_error.h>
#include <errmsg.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "src/source/mysql.h"

#define TICK_MS 100		      /* how late a cancel may be noticed */
#define LOOK_EVERY 64		      /* rows, when they come without waiting */
#define DRAIN_US (CLOCK_SECOND / 100) /* what is nearly done may end by itself */
#define GRACE_US (5 * CLOCK_SECOND)   /* for the server's answer to a KILL */

/* MariaDB's own, not in the header of Connector/C. */
#define ER_STATEMENT_TIMEOUT_MARIADB 1969
#define ER_CONNECTION_KILLED_MARIADB 1927
#define ER_QUERY_TIMEOUT_MYSQL 3024

void
my_drop(struct my *my)
{
	/* A call under way still holds the result: the connection goes first, and nothing
	 * that is on its wire is read any more. */
	if (my->conn && my->waits)
		shutdown(mysql_get_socket(my->conn), SHUT_RDWR);
	my->waits = 0;
	if (my->conn)
		mysql_close(my->conn);
	my->conn = NULL;
	if (my->result) {
		my->result->handle = NULL;
		mysql_free_result(my->result);
	}
	my->result = NULL;
	if (my->stmt)
		mysql_stmt_close(my->stmt);
	my->stmt = NULL;
}

static short
events_of(int waits)
{
	return (short)(((waits & MYSQL_WAIT_READ) ? POLLIN : 0) | ((waits & MYSQL_WAIT_WRITE) ? POLLOUT : 0) |
	       ((waits & MYSQL_WAIT_EXCEPT) ? POLLPRI : 0));
}

static int
ready_of(short events)
{
	return ((events & (POLLIN | POLLHUP | POLLERR)) ? MYSQL_WAIT_READ : 0) |
	       ((events & (POLLOUT | POLLHUP | POLLERR)) ? MYSQL_WAIT_WRITE : 0) |
	       ((events & POLLPRI) ? MYSQL_WAIT_EXCEPT : 0);
}

/* Continues the call under way until it is done. */
static bool
complete(struct my *my, const struct deadline *deadline, struct err *err)
{
	while (my->waits) {
		struct pollfd p = { mysql_get_socket(my->conn), events_of(my->waits), 0 };
		int n;

		if (!source_check_deadline(deadline, err))
			return false;
		n = poll(&p, 1, deadline_poll_ms(deadline, TICK_MS));
		if (n > 0)
			my->waits = my->resume(my, ready_of(p.revents) & my->waits);
		else if (n < 0 && errno != EINTR)
			return err_errno(err, "cannot wait for the server");
	}
	return true;
}

static int
resume_connect(struct my *my, int ready)
{
	return mysql_real_connect_cont(&my->opened, my->conn, ready);
}

bool
my_connect(struct my *my, const struct my_address *to, const struct deadline *deadline,
	struct err *err)
{
	my->resume = resume_connect;
	my->waits = mysql_real_connect_start(&my->opened, my->conn, to->host, to->user,
		to->password, to->database, to->port, to->path, 0);
	return complete(my, deadline, err);
}

static int
resume_send(struct my *my, int ready)
{
	return mysql_real_query_cont(&my->status, my->conn, ready);
}

bool
my_send(struct my *my, struct str sql, const struct deadline *deadline, struct err *err)
{
	my->resume = resume_send;
	my->waits = mysql_real_query_start(&my->status, my->conn, sql.p, sql.len);
	if (!complete(my, deadline, err))
		return false;
	return my->status == 0 || my_fail(my, sql, deadline, err);
}

static int
resume_fetch(struct my *my, int ready)
{
	return mysql_fetch_row_cont(&my->row, my->result, ready);
}

bool
my_fetch(struct my *my, const struct deadline *deadline, struct err *err)
{
	if (my->rows++ % LOOK_EVERY == 0 && !source_check_deadline(deadline, err))
		return false;
	my->resume = resume_fetch;
	my->waits = mysql_fetch_row_start(&my->row, my->result);
	return my->waits == 0 || complete(my, deadline, err);
}

static int
resume_prepare(struct my *my, int ready)
{
	return mysql_stmt_prepare_cont(&my->status, my->stmt, ready);
}

bool
my_prepare(struct my *my, struct str sql, const struct deadline *deadline, struct err *err)
{
	my->resume = resume_prepare;
	my->waits = mysql_stmt_prepare_start(&my->status, my->stmt, sql.p, sql.len);
	if (!complete(my, deadline, err))
		return false;
	return my->status == 0 || my_fail(my, sql, deadline, err);
}

/* Throws away what is on the way until the end or the deadline; true at the end. */
static bool
drain(struct my *my, const struct deadline *deadline)
{
	struct err ignored = ERR_INIT;

	if (!complete(my, deadline, &ignored))
		return false;
	if (!my->result && !my->stmt)
		my->result = mysql_use_result(my->conn);
	if (!my->result)
		return true;
	do
		if (!my_fetch(my, deadline, &ignored))
			return false;
	while (my->row);
	return true;
}

/* KILL QUERY over a second connection. */
static bool
kill_query(struct my *my)
{
	struct deadline grace = deadline_in_us(GRACE_US);
	struct err ignored = ERR_INIT;
	char token[128];

	snprintf(token, sizeof(token), "%lu", mysql_thread_id(my->conn));
	return my_cancel(&my->settings, token, &grace, &ignored);
}

void
my_finish(struct my *my, bool kill)
{
	struct deadline grace = deadline_in_us(kill ? DRAIN_US : GRACE_US);
	struct err ignored = ERR_INIT;
	bool killed = false, done;

	if (!my->conn)
		return;
	done = drain(my, &grace);
	if (!done && kill && kill_query(my)) {
		killed = true;
		grace = deadline_in_us(GRACE_US);
		done = drain(my, &grace);
	}
	if (!done || mysql_more_results(my->conn)) {
		my_drop(my);
		return;
	}
	mysql_free_result(my->result);
	my->result = NULL;
	if (my->stmt)
		mysql_stmt_close(my->stmt);
	my->stmt = NULL;
	/* A KILL that came too late hits this instead of the next statement. */
	grace = deadline_in_us(GRACE_US);
	if (killed)
		my_exec(my, "DO 0", &grace, &ignored);
}

bool
my_exec(struct my *my, const char *sql, const struct deadline *deadline, struct err *err)
{
	if (!my_send(my, str_from(sql), deadline, err)) {
		my_finish(my, true);
		return false;
	}
	my_finish(my, false);
	return my->conn || err_set(err, ERR_CONNECT, "the connection was lost");
}

static enum err_code
code_of(unsigned number)
{
	switch (number) {
	case ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION:
	case ER_OPTION_PREVENTS_STATEMENT:
		return ERR_READ_ONLY;
	case ER_QUERY_INTERRUPTED:
	case ER_STATEMENT_TIMEOUT_MARIADB:
	case ER_QUERY_TIMEOUT_MYSQL:
		return ERR_TIMEOUT;
	case ER_SERVER_SHUTDOWN:
	case ER_CONNECTION_KILLED_MARIADB:
	case CR_SERVER_GONE_ERROR:
	case CR_SERVER_LOST:
	case CR_SERVER_LOST_EXTENDED:
		return ERR_CONNECT;
	case ER_NET_PACKET_TOO_LARGE:
		return ERR_LIMIT;
	default:
		return ERR_SQL;
	}
}

/* Where in `sql` the server's words "near 'TEXT' at line N" point; SIZE_MAX when
 * they do not. TEXT is the rest of the statement, at most 80 characters. */
static size_t
place_of_syntax(struct str sql, struct str message, struct str *near)
{
	size_t from = str_find(message, STR(" near '"), 0), to = SIZE_MAX, at, found = SIZE_MAX;

	for (at = from; at != SIZE_MAX; at = str_find(message, STR("' at line "), at + 1))
		to = at;
	if (from == SIZE_MAX || to == SIZE_MAX || to < from + strlen(" near '"))
		return SIZE_MAX;
	*near = str_slice(message, from + strlen(" near '"), to);
	if (near->len == 0)
		return sql.len;
	for (at = str_find(sql, *near, 0); at != SIZE_MAX; at = str_find(sql, *near, at + 1))
		found = at;
	return found;
}

/* "nope" of "Unknown column 't.nope' in …" and "FUNCTION t.nope does not exist". */
static struct str
quoted_name(struct str message)
{
	struct str function = STR("FUNCTION "), name;
	size_t from = str_find(message, STR("'"), 0), to, at;

	if (str_starts(message, function)) {
		from = function.len - 1;
		to = str_find(message, STR(" "), function.len);
	} else {
		to = from == SIZE_MAX ? SIZE_MAX : str_find(message, STR("'"), from + 1);
	}
	if (to == SIZE_MAX)
		return STR_NONE;
	name = str_slice(message, from + 1, to);
	for (at = str_find(name, STR("."), 0); at != SIZE_MAX; at = str_find(name, STR("."), 0))
		name = str_slice(name, at + 1, name.len);
	return name;
}

static void
fail_statement(unsigned number, struct str sql, struct str message, struct err *err)
{
	struct str near = STR_NONE;
	size_t pos;

	if (number != ER_PARSE_ERROR) {
		source_err_at_name(err, sql, quoted_name(message));
		return;
	}
	pos = place_of_syntax(sql, message, &near);
	if (pos == SIZE_MAX)
		return;
	if (near.len)
		err_set(err, ERR_SQL, "syntax error near '%.*s'", STR_ARG(near));
	else
		err_set(err, ERR_SQL, "syntax error: the statement ends too early");
	if (sql.len)
		source_err_at(err, sql, pos);
}

bool
my_fail(struct my *my, struct str sql, const struct deadline *deadline, struct err *err)
{
	unsigned number = my->stmt ? mysql_stmt_errno(my->stmt) : mysql_errno(my->conn);
	const char *text = my->stmt ? mysql_stmt_error(my->stmt) : mysql_error(my->conn);
	struct arena scratch = ARENA_INIT;
	struct str message = source_clean(&scratch, str_from(text));
	enum err_code code = code_of(number);

	if (code == ERR_TIMEOUT && deadline_is_cancelled(deadline))
		err_set(err, ERR_CANCELLED, "the query was cancelled");
	else if (code == ERR_TIMEOUT && deadline_left_us(deadline) > CLOCK_SECOND)
		err_set(err, ERR_SQL, "the server cancelled it: %.*s", STR_ARG(message));
	else if (code == ERR_CONNECT)
		err_set(err, code, "the connection was lost: %.*s", STR_ARG(message));
	else
		err_set(err, code, "%.*s", STR_ARG(message));
	if (code == ERR_SQL)
		fail_statement(number, sql, message, err);
	arena_fini(&scratch);
	if (code == ERR_CONNECT)
		my_drop(my);
	return false;
}
