/* SPDX-License-Identifier: MIT */
#include "src/base/module.h"
#include "src/source/driver.h"

/* {name, label, kind, required, initial, choices, help, min, max} */
static const struct field sqlite_fields[] = {
	{ "path", N_("File"), FIELD_PATH, true, NULL, NULL,
		N_("the database file; it is never created"), 0, 0 },
};

#define HOST \
	{ "host", N_("Host"), FIELD_TEXT, true, NULL, NULL, N_("name or address of the server"), 0, 0 }
#define PORT(port) \
	{ "port", N_("Port"), FIELD_INTEGER, false, port, NULL, N_("TCP port of the server"), 1, 65535 }
#define DATABASE(required) \
	{ "database", N_("Database"), FIELD_TEXT, required, NULL, NULL, N_("name of the database"), 0, 0 }
#define USER                                                                                  \
	{ "user", N_("User"), FIELD_TEXT, false, NULL, NULL,                                  \
		N_("who logs in; give it read rights only"), 0, 0 }
#define PASSWORD \
	{ "password", N_("Password"), FIELD_SECRET, false, NULL, NULL, N_("that user's password"), 0, 0 }
#define TLS                                                                                   \
	{ "sslmode", N_("TLS"), FIELD_CHOICE, false, "auto",                                      \
		"auto|disable|prefer|require|verify-ca|verify-full",                          \
		N_("auto: verify-full, but prefer on this machine; prefer may end up in plain text; " \
		"require encrypts without checking who answers"), 0, 0 },                      \
	{ "sslrootcert", N_("CA file"), FIELD_PATH, false, NULL, NULL,                            \
		N_("trusted certificates, instead of the system's"), 0, 0 }

static const struct field postgres_fields[] = { HOST, PORT("5432"), DATABASE(true), USER,
	PASSWORD, TLS };
static const struct field hologres_fields[] = { HOST, PORT("80"), DATABASE(true), USER,
	PASSWORD, TLS };
static const struct field redshift_fields[] = { HOST, PORT("5439"), DATABASE(true), USER,
	PASSWORD, TLS };

static const struct field mysql_fields[] = { HOST, PORT("3306"), DATABASE(false), USER,
	PASSWORD, TLS };
static const struct field starrocks_fields[] = { HOST, PORT("9030"), DATABASE(false), USER,
	PASSWORD, TLS };

static const struct field clickhouse_fields[] = {
	{ "url", N_("URL"), FIELD_TEXT, true, NULL, NULL,
		N_("the HTTP port: https://host:8443 or http://host:8123"), 0, 0 },
	DATABASE(false),
	USER,
	PASSWORD,
	{ "allow_http", N_("Plain HTTP"), FIELD_BOOL, false, "false", NULL,
		N_("true: http:// also to other machines, unencrypted"), 0, 0 },
	{ "sslrootcert", N_("CA file"), FIELD_PATH, false, NULL, NULL,
		N_("trusted certificates, instead of the system's"), 0, 0 },
};

static const struct field maxcompute_fields[] = {
	{ "endpoint", N_("Endpoint"), FIELD_TEXT, true, NULL, NULL,
		N_("https://service.REGION.maxcompute.aliyun.com/api"), 0, 0 },
	{ "project", N_("Project"), FIELD_TEXT, true, NULL, NULL, N_("name of the project"), 0, 0 },
	{ "access_id", N_("AccessKey ID"), FIELD_TEXT, true, NULL, NULL,
		N_("of a RAM user that may only read"), 0, 0 },
	{ "access_key", N_("AccessKey secret"), FIELD_SECRET, true, NULL, NULL,
		N_("that AccessKey's secret"), 0, 0 },
	{ "sts_token", N_("STS token"), FIELD_SECRET, false, NULL, NULL,
		N_("when the AccessKey is a temporary one"), 0, 0 },
	{ "region", N_("Region"), FIELD_TEXT, false, NULL, NULL,
		N_("cn-hangzhou; set: requests are signed by version 4"), 0, 0 },
	{ "schema", N_("Schema"), FIELD_TEXT, false, NULL, NULL,
		N_("default schema of a project that has schemas"), 0, 0 },
	{ "tunnel_endpoint", N_("Tunnel endpoint"), FIELD_TEXT, false, NULL, NULL,
		N_("where large results come from; asked for when empty"), 0, 0 },
	{ "timezone", N_("Time zone"), FIELD_TEXT, false, NULL, NULL,
		N_("of instants; when empty the project's, with large results Asia/Shanghai"), 0, 0 },
	{ "allow_http", N_("Plain HTTP"), FIELD_BOOL, false, "false", NULL,
		N_("true: http:// also to other machines, unencrypted"), 0, 0 },
	{ "sslrootcert", N_("CA file"), FIELD_PATH, false, NULL, NULL,
		N_("trusted certificates, instead of the system's"), 0, 0 },
};

static const struct field odbc_fields[] = {
	{ "connection", N_("Connection"), FIELD_TEXT, true, NULL, NULL,
		N_("DSN=name, or Driver=name;Server=…;Database=… as the driver wants it"), 0, 0 },
	USER,
	PASSWORD,
	{ "secret", N_("More secrets"), FIELD_SECRET, false, NULL, NULL,
		N_("further KEY=value;… of the connection that nobody may see"), 0, 0 },
	{ "wide", N_("UTF-16 texts"), FIELD_BOOL, false, "false", NULL,
		N_("true for drivers of SQL Server, Oracle, Snowflake and the like"), 0, 0 },
};

