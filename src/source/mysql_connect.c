/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <errno.h>
#include <errmsg.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "src/source/mysql.h"

#define CONNECT_US (30 * CLOCK_SECOND) /* most that connecting may take */
#define SYSTEM_CERTIFICATES "/etc/ssl/certs"
#define MAX_PACKET ((size_t)128 << 20)

/* The library reads these, and loads code from one of them: only settings count. */
static void
forget_environment(void)
{
	static const char *const names[] = { "MARIADB_PLUGIN_DIR", "LIBMYSQL_PLUGINS", "MYSQL_PWD",
		"MYSQL_TCP_PORT", "MYSQL_UNIX_PORT", "MARIADB_UNIX_PORT", "MYSQL_HOME",
		"MARIADB_HOME", "MARIADB_TLS_DISABLE_PEER_VERIFICATION" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		unsetenv(names[i]);
}

enum tls { TLS_OFF, TLS_PREFER, TLS_REQUIRE, TLS_VERIFY };

static enum tls
tls_of(const struct settings *settings)
{
	const char *mode = settings_get(settings, "sslmode");

	if (!*mode || strcmp(mode, "auto") == 0)
		return source_is_local_host(settings_get(settings, "host")) &&
		       !settings_has(settings, "sslrootcert") ? TLS_OFF : TLS_VERIFY;
	if (strcmp(mode, "disable") == 0)
		return TLS_OFF;
	if (strcmp(mode, "prefer") == 0)
		return TLS_PREFER;
	return strcmp(mode, "require") == 0 ? TLS_REQUIRE : TLS_VERIFY;
}

/* A password in clear only to a server that has proved who it is. */
static const char *
allowed_logins(enum tls tls)
{
	return tls == TLS_VERIFY ? "mysql_native_password,caching_sha2_password,"
				   "sha256_password,client_ed25519,mysql_clear_password,dialog" :
				   "mysql_native_password,caching_sha2_password,client_ed25519";
}

static bool
set_tls(MYSQL *conn, const struct settings *settings, enum tls tls, struct err *err)
{
	const char *ca = settings_get(settings, "sslrootcert");
	my_bool yes = 1;

	if (tls == TLS_OFF)
		return true;
	mysql_optionsv(conn, MYSQL_OPT_SSL_ENFORCE, &yes);
	if (tls != TLS_VERIFY)
		return true;
	if (*ca && access(ca, R_OK) != 0)
		return err_set(err, ERR_CONFIG, "cannot read sslrootcert %s: %s", ca,
			strerror(errno));
	mysql_optionsv(conn, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &yes);
	if (*ca)
		mysql_optionsv(conn, MYSQL_OPT_SSL_CA, ca);
	else
		mysql_optionsv(conn, MYSQL_OPT_SSL_CAPATH, SYSTEM_CERTIFICATES);
	return true;
}

/* A server may ask for any file of ours (LOAD DATA LOCAL): it gets none. */
static int
infile_init(void **state, const char *name, void *data)
{
	(void)name;
	(void)data;
	*state = NULL;
	return 1;
}

static int
infile_read(void *state, char *to, unsigned int size)
{
	(void)state;
	(void)to;
	(void)size;
	return -1;
}

static void
infile_end(void *state)
{
	(void)state;
}

static int
infile_error(void *state, char *text, unsigned int size)
{
	(void)state;
	snprintf(text, size, "files are never sent");
	return CR_UNKNOWN_ERROR;
}

static bool
set_options(MYSQL *conn, const struct settings *settings, enum tls tls, struct err *err)
{
	unsigned protocol = *settings_get(settings, "host") == '/' ? MYSQL_PROTOCOL_SOCKET :
								     MYSQL_PROTOCOL_TCP;
	unsigned off = 0, patience = 3600; /* ours is shorter */
	size_t packet = MAX_PACKET;
	my_bool no = 0;

	mysql_optionsv(conn, MYSQL_OPT_NONBLOCK, 0);
	mysql_optionsv(conn, MYSQL_OPT_PROTOCOL, &protocol);
	mysql_optionsv(conn, MYSQL_OPT_CONNECT_TIMEOUT, &patience);
	mysql_optionsv(conn, MYSQL_OPT_RECONNECT, &no);
	mysql_optionsv(conn, MYSQL_OPT_LOCAL_INFILE, &off);
	mysql_optionsv(conn, MYSQL_OPT_MAX_ALLOWED_PACKET, &packet);
	mysql_optionsv(conn, MYSQL_SET_CHARSET_NAME, "utf8mb4");
	mysql_optionsv(conn, MARIADB_OPT_RESTRICTED_AUTH, allowed_logins(tls));
	mysql_optionsv(conn, MYSQL_OPT_CONNECT_ATTR_ADD, "program_name", "dpstudio");
	mysql_set_local_infile_handler(conn, infile_init, infile_read, infile_end, infile_error,
		NULL);
	return set_tls(conn, settings, tls, err);
}

static bool
fail_connect(struct my *my, const struct settings *settings, struct err *err)
{
	static const struct {
		const char *word, *hint;
	} hints[] = {
		{ "self-signed", "give the server's CA as sslrootcert=FILE; sslmode=require "
			"encrypts without checking who answers" },
		{ "certificate", "give the server's CA as sslrootcert=FILE; sslmode=require "
			"encrypts without checking who answers" },
		{ "does not support", "sslmode=disable sends everything unencrypted" },
		{ "secure transport", "this server wants TLS: sslmode=require or verify-full" },
		{ "Access denied", "check user, password and the rights on the database" },
		{ "Unknown database", "check database" },
		{ "Can't connect", "does the server run there? check host and port" },
		{ "plugin", "this login sends the password readable: it needs "
			"sslmode=verify-full" },
	};
	const char *text = mysql_error(my->conn);
	struct arena scratch = ARENA_INIT;

	err_set(err, ERR_CONNECT, "%s: %.*s", settings_get(settings, "host"),
		STR_ARG(source_clean(&scratch, str_from(text))));
	arena_fini(&scratch);
	for (size_t i = 0; i < ARRAY_LEN(hints); i++)
		if (strstr(text, hints[i].word))
			return err_hint(err, "%s", hints[i].hint);
	return false;
}

static const char *
or_null(const char *text)
{
	return *text ? text : NULL;
}

static void
keep_alive(MYSQL *conn)
{
	int on = 1, idle = 60, interval = 10, count = 6, fd = mysql_get_socket(conn);

	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof(idle));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &interval, sizeof(interval));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &count, sizeof(count));
}

