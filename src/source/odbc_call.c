/* SPDX-License-Identifier: MIT */
#include "src/source/odbc.h"

#include <stdio.h>

#include "src/base/utf8.h"

#define CHUNK ((size_t)16 << 10) /* of a long cell at a time */

union odbc_text
odbc_text(struct arena *arena, bool is_wide, struct str text)
{
	union odbc_text out;
	size_t n = 0, len;
	uint32_t c;

	if (!is_wide) {
		out.narrow = (SQLCHAR *)arena_str(arena, text).p;
		return out;
	}
	out.wide = arena_alloc(arena, (text.len + 1) * sizeof(*out.wide));
	for (; (len = utf8_decode(text, &c)) > 0; text = str_slice(text, len, text.len)) {
		if (c >= 0x10000) {
			out.wide[n++] = (SQLWCHAR)(0xD800 + ((c - 0x10000) >> 10));
			c = 0xDC00 + ((c - 0x10000) & 0x3FF);
		}
		out.wide[n++] = (SQLWCHAR)c;
	}
	out.wide[n] = 0;
	return out;
}

void
odbc_add_wide(struct buf *to, const SQLWCHAR *text, size_t units)
{
	char bytes[4];

	for (size_t i = 0; i < units; i++) {
		uint32_t c = text[i];

		if (c >= 0xD800 && c < 0xDC00 && i + 1 < units && text[i + 1] >= 0xDC00 &&
			text[i + 1] < 0xE000)
			c = 0x10000 + ((c - 0xD800) << 10) + (text[++i] - UINT32_C(0xDC00));
		else if (c >= 0xD800 && c < 0xE000)
			c = UTF8_REPLACEMENT;
		buf_add(to, bytes, utf8_encode(c, bytes));
	}
}

static enum err_code
code_of(const char *state)
{
	static const struct {
		const char *prefix;
		enum err_code code;
	} states[] = {
		{ "25006", ERR_READ_ONLY },
		{ "HYT", ERR_TIMEOUT },
		{ "HY008", ERR_CANCELLED },
		{ "IM", ERR_CONFIG },
		{ "08", ERR_CONNECT },
		{ "28", ERR_CONNECT },
	};

	for (size_t i = 0; i < ARRAY_LEN(states); i++)
		if (strncmp(state, states[i].prefix, strlen(states[i].prefix)) == 0)
			return states[i].code;
	return ERR_SQL;
}

/* Without the "[vendor][component]" in front that every layer adds. */
static struct str
without_layers(struct str text)
{
	while (text.len && text.p[0] == '[') {
		size_t end = str_find(text, STR("]"), 0);

		if (end == SIZE_MAX)
			break;
		text = str_slice(text, end + 1, text.len);
	}
	return str_trim(text);
}

bool
odbc_fail(struct odbc *odbc, SQLSMALLINT kind, SQLHANDLE handle, const char *what, struct err *err)
{
	SQLCHAR state[6] = "", text[512] = "";
	struct arena scratch = ARENA_INIT;
	SQLINTEGER native = 0;
	SQLSMALLINT len = 0;
	struct str message;
	size_t eol;

	if (!SQL_SUCCEEDED(SQLGetDiagRec(kind, handle, 1, state, &native, text, sizeof(text), &len)))
		return err_set(err, ERR_SQL, "%s failed, and the driver does not say why", what);
	message = without_layers(source_clean(&scratch, str_from((const char *)text)));
	eol = str_find(message, STR("\n"), 0);
	message = eol == SIZE_MAX ? message : str_slice(message, 0, eol);
	err_set(err, odbc->is_open ? code_of((const char *)state) :
		strncmp((const char *)state, "IM", 2) == 0 ? ERR_CONFIG : ERR_CONNECT,
		"%.*s (%s)", STR_ARG(message), state);
	if (strstr((const char *)text, "Can't open lib")) {
		err->code = ERR_CONFIG;
		err_hint(err, "install that ODBC driver; odbcinst -q -d lists those there are");
	} else if (strcmp((const char *)state, "IM002") == 0) {
		err_hint(err, "connection must name a Driver= or a DSN= that odbcinst knows");
	}
	arena_fini(&scratch);
	return false;
}

bool
odbc_new_statement(struct odbc *odbc, struct err *err)
{
	if (odbc->stmt)
		SQLFreeHandle(SQL_HANDLE_STMT, odbc->stmt);
	odbc->stmt = NULL;
	if (SQL_SUCCEEDED(SQLAllocHandle(SQL_HANDLE_STMT, odbc->dbc, &odbc->stmt)))
		return true;
	odbc->stmt = NULL;
	return odbc_fail(odbc, SQL_HANDLE_DBC, odbc->dbc, "a statement", err);
}

static struct str
taken(struct arena *arena, struct buf *text)
{
	struct str out = arena_str(arena, source_clean(arena, buf_str(text)));

	buf_fini(text);
	return out;
}