static const struct {
	struct source_kind kind;
	const struct source_ops *built_in;
} kinds[] = {
	{ { "sqlite", N_("SQLite"), SQL_SQLITE, NULL, sqlite_fields, ARRAY_LEN(sqlite_fields),
		  N_("A SQLite database file, opened read-only.") },
		&sqlite_ops },
	{ { "postgres", N_("PostgreSQL"), SQL_POSTGRES, "postgres", postgres_fields,
		  ARRAY_LEN(postgres_fields),
		  N_("PostgreSQL 9.4 or newer, and what speaks its protocol.") },
		NULL },
	{ { "hologres", N_("Hologres"), SQL_POSTGRES, "postgres", hologres_fields,
		  ARRAY_LEN(hologres_fields),
		  N_("Hologres; user and password are an AccessKey's ID and secret.") },
		NULL },
	{ { "redshift", N_("Amazon Redshift"), SQL_POSTGRES, "postgres", redshift_fields,
		  ARRAY_LEN(redshift_fields), N_("Amazon Redshift, provisioned or serverless.") },
		NULL },
	{ { "adb-postgres", N_("AnalyticDB for PostgreSQL"), SQL_POSTGRES, "postgres",
		  postgres_fields, ARRAY_LEN(postgres_fields), N_("AnalyticDB for PostgreSQL.") },
		NULL },
	{ { "mysql", N_("MySQL / MariaDB"), SQL_MYSQL, "mysql", mysql_fields,
		  ARRAY_LEN(mysql_fields),
		  N_("MySQL 5.7 or newer, MariaDB, and what speaks their protocol.") },
		NULL },
	{ { "starrocks", N_("StarRocks"), SQL_MYSQL, "mysql", starrocks_fields,
		  ARRAY_LEN(starrocks_fields), N_("StarRocks, by the MySQL port of a frontend.") },
		NULL },
	{ { "doris", N_("Apache Doris"), SQL_MYSQL, "mysql", starrocks_fields,
		  ARRAY_LEN(starrocks_fields), N_("Apache Doris, by the MySQL port of a frontend.") },
		NULL },
	{ { "adb-mysql", N_("AnalyticDB for MySQL"), SQL_MYSQL, "mysql", mysql_fields,
		  ARRAY_LEN(mysql_fields), N_("AnalyticDB for MySQL.") },
		NULL },
	{ { "clickhouse", N_("ClickHouse"), SQL_CLICKHOUSE, NULL, clickhouse_fields,
		  ARRAY_LEN(clickhouse_fields), N_("ClickHouse 18 or newer, by its HTTP port.") },
		&clickhouse_ops },
	{ { "maxcompute", N_("MaxCompute"), SQL_HIVE, "maxcompute", maxcompute_fields,
		  ARRAY_LEN(maxcompute_fields),
		  N_("A MaxCompute (ODPS) project, by its REST interface.") },
		NULL },
	{ { "odbc", N_("ODBC"), SQL_GENERIC, "odbc", odbc_fields, ARRAY_LEN(odbc_fields),
		  N_("Any database with an ODBC driver for unixODBC.") },
		NULL },
};

const struct field source_common_fields[] = { FIELD_EXPIRES };
const size_t source_common_field_count = ARRAY_LEN(source_common_fields);

const struct source_kind *
source_kind_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (strcmp(kinds[i].kind.name, name) == 0)
			return &kinds[i].kind;
	return NULL;
}

size_t
source_kind_count(void)
{
	return ARRAY_LEN(kinds);
}

const struct source_kind *
source_kind_at(size_t i)
{
	return i < ARRAY_LEN(kinds) ? &kinds[i].kind : NULL;
}

bool
source_settings_check(const struct source_kind *kind, struct settings *settings, struct err *err)
{
	return settings_check(settings, kind->fields, kind->field_count, source_common_fields,
		source_common_field_count, err);
}

static const struct source_ops *
find_ops(const struct source_kind *kind, struct err *err)
{
	if (kind->module)
		return module_ops(kind->module, err);
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (&kinds[i].kind == kind)
			return kinds[i].built_in;
	err_set(err, ERR_INTERNAL, "there is no driver for '%s'", kind->name);
	return NULL;
}

struct source *
source_open(const struct source_kind *kind, const struct settings *settings,
	const struct deadline *deadline, struct err *err)
{
	const struct source_ops *ops = find_ops(kind, err);
	struct source *source = ops ? ops->open(settings, deadline, err) : NULL;

	if (source)
		source->ops = ops;
	return source;
}

bool
source_cancel(const struct source_kind *kind, const struct settings *settings, const char *token,
	const struct deadline *deadline, struct err *err)
{
	const struct source_ops *ops;

	if (*token == '\0')
		return true;
	ops = find_ops(kind, err);
	if (!ops)
		return false;
	return !ops->cancel || ops->cancel(settings, token, deadline, err);
}

bool
source_kind_is_available(const struct source_kind *kind, struct err *err)
{
	return find_ops(kind, err) != NULL;
}
