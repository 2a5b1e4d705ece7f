/* SPDX-License-Identifier: MIT */
#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "src/source/postgres.h"

#define CONNECT_US (30 * CLOCK_SECOND) /* most that connecting may take, all addresses */
#define TICK_MS 100
#define NO_FILE "/nonexistent/dpstudio" /* in place of files libpq would look for */

/* libpq reads some 30 variables, ~/.pgpass, ~/.pg_service.conf and ~/.postgresql:
 * a cron run and a login would connect to different places. Only settings count. */
static void
forget_environment(void)
{
	static const char *const more[] = { "PGSERVICE", "PGSERVICEFILE", "PGSYSCONFDIR",
		"PGTZ", "PGDATESTYLE", "PGGEQO" };
	PQconninfoOption *options;

	for (size_t i = 0; i < ARRAY_LEN(more); i++)
		unsetenv(more[i]);
	options = PQconndefaults();
	for (PQconninfoOption *o = options; o && o->keyword; o++)
		if (o->envvar)
			unsetenv(o->envvar);
	PQconninfoFree(options);
}

/* The system's certificates: libpq 16 knows them by a word, older ones want the
 * file. NULL when there is none. */
static const char *
system_store(const char *sslmode)
{
	static const char *const files[] = { "/etc/ssl/certs/ca-certificates.crt",
		"/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem",
		"/etc/ssl/cert.pem" };

	if (PQlibVersion() >= 160000 && strcmp(sslmode, "verify-full") == 0)
		return "system";
	for (size_t i = 0; i < ARRAY_LEN(files); i++)
		if (access(files[i], R_OK) == 0)
			return files[i];
	return NULL;
}

/* The parameters for PQconnectStartParams, both arrays NULL-terminated. */
struct params {
	const char *names[24], *values[24];
	size_t count;
};

static void
add(struct params *p, const char *name, const char *value)
{
	if (!value || !*value)
		return;
	assert(p->count + 1 < ARRAY_LEN(p->names));
	p->names[p->count] = name;
	p->values[p->count++] = value;
}

/* Encryption is checked against the system's certificates unless the settings say
 * otherwise; this machine needs none. */
static bool
add_tls(struct params *p, const struct settings *settings, struct err *err)
{
	const char *mode = settings_get(settings, "sslmode");
	const char *root = settings_get(settings, "sslrootcert");

	if (!*mode || strcmp(mode, "auto") == 0)
		mode = source_is_local_host(settings_get(settings, "host")) && !*root ?
			       "prefer" : "verify-full";
	if (!*root)
		root = strncmp(mode, "verify", 6) == 0 ? system_store(mode) : NO_FILE;
	if (!root) {
		err_set(err, ERR_CONFIG, "this system has no file of trusted certificates");
		return err_hint(err, "install ca-certificates, or set sslrootcert");
	}
	if (*settings_get(settings, "sslrootcert") && access(root, R_OK) != 0)
		return err_set(err, ERR_CONFIG, "cannot read sslrootcert %s: %s", root,
			strerror(errno));
	add(p, "sslmode", mode);
	add(p, "sslrootcert", root);
	add(p, "sslcert", NO_FILE);
	add(p, "sslcrl", NO_FILE);
	return true;
}

static bool
fill(struct params *p, const struct settings *settings, struct err *err)
{
	add(p, "host", settings_get(settings, "host"));
	add(p, "port", settings_get(settings, "port"));
	add(p, "dbname", settings_get(settings, "database"));
	add(p, "user", settings_get(settings, "user"));
	add(p, "password", settings_get(settings, "password"));
	add(p, "passfile", NO_FILE);
	add(p, "application_name", "dpstudio");
	add(p, "client_encoding", "UTF8");
	add(p, "gssencmode", "disable");
	add(p, "keepalives_idle", "60");
	add(p, "keepalives_interval", "10");
	add(p, "keepalives_count", "6");
	return add_tls(p, settings, err);
}

static void
quiet(void *context, const char *message)
{
	(void)context;
	(void)message;
}