/* The text form of a column's attribute. */
static struct str
attribute(struct odbc *odbc, SQLUSMALLINT number, SQLUSMALLINT which, struct arena *arena)
{
	SQLWCHAR wide[256] = { 0 };
	struct buf text = BUF_INIT;
	SQLSMALLINT len = 0; /* in bytes */
	size_t units;

	if (odbc->is_wide) {
		if (SQL_SUCCEEDED(SQLColAttributeW(odbc->stmt, number, which, wide, sizeof(wide),
			    &len, NULL))) {
			for (units = 0; units < ARRAY_LEN(wide) - 1 && wide[units];)
				units++;
			odbc_add_wide(&text, wide, units);
		}
	} else if (SQL_SUCCEEDED(SQLColAttribute(odbc->stmt, number, which, wide, sizeof(wide),
			   &len, NULL))) {
		buf_add(&text, wide, strnlen((const char *)wide, sizeof(wide) - 1));
	}
	return taken(arena, &text);
}

bool
odbc_column(struct odbc *odbc, SQLUSMALLINT number, struct arena *arena, struct column *column,
	SQLSMALLINT *type, struct err *err)
{
	SQLCHAR name[8];
	SQLSMALLINT len = 0, digits = 0, nullable = 0;
	SQLULEN size = 0;

	if (!SQL_SUCCEEDED(SQLDescribeCol(odbc->stmt, number, name, sizeof(name), &len, type,
		    &size, &digits, &nullable)))
		return odbc_fail(odbc, SQL_HANDLE_STMT, odbc->stmt, "a column's description", err);
	column->name = attribute(odbc, number, SQL_DESC_LABEL, arena);
	column->type_name = attribute(odbc, number, SQL_DESC_TYPE_NAME, arena);
	return true;
}

/* One piece of a cell onto `bytes`; *more when others follow. A driver says how much
 * is left, or that it does not know, and always ends text with a NUL. */
static bool
take_piece(struct odbc *odbc, SQLUSMALLINT number, SQLSMALLINT as, struct buf *bytes,
	bool *is_null, bool *more, struct err *err)
{
	size_t nul = as == SQL_C_BINARY ? 0 : as == SQL_C_WCHAR ? sizeof(SQLWCHAR) : 1, got;
	SQLLEN left = 0;
	SQLRETURN rc;
	char *to = buf_reserve(bytes, CHUNK);

	if (!to)
		return err_set(err, ERR_LIMIT, "a value of column %d is too large", number);
	rc = SQLGetData(odbc->stmt, number, as, to, (SQLLEN)CHUNK, &left);
	*more = rc == SQL_SUCCESS_WITH_INFO && (left == SQL_NO_TOTAL || left > (SQLLEN)(CHUNK - nul));
	if (rc == SQL_NO_DATA)
		return true;
	if (!SQL_SUCCEEDED(rc))
		return odbc_fail(odbc, SQL_HANDLE_STMT, odbc->stmt, "reading a value", err);
	*is_null = left == SQL_NULL_DATA;
	if (*is_null)
		return true;
	got = *more || left < 0 || (size_t)left > CHUNK - nul ? CHUNK - nul : (size_t)left;
	buf_commit(bytes, got);
	return true;
}

bool
odbc_cell(struct odbc *odbc, SQLUSMALLINT number, bool is_binary, struct arena *arena,
	struct str *text, bool *is_null, struct err *err)
{
	struct buf bytes = BUF_MAX(RESULT_MAX_CELL), utf8 = BUF_MAX(RESULT_MAX_CELL);
	SQLSMALLINT as = is_binary ? SQL_C_BINARY : odbc->is_wide ? SQL_C_WCHAR : SQL_C_CHAR;
	bool more = true, good = true;

	*is_null = false;
	while (good && more && !*is_null)
		good = take_piece(odbc, number, as, &bytes, is_null, &more, err);
	if (good && as == SQL_C_WCHAR) {
		odbc_add_wide(&utf8, (const SQLWCHAR *)(const void *)bytes.p,
			bytes.len / sizeof(SQLWCHAR));
		*text = arena_str(arena, buf_str(&utf8));
	} else if (good) {
		*text = arena_str(arena, is_binary ? buf_str(&bytes) :
						     source_clean(arena, buf_str(&bytes)));
	}
	buf_fini(&bytes);
	buf_fini(&utf8);
	return good;
}

void
odbc_info(struct odbc *odbc, SQLUSMALLINT which, char text[64])
{
	SQLSMALLINT len = 0;

	text[0] = '\0';
	if (!SQL_SUCCEEDED(SQLGetInfo(odbc->dbc, which, text, 64, &len)) ||
		!utf8_is_valid(str_from(text)))
		text[0] = '\0';
}
