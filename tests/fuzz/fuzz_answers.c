/* SPDX-License-Identifier: MIT */
/* What servers send over HTTP: the first byte picks the reader (ClickHouse's stream
 * fed in pieces, MaxCompute's XML, CSV and download stream). Every row must be as
 * wide as the columns and every text valid UTF-8. */
#include <stdlib.h>

#include "src/base/utf8.h"
#include "src/source/clickhouse.h"
#include "src/source/maxcompute.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t width;

static bool
on_columns(struct row_sink *self, const struct column *columns, size_t count, struct err *err)
{
	(void)self;
	(void)err;
	width = count;
	for (size_t i = 0; i < count; i++)
		if (!utf8_is_valid(columns[i].name) || !utf8_is_valid(columns[i].type_name))
			abort();
	return true;
}

static bool
on_row(struct row_sink *self, const struct value *values, size_t count, struct err *err)
{
	(void)self;
	(void)err;
	if (count != width)
		abort();
	for (size_t i = 0; i < count; i++)
		if (values[i].kind != VALUE_BYTES && !utf8_is_valid(values[i].text))
			abort();
	return true;
}

static struct row_sink sink = { on_columns, on_row };

static void
read_tsv(struct str text, size_t piece)
{
	struct query_end end = { 0 };
	struct err err = ERR_INIT;
	struct tsv t;
	bool good = true;

	tsv_init(&t, &sink, &end, 50);
	t.may_fail_late = piece % 2;
	for (size_t i = 0; good && i < text.len; i += piece)
		good = tsv_take(&t, str_slice(text, i, i + piece), &err);
	tsv_fini(&t);
}

static void
read_xml(struct str text)
{
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	struct xml_item *items;
	size_t count;

	if (xml_read(&arena, text, &items, &count, &err)) {
		const struct xml_item *found = xml_find(items, count, "Instance/Tasks/Task/Result");

		if (found)
			xml_attribute(found, "Format");
		mc_fail_task(&err, text, STR("SELECT 1"));
	}
	arena_fini(&arena);
}

static void
read_csv(struct str text)
{
	struct query_end end = { 0 };
	struct mc_rows rows = { .sink = &sink, .end = &end, .max_rows = 50 };
	size_t eol = str_find(text, STR("\n"), 0);
	struct err err = ERR_INIT;

	mc_take_csv(&rows, str_slice(text, eol == SIZE_MAX ? 0 : eol + 1, text.len),
		str_slice(text, 0, eol == SIZE_MAX ? 0 : eol), &err);
	mc_rows_fini(&rows);
}

static void
read_stream(struct str bytes, size_t piece)
{
	static const char schema[] = "{\"columns\":[{\"name\":\"a\",\"type\":\"bigint\"},"
		"{\"name\":\"b\",\"type\":\"string\"},{\"name\":\"c\",\"type\":\"double\"},"
		"{\"name\":\"d\",\"type\":\"datetime\"},{\"name\":\"e\",\"type\":\"timestamp\"},"
		"{\"name\":\"f\",\"type\":\"boolean\"},{\"name\":\"g\",\"type\":\"date\"},"
		"{\"name\":\"h\",\"type\":\"binary\"},{\"name\":\"i\",\"type\":\"array<bigint>\"}]}";
	struct query_end end = { 0 };
	struct mc mc = { .zone = NULL };
	struct mc_rows rows = { .mc = &mc, .sink = &sink, .end = &end, .max_rows = 50 };
	cJSON *json = cJSON_Parse(schema);
	struct err err = ERR_INIT;
	struct mc_stream s;
	bool good = mc_take_schema(&rows, json, &err);

	width = rows.count;
	mc_stream_init(&s, &rows);
	for (size_t i = 0; good && i < bytes.len; i += piece)
		good = mc_stream_take(&s, str_slice(bytes, i, i + piece), &err);
	if (good)
		mc_stream_end(&s, &err);
	mc_stream_fini(&s);
	mc_rows_fini(&rows);
	cJSON_Delete(json);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = { (const char *)data + 1, size ? size - 1 : 0 };
	size_t piece;

	if (size < 2)
		return 0;
	piece = 1 + data[0] / 4 * 5;
	switch (data[0] % 4) {
	case 0:
		read_tsv(text, piece);
		break;
	case 1:
		read_xml(text);
		break;
	case 2:
		read_csv(text);
		break;
	default:
		read_stream(text, piece);
	}
	return 0;
}
