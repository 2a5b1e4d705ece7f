/* SPDX-License-Identifier: MIT */
/* Which lexical rules a text of SQL follows (sources.md 0.3). */
#ifndef DP_SQL_DIALECT_H
#define DP_SQL_DIALECT_H

#include "src/base/api.h"

enum sql_dialect {
	SQL_SQLITE,
	SQL_POSTGRES,
	SQL_MYSQL,
	SQL_CLICKHOUSE,
	SQL_HIVE, /* Hive, Spark, MaxCompute */
	SQL_GENERIC, /* ODBC and the rest: standard quotes and comments */
	SQL_DIALECT_COUNT
};

DP_API const char *sql_dialect_name(enum sql_dialect dialect);

#endif
