/* SPDX-License-Identifier: MIT */
/* Bytes as a list of units and a budget: whatever the planner makes of them keeps the
 * budget, loses no row and cuts no character. */
#include <stdio.h>
#include <stdlib.h>

#include "src/base/utf8.h"
#include "src/content/parts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define require(ok) require_at((ok), __LINE__)

static void
require_at(bool ok, int line)
{
	if (ok)
		return;
	fprintf(stderr, "line %d\n", line);
	abort();
}

static void
add_unit(struct unit_list *l, const uint8_t *data, size_t len, size_t *rows)
{
	struct buf clean = BUF_INIT;
	struct unit *u;

	utf8_clean(&clean, (struct str){ (const char *)data + 1, len - 1 });
	if (data[0] % 3 == 0) {
		u = unit_list_add(l, UNIT_ROWS);
		u->head = STR("h\n");
		u->between = STR("\n");
		u->tail = data[0] & 0x40 ? STR("\nt") : STR("");
		u->is_table = true;
		u->row_count = data[0] / 3 % 50;
		u->rows = arena_array(l->arena, struct str, u->row_count + 1);
		for (size_t i = 0; i < u->row_count; i++)
			u->rows[i] = arena_str(l->arena, buf_str(&clean));
		*rows += u->row_count;
	} else {
		unit_list_add_text(l, data[0] % 3 == 1 ? UNIT_TEXT : UNIT_SOLID, buf_str(&clean))
			->keep_with_next = data[0] & 0x80;
	}
	buf_fini(&clean);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static size_t (*const measures[])(struct str) = { NULL, parts_measure_json,
		parts_measure_utf16, parts_measure_bytes };
	struct document doc = DOCUMENT_INIT;
	struct unit_list units;
	struct parts_options o = { .separator = "\n\n" };
	struct parts parts = { 0 };
	struct err err = ERR_INIT;
	size_t rows = 0, got = 0;

	if (size < 4)
		return 0;
	o.budget = data[0] * 4u;
	o.measure = measures[data[1] & 3];
	o.max_tables = data[1] >> 2 & 3;
	o.max_units = data[1] >> 4 & 7;
	o.oversize = (enum oversize)(data[1] >> 7) * OVERSIZE_TRUNCATE;
	unit_list_init(&units, &doc.arena);
	for (size_t at = 2; at < size;) {
		size_t len = 1 + data[at] % 40;

		len = len < size - at ? len : size - at;
		add_unit(&units, data + at, len, &rows);
		at += len;
	}
	if (parts_plan(&o, &units, &doc, &parts, &err)) {
		require(parts.count >= 1);
		for (size_t i = 0; i < parts.count; i++) {
			struct str text = parts.list[i].text;

			require(utf8_is_valid(text));
			require(parts.list[i].cost == (o.measure ? o.measure(text) : text.len));
			require(o.budget == 0 || parts.list[i].cost <= o.budget);
			got += parts.list[i].rows;
		}
		require(got + parts.rows_left_out == rows);
	} else {
		require(err.code == ERR_LIMIT);
	}
	document_fini(&doc);
	return 0;
}