/* libpq's words for the failure and what a person can do about it. */
static void
fail_connect(PGconn *conn, struct err *err)
{
	static const struct {
		const char *word, *hint;
	} hints[] = {
		{ "certificate verify failed", "give the server's CA as sslrootcert=FILE; "
			"sslmode=require encrypts without checking who answers" },
		{ "does not match host", "host must be a name the certificate is for" },
		{ "does not support SSL", "sslmode=disable sends everything, also the password's "
			"proof, unencrypted" },
		{ "Connection refused", "does the server run there? check host and port" },
		{ "could not translate host", "check the spelling of host" },
		{ "authentication failed", "check user and password" },
		{ "no password supplied", "set password" },
		{ "no pg_hba.conf entry", "the server does not let this host, user and database in" },
	};
	const char *text = PQerrorMessage(conn);
	struct arena scratch = ARENA_INIT;
	struct str line = str_trim((struct str){ text, strcspn(text, "\n") });

	line = source_clean(&scratch, line);
	err_set(err, ERR_CONNECT, "%.*s", STR_ARG(line));
	arena_fini(&scratch);
	for (size_t i = 0; i < ARRAY_LEN(hints); i++)
		if (strstr(text, hints[i].word)) {
			err_hint(err, "%s", hints[i].hint);
			break;
		}
}

static bool
wait_connected(PGconn *conn, const struct deadline *deadline, struct err *err)
{
	PostgresPollingStatusType state = PGRES_POLLING_WRITING;
	struct deadline most = deadline_in_us(CONNECT_US);

	if (deadline->at_us < most.at_us)
		most.at_us = deadline->at_us;
	while (state != PGRES_POLLING_OK) {
		struct pollfd p = { PQsocket(conn),
			state == PGRES_POLLING_READING ? POLLIN : POLLOUT, 0 };
		int ready;

		if (state == PGRES_POLLING_FAILED || PQstatus(conn) == CONNECTION_BAD) {
			fail_connect(conn, err);
			return false;
		}
		if (deadline_is_cancelled(deadline))
			return err_set(err, ERR_CANCELLED, "connecting was cancelled");
		if (deadline_left_us(&most) == 0) {
			err_set(err, ERR_CONNECT, "the server at %s, port %s, does not answer",
				PQhost(conn), PQport(conn));
			return err_hint(err, "check host and port, and firewalls between");
		}
		ready = poll(&p, 1, deadline_poll_ms(&most, TICK_MS));
		if (ready < 0 && errno != EINTR)
			return err_errno(err, "cannot wait for the server");
		if (ready > 0)
			state = PQconnectPoll(conn);
	}
	return true;
}

/* What no statement of this session may do without, for servers that know no
 * SET LOCAL in a transaction (see begin in postgres.c). Failures are no news. */
static void
set_plainly(struct pg *pg, const struct deadline *deadline)
{
	static const char *const sets[] = { "SET DateStyle = ISO", "SET bytea_output = hex",
		"SET default_transaction_read_only = on" };
	struct err ignored = ERR_INIT;

	for (size_t i = 0; i < ARRAY_LEN(sets) && pg->conn; i++)
		pg_exec(pg, sets[i], deadline, &ignored);
}

struct source *
pg_open(const struct settings *settings, const struct deadline *deadline, struct err *err)
{
	struct params params = { .count = 0 };
	const char *version;
	struct pg *pg;

	forget_environment();
	if (!fill(&params, settings, err))
		return NULL;
	pg = xcalloc(1, sizeof(*pg));
	pg->conn = PQconnectStartParams(params.names, params.values, 0);
	if (!pg->conn || !wait_connected(pg->conn, deadline, err) ||
		PQsetnonblocking(pg->conn, 1) != 0) {
		if (!pg->conn)
			err_set(err, ERR_CONNECT, "no memory for a connection");
		pg_close(&pg->base);
		return NULL;
	}
	PQsetNoticeProcessor(pg->conn, quiet, NULL);
	version = PQparameterStatus(pg->conn, "server_version");
	if (!version)
		version = "?";
	snprintf(pg->version, sizeof(pg->version), "PostgreSQL %.*s",
		(int)strcspn(version, " "), version);
	pg->is_plain = PQserverVersion(pg->conn) < 90400;
	if (pg->is_plain)
		set_plainly(pg, deadline);
	return &pg->base;
}

void
pg_close(struct source *source)
{
	struct pg *pg = (struct pg *)source;

	if (!pg)
		return;
	PQfinish(pg->conn);
	free(pg);
}