/* Logs in; the session is encrypted as the settings demand. */
static bool
login(struct my *my, const struct settings *settings, const struct deadline *deadline,
	struct err *err)
{
	const char *host = settings_get(settings, "host");
	struct my_address to = { *host == '/' ? NULL : host,
		or_null(settings_get(settings, "user")),
		or_null(settings_get(settings, "password")),
		or_null(settings_get(settings, "database")), *host == '/' ? host : NULL,
		(unsigned)settings_integer(settings, "port", 3306) };
	struct deadline most = deadline_in_us(CONNECT_US);
	enum tls tls = tls_of(settings);

	most.cancelled = deadline->cancelled;
	if (deadline->at_us < most.at_us)
		most.at_us = deadline->at_us;
	if (!set_options(my->conn, settings, tls, err))
		return false;
	if (!my_connect(my, &to, &most, err)) {
		if (err->code == ERR_TIMEOUT)
			err_set(err, ERR_CONNECT, "the server at %s, port %u, does not answer",
				host, to.port);
		return false;
	}
	if (!my->opened)
		return fail_connect(my, settings, err);
	if (tls == TLS_REQUIRE && !mysql_get_ssl_cipher(my->conn)) {
		err_set(err, ERR_CONNECT, "%s: the server does not support TLS", host);
		return err_hint(err, "sslmode=disable sends everything unencrypted");
	}
	keep_alive(my->conn);
	return true;
}

static void
note_version(struct my *my)
{
	const char *info = mysql_get_server_info(my->conn);
	bool is_mariadb = strstr(info, "MariaDB") != NULL;

	snprintf(my->version, sizeof(my->version), "%s %.*s", is_mariadb ? "MariaDB" : "MySQL",
		(int)strcspn(info, "-"), info);
	my->limit = is_mariadb ? MY_LIMIT_STATEMENT : MY_LIMIT_EXECUTION;
	/* MySQL enforces READ ONLY, but what looks like it may accept and ignore it. */
	my->is_unprotected = !is_mariadb;
}

static struct my *
connect_new(const struct settings *settings, const struct deadline *deadline, struct err *err)
{
	struct my *my = xcalloc(1, sizeof(*my));

	forget_environment();
	settings_copy(&my->settings, settings);
	my->conn = mysql_init(NULL);
	if (!my->conn)
		err_set(err, ERR_CONNECT, "no memory for a connection");
	else if (login(my, settings, deadline, err))
		return my;
	my_close(&my->base);
	return NULL;
}

struct source *
my_open(const struct settings *settings, const struct deadline *deadline, struct err *err)
{
	struct my *my = connect_new(settings, deadline, err);

	if (!my)
		return NULL;
	note_version(my);
	if (my_exec(my, "SET SESSION TRANSACTION READ ONLY", deadline, err))
		return &my->base;
	if (my->conn && err->code == ERR_SQL) {
		my->is_unprotected = true;
		return &my->base;
	}
	my_close(&my->base);
	return NULL;
}

void
my_close(struct source *source)
{
	struct my *my = (struct my *)source;

	if (!my)
		return;
	my_drop(my);
	settings_fini(&my->settings);
	free(my);
}

bool
my_cancel(const struct settings *settings, const char *token, const struct deadline *deadline,
	struct err *err)
{
	struct my *my;
	char sql[64];
	int64_t id;
	bool done;

	if (!str_to_int64(str_from(token), &id) || id < 0)
		return err_set(err, ERR_INTERNAL, "'%s' is no connection of this kind", token);
	my = connect_new(settings, deadline, err);
	if (!my)
		return false;
	snprintf(sql, sizeof(sql), "KILL QUERY %lld", (long long)id);
	done = my_send(my, str_from(sql), deadline, err);
	my_close(&my->base);
	return done;
}
