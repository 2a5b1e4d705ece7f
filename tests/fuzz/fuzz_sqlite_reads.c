/* SPDX-License-Identifier: MIT */
/* Any text as a statement over a SQLite file: it may fail, but the file and its
 * folder are afterwards as they were. */
#include <dirent.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/source/source.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char folder[] = "/tmp/dpt-fuzz.XXXXXX", path[64];
static struct source *source;
static char *before;
static size_t before_len;

static bool
on_columns(struct row_sink *self, const struct column *columns, size_t count, struct err *err)
{
	(void)self;
	(void)columns;
	(void)count;
	(void)err;
	return true;
}

static bool
on_row(struct row_sink *self, const struct value *values, size_t count, struct err *err)
{
	(void)self;
	(void)values;
	(void)count;
	(void)err;
	return true;
}

static size_t
read_file(char **bytes)
{
	FILE *f = fopen(path, "rb");
	size_t n;

	if (!f)
		abort();
	*bytes = xmalloc(1 << 20);
	n = fread(*bytes, 1, 1 << 20, f);
	fclose(f);
	return n;
}

static size_t
count_files(void)
{
	DIR *d = opendir(folder);
	size_t n = 0;

	while (readdir(d))
		n++;
	closedir(d);
	return n;
}

static void
clean(void)
{
	source_close(source);
	free(before);
	unlink(path);
	rmdir(folder);
}

static void
prepare(void)
{
	struct settings settings = SETTINGS_INIT;
	struct deadline deadline = DEADLINE_NONE;
	struct err err = ERR_INIT;
	sqlite3 *db;

	if (!mkdtemp(folder))
		abort();
	snprintf(path, sizeof(path), "%s/t.db", folder);
	if (sqlite3_open(path, &db) != SQLITE_OK ||
		sqlite3_exec(db, "CREATE TABLE t (a INTEGER, b TEXT); INSERT INTO t VALUES (1, 'x');"
				 "CREATE VIRTUAL TABLE f USING fts5(body); CREATE VIEW v AS SELECT 1",
			NULL, NULL, NULL) != SQLITE_OK)
		abort();
	sqlite3_close(db);
	before_len = read_file(&before);
	settings_set(&settings, "path", str_from(path), false);
	source = source_open(source_kind_find("sqlite"), &settings, &deadline, &err);
	settings_fini(&settings);
	if (!source)
		abort();
	atexit(clean);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct query_limits limits = { 100, deadline_in_us(CLOCK_SECOND / 5) };
	struct row_sink sink = { on_columns, on_row };
	struct query_end end;
	struct err err = ERR_INIT;
	char *after;

	if (!source)
		prepare();
	source->ops->query(source, (struct str){ (const char *)data, size }, &limits, &sink, &end,
		&err);
	if (read_file(&after) != before_len || memcmp(before, after, before_len) != 0 ||
		count_files() != 3)
		abort();
	free(after);
	return 0;
}
